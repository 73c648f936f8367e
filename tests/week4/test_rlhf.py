import math

import numpy as np

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    no_floating_point_warnings,
    unpack,
)


def _answers(rng, n, T):
    """Return rewards, and the log-probabilities of each token under two models.

    The reference finds every other answer likelier than the policy does, the first among them, and
    all tokens together as well: whoever cuts a penalty or an estimate off at 0 is always wrong.
    """
    drift = rng.uniform(-1.5, 1.5, size=(n, T))
    drift -= drift.mean(axis=1, keepdims=True)
    drift[0::2] += rng.uniform(0.6, 0.9, size=(len(drift[0::2]), 1))
    drift[1::2] -= rng.uniform(0.2, 0.4, size=(len(drift[1::2]), 1))
    logp = -rng.uniform(4.0, 8.0, size=(n, T))
    return 2 * rng.normal(size=n), logp, logp + drift


def _penalized(reward, logp, logp_ref, beta):
    """Return the penalised rewards, answer by answer and token by token."""
    result = []
    for r, row, row_ref in zip(reward, logp, logp_ref, strict=True):
        for token, token_ref in zip(row, row_ref, strict=True):
            r -= beta * (token - token_ref)
        result.append(r)
    return np.array(result)


class TestKlPenalizedReward:
    def test_takes_the_log_ratio_off(self, learner, rng):
        """Each answer's reward goes down by beta times the sum of logp − logp_ref of its tokens."""
        answers = _answers(rng, 4, 6)
        got = learner.kl_penalized_reward(*answers, 0.3)
        assert_close(got, _penalized(*answers, 0.3))

    def test_pays_for_coming_closer(self, learner, rng):
        """An answer that the reference finds likelier earns more than its reward."""
        reward = rng.normal(size=3)
        for size in (1.0, 30.0):
            logp = -size * rng.uniform(3.0, 4.0, size=(3, 2))
            gap = size * rng.uniform(0.5, 1.0, size=(3, 2))
            got = learner.kl_penalized_reward(reward, logp, logp + gap, 0.5)
            assert_close(got, reward + 0.5 * (gap[:, 0] + gap[:, 1]))

    def test_is_a_sum_over_tokens(self, learner, rng):
        """An answer twice as long that drifts as much per token pays twice as much."""
        reward, logp, logp_ref = _answers(rng, 3, 4)
        penalty = reward - _penalized(reward, logp, logp_ref, 0.7)
        twice = [np.concatenate([part, part], axis=1) for part in (logp, logp_ref)]
        assert_close(learner.kl_penalized_reward(reward, *twice, 0.7), reward - 2 * penalty)

    def test_batches_of_all_sizes(self, learner, rng):
        """It is right for one answer, for answers of one token, and for as many as tokens."""
        for n, T in ((1, 5), (5, 1), (1, 1), (3, 3), (2, 4)):
            answers = _answers(rng, n, T)
            got = learner.kl_penalized_reward(*answers, 0.2)
            assert_close(got, _penalized(*answers, 0.2))

    def test_beta(self, learner, rng):
        """Beta is a factor of any size, and with 0 the reward stays as it is."""
        answers = _answers(rng, 3, 4)
        for beta in (2.5, 0.01, 30.0, 0.0):
            got = learner.kl_penalized_reward(*answers, beta=beta)
            assert_close(got, _penalized(*answers, beta))

    def test_only_the_ratio_counts(self, learner, rng):
        """How likely a token is does not matter, only how much likelier than for the reference."""
        reward, logp, logp_ref = _answers(rng, 3, 4)
        truth = _penalized(reward, logp, logp_ref, 0.4)
        for shift in (40.0, 300.0):
            got = learner.kl_penalized_reward(reward, logp - shift, logp_ref - shift, 0.4)
            assert_close(got, truth)

    def test_keeps_inputs(self, learner, rng):
        """Rewards and log-probabilities are the same afterwards."""
        answers = _answers(rng, 3, 2)
        got = assert_keeps_inputs(learner.kl_penalized_reward, *answers, 0.6)
        assert_close(got, _penalized(*answers, 0.6))


