"""Information: bits, surprise, and how far one distribution is from another."""

import numpy as np


def entropy(p: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the entropy of a distribution: its mean surprise, -Σ p log p."""
    if (p < 0).any() or (abs(p.sum(axis=-1) - 1) > 1e-8).any():
        raise ValueError("p")
    log_p = np.log(np.where(p > 0, p, 1))
    return -(p * log_p).sum(axis=-1) / np.log(base)


def cross_entropy(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the mean surprise of someone who believes q while p is true: -Σ p log q."""
    log_q = np.log(np.where(q > 0, q, 1))
    log_q[q == 0] = -np.inf
    log_q[p == 0] = 0
    return -(p * log_q).sum(axis=-1) / np.log(base)


def kl_divergence(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return D(p‖q) = Σ p log(p/q): the price, in bits, of believing q where p is true."""
    # cross-entropy minus entropy
    log_p = np.log(np.where(p > 0, p, 1))
    kl = cross_entropy(p, q, base) + (p * log_p).sum(axis=-1) / np.log(base)
    return np.maximum(kl, 0)


def js_divergence(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the Jensen-Shannon divergence, ½ D(p‖m) + ½ D(q‖m) with m the mean of p and q."""
    m = (p + q) / 2
    return kl_divergence(p, m, base) / 2 + kl_divergence(q, m, base) / 2


def conditional_entropy(joint: np.ndarray, given: int, base: float = 2) -> float:
    """Return how uncertain one variable stays on average when the other is known."""
    raise NotImplementedError("conditional_entropy is yours to write")


def mutual_information(joint: np.ndarray, base: float = 2) -> float:
    """Return how many bits each of two variables tells about the other."""
    raise NotImplementedError("mutual_information is yours to write")


def perplexity(log_probs: np.ndarray) -> float:
    """Return among how many equally likely tokens a language model was choosing, on average."""
    return np.exp(-log_probs.mean())


def temperature_for_entropy(logits: np.ndarray, target: float, base: float = 2) -> float:
    """Return the temperature at which softmax(logits / T) has a given entropy."""
    raise NotImplementedError("temperature_for_entropy is yours to write")
