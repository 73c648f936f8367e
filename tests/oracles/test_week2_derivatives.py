"""Compare week 2's numerical derivatives with scipy's, and with derivatives known by hand."""

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same

optimize = pytest.importorskip("scipy.optimize", reason="scipy is the oracle of derivatives")

# scipy minimises these functions; their gradients and Hessians were derived by hand there.
X = np.array([1.3, 0.7, -0.8, 1.9])


def test_gradient_agrees_with_scipy(solutions):
    """The gradient of Rosenbrock's function is the one that scipy has by hand."""
    truth = optimize.rosen_der(X)
    assert_close(solutions.gradient(optimize.rosen, X), truth, rtol=1e-6)
    for i in range(4):
        assert_close(solutions.partial_derivative(optimize.rosen, X, i), truth[i], rtol=1e-6)


def test_hessian_agrees_with_scipy(solutions):
    """The Hessian of Rosenbrock's function is the one that scipy has by hand."""
    H = solutions.hessian(optimize.rosen, X)
    truth = optimize.rosen_hess(X)
    assert_close(H, truth, rtol=1e-4, atol=1e-4)
    assert_same(H, H.T)


def test_jacobian_of_a_gradient_is_the_hessian(solutions):
    """The Jacobian of the exact gradient is the exact Hessian."""
    truth = optimize.rosen_hess(X)
    assert_close(solutions.jacobian(optimize.rosen_der, X), truth, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("h", [0.5, 0.1, 1e-5])
def test_steps_agree_with_scipy(solutions, h):
    """With any step the result is scipy's three-point difference with that same step."""
    approx = optimize._numdiff.approx_derivative

    def f(x):
        return np.array([np.exp(x[0]) * x[1], x[2] ** 3, np.sin(x @ x)])

    truth = approx(f, X[:3], method="3-point", abs_step=h)
    assert_close(solutions.jacobian(f, X[:3], h), truth, rtol=1e-9, atol=1e-9)


def test_directional_derivative_agrees_with_scipy(solutions):
    """It is scipy's exact gradient times the unit vector."""
    v = np.array([1.0, -2.0, 0.5, 4.0])
    truth = optimize.rosen_der(X) @ v / np.linalg.norm(v)
    assert_close(solutions.directional_derivative(optimize.rosen, X, v), truth, rtol=1e-6)


def test_gradient_error_knows_right_from_wrong(solutions):
    """Scipy's gradient passes the check, and the same with one entry doubled does not."""
    assert solutions.gradient_error(optimize.rosen, optimize.rosen_der, X) < 1e-7

    def wrong(x):
        return optimize.rosen_der(x) * np.array([1.0, 1.0, 2.0, 1.0])

    assert_close(solutions.gradient_error(optimize.rosen, wrong, X), 0.5, rtol=1e-6)
