from itertools import accumulate

import numpy as np

from kata.comparisons import Mismatch, assert_close, assert_keeps_inputs, assert_within, unpack
from kata.shows.digits import load_digits

NAMES = ("W1", "b1", "W2", "b2")
# A step of Adam divides by √v̂ + 1e-8, so it may enlarge the rounding of a gradient, about 1e-16,
# by as much as 1e8. Over a dozen steps at rates of 0.1 that stays far below these.
RTOL, ATOL = 1e-6, 1e-8


def _network(rng, d, h, c):
    return {
        "W1": rng.normal(size=(h, d)),
        "b1": 0.5 * rng.normal(size=h),
        "W2": rng.normal(size=(c, h)),
        "b2": 0.5 * rng.normal(size=c),
    }


def _data(rng, n, d, c):
    return rng.normal(size=(n, d)), rng.integers(c, size=n, dtype=np.int64)


def _answered(rng, n, d, h, c, n_right):
    """Return a network, examples and labels, of which the network answers `n_right` rightly.

    They are drawn until other answers than the network's would give another share.
    """
    while True:
        params, (X, _) = _network(rng, d, h, c), _data(rng, n, d, c)
        W1, b1, W2, b2 = (params[name] for name in NAMES)
        hidden = np.maximum(X @ W1.T + b1, 0.0)
        logits = hidden @ W2.T + b2
        best = np.argmax(logits, axis=1)
        is_right = rng.permutation(n) < n_right
        y = np.where(is_right, best, (best + rng.integers(1, c, size=n)) % c)
        others = (
            np.argmax((X @ W1.T + b1) @ W2.T + b2, axis=1),  # no ReLU
            np.argmax(np.maximum(X @ W1.T, 0.0) @ W2.T + b2, axis=1),  # no b1
            np.argmax(hidden @ W2.T, axis=1),  # no b2
            np.argmin(logits, axis=1),
            np.resize(np.argmax(logits, axis=0), n),
            np.zeros(n),
        )
        if all(np.sum(other == y) != n_right for other in others):
            return params, X, y


def _orders(rng, n, epochs):
    return [rng.permutation(n).astype(np.int64) for _ in range(epochs)]


def _batches(orders, size):
    """Return the examples of each batch, which hang on no order inside the batch."""
    return [
        frozenset(order[start : start + size].tolist())
        for order in orders
        for start in range(0, len(order), size)
    ]


def _run(reference, rng, n, size, epochs, h=4):
    """Return a network, examples, labels and orders for a training run.

    They are drawn until mistaken orders would make other batches (unless there is only one),
    labels out of order would not be those of the first batch, a bound of 1 would clip the first
    gradients to less than half, and no example leaves all hidden units silent: such examples
    would pass for each other.
    """
    while True:
        params, (X, y) = _network(rng, 3, h, 3), _data(rng, n, 3, 3)
        orders, as_given = _orders(rng, n, epochs), np.arange(n)
        first, batches = orders[0][:size], _batches(orders, size)
        chained = list(accumulate(orders, lambda before, order: before[order]))
        others = [[as_given] * epochs, [np.argsort(order) for order in orders]]
        others += [[orders[0]] * epochs, [orders[-1]] * epochs, chained] if epochs > 1 else []
        is_telling = size >= n or (
            batches[0] != _batches([as_given], size)[0]
            and all(_batches(other, size) != batches for other in others)
        )
        hidden = np.maximum(X @ params["W1"].T + params["b1"], 0.0)
        if (
            is_telling
            and np.all(np.any(hidden > 0, axis=1))
            and np.any(y[first] != y[: len(first)])
            and _norms(reference, params, X, y, orders[:1], size)[0] > 2
        ):
            return params, X, y, orders


def _uneven_run(reference, rng):
    """Return a run with batches of two, and the median and least length of their gradients.

    Some gradients are far longer than 1 and than the median, and some far shorter. A low rate
    hardly changes that, so that a bound of 1, or of the median, clips some and not all of them.
    """
    while True:
        params, X, y, orders = _run(reference, rng, 8, 2, epochs=2, h=5)
        norms = _norms(reference, params, X, y, orders, 2)
        low, middle, high = np.quantile(norms, [0.0, 0.5, 1.0]).tolist()
        if low < 0.5 and 2 * low < middle and 2 * middle < high:
            return (params, X, y, orders), middle, low


def _clipped(grads, max_norm):
    norm = np.sqrt(sum(np.sum(g**2) for g in grads.values()))
    return {name: g * min(1.0, max_norm / norm) for name, g in grads.items()}


def _norms(reference, params, X, y, orders, size):
    """Return the joint lengths of the gradients of all batches, at one point."""
    norms = []
    for order in orders:
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            _, grads = reference.loss_and_gradients(params, X[batch], y[batch])
            norms.append(np.sqrt(sum(np.sum(g**2) for g in grads.values())))
    return np.array(norms)


