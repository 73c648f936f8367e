"""How all pictures of the lessons and of `kata show` look, and what several of them draw.

Every picture lies on a light card of its own, so that it reads the same on a white page and on a
black one. The four colours differ for the colour-blind too, and no picture says anything by colour
alone. Matplotlib is an extra: it is imported by whoever draws, when there is something to draw.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

CARD, EDGE, INK, FAINT, PALE = "#f7f5f0", "#d9d4c8", "#24262b", "#666a73", "#d3d0c8"
BLUE, ORANGE, GREEN, RED = "#1f66b0", "#c4570b", "#2e7d4f", "#b3261e"

STYLE: dict[Any, Any] = {
    "font.size": 10.5,
    "axes.titlesize": 11,
    "axes.edgecolor": FAINT,
    "axes.facecolor": "none",
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "figure.facecolor": "none",
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "savefig.facecolor": "none",
    "svg.hashsalt": "math-for-ai-katas",  # else names inside the file differ in every run
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
}


def put_on_card(figure: Figure) -> None:
    """Lay a light card with round corners under everything."""
    from matplotlib.patches import FancyBboxPatch

    width, height = figure.get_size_inches()
    card = FancyBboxPatch(
        (0.02, 0.02),
        width - 0.04,
        height - 0.04,
        boxstyle="round,pad=0,rounding_size=0.12",
        transform=figure.dpi_scale_trans,
        facecolor=CARD,
        edgecolor=EDGE,
        zorder=-10,
    )
    figure.add_artist(card)


def draw_arrow(axes: Axes, start: object, end: object, colour: str, linestyle: str = "-") -> None:
    """Draw an arrow between two points."""
    axes.annotate(
        "",
        tuple(np.asarray(end)),
        tuple(np.asarray(start)),
        arrowprops={
            "arrowstyle": "-|>",
            "color": colour,
            "linewidth": 2,
            "linestyle": linestyle,
            "mutation_scale": 14,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )


def mark_right_angle(axes: Axes, corner: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Mark the right angle at a corner between two directions."""
    a, b = 0.14 * a / np.linalg.norm(a), 0.14 * b / np.linalg.norm(b)
    marks = np.array([corner + a, corner + a + b, corner + b])
    axes.plot(*marks.T, color=FAINT, linewidth=1)


def show_plane(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Show a plane without scales, one unit as long upwards as sideways."""
    axes.set(xlim=x, ylim=y, xticks=[], yticks=[])
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)


def show_image(axes: Axes, pixels: np.ndarray, low: float = 0.0, high: float | None = None) -> None:
    """Show pixels in grey, dark where there is ink."""
    axes.imshow(pixels, cmap="gray_r", vmin=low, vmax=high, interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def write_beside(axes: Axes, x: float, y: float, text: str, colour: str = INK) -> None:
    """Write beside a small panel, 0 to 1 being its sides, and let no layout make room for it."""
    axes.text(x, y, text, transform=axes.transAxes, ha="center", color=colour).set_in_layout(False)


def draw_box(axes: Axes, middle: tuple[float, float], width: float, height: float) -> None:
    """Draw a white box, for text to stand in."""
    from matplotlib.patches import FancyBboxPatch

    x, y = middle
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0.04",
            facecolor="white",
            edgecolor=EDGE,
        )
    )


def card_to_blue() -> Colormap:
    """Return the colours of a heat map, from nothing to much."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("card to blue", [CARD, BLUE])


def show_shares(
    axes: Axes,
    shares: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    label: Callable[[float], str],
) -> None:
    """Show a table of numbers from 0 to 1 as a heat map, each number in its cell as a label."""
    axes.imshow(shares, cmap=card_to_blue(), vmin=0, vmax=1, interpolation="none", aspect="auto")
    for t, s in np.ndindex(shares.shape):
        colour = CARD if shares[t, s] > 0.55 else INK
        axes.text(s, t, label(float(shares[t, s])), ha="center", va="center", color=colour, size=9)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelcolor=INK)
