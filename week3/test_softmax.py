import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_distribution,
    assert_same,
    no_floating_point_warnings,
)
from kata.shows.digits import load_digits

# What a small language model might say after "the cat sat on the": one logit per word.
WORDS = ["the", "cat", "sat", "on", "mat"]
LOGITS = np.array([2.0, 1.0, 0.1, -1.0, 3.0])


class TestLogsumexp:
    def test_by_hand(self, learner):
        """ln(1 + 3) is ln 4, and one number alone is its own log-sum-exp."""
        assert_close(learner.logsumexp(np.array([0.0, np.log(3.0)])), np.log(4.0))
        assert_close(learner.logsumexp(np.array([7.0])), 7.0)

    def test_axis(self, learner):
        """Along the last axis there is one number per row, along axis 0 one per column."""
        x = np.log(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
        assert_close(learner.logsumexp(x), np.log([6.0, 15.0]))
        assert_close(learner.logsumexp(x, axis=0), np.log([5.0, 7.0, 9.0]))

    def test_is_stable(self, learner):
        """Two times 1000 is 1000 + ln 2, without an overflow; -1000 alike."""
        with no_floating_point_warnings():
            got = learner.logsumexp(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]))
        assert_close(got, [1000.0 + np.log(2.0), -1000.0 + np.log(2.0)])

    def test_nothing_to_add(self, learner):
        """A row of -inf gives -inf: the log of 0, without a warning."""
        with no_floating_point_warnings():
            got = learner.logsumexp(np.array([[0.0, -np.inf], [-np.inf, -np.inf]]))
        assert_close(got, [0.0, -np.inf])


class TestSoftmax:
    def test_by_hand(self, learner):
        """Exponentials of 1 and 3 become probabilities of 1/4 and 3/4."""
        assert_close(learner.softmax(np.array([0.0, np.log(3.0)])), [0.25, 0.75])

    def test_next_word(self, learner):
        """After "the cat sat on the" the word "mat" has 63 %, and all words together 100 %."""
        probs = learner.softmax(LOGITS)
        assert_close(probs, [0.2333, 0.0858, 0.0349, 0.0116, 0.6343], rtol=0, atol=5e-5)
        assert_distribution(probs)
        assert_same(WORDS[np.argmax(probs)], "mat", what="the likeliest word")

    def test_temperature_and_axis(self, learner):
        """Temperature 1/2 squares the ratio of 3; the sums are 1 along the given axis."""
        logits = np.array([[0.0, np.log(3.0)], [np.log(3.0), np.log(3.0)]])
        assert_close(learner.softmax(logits, temperature=0.5), [[0.1, 0.9], [0.5, 0.5]])
        assert_close(learner.softmax(logits, axis=0), [[0.25, 0.5], [0.75, 0.5]])

    def test_is_stable(self, learner):
        """Logits of ±10,000, a masked one and a temperature of 1e-6 are no trouble."""
        with no_floating_point_warnings():
            sure = learner.softmax(np.array([1e4, -np.inf, -1e4, 1e4]))
            cold = learner.softmax(LOGITS, temperature=1e-6)
        assert_close(sure, [0.5, 0.0, 0.0, 0.5])
        assert_close(cold, [0.0, 0.0, 0.0, 0.0, 1.0])

    def test_rows_far_apart(self, learner):
        """Each row has its own maximum: equal logits of 1000 or of -1000 are halves."""
        with no_floating_point_warnings():
            got = learner.softmax(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]]))
        assert_close(got, [[0.5, 0.5], [0.5, 0.5]])

    def test_small_probabilities(self, learner):
        """A logit that is 100 below the best has a probability of exp(-100), not of 0."""
        assert_close(learner.softmax(np.array([0.0, -100.0])), [1.0, np.exp(-100.0)], atol=0.0)

    def test_refuses_no_temperature(self, learner):
        """A temperature of 0 or below is a ValueError."""
        assert_close(learner.softmax(np.array([0.0, 0.0]), temperature=0.1), [0.5, 0.5])
        for temperature in (0.0, -1.0):
            with pytest.raises(ValueError):
                learner.softmax(np.array([0.0, 0.0]), temperature=temperature)


class TestLogSoftmax:
    def test_by_hand(self, learner):
        """Probabilities of 1/4 and 3/4, as logarithms."""
        got = learner.log_softmax(np.array([0.0, np.log(3.0)]))
        assert_close(got, [np.log(0.25), np.log(0.75)])

    def test_axis(self, learner):
        """Along axis 0 the columns are the distributions."""
        logits = np.log(np.array([[1.0, 1.0, 6.0], [3.0, 1.0, 2.0]]))
        expected = np.log([[0.25, 0.5, 0.75], [0.75, 0.5, 0.25]])
        assert_close(learner.log_softmax(logits, axis=0), expected)

    def test_is_stable(self, learner):
        """A probability of exp(-1000) is too small for a float; its logarithm is -1000."""
        with no_floating_point_warnings():
            got = learner.log_softmax(np.array([1000.0, 0.0, -np.inf]))
        assert_close(got, [0.0, -1000.0, -np.inf])

    def test_square_table(self, learner):
        """Each row is a distribution of its own, even of two rows of two, far apart."""
        with no_floating_point_warnings():
            got = learner.log_softmax(np.array([[1000.0, 1000.0], [-1000.0, np.log(3) - 1000.0]]))
        assert_close(got, np.log([[0.5, 0.5], [0.25, 0.75]]))


