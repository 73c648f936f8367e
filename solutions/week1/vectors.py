"""Vectors: how a network holds a word, an image or a user, and how it compares two of them."""

import numpy as np


def dot(a: np.ndarray, b: np.ndarray) -> float:
    """Return the inner product of two vectors.

    Multiply entry by entry, then add up. It is the one operation that AI hardware is built for:
    each output of a layer is an inner product of inputs and weights, each attention score one of
    a query and a key, each hit of a vector search one of a question and a document.

    Parameters
    ----------
    a, b : ndarray of shape (n,)
        Two vectors of one length.

    Returns
    -------
    float
        The sum of a[i] * b[i] over all i.

    Raises
    ------
    ValueError
        If the lengths differ. A vector of length 1 is not stretched to fit the other.

    References
    ----------
    I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, 2016, section 2.2.

    Examples
    --------
    >>> dot(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]))
    32.0
    """
    ### BEGIN SOLUTION
    if a.shape != b.shape:  # numpy would stretch a length of 1 without a word
        raise ValueError(f"a and b differ in length: a is {a.shape}, b is {b.shape}")
    return float(np.sum(a * b))
    ### END SOLUTION


def neuron(x: np.ndarray, w: np.ndarray, b: float) -> float:
    """Return what one neuron computes before its activation function: w·x + b.

    The weights say how much each input counts, and in which direction; the bias says how easily
    the neuron fires without any input. Everything from the perceptron to the largest language
    model is made of this.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Inputs.
    w : ndarray of shape (n,)
        One weight per input.
    b : float
        Bias, added once.

    Returns
    -------
    float
        The weighted sum plus the bias. There is no activation function yet: it may be negative.

    References
    ----------
    F. Rosenblatt, The perceptron, Psychological Review 65(6), 1958.

    Examples
    --------
    >>> neuron(np.array([1.0, 2.0]), np.array([3.0, -4.0]), 0.5)
    -4.5
    """
    ### BEGIN SOLUTION
    return float(w @ x + b)
    ### END SOLUTION


def linear(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the outputs of a whole layer of neurons: x Wᵀ + b along the last axis.

    Row o of W holds the weights of neuron o. This is `torch.nn.Linear`, and most of a transformer:
    queries, keys, values and the MLP are all this layer, at each position of each text of a batch.

    Parameters
    ----------
    x : ndarray of shape (..., in)
        Inputs, with any number of leading batch axes, including none.
    W : ndarray of shape (out, in)
        Weights, one row per output.
    b : ndarray of shape (out,)
        Biases, one per output.

    Returns
    -------
    ndarray of shape (..., out)
        The batch axes of `x` are kept. Entry [..., o] is W[o] · x[...] + b[o].

    References
    ----------
    PyTorch documentation, `torch.nn.Linear`.

    Examples
    --------
    >>> W = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 0.0]])
    >>> linear(np.array([1.0, 2.0, 3.0]), W, b=np.array([10.0, 20.0])).tolist()
    [17.0, 18.0]
    """
    ### BEGIN SOLUTION
    return x @ W.T + b  # (..., in) @ (in, out) -> (..., out)
    ### END SOLUTION


def norm(a: np.ndarray) -> float:
    """Return the Euclidean length of a vector, however large or small its entries are.

    Lengths are everywhere in training: weight decay shrinks them, gradient clipping bounds them,
    normalisation layers divide by them. The textbook formula squares first, and the square of
    1e200 is too large for a float64, that of 1e-200 too small. Half precision gets there with
    entries of 300.

    Parameters
    ----------
    a : ndarray of shape (n,)
        A vector. Its entries may be as large as 1e200 and as small as 1e-200.

    Returns
    -------
    float
        The square root of the sum of squares, without overflow or underflow on the way, and
        without a warning. It is 0 for the zero vector.

    References
    ----------
    J. L. Blue, A portable Fortran program to find the Euclidean norm of a vector, ACM Transactions
    on Mathematical Software 4(1), 1978.

    Examples
    --------
    >>> norm(np.array([3.0, 4.0]))
    5.0
    >>> f"{norm(np.array([3e200, -4e200])):.3g}"
    '5e+200'
    """
    ### BEGIN SOLUTION
    largest = np.max(np.abs(a))
    if largest == 0:
        return 0.0
    scaled = a / largest  # entries from -1 to 1: the squares that underflow do not matter
    return float(largest * np.sqrt(np.sum(scaled**2)))
    ### END SOLUTION


def cosine_similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of the angle between two vectors.

    It asks whether two vectors point the same way and does not care how long they are: 1 is the
    same direction, 0 a right angle, -1 the opposite. Search engines and chatbots that look things
    up (RAG) rank text by it, and so do face recognition and recommenders.

    Parameters
    ----------
    a, b : ndarray of shape (d,)
        Two vectors of one length, neither of them zero.

    Returns
    -------
    float
        The inner product divided by both lengths. It is never outside [-1, 1], although rounding
        would at times give 1.0000000000000002 for parallel vectors, and `arccos` of that is nan.

    Raises
    ------
    ValueError
        If `a` or `b` is the zero vector, which points nowhere. A very short one is not zero.

    References
    ----------
    C. Manning, P. Raghavan, H. Schütze, Introduction to Information Retrieval, 2008, section 6.3.

    Examples
    --------
    >>> round(cosine_similarity(np.array([3.0, 0.0]), np.array([2.0, 2.0])), 4)
    0.7071
    """
    ### BEGIN SOLUTION
    length_a, length_b = norm(a), norm(b)
    if length_a == 0 or length_b == 0:
        name = "a" if length_a == 0 else "b"
        raise ValueError(f"{name} is the zero vector, which has no direction")
    cosine = dot(a / length_a, b / length_b)
    return min(1.0, max(-1.0, cosine))
    ### END SOLUTION


