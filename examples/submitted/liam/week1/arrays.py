# week 1 - Liam
import numpy as np


def column_means(X):
    return X.sum(axis=0) / len(X)


def standardize(X):
    # the epsilon is for constant columns
    return (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8)


def pick(P, labels):
    if labels.max() >= P.shape[1]:
        raise ValueError("label too large")
    return P[np.arange(len(P)), labels]


def pairwise_distances(X, Y):
    return np.array([[np.linalg.norm(x - y) for y in Y] for x in X])


def windows(x, size):
    # sliding_window_view raises the ValueError for me
    if size == 0:
        raise ValueError("size is 0")
    return np.lib.stride_tricks.sliding_window_view(x, size)
