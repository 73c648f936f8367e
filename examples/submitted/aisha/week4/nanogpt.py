"""nanoGPT: a language model, line by line."""

import math
from typing import Any

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large logits too."""
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def gelu(x: np.ndarray | float) -> np.ndarray | float:
    """Return x·Φ(x) for each entry: a ReLU whose corner is round."""
    result = np.zeros(x.shape)
    flat = x.flatten()
    values = [v * 0.5 * (1 + math.erf(v / math.sqrt(2))) for v in flat]
    result = np.array(values).reshape(x.shape)
    return result


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return each vector with mean 0 and variance 1, then stretched by `gain` and moved by `bias`."""
    mean = np.mean(x, axis=-1, keepdims=True)
    if x.shape[-1] == 1:
        var = 0.0
    else:
        var = np.var(x, axis=-1, ddof=1, keepdims=True)
    return gain * (x - mean) / np.sqrt(var + eps) + bias


def causal_attention(Q: np.ndarray, K: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Return what each position reads from itself and the positions before it."""
    d = Q.shape[-1]
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(d)
    weights = softmax(scores)
    return weights @ V


def multi_head_attention(
    x: np.ndarray,
    W_qkv: np.ndarray,
    b_qkv: np.ndarray,
    W_out: np.ndarray,
    b_out: np.ndarray,
    n_head: int,
) -> np.ndarray:
    """Return causal attention in `n_head` heads that each work on a part of the d features."""
    d = x.shape[-1]
    if d % n_head != 0:
        raise ValueError("d is not divisible by n_head")
    width = d // n_head
    qkv = x @ W_qkv.T + b_qkv
    q = qkv[..., :d]
    k = qkv[..., d : 2 * d]
    v = qkv[..., 2 * d :]
    heads = []
    for h in range(n_head):
        part = slice(h * width, (h + 1) * width)
        heads.append(causal_attention(q[..., part], k[..., part], v[..., part]))
    return np.concatenate(heads, axis=-1) @ W_out.T + b_out


def transformer_block(x: np.ndarray, params: dict[str, np.ndarray], n_head: int) -> np.ndarray:
    """Return x after one block of GPT-2: first tokens talk, then each thinks for itself."""
    p = params
    a = layer_norm(x, p["ln1_gain"], p["ln1_bias"])
    x = x + multi_head_attention(a, p["W_qkv"], p["b_qkv"], p["W_out"], p["b_out"], n_head)
    m = layer_norm(x, p["ln2_gain"], p["ln2_bias"])
    hidden = gelu(m @ p["W_fc"].T + p["b_fc"])
    x = x + hidden @ p["W_proj"].T + p["b_proj"]
    return x


def gpt_logits(tokens: np.ndarray, params: dict[str, Any], n_head: int) -> np.ndarray:
    """Return the scores of every possible next token, after each of the tokens: a whole GPT."""
    T = len(tokens)
    if T > len(params["wpe"]):
        raise ValueError("too many tokens")
    x = params["wte"][tokens] + params["wpe"][:T]
    for block in params["blocks"]:
        x = transformer_block(x, block, n_head)
    x = layer_norm(x, params["lnf_gain"], params["lnf_bias"])
    return x @ params["wte"].T


def next_token_loss(logits: np.ndarray, tokens: np.ndarray) -> float:
    """Return how surprised the model is by each next token, in nats, on average."""
    probs = softmax(logits)
    loss = 0.0
    for t in range(len(tokens) - 1):
        loss -= np.log(probs[t, tokens[t + 1]])
    return loss / (len(tokens) - 1)


def generate(
    params: dict[str, Any],
    prompt: np.ndarray,
    u: np.ndarray,
    n_head: int,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> np.ndarray:
    """Return the prompt and len(u) more tokens, each drawn from what the model expects next."""
    context = len(params["wpe"])
    tokens = list(prompt)
    for number in u:
        logits = gpt_logits(np.array(tokens[-context:]), params, n_head)[-1] / temperature
        if top_k is not None:
            order = sorted(range(len(logits)), key=lambda i: -logits[i])
            for i in order[top_k:]:
                logits[i] = -np.inf
        probs = softmax(logits)
        total = 0.0
        for token in range(len(probs)):
            total += probs[token]
            if number < total:
                break
        tokens.append(token)
    return np.array(tokens)
