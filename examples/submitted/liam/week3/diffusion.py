# week 3 - Liam
import numpy as np


def linear_beta_schedule(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_start, beta_end, T)


def alpha_bars(betas):
    return (1 - betas).cumprod()


def add_noise(x0, t, alpha_bars, noise):
    a = alpha_bars[t][:, None, None, None]  # (n, c, h, w)
    return np.sqrt(a) * x0 + np.sqrt(1 - a) * noise


def predict_x0(xt, t, alpha_bars, noise):
    a = alpha_bars[t]
    for _ in xt.shape[1:]:
        a = a[..., None]
    xt -= np.sqrt(1 - a) * noise
    xt /= np.sqrt(a)
    return xt


def cosine_alpha_bars(T, s=0.008):
    u = np.arange(T + 1)
    f = np.cos((u / T + s) / (1 + s) * np.pi / 2) ** 2
    return np.clip(f[1:] / f[0], 0.001, None)
