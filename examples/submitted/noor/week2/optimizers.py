"""Optimisers: how a network uses its gradients to learn."""

from collections.abc import Callable, Sequence

import numpy as np


def gradient_descent(
    grad: Callable[[np.ndarray], np.ndarray], w0: np.ndarray, lr: float, steps: int
) -> np.ndarray:
    """Walk downhill from `w0`, and return the whole path.

    A hiker in fog feels the slope under the feet and takes a step against it, again and again.
    All of deep learning is trained that way. The step is the slope times the learning rate: too
    small a rate takes for ever, too large a one jumps over the valley and climbs up the other side.

    Parameters
    ----------
    grad : callable
        Takes a point and returns the gradient there, in the shape of the point.
    w0 : ndarray of any shape, or float
        Where to start. It is not modified.
    lr : float
        The learning rate.
    steps : int
        How many steps to take, 0 or more.

    Returns
    -------
    ndarray of shape (steps + 1, ...)
        Row t is the point after t steps, row 0 is `w0`; the other axes are those of `w0`. For a
        number `w0` the shape is (steps + 1,).

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 4.3.

    Examples
    --------
    >>> path = gradient_descent(lambda w: 2 * (w - 3), w0=10.0, lr=0.25, steps=3)
    >>> path.tolist()
    [10.0, 6.5, 4.75, 3.875]
    """
    raise NotImplementedError("gradient_descent is yours to write")


def max_stable_learning_rate(H: np.ndarray) -> float:
    """Return the learning rate below which gradient descent on ½ wᵀH w converges.

    Along an eigenvector of eigenvalue λ each step multiplies the distance from the minimum by
    1 - lr·λ. The steepest direction is the first whose factor leaves the interval from -1 to 1,
    and it sets the limit for all of them. All that is exact for this loss, a quadratic one, and
    nearly so around any minimum. Networks trained on all data in each step come to this very limit:
    the largest eigenvalue of their Hessian rises until it meets it.

    Parameters
    ----------
    H : ndarray of shape (d, d)
        The Hessian, a symmetric positive definite matrix: all its eigenvalues are above 0.

    Returns
    -------
    float
        Gradient descent converges from every start if the rate is positive and below this bound.

    Raises
    ------
    ValueError
        If `H` is not symmetric; if it is indefinite, so that there is no minimum; or if it is
        singular, so that there is not just one. All this is a matter of proportion: 1e-12 times H
        is refused or accepted as H is.

    References
    ----------
    J. Cohen et al., Gradient Descent on Neural Networks Typically Occurs at the Edge of Stability,
    2021.

    Examples
    --------
    >>> round(max_stable_learning_rate(np.array([[4.0, 0.0], [0.0, 0.5]])), 4)
    0.5
    """
    raise NotImplementedError("max_stable_learning_rate is yours to write")


def newton_step(w: np.ndarray, g: np.ndarray, H: np.ndarray) -> np.ndarray:
    """Return the parameters after one step of Newton's method.

    Gradient descent knows the slope alone, and needs to be told how far to go. Newton's method
    asks the curvature too: it fits a quadratic bowl to the loss and goes to where that bowl is
    flat. If the loss is such a bowl, one step is enough, however narrow the valley, and without a
    learning rate. Networks have too many parameters for it, as H would hold the square of their
    number; but L-BFGS and K-FAC come near it with less.

    Parameters
    ----------
    w : ndarray of shape (d,)
        Parameters.
    g : ndarray of shape (d,)
        Gradient at `w`.
    H : ndarray of shape (d, d)
        Hessian at `w`: symmetric, its eigenvalues may have any sign.

    Returns
    -------
    ndarray of shape (d,)
        w - H⁻¹ g, a new array.

    Raises
    ------
    ValueError
        If `H` is singular, so that it has no inverse: along some direction the loss is not curved.

    References
    ----------
    J. Nocedal, S. Wright, Numerical Optimization, 2006, eq. (2.15).

    Examples
    --------
    >>> w, g = np.array([10.0, 2.0]), np.array([28.0, 1.0])
    >>> newton_step(w, g, H=np.array([[4.0, 0.0], [0.0, 0.5]])).tolist()
    [3.0, 0.0]
    """
    raise NotImplementedError("newton_step is yours to write")


