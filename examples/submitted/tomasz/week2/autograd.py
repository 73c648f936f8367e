"""Week 2, autograd: a Wengert list (1964). Every operation writes one line on a tape.

A Value knows only its line. A line holds the Value and where it came from: pairs of an earlier
line and a slope. Who comes later on the tape cannot be an ancestor, so reading it backwards is
the order that backward needs, and nothing has to be sorted.
"""

import math

import numpy as np

_tape = []


class Value:
    def __init__(self, data, *sources):
        self.data = data
        self.grad = 0.0
        self.line = len(_tape)
        _tape.append((self, sources))

    def __repr__(self):
        return "Value(data=%r, grad=%r)" % (self.data, self.grad)

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, (self.line, 1.0), (other.line, 1.0))
        return Value(self.data + other, (self.line, 1.0))

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, (self.line, other.data), (other.line, self.data))
        return Value(self.data * other, (self.line, other))

    __rmul__ = __mul__

    def __neg__(self):
        return Value(-self.data, (self.line, -1.0))

    def __sub__(self, other):
        if isinstance(other, Value):
            return Value(self.data - other.data, (self.line, 1.0), (other.line, -1.0))
        return Value(self.data - other, (self.line, 1.0))

    def __rsub__(self, other):
        return Value(other - self.data, (self.line, -1.0))

    def __pow__(self, exponent):
        if exponent == 0:
            return Value(1.0, (self.line, 0.0))
        slope = exponent * self.data ** (exponent - 1)
        return Value(self.data**exponent, (self.line, slope))

    def __truediv__(self, other):
        if isinstance(other, Value):
            q = self.data / other.data
            return Value(q, (self.line, 1.0 / other.data), (other.line, -q / other.data))
        return Value(self.data / other, (self.line, 1.0 / other))

    def __rtruediv__(self, other):
        q = other / self.data
        return Value(q, (self.line, -q / self.data))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, (self.line, e))

    def log(self):
        if not self.data > 0:
            raise ValueError("log: %r is not positive" % self.data)
        return Value(math.log(self.data), (self.line, 1.0 / self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self.line, (1.0 - t) * (1.0 + t)))

    def relu(self):
        if self.data > 0:
            return Value(self.data, (self.line, 1.0))
        return Value(0.0, (self.line, 0.0))

    def backward(self):
        derivatives = {self.line: 1.0}
        for line in range(self.line, -1, -1):
            if line not in derivatives:
                continue
            value, sources = _tape[line]
            for source, slope in sources:
                derivatives[source] = derivatives.get(source, 0.0) + slope * derivatives[line]
            value.grad += derivatives[line]


def unbroadcast(grad, shape):
    n_new = grad.ndim - len(shape)
    if n_new < 0:
        raise ValueError("unbroadcast: shape has more axes than grad")
    for mine, other in zip(shape, grad.shape[n_new:]):
        if mine != other and mine != 1:
            raise ValueError("unbroadcast: %d does not stretch to %d" % (mine, other))
    result = np.zeros(shape)
    for index in np.ndindex(grad.shape):
        target = tuple(0 if size == 1 else i for i, size in zip(index[n_new:], shape))
        result[target] += grad[index]
    return result
