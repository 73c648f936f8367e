import math

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same


class TestTensorElementwise:
    def test_two_tensors(self, learner):
        """(6, 8) and (3, 2) give (9, 10), (3, 6), (18, 16) and (2, 4); grad is zeros at first."""
        a, b = learner.Tensor([6.0, 8.0]), learner.Tensor([3.0, 2.0])
        for result, expected in (
            (a + b, [9.0, 10.0]),
            (a - b, [3.0, 6.0]),
            (a * b, [18.0, 16.0]),
            (a / b, [2.0, 4.0]),
        ):
            assert_close(result.data, expected)
            assert_close(result.grad, [0.0, 0.0], what="grad of the result")
        assert_close(a.data, [6.0, 8.0], what="what the left operand holds afterwards")

    def test_numbers_and_arrays(self, learner):
        """A number or an array may stand on either side: 1 - t, t - 1, array / t."""
        t, array = learner.Tensor([2.0, 4.0]), np.array([8.0, 1.0])
        for says, result, expected in (
            ("t + 1", t + 1, [3.0, 5.0]),
            ("1 - t", 1 - t, [-1.0, -3.0]),
            ("2 * t", 2 * t, [4.0, 8.0]),
            ("t / 2", t / 2, [1.0, 2.0]),
            ("1 / t", 1 / t, [0.5, 0.25]),
            ("t - array", t - array, [-6.0, 3.0]),
            ("array + t", array + t, [10.0, 5.0]),
            ("array * t", array * t, [16.0, 4.0]),
            ("array / t", array / t, [4.0, 0.25]),
        ):
            assert_same(isinstance(result, learner.Tensor), True, what=f"that {says} is a Tensor")
            assert_close(result.data, expected, what=says)

    def test_stretches_shapes(self, learner):
        """A row of two is added to each row of a matrix, a column to each column."""
        t = learner.Tensor([[1.0, 2.0], [3.0, 4.0]])
        assert_close((t + learner.Tensor([10.0, 20.0])).data, [[11.0, 22.0], [13.0, 24.0]])
        assert_close((t * learner.Tensor([[10.0], [1.0]])).data, [[10.0, 20.0], [3.0, 4.0]])

    def test_minus_and_power(self, learner):
        """For (-2, 4): the negative is (2, -4), the square (4, 16), the inverse (-1/2, 1/4)."""
        t = learner.Tensor([-2.0, 4.0])
        assert_close((-t).data, [2.0, -4.0])
        assert_close((t**2).data, [4.0, 16.0])
        assert_close((t**-1).data, [-0.5, 0.25])
        assert_close((learner.Tensor([9.0, 4.0]) ** 0.5).data, [3.0, 2.0])

    def test_functions(self, learner):
        """exp, log, relu and tanh work entry by entry, tanh also far from 0."""
        t = learner.Tensor([[0.0, 1.0], [-1.0, 2.0]])
        assert_close(t.exp().data, [[1.0, math.e], [1 / math.e, math.e**2]])
        assert_close(t.relu().data, [[0.0, 1.0], [0.0, 2.0]])
        assert_close(t.exp().log().data, t.data)
        t = learner.Tensor([0.5, 1000.0, -1000.0])
        assert_close(t.tanh().data, [(math.e - 1) / (math.e + 1), 1.0, -1.0])


class TestTensorReductions:
    def test_sum(self, learner):
        """((1, 2), (3, 4)) sums to 10, to (4, 6) along axis 0 and to (3, 7) along axis 1."""
        t = learner.Tensor([[1.0, 2.0], [3.0, 4.0]])
        assert_close(t.sum().data, 10.0)
        assert_close(t.sum(axis=0).data, [4.0, 6.0])
        assert_close(t.sum(1).data, [3.0, 7.0])
        assert_close(t.sum(axis=-1, keepdims=True).data, [[3.0], [7.0]])
        assert_close(t.sum(axis=0).grad, [0.0, 0.0], what="grad of the result")

    def test_mean(self, learner):
        """((1, 2, 6), (3, 4, 8)) has mean 4, (2, 3, 7) along axis 0 and (3, 5) along axis 1."""
        t = learner.Tensor([[1.0, 2.0, 6.0], [3.0, 4.0, 8.0]])
        assert_close(t.mean().data, 4.0)
        assert_close(t.mean(axis=0).data, [2.0, 3.0, 7.0])
        assert_close(t.mean(axis=1, keepdims=True).data, [[3.0], [5.0]])

    def test_shapes(self, learner):
        """A row of six becomes two rows of three, and its transpose three rows of two."""
        t = learner.Tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).reshape(2, 3)
        assert_close(t.data, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        assert_close(t.T.data, [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])
        assert_close(t.reshape(-1).data, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])

    def test_indices(self, learner):
        """An index may be a number, a slice, an array of numbers, or several of these."""
        t = learner.Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        assert_close(t[1].data, [3.0, 4.0])
        assert_close(t[-1, 0].data, 5.0)
        assert_close(t[1:, 0].data, [3.0, 5.0])
        assert_close(t[np.array([2, 0, 2])].data, [[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]])
        assert_close(t[np.arange(3), np.array([1, 0, 1])].data, [2.0, 3.0, 6.0])


