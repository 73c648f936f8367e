import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, no_floating_point_warnings


class TestBigramCounts:
    def test_a_short_text(self, learner):
        """In 0 1 2 1 there is one pair each of 0 1, of 1 2 and of 2 1: rows hold the first."""
        got = learner.bigram_counts(np.array([0, 1, 2, 1]), 3)
        assert_same(got, np.array([[0, 1, 0], [0, 0, 1], [0, 1, 0]]))

    def test_a_pair_may_come_again(self, learner):
        """In 0 1 0 1 0 0 the pair 0 1 comes twice, and so does 1 0."""
        got = learner.bigram_counts(np.array([0, 1, 0, 1, 0, 0]), 2)
        assert_same(got, np.array([[1, 2], [2, 0]]))

    def test_refuses_other_tokens(self, learner):
        """With a vocabulary of two there are only the tokens 0 and 1."""
        assert_same(learner.bigram_counts(np.array([1, 0]), 2), np.array([[0, 0], [1, 0]]))
        for token in (2, -1):
            with pytest.raises(ValueError):
                learner.bigram_counts(np.array([0, 1, token]), 2)


class TestBigramProbabilities:
    def test_shares_of_a_row(self, learner):
        """Without smoothing, counts of 3 and 1 are shares of 0.75 and 0.25."""
        got = learner.bigram_probabilities(np.array([[3, 1], [2, 6]]), alpha=0.0)
        assert_close(got, [[0.75, 0.25], [0.25, 0.75]])

    def test_one_more_of_each(self, learner):
        """With alpha 1, as is usual, the counts 2, 0, 3 become 3, 1, 4, of 8 in all."""
        counts = np.array([[2, 0, 3], [1, 1, 0], [0, 5, 0]])
        got = learner.bigram_probabilities(counts)
        assert_close(got, [[0.375, 0.125, 0.5], [0.4, 0.4, 0.2], [0.125, 0.75, 0.125]])

    def test_a_row_without_counts(self, learner):
        """A token that nothing ever followed may be followed by anything."""
        got = learner.bigram_probabilities(np.array([[0, 0], [0, 4]]), alpha=0.0)
        assert_close(got, [[0.5, 0.5], [0.0, 1.0]])


class TestBigramLoss:
    def test_one_pair(self, learner):
        """Token 1 after token 0 has probability 1/4 here: that costs ln 4."""
        probs = np.array([[0.75, 0.25], [0.5, 0.5]])
        assert_close(learner.bigram_loss(probs, np.array([0, 1])), np.log(4.0))

    def test_mean_of_three(self, learner):
        """Three next tokens of probability 1/4, 1/2 and 3/4 cost ln(32/3) / 3 on average."""
        probs = np.array([[0.75, 0.25], [0.5, 0.5]])
        assert_close(learner.bigram_loss(probs, np.array([0, 1, 0, 0])), np.log(32 / 3) / 3)

    def test_the_impossible(self, learner):
        """A text with a pair of probability 0 has an infinite loss, and nothing warns."""
        with no_floating_point_warnings():
            got = learner.bigram_loss(np.array([[0.0, 1.0], [0.5, 0.5]]), np.array([0, 1, 0, 0]))
        assert_close(got, np.inf)


class TestBigramGenerate:
    def test_each_token_from_the_row_of_the_last(self, learner):
        """0 is always followed by 1; after 1, a u below 0.5 gives 0 and another one 2."""
        probs = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 0.0, 1.0]])
        got = learner.bigram_generate(probs, 0, np.array([0.9, 0.2, 0.1, 0.7, 0.4]))
        assert_same(got, np.array([0, 1, 0, 1, 2, 2]))

    def test_a_border_belongs_to_the_token_above(self, learner):
        """With shares of 1/4, 1/4 and 1/2, u = 0.25 is the first that gives token 1."""
        probs = np.tile([0.25, 0.25, 0.5], (3, 1))
        got = learner.bigram_generate(probs, 2, np.array([0.0, 0.25, 0.5, 0.2]))
        assert_same(got, np.array([2, 0, 1, 2, 0]))

    def test_never_the_impossible(self, learner):
        """A token of probability 0 is not drawn: not with u = 0, nor with u just below 1."""
        probs = np.tile([0.0, 0.5, 0.5, 0.0], (4, 1))
        got = learner.bigram_generate(probs, 0, np.array([0.0, 1 - 2**-53]))
        assert_same(got, np.array([0, 1, 2]))
