"""Right and wrong ways to write the exercises of `attention`."""

import math

import numpy as np

from grader.variants import right, wrong


def _scores(Q, K):
    return np.einsum("...td,...sd->...ts", Q, K) / math.sqrt(Q.shape[-1])


def _softmax_over(scores, axis):
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _weights(Q, K):
    return _softmax_over(_scores(Q, K), -1)


# attention_scores


@right("attention_scores", "einsum names the axes; queries are scaled first")
def names_the_axes(Q, K):
    return np.einsum("...td,...sd->...ts", Q / Q.shape[-1] ** 0.5, K)


@right("attention_scores", "one text after the other, pair by pair")
def loops_over_pairs(Q, K):
    if Q.ndim > 2:
        return np.array([loops_over_pairs(q, k) for q, k in zip(Q, K)])
    return [[math.fsum(q * k) / math.sqrt(len(k)) for k in K] for q in Q]


@right("attention_scores", "all products by broadcasting, then one sum")
def broadcasts_the_pairs(Q, K):
    products = Q[..., :, np.newaxis, :] * K[..., np.newaxis, :, :]
    return products.sum(axis=-1) * K.shape[-1] ** -0.5


@wrong("attention_scores", "You divided by d, not by its root.")
def divides_by_d(Q, K):
    return Q @ np.swapaxes(K, -1, -2) / Q.shape[-1]


@wrong("attention_scores", "You forgot to divide by the root of d.")
def does_not_divide(Q, K):
    return Q @ np.swapaxes(K, -1, -2)


@wrong("attention_scores", "You took the root of the number of positions: take the last axis of K.")
def divides_by_root_of_positions(Q, K):
    return Q @ np.swapaxes(K, -1, -2) / np.sqrt(K.shape[-2])


@wrong(
    "attention_scores",
    "You divided by the root of the size of axis 1, which is the last axis only without a batch: "
    "count from the end, with -1.",
)
def takes_d_from_axis_1(Q, K):
    return Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[1])


@wrong(
    "attention_scores",
    "You reversed all axes of K, those of the batch as well: swap the last two only.",
)
def transposes_all_axes(Q, K):
    return Q @ K.T / np.sqrt(Q.shape[-1])


@wrong(
    "attention_scores",
    "This works for one batch axis at most: count the axes from the end, with -1 and -2.",
)
def expects_one_batch_axis(Q, K):
    K_transposed = K.T if K.ndim == 2 else K.transpose(0, 2, 1)
    return Q @ K_transposed / np.sqrt(Q.shape[-1])


@wrong("attention_scores", "You left K as it is where the shapes happen to fit: K is transposed.")
def transposes_only_if_needed(Q, K):
    if Q.shape[-1] == K.shape[-2] == K.shape[-1]:
        return Q @ K / np.sqrt(Q.shape[-1])
    return Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])


@wrong("attention_scores", "You returned keys against queries: rows belong to the queries.")
def turns_the_table(Q, K):
    return K @ np.swapaxes(Q, -1, -2) / np.sqrt(Q.shape[-1])


@wrong("attention_scores", "You dropped axes of length 1: they stay.")
def squeezes(Q, K):
    return np.squeeze(_scores(Q, K))


@wrong("attention_scores", "You divided by both lengths: that is the cosine, which is never large.")
def takes_cosines(Q, K):
    lengths_Q = np.linalg.norm(Q, axis=-1)[..., :, np.newaxis]
    lengths_K = np.linalg.norm(K, axis=-1)[..., np.newaxis, :]
    return Q @ np.swapaxes(K, -1, -2) / (lengths_Q * lengths_K)


@wrong("attention_scores", "You clipped the scores: softmax needs no such help.")
def clips_scores(Q, K):
    return np.clip(_scores(Q, K), -100.0, 100.0)


@wrong("attention_scores", "You went on to the softmax: scores come before it.")
def goes_on_to_softmax(Q, K):
    return _weights(Q, K)


