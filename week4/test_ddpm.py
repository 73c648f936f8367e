import numpy as np

from kata.comparisons import assert_close, assert_same, unpack
from kata.shows.digits import load_digits

# Two steps that can be done by hand. At t = 1: √β is 0.6, √α is 0.8, √ᾱ is 0.6, √(1 - ᾱ) is 0.8.
BETAS = np.array([0.4375, 0.36])

# A handwritten 0 of 8 × 8 pixels, in shades from 0 to 16.
ZERO = load_digits(1)[0].reshape(8, 8)


def sees_no_noise(x, t):
    """Return zeros: a model that takes any picture for a clean one."""
    return np.zeros(np.shape(x))


class TestPosteriorMeanVariance:
    def test_by_hand(self, learner):
        """At t = 1 x0 has weight 0.75 · 0.36 / 0.64, and x1 has weight 0.8 · 0.4375 / 0.64."""
        x0, x1 = np.array([1.0, 0.0, 1.0]), np.array([0.0, 1.0, 2.0])
        result = learner.posterior_mean_variance(x0, x1, 1, BETAS)
        mean, variance = unpack(result, "mean, variance")
        assert_close(mean, [0.421875, 0.546875, 1.515625], what="the mean")
        assert_close(variance, 0.4375 / 0.64 * 0.36, what="the variance")

    def test_before_the_first_step(self, learner):
        """At t = 0 the step before is the clean picture itself: x0 for certain."""
        x0, xt = np.array([1.0, -2.0]), np.array([5.0, 5.0])
        mean, variance = unpack(learner.posterior_mean_variance(x0, xt, 0, BETAS), "mean, variance")
        assert_close(mean, x0, what="the mean")
        assert_close(variance, 0.0, what="the variance")


class TestDenoiseStep:
    def test_takes_noise_out(self, learner):
        """At t = 1 it is (x - 0.36 / 0.8 · ε) / 0.8: (1.7 - 0.9) / 0.8 = 1 for ε = 2."""
        xt, predicted = np.array([1.7, 0.8]), np.array([2.0, 0.0])
        assert_close(learner.denoise_step(xt, 1, predicted, BETAS, np.zeros(2)), [1.0, 1.0])

    def test_puts_noise_in(self, learner):
        """New noise comes with variance β = 0.36, so it is multiplied by 0.6."""
        xt, predicted = np.array([1.7, 0.8]), np.array([2.0, 0.0])
        got = learner.denoise_step(xt, 1, predicted, BETAS, np.array([10.0, -1.0]))
        assert_close(got, [7.0, 0.4])

    def test_puts_no_noise_in_at_the_end(self, learner):
        """At t = 0 the picture is finished: with β = 0.36 it is (1.4 - 0.6 · 1) / 0.8 = 1."""
        got = learner.denoise_step(
            np.array([1.4]), 0, np.array([1.0]), np.array([0.36, 0.1]), np.array([10.0])
        )
        assert_close(got, [1.0])


class TestDenoisingLoss:
    def test_of_a_model_that_sees_nothing(self, learner):
        """If the model answers 0, the loss is the mean square of the noise: (1 + 9) / 2 = 5."""
        x0, noise = np.array([[1.0, 2.0]]), np.array([[1.0, -3.0]])
        t, alpha_bars = np.array([0], dtype=np.int64), np.array([0.36])
        assert_close(learner.denoising_loss(sees_no_noise, x0, t, alpha_bars, noise), 5.0)

    def test_mixes_picture_and_noise(self, learner):
        """With ᾱ = 0.36, x = 0.6 x0 + 0.8 noise: for noise 1 and x0 = 1, x is off by 0.4."""
        x0, noise = np.array([[1.0], [1.0]]), np.array([[1.0], [1.0]])
        t, alpha_bars = np.array([1, 1], dtype=np.int64), np.array([0.9, 0.36])
        got = learner.denoising_loss(lambda xt, t: xt, x0, t, alpha_bars, noise)
        assert_close(got, 0.4**2)

    def test_each_picture_has_its_own_step(self, learner):
        """Pictures at ᾱ = 1, 0.36 and 0 show no, some and nothing but noise."""
        x0, noise = np.array([[1.0], [1.0], [1.0]]), np.array([[0.0], [2.0], [3.0]])
        t, alpha_bars = np.array([1, 2, 0], dtype=np.int64), np.array([0.0, 1.0, 0.36])
        got = learner.denoising_loss(lambda xt, t: xt, x0, t, alpha_bars, noise)
        assert_close(got, (1.0**2 + 0.2**2 + 0.0**2) / 3)

    def test_pictures_and_large_numbers(self, learner):
        """A picture in shades of 100 and a black one: the model gets them and t as they are."""
        x0, noise = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
        x0[0] = 100.0
        t, alpha_bars = np.array([1, 0], dtype=np.int64), np.array([0.36, 0.64])

        def sees_more_in_late_steps(xt, t):
            assert_same(np.ndim(t), 1, what="the number of axes of the t that the model gets")
            return (1.0 + np.reshape(t, (-1, 1, 1))) * np.asarray(xt)

        got = learner.denoising_loss(sees_more_in_late_steps, x0, t, alpha_bars, noise)
        assert_close(got, 160.0**2 / 2)


