import math

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_keeps_inputs,
    no_floating_point_warnings,
    unpack,
)

# Scripts: each runs beside the learner's class and returns numbers.


def _of_two_values(module, a, b):
    u, v = module.Value(a), module.Value(b)
    return [(u + v).data, (u - v).data, (u * v).data, (u / v).data]


def _number_on_the_right(module, a, number):
    v = module.Value(a)
    return [(v + number).data, (v - number).data, (v * number).data, (v / number).data]


def _number_on_the_left(module, number, a):
    v = module.Value(a)
    return [(number + v).data, (number - v).data, (number * v).data, (number / v).data]


def _powers(module, a, exponents):
    return [(module.Value(a) ** exponent).data for exponent in exponents]


def _negatives(module, numbers):
    once = [-module.Value(a) for a in numbers]
    twice = -once[0]
    return [v.data for v in [*once, twice]]


def _operands_and_results(module, a, b):
    u, v = module.Value(a), module.Value(b)
    results = [u + v, u - v, u * v, u / v, -u, u**2, u + 1, 1 - u, 2.0 * u, 2.0 / u]
    total = u
    total += v
    total *= v
    operands = [u.data, v.data, u.grad, v.grad, total.data]
    return operands, [result.grad for result in results], [result.data for result in results]


def _long_expression(module, a, b, c):
    u, v, w = module.Value(a), module.Value(b), module.Value(c)
    mean = sum([u, v, w]) / 3
    spread = ((u - mean) ** 2 + (v - mean) ** 2 + (mean - w) ** 2.0) / 2
    return [mean.data, spread.data, (-(2 * u * v - 1) / (1.5 + w**2) - u / v * w).data]


def _applied(module, name, numbers):
    return [getattr(module.Value(x), name)().data for x in numbers]


def _applied_in_turn(module, a):
    v = module.Value(a)
    e = v.exp()
    t = e.tanh()
    r = t.relu()
    result = r.log()
    return [result.data, v.data, e.data, t.data], [n.grad for n in (v, e, t, r, result)]


def _slopes_of_sums_and_products(module, a, b):
    slopes = []
    for combine in (
        lambda u, v: u + v,
        lambda u, v: u - v,
        lambda u, v: u * v,
        lambda u, v: -u * v,
    ):
        u, v = module.Value(a), module.Value(b)
        combine(u, v).backward()
        slopes.append([u.grad, v.grad])
    return slopes


def _slopes_of_quotients(module, a, b):
    slopes = []
    for combine in (lambda u, v: u / v, lambda u, v: -v / u):
        u, v = module.Value(a), module.Value(b)
        combine(u, v).backward()
        slopes.append([u.grad, v.grad])
    return slopes


def _slopes_of_powers(module, a, exponents):
    slopes = []
    for exponent in exponents:
        v = module.Value(a)
        (v**exponent).backward()
        slopes.append(v.grad)
    return slopes


def _slopes_beside_numbers(module, a, number):
    slopes = []
    for combine in (
        lambda v: v + number,
        lambda v: number + v,
        lambda v: v - number,
        lambda v: number - v,
        lambda v: v * number,
        lambda v: number * v,
        lambda v: v / number,
        lambda v: number / v,
        lambda v: sum([v, v * 2]),
    ):
        v = module.Value(a)
        combine(v).backward()
        slopes.append(v.grad)
    return slopes


def _slopes_of_function(module, name, numbers):
    """Return the gradients below 3 times the function, then below -3 times it."""
    slopes = []
    for factor in (3.0, -3.0):
        for x in numbers:
            v = module.Value(x)
            (getattr(v, name)() * factor).backward()
            slopes.append(v.grad)
    return slopes


def _operands_of_functions(module, a):
    """Return the operands' numbers after each function was applied."""
    operands = [module.Value(x) for x in (a, a, a, -a, a, -a)]
    for v, name in zip(operands, ["exp", "log", "tanh", "tanh", "relu", "relu"], strict=True):
        getattr(v, name)()
    return [v.data for v in operands]


def _gradients_beside_the_operand(module, a):
    """Return gradients of 2 r + 3 v, where r is made of v without a change of its number."""
    gradients = []
    for make in (
        lambda v: v.relu(),
        lambda v: v + 0,
        lambda v: 0 + v,
        lambda v: v * 1,
        lambda v: v - 0,
        lambda v: v / 1,
        lambda v: v**1,
    ):
        v = module.Value(a)
        r = make(v)
        (2 * r + 3 * v).backward()
        gradients.append([r.grad, v.grad])
    return gradients


