"""Week 4: DDPM (Ingrid)."""

from collections.abc import Callable
from functools import reduce
from math import prod, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = NDArray[np.float64]
Steps = NDArray[np.int64]


class Step(NamedTuple):
    """The numbers of one step."""

    beta: float
    before: float  # ᾱ of the step before
    after: float  # ᾱ of this one


def _step(t: int, betas: Vector) -> Step:
    before = prod(1 - beta for beta in betas[:t].tolist())
    beta = float(betas[t])
    return Step(beta, before, before * (1 - beta))


def posterior_mean_variance(x0: Array, xt: Array, t: int, betas: Vector) -> tuple[Array, float]:
    """What both witnesses say, weighted by their precisions."""
    beta, before, _ = _step(t, betas)
    if before == 1:
        return x0.copy(), 0.0
    precision_0, precision_t = 1 / (1 - before), (1 - beta) / beta
    share = precision_0 / (precision_0 + precision_t)
    mean = share * sqrt(before) * x0 + (1 - share) / sqrt(1 - beta) * xt
    return mean, 1 / (precision_0 + precision_t)


def denoise_step(xt: Array, t: int, predicted_noise: Array, betas: Vector, noise: Array) -> Array:
    """By way of the picture that the network seems to see."""
    step = _step(t, betas)
    seen = (xt - sqrt(1 - step.after) * predicted_noise) / sqrt(step.after)
    mean, variance = posterior_mean_variance(seen, xt, t, betas)
    return mean + sqrt(step.beta) * noise if variance else mean


def denoising_loss(
    model: Callable[[Array, Steps], Array],
    x0: Array,
    t: Steps,
    alpha_bars: Vector,
    noise: Array,
) -> float:
    """Mean squared error of the noise that the model sees."""
    left = alpha_bars[t]
    xt = np.einsum("n,n...->n...", np.sqrt(left), x0)
    xt += np.einsum("n,n...->n...", np.sqrt(1 - left), noise)
    error = (model(xt, t) - noise).ravel()
    return float(np.einsum("i,i->", error, error) / error.size)


def sample(
    model: Callable[[Array, int], Array], x_T: Array, betas: Vector, noises: Array
) -> Array:
    """All steps, folded."""

    def back(x: Array, t: int) -> Array:
        return denoise_step(x, t, model(x, t), betas, noises[t])

    return reduce(back, reversed(range(betas.size)), x_T)


def ddim_step(xt: Array, t: int, t_prev: int, predicted_noise: Array, alpha_bars: Vector) -> Array:
    """The same picture, the same noise, other weights."""
    left = [*alpha_bars.tolist(), 1.0]  # so that the index -1 is the clean picture
    seen = (xt - sqrt(1 - left[t]) * predicted_noise) / sqrt(left[t])
    return sqrt(left[t_prev]) * seen + sqrt(1 - left[t_prev]) * predicted_noise


def guided_noise(unconditional: Array, conditional: Array, scale: float) -> Array:
    """On the line through both."""
    both = np.stack([unconditional, conditional])
    return np.einsum("k...,k->...", both, np.array([1 - scale, scale]))
