"""Right and wrong ways to write the exercises of `autograd`."""

import heapq
import math
from typing import TYPE_CHECKING

import numpy as np

from grader.variants import right, wrong

if TYPE_CHECKING:  # a variant stands below the reference's own text, which has it already
    from solutions.week2.autograd import Value

# value_arithmetic


@right("value_arithmetic", "remembers nothing yet: only the numbers are computed")
class OnlyNumbers:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    @staticmethod
    def number(x):
        return getattr(x, "data", x)

    def __add__(self, other):
        return OnlyNumbers(self.data + self.number(other))

    def __sub__(self, other):
        return OnlyNumbers(self.data - self.number(other))

    def __mul__(self, other):
        return OnlyNumbers(self.data * self.number(other))

    def __truediv__(self, other):
        return OnlyNumbers(self.data / self.number(other))

    def __rsub__(self, other):
        return OnlyNumbers(other - self.data)

    def __rtruediv__(self, other):
        return OnlyNumbers(other / self.data)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return OnlyNumbers(-self.data)

    def __pow__(self, exponent):
        return OnlyNumbers(self.data**exponent)

    def backward(self):
        raise NotImplementedError("backward is yours to write")


@right("value_arithmetic", "everything from addition, product and power, with numpy's floats")
class FewPrimitives:
    def __init__(self, data):
        self.data = np.float64(data)
        self.grad = np.float64(0)

    def __add__(self, other):
        return FewPrimitives(self.data + wrap(other, FewPrimitives).data)

    def __mul__(self, other):
        return FewPrimitives(np.multiply(self.data, wrap(other, FewPrimitives).data))

    def __pow__(self, exponent):
        assert isinstance(exponent, int | float)
        return FewPrimitives(np.power(self.data, exponent))

    def __neg__(self):
        return -1 * self

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __sub__(self, other):
        return self + (-1) * wrap(other, FewPrimitives)

    def __rsub__(self, other):
        return wrap(other, FewPrimitives) - self

    def __truediv__(self, other):
        return self * wrap(other, FewPrimitives) ** -1

    def __rtruediv__(self, other):
        return wrap(other, FewPrimitives) / self


def wrap(x, kind):
    return x if isinstance(x, kind) else kind(x)


@right("value_arithmetic", "each operator through one helper, with arrays of no axes as numbers")
class ThroughOneHelper:
    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.grad = np.array(0.0)

    def binary(self, operation, other, is_swapped=False):
        operands = self.data, getattr(other, "data", other)
        return ThroughOneHelper(operation(*(operands[::-1] if is_swapped else operands)))

    def __add__(self, other):
        return self.binary(np.add, other)

    def __sub__(self, other):
        return self.binary(np.subtract, other)

    def __mul__(self, other):
        return self.binary(np.multiply, other)

    def __truediv__(self, other):
        return self.binary(np.true_divide, other)

    def __pow__(self, exponent):
        return self.binary(lambda a, n: a**n, exponent)

    def __radd__(self, other):
        return self.binary(np.add, other, is_swapped=True)

    def __rsub__(self, other):
        return self.binary(np.subtract, other, is_swapped=True)

    def __rmul__(self, other):
        return self.binary(np.multiply, other, is_swapped=True)

    def __rtruediv__(self, other):
        return self.binary(np.true_divide, other, is_swapped=True)

    def __neg__(self):
        return ThroughOneHelper(-self.data)


@wrong(
    "value_arithmetic",
    "You let 2 - v do the same as v - 2: on the left of a minus the order matters.",
)
class SubtractsTheWrongWayRound(Value):
    def __rsub__(self, other):
        return self - other


@wrong(
    "value_arithmetic",
    "You let 2 / v do the same as v / 2: on the left of a division the order matters.",
)
class DividesTheWrongWayRound(Value):
    def __rtruediv__(self, other):
        return self / other


@wrong("value_arithmetic", "You forgot __radd__: neither 1 + v nor sum([u, v]) works without it.")
class HasNoAdditionFromTheLeft(Value):
    def __radd__(self, other):
        return NotImplemented


