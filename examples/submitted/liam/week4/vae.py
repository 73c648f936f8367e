# week 4 - Liam
import numpy as np


def gaussian_kl(mu, log_var):
    sigma = np.exp(log_var)
    return (0.5 * (mu**2 + sigma**2 - 1) - np.log(sigma)).sum(axis=-1)


def reparameterize(mu, log_var, noise):
    noise *= np.exp(log_var / 2)
    noise += mu
    return noise


def vae_loss(x, x_hat, mu, log_var, beta=1.0):
    error = 0.5 * ((x - x_hat) ** 2).sum(axis=1)
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var)
    return error.mean() + beta * kl.sum() / len(x)
