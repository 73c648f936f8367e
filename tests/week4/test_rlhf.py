import math

import numpy as np
import pytest

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    no_floating_point_warnings,
    unpack,
)


def _bradley_terry(r_chosen, r_rejected):
    """Return the loss pair by pair, never with the exponential of a positive number."""
    losses = []
    for a, b in zip(r_chosen, r_rejected, strict=True):
        z = float(a - b)
        losses.append(max(-z, 0.0) + math.log1p(math.exp(-abs(z))))
    return math.fsum(losses) / len(losses)


def _rewards(rng, differences):
    """Return rewards of pairs that differ by this much, around no level in particular."""
    rejected = rng.uniform(-3.0, 3.0, size=len(differences))
    return rejected + np.asarray(differences, dtype=float), rejected


class TestBradleyTerryLoss:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is minus the log of the sigmoid of the difference, whichever answer has more."""
        for difference in (rng.uniform(0.5, 3.0), -rng.uniform(0.5, 3.0)):
            pairs = _rewards(rng, [difference])
            with no_floating_point_warnings():
                got = learner.bradley_terry_loss(*pairs)
            assert_close(got, -np.log(1 / (1 + np.exp(-difference))))

    def test_is_a_mean_over_the_pairs(self, learner, rng):
        """It is the mean of the losses of the pairs, not the loss of a mean pair."""
        for n in (2, 5, 1):
            pairs = _rewards(rng, 3 * rng.normal(size=n))
            truth = _bradley_terry(*pairs)
            assert_close(learner.bradley_terry_loss(*pairs), truth)
            twice = [np.concatenate([part, part]) for part in pairs]
            assert_close(learner.bradley_terry_loss(*twice), truth)

    def test_which_answer_is_which(self, learner, rng):
        """Swapping the chosen and the rejected answers adds the mean difference."""
        chosen, rejected = _rewards(rng, rng.uniform(0.5, 2.0, size=3))
        got = learner.bradley_terry_loss(rejected, chosen)
        truth = _bradley_terry(chosen, rejected) + np.mean(chosen - rejected)
        assert_close(got, truth)

    def test_only_differences_count(self, learner, rng):
        """If all rewards rise by the same, the loss stays."""
        chosen, rejected = _rewards(rng, 2 * rng.normal(size=3))
        truth = _bradley_terry(chosen, rejected)
        for shift in (-40.0, 800.0):
            got = learner.bradley_terry_loss(chosen + shift, rejected + shift)
            assert_close(got, truth)

    def test_pairs_that_are_all_but_decided(self, learner, rng):
        """Far from 0, but not very far, a difference still counts with its exponential."""
        for difference in (16.0, -16.0, 23.0):
            pairs = _rewards(rng, [difference])
            with no_floating_point_warnings():
                got = learner.bradley_terry_loss(*pairs)
            assert_close(got, _bradley_terry(*pairs))

    def test_is_stable_for_hopeless_pairs(self, learner, rng):
        """Where the sigmoid underflows to 0, the loss is the difference itself."""
        for difference in (-720.0, -1e4, -float(rng.uniform(750.0, 2000.0)), -40.0):
            for chosen, rejected in (([difference], [0.0]), ([0.0], [-difference])):
                with no_floating_point_warnings():
                    got = learner.bradley_terry_loss(np.array(chosen), np.array(rejected))
                assert_close(got, -difference)

    def test_is_stable_for_perfect_pairs(self, learner, rng):
        """Where the exponential of the difference overflows, a pair costs nothing."""
        for difference in (1e4, float(rng.uniform(750.0, 2000.0)), 40.0):
            for chosen, rejected in ((difference, 0.0), (0.0, -difference)):
                pairs = np.array([chosen, 1.5]), np.array([rejected, 1.5])
                with no_floating_point_warnings():
                    got = learner.bradley_terry_loss(*pairs)
                assert_close(got, np.log(2.0) / 2)

    def test_far_and_near_together(self, learner, rng):
        """Differences that overflow either way may stand beside ordinary ones in one batch."""
        near = rng.normal(size=2)
        pairs = _rewards(rng, [near[0], -1e4, 1e4, near[1], 4000.0, -3500.0])
        with no_floating_point_warnings():
            got = learner.bradley_terry_loss(*pairs)
        assert_close(got, _bradley_terry(*pairs))

    def test_keeps_inputs(self, learner, rng):
        """Both arrays of rewards are the same afterwards, whatever the differences."""
        for differences in ([0.3, -0.7, 1.1], [1e4, -1e4, 0.0]):
            pairs = _rewards(rng, differences)
            with no_floating_point_warnings():
                got = assert_keeps_inputs(learner.bradley_terry_loss, *pairs)
            assert_close(got, _bradley_terry(*pairs))


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


def _groups(rng, *shape):
    """Return rewards whose groups differ in level and spread."""
    n = shape[-1]
    spread = np.linspace(-1.0, 1.0, n) + rng.uniform(-0.2, 0.2, size=shape) / n
    scale = rng.uniform(0.5, 3.0, size=(*shape[:-1], 1))
    level = rng.uniform(-4.0, 4.0, size=(*shape[:-1], 1))
    return rng.permuted(level + scale * spread, axis=-1)


def _advantages(rewards, eps=1e-8):
    """Return the advantages group by group, from the distances to the first reward."""
    if rewards.ndim > 1:
        return np.array([_advantages(group, eps) for group in rewards])
    first = float(rewards[0])
    moved = [float(r) - first for r in rewards]
    mean = math.fsum(moved) / len(moved)
    deviation = math.sqrt(math.fsum((m - mean) ** 2 for m in moved) / len(moved))
    return np.array([(m - mean) / (deviation + eps) for m in moved])


class TestGrpoAdvantages:
    def test_standardises_a_group(self, learner, rng):
        """Each reward less the group's mean is divided by its deviation, n in the denominator."""
        for n in (2, 3, 8):
            rewards = _groups(rng, n)
            assert_close(learner.grpo_advantages(rewards), _advantages(rewards))
        rewards = np.zeros(200)  # one right answer among many lies 14 deviations away
        rewards[int(rng.integers(200))] = 1.0
        assert_close(learner.grpo_advantages(rewards), _advantages(rewards))

    def test_each_group_by_itself(self, learner, rng):
        """Groups lie along the last axis, and other questions do not matter."""
        for shape in ((3, 4), (4, 3), (3, 3), (1, 5), (5, 2)):
            rewards = _groups(rng, *shape)
            assert_close(learner.grpo_advantages(rewards), _advantages(rewards))

    def test_any_number_of_axes(self, learner, rng):
        """There may be more axes of questions, and equally many of everything."""
        for shape in ((2, 3, 4), (3, 3, 3), (2, 1, 3), (2, 2, 2, 2)):
            rewards = _groups(rng, *shape)
            assert_close(learner.grpo_advantages(rewards), _advantages(rewards))

    def test_eps(self, learner, rng):
        """Eps is added to the deviation, whatever its size."""
        rewards = _groups(rng, 2, 5)
        for eps in (0.5, 2.0, 1e-3):
            truth = _advantages(rewards, eps)
            assert_close(learner.grpo_advantages(rewards, eps), truth)
            assert_close(learner.grpo_advantages(rewards, eps=eps), truth)

    def test_eps_unless_told(self, learner, rng):
        """Without eps, 1e-8 is added: that shows where the rewards are about as close."""
        for size in (1e-7, 1e-8, 1e-9):
            rewards = size * rng.permutation([0.0, 1.0, 2.0, 4.0]) * rng.uniform(1.0, 2.0)
            assert_close(learner.grpo_advantages(rewards), _advantages(rewards), atol=1e-9)

    @pytest.mark.parametrize("reward", [0.0, 1.0, 0.1, -0.7, 1e6 / 3])
    def test_equal_rewards_teach_nothing(self, learner, rng, reward):
        """In a group of equal rewards all advantages are exactly 0, next to ordinary groups."""
        for n in (3, 6, 10):
            rewards = _groups(rng, 3, n)
            rewards[1] = reward
            with no_floating_point_warnings():
                got = learner.grpo_advantages(rewards)
                alone = learner.grpo_advantages(rewards[1])
            assert_close(got, _advantages(rewards))
            assert_close(np.asarray(got)[1], np.zeros(n), atol=0.0, what="the equal group's part")
            assert_close(alone, np.zeros(n), atol=0.0, what="the result for equal rewards")

    def test_nearly_equal_rewards_differ(self, learner, rng):
        """Rewards that differ in the sixth digit are not equal: they are told apart as others."""
        rewards = 1.0 + 3e-6 * rng.permutation([0.0, 1.0, 2.0, 0.5])
        assert_close(learner.grpo_advantages(rewards), _advantages(rewards), rtol=0.02, atol=1e-3)

    def test_keeps_inputs(self, learner, rng):
        """The rewards are the same afterwards."""
        for shape in ((4,), (2, 3)):
            rewards = _groups(rng, *shape)
            got = assert_keeps_inputs(learner.grpo_advantages, rewards)
            assert_close(got, _advantages(rewards))


