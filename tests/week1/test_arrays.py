import math

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_keeps_inputs,
    assert_same,
    no_floating_point_warnings,
)


def _integers(rng, low, high, *shape):
    return rng.integers(low, high, size=shape, dtype=np.int64)


def _means_by_hand(X):
    return np.array([math.fsum(column) / len(column) for column in X.T])


class TestColumnMeans:
    def test_one_mean_per_column(self, learner, rng):
        """There is one mean per column, whether there are more rows or more columns."""
        for n, d in ((2, 3), (5, 2), (4, 7), (30, 3)):
            X = rng.normal(size=(n, d)) + rng.uniform(-5.0, 5.0, size=d)
            assert_close(learner.column_means(X), _means_by_hand(X))

    def test_square_data(self, learner, rng):
        """With as many rows as columns too, it is the columns that are averaged."""
        for n in (2, 4):
            X = rng.uniform(1.0, 2.0, size=(n, n)) * np.arange(1.0, n + 1)
            assert_close(learner.column_means(X), _means_by_hand(X))

    def test_one_row_or_column(self, learner, rng):
        """The means of one row are its entries; one column has one mean, still in an array."""
        row = rng.normal(size=(1, 4))
        assert_close(learner.column_means(row), row[0])
        column = rng.normal(size=(5, 1)) + 1.0
        assert_close(learner.column_means(column), _means_by_hand(column))

    def test_integers(self, learner, rng):
        """The means of integers are not rounded, and not cut to integers."""
        for n, d in ((2, 3), (5, 2), (7, 4)):
            X = _integers(rng, -9, 9, n, d)
            X[0] += 1 - np.sum(X, axis=0) % n  # so that no mean is an integer
            assert_close(learner.column_means(X), np.sum(X, axis=0) / n)

    def test_small_and_large_numbers(self, learner, rng):
        """Nothing is rounded away: small numbers keep their digits, beside large ones too."""
        X = rng.uniform(1.0, 2.0, size=(6, 4)) * [1e-12, 1.0, -1e6, 1e12]
        assert_close(learner.column_means(X), _means_by_hand(X), atol=0.0)

    def test_keeps_inputs(self, learner, rng):
        """The data are the same afterwards."""
        X = rng.uniform(1.0, 2.0, size=(4, 3))
        assert_close(assert_keeps_inputs(learner.column_means, X), _means_by_hand(X))


def _standard(rng, n, d, far=0.0):
    """Return n rows whose columns have mean 0 and standard deviation 1, divided by n."""
    half = rng.normal(size=(n, d))
    half[0] += far
    half -= np.mean(half, axis=0)
    return half / np.sqrt(np.mean(half**2, axis=0))


class TestStandardize:
    # Who adds a small number to the standard deviation is told so by `test_any_unit` alone.

    def test_undoes_shift_and_scale(self, learner, rng):
        """Whatever its mean and its spread, each column gets mean 0 and standard deviation 1."""
        for n, d, far in ((3, 2, 0.0), (4, 6, 0.0), (30, 3, 9.0)):
            Z = _standard(rng, n, d, far)  # a row 9 away lies beyond 3 standard deviations
            shift, scale = rng.uniform(500.0, 900.0, size=d), rng.uniform(0.1, 0.4, size=d)
            assert_close(learner.standardize(shift + scale * Z), Z, rtol=0.0, atol=1e-6)

    def test_square_data(self, learner, rng):
        """With as many rows as columns too, it is the columns that are standardised."""
        Z = _standard(rng, 4, 4)
        X = 3.0 + Z * [1.0, 2.0, 4.0, 0.5]
        assert_close(learner.standardize(X), Z, rtol=0.0, atol=1e-6)

    def test_divides_by_n(self, learner, rng):
        """The standard deviation divides by n: of two entries they become -1 and 1."""
        low, gap = rng.uniform(-5.0, 5.0, size=3), rng.uniform(1.0, 5.0, size=3)
        X = np.array([low, low + gap])
        assert_close(learner.standardize(X), [[-1.0] * 3, [1.0] * 3], rtol=0.0, atol=1e-6)

    def test_any_unit(self, learner, rng):
        """The unit of a column does not matter, however small or large its numbers are."""
        Z = _standard(rng, 5, 4)
        assert_close(learner.standardize(Z * [1e-9, 1e-3, 1.0, 1e9]), Z, atol=1e-10)

    def test_a_constant_column(self, learner, rng):
        """A constant column becomes zeros, without a warning, and the others do not change."""
        for n, constants in ((2, [0.0]), (5, [3.0, -4.0]), (8, [0.0, 1.0])):
            Z = _standard(rng, n, 3)
            with no_floating_point_warnings():
                for place in (0, 2, 3):
                    X = np.insert(2.0 * Z + 1.0, [place] * len(constants), constants, axis=1)
                    truth = np.insert(Z, [place] * len(constants), 0.0, axis=1)
                    assert_close(learner.standardize(X), truth, rtol=0.0, atol=1e-6)

    def test_nothing_but_constants(self, learner, rng):
        """Where all columns are constant, as in a single row, all becomes zeros; else nothing."""
        row = _integers(rng, -9, 9, 4).astype(float)
        with no_floating_point_warnings():
            assert_close(learner.standardize(row[np.newaxis]), np.zeros((1, 4)))
            assert_close(learner.standardize(np.tile(row, (4, 1))), np.zeros((4, 4)))
            X = np.array([row, row + 2.0])
            assert_close(learner.standardize(X), [[-1.0] * 4, [1.0] * 4], rtol=0.0, atol=1e-6)

    def test_integers(self, learner, rng):
        """Integers are standardised as floats are: nothing is cut to an integer."""
        for n, d in ((3, 2), (6, 3)):
            X = _integers(rng, -9, 9, n, d)
            X[:2] = [[-10] * d, [10] * d]  # no column is constant
            centred = X - np.sum(X, axis=0) / n
            truth = centred / np.sqrt(np.sum(centred**2, axis=0) / n)
            assert_close(learner.standardize(X), truth, rtol=0.0, atol=1e-6)

    def test_keeps_inputs(self, learner, rng):
        """The data are the same afterwards, a constant column too."""
        Z = _standard(rng, 4, 3)
        X = np.insert(5.0 + 3.0 * Z, 1, 2.0, axis=1)
        truth = np.insert(Z, 1, 0.0, axis=1)
        assert_close(assert_keeps_inputs(learner.standardize, X), truth, rtol=0.0, atol=1e-6)