def cosine_similarity_matrix(X: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """Return the cosine between each row of `X` and each row of `Y`.

    One question against a million documents, or each image of a batch against each caption, as
    CLIP learns from: written as a loop over pairs this takes minutes, as one matrix product a
    moment. Once all rows have length 1, their inner products are the cosines.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        n vectors as rows, none of them zero.
    Y : ndarray of shape (m, d)
        m vectors as rows, none of them zero.

    Returns
    -------
    ndarray of shape (n, m)
        Entry (i, j) is the cosine between X[i] and Y[j]. There is no Python loop over pairs:
        2,000 by 2,000 rows of 64 entries take less than a second.

    References
    ----------
    A. Radford et al., Learning Transferable Visual Models From Natural Language Supervision, 2021,
    figure 3.

    Examples
    --------
    >>> X = np.array([[2.0, 0.0], [0.0, 3.0]])
    >>> Y = np.array([[3.0, 4.0], [-1.0, 0.0], [0.0, 5.0]])
    >>> cosine_similarity_matrix(X, Y).tolist()
    [[0.6, -1.0, 0.0], [0.8, 0.0, 1.0]]
    """
    ### BEGIN SOLUTION
    X_unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    Y_unit = Y / np.linalg.norm(Y, axis=1, keepdims=True)
    return X_unit @ Y_unit.T  # (n, d) @ (d, m) -> (n, m)
    ### END SOLUTION


def nearest(query: np.ndarray, vectors: np.ndarray, k: int = 1) -> np.ndarray:
    """Return the indices of the k rows most similar to `query` by cosine, best first.

    This is a vector database in one function: texts become vectors, a question becomes a vector,
    and the k nearest texts are what a language model gets to read before it answers.

    Parameters
    ----------
    query : ndarray of shape (d,)
        What to look for, not zero.
    vectors : ndarray of shape (n, d)
        Where to look: one vector per row, none of them zero.
    k : int
        How many to return, from 1 to n.

    Returns
    -------
    ndarray of shape (k,)
        Row indices, the most similar first. Of rows that are exactly equally similar, the lower
        index comes first. Even for k = 1 it is an array, of one index.

    Raises
    ------
    ValueError
        If `k` is less than 1 or more than n.

    References
    ----------
    J. Johnson, M. Douze, H. Jégou, Billion-scale similarity search with GPUs, 2017 (Faiss).

    Examples
    --------
    >>> vectors = np.array([[0.0, 9.0], [1.0, 0.1], [-5.0, 0.0], [2.0, 2.0]])
    >>> nearest(np.array([1.0, 0.0]), vectors, k=3).tolist()
    [1, 3, 0]
    """
    ### BEGIN SOLUTION
    n = len(vectors)
    if not 1 <= k <= n:
        raise ValueError(f"k must be from 1 to {n}, the number of vectors, got {k}")
    similarities = cosine_similarity_matrix(query[np.newaxis, :], vectors)[0]
    # A stable sort of the negatives is descending and keeps the lower index first on a tie;
    # an ascending sort read backwards would keep the higher one.
    return np.argsort(-similarities, kind="stable")[:k]
    ### END SOLUTION


def analogy(embeddings: dict[str, np.ndarray], positive: list[str], negative: list[str]) -> str:
    """Return the word that completes an analogy: king - man + woman is about queen.

    Word vectors learned from text turned out to hold relations as directions: the step from man to
    woman is about the step from king to queen. The same arithmetic on directions is used today to
    steer language models and to find bias in them.

    Parameters
    ----------
    embeddings : dict of str to ndarray of shape (d,)
        The vector of each word.
    positive, negative : list of str
        Words to add and words to subtract. `negative` may be empty, and a word that is listed
        twice counts twice.

    Returns
    -------
    str
        The word whose vector is most similar by cosine to the sum of the positive vectors minus
        the sum of the negative ones. The vectors are added as given, not normalised first. The
        given words themselves are left out: king - man + woman is often nearest to king.

    Raises
    ------
    KeyError
        If a word of either list is not in `embeddings`.

    References
    ----------
    T. Mikolov, W. Yih, G. Zweig, Linguistic Regularities in Continuous Space Word Representations,
    2013.

    Examples
    --------
    >>> embeddings = {
    ...     "king": np.array([0.8, 0.2, 0.9, -0.5]),
    ...     "queen": np.array([0.7, 0.8, 0.85, -0.4]),
    ...     "man": np.array([0.9, 0.1, 0.5, -0.6]),
    ...     "woman": np.array([0.8, 0.7, 0.45, -0.5]),
    ...     "crown": np.array([0.1, 0.4, 0.9, 0.0]),
    ... }
    >>> analogy(embeddings, positive=["king", "woman"], negative=["man"])
    'queen'
    """
    ### BEGIN SOLUTION
    target = sum(embeddings[word] for word in positive) - sum(embeddings[word] for word in negative)
    given = {*positive, *negative}
    candidates = [word for word in embeddings if word not in given]
    best = nearest(target, np.array([embeddings[word] for word in candidates]))
    return candidates[best[0]]
    ### END SOLUTION
