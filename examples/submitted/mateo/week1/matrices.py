"""Matrices: machines that take a vector in and give a vector out, and how to run them backwards.

A matrix A of shape (m, n) turns n numbers into m numbers. What it does to a vector can be chained
(`matmul`), mirrored (`transpose`), undone (`solve`, `inverse`), measured (`determinant`) and
flattened onto a subspace (`project`, `gram_schmidt`).
"""

import numpy as np


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the matrix product A B, from scratch."""
    n, k = A.shape
    k2, m = B.shape
    if k != k2:
        raise ValueError("A has %d columns but B has %d rows" % (k, k2))
    C = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            total = 0.0
            for l in range(k):
                total += A[i, l] * B[l, j]
            C[i, j] = total
    return C


def transpose(A: np.ndarray) -> np.ndarray:
    """Return a new array in which rows have become columns, from scratch."""
    # list(zip(*A)) does it too :)
    n, m = A.shape
    B = np.zeros((m, n))
    for i in range(n):
        for j in range(m):
            B[j, i] = A[i, j]
    return B


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with A x = b, by Gaussian elimination with partial pivoting."""
    n = A.shape[0]
    if A.shape[1] != n:
        raise ValueError("A is not square")
    U = A.copy()
    x = b.copy()
    for k in range(n):
        p = k + np.argmax(np.abs(U[k:, k]))
        U[[k, p]] = U[[p, k]]
        x[[k, p]] = x[[p, k]]
    # TODO subtract, then go backwards
    raise NotImplementedError("finish solve on Saturday")


def inverse(A: np.ndarray) -> np.ndarray:
    """Return the matrix that undoes A, by Gauss-Jordan elimination with partial pivoting."""
    raise NotImplementedError("inverse is yours to write")


def determinant(A: np.ndarray) -> float:
    """Return the determinant of a matrix, by elimination."""
    raise NotImplementedError("determinant is yours to write")


def project(v: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the orthogonal projection of a vector onto the span of some others."""
    # v - p is at right angles to every row: basis (v - basis^T c) = 0
    G = np.dot(basis, basis.T)
    c = np.linalg.solve(G, np.dot(basis, v))
    return np.dot(c, basis)


def gram_schmidt(V: np.ndarray) -> np.ndarray:
    """Return orthonormal rows that span the same space as the rows of V."""
    raise NotImplementedError("gram_schmidt is yours to write")
