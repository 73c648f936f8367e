"""Diffusion: turning a picture into noise, in steps whose every stage has a formula."""

import numpy as np


def linear_beta_schedule(T: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> np.ndarray:
    """Return how much noise each of T steps adds, growing evenly."""
    betas = np.zeros(T)
    for t in range(T):
        betas[t] = beta_start + (beta_end - beta_start) * t / T
    return betas


def alpha_bars(betas: np.ndarray) -> np.ndarray:
    """Return how much of the picture's variance is left after each step."""
    return np.cumprod(betas)


def add_noise(
    x0: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return what pictures look like after some steps of noise, in one jump."""
    result = np.zeros(x0.shape)
    for i in range(len(x0)):
        a = alpha_bars[t[i]]
        result[i] = a * x0[i] + (1 - a) * noise[i]
    return result


def predict_x0(
    xt: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return the clean pictures, given the noisy ones and the noise that is in them."""
    result = np.zeros(xt.shape)
    for i in range(len(xt)):
        a = alpha_bars[t[i]]
        result[i] = xt[i] / np.sqrt(a) - np.sqrt(1 - a) * noise[i]
    return result


def cosine_alpha_bars(T: int, s: float = 0.008) -> np.ndarray:
    """Return how much of the picture's variance is left after each step of the cosine schedule."""

    def f(u):
        return np.cos((u / T + s) / (1 + s) * np.pi / 2) ** 2

    return np.array([f(t + 1) / f(0) for t in range(T)])
