import itertools

import numpy as np
import pytest

from kata.comparisons import Mismatch, assert_close, assert_keeps_inputs, assert_same, unpack

# With a large step nothing but rounding to float64 parts a central difference from its formula.
EXACT = 1e-9


# Each call of a function costs a round trip to the sandbox, so points are small and calls are few.
def _on(x, formula, kinds=(float,)):
    """Return `formula` as a function that takes arrays of the shape of `x`, and no other.

    Its results take turns at being of these kinds.
    """
    shape, turns = np.shape(x), itertools.cycle(kinds)

    def f(point):
        point = np.asarray(point, dtype=float)
        if point.shape != shape:
            raise ValueError("f was called with an array of another shape than x")
        return next(turns)(formula(point))

    return f


def _on_vectors(x, formula):
    """Return a function from vectors as long as `x` to vectors."""
    return _on(x, formula, kinds=(np.array,))


def _assert_slopes(actual, truth):
    """Compare to 1e-6 relative; beside large entries, small ones may carry rounding."""
    assert_close(actual, truth, rtol=1e-6, atol=1e-7 * float(np.max(np.abs(truth))))


def _assert_curvature(actual, truth):
    """Compare second derivatives, to 1e-4 relative."""
    assert_close(actual, truth, rtol=1e-4, atol=1e-5 * float(np.max(np.abs(truth))))


def _point(rng, n=4):
    """Return a point whose entries differ in sign and size."""
    signs = np.where(np.arange(n) % 2, -1.0, 1.0)
    return signs * rng.uniform(0.5, 1.5, size=n)


# What a function may hand back for one number.
KINDS_OF_NUMBER = (float, np.float64, np.array)


def _tiny_point(rng, n=2):
    """Return a point that adding 0.5 and subtracting it again does not give back."""
    return rng.uniform(1e-3, 2e-3, size=n)


# At this point the errors of other formulas and steps are far from the tolerance, to either side.
WAVY_POINT = np.array([0.3, -1.3, 1.1, -0.8])


def _wavy(x):
    return np.sin(x[0]) * np.exp(x[1]) + x[0] * x[2] ** 2 + x[3] / x[0] + x[1] * x[3]


def _wavy_slopes(x):
    return np.array(
        [
            np.cos(x[0]) * np.exp(x[1]) + x[2] ** 2 - x[3] / x[0] ** 2,
            np.sin(x[0]) * np.exp(x[1]) + x[3],
            2 * x[0] * x[2],
            1 / x[0] + x[1],
        ]
    )


def _wavy_curvature(x):
    s, c, e = np.sin(x[0]), np.cos(x[0]), np.exp(x[1])
    return np.array(
        [
            [2 * x[3] / x[0] ** 3 - s * e, c * e, 2 * x[2], -1 / x[0] ** 2],
            [c * e, s * e, 0.0, 1.0],
            [2 * x[2], 0.0, 2 * x[0], 0.0],
            [-1 / x[0] ** 2, 1.0, 0.0, 0.0],
        ]
    )


def _steep_point(rng, rate, n=3):
    """Return a point at which sin and cos of `rate` times each entry are well away from 0."""
    return (rng.uniform(0.5, 1.0, size=n) + 2 * np.pi * np.arange(n)) / rate


def _gradient_at_the_transpose(module, f, X):
    return module.gradient(f, X.T)


def _jacobians_of_views(module, x):
    identity = module.jacobian(lambda x: x, x.copy())
    turned = module.jacobian(lambda x: x[::-1], x.copy())
    return identity, turned, module.jacobian(lambda x: x[1:2], x.copy())