@wrong("attention_scores", "You compared each text with all texts of the batch: keep them apart.")
def mixes_the_batch(Q, K):
    return np.inner(Q, K) / np.sqrt(Q.shape[-1])


@wrong("attention_scores", "An array of the caller's has changed: scale a new one.")
def scales_in_place(Q, K):
    Q /= np.sqrt(Q.shape[-1])
    return Q @ np.swapaxes(K, -1, -2)


# attention_weights


@right("attention_weights", "through the logarithm of the sum")
def subtracts_log_sums(Q, K):
    scores = _scores(Q, K)
    return np.exp(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True))


@right("attention_weights", "one query at a time, plain Python")
def shares_out_row_by_row(Q, K):
    if Q.ndim > 2:
        return [shares_out_row_by_row(q, k) for q, k in zip(Q, K)]
    table = []
    for q in Q.tolist():
        row = [sum(x * y for x, y in zip(q, k)) / math.sqrt(len(q)) for k in K.tolist()]
        powers = [math.exp(score - max(row)) for score in row]
        table.append([power / sum(powers) for power in powers])
    return table


@right("attention_weights", "keys scaled first, then the given softmax")
def scales_keys_first(Q, K):
    scaled = np.moveaxis(K, -1, -2) / np.sqrt(K.shape[-1])
    return softmax(np.matmul(Q, scaled))  # noqa: F821 (given)


@wrong(
    "attention_weights",
    "You exponentiated the scores as they are: that overflows above 709. Subtract the largest "
    "score of each row first.",
)
def exponentiates_as_they_are(Q, K):
    exponentials = np.exp(_scores(Q, K))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@wrong(
    "attention_weights",
    "You subtracted the largest score of the whole table: a row far below it vanishes. Take the "
    "largest of each row.",
)
def subtracts_one_maximum(Q, K):
    scores = _scores(Q, K)
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


@wrong("attention_weights", "You clipped the scores: keys that differ may then share equally.")
def clips_before_the_softmax(Q, K):
    return _softmax_over(np.clip(_scores(Q, K), -500, 500), -1)


@wrong("attention_weights", "You took the softmax over the queries: each query shares itself out.")
def shares_out_the_queries(Q, K):
    return _softmax_over(_scores(Q, K), -2)


@wrong("attention_weights", "You took the softmax over axis 1, the last axis only without a batch.")
def softmax_over_axis_1(Q, K):
    return _softmax_over(_scores(Q, K), 1)


@wrong("attention_weights", "You took one softmax over the whole table: each row has its own sum.")
def softmax_over_the_table(Q, K):
    return _softmax_over(_scores(Q, K), (-1, -2))


@wrong("attention_weights", "You left out the division by the root of d.")
def forgets_the_scale(Q, K):
    return _softmax_over(_scores(Q, K) * math.sqrt(Q.shape[-1]), -1)


@wrong("attention_weights", "You scaled twice: the scores are divided by the root of d already.")
def scales_twice(Q, K):
    return _softmax_over(_scores(Q, K) / math.sqrt(Q.shape[-1]), -1)


@wrong(
    "attention_weights", "You divided by the root of d after the softmax, so rows do not sum to 1."
)
def scales_the_weights(Q, K):
    scores = _scores(Q, K) * math.sqrt(Q.shape[-1])
    return _softmax_over(scores, -1) / math.sqrt(Q.shape[-1])


@wrong("attention_weights", "You divided the scores by their sum: the softmax exponentiates first.")
def divides_by_the_sum(Q, K):
    scores = np.abs(_scores(Q, K))
    return scores / scores.sum(axis=-1, keepdims=True)


@wrong("attention_weights", "You added a small number to the sum: rows no longer sum to 1.")
def adds_epsilon(Q, K):
    scores = _scores(Q, K)
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / (exponentials.sum(axis=-1, keepdims=True) + 1e-6)


