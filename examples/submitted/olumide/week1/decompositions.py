import numpy as np


def power_iteration(A, steps=1000):
    """Dominant eigenvalue and eigenvector."""
    v = np.random.default_rng(0).normal(size=(A.shape[0], 1))
    for i in range(steps):
        v = A @ v
        v = v / np.linalg.norm(v)
    value = v.T @ A @ v
    return value, v


def covariance(X):
    """Covariance matrix."""
    n, d = X.shape
    if n < 2:
        raise ValueError("n must be at least 2")
    Xc = X - np.mean(X, axis=0).reshape(1, d)
    C = Xc.T @ Xc / (n - 1)
    return C.tolist()


def pca(X, n_components):
    """Principal components."""
    if n_components < 1 or n_components > min(X.shape):
        raise ValueError("n_components")
    values, vectors = np.linalg.eigh(np.array(covariance(X)))
    values = values[::-1]
    vectors = vectors[:, ::-1]
    return vectors[:, :n_components], values[:n_components]


def explained_variance_ratio(X):
    """Ratios."""
    s = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return list(s ** 2 / np.sum(s ** 2))


def pca_transform(X, mean, components):
    """Coordinates."""
    return (components @ (X - mean).T)  # (k, n)


def pca_reconstruct(Z, mean, components):
    """Back again."""
    result = Z @ components + mean


def low_rank(W, rank):
    """Best approximation."""
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank")
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    return U[:, :rank], s[:rank], Vt[:rank]


def low_rank_error(W, rank):
    """Relative error."""
    if rank < 0 or rank > min(W.shape):
        raise ValueError("rank")
    s = np.linalg.svd(W, compute_uv=False)
    total = np.sum(s ** 2)
    if total == 0:
        return 0
    return f"{np.sqrt(np.sum(s[rank:] ** 2) / total):.10f}"


def lora_forward(x, W, A, B, alpha):
    """LoRA."""
    r = A.shape[0]
    y = x @ W.T + alpha / r * (x @ A.T @ B.T)
    return y.tolist()


def lora_parameter_count(d_out, d_in, rank):
    """A and B."""
    return rank * d_in, d_out * rank