class TestPartialDerivative:
    def test_agrees_with_calculus(self, learner):
        """Along each axis it is the partial derivative that calculus gives."""
        x = WAVY_POINT
        f, slopes = _on(x, _wavy, KINDS_OF_NUMBER), _wavy_slopes(x)
        for i in range(4):
            got = learner.partial_derivative(f, x, i)
            assert_close(got, slopes[i], rtol=1e-6, atol=1e-7 * np.max(np.abs(slopes)))

    def test_uses_the_given_step(self, learner, rng):
        """A given h is the step to each side: with a large h the result shows it exactly."""
        x, a = 4.0 * _point(rng, 3), rng.uniform(1.0, 2.0, size=3)
        f = _on(x, lambda x: np.sum(a * x**3) + x[0] * x[1] * x[2])
        for i in range(3):
            others = np.prod(np.delete(x, i))
            for h in (0.5, 2.0):
                truth = a[i] * (3 * x[i] ** 2 + h**2) + others
                assert_close(learner.partial_derivative(f, x, i, h=h), truth, rtol=EXACT)
        truth = a[1] * (3 * x[1] ** 2 + 0.125**2) + x[0] * x[2]
        assert_close(learner.partial_derivative(f, x, 1, 0.125), truth, rtol=EXACT)

    def test_step_does_not_grow_with_x(self, learner, rng):
        """The step is h as it is, wherever x lies, near 0 or far from it."""
        for size in (0.0, 0.01, 8.0, -30.0):
            x = size * rng.uniform(1.0, 1.2, size=2)
            centre = x.copy()
            f = _on(x, lambda x, c=centre: np.sum((x - c) ** 3) + 4.0 * np.sum(x - c))
            assert_close(learner.partial_derivative(f, x, 1, 0.5), 4.25, rtol=1e-6)

    def test_is_accurate_without_a_given_step(self, learner, rng):
        """Without h the step is small enough for a sharp curve, and not so small that f rounds."""
        x = _steep_point(rng, 60.0)
        f = _on(x, lambda x: 1e5 + (np.sin(60.0 * x[0]) + np.cos(60.0 * x[1]) + 25.0 * x[2]))
        truth = [60.0 * np.cos(60.0 * x[0]), -60.0 * np.sin(60.0 * x[1]), 25.0]
        for i in range(3):
            assert_close(learner.partial_derivative(f, x, i), truth[i], rtol=1e-6)

    def test_flat_and_steep_functions(self, learner, rng):
        """It is as accurate for a flat function as for a steep one."""
        x = _point(rng)
        slope = x[0] * x[2] * 2
        for scale in (1e-8, 1e8):
            f = _on(x, lambda x, scale=scale: scale * _wavy(x))
            assert_close(learner.partial_derivative(f, x, 2), scale * slope, rtol=1e-6, atol=0.0)

    def test_keeps_x(self, learner, rng):
        """The point is the same afterwards, to the last bit."""
        x = _tiny_point(rng, 3)
        f = _on(x, lambda x: np.sum(x**2) + x[0])
        for i in range(3):
            got = assert_keeps_inputs(learner.partial_derivative, f, x, i, 0.5)
            assert_close(got, 2 * x[i] + (i == 0), rtol=1e-6)


