# week 1 - Liam
import numpy as np


def dot(a, b):
    if len(a) != len(b):
        raise ValueError("length mismatch")
    return a @ b  # much faster than a loop


def norm(a):
    # divide by the max so nothing overflows
    m = np.abs(a).max()
    return m * np.sqrt(((a / m) ** 2).sum())


def cosine_similarity(a, b):
    if not a.any():
        raise ValueError("zero vector")
    cos = np.sum(a * b) / (np.linalg.norm(a) * np.linalg.norm(b))
    return np.clip(cos, -1, 1)


def cosine_similarity_matrix(X, Y):
    sims = X @ Y.T
    sims = sims / np.linalg.norm(X, axis=1)
    sims = sims / np.linalg.norm(Y, axis=1)
    return sims


def nearest(query, vectors, k=1):
    lengths = np.linalg.norm(vectors, axis=1)
    sims = vectors @ query / (lengths * np.linalg.norm(query))
    return np.argsort(-sims, kind="stable")[:k]


def analogy(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    words = [w for w in embeddings if w not in positive + negative]
    distances = [np.linalg.norm(embeddings[w] - target) for w in words]
    return words[int(np.argmin(distances))]


def neuron(x, w, b):
    return (x * w).sum() + b


def linear(x, W, b):
    return W @ x + b
