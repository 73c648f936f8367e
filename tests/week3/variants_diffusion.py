"""Right and wrong ways to write the exercises of `diffusion`."""

import itertools
import math

import numpy as np

from grader.variants import right, wrong


def _lift(values, x):
    """Give one number per sample the axes to meet all pixels of its sample."""
    return values.reshape((len(values),) + (1,) * (x.ndim - 1))


# linear_beta_schedule


@right("linear_beta_schedule", "start plus step number times gap")
def counts_gaps(T, beta_start=1e-4, beta_end=0.02):
    return beta_start + (beta_end - beta_start) / (T - 1) * np.arange(T)


@right("linear_beta_schedule", "a weighted mean of the ends, in a list")
def weighs_the_ends(T, beta_start=1e-4, beta_end=0.02):
    return [(beta_start * (T - 1 - t) + beta_end * t) / (T - 1) for t in range(T)]


@right("linear_beta_schedule", "interpolation between the two ends")
def interpolates(T, beta_start=1e-4, beta_end=0.02):
    return np.interp(np.arange(T), [0, T - 1], [beta_start, beta_end])


@wrong("linear_beta_schedule", "You divided by T: between T points there are T - 1 gaps.")
def never_arrives(T, beta_start=1e-4, beta_end=0.02):
    return beta_start + (beta_end - beta_start) * np.arange(T) / T


@wrong("linear_beta_schedule", "You left the first end out: step 0 has beta_start.")
def starts_too_late(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_start, beta_end, T + 1)[1:]


@wrong("linear_beta_schedule", "You made T gaps: T steps are T numbers.")
def has_one_too_many(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_start, beta_end, T + 1)


@wrong(
    "linear_beta_schedule",
    "You let the roots grow evenly: that is the schedule of Stable Diffusion, this one is linear.",
)
def interpolates_roots(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_start**0.5, beta_end**0.5, T) ** 2


@wrong("linear_beta_schedule", "You let beta grow by equal factors, not by equal amounts.")
def grows_geometrically(T, beta_start=1e-4, beta_end=0.02):
    return np.geomspace(beta_start, beta_end, T)


