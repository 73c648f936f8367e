# week 1 - Liam
import numpy as np


def matmul(A, B):
    # broadcasting raises the ValueError for me
    return (A[:, :, None] * B[None, :, :]).sum(axis=1)


def transpose(A):
    return np.array(A.T)


def solve(A, b):
    if A.shape[0] != A.shape[1]:
        raise ValueError("not square")
    n = len(A)
    U = A.astype(float)
    x = b.astype(float)
    for k in range(n):
        p = k + U[k:, k].argmax()
        U[[k, p]] = U[[p, k]]
        x[[k, p]] = x[[p, k]]
        if abs(U[k, k]) <= 1e-13 * abs(A).max():
            raise ValueError("singular")
        for i in range(k + 1, n):
            f = U[i, k] / U[k, k]
            U[i] -= f * U[k]
            x[i] -= f * x[k]
    for k in range(n)[::-1]:
        x[k] = (x[k] - U[k, k + 1:] @ x[k + 1:]) / U[k, k]
    return x


def inverse(A):
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("not square")
    M = np.hstack([A, np.eye(n)])
    for k in range(n):
        p = k + abs(M[k:, k]).argmax()
        if abs(M[p, k]) < 1e-12:
            raise ValueError("singular")
        M[[k, p]] = M[[p, k]]
        M[k] /= M[k, k]
        for i in range(n):
            if i != k:
                M[i] -= M[i, k] * M[k]
    return M[:, n:]


def determinant(A):
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("not square")
    U = A.copy()
    sign = 1
    for k in range(n - 1):
        p = k + abs(U[k:, k]).argmax()
        U[[k, p]] = U[[p, k]]
        sign = -sign  # rows swapped
        if U[k, k] == 0:
            return 0.0
        U[k + 1:] -= np.outer(U[k + 1:, k] / U[k, k], U[k])
    return sign * U.diagonal().prod()


def project(v, basis):
    return basis.T @ (basis @ v)


def gram_schmidt(V):
    Q = []
    for v in V:
        w = v.copy()
        for q in Q + Q:  # twice is enough
            w -= (w @ q) * q
        norm = np.linalg.norm(w)
        if norm > 1e-10:
            Q.append(w / norm)
    return np.array(Q).reshape(-1, V.shape[1])


def least_squares(X, y):
    if len(X) < X.shape[1]:
        raise ValueError("too few rows")
    return np.linalg.lstsq(X, y, rcond=None)[0]


def ridge(X, y, penalty):
    if penalty < 0:
        raise ValueError("negative penalty")
    return np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)
