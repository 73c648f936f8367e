"""Right and wrong ways to write the exercises of `tensors`."""

import heapq
from typing import TYPE_CHECKING

import numpy as np

from grader.variants import right, wrong

if TYPE_CHECKING:  # a variant stands below the reference's own text, which has it already
    from solutions.week2.tensors import Tensor, sum_to_shape


def numbers(x):
    """Return the numbers of a tensor, an array or a number."""
    return x.data if hasattr(x, "grad") else np.asarray(x, dtype=float)


# tensor_elementwise


@right("tensor_elementwise", "remembers nothing yet: only the numbers are computed")
class OnlyArrays:
    __array_priority__ = 1000  # the older way to say it

    def __init__(self, data):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros(self.data.shape)

    def __add__(self, other):
        return OnlyArrays(self.data + numbers(other))

    def __sub__(self, other):
        return OnlyArrays(self.data - numbers(other))

    def __mul__(self, other):
        return OnlyArrays(self.data * numbers(other))

    def __truediv__(self, other):
        return OnlyArrays(self.data / numbers(other))

    def __rsub__(self, other):
        return OnlyArrays(other - self.data)

    def __rtruediv__(self, other):
        return OnlyArrays(other / self.data)

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return OnlyArrays(-self.data)

    def __pow__(self, exponent):
        return OnlyArrays(np.power(self.data, float(exponent)))

    def exp(self):
        return OnlyArrays(np.exp(self.data))

    def log(self):
        return OnlyArrays(np.log(self.data))

    def relu(self):
        return OnlyArrays(np.maximum(0, self.data))

    def tanh(self):
        return OnlyArrays(np.tanh(self.data))


@right("tensor_elementwise", "each operator through one helper that counts the operands")
class ThroughOneHelper:
    __array_ufunc__ = None

    def __init__(self, data, origin=()):
        self.data = np.array(data, dtype="float64")
        self.grad = 0.0 * self.data
        self.origin = origin

    def apply(self, function, *others):
        operands = [self, *others]
        return ThroughOneHelper(function(*map(numbers, operands)), operands)

    def __add__(self, other):
        return self.apply(np.add, other)

    def __radd__(self, other):
        return self.apply(np.add, other)

    def __sub__(self, other):
        return self.apply(np.subtract, other)

    def __rsub__(self, other):
        return self.apply(lambda a, b: b - a, other)

    def __mul__(self, other):
        return self.apply(np.multiply, other)

    def __rmul__(self, other):
        return self.apply(np.multiply, other)

    def __truediv__(self, other):
        return self.apply(np.true_divide, other)

    def __rtruediv__(self, other):
        return self.apply(lambda a, b: b / a, other)

    def __neg__(self):
        return self.apply(np.negative)

    def __pow__(self, exponent):
        return self.apply(lambda a: a**exponent)

    def exp(self):
        return self.apply(np.exp)

    def log(self):
        return self.apply(np.log)

    def relu(self):
        return self.apply(lambda a: (a + np.abs(a)) / 2)

    def tanh(self):
        return self.apply(lambda a: np.sign(a) * -np.expm1(-2 * abs(a)) / (1 + np.exp(-2 * abs(a))))


@right("tensor_elementwise", "a shared zero as the grad of fresh results, which is a view")
class LazyGrad(Tensor):
    def __init__(self, data):
        super().__init__(data)
        self.grad = np.broadcast_to(0.0, self.data.shape).copy()

    def relu(self):
        out = LazyGrad(self.data.copy())
        out.data[out.data < 0] = 0.0
        return out


@wrong(
    "tensor_elementwise",
    "You let numpy take over where an array stands on the left: the result is an array of Tensors.",
)
class LetsNumpyTakeOver(Tensor):
    def __array_ufunc__(self, function, method, *operands):
        left, right_side = operands
        pairs = [function(number, right_side.data) for number in np.ravel(left)]
        return [Tensor(pair) for pair in pairs] if np.ndim(left) else Tensor(pairs[0])


@wrong(
    "tensor_elementwise", "You let 2 - t do the same as t - 2: on the left of a minus it matters."
)
class SubtractsArraysTheWrongWayRound(Tensor):
    def __rsub__(self, other):
        return self - other


