"""Derivatives: which way is down, found by trying small steps in each direction."""

from collections.abc import Callable

import numpy as np


def partial_derivative(
    f: Callable[[np.ndarray], float], x: np.ndarray, i: int, h: float = 1e-5
) -> float:
    """Return the slope of `f` along one axis at `x`, by a central difference.

    A partial derivative asks one question: if only this one weight grows a little, how fast does
    the loss grow? All of training is answers to that question. A computer can answer it without
    any calculus, by trying both sides: step h up, step h down, and divide the rise by the run.

    Parameters
    ----------
    f : callable
        Takes an array of shape (n,) and returns a number. It does not change its argument.
    x : ndarray of shape (n,)
        Where to take the slope. It is the same afterwards, to the last bit.
    i : int
        The axis to move along, from 0 to n - 1. All other entries stay where they are.
    h : float
        The step, as it is, not in proportion to `x`: f is called h above and h below x[i].

    Returns
    -------
    float
        (f(x + h eᵢ) - f(x - h eᵢ)) / (2 h), where eᵢ is 1 on axis i and 0 elsewhere. Its error
        shrinks with h², that of a step to one side only with h. For x³ it is 3x² + h².

    References
    ----------
    W. Press et al., Numerical Recipes, 3rd edition, 2007, section 5.7.

    Examples
    --------
    >>> def f(x):
    ...     return x[0] ** 2 + 2 * x[0] * x[1] + x[1] ** 2
    >>> round(float(partial_derivative(f, np.array([3.0, 2.0]), 0)), 6)
    10.0
    """
    raise NotImplementedError("partial_derivative is yours to write")


def gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the slopes of `f` along all axes: the direction in which it grows fastest.

    An optimiser walks against the gradient of the loss, so this one array decides where training
    goes. Weights come as matrices and stacks of matrices, and their gradient has the same shape.
    Two calls of f per weight are far too slow for a real network, and just right for checking the
    fast way, backpropagation.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x` and returns a number. It does not change its argument.
    x : ndarray of any shape
        Where to take the gradient: a vector, a matrix or a 0-d array. It is the same
        afterwards, to the last bit.
    h : float
        The step to each side, as in `partial_derivative`.

    Returns
    -------
    ndarray of the shape of `x`
        Each entry is the central difference along that entry of `x`, all others held still.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 4.3.

    Examples
    --------
    >>> def f(x):
    ...     return x[0] ** 2 + 2 * x[0] * x[1] + x[1] ** 2
    >>> gradient(f, np.array([3.0, 2.0])).round(6).tolist()
    [10.0, 10.0]
    >>> gradient(lambda W: np.sum(W**2), np.array([[1.0, 2.0], [3.0, 4.0]])).round(6).tolist()
    [[2.0, 4.0], [6.0, 8.0]]
    """
    raise NotImplementedError("gradient is yours to write")


def jacobian(f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """Return the slope of each output of `f` along each input.

    A layer has many outputs, so it has a table of slopes. The chain rule for layers is the matrix
    product of their Jacobians, and backpropagation is that product taken from the loss backwards.
    How far the Jacobians of a deep network stretch or shrink says whether gradients explode or
    vanish.

    Parameters
    ----------
    f : callable
        Takes an array of shape (n,) and returns one of shape (m,). It does not change its
        argument, but what it returns may be that very array, as in ``lambda x: x``.
    x : ndarray of shape (n,)
        Where to take the slopes. It is the same afterwards, to the last bit.
    h : float
        The step to each side, as in `partial_derivative`.

    Returns
    -------
    ndarray of shape (m, n)
        Row j belongs to output j, column i to input i: entry (j, i) is the central difference of
        f(x)[j] along axis i. It has two axes even for m = 1 or n = 1.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 4.3.1.

    Examples
    --------
    >>> W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> jacobian(lambda x: W @ x, np.array([1.0, -1.0, 2.0])).round(6).tolist()
    [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    """
    raise NotImplementedError("jacobian is yours to write")


def hessian(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-4) -> np.ndarray:
    """Return the second derivatives of `f`: how its slopes change along each axis.

    The gradient says which way is down, the Hessian how the valley is curved. Its eigenvalues tell
    a minimum from a saddle, and the largest one bounds the learning rate. Order does not matter,
    ∂²f/∂x∂y = ∂²f/∂y∂x, so the table is symmetric; solvers such as `np.linalg.eigh` and Cholesky
    rely on that, and rounding must not spoil it.

    Parameters
    ----------
    f : callable
        Takes an array of shape (n,) and returns a number. It does not change its argument.
    x : ndarray of shape (n,)
        Where to take the curvature. It is the same afterwards, to the last bit.
    h : float
        The step of the central differences, as it is, not in proportion to `x`. It is larger than
        for a slope, since here rounding is divided by h².

    Returns
    -------
    ndarray of shape (n, n)
        Entry (i, j) is the second derivative along axes i and j, from differences that are central
        in both: any such formula will do. It equals its transpose to the last bit.

    References
    ----------
    M. Abramowitz, I. Stegun, Handbook of Mathematical Functions, 1964, formula 25.3.26.

    Examples
    --------
    >>> def f(x):
    ...     return x[0] ** 2 + 2 * x[0] * x[1] + x[1] ** 2
    >>> hessian(f, np.array([3.0, 2.0])).round(4).tolist()
    [[2.0, 2.0], [2.0, 2.0]]
    """
    raise NotImplementedError("hessian is yours to write")


def directional_derivative(
    f: Callable[[np.ndarray], float], x: np.ndarray, v: np.ndarray, h: float = 1e-5
) -> float:
    """Return the slope of `f` at `x` in the direction of `v`.

    It is the slope under the feet of an optimiser that walks along v: negative means downhill. Line
    searches ask for it before each step, and it costs two calls of f, however many weights there
    are. Only the direction of v counts: twice the vector is the same way.

    Parameters
    ----------
    f : callable
        Takes an array of shape (n,) and returns a number. It does not change its argument.
    x : ndarray of shape (n,)
        Where to take the slope.
    v : ndarray of shape (n,)
        The direction, of any length but 0. It is scaled to length 1 first.
    h : float
        The step: how far it is from `x` to either point, whatever the length of `v`.

    Returns
    -------
    float
        The central difference along u = v / ‖v‖. It equals the gradient's inner product with u,
        up to the error of the differences.

    Raises
    ------
    ValueError
        If `v` is the zero vector, which points nowhere. A very short one is not zero.

    References
    ----------
    J. Nocedal, S. Wright, Numerical Optimization, 2nd edition, 2006, section 8.1 and appendix A.2.

    Examples
    --------
    >>> def f(x):
    ...     return x[0] ** 2 + 2 * x[0] * x[1] + x[1] ** 2
    >>> slope = directional_derivative(f, np.array([3.0, 2.0]), np.array([30.0, 40.0]))
    >>> round(float(slope), 6)
    14.0
    """
    raise NotImplementedError("directional_derivative is yours to write")


def gradient_error(
    f: Callable[[np.ndarray], float],
    grad_f: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    h: float = 1e-5,
) -> float:
    """Return how far a gradient written by hand is from the one found by trying.

    This is the gradient check: whoever writes a backward pass runs it once, at a random point. An
    error around 1e-9 means that the formula is right, 1e-2 that it is wrong, and a wrong gradient
    often trains all the same, just worse. `torch.autograd.gradcheck` does the same. You will want
    it for the next two modules.

    Parameters
    ----------
    f : callable
        Takes an array of shape (n,) and returns a number. It does not change its argument.
    grad_f : callable
        Takes an array of shape (n,) and returns the gradient to check, of shape (n,).
    x : ndarray of shape (n,)
        Where to compare.
    h : float
        The step to each side, as in `gradient`.

    Returns
    -------
    float
        The largest of |a - n| / max(|a|, |n|, 1e-8) over all entries, where a is an entry of
        `grad_f(x)` and n the central difference. It is 0 where both are 0, and 2 where they have
        the same size and opposite signs.

    References
    ----------
    A. Karpathy, CS231n course notes, Stanford, "Gradient checks".

    Examples
    --------
    >>> def f(x):
    ...     return x[0] ** 2 + 3 * x[1]
    >>> x = np.array([2.0, 1.0])
    >>> bool(gradient_error(f, lambda x: np.array([2 * x[0], 3.0]), x) < 1e-8)
    True
    >>> round(float(gradient_error(f, lambda x: np.array([x[0], 3.0]), x)), 6)
    0.5
    """
    raise NotImplementedError("gradient_error is yours to write")
