import numpy as np


def logsumexp(x, axis=-1):
    """Log of the sum of exponentials."""
    m = np.max(x, axis=axis, keepdims=True)
    m = np.where(m == -np.inf, 0.0, m)
    with np.errstate(divide="ignore"):
        return m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))


def softmax(logits, axis=-1, temperature=1.0):
    """Softmax."""
    if temperature <= 0:
        raise ValueError("temperature")
    e = np.exp((logits - np.max(logits, axis=axis, keepdims=True)) / temperature)
    e = e / np.sum(e, axis=axis, keepdims=True)
    return e.tolist()


def log_softmax(logits, axis=-1):
    """Log softmax."""
    m = np.max(logits, axis=axis)
    shifted = logits - np.expand_dims(m, axis)
    return logits - (m + np.log(np.sum(np.exp(shifted), axis=axis)))


def one_hot(labels, n_classes):
    """One row per label."""
    labels = np.atleast_1d(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels")
    return np.eye(n_classes, dtype=int)[labels]


def cross_entropy(probs, targets):
    """Cross-entropy."""
    with np.errstate(divide="ignore"):
        log_p = np.log(probs)
    log_p[targets == 0] = 0
    loss = -np.sum(targets * log_p, axis=-1)
    loss = np.mean(loss)


def cross_entropy_from_logits(logits, labels):
    """Cross-entropy of logits."""
    log_z = np.logaddexp.reduce(logits, axis=1)
    return log_z - logits[range(len(labels)), labels]


def top_k(logits, k):
    """The k best."""
    if k < 1 or k > len(logits):
        raise ValueError("k")
    e = np.exp(logits - np.max(logits))
    best = np.sort(e)[::-1][:k]
    return best / np.sum(best)


def top_p(logits, p):
    """The nucleus."""
    if p <= 0 or p > 1:
        raise ValueError("p")
    e = np.exp(logits - np.max(logits))
    probs = e / np.sum(e)
    order = np.argsort(-probs, kind="stable")
    nucleus = {}
    total = 0
    for i in order:
        nucleus[int(i)] = probs[i]
        total += probs[i]
        if total >= p and p < 1:
            break
    return {i: q / total for i, q in nucleus.items()}
