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
