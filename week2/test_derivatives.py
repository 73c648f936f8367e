import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same


def point():
    """Return a new array each time, so that no test can spoil another."""
    return np.array([3.0, 2.0])


def bowl(x):
    """Return x² + 2xy + y², whose gradient at (3, 2) is (10, 10)."""
    x, y = np.asarray(x, dtype=float)
    return x**2 + 2 * x * y + y**2


def cubes(x):
    """Return the sum of cubes, which a large step cannot get quite right."""
    return np.sum(np.asarray(x, dtype=float) ** 3)


class TestPartialDerivative:
    def test_of_a_bowl(self, learner):
        """At (3, 2) the slope of x² + 2xy + y² along x is 2·3 + 2·2 = 10."""
        assert_close(learner.partial_derivative(bowl, point(), 0), 10.0, rtol=1e-6)

    def test_moves_along_the_axis_asked_for(self, learner):
        """Only entry i moves: 5x + 7y has slope 5 along axis 0 and 7 along axis 1."""
        weights = np.array([5.0, 7.0])

        def f(x):
            return weights @ np.asarray(x, dtype=float)

        assert_close(learner.partial_derivative(f, point(), 0), 5.0, rtol=1e-6)
        assert_close(learner.partial_derivative(f, point(), 1), 7.0, rtol=1e-6)

    def test_is_central(self, learner):
        """With h = 0.5 the slope of x³ at 2 is (2.5³ - 1.5³) / 1 = 12.25, not the exact 12."""
        assert_close(learner.partial_derivative(cubes, point(), 1, h=0.5), 12.25, rtol=1e-6)

    def test_keeps_x(self, learner):
        """The point is the same afterwards, to the last bit."""
        x = np.array([0.1, 0.7])
        assert_close(learner.partial_derivative(bowl, x, 1, h=0.1), 1.6, rtol=1e-6)
        assert_same(x, np.array([0.1, 0.7]), what="x")


class TestGradient:
    def test_of_a_bowl(self, learner):
        """At (3, 2) the gradient of x² + 2xy + y² is (10, 10)."""
        assert_close(learner.gradient(bowl, point()), [10.0, 10.0], rtol=1e-6)

    def test_of_a_matrix(self, learner):
        """The gradient of the sum of squares of a matrix W is 2 W, a matrix."""
        W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

        def f(W):
            W = np.asarray(W, dtype=float)
            return np.sum(W**2)

        assert_close(learner.gradient(f, W), 2 * W, rtol=1e-6)

    def test_uses_the_given_step(self, learner):
        """With h = 0.5 each slope of x³ is 3x² + 0.25."""
        assert_close(learner.gradient(cubes, point(), h=0.5), [27.25, 12.25], rtol=1e-6)

    def test_of_a_single_number(self, learner):
        """A 0-d array has a gradient too: that of x³ at 2 is 12."""
        assert_close(learner.gradient(cubes, np.array(2.0)), 12.0, rtol=1e-6)

    def test_f_gets_the_shape_of_x(self, learner):
        """For the inner product of two rows, each row's gradient is the other one."""
        x = np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]).T  # a view, as a transpose is

        def f(x):
            first, second = np.asarray(x, dtype=float)
            return np.sum(first * second)

        truth = [[4.0, 5.0, 6.0], [1.0, 2.0, 3.0]]
        assert_close(learner.gradient(f, x), truth, rtol=1e-6)

    def test_default_step(self, learner):
        """Without h the slopes of x³ are right to eight digits: (27, 12)."""
        assert_close(learner.gradient(cubes, point()), [27.0, 12.0], rtol=1e-8)

    def test_keeps_x(self, learner):
        """The point is the same afterwards, to the last bit: going up and down by h is not."""
        x = np.array([0.1, 0.7])
        assert_close(learner.gradient(bowl, x, h=0.1), [1.6, 1.6], rtol=1e-6)


