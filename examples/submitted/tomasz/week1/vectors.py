"""Week 1, vectors. Plain Python where it is fast enough, numpy where it is not."""

import heapq
import math

import numpy as np


def dot(a, b):
    n = len(a)
    if len(b) != n:
        raise ValueError("dot: a has %d entries, b has %d" % (n, len(b)))
    s = 0.0
    i = 0
    while i < n:
        s += a[i] * b[i]
        i += 1
    return s


def norm(a):
    # One pass, like dnrm2 in the old BLAS: norm = scale * sqrt(ssq)
    scale = 0.0
    ssq = 1.0
    for entry in a:
        x = abs(float(entry))
        if x == 0.0:
            continue
        if x > scale:
            ssq = 1.0 + ssq * (scale / x) ** 2
            scale = x
        else:
            ssq += (x / scale) ** 2
    return scale * math.sqrt(ssq)


def cosine_similarity(a, b):
    na = norm(a)
    nb = norm(b)
    if na == 0.0 or nb == 0.0:
        raise ValueError("cosine_similarity: %s is zero" % ("a" if na == 0.0 else "b"))
    c = 0.0
    for i in range(len(a)):
        c += (a[i] / na) * (b[i] / nb)
    if c > 1.0:
        return 1.0
    if c < -1.0:
        return -1.0
    return c


def cosine_similarity_matrix(X, Y):
    # One row of X against all of Y at a time: n products, not n * m.
    lengths = np.array([norm(y) for y in Y])
    rows = []
    for x in X:
        rows.append(Y.dot(x) / (lengths * norm(x)))
    return np.array(rows)


def nearest(query, vectors, k=1):
    n = len(vectors)
    if k < 1:
        raise ValueError("nearest: k must be at least 1")
    if k > n:
        raise ValueError("nearest: k = %d, but there are only %d vectors" % (k, n))
    pairs = [(-cosine_similarity(query, vectors[i]), i) for i in range(n)]
    # pairs compare by cosine first and by index second
    return np.array([i for _, i in heapq.nsmallest(k, pairs)], dtype=np.int64)


def analogy(embeddings, positive, negative):
    d = len(next(iter(embeddings.values())))
    target = [0.0] * d
    for sign, words in ((1.0, positive), (-1.0, negative)):
        for word in words:
            vector = embeddings[word]
            for j in range(d):
                target[j] += sign * vector[j]
    given = set(positive)
    given.update(negative)
    best = ""
    highest = -math.inf
    for word in embeddings:
        if word in given:
            continue
        c = cosine_similarity(target, embeddings[word])
        if c > highest:
            highest = c
            best = word
    return best


def neuron(x, w, b):
    s = b
    for i in range(len(x)):
        s += w[i] * x[i]
    return s


def linear(x, W, b):
    if x.ndim > 1:
        return np.array([linear(part, W, b) for part in x])
    y = []
    for o in range(len(W)):
        y.append(neuron(x, W[o], b[o]))
    return np.array(y)
