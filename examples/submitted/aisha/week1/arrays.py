"""Arrays: tables of numbers, computed with as a whole and not entry by entry."""

import numpy as np


def column_means(X: np.ndarray) -> np.ndarray:
    """Return the mean of each column."""
    # axis 1 are the columns
    return np.mean(X, axis=1)


def standardize(X: np.ndarray) -> np.ndarray:
    """Return the data with mean 0 and standard deviation 1 in each column."""
    mean = np.mean(X, axis=0)
    std = np.std(X, axis=0)
    return (X - mean) / std


def pick(P: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return one entry of each row: the one that stands at the row's label."""
    return P[np.arange(len(labels)), labels]


def pairwise_distances(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the distance between each row of `X` and each row of `Y`."""
    # |x - y|^2 = |x|^2 - 2 x.y + |y|^2
    x2 = np.sum(X ** 2, axis=1)
    y2 = np.sum(Y ** 2, axis=1)
    d2 = x2[:, np.newaxis] - 2 * X @ Y.T + y2
    return np.sqrt(np.maximum(d2, 0))


def windows(x: np.ndarray, size: int) -> np.ndarray:
    """Return all stretches of a given length, one per row."""
    if size < 1 or size > len(x):
        raise ValueError("size is out of range")
    rows = []
    for i in range(len(x) - size):
        rows.append(x[i:i + size])
    return np.array(rows)
