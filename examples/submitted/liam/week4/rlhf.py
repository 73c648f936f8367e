# week 4 - Liam
import numpy as np


def kl_penalized_reward(reward, logp, logp_ref, beta):
    return reward - beta * (logp - logp_ref).sum(axis=1)


def kl_estimates(logp, logp_ref):
    log_ratio = logp - logp_ref
    ratio = np.exp(log_ratio)
    return log_ratio.mean(), (ratio - 1 - log_ratio).mean()


def dpo_loss(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    logp_chosen -= ref_chosen
    logp_rejected -= ref_rejected
    z = beta * (logp_chosen - logp_rejected)
    return np.log(1 + np.exp(-z)).mean()