def _clipped(ratio, advantage, epsilon):
    """Return what one token counts, case by case."""
    if advantage >= 0:
        return advantage * min(ratio, 1 + epsilon)
    return advantage * max(ratio, 1 - epsilon)


def _ppo(logp, logp_old, advantages, epsilon=0.2):
    values = [
        _clipped(math.exp(a - b), c, epsilon)
        for a, b, c in zip(logp.ravel(), logp_old.ravel(), advantages.ravel(), strict=True)
    ]
    return -math.fsum(values) / len(values)


def _moved(rng, ratios):
    """Return log-probabilities now and then that have these ratios of probabilities."""
    logp_old = -rng.uniform(4.0, 8.0, size=np.shape(ratios))
    return logp_old + np.log(ratios), logp_old


class TestPpoClipLoss:
    def test_small_moves(self, learner, rng):
        """Within 1 ± ε it is minus the mean of ratio times advantage, whatever the sign."""
        for shape in ((1, 1), (2, 3), (3, 3), (4, 2)):
            # Close to both borders, so that no other border passes for them.
            ratios = np.resize([1.19, 0.81, 0.95, 1.05, 0.81, 1.19], shape)
            logp, logp_old = _moved(rng, ratios * rng.uniform(0.993, 1.007, size=shape))
            signs = np.resize([1.0, -1.0, -1.0, 1.0, 1.0, -1.0], shape)
            advantages = signs * rng.uniform(1.5, 3.0, size=shape)
            got = learner.ppo_clip_loss(logp, logp_old, advantages)
            assert_close(got, -np.mean(np.exp(logp - logp_old) * advantages))

    def test_good_tokens_that_became_likelier(self, learner, rng):
        """With a positive advantage a ratio above 1 + ε counts as 1 + ε."""
        logp, logp_old = _moved(rng, rng.uniform(1.4, 3.0, size=(2, 3)))
        advantages = rng.uniform(1.0, 3.0, size=(2, 3))
        got = learner.ppo_clip_loss(logp, logp_old, advantages)
        assert_close(got, -1.2 * np.mean(advantages))

    def test_good_tokens_that_became_less_likely(self, learner, rng):
        """With a positive advantage a ratio below 1 − ε counts in full: a move to undo."""
        logp, logp_old = _moved(rng, rng.uniform(0.1, 0.6, size=(2, 3)))
        advantages = rng.uniform(15.0, 30.0, size=(2, 3))  # no product is below 1 + ε
        got = learner.ppo_clip_loss(logp, logp_old, advantages)
        assert_close(got, _ppo(logp, logp_old, advantages))

    def test_bad_tokens_that_became_less_likely(self, learner, rng):
        """With a negative advantage a ratio below 1 − ε counts as 1 − ε."""
        logp, logp_old = _moved(rng, rng.uniform(0.1, 0.6, size=(2, 3)))
        advantages = -rng.uniform(1.0, 3.0, size=(2, 3))
        got = learner.ppo_clip_loss(logp, logp_old, advantages)
        assert_close(got, -0.8 * np.mean(advantages))

    def test_bad_tokens_that_became_likelier(self, learner, rng):
        """With a negative advantage a ratio above 1 + ε counts in full: a move to undo."""
        logp, logp_old = _moved(rng, rng.uniform(1.4, 3.0, size=(2, 3)))
        advantages = -rng.uniform(1.0, 3.0, size=(2, 3))
        got = learner.ppo_clip_loss(logp, logp_old, advantages)
        assert_close(got, _ppo(logp, logp_old, advantages))

    def test_mean_over_all_tokens(self, learner, rng):
        """Every token is clipped by itself and counts alike, in batches of all sizes."""
        for shape in ((3, 5), (5, 1), (1, 4), (4, 4), (1, 1)):
            # A fixed share of each corner, so that no batch lacks one by chance.
            ratios = np.resize([1.6, 0.5, 1.1, 0.4, 2.5, 0.9], shape)
            ratios = ratios * rng.uniform(0.95, 1.05, size=shape)
            advantages = np.resize([1.0, -2.0, -1.5, 3.0, -1.0, 0.5, 2.0], shape)
            logp, logp_old = _moved(rng, ratios)
            got = learner.ppo_clip_loss(logp, logp_old, advantages)
            assert_close(got, _ppo(logp, logp_old, advantages))

    def test_epsilon(self, learner, rng):
        """Epsilon sets both borders, and is given by name or by place."""
        ratios = np.array([[1.8, 0.3, 1.03], [0.4, 2.2, 0.98]])
        advantages = np.array([[1.0, -2.0, 1.5], [3.0, -1.0, -0.5]]) * rng.uniform(0.5, 2.0)
        logp, logp_old = _moved(rng, ratios)
        for epsilon in (0.1, 0.5, 0.01, 0.0):
            truth = _ppo(logp, logp_old, advantages, epsilon)
            assert_close(learner.ppo_clip_loss(logp, logp_old, advantages, epsilon), truth)
            got = learner.ppo_clip_loss(logp, logp_old, advantages, epsilon=epsilon)
            assert_close(got, truth)

    def test_at_the_first_step(self, learner, rng):
        """Where the policy has not moved yet, the loss is minus the mean advantage."""
        logp, _ = _moved(rng, np.ones((2, 4)))
        advantages = np.array([[3.0, -3.0, 3.0, 3.0], [-3.0, 3.0, 3.0, -3.0]])
        advantages = advantages + rng.uniform(-1.0, 1.0, size=(2, 4))
        assert_close(learner.ppo_clip_loss(logp, logp, advantages), -np.mean(advantages))

    def test_only_the_ratio_counts(self, learner, rng):
        """How likely a token is does not matter, even where its probability underflows."""
        ratios = np.array([[1.7, 0.5, 1.1], [0.6, 1.9, 0.9]])
        logp, logp_old = _moved(rng, ratios)
        advantages = np.array([[2.0, -1.0, 1.0], [1.0, -2.0, -3.0]]) * rng.uniform(0.5, 2.0)
        truth = _ppo(logp, logp_old, advantages)
        for shift in (30.0, 900.0):
            got = learner.ppo_clip_loss(logp - shift, logp_old - shift, advantages)
            assert_close(got, truth)

    def test_far_moves(self, learner, rng):
        """A bad token that became 20,000 times likelier counts just so, and others go under."""
        gap = float(rng.uniform(9.0, 11.0))
        for sign in (1.0, -1.0):
            logp_old = np.array([[-15.0, -15.0, -1.0]])
            logp = logp_old + np.array([[gap, -gap, 0.0]])
            advantages = sign * np.array([[-1.0, 2.0, 1.0]])
            got = learner.ppo_clip_loss(logp, logp_old, advantages)
            assert_close(got, _ppo(logp, logp_old, advantages))

    def test_keeps_inputs(self, learner, rng):
        """All three arrays are the same afterwards."""
        logp, logp_old = _moved(rng, np.array([[1.7, 0.5], [0.6, 1.9]]))
        advantages = rng.uniform(1.0, 2.0, size=(2, 2)) * np.array([[1.0, -1.0], [1.0, -1.0]])
        got = assert_keeps_inputs(learner.ppo_clip_loss, logp, logp_old, advantages)
        assert_close(got, _ppo(logp, logp_old, advantages))


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
