"""nanoGPT: a language model, line by line.

These eight functions are GPT-2 as Andrej Karpathy's nanoGPT writes it, in numpy and without
training: gelu and layer_norm, attention that does not see the future, several heads of it, a
block, the whole model, its loss, and the loop that writes text. Each docstring names the line of
nanoGPT's `model.py` that the function stands for and the earlier exercise that it builds on. Each
function may call those above it. T is the number of tokens, d the width of the model (`n_embd`),
and `...` stands for any number of leading batch axes, including none.
"""

from typing import Any

import numpy as np


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the softmax over the last axis: a given helper, right for large logits too.

    It is week 3's `softmax` at temperature 1. A logit of minus infinity gets probability 0; each
    row needs at least one that is finite.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 1000.0], [0.0, -np.inf]])).tolist()
    [[0.5, 0.5], [1.0, 0.0]]
    """
    exponentials = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exponentials / np.sum(exponentials, axis=-1, keepdims=True)


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return the natural log of the softmax over the last axis: a given helper, as week 3's.

    It is finite for any finite logits, also where the softmax itself is 0.

    Examples
    --------
    >>> log_softmax(np.array([1000.0, 0.0])).tolist()
    [0.0, -1000.0]
    """
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def gelu(x: np.ndarray | float) -> np.ndarray | float:
    """Return x·Φ(x) for each entry: a ReLU whose corner is round.

    Φ is the cumulative distribution of the standard normal, the area under week 3's `gaussian_pdf`
    up to x. A large x passes unchanged, a very negative one is stopped, and in between there is a
    slope everywhere, so a unit that is slightly off can still learn.

    In nanoGPT: `self.gelu = nn.GELU()` in class `MLP`. That is this exact function; OpenAI's own
    GPT-2 used an approximation with tanh, which is off by up to 0.0005.

    Parameters
    ----------
    x : ndarray of shape (...), or one number
        Any numbers.

    Returns
    -------
    ndarray of shape (...), or one number
        x·Φ(x) with an error of at most 1e-12. numpy has no error function; Python's `math` has
        `erf` and `erfc`, for one number at a time.

    References
    ----------
    D. Hendrycks, K. Gimpel, Gaussian Error Linear Units, 2016, section 2.

    Examples
    --------
    >>> gelu(np.array([-1000.0, -1.0, 0.0, 1.0, 1000.0])).round(6).tolist()
    [-0.0, -0.158655, 0.0, 0.841345, 1000.0]
    """
    ### BEGIN SOLUTION
    import math

    erfc = np.vectorize(math.erfc, otypes=[float])
    # Φ(x) = (1 + erf(x/√2)) / 2 = erfc(-x/√2) / 2: in the left tail only the latter does not cancel
    return x * (0.5 * erfc(-np.asarray(x) / math.sqrt(2.0)))
    ### END SOLUTION


