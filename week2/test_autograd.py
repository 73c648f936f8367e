import math

import numpy as np
import pytest

from kata.comparisons import assert_close


class TestValueArithmetic:
    def test_two_values(self, learner):
        """6 and 3 as Values give 9, 3, 18 and 2; their grad is 0.0 at first."""
        a, b = learner.Value(6.0), learner.Value(3.0)
        for result, expected in ((a + b, 9.0), (a - b, 3.0), (a * b, 18.0), (a / b, 2.0)):
            assert_close(result.data, expected)
            assert_close(result.grad, 0.0)
        assert_close([a.data, b.data], [6.0, 3.0], what="what the operands hold afterwards")

    def test_a_number_on_the_right(self, learner):
        """With a plain number on the right, 6 + 4 is 10 and 6 / 4 is 1.5."""
        a = learner.Value(6.0)
        assert_close((a + 4).data, 10.0)
        assert_close((a - 4.0).data, 2.0)
        assert_close((a * 0.5).data, 3.0)
        assert_close((a / 4).data, 1.5)

    def test_a_number_on_the_left(self, learner):
        """With a plain number on the left, 1 - 4 is -3, 1 / 4 is 0.25, and `sum` works."""
        a = learner.Value(4.0)
        assert_close((1 + a).data, 5.0)
        assert_close((1 - a).data, -3.0)
        assert_close((0.5 * a).data, 2.0)
        assert_close((1 / a).data, 0.25)
        assert_close(sum([a, a, a]).data, 12.0)

    def test_minus_and_power(self, learner):
        """For -2: the negative is 2, the square 4, the cube -8, and to the power -1 it is -0.5."""
        a = learner.Value(-2.0)
        assert_close((-a).data, 2.0)
        assert_close((a**2).data, 4.0)
        assert_close((a**3).data, -8.0)
        assert_close((a**-1).data, -0.5)
        assert_close((learner.Value(9.0) ** 0.5).data, 3.0)


class TestValueFunctions:
    def test_exp_and_log(self, learner):
        """exp(1) is e, log(1) is 0, and log undoes exp."""
        assert_close(learner.Value(1.0).exp().data, math.e)
        assert_close(learner.Value(1.0).log().data, 0.0)
        assert_close(learner.Value(-2.0).exp().log().data, -2.0)

    def test_tanh(self, learner):
        """tanh(0) is 0, tanh(0.5) is (e - 1) / (e + 1), and tanh(±1000) is ±1."""
        assert_close(learner.Value(0.0).tanh().data, 0.0)
        assert_close(learner.Value(0.5).tanh().data, (math.e - 1) / (math.e + 1))
        assert_close(learner.Value(1000.0).tanh().data, 1.0)
        assert_close(learner.Value(-1000.0).tanh().data, -1.0)

    def test_relu(self, learner):
        """relu(1.5) is 1.5, relu(-1.5) is 0."""
        assert_close(learner.Value(1.5).relu().data, 1.5)
        assert_close(learner.Value(-1.5).relu().data, 0.0)

    def test_log_refuses_what_is_not_positive(self, learner):
        """The log of 0 or of -1 is a ValueError; that of 0.5 is not."""
        assert_close(learner.Value(0.5).log().data, -math.log(2))
        with pytest.raises(ValueError):
            learner.Value(0.0).log()
        with pytest.raises(ValueError):
            learner.Value(-1.0).log()


class TestValueBackward:
    def test_a_product_and_a_sum(self, learner):
        """For y = a·b + c with a = 2, b = -3: dy/da = b, dy/db = a, dy/dc = 1."""
        a, b, c = learner.Value(2.0), learner.Value(-3.0), learner.Value(10.0)
        y = a * b + c
        y.backward()
        assert_close([a.grad, b.grad, c.grad], [-3.0, 2.0, 1.0], what="grad of a, b, c")

    def test_uses_add_up(self, learner):
        """x·x + x uses x three times: its derivative at 3 is 2·3 + 1."""
        x = learner.Value(3.0)
        y = x * x + x
        y.backward()
        assert_close(x.grad, 7.0, what="grad of x")

    def test_one_neuron(self, learner):
        """A neuron with tanh and squared error: each input's weight learns in proportion to it."""
        w = [learner.Value(0.5), learner.Value(-0.25)]
        b = learner.Value(0.1)
        output = (w[0] * 1.0 + w[1] * 2.0 + b).tanh()
        loss = (output - 1) ** 2
        loss.backward()
        t = math.tanh(0.1)
        slope = 2 * (t - 1) * (1 - t**2)
        assert_close(output.grad, 2 * (t - 1), what="grad of the output")
        assert_close([v.grad for v in (*w, b)], [slope, 2 * slope, slope], what="grad of w and b")

    def test_a_second_graph_adds(self, learner):
        """A second loss on the same weight adds its derivative: 4 from the first, 10 in all."""
        w = learner.Value(1.0)
        first, second = 4 * w, 6 * w
        first.backward()
        assert_close(w.grad, 4.0, what="grad after the first")
        second.backward()
        assert_close(w.grad, 10.0, what="grad after the second")

    def test_ten_thousand_operations(self, learner):
        """A chain of 10,000 operations has a derivative too."""
        x = learner.Value(1.0)
        y = x
        for _ in range(5000):
            y = y * -1.0 + 1.0
        y.backward()
        assert_close(x.grad, 1.0, what="grad of x")


class TestUnbroadcast:
    def test_a_bias(self, learner):
        """The bias of three outputs was added to two rows: its gradient sums the rows."""
        grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        assert_close(learner.unbroadcast(grad, (3,)), [11.0, 22.0, 33.0])

    def test_a_column(self, learner):
        """A column of shape (2, 1) was repeated along the rows: it stays a column."""
        grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        assert_close(learner.unbroadcast(grad, (2, 1)), [[6.0], [60.0]])

    def test_nothing_and_everything(self, learner):
        """The same shape changes nothing; a single number, shape (), gets the whole sum."""
        grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        assert_close(learner.unbroadcast(grad, (2, 3)), grad)
        assert_close(learner.unbroadcast(grad, ()), 66.0)

    def test_refuses_what_does_not_broadcast(self, learner):
        """No array of shape (2,) stretches to (2, 3): a ValueError, while (3,) does."""
        grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
        assert_close(learner.unbroadcast(grad, (1, 3)), [[11.0, 22.0, 33.0]])
        with pytest.raises(ValueError):
            learner.unbroadcast(grad, (2,))
