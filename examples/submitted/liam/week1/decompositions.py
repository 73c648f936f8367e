# week 1 - Liam
import numpy as np


def power_iteration(A, steps=1000):
    np.random.seed(123)
    v = np.random.rand(A.shape[0])
    for _ in range(steps):
        w = A @ v
        lam = np.linalg.norm(w)  # how much A stretches v
        v = w / lam
    return lam, v


def covariance(X):
    if len(X) < 2:
        raise ValueError("need 2 samples")
    Z = X - X.mean()
    return Z.T @ Z / (len(X) - 1)


def pca(X, n_components):
    if not 1 <= n_components <= min(X.shape):
        raise ValueError("bad n_components")
    Z = X - X.mean(axis=0)
    vals, vecs = np.linalg.eigh(Z.T @ Z / (len(X) - 1))
    # the last ones are the largest
    return vecs[:, -n_components:].T, vals[-n_components:]


def explained_variance_ratio(X):
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False) ** 2
    return s / s.sum()


def pca_transform(X, mean, components):
    mean = X.mean(axis=0)
    return (X - mean) @ components.T


def pca_reconstruct(Z, mean, components):
    return Z @ components + mean


def low_rank(W, rank):
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :rank] @ np.diag(s[:rank]) @ Vt[:rank, :]


def low_rank_error(W, rank):
    if rank < 0 or rank > min(W.shape):
        raise ValueError("bad rank")
    s = np.linalg.svd(W, compute_uv=False)
    return np.sqrt((s[rank:] ** 2).sum() / (s ** 2).sum())


def lora_forward(x, W, A, B, alpha):
    r = A.shape[0]
    W_new = W + alpha / r * (B @ A)
    return x @ W_new.T


def lora_parameter_count(d_out, d_in, rank):
    # W, then B and A
    return d_out * d_in + d_out * rank + rank * d_in


def condition_number(A):
    s = np.linalg.svd(A, compute_uv=False)
    return np.inf if s[-1] <= 1e-15 * s[0] else s[0] / s[-1]


def quantize_int8(W):
    scale = np.abs(W).max() / 127
    q = np.round(W / scale).astype(np.int8)
    return q, np.full(len(W), scale)


def dequantize(q, scale):
    return q * scale.reshape(-1, 1)