@wrong(
    "tensor_elementwise",
    "You let 2 / t do the same as t / 2: on the left of a division it matters.",
)
class DividesArraysTheWrongWayRound(Tensor):
    def __rtruediv__(self, other):
        return self / other


@wrong(
    "tensor_elementwise",
    "You take only Tensors as the other operand: numbers and arrays count too.",
)
class TakesOnlyTensors(Tensor):
    def __add__(self, other):
        return Tensor(self.data + other.data)

    __radd__ = __add__


@wrong("tensor_elementwise", "You take numbers but no arrays as the other operand.")
class TakesOnlyNumbers(Tensor):
    def __mul__(self, other):
        if isinstance(other, int | float):
            other = Tensor(other)
        if not isinstance(other, Tensor):
            return NotImplemented
        return Tensor(self.data * other.data)

    __rmul__ = __mul__


@wrong(
    "tensor_elementwise", "You demand equal shapes: numpy stretches a row, a column or a number."
)
class DemandsEqualShapes(Tensor):
    def __add__(self, other):
        other = (
            other if isinstance(other, Tensor) else Tensor(np.broadcast_to(other, self.data.shape))
        )
        if other.data.shape != self.data.shape:
            raise ValueError("shapes differ")
        return Tensor(self.data + other.data)

    __radd__ = __add__


@wrong(
    "tensor_elementwise", "You gave the result the left operand's shape of grad: it has its own."
)
class TakesGradFromTheLeft(Tensor):
    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data)
        out.grad = np.zeros(self.data.shape)
        return out

    __rmul__ = __mul__


@wrong(
    "tensor_elementwise", "You multiplied as matrices: * works entry by entry, @ is the product."
)
class MultipliesMatrices(Tensor):
    def __mul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        if self.data.ndim == 2 and other.data.ndim == 2 and self.data.shape[1] == len(other.data):
            return Tensor(self.data @ other.data)
        return Tensor(self.data * other.data)

    __rmul__ = __mul__


@wrong(
    "tensor_elementwise", "You changed the left operand in place: the result must be a new Tensor."
)
class AddsArraysInPlace(Tensor):
    def __add__(self, other):
        self.data = self.data + numbers(other)
        return self


@wrong("tensor_elementwise", "You gave += a meaning of its own that changes the Tensor.")
class AccumulatesArraysInPlace(Tensor):
    def __iadd__(self, other):
        self.data += numbers(other)
        return self


@wrong("tensor_elementwise", "You return a plain array: the result must be a Tensor again.")
class ReturnsPlainArrays(Tensor):
    def __truediv__(self, other):
        return self.data / numbers(other)


@wrong("tensor_elementwise", "You keep whole numbers whole: numpy refuses 2 ** -1 among them.")
class KeepsWholeNumbers(Tensor):
    def __init__(self, data):
        super().__init__(data)
        self.data = np.array(data)


@wrong(
    "tensor_elementwise", "Python's max compares whole arrays: take the larger of each entry and 0."
)
class TakesPythonsMax(Tensor):
    def relu(self):
        return Tensor(max(self.data, 0.0))


@wrong("tensor_elementwise", "You took the magnitude: relu of a negative number is 0.")
class ReluOfArraysIsMagnitude(Tensor):
    def relu(self):
        return Tensor(np.abs(self.data))


@wrong("tensor_elementwise", "You cut negative entries in place: the operand must stay as it is.")
class CutsInPlace(Tensor):
    def relu(self):
        self.data[self.data < 0] = 0.0
        return Tensor(self.data)


@wrong("tensor_elementwise", "Your tanh overflows far from 0: numpy's tanh does not.")
class TanhOfArraysOverflows(Tensor):
    def tanh(self):
        e = np.exp(2 * self.data)
        return Tensor((e - 1) / (e + 1))


@wrong("tensor_elementwise", "You took the logarithm to base 10: the natural one is meant.")
class LogOfArraysToBaseTen(Tensor):
    def log(self):
        return Tensor(np.log10(self.data))


