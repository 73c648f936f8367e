"""Autograd: numbers that remember how they were made, so that a machine can do the chain rule."""

import numpy as np


class Value:
    """A number that remembers how it was made, so that derivatives can be traced back through it."""

    def __init__(self, data: float, parents=()) -> None:
        self.data = data
        self.grad = 0.0
        self.parents = parents  # (Value, derivative)

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    def __add__(self, other):
        """Return self + other."""
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __radd__(self, other):
        """Return other + self, where other is a plain number; `sum` starts with 0 + ..."""
        return self + other

    def __mul__(self, other):
        """Return self * other."""
        if not isinstance(other, Value):
            other = Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __rmul__(self, other):
        """Return other * self, where other is a plain number."""
        return self * other

    def __neg__(self):
        """Return -self."""
        return self * -1

    def __sub__(self, other):
        """Return self - other."""
        return self + other * -1

    def __rsub__(self, other):
        """Return other - self, where other is a plain number."""
        return self * -1 + other

    def __pow__(self, exponent):
        """Return self ** exponent, where exponent is a plain number, whole or not."""
        if exponent == 0:
            return Value(1.0, [(self, 0.0)])
        return Value(self.data**exponent, [(self, exponent * self.data ** (exponent - 1))])

    def __truediv__(self, other):
        """Return self / other."""
        return self * other**-1

    def __rtruediv__(self, other):
        """Return other / self, where other is a plain number."""
        return self**-1 * other

    def exp(self):
        """Return e to the power of this number."""
        e = np.exp(self.data)
        return Value(e, [(self, e)])

    def log(self):
        """Return the natural logarithm of this number, the heart of cross-entropy."""
        return Value(np.log(self.data), [(self, 1 / self.data)])

    def tanh(self):
        """Return the hyperbolic tangent, which squashes any number into [-1, 1]."""
        t = np.tanh(self.data)
        return Value(t, [(self, 1 - t**2)])

    def relu(self):
        """Return the number where it is positive, else 0."""
        if self.data > 0:
            return Value(self.data, [(self, 1.0)])
        return Value(0.0, [(self, 0.0)])

    def backward(self) -> None:
        """Add the derivative of this number to the `grad` of each Value that it was made of."""
        # sort: a Value comes after everything it was made of
        order = []
        done = set()
        stack = [(self, False)]
        while stack:
            v, ready = stack.pop()
            if ready:
                order.append(v)
            elif v not in done:
                done.add(v)
                stack.append((v, True))
                for p, _ in v.parents:
                    stack.append((p, False))
        self.grad = 1.0
        for v in order[::-1]:
            for p, d in v.parents:
                p.grad = d * v.grad


def unbroadcast(grad: np.ndarray, shape) -> np.ndarray:
    """Sum a gradient back to the shape that its array had before numpy stretched it."""
    if np.broadcast_shapes(grad.shape, shape) != grad.shape:
        raise ValueError("shape does not fit")
    extra = grad.ndim - len(shape)
    for i in range(extra):
        grad = grad.mean(axis=0)
    for i in range(len(shape)):
        if shape[i] == 1:
            grad = grad.mean(axis=i, keepdims=True)
    return grad
