# week 4 - Liam
import numpy as np


def posterior_mean_variance(x0, xt, t, betas):
    abar = np.cumprod(1 - betas)
    prev = abar[t - 1] if t > 0 else 1.0
    c0 = np.sqrt(prev) * betas[t] / (1 - abar[t])
    ct = np.sqrt(abar[t]) * (1 - prev) / (1 - abar[t])
    return c0 * x0 + ct * xt, betas[t] * (1 - prev) / (1 - abar[t])


def denoise_step(xt, t, predicted_noise, betas, noise):
    abar = np.cumprod(1 - betas)
    xt -= betas[t] / np.sqrt(1 - abar[t]) * predicted_noise
    xt /= np.sqrt(1 - betas[t])
    if t > 0:
        xt += np.sqrt(betas[t]) * noise
    return xt


def denoising_loss(model, x0, t, alpha_bars, noise):
    a = alpha_bars[t][:, None]
    xt = np.sqrt(a) * x0 + np.sqrt(1 - a) * noise
    return ((model(xt, t) - noise) ** 2).mean()


def sample(model, x_T, betas, noises):
    x = x_T
    for t in range(len(betas))[::-1]:
        x = denoise_step(x, t, model(x, t), betas, noises[t])
    return x


def ddim_step(xt, t, t_prev, predicted_noise, alpha_bars):
    a = alpha_bars[t]
    b = alpha_bars[t_prev] if t_prev >= 0 else 1.0
    xt -= np.sqrt(1 - a) * predicted_noise
    return np.sqrt(b / a) * xt + np.sqrt(1 - b) * predicted_noise


def guided_noise(unconditional, conditional, scale):
    return unconditional + scale * (conditional - unconditional)
