import numpy as np
import pytest

from kata.comparisons import assert_close, assert_within, no_floating_point_warnings
from kata.shows.digits import load_digits


class TestEntropy:
    def test_coins(self, learner):
        """A fair coin has 1 bit; one that lands on heads nine times in ten has about half a bit."""
        assert_close(learner.entropy(np.array([0.5, 0.5])), 1.0)
        assert_close(learner.entropy(np.array([0.9, 0.1])), 0.4689955935892812)

    def test_zeros(self, learner):
        """A coin with two heads has none, although log 0 is not a number."""
        with no_floating_point_warnings():
            assert_close(learner.entropy(np.array([1.0, 0.0])), 0.0)
            assert_close(learner.entropy(np.array([0.0, 0.5, 0.25, 0.25])), 1.5)

    def test_rows(self, learner):
        """Each row is a distribution of its own; in base 4 four equal chances have entropy 1."""
        p = np.array([[0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]])
        assert_close(learner.entropy(p), [2.0, 0.0, 1.0])
        assert_close(learner.entropy(p, base=4), [1.0, 0.0, 0.5])

    def test_counts_are_no_distribution(self, learner):
        """Counts like 3 and 1 do not sum to 1 and are refused; 3/4 and 1/4 are fine."""
        assert_close(learner.entropy(np.array([0.75, 0.25])), 2 - 0.75 * np.log2(3))
        with pytest.raises(ValueError):
            learner.entropy(np.array([3.0, 1.0]))

    def test_each_is_a_distribution(self, learner):
        """Each distribution sums to 1, without negative entries; 49 times 1/49 is fine."""
        assert_close(learner.entropy(np.full(49, 1 / 49), base=7), 2.0)
        for p in ([[0.5, 0.4], [0.6, 0.5]], [1.25, -0.25]):
            with pytest.raises(ValueError):
                learner.entropy(np.array(p))

    def test_more_axes(self, learner):
        """Only the last axis is summed over: two texts of one position each have shape (2, 1)."""
        p = np.array([[[0.5, 0.5, 0.0]], [[0.5, 0.25, 0.25]]])
        assert_close(learner.entropy(p), [[1.0], [1.5]])


class TestCrossEntropy:
    def test_by_hand(self, learner):
        """Half the time 1 bit of surprise, a quarter 2 bits and a quarter 3 bits: 1.75 bits."""
        p, q = np.array([0.5, 0.25, 0.25, 0.0]), np.array([0.5, 0.25, 0.125, 0.125])
        assert_close(learner.cross_entropy(p, q), 1.75)

    def test_loss_of_a_classifier(self, learner):
        """If the truth is one word, it is minus the log of what the model gave that word."""
        truth = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
        model = np.array([[0.05, 0.85, 0.1], [0.05, 0.85, 0.1]])
        loss = learner.cross_entropy(truth, model, base=np.e)
        assert_close(loss, [0.16251892949777494, 2.995732273553991])

    def test_impossible(self, learner):
        """What the model calls impossible costs inf if it can happen, and nothing if it cannot."""
        p, q = np.array([[0.5, 0.5], [0.0, 1.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
        with no_floating_point_warnings():
            assert_close(learner.cross_entropy(p, q), [np.inf, 0.0])

    def test_more_axes(self, learner):
        """Only the last axis is summed over: two texts of one position each have shape (2, 1)."""
        p = np.array([[[0.5, 0.5, 0.0]], [[0.0, 1.0, 0.0]]])
        q = np.array([[[0.5, 0.25, 0.25]], [[0.5, 0.25, 0.25]]])
        assert_close(learner.cross_entropy(p, q), [[1.5], [2.0]])


class TestKlDivergence:
    def test_by_hand(self, learner):
        """½ log(½ / ¼) + ¼ log 1 + ¼ log(¼ / ½) is ½ - ¼ of a bit."""
        p, q = np.array([0.5, 0.25, 0.25]), np.array([0.25, 0.25, 0.5])
        assert_close(learner.kl_divergence(p, q), 0.25)

    def test_is_no_distance(self, learner):
        """From a fair coin to one with two heads it is inf, and back it is 1 bit."""
        fair, two_heads = np.array([0.5, 0.5]), np.array([1.0, 0.0])
        with no_floating_point_warnings():
            assert_close(learner.kl_divergence(fair, two_heads), np.inf)
            assert_close(learner.kl_divergence(two_heads, fair), 1.0)

    def test_never_below_zero(self, learner):
        """Distributions that differ in the last digits have 0, not -1e-17."""
        p = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.15, 0.6, 0.25]])
        for q in (p.copy(), p * (1 + 1e-15), p * (1 - 1e-15)):
            divergence = np.asarray(learner.kl_divergence(p, q))
            assert_close(divergence, np.zeros(3))
            assert_within(divergence, 0.0)

    def test_nearly_equal(self, learner):
        """Coins that differ by 1e-5 are 3e-10 bits apart, which is little and not nothing."""
        p, q = np.array([[[0.5, 0.5]]]), np.array([[[0.50001, 0.49999]]])
        expected = [[-0.5 * np.log1p(-4e-10) / np.log(2)]]
        assert_close(learner.kl_divergence(p, q), expected, rtol=1e-5, atol=0.0)


