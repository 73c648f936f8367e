import numpy as np


def posterior_mean_variance(x0, xt, t, betas):
    """Posterior."""
    now = np.prod(1 - betas[: t + 1])
    before = np.prod(1 - betas[:t])
    mean = np.sqrt(before) * betas[t] / (1 - now) * x0
    mean = mean + np.sqrt(1 - betas[t]) * (1 - before) / (1 - now) * xt
    variance = np.ones(x0.shape) * betas[t] * (1 - before) / (1 - now)
    return mean, variance


def denoise_step(xt, t, predicted_noise, betas, noise):
    """One step."""
    now = np.prod(1 - betas[: t + 1])
    mean = (xt - betas[t] / np.sqrt(1 - now) * predicted_noise) / np.sqrt(1 - betas[t])
    if t > 0:
        return mean + np.sqrt(betas[t]) * noise


def denoising_loss(model, x0, t, alpha_bars, noise):
    """Loss."""
    xt = np.zeros(x0.shape)
    for i in range(len(x0)):
        a = alpha_bars[t[i]]
        xt[i] = np.sqrt(a) * x0[i] + np.sqrt(1 - a) * noise[i]
    error = (model(xt, t) - noise) ** 2
    return [np.mean(e) for e in error]


def sample(model, x_T, betas, noises):
    """All pictures."""
    pictures = [x_T]
    for t in range(len(betas) - 1, -1, -1):
        x = pictures[-1]
        now = np.prod(1 - betas[: t + 1])
        x = (x - betas[t] / np.sqrt(1 - now) * model(x, t)) / np.sqrt(1 - betas[t])
        if t > 0:
            x = x + np.sqrt(betas[t]) * noises[t]
        pictures.append(x)
    return np.stack(pictures)


def ddim_step(xt, t, t_prev, predicted_noise, alpha_bars):
    """A long step."""
    now = alpha_bars[t]
    x0 = (xt - np.sqrt(1 - now) * predicted_noise) / np.sqrt(now)
    if t_prev == -1:
        return x0
    before = alpha_bars[t_prev]
    x = np.sqrt(before) * x0 + np.sqrt(1 - before) * predicted_noise
    return x, x0


def guided_noise(unconditional, conditional, scale):
    """Guidance."""
    raise NotImplementedError
