import math
import operator

import numpy as np

from kata.comparisons import assert_close, assert_keeps_inputs, unpack

SHAPES = ((5,), (1,), (2, 3), (3, 3), (2, 3, 4), (2, 1, 2, 3))


def _far_from_zero(rng, *shape):
    """Return numbers of either sign that nobody can cut to -1 … 1 without being noticed."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(2.0, 4.0, size=shape)


def _betas(rng, T):
    """Return variances of steps in no order, so that every step differs from its neighbours."""
    return rng.permutation(np.linspace(0.1, 0.6, T)) + rng.uniform(0.0, 0.05, size=T)


def _alpha_bars(betas):
    """Return what is left after each step, as a running product."""
    left, result = 1.0, []
    for beta in betas.tolist():
        left *= 1 - beta
        result.append(left)
    return np.array(result)


def _bayes(x0, xt, t, betas):
    """Return mean and variance of q(x_{t-1} | x_t, x_0), by Bayes' rule.

    Prior: x_{t-1} given x_0 is N(√ᾱ_{t-1} x_0, 1 - ᾱ_{t-1}). Likelihood: x_t is
    N(√α_t x_{t-1}, β_t). Precisions add up, and means count in proportion to them.
    """
    if t == 0:
        return x0, 0.0
    left, alpha = _alpha_bars(betas)[t - 1], 1 - betas[t]
    precisions = 1 / (1 - left), alpha / betas[t]
    means = np.sqrt(left) * x0, xt / np.sqrt(alpha)
    variance = 1 / sum(precisions)
    return (precisions[0] * means[0] + precisions[1] * means[1]) * variance, variance


def _assert_posterior(result, truth):
    mean, variance = unpack(result, "mean, variance")
    assert_close(mean, truth[0], what="the mean")
    assert_close(variance, truth[1], what="the variance")


class TestPosteriorMeanVariance:
    def test_agrees_with_bayes(self, learner, rng):
        """It is what Bayes' rule makes of the two Gaussians, at every step after the first."""
        betas = _betas(rng, 5)
        for t in range(1, 5):
            x0, xt = 5.0 * rng.normal(size=(2, 3))
            got = learner.posterior_mean_variance(x0, xt, t, betas)
            _assert_posterior(got, _bayes(x0, xt, t, betas))

    def test_variance_is_that_of_the_step(self, learner, rng):
        """The variance is one number, β̃ of that step, less than β and the same for all data."""
        betas = _betas(rng, 4)
        x0, xt = rng.normal(size=(2, 2, 3))
        for t in (3, 1, 2):
            for scale in (1.0, 100.0):
                got = learner.posterior_mean_variance(scale * x0, scale * xt, t, betas)
                _, variance = unpack(got, "mean, variance")
                assert_close(variance, _bayes(x0, xt, t, betas)[1], what="the variance")

    def test_first_step(self, learner, rng):
        """At t = 0, and only there, the mean is x0, the clean picture, and the variance is 0."""
        for T in (1, 4):
            betas = _betas(rng, T)
            x0, xt = rng.normal(size=(2, 3))
            for t in (0, T - 1):
                got = learner.posterior_mean_variance(x0, xt, t, betas)
                _assert_posterior(got, _bayes(x0, xt, t, betas))

    def test_without_noise_it_stays_on_the_path(self, learner, rng):
        """If x_t is x0 scaled down and no more, the mean is x0 scaled down one step less."""
        betas = _betas(rng, 6)
        alpha_bars, x0 = _alpha_bars(betas), rng.normal(size=4)
        for t in (5, 3, 1):
            got = learner.posterior_mean_variance(x0, np.sqrt(alpha_bars[t]) * x0, t, betas)
            mean, _ = unpack(got, "mean, variance")
            assert_close(mean, np.sqrt(alpha_bars[t - 1]) * x0, what="the mean")

    def test_later_steps_do_not_matter(self, learner, rng):
        """Only steps up to t count: what the schedule does later changes nothing."""
        betas = _betas(rng, 6)
        x0, xt = rng.normal(size=(2, 3))
        for t in (2, 1):
            got = learner.posterior_mean_variance(x0, xt, t, betas[: t + 1])
            _assert_posterior(got, _bayes(x0, xt, t, betas))
            others = np.concatenate([betas[: t + 1], rng.uniform(0.1, 0.9, size=3)])
            got = learner.posterior_mean_variance(x0, xt, t, others)
            _assert_posterior(got, _bayes(x0, xt, t, betas))

    def test_long_schedule(self, learner, rng):
        """It is right for the schedule of the paper, with a thousand small steps."""
        betas = np.linspace(1e-4, 0.02, 1000)
        for t in (1, 2, 400, 999):
            x0, xt = rng.normal(size=(2, 2))
            got = learner.posterior_mean_variance(x0, xt, t, betas)
            _assert_posterior(got, _bayes(x0, xt, t, betas))

    def test_any_shape(self, learner, rng):
        """The mean has the shape of the picture, whatever that is."""
        betas = _betas(rng, 3)
        for shape in SHAPES:
            x0, xt = rng.normal(size=(2, *shape))
            got = learner.posterior_mean_variance(x0, xt, 2, betas)
            _assert_posterior(got, _bayes(x0, xt, 2, betas))

    def test_keeps_inputs(self, learner, rng):
        """Both pictures and the schedule are the same afterwards."""
        betas = _betas(rng, 4)
        for t in (3, 0):
            x0, xt = rng.normal(size=(2, 2, 3))
            got = assert_keeps_inputs(learner.posterior_mean_variance, x0, xt, t, betas)
            _assert_posterior(got, _bayes(x0, xt, t, betas))


