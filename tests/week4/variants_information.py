"""Right and wrong ways to write the exercises of `information`."""

import math

import numpy as np

from grader.variants import right, wrong


def _check(p):
    if np.any(p < 0) or np.any(np.abs(np.sum(p, axis=-1) - 1) > 1e-8):
        raise ValueError("p is not a distribution")


def _log(x, base=2):
    """Return the logarithm, with 0 instead of that of 0."""
    return np.log(np.where(x > 0, x, 1.0)) / np.log(base)


def _h(p, base=2):
    return -np.sum(p * _log(p, base), axis=-1)


def _d(p, q, base=2):
    log_q = np.where(q > 0, _log(q, base), -np.inf)
    return np.sum(p * np.where(p > 0, _log(p, base) - log_q, 0.0), axis=-1)


def _softmax(z):
    weights = np.exp(z - np.max(z))
    return weights / np.sum(weights)


def _halve(entropy_at, target, low, high, times=200):
    for _ in range(times):
        middle = math.sqrt(low) * math.sqrt(high)
        if entropy_at(middle) < target:
            low = middle
        else:
            high = middle
    return middle


# entropy


@right("entropy", "logarithms only where there is something, with `where` and `out`")
def takes_logs_where_positive(p, base=2):
    _check(p)
    logs = np.zeros_like(p)
    np.log2(p, where=p > 0, out=logs)
    return np.sum(-p * logs, axis=-1) / math.log2(base)


@right("entropy", "a loop over the distributions, with Python's logarithm")
def loops_over_distributions(p, base=2):
    _check(p)
    rows = p.reshape(-1, p.shape[-1]).tolist()
    sums = [-math.fsum(v * math.log(v, base) for v in row if v > 0) for row in rows]
    return np.array(sums).reshape(p.shape[:-1])


@right("entropy", "log n minus the divergence from the uniform distribution")
def measures_from_uniform(p, base=2):
    _check(p)
    n = p.shape[-1]
    return (np.log(n) - np.sum(p * np.log(np.where(p > 0, n * p, 1.0)), axis=-1)) / np.log(base)


@right("entropy", "a warning that is silenced, and nan replaced")
def replaces_nan(p, base=2):
    if (p < 0).any() or not np.allclose(p.sum(-1), 1, rtol=0, atol=1e-8):
        raise ValueError("p")
    with np.errstate(all="ignore"):
        return -np.nansum(p * np.log(p), axis=-1) / np.log(base)


@wrong(
    "entropy",
    "You added 1e-12 inside the logarithm: even a fair coin no longer has exactly one bit. Treat "
    "zeros apart instead.",
)
def adds_an_epsilon(p, base=2):
    _check(p)
    return -np.sum(p * np.log(p + 1e-12), axis=-1) / np.log(base)


@wrong(
    "entropy",
    "You cut probabilities off at 1e-300: those below surprise more than that. Treat zeros apart.",
)
def cuts_far_down(p, base=2):
    _check(p)
    return -np.sum(p * np.log(np.maximum(p, 1e-300)), axis=-1) / np.log(base)


@wrong("entropy", "You left out all probabilities below 1e-12; only zeros add nothing.")
def leaves_out_small_ones(p, base=2):
    _check(p)
    return -np.sum(p * np.log(np.where(p > 1e-12, p, 1.0)), axis=-1) / np.log(base)


@wrong(
    "entropy",
    "You took the logarithm of 0, if only to throw it away: numpy warned.",
)
def chooses_too_late(p, base=2):
    _check(p)
    return -np.sum(np.where(p > 0, p * np.log(p), 0.0), axis=-1) / np.log(base)


@wrong(
    "entropy",
    "You gave np.log `where` without `out`: where p is 0 the result is whatever lay in memory.",
)
def reads_old_memory(p, base=2):
    _check(p)
    return -np.sum(p * np.log(p, where=p > 0), axis=-1) / np.log(base)


@wrong("entropy", "You ignored `base`: it is not always 2.")
def is_always_in_bits(p, base=2):
    _check(p)
    return _h(p)


@wrong("entropy", "You took the natural logarithm by default: the default base is 2.")
def is_in_nats_unless_told(p, base=math.e):
    _check(p)
    return _h(p, base)


@wrong(
    "entropy",
    "You summed over all axes: each distribution along the last axis has an entropy of its own.",
)
def sums_over_everything(p, base=2):
    _check(p)
    return np.sum(_h(p, base))


@wrong("entropy", "You went along axis 0: the distributions lie along the last axis.")
def goes_along_the_first_axis(p, base=2):
    _check(p)
    return -np.sum(p * _log(p, base), axis=0)


@wrong(
    "entropy", "You looked at the total of the whole array: each distribution must sum to 1 itself."
)
def checks_the_total_only(p, base=2):
    if np.any(p < 0) or abs(np.sum(p) - p.size / p.shape[-1]) > 1e-8:
        raise ValueError("p")
    return _h(p, base)


@wrong("entropy", "You checked sums only: 1.25 and -0.25 sum to 1 as well.")
def lets_negatives_pass(p, base=2):
    if np.any(np.abs(np.sum(p, axis=-1) - 1) > 1e-8):
        raise ValueError("p")
    return _h(p, base)


@wrong("entropy", "You let small negative entries pass: the 1e-8 is for the sum only.")
def lets_small_negatives_pass(p, base=2):
    if np.any(p < -1e-8) or np.any(np.abs(np.sum(p, axis=-1) - 1) > 1e-8):
        raise ValueError("p")
    return _h(np.maximum(p, 0.0), base)