@wrong(
    "tensor_elementwise", "You added a small number inside the log: that makes it wrong, not safe."
)
class LogOfArraysWithEpsilon(Tensor):
    def log(self):
        return Tensor(np.log(self.data + 1e-8))


@wrong(
    "tensor_elementwise", "You start grad with None: it is an array of zeros until more is known."
)
class StartsArraysWithoutGrad(Tensor):
    def __init__(self, data):
        super().__init__(data)
        self.grad = None


@wrong("tensor_elementwise", "You start grad with one number: it has the shape of data.")
class StartsWithOneNumber(Tensor):
    def __init__(self, data):
        super().__init__(data)
        self.grad = 0.0


@wrong("tensor_elementwise", "You start grad with ones: nothing has been added to it yet.")
class StartsGradWithOnes(Tensor):
    def __init__(self, data):
        super().__init__(data)
        self.grad = np.ones_like(self.data)


# tensor_reductions


@right("tensor_reductions", "remembers nothing yet: numpy does it all")
class OnlyReduces(Tensor):
    def sum(self, axis=None, keepdims=False):
        return Tensor(np.add.reduce(self.data, axis=axis, keepdims=keepdims))

    def mean(self, axis=None, keepdims=False):
        return Tensor(np.average(self.data, axis=axis, keepdims=keepdims))

    def reshape(self, *shape):
        return Tensor(np.reshape(self.data, shape).copy())

    @property
    def T(self):
        return Tensor(np.swapaxes(self.data, 0, 1))

    def __getitem__(self, index):
        return Tensor(self.data.__getitem__(index))


@right("tensor_reductions", "sums by einsum and along axis 0; the mean divides by a count")
class SumsByHand(Tensor):
    def sum(self, axis=None, keepdims=False):
        if axis is None:
            total = np.array(sum(self.data.ravel().tolist()))
            return Tensor(total.reshape((1,) * self.data.ndim) if keepdims else total)
        total = np.zeros(np.delete(self.data.shape, axis))
        for part in np.moveaxis(self.data, axis, 0):
            total += part
        return Tensor(np.expand_dims(total, axis) if keepdims else total)

    def mean(self, axis=None, keepdims=False):
        n = self.data.size if axis is None else self.data.shape[axis]
        return Tensor(self.sum(axis, keepdims).data / n)

    def reshape(self, *shape):
        return Tensor(self.data.flatten().reshape(shape if len(shape) > 1 else shape[0]))

    @property
    def T(self):
        return Tensor(np.einsum("ij->ji", self.data))


@wrong("tensor_reductions", "You ignore axis: the sum along one axis is an array.")
class IgnoresTheAxis(Tensor):
    def sum(self, axis=None, keepdims=False):
        return Tensor(self.data.sum())


@wrong("tensor_reductions", "You ignore keepdims: with it the axis stays, with size 1.")
class IgnoresKeepdims(Tensor):
    def sum(self, axis=None, keepdims=False):
        return Tensor(self.data.sum(axis=axis))

    def mean(self, axis=None, keepdims=False):
        return Tensor(self.data.mean(axis=axis))


@wrong("tensor_reductions", "You always keep the axis: without keepdims it goes.")
class AlwaysKeepsTheAxis(Tensor):
    def sum(self, axis=None, keepdims=False):
        return Tensor(self.data.sum(axis=axis, keepdims=True))


@wrong("tensor_reductions", "You took axis 0 by default: without an axis all entries are summed.")
class SumsAlongTheFirstAxis(Tensor):
    def sum(self, axis=0, keepdims=False):
        return Tensor(self.data.sum(axis=axis, keepdims=keepdims))


@wrong(
    "tensor_reductions",
    "You divided a mean along an axis by the number of all entries: divide by how many went into "
    "it.",
)
class DividesByTheSize(Tensor):
    def mean(self, axis=None, keepdims=False):
        return Tensor(self.data.sum(axis=axis, keepdims=keepdims) / self.data.size)


@wrong("tensor_reductions", "You divided by the number of rows, whatever the axis.")
class DividesByTheRows(Tensor):
    def mean(self, axis=None, keepdims=False):
        total = self.data.sum(axis=axis, keepdims=keepdims)
        return Tensor(total / (self.data.shape[0] if self.data.ndim else 1))


