import numpy as np


def softmax(scores):
    """Given."""
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def attention_scores(Q, K):
    """Scores."""
    Q = Q.astype(np.float32)
    K = K.astype(np.float32)
    return Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])


def attention_weights(Q, K):
    """Weights."""
    s = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
    return softmax(s).tolist()


def self_attention(X, W_Q, W_K, W_V):
    """Attention."""
    w = np.array(attention_weights(X @ W_Q, X @ W_K))
    return w @ (X @ W_V), w
