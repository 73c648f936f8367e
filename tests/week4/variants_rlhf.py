"""Right and wrong ways to write the exercises of `rlhf`."""

import math

import numpy as np

from grader.variants import right, wrong


def _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected):
    return (logp_chosen - ref_chosen) - (logp_rejected - ref_rejected)


def _softplus(x):
    """Return log(1 + e^x) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


# bradley_terry_loss


@right("bradley_terry_loss", "the softplus of the negative difference")
def takes_a_softplus(r_chosen, r_rejected):
    return np.mean(_softplus(-(r_chosen - r_rejected)))


@right("bradley_terry_loss", "pair by pair, by the sign of the difference")
def loops_over_preferences(r_chosen, r_rejected):
    total = 0.0
    for a, b in zip(r_chosen.tolist(), r_rejected.tolist(), strict=True):
        z = a - b
        total += math.log1p(math.exp(-z)) if z > 0 else math.log1p(math.exp(z)) - z
    return total / len(r_chosen)


@right("bradley_terry_loss", "cross-entropy of the two rewards of a pair, as logits")
def takes_a_cross_entropy(r_chosen, r_rejected):
    logits = np.stack([r_chosen, r_rejected], axis=1)
    top = logits.max(axis=1)
    log_sum = top + np.log(np.exp(logits - top[:, None]).sum(axis=1))
    return np.mean(log_sum - r_chosen)


@right("bradley_terry_loss", "logaddexp of the two rewards, less the chosen one")
def adds_exponentials_of_rewards(r_chosen, r_rejected):
    return (np.logaddexp(r_chosen, r_rejected) - r_chosen).mean()


@wrong("bradley_terry_loss", "You swapped the two: the chosen answer is to have the larger reward.")
def swaps_the_answers(r_chosen, r_rejected):
    return np.mean(_softplus(r_chosen - r_rejected))


@wrong("bradley_terry_loss", "You forgot the minus: a loss falls as the pairs become likelier.")
def forgets_the_sign(r_chosen, r_rejected):
    return -np.mean(_softplus(r_rejected - r_chosen))


@wrong("bradley_terry_loss", "You summed over the pairs: the loss is their mean.")
def sums_over_preferences(r_chosen, r_rejected):
    return np.sum(_softplus(r_rejected - r_chosen))


@wrong("bradley_terry_loss", "You returned the loss of every pair: it is their mean, one number.")
def returns_every_preference(r_chosen, r_rejected):
    return _softplus(r_rejected - r_chosen)


@wrong("bradley_terry_loss", "You took the loss of the mean difference: take the mean last.")
def averages_differences_first(r_chosen, r_rejected):
    return _softplus(np.mean(r_rejected - r_chosen))


@wrong("bradley_terry_loss", "You took the log of the mean probability: take the mean last.")
def averages_probabilities_first(r_chosen, r_rejected):
    with np.errstate(all="ignore"):
        return -np.log(np.mean(1 / (1 + np.exp(r_rejected - r_chosen))))


@wrong("bradley_terry_loss", "Your exponential overflows for pairs that are plainly wrong.")
def takes_the_log_of_a_sigmoid(r_chosen, r_rejected):
    return -np.mean(np.log(1 / (1 + np.exp(r_rejected - r_chosen))))


@wrong("bradley_terry_loss", "Your exponential overflows for pairs that are plainly wrong.")
def overflows_when_wrong(r_chosen, r_rejected):
    return np.mean(np.log1p(np.exp(r_rejected - r_chosen)))


@wrong("bradley_terry_loss", "Your exponential overflows for pairs that are plainly right.")
def overflows_when_right(r_chosen, r_rejected):
    z = r_chosen - r_rejected
    return np.mean(np.log1p(np.exp(z)) - z)


@wrong(
    "bradley_terry_loss",
    "You took exponentials of rewards, which overflow: only differences count.",
)
def takes_exponentials_of_rewards(r_chosen, r_rejected):
    a, b = np.exp(r_chosen), np.exp(r_rejected)
    return -np.mean(np.log(a / (a + b)))


@wrong("bradley_terry_loss", "You added a small number inside the logarithm, which caps the loss.")
def adds_to_the_sigmoid(r_chosen, r_rejected):
    z = np.clip(r_chosen - r_rejected, -500.0, 500.0)
    return -np.mean(np.log(1 / (1 + np.exp(-z)) + 1e-8))


@wrong("bradley_terry_loss", "You clipped the differences: they count as they are.")
def clips_the_differences(r_chosen, r_rejected):
    return np.mean(_softplus(np.clip(r_rejected - r_chosen, -30.0, 30.0)))


@wrong("bradley_terry_loss", "You cut at a margin: the exponential counts far from 0 as well.")
def is_a_hinge_far_out(r_chosen, r_rejected):
    z = r_rejected - r_chosen
    return np.mean(np.where(np.abs(z) > 15.0, np.maximum(z, 0.0), _softplus(z)))


@wrong("bradley_terry_loss", "You returned the probability of the preference, not its log.")
def returns_the_probability(r_chosen, r_rejected):
    return np.mean(np.exp(-_softplus(r_rejected - r_chosen)))


@wrong("bradley_terry_loss", "You returned 1 minus the probability: the loss is minus its log.")
def returns_the_rest(r_chosen, r_rejected):
    return np.mean(1 - np.exp(-_softplus(r_rejected - r_chosen)))


@wrong("bradley_terry_loss", "You measured in bits: the logarithm is natural.")
def measures_preferences_in_bits(r_chosen, r_rejected):
    return np.mean(_softplus(r_rejected - r_chosen)) / np.log(2.0)


@wrong("bradley_terry_loss", "You took the loss of each reward: only their difference counts.")
def judges_rewards_alone(r_chosen, r_rejected):
    return np.mean(_softplus(-r_chosen) + _softplus(r_rejected))


@wrong("bradley_terry_loss", "You subtracted in the caller's own array.")
def subtracts_in_place(r_chosen, r_rejected):
    r_chosen -= r_rejected
    return np.mean(_softplus(-r_chosen))


# kl_penalized_reward


@right("kl_penalized_reward", "sums of both models first, answers' log-probabilities")
def sums_both_first(reward, logp, logp_ref, beta):
    return reward - beta * (logp.sum(axis=-1) - logp_ref.sum(axis=-1))


@right("kl_penalized_reward", "answer by answer, token by token, into a list")
def loops_over_tokens(reward, logp, logp_ref, beta):
    result = []
    for i in range(len(reward)):
        value = float(reward[i])
        for t in range(logp.shape[1]):
            value -= beta * (float(logp[i, t]) - float(logp_ref[i, t]))
        result.append(value)
    return result


@right("kl_penalized_reward", "a product with a vector of betas")
def multiplies_by_betas(reward, logp, logp_ref, beta):
    return reward + (logp_ref - logp) @ np.full(logp.shape[1], beta)


@wrong("kl_penalized_reward", "You added the penalty: leaving the reference must cost something.")
def pays_for_leaving(reward, logp, logp_ref, beta):
    return reward + beta * np.sum(logp - logp_ref, axis=1)


@wrong("kl_penalized_reward", "You averaged over the tokens: the penalty of an answer is a sum.")
def averages_over_tokens(reward, logp, logp_ref, beta):
    return reward - beta * np.mean(logp - logp_ref, axis=1)


@wrong("kl_penalized_reward", "You summed over the answers: each pays for its own tokens.")
def sums_over_answers(reward, logp, logp_ref, beta):
    penalty = np.sum(logp - logp_ref, axis=0)
    return reward - beta * np.resize(penalty, reward.shape)


@wrong("kl_penalized_reward", "You took one penalty of the whole batch off every answer.")
def takes_one_penalty(reward, logp, logp_ref, beta):
    return reward - beta * np.sum(logp - logp_ref)


@wrong("kl_penalized_reward", "You took the batch's mean penalty off every answer.")
def takes_the_mean_penalty(reward, logp, logp_ref, beta):
    return reward - beta * np.mean(np.sum(logp - logp_ref, axis=1))


@wrong("kl_penalized_reward", "You cut the penalty at 0: an answer may also earn by coming closer.")
def cuts_the_answer(reward, logp, logp_ref, beta):
    return reward - beta * np.maximum(np.sum(logp - logp_ref, axis=1), 0.0)


@wrong(
    "kl_penalized_reward", "You took magnitudes: a token that became less likely counts as paid."
)
def takes_magnitudes(reward, logp, logp_ref, beta):
    return reward - beta * np.sum(np.abs(logp - logp_ref), axis=1)


@wrong(
    "kl_penalized_reward",
    "You weighted the tokens with their probabilities: the answers were drawn with them already.",
)
def weights_twice(reward, logp, logp_ref, beta):
    return reward - beta * np.sum(np.exp(logp) * (logp - logp_ref), axis=1)


@wrong("kl_penalized_reward", "You used the other estimate, e^(-k1) - 1 + k1: not asked for here.")
def uses_the_other_estimate(reward, logp, logp_ref, beta):
    k1 = logp - logp_ref
    return reward - beta * np.sum(np.expm1(-k1) + k1, axis=1)


@wrong("kl_penalized_reward", "You took probabilities of whole answers, which come out as 0.")
def divides_probabilities(reward, logp, logp_ref, beta):
    with np.errstate(all="ignore"):
        ratio = np.exp(logp.sum(axis=1)) / np.exp(logp_ref.sum(axis=1))
        return reward - beta * np.log(ratio)


@wrong("kl_penalized_reward", "You clipped the log-ratios to ±10: they count as they are.")
def clips_the_ratios(reward, logp, logp_ref, beta):
    return reward - beta * np.sum(np.clip(logp - logp_ref, -10.0, 10.0), axis=1)


@wrong("kl_penalized_reward", "You took the magnitude of an answer's penalty: it may be negative.")
def takes_the_magnitude(reward, logp, logp_ref, beta):
    return reward - beta * np.abs(np.sum(logp - logp_ref, axis=1))


@wrong("kl_penalized_reward", "You counted the last token only: all tokens of an answer count.")
def counts_the_last_token(reward, logp, logp_ref, beta):
    return reward - beta * (logp - logp_ref)[:, -1]


@wrong("kl_penalized_reward", "You weighed reward against penalty with 1 - beta.")
def shares_the_weight(reward, logp, logp_ref, beta):
    return (1 - beta) * reward - beta * np.sum(logp - logp_ref, axis=1)


@wrong("kl_penalized_reward", "You kept an axis of length 1: the result has shape (n,).")
def keeps_an_axis(reward, logp, logp_ref, beta):
    return reward[:, np.newaxis] - beta * np.sum(logp - logp_ref, axis=1, keepdims=True)


@wrong("kl_penalized_reward", "You returned one number: every answer has a reward of its own.")
def averages_the_rewards(reward, logp, logp_ref, beta):
    return np.mean(reward - beta * np.sum(logp - logp_ref, axis=1))


@wrong("kl_penalized_reward", "You took the penalty off the caller's array of rewards.")
def changes_the_rewards(reward, logp, logp_ref, beta):
    reward -= beta * np.sum(logp - logp_ref, axis=1)
    return reward


# kl_estimates


@right("kl_estimates", "token by token, with math.expm1")
def loops_with_expm1(logp, logp_ref):
    ratios = (logp - logp_ref).ravel().tolist()
    k3 = sum(math.expm1(-r) + r for r in ratios) / len(ratios)
    return sum(ratios) / len(ratios), k3


@right("kl_estimates", "a Taylor series where k1 is small")
def uses_a_series(logp, logp_ref):
    k1 = logp - logp_ref
    series = k1**2 / 2 - k1**3 / 6 + k1**4 / 24 - k1**5 / 120 + k1**6 / 720 - k1**7 / 5040
    k3 = np.where(np.abs(k1) < 0.02, series, np.exp(-k1) - 1 + k1)
    return float(k1.mean()), float(k3.mean())


@right("kl_estimates", "the hyperbolic sine of half of k1")
def goes_by_sinh(logp, logp_ref):
    # e^(-k) - 1 = -2 sinh(k/2) e^(-k/2)
    k1 = logp - logp_ref
    k3 = k1 - 2 * np.sinh(k1 / 2) * np.exp(-k1 / 2)
    series = k1**2 / 2 - k1**3 / 6 + k1**4 / 24
    return [np.mean(k1), np.mean(np.where(np.abs(k1) < 1e-3, series, k3))]


@right("kl_estimates", "the ratio r and r - 1 - ln r, whose rounding errors cancel")
def goes_by_the_ratio(logp, logp_ref):
    r = np.exp(logp_ref) / np.exp(logp)
    return np.mean(logp - logp_ref), np.mean(r - 1 - np.log(r))


@wrong(
    "kl_estimates",
    "You computed e^(-k1) - 1 in two steps: for a tiny k1 the digits are gone. There is expm1.",
)
def loses_digits(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(np.exp(-k1) - 1 + k1)


@wrong(
    "kl_estimates",
    "You lost the digits of e^(-k1) - 1 + k1 for a small k1, though nothing is below 0: use expm1.",
)
def hides_the_noise(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(np.maximum(np.exp(-k1) - 1 + k1, 0.0))


@wrong(
    "kl_estimates",
    "You lost the digits of e^(-k1) - 1 + k1 for a small k1, though nothing is below 0: use expm1.",
)
def uses_a_series_too_late(logp, logp_ref):
    k1 = logp - logp_ref
    k3 = np.where(np.abs(k1) < 1e-7, k1**2 / 2, np.exp(-k1) - 1 + k1)
    return np.mean(k1), np.mean(k3)


@wrong("kl_estimates", "You set a tiny k1 to 0: k3 is about k1²/2 there, and not nothing.")
def ignores_tiny_differences(logp, logp_ref):
    k1 = logp - logp_ref
    k3 = np.where(np.abs(k1) < 1e-5, 0.0, np.expm1(-k1) + k1)
    return np.mean(k1), np.mean(k3)


@wrong("kl_estimates", "You computed k2 = k1²/2, which agrees with k3 for small k1 only.")
def squares(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(k1**2) / 2


@wrong("kl_estimates", "You took k1²/2 below 1e-4: that is off by k1/3 of it, expm1 is not.")
def squares_small_ones(logp, logp_ref):
    k1 = logp - logp_ref
    k3 = np.where(np.abs(k1) < 1e-4, k1**2 / 2, np.expm1(-k1) + k1)
    return np.mean(k1), np.mean(k3)


@wrong("kl_estimates", "You took e^(+k1): k3 needs the reference's probability over the policy's.")
def turns_the_ratio_round(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(np.expm1(k1) - k1)


@wrong("kl_estimates", "You subtracted k1 in k3: it is added.")
def subtracts_k1(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(np.expm1(-k1) - k1)


@wrong("kl_estimates", "You forgot the - 1 in k3: with equal models it should be 0.")
def forgets_the_one(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(np.exp(-k1) + k1)


@wrong("kl_estimates", "You clipped k1 to ±20, as some libraries do: it counts as it is.")
def clips_k1(logp, logp_ref):
    k1 = np.clip(logp - logp_ref, -20.0, 20.0)
    return np.mean(k1), np.mean(np.expm1(-k1) + k1)


@wrong("kl_estimates", "You capped the ratio, as some libraries do: a large one counts as it is.")
def caps_the_ratio(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1), np.mean(np.expm1(np.minimum(-k1, 10.0)) + k1)


@wrong("kl_estimates", "You took k3 of the mean k1: it is the mean of every token's k3.")
def averages_first(logp, logp_ref):
    k1 = np.mean(logp - logp_ref)
    return k1, np.expm1(-k1) + k1


@wrong("kl_estimates", "You took k3 of whole answers: each token has its own.")
def sums_answers_first(logp, logp_ref):
    k1 = np.sum(logp - logp_ref, axis=1)
    return np.mean(logp - logp_ref), np.mean(np.expm1(-k1) + k1) / logp.shape[1]


@wrong("kl_estimates", "You summed over the tokens of an answer: it is a mean over all tokens.")
def sums_over_tokens(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(np.sum(k1, axis=1)), np.mean(np.sum(np.expm1(-k1) + k1, axis=1))


@wrong("kl_estimates", "You returned an estimate for each answer: the mean is over all tokens.")
def keeps_answers_apart(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(k1, axis=1), np.mean(np.expm1(-k1) + k1, axis=1)


@wrong("kl_estimates", "You cut k1 at 0: only k3 is never negative.")
def cuts_k1(logp, logp_ref):
    k1 = logp - logp_ref
    return max(float(np.mean(k1)), 0.0), np.mean(np.expm1(-k1) + k1)


@wrong(
    "kl_estimates", "You weighted the tokens with their probabilities: sampling did that already."
)
def weights_twice_over(logp, logp_ref):
    k1, p = logp - logp_ref, np.exp(logp)
    return np.sum(p * k1) / np.sum(p), np.sum(p * (np.expm1(-k1) + k1)) / np.sum(p)


@wrong("kl_estimates", "You returned the two the other way round.")
def swaps_them(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(np.expm1(-k1) + k1), np.mean(k1)


@wrong("kl_estimates", "You returned k3 only.")
def returns_one(logp, logp_ref):
    k1 = logp - logp_ref
    return np.mean(np.expm1(-k1) + k1)


@wrong("kl_estimates", "You subtracted in the caller's array.")
def subtracts_in_place(logp, logp_ref):
    logp -= logp_ref
    return np.mean(logp), np.mean(np.expm1(-logp) + logp)


# grpo_advantages


@right("grpo_advantages", "group by group in a loop, with an answer for equal rewards")
def loops_over_groups(rewards, eps=1e-8):
    result = np.zeros(rewards.shape)
    for index in np.ndindex(rewards.shape[:-1]):
        group = rewards[index].tolist()
        if max(group) == min(group):
            continue
        mean = math.fsum(group) / len(group)
        deviation = math.sqrt(math.fsum((r - mean) ** 2 for r in group) / len(group))
        result[index] = [(r - mean) / (deviation + eps) for r in group]
    return result


@right("grpo_advantages", "numpy's mean and deviation, and zeros where the range is 0")
def asks_for_the_range(rewards, eps=1e-8):
    spread = np.ptp(rewards, axis=-1, keepdims=True)
    mean, std = rewards.mean(-1, keepdims=True), rewards.std(-1, keepdims=True)
    return np.where(spread == 0, 0.0, (rewards - mean) / (std + eps))


@right("grpo_advantages", "from the largest reward of the group, with einsum")
def starts_from_the_largest(rewards, eps=1e-8):
    n = rewards.shape[-1]
    r = rewards - rewards.max(axis=-1)[..., None]
    r = r - (np.einsum("...g->...", r) / n)[..., None]
    return r / (np.sqrt(np.einsum("...g,...g->...", r, r) / n)[..., None] + eps)


@wrong("grpo_advantages", "You divided by G - 1: this deviation is divided by G.")
def divides_by_one_less(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / (r.std(-1, ddof=1, keepdims=True) + eps)


@wrong("grpo_advantages", "You divided by the variance: it is the standard deviation.")
def divides_by_the_variance(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / (r.var(-1, keepdims=True) + eps)


@wrong("grpo_advantages", "You subtracted the mean and did not divide by the deviation.")
def only_centres(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return r - r.mean(-1, keepdims=True)


@wrong("grpo_advantages", "You divided by the deviation and did not subtract the mean.")
def only_scales(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return np.where(
        np.ptp(r, -1, keepdims=True) == 0, 0.0, rewards / (r.std(-1, keepdims=True) + eps)
    )


@wrong("grpo_advantages", "You took one mean and one deviation of all questions together.")
def takes_all_together(rewards, eps=1e-8):
    r = rewards - rewards.ravel()[0]
    return (r - r.mean()) / (r.std() + eps)


@wrong(
    "grpo_advantages",
    "You took mean and deviation over the questions: groups lie on the last axis.",
)
def takes_the_first_axis(rewards, eps=1e-8):
    r = rewards - rewards[:1]
    return (r - r.mean(axis=0)) / (r.std(axis=0) + eps)


@wrong("grpo_advantages", "You took the second axis for the groups: they lie along the last one.")
def takes_the_second_axis(rewards, eps=1e-8):
    axis = min(1, rewards.ndim - 1)
    r = rewards - np.take(rewards, [0], axis=axis)
    return (r - r.mean(axis=axis, keepdims=True)) / (r.std(axis=axis, keepdims=True) + eps)


@wrong(
    "grpo_advantages",
    "You lost the axis of the groups: keep it, so that each is compared with its own.",
)
def loses_the_axis(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1)) / (r.std(-1) + eps)


@wrong("grpo_advantages", "You put eps under the root: it is added to the deviation.")
def puts_eps_under_the_root(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / np.sqrt(r.var(-1, keepdims=True) + eps)


@wrong("grpo_advantages", "You left eps out.")
def leaves_eps_out(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    std = r.std(-1, keepdims=True)
    return (r - r.mean(-1, keepdims=True)) / np.where(std == 0, 1.0, std)


@wrong("grpo_advantages", "You took the larger of deviation and eps: eps is added.")
def takes_the_larger(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / np.maximum(r.std(-1, keepdims=True), eps)


@wrong("grpo_advantages", "You added 1e-8 whatever eps is.")
def always_adds_the_same(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / (r.std(-1, keepdims=True) + 1e-8)


@wrong("grpo_advantages", "Your eps is another one unless given: it is 1e-8.")
def has_another_eps(rewards, eps=1e-4):
    r = rewards - rewards[..., :1]
    return (r - r.mean(-1, keepdims=True)) / (r.std(-1, keepdims=True) + eps)


@wrong(
    "grpo_advantages",
    "Your mean of equal rewards is off by rounding, and eps makes advantages of that: they are 0.",
)
def trusts_the_mean(rewards, eps=1e-8):
    mean, std = rewards.mean(-1, keepdims=True), rewards.std(-1, keepdims=True)
    return (rewards - mean) / (std + eps)


@wrong("grpo_advantages", "You got nan where all rewards are equal: there the advantages are 0.")
def divides_by_a_bare_deviation(rewards, eps=0.0):
    r = rewards - rewards[..., :1]
    with np.errstate(all="ignore"):
        return (r - r.mean(-1, keepdims=True)) / (r.std(-1, keepdims=True) + eps)


@wrong("grpo_advantages", "You took nearly equal rewards for equal: only equal ones are.")
def takes_near_for_equal(rewards, eps=1e-8):
    mean, std = rewards.mean(-1, keepdims=True), rewards.std(-1, keepdims=True)
    is_equal = np.isclose(rewards, rewards[..., :1]).all(axis=-1, keepdims=True)
    return np.where(is_equal, 0.0, (rewards - mean) / (std + eps))


@wrong("grpo_advantages", "You rounded the advantages, so that tiny ones came out as 0.")
def rounds_advantages(rewards, eps=1e-8):
    mean, std = rewards.mean(-1, keepdims=True), rewards.std(-1, keepdims=True)
    return np.round((rewards - mean) / (std + eps), 6)


@wrong(
    "grpo_advantages", "You cut advantages at 10: one right answer of 200 lies 14 deviations away."
)
def cuts_advantages_off(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    advantages = (r - r.mean(-1, keepdims=True)) / (r.std(-1, keepdims=True) + eps)
    return np.clip(advantages, -10.0, 10.0)


@wrong("grpo_advantages", "You took the median: advantages are distances from the mean.")
def takes_the_median(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r - np.median(r, -1, keepdims=True)) / (r.std(-1, keepdims=True) + eps)


@wrong("grpo_advantages", "You scaled to 0 … 1: advantages have mean 0 and deviation 1.")
def scales_to_the_range(rewards, eps=1e-8):
    low = rewards.min(-1, keepdims=True)
    return (rewards - low) / (rewards.max(-1, keepdims=True) - low + eps)


@wrong("grpo_advantages", "You flipped the sign: a better answer has a positive advantage.")
def flips_the_sign(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    return (r.mean(-1, keepdims=True) - r) / (r.std(-1, keepdims=True) + eps)


@wrong("grpo_advantages", "You compared each answer with the others only: it is part of the mean.")
def leaves_each_out(rewards, eps=1e-8):
    r = rewards - rewards[..., :1]
    n = r.shape[-1]
    others = (r.sum(-1, keepdims=True) - r) / (n - 1)
    return (r - others) / (r.std(-1, keepdims=True) + eps)


@wrong("grpo_advantages", "You subtracted in the caller's own array of rewards.")
def centres_in_place(rewards, eps=1e-8):
    rewards -= rewards[..., :1].copy()
    rewards -= rewards.mean(-1, keepdims=True)
    return rewards / (rewards.std(-1, keepdims=True) + eps)


# ppo_clip_loss


@right("ppo_clip_loss", "the larger of two losses, as most libraries write it")
def takes_the_larger_loss(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    losses = -advantages * ratio, -advantages * np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return np.maximum(*losses).mean()


@right("ppo_clip_loss", "by the sign of the advantage, with one border each")
def looks_at_the_sign(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    good = np.minimum(ratio, 1 + epsilon)
    bad = np.maximum(ratio, 1 - epsilon)
    return -np.mean(np.where(advantages > 0, good, bad) * advantages)


@right("ppo_clip_loss", "token by token, as OpenAI's Spinning Up has it: min of rA and g(A)")
def loops_with_a_cap(logp, logp_old, advantages, epsilon=0.2):
    total = 0.0
    for new, old, a in zip(logp.flat, logp_old.flat, advantages.flat, strict=True):
        cap = (1 + epsilon) * a if a >= 0 else (1 - epsilon) * a
        total += min(math.exp(new - old) * a, cap)
    return -total / logp.size


@wrong("ppo_clip_loss", "You forgot the minus: a loss falls as good tokens become likelier.")
def forgets_to_negate(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You did not clip: beyond 1 ± ε a move in the right direction is capped.")
def does_not_clip(logp, logp_old, advantages, epsilon=0.2):
    return -np.mean(np.exp(logp - logp_old) * advantages)


@wrong(
    "ppo_clip_loss",
    "You clipped every ratio: one that moved in the wrong direction counts in full. Take the "
    "smaller of both products.",
)
def always_clips(logp, logp_old, advantages, epsilon=0.2):
    return -np.mean(np.clip(np.exp(logp - logp_old), 1 - epsilon, 1 + epsilon) * advantages)


@wrong("ppo_clip_loss", "You took the larger product: the smaller one counts.")
def takes_the_larger_product(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.maximum(ratio * advantages, clipped * advantages))


@wrong(
    "ppo_clip_loss",
    "You took the smaller ratio: the smaller product counts, even for a negative advantage.",
)
def takes_the_smaller_ratio(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio, clipped) * advantages)


@wrong("ppo_clip_loss", "You clipped the product: the ratio is clipped, before the advantage.")
def clips_the_product(logp, logp_old, advantages, epsilon=0.2):
    product = np.exp(logp - logp_old) * advantages
    return -np.mean(np.minimum(product, np.clip(product, 1 - epsilon, 1 + epsilon)))


@wrong("ppo_clip_loss", "You clipped the log-ratio to ±ε: the ratio is clipped to 1 ± ε.")
def clips_the_log_ratio(logp, logp_old, advantages, epsilon=0.2):
    log_ratio = logp - logp_old
    clipped = np.exp(np.clip(log_ratio, -epsilon, epsilon))
    return -np.mean(np.minimum(np.exp(log_ratio) * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You clipped at the top only: there is a border at 1 − ε too.")
def clips_at_the_top(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.minimum(ratio, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You clipped at 1/(1 + ε) below: the border is at 1 − ε.")
def clips_at_the_inverse(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 / (1 + epsilon), 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You turned the ratio round: it is the new probability over the old one.")
def turns_the_policies_round(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp_old - logp)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You divided log-probabilities: the ratio is e to their difference.")
def divides_log_probabilities(logp, logp_old, advantages, epsilon=0.2):
    ratio = logp / logp_old
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You forgot the exponential: a difference of logs is not a ratio yet.")
def forgets_the_exponential(logp, logp_old, advantages, epsilon=0.2):
    ratio = logp - logp_old
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You divided probabilities, which may both be 0: subtract logs first.")
def divides_token_probabilities(logp, logp_old, advantages, epsilon=0.2):
    with np.errstate(all="ignore"):
        ratio = np.exp(logp) / np.exp(logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You summed over the tokens: the loss is a mean.")
def sums_over_all_tokens(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.sum(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You summed each answer's tokens: the mean is over all tokens.")
def sums_over_an_answer(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages).sum(axis=1))


@wrong("ppo_clip_loss", "You took one ratio per answer: every token has its own.")
def takes_ratios_of_answers(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(np.sum(logp - logp_old, axis=1, keepdims=True))
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You took the smaller of two means: each token is decided by itself.")
def compares_the_means(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -min(np.mean(ratio * advantages), np.mean(clipped * advantages))


@wrong("ppo_clip_loss", "You standardised the advantages: they are used as they are given.")
def standardises_advantages(logp, logp_old, advantages, epsilon=0.2):
    a = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * a, clipped * a))


@wrong("ppo_clip_loss", "You clipped at 0.8 and 1.2 whatever epsilon is.")
def ignores_epsilon(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 0.8, 1.2)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "Your epsilon is 0.1 unless given: it is 0.2.")
def has_another_epsilon(logp, logp_old, advantages, epsilon=0.1):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You capped large ratios as well: one in the wrong direction has no cap.")
def caps_far_moves(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.minimum(np.exp(logp - logp_old), 10.0)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


@wrong("ppo_clip_loss", "You returned the loss of every token: it is their mean, one number.")
def returns_every_token(logp, logp_old, advantages, epsilon=0.2):
    ratio = np.exp(logp - logp_old)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.minimum(ratio * advantages, clipped * advantages)


@wrong("ppo_clip_loss", "You subtracted in the caller's own array of log-probabilities.")
def subtracts_log_probabilities_in_place(logp, logp_old, advantages, epsilon=0.2):
    logp -= logp_old
    ratio = np.exp(logp)
    clipped = np.clip(ratio, 1 - epsilon, 1 + epsilon)
    return -np.mean(np.minimum(ratio * advantages, clipped * advantages))


# dpo_loss


@right("dpo_loss", "the large part taken out of the logarithm")
def takes_the_large_part_out(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.mean(_softplus(-z))


@right("dpo_loss", "pair by pair, with math")
def loops_over_pairs(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    losses = []
    for i in range(len(logp_chosen)):
        change = logp_chosen[i] - logp_rejected[i] - ref_chosen[i] + ref_rejected[i]
        z = float(beta * change)
        losses.append(math.log1p(math.exp(-z)) if z > 0 else -z + math.log1p(math.exp(z)))
    return math.fsum(losses) / len(losses)


@right("dpo_loss", "the cross-entropy of two logits, one for each answer")
def is_a_classifier(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    logits = beta * np.stack([logp_chosen - ref_chosen, logp_rejected - ref_rejected])
    highest = logits.max(axis=0)
    return np.mean(highest + np.log(np.exp(logits - highest).sum(axis=0)) - logits[0])


@wrong(
    "dpo_loss", "You took the log of the sigmoid: where that underflows to 0 it is the log of 0."
)
def takes_the_log_of_zero(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    e = np.exp(-np.abs(z))
    return -np.mean(np.log(np.where(z >= 0, 1.0, e) / (1 + e)))


@wrong(
    "dpo_loss", "You computed log(1 + e^(-z)) as it stands: e^(-z) overflows for hopeless pairs."
)
def overflows_for_hopeless_pairs(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.mean(np.log1p(np.exp(-z)))


@wrong("dpo_loss", "You computed log(1 + e^z) - z: e^z overflows for perfect pairs.")
def overflows_for_perfect_pairs(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.mean(np.log1p(np.exp(z)) - z)


@wrong(
    "dpo_loss",
    "You added a small number inside the logarithm: hopeless pairs cost too little then.",
)
def adds_an_epsilon(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    e = np.exp(-np.abs(z))
    return -np.mean(np.log(np.where(z >= 0, 1.0, e) / (1 + e) + 1e-300))


@wrong("dpo_loss", "You replaced the loss by its limits beyond ±15: it is off by 3e-7 there.")
def takes_the_limits(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    near = np.clip(z, -15.0, 15.0)
    return np.mean(np.where(z == near, np.log1p(np.exp(-near)), np.maximum(-z, 0.0)))


@wrong("dpo_loss", "You cut the margin: a pair beyond it costs too little.")
def cuts_the_margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.mean(np.logaddexp(0.0, -np.clip(z, -500.0, 500.0)))


@wrong("dpo_loss", "You computed both sides of a choice, as np.where does: one of them overflows.")
def computes_both_sides(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.mean(np.where(z > 0, np.log1p(np.exp(-z)), np.log1p(np.exp(z)) - z))


@wrong(
    "dpo_loss",
    "You divided probabilities: those of whole answers underflow, and only their logs are safe.",
)
def divides_probabilities(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    ratio = np.exp(logp_chosen - ref_chosen) / np.exp(logp_rejected - ref_rejected)
    return np.mean(np.log1p(ratio**-beta))


@wrong("dpo_loss", "You swapped the chosen and the rejected answer.")
def swaps_the_answers(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_rejected, logp_chosen, ref_rejected, ref_chosen)
    return np.mean(np.logaddexp(0.0, -z))


@wrong("dpo_loss", "You left the reference out: it is the change from it that counts.")
def forgets_the_reference(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    return np.mean(np.logaddexp(0.0, -beta * (logp_chosen - logp_rejected)))


@wrong("dpo_loss", "You added the reference's margin: it is taken off.")
def adds_the_reference(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * ((logp_chosen - logp_rejected) + (ref_chosen - ref_rejected))
    return np.mean(np.logaddexp(0.0, -z))


@wrong("dpo_loss", "You multiplied the policy alone by beta: the reference is inside as well.")
def scales_the_policy_only(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * (logp_chosen - logp_rejected) - (ref_chosen - ref_rejected)
    return np.mean(np.logaddexp(0.0, -z))


@wrong("dpo_loss", "You multiplied the loss by beta: it belongs to the margin, inside the sigmoid.")
def scales_the_loss(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return beta * np.mean(np.logaddexp(0.0, -z))


@wrong("dpo_loss", "You summed over the pairs: the loss is their mean.")
def sums_over_pairs(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.sum(np.logaddexp(0.0, -z))


@wrong("dpo_loss", "You took the loss of the mean margin: it is the mean of the losses.")
def averages_the_margins(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * np.mean(_margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected))
    return np.logaddexp(0.0, -z)


@wrong("dpo_loss", "You returned the log of the sigmoid: the loss is minus that.")
def forgets_the_minus(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return -np.mean(np.logaddexp(0.0, -z))


@wrong("dpo_loss", "You counted in bits: the contract asks for nats.")
def counts_in_bits(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.mean(np.logaddexp(0.0, -z)) / np.log(2)


@wrong("dpo_loss", "You returned the losses of the pairs: the result is their mean.")
def returns_all_losses(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    z = beta * _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected)
    return np.logaddexp(0.0, -z)


@wrong("dpo_loss", "You subtracted in the caller's array.")
def works_in_place(logp_chosen, logp_rejected, ref_chosen, ref_rejected, beta):
    logp_chosen -= ref_chosen
    z = beta * (logp_chosen - (logp_rejected - ref_rejected))
    return np.mean(np.logaddexp(0.0, -z))
