"""The pictures of week 3, probability and statistics.

Each is a function of the reference module that it shows.
"""

from __future__ import annotations

import types

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from kata.shows.digits import load_digits
from kata.shows.style import (
    BLUE,
    CARD,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PALE,
    RED,
    draw_arrow,
    show_image,
    write_beside,
)


def joint(probability: types.ModuleType) -> Figure:
    """Show a joint distribution as areas, and what remains of it once something is known."""
    table = np.array([[0.24, 0.06], [0.11, 0.59]])  # spam or not, "free" or not
    is_spam = probability.marginal(table, 0)
    free_given_kind = probability.conditional(table, 0)[:, 0]
    spam_given_free = probability.conditional(table, 1)[:, 0]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.7), width_ratios=[1.35, 1])
    edges, colours = np.cumsum([0, *is_spam]), (ORANGE, BLUE)
    for kind, colour in enumerate(colours):
        x, width, height = edges[kind], is_spam[kind], free_given_kind[kind]
        left.bar(x, height, width, align="edge", color=colour, edgecolor=CARD)
        left.bar(x, 1 - height, width, height, align="edge", color=PALE, edgecolor=CARD)
        middle = x + width / 2
        left.text(
            middle,
            height / 2,
            f"“free”\n{table[kind, 0]:.2f}",
            color=CARD,
            ha="center",
            va="center",
        )
        left.text(middle, (1 + height) / 2, f"not\n{table[kind, 1]:.2f}", ha="center", va="center")
        name = ("spam", "other mail")[kind]
        left.text(middle, -0.04, f"{name}, {width:.2f}", color=colour, ha="center", va="top")
    left.set(xlim=(0, 1), ylim=(-0.12, 1), xticks=[], yticks=[])
    left.spines[:].set_visible(False)
    left.set_title("joint: the areas; marginal: the widths")

    rows = (("before", is_spam), ("“free” is in it", spam_given_free))
    for y, (name, shares) in zip((1, 0), rows, strict=True):
        start = 0.0
        for share, colour in zip(shares, colours, strict=True):
            right.barh(y, share, 0.45, start, color=colour, edgecolor=CARD)
            right.text(start + share / 2, y, f"{share:.2f}", color=CARD, ha="center", va="center")
            start += share
        right.text(0, y + 0.3, name, va="bottom")
    right.set(xlim=(0, 1), ylim=(-0.5, 1.6), xticks=[], yticks=[])
    right.spines[:].set_visible(False)
    right.set_title("conditional: the coloured part alone")
    return figure


def coin(probability: types.ModuleType) -> Figure:
    """Show how tosses of a coin decide between three hypotheses."""
    heads = np.array([0.5, 0.6, 0.7])
    is_head = np.random.default_rng(1).random(400) < 0.6
    likelihoods = np.where(is_head[:, None], heads, 1 - heads)
    belief = probability.bayes_updates(np.full(3, 1 / 3), likelihoods)
    figure, axes = plt.subplots(figsize=(7.4, 3.1))
    for share, p, colour in zip(belief.T, heads, (BLUE, ORANGE, GREEN), strict=True):
        axes.plot(share, color=colour, linewidth=1.6)
        axes.text(406, share[-1], f"heads {p:.1f}", color=colour, va="center")
    axes.texts[0].set_y(0.1)  # else it lies on the label below
    axes.set(xlim=(0, 455), ylim=(-0.03, 1.05), yticks=[0, 0.5, 1], xticks=range(0, 401, 100))
    axes.set(xlabel="tosses seen", ylabel="belief")
    axes.set_title("a coin that shows heads in 60 % of tosses, and three suspicions")
    return figure


