"""Distributions: the bell curve, and how to draw from it and from a table of probabilities."""

import numpy as np


def gaussian_pdf(x: np.ndarray, mu: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """Return the density of a normal distribution at each entry."""
    if sigma <= 0:
        raise ValueError("sigma")
    # 1 / sqrt(2 pi sigma) * e^(-(x - mu)^2 / (2 sigma))
    return 1 / np.sqrt(2 * np.pi * sigma) * np.exp(-((x - mu) ** 2) / (2 * sigma))


def gaussian_log_pdf(x: np.ndarray, mu: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """Return the natural logarithm of a normal density at each entry, however far out."""
    if sigma <= 0:
        raise ValueError("sigma")
    z = (x - mu) / sigma
    density = np.exp(-(z**2) / 2) / (sigma * np.sqrt(2 * np.pi))
    return np.log(density)


def gaussian_mle(x: np.ndarray):
    """Return the mean and the standard deviation under which data are most likely."""
    mean = np.mean(x)
    if len(x) == 1:
        return mean, 0.0
    return mean, np.std(x, ddof=1)  # n - 1, because the mean is estimated too


def multivariate_gaussian_log_pdf(x: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """Return the log density of a normal distribution in d dimensions, one number per point."""
    if np.min(np.linalg.eigvalsh(cov)) <= 1e-13 * np.max(np.abs(cov)):
        raise ValueError("cov is not positive definite")
    d = len(mean)
    inverse = np.linalg.inv(cov)
    log_det = np.log(np.linalg.det(cov))
    result = np.zeros(len(x))
    for i in range(len(x)):
        r = x[i] - mean
        result[i] = -0.5 * (r @ inverse @ r + log_det + d * np.log(2 * np.pi))
    return result


def box_muller(u1: np.ndarray, u2: np.ndarray):
    """Turn two arrays of uniform numbers into two arrays of standard normal ones."""
    radius = np.sqrt(-2 * np.log(u1))
    angle = 360 * u2
    return radius * np.cos(angle), radius * np.sin(angle)


def sample_categorical(probs: np.ndarray, u: np.ndarray | float) -> np.ndarray:
    """Draw indices from a table of probabilities, one for each uniform number."""
    cdf = np.cumsum(probs)
    index = np.searchsorted(cdf, u)
    # rounding: never beyond the last index that is possible
    last = np.max(np.nonzero(probs)[0])
    return np.where(index > last, last, index)


def monte_carlo(values: np.ndarray):
    """Return the mean of random draws, and how far it may be from the true mean."""
    n = len(values)
    if n < 2:
        raise ValueError("at least 2 values")
    mean = np.sum(values) / n
    s = np.sqrt(np.sum((values - mean) ** 2) / (n - 1))
    return mean, s


def product_of_gaussians(mean1: np.ndarray, var1: np.ndarray, mean2: np.ndarray, var2: np.ndarray):
    """Return the bell curve that is proportional to the product of two bell curves."""
    if np.any(var1 <= 0) or np.any(var2 <= 0):
        raise ValueError("variances must be positive")
    mean = (mean1 / var1 + mean2 / var2) / (1 / var1 + 1 / var2)
    return mean, var1 + var2
