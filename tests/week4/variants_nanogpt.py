"""Right and wrong ways to write the exercises of `nanogpt`."""

import math

import numpy as np

from grader.variants import right, wrong


def _erf(x):
    return np.array([math.erf(v) for v in np.ravel(x)]).reshape(np.shape(x))


def _softmax(scores, axis=-1):
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _scores(Q, K):
    return Q @ np.swapaxes(K, -1, -2) / math.sqrt(Q.shape[-1])


def _attend(Q, K, V):
    return _softmax(np.where(np.tri(Q.shape[-2]) > 0, _scores(Q, K), -np.inf)) @ V


def _norm(x, gain, bias, eps=1e-5):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps) * gain + bias


def _split(z, n_head):
    return np.swapaxes(z.reshape(*z.shape[:-1], n_head, -1), -2, -3)


def _join(z):
    z = np.swapaxes(z, -2, -3)
    return z.reshape(*z.shape[:-2], -1)


# gelu


@right("gelu", "erf for one number, in a loop over the flattened array")
def loops_over_numbers(x):
    x = np.asarray(x, dtype=float)
    values = [v * (1.0 + math.erf(v / math.sqrt(2.0))) / 2.0 for v in x.ravel().tolist()]
    return np.array(values).reshape(x.shape)


@right("gelu", "the whole function vectorised, from the right tail")
def vectorises_the_whole(x):
    return np.vectorize(lambda v: v - 0.5 * v * math.erfc(v * math.sqrt(0.5)))(x)


@right("gelu", "math.erf as a universal function")
def makes_a_ufunc(x):
    phi = 0.5 + 0.5 * np.frompyfunc(math.erf, 1, 1)(np.divide(x, 2**0.5))
    return np.asarray(x * phi, dtype=float)


@wrong("gelu", "You took the approximation with tanh, as GPT-2 did: this is the exact one.")
def takes_the_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


@wrong("gelu", "You took x times a sigmoid of 1.702 x: that is only near it.")
def takes_a_sigmoid(x):
    return 0.5 * x * (1 + np.tanh(0.851 * x))


@wrong("gelu", "You took a polynomial for erf out of a table: it is right to 7 digits only.")
def takes_a_table(x):
    z = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = 0.254829592 + t * (
        -0.284496736 + t * (1.421413741 - t * (1.453152027 - t * 1.061405429))
    )
    tail = 0.5 * t * series * np.exp(-z * z)
    return x * np.where(np.asarray(x) > 0, 1 - tail, tail)


@wrong("gelu", "You summed the Taylor series of erf: far from 0 its terms are huge and cancel.")
def sums_the_series(x):
    z = np.asarray(x) / math.sqrt(2)
    term, total = z, z
    for n in range(1, 150):
        term = -term * z * z / n
        total = total + term / (2 * n + 1)
    return x * (0.5 + total / math.sqrt(math.pi))


@wrong("gelu", "You added up the bell curve on a grid: its error is far above 1e-12.")
def adds_up_the_curve(x):
    grid = np.linspace(-10, 10, 4001)
    area = np.cumsum(np.exp(-grid * grid / 2)) * (grid[1] - grid[0]) / math.sqrt(2 * math.pi)
    return x * np.interp(x, grid, area)


@wrong("gelu", "You cut the tail: at -5 the function is small, but not 0.")
def cuts_the_left_tail(x):
    return np.where(np.asarray(x) < -5, 0.0, 0.5 * x * (1 + _erf(np.divide(x, math.sqrt(2)))))


@wrong("gelu", "You cut the right tail: at 5 the function is almost x, but not x.")
def cuts_the_right_tail(x):
    return np.where(np.asarray(x) > 5, x, 0.5 * x * (1 + _erf(np.divide(x, math.sqrt(2)))))


@wrong("gelu", "You cut the left tail at -7: the function is -6e-12 just beyond that, and not 0.")
def cuts_the_far_left_tail(x):
    return np.where(np.asarray(x) < -7, 0.0, 0.5 * x * (1 + _erf(np.divide(x, math.sqrt(2)))))


@wrong("gelu", "You cut the right tail at 6: at 6 the function is off x by 6e-9.")
def cuts_the_far_right_tail(x):
    return np.where(np.asarray(x) > 6, x, 0.5 * x * (1 + _erf(np.divide(x, math.sqrt(2)))))


@wrong("gelu", "You forgot the root of 2 inside erf: Φ(x) is (1 + erf(x/√2)) / 2.")
def forgets_the_root(x):
    return 0.5 * x * (1 + _erf(x))


@wrong("gelu", "You returned Φ(x): it is multiplied by x.")
def returns_the_probability(x):
    return 0.5 * (1 + _erf(np.divide(x, math.sqrt(2))))


@wrong("gelu", "You took x for a row: arrays may have any number of axes, and numbers none.")
def works_on_rows_only(x):
    x = np.atleast_1d(x)
    values = [0.5 * v * (1 + math.erf(v / math.sqrt(2))) for v in (x if x.ndim == 1 else x.ravel())]
    return np.array(values)


@wrong("gelu", "You gave one number back as an array with one entry.")
def makes_arrays_of_numbers(x):
    x = np.atleast_1d(x)
    return 0.5 * x * (1 + _erf(x / math.sqrt(2)))


@wrong("gelu", "You counted on an array: a plain number has no shape, or other attributes of one.")
def needs_an_array(x):
    phi = [0.5 * math.erfc(-v / math.sqrt(2)) for v in x.ravel()]
    return x * np.array(phi).reshape(x.shape)


@wrong("gelu", "You multiplied the caller's array in place.")
def multiplies_in_place(x):
    phi = 0.5 * (1 + _erf(np.divide(x, math.sqrt(2))))
    x *= phi
    return x


# layer_norm


@right("layer_norm", "mean and variance from numpy, gain and root in one factor")
def asks_numpy(x, gain, bias, eps=1e-5):
    mean, variance = np.mean(x, axis=-1), np.var(x, axis=-1)
    factor = (variance + eps) ** -0.5
    return (x - mean[..., None]) * (factor[..., None] * gain) + bias


@right("layer_norm", "mean of the squares minus square of the mean")
def passes_once(x, gain, bias, eps=1e-5):
    mean = np.sum(x, axis=-1, keepdims=True) / x.shape[-1]
    variance = np.sum(x * x, axis=-1, keepdims=True) / x.shape[-1] - mean * mean
    return (x - mean) / np.sqrt(variance + eps) * gain + bias


@right("layer_norm", "vector by vector, number by number")
def loops_over_vectors(x, gain, bias, eps=1e-5):
    if x.ndim > 1:
        return [loops_over_vectors(row, gain, bias, eps) for row in x]
    mean = sum(x) / len(x)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in x) / len(x) + eps)
    return [float(g * (v - mean) / deviation + b) for v, g, b in zip(x, gain, bias)]


@wrong("layer_norm", "You divided the variance by d - 1: layer norm divides by d.")
def divides_by_d_minus_1(x, gain, bias, eps=1e-5):
    if x.shape[-1] == 1:
        return _norm(x, gain, bias, eps)
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / np.sqrt(x.var(axis=-1, keepdims=True, ddof=1) + eps) + bias


@wrong("layer_norm", "You added eps to the standard deviation: it belongs under the root.")
def adds_eps_outside(x, gain, bias, eps=1e-5):
    return gain * (x - x.mean(-1, keepdims=True)) / (x.std(-1, keepdims=True) + eps) + bias