def _step_back(xt, t, predicted_noise, betas, noise):
    """Return x_{t-1} by way of the clean picture that the predicted noise stands for."""
    left = _alpha_bars(betas)[t]
    x0 = (xt - np.sqrt(1 - left) * predicted_noise) / np.sqrt(left)
    mean, _ = _bayes(x0, xt, t, betas)
    return mean if t == 0 else mean + np.sqrt(betas[t]) * noise


class TestDenoiseStep:
    def test_takes_the_predicted_noise_out(self, learner, rng):
        """Without new noise it is the mean of x_{t-1} if the predicted noise is the true one."""
        betas = _betas(rng, 5)
        alpha_bars = _alpha_bars(betas)
        for t in range(1, 5):
            x0, true_noise = _far_from_zero(rng, 3), rng.normal(size=3)
            xt = np.sqrt(alpha_bars[t]) * x0 + np.sqrt(1 - alpha_bars[t]) * true_noise
            got = learner.denoise_step(xt, t, true_noise, betas, np.zeros(3))
            assert_close(got, _bayes(x0, xt, t, betas)[0])

    def test_new_noise_has_variance_beta(self, learner, rng):
        """The new noise of a step has the variance β of that step, not the smaller β̃."""
        betas = _betas(rng, 5)
        xt, predicted = rng.normal(size=(2, 4))
        noise = rng.uniform(1.0, 2.0, size=4) * np.array([1.0, -1.0, 1.0, -1.0])
        for t in range(1, 5):
            noisy, plain = (
                np.asarray(learner.denoise_step(xt, t, predicted, betas, e), dtype=float)
                for e in (noise, np.zeros(4))
            )
            assert_close(noisy - plain, np.sqrt(betas[t]) * noise, what="the new noise")

    def test_no_new_noise_at_the_end(self, learner, rng):
        """At t = 0, and only there, no noise is added: the result is the clean picture."""
        for T in (3, 1):
            betas = _betas(rng, T)
            x0, true_noise = _far_from_zero(rng, 3), rng.normal(size=3)
            xt = np.sqrt(1 - betas[0]) * x0 + np.sqrt(betas[0]) * true_noise
            for noise in (np.zeros(3), 100.0 * rng.normal(size=3)):
                assert_close(learner.denoise_step(xt, 0, true_noise, betas, noise), x0)

    def test_any_prediction(self, learner, rng):
        """It is linear in what the network says, even where that is far from the truth."""
        betas = _betas(rng, 4)
        for t in (3, 2, 1, 0):
            xt, predicted, noise = rng.normal(size=(3, 3))
            for scale in (0.0, 50.0):
                args = (xt, t, scale * predicted, betas, noise)
                assert_close(learner.denoise_step(*args), _step_back(*args))

    def test_long_schedule(self, learner, rng):
        """It is right for the schedule of the paper, with a thousand small steps."""
        betas = np.linspace(1e-4, 0.02, 1000)
        for t in (0, 1, 400, 999):
            xt, predicted, noise = rng.normal(size=(3, 2))
            args = (xt, t, predicted, betas, noise)
            assert_close(learner.denoise_step(*args), _step_back(*args))

    def test_any_shape(self, learner, rng):
        """The result has the shape of the picture, whatever that is."""
        betas = _betas(rng, 3)
        for shape in SHAPES:
            for t in (2, 0):
                xt, predicted, noise = rng.normal(size=(3, *shape))
                args = (xt, t, predicted, betas, noise)
                assert_close(learner.denoise_step(*args), _step_back(*args))

    def test_keeps_inputs(self, learner, rng):
        """Picture, prediction, schedule and noise are the same afterwards."""
        betas = _betas(rng, 3)
        for t in (2, 0):
            xt, predicted, noise = rng.normal(size=(3, 2, 3))
            args = (xt, t, predicted, betas, noise)
            assert_close(assert_keeps_inputs(learner.denoise_step, *args), _step_back(*args))


