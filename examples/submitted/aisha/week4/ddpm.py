"""DDPM: from noise back to a picture, one small Gaussian step at a time."""

import numpy as np


def posterior_mean_variance(x0: np.ndarray, xt: np.ndarray, t: int, betas: np.ndarray):
    """Return where a noisy picture came from, one step earlier, if the clean one is known."""
    alphas = 1 - betas
    alpha_bars = np.cumprod(alphas)
    before = alpha_bars[t - 1]
    now = alpha_bars[t]
    mean = np.sqrt(before) * betas[t] / (1 - now) * x0
    mean = mean + np.sqrt(alphas[t]) * (1 - before) / (1 - now) * xt
    variance = (1 - before) / (1 - now) * betas[t]
    return mean, variance


def denoise_step(
    xt: np.ndarray, t: int, predicted_noise: np.ndarray, betas: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Take one step back, from x_t to x_{t−1}, with the noise that a network saw in x_t."""
    alphas = 1 - betas
    alpha_bars = np.cumprod(alphas)
    mean = (xt - betas[t] / np.sqrt(1 - alpha_bars[t]) * predicted_noise) / np.sqrt(alphas[t])
    return mean + np.sqrt(betas[t]) * noise


def denoising_loss(
    model, x0: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> float:
    """Return the loss that trains a diffusion model: how well it sees the noise in a picture."""
    a = alpha_bars[t]
    while a.ndim < x0.ndim:
        a = a[..., np.newaxis]
    xt = np.sqrt(a) * x0 + np.sqrt(1 - a) * noise
    prediction = model(xt, t)
    return np.mean((prediction - x0) ** 2)


def sample(model, x_T: np.ndarray, betas: np.ndarray, noises: np.ndarray) -> np.ndarray:
    """Turn pure noise into a picture: all steps of a diffusion model, from the last to the first."""
    x = x_T
    for t in range(len(betas) - 1, -1, -1):
        x = denoise_step(x, t, model(x, t), betas, noises[t])
    return x


def ddim_step(
    xt: np.ndarray, t: int, t_prev: int, predicted_noise: np.ndarray, alpha_bars: np.ndarray
) -> np.ndarray:
    """Take one step back of any length, from x_t to x_{t_prev}, without new noise."""
    now = alpha_bars[t]
    before = alpha_bars[t_prev]
    x0 = (xt - np.sqrt(1 - now) * predicted_noise) / np.sqrt(now)
    return np.sqrt(before) * x0 + np.sqrt(1 - before) * predicted_noise


def guided_noise(unconditional: np.ndarray, conditional: np.ndarray, scale: float) -> np.ndarray:
    """Return a prediction that follows the text more than the network by itself would."""
    return (1 + scale) * conditional - scale * unconditional
