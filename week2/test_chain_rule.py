import numpy as np

from kata.comparisons import assert_close, assert_same, no_floating_point_warnings, unpack


class TestSigmoid:
    def test_by_hand(self, learner):
        """At 0 it is 1/2, and at ln 3 it is 3/4."""
        assert_close(learner.sigmoid(np.array([0.0, np.log(3.0)])), [0.5, 0.75])

    def test_two_sides_make_one(self, learner):
        """The sigmoid of -x is 1 minus the sigmoid of x, in an array of any shape."""
        x = np.array([[-2.0, -1.0], [1.0, 2.0]])
        y = np.asarray(learner.sigmoid(x))
        assert_close(y[0, 0] + y[1, 1], 1.0)
        assert_close(y, 1 / (1 + np.exp(-x)))

    def test_is_stable(self, learner):
        """At -1000 it is 0 and at 1000 it is 1, without an overflow."""
        with no_floating_point_warnings():
            y = learner.sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        assert_close(y, [0.0, 0.5, 1.0])


class TestSigmoidBackward:
    def test_steepest_in_the_middle(self, learner):
        """Where the output is 1/2 the slope is 1/4, and nowhere is it more."""
        assert_close(learner.sigmoid_backward(np.array([1.0]), np.array([0.5])), [0.25])

    def test_multiplies_by_the_upstream_gradient(self, learner):
        """The slope at output 3/4 is 3/16: 16 from upstream becomes 3, and -16 becomes -3."""
        dy, y = np.array([16.0, -16.0, 16.0]), np.array([0.75, 0.75, 1.0])
        assert_close(learner.sigmoid_backward(dy, y), [3.0, -3.0, 0.0])


class TestReluBackward:
    def test_passes_or_stops(self, learner):
        """The gradient passes where the input was positive, whatever its own sign."""
        dy, x = np.array([5.0, 6.0, -7.0, -8.0]), np.array([2.0, -2.0, 0.1, -0.1])
        assert_close(learner.relu_backward(dy, x), [5.0, 0.0, -7.0, 0.0])

    def test_at_zero(self, learner):
        """At an input of exactly 0 nothing passes."""
        dy, x = np.array([5.0, 5.0]), np.array([0.0, 1.0])
        assert_close(learner.relu_backward(dy, x), [0.0, 5.0])

    def test_keeps_the_upstream_gradient(self, learner):
        """The upstream gradient is the same afterwards: work on a copy."""
        dy = np.array([5.0, 6.0])
        assert_close(learner.relu_backward(dy, np.array([-1.0, 1.0])), [0.0, 6.0])
        assert_same(dy, np.array([5.0, 6.0]), what="dy")