@wrong("tensor_reductions", "You mixed up the axes: axis 0 goes down the columns.")
class MixesUpTheAxes(Tensor):
    def mean(self, axis=None, keepdims=False):
        if axis is not None and self.data.ndim == 2:
            axis = 1 - axis % 2
        return Tensor(self.data.mean(axis=axis, keepdims=keepdims))


@wrong("tensor_reductions", "You take the new shape as one tuple: here the sizes come one by one.")
class TakesOneTuple(Tensor):
    def reshape(self, shape):
        return Tensor(self.data.reshape(shape))


@wrong("tensor_reductions", "You read the entries column by column: reshape goes row by row.")
class ReadsColumnByColumn(Tensor):
    def reshape(self, *shape):
        return Tensor(self.data.reshape(*shape, order="F"))


@wrong("tensor_reductions", "You wrote T as a method: it is a property, read without brackets.")
class TransposesOnCall(Tensor):
    def T(self):
        return Tensor(self.data.T)


@wrong("tensor_reductions", "You reshaped where you should transpose: rows must become columns.")
class ReshapesForTranspose(Tensor):
    @property
    def T(self):
        return Tensor(self.data.reshape(self.data.shape[::-1]))


@wrong("tensor_reductions", "You return a plain array from an index: the result must be a Tensor.")
class IndexesToArrays(Tensor):
    def __getitem__(self, index):
        return self.data[index]


@wrong("tensor_reductions", "You take one index only: a tuple of several is an index, too.")
class TakesOneIndex(Tensor):
    def __getitem__(self, index):
        return Tensor(self.data[index[0]] if isinstance(index, tuple) else self.data[index])


@wrong("tensor_reductions", "You left out what an array of indices repeats: each place counts.")
class DropsRepeatedIndices(Tensor):
    def __getitem__(self, index):
        if isinstance(index, np.ndarray):
            index = np.unique(index)
        return Tensor(self.data[index])


@wrong("tensor_reductions", "You reshaped the Tensor itself: the result must be a new one.")
class ReshapesInPlace(Tensor):
    def reshape(self, *shape):
        self.data = self.data.reshape(*shape)
        self.grad = np.zeros_like(self.data)
        return self


# tensor_matmul


@right("tensor_matmul", "numpy's dot, which is the same with a matrix or vector on the right")
class TakesDot(Tensor):
    def __matmul__(self, other):
        return Tensor(np.dot(self.data, numbers(other)))

    def __rmatmul__(self, other):
        return Tensor(np.dot(other, self.data))


@right("tensor_matmul", "sums of products over the shared axis, once the sizes were compared")
class SumsProducts(Tensor):
    @staticmethod
    def product(a, b):
        if a.shape[-1] != b.shape[0]:
            raise ValueError(f"{a.shape} and {b.shape} do not fit")
        if b.ndim == 1:
            return Tensor(np.sum(a * b, axis=-1))
        return Tensor(np.sum(a[..., :, None] * b, axis=-2))

    def __matmul__(self, other):
        return self.product(self.data, numbers(other))

    def __rmatmul__(self, other):
        return self.product(np.asarray(other), self.data)


@wrong("tensor_matmul", "You multiplied entry by entry: @ is the product of matrices.")
class MultipliesEntries(Tensor):
    def __matmul__(self, other):
        return Tensor(self.data * numbers(other))


@wrong("tensor_matmul", "You turned the other matrix round: A @ B is not A @ Bᵀ.")
class MultipliesByTheTranspose(Tensor):
    def __matmul__(self, other):
        return Tensor(self.data @ numbers(other).T)


@wrong("tensor_matmul", "You changed the order: A @ B is not B @ A.")
class ChangesTheOrder(Tensor):
    def __matmul__(self, other):
        return Tensor(numbers(other) @ self.data)


@wrong("tensor_matmul", "With an array on the left you compute self @ other: the order counts.")
class ChangesTheOrderOnTheLeft(Tensor):
    def __rmatmul__(self, other):
        return self @ other


