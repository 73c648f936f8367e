"""Right and wrong ways to write the exercises of `rlhf`."""

import math

import numpy as np

from grader.variants import right, wrong


def _margin(logp_chosen, logp_rejected, ref_chosen, ref_rejected):
    return (logp_chosen - ref_chosen) - (logp_rejected - ref_rejected)


def _softplus(x):
    """Return log(1 + e^x) without overflow."""
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


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
