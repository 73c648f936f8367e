"""Matrices: machines that take a vector in and give a vector out, and how to run them backwards."""

import numpy as np


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the matrix product A B, from scratch."""
    n = A.shape[0]
    k = A.shape[1]
    m = B.shape[1]
    if k != B.shape[0]:
        raise ValueError("A and B do not fit")
    result = [[0] * m] * n
    for i in range(n):
        for j in range(m):
            s = 0
            for l in range(k):
                s += A[i, l] * B[l, j]
            result[i][j] = s
    return np.array(result)


def transpose(A: np.ndarray) -> np.ndarray:
    """Return a new array in which rows have become columns, from scratch."""
    # (n, m) becomes (m, n)
    n, m = A.shape
    return np.array(A).reshape(m, n)


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with A x = b, by Gaussian elimination with partial pivoting."""
    n = A.shape[0]
    if A.shape[1] != n:
        raise ValueError("A must be square")
    A = A.copy()
    x = b.copy()
    for k in range(n):
        # find the row with the largest number in column k
        p = k + np.argmax(np.abs(A[k:, k]))
        if A[p, k] == 0:
            raise ValueError("A is singular")
        A[[k, p]] = A[[p, k]]
        x[[k, p]] = x[[p, k]]
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i] -= factor * A[k]
            x[i] -= factor * x[k]
    for k in range(n - 1, -1, -1):
        x[k] = (x[k] - np.dot(A[k, k + 1 :], x[k + 1 :])) / A[k, k]
    return x


def inverse(A: np.ndarray) -> np.ndarray:
    """Return the matrix that undoes A, by Gauss-Jordan elimination with partial pivoting."""
    n = A.shape[0]
    if A.shape[1] != n:
        raise ValueError("A must be square")
    M = np.hstack([A, np.eye(n)])
    largest = np.max(np.abs(A))
    for k in range(n):
        if abs(M[k, k]) <= 1e-13 * largest:
            raise ValueError("A is singular")
        M[k] = M[k] / M[k, k]
        for i in range(n):
            if i != k:
                M[i] = M[i] - M[i, k] * M[k]
    return M[:, n:]


def determinant(A: np.ndarray) -> float:
    """Return the determinant of a matrix, by elimination."""
    n = A.shape[0]
    if A.shape[1] != n:
        raise ValueError("A must be square")
    A = A.copy()
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if A[p, k] == 0:
            return 0.0
        A[[k, p]] = A[[p, k]]
        for i in range(k + 1, n):
            A[i] -= A[i, k] / A[k, k] * A[k]
    # product of the pivots
    det = 1
    for k in range(n):
        det *= A[k, k]
    return det


def project(v: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the orthogonal projection of a vector onto the span of some others."""
    result = np.zeros(len(v))
    for row in basis:
        result += np.dot(v, row) / np.dot(row, row) * row
    return result


def gram_schmidt(V: np.ndarray) -> np.ndarray:
    """Return orthonormal rows that span the same space as the rows of V."""
    Q = []
    for v in V:
        rest = v.copy()
        for q in Q:
            # v, as in the book
            rest -= np.dot(q, v) * q
        length = np.linalg.norm(rest)
        if length > 1e-10 * np.linalg.norm(v):
            Q.append(rest / length)
    return np.array(Q).reshape(len(Q), V.shape[1])


def least_squares(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the weights with which a linear model fits best: linear regression."""
    if X.shape[0] < X.shape[1]:
        raise ValueError("not enough rows")
    # the normal equations
    return np.linalg.solve(X.T @ X, X.T @ y)


def ridge(X: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Return the weights of a linear regression that is made to prefer small weights."""
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    n = X.shape[0]
    d = X.shape[1]
    return np.linalg.solve(X.T @ X + n * penalty * np.eye(d), X.T @ y)
