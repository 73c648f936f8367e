"""Information: bits, surprise, and how far one distribution is from another."""

import numpy as np


def entropy(p: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the entropy of a distribution: its mean surprise, -Σ p log p."""
    if np.any(p < 0):
        raise ValueError("p has a negative entry")
    if np.any(np.abs(np.sum(p, axis=-1) - 1) > 1e-8):
        raise ValueError("p does not sum to 1")
    return -np.sum(p * np.log(p + 1e-12), axis=-1) / np.log(base)


def cross_entropy(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the mean surprise of someone who believes q while p is true: -Σ p log q."""
    log_q = np.log(q + 1e-9) / np.log(base)
    return -np.sum(p * log_q, axis=-1)


def kl_divergence(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return D(p‖q) = Σ p log(p/q): the price, in bits, of believing q where p is true."""
    ratio = p / (q + 1e-9)
    kl = np.sum(p * np.log(ratio + 1e-9), axis=-1) / np.log(base)
    return np.maximum(kl, 0)


def js_divergence(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the Jensen-Shannon divergence, ½ D(p‖m) + ½ D(q‖m) with m the mean of p and q."""
    m = (p + q) / 2
    result = 0.0
    for i in range(len(p)):
        if p[i] > 0:
            result += 0.5 * p[i] * np.log(p[i] / m[i])
        if q[i] > 0:
            result += 0.5 * q[i] * np.log(q[i] / m[i])
    return result


def conditional_entropy(joint: np.ndarray, given: int, base: float = 2) -> float:
    """Return how uncertain one variable stays on average when the other is known."""
    table = joint if given == 0 else joint.T
    entropies = []
    for row in table:
        total = np.sum(row)
        if total == 0:
            continue
        p = row[row > 0] / total
        entropies.append(-np.sum(p * np.log(p)) / np.log(base))
    return sum(entropies) / len(entropies)


def mutual_information(joint: np.ndarray, base: float = 2) -> float:
    """Return how many bits each of two variables tells about the other."""
    px = np.sum(joint, axis=1)
    py = np.sum(joint, axis=0)
    # I(X; Y) = H(X) + H(Y) - H(X, Y)
    result = 0.0
    for p in px:
        if p > 0:
            result -= p * np.log(p)
    for p in py:
        if p > 0:
            result -= p * np.log(p)
    for p in joint.flatten():
        if p > 0:
            result += p * np.log(p)
    return max(result, 0.0)


def perplexity(log_probs: np.ndarray) -> float:
    """Return among how many equally likely tokens a language model was choosing, on average."""
    return 2 ** (-np.mean(log_probs))


def temperature_for_entropy(logits: np.ndarray, target: float, base: float = 2) -> float:
    """Return the temperature at which softmax(logits / T) has a given entropy."""
    ties = np.sum(logits == np.max(logits))
    if target <= np.log(ties) / np.log(base) or target >= np.log(len(logits)) / np.log(base):
        raise ValueError("target")
    z = logits - np.max(logits)
    low = 0.01
    high = 100.0
    for i in range(200):
        T = np.sqrt(low * high)
        e = np.exp(z / T)
        p = e / np.sum(e)
        p = p[p > 0]
        h = -np.sum(p * np.log(p)) / np.log(base)
        if h < target:
            low = T
        else:
            high = T
    return T
