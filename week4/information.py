"""Information: bits, surprise, and how far one distribution is from another."""

import numpy as np


def entropy(p: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the entropy of a distribution: its mean surprise, -Σ p log p.

    An outcome of probability p surprises by log(1/p): one of 1/8 by 3 bits, a certain one by
    nothing. The mean of that says how uncertain a model is, and how short a message can be on
    average. The entropy of a language model's next-token distribution is what the temperature
    raises; that of an attention row says how many positions a head looks at; in reinforcement
    learning it is watched, or paid for, so that a model does not settle too early.

    Parameters
    ----------
    p : ndarray of shape (..., n)
        Distributions along the last axis. Zeros are welcome: 0 log 0 counts as 0, which is where
        p log p goes as p goes to 0. No small number inside the logarithm is needed for that, and
        each one would falsify the result.
    base : float
        Base of the logarithm: 2 gives bits, e nats, 10 decimal digits.

    Returns
    -------
    ndarray of shape (...)
        Entropy of each distribution, one number for a single one: from 0 to log n. There is no
        warning for zeros.

    Raises
    ------
    ValueError
        If an entry of `p` is negative, or a distribution does not sum to 1 within 1e-8.

    References
    ----------
    C. Shannon, A Mathematical Theory of Communication, 1948, section 6.

    Examples
    --------
    >>> float(entropy(np.array([0.5, 0.5])))
    1.0
    >>> entropy(np.array([[0.5, 0.25, 0.25, 0.0], [0.25, 0.25, 0.25, 0.25]])).tolist()
    [1.5, 2.0]
    """
    raise NotImplementedError("entropy is yours to write")


def cross_entropy(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return the mean surprise of someone who believes q while p is true: -Σ p log q.

    This is the loss of classifiers and language models. There p is one-hot, the token that did
    come, and the sum is down to one term, minus the log of what the model gave that token:
    `F.cross_entropy(logits, targets)` in nanoGPT, in nats. It is least where q is p, and then it
    is the entropy of p, which no model can beat.

    Parameters
    ----------
    p : ndarray of shape (..., n)
        What is true. It is taken as it is, without a check.
    q : ndarray of shape (..., n)
        What is believed, in the shape of `p`, and unchecked as well.
    base : float
        Base of the logarithm: 2 gives bits, e nats.

    Returns
    -------
    ndarray of shape (...)
        Cross-entropy along the last axis. It is inf where q calls something impossible that can
        happen (q = 0 < p), and where p is 0 nothing is added, whatever q is. There is no warning
        for zeros.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, eq. (3.51).

    Examples
    --------
    >>> p = np.array([[0.0, 1.0], [0.5, 0.5], [0.5, 0.5]])
    >>> q = np.array([[0.75, 0.25], [0.5, 0.5], [1.0, 0.0]])
    >>> cross_entropy(p, q).tolist()
    [2.0, 1.0, inf]
    """
    raise NotImplementedError("cross_entropy is yours to write")


def kl_divergence(p: np.ndarray, q: np.ndarray, base: float = 2) -> np.ndarray:
    """Return D(p‖q) = Σ p log(p/q): the price, in bits, of believing q where p is true.

    It is the cross-entropy of p and q without the entropy of p, so 0 if and only if the two are
    the same. It is not a distance: D(p‖q) and D(q‖p) differ. The second term of a VAE's loss is
    such a divergence, from the encoder's distribution to a standard normal; in RLHF one from the
    tuned model to the original keeps the tuned one near; distillation minimises one from teacher to
    student.

    Parameters
    ----------
    p : ndarray of shape (..., n)
        What is true. It is taken as it is, without a check.
    q : ndarray of shape (..., n)
        What is believed, in the shape of `p`, and unchecked as well.
    base : float
        Base of the logarithm: 2 gives bits, e nats.

    Returns
    -------
    ndarray of shape (...)
        Divergence along the last axis. It is inf where q calls something impossible that can
        happen (q = 0 < p), and where p is 0 nothing is added. It is never below 0: what rounding
        leaves there for two equal distributions is set to 0. There is no warning for zeros.

    References
    ----------
    T. Cover, J. Thomas, Elements of Information Theory, 2nd ed. 2006, eq. (2.26).

    Examples
    --------
    >>> p, q = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.5, 0.25])
    >>> float(kl_divergence(p, q))
    0.5
    >>> float(kl_divergence(q, p))
    inf
    """
    raise NotImplementedError("kl_divergence is yours to write")


def js_divergence(p: np.ndarray, q: np.ndarray, base: float = 2) -> float:
    """Return the Jensen-Shannon divergence, ½ D(p‖m) + ½ D(q‖m) with m the mean of p and q.

    It mends two things about the Kullback-Leibler divergence: it does not matter which of the two
    comes first, and it is never inf, since m is 0 only where both are. It answers a question: draw
    from p or from q, a coin decides which; how many bits does the outcome tell about the coin?
    Between 0 and 1. The first GANs minimised just this between real and generated pictures, and
    had no gradient once the two were so far apart that it stood at 1 bit.

    Parameters
    ----------
    p, q : ndarray of shape (n,)
        Two distributions over the same n outcomes. They are taken as they are, without a check.
    base : float
        Base of the logarithm: 2 gives bits, e nats.

    Returns
    -------
    float
        The divergence, from 0 (equal) to 1 bit (no outcome in common), always finite. It is not
        its square root, which is a distance and goes by the same name in some libraries. There is
        no warning for zeros.

    References
    ----------
    J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE Trans. Inform. Theory 37, 1991.

    Examples
    --------
    >>> js_divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    >>> round(js_divergence(np.array([1.0, 0.0]), np.array([0.5, 0.5])), 6)
    0.311278
    """
    raise NotImplementedError("js_divergence is yours to write")


def conditional_entropy(joint: np.ndarray, given: int, base: float = 2) -> float:
    """Return how uncertain one variable stays on average when the other is known.

    For each value of the known variable there is a distribution of the other one, which has an
    entropy; this is their mean, weighted by how often each value comes. Shannon measured English
    in this way: a letter has 4.1 bits, after the letter before it 3.6, and after a hundred letters
    about 1. A language model is trained on nothing else, the entropy of the next token given all
    before: its loss can come down to that, and not below.

    Parameters
    ----------
    joint : ndarray of shape (n, m)
        Probability of each pair of values, P[x, y]: x lies on axis 0, y on axis 1. It is taken as
        it is, without a check.
    given : int
        The axis of the variable that is known: 0 gives H(Y|X), 1 gives H(X|Y).
    base : float
        Base of the logarithm: 2 gives bits, e nats.

    Returns
    -------
    float
        H(other | known), from 0 (the known one settles it) to the other variable's own entropy
        (independent). Values of probability 0, a whole row or column, count for nothing and give
        no warning.

    References
    ----------
    C. Shannon, Prediction and Entropy of Printed English, 1951.
    T. Cover, J. Thomas, Elements of Information Theory, 2nd ed. 2006, section 2.2.

    Examples
    --------
    >>> joint = np.array([[0.5, 0.0], [0.25, 0.25]])  # x = 0 settles y, x = 1 does not
    >>> conditional_entropy(joint, given=0)
    0.5
    >>> round(conditional_entropy(joint, given=1), 6)
    0.688722
    """
    raise NotImplementedError("conditional_entropy is yours to write")


def mutual_information(joint: np.ndarray, base: float = 2) -> float:
    """Return how many bits each of two variables tells about the other.

    It is D(P(x, y) ‖ P(x) P(y)): how far the two are from independent. It is also the part of the
    uncertainty about one that knowing the other takes away, and it comes to the same whichever of
    the two is known. Unlike a correlation it sees every kind of dependence. Decision trees choose
    their splits by it ("information gain"). CLIP learns by making it large between a picture and
    its caption: with L the contrastive loss on a batch of N pairs, ln N − L is a lower bound of it
    in nats.

    Parameters
    ----------
    joint : ndarray of shape (n, m)
        Probability of each pair of values, P[x, y]: x lies on axis 0, y on axis 1. It is taken as
        it is, without a check.
    base : float
        Base of the logarithm: 2 gives bits, e nats.

    Returns
    -------
    float
        I(X; Y), 0 if the two are independent, and never below: what rounding leaves there is set
        to 0. Pairs and values of probability 0 count for nothing and give no warning.

    References
    ----------
    T. Cover, J. Thomas, Elements of Information Theory, 2nd ed. 2006, eq. (2.28).

    Examples
    --------
    >>> mutual_information(np.array([[0.5, 0.0], [0.0, 0.5]]))  # one tells all about the other
    1.0
    >>> mutual_information(np.array([[0.25, 0.25], [0.25, 0.25]]))
    0.0
    """
    raise NotImplementedError("mutual_information is yours to write")


def perplexity(log_probs: np.ndarray) -> float:
    """Return among how many equally likely tokens a language model was choosing, on average.

    It is the exponential of the mean cross-entropy, the number by which language models are
    compared: a model that gives every token probability 1/50 has perplexity 50, one that knows
    the text by heart 1. A GPT-2 trained with nanoGPT ends at a loss of about 2.85 nats, which is a
    perplexity of 17, out of the 50,257 tokens that there are.

    Parameters
    ----------
    log_probs : ndarray of shape (T,)
        Natural logarithm of the probability that the model gave to each token which came.

    Returns
    -------
    float
        exp of minus the mean: 1 at best, inf if a token came whose probability was 0 (its
        logarithm is -inf), without a warning. Texts may be long: the product of all their
        probabilities would be 0.

    References
    ----------
    D. Jurafsky, J. Martin, Speech and Language Processing, 3rd ed. draft, section 3.3.

    Examples
    --------
    >>> round(perplexity(np.log(np.array([0.5, 0.125]))), 9)
    4.0
    """
    raise NotImplementedError("perplexity is yours to write")


def temperature_for_entropy(logits: np.ndarray, target: float, base: float = 2) -> float:
    """Return the temperature at which softmax(logits / T) has a given entropy.

    Sampling with one fixed temperature is sometimes timid and sometimes wild, since a step may be
    certain or open. Samplers such as Mirostat turn that round and fix how surprising a token shall
    be. t-SNE does the same for the neighbourhood of each point, when it looks for the width that
    belongs to a wanted perplexity. Entropy only ever grows with T, so there is one answer and it
    can be closed in.

    Parameters
    ----------
    logits : ndarray of shape (n,)
        Finite scores of any size.
    target : float
        The wanted entropy, in the unit that `base` gives.
    base : float
        Base of the logarithm: 2 for bits, e for nats.

    Returns
    -------
    float
        The temperature T > 0, right to 1e-8 of itself.

    Raises
    ------
    ValueError
        If `target` is not strictly between the two limits. For T → ∞ all n outcomes become equally
        likely, and the entropy goes to log n. For T → 0 only those with the largest logit stay:
        the entropy goes to 0, or to the logarithm of their number if several are exactly equal.

    References
    ----------
    S. Basu et al., Mirostat: A Neural Text Decoding Algorithm That Directly Controls Perplexity,
    2021.
    L. van der Maaten, G. Hinton, Visualizing Data using t-SNE, 2008, section 2.

    Examples
    --------
    >>> T = temperature_for_entropy(np.array([3.0, 1.0]), target=0.5)
    >>> round(T, 6)
    0.956729
    >>> round(float(entropy(np.array([1.0, np.exp(-2 / T)]) / (1 + np.exp(-2 / T)))), 6)
    0.5
    """
    raise NotImplementedError("temperature_for_entropy is yours to write")