@wrong(
    "entropy",
    "You let a sum pass that is more than 1e-8 off: np.allclose allows 1e-5 of the value besides "
    "`atol`, unless rtol=0.",
)
def checks_too_loosely(p, base=2):
    if np.any(p < 0) or not np.allclose(p.sum(axis=-1), 1, atol=1e-8):
        raise ValueError("p")
    return _h(p, base)


@wrong("entropy", "You asked for a sum of exactly 1, which rounding seldom gives: allow 1e-8.")
def checks_to_the_last_bit(p, base=2):
    if np.any(p < 0) or np.any(np.abs(np.sum(p, axis=-1) - 1) > 1e-15):
        raise ValueError("p")
    return _h(p, base)


@wrong("entropy", "You went through the rows, which are distributions only if there are two axes.")
def goes_through_rows(p, base=2):
    _check(p)
    return np.array([np.sum(_h(row, base)) for row in p]) if p.ndim > 1 else _h(p, base)


@wrong("entropy", "You divided by log n: that is how even a distribution is, from 0 to 1.")
def divides_by_the_largest(p, base=2):
    _check(p)
    return _h(p, base) / max(np.log2(p.shape[-1]), 1e-300)


@wrong("entropy", "You normalised p instead of refusing what does not sum to 1.")
def normalises(p, base=2):
    if np.any(p < 0):
        raise ValueError("p")
    return _h(p / p.sum(axis=-1, keepdims=True), base)


@wrong("entropy", "You wrote 1 over the zeros of the caller's own array: work on a copy.")
def writes_over_zeros(p, base=2):
    _check(p)
    p[p == 0] = 1.0
    return -np.sum(p * np.log(p), axis=-1) / np.log(base)


# cross_entropy


@right("cross_entropy", "inf from the silenced logarithm, zeros of p put right afterwards")
def silences_and_mends(p, q, base=2):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = -p * np.log(q)
    return np.where(p == 0, 0.0, terms).sum(axis=-1) / np.log(base)


@right("cross_entropy", "a loop over all entries, with Python's floats")
def loops_over_entries(p, q, base=2):
    result = np.zeros(p.shape[:-1])
    for index in np.ndindex(p.shape):
        a, b = float(p[index]), float(q[index])
        if a > 0:
            result[index[:-1]] += -a * math.log(b) / math.log(base) if b > 0 else math.inf
    return result


@right("cross_entropy", "entropy plus divergence")
def adds_entropy_and_divergence(p, q, base=2):
    return _h(p, base) + _d(p, q, base)


@wrong(
    "cross_entropy",
    "You cut q off at 1e-300: what q calls impossible and happens all the same costs inf.",
)
def cuts_q_off(p, q, base=2):
    return -np.sum(p * np.log(np.maximum(q, 1e-300)), axis=-1) / np.log(base)


@wrong("cross_entropy", "You added 1e-9 to q: the loss is then never inf, and never quite right.")
def adds_to_q(p, q, base=2):
    return -np.sum(p * np.log(q + 1e-9), axis=-1) / np.log(base)


@wrong(
    "cross_entropy",
    "Where q is 0 you added nothing, even if p is not 0: that is what costs inf.",
)
def leaves_out_the_impossible(p, q, base=2):
    return -np.sum(p * _log(q, base), axis=-1)


@wrong("cross_entropy", "You multiplied 0 by inf, which is nan: where p is 0 nothing is added.")
def multiplies_zero_by_inf(p, q, base=2):
    with np.errstate(all="ignore"):
        return -np.sum(p * np.log(q), axis=-1) / np.log(base)


@wrong(
    "cross_entropy",
    "You treated a p below 1e-12 as 0; what happens however seldom and is called impossible costs "
    "inf.",
)
def rounds_small_p_to_zero(p, q, base=2):
    surprise = np.where(q > 0, -_log(q, base), np.inf)
    return np.sum(p * np.where(p > 1e-12, surprise, 0.0), axis=-1)


@wrong(
    "cross_entropy",
    "Where q is 0 you added nothing, even if p is not 0: that is what costs inf.",
)
def replaces_inf_too(p, q, base=2):
    with np.errstate(all="ignore"):
        terms = -p * np.log(q) / np.log(base)
    return np.sum(np.nan_to_num(terms, posinf=0.0), axis=-1)


@wrong(
    "cross_entropy",
    "You gave np.log `where` without `out`: where p is 0 the result is whatever lay in memory.",
)
def leaves_old_memory_in_the_sum(p, q, base=2):
    with np.errstate(divide="ignore"):
        return -np.sum(p * np.log(q, where=p > 0), axis=-1) / np.log(base)


@wrong("cross_entropy", "You confused the two: the logarithm is that of q, weighted by p.")
def confuses_p_and_q(p, q, base=2):
    surprise = np.where(p > 0, -_log(p, base), np.inf)
    return np.sum(q * np.where(q > 0, surprise, 0.0), axis=-1)


@wrong("cross_entropy", "You averaged over the distributions: each one keeps its own result.")
def averages_over_the_batch(p, q, base=2):
    surprise = np.where(q > 0, -_log(q, base), np.inf)
    return np.mean(np.sum(p * np.where(p > 0, surprise, 0.0), axis=-1))


@wrong("cross_entropy", "You took the rows for distributions, which holds for two axes only.")
def sums_each_row(p, q, base=2):
    surprise = np.where(q > 0, -_log(q, base), np.inf)
    terms = p * np.where(p > 0, surprise, 0.0)
    return np.array([np.sum(row) for row in terms]) if p.ndim > 1 else np.sum(terms)


