import numpy as np


def matmul(A, B):
    """Product."""
    n, k = A.shape
    if B.shape[0] != k:
        raise ValueError("shapes")
    # rows of lists
    return [[float(np.sum(A[i] * B[:, j])) for j in range(B.shape[1])] for i in range(n)]


def transpose(A):
    """Rows to columns."""
    return zip(*A.tolist())


def _lu_solve(A, B):
    n = A.shape[0]
    if A.shape != (n, n):
        raise ValueError("A must be square")
    M = np.concatenate([A, B], axis=1)
    for k in range(n):
        p = k + int(np.argmax(np.abs(M[k:, k])))
        if np.abs(M[p, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        M[[k, p]] = M[[p, k]]
        M[k] = M[k] / M[k, k]
        for i in range(n):
            if i != k:
                M[i] = M[i] - M[i, k] * M[k]
    return M[:, n:]


def solve(A, b):
    """Solve."""
    if b.ndim == 1:
        b = b.reshape(-1, 1)
    return _lu_solve(A, b)


def inverse(A):
    """Inverse."""
    return np.matrix(_lu_solve(A, np.eye(A.shape[0])))


def determinant(A):
    """Determinant."""
    n = A.shape[0]
    if A.shape != (n, n):
        raise ValueError("A must be square")
    U = A.copy()
    det = np.ones((1, 1))
    for k in range(n):
        p = k + int(np.argmax(np.abs(U[k:, k])))
        if U[p, k] == 0:
            return 0
        if p != k:
            U[[k, p]] = U[[p, k]]
            det = -det
        det = det * U[k, k]
        for i in range(k + 1, n):
            U[i] = U[i] - U[i, k] / U[k, k] * U[k]
    return det


def project(v, basis):
    """Projection."""
    v = v.reshape(-1, 1)
    c = np.linalg.solve(basis @ basis.T, basis @ v)
    return basis.T @ c  # (d, 1)


def gram_schmidt(V):
    """Orthonormal."""
    Q = []
    for v in V:
        r = v
        for q in Q + Q:
            r = r - np.dot(q, r) * q
        if np.linalg.norm(r) > 1e-10 * np.linalg.norm(v):
            Q.append(r / np.linalg.norm(r))
    return Q
