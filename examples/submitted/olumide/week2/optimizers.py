import numpy as np


def gradient_descent(grad, w0, lr, steps):
    """Path."""
    w = np.atleast_1d(w0)
    path = w[np.newaxis]
    for t in range(steps):
        w = w - lr * np.asarray(grad(w))
        path = np.concatenate([path, w[np.newaxis]])
    return path


def max_stable_learning_rate(H):
    """2 / largest."""
    if not np.allclose(H, H.T, rtol=1e-6, atol=0):
        raise ValueError("symmetric")
    lam = np.linalg.eigvals(H).astype(complex)
    if np.min(lam.real) <= 1e-12 * np.max(np.abs(lam)):
        raise ValueError("definite")
    return 2 / np.max(lam)


def newton_step(w, g, H):
    raise NotImplementedError("newton_step is yours to write")


def momentum_step(w, g, v, lr, beta=0.9):
    """Momentum."""
    v = beta * v + g
    w = w - lr * v
    return {"w": w, "v": v}


def rmsprop_step(w, g, s, lr, beta=0.9, eps=1e-8):
    """RMSprop."""
    s = beta * s + (1 - beta) * g**2
    w = w - lr * g / (np.sqrt(s) + eps)
    return np.stack([w, s])


class Adam:
    """Adam."""

    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = params
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.m = {}
        self.v = {}
        self.t = 0

    def step(self, grads):
        """Step."""
        self.t += 1
        for i in range(len(self.params)):
            m = self.beta1 * self.m.get(i, 0) + (1 - self.beta1) * grads[i]
            v = self.beta2 * self.v.get(i, 0) + (1 - self.beta2) * grads[i] ** 2
            self.m[i] = m
            self.v[i] = v
            m = m / (1 - self.beta1**self.t)
            v = v / (1 - self.beta2**self.t)
            self.params[i][...] -= self.lr * m / (np.sqrt(v) + self.eps)
        return self.params


def adamw_step(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    raise NotImplementedError("adamw_step is yours to write")


def cosine_schedule(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    """Schedule."""
    if step < warmup_steps:
        return np.array([lr_max * (step + 1) / warmup_steps])
    t = min(1.0, (step - warmup_steps) / (total_steps - warmup_steps))
    return np.array([lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * t)) / 2])


def clip_by_global_norm(grads, max_norm):
    """Clip."""
    norm = np.sqrt(sum([np.sum(g**2) for g in grads]))
    if norm > max_norm:
        return (g * max_norm / norm for g in grads)
    return grads


def minibatches(order, batch_size):
    """Batches."""
    if batch_size < 1:
        raise ValueError("batch_size")
    batches = []
    for i in range(0, len(order), batch_size):
        batches.append(order[i : i + batch_size].astype(float))
    return batches


def dropout(x, u, p):
    raise NotImplementedError("dropout is yours to write")


def fit_logistic_regression(X, y, lr, steps):
    """Logistic regression."""
    n, d = X.shape
    w = np.zeros((d, 1))
    b = np.zeros(1)
    t = y.reshape(-1, 1)
    for i in range(steps):
        p = 0.5 * (1 + np.tanh((X @ w + b) / 2))
        w, b = w - lr * X.T @ (p - t) / n, b - lr * np.mean(p - t)
    return w, b