# The models below run on the grader's side, about 0.3 ms a call, and take what a learner's code
# may hand over: arrays, lists, numpy's integers.
def _on_batches(shape, answer):
    """Return `answer` as a model that takes pictures of this shape, each with its step."""

    def model(xt, t):
        xt, t = np.asarray(xt, dtype=float), np.asarray(t)
        if xt.shape[1:] != shape:
            raise ValueError("the model was called with pictures of another shape than x0")
        if t.shape != xt.shape[:1] or t.dtype.kind not in "iu":
            raise ValueError("the model was called with something else than one step per picture")
        return answer(xt, t)

    return model


def _noisy(x0, t, alpha_bars, noise):
    """Return the noisy pictures, one after the other."""
    return np.array(
        [
            np.sqrt(alpha_bars[step]) * picture + np.sqrt(1 - alpha_bars[step]) * its_noise
            for picture, step, its_noise in zip(x0, t, noise, strict=True)
        ]
    )


def _batch(rng, *shape, T=6):
    """Return pictures, a step for each, a schedule and noise.

    No number is large, so that one test alone sees who cuts large ones.
    """
    x0, noise = rng.uniform(-2.0, 2.0, size=shape), rng.uniform(-1.0, 1.0, size=shape)
    t = rng.permutation(np.arange(shape[0], dtype=np.int64) % T)
    return x0, t, _alpha_bars(_betas(rng, T)), noise


def _wavy(xt, t):
    """Return what no network would say, but what depends on picture and step."""
    step = t.reshape(-1, *[1] * (xt.ndim - 1))
    return np.sin(xt + step) + 0.1 * step * xt


