"""Compare week 1's matrices with numpy and scipy, which others wrote."""

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_orthonormal_rows,
    assert_same_subspace,
    assert_same_up_to_sign,
)

scipy_linalg = pytest.importorskip("scipy.linalg", reason="scipy is the oracle of elimination")
linear_model = pytest.importorskip(
    "sklearn.linear_model", reason="scikit-learn is the oracle of ridge regression"
)


@pytest.fixture(params=[1, 2, 3, 7, 30])
def square(request):
    """Return a random square matrix."""
    return np.random.default_rng(request.param).normal(size=(request.param, request.param))


def test_products_agree_with_numpy(solutions):
    """The product is numpy's, and the transpose too, in a fresh array."""
    rng = np.random.default_rng(1)
    A, B = rng.normal(size=(4, 6)), rng.normal(size=(6, 3))
    assert_close(solutions.matmul(A, B), A @ B)
    assert_close(solutions.transpose(A), A.T)
    assert not np.shares_memory(solutions.transpose(A), A)


def test_elimination_agrees_with_scipy(solutions, square):
    """Solutions, inverse and determinant are those of LAPACK."""
    B = np.random.default_rng(2).normal(size=(len(square), 4))
    assert_close(solutions.solve(square, B), scipy_linalg.solve(square, B), atol=1e-10)
    assert_close(solutions.solve(square, B[:, 0]), scipy_linalg.solve(square, B[:, 0]), atol=1e-10)
    assert_close(solutions.inverse(square), scipy_linalg.inv(square), atol=1e-10)
    assert_close(solutions.determinant(square), scipy_linalg.det(square))


@pytest.mark.parametrize("size", [1e-20, 1e-8, 1e20])
def test_elimination_at_other_scales(solutions, size):
    """Scaling a matrix changes nothing but the scale."""
    A = size * np.random.default_rng(3).normal(size=(6, 6))
    b = np.arange(1.0, 7.0)
    assert_close(solutions.solve(A, b), scipy_linalg.solve(A, b))
    assert_close(solutions.inverse(A), scipy_linalg.inv(A))
    assert_close(solutions.determinant(A), scipy_linalg.det(A), atol=0.0)


def test_a_hilbert_matrix(solutions):
    """On a badly conditioned matrix the inverse is as good as the condition number allows."""
    A, truth = scipy_linalg.hilbert(6), scipy_linalg.invhilbert(6)
    assert_close(solutions.inverse(A), truth, rtol=1e-7)
    assert_close(solutions.determinant(A), 1 / 186313420339200000, rtol=1e-7, atol=0.0)


@pytest.mark.parametrize("k", [1, 3, 6])
def test_project_agrees_with_least_squares(solutions, k):
    """The projection is what least squares fits."""
    rng = np.random.default_rng(k)
    v, basis = rng.normal(size=6), rng.normal(size=(k, 6))
    coefficients = scipy_linalg.lstsq(basis.T, v)[0]
    assert_close(solutions.project(v, basis), coefficients @ basis, atol=1e-10)


@pytest.mark.parametrize("shape", [(1, 4), (3, 5), (5, 5), (8, 3)])
def test_gram_schmidt_agrees_with_qr(solutions, shape):
    """For independent rows it is the thin QR decomposition, up to signs."""
    V = np.random.default_rng(shape[0]).normal(size=shape)
    Q, _ = scipy_linalg.qr(V.T, mode="economic")
    got = solutions.gram_schmidt(V)
    assert_same_up_to_sign(got, Q.T)
    assert_close(got[0], V[0] / np.linalg.norm(V[0]))


def test_gram_schmidt_of_rows_that_depend(solutions):
    """Of dependent rows it keeps as many as the rank, and their span."""
    rng = np.random.default_rng(5)
    V = rng.normal(size=(7, 3)) @ rng.normal(size=(3, 6))
    got = solutions.gram_schmidt(V)
    assert_orthonormal_rows(got)
    assert got.shape == (3, 6)
    assert_same_subspace(got, scipy_linalg.orth(V.T).T)


def test_gram_schmidt_of_a_hilbert_matrix(solutions):
    """Rows that are nearly dependent come out orthonormal."""
    got = solutions.gram_schmidt(scipy_linalg.hilbert(7))
    assert got.shape == (7, 7)
    assert_orthonormal_rows(got, atol=1e-14)


@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (9, 3), (40, 7)])
def test_least_squares_agrees_with_scipy(solutions, shape):
    """The weights are those of LAPACK, also at a condition number of 1e6."""
    rng = np.random.default_rng(shape[0])
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    assert_close(solutions.least_squares(X, y), scipy_linalg.lstsq(X, y)[0], atol=1e-10)
    U, _, Vt = scipy_linalg.svd(X, full_matrices=False)
    X = U * np.geomspace(1.0, 1e-6, shape[1]) @ Vt
    y = X @ np.ones(shape[1]) + 1e-5 * y
    assert_close(solutions.least_squares(X, y), scipy_linalg.lstsq(X, y)[0], rtol=1e-6)


@pytest.mark.parametrize("shape", [(9, 3), (4, 4), (3, 8)])
@pytest.mark.parametrize("penalty", [0.01, 1.0, 50.0])
def test_ridge_agrees_with_scikit_learn(solutions, shape, penalty):
    """The weights are those of a ridge regression without an intercept."""
    rng = np.random.default_rng(shape[0])
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    oracle = linear_model.Ridge(alpha=penalty, fit_intercept=False, solver="svd").fit(X, y)
    assert_close(solutions.ridge(X, y, penalty), oracle.coef_, atol=1e-10)
