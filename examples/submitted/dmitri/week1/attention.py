import math

import numpy as np


def softmax(s):
    e = np.exp(s - s.max(axis=-1)[..., np.newaxis])
    return e / e.sum(axis=-1)[..., np.newaxis]


def attention_scores(Q, K):
    d = Q.shape[-1]
    return (Q / math.sqrt(d)) @ K.swapaxes(-1, -2)


def attention_weights(Q, K):
    return softmax(attention_scores(Q, K))


def self_attention(X, W_Q, W_K, W_V):
    return attention_weights(X @ W_Q, X @ W_K) @ (X @ W_V)
