import numpy as np

from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_keeps_inputs,
    no_floating_point_warnings,
    unpack,
)

SHAPES = ((7,), (2, 3), (3, 1), (2, 3, 4))


def _nudged(x, index, h):
    moved = x.copy()
    moved[index] += h
    return moved


def _slopes(f, x, h=1e-5):
    """Return the gradient of `f` by central differences, which know nothing of the chain rule."""
    result = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        result[index] = (f(_nudged(x, index, h)) - f(_nudged(x, index, -h))) / (2 * h)
    return result


def _assert_slopes(actual, f, x, what="the result"):
    truth = _slopes(f, x)
    assert_close(actual, truth, rtol=1e-6, atol=1e-7 * float(np.max(np.abs(truth))), what=what)


def _away_from_zero(rng, shape):
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.1, 2.0, size=shape)


class TestSigmoid:
    def test_agrees_with_the_formula(self, learner, rng):
        """It is 1 / (1 + exp(-x)) for each entry, on both sides of 0."""
        x = np.concatenate([rng.normal(size=8), [-30.0, -20.0, -8.0, 0.0, 8.0, 20.0, 30.0]])
        assert_close(learner.sigmoid(x), 1.0 / (1.0 + np.exp(-x)), rtol=1e-11)

    def test_is_stable_below(self, learner, rng):
        """It is 0 where exp(-x) overflows, and numpy has nothing to warn about."""
        x = np.array([*rng.uniform(-1000.0, -710.0, size=3), -1000.0])
        with no_floating_point_warnings():
            got = learner.sigmoid(x)
        assert_close(got, np.zeros(4))

    def test_is_stable_above(self, learner, rng):
        """It is 1 where exp(x) overflows, and numpy has nothing to warn about."""
        x = np.array([*rng.uniform(710.0, 1000.0, size=3), 1000.0])
        with no_floating_point_warnings():
            got = learner.sigmoid(x)
        assert_close(got, np.ones(4))

    def test_far_and_near_together(self, learner, rng):
        """Large and small entries of either sign may stand in one array."""
        near = rng.normal(size=3)
        x = np.array([near[0], -1000.0, near[1], 0.0, 1000.0, near[2], -745.0, 800.0, 37.0])
        with no_floating_point_warnings():
            got = learner.sigmoid(x)
        middle = 1.0 / (1.0 + np.exp(-np.clip(x, -100.0, 100.0)))
        assert_close(got, middle)

    def test_any_shape(self, learner, rng):
        """The result has the shape of the array, whatever that is."""
        for shape in SHAPES:
            x = rng.uniform(-6.0, 6.0, size=shape)
            assert_close(learner.sigmoid(x), 1.0 / (1.0 + np.exp(-x)))

    def test_keeps_x(self, learner, rng):
        """The array is the same afterwards."""
        for x in (5 * rng.normal(size=(2, 4)), np.array([-1000.0, 0.0, 1000.0])):
            truth = 1.0 / (1.0 + np.exp(-np.clip(x, -100.0, 100.0)))
            assert_close(assert_keeps_inputs(learner.sigmoid, x), truth)


class TestSigmoidBackward:
    def test_is_the_slope_of_the_sigmoid(self, learner, rng):
        """With an upstream gradient of 1 it is the slope of the sigmoid at its input."""
        x = rng.normal(size=6)

        def sigmoid(x):
            return 1.0 / (1.0 + np.exp(-x))

        got = learner.sigmoid_backward(np.ones(6), sigmoid(x))
        _assert_slopes(got, lambda x: float(np.sum(sigmoid(x))), x)
        assert_close(got, sigmoid(x) * sigmoid(-x))

    def test_carries_the_upstream_gradient(self, learner, rng):
        """The upstream gradient is a factor, of any sign and size, for each entry its own."""
        y = rng.uniform(0.05, 0.95, size=6)
        for scale in (1.0, -1e3, 1e-6):
            dy = scale * rng.normal(size=6)
            assert_close(learner.sigmoid_backward(dy, y), dy * (y - y**2), atol=1e-12 * abs(scale))

    def test_takes_the_output(self, learner, rng):
        """It takes what the sigmoid returned, not what went into it."""
        dy, y = rng.uniform(1.0, 2.0, size=5), np.array([0.0, 0.02, 0.5, 0.98, 1.0])
        assert_close(learner.sigmoid_backward(dy, y), dy * y * (1 - y))

    def test_any_shape(self, learner, rng):
        """The result has the shape of the arrays, whatever that is."""
        for shape in SHAPES:
            dy, y = rng.normal(size=shape), rng.uniform(0.1, 0.9, size=shape)
            assert_close(learner.sigmoid_backward(dy, y), dy * (y - y**2))

    def test_keeps_inputs(self, learner, rng):
        """Both arrays are the same afterwards."""
        dy, y = rng.normal(size=(2, 3)), rng.uniform(0.1, 0.9, size=(2, 3))
        assert_close(assert_keeps_inputs(learner.sigmoid_backward, dy, y), dy * (y - y**2))