class TestDenoisingLoss:
    def test_compares_with_the_noise(self, learner, rng):
        """A model that always gives the same answer is off by as much as the noise differs."""
        for shape in ((3, 4), (4, 2)):
            x0, t, alpha_bars, noise = _batch(rng, *shape)
            for level in (0.0, float(rng.uniform(1.0, 1.9))):
                model = _on_batches(shape[1:], lambda xt, t, a=level: np.full(xt.shape, a))
                got = learner.denoising_loss(model, x0, t, alpha_bars, noise)
                assert_close(got, sum((noise.ravel() - level) ** 2) / noise.size)

    def test_shows_the_noisy_pictures(self, learner, rng):
        """The model sees √ᾱ x0 + √(1 − ᾱ) noise: one that answers what it sees shows it."""
        for shape in ((3, 4), (4, 2), (1, 3)):
            batch = _batch(rng, *shape)
            model = _on_batches(shape[1:], lambda xt, t: xt)
            got = learner.denoising_loss(model, *batch)
            assert_close(got, np.mean((_noisy(*batch) - batch[3]) ** 2))

    def test_model_that_knows_the_pictures(self, learner, rng):
        """A model that works the noise out exactly has loss 0; one that is off by 0.5 has 0.25."""
        picture = rng.uniform(-2.0, 2.0, size=(2, 3))
        x0 = np.array([picture] * 4)
        _, t, alpha_bars, noise = _batch(rng, 4, 2, 3)

        def knows(xt, t):
            left = alpha_bars[t].reshape(-1, 1, 1)
            return (xt - np.sqrt(left) * picture) / np.sqrt(1 - left)

        for off in (0.0, 0.5):
            model = _on_batches((2, 3), lambda xt, t, off=off: knows(xt, t) + off)
            got = learner.denoising_loss(model, x0, t, alpha_bars, noise)
            assert_close(got, off**2)

    def test_each_picture_has_its_own_step(self, learner, rng):
        """The model gets the steps in the order of the pictures, and each picture is at its own."""
        x0, _, alpha_bars, noise = _batch(rng, 4, 4)
        for t in ([3, 0, 5, 1], [2, 2, 2, 4], [0, 0, 0, 0], [5, 4, 5, 4]):
            t = np.array(t, dtype=np.int64)
            xt = _noisy(x0, t, alpha_bars, noise)
            got = learner.denoising_loss(_on_batches((4,), _wavy), x0, t, alpha_bars, noise)
            assert_close(got, np.mean((_wavy(xt, t) - noise) ** 2))

    def test_pictures_of_any_shape(self, learner, rng):
        """Pictures may have rows, columns and channels, and a batch may be a single one."""
        for shape in ((3, 2, 4), (3, 3, 3), (2, 3, 2, 2), (1, 2, 3), (1, 1), (5, 1)):
            batch = _batch(rng, *shape)
            got = learner.denoising_loss(_on_batches(shape[1:], _wavy), *batch)
            assert_close(got, np.mean((_wavy(_noisy(*batch), batch[1]) - batch[3]) ** 2))

    def test_large_numbers(self, learner, rng):
        """Neither pictures nor errors are cut: a large one counts with its square as well."""
        x0, t, alpha_bars, noise = _batch(rng, 4, 3)
        x0, noise = x0 + 30.0 * np.sign(x0), noise + 4.0 * np.sign(noise)
        got = learner.denoising_loss(_on_batches((3,), lambda xt, t: xt), x0, t, alpha_bars, noise)
        assert_close(got, np.mean((_noisy(x0, t, alpha_bars, noise) - noise) ** 2))

    def test_takes_the_schedule_as_it_is(self, learner, rng):
        """The schedule holds ᾱ already, up to 1 where nothing has been added and down to 0."""
        x0, _, _, noise = _batch(rng, 3, 2)
        t, alpha_bars = np.array([1, 0, 2], dtype=np.int64), np.array([1.0, 0.5, 0.0])
        got = learner.denoising_loss(_on_batches((2,), lambda xt, t: xt), x0, t, alpha_bars, noise)
        errors = [np.sqrt(0.5) * (x0[0] + noise[0]) - noise[0], x0[1] - noise[1], 0 * noise[2]]
        assert_close(got, np.mean(np.square(errors)))

    def test_keeps_inputs(self, learner, rng):
        """Pictures, steps, schedule and noise are the same afterwards."""
        batch = _batch(rng, 3, 2, 2)
        got = assert_keeps_inputs(learner.denoising_loss, _on_batches((2, 2), _wavy), *batch)
        assert_close(got, np.mean((_wavy(_noisy(*batch), batch[1]) - batch[3]) ** 2))


def _at_steps(shape, answer):
    """Return `answer` as a model that takes a picture of this shape and one integer."""

    def model(x, t):
        x = np.asarray(x, dtype=float)
        if x.shape != shape:
            raise ValueError("the model was called with an array of another shape than x_T")
        try:
            step = operator.index(t)
        except TypeError:
            raise ValueError("the model was called with a t that is not one integer") from None
        return answer(x, step)

    return model


