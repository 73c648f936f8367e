"""Bigram: the smallest language model, a table of which token follows which.

Tokens are whole numbers from 0 to v − 1, v being the size of the vocabulary: of words, or of single
characters. In each (v, v) table of this file the row is the current token and the column the next.
"""

import numpy as np


def bigram_counts(tokens: np.ndarray, vocab_size: int) -> np.ndarray:
    """Return how often each token is followed by each other one in a text.

    Two neighbouring tokens are a *bigram*. Counting them is all the training that this language
    model needs, and the counts are all that it ever knows.

    Parameters
    ----------
    tokens : ndarray of int64, shape (T,)
        The text, at least one token.
    vocab_size : int
        How many different tokens there are, v; not all of them need to be in the text.

    Returns
    -------
    ndarray of int64, shape (v, v)
        Entry (i, j) is the number of places where token j comes right after token i. All entries
        together sum to T − 1.

    Raises
    ------
    ValueError
        If a token is not one of 0 … v − 1; none may be negative either.

    References
    ----------
    D. Jurafsky, J. Martin, Speech and Language Processing, 3rd edition draft, chapter 3.

    Examples
    --------
    >>> bigram_counts(np.array([0, 1, 0, 1, 1]), vocab_size=2).tolist()
    [[0, 2], [1, 1]]
    """
    ### BEGIN SOLUTION
    if np.min(tokens) < 0 or np.max(tokens) >= vocab_size:
        raise ValueError(f"tokens must not be negative, and below vocab_size, {vocab_size}")
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    # `counts[current, following] += 1` would count a pair once, however often it comes.
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1)
    return counts
    ### END SOLUTION


def bigram_probabilities(counts: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """Return the probability of each next token, given the current one.

    Row by row these are shares of the counts. A pair that the text happens not to hold would get
    probability 0, and one such pair makes a whole new text impossible. So, as in week 3's
    `naive_bayes_fit`, each count is first raised by alpha: Laplace smoothing.

    Parameters
    ----------
    counts : ndarray of int64, shape (v, v)
        How often each token (row) was followed by each token (column).
    alpha : float
        What is added to each count, 0 or more; 0 leaves the counts as they are.

    Returns
    -------
    ndarray of shape (v, v)
        Entry (i, j) is the probability that token j follows token i: each row sums to 1. Where a
        row has nothing in it, even with alpha, all tokens are equally likely, 1/v each.

    References
    ----------
    D. Jurafsky, J. Martin, Speech and Language Processing, 3rd edition draft, chapter 3.

    Examples
    --------
    >>> counts = np.array([[3, 1], [0, 0]])
    >>> bigram_probabilities(counts, alpha=0.0).tolist()
    [[0.75, 0.25], [0.5, 0.5]]
    >>> bigram_probabilities(counts).round(4).tolist()
    [[0.6667, 0.3333], [0.5, 0.5]]
    """
    ### BEGIN SOLUTION
    raised = counts + alpha
    totals = raised.sum(axis=1, keepdims=True)  # (v, v) -> (v, 1)
    is_empty = totals == 0
    # In an empty row, ones in the numerator and v in the denominator make 1/v.
    return np.where(is_empty, 1.0, raised) / np.where(is_empty, len(counts), totals)
    ### END SOLUTION


def bigram_loss(probs: np.ndarray, tokens: np.ndarray) -> float:
    """Return how surprised the model is by each next token of a text, in nats, on average.

    It is the same number that GPT is trained on: the cross-entropy with what really came next. A
    model that knows nothing has ln v.

    Parameters
    ----------
    probs : ndarray of shape (v, v)
        Row i is the distribution of the token after token i.
    tokens : ndarray of int64, shape (T,)
        The text, at least two tokens. The first is given, and judged are the T − 1 after it.

    Returns
    -------
    float
        Mean of −ln of the probability of each next token. One token of probability 0 makes it
        inf, without a warning; pairs that the text does not hold do not matter. No small number is
        added inside the logarithm.

    References
    ----------
    D. Jurafsky, J. Martin, Speech and Language Processing, 3rd edition draft, chapter 3.

    Examples
    --------
    >>> probs = np.array([[0.5, 0.5], [0.25, 0.75]])
    >>> loss = bigram_loss(probs, tokens=np.array([0, 0, 1, 0]))  # ln 2, ln 2, ln 4
    >>> round(float(loss / np.log(2.0)), 12)
    1.333333333333
    """
    ### BEGIN SOLUTION
    p = probs[tokens[:-1], tokens[1:]]  # of each token that came: (T - 1,)
    log_p = np.log(p, out=np.full_like(p, -np.inf), where=p > 0)
    return -np.mean(log_p)
    ### END SOLUTION


def bigram_generate(probs: np.ndarray, start: int, u: np.ndarray) -> np.ndarray:
    """Return a text: a first token, and len(u) more, each drawn from the row of the one before.

    The loop is that of any language model: look up what may come next, draw, append, again. GPT
    only has another way to fill the row.

    Parameters
    ----------
    probs : ndarray of shape (v, v)
        Row i is the distribution of the token after token i.
    start : int
        The first token, one whole number from 0 to v − 1.
    u : ndarray of shape (n,)
        One uniform number in [0, 1) for each token to draw, in their order. It may be empty.

    Returns
    -------
    ndarray of int64, shape (n + 1,)
        `start`, then the drawn tokens. Each is the least token whose probability and those of all
        lower tokens together exceed its u, as in week 3's `sample_categorical`, and never one of
        probability 0, even where rounding leaves the sum of a row at or below u.

    References
    ----------
    C. Shannon, A Mathematical Theory of Communication, 1948, section 3.

    Examples
    --------
    >>> probs = np.array([[0.0, 1.0, 0.0], [0.5, 0.25, 0.25], [1.0, 0.0, 0.0]])
    >>> bigram_generate(probs, start=0, u=np.array([0.3, 0.6, 0.8, 0.1])).tolist()
    [0, 1, 1, 2, 0]
    """
    ### BEGIN SOLUTION
    text = [int(start)]
    for number in u:
        row = probs[text[-1]]
        token = np.searchsorted(np.cumsum(row), number, side="right")
        # Rounding can leave the last sum at or below the number: stay among possible tokens.
        text.append(int(min(token, np.flatnonzero(row)[-1])))
    return np.array(text, dtype=np.int64)
    ### END SOLUTION
