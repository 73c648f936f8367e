import ctypes
import math

import numpy as np

# --- helpers -----------------------------------------------------------------

def fast_copy(source):
    """Copy an array with memmove, which beats numpy for large ones (I measured it!)."""
    target = ctypes.POINTER(ctypes.c_double)()
    ctypes.memmove(target, source.ctypes.data, source.nbytes)
    return np.ctypeslib.as_array(target, source.shape)


def length(v):
    largest = float(np.max(np.abs(v), initial=0.0))
    return largest * math.sqrt(sum((x / largest) ** 2 for x in v.tolist())) if largest else 0.0


# --- exercises ---------------------------------------------------------------


def dot(a, b):
    if a.size != b.size:
        raise ValueError("dot: sizes %d and %d" % (a.size, b.size))
    return np.add.reduce(a * b)


def norm(a):
    return length(a)


def cosine_similarity(a, b):
    la, lb = length(a), length(b)
    if la == 0 or lb == 0:
        raise ValueError("zero vector has no direction")
    c = np.add.reduce((a / la) * (b / lb))
    return min(1.0, max(-1.0, c))


def cosine_similarity_matrix(X, Y):
    inner = X @ Y.T
    inner /= np.linalg.norm(X, axis=1)[:, np.newaxis]
    inner /= np.linalg.norm(Y, axis=1)[np.newaxis, :]
    return inner


def nearest(query, vectors, k=1):
    if k <= 0 or k > len(vectors):
        raise ValueError("k = %d" % k)
    c = cosine_similarity_matrix(query[np.newaxis], vectors)[0]
    return np.argsort(-c, kind="mergesort")[:k]  # mergesort is stable


def analogy(embeddings, positive, negative):
    target = sum((embeddings[w] for w in positive), 0.0)
    target = target - sum((embeddings[w] for w in negative), 0.0)
    rest = sorted(set(embeddings) - set(positive) - set(negative))
    return max(rest, key=lambda w: cosine_similarity(target, embeddings[w]))


def neuron(x, w, b):
    return np.add.reduce(x * w) + b


def linear(x, W, b):
    # x must stay as it is, so work on a copy
    x = fast_copy(x)
    return x @ W.T + b
