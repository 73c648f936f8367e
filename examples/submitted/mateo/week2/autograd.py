"""Autograd: numbers that remember how they were made, so that a machine can do the chain rule."""

import numpy as np


class Value:
    """A number that remembers how it was made, so that derivatives can be traced back through it."""

    def __init__(self, data: float) -> None:
        self.data = data
        self.grad = 0.0
        # Here is room for what `backward` will need to know of this number's origin. As long as it
        # needs nothing, write `pass`.
        pass

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    # Exercise value_arithmetic. `other` is a Value or a plain number. Python calls the methods
    # with an r when the number stands on the left: 2.0 - v is v.__rsub__(2.0). The operands stay
    # as they are, and each result is a new Value.

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other."""
        if isinstance(other, Value):
            return Value(self.data + other.data)
        return Value(self.data + other)

    def __radd__(self, other: float) -> "Value":
        """Return other + self, where other is a plain number; `sum` starts with 0 + ..."""
        return self + other

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other."""
        if isinstance(other, Value):
            return Value(self.data * other.data)
        return Value(self.data * other)

    def __rmul__(self, other: float) -> "Value":
        """Return other * self, where other is a plain number."""
        return self * other

    def __neg__(self) -> "Value":
        """Return -self."""
        return self * -1

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        return self + (-other)  # -other works for numbers too

    def __rsub__(self, other: float) -> "Value":
        """Return other - self, where other is a plain number."""
        return (-self) + other

    def __pow__(self, exponent: float) -> "Value":
        """Return self ** exponent, where exponent is a plain number, whole or not."""
        return Value(self.data**exponent)

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other."""
        if isinstance(other, Value):
            return Value(self.data / other.data)
        return Value(self.data / other)

    def __rtruediv__(self, other: float) -> "Value":
        """Return other / self, where other is a plain number."""
        return Value(other / self.data)

    # Exercise value_functions. Each returns a new Value.

    def exp(self) -> "Value":
        """Return e to the power of this number."""
        raise NotImplementedError("exp is yours to write")

    def log(self) -> "Value":
        """Return the natural logarithm of this number, the heart of cross-entropy."""
        raise NotImplementedError("log is yours to write")

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent, which squashes any number into [-1, 1]."""
        raise NotImplementedError("tanh is yours to write")

    def relu(self) -> "Value":
        """Return the number where it is positive, else 0."""
        raise NotImplementedError("relu is yours to write")

    # Exercise value_backward.

    def backward(self) -> None:
        """Add the derivative of this number to the `grad` of each Value that it was made of."""
        raise NotImplementedError("backward is yours to write")


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient back to the shape that its array had before numpy stretched it."""
    raise NotImplementedError("unbroadcast is yours to write")
