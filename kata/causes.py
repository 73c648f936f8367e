"""Causes of wrong numbers that can be measured: rounding, a factor, a sign, an order, an axis.

A cause is a rule that makes what the function gave out of what it should have given. It is named
only if it holds on every pair of the two that is at hand, and changes something on one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

RTOL, ATOL = 1e-9, 1e-12  # two right ways to compute the same differ by no more
MOST_DECIMALS = 11
FEWEST_NUMBERS = 2  # neither 0 nor alike, without which many rules fit by chance


@dataclass(frozen=True)
class Pair:
    """What one call gave, and what it should have given."""

    got: np.ndarray
    truth: np.ndarray


@dataclass(frozen=True)
class Cause:
    """Why numbers are wrong: a short name, and a sentence for the learner."""

    name: str
    sentence: str


@dataclass(frozen=True)
class _Rule:
    cause: Cause
    apply: Callable[[np.ndarray], np.ndarray | None]
    is_plain: bool = False  # so that a single number is evidence enough
    is_telling: Callable[[np.ndarray], bool] = lambda truth: True  # no rule fits it by chance


def same(got: np.ndarray, truth: np.ndarray, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Say whether two results are the same but for the rounding of another order of steps."""
    if got.shape != truth.shape or starts_apart(got, truth, rtol, atol):
        return False
    finite = np.abs(truth[np.isfinite(truth)])
    scale = float(np.max(finite, initial=0.0))
    with np.errstate(all="ignore"):
        return bool(np.allclose(got, truth, rtol=rtol, atol=atol * min(1.0, scale), equal_nan=True))


def starts_apart(got: np.ndarray, truth: np.ndarray, rtol: float, atol: float) -> bool:
    """Say whether the first numbers differ: most rules fail there, at a fraction of the cost."""
    if not truth.size:
        return False
    one, other = got.item(0), truth.item(0)
    apart = abs(one - other)  # nan where both are nan, or the same infinity
    return bool(apart > atol + rtol * abs(other)) and abs(other) != math.inf


def measured_cause(pairs: Sequence[Pair]) -> Cause | None:
    """Return the first cause that explains all of the pairs, None if none does."""
    pairs = [pair for pair in pairs if _is_real(pair.got) and _is_real(pair.truth)]
    numbers = {float(n) for pair in pairs for n in np.abs(pair.truth).ravel()[:64] if n != 0}
    if not numbers:
        return None
    has_evidence = len(numbers) >= FEWEST_NUMBERS
    if has_evidence and (cause := _another_axis(pairs)):
        return cause
    for rule in _RULES:
        if (has_evidence or rule.is_plain) and _explains(rule, pairs):
            return rule.cause
    return _single_precision(pairs) or (_another_order(pairs) if has_evidence else None)


def _explains(rule: _Rule, pairs: Sequence[Pair]) -> bool:
    changes = False
    for pair in pairs:
        with np.errstate(all="ignore"):
            made = rule.apply(pair.truth)
        if made is None or not same(pair.got, np.asarray(made)):
            return False
        is_changed = rule.is_telling(pair.truth) and _is_changed(np.asarray(made), pair.truth)
        changes = changes or is_changed
    return changes


def _is_changed(made: np.ndarray, truth: np.ndarray) -> bool:
    """Say whether a rule changed a number; one too small to be still there tells nothing."""
    if made.shape != truth.shape:
        return True
    kept = ~((made == 0) & (truth != 0))
    return not same(made[kept], truth[kept])


def _is_real(array: np.ndarray) -> bool:
    return array.dtype.kind in "iuf"


def _rounded(decimals: int) -> _Rule:
    what = f"{decimals} decimals" if decimals else "whole numbers"
    cause = Cause(
        "rounded", f"Your numbers are the right ones rounded to {what}: return them unrounded."
    )
    return _Rule(cause, lambda truth: np.round(truth, decimals), is_plain=True)


def _times(factor: float, name: str, sentence: str) -> _Rule:
    return _Rule(Cause(name, sentence), lambda truth: truth * factor, is_plain=True)


def _along(axis: int, what: str) -> _Rule:
    def reverse(truth: np.ndarray) -> np.ndarray | None:
        return np.flip(truth, axis) if truth.ndim >= -axis else None

    sentence = f"Your numbers are right but in reverse order along the {what} axis."

    def is_telling(truth: np.ndarray) -> bool:
        return truth.ndim >= -axis and truth.shape[axis] > 2

    return _Rule(Cause("reversed", sentence), reverse, is_telling=is_telling)


def _transpose(truth: np.ndarray) -> np.ndarray | None:
    return np.swapaxes(truth, -1, -2) if truth.ndim >= 2 else None


def _is_more_than_2_by_2(truth: np.ndarray) -> bool:
    """Say whether a transpose is more than two numbers that have changed places."""
    return truth.ndim >= 2 and max(truth.shape[-2:]) > 2


