"""Right and wrong ways to write the exercises of `chain_rule`."""

import math

import numpy as np

from grader.variants import right, wrong


def _softmax(scores):
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


def _one_hot(labels, c):
    return np.eye(c)[labels]


def _cross_entropy(logits, labels):
    n = len(labels)
    shifted = logits - logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(n), labels]
    return losses.mean(), (_softmax(logits) - _one_hot(labels, logits.shape[1])) / n


def _forward(params, x):
    z = x @ params["W1"].T + params["b1"]
    hidden = np.maximum(z, 0.0)
    return z, hidden, hidden @ params["W2"].T + params["b2"]


def _gradients(dW1, db1, dW2, db2):
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}


# sigmoid


@right("sigmoid", "half of 1 + tanh(x/2)")
def goes_by_tanh(x):
    return 0.5 * (1.0 + np.tanh(0.5 * x))


@right("sigmoid", "each sign by its own formula, with masks")
def treats_signs_apart(x):
    y = np.empty_like(x)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    e = np.exp(x[~positive])
    y[~positive] = e / (1 + e)
    return y


@right("sigmoid", "the exponential of a log-sum-exp")
def goes_by_logaddexp(x):
    return np.exp(-np.logaddexp(0.0, -x))


@right("sigmoid", "a loop with Python floats")
def loops_over_numbers(x):
    def one(v):
        if v < 0:
            return math.exp(v) / (1 + math.exp(v))
        return 1 / (1 + math.exp(-v))

    return np.array([one(v) for v in x.ravel().tolist()]).reshape(x.shape)


@right("sigmoid", "the plain formula where the argument is cut at a harmless size")
def cuts_far_out(x):
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


@wrong(
    "sigmoid",
    "Your sigmoid overflows for x far below 0, as exp(-x) does. Take the exponential of numbers "
    "below 0 only.",
)
def overflows_on_the_left(x):
    return 1 / (1 + np.exp(-x))


@wrong(
    "sigmoid",
    "Your sigmoid is inf / inf for large x, as exp(x) / (1 + exp(x)) is. Take the exponential of "
    "numbers below 0 only.",
)
def overflows_on_the_right(x):
    return np.exp(x) / (1 + np.exp(x))