@wrong("layer_norm", "You left eps out of the calculation, or took a fixed one.")
def fixes_eps(x, gain, bias, eps=1e-5):
    return _norm(x, gain, bias)


@wrong("layer_norm", "You took another default for eps: it is 1e-5.")
def has_another_default(x, gain, bias, eps=1e-6):
    return _norm(x, gain, bias, eps)


@wrong("layer_norm", "You took the larger of variance and eps: they are added.")
def takes_the_larger(x, gain, bias, eps=1e-5):
    variance = np.maximum(x.var(axis=-1, keepdims=True), eps)
    return gain * (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(variance) + bias


@wrong("layer_norm", "You divided by the variance: it is its root, the standard deviation.")
def divides_by_the_variance(x, gain, bias, eps=1e-5):
    centred = x - x.mean(axis=-1, keepdims=True)
    return gain * centred / (x.var(axis=-1, keepdims=True) + eps) + bias


@wrong("layer_norm", "You did not subtract the mean: that is RMS norm, as in Llama.")
def is_rms_norm(x, gain, bias, eps=1e-5):
    return gain * x / np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps) + bias


@wrong("layer_norm", "You normalised over axis 0, the tokens: that mixes them, as batch norm does.")
def is_batch_norm(x, gain, bias, eps=1e-5):
    return gain * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + bias


@wrong("layer_norm", "You took one mean of the whole array: each vector has its own.")
def takes_one_mean(x, gain, bias, eps=1e-5):
    return gain * (x - x.mean()) / np.sqrt(x.var() + eps) + bias


@wrong("layer_norm", "You took axis 1, which is the last one only without batch: take -1.")
def takes_axis_1(x, gain, bias, eps=1e-5):
    axis = 1 if x.ndim > 1 else 0
    mean, variance = x.mean(axis=axis, keepdims=True), x.var(axis=axis, keepdims=True)
    return gain * (x - mean) / np.sqrt(variance + eps) + bias


@wrong("layer_norm", "You multiplied the bias by the gain as well: it is added at the very end.")
def stretches_the_bias(x, gain, bias, eps=1e-5):
    return gain * _norm(x, 1.0, bias, eps)


@wrong("layer_norm", "You forgot the bias.")
def forgets_the_bias(x, gain, bias, eps=1e-5):
    return _norm(x, gain, 0.0, eps)


@wrong("layer_norm", "You took the gain as 1 + gain: here it is the factor itself.")
def adds_1_to_the_gain(x, gain, bias, eps=1e-5):
    return _norm(x, 1 + gain, bias, eps)


@wrong("layer_norm", "You squeezed the result: axes of length 1 stay.")
def squeezes_the_norm(x, gain, bias, eps=1e-5):
    return np.squeeze(_norm(x, gain, bias, eps))


@wrong("layer_norm", "You centred the caller's vectors in place.")
def centres_in_place(x, gain, bias, eps=1e-5):
    x -= x.mean(axis=-1, keepdims=True)
    return _norm(x, gain, bias, eps)


# causal_attention


@right("causal_attention", "position by position, each given only what it may see")
def reads_position_by_position(Q, K, V):
    result = np.empty_like(V)
    for t in range(Q.shape[-2]):
        seen = K[..., : t + 1, :]
        scores = np.sum(Q[..., t : t + 1, :] * seen, axis=-1) / np.sqrt(Q.shape[-1])
        weights = _softmax(scores)[..., np.newaxis]
        result[..., t, :] = np.sum(weights * V[..., : t + 1, :], axis=-2)
    return result


@right("causal_attention", "a mask of minus infinity is added, by einsum")
def adds_minus_infinity(Q, K, V):
    T = Q.shape[-2]
    mask = np.zeros((T, T))
    mask[np.triu_indices(T, 1)] = -np.inf
    weights = _softmax(np.einsum("...td,...sd->...ts", Q / Q.shape[-1] ** 0.5, K) + mask)
    return np.einsum("...ts,...sd->...td", weights, V)


@right("causal_attention", "a mask of -1e9 is added, and the given softmax taken")
def adds_minus_a_billion(Q, K, V):
    future = np.triu(np.ones((Q.shape[-2], Q.shape[-2])), k=1)
    return softmax(_scores(Q, K) - 1e9 * future) @ V  # noqa: F821 (given)


@right("causal_attention", "hidden scores set to -1e10, as GPT-2 did")
def sets_minus_ten_billion(Q, K, V):
    return _softmax(np.where(np.tri(Q.shape[-2]) > 0, _scores(Q, K), -1e10)) @ V


@right("causal_attention", "np.tril on exponentials, the maximum taken over what is seen")
def cuts_the_exponentials(Q, K, V):
    scores = _scores(Q, K)
    is_seen = np.tril(np.ones(scores.shape, dtype=bool))
    highest = np.max(scores, axis=-1, keepdims=True, where=is_seen, initial=-np.inf)
    exponentials = np.tril(np.exp(np.minimum(scores - highest, 0.0)))
    return exponentials @ V / exponentials.sum(axis=-1, keepdims=True)


@wrong("causal_attention", "You let positions see the future: mask it.")
def sees_the_future(Q, K, V):
    return _softmax(_scores(Q, K)) @ V


@wrong(
    "causal_attention",
    "You let future scores into the softmax, as its maximum or its sum: a change there shows in "
    "the rounding, and a huge one leaves 0/0. Hide them first.",
)
def masks_and_renormalises(Q, K, V):
    weights = np.tril(_softmax(_scores(Q, K)))
    return weights / weights.sum(axis=-1, keepdims=True) @ V


@wrong("causal_attention", "You masked after the softmax: the rows no longer sum to 1.")
def masks_after_the_softmax(Q, K, V):
    return np.tril(_softmax(_scores(Q, K))) @ V


@wrong(
    "causal_attention",
    "You let future scores into the softmax, as its maximum or its sum: a change there shows in "
    "the rounding, and a huge one leaves 0/0. Hide them first.",
)
def takes_the_maximum_of_all(Q, K, V):
    scores = _scores(Q, K)
    exponentials = np.tril(np.exp(scores - scores.max(axis=-1, keepdims=True)))
    return exponentials @ V / exponentials.sum(axis=-1, keepdims=True)


@wrong("causal_attention", "You added 1e-9 to the sum of exponentials: it is never near 0.")
def adds_to_the_sum(Q, K, V):
    scores = np.where(np.tri(Q.shape[-2]) > 0, _scores(Q, K), -np.inf)
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / (exponentials.sum(axis=-1, keepdims=True) + 1e-9) @ V


@wrong("causal_attention", "You set hidden scores to 0: the softmax gives a 0 its share.")
def sets_scores_to_0(Q, K, V):
    return _softmax(np.tril(_scores(Q, K))) @ V


@wrong("causal_attention", "You took -100 for minus infinity: seen scores may be lower than that.")
def sets_scores_to_minus_100(Q, K, V):
    return _softmax(np.where(np.tri(Q.shape[-2]) > 0, _scores(Q, K), -100.0)) @ V


@wrong(
    "causal_attention", "You took -10,000 for minus infinity: seen scores may be lower than that."
)
def sets_scores_to_minus_10000(Q, K, V):
    return _softmax(np.where(np.tri(Q.shape[-2]) > 0, _scores(Q, K), -1e4)) @ V


@wrong("causal_attention", "You hid every score that is 0 after np.tril: a seen one may be 0 too.")
def hides_zeros(Q, K, V):
    scores = np.tril(_scores(Q, K))
    scores = np.where(scores == 0, -1e30, scores)
    return _softmax(scores) @ V


