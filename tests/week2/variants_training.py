"""Right and wrong ways to write the exercises of `training`."""

from typing import TYPE_CHECKING

import numpy as np

from grader.variants import right, wrong

if TYPE_CHECKING:  # a variant stands below the reference's own text, which has it already
    from solutions.week2.training import (
        GivenAdam,
        batches_of,
        clip_together,
        loss_and_gradients,
        mlp_logits,
        rate_at,
    )

# accuracy


@right("accuracy", "row by row, and Python's own maximum, which is the first of equal ones")
def counts_row_by_row(params, X, y):
    right_ones = 0
    for logits, label in zip(mlp_logits(params, X).tolist(), y.tolist(), strict=True):
        right_ones += max(range(len(logits)), key=logits.__getitem__) == label
    return right_ones / len(y)


@right("accuracy", "a forward pass of its own; the label's logit beats lower classes, ties higher")
def compares_logits(params, X, y):
    hidden = np.clip(np.einsum("nd,hd->nh", X, params["W1"]) + params["b1"], 0, None)
    logits = np.einsum("nh,ch->nc", hidden, params["W2"]) + params["b2"]
    own = np.take_along_axis(logits, y[:, None], axis=1)
    is_lower = np.arange(logits.shape[1]) < y[:, None]
    beaten = np.where(is_lower, logits < own, logits <= own)
    return np.count_nonzero(beaten.all(axis=1)) / y.size


@wrong("accuracy", "You counted right answers: the share of all rows is asked for.")
def counts_right_answers(params, X, y):
    return float(np.sum(np.argmax(mlp_logits(params, X), axis=1) == y))


@wrong("accuracy", "You return a percentage: the share is a number from 0 to 1.")
def is_a_percentage(params, X, y):
    return 100.0 * float(np.mean(np.argmax(mlp_logits(params, X), axis=1) == y))


@wrong("accuracy", "You measured how often it is wrong.")
def measures_the_error(params, X, y):
    return float(np.mean(np.argmax(mlp_logits(params, X), axis=1) != y))


@wrong("accuracy", "You looked for the largest logit down the columns: each row has its own.")
def looks_down_the_columns(params, X, y):
    answers = np.argmax(mlp_logits(params, X), axis=0)
    return float(np.mean(np.resize(answers, len(y)) == y))


@wrong("accuracy", "You count every class that ties for the largest: the answer is the lowest one.")
def counts_all_ties(params, X, y):
    logits = mlp_logits(params, X)
    return float(np.mean(logits[np.arange(len(y)), y] == logits.max(axis=1)))


@wrong("accuracy", "You took the highest of several largest: the lowest class is the answer.")
def takes_the_last_of_ties(params, X, y):
    logits = mlp_logits(params, X)
    answers = logits.shape[1] - 1 - np.argmax(logits[:, ::-1], axis=1)
    return float(np.mean(answers == y))


@wrong("accuracy", "You exponentiated large logits: they overflow, and nan is the largest of all.")
def overflows_in_the_softmax(params, X, y):
    with np.errstate(all="ignore"):
        exps = np.exp(mlp_logits(params, X))
        answers = np.argmax(exps / exps.sum(axis=1, keepdims=True), axis=1)
    return float(np.mean(answers == y))


@wrong("accuracy", "You took the smallest logit.")
def takes_the_smallest(params, X, y):
    return float(np.mean(np.argmin(mlp_logits(params, X), axis=1) == y))


@wrong("accuracy", "You left out the ReLU: that is another network.")
def forgets_the_relu(params, X, y):
    logits = (X @ params["W1"].T + params["b1"]) @ params["W2"].T + params["b2"]
    return float(np.mean(np.argmax(logits, axis=1) == y))


@wrong("accuracy", "You left out the biases of the last layer.")
def forgets_the_last_bias(params, X, y):
    hidden = np.maximum(X @ params["W1"].T + params["b1"], 0.0)
    return float(np.mean(np.argmax(hidden @ params["W2"].T, axis=1) == y))


@wrong("accuracy", "You return one yes or no per row: their mean is asked for.")
def returns_each_row(params, X, y):
    return np.argmax(mlp_logits(params, X), axis=1) == y


# train_mlp


