"""Week 1, matrices. Rows are Python lists inside; numpy only at the door."""

import math

import numpy as np


def _rows(A):
    return [[float(x) for x in row] for row in A]


def _square(A):
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError("A must be square, not %s" % "x".join(str(s) for s in A.shape))
    return len(A)


def matmul(A, B):
    n, k = A.shape
    if len(B) != k:
        raise ValueError("matmul: A has %d columns, B has %d rows" % (k, len(B)))
    m = B.shape[1]
    C = np.zeros((n, m))
    # i, l, j: the inner loop runs along rows of both B and C
    for i in range(n):
        for l in range(k):
            a = A[i, l]
            for j in range(m):
                C[i, j] += a * B[l, j]
    return C


def transpose(A):
    return np.array(list(zip(*A.tolist())))


def _crout(rows):
    """Crout's factors with partial pivoting, in place: L with its diagonal, U with ones.

    Returns the order of the rows.
    """
    n = len(rows)
    limit = 1e-13 * max(abs(x) for row in rows for x in row)
    order = list(range(n))
    for j in range(n):
        for i in range(j, n):
            rows[i][j] -= math.fsum(rows[i][k] * rows[k][j] for k in range(j))
        best = j
        for i in range(j + 1, n):
            if abs(rows[i][j]) > abs(rows[best][j]):
                best = i
        if abs(rows[best][j]) <= limit:
            raise ValueError("A is singular: no pivot in column %d" % j)
        rows[j], rows[best] = rows[best], rows[j]
        order[j], order[best] = order[best], order[j]
        for i in range(j + 1, n):
            rows[j][i] -= math.fsum(rows[j][k] * rows[k][i] for k in range(j))
            rows[j][i] /= rows[j][j]
    return order


def _substitute(rows, order, b):
    n = len(rows)
    x = [b[i] for i in order]
    for i in range(n):
        x[i] = (x[i] - math.fsum(rows[i][k] * x[k] for k in range(i))) / rows[i][i]
    for i in range(n - 1, -1, -1):
        x[i] -= math.fsum(rows[i][k] * x[k] for k in range(i + 1, n))
    return x


def solve(A, b):
    _square(A)
    rows = _rows(A)
    order = _crout(rows)
    if b.ndim == 1:
        return np.array(_substitute(rows, order, b.tolist()))
    columns = [_substitute(rows, order, list(column)) for column in zip(*b.tolist())]
    return np.array(list(zip(*columns)))


def inverse(A):
    n = _square(A)
    rows = _rows(A)
    order = _crout(rows)
    columns = []
    for j in range(n):
        columns.append(_substitute(rows, order, [1.0 if i == j else 0.0 for i in range(n)]))
    return np.array(list(zip(*columns)))


def determinant(A):
    # Givens rotations: they have determinant 1, so the diagonal that is left says it all
    n = _square(A)
    rows = _rows(A)
    for j in range(n):
        for i in range(j + 1, n):
            r = math.hypot(rows[j][j], rows[i][j])
            if rows[i][j] == 0.0:
                continue
            c, s = rows[j][j] / r, rows[i][j] / r
            top, low = rows[j], rows[i]
            rows[j] = [c * x + s * y for x, y in zip(top, low)]
            rows[i] = [c * y - s * x for x, y in zip(top, low)]
    result = 1.0
    for i in range(n):
        result *= rows[i][i]
    return result


def _orthonormal(vectors):
    basis = []
    for vector in vectors:
        v = [float(x) for x in vector]
        own = math.hypot(*v)
        if own == 0.0:
            continue
        v = [x / own for x in v]
        for _ in range(3):
            for q in basis:
                c = math.fsum(x * y for x, y in zip(q, v))
                v = [x - c * y for x, y in zip(v, q)]
        length = math.hypot(*v)
        if length >= 1e-10:
            basis.append([x / length for x in v])
    return basis


def project(v, basis):
    shadow = [0.0] * len(v)
    for q in _orthonormal(basis):
        c = math.fsum(x * y for x, y in zip(q, v))
        for i in range(len(v)):
            shadow[i] += c * q[i]
    return np.array(shadow)


def gram_schmidt(V):
    basis = _orthonormal(V)
    result = np.zeros((len(basis), V.shape[1]))
    for i, q in enumerate(basis):
        for j, x in enumerate(q):
            result[i, j] = x
    return result


def _givens(rows, targets):
    """Turn pairs of rows until everything below the diagonal is 0 (Givens, 1958)."""
    n, d = len(rows), len(rows[0])
    for j in range(d):
        for i in range(n - 1, j, -1):
            a, b = rows[j][j], rows[i][j]
            if b == 0.0:
                continue
            r = math.hypot(a, b)
            c, s = a / r, b / r
            for k in range(j, d):
                x, y = rows[j][k], rows[i][k]
                rows[j][k] = c * x + s * y
                rows[i][k] = c * y - s * x
            x, y = targets[j], targets[i]
            targets[j] = c * x + s * y
            targets[i] = c * y - s * x
    w = [0.0] * d
    for j in range(d - 1, -1, -1):
        w[j] = (targets[j] - sum(rows[j][k] * w[k] for k in range(j + 1, d))) / rows[j][j]
    return w


def least_squares(X, y):
    if len(X) < len(X[0]):
        raise ValueError("least_squares: %d rows for %d weights" % X.shape)
    return np.array(_givens(_rows(X), [float(t) for t in y]))


def ridge(X, y, penalty):
    if penalty <= 0.0:
        raise ValueError("ridge: the penalty is %g" % penalty)
    # d more samples, each of which asks one weight to be 0
    d = X.shape[1]
    rows, targets = _rows(X), [float(t) for t in y]
    for j in range(d):
        rows.append([math.sqrt(penalty) if k == j else 0.0 for k in range(d)])
        targets.append(0.0)
    return np.array(_givens(rows, targets))
