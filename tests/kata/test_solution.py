"""`kata solution`: ours beside the learner's own, and not too early."""

import json
import os
import sys

import pytest

from kata import cli
from kata.seal import SEALED, seal, unseal
from kata.solution import as_shown
from tests.kata.test_cli import katas, solve, state_text

__all__ = ["katas"]

OURS = "def dot(u, v):\n    return float(u @ v)  # one number"
MINE = 'def dot(u, v):\n    """Multiply."""\n    return sum(u * v)\n'
CLASS_CATALOGUE = """
title = "More"

[machines]
title = "Machines"

[machines.up]
title = "Up"
points = 1
difficulty = 1
hints = ["a", "b"]
object = "Counter"

[machines.down]
title = "Down"
points = 1
difficulty = 1
hints = ["a", "b"]
object = "Counter"
"""


@pytest.fixture
def copy(katas):
    sealed = {"week1/dot": seal("week1/dot", OURS), "week1/extra": "no such seal"}
    (katas / SEALED).write_text(json.dumps(sealed), encoding="utf-8")
    (katas / "week1/vectors.py").write_text(MINE, encoding="utf-8")
    return katas


def make_solved(copy, *names):
    solve(copy, *names)
    text = state_text(copy).replace("tests = 2", 'tests = 2, solved = "2026-03-01"')
    (copy / "progress.toml").write_text(text, encoding="utf-8")


class TestSolution:
    def test_both_are_shown_without_the_docstring(self, copy, capsys):
        make_solved(copy, "dot")
        assert cli.main(["solution", "dot"]) == 0
        assert capsys.readouterr().out.splitlines() == [
            "Yours, week1/vectors.py:1",
            "",
            "def dot(u, v):",
            "    return sum(u * v)",
            "",
            "Ours",
            "",
            "def dot(u, v):",
            "    return float(u @ v)  # one number",
        ]
        assert "gave_up" not in state_text(copy)

    def test_in_a_wide_terminal_they_stand_side_by_side(self, copy, capsys, monkeypatch):
        make_solved(copy, "dot")
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", "120")
        cli.main(["solution", "dot"])
        lines = capsys.readouterr().out.splitlines()
        assert lines[2] == "def dot(u, v):              |   def dot(u, v):"
        monkeypatch.setenv("COLUMNS", "60")
        cli.main(["solution", "dot"])
        assert "|" not in capsys.readouterr().out

    def test_before_it_is_solved_it_is_kept(self, copy, capsys):
        assert cli.main(["solution", "dot"]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err == (
            "kata: dot is not solved yet; for a hint: kata hint dot; to see the solution all the "
            "same, which your progress will say: kata solution dot --give-up\n"
        )

    def test_giving_up_is_remembered_and_shown(self, copy, capsys):
        assert cli.main(["solution", "dot", "--give-up"]) == 0
        assert "Ours" in capsys.readouterr().out
        cli.main(["list"])
        assert "to do, solution seen" in capsys.readouterr().out

    def test_to_give_up_what_is_solved_is_no_giving_up(self, copy):
        make_solved(copy, "dot")
        assert cli.main(["solution", "dot", "--give-up"]) == 0
        assert "gave_up" not in state_text(copy)

    def test_what_was_solved_once_may_be_broken_again(self, copy, capsys):
        make_solved(copy, "dot")
        text = state_text(copy).replace("passed", "failed", 1)
        (copy / "progress.toml").write_text(text, encoding="utf-8")
        assert cli.main(["solution", "dot"]) == 0

    def test_a_class_is_shown_when_all_of_it_is_solved(self, copy, capsys):
        (copy / "exercises/week2.toml").write_text(CLASS_CATALOGUE, encoding="utf-8")
        sealed = {"week2/up": seal("week2/up", "class Counter: ...")}
        (copy / SEALED).write_text(json.dumps(sealed), encoding="utf-8")
        (copy / "progress.toml").write_text('[week2]\nup = { status = "passed", solved = "x" }\n')
        assert cli.main(["solution", "up"]) == 2
        assert "down is not solved yet" in capsys.readouterr().err
        (copy / "progress.toml").write_text("[week2]\n")
        assert cli.main(["solution", "up"]) == 2
        assert "up and down are not solved yet" in capsys.readouterr().err

    @pytest.mark.parametrize("text", ["", "def dot(u, v:\n    return\n", "dot = 3\n"])
    def test_whatever_the_learner_has(self, copy, capsys, text):
        (copy / "week1/vectors.py").write_text(text, encoding="utf-8")
        assert cli.main(["solution", "dot", "--give-up"]) == 0
        assert "float(u @ v)" in capsys.readouterr().out

    def test_a_copy_without_solutions(self, katas, capsys):
        assert cli.main(["solution", "dot", "--give-up"]) == 2
        assert "has no solutions" in capsys.readouterr().err
        assert not os.path.exists(katas / "progress.toml")

    def test_a_damaged_seal(self, copy, capsys):
        assert cli.main(["solution", "extra", "--give-up"]) == 2
        assert "is damaged" in capsys.readouterr().err

    def test_the_whole_repository_has_them_open(self, katas, capsys):
        (katas / "solutions/week1").mkdir(parents=True)
        reference = f'"""All."""\n\n{OURS}\n'.replace(
            "    return", "    ### BEGIN SOLUTION\n    return"
        )
        (katas / "solutions/week1/vectors.py").write_text(reference, encoding="utf-8")
        assert cli.main(["solution", "dot", "--give-up"]) == 0
        assert capsys.readouterr().out.endswith(f"Ours\n\n{OURS}\n")


class TestSeal:
    def test_it_opens_under_its_own_name_only(self):
        sealed = seal("week1/dot", OURS)
        assert unseal("week1/dot", sealed) == OURS
        with pytest.raises(ValueError, match="damaged"):
            unseal("week1/norm", sealed)

    def test_no_word_of_it_is_readable(self):
        sealed = seal("week1/dot", OURS * 5)
        assert not any(word in sealed for word in ("def", "return", "float", "number"))


def test_a_class_is_shown_without_its_docstrings():
    source = (
        'class A:\n    """Long."""\n\n    def f(self):\n        """Do."""\n        return 1\n\n'
        '    def g(self):\n        """Only this."""\n'
    )
    assert as_shown(source, "A") == [
        *("class A:", "", "    def f(self):", "        return 1", ""),
        *("    def g(self):", '        """Only this."""'),
    ]