class TestGradient:
    def test_agrees_with_calculus(self, learner):
        """For a vector it holds the partial derivatives that calculus gives."""
        x = WAVY_POINT
        got = learner.gradient(_on(x, _wavy, KINDS_OF_NUMBER), x)
        _assert_slopes(got, _wavy_slopes(x))

    def test_uses_the_given_step(self, learner, rng):
        """A given h is the step to each side: with a large h the result shows it exactly."""
        for size in (1.0, 8.0):
            x, a = size * _point(rng, 2), rng.uniform(1.0, 2.0, size=2)
            centre = x.copy()
            f = _on(x, lambda x, a=a, c=centre: np.sum(a * (x - c) ** 3) + np.sum(x * x))
            assert_close(learner.gradient(f, x, 0.5), a * 0.5**2 + 2 * x, rtol=EXACT)
            assert_close(learner.gradient(f, x, h=2.0), a * 2.0**2 + 2 * x, rtol=EXACT)

    def test_moves_one_entry_at_a_time(self, learner, rng):
        """Only one entry moves at a time, and it is back in its place when the next one does."""
        x = _point(rng, 4)
        truth = [np.prod(np.delete(x, i)) for i in range(4)]
        _assert_slopes(learner.gradient(_on(x, np.prod), x, 0.25), truth)

    def test_any_shape(self, learner, rng):
        """The gradient of a matrix or a stack of them has its shape, and so has what f is given."""
        for shape in ((2, 2), (3, 1), (1, 2), (1,), (2, 1, 2)):
            X, A = rng.normal(size=shape), rng.uniform(1.0, 2.0, size=shape)
            corner = (0,) * X.ndim
            f = _on(X, lambda X, A=A, at=corner: np.sum(A * X**2) + 3.0 * np.sum(X) * X[at])
            truth = 2 * A * X + 3.0 * X[corner]
            truth[corner] += 3.0 * np.sum(X)
            _assert_slopes(learner.gradient(f, X), truth)

    def test_a_transposed_table(self, learner, rng):
        """It is right even where x is a view into another array, as a transpose is."""
        X = rng.uniform(0.5, 1.5, size=(2, 3))
        weights = rng.uniform(1.0, 2.0, size=(3, 2))
        f = _on(X.T, lambda x: np.sum(weights * x**2))
        _assert_slopes(learner.run(_gradient_at_the_transpose, f, X), 2 * weights * X.T)

    def test_a_single_number(self, learner, rng):
        """A 0-d array is a point too: the gradient there is one number."""
        x = np.array(rng.uniform(0.5, 1.5))
        f = _on(x, lambda x: x**3 + np.exp(2.0 * x))
        assert_close(learner.gradient(f, x), 3 * x**2 + 2 * np.exp(2.0 * x), rtol=1e-6)

    def test_is_accurate_without_a_given_step(self, learner, rng):
        """Without h the step is small enough for a sharp curve, and not so small that f rounds."""
        x = _steep_point(rng, 60.0)
        f = _on(x, lambda x: 1e5 + np.sum(np.sin(60.0 * x)))
        assert_close(learner.gradient(f, x), 60.0 * np.cos(60.0 * x), rtol=1e-6)

    def test_flat_and_steep_functions(self, learner, rng):
        """It is as accurate for a flat function as for a steep one."""
        x = _point(rng, 2)
        for scale in (1e-8, 1e8):
            f = _on(x, lambda x, scale=scale: scale * (np.exp(x[0]) + x[0] * x[1]))
            truth = scale * np.array([np.exp(x[0]) + x[1], x[0]])
            assert_close(learner.gradient(f, x), truth, rtol=1e-6, atol=1e-7 * scale)

    def test_keeps_x(self, learner, rng):
        """The point is the same afterwards, to the last bit."""
        for shape in ((2,), (2, 2)):
            x = _tiny_point(rng, shape)
            f = _on(x, lambda x: np.sum(x**2) + np.sum(x))
            _assert_slopes(assert_keeps_inputs(learner.gradient, f, x, 0.5), 2 * x + 1)


