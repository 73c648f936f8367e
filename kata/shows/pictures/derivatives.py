"""A field of gradients on a hill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given
from kata.shows.style import EDGE, INK, ORANGE, draw_arrow
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLACES = given([(x, y) for x in (-2.4, -0.8, 0.8, 2.4) for y in (-1.2, 0.0, 1.2)])
LENGTH = 0.2  # of an arrow, for each unit of slope
LIMITS = given(3.6, 2.6)


def _height(point: np.ndarray) -> float:
    """Return the height of a bowl that is steeper in one direction."""
    return float(0.25 * point[0] ** 2 + point[1] ** 2)


def _gradients(work: Work) -> np.ndarray:
    return np.array([work.call_for_array("gradient", (2,), _height, place) for place in PLACES])


def _draw(figure: Figure, gradients: np.ndarray) -> None:
    axes = figure.subplots()
    x, y = np.meshgrid(np.linspace(-3.6, 3.6, 121), np.linspace(-2.6, 2.6, 81))
    levels = (0.1, 0.5, 1, 1.75, 2.75, 4, 5.5, 7.5)
    axes.contour(x, y, 0.25 * x**2 + y**2, levels=levels, colors=[EDGE], linewidths=1.2)
    for place, gradient in zip(PLACES, gradients, strict=True):
        draw_arrow(axes, place, place + _step(place, gradient), ORANGE)
        axes.plot(*place, "o", color=INK, markersize=4)
    axes.set_aspect("equal")
    x, y = LIMITS
    axes.set(xlim=(-x, x), ylim=(-y, y), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.set_title("height x²/4 + y², its contours, and your gradients")


def _step(place: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Return the arrow of a gradient, shortened where it would leave the picture."""
    step = LENGTH * gradient
    room = 0.98 * LIMITS - np.sign(step) * place
    needed = np.abs(step) / room
    return np.asarray(step / max(1.0, float(needed.max())))


def _as_text(gradients: np.ndarray) -> str:
    rows = [
        (
            f"({x:.1f}, {y:.1f})",
            f"({plain.number(slope[0])}, {plain.number(slope[1])})",
            f"({x / 2 + 0.0:.2f}, {2 * y + 0.0:.2f})",
        )
        for (x, y), slope in zip(PLACES, np.round(gradients, 9), strict=True)
    ]
    return plain.table(("(x, y)", "your gradient", "(x/2, 2y)"), rows)


PICTURES = (
    Picture(
        exercises=("gradient", "partial_derivative"),
        about="gradients in a valley",
        look="Each arrow crosses its contour at a right angle and points uphill, away from the "
        "middle. Where the contours are close the arrow is long.",
        if_wrong="with a missing 2 in the denominator all arrows are twice as long; with the "
        "sign turned round they point into the valley.",
        size=(7.4, 4.6),
        compute=_gradients,
        draw=_draw,
        text=_as_text,
    ),
)
