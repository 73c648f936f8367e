"""Right and wrong ways to write the exercises of `softmax`."""

import math

import numpy as np

from grader.variants import right, wrong


def _log_probs(logits, axis=-1):
    gaps = logits - logits.max(axis=axis, keepdims=True)
    return gaps - np.log(np.exp(gaps).sum(axis=axis, keepdims=True))


def _probs(logits):
    exponentials = np.exp(logits - np.max(logits))
    return exponentials / exponentials.sum()


def _best_first(logits):
    return np.argsort(-logits, kind="stable")


def _renormalised(probs, kept):
    result = np.zeros(len(probs))
    result[kept] = probs[kept] / probs[kept].sum()
    return result


def _check_k(logits, k):
    if k < 1 or k > len(logits):
        raise ValueError(f"k must be from 1 to {len(logits)}, got {k}")


def _check_p(p):
    if not 0 < p <= 1:
        raise ValueError(f"p must be above 0 and at most 1, got {p}")


# logsumexp


@right("logsumexp", "pair by pair, with logaddexp")
def adds_in_pairs(x, axis=-1):
    return np.logaddexp.reduce(x, axis=axis)


@right("logsumexp", "row by row, with Python floats")
def loops_over_rows(x, axis=-1):
    rows = np.moveaxis(x, axis, -1)
    if rows.ndim > 1:
        return np.array([loops_over_rows(row) for row in rows])
    top = max(rows.tolist())
    if top == -math.inf:
        return top
    return top + math.log(math.fsum(math.exp(v - top) for v in rows.tolist()))


@right("logsumexp", "counts the maximum as 1 and takes log1p of the others")
def takes_log1p_of_the_others(x, axis=-1):
    rows = np.sort(np.moveaxis(x, axis, -1), axis=-1)
    top = rows[..., -1]
    anything = top > -np.inf
    gaps = rows[..., :-1] - np.where(anything, top, 0.0)[..., None]
    return np.where(anything, top + np.log1p(np.exp(gaps).sum(axis=-1)), -np.inf)


@wrong(
    "logsumexp",
    "You subtracted a maximum of -inf: -inf - (-inf) is nan. Where all is -inf, subtract 0.",
)
def subtracts_minus_infinity(x, axis=-1):
    top = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


@wrong(
    "logsumexp",
    "You let numpy warn of log(0): where all is -inf, say that you mean it, or skip the logarithm.",
)
def warns_of_log_zero(x, axis=-1):
    top = x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


@wrong(
    "logsumexp",
    "You asked only whether the whole array is -inf: a single row can be, next to finite ones.",
)
def asks_for_the_whole_array(x, axis=-1):
    if np.all(x == -np.inf):
        return np.max(x, axis=axis)
    top = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


@wrong(
    "logsumexp",
    "You added a small number inside the logarithm: rows of -inf come out finite, and all others "
    "a little too large.",
)
def adds_epsilon_inside_the_log(x, axis=-1):
    top = x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    return np.log(np.exp(x - top).sum(axis=axis) + 1e-12) + top.squeeze(axis)


@wrong(
    "logsumexp",
    "You subtracted one maximum of the whole array: rows far below it underflow. Each row has its "
    "own.",
)
def subtracts_one_maximum_for_all(x, axis=-1):
    top = x.max()
    if top == -np.inf:
        return x.max(axis=axis)
    with np.errstate(divide="ignore"):
        return top + np.log(np.exp(x - top).sum(axis=axis))


@wrong("logsumexp", "You took the exponentials as they are: exp(1000) overflows.")
def exponentiates_as_it_is(x, axis=-1):
    with np.errstate(divide="ignore"):
        return np.log(np.exp(x).sum(axis=axis))


@wrong(
    "logsumexp",
    "You left out entries of -inf by making them finite: a row of nothing else has to stay -inf.",
)
def makes_infinity_finite(x, axis=-1):
    x = np.nan_to_num(x)
    top = x.max(axis=axis, keepdims=True)
    return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


@wrong(
    "logsumexp",
    "You started the maximum at 0: numbers far below 0 then underflow all the same.",
)
def subtracts_positive_maxima_only(x, axis=-1):
    top = np.max(x, axis=axis, keepdims=True, initial=0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(x - top).sum(axis=axis)) + top.squeeze(axis)


@wrong("logsumexp", "You forgot to add the maximum back.")
def does_not_add_the_maximum_back(x, axis=-1):
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.log(np.exp(x - top).sum(axis=axis))


@wrong("logsumexp", "You kept the axis: the result has one axis less than x.")
def keeps_the_axis(x, axis=-1):
    return np.logaddexp.reduce(x, axis=axis, keepdims=True)


@wrong("logsumexp", "You ignored the axis: it need not be the last one.")
def always_takes_the_last_axis(x, axis=-1):
    return np.logaddexp.reduce(x, axis=-1)


@wrong("logsumexp", "You subtracted in place: the caller's array has changed.")
def logsumexp_in_place(x, axis=-1):
    top = x.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    x -= top
    with np.errstate(divide="ignore"):
        return np.log(np.exp(x).sum(axis=axis)) + top.squeeze(axis)


