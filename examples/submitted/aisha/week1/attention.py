"""Attention: how the words of a text look at each other, with matrix products and one softmax."""

import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large scores too."""
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def attention_scores(Q: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Return how well each query matches each key: Q Kᵀ / √d."""
    d = Q.shape[-1]
    return Q @ np.swapaxes(K, -1, -2) / d


def attention_weights(Q: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Return how each query shares out its attention: the softmax of the scores over the keys."""
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    e = np.exp(scores - np.max(scores))
    return e / np.sum(e, axis=-2, keepdims=True)


def self_attention(X: np.ndarray, W_Q: np.ndarray, W_K: np.ndarray, W_V: np.ndarray) -> np.ndarray:
    """Return what each position reads from all positions of its own text."""
    d = X.shape[-1]
    Q = X @ W_Q
    K = X @ W_K
    V = X @ W_V
    weights = softmax(Q @ np.swapaxes(K, -1, -2) / np.sqrt(d))
    return weights @ V
