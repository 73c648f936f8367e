"""VAE: a code that can be sampled, since it is a distribution and kept close to a normal one."""

import numpy as np


def gaussian_kl(mu: np.ndarray, log_var: np.ndarray) -> np.ndarray:
    """Return the KL divergence of diagonal Gaussians from the standard normal."""
    return 0.5 * np.mean(mu**2 + np.exp(log_var) - 1 - log_var, axis=-1)


def reparameterize(mu: np.ndarray, log_var: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Turn standard normal noise into a sample of N(mu, e^log_var)."""
    return mu + np.exp(log_var) * noise


def vae_loss(
    x: np.ndarray, x_hat: np.ndarray, mu: np.ndarray, log_var: np.ndarray, beta: float = 1.0
) -> float:
    """Return the loss of a variational autoencoder: how wrong the picture, how odd the code."""
    reconstruction = 0.5 * np.mean((x - x_hat) ** 2)
    kl = 0.5 * np.sum(mu**2 + np.exp(log_var) - 1 - log_var) / len(x)
    return reconstruction + beta * kl
