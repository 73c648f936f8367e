import numpy as np


def gaussian_kl(mu, log_var):
    """KL."""
    return np.squeeze(np.sum((mu**2 + np.exp(log_var) - 1 - log_var) / 2, axis=-1))


def reparameterize(mu, log_var, noise):
    """A sample."""
    sample = []
    for m, v, e in zip(mu.flatten(), log_var.flatten(), noise.flatten()):
        sample.append(m + np.exp(v / 2) * e)
    return np.array(sample)


def vae_loss(x, x_hat, mu, log_var, beta=1.0):
    """Loss."""
    losses = []
    for i in range(len(x)):
        error = np.sum((x[i] - x_hat[i]) ** 2) / 2
        kl = np.sum(mu[i] ** 2 + np.exp(log_var[i]) - 1 - log_var[i]) / 2
        losses.append(error + beta * kl)
    return np.mean(losses)
