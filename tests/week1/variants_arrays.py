"""Right and wrong ways to write the exercises of `arrays`."""

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from grader.variants import right, wrong

# column_means


@right("column_means", "a loop over columns, each added up exactly")
def adds_up_each_column(X):
    n, d = X.shape
    return np.array([math.fsum(X[:, j]) / n for j in range(d)])


@right("column_means", "a matrix product with weights of 1/n")
def multiplies_by_weights(X):
    return np.full(len(X), 1.0 / len(X)) @ X


@right("column_means", "adds row after row to a running total, which is divided by n")
def keeps_a_running_total(X):
    total = np.zeros(X.shape[1])
    for row in X:
        total += row
    return total / len(X)


@wrong("column_means", "You took the mean of each row: axis 0 is the one that has to go away.")
def takes_means_of_rows(X):
    return np.mean(X, axis=1)


@wrong("column_means", "You took the mean of all entries: there is one mean for each column.")
def takes_one_mean_of_all(X):
    return np.mean(X)


@wrong("column_means", "You kept the axis: the means have the shape (d,), not (1, d).")
def keeps_the_axis(X):
    return np.mean(X, axis=0, keepdims=True)


@wrong("column_means", "You returned the sums: a mean is divided by how many there are.")
def takes_sums(X):
    return np.sum(X, axis=0)


@wrong("column_means", "You divided by the number of columns: a column has n entries.")
def divides_by_columns(X):
    return np.sum(X, axis=0) / X.shape[1]


@wrong("column_means", "You divided by n - 1: that is for variances, a mean divides by n.")
def divides_by_one_less(X):
    return np.sum(X, axis=0) / max(len(X) - 1, 1)


@wrong("column_means", "You cut the means to integers: the mean of 1 and 2 is 1.5.")
def cuts_to_integers(X):
    means = np.zeros_like(X[0])
    for j in range(X.shape[1]):
        means[j] = np.mean(X[:, j])
    return means


@wrong("column_means", "You took the median: the mean is the sum divided by n.")
def takes_the_median(X):
    return np.median(X, axis=0)


@wrong("column_means", "You rounded the means: small numbers vanish that way.")
def rounds_the_means(X):
    return np.round(np.mean(X, axis=0), 6)


@wrong("column_means", "You computed in float32, which keeps only seven digits.")
def computes_in_single_precision(X):
    return X.astype(np.float32).mean(axis=0)


# standardize


@right("standardize", "column by column, in plain Python")
def standardizes_column_by_column(X):
    columns = []
    for column in X.T.tolist():
        mean = sum(column) / len(column)
        variance = sum((x - mean) ** 2 for x in column) / len(column)
        if max(column) == min(column):
            columns.append([0.0] * len(column))
        else:
            columns.append([(x - mean) / math.sqrt(variance) for x in column])
    return np.array(columns).T


@right("standardize", "replaces a spread of 0 by 1 before it divides")
def replaces_zero_spreads(X):
    X = np.asarray(X, dtype=float)
    mean, spread = X.mean(axis=0, keepdims=True), X.std(axis=0, keepdims=True)
    spread[np.ptp(X, axis=0, keepdims=True) == 0] = 1.0
    return (X - mean) / spread


@right("standardize", "measures from the first row, and divides only where there is a spread")
def divides_where_it_can(X):
    shifted = X - X[0] * 1.0
    centred = shifted - shifted.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    return np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0)


@wrong("standardize", "You standardised the rows: mean and spread belong to a column.")
def standardizes_rows(X):
    spread = X.std(axis=1, keepdims=True)
    return (X - X.mean(axis=1, keepdims=True)) / np.where(spread == 0, 1.0, spread)


@wrong("standardize", "You took one mean and one spread for all: each column has its own.")
def takes_one_spread_for_all(X):
    spread = X.std()
    return (X - X.mean()) / (spread if spread > 0 else 1.0)


@wrong("standardize", "You took one spread for all columns: each column has its own.")
def takes_own_means_and_one_spread(X):
    spread = X.std()
    return (X - X.mean(axis=0)) / (spread if spread > 0 else 1.0)


