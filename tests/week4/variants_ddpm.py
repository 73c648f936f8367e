"""Right and wrong ways to write the exercises of `ddpm`."""

import math

import numpy as np

from grader.variants import right, wrong


def _left(betas):
    return np.cumprod(1 - betas)


def _posterior(x0, xt, t, betas):
    left = _left(betas)
    before = left[t - 1] if t > 0 else 1.0
    share_of_x0 = np.sqrt(before) * betas[t] / (1 - left[t])
    share_of_xt = np.sqrt(1 - betas[t]) * (1 - before) / (1 - left[t])
    return share_of_x0 * x0 + share_of_xt * xt, betas[t] * (1 - before) / (1 - left[t])


def _mean(xt, t, predicted_noise, betas):
    coefficient = betas[t] / np.sqrt(1 - _left(betas)[t])
    return (xt - coefficient * predicted_noise) / np.sqrt(1 - betas[t])


def _step(xt, t, predicted_noise, betas, noise):
    mean = _mean(xt, t, predicted_noise, betas)
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


def _mix(x0, t, alpha_bars, noise):
    left = alpha_bars[t].reshape(-1, *[1] * (x0.ndim - 1))
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


# posterior_mean_variance


@right("posterior_mean_variance", "Bayes' rule: precisions add up")
def adds_precisions(x0, xt, t, betas):
    if t == 0:
        return x0.copy(), 0.0
    left, alpha = math.prod(1 - betas[:t].tolist()[i] for i in range(t)), 1 - betas[t]
    precision = 1 / (1 - left) + alpha / betas[t]
    mean = (math.sqrt(left) * x0 / (1 - left) + math.sqrt(alpha) * xt / betas[t]) / precision
    return mean, 1 / precision


@right("posterior_mean_variance", "a regression of x_{t-1} on x_t, as in a Kalman filter")
def corrects_the_forecast(x0, xt, t, betas):
    left = np.exp(np.sum(np.log1p(-betas[:t])))
    alpha, variance = 1.0 - betas[t], 1.0 - left
    gain = math.sqrt(alpha) * variance / (alpha * variance + betas[t])
    forecast = math.sqrt(left) * x0
    mean = forecast + gain * (xt - math.sqrt(alpha) * forecast)
    return [mean, variance - gain * math.sqrt(alpha) * variance]


@right("posterior_mean_variance", "the formulas, with a table of ᾱ that starts with 1")
def pads_the_table(x0, xt, t, betas):
    table = np.concatenate([[1.0], _left(betas)])
    before, now = table[t], table[t + 1]
    a = np.sqrt(before) * betas[t] / (1 - now)
    b = np.sqrt(now / before) * (1 - before) / (1 - now)
    return a * x0 + b * xt, np.array((1 - before) / (1 - now) * betas[t])


@wrong(
    "posterior_mean_variance",
    "At t = 0 you took alpha_bars[-1], the last of the list: before the first step ᾱ is 1.",
)
def wraps_round(x0, xt, t, betas):
    left = _left(betas)
    a = np.sqrt(left[t - 1]) * betas[t] / (1 - left[t])
    b = np.sqrt(1 - betas[t]) * (1 - left[t - 1]) / (1 - left[t])
    return a * x0 + b * xt, (1 - left[t - 1]) / (1 - left[t]) * betas[t]


@wrong(
    "posterior_mean_variance",
    "You took ᾱ_t instead of ᾱ_{t−1}: the step before has one factor less.",
)
def is_a_step_late(x0, xt, t, betas):
    left = _left(betas)
    mean, _ = _posterior(x0, xt, t, betas)
    if t == 0:
        return mean, 0.0
    a = np.sqrt(left[t]) * betas[t] / (1 - left[t])
    b = np.sqrt(1 - betas[t]) * (1 - left[t - 1]) / (1 - left[t])
    return a * x0 + b * xt, (1 - left[t - 1]) / (1 - left[t]) * betas[t]


@wrong("posterior_mean_variance", "You used β of the step before: the coefficients use β_t.")
def uses_the_beta_before(x0, xt, t, betas):
    if t == 0:
        return _posterior(x0, xt, t, betas)
    left, beta = _left(betas), betas[t - 1]
    a = np.sqrt(left[t - 1]) * beta / (1 - left[t])
    b = np.sqrt(1 - beta) * (1 - left[t - 1]) / (1 - left[t])
    return a * x0 + b * xt, (1 - left[t - 1]) / (1 - left[t]) * beta


@wrong("posterior_mean_variance", "You counted steps from 1: t = 0 is the first.")
def counts_from_one(x0, xt, t, betas):
    return _posterior(x0, xt, max(t - 1, 0), betas)


@wrong("posterior_mean_variance", "You returned β_t, not the smaller β̃_t.")
def returns_beta(x0, xt, t, betas):
    return _posterior(x0, xt, t, betas)[0], betas[t] if t > 0 else 0.0