@wrong("tensor_matmul", "You forgot __rmatmul__: an array on the left needs it.")
class HasNoProductFromTheLeft(Tensor):
    def __rmatmul__(self, other):
        return NotImplemented


@wrong("tensor_matmul", "You take matrices only: vectors count as well.")
class TakesMatricesOnly(Tensor):
    def __matmul__(self, other):
        return Tensor(np.einsum("...ij,jk->...ik", self.data, numbers(other)))


@wrong("tensor_matmul", "You take no batches: on the left there may be more axes.")
class TakesNoBatches(Tensor):
    def __matmul__(self, other):
        a, b = self.data, numbers(other)
        if a.ndim > 2:
            raise ValueError("a batch")
        return Tensor(a @ b)


@wrong("tensor_matmul", "You keep the axis of a vector: the result has one axis less.")
class KeepsTheVectorsAxis(Tensor):
    def __matmul__(self, other):
        return Tensor(np.atleast_2d(self.data) @ numbers(other))


@wrong("tensor_matmul", "You let numpy stretch sizes that do not fit: einsum repeats an axis of 1.")
class StretchesSizes(Tensor):
    def __matmul__(self, other):
        a, b = self.data, numbers(other)
        if b.ndim == 1:
            return Tensor(np.sum(a * b, axis=-1))
        return Tensor(np.sum(a[..., :, None] * b, axis=-2))


@wrong("tensor_matmul", "You turn matrices that do not fit around until they do: that is an error.")
class TurnsUntilItFits(Tensor):
    def __matmul__(self, other):
        a, b = self.data, numbers(other)
        if a.shape[-1] != b.shape[0] and a.shape[-1] == b.shape[-1]:
            b = b.T
        return Tensor(a @ b)


@wrong("tensor_matmul", "You return a plain array: the result must be a Tensor again.")
class MultipliesToArrays(Tensor):
    def __matmul__(self, other):
        return self.data @ numbers(other)


# tensor_backward


@right("tensor_backward", "closures that push the gradient on, each with its own summing back")
class ClosuresOnArrays:
    __array_ufunc__ = None

    def __init__(self, data, children=()):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.children = children
        self.push = lambda: None

    @staticmethod
    def lift(x):
        return x if isinstance(x, ClosuresOnArrays) else ClosuresOnArrays(x)

    def give(self, g):
        while g.ndim > self.data.ndim:
            g = g.sum(axis=0)
        for axis, size in enumerate(self.data.shape):
            if size == 1 and g.shape[axis] != 1:
                g = g.sum(axis=axis, keepdims=True)
        self.grad = self.grad + g

    def __add__(self, other):
        other = self.lift(other)
        out = ClosuresOnArrays(self.data + other.data, (self, other))

        def push():
            self.give(out.grad)
            other.give(out.grad)

        out.push = push
        return out

    def __mul__(self, other):
        other = self.lift(other)
        out = ClosuresOnArrays(self.data * other.data, (self, other))

        def push():
            self.give(other.data * out.grad)
            other.give(self.data * out.grad)

        out.push = push
        return out

    def apply(self, data, back):
        out = ClosuresOnArrays(data, (self,))
        out.push = lambda: self.give(back(out.grad))
        return out

    def __pow__(self, n):
        if n == 1:
            return self.apply(self.data.copy(), lambda g: g)
        return self.apply(self.data**n, lambda g: g * n * self.data ** (n - 1))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -self.lift(other)

    def __rsub__(self, other):
        return self.lift(other) - self

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def __rtruediv__(self, other):
        return self.lift(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def exp(self):
        return self.apply(np.exp(self.data), lambda g: g * np.exp(self.data))

    def log(self):
        return self.apply(np.log(self.data), lambda g: g / self.data)

    def relu(self):
        return self.apply(np.maximum(self.data, 0), lambda g: np.where(self.data > 0, g, 0))

    def tanh(self):
        t = np.tanh(self.data)
        return self.apply(t, lambda g: g * (1 - t) * (1 + t))

    def sum(self, axis=None, keepdims=False):
        def back(g):
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)
            return np.ones_like(self.data) * g

        return self.apply(self.data.sum(axis=axis, keepdims=keepdims), back)

    def mean(self, axis=None, keepdims=False):
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis, keepdims) / n

    def reshape(self, *shape):
        return self.apply(self.data.reshape(shape), lambda g: g.reshape(self.data.shape))

    @property
    def T(self):
        return self.apply(self.data.T, np.transpose)

    def __getitem__(self, index):
        places = np.arange(self.data.size).reshape(self.data.shape)[index]

        def back(g):
            counts = np.bincount(np.ravel(places), weights=np.ravel(g), minlength=self.data.size)
            return counts.reshape(self.data.shape)

        return self.apply(self.data[index], back)

    def __matmul__(self, other):
        other = self.lift(other)
        a, b = self.data, other.data
        out = ClosuresOnArrays(a @ b, (self, other))

        def push():
            g = out.grad
            if a.ndim == 1 and b.ndim == 1:
                self.give(g * b)
                other.give(g * a)
            elif a.ndim == 1:
                self.give(b @ g)
                other.give(np.outer(a, g))
            elif b.ndim == 1:
                self.give(g[..., None] * b)
                other.give(np.tensordot(g, a, axes=g.ndim))
            else:
                self.give(g @ b.T)
                other.give(a.reshape(-1, a.shape[-1]).T @ g.reshape(-1, g.shape[-1]))

        out.push = push
        return out

    def __rmatmul__(self, other):
        return self.lift(other) @ self

    def backward(self):
        if self.data.size > 1:
            raise ValueError("a loss is one number")
        order, visited, stack = [], {id(self)}, [(self, iter(self.children))]
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
        self.grad = np.ones_like(self.data)
        while order:
            order.pop().push()


