"""Compare week 3's probabilities with exact fractions, scipy, scikit-learn and PyTorch."""

from fractions import Fraction

import numpy as np
import pytest

from kata.comparisons import assert_close
from kata.shows.digits import load_digits

special = pytest.importorskip("scipy.special", reason="scipy is the oracle of log-probabilities")
stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle of discrete variables")

SIZES = [(5, 3, 4), (4, 4, 4), (1, 2, 6), (6, 5, 1)]  # documents, classes, words


@pytest.fixture(scope="module")
def digits():
    """Return pictures of handwritten digits as counts of ink, and which digits they are."""
    return load_digits()


def _naive_bayes():
    return pytest.importorskip("sklearn.naive_bayes", reason="scikit-learn is the oracle")


@pytest.mark.parametrize("shape", [(3, 4), (4, 4), (1, 3)])
def test_marginals_agree_with_scipy(solutions, rng, shape):
    """Both marginals are those of scipy.stats.contingency."""
    joint = rng.dirichlet(np.ones(shape[0] * shape[1])).reshape(shape)
    for axis, truth in enumerate(stats.contingency.margins(joint)):
        assert_close(solutions.marginal(joint, axis), truth.ravel())


@pytest.mark.parametrize("shape", [(3, 4), (4, 4), (1, 3)])
def test_conditionals_make_the_joint_again(solutions, rng, shape):
    """Conditional times marginal is the joint, and each condition has probabilities of sum 1."""
    joint = rng.dirichlet(np.ones(shape[0] * shape[1])).reshape(shape)
    for given in (0, 1):
        conditional = solutions.conditional(joint, given)
        known = np.expand_dims(solutions.marginal(joint, given), 1 - given)
        assert_close(conditional * known, joint)
        assert_close(conditional.sum(axis=1 - given), np.ones(shape[given]))


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 4)])
def test_independence_agrees_with_scipy(solutions, rng, shape):
    """The table is independent where it is scipy's table of expected frequencies."""
    joint = rng.dirichlet(np.ones(shape[0] * shape[1])).reshape(shape)
    assert solutions.is_independent(joint) is False
    assert solutions.is_independent(stats.contingency.expected_freq(joint)) is True


def test_bayes_agrees_with_the_joint_table(solutions, rng):
    """The posterior is a column of the conditional of hypothesis and observation."""
    prior, likelihood = rng.dirichlet(np.ones(4)), rng.uniform(size=4)
    joint = prior[:, None] * np.stack([likelihood, 1 - likelihood], axis=1)
    truth = solutions.conditional(joint, given=1)
    assert_close(solutions.bayes(prior, likelihood), truth[:, 0])
    assert_close(solutions.bayes(prior, 1 - likelihood), truth[:, 1])


def test_updates_agree_with_exact_fractions(solutions, rng):
    """All posteriors are right where the evidence goes far beyond a float and returns."""
    prior, likelihoods = rng.dirichlet(np.ones(3)), rng.uniform(size=(60, 3))
    likelihoods[:15, 1:] *= 1e-60
    likelihoods[15:30, 0] *= 1e-60
    likelihoods[30:45, 2] *= 1e-60
    likelihoods[50, 1] = 0.0
    parts, truth = [Fraction(p) for p in prior.tolist()], [prior.tolist()]
    for row in likelihoods.tolist():
        parts = [part * Fraction(q) for part, q in zip(parts, row, strict=True)]
        truth.append([float(part / sum(parts)) for part in parts])
    assert_close(solutions.bayes_updates(prior, likelihoods), truth)


def test_updates_agree_with_a_beta_distribution(solutions, rng):
    """For 10,000 throws of a coin they are the posterior of its bias on a grid."""
    grid = np.linspace(0.0, 1.0, 101)
    prior = np.where((grid > 0) & (grid < 1), 1.0, 0.0) / 99
    heads = rng.uniform(size=10_000) < 0.37
    got = solutions.bayes_updates(prior, np.where(heads[:, None], grid, 1 - grid))
    n_heads = int(heads.sum())
    density = stats.beta.logpdf(grid[1:-1], n_heads + 1, 10_000 - n_heads + 1)
    assert_close(got[-1, 1:-1], special.softmax(density), rtol=1e-6)
    assert got[-1, 0] == got[-1, -1] == 0.0


