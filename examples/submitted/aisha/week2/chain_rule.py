"""The chain rule: how a network learns who is to blame, layer by layer, from the loss backwards."""

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)) for each entry, without overflow."""
    return 1 / (1 + np.exp(-x))


def sigmoid_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the gradient at the input of a sigmoid, from the gradient at its output."""
    s = sigmoid(y)
    return dy * s * (1 - s)


def relu_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient at the input of a ReLU, from the gradient at its output."""
    return np.where(x >= 0, dy, 0)


def linear_backward(dy: np.ndarray, x: np.ndarray, W: np.ndarray):
    """Return the gradients of a linear layer: at its input, its weights and its bias."""
    n = len(x)
    dx = dy @ W
    dW = dy.T @ x / n
    db = np.mean(dy, axis=0)
    return dx, dW, db


def softmax_jacobian(p: np.ndarray) -> np.ndarray:
    """Return how fast each probability of a softmax changes with each of its logits."""
    return np.diag(p * (1 - p))


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray):
    """Return the loss of a classifier and its gradient at the logits."""
    n = len(labels)
    e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    loss = -np.mean(np.log(p[np.arange(n), labels]))
    dlogits = p.copy()
    dlogits[np.arange(n), labels] -= 1
    return loss, dlogits / n


def mlp_loss_and_gradients(params, x: np.ndarray, labels: np.ndarray):
    """Return the loss of a network with one hidden layer, and its gradient at every parameter."""
    hidden = np.maximum(x @ params["W1"].T + params["b1"], 0)
    logits = hidden @ params["W2"].T + params["b2"]
    loss, dlogits = softmax_cross_entropy(logits, labels)
    grads = {}
    grads["W2"] = dlogits.T @ hidden
    grads["b2"] = np.sum(dlogits, axis=0)
    dhidden = dlogits @ params["W2"]
    grads["W1"] = dhidden.T @ x
    grads["b1"] = np.sum(dhidden, axis=0)
    return loss, grads


def layer_norm_backward(dy, x, gain, eps: float = 1e-5):
    """Return the gradients of a layer normalisation: at its input, its gain and its bias."""
    mean = x.mean(axis=1, keepdims=True)
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - mean) / std
    dx = dy * gain / std
    return dx, np.sum(dy * x_hat, axis=0), np.sum(dy, axis=0)


def attention_backward(dout: np.ndarray, Q: np.ndarray, K: np.ndarray, V: np.ndarray):
    """Return the gradients of attention at its queries, keys and values."""
    d = Q.shape[1]
    s = Q @ K.T / np.sqrt(d)
    e = np.exp(s - np.max(s, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    dV = p.T @ dout
    dp = dout @ V.T
    ds = dp * p * (1 - p)  # like the sigmoid
    dQ = ds @ K / np.sqrt(d)
    dK = ds.T @ Q / np.sqrt(d)
    return dQ, dK, dV
