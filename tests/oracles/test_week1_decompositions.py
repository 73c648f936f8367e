"""Compare week 1's decompositions with numpy, scipy and scikit-learn, which others wrote."""

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, assert_same_up_to_sign

sklearn_decomposition = pytest.importorskip(
    "sklearn.decomposition", reason="scikit-learn is the oracle of PCA"
)
scipy_linalg = pytest.importorskip("scipy.linalg", reason="scipy is the oracle of eigenvalues")


@pytest.fixture(params=[(40, 6), (8, 20), (9, 9)], ids=["tall", "wide", "square"])
def data(request):
    """Return random data whose columns have different spreads and means."""
    n, d = request.param
    rng = np.random.default_rng(n)
    return rng.normal(size=(n, d)) * np.linspace(1, 4, d) + 5.0 * rng.normal(size=d)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_power_iteration_agrees_with_scipy(solutions, sign):
    """The dominant pair is that of scipy's full decomposition, also where it is negative."""
    M = np.random.default_rng(3).normal(size=(8, 8))
    A = sign * (M @ M.T)
    values, vectors = scipy_linalg.eigh(A)
    dominant = np.argmax(np.abs(values))
    value, vector = solutions.power_iteration(A)
    assert_close(value, values[dominant])
    assert_same_up_to_sign(vector, vectors[:, dominant])


def test_covariance_agrees_with_numpy(solutions, data):
    """The covariance is that of numpy."""
    assert_close(solutions.covariance(data), np.cov(data.T))


def test_pca_agrees_with_scikit_learn(solutions, data):
    """Components, variances, ratios, coordinates and reconstructions are scikit-learn's."""
    oracle = sklearn_decomposition.PCA(n_components=3, svd_solver="full").fit(data)
    components, variance = solutions.pca(data, 3)
    assert_same_up_to_sign(components, oracle.components_)
    assert_close(variance, oracle.explained_variance_)
    mean, components = oracle.mean_, oracle.components_
    coordinates = solutions.pca_transform(data, mean, components)
    assert_close(coordinates, oracle.transform(data), atol=1e-10)
    rebuilt = solutions.pca_reconstruct(coordinates, mean, components)
    assert_close(rebuilt, oracle.inverse_transform(oracle.transform(data)), atol=1e-10)


def test_all_ratios_agree_with_scikit_learn(solutions, data):
    """There are as many ratios as scikit-learn gives, and they are the same."""
    oracle = sklearn_decomposition.PCA(svd_solver="full").fit(data)
    assert_close(solutions.explained_variance_ratio(data), oracle.explained_variance_ratio_)
    _, variance = solutions.pca(data, min(data.shape))
    assert_close(variance, oracle.explained_variance_, atol=1e-10)


@pytest.mark.parametrize("rank", [0, 1, 4, 8])
def test_low_rank_agrees_with_scipy(solutions, data, rank):
    """Its distance to the matrix is the one that scipy's singular values give."""
    rank = min(rank, *data.shape)
    U, s, Vt = scipy_linalg.svd(data, full_matrices=False)
    truth = U[:, :rank] @ np.diag(s[:rank]) @ Vt[:rank]
    assert_close(solutions.low_rank(data, rank), truth, atol=1e-10)
    error = np.linalg.norm(data - truth) / np.linalg.norm(data)
    assert_close(solutions.low_rank_error(data, rank), error, atol=1e-12)


def test_rank_16_misses_most_of_a_random_matrix(solutions):
    """The share that the docstring of low_rank_error states for a random 768 x 768 matrix."""
    W = np.random.default_rng(0).normal(size=(768, 768))
    assert_close(solutions.low_rank_error(W, 16), 0.96, rtol=0.0, atol=0.005)


def test_lora_forward_is_the_merged_layer(solutions):
    """The detour through the rank is the layer with the merged weight."""
    rng = np.random.default_rng(5)
    x, W = rng.normal(size=(2, 3, 32)), rng.normal(size=(48, 32))
    A, B = rng.normal(size=(4, 32)), rng.normal(size=(48, 4))
    truth = np.einsum("...i,oi->...o", x, W + 8.0 / 4 * (B @ A))
    assert_close(solutions.lora_forward(x, W, A, B, alpha=8.0), truth)
    assert solutions.lora_parameter_count(48, 32, 4) == A.size + B.size


def test_condition_number_agrees_with_numpy(solutions, data):
    """The condition number is that of numpy, which is the one for singular values too."""
    assert_close(solutions.condition_number(data), np.linalg.cond(data))
    assert solutions.condition_number(scipy_linalg.hilbert(6)) > 1e7
    assert_close(
        solutions.condition_number(scipy_linalg.hilbert(6)),
        np.linalg.cond(scipy_linalg.hilbert(6)),
    )


def test_quantization_takes_the_nearest_step(solutions, rng):
    """No other whole number of steps is nearer to a weight, and what comes back is within half."""
    W = rng.normal(size=(6, 50)) * np.geomspace(1e-3, 1e3, 6)[:, np.newaxis]
    q, scale = solutions.quantize_int8(W)
    assert q.dtype == np.int8
    steps = np.arange(-127, 128)
    distances = np.abs(W[..., np.newaxis] - steps * scale[:, np.newaxis, np.newaxis])
    assert_same(q, steps[np.argmin(distances, axis=-1)])
    error = np.abs(solutions.dequantize(q, scale) - W)
    assert np.all(error <= 0.5 * (1 + 1e-12) * scale[:, np.newaxis])