class TestReluBackward:
    def test_is_the_slope_of_the_relu(self, learner, rng):
        """Gradients pass unchanged where the input was positive and stop where it was negative."""
        x = rng.uniform(1.2, 2.0, size=8) * [1, -1, 1, -1, 1, -1, 1, -1]
        dy = rng.uniform(0.1, 2.0, size=8) * [1, 1, -1, -1, 1, 1, -1, -1]
        got = learner.relu_backward(dy, x)
        _assert_slopes(got, lambda x: float(np.sum(dy * np.maximum(x, 0.0))), x)

    def test_sign_of_the_upstream_gradient(self, learner, rng):
        """Negative upstream gradients pass as well as positive ones."""
        size = rng.uniform(0.5, 2.0, size=4)
        x, dy = np.array([2.0, 3.0, -2.0, -3.0]), size * np.array([1.0, -1.0, 1.0, -1.0])
        assert_close(learner.relu_backward(dy, x), [dy[0], dy[1], 0.0, 0.0])

    def test_is_zero_at_zero(self, learner, rng):
        """At an input of exactly 0 nothing passes; of a tiny positive one everything does."""
        dy = rng.uniform(0.1, 2.0, size=6) * [1, -1, 1, 1, 1, -1]
        x = np.array([0.0, 1e-12, -1e-12, -0.0, 3.0, 0.0])
        assert_close(learner.relu_backward(dy, x), [0.0, dy[1], 0.0, 0.0, dy[4], 0.0])

    def test_size_of_the_input_does_not_count(self, learner, rng):
        """How large the input was does not matter: the gradient is not multiplied by it."""
        dy = rng.uniform(0.1, 2.0, size=5) * [1, 1, -1, 1, -1]
        for scale in (1e-3, 1e6):
            x = scale * np.array([1.0, -2.0, 5.0, 0.3, -0.1])
            assert_close(learner.relu_backward(dy, x), [dy[0], 0.0, dy[2], dy[3], 0.0])

    def test_any_shape(self, learner, rng):
        """The result has the shape of the arrays, whatever that is."""
        for shape in SHAPES:
            x, dy = _away_from_zero(rng, shape), _away_from_zero(rng, shape)
            x.flat[0], dy.flat[0] = 0.7, -1.3
            assert_close(learner.relu_backward(dy, x), dy * (np.sign(x) + 1) / 2)

    def test_keeps_inputs(self, learner, rng):
        """Both arrays are the same afterwards."""
        dy, x = _away_from_zero(rng, (2, 5)), _away_from_zero(rng, (2, 5))
        x[0, 0], x[1, 1], dy[0, 0] = 0.7, -0.7, -1.3
        truth = dy * (np.sign(x) + 1) / 2
        assert_close(assert_keeps_inputs(learner.relu_backward, dy, x), truth)


def _layer(rng, n, n_in, n_out):
    dy, x = rng.normal(size=(n, n_out)), rng.normal(size=(n, n_in))
    return dy, x, rng.normal(size=(n_out, n_in))


def _assert_layer(got, dy, x, W):
    dx, dW, db = unpack(got, "dx, dW, db")
    assert_close(dx, np.einsum("no,oi->ni", dy, W), what="dx")
    assert_close(dW, np.einsum("no,ni->oi", dy, x), what="dW")
    assert_close(db, np.einsum("no->o", dy), what="db")


