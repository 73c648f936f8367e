"""Softmax: how scores become probabilities, and how wrong a probability is.

A network ends in logits, one score per class or token, any numbers at all. Softmax turns them into
a distribution, cross-entropy says how much that distribution was surprised by the truth, and top-k
and top-p decide which tokens a language model may draw. `...` stands for any number of leading
batch axes, including none. A logit of −inf means "impossible": so causal attention masks the
future.
"""

import numpy as np


def logsumexp(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return log(Σ exp(x)) along one axis, without overflow.

    It is a soft maximum: at least the largest entry, and hardly more if that one stands alone. It
    adds probabilities that are kept as logarithms, and it is the normaliser of every softmax, so
    each loss that starts from logits contains it: `F.cross_entropy` in nanoGPT, the evidence in a
    naive Bayes classifier. Taken literally the formula fails soon: exp(1000) is inf, and
    exp(-1000) is 0, whose logarithm is -inf.

    Parameters
    ----------
    x : ndarray
        Any numbers, ±10,000 and -inf included, with at least one axis.
    axis : int
        The axis to add up along. It is not in the result.

    Returns
    -------
    ndarray
        The shape of `x` without `axis`; one number if `x` has one axis. Where all entries are
        -inf, so that all probabilities are 0, it is -inf. Nothing overflows or warns.

    References
    ----------
    P. Blanchard, D. Higham, N. Higham, Accurately computing the log-sum-exp and softmax
    functions, IMA Journal of Numerical Analysis 41, 2021, section 1.

    Examples
    --------
    >>> x = np.array([[1000.0, 1000.0], [-1000.0, -np.inf], [-np.inf, -np.inf]])
    >>> logsumexp(x).round(6).tolist()
    [1000.693147, -1000.0, -inf]
    >>> logsumexp(x, axis=0).tolist()
    [1000.0, 1000.0]
    """
    raise NotImplementedError("logsumexp is yours to write")


def softmax(logits: np.ndarray, axis: int = -1, temperature: float = 1.0) -> np.ndarray:
    """Return exp(logits / temperature), divided by its sum along one axis.

    It makes a distribution of any scores: the larger the logit, the larger the probability, and a
    number added to all logits changes nothing. It is the last step of a classifier, it weighs the
    positions in attention, and it gives the next token in `generate` of nanoGPT, where the logits
    are divided by the temperature first. A low temperature lets the best token win nearly always,
    a high one makes all tokens nearly equal.

    Parameters
    ----------
    logits : ndarray
        Any numbers, ±10,000 included, with at least one axis. A logit of -inf gets probability 0;
        along `axis` at least one is finite.
    axis : int
        The axis along which the probabilities sum to 1.
    temperature : float
        What the logits are divided by, from 1e-6 up.

    Returns
    -------
    ndarray of the shape of `logits`
        Probabilities. Nothing overflows or warns.

    Raises
    ------
    ValueError
        If `temperature` is not positive.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 6.2.2.3.

    Examples
    --------
    >>> softmax(np.array([2.0, 1.0, 0.1, -1.0, 3.0])).round(4).tolist()
    [0.2333, 0.0858, 0.0349, 0.0116, 0.6343]
    >>> softmax(np.array([0.0, 1.0, -np.inf]), temperature=1e-6).tolist()
    [0.0, 1.0, 0.0]
    """
    raise NotImplementedError("softmax is yours to write")


def log_softmax(logits: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the logarithm of the softmax along one axis, even where the softmax underflows.

    A probability of exp(-1000) is 0 in a float, but its logarithm is a harmless -1000. Losses,
    perplexities and the log-probabilities that RLHF compares are therefore computed from this and
    never from log(softmax(...)): see `log_softmax` inside PyTorch's cross-entropy.

    Parameters
    ----------
    logits : ndarray
        Any numbers, ±10,000 included, with at least one axis. A logit of -inf gets the log
        probability -inf; along `axis` at least one is finite.
    axis : int
        The axis along which the probabilities sum to 1.

    Returns
    -------
    ndarray of the shape of `logits`
        Natural logarithms of probabilities, 0 or less. Nothing overflows or warns.

    References
    ----------
    P. Blanchard, D. Higham, N. Higham, Accurately computing the log-sum-exp and softmax
    functions, IMA Journal of Numerical Analysis 41, 2021, section 2.

    Examples
    --------
    >>> log_softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).round(6).tolist()
    [[-0.693147, -0.693147], [0.0, -1000.0]]
    """
    raise NotImplementedError("log_softmax is yours to write")


def one_hot(labels: np.ndarray, n_classes: int) -> np.ndarray:
    """Return for each label a row of zeros with a single 1 in the label's place.

    It writes "class 2" as the distribution that is certain of class 2, which can then be compared
    with a prediction. An embedding layer is a product with such rows: `wte` in nanoGPT picks a row
    of its table and so saves itself the multiplication by zeros.

    Parameters
    ----------
    labels : ndarray of int of shape (...), or int
        Whole numbers from 0 to `n_classes` - 1, in any shape; also one number.
    n_classes : int
        How many classes there are, whether or not all of them occur.

    Returns
    -------
    ndarray of shape (..., n_classes)
        0.0 and 1.0, with one axis more than `labels`, the last.

    Raises
    ------
    ValueError
        If a label is negative, or not below `n_classes`.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, section 4.1.3.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    >>> one_hot(1, n_classes=4).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    raise NotImplementedError("one_hot is yours to write")


def cross_entropy(probs: np.ndarray, targets: np.ndarray) -> float:
    """Return the mean of −Σ t ln p: how much predictions were surprised by the truth.

    With a one-hot target it is minus the log of the probability that the right class got: 0 for
    who was certain and right, without bound for who was certain and wrong. This is the loss of
    almost every classifier and language model. A small number inside the logarithm, often seen,
    would hide the worst mistakes: a model that calls the truth impossible has an infinite loss.

    Parameters
    ----------
    probs : ndarray of shape (..., c)
        Predicted probabilities, each row a distribution over c classes. Zeros are allowed, and
        numbers as small as 1e-200.
    targets : ndarray of shape (..., c)
        True distributions, one-hot or spread over several classes.

    Returns
    -------
    float
        −Σ t ln p over the last axis, in nats (natural logarithm), then the mean over all others.
        A class with t = 0 adds nothing, even where p = 0. Where p = 0 and t > 0, however small t
        is, the result is inf. Neither warns.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 3.13.

    Examples
    --------
    >>> target = np.array([0.0, 1.0, 0.0])
    >>> round(float(cross_entropy(np.array([0.05, 0.85, 0.1]), target)), 4)
    0.1625
    >>> float(cross_entropy(np.array([1.0, 0.0, 0.0]), target))
    inf
    """
    raise NotImplementedError("cross_entropy is yours to write")


def cross_entropy_from_logits(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean cross-entropy of a batch, from logits and the numbers of the right classes.

    This is `F.cross_entropy(logits, targets)`, the line in nanoGPT that the whole training makes
    smaller. It never forms a probability, so it stays right where the probability of the truth
    underflows: a model that is very wrong still learns how wrong.

    Parameters
    ----------
    logits : ndarray of shape (n, c)
        One row of scores per example; any numbers, ±10,000 included. A class with the logit -inf
        is impossible: it has no share in the row, and as the right class it costs inf. Each row
        has at least one finite logit.
    labels : ndarray of int of shape (n,)
        The right class of each example, from 0 to c - 1.

    Returns
    -------
    float
        Mean over the n examples of minus the log probability of the right class, in nats.
        Nothing overflows or warns.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (4.108).

    Examples
    --------
    >>> logits = np.array([[0.0, 1000.0], [0.0, 1000.0]])
    >>> float(cross_entropy_from_logits(logits, labels=np.array([1, 0])))
    500.0
    """
    raise NotImplementedError("cross_entropy_from_logits is yours to write")


def top_k(logits: np.ndarray, k: int) -> np.ndarray:
    """Return probabilities in which only the k largest logits have a share.

    A language model gives each of 50,000 tokens some probability, and the many poor ones together
    are drawn often enough to spoil a text. `generate` in nanoGPT therefore keeps the k best
    (`top_k=200` in its sample script), and lets these share all of the probability.

    Parameters
    ----------
    logits : ndarray of shape (n,)
        Any numbers, ±10,000 included. A logit of -inf has probability 0, kept or not; at least one
        is finite.
    k : int
        How many to keep, 1 to n. Of equal logits at the border those of lower index stay.

    Returns
    -------
    ndarray of shape (n,)
        Probabilities in the order of `logits`: exactly 0 for all but the k largest, which keep
        their proportions and sum to 1. Nothing overflows or warns.

    Raises
    ------
    ValueError
        If `k` is not in 1 to n.

    References
    ----------
    A. Fan, M. Lewis, Y. Dauphin, Hierarchical Neural Story Generation, 2018, section 5.4.

    Examples
    --------
    >>> logits = np.log(np.array([1.0, 3.0, 4.0, 1.0]))
    >>> top_k(logits, k=2).round(6).tolist()
    [0.0, 0.428571, 0.571429, 0.0]
    >>> top_k(logits, k=3).round(6).tolist()
    [0.125, 0.375, 0.5, 0.0]
    """
    raise NotImplementedError("top_k is yours to write")


def top_p(logits: np.ndarray, p: float) -> np.ndarray:
    """Return probabilities in which only the nucleus has a share: the best, until they reach p.

    Top-k keeps as many tokens where the model is certain as where it is not. The nucleus adapts:
    after "New" one token may be enough to reach p = 0.9, at the start of a sentence it takes
    thousands. This is the `top_p` that the interfaces of language models offer.

    Parameters
    ----------
    logits : ndarray of shape (n,)
        Any numbers, ±10,000 included. A logit of -inf has probability 0, kept or not; at least one
        is finite.
    p : float
        The probability to reach, above 0 and at most 1. Of equal logits at the border those of
        lower index stay.

    Returns
    -------
    ndarray of shape (n,)
        Probabilities in the order of `logits`. The nucleus is the fewest most probable tokens
        whose probabilities sum to `p` or more, always at least one; p = 1 keeps every token,
        however improbable. All others are exactly 0; those of the nucleus keep their proportions
        and sum to 1. Nothing overflows or warns.

    Raises
    ------
    ValueError
        If `p` is not above 0 and at most 1.

    References
    ----------
    A. Holtzman et al., The Curious Case of Neural Text Degeneration, 2020, section 3.1.

    Examples
    --------
    >>> logits = np.log(np.array([1.0, 3.0, 4.0, 1.0]))  # of 9
    >>> top_p(logits, p=0.4).tolist()
    [0.0, 0.0, 1.0, 0.0]
    >>> top_p(logits, p=0.5).round(6).tolist()
    [0.0, 0.428571, 0.571429, 0.0]
    """
    raise NotImplementedError("top_p is yours to write")
