"""Week 3: softmax (Ingrid)."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = NDArray[np.float64]
Labels = NDArray[np.int64]


def _xlogy(x: Array, y: Array) -> Array:
    """x log y, and 0 where x is 0."""
    with np.errstate(divide="ignore"):
        return x * np.log(np.where(x == 0, 1.0, y))


def logsumexp(x: Array, axis: int = -1) -> Array:
    """Pairs of logarithms, added one after the other."""
    return np.logaddexp.reduce(x, axis=axis)


def log_softmax(logits: Array, axis: int = -1) -> Array:
    """What is left of a logit after the normaliser."""
    gaps = logits - logits.max(axis=axis, keepdims=True)
    return gaps - np.logaddexp.reduce(gaps, axis=axis, keepdims=True)


def softmax(logits: Array, axis: int = -1, temperature: float = 1.0) -> Array:
    """The exponential of the log-softmax."""
    if not temperature > 0:
        raise ValueError(f"temperature must be positive, it is {temperature}")
    return np.exp(log_softmax(logits / temperature, axis))


def one_hot(labels: Labels | int, n_classes: int) -> Array:
    """Rows of the identity."""
    index = np.asarray(labels)
    if not np.isin(index, np.arange(n_classes)).all():
        raise ValueError(f"labels must be in 0..{n_classes - 1}")
    return np.take(np.identity(n_classes), index, axis=0)


def cross_entropy(probs: Array, targets: Array) -> float:
    """Mean surprise; all axes but the last are one long one."""
    rows = _xlogy(targets, probs).reshape(-1, probs.shape[-1])
    return -np.einsum("rc->", rows).item() / len(rows)


def cross_entropy_from_logits(logits: Array, labels: Labels) -> float:
    """Mean of normaliser minus logit."""
    chosen = logits[np.arange(labels.size), labels]
    return float(np.mean(logsumexp(logits) - chosen))


def _best_first(logits: Vector) -> NDArray[np.int64]:
    """By logit, and by index where logits are equal."""
    return np.lexsort((np.arange(logits.size), -logits))


def top_k(logits: Vector, k: int) -> Vector:
    """The softmax of the best, in their places."""
    if k not in range(1, logits.size + 1):
        raise ValueError(f"k must be in 1..{logits.size}, it is {k}")
    best = _best_first(logits)[:k]
    probs = np.zeros(logits.shape)
    np.put(probs, best, softmax(logits[best]))
    return probs


def top_p(logits: Vector, p: float) -> Vector:
    """A token is in the nucleus if those before it have not reached p."""
    if not 0 < p <= 1:
        raise ValueError(f"p must be in (0, 1], it is {p}")
    if p == 1:
        return softmax(logits)
    probs = softmax(logits)[_best_first(logits)]
    before = np.append(0.0, np.cumsum(probs)[:-1])
    return top_k(logits, int(np.count_nonzero(before < p)))
