"""How a class stands: figures, remarks, and who needs help."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import grader.reports.standing
from grader.reports.figures import MIN_JUDGED, remarks_on_exercise, remarks_on_test
from grader.reports.standing import Standing
from tests.grader.reports.made import CATALOGUE, NAMES, POINTS, result, submission, todo, verdict


def standing(*results) -> Standing:
    """Return the class of some results."""
    found = Standing(CATALOGUE)
    for each in results:
        found.add(each)
    return found


def random_class(learners: int = 50) -> tuple[Standing, np.ndarray]:
    """Return a class, and the outcomes (learner, exercise, test) that it is made of."""
    rng = np.random.default_rng(5)
    chance = 1 / (1 + np.exp(-rng.normal(scale=2, size=(learners, 1, 1))))
    outcomes = rng.random((learners, len(NAMES), 4)) < chance
    results = [
        result(
            f"learner{i}",
            [
                verdict(name, "".join("01"[int(each)] for each in outcomes[i, e]))
                for e, name in enumerate(NAMES)
            ],
        )
        for i in range(learners)
    ]
    return standing(*results), outcomes.astype(float)


class TestFigures:
    def test_of_a_class_are_those_of_its_numbers(self):
        found, outcomes = random_class()
        (week,) = found.weeks()
        scores = POINTS * outcomes.mean(axis=2)
        shares = scores.sum(axis=1) / (POINTS * len(NAMES))
        assert week.handed_in == 50
        assert week.mean == pytest.approx(shares.mean())
        assert week.median == pytest.approx(np.median(shares))
        assert sum(week.histogram) == 50
        assert week.histogram[10] == (shares == 1).sum()
        assert week.histogram[0] == (shares < 0.1).sum()
        items = np.cov(scores, rowvar=False)
        alpha = 8 / 7 * (1 - np.trace(items) / items.sum())
        assert week.alpha is not None
        assert week.alpha.value == pytest.approx(alpha)
        for e, exercise in enumerate(week.exercises):
            rest = np.delete(scores, e, axis=1).sum(axis=1)
            assert exercise.discrimination == pytest.approx(stats.pearsonr(scores[:, e], rest)[0])
            assert exercise.mean == pytest.approx(scores[:, e].mean() / POINTS)
            assert exercise.full == pytest.approx((scores[:, e] == POINTS).mean())
        flat = outcomes.reshape(50, -1)
        for t, test in enumerate(week.tests):
            rest = np.delete(flat, t, axis=1).sum(axis=1)
            assert test.discrimination == pytest.approx(stats.pointbiserialr(flat[:, t], rest)[0])
            assert test.failed == (flat[:, t] == 0).sum()
            assert test.judged == 50

    def test_what_is_to_do_is_not_hard(self):
        found = standing(
            result("a", {"a": todo("a")}),
            result("b", {"a": verdict("a", "0000")}),
            result("c", {"a": verdict("a", "0000", status="unreadable")}),
            result("d", {}),
            result("e", {"a": verdict("a", "0000", status="timeout")}),
        )
        exercise, *_ = found.weeks()[0].exercises
        assert (exercise.judged, exercise.to_do, exercise.unreadable, exercise.too_slow) == (
            *(5, 1, 1, 1),
        )
        assert exercise.begun == 3
        assert exercise.mean == exercise.full == pytest.approx(1 / 3)

    def test_what_says_nothing_of_a_test_is_not_counted(self):
        found = standing(
            result("a", {"a": todo("a")}),
            result("b", {"a": verdict("a", "0000", status="forbidden")}),
            result("c", {"a": verdict("a", "0000", status="unreadable")}),
            result("d", {"a": verdict("a", "0111")}),
        )
        first, second, *_ = found.weeks()[0].tests
        assert (first.judged, first.failed) == (1, 1)
        assert (second.judged, second.failed) == (1, 0)

    def test_results_of_two_versions_of_the_tests(self):
        longer = [*(verdict(name) for name in NAMES), verdict("new", "01")]
        found = standing(result("a", {}), result("b", longer), result("c", {}))
        (week,) = found.weeks()
        assert [each.name for each in week.exercises] == [*NAMES, "new"]
        assert week.exercises[-1].judged == 1
        assert (week.tests[-2].judged, week.tests[-2].failed) == (1, 1)
        assert week.tests[0].judged == 3

    def test_two_files_of_one_learner_count_once(self):
        found = standing(result("a", {}), result("a", {}))
        assert (found.n_learners, found.n_results) == (1, 1)
        assert found.problems == ["a week1: two files say they are this; grade again"]

    @pytest.mark.parametrize(
        ("bad", "problem"),
        [
            (result("a", {}, status="no sandbox"), "no sandbox"),
            (
                result("a", {"a": verdict("a", status="splendid")}),
                "no such status: splendid; grade again",
            ),
            (result("a", {}, score=math.nan), "a score that is no number; grade again"),
            (result("a", {}, max_score=math.inf), "a score that is no number; grade again"),
        ],
    )
    def test_what_is_no_grade_counts_nothing_and_stops_nothing(self, bad, problem):
        found = standing(bad, result("b", {}))
        assert found.problems == [f"a week1: {problem}"]
        assert found.weeks()[0].handed_in == 1

    def test_a_very_large_class_is_counted_and_not_listed(self, monkeypatch):
        monkeypatch.setattr(grader.reports.standing, "LISTED_LEARNERS", 3)
        found = standing(*(result(f"learner{i}", {}) for i in range(5)))
        assert (found.n_learners, len(found.learners)) == (5, 3)
        assert found.weeks()[0].handed_in == 5


class TestRemarks:
    def remarks(self, *outcomes: str) -> list[tuple[str, ...]]:
        """Return the remarks on the tests of the first exercise."""
        found = standing(
            *(result(f"l{i}", {"a": verdict("a", each)}) for i, each in enumerate(outcomes))
        )
        return [remarks_on_test(test) for test in found.weeks()[0].tests[:4]]

    def test_nobody_and_everybody(self):
        assert self.remarks(*["0110"] * 10)[:2] == [("everybody fails it",), ("nobody fails it",)]

    def test_few_learners_are_no_reason_for_any(self):
        assert set(self.remarks(*["0110"] * 9)) == {()}

    def test_pairs_that_agree_and_are_no_cases_of_one_test(self):
        first, second, third, case = self.remarks(*["1011", "0100"] * 5, "0101")
        assert first == ("always agrees with test_third",)
        assert second == ("does not tell strong from weak",)
        assert third == ("always agrees with test_first",)
        assert case == ()

    def test_weak_learners_pass_it_more_often(self):
        assert "does not tell strong from weak" in self.remarks(*["1000", "0111"] * 5)[0]

    def test_on_exercises(self):
        todos = [result(f"l{i}", {"a": todo("a")}) for i in range(10)]
        wrong = [result(f"m{i}", {"b": verdict("b", "0000")}) for i in range(10)]
        a, b, c, *_ = standing(*todos, *wrong).weeks()[0].exercises
        assert remarks_on_exercise(a) == (
            "half of the class or more has it to do",
            "everybody has full points",
        )
        assert remarks_on_exercise(b) == ("does not tell strong from weak",)
        assert remarks_on_exercise(c) == ("everybody has full points",)
        assert MIN_JUDGED == 10
        b = standing(*wrong).weeks()[0].exercises[1]
        assert remarks_on_exercise(b) == ("nobody has a point",)


class TestNeeds:
    @pytest.mark.parametrize(
        ("verdicts", "reason"),
        [
            ([todo(n) for n in NAMES], "never started: nothing is written in week1"),
            (
                {n: verdict(n, "0000", status="unreadable") for n in "abc"},
                "broken file: toys.py of week1, 3 exercises",
            ),
            (
                {n: verdict(n, "0000") for n in "abcd"},
                "mostly wrong: 4 of the 8 begun in week1",
            ),
            (
                {n: todo(n) for n in NAMES[2:]},
                "stuck early: 2 of 8 begun in week1, the last is b",
            ),
            (
                {"c": verdict("c", "1000", misconception="You squared.")},
                "one misconception, and nothing else, in week1: c: You squared.",
            ),
        ],
    )
    def test_each_reason(self, verdicts, reason):
        found = standing(result("fine", {}), result("needs", verdicts))
        (need,) = found.needs()
        assert found.learners[need.learner][0] == "needs"
        assert need.reasons == (reason,)

    @pytest.mark.parametrize(
        "verdicts",
        [
            {},
            {n: todo(n) for n in NAMES[3:]},
            {n: verdict(n, "0000") for n in "abc"},
            {"c": verdict("c", "1000")},
            {n: verdict(n, "1000", misconception="You squared.") for n in "ab"},
        ],
    )
    def test_no_reason(self, verdicts):
        assert standing(result("a", verdicts)).needs() == []

    def test_a_week_that_half_of_the_class_handed_in(self):
        found = standing(result("a", {}), result("b", {}), result("b", {}, week="week2"))
        (need,) = found.needs()
        assert need.reasons == ("handed in nothing for week2, as at least half of the class did",)
        found = standing(*(result(n, {}) for n in "abc"), result("c", {}, week="week2"))
        assert found.needs() == []

    def test_the_most_urgent_first_and_all_reasons_of_one(self):
        broken = {n: verdict(n, "0000", status="unreadable") for n in "abc"}
        wrong = {n: verdict(n, "0000") for n in NAMES[3:]}
        found = standing(
            result("fine", {}),
            result("stuck", {n: todo(n) for n in NAMES[2:]}),
            result("twice", broken | wrong),
            result("zero", [todo(n) for n in NAMES]),
        )
        needs = found.needs()
        assert [found.learners[need.learner][0] for need in needs] == ["zero", "twice", "stuck"]
        assert [reason.split(":")[0] for reason in needs[1].reasons] == [
            "broken file",
            "mostly wrong",
        ]


class TestExamples:
    CODE = 'def a(x):\n    """Return twice x."""\n\n    return x * x  # {}\n'

    def examples(self, *codes: tuple[str, str]) -> list[str]:
        """Return the examples of a misconception that these learners have."""
        found = Standing(CATALOGUE)
        wrong = verdict("a", "0000", misconception="You squared.")
        for learner, text in codes:
            found.add(result(learner, {"a": wrong}), submission(learner, text))
        (finding,) = found.findings
        assert finding.count == len(codes)
        return finding.examples

    def test_are_two_and_without_docstring(self):
        codes = [(f"learner{i}", self.CODE.format(i)) for i in range(4)]
        assert self.examples(*codes) == [
            "def a(x):\n    return x * x  # 0",
            "def a(x):\n    return x * x  # 1",
        ]

    def test_differ(self):
        assert len(self.examples(("bob", self.CODE), ("eve", self.CODE))) == 1

    def test_bear_no_name(self):
        codes = [("Ada Lovelace", self.CODE.format("by LOVELACE")), ("eve", self.CODE)]
        assert self.examples(*codes) == ["def a(x):\n    return x * x  # {}"]

    @pytest.mark.parametrize("text", ["(" * 10_000, "b = 1\n", "a = \\\n"])
    def test_a_file_without_the_function_has_none(self, text):
        assert self.examples(("eve", text)) == []

    def test_without_the_file_it_is_the_line_of_the_reason(self):
        why = "raised ValueError (at week1/toys.py:70, in `return x @ W + b`)"
        wrong = verdict("a", "0000", why=why, misconception="You squared.")
        found = standing(result("eve", {"a": wrong}))
        assert found.findings[0].examples == ["return x @ W + b"]
