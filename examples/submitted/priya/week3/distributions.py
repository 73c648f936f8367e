"""Distributions: the bell curve, and how to draw from it and from a table of probabilities."""

import numpy as np


def gaussian_pdf(x: np.ndarray, mu: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """Return the density of a normal distribution at each entry.

    The bell curve is what a sum of many small accidents looks like, and so the usual model of
    noise: a DDPM adds it to pictures, a VAE draws its latent variables from it, and the weights of
    nanoGPT begin as numbers drawn from it with a standard deviation of 0.02. A density is not a
    probability: only its area is, and a narrow bell is higher than 1.

    Parameters
    ----------
    x : ndarray of shape (...)
        Where to evaluate the density.
    mu : float
        Mean, the middle of the bell.
    sigma : float
        Standard deviation (not the variance), in the unit of `x`.

    Returns
    -------
    ndarray of shape (...)
        The density: its area over all x is 1, whatever `sigma` is.

    Raises
    ------
    ValueError
        If `sigma` is 0 or negative.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (1.46).

    Examples
    --------
    >>> gaussian_pdf(np.array([0.0, 1.0, -1.0])).round(4).tolist()
    [0.3989, 0.242, 0.242]
    >>> gaussian_pdf(np.array([3.0]), mu=3.0, sigma=0.1).round(3).tolist()
    [3.989]
    """
    return np.exp(gaussian_log_pdf(x, mu, sigma))


def gaussian_log_pdf(x: np.ndarray, mu: float = 0.0, sigma: float = 1.0) -> np.ndarray:
    """Return the natural logarithm of a normal density at each entry, however far out.

    Forty standard deviations away the density is smaller than any float, and its logarithm would
    be minus infinity, from which nothing can be learnt. The logarithm itself is a harmless
    parabola. That is why models are trained on log densities: the squared error of a regression,
    of a VAE's decoder and of a DDPM is this function up to a factor and a constant.

    Parameters
    ----------
    x : ndarray of shape (...)
        Where to evaluate the log density.
    mu : float
        Mean.
    sigma : float
        Standard deviation (not the variance), in the unit of `x`.

    Returns
    -------
    ndarray of shape (...)
        Natural logarithm of the density, right at a million standard deviations too. It may be
        positive, since a density may be above 1.

    Raises
    ------
    ValueError
        If `sigma` is 0 or negative.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (1.46).

    Examples
    --------
    >>> gaussian_log_pdf(np.array([0.0, 1.0])).round(4).tolist()
    [-0.9189, -1.4189]
    >>> gaussian_log_pdf(np.array([2e6]), sigma=2.0).round(-3).tolist()
    [-500000000000.0]
    """
    if sigma <= 0:
        raise ValueError(f"sigma = {sigma}, it must be positive")
    z = (x - mu) / sigma
    return -0.5 * z**2 - np.log(sigma * np.sqrt(2 * np.pi))


def gaussian_mle(x: np.ndarray) -> tuple[float, float]:
    """Return the mean and the standard deviation under which data are most likely.

    Training by maximum likelihood, the idea behind every loss of this course, can be solved on
    paper for a bell curve: the best centre is the mean, the best width the root of the mean
    squared distance from it. Normalising inputs and layer norm use just these two numbers.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Data, at least one number.

    Returns
    -------
    mean : float
        Their mean.
    sigma : float
        Their standard deviation, with n below the fraction, not n - 1: of a single number it
        is 0. It is right, and computed without a warning, also for data around a billion that
        differ by ones; the mean of the squares minus the square of the mean is not.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eqs. (1.55) and (1.56).

    Examples
    --------
    >>> mean, sigma = gaussian_mle(np.array([1.0, 3.0]))
    >>> float(mean), float(sigma)
    (2.0, 1.0)
    """
    mean = np.mean(x)
    return mean, np.linalg.norm(x - mean) / np.sqrt(len(x))


def multivariate_gaussian_log_pdf(x: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """Return the log density of a normal distribution in d dimensions, one number per point.

    The bell becomes a hill with elliptic contours; the covariance says how long and how tilted
    they are. Such a hill models the features of one class in discriminant analysis, the cloud of
    Inception features behind the FID score of image generators, and in a VAE, with a diagonal
    covariance, the code of one picture. In many dimensions its volume, the determinant, leaves the
    range of floats, though its logarithm does not.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        One point per row.
    mean : ndarray of shape (d,)
        Centre of the distribution.
    cov : ndarray of shape (d, d)
        Covariance matrix: symmetric, with positive eigenvalues, which may all be tiny or huge.

    Returns
    -------
    ndarray of shape (n,)
        Natural logarithm of the density at each point, right for d = 200 as well, where the
        determinant of `cov` underflows to 0 or overflows.

    Raises
    ------
    ValueError
        If `cov` has a negative eigenvalue, or one that is 0.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (2.43).

    Examples
    --------
    >>> x = np.array([[0.0, 0.0], [2.0, 1.0]])
    >>> cov = np.array([[4.0, 0.0], [0.0, 1.0]])
    >>> multivariate_gaussian_log_pdf(x, np.zeros(2), cov).round(4).tolist()
    [-2.531, -3.531]
    """
    L = np.linalg.cholesky(cov)  # refuses what is not positive definite, and LinAlgError will do
    white = np.linalg.solve(L, (x - mean).T)
    half_log_det = np.log(np.diagonal(L)).sum()
    return -0.5 * (white**2).sum(axis=0) - half_log_det - 0.5 * len(mean) * np.log(2 * np.pi)


def box_muller(u1: np.ndarray, u2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn two arrays of uniform numbers into two arrays of standard normal ones.

    All randomness in a computer begins as uniform numbers. On a plane the bell curve in two
    directions is a round hill: the angle is uniform, and the square of the radius is easy to draw.
    PyTorch's generator on a GPU makes the noise of `torch.randn`, the start of every generated
    picture, in just this way.

    Parameters
    ----------
    u1 : ndarray of shape (...)
        Uniform numbers from 0, excluded, to 1, included. They set the radius.
    u2 : ndarray of shape (...)
        As many again, independent of `u1`. They set the angle.

    Returns
    -------
    z1, z2 : ndarray of shape (...)
        √(-2 ln u1) · cos(2π u2) and √(-2 ln u1) · sin(2π u2): if `u1` and `u2` are random, two
        independent draws from a normal distribution with mean 0 and standard deviation 1.

    References
    ----------
    G. Box and M. Muller, A note on the generation of random normal deviates, Annals of
    Mathematical Statistics 29, 1958.

    Examples
    --------
    >>> z1, z2 = box_muller(np.exp([-2.0, -8.0]), np.array([0.0, 0.25]))
    >>> (z1.round(6) + 0.0).tolist(), (z2.round(6) + 0.0).tolist()
    ([2.0, 0.0], [0.0, 4.0])
    """
    z = np.sqrt(-2 * np.log(u1)) * np.exp(2j * np.pi * u2)
    return z.real, z.imag


def sample_categorical(probs: np.ndarray, u: np.ndarray | float) -> np.ndarray:
    """Draw indices from a table of probabilities, one for each uniform number.

    Lay the probabilities end to end on a line of length 1 and throw a dart: the piece it hits is
    the draw. A language model picks its next token in this way (`torch.multinomial` in nanoGPT's
    `generate`). With the darts as an argument the result is the same each time.

    Parameters
    ----------
    probs : ndarray of shape (k,)
        Probabilities of 0 to k - 1; some may be 0. They sum to 1, up to rounding.
    u : ndarray of shape (...) or float
        Uniform numbers from 0, included, to 1, excluded: an array of any shape, or one number.

    Returns
    -------
    ndarray of int64 and of shape (...)
        For each number the least index k with u < probs[0] + ... + probs[k]. An index of
        probability 0 is never drawn, also where rounding leaves the whole sum a little below 1 and
        not above u: that u belongs to the last index with a probability.

    References
    ----------
    L. Devroye, Non-Uniform Random Variate Generation, 1986, chapter III.2.

    Examples
    --------
    >>> probs = np.array([0.5, 0.0, 0.25, 0.25])
    >>> sample_categorical(probs, np.array([0.0, 0.49, 0.5, 0.75])).tolist()
    [0, 0, 2, 3]
    >>> int(sample_categorical(probs, 0.7))
    2
    """
    ends = np.cumsum(probs)
    index = np.count_nonzero(np.asarray(u)[..., np.newaxis] >= ends, axis=-1)
    return np.minimum(index, np.flatnonzero(probs)[-1])


def monte_carlo(values: np.ndarray) -> tuple[float, float]:
    """Return the mean of random draws, and how far it may be from the true mean.

    What cannot be computed can often be drawn: average many draws and say how sure you are. The
    loss of a mini-batch, the ELBO of a VAE and the score of a model on 1,000 test questions are
    such estimates, and two models that differ by less than the standard errors do not differ.
    Four times the draws only halve the error.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Independent draws, or a function of them; n is at least 2.

    Returns
    -------
    mean : float
        Their mean.
    standard_error : float
        Standard deviation of that mean: s / √n, where s is the standard deviation of `values`
        with n - 1 below the fraction, since the true mean is not known.

    Raises
    ------
    ValueError
        If there are fewer than 2 values: one alone says nothing about the spread.

    References
    ----------
    L. Wasserman, All of Statistics, 2004, section 24.2.

    Examples
    --------
    >>> mean, standard_error = monte_carlo(np.array([1.0, 2.0, 3.0]))
    >>> float(mean), round(float(standard_error), 4)  # 1 / √3
    (2.0, 0.5774)
    """
    n = len(values)
    if n < 2:
        raise ValueError("values: one alone says nothing about the spread")
    return np.mean(values), np.sqrt(np.var(values, ddof=1) / n)


def product_of_gaussians(
    mean1: np.ndarray, var1: np.ndarray, mean2: np.ndarray, var2: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bell curve that is proportional to the product of two bell curves.

    It is Bayes' theorem for Gaussians: what you believed, times what a measurement says. What adds
    up is the *precision*, one over the variance, and the new mean lies between the two, nearer to
    the more precise one. So a robot merges its sensors, and so a DDPM steps back: what is known of
    the picture before a step, from the noisy one and from the clean one, is such a product.

    Parameters
    ----------
    mean1, var1 : ndarray of shape (...)
        Means and variances (not deviations) of the first curves. Four numbers may stand for four
        arrays.
    mean2, var2 : ndarray of shape (...)
        Those of the second curves, in the same unit.

    Returns
    -------
    mean : ndarray of shape (...)
        The mean of each product, scaled so that its area is 1.
    variance : ndarray of shape (...)
        Its variance, smaller than both.

    Raises
    ------
    ValueError
        If a variance is 0 or negative, a single one included.

    References
    ----------
    M. Deisenroth, A. Faisal, C. S. Ong, Mathematics for Machine Learning, 2020, section 6.5.2.

    Examples
    --------
    >>> mean, variance = product_of_gaussians(0.0, 1.0, 4.0, 1.0)
    >>> float(mean), float(variance)
    (2.0, 0.5)
    >>> mean, variance = product_of_gaussians(0.0, 1.0, 4.0, 3.0)
    >>> float(mean), float(variance)
    (1.0, 0.75)
    """
    if np.min(var1) <= 0 or np.min(var2) <= 0:
        raise ValueError("variances must be positive")
    total = var1 + var2
    return (mean1 * var2 + mean2 * var1) / total, var1 * var2 / total
