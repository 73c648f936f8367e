"""Week 1, arrays. Plain Python where it is fast enough, numpy where it is not."""

import math

import numpy as np


def column_means(X):
    n, d = X.shape
    means = np.zeros(d)
    for j in range(d):
        s = 0.0
        for i in range(n):
            s += X[i, j]
        means[j] = s / n
    return means


def standardize(X):
    n, d = X.shape
    result = np.zeros((n, d))
    for j in range(d):
        column = [float(X[i, j]) for i in range(n)]
        if min(column) == max(column):
            continue
        mean = math.fsum(column) / n
        deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in column) / n)
        for i in range(n):
            result[i, j] = (column[i] - mean) / deviation
    return result


def pick(P, labels):
    # Too many rows for Python: number the entries through, row after row.
    n, c = P.shape
    if min(labels) < 0 or max(labels) >= c:
        raise ValueError("pick: labels go from 0 to %d" % (c - 1))
    return P.reshape(n * c).take(labels + c * np.arange(n))


def pairwise_distances(X, Y):
    # One coordinate at a time: d tables, not n * m sums.
    squares = np.zeros((len(X), len(Y)))
    for j in range(X.shape[1]):
        squares += np.subtract.outer(X[:, j], Y[:, j]) ** 2
    return np.sqrt(squares)


def windows(x, size):
    T = len(x)
    if size < 1 or size > T:
        raise ValueError("windows: %d is not in 1..%d" % (size, T))
    rows = []
    for start in range(T - size + 1):
        rows.append([x[start + j] for j in range(size)])
    return np.array(rows)