def _run(rng, T, *shape):
    """Return a start, a schedule and the noises."""
    return _far_from_zero(rng, *shape), _betas(rng, T), rng.normal(size=(T, *shape))


def _sampled(answer, x, betas, noises):
    """Return the sample, step by step."""
    for t in range(len(betas) - 1, -1, -1):
        x = _step_back(x, t, answer(x, t), betas, noises[t])
    return x


def _swaying(x, t):
    """Return what no network would say, but what depends on picture and step."""
    return np.sin(2 * x + t) + 0.2 * t


def _best_denoiser(m, s, betas):
    """Return the best of all models for data of which each number is N(m, s²): E[noise | x_t].

    x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) noise has mean √ᾱ_t m and variance v_t = ᾱ_t s² + 1 − ᾱ_t, and its
    covariance with the noise is √(1 − ᾱ_t). All are Gaussian, so the mean of the noise given x_t is
    √(1 − ᾱ_t) (x_t − √ᾱ_t m) / v_t.
    """
    alpha_bars = _alpha_bars(betas)

    def answer(x, t):
        left = alpha_bars[t]
        return np.sqrt(1 - left) * (x - np.sqrt(left) * m) / (left * s**2 + 1 - left)

    return answer


def _mean_and_variance(m, s, betas):
    """Return the mean and the variance of what DDPM samples with `_best_denoiser`, exactly.

    The step is x_{t−1} = (x_t − β_t / √(1 − ᾱ_t) · ε) / √α_t + √β_t z_t, without z_t at t = 0.
    With ε = √(1 − ᾱ_t) (x_t − √ᾱ_t m) / v_t, and since v_t − β_t = α_t v_{t−1} (where v_{−1} = s²),

        x_{t−1} − √ᾱ_{t−1} m  =  √α_t v_{t−1}/v_t · (x_t − √ᾱ_t m)  +  √β_t z_t.

    The factors of steps t, …, 0 multiply to √ᾱ_t s²/v_t. So the sample is

        m + √ᾱ_{T−1} s²/v_{T−1} (x_T − √ᾱ_{T−1} m) + Σ_t √ᾱ_{t−1} s²/v_{t−1} √β_t z_t,

    with t = 1 … T − 1. For x_T and z_t of mean 0 and variance 1, mean and variance can be read off.

    What σ² = β_t does: the true x_{t−1} given x_t has variance β_t v_{t−1}/v_t, so β_t is exact for
    s = 1 (and β̃_t for s = 0). For s = 1 all v_t are 1 and the sum telescopes: the variance is
    1 − β_0, short of 1 by the noise that the last step leaves out. For other s it is s² up to terms
    of the size of the β_t: as they become small, the sum becomes the integral of s⁴ dᾱ / v², which
    is s². With the forty steps of the test below it is s² within a tenth, with the thousand of
    the paper within a few thousandths; with β̃_t those forty would fall short by up to a fifth. The
    test asks for the exact value for that many steps, so it needs no tolerance for any of this.
    """
    alpha_bars = _alpha_bars(betas)
    v = np.array([left * s**2 + 1 - left for left in alpha_bars])
    weights = np.array([np.sqrt(left) * s**2 for left in alpha_bars]) / v
    mean = m - weights[-1] * np.sqrt(alpha_bars[-1]) * m
    variance = weights[-1] ** 2 + sum(betas[1:, np.newaxis] * weights[:-1] ** 2)
    return mean, variance