class TestJacobian:
    def test_of_a_linear_map(self, learner, rng):
        """The Jacobian of x ↦ A x is A: a row per output, a column per input."""
        for shape in ((3, 2), (2, 3), (2, 2)):
            A, x = rng.normal(size=shape), rng.normal(size=shape[1])
            f = _on_vectors(x, lambda x, A=A: A @ x + 1.0)
            _assert_slopes(learner.jacobian(f, x, 0.25), A)

    def test_agrees_with_calculus(self, learner):
        """Each output has its own slopes along each input, as calculus gives them."""
        x = WAVY_POINT[:3]
        f = _on_vectors(x, lambda x: [x[0] * x[1] * x[2], np.exp(x[0]), x[1] ** 3, np.sin(x[2])])
        truth = [
            [x[1] * x[2], x[0] * x[2], x[0] * x[1]],
            [np.exp(x[0]), 0.0, 0.0],
            [0.0, 3 * x[1] ** 2, 0.0],
            [0.0, 0.0, np.cos(x[2])],
        ]
        _assert_slopes(learner.jacobian(f, x), truth)

    def test_uses_the_given_step(self, learner, rng):
        """A given h is the step to each side: with a large h the result shows it exactly."""
        for size in (1.0, 8.0):
            x, A = size * _point(rng, 2), rng.uniform(1.0, 2.0, size=(3, 2))
            centre = x.copy()
            f = _on_vectors(x, lambda x, A=A, c=centre: A @ (x - c) ** 3 + 2.0 * np.sum(x))
            assert_close(learner.jacobian(f, x, 0.5), A * 0.5**2 + 2.0, rtol=EXACT)
            assert_close(learner.jacobian(f, x, h=2.0), A * 2.0**2 + 2.0, rtol=EXACT)

    def test_one_output_or_one_input(self, learner, rng):
        """The result has two axes even where there is only one output, or one input, or both."""
        for m, n in ((1, 3), (3, 1), (1, 1)):
            A, x = rng.uniform(1.0, 2.0, size=(m, n)), _point(rng, n)
            f = _on_vectors(x, lambda x, A=A: A @ x**2)
            _assert_slopes(learner.jacobian(f, x), 2 * A * x)

    def test_is_accurate_without_a_given_step(self, learner, rng):
        """Without h the step is small enough for a sharp curve, and not so small that f rounds."""
        x = _steep_point(rng, 60.0)
        f = _on_vectors(x, lambda x: 1e5 + np.sin(60.0 * x))
        truth = np.diag(60.0 * np.cos(60.0 * x))
        assert_close(learner.jacobian(f, x), truth, rtol=1e-6, atol=1e-6)

    def test_results_that_share_memory(self, learner, rng):
        """It is right even where f hands back the very array that it was given, or a part of it."""
        x = _point(rng, 3)
        results = unpack(learner.run(_jacobians_of_views, x), "whole, turned, part")
        for J, rows in zip(results, ([0, 1, 2], [2, 1, 0], [1]), strict=True):
            assert_close(J, np.eye(3)[rows], rtol=1e-6, atol=1e-7)

    def test_keeps_x(self, learner, rng):
        """The point is the same afterwards, to the last bit."""
        x, A = _tiny_point(rng, 3), rng.uniform(1.0, 2.0, size=(2, 3))
        f = _on_vectors(x, lambda x: A @ (x + x**2))
        _assert_slopes(assert_keeps_inputs(learner.jacobian, f, x, 0.5), A * (1 + 2 * x))


