"""Week 2, optimisers, without vector arithmetic: each parameter is one number."""

import math

import numpy as np


def gradient_descent(grad, w0, lr, steps):
    w = np.array(w0, dtype=float)
    path = [w]
    for _ in range(steps):
        slope = np.asarray(grad(w), dtype=float)
        after = np.empty(w.shape)
        for index in np.ndindex(w.shape):
            after[index] = w[index] - lr * slope[index]
        w = after
        path.append(w)
    return np.array(path)


def max_stable_learning_rate(H):
    n = len(H)
    size = max(abs(x) for row in H.tolist() for x in row)
    for i in range(n):
        for j in range(i):
            if abs(H[i, j] - H[j, i]) > 1e-9 * size:
                raise ValueError("H is not symmetric")
    # Jacobi's rotations until H is diagonal
    A = [[x / size if size else 0.0 for x in row] for row in H.tolist()]
    for _ in range(60):
        rest = math.fsum(A[i][j] ** 2 for i in range(n) for j in range(i))
        if rest < 1e-40:
            break
        for p in range(n - 1):
            for q in range(p + 1, n):
                if abs(A[p][q]) < 1e-300:
                    continue
                theta = 0.5 * math.atan2(2.0 * A[p][q], A[p][p] - A[q][q])
                c, s = math.cos(theta), math.sin(theta)
                for k in range(n):
                    x, y = A[k][p], A[k][q]
                    A[k][p], A[k][q] = c * x + s * y, c * y - s * x
                for k in range(n):
                    x, y = A[p][k], A[q][k]
                    A[p][k], A[q][k] = c * x + s * y, c * y - s * x
    eigenvalues = [A[i][i] for i in range(n)]
    if min(eigenvalues) <= 1e-12:
        raise ValueError("H is not positive definite")
    return 2.0 / (max(eigenvalues) * size)


def newton_step(w, g, H):
    n = len(w)
    A = [[*row, right] for row, right in zip(H.tolist(), g.tolist())]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(A[i][k]))
        if A[pivot][k] == 0.0:
            raise ValueError("H is singular")
        A[k], A[pivot] = A[pivot], A[k]
        for i in range(n):  # Gauss and Jordan: below and above
            if i != k:
                factor = A[i][k] / A[k][k]
                A[i] = [a - factor * b for a, b in zip(A[i], A[k])]
    return np.array([w[k] - A[k][n] / A[k][k] for k in range(n)])


def momentum_step(w, g, v, lr, beta=0.9):
    new_w, new_v = np.empty(w.shape), np.empty(w.shape)
    for i in np.ndindex(w.shape):
        new_v[i] = beta * v[i] + g[i]
        new_w[i] = w[i] - lr * new_v[i]
    return new_w, new_v


def rmsprop_step(w, g, s, lr, beta=0.9, eps=1e-8):
    new_w, new_s = np.empty(w.shape), np.empty(w.shape)
    for i in np.ndindex(w.shape):
        new_s[i] = beta * s[i] + (1.0 - beta) * g[i] * g[i]
        new_w[i] = w[i] - lr * g[i] / (math.sqrt(new_s[i]) + eps)
    return new_w, new_s


class _OneNumber:
    """The two running means of one parameter."""

    def __init__(self):
        self.m = 0.0
        self.v = 0.0

    def move(self, g, t, lr, beta1, beta2, eps):
        self.m = beta1 * self.m + (1.0 - beta1) * g
        self.v = beta2 * self.v + (1.0 - beta2) * g * g
        m_hat = self.m / (1.0 - beta1**t)
        v_hat = self.v / (1.0 - beta2**t)
        return lr * m_hat / (math.sqrt(v_hat) + eps)


class Adam:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.settings = (lr, beta1, beta2, eps)
        self.params = params
        self.numbers = [[_OneNumber() for _ in range(p.size)] for p in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for p, g, numbers in zip(self.params, grads, self.numbers):
            for index, number in zip(np.ndindex(p.shape), numbers):
                p[index] -= number.move(float(g[index]), self.t, *self.settings)


def adamw_step(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    out = [np.empty(w.shape) for _ in range(3)]
    for index in np.ndindex(w.shape):
        mean = beta1 * m[index] + (1.0 - beta1) * g[index]
        square = beta2 * v[index] + (1.0 - beta2) * g[index] * g[index]
        root = math.sqrt(square / (1.0 - beta2**t))
        step = mean / (1.0 - beta1**t) / (root + eps) + weight_decay * w[index]
        out[0][index], out[1][index], out[2][index] = w[index] - lr * step, mean, square
    return tuple(out)


def cosine_schedule(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    if step >= total_steps:
        return lr_min
    done = (step - warmup_steps) / (total_steps - warmup_steps)
    high = math.cos(done * math.pi / 2.0) ** 2
    return high * lr_max + (1.0 - high) * lr_min


def clip_by_global_norm(grads, max_norm):
    norm = math.hypot(*(x for g in grads for x in g.ravel().tolist()))
    if norm <= max_norm:
        return [g.copy() for g in grads]
    return [g * (max_norm / norm) for g in grads]


def minibatches(order, batch_size):
    if batch_size < 1:
        raise ValueError("minibatches: batch_size is %d" % batch_size)
    batches, batch = [], []
    for i in order.tolist():
        batch.append(i)
        if len(batch) == batch_size:
            batches.append(np.array(batch, dtype=np.int64))
            batch = []
    if batch:
        batches.append(np.array(batch, dtype=np.int64))
    return batches


def _sigmoid(z):
    if z >= 0.0:
        return 1.0 / (1.0 + math.exp(-z))
    e = math.exp(z)
    return e / (1.0 + e)


def dropout(x, u, p):
    if not (p >= 0.0 and p < 1.0):
        raise ValueError("p is not a probability below 1")
    out = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        if not u[index] < p:
            out[index] = x[index] / (1.0 - p)
    return out


def fit_logistic_regression(X, y, lr, steps):
    n, d = X.shape
    rows, labels = X.tolist(), y.tolist()
    w, b = [0.0] * d, 0.0
    for _ in range(steps):
        dw, db = [0.0] * d, 0.0
        for row, label in zip(rows, labels):
            z = b
            for j in range(d):
                z += w[j] * row[j]
            error = _sigmoid(z) - label
            db += error / n
            for j in range(d):
                dw[j] += error * row[j] / n
        b -= lr * db
        for j in range(d):
            w[j] -= lr * dw[j]
    return np.array(w), b
