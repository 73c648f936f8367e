"""The pictures of week 4, information theory, nanoGPT and DDPM.

Each is a function of the reference module that it shows.
"""

from __future__ import annotations

import itertools
import types
from collections.abc import Callable
from statistics import NormalDist

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from kata.shows.digits import load_digits
from kata.shows.models import load_language_model
from kata.shows.style import (
    BLUE,
    CARD,
    EDGE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PALE,
    RED,
    card_to_blue,
    draw_arrow,
    draw_box,
    show_image,
    show_plane,
    write_beside,
)
from training.nanogpt import read_sonnets, split


def surprise(information: types.ModuleType) -> Figure:
    """Show what an outcome is worth in bits, and the entropy of a coin."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    p = np.linspace(0.01, 1, 100)
    left.plot(p, -np.log2(p), color=BLUE)
    for share in (0.5, 0.25, 0.125):
        left.plot(share, -np.log2(share), "o", color=ORANGE)
        bits = -np.log2(share)
        label = f"1 in {1 / share:.0f}: {bits:.0f} bit{'' if bits == 1 else 's'}"
        left.text(share + 0.03, bits + 0.12, label, color=ORANGE)
    left.set(xlabel="probability of what happened", ylabel="bits", ylim=(0, 6), xlim=(0, 1.02))
    left.set_title("surprise")
    p = np.linspace(0, 1, 101)
    right.plot(p, information.entropy(np.stack([p, 1 - p], axis=1)), color=BLUE)
    for share, words, where in ((0.5, "fair", (0.5, 0.86)), (0.9, "0.9", (0.8, 0.38))):
        bits = float(information.entropy(np.array([share, 1 - share])))
        right.plot(share, bits, "o", color=ORANGE)
        right.text(*where, f"{words}: {bits:.2f}", color=ORANGE, ha="center")
    right.set(xlabel="probability of heads", ylabel="bits", ylim=(0, 1.08), yticks=[0, 0.5, 1])
    right.set_title("entropy of a coin")
    return figure


def two_kl(information: types.ModuleType) -> Figure:
    """Show the one bell that is nearest to two heaps, in either direction of the KL divergence."""
    x = np.linspace(-8, 8, 201)

    def bell(mu: float, sigma: float) -> np.ndarray:
        weights = np.exp(-0.5 * ((x - mu) / sigma) ** 2)
        return weights / weights.sum()

    p = 0.6 * bell(-2, 0.8) + 0.4 * bell(2.5, 0.8)
    places = [(mu, sigma) for mu in np.linspace(-4, 4, 81) for sigma in np.linspace(0.5, 4, 71)]
    bells = np.array([bell(mu, sigma) for mu, sigma in places])
    forward = information.kl_divergence(p, bells)
    backward = information.kl_divergence(bells, p)
    figure, panels = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
    for axes, distance, title in (
        (panels[0], forward, "smallest D(p ‖ q): covers all"),
        (panels[1], backward, "smallest D(q ‖ p): picks one"),
    ):
        best = int(np.argmin(distance))
        mu, sigma = places[best]
        axes.fill_between(x, p, color=PALE, linewidth=0)
        axes.plot(x, bells[best], color=BLUE)
        axes.set(yticks=[], xlim=(-6, 6.5), ylim=(0, 0.045))
        axes.spines["left"].set_visible(False)
        axes.set_title(title)
        axes.text(
            6.4, 0.043, f"mean {mu:.1f}, σ {sigma:.2f}\nD(p ‖ q) = {forward[best]:.2f} bits\n"
            f"D(q ‖ p) = {backward[best]:.2f} bits".replace("-", "−"),
            color=BLUE, ha="right", va="top",
        )  # fmt: skip
    panels[0].text(-3.4, 0.018, "p", color=FAINT, weight="bold")
    panels[0].text(0.1, 0.0145, "q", color=BLUE, weight="bold", ha="center")
    return figure


def shared(information: types.ModuleType) -> Figure:
    """Show three joint distributions and how much one variable says about the other."""
    tables = {
        "independent": np.array([[0.21, 0.09], [0.49, 0.21]]),
        "spam and “free”": np.array([[0.24, 0.06], [0.11, 0.59]]),
        "the same thing": np.array([[0.3, 0.0], [0.0, 0.7]]),
    }
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.1))
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        axes.imshow(
            table, cmap=card_to_blue(), vmin=0, vmax=0.9, interpolation="none", aspect="auto"
        )
        for x, y in np.ndindex(table.shape):
            axes.text(y, x, f"{table[x, y]:.2f}", ha="center", va="center",
                      color=CARD if table[x, y] > 0.55 else INK)  # fmt: skip
        axes.set_xticks([0, 1], ["“free”", "not"])
        axes.set_yticks([0, 1], ["spam", "other"], rotation=90, va="center")
        axes.tick_params(length=0)
        axes.spines[:].set_color(EDGE)
        axes.spines[:].set_visible(True)
        axes.set_title(name)
        bits = information.mutual_information(table)
        left = information.conditional_entropy(table, 1)
        axes.set_xlabel(
            f"of 0.88 bits, {bits:.2f} are shared,\n{abs(left):.2f} stay open", color=INK
        )
    return figure


def heat(information: types.ModuleType) -> Figure:
    """Show how the entropy of the next token grows with the temperature."""
    logits = np.array([2.0, 1.0, 0.1, -1.0, 3.0])
    heats = np.geomspace(0.1, 30, 90)
    scaled = np.exp((logits - logits.max()) / heats[:, None])
    bits = information.entropy(scaled / scaled.sum(axis=1, keepdims=True))
    figure, axes = plt.subplots(figsize=(7.4, 3.1))
    axes.plot(heats, bits, color=BLUE)
    axes.axhline(np.log2(5), color=FAINT, linewidth=1, linestyle=":")
    axes.text(0.1, np.log2(5) - 0.06, "5 tokens, all alike: 2.32 bits", color=FAINT, va="top")
    for target in (1.0, 2.0):
        T = information.temperature_for_entropy(logits, target)
        axes.plot(T, target, "o", color=ORANGE)
        label = f"{target:g} bit{'' if target == 1 else 's'} at T = {T:.3f}"
        axes.text(T * 1.15, target - 0.05, label, color=ORANGE, va="top")
    axes.set(xscale="log", ylim=(0, 2.6), xlabel="temperature", ylabel="entropy, bits")
    axes.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    return figure


def codes(vae: types.ModuleType) -> Figure:
    """Show the codes of a linear VAE on digits, and what it draws from random codes."""
    X, y = load_digits()
    mean = X.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(X.T, bias=True))
    variances, directions = variances[::-1], directions[:, ::-1]
    rng = np.random.default_rng(1)
    noise, z = rng.normal(size=X.shape), rng.normal(size=(4, 64))
    figure = plt.figure(figsize=(9, 4.3))
    grid = figure.add_gridspec(3, 7, width_ratios=[3.9, 1, 1, 1, 1, 1, 1])
    plane = figure.add_subplot(grid[:, 0])
    for row, beta in enumerate((1.0, 20.0, 100.0)):
        # With a linear encoder and decoder the best weights are known (Tipping and Bishop, 1999):
        # a direction whose variance is at most beta is not worth its KL.
        gain = np.sqrt(np.maximum(variances - beta, 0))
        used = gain > 0
        mu = (X - mean) @ directions * np.divide(gain, variances, where=used, out=np.zeros(64))
        log_var = np.log(np.divide(beta, variances, where=used, out=np.ones(64)))
        code = vae.reparameterize(mu, log_var, noise)
        kl = np.mean(vae.gaussian_kl(mu, np.broadcast_to(log_var, mu.shape)))
        drawn = [X[0], mean + (code[0] * gain) @ directions.T, *(mean + (z * gain) @ directions.T)]
        for column, pixels in enumerate(drawn):
            axes = figure.add_subplot(grid[row, column + 1])
            show_image(axes, pixels.reshape(8, 8), 0, 16)
            if row == 0 and column < 2:
                axes.set_title(("digit", "decoded")[column], size=10)
            if row == 0 and column == 4:
                write_beside(axes, 0, 1.12, "from random codes")
            if column == 2:
                words = f"β = {beta:g}: {used.sum()} of 64 numbers in use, KL {kl:.1f} nats"
                write_beside(axes, 1.1, -0.3, words, FAINT)
        if beta == 20:
            for digit, colour in ((0, BLUE), (4, ORANGE), (7, GREEN)):
                points = code[y == digit][:30, :2].T
                plane.plot(*points, "o", color=colour, markersize=3.5, markeredgewidth=0)
                plane.plot([], [], "o", color=colour, markersize=4, label=f"{digit}")
    turned = np.linspace(0, 2 * np.pi, 60)
    for radius in (1, 2):
        plane.plot(radius * np.cos(turned), radius * np.sin(turned), color=FAINT, linewidth=0.8)
    plane.set_aspect("equal")
    plane.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    plane.set(xlabel="first number of the code", ylabel="second")
    plane.legend(loc="upper left", handlelength=0.3, labelspacing=0.2)
    plane.set_title("codes of three digits, β = 20")
    return figure


def leash(rlhf: types.ModuleType) -> Figure:
    """Show how a strong and a weak KL penalty change which of five answers a model gives."""
    reference, reward = np.array([0.4, 0.3, 0.2, 0.08, 0.02]), np.array([0.0, 0.5, 1.0, 1.5, 4.0])

    def best_policy(beta: float) -> np.ndarray:
        weights = reference * np.exp(reward / beta)
        return weights / weights.sum()

    figure, panels = plt.subplots(1, 4, figsize=(9, 3.0), width_ratios=[1, 1, 1, 1.5])
    shown = (("reference", reference), ("β = 2", best_policy(2)), ("β = 0.5", best_policy(0.5)))
    for axes, (name, policy) in zip(panels, shown, strict=False):
        axes.bar(range(5), policy, color=[BLUE] * 4 + [RED])
        axes.set_xticks(range(5), [f"{r:g}" for r in reward])
        axes.set(ylim=(0, 1.06), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.text(4, policy[4] + 0.02, f"{policy[4]:.0%}", color=RED, ha="center")
        axes.set_title(name)
    panels[1].set_xlabel("reward of the answer")
    betas = np.geomspace(0.2, 50, 40)
    policies = np.array([best_policy(beta) for beta in betas])
    divergence = np.sum(policies * np.log(policies / reference), axis=1)
    right = panels[3]
    right.plot(divergence, policies @ reward, color=INK)
    right.plot(0, reference @ reward, "o", color=FAINT)
    right.text(0.16, reference @ reward - 0.22, f"reference: {reference @ reward:.2f}", color=FAINT)
    for beta, shift in ((2.0, (0.22, -0.02)), (0.5, (0.7, -1.25))):
        policy = best_policy(beta)
        logp, logp_ref = np.log(policy)[:, None], np.log(reference)[:, None]
        penalized = rlhf.kl_penalized_reward(reward, logp, logp_ref, beta)
        assert np.ptp(penalized) < 1e-9  # the mark of the best policy: no answer is better
        x, height = policy @ (np.log(policy) - np.log(reference)), policy @ reward
        right.plot(x, height, "o", color=ORANGE)
        label = f"β = {beta:g}: {height:.2f}"
        right.text(x + shift[0], height + shift[1], label, color=ORANGE,
                   ha="left" if beta > 1 else "right")  # fmt: skip
    right.set(xlabel="KL from the reference, nats", ylim=(0, 4.4), xlim=(-0.1, 4.2))
    right.set_title("mean reward")
    return figure


def estimates(rlhf: types.ModuleType) -> Figure:
    """Show the two estimates of the KL divergence, and the loss of DPO."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 3.1))
    ratios = np.linspace(-2, 2, 41)
    k1, k3 = np.array([rlhf.kl_estimates(np.array([[r]]), np.zeros((1, 1))) for r in ratios]).T
    left.plot(ratios, k1, color=ORANGE)
    left.plot(ratios, k3, color=BLUE)
    left.axhline(0, color=PALE, linewidth=1, zorder=0)
    left.text(-1.25, 3.4, "k3", color=BLUE)
    left.text(1.1, 1.75, "k1", color=ORANGE)
    left.set(xlabel="log p − log p_ref of a token", ylim=(-2.2, 4.6), xticks=[-2, 0, 2])
    left.set_title("of one token")

    rng = np.random.default_rng(0)
    policy, reference = np.array([0.5, 0.3, 0.2]), np.array([0.6, 0.27, 0.13])
    tokens = rng.choice(3, p=policy, size=(2000, 1, 100))
    logp, logp_ref = np.log(policy)[tokens], np.log(reference)[tokens]
    batches = np.array([rlhf.kl_estimates(a, b) for a, b in zip(logp, logp_ref, strict=True)])
    truth = np.sum(policy * np.log(policy / reference))
    edges = np.linspace(-0.08, 0.12, 51)
    for column, colour in ((0, ORANGE), (1, BLUE)):
        heights, _ = np.histogram(batches[:, column], edges)
        middle.stairs(heights, edges, color=colour, linewidth=1.6)
    middle.axvline(truth, color=INK, linewidth=1, linestyle=":")
    middle.text(truth + 0.008, 620, f"truth\n{truth:.4f}", va="top")
    middle.set(yticks=[], xlabel="estimate from 100 tokens", xticks=[-0.05, 0, 0.05, 0.1])
    middle.set_title("2,000 estimates")

    margins = np.linspace(-6, 6, 61)
    zero = np.zeros(1)
    loss = [rlhf.dpo_loss(np.array([m]), zero, zero, zero, 1.0) for m in margins]
    right.plot(margins, loss, color=BLUE)
    right.plot(0, np.log(2), "o", color=ORANGE)
    right.text(0.3, 0.95, f"at first: {np.log(2):.3f}", color=ORANGE)
    right.set(xlabel="β × margin over the reference", ylim=(0, 6.3))
    right.set_title("DPO's loss")
    return figure


