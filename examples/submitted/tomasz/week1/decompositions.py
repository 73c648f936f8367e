"""Week 1, decompositions. Everything stands on one routine, Jacobi's rotations (1846)."""

import math

import numpy as np


def _rotate_columns(rows, p, q, c, s):
    for row in rows:
        x, y = row[p], row[q]
        row[p] = c * x - s * y
        row[q] = s * x + c * y


def _one_sided_jacobi(M):
    """Turn the columns of M until they are at right angles.

    Returns the turned columns, their lengths, and the rotation V: turned = M V. So the lengths are
    the singular values of M, and the columns of V its right singular vectors; largest first.
    """
    m, n = len(M), len(M[0])
    A = [[float(x) for x in row] for row in M]
    V = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    for _ in range(60):
        turned = False
        for p in range(n - 1):
            for q in range(p + 1, n):
                pp = sum(row[p] * row[p] for row in A)
                qq = sum(row[q] * row[q] for row in A)
                pq = sum(row[p] * row[q] for row in A)
                if pq == 0.0 or abs(pq) <= 1e-15 * math.sqrt(pp * qq):
                    continue
                turned = True
                zeta = (qq - pp) / (2.0 * pq)
                t = math.copysign(1.0, zeta) / (abs(zeta) + math.hypot(1.0, zeta))
                c = 1.0 / math.hypot(1.0, t)
                _rotate_columns(A, p, q, c, c * t)
                _rotate_columns(V, p, q, c, c * t)
        if not turned:
            break
    columns = [[A[i][j] for i in range(m)] for j in range(n)]
    right = [[V[i][j] for i in range(n)] for j in range(n)]
    lengths = [math.hypot(*column) for column in columns]
    order = sorted(range(n), key=lambda j: -lengths[j])
    return [columns[j] for j in order], [lengths[j] for j in order], [right[j] for j in order]


def _centre(X):
    n, d = X.shape
    means = [sum(X[i, j] for i in range(n)) / n for j in range(d)]
    return [[X[i, j] - means[j] for j in range(d)] for i in range(n)]


def _product(A, B):
    columns = list(zip(*B))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in A]


def _transposed(A):
    return [list(column) for column in zip(*A)]


def power_iteration(A, steps=1000):
    n = len(A)
    rows = A.tolist()
    # nothing regular, so that no eigenvector of a textbook matrix is at right angles to it
    v = [math.sin(1.0 + 2.7 * i * i) + 0.1 for i in range(n)]
    for _ in range(steps):
        w = [sum(a * x for a, x in zip(row, v)) for row in rows]
        largest = max(abs(x) for x in w)
        v = [x / largest for x in w]
    length = math.sqrt(sum(x * x for x in v))
    v = [x / length for x in v]
    w = [sum(a * x for a, x in zip(row, v)) for row in rows]
    return sum(x * y for x, y in zip(v, w)), np.array(v)


def covariance(X):
    n, d = X.shape
    if n < 2:
        raise ValueError("covariance: X has fewer than two rows")
    C = _centre(X)
    result = np.zeros((d, d))
    for i in range(d):
        for j in range(i, d):
            s = 0.0
            for row in C:
                s += row[i] * row[j]
            result[i, j] = result[j, i] = s / (n - 1)
    return result


def pca(X, n_components):
    n, d = X.shape
    if n_components < 1 or n_components > min(n, d):
        raise ValueError("pca: n_components must be in 1..%d" % min(n, d))
    _, lengths, directions = _one_sided_jacobi(_centre(X))
    variances = [length * length / (n - 1) for length in lengths]
    return np.array(directions[:n_components]), np.array(variances[:n_components])


def explained_variance_ratio(X):
    _, lengths, _ = _one_sided_jacobi(_centre(X))
    squares = [length * length for length in lengths[: min(X.shape)]]
    total = sum(squares)
    return np.array([square / total for square in squares])


def pca_transform(X, mean, components):
    moved = [[x - m for x, m in zip(row, mean)] for row in X]
    return np.array(_product(moved, _transposed(components)))


def pca_reconstruct(Z, mean, components):
    rows = _product(Z, components)
    return np.array([[x + m for x, m in zip(row, mean)] for row in rows])


def _check(W, rank):
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank must be in 0..%d, not %d" % (min(W.shape), rank))


def low_rank(W, rank):
    _check(W, rank)
    m, n = W.shape
    columns, _, right = _one_sided_jacobi(W)  # columns[j] is W v_j, that is sigma_j u_j
    result = np.zeros((m, n))
    for k in range(rank):
        for i in range(m):
            for j in range(n):
                result[i, j] += columns[k][i] * right[k][j]
    return result


def low_rank_error(W, rank):
    _check(W, rank)
    _, lengths, _ = _one_sided_jacobi(W)
    everything = math.hypot(*lengths)
    if everything == 0.0:
        return 0.0
    return math.hypot(*lengths[rank : min(W.shape)]) / everything


def lora_forward(x, W, A, B, alpha):
    if x.ndim > 1:
        return np.array([lora_forward(part, W, A, B, alpha) for part in x])
    r = len(A)
    down = [sum(a * xi for a, xi in zip(row, x)) for row in A]
    y = []
    for o in range(len(W)):
        frozen = sum(w * xi for w, xi in zip(W[o], x))
        change = sum(b * h for b, h in zip(B[o], down))
        y.append(frozen + alpha / r * change)
    return np.array(y)


def lora_parameter_count(d_out, d_in, rank):
    count = 0
    for rows, columns in ((rank, d_in), (d_out, rank)):
        count += rows * columns
    return count


def condition_number(A):
    tall = A.tolist() if A.shape[0] >= A.shape[1] else _transposed(A.tolist())
    largest = max(abs(x) for row in tall for x in row)
    if largest == 0.0:
        return math.inf
    _, lengths, _ = _one_sided_jacobi([[x / largest for x in row] for row in tall])
    if lengths[-1] < 1e-15 * lengths[0]:
        return math.inf
    return lengths[0] / lengths[-1]


def quantize_int8(W):
    q = np.zeros(W.shape, dtype=np.int8)
    scale = np.zeros(len(W))
    for i, row in enumerate(W.tolist()):
        largest = max(abs(w) for w in row)
        scale[i] = largest / 127 if largest > 0.0 else 1.0
        for j, w in enumerate(row):
            q[i, j] = round(w / scale[i])  # Python's round takes the even one of two
    return q, scale


def dequantize(q, scale):
    return np.array([[float(n) * float(s) for n in row] for row, s in zip(q, scale)])
