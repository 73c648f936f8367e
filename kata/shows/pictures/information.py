"""Entropy of a coin, and the two directions of the Kullback-Leibler divergence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given, label, minus
from kata.shows.style import BLUE, FAINT, ORANGE, PALE
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEADS = np.linspace(0, 1, 41)
COINS = given(np.stack([HEADS, 1 - HEADS], axis=1))


def _entropies(work: Work) -> np.ndarray:
    return work.call_for_array("entropy", HEADS.shape, COINS)


def _draw_entropies(figure: Figure, bits: np.ndarray) -> None:
    axes = figure.subplots()
    axes.plot(HEADS, bits, color=BLUE)
    for index, words in ((0, "two tails"), (20, "fair"), (36, "0.9")):
        axes.plot(HEADS[index], bits[index], "o", color=ORANGE)
        align = "right" if index == 20 else "left"
        axes.annotate(
            f"{words}: {label(bits[index])}", (HEADS[index], bits[index]),
            (-10 if index == 20 else 10, 6), textcoords="offset points", ha=align,
        )  # fmt: skip
    axes.axhline(1, color=FAINT, linewidth=1, linestyle=":", zorder=0)
    axes.set(xlabel="probability of heads", ylabel="your entropy, bits", xticks=[0, 0.5, 1])
    low, high = float(bits.min()), float(bits.max())
    axes.set_ylim(min(0, 1.1 * low) - 0.03, max(1.15, 1.1 * high))


def _entropies_as_text(bits: np.ndarray) -> str:
    rows = [
        (f"heads {p:.2f}", b) for p, b in zip(HEADS[::4].tolist(), bits[::4].tolist(), strict=True)
    ]
    return plain.bars(rows, max(1.0, float(np.abs(bits).max())))


X = np.linspace(-8, 8, 161)


def _bell(mu: float, sigma: float) -> np.ndarray:
    weights = np.exp(-0.5 * ((X - mu) / sigma) ** 2)
    return np.asarray(weights / weights.sum())


TARGET = given(0.6 * _bell(-2, 0.8) + 0.4 * _bell(2.5, 0.8))
PLACES = [(mu, sigma) for mu in np.linspace(-4, 4, 41) for sigma in np.linspace(0.5, 4, 36)]
BELLS = given(np.array([_bell(mu, sigma) for mu, sigma in PLACES]))
TARGETS = given(np.broadcast_to(TARGET, BELLS.shape))
SHOWN = (-6.0, 6.5)


class _Fit(NamedTuple):
    name: str
    mu: float
    sigma: float
    there: float
    back: float


def _fits(work: Work) -> list[_Fit]:
    """Return the nearest bell in either direction."""
    shape = (len(BELLS),)
    forward = work.call_for_array("kl_divergence", shape, TARGETS, BELLS)
    backward = work.call_for_array("kl_divergence", shape, BELLS, TARGETS)
    best = (
        ("smallest D(p ‖ q)", int(np.argmin(forward))),
        ("smallest D(q ‖ p)", int(np.argmin(backward))),
    )
    return [_Fit(name, *PLACES[i], float(forward[i]), float(backward[i])) for name, i in best]


def _draw_fits(figure: Figure, fits: list[_Fit]) -> None:
    for axes, fit in zip(figure.subplots(1, 2, sharey=True), fits, strict=True):
        axes.fill_between(X, TARGET, color=PALE, linewidth=0)
        axes.plot(X, _bell(fit.mu, fit.sigma), color=BLUE)
        axes.set(yticks=[], xlim=SHOWN, ylim=(0, 0.075))
        axes.spines["left"].set_visible(False)
        axes.set_title(fit.name)
        numbers = (
            f"mean {fit.mu:.1f}, σ {fit.sigma:.1f}\nD(p ‖ q) = {plain.number(fit.there)} bits\n"
            f"D(q ‖ p) = {plain.number(fit.back)} bits"
        )
        axes.text(6.4, 0.073, minus(numbers), ha="right", va="top", color=BLUE)
        axes.text(-2, 0.009, "p", color=FAINT, weight="bold", ha="center")
        peak = float(_bell(fit.mu, fit.sigma).max())
        axes.text(fit.mu, min(peak, 0.068) + 0.001, "q", color=BLUE, weight="bold", ha="center")


def _fits_as_text(fits: list[_Fit]) -> str:
    blocks = []
    for fit in fits:
        marks = [("p", X, TARGET), ("q", X, _bell(fit.mu, fit.sigma))]
        plane = plain.plane(marks, SHOWN, (0, 0.06), (64, 10))
        numbers = (
            f"mean {fit.mu:.1f}, sigma {fit.sigma:.1f}, D(p||q) {plain.number(fit.there)}, "
            f"D(q||p) {plain.number(fit.back)} bits"
        )
        blocks.append(plain.indented([fit.name.replace(" ‖ ", "||"), *plane, numbers]))
    return "\n\n".join(blocks)


PICTURES = (
    Picture(
        exercises=("entropy",),
        about="the entropy of a coin, from two tails to two heads",
        look="The arch is 0 at both ends, where nothing can surprise, and highest in the middle: "
        "1 bit for a fair coin.",
        if_wrong="with natural logarithms the top is 0.69; without the minus sign the arch hangs "
        "down; a small number inside the logarithm moves the ends off 0.",
        size=(7.4, 3.3),
        compute=_entropies,
        draw=_draw_entropies,
        text=_entropies_as_text,
    ),
    Picture(
        exercises=("kl_divergence",),
        about="the bell nearest to two heaps, in both directions of KL",
        look="The smallest D(p ‖ q) must cover all of p, so q is wide; the smallest D(q ‖ p) must "
        "avoid places where p is small, so q picks one heap.",
        if_wrong="with p and q mixed up the two panels change places; a function that is "
        "symmetric gives the same bell twice.",
        size=(9, 3.2),
        compute=_fits,
        draw=_draw_fits,
        text=_fits_as_text,
    ),
)
