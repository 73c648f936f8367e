import numpy as np


def kl_penalized_reward(reward, logp, logp_ref, beta):
    """Reward."""
    kl = np.sum(logp - logp_ref, axis=1).reshape(-1, 1)
    return reward.reshape(-1, 1) - beta * kl


def kl_estimates(logp, logp_ref):
    """Two estimates."""
    k1 = logp - logp_ref
    k3 = np.expm1(-k1) + k1
    return np.mean(k1, axis=1), np.mean(k3, axis=1)


def dpo_loss(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    """Loss."""
    z = beta * ((logp_chosen - ref_chosen) - (logp_rejected - ref_rejected))
    return np.logaddexp(0, -z)


def bradley_terry_loss(r_chosen, r_rejected):
    """Loss."""
    return np.logaddexp(0, -(r_chosen - r_rejected))


def grpo_advantages(rewards, eps=1e-8):
    """Advantages."""
    r = rewards - rewards.max(axis=-1, keepdims=True)
    return (r - r.mean(axis=-1)) / (r.std(axis=-1) + eps)


def ppo_clip_loss(logp, logp_old, advantages, epsilon=0.2):
    """Loss."""
    ratio = np.exp(logp - logp_old)
    worth = np.minimum(ratio * advantages, np.clip(ratio, 1 - epsilon, 1 + epsilon) * advantages)
    print(-np.mean(worth))
