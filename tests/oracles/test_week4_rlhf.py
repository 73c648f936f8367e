"""Compare week 4's RLHF with exact sums over all answers, extended precision and PyTorch."""

import itertools

import numpy as np
import pytest

from kata.comparisons import assert_close


def test_mean_penalty_is_the_divergence(solutions, rng):
    """Over all answers of three tokens, the mean penalty is beta times the divergence."""
    p, q = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(4))
    answers = np.array(list(itertools.product(range(4), repeat=3)))
    probability = np.prod(p[answers], axis=1)
    got = solutions.kl_penalized_reward(
        np.zeros(len(answers)), np.log(p)[answers], np.log(q)[answers], 0.25
    )
    assert_close(np.sum(probability * got), -0.25 * 3 * np.sum(p * np.log(p / q)))


@pytest.mark.parametrize("size", [1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1.0])
def test_estimates_agree_with_extended_precision(solutions, rng, size):
    """Both have as many digits as the difference allows, next to mpmath with fifty."""
    mpmath = pytest.importorskip("mpmath", reason="mpmath is the oracle of lost digits")
    logp = -rng.uniform(1e-3, 2.0, size=(3, 4))
    logp_ref = logp + size * rng.normal(size=(3, 4))
    with mpmath.workdps(50):
        k1s = [mpmath.mpf(float(k)) for k in (logp - logp_ref).ravel()]
        k1 = float(mpmath.fsum(k1s) / 12)
        k3 = float(mpmath.fsum(mpmath.exp(-k) - 1 + k for k in k1s) / 12)
    got = solutions.kl_estimates(logp, logp_ref)
    assert_close(got[0], k1, atol=1e-15 * size)
    assert_close(got[1], k3, rtol=1e-15 / size + 1e-13, atol=0.0)


def test_second_estimate_is_that_of_torch(solutions, torch, rng):
    """Weighted with the probabilities of the policy, both estimates are kl_div of PyTorch."""
    p, q = rng.dirichlet(np.ones(6)), rng.dirichlet(np.ones(6))
    truth = torch.nn.functional.kl_div(torch.log(torch.tensor(q)), torch.tensor(p), reduction="sum")
    each = [solutions.kl_estimates(np.log([[a]]), np.log([[b]])) for a, b in zip(p, q, strict=True)]
    assert_close(p @ np.array(each), np.full(2, truth.item()))


@pytest.mark.parametrize("scale", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("beta", [0.1, 1.0])
def test_dpo_agrees_with_torch(solutions, torch, rng, scale, beta):
    """It is minus the mean logsigmoid of PyTorch, for margins up to 10,000."""
    parts = -scale * rng.uniform(size=(4, 7))
    chosen, rejected, ref_chosen, ref_rejected = torch.tensor(parts)
    margin = (chosen - rejected) - (ref_chosen - ref_rejected)
    truth = -torch.nn.functional.logsigmoid(beta * margin).mean()
    assert_close(solutions.dpo_loss(*parts, beta), truth.item())


def test_dpo_agrees_with_scipy(solutions, rng):
    """It is minus the mean log_expit of scipy."""
    special = pytest.importorskip("scipy.special", reason="scipy is the oracle of log-sigmoids")
    parts = -1e4 * rng.uniform(size=(4, 9))
    margin = parts[0] - parts[1] - parts[2] + parts[3]
    assert_close(solutions.dpo_loss(*parts, 0.3), -np.mean(special.log_expit(0.3 * margin)))


@pytest.mark.parametrize("scale", [1.0, 100.0, 1e4])
def test_preferences_agree_with_torch(solutions, torch, rng, scale):
    """It is minus the mean logsigmoid of PyTorch, for rewards up to 10,000."""
    rewards = scale * rng.uniform(-1.0, 1.0, size=(2, 7))
    chosen, rejected = torch.tensor(rewards)
    truth = -torch.nn.functional.logsigmoid(chosen - rejected).mean()
    assert_close(solutions.bradley_terry_loss(*rewards), truth.item())


def test_preferences_agree_with_scipy(solutions, rng):
    """It is minus the mean log_expit of scipy."""
    special = pytest.importorskip("scipy.special", reason="scipy is the oracle of log-sigmoids")
    chosen, rejected = 1e4 * rng.uniform(-1.0, 1.0, size=(2, 9))
    truth = -np.mean(special.log_expit(chosen - rejected))
    assert_close(solutions.bradley_terry_loss(chosen, rejected), truth)


def test_dpo_is_bradley_terry_of_its_own_rewards(solutions, rng):
    """With beta times the log-ratios for rewards, the loss of the reward model is that of DPO."""
    parts = -rng.uniform(5.0, 9.0, size=(4, 6))
    rewards = 0.3 * (parts[0] - parts[2]), 0.3 * (parts[1] - parts[3])
    assert_close(solutions.bradley_terry_loss(*rewards), solutions.dpo_loss(*parts, 0.3))


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 8)])
def test_advantages_are_z_scores(solutions, rng, shape):
    """Up to eps they are scipy's z-scores along the last axis."""
    stats = pytest.importorskip("scipy.stats", reason="scipy has z-scores")
    rewards = 5 * rng.normal(size=shape) - 2
    truth = stats.zscore(rewards, axis=-1)
    assert_close(solutions.grpo_advantages(rewards), truth, rtol=1e-6)
    assert_close(solutions.grpo_advantages(rewards, 1e-14), truth)


def test_clipped_loss_agrees_with_torch(solutions, torch, rng):
    """It is PPO's loss as libraries for PyTorch write it: the larger of two losses."""
    logp_old = -rng.uniform(1.0, 5.0, size=(4, 6))
    logp, advantages = logp_old + rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
    for epsilon in (0.2, 0.05):
        new, old, a = (torch.tensor(part) for part in (logp, logp_old, advantages))
        ratio = (new - old).exp()
        losses = -a * ratio, -a * torch.clamp(ratio, 1 - epsilon, 1 + epsilon)
        truth = torch.max(*losses).mean()
        assert_close(solutions.ppo_clip_loss(logp, logp_old, advantages, epsilon), truth.item())


def test_clipped_loss_has_the_policy_gradient_at_first(solutions, rng):
    """Where nothing has moved yet, its slope is that of minus the mean of log p times A."""
    logp_old, advantages = -rng.uniform(1.0, 5.0, size=(3, 4)), rng.normal(size=(3, 4))
    h = 1e-6
    for place in np.ndindex(3, 4):
        step = np.zeros((3, 4))
        step[place] = h
        ahead = solutions.ppo_clip_loss(logp_old + step, logp_old, advantages)
        behind = solutions.ppo_clip_loss(logp_old - step, logp_old, advantages)
        assert_close((ahead - behind) / (2 * h), -advantages[place] / 12, rtol=1e-6, atol=1e-9)
