import itertools
import math

import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_keeps_inputs,
    assert_same,
    no_floating_point_warnings,
)

LAST_BELOW_ONE = 1 - 2**-53


def _whole(numbers):
    return np.array(numbers, dtype=np.int64)


def _text(rng, n, vocab):
    """Return a text that mostly counts upwards, so that no pair is as frequent as its reverse.

    The steps are shuffled and not drawn: from five of them on a token always follows itself, and
    some pair comes twice where there are more than a few steps per token.
    """
    steps = rng.permutation(np.resize([1, 1, 1, 1, 0, 2], n - 1))
    return _whole((rng.integers(vocab) + np.cumsum([0, *steps])) % vocab)


def _counts(tokens, vocab):
    """Return the counts of all pairs, pair by pair."""
    counts = np.zeros((vocab, vocab), dtype=np.int64)
    for i in range(1, len(tokens)):
        counts[tokens[i - 1], tokens[i]] += 1
    return counts


class TestBigramCounts:
    def test_counts_every_pair(self, learner, rng):
        """Entry (i, j) says how often j comes right after i, wherever in the text."""
        for n, vocab in ((30, 4), (60, 7), (25, 3)):
            tokens = _text(rng, n, vocab)
            assert_same(learner.bigram_counts(tokens, vocab), _counts(tokens, vocab))

    def test_first_and_last_pair(self, learner, rng):
        """The first and the last pair count, and the end of a text is not followed by its start."""
        for n in (2, 3, 5, 6):
            tokens = rng.permutation(n).astype(np.int64)
            assert_same(learner.bigram_counts(tokens, n), _counts(tokens, n))

    def test_a_token_after_itself(self, learner, rng):
        """Pairs overlap: in a run of n equal tokens there are n - 1 pairs."""
        n = int(rng.integers(5, 9))
        tokens = _whole([1] * n + [0] * 3 + [1] * 2)
        assert_same(learner.bigram_counts(tokens, 2), _counts(tokens, 2))
        for length in (n, 300):  # no count of 299 fits into eight bits
            got = learner.bigram_counts(_whole([0] * length), 1)
            assert_same(got, _whole([[length - 1]]))

    def test_tokens_that_are_not_in_the_text(self, learner, rng):
        """The vocabulary may hold more tokens than the text: their rows and columns are there."""
        for vocab in (8, 20):
            tokens = 1 + _text(rng, 20, 4)
            assert_same(learner.bigram_counts(tokens, vocab), _counts(tokens, vocab))

    def test_a_single_token(self, learner):
        """A text of one token has no pair, one of two has one."""
        assert_same(learner.bigram_counts(_whole([1]), 3), np.zeros((3, 3), dtype=np.int64))
        assert_same(learner.bigram_counts(_whole([1, 2]), 3), _counts([1, 2], 3))

    # No token comes twice in the texts of the next two tests: how to count is not their point.

    @pytest.mark.parametrize("place", ["first", "middle", "last"])
    def test_refuses_too_large_tokens(self, learner, rng, place):
        """A token that the vocabulary does not have is an error, wherever it stands."""
        vocab = int(rng.integers(6, 10))
        others = rng.permutation(vocab - 1).astype(np.int64)
        index = {"first": 0, "middle": 3, "last": vocab - 1}[place]
        tokens = np.insert(others, index, vocab - 1)  # the largest that there is
        assert_same(learner.bigram_counts(tokens, vocab), _counts(tokens, vocab))
        for token in (vocab, vocab + 3):
            with pytest.raises(ValueError):
                learner.bigram_counts(np.insert(others, index, token), vocab)

    @pytest.mark.parametrize("place", ["first", "middle", "last"])
    def test_refuses_negative_tokens(self, learner, rng, place):
        """A negative token is an error too, though numpy would take it as counted from the end."""
        vocab = int(rng.integers(6, 10))
        others = 1 + rng.permutation(vocab - 1).astype(np.int64)
        index = {"first": 0, "middle": 3, "last": vocab - 1}[place]
        tokens = np.insert(others, index, 0)
        assert_same(learner.bigram_counts(tokens, vocab), _counts(tokens, vocab))
        for token in (-1, -vocab):
            with pytest.raises(ValueError):
                learner.bigram_counts(np.insert(others, index, token), vocab)

    def test_keeps_inputs(self, learner, rng):
        """The text is the same afterwards."""
        tokens = _text(rng, 12, 4)
        got = assert_keeps_inputs(learner.bigram_counts, tokens, 4)
        assert_same(got, _counts(tokens, 4))