class TestLinearBackward:
    def test_gradient_at_the_input(self, learner, rng):
        """The first result is the gradient at the input, one row per example."""
        dy, x, W = _layer(rng, 4, 3, 2)
        dx, _, _ = unpack(learner.linear_backward(dy, x, W), "dx, dW, db")
        _assert_slopes(dx, lambda x: float(np.sum(dy * (x @ W.T))), x, what="dx")

    def test_gradient_at_the_weights(self, learner, rng):
        """The second result is the gradient at the weights, added up over the batch."""
        dy, x, W = _layer(rng, 4, 3, 2)
        _, dW, _ = unpack(learner.linear_backward(dy, x, W), "dx, dW, db")
        _assert_slopes(dW, lambda W: float(np.sum(dy * (x @ W.T))), W, what="dW")

    def test_gradient_at_the_bias(self, learner, rng):
        """The third result is the gradient at the bias, added up over the batch."""
        dy, x, W = _layer(rng, 5, 2, 3)
        _, _, db = unpack(learner.linear_backward(dy, x, W), "dx, dW, db")
        assert_close(db, [sum(column) for column in dy.T.tolist()], what="db")

    def test_batches_and_layers_of_all_sizes(self, learner, rng):
        """All three are right for wide, narrow and square layers, and for any batch."""
        for n, n_in, n_out in ((5, 2, 4), (2, 4, 3), (6, 3, 3), (3, 3, 3), (3, 2, 3), (3, 3, 2)):
            dy, x, W = _layer(rng, n, n_in, n_out)
            _assert_layer(learner.linear_backward(dy, x, W), dy, x, W)

    def test_axes_of_length_one(self, learner, rng):
        """Axes of length 1 stay: one example, one input, one output."""
        for n, n_in, n_out in ((1, 3, 2), (4, 1, 3), (4, 3, 1), (1, 1, 1)):
            dy, x, W = _layer(rng, n, n_in, n_out)
            _assert_layer(learner.linear_backward(dy, x, W), dy, x, W)

    def test_keeps_inputs(self, learner, rng):
        """Upstream gradient, input and weights are the same afterwards."""
        for n, n_in, n_out in ((4, 3, 2), (3, 3, 3)):
            dy, x, W = _layer(rng, n, n_in, n_out)
            _assert_layer(assert_keeps_inputs(learner.linear_backward, dy, x, W), dy, x, W)


def _softmax(z):
    return np.exp(z) / np.exp(z).sum()


class TestSoftmaxJacobian:
    def test_the_table(self, learner, rng):
        """Off the diagonal it is minus the product of two probabilities, on it p times 1 - p."""
        for n in (2, 3, 5):
            p = rng.dirichlet(np.full(n, 2.0))
            got = learner.softmax_jacobian(p)
            truth = [
                [-p[i] * p[j] if i != j else p[i] - p[i] ** 2 for j in range(n)] for i in range(n)
            ]
            assert_close(got, truth)

    def test_is_the_slope_of_the_softmax(self, learner, rng):
        """Column j is what a small step of logit j does to all probabilities."""
        for n in (3, 4):
            z = rng.normal(size=n)
            got = learner.softmax_jacobian(_softmax(z))
            steps = 1e-5 * np.eye(n)
            columns = [(_softmax(z + h) - _softmax(z - h)) / 2e-5 for h in steps]
            assert_close(got, np.transpose(columns), rtol=1e-6, atol=1e-8)

    def test_rows_sum_to_zero(self, learner, rng):
        """What one probability wins the others lose: rows and columns sum to 0."""
        p = rng.dirichlet(np.ones(6))
        got = learner.softmax_jacobian(p)
        assert_close(got, np.diag(p) - np.outer(p, p))
        assert_close(np.sum(got, axis=0), np.zeros(6), what="the sum of each column")
        assert_close(np.sum(got, axis=1), np.zeros(6), what="the sum of each row")

    def test_unlikely_classes(self, learner, rng):
        """A class that is all but ruled out has small slopes, to the last digits, and not 0."""
        tiny = float(rng.uniform(1e-15, 1e-14))
        p = np.array([0.5, 0.5, tiny, 0.0])
        truth = np.diag(p) - np.outer(p, p)
        assert_close(learner.softmax_jacobian(p), truth, rtol=1e-9, atol=0.0)

    def test_certain_or_alone(self, learner, rng):
        """A softmax that is certain reacts to nothing, nor does a single class; others do."""
        assert_close(learner.softmax_jacobian(np.array([0.0, 0.0, 1.0])), np.zeros((3, 3)))
        assert_close(learner.softmax_jacobian(np.array([1.0])), [[0.0]])
        a = float(rng.uniform(0.1, 0.4))
        s = a * (1 - a)
        assert_close(learner.softmax_jacobian(np.array([a, 1 - a])), [[s, -s], [-s, s]])

    def test_keeps_p(self, learner, rng):
        """The probabilities are the same afterwards."""
        p = rng.dirichlet(np.full(4, 3.0))
        got = assert_keeps_inputs(learner.softmax_jacobian, p)
        assert_close(got, np.diag(p) - np.outer(p, p))


