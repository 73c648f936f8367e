"""Training: all of week 2 in one loop, which learns to read handwritten digits."""

from collections.abc import Sequence

import numpy as np

# What you wrote in chain_rule and optimizers is given here, shortened and under other names, so
# that this module works even if one of them does not yet.


def random_params(n_in: int, n_hidden: int, n_classes: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Return a fresh network: small random weights, and biases of 0."""
    rng = np.random.default_rng(seed)
    return {
        "W1": rng.normal(size=(n_hidden, n_in)) * np.sqrt(2 / n_in),
        "b1": np.zeros(n_hidden),
        "W2": rng.normal(size=(n_classes, n_hidden)) * np.sqrt(2 / n_hidden),
        "b2": np.zeros(n_classes),
    }


def mlp_logits(params: dict[str, np.ndarray], X: np.ndarray) -> np.ndarray:
    """Return the scores (n, c) of the network with one hidden layer, ReLU(X W1ᵀ + b1) W2ᵀ + b2."""
    hidden = np.maximum(X @ params["W1"].T + params["b1"], 0.0)
    return hidden @ params["W2"].T + params["b2"]


def loss_and_gradients(
    params: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray
) -> tuple[float, dict[str, np.ndarray]]:
    """Return the mean cross-entropy of a batch, and its gradients in the order of `params`."""
    rows = np.arange(len(y))
    z = X @ params["W1"].T + params["b1"]
    hidden = np.maximum(z, 0.0)
    logits = hidden @ params["W2"].T + params["b2"]
    scores = logits - logits.max(axis=1, keepdims=True)
    log_probs = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    dlogits = np.exp(log_probs)
    dlogits[rows, y] -= 1.0
    dlogits /= len(y)
    dz = dlogits @ params["W2"] * (z > 0)
    gradients = {"W1": dz.T @ X, "b1": dz.sum(axis=0)}
    gradients |= {"W2": dlogits.T @ hidden, "b2": dlogits.sum(axis=0)}
    return -float(np.mean(log_probs[rows, y])), {name: gradients[name] for name in params}


class GivenAdam:
    """Adam with its defaults; `lr` may be set anew before each step. It works in place."""

    def __init__(self, params: Sequence[np.ndarray], lr: float = 1e-3) -> None:
        self.params, self.lr, self.t = list(params), lr, 0
        self.means = [(np.zeros_like(p), np.zeros_like(p)) for p in self.params]

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Change every parameter in place."""
        self.t += 1
        for p, g, (m, v) in zip(self.params, grads, self.means, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g**2 - v)
            p -= self.lr * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


def rate_at(
    step: int, total_steps: int, lr_max: float, lr_min: float = 0.0, warmup_steps: int = 0
) -> float:
    """Return the learning rate of a step, which counts from 0: a warm-up, then half a cosine."""
    if step < warmup_steps:
        return lr_max * (step + 1) / warmup_steps
    progress = min((step - warmup_steps) / (total_steps - warmup_steps), 1.0)
    return lr_min + (lr_max - lr_min) * (1 + float(np.cos(np.pi * progress))) / 2


def clip_together(grads: Sequence[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Return the gradients, scaled down together if their joint length is above `max_norm`."""
    norm = np.sqrt(sum(float(np.sum(np.square(g))) for g in grads))
    return [g * (max_norm / norm if norm > max_norm else 1.0) for g in grads]


def batches_of(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Return consecutive pieces of `order`; the last one may be shorter."""
    return np.split(order, range(batch_size, len(order), batch_size))


def accuracy(params: dict[str, np.ndarray], X: np.ndarray, y: np.ndarray) -> float:
    """Return the share of examples that the network classifies rightly.

    The loss is what a network can be trained on, since it has slopes. What people want to know is
    how often it is right. It is measured on examples that were not used for training, which are
    held out: those used it may know by heart.

    Parameters
    ----------
    params : dict of str to ndarray
        The network: "W1" of shape (h, d), "b1" (h,), "W2" (c, h) and "b2" (c,).
    X : ndarray of shape (n, d)
        One example per row.
    y : ndarray of shape (n,)
        The right class of each, whole numbers from 0 to c - 1, of dtype int64.

    Returns
    -------
    float
        From 0 to 1: the share of rows whose largest logit is that of the right class. Where
        several are largest, the lowest class among them is the answer of the network.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 5.1.2.

    Examples
    --------
    >>> params = {"W1": np.eye(2), "b1": np.zeros(2), "W2": np.eye(2), "b2": np.zeros(2)}
    >>> X = np.array([[3.0, 1.0], [1.0, 3.0], [2.0, 5.0], [4.0, 4.0]])
    >>> accuracy(params, X, y=np.array([0, 1, 0, 0]))
    0.75
    """
    raise NotImplementedError("accuracy is yours to write")


def train_mlp(
    params: dict[str, np.ndarray],
    X: np.ndarray,
    y: np.ndarray,
    orders: Sequence[np.ndarray],
    batch_size: int,
    lr_max: float,
    warmup_steps: int = 0,
    max_norm: float = 1.0,
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Train a network with one hidden layer, and return it with the loss of each step.

    This loop is what all the parts of the week were made for, and a language model's is no
    different: batch, loss and gradients, clipping, learning rate, step. An *epoch* is one pass
    through all examples; each has an order of its own, which comes from outside, so that the
    result is exactly one.

    Parameters
    ----------
    params : dict of str to ndarray
        The network to begin with: "W1" of shape (h, d), "b1" (h,), "W2" (c, h) and "b2" (c,). It
        is not modified.
    X : ndarray of shape (n, d)
        One example per row.
    y : ndarray of shape (n,)
        The right class of each, whole numbers from 0 to c - 1, of dtype int64.
    orders : list of ndarray of shape (n,)
        For each epoch a permutation of 0..n-1, of dtype int64, cut by `batches_of`.
    batch_size : int
        How many examples a batch has; the last batch of an epoch has what is left.
    lr_max : float
        The highest learning rate.
    warmup_steps : int
        How many steps the warm-up takes; less than there are steps in all.
    max_norm : float
        The largest joint length of the gradients that a step gets to see.

    Returns
    -------
    params : dict of str to ndarray
        The trained network, in new arrays under the same keys.
    losses : ndarray of shape (total_steps,)
        The loss of each step's batch, measured before that step. The number of steps is that of
        all batches of all epochs. Step i, counted from 0, clips its gradients together to
        `max_norm`, and then is one step of one and the same `GivenAdam` for the whole run, at the
        rate rate_at(i, total_steps, lr_max, warmup_steps=warmup_steps).

    References
    ----------
    A. Karpathy, nanoGPT, 2022, train.py.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [4.0], [5.0]]), np.array([0, 0, 1, 1])
    >>> orders = [np.array([2, 0, 3, 1])] * 40
    >>> start = random_params(1, 4, 2)
    >>> trained, losses = train_mlp(start, X, y, orders, batch_size=2, lr_max=0.1)
    >>> losses.shape, accuracy(start, X, y), accuracy(trained, X, y)
    ((80,), 0.5, 1.0)
    """
    raise NotImplementedError("train_mlp is yours to write")