def _slopes_of_a_value_used_often(module, a, b):
    slopes = []
    for combine in (
        lambda v, w: v + v,
        lambda v, w: v * v,
        lambda v, w: v - v,
        lambda v, w: v / v,
        lambda v, w: v * w * v + v**3,
        lambda v, w: v.exp() * v.tanh() - w * v,
        lambda v, w: (v + v + w) * (v * v - w),
    ):
        v, w = module.Value(a), module.Value(b)
        combine(v, w).backward()
        slopes.append(v.grad)
    return slopes


def _slopes_of_operations_used_twice(module, a):
    slopes = []
    for operation in (
        lambda v, w: v.exp(),
        lambda v, w: v.log(),
        lambda v, w: v.tanh(),
        lambda v, w: v.relu(),
        lambda v, w: v**3,
        lambda v, w: -v,
        lambda v, w: 1 - v,
        lambda v, w: v - 1,
        lambda v, w: 2 / v,
        lambda v, w: v / 2,
        lambda v, w: v + w,
        lambda v, w: w + v,
        lambda v, w: v - w,
        lambda v, w: w - v,
        lambda v, w: v * w,
        lambda v, w: w * v,
        lambda v, w: v / w,
        lambda v, w: w / v,
    ):
        v, w = module.Value(a), module.Value(2.0)
        (operation(v, w) + 2 * operation(v, w)).backward()
        slopes.append(v.grad)
    return slopes


def _slopes_along_a_chain(module, a, b):
    v, w = module.Value(a), module.Value(b)
    product = v * w
    exponential = product.exp()
    shifted = exponential + 1.0
    loss = shifted.log()
    loss.backward()
    return [n.grad for n in (shifted, exponential, product, v, w)]


def _slopes_where_paths_differ_in_length(module, a):
    slopes = []
    for is_short_path_first in (True, False):
        for n in (1, 2, 5):
            x = module.Value(a)
            u = x * 2.0
            detour = u
            for _ in range(n):
                detour = detour * 3.0
            joined = u + detour if is_short_path_first else detour + u
            top = joined * joined + u if is_short_path_first else u + joined * joined
            top.backward()
            slopes.append([x.grad, u.grad, joined.grad])
    return slopes


def _slopes_of_equal_numbers(module, a):
    u, v = module.Value(a), module.Value(a)
    left, right = u * 2.0, v * 2.0
    (left * 3.0 + right * 5.0).backward()
    return [u.grad, v.grad, left.grad, right.grad]


def _slopes_left_by_several_graphs(module, inputs, weights):
    w = [module.Value(x) for x in weights]
    first_only, left = module.Value(2.0), []
    for i, row in enumerate(inputs):
        output = sum([x * v for x, v in zip(row, w, strict=True)]).tanh()
        if i == 0:
            output = output * first_only
        ((output - 1.0) ** 2).backward()
        left.append([v.grad for v in w] + [first_only.grad])
    return left


def _slopes_of_others(module, a, b):
    u, v, unused = module.Value(a), module.Value(b), module.Value(3.0)
    before = u * v * unused
    y = u * v + u
    after = y * 5.0 + unused
    y.backward()
    return [u.grad, v.grad], [n.grad for n in (unused, before, after)], [u.data, v.data, y.data]


def _network(module, x, hidden_weights, output_weights, label):
    """Return loss and gradients of a network with tanh, ReLU and softmax cross-entropy."""
    inputs = [module.Value(number) for number in x]
    W1 = [[module.Value(number) for number in row] for row in hidden_weights]
    W2 = [[module.Value(number) for number in row] for row in output_weights]
    hidden = []
    for i, row in enumerate(W1):
        z = sum([w * number for w, number in zip(row, inputs, strict=True)])
        hidden.append(z.tanh() if i % 2 else z.relu())
    logits = [1 - sum([h * w for w, h in zip(row, hidden, strict=True)]) for row in W2]
    exponentials = [z.exp() for z in logits]
    probability = exponentials[label] / sum(exponentials)
    loss = -probability.log() + 0.01 * sum([w**2 for row in W1 for w in row])
    loss.backward()
    weights = [w for row in W1 + W2 for w in row]
    return loss.data, [value.grad for value in [*inputs, *weights, *hidden, *logits]]