def _twice(module, params, X, y, orders, settings):
    """Return the losses of two runs, the second from the same start as the first."""
    _, first = module.train_mlp(params, X, y, orders, **settings)
    _, second = module.train_mlp(params, X, y, orders, **settings)
    return [np.asarray(first), np.asarray(second)]


def _training(result):
    params, losses = unpack(result, "params, losses")
    if not isinstance(params, dict) or set(params) != set(NAMES):
        raise Mismatch("the trained network should be a dict with the keys of params, no others")
    return params, losses


def _assert_same_training(result, truth):
    params, losses = _training(result)
    assert_close(losses, truth[1], rtol=RTOL, atol=ATOL, what="losses")
    for name in NAMES:
        assert_close(params[name], truth[0][name], rtol=RTOL, atol=ATOL, what=name)


class TestAccuracy:
    def test_share_of_right_answers(self, learner, rng):
        """It is the number of rows whose largest logit is at the label, over all rows."""
        for n, d, h, c, n_right in (
            (10, 3, 4, 3, 7),
            (7, 2, 5, 2, 5),
            (5, 4, 3, 6, 2),
            (40, 5, 8, 4, 13),
        ):
            params, X, y = _answered(rng, n, d, h, c, n_right)
            assert_close(learner.accuracy(params, X, y), n_right / n)

    def test_all_and_none(self, learner, rng):
        """It is 1 where every answer is right and 0 where none is, even for one row."""
        for n in (6, 1):
            params, X, best = _answered(rng, n, 3, 4, 3, n_right=n)
            assert_close(learner.accuracy(params, X, best), 1.0)
            assert_close(learner.accuracy(params, X, (best + 1) % 3), 0.0)

    def test_ties(self, learner, rng):
        """Of several largest logits that are equal the lowest class is the answer."""
        params, (X, _) = _network(rng, 3, 4, 4), _data(rng, 8, 3, 4)
        params["W2"] = np.zeros((4, 4))
        y = np.array([0, 1, 2, 3, 0, 1, 1, 2], dtype=np.int64)
        for biases, share in (([0, 5, 5, 0], 3 / 8), ([1, 1, 1, 1], 2 / 8), ([0, 0, 2, 2], 2 / 8)):
            params["b2"] = np.array(biases, dtype=float)
            assert_close(learner.accuracy(params, X, y), share)

    def test_large_logits(self, learner, rng):
        """Logits in the thousands, of either sign, are compared as they are."""
        params, X, y = _answered(rng, 9, 3, 4, 3, n_right=6)
        params["W2"] *= 100.0
        for shift in (-1e4, 1e4):  # in each row all are far below 0, or all far above
            b2 = 100.0 * params["b2"] + shift
            assert_close(learner.accuracy(params | {"b2": b2}, X, y), 6 / 9)

    def test_keeps_inputs(self, learner, rng):
        """Network, examples and labels are the same afterwards."""
        params, X, y = _answered(rng, 6, 3, 4, 3, n_right=2)
        assert_close(assert_keeps_inputs(learner.accuracy, params, X, y), 2 / 6)