def clipped(rlhf: types.ModuleType) -> Figure:
    """Show what a token is worth to PPO, by the ratio of its probability now and then."""
    figure, axes = plt.subplots(figsize=(7.4, 3.3))
    ratios = np.linspace(0.4, 1.7, 131)
    zero = np.zeros((1, 1))
    for advantage, colour, words, place in (
        (1.0, BLUE, "A = 1: better than expected", (1.22, 1.32)),
        (-1.0, ORANGE, "A = −1:\nworse than expected", (0.41, -0.68)),
    ):
        a = np.array([[advantage]])
        worth = [-rlhf.ppo_clip_loss(np.log([[r]]), zero, a, 0.2) for r in ratios]
        axes.plot(ratios, worth, color=colour)
        axes.plot(1.0, advantage, "o", color=colour)
        axes.text(*place, words, color=colour)
    for border in (0.8, 1.2):
        axes.axvline(border, color=FAINT, linewidth=1, linestyle=":", zorder=0)
    axes.axhline(0, color=PALE, linewidth=1, zorder=0)
    axes.set(xlabel="ρ, the token's probability now over then", ylim=(-1.85, 1.6))
    axes.set(xticks=[0.4, 0.8, 1, 1.2, 1.6], ylabel="worth")
    return figure


def bigrams(bigram: types.ModuleType) -> Figure:
    """Show a table of letters that follow letters, and how well it predicts sonnets."""
    model = load_language_model()
    learned, held_out = (model.encode(text) for text in split(read_sonnets()))
    vocab = len(model.vocabulary)
    counts = bigram.bigram_counts(learned, vocab)
    shown = model.encode(" abcdefghijklmnopqrstuvwxyz")
    rows = bigram.bigram_probabilities(counts, alpha=0.0)[np.ix_(shown, shown)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.3), width_ratios=[1.25, 1])
    left.imshow(np.sqrt(rows), cmap=card_to_blue(), vmin=0, vmax=1, interpolation="none",
                aspect="auto")  # fmt: skip
    names = ["␣", *model.decode(shown)[1:]]
    left.set_xticks(range(len(names)), names, size=8)
    left.set_yticks(range(len(names)), names, size=8)
    left.tick_params(length=0, labelcolor=INK, pad=1)
    left.spines[:].set_visible(False)
    left.set(xlabel="is followed by", ylabel="the character")
    left.set_title("darker: more often")

    shares = np.bincount(learned, minlength=vocab) / len(learned)
    losses = {
        "guessing": np.log(vocab),
        "single characters": -np.mean(np.log(shares[held_out])),
        "bigrams": bigram.bigram_loss(bigram.bigram_probabilities(counts, 0.1), held_out),
        "a small GPT": model.held_out_loss,
    }
    places = np.arange(len(losses))[::-1]
    colours = [PALE, PALE, ORANGE, BLUE]
    right.barh(places, list(losses.values()), color=colours, height=0.6)
    for place, loss in zip(places, losses.values(), strict=True):
        right.text(loss + 0.08, place, f"{loss:.2f}", va="center")
    right.set_yticks(places, losses)
    right.tick_params(axis="y", length=0, labelcolor=INK)
    right.set(xlim=(0, 4.9), xlabel="nats per character")
    right.set_title("loss on other sonnets")
    return figure