@wrong("causal_attention", "You showed the last positions only: all earlier ones are seen.")
def sees_a_window(Q, K, V):
    T = Q.shape[-2]
    is_seen = np.tri(T) - np.tri(T, k=-8)
    return _softmax(np.where(is_seen > 0, _scores(Q, K), -np.inf)) @ V


@wrong("causal_attention", "You subtracted 10,000 from hidden scores: some are higher than that.")
def subtracts_10000(Q, K, V):
    return _softmax(_scores(Q, K) - 1e4 * (1 - np.tri(Q.shape[-2]))) @ V


@wrong(
    "causal_attention", "You subtracted 50 from hidden scores: a huge value still comes through."
)
def subtracts_50(Q, K, V):
    return _softmax(_scores(Q, K) - 50.0 * (1 - np.tri(Q.shape[-2]))) @ V


@wrong("causal_attention", "You hid the position itself as well: position t sees 0 to t.")
def hides_itself(Q, K, V):
    T = Q.shape[-2]
    is_seen = np.tri(T, k=-1) + (np.arange(T) == 0)[:, np.newaxis] * np.eye(T)
    return _softmax(np.where(is_seen > 0, _scores(Q, K), -np.inf)) @ V


@wrong("causal_attention", "You showed each position the next one too: the diagonal is the last.")
def sees_one_ahead(Q, K, V):
    return _softmax(np.where(np.tri(Q.shape[-2], k=1) > 0, _scores(Q, K), -np.inf)) @ V


@wrong("causal_attention", "You hid the past: rows are the positions that ask.")
def hides_the_past(Q, K, V):
    is_seen = np.triu(np.ones((Q.shape[-2], Q.shape[-2])))
    return _softmax(np.where(is_seen > 0, _scores(Q, K), -np.inf)) @ V


@wrong(
    "causal_attention", "You took the softmax over the positions that ask, not those that answer."
)
def takes_softmax_over_queries(Q, K, V):
    scores = np.where(np.tri(Q.shape[-2]) > 0, _scores(Q, K), -np.inf)
    return _softmax(scores, axis=-2) @ V


@wrong("causal_attention", "You left out the division by the root of d.")
def forgets_the_scale(Q, K, V):
    return _attend(Q * math.sqrt(Q.shape[-1]), K, V)


@wrong("causal_attention", "You took the root of the number of positions, not of d.")
def scales_by_positions(Q, K, V):
    return _attend(Q * math.sqrt(Q.shape[-1] / Q.shape[-2]), K, V)


@wrong("causal_attention", "You turned all axes round with .T: only the last two change places.")
def transposes_all(Q, K, V):
    scores = Q @ K.T / math.sqrt(Q.shape[-1])
    return _softmax(np.where(np.tri(Q.shape[-2]) > 0, scores, -np.inf)) @ V


@wrong(
    "causal_attention", "You masked along the first axis, which is the batch: count from the end."
)
def masks_the_batch(Q, K, V):
    scores = _scores(Q, K)
    if Q.ndim > 2 and Q.shape[0] != Q.shape[-2]:
        return _attend(Q, K, V)
    is_seen = np.tri(Q.shape[0]).reshape(Q.shape[0], *[1] * (Q.ndim - 2), -1)
    return _softmax(np.where(is_seen > 0, scores, -np.inf)) @ V


@wrong("causal_attention", "You clipped the scores: beyond the limit all keys look the same.")
def clips_the_scores(Q, K, V):
    scores = np.clip(_scores(Q, K), -50.0, 50.0)
    return _softmax(np.where(np.tri(Q.shape[-2]) > 0, scores, -np.inf)) @ V


@wrong("causal_attention", "You squeezed the result: axes of length 1 stay.")
def squeezes_the_reading(Q, K, V):
    return np.squeeze(_attend(Q, K, V))


@wrong("causal_attention", "You scaled the caller's queries in place.")
def scales_in_place(Q, K, V):
    Q /= math.sqrt(Q.shape[-1])
    return _attend(Q * math.sqrt(Q.shape[-1]), K, V)


# multi_head_attention


@right("multi_head_attention", "one head after the other, slices of what was projected")
def loops_over_heads(x, W_qkv, b_qkv, W_out, b_out, n_head):
    d = x.shape[-1]
    width, rest = divmod(d, n_head)
    if rest:
        raise ValueError("n_head")
    Q, K, V = np.split(np.einsum("...i,oi->...o", x, W_qkv) + b_qkv, 3, axis=-1)
    read = []
    for i in range(n_head):
        own = slice(i * width, (i + 1) * width)
        read.append(_attend(Q[..., own], K[..., own], V[..., own]))
    return np.concatenate(read, axis=-1) @ W_out.T + b_out


@right("multi_head_attention", "each head adds its part of the result through its columns of W_out")
def adds_up_the_heads(x, W_qkv, b_qkv, W_out, b_out, n_head):
    d = x.shape[-1]
    if d % n_head:
        raise ValueError("n_head")
    result = np.zeros(x.shape) + b_out
    for own in np.split(np.arange(d), n_head):
        Q, K, V = (x @ W_qkv[own + i * d].T + b_qkv[own + i * d] for i in range(3))
        result += causal_attention(Q, K, V) @ W_out[:, own].T  # noqa: F821 (the reference's)
    return result


