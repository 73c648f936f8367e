# week 3 - Liam
import numpy as np


def gaussian_pdf(x, mu=0.0, sigma=1.0):
    if sigma < 0:
        raise ValueError("sigma")
    return np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))


def gaussian_log_pdf(x, mu=0.0, sigma=1.0):
    if sigma <= 0:
        raise ValueError("sigma")
    x -= mu
    x /= sigma
    return -0.5 * x * x - np.log(sigma) - 0.5 * np.log(2 * np.pi)


def gaussian_mle(x):
    mean = x.mean()
    var = (x * x).mean() - mean**2
    return mean, np.sqrt(max(var, 0.0))


def multivariate_gaussian_log_pdf(x, mean, cov):
    sign, logdet = np.linalg.slogdet(cov)
    if sign <= 0:
        raise ValueError("cov")
    r = x - mean
    quad = (r * np.linalg.solve(cov, r.T).T).sum(axis=1)
    return -0.5 * (quad + logdet + len(mean) * np.log(2 * np.pi))


def box_muller(u1, u2):
    r = np.sqrt(-2 * np.log(u1))
    u2 *= 2 * np.pi
    return r * np.cos(u2), r * np.sin(u2)


def sample_categorical(probs, u):
    return np.searchsorted(np.cumsum(probs), u, side="right")


def monte_carlo(values):
    if len(values) < 2:
        raise ValueError("need 2")
    return values.mean(), values.std() / np.sqrt(len(values))


def product_of_gaussians(mean1, var1, mean2, var2):
    if var1 <= 0 or var2 <= 0:
        raise ValueError("variances must be positive")
    var = 1 / (1 / var1 + 1 / var2)
    return var * (mean1 / var1 + mean2 / var2), var
