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


def bradley_terry_loss(r_chosen, r_rejected):
    return np.logaddexp(0, r_rejected - r_chosen).mean()


def grpo_advantages(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / (r.std(-1, keepdims=True, ddof=1) + eps)


def ppo_clip_loss(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    return -(np.minimum(ratio, np.clip(ratio, 1 - epsilon, 1 + epsilon)) * advantages).mean()
