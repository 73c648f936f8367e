"""Right and wrong ways to write the exercises of `distributions`."""

import bisect
import math
import statistics

import numpy as np

from grader.variants import right, wrong


def _check(sigma):
    if sigma <= 0:
        raise ValueError("sigma")


def _log(x, mu, sigma):
    return -((x - mu) ** 2) / (2 * sigma**2) - np.log(sigma) - 0.5 * np.log(2 * np.pi)


# gaussian_pdf


@right("gaussian_pdf", "the exponential of the log density")
def takes_exp_of_the_log(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(_log(x, mu, sigma))


@right("gaussian_pdf", "number by number, with Python floats")
def loops_over_numbers(x, mu=0.0, sigma=1.0):
    _check(sigma)
    height = 1 / math.sqrt(2 * math.pi * sigma**2)
    densities = [height * math.exp(-((v - mu) ** 2) / 2 / sigma**2) for v in x.ravel().tolist()]
    return np.array(densities).reshape(x.shape)


@right("gaussian_pdf", "numpy's vectorize of the bell in Python's own library")
def asks_the_standard_library(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.vectorize(statistics.NormalDist(mu, sigma).pdf)(x)


@wrong("gaussian_pdf", "You used sigma as a variance: it is the standard deviation, square it.")
def takes_a_variance(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(-((x - mu) ** 2) / (2 * sigma)) / np.sqrt(2 * np.pi * sigma)


@wrong(
    "gaussian_pdf",
    "You squared sigma under the exponential and forgot it in front: the height is 1 / (sigma "
    "sqrt(2 pi)), or the area is not 1.",
)
def forgets_sigma_in_front(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / np.sqrt(2 * np.pi)


@wrong("gaussian_pdf", "You forgot the half in the exponent.")
def forgets_the_half(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(-(((x - mu) / sigma) ** 2)) / (sigma * np.sqrt(2 * np.pi))


@wrong("gaussian_pdf", "You left 2 pi without its root.")
def forgets_the_root(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(-(((x - mu) / sigma) ** 2) / 2) / (sigma * 2 * np.pi)


@wrong("gaussian_pdf", "You cut the density at 1, but only areas are at most 1.")
def cuts_at_one(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.minimum(np.exp(_log(x, mu, sigma)), 1.0)


@wrong("gaussian_pdf", "You added a small number to sigma, which makes narrow bells too wide.")
def adds_epsilon_to_sigma(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(_log(x, mu, sigma + 1e-12))


@wrong("gaussian_pdf", "You added a small number to the density: its tails are smaller than that.")
def adds_epsilon_to_the_density(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(_log(x, mu, sigma)) + 1e-15


@wrong("gaussian_pdf", "You added mu to x: the bell stands above mu, so subtract it.")
def adds_the_mean(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(_log(x, -mu, sigma))


@wrong("gaussian_pdf", "You scaled the densities to a sum of 1: the integral is 1, not the sum.")
def normalises_the_sum(x, mu=0.0, sigma=1.0):
    _check(sigma)
    density = np.exp(_log(x, mu, sigma))
    return density / density.sum()


@wrong("gaussian_pdf", "You flattened the array: the result has the shape of x.")
def flattens(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.exp(_log(x.ravel(), mu, sigma))


@wrong("gaussian_pdf", "You refused a negative sigma and let 0 through.")
def accepts_zero(x, mu=0.0, sigma=1.0):
    if sigma < 0:
        raise ValueError("sigma")
    z = (x - mu) / max(sigma, 1e-300)
    return np.exp(-0.5 * z * z) / (max(sigma, 1e-300) * np.sqrt(2 * np.pi))


@wrong("gaussian_pdf", "You squared sigma before you looked at it: a negative one slips through.")
def accepts_negative(x, mu=0.0, sigma=1.0):
    variance = sigma**2
    _check(variance)
    return np.exp(-((x - mu) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


@wrong("gaussian_pdf", "You computed in x itself, so the caller's array has changed.")
def computes_in_place(x, mu=0.0, sigma=1.0):
    _check(sigma)
    x -= mu
    x /= sigma
    return np.exp(-0.5 * x**2) / (sigma * np.sqrt(2 * np.pi))


@wrong("gaussian_pdf", "You swapped the two parameters: the mean comes first.")
def swaps_parameters(x, sigma=1.0, mu=0.0):
    _check(sigma)
    return np.exp(_log(x, mu, sigma))


# gaussian_log_pdf


@right("gaussian_log_pdf", "one logarithm for all constants")
def takes_one_logarithm(x, mu=0.0, sigma=1.0):
    _check(sigma)
    variance = sigma**2
    return -0.5 * (np.square(mu - x) / variance + np.log(2 * np.pi * variance))


@right("gaussian_log_pdf", "number by number, with Python floats")
def logs_number_by_number(x, mu=0.0, sigma=1.0):
    _check(sigma)
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        z = (float(x[index]) - mu) / sigma
        result[index] = -z * z / 2 - math.log(sigma * math.sqrt(math.tau))
    return result


@right("gaussian_log_pdf", "the parabola, measured down from the peak")
def goes_down_from_the_peak(x, mu=0.0, sigma=1.0):
    _check(sigma)
    peak = math.log(1 / (sigma * math.sqrt(2 * math.pi)))
    return np.subtract(peak, ((x - mu) / (math.sqrt(2) * sigma)) ** 2)


@wrong(
    "gaussian_log_pdf",
    "You took the logarithm of the density, which is 0 far out. Take the logarithm on paper first.",
)
def logs_the_density(x, mu=0.0, sigma=1.0):
    _check(sigma)
    with np.errstate(all="ignore"):
        return np.log(np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi)))


@wrong(
    "gaussian_log_pdf",
    "You added a small number inside the logarithm: far out it is all that is left.",
)
def adds_epsilon_in_the_log(x, mu=0.0, sigma=1.0):
    _check(sigma)
    density = np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    return np.log(density + 1e-300)


@wrong("gaussian_log_pdf", "You cut z far out: the parabola goes on.")
def cuts_far_out(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return _log(np.clip((x - mu) / sigma, -1e4, 1e4), 0.0, 1.0) - np.log(sigma)


@wrong("gaussian_log_pdf", "You used sigma as a variance: it is the standard deviation, square it.")
def logs_with_a_variance(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return -0.5 * (x - mu) ** 2 / sigma - 0.5 * np.log(2 * np.pi * sigma)


@wrong("gaussian_log_pdf", "You forgot the log of sigma: only for sigma = 1 is it 0.")
def forgets_log_sigma(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return -0.5 * ((x - mu) / sigma) ** 2 - 0.5 * np.log(2 * np.pi)


@wrong("gaussian_log_pdf", "You halved the log of sigma: half belongs to that of the variance.")
def halves_log_sigma(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return -0.5 * ((x - mu) / sigma) ** 2 - 0.5 * np.log(sigma) - 0.5 * np.log(2 * np.pi)


@wrong("gaussian_log_pdf", "You left the constant out: the log of the root of 2 pi belongs to it.")
def forgets_the_constant(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma)


@wrong("gaussian_log_pdf", "You used the logarithm to base 10: natural logarithms are asked for.")
def takes_base_ten(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return _log(x, mu, sigma) / np.log(10)


@wrong("gaussian_log_pdf", "You cut at 0, but the log of a density may be positive.")
def cuts_at_zero(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return np.minimum(_log(x, mu, sigma), 0.0)


@wrong("gaussian_log_pdf", "You added a small number to sigma: a tiny sigma is still a sigma.")
def adds_epsilon_in_log_sigma(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return -0.5 * ((x - mu) / sigma) ** 2 - np.log(sigma + 1e-12) - 0.5 * np.log(2 * np.pi)


@wrong("gaussian_log_pdf", "You changed the sign: that is the loss, the negative log-likelihood.")
def returns_the_loss(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return -_log(x, mu, sigma)


@wrong("gaussian_log_pdf", "You summed over the entries: each has a log density of its own.")
def sums_over_entries(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return _log(x, mu, sigma).sum(axis=-1)


@wrong("gaussian_log_pdf", "You flattened the array: the result has the shape of x.")
def flattens_the_logs(x, mu=0.0, sigma=1.0):
    _check(sigma)
    return _log(np.ravel(x), mu, sigma)


@wrong("gaussian_log_pdf", "You did not check sigma: its square hides a negative one.")
def does_not_check(x, mu=0.0, sigma=1.0):
    with np.errstate(all="ignore"):
        return -0.5 * ((x - mu) / sigma) ** 2 - 0.5 * np.log(2 * np.pi * sigma**2)


@wrong("gaussian_log_pdf", "You computed in x itself, so the caller's array has changed.")
def subtracts_in_place(x, mu=0.0, sigma=1.0):
    _check(sigma)
    x -= mu
    return _log(x, 0.0, sigma)


# gaussian_mle


@right("gaussian_mle", "numpy's own mean and deviation")
def asks_numpy(x):
    return x.mean(), x.std()


@right("gaussian_mle", "Welford's running mean and sum of squares")
def runs_along(x):
    mean, squares = 0.0, 0.0
    for n, number in enumerate(x.tolist(), start=1):
        step = number - mean
        mean += step / n
        squares += step * (number - mean)
    return mean, math.sqrt(squares / len(x))


@right("gaussian_mle", "the mean of the squares, after all is moved to the first number")
def moves_to_the_first(x):
    moved = x - x[0]
    variance = np.mean(moved**2) - np.mean(moved) ** 2
    return x[0] + np.mean(moved), np.sqrt(max(variance, 0.0))


@right("gaussian_mle", "the length of the centred vector, exactly summed")
def measures_a_vector(x):
    mean = math.fsum(x.tolist()) / x.size
    return [np.asarray(mean), np.linalg.norm(x - mean) / np.sqrt(x.size)]


@wrong(
    "gaussian_mle",
    "You divided by n - 1: that is the unbiased estimate, the most likely one divides by n.",
)
def divides_by_n_minus_one(x):
    mean = x.mean()
    return mean, np.sqrt(np.sum((x - mean) ** 2) / max(len(x) - 1, 1))


@wrong(
    "gaussian_mle",
    "You subtracted the square of the mean from the mean of the squares: around 1e9 both have 18 "
    "digits, and their difference is lost. Centre first.",
)
def cancels(x):
    return x.mean(), np.sqrt(max(np.mean(x**2) - x.mean() ** 2, 0.0))


@wrong("gaussian_mle", "You returned the variance: the deviation is its root.")
def returns_the_variance(x):
    return x.mean(), x.var()


@wrong("gaussian_mle", "You averaged absolute distances: that fits another curve, not the bell.")
def averages_distances(x):
    mean = x.mean()
    return mean, np.mean(np.abs(x - mean))


@wrong("gaussian_mle", "You took the median: the most likely mean is the plain mean.")
def takes_the_median(x):
    middle = np.median(x)
    return middle, np.sqrt(np.mean((x - middle) ** 2))


@wrong("gaussian_mle", "You measured from 0: subtract the mean first, then average the squares.")
def measures_from_zero(x):
    return x.mean(), np.sqrt(np.mean(x**2))


@wrong("gaussian_mle", "You computed with 32 bits, which keep 7 digits.")
def computes_in_short_floats(x):
    short = x.astype(np.float32)
    return float(short.mean()), float(short.std())


@wrong("gaussian_mle", "You refused a single number, whose most likely deviation is 0.")
def refuses_one(x):
    if len(x) < 2:
        raise ValueError("x")
    return x.mean(), x.std()


@wrong("gaussian_mle", "You computed the standard error of the mean, not the data's deviation.")
def returns_the_standard_error(x):
    return x.mean(), x.std() / np.sqrt(len(x))


@wrong("gaussian_mle", "You centred the data in place, so the caller's array has changed.")
def centres_in_place(x):
    mean = x.mean()
    x -= mean
    return mean, np.sqrt(np.mean(x**2))


# product_of_gaussians


def _check_variances(*variances):
    for variance in variances:
        if np.any(np.asarray(variance) <= 0):
            raise ValueError("a variance is not positive")


@right("product_of_gaussians", "without precisions, over the sum of the variances")
def divides_by_the_sum(mean1, var1, mean2, var2):
    if np.min(var1) <= 0 or np.min(var2) <= 0:
        raise ValueError("var")
    total = var1 + var2
    return (mean1 * var2 + mean2 * var1) / total, var1 * var2 / total


@right("product_of_gaussians", "a Kalman gain: a step from the first mean to the second")
def steps_by_a_gain(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    gain = var1 / (var1 + var2)
    return [mean1 + gain * (mean2 - mean1), gain * var2]


@right("product_of_gaussians", "coefficients of the two parabolas, entry by entry")
def adds_parabolas(mean1, var1, mean2, var2):
    arrays = np.broadcast_arrays(mean1, var1, mean2, var2)
    means, variances = np.empty(arrays[0].shape), np.empty(arrays[0].shape)
    for index in np.ndindex(means.shape):
        m1, v1, m2, v2 = (float(a[index]) for a in arrays)
        if v1 <= 0 or v2 <= 0:
            raise ValueError(f"a variance at {index} is not positive")
        square, line = 1 / v1 + 1 / v2, m1 / v1 + m2 / v2
        means[index], variances[index] = line / square, 1 / square
    return means, variances


@wrong("product_of_gaussians", "You added the variances: that is for a sum of two variables.")
def adds_the_variances(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    return divides_by_the_sum(mean1, var1, mean2, var2)[0], var1 + var2


@wrong("product_of_gaussians", "You averaged the variances: the result is narrower than both.")
def averages_the_variances(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    return divides_by_the_sum(mean1, var1, mean2, var2)[0], (var1 + var2) / 2


@wrong("product_of_gaussians", "You multiplied the variances, and did not divide by their sum.")
def multiplies_the_variances(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    return divides_by_the_sum(mean1, var1, mean2, var2)[0], var1 * var2


@wrong("product_of_gaussians", "You returned the precision: the variance is 1 over it.")
def returns_the_precision(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    return divides_by_the_sum(mean1, var1, mean2, var2)[0], 1 / var1 + 1 / var2


@wrong("product_of_gaussians", "You returned the deviation: the variance is asked for.")
def returns_a_deviation(mean1, var1, mean2, var2):
    mean, variance = divides_by_the_sum(mean1, var1, mean2, var2)
    return mean, np.sqrt(variance)


@wrong("product_of_gaussians", "You took variances for deviations, and squared them.")
def squares_the_variances(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    return divides_by_the_sum(mean1, var1**2, mean2, var2**2)


@wrong("product_of_gaussians", "You averaged the means: the narrower bell counts more.")
def averages_the_means(mean1, var1, mean2, var2):
    return (mean1 + mean2) / 2, divides_by_the_sum(mean1, var1, mean2, var2)[1]


@wrong("product_of_gaussians", "You multiplied the means: the product's mean lies between them.")
def multiplies_the_means(mean1, var1, mean2, var2):
    return mean1 * mean2, divides_by_the_sum(mean1, var1, mean2, var2)[1]


@wrong(
    "product_of_gaussians", "You weighted each mean with its own variance: the surer one counts."
)
def weighs_with_variances(mean1, var1, mean2, var2):
    _, variance = divides_by_the_sum(mean1, var1, mean2, var2)
    return (mean1 * var1 + mean2 * var2) / (var1 + var2), variance


@wrong(
    "product_of_gaussians", "You weighted the means with deviations: precisions are the weights."
)
def weighs_with_deviations(mean1, var1, mean2, var2):
    _, variance = divides_by_the_sum(mean1, var1, mean2, var2)
    s1, s2 = np.sqrt(var1), np.sqrt(var2)
    return (mean1 * s2 + mean2 * s1) / (s1 + s2), variance


@wrong("product_of_gaussians", "You did not divide the weighted sum by the sum of the weights.")
def forgets_to_normalise(mean1, var1, mean2, var2):
    _, variance = divides_by_the_sum(mean1, var1, mean2, var2)
    return mean1 / var1 + mean2 / var2, variance


@wrong("product_of_gaussians", "You added 1e-8 to what you divide by: tiny variances are lost.")
def adds_a_small_number(mean1, var1, mean2, var2):
    _check_variances(var1, var2)
    total = var1 + var2 + 1e-8
    return (mean1 * var2 + mean2 * var1) / total, var1 * var2 / total


@wrong("product_of_gaussians", "You returned variance and mean: the mean comes first.")
def returns_the_variance_first(mean1, var1, mean2, var2):
    return divides_by_the_sum(mean1, var1, mean2, var2)[::-1]


@wrong("product_of_gaussians", "You returned the mean alone: the variance belongs to it.")
def returns_the_mean_alone(mean1, var1, mean2, var2):
    return divides_by_the_sum(mean1, var1, mean2, var2)[0]


@wrong("product_of_gaussians", "You did not look at the variances: none may be 0 or negative.")
def checks_no_variance(mean1, var1, mean2, var2):
    with np.errstate(all="ignore"):
        total = np.add(var1, var2)
        return np.divide(mean1 * var2 + mean2 * var1, total), np.divide(var1 * var2, total)


@wrong("product_of_gaussians", "You looked at the first variance only: the second may be bad, too.")
def checks_the_first_variance(mean1, var1, mean2, var2):
    _check_variances(var1)
    with np.errstate(all="ignore"):
        total = np.add(var1, var2)
        return np.divide(mean1 * var2 + mean2 * var1, total), np.divide(var1 * var2, total)


@wrong("product_of_gaussians", "You looked at the sum: each variance must be positive.")
def checks_the_sum(mean1, var1, mean2, var2):
    _check_variances(var1 + var2)
    total = var1 + var2
    return (mean1 * var2 + mean2 * var1) / total, var1 * var2 / total


@wrong("product_of_gaussians", "You let a variance of 0 pass: it is no bell.")
def lets_zero_pass(mean1, var1, mean2, var2):
    if np.any(np.asarray(var1) < 0) or np.any(np.asarray(var2) < 0):
        raise ValueError("var")
    with np.errstate(all="ignore"):
        total = np.add(var1, var2)
        return np.divide(mean1 * var2 + mean2 * var1, total), np.divide(var1 * var2, total)


@wrong("product_of_gaussians", "You asked whether all variances are bad: one is enough.")
def wants_all_bad(mean1, var1, mean2, var2):
    if np.all(np.asarray(var1) <= 0) or np.all(np.asarray(var2) <= 0):
        raise ValueError("var")
    with np.errstate(all="ignore"):
        total = np.add(var1, var2)
        return np.divide(mean1 * var2 + mean2 * var1, total), np.divide(var1 * var2, total)


@wrong(
    "product_of_gaussians",
    "`if var1 <= 0` cannot decide for an array: ask np.any or np.all of it.",
)
def compares_arrays_in_an_if(mean1, var1, mean2, var2):
    if var1 <= 0 or var2 <= 0:
        raise ValueError("var")
    return divides_by_the_sum(mean1, var1, mean2, var2)


@wrong(
    "product_of_gaussians", "You wrote into the first variances: the caller's array has changed."
)
def merges_in_place(mean1, var1, mean2, var2):
    mean, variance = divides_by_the_sum(mean1, var1, mean2, var2)
    if np.ndim(var1):
        var1[...] = variance
    return mean, variance


# multivariate_gaussian_log_pdf


def _quadratic(x, mean, cov):
    r = x - mean
    return np.sum(r * np.linalg.solve(cov, r.T).T, axis=1)


def _logdet(cov):
    if np.linalg.eigvalsh(cov)[0] <= 1e-13 * np.max(np.abs(cov)):
        raise ValueError("cov")
    return np.linalg.slogdet(cov)[1]


def _constant(x):
    return x.shape[1] * np.log(2 * np.pi)


@right("multivariate_gaussian_log_pdf", "a triangular factor, and whitened distances")
def whitens(x, mean, cov):
    L = np.linalg.cholesky(cov)
    z = np.linalg.solve(L, (x - mean).T)
    return -0.5 * (z**2).sum(axis=0) - np.log(np.diag(L)).sum() - 0.5 * _constant(x)


@right("multivariate_gaussian_log_pdf", "the inverse, point by point, with slogdet")
def inverts(x, mean, cov):
    log_det = _logdet(cov)
    precision = np.linalg.inv(cov)
    constant = 0.5 * (log_det + _constant(x))
    return [-constant - 0.5 * (p - mean) @ precision @ (p - mean) for p in x]


@right("multivariate_gaussian_log_pdf", "elimination, feature by feature: each given the others")
def conditions_on_features(x, mean, cov):
    r, S = x - mean, cov.copy()
    total = np.zeros(len(x))
    for j in range(len(mean)):
        variance = S[j, j]
        if variance <= 1e-13 * cov.max():
            raise ValueError("cov")
        total -= 0.5 * (r[:, j] ** 2 / variance + np.log(2 * np.pi * variance))
        slope = S[j + 1 :, j] / variance
        r[:, j + 1 :] -= np.outer(r[:, j], slope)
        S[j + 1 :, j + 1 :] -= np.outer(slope, S[j, j + 1 :])
    return total


@wrong(
    "multivariate_gaussian_log_pdf",
    "You took the log of the determinant, which is 0 or inf in many dimensions: sum logarithms.",
)
def logs_the_determinant(x, mean, cov):
    _logdet(cov)
    with np.errstate(all="ignore"):
        log_det = np.log(np.linalg.det(cov))
    return -0.5 * (_quadratic(x, mean, cov) + log_det + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You scaled the covariance before you took its determinant: where the eigenvalues differ "
    "much, that is 0 all the same. Sum logarithms.",
)
def rescales_the_determinant(x, mean, cov):
    _logdet(cov)
    scale = np.trace(cov) / len(cov)
    with np.errstate(all="ignore"):
        log_det = len(cov) * np.log(scale) + np.log(np.linalg.det(cov / scale))
    return -0.5 * (_quadratic(x, mean, cov) + log_det + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You multiplied the eigenvalues in longer floats: 200 of them leave that range as well.",
)
def multiplies_in_longer_floats(x, mean, cov):
    _logdet(cov)
    with np.errstate(all="ignore"):
        log_det = np.log(np.prod(np.linalg.eigvalsh(cov).astype(np.longdouble)))
    return (-0.5 * (_quadratic(x, mean, cov) + log_det + _constant(x))).astype(float)


@wrong(
    "multivariate_gaussian_log_pdf",
    "You took the log of the density: far from the mean the density is 0 in floats.",
)
def logs_the_density_nd(x, mean, cov):
    exponent = -0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + _constant(x))
    with np.errstate(all="ignore"):
        return np.log(np.exp(exponent))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You cut distances, to save an exponential that you do not need: far points are far.",
)
def cuts_distances(x, mean, cov):
    distances = np.minimum(_quadratic(x, mean, cov), 1400.0)
    return -0.5 * (distances + _logdet(cov) + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You counted the constant ln(2 pi) once: every dimension has its own.",
)
def counts_the_constant_once(x, mean, cov):
    return -0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + np.log(2 * np.pi))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You used the diagonal of the covariance only: features that vary together count.",
)
def uses_the_diagonal(x, mean, cov):
    _logdet(cov)
    variances = np.diag(cov)
    return -0.5 * np.sum((x - mean) ** 2 / variances + np.log(2 * np.pi * variances), axis=1)


@wrong(
    "multivariate_gaussian_log_pdf",
    "You forgot the half in front of the log of the determinant.",
)
def forgets_the_half_of_logdet(x, mean, cov):
    return -0.5 * (_quadratic(x, mean, cov) + _constant(x)) - _logdet(cov)


@wrong(
    "multivariate_gaussian_log_pdf",
    "You multiplied by the covariance: distances are measured with its inverse.",
)
def multiplies_by_cov(x, mean, cov):
    r = x - mean
    return -0.5 * (np.sum(r @ cov * r, axis=1) + _logdet(cov) + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You asked only for the determinant's sign: two negative eigenvalues make it positive again.",
)
def asks_for_the_sign(x, mean, cov):
    sign, log_det = np.linalg.slogdet(cov)
    if sign <= 0:
        raise ValueError("cov")
    return -0.5 * (_quadratic(x, mean, cov) + log_det + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You only looked at the diagonal: positive variances can have impossible covariances.",
)
def checks_the_diagonal(x, mean, cov):
    if np.min(np.diag(cov)) <= 0:
        raise ValueError("cov")
    log_det = np.linalg.slogdet(cov)[1]
    return -0.5 * (_quadratic(x, mean, cov) + log_det + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You let an eigenvalue of 0 pass: a distribution that is flat in one direction has no density.",
)
def accepts_flat_ones(x, mean, cov):
    variances, axes = np.linalg.eigh(cov)
    if variances[0] < -1e-12 * np.max(np.abs(variances)):
        raise ValueError("cov")
    variances = np.maximum(variances, 1e-30)
    z = (x - mean) @ axes / np.sqrt(variances)
    return -0.5 * (np.sum(z**2, axis=1) + np.log(variances).sum() + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You added a little to the diagonal, which hides a singular covariance and changes small ones.",
)
def adds_to_the_diagonal(x, mean, cov):
    cov = cov + 1e-9 * np.eye(len(cov))
    return -0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You compared eigenvalues with a fixed small number: a covariance may be tiny altogether.",
)
def refuses_tiny_ones(x, mean, cov):
    if np.linalg.eigvalsh(cov)[0] < 1e-10:
        raise ValueError("cov")
    return -0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You refused a determinant of 0: in 200 dimensions it underflows for good covariances, too.",
)
def refuses_an_underflow(x, mean, cov):
    if np.linalg.det(cov) == 0:
        raise ValueError("cov")
    return -0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You summed over the points: each one has a log density of its own.",
)
def sums_over_points(x, mean, cov):
    return np.sum(-0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + _constant(x)))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You used the number of points for the number of features in the constant.",
)
def counts_points(x, mean, cov):
    return -0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + len(x) * np.log(2 * np.pi))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You squeezed the result: one point gives an array of one number.",
)
def squeezes(x, mean, cov):
    return np.squeeze(-0.5 * (_quadratic(x, mean, cov) + _logdet(cov) + _constant(x)))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You took the squared deviations off the diagonal: in one dimension cov is the variance.",
)
def squares_the_covariance(x, mean, cov):
    return -0.5 * (_quadratic(x, mean, cov @ cov) + 2 * _logdet(cov) + _constant(x))


@wrong(
    "multivariate_gaussian_log_pdf",
    "You subtracted the mean from x itself, so the caller's points have changed.",
)
def moves_the_points(x, mean, cov):
    x -= mean
    return -0.5 * (_quadratic(x, 0.0, cov) + _logdet(cov) + _constant(x))


# box_muller


@right("box_muller", "a complex number of that radius and angle")
def turns_a_complex_number(u1, u2):
    z = np.sqrt(-2 * np.log(u1)) * np.exp(2j * np.pi * u2)
    return z.real, z.imag


@right("box_muller", "pair by pair, with Python floats")
def goes_pair_by_pair(u1, u2):
    z1, z2 = np.empty(u1.shape), np.empty(u1.shape)
    for i in np.ndindex(u1.shape):
        radius = math.sqrt(2 * math.log(1 / u1[i]))
        z1[i] = radius * math.cos(math.tau * u2[i])
        z2[i] = radius * math.sin(math.tau * u2[i])
    return [z1, z2]


@right("box_muller", "half the logarithm and degrees")
def measures_in_degrees(u1, u2):
    radius = 2 * np.sqrt(-np.log(np.sqrt(u1)))
    angle = np.deg2rad(360 * u2)
    return radius * np.cos(angle), np.sin(angle) * radius


@wrong("box_muller", "You swapped cosine and sine: the first result has the cosine.")
def sine_first(u1, u2):
    radius = np.sqrt(-2 * np.log(u1))
    return radius * np.sin(2 * np.pi * u2), radius * np.cos(2 * np.pi * u2)


@wrong("box_muller", "You swapped the arguments: u1 sets the radius, u2 the angle.")
def swaps_the_arguments(u1, u2):
    with np.errstate(all="ignore"):
        radius = np.sqrt(-2 * np.log(u2))
    return radius * np.cos(2 * np.pi * u1), radius * np.sin(2 * np.pi * u1)


@wrong("box_muller", "You forgot the 2 under the root: the variance is then 1/2.")
def forgets_the_two(u1, u2):
    radius = np.sqrt(-np.log(u1))
    return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You forgot the root: -2 ln u1 is the square of the radius.")
def forgets_the_root_of_the_radius(u1, u2):
    radius = -2 * np.log(u1)
    return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You went halfway round: the angle is 2 pi u2.")
def goes_half_way_round(u1, u2):
    radius = np.sqrt(-2 * np.log(u1))
    return radius * np.cos(np.pi * u2), radius * np.sin(np.pi * u2)


@wrong("box_muller", "You measured the angle in degrees: numpy's cosine takes radians.")
def takes_degrees_for_radians(u1, u2):
    radius = np.sqrt(-2 * np.log(u1))
    return radius * np.cos(360 * u2), radius * np.sin(360 * u2)


@wrong(
    "box_muller",
    "You took 1 - u1, just as random but another number: u1 = 1 is log 0, tiny u1 are lost.",
)
def turns_u1_round(u1, u2):
    with np.errstate(all="ignore"):
        radius = np.sqrt(-2 * np.log(1 - u1))
        return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You added a small number inside the logarithm: u1 is never 0.")
def adds_epsilon_to_u1(u1, u2):
    radius = np.sqrt(np.maximum(-2 * np.log(u1 + 1e-12), 0.0))
    return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You kept u1 away from 0 by clipping it: it is never 0, only small.")
def clips_below(u1, u2):
    radius = np.sqrt(-2 * np.log(np.maximum(u1, 1e-20)))
    return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You kept u1 away from 1, where the radius is just 0.")
def clips_above(u1, u2):
    radius = np.sqrt(-2 * np.log(np.minimum(u1, 1 - 1e-9)))
    return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You got the sine from the cosine by a root, which loses its sign.")
def loses_the_sign(u1, u2):
    radius, cosine = np.sqrt(-2 * np.log(u1)), np.cos(2 * np.pi * u2)
    return radius * cosine, radius * np.sqrt(1 - cosine**2)


@wrong("box_muller", "You flattened the arrays: the results have the shape of u1 and u2.")
def flattens_both(u1, u2):
    radius, angle = np.sqrt(-2 * np.log(u1.ravel())), 2 * np.pi * u2.ravel()
    return radius * np.cos(angle), radius * np.sin(angle)


@wrong("box_muller", "You used the base-10 logarithm: natural logarithms are needed.")
def takes_log10(u1, u2):
    radius = np.sqrt(-2 * np.log10(u1))
    return radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)


@wrong("box_muller", "You computed the angle in u2 itself, so the caller's array has changed.")
def scales_u2_in_place(u1, u2):
    u2 *= 2 * np.pi
    radius = np.sqrt(-2 * np.log(u1))
    return radius * np.cos(u2), radius * np.sin(u2)


# sample_categorical


@right("sample_categorical", "counts the ends that a number has passed")
def counts_ends(probs, u):
    ends = np.cumsum(probs)
    passed = np.sum(np.asarray(u)[..., np.newaxis] >= ends, axis=-1)
    return np.minimum(passed, np.max(np.nonzero(probs)[0]))


@right("sample_categorical", "number by number: walks along until u is used up")
def walks_along(probs, u):
    def one(left):
        answer = None
        for k, p in enumerate(probs.tolist()):
            if p > 0:
                answer = k
                left -= p
                if left < 0:
                    break
        return answer

    u = np.asarray(u)
    return np.array([one(v) for v in u.ravel().tolist()]).reshape(u.shape)


@right("sample_categorical", "leaves impossible indices out, searches, and translates back")
def leaves_out_the_impossible(probs, u):
    possible = np.flatnonzero(probs > 0)
    ends = np.cumsum(probs[possible])
    ends[-1] = 1.0
    return possible[np.searchsorted(ends, u, side="right")]


@right("sample_categorical", "bisection, with the ends scaled to end at exactly 1")
def bisects(probs, u):
    ends = np.cumsum(probs)
    ends = (ends / ends[-1]).tolist()
    if np.ndim(u) == 0:
        return bisect.bisect_right(ends, float(u))
    return np.vectorize(lambda v: bisect.bisect_right(ends, v))(u)


@wrong(
    "sample_categorical",
    "You put a number on a border below it: it belongs above, and u = 0 must not draw an index of "
    "probability 0.",
)
def searches_from_the_left(probs, u):
    k = np.searchsorted(np.cumsum(probs), u)
    return np.minimum(k, np.flatnonzero(probs)[-1])


@wrong(
    "sample_categorical",
    "You trusted the sum to be 1: where it is a little less, the largest u draw an index that does "
    "not exist.",
)
def trusts_the_sum(probs, u):
    return np.searchsorted(np.cumsum(probs), u, side="right")


@wrong(
    "sample_categorical",
    "You gave the last index what rounding leaves over, though its probability may be 0.",
)
def sends_the_rest_to_the_end(probs, u):
    k = np.searchsorted(np.cumsum(probs), u, side="right")
    return np.minimum(k, len(probs) - 1)


@wrong(
    "sample_categorical",
    "You gave the last index what rounding leaves over, though its probability may be 0.",
)
def sets_the_last_sum(probs, u):
    ends = np.cumsum(probs)
    ends[-1] = 1.0
    return np.searchsorted(ends, u, side="right")


@wrong(
    "sample_categorical",
    "You gave index 0 to a number above the whole sum: it gets the last possible index.",
)
def asks_argmax(probs, u):
    return np.argmax(np.asarray(u)[..., np.newaxis] < np.cumsum(probs), axis=-1)


@wrong(
    "sample_categorical",
    "You moved u away from the border by a small number, and so over tiny probabilities.",
)
def nudges_u(probs, u):
    k = np.searchsorted(np.cumsum(probs), np.asarray(u) + 1e-12, side="right")
    return np.minimum(k, np.flatnonzero(probs)[-1])


@wrong("sample_categorical", "You treated tiny probabilities as 0.")
def drops_tiny_ones(probs, u):
    possible = np.flatnonzero(probs > 1e-12)
    ends = np.cumsum(probs[possible])
    ends[-1] = 1.0
    return possible[np.searchsorted(ends, u, side="right")]


@wrong(
    "sample_categorical",
    "You left the impossible indices out and forgot to translate back: the others moved up.",
)
def forgets_to_translate_back(probs, u):
    ends = np.cumsum(probs[probs > 0])
    ends[-1] = 1.0
    return np.searchsorted(ends, u, side="right")


@wrong("sample_categorical", "You sorted the probabilities: the pieces lie in their own order.")
def sorts_first(probs, u):
    order = np.argsort(-probs, kind="stable")
    k = np.searchsorted(np.cumsum(probs[order]), u, side="right")
    return order[np.minimum(k, np.count_nonzero(probs) - 1)]


@wrong("sample_categorical", "You returned an array where one number gives one index.")
def always_returns_an_array(probs, u):
    k = np.searchsorted(np.cumsum(probs), np.atleast_1d(u), side="right")
    return np.minimum(k, np.flatnonzero(probs)[-1])


@wrong("sample_categorical", "You flattened u: the result has its shape.")
def flattens_u(probs, u):
    k = np.searchsorted(np.cumsum(probs), np.ravel(u), side="right")
    k = np.minimum(k, np.flatnonzero(probs)[-1])
    return k if np.ndim(u) else k[0]


@wrong("sample_categorical", "You took the most probable index: that is not a draw.")
def takes_the_most_probable(probs, u):
    return np.full(np.shape(u), np.argmax(probs))


@wrong("sample_categorical", "You counted one too far: below the first end the index is 0.")
def counts_from_one(probs, u):
    k = np.searchsorted(np.cumsum(probs), u, side="right") + 1
    return np.minimum(k, np.flatnonzero(probs)[-1])


@wrong("sample_categorical", "You returned floats: an index is a whole number.")
def returns_floats(probs, u):
    k = np.searchsorted(np.cumsum(probs), u, side="right")
    return np.minimum(k, np.flatnonzero(probs)[-1]) * 1.0


@wrong("sample_categorical", "You summed up in probs itself, so the caller's table has changed.")
def sums_in_place(probs, u):
    last = np.flatnonzero(probs)[-1]
    np.cumsum(probs, out=probs)
    return np.minimum(np.searchsorted(probs, u, side="right"), last)


@wrong("sample_categorical", "You summed up with 32 bits: the ends of the pieces are 1e-8 off.")
def sums_with_32_bits(probs, u):
    k = np.searchsorted(np.cumsum(probs.astype(np.float32)).astype(float), u, side="right")
    return np.minimum(k, np.flatnonzero(probs)[-1])


@wrong("sample_categorical", "You kept u away from 1: the last index may be so improbable.")
def keeps_u_away_from_one(probs, u):
    ends = np.cumsum(probs)
    return np.searchsorted(ends, np.minimum(u, ends[-1] - 1e-9), side="right")


# monte_carlo


@right("monte_carlo", "numpy's mean, and its deviation with ddof=1")
def asks_numpy_with_ddof(values):
    if values.size < 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1) / np.sqrt(values.size)


@right("monte_carlo", "Python's statistics module")
def asks_statistics(values):
    numbers = values.tolist()
    return statistics.fmean(numbers), statistics.stdev(numbers) / len(numbers) ** 0.5


@right("monte_carlo", "running sums in one pass")
def runs_in_one_pass(values):
    n, mean, squares = 0, 0.0, 0.0
    for value in values:
        n += 1
        step = value - mean
        mean += step / n
        squares += step * (value - mean)
    if n < 2:
        raise ValueError("values")
    return [mean, math.sqrt(squares / (n - 1) / n)]


@wrong("monte_carlo", "You divided by n: the deviation within the data takes n - 1.")
def divides_by_n(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), values.std() / np.sqrt(len(values))


@wrong(
    "monte_carlo",
    "You used n - 1 for small samples only: the formula is the same for many draws.",
)
def divides_by_n_if_many(values):
    n = len(values)
    if n < 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1 if n < 30 else 0) / np.sqrt(n)


@wrong(
    "monte_carlo",
    "You returned the deviation of the values, not that of their mean, which shrinks with √n.",
)
def returns_the_deviation(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1)


@wrong("monte_carlo", "You divided the deviation by n: the error shrinks with the root of n.")
def divides_by_n_instead_of_its_root(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1) / len(values)


@wrong("monte_carlo", "You returned the variance of the mean: the error is its root.")
def returns_the_variance_of_the_mean(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), values.var(ddof=1) / len(values)


@wrong("monte_carlo", "You divided by the root of n - 1 as well: n - 1 belongs to the variance.")
def takes_n_minus_one_twice(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values) - 1)


@wrong("monte_carlo", "You gave a single value an error of 0: nothing is known about it.")
def accepts_one_value(values):
    n = len(values)
    return values.mean(), values.std(ddof=1) / np.sqrt(n) if n > 1 else 0.0


@wrong("monte_carlo", "You refused two values: n - 1 is 1 then, which is enough.")
def refuses_two_values(values):
    if len(values) <= 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


@wrong("monte_carlo", "You measured from 0: the spread is about the mean.")
def measures_squares_from_zero(values):
    n = len(values)
    if n < 2:
        raise ValueError("values")
    return values.mean(), np.sqrt(np.sum(values**2) / (n * (n - 1)))


@wrong("monte_carlo", "You returned a 95 % interval: one standard error is asked for.")
def returns_an_interval(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), 1.96 * values.std(ddof=1) / np.sqrt(len(values))


@wrong("monte_carlo", "You took the median: the estimate is the mean.")
def takes_the_median_of_values(values):
    if len(values) < 2:
        raise ValueError("values")
    return np.median(values), values.std(ddof=1) / np.sqrt(len(values))


@wrong("monte_carlo", "You divided by the mean: a relative error has another unit.")
def returns_a_relative_error(values):
    if len(values) < 2:
        raise ValueError("values")
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values)) / values.mean()


@wrong("monte_carlo", "You centred the values in place, so the caller's array has changed.")
def centres_values_in_place(values):
    n = len(values)
    if n < 2:
        raise ValueError("values")
    mean = values.mean()
    values -= mean
    return mean, np.sqrt(np.sum(values**2) / (n * (n - 1)))
