import numpy as np


def column_means(X):
    return np.add.reduce(X) / len(X)


def standardize(X):
    centred = X - column_means(X)
    s = np.sqrt(np.add.reduce(centred**2) / len(X))
    s[s == 0] = 1.0
    return centred / s


def pick(P, labels):
    if ((labels < 0) | (labels >= P.shape[1])).any():
        raise ValueError("pick: labels out of range")
    return P[range(len(P)), labels]


def pairwise_distances(X, Y):
    return np.array([np.sqrt(np.add.reduce((Y - x) ** 2, axis=1)) for x in X])


def windows(x, size):
    if not 0 < size <= len(x):
        raise ValueError("windows: size = %d" % size)
    return np.array([x[i : i + size] for i in range(len(x) - size + 1)])
