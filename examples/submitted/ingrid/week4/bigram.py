"""Week 4: bigrams (Ingrid)."""

from bisect import bisect_right
from collections import Counter
from itertools import accumulate, pairwise
from math import inf, log

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int64]
Table = NDArray[np.float64]


def bigram_counts(tokens: Tokens, vocab_size: int) -> Tokens:
    """A counter of pairs, spread over a table."""
    text: list[int] = tokens.tolist()
    if not set(text) <= set(range(vocab_size)):
        raise ValueError(f"tokens outside of 0 to {vocab_size - 1}")
    table = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    for pair, count in Counter(pairwise(text)).items():
        table[pair] = count
    return table


def bigram_probabilities(counts: Tokens, alpha: float = 1.0) -> Table:
    """Each row by its own sum."""
    raised = counts + alpha
    sums = np.einsum("ij->i", raised)
    uniform = np.full(counts.shape, 1 / len(counts))
    return np.divide(raised, sums[:, None], out=uniform, where=sums[:, None] > 0)


def bigram_loss(probs: Table, tokens: Tokens) -> float:
    """Counts times surprise, where there are counts."""
    counts = Counter(pairwise(tokens.tolist()))
    total = 0.0
    for pair, count in counts.items():
        p = float(probs[pair])
        total += count * (-log(p) if p > 0 else inf)
    return total / (len(tokens) - 1)


def bigram_generate(probs: Table, start: int, u: Table) -> Tokens:
    """Bisection in the running sums of the row."""
    rows = [list(accumulate(row)) for row in probs.tolist()]
    last = [max(np.flatnonzero(row)) for row in probs]
    text = [start]
    for number in u.tolist():
        row = text[-1]
        text.append(int(min(bisect_right(rows[row], number), last[row])))
    return np.array(text, dtype=np.int64)