def naive_bayes(probability: types.ModuleType) -> Figure:
    """Show what naive Bayes learns about digits, and how it reads some that it never saw."""
    X, y = load_digits()
    log_prior, log_likelihood = probability.naive_bayes_fit(X[:1200], y[:1200], 10)
    log_posterior = probability.naive_bayes_log_posterior(X[1200:], log_prior, log_likelihood)
    X, y, says = X[1200:], y[1200:], log_posterior.argmax(axis=1)
    right, wrong = np.flatnonzero(says == y), np.flatnonzero(says != y)
    shown = [*right[[0, 8, 16, 24, 32]], *wrong[[0, 8, 16, 24, 32]]]
    figure, grid = plt.subplots(2, 10, figsize=(9, 3.2))
    for digit, axes in enumerate(grid[0]):
        show_image(axes, np.exp(log_likelihood[digit]).reshape(8, 8))
        axes.set_title(f"{digit}", size=10)
    for axes, i in zip(grid[1], shown, strict=True):
        show_image(axes, X[i].reshape(8, 8))
        is_right = says[i] == y[i]
        mark = "" if is_right else f", is {y[i]}"
        axes.set_title(f"says {says[i]}{mark}", size=9, color=GREEN if is_right else RED)
        axes.set_xlabel(f"{np.exp(log_posterior[i].max()):.1%} sure", size=8, color=FAINT)
    for axes, y_text, text in (
        (grid[0, 4], 1.5, "where each digit has its ink, learned from 1,200 pictures"),
        (
            grid[1, 4],
            -0.75,
            f"{len(right)} of {len(y)} others read right: {len(right) / len(y):.0%}",
        ),
    ):
        write_beside(axes, 1.1, y_text, text)
    return figure


def beta(probability: types.ModuleType) -> Figure:
    """Show how belief in a coin's bias narrows down as tosses come in."""
    is_head = (np.random.default_rng(1).random(400) < 0.6).astype(np.int64)  # the tosses of `coin`
    x = np.linspace(0, 1, 402)[1:-1]
    figure, axes = plt.subplots(figsize=(7.4, 3.1))
    for n, colour, where in (
        (0, FAINT, (0.01, 1.2)),
        (4, GREEN, (0.22, 2.0)),
        (20, ORANGE, (0.85, 3.2)),
        (100, BLUE, (0.72, 6.5)),
    ):
        a, b, _, mode = probability.beta_posterior(1.0, 1.0, is_head[:n])
        log_curve = (a - 1) * np.log(x) + (b - 1) * np.log(1 - x)
        curve = np.exp(log_curve - log_curve.max())
        density = curve / (curve.mean() * (x[-1] - x[0]))
        axes.plot(x, density, color=colour, linewidth=1.8)
        axes.plot(mode, np.interp(mode, x, density), "o", color=colour, markersize=5)
        label = f"{n} tosses: Beta({a:g}, {b:g})" if n else "before: Beta(1, 1)"
        axes.text(*where, label, color=colour)
    axes.set(xlim=(0, 1), ylim=(0, None), yticks=[], xlabel="chance of heads")
    axes.axvline(0.6, color=PALE, linewidth=1, zorder=0)
    axes.set_title("belief in each chance of heads; the coin's true one is 0.6")
    return figure


def calibration(probability: types.ModuleType) -> Figure:
    """Show how sure naive Bayes is and how often it is right, at two temperatures."""
    X, y = load_digits()
    log_prior, log_likelihood = probability.naive_bayes_fit(X[:1200], y[:1200], 10)
    scores = probability.naive_bayes_log_posterior(X[1200:], log_prior, log_likelihood)
    correct = (np.argmax(scores, axis=1) == y[1200:]).astype(np.int64)
    figure, grid = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
    for axes, temperature in zip(grid, (1, 15), strict=True):
        belief = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
        confidence = np.max(belief / belief.sum(axis=1, keepdims=True), axis=1)
        error = probability.calibration_error(confidence, correct)
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
        for i in range(10):
            held = (confidence > i / 10) & (confidence <= (i + 1) / 10)
            if held.any():
                sure, share = confidence[held].mean(), correct[held].mean()
                axes.bar(i / 10, share, 0.1, align="edge", color=BLUE, edgecolor=CARD)
                axes.plot([sure, sure], [share, sure], color=RED, linewidth=2)
                axes.text(
                    i / 10 + 0.05,
                    0.03,
                    held.sum(),
                    color=CARD if share > 0.1 else INK,
                    ha="center",
                    size=8,
                )
        axes.set(
            xlim=(0, 1), ylim=(0, 1), xlabel="how sure", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1]
        )
        name = "as it comes" if temperature == 1 else f"logarithms divided by {temperature}"
        axes.set_title(f"{name}: error {error:.3f}")
    grid[0].set_ylabel("how often right")
    return figure