class TestHessian:
    def test_of_a_quadratic(self, learner, rng):
        """The Hessian of ½ xᵀ A x + bᵀ x is A, off the diagonal and on it, wherever x is."""
        signs = rng.choice([-1.0, 1.0], size=(3, 3))
        upper = np.triu(signs * rng.integers(1, 6, size=(3, 3)))
        A, b, x = upper + upper.T, rng.normal(size=3), rng.normal(size=3)
        f = _on(x, lambda x: x @ A @ x / 2 + b @ x)
        _assert_curvature(learner.hessian(f, x), A)

    def test_agrees_with_calculus(self, learner):
        """It holds the second derivatives that calculus gives, the mixed ones too."""
        x = WAVY_POINT
        got = learner.hessian(_on(x, _wavy, KINDS_OF_NUMBER), x)
        _assert_curvature(got, _wavy_curvature(x))

    def test_is_symmetric_to_the_last_bit(self, learner):
        """Entries (i, j) and (j, i) are the same number, to the last bit."""
        # Numbers for which all usual formulas, taken twice, round differently in many pairs.
        count = np.arange(1, 7)
        x, a = np.sin(19.5 * count), 0.5 + (9.27 * count) % 1
        H = np.asarray(learner.hessian(_on(x, lambda x: np.exp(a @ x)), x, 0.7))
        assert_same(H, H.T)
        # A symmetric table alone proves nothing: it must be the Hessian, too.
        x, b = x[:2], a[:2]
        H = learner.hessian(_on(x, lambda x: np.exp(b @ x)), x)
        _assert_curvature(H, np.exp(b @ x) * np.outer(b, b))

    def test_differences_are_central(self, learner, rng):
        """The differences are central: for a cubic they are right whatever the step."""
        x = _point(rng, 3)
        f = _on(x, lambda x: x[0] ** 3 + 2 * x[0] ** 2 * x[1] + x[0] * x[1] * x[2] + x[2] ** 3)
        truth = [
            [6 * x[0] + 4 * x[1], 4 * x[0] + x[2], x[1]],
            [4 * x[0] + x[2], 0.0, x[0]],
            [x[1], x[0], 6 * x[2]],
        ]
        _assert_curvature(learner.hessian(f, x, 0.5), truth)

    def test_is_accurate_without_a_given_step(self, learner):
        """Without h the step is small enough for a sharp curve, and not so small that f rounds."""
        x = np.array([0.7, 2.2]) / 30.0
        f = _on(x, lambda x: 1e3 + np.sin(30.0 * x[0]) + np.sin(30.0 * x[1]))
        truth = np.diag(-900.0 * np.sin(30.0 * x))
        _assert_curvature(learner.hessian(f, x), truth)

    def test_uses_the_given_step(self, learner, rng):
        """A given h is used for every entry, as it is: a large one shows, wherever x lies."""
        a = rng.uniform(2.0, 3.0, size=2)
        results = []
        for shift in (0.0, 20.0):
            x = np.full(2, shift)
            f = _on(x, lambda x, shift=shift: np.exp(a @ (x - shift)))
            results.append(np.asarray(learner.hessian(f, x, h=0.5)))
        _assert_curvature(learner.hessian(f, x, 0.001), np.outer(a, a))
        _assert_curvature(results[1], results[0])
        # How much it shows depends on the formula; that it does, by more than rounding, does not.
        if not np.all(np.abs(results[0] / np.outer(a, a) - 1) > 1e-3):
            raise Mismatch("the result does not depend on the given h")

    def test_one_variable(self, learner, rng):
        """For one variable it is a table of one entry."""
        x = _point(rng, 1)
        f = _on(x, lambda x: np.exp(2.0 * x[0]))
        _assert_curvature(learner.hessian(f, x, 1e-3), [[4.0 * np.exp(2.0 * x[0])]])

    def test_flat_and_steep_functions(self, learner, rng):
        """It is as accurate for a flat function as for a steep one."""
        x = _point(rng, 2)
        for scale in (1e-8, 1e8):
            f = _on(x, lambda x, scale=scale: scale * (np.exp(x[0]) + 3 * x[0] * x[1] ** 2))
            truth = scale * np.array([[np.exp(x[0]), 6 * x[1]], [6 * x[1], 6 * x[0]]])
            assert_close(learner.hessian(f, x), truth, rtol=1e-4, atol=1e-5 * scale)

    def test_keeps_x(self, learner, rng):
        """The point is the same afterwards, to the last bit."""
        x = _tiny_point(rng, 2)
        f = _on(x, lambda x: np.sum(x) ** 2)
        _assert_curvature(assert_keeps_inputs(learner.hessian, f, x, 0.5), np.full((2, 2), 2.0))


