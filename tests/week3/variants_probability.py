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


# is_independent


def _products(joint):
    return joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)


@right("is_independent", "np.allclose, with both tolerances said")
def says_both_tolerances(joint):
    return np.allclose(joint, _products(joint), rtol=0.0, atol=1e-12)


@right("is_independent", "entry by entry, until one is off")
def looks_for_one_that_is_off(joint):
    n, m = joint.shape
    rows = [math.fsum(joint[x]) for x in range(n)]
    columns = [math.fsum(joint[:, y]) for y in range(m)]
    for x in range(n):
        for y in range(m):
            if abs(joint[x, y] - rows[x] * columns[y]) > 1e-12:
                return False
    return True


@right("is_independent", "einsum, and the largest distance")
def takes_the_largest_distance(joint):
    products = np.einsum("xi,jy->xy", joint, joint)
    return np.abs(products - joint).max() <= 1e-12


@wrong(
    "is_independent",
    "np.allclose and np.isclose bring a relative tolerance of 1e-5 along: say rtol=0.",
)
def keeps_the_relative_tolerance(joint):
    return np.allclose(joint, _products(joint), atol=1e-12)


@wrong("is_independent", "np.allclose lets 1e-8 and more pass: 1e-12 is asked for.")
def trusts_allclose(joint):
    return np.allclose(joint, _products(joint))


@wrong("is_independent", "You compared floats exactly: rounding made a dependence of nothing.")
def compares_exactly(joint):
    return bool(np.all(joint == _products(joint)))


@wrong("is_independent", "You rounded to some digits: dependence far smaller than that is lost.")
def rounds_to_digits(joint):
    return bool(np.all(np.round(joint, 6) == np.round(_products(joint), 6)))


@wrong("is_independent", "You looked at one entry only: each must be the product of its margins.")
def looks_at_the_first_entry(joint):
    return bool(abs(joint - _products(joint))[0, 0] <= 1e-12)


@wrong("is_independent", "You asked whether some entry fits: all of them have to.")
def wants_any_entry(joint):
    return bool(np.any(np.abs(joint - _products(joint)) <= 1e-12))


@wrong("is_independent", "You answered entry by entry: one answer is asked for, for all.")
def answers_for_each_entry(joint):
    return np.abs(joint - _products(joint)) <= 1e-12


@wrong("is_independent", "You added up differences of both signs: they always cancel.")
def lets_differences_cancel(joint):
    return bool(abs(np.sum(joint - _products(joint))) <= 1e-12)


@wrong("is_independent", "You added the distances up: each is to be at most 1e-12 for itself.")
def adds_distances_up(joint):
    return bool(np.sum(np.abs(joint - _products(joint))) <= 1e-12)


@wrong("is_independent", "You averaged the distances: among many entries a few get lost.")
def averages_distances(joint):
    return bool(np.mean(np.abs(joint - _products(joint))) <= 1e-12)


@wrong(
    "is_independent",
    "You measured the correlation: it is 0 for independent variables, and for many others too.",
)
def measures_the_correlation(joint):
    n, m = joint.shape
    x, y = np.arange(n), np.arange(m)
    mean_x, mean_y = joint.sum(axis=1) @ x, joint.sum(axis=0) @ y
    return bool(abs(x @ joint @ y - mean_x * mean_y) <= 1e-12)


@wrong(
    "is_independent",
    "You compared rows as they are: they are in proportion, and only equal if x is uniform.",
)
def compares_rows(joint):
    return bool(np.all(np.abs(joint - joint[0]) <= 1e-12))


@wrong(
    "is_independent",
    "You divided by a marginal, which may be 0 or tiny: compare with the product instead.",
)
def compares_conditionals(joint):
    with np.errstate(all="ignore"):
        given = joint / joint.sum(axis=1, keepdims=True)
    return bool(np.all(np.abs(given - joint.sum(axis=0)) <= 1e-12))