@wrong("cross_entropy", "You returned inf for all as soon as one distribution has it.")
def spreads_inf(p, q, base=2):
    if np.any((q == 0) & (p > 0)):
        return np.full(p.shape[:-1], np.inf)
    return -np.sum(p * _log(q, base), axis=-1)


@wrong("cross_entropy", "You took natural logarithms, whatever `base` says.")
def is_always_in_nats(p, q, base=2):
    surprise = np.where(q > 0, -_log(q, math.e), np.inf)
    return np.sum(p * np.where(p > 0, surprise, 0.0), axis=-1)


@wrong("cross_entropy", "You computed the divergence: the entropy of p is missing.")
def subtracts_the_entropy(p, q, base=2):
    return _d(p, q, base)


@wrong("cross_entropy", "You wrote into the caller's q: work on a copy.")
def writes_into_q(p, q, base=2):
    impossible = np.any((q == 0) & (p > 0), axis=-1)
    q[q == 0] = 1.0
    return np.where(impossible, np.inf, -np.sum(p * np.log(q), axis=-1) / np.log(base))


# kl_divergence


@right("kl_divergence", "cross-entropy minus entropy")
def subtracts_entropy(p, q, base=2):
    surprise = np.where(q > 0, -_log(q, base), np.inf)
    cross = np.sum(p * np.where(p > 0, surprise, 0.0), axis=-1)
    return np.maximum(cross - _h(p, base), 0)


@right("kl_divergence", "logarithms of ratios, impossible distributions settled apart")
def takes_logs_of_ratios(p, q, base=2):
    ratio = np.divide(p, q, out=np.ones_like(p), where=(p > 0) & (q > 0))
    result = np.clip(np.sum(p * np.log2(ratio), axis=-1) / np.log2(base), 0, None)
    return np.where(np.any((q == 0) & (p > 0), axis=-1), np.inf, result)


@right("kl_divergence", "terms p log(p/q) - p + q, none of which can be negative")
def sums_terms_above_zero(p, q, base=2):
    both = (p > 0) & (q > 0)
    logs = np.log(np.where(both, p, 1.0)) - np.log(np.where(both, q, 1.0))
    terms = np.where(both, p * logs, 0.0) - p + q
    terms = np.where((p > 0) & (q == 0), np.inf, terms)
    return np.maximum(terms.sum(axis=-1), 0) / np.log(base)


@right("kl_divergence", "one number after the other, in a recursion over the axes")
def goes_down_the_axes(p, q, base=2):
    if p.ndim > 1:
        return np.array([goes_down_the_axes(a, b, base) for a, b in zip(p, q, strict=True)])
    total = 0.0
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        if a > 0:
            total += math.inf if b == 0 else a * math.log(a / b)
    return max(total, 0.0) / math.log(base)


@wrong(
    "kl_divergence",
    "You put 1e-9 inside the logarithm: the result is finite where it is inf, and off elsewhere.",
)
def puts_epsilons_inside(p, q, base=2):
    return np.maximum(np.sum(p * np.log(p / (q + 1e-9) + 1e-9), axis=-1), 0) / np.log(base)


@wrong("kl_divergence", "You cut q off at 1e-300: the result is inf where q is 0 and p is not.")
def cuts_the_belief_off(p, q, base=2):
    return np.maximum(np.sum(p * (_log(p, base) - _log(np.maximum(q, 1e-300), base)), axis=-1), 0)


@wrong(
    "kl_divergence",
    "You did not cut each result off at 0: for nearly equal distributions rounding can bring it "
    "below.",
)
def lets_rounding_through(p, q, base=2):
    return _d(p, q, base)


@wrong(
    "kl_divergence", "You cut every term off at 0: single terms are negative, only sums are not."
)
def cuts_every_term(p, q, base=2):
    log_q = np.where(q > 0, _log(q, base), -np.inf)
    terms = p * np.where(p > 0, _log(p, base) - log_q, 0.0)
    return np.sum(np.maximum(terms, 0.0), axis=-1)


@wrong("kl_divergence", "You left out all entries where either is 0: q = 0 < p makes it inf.")
def leaves_out_both(p, q, base=2):
    both = (p > 0) & (q > 0)
    ratio = np.divide(p, q, out=np.ones_like(p), where=both)
    return np.maximum(np.sum(p * np.log(ratio), axis=-1) / np.log(base), 0.0)


@wrong("kl_divergence", "You swapped the two: D(p‖q) weights by p and divides p by q.")
def turns_it_round(p, q, base=2):
    return np.maximum(_d(q, p, base), 0.0)


@wrong("kl_divergence", "You added both directions: D(p‖q) is one of them.")
def adds_both_directions(p, q, base=2):
    return np.maximum(_d(p, q, base) + _d(q, p, base), 0.0)


@wrong("kl_divergence", "You returned 0 for small divergences: only what is below 0 is rounding.")
def rounds_small_ones_to_zero(p, q, base=2):
    divergence = _d(p, q, base)
    return np.where(divergence < 1e-6, 0.0, divergence)


@wrong("kl_divergence", "You let numpy divide by 0, if only to throw that away: it warns.")
def divides_before_choosing(p, q, base=2):
    terms = np.where(p > 0, p * np.log(p / q), 0.0)
    return np.maximum(np.sum(terms, axis=-1) / np.log(base), 0.0)


@wrong("kl_divergence", "You summed over axis 1, which is the last one of two axes only.")
def sums_over_axis_one(p, q, base=2):
    log_q = np.where(q > 0, _log(q, base), -np.inf)
    terms = p * np.where(p > 0, _log(p, base) - log_q, 0.0)
    return np.maximum(np.sum(terms, axis=1 if p.ndim > 1 else 0), 0.0)


