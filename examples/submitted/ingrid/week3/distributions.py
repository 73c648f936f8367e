"""Week 3: distributions (Ingrid)."""

from bisect import bisect_right
from itertools import accumulate
from math import log, pi, sqrt, tau
from statistics import fmean, pstdev, stdev

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def _standardised(x: Array, mu: float, sigma: float) -> Array:
    if sigma > 0:
        return (x - mu) / sigma
    raise ValueError(f"sigma must be positive, it is {sigma}")


def gaussian_pdf(x: Array, mu: float = 0.0, sigma: float = 1.0) -> Array:
    """The bell."""
    z = _standardised(x, mu, sigma)
    return np.exp(-z * z / 2) / sigma / sqrt(tau)


def gaussian_log_pdf(x: Array, mu: float = 0.0, sigma: float = 1.0) -> Array:
    """Its logarithm, a parabola."""
    z = _standardised(x, mu, sigma)
    return -(z * z + log(tau * sigma * sigma)) / 2


def gaussian_mle(x: Vector) -> tuple[float, float]:
    """The standard library computes with exact fractions."""
    return fmean(x), pstdev(x.tolist())


def multivariate_gaussian_log_pdf(x: Matrix, mean: Vector, cov: Matrix) -> Vector:
    """A sum of one-dimensional log densities along the axes of the ellipsoid."""
    variances, axes = np.linalg.eigh(cov)
    if variances[0] <= 1e-12 * np.abs(variances).max():
        raise ValueError("cov must have positive eigenvalues")
    along = np.einsum("nd,dk->nk", x - mean, axes)
    return np.einsum("nk->n", -(along**2 / variances + np.log(2 * pi * variances)) / 2)


def box_muller(u1: Array, u2: Array) -> tuple[Array, Array]:
    """Radius and angle to x and y."""
    z1, z2 = np.sqrt(-np.log(u1**2)) * np.stack([np.cos(tau * u2), np.sin(tau * u2)])
    return z1, z2


def sample_categorical(probs: Vector, u: Array | float) -> NDArray[np.int64]:
    """Bisection among the indices that are possible at all."""
    support = np.flatnonzero(probs)
    ends = list(accumulate(probs[support].tolist()))

    def draw(number: float) -> int:
        return support[min(bisect_right(ends, number), len(ends) - 1)]

    return np.vectorize(draw, otypes=[np.int64])(u)


def monte_carlo(values: Vector) -> tuple[float, float]:
    """`stdev` refuses a single value with a StatisticsError, which is a ValueError."""
    return fmean(values), stdev(values.tolist()) / sqrt(values.size)


def product_of_gaussians(
    mean1: Array, var1: Array, mean2: Array, var2: Array
) -> tuple[Array, Array]:
    variances = np.stack([var1, var2])
    if (variances <= 0).any():
        raise ValueError("variances are positive")
    precisions = 1 / variances
    total = precisions.sum(axis=0)
    return np.einsum("i...,i...->...", precisions, np.stack([mean1, mean2])) / total, 1 / total