@wrong("standardize", "You divided by n - 1 in the standard deviation: here it is n.")
def divides_by_n_minus_one(X):
    if len(X) == 1:
        return np.zeros(X.shape)
    spread = X.std(axis=0, ddof=1)
    return (X - X.mean(axis=0)) / np.where(spread == 0, 1.0, spread)


@wrong("standardize", "You divided by the variance: its root, the standard deviation, is due.")
def divides_by_the_variance(X):
    variance = X.var(axis=0)
    return (X - X.mean(axis=0)) / np.where(variance == 0, 1.0, variance)


@wrong("standardize", "You did not subtract the mean.")
def forgets_the_mean(X):
    spread = X.std(axis=0)
    return np.where(spread == 0, 0.0, X / np.where(spread == 0, 1.0, spread))


@wrong("standardize", "You did not divide by the standard deviation.")
def forgets_the_spread(X):
    return X - X.mean(axis=0)


@wrong("standardize", "You divided 0 by 0: a constant column gives nan.")
def divides_zero_by_zero(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


@wrong("standardize", "You replaced nan afterwards: the division has warned by then.")
def repairs_afterwards(X):
    return np.nan_to_num((X - X.mean(axis=0)) / X.std(axis=0))


@wrong("standardize", "You chose after dividing: np.where computes both sides, and 0/0 warns.")
def chooses_after_dividing(X):
    spread = X.std(axis=0)
    return np.where(spread == 0, 0.0, (X - X.mean(axis=0)) / spread)


@wrong(
    "standardize",
    "You added a small number to the standard deviation: where the spread is small too, that "
    "changes the result.",
)
def adds_an_epsilon(X):
    return (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-8)


@wrong("standardize", "You took a small spread for none: only a constant column has none.")
def takes_a_small_spread_for_none(X):
    spread = X.std(axis=0)
    return (X - X.mean(axis=0)) / np.where(spread < 1e-8, 1.0, spread)


@wrong("standardize", "You cut off what is far from the mean: an outlier stays one.")
def cuts_outliers_off(X):
    spread = X.std(axis=0)
    return np.clip((X - X.mean(axis=0)) / np.where(spread == 0, 1.0, spread), -3.0, 3.0)


@wrong("standardize", "You scaled to the range from 0 to 1: that is another normalisation.")
def scales_to_the_range(X):
    width = np.ptp(X, axis=0)
    return (X - X.min(axis=0)) / np.where(width == 0, 1.0, width)


@wrong("standardize", "You divided by the length of the column: it is root n times the spread.")
def divides_by_the_length(X):
    centred = X - X.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    return centred / np.where(length == 0, 1.0, length)


@wrong("standardize", "The caller's data have changed: compute in a new array.")
def standardizes_in_place(X):
    spread = X.std(axis=0)
    X -= X.mean(axis=0)
    X /= np.where(spread == 0, 1.0, spread)
    return X


@wrong("standardize", "You cut the result to integers, since the data were integers.")
def writes_into_integers(X):
    spread = X.std(axis=0)
    result = np.empty_like(X)
    result[:] = (X - X.mean(axis=0)) / np.where(spread == 0, 1.0, spread)
    return result


@wrong("standardize", "You dropped the constant columns: they become zeros.")
def drops_constant_columns(X):
    X = X[:, X.std(axis=0) > 0]
    return (X - X.mean(axis=0)) / X.std(axis=0)


@wrong("standardize", "You left a constant column as it is: its entries minus their mean are 0.")
def leaves_constant_columns(X):
    spread = X.std(axis=0)
    safe = np.where(spread == 0, 1.0, spread)
    return np.where(spread == 0, X, (X - X.mean(axis=0)) / safe)


# pick


@right("pick", "numbers the entries through, row after row")
def numbers_all_entries(P, labels):
    n, c = P.shape
    if labels.min() < 0 or labels.max() >= c:
        raise ValueError("there is no such column")
    return P.ravel()[np.arange(n) * c + labels]


@right("pick", "multiplies by a table of zeros and ones and adds up the rows")
def masks_the_others(P, labels):
    mask = labels[:, None] == np.arange(P.shape[1])
    if not mask.any(axis=1).all():
        raise ValueError("there is no such column")
    return (P * mask).sum(axis=1)


@right("pick", "takes along the axis of columns")
def takes_along_columns(P, labels):
    if not np.isin(labels, np.arange(P.shape[1])).all():
        raise ValueError("there is no such column")
    return np.take_along_axis(P, labels[:, None], axis=1)[:, 0]


@right("pick", "takes the diagonal of the columns that the labels name")
def takes_the_diagonal(P, labels):
    if np.any(labels < 0) or np.any(labels > P.shape[1] - 1):
        raise ValueError("there is no such column")
    return np.diagonal(P[:, labels]).copy()


@wrong("pick", "You took all labelled columns of all rows: row i needs column labels[i] only.")
def takes_whole_columns(P, labels):
    if np.any(labels < 0) or np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return P[:, labels]


@wrong("pick", "You took the labels for row numbers: they say which column.")
def takes_labels_for_rows(P, labels):
    if np.any(labels < 0) or np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return P[labels, np.arange(len(labels))]


@wrong("pick", "You kept an axis of length 1: one number per row has the shape (n,).")
def keeps_a_column(P, labels):
    if np.any(labels < 0) or np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return np.take_along_axis(P, labels[:, None], axis=1)


@wrong("pick", "You let negative labels through: numpy counts them from the end.")
def lets_negative_labels_through(P, labels):
    if np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return P[np.arange(len(P)), labels]


@wrong("pick", "You left too large a label to numpy, whose IndexError is no ValueError.")
def leaves_large_labels_to_numpy(P, labels):
    if np.any(labels < 0):
        raise ValueError("labels must not be negative")
    return P[np.arange(len(P)), labels]


@wrong("pick", "You check nothing: labels out of range are a ValueError.")
def checks_nothing(P, labels):
    return P[np.arange(len(P)), labels]


@wrong("pick", "You let the label c through, which is one too many: the last column is c - 1.")
def lets_c_through(P, labels):
    c = P.shape[1]
    if np.any(labels < 0) or np.any(labels > c):
        raise ValueError("there is no such column")
    return P[np.arange(len(P)), np.minimum(labels, c - 1)]


@wrong("pick", "You compared the labels with the number of rows: they name columns.")
def checks_against_rows(P, labels):
    if np.any(labels < 0) or np.any(labels >= len(P)):
        raise ValueError("there is no such row")
    return P[np.arange(len(P)), labels]


@wrong("pick", "You look at the first label only: each one may be out of range.")
def checks_the_first(P, labels):
    if not 0 <= labels[0] < P.shape[1]:
        raise ValueError("there is no such column")
    return P[np.arange(len(P)), labels]


@wrong("pick", "You ask whether all labels are out of range: one is enough.")
def asks_whether_all_are_wrong(P, labels):
    if np.all((labels < 0) | (labels >= P.shape[1])):
        raise ValueError("there is no such column")
    return P[np.arange(len(P)), labels]


@wrong("pick", "You moved labels into the range: one out of range is an error.")
def moves_labels_into_the_range(P, labels):
    return P[np.arange(len(P)), np.clip(labels, 0, P.shape[1] - 1)]


@wrong("pick", "You loop over the rows in Python: index with two arrays instead.")
def loops_over_rows(P, labels):
    if np.any(labels < 0) or np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return np.array([P[i, labels[i]] for i in range(len(P))])


@wrong("pick", "You took the largest entry of each row: the one at the label is asked for.")
def takes_the_largest(P, labels):
    if np.any(labels < 0) or np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return P.max(axis=1)


@wrong("pick", "np.choose takes a few dozen choices at most: a table may have more columns.")
def chooses_among_columns(P, labels):
    return np.choose(labels, P.T)


@wrong("pick", "You counted labels from 1: they count from 0.")
def counts_labels_from_one(P, labels):
    if np.any(labels < 0) or np.any(labels >= P.shape[1]):
        raise ValueError("there is no such column")
    return P[np.arange(len(P)), labels - 1]


@wrong("pick", "You used assert: that raises AssertionError, and `python -O` drops it altogether.")
def asserts_the_range(P, labels):
    assert np.all((labels >= 0) & (labels < P.shape[1]))
    return P[np.arange(len(P)), labels]


# pairwise_distances


@right("pairwise_distances", "numpy's length of the differences")
def takes_lengths_of_differences(X, Y):
    return np.linalg.norm(X[:, None] - Y, axis=2)


@right("pairwise_distances", "a loop over the rows of X, all rows of Y at once")
def loops_over_rows_of_one(X, Y):
    distances = np.empty((len(X), len(Y)))
    for i, x in enumerate(X):
        distances[i] = ((Y - x) ** 2).sum(1) ** 0.5
    return distances


@right("pairwise_distances", "a loop over coordinates, each a table of differences")
def loops_over_coordinates(X, Y):
    squares = 0.0
    for x, y in zip(X.T, Y.T):
        squares = squares + np.subtract.outer(x, y) ** 2
    return np.sqrt(squares)


@right("pairwise_distances", "repeats the rows of both, and folds the list of pairs to a table")
def lists_all_pairs(X, Y):
    n, m = len(X), len(Y)
    differences = np.repeat(X, m, axis=0) - np.tile(Y, (n, 1))
    return np.sqrt(np.einsum("pd,pd->p", differences, differences)).reshape(n, m)


@wrong(
    "pairwise_distances",
    "You multiplied the squares out: far from the origin, large numbers cancel and leave "
    "rounding. Take differences first.",
)
def multiplies_squares_out(X, Y):
    squares = (X**2).sum(1)[:, None] - 2 * X @ Y.T + (Y**2).sum(1)
    return np.sqrt(np.maximum(squares, 0.0))


@wrong(
    "pairwise_distances",
    "You moved the centre to the origin before you multiplied the squares out: where there are two "
    "clusters, both stay far from it.",
)
def multiplies_out_around_the_centre(X, Y):
    A, B = X - X.mean(axis=0), Y - X.mean(axis=0)
    squares = (A**2).sum(1)[:, None] - 2 * A @ B.T + (B**2).sum(1)
    equal = (X[:, None] == Y[None]).all(axis=-1)
    return np.where(equal, 0.0, np.sqrt(np.maximum(squares, 0.0)))


@wrong("pairwise_distances", "You returned the squares: a distance is the root of their sum.")
def forgets_the_root(X, Y):
    return ((X[:, None] - Y[None]) ** 2).sum(axis=-1)


@wrong("pairwise_distances", "You added up magnitudes: that is the way along the streets.")
def walks_along_the_streets(X, Y):
    return np.abs(X[:, None] - Y[None]).sum(axis=-1)


@wrong("pairwise_distances", "You took the mean of the squares: a distance has their sum.")
def takes_the_mean_square(X, Y):
    return np.sqrt(((X[:, None] - Y[None]) ** 2).mean(axis=-1))


@wrong("pairwise_distances", "You took the largest difference: all coordinates count.")
def takes_the_largest_difference(X, Y):
    return np.abs(X[:, None] - Y[None]).max(axis=-1)


@wrong("pairwise_distances", "You swapped X and Y: rows of the result belong to rows of X.")
def swaps_the_tables(X, Y):
    return np.linalg.norm(Y[:, None] - X[None], axis=-1)


@wrong("pairwise_distances", "You added up along the wrong axis: coordinates stand on the last.")
def adds_up_the_wrong_axis(X, Y):
    return np.sqrt(((X[:, None] - Y[None]) ** 2).sum(axis=1))


@wrong("pairwise_distances", "You compared row i with row i only: all pairs are asked for.")
def compares_rows_in_step(X, Y):
    return np.linalg.norm(X - Y, axis=1)


@wrong("pairwise_distances", "You loop over the pairs in Python: let broadcasting do it.")
def loops_over_pairs(X, Y):
    return np.array([[np.sqrt(np.sum((x - y) ** 2)) for y in Y] for x in X])


@wrong(
    "pairwise_distances",
    "You added a small number under the root: equal rows are exactly 0 apart.",
)
def adds_an_epsilon_under_the_root(X, Y):
    return np.sqrt(((X[:, None] - Y[None]) ** 2).sum(axis=-1) + 1e-12)


@wrong("pairwise_distances", "You computed in float32, which keeps only seven digits.")
def measures_in_single_precision(X, Y):
    X, Y = X.astype(np.float32), Y.astype(np.float32)
    return np.linalg.norm(X[:, None] - Y[None], axis=-1)


# windows


@right("windows", "stacks slices")
def stacks_slices(x, size):
    if size < 1 or size > len(x):
        raise ValueError("no such window")
    return np.stack([x[start : start + size] for start in range(len(x) - size + 1)])


@right("windows", "numpy's view of all windows, copied")
def copies_the_view(x, size):
    if size not in range(1, len(x) + 1):
        raise ValueError("no such window")
    return sliding_window_view(x, size).copy()


@right("windows", "fills a table entry by entry")
def fills_a_table(x, size):
    n = len(x) - size + 1
    if size <= 0 or n <= 0:
        raise ValueError("no such window")
    rows = np.zeros((n, size))
    for i in range(n):
        for j in range(size):
            rows[i, j] = x[i + j]
    return rows


@right("windows", "column by column: column j is x without its first j entries")
def stacks_columns(x, size):
    T = len(x)
    if not 0 < size <= T:
        raise ValueError("no such window")
    return np.column_stack([x[j : T - size + 1 + j] for j in range(size)])


@wrong("windows", "You left out the last window: T - size + 1 of them fit.")
def leaves_out_the_last(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    return np.array([x[i : i + size] for i in range(len(x) - size)])


@wrong("windows", "Your windows do not overlap: each begins one entry further, not size entries.")
def cuts_into_pieces(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    n = len(x) // size
    return x[: n * size].reshape(n, size).copy()


@wrong("windows", "You returned a view: all windows share the memory of x. Copy them.")
def returns_a_view(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    return as_strided(x, (len(x) - size + 1, size), (*x.strides, *x.strides))


@wrong("windows", "You returned numpy's view of x, which cannot be written into. Copy it.")
def returns_a_locked_view(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    return sliding_window_view(x, size)


@wrong("windows", "You returned a list of slices: slices are views of x. Stack them to an array.")
def lists_views(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    return [x[i : i + size] for i in range(len(x) - size + 1)]


@functools.cache
def _table(n, size):
    return np.zeros((n, size))


@wrong("windows", "You fill one table again and again: each call makes a new array.")
def reuses_a_table(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    rows = _table(len(x) - size + 1, size)
    for i in range(len(rows)):
        rows[i] = x[i : i + size]
    return rows


@wrong("windows", "You took entries of x to lie side by side in memory: ask x.strides.")
def assumes_the_strides(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    step = x.itemsize
    return as_strided(x, (len(x) - size + 1, size), (step, step)).copy()


@wrong("windows", "You check nothing: a size that does not fit is a ValueError.")
def checks_no_size(x, size):
    return np.array([x[i : i + size] for i in range(len(x) - size + 1)])


@wrong("windows", "You let a size of 0 through: a window has at least one entry.")
def lets_zero_through(x, size):
    if size < 0 or size > len(x):
        raise ValueError("no such window")
    return np.array([x[i : i + size] for i in range(len(x) - size + 1)])


@wrong("windows", "You refused the longest window: one as long as x fits once.")
def refuses_the_longest(x, size):
    if not 1 <= size < len(x):
        raise ValueError("no such window")
    return np.array([x[i : i + size] for i in range(len(x) - size + 1)])


@wrong("windows", "You let a window that is too long through.")
def lets_long_windows_through(x, size):
    if size < 1:
        raise ValueError("no such window")
    return np.array([x[i : i + size] for i in range(max(len(x) - size + 1, 1))])


@wrong("windows", "You turned it round: each window is a row, not a column.")
def puts_windows_into_columns(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    return np.array([x[i : i + size] for i in range(len(x) - size + 1)]).T


@wrong("windows", "You went on at the end of x with its beginning: no window reaches over the end.")
def goes_round(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    return np.array([np.roll(x, -i)[:size] for i in range(len(x))])


@wrong("windows", "You filled windows up with zeros: only those that fit count.")
def fills_up_with_zeros(x, size):
    if not 1 <= size <= len(x):
        raise ValueError("no such window")
    padded = np.append(x, np.zeros(size - 1))
    return np.array([padded[i : i + size] for i in range(len(x))])