@wrong(
    "kl_divergence",
    "You did not cut each result off at 0: for nearly equal distributions rounding can bring it "
    "below.",
)
def cuts_the_total_off(p, q, base=2):
    divergence = _d(p, q, base)
    return divergence if np.sum(divergence) > 0 else np.zeros_like(divergence)


@wrong("kl_divergence", "You added 1e-300 to p inside the logarithm: zeros of p need no logarithm.")
def adds_to_p(p, q, base=2):
    log_q = np.where(q > 0, _log(q, base), -np.inf)
    log_ratio = np.where(p > 0, np.log(p + 1e-300) / np.log(base) - log_q, 0.0)
    return np.maximum(np.sum(p * log_ratio, axis=-1), 0.0)


@wrong(
    "kl_divergence",
    "You gave np.log `where` without `out`: where p is 0 the result is whatever lay in memory.",
)
def leaves_old_memory_in_ratios(p, q, base=2):
    with np.errstate(divide="ignore"):
        log_ratio = np.log(p, where=p > 0) - np.log(q)
    return np.maximum(np.sum(p * log_ratio, axis=-1) / np.log(base), 0.0)


@wrong(
    "kl_divergence",
    "You took natural logarithms and summed over all axes: the base is 2 if none is given, and the "
    "leading axes stay.",
)
def sums_all_up_in_nats(p, q, base=2):
    return np.maximum(np.sum(_d(p, q, math.e)), 0.0)


@wrong("kl_divergence", "You summed over all axes: the leading axes stay.")
def sums_all_up(p, q, base=2):
    return np.maximum(np.sum(_d(p, q, base)), 0.0)


@wrong("kl_divergence", "You took natural logarithms, whatever `base` says.")
def stays_in_nats(p, q, base=2):
    return np.maximum(_d(p, q, math.e), 0.0)


@wrong("kl_divergence", "You normalised the caller's arrays in place: work on copies.")
def normalises_in_place(p, q, base=2):
    p[p == 0] = 1e-320
    return np.maximum(_d(p, q, base), 0.0)


# js_divergence


@right("js_divergence", "entropy of the mixture minus the mean entropy")
def compares_entropies(p, q, base=2):
    return _h((p + q) / 2, base) - (_h(p, base) + _h(q, base)) / 2


@right("js_divergence", "two divergences from the mixture")
def averages_two_divergences(p, q, base=2):
    m = 0.5 * (p + q)
    return 0.5 * _d(p, m, base) + 0.5 * _d(q, m, base)


@right("js_divergence", "log 2 plus the mean of two conditional terms, number by number")
def starts_from_log_two(p, q, base=2):
    total = 2 * math.log(2)
    for a, b in zip(p.tolist(), q.tolist(), strict=True):
        if a > 0:
            total += a * math.log(a / (a + b))
        if b > 0:
            total += b * math.log(b / (a + b))
    return total / 2 / math.log(base)


@wrong(
    "js_divergence",
    "You compared p and q with each other: compare each of them with the mean of the two.",
)
def averages_both_directions(p, q, base=2):
    return (_d(p, q, base) + _d(q, p, base)) / 2


@wrong("js_divergence", "You took the square root: that is the Jensen-Shannon distance.")
def takes_the_root(p, q, base=2):
    m = (p + q) / 2
    return np.sqrt(np.maximum(_d(p, m, base) + _d(q, m, base), 0) / 2)


@wrong("js_divergence", "You added the two divergences without halving: it must stop at one bit.")
def forgets_the_half(p, q, base=2):
    m = (p + q) / 2
    return _d(p, m, base) + _d(q, m, base)


@wrong("js_divergence", "You took one side only: D(q‖m) belongs to it as much as D(p‖m).")
def takes_one_side(p, q, base=2):
    return _d(p, (p + q) / 2, base)


@wrong("js_divergence", "You forgot to halve m: it is the mean of p and q.")
def forgets_to_halve_m(p, q, base=2):
    return (_d(p, p + q, base) + _d(q, p + q, base)) / 2


@wrong(
    "js_divergence",
    "You swapped the arguments of the divergences: they are those of p and q from m.",
)
def measures_from_m(p, q, base=2):
    m = (p + q) / 2
    return (_d(m, p, base) + _d(m, q, base)) / 2


@wrong("js_divergence", "You cut probabilities off at 1e-12 and so made zeros possible.")
def cuts_both_off(p, q, base=2):
    p, q = np.maximum(p, 1e-12), np.maximum(q, 1e-12)
    m = (p + q) / 2
    return (_d(p, m, base) + _d(q, m, base)) / 2


@wrong("js_divergence", "You added 1e-15 inside the logarithm: m is 0 only where p and q are too.")
def adds_inside(p, q, base=2):
    m = (p + q) / 2
    logs = np.log((p + 1e-15) / (m + 1e-15)), np.log((q + 1e-15) / (m + 1e-15))
    return 0.5 * np.sum(p * logs[0] + q * logs[1], axis=-1) / np.log(base)


@wrong("js_divergence", "You left out outcomes that only one of the two has: they tell the most.")
def leaves_out_what_differs(p, q, base=2):
    both = (p > 0) & (q > 0)
    p, q = np.where(both, p, 0.0), np.where(both, q, 0.0)
    m = (p + q) / 2
    return (_d(p, m, base) + _d(q, m, base)) / 2


