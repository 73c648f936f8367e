import numpy as np


class Value:
    """Number as an array."""

    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.grad = np.array(0.0)
        self.parents = []

    def __repr__(self):
        return "Value(%s)" % self.data

    def _new(self, data, *parents):
        out = Value(data)
        out.parents = list(parents)
        return out

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._new(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self._new(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, n):
        slope = n * self.data ** (n - 1) if n != 0 else 0.0
        return self._new(self.data**n, (self, slope))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other**-1.0

    def __rtruediv__(self, other):
        return self**-1.0 * other

    __radd__ = __add__
    __rmul__ = __mul__

    def exp(self):
        return self._new(np.exp(self.data), (self, np.exp(self.data)))

    def log(self):
        if self.data <= 0:
            raise ValueError("log")
        return self._new(np.log(self.data), (self, 1 / self.data))

    def tanh(self):
        t = np.tanh(self.data)
        self._new(t, (self, 1 - t * t))

    def relu(self):
        return self._new(np.maximum(self.data, 0), (self, np.heaviside(self.data, 0)))

    def backward(self):
        self.grad = np.array(1.0)
        queue = [self]
        seen = {self}
        for node in queue:
            for parent, slope in node.parents:
                parent.grad = parent.grad + slope * node.grad
                if parent not in seen:
                    seen.add(parent)
                    queue.append(parent)


def unbroadcast(grad, shape):
    """Sum back."""
    if np.broadcast_shapes(grad.shape, shape) != grad.shape:
        raise ValueError("shape")
    n = grad.ndim - len(shape)
    axes = list(range(n))
    for i in range(len(shape)):
        if shape[i] == 1:
            axes.append(n + i)
    return np.sum(grad, axis=tuple(axes))
