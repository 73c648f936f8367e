"""Arrays: tables of numbers, computed with as a whole and not entry by entry."""

import numpy as np


def column_means(X: np.ndarray) -> np.ndarray:
    """Return the mean of each column.

    A row of a data set is one sample, a photo or a customer, and a column one feature, the same
    quantity measured in all of them. The mean of a column is the first thing to know about it:
    standardising, PCA and batch normalisation all begin by subtracting it.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Data, one sample per row. The numbers may be integers.

    Returns
    -------
    ndarray of shape (d,)
        One mean per column, as floats.

    References
    ----------
    NumPy user guide, The absolute basics for beginners, "More useful array operations".

    Examples
    --------
    >>> column_means(np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])).tolist()
    [3.0, 30.0]
    """
    raise NotImplementedError("column_means is yours to write")


def standardize(X: np.ndarray) -> np.ndarray:
    """Return the data with mean 0 and standard deviation 1 in each column.

    Metres beside millimetres, or age beside income: a network, a nearest neighbour or a PCA that
    is given such columns listens to the one with the largest numbers. So each column is measured
    from its own mean, in units of its own standard deviation. Layer normalisation does the same
    along rows inside a transformer.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Data, one sample per row. The numbers may be integers. It stays as it is.

    Returns
    -------
    ndarray of shape (n, d)
        Each entry minus the mean of its column, divided by the standard deviation of its column.
        The standard deviation is the root of the mean of squared distances from the mean, divided
        by n, as `np.std` and scikit-learn's `StandardScaler` do. A constant column, whose standard
        deviation is 0, becomes zeros, without a warning.

    References
    ----------
    scikit-learn documentation, `sklearn.preprocessing.StandardScaler`.

    Examples
    --------
    >>> X = np.array([[1.0, 5.0, 7.0], [3.0, 25.0, 7.0]])
    >>> standardize(X).tolist()
    [[-1.0, -1.0, 0.0], [1.0, 1.0, 0.0]]
    """
    raise NotImplementedError("standardize is yours to write")


def pick(P: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return one entry of each row: the one that stands at the row's label.

    A classifier gives a row of probabilities for each photo, one per class, and what its loss
    looks at is the probability of the class that is right. That is one number per row, each from
    another column, and numpy finds all of them at once.

    Parameters
    ----------
    P : ndarray of shape (n, c)
        One row per sample, one column per class.
    labels : ndarray of shape (n,), int64
        For each row the column to look at, from 0 to c - 1.

    Returns
    -------
    ndarray of shape (n,)
        Entry i is P[i, labels[i]]. There is no Python loop over rows.

    Raises
    ------
    ValueError
        If a label is below 0 or above c - 1. numpy would count a negative one from the end.

    References
    ----------
    NumPy user guide, Indexing on ndarrays, "Integer array indexing".

    Examples
    --------
    >>> P = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
    >>> pick(P, np.array([0, 2])).tolist()
    [0.7, 0.6]
    """
    raise NotImplementedError("pick is yours to write")


def pairwise_distances(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the distance between each row of `X` and each row of `Y`.

    How far is each customer from each shop, each point from each centre of a cluster? k-means and
    nearest neighbours ask this for all pairs. Broadcasting answers without a loop: with an axis of
    length 1 put into each, the rows of one meet all rows of the other.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        n points as rows.
    Y : ndarray of shape (m, d)
        m points as rows.

    Returns
    -------
    ndarray of shape (n, m)
        Entry (i, j) is the Euclidean distance between X[i] and Y[j]: the root of the sum of the
        squared differences. It is exactly 0 for equal rows, and keeps its digits for rows that lie
        close together, far from the origin: two points at 1e8, a thousandth apart. There is no
        Python loop over pairs.

    References
    ----------
    scipy documentation, `scipy.spatial.distance.cdist`.

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [3.0, 0.0]])
    >>> Y = np.array([[0.0, 4.0], [3.0, 0.0], [0.0, 1.0]])
    >>> pairwise_distances(X, Y)[:, :2].tolist()
    [[4.0, 3.0], [5.0, 0.0]]
    """
    raise NotImplementedError("pairwise_distances is yours to write")


def windows(x: np.ndarray, size: int) -> np.ndarray:
    """Return all stretches of a given length, one per row.

    A convolution looks at a signal through a small window that slides along, and a language model
    is trained on windows of a long text: the first `size` tokens, then as many from the second
    token on, and so on to the end.

    Parameters
    ----------
    x : ndarray of shape (T,)
        A sequence, such as a signal or the tokens of a text.
    size : int
        How long a window is, from 1 to T.

    Returns
    -------
    ndarray of shape (T - size + 1, size)
        Row i holds x[i] to x[i + size - 1]. It is a new array: to write into it changes neither
        `x` nor any other row.

    Raises
    ------
    ValueError
        If `size` is less than 1 or more than T.

    References
    ----------
    numpy documentation, `numpy.lib.stride_tricks.sliding_window_view`.

    Examples
    --------
    >>> windows(np.array([1.0, 2.0, 3.0, 4.0]), size=3).tolist()
    [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]
    """
    raise NotImplementedError("windows is yours to write")
