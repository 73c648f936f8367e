"""Causes that are measured: named where the numbers show them, and nowhere else."""

import numpy as np
import pytest

from kata.causes import Pair, measured_cause

RNG = np.random.default_rng(3)
TRUTHS = [RNG.normal(size=(3, 2)), RNG.normal(size=(2, 2)), RNG.uniform(0.1, 0.9, size=5)]


def cause_of(gots, truths=TRUTHS):
    pairs = [
        Pair(np.asarray(got), np.asarray(truth)) for got, truth in zip(gots, truths, strict=True)
    ]
    found = measured_cause(pairs)
    return found and found.name


class TestNamed:
    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("rounded", lambda truth: np.round(truth, 4)),
            ("rounded", lambda truth: np.round(truth, 2)),
            ("single_precision", lambda truth: truth.astype(np.float32)),
            ("single_precision", lambda truth: truth.astype(np.float32).astype(float)),
            ("other_sign", lambda truth: -truth),
            ("twice", lambda truth: 2 * truth),
            ("half", lambda truth: truth / 2),
            ("divided_by_ln_2", lambda truth: truth / np.log(2)),
            ("times_ln_2", lambda truth: truth * np.log(2)),
            ("reversed", lambda truth: truth[..., ::-1]),
            ("absolute", np.abs),
            ("squared", np.square),
            ("complement", lambda truth: 1 - truth),
            ("inverse_number", lambda truth: 1 / truth),
            ("exponential", np.exp),
            ("sum_of_all", np.sum),
            ("mean_of_all", np.mean),
            ("another_order", lambda truth: np.sort(truth, axis=None).reshape(truth.shape)),
            ("another_shape", lambda truth: truth[None]),
        ],
    )
    def test_a_cause_that_explains_all(self, name, change):
        assert cause_of([change(truth) for truth in TRUTHS]) == name

    def test_short_numbers_far_from_the_truth(self):
        """Cancelling leaves few of the seven digits, and they are short all the same."""
        values = np.array([1e6 + 0.1, 1e6 + 0.2, 1e6 + 0.4])
        short = values.astype(np.float32)
        gots = [(short - np.mean(short)) ** 2 + np.float32(1 / 3), short / np.float32(3)]
        truths = [(values - np.mean(values)) ** 2 + 1 / 3, values / 3]
        assert cause_of(gots, truths) == "single_precision"

    def test_a_transposed_matrix(self):
        tables = TRUTHS[:2]
        assert cause_of([table.T for table in tables], tables) == "transposed"

    def test_sums_along_another_axis(self):
        scores = RNG.normal(size=(4, 4))
        for table in (scores, scores + scores.T):  # of symmetric scores it is also the transpose
            assert cause_of([_softmax(table, 0)], [_softmax(table, 1)]) == "another_axis"
        centred = [scores - scores.mean(axis=axis, keepdims=True) for axis in (1, 0)]
        assert cause_of([centred[0]], [centred[1]]) == "another_axis"

    def test_a_logarithm_and_a_root_of_positive_numbers(self):
        positive = [np.abs(truth) + 0.1 for truth in TRUTHS]
        assert cause_of([np.log(truth) for truth in positive], positive) == "logarithm"
        assert cause_of([np.sqrt(truth) for truth in positive], positive) == "square_root"

    def test_a_single_number_is_evidence_for_a_plain_rule_only(self):
        assert cause_of([2.0 * 0.3], [0.3]) == "twice"
        assert cause_of([1 - 0.3], [0.3]) is None


class TestNotNamed:
    def test_what_is_right(self):
        assert cause_of(TRUTHS) is None
        assert cause_of([truth * (1 + 1e-15) for truth in TRUTHS]) is None

    def test_one_call_that_contradicts(self):
        assert cause_of([2 * TRUTHS[0], 2 * TRUTHS[1], TRUTHS[2]]) is None
        assert cause_of([np.round(TRUTHS[0], 3), TRUTHS[1], TRUTHS[2]]) is None

    def test_numbers_that_are_gone_are_not_rounded(self):
        truth = np.array([1e-200, -1e-190])
        assert cause_of([np.zeros(2)], [truth]) is None

    def test_two_mistakes_at_once(self):
        assert cause_of([2 * truth + 1 for truth in TRUTHS]) is None

    def test_two_numbers_that_change_places(self):
        square = np.array([[0.2, 0.7], [0.4, 0.3]])
        assert cause_of([square.T], [square]) == "another_order"
        assert cause_of([square[0, ::-1]], [square[0]]) == "another_order"

    def test_a_symmetric_result_is_not_transposed(self):
        table = TRUTHS[0] @ TRUTHS[0].T
        assert cause_of([table.T + 1], [table]) is None

    def test_sums_that_are_alike_along_both_axes(self):
        table = np.full((3, 3), 1 / 3)
        assert cause_of([_softmax(RNG.normal(size=(3, 3)), 0)], [table]) is None

    def test_what_holds_no_real_numbers(self):
        assert cause_of([np.array([1j])], [np.array([2j])]) is None
        assert cause_of([np.zeros(3)], [np.zeros(3)]) is None

    def test_rounding_of_whole_numbers_is_none(self):
        whole = [np.array([1.0, 5.0, 7.0])]
        assert cause_of([whole[0] + 1], whole) is None


def _softmax(scores, axis):
    exponentials = np.exp(scores)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)
