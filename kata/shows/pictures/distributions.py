"""Uniform numbers that become a bell, or words."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given
from kata.shows.style import BLUE, FAINT, INK, ORANGE
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

U1, U2 = given(1 - np.random.default_rng(2).random((2, 2000)))
N_SHOWN = 300
EDGES = np.linspace(-4, 4, 33)
LIMIT = 4.2


class _Draws(NamedTuple):
    z1: np.ndarray
    z2: np.ndarray


def _bell(x: np.ndarray) -> np.ndarray:
    return np.array([NormalDist().pdf(each) for each in x.tolist()])


def _draws(work: Work) -> _Draws:
    z1, z2 = work.pair("box_muller", work.call("box_muller", U1, U2))
    return _Draws(work.array("box_muller", U1.shape, z1), work.array("box_muller", U2.shape, z2))


def _draw_bell(figure: Figure, draws: _Draws) -> None:
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.5])
    left.plot(
        draws.z1[:N_SHOWN], draws.z2[:N_SHOWN], "o", color=BLUE, markersize=3.5, markeredgewidth=0
    )
    left.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    left.set(xlabel="your z1", ylabel="your z2")
    left.set_box_aspect(1)
    for numbers, name, colour, style in (
        (draws.z1, "your z1", ORANGE, "-"), (draws.z2, "your z2", BLUE, "--"),
    ):  # fmt: skip
        heights, _ = np.histogram(numbers, EDGES)
        density = heights / len(numbers) / (EDGES[1] - EDGES[0])
        right.stairs(density, EDGES, color=colour, linestyle=style, label=name, linewidth=1.6)
    x = np.linspace(-4, 4, 81)
    right.plot(x, _bell(x), color=INK, linewidth=1, label="bell curve")
    right.set(yticks=[], xlabel="value, in 2,000 draws of each")
    right.legend(loc="upper right", handlelength=1.2, borderpad=0.1)


def _bell_as_text(draws: _Draws) -> str:
    edges = np.linspace(-4, 4, 17)
    heights, _ = np.histogram(draws.z1, edges)
    shares = heights / len(draws.z1)
    width = edges[1] - edges[0]
    expected = _bell((edges[1:] + edges[:-1]) / 2) * width
    rows = [
        (f"{low:+.1f}", f"{share:.3f}", f"{bell:.3f}", f"{min(40, round(150 * share)) * '#':<40}")
        for low, share, bell in zip(edges[:-1], shares, expected, strict=True)
    ]
    head = ("z1 from", "share", "bell", f"{'your z1':<40}")
    numbers = [
        f"  {name}: mean {plain.number(z.mean())}, standard deviation {plain.number(z.std())}"
        for name, z in zip(draws._fields, draws, strict=True)
    ]
    return "\n".join([plain.table(head, rows), "", *numbers])


TOKENS = ("the", "cat", "sat", "on", "a", "mat")
PROBS = given(0.35, 0.2, 0.05, 0.25, 0.0, 0.15)
U = given(np.random.default_rng(6).random(1000))


def _shares(work: Work) -> np.ndarray:
    """Return how often each token was drawn."""
    tokens = work.call_for_array("sample_categorical", U.shape, PROBS, U)
    if tokens.min() < 0 or tokens.max() >= len(PROBS) or np.any(tokens % 1):
        wrong = tokens[(tokens < 0) | (tokens >= len(PROBS)) | (tokens % 1 != 0)][0]
        raise work.fault("sample_categorical", f"drew {wrong:g}, and there are 0 to 5.")
    return np.bincount(tokens.astype(int), minlength=len(PROBS)) / len(U)


def _draw_shares(figure: Figure, shares: np.ndarray) -> None:
    axes = figure.subplots()
    places = np.arange(len(TOKENS))
    axes.bar(places, shares, 0.55, color=BLUE)
    axes.plot(places, PROBS, "_", color=ORANGE, markersize=44, markeredgewidth=3)
    for x, (share, p) in enumerate(zip(shares, PROBS, strict=True)):
        axes.text(x, max(share, p) + 0.02, f"{share:.3f}", ha="center")
    axes.plot([], [], color=ORANGE, linewidth=3, label="probability")
    axes.plot([], [], "s", color=BLUE, markersize=8, label="your share of 1,000 draws")
    axes.legend(loc="upper right")
    axes.set_xticks(places, TOKENS)
    axes.tick_params(axis="x", length=0, labelcolor=INK)
    axes.set(yticks=[], ylim=(0, max(0.5, 1.15 * float(shares.max()))))
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)


def _shares_as_text(shares: np.ndarray) -> str:
    rows = [
        (f"{token:<4} wanted {p:.3f}, drawn", share)
        for token, p, share in zip(TOKENS, PROBS.tolist(), shares.tolist(), strict=True)
    ]
    return plain.bars(rows, 0.5)


PICTURES = (
    Picture(
        exercises=("box_muller",),
        about="2,000 uniform numbers that become a bell",
        look="The cloud should be round, thick in the middle, with no corner and no hole. Both "
        "steps should follow the bell curve.",
        if_wrong="without the 2 under the root the cloud is too narrow, without the one in the "
        "angle it is half a disc, and without the root it is a dense dot with far outliers.",
        size=(8.4, 3.4),
        compute=_draws,
        draw=_draw_bell,
        text=_bell_as_text,
    ),
    Picture(
        exercises=("sample_categorical",),
        about="a thousand tokens drawn from a table of probabilities",
        look="Each bar should end near its mark, within about 0.03, and a token of probability 0 "
        "is never drawn.",
        if_wrong="with sums that are off by one place, bars have the height of a neighbour's "
        "mark; where the largest always wins, there is a single bar.",
        size=(7.4, 3.4),
        compute=_shares,
        draw=_draw_shares,
        text=_shares_as_text,
    ),
)