def gaussian(distributions: types.ModuleType) -> Figure:
    """Show bell curves, the end of the density far out, and a bell in two dimensions."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 3.2))
    x = np.linspace(-4, 4, 161)
    for sigma, colour, place in ((0.5, ORANGE, 0.45), (1.0, BLUE, 1.15), (2.0, GREEN, 2.3)):
        left.plot(x, distributions.gaussian_pdf(x, 0.0, sigma), color=colour)
        height = float(distributions.gaussian_pdf(place, 0.0, sigma))
        left.text(place + 0.15, height + 0.02, f"σ = {sigma:g}", color=colour)
    left.set(xlabel="x", ylim=(0, 0.85), yticks=[0, 0.4, 0.8])
    left.set_title("density, mean 0")

    x = np.linspace(0, 50, 251)
    density = distributions.gaussian_pdf(x)
    middle.plot(x, distributions.gaussian_log_pdf(x), color=BLUE)
    alive = density > 0
    middle.plot(x[alive], np.log(density[alive]), color=RED, linestyle="--")
    end = x[alive][-1]
    middle.plot(end, np.log(density[alive][-1]), "o", color=RED, markersize=5)
    middle.text(end - 5, -800, f"beyond {end:.0f} σ\nthe density is 0", color=RED, ha="right")
    middle.set(xlabel="standard deviations", ylim=(-1250, 40), yticks=[0, -500, -1000])
    middle.set_title("its logarithm")

    cov = np.array([[1.0, 0.75], [0.75, 1.0]])
    across = np.linspace(-3.3, 3.3, 61)
    points = np.stack(np.meshgrid(across, across), axis=-1)
    log_density = distributions.multivariate_gaussian_log_pdf(
        points.reshape(-1, 2), np.zeros(2), cov
    ).reshape(61, 61)
    peak = log_density.max()
    levels = peak - 0.5 * np.array([3.0, 2.0, 1.0]) ** 2
    right.contour(
        across, across, log_density, levels=levels, colors=[PALE, FAINT, BLUE], linestyles="-"
    )
    right.set_aspect("equal")
    right.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2], xlabel="x₁", ylabel="x₂")
    right.set_title("two that vary together")
    return figure


def product(distributions: types.ModuleType) -> Figure:
    """Show a belief and a measurement, both bell curves, and what they make together."""
    figure, axes = plt.subplots(figsize=(7.4, 3.1))
    x = np.linspace(-6, 8, 281)
    belief, measurement = (0.0, 3.0), (4.0, 1.0)
    both = tuple(
        float(number) for number in distributions.product_of_gaussians(*belief, *measurement)
    )
    for name, (mean, variance), colour, side in (
        ("belief", belief, GREEN, -1),
        ("measurement", measurement, ORANGE, 1),
        ("both together", both, BLUE, -1),
    ):
        sigma = variance**0.5
        axes.plot(x, distributions.gaussian_pdf(x, mean, sigma), color=colour, linewidth=1.8)
        place = mean + side * 0.8 * sigma
        height = float(distributions.gaussian_pdf(place, mean, sigma))
        label = f"{name}\nmean {mean:g}, variance {variance:g}"
        axes.text(place + 0.2 * side, height + 0.02, label, color=colour,
                  ha="right" if side < 0 else "left")  # fmt: skip
    axes.set(xlim=(-6, 8), ylim=(0, 0.56), yticks=[])
    return figure


def sampling(distributions: types.ModuleType) -> Figure:
    """Show how uniform numbers become categories, and how they become a bell."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 3.4), width_ratios=[1.2, 1, 1])
    probs, words = np.array([0.5, 0.1, 0.25, 0.15]), ("cat", "sat", "on", "mat")
    sums = np.cumsum(probs)
    left.step([-1.4, 0, 1, 2, 3, 3.6], [0, *sums, 1], where="post", color=BLUE)
    for u, colour in ((0.3, ORANGE), (0.71, GREEN)):
        k = int(distributions.sample_categorical(probs, u))
        left.plot([-1.4, k], [u, u], color=colour, linewidth=1.4)
        draw_arrow(left, (k, u), (k, 0), colour)
        left.text(-1.35, u + 0.02, f"u = {u:g}", color=colour)
    left.set_xticks(range(4), words)
    left.tick_params(axis="x", labelcolor=INK)
    left.set(ylim=(0, 1.05), xlim=(-1.4, 3.6), yticks=[0, *sums])
    left.set_title("sums of probabilities")

    u1, u2 = 1 - np.random.default_rng(2).random((2, 160))
    z1, z2 = distributions.box_muller(u1, u2)
    is_outside = u1 < np.exp(-0.5 * 1.5**2)  # the radius depends on u1 alone
    dots = {"linestyle": "", "marker": "o", "markersize": 3.5, "markeredgewidth": 0}
    for where, colour in ((~is_outside, BLUE), (is_outside, ORANGE)):
        middle.plot(u2[where], u1[where], color=colour, **dots)
        right.plot(z1[where], z2[where], color=colour, **dots)
    middle.set(xlabel="u₂: the direction", ylabel="u₁: how near", xticks=[0, 1], yticks=[0, 1])
    middle.set(xlim=(0, 1), ylim=(0, 1))
    middle.set_title("uniform numbers …")
    right.set(xlim=(-3.4, 3.4), ylim=(-3.4, 3.4), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    right.set(xlabel="z₁", ylabel="z₂")
    right.set_title("… become Gaussian")
    for axes in (middle, right):
        axes.set_box_aspect(1)
    return figure


def monte_carlo(distributions: types.ModuleType) -> Figure:
    """Show an average that closes in on π, and how slowly."""
    points = np.random.default_rng(0).random((100_000, 2))
    values = 4.0 * (np.sum(points**2, axis=1) < 1)
    counts = np.unique(np.geomspace(10, len(values), 80).astype(int))
    means, errors = np.array([distributions.monte_carlo(values[:n]) for n in counts]).T
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3))
    left.fill_between(counts, means - errors, means + errors, color=BLUE, alpha=0.2, linewidth=0)
    left.plot(counts, means, color=BLUE)
    left.axhline(np.pi, color=GREEN, linewidth=1, linestyle="--", zorder=0)
    left.text(counts[-1], np.pi + 0.05, "π", color=GREEN, ha="right", va="bottom")
    left.set(xscale="log", ylim=(2.3, 3.7), xlabel="points")
    left.set_title("4 × share of points in the circle")
    right.loglog(counts, errors, color=BLUE)
    for n in (100, 10_000):
        error = distributions.monte_carlo(values[:n])[1]
        right.plot(n, error, "o", color=ORANGE)
        is_left = n < 1000
        right.text(
            n * (1.3 if is_left else 0.75),
            error,
            f"{n:,} points: ±{error:.3f}",
            color=ORANGE,
            ha="left" if is_left else "right",
            va="bottom" if is_left else "top",
        )
    right.set(xlabel="points", ylim=(3e-3, 1))
    right.set_title("standard error: falls with the root")
    return figure