class TestSample:
    def test_without_a_model(self, learner, rng):
        """If the model sees no noise, start and new noise are only scaled up, each by its steps."""
        for T in (5, 2):
            x_T, betas, noises = _run(rng, T, 3)
            left = _alpha_bars(betas)
            model = _at_steps((3,), lambda x, t: np.zeros(3))
            truth = x_T / np.sqrt(left[-1])
            for t in range(1, T):
                truth = truth + np.sqrt(betas[t] / left[t - 1]) * noises[t]
            assert_close(learner.sample(model, x_T, betas, noises), truth)

    def test_asks_the_model_at_every_step(self, learner, rng):
        """At each step the model is asked with t as one integer, and its answer is used there."""
        x_T, betas, _ = _run(rng, 5, 2)
        said, left = rng.normal(size=5), _alpha_bars(betas)
        model = _at_steps((2,), lambda x, t: np.full(2, said[t]))
        truth = x_T / np.sqrt(left[-1])
        for t in range(5):
            truth = truth - betas[t] / np.sqrt((1 - left[t]) * left[t]) * said[t]
        assert_close(learner.sample(model, x_T, betas, np.zeros((5, 2))), truth)

    def test_shows_the_model_where_it_is(self, learner, rng):
        """At each step the model sees the picture as it is by then."""
        for T in (2, 6):
            run = _run(rng, T, 4)
            got = learner.sample(_at_steps((4,), _swaying), *run)
            assert_close(got, _sampled(_swaying, *run))

    def test_one_step(self, learner, rng):
        """With a single step in all, that is the last one, and no noise is added."""
        x_T, betas, noises = _run(rng, 1, 3)
        truth = (x_T - np.sqrt(betas[0]) * _swaying(x_T, 0)) / np.sqrt(1 - betas[0])
        for scale in (1.0, 1000.0):
            got = learner.sample(_at_steps((3,), _swaying), x_T, betas, scale * noises)
            assert_close(got, truth)

    def test_data_of_one_picture(self, learner, rng):
        """A model that knows one picture only ends there, from any noise, however far it is."""
        picture = np.array([300.0, -30.0, 0.0, 0.5]) + rng.normal(size=4)
        x_T, betas, noises = _run(rng, 8, 4)
        model = _at_steps((4,), _best_denoiser(picture, 0.0, betas))
        for start in (x_T, 3.0 * x_T):
            assert_close(learner.sample(model, start, betas, noises), picture, atol=1e-9)

    def test_gaussian_data(self, learner, rng):
        """With the best model of Gaussian data, samples have the mean and variance they should."""
        T, betas = 40, np.linspace(0.005, 0.25, 40)
        m, s = rng.uniform(1.0, 3.0, size=3) * [1.0, -1.0, 1.0], np.array([0.5, 1.0, 1.5])
        s = s * rng.uniform(0.9, 1.1, size=3) ** np.array([1, 0, 1])  # the middle one stays 1
        # A sample is linear in its T + 1 random inputs. The first run has them all at 0 and gives
        # the mean; each other run has one of them at 1 and gives its effect. Their squares add up.
        inputs = np.eye(T + 2)[:, 1:, np.newaxis] * np.ones(3)  # (run, input, number)
        x_T, noises = inputs[:, T], inputs[:, :T].swapaxes(0, 1)
        model = _at_steps(x_T.shape, _best_denoiser(m, s, betas))
        got = learner.sample(model, x_T, betas, noises)
        assert_close(got, _sampled(_best_denoiser(m, s, betas), x_T, betas, noises))
        got = np.asarray(got, dtype=float)
        mean, variance = _mean_and_variance(m, s, betas)
        assert_close(got[0], mean, what="the mean of the samples")
        assert_close(sum((got[1:] - got[0]) ** 2), variance, what="the variance of the samples")

    def test_any_shape(self, learner, rng):
        """A picture may have any shape, with a batch of them or without."""
        for shape in SHAPES:
            run = _run(rng, 3, *shape)
            got = learner.sample(_at_steps(shape, _swaying), *run)
            assert_close(got, _sampled(_swaying, *run))

    def test_keeps_inputs(self, learner, rng):
        """Start, schedule and noises are the same afterwards."""
        for T in (3, 1):
            run = _run(rng, T, 2, 2)
            got = assert_keeps_inputs(learner.sample, _at_steps((2, 2), _swaying), *run)
            assert_close(got, _sampled(_swaying, *run))


def _at(x0, noise, share):
    """Return a picture of which this share of the variance is left, the rest being noise."""
    return math.sqrt(share) * x0 + math.sqrt(1 - share) * noise