@wrong("js_divergence", "You summed where p is above 0 only, for q as well: q has its own zeros.")
def asks_about_p_only(p, q, base=2):
    m = (p + q) / 2
    logs = _log(p, base) - _log(m, base), _log(q, base) - _log(m, base)
    return 0.5 * np.sum(np.where(p > 0, p * logs[0] + q * logs[1], 0.0), axis=-1)


@wrong("js_divergence", "You counted divergences below 1e-6 as none: small ones are as real.")
def sees_no_small_ones(p, q, base=2):
    m = (p + q) / 2
    divergence = (_d(p, m, base) + _d(q, m, base)) / 2
    return divergence if divergence > 1e-6 else 0.0


@wrong("js_divergence", "You let numpy take the log of 0, which it warns of.")
def takes_the_log_of_zero(p, q, base=2):
    m = (p + q) / 2
    terms = np.where(p > 0, p * np.log(p / m), 0) + np.where(q > 0, q * np.log(q / m), 0)
    return np.sum(terms, axis=-1) / 2 / np.log(base)


@wrong("js_divergence", "You cut the result off at 1: to another base, 1 bit is another number.")
def cuts_off_at_one(p, q, base=2):
    m = (p + q) / 2
    return min(float(_d(p, m, base) + _d(q, m, base)) / 2, 1.0)


@wrong(
    "js_divergence",
    "You gave np.log and np.divide `where` without `out`: elsewhere the result is whatever lay in "
    "memory.",
)
def keeps_old_memory(p, q, base=2):
    m = (p + q) / 2
    ratios = (np.divide(a, m, where=m > 0) for a in (p, q))
    terms = [a * np.log(r, where=a > 0) for a, r in zip((p, q), ratios, strict=True)]
    return np.sum(terms) / 2 / np.log(base)


@wrong("js_divergence", "You took natural logarithms, whatever `base` says.")
def has_ln_two_at_most(p, q, base=2):
    m = (p + q) / 2
    return (_d(p, m, math.e) + _d(q, m, math.e)) / 2


@wrong("js_divergence", "You built the mean in p itself: the caller's array has changed.")
def mixes_in_place(p, q, base=2):
    first = p.copy()
    p += q
    p /= 2
    return (_d(first, p, base) + _d(q, p, base)) / 2


# conditional_entropy


@right("conditional_entropy", "entropy of the table minus that of the known variable")
def subtracts_the_known(joint, given, base=2):
    return _h(joint.ravel(), base) - _h(joint.sum(axis=1 - given), base)


@right("conditional_entropy", "row after row, each normalised, empty ones left out")
def goes_row_by_row(joint, given, base=2):
    total = 0.0
    for row in joint if given == 0 else joint.T:
        weight = row.sum()
        if weight > 0:
            total += weight * _h(row / weight, base)
    return total


@right("conditional_entropy", "entropy of the other minus the mutual information")
def subtracts_what_is_shared(joint, given, base=2):
    other, known = joint.sum(axis=given), joint.sum(axis=1 - given)
    shared = _h(other, base) + _h(known, base) - _h(joint.ravel(), base)
    return _h(other, base) - shared


@wrong(
    "conditional_entropy",
    "You averaged over the wrong variable: the one on axis `given` is known, the other uncertain.",
)
def knows_the_other(joint, given, base=2):
    return _h(joint.ravel(), base) - _h(joint.sum(axis=given), base)


@wrong(
    "conditional_entropy",
    "You weighted all conditions alike: one that comes often counts more.",
)
def weights_alike(joint, given, base=2):
    rows = joint if given == 0 else joint.T
    entropies = [_h(row / row.sum(), base) for row in rows if row.sum() > 0]
    return np.mean(entropies)


@wrong(
    "conditional_entropy",
    "You added up the entropies of the conditions without weights: each counts by the probability "
    "of its condition.",
)
def forgets_weights(joint, given, base=2):
    rows = joint if given == 0 else joint.T
    return sum(_h(row / row.sum(), base) for row in rows if row.sum() > 0)


@wrong(
    "conditional_entropy",
    "You added up the entropies of the conditions without weights: each counts by the probability "
    "of its condition.",
)
def weights_by_the_conditional(joint, given, base=2):
    known = joint.sum(axis=1 - given, keepdims=True)
    conditional = np.divide(joint, known, out=np.zeros_like(joint), where=joint > 0)
    return -np.sum(conditional * _log(conditional, base))


@wrong(
    "conditional_entropy",
    "You divided 0 by 0 for a condition that never comes: leave such conditions out.",
)
def divides_zero_by_zero(joint, given, base=2):
    known = joint.sum(axis=1 - given, keepdims=True)
    return -np.sum(joint * _log(joint / known, base))


@wrong("conditional_entropy", "You added 1e-12 inside the logarithm: certain is not quite certain.")
def adds_to_the_conditional(joint, given, base=2):
    known = joint.sum(axis=1 - given, keepdims=True)
    conditional = np.divide(joint, known, out=np.zeros_like(joint), where=joint > 0)
    return -np.sum(joint * np.log(conditional + 1e-12)) / np.log(base)


@wrong(
    "conditional_entropy",
    "You changed tiny probabilities: add nothing to them and cut none off, but leave zeros out.",
)
def adds_to_the_condition(joint, given, base=2):
    known = joint.sum(axis=1 - given, keepdims=True)
    return -np.sum(joint * _log(joint / (known + 1e-300), base))


@wrong(
    "conditional_entropy",
    "You changed tiny probabilities: add nothing to them and cut none off, but leave zeros out.",
)
def cuts_the_table_off(joint, given, base=2):
    def h(p):
        return -np.sum(p * np.log(np.clip(p, 1e-15, 1))) / np.log(base)

    return h(joint) - h(joint.sum(axis=1 - given))


