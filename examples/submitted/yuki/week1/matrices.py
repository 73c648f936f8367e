"""Matrices: machines that take a vector in and give a vector out, and how to run them backwards.

A matrix A of shape (m, n) turns n numbers into m numbers. What it does to a vector can be chained
(`matmul`), mirrored (`transpose`), undone (`solve`, `inverse`), measured (`determinant`) and
flattened onto a subspace (`project`, `gram_schmidt`).
"""

import numpy as np


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the matrix product A B, from scratch."""
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not fit together")
    C = np.zeros((A.shape[0], B.shape[1]))
    for k in range(A.shape[1]):
        C += np.outer(A[:, k], B[k])
    return C


def transpose(A: np.ndarray) -> np.ndarray:
    """Return a new array in which rows have become columns, from scratch."""
    B = np.empty((A.shape[1], A.shape[0]))
    for i in range(len(A)):
        B[:, i] = A[i]
    return B


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with A x = b, by Gaussian elimination with partial pivoting."""
    if A.shape[0] != A.shape[1]:
        raise ValueError("A must be square")
    n = len(A)
    U = A.copy()
    x = b.copy()
    tiny = 1e-13 * np.max(np.abs(A))
    for k in range(n):
        p = k + np.argmax(np.abs(U[k:, k]))
        if abs(U[p, k]) <= tiny:
            raise ValueError("A is singular")
        U[[k, p]] = U[[p, k]]
        x[[k, p]] = x[[p, k]]
        for i in range(k + 1, n):
            f = U[i, k] / U[k, k]
            U[i] -= f * U[k]
            x[i] -= f * x[k]
    for k in range(n - 1, -1, -1):
        x[k] = (x[k] - U[k, k + 1:] @ x[k + 1:]) / U[k, k]
    return x


def inverse(A: np.ndarray) -> np.ndarray:
    """Return the matrix that undoes A, by Gauss-Jordan elimination with partial pivoting."""
    # column j of the inverse solves A x = e_j
    return solve(A, np.eye(len(A)))


def determinant(A: np.ndarray) -> float:
    """Return the determinant of a matrix, by elimination."""
    # to do: like solve, but without b, and count the swaps
    if A.shape[0] != A.shape[1]:
        raise ValueError("A must be square")
    pass


def project(v: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the orthogonal projection of a vector onto the span of some others."""
    return basis.T @ solve(basis @ basis.T, basis @ v)


def gram_schmidt(V: np.ndarray) -> np.ndarray:
    """Return orthonormal rows that span the same space as the rows of V."""
    ...
