"""Week 2, derivatives. Everything is the slope of a function of one number t at t = 0."""

import math

import numpy as np


def _slope(phi, h):
    """Of a function of one number, or of one that returns an array."""
    above = phi(h)
    below = phi(-h)
    return (above - below) / (2.0 * h)


def _along(f, x, i):
    """The function t -> f(x + t e_i), for i a flat index."""

    def phi(t):
        point = x.copy()
        point.flat[i] = x.flat[i] + t
        return f(point)

    return phi


def partial_derivative(f, x, i, h=1e-5):
    return _slope(_along(f, x, i), h)


def gradient(f, x, h=1e-5):
    result = np.zeros(x.shape)
    for i in range(x.size):
        result.flat[i] = _slope(_along(f, x, i), h)
    return result


def jacobian(f, x, h=1e-5):
    columns = []
    for i in range(x.size):
        columns.append([float(s) for s in _slope(_along(f, x, i), h)])
    return np.array(list(zip(*columns)))


def hessian(f, x, h=1e-4):
    # 25.3.26 in Abramowitz and Stegun, the function without corners counted twice
    n = len(x)
    here = f(x)
    up = [_along(f, x, i)(h) for i in range(n)]
    down = [_along(f, x, i)(-h) for i in range(n)]
    H = np.zeros((n, n))
    for i in range(n):
        H[i, i] = ((up[i] - here) - (here - down[i])) / (h * h)
        for j in range(i):
            both_up, both_down = x.copy(), x.copy()
            for k in (i, j):
                both_up[k] += h
                both_down[k] -= h
            s = f(both_up) - up[i] - up[j] + here
            s += f(both_down) - down[i] - down[j] + here
            H[i, j] = s / (2.0 * h * h)
            H[j, i] = H[i, j]
    return H


def directional_derivative(f, x, v, h=1e-5):
    length = math.hypot(*v)
    if length == 0.0:
        raise ValueError("directional_derivative: v is zero")

    def phi(t):
        return f(np.array([a + t * (b / length) for a, b in zip(x, v)]))

    return _slope(phi, h)


def gradient_error(f, grad_f, x, h=1e-5):
    worst = 0.0
    claimed = grad_f(x)
    for i in range(len(x)):
        a = claimed[i]
        n = partial_derivative(f, x, i, h)
        size = max(abs(a), abs(n), 1e-8)
        worst = max(worst, abs(a - n) / size)
    return worst