@wrong("conditional_entropy", "You returned the joint entropy: that of the condition comes off.")
def is_the_joint_entropy(joint, given, base=2):
    return _h(joint.ravel(), base)


@wrong("conditional_entropy", "You ignored the condition: that is the entropy of the other alone.")
def ignores_the_condition(joint, given, base=2):
    return _h(joint.sum(axis=given), base)


@wrong("conditional_entropy", "You took axis 0 for the known one, whatever `given` says.")
def always_knows_rows(joint, given, base=2):
    return _h(joint.ravel(), base) - _h(joint.sum(axis=1), base)


@wrong(
    "conditional_entropy", "You dropped axes of length 1, and then the other one was summed over."
)
def drops_short_axes(joint, given, base=2):
    joint = joint.squeeze()
    known = joint.sum(axis=1 - given if joint.ndim > 1 else 0)
    return _h(joint.ravel(), base) - _h(np.atleast_1d(known), base)


@wrong("conditional_entropy", "You took natural logarithms, whatever `base` says.")
def measures_in_nats(joint, given, base=2):
    return _h(joint.ravel(), math.e) - _h(joint.sum(axis=1 - given), math.e)


@wrong("conditional_entropy", "You divided the caller's table itself: work on a copy.")
def divides_in_place(joint, given, base=2):
    weights = joint.copy()
    known = joint.sum(axis=1 - given, keepdims=True)
    joint /= np.where(known > 0, known, 1.0)
    return -np.sum(weights * _log(joint, base))


@wrong(
    "conditional_entropy",
    "You gave np.log and np.divide `where` without `out`: elsewhere the result is whatever lay in "
    "memory.",
)
def trusts_old_memory(joint, given, base=2):
    known = joint.sum(axis=1 - given, keepdims=True)
    conditional = np.divide(joint, known, where=known > 0)
    return -np.sum(joint * np.log(conditional, where=joint > 0)) / np.log(base)


# mutual_information


@right("mutual_information", "two entropies minus the joint one")
def adds_entropies(joint, base=2):
    marginals = _h(joint.sum(axis=1), base) + _h(joint.sum(axis=0), base)
    return max(marginals - _h(joint.ravel(), base), 0.0)


@right("mutual_information", "what knowing one variable takes off the other")
def takes_off_uncertainty(joint, base=2):
    p_x, p_y = joint.sum(axis=1), joint.sum(axis=0)
    left = 0.0
    for x, weight in enumerate(p_x):
        if weight > 0:
            left += weight * _h(joint[x] / weight, base)
    return max(_h(p_y, base) - left, 0.0)


@right("mutual_information", "the divergence from the product, pair by pair")
def goes_pair_by_pair(joint, base=2):
    p_x, p_y = joint.sum(axis=1), joint.sum(axis=0)
    terms = [
        p * math.log(p / (p_x[x] * p_y[y])) / math.log(base)
        for (x, y), p in np.ndenumerate(joint)
        if p > 0
    ]
    return max(0.0, math.fsum(terms))


@wrong(
    "mutual_information", "You let rounding through: for independent variables it may be -1e-17."
)
def does_not_cut_off(joint, base=2):
    return _d(joint.ravel(), np.outer(joint.sum(axis=1), joint.sum(axis=0)).ravel(), base)


@wrong("mutual_information", "You cut every term off at 0: single terms are negative.")
def cuts_pairs_off(joint, base=2):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return np.sum(np.maximum(joint * (_log(joint, base) - _log(outer, base)), 0.0))


@wrong("mutual_information", "You swapped the arguments of the divergence: the table comes first.")
def measures_from_the_product(joint, base=2):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return max(float(_d(outer.ravel(), joint.ravel(), base)), 0.0)


@wrong("mutual_information", "You confused the marginals, which shows if the table is not square.")
def confuses_the_marginals(joint, base=2):
    p_x, p_y = joint.sum(axis=0), joint.sum(axis=1)
    terms = [
        p * math.log(p / (p_x[x % len(p_x)] * p_y[y % len(p_y)])) / math.log(base)
        for (x, y), p in np.ndenumerate(joint)
        if p > 0
    ]
    return max(0.0, math.fsum(terms))


@wrong("mutual_information", "You added the conditional entropy instead of taking it off.")
def adds_what_stays(joint, base=2):
    p_x, p_y = joint.sum(axis=1), joint.sum(axis=0)
    return _h(p_y, base) + _h(joint.ravel(), base) - _h(p_x, base)


@wrong(
    "mutual_information", "You put 1e-12 inside the logarithm; pairs that never come add nothing."
)
def puts_one_inside(joint, base=2):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return max(np.sum(joint * np.log((joint + 1e-12) / (outer + 1e-12))) / np.log(base), 0.0)


@wrong("mutual_information", "You cut the product off at 1e-300, where its logarithm goes on.")
def cuts_the_product_off(joint, base=2):
    outer = np.maximum(np.outer(joint.sum(axis=1), joint.sum(axis=0)), 1e-300)
    return max(float(np.sum(joint * (_log(joint, base) - _log(outer, base)))), 0.0)


@wrong(
    "mutual_information",
    "You gave np.log and np.divide `where` without `out`: elsewhere the result is whatever lay in "
    "memory.",
)
def sums_old_memory(joint, base=2):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    logs = np.log(np.divide(joint, outer, where=outer > 0), where=joint > 0)
    return max(float(np.sum(joint * logs)) / np.log(base), 0.0)