class TestJacobian:
    def test_of_a_layer(self, learner):
        """The Jacobian of a linear layer is its weight matrix: 2 outputs, 3 inputs."""
        W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])

        def f(x):
            return W @ np.asarray(x, dtype=float)

        x = np.array([1.0, -1.0, 2.0])
        assert_close(learner.jacobian(f, x), W, rtol=1e-6)

    def test_rows_are_outputs(self, learner):
        """For (xy, x + y, x²) row 0 is (y, x), row 1 is (1, 1) and row 2 is (2x, 0)."""

        def f(x):
            x, y = np.asarray(x, dtype=float)
            return np.array([x * y, x + y, x**2])

        truth = [[2.0, 3.0], [1.0, 1.0], [6.0, 0.0]]
        assert_close(learner.jacobian(f, point()), truth, rtol=1e-6, atol=1e-8)

    def test_one_output(self, learner):
        """With one output the result is still a table of one row."""

        def f(x):
            return np.array([bowl(x)])

        assert_close(learner.jacobian(f, point()), [[10.0, 10.0]], rtol=1e-6)

    def test_uses_the_given_step(self, learner):
        """With h = 0.5 each slope of x³ is 3x² + 0.25, and the point stays as it is."""
        x = np.array([0.1, 0.7])
        truth = np.diag([0.28, 1.72])
        got = learner.jacobian(lambda x: np.asarray(x, dtype=float) ** 3, x, h=0.5)
        assert_close(got, truth, rtol=1e-6)
        got = learner.jacobian(lambda x: np.asarray(x, dtype=float) ** 3, x, h=0.1)
        assert_close(got, truth - 0.24 * np.eye(2), rtol=1e-6)

    def test_of_a_function_that_returns_its_argument(self, learner):
        """The Jacobian of the identity is the identity, though f returns the very array it gets."""
        assert_close(learner.jacobian(lambda x: x, point()), np.eye(2), rtol=1e-6)


class TestHessian:
    def test_of_a_bowl(self, learner):
        """The second derivatives of x² + 2xy + y² are all 2."""
        assert_close(learner.hessian(bowl, point()), [[2.0, 2.0], [2.0, 2.0]], rtol=1e-4)

    def test_of_a_saddle(self, learner):
        """For x² - 3y² + xy they are 2 and -6, and 1 for x and y together."""

        def f(x):
            x, y = np.asarray(x, dtype=float)
            return x**2 - 3 * y**2 + x * y

        assert_close(learner.hessian(f, point()), [[2.0, 1.0], [1.0, -6.0]], rtol=1e-4)

    def test_is_symmetric_to_the_last_bit(self, learner):
        """The result equals its transpose exactly, not nearly."""
        x = np.array([0.3, -0.2, 0.5, 0.1])

        def f(x):
            return np.exp(np.array([1.0, 0.7, -0.6, 1.3]) @ np.asarray(x, dtype=float))

        for h in (0.3, 0.5, 0.7):
            H = np.asarray(learner.hessian(f, x, h))
            assert_close(H.shape, (4, 4), what="the shape")
            assert_same(H, H.T)

    def test_is_central(self, learner):
        """With h = 0.5 the second derivative of x³ is still 6x: central steps are exact here."""
        x = np.array([0.1, 0.7])
        assert_close(learner.hessian(cubes, x, 0.5), np.diag([0.6, 4.2]), rtol=1e-6, atol=1e-6)

    def test_of_one_variable(self, learner):
        """For one variable it is a table of one entry: that of x³ at 2 is 12."""
        assert_close(learner.hessian(cubes, np.array([2.0])), [[12.0]], rtol=1e-4)

    def test_of_a_flat_bowl(self, learner):
        """A bowl that is a million times flatter has second derivatives of 2e-6, not of 0."""
        got = learner.hessian(lambda x: 1e-6 * bowl(x), point())
        assert_close(got, np.full((2, 2), 2e-6), rtol=1e-4, atol=0.0)


