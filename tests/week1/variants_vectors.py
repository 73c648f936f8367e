"""Right and wrong ways to write the exercises of `vectors`."""

import heapq
import math

import numpy as np

from grader.variants import right, wrong


def _cosines(query, vectors):
    return vectors @ query / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(query))


# dot


@right("dot", "a loop over pairs of entries, with Python floats")
def loops_over_entries(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    total = 0.0
    for x, y in zip(a, b):
        total += x * y
    return total


@right("dot", "halves the vectors until one entry is left")
def divides_and_conquers(a, b):
    if a.size != b.size:
        raise ValueError("a and b must have one length")
    if len(a) == 1:
        return a[0] * b[0]
    half = len(a) // 2
    left = divides_and_conquers(a[:half], b[:half])
    return left + divides_and_conquers(a[half:], b[half:])


@right("dot", "adds without rounding in between")
def sums_exactly(a, b):
    return math.fsum(x * y for x, y in zip(a.tolist(), b.tolist(), strict=True))


@wrong("dot", "You refused two vectors of length 1: they match.")
def refuses_length_one(a, b):
    if len(a) != len(b) or len(a) == 1:
        raise ValueError("a and b do not match")
    return float(np.sum(a * b))


@wrong("dot", "You stopped at the end of the shorter vector: different lengths are an error.")
def stops_at_the_shorter(a, b):
    return sum(x * y for x, y in zip(a, b))


@wrong(
    "dot",
    "You left the lengths to numpy, which stretches a vector of one entry to match any other: "
    "compare the shapes yourself.",
)
def trusts_broadcasting(a, b):
    return float(np.sum(a * b))


@wrong("dot", "You return the products without adding them up: an inner product is one number.")
def does_not_add_up(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    return a * b


@wrong("dot", "You added each vector up first: multiply entry by entry, then add.")
def multiplies_sums(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    return a.sum() * b.sum()


@wrong("dot", "You only ask whether b is too short: a may be the shorter one too.")
def checks_one_side_only(a, b):
    if len(b) < len(a):
        raise ValueError("b is too short")
    return sum(a[i] * b[i] for i in range(len(a)))


@wrong("dot", "You only ask whether b is too long: it may be the shorter one too.")
def checks_the_other_side_only(a, b):
    if len(a) < len(b):
        raise ValueError("b is too long")
    return sum(x * y for x, y in zip(a, b))


@wrong("dot", "You took the mean of the products: an inner product is their sum.")
def takes_the_mean(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    return np.mean(a * b)


@wrong("dot", "A vector of the caller's has changed: compute in a new one.")
def multiplies_in_place(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    a *= b
    return a.sum()


@wrong("dot", "You returned the magnitude: vectors that point apart have a negative product.")
def drops_the_sign(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    return abs(np.sum(a * b))


@wrong("dot", "You rounded the result: tiny products vanish that way.")
def rounds_the_sum(a, b):
    if len(a) != len(b):
        raise ValueError("a and b must have one length")
    return round(float(np.sum(a * b)), 10)


@wrong("dot", "You used assert: that raises AssertionError, and `python -O` drops it altogether.")
def asserts_the_lengths(a, b):
    assert len(a) == len(b)
    return np.sum(a * b)


# neuron


@right("neuron", "starts at the bias and adds each product")
def starts_at_the_bias(x, w, b):
    total = b
    for x_i, w_i in zip(x, w):
        total = total + x_i * w_i
    return total


@right("neuron", "takes the bias for one more weight, on an input of 1")
def extends_the_input(x, w, b):
    return np.append(x, 1.0) @ np.append(w, b)


@right("neuron", "a layer of one neuron")
def takes_a_layer_of_one(x, w, b):
    return (x[None, :] @ w[:, None] + b)[0, 0]


@wrong("neuron", "You added the bias to every product: it is added once, after the sum.")
def adds_bias_per_input(x, w, b):
    return np.sum(x * w + b)


@wrong("neuron", "You forgot the bias.")
def forgets_bias(x, w, b):
    return x @ w


@wrong("neuron", "You applied ReLU: the activation function comes later.")
def applies_relu(x, w, b):
    return max(0.0, x @ w + b)


@wrong("neuron", "You did not add up the products: one neuron gives one number.")
def returns_products(x, w, b):
    return x * w + b


@wrong("neuron", "You multiplied the bias in with the inputs: (x + b)·w is something else.")
def shifts_the_inputs(x, w, b):
    return (x + b) @ w


@wrong("neuron", "You subtracted the bias: in a network it is added, thresholds are subtracted.")
def subtracts_bias(x, w, b):
    return x @ w - b


# linear


@right("linear", "contracts the last axes by name")
def contracts_last_axes(x, W, b):
    return np.einsum("...i,oi->...o", x, W) + b


@right("linear", "flattens the batch axes and brings them back")
def flattens_the_batch(x, W, b):
    rows = x.reshape(-1, W.shape[1])
    return (W @ rows.T + b[:, None]).T.reshape(*x.shape[:-1], len(b))


@right("linear", "goes down the batch axes one by one")
def goes_down_the_batch(x, W, b):
    if x.ndim > 1:
        return np.array([goes_down_the_batch(row, W, b) for row in x])
    return np.array([sum(w * x) + bias for w, bias in zip(W, b)])


@right("linear", "each output's products, added up along the last axis")
def multiplies_and_sums(x, W, b):
    return (x[..., None, :] * W).sum(axis=-1) + b


@wrong("linear", "You forgot to transpose W: its rows belong to outputs. A square W hides that.")
def forgets_transpose(x, W, b):
    return x @ W + b


@wrong("linear", "You put W in front, which fits a single input only: batch axes come first.")
def multiplies_from_the_left(x, W, b):
    return W @ x + b


@wrong("linear", "You reversed all axes of the batch: that fits a single batch axis only.")
def reverses_all_axes(x, W, b):
    return (W @ x.T).T + b


@wrong("linear", "You forgot the bias.")
def forgets_biases(x, W, b):
    return x @ W.T


@wrong(
    "linear",
    "You added the bias along the batch where the sizes allow it: it belongs to the last axis.",
)
def adds_bias_along_the_batch(x, W, b):
    y = x @ W.T
    return y + b[:, None] if y.ndim > 1 and y.shape[-2] == len(b) else y + b


@wrong("linear", "You flattened the batch axes and did not bring them back.")
def stays_flat(x, W, b):
    y = x.reshape(-1, x.shape[-1]) @ W.T + b
    return y[0] if x.ndim == 1 else y


@wrong("linear", "You dropped axes of length 1: they are still axes.")
def squeezes_the_result(x, W, b):
    return np.squeeze(x @ W.T + b)


@wrong("linear", "You always made a batch of the input: one input vector gives one output vector.")
def always_returns_a_batch(x, W, b):
    return np.atleast_2d(x) @ W.T + b


@wrong("linear", "You added the bias to each product: it is added once per output.")
def adds_bias_to_each_product(x, W, b):
    return x @ W.T + W.shape[1] * b


# norm


@right("norm", "scales by a power of two, which rounds nothing")
def scales_by_a_power_of_two(a):
    exponent = int(np.frexp(np.max(np.abs(a)))[1])
    return np.ldexp(np.sqrt(np.sum(np.square(np.ldexp(a, -exponent)))), exponent)


@right("norm", "keeps a running scale and a sum of scaled squares, as LAPACK did")
def keeps_a_running_scale(a):
    scale, total = 0.0, 1.0
    for x in map(abs, a.tolist()):
        if x > scale:
            total, scale = 1.0 + total * (scale / x) ** 2, x
        elif x > 0:
            total += (x / scale) ** 2
    return scale * math.sqrt(total)


@wrong(
    "norm",
    "You square the entries as they are: 1e200 squared is inf and 1e-200 squared is 0. Divide by "
    "the largest magnitude first.",
)
def squares_directly(a):
    return np.sqrt(np.sum(a**2))


@wrong("norm", "You divide by the largest magnitude, which for the zero vector is 0: ask first.")
def forgets_zero(a):
    largest = np.max(np.abs(a))
    return largest * np.sqrt(np.sum((a / largest) ** 2))


@wrong("norm", "You divide by the largest entry, not the largest magnitude: all may be negative.")
def scales_by_the_largest_entry(a):
    largest = np.max(a)
    if largest == 0:
        return 0.0
    return largest * np.sqrt(np.sum((a / largest) ** 2))


@wrong(
    "norm",
    "You took the magnitude of the largest entry: what counts is the largest magnitude, and that "
    "entry may be the negative one.",
)
def scales_by_the_magnitude_of_the_largest(a):
    scale = abs(np.max(a)) or 1.0
    return scale * np.sqrt(np.sum((a / scale) ** 2))


@wrong("norm", "You rescued large entries only: the squares of tiny ones still vanish.")
def saves_only_large_entries(a):
    if np.max(np.abs(a)) > 1e100:
        return 1e200 * np.sqrt(np.sum((a / 1e200) ** 2))
    return np.sqrt(np.sum(a**2))


@wrong("norm", "You forgot to multiply by the scale again.")
def stays_scaled(a):
    largest = np.max(np.abs(a))
    return np.sqrt(np.sum((a / largest) ** 2)) if largest > 0 else 0.0


@wrong(
    "norm",
    "You rescale only when the plain result is 0 or inf. In between, squares lose their digits "
    "before they vanish.",
)
def rescales_too_late(a):
    with np.errstate(over="ignore"):
        plain = np.sqrt(np.sum(a**2))
    largest = np.max(np.abs(a))
    if largest > 0 and (plain == 0 or np.isinf(plain)):
        return largest * np.sqrt(np.sum((a / largest) ** 2))
    return plain


@wrong("norm", "You scale by the first entry: it may be 0, or tiny beside another.")
def scales_by_the_first_entry(a):
    if a[0] == 0:
        return np.sqrt(np.sum(a**2))
    return abs(a[0]) * np.sqrt(np.sum((a / a[0]) ** 2))


@wrong("norm", "The caller's vector has changed: work on a new one.")
def scales_in_place(a):
    largest = np.max(np.abs(a))
    if largest == 0:
        return 0.0
    a /= largest
    return largest * np.sqrt(np.sum(a**2))


# cosine_similarity


@right("cosine_similarity", "one division by the product of the lengths")
def divides_by_both_lengths(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths == 0:
        raise ValueError("a zero vector has no direction")
    return np.clip(a @ b / lengths, -1, 1)


@right("cosine_similarity", "from the distance between the unit vectors")
def measures_the_chord(a, b):
    if not (a.any() and b.any()):
        raise ValueError("a zero vector has no direction")
    u, v = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return max(1.0 - np.sum((u - v) ** 2) / 2, -1.0)


@right("cosine_similarity", "plain Python")
def plain_python_cosine(a, b):
    length_a, length_b = math.hypot(*a), math.hypot(*b)
    if 0 in (length_a, length_b):
        raise ValueError("a zero vector has no direction")
    cosine = sum(float(x) / length_a * (float(y) / length_b) for x, y in zip(a, b))
    return math.copysign(min(abs(cosine), 1.0), cosine)


@wrong("cosine_similarity", "You let rounding carry the cosine above 1 or below -1: clip it.")
def does_not_clip(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths == 0:
        raise ValueError("a zero vector has no direction")
    return a @ b / lengths


@wrong(
    "cosine_similarity",
    "For opposite vectors rounding carries the cosine below -1: clip it there, too.",
)
def clips_above_only(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths == 0:
        raise ValueError("a zero vector has no direction")
    return min(1.0, a @ b / lengths)


@wrong("cosine_similarity", "You clipped to [0, 1]: obtuse angles have negative cosines.")
def clips_to_positive(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths == 0:
        raise ValueError("a zero vector has no direction")
    return np.clip(a @ b / lengths, 0, 1)


@wrong("cosine_similarity", "You only asked whether a is zero: b may be, too.")
def checks_only_a(a, b):
    if not a.any():
        raise ValueError("a is the zero vector")
    return np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1, 1)


@wrong(
    "cosine_similarity",
    "You added a small number to the divisor. That shrinks the cosine of short vectors; a zero "
    "vector is an error of its own.",
)
def adds_epsilon(a, b):
    if not (a.any() and b.any()):
        raise ValueError("a zero vector has no direction")
    return np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-8), -1, 1)


@wrong("cosine_similarity", "You treat short vectors as zero: only length 0 has no direction.")
def refuses_short_vectors(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if np.isclose(lengths, 0):
        raise ValueError("a zero vector has no direction")
    return np.clip(a @ b / lengths, -1, 1)


@wrong(
    "cosine_similarity", "You subtracted the means first: that is the correlation, not the cosine."
)
def centres_first(a, b):
    if not (a.any() and b.any()):
        raise ValueError("a zero vector has no direction")
    a, b = a - a.mean(), b - b.mean()
    return np.clip(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)), -1, 1)


@wrong("cosine_similarity", "You rounded the cosine: near a right angle few digits are left.")
def rounds_the_cosine(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    if lengths == 0:
        raise ValueError("a zero vector has no direction")
    return round(float(a @ b / lengths), 4)


@wrong("cosine_similarity", "You returned 0 for a zero vector: its angle is undefined, say so.")
def answers_for_zero(a, b):
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    return np.clip(a @ b / lengths, -1, 1) if lengths > 0 else 0.0


# cosine_similarity_matrix


@right("cosine_similarity_matrix", "inner products first, lengths after")
def divides_afterwards(X, Y):
    lengths = np.outer(np.sqrt((X**2).sum(axis=1)), np.sqrt((Y**2).sum(axis=1)))
    return np.einsum("nd,md->nm", X, Y) / lengths


@right("cosine_similarity_matrix", "a loop over the rows of X, each against all of Y")
def loops_over_rows(X, Y):
    return [_cosines(x, Y) for x in X]


@right("cosine_similarity_matrix", "adds one column's products at a time")
def loops_over_entries_of_a_row(X, Y):
    X = X / np.linalg.norm(X, axis=-1)[:, None]
    Y = Y / np.linalg.norm(Y, axis=-1)[:, None]
    total = np.zeros((len(X), len(Y)))
    for x, y in zip(X.T, Y.T):
        total += np.multiply.outer(x, y)
    return total


@wrong(
    "cosine_similarity_matrix", "You wrote a Python loop over pairs: let one matrix product do it."
)
def loops_over_pairs(X, Y):
    X_rows = list(X / np.linalg.norm(X, axis=1, keepdims=True))
    Y_rows = list(Y / np.linalg.norm(Y, axis=1, keepdims=True))
    return np.array([[x.dot(y) for y in Y_rows] for x in X_rows])


@wrong("cosine_similarity_matrix", "You measured columns (axis 0) instead of rows (axis 1).")
def measures_columns(X, Y):
    X = X / np.linalg.norm(X, axis=0, keepdims=True)
    Y = Y / np.linalg.norm(Y, axis=0, keepdims=True)
    return X @ Y.T


@wrong(
    "cosine_similarity_matrix",
    "You lost the column shape of the lengths: numpy lined them up with the columns. Keep the "
    "axis, with keepdims.",
)
def forgets_keepdims(X, Y):
    return X @ Y.T / np.linalg.norm(X, axis=1) / np.linalg.norm(Y, axis=1)


@wrong("cosine_similarity_matrix", "You returned the table transposed: rows belong to X.")
def transposes_the_table(X, Y):
    return (Y / np.linalg.norm(Y, axis=1)[:, None]) @ (X / np.linalg.norm(X, axis=1)[:, None]).T


@wrong("cosine_similarity_matrix", "You divided by the length of the whole table, not of each row.")
def divides_by_one_length(X, Y):
    return (X / np.linalg.norm(X)) @ (Y / np.linalg.norm(Y)).T


@wrong("cosine_similarity_matrix", "The caller's tables have changed: normalise new ones.")
def normalises_in_place(X, Y):
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    Y /= np.linalg.norm(Y, axis=1, keepdims=True)
    return X @ Y.T


@wrong(
    "cosine_similarity_matrix",
    "You dropped axes of length 1: a table with one row is still a table.",
)
def squeezes(X, Y):
    X = X / np.linalg.norm(X, axis=1, keepdims=True)
    Y = Y / np.linalg.norm(Y, axis=1, keepdims=True)
    return np.squeeze(X @ Y.T)


@wrong("cosine_similarity_matrix", "You added a small number to the lengths: short rows shrink.")
def adds_epsilon_to_lengths(X, Y):
    X = X / (np.linalg.norm(X, axis=1, keepdims=True) + 1e-8)
    Y = Y / (np.linalg.norm(Y, axis=1, keepdims=True) + 1e-8)
    return X @ Y.T


# nearest


@right("nearest", "Python's sort, which is stable")
def sorts_indices(query, vectors, k=1):
    if k < 1 or k > len(vectors):
        raise ValueError("k is out of range")
    cosines = _cosines(query, vectors)
    return sorted(range(len(vectors)), key=lambda i: cosines[i], reverse=True)[:k]


@right("nearest", "takes the best k times; argmax takes the first of equals")
def takes_the_best_k_times(query, vectors, k=1):
    if k not in range(1, len(vectors) + 1):
        raise ValueError("k is out of range")
    cosines = _cosines(query, vectors)
    best = []
    for _ in range(k):
        best.append(int(np.argmax(cosines)))
        cosines[best[-1]] = -np.inf
    return np.array(best)


@right("nearest", "a heap of the k smallest pairs (minus cosine, index)")
def keeps_a_heap(query, vectors, k=1):
    if not 1 <= k <= vectors.shape[0]:
        raise ValueError("k is out of range")
    pairs = [(-cosine, i) for i, cosine in enumerate(_cosines(query, vectors))]
    return [i for _, i in heapq.nsmallest(k, pairs)]


@wrong("nearest", "You ranked by inner product, so long vectors win: divide by the lengths.")
def ranks_by_inner_product(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-(vectors @ query), kind="stable")[:k]


@wrong("nearest", "You ranked by distance: a far row may point exactly the same way.")
def ranks_by_distance(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(np.linalg.norm(vectors - query, axis=1), kind="stable")[:k]


@wrong("nearest", "You reversed an ascending order, and ties with it: sort the negatives instead.")
def reverses_the_order(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(_cosines(query, vectors), kind="stable")[::-1][:k]


@wrong(
    "nearest",
    "Your order of ties is arbitrary, as numpy's default sort leaves it: ask for a stable one.",
)
def sorts_unstably(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-_cosines(query, vectors))[:k]


@wrong("nearest", "You returned the least similar rows: an ascending sort has the best at the end.")
def returns_the_farthest(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(_cosines(query, vectors), kind="stable")[:k]


@wrong("nearest", "You rounded the cosines, so that rows which differ a little count as equal.")
def rounds_the_cosines(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-np.round(_cosines(query, vectors), 8), kind="stable")[:k]


@wrong("nearest", "You compared in float32: it has 7 digits, and close rows differ after them.")
def compares_in_single_precision(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-_cosines(query, vectors).astype(np.float32), kind="stable")[:k]


@wrong("nearest", "You took magnitudes: a row that points the opposite way is the least similar.")
def ignores_the_sign(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-np.abs(_cosines(query, vectors)), kind="stable")[:k]


@wrong("nearest", "You did not refuse k = 0: nobody asks for no neighbours.")
def allows_zero(query, vectors, k=1):
    if k < 0 or k > len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-_cosines(query, vectors), kind="stable")[:k]


@wrong("nearest", "You only ask whether k is too large: it may be below 1 too.")
def asks_for_too_large_a_k_only(query, vectors, k=1):
    if k > len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-_cosines(query, vectors), kind="stable")[:k]


@wrong("nearest", "You only ask whether k is too small: it may be more than n too.")
def asks_for_too_small_a_k_only(query, vectors, k=1):
    if k < 1:
        raise ValueError("k is out of range")
    return np.argsort(-_cosines(query, vectors), kind="stable")[:k]


@wrong("nearest", "You refused k = n: a ranking of all rows is allowed.")
def refuses_all(query, vectors, k=1):
    if not 1 <= k < len(vectors):
        raise ValueError("k is out of range")
    return np.argsort(-_cosines(query, vectors), kind="stable")[:k]


@wrong("nearest", "You left k unchecked: a slice accepts any k.")
def does_not_check_k(query, vectors, k=1):
    return np.argsort(-_cosines(query, vectors), kind="stable")[:k]


@wrong("nearest", "You found the k best, but left them unsorted: argpartition does not sort.")
def leaves_the_best_unsorted(query, vectors, k=1):
    if not 1 <= k <= len(vectors):
        raise ValueError("k is out of range")
    return np.argpartition(-_cosines(query, vectors), k - 1)[:k]


# analogy


@right("analogy", "keeps the best word so far")
def keeps_the_best_so_far(embeddings, positive, negative):
    target = np.zeros_like(next(iter(embeddings.values())))
    for word in positive:
        target = target + embeddings[word]
    for word in negative:
        target = target - embeddings[word]
    best, best_cosine = None, -math.inf
    for word, vector in embeddings.items():
        cosine = target @ vector / (np.linalg.norm(target) * np.linalg.norm(vector))
        if word not in positive and word not in negative and cosine > best_cosine:
            best, best_cosine = word, cosine
    return best


@right("analogy", "asks for the maximum with a key")
def asks_for_the_maximum(embeddings, positive, negative):
    target = np.sum([embeddings[word] for word in positive], axis=0)
    target = target - np.sum([embeddings[word] for word in negative], axis=0)
    candidates = embeddings.keys() - set(positive) - set(negative)
    return max(
        candidates, key=lambda word: target @ embeddings[word] / math.hypot(*embeddings[word])
    )


@right("analogy", "ranks every word and walks down the ranking")
def walks_down_the_ranking(embeddings, positive, negative):
    words, table = list(embeddings), np.stack(list(embeddings.values()))
    counts = np.zeros(len(words))
    for sign, given in ((1, positive), (-1, negative)):
        for word in given:
            if word not in embeddings:
                raise KeyError(word)
            counts[words.index(word)] += sign
    for i in np.argsort(-_cosines(counts @ table, table)):
        if words[i] not in positive + negative:
            return words[i]


@wrong("analogy", "You left the given words in: the nearest to king - man + woman is often king.")
def leaves_given_words_in(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    return max(embeddings, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong("analogy", "You left only the added words out: a subtracted word is not an answer either.")
def leaves_negative_words_in(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    candidates = [w for w in embeddings if w not in positive]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong(
    "analogy",
    "You looked at a few of the nearest words only: the given ones may be nearer, all of them.",
)
def looks_at_the_three_nearest(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    words = list(embeddings)
    order = np.argsort(-_cosines(target, np.array(list(embeddings.values()))), kind="stable")
    return next((words[i] for i in order[:3] if words[i] not in positive + negative), None)


@wrong(
    "analogy",
    "You let a word of both lists be the answer: it cancels in the sum, but it is still a given "
    "word.",
)
def forgets_what_cancels(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    given = set(positive) ^ set(negative)
    candidates = [w for w in embeddings if w not in given]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong("analogy", "You only added: what the second list holds is subtracted.")
def ignores_what_is_subtracted(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - 0 * sum(embeddings[w] for w in negative)
    candidates = [w for w in embeddings if w not in positive + negative]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong("analogy", "You normalised the vectors before adding: here they are used as they are.")
def normalises_first(embeddings, positive, negative):
    unit = {word: vector / np.linalg.norm(vector) for word, vector in embeddings.items()}
    target = sum(unit[w] for w in positive) - sum(unit[w] for w in negative)
    return max((w for w in unit if w not in positive + negative), key=lambda w: target @ unit[w])


@wrong("analogy", "You compared by inner product, so that long vectors win: compare by cosine.")
def compares_by_inner_product(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    candidates = [w for w in embeddings if w not in positive + negative]
    return max(candidates, key=lambda w: target @ embeddings[w])


@wrong("analogy", "You compared by distance: similarity here is the cosine.")
def compares_by_distance(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    candidates = [w for w in embeddings if w not in positive + negative]
    return min(candidates, key=lambda w: np.linalg.norm(target - embeddings[w]))


@wrong("analogy", "You averaged each list: with two words added and one taken off, sums differ.")
def averages_the_lists(embeddings, positive, negative):
    target = np.mean([embeddings[w] for w in positive], axis=0)
    if negative:
        target = target - np.mean([embeddings[w] for w in negative], axis=0)
    candidates = [w for w in embeddings if w not in positive + negative]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong("analogy", "You counted repeated words once: a word that is given twice counts twice.")
def counts_words_once(embeddings, positive, negative):
    target = sum(embeddings[w] for w in set(positive)) - sum(embeddings[w] for w in set(negative))
    candidates = [w for w in embeddings if w not in positive + negative]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong(
    "analogy", "The dict is different afterwards: add into a new vector, not into that of a word."
)
def adds_in_place(embeddings, positive, negative):
    target = embeddings[positive[0]]
    for word in positive[1:]:
        target += embeddings[word]
    for word in negative:
        target -= embeddings[word]
    candidates = [w for w in embeddings if w not in positive + negative]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong("analogy", "You skipped unknown words: the answer is then to another question.")
def skips_unknown_words(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive if w in embeddings)
    target = target - sum(embeddings[w] for w in negative if w in embeddings)
    candidates = [w for w in embeddings if w not in positive + negative]
    return max(candidates, key=lambda w: target @ embeddings[w] / np.linalg.norm(embeddings[w]))


@wrong(
    "analogy",
    "You only found cosines above 0: if all are negative, the largest of them is the answer.",
)
def starts_at_zero(embeddings, positive, negative):
    target = sum(embeddings[w] for w in positive) - sum(embeddings[w] for w in negative)
    best, best_cosine = None, 0.0
    for word in embeddings:
        cosine = target @ embeddings[word] / np.linalg.norm(embeddings[word])
        if word not in positive + negative and cosine > best_cosine:
            best, best_cosine = word, cosine
    return best
