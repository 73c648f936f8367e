import numpy as np
import pytest

from kata.comparisons import assert_close, assert_same, no_floating_point_warnings, unpack


class TestGaussianPdf:
    def test_standard_normal(self, learner):
        """At 0 the height is 1 / sqrt(2 pi), and one deviation away it is smaller by exp(-1/2)."""
        height = 0.3989422804014327
        density = learner.gaussian_pdf(np.array([0.0, 1.0, -1.0]))
        assert_close(density, [height, height * np.exp(-0.5), height * np.exp(-0.5)])

    def test_half_as_wide_twice_as_high(self, learner):
        """With a deviation of 1/2 the bell is twice as high, above its own mean."""
        density = learner.gaussian_pdf(np.array([[3.0], [3.5]]), mu=3.0, sigma=0.5)
        assert_close(density, [[0.7978845608028654], [0.7978845608028654 * np.exp(-0.5)]])

    def test_narrow_and_far_out(self, learner):
        """A bell of width 1e-9 is 4e8 high; ten deviations out there is little, but not nothing."""
        assert_close(learner.gaussian_pdf(np.array([2.0]), 2.0, 1e-9), [398942280.4014327])
        got = learner.gaussian_pdf(np.array([10.0]))
        assert_close(got, [0.3989422804014327 * np.exp(-50.0)], atol=0.0)

    def test_refuses_no_width(self, learner):
        """A deviation of 0 or below is a ValueError."""
        x = np.array([0.0])
        assert_close(learner.gaussian_pdf(x, 0.0, 0.1), [3.989422804014327])
        for sigma in (0.0, -1.0):
            with pytest.raises(ValueError):
                learner.gaussian_pdf(x, 0.0, sigma)


class TestGaussianLogPdf:
    def test_at_the_mean(self, learner):
        """At the mean the log density is -ln(sigma sqrt(2 pi)), for sigma = 2 about -1.61."""
        assert_close(learner.gaussian_log_pdf(np.array([3.0]), 3.0, 2.0), [-1.612085713764618])

    def test_is_the_log_of_the_density(self, learner):
        """One deviation from the mean it is 1/2 lower, two deviations 2 lower."""
        got = learner.gaussian_log_pdf(np.array([0.0, 1.0, -2.0]))
        assert_close(got, -0.9189385332046727 - np.array([0.0, 0.5, 2.0]))

    def test_far_out(self, learner):
        """A million deviations away the density is 0 in floats, its log is -5e11."""
        assert_close(learner.gaussian_log_pdf(np.array([1e6])), [-500_000_000_000.9189], rtol=1e-12)

    def test_narrow(self, learner):
        """The density of a narrow bell is above 1, so its logarithm is above 0; in any shape."""
        got = learner.gaussian_log_pdf(np.array([[0.0], [1e-9]]), 0.0, 1e-9)
        top = 9 * np.log(10.0) - np.log(2 * np.pi) / 2
        assert_close(got, [[top], [top - 0.5]])

    def test_refuses_no_width(self, learner):
        """A deviation of 0 or below is a ValueError."""
        x = np.array([0.0])
        assert_close(learner.gaussian_log_pdf(x, 0.0, 0.5), [-0.2257913526447274])
        for sigma in (0.0, -1.0):
            with pytest.raises(ValueError):
                learner.gaussian_log_pdf(x, 0.0, sigma)


class TestGaussianMle:
    def test_by_hand(self, learner):
        """The mean of 1, 3, 3, 5 is 3, the squared distances are 4, 0, 0, 4: sigma is √2."""
        mean, sigma = unpack(learner.gaussian_mle(np.array([1.0, 3.0, 3.0, 5.0])), "mean, sigma")
        assert_close(mean, 3.0, what="the mean")
        assert_close(sigma, np.sqrt(2.0), what="sigma")

    def test_one_number(self, learner):
        """A single number is its own mean, and sigma is 0: the division is by n = 1."""
        mean, sigma = unpack(learner.gaussian_mle(np.array([7.0])), "mean, sigma")
        assert_close(mean, 7.0, what="the mean")
        assert_close(sigma, 0.0, what="sigma")

    def test_around_a_billion(self, learner):
        """Moving all numbers up by a billion leaves sigma as it was."""
        x = 1e9 + np.array([1.0, 3.0, 3.0, 5.0])
        with no_floating_point_warnings():
            result = learner.gaussian_mle(x)
        mean, sigma = unpack(result, "mean, sigma")
        assert_close(mean, 1_000_000_003.0, rtol=1e-13, what="the mean")
        assert_close(sigma, np.sqrt(2.0), rtol=1e-6, what="sigma")


