"""Attention: how the words of a text look at each other, with matrix products and one softmax.

Each position asks with a query, offers a key to be found by, and a value to be read. T positions
ask and S positions answer; in self-attention they are the same ones. `...` stands for any number
of leading batch axes, including none: texts, heads, or both.
"""

import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large scores too.

    Each row becomes a distribution: positive numbers that sum to 1, larger for larger scores.
    Week 3 has more to say about it.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 1000.0], [0.0, np.log(3.0)]])).round(12).tolist()
    [[0.5, 0.5], [0.25, 0.75]]
    """
    exponentials = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def attention_scores(Q: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Return how well each query matches each key: Q Kᵀ / √d.

    One inner product for each pair of positions says how much one should look at the other. The
    inner product of two random vectors of length d has a spread of √d, which would push the
    softmax that comes next towards all or nothing, where its gradient vanishes; dividing by √d
    keeps the spread at 1, however wide the model is.

    Parameters
    ----------
    Q : ndarray of shape (..., T, d)
        Queries, one per asking position.
    K : ndarray of shape (..., S, d)
        Keys, one per answering position, with the same batch axes as `Q`.

    Returns
    -------
    ndarray of shape (..., T, S)
        Entry [..., t, s] is the inner product of query t and key s of one batch item, divided by
        the square root of d.

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, 2017, section 3.2.1.

    Examples
    --------
    >>> Q = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 4.0]])
    >>> K = np.array([[2.0, 2.0, 2.0, 2.0], [6.0, 0.0, 0.0, 1.0], [0.0, 0.0, 8.0, 0.0]])
    >>> attention_scores(Q, K).tolist()
    [[1.0, 3.0, 0.0], [7.0, 2.0, 0.0]]
    """
    raise NotImplementedError("attention_scores is yours to write")


def attention_weights(Q: np.ndarray, K: np.ndarray) -> np.ndarray:
    """Return how each query shares out its attention: the softmax of the scores over the keys.

    Scores may be anything; weights are shares. Each row is what one position pays to all the
    others, and it is what one sees in the pictures in which words of a sentence are joined by
    lines of different strength.

    Parameters
    ----------
    Q : ndarray of shape (..., T, d)
        Queries.
    K : ndarray of shape (..., S, d)
        Keys, with the same batch axes as `Q`.

    Returns
    -------
    ndarray of shape (..., T, S)
        Softmax of `attention_scores` over the last axis: entry [..., t, s] is the share that
        query t gives to key s, and each row sums to 1.

    References
    ----------
    D. Bahdanau, K. Cho, Y. Bengio, Neural Machine Translation by Jointly Learning to Align and
    Translate, 2015, figure 3.

    Examples
    --------
    >>> Q = np.array([[2.0, 0.0, 0.0, 0.0]])
    >>> K = np.array([[np.log(3.0), 0.0, 0.0, 0.0], [0.0, 5.0, 0.0, 0.0]])
    >>> attention_weights(Q, K).round(12).tolist()
    [[0.75, 0.25]]
    """
    raise NotImplementedError("attention_weights is yours to write")


def self_attention(X: np.ndarray, W_Q: np.ndarray, W_K: np.ndarray, W_V: np.ndarray) -> np.ndarray:
    """Return what each position reads from all positions of its own text.

    Three matrices turn each word vector into a query, a key and a value. The new vector of a word
    is the average of all values, weighted by its attention: that is how "bank" learns whether a
    river or a loan is near. It is one head of a transformer, without the mask that hides later
    words; week 4 builds a small GPT around it.

    Parameters
    ----------
    X : ndarray of shape (..., T, d_model)
        One vector per position, with any number of leading batch axes, including none.
    W_Q, W_K : ndarray of shape (d_model, d_k)
        What makes queries and keys: X W_Q and X W_K. They are (in, out), as in the paper; the
        weights of `linear`, and all of week 4's, are (out, in).
    W_V : ndarray of shape (d_model, d_v)
        What makes values: X W_V. The number of its columns may differ from d_k.

    Returns
    -------
    ndarray of shape (..., T, d_v)
        Attention weights times values. The scores are divided by the square root of d_k, the
        length of the queries and keys, not by that of d_model.

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, 2017, equation (1).

    Examples
    --------
    >>> X = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> nothing, everything = np.zeros((2, 1)), np.eye(2)
    >>> self_attention(X, nothing, nothing, everything).tolist()
    [[2.0, 3.0], [2.0, 3.0]]
    """
    raise NotImplementedError("self_attention is yours to write")
