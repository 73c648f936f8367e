"""Week 4: information (Ingrid)."""

from bisect import bisect_left
from math import exp, log
from statistics import fmean
from struct import pack, unpack

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def _surprise(p: Array, base: float) -> Array:
    """The logarithm of 1/p, inf for 0."""
    with np.errstate(divide="ignore"):
        return -np.log(p) / log(base)


def _mean(p: Array, what: Array) -> Array:
    """The mean over the last axis, where what never happens does not count."""
    return np.einsum("...i,...i->...", p, np.where(p == 0, 0.0, what))


def entropy(p: Array, base: float = 2) -> Array:
    """Mean surprise."""
    sums = np.einsum("...i->...", p)
    if p.min() < 0 or np.abs(sums - 1).max() > 1e-8:
        raise ValueError("p must hold distributions along its last axis")
    return _mean(p, _surprise(p, base))


def cross_entropy(p: Array, q: Array, base: float = 2) -> Array:
    """Mean surprise of who believes q."""
    return _mean(p, _surprise(q, base))


def kl_divergence(p: Array, q: Array, base: float = 2) -> Array:
    """Mean of the surprise that was not necessary."""
    certain = np.where(p == 0, 1.0, p)
    return np.maximum(_mean(p, _surprise(q, base) - _surprise(certain, base)), 0.0)


def js_divergence(p: Vector, q: Vector, base: float = 2) -> float:
    """Entropy of the mixture minus mean entropy."""
    pair = np.stack([p, q])
    mixed = np.einsum("ki->i", pair) / 2
    apart = _mean(pair, _surprise(pair, base))
    return float(_mean(mixed, _surprise(mixed, base)) - (apart[0] + apart[1]) / 2)


def conditional_entropy(joint: Matrix, given: int, base: float = 2) -> float:
    """Mean surprise at a pair if one of the two is known."""
    known = np.einsum("xy->x" if given == 0 else "xy->y", joint)
    known = np.broadcast_to(np.expand_dims(known, 1 - given), joint.shape)
    pairs, conditions = joint[joint > 0], known[joint > 0]
    return float(_mean(pairs, _surprise(pairs, base) - _surprise(conditions, base)))


def mutual_information(joint: Matrix, base: float = 2) -> float:
    """What both say apart, minus what they say together."""

    def bits(letters: str) -> float:
        p = np.einsum(f"xy->{letters}", joint).ravel()
        return float(_mean(p, _surprise(p, base)))

    return max(bits("x") + bits("y") - bits("xy"), 0.0)


def perplexity(log_probs: Vector) -> float:
    """The inverse of a geometric mean."""
    return exp(-fmean(log_probs))


def _as_float(bits: int) -> float:
    """Positive floats are in the same order as their bits."""
    return unpack("<d", pack("<q", bits))[0]


def _as_bits(number: float) -> int:
    return unpack("<q", pack("<d", number))[0]


def temperature_for_entropy(logits: Vector, target: float, base: float = 2) -> float:
    """Bisection among all floats that there are."""
    gaps = logits - logits.max()
    limits = np.log([np.count_nonzero(gaps == 0), gaps.size]) / log(base)
    if not limits[0] < target < limits[1]:
        raise ValueError(f"target must be strictly between {limits[0]} and {limits[1]}")

    def entropy_at(bits: int) -> float:
        z = gaps / _as_float(bits)
        weights = np.exp(z)
        total = np.einsum("i->", weights)
        return (log(total) - np.einsum("i,i->", weights, z) / total) / log(base)

    floats = range(_as_bits(1e150) + 1)
    low = _as_bits(1e-150)
    return _as_float(bisect_left(floats, target, lo=low, key=entropy_at))
