"""Week 3, probability, one number after the other."""

import math

import numpy as np


def marginal(joint, axis):
    totals = [[] for _ in range(joint.shape[axis])]
    for (i, j), p in np.ndenumerate(joint):
        totals[j if axis else i].append(p)
    return np.array([math.fsum(parts) for parts in totals])


def conditional(joint, given):
    known = marginal(joint, given)
    for value, p in enumerate(known):
        if p == 0.0:
            raise ValueError("conditional: value %d of axis %d never occurs" % (value, given))
    result = np.empty(joint.shape)
    for index in np.ndindex(joint.shape):
        result[index] = joint[index] / known[index[given]]
    return result


def bayes(prior, likelihood):
    joint = [p * q for p, q in zip(prior.tolist(), likelihood.tolist())]
    largest = max(joint)
    if largest == 0.0:
        raise ValueError("bayes: the evidence is 0")
    # odds against the best hypothesis
    odds = [x / largest for x in joint]
    total = math.fsum(odds)
    return np.array([x / total for x in odds])


def bayes_updates(prior, likelihoods):
    """Every hypothesis has a mantissa in [0.5, 1) and an exponent that is a Python integer."""

    def split(p):
        return math.frexp(p)

    def posterior(state):
        best = max(e for m, e in state if m > 0.0)
        # a difference of 2000 binary digits is as good as 0
        joint = [math.ldexp(m, e - best) if m > 0.0 and e - best > -2000 else 0.0 for m, e in state]
        total = math.fsum(joint)
        return [x / total for x in joint]

    state = [split(p) for p in prior.tolist()]
    rows = [posterior(state)]
    for row in likelihoods.tolist():
        after = []
        for (m, e), q in zip(state, row):
            mq, eq = split(q)
            mm, shift = split(m * mq)
            after.append((mm, e + eq + shift))
        state = after
        rows.append(posterior(state))
    return np.array(rows)


def _check(probs):
    for p in probs.tolist():
        if p < 0.0:
            raise ValueError("a probability of %r" % p)
    total = math.fsum(probs.tolist())
    if abs(total - 1.0) > 1e-8:
        raise ValueError("probabilities sum to %r" % total)


def expectation(values, probs):
    _check(probs)
    return math.fsum(v * p for v, p in zip(values.tolist(), probs.tolist()))


def variance(values, probs):
    """Half of the expected squared difference of two independent draws: needs no mean."""
    _check(probs)
    v, p = values.tolist(), probs.tolist()
    terms = []
    for i in range(len(v)):
        for j in range(i):
            terms.append(p[i] * p[j] * (v[i] - v[j]) ** 2)
    return math.fsum(terms)


def naive_bayes_fit(X, y, n_classes, alpha=1.0):
    n, v = X.shape
    documents = [0] * n_classes
    words = [[0.0] * v for _ in range(n_classes)]
    for row, label in zip(X.tolist(), y.tolist()):
        documents[label] += 1
        for w in range(v):
            words[label][w] += row[w]
    log_prior = [math.log(k) - math.log(n) if k else -math.inf for k in documents]
    log_likelihood = []
    for counts in words:
        total = math.fsum(counts) + alpha * v
        log_likelihood.append([math.log((count + alpha) / total) for count in counts])
    return np.array(log_prior), np.array(log_likelihood)


def naive_bayes_log_posterior(X, log_prior, log_likelihood):
    priors, tables = log_prior.tolist(), log_likelihood.tolist()
    result = []
    for document in X.tolist():
        scores = []
        for prior, table in zip(priors, tables):
            scores.append(prior + math.fsum(k * word for k, word in zip(document, table)))
        top = max(scores)
        log_evidence = math.log(math.fsum(math.exp(s - top) for s in scores))
        result.append([(s - top) - log_evidence for s in scores])
    return np.array(result)


def is_independent(joint):
    rows, columns = marginal(joint, 0), marginal(joint, 1)
    for (i, j), p in np.ndenumerate(joint):
        if abs(p - rows[i] * columns[j]) > 1e-12:
            return False
    return True


def beta_posterior(a, b, flips):
    for flip in flips.tolist():
        if flip not in (0, 1):
            raise ValueError(f"{flip} is neither heads nor tails")
        if flip:
            a += 1
        else:
            b += 1
    mode = math.nan
    if min(a, b) > 1:
        mode = (a - 1) / ((a - 1) + (b - 1))
    return a, b, a / (a + b), mode


def variance_of_sum(weights, cov):
    # Row by row of LDL': a sum of squares, each with a pivot that is cut off at 0.
    d = len(weights)
    C = [[float(number) for number in row] for row in cov]
    w = [float(number) for number in weights]
    total = 0.0
    for k in range(d):
        pivot = C[k][k]
        if pivot <= 1e-14 * cov[k, k]:
            continue
        ahead = math.fsum(C[i][k] * w[i] for i in range(k, d))
        total += ahead * ahead / pivot
        for i in range(d - 1, k, -1):
            for j in range(k + 1, i + 1):
                C[i][j] -= C[i][k] * C[j][k] / pivot
                C[j][i] = C[i][j]
    return total


def calibration_error(confidence, correct, n_bins=10):
    sums = [0.0] * n_bins
    for c, is_right in zip(confidence.tolist(), correct.tolist()):
        i = 0
        while i < n_bins - 1 and c > (i + 1) / n_bins:
            i += 1
        sums[i] += is_right - c
    return math.fsum(abs(s) for s in sums) / len(confidence)