class TestDirectionalDerivative:
    def test_agrees_with_calculus(self, learner):
        """It is the gradient's inner product with the direction of v, at length 1."""
        x = WAVY_POINT
        f, slopes = _on(x, _wavy, KINDS_OF_NUMBER), _wavy_slopes(x)
        for v in (np.array([1.0, -0.5, -2.0, 0.7]), np.array([-3.0, 0.0, 4.0, 0.0])):
            truth = slopes @ v / np.linalg.norm(v)
            got = learner.directional_derivative(f, x, v)
            assert_close(got, truth, rtol=1e-6, atol=1e-7 * np.linalg.norm(slopes))

    def test_length_does_not_count(self, learner, rng):
        """A long or a very short v in the same direction gives the same slope."""
        x, v = _point(rng), rng.uniform(1.0, 2.0, size=4)
        slopes, centre = np.array([3.0, 1.0, 2.0, 1.0]), x.copy()
        f = _on(x, lambda x: slopes @ (x - centre) + np.sum((x - centre) ** 3))
        truth = slopes @ v / np.linalg.norm(v)
        for length in (1.0, 1e-11, 1e-40, 1e6, 1e-3):
            assert_close(learner.directional_derivative(f, x, length * v), truth, rtol=1e-6)

    def test_opposite_direction(self, learner, rng):
        """Uphill one way is downhill the other way, and level is 0."""
        x = _point(rng, 3)
        f = _on(x, lambda x: np.sum(x**2) / 2)
        length = np.linalg.norm(x)
        assert_close(learner.directional_derivative(f, x, 3 * x), length, rtol=1e-6)
        assert_close(learner.directional_derivative(f, x, -2 * x), -length, rtol=1e-6)
        level = np.array([x[1], -x[0], 0.0])
        assert_close(learner.directional_derivative(f, x, level), 0.0, atol=1e-6)

    def test_uses_the_given_step(self, learner, rng):
        """A given h is how far to go to each side, whatever the length of v and wherever x is."""
        a = rng.uniform(1.0, 2.0)
        for i, length in enumerate((3.0, 0.2, -7.0)):
            x, v = 5 * _point(rng, 3), np.zeros(3)
            v[i] = length
            centre = x.copy()
            f = _on(x, lambda x, c=centre: a * np.sum((x - c) ** 3) + np.sum(x * x))
            for h, got in (
                (0.5, learner.directional_derivative(f, x, v, 0.5)),
                (2.0, learner.directional_derivative(f, x, v, h=2.0)),
            ):
                truth = np.sign(length) * (a * h**2 + 2 * x[i])
                assert_close(got, truth, rtol=EXACT)

    def test_is_accurate_without_a_given_step(self, learner, rng):
        """Without h the step is small enough for a sharp curve, and not so small that f rounds."""
        x = _steep_point(rng, 60.0)
        f = _on(x, lambda x: 1e5 + np.sum(np.sin(60.0 * x)))
        # Several directions: along one, too small a step might round to the right slope by luck.
        for v in rng.uniform(1.0, 2.0, size=(3, 3)):
            truth = 60.0 * np.cos(60.0 * x) @ v / np.linalg.norm(v)
            assert_close(learner.directional_derivative(f, x, v), truth, rtol=1e-6)

    def test_refuses_the_zero_vector(self, learner, rng):
        """A zero vector points nowhere; one of tiny entries, or that sums to 0, is not zero."""
        x = _point(rng, 3)
        f = _on(x, lambda x: x[0] + 4.0 * x[1])
        root = np.sqrt(2.0)
        short = ([1e-9, 0.0, 0.0], 1.0), ([0.0, -1e-30, 0.0], -4.0)
        for v, truth in (*short, ([2.0, -2.0, 0.0], -3 / root)):
            got = learner.directional_derivative(f, x, np.array(v))
            assert_close(got, truth, rtol=1e-6)
        for n in (3, 1):
            with pytest.raises(ValueError):
                learner.directional_derivative(_on(x[:n], np.sum), x[:n], np.zeros(n))

    def test_keeps_inputs(self, learner, rng):
        """The point and the direction are the same afterwards, to the last bit."""
        x, v = _tiny_point(rng, 3), rng.uniform(1.0, 2.0, size=3)
        f = _on(x, lambda x: np.sum(x + x**2))
        got = assert_keeps_inputs(learner.directional_derivative, f, x, v, 0.5)
        assert_close(got, (1 + 2 * x) @ v / np.linalg.norm(v), rtol=1e-6)


def _checked_point(rng):
    """Return a point where the second slope of `_gradient_times` is by far the largest."""
    return np.array([1.0, -1.0, 1.0]) * rng.uniform(0.9, 1.1, size=3)


def _gradient_times(x, factors):
    """Return a function and its gradient, whose entries are off by these factors."""

    def slopes(x):
        return np.array([3.0 * x[0] ** 2, -2.0 * np.exp(-2.0 * x[1]), 5.0 * x[2] ** 4])

    f = _on(x, lambda x: x[0] ** 3 + np.exp(-2.0 * x[1]) + x[2] ** 5)
    return f, _on_vectors(x, lambda x: np.array(factors) * slopes(x))


