"""Diffusion: how a picture turns into noise, in steps whose every stage has a formula."""

import numpy as np


def linear_beta_schedule(T: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> np.ndarray:
    """Return how much noise each of T steps adds, growing evenly."""
    step = (beta_end - beta_start) / (T - 1)
    return beta_start + step * np.arange(T)


def alpha_bars(betas: np.ndarray) -> np.ndarray:
    """Return how much of the picture's variance is left after each step."""
    alphas = 1 - betas
    return np.array([alphas[: t + 1].prod() for t in range(len(alphas))])


def add_noise(
    x0: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return what pictures look like after some steps of noise, in one jump."""
    noisy = [
        np.sqrt(a) * x + np.sqrt(1 - a) * e for x, a, e in zip(x0, alpha_bars[t], noise)
    ]
    return np.array(noisy)


def predict_x0(
    xt: np.ndarray, t: np.ndarray, alpha_bars: np.ndarray, noise: np.ndarray
) -> np.ndarray:
    """Return the clean pictures, given the noisy ones and the noise that is in them."""
    clean = [(x - np.sqrt(1 - a) * e) / np.sqrt(a) for x, a, e in zip(xt, alpha_bars[t], noise)]
    return np.array(clean)


def cosine_alpha_bars(T: int, s: float = 0.008) -> np.ndarray:
    """Return how much of the picture's variance is left after each step of the cosine schedule."""
    raise NotImplementedError("cosine_alpha_bars is yours to write")