def _picked(P, labels):
    return np.array([row[label] for row, label in zip(P, labels.tolist(), strict=True)])


class TestPick:
    def test_one_entry_of_each_row(self, learner, rng):
        """It gives the entry of each row that stands in the column of the row's label."""
        for n, c in ((2, 3), (5, 2), (6, 7), (40, 5), (3, 100)):
            P, labels = rng.normal(size=(n, c)), _integers(rng, 0, c, n)
            labels[0] = c - 1
            assert_close(learner.pick(P, labels), _picked(P, labels))

    def test_as_many_rows_as_columns(self, learner, rng):
        """In a square table too, the label says which column, and its place which row."""
        for n in (2, 3, 5):
            P, labels = rng.normal(size=(n, n)), np.roll(np.arange(n, dtype=np.int64), 1)
            assert_close(learner.pick(P, labels), _picked(P, labels))
            P, labels = rng.normal(size=(n, n)), _integers(rng, 0, n, n)
            assert_close(learner.pick(P, labels), _picked(P, labels))

    def test_equal_labels(self, learner, rng):
        """All labels may be equal, the first column or the last; that gives this column."""
        P = rng.normal(size=(4, 3))
        for label in range(3):
            assert_close(learner.pick(P, np.full(4, label, dtype=np.int64)), P[:, label])

    def test_one_row_or_one_class(self, learner, rng):
        """One row gives an array of one entry, and with one class every label is 0."""
        row = rng.normal(size=(1, 4))
        for label in (0, 3):
            assert_close(learner.pick(row, np.array([label], dtype=np.int64)), row[0, [label]])
        column = rng.normal(size=(3, 1))
        assert_close(learner.pick(column, np.zeros(3, dtype=np.int64)), column[:, 0])

    def test_refuses_a_label_that_is_too_large(self, learner, rng):
        """A label of c or more is an error, wherever it stands; c - 1 is not."""
        for n, c in ((4, 3), (3, 6)):
            P, labels = rng.normal(size=(n, c)), _integers(rng, 0, c, n)
            labels[0], labels[-1] = c - 1, 0
            assert_close(learner.pick(P, labels), _picked(P, labels))
            for place, label in ((0, c), (n - 1, c), (1, c + 1), (1, 1000)):
                bad = labels.copy()
                bad[place] = label
                with pytest.raises(ValueError):
                    learner.pick(P, bad)

    def test_refuses_a_negative_label(self, learner, rng):
        """A negative label is an error, wherever it stands; 0 is not."""
        for n, c in ((4, 3), (3, 6)):
            P, labels = rng.normal(size=(n, c)), _integers(rng, 0, c, n)
            labels[0], labels[-1] = c - 1, 0
            assert_close(learner.pick(P, labels), _picked(P, labels))
            for place, label in ((0, -1), (n - 1, -1), (1, -c), (1, -1000)):
                bad = labels.copy()
                bad[place] = label
                with pytest.raises(ValueError):
                    learner.pick(P, bad)

    # The indexing takes 10 steps, a loop over the rows at least 3,000.
    @pytest.mark.work_limit(1_500)
    def test_many_rows_are_quick(self, learner, rng):
        """Many rows are quick: there is no Python loop over rows."""
        P, labels = rng.normal(size=(3_000, 3)), _integers(rng, 0, 3, 3_000)
        assert_close(learner.pick(P, labels), _picked(P, labels))

    def test_keeps_inputs(self, learner, rng):
        """The table and the labels are the same afterwards."""
        P, labels = rng.normal(size=(5, 4)), _integers(rng, 0, 4, 5)
        labels[0], labels[-1] = 3, 0
        assert_close(assert_keeps_inputs(learner.pick, P, labels), _picked(P, labels))


