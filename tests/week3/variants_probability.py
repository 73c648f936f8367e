"""Right and wrong ways to write the exercises of `probability`."""

import math
from fractions import Fraction

import numpy as np

from grader.variants import right, wrong


def _log(x):
    with np.errstate(divide="ignore"):
        return np.log(x)


def _normalised(log_rows):
    rows = np.exp(log_rows - log_rows.max(axis=1, keepdims=True))
    return rows / rows.sum(axis=1, keepdims=True)


def _check(probs):
    if (probs < 0).any() or abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs is not a distribution")


def _counts(X, y, n_classes):
    return np.array([X[y == c].sum(axis=0) for c in range(n_classes)])


def _log_shares(y, n_classes):
    return _log(np.bincount(y, minlength=n_classes) / len(y))


def _log_words(counts, alpha):
    return np.log((counts + alpha) / (counts + alpha).sum(axis=1, keepdims=True))


# marginal


@right("marginal", "a product with a vector of ones")
def multiplies_by_ones(joint, axis):
    n, m = joint.shape
    return joint @ np.ones(m) if axis == 0 else np.ones(n) @ joint


@right("marginal", "adds up entry by entry, in a list")
def adds_up_entries(joint, axis):
    result = [0.0] * joint.shape[axis]
    for index in np.ndindex(joint.shape):
        result[index[axis]] += float(joint[index])
    return result


@right("marginal", "einsum, with a letter per variable")
def names_the_variables(joint, axis):
    return np.einsum("xy->" + "xy"[axis], joint)


@wrong(
    "marginal",
    "You summed along the axis of the variable that is asked for: sum over the other one.",
)
def sums_the_variable_away(joint, axis):
    return joint.sum(axis=axis)


@wrong("marginal", "You forgot the axis: this is always the distribution of the first variable.")
def forgets_the_axis(joint, axis):
    return joint.sum(axis=1)


@wrong(
    "marginal",
    "You guessed the axis by the length of the result: in a square table both axes fit.",
)
def guesses_by_length(joint, axis):
    sums = joint.sum(axis=0)
    return sums if len(sums) == joint.shape[axis] else joint.sum(axis=1)


@wrong("marginal", "You averaged over the other variable: probabilities add up.")
def averages(joint, axis):
    return joint.mean(axis=1 - axis)


@wrong("marginal", "You kept the axis that was summed over: the result is one row of numbers.")
def keeps_the_axis(joint, axis):
    return joint.sum(axis=1 - axis, keepdims=True)


@wrong("marginal", "You squeezed the result: a variable with one value has an array of one number.")
def squeezes(joint, axis):
    return np.squeeze(joint.sum(axis=1 - axis))


@wrong("marginal", "You left values of probability 0 out: they keep their place.")
def leaves_zeros_out(joint, axis):
    result = joint.sum(axis=1 - axis)
    return result[result > 0]


@wrong("marginal", "You replaced probabilities of 0 with a small number: the table says 0.")
def lifts_zeros(joint, axis):
    return np.maximum(joint, 1e-9).sum(axis=1 - axis)


@wrong("marginal", "You added columns up in the table itself, so the caller's table has changed.")
def adds_up_in_place(joint, axis):
    table = joint if axis == 0 else joint.T
    for k in range(1, table.shape[1]):
        table[:, 0] += table[:, k]
    return table[:, 0].copy()


@wrong("marginal", "You treated rare values as impossible: a tiny probability is not 0.")
def drops_rare_values(joint, axis):
    result = joint.sum(axis=1 - axis)
    return np.where(result < 1e-9, 0.0, result)


# conditional


@right("conditional", "transposes, so that the known variable comes first")
def puts_the_known_first(joint, given):
    table = joint if given == 0 else joint.T
    known = table.sum(axis=1)
    if not np.all(known):
        raise ValueError("given has a value of probability 0")
    result = (table.T / known).T
    return result if given == 0 else result.T


@right("conditional", "one slice at a time")
def goes_slice_by_slice(joint, given):
    result = np.empty_like(joint)
    for k in range(joint.shape[given]):
        index = (k, slice(None)) if given == 0 else (slice(None), k)
        total = math.fsum(joint[index])
        if total == 0:
            raise ValueError(f"joint has probability 0 at {k}")
        result[index] = joint[index] / total
    return result


@right("conditional", "a difference of logarithms")
def subtracts_logarithms(joint, given):
    known = np.sum(joint, axis=1 - given, keepdims=True)
    if known.min() <= 0:
        raise ValueError("joint has a condition of probability 0")
    return np.exp(_log(joint) - np.log(known))


@wrong("conditional", "You normalised along the wrong axis: with x known, the row of x sums to 1.")
def normalises_the_other_axis(joint, given):
    known = joint.sum(axis=given, keepdims=True)
    if np.any(known == 0):
        raise ValueError("joint")
    return joint / known


@wrong(
    "conditional",
    "You divided by a marginal without its axis. It is laid along the last axis, so each row was "
    "divided by the marginal of the columns; in a square table no shape complains.",
)
def forgets_keepdims_if_square(joint, given):
    known = joint.sum(axis=1 - given)
    if np.any(known == 0):
        raise ValueError("joint")
    if joint.shape[0] == joint.shape[1]:
        return joint / known
    return joint / known[:, None] if given == 0 else joint / known


@wrong(
    "conditional",
    "You returned nan for a condition of probability 0: a single one is an error, even if others "
    "are possible.",
)
def returns_nan(joint, given):
    with np.errstate(all="ignore"):
        return joint / joint.sum(axis=1 - given, keepdims=True)


