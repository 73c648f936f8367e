from fractions import Fraction

import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    assert_same,
    assert_within,
    no_floating_point_warnings,
    unpack,
)

SHAPES = ((6,), (1,), (2, 3), (3, 1), (2, 3, 2))
PARAMETERS = ((0.7, 2.5), (-3.0, 0.4), (12.5, 30.0))  # means and standard deviations


def _density(x, mu, sigma):
    variance = sigma * sigma
    return np.exp(-((x - mu) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def _log_density(x, mu, sigma):
    return -0.5 * np.log(2 * np.pi) - np.log(sigma) - ((x - mu) / sigma) ** 2 / 2


class TestGaussianPdf:
    def test_standard_normal(self, learner, rng):
        """Without a mean and a deviation it is the standard normal density."""
        x = np.concatenate([rng.normal(size=6), [0.0, 3.0, -3.0]])
        assert_close(learner.gaussian_pdf(x), np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))

    def test_mean_and_deviation(self, learner, rng):
        """It is right for any mean and deviation, given by name or by position."""
        for mu, sigma in PARAMETERS:
            x = mu + 2 * sigma * rng.normal(size=5)
            truth = _density(x, mu, sigma)
            assert_close(learner.gaussian_pdf(x, mu, sigma), truth)
            assert_close(learner.gaussian_pdf(x, sigma=sigma, mu=mu), truth)
        x = rng.normal(size=4)
        assert_close(learner.gaussian_pdf(x, mu=1.5), _density(x, 1.5, 1.0))
        assert_close(learner.gaussian_pdf(x, sigma=0.5), _density(x, 0.0, 0.5))

    def test_is_a_density(self, learner, rng):
        """Its area is 1, and sigma² is its variance, for a narrow bell as for a wide one."""
        for sigma in (0.05, 1.0, 8.0):
            mu = float(rng.uniform(-5.0, 5.0))
            x, width = np.linspace(mu - 12 * sigma, mu + 12 * sigma, 241, retstep=True)
            # For a bell curve a sum over a fine grid is as good as the integral.
            weights = width * np.asarray(learner.gaussian_pdf(x, mu, sigma))
            assert_close(np.sum(weights), 1.0, what="the area")
            assert_close(np.sum(weights * (x - mu) ** 2), sigma**2, what="the variance")

    def test_narrow_bells(self, learner, rng):
        """A tiny deviation is a deviation too: the density is then very high."""
        z = rng.uniform(-2.0, 2.0, size=4)
        for sigma in (1e-3, 1e-9, 1e-20):
            truth = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / sigma
            assert_close(learner.gaussian_pdf(sigma * z, 0.0, sigma), truth)

    def test_tails(self, learner, rng):
        """In the tails the density is tiny, but neither 0 nor cut off."""
        z = np.array([6.0, -9.0, 15.0, -20.0, 28.0, -36.0]) + rng.uniform(-0.5, 0.5, size=6)
        for mu, sigma in ((0.0, 1.0), (2.0, 0.5)):
            x = mu + sigma * z
            assert_close(learner.gaussian_pdf(x, mu, sigma), _density(x, mu, sigma), atol=0.0)

    def test_any_shape(self, learner, rng):
        """The result has the shape of x, whatever that is."""
        for shape in SHAPES:
            x = 3 * rng.normal(size=shape)
            assert_close(learner.gaussian_pdf(x, 0.5, 2.0), _density(x, 0.5, 2.0))

    def test_refuses_a_bad_sigma(self, learner, rng):
        """A deviation of 0 or below is an error; a small positive one is not."""
        x = np.array([0.0, *rng.uniform(0.005, 0.02, size=2)])
        for sigma in (0.0, -1.0, -0.01):
            assert_close(learner.gaussian_pdf(x, 0.0, 0.01), _density(x, 0.0, 0.01))
            with pytest.raises(ValueError):
                learner.gaussian_pdf(x, 0.0, sigma)

    def test_keeps_x(self, learner, rng):
        """The array is the same afterwards."""
        for shape, mu, sigma in (((4,), 0.0, 1.0), ((2, 3), -1.5, 2.0)):
            x = rng.normal(size=shape)
            got = assert_keeps_inputs(learner.gaussian_pdf, x, mu, sigma)
            assert_close(got, _density(x, mu, sigma))


class TestGaussianLogPdf:
    def test_standard_normal(self, learner, rng):
        """Without a mean and a deviation it is the log of the standard normal density."""
        x = np.concatenate([rng.normal(size=6), [0.0, 3.0, -3.0]])
        assert_close(learner.gaussian_log_pdf(x), -0.5 * x**2 - 0.5 * np.log(2 * np.pi))

    def test_mean_and_deviation(self, learner, rng):
        """It is right for any mean and deviation, given by name or by position."""
        for mu, sigma in PARAMETERS:
            x = mu + 2 * sigma * rng.normal(size=5)
            truth = np.log(_density(x, mu, sigma))
            assert_close(learner.gaussian_log_pdf(x, mu, sigma), truth)
            assert_close(learner.gaussian_log_pdf(x, sigma=sigma, mu=mu), truth)
        x = rng.normal(size=4)
        assert_close(learner.gaussian_log_pdf(x, mu=1.5), np.log(_density(x, 1.5, 1.0)))
        assert_close(learner.gaussian_log_pdf(x, sigma=0.5), np.log(_density(x, 0.0, 0.5)))

    def test_where_the_density_underflows(self, learner, rng):
        """It is finite and right where the density is too small for a float, on both sides."""
        # Between 37 and 40 the density keeps a few digits only: no place to compare.
        z = np.array([30.0, -36.5, 40.5, -45.0, 300.0, -5e3])
        z += rng.uniform(-0.5, 0.5, size=6)
        for mu, sigma in ((0.0, 1.0), (4.0, 0.2), (-3.0, 6.0)):
            x = mu + sigma * z
            assert_close(learner.gaussian_log_pdf(x, mu, sigma), _log_density(x, mu, sigma))

    def test_a_million_deviations_away(self, learner, rng):
        """It is right a million standard deviations away, beside entries that are near."""
        for mu, sigma in ((0.0, 1.0), (2.0, 3.0), (-7.0, 0.01)):
            near = rng.normal(size=2)
            z = np.array([near[0], 1e6, near[1], -1e6])
            truth = -0.5 * z**2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)
            got = np.asarray(learner.gaussian_log_pdf(mu + sigma * z, mu, sigma))
            assert_close(got, truth, rtol=1e-8)
            assert_close(got[[0, 2]], truth[[0, 2]], rtol=1e-8)

    def test_tiny_and_huge_deviations(self, learner, rng):
        """A log density may be positive, and the log of the deviation is exact for tiny ones."""
        z = rng.uniform(-2.0, 2.0, size=4)
        for sigma in (1e-6, 1e-20, 0.2, 1e8):
            truth = -0.5 * z**2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)
            assert_close(learner.gaussian_log_pdf(sigma * z, 0.0, sigma), truth)

    def test_any_shape(self, learner, rng):
        """The result has the shape of x, whatever that is."""
        for shape in SHAPES:
            x = 3 * rng.normal(size=shape)
            assert_close(learner.gaussian_log_pdf(x, 0.5, 2.0), _log_density(x, 0.5, 2.0))

    def test_refuses_a_bad_sigma(self, learner, rng):
        """A deviation of 0 or below is an error; a small positive one is not."""
        x = np.array([0.0, *rng.uniform(0.005, 0.02, size=2)])
        for sigma in (0.0, -1.0, -0.01):
            assert_close(learner.gaussian_log_pdf(x, 0.0, 0.01), _log_density(x, 0.0, 0.01))
            with pytest.raises(ValueError):
                learner.gaussian_log_pdf(x, 0.0, sigma)

    def test_keeps_x(self, learner, rng):
        """The array is the same afterwards."""
        for shape, mu, sigma in (((4,), 0.0, 1.0), ((2, 3), -1.5, 2.0)):
            x = rng.normal(size=shape)
            got = assert_keeps_inputs(learner.gaussian_log_pdf, x, mu, sigma)
            assert_close(got, _log_density(x, mu, sigma))


