"""Figures of the report, against scipy and against formulas in other forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from grader.reports.measures import agreeing_pairs, cronbach_alpha, discriminations

# Five learners, four items: item variances 0.2, 0.3, 0.3 and 0.2, of the total 2.5.
GUTTMAN = np.array(
    [[0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]], dtype=float
)
SIZES = pytest.mark.parametrize(("learners", "items"), [(12, 3), (60, 25), (400, 8)])


def rasch(learners: int, items: int, seed: int = 4) -> np.ndarray:
    """Return outcomes of a class in which some are stronger and some items easier."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(scale=1.5, size=(learners, 1)) - rng.normal(size=items)
    return (rng.random((learners, items)) < 1 / (1 + np.exp(-odds))).astype(float)


class TestDiscrimination:
    @SIZES
    def test_is_scipys_point_biserial_with_the_rest(self, learners, items):
        outcomes = rasch(learners, items)
        for i, found in enumerate(discriminations(outcomes)):
            rest = np.delete(outcomes, i, axis=1).sum(axis=1)
            assert found == pytest.approx(stats.pointbiserialr(outcomes[:, i], rest)[0])

    def test_of_parts_of_a_score_it_is_pearsons(self):
        scores = np.random.default_rng(1).random((40, 6)).round(4)
        for i, found in enumerate(discriminations(scores)):
            rest = np.delete(scores, i, axis=1).sum(axis=1)
            assert found == pytest.approx(stats.pearsonr(scores[:, i], rest)[0])

    def test_who_did_not_begin_an_item_is_left_out_of_it_alone(self):
        outcomes = rasch(50, 5)
        with_gaps = outcomes.copy()
        with_gaps[:20, 2] = np.nan
        found = discriminations(with_gaps)
        rest = np.nan_to_num(np.delete(with_gaps, 2, axis=1)).sum(axis=1)
        assert found[2] == pytest.approx(stats.pearsonr(with_gaps[20:, 2], rest[20:])[0])
        rest = np.nan_to_num(np.delete(with_gaps, 0, axis=1)).sum(axis=1)
        assert found[0] == pytest.approx(stats.pearsonr(with_gaps[:, 0], rest)[0])

    def test_the_item_itself_does_not_count(self):
        rng = np.random.default_rng(2)
        outcomes = (rng.random((5000, 3)) < 0.5).astype(float)
        assert max(map(abs, discriminations(outcomes))) < 0.05

    def test_what_never_varies_has_none(self):
        outcomes = rasch(30, 4)
        outcomes[:, 1] = 1
        found = discriminations(outcomes)
        assert found[1] is None
        assert None not in found[:1] + found[2:]
        # Thirds that add up to the same in another order differ in the last bit, and mean nothing.
        assert discriminations(np.tile([0.1, 0.2, 0.3], (9, 1))) == [None] * 3

    def test_two_learners_say_nothing(self):
        assert discriminations(GUTTMAN[[0, 4]]) == [None] * 4
        assert discriminations(np.empty((0, 2))) == [None] * 2


class TestAlpha:
    def test_by_hand(self):
        found = cronbach_alpha(GUTTMAN)
        assert found is not None
        variances = [0.2, 0.3, 0.3, 0.2]
        assert found.value == pytest.approx(4 / 3 * (1 - sum(variances) / 2.5))
        assert (found.n_items, found.n_learners) == (4, 5)

    @SIZES
    def test_is_the_share_of_covariances(self, learners, items):
        outcomes = rasch(learners, items)
        covariance = np.cov(outcomes, rowvar=False)
        between = (covariance.sum() - np.trace(covariance)) / (items * (items - 1))
        found = cronbach_alpha(outcomes)
        assert found is not None
        assert found.value == pytest.approx(items**2 * between / covariance.sum())

    @SIZES
    def test_the_interval_is_close_to_feldts(self, learners, items):
        found = cronbach_alpha(rasch(learners, items))
        assert found is not None
        ratio = stats.f(learners - 1, (learners - 1) * (items - 1)).ppf([0.975, 0.025])
        low, high = 1 - (1 - found.value) * ratio
        width = high - low
        assert found.low == pytest.approx(low, abs=0.25 * width)
        assert found.high == pytest.approx(high, abs=0.25 * width)
        assert found.low < found.value < found.high

    def test_the_interval_holds_the_truth_as_often_as_it_says(self):
        rng = np.random.default_rng(3)
        truth = 10 * 0.5 / (1 + 9 * 0.5)  # ten items, half of whose variance is common
        hits, classes = 0, 1000
        for _ in range(classes):
            items = rng.normal(size=(40, 1)) + rng.normal(size=(40, 10))
            found = cronbach_alpha(items)
            assert found is not None
            hits += found.low < truth < found.high
        assert 0.93 < hits / classes < 0.97

    def test_what_cannot_be_told_is_none(self):
        assert cronbach_alpha(GUTTMAN[:2]) is None
        assert cronbach_alpha(GUTTMAN[:, :1]) is None
        assert cronbach_alpha(np.ones((9, 4))) is None

    def test_equal_items_leave_no_interval(self):
        found = cronbach_alpha(np.repeat(GUTTMAN[:, 1:2], 3, axis=1))
        assert found is not None
        assert (found.value, found.low, found.high) == (1.0, None, None)


class TestAgreeingPairs:
    def test_finds_the_same_and_no_constant(self):
        outcomes = rasch(40, 5)
        outcomes[:, 3] = outcomes[:, 1]
        outcomes[:, [0, 4]] = 1
        assert agreeing_pairs(outcomes, 10) == [(1, 3)]

    def test_one_learner_makes_a_difference(self):
        outcomes = rasch(40, 3)
        outcomes[:, 2] = outcomes[:, 0]
        outcomes[7, 2] = 1 - outcomes[7, 0]
        assert agreeing_pairs(outcomes, 10) == []

    def test_only_who_began_both_counts(self):
        outcomes = rasch(40, 2)
        outcomes[:, 1] = outcomes[:, 0]
        outcomes[7, 1] = np.nan
        assert agreeing_pairs(outcomes, 39) == [(0, 1)]
        assert agreeing_pairs(outcomes, 40) == []