def _loss(logits, labels):
    """Return the mean cross-entropy, plainly; for small logits."""
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return float(np.mean([-np.log(row[label]) for row, label in zip(probs, labels, strict=True)]))


def _labels(values):
    return np.array(values, dtype=np.int64)


def _loss_and_dlogits(result):
    return unpack(result, "loss, dlogits")


class TestSoftmaxCrossEntropy:
    def test_loss(self, learner, rng):
        """The loss is the mean over the batch of minus the log of the right class's probability."""
        for n, c in ((4, 3), (3, 5), (1, 4), (6, 2), (3, 3)):
            logits, labels = 2 * rng.normal(size=(n, c)), rng.integers(c, size=n, dtype=np.int64)
            loss, _ = _loss_and_dlogits(learner.softmax_cross_entropy(logits, labels))
            assert_close(loss, _loss(logits, labels), what="the loss")

    def test_gradient(self, learner, rng):
        """The second result is the gradient of that mean at the logits, so it is divided by n."""
        for n, c in ((4, 3), (2, 5), (1, 4), (3, 3)):
            logits, labels = rng.normal(size=(n, c)), rng.integers(c, size=n, dtype=np.int64)
            _, dlogits = _loss_and_dlogits(learner.softmax_cross_entropy(logits, labels))
            f = lambda logits, labels=labels: _loss(logits, labels)  # noqa: E731
            _assert_slopes(dlogits, f, logits, what="dlogits")

    def test_gradient_to_the_last_digits(self, learner, reference, rng):
        """Loss and gradient agree with the exact formula, even where labels repeat."""
        logits, labels = 2 * rng.normal(size=(6, 4)), _labels([1, 1, 3, 0, 1, 3])
        truth = reference.softmax_cross_entropy(logits, labels)
        loss, dlogits = _loss_and_dlogits(learner.softmax_cross_entropy(logits, labels))
        assert_close(loss, truth[0], what="the loss")
        assert_close(dlogits, truth[1], what="dlogits")

    def test_is_stable_for_large_logits(self, learner, rng):
        """A confident model gets a finite loss without a warning, whether right or wrong."""
        size = float(rng.uniform(8000.0, 9000.0))
        logits = np.array([[size, -size, 0.0], [-size, size, 0.0], [1e4, 0.0, -1e4]])
        cases = (
            ([0, 1, 0], 0.0, np.zeros((3, 3))),
            ([1, 1, 0], 2 * size / 3, [[1 / 3, -1 / 3, 0.0], [0.0] * 3, [0.0] * 3]),
            (
                [2, 0, 2],
                size + 2e4 / 3,
                [[1 / 3, 0, -1 / 3], [-1 / 3, 1 / 3, 0], [1 / 3, 0, -1 / 3]],
            ),
        )
        for labels, loss_truth, dlogits_truth in cases:
            with no_floating_point_warnings():
                result = learner.softmax_cross_entropy(logits, _labels(labels))
            loss, dlogits = _loss_and_dlogits(result)
            # The logarithm of a sum lies near 10,000, where floats are 2e-12 apart.
            assert_close(loss, loss_truth, atol=1e-11, what="the loss")
            assert_close(dlogits, dlogits_truth, what="dlogits")

    def test_rows_of_different_levels(self, learner, rng):
        """A number added to all logits of a row changes nothing, however large and for each row."""
        logits, labels = rng.normal(size=(4, 3)).round(3), _labels([2, 0, 1, 1])
        level = np.array([[1e4], [-1e4], [0.0], [-800.0]])
        with no_floating_point_warnings():
            result = learner.softmax_cross_entropy(logits + level, labels)
        loss, dlogits = _loss_and_dlogits(result)
        assert_close(loss, _loss(logits, labels), what="the loss")
        f = lambda logits: _loss(logits, labels)  # noqa: E731
        _assert_slopes(dlogits, f, logits, what="dlogits")

    def test_improbable_classes(self, learner, rng):
        """The loss is right where the right class has a probability too small for a float."""
        gap = float(rng.uniform(740.0, 900.0))
        for logits in ([[gap, 0.0]], [[0.0, -gap]], [[50.0, 50.0 - gap]]):
            with no_floating_point_warnings():
                result = learner.softmax_cross_entropy(np.array(logits), _labels([1]))
            loss, dlogits = _loss_and_dlogits(result)
            assert_close(loss, gap, what="the loss")
            assert_close(dlogits, [[1.0, -1.0]], what="dlogits")
        for gap in (20.0, 35.0, 80.0):
            result = learner.softmax_cross_entropy(np.array([[0.0, gap]]), _labels([0]))
            assert_close(_loss_and_dlogits(result)[0], gap + np.log1p(np.exp(-gap)))

    def test_small_gradients(self, learner, rng):
        """A class that is all but ruled out still gets its small gradient: it is not cut to 0."""
        gap = float(rng.uniform(18.0, 20.0))
        p = np.exp(-gap) / (1 + np.exp(-gap))
        for label, sign in ((1, 1.0), (0, -1.0)):
            logits = np.array([[0.0, sign * gap]])
            result = learner.softmax_cross_entropy(logits, _labels([label]))
            loss, dlogits = _loss_and_dlogits(result)
            # The right class's entry may be a difference from 1, which rounds to about 1e-16.
            assert_close(loss, np.log1p(np.exp(-gap)), atol=1e-14, rtol=1e-5, what="the loss")
            assert_close(dlogits, [[sign * p, -sign * p]], atol=1e-14, rtol=1e-5, what="dlogits")

    def test_keeps_inputs(self, learner, reference, rng):
        """Logits and labels are the same afterwards."""
        logits, labels = rng.uniform(-3.0, 3.0, size=(4, 3)), _labels([2, 0, 2, 1])
        truth = reference.softmax_cross_entropy(logits, labels)
        result = assert_keeps_inputs(learner.softmax_cross_entropy, logits, labels)
        loss, dlogits = _loss_and_dlogits(result)
        assert_close(loss, truth[0], what="the loss")
        assert_close(dlogits, truth[1], what="dlogits")