def _exact_fit(x):
    """Return mean and deviation of the numbers as they are stored, without any rounding."""
    numbers = [Fraction(number) for number in x.tolist()]
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
    return float(mean), float(np.sqrt(float(variance)))


def _assert_fit(result, truth, mean_rtol=1e-9, sigma_rtol=1e-9):
    mean, sigma = unpack(result, "mean, sigma")
    assert_close(mean, truth[0], rtol=mean_rtol, what="the mean")
    assert_close(sigma, truth[1], rtol=sigma_rtol, what="sigma")


class TestGaussianMle:
    def test_mean(self, learner, rng):
        """The first result is the mean of the data, even where they are skewed."""
        for n in (3, 8, 25):
            x = np.exp(2 * rng.normal(size=n))
            mean, _ = unpack(learner.gaussian_mle(x), "mean, sigma")
            assert_close(mean, sum(x.tolist()) / n, what="the mean")

    def test_deviation(self, learner, rng):
        """The second result is the root of the mean squared distance, with n in the denominator."""
        for n, scale in ((4, 1.0), (9, 0.02), (30, 50.0)):
            x = 1.5 * scale + scale * rng.normal(size=n)
            _, sigma = unpack(learner.gaussian_mle(x), "mean, sigma")
            mean = sum(x.tolist()) / n
            variance = sum((number - mean) ** 2 for number in x.tolist()) / n
            assert_close(sigma, variance**0.5, what="sigma")

    def test_is_most_likely(self, learner, rng):
        """No other mean and deviation gives the data a higher likelihood."""
        x = rng.normal(2.0, 1.5, size=12)
        mean, sigma = unpack(learner.gaussian_mle(x), "mean, sigma")
        assert_close(mean, np.sum(x) / 12, what="the mean")
        assert_close(sigma, np.std(x), rtol=0.5, what="sigma")
        best = np.sum(_log_density(x, float(mean), float(sigma)))
        for shift, factor in ((0.01, 1.0), (-0.01, 1.0), (0.0, 1.01), (0.0, 0.99)):
            other = np.sum(_log_density(x, float(mean) + shift, factor * float(sigma)))
            if not best > other:
                raise Mismatch("a slightly different mean or deviation makes the data more likely")

    def test_two_numbers_or_one(self, learner, rng):
        """The deviation of two numbers is half their distance, that of a single one is 0."""
        a, b = rng.uniform(1.0, 2.0, size=2) * [1.0, -1.0]
        _assert_fit(learner.gaussian_mle(np.array([a, b])), ((a + b) / 2, (a - b) / 2))
        _assert_fit(learner.gaussian_mle(np.array([a])), (a, 0.0))

    def test_is_stable_far_from_zero(self, learner, rng):
        """It is stable: data around a billion, whose squares cancel, are fitted silently."""
        for level in (1e9, -1e9, 2e9):
            for n, spread in ((40, 1.0), (7, 5.0)):
                x = level + spread * rng.normal(size=n)
                with no_floating_point_warnings():
                    result = learner.gaussian_mle(x)
                # Each number carries an error of 1e-7 from its subtraction in a running mean.
                _assert_fit(result, _exact_fit(x), mean_rtol=1e-13, sigma_rtol=1e-6)

    def test_keeps_x(self, learner, rng):
        """The data are the same afterwards, in the same order."""
        x = rng.normal(3.0, 2.0, size=9)
        _assert_fit(assert_keeps_inputs(learner.gaussian_mle, x), _exact_fit(x))


