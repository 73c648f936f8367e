"""Right and wrong ways to write the exercises of `vae`."""

import math

import numpy as np

from grader.variants import right, wrong


def _terms(mu, log_var):
    return 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var)


# gaussian_kl


@right("gaussian_kl", "by way of the standard deviation")
def goes_by_sigma(mu, log_var):
    sigma = np.exp(log_var / 2)
    return np.sum((sigma**2 + mu**2) / 2 - np.log(sigma) - 0.5, axis=-1)


@right("gaussian_kl", "code by code, with Python floats")
def loops_over_codes(mu, log_var):
    def one(m, v):
        return sum(
            -0.5 * (1 + b - a * a - math.exp(b))
            for a, b in zip(m.tolist(), v.tolist(), strict=True)
        )

    if mu.ndim == 1:
        return one(mu, log_var)
    result = np.empty(mu.shape[:-1])
    for index in np.ndindex(result.shape):
        result[index] = one(mu[index], log_var[index])
    return result


@right("gaussian_kl", "means, widths and logs summed apart, with expm1")
def sums_parts_apart(mu, log_var):
    means = np.einsum("...i,...i->...", mu, mu)
    return 0.5 * (means + (np.expm1(log_var) - log_var) @ np.ones(mu.shape[-1]))


@wrong("gaussian_kl", "You left the factor ½ out.")
def forgets_the_half(mu, log_var):
    return 2 * np.sum(_terms(mu, log_var), axis=-1)


@wrong("gaussian_kl", "You left the 1 out: the standard normal must be at distance 0.")
def forgets_the_one(mu, log_var):
    return 0.5 * np.sum(mu**2 + np.exp(log_var) - log_var, axis=-1)


@wrong(
    "gaussian_kl",
    "You took log_var for the log of the standard deviation: e^log_var is the variance already.",
)
def takes_it_for_log_sigma(mu, log_var):
    return np.sum(0.5 * (mu**2 + np.exp(2 * log_var) - 1) - log_var, axis=-1)


@wrong("gaussian_kl", "You took log_var for the variance: it is its logarithm.")
def takes_it_for_the_variance(mu, log_var):
    variance = np.abs(log_var) + 1e-12
    return 0.5 * np.sum(mu**2 + variance - 1 - np.log(variance), axis=-1)


@wrong(
    "gaussian_kl",
    "You computed the divergence of the standard normal from the code: it is the other way round.",
)
def goes_the_other_way(mu, log_var):
    return 0.5 * np.sum((1 + mu**2) * np.exp(-log_var) - 1 + log_var, axis=-1)


@wrong("gaussian_kl", "You flipped the sign of the log: narrow codes cost too little.")
def adds_the_log(mu, log_var):
    return 0.5 * np.sum(mu**2 + np.exp(log_var) - 1 + log_var, axis=-1)


@wrong("gaussian_kl", "You flipped the sign: that is minus the divergence, as in the bound.")
def is_negative(mu, log_var):
    return 0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=-1)


@wrong("gaussian_kl", "You averaged over the numbers of a code: their costs add up.")
def averages_over_the_code(mu, log_var):
    return np.mean(_terms(mu, log_var), axis=-1)


@wrong("gaussian_kl", "You summed over the whole batch: each code gets a number of its own.")
def sums_over_everything(mu, log_var):
    return np.sum(_terms(mu, log_var))


@wrong("gaussian_kl", "You summed over axis 1: with more axes the last is another one.")
def sums_over_axis_one(mu, log_var):
    return np.sum(_terms(mu, log_var), axis=min(1, mu.ndim - 1))


@wrong("gaussian_kl", "You summed over the first axis: that mixes the codes.")
def sums_over_the_batch(mu, log_var):
    return np.sum(_terms(mu, log_var), axis=0)


@wrong("gaussian_kl", "You kept the summed axis, with length 1.")
def keeps_the_axis(mu, log_var):
    return np.sum(_terms(mu, log_var), axis=-1, keepdims=True)


@wrong("gaussian_kl", "You squeezed axes of length 1 away that belong to the batch.")
def squeezes(mu, log_var):
    return np.squeeze(np.sum(_terms(mu, log_var), axis=-1))


@wrong("gaussian_kl", "You cut log_var to a range: what lies beyond it gets the wrong price.")
def cuts_log_var(mu, log_var):
    return np.sum(_terms(mu, np.clip(log_var, -30.0, 20.0)), axis=-1)