def _table(rng, vocab):
    """Return counts of which none is 0, and whose rows and columns have other sums."""
    rows = 1 + rng.permutation(vocab)[:, np.newaxis]
    return (rows * rng.integers(1, 9, size=(vocab, vocab)) + rng.permutation(vocab)).astype(
        np.int64
    )


def _shares(counts, alpha):
    """Return each entry's share of its row, number by number."""
    result = []
    for row in counts.tolist():
        total = math.fsum(row) + alpha * len(row)
        empty = total == 0
        result.append([1 / len(row) if empty else (c + alpha) / total for c in row])
    return np.array(result)


class TestBigramProbabilities:
    def test_shares_of_each_row(self, learner, rng):
        """With alpha 0, each count is divided by the sum of its own row."""
        for vocab in (2, 3, 6):
            counts = _table(rng, vocab)
            assert_close(learner.bigram_probabilities(counts, 0.0), _shares(counts, 0.0))

    def test_adds_one_unless_told(self, learner, rng):
        """Without alpha, 1 is added to each count, those above 0 included."""
        for vocab in (2, 3, 5):
            counts = _table(rng, vocab)
            counts[rng.integers(vocab), rng.integers(vocab)] = 0
            assert_close(learner.bigram_probabilities(counts), _shares(counts, 1.0))

    def test_every_alpha(self, learner, rng):
        """Alpha may be a fraction or large, and is given by name or by place."""
        counts = _table(rng, 4)
        counts[1, 2] = counts[3, 0] = counts[3, 1] = 0
        for alpha in (0.5, 0.01, 7.0, 400.0):
            truth = _shares(counts, alpha)
            assert_close(learner.bigram_probabilities(counts, alpha), truth)
            assert_close(learner.bigram_probabilities(counts, alpha=alpha), truth)

    def test_a_pair_that_never_came(self, learner, rng):
        """Smoothing gives a pair without counts its small share, and alpha 0 exactly none."""
        counts = _table(rng, 4)
        counts[0, 1] = counts[2, 3] = counts[2, 0] = 0
        for alpha in (1e-3, 1e-9, 1e-15):
            got = learner.bigram_probabilities(counts, alpha)
            assert_close(got, _shares(counts, alpha), rtol=1e-9, atol=0.0)
        got = learner.bigram_probabilities(counts, 0.0)
        assert_close(got, _shares(counts, 0.0), rtol=1e-12, atol=0.0)

    def test_rows_without_counts(self, learner, rng):
        """Where a token was never followed by any, all are equally likely, with every alpha."""
        for vocab in (3, 5):
            counts = _table(rng, vocab)
            counts[int(rng.integers(vocab))] = 0
            for alpha in (0.0, 1.0, 0.25):
                assert_close(learner.bigram_probabilities(counts, alpha), _shares(counts, alpha))
        counts = np.zeros((4, 4), dtype=np.int64)
        assert_close(learner.bigram_probabilities(counts, 0.0), np.full((4, 4), 0.25))

    def test_long_texts(self, learner, rng):
        """It is right for counts of a very long text."""
        # Beyond 32 bits, and not so far that alpha would be lost among the rounding errors.
        counts = 10**9 * _table(rng, 3) + _table(rng, 3)
        counts[1, 1] = 0
        for alpha in (0.0, 1.0):
            got = learner.bigram_probabilities(counts, alpha)
            assert_close(got, _shares(counts, alpha), rtol=1e-12, atol=0.0)

    def test_one_token(self, learner, rng):
        """With a vocabulary of one token it is certain to come next, with one of two it is not."""
        n = int(rng.integers(2, 7))  # of 7, all shares below would have few decimals
        for alpha in (0.0, 1.0):
            for count in (n, 0):
                got = learner.bigram_probabilities(_whole([[count]]), alpha)
                assert_close(got, [[1.0]])
            counts = _whole([[n, 1], [0, 2]])
            assert_close(learner.bigram_probabilities(counts, alpha), _shares(counts, alpha))

    def test_keeps_inputs(self, learner, rng):
        """The counts are the same afterwards, empty rows included."""
        counts = _table(rng, 4)
        counts[2] = 0
        for alpha in (1.0, 0.0):
            got = assert_keeps_inputs(learner.bigram_probabilities, counts, alpha)
            assert_close(got, _shares(counts, alpha))


