import math

import numpy as np


def entropy(p, base=2):
    """Entropy."""
    if np.any(p < 0) or np.any(abs(np.sum(p, axis=-1) - 1) > 1e-8):
        raise ValueError("p")
    log_p = np.log(np.where(p == 0, 1, p)) / np.log(base)
    return -np.sum(p * log_p, axis=-1, keepdims=True)


def cross_entropy(p, q, base=2):
    """Cross-entropy: a number, or a list of results."""
    if p.ndim > 1:
        return [cross_entropy(a, b, base) for a, b in zip(p, q)]
    total = 0
    for a, b in zip(p, q):
        if a > 0:
            total += -a * math.log(b) / math.log(base) if b > 0 else math.inf
    return total


def kl_divergence(p, q, base=2):
    """KL divergence."""
    total = 0
    for a, b in zip(p.flatten(), q.flatten()):
        if a > 0:
            total += a * (math.log(a) - math.log(b)) / math.log(base) if b > 0 else math.inf
    return max(total, 0)


def js_divergence(p, q, base=2):
    """JS divergence."""
    m = (p + q) / 2
    return np.array([(kl_divergence(p, m, base) + kl_divergence(q, m, base)) / 2])


def conditional_entropy(joint, given, base=2):
    """Conditional entropy."""
    joint = np.squeeze(joint)

    def h(p):
        p = p[p > 0]
        return -np.sum(p * np.log(p)) / np.log(base)

    if joint.ndim == 1:
        return h(joint) - h(np.array([np.sum(joint)]))
    return h(joint) - h(np.sum(joint, axis=1 - given))


def mutual_information(joint, base=2):
    """Mutual information."""
    outer = np.outer(np.sum(joint, axis=1), np.sum(joint, axis=0))
    information = kl_divergence(joint, outer, base)
    print(f"I(X; Y) = {information}")


def perplexity(log_probs):
    """Perplexity."""
    return np.array(np.exp(-np.mean(log_probs)))


def temperature_for_entropy(logits, target, base=2):
    """Temperature."""
    raise NotImplementedError("temperature_for_entropy is yours to write")
