"""Week 1: vectors (Ingrid)."""

from collections.abc import Iterable, Mapping, Sequence
from math import frexp, fsum, ldexp, sqrt

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def _sum_of(vectors: Iterable[Vector], like: Vector) -> Vector:
    """The sum of vectors, of the shape of `like` also if there are none."""
    total = np.zeros_like(like)
    for vector in vectors:
        total = total + vector
    return total


def _normalised(M: Matrix) -> Matrix:
    """The vectors along the last axis, each scaled to length 1."""
    return M / np.sqrt(np.einsum("...d,...d->...", M, M))[..., None]


def dot(a: Vector, b: Vector) -> float:
    """The inner product, with a single rounding at the end."""
    if a.size != b.size:
        raise ValueError(f"a ({a.size}) and b ({b.size}) must be of the same length")
    return fsum(x * y for x, y in zip(a.tolist(), b.tolist()))


def norm(a: Vector) -> float:
    """The Euclidean length, of entries that a power of two brings below 1."""
    exponent = max((frexp(x)[1] for x in a.tolist() if x), default=0)
    return ldexp(sqrt(fsum(ldexp(x, -exponent) ** 2 for x in a.tolist())), exponent)


def cosine_similarity(a: Vector, b: Vector) -> float:
    """The cosine of the angle, by Kahan's formula for the half angle."""
    length_a, length_b = norm(a), norm(b)
    if not (length_a and length_b):
        raise ValueError("a and b must not be zero")
    u, v = a / length_a, b / length_b
    half = np.arctan2(norm(u - v), norm(u + v))
    return float(np.cos(2 * half))


def cosine_similarity_matrix(X: Matrix, Y: Matrix) -> Matrix:
    """All cosines at once."""
    return np.tensordot(_normalised(X), _normalised(Y), axes=([1], [1]))


def nearest(query: Vector, vectors: Matrix, k: int = 1) -> NDArray[np.int64]:
    """The rows most similar to the query."""
    n = vectors.shape[0]
    if k not in range(1, n + 1):
        raise ValueError(f"k must be in 1..{n}")
    similarity = np.einsum("nd,d->n", _normalised(vectors), _normalised(query))
    # lexsort sorts by its last key first: by similarity, and ties by index
    return np.lexsort((np.arange(n), -similarity))[:k]


def analogy(
    embeddings: Mapping[str, Vector], positive: Sequence[str], negative: Sequence[str]
) -> str:
    """The word that is to the positive ones what …"""
    like = next(iter(embeddings.values()))
    target = _sum_of((embeddings[word] for word in positive), like)
    target -= _sum_of((embeddings[word] for word in negative), like)
    others = {word: v for word, v in embeddings.items() if word not in {*positive, *negative}}
    return max(others, key=lambda word: cosine_similarity(target, others[word]))


def neuron(x: Vector, w: Vector, b: float) -> float:
    """Inputs times weights plus bias."""
    return np.inner(x, w).item() + b


def linear(x: NDArray[np.float64], W: Matrix, b: Vector) -> NDArray[np.float64]:
    """A layer, for any batch axes."""
    return np.einsum("...i,oi->...o", x, W) + b