@wrong("posterior_mean_variance", "You returned the standard deviation: the variance is asked for.")
def returns_the_deviation(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    return mean, np.sqrt(variance)


@wrong(
    "posterior_mean_variance", "You returned the log of the variance: the variance is asked for."
)
def returns_the_log(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    return mean, np.log(variance) if t > 0 else 0.0


@wrong("posterior_mean_variance", "You turned the fraction of β̃ upside down.")
def turns_the_fraction_round(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    return mean, betas[t] ** 2 / variance if t > 0 else 0.0


@wrong("posterior_mean_variance", "You gave the variance at t = 0 a floor: x0 is certain there.")
def keeps_a_floor(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    return mean, max(variance, 1e-4)


@wrong("posterior_mean_variance", "You returned the clean picture at every t: that is t = 0 only.")
def returns_the_clean_picture(x0, xt, t, betas):
    return x0 + 0.0, 0.0


@wrong("posterior_mean_variance", "You forgot the root of ᾱ_{t−1} in the weight of x0.")
def forgets_a_root(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    before = _left(betas)[t - 1] if t > 0 else 1.0
    return mean + (np.sqrt(before) - 1) * np.sqrt(before) * betas[t] / (
        1 - _left(betas)[t]
    ) * x0, variance


@wrong("posterior_mean_variance", "You swapped the weights of x0 and x_t.")
def swaps_the_weights(x0, xt, t, betas):
    return _posterior(xt, x0, t, betas)


@wrong("posterior_mean_variance", "You took ᾱ_t for α_t in the weight of x_t.")
def takes_the_product(x0, xt, t, betas):
    left = _left(betas)
    before = left[t - 1] if t > 0 else 1.0
    a = np.sqrt(before) * betas[t] / (1 - left[t])
    b = np.sqrt(left[t]) * (1 - before) / (1 - left[t])
    return a * x0 + b * xt, (1 - before) / (1 - left[t]) * betas[t]


@wrong("posterior_mean_variance", "You summed the betas: what is left is a product of 1 - β.")
def sums_betas(x0, xt, t, betas):
    now, before = np.exp(-np.sum(betas[: t + 1])), np.exp(-np.sum(betas[:t]))
    a = np.sqrt(before) * betas[t] / (1 - now)
    b = np.sqrt(1 - betas[t]) * (1 - before) / (1 - now)
    return a * x0 + b * xt, (1 - before) / (1 - now) * betas[t]


@wrong("posterior_mean_variance", "You returned a variance for each pixel: it is one number.")
def returns_many_variances(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    return mean, np.full(x0.shape, variance)


@wrong(
    "posterior_mean_variance",
    "You let the variance grow with the data: it does not depend on them.",
)
def depends_on_the_data(x0, xt, t, betas):
    mean, variance = _posterior(x0, xt, t, betas)
    return mean, np.mean((xt - mean) ** 2) if t > 0 else variance


@wrong("posterior_mean_variance", "You changed the schedule in the caller's array.")
def turns_betas_into_alphas(x0, xt, t, betas):
    result = _posterior(x0, xt, t, betas)
    np.subtract(1, betas, out=betas)
    return result


# denoise_step


@right("denoise_step", "the clean picture first, then the mean of the posterior")
def goes_by_the_picture(xt, t, predicted_noise, betas, noise):
    left = _left(betas)[t]
    x0 = (xt - np.sqrt(1 - left) * predicted_noise) / np.sqrt(left)
    mean, _ = _posterior(x0, xt, t, betas)
    return mean + np.sqrt(betas[t]) * noise * (t > 0)


@right("denoise_step", "two coefficients, with a loop for ᾱ")
def uses_coefficients(xt, t, predicted_noise, betas, noise):
    left = 1.0
    for beta in betas[: t + 1]:
        left *= 1 - beta
    scale = (1 - betas[t]) ** -0.5
    sigma = 0.0 if t == 0 else math.sqrt(betas[t])
    return scale * xt - scale * betas[t] / math.sqrt(1 - left) * predicted_noise + sigma * noise


@right("denoise_step", "pixel by pixel")
def goes_pixel_by_pixel(xt, t, predicted_noise, betas, noise):
    result = np.empty(xt.shape)
    a, c = np.sqrt(1 - betas[t]), betas[t] / np.sqrt(1 - np.prod(1 - betas[: t + 1]))
    for index, value in np.ndenumerate(xt):
        result[index] = (value - c * predicted_noise[index]) / a
        if t:
            result[index] += betas[t] ** 0.5 * noise[index]
    return result.tolist()


@wrong("denoise_step", "You added noise at t = 0: the last step leaves the picture as it is.")
def adds_noise_at_the_end(xt, t, predicted_noise, betas, noise):
    return _mean(xt, t, predicted_noise, betas) + np.sqrt(betas[t]) * noise


@wrong("denoise_step", "You left the noise out at t = 1 as well: only t = 0 goes without.")
def stops_noise_too_early(xt, t, predicted_noise, betas, noise):
    return _mean(xt, t, predicted_noise, betas) + (np.sqrt(betas[t]) * noise if t > 1 else 0.0)


@wrong("denoise_step", "You used the posterior's β̃_t as the variance: here it is σ² = β_t.")
def uses_the_smaller_variance(xt, t, predicted_noise, betas, noise):
    _, variance = _posterior(xt, xt, t, betas)
    return _mean(xt, t, predicted_noise, betas) + np.sqrt(variance) * noise


@wrong("denoise_step", "You multiplied the noise by the variance: it needs the root.")
def multiplies_by_beta(xt, t, predicted_noise, betas, noise):
    return _mean(xt, t, predicted_noise, betas) + (betas[t] * noise if t > 0 else 0.0)


@wrong("denoise_step", "You added noise of variance 1 - ᾱ_t: that is the noise of all steps.")
def adds_all_the_noise(xt, t, predicted_noise, betas, noise):
    sigma = np.sqrt(1 - _left(betas)[t]) if t > 0 else 0.0
    return _mean(xt, t, predicted_noise, betas) + sigma * noise


@wrong("denoise_step", "You added the noise before you divided by √α_t: it comes last.")
def scales_the_noise_too(xt, t, predicted_noise, betas, noise):
    step = _step(xt, t, predicted_noise, betas, noise)
    mean = _mean(xt, t, predicted_noise, betas)
    return mean + (step - mean) / np.sqrt(1 - betas[t])


@wrong("denoise_step", "You divided by √ᾱ_t: one step undoes the scaling of one step, √α_t.")
def divides_by_the_product(xt, t, predicted_noise, betas, noise):
    left = _left(betas)[t]
    mean = (xt - betas[t] / np.sqrt(1 - left) * predicted_noise) / np.sqrt(left)
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong("denoise_step", "You took α_t for ᾱ_t: the noise in x_t is that of all steps so far.")
def takes_one_step_for_all(xt, t, predicted_noise, betas, noise):
    mean = (xt - np.sqrt(betas[t]) * predicted_noise) / np.sqrt(1 - betas[t])
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong(
    "denoise_step", "You took all of the noise out at once: a step takes β_t / √(1 - ᾱ_t) of it."
)
def takes_everything_out(xt, t, predicted_noise, betas, noise):
    left = _left(betas)[t]
    mean = (xt - np.sqrt(1 - left) * predicted_noise) / np.sqrt(1 - betas[t])
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong("denoise_step", "You forgot the root of 1 - ᾱ_t.")
def forgets_the_root(xt, t, predicted_noise, betas, noise):
    mean = (xt - betas[t] / (1 - _left(betas)[t]) * predicted_noise) / np.sqrt(1 - betas[t])
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong("denoise_step", "You did not scale the picture up again: divide by √α_t.")
def forgets_the_scale(xt, t, predicted_noise, betas, noise):
    mean = xt - betas[t] / np.sqrt(1 - _left(betas)[t]) * predicted_noise
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong("denoise_step", "You used the β of another step for the new noise.")
def uses_the_noise_before(xt, t, predicted_noise, betas, noise):
    sigma = np.sqrt(betas[t - 1]) if t > 0 else 0.0
    return _mean(xt, t, predicted_noise, betas) + sigma * noise


@wrong("denoise_step", "You counted ᾱ one step short: ᾱ_t includes step t.")
def leaves_a_factor_out(xt, t, predicted_noise, betas, noise):
    left = np.prod(1 - betas[: max(t, 1)])
    mean = (xt - betas[t] / np.sqrt(1 - left) * predicted_noise) / np.sqrt(1 - betas[t])
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong(
    "denoise_step",
    "You cut the clean picture to -1 … 1, as some programs do: the rule has no such thing.",
)
def cuts_the_picture(xt, t, predicted_noise, betas, noise):
    left = _left(betas)[t]
    x0 = np.clip((xt - np.sqrt(1 - left) * predicted_noise) / np.sqrt(left), -1.0, 1.0)
    mean, _ = _posterior(x0, xt, t, betas)
    return mean + np.sqrt(betas[t]) * noise if t > 0 else mean


@wrong("denoise_step", "You followed DDIM, which adds no noise: a step of DDPM is random.")
def is_deterministic(xt, t, predicted_noise, betas, noise):
    left = _left(betas)
    before = left[t - 1] if t > 0 else 1.0
    x0 = (xt - np.sqrt(1 - left[t]) * predicted_noise) / np.sqrt(left[t])
    return np.sqrt(before) * x0 + np.sqrt(1 - before) * predicted_noise


@wrong("denoise_step", "You took the noise out of the caller's array.")
def works_on_xt(xt, t, predicted_noise, betas, noise):
    xt -= betas[t] / np.sqrt(1 - _left(betas)[t]) * predicted_noise
    xt /= np.sqrt(1 - betas[t])
    return xt + np.sqrt(betas[t]) * noise if t > 0 else xt


# denoising_loss


@right("denoising_loss", "picture by picture into a batch")
def fills_a_batch(model, x0, t, alpha_bars, noise):
    xt = np.empty_like(x0)
    for i, step in enumerate(t):
        a = alpha_bars[step]
        xt[i] = a**0.5 * x0[i] + (1 - a) ** 0.5 * noise[i]
    difference = np.asarray(model(xt, t)) - noise
    return np.vdot(difference, difference) / difference.size


@right("denoising_loss", "batch axis last, where it broadcasts by itself")
def puts_the_batch_last(model, x0, t, alpha_bars, noise):
    a = alpha_bars[t]
    xt = (np.sqrt(a) * x0.T + np.sqrt(1 - a) * noise.T).T
    return float(((noise - model(xt, t)) ** 2).sum() / noise.size)


@right("denoising_loss", "a model asked about one picture at a time")
def asks_one_by_one(model, x0, t, alpha_bars, noise):
    losses = []
    for i in range(len(x0)):
        one = slice(i, i + 1)
        xt = np.sqrt(alpha_bars[t[i]]) * x0[one] + np.sqrt(1 - alpha_bars[t[i]]) * noise[one]
        losses.append(np.mean((model(xt, t[one]) - noise[one]) ** 2))
    return sum(losses) / len(losses)


@wrong("denoising_loss", "You compared with x0: the model is asked for the noise.")
def compares_with_the_picture(model, x0, t, alpha_bars, noise):
    return np.mean((model(_mix(x0, t, alpha_bars, noise), t) - x0) ** 2)


@wrong("denoising_loss", "You showed the model the clean picture.")
def shows_the_clean_picture(model, x0, t, alpha_bars, noise):
    return np.mean((model(x0.copy(), t) - noise) ** 2)


@wrong(
    "denoising_loss", "You forgot the roots: variances add up to 1, and factors are their roots."
)
def forgets_the_roots(model, x0, t, alpha_bars, noise):
    a = alpha_bars[t].reshape(-1, *[1] * (x0.ndim - 1))
    return np.mean((model(a * x0 + (1 - a) * noise, t) - noise) ** 2)


@wrong("denoising_loss", "You swapped the shares of picture and noise.")
def swaps_the_shares(model, x0, t, alpha_bars, noise):
    return np.mean((model(_mix(x0, t, 1 - alpha_bars, noise), t) - noise) ** 2)


@wrong("denoising_loss", "You let ᾱ multiply columns: each picture has its own ᾱ.")
def broadcasts_over_columns(model, x0, t, alpha_bars, noise):
    a = np.resize(alpha_bars[t], x0.shape[-1])
    xt = np.sqrt(a) * x0 + np.sqrt(1 - a) * noise
    return np.mean((model(xt, t) - noise) ** 2)


@wrong("denoising_loss", "You appended one axis only: a picture may have more.")
def appends_one_axis(model, x0, t, alpha_bars, noise):
    a = alpha_bars[t][:, np.newaxis]
    xt = np.sqrt(a) * x0 + np.sqrt(1 - a) * noise
    return np.mean((model(xt, t) - noise) ** 2)


@wrong("denoising_loss", "You used the first picture's step for all of them.")
def uses_one_step(model, x0, t, alpha_bars, noise):
    a = alpha_bars[t[0]]
    return np.mean((model(np.sqrt(a) * x0 + np.sqrt(1 - a) * noise, t) - noise) ** 2)


@wrong("denoising_loss", "You multiplied ᾱ up once more: alpha_bars holds the products already.")
def multiplies_again(model, x0, t, alpha_bars, noise):
    return np.mean((model(_mix(x0, t, np.cumprod(alpha_bars), noise), t) - noise) ** 2)


@wrong("denoising_loss", "You took alpha_bars for betas.")
def takes_them_for_betas(model, x0, t, alpha_bars, noise):
    return np.mean((model(_mix(x0, t, np.cumprod(1 - alpha_bars), noise), t) - noise) ** 2)


@wrong("denoising_loss", "You counted steps from 1: alpha_bars[t] is ᾱ_t.")
def is_a_step_early(model, x0, t, alpha_bars, noise):
    return np.mean((model(_mix(x0, np.maximum(t - 1, 0), alpha_bars, noise), t) - noise) ** 2)


@wrong("denoising_loss", "You summed over the pixels: the loss is a mean over all entries.")
def sums_over_pixels(model, x0, t, alpha_bars, noise):
    error = (model(_mix(x0, t, alpha_bars, noise), t) - noise) ** 2
    return np.sum(error) / len(x0)


@wrong("denoising_loss", "You took half of it: it is the plain mean squared error.")
def halves(model, x0, t, alpha_bars, noise):
    return 0.5 * np.mean((model(_mix(x0, t, alpha_bars, noise), t) - noise) ** 2)


@wrong("denoising_loss", "You took magnitudes: the error is squared.")
def takes_magnitudes(model, x0, t, alpha_bars, noise):
    return np.mean(np.abs(model(_mix(x0, t, alpha_bars, noise), t) - noise))


@wrong("denoising_loss", "You took the Huber loss, as some programs do: all errors are squared.")
def takes_the_huber_loss(model, x0, t, alpha_bars, noise):
    error = np.abs(model(_mix(x0, t, alpha_bars, noise), t) - noise)
    return np.mean(np.where(error < 1, error**2 / 2, error - 0.5))


@wrong("denoising_loss", "You let large errors count in proportion only: their squares count.")
def bends_large_errors(model, x0, t, alpha_bars, noise):
    error = np.abs(model(_mix(x0, t, alpha_bars, noise), t) - noise)
    return np.mean(np.where(error < 3, error**2, 6 * error - 9))


@wrong("denoising_loss", "You cut the noisy pictures to ±3: the model sees them as they are.")
def cuts_the_noisy_pictures(model, x0, t, alpha_bars, noise):
    xt = np.clip(_mix(x0, t, alpha_bars, noise), -3.0, 3.0)
    return np.mean((model(xt, t) - noise) ** 2)


@wrong("denoising_loss", "You returned a loss for each picture: it is one number.")
def keeps_pictures_apart(model, x0, t, alpha_bars, noise):
    error = (model(_mix(x0, t, alpha_bars, noise), t) - noise) ** 2
    return error.reshape(len(x0), -1).mean(axis=1)


@wrong(
    "denoising_loss",
    "You weighted the steps as the full bound does: this loss weighs all the same.",
)
def weighs_the_steps(model, x0, t, alpha_bars, noise):
    a = alpha_bars[t].reshape(-1, *[1] * (x0.ndim - 1))
    error = (model(_mix(x0, t, alpha_bars, noise), t) - noise) ** 2
    weight = (1 - a) / (a + 1e-3)
    return np.mean(weight * error) / np.mean(weight)


@wrong("denoising_loss", "You gave the model something else for t: it gets t as it is.")
def reshapes_t(model, x0, t, alpha_bars, noise):
    column = t.reshape(-1, *[1] * (x0.ndim - 1))
    return np.mean((model(_mix(x0, t, alpha_bars, noise), column) - noise) ** 2)


@wrong("denoising_loss", "You gave the model something else for t: it gets t as it is.")
def scales_t(model, x0, t, alpha_bars, noise):
    return np.mean((model(_mix(x0, t, alpha_bars, noise), t / len(alpha_bars)) - noise) ** 2)


@wrong("denoising_loss", "You mixed the noise into the caller's pictures.")
def mixes_in_place(model, x0, t, alpha_bars, noise):
    x0[...] = _mix(x0, t, alpha_bars, noise)
    return np.mean((model(x0, t) - noise) ** 2)


# sample


@right("sample", "everything in one function, ᾱ from a table, t as numpy's integer")
def keeps_a_table(model, x_T, betas, noises):
    x, left = np.array(x_T), _left(betas)
    for t in np.arange(len(betas))[::-1]:
        x = (x - betas[t] / np.sqrt(1 - left[t]) * model(x, t)) / np.sqrt(1 - betas[t])
        if t > 0:
            x += np.sqrt(betas[t]) * noises[t]
    return x


@right("sample", "a recursion")
def calls_itself(model, x_T, betas, noises):
    T = len(betas)
    x = _step(x_T, T - 1, np.asarray(model(x_T.tolist(), T - 1)), betas, noises[T - 1])
    return x if T == 1 else calls_itself(model, x, betas[:-1], noises[:-1])


@right("sample", "by way of the clean picture and the posterior")
def goes_by_the_clean_picture(model, x_T, betas, noises):
    x, t = x_T, len(betas) - 1
    while t >= 0:
        left = _left(betas)[t]
        x0 = (x - np.sqrt(1 - left) * model(x, t)) / np.sqrt(left)
        x = _posterior(x0, x, t, betas)[0] + (t > 0) * np.sqrt(betas[t]) * noises[t]
        t -= 1
    return x


@wrong("sample", "You ran forward, from t = 0 up: the last step is undone first.")
def runs_forward(model, x_T, betas, noises):
    x = x_T
    for t in range(len(betas)):
        x = _step(x, t, model(x, t), betas, noises[t])
    return x


@wrong("sample", "You stopped at t = 1: step 0 has to be undone as well.")
def stops_early(model, x_T, betas, noises):
    x = x_T + 0.0
    for t in range(len(betas) - 1, 0, -1):
        x = _step(x, t, model(x, t), betas, noises[t])
    return x


@wrong("sample", "You began at T − 2: the first step to undo is T − 1.")
def starts_late(model, x_T, betas, noises):
    x = x_T + 0.0
    for t in range(len(betas) - 2, -1, -1):
        x = _step(x, t, model(x, t), betas, noises[t])
    return x


@wrong("sample", "You took the noises in the order of the calls: noises[t] belongs to step t.")
def turns_the_noises_round(model, x_T, betas, noises):
    x, T = x_T, len(betas)
    for t in reversed(range(T)):
        x = _step(x, t, model(x, t), betas, noises[T - 1 - t])
    return x


@wrong("sample", "You used noises[t - 1] at step t.")
def uses_the_noise_of_the_next_step(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _step(x, t, model(x, t), betas, noises[t - 1])
    return x


@wrong("sample", "You used the same noise at every step.")
def uses_one_noise(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _step(x, t, model(x, t), betas, noises[-1])
    return x


@wrong("sample", "You added noise at t = 0 too.")
def adds_noise_to_the_picture(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _mean(x, t, model(x, t), betas) + np.sqrt(betas[t]) * noises[t]
    return x


@wrong("sample", "You added no noise at all: without it the samples vary too little.")
def adds_no_noise(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _mean(x, t, model(x, t), betas)
    return x


@wrong(
    "sample", "You showed the model x_T at every step: it must see the picture as it is by then."
)
def shows_the_start(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _step(x, t, model(x_T, t), betas, noises[t])
    return x


@wrong("sample", "You asked the model once: it has to see every picture on the way.")
def asks_once(model, x_T, betas, noises):
    x, T = x_T, len(betas)
    predicted = model(x, T - 1)
    for t in reversed(range(T)):
        x = _step(x, t, predicted, betas, noises[t])
    return x


@wrong("sample", "You counted the model's steps from 1: it expects t, from T − 1 to 0.")
def tells_the_model_one_more(model, x_T, betas, noises):
    x, T = x_T, len(betas)
    for t in reversed(range(T)):
        x = _step(x, t, model(x, min(t + 1, T - 1)), betas, noises[t])
    return x


@wrong("sample", "You told the model how many steps were done: it expects t itself.")
def counts_upwards_for_the_model(model, x_T, betas, noises):
    x, T = x_T, len(betas)
    for t in reversed(range(T)):
        x = _step(x, t, model(x, T - 1 - t), betas, noises[t])
    return x


@wrong("sample", "You gave the model a t that is an array or a fraction: here it is one integer.")
def gives_an_array(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _step(x, t, model(x, np.full(len(x), t)), betas, noises[t])
    return x


@wrong("sample", "You gave the model a t that is an array or a fraction: here it is one integer.")
def gives_a_fraction(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _step(x, t, model(x, t / len(betas)), betas, noises[t])
    return x


@wrong("sample", "You used the posterior's variance β̃_t: the rule here has σ² = β_t.")
def varies_less(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        variance = _posterior(x, x, t, betas)[1]
        x = _mean(x, t, model(x, t), betas) + np.sqrt(variance) * noises[t]
    return x


@wrong("sample", "You cut the picture to -1 … 1 at the end: the contract does not.")
def cuts_the_result(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = _step(x, t, model(x, t), betas, noises[t])
    return np.clip(x, -1.0, 1.0)


@wrong("sample", "You cut the picture to ±100 at every step: the contract does not.")
def cuts_every_step(model, x_T, betas, noises):
    x = x_T
    for t in reversed(range(len(betas))):
        x = np.clip(_step(x, t, model(x, t), betas, noises[t]), -100.0, 100.0)
    return x


@wrong("sample", "You returned all pictures on the way: only the last is asked for.")
def returns_the_path(model, x_T, betas, noises):
    path = [x_T]
    for t in reversed(range(len(betas))):
        path.append(_step(path[-1], t, model(path[-1], t), betas, noises[t]))
    return np.array(path)


@wrong("sample", "You took the steps in the caller's array.")
def overwrites_the_start(model, x_T, betas, noises):
    for t in reversed(range(len(betas))):
        x_T[...] = _step(x_T, t, model(x_T, t), betas, noises[t])
    return x_T


# ddim_step


def _share(alpha_bars, t):
    return 1.0 if t < 0 else alpha_bars[t]


def _clean(xt, share, predicted_noise):
    return (xt - np.sqrt(1 - share) * predicted_noise) / np.sqrt(share)


@right("ddim_step", "scaled pictures and signal-to-noise ratios: an Euler step of the ODE")
def takes_an_euler_step(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = _share(alpha_bars, t), _share(alpha_bars, t_prev)
    noise_now, noise_then = np.sqrt((1 - now) / now), np.sqrt((1 - then) / then)
    return np.sqrt(then) * (xt / np.sqrt(now) + (noise_then - noise_now) * predicted_noise)


@right("ddim_step", "one factor for the picture and one for the noise")
def collects_factors(xt, t, t_prev, predicted_noise, alpha_bars):
    table = np.concatenate([[1.0], alpha_bars])
    now, then = table[t + 1], table[t_prev + 1]
    of_noise = np.sqrt(1 - then) - np.sqrt(then * (1 - now) / now)
    return np.sqrt(then / now) * xt + of_noise * predicted_noise


@right("ddim_step", "number by number")
def loops_over_numbers(xt, t, t_prev, predicted_noise, alpha_bars):
    now = float(alpha_bars[t])
    then = 1.0 if t_prev == -1 else float(alpha_bars[t_prev])
    result = np.empty(xt.shape)
    for index in np.ndindex(xt.shape):
        noise = float(predicted_noise[index])
        x0 = (float(xt[index]) - math.sqrt(1 - now) * noise) / math.sqrt(now)
        result[index] = math.sqrt(then) * x0 + math.sqrt(1 - then) * noise
    return result


@wrong("ddim_step", "At t_prev = -1 you took the last ᾱ: numpy counts from the end, and ᾱ is 1.")
def takes_the_last_share(xt, t, t_prev, predicted_noise, alpha_bars):
    x0, then = _clean(xt, alpha_bars[t], predicted_noise), alpha_bars[t_prev]
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "At t_prev = -1 you stayed at step 0: the clean picture lies before it.")
def stays_at_the_first(xt, t, t_prev, predicted_noise, alpha_bars):
    x0, then = _clean(xt, alpha_bars[t], predicted_noise), alpha_bars[max(t_prev, 0)]
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You went back one step: t_prev may lie further back.")
def goes_back_one_step(xt, t, t_prev, predicted_noise, alpha_bars):
    x0, then = _clean(xt, alpha_bars[t], predicted_noise), _share(alpha_bars, t - 1)
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You returned the clean picture: it still has to go to step t_prev.")
def returns_the_clean_picture(xt, t, t_prev, predicted_noise, alpha_bars):
    return _clean(xt, alpha_bars[t], predicted_noise)


@wrong("ddim_step", "You gave the noise back with the size that it had at t.")
def keeps_the_old_noise(xt, t, t_prev, predicted_noise, alpha_bars):
    x0, now = _clean(xt, alpha_bars[t], predicted_noise), alpha_bars[t]
    then = _share(alpha_bars, t_prev)
    return np.sqrt(then) * x0 + np.sqrt(1 - now) * predicted_noise


@wrong("ddim_step", "You left the noise out: at t_prev the picture is still noisy.")
def leaves_the_noise_out(xt, t, t_prev, predicted_noise, alpha_bars):
    return np.sqrt(_share(alpha_bars, t_prev)) * _clean(xt, alpha_bars[t], predicted_noise)


@wrong("ddim_step", "You forgot the roots: ᾱ is a share of the variance.")
def forgets_all_roots(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = alpha_bars[t], _share(alpha_bars, t_prev)
    return then * (xt - (1 - now) * predicted_noise) / now + (1 - then) * predicted_noise


@wrong("ddim_step", "You forgot the root in the last part: the noise has the size √(1 - ᾱ).")
def forgets_the_last_root(xt, t, t_prev, predicted_noise, alpha_bars):
    x0, then = _clean(xt, alpha_bars[t], predicted_noise), _share(alpha_bars, t_prev)
    return np.sqrt(then) * x0 + (1 - then) * predicted_noise


@wrong(
    "ddim_step", "You did not divide by √ᾱ: the clean picture is larger than what is left of it."
)
def does_not_divide(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = alpha_bars[t], _share(alpha_bars, t_prev)
    x0 = xt - np.sqrt(1 - now) * predicted_noise
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You cut the clean picture to -1 … 1, as many samplers do: not asked for here.")
def cuts_the_clean_picture(xt, t, t_prev, predicted_noise, alpha_bars):
    x0 = np.clip(_clean(xt, alpha_bars[t], predicted_noise), -1.0, 1.0)
    then = _share(alpha_bars, t_prev)
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You swapped the two steps: it goes from t back to t_prev.")
def goes_forward(xt, t, t_prev, predicted_noise, alpha_bars):
    x0, now = _clean(xt, _share(alpha_bars, t_prev), predicted_noise), alpha_bars[t]
    return np.sqrt(now) * x0 + np.sqrt(1 - now) * predicted_noise


@wrong("ddim_step", "You multiplied ᾱ up once more: alpha_bars are products already.")
def takes_products_of_products(xt, t, t_prev, predicted_noise, alpha_bars):
    left = np.cumprod(alpha_bars)
    x0, then = _clean(xt, left[t], predicted_noise), _share(left, t_prev)
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You took alpha_bars for betas: they say what is left, not what is added.")
def takes_them_for_betas(xt, t, t_prev, predicted_noise, alpha_bars):
    left = np.cumprod(1 - alpha_bars)
    x0, then = _clean(xt, left[t], predicted_noise), _share(left, t_prev)
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You took DDPM's step without its noise: DDIM keeps the noise that is there.")
def takes_the_mean_of_ddpm(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = alpha_bars[t], _share(alpha_bars, t_prev)
    alpha = now / then
    return (xt - (1 - alpha) / np.sqrt(1 - now) * predicted_noise) / np.sqrt(alpha)


@wrong(
    "ddim_step", "You added the noise before dividing: it has the wrong sign in the clean picture."
)
def adds_the_noise(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = alpha_bars[t], _share(alpha_bars, t_prev)
    x0 = (xt + np.sqrt(1 - now) * predicted_noise) / np.sqrt(now)
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise


@wrong("ddim_step", "You scaled the caller's own prediction.")
def scales_the_prediction_in_place(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = alpha_bars[t], _share(alpha_bars, t_prev)
    predicted_noise *= np.sqrt(1 - now)
    x0 = (xt - predicted_noise) / np.sqrt(now)
    return np.sqrt(then) * x0 + np.sqrt(1 - then) * predicted_noise / np.sqrt(1 - now)


@wrong("ddim_step", "You subtracted in the caller's own picture.")
def subtracts_in_place(xt, t, t_prev, predicted_noise, alpha_bars):
    now, then = alpha_bars[t], _share(alpha_bars, t_prev)
    xt -= np.sqrt(1 - now) * predicted_noise
    return np.sqrt(then / now) * xt + np.sqrt(1 - then) * predicted_noise


# guided_noise


@right("guided_noise", "a mean of the two with weights that may lie outside 0 … 1")
def weighs_both(unconditional, conditional, scale):
    return (1 - scale) * unconditional + scale * conditional


@right("guided_noise", "from the conditional one, as the paper's w = scale - 1")
def starts_from_the_conditional(unconditional, conditional, scale):
    w = scale - 1
    return (1 + w) * conditional - w * unconditional


@right("guided_noise", "number by number")
def loops_over_predictions(unconditional, conditional, scale):
    pairs = zip(unconditional.ravel().tolist(), conditional.ravel().tolist(), strict=True)
    return np.array([a + scale * (b - a) for a, b in pairs]).reshape(conditional.shape)


@wrong("guided_noise", "You took scale for the paper's w: here 1 is the conditional prediction.")
def takes_it_for_w(unconditional, conditional, scale):
    return (1 + scale) * conditional - scale * unconditional


@wrong("guided_noise", "You swapped the two: scale 0 is without the text, scale 1 with it.")
def swaps_the_predictions(unconditional, conditional, scale):
    return conditional + scale * (unconditional - conditional)


@wrong(
    "guided_noise", "You added scale times the conditional prediction, not times the difference."
)
def adds_the_conditional(unconditional, conditional, scale):
    return unconditional + scale * conditional


@wrong("guided_noise", "You left the starting point out: the difference is added to it.")
def returns_the_way(unconditional, conditional, scale):
    return scale * (conditional - unconditional)


@wrong("guided_noise", "You scaled the conditional prediction and did not use the other one.")
def scales_the_conditional(unconditional, conditional, scale):
    return scale * conditional


@wrong("guided_noise", "You cut the scale to 0 … 1: guidance goes beyond.")
def cuts_the_scale(unconditional, conditional, scale):
    return unconditional + min(max(scale, 0.0), 1.0) * (conditional - unconditional)


@wrong("guided_noise", "You cut a negative scale off: it leads away from the text.")
def cuts_negative_scales(unconditional, conditional, scale):
    return unconditional + max(scale, 0.0) * (conditional - unconditional)


@wrong("guided_noise", "You cut the result to -3 … 3: it counts as it is.")
def cuts_the_result(unconditional, conditional, scale):
    return np.clip(unconditional + scale * (conditional - unconditional), -3.0, 3.0)


@wrong("guided_noise", "You gave the result the spread of the conditional one: not asked for here.")
def rescales(unconditional, conditional, scale):
    guided = unconditional + scale * (conditional - unconditional)
    spread = guided.std()
    return guided * (conditional.std() / spread) if spread > 0 else guided


@wrong("guided_noise", "You divided by 1 + scale: it is not a mean of the two.")
def averages(unconditional, conditional, scale):
    return (unconditional + scale * conditional) / (1 + scale) if scale != -1 else conditional


@wrong("guided_noise", "You took a scale of 0 for none given: it ignores the text.")
def has_a_usual_scale(unconditional, conditional, scale):
    return unconditional + (scale or 7.5) * (conditional - unconditional)


@wrong("guided_noise", "You subtracted in the caller's own array.")
def subtracts_predictions_in_place(unconditional, conditional, scale):
    conditional -= unconditional
    return unconditional + scale * conditional
