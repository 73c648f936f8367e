"""Week 4, modern parts, one number after the other."""

import math

import numpy as np


def _vectors(x, function):
    out = np.empty(x.shape)
    for index in np.ndindex(x.shape[:-1]):
        out[index] = function(index, x[index].tolist())
    return out


def rms_norm(x, gain, eps=1e-6):
    def one(_, row):
        root = math.sqrt(math.fsum(v * v for v in row) / len(row) + eps)
        return [float(g) * v / root for g, v in zip(gain, row)]

    return _vectors(x, one)


def rope(x, positions, base=10000.0):
    d = x.shape[-1]
    if d % 2 == 1:
        raise ValueError("pairs, please")

    def one(index, row):
        turned = []
        for i in range(0, d, 2):
            angle = float(positions[index[-1]]) * math.exp(-i / d * math.log(base))
            c, s = math.cos(angle), math.sin(angle)
            turned += [row[i] * c - row[i + 1] * s, row[i] * s + row[i + 1] * c]
        return turned

    return _vectors(x, one)


def _silu(z):
    if z < -700.0:
        return 0.0
    return z / (1.0 + math.exp(-z))


def _row(W, x):
    return [math.fsum(a * b for a, b in zip(w, x)) for w in W.tolist()]


def swiglu(x, W_gate, W_up, W_down):
    out = np.empty((*x.shape[:-1], len(W_down)))
    for index in np.ndindex(x.shape[:-1]):
        row = x[index].tolist()
        hidden = [_silu(a) * b for a, b in zip(_row(W_gate, row), _row(W_up, row))]
        out[index] = _row(W_down, hidden)
    return out


def cached_attention(q, k, v, cache_k, cache_v):
    keys, values = [*cache_k.tolist(), k.tolist()], [*cache_v.tolist(), v.tolist()]
    root = math.sqrt(len(q))
    scores = [math.fsum(a * b for a, b in zip(q.tolist(), key)) / root for key in keys]
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    total = math.fsum(shares)
    mean = [math.fsum(s * c for s, c in zip(shares, column)) / total for column in zip(*values)]
    return np.array(mean), np.array(keys), np.array(values)