_RULES: tuple[_Rule, ...] = (
    *(_rounded(decimals) for decimals in range(MOST_DECIMALS, -1, -1)),
    _times(-1.0, "other_sign", "Your result is the right one with the other sign."),
    _times(2.0, "twice", "Your result is twice the right one."),
    _times(0.5, "half", "Your result is half of the right one."),
    _times(
        float(np.log2(np.e)),
        "divided_by_ln_2",
        "Your result is the right one divided by ln 2: is a logarithm to base 2 where it should be "
        "natural?",
    ),
    _times(
        float(np.log(2)),
        "times_ln_2",
        "Your result is the right one times ln 2: is a logarithm natural where it should be to "
        "base 2?",
    ),
    _Rule(
        Cause("transposed", "Your result is the right one transposed: rows are columns."),
        _transpose,
        is_telling=_is_more_than_2_by_2,
    ),
    _along(-1, "last"),
    _along(-2, "second last"),
    _Rule(
        Cause("absolute", "Your numbers are right but without their signs."),
        lambda truth: np.abs(truth),
    ),
    _Rule(Cause("squared", "Your result is the square of the right one."), lambda truth: truth**2),
    _Rule(
        Cause("square_root", "Your result is the square root of the right one."),
        lambda truth: np.sqrt(truth) if np.all(truth >= 0) else None,
    ),
    _Rule(Cause("complement", "Your result is 1 minus the right one."), lambda truth: 1 - truth),
    _Rule(
        Cause("inverse_number", "Your result is 1 divided by the right one."),
        lambda truth: 1 / truth if np.all(truth != 0) else None,
    ),
    _Rule(
        Cause(
            "exponential", "Your result is e to the power of the right one: a logarithm is missing."
        ),
        lambda truth: np.exp(truth) if np.all(truth < 700) else None,
    ),
    _Rule(
        Cause("logarithm", "Your result is the logarithm of the right one."),
        lambda truth: np.log(truth) if np.all(truth > 0) else None,
    ),
    _Rule(
        Cause("sum_of_all", "You gave one number, the sum of the right ones: keep the axes."),
        lambda truth: np.sum(truth) if truth.ndim else None,
    ),
    _Rule(
        Cause("mean_of_all", "You gave one number, the mean of the right ones: keep the axes."),
        lambda truth: np.mean(truth) if truth.ndim and truth.size else None,
    ),
)


def _another_axis(pairs: Sequence[Pair]) -> Cause | None:
    """Tell sums that are alike along another axis than they should be, as of a softmax.

    Where the inputs are symmetric, such a result is also the right one transposed.
    """
    axes = {(_axis_of_sums(pair.truth), _axis_of_sums(pair.got)) for pair in pairs}
    if any(pair.got.shape != pair.truth.shape for pair in pairs) or len(axes) != 1:
        return None
    ((right, taken),) = axes
    if right is None or taken is None or right[0] == taken[0] or right[1] != taken[1]:
        return None
    return Cause(
        "another_axis",
        f"Along axis {taken[0]} each sum of your numbers is {taken[1]:g}; that should be so along "
        f"axis {right[0]}: is a step taken along the wrong axis?",
    )


def _axis_of_sums(array: np.ndarray) -> tuple[int, float] | None:
    """Return the only axis along which all sums are alike, and the sum: 1 or 0."""
    found = []
    for axis in range(array.ndim):
        with np.errstate(all="ignore"):
            sums = array.astype(float).sum(axis=axis)
        for total in (0.0, 1.0):
            if sums.size > 1 and np.any(array) and np.all(np.abs(sums - total) <= RTOL):
                found.append((axis, total))
    return found[0] if len(found) == 1 else None


def _single_precision(pairs: Sequence[Pair]) -> Cause | None:
    """Tell numbers that were computed with 7 digits, however far from the truth that led.

    Of numbers that were computed with 16 digits, one in half a billion looks like that.
    """
    if all(same(pair.got, pair.truth) for pair in pairs):
        return None
    if any(pair.got.shape != pair.truth.shape or not _is_short(pair.got) for pair in pairs):
        return None
    n_long = sum(int(np.sum(_needs_many_digits(pair.got))) for pair in pairs)
    if n_long < FEWEST_NUMBERS or all(_is_short(pair.truth) for pair in pairs):
        return None
    return Cause(
        "single_precision",
        "Your numbers have 7 digits only: something is computed in float32. Use float64.",
    )


def _is_short(array: np.ndarray) -> bool:
    finite = array[np.isfinite(array)].astype(float)
    with np.errstate(all="ignore"):
        return bool(np.all(finite.astype(np.float32).astype(float) == finite))


def _needs_many_digits(array: np.ndarray) -> np.ndarray:
    """Say of which numbers 12 binary digits are not enough: 0.5 or 3 are short by themselves."""
    finite = array[np.isfinite(array)].astype(float)
    mantissa = np.frexp(finite)[0] * 2**12
    needs: np.ndarray = mantissa != np.round(mantissa)
    return needs


def _another_order(pairs: Sequence[Pair]) -> Cause | None:
    def is_permuted(pair: Pair) -> bool:
        return pair.got.shape == pair.truth.shape and same(
            np.sort(pair.got, axis=None), np.sort(pair.truth, axis=None)
        )

    if all(map(is_permuted, pairs)) and any(not same(p.got, p.truth) for p in pairs):
        return Cause("another_order", "Your numbers are the right ones, but in another order.")
    is_shaped = any(pair.got.shape != pair.truth.shape for pair in pairs)
    if is_shaped and all(same(pair.got.ravel(), pair.truth.ravel()) for pair in pairs):
        return Cause("another_shape", "Your numbers are the right ones, but in another shape.")
    return None