@wrong(
    "value_arithmetic",
    "You forgot __rmul__: 2 * v asks the number first, and it does not know what a Value is.",
)
class HasNoProductFromTheLeft(Value):
    def __rmul__(self, other):
        return NotImplemented


@wrong(
    "value_arithmetic",
    "You take only Values as the other operand: v + 1 must work with a plain number too.",
)
class TakesOnlyValues(Value):
    def __add__(self, other):
        return Value(self.data + other.data)

    __radd__ = __add__


@wrong("value_arithmetic", "You take floats but no whole numbers: v * 2 must work as v * 2.0 does.")
class TakesOnlyFloats(Value):
    def __mul__(self, other):
        if isinstance(other, float):
            other = Value(other)
        return Value(self.data * other.data)

    __rmul__ = __mul__


@wrong(
    "value_arithmetic",
    "You computed powers through the logarithm, which negative numbers do not have.",
)
class PowersThroughLogarithms(Value):
    def __pow__(self, exponent):
        return Value(math.exp(exponent * math.log(self.data)))


@wrong("value_arithmetic", "You multiplied in a loop: exponents may be negative or fractional too.")
class PowersByMultiplying(Value):
    def __pow__(self, exponent):
        result = 1.0
        for _ in range(int(exponent)):
            result *= self.data
        return Value(result)


@wrong("value_arithmetic", "You changed the Value in place: v + 1 must leave v as it is.")
class AddsInPlace(Value):
    def __add__(self, other):
        self.data += other.data if isinstance(other, Value) else other
        return self


@wrong(
    "value_arithmetic",
    "You gave += a meaning of its own that changes the Value: it may be in use elsewhere.",
)
class AccumulatesInPlace(Value):
    def __iadd__(self, other):
        self.data += other.data if isinstance(other, Value) else other
        return self


@wrong("value_arithmetic", "You change the sign of the Value itself: -v must be a new Value.")
class NegatesInPlace(Value):
    def __neg__(self):
        self.data = -self.data
        return self


@wrong("value_arithmetic", "You return a plain number: the result must be a Value again.")
class ReturnsPlainNumbers(Value):
    def __truediv__(self, other):
        return self.data / (other.data if isinstance(other, Value) else other)