def _ddim(xt, t, t_prev, predicted_noise, alpha_bars):
    """Return the earlier picture, by way of the clean one."""
    shares = [1.0, *alpha_bars.tolist()]  # of steps -1, 0, 1, …
    x0 = (xt - math.sqrt(1 - shares[t + 1]) * predicted_noise) / math.sqrt(shares[t + 1])
    return _at(x0, predicted_noise, shares[t_prev + 1])


class TestDdimStep:
    def test_goes_back_to_where_the_picture_was(self, learner, rng):
        """With the true noise it finds the picture as it was at the earlier step."""
        alpha_bars = _alpha_bars(_betas(rng, 6))
        for t, t_prev in ((1, 0), (3, 2), (5, 4)):
            x0, noise = _far_from_zero(rng, 3), rng.normal(size=3)
            xt = _at(x0, noise, alpha_bars[t])
            got = learner.ddim_step(xt, t, t_prev, noise, alpha_bars)
            assert_close(got, _at(x0, noise, alpha_bars[t_prev]))

    def test_long_steps(self, learner, rng):
        """The earlier step may be any before t, and only ᾱ of these two steps counts."""
        alpha_bars = _alpha_bars(_betas(rng, 7))
        for t, t_prev in ((6, 0), (4, 1), (6, 3), (2, 0)):
            xt, predicted = rng.normal(size=(2, 4))
            truth = _ddim(xt, t, t_prev, predicted, alpha_bars)
            assert_close(learner.ddim_step(xt, t, t_prev, predicted, alpha_bars), truth)
            others = rng.uniform(0.01, 0.99, size=7)
            others[[t, t_prev]] = alpha_bars[[t, t_prev]]
            assert_close(learner.ddim_step(xt, t, t_prev, predicted, others), truth)

    def test_to_the_clean_picture(self, learner, rng):
        """With t_prev = −1 the result is the clean picture, from whatever step."""
        alpha_bars = _alpha_bars(_betas(rng, 5))
        for t in (4, 2, 0):
            x0, noise = _far_from_zero(rng, 3), rng.normal(size=3)
            xt = _at(x0, noise, alpha_bars[t])
            assert_close(learner.ddim_step(xt, t, -1, noise, alpha_bars), x0)
        xt, predicted = rng.normal(size=(2, 3))
        truth = _ddim(xt, 0, -1, predicted, alpha_bars[:1])
        assert_close(learner.ddim_step(xt, 0, -1, predicted, alpha_bars[:1]), truth)

    def test_any_prediction(self, learner, rng):
        """It is linear in what the network says, even where that is far from the truth."""
        alpha_bars = _alpha_bars(_betas(rng, 5))
        for t, t_prev in ((4, 3), (3, 0), (2, -1)):
            xt, predicted = rng.normal(size=(2, 3))
            for scale in (0.0, 1.0, 50.0):
                args = (xt, t, t_prev, scale * predicted, alpha_bars)
                assert_close(learner.ddim_step(*args), _ddim(*args))

    def test_large_pictures(self, learner, rng):
        """The clean picture that is worked out on the way is not cut to any range."""
        alpha_bars = _alpha_bars(_betas(rng, 4))
        for size in (30.0, 1000.0):
            x0, noise = size * _far_from_zero(rng, 3), rng.normal(size=3)
            for t, t_prev in ((3, 1), (2, -1)):
                xt = _at(x0, noise, alpha_bars[t])
                args = (xt, t, t_prev, noise, alpha_bars)
                assert_close(learner.ddim_step(*args), _ddim(*args))

    def test_one_step_or_many(self, learner, rng):
        """If the predicted noise stays the same, many short steps lead where one long one does."""
        alpha_bars = _alpha_bars(_betas(rng, 6))
        xt, noise = rng.normal(size=(2, 4))
        truth = _ddim(xt, 5, -1, noise, alpha_bars)
        x = xt
        for t in range(5, -1, -1):
            args = (x, t, t - 1, noise, alpha_bars)
            got = learner.ddim_step(*args)
            assert_close(got, _ddim(*args))
            x = np.asarray(got, dtype=float)
        assert_close(x, truth, rtol=1e-8, what="the picture after all steps")

    def test_long_schedule(self, learner, rng):
        """It is right for the schedule of the paper, in steps of 50."""
        alpha_bars = _alpha_bars(np.linspace(1e-4, 0.02, 1000))
        for t, t_prev in ((999, 949), (500, 450), (49, -1)):
            xt, predicted = rng.normal(size=(2, 3))
            args = (xt, t, t_prev, predicted, alpha_bars)
            assert_close(learner.ddim_step(*args), _ddim(*args))

    def test_any_shape(self, learner, rng):
        """The result has the shape of the picture, whatever that is."""
        alpha_bars = _alpha_bars(_betas(rng, 4))
        for shape in SHAPES:
            for t, t_prev in ((3, 1), (2, -1)):
                xt, predicted = rng.normal(size=(2, *shape))
                args = (xt, t, t_prev, predicted, alpha_bars)
                assert_close(learner.ddim_step(*args), _ddim(*args))

    def test_keeps_inputs(self, learner, rng):
        """Picture, prediction and schedule are the same afterwards."""
        alpha_bars = _alpha_bars(_betas(rng, 4))
        for t, t_prev in ((3, 0), (2, -1)):
            xt, predicted = rng.normal(size=(2, 2, 3))
            args = (xt, t, t_prev, predicted, alpha_bars)
            assert_close(assert_keeps_inputs(learner.ddim_step, *args), _ddim(*args))


