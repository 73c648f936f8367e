"""Week 2, the chain rule, one number at a time."""

import math

import numpy as np


def _each(function, *arrays):
    result = np.zeros(arrays[0].shape)
    for index in np.ndindex(result.shape):
        result[index] = function(*(float(a[index]) for a in arrays))
    return result


def sigmoid(x):
    return _each(lambda t: (1.0 + math.tanh(t / 2.0)) / 2.0, x)


def sigmoid_backward(dy, y):
    return _each(lambda g, p: g * (p - p * p), dy, y)


def relu_backward(dy, x):
    return _each(lambda g, t: g if t > 0.0 else 0.0, dy, x)


def linear_backward(dy, x, W):
    n, n_out = dy.shape
    n_in = x.shape[1]
    dx, dW, db = np.zeros((n, n_in)), np.zeros((n_out, n_in)), np.zeros(n_out)
    for k in range(n):
        for o in range(n_out):
            g = dy[k, o]
            db[o] += g
            for i in range(n_in):
                dx[k, i] += g * W[o, i]
                dW[o, i] += g * x[k, i]
    return dx, dW, db


def _surprise(row, label):
    """Return -log softmax(row)[label], and its gradient at the row."""
    top = max(row)
    powers = [math.exp(s - top) for s in row]
    total = math.fsum(powers)
    slopes = [p / total for p in powers]
    slopes[label] -= 1.0
    return math.log(total) + top - row[label], slopes


def softmax_jacobian(p):
    p = p.tolist()
    return np.array([[-a * b if i != j else a - a * b for j, b in enumerate(p)] for i, a in enumerate(p)])


def softmax_cross_entropy(logits, labels):
    n = len(labels)
    losses, table = [], []
    for row, label in zip(logits.tolist(), labels.tolist()):
        loss, slopes = _surprise(row, label)
        losses.append(loss)
        table.append([s / n for s in slopes])
    return math.fsum(losses) / n, np.array(table)


def _layer(x, W, b):
    return [sum(w * xi for w, xi in zip(row, x)) + bi for row, bi in zip(W, b)]


def mlp_loss_and_gradients(params, x, labels):
    # one example after the other, and the gradients add up
    grads = {name: np.zeros(params[name].shape) for name in ("W1", "b1", "W2", "b2")}
    n = len(x)
    loss = 0.0
    for row, label in zip(x.tolist(), labels.tolist()):
        z = _layer(row, params["W1"], params["b1"])
        hidden = [max(t, 0.0) for t in z]
        one, slopes = _surprise(_layer(hidden, params["W2"], params["b2"]), label)
        loss += one / n
        back = [0.0] * len(z)
        for c, s in enumerate(slopes):
            s /= n
            grads["b2"][c] += s
            for u in range(len(z)):
                grads["W2"][c, u] += s * hidden[u]
                back[u] += s * params["W2"][c, u]
        for u in range(len(z)):
            if z[u] <= 0.0:
                continue
            grads["b1"][u] += back[u]
            for i in range(len(row)):
                grads["W1"][u, i] += back[u] * row[i]
    return loss, grads


def layer_norm_backward(dy, x, gain, eps=1e-5):
    n, d = x.shape
    dx, dgain, dbias = np.zeros((n, d)), np.zeros(d), np.zeros(d)
    for k in range(n):
        mean = math.fsum(x[k]) / d
        away = [v - mean for v in x[k].tolist()]
        scale = (math.fsum(v * v for v in away) / d + eps) ** -0.5
        back = [a * b for a, b in zip(dy[k].tolist(), gain.tolist())]
        # three paths: straight, by the variance, by the mean
        by_variance = math.fsum(g * v for g, v in zip(back, away)) * -0.5 * scale**3
        by_mean = -scale * math.fsum(back)
        for j in range(d):
            dx[k, j] = back[j] * scale + by_variance * 2.0 * away[j] / d + by_mean / d
            dgain[j] += dy[k, j] * away[j] * scale
            dbias[j] += dy[k, j]
    return dx, dgain, dbias


def attention_backward(dout, Q, K, V):
    T, d = Q.shape
    root = math.sqrt(d)
    dQ, dK, dV = np.zeros((T, d)), np.zeros((T, d)), np.zeros((T, d))
    for t in range(T):
        scores = [sum(Q[t, i] * K[s, i] for i in range(d)) / root for s in range(T)]
        top = max(scores)
        powers = [math.exp(s - top) for s in scores]
        p = [power / sum(powers) for power in powers]
        dp = [sum(dout[t, i] * V[s, i] for i in range(d)) for s in range(T)]
        mean = sum(a * b for a, b in zip(p, dp))
        for s in range(T):
            ds = p[s] * (dp[s] - mean) / root
            for i in range(d):
                dQ[t, i] += ds * K[s, i]
                dK[s, i] += ds * Q[t, i]
                dV[s, i] += p[s] * dout[t, i]
    return dQ, dK, dV
