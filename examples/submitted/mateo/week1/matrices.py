"""Matrices: machines that take a vector in and give a vector out, and how to run them backwards.

A matrix A of shape (m, n) turns n numbers into m numbers. What it does to a vector can be chained
(`matmul`), mirrored (`transpose`), undone (`solve`, `inverse`), measured (`determinant`) and
flattened onto a subspace (`project`, `gram_schmidt`).
"""

import numpy as np


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the matrix product A B, from scratch."""
    n, k = A.shape
    k2, m = B.shape
    if k != k2:
        raise ValueError("A has %d columns but B has %d rows" % (k, k2))
    C = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            total = 0.0
            for l in range(k):
                total += A[i, l] * B[l, j]
            C[i, j] = total
    return C


def transpose(A: np.ndarray) -> np.ndarray:
    """Return a new array in which rows have become columns, from scratch."""
    # list(zip(*A)) does it too :)
    n, m = A.shape
    B = np.zeros((m, n))
    for i in range(n):
        for j in range(m):
            B[j, i] = A[i, j]
    return B


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with A x = b, by Gaussian elimination with partial pivoting."""
    n = A.shape[0]
    if A.shape[1] != n:
        raise ValueError("A is not square")
    U = A.copy()
    x = b.copy()
    for k in range(n):
        p = k + np.argmax(np.abs(U[k:, k]))
        U[[k, p]] = U[[p, k]]
        x[[k, p]] = x[[p, k]]
    # TODO subtract, then go backwards
    raise NotImplementedError("finish solve on Saturday")


def inverse(A: np.ndarray) -> np.ndarray:
    """Return the matrix that undoes A, by Gauss-Jordan elimination with partial pivoting."""
    raise NotImplementedError("inverse is yours to write")


def determinant(A: np.ndarray) -> float:
    """Return the determinant of a matrix, by elimination."""
    raise NotImplementedError("determinant is yours to write")


def project(v: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the orthogonal projection of a vector onto the span of some others."""
    # v - p is at right angles to every row: basis (v - basis^T c) = 0
    G = np.dot(basis, basis.T)
    c = np.linalg.solve(G, np.dot(basis, v))
    return np.dot(c, basis)


def gram_schmidt(V: np.ndarray) -> np.ndarray:
    """Return orthonormal rows that span the same space as the rows of V."""
    raise NotImplementedError("gram_schmidt is yours to write")


def least_squares(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the weights with which a linear model fits best: linear regression.

    There are usually more samples than weights, and no w gives X w = y exactly. The best w leaves
    the shortest rest, y - X w, and that rest is at right angles to every column of X. This is the
    oldest way of learning from data, and the yardstick for every newer one; a *linear probe* reads
    with it what a network's activations hold.

    From scratch: do without `np.linalg.lstsq` and `np.linalg.pinv`, and without what does the same
    job under another name.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        One sample per row, one feature per column, the columns linearly independent. For an
        intercept the caller puts in a column of ones; none is added here.
    y : ndarray of shape (n,)
        What should come out, one target per sample.

    Returns
    -------
    ndarray of shape (d,)
        The w for which ‖X w - y‖ is least. Right to 1e-6 of its largest entry even where columns
        are nearly dependent: X may stretch one direction a million times less than another (a
        condition number of 1e6).

    Raises
    ------
    ValueError
        If n < d: many w would fit equally well.

    Notes
    -----
    `np.linalg.qr` and `np.linalg.svd` are allowed. To solve the *normal equations*, XᵀX w = Xᵀy, is
    right on paper. But what X stretches by, XᵀX stretches by twice over, and so it loses twice as
    many digits.

    References
    ----------
    G. Golub, C. Van Loan, Matrix Computations, 4th edition, 2013, section 5.3.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    >>> least_squares(X, np.array([0.0, 0.0, 3.0])).round(6).tolist()
    [-0.5, 1.5]
    """
    raise NotImplementedError("least_squares is yours to write")


def ridge(X: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Return the weights of a linear regression that is made to prefer small weights.

    Where columns are nearly dependent, or there are fewer samples than weights, the best fit is
    huge weights that cancel, learned from noise. Ridge regression adds the squared length of w,
    times a penalty, to what is made small. In deep learning the same addition is called L2
    regularisation or weight decay.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        One sample per row, one feature per column; there may be fewer rows than columns.
    y : ndarray of shape (n,)
        What should come out, one target per sample.
    penalty : float
        What the squared length of w costs, more than 0. All weights are penalised alike.

    Returns
    -------
    ndarray of shape (d,)
        The w for which ‖X w - y‖² + penalty · ‖w‖² is least. Neither part is divided by n.

    Raises
    ------
    ValueError
        If `penalty` is not positive.

    References
    ----------
    A. Hoerl, R. Kennard, Ridge Regression: Biased Estimation for Nonorthogonal Problems,
    Technometrics 12(1), 1970.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> ridge(X, np.array([2.0, 4.0]), penalty=1.0).tolist()
    [1.0, 1.6]
    """
    raise NotImplementedError("ridge is yours to write")