class TestJsDivergence:
    def test_nothing_in_common(self, learner):
        """Heads for sure and tails for sure are 1 bit apart, which is the most there can be."""
        with no_floating_point_warnings():
            apart = learner.js_divergence(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
        assert_close(apart, 1.0)

    def test_by_hand(self, learner):
        """For (½, ½, 0) and (0, ½, ½) the mean is (¼, ½, ¼): each is ½ bit from it."""
        p, q = np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5])
        assert_close(learner.js_divergence(p, q), 0.5)

    def test_both_ways(self, learner):
        """From two heads to a fair coin it is as far as back, and of the same it is 0."""
        fair, two_heads = np.array([0.5, 0.5]), np.array([1.0, 0.0])
        assert_close(learner.js_divergence(fair, two_heads), 0.31127812445913283)
        assert_close(learner.js_divergence(two_heads, fair), 0.31127812445913283)
        assert_close(learner.js_divergence(fair, fair.copy()), 0.0)

    def test_other_bases(self, learner):
        """One bit is 2 to the base √2, and 3e-7 of it is not nothing."""
        p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
        with no_floating_point_warnings():
            assert_close(learner.js_divergence(p, q, base=np.sqrt(2)), 2.0)
        p, q = np.array([0.5, 0.5]), np.array([0.501, 0.499])
        assert_close(learner.js_divergence(p, q), 7.2134784e-7, rtol=1e-5, atol=0.0)


class TestConditionalEntropy:
    def test_by_hand(self, learner):
        """Half the time x is 0 and y settled, half the time x is 1 and y a fair coin: ½ bit."""
        joint = np.array([[0.5, 0.0], [0.25, 0.25]])
        with no_floating_point_warnings():
            assert_close(learner.conditional_entropy(joint, given=0), 0.5)

    def test_the_other_way(self, learner):
        """Given y = 0, three times in four, the odds of x are 2 to 1; given y = 1, x is settled."""
        joint = np.array([[0.5, 0.0], [0.25, 0.25]])
        assert_close(learner.conditional_entropy(joint, given=1), 0.6887218755408672)

    def test_a_value_that_never_comes(self, learner):
        """A row of zeros has no distribution to speak of, and no weight either."""
        joint = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]])
        with no_floating_point_warnings():
            assert_close(learner.conditional_entropy(joint, given=0), 1.0)
            assert_close(learner.conditional_entropy(joint, given=1), 0.0)

    def test_one_value(self, learner):
        """A variable with one value tells nothing, and has nothing to tell."""
        joint = np.array([[0.5, 0.25, 0.25]])
        assert_close(learner.conditional_entropy(joint, given=0), 1.5)
        assert_close(learner.conditional_entropy(joint, given=1), 0.0)