@right("tensor_backward", "numbers the Tensors as they are made; gradients meanwhile in a dict")
class NumbersItsTensors(Tensor):
    made = 0

    def __init__(self, data):
        super().__init__(data)
        NumbersItsTensors.made += 1
        self.age = NumbersItsTensors.made

    def backward(self):
        if np.size(self.data) != 1:
            raise ValueError("not a single number")
        waiting, gradients = [(-self.age, self)], {self: np.ones(self.data.shape)}
        while waiting:
            _, node = heapq.heappop(waiting)
            for parent, pull in node._parents:
                share = sum_to_shape(pull(gradients[node]), parent.data.shape)
                if parent in gradients:
                    gradients[parent] = gradients[parent] + share
                else:
                    gradients[parent] = share
                    heapq.heappush(waiting, (-parent.age, parent))
        for node, gradient in gradients.items():
            node.grad = node.grad + gradient


@right("tensor_backward", "counts first how often each Tensor is used, and passes on at zero")
class CountsUsesOfTensors(Tensor):
    def backward(self):
        self.data.reshape(())  # numpy refuses more than one number, with a ValueError
        uses, found = {self: 0}, [self]
        for node in found:
            for parent, _ in node._parents:
                if parent not in uses:
                    uses[parent] = 0
                    found.append(parent)
                uses[parent] += 1
        self.grad, ready = np.ones_like(self.data), [self]
        while ready:
            node = ready.pop()
            for parent, pull in node._parents:
                parent.grad += sum_to_shape(pull(node.grad), parent.data.shape)
                uses[parent] -= 1
                if not uses[parent]:
                    ready.append(parent)


def ordered(root):
    """Return all ancestors, each before those that it was made of."""
    if root.data.size != 1:
        raise ValueError("not a single number")
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


def sweep(root, order):
    """Go through Tensors in an order, each passing its gradient on."""
    root.grad = np.ones_like(root.data)
    for node in order:
        for parent, pull in node._parents:
            parent.grad += sum_to_shape(pull(node.grad), parent.data.shape)


@wrong(
    "tensor_backward",
    "You set grad where you should add to it: a Tensor that is used twice keeps the last use only.",
)
class OverwritesArrays(Tensor):
    def backward(self):
        order = ordered(self)
        self.grad = np.ones_like(self.data)
        for node in order:
            for parent, pull in node._parents:
                parent.grad = sum_to_shape(pull(node.grad), parent.data.shape)