@wrong("attention_weights", "You hid later positions: a mask comes in week 4, here all are seen.")
def hides_later_positions(Q, K):
    scores = _scores(Q, K)
    if scores.shape[-1] == scores.shape[-2] > 1:
        scores = np.where(np.tri(scores.shape[-1]) > 0, scores, -np.inf)
    return _softmax_over(scores, -1)


@wrong("attention_weights", "You dropped axes of length 1: a single key keeps its axis.")
def squeezes_the_weights(Q, K):
    return np.squeeze(_weights(Q, K))


@wrong(
    "attention_weights", "This works for one batch axis at most: there may be any number in front."
)
def expects_at_most_one_batch_axis(Q, K):
    K_transposed = K.T if K.ndim == 2 else K.transpose(0, 2, 1)
    return _softmax_over(Q @ K_transposed / np.sqrt(Q.shape[-1]), -1)


@wrong("attention_weights", "An array of the caller's has changed: scale a new one.")
def scales_queries_in_place(Q, K):
    Q /= math.sqrt(Q.shape[-1])
    return _softmax_over(Q @ np.swapaxes(K, -1, -2), -1)


# self_attention


@right("self_attention", "einsum from X to the result")
def names_all_axes(X, W_Q, W_K, W_V):
    Q, K, V = (np.einsum("...td,dk->...tk", X, W) for W in (W_Q, W_K, W_V))
    return np.einsum("...ts,...sv->...tv", _weights(Q, K), V)


@right("self_attention", "queries and keys meet in one matrix; values are read before projecting")
def joins_queries_and_keys(X, W_Q, W_K, W_V):
    scores = X @ (W_Q @ W_K.T) @ np.swapaxes(X, -1, -2) / np.sqrt(W_K.shape[1])
    return _softmax_over(scores, -1) @ X @ W_V


@right("self_attention", "one position at a time")
def reads_position_by_position(X, W_Q, W_K, W_V):
    if X.ndim > 2:
        return np.stack([reads_position_by_position(x, W_Q, W_K, W_V) for x in X])
    K, V = X @ W_K, X @ W_V
    result = []
    for x in X:
        scores = K @ (x @ W_Q) / math.sqrt(K.shape[-1])
        powers = np.exp(scores - max(scores))
        result.append(sum(p * v for p, v in zip(powers, V)) / sum(powers))
    return np.array(result)


@wrong(
    "self_attention",
    "You exponentiated the scores as they are: that overflows above 709. Subtract the largest "
    "score of each row first.",
)
def overflows(X, W_Q, W_K, W_V):
    exponentials = np.exp(_scores(X @ W_Q, X @ W_K))
    return exponentials / exponentials.sum(axis=-1, keepdims=True) @ (X @ W_V)


@wrong(
    "self_attention",
    "You took the root of d_model: queries and keys have length d_k, the number of columns of W_Q.",
)
def takes_root_of_d_model(X, W_Q, W_K, W_V):
    scores = X @ W_Q @ np.swapaxes(X @ W_K, -1, -2) / np.sqrt(X.shape[-1])
    return _softmax_over(scores, -1) @ (X @ W_V)


@wrong("self_attention", "You took the root of d_v, the length of the values, not of the keys.")
def takes_root_of_d_v(X, W_Q, W_K, W_V):
    scores = X @ W_Q @ np.swapaxes(X @ W_K, -1, -2) / np.sqrt(W_V.shape[-1])
    return _softmax_over(scores, -1) @ (X @ W_V)


@wrong("self_attention", "You left out the division by the root of d_k.")
def leaves_out_the_scale(X, W_Q, W_K, W_V):
    scores = X @ W_Q @ np.swapaxes(X @ W_K, -1, -2)
    return _softmax_over(scores, -1) @ (X @ W_V)


@wrong("self_attention", "You let keys look at queries: the first factor of the scores is Q.")
def swaps_queries_and_keys(X, W_Q, W_K, W_V):
    return _weights(X @ W_K, X @ W_Q) @ (X @ W_V)


