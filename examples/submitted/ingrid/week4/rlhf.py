"""Week 4: RLHF (Ingrid)."""

from math import expm1, fsum, log1p, exp

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def kl_penalized_reward(reward: Vector, logp: Matrix, logp_ref: Matrix, beta: float) -> Vector:
    """Every answer pays for its tokens."""
    return reward - beta * np.einsum("nt->n", logp - logp_ref)


def kl_estimates(logp: Matrix, logp_ref: Matrix) -> tuple[float, float]:
    """One number at a time, for the sake of the last digits."""
    k1 = (logp - logp_ref).ravel().tolist()
    k3 = [max(expm1(-k) + k, 0.0) for k in k1]
    return fsum(k1) / len(k1), fsum(k3) / len(k3)


def _softplus(z: float) -> float:
    return max(z, 0.0) + log1p(exp(-abs(z)))


def dpo_loss(
    logp_chosen: Vector,
    logp_rejected: Vector,
    ref_chosen: Vector,
    ref_rejected: Vector,
    beta: float,
) -> float:
    """Margins as a signed sum of the four."""
    four = np.stack([logp_chosen, logp_rejected, ref_chosen, ref_rejected])
    margins = np.einsum("kn,k->n", four, np.array([1.0, -1.0, -1.0, 1.0]))
    return fsum(_softplus(-beta * margin) for margin in margins.tolist()) / margins.size


def bradley_terry_loss(r_chosen: Vector, r_rejected: Vector) -> float:
    """Softplus of the difference the wrong way round."""
    return fsum(_softplus(z) for z in (r_rejected - r_chosen).tolist()) / r_chosen.size


def grpo_advantages(rewards: Matrix, eps: float = 1e-8) -> Matrix:
    """Standardised, unless there is nothing to tell apart."""
    n = rewards.shape[-1]
    mean = np.einsum("...g->...", rewards)[..., None] / n
    off = np.where(np.ptp(rewards, axis=-1, keepdims=True) > 0, rewards - mean, 0.0)
    spread = np.sqrt(np.einsum("...g,...g->...", off, off) / n)[..., None]
    return off / (spread + eps)


def ppo_clip_loss(
    logp: Matrix, logp_old: Matrix, advantages: Matrix, epsilon: float = 0.2
) -> float:
    """The gain of a token is capped on the side of its advantage."""
    cap = advantages + epsilon * np.abs(advantages)
    gain = np.minimum(np.exp(logp - logp_old) * advantages, cap)
    return -float(np.einsum("nt->", gain)) / gain.size
