"""Diffusion: how a picture turns into noise, in steps whose every stage has a formula."""

import numpy as np


def linear_beta_schedule(T: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> np.ndarray:
    """Return how much noise each of T steps adds, growing evenly.

    At every step a diffusion model replaces a little of the picture's variance, beta, with noise.
    Small steps at first keep detail that the last steps of generation can restore; the larger ones
    later need not be careful, for little is left. The default numbers are those of the DDPM paper,
    with T = 1000.

    Parameters
    ----------
    T : int
        Number of steps, at least 2.
    beta_start : float
        Variance of the noise of the first step, t = 0.
    beta_end : float
        Variance of the noise of the last step, t = T - 1.

    Returns
    -------
    ndarray of shape (T,)
        T evenly spaced numbers; the first is `beta_start`, the last is `beta_end`.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, section 4.

    Examples
    --------
    >>> linear_beta_schedule(5, beta_start=0.1, beta_end=0.5).round(6).tolist()
    [0.1, 0.2, 0.3, 0.4, 0.5]
    """
    ### BEGIN SOLUTION
    return np.linspace(beta_start, beta_end, T)
    ### END SOLUTION


def alpha_bars(betas: np.ndarray) -> np.ndarray:
    """Return how much of the picture's variance is left after each step.

    One step leaves 1 - beta of it, the next leaves its share of that: shares multiply. The sum of
    independent bell curves is a bell curve again, so these T numbers replace the whole chain of
    noisy pictures: training can jump to any step at once.

    Parameters
    ----------
    betas : ndarray of shape (T,)
        Variance of the noise that each step adds, between 0 and 1.

    Returns
    -------
    ndarray of shape (T,)
        At t, counted from 0, the product of 1 - beta over the steps 0 to t, step t included.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, eq. (4).

    Examples
    --------
    >>> alpha_bars(np.array([0.5, 0.5, 0.2])).round(6).tolist()
    [0.5, 0.25, 0.2]
    """
    ### BEGIN SOLUTION
    return np.cumprod(1.0 - betas)
    ### END SOLUTION


def add_noise(
    x0: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return what pictures look like after some steps of noise, in one jump.

    This is the forward process of a DDPM, and the line that makes its training data: each picture
    of the batch gets a random step of its own, and the network must guess the noise. The two
    weights are square roots because variances, not amplitudes, add up: pictures of variance 1
    stay at variance 1.

    Parameters
    ----------
    x0 : ndarray of shape (n, ...)
        Clean samples: pictures, sounds or mere numbers, with any number of axes after the first.
    t : ndarray of shape (n,)
        The step of each sample, whole numbers from 0 to T - 1, in any order, repeated or not.
    alpha_bars : ndarray of shape (T,)
        Share of the variance that is left after each step.
    noise : ndarray of shape (n, ...)
        Standard normal numbers, as many as in `x0`.

    Returns
    -------
    ndarray of shape (n, ...)
        √ᾱ · x0 + √(1 - ᾱ) · noise, where ᾱ is the entry of `alpha_bars` for the sample's own step.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, eq. (4).

    Examples
    --------
    >>> x0, noise = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> add_noise(x0, np.array([1, 0]), np.array([1.0, 0.36]), noise).round(6).tolist()
    [[0.6, 0.8], [1.0, 0.0]]
    """
    ### BEGIN SOLUTION
    # One number per sample, with axes of length 1 so that it meets all pixels of its sample.
    left = alpha_bars[t].reshape(len(t), *[1] * (x0.ndim - 1))  # (n,) -> (n, 1, ..., 1)
    return np.sqrt(left) * x0 + np.sqrt(1.0 - left) * noise
    ### END SOLUTION


def predict_x0(
    xt: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return the clean pictures, given the noisy ones and the noise that is in them.

    The network of a DDPM guesses the noise, and this turns its guess into a guess of the picture:
    samplers such as DDIM do so at every step, and the previews that image generators show on the
    way are these. Late steps magnify: where little of the picture is left, a small error in the
    noise is a large one in the picture.

    Parameters
    ----------
    xt : ndarray of shape (n, ...)
        Noisy samples.
    t : ndarray of shape (n,)
        The step of each sample, whole numbers from 0 to T - 1, in any order, repeated or not.
    alpha_bars : ndarray of shape (T,)
        Share of the variance that is left after each step, above 0.
    noise : ndarray of shape (n, ...)
        The standard normal numbers that were mixed in.

    Returns
    -------
    ndarray of shape (n, ...)
        The x0 for which `add_noise(x0, t, alpha_bars, noise)` is `xt`, of whatever size.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, section 3.2.

    Examples
    --------
    >>> xt, noise = np.array([[0.6, 0.8], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    >>> (predict_x0(xt, np.array([1, 0]), np.array([1.0, 0.36]), noise).round(6) + 0.0).tolist()
    [[1.0, 0.0], [1.0, 0.0]]
    """
    ### BEGIN SOLUTION
    left = alpha_bars[t].reshape(len(t), *[1] * (xt.ndim - 1))  # (n,) -> (n, 1, ..., 1)
    return (xt - np.sqrt(1.0 - left) * noise) / np.sqrt(left)
    ### END SOLUTION


def cosine_alpha_bars(T: int, s: float = 0.008) -> np.ndarray:
    """Return how much of the picture's variance is left after each step of the cosine schedule.

    A linear schedule destroys small pictures too soon: its last quarter is noise upon noise. Here
    what is left is prescribed instead, as a cosine that falls slowly at both ends, and the betas
    follow from it. The offset s keeps the first steps from being too small to see. At the very end
    nothing would be left, from which no step leads back, so no beta may exceed 0.999.

    Parameters
    ----------
    T : int
        Number of steps, at least 1.
    s : float
        Offset, not negative.

    Returns
    -------
    ndarray of shape (T,)
        At t, counted from 0, it is f(t + 1) / f(0) with f(u) = cos²((u/T + s) / (1 + s) · π/2), as
        long as the beta of each step, the share 1 - f(t + 1) / f(t) of what was left, is at most
        0.999. A step with a larger beta uses 0.999: a thousandth of what was left remains.

    References
    ----------
    A. Nichol and P. Dhariwal, Improved Denoising Diffusion Probabilistic Models, 2021, eq. (17).

    Examples
    --------
    >>> cosine_alpha_bars(3, s=0.0).round(6).tolist()  # cos² of 30 and 60 degrees, then clipped
    [0.75, 0.25, 0.00025]
    """
    ### BEGIN SOLUTION
    u = np.arange(T + 1)
    f = np.cos((u / T + s) / (1 + s) * np.pi / 2) ** 2
    betas = np.minimum(1.0 - f[1:] / f[:-1], 0.999)
    return np.cumprod(1.0 - betas)
    ### END SOLUTION
