"""Matrices as movements of the plane: what they do to a letter, and shadows on a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given
from kata.shows.style import (
    BLUE,
    EDGE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    draw_arrow,
    show_plane,
)
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TURN = np.deg2rad(30)
MOVEMENTS = {
    "turn by 30°": given([[np.cos(_TURN), -np.sin(_TURN)], [np.sin(_TURN), np.cos(_TURN)]]),
    "stretch and shear": given([[1.4, 0.5], [0.0, 1.2]]),
    "mirror": given([[-1.0, 0.0], [0.0, 1.0]]),
    "flatten": given([[0.8, 0.4], [0.6, 0.3]]),
}
_X = (2, 2, 7, 7, 4, 4, 6, 6, 4, 4, 2)
_Y = (1, 9, 9, 7.5, 7.5, 6, 6, 4.5, 4.5, 1, 1)
LETTER = given(np.array([_X, _Y]) / 10)
SQUARE = given([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0]])
_N_SQUARE = SQUARE.shape[1]
POINTS = given(np.hstack([SQUARE, LETTER]))


def _move(work: Work) -> list[np.ndarray]:
    """Return where each movement takes the corners of the square and of the letter."""
    return [work.call_for_array("matmul", POINTS.shape, A, POINTS) for A in MOVEMENTS.values()]


def _draw_movements(figure: Figure, images: list[np.ndarray]) -> None:
    panels = figure.subplots(1, 4)
    for axes, (name, A), image in zip(panels, MOVEMENTS.items(), images, strict=True):
        axes.plot(*SQUARE, color=FAINT, linewidth=1, linestyle=":")
        axes.fill(*image[:, :_N_SQUARE], color=BLUE, alpha=0.15, linewidth=0)
        axes.plot(*image[:, :_N_SQUARE], color=BLUE)
        axes.fill(*image[:, _N_SQUARE:], color=ORANGE, linewidth=1)
        for column, label in zip(A.T, ("1", "2"), strict=True):
            axes.plot(*column, "o", color=INK, markersize=5)
            right, up = 9 * column / np.linalg.norm(column)
            beside = (up, -right) if name == "flatten" else (right, up)
            axes.annotate(
                label, column, beside, textcoords="offset points", size=9, ha="center",
                va="center",
            )  # fmt: skip
        axes.axhline(0, color=EDGE, linewidth=1, zorder=0)
        axes.axvline(0, color=EDGE, linewidth=1, zorder=0)
        axes.set_title(name)
        show_plane(axes, (-1.15, 2.1), (-0.55, 1.55))


def _movements_as_text(images: list[np.ndarray]) -> str:
    rows = []
    for (name, A), image in zip(MOVEMENTS.items(), images, strict=True):
        for corner, column in (("(1, 0)", 0), ("(0, 1)", 1)):
            place = 1 if column == 0 else 3  # among the corners of the square
            goes, should = image[:, place], A[:, column]
            rows.append((name.replace("°", " deg"), corner, _point(goes), _point(should)))
    return plain.table(("A", "corner", "goes to", f"{'column of A':>12}"), rows)


def _point(point: np.ndarray) -> str:
    return f"({plain.number(point[0])}, {plain.number(point[1])})"


BASIS = given([[2.0, 0.7]])
_ANGLES = np.deg2rad([45, 85, 140, 175, 295])
ARROWS = given(1.6 * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1))


def _shadows(work: Work) -> np.ndarray:
    """Return the shadow of each arrow on the line."""
    return np.array([work.call_for_array("project", (2,), v, BASIS) for v in ARROWS])


def _draw_shadows(figure: Figure, shadows: np.ndarray) -> None:
    axes = figure.subplots()
    line = np.outer([-1.3, 1.3], BASIS[0])
    axes.plot(line[:, 0], line[:, 1], color=FAINT, linewidth=1, linestyle=":")
    for v, shadow in zip(ARROWS, shadows, strict=True):
        draw_arrow(axes, (0, 0), v, BLUE)
        axes.plot(*np.array([v, shadow]).T, color=GREEN, linestyle=(0, (4, 3)), linewidth=1.5)
        axes.plot(*shadow, "o", color=ORANGE, markersize=8)
        axes.annotate(
            f"{_degrees(v - shadow):.0f}°", shadow, (4, -15 if v[1] > 0 else 9),
            textcoords="offset points", color=GREEN, size=9,
        )  # fmt: skip
    axes.text(2.4, 0.95, "the line", color=FAINT, ha="right")
    show_plane(axes, (-2.7, 2.7), (-1.7, 1.75))


def _degrees(rest: np.ndarray) -> float:
    """Return the angle between what is left and the line; 90 if nothing is left."""
    lengths = np.linalg.norm(rest) * np.linalg.norm(BASIS[0])
    cosine = rest @ BASIS[0] / lengths if lengths > 1e-12 else 0.0
    return float(np.rad2deg(np.arccos(np.clip(cosine, -1, 1))))


def _shadows_as_text(shadows: np.ndarray) -> str:
    rows = [
        (_point(v), _point(shadow), _point(v - shadow), f"{_degrees(v - shadow):.0f}")
        for v, shadow in zip(ARROWS, shadows, strict=True)
    ]
    return plain.table(("arrow", "your shadow", "what is left", "degrees"), rows)


PICTURES = (
    Picture(
        exercises=("matmul",),
        about="what four matrices do to a letter",
        look="The columns of a matrix say where the corners (1, 0) and (0, 1) go: the blue shape "
        "should have its corners at the points 1 and 2.",
        if_wrong="with rows and columns mixed up the letter turns the other way and the corners "
        "miss the points.",
        size=(9, 2.2),
        compute=_move,
        draw=_draw_movements,
        text=_movements_as_text,
    ),
    Picture(
        exercises=("project",),
        about="arrows and their shadows on a line",
        look="Each shadow (orange) should lie on the line, at the foot of a right angle: "
        "every number should be 90.",
        if_wrong="without dividing by the squared length of the basis vector the shadows are too "
        "long, and the angles are no longer 90 degrees.",
        size=(7.4, 4.4),
        compute=_shadows,
        draw=_draw_shadows,
        text=_shadows_as_text,
    ),
)