def momentum_step(
    w: np.ndarray, g: np.ndarray, v: np.ndarray, lr: float, beta: float = 0.9
) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters and velocity after one step of gradient descent with momentum.

    A heavy ball does not turn at each bump. The velocity is a sum of all gradients so far, older
    ones counting less: across a narrow valley they cancel, along it they add up. Nearly all vision
    networks were trained with it.

    Parameters
    ----------
    w : ndarray of shape (...)
        Parameters.
    g : ndarray of shape (...)
        Gradient at `w`.
    v : ndarray of shape (...)
        Velocity, zeros at the start.
    lr : float
        Learning rate.
    beta : float
        How much of the old velocity is kept.

    Returns
    -------
    w, v : tuple of two ndarrays of shape (...)
        The new velocity is βv + g, without a factor on g; the new parameters are w - lr·v with the
        new velocity. Both are new arrays: `w`, `g` and `v` are not modified.

    References
    ----------
    I. Sutskever et al., On the importance of initialization and momentum in deep learning, 2013.
    PyTorch documentation, `torch.optim.SGD`, which uses this form.

    Examples
    --------
    >>> w, v = momentum_step(np.array([1.0]), np.array([2.0]), np.array([10.0]), lr=0.125)
    >>> w.tolist(), v.tolist()
    ([-0.375], [11.0])
    """
    raise NotImplementedError("momentum_step is yours to write")


def rmsprop_step(
    w: np.ndarray,
    g: np.ndarray,
    s: np.ndarray,
    lr: float,
    beta: float = 0.9,
    eps: float = 1e-8,
) -> tuple[np.ndarray, np.ndarray]:
    """Return parameters and mean squared gradient after one step of RMSprop.

    Gradients of an embedding and of an output layer may differ by a factor of a thousand, and one
    learning rate cannot suit both. RMSprop divides each entry by the root of the running mean of
    its own squares, so that every parameter moves at about the same pace.

    Parameters
    ----------
    w : ndarray of shape (...)
        Parameters.
    g : ndarray of shape (...)
        Gradient at `w`.
    s : ndarray of shape (...)
        Running mean of squared gradients, zeros at the start.
    lr : float
        Learning rate.
    beta : float
        How much of the old mean is kept.
    eps : float
        Keeps the division finite. It is added to the root, not under it.

    Returns
    -------
    w, s : tuple of two ndarrays of shape (...)
        The new mean is βs + (1-β)g²; the new parameters are w - lr·g / (√s + eps) with the new
        mean. Both are new arrays: `w`, `g` and `s` are not modified.

    References
    ----------
    G. Hinton, Neural Networks for Machine Learning, 2012, lecture 6e.

    Examples
    --------
    >>> w, s = rmsprop_step(np.array([1.0]), np.array([3.0]), np.array([1.0]), lr=0.25, beta=0.625)
    >>> w.round(6).tolist(), s.tolist()
    ([0.625], [4.0])
    """
    raise NotImplementedError("rmsprop_step is yours to write")


class Adam:
    """The optimiser that trains nearly every language model: momentum over RMSprop.

    It keeps two running means for each parameter, of the gradient (m) and of its square (v). Both
    start at 0 and are too small at first, in step t by the factors 1 - beta1^t and 1 - beta2^t:
    dividing by them is the bias correction. In step t, with every operation entry by entry:

        m ← beta1·m + (1 - beta1)·g             m̂ = m / (1 - beta1^t)
        v ← beta2·v + (1 - beta2)·g²            v̂ = v / (1 - beta2^t)
        p ← p - lr·m̂ / (√v̂ + eps)

    The arrays are updated in place, as in PyTorch: the network that holds the same arrays sees the
    change. `p = p - ...` makes a new array, and the network never hears of it. Several optimisers
    at work at the same time do not disturb each other.

    Parameters
    ----------
    params : list of ndarray
        Parameters of any shapes, 0-d arrays too, which `step` updates in place.
    lr : float
        Learning rate.
    beta1, beta2 : float
        How much of the old means is kept.
    eps : float
        Keeps the division finite. It is added to the root of v̂, after the bias correction.

    References
    ----------
    D. Kingma, J. Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1.

    Examples
    --------
    >>> w, b = np.array([1.0, 2.0]), np.array([3.0])
    >>> optimizer = Adam([w, b], lr=0.5)
    >>> optimizer.step([np.array([10.0, -0.1]), np.array([0.0])])
    >>> w.round(6).tolist(), b.tolist()  # in the first step only the sign counts
    ([0.5, 2.5], [3.0])
    """

    def __init__(
        self,
        params: Sequence[np.ndarray],
        lr: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        raise NotImplementedError("__init__ is yours to write")

    def step(self, grads: Sequence[np.ndarray]) -> None:
        """Update every parameter in place.

        Parameters
        ----------
        grads : list of ndarray
            The gradient of each parameter, in the order of `params`. They are not modified.
        """
        raise NotImplementedError("step is yours to write")


def adamw_step(
    w: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.01,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return parameters and both means after one step of AdamW: Adam with weight decay.

    Small weights make a smooth function, so training pulls every weight a little towards 0. The
    old way added weight_decay·w to the gradient; but Adam divides gradients by their size, so that
    the pull was weakest on the weights with the largest gradients. AdamW keeps the pull out of the
    gradient: it is decoupled. GPT-3 and Llama were trained like this.

    Parameters
    ----------
    w : ndarray of shape (...)
        Parameters.
    g : ndarray of shape (...)
        Gradient at `w`.
    m, v : ndarray of shape (...)
        Running means of the gradient and of its square, zeros before the first step.
    t : int
        Number of the step, from 1.
    lr : float
        Learning rate.
    beta1, beta2 : float
        How much of the old means is kept.
    eps : float
        Keeps the division finite. It is added to the root of v̂, after the bias correction.
    weight_decay : float
        How strongly weights are pulled towards 0.

    Returns
    -------
    w, m, v : tuple of three ndarrays of shape (...)
        The new means are as in `Adam`, without the bias correction, which is applied to them in
        each step anew. The new parameters are w - lr·weight_decay·w - lr·m̂ / (√v̂ + eps), with
        the old w in both places. All three are new arrays: `w`, `g`, `m` and `v` are not modified.

    References
    ----------
    I. Loshchilov, F. Hutter, Decoupled Weight Decay Regularization, 2019, algorithm 2.
    PyTorch documentation, `torch.optim.AdamW`.

    Examples
    --------
    >>> w, g, zeros = np.array([10.0, -10.0]), np.array([2.0, 2.0]), np.zeros(2)
    >>> w, m, v = adamw_step(w, g, zeros, zeros, t=1, lr=0.5, weight_decay=0.1)
    >>> w.round(6).tolist()  # 0.5 towards 0 by the decay, and 0.5 against the gradient
    [9.0, -10.0]
    >>> m.round(6).tolist(), v.round(6).tolist()
    ([0.2, 0.2], [0.004, 0.004])
    """
    raise NotImplementedError("adamw_step is yours to write")


