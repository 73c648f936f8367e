"""Training: all of week 2 in one loop, which learns to read handwritten digits."""

import math
from collections.abc import Sequence

import numpy as np

# What you wrote in chain_rule and optimizers is given here, shortened, so that this module works
# even if one of them does not yet. All of them read like their exercises.


def random_params(n_in: int, n_hidden: int, n_classes: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Return a fresh network: small random weights, and biases of 0."""
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(size=(n_hidden, n_in)) * np.sqrt(2 / n_in),
        "b1": np.zeros(n_hidden),
        "W2": rng.normal(size=(n_classes, n_hidden)) * np.sqrt(2 / n_hidden),
        "b2": np.zeros(n_classes),
    }


def mlp_logits(params: dict[str, np.ndarray], X: np.ndarray) -> np.ndarray:
    """Return the scores (n, c) of the network with one hidden layer, ReLU(X W1ᵀ + b1) W2ᵀ + b2."""
    hidden = np.maximum(X @ params["W1"].T + params["b1"], 0.0)
    return hidden @ params["W2"].T + params["b2"]


def loss_and_gradients(
    params: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray
) -> tuple[float, dict[str, np.ndarray]]:
    """Return the mean cross-entropy of a batch, and its gradients in the order of `params`."""
    rows = np.arange(len(y))
    z = X @ params["W1"].T + params["b1"]
    hidden = np.maximum(z, 0.0)
    logits = hidden @ params["W2"].T + params["b2"]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[rows, y] -= 1.0
    dlogits /= len(y)
    dz = dlogits @ params["W2"] * (z > 0)
    gradients = {"W1": dz.T @ X, "b1": dz.sum(axis=0)}
    gradients |= {"W2": dlogits.T @ hidden, "b2": dlogits.sum(axis=0)}
    return -float(np.mean(log_probs[rows, y])), {name: gradients[name] for name in params}


class GivenAdam:
    """Adam with its defaults; `lr` may be set anew before each step. It works in place."""

    def __init__(self, params: Sequence[np.ndarray], lr: float = 1e-3) -> None:
        self.params, self.lr, self.t = list(params), lr, 0
        self.m = [np.zeros_like(p) for p in self.params]
        self.v = [np.zeros_like(p) for p in self.params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Change every parameter in place."""
        self.t += 1
        for p, g, m, v in zip(self.params, grads, self.m, self.v, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            p -= self.lr * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


def rate_at(
    step: int, total_steps: int, lr_max: float, lr_min: float = 0.0, warmup_steps: int = 0
) -> float:
    """Return the learning rate of a step, which counts from 0: a warm-up, then half a cosine."""
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + float(np.cos(np.pi * progress)))


def clip_together(grads: Sequence[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Return the gradients, scaled down together if their joint length is above `max_norm`."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads]


def batches_of(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Return consecutive pieces of `order`; the last one may be shorter."""
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def accuracy(params, X, y):
    hits = 0
    for logits, label in zip(mlp_logits(params, X).tolist(), y.tolist()):
        best = 0
        for c, logit in enumerate(logits):
            if logit > logits[best]:
                best = c
        hits += best == label
    return hits / len(y)


def train_mlp(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    names = sorted(params)
    mine = {name: params[name] + 0.0 for name in names}
    adam, losses = GivenAdam([mine[name] for name in names]), []
    n_steps = sum(math.ceil(len(order) / batch_size) for order in orders)
    for order in orders:
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            loss, slopes = loss_and_gradients(mine, X[batch], y[batch])
            length = math.sqrt(math.fsum(float(np.sum(slopes[name] ** 2)) for name in names))
            shrink = max_norm / length if length > max_norm else 1.0
            adam.lr = rate_at(len(losses), n_steps, lr_max, warmup_steps=warmup_steps)
            adam.step([shrink * slopes[name] for name in names])
            losses.append(loss)
    return mine, np.array(losses)
