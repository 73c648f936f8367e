"""Matrices: machines that take a vector in and give a vector out, and how to run them backwards.

A matrix A of shape (m, n) turns n numbers into m numbers. What it does to a vector can be chained
(`matmul`), mirrored (`transpose`), undone (`solve`, `inverse`), measured (`determinant`) and
flattened onto a subspace (`project`, `gram_schmidt`).
"""

import numpy as np


def matmul(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    """Return the matrix product A B, from scratch.

    Every row of A meets every column of B in one inner product. A layer of a network applied to a
    batch is one such product, and so are the queries, keys and values of a transformer: nearly
    all the arithmetic of training and running a model happens here. It also says why networks
    need activation functions: two layers without one between them are the single matrix A B.

    Parameters
    ----------
    A : ndarray of shape (n, k)
        Left factor.
    B : ndarray of shape (k, m)
        Right factor, with as many rows as `A` has columns.

    Returns
    -------
    ndarray of shape (n, m)
        Entry (i, j) is the sum of A[i, l] * B[l, j] over all l.

    Raises
    ------
    ValueError
        If `A` does not have as many columns as `B` has rows. Neither a single column nor a single
        row is stretched to fit.

    References
    ----------
    G. Strang, Introduction to Linear Algebra, 5th edition, 2016, section 2.4.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> B = np.array([[1.0, 0.0], [0.0, 1.0], [10.0, 100.0]])
    >>> matmul(A, B).tolist()
    [[31.0, 302.0], [64.0, 605.0]]
    """
    print("matmul", A.shape, B.shape)
    if A.shape[1] != B.shape[0]:
        print("!!! shapes do not fit")
        raise ValueError("A and B do not fit")
    C = np.zeros((A.shape[0], B.shape[1]))
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = np.sum(A[i] * B[:, j])
            print("   C", i, j, "=", C[i, j])
    print(C)
    return C


def transpose(A: np.ndarray) -> np.ndarray:
    """Return a new array in which rows have become columns, from scratch.

    Attention compares queries with transposed keys, and backpropagation carries errors through a
    layer with the transpose of its weights. numpy's own `.T` copies nothing: it is a view, a
    second way to look at the same memory, and a change of one is a change of the other. Here the
    numbers are copied, so that both can live on their own.

    Parameters
    ----------
    A : ndarray of shape (n, m)
        A matrix, not necessarily square.

    Returns
    -------
    ndarray of shape (m, n)
        A new array whose entry (j, i) is A[i, j]. It shares no memory with `A`.

    References
    ----------
    NumPy documentation, "Copies and views".

    Examples
    --------
    >>> transpose(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).tolist()
    [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]
    """
    print("before:")
    print(A)
    result = np.zeros((A.shape[1], A.shape[0]))
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            result[j, i] = A[i, j]
    print("after:")
    print(result)
    return result


def solve(A: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the x with A x = b, by Gaussian elimination with partial pivoting.

    Subtract multiples of equations from those below until the last one has one unknown, then
    substitute backwards. Linear regression, Newton's method and Gaussian processes all end in
    such a system. Before each step the equation with the largest coefficient is swapped to the
    top (partial pivoting): without it a zero on the diagonal stops the method, and a tiny number
    there, worse, lets it go on with a wrong result.

    Parameters
    ----------
    A : ndarray of shape (n, n)
        Coefficients, one equation per row.
    b : ndarray of shape (n,) or (n, m)
        Right-hand side, or m of them as columns.

    Returns
    -------
    ndarray of the shape of `b`
        The solution, or one solution per column. `A` and `b` stay as they are.

    Raises
    ------
    ValueError
        If `A` is not square, or singular: the best pivot that some step finds is at most 1e-13
        times the largest magnitude in `A`, also if `b` happens to allow a solution. What counts
        is the ratio: 1e-8 times the identity is a perfectly good matrix.

    References
    ----------
    G. Golub, C. Van Loan, Matrix Computations, 4th edition, 2013, section 3.4.

    Examples
    --------
    >>> A = np.array([[0.0, 2.0], [4.0, 1.0]])
    >>> solve(A, np.array([6.0, 7.0])).tolist()
    [1.0, 3.0]
    """
    print("solve", A.shape, b.shape)
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("A not square")
    U = A.copy()
    x = b.copy()
    biggest = np.max(np.abs(A))
    for k in range(n):
        p = k + np.argmax(np.abs(U[k:, k]))
        print("step", k, "pivot", U[p, k], "in row", p)
        if np.abs(U[p, k]) <= 1e-13 * biggest:
            print("  singular!")
            raise ValueError("A singular")
        U[[k, p]] = U[[p, k]]
        x[[k, p]] = x[[p, k]]
        for i in range(k + 1, n):
            factor = U[i, k] / U[k, k]
            U[i] = U[i] - factor * U[k]
            x[i] = x[i] - factor * x[k]
            print("   row", i, U[i], "|", x[i])
    for k in range(n - 1, -1, -1):
        for j in range(k + 1, n):
            x[k] = x[k] - U[k, j] * x[j]
        x[k] = x[k] / U[k, k]
        print("x", k, "=", x[k])
    return x


def inverse(A: np.ndarray) -> np.ndarray:
    """Return the matrix that undoes A, by Gauss-Jordan elimination with partial pivoting.

    Write the identity beside A and turn A into the identity, one column at a time; the same steps
    turn the identity into the inverse. The inverse of a covariance matrix is at the heart of a
    multivariate Gaussian, and invertible layers make normalising flows. To solve a single system,
    `solve` is cheaper and more accurate.

    Parameters
    ----------
    A : ndarray of shape (n, n)
        A regular matrix. It stays as it is.

    Returns
    -------
    ndarray of shape (n, n)
        The matrix whose product with `A`, on either side, is the identity.

    Raises
    ------
    ValueError
        If `A` is not square, or singular in the sense of `solve`: some best pivot is at most
        1e-13 times the largest magnitude in `A`.

    References
    ----------
    G. Strang, Introduction to Linear Algebra, 5th edition, 2016, section 2.5.

    Examples
    --------
    >>> inverse(np.array([[0.0, 2.0], [4.0, 0.0]])).tolist()
    [[0.0, 0.25], [0.5, 0.0]]
    """
    print("inverse of")
    print(A)
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("A not square")
    M = np.hstack([A, np.eye(n)])
    biggest = np.max(np.abs(A))
    for k in range(n):
        p = k + np.argmax(np.abs(M[k:, k]))
        if np.abs(M[p, k]) <= 1e-13 * biggest:
            raise ValueError("A singular")
        M[[k, p]] = M[[p, k]]
        M[k] = M[k] / M[k, k]
        for i in range(n):
            if i != k:
                M[i] = M[i] - M[i, k] * M[k]
        print("after step", k)
        print(M)
    return M[:, n:]


def determinant(A: np.ndarray) -> float:
    """Return the determinant of a matrix, by elimination.

    It is the factor by which A scales volumes, negative if A also mirrors space, and 0 if A
    squashes space flat. Normalising flows need it to keep track of probability, and the density
    of a multivariate Gaussian divides by its root. The textbook's expansion along a row takes n!
    steps, which for n = 50 would not end before the universe does; elimination takes about n³.

    Parameters
    ----------
    A : ndarray of shape (n, n)
        Any square matrix, also a singular one. It stays as it is.

    Returns
    -------
    float
        The product of the pivots, with the other sign if the number of row swaps was odd. For a
        singular matrix it is 0, up to 1e-9 times the product of the lengths of the rows. A matrix
        of 50 rows takes less than a second.

    Raises
    ------
    ValueError
        If `A` is not square. A singular matrix is no error.

    References
    ----------
    G. Golub, C. Van Loan, Matrix Computations, 4th edition, 2013, section 3.4.

    Examples
    --------
    >>> determinant(np.array([[0.0, 2.0], [4.0, 1.0]]))
    -8.0
    """
    n = len(A)
    if A.shape != (n, n):
        raise ValueError("A not square")
    U = A.copy()
    det = 1.0
    for k in range(n):
        p = k + np.argmax(np.abs(U[k:, k]))
        if U[p, k] == 0:
            print("pivot is 0, so det is 0")
            return 0.0
        if p != k:
            U[[k, p]] = U[[p, k]]
            det = -det
        det = det * U[k, k]
        print("det so far", det)
        for i in range(k + 1, n):
            U[i] = U[i] - U[i, k] / U[k, k] * U[k]
    return det


def project(v: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """Return the orthogonal projection of a vector onto the span of some others.

    It is the vector nearest to `v` among all sums of multiples of the basis: what linear
    regression does to the targets, PCA to the data, and model editing to a direction that should
    be kept or taken out of a network's activations. What is left over, v minus the projection, is
    at right angles to every basis vector, and that condition determines the multiples.

    Parameters
    ----------
    v : ndarray of shape (d,)
        The vector to project.
    basis : ndarray of shape (k, d)
        Basis vectors as rows: linearly independent, but of any length and at any angle.

    Returns
    -------
    ndarray of shape (d,)
        The projection, a vector in the space of `v`, not its coordinates in the basis.

    References
    ----------
    G. Strang, Introduction to Linear Algebra, 5th edition, 2016, section 4.2.

    Examples
    --------
    >>> basis = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    >>> project(np.array([2.0, 3.0, 4.0]), basis).tolist()
    [2.0, 3.0, 0.0]
    """
    print("v", v, "basis", basis, sep="\n")
    G = basis @ basis.T
    print("gram matrix", G)
    c = np.linalg.solve(G, basis @ v)
    print("coefficients", c)
    return c @ basis


def gram_schmidt(V: np.ndarray) -> np.ndarray:
    """Return orthonormal rows that span the same space as the rows of V.

    Take row after row, subtract what the rows before it already cover, and scale the rest to
    length 1. Orthonormal rows make projections and inverses trivial, and weights that start out
    orthonormal keep the signals of a deep network from growing or dying. In floating point the
    textbook's formula fails for nearly dependent rows: the rest is a small difference of large
    numbers, and its rounding errors point back along the rows before.

    Parameters
    ----------
    V : ndarray of shape (n, d)
        Any vectors as rows: dependent, zero, more than d of them.

    Returns
    -------
    ndarray of shape (k, d)
        Rows of length 1 at right angles to each other, to 1e-10 also if rows of `V` are nearly
        dependent. A row of `V` of which less than 1e-10 of its own length is left counts as
        dependent and adds nothing. The first row points the same way as the first row of `V`
        that is not zero; the signs of later rows are free. If `V` holds only zeros, the shape is
        (0, d).

    References
    ----------
    L. Giraud, J. Langou, M. Rozložník, The loss of orthogonality in the Gram-Schmidt
    orthogonalization process, Computers & Mathematics with Applications 50, 2005.

    Examples
    --------
    >>> V = np.array([[0.0, 5.0], [0.0, -2.0], [3.0, 4.0]])
    >>> np.abs(gram_schmidt(V)).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    rows = []
    for v in V:
        rest = v.copy()
        for round in (1, 2):
            for q in rows:
                rest = rest - np.sum(q * rest) * q
            print("round", round, "rest", rest)
        if np.linalg.norm(rest) > 1e-10 * np.linalg.norm(v):
            rows.append(rest / np.linalg.norm(rest))
        else:
            print("  dependent:", v)
    print(len(rows), "rows")
    return np.array(rows).reshape(len(rows), V.shape[1])


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
    n, d = X.shape
    if n < d:
        print("!!! only", n, "rows")
        raise ValueError("too few rows")
    Q, R = np.linalg.qr(X)
    print("Q", Q, "R", R)
    c = Q.T @ y
    w = np.zeros(d)
    for k in range(d - 1, -1, -1):
        w[k] = (c[k] - R[k, k + 1:] @ w[k + 1:]) / R[k, k]
        print("w", k, "=", w[k])
    return w


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
    if penalty <= 0:
        raise ValueError("penalty must be positive")
    A = X.T @ X
    for i in range(len(A)):
        A[i, i] += penalty
    print("A", A)
    return np.linalg.inv(A) @ (X.T @ y)