def causal(nanogpt: types.ModuleType) -> Figure:
    """Show who may look at whom in a language model, and the bend between its layers."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    words = ["the", "cat", "sat", "on", "the", "mat"]
    rng = np.random.default_rng(7)
    Q, K = rng.normal(size=(2, 6, 8))
    weights = nanogpt.causal_attention(Q, K, np.eye(6))
    left.imshow(weights, cmap=card_to_blue(), vmin=0, vmax=1, interpolation="none")
    for t, s in np.ndindex(weights.shape):
        label = f"{weights[t, s]:.2f}" if s <= t else "·"
        colour = CARD if weights[t, s] > 0.6 else INK
        left.text(s, t, label, ha="center", va="center", color=colour, size=9)
    left.set_xticks(range(6), words)
    left.set_yticks(range(6), words)
    left.tick_params(length=0, labelcolor=INK)
    left.spines[:].set_visible(False)
    left.set(xlabel="looks at", ylabel="the token")
    left.set_title("nobody sees the future")
    x = np.linspace(-4, 3, 141)
    right.plot(x, np.maximum(x, 0), color=FAINT, linewidth=1.4, linestyle="--")
    right.plot(x, nanogpt.gelu(x), color=BLUE)
    right.text(1.35, 2.2, "GELU", color=BLUE, ha="right")
    right.text(-1.0, 0.12, "ReLU", color=FAINT, ha="right")
    right.set(xlabel="x", ylim=(-0.4, 3), yticks=[0, 1, 2, 3])
    right.set_title("the bend of GPT-2")
    return figure


def gpt(nanogpt: types.ModuleType) -> Figure:
    """Show the way of six tokens through a small GPT, with all shapes."""
    figure, axes = plt.subplots(figsize=(9, 3.9))
    stages = (
        ("tokens", "(T,)"),
        ("wte + wpe", "(T, d)"),
        ("block", "(T, d)"),
        ("block", "(T, d)"),
        ("layer_norm", "(T, d)"),
        ("wteᵀ", "(T, vocab)"),
        ("softmax", "next token"),
    )
    for i, (name, shape) in enumerate(stages):
        _draw_stage(axes, (1.3 * i, 2.6), name, ORANGE if name == "block" else INK)
        axes.text(1.3 * i, 2.08, shape, ha="center", color=FAINT, size=9)
        if i:
            draw_arrow(axes, (1.3 * i - 0.77, 2.6), (1.3 * i - 0.53, 2.6), FAINT)
    inside = ("x", "layer_norm", "attention", "+", "layer_norm", "mlp", "+")
    for i, name in enumerate(inside):
        x = 1.3 * i
        if name in ("x", "+"):
            axes.text(x, 0.9, name, ha="center", va="center", size=15, color=ORANGE)
        else:
            _draw_stage(axes, (x, 0.9), name, INK)
        if i:
            gap = 0.2 if inside[i - 1] in ("x", "+") else 0.55
            end = 0.2 if name == "+" else 0.55
            draw_arrow(axes, (x - 1.3 + gap, 0.9), (x - end, 0.9), FAINT)
    for start, end in ((0.4, 3.9), (4.3, 7.8)):  # the second sets out behind the first plus
        axes.plot(start, 0.9, "o", color=ORANGE, markersize=4.5, zorder=5)
        axes.plot([start, start, end], [0.9, 1.5, 1.5], color=ORANGE, linewidth=1.6)
        draw_arrow(axes, (end, 1.5), (end, 1.12), ORANGE)
        axes.text((start + end) / 2, 1.57, "as it is", ha="center", color=ORANGE, size=9)
    axes.text(3.9, 0.3, "inside a block", ha="center", color=ORANGE)
    axes.set(xlim=(-0.7, 8.5), ylim=(0.1, 3.0))
    axes.axis("off")
    return figure


def _draw_stage(axes: Axes, middle: tuple[float, float], name: str, colour: str) -> None:
    draw_box(axes, middle, 0.96, 0.44)
    axes.text(*middle, name, ha="center", va="center", weight="bold", size=9, color=colour)


def heads(nanogpt: types.ModuleType) -> Figure:
    """Show how a table of tokens is cut into heads: reshape, then swap two axes."""
    T, n_head, size = 4, 3, 2
    x = np.arange(T * n_head * size).reshape(T, n_head * size)
    cut = x.reshape(T, n_head, size)
    apart = cut.swapaxes(0, 1)
    figure, axes = plt.subplots(figsize=(9, 3.3))

    def draw(left: float, top: float, table: np.ndarray, colour: str) -> None:
        for i, j in np.ndindex(table.shape):
            corner = (left + j, top - i - 1)
            axes.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor=CARD, alpha=0.85))
            axes.text(left + j + 0.5, top - i - 0.5, f"{table[i, j]}", color=CARD, ha="center",
                      va="center", size=9, weight="bold")  # fmt: skip

    for h, colour in enumerate((BLUE, ORANGE, GREEN)):
        draw(size * h, 4, cut[:, h], colour)
        for t in range(T):
            draw(10 + 2.5 * h, 4.6 - 1.4 * t, cut[t : t + 1, h], colour)
        draw(21.5 + 3.0 * h, 4, apart[h], colour)
        axes.text(22.5 + 3.0 * h, -0.65, f"head {h}", color=colour, ha="center", va="center")
    for middle, words in (
        (3, f"x: {x.shape}"),
        (13.5, f"reshape: {cut.shape}"),
        (25.5, f"swapaxes: {apart.shape}"),
    ):
        axes.text(middle, 5.4, words, ha="center", weight="bold")
    axes.text(3, -0.65, "tokens × features", color=FAINT, ha="center", va="center")
    draw_arrow(axes, (6.9, 2), (9.1, 2), FAINT)
    draw_arrow(axes, (18.1, 2), (20.6, 2), FAINT)
    show_plane(axes, (-0.3, 30.0), (-1.2, 6.1))
    return figure


def sonnet(nanogpt: types.ModuleType) -> Figure:
    """Show how surprised the small shipped model is by each character of a line."""
    model = load_language_model()
    tokens = model.windows(model.passage)[0]
    logits = nanogpt.gpt_logits(tokens, model.params, model.n_head)
    line = model.decode(tokens).split("\n")[0]
    pairs = [slice(t, t + 2) for t in range(len(line) - 1)]  # a token, and the one that came
    losses = [nanogpt.next_token_loss(logits[pair], tokens[pair]) for pair in pairs]
    figure, axes = plt.subplots(figsize=(9, 2.9))
    colours = [ORANGE if before == " " else BLUE for before in line[:-1]]
    axes.bar(range(1, len(line)), losses, color=colours)
    guess = np.log(len(model.vocabulary))
    axes.axhline(guess, color=FAINT, linewidth=1, linestyle=":")
    axes.text(-0.4, guess + 0.1, f"guessing: {guess:.2f}", color=FAINT)
    axes.set_xticks(
        range(len(line)), ["␣" if character == " " else character for character in line]
    )
    axes.tick_params(axis="x", length=0, labelcolor=INK)
    axes.set(xlim=(-0.7, len(line)), ylabel="surprise, nats")
    axes.set_title("orange: the first letter of a word")
    return figure


def rope(modern: types.ModuleType) -> Figure:
    """Show pairs that turn with the position, and scores that know the distance alone."""
    figure = plt.figure(figsize=(9, 2.9))
    grid = figure.add_gridspec(1, 4, width_ratios=[1, 1, 1, 1.6])
    positions = np.arange(6)
    x = np.tile([0.0, 1.0], (6, 3))
    hands = modern.rope(x, positions, base=100.0).reshape(6, 3, 2)
    for pair in range(3):
        axes = figure.add_subplot(grid[pair])
        axes.add_patch(Circle((0, 0), 1.0, facecolor="none", edgecolor=EDGE))
        for p in positions:
            a, b = hands[p, pair]
            axes.plot([0, a], [0, b], color=BLUE, alpha=0.25 + 0.15 * p, linewidth=1.8)
            axes.plot(a, b, "o", color=BLUE, alpha=0.25 + 0.15 * p, markersize=4)
        for p in (0, 5):
            axes.text(*(1.25 * hands[p, pair]), f"{p}", ha="center", va="center", color=ORANGE)
        show_plane(axes, (-1.4, 1.4), (-1.4, 1.4))
        axes.set_title(f"pair {pair}")
    axes = figure.add_subplot(grid[3])
    rng = np.random.default_rng(2)
    q = rng.normal(size=16)
    distances = np.arange(0, 41)
    for start, colour, width in ((0, PALE, 7.0), (50, ORANGE, 3.5), (1000, BLUE, 1.2)):
        turned_q = modern.rope(q[np.newaxis], np.array([start]), base=100.0)[0]
        keys = modern.rope(np.tile(q, (41, 1)), start + distances, base=100.0)
        axes.plot(distances, keys @ turned_q, color=colour, linewidth=width,
                  label=f"from {start}")  # fmt: skip
    axes.legend(loc="upper right")
    axes.set(xlabel="distance of the two tokens", yticks=[0, 10, 20])
    axes.set_title("inner product")
    return figure


def two_bells(ddpm: types.ModuleType) -> Figure:
    """Show the posterior of one pixel as the product of a prior and a likelihood."""
    betas, x0, xt = np.array([0.4375, 0.36]), 1.0, 2.0  # the example of the docstring
    alpha_bars = np.cumprod(1 - betas)
    mean, variance = ddpm.posterior_mean_variance(np.array([x0]), np.array([xt]), 1, betas)
    prior = (np.sqrt(alpha_bars[0]) * x0, 1 - alpha_bars[0])
    likelihood = (xt / np.sqrt(1 - betas[1]), betas[1] / (1 - betas[1]))
    x = np.linspace(-1.6, 5.0, 200)

    def bell(mu: float, var: float) -> np.ndarray:
        density: np.ndarray = np.exp(-((x - mu) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)
        return density

    product = bell(*prior) * bell(*likelihood)
    posterior = bell(float(mean[0]), float(variance))
    assert np.allclose(product / product.max(), posterior / posterior.max())
    figure, axes = plt.subplots(figsize=(7.4, 3.1))
    axes.fill_between(x, posterior, color=ORANGE, alpha=0.15, linewidth=0)
    axes.plot(x, posterior, color=ORANGE)
    axes.plot(x, bell(*prior), color=BLUE)
    axes.plot(x, bell(*likelihood), color=GREEN)
    for place, (mu, var), words, colour in (
        ((-0.15, 0.62), prior, "from x₀", BLUE),
        ((3.3, 0.5), likelihood, "from xₜ", GREEN),
        ((2.05, 0.76), (float(mean[0]), float(variance)), "product", ORANGE),
    ):
        side = "right" if colour == BLUE else "left"
        axes.text(*place, f"{words}: mean {mu:.2f},\nvariance {var:.2f}", color=colour, ha=side,
                  va="center")  # fmt: skip
    axes.set(yticks=[], ylim=(0, 0.9), xlim=(-2.3, 5.2), xlabel="one pixel of xₜ₋₁")
    axes.spines["left"].set_visible(False)
    return figure


def reverse(ddpm: types.ModuleType) -> Figure:
    """Show sampling paths from noise to two heaps, and the weights of one step back."""
    T, rng = 1000, np.random.default_rng(3)
    betas = np.linspace(1e-4, 0.02, T)
    alpha_bars = np.cumprod(1 - betas)
    heaps, shares, width = np.array([-1.5, 1.0]), np.array([0.4, 0.6]), 0.15

    def model(x: np.ndarray, t: int) -> np.ndarray:
        """Predict the noise as well as it can be: the data are two narrow bells."""
        paths.append(x)
        a = alpha_bars[t]
        variance = a * width**2 + 1 - a
        gap = x[:, None] - np.sqrt(a) * heaps
        log_weight = np.log(shares) - gap**2 / (2 * variance)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weight = weight / weight.sum(axis=1, keepdims=True)
        return np.sqrt(1 - a) * np.sum(weight * gap, axis=1) / variance

    paths: list[np.ndarray] = []
    n = 400
    drawn = ddpm.sample(model, rng.normal(size=n), betas, rng.normal(size=(T, n)))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), width_ratios=[1.6, 1])
    track = np.array([*paths, drawn])[::10, :12]
    steps_left = T - np.arange(0, T + 1, 10)
    share = np.mean(drawn > 0)
    for side, heap, part, colour in ((1, 1.0, share, BLUE), (-1, -1.5, 1 - share, ORANGE)):
        ends_here = side * track[-1] > 0
        left.plot(steps_left, track[:, ends_here], color=colour, linewidth=0.8, alpha=0.8)
        left.text(-25, heap, f"{part:.0%}", color=colour, ha="left", va="center", weight="bold")
    left.set(xlim=(T, -110), ylim=(-3.4, 3.7), xticks=[1000, 750, 500, 250, 0], xlabel="step t")
    left.set_title("12 of 400 samples: from noise to two heaps")

    steps = np.unique(np.geomspace(1, T - 1, 70).astype(int))
    one, zero = np.ones(1), np.zeros(1)
    of_x0 = [float(ddpm.posterior_mean_variance(one, zero, int(t), betas)[0][0]) for t in steps]
    of_xt = [float(ddpm.posterior_mean_variance(zero, one, int(t), betas)[0][0]) for t in steps]
    right.plot(steps, of_x0, color=GREEN)
    right.plot(steps, of_xt, color=INK)
    right.text(3.2, 0.62, "of x₀", color=GREEN)
    right.text(60, 0.86, "of xₜ", color=INK)
    right.set(xscale="log", ylim=(0, 1.05), yticks=[0, 0.5, 1], xlabel="step t")
    right.set_title("weights in one step back")
    return figure


def denoised(ddpm: types.ModuleType) -> Figure:
    """Show noise that becomes digits, with a denoiser that knows all digits by heart."""
    X, _ = load_digits()
    digits = X / 8 - 1
    T, rng = 1000, np.random.default_rng(8)
    betas = np.linspace(1e-4, 0.02, T)
    alpha_bars = np.cumprod(1 - betas)
    states, guesses = {}, {}

    def model(x: np.ndarray, t: int) -> np.ndarray:
        """Predict the noise as well as it can be, if the data are exactly these digits."""
        a = alpha_bars[t]
        squares = np.sum((x[:, None] - np.sqrt(a) * digits) ** 2, axis=2)
        weight = np.exp((squares.min(axis=1, keepdims=True) - squares) / (2 * (1 - a)))
        x0 = weight / weight.sum(axis=1, keepdims=True) @ digits
        states[t], guesses[t] = x, x0
        return (x - np.sqrt(a) * x0) / np.sqrt(1 - a)

    start, noises = rng.normal(size=(2, 64)), rng.normal(size=(T, 2, 64))
    states[-1] = ddpm.sample(model, start, betas, noises)
    times = (999, 700, 500, 350, 200, 100, 0)
    figure, grid = plt.subplots(4, len(times), figsize=(9, 5.4))
    for column, t in enumerate(times):
        for sample in range(2):
            show_image(grid[2 * sample, column], states[t][sample].reshape(8, 8), -1.8, 1.8)
            show_image(grid[2 * sample + 1, column], guesses[t][sample].reshape(8, 8), -1.8, 1.8)
        grid[0, column].set_title(f"t = {t}")
    for row in range(4):
        grid[row, 0].set_ylabel(("xₜ", "guess of x₀")[row % 2])
    return figure


def _heaps_denoiser(
    alpha_bars: np.ndarray, heaps: np.ndarray, shares: np.ndarray, width: float
) -> Callable[[np.ndarray, int], np.ndarray]:
    """Return the best guess of the noise if the data are bells of one width."""

    def model(x: np.ndarray, t: int) -> np.ndarray:
        a = alpha_bars[t]
        variance = a * width**2 + 1 - a
        gap = x[:, None] - np.sqrt(a) * heaps
        log_weight = np.log(shares) - gap**2 / (2 * variance)
        weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
        weight = weight / weight.sum(axis=1, keepdims=True)
        noise: np.ndarray = np.sqrt(1 - a) * np.sum(weight * gap, axis=1) / variance
        return noise

    return model


def ddim(ddpm: types.ModuleType) -> Figure:
    """Show smooth paths in few steps, and what guidance does to where they end."""
    T = 1000
    alpha_bars = np.cumprod(1 - np.linspace(1e-4, 0.02, T))
    heaps, shares = np.array([-1.5, 1.0]), np.array([0.4, 0.6])
    steps = [*range(T - 1, 0, -50), -1]
    rng = np.random.default_rng(3)

    def walk(
        x: np.ndarray, noise: Callable[[np.ndarray, int], np.ndarray], steps: list[int]
    ) -> np.ndarray:
        path = [x]
        for t, t_prev in itertools.pairwise(steps):
            path.append(ddpm.ddim_step(path[-1], t, t_prev, noise(path[-1], t), alpha_bars))
        return np.array(path)

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), width_ratios=[1.4, 1])
    start = rng.normal(size=400)
    track = walk(start, _heaps_denoiser(alpha_bars, heaps, shares, 0.15), steps)
    share = np.mean(track[-1] > 0)
    steps_left = np.array(steps) + 1
    for side, heap, part, colour in ((1, 1.0, share, BLUE), (-1, -1.5, 1 - share, ORANGE)):
        ends_here = side * track[-1, :12] > 0
        left.plot(steps_left, track[:, :12][:, ends_here], color=colour, linewidth=0.9, alpha=0.8)
        left.text(-25, heap, f"{part:.0%}", color=colour, ha="left", va="center", weight="bold")
    left.set(xlim=(T, -110), ylim=(-3.4, 3.7), xticks=[1000, 750, 500, 250, 0], xlabel="step t")
    left.set_title(f"DDIM, {len(steps) - 1} steps")

    # Evenly spread starts show the density without the noise of a sample.
    starts = np.array([NormalDist().inv_cdf((i + 0.5) / 4000) for i in range(4000)])
    without = _heaps_denoiser(alpha_bars, heaps, shares, 0.6)
    with_text = _heaps_denoiser(alpha_bars, heaps[1:], shares[1:], 0.6)
    fine = [*range(T - 1, 0, -10), -1]
    edges = np.linspace(-3.5, 3.5, 43)
    for scale, colour, place in ((0.0, FAINT, (-1.6, 0.36)), (1.0, BLUE, (-0.1, 0.72)),
                                 (3.0, ORANGE, (2.5, 0.95))):  # fmt: skip
        ends = walk(
            starts,
            lambda x, t, s=scale: ddpm.guided_noise(without(x, t), with_text(x, t), s),
            fine,
        )[-1]
        heights, _ = np.histogram(ends, edges, density=True)
        right.stairs(heights, edges, color=colour, linewidth=1.6)
        right.text(*place, f"scale {scale:g}", color=colour, ha="center")
    right.set(yticks=[], xlabel="where samples end")
    right.spines["left"].set_visible(False)
    right.set_title("guidance")
    return figure


PICTURES = {
    "week4/pictures/surprise.svg": ("information", surprise),
    "week4/pictures/two_kl.svg": ("information", two_kl),
    "week4/pictures/shared.svg": ("information", shared),
    "week4/pictures/heat.svg": ("information", heat),
    "week4/pictures/codes.svg": ("vae", codes),
    "week4/pictures/leash.svg": ("rlhf", leash),
    "week4/pictures/estimates.svg": ("rlhf", estimates),
    "week4/pictures/clipped.svg": ("rlhf", clipped),
    "week4/pictures/bigrams.svg": ("bigram", bigrams),
    "week4/pictures/gpt.svg": ("nanogpt", gpt),
    "week4/pictures/heads.svg": ("nanogpt", heads),
    "week4/pictures/causal.svg": ("nanogpt", causal),
    "week4/pictures/sonnet.svg": ("nanogpt", sonnet),
    "week4/pictures/rope.svg": ("modern", rope),
    "week4/pictures/two_bells.svg": ("ddpm", two_bells),
    "week4/pictures/reverse.svg": ("ddpm", reverse),
    "week4/pictures/denoised.svg": ("ddpm", denoised),
    "week4/pictures/ddim.svg": ("ddpm", ddim),
}
