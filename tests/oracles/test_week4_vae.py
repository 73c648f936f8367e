"""Compare week 4's VAE with numerical integrals, scipy and PyTorch."""

import numpy as np
import pytest

from kata.comparisons import assert_close


def _codes(rng, *shape):
    return rng.normal(size=shape), rng.uniform(-4.0, 2.0, size=shape)


def test_divergence_is_the_integral(solutions):
    """For one number it is the integral of q ln(q / p), by scipy's quadrature."""
    integrate = pytest.importorskip("scipy.integrate", reason="scipy is the oracle of integrals")
    stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle of densities")
    for mu, log_var in ((0.0, 0.0), (1.5, -2.0), (-0.7, 1.3), (3.0, 0.4)):
        q = stats.norm(mu, np.exp(log_var / 2))

        def integrand(z, q=q):
            return np.exp(q.logpdf(z)) * (q.logpdf(z) - stats.norm.logpdf(z))

        truth, _ = integrate.quad(integrand, *q.interval(1 - 1e-15), epsabs=1e-12)
        assert_close(solutions.gaussian_kl(np.array([mu]), np.array([log_var])), truth, atol=1e-9)


@pytest.mark.parametrize("shape", [(4,), (3, 5), (2, 3, 4), (1, 1)])
def test_divergence_agrees_with_torch(solutions, torch, rng, shape):
    """It is kl_divergence of torch.distributions, summed over the last axis."""
    mu, log_var = _codes(rng, *shape)
    normal = torch.distributions.Normal
    q = normal(torch.tensor(mu), torch.tensor(np.exp(log_var)).sqrt())
    p = normal(torch.zeros_like(q.mean), torch.ones_like(q.mean))
    truth = torch.distributions.kl_divergence(q, p).sum(-1).numpy()
    assert_close(solutions.gaussian_kl(mu, log_var), truth)


def test_samples_agree_with_scipy(solutions, rng):
    """Quantiles of the standard normal become quantiles of the code's distribution."""
    stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle of quantiles")
    mu, log_var = _codes(rng, 5, 3)
    u = rng.uniform(size=(5, 3))
    truth = stats.norm.ppf(u, loc=mu, scale=np.sqrt(np.exp(log_var)))
    assert_close(solutions.reparameterize(mu, log_var, stats.norm.ppf(u)), truth)


@pytest.mark.parametrize("shape", [(3, 6), (2, 4, 4), (1, 3, 2, 2)])
@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_loss_agrees_with_torch(solutions, torch, rng, shape, beta):
    """It is minus the lower bound by torch's log-likelihoods, up to their constant."""
    x, x_hat = rng.normal(size=(2, *shape))
    mu, log_var = _codes(rng, shape[0], 5)
    normal = torch.distributions.Normal
    zeros = torch.zeros(shape, dtype=torch.float64)
    likelihood = normal(torch.tensor(x_hat), 1.0).log_prob(torch.tensor(x))
    constant = normal(zeros, 1.0).log_prob(zeros)
    error = (constant - likelihood).sum() / shape[0]
    q = normal(torch.tensor(mu), torch.tensor(np.exp(log_var)).sqrt())
    kl = torch.distributions.kl_divergence(q, normal(0.0, 1.0)).sum() / shape[0]
    assert_close(solutions.vae_loss(x, x_hat, mu, log_var, beta), (error + beta * kl).item())