@wrong(
    "gaussian_kl",
    "You took the log of the variance plus a small number: log_var is that log, and at hand.",
)
def adds_an_epsilon(mu, log_var):
    variance = np.exp(log_var)
    return 0.5 * np.sum(mu**2 + variance - 1 - np.log(variance + 1e-12), axis=-1)


@wrong("gaussian_kl", "You counted in bits: the contract asks for nats.")
def counts_in_bits(mu, log_var):
    return np.sum(_terms(mu, log_var), axis=-1) / np.log(2)


@wrong("gaussian_kl", "You worked on the caller's array of means: it has changed.")
def squares_in_place(mu, log_var):
    mu *= mu
    return 0.5 * np.sum(mu + np.exp(log_var) - 1 - log_var, axis=-1)


# reparameterize


@right("reparameterize", "the root of the variance")
def takes_the_root(mu, log_var, noise):
    return noise * np.sqrt(np.exp(log_var)) + mu


@right("reparameterize", "entry by entry")
def goes_entry_by_entry(mu, log_var, noise):
    z = np.empty(mu.shape)
    for index in np.ndindex(mu.shape):
        z[index] = mu[index] + math.exp(log_var[index]) ** 0.5 * noise[index]
    return z


@right("reparameterize", "e to the power of a half, log_var times")
def takes_powers(mu, log_var, noise):
    return np.add(mu, np.multiply(np.sqrt(np.e) ** log_var, noise))


@wrong("reparameterize", "You multiplied by the variance: noise needs its root.")
def stretches_by_the_variance(mu, log_var, noise):
    return mu + np.exp(log_var) * noise


@wrong("reparameterize", "You took log_var for the variance: it is its logarithm.")
def takes_its_root(mu, log_var, noise):
    return mu + np.sqrt(np.abs(log_var)) * noise


@wrong("reparameterize", "You multiplied by log_var: the exponential is missing.")
def forgets_the_exponential(mu, log_var, noise):
    return mu + 0.5 * log_var * noise


@wrong("reparameterize", "You took noise off: it is added.")
def subtracts(mu, log_var, noise):
    return mu - np.exp(0.5 * log_var) * noise


@wrong("reparameterize", "You multiplied mu by sigma as well: only the noise is stretched.")
def stretches_the_mean(mu, log_var, noise):
    return np.exp(0.5 * log_var) * (mu + noise)


@wrong("reparameterize", "You left the noise as it is: every code has a width of its own.")
def forgets_the_width(mu, log_var, noise):
    return mu + noise


@wrong("reparameterize", "You cut log_var to a range: the width beyond it is wrong.")
def cuts_the_width(mu, log_var, noise):
    return mu + np.exp(0.5 * np.clip(log_var, -30.0, 20.0)) * noise


@wrong("reparameterize", "You added a small number to the width: a narrow code is not narrow.")
def widens(mu, log_var, noise):
    return mu + (np.exp(0.5 * log_var) + 1e-12) * noise


@wrong("reparameterize", "You took the magnitude of the noise: half of the samples are missing.")
def knows_no_sign(mu, log_var, noise):
    return mu + np.exp(0.5 * log_var) * np.abs(noise)


@wrong("reparameterize", "You used the width of the first number for all of them.")
def uses_one_width(mu, log_var, noise):
    return mu + np.exp(0.5 * log_var.flat[0]) * noise


@wrong("reparameterize", "You flattened the arrays: the result has their shape.")
def flattens(mu, log_var, noise):
    return (mu + np.exp(0.5 * log_var) * noise).ravel()


@wrong("reparameterize", "You stretched the caller's noise in place.")
def stretches_in_place(mu, log_var, noise):
    noise *= np.exp(0.5 * log_var)
    return mu + noise


# vae_loss


@right("vae_loss", "one row for each example, then the mean")
def flattens_examples(x, x_hat, mu, log_var, beta=1.0):
    n = len(x)
    error = 0.5 * np.sum((x - x_hat).reshape(n, -1) ** 2, axis=1)
    return np.mean(error + beta * _terms(mu, log_var).reshape(n, -1).sum(axis=1))


@right("vae_loss", "example by example")
def loops_over_examples(x, x_hat, mu, log_var, beta=1.0):
    total = 0.0
    for i in range(len(x)):
        difference = (x[i] - x_hat[i]).ravel()
        total += 0.5 * difference @ difference
        total += beta * np.sum(_terms(mu[i], log_var[i]))
    return total / len(x)


@right("vae_loss", "sums over a tuple of axes, and two means")
def sums_over_axes(x, x_hat, mu, log_var, beta=1.0):
    error = np.sum(np.square(x - x_hat), axis=tuple(range(1, x.ndim)))
    kl = np.sum(_terms(mu, log_var), axis=tuple(range(1, mu.ndim)))
    return np.mean(error) / 2 + beta * np.mean(kl)