NEARLY = 2e-6  # an error that a small number under the root makes at most


def _part_of_distances(module, X, Y):
    """Return a part of a result that is too large to be sent for nothing."""
    result = module.pairwise_distances(X, Y)
    return np.asarray(result)[::61, ::53] if np.ndim(result) == 2 else result


def _distances_by_hand(X, Y):
    return np.array([[math.dist(x, y) for y in Y] for x in X])


class TestPairwiseDistances:
    # `NEARLY` where exactness is not the point: that is what three tests are for.

    def test_all_pairs(self, learner, rng):
        """Entry (i, j) is the distance between row i of X and row j of Y."""
        for n, m, d in ((2, 3, 4), (5, 2, 3), (3, 4, 2), (6, 7, 20)):
            X, Y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
            assert_close(learner.pairwise_distances(X, Y), _distances_by_hand(X, Y), atol=NEARLY)

    def test_equal_counts(self, learner, rng):
        """Rows, columns and coordinates are not mixed up where there are equally many of them."""
        for n, m, d in ((3, 3, 3), (4, 4, 2), (2, 5, 5), (5, 2, 5)):
            X, Y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
            assert_close(learner.pairwise_distances(X, Y), _distances_by_hand(X, Y), atol=NEARLY)

    def test_one_row_or_coordinate(self, learner, rng):
        """A single point on either side gives a row or a column, and one coordinate is enough."""
        for n, m, d in ((1, 4, 3), (4, 1, 3), (1, 1, 2), (3, 4, 1), (1, 1, 1)):
            X, Y = rng.normal(size=(n, d)), rng.normal(size=(m, d))
            assert_close(learner.pairwise_distances(X, Y), _distances_by_hand(X, Y), atol=NEARLY)

    def test_equal_rows(self, learner, rng):
        """Equal rows are exactly 0 apart, wherever they stand; others are not."""
        # So many that rounding errors of x·x - 2 x·y + y·y do not all happen to be 0.
        X = 30.0 * rng.normal(size=(60, 7))
        order = rng.permutation(60)
        got = learner.pairwise_distances(X, X[order])
        assert_close(got, _distances_by_hand(X, X[order]), atol=NEARLY)
        equal = np.asarray(got)[order, np.arange(60)]
        assert_same(equal, np.zeros(60), what="the distance of equal rows")

    def test_small_and_large_distances(self, learner, rng):
        """It keeps its digits for distances of any size, the tiny ones too."""
        for scale in (1e-12, 1e-6, 1e12):
            X, Y = scale * rng.normal(size=(3, 4)), scale * rng.normal(size=(2, 4))
            truth = _distances_by_hand(X, Y)
            assert_close(learner.pairwise_distances(X, Y), truth, atol=0.0)

    def test_close_together_far_from_the_origin(self, learner, rng):
        """Rows that lie close together, far from the origin, keep their distance."""
        with no_floating_point_warnings():
            for far, close in ((1e6, 1e-3), (1e8, 1.0), (1e8, 1e-3)):
                # Two clusters, so that to subtract a common centre first brings none to the origin.
                sides = np.array([[1.0], [-1.0], [1.0], [-1.0]])
                X = far * sides * rng.uniform(1.0, 2.0, size=3) + close * rng.normal(size=(4, 3))
                Y = X[:3] + close * rng.uniform(1.0, 2.0, size=3)
                truth = _distances_by_hand(X, Y)
                assert_close(learner.pairwise_distances(X, Y), truth, atol=0.0)

    # Broadcasting takes 10 steps, a loop over rows some 10,000, a loop over the 200,000 pairs at
    # least 200,000.
    @pytest.mark.work_limit(100_000)
    def test_large_tables_are_quick(self, learner, rng):
        """Large tables are quick: there is no Python loop over pairs."""
        X, Y = rng.normal(size=(500, 3)), rng.normal(size=(400, 3))
        part = learner.run(_part_of_distances, X, Y)
        assert_close(part, _distances_by_hand(X[::61], Y[::53]), atol=NEARLY)

    def test_keeps_inputs(self, learner, rng):
        """Both tables are the same afterwards."""
        X, Y = rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
        truth = _distances_by_hand(X, Y)
        assert_close(assert_keeps_inputs(learner.pairwise_distances, X, Y), truth, atol=NEARLY)