def _bells(rng, shape):
    """Return means and variances of two bells in each place.

    No sum of variances is so large that 1e-8 beside it would be rounding.
    """
    means = 3.0 * rng.normal(size=(2, *shape))
    variances = rng.uniform(0.05, 0.75, size=(2, *shape)) * np.array([1.0, 4.0]).reshape(
        2, *[1] * len(shape)
    )
    return means[0], variances[0], means[1], variances[1]


def _product(mean1, var1, mean2, var2):
    """Return mean and variance as a step from the first bell towards the second one."""
    gain = var1 / (var1 + var2)
    return mean1 + gain * (mean2 - mean1), (1 - gain) * var1


def _assert_product(result, truth):
    mean, variance = unpack(result, "mean, variance")
    assert_close(mean, truth[0], what="the mean")
    assert_close(variance, truth[1], atol=0.0, what="the variance")


class TestProductOfGaussians:
    def test_variance(self, learner, rng):
        """Precisions add up, so the result is narrower than both, wherever the means are."""
        bells = _bells(rng, (5,))
        _, variance = unpack(learner.product_of_gaussians(*bells), "mean, variance")
        assert_close(variance, 1 / (1 / bells[1] + 1 / bells[3]), what="the variance")

    def test_mean(self, learner, rng):
        """The mean lies between both means, nearer to that of the narrower bell."""
        bells = _bells(rng, (5,))
        mean, _ = unpack(learner.product_of_gaussians(*bells), "mean, variance")
        assert_close(mean, _product(*bells)[0], what="the mean")

    def test_is_proportional_to_the_product(self, learner, rng):
        """Its density is the product of both densities, up to one factor for all x."""
        m1, v1, m2, v2 = (float(number) for number in _bells(rng, ()))
        result = learner.product_of_gaussians(m1, v1, m2, v2)
        mean, variance = unpack(result, "mean, variance")
        x = np.array([-1.0, 0.5, 2.0])
        both = _log_density(x, m1, v1**0.5) + _log_density(x, m2, v2**0.5)
        assert_within(variance, 0.0, excludes_low=True, what="the variance")
        assert_close(variance, v1 * v2 / (v1 + v2), what="the variance")
        assert_close(mean, _product(m1, v1, m2, v2)[0], what="the mean")
        alone = _log_density(x, float(mean), float(variance) ** 0.5)
        assert_close(np.diff(alone), np.diff(both), what="the log density, up to a constant,")

    def test_any_shape(self, learner, rng):
        """Numbers give two numbers, and arrays give arrays of the same shape, entry by entry."""
        numbers = [float(number) for number in _bells(rng, ())]
        _assert_product(learner.product_of_gaussians(*numbers), _product(*numbers))
        for shape in ((1,), (4,), (2, 3), (3, 1, 2)):
            bells = _bells(rng, shape)
            _assert_product(learner.product_of_gaussians(*bells), _product(*bells))

    def test_order_does_not_matter(self, learner, rng):
        """Prior and measurement may change places."""
        m1, v1, m2, v2 = _bells(rng, (4,))
        _assert_product(learner.product_of_gaussians(m2, v2, m1, v1), _product(m1, v1, m2, v2))

    def test_one_far_surer(self, learner, rng):
        """A bell that is a million times narrower decides nearly alone, on either side."""
        m1, v1, m2, v2 = _bells(rng, (3,))
        for factor in (1e-6, 1e6):
            bells = (m1, factor * v1, m2, v2)
            _assert_product(learner.product_of_gaussians(*bells), _product(*bells))

    def test_any_unit(self, learner, rng):
        """It is right for tiny and for huge variances, and for means far from 0."""
        m1, v1, m2, v2 = _bells(rng, (3,))
        mean, variance = _product(m1, v1, m2, v2)
        for scale in (1e-30, 1e-10, 1e10, 1e30):
            result = learner.product_of_gaussians(
                scale * m1, scale**2 * v1, scale * m2, scale**2 * v2
            )
            got_mean, got_variance = unpack(result, "mean, variance")
            assert_close(got_mean, scale * mean, atol=1e-9 * scale, what="the mean")
            assert_close(got_variance, scale**2 * variance, atol=0.0, what="the variance")
        result = learner.product_of_gaussians(m1 + 1e6, v1, m2 + 1e6, v2)
        _assert_product(result, (mean + 1e6, variance))

    def test_refuses_bad_variances(self, learner, rng):
        """One variance of 0 or below is an error, in any place of either argument."""
        for bad in (0.0, -0.5, -100.0):
            for place in (0, 1, 2):
                m1, v1, m2, v2 = _bells(rng, (3,))
                _assert_product(
                    learner.product_of_gaussians(m1, v1, m2, v2), _product(m1, v1, m2, v2)
                )
                wrong = v1.copy()
                wrong[place] = bad
                with pytest.raises(ValueError):
                    learner.product_of_gaussians(m1, wrong, m2, v2)
                with pytest.raises(ValueError):
                    learner.product_of_gaussians(m1, v2, m2, wrong)
        _assert_product(learner.product_of_gaussians(1.0, 1e-9, 2.0, 1e-9), (1.5, 5e-10))
        for variances in ((0.0, 1.0), (1.0, 0.0), (-1.0, 2.0), (2.0, -1.0), (-1.0, -2.0)):
            with pytest.raises(ValueError):
                learner.product_of_gaussians(1.0, variances[0], 2.0, variances[1])

    def test_keeps_inputs(self, learner, rng):
        """Means and variances are the same afterwards."""
        bells = _bells(rng, (4,))
        result = assert_keeps_inputs(learner.product_of_gaussians, *bells)
        _assert_product(result, _product(*bells))


