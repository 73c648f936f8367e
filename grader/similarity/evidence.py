"""Which pairs of learners share what few others have.

What all write is no evidence, and what two of many write is. A fingerprint that m of n learners
have at an exercise weighs log((n + 1) / m) / log((n + 1) / 2): 1 where only two have it, 0 nearly
where everybody has. The weights of what two learners share add up to about the number of unusual
words. That sum, multiplied by the share of the smaller solution that it is, says how telling an
exercise is, and added over all exercises, how telling a pair is. So a short exercise weighs little
however alike, and so do many exercises that are alike in a few places.

Every fingerprint leads to who has it, so that pairs which share nothing rare cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

# A fingerprint that more have is left out: everybody writes so. Of a class of any size, a group of
# as many as this that hands round one solution is seen.
MOST_SHARING, MOST_SHARING_PART = 50, 10
LEAST_OF_EXERCISE = 1.0
LEAST_OF_PAIR = 40.0  # fewer words than a few lines have are not worth a look
PAIRS_BY_CHANCE = 0.2  # that a class without copies may expect to be listed
MOST_OF_ALL = 0.5  # of all that is unusual in the work of one
PAIRS_AT_ONCE = 1 << 20
SUMS_AT_ONCE = 1 << 22


@dataclass(frozen=True)
class Alike:
    """How alike two learners' solutions of one exercise are.

    Attributes
    ----------
    weight : float
        About the number of unusual words that they share.
    share : float
        Of all that is unusual in the one that has less of it.
    """

    place: tuple[str, str]  # week and object, or what belongs to none
    weight: float
    share: float

    @property
    def telling(self) -> float:
        """How much it says."""
        return self.weight * self.share**2


@dataclass(frozen=True)
class Ranked:
    """A pair of learners by their numbers, and what they share over all exercises."""

    pair: tuple[int, int]
    telling: float
    share: float


@dataclass
class Evidence:
    """What pairs of learners share, exercise by exercise.

    Attributes
    ----------
    pairs : dict of (int, int) to list of Alike
        By the numbers of two learners.
    rare : dict
        For each exercise, in order, the fingerprints that at least two and not too many have.
    """

    pairs: dict[tuple[int, int], list[Alike]] = field(default_factory=dict)
    rare: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)
    _totals: dict[int, float] = field(default_factory=dict)

    def add(self, place: tuple[str, str], of_learner: Mapping[int, np.ndarray]) -> None:
        """Take in an exercise: each learner's fingerprints, each once, what is given left out."""
        learners = [number for number, found in of_learner.items() if len(found)]
        n = len(learners)
        if n < 2:
            return
        found, counts, holders = _index([of_learner[number] for number in learners])
        weights = np.log((n + 1) / np.maximum(counts, 2)) / np.log((n + 1) / 2)
        totals = np.bincount(holders, np.repeat(weights, counts), minlength=n)
        for learner, total in zip(learners, totals.tolist(), strict=True):
            self._totals[learner] = self._totals.get(learner, 0.0) + total
        is_rare = (counts > 1) & (counts <= max(MOST_SHARING, n // MOST_SHARING_PART))
        self.rare[place] = found[is_rare]
        for low, sums in _sums_of_pairs(holders, counts, is_rare, weights):
            smaller = np.minimum(totals[low : low + len(sums), None], totals)
            shares = np.minimum(1.0, sums / smaller)
            for i, j in np.argwhere(sums * shares**2 >= LEAST_OF_EXERCISE).tolist():
                alike = Alike(place, float(sums[i, j]), float(shares[i, j]))
                self.pairs.setdefault((learners[low + i], learners[j]), []).append(alike)

    def ranked(self) -> list[Ranked]:
        """Return the pairs that are more alike than chance makes them, the most telling first."""
        every = []
        for (i, j), alike in self.pairs.items():
            smaller = min(self._totals[i], self._totals[j])
            telling = sum(each.telling for each in alike)
            every.append(Ranked((i, j), telling, sum(each.weight for each in alike) / smaller))
        n = len(self._totals)
        bound = bound_of_chance([each.telling for each in every], n * (n - 1) // 2)
        found = (
            each
            for each in every
            if each.telling >= LEAST_OF_PAIR
            and (each.telling >= bound or each.share >= MOST_OF_ALL)
        )
        return sorted(found, key=lambda each: (-each.telling, each.pair))


def bound_of_chance(found: Sequence[float], n_pairs: int) -> float:
    """Return how telling a pair must be for chance to bring up only `PAIRS_BY_CHANCE` of them.

    Parameters
    ----------
    found : sequence of float
        How telling each pair is that shares anything; all others are 0.
    n_pairs : int
        How many pairs there are.
    """
    every = np.zeros(max(1, n_pairs))
    every[: len(found)] = found
    median, quartile = np.quantile(every, [0.5, 0.75])
    scale = (quartile - median) / np.log(2)
    return float(median + scale * np.log(max(1.0, n_pairs / 2 / PAIRS_BY_CHANCE)))


def _index(fingerprints: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return all fingerprints, how many have each, and one after another who has it."""
    every = np.concatenate(fingerprints)
    who = np.repeat(np.arange(len(fingerprints)), [len(each) for each in fingerprints])
    order = np.argsort(every, kind="stable")
    every = every[order]
    first = np.flatnonzero(np.concatenate([[True], every[1:] != every[:-1]]))
    return every[first], np.diff(first, append=len(every)), who[order]


def _sums_of_pairs(
    holders: np.ndarray, counts: np.ndarray, is_rare: np.ndarray, weights: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the sums of the weights of what two holders have, for a band of the first of both."""
    n = int(holders.max()) + 1
    first = np.cumsum(counts) - counts
    band = max(1, SUMS_AT_ONCE // n)
    for low in range(0, n, band):
        sums = np.zeros((min(band, n - low), n))
        for count in np.unique(counts[is_rare]):
            rows = np.flatnonzero(is_rare & (counts == count))
            a, b = np.triu_indices(count, 1)
            step = max(1, PAIRS_AT_ONCE // len(a))
            for some in (rows[at : at + step] for at in range(0, len(rows), step)):
                who = holders[first[some][:, None] + np.arange(count)]
                keys = (who[:, a] - low) * n + who[:, b]
                values = np.broadcast_to(weights[some][:, None], keys.shape)
                is_here = (keys >= 0) & (keys < sums.size)
                sums += np.bincount(keys[is_here], values[is_here], sums.size).reshape(sums.shape)
        yield low, sums