def _windows_by_hand(x, size):
    return np.array([x[i : i + size] for i in range(len(x) - size + 1)])


def _windows_after_a_change(module, x, size):
    """Write into each window, from the last on, and return what has become of x and of them."""
    rows = module.windows(x, size)
    for i in reversed(range(len(rows))):
        rows[i][0] = -1.0
    return x, rows


def _windows_before_a_change(module, x, size):
    rows = module.windows(x, size)
    x += 1.0
    return rows


def _windows_before_another_call(module, x, size):
    rows = module.windows(x, size)
    module.windows(x + 1.0, size)
    return rows


def _windows_of_every_second(module, x, size):
    return module.windows(x[::2], size)


class TestWindows:
    def test_each_row_begins_one_further(self, learner, rng):
        """Row i holds the entries from place i on, and there are T - size + 1 rows."""
        for T, size in ((5, 3), (6, 2), (9, 4), (30, 7), (7, 6)):
            x = rng.normal(size=T)
            assert_same(learner.windows(x, size), _windows_by_hand(x, size))

    def test_as_many_windows_as_entries(self, learner, rng):
        """Where there are as many windows as entries in each, rows are still rows."""
        for T, size in ((3, 2), (7, 4)):
            x = rng.normal(size=T)
            assert_same(learner.windows(x, size), _windows_by_hand(x, size))

    def test_shortest_and_longest(self, learner, rng):
        """Windows of one entry form a column, and one of all entries a row."""
        for T in (1, 2, 5):
            x = rng.normal(size=T)
            assert_same(learner.windows(x, 1), x[:, np.newaxis])
            assert_same(learner.windows(x, T), x[np.newaxis])

    def test_tokens(self, learner, rng):
        """Tokens, which are integers, come out as they are, large ones too."""
        x = _integers(rng, 0, 2**40, 8)
        assert_same(learner.windows(x, 3), _windows_by_hand(x, 3).astype(float))

    @pytest.mark.weight(0.5)
    @pytest.mark.parametrize("sizes", [(6, 7, 100), (0,), (-1, -5)])
    def test_refuses_a_size_out_of_range(self, learner, rng, sizes):
        """A size below 1 or above the length of x is an error; 1 and that length are not."""
        x = rng.normal(size=5)
        assert_same(learner.windows(x, 1), x[:, np.newaxis])
        assert_same(learner.windows(x, 5), x[np.newaxis])
        for size in sizes:
            with pytest.raises(ValueError):
                learner.windows(x, size)

    def test_is_no_view(self, learner, rng):
        """It is a new array: what is written into a window shows in no other and not in x."""
        for T, size in ((6, 3), (4, 1), (4, 4)):
            x = rng.normal(size=T)
            truth = _windows_by_hand(x, size)
            truth[:, 0] = -1.0
            after, rows = learner.run(_windows_after_a_change, x.copy(), size)
            assert_same(rows, truth, what="the table of windows, written into")
            assert_same(after, x, what="x after writing")

    def test_keeps_what_it_has_seen(self, learner, rng):
        """Neither a later change of x nor another call shows in the windows."""
        for T, size in ((6, 3), (4, 1), (4, 4)):
            x = rng.normal(size=T)
            for later in (_windows_before_a_change, _windows_before_another_call):
                rows = learner.run(later, x.copy(), size)
                assert_same(rows, _windows_by_hand(x, size))

    @pytest.mark.weight(0.5)
    def test_every_second_entry(self, learner, rng):
        """The sequence may be every second entry of a longer one, in whose memory it lies."""
        x = rng.normal(size=11)
        got = learner.run(_windows_of_every_second, x, 3)
        assert_same(got, _windows_by_hand(x[::2], 3))

    def test_keeps_inputs(self, learner, rng):
        """The sequence is the same afterwards."""
        x = rng.normal(size=7)
        assert_same(assert_keeps_inputs(learner.windows, x, 3), _windows_by_hand(x, 3))