@wrong("value_arithmetic", "You used //, which cuts the quotient to a whole number.")
class DividesWithoutRest(Value):
    def __truediv__(self, other):
        return Value(self.data // (other.data if isinstance(other, Value) else other))


@wrong("value_arithmetic", "You start grad with None: it is 0.0 until a derivative is added to it.")
class StartsWithoutGrad(Value):
    def __init__(self, data):
        super().__init__(data)
        self.grad = None


@wrong("value_arithmetic", "You hand the grad of an operand on to the result, or start it at 1.")
class StartsGradAtOne(Value):
    def __init__(self, data):
        super().__init__(data)
        self.grad = 1.0


# value_functions


@right("value_functions", "from exponentials of what is never positive")
class SafeExponentials(Value):
    def exp(self):
        return Value(math.e**self.data)

    def log(self):
        return Value(math.log(self.data))  # it refuses 0 and negative numbers by itself

    def tanh(self):
        shrunk = math.exp(-2 * abs(self.data))
        return Value(math.copysign((1 - shrunk) / (1 + shrunk), self.data))

    def relu(self):
        return Value((self.data + abs(self.data)) / 2)


@right("value_functions", "with numpy, and powers of two")
class NumpyFunctions(Value):
    def exp(self):
        return Value(np.exp2(self.data / np.log(2.0)))

    def log(self):
        if not self.data > 0:
            raise ValueError("data must be positive")
        return Value(np.log2(self.data) * np.log(2.0))

    def tanh(self):
        return Value(np.tanh(self.data))

    def relu(self):
        return Value(np.where(self.data > 0, self.data, 0.0))


@right("value_functions", "a power of e, and tanh out of expm1 with the far ends cut off")
class MathFunctions(Value):
    def exp(self):
        return Value(math.pow(math.e, self.data))

    def log(self):
        if not self.data > 0.0:
            raise ValueError("the logarithm needs a positive number")
        return Value(math.log1p(self.data - 1.0) if 0.5 < self.data < 2 else math.log(self.data))

    def tanh(self):
        if abs(self.data) > 20:
            return Value(math.copysign(1.0, self.data))
        e = math.expm1(2 * self.data)
        return Value(e / (e + 2))

    def relu(self):
        return Value(self.data * (self.data > 0))


@wrong(
    "value_functions", "You cut the series of exp off too early: far from 0 it needs many terms."
)
class ExpByFewTerms(Value):
    def exp(self):
        return Value(sum(self.data**k / math.factorial(k) for k in range(20)))


@wrong("value_functions", "Your e has only a few right digits: the library knows all sixteen.")
class ExpWithRoundedE(Value):
    def exp(self):
        return Value(2.71828**self.data)


@wrong(
    "value_functions",
    "Your tanh overflows for large positive numbers, as exp(2x) does. Ask the library for tanh "
    "itself.",
)
class TanhOverflows(Value):
    def tanh(self):
        e = math.exp(2 * self.data)
        return Value((e - 1) / (e + 1))


@wrong(
    "value_functions",
    "Your tanh overflows for negative numbers far from 0, as exp(-2x) does. Ask the library for "
    "tanh itself.",
)
class TanhOverflowsBelow(Value):
    def tanh(self):
        e = math.exp(-2 * self.data)
        return Value((1 - e) / (1 + e))


@wrong(
    "value_functions",
    "Your tanh is nan far from 0, where numpy's exp overflows: inf / inf is nan. Ask the library "
    "for tanh itself.",
)
class TanhBecomesNan(Value):
    def tanh(self):
        up, down = np.exp(self.data), np.exp(-self.data)
        return Value((up - down) / (up + down))


@wrong(
    "value_functions",
    "Your tanh is nan for large positive numbers, where numpy's exp overflows: inf / inf is nan. "
    "Ask the library for tanh itself.",
)
class TanhIsNanAbove(Value):
    def tanh(self):
        e = np.exp(2 * self.data)
        return Value((e - 1) / (e + 1))


@wrong(
    "value_functions",
    "Your tanh is nan for negative numbers far from 0, where numpy's exp overflows: inf / inf is "
    "nan. Ask the library for tanh itself.",
)
class TanhIsNanBelow(Value):
    def tanh(self):
        e = np.exp(-2 * self.data)
        return Value((1 - e) / (1 + e))


@wrong("value_functions", "You cut the argument of tanh at a small number: digits are lost.")
class TanhCutsTooEarly(Value):
    def tanh(self):
        return Value(math.tanh(min(max(self.data, -2.0), 2.0)))


@wrong("value_functions", "You computed the sigmoid, not tanh.")
class TanhIsSigmoid(Value):
    def tanh(self):
        return Value(0.5 * (1 + math.tanh(self.data / 2)))


@wrong("value_functions", "You took a logarithm to base 10 or 2: the natural one is meant.")
class LogToAnotherBase(Value):
    def log(self):
        return Value(math.log10(self.data))


@wrong("value_functions", "You refuse negative numbers but answer for 0, which has no logarithm.")
class LogOfZero(Value):
    def log(self):
        if self.data < 0:
            raise ValueError("negative")
        return Value(math.log(self.data)) if self.data > 0 else Value(-math.inf)


@wrong(
    "value_functions",
    "Your log gives nan or -inf, as numpy's does with a warning: here 0 and negative numbers are "
    "an error.",
)
class LogWarnsOnly(Value):
    def log(self):
        with np.errstate(all="ignore"):
            return Value(float(np.log(self.data)))


@wrong("value_functions", "You added a small number inside the log: that makes it wrong, not safe.")
class LogWithEpsilon(Value):
    def log(self):
        if self.data <= 0:
            raise ValueError("not positive")
        return Value(math.log(self.data + 1e-8))


@wrong("value_functions", "You refuse small numbers: every number above 0 has a logarithm.")
class LogRefusesSmallNumbers(Value):
    def log(self):
        if self.data <= 1e-6:
            raise ValueError("not positive")
        return Value(math.log(self.data))


@wrong("value_functions", "You let a little of the negative numbers through: that is a leaky ReLU.")
class LeakyRelu(Value):
    def relu(self):
        return Value(self.data if self.data > 0 else 0.01 * self.data)


@wrong("value_functions", "You took the magnitude: relu of a negative number is 0.")
class ReluIsMagnitude(Value):
    def relu(self):
        return Value(abs(self.data))


@wrong("value_functions", "You smoothed relu at 0: log(1 + exp(x)) is softplus, and it overflows.")
class ReluIsSoftplus(Value):
    def relu(self):
        return Value(max(self.data, 0.0) + math.log1p(math.exp(-abs(self.data))))


@wrong("value_functions", "You changed the Value itself: exp must return a new one.")
class ExpInPlace(Value):
    def exp(self):
        self.data = math.exp(self.data)
        return self


@wrong("value_functions", "You return a plain number: the result must be a Value again.")
class FunctionsReturnNumbers(Value):
    def tanh(self):
        return math.tanh(self.data)


# value_backward


@right("value_backward", "closures that push the gradient on, in depth-first order with iterators")
class Closures:
    def __init__(self, data, children=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.push = lambda: None

    def __add__(self, other):
        other = wrap(other, Closures)
        out = Closures(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        other = wrap(other, Closures)
        out = Closures(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out

    def apply(self, data, slope):
        out = Closures(data, (self,))

        def push():
            self.grad += slope() * out.grad

        out.push = push
        return out

    def __pow__(self, exponent):
        return self.apply(self.data**exponent, lambda: exponent * self.data ** (exponent - 1))

    def exp(self):
        return self.apply(math.exp(self.data), lambda: math.exp(self.data))

    def log(self):
        return self.apply(math.log(self.data), lambda: 1 / self.data)

    def tanh(self):
        t = math.tanh(self.data)
        return self.apply(t, lambda: (1 - t) * (1 + t))

    def relu(self):
        return self.apply(max(0.0, self.data), lambda: float(self.data > 0))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return other * self**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, visited = [], {id(self)}
        stack = [(self, iter(self.children))]
        while stack:
            node, children = stack[-1]
            for child in children:
                if id(child) not in visited:
                    visited.add(id(child))
                    stack.append((child, iter(child.children)))
                    break
            else:
                order.append(node)
                stack.pop()
        self.grad = 1.0
        while order:
            order.pop().push()


TAPE = []  # what was computed, in the order in which it happened


@right(
    "value_backward", "a tape of all operations, read backwards; derivatives in a dict meanwhile"
)
class Tape:
    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def record(self, data, *inputs_and_slopes):
        out = Tape(data)
        TAPE.append((out, inputs_and_slopes))
        return out

    def __add__(self, other):
        if not isinstance(other, Tape):
            return self.record(self.data + other, (self, 1))
        return self.record(self.data + other.data, (self, 1), (other, 1))

    def __sub__(self, other):
        if not isinstance(other, Tape):
            return self.record(self.data - other, (self, 1))
        return self.record(self.data - other.data, (self, 1), (other, -1))

    def __rsub__(self, other):
        return self.record(other - self.data, (self, -1))

    def __mul__(self, other):
        if not isinstance(other, Tape):
            return self.record(self.data * other, (self, other))
        return self.record(self.data * other.data, (self, other.data), (other, self.data))

    def __truediv__(self, other):
        if not isinstance(other, Tape):
            return self.record(self.data / other, (self, 1 / other))
        slope = -self.data / other.data**2
        return self.record(self.data / other.data, (self, 1 / other.data), (other, slope))

    def __rtruediv__(self, other):
        return self.record(other / self.data, (self, -other / self.data**2))

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self.record(-self.data, (self, -1))

    def __pow__(self, exponent):
        return self.record(
            self.data**exponent, (self, exponent * self.data ** (exponent - 1) if exponent else 0)
        )

    def exp(self):
        return self.record(np.exp(self.data), (self, np.exp(self.data)))

    def log(self):
        return self.record(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        return self.record(np.tanh(self.data), (self, 1 - np.tanh(self.data) ** 2))

    def relu(self):
        return self.record(self.data * (self.data > 0), (self, int(self.data > 0)))

    def backward(self):
        derivatives = {self: 1.0}
        for out, inputs_and_slopes in reversed(TAPE):
            if out in derivatives:
                for node, slope in inputs_and_slopes:
                    derivatives[node] = derivatives.get(node, 0.0) + slope * derivatives[out]
        for node, derivative in derivatives.items():
            node.grad += derivative


@right("value_backward", "numbers the Values as they are made; the youngest passes on first")
class NumbersItsNodes(Value):
    made = 0

    def __init__(self, data):
        super().__init__(data)
        NumbersItsNodes.made += 1
        self.age = NumbersItsNodes.made

    def backward(self):
        waiting, seen = [(-self.age, self)], {self}
        self.grad = 1.0
        while waiting:
            _, node = heapq.heappop(waiting)
            for parent, slope in node._parents:
                parent.grad += slope * node.grad
                if parent not in seen:
                    seen.add(parent)
                    heapq.heappush(waiting, (-parent.age, parent))


@right("value_backward", "counts first how often each Value is used, and passes on at zero")
class CountsUses(Value):
    def backward(self):
        uses, found = {self: 0}, [self]
        for node in found:
            for parent, _ in node._parents:
                if parent not in uses:
                    uses[parent] = 0
                    found.append(parent)
                uses[parent] += 1
        self.grad, ready = 1.0, [self]
        while ready:
            node = ready.pop()
            for parent, slope in node._parents:
                parent.grad += slope * node.grad
                uses[parent] -= 1
                if not uses[parent]:
                    ready.append(parent)


def sweep(root, order, pass_on):
    """Go through Values in an order, each passing its derivative on."""
    root.grad = 1.0
    for node in order:
        for parent, slope in node._parents:
            pass_on(node, parent, slope)


def ordered(root):
    """Return all ancestors, each before those that it was made of."""
    order, seen, stack = [], set(), [(root, False)]
    while stack:
        node, are_parents_done = stack.pop()
        if are_parents_done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node._parents)
    return order[::-1]


def add(node, parent, slope):
    parent.grad += slope * node.grad


@wrong(
    "value_backward",
    "You set grad where you should add to it: a Value that is used twice keeps the last use only.",
)
class Overwrites(Value):
    def backward(self):
        def overwrite(node, parent, slope):
            parent.grad = slope * node.grad

        sweep(self, ordered(self), overwrite)


@wrong(
    "value_backward",
    "You clear all gradients first: what an earlier graph left in a shared input must stay.",
)
class ClearsFirst(Value):
    def backward(self):
        order = ordered(self)
        for node in order:
            node.grad = 0.0
        sweep(self, order, add)


@wrong(
    "value_backward",
    "You walk breadth first: a Value passes on before all that was made of it has reported.",
)
class WalksBreadthFirst(Value):
    def backward(self):
        order = [self]
        seen = {self}
        for node in order:
            for parent, _ in node._parents:
                if parent not in seen:
                    seen.add(parent)
                    order.append(parent)
        sweep(self, order, add)


@wrong(
    "value_backward",
    "You note a Value before you look at what it was made of: so some pass on too early.",
)
class WalksInPreorder(Value):
    def backward(self):
        order, seen, stack = [], set(), [self]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                order.append(node)
                stack.extend(parent for parent, _ in node._parents)
        sweep(self, order, add)


@wrong(
    "value_backward",
    "You call the function for each Value from itself: Python allows some 1,000 levels, and a long "
    "computation has more. Walk with a list as your stack.",
)
class Recurses(Value):
    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent, _ in node._parents:
                    visit(parent)
                order.append(node)

        visit(self)
        sweep(self, order[::-1], add)


@wrong(
    "value_backward",
    "You pass on along every path: where paths branch and meet again their number doubles each "
    "time. Visit each Value once.",
)
class FollowsEveryPath(Value):
    def backward(self):
        stack = [(self, 1.0)]
        while stack:
            node, derivative = stack.pop()
            node.grad += derivative
            stack.extend((parent, slope * derivative) for parent, slope in node._parents)


@wrong(
    "value_backward",
    "You pass on all of grad each time something arrives, so what came first is passed on again.",
)
class PassesOnAgain(Value):
    def backward(self):
        self.grad = 1.0
        queue = [self]
        for node in queue:
            for parent, slope in node._parents:
                parent.grad += slope * node.grad
                if len(queue) < 20_000:
                    queue.append(parent)


@wrong(
    "value_backward", "You forgot the chain: a slope must be multiplied by what comes from above."
)
class ForgetsTheChain(Value):
    def backward(self):
        def add_slope(node, parent, slope):
            parent.grad += slope

        sweep(self, ordered(self), add_slope)


@wrong("value_backward", "You start with the number of the result: its own derivative is 1.")
class StartsWithTheNumber(Value):
    def backward(self):
        sweep(self, ordered(self), add)
        for node in ordered(self):
            node.grad *= self.data


@wrong(
    "value_backward",
    "You give derivatives to the inputs only: what is on the way gets its own too.",
)
class OnlyInputs(Value):
    def backward(self):
        order = ordered(self)
        sweep(self, order, add)
        for node in order:
            if node._parents:
                node.grad = 0.0


@wrong(
    "value_backward",
    "You remember which numbers you have seen, not which Values: two may hold the same number.",
)
class TakesEqualForSame(Value):
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, are_parents_done = stack.pop()
            if are_parents_done:
                order.append(node)
            elif node.data not in seen or not node._parents:
                seen.add(node.data)
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node._parents)
        sweep(self, order[::-1], add)


@wrong(
    "value_backward",
    "You keep one slope per parent: in v * v the parent is the same twice, and both count.",
)
class OneSlopePerParent(Value):
    def backward(self):
        self.grad = 1.0
        for node in ordered(self):
            for parent, slope in dict(node._parents).items():
                parent.grad += slope * node.grad


@wrong(
    "value_backward", "You pass the derivative of the exponent unchanged: that of x^n is n·x^(n-1)."
)
class PowerKeepsItsExponent(Value):
    def __pow__(self, exponent):
        out = Value(self.data**exponent)
        out._parents = ((self, exponent * self.data**exponent),)
        return out


@wrong(
    "value_backward",
    "You divide by the number to get the slope of a power: at 0 that is a division by zero.",
)
class PowerDividesByTheNumber(Value):
    def __pow__(self, exponent):
        out = Value(self.data**exponent)
        out._parents = ((self, exponent * out.data / self.data),)
        return out


@wrong("value_backward", "You forgot the minus: the slope of a / b with b is -a / b².")
class QuotientWithoutMinus(Value):
    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data / other.data)
        out._parents = ((self, 1 / other.data), (other, self.data / other.data**2))
        return out


@wrong("value_backward", "You forgot that 2 - v falls as v grows: its slope is -1.")
class DifferenceWithoutMinus(Value):
    def __rsub__(self, other):
        out = Value(other - self.data)
        out._parents = ((self, 1.0),)
        return out


@wrong("value_backward", "You lose the origin where a plain number stands on the left.")
class ForgetsOnTheLeft(Value):
    def __rtruediv__(self, other):
        return Value(other / self.data)


@wrong("value_backward", "You took 1 - x² for the slope of tanh: it is 1 - tanh(x)².")
class TanhSlopeOfTheInput(Value):
    def tanh(self):
        out = Value(math.tanh(self.data))
        out._parents = ((self, 1 - self.data**2),)
        return out


@wrong(
    "value_backward",
    "You computed the slope of tanh with cosh, which overflows far out: use tanh itself.",
)
class TanhSlopeOverflows(Value):
    def tanh(self):
        out = Value(math.tanh(self.data))
        out._parents = ((self, 1 / math.cosh(self.data) ** 2),)
        return out


@wrong("value_backward", "You gave relu the slope 1 at 0: it is 0 there, as in PyTorch.")
class ReluSlopeOneAtZero(Value):
    def relu(self):
        out = Value(max(self.data, 0.0))
        out._parents = ((self, float(self.data >= 0)),)
        return out


@wrong(
    "value_backward",
    "You set grad instead of adding to it, below log: its input may have been used elsewhere too.",
)
class LogOverwrites(Value):
    is_log = False

    def log(self):
        out = super().log()
        out.is_log = True
        return out

    def backward(self):
        def pass_on(node, parent, slope):
            parent.grad = slope * node.grad + (0.0 if node.is_log else parent.grad)

        sweep(self, ordered(self), pass_on)


@wrong("value_backward", "You took x·eˣ⁻¹ for the slope of exp: exp is its own derivative.")
class ExpSlopeOfAPower(Value):
    def exp(self):
        out = Value(math.exp(self.data))
        out._parents = ((self, self.data * math.exp(self.data - 1)),)
        return out


@wrong("value_backward", "You took the slope of log at its result: it is 1 over the input.")
class LogSlopeOfTheOutput(Value):
    def log(self):
        out = Value(math.log(self.data))
        out._parents = ((self, 1 / out.data if out.data else 1.0),)
        return out


@wrong("value_backward", "You update the numbers too: backward computes derivatives, nothing else.")
class UpdatesTheNumbers(Value):
    def backward(self):
        sweep(self, ordered(self), add)
        for node in ordered(self):
            node.data -= 0.01 * node.grad


EVERYTHING = []  # all Values ever made


@wrong(
    "value_backward",
    "You go through all that was ever computed, including what this result was not made of.",
)
class GoesThroughEverything(Value):
    def __init__(self, data):
        super().__init__(data)
        EVERYTHING.append(self)

    def backward(self):
        self.grad = 1.0
        for node in reversed(EVERYTHING):
            for parent, slope in node._parents:
                parent.grad += slope * node.grad


# unbroadcast


@right("unbroadcast", "sums one axis at a time")
def sums_one_axis_at_a_time(grad, shape):
    if len(shape) > grad.ndim:
        raise ValueError("shape has more axes than grad")
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
        elif size != grad.shape[axis]:
            raise ValueError("sizes differ")
    return grad


@right("unbroadcast", "lets numpy say where each entry of the small array goes, and adds up there")
def adds_up_by_position(grad, shape):
    size = int(np.prod(shape, dtype=int))
    places = np.broadcast_to(np.arange(size).reshape(shape), grad.shape)
    return np.bincount(places.ravel(), weights=grad.ravel(), minlength=size).reshape(shape)


@right("unbroadcast", "asks numpy for the common shape, then sums with einsum")
def sums_with_einsum(grad, shape):
    if np.broadcast_shapes(shape, grad.shape) != grad.shape:
        raise ValueError("shape does not broadcast to that of grad")
    n_new = grad.ndim - len(shape)
    kept = [n_new + i for i, size in enumerate(shape) if size != 1]
    return np.einsum(grad, list(range(grad.ndim)), kept).reshape(shape)


@wrong("unbroadcast", "You took the mean over the repeated axes: derivatives of all uses add up.")
def takes_the_mean(grad, shape):
    n_new = grad.ndim - len(shape)
    check(grad, shape)
    axes = (*range(n_new), *(n_new + i for i, size in enumerate(shape) if size == 1))
    return grad.mean(axis=axes, keepdims=True).reshape(shape)


def check(grad, shape):
    if np.broadcast_shapes(shape, grad.shape) != grad.shape:
        raise ValueError("shape does not broadcast to that of grad")


@wrong("unbroadcast", "You sum the axes in front, but not those of size 1 that were repeated.")
def sums_front_axes_only(grad, shape):
    check(grad, shape)
    summed = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    return summed if summed.shape == shape else np.resize(summed, shape)


@wrong("unbroadcast", "You sum the axes of size 1, but not those that were put in front.")
def sums_stretched_axes_only(grad, shape):
    check(grad, shape)
    if grad.ndim > len(shape):
        grad = grad[(0,) * (grad.ndim - len(shape))]
    return grad.sum(
        axis=tuple(i for i, size in enumerate(shape) if size == 1), keepdims=True
    ).reshape(shape)


@wrong("unbroadcast", "You lost the axes of size 1: keep them, the result has exactly `shape`.")
def drops_axes(grad, shape):
    check(grad, shape)
    n_new = grad.ndim - len(shape)
    axes = (*range(n_new), *(n_new + i for i, size in enumerate(shape) if size == 1))
    return grad.sum(axis=axes)


@wrong("unbroadcast", "You lined the shapes up on the left: numpy lines up the last axes.")
def lines_up_on_the_left(grad, shape):
    check(grad, shape)
    padded = (*shape, *(1 for _ in range(grad.ndim - len(shape))))
    axes = tuple(i for i, (m, n) in enumerate(zip(padded, grad.shape)) if m == 1 or m != n)
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@wrong(
    "unbroadcast",
    "You reshaped and summed the blocks: that is right for axes in front, but mixes up entries "
    "where an axis inside was repeated.",
)
def sums_blocks(grad, shape):
    check(grad, shape)
    return grad.reshape(-1, *shape).sum(axis=0)


@wrong("unbroadcast", "You took one of the repeated entries: add all of them up.")
def takes_one_of_them(grad, shape):
    check(grad, shape)
    n_new = grad.ndim - len(shape)
    grad = grad[(0,) * n_new]
    return grad[tuple(slice(0, 1) if size == 1 else slice(None) for size in shape)]


@wrong("unbroadcast", "You cannot handle shape (): a single number gets the whole sum.")
def forgets_single_numbers(grad, shape):
    check(grad, shape)
    if not shape:
        return grad
    n_new = grad.ndim - len(shape)
    axes = (*range(n_new), *(n_new + i for i, size in enumerate(shape) if size == 1))
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@wrong(
    "unbroadcast",
    "You check that the shapes fit together, in either direction: it is `shape` that must stretch "
    "to that of grad, and never grad itself.",
)
def checks_either_direction(grad, shape):
    np.broadcast_shapes(shape, grad.shape)
    for _ in range(grad.ndim - len(shape)):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and axis < grad.ndim:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@wrong("unbroadcast", "You do not ask whether the sizes fit: a wrong size is an error, not a sum.")
def sums_whatever_differs(grad, shape):
    if len(shape) > grad.ndim:
        raise ValueError("shape has more axes than grad")
    n_new = grad.ndim - len(shape)
    axes = [n_new + i for i, size in enumerate(shape) if size != grad.shape[n_new + i]]
    summed = grad.sum(axis=(*range(n_new), *axes), keepdims=True)
    return np.broadcast_to(summed, (1,) * n_new + tuple(shape)).reshape(shape)


@wrong("unbroadcast", "You add missing axes to grad: `shape` cannot have more axes than grad has.")
def adds_axes(grad, shape):
    if len(shape) > grad.ndim:
        grad = grad.reshape((1,) * (len(shape) - grad.ndim) + grad.shape)
    check(grad, shape)
    n_new = grad.ndim - len(shape)
    axes = (*range(n_new), *(n_new + i for i, size in enumerate(shape) if size == 1))
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@wrong("unbroadcast", "You count entries instead of lining up the axes.")
def checks_the_number_of_entries(grad, shape):
    size = int(np.prod(shape, dtype=int))
    if grad.size % size or len(shape) > grad.ndim:
        raise ValueError("sizes do not divide")
    n_new = grad.ndim - len(shape)
    axes = (*range(n_new), *(n_new + i for i, m in enumerate(shape) if m == 1))
    summed = grad.sum(axis=axes, keepdims=True)
    return summed.ravel()[:size].reshape(shape) if summed.size >= size else summed


@wrong("unbroadcast", "You summed into grad itself: the caller's gradient has changed.")
def sums_in_place(grad, shape):
    check(grad, shape)
    n_new = grad.ndim - len(shape)
    for axis in (*range(n_new), *(n_new + i for i, size in enumerate(shape) if size == 1)):
        first = grad[(slice(None),) * axis + (slice(0, 1),)]
        first += grad[(slice(None),) * axis + (slice(1, None),)].sum(axis=axis, keepdims=True)
        grad = first
    return grad.reshape(shape)


@wrong("value_functions", "You changed the number itself: relu gives a new Value.")
class ClampsItsOperand(Value):
    def relu(self):
        self.data = max(self.data, 0.0)
        return self


@wrong(
    "value_backward",
    "You returned the Value itself where relu changes nothing: its result needs a grad of its own.",
)
class ReluReturnsItsOperand(Value):
    def relu(self):
        return self if self.data > 0 else super().relu()


@wrong("value_functions", "You took tanh for 1 beyond 3: it only comes close.")
class CutsTanhOff(Value):
    def tanh(self):
        if abs(self.data) > 3:
            return Value(1.0 if self.data > 0 else -1.0)
        return super().tanh()
