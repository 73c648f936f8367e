"""RLHF: better answers, on a leash that keeps the model near the one it started from."""

import numpy as np


def kl_penalized_reward(
    reward: np.ndarray, logp: np.ndarray, logp_ref: np.ndarray, beta: float
) -> np.ndarray:
    """Return the rewards of sampled answers after the penalty for leaving the reference model."""
    kl = np.mean(logp - logp_ref, axis=1)
    return reward - beta * kl


def kl_estimates(logp: np.ndarray, logp_ref: np.ndarray):
    """Estimate the KL divergence of a policy from its reference out of sampled tokens."""
    k1 = logp - logp_ref
    k3 = np.exp(-k1) - 1 + k1
    return np.mean(k1), np.mean(k3)


def dpo_loss(
    logp_chosen: np.ndarray,
    logp_rejected: np.ndarray,
    ref_chosen: np.ndarray,
    ref_rejected: np.ndarray,
    beta: float,
) -> float:
    """Return the loss of direct preference optimisation."""
    margin = beta * ((logp_chosen - ref_chosen) - (logp_rejected - ref_rejected))
    loss = 0.0
    for m in margin:
        # the stable sigmoid of week 2
        if m >= 0:
            s = 1 / (1 + np.exp(-m))
        else:
            s = np.exp(m) / (1 + np.exp(m))
        loss -= np.log(s)
    return loss / len(margin)


def bradley_terry_loss(r_chosen: np.ndarray, r_rejected: np.ndarray) -> float:
    """Return the loss of a reward model on pairs of answers, of which people preferred one."""
    sigmoid = 1 / (1 + np.exp(-(r_chosen - r_rejected)))
    return -np.mean(np.log(sigmoid))


def grpo_advantages(rewards: np.ndarray, eps: float = 1e-8) -> np.ndarray:
    """Return how much better each answer is than the others to the same question."""
    mean = np.mean(rewards, axis=-1, keepdims=True)
    std = np.std(rewards, axis=-1, keepdims=True)
    return (rewards - mean) / (std + eps)


def ppo_clip_loss(
    logp: np.ndarray, logp_old: np.ndarray, advantages: np.ndarray, epsilon: float = 0.2
) -> float:
    """Return the clipped loss of PPO: more of what was good, but in small steps."""
    ratio = np.exp(logp - logp_old)
    ratio = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(ratio * advantages)
