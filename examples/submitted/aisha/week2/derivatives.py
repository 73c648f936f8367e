"""Derivatives: which way is down, found by trying small steps in each direction."""

import numpy as np


def partial_derivative(f, x: np.ndarray, i: int, h: float = 1e-5) -> float:
    """Return the slope of `f` along one axis at `x`, by a central difference."""
    step = np.zeros(len(x))
    step[i] = h
    return (f(x + step) - f(x)) / h


def gradient(f, x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the slopes of `f` along all axes: the direction in which it grows fastest."""
    result = np.zeros(x.shape)
    for i in range(len(x)):
        up = x.copy()
        down = x.copy()
        up[i] += h
        down[i] -= h
        result[i] = (f(up) - f(down)) / (2 * h)
    return result


def jacobian(f, x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the slope of each output of `f` along each input."""
    rows = []
    for i in range(len(x)):
        step = np.zeros(len(x))
        step[i] = h
        rows.append((f(x + step) - f(x - step)) / (2 * h))
    return np.array(rows)


def hessian(f, x: np.ndarray, h: float = 1e-4) -> np.ndarray:
    """Return the second derivatives of `f`: how its slopes change along each axis."""
    n = len(x)
    H = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            ei = np.zeros(n)
            ej = np.zeros(n)
            ei[i] = h
            ej[j] = h
            # four corners
            H[i, j] = (f(x + ei + ej) - f(x + ei - ej) - f(x - ei + ej) + f(x - ei - ej)) / (
                4 * h * h
            )
    return H


def directional_derivative(f, x: np.ndarray, v: np.ndarray, h: float = 1e-5) -> float:
    """Return the slope of `f` at `x` in the direction of `v`."""
    if np.all(v == 0):
        raise ValueError("v is zero")
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


def gradient_error(f, grad_f, x: np.ndarray, h: float = 1e-5) -> float:
    """Return how far a gradient written by hand is from the one found by trying."""
    a = grad_f(x)
    n = gradient(f, x, h)
    return np.max(np.abs(a - n))