NAMES = ("W1", "b1", "W2", "b2")


def _forward(params, x):
    z = x @ params["W1"].T + params["b1"]
    return z, np.maximum(z, 0.0) @ params["W2"].T + params["b2"]


def _mlp_loss(params, x, labels):
    return _loss(_forward(params, x)[1], labels)


def _mlp(rng, n, n_in, n_hidden, n_classes):
    """Return a network's parameters, a batch of inputs and their labels.

    No hidden unit is near its kink, some are on and some are off, and logits have both signs:
    otherwise many a mistake would not show.
    """
    while True:
        params = {
            "W1": rng.normal(size=(n_hidden, n_in)),
            "b1": rng.normal(size=n_hidden),
            "W2": rng.normal(size=(n_classes, n_hidden)),
            "b2": rng.normal(size=n_classes),
        }
        x = rng.normal(size=(n, n_in))
        z, logits = _forward(params, x)
        both_signs = all(a.min() < -0.05 and a.max() > 0.05 for a in (z, logits))
        if both_signs and np.min(np.abs(z)) > 1e-3:
            return params, x, rng.integers(n_classes, size=n, dtype=np.int64)


def _assert_mlp(result, truth):
    loss, gradients = unpack(result, "loss, gradients")
    assert_close(loss, truth[0], what="the loss")
    _check_names(gradients)
    for name in NAMES:
        assert_close(gradients[name], truth[1][name], what=f"the gradient of {name}")


