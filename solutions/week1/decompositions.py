"""Decompositions: take a matrix apart, keep what matters, and know what was lost.

Data is a table X with one sample per row and one feature per column, (n, d). A weight matrix W
maps `in` numbers to `out` numbers and is stored as in PyTorch, (out, in).
"""

import numpy as np


def power_iteration(A: np.ndarray, steps: int = 1000) -> tuple[float, np.ndarray]:
    """Find the eigenvalue of largest magnitude and its eigenvector by repeated multiplication.

    Every product with A stretches the part of a vector along the dominant eigenvector more than
    any other part, until only that direction is left. Where A is too large to be decomposed, this
    is how AI gets at its largest eigenvalue: PageRank ranks the web with it, spectral
    normalisation tames the layers of a GAN, and the largest eigenvalue of the Hessian says how
    large a learning rate may be.

    Parameters
    ----------
    A : ndarray of shape (n, n)
        Symmetric, with one eigenvalue of larger magnitude than all others.
    steps : int
        How many times to multiply. The error of the vector shrinks by |λ₂/λ₁| in each step, so
        1000 steps are plenty for a ratio of 0.95; a closer second eigenvalue needs more.

    Returns
    -------
    eigenvalue : float
        The eigenvalue of largest magnitude, with its sign: -5 rather than 5, and -5 rather than 4.
        Right to 1e-8 relative when the iteration has converged.
    eigenvector : ndarray of shape (n,)
        Of length 1 and right to 1e-6; v and -v are both right.

    Notes
    -----
    The start matters. A vector at right angles to the answer has no part to be stretched and never
    finds it, as the vector of ones in the second example.

    References
    ----------
    G. Golub, C. Van Loan, Matrix Computations, 4th ed., 2013, section 8.2.1.

    Examples
    --------
    >>> value, vector = power_iteration(np.array([[2.0, 1.0], [1.0, 2.0]]))
    >>> round(value, 6), np.abs(vector).round(4).tolist()
    (3.0, [0.7071, 0.7071])
    >>> value, _ = power_iteration(np.array([[2.0, -1.0], [-1.0, 2.0]]))
    >>> round(value, 6)
    3.0
    """
    ### BEGIN SOLUTION
    # A fixed seed: the same result in every run, and practically never orthogonal to the answer.
    vector = np.random.default_rng(0).normal(size=len(A))
    vector = vector / np.linalg.norm(vector)
    for _ in range(steps):
        image = A @ vector
        vector = image / np.linalg.norm(image)  # else it overflows or dies out
    eigenvalue = vector @ A @ vector  # the Rayleigh quotient keeps the sign, a norm would not
    return float(eigenvalue), vector
    ### END SOLUTION


def covariance(X: np.ndarray) -> np.ndarray:
    """Measure how the features of a data set vary together.

    Entry (i, j) is positive where features i and j rise together, and the diagonal holds the
    variances. Its eigenvectors are the principal components; it whitens inputs, shapes the
    Gaussians of generative models, and compares real with generated pictures in the FID score.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        n samples in rows, d features in columns.

    Returns
    -------
    ndarray of shape (d, d)
        (X - mean)ᵀ (X - mean) / (n - 1), each column centred on its own mean, as in
        `np.cov(X.T)`. For d = 1 the shape is (1, 1).

    Raises
    ------
    ValueError
        If n < 2: one sample does not vary.

    Notes
    -----
    The divisor is n - 1 rather than n because the mean was estimated from the same samples, which
    takes up one of them.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, section 12.1.1 (with n).

    Examples
    --------
    >>> covariance(np.array([[1.0, 4.0], [2.0, 2.0], [3.0, 0.0]])).tolist()
    [[1.0, -2.0], [-2.0, 4.0]]
    """
    ### BEGIN SOLUTION
    n = len(X)
    if n < 2:
        raise ValueError(f"X needs at least 2 rows to vary, got {n}")
    centred = X - X.mean(axis=0)  # a new array: X stays as it was
    return centred.T @ centred / (n - 1)  # (d, n) @ (n, d) -> (d, d)
    ### END SOLUTION


