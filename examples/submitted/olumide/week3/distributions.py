import math

import numpy as np


def gaussian_pdf(x, mu=0.0, sigma=1.0):
    """Density."""
    if sigma <= 0:
        raise ValueError("sigma")
    # a list is as good as an array
    return [np.exp(-(((v - mu) / sigma) ** 2) / 2) / (sigma * math.sqrt(2 * math.pi)) for v in x]


def gaussian_log_pdf(x, mu=0.0, sigma=1.0):
    """Log density."""
    if sigma <= 0:
        raise ValueError("sigma")
    result = []
    for v in x.flatten():
        z = (v - mu) / sigma
        result.append(-(z**2) / 2 - math.log(sigma) - math.log(2 * math.pi) / 2)
    return np.array(result)


def gaussian_mle(x):
    """Mean and sigma."""
    m = np.mean(x)
    return np.array([m, np.sqrt(np.mean((x - m) ** 2))])


def multivariate_gaussian_log_pdf(x, mean, cov):
    """Log density of each point."""
    L = np.linalg.cholesky(cov)
    r = np.linalg.solve(L, (x - mean).T).T
    log_det = 2 * np.sum(np.log(np.diag(L)))
    return -0.5 * (np.sum(r**2, axis=1, keepdims=True) + log_det + len(mean) * np.log(2 * np.pi))


def box_muller(u1, u2):
    """Two normal numbers."""
    r = np.sqrt(-2 * np.log(u1))
    return [r * np.cos(2 * np.pi * u2), r * np.sin(2 * np.pi * u2)]


def sample_categorical(probs, u):
    """Draw."""
    u = np.atleast_1d(u)
    cdf = np.cumsum(probs)
    index = np.searchsorted(cdf, u, side="right")
    last = np.where(probs > 0)[0][-1]
    index[index > last] = last
    return index


def monte_carlo(values):
    """Mean and error."""
    n = len(values)
    if n < 2:
        raise ValueError("values")
    error = np.std(values, ddof=1) / np.sqrt(n)
    return f"{np.mean(values)} +- {error}"


def product_of_gaussians(mean1, var1, mean2, var2):
    """Product of two Gaussians."""
    if np.any(np.asarray(var1) <= 0) or np.any(np.asarray(var2) <= 0):
        raise ValueError("var")
    var = 1 / (1 / var1 + 1 / var2)
    return np.array([var * (mean1 / var1 + mean2 / var2), var])
