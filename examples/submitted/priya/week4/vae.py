"""VAE: a code that can be sampled, since it is a distribution and kept close to a normal one."""

import numpy as np


def gaussian_kl(mu: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """Return the KL divergence of diagonal Gaussians from the standard normal.

    The encoder of a VAE answers with a small cloud, not with a point: a mean and a variance for
    each number of the code. This term of its loss charges for every cloud that lies off the origin
    or is narrower or wider than 1, so that later a code drawn from N(0, I) means something to the
    decoder. For two Gaussians the integral can be done by hand: no sampling is needed. Stable
    Diffusion's autoencoder was trained with it.

    Parameters
    ----------
    mu : ndarray of shape (..., d)
        Means.
    log_var : ndarray of shape (..., d)
        Natural logarithms of the variances (not of the standard deviations). A network may put out
        any number here, and the variance is positive all the same.

    Returns
    -------
    ndarray of shape (...)
        KL(N(mu, diag(e^log_var)) ‖ N(0, I)) in nats, summed over the last axis. Other axes stay; a
        single code of shape (d,) gives one number.

    References
    ----------
    D. Kingma, M. Welling, Auto-Encoding Variational Bayes, 2014, appendix B.

    Examples
    --------
    >>> mu = np.array([[3.0, 4.0], [0.0, 0.0]])
    >>> gaussian_kl(mu, log_var=np.zeros((2, 2))).tolist()
    [12.5, 0.0]
    """
    return np.sum(mu**2 + np.expm1(log_var) - log_var, axis=-1) / 2


def reparameterize(mu: np.ndarray, log_var: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Turn standard normal noise into a sample of N(mu, e^log_var).

    Nothing can be differentiated through the throw of a die. So the VAE throws first and shifts
    and stretches afterwards: the sample becomes a plain function of mu and log_var, gradients flow
    back into the encoder, and all randomness sits in an input that needs none. DDPM's formula for
    a noisy picture is the same trick.

    Parameters
    ----------
    mu : ndarray of shape (...)
        Means.
    log_var : ndarray of shape (...)
        Natural logarithms of the variances (not of the standard deviations).
    noise : ndarray of shape (...)
        Standard normal numbers.

    Returns
    -------
    ndarray of shape (...)
        mu + σ · noise, where σ is the standard deviation that belongs to `log_var`.

    References
    ----------
    D. Kingma, M. Welling, Auto-Encoding Variational Bayes, 2014, section 2.4.

    Examples
    --------
    >>> reparameterize(np.array([10.0, 10.0]), np.zeros(2), noise=np.array([0.5, -2.0])).tolist()
    [10.5, 8.0]
    """
    return mu + np.sqrt(np.exp(log_var)) * noise


def vae_loss(
    x: np.ndarray, x_hat: np.ndarray, mu: np.ndarray, log_var: np.ndarray, beta: float = 1.0
) -> float:
    """Return the loss of a variational autoencoder: how wrong the picture, how odd the code.

    It is minus the evidence lower bound, up to a constant. The first part, half the squared error,
    is minus the log-likelihood of a decoder with Gaussian noise of variance 1; the second is the
    KL divergence. Both are sums over one example before the mean over the batch is taken: a mean
    over pixels in the one and a sum over the code in the other would weigh them against each other
    in a way that depends on the size of the picture.

    Parameters
    ----------
    x : ndarray of shape (n, ...)
        The examples.
    x_hat : ndarray of shape (n, ...)
        What the decoder made of their codes, of the shape of `x`.
    mu : ndarray of shape (n, ...)
        Means of the codes; their axes have nothing to do with those of `x` but for the first.
    log_var : ndarray of shape (n, ...)
        Natural logarithms of the variances of the codes, of the shape of `mu`.
    beta : float
        Weight of the KL divergence. 1 is the VAE; more makes a more orderly code and a blurrier
        picture (the β-VAE).

    Returns
    -------
    float
        Mean over the batch of ½ Σ(x − x_hat)² + beta · KL, with sums over all axes but the first.

    References
    ----------
    D. Kingma, M. Welling, Auto-Encoding Variational Bayes, 2014, eq. (10).
    I. Higgins et al., beta-VAE, 2017, eq. (4).

    Examples
    --------
    >>> x, x_hat = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> mu, log_var = np.array([[0.0], [2.0]]), np.zeros((2, 1))
    >>> float(vae_loss(x, x_hat, mu, log_var))
    3.0
    """
    n = len(x)
    error = np.square(x - x_hat).reshape(n, -1).sum(axis=1) / 2
    kl = gaussian_kl(mu.reshape(n, -1), log_var.reshape(n, -1))
    return np.mean(error + beta * kl)