def _covariance(rng, variances):
    """Return a full covariance matrix with these eigenvalues, symmetric to the last bit."""
    d = len(variances)
    axes, _ = np.linalg.qr(rng.normal(size=(d, d)))
    cov = axes @ np.diag(variances) @ axes.T
    return (cov + cov.T) / 2


def _log_density_nd(x, mean, cov):
    """Return the log density by way of a triangular factor, one point at a time."""
    L = np.linalg.cholesky(cov)
    constant = len(mean) / 2 * np.log(2 * np.pi) + sum(np.log(np.diag(L)).tolist())
    residuals = [np.linalg.solve(L, point - mean) for point in x]
    return np.array([-constant - np.sum(r * r) / 2 for r in residuals])


def _assert_log_densities(got, truth):
    """Compare with room for the covariance's condition, whichever way it is taken apart."""
    assert_close(got, truth, rtol=1e-7, atol=1e-7)


class TestMultivariateGaussianLogPdf:
    def test_one_dimension(self, learner, rng):
        """In one dimension it is the usual bell, with cov holding the variance."""
        for mu, sigma in PARAMETERS:
            x = mu + sigma * rng.normal(size=(4, 1))
            cov = np.array([[sigma**2]])
            got = learner.multivariate_gaussian_log_pdf(x, np.array([mu]), cov)
            _assert_log_densities(got, _log_density(x[:, 0], mu, sigma))

    def test_independent_features(self, learner, rng):
        """With a diagonal covariance the log densities of the features add up."""
        sigma, mean = rng.uniform(0.3, 3.0, size=3), rng.normal(size=3)
        x = mean + sigma * rng.normal(size=(5, 3))
        truth = sum(_log_density(x[:, j], mean[j], sigma[j]) for j in range(3))
        got = learner.multivariate_gaussian_log_pdf(x, mean, np.diag(sigma**2))
        assert_close(got, truth, rtol=2e-8, atol=2e-8)

    def test_tilted_ellipses(self, learner, rng):
        """Covariances off the diagonal count, for any numbers of points and features."""
        for n, d in ((6, 2), (2, 4), (3, 3), (4, 4), (1, 3), (5, 1)):
            cov = _covariance(rng, rng.uniform(0.2, 5.0, size=d))
            mean = 2 * rng.normal(size=d)
            x = mean + 2 * rng.normal(size=(n, d))
            got = learner.multivariate_gaussian_log_pdf(x, mean, cov)
            assert_close(got, _log_density_nd(x, mean, cov), rtol=2e-8, atol=2e-8)

    def test_far_points(self, learner, rng):
        """It is finite and right where the density itself is too small for a float."""
        cov, mean = _covariance(rng, [0.5, 2.0, 3.0]), rng.normal(size=3)
        x = mean + np.array([[1.0], [60.0], [-1e4]]) * rng.uniform(1.0, 2.0, size=(3, 3))
        got = learner.multivariate_gaussian_log_pdf(x, mean, cov)
        _assert_log_densities(got, _log_density_nd(x, mean, cov))
        _assert_log_densities(np.asarray(got)[0], _log_density_nd(x[:1], mean, cov)[0])

    def test_two_hundred_dimensions(self, learner, rng):
        """In 200 dimensions it is right, though the determinant is beyond the range of floats."""
        variances = rng.uniform(0.5, 20.0, size=200)
        for scale in (1e-4, 1e30):
            cov = _covariance(rng, scale * variances)
            mean = rng.normal(size=200)
            x = mean + np.sqrt(scale) * rng.normal(size=(3, 200))
            got = learner.multivariate_gaussian_log_pdf(x, mean, cov)
            _assert_log_densities(got, _log_density_nd(x, mean, cov))

    def test_features_of_different_scales(self, learner, rng):
        """It is right where the determinant underflows or overflows at any scale of the whole."""
        variances = np.logspace(-6.0, 0.0, 200)
        for scale in (1.0, 1e6):
            cov = _covariance(rng, scale * variances)
            x = rng.multivariate_normal(np.zeros(200), cov, size=3, method="cholesky")
            got = learner.multivariate_gaussian_log_pdf(x, np.zeros(200), cov)
            _assert_log_densities(got, _log_density_nd(x, np.zeros(200), cov))

    def test_tiny_covariances(self, learner, rng):
        """A covariance may be tiny altogether: that alone does not make it singular."""
        for scale in (1e-6, 1e-20):
            cov = scale * _covariance(rng, [0.5, 1.0, 4.0])
            z = rng.normal(size=(4, 3))
            x = np.sqrt(scale) * z
            truth = _log_density_nd(z, np.zeros(3), cov / scale) - 1.5 * np.log(scale)
            got = learner.multivariate_gaussian_log_pdf(x, np.zeros(3), cov)
            _assert_log_densities(got, truth)

    def test_refuses_an_indefinite_covariance(self, learner, rng):
        """A covariance with a negative eigenvalue is an error, whatever its determinant."""
        mixed = np.array([[1.0, 2.0], [2.0, 1.0]])
        twice = np.kron(np.eye(2), mixed)  # two negative eigenvalues behind a positive diagonal
        for bad in (
            mixed,
            -np.eye(2),
            twice,
            np.diag([2.0, -1.0, 3.0, -0.5]),
            np.diag([2.0, -1e-3]),
        ):
            d = len(bad)
            x, mean = np.sqrt(np.max(np.abs(bad))) * rng.normal(size=(2, 3, d))
            good = np.abs(bad) + 2 * np.max(np.abs(bad)) * np.eye(d)
            got = learner.multivariate_gaussian_log_pdf(x, mean[0], good)
            _assert_log_densities(got, _log_density_nd(x, mean[0], good))
            with pytest.raises(ValueError):
                learner.multivariate_gaussian_log_pdf(x, mean[0], bad)

    def test_refuses_a_singular_covariance(self, learner, rng):
        """A covariance that is flat in one direction is an error; a nearly flat one is not."""
        a = float(rng.uniform(1.0, 3.0))
        for bad in (
            np.diag([a, 0.0, 0.5]),
            np.diag([0.0, a]),
            # Its zero stays exact in every algorithm; that of [[1, 1], [1, 1]] may be rounded.
            np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 0.0]]),
            np.zeros((2, 2)),
        ):
            d = len(bad)
            x, mean = rng.normal(size=(4, d)), np.zeros(d)
            good = bad + 1e-4 * np.eye(d)
            truth = _log_density_nd(x, mean, good)
            got = learner.multivariate_gaussian_log_pdf(x, mean, good)
            _assert_log_densities(got, truth)
            with pytest.raises(ValueError):
                learner.multivariate_gaussian_log_pdf(x, mean, bad)

    def test_keeps_inputs(self, learner, rng):
        """Points, mean and covariance are the same afterwards."""
        for n, d in ((4, 3), (3, 3)):
            cov, mean = _covariance(rng, rng.uniform(0.5, 3.0, size=d)), rng.normal(size=d)
            x = rng.normal(size=(n, d))
            got = assert_keeps_inputs(learner.multivariate_gaussian_log_pdf, x, mean, cov)
            _assert_log_densities(got, _log_density_nd(x, mean, cov))