@wrong("mutual_information", "You took the log of pairs that never come: numpy warned.")
def asks_for_the_log_of_zero(joint, base=2):
    outer = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    return max(float(np.sum(np.where(joint > 0, joint * np.log(joint / outer), 0.0))), 0.0) / (
        np.log(base)
    )


@wrong("mutual_information", "You divided by the smaller entropy: that is a normalised variant.")
def normalises_by_entropy(joint, base=2):
    h_x, h_y = _h(joint.sum(axis=1), base), _h(joint.sum(axis=0), base)
    return max((h_x + h_y - _h(joint.ravel(), base)) / min(h_x, h_y), 0.0)


@wrong("mutual_information", "You took natural logarithms, whatever `base` says.")
def knows_only_nats(joint, base=2):
    marginals = _h(joint.sum(axis=1), math.e) + _h(joint.sum(axis=0), math.e)
    return max(marginals - _h(joint.ravel(), math.e), 0.0)


@wrong("mutual_information", "You wrote ones over the zeros of the caller's table.")
def writes_into_the_table(joint, base=2):
    marginals = _h(joint.sum(axis=1), base) + _h(joint.sum(axis=0), base)
    joint[joint == 0] = 1.0
    return max(marginals + np.sum(joint * np.log(joint)) / np.log(base), 0.0)


# perplexity


@right("perplexity", "a power of two of bits per token")
def goes_by_bits(log_probs):
    bits = [-log_prob / math.log(2) for log_prob in log_probs.tolist()]
    return 2.0 ** (sum(bits) / len(bits))


@right("perplexity", "a product of roots")
def multiplies_roots(log_probs):
    return np.prod(np.exp(-log_probs / len(log_probs)))


@wrong("perplexity", "You multiplied probabilities: the product of a long text is 0.")
def multiplies_probabilities(log_probs):
    with np.errstate(all="ignore"):
        return np.prod(np.exp(log_probs)) ** (-1 / len(log_probs))


@wrong("perplexity", "You averaged 1 / p: it is the logarithms that are averaged.")
def averages_choices(log_probs):
    return np.mean(np.exp(-log_probs))


@wrong("perplexity", "You averaged probabilities: it is their logarithms that are averaged.")
def averages_probabilities(log_probs):
    with np.errstate(all="ignore"):
        return 1 / np.mean(np.exp(log_probs))


@wrong("perplexity", "You raised 2 to natural logarithms: base and logarithm must match.")
def raises_two(log_probs):
    return 2 ** (-np.mean(log_probs))


@wrong("perplexity", "You forgot the minus sign: that is the mean probability of a token.")
def forgets_the_sign(log_probs):
    return np.exp(np.mean(log_probs))


@wrong("perplexity", "You summed instead of averaging: long texts are not worse for being long.")
def forgets_to_average(log_probs):
    with np.errstate(all="ignore"):
        return np.exp(-np.sum(log_probs))


@wrong("perplexity", "You divided by the number of tokens less one: here all of them count.")
def divides_by_one_less(log_probs):
    return np.exp(-np.sum(log_probs) / max(len(log_probs) - 1, 1))


@wrong("perplexity", "You stopped before the exponential: that is the cross-entropy in nats.")
def forgets_the_exponential(log_probs):
    return -np.mean(log_probs)


@wrong("perplexity", "You left out tokens of probability 0: one of them makes it inf.")
def leaves_out_infinities(log_probs):
    return np.exp(-np.mean(log_probs[np.isfinite(log_probs)]))


@wrong("perplexity", "You cut the logarithms off: a token of probability 0 makes it inf.")
def cuts_logarithms_off(log_probs):
    return np.exp(-np.mean(np.maximum(log_probs, -700.0)))


@wrong(
    "perplexity", "You took the logarithm of a probability that came out as 0: you had it before."
)
def goes_back_and_forth(log_probs):
    with np.errstate(divide="ignore"):
        return np.exp(-np.mean(np.log(np.exp(log_probs))))


@wrong("perplexity", "You cut finite logarithms off at -700: they count as they are.")
def cuts_finite_logarithms_off(log_probs):
    if np.any(np.isinf(log_probs)):
        return math.inf
    return np.exp(-np.mean(np.maximum(log_probs, -700.0)))


@wrong("perplexity", "You took the typical token by its median: the mean is meant.")
def takes_the_median(log_probs):
    return np.exp(-np.median(log_probs))


@wrong("perplexity", "You changed the signs in the caller's own array.")
def negates_in_place(log_probs):
    log_probs *= -1
    return np.exp(log_probs.mean())


# temperature_for_entropy


def _limits(logits, target, base):
    lowest = math.log(np.sum(logits == logits.max()), base)
    if not lowest < target < math.log(len(logits), base):
        raise ValueError("target")


@right("temperature_for_entropy", "halving of the inverse temperature, as wide as logits suggest")
def halves_the_inverse(logits, target, base=2):
    _limits(logits, target, base)
    spread = np.ptp(logits)
    low, high = 1e-9 / spread, 1e9 / spread
    while high / low > 1 + 1e-13:
        middle = np.sqrt(low * high)
        if _h(_softmax(middle * (logits - logits.max())), base) > target:
            low = middle
        else:
            high = middle
    return 1 / middle


