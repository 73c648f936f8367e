# week 4 - Liam
import numpy as np


def bigram_counts(tokens, vocab_size):
    if max(tokens) >= vocab_size:
        raise ValueError("token too large")
    counts = np.zeros((vocab_size, vocab_size), dtype=int)
    for a, b in zip(tokens[:-1], tokens[1:]):
        counts[a, b] += 1
    return counts


def bigram_probabilities(counts, alpha=1.0):
    counts[counts.sum(axis=1) == 0] = 1
    c = counts + alpha
    return c / c.sum(axis=1, keepdims=True)


def bigram_loss(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.log(probs[tokens[:-1], tokens[1:]]).mean()


def bigram_generate(probs, start, u):
    text = [start]
    for v in u:
        k = np.searchsorted(probs[text[-1]].cumsum(), v, side="right")
        text.append(min(k, len(probs) - 1))
    return np.array(text)
