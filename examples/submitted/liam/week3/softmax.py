# week 3 - Liam
import numpy as np


def logsumexp(x, axis=-1):
    m = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - m).sum(axis=axis)) + m.squeeze(axis)


def softmax(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature")
    logits -= logits.max(axis=axis, keepdims=True)
    logits /= temperature
    e = np.exp(logits)
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(logits, axis=-1):
    return np.log(softmax(logits.copy(), axis))


def one_hot(labels, n_classes):
    if np.max(labels) >= n_classes:
        raise ValueError("label")
    return np.eye(n_classes)[labels]


def cross_entropy(probs, targets):
    return -(targets * np.log(probs)).sum(axis=-1).mean()


def cross_entropy_from_logits(logits, labels):
    m = logits.max(axis=1, keepdims=True)
    log_probs = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    targets = one_hot(labels, logits.shape[1])
    return -(targets * log_probs).sum(axis=1).mean()


def top_k(logits, k):
    if not 1 <= k <= len(logits):
        raise ValueError("k")
    best = np.argsort(logits)[::-1][:k]
    masked = np.full(len(logits), -np.inf)
    masked[best] = logits[best]
    return softmax(masked)


def top_p(logits, p):
    if not 0 < p <= 1:
        raise ValueError("p")
    probs = softmax(logits.copy())
    order = np.argsort(-probs, kind="stable")
    n = np.searchsorted(np.cumsum(probs[order]), p) + 1
    out = np.zeros(len(logits))
    out[order[:n]] = probs[order[:n]]
    return out / out.sum()
