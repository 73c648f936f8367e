import numpy as np
import pytest

from kata.comparisons import (
    assert_close,
    assert_same,
    assert_within,
    no_floating_point_warnings,
    unpack,
)
from kata.shows.digits import load_digits

# How probable it is that today is (dry, wet) and tomorrow (sun, clouds, rain).
WEATHER = np.array([[0.4, 0.2, 0.0], [0.1, 0.1, 0.2]])


class TestMarginal:
    def test_first_variable(self, learner):
        """Today is dry with probability 0.4 + 0.2 + 0.0, whatever comes tomorrow."""
        assert_close(learner.marginal(WEATHER, axis=0), [0.6, 0.4])

    def test_second_variable(self, learner):
        """Tomorrow is sunny with probability 0.4 + 0.1, whatever today is like."""
        assert_close(learner.marginal(WEATHER, axis=1), [0.5, 0.3, 0.2])

    def test_square_table(self, learner):
        """In a square table too, axis 0 asks for the variable of the rows: 0.1 + 0.2."""
        joint = np.array([[0.1, 0.2], [0.3, 0.4]])
        assert_close(learner.marginal(joint, axis=0), [0.3, 0.7])
        assert_close(learner.marginal(joint, axis=1), [0.4, 0.6])

    def test_every_value_keeps_its_place(self, learner):
        """Values that are impossible or rare stay, and a variable with one value is an array."""
        joint = np.array([[0.5, 0.0, 1e-13, 0.5 - 1e-13]])
        assert_close(learner.marginal(joint, axis=1), joint[0], atol=0.0)
        assert_close(learner.marginal(joint, axis=0), [1.0])


class TestConditional:
    def test_given_the_first(self, learner):
        """If today is wet, rain tomorrow has probability 0.2 / 0.4; each row sums to 1."""
        truth = [[2 / 3, 1 / 3, 0.0], [0.25, 0.25, 0.5]]
        assert_close(learner.conditional(WEATHER, given=0), truth)

    def test_given_the_second(self, learner):
        """If tomorrow is sunny, today was dry with probability 0.4 / 0.5; each column sums to 1."""
        truth = [[0.8, 2 / 3, 0.0], [0.2, 1 / 3, 1.0]]
        assert_close(learner.conditional(WEATHER, given=1), truth)

    def test_square_table(self, learner):
        """In a square table too, each slice is divided by its own sum."""
        joint = np.array([[0.1, 0.3], [0.2, 0.4]])
        assert_close(learner.conditional(joint, given=0), [[1 / 4, 3 / 4], [1 / 3, 2 / 3]])
        assert_close(learner.conditional(joint, given=1), [[1 / 3, 3 / 7], [2 / 3, 4 / 7]])

    def test_a_rare_condition(self, learner):
        """A condition of probability 4e-12 is rare and not impossible: 1 to 3 is 1/4 to 3/4."""
        joint = np.array([[1e-12, 3e-12], [0.5, 0.5 - 4e-12]])
        got = np.asarray(learner.conditional(joint, given=0))
        assert_close(got[0], [0.25, 0.75], what="the first row")

    def test_refuses_an_impossible_condition(self, learner):
        """Nothing follows from a condition of probability 0; given the other, all is well."""
        joint = np.array([[0.5, 0.0], [0.5, 0.0]])
        assert_close(learner.conditional(joint, given=0), [[1.0, 0.0], [1.0, 0.0]])
        with pytest.raises(ValueError):
            learner.conditional(joint, given=1)


class TestIsIndependent:
    def test_products_of_the_margins(self, learner):
        """0.3 times 0.5 is 0.15, and so on in each place; the weather's table is not like that."""
        joint = np.array([[0.15, 0.06, 0.09], [0.35, 0.14, 0.21]])
        assert_same(learner.is_independent(joint), True)
        assert_same(learner.is_independent(WEATHER), False)

    def test_two_coins(self, learner):
        """Two coins on a table are independent; glued together they always agree."""
        assert_same(learner.is_independent(np.full((2, 2), 0.25)), True)
        assert_same(learner.is_independent(np.array([[0.5, 0.0], [0.0, 0.5]])), False)

    def test_uncorrelated_and_dependent(self, learner):
        """X is -1, 0 or 1 and Y its square: no line leads from X to Y, yet X says all about Y."""
        joint = np.array([[0.0, 0.25], [0.5, 0.0], [0.0, 0.25]])
        assert_same(learner.is_independent(joint), False)
        same_margins = np.array([[0.125, 0.125], [0.25, 0.25], [0.125, 0.125]])
        assert_same(learner.is_independent(same_margins), True)

    def test_a_little_and_rounding(self, learner):
        """A millionth from the product is dependence; 1e-15 from it is rounding."""
        shift = np.array([[1.0, -1.0], [-1.0, 1.0]])
        assert_same(learner.is_independent(0.25 + 1e-6 * shift), False)
        assert_same(learner.is_independent(0.25 + 1e-15 * shift), True)


