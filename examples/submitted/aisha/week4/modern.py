"""Modern parts: what has changed in language models since GPT-2."""

import numpy as np


def attention_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large logits too."""
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def rms_norm(x: np.ndarray, gain: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Return each vector with a root mean square of 1, then stretched by `gain`."""
    rms = np.sqrt(np.mean(x**2, axis=-1, keepdims=True))
    return x / (rms + eps) * gain


def rope(x: np.ndarray, positions: np.ndarray, base: float = 10000.0) -> np.ndarray:
    """Return queries or keys turned by their positions: rotary position embedding."""
    d = x.shape[-1]
    if d % 2 != 0:
        raise ValueError("d must be even")
    theta = 1.0 / base ** (np.arange(0, d, 2) / d)
    angles = positions[:, None] * theta
    x1 = x[..., : d // 2]
    x2 = x[..., d // 2 :]
    cos = np.cos(angles)
    sin = np.sin(angles)
    return np.concatenate([x1 * cos - x2 * sin, x1 * sin + x2 * cos], axis=-1)


def swiglu(
    x: np.ndarray, W_gate: np.ndarray, W_up: np.ndarray, W_down: np.ndarray
) -> np.ndarray:
    """Return the output of an MLP with a gate: one layer says what, another one how much of it."""
    gate = x @ W_gate.T
    silu = gate / (1 + np.exp(-gate))
    return (silu * (x @ W_up.T)) @ W_down.T


def cached_attention(q, k, v, cache_k, cache_v):
    """Return what one new token reads from all before it, and the caches with that token added."""
    new_k = np.concatenate([cache_k, k.reshape(1, -1)])
    new_v = np.concatenate([cache_v, v.reshape(1, -1)])
    weights = attention_softmax(new_k @ q)
    return weights @ new_v, new_k, new_v
