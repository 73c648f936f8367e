"""Right and wrong ways to write the exercises of `bigram`."""

import bisect
import collections
import itertools
import math

import numpy as np

from grader.variants import right, wrong


def _check(tokens, vocab_size):
    for token in tokens:
        if not 0 <= token < vocab_size:
            raise ValueError("tokens")


def _loop(tokens, vocab_size):
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    for current, following in zip(tokens[:-1], tokens[1:], strict=True):
        counts[current, following] += 1
    return counts


# bigram_counts


@right("bigram_counts", "pair by pair in a loop")
def loops_over_pairs(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(tokens, vocab_size)


@right("bigram_counts", "one number for each pair, counted with bincount")
def counts_numbers_of_pairs(tokens, vocab_size):
    if tokens.min() < 0 or tokens.max() > vocab_size - 1:
        raise ValueError("tokens")
    pairs = tokens[:-1] * vocab_size + tokens[1:]
    return np.bincount(pairs, minlength=vocab_size**2).reshape(vocab_size, vocab_size)


@right("bigram_counts", "a product of one-hot rows")
def multiplies_one_hot_rows(tokens, vocab_size):
    one_hot = tokens[:, np.newaxis] == np.arange(vocab_size)
    if not one_hot.any(axis=1).all():
        raise ValueError("tokens")
    one_hot = one_hot.astype(np.int64)
    return one_hot[:-1].T @ one_hot[1:]


@right("bigram_counts", "a Counter of pairs, into a list of lists")
def asks_a_counter(tokens, vocab_size):
    text = tokens.tolist()
    if set(text) - set(range(vocab_size)):
        raise ValueError("tokens")
    counter = collections.Counter(itertools.pairwise(text))
    return [[counter[i, j] for j in range(vocab_size)] for i in range(vocab_size)]


@right("bigram_counts", "numpy's histogram over two axes, back to whole numbers")
def asks_a_histogram(tokens, vocab_size):
    if np.any((tokens < 0) | (tokens >= vocab_size)):
        raise ValueError("tokens")
    edges = np.arange(vocab_size + 1) - 0.5
    counts, _, _ = np.histogram2d(tokens[:-1], tokens[1:], bins=(edges, edges))
    return counts.astype(np.int64)


@wrong(
    "bigram_counts",
    "You counted each pair once: with arrays of indices, += adds 1 however often a pair comes.",
)
def adds_once(tokens, vocab_size):
    _check(tokens, vocab_size)
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    counts[tokens[:-1], tokens[1:]] += 1
    return counts


@wrong("bigram_counts", "You swapped the axes: the row is the current token, the column the next.")
def swaps_the_axes(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(tokens, vocab_size).T


@wrong("bigram_counts", "You let the first token follow the last: a text is not a ring.")
def closes_the_ring(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(np.append(tokens, tokens[0]), vocab_size)


@wrong("bigram_counts", "You left the last pair out: T tokens have T - 1 pairs.")
def leaves_the_last_pair_out(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(tokens[: max(len(tokens) - 1, 1)], vocab_size)


@wrong("bigram_counts", "You left the first pair out: T tokens have T - 1 pairs.")
def leaves_the_first_pair_out(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(tokens[1:] if len(tokens) > 1 else tokens, vocab_size)


@wrong("bigram_counts", "You counted both directions: that j follows i is not that i follows j.")
def counts_both_directions(tokens, vocab_size):
    _check(tokens, vocab_size)
    counts = _loop(tokens, vocab_size)
    return counts + counts.T


@wrong("bigram_counts", "You cut the text into pairs: neighbouring pairs overlap in one token.")
def cuts_into_pairs(tokens, vocab_size):
    _check(tokens, vocab_size)
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    for i in range(0, len(tokens) - 1, 2):
        counts[tokens[i], tokens[i + 1]] += 1
    return counts


@wrong("bigram_counts", "You left out tokens that follow themselves.")
def leaves_doubles_out(tokens, vocab_size):
    _check(tokens, vocab_size)
    counts = _loop(tokens, vocab_size)
    np.fill_diagonal(counts, 0)
    return counts


@wrong("bigram_counts", "You made the table as large as the text asks for: it has v rows.")
def measures_the_text(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(tokens, int(tokens.max()) + 1)


@wrong("bigram_counts", "You returned floats: counts are whole numbers.")
def counts_in_floats(tokens, vocab_size):
    _check(tokens, vocab_size)
    return _loop(tokens, vocab_size).astype(float)


@wrong("bigram_counts", "You counted in eight bits: a pair that comes 256 times counts as none.")
def counts_in_eight_bits(tokens, vocab_size):
    _check(tokens, vocab_size)
    counts = np.zeros((vocab_size, vocab_size), dtype=np.uint8)
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1)
    return counts.astype(np.int64)


@wrong("bigram_counts", "You returned probabilities already: counts are asked for here.")
def returns_shares(tokens, vocab_size):
    _check(tokens, vocab_size)
    counts = _loop(tokens, vocab_size)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


@wrong(
    "bigram_counts",
    "You let numpy take negative tokens as counted from the end: they are errors.",
)
def takes_negative_tokens(tokens, vocab_size):
    if tokens.max() >= vocab_size:
        raise ValueError("tokens")
    return _loop(tokens, vocab_size)


@wrong(
    "bigram_counts",
    "A token beyond the vocabulary came out as an IndexError or was let pass: a ValueError is due.",
)
def leaves_large_tokens_to_numpy(tokens, vocab_size):
    if tokens.min() < 0:
        raise ValueError("tokens")
    return _loop(tokens, vocab_size)


@wrong("bigram_counts", "You let the token v pass your check: the largest is v - 1.")
def checks_one_too_far(tokens, vocab_size):
    if tokens.min() < 0 or tokens.max() > vocab_size:
        raise ValueError("tokens")
    return _loop(tokens, vocab_size + 1)[:vocab_size, :vocab_size]


@wrong("bigram_counts", "You did not check the last token: it stands in a pair as well.")
def does_not_check_the_last(tokens, vocab_size):
    _check(tokens[:-1], vocab_size)
    counts = np.zeros((vocab_size, vocab_size), dtype=np.int64)
    for current, following in zip(tokens[:-1], tokens[1:], strict=True):
        if 0 <= following < vocab_size:
            counts[current, following] += 1
    return counts


@wrong("bigram_counts", "You skipped tokens that the vocabulary does not have: they are errors.")
def skips_other_tokens(tokens, vocab_size):
    return _loop(tokens[(tokens >= 0) & (tokens < vocab_size)], vocab_size)


@wrong("bigram_counts", "You refused with an assert: the contract asks for a ValueError.")
def asserts(tokens, vocab_size):
    assert 0 <= tokens.min() <= tokens.max() < vocab_size
    return _loop(tokens, vocab_size)


# bigram_probabilities


@right("bigram_probabilities", "row by row, number by number, into lists")
def divides_number_by_number(counts, alpha=1.0):
    result = []
    for row in counts.tolist():
        total = sum(row) + alpha * len(row)
        result.append([(c + alpha) / total if total > 0 else 1 / len(row) for c in row])
    return result


@right("bigram_probabilities", "replaces empty rows with ones, then divides")
def fills_empty_rows(counts, alpha=1.0):
    raised = counts.astype(float) + alpha
    raised[raised.sum(axis=1) == 0] = 1.0
    return raised / raised.sum(axis=1)[:, None]


@right("bigram_probabilities", "divides first, with warnings, and mends the nan")
def mends_the_nan(counts, alpha=1.0):
    raised = counts + float(alpha)
    with np.errstate(invalid="ignore"):
        shares = raised / np.sum(raised, axis=-1, keepdims=True)
    return np.nan_to_num(shares, nan=1.0 / len(counts))


@right("bigram_probabilities", "transposes, so that rows are divided by broadcasting")
def divides_the_transpose(counts, alpha=1.0):
    v = counts.shape[1]
    totals = counts.sum(axis=1) + alpha * v
    shares = np.full((v, v), 1.0 / v)
    np.divide((counts + alpha).T, totals, out=shares, where=totals > 0)
    return shares.T


@wrong("bigram_probabilities", "You normalised the columns: each row is a distribution.")
def normalises_columns(counts, alpha=1.0):
    raised = counts + alpha
    totals = raised.sum(axis=0, keepdims=True)
    return np.where(totals > 0, raised / np.where(totals > 0, totals, 1), 1 / len(counts))


@wrong(
    "bigram_probabilities",
    "You divided columns by the sums of rows: keep the sums a column.",
)
def forgets_to_keep_the_axis(counts, alpha=1.0):
    raised = counts + float(alpha)
    raised[raised.sum(axis=1) == 0] = 1.0
    return raised / raised.sum(axis=1)


@wrong("bigram_probabilities", "You divided by the sum of the whole table: each row sums to 1.")
def divides_by_everything(counts, alpha=1.0):
    raised = counts + float(alpha)
    raised[raised.sum(axis=1) == 0] = 1.0
    return raised / raised.sum()


@wrong(
    "bigram_probabilities",
    "You added alpha to the counts and not to their sum: the rows sum to more than 1.",
)
def divides_by_the_old_sum(counts, alpha=1.0):
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, (counts + alpha) / np.maximum(totals, 1), 1 / len(counts))


@wrong(
    "bigram_probabilities",
    "You added alpha to the sum once: it was added to each of the v counts of the row.",
)
def adds_alpha_once(counts, alpha=1.0):
    totals = counts.sum(axis=1, keepdims=True) + alpha
    shares = (counts + alpha) / np.where(totals > 0, totals, 1)
    return np.where(counts.sum(axis=1, keepdims=True) > 0, shares, 1 / len(counts))


@wrong("bigram_probabilities", "You raised only counts of 0: alpha is added to every count.")
def raises_only_zeros(counts, alpha=1.0):
    raised = np.where(counts == 0, alpha, counts).astype(float)
    raised[raised.sum(axis=1) == 0] = 1.0
    return raised / raised.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You did not use alpha.")
def ignores_alpha(counts, alpha=1.0):
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts / np.maximum(totals, 1), 1 / len(counts))


@wrong("bigram_probabilities", "You added 1 whatever alpha is.")
def always_adds_one(counts, alpha=1.0):
    return (counts + 1) / (counts + 1).sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "Your alpha is 0 unless given: it is 1.")
def has_no_alpha_unless_told(counts, alpha=0.0):
    raised = counts + float(alpha)
    raised[raised.sum(axis=1) == 0] = 1.0
    return raised / raised.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You took an alpha of 0 for none given: it means no smoothing.")
def takes_zero_for_none(counts, alpha=1.0):
    raised = counts + float(alpha or 1.0)
    return raised / raised.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You got nan in rows without counts: they are uniform.")
def divides_zero_by_zero(counts, alpha=1.0):
    with np.errstate(all="ignore"):
        return (counts + alpha) / (counts + alpha).sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You left rows without counts at 0: they are uniform.")
def leaves_empty_rows(counts, alpha=1.0):
    raised = counts + alpha
    totals = raised.sum(axis=1, keepdims=True)
    return raised / np.where(totals > 0, totals, 1.0)


@wrong(
    "bigram_probabilities", "You let a token without followers follow itself: all are as likely."
)
def follows_itself(counts, alpha=1.0):
    raised = counts + float(alpha)
    for i in np.flatnonzero(raised.sum(axis=1) == 0):
        raised[i, i] = 1.0
    return raised / raised.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You smoothed only rows without counts: alpha is for all.")
def smooths_empty_rows(counts, alpha=1.0):
    raised = counts.astype(float)
    raised[raised.sum(axis=1) == 0] = 1.0
    return raised / raised.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You added a small number to each count, which makes no pair 0.")
def adds_a_small_number(counts, alpha=1.0):
    raised = counts + alpha + 1e-10
    return raised / raised.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You took a softmax: shares of counts take no exponential.")
def takes_a_softmax(counts, alpha=1.0):
    raised = counts + alpha
    exponentials = np.exp(raised - raised.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


@wrong("bigram_probabilities", "You took the logarithms: probabilities are asked for.")
def takes_logarithms(counts, alpha=1.0):
    raised = counts + float(alpha)
    raised[raised.sum(axis=1) == 0] = 1.0
    with np.errstate(divide="ignore"):
        return np.log(raised / raised.sum(axis=1, keepdims=True))


@wrong("bigram_probabilities", "You rounded the probabilities.")
def rounds(counts, alpha=1.0):
    raised = counts + float(alpha)
    raised[raised.sum(axis=1) == 0] = 1.0
    return np.round(raised / raised.sum(axis=1, keepdims=True), 4)


@wrong("bigram_probabilities", "You filled empty rows in the caller's own table.")
def changes_the_counts(counts, alpha=1.0):
    counts[counts.sum(axis=1) == 0] = 1
    return (counts + alpha) / (counts + alpha).sum(axis=1, keepdims=True)


# bigram_loss


@right("bigram_loss", "pair by pair, with math.log")
def adds_up_surprises(probs, tokens):
    total = 0.0
    for i in range(len(tokens) - 1):
        p = float(probs[tokens[i], tokens[i + 1]])
        if p == 0:
            return math.inf
        total -= math.log(p)
    return total / (len(tokens) - 1)


@right("bigram_loss", "logarithms of the whole table, warnings off")
def takes_the_log_of_the_table(probs, tokens):
    with np.errstate(divide="ignore"):
        surprises = -np.log(probs)
    return surprises[tokens[:-1], tokens[1:]].mean()


@right("bigram_loss", "counts of pairs times their surprise")
def weighs_with_counts(probs, tokens):
    counts = np.zeros(probs.shape)
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1.0)
    came = counts > 0
    with np.errstate(divide="ignore"):
        return -np.sum(counts[came] * np.log(probs[came])) / (len(tokens) - 1)


@right("bigram_loss", "logarithms to base 2, back to nats")
def counts_in_bits_and_converts(probs, tokens):
    p = probs[tokens[:-1], tokens[1:]]
    if np.any(p == 0):
        return float("inf")
    return -np.log2(p).mean() / np.log2(np.e)


@wrong("bigram_loss", "You measured in bits: nats are asked for, so the logarithm is natural.")
def measures_in_bits(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.mean(np.log2(probs[tokens[:-1], tokens[1:]]))


@wrong("bigram_loss", "You summed over the text: the loss is a mean over its next tokens.")
def sums_up(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.sum(np.log(probs[tokens[:-1], tokens[1:]]))


@wrong("bigram_loss", "You divided by the T tokens: there are T - 1 next tokens.")
def divides_by_the_length(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.sum(np.log(probs[tokens[:-1], tokens[1:]])) / len(tokens)


@wrong("bigram_loss", "You forgot the minus: a loss is not negative.")
def forgets_the_minus(probs, tokens):
    with np.errstate(divide="ignore"):
        return np.mean(np.log(probs[tokens[:-1], tokens[1:]]))


@wrong("bigram_loss", "You swapped row and column: the row is the token that stands there.")
def reads_columns(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(probs[tokens[1:], tokens[:-1]]))


@wrong("bigram_loss", "You took the log of the mean probability: it is the mean of the logs.")
def takes_the_log_of_the_mean(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.log(np.mean(probs[tokens[:-1], tokens[1:]]))


@wrong("bigram_loss", "You returned the perplexity: leave the exponential out.")
def returns_the_perplexity(probs, tokens):
    with np.errstate(divide="ignore", over="ignore"):
        return np.exp(-np.mean(np.log(probs[tokens[:-1], tokens[1:]])))


@wrong("bigram_loss", "You added a small number: a pair of probability 0 has an infinite loss.")
def adds_an_epsilon(probs, tokens):
    return -np.mean(np.log(probs[tokens[:-1], tokens[1:]] + 1e-9))


@wrong("bigram_loss", "You added a small number: a pair of probability 0 has an infinite loss.")
def adds_a_tiny_epsilon(probs, tokens):
    return -np.mean(np.log(probs[tokens[:-1], tokens[1:]] + 1e-300))


@wrong("bigram_loss", "You cut small probabilities off: a tiny one counts with its own log.")
def cuts_at_an_epsilon(probs, tokens):
    p = probs[tokens[:-1], tokens[1:]]
    if np.any(p == 0):
        return np.inf
    return -np.mean(np.log(np.maximum(p, 1e-12)))


@wrong("bigram_loss", "You left impossible pairs out of the mean: one of them makes it infinite.")
def leaves_the_impossible_out(probs, tokens):
    p = probs[tokens[:-1], tokens[1:]]
    return -np.mean(np.log(p[p > 0])) if np.any(p > 0) else np.inf


@wrong("bigram_loss", "numpy warned: the log of 0 is to be inf without a warning.")
def lets_numpy_warn(probs, tokens):
    return -np.mean(np.log(probs[tokens[:-1], tokens[1:]]))


@wrong(
    "bigram_loss",
    "You multiplied 0 pairs by an infinite surprise, which is nan: other pairs do not matter.",
)
def multiplies_zero_by_infinity(probs, tokens):
    counts = np.zeros(probs.shape)
    np.add.at(counts, (tokens[:-1], tokens[1:]), 1.0)
    with np.errstate(all="ignore"):
        return -np.sum(counts * np.log(probs)) / (len(tokens) - 1)


@wrong("bigram_loss", "You multiplied all probabilities first: the product of a long text is 0.")
def multiplies_first(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.log(np.prod(probs[tokens[:-1], tokens[1:]])) / (len(tokens) - 1)


@wrong("bigram_loss", "You weighed each pair once: one that comes twice counts twice.")
def weighs_each_pair_once(probs, tokens):
    pairs = sorted({(int(a), int(b)) for a, b in zip(tokens[:-1], tokens[1:], strict=True)})
    with np.errstate(divide="ignore"):
        return -np.mean([np.log(probs[pair]) for pair in pairs])


@wrong("bigram_loss", "You looked at the probability of each token after itself.")
def looks_at_itself(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(probs[tokens[1:], tokens[1:]]))


@wrong("bigram_loss", "You took the entropy of the rows: what counts is the token that came.")
def takes_the_entropy(probs, tokens):
    rows = probs[tokens[:-1]]
    logs = np.log(rows, out=np.zeros_like(rows), where=rows > 0)
    return -np.mean(np.sum(rows * logs, axis=1))


@wrong("bigram_loss", "You returned all surprises: the loss is their mean, one number.")
def returns_all_surprises(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.log(probs[tokens[:-1], tokens[1:]])


@wrong("bigram_loss", "You took every row and column of the text's tokens, not pair by pair.")
def takes_a_whole_block(probs, tokens):
    with np.errstate(divide="ignore"):
        return -np.mean(np.log(probs[tokens[:-1]][:, tokens[1:]]))


@wrong("bigram_loss", "You normalised the caller's own table.")
def changes_the_table(probs, tokens):
    probs += 0.0
    with np.errstate(divide="ignore"):
        np.log(probs, out=probs)
    return -np.mean(probs[tokens[:-1], tokens[1:]])


# bigram_generate


@right("bigram_generate", "walks along the row until u is used up")
def walks_along(probs, start, u):
    text = [start]
    for left in u.tolist():
        token = None
        for k, p in enumerate(probs[text[-1]].tolist()):
            if p > 0:
                token = k
                left -= p
                if left < 0:
                    break
        text.append(token)
    return text


@right("bigram_generate", "running sums of the whole table, and a count of those passed")
def sums_the_table_up(probs, start, u):
    ends = np.cumsum(probs, axis=1)
    last = probs.shape[1] - 1 - np.argmax(probs[:, ::-1] > 0, axis=1)
    text = np.empty(len(u) + 1, dtype=np.int64)
    text[0] = start
    for i, number in enumerate(u):
        row = text[i]
        text[i + 1] = min(np.count_nonzero(ends[row] <= number), last[row])
    return text


@right("bigram_generate", "leaves impossible tokens out, searches, and translates back")
def leaves_out_the_impossible(probs, start, u):
    text = [int(start)]
    for number in u:
        possible = np.flatnonzero(probs[text[-1]] > 0)
        ends = np.cumsum(probs[text[-1], possible])
        ends[-1] = 1.0
        text.append(int(possible[np.searchsorted(ends, number, side="right")]))
    return np.array(text, dtype=np.int64)


@right("bigram_generate", "bisection, with the ends scaled to end at exactly 1")
def bisects(probs, start, u):
    text = [start]
    for number in u:
        ends = np.cumsum(probs[text[-1]])
        text.append(bisect.bisect_right((ends / ends[-1]).tolist(), float(number)))
    return np.array(text)


def _draws(probs, start, u, pick, row=lambda text: text[-1]):
    """Write with another way to pick a token from a row."""
    text = [int(start)]
    for number in u:
        text.append(int(pick(probs[row(text)], number)))
    return np.array(text, dtype=np.int64)


def _inverse_cdf(row, number):
    token = np.searchsorted(np.cumsum(row), number, side="right")
    return min(token, np.flatnonzero(row)[-1])


@wrong(
    "bigram_generate",
    "You put a number on a border below it: it belongs above, and u = 0 must not draw a token of "
    "probability 0.",
)
def searches_from_the_left(probs, start, u):
    def pick(row, number):
        return min(np.searchsorted(np.cumsum(row), number), np.flatnonzero(row)[-1])

    return _draws(probs, start, u, pick)


@wrong(
    "bigram_generate",
    "You trusted the sum of a row to be 1: where it is a little less, the largest u draw a token "
    "that does not exist.",
)
def trusts_the_sum(probs, start, u):
    return _draws(probs, start, u, lambda row, v: np.searchsorted(np.cumsum(row), v, side="right"))


@wrong(
    "bigram_generate",
    "You gave the last token what rounding leaves over, though its probability may be 0.",
)
def sends_the_rest_to_the_end(probs, start, u):
    def pick(row, number):
        return min(np.searchsorted(np.cumsum(row), number, side="right"), len(row) - 1)

    return _draws(probs, start, u, pick)


@wrong(
    "bigram_generate",
    "You gave token 0 to a number above the whole sum: it gets the last possible token.",
)
def asks_argmax(probs, start, u):
    return _draws(probs, start, u, lambda row, v: np.argmax(v < np.cumsum(row)))


@wrong("bigram_generate", "You took the most probable token: that is not a draw.")
def takes_the_most_probable(probs, start, u):
    return _draws(probs, start, u, lambda row, v: np.argmax(row))


@wrong("bigram_generate", "You drew all tokens from the row of the first one.")
def stays_in_the_first_row(probs, start, u):
    return _draws(probs, start, u, _inverse_cdf, row=lambda text: text[0])


@wrong("bigram_generate", "You drew from the row of the token before the last one.")
def is_one_row_behind(probs, start, u):
    return _draws(probs, start, u, _inverse_cdf, row=lambda text: text[-2:][0])


@wrong("bigram_generate", "You drew from columns: the row is the current token.")
def draws_from_columns(probs, start, u):
    return _draws(probs.T, start, u, _inverse_cdf)


@wrong("bigram_generate", "You left the first token out: the text begins with it.")
def leaves_the_start_out(probs, start, u):
    return _draws(probs, start, u, _inverse_cdf)[1:]


@wrong("bigram_generate", "You drew one token too few: the first one takes no number.")
def draws_one_too_few(probs, start, u):
    return _draws(probs, start, u[:-1], _inverse_cdf)


@wrong("bigram_generate", "You used the numbers from the last to the first.")
def takes_numbers_backwards(probs, start, u):
    return _draws(probs, start, u[::-1], _inverse_cdf)


@wrong(
    "bigram_generate",
    "You multiplied by the table again and again, which forgets the token that was drawn.",
)
def multiplies_by_the_table(probs, start, u):
    text, row = [start], np.eye(len(probs))[start]
    for number in u:
        row = row @ probs
        text.append(int(_inverse_cdf(row, number)))
    return np.array(text)


@wrong("bigram_generate", "You sorted the row: the pieces lie in the order of the tokens.")
def sorts_first(probs, start, u):
    def pick(row, number):
        order = np.argsort(-row, kind="stable")
        k = np.searchsorted(np.cumsum(row[order]), number, side="right")
        return order[min(k, np.count_nonzero(row) - 1)]

    return _draws(probs, start, u, pick)


@wrong("bigram_generate", "You counted one too far: below the first end the token is 0.")
def counts_from_one(probs, start, u):
    def pick(row, number):
        k = np.searchsorted(np.cumsum(row), number, side="right") + 1
        return min(k, np.flatnonzero(row)[-1])

    return _draws(probs, start, u, pick)


@wrong("bigram_generate", "You moved u away from the border, and so over tiny probabilities.")
def nudges_u(probs, start, u):
    return _draws(probs, start, u, lambda row, v: _inverse_cdf(row, v + 1e-12))


@wrong("bigram_generate", "You treated tiny probabilities as 0.")
def drops_tiny_ones(probs, start, u):
    def pick(row, number):
        possible = np.flatnonzero(row > 1e-12)
        ends = np.cumsum(row[possible])
        ends[-1] = 1.0
        return possible[np.searchsorted(ends, number, side="right")]

    return _draws(probs, start, u, pick)


@wrong("bigram_generate", "You kept u away from 1: the last token may be so improbable.")
def keeps_u_away_from_one(probs, start, u):
    def pick(row, number):
        ends = np.cumsum(row)
        return np.searchsorted(ends, min(number, ends[-1] - 1e-9), side="right")

    return _draws(probs, start, u, pick)


@wrong("bigram_generate", "You left impossible tokens out and forgot to translate back.")
def forgets_to_translate_back(probs, start, u):
    def pick(row, number):
        ends = np.cumsum(row[row > 0])
        ends[-1] = 1.0
        return np.searchsorted(ends, number, side="right")

    return _draws(probs, start, u, pick)


@wrong("bigram_generate", "You returned floats: a token is a whole number.")
def returns_floats(probs, start, u):
    return _draws(probs, start, u, _inverse_cdf).astype(float)


@wrong("bigram_generate", "You summed up in the caller's own table.")
def sums_in_place(probs, start, u):
    last = [np.flatnonzero(row)[-1] for row in probs]
    np.cumsum(probs, axis=1, out=probs)
    text = [start]
    for number in u:
        row = text[-1]
        text.append(int(min(np.searchsorted(probs[row], number, side="right"), last[row])))
    return np.array(text)


@wrong("bigram_generate", "You ignored u and drew numbers of your own.")
def draws_its_own_numbers(probs, start, u):
    rng = np.random.default_rng(0)
    return _draws(probs, start, rng.random(len(u)), _inverse_cdf)
