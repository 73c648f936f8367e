"""Arrays: tables of numbers, computed with as a whole and not entry by entry."""

import numpy as np


def column_means(X: np.ndarray) -> np.ndarray:
    """Return the mean of each column."""
    return np.mean(X, axis=0)


def standardize(X: np.ndarray) -> np.ndarray:
    """Return the data with mean 0 and standard deviation 1 in each column."""
    std = np.std(X, axis=0)
    std = np.where(std == 0, 1, std)  # hint 3
    return (X - np.mean(X, axis=0)) / std


def pick(P: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return one entry of each row: the one that stands at the row's label."""
    if np.min(labels) < 0 or np.max(labels) >= P.shape[1]:
        raise ValueError("label out of range")
    rows = np.arange(len(labels))
    return P[rows, labels]


def pairwise_distances(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the distance between each row of `X` and each row of `Y`."""
    difference = X[:, np.newaxis, :] - Y[np.newaxis, :, :]
    return np.sqrt((difference**2).sum(axis=2))


def windows(x: np.ndarray, size: int) -> np.ndarray:
    """Return all stretches of a given length, one per row."""
    n = len(x) - size + 1
    if size < 1 or n < 1:
        raise ValueError("size is too small or too large")
    result = np.zeros((n, size))
    for i in range(n):
        result[i] = x[i : i + size]
    return result