class TestOneHot:
    def test_three_labels(self, learner):
        """Each label puts a 1 in its own place."""
        got = learner.one_hot(np.array([2, 0, 2], dtype=np.int64), 3)
        assert_close(got, [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])

    def test_a_table_of_labels(self, learner):
        """The axes of the labels stay, and the classes come last."""
        got = learner.one_hot(np.array([[0, 1], [1, 1]], dtype=np.int64), 2)
        assert_close(got, [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]])

    def test_counts_handwritten_digits(self, learner):
        """The sum over 1,797 handwritten digits counts how often each of the ten occurs."""
        _, labels = load_digits()
        counts = np.sum(learner.one_hot(labels, 10), axis=0)
        assert_close(counts, [178.0, 182.0, 177.0, 183.0, 181.0, 182.0, 181.0, 179.0, 174.0, 180.0])

    def test_one_number(self, learner):
        """One label gives one row, one axis and no more."""
        assert_close(learner.one_hot(1, 4), [0.0, 1.0, 0.0, 0.0])

    def test_refuses_unknown_classes(self, learner):
        """Three classes are 0, 1 and 2: 3 and -1 are errors, wherever they stand."""
        assert_close(learner.one_hot(np.array([2], dtype=np.int64), 3), [[0.0, 0.0, 1.0]])
        with pytest.raises(ValueError):
            learner.one_hot(np.array([0, 3, 1], dtype=np.int64), 3)
        with pytest.raises(ValueError):
            learner.one_hot(np.array([0, 3], dtype=np.int64), 3)
        with pytest.raises(ValueError):
            learner.one_hot(np.array([-1, 0], dtype=np.int64), 3)


class TestCrossEntropy:
    def test_good_and_bad_prediction(self, learner):
        """Whoever gave the right word 85 % pays -ln 0.85 = 0.1625, and 2.3026 for 10 %."""
        target = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
        good = learner.cross_entropy(np.array([0.05, 0.85, 0.03, 0.02, 0.05]), target)
        assert_close(good, -np.log(0.85))
        bad = learner.cross_entropy(np.array([0.3, 0.1, 0.2, 0.2, 0.2]), target)
        assert_close(bad, np.log(10.0))

    def test_mean_over_rows(self, learner):
        """Two rows cost ln 2 and ln 8: ln 4 on average."""
        probs = np.array([[0.5, 0.5], [0.875, 0.125]])
        assert_close(learner.cross_entropy(probs, np.array([[1.0, 0.0], [0.0, 1.0]])), np.log(4.0))

    def test_spread_targets(self, learner):
        """Half and half the truth, halves or quarters predicted: ln 2, and (ln 4 + ln 4/3) / 2."""
        targets = np.array([[[0.5, 0.5], [0.5, 0.5]]])
        probs = np.array([[[0.5, 0.5], [0.25, 0.75]]])  # (1, 2, 2)
        expected = (np.log(2.0) + (np.log(4.0) + np.log(4.0 / 3.0)) / 2) / 2
        assert_close(learner.cross_entropy(probs, targets), expected)

    def test_hardly_possible(self, learner):
        """Who gives the truth 1e-200 pays 200 ln 10, and no less."""
        got = learner.cross_entropy(np.array([1e-200, 1.0]), np.array([1.0, 0.0]))
        assert_close(got, 200 * np.log(10.0))

    def test_impossible_classes(self, learner):
        """Ruling out a wrong class costs nothing, ruling out the right one inf; no warning."""
        target = np.array([0.0, 1.0, 0.0])
        with no_floating_point_warnings():
            right = learner.cross_entropy(np.array([0.0, 0.5, 0.5]), target)
            wrong = learner.cross_entropy(np.array([0.5, 0.0, 0.5]), target)
        assert_close(right, np.log(2.0))
        assert_close(wrong, np.inf)


