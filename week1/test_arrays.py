import numpy as np
import pytest

from kata.comparisons import assert_close, assert_keeps_inputs, assert_same
from kata.work_limit import work_limit


def _windows_after_a_change(module, x, size):
    """Write into the windows, and return what has become of x and of the last window."""
    rows = module.windows(x, size)
    rows[0][2] = 0.0
    return x, rows[-1]


class TestColumnMeans:
    def test_one_mean_per_column(self, learner):
        """The means of the columns 1, 2, 6 and 10, 20, 60 are 3 and 30."""
        X = np.array([[1.0, 10.0], [2.0, 20.0], [6.0, 60.0]])
        assert_close(learner.column_means(X), [3.0, 30.0])

    def test_integers(self, learner):
        """Integers may have a mean between them: that of 1 and 2 is 1.5."""
        X = np.array([[1, 4], [2, 8]], dtype=np.int64)
        assert_close(learner.column_means(X), [1.5, 6.0])


class TestStandardize:
    def test_by_column(self, learner):
        """Each column gets mean 0 and standard deviation 1: 1 and 3 become -1 and 1."""
        X = np.array([[1.0, 5.0], [3.0, 25.0]])
        assert_close(learner.standardize(X), [[-1.0, -1.0], [1.0, 1.0]], rtol=1e-6)

    def test_divides_by_n(self, learner):
        """The variance of 0, 0, 3 is (1 + 1 + 4) / 3 = 2: they become -1, -1, 2 over root 2."""
        X = np.array([[0.0], [0.0], [3.0]])
        expected = np.array([[-1.0], [-1.0], [2.0]]) / np.sqrt(2.0)
        assert_close(learner.standardize(X), expected, rtol=1e-6)

    def test_a_constant_column(self, learner):
        """A column in which all entries are 7 becomes zeros, without a warning."""
        X = np.array([[1.0, 7.0], [3.0, 7.0]])
        assert_close(learner.standardize(X), [[-1.0, 0.0], [1.0, 0.0]], rtol=1e-6)

    def test_a_small_spread(self, learner):
        """A spread of a billionth counts in full: 1e-9 and 3e-9 become -1 and 1."""
        assert_close(learner.standardize(np.array([[1e-9], [3e-9]])), [[-1.0], [1.0]])

    def test_keeps_inputs(self, learner):
        """The data are the same afterwards."""
        X = np.array([[1.0, 5.0], [3.0, 25.0]])
        result = assert_keeps_inputs(learner.standardize, X)
        assert_close(result, [[-1.0, -1.0], [1.0, 1.0]], rtol=1e-6)


class TestPick:
    def test_one_entry_of_each_row(self, learner):
        """Column 0 of the first row is 0.7, column 2 of the second one 0.6."""
        P = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
        assert_close(learner.pick(P, np.array([0, 2], dtype=np.int64)), [0.7, 0.6])

    def test_a_label_may_repeat(self, learner):
        """Three rows may have the same label, and a fourth another one."""
        P = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]])
        labels = np.array([1, 1, 1, 0], dtype=np.int64)
        assert_close(learner.pick(P, labels), [2.0, 4.0, 6.0, 7.0])

    def test_refuses_labels_out_of_range(self, learner):
        """Of three columns there is none with number 3 and none with number -1: a ValueError."""
        P = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6]])
        assert_close(learner.pick(P, np.array([2, 0], dtype=np.int64)), [0.1, 0.1])
        for label in (3, -1):
            with pytest.raises(ValueError):
                learner.pick(P, np.array([0, label], dtype=np.int64))

    def test_many_rows_are_quick(self, learner):
        """2,000 rows are picked from at once: there is no Python loop over rows."""
        P = np.arange(6_000.0).reshape(2_000, 3)
        labels = np.arange(2_000, dtype=np.int64) % 3
        with work_limit(1_000):
            got = learner.pick(P, labels)
        assert_close(got, 3.0 * np.arange(2_000) + labels)


class TestPairwiseDistances:
    def test_all_pairs(self, learner):
        """Two points against three give a table of 2 by 3; a triangle of sides 3, 4 and 5."""
        X = np.array([[0.0, 0.0], [3.0, 0.0]])
        Y = np.array([[0.0, 4.0], [3.0, 0.0], [-6.0, 8.0]])
        expected = [[4.0, 3.0, 10.0], [5.0, 0.0, np.sqrt(145.0)]]
        assert_close(learner.pairwise_distances(X, Y), expected)

    def test_equal_rows(self, learner):
        """A point is at distance 0 from itself, exactly, and points may have one coordinate."""
        X = np.array([[0.1, 0.2, 0.3], [0.7, 0.1, 0.4]])
        assert_same(np.diagonal(learner.pairwise_distances(X, X)), [0.0, 0.0])
        assert_close(learner.pairwise_distances(X[:, :1], X[:, :1]), [[0.0, 0.6], [0.6, 0.0]])

    def test_far_from_the_origin(self, learner):
        """Two points near 1e8, which differ by 3 and by 4 coordinate by coordinate, are 5 apart."""
        X = np.array([[1e8, 1e8]])
        assert_close(learner.pairwise_distances(X, X + np.array([3.0, 4.0])), [[5.0]])

    def test_large_tables_are_quick(self, learner):
        """500 points against 500 are quick: there is no Python loop over pairs."""
        X = np.arange(500.0)[:, np.newaxis]
        with work_limit(60_000):
            got = learner.pairwise_distances(X, X)
        assert_close(got[:50:10], np.abs(X[:50:10] - X[:, 0]))


class TestWindows:
    def test_each_row_begins_one_further(self, learner):
        """The windows of 3 in 1, 2, 3, 4 are 1, 2, 3 and 2, 3, 4."""
        x = np.array([1.0, 2.0, 3.0, 4.0])
        assert_close(learner.windows(x, 3), [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]])

    def test_shortest_and_longest(self, learner):
        """Windows of 1 are a column, and the one that is as long as x is a row."""
        x = np.array([5.0, 6.0, 7.0])
        assert_close(learner.windows(x, 1), [[5.0], [6.0], [7.0]])
        assert_close(learner.windows(x, 3), [[5.0, 6.0, 7.0]])

    def test_refuses_a_size_out_of_range(self, learner):
        """There is no window of 0, of -1 or of 4 in three entries: a ValueError."""
        x = np.array([5.0, 6.0, 7.0])
        assert_close(learner.windows(x, 2), [[5.0, 6.0], [6.0, 7.0]])
        for size in (0, -1, 4):
            with pytest.raises(ValueError):
                learner.windows(x, size)

    def test_is_no_view(self, learner):
        """To write into a window changes neither x nor another window."""
        x = np.array([1.0, 2.0, 3.0, 4.0])
        after, last = learner.run(_windows_after_a_change, x, 3)
        assert_same(after, [1.0, 2.0, 3.0, 4.0], what="x")
        assert_same(last, [2.0, 3.0, 4.0], what="the last window")