@wrong(
    "tensor_backward",
    "You clear all gradients first: what an earlier graph left in a shared input must stay.",
)
class ClearsArraysFirst(Tensor):
    def backward(self):
        order = ordered(self)
        for node in order:
            node.grad = np.zeros_like(node.data)
        sweep(self, order)


@wrong(
    "tensor_backward",
    "You do not sum a gradient back to the shape of its operand: where numpy stretched it, each "
    "copy has a share.",
)
class ForgetsToSumBack(Tensor):
    def backward(self):
        order = ordered(self)
        self.grad = np.ones_like(self.data)
        for node in order:
            for parent, pull in node._parents:
                parent.grad = parent.grad + pull(node.grad)


@wrong(
    "tensor_backward",
    "You take the mean over the axes that numpy stretched: the shares of all copies add up.",
)
class TakesTheMeanBack(Tensor):
    def backward(self):
        order = ordered(self)
        self.grad = np.ones_like(self.data)
        for node in order:
            for parent, pull in node._parents:
                share = pull(node.grad)
                count = share.size / parent.data.size
                parent.grad += sum_to_shape(share, parent.data.shape) / count


@wrong("tensor_backward", "You sum over new axes in front, but not over those of size 1.")
class SumsNewAxesOnly(Tensor):
    def backward(self):
        order = ordered(self)
        self.grad = np.ones_like(self.data)
        for node in order:
            for parent, pull in node._parents:
                share = pull(node.grad)
                while share.ndim > parent.data.ndim:
                    share = share.sum(axis=0)
                parent.grad = parent.grad + share


@wrong(
    "tensor_backward",
    "You assign where an index repeats an entry: its shares must add up, as np.add.at does.",
)
class AssignsRepeatedIndices(Tensor):
    def __getitem__(self, index):
        out = Tensor(self.data[index])

        def scatter(g):
            share = np.zeros_like(self.data)
            share[index] += g
            return share

        out._parents = ((self, scatter),)
        return out


@wrong("tensor_backward", "You forgot the minus: what is subtracted gets the opposite gradient.")
class ForgetsTheMinus(Tensor):
    def __sub__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data - other.data)
        out._parents = ((self, lambda g: g), (other, lambda g: g))
        return out


@wrong("tensor_backward", "You send nothing back through an index: what was picked has a gradient.")
class StopsAtIndices(Tensor):
    def __getitem__(self, index):
        return Tensor(self.data[index])


@wrong("tensor_backward", "You forgot to divide: an entry has a share of 1/n in a mean of n.")
class ForgetsTheMeansShare(Tensor):
    def mean(self, axis=None, keepdims=False):
        out = self.sum(axis, keepdims)
        out.data = np.asarray(self.data.mean(axis=axis, keepdims=keepdims))
        return out


@wrong(
    "tensor_backward",
    "You stretch the gradient of a sum without the axis that was lost: numpy lines it up wrongly.",
)
class StretchesWithoutTheAxis(Tensor):
    def sum(self, axis=None, keepdims=False):
        out = Tensor(np.sum(self.data, axis=axis, keepdims=keepdims))
        out._parents = ((self, lambda g: np.ones_like(self.data) * g),)
        return out


@wrong("tensor_backward", "You forgot a transpose: for C = A B the gradients are dC Bᵀ and Aᵀ dC.")
class ForgetsTheTranspose(Tensor):
    def __matmul__(self, other):
        out = _product(self, other)
        a, b = self.data, out._parents[1][0].data
        if a.ndim == 2 and b.ndim == 2 and b.shape[0] == b.shape[1]:
            out._parents = ((self, lambda g: g @ b), out._parents[1])
        return out


def _product(left, right_side):
    """Return a product of tensors with both gradients."""
    other = right_side if hasattr(right_side, "grad") else Tensor(right_side)
    out = Tensor(left.data @ other.data)
    x = left.data if left.data.ndim > 1 else left.data[None]
    y = other.data if other.data.ndim > 1 else other.data[:, None]
    full = (*x.shape[:-1], y.shape[-1])
    out._parents = (
        (left, lambda g: (g.reshape(full) @ y.T).reshape(left.data.shape)),
        (
            other,
            lambda g: sum_to_shape(x.swapaxes(-1, -2) @ g.reshape(full), y.shape).reshape(
                other.data.shape
            ),
        ),
    )
    return out