def _check_names(gradients):
    if not isinstance(gradients, dict) or set(gradients) != set(NAMES):
        raise Mismatch("the gradients should be a dict with the keys of params, and no others")


class TestMlpLossAndGradients:
    def test_loss(self, learner, rng):
        """The loss is the mean cross-entropy after linear, ReLU and linear layer."""
        for sizes in ((4, 3, 5, 2), (1, 2, 3, 4), (5, 3, 3, 3)):
            params, x, labels = _mlp(rng, *sizes)
            result = learner.mlp_loss_and_gradients(params, x, labels)
            loss, _ = unpack(result, "loss, gradients")
            assert_close(loss, _mlp_loss(params, x, labels), what="the loss")

    def test_gradients_are_slopes_of_the_loss(self, learner, rng):
        """Under each key is the slope of the loss along each entry of that parameter."""
        params, x, labels = _mlp(rng, 5, 3, 4, 2)
        result = learner.mlp_loss_and_gradients(params, x, labels)
        _, gradients = unpack(result, "loss, gradients")
        _check_names(gradients)
        for name in NAMES:
            f = lambda p, name=name: _mlp_loss({**params, name: p}, x, labels)  # noqa: E731
            _assert_slopes(gradients[name], f, params[name], what=f"the gradient of {name}")

    def test_networks_and_batches_of_all_sizes(self, learner, reference, rng):
        """It is right for networks of any widths, including axes of length 1, and any batch."""
        for sizes in ((6, 2, 5, 3), (3, 3, 3, 3), (1, 4, 2, 2), (4, 1, 3, 2), (4, 3, 1, 2)):
            params, x, labels = _mlp(rng, *sizes)
            truth = reference.mlp_loss_and_gradients(params, x, labels)
            _assert_mlp(learner.mlp_loss_and_gradients(params, x, labels), truth)

    def test_reads_parameters_by_name(self, learner, reference, rng):
        """The dict may hold its keys in any order: names count, not places."""
        params, x, labels = _mlp(rng, 4, 3, 3, 3)
        truth = reference.mlp_loss_and_gradients(params, x, labels)
        for order in (("W2", "b2", "W1", "b1"), ("b2", "b1", "W2", "W1")):
            shuffled = {name: params[name] for name in order}
            _assert_mlp(learner.mlp_loss_and_gradients(shuffled, x, labels), truth)

    def test_dead_units(self, learner, reference, rng):
        """A hidden unit that is off gets no gradient, even where its input is exactly 0."""
        params, x, _ = _mlp(rng, 4, 2, 3, 2)
        params["W1"][0], params["b1"][0] = 0.0, -1.0
        params["W1"][2], params["b1"][2] = 0.0, 0.0
        params["W2"][0], params["b2"][0] = -1.0, -1.0  # its logit is negative, whatever x is
        labels = _labels([0, 1, 1, 0])
        truth = reference.mlp_loss_and_gradients(params, x, labels)
        result = learner.mlp_loss_and_gradients(params, x, labels)
        _assert_mlp(result, truth)
        _, gradients = result
        assert_close(np.asarray(gradients["W1"])[[0, 2]], np.zeros((2, 2)), what="W1's gradient")
        assert_close(np.asarray(gradients["b1"])[[0, 2]], np.zeros(2), what="b1's gradient")

    def test_is_a_mean_over_the_batch(self, learner, reference, rng):
        """Showing each example twice changes neither the loss nor any gradient."""
        params, x, labels = _mlp(rng, 3, 3, 4, 3)
        truth = reference.mlp_loss_and_gradients(params, x, labels)
        twice = (np.concatenate([x, x]), np.concatenate([labels, labels]))
        _assert_mlp(learner.mlp_loss_and_gradients(params, *twice), truth)

    def test_keeps_inputs(self, learner, reference, rng):
        """Parameters, inputs and labels are the same afterwards: nothing is updated yet."""
        params, x, labels = _mlp(rng, 5, 3, 4, 2)
        truth = reference.mlp_loss_and_gradients(params, x, labels)
        result = assert_keeps_inputs(learner.mlp_loss_and_gradients, params, x, labels)
        _assert_mlp(result, truth)