def _uniforms(rng, shape):
    return 1.0 - rng.random(size=(2, *shape))  # in (0, 1]


def _assert_normals(result, truth):
    parts = unpack(result, "z1, z2")
    for name, part, right in zip(("z1", "z2"), parts, truth, strict=True):
        assert_close(part, right, what=name)


def _polar(u1, u2):
    """Return the two numbers by way of a complex one."""
    z = np.sqrt(-2 * np.log(u1)) * np.exp(2j * np.pi * u2)
    return z.real, z.imag


class TestBoxMuller:
    def test_cosine_first(self, learner, rng):
        """The first result has the cosine, the second the sine, over all four quarters."""
        u1 = rng.uniform(0.1, 0.9, size=8)
        u2 = (np.arange(8) + rng.uniform(0.2, 0.8, size=8)) / 8
        radius = np.sqrt(2 * np.log(1 / u1))
        z1, z2 = unpack(learner.box_muller(u1, u2), "z1, z2")
        assert_close(z1, radius * np.cos(2 * np.pi * u2), what="z1")
        assert_close(z2, radius * np.sin(2 * np.pi * u2), what="z2")

    def test_radius_and_angle(self, learner, rng):
        """The first argument alone sets the radius, the second alone the angle."""
        u1, u2 = _uniforms(rng, (6,))
        z1, z2 = (np.asarray(z) for z in unpack(learner.box_muller(u1, u2), "z1, z2"))
        assert_close(z1**2 + z2**2, -2 * np.log(u1), what="the squared radius")
        other = learner.box_muller(np.full(6, np.exp(-0.5)), u2)
        _assert_normals(other, (np.cos(2 * np.pi * u2), np.sin(2 * np.pi * u2)))

    def test_small_uniforms(self, learner, rng):
        """A tiny uniform number gives a large result, without any bound."""
        u1 = np.array([1e-8, 1e-16, 1e-90, 1e-150]) * rng.uniform(0.5, 1.0, size=4)
        u2 = rng.permutation(4) / 4 + rng.uniform(0.05, 0.2, size=4)  # one in each quarter
        _assert_normals(learner.box_muller(u1, u2), _polar(u1, u2))

    def test_uniforms_of_one(self, learner, rng):
        """A uniform number may be 1: the radius is then 0, or the angle a full turn."""
        u1 = np.array([1.0, 1.0, 0.5, 0.1])
        u2 = np.array([0.3, 1.0, 1.0, 0.6]) - [rng.uniform(0.0, 0.2), 0.0, 0.0, 0.0]
        z1, z2 = _polar(u1, u2)
        z1[:2] = z2[:2] = 0.0
        _assert_normals(learner.box_muller(u1, u2), (z1, z2))

    def test_is_normal(self, learner):
        """From uniform numbers on a grid come numbers of mean 0, variance 1, and uncorrelated."""
        grid = (np.arange(40) + 0.5) / 40
        u1, u2 = np.repeat(grid, 40), np.tile(grid, 40)
        z1, z2 = (np.asarray(z) for z in unpack(learner.box_muller(u1, u2), "z1, z2"))
        variance = -np.mean(np.log(grid))  # nearly 1, for a grid as coarse as this
        for name, z in (("z1", z1), ("z2", z2)):
            assert_close(np.mean(z), 0.0, atol=1e-9, what=f"the mean of {name}")
            assert_close(np.mean(z**2), variance, what=f"the variance of {name}")
        assert_close(np.mean(z1 * z2), 0.0, atol=1e-9, what="the covariance of z1 and z2")

    def test_any_shape(self, learner, rng):
        """Both results have the shape of the uniform numbers."""
        for shape in SHAPES:
            u1, u2 = _uniforms(rng, shape)
            _assert_normals(learner.box_muller(u1, u2), _polar(u1, u2))

    def test_keeps_inputs(self, learner, rng):
        """Both arrays of uniform numbers are the same afterwards."""
        u1, u2 = rng.uniform(0.1, 0.9, size=(2, 3)), np.array([[0.1, 0.3, 0.6], [0.8, 0.4, 0.9]])
        u2 += rng.uniform(0.0, 0.05, size=(2, 3))
        _assert_normals(assert_keeps_inputs(learner.box_muller, u1, u2), _polar(u1, u2))