class TestCrossEntropyFromLogits:
    def test_next_word(self, learner):
        """If "mat" follows, the loss is -ln 0.6343 = 0.4552; if "on" does, 4.4552."""
        for label, loss in ((4, 0.4552), (3, 4.4552)):
            labels = np.array([label], dtype=np.int64)
            got = learner.cross_entropy_from_logits(LOGITS[np.newaxis], labels)
            assert_close(got, loss, rtol=0, atol=5e-5)

    def test_mean_over_rows(self, learner):
        """Probabilities of 1/4 and 3/4 for the right classes cost ln 4 and ln 4/3, on average."""
        logits = np.array([[0.0, np.log(3.0)], [0.0, np.log(3.0)]])
        got = learner.cross_entropy_from_logits(logits, np.array([0, 1], dtype=np.int64))
        assert_close(got, (np.log(4.0) + np.log(4.0 / 3.0)) / 2)

    def test_each_row_its_own_label(self, learner):
        """Row 0 is asked for class 1, row 1 for class 0: both have 1/4, however far apart."""
        logits = np.array([[1000.0 + np.log(3.0), 1000.0], [-1000.0, np.log(3.0) - 1000.0]])
        with no_floating_point_warnings():
            got = learner.cross_entropy_from_logits(logits, np.array([1, 0], dtype=np.int64))
        assert_close(got, np.log(4.0))

    def test_an_impossible_truth(self, learner):
        """If the right class has the logit -inf, the loss is inf."""
        logits = np.array([[0.0, -np.inf]])
        with no_floating_point_warnings():
            got = learner.cross_entropy_from_logits(logits, np.array([1], dtype=np.int64))
        assert_close(got, np.inf)

    def test_is_stable(self, learner):
        """Whoever is wrong by 20,000 pays 20,000, not inf; an impossible wrong class is free."""
        with no_floating_point_warnings():
            logits = np.array([[1e4, -1e4, -np.inf]])
            got = learner.cross_entropy_from_logits(logits, np.array([1], dtype=np.int64))
        assert_close(got, 2e4)


class TestTopK:
    def test_best_two(self, learner):
        """Of probabilities in the ratio 1:3:4:1 the best two share the whole as 3:4."""
        logits = np.log(np.array([1.0, 3.0, 4.0, 1.0]))
        assert_close(learner.top_k(logits, 2), [0.0, 3 / 7, 4 / 7, 0.0])

    def test_ties(self, learner):
        """Of two equal logits at the border the one of lower index stays."""
        assert_close(learner.top_k(np.array([0.0, 5.0, 0.0, 5.0]), 1), [0.0, 1.0, 0.0, 0.0])

    def test_ties_in_a_long_row(self, learner):
        """Of 40 logits that are 0 and 1 in turn, the best 10 are the first ten ones."""
        expected = np.where(np.arange(40) < 20, np.tile([0.0, 0.1], 20), 0.0)
        assert_close(learner.top_k(np.tile([0.0, 1.0], 20), 10), expected)

    def test_huge_logits(self, learner):
        """Far up and far down only differences count: ln 3 apart is 3 to 1."""
        for shift in (-20_000.0, 2000.0):
            with no_floating_point_warnings():
                got = learner.top_k(np.array([0.0, np.log(3.0), -5.0]) + shift, 2)
            assert_close(got, [0.25, 0.75, 0.0], rtol=1e-8)

    def test_refuses_k_out_of_range(self, learner):
        """Five words can give a top 5, but neither a top 6 nor a top 0."""
        assert_distribution(learner.top_k(LOGITS, 5))
        for k in (0, 6):
            with pytest.raises(ValueError):
                learner.top_k(LOGITS, k)


class TestTopP:
    def test_nucleus(self, learner):
        """Of 1, 3, 4 and 1 ninths the best two reach 0.6; for 0.4 one is enough."""
        logits = np.log(np.array([1.0, 3.0, 4.0, 1.0]))
        assert_close(learner.top_p(logits, 0.6), [0.0, 3 / 7, 4 / 7, 0.0])
        assert_close(learner.top_p(logits, 0.4), [0.0, 0.0, 1.0, 0.0])

    def test_ties(self, learner):
        """One of the two words of one ninth is needed to reach 0.8: the first."""
        logits = np.log(np.array([1.0, 3.0, 4.0, 1.0]))
        assert_close(learner.top_p(logits, 0.8), [1 / 8, 3 / 8, 4 / 8, 0.0])

    def test_reached_exactly(self, learner):
        """Of four equal words two reach 0.5; of 64, the first 16 reach a quarter."""
        assert_close(learner.top_p(np.zeros(4), 0.5), [0.5, 0.5, 0.0, 0.0])
        expected = np.where(np.arange(64) < 16, 1 / 16, 0.0)
        assert_close(learner.top_p(np.zeros(64), 0.25), expected)

    def test_huge_logits(self, learner):
        """Far up and far down only differences count: ln 3 apart is 3 to 1."""
        for shift in (-20_000.0, 2000.0):
            with no_floating_point_warnings():
                got = learner.top_p(np.array([0.0, np.log(3.0), -5.0]) + shift, 0.9)
            assert_close(got, [0.25, 0.75, 0.0], rtol=1e-8)

    def test_everything(self, learner):
        """With p = 1 every word stays, even one of probability 1e-40."""
        probs = learner.top_p(np.log(np.array([1.0, 1e-40])), 1.0)
        assert_close(probs, [1.0, 1e-40], atol=0)

    def test_refuses_p_out_of_range(self, learner):
        """A sum of 0 asks for nothing, and more than 1 cannot be reached."""
        assert_distribution(learner.top_p(LOGITS, 0.5))
        for p in (0.0, 1.5):
            with pytest.raises(ValueError):
                learner.top_p(LOGITS, p)