class TestMutualInformation:
    def test_all_or_nothing(self, learner):
        """Two coins that always agree share 1 bit, two that know nothing of each other none."""
        with no_floating_point_warnings():
            agree = learner.mutual_information(np.array([[0.5, 0.0], [0.0, 0.5]]))
        assert_close(agree, 1.0)
        assert_close(learner.mutual_information(np.full((2, 2), 0.25)), 0.0)

    def test_by_hand(self, learner):
        """H(x) is 1 bit and H(x | y) 0.69 bits: y tells the difference about x."""
        joint = np.array([[0.5, 0.0], [0.25, 0.25]])
        assert_close(learner.mutual_information(joint), 1 - 0.6887218755408672)

    def test_pixels_of_digits(self, learner):
        """The most telling pixel has 0.46 of the 3.3 bits of a digit; a corner tells nothing."""
        pixels, labels = load_digits()
        inked = pixels >= 8
        for pixel, bits in ((42, 0.4620729303650966), (0, 0.0)):
            joint = np.zeros((2, 10))
            np.add.at(joint, (inked[:, pixel].astype(int), labels), 1 / len(pixels))
            assert_close(learner.mutual_information(joint), bits)


class TestPerplexity:
    def test_equal_choices(self, learner):
        """A model that finds 50 tokens equally likely each time has perplexity 50."""
        assert_close(learner.perplexity(np.log(np.full(7, 1 / 50))), 50.0)

    def test_averages_logarithms(self, learner):
        """One choice of 2 and one of 8 are as hard as two choices of 4, not of 5."""
        assert_close(learner.perplexity(np.log(np.array([1 / 2, 1 / 8]))), 4.0)

    def test_long_text(self, learner):
        """A thousand tokens are no problem, although the probability of all of them is 0."""
        assert_close(learner.perplexity(np.log(np.full(1000, 0.1))), 10.0)

    def test_surprises(self, learner):
        """One token of probability e^-1000 in 1,000 certain ones: e. One of probability 0: inf."""
        log_probs = np.zeros(1000)
        log_probs[0] = -1000.0
        assert_close(learner.perplexity(log_probs), np.e)
        log_probs[1] = -np.inf
        with no_floating_point_warnings():
            assert_close(learner.perplexity(log_probs), np.inf)


class TestTemperatureForEntropy:
    def test_comes_back(self, learner):
        """Logits 0 and ln 3 have 1/4 and 3/4 at T = 1, so that entropy asks for T = 1."""
        logits, target = np.array([0.0, np.log(3.0)]), 2 - 0.75 * np.log2(3)
        got = learner.temperature_for_entropy(logits, target)
        assert_close(got, 1.0, rtol=1e-8)
        got = learner.temperature_for_entropy(1000 * logits, target)
        assert_close(got, 1000.0, rtol=1e-8)

    def test_logits_of_any_size(self, learner):
        """The temperature goes with the logits: a billion times them, or a billionth."""
        logits, target = np.array([0.0, np.log(3.0)]), 2 - 0.75 * np.log2(3)
        for scale in (1e9, 1e-9):
            assert_close(
                learner.temperature_for_entropy(scale * logits, target), scale, rtol=1e-8, atol=0.0
            )

    def test_far_up_and_impossible(self, learner):
        """What is added to all logits does not count; one far below has no share."""
        logits, target = np.array([0.0, np.log(3.0), -1e5]), 2 - 0.75 * np.log2(3)
        with no_floating_point_warnings():
            got = learner.temperature_for_entropy(logits + 10_000.0, target)
        assert_close(got, 1.0, rtol=1e-8)

    def test_unit_of_the_target(self, learner):
        """The same target in nats, a smaller number, has the same temperature."""
        logits, target = np.array([0.0, 2 * np.log(3.0)]), 2 - 0.75 * np.log2(3)
        got = learner.temperature_for_entropy(logits, target * np.log(2), base=np.e)
        assert_close(got, 2.0, rtol=1e-8)

    def test_limits(self, learner):
        """Two of four logits are the largest: from 1 bit to 2 bits, limits excluded."""
        logits = np.array([3.0, 1.0, 3.0, 1.0])
        assert_within(learner.temperature_for_entropy(logits, 1.5), 0.0, excludes_low=True)
        for target in (0.9, 1.0, 2.0, 2.1):
            with pytest.raises(ValueError):
                learner.temperature_for_entropy(logits, target)
        with pytest.raises(ValueError):  # four outcomes have ln 4 = 1.39 nats at most
            learner.temperature_for_entropy(logits, 1.5, base=np.e)
