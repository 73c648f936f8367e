"""Week 4, DDPM, one pixel after the other."""

import math

import numpy as np


def _left(betas, t):
    """ᾱ_t, and 1 before the first step."""
    left = 1.0
    for beta in betas[: t + 1].tolist():
        left *= 1.0 - beta
    return left


def _pixels(shape, function):
    out = np.empty(shape)
    for index in np.ndindex(shape):
        out[index] = function(index)
    return out


def posterior_mean_variance(x0, xt, t, betas):
    beta = float(betas[t])
    before, now = _left(betas, t - 1) if t else 1.0, _left(betas, t)
    a = math.sqrt(before) * beta / (1.0 - now)
    b = math.sqrt(1.0 - beta) * (1.0 - before) / (1.0 - now)
    if t == 0:
        a = 1.0  # beta / beta, without its rounding
    mean = _pixels(x0.shape, lambda i: a * x0[i] + b * xt[i])
    return mean, beta * (1.0 - before) / (1.0 - now)


def denoise_step(xt, t, predicted_noise, betas, noise):
    beta, now = float(betas[t]), _left(betas, t)
    part, up = beta / math.sqrt(1.0 - now), 1.0 / math.sqrt(1.0 - beta)
    sigma = math.sqrt(beta) if t > 0 else 0.0
    return _pixels(xt.shape, lambda i: up * (xt[i] - part * predicted_noise[i]) + sigma * noise[i])


def denoising_loss(model, x0, t, alpha_bars, noise):
    xt = np.empty(x0.shape)
    for index in np.ndindex(x0.shape):
        left = float(alpha_bars[t[index[0]]])
        xt[index] = math.sqrt(left) * x0[index] + math.sqrt(1.0 - left) * noise[index]
    seen = np.asarray(model(xt, t))
    return math.fsum((seen[i] - noise[i]) ** 2 for i in np.ndindex(x0.shape)) / x0.size


def sample(model, x_T, betas, noises):
    x, t = x_T, len(betas)
    while t:
        t -= 1
        x = denoise_step(x, t, model(x, t), betas, noises[t])
    return x


def ddim_step(xt, t, t_prev, predicted_noise, alpha_bars):
    now = float(alpha_bars[t])
    then = 1.0 if t_prev == -1 else float(alpha_bars[t_prev])
    up = math.sqrt(then / now)
    rest = math.sqrt(1.0 - then) - up * math.sqrt(1.0 - now)
    return _pixels(xt.shape, lambda i: up * xt[i] + rest * predicted_noise[i])


def guided_noise(unconditional, conditional, scale):
    return _pixels(
        conditional.shape,
        lambda i: unconditional[i] + scale * (conditional[i] - unconditional[i]),
    )
