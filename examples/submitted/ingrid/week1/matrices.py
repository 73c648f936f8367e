"""Week 1: matrices (Ingrid). No einsum in the first two, alas; everywhere else it is welcome."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class Reduced(NamedTuple):
    """What Gauss and Jordan leave: the right half, and the pivots with their sign."""

    right: Matrix
    pivots: list[float]
    sign: int


def _require_square(A: Matrix) -> int:
    if A.ndim == 2 and len(set(A.shape)) == 1:
        return A.shape[0]
    raise ValueError(f"A must be square, its shape is {A.shape}")


def _reduce(A: Matrix, B: Matrix, tolerance: float) -> Reduced:
    """Gauss-Jordan on [A | B]. Stops at a pivot of at most `tolerance` times the largest entry."""
    n = A.shape[0]
    M = np.concatenate([A, B], axis=1)
    limit = tolerance * np.abs(A).max()
    pivots: list[float] = []
    sign = 1
    for k in range(n):
        best = k + int(np.abs(M[k:, k]).argmax())
        if abs(M[best, k]) <= limit:
            return Reduced(M[:, n:], [*pivots, 0.0], sign)
        if best != k:
            M[[k, best]] = M[[best, k]]
            sign = -sign
        pivots.append(float(M[k, k]))
        M[k] /= M[k, k]
        others = np.arange(n) != k
        M[others] -= np.einsum("i,j->ij", M[others, k], M[k])
    return Reduced(M[:, n:], pivots, sign)


def _solved(A: Matrix, B: Matrix) -> Matrix:
    reduced = _reduce(A, B, 1e-13)
    if len(reduced.pivots) < A.shape[0] or reduced.pivots[-1] == 0.0:
        raise ValueError("A is singular")
    return reduced.right


def matmul(A: Matrix, B: Matrix) -> Matrix:
    """All rows times all columns."""
    (n, k), (l, m) = A.shape, B.shape
    if k != l:
        raise ValueError(f"A ({n}, {k}) and B ({l}, {m}) do not match")
    return np.multiply(A.reshape(n, k, 1), B.reshape(1, k, m)).sum(axis=1)


def transpose(A: Matrix) -> Matrix:
    """Columns of a new array are the rows of A."""
    return np.column_stack([*A])


def solve(A: Matrix, b: NDArray[np.float64]) -> NDArray[np.float64]:
    """One column or many."""
    n = _require_square(A)
    return _solved(A, b.reshape(n, -1)).reshape(b.shape)


def inverse(A: Matrix) -> Matrix:
    """The right half, when the left half has become the identity."""
    return _solved(A, np.eye(_require_square(A)))


def determinant(A: Matrix) -> float:
    """The product of the pivots."""
    n = _require_square(A)
    _, pivots, sign = _reduce(A, np.empty((n, 0)), 0.0)
    return sign * float(np.prod(pivots))


def project(v: Vector, basis: Matrix) -> Vector:
    """QR gives an orthonormal basis of the same space."""
    Q, _ = np.linalg.qr(np.einsum("kd->dk", basis))
    return np.einsum("dk,ek,e->d", Q, Q, v)


def gram_schmidt(V: Matrix) -> Matrix:
    """Twice is enough (Kahan, Parlett)."""
    Q = np.zeros((0, V.shape[1]))
    for v in V:
        own = np.sqrt(np.einsum("d,d", v, v))
        rest = v
        for _ in range(2):
            rest = rest - np.einsum("kd,k->d", Q, np.einsum("ke,e->k", Q, rest))
        left = np.sqrt(np.einsum("d,d", rest, rest))
        if left > 1e-10 * own:
            Q = np.append(Q, rest[None] / left, axis=0)
    return Q


def least_squares(X: Matrix, y: Vector) -> Vector:
    """QR, and the triangle solved."""
    n, d = X.shape
    if n < d:
        raise ValueError(f"{n} rows are too few for {d} weights")
    Q, R = np.linalg.qr(X)
    return np.linalg.solve(R, np.einsum("nd,n->d", Q, y))


def ridge(X: Matrix, y: Vector, penalty: float) -> Vector:
    """The dual: one unknown per sample."""
    if not penalty > 0:
        raise ValueError(f"the penalty must be positive, it is {penalty}")
    G = np.einsum("nd,md->nm", X, X) + penalty * np.eye(len(X))
    return np.einsum("nd,n->d", X, np.linalg.solve(G, y))
