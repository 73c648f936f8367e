"""Vectors: how a network holds a word, an image or a user, and how it compares two of them."""

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the inner product of two vectors, from scratch."""
    result = 0
    for x, y in zip(a, b):
        result += x * y
    return result


def norm(a: np.ndarray) -> float:
    """Return the Euclidean length of a vector, however large or small its entries are."""
    return np.sqrt(np.sum(a ** 2))


def cosine_similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of the angle between two vectors."""
    # division by zero otherwise
    if norm(a) == 0 or norm(b) == 0:
        return 0.0
    cos = dot(a, b) / (norm(a) * norm(b))
    return np.clip(cos, -1, 1)


def cosine_similarity_matrix(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cosine between each row of `X` and each row of `Y`."""
    n = X.shape[0]
    m = Y.shape[0]
    result = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            result[i, j] = cosine_similarity(X[i], Y[j])
    return result


def nearest(query: np.ndarray, vectors: np.ndarray, k: int = 1) -> np.ndarray:
    """Return the indices of the k rows most similar to `query` by cosine, best first."""
    if k < 1 or k > len(vectors):
        raise ValueError("k is out of range")
    similarities = [cosine_similarity(query, v) for v in vectors]
    # sort and reverse: largest first
    indices = np.argsort(similarities, kind="stable")[::-1]
    return indices[:k]


def analogy(embeddings: dict[str, np.ndarray], positive: list[str], negative: list[str]) -> str:
    """Return the word that completes an analogy: king - man + woman is about queen."""
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    best = None
    best_similarity = -2
    for word in embeddings:
        s = cosine_similarity(target, embeddings[word])
        if s > best_similarity:
            best = word
            best_similarity = s
    return best


def neuron(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """Return what one neuron computes before its activation function: w·x + b."""
    z = dot(x, w) + b
    return max(0.0, z)  # relu


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the outputs of a whole layer of neurons: x Wᵀ + b along the last axis."""
    return x @ W + b