class TestLinearBackward:
    def test_one_example(self, learner):
        """For one input (3, 4) and two outputs, each gradient can be written down by hand."""
        dy, x = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
        W = np.array([[5.0, 6.0], [7.0, 8.0]])
        dx, dW, db = unpack(learner.linear_backward(dy, x, W), "dx, dW, db")
        assert_close(dx, [[1 * 5.0 + 2 * 7.0, 1 * 6.0 + 2 * 8.0]], what="dx")
        assert_close(dW, [[3.0, 4.0], [6.0, 8.0]], what="dW")
        assert_close(db, [1.0, 2.0], what="db")

    def test_adds_up_over_the_batch(self, learner):
        """A second example adds its share to dW and db, and a row of its own to dx."""
        dy, x = np.array([[1.0], [10.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])
        W = np.array([[2.0, -1.0]])
        dx, dW, db = unpack(learner.linear_backward(dy, x, W), "dx, dW, db")
        assert_close(dx, [[2.0, -1.0], [20.0, -10.0]], what="dx")
        assert_close(dW, [[53.0, 64.0]], what="dW")
        assert_close(db, [11.0], what="db")


class TestSoftmaxJacobian:
    def test_two_classes(self, learner):
        """With 3/4 and 1/4 each slope is 3/16: what one wins, the other loses."""
        result = learner.softmax_jacobian(np.array([0.75, 0.25]))
        assert_close(result, [[0.1875, -0.1875], [-0.1875, 0.1875]])

    def test_three_classes(self, learner):
        """With 1/2, 1/3 and 1/6, slope (0, 1) is -1/6, and slope (2, 2) is 1/6 times 5/6."""
        result = learner.softmax_jacobian(np.array([1 / 2, 1 / 3, 1 / 6]))
        expected = np.array([[9.0, -6.0, -3.0], [-6.0, 8.0, -2.0], [-3.0, -2.0, 5.0]]) / 36
        assert_close(result, expected)

    def test_certain(self, learner):
        """A softmax that is certain reacts to nothing: all nine slopes are 0."""
        assert_close(learner.softmax_jacobian(np.array([0.0, 1.0, 0.0])), np.zeros((3, 3)))


class TestSoftmaxCrossEntropy:
    def test_knows_nothing(self, learner):
        """With four equal logits each class has probability 1/4, and the loss is ln 4."""
        result = learner.softmax_cross_entropy(np.zeros((1, 4)), np.array([2]))
        loss, dlogits = unpack(result, "loss, dlogits")
        assert_close(loss, np.log(4.0), what="the loss")
        assert_close(dlogits, [[0.25, 0.25, -0.75, 0.25]], what="dlogits")

    def test_is_a_mean(self, learner):
        """Over two examples loss and gradient are means: (ln 2 + ln 4) / 2, and halves."""
        logits = np.array([[0.0, 0.0], [np.log(3.0), 0.0]])
        result = learner.softmax_cross_entropy(logits, np.array([0, 1]))
        loss, dlogits = unpack(result, "loss, dlogits")
        assert_close(loss, (np.log(2.0) + np.log(4.0)) / 2, what="the loss")
        assert_close(dlogits, [[-0.25, 0.25], [0.375, -0.375]], what="dlogits")

    def test_is_stable(self, learner):
        """A model that is sure of the wrong class has a loss of 20,000, not inf or nan."""
        logits = np.array([[1e4, -1e4]])
        with no_floating_point_warnings():
            result = learner.softmax_cross_entropy(logits, np.array([1]))
        loss, dlogits = unpack(result, "loss, dlogits")
        assert_close(loss, 20_000.0, what="the loss")
        assert_close(dlogits, [[1.0, -1.0]], what="dlogits")


def small_network():
    """Return parameters for 2 inputs, 2 hidden units and 2 classes."""
    return {
        "W1": np.array([[1.0, 1.0], [-1.0, 0.0]]),
        "b1": np.array([0.0, 0.0]),
        "W2": np.array([[1.0, 1.0], [2.0, 3.0]]),
        "b2": np.array([3.0, 0.0]),
    }


class TestMlpLossAndGradients:
    def test_forward(self, learner):
        """Input (1, 2) gives hidden (3, 0) and logits (6, 6): the loss is ln 2."""
        x, labels = np.array([[1.0, 2.0]]), np.array([0])
        result = learner.mlp_loss_and_gradients(small_network(), x, labels)
        loss, _ = unpack(result, "loss, gradients")
        assert_close(loss, np.log(2.0), what="the loss")

    def test_last_layer(self, learner):
        """The gradient at the logits is (-1/2, 1/2): W2's is that times hidden (3, 0)."""
        x, labels = np.array([[1.0, 2.0]]), np.array([0])
        result = learner.mlp_loss_and_gradients(small_network(), x, labels)
        _, gradients = unpack(result, "loss, gradients")
        assert_close(gradients["b2"], [-0.5, 0.5], what="the gradient of b2")
        assert_close(gradients["W2"], [[-1.5, 0.0], [1.5, 0.0]], what="the gradient of W2")

    def test_first_layer(self, learner):
        """The hidden unit that is on gets 1/2, the one that is off gets nothing."""
        x, labels = np.array([[1.0, 2.0]]), np.array([0])
        result = learner.mlp_loss_and_gradients(small_network(), x, labels)
        _, gradients = unpack(result, "loss, gradients")
        assert_close(gradients["b1"], [0.5, 0.0], what="the gradient of b1")
        assert_close(gradients["W1"], [[0.5, 1.0], [0.0, 0.0]], what="the gradient of W1")

    def test_keeps_the_parameters(self, learner):
        """The parameters are the same afterwards, and the gradients have the same keys."""
        params = small_network()
        x, labels = np.array([[1.0, 2.0], [2.0, 0.0]]), np.array([0, 1])
        result = learner.mlp_loss_and_gradients(params, x, labels)
        _, gradients = unpack(result, "loss, gradients")
        assert_same(sorted(gradients), ["W1", "W2", "b1", "b2"], what="the list of keys")
        for name, value in small_network().items():
            assert_same(params[name], value, what=name)

    def test_means_over_the_batch(self, learner):
        """The same example twice has loss and gradients of one, whatever the order of the dict."""
        params = dict(reversed(small_network().items()))
        x, labels = np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([0, 0])
        result = learner.mlp_loss_and_gradients(params, x, labels)
        loss, gradients = unpack(result, "loss, gradients")
        assert_close(loss, np.log(2.0), what="the loss")
        assert_close(gradients["b1"], [0.5, 0.0], what="the gradient of b1")
        assert_close(gradients["W1"], [[0.5, 1.0], [0.0, 0.0]], what="the gradient of W1")
        assert_close(gradients["b2"], [-0.5, 0.5], what="the gradient of b2")
        assert_close(gradients["W2"], [[-1.5, 0.0], [1.5, 0.0]], what="the gradient of W2")

    def test_at_zero_and_below(self, learner):
        """A hidden unit at exactly 0 gets nothing, and logits may be negative: here (-4, -4)."""
        params = small_network()
        params["b1"] = np.array([0.0, 1.0])  # the second hidden unit is -1 + 1
        params["b2"] -= 10.0
        x, labels = np.array([[1.0, 2.0]]), np.array([0])
        result = learner.mlp_loss_and_gradients(params, x, labels)
        loss, gradients = unpack(result, "loss, gradients")
        assert_close(loss, np.log(2.0), what="the loss")
        assert_close(gradients["b2"], [-0.5, 0.5], what="the gradient of b2")
        assert_close(gradients["b1"], [0.5, 0.0], what="the gradient of b1")


class TestLayerNormBackward:
    def test_gain_and_bias(self, learner):
        """Rows (5, 1) and (1, 5) have variance 4, and √(4 + 12) is 4: so x̂ is 1/2 or -1/2."""
        dy, x = np.array([[1.0, 6.0], [3.0, 2.0]]), np.array([[5.0, 1.0], [1.0, 5.0]])
        result = learner.layer_norm_backward(dy, x, np.array([4.0, 1.0]), eps=12.0)
        _, dgain, dbias = unpack(result, "dx, dgain, dbias")
        assert_close(dgain, [1 / 2 - 3 / 2, -6 / 2 + 2 / 2], what="dgain")
        assert_close(dbias, [4.0, 8.0], what="dbias")

    def test_mean_and_variance_depend_on_x(self, learner):
        """For x = (1, -1, 1, -1) and 3 for eps, 4 at the first entry reaches all four."""
        dy, x = np.array([[4.0, 0.0, 0.0, 0.0]]), np.array([[1.0, -1.0, 1.0, -1.0]])
        result = learner.layer_norm_backward(dy, x, np.ones(4), eps=3.0)
        dx, _, _ = unpack(result, "dx, dgain, dbias")
        # The mean takes 1 from each entry, the variance 1/4 in the direction of x.
        assert_close(dx, [[2.75 / 2, -0.75 / 2, -1.25 / 2, -0.75 / 2]], what="dx")

    def test_the_gain_is_a_factor(self, learner):
        """With gains 4 and 1, dy = (1, 4) arrives as (4, 4): a plain shift, without effect."""
        dy, x, gain = np.array([[1.0, 4.0]]), np.array([[5.0, 1.0]]), np.array([4.0, 1.0])
        dx, _, _ = unpack(learner.layer_norm_backward(dy, x, gain), "dx, dgain, dbias")
        assert_close(dx, [[0.0, 0.0]], what="dx")
        result = learner.layer_norm_backward(np.array([[1.0, 0.0]]), x, gain, eps=12.0)
        dx, _, _ = unpack(result, "dx, dgain, dbias")
        assert_close(dx, [[0.375, -0.375]], what="dx")

    def test_small_eps(self, learner):
        """Without an eps it is 1e-5, which shows where a row hardly varies."""
        x = np.array([[0.003, -0.003]])  # variance 9e-6, and 9e-6 + 1e-5 is 1.9e-5
        result = learner.layer_norm_backward(np.array([[1.0, 0.0]]), x, np.ones(2))
        dx, dgain, _ = unpack(result, "dx, dgain, dbias")
        deviation = np.sqrt(1.9e-5)
        assert_close(dgain, [0.003 / deviation, 0.0], what="dgain")
        dx_right = 0.5 * (1 - 9e-6 / 1.9e-5) / deviation
        assert_close(dx, [[dx_right, -dx_right]], what="dx")


class TestAttentionBackward:
    def test_values_share_the_gradient(self, learner):
        """With equal scores each of two values gets half of each upstream gradient."""
        Q, K = np.array([[2.0], [0.0]]), np.array([[0.0], [0.0]])
        V, dout = np.array([[1.0], [3.0]]), np.array([[1.0], [0.0]])
        result = learner.attention_backward(dout, Q, K, V)
        dQ, dK, dV = unpack(result, "dQ, dK, dV")
        assert_close(dV, [[0.5], [0.5]], what="dV")
        assert_close(dK, [[-1.0], [1.0]], what="dK")
        assert_close(dQ, [[0.0], [0.0]], what="dQ")

    def test_divides_by_the_root_of_d(self, learner):
        """The same in four dimensions has half the gradient at the keys, since √4 is 2."""
        Q, K, V, dout = np.zeros((4, 2, 4))
        Q[0, 0], V[0, 0], V[1, 0], dout[0, 0] = 2.0, 1.0, 3.0, 1.0
        result = learner.attention_backward(dout, Q, K, V)
        _, dK, _ = unpack(result, "dQ, dK, dV")
        assert_close(dK, [[-0.5, 0.0, 0.0, 0.0], [0.5, 0.0, 0.0, 0.0]], what="dK")

    def test_unequal_weights(self, learner):
        """A score of ln 3 weighs 3/4 to 1/4: the gradient competes around 3/4·1 + 1/4·3 = 1.5."""
        Q, K, V, dout = np.zeros((4, 2, 4))
        Q[0, 0], K[0, 0], V[0, 0], V[1, 0], dout[0, 0] = 2 * np.log(3.0), 1.0, 1.0, 3.0, 1.0
        result = learner.attention_backward(dout, Q, K, V)
        dQ, dK, dV = (part[:, 0] for part in unpack(result, "dQ, dK, dV"))
        assert_close(dV, [0.75, 0.25], what="the first column of dV")
        assert_close(dQ, [-0.375 / 2, 0.0], what="the first column of dQ")
        assert_close(dK, [-0.375 * np.log(3.0), 0.375 * np.log(3.0)], what="that of dK")

    def test_one_position(self, learner):
        """A position that is alone looks at itself only: its value gets the whole gradient."""
        dout, Q, K, V = np.array([[[5.0, -6.0]], [[1.0, 2.0]], [[3.0, 4.0]], [[7.0, 8.0]]])
        result = learner.attention_backward(dout, Q, K, V)
        dQ, dK, dV = unpack(result, "dQ, dK, dV")
        assert_close(dV, dout, what="dV")
        assert_close(dQ, [[0.0, 0.0]], what="dQ")
        assert_close(dK, [[0.0, 0.0]], what="dK")