def pca(X: np.ndarray, n_components: int) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions in which data varies most, and how much it varies along each.

    A picture of 64 pixels is a point in 64 dimensions, yet pictures of faces or digits fill only
    a few of them. Principal component analysis finds those few: eigenfaces, the plot of a
    network's embeddings in two dimensions, the compression of features before a search.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        n samples in rows, d features in columns, not centred.
    n_components : int
        How many directions to keep, k.

    Returns
    -------
    components : ndarray of shape (k, d)
        Orthonormal rows, the direction of largest variance first. The sign of each row is free.
    explained_variance : ndarray of shape (k,)
        The variance of the data along each row, with n - 1 as in scikit-learn, largest first.

    Raises
    ------
    ValueError
        If `n_components` is outside 1..min(n, d).

    Notes
    -----
    Two ways: the eigenvectors of the covariance matrix, or the right singular vectors of the
    centred data, whose squared singular values over n - 1 are the variances. Without centring,
    the first direction just points at the mean.

    References
    ----------
    H. Hotelling, Analysis of a complex of statistical variables into principal components, 1933;
    M. Turk, A. Pentland, Eigenfaces for recognition, 1991.

    Examples
    --------
    >>> X = np.array([[1.0, 1.0], [4.0, 5.0], [7.0, 9.0]])
    >>> components, variance = pca(X, 1)
    >>> np.abs(components).round(4).tolist(), variance.round(4).tolist()
    ([[0.6, 0.8]], [25.0])
    """
    ### BEGIN SOLUTION
    n, d = X.shape
    if not 1 <= n_components <= min(n, d):
        raise ValueError(f"n_components must be in 1..min(n, d) = {min(n, d)}, got {n_components}")
    centred = X - X.mean(axis=0)
    # The SVD needs no covariance matrix, which would square the condition number.
    _, singular_values, directions = np.linalg.svd(centred, full_matrices=False)
    explained_variance = singular_values**2 / (n - 1)
    return directions[:n_components], explained_variance[:n_components]
    ### END SOLUTION


def explained_variance_ratio(X: np.ndarray) -> np.ndarray:
    """Tell which share of the total variance each principal component explains.

    This is the curve by which one chooses how many components to keep: those that together
    explain 95 %, say. A curve that falls fast says that the data is simpler than its width.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        n samples in rows, d features in columns, not centred and not constant.

    Returns
    -------
    ndarray of shape (min(n, d),)
        Shares of the variance, descending; they sum to 1.

    References
    ----------
    I. Jolliffe, Principal Component Analysis, 2nd ed., 2002, section 6.1.1.

    Examples
    --------
    >>> X = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> explained_variance_ratio(X).round(4).tolist()
    [0.8, 0.2]
    """
    ### BEGIN SOLUTION
    centred = X - X.mean(axis=0)
    # n - 1 is in every variance and in their sum, so it cancels.
    variances = np.linalg.svd(centred, compute_uv=False) ** 2
    return variances / variances.sum()
    ### END SOLUTION


def pca_transform(X: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Describe samples by their coordinates along principal components.

    This is the encoder: d numbers in, k numbers out. The mean and the components were found on
    training data; a new picture is measured from that same mean, never from its own.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Samples in rows, perhaps other ones than the components come from.
    mean : ndarray of shape (d,)
        The mean of the training data.
    components : ndarray of shape (k, d)
        Orthonormal rows, as `pca` returns them.

    Returns
    -------
    ndarray of shape (n, k)
        Row i holds the coordinates of sample i.

    References
    ----------
    M. Turk, A. Pentland, Eigenfaces for recognition, 1991.

    Examples
    --------
    >>> X, mean = np.array([[4.0, 5.0], [1.0, 1.0]]), np.array([1.0, 1.0])
    >>> pca_transform(X, mean, np.array([[0.6, 0.8]])).round(4).tolist()
    [[5.0], [0.0]]
    """
    ### BEGIN SOLUTION
    return (X - mean) @ components.T  # (n, d) @ (d, k) -> (n, k)
    ### END SOLUTION