class TestTensorMatmul:
    def test_matrices(self, learner):
        """((1, 2), (3, 4)) times ((1, 0), (10, 1)) is ((21, 2), (43, 4))."""
        A, B = learner.Tensor([[1.0, 2.0], [3.0, 4.0]]), learner.Tensor([[1.0, 0.0], [10.0, 1.0]])
        assert_close((A @ B).data, [[21.0, 2.0], [43.0, 4.0]])
        assert_close((A @ B).grad, np.zeros((2, 2)), what="grad of the result")

    def test_vectors(self, learner):
        """A vector may stand on either side; two of them give one number."""
        A, v = learner.Tensor([[1.0, 2.0], [3.0, 4.0]]), learner.Tensor([10.0, 1.0])
        assert_close((A @ v).data, [12.0, 34.0])
        assert_close((v @ A).data, [13.0, 24.0])
        assert_close((v @ v).data, 101.0)

    def test_arrays_and_batches(self, learner):
        """An array may stand on either side, and a batch of matrices on the left."""
        W = learner.Tensor([[1.0, 0.0], [10.0, 1.0]])
        x = np.array([[1.0, 2.0], [3.0, 4.0]])
        assert_close((x @ W).data, [[21.0, 2.0], [43.0, 4.0]])
        assert_close((W @ x).data, [[1.0, 2.0], [13.0, 24.0]])
        assert_close((np.stack([x, 2 * x]) @ W).data, [x @ W.data, 2 * x @ W.data])

    def test_refuses_what_does_not_fit(self, learner):
        """Rows of two times rows of two is a ValueError; times columns of two is not."""
        A, B = learner.Tensor([[1.0, 2.0]]), learner.Tensor([[3.0, 4.0]])
        assert_close((A @ B.data.T).data, [[11.0]])
        with pytest.raises(ValueError):
            A @ B


