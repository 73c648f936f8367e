"""Week 4: nanoGPT (Ingrid)."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from math import erfc, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Vector = NDArray[np.float64]
Tokens = NDArray[np.int64]


def softmax(logits: Array) -> Array:
    """Given; right for large logits too."""
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


_gelu = np.frompyfunc(lambda v: v * erfc(-v / sqrt(2)) / 2, 1, 1)


def gelu(x: Array | float) -> Array | float:
    """One number at a time."""
    return np.asarray(_gelu(x), dtype=np.float64)


def layer_norm(x: Array, gain: Vector, bias: Vector, eps: float = 1e-5) -> Array:
    """Centred, scaled, stretched, moved."""
    d = x.shape[-1]
    centred = x - np.einsum("...d->...", x)[..., None] / d
    variance = np.einsum("...d,...d->...", centred, centred) / d
    return np.einsum("...d,...,d->...d", centred, 1 / np.sqrt(variance + eps), gain) + bias


def _linear(x: Array, W: Array, b: Vector) -> Array:
    return np.einsum("...i,oi->...o", x, W) + b


def causal_attention(Q: Array, K: Array, V: Array) -> Array:
    """Queries t, keys s, and nothing of s > t."""
    T, d = Q.shape[-2:]
    hidden = np.where(np.tri(T, dtype=bool), 0.0, -np.inf)
    scores = np.einsum("...td,...sd->...ts", Q, K) / sqrt(d) + hidden
    return np.einsum("...ts,...sd->...td", softmax(scores), V)


def multi_head_attention(
    x: Array, W_qkv: Array, b_qkv: Vector, W_out: Array, b_out: Vector, n_head: int
) -> Array:
    """The weights have an axis of heads, h, and one of a head's features, w."""
    d = x.shape[-1]
    if d % n_head:
        raise ValueError(f"{n_head} heads cannot share {d} features")
    weights = W_qkv.reshape(3, n_head, -1, d)
    biases = b_qkv.reshape(3, n_head, 1, -1)
    Q, K, V = (np.einsum("...td,hwd->...htw", x, W) + b for W, b in zip(weights, biases))
    read = causal_attention(Q, K, V)
    return np.einsum("...htw,ohw->...to", read, W_out.reshape(d, n_head, -1)) + b_out


def transformer_block(x: Array, params: Mapping[str, Array], n_head: int) -> Array:
    """Talk, then think."""

    def norm(z: Array, name: str) -> Array:
        return layer_norm(z, params[f"{name}_gain"], params[f"{name}_bias"])

    def layer(z: Array, name: str) -> Array:
        return _linear(z, params[f"W_{name}"], params[f"b_{name}"])

    projections = [params[name] for name in ("W_qkv", "b_qkv", "W_out", "b_out")]
    talked = x + multi_head_attention(norm(x, "ln1"), *projections, n_head)
    return talked + layer(gelu(layer(norm(talked, "ln2"), "fc")), "proj")


def gpt_logits(tokens: Tokens, params: Mapping[str, Any], n_head: int) -> Array:
    """From numbers to scores."""
    context = params["wpe"].shape[0]
    if tokens.size > context:
        raise ValueError(f"tokens: {tokens.size} are more than the context, {context}")
    x = np.take(params["wte"], tokens, axis=0) + params["wpe"][: tokens.size]
    for block in params["blocks"]:
        x = transformer_block(x, block, n_head)
    x = layer_norm(x, params["lnf_gain"], params["lnf_bias"])
    return np.einsum("td,vd->tv", x, params["wte"])


def next_token_loss(logits: Array, tokens: Tokens) -> float:
    """Mean of normaliser minus logit, over all but the last row."""
    forecasts = logits[:-1] - logits[:-1].max(axis=1, keepdims=True)
    normalisers = np.log(np.einsum("tv->t", np.exp(forecasts)))
    chosen = np.take_along_axis(forecasts, tokens[1:, None], axis=1)[:, 0]
    return float(np.mean(normalisers - chosen))


def _choose(logits: Vector, number: float, top_k: int | None) -> int:
    """The token that `number` falls on, among the k best."""
    best = np.lexsort((np.arange(logits.size), -logits))[:top_k]
    candidates = np.sort(best)
    probs = softmax(logits[candidates])
    candidates, probs = candidates[probs > 0], probs[probs > 0]
    place = bisect_right(list(accumulate(probs.tolist())), number)
    return int(candidates[min(place, candidates.size - 1)])


def generate(
    params: Mapping[str, Any],
    prompt: Tokens,
    u: Vector,
    n_head: int,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> Tokens:
    """Word by word."""
    context = params["wpe"].shape[0]
    text = prompt.astype(np.int64)
    for number in u.tolist():
        logits = gpt_logits(text[-context:], params, n_head)[-1] / temperature
        text = np.append(text, _choose(logits, number, top_k))
    return text
