"""Week 4, bigrams, one pair after the other."""

import math

import numpy as np


def bigram_counts(tokens, vocab_size):
    text = tokens.tolist()
    for token in text:
        if token not in range(vocab_size):
            raise ValueError(f"token {token} is not one of {vocab_size}")
    counts = [[0] * vocab_size for _ in range(vocab_size)]
    before = text[0]
    for token in text[1:]:
        counts[before][token] += 1
        before = token
    return np.array(counts)


def bigram_probabilities(counts, alpha=1.0):
    table = []
    for row in counts.tolist():
        total = math.fsum(c + alpha for c in row)
        if total == 0.0:
            table.append([1.0 / len(row) for _ in row])
        else:
            table.append([(c + alpha) / total for c in row])
    return np.array(table)


def bigram_loss(probs, tokens):
    surprise = []
    for i in range(1, len(tokens)):
        p = float(probs[tokens[i - 1]][tokens[i]])
        if p <= 0.0:
            return math.inf
        surprise.append(-math.log(p))
    return math.fsum(surprise) / len(surprise)


def bigram_generate(probs, start, u):
    text = [start]
    for left in u.tolist():
        last = None
        for token, p in enumerate(probs[text[-1]].tolist()):
            if p == 0.0:
                continue
            last, left = token, left - p
            if left < 0.0:
                break
        text.append(last)
    return np.array(text)