@wrong(
    "sigmoid",
    "You computed both formulas for all entries, as np.where does before it chooses: the "
    "overflow still happens.",
)
def computes_both_sides(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


@wrong("sigmoid", "You cut the argument where the sigmoid is not flat yet.")
def cuts_too_near(x):
    return 1 / (1 + np.exp(-np.clip(x, -10, 10)))


@wrong(
    "sigmoid",
    "You cut x at ±20: the exponential overflows beyond 700 only, and between 20 and 700 the "
    "sigmoid goes on changing.",
)
def cuts_at_20(x):
    return 1 / (1 + np.exp(-np.clip(x, -20, 20)))


@wrong("sigmoid", "You asked for the sign of the first entry only: every entry has its own.")
def asks_the_first_entry(x):
    if x.flat[0] >= 0:
        return 1 / (1 + np.exp(-x))
    return np.exp(x) / (1 + np.exp(x))


@wrong("sigmoid", "You computed tanh, which runs from -1 to 1: the sigmoid runs from 0 to 1.")
def is_a_tanh(x):
    return np.tanh(x)


@wrong("sigmoid", "You flipped the sign: a large x gives a number near 1.")
def falls(x):
    return 0.5 * (1.0 - np.tanh(0.5 * x))


@wrong("sigmoid", "You forgot the half inside tanh: the slope at 0 is 1/4.")
def is_too_steep(x):
    return 0.5 * (1.0 + np.tanh(x))


@wrong("sigmoid", "You flattened the array: the result has its shape.")
def flattens(x):
    return np.array([0.5 * (1.0 + math.tanh(0.5 * v)) for v in x.ravel()])


@wrong("sigmoid", "You cut the argument in place, so the caller's array has changed.")
def cuts_in_place(x):
    np.clip(x, -500, 500, out=x)
    x *= -1
    return 1 / (1 + np.exp(x))


# sigmoid_backward


@right("sigmoid_backward", "y minus y squared")
def expands_the_product(dy, y):
    return dy * (y - y**2)


@right("sigmoid_backward", "entry by entry")
def goes_entry_by_entry(dy, y):
    dx = np.zeros_like(y)
    for index, p in np.ndenumerate(y):
        dx[index] = dy[index] * p * (1 - p)
    return dx


@wrong(
    "sigmoid_backward",
    "You applied the sigmoid again: y is its output already, so the slope is y (1 - y).",
)
def applies_it_again(dy, y):
    s = 1 / (1 + np.exp(-y))
    return dy * s * (1 - s)


@wrong("sigmoid_backward", "You forgot the upstream gradient: the chain rule multiplies by it.")
def forgets_upstream(dy, y):
    return y * (1 - y)


@wrong("sigmoid_backward", "You took the slope of tanh, 1 - y²: that of the sigmoid is y (1 - y).")
def takes_the_slope_of_tanh(dy, y):
    return dy * (1 - y**2)


@wrong("sigmoid_backward", "You forgot the factor y: the slope is y (1 - y).")
def forgets_a_factor(dy, y):
    return dy * (1 - y)


@wrong(
    "sigmoid_backward",
    "You took the slope of the slope, 1 - 2y: the slope itself, y (1 - y), is asked for.",
)
def differentiates_twice(dy, y):
    return dy * (1 - 2 * y)


@wrong("sigmoid_backward", "You divided by the slope: on the way back you multiply by it.")
def divides_by_the_slope(dy, y):
    with np.errstate(all="ignore"):
        return dy / (y * (1 - y))


@wrong("sigmoid_backward", "You summed over entries: each entry has its own gradient.")
def sums_up(dy, y):
    return np.sum(dy * y * (1 - y), axis=-1)


@wrong("sigmoid_backward", "You multiplied into dy itself, so the caller's array has changed.")
def multiplies_into_upstream(dy, y):
    dy *= y * (1 - y)
    return dy


# relu_backward


@right("relu_backward", "a product with a mask of zeros and ones")
def multiplies_by_a_mask(dy, x):
    return dy * (x > 0)


@right("relu_backward", "a copy, with zeros where nothing passes")
def sets_zeros_in_a_copy(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


@right("relu_backward", "the step function, which is 0 at 0 if asked")
def uses_heaviside(dy, x):
    return np.heaviside(x, 0.0) * dy


@wrong("relu_backward", "You let the gradient pass at x = 0: there the derivative counts as 0.")
def passes_at_zero(dy, x):
    return dy * (x >= 0)


@wrong("relu_backward", "You let half of the gradient pass at x = 0: there it counts as 0.")
def passes_half_at_zero(dy, x):
    return dy * (np.sign(x) + 1) / 2


@wrong("relu_backward", "You asked for the sign of dy: what counts is the sign of the input.")
def asks_upstream(dy, x):
    return dy * (dy > 0)


@wrong(
    "relu_backward", "You applied the ReLU to the gradient as well: negative gradients pass, too."
)
def cuts_the_gradient(dy, x):
    return np.maximum(dy, 0) * (x > 0)


@wrong("relu_backward", "You forgot the upstream gradient: the chain rule multiplies by it.")
def returns_the_mask(dy, x):
    return (x > 0) * 1.0


@wrong("relu_backward", "You multiplied by the ReLU itself, not by its slope, which is 0 or 1.")
def multiplies_by_the_output(dy, x):
    return dy * np.maximum(x, 0)


@wrong("relu_backward", "You let a little through for negative inputs: that is a leaky ReLU.")
def leaks(dy, x):
    return np.where(x > 0, dy, 0.01 * dy)


@wrong(
    "relu_backward",
    "You asked for more than a small number: any positive input lets the gradient pass.",
)
def wants_more_than_epsilon(dy, x):
    return dy * (x > 1e-8)


@wrong("relu_backward", "You set zeros in dy itself, so the caller's array has changed.")
def sets_zeros_in_place(dy, x):
    dy[x <= 0] = 0
    return dy


# linear_backward


@right("linear_backward", "einsum, one letter per axis")
def names_the_axes(dy, x, W):
    dx = np.einsum("no,oi->ni", dy, W)
    return dx, np.einsum("no,ni->oi", dy, x), np.einsum("no->o", dy)


@right("linear_backward", "adds up one example at a time")
def adds_up_examples(dy, x, W):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros(len(W))
    for k in range(len(x)):
        dx[k] = W.T @ dy[k]
        dW += np.outer(dy[k], x[k])
        db += dy[k]
    return [dx, dW, db]


@right("linear_backward", "the transposed product, and ones for the bias")
def transposes_the_product(dy, x, W):
    return dy.dot(W), x.T.dot(dy).T, np.ones(len(dy)) @ dy


@wrong("linear_backward", "You divided by n: the mean belongs to the loss, and dy carries it.")
def averages_the_batch(dy, x, W):
    n = len(x)
    return dy @ W, dy.T @ x / n, dy.sum(axis=0) / n


@wrong(
    "linear_backward",
    "You averaged the bias's gradient over the batch: like that of the weights it adds up.",
)
def averages_the_bias(dy, x, W):
    return dy @ W, dy.T @ x, dy.mean(axis=0)


@wrong("linear_backward", "You returned the weights' gradient transposed: W has a row per output.")
def transposes_the_weights_gradient(dy, x, W):
    return dy @ W, x.T @ dy, dy.sum(axis=0)


@wrong(
    "linear_backward",
    "You multiplied by W transposed: forward it is x Wᵀ, so the way back takes W itself. With a "
    "square W no shape complains.",
)
def transposes_weights_if_square(dy, x, W):
    dx = dy @ W.T if W.shape[0] == W.shape[1] else dy @ W
    return dx, dy.T @ x, dy.sum(axis=0)


@wrong("linear_backward", "You gave the bias a row of its own: its gradient has shape (out,).")
def keeps_the_batch_axis(dy, x, W):
    return dy @ W, dy.T @ x, dy.sum(axis=0, keepdims=True)


@wrong("linear_backward", "You did not add the bias's gradient up over the batch.")
def does_not_sum_the_bias(dy, x, W):
    return dy @ W, dy.T @ x, dy


@wrong("linear_backward", "You summed the bias over the outputs: sum over the batch, axis 0.")
def sums_over_outputs(dy, x, W):
    return dy @ W, dy.T @ x, dy.sum(axis=1)


@wrong(
    "linear_backward",
    "You mixed up the order: the gradients at the input, the weights and the bias are asked for "
    "in this order.",
)
def mixes_the_order(dy, x, W):
    return dy.T @ x, dy @ W, dy.sum(axis=0)


@wrong("linear_backward", "You squeezed the results: an axis of length 1 is still an axis.")
def squeezes_the_results(dy, x, W):
    return np.squeeze(dy @ W), np.squeeze(dy.T @ x), np.squeeze(dy.sum(axis=0))


@wrong("linear_backward", "You used the input where the weights belong: dx does not depend on x.")
def forgets_the_weights(dy, x, W):
    dW = dy.T @ x
    return dy @ dW, dW, dy.sum(axis=0)


@wrong("linear_backward", "You took a step on W inside: this function returns gradients only.")
def updates_the_weights(dy, x, W):
    dx, dW, db = dy @ W, dy.T @ x, dy.sum(axis=0)
    W -= 0.1 * dW
    return dx, dW, db


# softmax_jacobian


@right("softmax_jacobian", "entry by entry, in two loops")
def fills_each_slope(p):
    n = len(p)
    table = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            table[i, j] = p[i] * (1.0 - p[i]) if i == j else -p[i] * p[j]
    return table


@right("softmax_jacobian", "p times (the identity minus p), row by row")
def scales_the_identity(p):
    return p[:, None] * (np.eye(p.size) - p)


@right("softmax_jacobian", "columns and rows, with einsum")
def subtracts_products_with_einsum(p):
    return np.einsum("i,ij->ij", p, np.eye(len(p))) - np.einsum("i,j->ij", p, p)


@right("softmax_jacobian", "a column times a row, then its diagonal is filled anew")
def fills_the_diagonal(p):
    column = p.reshape(-1, 1)
    table = -(column @ column.T)
    np.fill_diagonal(table, p * (1 - p))
    return table.tolist()


@wrong(
    "softmax_jacobian",
    "You took p (1 - p) on the diagonal and 0 elsewhere: raising one score lowers the other "
    "probabilities too.",
)
def keeps_the_diagonal_only(p):
    return np.diag(p * (1 - p))


@wrong(
    "softmax_jacobian",
    "You returned the slope of each probability along its own logit: a whole table is asked for.",
)
def returns_the_diagonal(p):
    return p * (1 - p)


@wrong(
    "softmax_jacobian",
    "For a 1-D array p @ p.T is one number, the sum of squares: transposing does nothing there. "
    "np.outer gives the table of products.",
)
def multiplies_a_flat_array(p):
    return np.diag(p) - p @ p.T


@wrong("softmax_jacobian", "You forgot diag(p): your diagonal is negative.")
def forgets_the_identity(p):
    return -np.outer(p, p)


@wrong("softmax_jacobian", "You flipped the sign: raising a score raises its own probability.")
def flips_the_sign(p):
    return np.outer(p, p) - np.diag(p)


@wrong("softmax_jacobian", "You added the products: off the diagonal the slopes are negative.")
def adds_the_products(p):
    return np.outer(p, p) * (1 - 2 * np.eye(len(p))) + np.diag(p)


@wrong(
    "softmax_jacobian",
    "You subtracted p from the identity in place of from diag(p): the factor p is missing.",
)
def forgets_the_factor(p):
    return np.eye(len(p)) - np.outer(p, p)


@wrong("softmax_jacobian", "You subtracted p² by broadcasting: the table needs products p_i p_j.")
def subtracts_the_squares(p):
    return np.diag(p) - p * p


@wrong("softmax_jacobian", "You took the softmax of p again: p holds the probabilities already.")
def applies_softmax_again(p):
    q = _softmax(p)
    return np.diag(q) - np.outer(q, q)


@wrong("softmax_jacobian", "You multiplied p_i by (1 - p_j) everywhere: that is the diagonal's.")
def uses_the_diagonal_rule_everywhere(p):
    return p[:, None] * (1 - p)


@wrong("softmax_jacobian", "You kept p away from 0 and 1 by clipping: here 0 and 1 are fine.")
def clips_probabilities(p):
    q = np.clip(p, 1e-12, 1 - 1e-12)
    return np.diag(q) - np.outer(q, q)


@wrong("softmax_jacobian", "You wrote into p itself: the caller's array must stay as it is.")
def changes_p(p):
    table = np.diag(p) - np.outer(p, p)
    p -= p**2
    return table


# softmax_cross_entropy


@right("softmax_cross_entropy", "log-sum-exp by logaddexp")
def reduces_with_logaddexp(logits, labels):
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    n, c = logits.shape
    truth = _one_hot(labels, c)
    return -np.sum(truth * log_probs) / n, (np.exp(log_probs) - truth) / n


@right("softmax_cross_entropy", "one example at a time, with Python floats")
def loops_over_examples(logits, labels):
    total, rows = 0.0, []
    for row, label in zip(logits.tolist(), labels.tolist()):
        top = max(row)
        exps = [math.exp(v - top) for v in row]
        total += math.log(sum(exps)) + top - row[label]
        rows.append([(e / sum(exps) - (k == label)) / len(labels) for k, e in enumerate(exps)])
    return total / len(labels), rows


@right("softmax_cross_entropy", "measures each row from the logit of its right class")
def measures_from_the_right_class(logits, labels):
    n = len(labels)
    gaps = logits - logits[np.arange(n), labels][:, None]
    top = gaps.max(axis=1)
    losses = top + np.log(np.exp(gaps - top[:, None]).sum(axis=1))
    dlogits = np.exp(gaps - losses[:, None]) / n
    np.subtract.at(dlogits, (np.arange(n), labels), 1 / n)
    return np.float64(losses.sum() / n), dlogits


@wrong(
    "softmax_cross_entropy",
    "You took the exponential of the logits as they are: subtract each row's maximum first.",
)
def does_not_shift(logits, labels):
    n = len(labels)
    exps = np.exp(logits)
    probs = exps / exps.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(probs[np.arange(n), labels]))
    return loss, (probs - _one_hot(labels, logits.shape[1])) / n


@wrong(
    "softmax_cross_entropy",
    "You took the log of a probability that can underflow to 0. Stay with logarithms: shifted "
    "logit minus log of the sum.",
)
def takes_the_log_of_zero(logits, labels):
    n = len(labels)
    probs = _softmax(logits)
    loss = -np.mean(np.log(probs[np.arange(n), labels]))
    return loss, (probs - _one_hot(labels, logits.shape[1])) / n


@wrong(
    "softmax_cross_entropy",
    "You added a small number inside the logarithm: the loss of a confident mistake is then far "
    "too small. Stay with logarithms instead.",
)
def adds_epsilon_in_the_log(logits, labels):
    n = len(labels)
    probs = _softmax(logits)
    loss = -np.mean(np.log(probs[np.arange(n), labels] + 1e-300))
    return loss, (probs - _one_hot(labels, logits.shape[1])) / n


@wrong(
    "softmax_cross_entropy",
    "You subtracted one maximum for the whole batch: rows far below it underflow. Each row has its "
    "own.",
)
def shifts_by_one_maximum(logits, labels):
    n = len(labels)
    shifted = logits - logits.max()
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -np.mean(log_probs[np.arange(n), labels])
    return loss, (np.exp(log_probs) - _one_hot(labels, logits.shape[1])) / n


@wrong(
    "softmax_cross_entropy",
    "You cut small gradients to 0: they are what pushes a class down that is all but ruled out.",
)
def cuts_small_gradients(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss, np.where(np.abs(dlogits) < 1e-7, 0.0, dlogits)


@wrong(
    "softmax_cross_entropy",
    "You clipped the probabilities to 1e-7 and 1 - 1e-7 before the log, as Keras does: the loss of "
    "a confident mistake is then far too small. Stay with logarithms.",
)
def clips_like_keras(logits, labels):
    n, c = logits.shape
    probs = _softmax(logits)
    clipped = np.clip(probs, 1e-7, 1 - 1e-7)
    loss = -np.mean(np.log(clipped[np.arange(n), labels]))
    return loss, (probs - _one_hot(labels, c)) / n


@wrong(
    "softmax_cross_entropy",
    "You did not divide the gradient by n: it belongs to the mean loss, so it is a mean as well.",
)
def forgets_n_in_the_gradient(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss, dlogits * len(labels)


@wrong("softmax_cross_entropy", "You summed the loss over the batch: the mean is asked for.")
def sums_the_loss(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss * len(labels), dlogits


@wrong("softmax_cross_entropy", "You averaged over classes too: divide by n, the number of rows.")
def divides_by_all_entries(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss, dlogits / logits.shape[1]


@wrong("softmax_cross_entropy", "You used the logarithm to base 2: nats are natural logarithms.")
def measures_in_bits(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss / np.log(2), dlogits


@wrong("softmax_cross_entropy", "You took the softmax over the batch, not over the classes.")
def normalises_over_the_batch(logits, labels):
    n = len(labels)
    probs = _softmax(logits.T).T
    with np.errstate(all="ignore"):
        loss = -np.mean(np.log(probs[np.arange(n), labels]))
    return loss, (probs - _one_hot(labels, logits.shape[1])) / n


@wrong("softmax_cross_entropy", "You flipped the sign of the gradient: it is belief minus truth.")
def turns_the_gradient(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss, -dlogits


@wrong(
    "softmax_cross_entropy",
    "You forgot that wrong classes have a gradient too: it is p, not 0.",
)
def moves_the_right_class_only(logits, labels):
    loss, dlogits = _cross_entropy(logits, labels)
    return loss, dlogits * _one_hot(labels, logits.shape[1])


@wrong("softmax_cross_entropy", "You subtracted 1 at all label columns of every row.")
def subtracts_in_every_row(logits, labels):
    loss, _ = _cross_entropy(logits, labels)
    dlogits = _softmax(logits)
    dlogits[:, labels] -= 1
    return loss, dlogits / len(labels)


@wrong("softmax_cross_entropy", "You shifted the logits in place: the caller's array has changed.")
def shifts_in_place(logits, labels):
    logits -= logits.max(axis=1, keepdims=True)
    return _cross_entropy(logits, labels)


# mlp_loss_and_gradients


@right("mlp_loss_and_gradients", "all in one place, without helpers for the layers")
def writes_it_all_out(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, dlogits = _cross_entropy(logits, labels)
    dz = np.where(hidden > 0, dlogits @ params["W2"], 0.0)
    return loss, {
        "b2": dlogits.sum(0),
        "W2": dlogits.T @ hidden,
        "b1": dz.sum(0),
        "W1": dz.T @ x,
    }


@right("mlp_loss_and_gradients", "one example at a time, then the mean")
def averages_over_examples(params, x, labels):
    total, sums = 0.0, {name: np.zeros_like(p) for name, p in params.items()}
    for row, label in zip(x, labels):
        z = params["W1"] @ row + params["b1"]
        hidden = z * (z > 0)
        logits = params["W2"] @ hidden + params["b2"]
        probs = _softmax(logits)
        total -= np.log(probs[label])
        error = probs - np.eye(len(probs))[label]
        back = (params["W2"].T @ error) * (z > 0)
        sums["W2"] += np.outer(error, hidden)
        sums["b2"] += error
        sums["W1"] += np.outer(back, row)
        sums["b1"] += back
    n = len(labels)
    return total / n, {name: value / n for name, value in sums.items()}


@right("mlp_loss_and_gradients", "weights and bias as one matrix, with a column of ones")
def appends_ones(params, x, labels):
    ones = np.ones((len(x), 1))
    A1 = np.column_stack([params["W1"], params["b1"]])
    A2 = np.column_stack([params["W2"], params["b2"]])
    x1 = np.hstack([x, ones])
    z = x1 @ A1.T
    h1 = np.hstack([np.clip(z, 0, None), ones])
    loss, d = _cross_entropy(h1 @ A2.T, labels)
    D2 = d.T @ h1
    D1 = ((d @ A2)[:, :-1] * (z > 0)).T @ x1
    return loss, _gradients(D1[:, :-1], D1[:, -1], D2[:, :-1], D2[:, -1])


@wrong(
    "mlp_loss_and_gradients",
    "You forgot the ReLU on the way back: where a hidden unit was off, no gradient passes.",
)
def forgets_the_mask(params, x, labels):
    _, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = d @ params["W2"]
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong(
    "mlp_loss_and_gradients",
    "You let gradients pass at a hidden unit of exactly 0: the derivative of the ReLU at 0 is 0.",
)
def mask_passes_at_zero(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = (d @ params["W2"]) * (z >= 0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong(
    "mlp_loss_and_gradients",
    "You masked by the sign of the gradient: the sign of what went into the ReLU decides.",
)
def masks_by_the_gradient(params, x, labels):
    _, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = np.maximum(d @ params["W2"], 0.0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong("mlp_loss_and_gradients", "You left the ReLU out: without it two layers are one.")
def has_no_relu(params, x, labels):
    z, _, _ = _forward(params, x)
    loss, d = _cross_entropy(z @ params["W2"].T + params["b2"], labels)
    dz = d @ params["W2"]
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ z, d.sum(0))


@wrong(
    "mlp_loss_and_gradients",
    "You used what went into the ReLU for W2's gradient: the second layer saw what came out.",
)
def uses_the_input_of_the_relu(params, x, labels):
    z, _, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = (d @ params["W2"]) * (z > 0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ z, d.sum(0))


@wrong("mlp_loss_and_gradients", "You did not divide the gradients by n: the loss is a mean.")
def sums_over_the_batch(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    d = d * len(labels)
    dz = (d @ params["W2"]) * (z > 0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong(
    "mlp_loss_and_gradients", "You divided by n twice: the gradient at the logits has it already."
)
def divides_twice(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    d = d / len(labels)
    dz = (d @ params["W2"]) * (z > 0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong(
    "mlp_loss_and_gradients",
    "You averaged the gradients of the biases: like those of the weights they add up.",
)
def averages_biases(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = (d @ params["W2"]) * (z > 0)
    return loss, _gradients(dz.T @ x, dz.mean(0), d.T @ hidden, d.mean(0))


@wrong(
    "mlp_loss_and_gradients",
    "You trusted the order of the dict: read each parameter by its name.",
)
def trusts_the_order(params, x, labels):
    W1, b1, W2, b2 = params.values()
    hidden = np.maximum(x @ W1.T + b1, 0)
    loss, d = _cross_entropy(hidden @ W2.T + b2, labels)
    dz = (d @ W2) * (hidden > 0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong(
    "mlp_loss_and_gradients",
    "You named the gradients differently: the keys are those of params.",
)
def renames_the_keys(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = (d @ params["W2"]) * (z > 0)
    return loss, {"dW1": dz.T @ x, "db1": dz.sum(0), "dW2": d.T @ hidden, "db2": d.sum(0)}


@wrong(
    "mlp_loss_and_gradients",
    "You returned the gradient at x as well: the keys are those of params, and no others.",
)
def returns_the_input_gradient(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = (d @ params["W2"]) * (z > 0)
    gradients = _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))
    return loss, {**gradients, "x": dz @ params["W1"]}


@wrong("mlp_loss_and_gradients", "You added the ReLU after the last layer: logits may be negative.")
def cuts_the_logits(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(np.maximum(logits, 0), labels)
    d = d * (logits > 0)
    dz = (d @ params["W2"]) * (z > 0)
    return loss, _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))


@wrong(
    "mlp_loss_and_gradients",
    "You took a training step: this function returns gradients, an optimiser uses them.",
)
def updates_the_parameters(params, x, labels):
    z, hidden, logits = _forward(params, x)
    loss, d = _cross_entropy(logits, labels)
    dz = (d @ params["W2"]) * (z > 0)
    gradients = _gradients(dz.T @ x, dz.sum(0), d.T @ hidden, d.sum(0))
    for name in params:
        params[name] -= 0.1 * gradients[name]
    return loss, gradients


# layer_norm_backward


def _normalised(x, eps):
    deviation = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return (x - x.mean(axis=1, keepdims=True)) / deviation, deviation


@right("layer_norm_backward", "three paths: straight, by the variance and by the mean")
def adds_three_paths(dy, x, gain, eps=1e-5):
    d = x.shape[1]
    centred = x - x.mean(axis=1, keepdims=True)
    inverse = (np.mean(centred**2, axis=1, keepdims=True) + eps) ** -0.5
    g = dy * gain
    dvariance = np.sum(g * centred * -0.5 * inverse**3, axis=1, keepdims=True)
    dmean = np.sum(-g * inverse, axis=1, keepdims=True)
    dx = g * inverse + dvariance * 2 * centred / d + dmean / d
    return dx, (dy * centred * inverse).sum(axis=0), dy.sum(axis=0)


@right("layer_norm_backward", "the Jacobian of each row, as a matrix")
def builds_a_matrix_per_row(dy, x, gain, eps=1e-5):
    n, d = x.shape
    dx, dgain, dbias = np.zeros((n, d)), np.zeros(d), np.zeros(d)
    for i in range(n):
        deviation = math.sqrt(np.var(x[i]) + eps)
        z = (x[i] - np.mean(x[i])) / deviation
        jacobian = (np.eye(d) - 1 / d - np.outer(z, z) / d) / deviation
        dx[i] = jacobian @ (gain * dy[i])
        dgain += dy[i] * z
        dbias += dy[i]
    return [dx, dgain, dbias]


@right("layer_norm_backward", "numpy's var and einsum; d times everything, divided at the end")
def divides_by_d_at_the_end(dy, x, gain, eps=1e-5):
    d = x.shape[-1]
    z, deviation = _normalised(x, eps)
    g = dy * gain
    inner = np.einsum("nd,nd->n", g, z)[:, None]
    dx = (d * g - g.sum(-1)[:, None] - z * inner) / (d * deviation)
    return dx, np.einsum("nd,nd->d", dy, z), np.einsum("nd->d", dy)


@right("layer_norm_backward", "mean of squares minus square of the mean, in plain loops")
def loops_over_entries(dy, x, gain, eps=1e-5):
    n, d = x.shape
    dx = [[0.0] * d for _ in range(n)]
    dgain, dbias = [0.0] * d, [0.0] * d
    for i in range(n):
        mean = sum(x[i]) / d
        variance = sum(v * v for v in x[i] - mean) / d - (sum(x[i] - mean) / d) ** 2
        deviation = math.sqrt(variance + eps)
        z = [(v - mean) / deviation for v in x[i]]
        g = [dy[i][j] * gain[j] for j in range(d)]
        of_mean = sum(g) / d
        of_variance = sum(a * b for a, b in zip(g, z, strict=True)) / d
        for j in range(d):
            dx[i][j] = (g[j] - of_mean - z[j] * of_variance) / deviation
            dgain[j] += dy[i][j] * z[j]
            dbias[j] += dy[i][j]
    return np.array(dx), np.array(dgain), np.array(dbias)


@wrong(
    "layer_norm_backward",
    "You treated mean and deviation as fixed numbers: both depend on x, and their paths count.",
)
def fixes_mean_and_deviation(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    return dy * gain / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You left out the path by way of the variance.")
def forgets_the_variance(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    g = dy * gain
    dx = (g - g.mean(axis=1, keepdims=True)) / deviation
    return dx, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You left out the path by way of the mean.")
def forgets_the_mean(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    g = dy * gain
    dx = (g - z * np.mean(g * z, axis=1, keepdims=True)) / deviation
    return dx, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You forgot the gain on the way to x: it multiplies x̂ in y.")
def forgets_the_gain(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    dx = dy - dy.mean(axis=1, keepdims=True) - z * np.mean(dy * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You took the means of dy alone: what is averaged is dy times gain.")
def averages_without_the_gain(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    dx = dy * gain - dy.mean(axis=1, keepdims=True) - z * np.mean(dy * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You multiplied by the gain at the end: it comes before the means.")
def applies_the_gain_last(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    dx = dy - dy.mean(axis=1, keepdims=True) - z * np.mean(dy * z, axis=1, keepdims=True)
    return gain * dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You divided the variance by d - 1: a layer norm divides by d.")
def divides_by_d_minus_one(dy, x, gain, eps=1e-5):
    deviation = np.sqrt(x.var(axis=1, ddof=1, keepdims=True) + eps)
    z = (x - x.mean(axis=1, keepdims=True)) / deviation
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong(
    "layer_norm_backward",
    "You normalised the columns, over the batch: that is a batch norm. A layer norm works on rows.",
)
def normalises_columns(dy, x, gain, eps=1e-5):
    deviation = np.sqrt(x.var(axis=0) + eps)
    z = (x - x.mean(axis=0)) / deviation
    g = dy * gain
    dx = (g - g.mean(axis=0) - z * np.mean(g * z, axis=0)) / deviation
    return dx, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You took one mean and variance for all rows: each has its own.")
def normalises_everything_at_once(dy, x, gain, eps=1e-5):
    deviation = np.sqrt(x.var() + eps)
    z = (x - x.mean()) / deviation
    g = dy * gain
    dx = (g - g.mean() - z * np.mean(g * z)) / deviation
    return dx, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You added eps to the deviation: it belongs under the root.")
def adds_eps_outside(dy, x, gain, eps=1e-5):
    deviation = x.std(axis=1, keepdims=True) + eps
    z = (x - x.mean(axis=1, keepdims=True)) / deviation
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You left out eps, or used a fixed one: it is an argument.")
def ignores_eps(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, 1e-5)
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You divided by the variance: x̂ and dx divide by its root.")
def divides_by_the_variance(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation**2, np.sum(dy * z, axis=0), dy.sum(axis=0)


@wrong("layer_norm_backward", "You multiplied dy by x for the gain: in y the gain multiplies x̂.")
def multiplies_the_raw_input(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * x, axis=0), dy.sum(axis=0)


@wrong(
    "layer_norm_backward",
    "You averaged over the rows: all of them used the same gain and bias, and their shares add up.",
)
def averages_over_rows(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, np.mean(dy * z, axis=0), dy.mean(axis=0)


@wrong("layer_norm_backward", "You kept the rows apart: gain and bias have one gradient for all.")
def keeps_the_rows(dy, x, gain, eps=1e-5):
    z, deviation = _normalised(x, eps)
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, dy * z, dy


@wrong("layer_norm_backward", "You centred x in place, so the caller's array has changed.")
def centres_in_place(dy, x, gain, eps=1e-5):
    x -= x.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.mean(x**2, axis=1, keepdims=True) + eps)
    z = x / deviation
    g = dy * gain
    dx = g - g.mean(axis=1, keepdims=True) - z * np.mean(g * z, axis=1, keepdims=True)
    return dx / deviation, np.sum(dy * z, axis=0), dy.sum(axis=0)


# attention_backward


@right("attention_backward", "the Jacobian of the softmax, row by row")
def builds_each_jacobian(dout, Q, K, V):
    T, d = Q.shape
    P = _softmax(Q @ K.T / math.sqrt(d))
    dQ, dK, dV = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
    for t in range(T):
        jacobian = np.diag(P[t]) - np.outer(P[t], P[t])
        ds = jacobian @ (V @ dout[t]) / math.sqrt(d)
        dQ[t] = ds @ K
        dK += np.outer(ds, Q[t])
        dV += np.outer(P[t], dout[t])
    return dQ, dK, dV


@right("attention_backward", "a row's average from the output, as FlashAttention does")
def averages_by_the_output(dout, Q, K, V):
    scale = Q.shape[1] ** -0.5
    P = _softmax((Q * scale) @ K.T)
    D = np.sum(dout * (P @ V), axis=1, keepdims=True)
    dS = P * (dout @ V.T - D) * scale
    return [dS @ K, dS.T @ Q, P.T @ dout]


@right("attention_backward", "einsum, one letter per axis")
def attends_with_einsum(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(np.einsum("td,sd->ts", Q, K) / d**0.5)
    dP = np.einsum("td,sd->ts", dout, V)
    dS = P * dP - np.einsum("ts,tr,tr->ts", P, P, dP)
    dQ, dK = np.einsum("ts,sd->td", dS, K), np.einsum("ts,td->sd", dS, Q)
    return dQ / d**0.5, dK / d**0.5, np.einsum("ts,td->sd", P, dout)


@wrong(
    "attention_backward",
    "You forgot the division by √d on the way back: the scores have it, so their gradients do.",
)
def forgets_the_scale_on_the_way_back(dout, Q, K, V):
    P = _softmax(Q @ K.T / np.sqrt(Q.shape[1]))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True))
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You forgot the division by √d in the scores themselves.")
def forgets_the_scale_in_the_scores(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T)
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True))
    return dS @ K / np.sqrt(d), dS.T @ Q / np.sqrt(d), P.T @ dout


@wrong(
    "attention_backward",
    "You took p (1 - p) for the slope of the softmax: that is its diagonal only. Raising one score "
    "lowers the other weights of its row.",
)
def keeps_the_softmax_diagonal(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dS = P * (1 - P) * (dout @ V.T) / np.sqrt(d)
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You left the softmax out on the way back: its gradient mixes a row.")
def skips_the_softmax(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dS = dout @ V.T / np.sqrt(d)
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You averaged over columns: the weights of one query, a row, compete.")
def averages_over_columns(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(0, keepdims=True)) / np.sqrt(d)
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You subtracted a plain mean of the row: the weights weigh it.")
def subtracts_the_plain_mean(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dP = dout @ V.T
    dS = P * (dP - dP.mean(1, keepdims=True)) / np.sqrt(d)
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You forgot to transpose for the keys: they are the scores' columns.")
def does_not_transpose_for_keys(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True)) / np.sqrt(d)
    return dS @ K, dS @ Q, P.T @ dout


@wrong(
    "attention_backward",
    "You forgot to transpose the weights for the values: a value collects from all who looked at "
    "it.",
)
def does_not_transpose_for_values(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True)) / np.sqrt(d)
    return dS @ K, dS.T @ Q, P @ dout


@wrong("attention_backward", "You scaled by the number of positions: √d counts features.")
def scales_by_positions(dout, Q, K, V):
    P = _softmax(Q @ K.T / np.sqrt(len(Q)))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True)) / np.sqrt(len(Q))
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You masked the future: here every position sees all others.")
def masks_the_future(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(np.where(np.tri(len(Q)) > 0, Q @ K.T / np.sqrt(d), -1e9))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True)) / np.sqrt(d)
    return dS @ K, dS.T @ Q, P.T @ dout


@wrong("attention_backward", "You mixed up the gradients of the keys and the queries.")
def swaps_queries_and_keys(dout, Q, K, V):
    d = Q.shape[1]
    P = _softmax(Q @ K.T / np.sqrt(d))
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True)) / np.sqrt(d)
    return dS.T @ Q, dS @ K, P.T @ dout


@wrong("attention_backward", "You scaled the queries in place, so the caller's array has changed.")
def scales_queries_in_place(dout, Q, K, V):
    scale = 1 / np.sqrt(Q.shape[1])
    Q *= scale
    P = _softmax(Q @ K.T)
    dP = dout @ V.T
    dS = P * (dP - (P * dP).sum(1, keepdims=True))
    return dS @ K * scale, dS.T @ Q, P.T @ dout