def _predictions(rng, *shape):
    """Return two predictions between -3 and 3, so far apart that guidance leads out of that."""
    with_text = rng.choice([-1.0, 1.0], size=shape) * rng.uniform(1.5, 2.9, size=shape)
    return rng.uniform(-0.5, 0.5, size=shape), with_text


class TestGuidedNoise:
    def test_goes_beyond(self, learner, rng):
        """With a scale above 1 it lies beyond the conditional prediction, on the same line."""
        for scale in (7.5, 2.0, float(rng.uniform(1.5, 20.0))):
            without, with_text = _predictions(rng, 5)
            got = learner.guided_noise(without, with_text, scale)
            assert_close(got, without + scale * (with_text - without))

    def test_between_the_two(self, learner, rng):
        """With a scale from 0 to 1 it lies between them: at 0 without the text, at 1 with it."""
        without, with_text = _predictions(rng, 5)
        for scale in (0.0, 1.0, 0.25, 0.9):
            got = learner.guided_noise(without, with_text, scale)
            assert_close(got, (1 - scale) * without + scale * with_text)

    def test_away_from_the_text(self, learner, rng):
        """A negative scale goes the other way."""
        without, with_text = _predictions(rng, 4)
        for scale in (-1.0, -4.5):
            got = learner.guided_noise(without, with_text, scale)
            assert_close(got, (1 - scale) * without + scale * with_text)

    def test_large_numbers(self, learner, rng):
        """Nothing is cut, and no length is kept."""
        without, with_text = 100.0 * rng.normal(size=(2, 4))
        got = learner.guided_noise(without, with_text, 12.0)
        assert_close(got, without + 12.0 * (with_text - without))

    def test_equal_predictions(self, learner, rng):
        """Where the text changes nothing, no scale does."""
        predicted, (one, other) = rng.normal(size=4), _predictions(rng, 4)
        for scale in (0.0, 1.0, 9.0):
            assert_close(learner.guided_noise(predicted, predicted.copy(), scale), predicted)
            got = learner.guided_noise(one, other, scale)
            assert_close(got, (1 - scale) * one + scale * other)

    def test_any_shape(self, learner, rng):
        """The result has the shape of the predictions, whatever that is."""
        for shape in SHAPES:
            without, with_text = _predictions(rng, *shape)
            got = learner.guided_noise(without, with_text, 3.0)
            assert_close(got, 3.0 * with_text - 2.0 * without)

    def test_keeps_inputs(self, learner, rng):
        """Both predictions are the same afterwards."""
        without, with_text = _predictions(rng, 2, 3)
        got = assert_keeps_inputs(learner.guided_noise, without, with_text, 4.0)
        assert_close(got, 4.0 * with_text - 3.0 * without)
