"""Mutants of the toy course: which changes are made, which are noticed, and what is told."""

from __future__ import annotations

import io
import random

import pytest
from rich.console import Console

from grader.authoring.changes import Change, cosmic_changes, draw_pairs, more_changes
from grader.authoring.mutants import EQUIVALENT, print_report, run_mutants
from grader.authoring.stubs import write_stubs
from grader.errors import SuiteError
from grader.progress import Progress
from tests.grader.toy import HIDDEN, make_course

SOLUTION = """
import numpy as np

def f(x, n):
    y = np.sum(x - 0.5, axis=1, keepdims=True) / n  # Σ over j
    return y[: n - 1] @ x.T
"""
ALL_LINES = frozenset(range(1, 20))


def changed_lines(changes) -> set[str]:
    return {change.told(SOLUTION)[1].partition("  #")[0] for change in changes}


@pytest.fixture
def course(tmp_path):
    course = make_course(tmp_path)
    write_stubs(course)
    return course


def mutants_of(course, *names, **options):
    return run_mutants(names, Progress(Console(file=io.StringIO())), course, **options)


def make_weak(root) -> None:
    head, _, tail = HIDDEN.partition("class TestDouble:")
    tail = tail[tail.index("class TestProduct") :]
    one = '    def test_one(self, learner):\n        """Twice 1 is 2."""\n'
    one += "        assert_close(learner.double(1.0), 2.0)\n\n\n"
    (root / "tests/week1/test_toys.py").write_text(f"{head}class TestDouble:\n{one}{tail}")


def explain(root, was: str, becomes: str) -> None:
    entry = {"module": "week1/toys", "exercise": "double", "was": was, "becomes": becomes}
    lines = [f"{name} = {value!r}" for name, value in {**entry, "reason": "a toy"}.items()]
    with (root / EQUIVALENT).open("a") as file:
        file.write("\n".join(["[[mutant]]", *lines, ""]))


class TestChanges:
    @pytest.mark.parametrize(
        "becomes",
        [
            "y = np.sum(x - 5.0, axis=1, keepdims=True) / n",
            "y = np.sum(x - 0.5, axis=0, keepdims=True) / n",
            "y = np.sum(x - 0.5, axis=None, keepdims=True) / n",
            "y = np.sum(x - 0.5, axis=1) / n",
            "y = np.sum(((0.5) - (x)), axis=1, keepdims=True) / n",
            "y = np.sum((x), axis=1, keepdims=True) / n",
            "y = np.mean(x - 0.5, axis=1, keepdims=True) / n",
            "y = np.float32(np.sum(x - 0.5, axis=1, keepdims=True) / n)",
            "y = (np.sum(x - 0.5, axis=1, keepdims=True) / n)[::-1]",
            "return y[: n - 1 + 1] @ x.T",
            "return y[: (n)] @ x.T",
            "return y[: n - 1] @ x",
        ],
    )
    def test_kinds_of_our_own(self, becomes):
        assert becomes in changed_lines(more_changes(SOLUTION, ALL_LINES))
        assert becomes not in changed_lines(cosmic_changes(SOLUTION, ALL_LINES))

    def test_a_change_of_cosmic_ray_is_one_stretch(self):
        changes = list(cosmic_changes(SOLUTION, frozenset({6})))
        assert "return y[: n + 1] @ x.T" in changed_lines(changes)
        assert {change.line(SOLUTION) for change in changes} == {6}

    def test_other_lines_stay(self):
        assert {c.line(SOLUTION) for c in more_changes(SOLUTION, frozenset({6}))} == {6}

    def test_pairs_do_not_overlap_and_come_again(self):
        changes = [Change(0, 2, "a"), Change(1, 3, "b"), Change(3, 4, "c"), Change(5, 6, "d")]
        pairs = draw_pairs(changes, 100, random.Random(0))
        assert len(pairs) == 5  # of six, without the first and second
        assert all(one.end <= other.start for one, other in pairs)
        assert draw_pairs(changes, 2, random.Random(1)) == draw_pairs(changes, 2, random.Random(1))
        assert draw_pairs(changes[:1], 2, random.Random(0)) == []


class TestMutants:
    def test_all_are_noticed(self, course):
        report = mutants_of(course, "product")
        assert report.total > 5
        assert not report.survivors

    def test_survivors_are_told_and_may_be_explained(self, tmp_path, course):
        """Doubling is tried with 1 alone, which 2 / x and 2 ** x double too."""
        make_weak(tmp_path)
        report = mutants_of(course, "double")
        told = {(mutant.was, mutant.becomes) for mutant in report.survivors}
        assert {("return 2 * x", "return 2 / x"), ("return 2 * x", "return 2 ** x")} < told
        assert ("return 2 * x", "return 2 + x") not in told

        explain(tmp_path, "return 2 * x", "return 2 / x")
        explained = mutants_of(course, "double")
        assert len(explained.explained) == 1
        assert len(explained.survivors) == len(report.survivors) - 1
        assert explained.total == report.total
        console = Console(file=io.StringIO(), record=True, width=200)
        print_report(console, explained)
        assert "1 equivalent" in console.export_text()

    def test_a_pair_of_survivors_is_told_as_two_changes(self, tmp_path, course):
        make_weak(tmp_path)
        report = mutants_of(course, "double", pairs=200)
        told = [mutant for mutant in report.survivors if mutant.halves]
        singles = {mutant.key for mutant in report.survivors if not mutant.halves}
        assert singles
        assert not [m for m in told if {half.key for half in m.halves} <= singles]

    def test_a_pair_is_explained_by_its_halves(self, tmp_path, course):
        make_weak(tmp_path)
        explain(tmp_path, "return 2 * x", "*")
        explain(tmp_path, "if np.ndim(x) > 1:", "*")
        explain(tmp_path, 'raise ValueError(f"x has {np.ndim(x)} axes")', "*")
        report = mutants_of(course, "double", pairs=200)
        assert report.explained
        assert not report.survivors

    def test_entries_of_what_is_gone_are_told(self, tmp_path, course):
        explain(tmp_path, "return 3 * x", "*")
        explain(tmp_path, "return 2 * x", "*")
        assert mutants_of(course, pairs=2).stale == ["week1/toys double return 3 * x *"]

    def test_a_list_that_cannot_be_read(self, tmp_path, course):
        (tmp_path / EQUIVALENT).write_text("[[mutant]]\nwas = 'x'\n")
        with pytest.raises(SuiteError, match="needs module, exercise, was, becomes, reason"):
            mutants_of(course)

    def test_processes_change_nothing(self, course):
        one, two = (mutants_of(course, pairs=30, jobs=jobs) for jobs in (1, 2))
        assert one == two
        assert one.total > 20

    def test_unknown_exercises_are_an_error(self, course):
        with pytest.raises(SuiteError, match="no exercise named 'nothing'"):
            mutants_of(course, "nothing")
