"""The command `kata`, as a learner types it."""

import os
import shlex
import subprocess
import sys
from importlib import metadata

import pytest

from kata import cli
from kata.version import DISTRIBUTION, version

CATALOGUE = """
title = "Toys"

[vectors]
title = "Vectors"

[vectors.dot]
title = "Dot product"
points = 2
difficulty = 1
hints = ["What is multiplied with what?", "{long}", "Last."]

[vectors.extra]
title = "Extra"
points = 1.5
difficulty = 3
hints = ["First line.\\nSecond line.", "b"]
stretch = true
"""
LONG = "Multiply pairs and add the products up, one after the other, from the first. " * 3


@pytest.fixture
def katas(tmp_path, monkeypatch):
    (tmp_path / "exercises").mkdir()
    catalogue = CATALOGUE.format(long=LONG.strip())
    (tmp_path / "exercises/week1.toml").write_text(catalogue, encoding="utf-8")
    (tmp_path / "week1").mkdir()
    (tmp_path / "week1/vectors.py").write_text("\n\ndef dot(u, v):\n    ...\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def solve(katas, *names):
    """Note exercises as done."""
    lines = [f'{name} = {{ status = "passed", passed = 2, tests = 2 }}' for name in names]
    text = "\n".join(["[week1]", *lines, ""])
    (katas / "progress.toml").write_text(text, encoding="utf-8")


def state_text(katas):
    return (katas / "progress.toml").read_text(encoding="utf-8")


def add_week_2(katas):
    text = (katas / "exercises/week1.toml").read_text(encoding="utf-8")
    text = text.replace("[vectors", "[machines").replace(".dot]", ".counter]")
    (katas / "exercises/week2.toml").write_text(text.replace("Toys", "More"), encoding="utf-8")


class TestWhereAmI:
    def test_kata_alone_says_where_and_what_is_next(self, katas, capsys):
        assert cli.main([]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "You are in week1: 0 of 1 exercise done, 0/2 points.",
            "Begin with the lesson: week1/README.md",
            "Next: dot in week1/vectors.py:3",
        ]

    def test_next_says_what_it_is_and_how_to_check_it(self, katas, capsys):
        assert cli.main(["next"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "Next: dot in week1/vectors.py:3",
            "      Dot product, *, 2 points",
            "      check: pytest week1 -k dot",
            "      hint:  kata hint dot",
        ]

    def test_a_bonus_waits_for_all_weeks(self, katas, capsys):
        add_week_2(katas)
        solve(katas, "dot")
        assert cli.main([]) == 0
        assert "Next: counter in week2/machines.py\n" in capsys.readouterr().out

    def test_whoever_went_on_to_week_2_is_not_sent_back(self, katas, capsys):
        add_week_2(katas)
        cli.main(["hint", "counter"])
        capsys.readouterr()
        assert cli.main([]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "You are in week2: 0 of 1 exercise done, 0/2 points.",
            "Begin with the lesson: week2/README.md",
            "Next: counter in week2/machines.py",
        ]

    @pytest.mark.parametrize("argv", [[], ["next"]])
    def test_at_the_end_is_a_farewell(self, katas, capsys, argv):
        solve(katas, "dot", "extra")
        assert cli.main(argv) == 0
        out = capsys.readouterr().out
        assert out.startswith("All of it is done: 2 exercises.")
        assert "kata show nanogpt" in out
        assert max(map(len, out.splitlines())) <= 80

    def test_a_bonus_that_is_left_is_named_after_it(self, katas, capsys):
        solve(katas, "dot")
        assert cli.main([]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("All of it is done but for bonuses: 1 exercise.")
        assert lines[-1] == "Next: extra in week1/vectors.py"

    def test_the_farewell_names_commands_that_exist(self, katas, capsys):
        solve(katas, "dot", "extra")
        cli.main([])
        lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
        shows = [line.split("    ")[0] for line in lines if line.startswith("kata show")]
        assert len(shows) == 3
        for show in shows:
            cli.build_parser().parse_args(shlex.split(show)[1:])

    def test_a_damaged_state_is_told_once(self, katas, capsys):
        (katas / "progress.toml").write_text("week1 = ", encoding="utf-8")
        assert cli.main([]) == 0
        assert "progress.damaged.toml" in capsys.readouterr().err
        assert cli.main([]) == 0
        assert capsys.readouterr().err == ""

    def test_in_colour_only_on_a_terminal(self, katas, capsys):
        cli.main([])
        assert "\x1b" not in capsys.readouterr().out

    def test_elsewhere_nothing_is_kept(self, tmp_path, monkeypatch):
        empty = tmp_path / "empty"
        (empty / "exercises").mkdir(parents=True)
        text = CATALOGUE.format(long="b")
        (empty / "exercises/week1.toml").write_text(text, encoding="utf-8")
        monkeypatch.chdir(empty)
        assert cli.main(["hint", "dot"]) == 0
        assert os.listdir(empty) == ["exercises"]


class TestStatus:
    def test_a_line_per_week_and_what_is_next(self, katas, capsys):
        add_week_2(katas)
        cli.main(["hint", "dot", "2"])
        capsys.readouterr()
        assert cli.main(["status"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "week1    0 of   1 done       0/2 points, 2 hints",
            "week2    0 of   1 done       0/2 points",
            "total    0 of   2 done       0/4 points, 2 hints",
            "",
            "Next: dot in week1/vectors.py:3",
        ]

    def test_a_week_that_is_complete_names_the_next_lesson(self, katas, capsys):
        add_week_2(katas)
        solve(katas, "dot")
        assert cli.main(["status"]) == 0
        assert capsys.readouterr().out.splitlines()[4:] == [
            "week1 is complete: Toys. Bonuses left: 1. The next lesson: week2/README.md",
            "Next: counter in week2/machines.py",
        ]

    def test_a_bonus_is_on_top(self, katas, capsys):
        solve(katas, "dot", "extra")
        assert cli.main(["status"]) == 0
        assert capsys.readouterr().out.splitlines()[0] == (
            "week1    1 of   1 done     3.5/2 points, 1 bonus"
        )


class TestHint:
    def test_the_first_is_shown_and_leads_to_the_second(self, katas, capsys):
        assert cli.main(["hint", "dot"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "Dot product (dot), week1/vectors.py:3",
            "",
            "Hint 1 of 3:",
            "  What is multiplied with what?",
            "",
            "Still stuck? kata hint dot 2",
        ]

    def test_the_last_leads_nowhere(self, katas, capsys):
        assert cli.main(["hint", "dot", "3"]) == 0
        out = capsys.readouterr().out
        assert out.endswith("Hint 3 of 3:\n  Last.\n")

    def test_long_hints_are_wrapped(self, katas, capsys):
        assert cli.main(["hint", "dot", "2"]) == 0
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= 80
        assert " ".join(LONG.split()) in " ".join(out.split())

    def test_the_lines_of_a_hint_are_kept(self, katas, capsys):
        assert cli.main(["hint", "extra"]) == 0
        assert "  First line.\n  Second line.\n" in capsys.readouterr().out

    def test_from_inside_a_week(self, katas, capsys, monkeypatch):
        monkeypatch.chdir(katas / "week1")
        assert cli.main(["hint", "dot"]) == 0
        assert "week1/vectors.py:3" in capsys.readouterr().out

    def test_a_name_of_two_weeks_gives_both(self, katas, capsys):
        text = (katas / "exercises/week1.toml").read_text(encoding="utf-8")
        (katas / "exercises/week2.toml").write_text(text, encoding="utf-8")
        assert cli.main(["hint", "dot"]) == 0
        out = capsys.readouterr().out
        assert "week1/vectors.py:3" in out
        assert "week2/vectors.py" in out

    @pytest.mark.parametrize("number", ["0", "4", "-1"])
    def test_a_hint_that_is_not_there(self, katas, capsys, number):
        assert cli.main(["hint", "dot", "--", number]) == 2
        assert capsys.readouterr().err == f"kata: dot has hints 1 to 3, not {number}\n"

    def test_a_typo(self, katas, capsys):
        assert cli.main(["hint", "dott"]) == 2
        captured = capsys.readouterr()
        assert captured.err == "kata: no exercise named 'dott': did you mean 'dot'?\n"
        assert captured.out == ""

    def test_a_name_like_no_other(self, katas, capsys):
        assert cli.main(["hint", "zzz"]) == 2
        assert capsys.readouterr().err == (
            "kata: no exercise named 'zzz': see them all: kata list\n"
        )

    def test_bare_it_is_for_the_next_exercise(self, katas, capsys):
        assert cli.main(["hint"]) == 0
        assert capsys.readouterr().out.startswith("Dot product (dot), week1/vectors.py:3\n")
        solve(katas, "dot")
        assert cli.main(["hint"]) == 0
        assert capsys.readouterr().out.startswith("Extra (extra), week1/vectors.py\n")

    def test_bare_with_a_number(self, katas, capsys):
        assert cli.main(["hint", "3"]) == 0
        assert "Hint 3 of 3:" in capsys.readouterr().out

    @pytest.mark.parametrize(
        "name", ["vectors", "vectors.py", "week1", "week1/vectors.py", "week1/test_vectors.py"]
    )
    def test_of_a_module_or_a_week_it_is_for_the_next_in_it(self, katas, capsys, name):
        solve(katas, "dot")
        assert cli.main(["hint", name, "2"]) == 0
        out = capsys.readouterr().out
        assert out.startswith("Extra (extra)")
        assert "Hint 2 of 2" in out

    @pytest.mark.parametrize(("argv", "where"), [([], "all"), (["vectors"], "all of vectors")])
    def test_where_all_is_done_a_name_is_asked_for(self, katas, capsys, argv, where):
        solve(katas, "dot", "extra")
        assert cli.main(["hint", *argv]) == 2
        assert capsys.readouterr().err == (
            f"kata: {where} is done; for a hint all the same, name an exercise: kata list\n"
        )

    def test_hints_are_counted_by_the_highest(self, katas):
        for number in ("2", "1"):
            cli.main(["hint", "dot", number])
        assert 'dot = { status = "todo", hints = 2' in state_text(katas)

    def test_a_module_with_a_typo(self, katas, capsys):
        assert cli.main(["hint", "vektors"]) == 2
        assert "did you mean 'vectors'?" in capsys.readouterr().err

    def test_a_state_that_cannot_be_written_is_one_sentence(self, katas, capsys):
        (katas / "progress.toml").mkdir()
        assert cli.main(["hint", "dot"]) == 2
        assert capsys.readouterr().err.startswith("kata: progress.toml cannot be read")


class TestList:
    def test_all_exercises_in_order(self, katas, capsys):
        assert cli.main(["list"]) == 0
        assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
            ["week1:", "Toys,", "2", "points"],
            [],
            ["week1/vectors.py:", "Vectors"],
            ["·", "dot", "*", "0/2", "to", "do"],
            ["·", "extra", "***", "0/1.5", "to", "do", "(bonus)"],
        ]

    def test_what_became_of_each(self, katas, capsys):
        (katas / "progress.toml").write_text(
            "[week1]\n"
            'dot = { status = "failed", passed = 1, tests = 2, hints = 1, minutes = 4.2 }\n'
            'extra = { status = "passed", passed = 2, tests = 2, gave_up = true }\n',
            encoding="utf-8",
        )
        assert cli.main(["list"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert " ".join(lines[-2].split()) == "✗ dot * 1/2 wrong, 4 min, 1 hint"
        assert " ".join(lines[-1].split()) == "✓ extra *** 1.5/1.5 done, solution seen (bonus)"

    def test_one_week(self, katas, capsys):
        text = (katas / "exercises/week1.toml").read_text(encoding="utf-8")
        (katas / "exercises/week2.toml").write_text(text, encoding="utf-8")
        assert cli.main(["list", "week2"]) == 0
        assert "week1" not in capsys.readouterr().out

    def test_a_week_that_is_not_there(self, katas, capsys):
        assert cli.main(["list", "week7"]) == 2
        assert capsys.readouterr().err == "kata: no week named 'week7'; there are week1\n"


class TestUsage:
    def test_outside_of_the_katas_the_installed_catalogue_is_used(
        self, tmp_path, capsys, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        assert cli.main(["list"]) == 0
        assert "week1: " in capsys.readouterr().out

    def test_a_broken_catalogue_is_one_sentence(self, katas, capsys):
        (katas / "exercises/week1.toml").write_text("title = ", encoding="utf-8")
        assert cli.main(["list"]) == 2
        error = capsys.readouterr().err
        assert error.startswith("kata: ")
        assert "cannot be read as TOML" in error

    @pytest.mark.parametrize("argv", [["hnt", "dot"], ["hint", "dot", "two"], ["next", "dot"]])
    def test_bad_usage_is_exit_2(self, katas, capsys, argv):
        assert cli.main(argv) == 2
        assert "usage: kata" in capsys.readouterr().err

    def test_help_names_the_commands(self, katas, capsys):
        assert cli.main(["--help"]) == 0
        out = capsys.readouterr().out
        assert "hint" in out
        assert "list" in out
        assert "pytest week1" in out

    def test_it_starts_without_numpy_rich_and_pytest(self, katas):
        program = (
            "import sys, kata.cli\n"
            "kata.cli.main(['hint', 'dot'])\n"
            "print([name for name in ('numpy', 'rich', 'pytest') if name in sys.modules])"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True
        )
        assert done.stdout.splitlines()[-1] == "[]"

    def test_as_a_module_on_an_old_console(self, katas):
        text = (katas / "exercises/week1.toml").read_text(encoding="utf-8")
        text = text.replace("What is multiplied", "What is Σ")
        (katas / "exercises/week1.toml").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-X", "utf8=0", "-m", "kata", "hint", "dot"],
            capture_output=True,
            encoding="ascii",
            check=True,
            env={**_environment(), "PYTHONIOENCODING": "ascii"},
        )
        assert "What is ? with what?" in done.stdout


def _environment():
    return dict(os.environ)


class TestVersion:
    @pytest.mark.parametrize("package", ["kata", "grader"])
    def test_it_is_that_of_the_installed_distribution(self, package):
        done = subprocess.run(
            [sys.executable, "-m", package, "--version"],
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout.startswith(f"math-for-ai-katas {metadata.version(DISTRIBUTION)}, Python")
        assert done.stderr == ""

    def test_a_folder_that_is_not_installed_has_its_own(self, tmp_path, monkeypatch):
        monkeypatch.setattr("kata.version.DISTRIBUTION", "no such distribution")
        monkeypatch.setattr("kata.version.HERE", tmp_path / "exercises")
        assert version() == "unknown (not installed, and without its pyproject.toml)"
        project = tmp_path / "pyproject.toml"
        project.write_text('[project]\nversion = "7.8.9"\n', encoding="utf-8")
        assert version() == "7.8.9 (not installed)"
        project.write_text("[project]\n", encoding="utf-8")
        assert version().startswith("unknown")


def test_a_reader_that_has_seen_enough_is_no_error():
    """As in `kata list | head -1`."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        command = [sys.executable, "-m", "kata", "list"]
        done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (0, "")
