"""Vectors: how a network holds a word, an image or a user, and how it compares two of them."""

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the inner product of two vectors, from scratch."""
    # zip(strict=True) raises the ValueError for me :)
    return float(sum(x * y for x, y in zip(a, b, strict=True)))


def norm(a: np.ndarray) -> float:
    """Return the Euclidean length of a vector, however large or small its entries are."""
    # hint 2: bring every entry between -1 and 1 first
    biggest = float(max(abs(x) for x in a))
    if biggest == 0.0:
        return 0.0
    total = 0.0
    for x in a:
        total += (x / biggest) ** 2
    return biggest * total**0.5


def cosine_similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of the angle between two vectors."""
    len_a = norm(a)
    len_b = norm(b)
    if len_a == 0:
        raise ValueError("a is a zero vector")
    if len_b == 0:
        raise ValueError("b is a zero vector")
    cos = dot(a / len_a, b / len_b)
    if cos > 1:
        cos = 1.0
    elif cos < -1:
        cos = -1.0
    return cos


def cosine_similarity_matrix(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cosine between each row of `X` and each row of `Y`."""
    lengths_X = np.sqrt(np.sum(X * X, axis=1))
    lengths_Y = np.sqrt(np.sum(Y * Y, axis=1))
    # (n, m) inner products, over all pairs of lengths
    return np.dot(X, Y.T) / np.outer(lengths_X, lengths_Y)


def nearest(query: np.ndarray, vectors: np.ndarray, k: int = 1) -> np.ndarray:
    """Return the indices of the k rows most similar to `query` by cosine, best first."""
    n = vectors.shape[0]
    if k < 1 or k > n:
        raise ValueError("k must be between 1 and %d" % n)
    sims = cosine_similarity_matrix(np.array([query]), vectors)[0]
    # python's sort keeps the order of equal elements
    order = sorted(range(n), key=lambda i: -sims[i])
    return np.array(order[:k])


def analogy(embeddings: dict[str, np.ndarray], positive: list[str], negative: list[str]) -> str:
    """Return the word that completes an analogy: king - man + woman is about queen."""
    target = np.zeros(len(next(iter(embeddings.values()))))
    for word in positive:
        target = target + embeddings[word]
    for word in negative:
        target = target - embeddings[word]

    best_word = None
    best_cos = -2.0
    for word, vec in embeddings.items():
        if word in positive or word in negative:
            continue
        cos = cosine_similarity(target, vec)
        if cos > best_cos:
            best_word, best_cos = word, cos
    return best_word


def neuron(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """Return what one neuron computes before its activation function: w·x + b."""
    return dot(w, x) + b


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the outputs of a whole layer of neurons: x Wᵀ + b along the last axis."""
    return np.matmul(x, W.T) + b