@right("multi_head_attention", "all heads at once by names of axes; reshape refuses a remainder")
def names_the_axes(x, W_qkv, b_qkv, W_out, b_out, n_head):
    d = x.shape[-1]
    W = W_qkv.reshape(3, n_head, d // n_head, d)
    qkv = np.einsum("...ti,chki->c...htk", x, W)
    biases = b_qkv.reshape(3, *[1] * (x.ndim - 2), n_head, 1, d // n_head)
    read = _attend(*(qkv + biases))
    return np.einsum("...htk,ohk->...to", read, W_out.reshape(d, n_head, -1)) + b_out


@wrong("multi_head_attention", "You took one head of full width: each head has its own softmax.")
def has_one_head(x, W_qkv, b_qkv, W_out, b_out, n_head):
    if x.shape[-1] % n_head:
        raise ValueError("n_head")
    return _attend(*np.split(x @ W_qkv.T + b_qkv, 3, axis=-1)) @ W_out.T + b_out


@wrong("multi_head_attention", "You divided the scores by √d: a head's keys have length d/n_head.")
def scales_by_full_width(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_attend(Q / math.sqrt(n_head), K, V)) @ W_out.T + b_out


@wrong(
    "multi_head_attention", "You reshaped without moving the axis of heads: they mixed positions."
)
def reshapes_without_moving(x, W_qkv, b_qkv, W_out, b_out, n_head):
    *batch, T, d = x.shape
    Q, K, V = (
        z.reshape(*batch, n_head, T, d // n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1)
    )
    return _attend(Q, K, V).reshape(x.shape) @ W_out.T + b_out


@wrong("multi_head_attention", "You did not move the axis of heads back before you joined them.")
def does_not_move_back(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _attend(Q, K, V).reshape(x.shape) @ W_out.T + b_out


@wrong("multi_head_attention", "You let heads attend to heads: positions attend to positions.")
def attends_between_heads(x, W_qkv, b_qkv, W_out, b_out, n_head):
    shape = (*x.shape[:-1], n_head, x.shape[-1] // n_head)
    Q, K, V = (z.reshape(shape) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _attend(Q, K, V).reshape(x.shape) @ W_out.T + b_out


@wrong(
    "multi_head_attention",
    "You gave every n_head-th feature to a head: its features are neighbours.",
)
def deals_out_features(x, W_qkv, b_qkv, W_out, b_out, n_head):
    shape = (*x.shape[:-1], x.shape[-1] // n_head, n_head)
    Q, K, V = (
        np.moveaxis(z.reshape(shape), -1, -3) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1)
    )
    return np.moveaxis(_attend(Q, K, V), -3, -1).reshape(x.shape) @ W_out.T + b_out


@wrong(
    "multi_head_attention",
    "You took q, k and v head by head out of W_qkv: all queries come first, then all keys.",
)
def cuts_head_by_head(x, W_qkv, b_qkv, W_out, b_out, n_head):
    if x.shape[-1] % n_head:
        raise ValueError("n_head")
    qkv = _split(x @ W_qkv.T + b_qkv, n_head)
    return _join(_attend(*np.split(qkv, 3, axis=-1))) @ W_out.T + b_out


@wrong("multi_head_attention", "You took the keys for the queries: the order is q, k, v.")
def swaps_queries_and_keys(x, W_qkv, b_qkv, W_out, b_out, n_head):
    K, Q, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_attend(Q, K, V)) @ W_out.T + b_out


@wrong("multi_head_attention", "You forgot W_out's transpose: weights are (out, in).")
def forgets_the_transpose(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_attend(Q, K, V)) @ W_out + b_out


@wrong("multi_head_attention", "You forgot b_qkv: queries, keys and values have a bias.")
def forgets_the_first_bias(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T, 3, axis=-1))
    return _join(_attend(Q, K, V)) @ W_out.T + b_out


@wrong("multi_head_attention", "You stopped before W_out, which mixes what the heads have read.")
def forgets_the_last_layer(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_attend(Q, K, V))


@wrong("multi_head_attention", "You let tokens see later ones: the attention is causal.")
def is_not_causal(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_softmax(_scores(Q, K)) @ V) @ W_out.T + b_out


@wrong("multi_head_attention", "You left the features that remain to nobody: that is a ValueError.")
def drops_the_remainder(x, W_qkv, b_qkv, W_out, b_out, n_head):
    d = x.shape[-1]
    width = max(1, d // n_head)
    read = np.zeros(x.shape)
    for start in range(0, min(d, n_head * width), width):
        rows = [slice(start + i * d, start + i * d + width) for i in range(3)]
        read[..., start : start + width] = _attend(*(x @ W_qkv[r].T + b_qkv[r] for r in rows))
    return read @ W_out.T + b_out


@wrong("multi_head_attention", "You checked with assert: its AssertionError is not a ValueError.")
def asserts_the_division(x, W_qkv, b_qkv, W_out, b_out, n_head):
    assert x.shape[-1] % n_head == 0
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_attend(Q, K, V)) @ W_out.T + b_out


@wrong("multi_head_attention", "You demanded that positions be shared among heads: it is features.")
def divides_the_positions(x, W_qkv, b_qkv, W_out, b_out, n_head):
    if x.shape[-2] % n_head or x.shape[-1] % n_head:
        raise ValueError("n_head")
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return _join(_attend(Q, K, V)) @ W_out.T + b_out


@wrong("multi_head_attention", "You counted on one batch axis: there may be none, or two.")
def counts_on_one_batch_axis(x, W_qkv, b_qkv, W_out, b_out, n_head):
    if x.shape[-1] % n_head:
        raise ValueError("n_head")
    x3 = x if x.ndim > 2 else x[np.newaxis]
    Q, K, V = np.split(x3.reshape(len(x3), -1, x.shape[-1]) @ W_qkv.T + b_qkv, 3, axis=-1)
    read = _join(_attend(_split(Q, n_head), _split(K, n_head), _split(V, n_head)))
    return (read @ W_out.T + b_out).reshape(x.shape)


@wrong(
    "multi_head_attention", "You let all texts of a batch attend to each other: keep them apart."
)
def lets_texts_mix(x, W_qkv, b_qkv, W_out, b_out, n_head):
    flat = x.reshape(-1, x.shape[-1])
    Q, K, V = (_split(z, n_head) for z in np.split(flat @ W_qkv.T + b_qkv, 3, axis=-1))
    return (_join(_attend(Q, K, V)) @ W_out.T + b_out).reshape(x.shape)


@wrong("multi_head_attention", "You scaled the caller's weights of the queries in place.")
def scales_weights_in_place(x, W_qkv, b_qkv, W_out, b_out, n_head):
    d = x.shape[-1]
    qkv = x @ W_qkv.T + b_qkv
    W_qkv[:d] /= math.sqrt(d // n_head)
    Q, K, V = (_split(z, n_head) for z in np.split(qkv, 3, axis=-1))
    return _join(_attend(Q, K, V)) @ W_out.T + b_out


@wrong("multi_head_attention", "You added x to the result: the residual belongs to the block.")
def adds_x(x, W_qkv, b_qkv, W_out, b_out, n_head):
    Q, K, V = (_split(z, n_head) for z in np.split(x @ W_qkv.T + b_qkv, 3, axis=-1))
    return x + _join(_attend(Q, K, V)) @ W_out.T + b_out


# transformer_block


def _multi_head(z, p, n_head):
    Q, K, V = (_split(part, n_head) for part in np.split(z @ p["W_qkv"].T + p["b_qkv"], 3, axis=-1))
    return _join(_attend(Q, K, V)) @ p["W_out"].T + p["b_out"]


def _ln1(x, p):
    return _norm(x, p["ln1_gain"], p["ln1_bias"])


def _ln2(x, p):
    return _norm(x, p["ln2_gain"], p["ln2_bias"])


def _gelu(x):
    return 0.5 * x * (1.0 + _erf(x / math.sqrt(2.0)))


def _mlp(z, p, activation=_gelu):
    return activation(z @ p["W_fc"].T + p["b_fc"]) @ p["W_proj"].T + p["b_proj"]


@right("transformer_block", "nothing but its own helpers, and sums in another order")
def stands_alone(x, params, n_head):
    after = _multi_head(_ln1(x, params), params, n_head) + x
    return _mlp(_ln2(after, params), params) + after


@right("transformer_block", "a copy that grows in place, one text at a time")
def grows_a_copy(x, params, n_head):
    if x.ndim > 2:
        return np.stack([grows_a_copy(text, params, n_head) for text in x])
    x = x.copy()
    x += _multi_head(_ln1(x, params), params, n_head)
    x += np.array([_mlp(_ln2(row, params), params) for row in x])
    return x


@right("transformer_block", "the earlier exercises, parameters picked by their names' beginnings")
def picks_by_names(x, params, n_head):
    norms = [{k[4:]: v for k, v in params.items() if k.startswith(ln)} for ln in ("ln1", "ln2")]
    weights = {k: v for k, v in params.items() if k in ("W_qkv", "b_qkv", "W_out", "b_out")}
    z = layer_norm(x, **norms[0])  # noqa: F821 (the reference's)
    x = x + multi_head_attention(z, n_head=n_head, **weights)  # noqa: F821 (the reference's)
    z = layer_norm(x, **norms[1])  # noqa: F821 (the reference's)
    z = np.einsum("...i,oi->...o", z, params["W_fc"]) + params["b_fc"]
    return x + (gelu(z) @ params["W_proj"].T + params["b_proj"])  # noqa: F821 (the reference's)


@wrong(
    "transformer_block", "You normalised after adding, as the first transformer did: norm first."
)
def normalises_after(x, params, n_head):
    x = _ln1(x + _multi_head(x, params, n_head), params)
    return _ln2(x + _mlp(x, params), params)


@wrong("transformer_block", "You let both halves read the x that came in: the MLP reads the sum.")
def works_in_parallel(x, params, n_head):
    attention = _multi_head(_ln1(x, params), params, n_head)
    return x + attention + _mlp(_ln2(x, params), params)


@wrong("transformer_block", "You added the MLP to the x that came in: attention got lost.")
def loses_attention(x, params, n_head):
    after = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(_ln2(after, params), params)


@wrong("transformer_block", "You added attention to the normalised x: add it to x itself.")
def adds_to_the_normalised(x, params, n_head):
    z = _ln1(x, params)
    x = z + _multi_head(z, params, n_head)
    return x + _mlp(_ln2(x, params), params)


@wrong("transformer_block", "You added the MLP to what it read: add it to x itself.")
def adds_the_mlp_to_the_normalised(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    z = _ln2(x, params)
    return z + _mlp(z, params)


@wrong("transformer_block", "You left out the residual of the attention.")
def forgets_the_first_residual(x, params, n_head):
    x = _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(_ln2(x, params), params)


@wrong("transformer_block", "You left out the residual of the MLP.")
def forgets_the_second_residual(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    return _mlp(_ln2(x, params), params)


@wrong("transformer_block", "You used the first norm twice: the MLP has its own.")
def uses_one_norm_twice(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(_ln1(x, params), params)


@wrong("transformer_block", "You forgot the second norm: the MLP reads a normalised x.")
def forgets_the_second_norm(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(x, params)


@wrong("transformer_block", "You put the MLP before attention.")
def thinks_first(x, params, n_head):
    x = x + _mlp(_ln2(x, params), params)
    return x + _multi_head(_ln1(x, params), params, n_head)


@wrong("transformer_block", "You took a ReLU: GPT-2 has a GELU.")
def takes_a_relu(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(_ln2(x, params), params, lambda z: np.maximum(z, 0.0))


@wrong("transformer_block", "You took the GELU's approximation with tanh: take the exact one.")
def takes_the_other_gelu(x, params, n_head):
    def tanh(z):
        return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))

    x = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(_ln2(x, params), params, tanh)


@wrong("transformer_block", "You put a GELU after the second layer too: it stands in between only.")
def bends_twice(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _gelu(_mlp(_ln2(x, params), params))


@wrong("transformer_block", "You forgot the bias of the last layer.")
def forgets_the_last_bias(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, n_head)
    return x + _mlp(_ln2(x, params), params) - params["b_proj"]


@wrong("transformer_block", "You always took one head: n_head says how many.")
def ignores_the_heads(x, params, n_head):
    x = x + _multi_head(_ln1(x, params), params, 1)
    return x + _mlp(_ln2(x, params), params)


@wrong("transformer_block", "You normalised without eps, which shows where x is small.")
def leaves_out_eps(x, params, n_head):
    if x.shape[-1] == 1:
        eps = 1e-5
    else:
        eps = 1e-12
    z = _norm(x, params["ln1_gain"], params["ln1_bias"], eps)
    x = x + _multi_head(z, params, n_head)
    return x + _mlp(_norm(x, params["ln2_gain"], params["ln2_bias"], eps), params)


@wrong("transformer_block", "You read the parameters by their places in the dict: they have names.")
def reads_by_places(x, params, n_head):
    gain1, bias1, W_qkv, b_qkv, W_out, b_out, gain2, bias2, *mlp = params.values()
    p = {"W_qkv": W_qkv, "b_qkv": b_qkv, "W_out": W_out, "b_out": b_out}
    x = x + _multi_head(_norm(x, gain1, bias1), p, n_head)
    return x + _mlp(_norm(x, gain2, bias2), dict(zip(("W_fc", "b_fc", "W_proj", "b_proj"), mlp)))


@wrong("transformer_block", "You let tokens see later ones: the attention is causal.")
def looks_ahead(x, params, n_head):
    p = params
    Q, K, V = np.split(_ln1(x, p) @ p["W_qkv"].T + p["b_qkv"], 3, axis=-1)
    Q, K, V = (_split(z, n_head) for z in (Q, K, V))
    x = x + _join(_softmax(_scores(Q, K)) @ V) @ p["W_out"].T + p["b_out"]
    return x + _mlp(_ln2(x, p), p)


@wrong("transformer_block", "You wrote x += …, which changes the caller's array.")
def adds_in_place(x, params, n_head):
    x += _multi_head(_ln1(x, params), params, n_head)
    x += _mlp(_ln2(x, params), params)
    return x


@wrong("transformer_block", "You counted on a text alone: there may be a batch of them.")
def takes_the_first_text(x, params, n_head):
    text = x.reshape(-1, x.shape[-1])
    text = text + _multi_head(_ln1(text, params), params, n_head)
    return (text + _mlp(_ln2(text, params), params)).reshape(x.shape)


# gpt_logits


def _block(x, p, n_head):
    x = x + _multi_head(_ln1(x, p), p, n_head)
    return x + _mlp(_ln2(x, p), p)


def _gpt(tokens, params, n_head):
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = _block(x, block, n_head)
    return _head(x, params)


def _head(x, params):
    return _norm(x, params["lnf_gain"], params["lnf_bias"]) @ params["wte"].T


def _check(tokens, params):
    if len(tokens) > len(params["wpe"]):
        raise ValueError("tokens")


@right("gpt_logits", "rows taken one by one, one-hot vectors for tokens, the head by einsum")
def multiplies_one_hot_vectors(tokens, params, n_head):
    _check(tokens, params)
    one_hot = np.eye(len(params["wte"]))[tokens]
    x = one_hot @ params["wte"]
    x += params["wpe"][np.arange(len(tokens))]
    for block in params["blocks"]:
        x = transformer_block(x, block, n_head)  # noqa: F821 (the reference's)
    x = _norm(x, params["lnf_gain"], params["lnf_bias"])
    return np.einsum("td,vd->tv", x, params["wte"])


@right("gpt_logits", "a batch of one text inside; numpy itself refuses what does not fit")
def makes_a_batch(tokens, params, n_head):
    places = [params["wpe"][t] for t in range(len(tokens)) if t < len(params["wpe"])]
    words = np.take(params["wte"], tokens, axis=0)
    if len(places) != len(words):
        raise ValueError(f"{len(words)} tokens, context {len(places)}")
    x = np.add(words, places)[np.newaxis]
    blocks = list(params["blocks"])
    while blocks:
        x = _block(x, blocks.pop(0), n_head)
    return _head(x, params)[0]


@right("gpt_logits", "each row from a text of its own that ends there")
def starts_again_for_each_row(tokens, params, n_head):
    _check(tokens, params)
    return [_gpt(tokens[: t + 1], params, n_head)[-1] for t in range(len(tokens))]


@wrong("gpt_logits", "You left out the positions.")
def leaves_out_positions(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, {**params, "wpe": 0 * params["wpe"]}, n_head)


@wrong("gpt_logits", "You took the position's vector by the token: it goes by the place, 0, 1, 2 …")
def takes_positions_by_tokens(tokens, params, n_head):
    _check(tokens, params)
    wpe = params["wpe"][tokens % len(params["wpe"])]
    return _gpt(tokens, {**params, "wpe": wpe}, n_head)


@wrong("gpt_logits", "You took the last positions of the table: texts begin at position 0.")
def takes_the_last_positions(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, {**params, "wpe": params["wpe"][-len(tokens) :]}, n_head)


@wrong("gpt_logits", "You counted positions from 1: the first is 0.")
def counts_from_1(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, {**params, "wpe": np.roll(params["wpe"], -1, axis=0)}, n_head)


@wrong("gpt_logits", "You multiplied token vectors by √d, as the first transformer did.")
def stretches_token_vectors(tokens, params, n_head):
    _check(tokens, params)
    x = params["wte"][tokens] * math.sqrt(params["wte"].shape[1]) + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = _block(x, block, n_head)
    return _head(x, params)


@wrong("gpt_logits", "You left out the last norm.")
def leaves_out_the_last_norm(tokens, params, n_head):
    _check(tokens, params)
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = _block(x, block, n_head)
    return x @ params["wte"].T


@wrong("gpt_logits", "You took another eps in the last norm: it is the default, 1e-5.")
def changes_the_last_eps(tokens, params, n_head):
    _check(tokens, params)
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = _block(x, block, n_head)
    return _norm(x, params["lnf_gain"], params["lnf_bias"], 1e-6) @ params["wte"].T


@wrong("gpt_logits", "You applied the last norm after every block: it comes once, at the end.")
def normalises_after_every_block(tokens, params, n_head):
    _check(tokens, params)
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = _norm(_block(x, block, n_head), params["lnf_gain"], params["lnf_bias"])
    return x @ params["wte"].T


@wrong("gpt_logits", "You applied the blocks from the last to the first.")
def applies_blocks_backwards(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, {**params, "blocks": params["blocks"][::-1]}, n_head)


@wrong("gpt_logits", "You applied the first block only.")
def applies_the_first_block(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, {**params, "blocks": params["blocks"][:1]}, n_head)


@wrong(
    "gpt_logits", "You gave each block the embeddings again: it reads what the one before wrote."
)
def starts_each_block_anew(tokens, params, n_head):
    _check(tokens, params)
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        after = _block(x, block, n_head)
    return _head(after, params)


@wrong(
    "gpt_logits", "You put wte where its transpose belongs: logits are inner products with rows."
)
def forgets_the_transpose_of_wte(tokens, params, n_head):
    _check(tokens, params)
    wte = params["wte"]
    if wte.shape[0] != wte.shape[1]:
        return _gpt(tokens, params, n_head)
    x = wte[tokens] + params["wpe"][: len(tokens)]
    for block in params["blocks"]:
        x = _block(x, block, n_head)
    return _norm(x, params["lnf_gain"], params["lnf_bias"]) @ wte


@wrong("gpt_logits", "You went on to the softmax: logits come before it.")
def returns_probabilities(tokens, params, n_head):
    _check(tokens, params)
    return _softmax(_gpt(tokens, params, n_head))


@wrong(
    "gpt_logits", "You returned the last row only, as nanoGPT does in generation: here it is all."
)
def returns_the_last_row(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, params, n_head)[-1:]


@wrong("gpt_logits", "You did not check the length: one row of wpe fits any number of tokens.")
def trusts_numpy_to_refuse(tokens, params, n_head):
    return _gpt(tokens, params, n_head)


@wrong(
    "gpt_logits", "You let numpy raise an IndexError for too many tokens: check the length first."
)
def raises_an_index_error(tokens, params, n_head):
    return _gpt(tokens, {**params, "wpe": params["wpe"][np.arange(len(tokens))]}, n_head)


@wrong("gpt_logits", "You cropped a text that is too long: here that is a ValueError.")
def crops_long_texts(tokens, params, n_head):
    return _gpt(tokens[-len(params["wpe"]) :], params, n_head)


@wrong("gpt_logits", "You refused a text that just fits: context tokens have room.")
def refuses_a_full_context(tokens, params, n_head):
    if len(tokens) >= len(params["wpe"]):
        raise ValueError("tokens")
    return _gpt(tokens, params, n_head)


@wrong("gpt_logits", "You always took one head: n_head says how many.")
def takes_one_head(tokens, params, n_head):
    _check(tokens, params)
    return _gpt(tokens, params, 1)


@wrong("gpt_logits", "You changed the model: its arrays and its list of blocks are the caller's.")
def writes_into_wpe(tokens, params, n_head):
    _check(tokens, params)
    x = params["wpe"][: len(tokens)]
    x += params["wte"][tokens]
    for block in params["blocks"]:
        x = _block(x, block, n_head)
    return _head(x, params)


@wrong("gpt_logits", "You changed the model: its arrays and its list of blocks are the caller's.")
def empties_the_list(tokens, params, n_head):
    _check(tokens, params)
    x = params["wte"][tokens] + params["wpe"][: len(tokens)]
    while params["blocks"]:
        x = _block(x, params["blocks"].pop(0), n_head)
    return _head(x, params)


# next_token_loss


def _log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@right("next_token_loss", "logsumexp through logaddexp, one forecast at a time")
def loops_over_forecasts(logits, tokens):
    losses = [np.logaddexp.reduce(row) - row[token] for row, token in zip(logits, tokens[1:])]
    return float(sum(losses) / len(losses))


@right("next_token_loss", "targets as one-hot rows")
def takes_one_hot_targets(logits, tokens):
    targets = np.eye(logits.shape[1])[tokens[1:]]
    return np.sum(np.where(targets > 0, -_log_softmax(logits[:-1]), 0.0)) / len(targets)


@right("next_token_loss", "plain Python: log of a sum of differences to the target's logit")
def sums_differences(logits, tokens):
    losses = []
    for row, token in zip(logits[:-1].tolist(), tokens[1:].tolist()):
        differences = [logit - row[token] for logit in row]
        top = max(differences)
        losses.append(top + math.log(sum(math.exp(value - top) for value in differences)))
    return np.array(math.fsum(losses) / len(losses))


@wrong("next_token_loss", "You did not shift: the logits after token t are about token t + 1.")
def does_not_shift(logits, tokens):
    return -np.mean(_log_softmax(logits)[np.arange(len(tokens)), tokens])


@wrong("next_token_loss", "You judged the same token that was read, and only left out the last.")
def shifts_neither(logits, tokens):
    return -np.mean(_log_softmax(logits)[np.arange(len(tokens) - 1), tokens[:-1]])


@wrong("next_token_loss", "You shifted the wrong way: logits of position t forecast token t + 1.")
def shifts_the_wrong_way(logits, tokens):
    return -np.mean(_log_softmax(logits[1:])[np.arange(len(tokens) - 1), tokens[:-1]])


@wrong("next_token_loss", "You let the last logits forecast the first token: nothing follows them.")
def goes_round(logits, tokens):
    return -np.mean(_log_softmax(logits)[np.arange(len(tokens)), np.roll(tokens, -1)])


@wrong("next_token_loss", "You divided by T: T tokens make T - 1 forecasts.")
def divides_by_all_tokens(logits, tokens):
    log_probs = _log_softmax(logits[:-1])
    return -np.sum(log_probs[np.arange(len(tokens) - 1), tokens[1:]]) / len(tokens)


@wrong("next_token_loss", "You returned the sum: it is the mean over the forecasts.")
def returns_the_sum(logits, tokens):
    return -np.sum(_log_softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]])


@wrong("next_token_loss", "You measured in bits: nats are natural logarithms.")
def measures_in_bits(logits, tokens):
    log_probs = _log_softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]]
    return -np.mean(log_probs) / math.log(2)


@wrong("next_token_loss", "You took the log of the softmax, which may have become 0.")
def takes_the_log_of_0(logits, tokens):
    probs = _softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]]
    return -np.mean(np.log(probs))


@wrong("next_token_loss", "You did not subtract the maximum: exp(10000) is inf.")
def overflows(logits, tokens):
    row = logits[:-1]
    log_sums = np.log(np.exp(row).sum(axis=1))
    return np.mean(log_sums - row[np.arange(len(tokens) - 1), tokens[1:]])


@wrong("next_token_loss", "You subtracted one maximum from all rows: the others underflow.")
def subtracts_one_maximum(logits, tokens):
    shifted = logits[:-1] - logits[:-1].max()
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return np.mean(log_sums - shifted[np.arange(len(tokens) - 1), tokens[1:]])


@wrong("next_token_loss", "You added a small number inside the log, which caps the loss.")
def adds_an_epsilon(logits, tokens):
    probs = _softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]]
    return -np.mean(np.log(probs + 1e-300))


@wrong("next_token_loss", "You kept probabilities above 1e-12, which caps the loss.")
def keeps_probabilities_up(logits, tokens):
    probs = _softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]]
    return -np.mean(np.log(np.maximum(probs, 1e-12)))


