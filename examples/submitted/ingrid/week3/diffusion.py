"""Week 3: diffusion (Ingrid)."""

from math import cos, pi

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = NDArray[np.float64]
Steps = NDArray[np.int64]


def linear_beta_schedule(T: int, beta_start: float = 1e-4, beta_end: float = 0.02) -> Vector:
    """Interpolated between the ends."""
    return np.interp(np.arange(T), [0, T - 1], [beta_start, beta_end])


def alpha_bars(betas: Vector) -> Vector:
    """A product is a sum of logarithms."""
    return np.exp(np.cumsum(np.log1p(-betas)))


def _weights(t: Steps, alpha_bars: Vector) -> tuple[Vector, Vector]:
    """Of picture and noise, for each sample."""
    left = np.take(alpha_bars, t)
    return np.sqrt(left), np.sqrt(1 - left)


def add_noise(x0: Array, t: Steps, alpha_bars: Vector, noise: Array) -> Array:
    """The letter n belongs to sample and step."""
    signal, grain = _weights(t, alpha_bars)
    return np.einsum("n,n...->n...", signal, x0) + np.einsum("n,n...->n...", grain, noise)


def predict_x0(xt: Array, t: Steps, alpha_bars: Vector, noise: Array) -> Array:
    """Back again."""
    signal, grain = _weights(t, alpha_bars)
    clean = xt - np.einsum("n,n...->n...", grain, noise)
    return np.einsum("n,n...->n...", 1 / signal, clean)


def cosine_alpha_bars(T: int, s: float = 0.008) -> Vector:
    """What is left, but at least a thousandth of what was left before."""

    def f(u: int) -> float:
        return cos((u / T + s) / (1 + s) * pi / 2) ** 2

    left = [1.0]
    for t in range(T):
        left.append(left[-1] * max(f(t + 1) / f(t), 1 - 0.999))
    return np.array(left[1:])
