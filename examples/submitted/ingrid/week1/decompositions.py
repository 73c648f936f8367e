"""Week 1: decompositions (Ingrid)."""

from math import ceil, log2
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class Svd(NamedTuple):
    """A thin singular value decomposition."""

    U: Matrix
    s: Vector
    Vt: Matrix


def _svd(M: Matrix) -> Svd:
    return Svd(*np.linalg.svd(M, full_matrices=False))


def _centred(X: Matrix) -> Matrix:
    return X - np.einsum("nd->d", X) / X.shape[0]


def _in_range(value: int, low: int, high: int, name: str) -> int:
    if low <= value <= high:
        return value
    raise ValueError(f"{name} must be in {low}..{high}, it is {value}")


def power_iteration(A: Matrix, steps: int = 1000) -> tuple[float, Vector]:
    """Square the matrix instead: ten squarings are 1024 steps."""
    P = A / np.abs(A).max()
    for _ in range(ceil(log2(steps))):
        P = P @ P
        P /= np.abs(P).max()
    # P is (nearly) v vᵀ now, so every column is a multiple of v; the longest is the safest
    v = P[:, np.argmax(np.einsum("ij,ij->j", P, P))]
    v = v / np.sqrt(v @ v)
    return float(np.einsum("i,ij,j", v, A, v)), v


def covariance(X: Matrix) -> Matrix:
    """Covariance of the columns."""
    n = X.shape[0]
    if n < 2:
        raise ValueError(f"X must have two rows or more, not {n}")
    D = _centred(X)
    return np.einsum("ni,nj->ij", D, D) / (n - 1)


def pca(X: Matrix, n_components: int) -> tuple[Matrix, Vector]:
    """Principal directions in rows, and the variances along them."""
    k = _in_range(n_components, 1, min(X.shape), "n_components")
    _, s, Vt = _svd(_centred(X))
    return Vt[:k], np.square(s[:k]) / (X.shape[0] - 1)


def explained_variance_ratio(X: Matrix) -> Vector:
    """Shares of the variance."""
    _, variances = pca(X, min(X.shape))
    return variances / variances.sum()


def pca_transform(X: Matrix, mean: Vector, components: Matrix) -> Matrix:
    """Coordinates along the components."""
    return np.einsum("nd,kd->nk", X - mean, components)


def pca_reconstruct(Z: Matrix, mean: Vector, components: Matrix) -> Matrix:
    """From coordinates back to samples."""
    return np.einsum("nk,kd->nd", Z, components) + mean


def low_rank(W: Matrix, rank: int) -> Matrix:
    """Best approximation of this rank (Eckart and Young)."""
    r = _in_range(rank, 0, min(W.shape), "rank")
    U, s, Vt = _svd(W)
    return np.einsum("ir,r,rj->ij", U[:, :r], s[:r], Vt[:r])


def low_rank_error(W: Matrix, rank: int) -> float:
    """What it misses, relative."""
    r = _in_range(rank, 0, min(W.shape), "rank")
    squares = np.square(_svd(W).s)
    total = squares.sum()
    return float(np.sqrt(squares[r:].sum() / total)) if total > 0 else 0.0


def lora_forward(x: NDArray[np.float64], W: Matrix, A: Matrix, B: Matrix, alpha: float):
    """The frozen layer plus the detour through r numbers."""
    scale = alpha / A.shape[0]
    detour = np.einsum("...r,or->...o", np.einsum("...i,ri->...r", x, A), B)
    return np.einsum("...i,oi->...o", x, W) + scale * detour


def lora_parameter_count(d_out: int, d_in: int, rank: int) -> int:
    """Entries of A and B."""
    return rank * (d_out + d_in)


def condition_number(A: Matrix) -> float:
    """How lopsided A is."""
    s = _svd(A).s
    return float(s[0] / s[-1]) if s[-1] > 1e-15 * s[0] else float("inf")


def quantize_int8(W: Matrix) -> tuple[NDArray[np.int8], Vector]:
    """Steps of each row's own size."""
    largest = np.maximum(W.max(axis=1), -W.min(axis=1))
    scale = np.where(largest > 0, largest / 127, 1.0)
    return np.around(np.einsum("oi,o->oi", W, 1 / scale)).astype(np.int8), scale


def dequantize(q: NDArray[np.int8], scale: Vector) -> Matrix:
    """Steps times their size."""
    return np.einsum("oi,o->oi", q, scale)