class TestDirectionalDerivative:
    def test_of_a_bowl(self, learner):
        """Along (0.6, 0.8), of length 1, the slope of the bowl is 10·0.6 + 10·0.8 = 14."""
        v = np.array([0.6, 0.8])
        assert_close(learner.directional_derivative(bowl, point(), v), 14.0, rtol=1e-6)

    def test_length_does_not_count(self, learner):
        """Along (30, 40) it is 14 as well, and along (-3, -4) it is -14."""
        v = np.array([30.0, 40.0])
        assert_close(learner.directional_derivative(bowl, point(), v), 14.0, rtol=1e-6)
        assert_close(learner.directional_derivative(bowl, point(), -v / 10), -14.0, rtol=1e-6)

    def test_steps_by_h(self, learner):
        """Along (0, 40) a step of h = 0.5 has length 0.5: the slope of x³ at 2 is 12.25."""
        v = np.array([0.0, 40.0])
        assert_close(learner.directional_derivative(cubes, point(), v, h=0.5), 12.25, rtol=1e-6)

    def test_entries_that_cancel(self, learner):
        """(1, -1) sums to 0 and still points somewhere: the slope is (27 - 12) / √2."""
        slope = learner.directional_derivative(cubes, point(), np.array([1.0, -1.0]))
        assert_close(slope, 15 / np.sqrt(2), rtol=1e-8)

    def test_refuses_the_zero_vector(self, learner):
        """The zero vector points nowhere: that is a ValueError; one of length 1e-30 is fine."""
        v = np.array([0.0, 1e-30])
        assert_close(learner.directional_derivative(bowl, point(), v), 10.0, rtol=1e-6)
        with pytest.raises(ValueError):
            learner.directional_derivative(bowl, point(), np.array([0.0, 0.0]))


class TestGradientError:
    def test_of_a_right_gradient(self, learner):
        """For the right gradient (2x + 2y, 2x + 2y) the error is next to nothing."""

        def right(x):
            return 2 * np.sum(np.asarray(x, dtype=float)) * np.ones(2)

        assert_close(learner.gradient_error(bowl, right, point()), 0.0, atol=1e-7)

    def test_of_a_wrong_gradient(self, learner):
        """If 8 is claimed where 10 is right the error is 2/10, wherever it happens."""

        def low(x):
            return np.array([10.0, 8.0])

        assert_close(learner.gradient_error(bowl, low, point()), 0.2, rtol=1e-5)

    def test_divides_by_the_larger_one(self, learner):
        """If 16 is claimed where 10 is right the error is 6/16, not 6/10."""

        def high(x):
            return np.array([16.0, 10.0])

        assert_close(learner.gradient_error(bowl, high, point()), 0.375, rtol=1e-5)

    def test_each_entry_has_its_own_size(self, learner):
        """Beside a slope of -100, a claim of -2 where -1 is right is an error of 1/2."""

        def steep(x):
            x, y = np.asarray(x, dtype=float)
            return -100 * x - y

        def claimed(x):
            return np.array([-100.0, -2.0])

        assert_close(learner.gradient_error(steep, claimed, point()), 0.5, rtol=1e-5)

    def test_zero_is_claimed(self, learner):
        """If 0 is claimed where 10 is right, or 10 where 0 is, the error is 10/10."""

        def half(x):
            return np.array([10.0, 0.0])

        assert_close(learner.gradient_error(bowl, half, point()), 1.0, rtol=1e-5)
        assert_close(learner.gradient_error(lambda x: 10 * x[0], half, point()), 0.0, atol=1e-7)
        assert_close(learner.gradient_error(lambda x: 5.0, half, point()), 1.0, rtol=1e-5)

    def test_passes_the_step_on(self, learner):
        """With h = 0.5 even the right gradient 3x² of x³ is off, by 0.25 in 12.25 at 2."""

        def right(x):
            return 3 * np.asarray(x, dtype=float) ** 2

        assert_close(learner.gradient_error(cubes, right, point(), h=0.5), 0.25 / 12.25, rtol=1e-5)

    def test_both_zero(self, learner):
        """Where the gradient is 0 and is said to be 0, the error is 0 and not nan."""

        def flat(x):
            return 5.0

        def zero(x):
            return np.zeros(2)

        assert_close(learner.gradient_error(flat, zero, point()), 0.0)
