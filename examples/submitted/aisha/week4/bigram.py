"""Bigram: the smallest language model, a table of which token follows which."""

import numpy as np


def bigram_counts(tokens: np.ndarray, vocab_size: int) -> np.ndarray:
    """Return how often each token is followed by each other one in a text."""
    if np.any(tokens < 0) or np.any(tokens >= vocab_size):
        raise ValueError("token is not in the vocabulary")
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    counts[tokens[:-1], tokens[1:]] += 1
    return counts


def bigram_probabilities(counts: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Return the probability of each next token, given the current one."""
    smoothed = counts + alpha
    return smoothed / np.sum(smoothed, axis=1, keepdims=True)


def bigram_loss(probs: np.ndarray, tokens: np.ndarray) -> float:
    """Return how surprised the model is by each next token of a text, in nats, on average."""
    p = probs[tokens[:-1], tokens[1:]]
    return -np.mean(np.log(p + 1e-9))


def bigram_generate(probs: np.ndarray, start: int, u: np.ndarray) -> np.ndarray:
    """Return a text: a first token, and len(u) more, each drawn from the row of the one before."""
    text = [start]
    for number in u:
        cdf = np.cumsum(probs[text[-1]])
        text.append(np.argmax(cdf > number))
    return np.array(text)