@wrong("linear_beta_schedule", "You ignored the ends that were given.")
def ignores_the_ends(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(1e-4, 0.02, T)


@wrong("linear_beta_schedule", "You scaled the ends by 1000 / T: that belongs to another rule.")
def scales_with_T(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_start * 1000 / T, min(beta_end * 1000 / T, 0.999), T)


@wrong("linear_beta_schedule", "Your last step ends at 0.2 if nothing is said: it is 0.02.")
def has_another_default(T, beta_start=1e-4, beta_end=0.2):
    return np.linspace(beta_start, beta_end, T)


@wrong("linear_beta_schedule", "You took the ends in the wrong order: noise grows with t.")
def runs_backwards(T, beta_start=1e-4, beta_end=0.02):
    return np.linspace(beta_end, beta_start, T)


@wrong("linear_beta_schedule", "You left the end out, as arange does: the last step has beta_end.")
def leaves_the_end_out(T, beta_start=1e-4, beta_end=0.02):
    return np.arange(T) * (beta_end / T) + beta_start


@wrong(
    "linear_beta_schedule",
    "You went on to one gap beyond the end: rounding decides whether there is one "
    "number more. Ask for T numbers.",
)
def steps_beyond_the_end(T, beta_start=1e-4, beta_end=0.02):
    gap = (beta_end - beta_start) / (T - 1)
    return np.arange(beta_start, beta_end + gap, gap)


@wrong("linear_beta_schedule", "You cut the betas to a range: the ends may be any.")
def cuts_the_ends(T, beta_start=1e-4, beta_end=0.02):
    return np.clip(np.linspace(beta_start, beta_end, T), 1e-4, 0.999)


# alpha_bars


@right("alpha_bars", "the exponential of a sum of logarithms")
def sums_logarithms(betas):
    return np.exp(np.cumsum(np.log1p(-betas)))


@right("alpha_bars", "a running product")
def keeps_a_running_product(betas):
    left, result = 1.0, []
    for beta in betas:
        left = left - left * float(beta)
        result.append(left)
    return result


@right("alpha_bars", "itertools.accumulate")
def accumulates(betas):
    return np.array(list(itertools.accumulate(betas, lambda a, b: a * (1 - b), initial=1.0))[1:])


@wrong("alpha_bars", "You multiplied the betas: what is left is 1 - beta of each.")
def multiplies_betas(betas):
    return np.cumprod(betas)


@wrong("alpha_bars", "You took 1 minus the sum of the betas: each takes its share of what is left.")
def subtracts_the_sum(betas):
    return 1 - np.cumsum(betas)


@wrong(
    "alpha_bars",
    "You took exp of minus the sum of the betas: ln(1 - beta) is -beta only for tiny betas.",
)
def approximates_the_logarithm(betas):
    return np.exp(-np.cumsum(betas))


@wrong("alpha_bars", "You began with 1 and left the last step out: step t itself has happened.")
def is_one_late(betas):
    return np.concatenate([[1.0], np.cumprod(1 - betas)[:-1]])


@wrong("alpha_bars", "You put a 1 in front: T steps give T numbers.")
def has_one_more(betas):
    return np.concatenate([[1.0], np.cumprod(1 - betas)])


@wrong("alpha_bars", "You returned the alphas of the single steps: what is left is their product.")
def does_not_multiply(betas):
    return 1 - betas


@wrong("alpha_bars", "You returned the last product only: every step needs its own.")
def returns_the_last(betas):
    return np.prod(1 - betas)


@wrong("alpha_bars", "You took the root: the weight of the picture is one, what is left is not.")
def takes_the_root(betas):
    return np.sqrt(np.cumprod(1 - betas))


@wrong("alpha_bars", "You kept the product away from 0 with a small number.")
def clips_below(betas):
    return np.maximum(np.cumprod(1 - betas), 1e-12)


@wrong("alpha_bars", "You squeezed the result: one step gives an array of one number.")
def squeezes(betas):
    return np.squeeze(np.cumprod(1 - betas))


@wrong("alpha_bars", "You sorted the betas: each step counts where it stands.")
def sorts_the_betas(betas):
    return np.cumprod(1 - np.sort(betas))


@wrong("alpha_bars", "You multiplied up from the end: step 0 is the first.")
def multiplies_from_the_end(betas):
    return np.cumprod(1 - betas[::-1])[::-1]


@wrong("alpha_bars", "You computed in betas itself, so the caller's array has changed.")
def computes_in_place(betas):
    np.subtract(1, betas, out=betas)
    return np.cumprod(betas, out=betas)


@wrong("alpha_bars", "You cut the betas at 0.999, which is the cosine schedule's own rule.")
def cuts_the_betas(betas):
    return np.cumprod(1 - np.minimum(betas, 0.999))


# add_noise


@right("add_noise", "sample by sample")
def goes_sample_by_sample(x0, t, alpha_bars, noise):
    mixed = [
        math.sqrt(alpha_bars[k]) * x + math.sqrt(1 - alpha_bars[k]) * e
        for x, k, e in zip(x0, t, noise, strict=True)
    ]
    return np.array(mixed)


@right("add_noise", "the samples' axis moved to the end, where broadcasting finds it")
def works_transposed(x0, t, alpha_bars, noise):
    signal, rest = np.sqrt(alpha_bars)[t], np.sqrt(1 - alpha_bars)[t]
    return (signal * x0.T + rest * noise.T).T


@right("add_noise", "einsum, one letter for the samples")
def names_the_axes(x0, t, alpha_bars, noise):
    left = alpha_bars[t]
    signal = np.einsum("n,n...->n...", left**0.5, x0)
    return signal + np.einsum("n,n...->n...", (1 - left) ** 0.5, noise)


@right("add_noise", "an axis of length 1 for each axis of a sample, one after another")
def appends_axes(x0, t, alpha_bars, noise):
    left = np.take(alpha_bars, t)
    while left.ndim < x0.ndim:
        left = np.expand_dims(left, -1)
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong(
    "add_noise",
    "You let numpy line the steps up with the last axis: with as many pixels as samples no shape "
    "complains. A step belongs to a sample, the first axis.",
)
def meets_the_pixels(x0, t, alpha_bars, noise):
    left = alpha_bars[t]
    if x0.shape[-1] != len(t):
        left = _lift(left, x0)
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You forgot the roots: variances add up, and weights are their roots.")
def forgets_the_roots(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    return left * x0 + (1 - left) * noise


@wrong("add_noise", "You forgot the root of the noise's weight.")
def forgets_the_root_of_noise(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    return np.sqrt(left) * x0 + (1 - left) * noise


@wrong("add_noise", "You took 1 minus the root for the noise: it is the root of 1 minus.")
def takes_one_minus_the_root(x0, t, alpha_bars, noise):
    weight = np.sqrt(_lift(alpha_bars[t], x0))
    return weight * x0 + (1 - weight) * noise


@wrong("add_noise", "You swapped the weights: early steps are nearly the picture.")
def swaps_the_weights(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    return np.sqrt(1 - left) * x0 + np.sqrt(left) * noise


@wrong("add_noise", "You used the first sample's step for all of them.")
def uses_one_step(x0, t, alpha_bars, noise):
    left = alpha_bars[t[0]]
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You counted steps from 1: t = 0 is the first entry.")
def counts_from_one(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t - 1], x0)
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You gave the steps one axis more, which suits rows but not pictures.")
def suits_rows_only(x0, t, alpha_bars, noise):
    left = alpha_bars[t]
    if x0.ndim > 1:
        left = left[:, None]
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You gave the steps three axes more: samples may have fewer.")
def suits_pictures_only(x0, t, alpha_bars, noise):
    left = alpha_bars[t][:, None, None, None]
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You added the noise with its full weight: the variance then grows.")
def lets_the_variance_grow(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    return np.sqrt(left) * x0 + noise


@wrong("add_noise", "You multiplied up once more: alpha_bars holds products already.")
def multiplies_up_again(x0, t, alpha_bars, noise):
    left = _lift(np.cumprod(alpha_bars)[t], x0)
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You cut the result to the range of pixels: noise leaves it.")
def cuts_the_result(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    return np.clip(np.sqrt(left) * x0 + np.sqrt(1 - left) * noise, -10.0, 10.0)


@wrong("add_noise", "You kept what is left away from 0 and 1 with a small number.")
def clips_the_share(x0, t, alpha_bars, noise):
    left = _lift(np.clip(alpha_bars[t], 1e-5, 1 - 1e-5), x0)
    return np.sqrt(left) * x0 + np.sqrt(1 - left) * noise


@wrong("add_noise", "You scaled an argument in place, so the caller's array has changed.")
def mixes_in_place(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    x0 *= np.sqrt(left)
    x0 += np.sqrt(1 - left) * noise
    return x0


@wrong("add_noise", "You scaled an argument in place, so the caller's array has changed.")
def scales_noise_in_place(x0, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], x0)
    noise *= np.sqrt(1 - left)
    return np.sqrt(left) * x0 + noise


# predict_x0


@right("predict_x0", "sample by sample")
def solves_sample_by_sample(xt, t, alpha_bars, noise):
    x0 = np.empty_like(xt)
    for i, k in enumerate(t):
        left = float(alpha_bars[k])
        x0[i] = (xt[i] - math.sqrt(1 - left) * noise[i]) / math.sqrt(left)
    return x0


@right("predict_x0", "two weights, as in the code of the DDPM paper")
def uses_two_weights(xt, t, alpha_bars, noise):
    reciprocal = np.sqrt(1 / alpha_bars)[t]
    ratio = np.sqrt(1 / alpha_bars - 1)[t]
    return _lift(reciprocal, xt) * xt - _lift(ratio, xt) * noise


@right("predict_x0", "the samples' axis moved to the end")
def solves_transposed(xt, t, alpha_bars, noise):
    left = alpha_bars[t]
    return ((xt.T - noise.T * (1 - left) ** 0.5) * left**-0.5).T


@wrong(
    "predict_x0",
    "You let numpy line the steps up with the last axis: with as many pixels as samples no shape "
    "complains. A step belongs to a sample, the first axis.",
)
def solves_along_pixels(xt, t, alpha_bars, noise):
    left = alpha_bars[t]
    if xt.shape[-1] != len(t):
        left = _lift(left, xt)
    return (xt - np.sqrt(1 - left) * noise) / np.sqrt(left)


@wrong("predict_x0", "You divided by what is left: the weight of the picture is its root.")
def forgets_a_root(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return (xt - np.sqrt(1 - left) * noise) / left


@wrong("predict_x0", "You forgot the root of the noise's weight.")
def forgets_the_noise_root(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return (xt - (1 - left) * noise) / np.sqrt(left)


@wrong("predict_x0", "You divided xt only: the noise is to be divided, too.")
def divides_one_part(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return xt / np.sqrt(left) - np.sqrt(1 - left) * noise


@wrong("predict_x0", "You added the noise once more: take it away.")
def adds_noise_again(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return (xt + np.sqrt(1 - left) * noise) / np.sqrt(left)


@wrong("predict_x0", "You forgot to divide: a faint picture is left.")
def leaves_it_faint(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return xt - np.sqrt(1 - left) * noise


@wrong(
    "predict_x0",
    "You cut the result to -1 to 1. Some samplers do that afterwards; the equation does not.",
)
def cuts_to_pixels(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return np.clip((xt - np.sqrt(1 - left) * noise) / np.sqrt(left), -1, 1)


@wrong("predict_x0", "You cut the result far out: it may have any size.")
def cuts_far_out(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return np.clip((xt - np.sqrt(1 - left) * noise) / np.sqrt(left), -10, 10)


@wrong("predict_x0", "You added a small number to the divisor: late steps magnify it.")
def adds_epsilon(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return (xt - np.sqrt(1 - left) * noise) / (np.sqrt(left) + 1e-8)


@wrong("predict_x0", "You limited the divisor from below: late steps need it as small as it is.")
def limits_the_divisor(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    return (xt - np.sqrt(1 - left) * noise) / np.maximum(np.sqrt(left), 0.01)


@wrong("predict_x0", "You used the first sample's step for all of them.")
def solves_with_one_step(xt, t, alpha_bars, noise):
    left = alpha_bars[t[0]]
    return (xt - np.sqrt(1 - left) * noise) / np.sqrt(left)


@wrong("predict_x0", "You counted steps from 1: t = 0 is the first entry.")
def solves_one_step_off(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t - 1], xt)
    return (xt - np.sqrt(1 - left) * noise) / np.sqrt(left)


@wrong("predict_x0", "You gave the steps one axis more, which suits rows but not pictures.")
def solves_for_rows_only(xt, t, alpha_bars, noise):
    left = alpha_bars[t]
    if xt.ndim > 1:
        left = left[:, None]
    return (xt - np.sqrt(1 - left) * noise) / np.sqrt(left)


@wrong("predict_x0", "You took the noise out of xt itself, so the caller's array has changed.")
def solves_in_place(xt, t, alpha_bars, noise):
    left = _lift(alpha_bars[t], xt)
    xt -= np.sqrt(1 - left) * noise
    return xt / np.sqrt(left)


@wrong("predict_x0", "You kept what is left above 1e-5: it is positive, and that is enough.")
def keeps_the_share_up(xt, t, alpha_bars, noise):
    left = alpha_bars[t].reshape(-1, *[1] * (xt.ndim - 1))
    return (xt - np.sqrt(1 - left) * noise) / np.sqrt(np.maximum(left, 1e-5))


# cosine_alpha_bars


def _f(T, s):
    return np.cos((np.arange(T + 1) / T + s) / (1 + s) * np.pi / 2) ** 2


@right("cosine_alpha_bars", "step by step, with Python floats")
def goes_step_by_step(T, s=0.008):
    def f(u):
        return math.cos((u / T + s) / (1 + s) * math.pi / 2) ** 2

    left, result = 1.0, []
    for t in range(T):
        left *= max(f(t + 1) / f(t), 1 - 0.999)
        result.append(left)
    return result


@right("cosine_alpha_bars", "the formula, and the last entry by its clipped beta")
def mends_the_last_entry(T, s=0.008):
    f = _f(T, s)
    left = f / f[0]
    left[-1] = left[-2] * (1 - 0.999)
    return left[1:]


@right("cosine_alpha_bars", "half of 1 plus the cosine of twice the angle, in logarithms")
def halves_the_double_angle(T, s=0.008):
    angles = np.pi * (np.arange(T + 1) / T + s) / (1 + s)
    f = (1 + np.cos(angles)) / 2
    # 1 + cos cancels near the end: there the double angle is measured from the end.
    f[T // 2 :] = np.sin((np.pi - angles[T // 2 :]) / 2) ** 2
    steps = np.maximum(f[1:] / f[:-1], 1e-3)
    return np.exp(np.cumsum(np.log(steps)))


@wrong("cosine_alpha_bars", "You did not clip: the last step leaves nothing to start from.")
def does_not_clip(T, s=0.008):
    f = _f(T, s)
    return f[1:] / f[0]


@wrong("cosine_alpha_bars", "You clipped what is left: the betas are to be clipped.")
def clips_the_shares(T, s=0.008):
    f = _f(T, s)
    return np.maximum(f[1:] / f[0], 0.001)


@wrong("cosine_alpha_bars", "You are one step early: after step t it is f(t + 1).")
def is_one_step_early(T, s=0.008):
    f = _f(T, s)
    return f[:-1] / f[0]


@wrong("cosine_alpha_bars", "You spread T points over the whole curve: T steps have T + 1 ends.")
def spreads_over_T_points(T, s=0.008):
    u = np.linspace(0.0, 1.0, T)
    f = np.cos((u + s) / (1 + s) * np.pi / 2) ** 2
    return f / f[0]


@wrong("cosine_alpha_bars", "You returned all T + 1 ends: the first is before any step.")
def returns_all_ends(T, s=0.008):
    f = _f(T, s)
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    return np.concatenate([[1.0], np.cumprod(1 - betas)])


@wrong("cosine_alpha_bars", "You forgot to divide by f(0), which is not 1 with an offset.")
def forgets_f0(T, s=0.008):
    f = _f(T, s)
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    return f[0] * np.cumprod(1 - betas)


@wrong("cosine_alpha_bars", "You forgot the square of the cosine.")
def forgets_the_square(T, s=0.008):
    f = np.sqrt(_f(T, s))
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    return np.cumprod(1 - betas)


@wrong("cosine_alpha_bars", "You forgot 1 + s in the denominator: the curve then ends too late.")
def forgets_the_denominator(T, s=0.008):
    f = np.cos((np.arange(T + 1) / T + s) * np.pi / 2) ** 2
    betas = np.minimum(1 - f[1:] / f[:-1], 0.999)
    return np.cumprod(1 - betas)


@wrong("cosine_alpha_bars", "You returned the betas: what is left after each step is asked for.")
def returns_betas(T, s=0.008):
    f = _f(T, s)
    return np.minimum(1 - f[1:] / f[:-1], 0.999)


@wrong("cosine_alpha_bars", "You clipped at 0.99: a beta may be as large as 0.999.")
def clips_at_99(T, s=0.008):
    f = _f(T, s)
    return np.cumprod(1 - np.minimum(1 - f[1:] / f[:-1], 0.99))


@wrong("cosine_alpha_bars", "You clipped at 0.9999: a beta is at most 0.999.")
def clips_at_9999(T, s=0.008):
    f = _f(T, s)
    return np.cumprod(1 - np.minimum(1 - f[1:] / f[:-1], 0.9999))


@wrong("cosine_alpha_bars", "You clipped betas that are not too large: the bound is 0.999.")
def clips_too_early(T, s=0.008):
    f = _f(T, s)
    betas = 1 - f[1:] / f[:-1]
    betas = np.where(betas > 0.7, np.where(betas > 0.999, 0.999, 0.7), betas)
    return np.cumprod(1 - betas)


@wrong("cosine_alpha_bars", "You fixed the offset at 0.008: it is an argument.")
def ignores_the_offset(T, s=0.008):
    f = _f(T, 0.008)
    return np.cumprod(1 - np.minimum(1 - f[1:] / f[:-1], 0.999))


@wrong("cosine_alpha_bars", "You left the last step out instead of clipping it.")
def leaves_the_last_step_out(T, s=0.008):
    f = _f(T, s)
    return (f[1:] / f[0])[:-1]


@wrong("cosine_alpha_bars", "You looked for the last entry at -2, which one step does not have.")
def needs_two_steps(T, s=0.008):
    f = _f(T, s)
    left = f[1:] / f[0]
    left[-1] = left[-2] * 0.001
    return left