def _k3(k1):
    """Return e^(-k1) - 1 + k1 of one number, by its series where it would cancel."""
    if abs(k1) > 0.5:
        return math.exp(-k1) - 1 + k1
    return math.fsum((-k1) ** i / math.factorial(i) for i in range(2, 20))


def _estimates(logp, logp_ref):
    k1s = (logp - logp_ref).ravel().tolist()
    return math.fsum(k1s) / len(k1s), math.fsum(_k3(k1) for k1 in k1s) / len(k1s)


def _assert_estimates(result, truth):
    k1, k3 = unpack(result, "k1, k3")
    assert_close(k1, truth[0], what="k1")
    assert_close(k3, truth[1], what="k3")


# Exact powers of two, so that the policy draws tokens with just these frequencies.
PROBS = np.array([0.5, 0.25, 0.125, 0.125])
DRAWN = np.array([[0, 0, 0, 0], [1, 1, 2, 3]], dtype=np.int64)


class TestKlEstimates:
    def test_first_estimate(self, learner, rng):
        """The first result is the mean of logp − logp_ref over all tokens, of either sign."""
        for n, T in ((3, 5), (4, 2), (3, 3)):
            _, logp, logp_ref = _answers(rng, n, T)
            for shift in (-1.0, 1.0):
                result = learner.kl_estimates(logp - 1.0, logp_ref - 1.0 + shift)
                k1, _ = unpack(result, "k1, k3")
                assert_close(k1, np.mean(logp - logp_ref) - shift, what="k1")

    def test_second_estimate(self, learner, rng):
        """The second result is the mean over all tokens of each token's e^(−k1) − 1 + k1."""
        for n, T in ((3, 5), (4, 2), (3, 3)):
            _, logp, logp_ref = _answers(rng, n, T)
            _, k3 = unpack(learner.kl_estimates(logp, logp_ref), "k1, k3")
            assert_close(k3, _estimates(logp, logp_ref)[1], what="k3")

    def test_both_are_the_divergence_on_average(self, learner, rng):
        """If tokens come as often as the policy says, both are the KL divergence exactly."""
        q = rng.dirichlet(np.full(4, 4.0))
        result = learner.kl_estimates(np.log(PROBS)[DRAWN], np.log(q)[DRAWN])
        truth = float(np.sum(PROBS * np.log(PROBS / q)))
        _assert_estimates(result, (truth, truth))

    def test_tiny_differences(self, learner, rng):
        """Where the models hardly differ, the second result still has its first digits right."""
        # Confident tokens have floats that lie close together, and so the tiniest differences.
        # One unit in the last place of expm1 is 4e-7 of k3 at 1e-9: ten of them are allowed.
        for size, level in ((1e-9, 1e-3), (1e-7, 1.0), (1e-6, 1e-3)):
            for sign in (-1.0, 1.0):
                logp = -level * rng.uniform(1.0, 2.0, size=(2, 2))
                logp_ref = logp - sign * size * rng.uniform(1.0, 3.0, size=(2, 2))
                k1, k3 = unpack(learner.kl_estimates(logp, logp_ref), "k1, k3")
                truth = _estimates(logp, logp_ref)
                assert_close(k1, truth[0], atol=1e-14, what="k1")
                assert_close(k3, truth[1], rtol=4e-6, atol=0.0, what="k3")

    def test_small_differences(self, learner, rng):
        """Where the models differ a little, it is more than k1²/2, and right to many digits."""
        for size in (3e-6, 3e-5, 1e-3, 1e-2, 0.1, 1.0):
            for sign in (-1.0, 1.0):
                logp = -rng.uniform(3.0, 4.0, size=(1, 2))
                logp_ref = logp - sign * size * rng.uniform(0.5, 1.5, size=(1, 2))
                _, k3 = unpack(learner.kl_estimates(logp, logp_ref), "k1, k3")
                assert_close(k3, _estimates(logp, logp_ref)[1], rtol=1e-8, atol=0.0, what="k3")

    def test_never_below_zero(self, learner, rng):
        """The second result is not negative, however near the models are, and 0 if they agree."""
        for size in (1e-8, 1e-9, 1e-10):
            for sign in (-1.0, 1.0, -1.0, 1.0):
                # Near 0 the floats lie so close that no rounding of logp hides that of e^(-k1).
                logp = -rng.uniform(1e-3, 2e-3, size=(1, 1))
                logp_ref = logp - sign * size * rng.uniform(1.0, 3.0, size=(1, 1))
                _, k3 = unpack(learner.kl_estimates(logp, logp_ref), "k1, k3")
                assert_close(k3, 0.0, what="k3")
                if k3 < 0:
                    raise Mismatch("k3 is negative: an estimate of this kind never is")
        _, logp, logp_ref = _answers(rng, 2, 3)
        _assert_estimates(learner.kl_estimates(logp, logp), (0.0, 0.0))
        _assert_estimates(learner.kl_estimates(logp, logp_ref), _estimates(logp, logp_ref))

    def test_direction(self, learner, rng):
        """Tokens that became likelier and tokens that became less likely count differently."""
        gap = rng.uniform(1.0, 3.0)
        for k1 in (gap, -gap, 25.0, -25.0):
            logp = np.array([[-28.0, -28.0]])
            result = learner.kl_estimates(logp, logp - k1)
            _assert_estimates(result, (k1, math.exp(-k1) - 1 + k1))

    def test_batches_of_all_sizes(self, learner, rng):
        """Both are single numbers, for one answer, answers of one token, and one token in all."""
        for n, T in ((1, 5), (5, 1), (1, 1), (2, 7)):
            _, logp, logp_ref = _answers(rng, n, T)
            _assert_estimates(learner.kl_estimates(logp, logp_ref), _estimates(logp, logp_ref))

    def test_keeps_inputs(self, learner, rng):
        """Both arrays of log-probabilities are the same afterwards."""
        _, logp, logp_ref = _answers(rng, 3, 4)
        truth = _estimates(logp, logp_ref)
        _assert_estimates(assert_keeps_inputs(learner.kl_estimates, logp, logp_ref), truth)


