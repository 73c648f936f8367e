"""Probability: how to reason with what you do not know, from a table of chances to a classifier."""

import numpy as np


def marginal(joint: np.ndarray, axis: int) -> np.ndarray:
    """Return the distribution of one of two variables, whatever the other one is.

    Count which token follows which in a text, divide by the number of pairs, and you have a joint
    table. How often a token comes first, no matter what follows, is a marginal. Models with hidden
    variables need it all the time: a VAE's probability of a picture is its joint probability with
    the hidden code, summed over all codes.

    Parameters
    ----------
    joint : ndarray of shape (n, m)
        P[x, y]: the probability that the first variable is x and the second is y. It sums to 1.
    axis : int
        The axis, 0 or 1, on which the variable lies that is asked for.

    Returns
    -------
    ndarray of shape (n,) for axis 0, or (m,) for axis 1
        The probability of each value of that variable, even of values that never occur.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (1.10), the sum rule.

    Examples
    --------
    >>> joint = np.array([[0.25, 0.25, 0.0], [0.125, 0.125, 0.25]])
    >>> marginal(joint, axis=0).tolist()
    [0.5, 0.5]
    >>> marginal(joint, axis=1).tolist()
    [0.375, 0.375, 0.25]
    """
    raise NotImplementedError("marginal is yours to write")


def conditional(joint: np.ndarray, given: int) -> np.ndarray:
    """Return the distribution of one variable for each value that the other one may have.

    "Which token comes next, given this one?" is a conditional distribution, and a table of them,
    one row per token, is the smallest language model there is. GPT answers the same question,
    given all tokens so far: each row of its softmax is such a distribution.

    Parameters
    ----------
    joint : ndarray of shape (n, m)
        P[x, y], which sums to 1.
    given : int
        The axis, 0 or 1, of the variable that is known.

    Returns
    -------
    ndarray of shape (n, m)
        Entry [x, y] is P(y | x) for `given` = 0, where each row sums to 1, and P(x | y) for
        `given` = 1, where each column does.

    Raises
    ------
    ValueError
        If a value of the known variable has probability 0: nothing can be said about what would
        happen then. A probability that is merely tiny is not an error.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (1.11), the product rule.

    Examples
    --------
    >>> joint = np.array([[0.25, 0.25, 0.0], [0.125, 0.125, 0.25]])
    >>> conditional(joint, given=0).tolist()
    [[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]]
    >>> conditional(joint, given=1)[:, 2].tolist()
    [0.0, 1.0]
    """
    raise NotImplementedError("conditional is yours to write")


def is_independent(joint: np.ndarray) -> bool:
    """Return whether knowing one of two variables says nothing about the other.

    Then, and only then, every entry of the table is the product of its two marginals. Models
    assume it wherever they multiply probabilities: the examples of a batch, the words of naive
    Bayes, the pixels of a VAE's decoder. A correlation of 0 is not enough: it only says that no
    straight line leads from one variable to the other.

    Parameters
    ----------
    joint : ndarray of shape (n, m)
        P[x, y]: the probability that the first variable is x and the second is y. It sums to 1.

    Returns
    -------
    bool
        True if P[x, y] differs from P[x] P[y] by at most 1e-12 for all x and y, so that rounding
        does not count; otherwise False.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, section 1.2.

    Examples
    --------
    >>> is_independent(np.array([[0.125, 0.375], [0.125, 0.375]]))
    True
    >>> is_independent(np.array([[0.5, 0.0], [0.0, 0.5]]))
    False
    """
    raise NotImplementedError("is_independent is yours to write")


