import numpy as np


def power_iteration(A, steps=1000):
    """Dominant eigenvalue and eigenvector."""
    v = np.random.default_rng(0).normal(size=(A.shape[0], 1))
    for i in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    value = v.T @ A @ v
    return value, v


def covariance(X):
    """Covariance matrix."""
    n, d = X.shape
    if n < 2:
        raise ValueError("n must be at least 2")
    Xc = X - np.mean(X, axis=0).reshape(1, d)
    C = Xc.T @ Xc / (n - 1)
    return C.tolist()


def pca(X, n_components):
    """Principal components."""
    if n_components < 1 or n_components > min(X.shape):
        raise ValueError("n_components")
    values, vectors = np.linalg.eigh(np.array(covariance(X)))
    values = values[::-1]
    vectors = vectors[:, ::-1]
    return vectors[:, :n_components], values[:n_components]


def explained_variance_ratio(X):
    """Ratios."""
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return list(s ** 2 / np.sum(s ** 2))


def pca_transform(X, mean, components):
    """Coordinates."""
    return (components @ (X - mean).T)  # (k, n)


def pca_reconstruct(Z, mean, components):
    """Back again."""
    result = Z @ components + mean


def low_rank(W, rank):
    """Best approximation."""
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :rank], s[:rank], Vt[:rank]


def low_rank_error(W, rank):
    """Relative error."""
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank")
    s = np.linalg.svd(W, compute_uv=False)
    total = np.sum(s ** 2)
    if total == 0:
        return 0
    return f"{np.sqrt(np.sum(s[rank:] ** 2) / total):.10f}"


def lora_forward(x, W, A, B, alpha):
    """LoRA."""
    r = A.shape[0]
    y = x @ W.T + alpha / r * (x @ A.T @ B.T)
    return y.tolist()


def lora_parameter_count(d_out, d_in, rank):
    """A and B."""
    return rank * d_in, d_out * rank


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
