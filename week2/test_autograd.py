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

    def test_far_from_zero(self, learner):
        """exp(10) is not cut short, tanh(3.5) is not yet 1, and log takes 1e-12."""
        assert_close(learner.Value(10.0).exp().data, math.exp(10.0))
        assert_close(learner.Value(3.5).tanh().data, math.tanh(3.5))
        assert_close(learner.Value(1e-12).log().data, math.log(1e-12))

    def test_give_a_new_value(self, learner):
        """The Value itself keeps its number: exp, log, tanh and relu give a new one."""
        for name in ("exp", "tanh", "relu"):
            x = learner.Value(-2.0)
            getattr(x, name)()
            assert_close(x.data, -2.0, what=f"x after x.{name}()")

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

    def test_each_operation_has_its_slope(self, learner):
        """Plain numbers stand on either side, and relu has slope 0 at 0, as in PyTorch."""
        for says, function, at, slope in (
            ("2 + v", lambda v: 2 + v, 5.0, 1.0),
            ("2 - v", lambda v: 2 - v, 5.0, -1.0),
            ("v - 2", lambda v: v - 2, 5.0, 1.0),
            ("2 * v", lambda v: 2 * v, 5.0, 2.0),
            ("v / 4", lambda v: v / 4, 5.0, 0.25),
            ("6 / v", lambda v: 6 / v, 2.0, -1.5),
            ("Value(6) / v", lambda v: learner.Value(6.0) / v, 2.0, -1.5),
            ("v**3", lambda v: v**3, 2.0, 12.0),
            ("v**2", lambda v: v**2, 0.0, 0.0),
            ("v.exp()", lambda v: v.exp(), 1.5, math.exp(1.5)),
            ("v.log()", lambda v: v.log(), 4.0, 0.25),
            ("v.tanh()", lambda v: v.tanh(), 1000.0, 0.0),
            ("v.relu()", lambda v: v.relu(), 3.0, 1.0),
            ("v.relu()", lambda v: v.relu(), -3.0, 0.0),
            ("v.relu()", lambda v: v.relu(), 0.0, 0.0),
        ):
            v = learner.Value(at)
            function(v).backward()
            assert_close(v.grad, slope, what=f"the slope of {says} at {at:g}")
            assert_close(v.data, at, what="v afterwards")

    def test_functions_add_too(self, learner):
        """Whatever else uses v adds its share: f(v) + v has one more slope than f(v)."""
        for name, slope in (("exp", math.e), ("log", 1.0), ("tanh", 1 - math.tanh(1.0) ** 2)):
            v = learner.Value(1.0)
            (getattr(v, name)() + v).backward()
            assert_close(v.grad, slope + 1, what=f"the slope of v.{name}() + v")
        v = learner.Value(1.0)
        r = v.relu()
        (2 * r + v).backward()
        assert_close([r.grad, v.grad], [2.0, 3.0], what="grad of r = v.relu() and v in 2·r + v")

    def test_a_detour(self, learner):
        """With a = x² used at once and by way of 2a, it passes on only when both have reported."""
        for first in (True, False):
            x = learner.Value(3.0)
            a = x * x
            b = a * 2
            y = a + b if first else b + a
            y.backward()
            assert_close([a.grad, x.grad], [3.0, 18.0], what="grad of a and x")

    def test_sixty_doublings(self, learner):
        """Doubled 60 times by y + y there are 2^60 paths: each Value is visited once."""
        x = learner.Value(1.0)
        y = x
        for _ in range(60):
            y = y + y
        y.backward()
        assert_close(x.grad, 2.0**60, what="grad of x")

    def test_a_second_graph_adds(self, learner):
        """A second loss on the same weight adds its derivative: 4 from the first, 10 in all."""
        w = learner.Value(1.0)
        first, second = 4 * w, 6 * w
        first.backward()
        assert_close(w.grad, 4.0, what="grad after the first")
        second.backward()
        assert_close(w.grad, 10.0, what="grad after the second")

    def test_ten_thousand_operations(self, learner):
        """The last step: 10,000 operations in a chain, which takes a stack of your own."""
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

    def test_refuses_a_larger_shape(self, learner):
        """Stretching goes one way: neither (2, 3) nor (1, 3) can have become (3,)."""
        grad = np.array([1.0, 2.0, 3.0])
        assert_close(learner.unbroadcast(grad, (1,)), [6.0])
        for shape in ((2, 3), (1, 3)):
            with pytest.raises(ValueError):
                learner.unbroadcast(grad, shape)
