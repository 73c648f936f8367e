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


def condition_number(A: np.ndarray) -> float:
    """Return how much more a matrix stretches one direction than another.

    It says how many digits a computation with A may cost: with a condition number of 1e6, an error
    of 1e-16 in b can become one of 1e-10 in the solution of A x = b. It also says how long and
    narrow the valley of a loss is, and so how slowly gradient descent gets along in it (week 2).

    From scratch: do without `np.linalg.cond`, and without what does the same job under another
    name.

    Parameters
    ----------
    A : ndarray of shape (m, n)
        Any matrix, square or not.

    Returns
    -------
    float
        The largest singular value over the smallest, of min(m, n) singular values: at least 1.
        It is inf where the smallest is 0, or below 1e-15 of the largest, which rounding cannot
        tell from 0. A matrix of zeros has inf too.

    Notes
    -----
    Singular values are the roots of the eigenvalues of AᵀA, but to compute them so loses half of the
    digits: from 1e8 on, nothing is left.

    References
    ----------
    L. Trefethen, D. Bau, Numerical Linear Algebra, 1997, lecture 12.

    Examples
    --------
    >>> condition_number(np.array([[0.0, 8.0], [2.0, 0.0], [0.0, 0.0]]))
    4.0
    >>> condition_number(np.array([[1.0, 2.0], [2.0, 4.0]]))
    inf
    """
    raise NotImplementedError("condition_number is yours to write")


def quantize_int8(W: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round a weight matrix to whole numbers from -127 to 127, with one scale per row.

    A float32 takes four bytes and an int8 one, so a model of 7 billion weights shrinks from 28 GB
    to 7. Each row has a scale of its own: with a single one, a row of large weights would leave
    the others only a few steps. Most models that run on a phone or a laptop are stored so, or with
    fewer bits yet.

    Parameters
    ----------
    W : ndarray of shape (out, in)
        Weights, one row per output.

    Returns
    -------
    q : ndarray of shape (out, in), dtype int8
        W / scale, each row by its own scale, rounded to the nearest integer. Halves go to the even
        neighbour, as `np.round` does: 0.5 to 0, 1.5 to 2.
    scale : ndarray of shape (out,)
        The largest magnitude of each row, divided by 127. A row of zeros has the scale 1.

    References
    ----------
    T. Dettmers, M. Lewis, Y. Belkada, L. Zettlemoyer, LLM.int8(): 8-bit Matrix Multiplication for
    Transformers at Scale, 2022, arXiv:2208.07339, section 2.

    Examples
    --------
    >>> q, scale = quantize_int8(np.array([[127.0, -50.4, 0.0], [1.0, 0.5, -2.0]]))
    >>> q.tolist()
    [[127, -50, 0], [64, 32, -127]]
    >>> scale.round(4).tolist()
    [1.0, 0.0157]
    """
    raise NotImplementedError("quantize_int8 is yours to write")


def dequantize(q: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Turn quantized weights back into floats.

    This is what a layer with int8 weights does just before, or just after, it multiplies. What
    rounding took away does not come back, but no weight is off by more than half a step.

    Parameters
    ----------
    q : ndarray of shape (out, in), dtype int8
        Quantized weights, as `quantize_int8` gives them.
    scale : ndarray of shape (out,)
        The size of a step in each row.

    Returns
    -------
    ndarray of shape (out, in), float64
        Each entry times the scale of its row: within scale / 2 of the weight that was quantized.

    References
    ----------
    T. Dettmers, M. Lewis, Y. Belkada, L. Zettlemoyer, LLM.int8(): 8-bit Matrix Multiplication for
    Transformers at Scale, 2022, arXiv:2208.07339, section 2.

    Examples
    --------
    >>> dequantize(np.array([[127, -2], [4, 127]], dtype=np.int8), np.array([0.5, 2.0])).tolist()
    [[63.5, -1.0], [8.0, 254.0]]
    """
    raise NotImplementedError("dequantize is yours to write")
