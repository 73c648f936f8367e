import numpy as np

from kata.comparisons import assert_close
from kata.shows.digits import load_digits

# A handwritten 0 of 8 × 8 pixels, in shades from 0 to 16.
ZERO = load_digits(1)[0].reshape(8, 8)


class TestGaussianKl:
    def test_of_the_standard_normal(self, learner):
        """The standard normal is at distance 0 from itself: mean 0 and log-variance 0 give 0."""
        assert_close(learner.gaussian_kl(np.zeros(3), np.zeros(3)), 0.0)

    def test_of_a_shifted_normal(self, learner):
        """With variance 1 it is half the squared length of the mean: ½ (3² + 4²) = 12.5."""
        assert_close(learner.gaussian_kl(np.array([3.0, 4.0]), np.zeros(2)), 12.5)

    def test_of_a_wide_normal(self, learner):
        """With mean 0 and variance 4 it is ½ (4 - 1 - ln 4)."""
        log_var = np.log(np.array([4.0]))
        assert_close(learner.gaussian_kl(np.zeros(1), log_var), 0.5 * (3 - np.log(4.0)))

    def test_one_number_for_each_code(self, learner):
        """A batch of three codes gives three numbers."""
        mu = np.array([[2.0, 0.0], [0.0, 0.0], [1.0, -1.0]])
        assert_close(learner.gaussian_kl(mu, np.zeros((3, 2))), [2.0, 0.0, 1.0])

    def test_more_axes_and_a_wide_code(self, learner):
        """Only the last axis is summed over, and a log-variance of 20 costs ½ (e²⁰ - 1 - 20)."""
        log_var = np.array([[[0.0, 20.0]], [[0.0, 0.0]]])
        got = learner.gaussian_kl(np.zeros((2, 1, 2)), log_var)
        assert_close(got, [[0.5 * (np.exp(20.0) - 21.0)], [0.0]])


class TestReparameterize:
    def test_no_noise(self, learner):
        """Noise 0 gives the mean, noise 1 one standard deviation more: with variance 1, mu + 1."""
        got = learner.reparameterize(np.array([5.0, 5.0]), np.zeros(2), np.array([0.0, 1.0]))
        assert_close(got, [5.0, 6.0])

    def test_stretches_by_the_standard_deviation(self, learner):
        """With variance 9 the noise is multiplied by 3."""
        log_var = np.log(np.array([9.0, 9.0]))
        got = learner.reparameterize(np.array([1.0, 2.0]), log_var, np.array([2.0, -1.0]))
        assert_close(got, [7.0, -1.0])

    def test_each_has_its_own_width(self, learner):
        """A log-variance of -40 is a width of e⁻²⁰, one of 40 of e²⁰; the shape stays."""
        got = learner.reparameterize(np.zeros((2, 1)), np.array([[-40.0], [40.0]]), np.ones((2, 1)))
        assert_close(got, [[np.exp(-20.0)], [np.exp(20.0)]], atol=0.0)


class TestVaeLoss:
    def test_of_one_example(self, learner):
        """Half the squared error, ½ (1² + 3²) = 5, plus the divergence of the code, ½ 2² = 2."""
        x, x_hat = np.array([[4.0, 4.0]]), np.array([[3.0, 1.0]])
        assert_close(learner.vae_loss(x, x_hat, np.array([[2.0]]), np.zeros((1, 1))), 7.0)

    def test_beta_weighs_the_code(self, learner):
        """With beta = 10 the same code costs 20, so the loss is 25."""
        x, x_hat = np.array([[4.0, 4.0]]), np.array([[3.0, 1.0]])
        got = learner.vae_loss(x, x_hat, np.array([[2.0]]), np.zeros((1, 1)), beta=10.0)
        assert_close(got, 25.0)

    def test_is_a_mean_over_the_batch_only(self, learner):
        """Of a digit and a blank page, one is drawn perfectly and one is not drawn at all."""
        digits, nothing = np.array([ZERO, 0 * ZERO]), np.zeros((2, 8, 8))
        mu = log_var = np.zeros((2, 4))
        assert_close(learner.vae_loss(digits, digits, mu, log_var), 0.0)
        assert_close(learner.vae_loss(digits, nothing, mu, log_var), np.sum(ZERO**2) / 4)

    def test_costs_of_a_code_add_up(self, learner):
        """A code of 2 by 1 numbers costs the sum of both; over the batch it is a mean."""
        x = np.ones((2, 3))
        mu = np.array([[[2.0], [4.0]], [[0.0], [0.0]]])
        assert_close(learner.vae_loss(x, x, mu, np.zeros((2, 2, 1))), (2.0 + 8.0) / 2)