def temperature(softmax: types.ModuleType) -> Figure:
    """Show the same logits at four temperatures."""
    words, logits = ("the", "cat", "sat", "on", "mat"), np.array([2.0, 1.0, 0.1, -1.0, 3.0])
    figure, panels = plt.subplots(1, 4, figsize=(9, 2.8), sharey=True)
    for axes, heat in zip(panels, (0.5, 1.0, 2.0, 10.0), strict=True):
        p = softmax.softmax(logits, temperature=heat)
        axes.bar(range(5), p, color=ORANGE if heat == 1 else BLUE)
        for x, share in enumerate(p):
            axes.text(x, share + 0.02, f"{share:.2f}", ha="center", size=9)
        axes.set_xticks(range(5), words)
        axes.tick_params(axis="x", labelcolor=INK, length=0)
        axes.set(ylim=(0, 1), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.set_title(f"temperature {heat:g}")
    return figure


def cutoffs(softmax: types.ModuleType) -> Figure:
    """Show what top-k and top-p keep of a sure and of an unsure next token."""
    rows = {
        "sure": np.array([6.0, 2.5, 2.0, 1.5, 1.0, 0.5, 0.0, -0.5]),
        "unsure": np.array([1.6, 1.4, 1.3, 1.2, 1.0, 0.9, 0.0, -1.5]),
    }
    figure, grid = plt.subplots(2, 3, figsize=(9, 3.5), sharex=True, sharey="row")
    for panels, (name, logits) in zip(grid, rows.items(), strict=True):
        p = softmax.softmax(logits)
        kept = (("all", p), ("top_k, k = 3", softmax.top_k(logits, 3)),
                ("top_p, p = 0.9", softmax.top_p(logits, 0.9)))  # fmt: skip
        for axes, (title, shares) in zip(panels, kept, strict=True):
            axes.bar(range(8), p, color=PALE)
            axes.bar(range(8), shares, color=BLUE, width=0.5)
            axes.set(xticks=[], yticks=[])
            axes.spines["left"].set_visible(False)
            n_kept = np.count_nonzero(shares)
            axes.text(7.4, p.max() * 0.9, f"{n_kept} of 8", ha="right", va="center", color=BLUE)
            if name == "sure":
                axes.set_title(title)
        panels[0].set_ylabel(name)
    grid[1, 1].set_xlabel("eight tokens; pale: before the cut, blue: after it")
    return figure


def cross_entropy(softmax: types.ModuleType) -> Figure:
    """Show the cross-entropy against the probability of the right class."""
    p = np.linspace(0.005, 1, 200)
    rest = (1 - p) / 4
    target = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    losses = [
        softmax.cross_entropy(np.array([r, q, r, r, r]), target)
        for q, r in zip(p, rest, strict=True)
    ]
    figure, axes = plt.subplots(figsize=(6.6, 3.2))
    axes.plot(p, losses, color=BLUE)
    for q, colour, words in (
        (0.85, GREEN, "good"),
        (0.1, RED, "bad"),
        (0.01, RED, "sure and wrong"),
    ):
        loss = softmax.cross_entropy(np.array([1 - q, q, 0, 0, 0]), target)
        axes.plot(q, loss, "o", color=colour)
        label = f"{words}: {q:g} costs {loss:.4f}"
        if q > 0.5:
            axes.text(q, loss + 0.5, label, color=colour, ha="center")
        else:
            axes.text(q + 0.025, loss + 0.12, label, color=colour)
    axes.set(
        xlim=(-0.01, 1.03), ylim=(0, 5.4), xlabel="probability of the right class", ylabel="loss"
    )
    return figure


def forward(diffusion: types.ModuleType) -> Figure:
    """Show a digit that turns into noise under two schedules."""
    X, _ = load_digits()
    x0 = X[0].reshape(8, 8) / 8 - 1
    T, times = 1000, (0, 100, 250, 400, 600, 999)
    noise = np.random.default_rng(1).normal(size=(8, 8))
    schedules = {
        "linear": diffusion.alpha_bars(diffusion.linear_beta_schedule(T)),
        "cosine": diffusion.cosine_alpha_bars(T),
    }
    figure, grid = plt.subplots(2, len(times), figsize=(9, 3.6))
    for panels, (name, alpha_bars) in zip(grid, schedules.items(), strict=True):
        for axes, t in zip(panels, times, strict=True):
            xt = diffusion.add_noise(x0[None], np.array([t]), alpha_bars, noise[None])[0]
            show_image(axes, xt, -1.8, 1.8)
            axes.set_xlabel(f"ᾱ = {alpha_bars[t]:.2g}", size=9, color=FAINT)
            if name == "linear":
                axes.set_title(f"t = {t}")
        panels[0].set_ylabel(name)
    return figure


def noise_schedules(diffusion: types.ModuleType) -> Figure:
    """Show how much of the picture is left in each step, and how pixels become a bell."""
    T = 1000
    linear = diffusion.alpha_bars(diffusion.linear_beta_schedule(T))
    cosine = diffusion.cosine_alpha_bars(T)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3))
    for alpha_bars, colour, name, where in (
        (linear, ORANGE, "linear", (170, 0.62)),
        (cosine, BLUE, "cosine", (545, 0.5)),
    ):
        left.plot(np.arange(0, T, 10), alpha_bars[::10], color=colour)
        left.text(*where, name, color=colour, ha="right" if name == "linear" else "left")
    left.set(xlabel="step t", ylim=(0, 1.03), yticks=[0, 0.5, 1], xticks=[0, 250, 500, 750, 999])
    left.set_title("ᾱ: share of the picture in the variance")

    X, _ = load_digits()
    pixels = X[:, 20] / 8 - 1  # one pixel of all digits
    noise = np.random.default_rng(0).normal(size=pixels.shape)
    edges = np.linspace(-3.2, 3.2, 33)
    for t, colour in ((0, PALE), (100, BLUE), (999, ORANGE)):
        xt = diffusion.add_noise(pixels, np.full(len(pixels), t), linear, noise)
        heights, _ = np.histogram(xt, edges, density=True)
        right.stairs(
            np.minimum(heights, 1.2),
            edges,
            color=colour,
            fill=t == 0,
            linewidth=1.6,
            label=f"t = {t}",
        )
    bell = np.linspace(-3.2, 3.2, 65)
    right.plot(
        bell,
        np.exp(-(bell**2) / 2) / np.sqrt(2 * np.pi),
        color=INK,
        linewidth=1,
        label="bell curve",
    )
    right.set(ylim=(0, 1.25), yticks=[], xlabel="value of one pixel, in 1,797 digits")
    right.legend(loc="upper right", handlelength=1.2)
    right.set_title("from two heaps to a bell")
    return figure


PICTURES = {
    "week3/pictures/joint.svg": ("probability", joint),
    "week3/pictures/coin.svg": ("probability", coin),
    "week3/pictures/beta.svg": ("probability", beta),
    "week3/pictures/naive_bayes.svg": ("probability", naive_bayes),
    "week3/pictures/calibration.svg": ("probability", calibration),
    "week3/pictures/gaussian.svg": ("distributions", gaussian),
    "week3/pictures/product.svg": ("distributions", product),
    "week3/pictures/sampling.svg": ("distributions", sampling),
    "week3/pictures/monte_carlo.svg": ("distributions", monte_carlo),
    "week3/pictures/temperature.svg": ("softmax", temperature),
    "week3/pictures/cross_entropy.svg": ("softmax", cross_entropy),
    "week3/pictures/cutoffs.svg": ("softmax", cutoffs),
    "week3/pictures/forward.svg": ("diffusion", forward),
    "week3/pictures/noise_schedules.svg": ("diffusion", noise_schedules),
}
