import numpy as np

from kata.comparisons import assert_close, assert_keeps_inputs


def _kl(mu, log_var):
    """Return the divergence of one Gaussian number, by way of its standard deviation."""
    sigma = np.exp(log_var / 2)
    return (sigma - 1) * (sigma + 1) / 2 + mu**2 / 2 - np.log(sigma)


def _integral(mu, log_var):
    """Return the integral of q log(q / p), which knows nothing of the formula."""
    sigma = np.exp(log_var / 2)
    z = mu + sigma * np.linspace(-12.0, 12.0, 2001)
    log_q = -(((z - mu) / sigma) ** 2) / 2 - np.log(sigma * np.sqrt(2 * np.pi))
    log_p = -(z**2) / 2 - np.log(np.sqrt(2 * np.pi))
    return float(np.sum(np.exp(log_q) * (log_q - log_p)) * (z[1] - z[0]))


def _codes(rng, *shape):
    return rng.normal(size=shape), rng.uniform(-2.0, 1.5, size=shape)


class TestGaussianKl:
    def test_agrees_with_the_integral(self, learner, rng):
        """It is the integral of q ln(q / p), q the code's density and p the standard normal's."""
        for log_var in (-1.5, 0.0, 0.8, 2.0):
            mu = float(rng.uniform(0.5, 2.0))
            got = learner.gaussian_kl(np.array([mu]), np.array([log_var]))
            assert_close(got, _integral(mu, log_var), rtol=1e-10)

    def test_price_of_the_means(self, learner, rng):
        """With all variances 1 it is half the squared length of the mean, whatever its signs."""
        mu = rng.uniform(1.0, 3.0, size=5) * np.array([1.0, -1.0, 1.0, -1.0, -1.0])
        assert_close(learner.gaussian_kl(mu, np.zeros(5)), sum(m * m for m in mu.tolist()) / 2)

    def test_price_of_the_variances(self, learner, rng):
        """With mean 0 it costs something to be narrower than 1 as well as to be wider."""
        for log_var in rng.uniform(0.5, 3.0, size=2):
            for sign in (-1.0, 1.0):
                got = learner.gaussian_kl(np.zeros(2), np.array([sign * log_var, 0.0]))
                assert_close(got, _kl(0.0, sign * log_var))

    def test_sums_over_the_last_axis(self, learner, rng):
        """Numbers of one code add up, and every other axis stays, however many there are."""
        for shape in ((4,), (3, 5), (4, 4), (2, 3, 4), (3, 3, 3), (2, 1, 3, 2)):
            mu, log_var = _codes(rng, *shape)
            truth = sum(_kl(mu[..., i], log_var[..., i]) for i in range(shape[-1]))
            assert_close(learner.gaussian_kl(mu, log_var), truth)

    def test_axes_of_length_one(self, learner, rng):
        """One code of many numbers, many codes of one number, and one of one."""
        for shape in ((1, 4), (4, 1), (1, 1), (1,), (1, 3, 1)):
            mu, log_var = _codes(rng, *shape)
            assert_close(learner.gaussian_kl(mu, log_var), _kl(mu, log_var).sum(axis=-1))

    def test_very_narrow_and_very_wide(self, learner, rng):
        """The log-variance counts as it is, far from 0 too: it is not cut, and nothing is added."""
        mu = rng.normal(size=2)
        for log_var in (-150.0, -60.0, -25.0, -12.0, 12.0, 25.0, 60.0):
            log_vars = log_var + np.array([0.0, 0.25])
            truth = np.sum(mu**2 + np.exp(log_vars) - 1 - log_vars) / 2
            assert_close(learner.gaussian_kl(mu, log_vars), truth, atol=0.0)

    def test_keeps_inputs(self, learner, rng):
        """Means and log-variances are the same afterwards."""
        mu, log_var = _codes(rng, 3, 4)
        truth = _kl(mu, log_var).sum(axis=1)
        assert_close(assert_keeps_inputs(learner.gaussian_kl, mu, log_var), truth)


class TestReparameterize:
    def test_is_mean_plus_sigma_times_noise(self, learner, rng):
        """It is the mean plus the standard deviation times the noise, each entry with its own."""
        mu, log_var = _codes(rng, 6)
        noise = rng.uniform(0.2, 2.0, size=6) * rng.permutation([-1.0, -1.0, -1.0, 1.0, 1.0, 1.0])
        truth = [m + np.exp(v) ** 0.5 * e for m, v, e in zip(mu, log_var, noise, strict=True)]
        assert_close(learner.reparameterize(mu, log_var, noise), truth)

    def test_has_the_right_mean_and_variance(self, learner, rng):
        """Noise of mean 0 and variance 1 becomes a sample of mean mu and variance e^log_var."""
        mu, log_var = _codes(rng, 5)
        # One number and its negative: mean 0, and variance 1 for ±1.
        up, down = (
            np.asarray(learner.reparameterize(mu, log_var, sign * np.ones(5)), dtype=float)
            for sign in (1.0, -1.0)
        )
        assert_close((up + down) / 2, mu, what="the mean of the samples")
        assert_close(((up - down) / 2) ** 2, np.exp(log_var), what="the variance of the samples")

    def test_sign_of_the_noise(self, learner, rng):
        """Negative noise goes below the mean, positive noise above it, noise 0 nowhere."""
        mu, (a, b) = rng.normal(size=3), rng.uniform(0.5, 2.0, size=2)
        got = learner.reparameterize(mu, np.full(3, np.log(4.0)), np.array([-a, 0.0, b]))
        assert_close(got, [mu[0] - 2 * a, mu[1], mu[2] + 2 * b])

    def test_very_narrow_and_very_wide(self, learner, rng):
        """The log-variance counts as it is, far from 0 too: it is not cut, and nothing is added."""
        for log_var in (-150.0, -60.0, -25.0, 25.0, 60.0):
            noise = rng.uniform(1.0, 2.0, size=2) * np.array([1.0, -1.0])
            got = learner.reparameterize(np.zeros(2), np.full(2, log_var), noise)
            assert_close(got, noise * np.exp(log_var / 2), atol=0.0)

    def test_any_shape(self, learner, rng):
        """The result has the shape of the arrays, whatever that is."""
        for shape in ((1,), (3, 2), (3, 3), (2, 1), (2, 3, 4)):
            mu, log_var = _codes(rng, *shape)
            noise = rng.normal(size=shape)
            truth = mu + np.sqrt(np.exp(log_var)) * noise
            assert_close(learner.reparameterize(mu, log_var, noise), truth)

    def test_keeps_inputs(self, learner, rng):
        """Means, log-variances and noise are the same afterwards."""
        mu, log_var = _codes(rng, 2, 3)
        noise = rng.normal(size=(2, 3))
        truth = mu + np.sqrt(np.exp(log_var)) * noise
        assert_close(assert_keeps_inputs(learner.reparameterize, mu, log_var, noise), truth)


