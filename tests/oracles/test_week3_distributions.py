"""Compare week 3's distributions with scipy, PyTorch and exact arithmetic."""

import math
from fractions import Fraction

import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same

stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle of distributions")


def _covariance(rng, d, scale=1.0):
    factor = rng.normal(size=(d, d))
    return scale * (factor @ factor.T / d + 0.2 * np.eye(d))


@pytest.mark.parametrize(("mu", "sigma"), [(0.0, 1.0), (-3.0, 0.2), (40.0, 1e3), (0.0, 1e-20)])
def test_gaussian_agrees_with_scipy(solutions, mu, sigma):
    """Density and log density are those of scipy's norm, far out too."""
    z = np.concatenate([np.linspace(-6, 6, 25), [-20.0, 15.0]])
    x = mu + sigma * z
    truth = stats.norm(mu, sigma)
    assert_close(solutions.gaussian_pdf(x, mu, sigma), truth.pdf(x), rtol=1e-11, atol=0.0)
    x = mu + sigma * np.concatenate([z, [50.0, -1e3, 1e6, -1e6]])
    assert_close(solutions.gaussian_log_pdf(x, mu, sigma), truth.logpdf(x), rtol=1e-11)


def test_mle_agrees_with_scipy(solutions, rng):
    """Mean and deviation are what scipy's norm.fit finds by maximum likelihood."""
    x = rng.normal(3.0, 2.0, size=50)
    assert_close(solutions.gaussian_mle(x), stats.norm.fit(x))


@pytest.mark.parametrize("level", [0.0, 1e9, -1e9])
def test_mle_agrees_with_exact_arithmetic(solutions, rng, level):
    """Mean and deviation are right for the very numbers that are stored."""
    x = level + rng.normal(size=40)
    numbers = [Fraction(number) for number in x.tolist()]
    exact = sum(numbers) / 40
    variance = sum((number - exact) ** 2 for number in numbers) / 40
    mean, sigma = solutions.gaussian_mle(x)
    assert_close(mean, float(exact), rtol=1e-15)
    assert_close(sigma, math.sqrt(variance), rtol=1e-12)


@pytest.mark.parametrize(("d", "scale"), [(1, 1.0), (3, 1e-20), (5, 10.0), (200, 1e-4)])
def test_multivariate_agrees_with_scipy(solutions, rng, d, scale):
    """The log density is that of scipy's multivariate_normal."""
    cov, mean = _covariance(rng, d, scale), rng.normal(size=d)
    x = mean + np.sqrt(scale) * rng.normal(size=(4, d))
    # scipy takes eigenvalues below 1e-6 for zeros, so it is asked in other units.
    z, unit = (x - mean) / np.sqrt(scale), cov / scale
    truth = stats.multivariate_normal(np.zeros(d), unit).logpdf(z) - d / 2 * np.log(scale)
    assert_close(solutions.multivariate_gaussian_log_pdf(x, mean, cov), truth, rtol=1e-10)


@pytest.mark.parametrize("d", [1, 4, 200])
def test_multivariate_agrees_with_torch(solutions, rng, d):
    """The log density is that of torch.distributions.MultivariateNormal."""
    torch = pytest.importorskip("torch", reason="PyTorch is a second oracle of the log density")
    cov, mean = _covariance(rng, d), rng.normal(size=d)
    x = mean + 2 * rng.normal(size=(3, d))
    kind = torch.distributions.MultivariateNormal(torch.tensor(mean), torch.tensor(cov))
    truth = kind.log_prob(torch.tensor(x)).numpy()
    assert_close(solutions.multivariate_gaussian_log_pdf(x, mean, cov), truth, rtol=1e-10)


def test_box_muller_is_normal(solutions, rng):
    """A Kolmogorov-Smirnov test cannot tell either output from normal numbers, nor their sum."""
    z1, z2 = solutions.box_muller(1.0 - rng.random(20_000), rng.random(20_000))
    for z in (z1, z2, (z1 + z2) / np.sqrt(2)):
        assert stats.kstest(z, "norm").pvalue > 1e-3


def test_sample_categorical_agrees_with_exact_sums(solutions, rng):
    """Each index is the least whose exact cumulative sum is above u, and frequencies fit."""
    probs = rng.dirichlet(np.ones(6))
    probs[2] = 0.0
    probs /= probs.sum()
    u = rng.random(20_000)
    got = solutions.sample_categorical(probs, u)
    ends = np.array([math.fsum(probs[: k + 1]) for k in range(6)])
    assert_same(got, np.array([int(np.argmax(number < ends)) for number in u]))
    counts = np.bincount(got, minlength=6)
    assert counts[2] == 0
    possible = [0, 1, 3, 4, 5]
    assert stats.chisquare(counts[possible], 20_000 * probs[possible]).pvalue > 1e-3


@pytest.mark.parametrize("n", [2, 3, 100])
def test_monte_carlo_agrees_with_scipy(solutions, rng, n):
    """The standard error is scipy's sem."""
    values = rng.exponential(size=n)
    assert_close(solutions.monte_carlo(values), [np.mean(values), stats.sem(values)])


def test_product_agrees_with_integrals_by_scipy(solutions, rng):
    """Mean and variance are those of the two densities' product, integrated numerically."""
    integrate = pytest.importorskip("scipy.integrate", reason="scipy is the oracle of integrals")
    for _ in range(5):
        (m1, m2), (v1, v2) = rng.normal(size=2).tolist(), rng.uniform(0.3, 3.0, size=2).tolist()

        def moment(power, m1=m1, v1=v1, m2=m2, v2=v2, about=0.0):
            one, other = stats.norm(m1, v1**0.5), stats.norm(m2, v2**0.5)
            return integrate.quad(
                lambda x: one.pdf(x) * other.pdf(x) * (x - about) ** power, -20, 20, epsabs=1e-13
            )[0]

        mean = moment(1) / moment(0)
        truth = mean, moment(2, about=mean) / moment(0)
        assert_close(solutions.product_of_gaussians(m1, v1, m2, v2), truth, rtol=1e-7, atol=1e-9)
