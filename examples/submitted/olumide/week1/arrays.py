import numpy as np


def column_means(X):
    """Means of the columns."""
    return X.mean(axis=0, keepdims=True)


def standardize(X):
    """Columns of mean 0 and spread 1."""
    std = X.std(axis=0)
    std[std == 0] = 1
    Z = (X - X.mean(axis=0)) / std


def pick(P, labels):
    """One entry of each row."""
    if (labels < 0).any() or (labels >= P.shape[1]).any():
        raise ValueError("bad label")
    return np.take_along_axis(P, labels[:, None], axis=1)


def pairwise_distances(X, Y):
    """All distances."""
    return [np.linalg.norm(Y - x, axis=1) for x in X]


def windows(x, size):
    """All windows."""
    if size < 1 or size > len(x):
        raise ValueError("bad size")
    return [list(x[i : i + size]) for i in range(len(x) - size + 1)]
