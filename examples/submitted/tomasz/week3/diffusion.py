"""Week 3, diffusion, one sample after the other."""

import math

import numpy as np


def linear_beta_schedule(T, beta_start=1e-4, beta_end=0.02):
    return np.array([((T - 1 - t) * beta_start + t * beta_end) / (T - 1) for t in range(T)])


def alpha_bars(betas):
    left, result = 1.0, []
    for beta in betas.tolist():
        left -= left * beta
        result.append(left)
    return np.array(result)


def add_noise(x0, t, alpha_bars, noise):
    result = np.empty(x0.shape)
    for index in np.ndindex(x0.shape):
        left = float(alpha_bars[t[index[0]]])
        result[index] = math.sqrt(left) * x0[index] + math.sqrt(1.0 - left) * noise[index]
    return result


def predict_x0(xt, t, alpha_bars, noise):
    result = np.empty(xt.shape)
    for index in np.ndindex(xt.shape):
        left = float(alpha_bars[t[index[0]]])
        result[index] = (xt[index] - math.sqrt(1.0 - left) * noise[index]) / math.sqrt(left)
    return result


def cosine_alpha_bars(T, s=0.008):
    def f(u):
        return 0.5 + 0.5 * math.cos((u / T + s) / (1.0 + s) * math.pi)  # the double angle

    left, result = 1.0, []
    for t in range(T):
        beta = min((f(t) - f(t + 1)) / f(t), 0.999)
        left *= 1.0 - beta
        result.append(left)
    return np.array(result)
