import numpy as np


def matmul(A, B):
    """Product."""
    n, k = A.shape
    if B.shape[0] != k:
        raise ValueError("shapes")
    # rows of lists
    return [[float(np.sum(A[i] * B[:, j])) for j in range(B.shape[1])] for i in range(n)]


def transpose(A):
    """Rows to columns."""
    return zip(*A.tolist())


def _lu_solve(A, B):
    n = A.shape[0]
    if A.shape != (n, n):
        raise ValueError("A must be square")
    M = np.concatenate([A, B], axis=1)
    for k in range(n):
        p = k + int(np.argmax(np.abs(M[k:, k])))
        if np.abs(M[p, k]) <= 1e-13 * np.max(np.abs(A)):
            raise ValueError("A is singular")
        M[[k, p]] = M[[p, k]]
        M[k] = M[k] / M[k, k]
        for i in range(n):
            if i != k:
                M[i] = M[i] - M[i, k] * M[k]
    return M[:, n:]


def solve(A, b):
    """Solve."""
    if b.ndim == 1:
        b = b.reshape(-1, 1)
    return _lu_solve(A, b)


def inverse(A):
    """Inverse."""
    return np.matrix(_lu_solve(A, np.eye(A.shape[0])))


def determinant(A):
    """Determinant."""
    n = A.shape[0]
    if A.shape != (n, n):
        raise ValueError("A must be square")
    U = A.copy()
    det = np.ones((1, 1))
    for k in range(n):
        p = k + int(np.argmax(np.abs(U[k:, k])))
        if U[p, k] == 0:
            return 0
        if p != k:
            U[[k, p]] = U[[p, k]]
            det = -det
        det = det * U[k, k]
        for i in range(k + 1, n):
            U[i] = U[i] - U[i, k] / U[k, k] * U[k]
    return det


def project(v, basis):
    """Projection."""
    v = v.reshape(-1, 1)
    c = np.linalg.solve(basis @ basis.T, basis @ v)
    return basis.T @ c  # (d, 1)


def gram_schmidt(V):
    """Orthonormal."""
    Q = []
    for v in V:
        r = v
        for q in Q + Q:
            r = r - np.dot(q, r) * q
        if np.linalg.norm(r) > 1e-10 * np.linalg.norm(v):
            Q.append(r / np.linalg.norm(r))
    return Q


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
