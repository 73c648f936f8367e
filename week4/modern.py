"""Modern parts: what has changed in language models since GPT-2.

Llama, Qwen, Mistral and their relatives have the frame of `nanogpt`, with four of its parts
exchanged: RMSNorm for layer_norm, rotated queries and keys for the table wpe, SwiGLU for the MLP,
and while they write, a cache of keys and values, so that each token is worked on once. T is the
number of tokens, d the length of a vector, and `...` stands for any number of leading batch axes,
including none.
"""

import numpy as np


def attention_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large logits too.

    Examples
    --------
    >>> attention_softmax(np.array([1000.0, 1000.0])).tolist()
    [0.5, 0.5]
    """
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def rms_norm(x: np.ndarray, gain: np.ndarray, eps: float = 1e-6) -> np.ndarray:
    """Return each vector with a root mean square of 1, then stretched by `gain`.

    It is `layer_norm` without what turned out not to matter: no mean is subtracted and no bias is
    added. What is left keeps the numbers in a deep network at one size, and costs less.

    In Llama: class `RMSNorm`, `x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)`, times
    `self.weight`.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        Vectors of length d.
    gain : ndarray of shape (d,)
        What each entry is multiplied by after normalising.
    eps : float
        Added to the mean square, under the root, so that a vector of zeros stays one.

    Returns
    -------
    ndarray of shape (..., d)
        x / √(mean(x²) + eps) · gain, with the mean of the squares over the last axis.

    References
    ----------
    B. Zhang, R. Sennrich, Root Mean Square Layer Normalization, 2019, eq. (4).

    Examples
    --------
    >>> rms_norm(np.array([[1.0, -7.0], [0.0, 0.0]]), gain=np.array([5.0, 10.0])).round(4).tolist()
    [[1.0, -14.0], [0.0, 0.0]]
    """
    raise NotImplementedError("rms_norm is yours to write")


def rope(x: np.ndarray, positions: np.ndarray, base: float = 10000.0) -> np.ndarray:
    """Return queries or keys turned by their positions: rotary position embedding.

    Attention compares a query with a key by their inner product, and an inner product does not
    change if both vectors are turned alike. So if each is turned by an angle that grows with its
    own position, what remains is the difference of the angles: how far apart the two tokens are,
    and not where they stand. A vector is cut into pairs of neighbours, arrows in a plane, and each
    pair turns at its own speed, the first fastest, as the hands of a clock do.

    In Llama: `apply_rotary_emb`, with the angles of `precompute_freqs_cis`. It replaces the table
    `wpe` of GPT-2, and has nothing to learn.

    Parameters
    ----------
    x : ndarray of shape (..., T, d)
        Queries or keys, d even.
    positions : ndarray of shape (T,)
        The position of each of the T vectors: whole numbers, in any order.
    base : float
        A positive number, from which the speeds follow.

    Returns
    -------
    ndarray of shape (..., T, d)
        The pair of entries 2i and 2i + 1 of the vector at position p, as an arrow (a, b), turned
        counterclockwise by the angle θ = p · base^(−2i/d): (a cos θ − b sin θ, a sin θ + b cos θ).
        Position 0 leaves a vector as it is, and no length ever changes.

    Raises
    ------
    ValueError
        If d is odd.

    References
    ----------
    J. Su et al., RoFormer: Enhanced Transformer with Rotary Position Embedding, 2021,
    section 3.2.2.

    Examples
    --------
    >>> x = np.array([[1.0, 0.0, 1.0, 0.0]])
    >>> rope(x, positions=np.array([1]), base=4.0).round(4).tolist()  # angles 1 and 1/2
    [[0.5403, 0.8415, 0.8776, 0.4794]]
    """
    raise NotImplementedError("rope is yours to write")


def swiglu(x: np.ndarray, W_gate: np.ndarray, W_up: np.ndarray, W_down: np.ndarray) -> np.ndarray:
    """Return the output of an MLP with a gate: one layer says what, another one how much of it.

    The MLP of GPT-2 is a layer, a bend, and a layer. Here the first is doubled: one goes through
    the bend, silu(z) = z·σ(z), a near relative of `gelu`, and the two are multiplied entry by
    entry. Where the gate is near 0, nothing passes. There are no biases.

    In Llama: class `FeedForward`, `self.w2(F.silu(self.w1(x)) * self.w3(x))`.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        One vector per token.
    W_gate, W_up : ndarray of shape (h, d)
        Weights (out, in) of the two layers, h being the width in between.
    W_down : ndarray of shape (d, h)
        Weights (out, in) of the layer that leads back.

    Returns
    -------
    ndarray of shape (..., d)
        (silu(x W_gateᵀ) ∘ x W_upᵀ) W_downᵀ, where ∘ multiplies entry by entry. Right for entries
        of x W_gateᵀ within ±1000 at least, without overflow and without a warning.

    References
    ----------
    N. Shazeer, GLU Variants Improve Transformer, 2020, eq. (6).

    Examples
    --------
    >>> x, W_down = np.array([[1.0, 3.0]]), np.array([[1.0], [10.0]])
    >>> W_gate, W_up = np.array([[1000.0, 0.0]]), np.array([[0.0, 2.0]])  # an open gate
    >>> swiglu(x, W_gate, W_up, W_down).tolist()  # 1000 · 6
    [[6000.0, 60000.0]]
    """
    raise NotImplementedError("swiglu is yours to write")


def cached_attention(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    cache_k: np.ndarray,
    cache_v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what one new token reads from all before it, and the caches with that token added.

    `generate` of nanogpt computes the whole text anew for each token that it writes, though
    nothing before the last one changes: attention is causal. So keys and values of earlier tokens
    are kept. A new token computes its own query, key and value, adds the last two to the cache,
    and asks all of it. This *KV cache* is why the memory of a chatbot grows with the conversation.

    In Llama: `self.cache_k[:bsz, start_pos : start_pos + seqlen] = xk`, and likewise `cache_v`, in
    class `Attention`.

    Parameters
    ----------
    q, k, v : ndarray of shape (d,)
        Query, key and value of the new token.
    cache_k, cache_v : ndarray of shape (t, d)
        Keys and values of the t tokens before it, the oldest first. At the start of a text t is 0.

    Returns
    -------
    output : ndarray of shape (d,)
        The average of all t + 1 values, the new one included, weighted by the softmax of the t + 1
        scores, the query's inner products with the keys, divided by √d. That is the last row of
        `causal_attention` over all t + 1 tokens, and right for scores of ±10,000 too.
    new_cache_k, new_cache_v : ndarray of shape (t + 1, d)
        New arrays: the caches with k and v as their last rows.

    References
    ----------
    N. Shazeer, Fast Transformer Decoding: One Write-Head is All You Need, 2019.

    Examples
    --------
    >>> q, empty = np.zeros(1), np.zeros((0, 1))  # a query of 0: plain means
    >>> output, cache_k, cache_v = cached_attention(q, np.ones(1), np.array([2.0]), empty, empty)
    >>> output, cache_k, cache_v = cached_attention(
    ...     q, np.ones(1), np.array([4.0]), cache_k, cache_v
    ... )
    >>> output.tolist(), cache_v.tolist()
    ([3.0], [[2.0], [4.0]])
    """
    raise NotImplementedError("cached_attention is yours to write")