def _probs(rng, vocab):
    """Return rows of probabilities, none of them tiny.

    Each token is the likeliest one in another row: no row does for another, nor does a mean of
    them. What is likeliest after what is a cycle, so that no column does for a row.
    """
    shares = rng.uniform(0.2, 1.0, size=(vocab, vocab))
    order = rng.permutation(vocab)
    shares[order, np.roll(order, 1)] += 0.6 * vocab
    return shares / shares.sum(axis=1, keepdims=True)


def _loss(probs, tokens):
    """Return the mean surprise, pair by pair."""
    surprises = []
    for i in range(1, len(tokens)):
        p = float(probs[tokens[i - 1], tokens[i]])
        surprises.append(-math.log(p) if p > 0 else math.inf)
    return math.fsum(surprises) / len(surprises)


class TestBigramLoss:
    def test_mean_surprise(self, learner, rng):
        """It is the mean of minus the natural logarithm of each next token's probability."""
        for n, vocab in ((12, 3), (30, 5), (4, 4)):
            probs, tokens = _probs(rng, vocab), _text(rng, n, vocab)
            assert_close(learner.bigram_loss(probs, tokens), _loss(probs, tokens))

    def test_rows_are_the_current_token(self, learner, rng):
        """The row is the token that stands there, the column the one that follows."""
        for _ in range(3):
            probs = _probs(rng, 4)
            i, j = rng.permutation(4)[:2]
            probs[i, j], probs[j, i] = 0.7, 0.01
            tokens = _whole([i, j])
            assert_close(learner.bigram_loss(probs, tokens), _loss(probs, tokens))

    def test_each_pair_as_often_as_it_comes(self, learner, rng):
        """A pair that comes twice counts twice: the mean is over places of the text."""
        probs = _probs(rng, 3)
        a, b, c = rng.permutation(3)
        for text in ([a, b, a, b, a, b, c], [a, a, a, a, b], [c, b, c]):
            assert_close(learner.bigram_loss(probs, _whole(text)), _loss(probs, text))

    def test_impossible_texts(self, learner, rng):
        """One next token of probability 0 makes the loss inf, wherever, and without a warning."""
        probs = _probs(rng, 4)
        a, b, c, _ = rng.permutation(4)
        probs[a, b] = 0.0
        for text in ([a, b, c, c, a], [c, b, a, b, c], [b, a, c, a, b], [a, b], [a, c, b, c]):
            with no_floating_point_warnings():
                got = learner.bigram_loss(probs, _whole(text))
            assert_close(got, _loss(probs, text))

    def test_zeros_elsewhere_do_not_matter(self, learner, rng):
        """Pairs of probability 0 that the text does not hold change nothing, and nothing warns."""
        for vocab in (3, 5):
            tokens = _text(rng, 12, vocab)
            probs = np.where(_counts(tokens, vocab) > 0, _probs(rng, vocab), 0.0)
            with no_floating_point_warnings():
                got = learner.bigram_loss(probs, tokens)
            assert_close(got, _loss(probs, tokens))

    def test_tiny_probabilities(self, learner, rng):
        """A tiny probability counts with its own logarithm: nothing is added and nothing cut."""
        for p in (1e-7, 1e-13, 1e-40, 1e-300):
            probs = _probs(rng, 3)
            probs[1, 2] = p * rng.uniform(1.0, 9.0)
            for text in ([1, 2], [0, 1, 2, 2, 0]):
                assert_close(learner.bigram_loss(probs, _whole(text)), _loss(probs, text))

    def test_long_texts(self, learner, rng):
        """A text so long that its probability underflows has an ordinary loss."""
        probs, tokens = _probs(rng, 5), _text(rng, 3000, 5)
        with no_floating_point_warnings():
            got = learner.bigram_loss(probs, tokens)
        assert_close(got, _loss(probs, tokens))

    def test_certain_and_uniform(self, learner, rng):
        """A text that was certain costs nothing, and one without any clue the log of v."""
        vocab = int(rng.integers(3, 7))
        following = np.roll(np.eye(vocab), 1, axis=1)
        text = np.arange(vocab, dtype=np.int64)
        assert_close(learner.bigram_loss(following, text), 0.0)
        uniform = np.full((vocab, vocab), 1 / vocab)
        assert_close(learner.bigram_loss(uniform, text), math.log(vocab))

    def test_keeps_inputs(self, learner, rng):
        """Table and text are the same afterwards, zeros included."""
        probs, tokens = _probs(rng, 4), _text(rng, 9, 4)
        for zero in (False, True):
            if zero:
                probs[tokens[0], tokens[1]] = 0.0
            with no_floating_point_warnings():
                got = assert_keeps_inputs(learner.bigram_loss, probs, tokens)
            assert_close(got, _loss(probs, tokens))


