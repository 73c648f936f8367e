"""The pictures of week 2, calculus and optimisation.

Each is a function of the reference module that it shows.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle

from kata.shows.digits import load_digits
from kata.shows.style import (
    BLUE,
    CARD,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PALE,
    RED,
    draw_arrow,
    draw_box,
)


def gradient(derivatives: types.ModuleType) -> Figure:
    """Show the gradient of (x + y)² and the slope in every direction."""

    def f(point: np.ndarray) -> float:
        return (point[0] + point[1]) ** 2

    here = np.array([3.0, 2.0])
    slopes = derivatives.gradient(f, here)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    for total in range(1, 11):  # where x + y is the same, so is its square
        left.plot([0, total], [total, 0], color=FAINT, linewidth=0.8)
        x = min(5.4, total - 0.5)  # near the lower and the right edge
        left.text(
            *(x, total - x),
            f"{total**2}",
            size=8,
            color=FAINT,
            ha="center",
            va="center",
            bbox={"facecolor": CARD, "linewidth": 0, "pad": 0.5},
        )
    draw_arrow(left, here, here + 0.14 * slopes, ORANGE)
    draw_arrow(left, here, here - 0.14 * slopes, BLUE)
    left.plot(*here, "o", color=INK, markersize=5)
    label = {"va": "center", "bbox": {"facecolor": CARD, "linewidth": 0, "pad": 1}}
    left.text(3.1, 3.35, "gradient\n(10, 10)", **label, ha="center", color=ORANGE)
    left.text(1.3, 1.15, "downhill", **label, ha="center", color=BLUE)
    left.set_aspect("equal")
    left.set(xlim=(0, 6), ylim=(0, 5), xlabel="x", ylabel="y")
    left.set_title("contours of (x + y)²")

    degrees = np.arange(0, 361, 5)
    angles = np.deg2rad(degrees)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    slope = [derivatives.directional_derivative(f, here, v) for v in directions]
    right.axhline(0, color=PALE, linewidth=1)
    right.plot(degrees, slope, color=INK)
    for angle, colour, label, align in (
        (45, ORANGE, "with the gradient: steepest way up", "bottom"),
        (135, FAINT, "along the contour: 0", "bottom"),
        (225, BLUE, "against it: steepest way down", "top"),
    ):
        value = slope[angle // 5]
        right.plot(angle, value, "o", color=colour)
        shift = 1.2 if align == "bottom" else -1.2
        right.text(
            angle + {45: -30, 135: 8, 225: 0}[angle],
            value + shift,
            label,
            color=colour,
            va=align,
            ha="center" if angle == 225 else "left",
        )
    right.set(
        xticks=[0, 90, 180, 270, 360], xlabel="direction, degrees", ylim=(-20, 20), xlim=(-15, 365)
    )
    right.set_title("slope at (3, 2) in every direction")
    return figure


def central_difference(derivatives: types.ModuleType) -> Figure:
    """Show the error of one-sided and central differences for every step."""
    steps = np.logspace(-13, -0.5, 76)
    x, truth = np.array([1.0]), np.cos(1.0)

    def f(x: np.ndarray) -> float:
        return float(np.sin(x[0]))

    central = [abs(derivatives.partial_derivative(f, x, 0, h) - truth) for h in steps]
    forward = [abs((f(x + h) - f(x)) / h - truth) for h in steps]
    figure, axes = plt.subplots(figsize=(7.4, 3.8))
    axes.loglog(steps, forward, color=RED, linewidth=1.6)
    axes.loglog(steps, central, color=BLUE, linewidth=1.6)
    axes.axvline(1e-5, color=FAINT, linewidth=1, linestyle=":")
    axes.text(1.3e-5, 3e-13, "h = 1e-5", color=FAINT)
    axes.text(3e-4, 1e-3, "one side,\nerror ~ h", color=RED, ha="right", va="center")
    axes.text(1e-2, 1e-7, "both sides,\nerror ~ h²", color=BLUE, va="center")
    axes.text(1e-12, 1e-7, "rounding,\nerror ~ 1/h", color=FAINT, va="center", ha="center")
    axes.set(xlabel="step h", ylabel="error of the slope", ylim=(1e-13, 1))
    axes.set_title("the slope of sin at 1, by differences")
    return figure


def activations(chain_rule: types.ModuleType) -> Figure:
    """Show sigmoid and ReLU, each with its derivative."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.3))
    x = np.linspace(-6, 6, 121)
    ones = np.ones_like(x)
    y = chain_rule.sigmoid(x)
    left.plot(x, y, color=BLUE)
    left.plot(x, chain_rule.sigmoid_backward(ones, y), color=ORANGE)
    left.text(2.0, 0.78, "sigmoid", color=BLUE)
    left.text(1.9, 0.19, "its slope,\nat most 1/4", color=ORANGE)
    left.set(yticks=[0, 0.25, 0.5, 1], ylim=(-0.05, 1.1), xlabel="x")
    left.set_title("sigmoid: gradients shrink")
    x = np.linspace(-2, 2, 201)
    right.plot(x, np.maximum(x, 0), color=BLUE)
    slope = chain_rule.relu_backward(np.ones_like(x), x)
    right.plot(x[x <= 0], slope[x <= 0], color=ORANGE, linestyle=(0, (4, 2)))
    right.plot(x[x > 0], slope[x > 0], color=ORANGE)
    right.plot(0, 0, "o", color=ORANGE, markersize=5)
    right.text(1.5, 1.7, "ReLU", color=BLUE, ha="right")
    right.text(-0.1, 1.0, "its slope, 0 or 1", color=ORANGE, ha="right", va="center")
    right.set(yticks=[0, 1, 2], ylim=(-0.1, 2.1), xlabel="x")
    right.set_title("ReLU: gradients pass or stop")
    return figure


