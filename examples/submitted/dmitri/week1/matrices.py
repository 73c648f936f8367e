import numpy as np


def matmul(A, B):
    if A.shape[1] != B.shape[0]:
        raise ValueError("matmul: %s and %s" % (A.shape, B.shape))
    return np.array([np.add.reduce(row[:, np.newaxis] * B) for row in A])


def transpose(A):
    return np.array([A[:, j] for j in range(A.shape[1])])


def lu(A):
    """A[p] = L U, in one matrix."""
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("A is not square: %s" % (A.shape,))
    LU, p = A.copy(), np.arange(n)
    for k in range(n):
        i = k + np.argmax(np.abs(LU[k:, k]))
        if np.abs(LU[i, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        LU[[k, i]], p[[k, i]] = LU[[i, k]], p[[i, k]]
        LU[k + 1 :, k] /= LU[k, k]
        LU[k + 1 :, k + 1 :] -= np.outer(LU[k + 1 :, k], LU[k, k + 1 :])
    return LU, p


def solve(A, b):
    LU, p = lu(A)
    x = b[p]
    for k in range(len(x)):
        x[k] -= LU[k, :k] @ x[:k]
    for k in range(len(x) - 1, -1, -1):
        x[k] -= LU[k, k + 1 :] @ x[k + 1 :]
        x[k] /= LU[k, k]
    return x


def inverse(A):
    return solve(A, np.eye(len(A)))


def determinant(A):
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("A is not square: %s" % (A.shape,))
    U, d, k = A.copy(), 1.0, 0
    while k < n:
        i = k + np.argmax(np.abs(U[k:, k]))
        if U[i, k] == 0:
            d = 0.0
            continue  # nothing to eliminate in this column
        if i != k:
            U[[k, i]] = U[[i, k]]
            d = -d
        d *= U[k, k]
        U[k + 1 :] -= np.outer(U[k + 1 :, k] / U[k, k], U[k])
        k += 1
    return d


def project(v, basis):
    q, r = np.linalg.qr(basis.T)
    return q @ (q.T @ v)


def gram_schmidt(V):
    Q = []
    for v in V:
        r = v.copy()
        for q in Q + Q:
            r -= (q @ r) * q
        if np.linalg.norm(r) > 1e-10 * np.linalg.norm(v):
            Q.append(r / np.linalg.norm(r))
    return np.array(Q) if Q else np.empty((0, V.shape[1]))


def least_squares(X, y):
    if X.shape[0] < X.shape[1]:
        raise ValueError("least_squares: %s" % (X.shape,))
    q, r = np.linalg.qr(X)
    return np.linalg.inv(r) @ (q.T @ y)


def ridge(X, y, penalty):
    if penalty <= 0:
        raise ValueError("ridge: penalty = %g" % penalty)
    return np.linalg.solve(X.T @ X + np.diag([penalty] * X.shape[1]), y @ X)
