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