def layer_norm(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return each vector with mean 0 and variance 1, then stretched by `gain` and moved by `bias`.

    It keeps the numbers in a deep network at one size, whatever the layers before did. Every
    token is normalised by itself, so neither the batch nor other tokens matter. Mean and variance
    are those of week 3's `gaussian_mle`, which divides by the number of entries.

    In nanoGPT: `F.layer_norm(input, self.weight.shape, self.weight, self.bias, 1e-5)` in class
    `LayerNorm`, used twice in each block and once before the head.

    Parameters
    ----------
    x : ndarray of shape (..., d)
        Vectors of length d, with any number of leading axes, including none.
    gain, bias : ndarray of shape (d,)
        What each entry is multiplied by, and what is added to it, after normalising.
    eps : float
        Added to the variance, under the root, so that a vector of equal entries is not divided by
        0.

    Returns
    -------
    ndarray of shape (..., d)
        gain·(x − mean)/√(variance + eps) + bias, with mean and variance over the last axis, the
        variance divided by d (not d − 1).

    References
    ----------
    J. Ba, J. Kiros, G. Hinton, Layer Normalization, 2016, equation (4).

    Examples
    --------
    >>> x = np.array([[1.0, 3.0], [70.0, 30.0]])
    >>> layer_norm(x, gain=np.array([1.0, 2.0]), bias=np.array([0.0, 5.0])).round(3).tolist()
    [[-1.0, 7.0], [1.0, 3.0]]
    """
    ### BEGIN SOLUTION
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    return gain * (x - mean) / np.sqrt(variance + eps) + bias
    ### END SOLUTION


def causal_attention(Q: np.ndarray, K: np.ndarray, V: np.ndarray) -> np.ndarray:
    """Return what each position reads from itself and the positions before it.

    It is week 1's `self_attention` after the projections, softmax(Q Kᵀ/√d) V, with one change: a
    score of a position with a later one does not count. A language model is trained to predict
    each token from those before, at all positions at once; if it could look ahead, it would copy
    the answer.

    In nanoGPT: `F.scaled_dot_product_attention(q, k, v, …, is_causal=True)` in class
    `CausalSelfAttention`, or, written out below it, `att.masked_fill(…, float('-inf'))` between
    the scores and the softmax.

    Parameters
    ----------
    Q, K, V : ndarray of shape (..., T, d)
        Queries, keys and values, one per position; the leading axes are texts, heads, or both.

    Returns
    -------
    ndarray of shape (..., T, d)
        Row t is the average of V's rows 0 to t, itself included, weighted by the softmax of those
        t + 1 scores, inner products divided by √d. Later positions have no influence at all: if
        they change, earlier rows stay the same to the last bit, at least while scores lie within
        ±100,000.

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, 2017, section 3.2.3.

    Examples
    --------
    >>> Q = K = np.zeros((3, 1))  # equal scores: running means
    >>> causal_attention(Q, K, V=np.array([[2.0], [4.0], [9.0]])).round(12).tolist()
    [[2.0], [3.0], [5.0]]
    """
    ### BEGIN SOLUTION
    T, d = Q.shape[-2:]
    scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(d)  # (..., T, d) @ (..., d, T) -> (..., T, T)
    is_seen = np.tri(T, dtype=bool)  # row t: True in columns 0 to t
    # The softmax turns minus infinity into exactly 0, and 0 times a later value adds nothing.
    weights = softmax(np.where(is_seen, scores, -np.inf))
    return weights @ V  # (..., T, T) @ (..., T, d) -> (..., T, d)
    ### END SOLUTION


def multi_head_attention(
    x: np.ndarray,
    W_qkv: np.ndarray,
    b_qkv: np.ndarray,
    W_out: np.ndarray,
    b_out: np.ndarray,
    n_head: int,
) -> np.ndarray:
    """Return causal attention in `n_head` heads that each work on a part of the d features.

    One softmax can look for one thing. Several heads look for several: one for the previous word,
    one for the subject of the sentence. Each has queries, keys and values of length d/n_head, so
    all together cost no more than one of full width. Both projections are week 1's `linear`.

    In nanoGPT: class `CausalSelfAttention`: `self.c_attn(x).split(self.n_embd, dim=2)`, then
    `view(B, T, self.n_head, C // self.n_head).transpose(1, 2)` and back, then `self.c_proj(y)`.

    Parameters
    ----------
    x : ndarray of shape (..., T, d)
        One vector per token, with any number of leading batch axes, including none.
    W_qkv : ndarray of shape (3d, d)
        Weights (out, in): the first d rows make queries, the next d keys, the last d values.
    b_qkv : ndarray of shape (3d,)
        Their biases, in the same order.
    W_out : ndarray of shape (d, d)
        Weights (out, in) that mix what the heads have read.
    b_out : ndarray of shape (d,)
        Its bias.
    n_head : int
        Number of heads. Head i takes the i-th stretch of d/n_head neighbouring entries of each
        query, key and value, and gives the same stretch of what goes into W_out.

    Returns
    -------
    ndarray of shape (..., T, d)
        What the heads have read, side by side, times W_outᵀ, plus b_out. A head's scores are
        divided by √(d/n_head), the length of its own keys.

    Raises
    ------
    ValueError
        If d is not divisible by `n_head`.

    References
    ----------
    A. Vaswani et al., Attention Is All You Need, 2017, section 3.2.2.

    Examples
    --------
    >>> x = np.array([[2.0, 20.0], [4.0, 60.0]])
    >>> W_qkv = np.concatenate([np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2)])  # equal scores
    >>> multi_head_attention(x, W_qkv, np.zeros(6), np.eye(2), np.array([1.0, 0.0]), 2).tolist()
    [[3.0, 20.0], [4.0, 40.0]]
    """
    ### BEGIN SOLUTION
    d = x.shape[-1]
    if d % n_head != 0:
        raise ValueError(f"n_head must divide the width of x, {d}; got {n_head}")
    qkv = x @ W_qkv.T + b_qkv  # (..., T, d) @ (d, 3d) -> (..., T, 3d)
    heads = qkv.reshape(*x.shape[:-1], 3, n_head, d // n_head)
    # The positions must stand before the features of one head: (..., 3, n_head, T, d / n_head)
    heads = np.moveaxis(heads, -4, -2)
    Q, K, V = (heads[..., i, :, :, :] for i in range(3))
    read = causal_attention(Q, K, V)  # (..., n_head, T, d / n_head)
    side_by_side = np.swapaxes(read, -3, -2).reshape(x.shape)
    return side_by_side @ W_out.T + b_out
    ### END SOLUTION


def transformer_block(x: np.ndarray, params: dict[str, np.ndarray], n_head: int) -> np.ndarray:
    """Return x after one block of GPT-2: first tokens talk, then each thinks for itself.

    Attention carries information between positions; the MLP, two layers with a GELU in between,
    works on every position alone. Both read a normalised copy of x and add their result to x
    itself. Thanks to that straight way through, gradients reach the first of a hundred blocks.
    The MLP is week 2's network from `mlp_loss_and_gradients`, with GELU for ReLU.

    In nanoGPT: the two lines of `Block.forward`, `x = x + self.attn(self.ln_1(x))` and
    `x = x + self.mlp(self.ln_2(x))`.

    Parameters
    ----------
    x : ndarray of shape (..., T, d)
        One vector per token.
    params : dict of str to ndarray
        "ln1_gain", "ln1_bias" (d,), "W_qkv" (3d, d), "b_qkv" (3d,), "W_out" (d, d), "b_out" (d,)
        for attention; "ln2_gain", "ln2_bias" (d,), "W_fc" (4d, d), "b_fc" (4d,), "W_proj"
        (d, 4d), "b_proj" (d,) for the MLP. Weights are (out, in).
    n_head : int
        Number of heads.

    Returns
    -------
    ndarray of shape (..., T, d)
        x + attention(layer_norm(x)), and to that its own MLP(layer_norm(…)) added, where
        MLP(z) = gelu(z W_fcᵀ + b_fc) W_projᵀ + b_proj. Both norms use the default eps.

    References
    ----------
    A. Radford et al., Language Models are Unsupervised Multitask Learners, 2019, section 2.3.

    Examples
    --------
    >>> zero, one = np.zeros(1), np.ones(1)
    >>> params = {  # attention adds 5, the MLP 4 times 100, plus 1
    ...     "ln1_gain": one, "ln1_bias": zero, "W_qkv": np.zeros((3, 1)), "b_qkv": np.zeros(3),
    ...     "W_out": np.zeros((1, 1)), "b_out": np.array([5.0]),
    ...     "ln2_gain": one, "ln2_bias": zero, "W_fc": np.zeros((4, 1)), "b_fc": np.full(4, 100.0),
    ...     "W_proj": np.ones((1, 4)), "b_proj": one,
    ... }
    >>> transformer_block(np.array([[1.0], [2.0]]), params, n_head=1).tolist()
    [[407.0], [408.0]]
    """
    ### BEGIN SOLUTION
    p = params
    z = layer_norm(x, p["ln1_gain"], p["ln1_bias"])
    x = x + multi_head_attention(z, p["W_qkv"], p["b_qkv"], p["W_out"], p["b_out"], n_head)
    z = layer_norm(x, p["ln2_gain"], p["ln2_bias"])
    hidden = gelu(z @ p["W_fc"].T + p["b_fc"])  # (..., T, d) @ (d, 4d) -> (..., T, 4d)
    return x + hidden @ p["W_proj"].T + p["b_proj"]  # (..., T, 4d) @ (4d, d) -> (..., T, d)
    ### END SOLUTION


def gpt_logits(tokens: np.ndarray, params: dict[str, Any], n_head: int) -> np.ndarray:
    """Return the scores of every possible next token, after each of the tokens: a whole GPT.

    A token's vector says what it is, a position's vector where it is; their sum goes through the
    blocks. At the end the vector of each position is compared, by week 1's inner product, with
    the vectors of all tokens: the table that turned tokens into vectors turns vectors into scores.

    In nanoGPT: `GPT.forward`: `tok_emb = self.transformer.wte(idx)`, `pos_emb =
    self.transformer.wpe(pos)`, `for block in self.transformer.h`, `self.transformer.ln_f(x)`,
    `self.lm_head(x)`, with `self.transformer.wte.weight = self.lm_head.weight`.

    Parameters
    ----------
    tokens : ndarray of int64, shape (T,)
        The text so far, as numbers from 0 to vocab − 1.
    params : dict
        "wte" (vocab, d): a vector for each token. "wpe" (context, d): a vector for each position.
        "blocks": a list with the params of each `transformer_block`, in the order in which they
        are applied. "lnf_gain" and "lnf_bias" (d,): the last `layer_norm`, with the default eps.
    n_head : int
        Number of heads in each block.

    Returns
    -------
    ndarray of shape (T, vocab)
        Row t holds the logits for the token that follows tokens[0] … tokens[t].

    Raises
    ------
    ValueError
        If there are more tokens than `context`, the number of positions that have a vector.

    References
    ----------
    A. Radford et al., Language Models are Unsupervised Multitask Learners, 2019, section 2.3.

    Examples
    --------
    >>> params = {  # no blocks: what remains is a table of which token follows which
    ...     "wte": np.array([[1.0, -1.0], [0.0, 5.0], [2.0, 0.0]]), "wpe": np.zeros((4, 2)),
    ...     "blocks": [], "lnf_gain": np.ones(2), "lnf_bias": np.zeros(2),
    ... }
    >>> gpt_logits(np.array([0, 2]), params, n_head=1).round(2).tolist()
    [[2.0, -5.0, 2.0], [2.0, -5.0, 2.0]]
    """
    ### BEGIN SOLUTION
    n_tokens, context = len(tokens), len(params["wpe"])
    if n_tokens > context:
        raise ValueError(f"tokens has length {n_tokens}, and the context only {context}")
    x = params["wte"][tokens] + params["wpe"][:n_tokens]  # (T, d)
    for block in params["blocks"]:
        x = transformer_block(x, block, n_head)
    x = layer_norm(x, params["lnf_gain"], params["lnf_bias"])
    return x @ params["wte"].T  # (T, d) @ (d, vocab) -> (T, vocab)
    ### END SOLUTION


def next_token_loss(logits: np.ndarray, tokens: np.ndarray) -> float:
    """Return how surprised the model is by each next token, in nats, on average.

    This one number is all that a language model is trained on. The logits after token t are a
    forecast of token t + 1, so T tokens give T − 1 forecasts to judge, by the cross-entropy of
    week 3's `cross_entropy_from_logits`; what is new is which row judges which token, and so the
    `log_softmax` is given. A model that knows nothing has a loss of ln(vocab); e to
    the loss is the `perplexity` of this week's first module.

    In nanoGPT: `F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), …)` in
    `GPT.forward`, and in `train.py` the targets, `data[i+1:i+1+block_size]`, one token further
    than the inputs.

    Parameters
    ----------
    logits : ndarray of shape (T, vocab)
        Row t scores the token that follows position t; any numbers, ±10,000 included. T is at
        least 2.
    tokens : ndarray of int64, shape (T,)
        The text that the logits were computed from.

    Returns
    -------
    float
        Mean over t of minus the natural log of the probability that the softmax of logits[t]
        gives to tokens[t + 1], computed without overflow, without the log of 0 and without a
        warning. The last row of logits forecasts a token that is not there, and does not count.

    References
    ----------
    Y. Bengio et al., A Neural Probabilistic Language Model, JMLR 3, 2003.

    Examples
    --------
    >>> logits = np.array([[0.0, 0.0], [0.0, np.log(3.0)], [7.0, -7.0]])
    >>> loss = next_token_loss(logits, tokens=np.array([0, 1, 1]))  # ln 2, then ln(4/3)
    >>> round(float(loss), 6)
    0.490415
    """
    ### BEGIN SOLUTION
    log_probs, targets = log_softmax(logits[:-1]), tokens[1:]
    return -np.mean(log_probs[np.arange(len(targets)), targets])
    ### END SOLUTION


def generate(
    params: dict[str, Any],
    prompt: np.ndarray,
    u: np.ndarray,
    n_head: int,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> np.ndarray:
    """Return the prompt and len(u) more tokens, each drawn from what the model expects next.

    This is all there is to writing: ask for the logits after the last token, draw one token,
    append it, ask again. Week 3's exercises follow one another here: `softmax` with its
    temperature, `top_k`, `sample_categorical`.

    In nanoGPT: `GPT.generate`, from `idx_cond = … idx[:, -self.config.block_size:]` to
    `idx = torch.cat((idx, idx_next), dim=1)`. Two things differ: the numbers `u` stand in for
    `torch.multinomial`, and of tokens that tie at the border of the top k nanoGPT keeps all.

    Parameters
    ----------
    params : dict
        A model, as in `gpt_logits`.
    prompt : ndarray of int64, shape (T,)
        The beginning of the text, at least one token; it may be longer than the context.
    u : ndarray of shape (n,)
        One uniform number in [0, 1) for each token to append, u[0] for the first. It may be
        empty.
    n_head : int
        Number of heads.
    temperature : float
        Positive; logits are divided by it before the softmax.
    top_k : int, optional
        From 1 to vocab: only that many largest logits stay possible, and their probabilities are
        scaled to sum to 1; where logits tie at the border, lower tokens stay. Without it all stay.

    Returns
    -------
    ndarray of int64, shape (T + n,)
        The whole prompt, then the new tokens. Each is the least token whose probability and those
        of all lower tokens together exceed its u, and never one of probability 0, even where
        rounding leaves the sum of all at or below u. The model sees the last `context` tokens at
        most, so positions start again at 0 there; the text itself is never cut.

    References
    ----------
    A. Fan, M. Lewis, Y. Dauphin, Hierarchical Neural Story Generation, 2018 (top-k sampling).

    Examples
    --------
    >>> params = {  # logits of 0, ln 2 and 0, whatever came before
    ...     "wte": np.array([[0.0], [np.log(2.0)], [0.0]]), "wpe": np.zeros((4, 1)), "blocks": [],
    ...     "lnf_gain": np.zeros(1), "lnf_bias": np.ones(1),
    ... }
    >>> generate(params, np.array([1, 2]), u=np.array([0.2, 0.7, 0.8]), n_head=1).tolist()
    [1, 2, 0, 1, 2]
    >>> generate(params, np.array([1]), np.array([0.2, 0.8]), n_head=1, top_k=2).tolist()
    [1, 0, 1]
    """
    ### BEGIN SOLUTION
    context = len(params["wpe"])
    text = [int(token) for token in prompt]
    for number in u:
        logits = gpt_logits(np.array(text[-context:]), params, n_head)[-1] / temperature
        if top_k is not None:
            # A stable sort leaves equal logits in the order of their tokens.
            left_out = np.argsort(-logits, kind="stable")[top_k:]
            logits[left_out] = -np.inf
        probs = softmax(logits)
        token = np.searchsorted(np.cumsum(probs), number, side="right")
        # Rounding can leave the last sum at or below the number: stay among possible tokens.
        text.append(int(min(token, np.flatnonzero(probs)[-1])))
    return np.array(text, dtype=np.int64)
    ### END SOLUTION