@wrong(
    "tensor_backward", "You send gradients back through products of matrices, but not of vectors."
)
class DifferentiatesMatricesOnly(Tensor):
    def __matmul__(self, other):
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data @ other.data)
        a, b = self.data, other.data
        out._parents = (
            (self, lambda g: g @ np.swapaxes(b, -1, -2)),
            (other, lambda g: np.swapaxes(a, -1, -2) @ g),
        )
        return out


@wrong("tensor_backward", "You keep the axes of a batch: its one matrix on the right gets the sum.")
class TakesTheFirstOfABatch(Tensor):
    def __matmul__(self, other):
        out = _product(self, other)
        (left, to_left), (right_side, to_right) = out._parents
        if self.data.ndim > 2:
            a = self.data.reshape(-1, *self.data.shape[-2:])

            def to_right(g):
                return a[0].T @ g.reshape(-1, *g.shape[-2:])[0]

        out._parents = ((left, to_left), (right_side, to_right))
        return out


@wrong("tensor_backward", "You let gradients through relu where its result is 0: there it is flat.")
class PassesThroughZero(Tensor):
    def relu(self):
        out = Tensor(np.maximum(self.data, 0.0))
        out._parents = ((self, lambda g: g * (self.data >= 0)),)
        return out


@wrong("tensor_backward", "You gave tanh the slope 1 - x²: it is 1 minus the square of the result.")
class TakesTheInputsSquare(Tensor):
    def tanh(self):
        out = Tensor(np.tanh(self.data))
        out._parents = ((self, lambda g: g * (1.0 - self.data**2)),)
        return out


@wrong("tensor_backward", "You reshape where you should transpose back.")
class ReshapesBack(Tensor):
    @property
    def T(self):
        out = Tensor(self.data.T)
        out._parents = ((self, lambda g: g.reshape(self.data.shape)),)
        return out


@wrong(
    "tensor_backward",
    "You walk breadth first: a Tensor passes on before all that was made of it has reported.",
)
class WalksArraysBreadthFirst(Tensor):
    def backward(self):
        order = [self] if ordered(self) else []
        seen = {self}
        for node in order:
            for parent, _ in node._parents:
                if parent not in seen:
                    seen.add(parent)
                    order.append(parent)
        sweep(self, order)


@wrong(
    "tensor_backward",
    "You call the function for each Tensor from itself: Python allows some 1,000 levels, and a "
    "long computation has more. Walk with a list as your stack.",
)
class RecursesThroughArrays(Tensor):
    def backward(self):
        if self.data.size != 1:
            raise ValueError("not a single number")
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent, _ in node._parents:
                    visit(parent)
                order.append(node)

        visit(self)
        sweep(self, order[::-1])


@wrong(
    "tensor_backward",
    "You pass on along every path: where paths branch and meet again their number doubles each "
    "time. Visit each Tensor once.",
)
class FollowsEveryPathOfArrays(Tensor):
    def backward(self):
        ordered(self)
        stack = [(self, np.ones_like(self.data))]
        while stack:
            node, gradient = stack.pop()
            node.grad = node.grad + gradient
            stack.extend(
                (parent, sum_to_shape(pull(gradient), parent.data.shape))
                for parent, pull in node._parents
            )


@wrong("tensor_backward", "You give gradients to the inputs alone: what is between has one, too.")
class KeepsInputsOnly(Tensor):
    def backward(self):
        order = ordered(self)
        sweep(self, order)
        for node in order:
            if node._parents:
                node.grad = np.zeros_like(node.data)


@wrong("tensor_backward", "You start from an array as if it were its sum: only one number will do.")
class StartsFromArrays(Tensor):
    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, are_parents_done = stack.pop()
            if are_parents_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node._parents)
        sweep(self, order[::-1])


@wrong(
    "tensor_backward", "You refuse one number in brackets: whatever its shape, it is one number."
)
class WantsNoAxes(Tensor):
    def backward(self):
        if self.data.shape != ():
            raise ValueError("not a single number")
        sweep(self, ordered(self))
