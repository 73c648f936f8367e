# week 2 - Liam
import numpy as np


def gradient_descent(grad, w0, lr, steps):
    path = []
    w = w0
    for _ in range(steps):
        w = w - lr * grad(w)
        path.append(w)
    return np.array(path)


def max_stable_learning_rate(H):
    lam = np.linalg.eigvalsh(H)
    if lam[0] <= 1e-12 * abs(lam).max():
        raise ValueError("not positive definite")
    return 2 / lam[-1]


def newton_step(w, g, H):
    if abs(np.linalg.det(H)) < 1e-12:
        raise ValueError("H is singular")
    return w - np.linalg.inv(H) @ g


def momentum_step(w, g, v, lr, beta=0.9):
    v *= beta
    v += g
    w -= lr * v
    return w, v


def rmsprop_step(w, g, s, lr, beta=0.9, eps=1e-8):
    new_s = beta * s + (1 - beta) * g * g
    return w - lr * g / (np.sqrt(s) + eps), new_s


class Adam:
    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.params = params
        self.lr, self.b1, self.b2, self.eps = lr, beta1, beta2, eps
        self.m = [0 for _ in params]
        self.v = [0 for _ in params]
        self.t = 0

    def step(self, grads):
        self.t += 1
        for i, (p, g) in enumerate(zip(self.params, grads)):
            self.m[i] = self.b1 * self.m[i] + (1 - self.b1) * g
            self.v[i] = self.b2 * self.v[i] + (1 - self.b2) * g * g
            m_hat = self.m[i] / (1 - self.b1**self.t)
            v_hat = self.v[i] / (1 - self.b2**self.t)
            self.params[i] = p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


def adamw_step(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w), m, v


def cosine_schedule(step, total_steps, lr_max, lr_min=0.0, warmup_steps=0):
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    t = (step - warmup_steps) / (total_steps - warmup_steps)
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + np.cos(np.pi * t))


def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads))
    return [g * max_norm / norm for g in grads]


def minibatches(order, batch_size):
    return [order[i:i + batch_size] for i in range(0, len(order), batch_size)]


def dropout(x, u, p):
    if not 0 <= p < 1:
        raise ValueError("p must be in [0, 1)")
    x[u < p] = 0
    return x / (1 - p)


def fit_logistic_regression(X, y, lr, steps):
    w, b = np.zeros(X.shape[1]), 0.0

    def p():
        return 0.5 * (1 + np.tanh(0.5 * (X @ w + b)))

    for _ in range(steps):
        w = w - lr * X.T @ (p() - y) / len(y)
        b = b - lr * (p() - y).mean()
    return w, b