def _layer_norm(x, gain, bias, eps):
    mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    return gain * (x - mean) / np.sqrt(variance + eps) + bias


def _rows(rng, n, d):
    """Return dy, x and gain; the gains have both signs, and rows lie away from 0."""
    gain = rng.uniform(0.5, 2.0, size=d) * rng.choice([-1.0, 1.0], size=d)
    return rng.normal(size=(n, d)) + 0.3, 2 * rng.normal(size=(n, d)) + 1.0, gain


def _assert_layer_norm(got, truth, rtol=1e-9):
    parts = unpack(got, "dx, dgain, dbias")
    for name, part, right in zip(("dx", "dgain", "dbias"), parts, truth, strict=True):
        assert_close(part, right, rtol=rtol, what=name)


class TestLayerNormBackward:
    def test_gradient_at_the_bias(self, learner, rng):
        """The third result is the gradient at the bias, added up over the rows."""
        dy, x, gain = _rows(rng, 4, 3)
        _, _, dbias = unpack(learner.layer_norm_backward(dy, x, gain), "dx, dgain, dbias")
        assert_close(dbias, [sum(column) for column in dy.T.tolist()], what="dbias")

    def test_gradient_at_the_gain(self, learner, rng):
        """The second result is the gradient at the gain, added up over the rows."""
        dy, x, gain = _rows(rng, 4, 3)
        _, dgain, _ = unpack(learner.layer_norm_backward(dy, x, gain), "dx, dgain, dbias")
        assert_close(dgain, np.sum(dy * _layer_norm(x, 1.0, 0.0, 1e-5), axis=0), what="dgain")

    def test_gradient_at_the_input(self, learner, rng):
        """The first result is the gradient at the input, by all paths."""
        # With two features a small eps leaves hardly a gradient.
        for n, d, eps in ((3, 5, 1e-5), (4, 2, 0.7)):
            dy, x, gain = _rows(rng, n, d)
            dx, _, _ = unpack(learner.layer_norm_backward(dy, x, gain, eps), "dx, dgain, dbias")

            def f(x, dy=dy, gain=gain, eps=eps):
                return float(np.sum(dy * _layer_norm(x, gain, 0.0, eps)))

            _assert_slopes(dx, f, x, what="dx")

    def test_eps_under_the_root(self, learner, reference, rng):
        """The eps is added to the variance, under the root; by default it is 1e-5."""
        dy, x, gain = _rows(rng, 3, 4)
        for scale in (1.0, 3e-3):
            truth = reference.layer_norm_backward(dy, scale * x, gain)
            _assert_layer_norm(learner.layer_norm_backward(dy, scale * x, gain), truth)
        for eps in (0.5, 1e-3):
            truth = reference.layer_norm_backward(dy, x, gain, eps)
            _assert_layer_norm(learner.layer_norm_backward(dy, x, gain, eps=eps), truth)

    def test_all_sizes(self, learner, reference, rng):
        """All three are right for any number of rows and features, including one row."""
        for n, d in ((5, 3), (3, 3), (1, 4), (2, 7), (1, 2)):
            dy, x, gain = _rows(rng, n, d)
            truth = reference.layer_norm_backward(dy, x, gain, 0.01)
            _assert_layer_norm(learner.layer_norm_backward(dy, x, gain, 0.01), truth)

    def test_rows_do_not_mix(self, learner, reference, rng):
        """Each row has its own mean and variance, whatever the level and spread of the others."""
        dy, x, gain = _rows(rng, 3, 4)
        x = x * np.array([[1.0], [0.1], [10.0]]) + np.array([[0.0], [3.0], [-20.0]])
        truth = reference.layer_norm_backward(dy, x, gain)
        _assert_layer_norm(learner.layer_norm_backward(dy, x, gain), truth, rtol=1e-8)

    def test_equal_entries(self, learner, rng):
        """In a row of equal entries only the mean matters, and the root of eps divides."""
        dy, _, gain = _rows(rng, 2, 4)
        x = np.array([[2.0] * 4, [0.0] * 4])
        g = dy * gain
        truth = (g - g.mean(axis=1, keepdims=True)) / 0.5, np.zeros(4), dy.sum(axis=0)
        _assert_layer_norm(learner.layer_norm_backward(dy, x, gain, 0.25), truth)

    def test_keeps_inputs(self, learner, reference, rng):
        """The upstream gradient, the input and the gain are the same afterwards."""
        dy, x, gain = _rows(rng, 3, 3)
        truth = reference.layer_norm_backward(dy, x, gain)
        _assert_layer_norm(assert_keeps_inputs(learner.layer_norm_backward, dy, x, gain), truth)


