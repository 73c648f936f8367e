# week 4 - Liam, bonus
import numpy as np


def attention_softmax(logits):
    e = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def rms_norm(x, gain, eps=1e-6):
    x /= np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    return x * gain


def rope(x, positions, base=10000.0):
    d = x.shape[-1]
    assert d % 2 == 0
    ang = positions[:, None] * base ** (-np.arange(0, d, 2) / d)
    out = np.empty_like(x)
    out[..., ::2] = x[..., ::2] * np.cos(ang) - x[..., 1::2] * np.sin(ang)
    out[..., 1::2] = x[..., ::2] * np.sin(ang) + x[..., 1::2] * np.cos(ang)
    return out


def swiglu(x, W_gate, W_up, W_down):
    g = x @ W_gate.T
    return (g * 0.5 * (1 + np.tanh(g / 2)) * (x @ W_up.T)) @ W_down.T


def cached_attention(q, k, v, cache_k, cache_v):
    keys = np.vstack([cache_k, k])
    vals = np.vstack([cache_v, v])
    w = attention_softmax(keys @ q / np.sqrt(len(q)))
    return w @ vals, cache_k, cache_v
