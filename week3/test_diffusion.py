import numpy as np

from kata.comparisons import assert_close, assert_within
from kata.shows.digits import load_digits


class TestLinearBetaSchedule:
    def test_by_hand(self, learner):
        """Five steps from 0.1 to 0.5 are 0.1, 0.2, 0.3, 0.4 and 0.5."""
        assert_close(learner.linear_beta_schedule(5, 0.1, 0.5), [0.1, 0.2, 0.3, 0.4, 0.5])

    def test_default_ends(self, learner):
        """Without other ends it runs from 0.0001 to 0.02, as in the DDPM paper."""
        assert_close(learner.linear_beta_schedule(3), [0.0001, 0.01005, 0.02])


class TestAlphaBars:
    def test_by_hand(self, learner):
        """Steps that take a half, a half and a fifth leave 1/2, 1/4 and 1/5."""
        assert_close(learner.alpha_bars(np.array([0.5, 0.5, 0.2])), [0.5, 0.25, 0.2])

    def test_one_step(self, learner):
        """A single step leaves 1 - beta."""
        assert_close(learner.alpha_bars(np.array([0.1])), [0.9])

    def test_nearly_nothing(self, learner):
        """Steps that take 9,999 of 10,000 leave 1e-4, 1e-8, 1e-12: little, but not 0."""
        got = learner.alpha_bars(np.full(3, 0.9999))
        assert_close(got, [1e-4, 1e-8, 1e-12], atol=0.0)


class TestAddNoise:
    def test_one_number(self, learner):
        """With 0.36 left, 5 parts of picture and 10 of noise make 0.6 · 5 + 0.8 · 10 = 11."""
        x0, noise, t = np.array([5.0]), np.array([10.0]), np.array([1])
        assert_close(learner.add_noise(x0, t, np.array([0.9, 0.36]), noise), [11.0])

    def test_each_sample_at_its_own_step(self, learner):
        """The first of two samples is at step 1, the second still at step 0."""
        x0, noise = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
        got = learner.add_noise(x0, np.array([1, 0]), np.array([0.64, 0.36]), noise)
        assert_close(got, [[0.6, 0.8], [0.8, 0.6]])

    def test_pictures(self, learner):
        """Samples may have more axes: here two pictures of two by two pixels."""
        x0 = np.ones((2, 2, 2))
        got = learner.add_noise(x0, np.array([0, 1]), np.array([1.0, 0.25]), np.zeros((2, 2, 2)))
        assert_close(got, [[[1.0, 1.0], [1.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]]])

    def test_handwritten_digits(self, learner):
        """The later the step, the less a real digit can be told from its noise."""
        pixels, _ = load_digits(1)  # a zero, from 0 to 16
        noise = np.random.default_rng(5).normal(size=(8, 8))
        x0, noise = np.stack([pixels.reshape(8, 8) / 8.0 - 1.0] * 4), np.stack([noise] * 4)
        t, left = np.array([3, 2, 1, 0]), np.array([0.99, 0.75, 0.25, 0.01])
        xt = np.asarray(learner.add_noise(x0, t, left, noise))
        assert_close(xt[3] - np.sqrt(0.99) * x0[3], 0.1 * noise[3], what="the noise at step 0")
        assert_close(xt[0] - 0.1 * x0[0], np.sqrt(0.99) * noise[0], what="the noise at step 3")
        likeness = [float(np.corrcoef(x0[0].ravel(), x.ravel())[0, 1]) for x in xt]
        assert_within(np.diff(likeness), 0.0, what="the gain in likeness from one to the next")


class TestPredictX0:
    def test_one_number(self, learner):
        """With 0.36 left, 11 less 0.8 of the noise 10 is 3, which is 0.6 of 5."""
        xt, noise, t = np.array([11.0]), np.array([10.0]), np.array([1])
        assert_close(learner.predict_x0(xt, t, np.array([0.9, 0.36]), noise), [5.0])

    def test_each_sample_at_its_own_step(self, learner):
        """Both samples were (1, 0): the first is at step 1, the second still at step 0."""
        xt, noise = np.array([[0.6, 0.8], [0.8, 0.6]]), np.array([[0.0, 1.0], [0.0, 1.0]])
        got = learner.predict_x0(xt, np.array([1, 0]), np.array([0.64, 0.36]), noise)
        assert_close(got, [[1.0, 0.0], [1.0, 0.0]])

    def test_not_limited(self, learner):
        """The result is not limited to the usual range of pixels, -1 to 1."""
        xt, t = np.array([[[3.0, -8.0]]]), np.array([0])
        got = learner.predict_x0(xt, t, np.array([0.25]), np.zeros((1, 1, 2)))
        assert_close(got, [[[6.0, -16.0]]])

    def test_pictures_of_late_steps(self, learner):
        """Of one picture a millionth of the variance is left, in amplitude a thousandth."""
        xt, t = np.full((2, 2, 2), 0.005), np.array([1, 0])
        got = learner.predict_x0(xt, t, np.array([0.25, 1e-6]), np.zeros((2, 2, 2)))
        assert_close(got, [[[5.0, 5.0]] * 2, [[0.01, 0.01]] * 2])


class TestCosineAlphaBars:
    def test_by_hand(self, learner):
        """Three steps without an offset: cos² of 30 and of 60 degrees, then a thousandth of it."""
        assert_close(learner.cosine_alpha_bars(3, s=0.0), [0.75, 0.25, 0.00025], atol=0.0)

    def test_offset(self, learner):
        """An offset of 1 uses the second half of the cosine: it begins at cos² of 45 degrees."""
        got = learner.cosine_alpha_bars(3, s=1.0)
        assert_close(np.asarray(got)[1], np.cos(5 * np.pi / 12) ** 2 / 0.5)

    def test_first_step(self, learner):
        """Of a thousand steps the first takes about 41 millionths, and nothing is ever 0."""
        left = np.asarray(learner.cosine_alpha_bars(1000))
        assert_close(left[0], 1 - 4.128e-5, rtol=1e-8, what="the first entry")
        assert_within(left, 0.0, excludes_low=True)