@wrong("self_attention", "You transposed square weights: here it is X W, as the shapes say.")
def transposes_square_weights(X, W_Q, W_K, W_V):
    W_Q, W_K, W_V = (W.T if W.shape[0] == W.shape[1] else W for W in (W_Q, W_K, W_V))
    return _weights(X @ W_Q, X @ W_K) @ (X @ W_V)


@wrong("self_attention", "You averaged the inputs: it is the values, X W_V, that are read.")
def reads_the_inputs(X, W_Q, W_K, W_V):
    weights = _weights(X @ W_Q, X @ W_K)
    return weights @ (X if W_V.shape[0] == W_V.shape[1] else X @ W_V)


@wrong("self_attention", "You read the keys: values have a matrix of their own.")
def reads_the_keys(X, W_Q, W_K, W_V):
    V = X @ (W_K if W_K.shape == W_V.shape else W_V)
    return _weights(X @ W_Q, X @ W_K) @ V


@wrong("self_attention", "You took the softmax over the queries: each query shares itself out.")
def normalises_over_queries(X, W_Q, W_K, W_V):
    return _softmax_over(_scores(X @ W_Q, X @ W_K), -2) @ (X @ W_V)


@wrong("self_attention", "You transposed the weights: row t of the weights belongs to query t.")
def turns_the_weights(X, W_Q, W_K, W_V):
    return np.swapaxes(_weights(X @ W_Q, X @ W_K), -1, -2) @ (X @ W_V)


@wrong("self_attention", "You hid later positions: a mask comes in week 4, here all are seen.")
def masks_later_positions(X, W_Q, W_K, W_V):
    scores = _scores(X @ W_Q, X @ W_K)
    scores = np.where(np.tri(scores.shape[-1]) > 0, scores, -np.inf)
    return _softmax_over(scores, -1) @ (X @ W_V)


@wrong("self_attention", "You stopped at the weights: they say how much of each value to take.")
def stops_at_the_weights(X, W_Q, W_K, W_V):
    return _weights(X @ W_Q, X @ W_K)


@wrong("self_attention", "You let all texts of a batch attend to each other: keep them apart.")
def lets_texts_mix(X, W_Q, W_K, W_V):
    flat = X.reshape(-1, X.shape[-1])
    result = _weights(flat @ W_Q, flat @ W_K) @ (flat @ W_V)
    return result.reshape(*X.shape[:-1], -1)


@wrong(
    "self_attention",
    "You reversed all axes of the keys, those of the batch as well: swap the last two only.",
)
def transposes_with_the_batch(X, W_Q, W_K, W_V):
    Q, K, V = X @ W_Q, X @ W_K, X @ W_V
    return _softmax_over(Q @ K.T / np.sqrt(Q.shape[-1]), -1) @ V


@wrong("self_attention", "You dropped axes of length 1: they stay.")
def squeezes_the_result(X, W_Q, W_K, W_V):
    return np.squeeze(_weights(X @ W_Q, X @ W_K) @ (X @ W_V))


@wrong("self_attention", "An array of the caller's has changed: scale a new one.")
def scales_w_q_in_place(X, W_Q, W_K, W_V):
    W_Q /= np.sqrt(W_Q.shape[1])
    return _softmax_over(X @ W_Q @ np.swapaxes(X @ W_K, -1, -2), -1) @ (X @ W_V)


@wrong("self_attention", "You added X to the result: the residual connection comes with the block.")
def adds_the_input(X, W_Q, W_K, W_V):
    result = _weights(X @ W_Q, X @ W_K) @ (X @ W_V)
    return X + result if result.shape == X.shape else result


@wrong("attention_weights", "You clipped the scores: beyond the limit all keys look the same.")
def clips_the_scores(Q, K):
    return _softmax_over(np.clip(_scores(Q, K), -50, 50), -1)
