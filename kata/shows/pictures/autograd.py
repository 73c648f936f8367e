"""A computation as a graph, values forwards and gradients backwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, minus
from kata.shows.style import BLUE, FAINT, INK, ORANGE, draw_box
from kata.shows.work import LARGEST, Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Where each node stands, and what it was made of.
NODES = {
    "w": (0.0, 3.0, ()),
    "x": (0.0, 1.9, ()),
    "b": (1.9, 0.8, ()),
    "t": (3.8, 0.8, ()),
    "w·x": (1.9, 2.45, ("w", "x")),
    "w·x + b": (3.8, 2.45, ("w·x", "b")),
    "e = w·x + b − t": (5.85, 2.45, ("w·x + b", "t")),
    "L = e·e": (7.9, 2.45, ("e = w·x + b − t",)),
}


def _compute(work: Work) -> np.ndarray:
    """Return data and gradient of each node."""
    nodes = work.run("value_arithmetic", _forward)
    _numbers(work, "value_arithmetic", nodes, "data")
    work.run("value_backward", lambda _: nodes["L = e·e"].backward())
    data = _numbers(work, "value_arithmetic", nodes, "data")
    return np.stack([data, _numbers(work, "value_backward", nodes, "grad")], axis=1)


def _forward(Value: Any) -> dict[str, Any]:
    w, x, b, t = Value(1.0), Value(2.0), Value(-1.0), Value(4.0)
    product = w * x
    y = product + b
    e = y - t
    return dict(zip(NODES, (w, x, b, t, product, y, e, e * e), strict=True))


def _numbers(work: Work, exercise: str, nodes: dict[str, Any], attribute: str) -> np.ndarray:
    """Return one attribute of all nodes, or raise the fault of the one that has none."""
    numbers = []
    for name, node in nodes.items():
        number: Any = getattr(node, attribute, None)
        is_number = isinstance(number, int | float | np.number)
        if not is_number or not abs(float(number)) < LARGEST:
            raise work.fault(exercise, f"left {name} without a number as its {attribute}.")
        numbers.append(float(number))
    return np.array(numbers)


def _draw(figure: Figure, numbers: np.ndarray) -> None:
    axes = figure.subplots()
    width = {name: 1.64 if len(name) > 12 else 1.14 for name in NODES}
    for name, (x, y, parents) in NODES.items():
        for parent in parents:
            x0, y0, _ = NODES[parent]
            start, end = x0 + width[parent] / 2 + 0.06, x - width[name] / 2 - 0.06
            bend = 0.22 * np.sign(y0 - y)
            shifts = (0.12, -0.12) if name == "L = e·e" else (0.0,)
            for shift in shifts:  # e goes in twice
                axes.annotate(
                    "", (end, y + bend + shift), (start, y0 + shift),
                    arrowprops={"arrowstyle": "-|>", "color": FAINT, "shrinkA": 0, "shrinkB": 0},
                )  # fmt: skip
    for (name, (x, y, _)), (data, grad) in zip(NODES.items(), numbers, strict=True):
        draw_box(axes, (x, y), width[name], 0.8)
        style: Any = {"ha": "center", "va": "center"}
        axes.text(x, y + 0.25, name, **style, weight="bold", size=9, color=INK)
        axes.text(x, y - 0.02, minus(f"{data:.4g}"), **style, color=BLUE)
        axes.text(x, y - 0.27, minus(f"grad {grad:.4g}"), **style, color=ORANGE, size=9.5)
    axes.text(5.0, 1.15, "blue: values, computed from left to right", color=BLUE, va="center")
    axes.text(5.0, 0.8, "orange: your gradients, from right to left", color=ORANGE, va="center")
    axes.set(xlim=(-0.7, 8.6), ylim=(0.25, 3.5))
    axes.axis("off")


def _as_text(numbers: np.ndarray) -> str:
    rows = [
        (
            _ascii(name),
            f"{data:.4g}",
            f"{grad:.4g}",
            ", ".join(_ascii(parent) for parent in parents),
        )
        for (name, (_, _, parents)), (data, grad) in zip(NODES.items(), numbers, strict=True)
    ]
    return plain.table(("node", "value", "grad", "made of"), rows)


def _ascii(name: str) -> str:
    return name.replace("·", "*").replace("−", "-")


PICTURES = (
    Picture(
        exercises=("value_backward", "value_arithmetic"),
        about="a small computation, and the gradients in it",
        look="From the right, each gradient is the one after it times the slope between. L uses "
        "e twice, so e gets −3 from each use: −6 in all; w gets −6 · x = −12.",
        if_wrong="where a gradient is set instead of added to, e has −3 and everything to its left "
        "half of what it should.",
        size=(9, 3.3),
        compute=_compute,
        draw=_draw,
        text=_as_text,
    ),
)
