from __future__ import annotations

from math import log

import numpy as np
import pytest

from grader.similarity import evidence
from grader.similarity.evidence import PAIRS_BY_CHANCE, Evidence, bound_of_chance

PLACE = ("week1", "solve")


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.uint64)


def of(*learners: range) -> Evidence:
    """Return what learners share who have these fingerprints."""
    found = Evidence()
    found.add(PLACE, {i: ids(*each) for i, each in enumerate(learners)})
    return found


class TestWeights:
    def test_what_two_have_weighs_one_each(self):
        found = of(range(10), range(2, 12), range(20, 30), range(30, 40))
        ((pair, (alike,)),) = found.pairs.items()
        assert (pair, alike.place) == ((0, 1), PLACE)
        assert alike.weight == pytest.approx(8)
        assert alike.share == pytest.approx(0.8)
        assert alike.telling == pytest.approx(8 * 0.8**2)

    def test_what_three_of_four_have_weighs_less(self):
        found = of(range(10), range(10), range(10), range(20, 30))
        weight = 10 * log(5 / 3) / log(5 / 2)
        assert [alike.weight for (alike,) in found.pairs.values()] == pytest.approx([weight] * 3)
        assert [alike.share for (alike,) in found.pairs.values()] == pytest.approx([1] * 3)

    def test_what_is_in_most_is_none(self, monkeypatch):
        monkeypatch.setattr(evidence, "MOST_SHARING", 3)
        found = of(range(10), range(10), range(10), range(10))
        assert found.pairs == {}
        assert found.rare[PLACE].tolist() == []

    def test_bands_and_steps_change_nothing(self, monkeypatch):
        rng = np.random.default_rng(0)
        learners = {i: np.unique(rng.integers(0, 60, 30).astype(np.uint64)) for i in range(20)}
        found = []
        for size in (1 << 20, 1):
            monkeypatch.setattr(evidence, "PAIRS_AT_ONCE", size)
            monkeypatch.setattr(evidence, "SUMS_AT_ONCE", size)
            found.append(Evidence())
            found[-1].add(PLACE, learners)
        assert len(found[0].pairs) > 20
        assert found[0].pairs.keys() == found[1].pairs.keys()
        for pair, (one,) in found[0].pairs.items():
            (other,) = found[1].pairs[pair]
            assert one.weight == pytest.approx(other.weight)
            # The same by counting.
            shared = set(learners[pair[0]].tolist()) & set(learners[pair[1]].tolist())
            having = [sum(s in each.tolist() for each in learners.values()) for s in shared]
            assert one.weight == pytest.approx(sum(log(21 / m) / log(21 / 2) for m in having))


class TestRanking:
    def test_how_many_come_higher_by_chance(self):
        rng = np.random.default_rng(1)
        n, tries = 4950, 500
        classes = [rng.exponential(10, n) for _ in range(tries)]
        higher = sum((each > bound_of_chance(each.tolist(), n)).sum() for each in classes)
        assert higher / tries == pytest.approx(PAIRS_BY_CHANCE, abs=0.1)

    def test_pairs_that_share_nothing_count(self):
        assert bound_of_chance([50.0], 4950) == 0

    def test_only_what_stands_out_is_listed_and_the_most_telling_first(self):
        rng = np.random.default_rng(2)
        learners = [np.unique(rng.integers(0, 3000, 200).astype(np.uint64)) for _ in range(40)]
        learners[7], learners[9] = (
            learners[3],
            np.unique([*learners[5][:150], *ids(*range(9000, 9100))]),
        )
        found = Evidence()
        found.add(PLACE, dict(enumerate(learners)))
        assert [each.pair for each in found.ranked()] == [(3, 7), (5, 9)]

    def test_two_are_a_class(self):
        assert [each.pair for each in of(range(50), range(50)).ranked()] == [(0, 1)]
        assert of(range(30), range(30)).ranked() == []  # a few lines

    def test_one_text_of_most_is_listed(self):
        found = of(*[range(200)] * 6, range(200, 300), range(300, 400))
        assert len(found.ranked()) == 15

    def test_who_has_nothing_of_ones_own_is_no_learner(self):
        found = of(range(50), range(50), range(0))
        assert [each.pair for each in found.ranked()] == [(0, 1)]
        assert of(range(0), range(50)).pairs == {}
