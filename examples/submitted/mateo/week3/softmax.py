"""Softmax: how scores become probabilities, and how wrong a probability is.

A network ends in logits, one score per class or token, any numbers at all. Softmax turns them into
a distribution, cross-entropy says how much that distribution was surprised by the truth, and top-k
and top-p decide which tokens a language model may draw. `...` stands for any number of leading
batch axes, also none. A logit of −inf means "impossible": causal attention masks the future so.
"""

import numpy as np


def logsumexp(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return log(Σ exp(x)) along one axis, without overflow."""
    highest = x.max(axis=axis, keepdims=True)
    # -inf - -inf is nan
    highest[highest == -np.inf] = 0
    with np.errstate(divide="ignore"):
        result = highest + np.log(np.exp(x - highest).sum(axis=axis, keepdims=True))
    return result.squeeze(axis=axis)


def softmax(logits: np.ndarray, axis: int = -1, temperature: float = 1.0) -> np.ndarray:
    """Return exp(logits / temperature), divided by its sum along one axis."""
    if temperature <= 0:
        raise ValueError("temperature")
    e = np.exp((logits - logits.max(axis=axis, keepdims=True)) / temperature)
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(logits: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the logarithm of the softmax along one axis, also where the softmax underflows."""
    shifted = logits - logits.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def one_hot(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Return for each label a row of zeros with a single 1 in the label's place."""
    labels = np.array(labels)
    if labels.min() < 0 or labels.max() > n_classes - 1:
        raise ValueError("labels")
    return np.eye(n_classes)[labels]


def cross_entropy(probs: np.ndarray, targets: np.ndarray) -> float:
    """Return the mean of −Σ t ln p: how much predictions were surprised by the truth."""
    # no idea yet what to do about 0 * log(0)
    log_probs = np.log(probs)
    raise NotImplementedError("to be continued")


def cross_entropy_from_logits(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean cross-entropy of a batch, from logits and the numbers of the right classes."""
    raise NotImplementedError("cross_entropy_from_logits is yours to write")


def top_k(logits: np.ndarray, k: int) -> np.ndarray:
    """Return probabilities in which only the k largest logits have a share."""
    raise NotImplementedError("top_k is yours to write")


def top_p(logits: np.ndarray, p: float) -> np.ndarray:
    """Return probabilities in which only the nucleus has a share: the best, until they reach p."""
    raise NotImplementedError("top_p is yours to write")