@right("train_mlp", "two loops, names in a fixed order, the step counted by hand")
def loops_over_epochs(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    names = ["W1", "b1", "W2", "b2"]
    mine = {name: np.array(params[name]) for name in names}
    optimizer, losses, step = GivenAdam([mine[name] for name in names]), [], 0
    total = len(orders) * -(-len(X) // batch_size)
    for order in orders:
        for batch in batches_of(order, batch_size):
            loss, grads = loss_and_gradients(mine, X[batch], y[batch])
            optimizer.lr = rate_at(step, total, lr_max, 0.0, warmup_steps)
            optimizer.step(clip_together([grads[name] for name in names], max_norm))
            losses.append(loss)
            step += 1
    return mine, np.array(losses)


@right("train_mlp", "without the given parts: slices, Adam, clipping and schedule of its own")
def writes_it_all_anew(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    p = {name: 1.0 * value for name, value in params.items()}
    m, v = ({name: 0.0 * value for name, value in params.items()} for _ in range(2))
    batches = [o[i : i + batch_size] for o in orders for i in range(0, len(o), batch_size)]
    losses = []
    for t, batch in enumerate(batches):
        x, labels, n = X[batch], y[batch], len(batch)
        z = np.einsum("nd,hd->nh", x, p["W1"]) + p["b1"]
        a = z * (z > 0)
        scores = np.einsum("nh,ch->nc", a, p["W2"]) + p["b2"]
        scores = scores - scores.max(axis=1)[:, None]
        total = np.exp(scores).sum(axis=1)
        losses.append(sum(np.log(total[i]) - scores[i, labels[i]] for i in range(n)) / n)
        d = (np.exp(scores) / total[:, None] - np.eye(scores.shape[1])[labels]) / n
        dz = np.einsum("nc,ch->nh", d, p["W2"]) * (z > 0)
        g = {"W2": np.einsum("nc,nh->ch", d, a), "b2": d.sum(0)}
        g |= {"W1": np.einsum("nh,nd->hd", dz, x), "b1": dz.sum(0)}
        length = np.linalg.norm(np.concatenate([g[name].ravel() for name in p]))
        rate = (1 + np.cos(np.pi * (t - warmup_steps) / (len(batches) - warmup_steps))) / 2
        if t < warmup_steps:
            rate = (t + 1) / warmup_steps
        for name in p:
            h = g[name] / max(1.0, length / max_norm)
            m[name] = 0.9 * m[name] + 0.1 * h
            v[name] = 0.999 * v[name] + 0.001 * h * h
            root = np.sqrt(v[name]) / np.sqrt(1 - 0.999 ** (t + 1)) + 1e-8
            p[name] = p[name] - lr_max * rate / (1 - 0.9 ** (t + 1)) * m[name] / root
    return [p, losses]


@right("train_mlp", "one long vector of all parameters, whose pieces are views")
def trains_one_vector(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    vector = np.concatenate([value.ravel() for value in params.values()])
    views, start = {}, 0
    for name, value in params.items():
        views[name] = vector[start : start + value.size].reshape(value.shape)
        start += value.size
    optimizer = GivenAdam([vector])
    batches = sum((batches_of(order, batch_size) for order in orders), [])
    losses = np.empty(len(batches))
    for i in range(len(batches)):
        losses[i], grads = loss_and_gradients(views, X[batches[i]], y[batches[i]])
        whole = np.concatenate([grads[name].ravel() for name in views])
        optimizer.lr = rate_at(i, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(clip_together([whole], max_norm))
    return {name: view.copy() for name, view in views.items()}, losses


def copied(params):
    return {name: value.copy() for name, value in params.items()}


def all_batches(orders, batch_size):
    return [batch for order in orders for batch in batches_of(order, batch_size)]


def gradients_of(params, X, y, batch, max_norm):
    loss, grads = loss_and_gradients(params, X[batch], y[batch])
    return loss, clip_together(list(grads.values()), max_norm)


@wrong(
    "train_mlp",
    "You trained the given network itself: Adam works in place, so give it copies.",
)
def trains_in_place(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong(
    "train_mlp",
    "You copied the dict, but not its arrays: dict(params) holds the very same ones, and Adam "
    "changes them in place.",
)
def copies_the_dict_only(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = dict(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong(
    "train_mlp",
    "You gave Adam copies and computed with the others: the network never hears of the steps.",
)
def trains_other_copies(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer = GivenAdam([value.copy() for value in params.values()])
    batches, losses = all_batches(orders, batch_size), []
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You left out the clipping.")
def leaves_out_clipping(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = loss_and_gradients(params, X[batch], y[batch])
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(list(grads.values()))
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You clipped each array by itself: their joint length counts.")
def clips_each_by_itself(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = loss_and_gradients(params, X[batch], y[batch])
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step([clip_together([g], max_norm)[0] for g in grads.values()])
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You clipped to 1 always: the bound is max_norm.")
def clips_to_one(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, 1.0)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You count steps from 1: the first one is step 0 of the schedule.")
def counts_steps_from_one(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches, start=1):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You set the rate after the step, so each step has the rate of the one before.")
def sets_the_rate_too_late(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    optimizer.lr = lr_max
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.step(grads)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You ended the cosine one step too early: total_steps counts all steps.")
def ends_the_cosine_early(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        last = max(len(batches) - 1, warmup_steps + 1)
        optimizer.lr = rate_at(step, last, lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You began the schedule anew in each epoch: it spans the whole run.")
def restarts_the_schedule(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values())), []
    for order in orders:
        batches = batches_of(order, batch_size)
        for step, batch in enumerate(batches):
            loss, grads = gradients_of(params, X, y, batch, max_norm)
            total = max(len(batches), warmup_steps + 1)
            optimizer.lr = rate_at(step, total, lr_max, warmup_steps=warmup_steps)
            optimizer.step(grads)
            losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You changed the rate once per epoch: each step has its own.")
def schedules_by_epoch(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values())), []
    for epoch, order in enumerate(orders):
        total = max(len(orders), warmup_steps + 1)
        optimizer.lr = rate_at(epoch, total, lr_max, warmup_steps=warmup_steps)
        for batch in batches_of(order, batch_size):
            loss, grads = gradients_of(params, X, y, batch, max_norm)
            optimizer.step(grads)
            losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You left out the schedule: the rate is lr_max at its highest only.")
def leaves_out_the_schedule(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values()), lr_max), []
    for batch in all_batches(orders, batch_size):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You left out the warm-up.")
def leaves_out_the_warm_up(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong(
    "train_mlp",
    "You gave warmup_steps as the fourth argument of the schedule, which is lr_min: name it.",
)
def passes_the_warm_up_as_lr_min(
    params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0
):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong(
    "train_mlp",
    "You made a new Adam in each epoch: it forgets its means, and counts its steps from 1 again.",
)
def renews_adam(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    total, losses = len(all_batches(orders, batch_size)), []
    for order in orders:
        optimizer = GivenAdam(list(params.values()))
        for batch in batches_of(order, batch_size):
            loss, grads = gradients_of(params, X, y, batch, max_norm)
            optimizer.lr = rate_at(len(losses), total, lr_max, warmup_steps=warmup_steps)
            optimizer.step(grads)
            losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You made a new Adam in each step: so it has no memory at all.")
def renews_adam_in_each_step(
    params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0
):
    params = copied(params)
    batches, losses = all_batches(orders, batch_size), []
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        rate = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        GivenAdam(list(params.values()), rate).step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You set Adam's count of steps back in each epoch: it goes on.")
def resets_adams_count(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values())), []
    total = len(all_batches(orders, batch_size))
    for order in orders:
        optimizer.t = 0
        for batch in batches_of(order, batch_size):
            loss, grads = gradients_of(params, X, y, batch, max_norm)
            optimizer.lr = rate_at(len(losses), total, lr_max, warmup_steps=warmup_steps)
            optimizer.step(grads)
            losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You took plain steps of gradient descent: Adam is asked for.")
def descends_plainly(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    batches, losses = all_batches(orders, batch_size), []
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        rate = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        for p, g in zip(params.values(), grads, strict=True):
            p -= rate * g
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You measured each loss after its step: it is noted before.")
def measures_after_the_step(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        _, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss_and_gradients(params, X[batch], y[batch])[0])
    return params, np.array(losses)


@wrong("train_mlp", "You measured the loss of all examples: that of the step's batch is noted.")
def measures_all_examples(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        losses.append(loss_and_gradients(params, X, y)[0])
        _, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
    return params, np.array(losses)


@wrong("train_mlp", "You noted one loss per epoch: there is one per step.")
def notes_one_loss_per_epoch(
    params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0
):
    params = copied(params)
    optimizer, losses, step = GivenAdam(list(params.values())), [], 0
    total = len(all_batches(orders, batch_size))
    for order in orders:
        of_epoch = []
        for batch in batches_of(order, batch_size):
            loss, grads = gradients_of(params, X, y, batch, max_norm)
            optimizer.lr = rate_at(step, total, lr_max, warmup_steps=warmup_steps)
            optimizer.step(grads)
            of_epoch.append(loss)
            step += 1
        losses.append(np.mean(of_epoch))
    return params, np.array(losses)


@wrong("train_mlp", "You dropped the last batch where it is short: no example may get lost.")
def drops_the_short_batch(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values())), []
    batches = [b for b in all_batches(orders, batch_size) if len(b) == min(batch_size, len(X))]
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You ignored the orders and went through the examples as they lie.")
def ignores_the_orders(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values())), []
    batches = all_batches([np.arange(len(X))] * len(orders), batch_size)
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You took the first order for all epochs: each epoch has its own.")
def repeats_the_first_order(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses = GivenAdam(list(params.values())), []
    batches = all_batches([orders[0]] * len(orders), batch_size)
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You put X in order, but not y: each example has lost its label.")
def shuffles_examples_alone(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses, step = GivenAdam(list(params.values())), [], 0
    total = len(all_batches(orders, batch_size))
    for order in orders:
        shuffled = X[order]
        for batch in batches_of(np.arange(len(X)), batch_size):
            loss, grads = gradients_of(params, shuffled, y, batch, max_norm)
            optimizer.lr = rate_at(step, total, lr_max, warmup_steps=warmup_steps)
            optimizer.step(grads)
            losses.append(loss)
            step += 1
    return params, np.array(losses)


@wrong("train_mlp", "You shuffled X and y themselves, epoch upon epoch: the orders count from 0.")
def shuffles_the_shuffled(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, losses, step = GivenAdam(list(params.values())), [], 0
    total = len(all_batches(orders, batch_size))
    for order in orders:
        X, y = X[order], y[order]
        for batch in batches_of(np.arange(len(X)), batch_size):
            loss, grads = gradients_of(params, X, y, batch, max_norm)
            optimizer.lr = rate_at(step, total, lr_max, warmup_steps=warmup_steps)
            optimizer.step(grads)
            losses.append(loss)
            step += 1
    return params, np.array(losses)


@wrong("train_mlp", "You returned the network alone: the losses belong to the result.")
def returns_the_network_alone(
    params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0
):
    params = copied(params)
    optimizer, batches = GivenAdam(list(params.values())), all_batches(orders, batch_size)
    for step, batch in enumerate(batches):
        _, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
    return params


OPTIMIZERS = []


@wrong("train_mlp", "You kept the optimiser for the next run: each run has a fresh one.")
def keeps_the_optimizer(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    params = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(params.values())),
        all_batches(orders, batch_size),
        [],
    )
    if OPTIMIZERS and [m.shape for m in OPTIMIZERS[0].m] == [m.shape for m in optimizer.m]:
        optimizer.m, optimizer.v, optimizer.t = (OPTIMIZERS[0].m, OPTIMIZERS[0].v, OPTIMIZERS[0].t)
    OPTIMIZERS[:] = [optimizer]
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(params, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)


@wrong("train_mlp", "You returned the start: the trained network is asked for.")
def returns_the_start(params, X, y, orders, batch_size, lr_max, warmup_steps=0, max_norm=1.0):
    trained = copied(params)
    optimizer, batches, losses = (
        GivenAdam(list(trained.values())),
        all_batches(orders, batch_size),
        [],
    )
    for step, batch in enumerate(batches):
        loss, grads = gradients_of(trained, X, y, batch, max_norm)
        optimizer.lr = rate_at(step, len(batches), lr_max, warmup_steps=warmup_steps)
        optimizer.step(grads)
        losses.append(loss)
    return params, np.array(losses)