class TestBayes:
    def test_spam(self, learner):
        """30 % is spam; "free" is in 80 % of it and 11 / 70 of the rest: 0.24 / 0.35 = 69 %."""
        posterior = learner.bayes(np.array([0.3, 0.7]), np.array([0.8, 11 / 70]))
        assert_close(posterior, [24 / 35, 11 / 35])

    def test_rare_disease(self, learner):
        """One in 1,000 is ill; a test finds 99 % of them and errs for 5 %: still probably well."""
        posterior = learner.bayes(np.array([0.001, 0.999]), np.array([0.99, 0.05]))
        assert_close(posterior, [0.00099 / 0.05094, 0.04995 / 0.05094])

    def test_an_improbable_observation(self, learner):
        """What has probability 3e-20 or 1e-20 still speaks 3 to 1."""
        got = learner.bayes(np.array([0.5, 0.5, 0.0]), np.array([3e-20, 1e-20, 1.0]))
        assert_close(got, [0.75, 0.25, 0.0], atol=0.0)

    def test_many_hypotheses(self, learner):
        """49 times 1/49 is not quite 1 in floats, and a prior all the same."""
        prior, likelihood = np.full(49, 1 / 49), np.arange(49.0) / 49
        assert_close(learner.bayes(prior, likelihood), np.arange(49.0) / 1176)

    def test_refuses_the_impossible(self, learner):
        """What no hypothesis allows is an error; one hypothesis that allows it is certain."""
        prior = np.array([0.5, 0.5, 0.0])
        assert_close(learner.bayes(prior, np.array([0.0, 0.1, 0.9])), [0.0, 1.0, 0.0])
        with pytest.raises(ValueError):
            learner.bayes(prior, np.array([0.0, 0.0, 0.9]))


# A coin that shows heads in 3 of 4 throws, or in 1 of 4: which one is it?
HEADS, TAILS = [0.75, 0.25], [0.25, 0.75]


