"""VAE: a code that can be sampled, since it is a distribution and kept close to a normal one."""

import numpy as np


def gaussian_kl(mu: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """Return the KL divergence of diagonal Gaussians from the standard normal."""
    return 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).sum(axis=-1)


def reparameterize(mu: np.ndarray, log_var: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Turn standard normal noise into a sample of N(mu, e^log_var)."""
    sigma = np.exp(log_var / 2)
    return mu + sigma * noise


def vae_loss(
    x: np.ndarray, x_hat: np.ndarray, mu: np.ndarray, log_var: np.ndarray, beta: float = 1.0
) -> float:
    """Return the loss of a variational autoencoder: how wrong the picture, how odd the code."""
    n = len(x)
    error = ((x - x_hat) ** 2).sum() / 2
    kl = gaussian_kl(mu, log_var).sum()
    return (error + beta * kl) / n
