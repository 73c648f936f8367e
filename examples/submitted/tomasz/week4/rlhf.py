"""Week 4, RLHF, one token after the other."""

import math

import numpy as np


def kl_penalized_reward(reward, logp, logp_ref, beta):
    paid = []
    for r, mine, theirs in zip(reward.tolist(), logp.tolist(), logp_ref.tolist()):
        paid.append(r - beta * (math.fsum(mine) - math.fsum(theirs)))
    return np.array(paid)


def _k3(k):
    """e^-k - 1 + k, by its power series near 0, where nothing is subtracted."""
    if abs(k) > 0.7:
        return math.exp(-k) - 1.0 + k
    term = total = 0.5 * k * k
    for i in range(3, 30):
        term *= -k / i
        total += term
    return total


def kl_estimates(logp, logp_ref):
    ks = [a - b for a, b in zip(logp.ravel().tolist(), logp_ref.ravel().tolist())]
    return math.fsum(ks) / len(ks), math.fsum(map(_k3, ks)) / len(ks)


def dpo_loss(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    total = 0.0
    for a, b, c, d in zip(logp_chosen, logp_rejected, ref_chosen, ref_rejected):
        z = beta * (float(a - c) - float(b - d))
        if z > 0.0:
            total += math.log1p(math.exp(-z))
        else:
            total += math.log1p(math.exp(z)) - z
    return total / len(logp_chosen)


def bradley_terry_loss(r_chosen, r_rejected):
    nothing = np.zeros(len(r_chosen))
    return dpo_loss(r_chosen, r_rejected, nothing, nothing, 1.0)


def grpo_advantages(rewards, eps=1e-8):
    out = np.zeros(rewards.shape)
    for index in np.ndindex(rewards.shape[:-1]):
        group = rewards[index].tolist()
        if all(r == group[0] for r in group):
            continue
        mean = math.fsum(group) / len(group)
        spread = math.sqrt(math.fsum((r - mean) ** 2 for r in group) / len(group))
        out[index] = [(r - mean) / (spread + eps) for r in group]
    return out


def ppo_clip_loss(logp, logp_old, advantages, epsilon=0.2):
    worth = []
    for new, old, a in zip(logp.ravel().tolist(), logp_old.ravel().tolist(), advantages.ravel()):
        ratio = math.exp(new - old)
        if a > 0.0:
            ratio = min(ratio, 1.0 + epsilon)
        else:
            ratio = max(ratio, 1.0 - epsilon)
        worth.append(ratio * float(a))
    return -math.fsum(worth) / len(worth)
