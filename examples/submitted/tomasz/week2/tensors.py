"""Week 2, tensors: every operation is written on a tape, which is read backwards."""

import numpy as np

TAPE = []


class Tensor:
    __array_priority__ = 100.0  # numpy's arrays stand back

    def __init__(self, data):
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros(self.data.shape)

    def __repr__(self):
        return f"Tensor({self.data.tolist()})"

    def _write(self, data, *shares):
        out = Tensor(data)
        TAPE.append((out, shares))
        return out

    def __add__(self, other):
        other = _lift(other)
        return self._write(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        other = _lift(other)
        return self._write(self.data - other.data, (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other):
        other = _lift(other)
        a, b = self.data, other.data
        return self._write(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other):
        other = _lift(other)
        a, b = self.data, other.data
        return self._write(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / (b * b)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return _lift(other) - self

    def __rtruediv__(self, other):
        return _lift(other) / self

    def __neg__(self):
        return self._write(-self.data, (self, lambda g: -g))

    def __pow__(self, n):
        x = self.data
        if n == 0:
            return Tensor(np.ones(x.shape))
        return self._write(x**n, (self, lambda g: g * (n * x ** (n - 1) if n != 1 else 1.0)))

    def exp(self):
        e = np.exp(self.data)
        return self._write(e, (self, lambda g: g * e))

    def log(self):
        return self._write(np.log(self.data), (self, lambda g: g / self.data))

    def relu(self):
        is_on = self.data > 0
        return self._write(self.data * is_on, (self, lambda g: g * is_on))

    def tanh(self):
        t = np.tanh(self.data)
        return self._write(t, (self, lambda g: g * (1.0 - t * t)))

    def sum(self, axis=None, keepdims=False):
        kept = self.data.sum(axis=axis, keepdims=True)
        data = kept if keepdims else self.data.sum(axis=axis)
        ones = np.ones(self.data.shape)
        return self._write(data, (self, lambda g: ones * g.reshape(kept.shape)))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.data.size / self.data.size)

    def reshape(self, *shape):
        return self._write(
            self.data.reshape(shape), (self, lambda g: g.reshape(self.data.shape))
        )

    @property
    def T(self):
        return self._write(self.data.T, (self, lambda g: g.T))

    def __getitem__(self, index):
        places = np.arange(self.data.size).reshape(self.data.shape)[index]

        def back(g):
            share = [0.0] * self.data.size
            for place, value in zip(np.ravel(places).tolist(), np.ravel(g).tolist()):
                share[place] += value
            return np.array(share).reshape(self.data.shape)

        return self._write(self.data[index], (self, back))

    def __matmul__(self, other):
        other = _lift(other)
        a, b = self.data, other.data
        if a.shape[-1] != b.shape[0]:
            raise ValueError(f"{a.shape} and {b.shape} do not fit")
        if b.ndim == 1:
            return (self * other).sum(axis=-1)
        if a.ndim == 1:
            return (self.reshape(-1, 1) * other).sum(axis=0)
        # (..., n, k, 1) times (k, m), summed over k
        return (self.reshape(*a.shape, 1) * other).sum(axis=-2)

    def __rmatmul__(self, other):
        return _lift(other) @ self

    def backward(self):
        if self.data.size != 1:
            raise ValueError("a loss is one number")
        grads = {id(self): np.ones(self.data.shape)}
        touched = {id(self): self}
        for out, shares in reversed(TAPE):
            if id(out) not in grads:
                continue
            for tensor, share in shares:
                g = _summed(share(grads[id(out)]), tensor.data.shape)
                grads[id(tensor)] = grads.get(id(tensor), 0.0) + g
                touched[id(tensor)] = tensor
        for key, tensor in touched.items():
            tensor.grad = tensor.grad + grads[key]


def _lift(x):
    return x if isinstance(x, Tensor) else Tensor(x)


def _summed(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and g.shape[axis] > 1:
            g = g.sum(axis=axis, keepdims=True)
    return g