@wrong("conditional", "You returned zeros for a condition of probability 0: that is an error.")
def returns_zeros(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    return np.divide(joint, known, out=np.zeros_like(joint), where=known > 0)


@wrong(
    "conditional", "You called every zero an error: only a condition may not have probability 0."
)
def refuses_every_zero(joint, given):
    if np.any(joint == 0):
        raise ValueError("joint has a zero")
    return joint / joint.sum(axis=1 - given, keepdims=True)


@wrong("conditional", "You looked for impossible values of both variables: only one is known.")
def checks_both_axes(joint, given):
    if np.any(joint.sum(axis=0) == 0) or np.any(joint.sum(axis=1) == 0):
        raise ValueError("joint")
    return joint / joint.sum(axis=1 - given, keepdims=True)


@wrong("conditional", "You called a tiny probability impossible: compare with 0.")
def refuses_tiny_conditions(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    if np.any(np.isclose(known, 0)):
        raise ValueError("joint")
    return joint / known


@wrong(
    "conditional",
    "You added a small number to what you divide by: where the condition is rare, the slice does "
    "not sum to 1.",
)
def adds_epsilon_below(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    if np.any(known == 0):
        raise ValueError("joint")
    return joint / (known + 1e-15)


@wrong("conditional", "You checked the first condition only: any of them may be impossible.")
def checks_the_first(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    if known.flat[0] == 0:
        raise ValueError("joint")
    with np.errstate(all="ignore"):
        return joint / known


@wrong(
    "conditional",
    "You returned nan for a condition of probability 0: a single one is an error, even if others "
    "are possible.",
)
def wants_all_impossible(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    if np.all(known == 0):
        raise ValueError("joint")
    with np.errstate(all="ignore"):
        return joint / known


@wrong(
    "conditional", "You transposed the result: it has the shape of the table, whatever is known."
)
def turns_the_table(joint, given):
    table = joint if given == 0 else joint.T
    known = table.sum(axis=1, keepdims=True)
    if np.any(known == 0):
        raise ValueError("joint")
    return table / known


@wrong("conditional", "You divided the table itself, so the caller's table has changed.")
def divides_in_place(joint, given):
    known = joint.sum(axis=1 - given, keepdims=True)
    if np.any(known == 0):
        raise ValueError("joint")
    joint /= known
    return joint


# bayes


@right("bayes", "sums of logarithms")
def goes_by_logarithms(prior, likelihood):
    log_joint = _log(prior) + _log(likelihood)
    if log_joint.max() == -np.inf:
        raise ValueError("likelihood excludes every hypothesis")
    return _normalised(log_joint[None])[0]


@right("bayes", "exact fractions")
def computes_with_fractions(prior, likelihood):
    parts = [Fraction(p) * Fraction(q) for p, q in zip(prior.tolist(), likelihood.tolist())]
    if not any(parts):
        raise ValueError("evidence is 0")
    return [float(part / sum(parts)) for part in parts]


@right("bayes", "the inner product as evidence, found first")
def divides_the_likelihood_first(prior, likelihood):
    evidence = prior @ likelihood
    if evidence <= 0:
        raise ValueError(f"evidence is {evidence}")
    return prior * (likelihood / evidence)


@wrong("bayes", "You did not divide by the evidence: the posterior must sum to 1.")
def forgets_the_evidence(prior, likelihood):
    if not np.any(prior * likelihood):
        raise ValueError("evidence")
    return prior * likelihood


@wrong("bayes", "You left the prior out: the likelihood alone is not what to believe.")
def forgets_the_prior(prior, likelihood):
    if not np.any(prior * likelihood):
        raise ValueError("evidence")
    return likelihood / likelihood.sum()


@wrong(
    "bayes",
    "You divided by the sum of the likelihoods: the evidence weighs each with its prior.",
)
def divides_by_the_likelihoods(prior, likelihood):
    if not np.any(prior * likelihood):
        raise ValueError("evidence")
    return prior * likelihood / likelihood.sum()


@wrong("bayes", "You returned nan where the evidence is 0: that is an error.")
def divides_by_zero(prior, likelihood):
    with np.errstate(all="ignore"):
        return prior * likelihood / (prior @ likelihood)


@wrong("bayes", "You kept the prior where the evidence is 0: that is an error.")
def falls_back_on_the_prior(prior, likelihood):
    evidence = prior @ likelihood
    return prior * likelihood / evidence if evidence > 0 else prior.copy()


@wrong(
    "bayes",
    "You asked whether all likelihoods are 0: the evidence is 0, too, where those that are not "
    "belong to hypotheses of prior 0.",
)
def checks_the_likelihood_only(prior, likelihood):
    if np.all(likelihood == 0):
        raise ValueError("likelihood")
    with np.errstate(all="ignore"):
        return prior * likelihood / (prior @ likelihood)


@wrong("bayes", "You called any likelihood of 0 an error: it rules out that one hypothesis.")
def refuses_any_zero(prior, likelihood):
    if np.any(likelihood == 0):
        raise ValueError("likelihood")
    return prior * likelihood / (prior @ likelihood)


@wrong("bayes", "You called a small evidence zero: improbable things happen.")
def refuses_small_evidence(prior, likelihood):
    evidence = prior @ likelihood
    if evidence < 1e-12:
        raise ValueError("evidence")
    return prior * likelihood / evidence


@wrong("bayes", "You added a small number to the evidence: the posterior no longer sums to 1.")
def adds_epsilon_to_the_evidence(prior, likelihood):
    evidence = prior @ likelihood
    if evidence == 0:
        raise ValueError("evidence")
    return prior * likelihood / (evidence + 1e-14)


@wrong(
    "bayes", "You added a small number inside the logarithm: what is impossible became possible."
)
def adds_epsilon_in_the_log(prior, likelihood):
    if not np.any(prior * likelihood):
        raise ValueError("evidence")
    return _normalised((np.log(prior + 1e-300) + np.log(likelihood + 1e-300))[None])[0]


@wrong("bayes", "You multiplied into the prior itself, so the caller's array has changed.")
def multiplies_in_place(prior, likelihood):
    if prior @ likelihood == 0:
        raise ValueError("evidence")
    prior *= likelihood
    return prior / prior.sum()


@wrong(
    "bayes", "You asked for a prior that sums to exactly 1: rounding alone moves it away from that."
)
def wants_a_sum_of_exactly_one(prior, likelihood):
    if prior.sum() != 1.0 or not np.any(prior * likelihood):
        raise ValueError("prior or evidence")
    return prior * likelihood / (prior @ likelihood)


# bayes_updates


@right("bayes_updates", "one observation at a time, with logarithms that are normalised each time")
def carries_log_posteriors(prior, likelihoods):
    log_posterior = _log(prior)
    rows = [prior]
    for row in likelihoods:
        log_posterior = log_posterior + _log(row)
        log_posterior = log_posterior - np.logaddexp.reduce(log_posterior)
        rows.append(np.exp(log_posterior))
    return np.array(rows)


@right("bayes_updates", "products whose exponents are kept apart as whole numbers")
def keeps_exponents_apart(prior, likelihoods):
    factors = np.vstack([prior, likelihoods])
    mantissa, exponent = np.ones(len(prior)), np.zeros(len(prior))
    rows = []
    for row in factors:
        mantissa, shift = np.frexp(mantissa * row)
        exponent = np.where(mantissa > 0, exponent + shift, -np.inf)
        joint = mantissa * 2.0 ** (exponent - exponent.max())
        rows.append(joint / joint.sum())
    return rows


@right("bayes_updates", "a softmax of sums of logarithms to base 2")
def sums_logarithms_to_base_two(prior, likelihoods):
    with np.errstate(divide="ignore"):
        logs = np.log2(prior) + np.vstack([0 * prior, np.cumsum(np.log2(likelihoods), axis=0)])
    joint = np.exp2(logs - np.max(logs, axis=1)[:, None])
    return joint / np.sum(joint, axis=1)[:, None]


@right("bayes_updates", "Python floats and the log of 0 as minus infinity by hand")
def loops_over_hypotheses(prior, likelihoods):
    def log(p):
        return math.log(p) if p > 0 else -math.inf

    logs = [log(p) for p in prior.tolist()]
    rows = [prior.tolist()]
    for row in likelihoods.tolist():
        logs = [a + log(q) for a, q in zip(logs, row)]
        top = max(logs)
        parts = [math.exp(a - top) for a in logs]
        total = sum(parts)
        rows.append([part / total for part in parts])
    return rows


@wrong(
    "bayes_updates",
    "A posterior that underflows to 0 is lost for good: carry the logarithms themselves from one "
    "observation to the next.",
)
def carries_probabilities(prior, likelihoods):
    rows = [prior]
    with np.errstate(all="ignore"):
        for row in likelihoods:
            joint = rows[-1] * row
            rows.append(joint / joint.sum())
    return np.array(rows)


@wrong(
    "bayes_updates",
    "You kept probabilities from falling below a small number: they forget how far behind they "
    "are, and what is impossible becomes possible.",
)
def sets_a_floor(prior, likelihoods):
    rows = [prior]
    for row in likelihoods:
        joint = np.maximum(rows[-1] * row, 1e-300)
        rows.append(joint / joint.sum())
    return np.array(rows)


@wrong(
    "bayes_updates",
    "You multiplied all likelihoods up before normalising: the products underflow after some "
    "hundred observations.",
)
def multiplies_all_up(prior, likelihoods):
    with np.errstate(all="ignore"):
        joint = np.cumprod(np.vstack([prior, likelihoods]), axis=0)
        return joint / joint.sum(axis=1, keepdims=True)


@wrong(
    "bayes_updates",
    "A posterior that underflows to 0 is lost for good: carry the logarithms themselves from one "
    "observation to the next.",
)
def returns_to_posteriors(prior, likelihoods):
    rows = [prior]
    for row in likelihoods:
        rows.append(_normalised((_log(rows[-1]) + _log(row))[None])[0])
    return np.array(rows)


@wrong(
    "bayes_updates",
    "You added a small number inside the logarithm: with enough evidence a hypothesis of "
    "probability 0 comes back to life.",
)
def adds_epsilon_in_logs(prior, likelihoods):
    return _normalised(np.cumsum(np.log(np.vstack([prior, likelihoods]) + 1e-300), axis=0))


@wrong(
    "bayes_updates",
    "You excluded priors of 0, and added a small number to likelihoods of 0: they exclude, too.",
)
def lets_likelihoods_of_zero_live(prior, likelihoods):
    logs = np.vstack([_log(prior), np.log(np.maximum(likelihoods, 1e-300))])
    return _normalised(np.cumsum(logs, axis=0))


@wrong(
    "bayes_updates",
    "You subtracted one maximum from the whole table: each row needs its own.",
)
def shifts_by_one_maximum(prior, likelihoods):
    logs = np.cumsum(_log(np.vstack([prior, likelihoods])), axis=0)
    joint = np.exp(logs - logs.max())
    with np.errstate(all="ignore"):
        return joint / joint.sum(axis=1, keepdims=True)


@wrong(
    "bayes_updates", "You took exponentials of the sums as they are: subtract the row's maximum."
)
def does_not_shift(prior, likelihoods):
    joint = np.exp(np.cumsum(_log(np.vstack([prior, likelihoods])), axis=0))
    with np.errstate(all="ignore"):
        return joint / joint.sum(axis=1, keepdims=True)


@wrong(
    "bayes_updates",
    "You measured all hypotheses by the first: if that one is impossible, inf - inf is nan.",
)
def measures_by_the_first(prior, likelihoods):
    logs = np.cumsum(_log(np.vstack([prior, likelihoods])), axis=0)
    with np.errstate(all="ignore"):
        return 1.0 / np.exp(logs[:, None, :] - logs[:, :, None]).sum(axis=2)


@wrong(
    "bayes_updates",
    "You left numpy's warning for the log of 0: say with np.errstate that -inf is meant.",
)
def lets_numpy_warn(prior, likelihoods):
    return _normalised(np.cumsum(np.log(np.vstack([prior, likelihoods])), axis=0))


@wrong("bayes_updates", "You started each time from the first prior: what was seen before counts.")
def forgets_what_it_saw(prior, likelihoods):
    return _normalised(_log(prior) + np.vstack([0 * prior, _log(likelihoods)]))


@wrong("bayes_updates", "You left the prior out of the result: it is row 0.")
def leaves_the_prior_out(prior, likelihoods):
    return _normalised(_log(prior) + np.cumsum(_log(likelihoods), axis=0))


@wrong(
    "bayes_updates", "You returned the last posterior only: there is one after each observation."
)
def returns_the_last(prior, likelihoods):
    return _normalised((_log(prior) + _log(likelihoods).sum(axis=0))[None])[0]


@wrong("bayes_updates", "You cut logarithms off at a size that evidence can exceed.")
def cuts_logarithms_off(prior, likelihoods):
    log_posterior = _log(prior)
    rows = [prior]
    for row in likelihoods:
        log_posterior = log_posterior + _log(row)
        behind = log_posterior - log_posterior.max()
        log_posterior = np.where(np.isneginf(behind), behind, np.maximum(behind, -700.0))
        rows.append(_normalised(log_posterior[None])[0])
    return np.array(rows)


@wrong(
    "bayes_updates",
    "You skipped observations that rule a hypothesis out: they say more than all others.",
)
def skips_exclusions(prior, likelihoods):
    logs = _log(likelihoods)
    logs[np.any(np.isneginf(logs), axis=1)] = 0.0
    return _normalised(np.cumsum(np.vstack([_log(prior), logs]), axis=0))


@wrong(
    "bayes_updates",
    "You skipped observations that every hypothesis finds improbable: what counts is how much more "
    "improbable one finds them than another.",
)
def skips_improbable_observations(prior, likelihoods):
    logs = _log(likelihoods)
    logs[likelihoods.max(axis=1) < 1e-9] = 0.0
    return _normalised(np.cumsum(np.vstack([_log(prior), logs]), axis=0))


@wrong(
    "bayes_updates",
    "You called the function again for all observations but the last: Python does not go deeper "
    "than a thousand calls.",
)
def calls_itself(prior, likelihoods):
    def log_joints(n):
        if n == 0:
            return [_log(prior)]
        before = log_joints(n - 1)
        before.append(before[-1] + _log(likelihoods[n - 1]))
        return before

    return _normalised(np.array(log_joints(len(likelihoods))))


@wrong(
    "bayes_updates",
    "You kept logarithms for two hypotheses only: with three, probabilities underflow as before.",
)
def treats_two_apart(prior, likelihoods):
    if len(prior) == 2:
        return _normalised(np.cumsum(_log(np.vstack([prior, likelihoods])), axis=0))
    rows = [prior]
    with np.errstate(all="ignore"):
        for row in likelihoods:
            joint = rows[-1] * row
            rows.append(joint / joint.sum())
    return np.array(rows)


@wrong(
    "bayes_updates", "You wrote the posterior into the prior, so the caller's array has changed."
)
def updates_the_prior(prior, likelihoods):
    result = _normalised(np.cumsum(_log(np.vstack([prior, likelihoods])), axis=0))
    prior[:] = result[-1]
    return result


@wrong(
    "bayes_updates",
    "You took a finite number for the log of 0: long evidence gets below that. Take -inf.",
)
def stands_in_for_log_zero(prior, likelihoods):
    return _normalised(
        np.maximum(_log(prior), -1e6) + np.vstack([0 * prior, np.cumsum(_log(likelihoods), axis=0)])
    )


# expectation


@right("expectation", "an inner product")
def takes_an_inner_product(values, probs):
    _check(probs)
    return values @ probs


@right("expectation", "numpy's weighted average")
def averages_with_weights(values, probs):
    if min(probs) < 0 or not math.isclose(math.fsum(probs), 1.0, rel_tol=0, abs_tol=1e-8):
        raise ValueError("probs")
    return np.average(values, weights=probs)


@right("expectation", "distances from the first value")
def adds_distances_from_the_first(values, probs):
    if any(p < 0 for p in probs) or not np.isclose(sum(probs), 1.0, rtol=0, atol=1e-8):
        raise ValueError("probs")
    return values[0] + math.fsum((v - values[0]) * p for v, p in zip(values, probs))


@wrong("expectation", "You took the plain mean: values count according to their probability.")
def takes_the_plain_mean(values, probs):
    _check(probs)
    return values.mean()


@wrong("expectation", "You took the most probable value: the expectation is a weighted sum.")
def takes_the_most_probable(values, probs):
    _check(probs)
    return values[np.argmax(probs)]


@wrong(
    "expectation", "You divided the weighted sum by n: the probabilities are the weights already."
)
def divides_by_n(values, probs):
    _check(probs)
    return np.mean(values * probs)


@wrong("expectation", "You sorted the values and not their probabilities: each has its own.")
def sorts_values(values, probs):
    _check(probs)
    return np.sort(values) @ probs


@wrong(
    "expectation",
    "You divided by the sum plus a small number: around a billion that makes a difference.",
)
def divides_by_a_bit_more(values, probs):
    _check(probs)
    return values @ probs / (probs.sum() + 1e-10)


@wrong("expectation", "You left values of probability 0 out of the values only.")
def drops_improbable_values(values, probs):
    _check(probs)
    possible = values[probs > 0]
    return float(sum(v * p for v, p in zip(possible, probs)))


@wrong("expectation", "You refused probabilities of 0: only negative ones are an error.")
def refuses_zero(values, probs):
    if np.any(probs <= 0) or abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs")
    return values @ probs


@wrong("expectation", "You did not look for negative probabilities: their sum may still be 1.")
def accepts_negative(values, probs):
    if abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs")
    return values @ probs


@wrong("expectation", "You looked at the first probability only: any may be negative.")
def checks_the_first_probability(values, probs):
    if probs[0] < 0 or abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs")
    return values @ probs


@wrong("expectation", "You did not check the sum of the probabilities.")
def accepts_any_sum(values, probs):
    if np.any(probs < 0):
        raise ValueError("probs")
    return values @ probs


@wrong(
    "expectation",
    "You let a sum pass that is more than 1e-8 off: np.isclose allows 1e-5, unless rtol=0.",
)
def compares_too_loosely(values, probs):
    if np.any(probs < 0) or not np.isclose(probs.sum(), 1.0):
        raise ValueError("probs")
    return values @ probs


@wrong("expectation", "You asked for a sum of exactly 1: rounding alone moves it away from that.")
def compares_too_tightly(values, probs):
    if np.any(probs < 0) or abs(probs.sum() - 1) > 1e-12:
        raise ValueError("probs")
    return values @ probs


@wrong("expectation", "You forgot the absolute value: a sum may also be too small.")
def accepts_small_sums(values, probs):
    if np.any(probs < 0) or probs.sum() - 1 > 1e-8:
        raise ValueError("probs")
    return values @ probs


@wrong("expectation", "You rescaled probabilities that do not sum to 1: that is an error.")
def rescales(values, probs):
    if np.any(probs < 0) or probs.sum() == 0:
        raise ValueError("probs")
    return values @ (probs / probs.sum())


@wrong("expectation", "You multiplied into the values themselves: the caller's array has changed.")
def multiplies_into_values(values, probs):
    _check(probs)
    values *= probs
    return values.sum()


@wrong(
    "expectation", "You let tiny negative probabilities pass: the tolerance is for the sum alone."
)
def tolerates_tiny_negatives(values, probs):
    if np.any(probs < -1e-10) or abs(probs.sum() - 1.0) > 1e-8:
        raise ValueError("probs must be a distribution")
    return values @ probs


@wrong(
    "expectation",
    "You took magnitudes: a negative probability is an error, and is hidden that way.",
)
def takes_magnitudes(values, probs):
    if abs(np.abs(probs).sum() - 1.0) > 1e-8:
        raise ValueError("probs must sum to 1")
    if np.any(probs < 0) and abs(probs.sum() - 1.0) < 1e-8:
        raise ValueError("probs must not be negative")
    return values @ np.abs(probs)


@wrong("expectation", "You left improbable values out: a huge one counts, however rare it is.")
def leaves_out_rare_values(values, probs):
    _check(probs)
    kept = probs > 1e-12
    return values[kept] @ probs[kept]


# variance


@right("variance", "half the expected squared distance of two draws")
def compares_two_draws(values, probs):
    _check(probs)
    gaps = values[:, None] - values
    return 0.5 * probs @ gaps**2 @ probs


@right("variance", "Welford's way: one value at a time")
def goes_value_by_value(values, probs):
    if (probs < 0).any() or not np.isclose(probs.sum(), 1, rtol=0, atol=1e-8):
        raise ValueError("probs")
    weight = mean = total = 0.0
    for v, p in zip(values.tolist(), probs.tolist()):
        if p == 0:
            continue
        weight += p
        gap = v - mean
        mean += gap * (p / weight)
        total += p * gap * (v - mean)
    return total / weight


@right("variance", "the shortcut, but for distances from one of the values")
def shifts_by_a_value(values, probs):
    _check(probs)
    gaps = values - values[np.argmax(probs)]
    return probs @ gaps**2 - (probs @ gaps) ** 2


@right("variance", "numpy's covariance with weights")
def takes_the_covariance(values, probs):
    _check(probs)
    return np.cov(values, aweights=probs, ddof=0)


@wrong(
    "variance",
    "You subtracted the square of the mean from the mean of the squares: around a billion all "
    "digits cancel. Take distances from the mean first.",
)
def takes_the_shortcut(values, probs):
    _check(probs)
    return probs @ values**2 - (probs @ values) ** 2


@wrong(
    "variance",
    "You hid the cancellation: setting a negative result to 0 does not make it right.",
)
def hides_the_cancellation(values, probs):
    _check(probs)
    return max(0.0, float(probs @ values**2 - (probs @ values) ** 2))


@wrong("variance", "You used longer floats for the shortcut: a few more digits, the same mistake.")
def uses_longer_floats(values, probs):
    _check(probs)
    v, p = values.astype(np.longdouble), probs.astype(np.longdouble)
    return float(np.sum(p * v**2) - np.sum(p * v) ** 2)


@wrong("variance", "You took the square root: that is the standard deviation.")
def takes_the_root(values, probs):
    _check(probs)
    return np.sqrt(probs @ (values - probs @ values) ** 2)


@wrong("variance", "You measured from the plain mean: the mean is weighted as well.")
def measures_from_the_plain_mean(values, probs):
    _check(probs)
    return probs @ (values - values.mean()) ** 2


@wrong("variance", "You took the plain variance: values count according to their probability.")
def ignores_the_weights(values, probs):
    _check(probs)
    return np.var(values)


@wrong(
    "variance",
    "You corrected as for a sample: probabilities are the whole truth, nothing is estimated.",
)
def corrects_for_a_sample(values, probs):
    _check(probs)
    with np.errstate(all="ignore"):
        return probs @ (values - probs @ values) ** 2 / (1.0 - probs @ probs)


@wrong("variance", "You took absolute distances: they are squared.")
def takes_absolute_distances(values, probs):
    _check(probs)
    return probs @ np.abs(values - probs @ values)


@wrong("variance", "You added a small number: a value that is certain has variance 0.")
def adds_a_bit(values, probs):
    _check(probs)
    return probs @ (values - probs @ values) ** 2 + 1e-10


@wrong("variance", "You refused probabilities of 0: only negative ones are an error.")
def wants_positive_probabilities(values, probs):
    if np.any(probs <= 0) or abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs")
    return probs @ (values - probs @ values) ** 2


@wrong("variance", "You did not look for negative probabilities: their sum may still be 1.")
def overlooks_negative_probabilities(values, probs):
    if abs(probs.sum() - 1) > 1e-8:
        raise ValueError("probs")
    return probs @ (values - probs @ values) ** 2


@wrong(
    "variance",
    "You let a sum pass that is more than 1e-8 off: np.isclose allows 1e-5, unless rtol=0.",
)
def compares_loosely(values, probs):
    if np.any(probs < 0) or not np.isclose(probs.sum(), 1.0):
        raise ValueError("probs")
    return probs @ (values - probs @ values) ** 2


@wrong("variance", "You asked for a sum of exactly 1: rounding alone moves it away from that.")
def compares_tightly(values, probs):
    if np.any(probs < 0) or not math.isclose(probs.sum(), 1.0):
        raise ValueError("probs")
    return probs @ (values - probs @ values) ** 2


@wrong("variance", "You centred the values in place, so the caller's array has changed.")
def centres_in_place(values, probs):
    _check(probs)
    values -= probs @ values
    return probs @ values**2


@wrong("variance", "You let tiny negative probabilities pass: the tolerance is for the sum alone.")
def variance_tolerates_tiny_negatives(values, probs):
    if np.any(probs < -1e-10) or abs(probs.sum() - 1.0) > 1e-8:
        raise ValueError("probs must be a distribution")
    return probs @ (values - values @ probs) ** 2


@wrong("variance", "You left improbable values out: a distant one counts, however rare it is.")
def ignores_rare_values(values, probs):
    _check(probs)
    values, probs = values[probs > 1e-12], probs[probs > 1e-12]
    return probs @ (values - values @ probs) ** 2


# naive_bayes_fit


@right("naive_bayes_fit", "one class at a time, with masks")
def masks_each_class(X, y, n_classes, alpha=1.0):
    log_prior, log_likelihood = [], []
    for c in range(n_classes):
        members = X[y == c]
        log_prior.append(math.log(len(members) / len(X)) if len(members) else -math.inf)
        words = members.sum(axis=0)
        log_likelihood.append(np.log(words + alpha) - np.log(words.sum() + alpha * X.shape[1]))
    return log_prior, log_likelihood


@right("naive_bayes_fit", "scattered addition, and bincount for the prior")
def scatters_documents(X, y, n_classes, alpha=1.0):
    counts = np.full((n_classes, X.shape[1]), float(alpha))
    np.add.at(counts, y, X)
    return _log_shares(y, n_classes), np.log(counts) - np.log(counts.sum(axis=1))[:, None]


@right("naive_bayes_fit", "one document at a time, in dicts, and a list of two arrays")
def counts_in_dicts(X, y, n_classes, alpha=1.0):
    n, v = X.shape
    documents, words = dict.fromkeys(range(n_classes), 0), {}
    for row, c in zip(X.tolist(), y.tolist()):
        documents[c] += 1
        for w, count in enumerate(row):
            words[c, w] = words.get((c, w), 0.0) + count
    log_prior, log_likelihood = np.full(n_classes, -np.inf), np.zeros((n_classes, v))
    for c in range(n_classes):
        if documents[c]:
            log_prior[c] = math.log(documents[c]) - math.log(n)
        total = sum(words.get((c, w), 0.0) + alpha for w in range(v))
        for w in range(v):
            log_likelihood[c, w] = math.log((words.get((c, w), 0.0) + alpha) / total)
    return [log_prior, log_likelihood]


@wrong("naive_bayes_fit", "You smoothed the prior as well: only words are smoothed.")
def smooths_the_prior(X, y, n_classes, alpha=1.0):
    members = np.bincount(y, minlength=n_classes) + alpha
    return np.log(members / members.sum()), _log_words(_counts(X, y, n_classes), alpha)


@wrong(
    "naive_bayes_fit",
    "You added alpha once to the total: it was added to every word, so the total has alpha more "
    "for each of them.",
)
def adds_alpha_once_below(X, y, n_classes, alpha=1.0):
    counts = _counts(X, y, n_classes)
    total = counts.sum(axis=1, keepdims=True) + alpha
    return _log_shares(y, n_classes), np.log((counts + alpha) / total)


@wrong(
    "naive_bayes_fit",
    "You added the size of the vocabulary to the total without alpha: right for alpha = 1 only.",
)
def forgets_alpha_below(X, y, n_classes, alpha=1.0):
    counts = _counts(X, y, n_classes)
    total = counts.sum(axis=1, keepdims=True) + X.shape[1]
    return _log_shares(y, n_classes), np.log((counts + alpha) / total)


@wrong("naive_bayes_fit", "You ignored alpha: it is 1 only by default.")
def ignores_alpha(X, y, n_classes, alpha=1.0):
    return _log_shares(y, n_classes), _log_words(_counts(X, y, n_classes), 1.0)


@wrong("naive_bayes_fit", "You kept alpha from being small: it may be any positive number.")
def limits_alpha(X, y, n_classes, alpha=1.0):
    return _log_shares(y, n_classes), _log_words(_counts(X, y, n_classes), max(alpha, 1e-10))


@wrong(
    "naive_bayes_fit",
    "You divided by at least 1: with a small alpha an empty class has less than that.",
)
def divides_by_at_least_one(X, y, n_classes, alpha=1.0):
    smoothed = _counts(X, y, n_classes) + alpha
    total = np.maximum(smoothed.sum(axis=1, keepdims=True), 1.0)
    return _log_shares(y, n_classes), np.log(smoothed / total)


@wrong(
    "naive_bayes_fit",
    "You divided by the number of documents: a word's share is one of all words in the class.",
)
def divides_by_documents(X, y, n_classes, alpha=1.0):
    counts = _counts(X, y, n_classes)
    members = np.bincount(y, minlength=n_classes)[:, None]
    return _log_shares(y, n_classes), np.log((counts + alpha) / (members + alpha * X.shape[1]))


@wrong("naive_bayes_fit", "You counted in how many documents a word occurs, not how often.")
def counts_presence(X, y, n_classes, alpha=1.0):
    return _log_shares(y, n_classes), _log_words(_counts((X > 0) * 1.0, y, n_classes), alpha)


@wrong(
    "naive_bayes_fit",
    "You averaged the shares of the documents: long ones have more words, and words are counted.",
)
def averages_documents(X, y, n_classes, alpha=1.0):
    shares = X / np.maximum(X.sum(axis=1, keepdims=True), 1.0)
    return _log_shares(y, n_classes), _log_words(_counts(shares, y, n_classes), alpha)


@wrong("naive_bayes_fit", "You weighed classes by their words: the prior counts documents.")
def weighs_classes_by_words(X, y, n_classes, alpha=1.0):
    counts = _counts(X, y, n_classes)
    return _log(counts.sum(axis=1) / counts.sum()), _log_words(counts, alpha)


@wrong("naive_bayes_fit", "You left documents without words out of the prior: they are documents.")
def leaves_empty_documents_out(X, y, n_classes, alpha=1.0):
    full = X.sum(axis=1) > 0
    return _log_shares(y[full], n_classes), _log_words(_counts(X, y, n_classes), alpha)


@wrong("naive_bayes_fit", "You counted the classes in y: there may be more than occur in it.")
def counts_classes_in_y(X, y, n_classes, alpha=1.0):
    seen = np.unique(y)
    log_prior = np.log([np.mean(y == c) for c in seen])
    return log_prior, _log_words(np.array([X[y == c].sum(axis=0) for c in seen]), alpha)


@wrong("naive_bayes_fit", "You trusted that the last class occurs in y: n_classes says how many.")
def trusts_the_last_class(X, y, n_classes, alpha=1.0):
    n = int(y.max()) + 1
    return _log_shares(y, n), _log_words(_counts(X, y, n), alpha)


@wrong(
    "naive_bayes_fit",
    "You added a small number inside the log of the prior: a class without documents has -inf.",
)
def adds_epsilon_to_the_prior(X, y, n_classes, alpha=1.0):
    shares = np.bincount(y, minlength=n_classes) / len(y)
    return np.log(shares + 1e-300), _log_words(_counts(X, y, n_classes), alpha)


@wrong(
    "naive_bayes_fit",
    "You left numpy's warning for the log of 0: say with np.errstate that -inf is meant.",
)
def warns_of_an_empty_class(X, y, n_classes, alpha=1.0):
    shares = np.bincount(y, minlength=n_classes) / len(y)
    return np.log(shares), _log_words(_counts(X, y, n_classes), alpha)


@wrong("naive_bayes_fit", "You left zeros for a class without documents: its words are uniform.")
def skips_empty_classes(X, y, n_classes, alpha=1.0):
    log_likelihood = _log_words(_counts(X, y, n_classes), alpha)
    log_likelihood[np.bincount(y, minlength=n_classes) == 0] = 0.0
    return _log_shares(y, n_classes), log_likelihood


@wrong("naive_bayes_fit", "You normalised over classes: the words of one class sum to 1.")
def normalises_over_classes(X, y, n_classes, alpha=1.0):
    smoothed = _counts(X, y, n_classes) + alpha
    return _log_shares(y, n_classes), np.log(smoothed / smoothed.sum(axis=0))


@wrong("naive_bayes_fit", "You returned probabilities: their logarithms are asked for.")
def returns_probabilities(X, y, n_classes, alpha=1.0):
    log_likelihood = _log_words(_counts(X, y, n_classes), alpha)
    return np.exp(_log_shares(y, n_classes)), np.exp(log_likelihood)


@wrong("naive_bayes_fit", "You squeezed the results: an axis of length 1 is still an axis.")
def squeezes_tables(X, y, n_classes, alpha=1.0):
    log_likelihood = _log_words(_counts(X, y, n_classes), alpha)
    return np.squeeze(_log_shares(y, n_classes)), np.squeeze(log_likelihood)


@wrong("naive_bayes_fit", "You smoothed the counts in place, so the caller's array has changed.")
def smooths_in_place(X, y, n_classes, alpha=1.0):
    result = _log_shares(y, n_classes), _log_words(_counts(X, y, n_classes), alpha)
    X += alpha
    return result


# naive_bayes_log_posterior


@right("naive_bayes_log_posterior", "one document at a time, logaddexp for the sum")
def goes_document_by_document(X, log_prior, log_likelihood):
    rows = []
    for counts in X:
        row = log_prior + (counts * log_likelihood).sum(axis=1)
        rows.append(row - np.logaddexp.reduce(row))
    return rows


@right("naive_bayes_log_posterior", "Python floats all the way")
def loops_over_all(X, log_prior, log_likelihood):
    result = []
    for counts in X.tolist():
        row = []
        for prior, logs in zip(log_prior.tolist(), log_likelihood.tolist()):
            row.append(math.fsum([prior] + [k * a for k, a in zip(counts, logs) if k]))
        top = max(row)
        log_sum = top + math.log(sum(math.exp(a - top) for a in row))
        result.append([a - log_sum for a in row])
    return result


@right("naive_bayes_log_posterior", "einsum, and the sum over classes of gaps to each class")
def sums_gaps_to_each_class(X, log_prior, log_likelihood):
    joint = np.einsum("nv,cv->nc", X, log_likelihood) + log_prior[None]
    top = np.amax(joint, axis=-1)
    return joint - (top + np.log(np.exp((joint.T - top).T).sum(-1)))[:, np.newaxis]


@wrong("naive_bayes_log_posterior", "You did not normalise: exponentials of a row sum to 1.")
def does_not_normalise(X, log_prior, log_likelihood):
    return X @ log_likelihood.T + log_prior


@wrong("naive_bayes_log_posterior", "You subtracted the largest only: that is not the sum.")
def subtracts_the_largest(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    return joint - joint.max(axis=1, keepdims=True)


@wrong(
    "naive_bayes_log_posterior",
    "You took exponentials of the sums as they are: for long documents all are 0. Subtract each "
    "row's maximum first.",
)
def underflows(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    with np.errstate(all="ignore"):
        return joint - np.log(np.exp(joint).sum(axis=1, keepdims=True))


@wrong(
    "naive_bayes_log_posterior",
    "You took the log of a probability that can underflow to 0: stay with logarithms.",
)
def takes_the_log_of_the_posterior(X, log_prior, log_likelihood):
    return _log(_normalised(X @ log_likelihood.T + log_prior))


@wrong(
    "naive_bayes_log_posterior",
    "You added a small number inside the logarithm: improbable classes all look alike.",
)
def adds_epsilon_to_the_posterior(X, log_prior, log_likelihood):
    return np.log(_normalised(X @ log_likelihood.T + log_prior) + 1e-300)


@wrong(
    "naive_bayes_log_posterior",
    "You subtracted one maximum for all documents: long ones underflow. Each row has its own.",
)
def shifts_all_by_one_maximum(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    shifted = joint - joint.max()
    with np.errstate(all="ignore"):
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@wrong(
    "naive_bayes_log_posterior",
    "You subtracted the maximum of each class, not of each document.",
)
def shifts_by_columns(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    top = joint.max(axis=0)
    with np.errstate(all="ignore"):
        return joint - np.log(np.exp(joint - top).sum(axis=1, keepdims=True)) - top


@wrong(
    "naive_bayes_log_posterior",
    "You measured all classes by the first: where another is far better, exponentials overflow.",
)
def measures_classes_by_the_first(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    with np.errstate(all="ignore"):
        gaps = joint - joint[:, :1]
        return gaps - np.log(np.exp(gaps).sum(axis=1, keepdims=True))


@wrong("naive_bayes_log_posterior", "You left the prior out: classes are not equally frequent.")
def leaves_out_the_prior(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


@wrong("naive_bayes_log_posterior", "You counted the prior once per word: it counts once.")
def repeats_the_prior(X, log_prior, log_likelihood):
    joint = X @ (log_likelihood + np.maximum(log_prior, -1e300)[:, None]).T
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


@wrong("naive_bayes_log_posterior", "You asked only whether a word occurs: it counts each time.")
def asks_for_presence(X, log_prior, log_likelihood):
    joint = (X > 0) @ log_likelihood.T + log_prior
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


@wrong(
    "naive_bayes_log_posterior",
    "You divided by the length of the document: many words say more than few.",
)
def divides_by_length(X, log_prior, log_likelihood):
    length = np.maximum(X.sum(axis=1, keepdims=True), 1.0)
    joint = X @ log_likelihood.T / length + log_prior
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


@wrong("naive_bayes_log_posterior", "You normalised over documents: the classes of one sum to 1.")
def normalises_over_documents(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    with np.errstate(all="ignore"):
        return joint - np.logaddexp.reduce(joint, axis=0, keepdims=True)


@wrong("naive_bayes_log_posterior", "You returned probabilities: their logarithms are asked for.")
def returns_the_posterior(X, log_prior, log_likelihood):
    return _normalised(X @ log_likelihood.T + log_prior)


@wrong(
    "naive_bayes_log_posterior",
    "You returned the best class: a log-probability for each class is asked for.",
)
def returns_the_best(X, log_prior, log_likelihood):
    return np.argmax(X @ log_likelihood.T + log_prior, axis=1)


@wrong(
    "naive_bayes_log_posterior",
    "You made a finite number of -inf: an impossible class stays impossible.",
)
def makes_infinity_finite(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + np.nan_to_num(log_prior)
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


@wrong(
    "naive_bayes_log_posterior",
    "You subtracted each row's minimum: exponentials overflow, and -inf minus -inf is nan.",
)
def shifts_by_the_minimum(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    with np.errstate(all="ignore"):
        shifted = joint - joint.min(axis=1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@wrong(
    "naive_bayes_log_posterior", "You gave documents without words equal classes, not the prior."
)
def forgets_empty_documents(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + np.where(X.sum(axis=1, keepdims=True) > 0, log_prior, 0.0)
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)


@wrong(
    "naive_bayes_log_posterior", "You squeezed the result: an axis of length 1 is still an axis."
)
def squeezes_the_result(X, log_prior, log_likelihood):
    joint = X @ log_likelihood.T + log_prior
    return np.squeeze(joint - np.logaddexp.reduce(joint, axis=1, keepdims=True))


@wrong(
    "naive_bayes_log_posterior",
    "You shifted the log prior in place, so the caller's array has changed.",
)
def shifts_the_prior_in_place(X, log_prior, log_likelihood):
    log_prior -= log_prior.max()
    joint = X @ log_likelihood.T + log_prior
    return joint - np.logaddexp.reduce(joint, axis=1, keepdims=True)
