import numpy as np


def bigram_counts(tokens, vocab_size):
    """Counts."""
    if min(tokens) < 0 or max(tokens) >= vocab_size:
        raise ValueError("tokens")
    counts = {}
    for a, b in zip(tokens[:-1], tokens[1:]):
        counts[(int(a), int(b))] = counts.get((int(a), int(b)), 0) + 1
    return counts


def bigram_probabilities(counts, alpha=1.0):
    """Rows."""
    rows = []
    for row in counts:
        total = sum(row) + alpha * len(row)
        if total == 0:
            rows.append([1 / len(row)] * len(row))
        else:
            rows.append([(c + alpha) / total for c in row])
    return rows


def bigram_loss(probs, tokens):
    """Loss."""
    with np.errstate(divide="ignore"):
        return -np.log(probs[tokens[:-1], tokens[1:]])


def bigram_generate(probs, start, u):
    """Text."""
    text = np.zeros(len(u) + 1)
    text[0] = start
    for i in range(len(u)):
        row = probs[int(text[i])]
        k = np.searchsorted(np.cumsum(row), u[i], side="right")
        text[i + 1] = min(k, np.nonzero(row)[0][-1])
    return text
