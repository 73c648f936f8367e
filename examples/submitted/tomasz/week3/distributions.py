"""Week 3, distributions, one number after the other."""

import math

import numpy as np


def _each(function, x):
    out = np.empty(np.shape(x))
    for index in np.ndindex(out.shape):
        out[index] = function(float(x[index]))
    return out


def gaussian_pdf(x, mu=0.0, sigma=1.0):
    if not sigma > 0.0:
        raise ValueError("gaussian_pdf: sigma is %r" % sigma)
    height = 1.0 / (sigma * math.sqrt(2.0 * math.pi))

    def density(number):
        z = (number - mu) / sigma
        return height * math.exp(-0.5 * z * z)

    return _each(density, x)


def gaussian_log_pdf(x, mu=0.0, sigma=1.0):
    if not sigma > 0.0:
        raise ValueError("gaussian_log_pdf: sigma is %r" % sigma)
    top = -math.log(sigma) - 0.5 * math.log(2.0 * math.pi)

    def log_density(number):
        z = (number - mu) / sigma
        return top - 0.5 * z * z

    return _each(log_density, x)


def gaussian_mle(x):
    """Two passes, and a correction for what rounding left in the mean."""
    numbers = x.tolist()
    n = len(numbers)
    mean = math.fsum(numbers) / n
    rest = math.fsum(v - mean for v in numbers) / n
    squares = math.fsum((v - mean) ** 2 for v in numbers) / n
    return mean + rest, math.sqrt(max(squares - rest * rest, 0.0))


def multivariate_gaussian_log_pdf(x, mean, cov):
    """cov = L D Lᵀ without square roots; the logs of D add up."""
    d = len(mean)
    C = cov.tolist()
    largest = max(abs(C[i][i]) for i in range(d))
    L = [[0.0] * d for _ in range(d)]
    D = [0.0] * d
    for j in range(d):
        D[j] = C[j][j] - math.fsum(L[j][k] ** 2 * D[k] for k in range(j))
        if D[j] <= 1e-14 * largest:
            raise ValueError("multivariate_gaussian_log_pdf: cov is not positive definite")
        L[j][j] = 1.0
        for i in range(j + 1, d):
            s = sum(L[i][k] * L[j][k] * D[k] for k in range(j))
            L[i][j] = (C[i][j] - s) / D[j]
    constant = d * math.log(2.0 * math.pi) + math.fsum(math.log(v) for v in D)
    result = []
    for point in x.tolist():
        w = []
        for i in range(d):
            r = point[i] - float(mean[i])
            w.append(r - sum(L[i][k] * w[k] for k in range(i)))
        distance = math.fsum(w[i] * w[i] / D[i] for i in range(d))
        result.append(-0.5 * (distance + constant))
    return np.array(result)


def box_muller(u1, u2):
    z1, z2 = np.empty(u1.shape), np.empty(u1.shape)
    for i in np.ndindex(u1.shape):
        radius = math.sqrt(-2.0 * math.log(u1[i]))
        angle = 2.0 * math.pi * float(u2[i])
        z1[i] = radius * math.cos(angle)
        z2[i] = radius * math.sin(angle)
    return z1, z2


def _draw(probs, number):
    total, last = 0.0, None
    for k, p in enumerate(probs):
        if p == 0.0:
            continue
        total += p
        last = k
        if number < total:
            break
    return last


def sample_categorical(probs, u):
    table = probs.tolist()
    if np.ndim(u) == 0:
        return _draw(table, float(u))
    out = np.empty(u.shape, dtype=np.int64)
    for index in np.ndindex(u.shape):
        out[index] = _draw(table, float(u[index]))
    return out


def monte_carlo(values):
    """Welford's running mean and sum of squares."""
    if len(values) < 2:
        raise ValueError("monte_carlo: %d value" % len(values))
    mean, squares, n = 0.0, 0.0, 0
    for v in values.tolist():
        n += 1
        step = v - mean
        mean += step / n
        squares += step * (v - mean)
    return mean, math.sqrt(squares / (n - 1) / n)


def product_of_gaussians(mean1, var1, mean2, var2):
    shape = np.shape(mean1)
    means, variances = [], []
    for m1, v1, m2, v2 in zip(*(np.ravel(a).tolist() for a in (mean1, var1, mean2, var2))):
        if v1 <= 0 or v2 <= 0:
            raise ValueError("a variance is not positive")
        share = v1 / (v1 + v2)
        means.append((1 - share) * m1 + share * m2)
        variances.append(share * v2)
    return np.reshape(means, shape), np.reshape(variances, shape)
