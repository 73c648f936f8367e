"""Week 4, nanoGPT, one position after the other."""

import math

import numpy as np


def softmax(logits):
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def gelu(x):
    if isinstance(x, np.ndarray) and x.ndim:
        return np.array([gelu(part) for part in x])
    x = float(x)
    return 0.5 * x * math.erfc(-math.sqrt(0.5) * x)


def layer_norm(x, gain, bias, eps=1e-5):
    if x.ndim > 1:
        return np.array([layer_norm(row, gain, bias, eps) for row in x])
    row = x.tolist()
    mean = math.fsum(row) / len(row)
    scale = 1.0 / math.sqrt(math.fsum((v - mean) ** 2 for v in row) / len(row) + eps)
    return np.array([g * ((v - mean) * scale) + b for v, g, b in zip(row, gain, bias)])


def _dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def causal_attention(Q, K, V):
    if Q.ndim > 2:
        return np.array([causal_attention(q, k, v) for q, k, v in zip(Q, K, V)])
    T, d = Q.shape
    q, k, v = Q.tolist(), K.tolist(), V.tolist()
    result = []
    for t in range(T):
        scores = [_dot(q[t], k[s]) / math.sqrt(d) for s in range(t + 1)]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        total = math.fsum(weights)
        seen = range(t + 1)
        result.append([math.fsum(weights[s] * v[s][j] for s in seen) / total for j in range(d)])
    return np.array(result)


def _layer(x, W, b):
    """A linear layer of one vector or of many."""
    if x.ndim > 1:
        return np.array([_layer(row, W, b) for row in x])
    row = x.tolist()
    return np.array([_dot(row, w) + c for w, c in zip(W.tolist(), b.tolist())])


def multi_head_attention(x, W_qkv, b_qkv, W_out, b_out, n_head):
    d = x.shape[-1]
    width, rest = divmod(d, n_head)
    if rest:
        raise ValueError("multi_head_attention: %d features for %d heads" % (d, n_head))
    both = _layer(x, W_qkv, b_qkv)
    read = np.empty(x.shape)
    for start in range(0, d, width):
        q, k, v = (both[..., part + start : part + start + width] for part in (0, d, 2 * d))
        read[..., start : start + width] = causal_attention(q, k, v)
    return _layer(read, W_out, b_out)


def transformer_block(x, params, n_head):
    p = params
    normed = layer_norm(x, p["ln1_gain"], p["ln1_bias"])
    read = multi_head_attention(normed, p["W_qkv"], p["b_qkv"], p["W_out"], p["b_out"], n_head)
    between = x + read
    normed = layer_norm(between, p["ln2_gain"], p["ln2_bias"])
    thought = _layer(gelu(_layer(normed, p["W_fc"], p["b_fc"])), p["W_proj"], p["b_proj"])
    return between + thought


def gpt_logits(tokens, params, n_head):
    wte, wpe = params["wte"], params["wpe"]
    if len(tokens) > len(wpe):
        raise ValueError("gpt_logits: %d tokens, room for %d" % (len(tokens), len(wpe)))
    x = np.array([wte[token] + wpe[place] for place, token in enumerate(tokens)])
    for block in params["blocks"]:
        x = transformer_block(x, block, n_head)
    x = layer_norm(x, params["lnf_gain"], params["lnf_bias"])
    return np.array([[_dot(vector, row) for row in wte.tolist()] for vector in x.tolist()])


def next_token_loss(logits, tokens):
    total = 0.0
    for row, target in zip(logits[:-1].tolist(), tokens[1:].tolist()):
        # odds of all tokens against the one that came
        gaps = [v - row[target] for v in row]
        top = max(gaps)
        total += top + math.log(math.fsum(math.exp(g - top) for g in gaps))
    return total / (len(tokens) - 1)


def _draw(weights, number):
    goal, reached, last = number * 1.0, 0.0, 0
    total = math.fsum(weights)
    for token, w in enumerate(weights):
        if w / total > 0.0:
            reached += w / total
            last = token
            if reached > goal:
                return token
    return last


def generate(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text = [int(token) for token in prompt]
    context = len(params["wpe"])
    for number in u.tolist():
        seen = np.array(text[-context:], dtype=np.int64)
        logits = (gpt_logits(seen, params, n_head)[-1] / temperature).tolist()
        best = sorted(range(len(logits)), key=lambda token: (-logits[token], token))
        kept = set(best if top_k is None else best[:top_k])
        top = logits[best[0]]
        weights = [math.exp(v - top) if i in kept else 0.0 for i, v in enumerate(logits)]
        text.append(_draw(weights, number))
    return np.array(text, dtype=np.int64)