LAST_BELOW_ONE = 1.0 - 2.0**-53  # the largest float below 1


def _draw(probs, u):
    """Return the least index k with u < p0 + ... + pk, one number at a time."""
    drawn = []
    for number in np.asarray(u).ravel().tolist():
        total, index = 0.0, 0
        for k, p in enumerate(probs.tolist()):
            total, index = total + p, k
            if number < total:
                break
        drawn.append(index)
    return np.array(drawn, dtype=np.int64).reshape(np.shape(u))


def _away_from_borders(rng, probs, shape):
    """Return uniform numbers that no rounding of a sum can put into another interval."""
    borders = np.cumsum(probs)
    while True:
        u = rng.random(size=shape)
        if np.min(np.abs(u[..., np.newaxis] - borders)) > 1e-9:
            return u


class TestSampleCategorical:
    def test_inverts_the_cumulative_sum(self, learner, rng):
        """Each number gives the index of the interval that it falls into."""
        for k, n in ((3, 20), (6, 6), (4, 4), (9, 2)):
            probs = rng.dirichlet(np.ones(k))
            u = _away_from_borders(rng, probs, (n,))
            assert_same(learner.sample_categorical(probs, u), _draw(probs, u))

    def test_borders(self, learner):
        """A border is exact: a number on it belongs to the interval above, a lower one below."""
        probs = np.array([0.25, 0.125, 0.5, 0.125])
        u = np.array([0.0, 0.25, 0.375, 0.875, 0.3125, 0.75])
        assert_same(learner.sample_categorical(probs, u), np.array([0, 1, 2, 3, 1, 2]))
        below = np.nextafter(u[1:4], 0.0)
        assert_same(learner.sample_categorical(probs, below), np.array([0, 1, 2]))
        # With 32 bits most sums of tenths are further off than this.
        probs, u = np.full(10, 0.1), np.arange(1, 10) / 10
        assert_same(learner.sample_categorical(probs, u - 3e-9), np.arange(9))
        assert_same(learner.sample_categorical(probs, u + 3e-9), np.arange(1, 10))

    def test_zero_probabilities(self, learner, rng):
        """An index of probability 0 is never drawn, at the front, in the middle or at the end."""
        inside = float(rng.uniform(0.3, 0.45))
        u = np.array([0.0, 0.25, 0.5, inside, 0.75, LAST_BELOW_ONE])
        for probs, truth in (
            ([0.0, 0.5, 0.5], [1, 1, 2, 1, 2, 2]),
            ([0.0, 0.0, 0.25, 0.75], [2, 3, 3, 3, 3, 3]),
            ([0.5, 0.0, 0.0, 0.25, 0.25], [0, 0, 3, 0, 4, 4]),
            ([0.25, 0.25, 0.5, 0.0, 0.0], [0, 1, 2, 1, 2, 2]),
            ([0.0, 1.0, 0.0], [1, 1, 1, 1, 1, 1]),
        ):
            got = learner.sample_categorical(np.array(probs), u)
            assert_same(got, np.array(truth, dtype=np.int64))

    def test_sums_below_one(self, learner, rng):
        """Where rounding leaves the sum below a number, the last possible index is drawn."""
        u = np.array([LAST_BELOW_ONE, 0.05])
        tenths = [0.1] * 10  # add up to the largest float below 1
        short = [*rng.uniform(0.02, 0.09, size=4), 0.0]
        short[-1] = 1.0 - sum(short) - 4e-16
        for probs, last in (
            (tenths, 9),
            ([*tenths, 0.0, 0.0], 9),
            ([*short, 0.0], 4),
            ([0.1, 0.0, *tenths[1:], 0.0], 10),
        ):
            truth = [last, int(_draw(np.array(probs), 0.05))]
            got = learner.sample_categorical(np.array(probs), u)
            assert_same(got, np.array(truth, dtype=np.int64))

    def test_tiny_probabilities(self, learner, rng):
        """A tiny probability is not 0: its index can be drawn."""
        p = 1e-20 * float(rng.uniform(1.0, 9.0))
        got = learner.sample_categorical(np.array([0.0, p, 1.0 - p]), np.array([0.0, p / 2, 0.5]))
        assert_same(got, np.array([1, 1, 2]))
        p = 1e-11 * float(rng.uniform(1.0, 9.0))
        got = learner.sample_categorical(
            np.array([1.0 - p, p]), np.array([1.0 - 2 * p, 1.0 - p / 2])
        )
        assert_same(got, np.array([0, 1]))

    def test_one_number(self, learner, rng):
        """One number instead of an array gives one index."""
        probs = np.array([0.2, 0.5, 0.0, 0.3])
        for _ in range(3):
            for low, high, index in ((0.0, 0.19, 0), (0.21, 0.69, 1), (0.71, 1.0, 3)):
                got = learner.sample_categorical(probs, float(rng.uniform(low, high)))
                assert_same(got, np.int64(index))

    def test_any_shape(self, learner, rng):
        """The result has the shape of u, not that of the probabilities."""
        for k, shape in ((4, (2, 3)), (3, (3, 3)), (2, (2, 2, 3)), (5, (1,)), (3, (4, 1))):
            probs = rng.dirichlet(np.ones(k))
            u = _away_from_borders(rng, probs, shape)
            assert_same(learner.sample_categorical(probs, u), _draw(probs, u))

    def test_one_category(self, learner, rng):
        """With a single index there is nothing to choose, with two a threshold."""
        u = np.array([0.0, float(rng.uniform(0.1, 0.6)), LAST_BELOW_ONE])
        assert_same(learner.sample_categorical(np.array([1.0]), u), np.array([0, 0, 0]))
        assert_same(learner.sample_categorical(np.array([0.75, 0.25]), u), np.array([0, 0, 1]))

    def test_keeps_inputs(self, learner, rng):
        """Probabilities and uniform numbers are the same afterwards, whatever order they have."""
        for probs in (rng.dirichlet(np.ones(5)), np.array([0.3, 0.2, 0.1, 0.4 - 1e-15])):
            u = _away_from_borders(rng, probs, (2, 4))
            got = assert_keeps_inputs(learner.sample_categorical, probs, u)
            assert_same(got, _draw(probs, u))


