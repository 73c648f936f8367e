"""Paths into a valley that is much steeper across than along."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given, minus
from kata.shows.style import BLUE, INK, ORANGE, PALE
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVATURE = given(1.0, 40.0)
START = given(-4.0, 0.7)
N_STEPS = 30
X_LIMITS, Y_LIMITS = (-4.5, 2.5), (-1.1, 1.1)
LEVELS = (0.2, 1, 2.5, 5, 8.5, 13)
FARTHEST = 1e4  # for drawing: beyond the panel, and no overflow


class _Path(NamedTuple):
    name: str
    points: np.ndarray  # of shape (steps + 1, 2)

    @property
    def loss(self) -> float:
        """The height at the end."""
        end = np.clip(self.points[-1], -1e150, 1e150)
        return float(np.sum(CURVATURE * end**2) / 2)


def _slope(w: Any) -> Any:
    return CURVATURE * w


def _descend(work: Work) -> list[_Path]:
    shape = (N_STEPS + 1, 2)
    return [
        _Path(
            f"rate {lr:g}",
            work.call_for_array("gradient_descent", shape, _slope, START, lr, N_STEPS),
        )
        for lr in (0.01, 0.045, 0.051)
    ]


def _stepped(
    work: Work, name: str, step: Callable[[np.ndarray, np.ndarray, np.ndarray], Any]
) -> np.ndarray:
    """Return the path of a function that takes one step and keeps a memory."""
    w, memory = START, given(0.0, 0.0)
    path = [w]
    for _ in range(N_STEPS):
        new_w, new_memory = work.pair(name, step(w, given(_slope(w)), memory))
        w = given(work.array(name, (2,), new_w))
        memory = given(work.array(name, (2,), new_memory))
        path.append(w)
    return np.array(path)


def _with_momentum(work: Work) -> list[_Path]:
    def path(beta: float) -> np.ndarray:
        return _stepped(
            work,
            "momentum_step",
            lambda w, g, v: work.call("momentum_step", w, g, v, lr=0.01, beta=beta),
        )

    return [_Path(f"beta {beta:g}", path(beta)) for beta in (0.0, 0.6, 0.9)]


def _with_rmsprop(work: Work) -> list[_Path]:
    def path(lr: float) -> np.ndarray:
        return _stepped(
            work, "rmsprop_step", lambda w, g, s: work.call("rmsprop_step", w, g, s, lr=lr)
        )

    return [_Path(f"rate {lr:g}", path(lr)) for lr in (0.03, 0.1, 0.3)]


def _with_adam(work: Work) -> list[_Path]:
    def path(lr: float) -> np.ndarray:
        def script(Adam: Any) -> list[Any]:
            w = START.copy()
            optimizer = Adam([w], lr=lr)
            points = [w.copy()]
            for _ in range(N_STEPS):
                optimizer.step([_slope(w)])
                points.append(w.copy())
            return points

        return work.array("adam", (N_STEPS + 1, 2), np.array(work.run("adam", script)))

    return [_Path(f"rate {lr:g}", path(lr)) for lr in (0.05, 0.2, 1.0)]


def _draw(figure: Figure, paths: list[_Path]) -> None:
    from matplotlib.patches import Ellipse

    for axes, path in zip(figure.subplots(1, len(paths)), paths, strict=True):
        for level in LEVELS:
            width, height = 2 * np.sqrt(2 * level / CURVATURE)
            axes.add_patch(Ellipse((0, 0), width, height, facecolor="none", edgecolor=PALE))
        points = np.clip(path.points, -FARTHEST, FARTHEST)
        axes.plot(*points.T, "o-", color=BLUE, markersize=3.5, markeredgewidth=0, linewidth=1.2)
        axes.plot(*START, "o", color=INK, markersize=6)
        axes.plot(0, 0, "*", color=ORANGE, markersize=12, zorder=5)
        axes.set_title(minus(f"{path.name}: loss {path.loss:.2g}"), size=10)
        axes.set(xlim=X_LIMITS, ylim=Y_LIMITS, xticks=[], yticks=[])
        axes.spines[:].set_visible(False)


def _as_text(paths: list[_Path]) -> str:
    blocks = []
    for path in paths:
        points = np.clip(path.points, -FARTHEST, FARTHEST)
        marks = [("o", *points.T), ("*", np.zeros(1), np.zeros(1)), ("S", *START[:, None])]
        plane = plain.plane(marks, X_LIMITS, Y_LIMITS, (60, 9))
        title = f"{path.name}: loss {path.loss:.2g} after {N_STEPS} steps"
        blocks.append(plain.indented([title, *plane]))
    return "\n\n".join(blocks) + "\n  S is the start, * the minimum."


SIZE = (9, 2.6)
PICTURES = (
    Picture(
        exercises=("gradient_descent",),
        about="three learning rates in a narrow valley",
        look="From the same start: a small rate creeps along the valley, a larger one jumps from "
        "side to side and still arrives, and beyond 2/40 = 0.05 each jump is longer than the last.",
        if_wrong="with a plus sign every path climbs out of the valley; a path whose points are "
        "one and the same array is a single dot.",
        size=SIZE,
        compute=_descend,
        draw=_draw,
        text=_as_text,
    ),
    Picture(
        exercises=("momentum_step",),
        about="no momentum, some, and much",
        look="All three have the rate 0.01. Momentum gets farther along the valley, and much of "
        "it swings past the minimum and comes back.",
        if_wrong="a velocity that forgets the past gives three equal paths; with g multiplied by"
        " 1 − beta momentum is slower, not faster.",
        size=SIZE,
        compute=_with_momentum,
        draw=_draw,
        text=_as_text,
    ),
    Picture(
        exercises=("rmsprop_step",),
        about="one pace in every direction",
        look="Although the slope across is seven times that along at the start, both coordinates "
        "move by the same amount at first, and a rate three times as large by three times as much.",
        if_wrong="without the root the steep direction hardly moves; without the factor 1 − beta "
        "all steps are three times too short at first.",
        size=SIZE,
        compute=_with_rmsprop,
        draw=_draw,
        text=_as_text,
    ),
    Picture(
        exercises=("adam",),
        about="momentum over RMSprop at three rates",
        look="The first step is as long as the rate in each direction, whatever the slope. Later "
        "ones curve into the valley, and a rate of 1 overshoots.",
        if_wrong="without the bias correction the first steps are three times too long; where "
        "step makes new arrays in place of changing the old, the path is a single dot.",
        size=SIZE,
        compute=_with_adam,
        draw=_draw,
        text=_as_text,
    ),
)