class TestBayesUpdates:
    def test_heads_then_tails(self, learner):
        """Each heads makes it 3 to 1, each tails takes that back; the prior comes first."""
        got = learner.bayes_updates(np.array([0.5, 0.5]), np.array([HEADS, HEADS, TAILS]))
        assert_close(got, [[0.5, 0.5], [0.75, 0.25], [0.9, 0.1], [0.75, 0.25]])

    def test_ruled_out(self, learner):
        """A hypothesis of prior 0 stays at 0; so does one that an observation contradicts."""
        prior = np.array([0.5, 0.5, 0.0])
        likelihoods = np.array([[0.0, 0.1, 0.9], [0.9, 0.1, 0.9]])
        with no_floating_point_warnings():
            got = learner.bayes_updates(prior, likelihoods)
        assert_close(got, [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])

    def test_is_stable(self, learner):
        """3,000 heads are 3 to the power 3000 to 1; after 3,000 tails all is open again."""
        likelihoods = np.array([HEADS] * 3000 + [TAILS] * 3000)
        with no_floating_point_warnings():
            got = np.asarray(learner.bayes_updates(np.array([0.5, 0.5]), likelihoods))
        assert_close(got[[0, 3000, 6000]], [[0.5, 0.5], [1.0, 0.0], [0.5, 0.5]], rtol=1e-6)

    def test_ruled_out_for_ever(self, learner):
        """Whatever 1,000 later observations say, what is ruled out does not come back."""
        likelihoods = np.array([[0.9, 0.0, 0.9], *[[0.1, 0.9, 0.9]] * 1000])
        with no_floating_point_warnings():
            got = np.asarray(learner.bayes_updates(np.array([0.5, 0.5, 0.0]), likelihoods))
        assert_close(got[[0, 1, 1000]], [[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])

    def test_three_coins(self, learner):
        """Three hypotheses, and rare observations: after as much for as against, all is open."""
        prior = np.full(3, 1 / 3)
        likelihoods = 1e-12 * np.array([[3.0, 1.0, 1.0]] * 2000 + [[1.0, 3.0, 3.0]] * 2000)
        got = np.asarray(learner.bayes_updates(prior, likelihoods))
        assert_close(got[[1, 4000]], [[0.6, 0.2, 0.2], [1 / 3, 1 / 3, 1 / 3]], rtol=1e-6)


class TestBetaPosterior:
    names = "a_new, b_new, mean, mode"

    def test_counts_heads_and_tails(self, learner):
        """Three heads and one tails lead from Beta(2, 5) to Beta(5, 6)."""
        flips = np.array([1, 0, 1, 1], dtype=np.int64)
        a, b, _, _ = unpack(learner.beta_posterior(2.0, 5.0, flips), self.names)
        assert_close(a, 5.0, what="a_new")
        assert_close(b, 6.0, what="b_new")

    def test_mean_and_mode(self, learner):
        """Beta(5, 6) has its mean at 5/11 and its peak at 4/9."""
        flips = np.array([1, 0, 1, 1], dtype=np.int64)
        _, _, mean, mode = unpack(learner.beta_posterior(2.0, 5.0, flips), self.names)
        assert_close(mean, 5 / 11, what="the mean")
        assert_close(mode, 4 / 9, what="the mode")

    def test_no_peak(self, learner):
        """Only heads after a flat prior, Beta(3, 1): the curve rises up to 1 and has no peak."""
        flips = np.array([1, 1], dtype=np.int64)
        a, b, mean, mode = unpack(learner.beta_posterior(1.0, 1.0, flips), self.names)
        assert_close([a, b, mean], [3.0, 1.0, 0.75], what="a_new, b_new and the mean")
        assert_close(mode, np.nan, what="the mode")

    def test_refuses_what_is_no_flip(self, learner):
        """A flip of 2 or of -1 is an error; 1 and 0 are none."""
        for bad in (2, -1):
            flips = np.array([1, 0, 0], dtype=np.int64)
            a, _, _, _ = unpack(learner.beta_posterior(1.0, 1.0, flips), self.names)
            assert_close(a, 2.0, what="a_new")
            with pytest.raises(ValueError):
                learner.beta_posterior(1.0, 1.0, np.array([1, bad, 0], dtype=np.int64))


class TestExpectation:
    def test_die(self, learner):
        """A fair die shows 3.5 on average."""
        assert_close(learner.expectation(np.arange(1.0, 7.0), np.full(6, 1 / 6)), 3.5)

    def test_weights(self, learner):
        """A ticket that wins 100 in one of 50 draws and else loses 1 is worth 2 - 0.98."""
        assert_close(learner.expectation(np.array([100.0, -1.0]), np.array([0.02, 0.98])), 1.02)

    def test_impossible_and_rare_values(self, learner):
        """What is impossible does not count; a trillion counts, however rare it is."""
        values = np.array([1.0, 100.0, 3.0])
        assert_close(learner.expectation(values, np.array([0.5, 0.0, 0.5])), 2.0)
        values, probs = np.array([0.0, 1e12]), np.array([1 - 1e-12, 1e-12])
        assert_close(learner.expectation(values, probs), 1.0)

    def test_many_values(self, learner):
        """49 times 1/49 is not quite 1 in floats, and a distribution all the same."""
        assert_close(learner.expectation(np.arange(49.0), np.full(49, 1 / 49)), 24.0)

    def test_refuses_what_is_no_distribution(self, learner):
        """Probabilities below 0, or that do not sum to 1, are an error; 0.5 and 0.5 are not."""
        values = np.array([1.0, 3.0])
        assert_close(learner.expectation(values, np.array([0.5, 0.5])), 2.0)
        for probs in ([1.5, -0.5], [0.75, -0.25], [0.5, 0.4], [0.5, 0.500001]):
            with pytest.raises(ValueError):
                learner.expectation(values, np.array(probs))


class TestVariance:
    def test_coin(self, learner):
        """A fair coin that shows 0 or 2 is always 1 from its mean; with 0 or 20 that is 10."""
        probs = np.array([0.5, 0.5])
        assert_close(learner.variance(np.array([0.0, 2.0]), probs), 1.0)
        assert_close(learner.variance(np.array([0.0, 20.0]), probs), 100.0)

    def test_die(self, learner):
        """The variance of a fair die is 35/12."""
        assert_close(learner.variance(np.arange(1.0, 7.0), np.full(6, 1 / 6)), 35 / 12)

    def test_many_values(self, learner):
        """49 times 1/49 is not quite 1 in floats, and a distribution all the same."""
        assert_close(learner.variance(np.arange(49.0), np.full(49, 1 / 49)), 200.0)

    def test_is_stable(self, learner):
        """A coin that shows a billion or a billion and 2 has the same variance as with 0 or 2."""
        values = np.array([1e9, 1e9 + 2])
        with no_floating_point_warnings():
            got = learner.variance(values, np.array([0.5, 0.5]))
        assert_close(got, 1.0)

    def test_refuses_what_is_no_distribution(self, learner):
        """Probabilities below 0, or that do not sum to 1, are an error; 1 and 0 are not."""
        values = np.array([1.0, 3.0])
        assert_close(learner.variance(values, np.array([1.0, 0.0])), 0.0)
        for probs in ([1.5, -0.5], [0.5, 0.4], [0.5, 0.500001]):
            with pytest.raises(ValueError):
                learner.variance(values, np.array(probs))


class TestVarianceOfSum:
    def test_independent_dice(self, learner):
        """Variances of independent variables add up: 4 + 9, and with weights 2 and 1 it is 25."""
        cov = np.array([[4.0, 0.0], [0.0, 9.0]])
        assert_close(learner.variance_of_sum(np.array([1.0, 1.0]), cov), 13.0)
        assert_close(learner.variance_of_sum(np.array([2.0, 1.0]), cov), 25.0)

    def test_each_pair_counts_twice(self, learner):
        """With a covariance of 1 a sum has 4 + 9 + 2, and a difference 4 + 9 - 2."""
        cov = np.array([[4.0, 1.0], [1.0, 9.0]])
        assert_close(learner.variance_of_sum(np.array([1.0, 1.0]), cov), 15.0)
        assert_close(learner.variance_of_sum(np.array([1.0, -1.0]), cov), 11.0)

    def test_ten_models_that_err_together(self, learner):
        """The mean of ten models with correlation 0.9 has variance 0.91, and not 0.1."""
        weights, cov = np.full(10, 0.1), np.full((10, 10), 0.9) + 0.1 * np.eye(10)
        assert_close(learner.variance_of_sum(weights, cov), 0.91)

    def test_never_below_zero(self, learner):
        """If X is 2.8 Z and Y is 0.9 Z, then 0.9 X - 2.8 Y is 0, and no variance is -1e-15."""
        for a, b in ((0.9, 2.8), (0.7, 0.9), (1.2, 2.1)):
            got = learner.variance_of_sum(np.array([a, -b]), np.outer([b, a], [b, a]))
            assert_close(got, 0.0)
            assert_within(got, 0.0)


# How often "free", "money" and "meeting" occur in four mails.
MAILS = np.array([[2.0, 1.0, 0.0], [0.0, 1.0, 2.0], [1.0, 2.0, 0.0], [0.0, 0.0, 1.0]])


class TestNaiveBayesFit:
    def test_prior(self, learner):
        """Class 0 has three of four mails, class 1 one; the prior is not smoothed."""
        fitted = learner.naive_bayes_fit(MAILS, np.array([0, 1, 0, 0], dtype=np.int64), 2)
        log_prior, _ = unpack(fitted, "log_prior, log_likelihood")
        assert_close(log_prior, np.log([3 / 4, 1 / 4]), what="log_prior")

    def test_likelihood(self, learner):
        """Class 0 has the words 3, 3 and 0 times, plus 1 each: 4, 4 and 1 of 9."""
        fitted = learner.naive_bayes_fit(MAILS, np.array([0, 1, 0, 1], dtype=np.int64), 2)
        _, log_likelihood = unpack(fitted, "log_prior, log_likelihood")
        truth = np.log([[4 / 9, 4 / 9, 1 / 9], [1 / 7, 2 / 7, 4 / 7]])
        assert_close(log_likelihood, truth, what="log_likelihood")

    def test_class_without_documents(self, learner):
        """A class without mails has prior 0, whose log is -inf, and words of equal probability."""
        y = np.zeros(4, dtype=np.int64)
        with no_floating_point_warnings():
            fitted = learner.naive_bayes_fit(MAILS, y, n_classes=2, alpha=0.5)
        log_prior, log_likelihood = unpack(fitted, "log_prior, log_likelihood")
        assert_close(log_prior, [0.0, -np.inf], what="log_prior")
        truth = np.log([[3.5 / 11.5, 4.5 / 11.5, 3.5 / 11.5], [1 / 3, 1 / 3, 1 / 3]])
        assert_close(log_likelihood, truth, what="log_likelihood")


class TestNaiveBayesLogPosterior:
    # Two words; the first is three times as probable in class 0, the second in class 1.
    log_likelihood = np.log([[0.75, 0.25], [0.25, 0.75]])

    def test_one_word(self, learner):
        """For one word it is Bayes' theorem: 0.9 times 1/4 against 0.1 times 3/4."""
        log_prior = np.log([0.9, 0.1])
        got = learner.naive_bayes_log_posterior(
            np.array([[0.0, 1.0]]), log_prior, self.log_likelihood
        )
        assert_close(got, np.log([[0.75, 0.25]]))

    def test_each_word_counts(self, learner):
        """Words that occur twice count twice, and as many on either side cancel."""
        X = np.array([[2.0, 0.0], [3.0, 3.0]])
        got = learner.naive_bayes_log_posterior(X, np.log([0.5, 0.5]), self.log_likelihood)
        assert_close(got, np.log([[0.9, 0.1], [0.5, 0.5]]))

    def test_is_stable(self, learner):
        """For 100,000 words the worse class has the log of 3 to the power -100,000, not -inf."""
        X = np.array([[1e5, 0.0]])
        with no_floating_point_warnings():
            got = learner.naive_bayes_log_posterior(X, np.log([0.5, 0.5]), self.log_likelihood)
        assert_close(got, [[0.0, -1e5 * np.log(3.0)]])

    def test_an_empty_mail_beside_a_long_one(self, learner):
        """An empty mail has the prior, and each mail is normalised for itself."""
        X, log_prior = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1e5]]), np.log([0.9, 0.1])
        with no_floating_point_warnings():
            got = learner.naive_bayes_log_posterior(X, log_prior, self.log_likelihood)
        odds = np.log(9.0) - 1e5 * np.log(3.0)
        assert_close(got, [log_prior, log_prior, [odds, 0.0]])

    def test_an_impossible_class(self, learner):
        """A class of probability 0, whose log is -inf, stays impossible."""
        X, log_prior = np.array([[1.0, 2.0]]), np.array([0.0, -np.inf])
        with no_floating_point_warnings():
            got = learner.naive_bayes_log_posterior(X, log_prior, self.log_likelihood)
        assert_close(got, [[0.0, -np.inf]])

    def test_reads_handwriting(self, learner):
        """With naive_bayes_fit: 1,000 digits are enough to read 90 of 100 that it never saw."""
        # A picture is a document, a pixel a word, and its ink says how often it occurs.
        pixels, meant = load_digits(1100)
        fitted = learner.naive_bayes_fit(pixels[:1000], meant[:1000], n_classes=10)
        log_prior, log_likelihood = unpack(fitted, "log_prior, log_likelihood")
        got = learner.naive_bayes_log_posterior(pixels[1000:], log_prior, log_likelihood)
        read = np.argmax(np.asarray(got), axis=1)
        assert_same(read.shape, (100,), what="the number of pictures that were read")
        assert_same(bool(np.sum(read == meant[1000:]) >= 90), True, what="reading 90 of 100")


