"""The command `kata`, as a learner types it."""

import os
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


class TestList:
    def test_all_exercises_in_order(self, katas, capsys):
        assert cli.main(["list"]) == 0
        assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
            ["week1:", "Toys,", "2", "points"],
            [],
            ["week1/vectors.py:", "Vectors"],
            ["dot", "*", "2"],
            ["extra", "***", "1.5,", "bonus"],
        ]

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

    @pytest.mark.parametrize("argv", [[], ["hnt", "dot"], ["hint"], ["hint", "dot", "two"]])
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
