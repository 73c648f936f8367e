"""Decompositions: take a matrix apart, keep what matters, and know what was lost.

Data is a table X with one sample per row and one feature per column, (n, d). A weight matrix W
maps `in` numbers to `out` numbers and is stored as in PyTorch, (out, in).
"""

import numpy as np


def power_iteration(A: np.ndarray, steps: int = 1000) -> tuple[float, np.ndarray]:
    """Find the eigenvalue of largest magnitude and its eigenvector by repeated multiplication."""
    v = np.random.RandomState(1).randn(len(A))
    for i in range(steps):
        v = A @ v
        v = v / np.sqrt(np.sum(v * v))
    lam = np.sum(v * (A @ v))
    return lam, v


def covariance(X: np.ndarray) -> np.ndarray:
    """Measure how the features of a data set vary together."""
    if len(X) < 2:
        raise ValueError("X: at least 2 rows please")
    D = X - X.mean(axis=0)
    return D.T @ D / (len(X) - 1)


def pca(X: np.ndarray, n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions in which data varies most, and how much it varies along each."""
    if not 1 <= n_components <= min(X.shape):
        raise ValueError("n_components out of range")
    U, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    return Vt[:n_components], s[:n_components] ** 2 / (len(X) - 1)


def explained_variance_ratio(X: np.ndarray) -> np.ndarray:
    """Tell which share of the total variance each principal component explains."""
    # all components
    components, var = pca(X, min(X.shape))
    return var / var.sum()


def pca_transform(X: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Describe samples by their coordinates along principal components."""
    return (X - mean) @ components.T


def pca_reconstruct(Z: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Rebuild samples from their coordinates along principal components."""
    return Z @ components + mean


def low_rank(W: np.ndarray, rank: int) -> np.ndarray:
    """Approximate a matrix as well as a matrix of the given rank can."""
    if not 1 <= rank <= min(W.shape):
        raise ValueError("rank out of range")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :rank] @ np.diag(s[:rank]) @ Vt[:rank]


def low_rank_error(W: np.ndarray, rank: int) -> float:
    """Tell which share of a matrix its best approximation of a given rank misses."""
    raise NotImplementedError("low_rank_error is yours to write")


def lora_forward(
    x: np.ndarray, W: np.ndarray, A: np.ndarray, B: np.ndarray, alpha: float
) -> np.ndarray:
    """Run a linear layer whose frozen weight has a trained change of low rank (LoRA)."""
    return x @ W.T + (alpha / len(A)) * (x @ A.T @ B.T)


def lora_parameter_count(d_out: int, d_in: int, rank: int) -> int:
    """Count the parameters that LoRA trains for one weight matrix."""
    raise NotImplementedError("lora_parameter_count is yours to write")
