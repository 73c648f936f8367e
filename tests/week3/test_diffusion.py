import numpy as np

from kata.comparisons import assert_close, assert_keeps_inputs

SHAPES = ((5,), (4, 3), (3, 3), (3, 4, 4), (3, 3, 3), (2, 3, 2, 2), (1, 2, 3))  # of a batch


def _schedule(T):
    """Return what is left after each step of a linear schedule, multiplied up one by one."""
    left, result = 1.0, []
    for t in range(T):
        left *= 1.0 - (1e-4 + (0.02 - 1e-4) * t / (T - 1))
        result.append(left)
    return np.array(result)


class TestLinearBetaSchedule:
    def test_default_ends(self, learner):
        """Without other ends it runs from 1e-4 to 0.02, both included, for any number of steps."""
        for T in (1000, 10, 41, 75):  # for 41 and 75 a sum of gaps overshoots the end
            betas = learner.linear_beta_schedule(T)
            assert_close(betas, [1e-4 + (0.02 - 1e-4) * t / (T - 1) for t in range(T)], atol=0.0)

    def test_other_ends(self, learner):
        """Both ends can be chosen, by name or by position, together or one alone."""
        T, start, end = 7, 0.004, 0.3
        part = np.array([t / (T - 1) for t in range(T)])
        truth = start * (1 - part) + end * part
        assert_close(learner.linear_beta_schedule(T, start, end), truth)
        assert_close(learner.linear_beta_schedule(T, beta_end=end, beta_start=start), truth)
        truth = start * (1 - part) + 0.02 * part
        assert_close(learner.linear_beta_schedule(T, beta_start=start), truth)
        truth = 1e-4 * (1 - part) + end * part
        assert_close(learner.linear_beta_schedule(T, beta_end=end), truth)

    def test_few_steps(self, learner):
        """Two steps are the two ends, and three have the middle between them."""
        start, end = 0.03125, 0.375
        assert_close(learner.linear_beta_schedule(2, start, end), [start, end])
        assert_close(learner.linear_beta_schedule(3, start, end), [start, (start + end) / 2, end])

    def test_tiny_and_large_ends(self, learner):
        """The ends may be tiny, or next to 1: neither is cut."""
        betas = learner.linear_beta_schedule(3, 1e-7, 0.9999)
        assert_close(betas, [1e-7, 0.49995005, 0.9999], atol=0.0)

    def test_grows_evenly(self, learner):
        """From step to step beta grows by the same amount."""
        betas = np.asarray(learner.linear_beta_schedule(50, 0.01, 0.3))
        assert_close(np.diff(betas), np.full(49, 0.29 / 49), what="the difference")
        assert_close(betas[0], 0.01, what="the first beta")


class TestAlphaBars:
    def test_products(self, learner, rng):
        """Entry t is the product of 1 - beta over the steps 0 to t."""
        for T in (5, 12, 2, 5):
            betas = rng.uniform(0.01, 0.6, size=T)
            truth = [float(np.prod(1.0 - betas[: t + 1])) for t in range(T)]
            assert_close(learner.alpha_bars(betas), truth)

    def test_first_step(self, learner, rng):
        """The first step has taken its share already: entry 0 is not 1."""
        beta = float(rng.uniform(0.1, 0.9))
        assert_close(learner.alpha_bars(np.array([beta])), [1.0 - beta])
        assert_close(learner.alpha_bars(np.array([beta, 0.95])), [1.0 - beta, (1.0 - beta) / 20])

    def test_order(self, learner, rng):
        """Betas may fall or go up and down: each step counts where it stands."""
        for betas in ([0.9, 0.5, 0.1], [0.2, 0.7, 0.05, 0.4]):
            betas = np.array(betas) * float(rng.uniform(0.8, 1.0))
            truth, left = [], 1.0
            for beta in betas:
                left *= 1.0 - beta
                truth.append(left)
            assert_close(learner.alpha_bars(betas), truth)

    def test_thousand_steps(self, learner):
        """Over a thousand steps the product is right to many digits, though next to nothing."""
        betas = np.linspace(1e-4, 0.02, 1000)
        assert_close(learner.alpha_bars(betas), _schedule(1000), atol=0.0)

    def test_nearly_everything_lost(self, learner, rng):
        """What is left may be tiny: it is neither 0 nor cut off."""
        betas = rng.uniform(0.8, 0.95, size=40)
        truth = [float(np.prod(1.0 - betas[: t + 1])) for t in range(40)]
        assert_close(learner.alpha_bars(betas), truth, atol=0.0)

    def test_large_betas(self, learner, rng):
        """A single step may lose nearly everything: no beta is cut."""
        betas = np.array([0.5, 0.9995, 0.1, 1.0 - 1e-6]) - rng.uniform(0.0, 1e-7, size=4)
        truth = [float(np.prod(1.0 - betas[: t + 1])) for t in range(4)]
        assert_close(learner.alpha_bars(betas), truth, atol=0.0)

    def test_keeps_betas(self, learner, rng):
        """The betas are the same afterwards."""
        betas = np.sort(rng.uniform(0.05, 0.5, size=6))[::-1].copy()
        got = assert_keeps_inputs(learner.alpha_bars, betas)
        assert_close(got, [float(np.prod(1.0 - betas[: t + 1])) for t in range(6)])