class TestGradientError:
    def test_is_tiny_for_a_right_gradient(self, learner, rng):
        """A right gradient has an error near 0, and never below; a wrong one does not."""
        x = _checked_point(rng)
        f, right = _gradient_times(x, [1.0, 1.0, 1.0])
        error = learner.gradient_error(f, right, x)
        assert_close(error, 0.0, atol=1e-8)
        if np.min(error) < 0:
            raise Mismatch("the result is negative: an error never is")
        f, wrong = _gradient_times(x, [1.25, 1.0, 1.0])
        assert_close(learner.gradient_error(f, wrong, x), 0.2, rtol=1e-4)

    def test_is_relative_to_the_larger_one(self, learner, rng):
        """The difference is divided by the larger magnitude of the two, be it a or n."""
        x = _checked_point(rng)
        for factors, truth in (
            ([1.25, 1.0, 1.0], 0.2),
            ([1.0, 1.25, 1.0], 0.2),
            ([1.0, 1.0, 0.75], 0.25),
            ([1.0, 0.0, 1.0], 1.0),
            ([-0.5, 1.0, 1.0], 1.5),
            ([1.0, -4.0, 1.0], 1.25),
        ):
            f, grad_f = _gradient_times(x, factors)
            assert_close(learner.gradient_error(f, grad_f, x), truth, rtol=1e-4)

    def test_is_the_worst_entry(self, learner, rng):
        """The worst entry counts, not the mean, the sum or the last one."""
        x = _checked_point(rng)
        cases = (([1.25, 0.4, 0.9], 0.6), ([0.4, 1.25, 1.0], 0.6), ([0.9, -1.0, 0.4], 2.0))
        for factors, truth in cases:
            f, grad_f = _gradient_times(x, factors)
            assert_close(learner.gradient_error(f, grad_f, x), truth, rtol=1e-4)

    def test_small_entries_count_as_much(self, learner, rng):
        """Each entry is compared to its own size: a small one that is wrong stands out."""
        x = _point(rng, 3)
        scales = np.array([1e2, 1e-2, 1.0])
        f = _on(x, lambda x: scales @ x)
        for first in (1.0, 1.25):
            wrong = _on_vectors(x, lambda x, first=first: scales * np.array([first, 0.7, 1.0]))
            assert_close(learner.gradient_error(f, wrong, x), 0.3, rtol=1e-4)

    def test_entries_around_zero(self, learner, rng):
        """Where both are 0 the error is 0, and tiny ones are divided by at least 1e-8."""
        x = _point(rng, 2)
        f = _on(x, lambda x: 2.0 * x[1])
        for entry, truth in ((0.0, 0.0), (1e-9, 0.1), (-4e-9, 0.4), (3e-8, 1.0)):
            grad_f = _on_vectors(x, lambda x, entry=entry: np.array([entry, 2.0]))
            got = learner.gradient_error(f, grad_f, x)
            assert_close(got, truth, rtol=1e-4, atol=1e-7)
        flat = _on(x[:1], lambda x: 1.0)
        for entry, truth in ((0.0, 0.0), (2e-9, 0.2)):
            grad_f = _on_vectors(x[:1], lambda x, entry=entry: np.array([entry]))
            got = learner.gradient_error(flat, grad_f, x[:1])
            assert_close(got, truth, rtol=1e-4, atol=1e-7)

    def test_uses_the_given_step(self, learner, rng):
        """The comparison is with the central difference of the given h: a large one shows."""
        for size in (1.0, 6.0):
            x = size * rng.uniform(0.5, 1.5, size=2)
            f = _on(x, lambda x: x[0] ** 3 + 1000 * x[1] ** 2)
            grad_f = _on_vectors(x, lambda x: np.array([3 * x[0] ** 2, 2000 * x[1]]))
            for h, got in (
                (0.5, learner.gradient_error(f, grad_f, x, 0.5)),
                (2.0, learner.gradient_error(f, grad_f, x, h=2.0)),
            ):
                assert_close(got, h**2 / (3 * x[0] ** 2 + h**2), rtol=1e-4)

    def test_keeps_x(self, learner, rng):
        """The point is the same afterwards, to the last bit."""
        x = _tiny_point(rng, 2)
        f = _on(x, lambda x: np.sum(x + x**2))
        grad_f = _on_vectors(x, lambda x: 1.5 * (1 + 2 * x))
        got = assert_keeps_inputs(learner.gradient_error, f, grad_f, x, 0.5)
        assert_close(got, 1 / 3, rtol=1e-4)
