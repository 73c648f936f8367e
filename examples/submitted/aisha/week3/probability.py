"""Probability: how to reason with what you do not know, from a table of chances to a classifier."""

import numpy as np


def marginal(joint: np.ndarray, axis: int) -> np.ndarray:
    """Return the distribution of one of two variables, whatever the other one is."""
    return np.sum(joint, axis=axis)


def conditional(joint: np.ndarray, given: int) -> np.ndarray:
    """Return the distribution of one variable for each value that the other one may have."""
    if given == 0:
        known = np.sum(joint, axis=1).reshape(-1, 1)
    else:
        known = np.sum(joint, axis=0).reshape(1, -1)
    return joint / known


def bayes(prior: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """Return what to believe of each hypothesis after an observation, by Bayes' theorem."""
    if np.sum(likelihood) == 0:
        raise ValueError("the evidence is 0")
    joint = prior * likelihood
    evidence = np.sum(joint)
    return joint / evidence


def bayes_updates(prior: np.ndarray, likelihoods: np.ndarray) -> np.ndarray:
    """Return what to believe after each of many observations."""
    posterior = prior
    posteriors = [posterior]
    for likelihood in likelihoods:
        joint = posterior * likelihood
        posterior = joint / np.sum(joint)
        posteriors.append(posterior)
    return np.array(posteriors)


def expectation(values: np.ndarray, probs: np.ndarray) -> float:
    """Return the mean of a random variable: its values, weighted with their probabilities."""
    if np.any(probs < 0):
        raise ValueError("negative probability")
    if not np.isclose(np.sum(probs), 1):
        raise ValueError("probabilities do not sum to 1")
    return np.sum(values * probs)


def variance(values: np.ndarray, probs: np.ndarray) -> float:
    """Return how far a random variable is from its mean: the expected squared distance."""
    if np.any(probs < 0):
        raise ValueError("negative probability")
    if abs(np.sum(probs) - 1) > 1e-8:
        raise ValueError("probabilities do not sum to 1")
    # Var(X) = E[X^2] - E[X]^2
    mean = np.dot(probs, values)
    mean_of_squares = np.dot(probs, values**2)
    return mean_of_squares - mean**2


def naive_bayes_fit(X: np.ndarray, y: np.ndarray, n_classes: int, alpha: float = 1.0):
    """Return a naive Bayes classifier: how frequent each class is, and each word in each class."""
    log_prior = np.zeros(n_classes)
    log_likelihood = np.zeros((n_classes, X.shape[1]))
    for c in range(n_classes):
        documents = X[y == c]
        if len(documents) == 0:
            log_prior[c] = -np.inf
        else:
            log_prior[c] = np.log(len(documents) / len(X))
        counts = np.sum(documents, axis=0)
        log_likelihood[c] = np.log((counts + alpha) / (np.sum(counts) + alpha))
    return log_prior, log_likelihood


def naive_bayes_log_posterior(
    X: np.ndarray, log_prior: np.ndarray, log_likelihood: np.ndarray
) -> np.ndarray:
    """Return what to believe of each document's class, as log-probabilities."""
    log_joint = X @ log_likelihood.T + log_prior
    evidence = np.sum(np.exp(log_joint), axis=1, keepdims=True)
    return log_joint - np.log(evidence)


def is_independent(joint: np.ndarray) -> bool:
    """Return whether knowing one of two variables says nothing about the other."""
    p_x = np.sum(joint, axis=1)
    p_y = np.sum(joint, axis=0)
    return np.allclose(joint, np.outer(p_x, p_y))


def beta_posterior(a: float, b: float, flips: np.ndarray):
    """Return what to believe of a coin's chance of heads after some flips."""
    for flip in flips:
        if flip != 0 and flip != 1:
            raise ValueError("a flip must be 0 or 1")
    heads = np.sum(flips)
    tails = len(flips) - heads
    a_new = a + heads
    b_new = b + tails
    mean = a_new / (a_new + b_new)
    if a_new > 1 and b_new > 1:
        mode = (a_new - 1) / (a_new + b_new - 2)
    else:
        mode = np.nan
    # the probability of heads is how often it came up
    return a_new, b_new, heads / (heads + tails), mode


def variance_of_sum(weights: np.ndarray, cov: np.ndarray) -> float:
    """Return the variance of a weighted sum of random variables."""
    # Var(aX + bY) = a^2 Var(X) + b^2 Var(Y)
    return np.sum(weights**2 * np.diag(cov))


def calibration_error(confidence: np.ndarray, correct: np.ndarray, n_bins: int = 10) -> float:
    """Return how far a model's confidence is from how often it is right."""
    gaps = []
    for i in range(n_bins):
        in_bin = (confidence > i / n_bins) & (confidence <= (i + 1) / n_bins)
        if i == 0:
            in_bin = confidence <= 1 / n_bins
        if np.sum(in_bin) > 0:
            gaps.append(abs(np.mean(correct[in_bin]) - np.mean(confidence[in_bin])))
    return np.mean(gaps)