def _pairs(rng, margin):
    """Return log-probabilities of pairs of answers that have these margins."""
    margin = np.asarray(margin, dtype=float)
    chosen, ref_chosen, ref_rejected = -rng.uniform(10.0, 20.0, size=(3, len(margin)))
    rejected = (chosen - ref_chosen) + ref_rejected - margin
    excess = np.maximum(rejected + 1.0, 0.0)  # a log-probability is not positive
    return chosen, rejected - excess, ref_chosen, ref_rejected - excess


def _far_pairs(rng, margin, which):
    """Return such pairs in which one of the four log-probabilities makes all of the margin."""
    margin = np.asarray(margin, dtype=float)
    levels = -rng.integers(10_010, 10_020, size=4).astype(float)
    parts = [np.full(len(margin), level) for level in levels]
    parts[1] = parts[0] - parts[2] + parts[3]
    parts[which] = parts[which] + (margin if which in (0, 3) else -margin)
    return parts


def _dpo(pairs, beta):
    """Return the loss pair by pair, never with the exponential of a positive number."""
    losses = []
    for chosen, rejected, ref_chosen, ref_rejected in zip(*pairs, strict=True):
        z = beta * ((chosen - ref_chosen) - (rejected - ref_rejected))
        losses.append(max(-z, 0.0) + math.log1p(math.exp(-abs(z))))
    return sum(losses) / len(losses)


