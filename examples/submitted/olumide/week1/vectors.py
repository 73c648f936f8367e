import numpy as np


def dot(a, b):
    """Inner product of a and b."""
    if a.shape != b.shape:
        raise ValueError("a and b must have the same shape")
    return np.sum(a * b, keepdims=True)


def norm(a):
    """Length of a."""
    m = np.max(np.abs(a))
    if m == 0:
        return np.array(0.0)
    return np.array(m * np.sqrt(np.sum((a / m) ** 2)))


def cosine_similarity(a, b):
    """Cosine of the angle between a and b."""
    if norm(a) == 0 or norm(b) == 0:
        raise ValueError("zero vector")
    cos = dot(a / norm(a), b / norm(b))
    cos = np.clip(cos, -1.0, 1.0)


def cosine_similarity_matrix(X, Y):
    """All cosines."""
    Xn = X / np.linalg.norm(X, axis=1).reshape(-1, 1)
    Yn = Y / np.linalg.norm(Y, axis=1).reshape(-1, 1)
    return Yn @ Xn.T


def nearest(query, vectors, k=1):
    """The k most similar rows."""
    n = vectors.shape[0]
    if k < 1 or k > n:
        raise ValueError("k")
    q = query.reshape(-1, 1)
    cos = vectors @ q / np.linalg.norm(vectors, axis=1).reshape(-1, 1)
    order = np.argsort(-cos, axis=0, kind="stable")
    return order[:k]  # (k, 1)


def analogy(embeddings, positive, negative):
    """king - man + woman."""
    target = 0
    for w in positive:
        target = target + embeddings[w]
    for w in negative:
        target = target - embeddings[w]
    words = [w for w in embeddings if w not in positive and w not in negative]
    vectors = np.array([embeddings[w] for w in words])
    best = int(nearest(target, vectors)[0, 0])
    return [words[best]]


def neuron(x, w, b):
    """w x + b."""
    return x.reshape(1, -1) @ w.reshape(-1, 1) + b


def linear(x, W, b):
    """Layer."""
    # make it a batch if it is not
    x = np.atleast_2d(x)
    return x @ W.T + b