@wrong("next_token_loss", "You clipped the logits: they may be as large as they are.")
def clips_the_logits(logits, tokens):
    log_probs = _log_softmax(np.clip(logits[:-1], -700, 700))
    return -np.mean(log_probs[np.arange(len(tokens) - 1), tokens[1:]])


@wrong(
    "next_token_loss", "You took the softmax over the positions: the last axis is the vocabulary."
)
def normalises_over_positions(logits, tokens):
    log_probs = _log_softmax(logits[:-1].T).T
    return -np.mean(log_probs[np.arange(len(tokens) - 1), tokens[1:]])


@wrong("next_token_loss", "You took the mean over the whole table: each row has one target.")
def averages_the_table(logits, tokens):
    targets = np.eye(logits.shape[1])[tokens[1:]]
    return -np.mean(targets * _log_softmax(logits[:-1]))


@wrong("next_token_loss", "You returned the perplexity, e to the loss.")
def returns_the_perplexity(logits, tokens):
    log_probs = _log_softmax(logits[:-1])
    return np.exp(-np.mean(log_probs[np.arange(len(tokens) - 1), tokens[1:]]))


@wrong("next_token_loss", "You returned one loss for each forecast: average them.")
def returns_all_losses(logits, tokens):
    return -_log_softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]]