@right("temperature_for_entropy", "Newton's method on log T, kept inside an interval")
def walks_by_newton(logits, target, base=2):
    _limits(logits, target, base)
    gaps = logits - logits.max()
    nats = target * math.log(base)
    low, high = -40.0, 40.0
    start = t = math.log(-gaps.min())
    for _ in range(200):
        z = gaps * math.exp(-t)
        p = _softmax(z)
        excess = _h(p, math.e) - nats
        low, high = (max(low, t - start), high) if excess < 0 else (low, min(high, t - start))
        slope = np.sum(p * z**2) - np.sum(p * z) ** 2
        step = t - start - excess / slope if slope > 1e-300 else math.inf
        t = start + (step if low < step < high else (low + high) / 2)
    return math.exp(t)


@right("temperature_for_entropy", "a wide interval, halved in proportion")
def halves_a_wide_interval(logits, target, base=2):
    _limits(logits, target, base)
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong(
    "temperature_for_entropy",
    "Your interval reaches from 0.01 to 100 only: large logits need larger temperatures.",
)
def searches_too_narrowly(logits, target, base=2):
    _limits(logits, target, base)
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 0.01, 100)


@wrong("temperature_for_entropy", "Your interval starts at 1e-6: logits of any size are allowed.")
def starts_too_high(logits, target, base=2):
    _limits(logits, target, base)
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-6, 1e9)


@wrong("temperature_for_entropy", "Your interval ends at 1e5: logits of any size are allowed.")
def ends_too_low(logits, target, base=2):
    _limits(logits, target, base)
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e5)


@wrong(
    "temperature_for_entropy", "You counted what lies within 1e-3 of the largest as equal to it."
)
def counts_the_near_ones(logits, target, base=2):
    lowest = math.log(np.sum(logits > logits.max() - 1e-3), base)
    if not lowest < target < math.log(len(logits), base):
        raise ValueError("target")
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You counted equal logits anywhere: only the largest ones stay.")
def counts_all_ties(logits, target, base=2):
    lowest = math.log(len(logits) - len(np.unique(logits)) + 1, base)
    if not lowest < target < math.log(len(logits), base):
        raise ValueError("target")
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong(
    "temperature_for_entropy",
    "You stopped as soon as the interval was 1e-8 wide: a small temperature needs a smaller one.",
)
def stops_at_an_absolute_width(logits, target, base=2):
    _limits(logits, target, base)
    low, high = 0.0, 1e6
    while high - low > 1e-8:
        middle = (low + high) / 2
        if _h(_softmax((logits - logits.max()) / middle), base) < target:
            low = middle
        else:
            high = middle
    return middle


@wrong(
    "temperature_for_entropy", "You stopped when the entropy was right to 1e-6: go on to 1e-8 in T."
)
def stops_too_early(logits, target, base=2):
    _limits(logits, target, base)
    low, high = 1e-9, 1e9
    while True:
        middle = np.sqrt(low * high)
        h = _h(_softmax((logits - logits.max()) / middle), base)
        if abs(h - target) < 1e-6:
            return middle
        low, high = (middle, high) if h < target else (low, middle)


@wrong(
    "temperature_for_entropy",
    "You took 0 for the lower limit: equal largest logits keep the logarithm of their number.",
)
def forgets_ties(logits, target, base=2):
    if not 0 < target < math.log(len(logits), base):
        raise ValueError("target")
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You counted nearly equal logits as equal; exact ties are meant.")
def sees_ties_that_are_none(logits, target, base=2):
    lowest = math.log(np.sum(np.isclose(logits, logits.max())), base)
    if not lowest < target < math.log(len(logits), base):
        raise ValueError("target")
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong(
    "temperature_for_entropy", "You let the limits themselves pass: no temperature reaches them."
)
def lets_limits_pass(logits, target, base=2):
    lowest = math.log(np.sum(logits == logits.max()), base)
    if not lowest <= target <= math.log(len(logits), base):
        raise ValueError("target")
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You compared the target with limits in bits, whatever `base`.")
def checks_in_bits(logits, target, base=2):
    _limits(logits, target, 2)
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You forgot the upper limit: log n is the most there can be.")
def forgets_the_upper_limit(logits, target, base=2):
    if target <= math.log(np.sum(logits == logits.max()), base):
        raise ValueError("target")
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You returned the inverse temperature: softmax(logits / T).")
def returns_the_inverse(logits, target, base=2):
    _limits(logits, target, base)
    return 1 / _halve(lambda t: _h(_softmax((logits - logits.max()) / t), base), target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You took the target for bits, whatever `base` says.")
def aims_at_bits(logits, target, base=2):
    _limits(logits, target, base)
    return _halve(lambda t: _h(_softmax((logits - logits.max()) / t)), target, 1e-9, 1e9)


@wrong(
    "temperature_for_entropy",
    "You left the largest logit in the exponential: exp(10000) overflows.",
)
def overflows(logits, target, base=2):
    _limits(logits, target, base)

    def entropy_at(temperature):
        weights = np.exp(logits / temperature)
        return _h(weights / weights.sum(), base)

    return _halve(entropy_at, target, 0.001, 1e9)


@wrong("temperature_for_entropy", "You took the log of probabilities that came out as 0.")
def takes_logs_of_zero(logits, target, base=2):
    _limits(logits, target, base)

    def entropy_at(temperature):
        p = _softmax((logits - logits.max()) / temperature)
        return -np.nansum(p * np.log(p)) / np.log(base)

    return _halve(entropy_at, target, 1e-9, 1e9)


@wrong("temperature_for_entropy", "You subtracted the largest logit in the caller's own array.")
def shifts_in_place(logits, target, base=2):
    _limits(logits, target, base)
    logits -= logits.max()
    return _halve(lambda t: _h(_softmax(logits / t), base), target, 1e-9, 1e9)
