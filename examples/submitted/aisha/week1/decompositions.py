"""Decompositions: take a matrix apart, keep what matters, and know what was lost.

Data is a table X with one sample per row and one feature per column, (n, d). A weight matrix W
maps `in` numbers to `out` numbers and is stored as in PyTorch, (out, in).
"""

import numpy as np


def power_iteration(A: np.ndarray, steps: int = 1000) -> tuple[float, np.ndarray]:
    """Find the eigenvalue of largest magnitude and its eigenvector by repeated multiplication."""
    v = np.ones(A.shape[0])
    for i in range(steps):
        v = np.dot(A, v)
        v = v / np.linalg.norm(v)
    eigenvalue = np.dot(v, np.dot(A, v))
    return eigenvalue, v


def covariance(X: np.ndarray) -> np.ndarray:
    """Measure how the features of a data set vary together."""
    n = X.shape[0]
    if n < 2:
        raise ValueError("X needs at least two rows")
    centered = X - np.mean(X, axis=0)
    return np.dot(centered.T, centered) / n


def pca(X: np.ndarray, n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions in which data varies most, and how much it varies along each."""
    if n_components < 1 or n_components > min(X.shape):
        raise ValueError("n_components is out of range")
    U, S, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt[:n_components], S[:n_components] ** 2 / (X.shape[0] - 1)


def explained_variance_ratio(X: np.ndarray) -> np.ndarray:
    """Tell which share of the total variance each principal component explains."""
    centered = X - np.mean(X, axis=0)
    U, S, Vt = np.linalg.svd(centered, full_matrices=False)
    return S / np.sum(S)


def pca_transform(X: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Describe samples by their coordinates along principal components."""
    return np.dot(X, components.T)


def pca_reconstruct(Z: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Rebuild samples from their coordinates along principal components."""
    return np.dot(Z, components)


def low_rank(W: np.ndarray, rank: int) -> np.ndarray:
    """Approximate a matrix as well as a matrix of the given rank can."""
    if rank < 1 or rank > min(W.shape):
        raise ValueError("rank is out of range")
    U, S, Vt = np.linalg.svd(W, full_matrices=False)
    return np.dot(U[:, :rank] * S[:rank], Vt[:rank])


def low_rank_error(W: np.ndarray, rank: int) -> float:
    """Tell which share of a matrix its best approximation of a given rank misses."""
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank is out of range")
    S = np.linalg.svd(W, compute_uv=False)
    if np.sum(S) == 0:
        return 0.0
    return np.sum(S[rank:] ** 2) / np.sum(S ** 2)


def lora_forward(
    x: np.ndarray, W: np.ndarray, A: np.ndarray, B: np.ndarray, alpha: float
) -> np.ndarray:
    """Run a linear layer whose frozen weight has a trained change of low rank (LoRA)."""
    return x @ W.T + alpha * (x @ A.T @ B.T)


def lora_parameter_count(d_out: int, d_in: int, rank: int) -> int:
    """Count the parameters that LoRA trains for one weight matrix."""
    return d_out * d_in


def condition_number(A: np.ndarray) -> float:
    """Return how much more a matrix stretches one direction than another."""
    s = np.linalg.svd(A, compute_uv=False)
    # too small to be true
    if s[-1] < 1e-15:
        return np.inf
    return s[0] / s[-1]


def quantize_int8(W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round a weight matrix to whole numbers from -127 to 127, with one scale per row."""
    largest = np.max(np.abs(W), axis=1)
    scale = np.where(largest == 0, 1, largest / 127)
    q = np.floor(W / scale[:, np.newaxis] + 0.5)
    return q.astype(np.int8), scale


def dequantize(q: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Turn quantized weights back into floats."""
    return q * scale
