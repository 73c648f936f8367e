"""Week 4, information, one outcome after the other."""

import math

import numpy as np


def _for_each(function, *arrays):
    """A function of rows, for each row along the last axis."""
    if arrays[0].ndim == 1:
        return function(*(a.tolist() for a in arrays))
    return np.array([_for_each(function, *parts) for parts in zip(*arrays)])


def _plogp(p):
    return p * math.log(p) if p > 0.0 else 0.0


def entropy(p, base=2):
    def of_one(row):
        if min(row) < 0.0:
            raise ValueError("entropy: a probability of %r" % min(row))
        if abs(math.fsum(row) - 1.0) > 1e-8:
            raise ValueError("entropy: a sum of %r" % math.fsum(row))
        return -math.fsum(map(_plogp, row)) / math.log(base)

    return _for_each(of_one, p)


def cross_entropy(p, q, base=2):
    def of_two(p, q):
        cost = []
        for a, b in zip(p, q):
            if a == 0.0:
                continue
            if b == 0.0:
                return math.inf
            cost.append(-a * math.log(b))
        return math.fsum(cost) / math.log(base)

    return _for_each(of_two, p, q)


def _divergence(p, q):
    gain = []
    for a, b in zip(p, q):
        if a == 0.0:
            continue
        if b == 0.0:
            return math.inf
        if 0.5 * b < a < 2.0 * b:
            gain.append(a * math.log1p((a - b) / b))
        else:
            gain.append(a * (math.log(a) - math.log(b)))
    return max(math.fsum(gain), 0.0)


def kl_divergence(p, q, base=2):
    return _for_each(lambda p, q: _divergence(p, q) / math.log(base), p, q)


def js_divergence(p, q, base=2):
    # each term apart: a ln(2a / (a + b)) is -a log1p((b - a) / 2a)
    terms = []
    for a, b in zip(p.tolist(), q.tolist()):
        for one, other in ((a, b), (b, a)):
            if one > 0.0:
                terms.append(one * (math.log(2.0) + math.log(one) - math.log(one + other)))
    return max(math.fsum(terms), 0.0) / (2.0 * math.log(base))


def conditional_entropy(joint, given, base=2):
    table = joint.tolist() if given == 0 else joint.T.tolist()
    terms = []
    for row in table:
        total = math.fsum(row)
        for p in row:
            if p > 0.0:
                terms.append(p * (math.log(total) - math.log(p)))
    return math.fsum(terms) / math.log(base)


def mutual_information(joint, base=2):
    rows = [math.fsum(row) for row in joint.tolist()]
    columns = [math.fsum(column) for column in joint.T.tolist()]
    terms = []
    for (i, j), p in np.ndenumerate(joint):
        if p > 0.0:
            terms.append(p * (math.log(p) - math.log(rows[i]) - math.log(columns[j])))
    return max(math.fsum(terms) / math.log(base), 0.0)


def perplexity(log_probs):
    worst = min(log_probs.tolist())
    if worst == -math.inf:
        return math.inf
    return math.exp(-math.fsum(log_probs.tolist()) / len(log_probs))


def temperature_for_entropy(logits, target, base=2):
    """Newton's method in the logarithm of T, inside an interval that it may not leave."""
    top = float(max(logits))
    gaps = [float(v) - top for v in logits]
    nats = target * math.log(base)
    lowest, highest = gaps.count(0.0), len(gaps)
    # compared in the unit of the target, where the limits are exact
    if not math.log(lowest) / math.log(base) < target < math.log(highest) / math.log(base):
        raise ValueError("temperature_for_entropy: no temperature has an entropy of %r" % target)

    def look(s):
        """Entropy and its derivative by s, for T = e^s."""
        z = [g * math.exp(-s) for g in gaps]
        w = [math.exp(a) for a in z]
        total = math.fsum(w)
        mean = math.fsum(a * b for a, b in zip(w, z)) / total
        spread = math.fsum(a * (b - mean) ** 2 for a, b in zip(w, z)) / total
        return math.log(total) - mean, spread

    s = math.log(-min(gaps))
    low, high = s - 60.0, s + 60.0
    for _ in range(300):
        h, slope = look(s)
        if h < nats:
            low = s
        else:
            high = s
        after = s + (nats - h) / slope if slope > 0.0 else (low + high) / 2.0
        if not low < after < high:
            after = (low + high) / 2.0
        if abs(after - s) < 1e-14 * max(1.0, abs(s)):
            break
        s = after
    return math.exp(s)
