"""Week 4, VAE, one number after the other."""

import math

import numpy as np


def _price(m, v):
    return 0.5 * (m * m + math.expm1(v) - v)


def gaussian_kl(mu, log_var):
    if mu.ndim == 1:
        return math.fsum(_price(m, v) for m, v in zip(mu.tolist(), log_var.tolist()))
    return np.array([gaussian_kl(m, v) for m, v in zip(mu, log_var)])


def reparameterize(mu, log_var, noise):
    out = np.empty(mu.shape)
    for i in np.ndindex(mu.shape):
        out[i] = mu[i] + noise[i] * math.exp(0.5 * log_var[i])
    return out


def vae_loss(x, x_hat, mu, log_var, beta=1.0):
    losses = []
    for i in range(len(x)):
        pixels = zip(x[i].ravel().tolist(), x_hat[i].ravel().tolist())
        code = zip(mu[i].ravel().tolist(), log_var[i].ravel().tolist())
        error = math.fsum((a - b) ** 2 for a, b in pixels)
        losses.append(0.5 * error + beta * math.fsum(_price(m, v) for m, v in code))
    return math.fsum(losses) / len(losses)
