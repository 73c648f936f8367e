"""Week 3, softmax, one row after the other."""

import math

import numpy as np


def _rows(x, axis):
    """Indices of all rows along an axis."""
    shape = list(x.shape)
    shape[axis] = 1
    for index in np.ndindex(*shape):
        index = list(index)
        index[axis] = slice(None)
        yield tuple(index)


def _lse(row):
    """One pass: the sum is rescaled whenever a larger number comes along."""
    top, total = -math.inf, 0.0
    for v in row:
        if v == -math.inf:
            continue
        if v > top:
            total = total * math.exp(top - v) + 1.0
            top = v
        else:
            total += math.exp(v - top)
    return top + math.log(total) if total else -math.inf


def logsumexp(x, axis=-1):
    result = np.empty(x.shape)
    for row in _rows(x, axis):
        result[row] = _lse(x[row].tolist())
    return result.take(0, axis=axis)


def _probs(row, temperature=1.0):
    top = max(row)
    parts = [math.exp((v - top) / temperature) for v in row]
    total = math.fsum(parts)
    return [part / total for part in parts]


def softmax(logits, axis=-1, temperature=1.0):
    if not temperature > 0.0:
        raise ValueError("softmax: temperature is %r" % temperature)
    result = np.empty(logits.shape)
    for row in _rows(logits, axis):
        result[row] = _probs(logits[row].tolist(), temperature)
    return result


def log_softmax(logits, axis=-1):
    result = np.empty(logits.shape)
    for row in _rows(logits, axis):
        numbers = logits[row].tolist()
        top = max(numbers)
        rest = _lse([v - top for v in numbers])
        result[row] = [(v - top) - rest for v in numbers]
    return result


def one_hot(labels, n_classes):
    labels = np.array(labels)
    result = np.zeros(labels.shape + (n_classes,))
    for index in np.ndindex(labels.shape):
        label = int(labels[index])
        if label < 0 or label >= n_classes:
            raise ValueError("one_hot: there is no class %d" % label)
        result[index + (label,)] = 1.0
    return result


def cross_entropy(probs, targets):
    costs = []
    for row in _rows(probs, -1):
        cost = 0.0
        for p, t in zip(probs[row].tolist(), targets[row].tolist()):
            if t > 0.0:
                cost += math.inf if p == 0.0 else -t * math.log(p)
        costs.append(cost)
    return sum(costs) / len(costs)


def cross_entropy_from_logits(logits, labels):
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist()):
        # the sum over the other classes, as seen from the right one
        if row[label] == -math.inf:
            return math.inf
        total += _lse([v - row[label] for v in row])
    return total / len(labels)


def _keep(logits, kept):
    probs = [0.0] * len(logits)
    for i, p in zip(kept, _probs([logits[i] for i in kept])):
        probs[i] = p
    return np.array(probs)


def top_k(logits, k):
    numbers = logits.tolist()
    if k < 1 or k > len(numbers):
        raise ValueError("top_k: k is %d, of %d" % (k, len(numbers)))
    # sorted() is stable, also in reverse
    best = sorted(range(len(numbers)), key=numbers.__getitem__, reverse=True)
    return _keep(numbers, best[:k])


def top_p(logits, p):
    if not 0.0 < p <= 1.0:
        raise ValueError("top_p: p is %r" % p)
    numbers = logits.tolist()
    best = sorted(range(len(numbers)), key=numbers.__getitem__, reverse=True)
    if p == 1.0:
        return _keep(numbers, best)
    probs, kept, total = _probs(numbers), [], 0.0
    for i in best:
        kept.append(i)
        total += probs[i]
        if total >= p:
            break
    return _keep(numbers, kept)
