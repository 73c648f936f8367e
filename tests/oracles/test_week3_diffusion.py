"""Compare week 3's diffusion with the chain of single steps and with exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

from kata.comparisons import assert_close


@pytest.mark.parametrize("T", [2, 7, 1000])
def test_linear_schedule_agrees_with_fractions(solutions, T):
    """The betas lie on a straight line between 1/10000 and 1/50."""
    first, last = Fraction(1, 10_000), Fraction(1, 50)
    truth = [float(first + (last - first) * Fraction(t, T - 1)) for t in range(T)]
    assert_close(solutions.linear_beta_schedule(T), truth, rtol=1e-14, atol=0.0)


def test_alpha_bars_agree_with_fractions(solutions):
    """The products are right to the last digits after a thousand steps."""
    betas = solutions.linear_beta_schedule(1000)
    left, truth = Fraction(1), []
    for beta in betas.tolist():
        left *= 1 - Fraction(beta)
        truth.append(float(left))
    assert_close(solutions.alpha_bars(betas), truth, rtol=1e-12, atol=0.0)


def test_one_jump_agrees_with_single_steps(solutions, rng):
    """The jump has the mean and the variance of the chain x ← √(1 - β) x + √β noise."""
    betas = rng.uniform(0.05, 0.5, size=8)
    left = solutions.alpha_bars(betas)
    x0 = rng.normal(size=(8, 3))
    mean, variance = x0[0].copy(), 0.0
    for t, beta in enumerate(betas):
        mean, variance = np.sqrt(1 - beta) * mean, (1 - beta) * variance + beta
        where = np.array([t])
        got = solutions.add_noise(x0[:1], where, left, np.zeros((1, 3)))
        assert_close(got, mean[np.newaxis], what="the mean")
        got = solutions.add_noise(np.zeros((1, 3)), where, left, np.ones((1, 3)))
        assert_close(got, np.full((1, 3), np.sqrt(variance)), what="the deviation")
    t, noise = rng.permutation(8), rng.normal(size=(8, 3))
    xt = solutions.add_noise(x0, t, left, noise)
    assert_close(solutions.predict_x0(xt, t, left, noise), x0)


@pytest.mark.parametrize(("T", "s"), [(1, 0.008), (2, 0.3), (10, 0.0), (1000, 0.008)])
def test_cosine_schedule_agrees_with_mpmath(solutions, T, s):
    """The shares are right to many digits, down to the clipped last step."""
    mpmath = pytest.importorskip("mpmath", reason="mpmath is the oracle of the cosine")
    with mpmath.workdps(60):
        offset, bound = mpmath.mpf(s), mpmath.mpf("0.999")

        def f(u):
            return mpmath.cos((mpmath.mpf(u) / T + offset) / (1 + offset) * mpmath.pi / 2) ** 2

        left, truth = mpmath.mpf(1), []
        for t in range(T):
            left *= 1 - min(1 - f(t + 1) / f(t), bound)
            truth.append(float(left))
    assert_close(solutions.cosine_alpha_bars(T, s), truth, rtol=1e-10, atol=0.0)
