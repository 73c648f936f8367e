"""Reasons: a misconception that explains all, a cause that is measured, or none."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from grader.judging.bench import Answer
from grader.judging.causes import Call, find_cause
from grader.judging.diagnosis import LIKENESSES, _same_answer
from tests.grader.toy import REFERENCE

X = np.array([1.5, -2.0, 3.25])


def call(got, truth, *args, test=0, **kwargs) -> Call:
    """Return a call; an exception's name stands for the exception."""
    answers = [
        Answer(error=value.__name__) if isinstance(value, type) else Answer(value)
        for value in (got, truth)
    ]
    return Call(args or (X,), tuple(kwargs), *answers, test)


def name_of(calls, failed=(0,)) -> str | None:
    found = find_cause(calls, frozenset(failed))
    return found and found.name


class TestCauses:
    def test_nothing_is_returned(self):
        assert name_of([call(None, 2.0), call(None, X)]) == "returns_none"
        assert name_of([call(None, 2.0), call(X, X)]) == "returns_none_sometimes"

    def test_too_little_is_refused(self):
        calls = [call(X, X), call(1.0, ValueError, test=1)]
        assert name_of(calls, failed=[1]) == "refuses_too_little"
        assert name_of([call(X, X), call(KeyError, ValueError, test=1)], [1]) == "raises_another"

    def test_not_where_all_is_wrong(self):
        """A function that gives 1 for everything has another trouble."""
        assert name_of([call(1.0, ValueError), call(1.0, X)]) is None

    def test_numbers_in_all_calls(self):
        assert (
            name_of([call(2 * X, X), call(2 * X + 2, X + 1), call(ValueError, ValueError)])
            == "twice"
        )
        assert name_of([call(2 * X, X), call(X + 1, X + 1)]) is None

    def test_one_of_several_results(self):
        calls = [call((2 * X, 1.0), (X, 1.0)), call((2 * X + 2, 3.0), (X + 1, 3.0))]
        found = find_cause(calls, frozenset({0}))
        assert found.sentence == "In the first of the results: Your result is twice the right one."
        assert name_of([*calls, call((X, 2.0), (X, 1.0))]) is None

    def test_each_failed_test_is_explained(self):
        """One that fails without a wrong answer fails for another reason."""
        calls = [call(2 * X, X), call(2 * X, X, test=1)]
        assert name_of(calls, failed=[0, 1]) == "twice"
        assert name_of(calls, failed=[0, 1, 2]) is None

    def test_gaps(self):
        small, large = np.ones(3), np.full(3, 800.0)
        wrong = np.array([np.nan, 2.0, 3.0])
        calls = [call(small, small, small), call(wrong, np.array([1.0, 2.0, 3.0]), large)]
        assert name_of(calls) == "overflows"
        assert name_of([calls[0], call(wrong, np.array([1.0, 2.0, 3.0]), small)]) == "gaps"
        assert name_of([calls[0], call(wrong, np.array([1.0, 2.0, 4.0]), large)]) is None

    def test_inputs_of_one_kind(self):
        tables = [np.arange(1.0, 5.0).reshape(2, 2) + k for k in range(2)]
        right = [call(2.0, 2.0, X + k) for k in range(3)]
        wrong = [call(k + 0.3, k * 7 + 0.9, table) for k, table in enumerate(tables)]
        found = find_cause([*right, *wrong], frozenset({0}))
        assert found.sentence == (
            "Right for all other inputs that were tried, and wrong for all with more than one axis."
        )
        assert name_of([*right, *wrong, call(2.0, 2.0, tables[0])]) is None  # one contradicts it
        assert name_of([*right, wrong[0]]) is None  # too few

    def test_a_keyword(self):
        right = [call(2.0, 2.0, X + k) for k in range(3)]
        wrong = [call(k + 0.3, k * 7 + 0.9, X + k, axis=k) for k in range(2)]
        assert name_of([*right, *wrong]) == "wrong_with_axis"

    @pytest.mark.parametrize(
        "odd",
        [
            *(["a"] * 1000 + ["x" * 10**6], np.zeros((0, 0)), np.zeros((3, 0)), [[1], [1, 2]]),
            *({"a": X}, (X, None), 10**30, "text", np.array(["a", "b"]), np.array(1j)),
        ],
    )
    def test_any_answer_is_met_calmly(self, odd):
        assert name_of([call(odd, X), call(X, odd), call(odd, odd)]) in (None, "another_shape")


class TestLikeness:
    @pytest.mark.parametrize("likeness", LIKENESSES)
    def test_a_variant_accounts_for_each_difference(self, likeness):
        """Two answers that both are nearly right are not alike for that."""
        truth = np.array([-3e-9, 6.1])
        cuts_left, cuts_right = np.array([0.0, 6.1]), np.array([-3e-9, 6.1 + 2e-8])
        learner, variant, right = map(Answer, (cuts_left, cuts_right, truth))
        assert not _same_answer(learner, variant, right, likeness)
        assert _same_answer(learner, learner, right, likeness)

    def test_signs_of_unit_vectors_are_free(self):
        truth = np.array([[0.6, 0.8], [0.8, -0.6]])
        learner, variant = Answer(truth[::-1]), Answer(-truth[::-1])
        loose = LIKENESSES[-1]
        assert _same_answer(learner, variant, Answer(truth), loose)
        assert not _same_answer(learner, Answer(truth), Answer(truth), loose)


class TestVariants:
    """The toy course knows three mistakes: squares, magnitudes, refuses_nothing."""

    def misconception(self, toys, code):
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", code))
        toys.judge()
        return toys.result("ada")["exercises"][0]["misconception"]

    def test_a_known_mistake_in_other_words(self, toys):
        found = self.misconception(toys, "return (x + x) * np.sign(x)")
        assert found == {"name": "magnitudes", "sentence": "You doubled the magnitude only."}

    def test_a_known_mistake_and_another_one(self, toys):
        """It fails what the variant passes, so the variant is not the whole story."""
        found = self.misconception(toys, "return np.abs(2 * x) if np.ndim(x) else 1.0")
        assert found is None or found["name"] != "magnitudes"

    def test_a_tiny_difference_is_not_explained_by_another(self, toys):
        """It is near the known mistake, and that does not account for it."""
        found = self.misconception(toys, "return 2 * x * (1 + 1e-8)")
        assert found is None

    def test_a_measured_cause_where_no_variant_fits(self, toys):
        assert self.misconception(toys, "return np.round(2 * x, 3)")["name"] == "rounded"

    def test_two_that_cannot_be_told_apart_are_not_named(self, toys, course, tmp_path):
        copy = tmp_path / "copy"
        shutil.copytree(course.root, copy)
        path = copy / "tests" / "week1" / "variants_toys.py"
        text = path.read_text(encoding="utf-8")
        twin = text[text.index('@wrong("double", "You squared') :].partition("\n\n\n")[0]
        twin = twin.replace("def squares", "def twins").replace("You squared", "You multiplied")
        path.write_text(f"{text}\n\n{twin}\n", encoding="utf-8")
        assert self.misconception(toys, "return x * x")["name"] == "squares"
        toys.course = type(course)(copy)
        assert self.misconception(toys, "return x * x") is None