def bayes(prior: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """Return what to believe of each hypothesis after an observation, by Bayes' theorem.

    A spam filter knows how often spam contains the word "free"; it wants to know how often mail
    with "free" is spam. Bayes' theorem turns the question round. DDPM's reverse step rests on it,
    too: which less noisy picture may this one have come from?

    Parameters
    ----------
    prior : ndarray of shape (h,)
        Probability of each hypothesis before the observation. It sums to 1.
    likelihood : ndarray of shape (h,)
        Probability of what was observed if that hypothesis holds. It need not sum to 1.

    Returns
    -------
    ndarray of shape (h,)
        The posterior: probability of each hypothesis after the observation. It sums to 1.

    Raises
    ------
    ValueError
        If the evidence, the probability of the observation altogether, is 0: then what was seen
        is impossible under every hypothesis that is possible.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eqs. (1.12) and (1.13).

    Examples
    --------
    >>> bayes(prior=np.array([0.5, 0.5]), likelihood=np.array([0.75, 0.25])).tolist()
    [0.75, 0.25]
    >>> bayes(prior=np.array([0.25, 0.75]), likelihood=np.array([0.75, 0.25])).tolist()
    [0.5, 0.5]
    """
    raise NotImplementedError("bayes is yours to write")


def bayes_updates(prior: np.ndarray, likelihoods: np.ndarray) -> np.ndarray:
    """Return what to believe after each of many observations.

    Each posterior is the prior of the next observation. Taken literally, that gets a computer
    stuck: a probability below 1e-324 becomes 0, and from 0 no later evidence leads back. Logarithms
    do not underflow, which is why everything that multiplies many probabilities adds logarithms
    instead, as in the loss of a language model over a whole text.

    Parameters
    ----------
    prior : ndarray of shape (h,)
        Probability of each hypothesis at first. It sums to 1, and some may be 0.
    likelihoods : ndarray of shape (n, h)
        Row k: the probability of observation k under each hypothesis, given the hypothesis
        independent of the others. Some may be 0, but some hypothesis always remains possible.

    Returns
    -------
    ndarray of shape (n + 1, h)
        Row 0 is the prior, row k the posterior after the first k observations. Right for 10,000
        observations, even if they first favour one hypothesis by more than 1e308 and then another,
        and without a warning. A hypothesis that is ruled out, by its prior or by an observation
        of likelihood 0, stays at exactly 0.

    References
    ----------
    D. MacKay, Information Theory, Inference, and Learning Algorithms, 2003, section 3.2.

    Examples
    --------
    >>> prior, heads, tails = np.array([0.5, 0.5]), [0.75, 0.25], [0.25, 0.75]
    >>> bayes_updates(prior, np.array([heads, tails])).round(6).tolist()
    [[0.5, 0.5], [0.75, 0.25], [0.5, 0.5]]
    >>> flips = np.array([heads] * 3000 + [tails] * 3000)  # 3 to the power 3000 for the first
    >>> bayes_updates(prior, flips)[-1].round(6).tolist()
    [0.5, 0.5]
    """
    raise NotImplementedError("bayes_updates is yours to write")


def beta_posterior(a: float, b: float, flips: np.ndarray) -> tuple[float, float, float, float]:
    """Return what to believe of a coin's chance of heads after some flips.

    The chance may be any number from 0 to 1, so belief is a curve over it and no longer a list.
    With a curve of the Beta family, x^(a - 1) (1 - x)^(b - 1) up to a factor, Bayes' theorem is
    mere counting: each flip multiplies it by x or by 1 - x, and it stays in the family. That is
    how one compares two versions of a page, or two models that people prefer in so many of so many
    cases; the alpha of naive Bayes is such a prior as well.

    Parameters
    ----------
    a, b : float
        The prior, Beta(a, b), both positive: as if a - 1 heads and b - 1 tails had been seen, so
        that Beta(1, 1) is flat. They need not be whole numbers.
    flips : ndarray of shape (n,)
        What was seen: 1 for heads, 0 for tails, as whole numbers.

    Returns
    -------
    a_new, b_new : float
        The posterior, which is Beta(a_new, b_new).
    mean : float
        Its mean, a_new / (a_new + b_new): how probable heads is in the next flip.
    mode : float
        Where its density is highest, (a_new - 1) / (a_new + b_new - 2). It is nan unless both
        a_new and b_new are above 1, since otherwise the curve has no peak between 0 and 1.

    Raises
    ------
    ValueError
        If a flip is neither 0 nor 1.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, section 2.1.1.

    Examples
    --------
    >>> flips = np.array([1, 1, 0, 1])
    >>> a, b, mean, mode = beta_posterior(1.0, 1.0, flips)
    >>> float(a), float(b), round(float(mean), 4), float(mode)
    (4.0, 2.0, 0.6667, 0.75)
    >>> beta_posterior(0.5, 0.5, np.array([1, 1]))[3]
    nan
    """
    raise NotImplementedError("beta_posterior is yours to write")


def expectation(values: np.ndarray, probs: np.ndarray) -> float:
    """Return the mean of a random variable: its values, weighted with their probabilities.

    Training minimises an expectation, the mean loss over all data; RLHF maximises one, the mean
    reward over all answers. The output of attention is one as well: the expected value vector, if
    a position is drawn with the attention weights as probabilities.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What the variable may be.
    probs : ndarray of shape (n,)
        The probability of each value.

    Returns
    -------
    float
        The expected value. It need not be one of the values.

    Raises
    ------
    ValueError
        If a probability is negative, or if they do not sum to 1 within 1e-8.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (1.33).

    Examples
    --------
    >>> float(expectation(np.array([1.0, 2.0, 6.0]), np.array([0.5, 0.25, 0.25])))
    2.5
    """
    raise NotImplementedError("expectation is yours to write")


def variance(values: np.ndarray, probs: np.ndarray) -> float:
    """Return how far a random variable is from its mean: the expected squared distance.

    It says how noisy something is: the gradient of a minibatch, the picture after t steps of a
    diffusion model, a number that layer norm is about to scale. There is a shortcut, the mean of
    the squares minus the square of the mean, and it is a trap: around 1e9 both are 1e18 and agree
    in all digits that a float has.

    Parameters
    ----------
    values : ndarray of shape (n,)
        What the variable may be.
    probs : ndarray of shape (n,)
        The probability of each value. They are the whole truth and no sample, so there is no
        n - 1 to divide by.

    Returns
    -------
    float
        The variance, in the square of the unit of `values`; right for values around 1e9.

    Raises
    ------
    ValueError
        If a probability is negative, or if they do not sum to 1 within 1e-8.

    References
    ----------
    C. Bishop, Pattern Recognition and Machine Learning, 2006, eq. (1.38).

    Examples
    --------
    >>> values, probs = np.array([1.0, 2.0, 6.0]), np.array([0.5, 0.25, 0.25])
    >>> float(variance(values, probs))
    4.25
    >>> float(variance(values + 1e9, probs))
    4.25
    """
    raise NotImplementedError("variance is yours to write")


def variance_of_sum(weights: np.ndarray, cov: np.ndarray) -> float:
    """Return the variance of a weighted sum of random variables, which need not be independent.

    If they are independent, variances add up, with the squares of the weights: so the gradient of
    a minibatch is the less noisy the larger the batch. If they are not, each pair adds twice its
    covariance: ten models that err together are hardly better than one, and the difference of two
    models on the same questions is surer than on different ones.

    Parameters
    ----------
    weights : ndarray of shape (d,)
        The factor of each variable.
    cov : ndarray of shape (d, d)
        Their covariance matrix: variances on the diagonal, covariances beside it. It is symmetric.

    Returns
    -------
    float
        The variance of weights[0] X_0 + weights[1] X_1 + …, which rounding never takes below 0:
        where variables cancel, the sum may come out as -1e-17, and its root would be nan.

    References
    ----------
    M. Deisenroth, A. Faisal, C. S. Ong, Mathematics for Machine Learning, 2020, section 6.4.3.

    Examples
    --------
    >>> cov = np.array([[4.0, 1.0], [1.0, 9.0]])
    >>> float(variance_of_sum(np.array([1.0, 1.0]), cov))
    15.0
    >>> float(variance_of_sum(np.array([1.0, -1.0]), cov))
    11.0
    """
    raise NotImplementedError("variance_of_sum is yours to write")


def naive_bayes_fit(
    X: np.ndarray, y: np.ndarray, n_classes: int, alpha: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return a naive Bayes classifier: how frequent each class is, and each word in each class.

    It is learning by counting, and for spam it worked for years. Naive is its belief that, the
    class known, words come independently of each other. Laplace smoothing pretends to have seen
    each word alpha times more: otherwise one word that is new in a class would rule that class
    out, whatever the rest of the text says. Language models made of counts need the same remedy.

    Parameters
    ----------
    X : ndarray of shape (n, v)
        How often each of v words occurs in each of n documents.
    y : ndarray of shape (n,)
        The class of each document, whole numbers from 0 to `n_classes` - 1.
    n_classes : int
        How many classes there are, including such as do not occur in `y`.
    alpha : float
        Added to the count of each word in each class; it is positive.

    Returns
    -------
    log_prior : ndarray of shape (c,)
        Natural logarithm of the share of documents in each class, without smoothing: -inf for a
        class without documents.
    log_likelihood : ndarray of shape (c, v)
        Natural logarithm of each word's share of all words in a class, with smoothing. In a class
        without documents all words are equally probable. Nothing of this comes with a warning.

    References
    ----------
    C. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval, 2008, section 13.2.

    Examples
    --------
    >>> X = np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    >>> log_prior, log_likelihood = naive_bayes_fit(X, np.array([0, 0, 1]), n_classes=3)
    >>> np.exp(log_prior).round(6).tolist()
    [0.666667, 0.333333, 0.0]
    >>> np.exp(log_likelihood).round(6).tolist()
    [[0.666667, 0.333333], [0.25, 0.75], [0.5, 0.5]]
    """
    raise NotImplementedError("naive_bayes_fit is yours to write")


def naive_bayes_log_posterior(
    X: np.ndarray, log_prior: np.ndarray, log_likelihood: np.ndarray
) -> np.ndarray:
    """Return what to believe of each document's class, as log-probabilities.

    Prior times one likelihood per word, normalised: with logarithms that is a linear layer, counts
    times weights plus bias, followed by a log-softmax, which is just how a neural classifier ends.
    The product itself would underflow after a hundred words.

    Parameters
    ----------
    X : ndarray of shape (n, v)
        How often each of v words occurs in each of n documents; 100,000 words are fine.
    log_prior : ndarray of shape (c,)
        Natural logarithm of each class's probability. It may be -inf, though not for all.
    log_likelihood : ndarray of shape (c, v)
        Natural logarithm of each word's probability in each class, all finite.

    Returns
    -------
    ndarray of shape (n, c)
        Natural logarithm of the probability of each class given the document. Exponentials of a
        row sum to 1. Computed without a warning, and finite for a class that is possible, however
        improbable; a class with a prior of -inf gets -inf.

    References
    ----------
    C. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval, 2008, eq. (13.4).

    Examples
    --------
    >>> log_prior = np.log([0.5, 0.5])
    >>> log_likelihood = np.log([[0.75, 0.25], [0.25, 0.75]])
    >>> X = np.array([[1.0, 0.0], [2.0, 2.0], [100000.0, 0.0]])
    >>> result = naive_bayes_log_posterior(X, log_prior, log_likelihood)
    >>> np.exp(result).round(6).tolist()
    [[0.75, 0.25], [0.5, 0.5], [1.0, 0.0]]
    >>> round(float(result[2, 1]), 3)  # minus 100,000 times the log of 3
    -109861.229
    """
    raise NotImplementedError("naive_bayes_log_posterior is yours to write")


def calibration_error(confidence: np.ndarray, correct: np.ndarray, n_bins: int = 10) -> float:
    """Return how far a model's confidence is from how often it is right.

    Of all forecasts of "90 % rain" nine in ten should come true. Sort a model's answers into bins
    by how sure it was. In each bin, compare the mean confidence with the share of answers that
    were right, and average the gaps, each bin weighted with how many answers are in it: the
    expected calibration error. Naive Bayes and large networks are often far too sure, and a
    temperature in the softmax can mend it.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        The probability that the model gave to its answer, from 0 to 1.
    correct : ndarray of shape (n,)
        1 where the answer was right and 0 where it was wrong, as whole numbers.
    n_bins : int
        How many bins of equal width, at least 1. Bin i is (i / n_bins, (i + 1) / n_bins]: a
        confidence on an edge belongs to the bin below it, and 0 to the first bin.

    Returns
    -------
    float
        The error, from 0 to 1. A bin without answers adds nothing to it.

    References
    ----------
    C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section 2.

    Examples
    --------
    >>> confidence = np.array([0.75, 0.75, 0.75, 0.75, 0.25])
    >>> round(float(calibration_error(confidence, np.array([1, 1, 1, 0, 0]))), 4)
    0.05
    >>> round(float(calibration_error(confidence, np.array([0, 0, 0, 0, 0]))), 4)
    0.65
    """
    raise NotImplementedError("calibration_error is yours to write")
