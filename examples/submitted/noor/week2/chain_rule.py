"""The chain rule: how a network learns who is to blame, layer by layer, from the loss backwards."""

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)) for each entry, without overflow.

    It squeezes any number into 0 to 1: a score becomes a probability, as in a classifier of two
    classes, in the gates of an LSTM, and inside the SwiGLU of today's language models. Taken
    literally the formula fails where networks are most certain: exp(1000) is inf.

    Parameters
    ----------
    x : ndarray of shape (...)
        Any numbers; 1000 and -1000 are fine.

    Returns
    -------
    ndarray of shape (...)
        One number from 0 to 1 for each entry, computed without overflow and without a warning.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (4.59).

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    raise NotImplementedError("sigmoid is yours to write")


def sigmoid_backward(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the gradient at the input of a sigmoid, from the gradient at its output.

    A backward function receives how fast the loss grows with each output (dy, from upstream) and
    returns how fast it grows with each input. The slope of the sigmoid can be written with its
    output alone, so a network keeps that from the forward pass and computes no exponential twice.
    It is never more than 1/4: through many sigmoids gradients vanish.

    Parameters
    ----------
    dy : ndarray of shape (...)
        Gradient of the loss with respect to the output.
    y : ndarray of shape (...)
        What the forward pass returned, `sigmoid(x)`. It is the output, not the input.

    Returns
    -------
    ndarray of shape (...)
        Gradient of the loss with respect to the input x.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (4.88).

    Examples
    --------
    >>> sigmoid_backward(np.array([1.0, 8.0]), y=np.array([0.5, 0.75])).tolist()
    [0.25, 1.5]
    """
    raise NotImplementedError("sigmoid_backward is yours to write")


def relu_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the gradient at the input of a ReLU, from the gradient at its output.

    The ReLU, max(x, 0), lets a gradient through unchanged where its input was positive and stops
    it elsewhere. That is why deep networks of ReLUs train where sigmoids do not, and why a unit
    that is never positive, a dead one, never learns again.

    Parameters
    ----------
    dy : ndarray of shape (...)
        Gradient of the loss with respect to the output. It may have any sign.
    x : ndarray of shape (...)
        What went into the forward pass.

    Returns
    -------
    ndarray of shape (...)
        Gradient of the loss with respect to `x`. At x = 0, where there is a kink and no slope, the
        derivative counts as 0, as in PyTorch.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 6.3.1.

    Examples
    --------
    >>> relu_backward(np.array([5.0, 5.0, -5.0]), x=np.array([-1.0, 0.0, 2.0])).tolist()
    [0.0, 0.0, -5.0]
    """
    raise NotImplementedError("relu_backward is yours to write")


def linear_backward(
    dy: np.ndarray, x: np.ndarray, W: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a linear layer: at its input, its weights and its bias.

    The forward pass was y = x Wᵀ + b for a batch of n inputs. Both gradients are matrix products
    again, so a training step costs three times as much as a forward pass, which is where the rule
    "6 times parameters times tokens" for the cost of a language model comes from. All inputs of
    the batch used the same weights: what they ask for adds up.

    Parameters
    ----------
    dy : ndarray of shape (n, out)
        Gradient of the loss with respect to the output y.
    x : ndarray of shape (n, in)
        What went into the forward pass.
    W : ndarray of shape (out, in)
        Weights, one row per output.

    Returns
    -------
    dx : ndarray of shape (n, in)
        Gradient of the loss with respect to `x`.
    dW : ndarray of shape (out, in)
        Gradient with respect to `W`, added up over the batch. It is not divided by n: the mean
        belongs to the loss, and dy carries it already.
    db : ndarray of shape (out,)
        Gradient with respect to the bias, added up over the batch as well.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 6.5.6.

    Examples
    --------
    >>> dy, x = np.array([[1.0, 0.0], [1.0, 2.0]]), np.array([[3.0, 4.0], [5.0, 6.0]])
    >>> dx, dW, db = linear_backward(dy, x, W=np.array([[1.0, 10.0], [0.0, -1.0]]))
    >>> dx.tolist()
    [[1.0, 10.0], [1.0, 8.0]]
    >>> dW.tolist()
    [[8.0, 10.0], [10.0, 12.0]]
    >>> db.tolist()
    [2.0, 2.0]
    """
    raise NotImplementedError("linear_backward is yours to write")


def softmax_jacobian(p: np.ndarray) -> np.ndarray:
    """Return how fast each probability of a softmax changes with each of its logits.

    Softmax turns n scores, the logits z, into n probabilities that sum to 1. Raise one score, and
    its own probability grows, while all others shrink, since they share what is left. So softmax
    has no single slope, as the sigmoid has, but a table of n × n slopes, its Jacobian. It is what
    attention multiplies by on the way back, though mostly without writing the table down.

    Parameters
    ----------
    p : ndarray of shape (n,)
        What the forward pass returned, `softmax(z)`. It is the output, not the input.

    Returns
    -------
    ndarray of shape (n, n)
        Entry (i, j) is the slope of probability i along logit j: -p_i·p_j where i and j differ,
        p_i·(1 - p_i) where they are equal. As a matrix it is diag(p) - p pᵀ. It is symmetric, and
        each row sums to 0.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (4.106).

    Examples
    --------
    >>> softmax_jacobian(np.array([0.5, 0.25, 0.25])).tolist()
    [[0.25, -0.125, -0.125], [-0.125, 0.1875, -0.0625], [-0.125, -0.0625, 0.1875]]
    """
    raise NotImplementedError("softmax_jacobian is yours to write")


def softmax_cross_entropy(logits: np.ndarray, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the loss of a classifier and its gradient at the logits.

    Softmax makes probabilities of logits, and the loss is minus the log of the probability that
    the right class got, averaged over the batch. Every language model is trained on just this,
    with one class per token. Taken together the two have the simplest of gradients: what the model
    believed minus what is true. Taken apart they overflow, or take the log of 0.

    Parameters
    ----------
    logits : ndarray of shape (n, c)
        One row of scores per example; any numbers, ±10,000 included.
    labels : ndarray of shape (n,)
        The right class of each example, whole numbers from 0 to c - 1.

    Returns
    -------
    loss : float
        Mean cross-entropy in nats (natural logarithm), computed without overflow, without the log
        of 0 and without a warning.
    dlogits : ndarray of shape (n, c)
        Gradient of that mean with respect to `logits`: it is divided by n as well.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eqs. (4.108) and (4.109).

    Examples
    --------
    >>> loss, dlogits = softmax_cross_entropy(np.zeros((1, 4)), labels=np.array([2]))
    >>> round(float(loss), 6)  # the log of 4
    1.386294
    >>> dlogits.round(6).tolist()
    [[0.25, 0.25, -0.75, 0.25]]
    """
    raise NotImplementedError("softmax_cross_entropy is yours to write")


def mlp_loss_and_gradients(
    params: dict[str, np.ndarray], x: np.ndarray, labels: np.ndarray
) -> tuple[float, dict[str, np.ndarray]]:
    """Return the loss of a network with one hidden layer, and its gradient at every parameter.

    This is backpropagation: run forward and keep what came in between, then go back from the loss,
    one backward function per layer, each handing its gradient to the layer before. The MLP of a
    transformer block is this network with another activation function.

    Parameters
    ----------
    params : dict of str to ndarray
        "W1" of shape (h, in), "b1" (h,), "W2" (c, h) and "b2" (c,), in whatever order.
    x : ndarray of shape (n, in)
        One example per row.
    labels : ndarray of shape (n,)
        The right class of each example, whole numbers from 0 to c - 1.

    Returns
    -------
    loss : float
        Mean softmax cross-entropy in nats of the logits ReLU(x W1ᵀ + b1) W2ᵀ + b2.
    gradients : dict of str to ndarray
        Under the same four keys, the gradient of the loss with respect to each parameter, in its
        shape. The parameters themselves stay as they are. The derivative of the ReLU at 0 is 0.

    References
    ----------
    D. Rumelhart, G. Hinton, R. Williams, Learning representations by back-propagating errors,
    Nature 323, 1986.

    Examples
    --------
    >>> params = {
    ...     "W1": np.array([[1.0, 1.0], [-1.0, 0.0]]),
    ...     "b1": np.array([0.0, 0.0]),
    ...     "W2": np.array([[1.0, 1.0], [2.0, 3.0]]),
    ...     "b2": np.array([3.0, 0.0]),
    ... }
    >>> loss, gradients = mlp_loss_and_gradients(params, np.array([[1.0, 2.0]]), np.array([0]))
    >>> round(float(loss), 6)  # both logits are 6: the log of 2
    0.693147
    >>> gradients["W1"].round(6).tolist()  # the second hidden unit is off
    [[0.5, 1.0], [0.0, 0.0]]
    """
    raise NotImplementedError("mlp_loss_and_gradients is yours to write")


def layer_norm_backward(
    dy: np.ndarray, x: np.ndarray, gain: np.ndarray, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of a layer normalisation: at its input, its gain and its bias.

    A transformer normalises each position before each block: from every row of x its mean is
    subtracted, and what is left is divided by its standard deviation. The forward pass was

        x̂ = (x - mean) / √(variance + eps)
        y = gain·x̂ + bias

    with mean and variance of each row, the variance divided by d. Going back, the mean and the
    variance are what makes it interesting: both depend on every entry of the row, so each entry
    reaches the loss by three paths.

    Parameters
    ----------
    dy : ndarray of shape (n, d)
        Gradient of the loss with respect to the output y.
    x : ndarray of shape (n, d)
        What went into the forward pass, one example per row.
    gain : ndarray of shape (d,)
        The factor of each feature, the same for all rows. The bias is not needed.
    eps : float
        What was added to the variance, under the root.

    Returns
    -------
    dx : ndarray of shape (n, d)
        Gradient of the loss with respect to `x`.
    dgain : ndarray of shape (d,)
        Gradient with respect to `gain`, added up over the rows.
    dbias : ndarray of shape (d,)
        Gradient with respect to the bias, added up over the rows.

    References
    ----------
    J. Ba, J. Kiros, G. Hinton, Layer Normalization, 2016.

    Examples
    --------
    >>> dy, x = np.array([[1.0, 0.0]]), np.array([[5.0, 1.0]])
    >>> dx, dgain, dbias = layer_norm_backward(dy, x, gain=np.array([4.0, 1.0]), eps=12.0)
    >>> dx.tolist()  # the row has mean 3 and variance 4, and √(4 + 12) is 4
    [[0.375, -0.375]]
    >>> dgain.tolist(), dbias.tolist()
    ([0.5, 0.0], [1.0, 0.0])
    """
    raise NotImplementedError("layer_norm_backward is yours to write")


def attention_backward(
    dout: np.ndarray, Q: np.ndarray, K: np.ndarray, V: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the gradients of attention at its queries, keys and values.

    The forward pass was out = softmax(Q Kᵀ / √d) V: scores, weights, a mixture of values. Going
    back, the softmax is the interesting part: the weights of one position compete for a total of
    1, so a score's gradient depends on all weights of its row. The backward pass of FlashAttention
    is this very function, computed block by block so that the weights never have to be stored.

    Parameters
    ----------
    dout : ndarray of shape (T, d)
        Gradient of the loss with respect to the output.
    Q, K, V : ndarray of shape (T, d)
        What went into the forward pass: one query, key and value per position. There is no mask:
        every position sees all others.

    Returns
    -------
    dQ, dK, dV : ndarray of shape (T, d)
        Gradients of the loss with respect to `Q`, `K` and `V`.

    References
    ----------
    T. Dao et al., FlashAttention, 2022, appendix B.2.

    Examples
    --------
    >>> Q, K = np.array([[2.0], [0.0]]), np.array([[0.0], [0.0]])
    >>> V, dout = np.array([[1.0], [3.0]]), np.array([[1.0], [0.0]])
    >>> dQ, dK, dV = attention_backward(dout, Q, K, V)
    >>> dK.round(6).tolist()
    [[-1.0], [1.0]]
    >>> dV.round(6).tolist()
    [[0.5], [0.5]]
    """
    raise NotImplementedError("attention_backward is yours to write")