# softmax


@right("softmax", "divides by the temperature first, then goes through logarithms")
def through_logarithms(logits, axis=-1, temperature=1.0):
    if temperature <= 0:
        raise ValueError("temperature must be positive")
    scaled = logits / temperature
    return np.exp(scaled - np.logaddexp.reduce(scaled, axis=axis, keepdims=True))


@right("softmax", "row by row, with Python floats")
def softmax_of_each_row(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")

    def of_row(row):
        top = max(row)
        weights = [math.exp((v - top) / temperature) for v in row]
        return np.array([w / sum(weights) for w in weights])

    return np.apply_along_axis(of_row, axis, logits)


@right("softmax", "each probability from its distances to all others: 1 / Σ exp(x_j − x_i)")
def from_all_pairs(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    rows = np.moveaxis(logits, axis, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        gaps = (rows[..., None, :] - rows[..., :, None]) / temperature
        probs = 1.0 / np.exp(np.where(np.isnan(gaps), np.inf, gaps)).sum(axis=-1)
    return np.moveaxis(probs, -1, axis)


@wrong("softmax", "You took the exponentials as they are: subtract the largest logit first.")
def does_not_subtract(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    exponentials = np.exp(logits / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@wrong(
    "softmax",
    "You subtracted one maximum of the whole array: rows far below it become 0 / 0. Each row has "
    "its own.",
)
def one_maximum_for_all(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    exponentials = np.exp((logits - logits.max()) / temperature)
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@wrong(
    "softmax",
    "You subtracted the maximum as it is from logits that you had divided by the temperature: "
    "divide it as well, or subtract first.",
)
def shifts_by_the_undivided_maximum(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    exponentials = np.exp(logits / temperature - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@wrong("softmax", "You multiplied by the temperature: a low one must make differences larger.")
def multiplies_by_the_temperature(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    return np.exp(_log_probs(logits * temperature, axis))


@wrong(
    "softmax",
    "You applied the temperature to probabilities: those that underflowed to 0 stay 0 at any "
    "temperature. Divide the logits.",
)
def applies_the_temperature_to_probabilities(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    powers = np.exp(_log_probs(logits, axis)) ** (1.0 / temperature)
    return powers / powers.sum(axis=axis, keepdims=True)


@wrong(
    "softmax",
    "You added a small number to the temperature: at a temperature of 1e-6 it is no longer small.",
)
def adds_to_the_temperature(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    return np.exp(_log_probs(logits / (temperature + 1e-8), axis))


@wrong(
    "softmax",
    "You added a small number to the sum: it is at least 1 and needs no help, and the "
    "probabilities no longer sum to 1.",
)
def adds_to_the_sum(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    exponentials = np.exp((logits - logits.max(axis=axis, keepdims=True)) / temperature)
    return exponentials / (exponentials.sum(axis=axis, keepdims=True) + 1e-9)


@wrong("softmax", "You let a temperature of 0 through: there is nothing to divide by.")
def accepts_zero(logits, axis=-1, temperature=1.0):
    if temperature < 0:
        raise ValueError("temperature must be positive")
    with np.errstate(all="ignore"):
        return np.exp(_log_probs(logits / temperature, axis))


@wrong("softmax", "You let a negative temperature through: it reverses the order of the logits.")
def accepts_negative_temperatures(logits, axis=-1, temperature=1.0):
    if temperature == 0:
        raise ValueError("temperature must not be 0")
    return np.exp(_log_probs(logits / temperature, axis))


@wrong("softmax", "You summed over the last axis whatever `axis` says.")
def softmax_over_the_last_axis(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    return np.exp(_log_probs(logits / temperature, -1))


@wrong(
    "softmax",
    "You cut off large differences: with a low temperature a logit far below gets a probability, "
    "and one of -inf, too.",
)
def clips_the_gaps(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    gaps = (logits - logits.max(axis=axis, keepdims=True)) / temperature
    exponentials = np.exp(np.clip(gaps, -30.0, 0.0))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


@wrong("softmax", "You cut tiny probabilities to 0: only a logit of -inf has probability 0.")
def cuts_tiny_probabilities(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    gaps = (logits - logits.max(axis=axis, keepdims=True)) / temperature
    exponentials = np.exp(gaps)
    probs = exponentials / exponentials.sum(axis=axis, keepdims=True)
    return np.where(probs < 1e-12, 0.0, probs)


@wrong("softmax", "You subtracted in place: the caller's logits have changed.")
def softmax_in_place(logits, axis=-1, temperature=1.0):
    if not temperature > 0:
        raise ValueError("temperature must be positive")
    logits -= logits.max(axis=axis, keepdims=True)
    return np.exp(_log_probs(logits / temperature, axis))


# log_softmax


@right("log_softmax", "subtracts the log-sum-exp, made of pairs")
def subtracts_the_log_sum(logits, axis=-1):
    return logits - np.logaddexp.reduce(logits, axis=axis, keepdims=True)


@right("log_softmax", "row by row, with Python floats")
def log_softmax_of_each_row(logits, axis=-1):
    def of_row(row):
        top = max(row)
        log_sum = math.log(sum(math.exp(v - top) for v in row))
        return np.array([v - top - log_sum for v in row])

    return np.apply_along_axis(of_row, axis, logits)


@right("log_softmax", "turns the axis to the front")
def turns_the_axis_to_the_front(logits, axis=-1):
    front = np.swapaxes(logits, 0, axis)
    gaps = front - np.max(front, axis=0)
    return np.swapaxes(gaps - np.log(np.sum(np.exp(gaps), axis=0)), 0, axis)


@wrong(
    "log_softmax",
    "You took the log of the softmax: where that underflows to 0 you get -inf. The log of the "
    "fraction is a difference.",
)
def takes_the_log_of_probabilities(logits, axis=-1):
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return np.log(exponentials / exponentials.sum(axis=axis, keepdims=True))


@wrong(
    "log_softmax",
    "You added a small number inside the logarithm: no log-probability can then fall below its "
    "logarithm.",
)
def adds_epsilon_to_probabilities(logits, axis=-1):
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return np.log(exponentials / exponentials.sum(axis=axis, keepdims=True) + 1e-300)


@wrong(
    "log_softmax",
    "You made -inf finite: a masked logit has the log-probability -inf.",
)
def makes_log_probabilities_finite(logits, axis=-1):
    return np.nan_to_num(_log_probs(logits, axis))


@wrong("log_softmax", "You did not subtract the maximum: exp(1000) overflows.")
def log_softmax_without_shift(logits, axis=-1):
    return logits - np.log(np.exp(logits).sum(axis=axis, keepdims=True))


@wrong("log_softmax", "You subtracted one maximum of the whole array. Each row has its own.")
def log_softmax_with_one_maximum(logits, axis=-1):
    gaps = logits - logits.max()
    return gaps - np.log(np.exp(gaps).sum(axis=axis, keepdims=True))


@wrong(
    "log_softmax",
    "You subtracted the maximum only inside the exponentials: it belongs to both terms, or back "
    "to the sum.",
)
def forgets_the_maximum(logits, axis=-1):
    gaps = logits - logits.max(axis=axis, keepdims=True)
    return logits - np.log(np.exp(gaps).sum(axis=axis, keepdims=True))


@wrong("log_softmax", "You lost the axis of the sum: it is subtracted from the wrong entries.")
def loses_the_axis(logits, axis=-1):
    return logits - np.logaddexp.reduce(logits, axis=axis)


@wrong("log_softmax", "You ignored the axis: it need not be the last one.")
def log_softmax_over_the_last_axis(logits, axis=-1):
    return _log_probs(logits, -1)


@wrong("log_softmax", "You used the logarithm to base 2: natural logarithms are asked for.")
def log_softmax_in_bits(logits, axis=-1):
    return _log_probs(logits, axis) / np.log(2)


@wrong("log_softmax", "You subtracted in place: the caller's logits have changed.")
def log_softmax_in_place(logits, axis=-1):
    logits -= logits.max(axis=axis, keepdims=True)
    return logits - np.log(np.exp(logits).sum(axis=axis, keepdims=True))


# one_hot


@right("one_hot", "rows of an identity matrix")
def picks_rows_of_the_identity(labels, n_classes):
    labels = np.asarray(labels)
    if labels.min() < 0 or labels.max() >= n_classes:
        raise ValueError("labels are out of range")
    return np.eye(n_classes)[labels]


@right("one_hot", "sets the ones, label by label")
def sets_ones_one_by_one(labels, n_classes):
    result = np.zeros((*np.shape(labels), n_classes))
    for index, label in np.ndenumerate(labels):
        if not 0 <= label < n_classes:
            raise ValueError(f"label {label} is out of range")
        result[index][label] = 1.0
    return result


@right("one_hot", "nested lists, recursively")
def nests_lists(labels, n_classes):
    labels = np.asarray(labels)
    if labels.ndim > 0:
        return [nests_lists(part, n_classes) for part in labels]
    if int(labels) not in range(n_classes):
        raise ValueError("labels are out of range")
    return [float(k == labels) for k in range(n_classes)]


@wrong(
    "one_hot",
    "You let a label of -1 through: as an index it silently means the last class.",
)
def lets_minus_one_count_from_the_end(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    return np.eye(n_classes)[labels]


@wrong(
    "one_hot",
    "You left the check to indexing, which raises IndexError and takes -1 for the last class.",
)
def leaves_the_check_to_indexing(labels, n_classes):
    return np.eye(n_classes)[labels]


@wrong(
    "one_hot",
    "You did not check the labels: one that is out of range gives a row of zeros.",
)
def gives_rows_of_zeros(labels, n_classes):
    return 1.0 * (np.asarray(labels)[..., None] == np.arange(n_classes))


@wrong("one_hot", "You let the label n_classes through: the last class is n_classes - 1.")
def lets_one_too_many_through(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels < 0) or np.any(labels > n_classes):
        raise ValueError("labels are out of range")
    return 1.0 * (labels[..., None] == np.arange(n_classes))


@wrong("one_hot", "You checked only the first label, or only the last: any one can be wrong.")
def checks_the_ends_only(labels, n_classes):
    flat = np.ravel(labels)
    if not 0 <= flat[0] < n_classes or not 0 <= flat[-1] < n_classes:
        raise ValueError("labels are out of range")
    return 1.0 * (np.asarray(labels)[..., None] == np.arange(n_classes))


@wrong(
    "one_hot",
    "You took the number of classes from the labels: the last classes may not occur among them.",
)
def counts_the_classes_itself(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    return np.eye(int(labels.max()) + 1)[labels]


@wrong("one_hot", "You flattened the labels: their axes stay, and the classes come last.")
def flattens_the_labels(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    result = np.eye(n_classes)[labels.ravel()]
    return result[0] if labels.ndim == 0 else result


@wrong("one_hot", "You put the classes first: they are the last axis.")
def puts_classes_first(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    return np.moveaxis(np.eye(n_classes)[labels], -1, 0)


@wrong("one_hot", "You made one label a batch of one: a number gives a row without a batch axis.")
def makes_a_batch_of_one(labels, n_classes):
    labels = np.atleast_1d(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    return np.eye(n_classes)[labels]


@wrong("one_hot", "You filled whole columns: each row gets a 1 for its own label only.")
def fills_whole_columns(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    result = np.zeros((*labels.shape, n_classes))
    result[..., labels] = 1.0
    return result


@wrong("one_hot", "You moved wrong labels in place: they are an error, and the array is not yours.")
def clips_the_labels(labels, n_classes):
    labels = np.asarray(labels)
    np.clip(labels, 0, n_classes - 1, out=labels)
    return np.eye(n_classes)[labels]


@wrong("one_hot", "You changed the labels in place, to indices of the flat result.")
def turns_labels_into_flat_indices(labels, n_classes):
    labels = np.asarray(labels)
    if np.any(labels < 0) or np.any(labels >= n_classes):
        raise ValueError("labels are out of range")
    result = np.zeros((*labels.shape, n_classes))
    labels += n_classes * np.arange(labels.size).reshape(labels.shape)
    result.ravel()[labels] = 1.0
    return result


# cross_entropy


@right("cross_entropy", "takes logarithms only where the target is above 0")
def logs_where_it_counts(probs, targets):
    counts = targets > 0
    with np.errstate(divide="ignore"):
        total = np.sum(targets[counts] * np.log(probs[counts]))
    return -total / (probs.size // probs.shape[-1])


@right("cross_entropy", "one term at a time, with Python floats")
def adds_term_by_term(probs, targets):
    n_classes = probs.shape[-1]
    rows = zip(probs.reshape(-1, n_classes).tolist(), targets.reshape(-1, n_classes).tolist())
    costs = []
    for row in rows:
        cost = 0.0
        for p, t in zip(*row):
            if t > 0:
                cost += t * -math.log(p) if p > 0 else math.inf
        costs.append(cost)
    return sum(costs) / len(costs)


@right("cross_entropy", "silences numpy and repairs 0 · (−inf) afterwards")
def repairs_afterwards(probs, targets):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = targets * np.log(probs)
    terms[targets == 0] = 0.0
    return float(np.mean(-terms.sum(axis=-1)))


@wrong(
    "cross_entropy",
    "You added 1e-9 inside the logarithm, as one often sees: certainty no longer costs 0, and an "
    "impossible truth no longer inf.",
)
def adds_1e_9_in_the_log(probs, targets):
    return np.mean(-np.sum(targets * np.log(probs + 1e-9), axis=-1))


@wrong(
    "cross_entropy",
    "You raised tiny probabilities to a least one: 1e-200 has to cost its whole logarithm.",
)
def clips_probabilities(probs, targets):
    with np.errstate(divide="ignore"):
        log_probs = np.log(np.where(probs > 0, np.clip(probs, 1e-15, 1.0), 0.0))
    return np.mean(
        -np.sum(
            np.where(targets > 0, targets * np.where(targets > 0, log_probs, 0.0), 0.0), axis=-1
        )
    )


@wrong(
    "cross_entropy",
    "You replaced 0 with the smallest float: a model that calls the truth impossible then "
    "pays some 700 instead of inf.",
)
def replaces_zero_by_the_smallest_float(probs, targets):
    return np.mean(-np.sum(targets * np.log(np.maximum(probs, 1e-300)), axis=-1))


@wrong(
    "cross_entropy",
    "You left out all terms with p = 0: where the target is above 0, the term is inf.",
)
def leaves_out_impossible_classes(probs, targets):
    log_probs = np.log(np.where(probs > 0, probs, 1.0))
    return np.mean(-np.sum(targets * log_probs, axis=-1))


@wrong(
    "cross_entropy",
    "You took every logarithm: 0 times the log of 0 is nan. Such a term has to be 0.",
)
def multiplies_zero_by_infinity(probs, targets):
    with np.errstate(all="ignore"):
        return np.mean(-np.sum(targets * np.log(probs), axis=-1))


@wrong(
    "cross_entropy",
    "You replaced nan only after the sum: one 0 times -inf has then wiped out its whole row.",
)
def repairs_nan_too_late(probs, targets):
    with np.errstate(all="ignore"):
        return np.mean(np.nan_to_num(-np.sum(targets * np.log(probs), axis=-1), posinf=np.inf))


@wrong(
    "cross_entropy",
    "You took np.log(p, where=...) without out=: where it skips, the result is whatever was in "
    "memory, and 0 times that may be nan.",
)
def multiplies_what_was_in_memory(probs, targets):
    in_memory = np.full_like(probs, np.nan)  # numpy's own choice would differ from run to run
    with np.errstate(divide="ignore"):
        log_probs = np.log(probs, where=targets > 0, out=in_memory)
    return np.mean(-np.sum(targets * log_probs, axis=-1))


@wrong("cross_entropy", "You got the right numbers, but numpy warned: say that log 0 is meant.")
def warns_of_log_of_zero(probs, targets):
    terms = np.where(targets > 0, targets * np.log(probs), 0.0)
    return np.mean(-np.sum(terms, axis=-1))


@wrong(
    "cross_entropy",
    "You looked only at the largest target of each row: targets may be spread over classes.",
)
def takes_the_likeliest_target(probs, targets):
    picked = np.take_along_axis(probs, targets.argmax(axis=-1)[..., None], axis=-1)
    with np.errstate(divide="ignore"):
        return np.mean(-np.log(picked))


@wrong("cross_entropy", "You exchanged prediction and target: the log is of the prediction.")
def exchanges_prediction_and_target(probs, targets):
    with np.errstate(divide="ignore"):
        log_targets = np.log(np.where(probs > 0, targets, 1.0))
    return np.mean(-np.sum(probs * log_targets, axis=-1))


@wrong("cross_entropy", "You summed over the rows as well: the mean of them is asked for.")
def sums_over_rows(probs, targets):
    with np.errstate(divide="ignore"):
        return -np.sum(targets * np.log(np.where(targets > 0, probs, 1.0)))


@wrong("cross_entropy", "You took the mean over the classes, too: over them it is a sum.")
def averages_over_classes(probs, targets):
    with np.errstate(divide="ignore"):
        return -np.mean(targets * np.log(np.where(targets > 0, probs, 1.0)))


@wrong("cross_entropy", "You divided by the length of the first axis only: all others count.")
def divides_by_the_first_axis(probs, targets):
    with np.errstate(divide="ignore"):
        total = -np.sum(targets * np.log(np.where(targets > 0, probs, 1.0)))
    return total / (len(probs) if probs.ndim > 1 else 1)


@wrong("cross_entropy", "You used the logarithm to base 2: nats are natural logarithms.")
def measures_in_bits(probs, targets):
    with np.errstate(divide="ignore"):
        log_probs = np.log2(np.where(targets > 0, probs, 1.0))
    return np.mean(-np.sum(targets * log_probs, axis=-1))


@wrong("cross_entropy", "You changed the prediction in place where the target is 0.")
def changes_the_prediction(probs, targets):
    probs[targets == 0] = 1.0
    with np.errstate(divide="ignore"):
        return np.mean(-np.sum(targets * np.log(probs), axis=-1))


# cross_entropy_from_logits


@right("cross_entropy_from_logits", "log-sum-exp of each row minus the logit of its label")
def log_sum_minus_logit(logits, labels):
    log_sums = np.logaddexp.reduce(logits, axis=1)
    picked = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    return (log_sums - picked).mean()


@right("cross_entropy_from_logits", "row by row, with Python floats")
def loss_row_by_row(logits, labels):
    total = 0.0
    for row, label in zip(logits.tolist(), labels.tolist()):
        top = max(row)
        total += top - row[label] + math.log(sum(math.exp(v - top) for v in row))
    return total / len(labels)


@right("cross_entropy_from_logits", "a mask for the right classes")
def masks_the_right_classes(logits, labels):
    is_right = labels[:, None] == np.arange(logits.shape[1])
    return -np.sum(np.where(is_right, _log_probs(logits), 0.0)) / len(logits)


@wrong(
    "cross_entropy_from_logits",
    "You multiplied by a one-hot matrix: where a logit is -inf, 0 times -inf is nan. Pick the "
    "entries instead.",
)
def multiplies_by_one_hot(logits, labels):
    with np.errstate(invalid="ignore"):
        return -np.mean(np.sum(np.eye(logits.shape[1])[labels] * _log_probs(logits), axis=1))


@wrong(
    "cross_entropy_from_logits",
    "You took the log of a probability that can underflow to 0: stay with logarithms.",
)
def takes_the_log_of_a_probability(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = exponentials / exponentials.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(probs[np.arange(len(labels)), labels]))


@wrong(
    "cross_entropy_from_logits",
    "You added a small number inside the logarithm: the loss of a confident mistake is then far "
    "too small.",
)
def adds_epsilon_to_the_probability(logits, labels):
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = exponentials / exponentials.sum(axis=1, keepdims=True)
    return -np.mean(np.log(probs[np.arange(len(labels)), labels] + 1e-300))


@wrong(
    "cross_entropy_from_logits",
    "You added a small number to the sum inside the logarithm: it is at least 1 and needs no help.",
)
def adds_epsilon_to_the_sum(logits, labels):
    gaps = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(gaps).sum(axis=1) + 1e-10) - gaps[np.arange(len(labels)), labels]
    return losses.mean()


@wrong(
    "cross_entropy_from_logits",
    "You subtracted one maximum for the whole batch: rows far below it underflow.",
)
def one_maximum_for_the_batch(logits, labels):
    gaps = logits - logits.max()
    with np.errstate(divide="ignore"):
        log_probs = gaps - np.log(np.exp(gaps).sum(axis=1, keepdims=True))
    return -np.mean(log_probs[np.arange(len(labels)), labels])


@wrong("cross_entropy_from_logits", "You did not subtract the maximum: exp(10000) overflows.")
def loss_without_shift(logits, labels):
    log_sums = np.log(np.exp(logits).sum(axis=1))
    return np.mean(log_sums - logits[np.arange(len(labels)), labels])


@wrong(
    "cross_entropy_from_logits",
    "You made infinite losses finite: a class that the model calls impossible costs inf.",
)
def makes_losses_finite(logits, labels):
    log_probs = np.nan_to_num(_log_probs(logits), neginf=-1e9)
    return -np.mean(log_probs[np.arange(len(labels)), labels])


@wrong(
    "cross_entropy_from_logits",
    "You picked the columns of all labels from every row: pair row i with label i.",
)
def picks_all_columns(logits, labels):
    return -np.mean(_log_probs(logits)[:, labels])


@wrong("cross_entropy_from_logits", "You summed over the batch: the mean is asked for.")
def sums_over_the_batch(logits, labels):
    return -np.sum(_log_probs(logits)[np.arange(len(labels)), labels])


@wrong("cross_entropy_from_logits", "You took the softmax over the batch, not over the classes.")
def normalises_over_the_batch(logits, labels):
    return -np.mean(_log_probs(logits, axis=0)[np.arange(len(labels)), labels])


@wrong("cross_entropy_from_logits", "You returned one loss per row: the mean is one number.")
def returns_a_loss_per_row(logits, labels):
    return -_log_probs(logits)[np.arange(len(labels)), labels]


@wrong("cross_entropy_from_logits", "You subtracted in place: the caller's logits have changed.")
def loss_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    return -np.mean(_log_probs(logits)[np.arange(len(labels)), labels])


# top_k


@right("top_k", "softmax of all, the rest set to 0, divided by what is left")
def masks_and_renormalises(logits, k):
    _check_k(logits, k)
    return _renormalised(_probs(logits), _best_first(logits)[:k])


@right("top_k", "takes the largest out, k times")
def takes_the_largest_out(logits, k):
    _check_k(logits, k)
    left, kept = logits.tolist(), []
    for _ in range(k):
        best = max((i for i in range(len(left)) if i not in kept), key=lambda i: left[i])
        kept.append(best)
    weights = [math.exp(left[i] - max(left)) if i in kept else 0.0 for i in range(len(left))]
    return [w / sum(weights) for w in weights]


@right("top_k", "all above the border, and of the equal ones the first that fit")
def splits_at_the_border(logits, k):
    _check_k(logits, k)
    border = np.sort(logits)[-k]
    kept = logits > border
    equal = np.flatnonzero(logits == border)
    kept[equal[: k - kept.sum()]] = True
    return _probs(np.where(kept, logits, -np.inf))


@wrong(
    "top_k",
    "You kept all logits that reach the k-th largest: with ties that is more than k.",
)
def keeps_all_ties(logits, k):
    _check_k(logits, k)
    return _probs(np.where(logits >= np.sort(logits)[-k], logits, -np.inf))


@wrong(
    "top_k",
    "You reversed an ascending order: of equal logits the last ones then come first.",
)
def keeps_the_last_of_ties(logits, k):
    _check_k(logits, k)
    return _renormalised(_probs(logits), np.argsort(logits, kind="stable")[::-1][:k])


@wrong(
    "top_k",
    'You sorted without kind="stable": in long rows equal logits come in any order.',
)
def sorts_without_stability(logits, k):
    _check_k(logits, k)
    # What a quicksort does to ties, made the same on every machine.
    shuffled = np.random.default_rng(0).permutation(len(logits))
    order = _best_first(logits) if len(logits) <= 16 else shuffled[_best_first(logits[shuffled])]
    return _renormalised(_probs(logits), order[:k])


@wrong("top_k", "You did not renormalise: what is kept has to sum to 1.")
def does_not_renormalise(logits, k):
    _check_k(logits, k)
    probs, kept = _probs(logits), _best_first(logits)[:k]
    result = np.zeros(len(logits))
    result[kept] = probs[kept]
    return result


@wrong("top_k", "You took the softmax again, of probabilities: divide by their sum instead.")
def takes_softmax_of_probabilities(logits, k):
    _check_k(logits, k)
    probs, kept = _probs(logits), _best_first(logits)[:k]
    result = np.zeros(len(logits))
    result[kept] = _probs(probs[kept])
    return result


@wrong("top_k", "You set the others to a logit of 0: that is a probability, and not 0.")
def sets_logits_to_zero(logits, k):
    _check_k(logits, k)
    masked = np.zeros(len(logits))
    kept = _best_first(logits)[:k]
    masked[kept] = logits[kept]
    return _probs(masked)


@wrong(
    "top_k",
    "You masked with -1e4, which other logits reach as well. Only -inf is below all numbers.",
)
def masks_with_a_large_number(logits, k):
    _check_k(logits, k)
    masked = np.full(len(logits), -1e4)
    kept = _best_first(logits)[:k]
    masked[kept] = logits[kept]
    return _probs(masked)


@wrong("top_k", "You returned the k probabilities best first: each belongs in its own place.")
def returns_them_sorted(logits, k):
    _check_k(logits, k)
    probs = np.sort(_probs(logits))[::-1]
    return np.where(np.arange(len(logits)) < k, probs, 0.0) / probs[:k].sum()


@wrong("top_k", "You took the exponentials as they are: subtract the largest logit first.")
def top_k_without_shift(logits, k):
    _check_k(logits, k)
    kept = _best_first(logits)[:k]
    return _renormalised(np.exp(logits), kept)


@wrong("top_k", "You let k = 0 through, or a negative k, which slices from the other end.")
def accepts_small_k(logits, k):
    if k > len(logits):
        raise ValueError(f"k must be at most {len(logits)}")
    with np.errstate(invalid="ignore"):
        return _renormalised(_probs(logits), _best_first(logits)[:k])


@wrong("top_k", "You cut k off at n, silently: more tokens than there are is an error.")
def cuts_k_off(logits, k):
    if k < 1:
        raise ValueError("k must be positive")
    return _renormalised(_probs(logits), _best_first(logits)[:k])


@wrong("top_k", "You refused k = n: keeping all is fine.")
def refuses_to_keep_all(logits, k):
    if not 1 <= k < len(logits):
        raise ValueError("k is out of range")
    return _renormalised(_probs(logits), _best_first(logits)[:k])


@wrong(
    "top_k",
    "You replaced each largest logit with -inf and looked for the next: when only -inf is "
    "left, that finds a token a second time.",
)
def finds_a_token_twice(logits, k):
    _check_k(logits, k)
    left, kept = logits.copy(), []
    for _ in range(k):
        kept.append(int(np.argmax(left)))
        left[kept[-1]] = -np.inf
    return _renormalised(_probs(logits), kept)


@wrong("top_k", "You cut tiny probabilities to 0: what is among the k best keeps its own.")
def top_k_cuts_tiny_probabilities(logits, k):
    _check_k(logits, k)
    probs = _renormalised(_probs(logits), _best_first(logits)[:k])
    return np.where(probs < 1e-10, 0.0, probs)


@wrong("top_k", "You masked the caller's logits: work on a copy.")
def masks_in_place(logits, k):
    _check_k(logits, k)
    logits[_best_first(logits)[k:]] = -np.inf
    return _probs(logits)


@wrong("top_k", "You took nearly equal logits for ties: the larger one stays, by however little.")
def top_k_sees_ties_everywhere(logits, k):
    _check_k(logits, k)
    kept = np.argsort(-np.round(logits, 9), kind="stable")[:k]
    return _renormalised(_probs(logits), kept)


# top_p


@right("top_p", "keeps a token if the sum before it is below p")
def looks_at_the_sum_before(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    before = np.concatenate([[0.0], np.cumsum(probs[order])[:-1]])
    kept = order if p == 1 else order[before < p]
    return _probs(np.where(np.isin(np.arange(len(logits)), kept), logits, -np.inf))


@right("top_p", "collects tokens one by one until their weight is enough")
def collects_until_it_is_enough(logits, p):
    _check_p(p)
    top = max(logits.tolist())
    weights = [math.exp(v - top) for v in logits.tolist()]
    collected, kept = 0.0, []
    for i in sorted(range(len(weights)), key=lambda i: -logits[i]):
        if kept and collected >= p * sum(weights) and p < 1:
            break
        kept.append(i)
        collected += weights[i]
    return np.array([w / collected if i in kept else 0.0 for i, w in enumerate(weights)])


@right("top_p", "leaves out from the poor end what is not needed")
def leaves_out_from_the_end(logits, p):
    _check_p(p)
    probs = _probs(logits)
    kept = _best_first(logits).tolist()
    left_out = 0.0
    while p < 1 and len(kept) > 1 and left_out + probs[kept[-1]] <= 1 - p:
        left_out += probs[kept.pop()]
    return _renormalised(probs, kept)


@wrong(
    "top_p",
    "You left out the token with which the sum passes p: without it p is not reached.",
)
def stops_before_p(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    size = len(logits) if p == 1 else max(1, np.sum(np.cumsum(probs[order]) <= p))
    return _renormalised(probs, order[:size])


@wrong("top_p", "You kept one token too many: where the sum is p, it has reached it.")
def goes_on_at_equality(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    size = np.searchsorted(np.cumsum(probs[order]), p, side="right") + 1
    return _renormalised(probs, order if p == 1 else order[:size])


@wrong(
    "top_p",
    "You trusted the running sum at p = 1: it rounds to 1 early, and improbable tokens are lost.",
)
def loses_tokens_at_one(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    size = np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You kept nothing where the best token alone passes p: at least one stays.")
def can_keep_nothing(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    if p < probs.max():
        return np.zeros(len(logits))
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You kept all tokens as probable as the last one needed: fewest means fewest.")
def keeps_all_ties_of_the_last(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    size = min(np.searchsorted(np.cumsum(probs[order]), p), len(logits) - 1)
    return _renormalised(probs, probs >= probs[order[size]] if p < 1 else order)


@wrong("top_p", "You reversed an ascending order: of equal logits the last ones come first.")
def prefers_the_last_of_ties(logits, p):
    _check_p(p)
    probs, order = _probs(logits), np.argsort(logits, kind="stable")[::-1]
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", 'You sorted without kind="stable": in long rows equal logits come in any order.')
def top_p_without_a_stable_sort(logits, p):
    _check_p(p)
    # What a quicksort does to ties, made the same on every machine.
    shuffled = np.random.default_rng(0).permutation(len(logits))
    order = _best_first(logits) if len(logits) <= 16 else shuffled[_best_first(logits[shuffled])]
    probs = _probs(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You did not sort: the sum has to start with the most probable token.")
def sums_in_the_given_order(logits, p):
    _check_p(p)
    probs = _probs(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs), p) + 1
    return _renormalised(probs, np.arange(len(logits))[:size])


@wrong("top_p", "You kept tokens whose own probability reaches a bound: p bounds their sum.")
def bounds_each_probability(logits, p):
    _check_p(p)
    probs = _probs(logits)
    return _renormalised(probs, probs >= (1 - p) * probs.max())


@wrong("top_p", "You did not renormalise: what is kept has to sum to 1.")
def top_p_without_renormalising(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return np.where(np.isin(np.arange(len(logits)), order[:size]), probs, 0.0)


@wrong("top_p", "You left the probabilities in descending order: each belongs in its own place.")
def leaves_them_sorted(logits, p):
    _check_p(p)
    probs = _probs(logits)[_best_first(logits)]
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs), p) + 1
    return _renormalised(probs, np.arange(len(logits))[:size])


@wrong("top_p", "You took the exponentials as they are: subtract the largest logit first.")
def top_p_without_shift(logits, p):
    _check_p(p)
    probs, order = np.exp(logits) / np.exp(logits).sum(), _best_first(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You let p = 0 through: p must be above 0.")
def accepts_p_of_zero(logits, p):
    if not 0 <= p <= 1:
        raise ValueError("p is out of range")
    probs, order = _probs(logits), _best_first(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You let a p above 1 through: no sum of probabilities gets there.")
def accepts_p_above_one(logits, p):
    if not p > 0:
        raise ValueError("p must be above 0")
    probs, order = _probs(logits), _best_first(logits)
    size = len(logits) if p >= 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You refused p = 1: it keeps every token.")
def refuses_p_of_one(logits, p):
    if not 0 < p < 1:
        raise ValueError("p is out of range")
    probs, order = _probs(logits), _best_first(logits)
    size = min(np.searchsorted(np.cumsum(probs[order]), p) + 1, len(logits))
    return _renormalised(probs, order[:size])


@wrong(
    "top_p",
    "You put -1e4 instead of -inf, which other logits reach as well: what is masked then gets "
    "a share.",
)
def puts_a_number_for_infinity(logits, p):
    _check_p(p)
    logits = np.nan_to_num(logits, neginf=-1e4)
    probs, order = _probs(logits), _best_first(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    return _renormalised(probs, order[:size])


@wrong("top_p", "You masked the caller's logits: work on a copy.")
def top_p_in_place(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    size = len(logits) if p == 1 else np.searchsorted(np.cumsum(probs[order]), p) + 1
    logits[order[size:]] = -np.inf
    return _probs(logits)


@wrong("top_p", "You took nearly equal logits for ties: the larger one goes first.")
def top_p_sees_ties_everywhere(logits, p):
    _check_p(p)
    probs, order = _probs(logits), np.argsort(-np.round(logits, 6), kind="stable")
    n = len(logits) if p == 1 else int((np.cumsum(probs[order]) < p).sum()) + 1
    return _renormalised(probs, order[:n])


@wrong("top_p", "You took a p near 1 for 1: the nucleus may be small there, too.")
def rounds_p_up_to_one(logits, p):
    _check_p(p)
    probs, order = _probs(logits), _best_first(logits)
    n = len(logits) if np.isclose(p, 1) else int((np.cumsum(probs[order]) < p).sum()) + 1
    return _renormalised(probs, order[:n])


@wrong("top_p", "You let a p that is a little above 1 pass: there is no such probability.")
def tolerates_p_above_one(logits, p):
    if p <= 0 or (p > 1 and not np.isclose(p, 1)):
        raise ValueError(f"p must be above 0 and at most 1, got {p}")
    probs, order = _probs(logits), _best_first(logits)
    n = len(logits) if p >= 1 else int((np.cumsum(probs[order]) < p).sum()) + 1
    return _renormalised(probs, order[:n])