def _slope_of_a_long_chain(module, a, factor, offset):
    x = module.Value(a)
    y = x
    for _ in range(5000):
        y = y * factor + offset
    y.backward()
    return x.grad


def _slope_through_many_diamonds(module, a, levels):
    x = module.Value(a)
    y = x
    for _ in range(levels):
        left, right = y * 0.75, y * 0.5
        y = left + right
    y.backward()
    return x.grad


class TestValueArithmetic:
    def test_two_values(self, learner, rng):
        """Sum, difference, product and quotient of two Values have the right data."""
        for a, b in rng.uniform(0.5, 4.0, size=(3, 2)).tolist():
            for x, y in ((a, b), (-a, b), (a, -b)):
                got = learner.run(_of_two_values, x, y)
                assert_close(got, [x + y, x - y, x * y, x / y], what="the data of the results")

    def test_a_number_on_the_right(self, learner, rng):
        """A plain number may stand on the right, whole or not."""
        for a, number in ((float(rng.normal()), 3), (2.5, float(rng.uniform(1.0, 2.0))), (1.5, -2)):
            got = learner.run(_number_on_the_right, a, number)
            expected = [a + number, a - number, a * number, a / number]
            assert_close(got, expected, what="the data of the results")

    def test_a_number_on_the_left(self, learner, rng):
        """A plain number may stand on the left, where the order matters."""
        for number, a in ((3, float(rng.uniform(1, 2))), (float(rng.normal()), 2.5), (-2, 0.75)):
            got = learner.run(_number_on_the_left, number, a)
            expected = [number + a, number - a, number * a, number / a]
            assert_close(got, expected, what="the data of the results")

    def test_minus(self, learner, rng):
        """A minus in front gives the negative, and two of them the number itself."""
        numbers = [float(rng.uniform(1.0, 2.0)), -2.5, 0.0]
        got = learner.run(_negatives, numbers)
        assert_close(got, [*(-x for x in numbers), numbers[0]], what="the data of the negatives")

    def test_powers(self, learner, rng):
        """Powers are right for whole, fractional and negative exponents, and for negative bases."""
        a = float(rng.uniform(1.5, 2.5))
        exponents = [2, 3, 1, 0, -1, -2, 0.5, 2.5, -0.5, 4.0]
        got = learner.run(_powers, a, exponents)
        assert_close(got, [math.pow(a, n) for n in exponents], what="the data of the powers")
        exponents = [2, 3, 1, -1, -3, 2.0, 3.0]
        got = learner.run(_powers, -a, exponents)
        assert_close(got, [math.pow(-a, n) for n in exponents], what="the data of the powers")
        got = learner.run(_powers, 0.0, [1, 2, 3.0])
        assert_close(got, [0.0, 0.0, 0.0], what="the data of the powers of 0")

    def test_results_are_new(self, learner, rng):
        """Each result is a new Value with grad 0.0, and the operands keep their numbers."""
        a, b = rng.uniform(1.0, 3.0, size=2).tolist()
        answer = learner.run(_operands_and_results, a, b)
        operands, grads, results = unpack(answer, "operands, grads, results")
        assert_close(
            operands, [a, b, 0.0, 0.0, (a + b) * b], what="what the operands hold afterwards"
        )
        assert_close(grads, [0.0] * 10, what="grad of the results")
        expected = [a + b, a - b, a * b, a / b, -a, a * a, a + 1, 1 - a, 2 * a, 2 / a]
        assert_close(results, expected, what="the data of the results")

    def test_long_expressions(self, learner, rng):
        """Results can be computed with like any other Value, and added up with Python's sum."""
        # In this order a difference below a square is negative.
        a, b, c = sorted(rng.uniform(1.0, 3.0, size=3).tolist())
        got = learner.run(_long_expression, a, b, c)
        mean = (a + b + c) / 3
        spread = ((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2
        expected = [mean, spread, -(2 * a * b - 1) / (1.5 + c**2) - a / b * c]
        assert_close(got, expected, what="the data of the results")


class TestValueFunctions:
    def test_exp(self, learner, rng):
        """The method exp gives e to the power of the number."""
        numbers = [0.0, 1.0, *rng.uniform(-5.0, 5.0, size=4).tolist(), -200.0, 30.0, 200.0]
        got = learner.run(_applied, "exp", numbers)
        assert_close(got, [math.exp(x) for x in numbers], atol=0.0, what="the data of the results")

    def test_log(self, learner, rng):
        """The method log gives the natural logarithm, negative below 1."""
        numbers = [1.0, math.e, *rng.uniform(0.1, 9.0, size=4).tolist(), 1e-20, 1e20]
        got = learner.run(_applied, "log", numbers)
        assert_close(got, [math.log(x) for x in numbers], what="the data of the results")

    def test_log_refuses_negative_numbers(self, learner, rng):
        """The log of a negative number is an error; that of a small positive one is not."""
        for number in (-1.0, -float(rng.uniform(1e-9, 1e-3))):
            got = learner.run(_applied, "log", [1e-9])
            assert_close(got, [math.log(1e-9)], what="the log of a small number")
            with pytest.raises(ValueError):
                learner.run(_applied, "log", [number])

    def test_log_refuses_zero(self, learner):
        """The log of 0 is an error; that of a small positive number is not."""
        got = learner.run(_applied, "log", [1e-9])
        assert_close(got, [math.log(1e-9)], what="the log of a small number")
        with pytest.raises(ValueError):
            learner.run(_applied, "log", [0.0])

    def test_tanh(self, learner, rng):
        """The method tanh gives the hyperbolic tangent, which is odd."""
        numbers = rng.uniform(0.1, 3.0, size=4).tolist()
        numbers += [0.03, 3.5, 5.0, 8.0, 10.0]
        numbers = [0.0, *numbers, *(-x for x in numbers), 1e-5]
        got = learner.run(_applied, "tanh", numbers)
        assert_close(got, [math.tanh(x) for x in numbers], what="the data of the results")

    def test_relu(self, learner, rng):
        """The method relu keeps positive numbers and gives 0 for all others."""
        numbers = rng.uniform(0.1, 3.0, size=3).tolist()
        got = learner.run(_applied, "relu", [*numbers, *(-x for x in numbers), 0.0, 1e-9, -1e-9])
        assert_close(got, [*numbers, 0.0, 0.0, 0.0, 0.0, 1e-9, 0.0], what="the data of the results")

    def test_far_above_zero(self, learner, rng):
        """Both tanh and relu are right, without a warning, for large positive numbers."""
        numbers = [1000.0, 400.0, float(rng.uniform(720.0, 990.0))]
        with no_floating_point_warnings():
            squashed = learner.run(_applied, "tanh", numbers)
            kept = learner.run(_applied, "relu", numbers)
        assert_close(squashed, [1.0, 1.0, 1.0], what="the data of tanh")
        assert_close(kept, numbers, what="the data of relu")

    def test_far_below_zero(self, learner, rng):
        """Both tanh and relu are right, without a warning, for negative numbers far from 0."""
        numbers = [-1000.0, -400.0, -float(rng.uniform(720.0, 990.0))]
        with no_floating_point_warnings():
            squashed = learner.run(_applied, "tanh", numbers)
            kept = learner.run(_applied, "relu", numbers)
        assert_close(squashed, [-1.0, -1.0, -1.0], what="the data of tanh")
        assert_close(kept, [0.0, 0.0, 0.0], what="the data of relu")

    def test_operands_stay(self, learner, rng):
        """The number that a function is applied to stays as it is, and the result is right."""
        a = float(rng.uniform(0.5, 2.0))
        assert_close(learner.run(_applied, "relu", [a, -a]), [a, 0.0], what="the data of relu")
        got = learner.run(_operands_of_functions, a)
        assert_close(got, [a, a, a, -a, a, -a], what="what the operands hold afterwards")

    def test_in_turn(self, learner, rng):
        """Functions can be applied one after another; all results are new Values with grad 0.0."""
        a = float(rng.uniform(-1.0, 0.3))
        numbers, grads = unpack(learner.run(_applied_in_turn, a), "numbers, grads")
        e = math.exp(a)
        t = math.tanh(e)
        assert_close(numbers, [math.log(t), a, e, t], what="the data of the results")
        assert_close(grads, [0.0] * 5, what="grad of the results")


class TestValueBackward:
    def test_sums_and_products(self, learner, rng):
        """The derivatives of sums, differences, products and negatives are right."""
        a, b = rng.uniform(1.0, 3.0, size=2).tolist()
        got = learner.run(_slopes_of_sums_and_products, a, b)
        assert_close(got, [[1, 1], [1, -1], [b, a], [-b, -a]], what="grad of the operands")

    def test_quotients_and_powers(self, learner, rng):
        """The derivatives of quotients and powers are right, even of negative numbers and 0."""
        a, b = rng.uniform(1.0, 3.0, size=2).tolist()
        got = learner.run(_slopes_of_quotients, a, b)
        expected = [[1 / b, -a / b**2], [b / a**2, -1 / a]]
        assert_close(got, expected, what="grad of the operands")
        for x, exponents in (
            (a, [2, 3, 1, 0, -1, -2, 0.5, -0.5, 2.5, 2.0]),
            (-a, [2, 3, 1, -1, -2, 3.0]),
            (0.0, [2, 3, 1, 2.0]),
        ):
            got = learner.run(_slopes_of_powers, x, exponents)
            truth = [0.0 if n == 0 else n * math.pow(x, n - 1) for n in exponents]
            assert_close(got, truth, what="grad below a power")

    def test_beside_plain_numbers(self, learner, rng):
        """The derivatives are right where the other operand is a plain number, on either side."""
        a = float(rng.uniform(1.0, 2.0))
        for c in (3, float(rng.uniform(2.0, 3.0))):
            got = learner.run(_slopes_beside_numbers, a, c)
            expected = [1, 1, 1, -1, c, c, 1 / c, -c / a**2, 3]
            assert_close(got, expected, what="grad of the Value")

    def test_functions(self, learner, rng):
        """The derivatives of exp, log and tanh are right."""
        numbers = [*rng.uniform(0.2, 2.0, size=3).tolist(), 4.0, 8.0]
        both = [*numbers, *(-x for x in numbers)]
        for name, points, slope in (
            ("exp", both, math.exp),
            ("log", numbers, lambda x: 1 / x),
            ("tanh", both, lambda x: 1 / math.cosh(x) ** 2),
        ):
            got = learner.run(_slopes_of_function, name, points)
            truth = [factor * slope(x) for factor in (3, -3) for x in points]
            # 1 - tanh² loses digits far out; exp does not, and its small slopes count.
            atol = 1e-12 if name == "tanh" else 0.0
            assert_close(got, truth, atol=atol, what=f"grad below {name}")

    def test_results_that_equal_their_operand(self, learner, rng):
        """A result is a different Value from its operand, even if the numbers are equal."""
        a = float(rng.uniform(0.5, 2.0))
        got = learner.run(_gradients_beside_the_operand, a)
        assert_close(got, [[2.0, 5.0]] * 7, what="grad of result and operand")

    def test_relu_and_saturation(self, learner, rng):
        """Below relu the derivative is 1 or 0, and 0 at 0; far out it is 0 below tanh."""
        x = float(rng.uniform(0.5, 2.0))
        got = learner.run(_slopes_of_function, "relu", [x, -x, 0.0, 1000.0, -1000.0])
        truth = [3.0, 0.0, 0.0, 3.0, 0.0]
        assert_close(got, [*truth, *(-t for t in truth)], what="grad below relu")
        with no_floating_point_warnings():
            got = learner.run(_slopes_of_function, "tanh", [1000.0, 0.0, -1000.0])
        assert_close(got, [0.0, 3.0, 0.0, 0.0, -3.0, 0.0], what="grad below tanh")

    def test_uses_add_up(self, learner, rng):
        """A Value that is used more than once gets the sum over its uses."""
        a, b = rng.uniform(0.5, 1.5, size=2).tolist()
        got = learner.run(_slopes_of_a_value_used_often, a, b)
        expected = [
            2.0,
            2 * a,
            0.0,
            0.0,
            2 * a * b + 3 * a**2,
            math.exp(a) * (math.tanh(a) + 1 / math.cosh(a) ** 2) - b,
            2 * (a * a - b) + (2 * a + b) * 2 * a,
        ]
        assert_close(got, expected, what="grad of the Value")
        got = learner.run(_slopes_of_operations_used_twice, a)
        of_functions = [math.exp(a), 1 / a, 1 / math.cosh(a) ** 2, 1.0]
        beside_numbers = [3 * a * a, -1.0, -1.0, 1.0, -2 / a**2, 0.5]
        beside_values = [1.0, 1.0, 1.0, -1.0, 2.0, 2.0, 0.5, -2 / a**2]
        expected = 3 * np.array([*of_functions, *beside_numbers, *beside_values])
        assert_close(got, expected, what="grad of the Value")

    def test_every_ancestor(self, learner, rng):
        """All that the result was made of gets its derivative, not only the inputs."""
        a, b = rng.uniform(0.5, 1.5, size=2).tolist()
        got = learner.run(_slopes_along_a_chain, a, b)
        e = math.exp(a * b)
        p = e / (1 + e)
        assert_close(got, [1 / (1 + e), 1 / (1 + e), p, p * b, p * a], what="grad of the ancestors")

    def test_long_and_short_paths(self, learner, rng):
        """A Value passes on its derivative once all that was made of it has reported."""
        a = float(rng.uniform(0.5, 1.5))
        got = learner.run(_slopes_where_paths_differ_in_length, a)
        expected = []
        for _ in range(2):
            for n in (1, 2, 5):
                of_joined = 2 * (2 * a) * (1 + 3**n)
                of_u = of_joined * (1 + 3**n) + 1
                expected.append([2 * of_u, of_u, of_joined])
        assert_close(got, expected, what="grad of the ancestors")

    def test_equal_numbers_are_not_the_same(self, learner, rng):
        """Two Values that hold the same number are two, each with a derivative of its own."""
        got = learner.run(_slopes_of_equal_numbers, float(rng.uniform(1.0, 2.0)))
        assert_close(got, [6.0, 10.0, 3.0, 5.0], what="grad of the ancestors")

    def test_several_graphs(self, learner, rng):
        """Graphs that share only their inputs add up their derivatives there."""
        inputs, weights = rng.normal(size=(3, 2)), 0.5 * rng.normal(size=2)
        got = learner.run(_slopes_left_by_several_graphs, inputs.tolist(), weights.tolist())
        total, expected = np.zeros(3), []
        for i, x in enumerate(inputs):
            t, factor = np.tanh(x @ weights), 2.0 if i == 0 else 1.0
            error = 2 * (factor * t - 1)
            total = total + np.array([*(error * factor * (1 - t**2) * x), error * t * (i == 0)])
            expected.append(total)
        assert_close(got, expected, what="grad after each graph")

    def test_leaves_others_alone(self, learner, rng):
        """What the result was not made of keeps grad 0.0, and no number changes."""
        a, b = rng.uniform(0.5, 1.5, size=2).tolist()
        answer = learner.run(_slopes_of_others, a, b)
        ancestors, others, data = unpack(answer, "ancestors, others, data")
        assert_close(ancestors, [b + 1, a], what="grad of the ancestors")
        assert_close(others, [0.0, 0.0, 0.0], what="grad of other Values")
        assert_close(data, [a, b, a * b + a], what="the data afterwards")

    def test_a_network(self, learner, reference, rng):
        """A small network with softmax and cross-entropy gets all its derivatives."""
        x = rng.normal(size=3).tolist()
        W1, W2 = rng.normal(size=(4, 3)).tolist(), rng.normal(size=(3, 4)).tolist()
        for label in (0, 2):
            answer = learner.run(_network, x, W1, W2, label)
            loss, grads = unpack(answer, "loss, grads")
            true_loss, true_grads = _network(reference, x, W1, W2, label)
            assert_close(loss, true_loss, what="the loss")
            assert_close(grads, true_grads, what="grad of inputs, weights and what is between")

    def test_many_paths(self, learner, rng):
        """Each Value is visited once, though the number of paths doubles at each of many levels."""
        got = learner.run(_slope_through_many_diamonds, float(rng.normal()), 40)
        assert_close(got, 1.25**40, what="grad of the input")

    def test_a_long_chain(self, learner, rng):
        """A chain of 10,000 operations works, though functions call themselves 1,000 deep only."""
        factor = 1.0 + float(rng.uniform(1e-4, 4e-4))
        got = learner.run(_slope_of_a_long_chain, float(rng.normal()), factor, 0.01)
        assert_close(got, factor**5000, what="grad of the input")


class TestUnbroadcast:
    def test_axes_in_front(self, learner, rng):
        """Axes that broadcasting put in front are summed away, one or several."""
        for shape, n_new in (((3,), 1), ((4,), 2), ((2, 3), 1), ((3, 2), 2)):
            grad = rng.normal(size=(2, 5)[:n_new] + shape)
            expected = grad.sum(axis=tuple(range(n_new)))
            assert_close(learner.unbroadcast(grad, shape), expected)

    def test_axes_of_size_one(self, learner, rng):
        """Axes of size 1 that were repeated are summed and stay, wherever they are."""
        for shape in ((4, 1), (1, 3), (1, 1), (2, 1, 3), (1, 4, 1), (1, 4, 3), (2, 4, 1)):
            grad = rng.normal(size=[4, 3] if len(shape) == 2 else [2, 4, 3])
            axes = tuple(i for i, size in enumerate(shape) if size == 1)
            assert_close(learner.unbroadcast(grad, shape), grad.sum(axis=axes, keepdims=True))

    def test_both_at_once(self, learner, rng):
        """New axes in front and repeated ones may come together."""
        grad = rng.normal(size=(2, 5, 4, 3))
        assert_close(learner.unbroadcast(grad, (4, 1)), grad.sum(axis=(0, 1, 3))[:, None])
        assert_close(learner.unbroadcast(grad, (1, 3)), grad.sum(axis=(0, 1, 2))[None])
        assert_close(learner.unbroadcast(grad, (1,)), [grad.sum()])
        assert_close(learner.unbroadcast(grad, (5, 1, 3)), grad.sum(axis=(0, 2))[:, None])
        assert_close(learner.unbroadcast(grad, (1, 1, 1)), [[[grad.sum()]]])

    def test_equal_sizes(self, learner, rng):
        """Shapes are lined up at their last axes, even where all sizes are equal."""
        grad = rng.normal(size=(3, 3, 3))
        assert_close(learner.unbroadcast(grad, (3,)), grad.sum(axis=(0, 1)))
        assert_close(learner.unbroadcast(grad, (3, 3)), grad.sum(axis=0))
        assert_close(learner.unbroadcast(grad, (3, 1)), grad.sum(axis=(0, 2))[:, None])
        assert_close(learner.unbroadcast(grad, (3, 1, 3)), grad.sum(axis=1)[:, None])

    def test_a_single_number(self, learner, rng):
        """For a single number, shape (), the result is the whole sum, even of one number."""
        for shape in ((4,), (2, 3), (2, 1, 3), ()):
            grad = np.array(rng.normal(size=shape))
            assert_close(learner.unbroadcast(grad, ()), grad.sum())

    def test_nothing_to_sum(self, learner, rng):
        """Axes of size 1 on both sides, or in front of an equal shape, change no number."""
        for before, shape in (
            ((2, 3), (2, 3)),
            ((4, 1), (4, 1)),
            ((1, 3), (3,)),
            ((1, 1, 2), (1, 2)),
            ((1,), ()),
        ):
            grad = rng.normal(size=before)
            result = assert_keeps_inputs(learner.unbroadcast, grad, shape)
            assert_close(result, grad.reshape(shape))
        grad = rng.normal(size=(2, 3))
        result = assert_keeps_inputs(learner.unbroadcast, grad, (3,))
        assert_close(result, grad[0] + grad[1])

    def test_refuses_other_sizes(self, learner, rng):
        """A size that is neither 1 nor that of the gradient is an error; these are not."""
        grad = rng.normal(size=(4, 6))
        assert_close(learner.unbroadcast(grad, (6,)), grad.sum(axis=0))
        assert_close(learner.unbroadcast(grad, (4, 1)), grad.sum(axis=1, keepdims=True))
        for shape in ((4,), (2,), (3,), (4, 3), (2, 6), (6, 4), (1, 4), (12,), (24,), (8, 3)):
            with pytest.raises(ValueError):
                learner.unbroadcast(grad, shape)

    def test_refuses_to_stretch_the_gradient(self, learner, rng):
        """A gradient with a smaller size or fewer axes is an error; one of equal shape is not."""
        for before, shape in (
            ((1,), (3,)),
            ((1, 3), (2, 3)),
            ((4, 1), (4, 2)),
            ((), (2,)),
            ((3,), (1, 3)),
            ((3,), (2, 3)),
            ((2, 3), (1, 2, 3)),
            ((), (1,)),
        ):
            grad = np.array(rng.normal(size=before))
            assert_close(learner.unbroadcast(grad, before), grad)
            with pytest.raises(ValueError):
                learner.unbroadcast(grad, shape)
