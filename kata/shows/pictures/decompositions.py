"""Pictures of digits in two numbers, and a picture from a few layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.digits import load_digits
from kata.shows.pictures.picture import Picture, given, label
from kata.shows.scene import sailing_boat
from kata.shows.style import BLUE, FAINT, GREEN, ORANGE, show_image
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIGITS = ((0, BLUE, "o"), (1, ORANGE, "s"), (4, GREEN, "^"))
N_PICTURES = 600
N_OF_EACH = 50  # are shown


class _Axes(NamedTuple):
    components: np.ndarray
    variances: np.ndarray
    points: np.ndarray
    labels: np.ndarray


def _find_axes(work: Work) -> _Axes:
    pixels, labels = load_digits(N_PICTURES)
    chosen = np.isin(labels, [digit for digit, _, _ in DIGITS])
    X, labels = given(pixels[chosen]), labels[chosen]
    components, variances = work.pair("pca", work.call("pca", X, 2))
    components = work.array("pca", (2, X.shape[1]), components)
    variances = work.array("pca", (2,), variances)
    # The sign of a component is free: that in which its largest pixel is positive.
    largest = np.argmax(np.abs(components), axis=1)
    components = components * np.sign(components[[0, 1], largest])[:, None]
    return _Axes(components, variances, (X - X.mean(axis=0)) @ components.T, labels)


def _draw_axes(figure: Figure, data: _Axes) -> None:
    grid = figure.add_gridspec(2, 2, width_ratios=[2.6, 1])
    plane = figure.add_subplot(grid[:, 0])
    for digit, colour, marker in DIGITS:
        points = data.points[data.labels == digit][:N_OF_EACH]
        plane.plot(
            *points.T, marker, color=colour, markersize=5, markeredgewidth=0, alpha=0.8,
            label=f"{digit}",
        )  # fmt: skip
    low, high = _extent(data.points)
    plane.set(xlim=(low, high), ylim=(low, high), xlabel="along component 1")
    plane.set(ylabel="along component 2")
    plane.set_aspect("equal")
    plane.legend(loc="upper left", handlelength=0.6, borderpad=0.1)
    limit = float(np.abs(data.components).max()) or 1.0
    for row, (component, variance) in enumerate(zip(data.components, data.variances, strict=True)):
        axes = figure.add_subplot(grid[row, 1])
        show_image(axes, component.reshape(8, 8), -limit, limit)
        axes.set_title(f"component {row + 1},\nvariance {label(variance, 0)}", size=10)


def _extent(points: np.ndarray) -> tuple[float, float]:
    size = max(1.0, 1.1 * float(np.abs(points).max()))
    return -size, size


def _axes_as_text(data: _Axes) -> str:
    limits = _extent(data.points)
    marks = [
        (str(digit), *data.points[data.labels == digit][:N_OF_EACH].T) for digit, _, _ in DIGITS
    ]
    limit = float(np.abs(data.components).max()) or 1.0
    panels = [
        (f"component {row + 1}", plain.shaded(component.reshape(8, 8), -limit, limit))
        for row, component in enumerate(data.components)
    ]
    variances = "  variance along them: " + ", ".join(
        plain.number(each, 0) for each in data.variances
    )
    plane = plain.indented(plain.plane(marks, limits, limits, (60, 20)))
    return f"{plane}\n\n{plain.side_by_side(panels, 2)}\n{variances}"


SCENE = given(sailing_boat())
RANKS = (1, 5, 20)


def _layers(work: Work) -> list[np.ndarray]:
    return [work.call_for_array("low_rank", SCENE.shape, SCENE, rank) for rank in RANKS]


def _captions(pictures: list[np.ndarray]) -> list[str]:
    size, length = len(SCENE), np.linalg.norm(SCENE)
    return [
        f"{rank * (2 * size + 1):,} numbers, "
        f"error {label(float(np.linalg.norm(SCENE - picture) / length))}"
        for rank, picture in zip(RANKS, pictures, strict=True)
    ]


def _draw_layers(figure: Figure, pictures: list[np.ndarray]) -> None:
    panels = figure.subplots(1, 4)
    titles = [*(f"rank {rank}" for rank in RANKS), "the original"]
    captions = [*_captions(pictures), f"{SCENE.size:,} numbers"]
    shown = zip(panels, [*pictures, SCENE], titles, captions, strict=True)
    for axes, picture, title, caption in shown:
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="none")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        axes.set_title(title)
        axes.set_xlabel(caption.replace(", ", "\n"), color=FAINT, size=9)


def _layers_as_text(pictures: list[np.ndarray]) -> str:
    panels = [
        (title, plain.small_shaded(picture, 10, 0, 1))
        for title, picture in zip(
            (*(f"rank {rank}" for rank in RANKS), "the original"), [*pictures, SCENE], strict=True
        )
    ]
    captions = [
        f"  rank {rank:>2}: {caption}"
        for rank, caption in zip(RANKS, _captions(pictures), strict=True)
    ]
    return "\n".join([plain.side_by_side(panels, 2), "", *captions])


PICTURES = (
    Picture(
        exercises=("pca",),
        about="pictures of the digits 0, 1 and 4, along two components",
        look="Two numbers instead of 64 are enough to part three digits, and the first component "
        "has the larger variance. Dark pixels of a component add to its number, light ones take "
        "away.",
        if_wrong="without centring, component 1 is the mean picture and parts nothing; with the "
        "smallest eigenvalues first all points fall on one heap.",
        size=(8, 4.4),
        compute=_find_axes,
        draw=_draw_axes,
        text=_axes_as_text,
    ),
    Picture(
        exercises=("low_rank",),
        about="a picture from 1, 5 and 20 layers",
        look="Each layer is a column times a row. One gives sky and sea, five the sail, and "
        "twenty can hardly be told from the original.",
        if_wrong="with the smallest singular values there is next to nothing to be seen; without "
        "the singular values the brightness is lost.",
        size=(9, 2.9),
        compute=_layers,
        draw=_draw_layers,
        text=_layers_as_text,
    ),
)