def pca_reconstruct(Z: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Rebuild samples from their coordinates along principal components.

    This is the decoder to the encoder `pca_transform`: k numbers in, d numbers out. With all
    components nothing is lost; with a few, the nearest picture that they can draw comes back.
    An autoencoder with linear layers learns the same pair.

    Parameters
    ----------
    Z : ndarray of shape (n, k)
        Coordinates in rows.
    mean : ndarray of shape (d,)
        The mean that was subtracted before.
    components : ndarray of shape (k, d)
        Orthonormal rows, as `pca` returns them.

    Returns
    -------
    ndarray of shape (n, d)
        The rebuilt samples.

    References
    ----------
    P. Baldi, K. Hornik, Neural networks and principal component analysis, 1989.

    Examples
    --------
    >>> Z, mean = np.array([[5.0], [0.0]]), np.array([1.0, 1.0])
    >>> pca_reconstruct(Z, mean, np.array([[0.6, 0.8]])).round(4).tolist()
    [[4.0, 5.0], [1.0, 1.0]]
    """
    ### BEGIN SOLUTION
    return Z @ components + mean  # (n, k) @ (k, d) -> (n, d)
    ### END SOLUTION


def low_rank(W: np.ndarray, rank: int) -> np.ndarray:
    """Approximate a matrix as well as a matrix of the given rank can.

    The singular value decomposition writes W as a sum of layers σ u vᵀ, the largest first; the
    best approximation keeps the first few. So pictures and weight matrices are compressed: rank r
    takes r (out + in + 1) numbers instead of out · in.

    Parameters
    ----------
    W : ndarray of shape (m, n)
        Any matrix: square, tall or wide.
    rank : int
        How many layers to keep; 0 keeps none.

    Returns
    -------
    ndarray of shape (m, n)
        The matrix of that rank (or less) that is nearest to W in the Frobenius norm, the root of
        the sum of all squared entries of the difference.

    Raises
    ------
    ValueError
        If `rank` is outside 0..min(m, n).

    Notes
    -----
    Unlike in `pca`, nothing is centred: the mean is a part of the matrix like any other.

    References
    ----------
    C. Eckart, G. Young, The approximation of one matrix by another of lower rank, 1936.

    Examples
    --------
    >>> low_rank(np.array([[0.0, 3.0], [1.0, 0.0]]), 1).round(4).tolist()
    [[0.0, 3.0], [0.0, 0.0]]
    """
    ### BEGIN SOLUTION
    if not 0 <= rank <= min(W.shape):
        raise ValueError(f"rank must be in 0..min(W.shape) = {min(W.shape)}, got {rank}")
    U, singular_values, Vt = np.linalg.svd(W, full_matrices=False)
    # Scaling the columns of U is U @ diag(σ), without the mostly empty matrix.
    return (U[:, :rank] * singular_values[:rank]) @ Vt[:rank]  # (m, r) @ (r, n) -> (m, n)
    ### END SOLUTION


def low_rank_error(W: np.ndarray, rank: int) -> float:
    """Tell which share of a matrix its best approximation of a given rank misses.

    Trained weights often have a few large singular values and many small ones: then a low rank
    misses little. Random numbers have no such favourites: rank 16 misses 96 % of a random
    768 × 768 matrix. That is why LoRA takes only the *change* of a weight to be of low rank.

    Parameters
    ----------
    W : ndarray of shape (m, n)
        Any matrix.
    rank : int
        The rank of the approximation W_r, as in `low_rank`.

    Returns
    -------
    float
        ‖W - W_r‖ / ‖W‖ in the Frobenius norm (the root of the sum of all squared entries), from 0
        to 1; 0 for a zero matrix, of which nothing can be missed. Right to 1e-12 even where it is
        small: an error of 1e-9 comes out neither as 0 nor as 1e-8.

    Raises
    ------
    ValueError
        If `rank` is outside 0..min(m, n).

    Notes
    -----
    The approximation itself is not needed: ‖W‖² is the sum of all squared singular values, and
    ‖W - W_r‖² the sum of those left out.

    References
    ----------
    C. Eckart, G. Young, The approximation of one matrix by another of lower rank, 1936.

    Examples
    --------
    >>> round(low_rank_error(np.array([[3.0, 0.0], [0.0, 4.0]]), 1), 6)
    0.6
    """
    ### BEGIN SOLUTION
    if not 0 <= rank <= min(W.shape):
        raise ValueError(f"rank must be in 0..min(W.shape) = {min(W.shape)}, got {rank}")
    singular_values = np.linalg.svd(W, compute_uv=False)
    if singular_values[0] == 0:
        return 0.0
    left_out = singular_values[rank:]
    return float(np.sqrt(np.sum(left_out**2) / np.sum(singular_values**2)))
    ### END SOLUTION


def condition_number(A: np.ndarray) -> float:
    """Return how much more a matrix stretches one direction than another.

    It says how many digits a computation with A may cost: with a condition number of 1e6, an error
    of 1e-16 in b can become one of 1e-10 in the solution of A x = b. It also says how long and
    narrow the valley of a loss is, and so how slowly gradient descent gets along in it (week 2).

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
    Singular values are the roots of the eigenvalues of AᵀA, but to compute them so loses half of
    the digits: from 1e8 on, nothing is left.

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
    ### BEGIN SOLUTION
    singular_values = np.linalg.svd(A, compute_uv=False)  # the largest first
    largest, smallest = singular_values[0], singular_values[-1]
    if smallest == 0 or smallest < 1e-15 * largest:
        return np.inf
    return float(largest / smallest)
    ### END SOLUTION


def lora_forward(
    x: np.ndarray, W: np.ndarray, A: np.ndarray, B: np.ndarray, alpha: float
) -> np.ndarray:
    """Run a linear layer whose frozen weight has a trained change of low rank (LoRA).

    Fine-tuning moves the weight to W + ΔW. LoRA leaves W alone and learns ΔW as a product of two
    thin factors, (alpha/r) B A. It is not a decomposition of W: A starts random and B at zero, so
    that training begins from the model as it was.

    Parameters
    ----------
    x : ndarray of shape (..., in)
        Inputs, with any number of batch axes, including none.
    W : ndarray of shape (out, in)
        The frozen weight.
    A : ndarray of shape (r, in)
        The trained factor that leads down to r numbers.
    B : ndarray of shape (out, r)
        The trained factor that leads up to `out` numbers.
    alpha : float
        Strength of the change; it is divided by the rank r.

    Returns
    -------
    ndarray of shape (..., out)
        x Wᵀ + (alpha/r) x Aᵀ Bᵀ.

    Notes
    -----
    Never form B A: it would be as large as W, and the saving gone. Go from x to r numbers, then
    to `out`. So factors around 1e200 are harmless where inputs are around 1e-300, although their
    product overflows.

    References
    ----------
    E. Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021, arXiv:2106.09685,
    section 4.1.

    Examples
    --------
    >>> x, W = np.array([1.0, 2.0]), np.eye(2)
    >>> A, B = np.array([[1.0, 1.0]]), np.array([[10.0], [0.0]])
    >>> lora_forward(x, W, A, B, alpha=2.0).tolist()
    [61.0, 2.0]
    """
    ### BEGIN SOLUTION
    r = A.shape[0]
    low = x @ A.T  # (..., in) @ (in, r) -> (..., r)
    return x @ W.T + alpha / r * (low @ B.T)  # (..., r) @ (r, out) -> (..., out)
    ### END SOLUTION


def lora_parameter_count(d_out: int, d_in: int, rank: int) -> int:
    """Count the parameters that LoRA trains for one weight matrix.

    It is what makes fine-tuning affordable: gradients and the optimizer's state are kept for
    these numbers only. The frozen weight of shape (d_out, d_in) is not trained, so it does not
    count.

    Parameters
    ----------
    d_out, d_in : int
        Shape of the frozen weight.
    rank : int
        The rank r of its change.

    Returns
    -------
    int
        Entries of A (r, d_in) and B (d_out, r) together.

    References
    ----------
    E. Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, 2021, arXiv:2106.09685,
    section 4.2.

    Examples
    --------
    >>> lora_parameter_count(768, 768, 16)
    24576
    """
    ### BEGIN SOLUTION
    entries_of_A = rank * d_in
    entries_of_B = d_out * rank
    return entries_of_A + entries_of_B
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    largest = np.max(np.abs(W), axis=1)
    scale = np.where(largest == 0, 1.0, largest / 127)
    q = np.round(W / scale[:, np.newaxis]).astype(np.int8)  # astype alone would cut decimals off
    return q, scale
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return q * scale[:, np.newaxis]  # (out, in) * (out, 1): a float64 wins over an int8
    ### END SOLUTION