class TestProductOfGaussians:
    def test_equally_sure(self, learner):
        """Two bells of variance 1 at 0 and 4 make one of variance 1/2 in the middle, at 2."""
        mean, variance = unpack(learner.product_of_gaussians(0.0, 1.0, 4.0, 1.0), "mean, variance")
        assert_close(mean, 2.0, what="the mean")
        assert_close(variance, 0.5, what="the variance")

    def test_the_surer_one_counts_more(self, learner):
        """Precisions 1 and 1/3 make 4/3, and the mean is a quarter of the way from 0 to 4."""
        for one, other in (((0.0, 1.0), (4.0, 3.0)), ((4.0, 3.0), (0.0, 1.0))):
            result = learner.product_of_gaussians(*one, *other)
            mean, variance = unpack(result, "mean, variance")
            assert_close(mean, 1.0, what="the mean")
            assert_close(variance, 0.75, what="the variance")

    def test_entry_by_entry(self, learner):
        """Arrays are merged entry by entry: variances 2 and 2 make 1, and 4 and 12 make 3."""
        mean1, var1 = np.array([1.0, 0.0]), np.array([2.0, 4.0])
        mean2, var2 = np.array([3.0, 8.0]), np.array([2.0, 12.0])
        result = learner.product_of_gaussians(mean1, var1, mean2, var2)
        mean, variance = unpack(result, "mean, variance")
        assert_close(mean, [2.0, 2.0], what="the mean")
        assert_close(variance, [1.0, 3.0], what="the variance")

    def test_refuses_no_width(self, learner):
        """A variance of 0 or below is an error, on either side and in any place."""
        good, mean = np.array([1.0, 2.0]), np.zeros(2)
        _, variance = unpack(learner.product_of_gaussians(mean, good, mean, good), "mean, variance")
        assert_close(variance, [0.5, 1.0], what="the variance")
        for bad in ([1.0, 0.0], [-3.0, 1.0]):
            with pytest.raises(ValueError):
                learner.product_of_gaussians(mean, np.array(bad), mean, good)
            with pytest.raises(ValueError):
                learner.product_of_gaussians(mean, good, mean, np.array(bad))


class TestMultivariateGaussianLogPdf:
    def test_at_the_mean(self, learner):
        """At the mean of two features with variances 4 and 1 it is -ln(2 pi) - ln(4)/2."""
        mean, cov = np.array([3.0, -1.0]), np.diag([4.0, 1.0])
        got = learner.multivariate_gaussian_log_pdf(np.array([[3.0, -1.0]]), mean, cov)
        assert_close(got, [-np.log(2 * np.pi) - np.log(4.0) / 2])

    def test_tilted(self, learner):
        """Along a tilted ellipse it falls slowly, across it fast."""
        cov = np.array([[5.0, 4.0], [4.0, 5.0]])  # its determinant is 9
        x = np.array([[0.0, 0.0], [3.0, 3.0], [1.0, -1.0]])
        got = learner.multivariate_gaussian_log_pdf(x, np.zeros(2), cov)
        top = -np.log(2 * np.pi) - np.log(9.0) / 2
        assert_close(got, [top, top - 1.0, top - 1.0])

    def test_two_hundred_dimensions(self, learner):
        """With 200 variances of 0.0001 the determinant is 1e-800, but its log is not a problem."""
        got = learner.multivariate_gaussian_log_pdf(
            np.zeros((1, 200)), np.zeros(200), 1e-4 * np.eye(200)
        )
        assert_close(got, [-100 * np.log(2 * np.pi) + 400 * np.log(10.0)])

    def test_refuses_what_is_no_covariance(self, learner):
        """A negative eigenvalue is a ValueError, and so is one of exactly 0."""
        x, mean = np.zeros((1, 2)), np.zeros(2)
        got = learner.multivariate_gaussian_log_pdf(x, mean, np.eye(2))
        assert_close(got, [-np.log(2 * np.pi)])
        for cov in (np.array([[1.0, 2.0], [2.0, 1.0]]), -np.eye(2), np.diag([1.0, 0.0])):
            with pytest.raises(ValueError):
                learner.multivariate_gaussian_log_pdf(x, mean, cov)