def _pictures(rng, *shape):
    """Return pictures and what a mediocre decoder made of them."""
    return rng.normal(size=shape), rng.normal(size=shape)


def _loss(x, x_hat, mu, log_var, beta=1.0):
    """Return the loss, one example after the other."""
    losses = [
        np.sum((x[i] - x_hat[i]) ** 2) / 2 + beta * np.sum(_kl(mu[i], log_var[i]))
        for i in range(len(x))
    ]
    return sum(losses) / len(losses)


class TestVaeLoss:
    def test_price_of_the_picture(self, learner, rng):
        """With perfect codes it is half the squared error, summed over the picture."""
        for shape in ((3, 4), (4, 2), (3, 3), (2, 5)):
            x, x_hat = _pictures(rng, *shape)
            mu = log_var = np.zeros((shape[0], 2))
            truth = sum((x - x_hat).ravel() ** 2) / 2 / shape[0]
            assert_close(learner.vae_loss(x, x_hat, mu, log_var), truth)

    def test_price_of_the_code(self, learner, rng):
        """With perfect pictures it is the KL divergence, summed over the code."""
        for n, d in ((3, 2), (2, 4), (3, 3)):
            x, (mu, log_var) = rng.normal(size=(n, 3)), _codes(rng, n, d)
            assert_close(learner.vae_loss(x, x, mu, log_var), _kl(mu, log_var).sum() / n)

    def test_beta(self, learner, rng):
        """Beta multiplies the divergence and nothing else; left out, it is 1."""
        (x, x_hat), (mu, log_var) = _pictures(rng, 3, 4), _codes(rng, 3, 2)
        assert_close(learner.vae_loss(x, x_hat, mu, log_var), _loss(x, x_hat, mu, log_var))
        for beta in (0.0, 0.25, 4.0):
            truth = _loss(x, x_hat, mu, log_var, beta)
            assert_close(learner.vae_loss(x, x_hat, mu, log_var, beta=beta), truth)
        truth = _loss(x, x_hat, mu, log_var, 7.5)
        assert_close(learner.vae_loss(x, x_hat, mu, log_var, 7.5), truth)

    def test_is_a_mean_over_the_batch(self, learner, rng):
        """Showing every example twice changes nothing, and a batch of one is fine."""
        (x, x_hat), (mu, log_var) = _pictures(rng, 2, 3), _codes(rng, 2, 4)
        truth = _loss(x, x_hat, mu, log_var, 2.0)
        twice = [np.concatenate([part, part]) for part in (x, x_hat, mu, log_var)]
        assert_close(learner.vae_loss(*twice, beta=2.0), truth)
        one = [part[:1] for part in (x, x_hat, mu, log_var)]
        assert_close(learner.vae_loss(*one, beta=2.0), _loss(*one, 2.0))

    def test_pictures_with_several_axes(self, learner, rng):
        """A picture may have rows, columns and channels: all of its axes are summed over."""
        for shape in ((2, 3, 4), (3, 3, 3), (3, 2, 2, 2), (2, 1, 4, 1)):
            (x, x_hat), (mu, log_var) = _pictures(rng, *shape), _codes(rng, shape[0], 3)
            truth = _loss(x, x_hat, mu, log_var, 0.5)
            assert_close(learner.vae_loss(x, x_hat, mu, log_var, 0.5), truth)

    def test_codes_with_several_axes(self, learner, rng):
        """A code may have several axes too, as Stable Diffusion's: all are summed over."""
        for shape in ((3, 2, 2), (2, 2, 3), (3, 3, 3), (2, 3, 1, 2)):
            (x, x_hat), (mu, log_var) = _pictures(rng, shape[0], 4), _codes(rng, *shape)
            truth = _loss(x, x_hat, mu, log_var, 3.0)
            assert_close(learner.vae_loss(x, x_hat, mu, log_var, 3.0), truth)

    def test_keeps_inputs(self, learner, rng):
        """All four arrays are the same afterwards."""
        (x, x_hat), (mu, log_var) = _pictures(rng, 3, 2, 2), _codes(rng, 3, 2)
        truth = _loss(x, x_hat, mu, log_var)
        assert_close(assert_keeps_inputs(learner.vae_loss, x, x_hat, mu, log_var), truth)