@pytest.mark.parametrize("prior", [(1.0, 1.0), (0.5, 0.5), (3.0, 0.2), (20.0, 7.5)])
def test_posterior_of_a_coin_agrees_with_scipy(solutions, rng, prior):
    """Mean and mode are those of scipy's density, which is in proportion to the product."""
    flips = rng.integers(2, size=17)
    heads = int(flips.sum())
    a, b, mean, mode = solutions.beta_posterior(*prior, flips)
    posterior, x = stats.beta(a, b), np.linspace(0.0005, 0.9995, 1000)
    assert_close(mean, posterior.mean())
    log_product = stats.beta(*prior).logpdf(x) + heads * np.log(x) + (17 - heads) * np.log1p(-x)
    assert_close(np.diff(posterior.logpdf(x)), np.diff(log_product), atol=1e-9)
    assert abs(x[np.argmax(posterior.pdf(x))] - mode) <= 0.001


@pytest.mark.parametrize("shift", [0.0, 1e9])
def test_moments_agree_with_scipy(solutions, rng, shift):
    """Mean and variance are those of scipy's discrete variables, also far from 0."""
    values, probs = np.arange(6.0), rng.dirichlet(np.ones(6))
    truth = stats.rv_discrete(values=(values, probs))
    assert_close(solutions.expectation(values + shift, probs), truth.mean() + shift, rtol=1e-14)
    assert_close(solutions.variance(values + shift, probs), truth.var())


def test_variance_of_a_sum_agrees_with_numpy(solutions, rng):
    """For data it is numpy's variance of the weighted sums, from numpy's covariance matrix."""
    X, weights = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4)), rng.normal(size=4)
    got = solutions.variance_of_sum(weights, np.cov(X.T))
    assert_close(got, np.var(X @ weights, ddof=1))


@pytest.mark.parametrize("alpha", [1.0, 0.1, 5.0])
@pytest.mark.parametrize("sizes", SIZES)
def test_fit_agrees_with_scikit_learn(solutions, rng, sizes, alpha):
    """Both tables are those of MultinomialNB, also for classes without documents."""
    n, c, v = sizes
    X, y = rng.integers(0, 5, size=(n, v)).astype(float), rng.integers(c, size=n)
    model = _naive_bayes().MultinomialNB(alpha=alpha)
    with np.errstate(divide="ignore"):
        model.partial_fit(X, y, classes=np.arange(c))
    log_prior, log_likelihood = solutions.naive_bayes_fit(X, y, c, alpha)
    assert_close(log_prior, model.class_log_prior_)
    assert_close(log_likelihood, model.feature_log_prob_)


def test_digits_agree_with_scikit_learn(solutions, digits):
    """On real digits the posterior is MultinomialNB's, and most are recognised."""
    X, y = digits
    model = _naive_bayes().MultinomialNB().fit(X[:1000], y[:1000])
    fitted = solutions.naive_bayes_fit(X[:1000], y[:1000], 10)
    got = solutions.naive_bayes_log_posterior(X[1000:], *fitted)
    assert_close(got, model.predict_log_proba(X[1000:]), atol=1e-9)
    assert np.mean(np.argmax(got, axis=1) == y[1000:]) > 0.85


@pytest.mark.parametrize("n_bins", [1, 5, 10, 15])
def test_calibration_agrees_with_scipy(solutions, rng, n_bins):
    """Counts and means in bins are those of scipy.stats.binned_statistic."""
    confidence, correct = rng.uniform(size=200), rng.integers(2, size=200)
    samples = [confidence, correct.astype(float)]
    sums = stats.binned_statistic(confidence, samples, "sum", bins=n_bins, range=(0, 1))[0]
    truth = np.sum(np.abs(sums[1] - sums[0])) / 200
    assert_close(solutions.calibration_error(confidence, correct, n_bins), truth)


@pytest.mark.parametrize("sizes", SIZES)
def test_posterior_agrees_with_scipy(solutions, rng, sizes):
    """It is a log-softmax of log joint probabilities, for long documents too."""
    n, c, v = sizes
    log_prior, log_likelihood = np.log(rng.dirichlet(np.ones(c))), rng.dirichlet(np.ones(v), size=c)
    log_likelihood = np.log(log_likelihood)
    for length in (5, 100_000):
        X = rng.multinomial(length, np.full(v, 1 / v), size=n).astype(float)
        truth = special.log_softmax(X @ log_likelihood.T + log_prior, axis=1)
        got = solutions.naive_bayes_log_posterior(X, log_prior, log_likelihood)
        assert_close(got, truth, atol=1e-7)


def test_posterior_agrees_with_torch(solutions, rng):
    """It is PyTorch's linear layer with a log-softmax."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of neural classifiers")
    X = rng.integers(0, 9, size=(4, 5)).astype(float)
    log_prior, log_likelihood = np.log(rng.dirichlet(np.ones(3))), rng.normal(size=(3, 5))
    logits = torch.nn.functional.linear(*map(torch.tensor, (X, log_likelihood, log_prior)))
    truth = torch.log_softmax(logits, dim=1).numpy()
    assert_close(solutions.naive_bayes_log_posterior(X, log_prior, log_likelihood), truth)
