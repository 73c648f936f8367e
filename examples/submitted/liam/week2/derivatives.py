# week 2 - Liam
import numpy as np


def partial_derivative(f, x, i, h=1e-5):
    h = h * max(1, abs(x[i]))  # as in Numerical Recipes: in proportion to x
    e = np.zeros_like(x)
    e[i] = h
    return (f(x + e) - f(x - e)) / (2 * h)


def gradient(f, x, h=1e-5):
    g = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = h
        g[i] = (f(x + e) - f(x)) / h
    return g


def jacobian(f, x, h=1e-5):
    cols = []
    for i in range(len(x)):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        down = f(x)
        x[i] += h  # and back
        cols.append((up - down) / (2 * h))
    return np.array(cols).T


def hessian(f, x, h=1e-4):
    # gradient of the gradient
    n = len(x)
    H = np.zeros((n, n))
    fx = f(x)
    E = h * np.eye(n)
    for i in range(n):
        for j in range(i, n):
            H[i, j] = (f(x + E[i] + E[j]) - f(x + E[i]) - f(x + E[j]) + fx) / h**2
            H[j, i] = H[i, j]
    return H


def directional_derivative(f, x, v, h=1e-5):
    v = v / np.linalg.norm(v)
    return (f(x + h * v) - f(x - h * v)) / (2 * h)


def gradient_error(f, grad_f, x, h=1e-5):
    a = grad_f(x)
    E = h * np.eye(len(x))
    n = np.array([(f(x + e) - f(x - e)) / (2 * h) for e in E])
    return max(abs(a - n) / np.maximum(abs(n), 1e-8))
