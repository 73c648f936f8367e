"""What classical test theory says about exercises and tests: plain functions of arrays.

Missing values are `nan`: the learner did not begin what is measured. Whatever a class is too small
or too much alike to tell is None, and never a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

Array = np.ndarray
CONFIDENCE = 0.95
MIN_LEARNERS = 3  # fewer always lie on a line


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha, with the interval in which it would be for a larger class like this one.

    Attributes
    ----------
    low, high : float or None
        Ends of the interval at `CONFIDENCE`; None where all learners are alike in some way that
        leaves nothing to estimate it from.
    """

    value: float
    low: float | None
    high: float | None
    n_items: int
    n_learners: int


def discriminations(items: Array) -> list[float | None]:
    """Return how each item goes with the sum of all others: its corrected item-total correlation.

    Of items that are 0 or 1 this is the point-biserial correlation. None if there are fewer than
    `MIN_LEARNERS`, or if the item or the sum of the others is the same for all of them.

    Parameters
    ----------
    items : ndarray of shape (learners, items)
        What each learner has of each item. A missing value counts as 0 in the sum, and its learner
        is left out where that item is the one in question.
    """
    total = np.zeros(len(items))
    for item in items.T:  # one at a time: a class may have 100,000 learners
        total += np.nan_to_num(item)
    return [_discrimination(item, total) for item in items.T]


def _discrimination(item: Array, total: Array) -> float | None:
    is_there = ~np.isnan(item)
    x = item[is_there]
    # Scores have four decimals: what is left beyond those is the sum's own rounding.
    rest = np.round(total[is_there] - x, 6)
    if len(x) < MIN_LEARNERS or np.ptp(x) == 0 or np.ptp(rest) == 0:
        return None
    x, rest = x - x.mean(), rest - rest.mean()
    return float(np.clip(x @ rest / np.sqrt((x @ x) * (rest @ rest)), -1, 1))


def cronbach_alpha(items: Array) -> Alpha | None:
    """Return how well the items of a sum agree, with Bonett's interval.

    Parameters
    ----------
    items : ndarray of shape (learners, items)
        Complete: who did not begin an item has 0 of it.

    Notes
    -----
    L. Cronbach, Coefficient alpha and the internal structure of tests, Psychometrika 16, 1951;
    D. Bonett, Sample size requirements for testing and estimating coefficient alpha, Journal of
    Educational and Behavioral Statistics 27, 2002, eq. (5): ln(1 - alpha) is about normal with
    variance 2k / ((k - 1)(n - 2)).
    """
    n, k = items.shape
    if n < MIN_LEARNERS or k < 2:
        return None
    total = items.sum(axis=1)
    if np.ptp(np.round(total, 6)) == 0:
        return None
    value = float(k / (k - 1) * (1 - items.var(axis=0, ddof=1).sum() / total.var(ddof=1)))
    if not value < 1 - 1e-12:
        return Alpha(1.0, None, None, k, n)
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * np.sqrt(2 * k / ((k - 1) * (n - 2)))
    low, high = (float(1 - (1 - value) * np.exp(sign * half)) for sign in (1, -1))
    return Alpha(value, low, high, k, n)


def agreeing_pairs(outcomes: Array, min_learners: int) -> list[tuple[int, int]]:
    """Return the pairs of items that are the same for each learner who began them.

    Items that nobody or everybody passes say nothing, nor do fewer than `min_learners`.
    """
    is_there = (~np.isnan(outcomes)).astype(float)
    passed = np.nan_to_num(outcomes)
    failed = is_there - passed
    both = is_there.T @ is_there
    alike = passed.T @ passed + failed.T @ failed
    varies = (passed.any(axis=0)) & (failed.any(axis=0))
    is_pair = (alike == both) & (both >= min_learners) & np.outer(varies, varies)
    return [(int(i), int(j)) for i, j in np.argwhere(np.triu(is_pair, 1))]