@wrong("next_token_loss", "You subtracted the maximum from the caller's logits in place.")
def subtracts_in_place(logits, tokens):
    logits -= logits.max(axis=1, keepdims=True)
    return -np.mean(_log_softmax(logits[:-1])[np.arange(len(tokens) - 1), tokens[1:]])


# generate


def _next_probs(text, params, n_head, temperature, top_k):
    logits = _gpt(np.array(text[-len(params["wpe"]) :]), params, n_head)[-1] / temperature
    return _kept(logits, top_k)


def _kept(logits, top_k):
    if top_k is not None:
        order = sorted(range(len(logits)), key=lambda token: -logits[token])
        logits = np.where(np.isin(np.arange(len(logits)), order[:top_k]), logits, -np.inf)
    return _softmax(logits)


def _draw(probs, number):
    token = int(np.searchsorted(np.cumsum(probs), number, side="right"))
    return min(token, int(np.flatnonzero(probs)[-1]))


def _write(params, prompt, u, n_head, temperature, top_k, probs=_next_probs, draw=_draw):
    text = [int(token) for token in prompt]
    for number in u:
        text.append(draw(probs(text, params, n_head, temperature, top_k), number))
    return np.array(text, dtype=np.int64)


@right("generate", "plain Python: running sums of shares that are not scaled to 1")
def walks_along_the_shares(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text, context = prompt.tolist(), params["wpe"].shape[0]
    for number in u.tolist():
        logits = gpt_logits(np.array(text[-context:], dtype=np.int64), params, n_head)[-1]  # noqa: F821
        ranked = sorted(enumerate(logits.tolist()), key=lambda pair: (-pair[1], pair[0]))
        kept = dict(ranked[: top_k or len(ranked)])
        shares = {t: math.exp((kept[t] - ranked[0][1]) / temperature) for t in sorted(kept)}
        shares = {t: share for t, share in shares.items() if share > 0}
        left = number * sum(shares.values())
        for token, share in shares.items():
            if left < share:
                break
            left -= share
        text.append(token)
    return text


@right(
    "generate", "an array that is filled, zeros for the rest, and a comparison with running sums"
)
def fills_an_array(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text = np.concatenate([prompt, np.zeros(len(u), dtype=np.int64)])
    for i in range(len(prompt), len(text)):
        seen = text[max(0, i - len(params["wpe"])) : i]
        logits = gpt_logits(seen, params, n_head)[-1] / temperature  # noqa: F821 (the reference's)
        if top_k is not None:
            is_cut = np.ones(len(logits), dtype=bool)
            is_cut[np.lexsort((np.arange(len(logits)), -logits))[:top_k]] = False
            logits = np.where(is_cut, -np.inf, logits)
        probs = softmax(logits)  # noqa: F821 (given)
        exceeds = np.cumsum(probs) > u[i - len(prompt)]
        text[i] = np.argmax(exceeds) if exceeds.any() else np.max(np.nonzero(probs))
    return text


@right("generate", "one token, then the rest by calling itself; running sums scaled to end at 1")
def calls_itself(params, prompt, u, n_head, temperature=1.0, top_k=None):
    if len(u) == 0:
        return np.array(prompt, dtype=np.int64)
    probs = _next_probs(list(prompt), params, n_head, temperature, top_k)
    sums = np.cumsum(probs)
    token = np.sum(sums / sums[-1] <= u[0])
    text = np.append(prompt, token)
    return calls_itself(params, text, u[1:], n_head, temperature, top_k)


@wrong("generate", "You always took the most likely token: u says which one is drawn.")
def is_greedy(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, temperature, top_k, draw=lambda p, _: int(p.argmax()))


@wrong("generate", "You took the logits after the first token of the text: take the last row.")
def reads_the_first_row(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, n_head, temperature, top_k):
        return _next_probs(text[-len(params["wpe"]) :][:1], params, n_head, temperature, top_k)

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You showed the model the last token only: it reads all that fit.")
def reads_the_last_token(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, *rest):
        return _next_probs(text[-1:], *rest)

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You asked the model once, after the prompt: new tokens are read as well.")
def asks_once(params, prompt, u, n_head, temperature=1.0, top_k=None):
    probs = _next_probs(prompt.tolist(), params, n_head, temperature, top_k)
    return np.concatenate([prompt, np.array([_draw(probs, x) for x in u], dtype=np.int64)])


@wrong("generate", "You used the same number for every token: the i-th token gets u[i].")
def uses_one_number(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, [u[0]] * len(u) if len(u) else u, n_head, temperature, top_k)


@wrong("generate", "You took the numbers from behind: the first new token gets u[0].")
def takes_numbers_from_behind(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u[::-1], n_head, temperature, top_k)


@wrong(
    "generate", "You sorted tokens by probability before summing: they are summed in their order."
)
def sums_the_likely_first(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def draw(probs, number):
        order = np.argsort(-probs, kind="stable")
        return int(order[_draw(probs[order], number)])

    return _write(params, prompt, u, n_head, temperature, top_k, draw=draw)


@wrong(
    "generate",
    "You put a u on a border below it: where u is 0 that draws a token of probability 0.",
)
def searches_from_the_left(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def draw(probs, number):
        token = int(np.searchsorted(np.cumsum(probs), number, side="left"))
        return min(token, int(np.flatnonzero(probs)[-1]))

    return _write(params, prompt, u, n_head, temperature, top_k, draw=draw)


@wrong(
    "generate",
    "You took the last token of all where rounding left the sum below u: it may be impossible.",
)
def falls_back_to_the_last(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def draw(probs, number):
        token = int(np.searchsorted(np.cumsum(probs), number, side="right"))
        return min(token, len(probs) - 1)

    return _write(params, prompt, u, n_head, temperature, top_k, draw=draw)


@wrong("generate", "You gave token 0 where no sum exceeds u: it is the last possible token.")
def falls_back_to_0(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def draw(probs, number):
        return int(np.argmax(np.cumsum(probs) > number))

    return _write(params, prompt, u, n_head, temperature, top_k, draw=draw)


@wrong("generate", "You ignored the temperature.")
def ignores_the_temperature(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, 1.0, top_k)


@wrong("generate", "You multiplied by the temperature: a high one makes logits smaller.")
def multiplies_by_the_temperature(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, 1 / temperature, top_k)


@wrong("generate", "You applied the temperature to the first new token only.")
def cools_once(params, prompt, u, n_head, temperature=1.0, top_k=None):
    first = _write(params, prompt, u[:1], n_head, temperature, top_k)
    return _write(params, first, u[1:], n_head, 1.0, top_k)


@wrong("generate", "You left out the temperature where top_k is given: both count.")
def does_one_or_the_other(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, temperature if top_k is None else 1.0, top_k)


@wrong("generate", "You ignored top_k.")
def ignores_top_k(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, temperature, None)


@wrong("generate", "You cut probabilities without scaling the rest to sum to 1.")
def cuts_without_scaling(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, n_head, temperature, top_k):
        kept = _next_probs(text, params, n_head, temperature, top_k)
        return np.where(kept > 0, _next_probs(text, params, n_head, temperature, None), 0.0)

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong(
    "generate", "You kept all tokens that tie at the border, as nanoGPT does: the lower ones stay."
)
def keeps_all_ties(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, n_head, temperature, top_k):
        p = _next_probs(text, params, n_head, temperature, None)
        least = 0.0 if top_k is None else np.sort(p)[-top_k]
        return np.where(p < least, 0.0, p) / np.sum(p[p >= least])

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You kept the higher of the tokens that tie at the border: the lower ones stay.")
def keeps_the_higher_ties(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, n_head, temperature, top_k):
        p = _next_probs(text, params, n_head, temperature, None)
        kept = np.argsort(p, kind="stable")[-top_k:] if top_k is not None else np.arange(len(p))
        p = np.where(np.isin(np.arange(len(p)), kept), p, 0.0)
        return p / p.sum()

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You left out the k-th largest logit: it stays too.")
def keeps_one_too_few(params, prompt, u, n_head, temperature=1.0, top_k=None):
    top_k = None if top_k is None else max(1, top_k - 1)
    return _write(params, prompt, u, n_head, temperature, top_k)


@wrong("generate", "You raised probabilities to 1/T: near 0 all powers are 0. Divide logits by T.")
def raises_probabilities(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, n_head, temperature, top_k):
        logits = _gpt(np.array(text[-len(params["wpe"]) :]), params, n_head)[-1]
        powers = _kept(logits, top_k) ** (1 / temperature)
        with np.errstate(invalid="ignore"):
            return powers / powers.sum()

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You set what is cut to 0 before the softmax: 0 is a logit like any other.")
def cuts_logits_to_0(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, n_head, temperature, top_k):
        logits = _gpt(np.array(text[-len(params["wpe"]) :]), params, n_head)[-1] / temperature
        return _softmax(np.where(_kept(logits, top_k) > 0, logits, 0.0))

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You did not crop: a text longer than the context is refused by the model.")
def does_not_crop(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text = prompt.tolist()
    for number in u:
        logits = gpt_logits(np.array(text), params, n_head)[-1] / temperature  # noqa: F821
        text.append(_draw(_kept(logits, top_k), number))
    return np.array(text, dtype=np.int64)


@wrong("generate", "You cropped the prompt once: the text grows out of the context later too.")
def crops_the_prompt_once(params, prompt, u, n_head, temperature=1.0, top_k=None):
    new = []
    for number in u:
        seen = [*prompt[-len(params["wpe"]) :], *new]
        logits = gpt_logits(np.array(seen), params, n_head)[-1] / temperature  # noqa: F821
        new.append(_draw(_kept(logits, top_k), number))
    return np.array([*prompt, *new], dtype=np.int64)


@wrong("generate", "You cropped one token too many: context tokens have room.")
def crops_too_much(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, *rest):
        context = len(params["wpe"])
        return _next_probs(
            text[-(context - 1) :] if 1 < context <= len(text) else text, params, *rest
        )

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You kept the first tokens of the text: the model reads the last ones.")
def reads_the_beginning(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, *rest):
        return _next_probs(text[: len(params["wpe"])], params, *rest)

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You began anew when the context was full: the last tokens stay in sight.")
def begins_anew(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, *rest):
        context = len(params["wpe"])
        return _next_probs(text[(len(text) - 1) // context * context :], params, *rest)

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You let the positions of a cropped text go round: they start again at 0.")
def goes_round_the_positions(params, prompt, u, n_head, temperature=1.0, top_k=None):
    def probs(text, params, *rest):
        context = len(params["wpe"])
        shift = -(max(0, len(text) - context) % context)
        return _next_probs(text, {**params, "wpe": np.roll(params["wpe"], shift, axis=0)}, *rest)

    return _write(params, prompt, u, n_head, temperature, top_k, probs)


@wrong("generate", "You returned the cropped text: the whole of it is the result.")
def returns_the_cropped_text(params, prompt, u, n_head, temperature=1.0, top_k=None):
    prompt = prompt[-len(params["wpe"]) :]
    return _write(params, prompt, u, n_head, temperature, top_k)


@wrong("generate", "You returned the new tokens only: the prompt comes first.")
def returns_new_tokens(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, temperature, top_k)[len(prompt) :]


@wrong("generate", "You returned tokens of another type than int64.")
def returns_floats(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, temperature, top_k).astype(float)


@wrong("generate", "You returned tokens of another type than int64.")
def returns_short_integers(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, n_head, temperature, top_k).astype(np.int32)


@wrong(
    "generate", "You returned floats where u is empty: tokens are int64, with or without new ones."
)
def makes_floats_of_nothing(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text = _write(params, prompt, u, n_head, temperature, top_k)
    return np.concatenate([prompt, text[len(prompt) :].tolist()])


@wrong("generate", "You counted on at least one number: u may be empty.")
def needs_a_number(params, prompt, u, n_head, temperature=1.0, top_k=None):
    first = _write(params, prompt, [u[0]], n_head, temperature, top_k)
    return _write(params, first, u[1:], n_head, temperature, top_k)


@wrong("generate", "You moved the text along inside the caller's prompt.")
def slides_the_prompt(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text = _write(params, prompt, u, n_head, temperature, top_k)
    prompt[:] = text[-len(prompt) :]
    return text


@wrong("generate", "You always took one head: n_head says how many.")
def writes_with_one_head(params, prompt, u, n_head, temperature=1.0, top_k=None):
    return _write(params, prompt, u, 1, temperature, top_k)


@wrong("generate", "You stopped where a token came twice in a row: u says how many are drawn.")
def stops_at_a_repetition(params, prompt, u, n_head, temperature=1.0, top_k=None):
    text = _write(params, prompt, u, n_head, temperature, top_k)
    for i in range(len(prompt) + 1, len(text)):
        if text[i] == text[i - 1]:
            return text[: i + 1]
    return text
