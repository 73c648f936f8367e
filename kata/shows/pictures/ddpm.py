"""A digit that comes out of the noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.ddpm import SHAPE, Watcher
from kata.shows.models import load_noise_predictor
from kata.shows.pictures.picture import Picture, given, label
from kata.shows.style import FAINT, show_image
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIGITS = (3, 7)
STEPS_LEFT = (100, 60, 30, 15, 5, 0)
SEED = 19  # of those before 40 the one whose digits, drawn by right functions, are clearest
LOW, HIGH = -1.2, 1.2


class _Strip(NamedTuple):
    digit: int
    pictures: list[np.ndarray]  # with so many steps left


def _strips(work: Work) -> list[_Strip]:
    """Return the picture of each digit on its way."""
    model = load_noise_predictor()
    T = len(model.betas)
    rng = np.random.default_rng(SEED)
    strips = []
    for digit in DIGITS:
        x_T, noises = given(rng.normal(size=SHAPE)), given(rng.normal(size=(T, *SHAPE)))
        watcher = Watcher(model, digit)
        result = work.call_for_array("sample", SHAPE, watcher, x_T, model.betas, noises)
        if not watcher.seen:
            raise work.fault("sample", "never asked the network what noise it sees.")
        seen = [*watcher.seen, result]
        places = [min(T - left, len(seen) - 1) if left else -1 for left in STEPS_LEFT]
        strips.append(_Strip(digit, [seen[place] for place in places]))
    return strips


def _draw(figure: Figure, strips: list[_Strip]) -> None:
    grid = figure.subplots(len(strips), len(STEPS_LEFT))
    for row, (panels, strip) in enumerate(zip(grid, strips, strict=True)):
        for axes, left, picture in zip(panels, STEPS_LEFT, strip.pictures, strict=True):
            show_image(axes, picture, LOW, HIGH)
            axes.set_xlabel(f"spread {label(picture.std())}", size=9, color=FAINT)
            if row == 0:
                axes.set_title(f"{left} steps left" if left else "the result", size=10)
        panels[0].set_ylabel(f"a {strip.digit}", size=12)


def _as_text(strips: list[_Strip]) -> str:
    return "\n\n".join(
        plain.side_by_side(
            [
                (f"{left} steps left" if left else f"a {strip.digit}", plain.shaded(picture))
                for left, picture in zip(STEPS_LEFT[2:], strip.pictures[2:], strict=True)
            ],
            4,
        )
        for strip in strips
    )


PICTURES = (
    Picture(
        exercises=("sample", "denoise_step"),
        about="a 3 and a 7 that come out of the noise",
        look="The network sees the noise in each picture, your step takes some of it away. The "
        "last few steps make it clear, and the digit should be readable.",
        if_wrong="without new noise in between the spread drops and the results are dull; with "
        "the noise added once more, not taken away, all ends in black and white.",
        size=(9, 3.7),
        compute=_strips,
        draw=_draw,
        text=_as_text,
    ),
)
