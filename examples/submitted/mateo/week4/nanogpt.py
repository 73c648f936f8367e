"""nanoGPT: a language model, line by line.

These eight functions are GPT-2 as Andrej Karpathy's nanoGPT writes it, in numpy and without
training: gelu and layer_norm, attention that does not see the future, several heads of it, a
block, the whole model, its loss, and the loop that writes text. Each docstring names the line of
nanoGPT's `model.py` that the function stands for and the earlier exercise that it builds on. Each
function may call those above it. T is the number of tokens, d the width of the model (`n_embd`),
and `...` stands for any number of leading batch axes, also none.
"""

import math
from typing import Any

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large logits too."""
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def gelu(x: np.ndarray | float) -> np.ndarray | float:
    """Return x·Φ(x) for each entry: a ReLU whose corner is round."""
    phi = [0.5 * (1 + math.erf(v / math.sqrt(2))) for v in np.ravel(x)]
    return x * np.reshape(phi, np.shape(x))


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return each vector with mean 0 and variance 1, then stretched by `gain` and moved by `bias`."""
    mean = x.mean(axis=-1, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return (x - mean) / np.sqrt(var + eps) * gain + bias


def causal_attention(Q: np.ndarray, K: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Return what each position reads from itself and the positions before it."""
    T, d = Q.shape[-2], Q.shape[-1]
    scores = np.matmul(Q, np.swapaxes(K, -1, -2)) / np.sqrt(d)
    scores[..., np.triu_indices(T, 1)[0], np.triu_indices(T, 1)[1]] = -np.inf
    return np.matmul(softmax(scores), V)


def multi_head_attention(
    x: np.ndarray,
    W_qkv: np.ndarray,
    b_qkv: np.ndarray,
    W_out: np.ndarray,
    b_out: np.ndarray,
    n_head: int,
) -> np.ndarray:
    """Return causal attention in `n_head` heads that each work on a part of the d features."""
    raise NotImplementedError("multi_head_attention is yours to write")


def transformer_block(x: np.ndarray, params: dict[str, np.ndarray], n_head: int) -> np.ndarray:
    """Return x after one block of GPT-2: first tokens talk, then each thinks for itself."""
    raise NotImplementedError("transformer_block is yours to write")


def gpt_logits(tokens: np.ndarray, params: dict[str, Any], n_head: int) -> np.ndarray:
    """Return the scores of every possible next token, after each of the tokens: a whole GPT."""
    raise NotImplementedError("gpt_logits is yours to write")


def next_token_loss(logits: np.ndarray, tokens: np.ndarray) -> float:
    """Return how surprised the model is by each next token, in nats, on average."""
    raise NotImplementedError("next_token_loss is yours to write")


def generate(
    params: dict[str, Any],
    prompt: np.ndarray,
    u: np.ndarray,
    n_head: int,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> np.ndarray:
    """Return the prompt and len(u) more tokens, each drawn from what the model expects next."""
    raise NotImplementedError("generate is yours to write")
