"""Compare week 4's DDPM with Bayes' rule on a grid, joint Gaussians and the data's moments."""

import numpy as np
import pytest

from kata.comparisons import assert_close

SCHEDULES = {
    "few": np.array([0.2, 0.5, 0.1, 0.4]),
    "paper": np.linspace(1e-4, 0.02, 1000),
}


def _joint(betas):
    """Return coefficients on x_0 and covariance of x_{-1} = x_0, x_0 after step 0, … .

    The forward process is run as a linear map of x_0 and one noise per step: no formula for ᾱ.
    """
    T = len(betas)
    rows = np.zeros((T + 1, T + 1))  # columns: x_0 and the T noises
    rows[0, 0] = 1.0
    for t, beta in enumerate(betas):
        rows[t + 1] = np.sqrt(1 - beta) * rows[t]
        rows[t + 1, t + 1] = np.sqrt(beta)
    return rows[:, 0], rows[:, 1:] @ rows[:, 1:].T


@pytest.mark.parametrize("name", SCHEDULES)
def test_posterior_conditions_the_joint_gaussian(solutions, rng, name):
    """Given x_0 all steps are jointly Gaussian: condition x_{t-1} on x_t."""
    betas = SCHEDULES[name]
    scale, covariance = _joint(betas)
    for t in (1, 2, len(betas) // 2, len(betas) - 1):
        x0, xt = rng.normal(size=(2, 3))
        gain = covariance[t, t + 1] / covariance[t + 1, t + 1]
        truth = scale[t] * x0 + gain * (xt - scale[t + 1] * x0)
        mean, variance = solutions.posterior_mean_variance(x0, xt, t, betas)
        assert_close(mean, truth, what="the mean")
        left = covariance[t, t] - gain * covariance[t, t + 1]
        assert_close(variance, left, what="the variance")


@pytest.mark.parametrize("t", [1, 2, 3])
def test_posterior_is_bayes_on_a_grid(solutions, t):
    """Prior times likelihood on a fine grid of x_{t-1} has that mean and variance."""
    stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle of densities")
    betas, x0, xt = SCHEDULES["few"], 1.3, -0.4
    scale, covariance = _joint(betas)
    grid = np.linspace(-12.0, 12.0, 24_001)
    prior = stats.norm(scale[t] * x0, np.sqrt(covariance[t, t])).pdf(grid)
    weight = prior * stats.norm(np.sqrt(1 - betas[t]) * grid, np.sqrt(betas[t])).pdf(xt)
    weight /= weight.sum()
    mean, variance = solutions.posterior_mean_variance(np.array([x0]), np.array([xt]), t, betas)
    assert_close(mean, [weight @ grid], what="the mean")
    assert_close(variance, weight @ grid**2 - (weight @ grid) ** 2, what="the variance")


@pytest.mark.parametrize("name", SCHEDULES)
def test_step_takes_the_mean_of_the_posterior(solutions, rng, name):
    """With the true noise, a step without new noise lands on the posterior's mean."""
    betas = SCHEDULES[name]
    scale, covariance = _joint(betas)
    for t in (0, 1, 2, len(betas) - 1):
        x0, noise = rng.normal(size=(2, 5))
        xt = scale[t + 1] * x0 + np.sqrt(covariance[t + 1, t + 1]) * noise
        truth, _ = solutions.posterior_mean_variance(x0, xt, t, betas)
        assert_close(solutions.denoise_step(xt, t, noise, betas, np.zeros(5)), truth, rtol=1e-8)


def test_loss_agrees_with_torch(solutions, rng):
    """It is mse_loss of PyTorch at the noisy pictures."""
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle of losses")
    scale, covariance = _joint(SCHEDULES["few"])
    x0, noise = rng.normal(size=(2, 5, 3, 2))
    t = np.array([3, 0, 2, 2, 1])
    column = (slice(None), np.newaxis, np.newaxis)
    xt = scale[t + 1][column] * x0 + np.sqrt(np.diag(covariance)[t + 1])[column] * noise
    truth = torch.nn.functional.mse_loss(torch.tanh(torch.tensor(xt)), torch.tensor(noise))
    got = solutions.denoising_loss(lambda x, t: np.tanh(x), x0, t, scale[1:] ** 2, noise)
    assert_close(got, truth.item())


def _best_denoiser(m, s, betas):
    """Return E[noise | x_t] for data N(m, s²): the regression of the noise on x_t."""
    scale, covariance = _joint(betas)

    def model(x, t):
        noise_size = np.sqrt(covariance[t + 1, t + 1])
        variance = scale[t + 1] ** 2 * s**2 + noise_size**2
        return noise_size / variance * (x - scale[t + 1] * m)

    return model


@pytest.mark.parametrize(("m", "s"), [(2.0, 0.5), (-1.0, 1.0), (0.5, 1.5), (3.0, 0.0)])
def test_sampling_gives_the_data_back(solutions, m, s):
    """With the paper's schedule, Gaussian data comes back with its mean and variance."""
    betas = SCHEDULES["paper"]
    T = len(betas)
    # A sample is linear in its T + 1 random inputs: one run for each, and one without any.
    inputs = np.eye(T + 2)[:, 1:]
    model = _best_denoiser(m, s, betas)
    out = solutions.sample(model, inputs[:, T], betas, inputs[:, :T].T)
    assert_close(out[0], m, rtol=1e-3, what="the mean")
    assert_close(np.sum((out[1:] - out[0]) ** 2), s**2, rtol=5e-3, what="the variance")


def test_random_samples_have_these_moments(solutions, rng):
    """A hundred thousand random samples agree with the exact mean and variance."""
    betas, n = np.linspace(0.005, 0.25, 40), 100_000
    model = _best_denoiser(2.0, 0.5, betas)
    out = solutions.sample(model, rng.normal(size=n), betas, rng.normal(size=(40, n)))
    assert_close(np.mean(out), 2.0, atol=0.02)
    assert_close(np.var(out), 0.25, rtol=0.1)


@pytest.mark.parametrize("name", SCHEDULES)
def test_ddim_keeps_gaussian_data(solutions, rng, name):
    """With the best denoiser of N(0, 1) data, which noise leaves as it is, nothing moves at all.

    The regression of the noise on x_t is √(1 − ᾱ) x_t there. So x̂0 is √ᾱ x_t, and the step back
    gives (√ᾱ √ᾱ_prev + √(1 − ᾱ) √(1 − ᾱ_prev)) x_t, the cosine of the angle between both steps.
    """
    scale, _ = _joint(SCHEDULES[name])
    left = scale[1:] ** 2
    x = rng.normal(size=4)
    for t in range(1, len(left), max(len(left) // 5, 1)):
        for t_prev in {-1, 0, t - 1}:
            before = scale[t_prev + 1] ** 2
            angle = np.arccos(np.sqrt(left[t])) - np.arccos(np.sqrt(before))
            got = solutions.ddim_step(x, t, t_prev, np.sqrt(1 - left[t]) * x, left)
            assert_close(got, np.cos(angle) * x, rtol=1e-7)


def test_ddim_solves_the_flow(solutions):
    """With ever more steps it is the solution that scipy finds of its differential equation.

    In x/√ᾱ and s = √((1 − ᾱ)/ᾱ) the paper's eq. (14) is dx/ds = noise. For data N(m, v) the best
    guess of the noise in x is s (x − m)/(v + s²).
    """
    integrate = pytest.importorskip("scipy.integrate", reason="scipy solves differential equations")
    m, v = 2.0, 0.25
    sizes = np.geomspace(0.01, 5.0, 4000)  # s of each step
    left = 1 / (1 + sizes**2)
    x = np.array([4.0]) * np.sqrt(left[-1])
    for t in range(len(left) - 1, 0, -1):
        noise = sizes[t] * (x / np.sqrt(left[t]) - m) / (v + sizes[t] ** 2)
        x = solutions.ddim_step(x, t, t - 1, noise, left)
    truth = integrate.solve_ivp(
        lambda s, y: s * (y - m) / (v + s**2), (5.0, 0.01), [4.0], rtol=1e-10, atol=1e-12
    )
    assert_close(x / np.sqrt(left[0]), truth.y[:, -1], rtol=1e-3)


def test_guidance_sharpens_a_gaussian(solutions, rng):
    """The guided score of Gaussians is that of p(x|text)^scale · p(x)^(1 − scale), normalised.

    A score is minus the noise over its size. For N(m, v) it is (m − x)/v, so the guided one is
    linear too, and its zero and its slope are the mean and minus the precision of that product.
    """
    m, v, m_text, v_text, scale = 0.0, 4.0, 1.0, 1.0, 3.0
    x = rng.normal(size=5)
    guided = solutions.guided_noise((x - m) / v, (x - m_text) / v_text, scale)
    precision = scale / v_text + (1 - scale) / v
    mean = (scale * m_text / v_text + (1 - scale) * m / v) / precision
    assert_close(guided, precision * (x - mean))