def _attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return weights @ V


def _positions(rng, T, d):
    return tuple(rng.normal(size=(4, T, d)))


def _assert_attention(got, truth):
    parts = unpack(got, "dQ, dK, dV")
    for name, part, right in zip(("dQ", "dK", "dV"), parts, truth, strict=True):
        assert_close(part, right, what=name)


class TestAttentionBackward:
    def test_gradient_at_the_queries(self, learner, rng):
        """The first result is the gradient at the queries."""
        dout, Q, K, V = _positions(rng, 4, 3)
        dQ, _, _ = unpack(learner.attention_backward(dout, Q, K, V), "dQ, dK, dV")
        _assert_slopes(dQ, lambda Q: float(np.sum(dout * _attention(Q, K, V))), Q, what="dQ")

    def test_gradient_at_the_keys(self, learner, rng):
        """The second result is the gradient at the keys."""
        dout, Q, K, V = _positions(rng, 3, 4)
        _, dK, _ = unpack(learner.attention_backward(dout, Q, K, V), "dQ, dK, dV")
        _assert_slopes(dK, lambda K: float(np.sum(dout * _attention(Q, K, V))), K, what="dK")

    def test_gradient_at_the_values(self, learner, rng):
        """The third result is the gradient at the values."""
        dout, Q, K, V = _positions(rng, 4, 2)
        _, _, dV = unpack(learner.attention_backward(dout, Q, K, V), "dQ, dK, dV")
        _assert_slopes(dV, lambda V: float(np.sum(dout * _attention(Q, K, V))), V, what="dV")

    def test_all_sizes(self, learner, reference, rng):
        """All three agree with the exact formula for any number of positions and features."""
        for T, d in ((5, 2), (2, 6), (3, 3), (4, 1)):
            dout, Q, K, V = _positions(rng, T, d)
            truth = reference.attention_backward(dout, Q, K, V)
            _assert_attention(learner.attention_backward(dout, Q, K, V), truth)

    def test_one_position(self, learner, rng):
        """A single position looks at itself only: queries and keys do not matter."""
        dout, Q, K, V = _positions(rng, 1, 3)
        truth = (np.zeros((1, 3)), np.zeros((1, 3)), dout)
        _assert_attention(learner.attention_backward(dout, Q, K, V), truth)

    def test_equal_scores(self, learner, rng):
        """Where all weights are equal, each value gets the mean of the upstream gradients."""
        dout, Q, K, V = _positions(rng, 4, 3)
        K[:] = K[0]
        got = learner.attention_backward(dout, Q, K, V)
        dQ, _, dV = unpack(got, "dQ, dK, dV")
        assert_close(dV, np.tile(dout.mean(axis=0), (4, 1)), what="dV")
        assert_close(dQ, np.zeros((4, 3)), what="dQ")

    def test_keeps_inputs(self, learner, reference, rng):
        """The upstream gradient, queries, keys and values are the same afterwards."""
        dout, Q, K, V = _positions(rng, 3, 3)
        truth = reference.attention_backward(dout, Q, K, V)
        got = assert_keeps_inputs(learner.attention_backward, dout, Q, K, V)
        _assert_attention(got, truth)