def graph(autograd: types.ModuleType) -> Figure:
    """Show a computation graph with values forwards and gradients backwards."""
    Value = autograd.Value
    w, x, b, t = Value(1.0), Value(2.0), Value(-1.0), Value(4.0)
    product = w * x
    y = product + b
    error = y - t
    loss = error**2
    loss.backward()
    figure, axes = plt.subplots(figsize=(9, 3.6))
    nodes = {
        "w": (w, 0, 3.0), "x": (x, 0, 1.9), "b": (b, 1.9, 0.7), "t": (t, 3.8, 0.7),
        "w·x": (product, 1.9, 2.45), "y = w·x + b": (y, 3.8, 2.45),
        "e = y − t": (error, 5.7, 2.45), "L = e²": (loss, 7.6, 2.45),
    }  # fmt: skip
    edges = [
        ("w", "w·x", "x = 2"), ("x", "w·x", "w = 1"), ("w·x", "y = w·x + b", "1"),
        ("b", "y = w·x + b", "1"), ("y = w·x + b", "e = y − t", "1"), ("t", "e = y − t", "−1"),
        ("e = y − t", "L = e²", "2e = −6"),
    ]  # fmt: skip
    for start, end, slope in edges:
        _, x0, y0 = nodes[start]
        _, x1, y1 = nodes[end]
        axes.annotate(
            "", (x1 - 0.64, y1 + 0.2 * np.sign(y0 - y1)), (x0 + 0.62, y0),
            arrowprops={"arrowstyle": "-|>", "color": FAINT, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        axes.text(
            (x0 + x1) / 2,
            (y0 + y1 + 0.2 * np.sign(y0 - y1)) / 2 + (0.25 if y0 == y1 else 0),
            slope,
            ha="center",
            va="center",
            color=FAINT,
            size=9,
            bbox={"facecolor": CARD, "linewidth": 0, "pad": 1},
        )
    for name, (node, x0, y0) in nodes.items():
        draw_box(axes, (x0, y0), 1.14, 0.8)
        axes.text(x0, y0 + 0.25, name, ha="center", va="center", weight="bold", size=9)
        axes.text(
            x0, y0 - 0.02, f"{node.data:g}".replace("-", "−"), ha="center", va="center", color=BLUE
        )
        axes.text(
            x0,
            y0 - 0.27,
            f"grad {node.grad:g}".replace("-", "−"),
            ha="center",
            va="center",
            color=ORANGE,
            size=9.5,
        )
    axes.text(4.9, 1.2, "blue: values, computed from left to right", color=BLUE, va="center")
    axes.text(4.9, 0.85, "grey: slope of each step", color=FAINT, va="center")
    axes.text(4.9, 0.5, "orange: gradients, from right to left", color=ORANGE, va="center")
    axes.set(xlim=(-0.75, 8.35), ylim=(0.15, 3.55))
    axes.axis("off")
    return figure


def _table(
    axes: Axes, numbers: np.ndarray, corner: tuple[float, float], colour: str, edge: str = FAINT
) -> None:
    """Draw a small table of numbers, its upper left corner there."""
    for (i, j), number in np.ndenumerate(np.atleast_2d(numbers)):
        x, y = corner[0] + j, corner[1] - i
        axes.add_patch(Rectangle((x, y - 1), 1, 1, facecolor="none", edgecolor=edge, linewidth=1))
        axes.text(x + 0.5, y - 0.5, f"{number:g}", color=colour, ha="center", va="center")


def stretch(tensors: types.ModuleType) -> Figure:
    """Show a bias that is added to three rows, and its gradient, which is a sum over them."""
    x = tensors.Tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    bias = tensors.Tensor([10.0, 20.0])
    out = x + bias
    (out * np.array([[1.0, 2.0], [3.0, 0.0], [5.0, 4.0]])).sum().backward()
    figure, axes = plt.subplots(figsize=(9, 3.3))
    _table(axes, x.data, (0, 3), INK)
    axes.text(2.5, 1.5, "+", ha="center", va="center", size=14)
    _table(axes, bias.data, (3, 3), BLUE, BLUE)
    _table(axes, np.tile(bias.data, (2, 1)), (3, 2), FAINT, PALE)
    axes.text(5.5, 1.5, "=", ha="center", va="center", size=14)
    _table(axes, out.data, (6, 3), INK)
    _table(axes, out.grad, (10.2, 3), ORANGE)
    draw_arrow(axes, (12.4, 1.5), (13.3, 1.5), ORANGE)
    _table(axes, bias.grad, (13.5, 2), ORANGE, ORANGE)
    for at, text, colour in (
        (1, "x, three rows", INK),
        (4, "bias, used\nthree times", BLUE),
        (7, "x + bias", INK),
        (11.2, "gradient\nof x + bias", ORANGE),
        (14.5, "gradient of the bias,\nsummed over rows", ORANGE),
    ):
        axes.text(at, -0.25, text, ha="center", va="top", color=colour)
    axes.text(4, 3.6, "forwards: numpy repeats the bias", ha="center", size=11)
    axes.text(12.9, 3.6, "backwards: sum over what was repeated", ha="center", size=11)
    axes.plot([9.1, 9.1], [-1, 3.9], color=PALE, linewidth=1)
    axes.set(xlim=(-0.3, 16.6), ylim=(-1.3, 4.1), aspect="equal")
    axes.axis("off")
    return figure


def learning_rates(optimizers: types.ModuleType) -> Figure:
    """Show four learning rates on (w - 3)²."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))

    def path(lr: float, steps: int) -> np.ndarray:
        return optimizers.gradient_descent(lambda w: 2 * (w - 3), 10.0, lr, steps)

    for lr, colour in ((0.01, ORANGE), (0.1, BLUE)):
        w = path(lr, 20)
        left.plot(w, "o-", color=colour, markersize=4, linewidth=1.4)
        left.text(20.6, w[-1] + 0.1, f"rate {lr:g}\n{w[-1]:.4f}", color=colour, va="bottom")
    left.set(xlim=(-0.5, 25), ylim=(2, 10.5), xticks=[0, 5, 10, 15, 20], xlabel="step")
    left.set_title("small rates: slow, steady")
    for lr, colour, label in ((1.0, ORANGE, "rate 1: for ever"), (1.1, RED, "rate 1.1: away")):
        w = path(lr, 6)
        right.plot(w, "o-", color=colour, markersize=4, linewidth=1.4)
        right.text(6.15, w[-1], label, color=colour, va="center")
    right.set(xlim=(-0.2, 8.6), ylim=(-18, 26), xticks=range(7), xlabel="step")
    right.set_title("large rates: over the valley and back")
    for axes in (left, right):
        axes.axhline(3, color=GREEN, linewidth=1, linestyle="--", zorder=0)
        axes.set_ylabel("w")
    left.text(0, 3.12, "minimum, w = 3", color=GREEN, va="bottom")
    return figure


def valley(optimizers: types.ModuleType) -> Figure:
    """Show the paths of four optimisers in a valley that is 100 times steeper across than along."""
    curvature, start, steps = np.array([1.0, 100.0]), np.array([-4.0, 0.5]), 40
    figure, grid = plt.subplots(2, 2, figsize=(9, 4.8), sharex=True, sharey=True)

    def grad(w: np.ndarray) -> np.ndarray:
        return curvature * w

    def stepped(step: Callable[..., tuple[np.ndarray, np.ndarray]], lr: float) -> np.ndarray:
        path, memory = [start], np.zeros(2)
        for _ in range(steps):
            w, memory = step(path[-1], grad(path[-1]), memory, lr)
            path.append(w)
        return np.array(path)

    def adam(lr: float) -> np.ndarray:
        w = start.copy()
        optimizer, path = optimizers.Adam([w], lr=lr), [start]
        for _ in range(steps):
            optimizer.step([grad(w)])
            path.append(w.copy())
        return np.array(path)

    paths = {
        "gradient descent, rate 0.018": optimizers.gradient_descent(grad, start, 0.018, steps),
        "momentum, rate 0.01": stepped(optimizers.momentum_step, 0.01),
        "RMSprop, rate 0.1": stepped(optimizers.rmsprop_step, 0.1),
        "Adam, rate 0.2": adam(0.2),
    }
    for axes, (name, path) in zip(grid.flat, paths.items(), strict=True):
        for level in (0.1, 0.6, 1.8, 4, 7.5, 12):
            width, height = 2 * np.sqrt(2 * level / curvature)
            axes.add_patch(Ellipse((0, 0), width, height, facecolor="none", edgecolor=PALE))
        axes.plot(*path.T, "o-", color=BLUE, markersize=3.5, markeredgewidth=0, linewidth=1.2)
        axes.plot(*start, "o", color=INK, markersize=5)
        axes.plot(0, 0, "*", color=ORANGE, markersize=12, zorder=5)
        loss = np.sum(curvature * path[-1] ** 2) / 2
        axes.set_title(f"{name}: loss {loss:.2g} after {steps} steps", size=10)
        axes.set(xlim=(-4.4, 1.9), ylim=(-0.6, 0.6), xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure


def schedule(optimizers: types.ModuleType) -> Figure:
    """Show a cosine schedule with warm-up."""
    total, warmup, lr_max, lr_min = 200, 20, 1e-3, 1e-4
    steps = np.arange(0, 231)
    rates = [optimizers.cosine_schedule(t, total, lr_max, lr_min, warmup) for t in steps.tolist()]
    figure, axes = plt.subplots(figsize=(7.4, 3.0))
    axes.plot(steps, rates, color=BLUE)
    for edge, rate in ((warmup, lr_max), (total, lr_min)):  # up to the curve, and through no word
        axes.plot([edge, edge], [0, rate], color=FAINT, linewidth=1, linestyle=":")
    axes.plot([-12, 230], [lr_min, lr_min], color=FAINT, linewidth=1, linestyle=":", zorder=0)
    for x, y, name in (
        (warmup / 2, 1.07e-3, "warm-up"),
        (118, 7.3e-4, "half a cosine"),
        (215, 1.6e-4, "lr_min"),
    ):
        axes.text(x, y, name, ha="center", color=FAINT)
    axes.set(xlabel="step", xlim=(-12, 232), ylim=(0, 1.17e-3), xticks=[0, warmup, 100, total])
    axes.set_yticks([0, lr_min, lr_max], ["0", "lr_min", "lr_max"])
    axes.set_ylabel("learning rate")
    return figure


def training(training: types.ModuleType) -> Figure:
    """Show a training run on handwritten digits, and what the network misreads after it."""
    run = _training_run(training)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.9), width_ratios=(1, 1))
    left.plot(run.losses, color=BLUE, linewidth=1.2)
    left.plot(50 * np.array(run.rates), color=ORANGE, linewidth=1.6)
    left.text(24, 1.9, "loss of the batch, in nats", color=BLUE)
    left.text(75, 0.95, "learning rate, at most 0.02", color=ORANGE)
    left.set(xlabel="step", ylim=(0, 2.5), xlim=(0, 225), xticks=[0, 45, 90, 135, 180, 225])
    left.set_title("225 steps, five epochs of 45")
    # One image with room between the digits: each of its pixels is one of theirs.
    mosaic = np.zeros((24, 44))
    for k, (pixels, meant, read) in enumerate(run.misread[:8]):
        row, column = 12 * (k // 4), 11 * (k % 4) + 1
        mosaic[row : row + 8, column : column + 8] = pixels.reshape(8, 8)
        right.text(
            column + 4, row + 8.4, f"{meant}, read as {read}", size=8.5, ha="center", va="top"
        )
    colours = LinearSegmentedColormap.from_list("ink", [CARD, INK])
    right.imshow(mosaic, extent=(0, 44, 24, 0), cmap=colours, interpolation="nearest")
    right.axis("off")
    right.set_title(f"held out: {len(run.misread)} of {run.n_held_out} are misread, as these")
    return figure


@dataclass(frozen=True)
class _Run:
    """What a training run on the digits left."""

    losses: np.ndarray
    rates: list[float]
    misread: list[tuple[np.ndarray, int, int]]  # pixels, what was meant, what was read
    n_held_out: int


def _training_run(training: types.ModuleType) -> _Run:
    """Train as the visible test does: every fifth digit is held out."""
    pixels, labels = load_digits()
    pixels, is_held_out = pixels / 16, np.arange(len(labels)) % 5 == 0
    X, y = pixels[~is_held_out], labels[~is_held_out]
    rng = np.random.default_rng(0)
    orders = [rng.permutation(len(y)) for _ in range(5)]
    start = training.random_params(64, 32, 10)
    trained, losses = training.train_mlp(start, X, y, orders, 32, lr_max=0.02, warmup_steps=20)
    rates = [
        training.cosine_schedule(t, len(losses), 0.02, warmup_steps=20) for t in range(len(losses))
    ]
    X, y = pixels[is_held_out], labels[is_held_out]
    read = np.argmax(training.mlp_logits(trained, X), axis=1)
    misread = [(X[i], int(y[i]), int(read[i])) for i in np.flatnonzero(read != y)]
    return _Run(losses, rates, misread, len(y))


PICTURES = {
    "week2/pictures/gradient.svg": ("derivatives", gradient),
    "week2/pictures/central_difference.svg": ("derivatives", central_difference),
    "week2/pictures/activations.svg": ("chain_rule", activations),
    "week2/pictures/graph.svg": ("autograd", graph),
    "week2/pictures/stretch.svg": ("tensors", stretch),
    "week2/pictures/learning_rates.svg": ("optimizers", learning_rates),
    "week2/pictures/valley.svg": ("optimizers", valley),
    "week2/pictures/schedule.svg": ("optimizers", schedule),
    "week2/pictures/training.svg": ("training", training),
}