class TestSample:
    def test_one_step(self, learner):
        """With one step in all there is no new noise, only the last of the old goes: 2 / 0.5."""
        betas, noises = np.array([0.75]), np.array([[100.0]])
        assert_close(learner.sample(sees_no_noise, np.array([2.0]), betas, noises), [4.0])

    def test_each_step_has_its_noise(self, learner):
        """Step 1 makes 1 / 0.8 + 0.6 · 2 = 2.45 of 1, step 0 divides that by 0.75."""
        noises = np.array([[100.0], [2.0]])
        assert_close(learner.sample(sees_no_noise, np.array([1.0]), BETAS, noises), [2.45 / 0.75])

    def test_a_model_that_knows_one_picture(self, learner):
        """A model that knows nothing but one digit finds that digit in any noise."""
        rng = np.random.default_rng(0)
        betas = np.linspace(0.01, 0.5, 20)
        alpha_bars = np.cumprod(1 - betas)

        def knows_a_zero(x, t):
            return (np.asarray(x) - np.sqrt(alpha_bars[t]) * ZERO) / np.sqrt(1 - alpha_bars[t])

        x_T, noises = rng.normal(size=(8, 8)), rng.normal(size=(20, 8, 8))
        assert_close(learner.sample(knows_a_zero, x_T, betas, noises), ZERO, atol=1e-9)

    def test_three_steps(self, learner):
        """Each step halves what is left of the picture's width, and has a noise of its own."""
        betas, noises = np.full(3, 0.75), np.array([[100.0], [1.0], [10.0]])

        def knows_three_steps(x, t):
            return [0.0, 0.0, 0.0][t] * np.asarray(x)  # t is one integer

        got = learner.sample(knows_three_steps, np.array([1000.0]), betas, noises)
        assert_close(got, [8000.0 + np.sqrt(0.75) * (4 * 10.0 + 2 * 1.0)])


# Shares of the picture's variance that are left: √ᾱ and √(1 - ᾱ) are 0.8 and 0.6, then 0.6 and 0.8.
LEFT = np.array([0.64, 0.36])


class TestDdimStep:
    def test_to_the_clean_picture(self, learner):
        """Of 2.2 with the noise 2 in it, 2.2 - 0.8 · 2 = 0.6 is 0.6 times the clean picture, 1."""
        got = learner.ddim_step(np.array([2.2]), 1, -1, np.array([2.0]), LEFT)
        assert_close(got, [1.0])

    def test_to_an_earlier_step(self, learner):
        """At step 0 the picture 1 with the same noise 2 is 0.8 · 1 + 0.6 · 2 = 2."""
        got = learner.ddim_step(np.array([2.2]), 1, 0, np.array([2.0]), LEFT)
        assert_close(got, [2.0])

    def test_over_many_steps(self, learner):
        """A step may be long, and what lies between does not matter."""
        alpha_bars = np.array([0.64, 0.5, 0.44, 0.36])
        got = learner.ddim_step(np.array([2.2, 0.8]), 3, 0, np.array([2.0, 1.0]), alpha_bars)
        assert_close(got, [2.0, 0.6])


class TestGuidedNoise:
    def test_twice_as_far(self, learner):
        """From 1 to 1.5 is half a step; twice as far lies 2."""
        got = learner.guided_noise(np.array([1.0, 0.0]), np.array([1.5, -1.0]), 2.0)
        assert_close(got, [2.0, -2.0])

    def test_both_ends(self, learner):
        """Scale 0 is the prediction without the text, scale 1 the one with it."""
        without, with_text = np.array([1.0, 4.0]), np.array([3.0, 2.0])
        assert_close(learner.guided_noise(without, with_text, 0.0), without)
        assert_close(learner.guided_noise(without, with_text, 1.0), with_text)