class TestDpoLoss:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is minus the log of the sigmoid of beta times the margin, for either sign of it."""
        for margin in (rng.uniform(0.5, 3.0), -rng.uniform(0.5, 3.0)):
            pairs = _pairs(rng, [margin])
            with no_floating_point_warnings():
                got = learner.dpo_loss(*pairs, 0.8)
            assert_close(got, -np.log(1 / (1 + np.exp(-0.8 * margin))))

    def test_is_a_mean_over_the_pairs(self, learner, rng):
        """It is the mean of the losses of the pairs, not the loss of a mean pair."""
        for n in (2, 5, 1):
            pairs = _pairs(rng, 3 * rng.normal(size=n))
            truth = _dpo(pairs, 0.9)
            assert_close(learner.dpo_loss(*pairs, 0.9), truth)
            twice = [np.concatenate([part, part]) for part in pairs]
            assert_close(learner.dpo_loss(*twice, 0.9), truth)

    def test_beta(self, learner, rng):
        """Beta multiplies the margin, inside the sigmoid, whatever its size."""
        pairs = _pairs(rng, 2 * rng.normal(size=4))
        for beta in (0.05, 2.5, 0.4):
            assert_close(learner.dpo_loss(*pairs, beta=beta), _dpo(pairs, beta))

    def test_which_answer_is_which(self, learner, rng):
        """Swapping the chosen and the rejected answers adds beta times the mean margin."""
        pairs = _pairs(rng, rng.uniform(0.5, 2.0, size=3))
        chosen, rejected, ref_chosen, ref_rejected = pairs
        margin = np.mean((chosen - ref_chosen) - (rejected - ref_rejected))
        got = learner.dpo_loss(rejected, chosen, ref_rejected, ref_chosen, 0.7)
        assert_close(got, _dpo(pairs, 0.7) + 0.7 * margin)

    def test_relative_to_the_reference(self, learner, rng):
        """Only the change from the reference counts: what shifts both changes nothing."""
        pairs = _pairs(rng, 2 * rng.normal(size=3))
        truth = _dpo(pairs, 1.2)
        shift_chosen, shift_rejected = rng.uniform(20.0, 30.0, size=(2, 3))
        shifts = (shift_chosen, shift_rejected, shift_chosen, shift_rejected)
        shifted = [part - shift for part, shift in zip(pairs, shifts, strict=True)]
        assert_close(learner.dpo_loss(*shifted, 1.2), truth)

    def test_pairs_that_are_all_but_decided(self, learner, rng):
        """Far from 0, but not very far, a margin still counts with its exponential."""
        for margin in (16.0, -16.0, 23.0):
            pairs = _pairs(rng, [margin])
            with no_floating_point_warnings():
                got = learner.dpo_loss(*pairs, 1.0)
            assert_close(got, _dpo(pairs, 1.0))

    def test_is_stable_for_hopeless_pairs(self, learner, rng):
        """Where the sigmoid underflows to 0, the loss is minus beta times the margin."""
        for margin in (-720.0, -1e4, -float(rng.uniform(750.0, 2000.0)), -40.0):
            for which in range(4):
                pairs = _far_pairs(rng, [margin], which)
                with no_floating_point_warnings():
                    got = learner.dpo_loss(*pairs, 1.0)
                assert_close(got, -margin)

    def test_is_stable_for_perfect_pairs(self, learner, rng):
        """Where the exponential of the margin overflows, a pair costs nothing."""
        for margin in (1e4, float(rng.uniform(750.0, 2000.0)), 40.0):
            for which in range(4):
                pairs = _far_pairs(rng, [margin, 0.0], which)
                with no_floating_point_warnings():
                    got = learner.dpo_loss(*pairs, 1.0)
                assert_close(got, np.log(2.0) / 2)

    def test_far_and_near_together(self, learner, rng):
        """Margins that overflow either way may stand beside ordinary ones in one batch."""
        near = rng.normal(size=2)
        for beta in (1.0, 0.25):
            pairs = _pairs(rng, [near[0], -1e4, 1e4, near[1], 4000.0, -3500.0])
            with no_floating_point_warnings():
                got = learner.dpo_loss(*pairs, beta)
            assert_close(got, _dpo(pairs, beta))

    def test_keeps_inputs(self, learner, rng):
        """All four arrays are the same afterwards, whatever the margins."""
        for margin in ([0.3, -0.7, 1.1], [1e4, -1e4, 0.0]):
            pairs = _pairs(rng, margin)
            with no_floating_point_warnings():
                got = assert_keeps_inputs(learner.dpo_loss, *pairs, 0.5)
            assert_close(got, _dpo(pairs, 0.5))