@wrong(
    "is_independent",
    "You asked for rank 1 to the last digit: a distance of 1e-13 is rounding here.",
)
def asks_for_the_rank(joint):
    return bool(np.linalg.matrix_rank(joint) == 1)


@wrong(
    "is_independent",
    "You measured the distance relative to each product: for rare values rounding is all of it.",
)
def measures_relatively(joint):
    return np.allclose(joint, _products(joint), rtol=1e-12, atol=0.0)


@wrong(
    "is_independent",
    "Mutual information is the square of a small dependence: it vanishes long before that.",
)
def measures_information(joint):
    products = _products(joint)
    ratio = np.divide(joint, products, out=np.ones_like(joint), where=joint > 0)
    return bool(abs(np.sum(joint * np.log(ratio))) <= 1e-12)


@wrong("is_independent", "You answered the other way round: True means independent.")
def answers_the_other_way(joint):
    return bool(np.any(np.abs(joint - _products(joint)) > 1e-12))


@wrong("is_independent", "You returned 1 or 0: True or False is asked for.")
def returns_a_number(joint):
    return int(np.all(np.abs(joint - _products(joint)) <= 1e-12))


@wrong("is_independent", "You subtracted from the table itself, so the caller's table has changed.")
def subtracts_in_place(joint):
    joint -= _products(joint)
    return bool(np.all(np.abs(joint) <= 1e-12))


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


# beta_posterior


def _flip_counts(flips):
    if not np.isin(flips, [0, 1]).all():
        raise ValueError("flips")
    return int(flips.sum()), int(len(flips) - flips.sum())


def _posterior(a, b, mode=None):
    if mode is None:
        mode = (a - 1) / (a + b - 2) if a > 1 and b > 1 else math.nan
    return a, b, a / (a + b), mode


@right("beta_posterior", "one flip at a time")
def goes_flip_by_flip(a, b, flips):
    for flip in flips.tolist():
        if flip == 1:
            a += 1
        elif flip == 0:
            b += 1
        else:
            raise ValueError(f"flips holds {flip}")
    return _posterior(a, b)


@right("beta_posterior", "counts with bincount, and nan from numpy")
def counts_with_bincount(a, b, flips):
    counts = np.bincount(flips, minlength=2)  # refuses what is below 0 by itself
    if len(counts) > 2:
        raise ValueError("flips must be 0 or 1")
    new = np.array([a, b]) + counts[::-1]
    mean = new[0] / new.sum()
    mode = (new[0] - 1) / (new - 1).sum() if new.min() > 1 else np.nan
    return [*new, mean, mode]


@right("beta_posterior", "old mean and share of heads, averaged")
def averages_prior_and_data(a, b, flips):
    if set(flips.tolist()) - {0, 1}:
        raise ValueError("flips")
    n = len(flips)
    weight = n / (a + b + n)
    mean = weight * np.mean(flips) + (1 - weight) * a / (a + b)
    new_a, new_b = a + np.count_nonzero(flips), b + np.count_nonzero(flips == 0)
    mode = float("nan")
    if new_a > 1 and new_b > 1:
        mode = (new_a - 1) / ((new_a - 1) + (new_b - 1))
    return new_a, new_b, mean, mode


@wrong("beta_posterior", "You added heads to b and tails to a: a belongs to heads.")
def swaps_heads_and_tails(a, b, flips):
    heads, tails = _flip_counts(flips)
    return _posterior(a + tails, b + heads)


@wrong("beta_posterior", "You added the number of all flips to b: only tails belong there.")
def adds_all_flips_to_b(a, b, flips):
    heads, tails = _flip_counts(flips)
    return _posterior(a + heads, b + heads + tails)


@wrong("beta_posterior", "You forgot the prior: its a and b are still in the posterior.")
def forgets_the_priors_numbers(a, b, flips):
    heads, tails = _flip_counts(flips)
    return _posterior(1 + heads, 1 + tails)


