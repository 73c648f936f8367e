"""Autograd: numbers that remember how they were made, so that a machine can do the chain rule."""

import numpy as np


class Value:
    """A number that remembers how it was made, so that derivatives can be traced back through it.

    `loss.backward()` in PyTorch differentiates a program of a million operations that nobody wrote
    a derivative for. The trick fits in one small class. Each operation makes a new `Value` and
    notes which ones it was made of and how much it changes with each of them. `backward` then
    walks through these notes from the result to the inputs and multiplies along the way. PyTorch
    does this with arrays, `Value` with single numbers; the rest is the same.

    There are three exercises in this class: its operators are `value_arithmetic`, the methods from
    `exp` to `relu` are `value_functions`, and `backward` is `value_backward`. For the first two
    only the forward values count. What a `Value` notes about its origin, and where, is yours to
    decide; you may add attributes, parameters and methods as you like.

    Attributes
    ----------
    data : float
        The number.
    grad : float
        0.0 until `backward` of some result adds to it: the derivative of that result with respect
        to this number.

    References
    ----------
    A. Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18, 2018.
    A. Karpathy, micrograd, 2020, which does the same in a hundred lines.

    Examples
    --------
    >>> x, w, b = Value(2.0), Value(-3.0), Value(7.0)
    >>> loss = (w * x + b - 5.0) ** 2
    >>> loss.data
    16.0
    >>> loss.backward()
    >>> x.grad, w.grad, b.grad
    (24.0, -16.0, -8.0)
    """

    def __init__(self, data: float) -> None:
        self.data = data
        self.grad = 0.0
        # Here is room for what `backward` will need to know of this number's origin. As long as it
        # needs nothing, write `pass`.
        ### BEGIN SOLUTION
        # Pairs (parent, slope): a Value that this one was made of, and the derivative of this one
        # with respect to it. An input has none.
        self._parents: tuple[tuple[Value, float], ...] = ()
        ### END SOLUTION

    def __repr__(self) -> str:
        return f"Value(data={self.data}, grad={self.grad})"

    # Exercise value_arithmetic. `other` is a Value or a plain number. Python calls the methods
    # with an r when the number stands on the left: 2.0 - v is v.__rsub__(2.0). The operands stay
    # as they are, and each result is a new Value.

    def __add__(self, other: "Value | float") -> "Value":
        """Return self + other."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data)
        out._parents = ((self, 1.0), (other, 1.0))
        return out
        ### END SOLUTION

    def __radd__(self, other: float) -> "Value":
        """Return other + self, where other is a plain number; `sum` starts with 0 + ..."""
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def __mul__(self, other: "Value | float") -> "Value":
        """Return self * other."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data)
        out._parents = ((self, other.data), (other, self.data))
        return out
        ### END SOLUTION

    def __rmul__(self, other: float) -> "Value":
        """Return other * self, where other is a plain number."""
        ### BEGIN SOLUTION
        return self * other
        ### END SOLUTION

    def __neg__(self) -> "Value":
        """Return -self."""
        ### BEGIN SOLUTION
        return self * -1.0
        ### END SOLUTION

    def __sub__(self, other: "Value | float") -> "Value":
        """Return self - other."""
        ### BEGIN SOLUTION
        return self + -other  # made of two operations whose derivatives we have
        ### END SOLUTION

    def __rsub__(self, other: float) -> "Value":
        """Return other - self, where other is a plain number."""
        ### BEGIN SOLUTION
        return -self + other
        ### END SOLUTION

    def __pow__(self, exponent: float) -> "Value":
        """Return self ** exponent, where exponent is a plain number, whole or not."""
        ### BEGIN SOLUTION
        out = Value(self.data**exponent)
        if self.data == 0 and exponent < 1:  # 0 ** (exponent - 1) would divide by zero
            slope = 0.0 if exponent == 0 else np.inf  # a constant; a root starts vertically
        else:
            slope = exponent * self.data ** (exponent - 1)
        out._parents = ((self, slope),)
        return out
        ### END SOLUTION

    def __truediv__(self, other: "Value | float") -> "Value":
        """Return self / other."""
        ### BEGIN SOLUTION
        return self * other**-1.0
        ### END SOLUTION

    def __rtruediv__(self, other: float) -> "Value":
        """Return other / self, where other is a plain number."""
        ### BEGIN SOLUTION
        return self**-1.0 * other
        ### END SOLUTION

    # Exercise value_functions. Each returns a new Value.

    def exp(self) -> "Value":
        """Return e to the power of this number.

        Examples
        --------
        >>> round(Value(1.0).exp().data, 6)
        2.718282
        """
        ### BEGIN SOLUTION
        out = Value(float(np.exp(self.data)))
        out._parents = ((self, out.data),)
        return out
        ### END SOLUTION

    def log(self) -> "Value":
        """Return the natural logarithm of this number, the heart of cross-entropy.

        Raises
        ------
        ValueError
            If the number is 0 or negative.

        Examples
        --------
        >>> round(Value(10.0).log().data, 6)
        2.302585
        """
        ### BEGIN SOLUTION
        if self.data <= 0:
            raise ValueError(f"log needs a positive number, data is {self.data}")
        out = Value(float(np.log(self.data)))
        out._parents = ((self, 1.0 / self.data),)
        return out
        ### END SOLUTION

    def tanh(self) -> "Value":
        """Return the hyperbolic tangent, which squashes any number into [-1, 1].

        It is right for 1000 and -1000, although e^1000 is too large for a float. So is its
        derivative.

        Examples
        --------
        >>> round(Value(0.5).tanh().data, 6), Value(-1000.0).tanh().data
        (0.462117, -1.0)
        """
        ### BEGIN SOLUTION
        out = Value(float(np.tanh(self.data)))
        out._parents = ((self, 1.0 - out.data**2),)
        return out
        ### END SOLUTION

    def relu(self) -> "Value":
        """Return the number where it is positive, else 0.

        Its derivative at exactly 0 could be anything from 0 to 1; it is 0, as in PyTorch.

        Examples
        --------
        >>> Value(1.5).relu().data, abs(Value(-1.5).relu().data)
        (1.5, 0.0)
        """
        ### BEGIN SOLUTION
        out = Value(max(self.data, 0.0))
        out._parents = ((self, 1.0 if self.data > 0 else 0.0),)
        return out
        ### END SOLUTION

    # Exercise value_backward.

    def backward(self) -> None:
        """Add the derivative of this number to the `grad` of each Value that it was made of.

        All ancestors get theirs, the inputs as well as what was computed on the way. A Value that
        was used more than once gets the sum over all its uses. Before it passes anything on, it
        must have heard from everything that was made of it. Since derivatives are added to `grad`,
        a second graph on the same inputs adds to what the first has left there: so the gradient
        of a batch is collected one sample at a time, and PyTorch needs `zero_grad`.

        Three steps lead there, and the tests take them in this order. First the rule: a result's
        own gradient is 1, and each Value adds its gradient times the noted slope to those that it
        was made of; that is most of the points. Then the order, each Value once, however many
        paths lead to it: a function that calls itself for what a Value was made of finds it.
        Last the length: Python functions may call themselves only some 1,000 levels deep, and a
        chain of 10,000 operations should work too; a list as your own stack goes deeper.

        Examples
        --------
        >>> x = Value(3.0)
        >>> y = x * x + x
        >>> y.backward()
        >>> x.grad
        7.0
        """
        ### BEGIN SOLUTION
        # A depth-first walk with its own stack. A Value enters `order` after all it was made of.
        order: list[Value] = []
        seen: set[Value] = set()
        stack = [(self, False)]
        while stack:
            node, are_parents_done = stack.pop()
            if are_parents_done:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((parent, False) for parent, _ in node._parents)

        self.grad = 1.0
        for node in reversed(order):
            for parent, slope in node._parents:
                parent.grad += slope * node.grad  # the chain rule, summed over all paths
        ### END SOLUTION


