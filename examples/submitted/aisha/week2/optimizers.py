"""Optimisers: how a network uses its gradients to learn."""

import numpy as np


def gradient_descent(grad, w0: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """Walk downhill from `w0`, and return the whole path."""
    w = np.array(w0, dtype=float)
    path = [w]
    for i in range(steps):
        w -= lr * grad(w)
        path.append(w)
    return np.array(path)


def max_stable_learning_rate(H: np.ndarray) -> float:
    """Return the learning rate below which gradient descent on ½ wᵀH w converges."""
    if not np.allclose(H, H.T, rtol=1e-6, atol=0):
        raise ValueError("not symmetric")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] < 1e-12 * np.max(np.abs(eigenvalues)):
        raise ValueError("not positive definite")
    return 1 / eigenvalues[-1]


def newton_step(w: np.ndarray, g: np.ndarray, H: np.ndarray) -> np.ndarray:
    """Return the parameters after one step of Newton's method."""
    return w + np.linalg.solve(H, g)


def momentum_step(w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, beta: float = 0.9):
    """Return parameters and velocity after one step of gradient descent with momentum."""
    v = beta * v + (1 - beta) * g
    w = w - lr * v
    return w, v


def rmsprop_step(
    w: np.ndarray, g: np.ndarray, s: np.ndarray, lr: float, beta: float = 0.9, eps: float = 1e-8
):
    """Return parameters and mean squared gradient after one step of RMSprop."""
    s = beta * s + (1 - beta) * g**2
    w = w - lr * g / np.sqrt(s + eps)
    return w, s


class Adam:
    """The optimiser that trains nearly every language model: momentum over RMSprop."""

    def __init__(self, params, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8) -> None:
        self.params = params
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.m = [np.zeros(p.shape) for p in params]
        self.v = [np.zeros(p.shape) for p in params]

    def step(self, grads) -> None:
        """Update every parameter in place."""
        for i in range(len(self.params)):
            g = grads[i]
            self.m[i] = self.beta1 * self.m[i] + (1 - self.beta1) * g
            self.v[i] = self.beta2 * self.v[i] + (1 - self.beta2) * g**2
            self.params[i] -= self.lr * self.m[i] / (np.sqrt(self.v[i]) + self.eps)


def adamw_step(w, g, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    """Return parameters and both means after one step of AdamW: Adam with weight decay."""
    g = g + weight_decay * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, m, v


def cosine_schedule(
    step: int, total_steps: int, lr_max: float, lr_min: float = 0.0, warmup_steps: int = 0
) -> float:
    """Return the learning rate of a step: a straight way up, then half a cosine down."""
    if step < warmup_steps:
        return lr_max * step / warmup_steps
    if step > total_steps:
        return lr_min
    t = (step - warmup_steps) / (total_steps - warmup_steps)
    return lr_min + (lr_max - lr_min) * (1 + np.cos(np.pi * t)) / 2


def clip_by_global_norm(grads, max_norm: float):
    """Return the gradients, scaled down together where their joint length is too large."""
    clipped = []
    for g in grads:
        norm = np.sqrt(np.sum(g**2))
        if norm > max_norm:
            g = g * max_norm / norm
        clipped.append(g)
    return clipped


def minibatches(order: np.ndarray, batch_size: int):
    """Cut the shuffled order of the samples into batches."""
    if batch_size < 1:
        raise ValueError("batch_size")
    batches = []
    for i in range(len(order) // batch_size):
        batches.append(order[i * batch_size : (i + 1) * batch_size])
    return batches


def dropout(x: np.ndarray, u: np.ndarray, p: float) -> np.ndarray:
    """Set each entry to 0 with probability p, and scale up the rest."""
    if p < 0 or p >= 1:
        raise ValueError("p must be in [0, 1)")
    return np.where(u < p, 0.0, x)


def fit_logistic_regression(X: np.ndarray, y: np.ndarray, lr: float, steps: int):
    """Fit a logistic regression by gradient descent, from all zeros."""
    w = np.zeros(X.shape[1])
    b = 0.0
    for i in range(steps):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        dw = X.T @ (p - y)
        db = np.sum(p - y)
        w = w - lr * dw
        b = b - lr * db
    return w, b
