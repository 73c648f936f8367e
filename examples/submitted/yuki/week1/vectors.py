"""Vectors: how a network holds a word, an image or a user, and how it compares two of them."""

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the inner product of two vectors, from scratch."""
    if a.shape != b.shape:
        raise ValueError("a and b have different lengths")
    return float(np.sum(a * b))


def norm(a: np.ndarray) -> float:
    """Return the Euclidean length of a vector, however large or small its entries are."""
    m = np.max(np.abs(a))
    if m == 0:
        return 0.0
    return float(m * np.sqrt(np.sum((a / m) ** 2)))


def cosine_similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of the angle between two vectors."""
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("zero vector")
    return float(np.clip(dot(a / norm(a), b / norm(b)), -1, 1))


def cosine_similarity_matrix(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cosine between each row of `X` and each row of `Y`."""
    Xn = X / np.linalg.norm(X, axis=1, keepdims=True)
    Yn = Y / np.linalg.norm(Y, axis=1, keepdims=True)
    return Xn @ Yn.T


def nearest(query: np.ndarray, vectors: np.ndarray, k: int = 1) -> np.ndarray:
    """Return the indices of the k rows most similar to `query` by cosine, best first."""
    if not 1 <= k <= len(vectors):
        raise ValueError("k out of range")
    sims = np.array([cosine_similarity(query, v) for v in vectors]
    order = np.argsort(-sims, kind="stable")
    return order[:k]


def analogy(embeddings: dict[str, np.ndarray], positive: list[str], negative: list[str]) -> str:
    """Return the word that completes an analogy: king - man + woman is about queen."""
    raise NotImplementedError("analogy is yours to write")


def neuron(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """Return what one neuron computes before its activation function: w·x + b."""
    return float(np.dot(w, x) + b)


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the outputs of a whole layer of neurons: x Wᵀ + b along the last axis."""
    return x @ W.T + b
