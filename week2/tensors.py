"""Tensors: arrays that remember how they were made, the step from a toy to PyTorch."""

import numpy as np


def sum_to_shape(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient over the axes that numpy has stretched or put in front: `autograd` has it."""
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis in range(len(shape)):
        if shape[axis] == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


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
        raise NotImplementedError("__init__ is yours to write")

    def __repr__(self) -> str:
        return f"Tensor({self.data.tolist()})"

    # Exercise tensor_elementwise. `other` is a Tensor, an array or a number. Shapes may differ as
    # far as numpy stretches them. Methods with an r are called when the other stands on the left:
    # 2.0 - t is t.__rsub__(2.0). The operands stay as they are, and each result is a new Tensor.

    def __add__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self + other."""
        raise NotImplementedError("__add__ is yours to write")

    def __radd__(self, other: np.ndarray | float) -> "Tensor":
        """Return other + self, where other is an array or a number."""
        raise NotImplementedError("__radd__ is yours to write")

    def __mul__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self * other, entry by entry."""
        raise NotImplementedError("__mul__ is yours to write")

    def __rmul__(self, other: np.ndarray | float) -> "Tensor":
        """Return other * self, where other is an array or a number."""
        raise NotImplementedError("__rmul__ is yours to write")

    def __neg__(self) -> "Tensor":
        """Return -self."""
        raise NotImplementedError("__neg__ is yours to write")

    def __sub__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self - other."""
        raise NotImplementedError("__sub__ is yours to write")

    def __rsub__(self, other: np.ndarray | float) -> "Tensor":
        """Return other - self, where other is an array or a number."""
        raise NotImplementedError("__rsub__ is yours to write")

    def __pow__(self, exponent: float) -> "Tensor":
        """Return self ** exponent, entry by entry, where exponent is a plain number."""
        raise NotImplementedError("__pow__ is yours to write")

    def __truediv__(self, other: "Tensor | np.ndarray | float") -> "Tensor":
        """Return self / other, entry by entry."""
        raise NotImplementedError("__truediv__ is yours to write")

    def __rtruediv__(self, other: np.ndarray | float) -> "Tensor":
        """Return other / self, where other is an array or a number."""
        raise NotImplementedError("__rtruediv__ is yours to write")

    def exp(self) -> "Tensor":
        """Return e to the power of each entry.

        Examples
        --------
        >>> Tensor([0.0, 1.0]).exp().data.round(6).tolist()
        [1.0, 2.718282]
        """
        raise NotImplementedError("exp is yours to write")

    def log(self) -> "Tensor":
        """Return the natural logarithm of each entry; all are positive.

        Examples
        --------
        >>> Tensor([1.0, 10.0]).log().data.round(6).tolist()
        [0.0, 2.302585]
        """
        raise NotImplementedError("log is yours to write")

    def relu(self) -> "Tensor":
        """Return each entry where it is positive, else 0; at 0 the derivative is 0.

        Examples
        --------
        >>> Tensor([1.5, 0.0, -1.5]).relu().data.tolist()
        [1.5, 0.0, 0.0]
        """
        raise NotImplementedError("relu is yours to write")

    def tanh(self) -> "Tensor":
        """Return the hyperbolic tangent of each entry; 1000 and -1000 are fine.

        Examples
        --------
        >>> Tensor([0.5, -1000.0]).tanh().data.round(6).tolist()
        [0.462117, -1.0]
        """
        raise NotImplementedError("tanh is yours to write")

    # Exercise tensor_reductions. Each returns a new Tensor.

    def sum(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """Return the sum along one axis, or of all entries, as numpy does.

        Examples
        --------
        >>> t = Tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> t.sum().data.tolist(), t.sum(axis=1, keepdims=True).data.tolist()
        (10.0, [[3.0], [7.0]])
        """
        raise NotImplementedError("sum is yours to write")

    def mean(self, axis: int | None = None, keepdims: bool = False) -> "Tensor":
        """Return the mean along one axis, or of all entries, as numpy does.

        Examples
        --------
        >>> Tensor([[1.0, 2.0], [3.0, 4.0]]).mean(axis=0).data.tolist()
        [2.0, 3.0]
        """
        raise NotImplementedError("mean is yours to write")

    def reshape(self, *shape: int) -> "Tensor":
        """Return the same entries, row by row, in another shape; one size may be -1.

        Examples
        --------
        >>> Tensor([1.0, 2.0, 3.0, 4.0]).reshape(2, -1).data.tolist()
        [[1.0, 2.0], [3.0, 4.0]]
        """
        raise NotImplementedError("reshape is yours to write")

    @property
    def T(self) -> "Tensor":
        """The transpose of a matrix.

        Examples
        --------
        >>> Tensor([[1.0, 2.0, 3.0]]).T.data.tolist()
        [[1.0], [2.0], [3.0]]
        """
        raise NotImplementedError("T is yours to write")

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
        raise NotImplementedError("__getitem__ is yours to write")

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
        raise NotImplementedError("__matmul__ is yours to write")

    def __rmatmul__(self, other: np.ndarray) -> "Tensor":
        """Return other @ self, where other is an array."""
        raise NotImplementedError("__rmatmul__ is yours to write")

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
        raise NotImplementedError("backward is yours to write")
