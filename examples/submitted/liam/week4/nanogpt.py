# week 4 - Liam
from math import erf

import numpy as np


def softmax(logits):
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


verf = np.vectorize(erf)


def gelu(x):
    return 0.5 * x * (1 + verf(x / 2**0.5))


def layer_norm(x, gain, bias, eps=1e-5):
    c = x - x.mean(axis=-1, keepdims=True)
    return c / np.sqrt((c * c).mean(axis=-1, keepdims=True) + eps) * gain + bias


def causal_attention(Q, K, V):
    T, d = Q.shape[-2:]
    att = Q @ K.swapaxes(-2, -1) / d**0.5
    att = att - 1e4 * np.triu(np.ones((T, T)), 1)  # the mask of the old GPT code
    return softmax(att) @ V


def multi_head_attention(x, W_qkv, b_qkv, W_out, b_out, n_head):
    T, C = x.shape[-2:]
    assert C % n_head == 0
    q, k, v = np.split(x @ W_qkv.T + b_qkv, 3, axis=-1)

    def heads(z):
        return z.reshape(x.shape[:-1] + (n_head, C // n_head)).swapaxes(-3, -2)

    y = causal_attention(heads(q), heads(k), heads(v))
    y = y.swapaxes(-3, -2).reshape(x.shape)
    return y @ W_out.T + b_out


def transformer_block(x, params, n_head):
    p = params
    att = layer_norm(x, p["ln1_gain"], p["ln1_bias"])
    x += multi_head_attention(att, p["W_qkv"], p["b_qkv"], p["W_out"], p["b_out"], n_head)
    mlp = layer_norm(x, p["ln2_gain"], p["ln2_bias"])
    x += gelu(mlp @ p["W_fc"].T + p["b_fc"]) @ p["W_proj"].T + p["b_proj"]
    return x


def gpt_logits(tokens, params, n_head):
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = transformer_block(x, block, n_head)
    return layer_norm(x, params["lnf_gain"], params["lnf_bias"]) @ params["wte"].T


def next_token_loss(logits, tokens):
    m = logits.max(axis=1, keepdims=True)
    logp = logits - m - np.log(np.exp(logits - m).sum(axis=1, keepdims=True))
    return -logp[np.arange(len(tokens)), tokens].mean()


def generate(params, prompt, u, n_head, temperature=1.0, top_k=None):
    context = len(params["wpe"])
    idx = prompt.copy()
    for number in u:
        logits = gpt_logits(idx[-context:], params, n_head)[-1] / temperature
        if top_k is not None:
            v = np.sort(logits)[-top_k]
            logits[logits < v] = -np.inf
        probs = softmax(logits)
        nxt = np.searchsorted(probs.cumsum(), number, side="right")
        nxt = min(nxt, probs.nonzero()[0].max())
        idx = np.append(idx, nxt)
    return idx