class TestTrainMlp:
    def test_first_loss(self, learner, reference, rng):
        """The first loss is that of the first batch of the first order, before any step."""
        params, X, y, orders = _run(reference, rng, 8, 3, epochs=2)
        _, losses = _training(learner.train_mlp(params, X, y, orders, 3, 0.1))
        batch = orders[0][:3]
        loss, _ = reference.loss_and_gradients(params, X[batch], y[batch])
        assert_close(np.asarray(losses)[:1], [loss], what="the first loss")

    def test_one_step(self, learner, reference, rng):
        """One batch gives one step of Adam at lr_max, against the clipped gradients."""
        params, X, y, orders = _run(reference, rng, 5, 5, epochs=1)
        _, grads = reference.loss_and_gradients(params, X, y)
        for max_norm in (1e3, 1e-8):
            result = learner.train_mlp(params, X, y, orders, 5, 0.2, max_norm=max_norm)
            trained, losses = _training(result)
            assert_close(np.shape(losses), [1], what="the number of losses")
            for name, g in _clipped(grads, max_norm).items():
                right = params[name] - 0.2 * g / (np.abs(g) + 1e-8)
                assert_close(trained[name], right, rtol=RTOL, atol=ATOL, what=name)

    def test_each_batch_in_its_order(self, learner, reference, rng):
        """Each epoch goes through its own order, batch by batch, and loses no example."""
        for n, size, epochs in ((8, 4, 2), (7, 3, 2), (5, 2, 3), (4, 10, 3), (3, 1, 2)):
            params, X, y, orders = _run(reference, rng, n, size, epochs)
            # So low a rate leaves the network nearly as it was, and each loss is its batch's.
            result = learner.train_mlp(params, X, y, orders, size, lr_max=1e-12)
            _, losses = _training(result)
            truth = []
            for order in orders:
                for start in range(0, n, size):
                    batch = order[start : start + size]
                    truth.append(reference.loss_and_gradients(params, X[batch], y[batch])[0])
            assert_close(losses, truth, rtol=1e-6, atol=1e-8, what="losses")

    def test_several_steps(self, learner, reference, rng):
        """Over several steps losses and parameters agree with the rule."""
        for n, size, epochs in ((8, 4, 2), (7, 3, 2), (6, 6, 5), (5, 2, 3)):
            params, X, y, orders = _run(reference, rng, n, size, epochs, h=5)
            truth = reference.train_mlp(params, X, y, orders, size, 0.1, max_norm=1e3)
            result = learner.train_mlp(params, X, y, orders, size, 0.1, max_norm=1e3)
            _assert_same_training(result, truth)

    def test_warm_up(self, learner, reference, rng):
        """The rate warms up, and the cosine takes all the steps that are left, in all epochs."""
        params, X, y, orders = _run(reference, rng, 6, 3, epochs=4)
        for warmup_steps in (1, 3, 7):
            truth = reference.train_mlp(params, X, y, orders, 3, 0.1, warmup_steps, 1e3)
            result = learner.train_mlp(params, X, y, orders, 3, 0.1, warmup_steps, 1e3)
            _assert_same_training(result, truth)

    def test_clipping(self, learner, reference, rng):
        """Gradients that are jointly longer than max_norm are scaled down, the others are not."""
        run, middle, low = _uneven_run(reference, rng)
        for max_norm in (middle, 0.3 * low):
            truth = reference.train_mlp(*run, 2, 1e-3, 0, max_norm)
            _assert_same_training(learner.train_mlp(*run, 2, 1e-3, max_norm=max_norm), truth)

    def test_clips_to_one_by_default(self, learner, reference, rng):
        """Without a bound it is 1, and without a warm-up there is none."""
        run, _, _ = _uneven_run(reference, rng)
        _assert_same_training(learner.train_mlp(*run, 2, 1e-3), reference.train_mlp(*run, 2, 1e-3))

    def test_keeps_the_start(self, learner, reference, rng):
        """The given network, the data and the orders are the same afterwards."""
        params, X, y, orders = _run(reference, rng, 6, 4, epochs=2)
        truth = reference.train_mlp(params, X, y, orders, 4, 0.1)
        result = assert_keeps_inputs(learner.train_mlp, params, X, y, orders, 4, 0.1)
        _assert_same_training(result, truth)

    def test_each_run_begins_anew(self, learner, reference, rng):
        """A second run from the same start gives the same losses: nothing is left of the first."""
        params, X, y, orders = _run(reference, rng, 6, 3, epochs=2)
        settings = {"batch_size": 3, "lr_max": 0.1}
        _, truth = reference.train_mlp(params, X, y, orders, **settings)
        for losses in learner.run(_twice, params, X, y, orders, settings):
            assert_close(losses, truth, rtol=RTOL, atol=ATOL, what="losses")

    def test_parameters_in_any_order(self, learner, reference, rng):
        """The dict may hold its keys in any order: names count, not places."""
        params, X, y, orders = _run(reference, rng, 6, 3, epochs=2, h=3)
        truth = reference.train_mlp(params, X, y, orders, 3, 0.1)
        for names in (("W2", "b2", "W1", "b1"), ("b2", "b1", "W2", "W1")):
            shuffled = {name: params[name] for name in names}
            _assert_same_training(learner.train_mlp(shuffled, X, y, orders, 3, 0.1), truth)

    def test_reads_digits(self, learner, reference, rng):
        """Trained on handwritten digits it reads at least nine of ten others rightly."""
        pixels, labels = load_digits()
        pixels, is_held_out = pixels / 16, np.arange(len(labels)) % 5 == 0
        X, y = pixels[~is_held_out], labels[~is_held_out]
        start = reference.random_params(64, 32, 10)
        orders = _orders(rng, len(y), 5)
        trained, losses = _training(learner.train_mlp(start, X, y, orders, 32, 0.02, 20))
        assert_close(np.shape(losses), [225], what="the number of losses")
        assert_within(losses, 0.0, what="losses")
        params = {name: np.asarray(trained[name], dtype=float) for name in NAMES}
        for name in NAMES:
            assert_close(np.shape(params[name]), np.shape(start[name]), what=f"the shape of {name}")
        share = reference.accuracy(params, pixels[is_held_out], labels[is_held_out])
        assert_within(share, 0.9, what="the share of held-out digits that are read rightly")
