import math

import numpy as np


def marginal(joint, axis):
    """Marginal."""
    return np.sum(joint, axis=1 - axis, keepdims=True)


def conditional(joint, given):
    """Conditional."""
    if given == 1:
        joint = joint.T
    total = np.sum(joint, axis=1, keepdims=True)
    if np.any(total == 0):
        raise ValueError("given")
    return joint / total


def bayes(prior, likelihood):
    """Bayes."""
    evidence = np.sum(prior * likelihood)
    if evidence == 0:
        raise ValueError("likelihood")
    posterior = prior * likelihood / evidence
    print(posterior)


def bayes_updates(prior, likelihoods):
    """A list of lists."""
    with np.errstate(divide="ignore"):
        log_p = np.log(prior)
        log_l = np.log(likelihoods)
    rows = []
    for k in range(len(likelihoods) + 1):
        p = np.exp(log_p - np.max(log_p))
        rows.append(list(p / np.sum(p)))
        if k < len(likelihoods):
            log_p = log_p + log_l[k]
    return rows


def expectation(values, probs):
    """Expectation."""
    if np.any(probs < 0) or abs(np.sum(probs) - 1) > 1e-8:
        raise ValueError("probs")
    return values.reshape(1, -1) @ probs.reshape(-1, 1)


def variance(values, probs):
    """Variance."""
    if np.any(probs < 0) or abs(np.sum(probs) - 1) > 1e-8:
        raise ValueError("probs")
    mean = sum([v * p for v, p in zip(values, probs)])
    return sum([(v - mean) ** 2 * p for v, p in zip(values, probs)])


def naive_bayes_fit(X, y, n_classes, alpha=1.0):
    """Naive Bayes."""
    model = {}
    for c in range(n_classes):
        rows = X[y == c]
        counts = np.sum(rows, axis=0) + alpha
        prior = math.log(len(rows) / len(X)) if len(rows) > 0 else -math.inf
        model[c] = {"prior": prior, "likelihood": np.log(counts / np.sum(counts))}
    return model


def naive_bayes_log_posterior(X, log_prior, log_likelihood):
    """Log posterior."""
    s = X @ log_likelihood.T + log_prior
    m = np.max(s, axis=1, keepdims=True)
    s = s - m - np.log(np.sum(np.exp(s - m), axis=1, keepdims=True))
    return np.squeeze(s)


def is_independent(joint):
    """Independent?"""
    p = np.sum(joint, axis=1, keepdims=True)
    q = np.sum(joint, axis=0, keepdims=True)
    return np.abs(joint - p * q) <= 1e-12


def beta_posterior(a, b, flips):
    """Posterior of a coin."""
    if not np.all(np.isin(flips, [0, 1])):
        raise ValueError("flips")
    a = a + np.sum(flips == 1)
    b = b + np.sum(flips == 0)
    mode = (a - 1) / (a + b - 2) if a > 1 and b > 1 else math.nan
    return {"a": a, "b": b, "mean": a / (a + b), "mode": mode}


def variance_of_sum(weights, cov):
    """Variance of a sum."""
    w = weights.reshape(1, -1)
    return np.maximum(w @ cov @ w.T, 0.0)


def calibration_error(confidence, correct, n_bins=10):
    """Calibration error."""
    total = 0.0
    for i in range(n_bins):
        m = (confidence > i / n_bins) & (confidence <= (i + 1) / n_bins)
        if i == 0:
            m = m | (confidence == 0)
        total += abs(np.sum(correct[m] - confidence[m])) / len(confidence)
    return np.array(total)