def _assert_estimate(result, truth):
    mean, error = unpack(result, "mean, standard_error")
    assert_close(mean, truth[0], what="the mean")
    assert_close(error, truth[1], what="the standard error")


def _estimate(values):
    numbers = values.tolist()
    n = len(numbers)
    mean = sum(numbers) / n
    squares = sum((number - mean) ** 2 for number in numbers)
    return mean, (squares / (n * (n - 1))) ** 0.5


class TestMonteCarlo:
    def test_mean(self, learner, rng):
        """The first result is the mean of the values, even where they are skewed."""
        for n in (3, 8, 40):
            values = np.exp(2 * rng.normal(size=n))
            mean, _ = unpack(learner.monte_carlo(values), "mean, standard_error")
            assert_close(mean, sum(values.tolist()) / n, what="the mean")

    def test_standard_error(self, learner, rng):
        """The second result is the deviation with n - 1, divided by the root of n."""
        for n, scale in ((3, 1.0), (7, 0.01), (25, 40.0)):
            values = scale * (1.0 + rng.normal(size=n))
            _, error = unpack(learner.monte_carlo(values), "mean, standard_error")
            assert_close(error, _estimate(values)[1], what="the standard error")

    def test_two_values(self, learner, rng):
        """With two values the standard error is half their distance."""
        for level in (0.0, -3.0):
            a = level + float(rng.uniform())
            b = a + float(rng.uniform(1.0, 2.0))
            _assert_estimate(learner.monte_carlo(np.array([a, b])), ((a + b) / 2, (b - a) / 2))
            _assert_estimate(learner.monte_carlo(np.array([b, a])), ((a + b) / 2, (b - a) / 2))

    def test_many_draws(self, learner, rng):
        """The error shrinks with the root of the number of draws."""
        inside = np.sum(rng.random(size=(2, 2000)) ** 2, axis=0) < 1.0
        values = np.where(inside, 4.0, 0.0)  # their mean estimates pi
        for n in (20, 2000):
            _assert_estimate(learner.monte_carlo(values[:n]), _estimate(values[:n]))

    def test_negative_values(self, learner, rng):
        """Moving all values moves the mean and leaves the error; the error is never negative."""
        values = rng.normal(size=6)
        mean, error = _estimate(values)
        _assert_estimate(learner.monte_carlo(values - 5.0), (mean - 5.0, error))
        _assert_estimate(learner.monte_carlo(-values), (-mean, error))

    def test_refuses_a_single_value(self, learner, rng):
        """One value is an error, since it says nothing about the spread; two are enough."""
        a = float(rng.uniform(1.0, 2.0))
        b = a + float(rng.uniform(1.0, 2.0))
        _assert_estimate(learner.monte_carlo(np.array([a, b])), ((a + b) / 2, (b - a) / 2))
        with pytest.raises(ValueError):
            learner.monte_carlo(np.array([a]))

    def test_keeps_values(self, learner, rng):
        """The values are the same afterwards, in the same order."""
        values = rng.normal(1.0, 2.0, size=8)
        _assert_estimate(assert_keeps_inputs(learner.monte_carlo, values), _estimate(values))
