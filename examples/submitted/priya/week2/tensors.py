"""Tensors: arrays that remember how they were made, the step from a toy to PyTorch."""

import numpy as np


def sum_to_shape(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient back to the shape that its array had before numpy stretched it.

    It is given: you write the same in `autograd`, where its docstring says more.
    """
    n_new = grad.ndim - len(shape)
    stretched = tuple(n_new + i for i, size in enumerate(shape) if size == 1)
    return np.sum(grad, axis=(*range(n_new), *stretched), keepdims=True).reshape(shape)


class Tensor:
    """An array that remembers how it was made, so that gradients can be traced back through it.

    A `Value` holds one number, and a layer with a million weights would need a million of them. A
    `Tensor` holds a whole array: one operation of numpy, one node of the graph. The rest is as in
    `autograd`: each operation makes a new `Tensor` and notes what it was made of, and `backward`
    walks through these notes. This is what PyTorch's tensors are, and its names are the same here.

    There are four exercises in this class: the operators and functions that work entry by entry
    are `tensor_elementwise`; sums, means, reshaping and indexing are `tensor_reductions`; products
    of matrices are `tensor_matmul`; and `backward` is `tensor_backward`. For the first three only
    the forward values count. What a `Tensor` notes about its origin, and where, is yours to
    decide; you may add attributes, parameters and methods as you like.

    Attributes
    ----------
    data : ndarray of float64
        The numbers.
    grad : ndarray of the shape of `data`
        Zeros until `backward` of some result adds to them: the derivative of that result with
        respect to each of the numbers.

    References
    ----------
    A. Paszke et al., PyTorch: An Imperative Style, High-Performance Deep Learning Library, 2019.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> w, b = Tensor([0.5, -1.0]), Tensor(2.0)
    >>> loss = ((x @ w + b - 1.0) ** 2).mean()
    >>> loss.data.tolist()
    1.25
    >>> loss.backward()
    >>> w.grad.tolist(), b.grad.tolist()
    ([-5.0, -7.0], -2.0)
    """

    # numpy asks a class for this before it computes with it. None says: leave that to the class.
    # So np.ones(3) * t, where an array stands on the left, becomes t.__rmul__(np.ones(3)).
    __array_ufunc__ = None

    def __init__(self, data: np.ndarray | float) -> None:
        self.data = np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        # Here is room for what `backward` will need to know of this tensor's origin. As long as it
        # needs nothing, write `pass`.
        self.origin = []  # pairs (Tensor, function from the gradient here to the one there)

    def __repr__(self) -> str:
        return f"Tensor({self.data.tolist()})"

    # Exercise tensor_elementwise. `other` is a Tensor, an array or a number. Shapes may differ as
    # far as numpy stretches them. Methods with an r are called when the other stands on the left:
    # 2.0 - t is t.__rsub__(2.0). The operands stay as they are, and each result is a new Tensor.

    def __add__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self + other."""
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data + other.data)
        out.origin = [(self, lambda g: g), (other, lambda g: g)]
        return out

    def __radd__(self, other: np.ndarray | float) -> "Tensor":
        """Return other + self, where other is an array or a number."""
        return self + other

    def __mul__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self * other, entry by entry."""
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data * other.data)
        out.origin = [(self, lambda g: g * other.data), (other, lambda g: g * self.data)]
        return out

    def __rmul__(self, other: np.ndarray | float) -> "Tensor":
        """Return other * self, where other is an array or a number."""
        return self * other

    def __neg__(self) -> "Tensor":
        """Return -self."""
        return -1 * self

    def __sub__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self - other."""
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data - other.data)
        out.origin = [(self, lambda g: g), (other, lambda g: -g)]
        return out

    def __rsub__(self, other: np.ndarray | float) -> "Tensor":
        """Return other - self, where other is an array or a number."""
        return Tensor(other) - self

    def __pow__(self, exponent: float) -> "Tensor":
        """Return self ** exponent, entry by entry, where exponent is a plain number."""
        out = Tensor(np.power(self.data, exponent))
        if exponent:
            out.origin = [(self, lambda g: g * exponent * np.power(self.data, exponent - 1.0))]
        return out

    def __truediv__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self / other, entry by entry."""
        other = other if isinstance(other, Tensor) else Tensor(other)
        out = Tensor(self.data / other.data)
        out.origin = [(self, lambda g: g / other.data), (other, lambda g: -g * out.data / other.data)]
        return out

    def __rtruediv__(self, other: np.ndarray | float) -> "Tensor":
        """Return other / self, where other is an array or a number."""
        return Tensor(other) / self

    def exp(self) -> "Tensor":
        """Return e to the power of each entry.

        Examples
        --------
        >>> Tensor([0.0, 1.0]).exp().data.round(6).tolist()
        [1.0, 2.718282]
        """
        out = Tensor(np.exp(self.data))
        out.origin = [(self, lambda g: g * out.data)]
        return out

    def log(self) -> "Tensor":
        """Return the natural logarithm of each entry; all are positive.

        Examples
        --------
        >>> Tensor([1.0, 10.0]).log().data.round(6).tolist()
        [0.0, 2.302585]
        """
        out = Tensor(np.log(self.data))
        out.origin = [(self, lambda g: g / self.data)]
        return out

    def relu(self) -> "Tensor":
        """Return each entry where it is positive, else 0; at 0 the derivative is 0.

        Examples
        --------
        >>> Tensor([1.5, 0.0, -1.5]).relu().data.tolist()
        [1.5, 0.0, 0.0]
        """
        out = Tensor(np.maximum(self.data, 0.0))
        out.origin = [(self, lambda g: np.where(self.data > 0, g, 0.0))]
        return out

    def tanh(self) -> "Tensor":
        """Return the hyperbolic tangent of each entry; 1000 and -1000 are fine.

        Examples
        --------
        >>> Tensor([0.5, -1000.0]).tanh().data.round(6).tolist()
        [0.462117, -1.0]
        """
        out = Tensor(np.tanh(self.data))
        out.origin = [(self, lambda g: g * (1 - out.data) * (1 + out.data))]
        return out

    # Exercise tensor_reductions. Each returns a new Tensor.

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """Return the sum along one axis, or of all entries, as numpy does.

        Examples
        --------
        >>> t = Tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> t.sum().data.tolist(), t.sum(axis=1, keepdims=True).data.tolist()
        (10.0, [[3.0], [7.0]])
        """
        out = Tensor(self.data.sum(axis=axis, keepdims=keepdims))

        def spread(g):
            g = g if keepdims or axis is None else np.expand_dims(g, axis)
            return np.broadcast_to(g, self.data.shape)

        out.origin = [(self, spread)]
        return out

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """Return the mean along one axis, or of all entries, as numpy does.

        Examples
        --------
        >>> Tensor([[1.0, 2.0], [3.0, 4.0]]).mean(axis=0).data.tolist()
        [2.0, 3.0]
        """
        n = self.data.size if axis is None else self.data.shape[axis]
        return self.sum(axis, keepdims) / n

    def reshape(self, *shape: int) -> "Tensor":
        """Return the same entries, row by row, in another shape; one size may be -1.

        Examples
        --------
        >>> Tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, -1).data.tolist()
        [[1.0, 2.0], [3.0, 4.0]]
        """
        out = Tensor(self.data.reshape(*shape))
        out.origin = [(self, lambda g: g.reshape(self.data.shape))]
        return out

    @property
    def T(self) -> "Tensor":
        """The transpose of a matrix.

        Examples
        --------
        >>> Tensor([[1.0, 2.0, 3.0]]).T.data.tolist()
        [[1.0], [2.0], [3.0]]
        """
        out = Tensor(self.data.T)
        out.origin = [(self, np.transpose)]
        return out

    def __getitem__(self, index: "int | slice | np.ndarray | tuple") -> "Tensor":
        """Return self[index]: an integer, a slice, an array of integers, or a tuple of these.

        An array may name an entry or a row more than once, as a text names a word of its
        vocabulary. Then it gets the sum of the gradients of all places where it went.

        Examples
        --------
        >>> t = Tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> t[0, 1].data.tolist(), t[np.array([1, 0, 1])].data.tolist()
        (2.0, [[3.0, 4.0], [1.0, 2.0], [3.0, 4.0]])
        """
        out = Tensor(self.data[index])

        def put_back(g):
            total = np.zeros(self.data.shape)
            np.add.at(total, index, g)
            return total

        out.origin = [(self, put_back)]
        return out

    # Exercise tensor_matmul.

    def __matmul__(self, other: "Tensor | np.ndarray") -> "Tensor":
        """Return self @ other, where other is a Tensor or an array.

        (n, k) @ (k, m) gives (n, m). Either may be a vector (k,), whose axis then is missing in
        the result, so that two vectors give one number. On the left there may be a batch of
        matrices, (..., n, k) @ (k, m).

        Raises
        ------
        ValueError
            If the two sizes called k here are not equal.

        Examples
        --------
        >>> (Tensor([[1.0, 2.0], [3.0, 4.0]]) @ Tensor([10.0, 1.0])).data.tolist()
        [12.0, 34.0]
        """
        other = other if isinstance(other, Tensor) else Tensor(other)
        a, b = self.data, other.data
        out = Tensor(np.matmul(a, b))
        rows = a[np.newaxis] if a.ndim == 1 else a
        columns = b[:, np.newaxis] if b.ndim == 1 else b
        full = np.matmul(rows, columns).shape

        def to_left(g):
            return np.matmul(g.reshape(full), columns.T).reshape(a.shape)

        def to_right(g):
            flat = rows.reshape(-1, rows.shape[-1]).T @ g.reshape(-1, full[-1])
            return flat.reshape(b.shape)

        out.origin = [(self, to_left), (other, to_right)]
        return out

    def __rmatmul__(self, other: np.ndarray) -> "Tensor":
        """Return other @ self, where other is an array."""
        return Tensor(other) @ self

    # Exercise tensor_backward.

    def backward(self) -> None:
        """Add the derivative of this number to the `grad` of each Tensor that it was made of.

        All ancestors get theirs, the inputs as well as what was computed on the way. Shares add
        up: over all uses of a Tensor, over the axes along which numpy stretched it, over repeated
        indices. Since derivatives are added to `grad`, a second graph on the same inputs adds to
        what the first has left there.

        Each Tensor is visited once, however many paths lead to it, and a chain of 10,000
        operations is no problem although Python functions may call themselves only some 1,000
        levels deep.

        Raises
        ------
        ValueError
            If this Tensor holds more than one number: a loss is one number. An array of one number
            is fine, whatever its shape.

        Examples
        --------
        >>> W, b = Tensor([[1.0, 2.0], [3.0, 4.0]]), Tensor([0.0, -5.0])
        >>> (W * W + b).sum().backward()
        >>> W.grad.tolist(), b.grad.tolist()
        ([[2.0, 4.0], [6.0, 8.0]], [2.0, 2.0])
        """
        if self.data.size != 1:
            raise ValueError("only a single number has one derivative")
        uses, found = {self: 0}, [self]
        for tensor in found:
            for parent, _ in tensor.origin:
                if parent not in uses:
                    found.append(parent)
                uses[parent] = uses.get(parent, 0) + 1
        self.grad, ready = np.ones_like(self.data), [self]
        while ready:  # whoever has heard from all its uses
            tensor = ready.pop()
            for parent, share in tensor.origin:
                parent.grad += sum_to_shape(share(tensor.grad), parent.data.shape)
                uses[parent] -= 1
                if not uses[parent]:
                    ready.append(parent)