def _samples(rng, shape):
    """Return samples, most of them beyond the range from -1 to 1, and noise."""
    return rng.uniform(-4.0, 4.0, size=shape), rng.normal(size=shape)


def _batch(rng, shape, T=6):
    """Return samples, a step for each, all different, what is left after each step, and noise."""
    x, noise = _samples(rng, shape)
    t = rng.permutation(T)[: shape[0]].astype(np.int64)
    return x, t, np.sort(rng.uniform(0.05, 0.95, size=T))[::-1].copy(), noise


def _mixed(x0, t, left, noise):
    """Return the noisy samples, one sample at a time."""
    mixed = np.zeros(x0.shape)
    for i in range(len(x0)):
        mixed[i] = left[t[i]] ** 0.5 * x0[i] + (1.0 - left[t[i]]) ** 0.5 * noise[i]
    return mixed


class TestAddNoise:
    def test_one_sample(self, learner, rng):
        """A sample and its noise are mixed with the square roots of their shares."""
        for step in (0, 2, 5):
            x0, _, left, noise = _batch(rng, (1, 4))
            t = np.array([step], dtype=np.int64)
            truth = np.sqrt(left[step]) * x0 + np.sqrt(1.0 - left[step]) * noise
            assert_close(learner.add_noise(x0, t, left, noise), truth)

    def test_each_sample_at_its_own_step(self, learner, rng):
        """Each sample of a batch has its own step, in any order and with repetitions."""
        for steps in ([3, 0, 5, 0, 1], [5, 4, 3, 2, 1], [2, 2, 2, 2, 2], [0, 1, 2, 3, 4]):
            x0, _, left, noise = _batch(rng, (5, 3))
            t = np.array(steps, dtype=np.int64)
            assert_close(learner.add_noise(x0, t, left, noise), _mixed(x0, t, left, noise))

    def test_any_number_of_axes(self, learner, rng):
        """Samples may be numbers, rows or pictures: the steps belong to the first axis."""
        for shape in SHAPES:
            x0, t, left, noise = _batch(rng, shape)
            got = learner.add_noise(x0, t, left, noise)
            assert_close(got, _mixed(x0, t, left, noise))

    def test_as_many_steps_as_pixels(self, learner, rng):
        """Nothing is confused where batch, steps and pixels have the same length."""
        for shape in ((4, 4), (4, 4, 4), (4,)):
            x0, _, left, noise = _batch(rng, shape, T=4)
            t = np.array([2, 0, 3, 0], dtype=np.int64)
            got = learner.add_noise(x0, t, left, noise)
            assert_close(got, _mixed(x0, t, left, noise))

    def test_all_and_nothing(self, learner, rng):
        """Where all is left the sample stays as it is; where nothing is left only noise remains."""
        x0, _, _, noise = _batch(rng, (3, 2))
        left = np.array([1.0, 0.25, 0.0])
        got = learner.add_noise(x0, np.array([0, 2, 1], dtype=np.int64), left, noise)
        middle = 0.5 * x0[2] + np.sqrt(0.75) * noise[2]
        assert_close(got, np.array([x0[0], noise[1], middle]))

    def test_values_are_not_cut(self, learner, rng):
        """Samples and noise may be of any size: nothing is cut or normalised."""
        x0, t, left, noise = _batch(rng, (4, 3))
        x0, noise = 1e4 * x0 + 5e3, 1e3 * noise - 300.0
        assert_close(learner.add_noise(x0, t, left, noise), _mixed(x0, t, left, noise))

    def test_keeps_inputs(self, learner, rng):
        """Samples, steps, schedule and noise are the same afterwards."""
        for shape in ((4, 3), (2, 3, 3)):
            x0, t, left, noise = _batch(rng, shape)
            got = assert_keeps_inputs(learner.add_noise, x0, t, left, noise)
            assert_close(got, _mixed(x0, t, left, noise))


