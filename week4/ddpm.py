"""DDPM: from noise back to a picture, one small Gaussian step at a time.

All over this file betas[t] is the variance of the noise that forward step t adds, α_t = 1 − β_t is
what it leaves, and ᾱ_t is the product α_0 α_1 … α_t. Steps count from 0 (in the paper from 1), and
before step 0 nothing has been added: ᾱ_{−1} = 1. As in the paper, x_0 is the clean picture and
never the picture after step 0; counted like the steps it would be x_{−1}.
"""

from collections.abc import Callable

import numpy as np


def posterior_mean_variance(
    x0: np.ndarray, xt: np.ndarray, t: int, betas: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return where a noisy picture came from, one step earlier, if the clean one is known.

    That is Bayes' rule: x0 says about where x_{t−1} must have been, x_t says it too, and the answer
    lies between, weighted by how sure each is. All three are Gaussian, so the posterior is Gaussian
    as well. These are the targets of DDPM: the network has to make this backward step without
    knowing x0.

    Parameters
    ----------
    x0 : ndarray of shape (...)
        The clean picture.
    xt : ndarray of shape (...)
        The picture after forward steps 0 … t.
    t : int
        The last of those steps, one integer from 0 to T − 1.
    betas : ndarray of shape (T,)
        Variance of the noise that each forward step adds, between 0 and 1.

    Returns
    -------
    mean : ndarray of shape (...)
        Mean of q(x_{t−1} | x_t, x_0). At t = 0 it is x0, as x_{−1} is the clean picture.
    variance : float
        Its variance β̃_t, one number, the same for all pixels. At t = 0 it is 0.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, eqs. (6) and (7).

    Examples
    --------
    >>> betas = np.array([0.4375, 0.36])  # so that ᾱ is 0.5625 and 0.36
    >>> mean, variance = posterior_mean_variance(np.array([1.0]), np.array([2.0]), 1, betas)
    >>> mean.round(6).tolist()  # 0.75 · 0.36 / 0.64 of x0 and 0.8 · 0.4375 / 0.64 of x1
    [1.515625]
    >>> round(float(variance), 6)  # 0.4375 / 0.64 · 0.36
    0.246094
    """
    raise NotImplementedError("posterior_mean_variance is yours to write")


def denoise_step(
    xt: np.ndarray, t: int, predicted_noise: np.ndarray, betas: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Take one step back, from x_t to x_{t−1}, with the noise that a network saw in x_t.

    This is the line inside DDPM's sampling loop. The network was asked which noise is in the
    picture. A little of it is taken out, the rest is scaled up again, and a little new noise goes
    in, so that the result is a sample and not the average of all pictures it could become.

    Parameters
    ----------
    xt : ndarray of shape (...)
        The noisy picture.
    t : int
        The step to undo, one integer from 0 to T − 1.
    predicted_noise : ndarray of shape (...)
        What the network says: the noise ε in x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε.
    betas : ndarray of shape (T,)
        Variance of the noise that each forward step adds, between 0 and 1.
    noise : ndarray of shape (...)
        New standard normal noise. At t = 0, the last step back, it is not used.

    Returns
    -------
    ndarray of shape (...)
        (x_t − β_t / √(1 − ᾱ_t) · predicted_noise) / √α_t, and for t > 0 plus noise of variance
        σ² = β_t (the first of the two choices in the paper, not the posterior's β̃_t).

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, algorithm 2 and
    section 3.2.

    Examples
    --------
    >>> betas = np.array([0.4375, 0.36])  # at t = 1: √β is 0.6, √α is 0.8, √(1 − ᾱ) is 0.8
    >>> xt, predicted_noise = np.array([1.7]), np.array([2.0])
    >>> denoise_step(xt, 1, predicted_noise, betas, noise=np.array([10.0])).round(6).tolist()
    [7.0]
    """
    raise NotImplementedError("denoise_step is yours to write")


def denoising_loss(
    model: Callable[[np.ndarray, np.ndarray], np.ndarray],
    x0: np.ndarray,
    t: np.ndarray,
    alpha_bars: np.ndarray,
    noise: np.ndarray,
) -> float:
    """Return the loss that trains a diffusion model: how well it sees the noise in a picture.

    Draw a step for each picture, put the noise of that many steps on in one go, ask the network
    which noise it was, and take the mean squared error. This is all of DDPM's training; that so
    plain a loss makes a model of all pictures is the paper's surprise.

    Parameters
    ----------
    model : callable
        `model(xt, t)` takes noisy pictures of shape (n, ...) and the array `t` of shape (n,), and
        returns an array of the shape of `xt`.
    x0 : ndarray of shape (n, ...)
        Clean pictures.
    t : ndarray of shape (n,)
        One step per picture, whole numbers from 0 to T − 1.
    alpha_bars : ndarray of shape (T,)
        ᾱ_t of every step: the share of the picture's variance that is left after it.
    noise : ndarray of shape (n, ...)
        Standard normal noise, of the shape of `x0`.

    Returns
    -------
    float
        Mean over all entries of (model(x_t, t) − noise)², where each picture has its own step:
        x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) noise.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, eq. (14) and
    algorithm 1.

    Examples
    --------
    >>> x0, noise = np.array([[1.0, 2.0]]), np.array([[1.0, -3.0]])
    >>> t, alpha_bars = np.array([0]), np.array([0.36])
    >>> sees_no_noise = lambda xt, t: np.zeros(xt.shape)
    >>> float(denoising_loss(sees_no_noise, x0, t, alpha_bars, noise))
    5.0
    """
    raise NotImplementedError("denoising_loss is yours to write")


def sample(
    model: Callable[[np.ndarray, int], np.ndarray],
    x_T: np.ndarray,
    betas: np.ndarray,
    noises: np.ndarray,
) -> np.ndarray:
    """Turn pure noise into a picture: all steps of a diffusion model, from the last to the first.

    Each step shows the network where the picture is now and takes a step of `denoise_step`. A
    thousand of them make one picture, which is why diffusion models are slow and why so much work
    goes into samplers with fewer steps.

    Parameters
    ----------
    model : callable
        `model(x, t)` takes the picture as it is before step t is undone, of the shape of `x_T`, and
        t as one integer, and returns the noise in it as an array of that shape.
    x_T : ndarray of shape (...)
        Standard normal noise, to start from.
    betas : ndarray of shape (T,)
        Variance of the noise that each forward step adds, between 0 and 1.
    noises : ndarray of shape (T, ...)
        The new noise of each step: `noises[t]` is used at step t. As no noise is added at t = 0,
        `noises[0]` makes no difference.

    Returns
    -------
    ndarray of shape (...)
        The picture after steps T − 1, T − 2, …, 0.

    References
    ----------
    J. Ho, A. Jain, P. Abbeel, Denoising Diffusion Probabilistic Models, 2020, algorithm 2.

    Examples
    --------
    >>> betas = np.array([0.75, 0.75])  # √α is 0.5: each step doubles what is left
    >>> sees_no_noise = lambda x, t: np.zeros(x.shape)
    >>> noises = np.zeros((2, 3))
    >>> sample(sees_no_noise, np.array([1.0, 0.0, -2.0]), betas, noises).tolist()
    [4.0, 0.0, -8.0]
    """
    raise NotImplementedError("sample is yours to write")


def ddim_step(
    xt: np.ndarray, t: int, t_prev: int, predicted_noise: np.ndarray, alpha_bars: np.ndarray
) -> np.ndarray:
    """Take one step back of any length, from x_t to x_{t_prev}, without new noise.

    `sample` needs all of its thousand steps, since each is a draw that must be small. DDIM asks the
    same network and draws nothing: from the noise that the network sees it works out the clean
    picture, and then goes to where that picture, with just that noise, would be at an earlier
    step. Every step from noise to picture is determined, so they may be long: 20 or 50 do.

    Parameters
    ----------
    xt : ndarray of shape (...)
        The noisy picture.
    t : int
        The step after which the picture looks like this, one integer from 0 to T − 1.
    t_prev : int
        The earlier step to go back to, from −1 to t − 1; −1 means the clean picture.
    predicted_noise : ndarray of shape (...)
        What the network says: the noise ε in x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε.
    alpha_bars : ndarray of shape (T,)
        ᾱ_t of every step, as in week 3's `alpha_bars`; ᾱ_{−1} is 1.

    Returns
    -------
    ndarray of shape (...)
        √ᾱ_{t_prev} · x̂_0 + √(1 − ᾱ_{t_prev}) · predicted_noise, where x̂_0, the predicted clean
        picture, is (x_t − √(1 − ᾱ_t) · predicted_noise) / √ᾱ_t, and is not cut to any range. In the
        paper that is the case η = 0.

    References
    ----------
    J. Song, C. Meng, S. Ermon, Denoising Diffusion Implicit Models, 2020, eq. (12).

    Examples
    --------
    >>> alpha_bars = np.array([0.64, 0.36])  # at t = 1 0.6 of x0 and 0.8 of the noise are left
    >>> xt, noise = np.array([2.2]), np.array([2.0])  # so x0 is 1
    >>> ddim_step(xt, 1, 0, noise, alpha_bars).round(6).tolist()  # 0.8 · 1 + 0.6 · 2
    [2.0]
    >>> ddim_step(xt, 1, -1, noise, alpha_bars).round(6).tolist()
    [1.0]
    """
    raise NotImplementedError("ddim_step is yours to write")


def guided_noise(unconditional: np.ndarray, conditional: np.ndarray, scale: float) -> np.ndarray:
    """Return a prediction that follows the text more than the network by itself would.

    A network that draws what a text says is asked twice: once with the text and once without. What
    differs is what the text does to the picture. *Classifier-free guidance* goes further in that
    direction than the network did: pictures fit the text better, and are less varied.

    Parameters
    ----------
    unconditional : ndarray of shape (...)
        The noise that the network predicts without a text.
    conditional : ndarray of shape (...)
        The noise that it predicts for the same noisy picture, given the text.
    scale : float
        0 ignores the text, 1 is the network's own answer to it, and more exaggerates; 7.5 is
        usual. Any number is allowed.

    Returns
    -------
    ndarray of shape (...)
        unconditional + scale · (conditional − unconditional).

    References
    ----------
    J. Ho, T. Salimans, Classifier-Free Diffusion Guidance, 2021, eq. (6), where w is scale − 1.

    Examples
    --------
    >>> guided_noise(np.array([1.0, 0.0]), np.array([1.5, -1.0]), scale=2.0).tolist()
    [2.0, -2.0]
    """
    raise NotImplementedError("guided_noise is yours to write")