class TestTensorBackward:
    def test_a_sum_of_squares(self, learner):
        """The sum of squares of (3, -4) has the gradient (6, -8)."""
        t = learner.Tensor([3.0, -4.0])
        (t * t).sum().backward()
        assert_close(t.grad, [6.0, -8.0], what="grad of t")

    def test_a_bias_was_used_by_every_row(self, learner):
        """A bias of two, added to three rows, gets 3 per entry; a column of three gets 2."""
        t, row, column = (learner.Tensor(np.ones(shape)) for shape in ((3, 2), (2,), (3, 1)))
        (t + row + column).sum().backward()
        assert_close(t.grad, np.ones((3, 2)), what="grad of t")
        assert_close(row.grad, [3.0, 3.0], what="grad of the row")
        assert_close(column.grad, [[2.0], [2.0], [2.0]], what="grad of the column")

    def test_each_operation_has_its_slope(self, learner):
        """The slope of every operation with one Tensor, times weights 1 and 10."""
        weights, array = np.array([1.0, 10.0]), np.array([8.0, -2.0])
        for says, function, at, slopes in (
            ("t + array", lambda t: t + array, [2.0, 4.0], [1.0, 1.0]),
            ("array - t", lambda t: array - t, [2.0, 4.0], [-1.0, -1.0]),
            ("array * t", lambda t: array * t, [2.0, 4.0], [8.0, -2.0]),
            ("t / 4", lambda t: t / 4, [2.0, 4.0], [0.25, 0.25]),
            ("array / t", lambda t: array / t, [2.0, 4.0], [-2.0, 0.125]),
            ("-t", lambda t: -t, [2.0, 4.0], [-1.0, -1.0]),
            ("t**3", lambda t: t**3, [2.0, -1.0], [12.0, 3.0]),
            ("t.exp()", lambda t: t.exp(), [0.0, 1.0], [1.0, math.e]),
            ("t.log()", lambda t: t.log(), [0.5, 4.0], [2.0, 0.25]),
            ("t.tanh()", lambda t: t.tanh(), [0.0, 1000.0], [1.0, 0.0]),
            ("t.relu()", lambda t: t.relu(), [3.0, 0.0], [1.0, 0.0]),
            ("t.reshape(2)", lambda t: t.reshape(2), [3.0, 0.0], [1.0, 1.0]),
        ):
            t = learner.Tensor(at)
            (function(t) * weights).sum().backward()
            assert_close(t.grad, weights * slopes, what=f"grad of t below {says}")

    def test_sums_and_means(self, learner):
        """A sum hands its gradient to each entry, a mean of two half of it."""
        for says, function, expected in (
            ("sum(axis=0)", lambda t: t.sum(axis=0), [[1.0, 10.0], [1.0, 10.0]]),
            ("sum(axis=1)", lambda t: t.sum(axis=1), [[1.0, 1.0], [10.0, 10.0]]),
            ("mean(axis=0)", lambda t: t.mean(axis=0), [[0.5, 5.0], [0.5, 5.0]]),
            ("mean(1, keepdims)", lambda t: t.mean(1, True).T, [[0.5, 0.5], [5.0, 5.0]]),
        ):
            t = learner.Tensor([[1.0, 2.0], [3.0, 4.0]])
            (function(t) * np.array([1.0, 10.0])).sum().backward()
            assert_close(t.grad, expected, what=f"grad of t below {says}")

    def test_repeated_indices_add_up(self, learner):
        """Row 2 is fetched twice, with 1 and with 100: it gets 101, and row 1 gets nothing."""
        t = learner.Tensor([[1.0], [2.0], [3.0]])
        (t[np.array([2, 0, 2])] * np.array([[1.0], [10.0], [100.0]])).sum().backward()
        assert_close(t.grad, [[10.0], [0.0], [101.0]], what="grad of t")

    def test_products_of_matrices(self, learner):
        """For a sum over A B each entry of A gets the sum of a row of B, and B of a column of A."""
        A, B = learner.Tensor([[1.0, 2.0], [3.0, 4.0]]), learner.Tensor([[5.0, 6.0], [7.0, 9.0]])
        (A @ B).sum().backward()
        assert_close(A.grad, [[11.0, 16.0], [11.0, 16.0]], what="grad of A")
        assert_close(B.grad, [[4.0, 4.0], [6.0, 6.0]], what="grad of B")
        A, v = learner.Tensor([[1.0, 2.0], [3.0, 4.0]]), learner.Tensor([5.0, 6.0])
        ((A @ v) * np.array([1.0, 10.0])).sum().backward()
        assert_close(A.grad, [[5.0, 6.0], [50.0, 60.0]], what="grad of A")
        assert_close(v.grad, [31.0, 42.0], what="grad of v")

    def test_uses_and_graphs_add_up(self, learner):
        """In t·t + t each entry is used three times; a second graph adds to the first."""
        t = learner.Tensor([3.0])
        (t * t + t).backward()
        assert_close(t.grad, [7.0], what="grad after the first graph")
        (2 * t).backward()
        assert_close(t.grad, [9.0], what="grad after the second graph")

    def test_refuses_an_array(self, learner):
        """Two numbers have no single derivative, a ValueError; one number in any shape has."""
        t = learner.Tensor([[2.0]])
        (t * 3).backward()
        assert_close(t.grad, [[3.0]], what="grad of t")
        with pytest.raises(ValueError):
            learner.Tensor([1.0, 2.0]).backward()

    def test_long_and_branching(self, learner):
        """A chain of 10,000 operations works, and so do 60 doublings by y + y."""
        t = learner.Tensor([1.0, 2.0])
        y = t
        for _ in range(5000):
            y = y * -1.0 + 1.0
        y.sum().backward()
        assert_close(t.grad, [1.0, 1.0], what="grad below the chain")
        t = learner.Tensor(1.0)
        y = t
        for _ in range(60):
            y = y + y
        y.backward()
        assert_close(t.grad, 2.0**60, what="grad below the doublings")