class TestPredictX0:
    def test_one_sample(self, learner, rng):
        """Taking the noise out of a noisy sample gives the clean one back."""
        for step in (0, 2, 5):
            x0, _, left, noise = _batch(rng, (1, 4))
            t = np.array([step], dtype=np.int64)
            xt = np.sqrt(left[step]) * x0 + np.sqrt(1.0 - left[step]) * noise
            assert_close(learner.predict_x0(xt, t, left, noise), x0)

    def test_each_sample_at_its_own_step(self, learner, rng):
        """Each sample of a batch has its own step, in any order and with repetitions."""
        for steps in ([3, 0, 5, 0, 1], [5, 4, 3, 2, 1], [2, 2, 2, 2, 2], [0, 1, 2, 3, 4]):
            x0, _, left, noise = _batch(rng, (5, 3))
            t = np.array(steps, dtype=np.int64)
            got = learner.predict_x0(_mixed(x0, t, left, noise), t, left, noise)
            assert_close(got, x0)

    def test_any_number_of_axes(self, learner, rng):
        """Samples may be numbers, rows or pictures: the steps belong to the first axis."""
        for shape in SHAPES:
            x0, t, left, noise = _batch(rng, shape)
            got = learner.predict_x0(_mixed(x0, t, left, noise), t, left, noise)
            assert_close(got, x0)

    def test_as_many_steps_as_pixels(self, learner, rng):
        """Nothing is confused where batch, steps and pixels have the same length."""
        for shape in ((4, 4), (4, 4, 4), (4,)):
            x0, _, left, noise = _batch(rng, shape, T=4)
            t = np.array([2, 0, 3, 0], dtype=np.int64)
            got = learner.predict_x0(_mixed(x0, t, left, noise), t, left, noise)
            assert_close(got, x0)

    def test_the_whole_way_back(self, learner, rng):
        """It works from the first and the last step of a thousand, where little is left."""
        left = _schedule(1000)
        t = np.array([999, 0, 998, 500], dtype=np.int64)
        x0, noise = _samples(rng, (4, 3))
        got = learner.predict_x0(_mixed(x0, t, left, noise), t, left, noise)
        assert_close(got, x0)

    def test_next_to_nothing_left(self, learner, rng):
        """It works where hardly a billionth of the picture is left: that is no reason to cut."""
        left = np.array([0.9, 1e-6, 1e-9]) * float(rng.uniform(0.5, 1.0))
        t = np.array([2, 0, 1], dtype=np.int64)
        x0, noise = _samples(rng, (3, 4))
        got = learner.predict_x0(_mixed(x0, t, left, noise), t, left, noise)
        assert_close(got, x0, rtol=1e-8, atol=1e-8)

    def test_values_are_not_cut(self, learner, rng):
        """A wrong guess of the noise gives a wrong sample of whatever size: it is not cut."""
        xt, t, left, guess = _batch(rng, (4, 3))
        xt, guess = 1e4 * xt + 5e3, 1e3 * guess
        truth = np.zeros((4, 3))
        for i in range(4):
            a = left[t[i]]
            truth[i] = xt[i] / a**0.5 - (1.0 / a - 1.0) ** 0.5 * guess[i]
        assert_close(learner.predict_x0(xt, t, left, guess), truth)

    def test_keeps_inputs(self, learner, rng):
        """Samples, steps, schedule and noise are the same afterwards."""
        for shape in ((4, 3), (2, 3, 3)):
            x0, t, left, noise = _batch(rng, shape)
            xt = _mixed(x0, t, left, noise)
            assert_close(assert_keeps_inputs(learner.predict_x0, xt, t, left, noise), x0)


def _cosine(T, s):
    """Return what is left after each step, where only the last step is cut."""
    phases = [(u / T + s) / (1 + s) * np.pi / 2 for u in range(T)]
    left = [float(np.cos(phase) / np.cos(phases[0])) ** 2 for phase in phases]
    return np.array([*left[1:], 0.001 * left[-1]])


class TestCosineAlphaBars:
    def test_follows_the_cosine(self, learner, rng):
        """Before the last step it is the squared cosine, divided by its value at the start."""
        for T in (5, int(rng.integers(10, 40))):
            got = np.asarray(learner.cosine_alpha_bars(T))
            assert_close(got[:-1], _cosine(T, 0.008)[:-1], what="the result before its last entry")

    def test_cuts_the_last_step(self, learner, rng):
        """The last step leaves a thousandth of what there was, instead of nothing."""
        for T in (2, 4, int(rng.integers(10, 40))):
            assert_close(learner.cosine_alpha_bars(T), _cosine(T, 0.008), atol=0.0)

    def test_offset(self, learner, rng):
        """The offset counts, in the numerator and the denominator, by name or by position."""
        for s in (float(rng.uniform(0.02, 0.2)), 0.5, 0.0):
            truth = _cosine(8, s)
            assert_close(learner.cosine_alpha_bars(8, s), truth, atol=0.0)
            assert_close(learner.cosine_alpha_bars(8, s=s), truth, atol=0.0)

    def test_thousand_steps(self, learner):
        """Over a thousand steps it is right to the end, and no other step is cut."""
        assert_close(learner.cosine_alpha_bars(1000), _cosine(1000, 0.008), atol=0.0)

    def test_one_step(self, learner):
        """A single step would lose everything, so it is cut; two steps cut the second."""
        assert_close(learner.cosine_alpha_bars(1), [0.001], atol=0.0)
        assert_close(learner.cosine_alpha_bars(2, 0.0), [0.5, 0.0005], atol=0.0)