def _numbers(rng, probs, text):
    """Return numbers that draw this text, each well inside its interval."""
    u = []
    for current, following in itertools.pairwise(text):
        below = math.fsum(probs[current, :following])
        u.append(below + rng.uniform(0.1, 0.9) * probs[current, following])
    return np.array(u)


class TestBigramGenerate:
    def test_writes_on(self, learner, rng):
        """The text is the first token, and after it one token for each number."""
        for vocab, n in ((4, 30), (7, 20), (3, 40)):
            probs = _probs(rng, vocab)
            text = rng.integers(vocab, size=n + 1)
            u = _numbers(rng, probs, text)
            got = learner.bigram_generate(probs, int(text[0]), u)
            assert_same(got, text.astype(np.int64))

    def test_rows_are_the_current_token(self, learner, rng):
        """Each token is drawn from the row of the one just before it."""
        vocab = 6
        following = rng.permutation(vocab)
        while np.any(following[following] == np.arange(vocab)):  # nor would a column do
            following = rng.permutation(vocab)
        probs = np.eye(vocab)[following]
        for start in range(vocab):
            text = [start]
            for _ in range(8):
                text.append(int(following[text[-1]]))
            got = learner.bigram_generate(probs, start, rng.uniform(0.05, 0.95, size=8))
            assert_same(got, _whole(text))

    def test_borders(self, learner):
        """A border is exact: a number on it belongs to the token above, a lower one below."""
        probs = np.tile([0.25, 0.125, 0.5, 0.125], (4, 1))
        u = np.array([0.0, 0.25, 0.375, 0.875, 0.3125, 0.75])
        got = learner.bigram_generate(probs, 3, u)
        assert_same(got, _whole([3, 0, 1, 2, 3, 1, 2]))
        got = learner.bigram_generate(probs, 0, np.nextafter(u[1:4], 0.0))
        assert_same(got, _whole([0, 0, 1, 2]))

    def test_never_an_impossible_token(self, learner, rng):
        """A token of probability 0 is never drawn, at the front, in the middle or at the end."""
        inside = float(rng.uniform(0.3, 0.45))
        u = np.array([0.0, 0.25, 0.5, inside, 0.75, LAST_BELOW_ONE, 0.0])
        for row, truth in (
            ([0.0, 0.5, 0.5], [1, 1, 2, 1, 2, 2, 1]),
            ([0.0, 0.0, 0.25, 0.75], [2, 3, 3, 3, 3, 3, 2]),
            ([0.5, 0.0, 0.0, 0.25, 0.25], [0, 0, 3, 0, 4, 4, 0]),
            ([0.25, 0.25, 0.5, 0.0, 0.0], [0, 1, 2, 1, 2, 2, 0]),
            ([0.0, 1.0, 0.0], [1, 1, 1, 1, 1, 1, 1]),
        ):
            probs = np.tile(row, (len(row), 1))
            got = learner.bigram_generate(probs, len(row) - 1, u)
            assert_same(got, _whole([len(row) - 1, *truth]))

    def test_sums_below_one(self, learner):
        """Where rounding leaves a row's sum below a number, its last possible token is drawn."""
        tenths = [0.1] * 10  # add up to the largest float below 1
        for row, last in (
            (tenths, 9),
            ([*tenths, 0.0, 0.0], 9),
            ([0.0, *tenths, 0.0], 10),
            ([0.1, 0.0, *tenths[1:], 0.0], 10),
        ):
            probs = np.tile(row, (len(row), 1))
            u = np.array([LAST_BELOW_ONE, 0.05, LAST_BELOW_ONE])
            got = learner.bigram_generate(probs, len(row) - 1, u)
            assert_same(got, _whole([len(row) - 1, last, int(row[0] == 0), last]))

    def test_tiny_probabilities(self, learner, rng):
        """A tiny probability is not 0: its token can be drawn."""
        p = 1e-20 * float(rng.uniform(1.0, 9.0))
        probs = np.tile([0.0, p, 1.0 - p], (3, 1))
        got = learner.bigram_generate(probs, 0, np.array([0.0, p / 2, 0.5]))
        assert_same(got, _whole([0, 1, 1, 2]))
        p = 1e-11 * float(rng.uniform(1.0, 9.0))
        probs = np.tile([1.0 - p, p], (2, 1))
        got = learner.bigram_generate(probs, 0, np.array([1.0 - 2 * p, 1.0 - p / 2]))
        assert_same(got, _whole([0, 0, 1]))

    def test_nothing_to_draw(self, learner, rng):
        """Without numbers the text is its first token, and with one it has two tokens."""
        probs = _probs(rng, 6)
        for start in range(6):
            assert_same(learner.bigram_generate(probs, start, np.zeros(0)), _whole([start]))
            for following in range(6):
                text = _whole([start, following])
                u = _numbers(rng, probs, text)
                assert_same(learner.bigram_generate(probs, start, u), text)

    def test_in_two_parts(self, learner, rng):
        """Writing in one go or in two, from the last token on, gives the same text."""
        probs = _probs(rng, 5)
        text = rng.integers(5, size=61).astype(np.int64)
        u = _numbers(rng, probs, text)
        for n in (1, 30):
            first = learner.bigram_generate(probs, int(text[0]), u[:n])
            assert_same(first, text[: n + 1])
            assert_same(learner.bigram_generate(probs, int(text[n]), u[n:]), text[n:])

    def test_keeps_inputs(self, learner, rng):
        """Table and numbers are the same afterwards."""
        probs = _probs(rng, 4)
        text = rng.integers(4, size=61).astype(np.int64)
        u = _numbers(rng, probs, text)
        got = assert_keeps_inputs(learner.bigram_generate, probs, int(text[0]), u)
        assert_same(got, text)
