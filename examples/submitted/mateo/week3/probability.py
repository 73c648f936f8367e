"""Probability: how to reason with what you do not know, from a table of chances to a classifier."""

import numpy as np


def marginal(joint: np.ndarray, axis: int) -> np.ndarray:
    """Return the distribution of one of two variables, whatever the other one is."""
    return joint.sum(axis=1) if axis == 0 else joint.sum(axis=0)


def conditional(joint: np.ndarray, given: int) -> np.ndarray:
    """Return the distribution of one variable for each value that the other one may have."""
    # rows first: P(y | x)
    table = joint if given == 0 else joint.T
    result = np.zeros(table.shape)
    for i, row in enumerate(table):
        if row.sum() == 0:
            raise ValueError("a condition of probability 0")
        result[i] = row / row.sum()
    return result if given == 0 else result.T


def bayes(prior: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """Return what to believe of each hypothesis after an observation, by Bayes' theorem."""
    joint = prior * likelihood
    if joint.sum() == 0:
        raise ValueError("the evidence is 0")
    return joint / joint.sum()


def bayes_updates(prior: np.ndarray, likelihoods: np.ndarray) -> np.ndarray:
    """Return what to believe after each of many observations."""
    # the log of a probability of 0 is -inf
    with np.errstate(divide="ignore"):
        log_joint = np.log(prior)
        log_likelihoods = np.log(likelihoods)
    posteriors = [prior]
    for row in log_likelihoods:
        log_joint = log_joint + row
        p = np.exp(log_joint - log_joint.max())
        posteriors.append(p / p.sum())
    return np.array(posteriors)


def expectation(values: np.ndarray, probs: np.ndarray) -> float:
    """Return the mean of a random variable: its values, weighted with their probabilities."""
    if (probs < 0).any() or abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs")
    return (values * probs).sum()


def variance(values: np.ndarray, probs: np.ndarray) -> float:
    """Return how far a random variable is from its mean: the expected squared distance."""
    mean = expectation(values, probs)
    return expectation((values - mean) ** 2, probs)


def naive_bayes_fit(
    X: np.ndarray, y: np.ndarray, n_classes: int, alpha: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return a naive Bayes classifier: how frequent each class is, and each word in each class."""
    raise NotImplementedError("naive_bayes_fit is yours to write")


def naive_bayes_log_posterior(
    X: np.ndarray, log_prior: np.ndarray, log_likelihood: np.ndarray
) -> np.ndarray:
    """Return what to believe of each document's class, as log-probabilities."""
    raise NotImplementedError("naive_bayes_log_posterior is yours to write")


def is_independent(joint: np.ndarray) -> bool:
    """Return whether knowing one of two variables says nothing about the other."""
    p_x, p_y = joint.sum(axis=1), joint.sum(axis=0)
    return bool((abs(joint - p_x[:, None] * p_y) <= 1e-12).all())


def beta_posterior(a: float, b: float, flips: np.ndarray) -> tuple[float, float, float, float]:
    """Return what to believe of a coin's chance of heads after some flips."""
    raise NotImplementedError("beta_posterior is yours to write")


def variance_of_sum(weights: np.ndarray, cov: np.ndarray) -> float:
    """Return the variance of a weighted sum of random variables, which need not be independent."""
    return max(weights @ (cov @ weights), 0.0)


def calibration_error(confidence: np.ndarray, correct: np.ndarray, n_bins: int = 10) -> float:
    """Return how far a model's confidence is from how often it is right."""
    raise NotImplementedError("calibration_error is yours to write")
