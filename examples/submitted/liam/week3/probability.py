# week 3 - Liam
import numpy as np


def marginal(joint, axis):
    return joint.sum(1 - axis)


def conditional(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    if np.isclose(known, 0).any():
        raise ValueError("condition of probability 0")
    return joint / known


def bayes(prior, likelihood):
    prior *= likelihood
    if prior.sum() == 0:
        raise ValueError("evidence is 0")
    prior /= prior.sum()
    return prior


def bayes_updates(prior, likelihoods):
    # in logs, so nothing underflows
    posts = [prior]
    with np.errstate(divide="ignore"):
        for lik in likelihoods:
            log_post = np.log(posts[-1]) + np.log(lik)
            post = np.exp(log_post - log_post.max())
            posts.append(post / post.sum())
    return np.array(posts)


def expectation(values, probs):
    if (probs < 0).any() or abs(probs.sum() - 1) > 1e-8:
        raise ValueError("not a distribution")
    return (values * probs).sum()


def variance(values, probs):
    if abs(probs.sum() - 1) > 1e-8:
        raise ValueError("not a distribution")
    mean = (values * probs).sum()
    return (probs * (values - mean) ** 2).sum()


def naive_bayes_fit(X, y, n_classes, alpha=1.0):
    docs = np.array([(y == c).sum() for c in range(n_classes)])
    words = np.array([X[y == c].sum(axis=0) for c in range(n_classes)])
    # Laplace
    docs = docs + alpha
    words = words + alpha
    return np.log(docs / docs.sum()), np.log(words / words.sum(axis=1, keepdims=True))


def naive_bayes_log_posterior(X, log_prior, log_likelihood):
    scores = log_prior + X @ log_likelihood.T
    scores -= scores.max()
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


def is_independent(joint):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return np.allclose(joint, outer, atol=1e-12)


def beta_posterior(a, b, flips):
    if not ((flips == 0) | (flips == 1)).all():
        raise ValueError("flips must be 0 or 1")
    a, b = a + flips.sum(), b + (1 - flips).sum()
    with np.errstate(all="ignore"):
        mode = np.divide(a - 1, a + b - 2)
    return a, b, a / (a + b), mode


def variance_of_sum(weights, cov):
    return weights @ cov @ weights


def calibration_error(confidence, correct, n_bins=10):
    ece = 0.0
    # bins (lo, hi]
    for i in range(n_bins):
        lo, hi = i / n_bins, (i + 1) / n_bins
        m = (confidence > lo) & (confidence <= hi)
        if m.any():
            ece += m.mean() * abs(correct[m].mean() - confidence[m].mean())
    return ece