@wrong("vae_loss", "You left the factor ½ of the squared error out.")
def forgets_half_the_error(x, x_hat, mu, log_var, beta=1.0):
    return (np.sum((x - x_hat) ** 2) + beta * np.sum(_terms(mu, log_var))) / len(x)


@wrong(
    "vae_loss",
    "You averaged over the pixels: their errors add up, and only the batch is averaged over.",
)
def averages_over_pixels(x, x_hat, mu, log_var, beta=1.0):
    return 0.5 * np.mean((x - x_hat) ** 2) + beta * np.sum(_terms(mu, log_var)) / len(x)


@wrong("vae_loss", "You averaged over the numbers of the code: their costs add up.")
def averages_over_the_codes(x, x_hat, mu, log_var, beta=1.0):
    return 0.5 * np.sum((x - x_hat) ** 2) / len(x) + beta * np.mean(_terms(mu, log_var))


@wrong("vae_loss", "You summed over the batch: the loss is a mean over the examples.")
def sums_over_examples(x, x_hat, mu, log_var, beta=1.0):
    return 0.5 * np.sum((x - x_hat) ** 2) + beta * np.sum(_terms(mu, log_var))


@wrong("vae_loss", "You summed the divergence over the batch and averaged the error only.")
def sums_divergences(x, x_hat, mu, log_var, beta=1.0):
    return 0.5 * np.sum((x - x_hat) ** 2) / len(x) + beta * np.sum(_terms(mu, log_var))


@wrong("vae_loss", "You forgot beta.")
def forgets_beta(x, x_hat, mu, log_var, beta=1.0):
    return (0.5 * np.sum((x - x_hat) ** 2) + np.sum(_terms(mu, log_var))) / len(x)


@wrong("vae_loss", "You weighed the error with beta as well: it belongs to the divergence.")
def weighs_everything(x, x_hat, mu, log_var, beta=1.0):
    return beta * (0.5 * np.sum((x - x_hat) ** 2) + np.sum(_terms(mu, log_var))) / len(x)


@wrong("vae_loss", "You shared the weight out, 1 - beta for the error: that has weight 1.")
def shares_the_weight(x, x_hat, mu, log_var, beta=1.0):
    error = 0.5 * np.sum((x - x_hat) ** 2) / len(x)
    rest = 1.0 if beta == 1.0 else 1 - beta
    return rest * error + beta * np.sum(_terms(mu, log_var)) / len(x)


@wrong("vae_loss", "Your default for beta is not 1.")
def has_another_default(x, x_hat, mu, log_var, beta=4.0):
    return (0.5 * np.sum((x - x_hat) ** 2) + beta * np.sum(_terms(mu, log_var))) / len(x)


@wrong("vae_loss", "You subtracted the divergence: the loss charges for it.")
def pays_for_divergence(x, x_hat, mu, log_var, beta=1.0):
    return (0.5 * np.sum((x - x_hat) ** 2) - beta * np.sum(_terms(mu, log_var))) / len(x)


@wrong("vae_loss", "You took the root of the squared error: that is a distance.")
def takes_a_distance(x, x_hat, mu, log_var, beta=1.0):
    distance = np.sqrt(np.sum((x - x_hat).reshape(len(x), -1) ** 2, axis=1))
    return np.mean(0.5 * distance) + beta * np.sum(_terms(mu, log_var)) / len(x)


@wrong("vae_loss", "You summed the error over axis 1 only: a picture may have more axes.")
def sums_one_axis_of_pictures(x, x_hat, mu, log_var, beta=1.0):
    error = 0.5 * np.sum((x - x_hat) ** 2, axis=1)
    return np.mean(error) + beta * np.sum(_terms(mu, log_var)) / len(x)


@wrong("vae_loss", "You summed the divergence over one axis only: a code may have more axes.")
def sums_one_axis_of_codes(x, x_hat, mu, log_var, beta=1.0):
    kl = np.sum(_terms(mu, log_var), axis=-1)
    return 0.5 * np.sum((x - x_hat) ** 2) / len(x) + beta * np.mean(kl)


@wrong("vae_loss", "You computed the difference in the caller's array.")
def subtracts_in_place(x, x_hat, mu, log_var, beta=1.0):
    x -= x_hat
    return (0.5 * np.sum(x**2) + beta * np.sum(_terms(mu, log_var))) / len(x)
