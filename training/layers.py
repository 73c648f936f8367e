"""Layers of a network with their way back, in numpy alone.

A layer is a function of x that returns its output y, and a function which leads the gradient of y
back to that of x. Layers with parameters leave the gradients of those in a dict on the way.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Parameters = dict[str, np.ndarray]
Backward = Callable[[np.ndarray], np.ndarray]
Layer = Callable[[np.ndarray], tuple[np.ndarray, Backward]]


def linear(parameters: Parameters, gradients: Parameters, W: str, b: str) -> Layer:
    """Return the layer x Wᵀ + b."""

    def layer(x: np.ndarray) -> tuple[np.ndarray, Backward]:
        def backward(dy: np.ndarray) -> np.ndarray:
            rows = dy.reshape(-1, dy.shape[-1])
            gradients[W] = rows.T @ x.reshape(-1, x.shape[-1])
            gradients[b] = rows.sum(axis=0)
            return dy @ parameters[W]

        return x @ parameters[W].T + parameters[b], backward

    return layer


def layer_norm(parameters: Parameters, gradients: Parameters, gain: str, bias: str) -> Layer:
    """Return the layer that gives each row mean 0 and variance 1, then scales and shifts it."""

    def layer(x: np.ndarray) -> tuple[np.ndarray, Backward]:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = 1 / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5)
        x_hat = centred * scale

        def backward(dy: np.ndarray) -> np.ndarray:
            batch_axes = tuple(range(dy.ndim - 1))
            gradients[gain] = np.sum(dy * x_hat, axis=batch_axes)
            gradients[bias] = np.sum(dy, axis=batch_axes)
            d_hat = dy * parameters[gain]
            along_x_hat = np.mean(d_hat * x_hat, axis=-1, keepdims=True)
            return scale * (d_hat - d_hat.mean(axis=-1, keepdims=True) - x_hat * along_x_hat)

        return x_hat * parameters[gain] + parameters[bias], backward

    return layer


def erf(x: np.ndarray) -> np.ndarray:
    """Return the error function to 1.5e-7, which float32 hardly tells from the exact one.

    M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 1964, 7.1.26.
    """
    a = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
    t = 1 / (1 + 0.3275911 * np.abs(x))
    polynomial = t * (a[0] + t * (a[1] + t * (a[2] + t * (a[3] + t * a[4]))))
    return np.copysign(1 - polynomial * np.exp(-x * x), x)


def gelu(x: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Be the layer x·Φ(x)."""
    cdf = 0.5 * (1 + erf(x * 0.5**0.5))

    def backward(dy: np.ndarray) -> np.ndarray:
        return dy * (cdf + x * np.exp(-0.5 * x * x) * (2 * 3.141592653589793) ** -0.5)

    return x * cdf, backward


def silu(x: np.ndarray) -> tuple[np.ndarray, Backward]:
    """Be the layer x·σ(x)."""
    sigmoid = 1 / (1 + np.exp(-x))
    return x * sigmoid, lambda dy: dy * sigmoid * (1 + x * (1 - sigmoid))


def causal_attention(n_head: int) -> Layer:
    """Return the layer from queries, keys and values, side by side, to what the heads give."""

    def layer(qkv: np.ndarray) -> tuple[np.ndarray, Backward]:
        n, T, width = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        # (n, T, 3 width) -> three of (n, heads, T, d)
        Q, K, V = qkv.reshape(n, T, 3, n_head, width // n_head).transpose(2, 0, 3, 1, 4)
        scale = float(np.sqrt(n_head / width))
        future = np.triu(np.full((T, T), -np.inf, dtype=qkv.dtype), k=1)
        A = softmax(Q @ K.swapaxes(-1, -2) * scale + future)  # (n, heads, T, T)

        def backward(dy: np.ndarray) -> np.ndarray:
            d_heads = dy.reshape(n, T, n_head, -1).swapaxes(1, 2)
            dA = d_heads @ V.swapaxes(-1, -2)
            d_scores = scale * A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
            dQ, dK = d_scores @ K, d_scores.swapaxes(-1, -2) @ Q
            dV = A.swapaxes(-1, -2) @ d_heads
            return np.stack([dQ, dK, dV]).transpose(1, 3, 0, 2, 4).reshape(qkv.shape)

        return (A @ V).swapaxes(1, 2).reshape(n, T, width), backward

    return layer


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def dropout(rate: float, rng: np.random.Generator) -> Layer:
    """Return the layer that silences some numbers, so that the network relies on none of them."""

    def layer(x: np.ndarray) -> tuple[np.ndarray, Backward]:
        if not rate:
            return x, lambda dy: dy
        mask = (rng.random(x.shape, dtype=np.float32) >= rate) / np.float32(1 - rate)
        return x * mask, lambda dy: dy * mask

    return layer


def chain(*layers: Layer) -> Layer:
    """Return one layer made of several, one after the other."""

    def layer(x: np.ndarray) -> tuple[np.ndarray, Backward]:
        steps_back = []
        for each in layers:
            x, step_back = each(x)
            steps_back.append(step_back)

        def backward(dy: np.ndarray) -> np.ndarray:
            for step_back in reversed(steps_back):
                dy = step_back(dy)
            return dy

        return x, backward

    return layer


def residual(*layers: Layer) -> Layer:
    """Return the layer that adds to x what a chain of layers makes of it."""

    def layer(x: np.ndarray) -> tuple[np.ndarray, Backward]:
        y, branch_back = chain(*layers)(x)
        return x + y, lambda dy: dy + branch_back(dy)

    return layer