@wrong("beta_posterior", "You returned the share of heads: the mean has the prior in it.")
def takes_the_share_for_the_mean(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b, _, mode = _posterior(a + heads, b + tails)
    return a, b, heads / (heads + tails), mode


@wrong(
    "beta_posterior", "You returned mean and mode of the prior: those of the posterior are meant."
)
def looks_at_the_prior(a, b, flips):
    heads, tails = _flip_counts(flips)
    return (a + heads, b + tails, *_posterior(a, b)[2:])


@wrong("beta_posterior", "You took the mean for the mode: they differ unless a and b are equal.")
def takes_the_mean_for_the_mode(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    return _posterior(a, b, a / (a + b) if a > 1 and b > 1 else math.nan)


@wrong("beta_posterior", "You forgot the minus 1 in the mode's numerator.")
def forgets_minus_one_above(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    return _posterior(a, b, a / (a + b - 2) if a > 1 and b > 1 else math.nan)


@wrong("beta_posterior", "You forgot the minus 2 in the mode's denominator.")
def forgets_minus_two_below(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    return _posterior(a, b, (a - 1) / (a + b) if a > 1 and b > 1 else math.nan)


@wrong("beta_posterior", "You gave a mode where the curve has no peak: there it is nan.")
def always_has_a_mode(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    with np.errstate(all="ignore"):
        return _posterior(a, b, np.float64(a - 1) / np.float64(a + b - 2))


@wrong("beta_posterior", "You took 1 for above 1: with a or b at 1 the curve has no peak inside.")
def takes_one_for_above_one(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    return _posterior(a, b, (a - 1) / (a + b - 2) if min(a, b) >= 1 else math.nan)


@wrong("beta_posterior", "You asked for a peak with `or`: both numbers must be above 1.")
def is_content_with_one_above_one(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    has_peak = (a > 1 or b > 1) and a + b != 2
    return _posterior(a, b, (a - 1) / (a + b - 2) if has_peak else math.nan)


@wrong("beta_posterior", "You looked at the sum only: both numbers must be above 1.")
def looks_at_the_sum(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    return _posterior(a, b, (a - 1) / (a + b - 2) if a + b > 2 else math.nan)


@wrong("beta_posterior", "You asked whether the prior has a peak: the posterior's counts.")
def asks_the_prior_for_a_peak(a, b, flips):
    heads, tails = _flip_counts(flips)
    has_peak = a > 1 and b > 1
    a, b = a + heads, b + tails
    return _posterior(a, b, (a - 1) / (a + b - 2) if has_peak else math.nan)


@wrong("beta_posterior", "You put the mode at 0 or 1 where the curve has no peak: it is nan.")
def puts_the_mode_at_the_end(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b = a + heads, b + tails
    ends = math.nan if a <= 1 and b <= 1 else float(b <= 1)
    return _posterior(a, b, (a - 1) / (a + b - 2) if a > 1 and b > 1 else ends)


@wrong("beta_posterior", "You did not look at the flips: one that is neither 0 nor 1 is an error.")
def counts_what_comes(a, b, flips):
    heads = int(flips.sum())
    return _posterior(a + heads, b + len(flips) - heads)


@wrong("beta_posterior", "You called everything but 1 a tails: what is not 0 is an error.")
def takes_the_rest_for_tails(a, b, flips):
    heads = int((flips == 1).sum())
    return _posterior(a + heads, b + len(flips) - heads)


@wrong("beta_posterior", "You looked for flips above 1 only: one below 0 is no flip either.")
def looks_above_only(a, b, flips):
    if flips.max() > 1:
        raise ValueError("flips")
    heads = int(flips.sum())
    return _posterior(a + heads, b + len(flips) - heads)


@wrong("beta_posterior", "You asked whether any flip is fine: all of them have to be.")
def is_content_with_one_good_flip(a, b, flips):
    if not np.isin(flips, [0, 1]).any():
        raise ValueError("flips")
    heads = int((flips == 1).sum())
    return _posterior(a + heads, b + int((flips == 0).sum()))


@wrong("beta_posterior", "You left bad flips out: they are an error.")
def leaves_bad_flips_out(a, b, flips):
    return _posterior(a + int((flips == 1).sum()), b + int((flips == 0).sum()))


@wrong("beta_posterior", "You made whole numbers of the prior: a and b need not be whole.")
def makes_whole_numbers(a, b, flips):
    heads, tails = _flip_counts(flips)
    return _posterior(int(a) + heads, int(b) + tails)


@wrong("beta_posterior", "You left the posterior itself out: a and b come first.")
def returns_mean_and_mode(a, b, flips):
    heads, tails = _flip_counts(flips)
    return _posterior(a + heads, b + tails)[2:]


@wrong("beta_posterior", "You returned mode and mean in the wrong order.")
def swaps_mean_and_mode(a, b, flips):
    heads, tails = _flip_counts(flips)
    a, b, mean, mode = _posterior(a + heads, b + tails)
    return a, b, mode, mean


@wrong("beta_posterior", "You sorted the flips in place, so the caller's array has changed.")
def sorts_flips_in_place(a, b, flips):
    flips.sort()
    heads, tails = _flip_counts(flips)
    return _posterior(a + heads, b + tails)


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


# variance_of_sum


@right("variance_of_sum", "a double loop over pairs")
def loops_over_pairs(weights, cov):
    d = len(weights)
    terms = [weights[i] * cov[i, j] * weights[j] for i in range(d) for j in range(d)]
    return max(0.0, math.fsum(terms))


@right("variance_of_sum", "the diagonal, and each pair twice")
def counts_pairs_twice(weights, cov):
    total = np.sum(weights**2 * np.diag(cov))
    for i in range(len(weights)):
        for j in range(i):
            total += 2 * weights[i] * weights[j] * cov[i, j]
    return total if total > 0 else 0.0


@right("variance_of_sum", "einsum, cut off at 0")
def contracts_both_axes(weights, cov):
    return np.clip(np.einsum("i,ij,j->", weights, cov, weights), 0.0, None)


@right("variance_of_sum", "along the eigenvectors, whose variances are not below 0")
def goes_along_eigenvectors(weights, cov):
    variances, axes = np.linalg.eigh(cov)
    return np.sum(np.maximum(variances, 0.0) * (weights @ axes) ** 2)


@wrong("variance_of_sum", "You left the covariances out: variables need not be independent.")
def leaves_covariances_out(weights, cov):
    return np.sum(weights**2 * np.diag(cov))


@wrong("variance_of_sum", "You counted each pair once: a pair's covariance counts twice.")
def counts_pairs_once(weights, cov):
    return max(0.0, weights @ np.triu(cov) @ weights)


@wrong("variance_of_sum", "Weights are squared on the way out of a variance: w² and not w.")
def forgets_the_square(weights, cov):
    return max(0.0, np.sum(cov @ weights))


@wrong("variance_of_sum", "You forgot the weights: the matrix alone is for a plain sum.")
def forgets_the_weights(weights, cov):
    return max(0.0, cov.sum())


@wrong("variance_of_sum", "You squared each weight: a pair has the product of both, with its sign.")
def squares_each_weight(weights, cov):
    return max(0.0, np.sum(weights[:, None] ** 2 * cov))


@wrong("variance_of_sum", "You took the magnitude of the weights: signs decide what cancels.")
def drops_the_signs(weights, cov):
    return max(0.0, np.abs(weights) @ cov @ np.abs(weights))


@wrong("variance_of_sum", "You subtracted variances for negative weights: their squares add up.")
def subtracts_variances(weights, cov):
    return max(0.0, weights * np.abs(weights) @ np.diag(cov))


@wrong("variance_of_sum", "You multiplied with the weights on one side only.")
def multiplies_on_one_side(weights, cov):
    return cov @ weights


@wrong("variance_of_sum", "You returned the deviation: its square, the variance, is asked for.")
def returns_the_root(weights, cov):
    return np.sqrt(max(0.0, weights @ cov @ weights))


@wrong("variance_of_sum", "You left what rounding makes of 0: a variance is never negative.")
def leaves_rounding(weights, cov):
    return weights @ cov @ weights


@wrong("variance_of_sum", "You cut small variances off: what is small and true is to stay.")
def cuts_small_variances_off(weights, cov):
    result = weights @ cov @ weights
    return result if result > 1e-8 else 0.0


@wrong("variance_of_sum", "You rounded the result: tiny variances are gone.")
def rounds_the_variance(weights, cov):
    return max(0.0, round(float(weights @ cov @ weights), 12))


@wrong("variance_of_sum", "You called a sum below 0 an error: it is rounding, and means 0.")
def refuses_rounding(weights, cov):
    result = weights @ cov @ weights
    if result < 0:
        raise ValueError("cov")
    return result


@wrong("variance_of_sum", "You set only tiny negative numbers to 0: how tiny depends on the unit.")
def forgives_tiny_numbers_only(weights, cov):
    result = weights @ cov @ weights
    return 0.0 if -1e-12 < result < 0 else result


@wrong("variance_of_sum", "You put 1e-12 instead of 0: variables that cancel have variance 0.")
def puts_a_small_number(weights, cov):
    return max(weights @ cov @ weights, 1e-12)


@wrong("variance_of_sum", "You divided by the sum of the weights: they need not sum to 1.")
def normalises_the_weights(weights, cov):
    weights = weights / np.sum(np.abs(weights))
    return max(0.0, weights @ cov @ weights)


@wrong("variance_of_sum", "You scaled the matrix in place, so the caller's array has changed.")
def scales_in_place(weights, cov):
    cov *= weights
    return max(0.0, np.sum(cov @ np.ones(len(weights)) * weights))


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


# calibration_error


def _bins(confidence, n_bins):
    return np.searchsorted(np.arange(1, n_bins) / n_bins, confidence)


def _gaps(bins, confidence, correct):
    """Return count, mean confidence and share of right answers of each bin that holds any."""
    found = [bins == k for k in np.unique(bins)]
    means = [(confidence[f].mean(), correct[f].mean()) for f in found]
    return np.array([f.sum() for f in found]), *np.array(means).T


@right("calibration_error", "a mask for each bin, from exact edges")
def masks_each_bin(confidence, correct, n_bins=10):
    error = 0.0
    for i in range(n_bins):
        mask = (confidence > i / n_bins) & (confidence <= (i + 1) / n_bins)
        if i == 0:
            mask |= confidence == 0
        if mask.any():
            gap = abs(correct[mask].mean() - confidence[mask].mean())
            error += mask.sum() / len(confidence) * gap
    return error


@right("calibration_error", "rounds up to the bin's number, in a dict")
def rounds_up(confidence, correct, n_bins=10):
    bins = {}
    for c, is_right in zip(confidence.tolist(), correct.tolist()):
        bins.setdefault(max(math.ceil(c * n_bins), 1), []).append((c, is_right))
    parts = [abs(math.fsum(c for c, _ in m) - sum(r for _, r in m)) for m in bins.values()]
    return math.fsum(parts) / len(confidence)


@right("calibration_error", "np.digitize, with the edges on the right side")
def digitizes(confidence, correct, n_bins=10):
    bins = np.digitize(confidence, np.linspace(0, 1, n_bins + 1)[1:-1], right=True)
    counts, sure, share = _gaps(bins, confidence, correct)
    return np.sum(counts * np.abs(sure - share)) / counts.sum()


@right("calibration_error", "sorts the answers, and adds up to each edge")
def sorts_and_sums(confidence, correct, n_bins=10):
    order = np.argsort(confidence)
    ends = np.searchsorted(confidence[order], np.arange(1, n_bins + 1) / n_bins, side="right")
    sums = np.concatenate([[0.0], np.cumsum((confidence - correct)[order])])
    return np.sum(np.abs(np.diff(sums[np.concatenate([[0], ends])]))) / len(order)


@wrong("calibration_error", "You compared answer by answer: the share of a bin is what counts.")
def compares_each_answer(confidence, correct, n_bins=10):
    return np.mean(np.abs(confidence - correct))


@wrong(
    "calibration_error",
    "You let gaps of both signs cancel: too sure here does not make up for too unsure there.",
)
def lets_gaps_cancel(confidence, correct, n_bins=10):
    counts, sure, share = _gaps(_bins(confidence, n_bins), confidence, correct)
    return abs(np.sum(counts * (sure - share)) / counts.sum())


@wrong("calibration_error", "You averaged over the bins: each counts as much as it holds.")
def weighs_bins_alike(confidence, correct, n_bins=10):
    _, sure, share = _gaps(_bins(confidence, n_bins), confidence, correct)
    return np.mean(np.abs(sure - share))


@wrong("calibration_error", "You divided by the number of bins: answers are the weights.")
def divides_by_bins(confidence, correct, n_bins=10):
    _, sure, share = _gaps(_bins(confidence, n_bins), confidence, correct)
    return np.sum(np.abs(sure - share)) / n_bins


@wrong("calibration_error", "You took the largest gap: that is another measure. Average them.")
def takes_the_largest_gap(confidence, correct, n_bins=10):
    _, sure, share = _gaps(_bins(confidence, n_bins), confidence, correct)
    return np.max(np.abs(sure - share))


@wrong("calibration_error", "You squared the gaps: their magnitudes are asked for.")
def squares_the_gaps(confidence, correct, n_bins=10):
    counts, sure, share = _gaps(_bins(confidence, n_bins), confidence, correct)
    return np.sum(counts * (sure - share) ** 2) / counts.sum()


@wrong("calibration_error", "You returned a root of mean squares: magnitudes are averaged.")
def takes_the_root_of_squares(confidence, correct, n_bins=10):
    counts, sure, share = _gaps(_bins(confidence, n_bins), confidence, correct)
    return np.sqrt(np.sum(counts * (sure - share) ** 2) / counts.sum())


@wrong("calibration_error", "You took the middle of each bin: the mean confidence in it is meant.")
def takes_the_middle(confidence, correct, n_bins=10):
    bins = _bins(confidence, n_bins)
    counts, _, share = _gaps(bins, confidence, correct)
    return np.sum(counts * np.abs((np.unique(bins) + 0.5) / n_bins - share)) / counts.sum()


@wrong("calibration_error", "An edge belongs to the bin below it, not to the one above.")
def counts_edges_upwards(confidence, correct, n_bins=10):
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    counts, sure, share = _gaps(bins, confidence, correct)
    return np.sum(counts * np.abs(sure - share)) / counts.sum()


@wrong("calibration_error", "A confidence of 1 is in the last bin, not in one of its own.")
def opens_one_more_bin(confidence, correct, n_bins=10):
    counts, sure, share = _gaps((confidence * n_bins).astype(int), confidence, correct)
    return np.sum(counts * np.abs(sure - share)) / counts.sum()


@wrong("calibration_error", "No bin holds a confidence of 0 here: it belongs to the first one.")
def forgets_zero(confidence, correct, n_bins=10):
    error = 0.0
    for i in range(n_bins):
        mask = (confidence > i / n_bins) & (confidence <= (i + 1) / n_bins)
        if mask.any():
            error += mask.mean() * abs(correct[mask].mean() - confidence[mask].mean())
    return error


@wrong("calibration_error", "A confidence of 0 has a bin of its own here: it belongs to the first.")
def gives_zero_a_bin(confidence, correct, n_bins=10):
    bins = np.where(confidence == 0, -1, _bins(confidence, n_bins))
    counts, sure, share = _gaps(bins, confidence, correct)
    return np.sum(counts * np.abs(sure - share)) / counts.sum()


@wrong(
    "calibration_error", "You put a confidence of 0 into the last bin: index -1 counts from there."
)
def wraps_zero_around(confidence, correct, n_bins=10):
    gaps = np.zeros(n_bins)
    for c, is_right in zip(confidence, correct):
        gaps[math.ceil(c * n_bins) - 1] += is_right - c
    return np.sum(np.abs(gaps)) / len(confidence)


@wrong("calibration_error", "You ignored n_bins: it is 10 only by default.")
def ignores_n_bins(confidence, correct, n_bins=10):
    return sorts_and_sums(confidence, correct, 10)


@wrong("calibration_error", "You made one bin too few: n_bins + 1 edges make n_bins bins.")
def makes_one_bin_too_few(confidence, correct, n_bins=10):
    return sorts_and_sums(confidence, correct, max(n_bins - 1, 1))


@wrong("calibration_error", "You spread the bins over the data: they reach from 0 to 1.")
def spreads_bins_over_the_data(confidence, correct, n_bins=10):
    low, high = confidence.min(), confidence.max()
    scaled = (confidence - low) / (high - low) if high > low else 0 * confidence
    counts, sure, share = _gaps(_bins(scaled, n_bins), confidence, correct)
    return np.sum(counts * np.abs(sure - share)) / counts.sum()


@wrong("calibration_error", "You made bins of equal counts: equal widths are asked for.")
def makes_bins_of_equal_counts(confidence, correct, n_bins=10):
    order = np.argsort(confidence)
    parts = [part for part in np.array_split(order, n_bins) if len(part)]
    gaps = [abs(np.sum(confidence[part] - correct[part])) for part in parts]
    return np.sum(gaps) / len(confidence)


@wrong("calibration_error", "You divided an empty bin by its count: it counts 0, and is not nan.")
def divides_empty_bins(confidence, correct, n_bins=10):
    bins = _bins(confidence, n_bins)
    counts = np.bincount(bins, minlength=n_bins)
    with np.errstate(all="ignore"):
        gaps = np.bincount(bins, correct - confidence, n_bins) / counts
    return np.sum(np.abs(gaps) * counts) / len(confidence)


@wrong("calibration_error", "You left the unsure half out: all answers count.")
def leaves_the_unsure_out(confidence, correct, n_bins=10):
    bins = _bins(confidence, n_bins)
    gaps = np.bincount(bins, (confidence > 0.5) * (correct - confidence), minlength=n_bins)
    return np.sum(np.abs(gaps)) / len(confidence)


@wrong("calibration_error", "You forgot to divide by the number of answers.")
def forgets_the_number_of_answers(confidence, correct, n_bins=10):
    gaps = np.bincount(_bins(confidence, n_bins), weights=correct - confidence)
    return np.sum(np.abs(gaps))


@wrong("calibration_error", "You returned the gaps of the bins: their weighted mean is asked for.")
def returns_the_gaps(confidence, correct, n_bins=10):
    gaps = np.bincount(_bins(confidence, n_bins), correct - confidence, n_bins)
    return np.abs(gaps) / len(confidence)


@wrong("calibration_error", "You sorted the confidences without their answers.")
def sorts_one_of_two(confidence, correct, n_bins=10):
    return sorts_and_sums(np.sort(confidence), correct, n_bins)


@wrong("calibration_error", "You sorted the confidences in place: the caller's array has changed.")
def sorts_in_place(confidence, correct, n_bins=10):
    answers = correct[np.argsort(confidence)]
    confidence.sort()
    return sorts_and_sums(confidence, answers, n_bins)
