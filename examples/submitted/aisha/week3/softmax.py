"""Softmax: how scores become probabilities, and how wrong a probability is."""

import numpy as np


def logsumexp(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return log(Σ exp(x)) along one axis, without overflow."""
    return np.log(np.sum(np.exp(x), axis=axis))


def softmax(logits: np.ndarray, axis: int = -1, temperature: float = 1.0) -> np.ndarray:
    """Return exp(logits / temperature), divided by its sum along one axis."""
    if temperature <= 0:
        raise ValueError("temperature")
    e = np.exp(logits / temperature)
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(logits: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the logarithm of the softmax along one axis, also where the softmax underflows."""
    # the log of e^x is x, so only the sum is left
    total = np.sum(np.exp(logits), axis=axis, keepdims=True)
    return logits - np.log(total)


def one_hot(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Return for each label a row of zeros with a single 1 in the label's place."""
    return np.eye(n_classes)[labels]


def cross_entropy(probs: np.ndarray, targets: np.ndarray) -> float:
    """Return the mean of −Σ t ln p: how much predictions were surprised by the truth."""
    # 1e-9 so that there is no log(0)
    losses = -np.sum(targets * np.log(probs + 1e-9), axis=-1)
    return np.mean(losses)


def cross_entropy_from_logits(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean cross-entropy of a batch, from logits and the numbers of the right classes."""
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    probs = np.exp(shifted) / np.sum(np.exp(shifted), axis=1, keepdims=True)
    loss = 0
    for i in range(len(labels)):
        loss -= np.log(probs[i, labels[i]])
    return loss / len(labels)


def top_k(logits: np.ndarray, k: int) -> np.ndarray:
    """Return probabilities in which only the k largest logits have a share."""
    if k < 1 or k > len(logits):
        raise ValueError("k")
    threshold = np.sort(logits)[-k]
    masked = np.where(logits < threshold, -np.inf, logits)
    e = np.exp(masked - np.max(masked))
    return e / np.sum(e)


def top_p(logits: np.ndarray, p: float) -> np.ndarray:
    """Return probabilities in which only the nucleus has a share: the best, until they reach p."""
    if p <= 0 or p > 1:
        raise ValueError("p")
    e = np.exp(logits - np.max(logits))
    probs = e / np.sum(e)
    if p == 1:
        return probs
    order = np.argsort(-probs, kind="stable")
    cumulative = np.cumsum(probs[order])
    n_keep = np.sum(cumulative <= p)
    if n_keep == 0:
        n_keep = 1
    keep = order[:n_keep]
    result = np.zeros(len(logits))
    result[keep] = probs[keep]
    return result / np.sum(result)