def cosine_schedule(
    step: int, total_steps: int, lr_max: float, lr_min: float = 0.0, warmup_steps: int = 0
) -> float:
    """Return the learning rate of a step: a straight way up, then half a cosine down.

    The first gradients of a fresh network, and Adam's first estimates, are unreliable, so large
    models start with small steps (warm-up). Later, small steps find the bottom of the valley that
    large steps found. Most language models were trained on this schedule.

    Parameters
    ----------
    step : int
        Number of the step, from 0.
    total_steps : int
        Where the cosine ends; larger than `warmup_steps`.
    lr_max : float
        The highest learning rate.
    lr_min : float
        The learning rate at the end of the cosine.
    warmup_steps : int
        How many steps the way up takes; 0 for none.

    Returns
    -------
    float
        While step < warmup_steps it is lr_max·(step + 1)/warmup_steps: the first step already
        moves, and the last step of the warm-up has lr_max. From step = warmup_steps, where it is
        lr_max, it falls along half a period of the cosine to lr_min at step = total_steps. After
        that it stays lr_min.

    References
    ----------
    I. Loshchilov, F. Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017, eq. (5).

    Examples
    --------
    >>> [round(cosine_schedule(t, 6, lr_max=1.0, warmup_steps=2), 3) for t in range(8)]
    [0.5, 1.0, 1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    raise NotImplementedError("cosine_schedule is yours to write")


def clip_by_global_norm(grads: Sequence[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Return the gradients, scaled down together where their joint length is too large.

    One unlucky batch can have a gradient a thousand times the usual, and one step along it ruins
    weeks of training. Clipping keeps its direction and bounds its length. The length is that of
    all gradients as one long vector, so that all of them are scaled by one factor. GPT-3 was
    trained with a bound of 1.

    Parameters
    ----------
    grads : list of ndarray
        The gradient of each parameter array, of any shapes.
    max_norm : float
        The largest length allowed, positive.

    Returns
    -------
    list of ndarray
        In the order and the shapes of `grads`. If the joint norm, the root of the sum of all
        squares in all arrays, is more than `max_norm`, all are multiplied by max_norm / norm;
        otherwise the values are unchanged, even where all of them are 0. `grads` is not modified.

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio, On the difficulty of training recurrent neural networks,
    2013, algorithm 1.

    Examples
    --------
    >>> grads = [np.array([3.0, 0.0]), np.array([[4.0]])]  # together they have length 5
    >>> [g.round(6).tolist() for g in clip_by_global_norm(grads, max_norm=1.0)]
    [[0.6, 0.0], [[0.8]]]
    """
    raise NotImplementedError("clip_by_global_norm is yours to write")