def unbroadcast(grad: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Sum a gradient back to the shape that its array had before numpy stretched it.

    In `x @ W.T + b` the bias of shape (out,) is added to each row of a batch of shape (n, out): it
    was used n times, so its gradient is the sum over n rows. Whatever broadcasting repeats in the
    forward pass is summed in the backward pass. Every autograd on arrays has this function inside.

    Parameters
    ----------
    grad : ndarray
        The gradient with respect to the stretched array.
    shape : tuple of int
        The shape before broadcasting, () for a single number.

    Returns
    -------
    ndarray of shape `shape`
        `grad`, summed over the axes that were put in front and over those of size 1 that were
        repeated. If the shapes are equal it is `grad` itself or a copy.

    Raises
    ------
    ValueError
        If numpy would not broadcast an array of shape `shape` to that of `grad`: an axis has
        another size and is not 1, or `shape` has more axes than `grad`.

    References
    ----------
    NumPy user guide, Broadcasting; PyTorch documentation, `torch.Tensor.sum_to_size`.

    Examples
    --------
    >>> grad = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    >>> unbroadcast(grad, (3,)).tolist()
    [11.0, 22.0, 33.0]
    >>> unbroadcast(grad, (2, 1)).tolist()
    [[6.0], [60.0]]
    """
    ### BEGIN SOLUTION
    n_new = grad.ndim - len(shape)  # axes that broadcasting put in front
    sizes = grad.shape[max(n_new, 0) :]
    if n_new < 0 or any(m not in (1, n) for m, n in zip(shape, sizes, strict=True)):
        raise ValueError(f"shape {shape} cannot be broadcast to that of grad, {grad.shape}")
    stretched = tuple(n_new + i for i, size in enumerate(shape) if size == 1)
    summed = np.sum(grad, axis=(*range(n_new), *stretched), keepdims=True)
    return summed.reshape(shape)  # the axes in front have size 1 now; drop them
    ### END SOLUTION