class TestCalibrationError:
    def test_one_bin(self, learner):
        """Four answers, each 75 % sure: with three right the error is 0, with one right 0.5."""
        confidence = np.full(4, 0.75)
        three, one = np.array([1, 1, 0, 1], dtype=np.int64), np.array([0, 0, 1, 0], dtype=np.int64)
        assert_close(learner.calibration_error(confidence, three), 0.0)
        assert_close(learner.calibration_error(confidence, one), 0.5)

    def test_bins_weigh_as_much_as_they_hold(self, learner):
        """Three of four answers are off by 0.15, one is off by 0.45: 0.75 · 0.15 + 0.25 · 0.45."""
        confidence = np.array([0.85, 0.85, 0.85, 0.55])
        correct = np.array([1, 1, 1, 1], dtype=np.int64)
        assert_close(learner.calibration_error(confidence, correct), 0.225)

    def test_too_sure_here_and_too_unsure_there(self, learner):
        """What is too sure in one bin and too unsure in another does not cancel."""
        confidence = np.array([0.75, 0.75, 0.25, 0.25])
        correct = np.array([0, 1, 0, 1], dtype=np.int64)
        assert_close(learner.calibration_error(confidence, correct), 0.25)
        assert_close(learner.calibration_error(confidence, correct, n_bins=1), 0.0)

    def test_edges(self, learner):
        """Of two bins the lower one has 0 and 0.5 in it, and the upper one has 1."""
        confidence = np.array([0.5, 0.0, 1.0, 0.75])
        correct = np.array([0, 1, 0, 1], dtype=np.int64)
        assert_close(learner.calibration_error(confidence, correct, n_bins=2), 0.3125)