def minibatches(order: np.ndarray, batch_size: int) -> list[np.ndarray]:
    """Cut the shuffled order of the samples into batches.

    The gradient of a few hundred samples points roughly where that of a million does, and costs a
    thousandth. So each epoch shuffles all samples anew and goes through them in small groups:
    `X[batch]` fetches the rows of one.

    Parameters
    ----------
    order : ndarray of shape (n,)
        A permutation of 0..n-1, of dtype int64.
    batch_size : int
        How many samples a batch has.

    Returns
    -------
    list of ndarray of int64
        Consecutive pieces of `order`, each of `batch_size` entries but the last, which has what is
        left. A `batch_size` above n gives one batch. Every sample is in exactly one batch.

    Raises
    ------
    ValueError
        If `batch_size` is less than 1.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 8.1.3.

    Examples
    --------
    >>> [batch.tolist() for batch in minibatches(np.array([3, 0, 4, 1, 2]), batch_size=2)]
    [[3, 0], [4, 1], [2]]
    """
    raise NotImplementedError("minibatches is yours to write")


def dropout(x: np.ndarray, u: np.ndarray, p: float) -> np.ndarray:
    """Set each entry to 0 with probability p, and scale up the rest.

    A network that may lose any of its units in any step cannot rely on a single one, and so it
    learns by heart less. What is left is divided by the probability of being kept: then each entry
    has the right value on average, and nothing needs to change when dropout is switched off after
    training. This is *inverted* dropout, the kind in use today.

    Parameters
    ----------
    x : ndarray of shape (...)
        What comes out of a layer.
    u : ndarray of shape (...)
        A random number from [0, 1) for each entry of `x`.
    p : float
        Probability that an entry is dropped.

    Returns
    -------
    ndarray of shape (...)
        0 where u < p, and x / (1 - p) elsewhere; a new array.

    Raises
    ------
    ValueError
        If `p` is not in [0, 1): it may be 0, but not 1.

    References
    ----------
    N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting,
    JMLR 15, 2014, section 10.

    Examples
    --------
    >>> x, u = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.9, 0.1, 0.25, 0.7])
    >>> dropout(x, u, p=0.25).round(6).tolist()
    [1.333333, 0.0, 4.0, 5.333333]
    """
    raise NotImplementedError("dropout is yours to write")


def fit_logistic_regression(
    X: np.ndarray, y: np.ndarray, lr: float, steps: int
) -> tuple[np.ndarray, float]:
    """Fit a logistic regression by gradient descent, from all zeros.

    It is the smallest network that there is, one neuron with a sigmoid, and it is trained as the
    largest are: prediction, loss, gradient, step. The last layer of every classifier does the
    same, and probes into language models are often just this. The gradient of the cross-entropy
    with respect to the logit is simply prediction minus label.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        One sample per row.
    y : ndarray of shape (n,)
        Labels, 0 or 1, of dtype int64.
    lr : float
        Learning rate.
    steps : int
        How many steps to take, each with all samples.

    Returns
    -------
    w, b : tuple of an ndarray of shape (d,) and a float
        Weights and bias after the last step. The probability of label 1 is sigmoid(x·w + b), the
        loss is the mean over the samples of the binary cross-entropy (natural logarithm), without
        a penalty on the weights. Both gradients of a step are taken at the same point, before
        either is updated. It is right, and without a warning, even where x·w + b is in the
        thousands and the sigmoid is 0 or 1 to all digits.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, section 4.3.2.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0], [4.0], [5.0]]), np.array([0, 0, 1, 1])
    >>> w, b = fit_logistic_regression(X, y, lr=1.0, steps=1)
    >>> w.tolist(), b
    ([0.75], 0.0)
    """
    raise NotImplementedError("fit_logistic_regression is yours to write")
