"""Matrices: machines that take a vector in and give a vector out, and how to run them backwards.

A matrix A of shape (m, n) turns n numbers into m numbers. What it does to a vector can be chained
(`matmul`), mirrored (`transpose`), undone (`solve`, `inverse`), measured (`determinant`) and
flattened onto a subspace (`project`, `gram_schmidt`).
"""

import numpy as np


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the matrix product A B, from scratch."""
    if A.shape[1] != B.shape[0]:
        raise ValueError("A and B do not fit together")
    C = np.zeros((A.shape[0], B.shape[1]))
    for k in range(A.shape[1]):
        C += np.outer(A[:, k], B[k])
    return C


def transpose(A: np.ndarray) -> np.ndarray:
    """Return a new array in which rows have become columns, from scratch."""
    B = np.empty((A.shape[1], A.shape[0]))
    for i in range(len(A)):
        B[:, i] = A[i]
    return B


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with A x = b, by Gaussian elimination with partial pivoting."""
    if A.shape[0] != A.shape[1]:
        raise ValueError("A must be square")
    n = len(A)
    U = A.copy()
    x = b.copy()
    tiny = 1e-13 * np.max(np.abs(A))
    for k in range(n):
        p = k + np.argmax(np.abs(U[k:, k]))
        if abs(U[p, k]) <= tiny:
            raise ValueError("A is singular")
        U[[k, p]] = U[[p, k]]
        x[[k, p]] = x[[p, k]]
        for i in range(k + 1, n):
            f = U[i, k] / U[k, k]
            U[i] -= f * U[k]
            x[i] -= f * x[k]
    for k in range(n - 1, -1, -1):
        x[k] = (x[k] - U[k, k + 1:] @ x[k + 1:]) / U[k, k]
    return x


def inverse(A: np.ndarray) -> np.ndarray:
    """Return the matrix that undoes A, by Gauss-Jordan elimination with partial pivoting."""
    # column j of the inverse solves A x = e_j
    return solve(A, np.eye(len(A)))


def determinant(A: np.ndarray) -> float:
    """Return the determinant of a matrix, by elimination."""
    # to do: like solve, but without b, and count the swaps
    if A.shape[0] != A.shape[1]:
        raise ValueError("A must be square")
    pass


def project(v: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the orthogonal projection of a vector onto the span of some others."""
    return basis.T @ solve(basis @ basis.T, basis @ v)


def gram_schmidt(V: np.ndarray) -> np.ndarray:
    """Return orthonormal rows that span the same space as the rows of V."""
    ...


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