class TestBoxMuller:
    def test_by_hand(self, learner):
        """With u1 = exp(-2) the radius is 2; a quarter turn leads from z1 to z2."""
        u1, u2 = np.full(4, np.exp(-2.0)), np.array([0.0, 0.25, 0.5, 0.75])
        z1, z2 = unpack(learner.box_muller(u1, u2), "z1, z2")
        assert_close(z1, [2.0, 0.0, -2.0, 0.0], what="z1")
        assert_close(z2, [0.0, 2.0, 0.0, -2.0], what="z2")

    def test_no_radius(self, learner):
        """With u1 = 1 both numbers are 0, whatever the angle."""
        z1, z2 = unpack(learner.box_muller(np.ones((1, 2)), np.array([[0.1, 0.6]])), "z1, z2")
        assert_close(z1, [[0.0, 0.0]], what="z1")
        assert_close(z2, [[0.0, 0.0]], what="z2")

    def test_looks_like_a_bell(self, learner):
        """Of 10,000 draws about 68 in a hundred lie within one deviation of 0."""
        u1, u2 = 1.0 - np.random.default_rng(3).random(size=(2, 10_000))
        for z in unpack(learner.box_muller(u1, u2), "z1, z2"):
            assert_close(np.mean(np.abs(z) < 1), 0.6827, atol=0.02, what="the share within 1")
            assert_close(np.mean(z), 0.0, atol=0.05, what="the mean")


class TestSampleCategorical:
    def test_by_hand(self, learner):
        """The pieces [0, 0.5), [0.5, 0.75) and [0.75, 1) belong to the indices 0, 1 and 2."""
        probs, u = np.array([0.5, 0.25, 0.25]), np.array([0.0, 0.4, 0.6, 0.9])
        assert_same(learner.sample_categorical(probs, u), np.array([0, 0, 1, 2]))
        assert_same(learner.sample_categorical(probs, np.array([[0.5], [0.75]])), [[1], [2]])

    def test_one_number(self, learner):
        """One number gives one index."""
        assert_same(learner.sample_categorical(np.array([0.5, 0.25, 0.25]), 0.6), 1)

    def test_never_the_impossible(self, learner):
        """An index of probability 0 is not drawn, not even by u = 0."""
        probs = np.array([0.0, 0.5, 0.0, 0.5, 0.0])
        u = np.array([0.0, 0.5, 0.999])
        assert_same(learner.sample_categorical(probs, u), np.array([1, 3, 3]))

    def test_pieces_lie_in_their_order(self, learner):
        """The least probable first: [0, 0.1), [0.1, 0.3) and [0.3, 1)."""
        u = np.array([0.05, 0.2, 0.35, 0.95])
        assert_same(learner.sample_categorical(np.array([0.1, 0.2, 0.7]), u), [0, 1, 2, 2])
        u = np.array([0.05, 0.65, 0.75, 0.95])
        assert_same(learner.sample_categorical(np.array([0.7, 0.1, 0.2]), u), [0, 0, 1, 2])

    def test_rare(self, learner):
        """An index of probability 1e-12 has a piece of that length, at its beginning."""
        probs, u = np.array([1e-12, 1.0 - 1e-12]), np.array([0.0, 0.9e-12, 1.1e-12])
        assert_same(learner.sample_categorical(probs, u), [0, 0, 1])

    def test_rounding_at_the_end(self, learner):
        """Ten times 0.1 adds up to a bit less than 1: a u above it belongs to the last index."""
        u = np.array([np.nextafter(1.0, 0.0)])
        assert_same(learner.sample_categorical(np.full(10, 0.1), u), np.array([9]))
        probs = np.array([0.1] * 10 + [0.0])  # and not to one of probability 0
        assert_same(learner.sample_categorical(probs, u), np.array([9]))


class TestMonteCarlo:
    def test_by_hand(self, learner):
        """The mean of 1, 2, 3 is 2, their variance with n - 1 is 1: the error is 1/√3."""
        result = learner.monte_carlo(np.array([1.0, 2.0, 3.0]))
        mean, error = unpack(result, "mean, standard_error")
        assert_close(mean, 2.0, what="the mean")
        assert_close(error, 1 / np.sqrt(3.0), what="the standard error")

    def test_estimates_pi(self, learner):
        """Points in a square that fall into the quarter circle tell pi, to a few errors."""
        x, y = np.random.default_rng(4).random(size=(2, 10_000))
        result = learner.monte_carlo(4.0 * (x**2 + y**2 < 1))
        mean, error = unpack(result, "mean, standard_error")
        assert_close(error, 0.0164, atol=0.0005, what="the standard error")
        assert_close(mean, np.pi, atol=4 * 0.0164, what="the mean")

    def test_refuses_one_value(self, learner):
        """One value has no spread: that is a ValueError, two values are enough."""
        mean, error = unpack(learner.monte_carlo(np.array([3.0, 5.0])), "mean, standard_error")
        assert_close(mean, 4.0, what="the mean")
        assert_close(error, 1.0, what="the standard error")
        with pytest.raises(ValueError):
            learner.monte_carlo(np.array([3.0]))
