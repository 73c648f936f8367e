"""Make the pictures of the lessons from the references: `make pictures`.

Each picture is a function of the reference module that it shows; `PICTURES` says where it goes.
Every picture lies on a light card of its own, so that it reads the same on a white page and on a
black one. Equal references give equal files.
"""

from __future__ import annotations

import io
import re
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyBboxPatch

from grader.course import ROOT, Course

CARD, EDGE, INK, FAINT, PALE = "#f7f5f0", "#d9d4c8", "#24262b", "#666a73", "#d3d0c8"
BLUE, ORANGE, GREEN, RED = "#1f66b0", "#c4570b", "#2e7d4f", "#b3261e"
LARGEST_FILE = 60_000  # bytes

STYLE = {
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


def analogy(vectors: types.ModuleType) -> Figure:
    """Show king - man + woman in two of the four coordinates."""
    words = {
        "king": np.array([0.8, 0.2, 0.9, -0.5]),
        "queen": np.array([0.7, 0.8, 0.85, -0.4]),
        "man": np.array([0.9, 0.1, 0.5, -0.6]),
        "woman": np.array([0.8, 0.7, 0.45, -0.5]),
    }
    assert vectors.analogy(words, ["king", "woman"], ["man"]) == "queen"
    figure, axes = plt.subplots(figsize=(6.6, 4.2))
    for word, vector in words.items():
        x, y = vector[1], vector[2]
        _arrow(axes, (0, 0), (x, y), BLUE)
        side = 1 if x > 0.5 else -1
        align = "left" if side > 0 else "right"
        axes.text(x + 0.015 * side, y + 0.02, word, ha=align, weight="bold")
    steps = (("man", "woman", "woman − man", 0.25), ("king", "queen", "the same step", 0.5))
    for start, end, label, middle in steps:
        a, b = words[start][1:3], words[end][1:3]
        _arrow(axes, a, b, ORANGE, "--")
        axes.text(middle, a[1] + 0.01, label, color=ORANGE, ha="center")
    axes.set(xlim=(-0.05, 1.02), ylim=(-0.05, 1.06))
    axes.set(xlabel="second of the four numbers", ylabel="third of the four numbers")
    return figure


def cosine(vectors: types.ModuleType) -> Figure:
    """Show pairs of arrows and their cosines."""
    figure, panels = plt.subplots(1, 4, figsize=(9, 2.1))
    for axes, degrees, length in zip(panels, (0, 40, 90, 160), (0.5, 1.0, 0.8, 0.7), strict=True):
        angle = np.deg2rad(15)
        a = np.array([np.cos(angle), np.sin(angle)])
        b = length * np.array(
            [np.cos(angle + np.deg2rad(degrees)), np.sin(angle + np.deg2rad(degrees))]
        )
        if degrees:
            arc = angle + np.deg2rad(np.linspace(0, degrees, 50))
            axes.plot(0.3 * np.cos(arc), 0.3 * np.sin(arc), color=FAINT, linewidth=1)
        _arrow(axes, (0, 0), a, BLUE)
        _arrow(axes, (0, 0), b, ORANGE)
        axes.set_title(
            f"{degrees}°: cosine {vectors.cosine_similarity(a, b):.2f}".replace("-", "−")
        )
        _bare(axes, (-1.0, 1.1), (-0.1, 0.95))
    return figure


def matrix_map(matrices: types.ModuleType) -> Figure:
    """Show what four matrices do to the unit square and to a letter in it."""
    letter = np.array(
        [
            [2, 1],
            [2, 9],
            [7, 9],
            [7, 7.5],
            [4, 7.5],
            [4, 6],
            [6, 6],
            [6, 4.5],
            [4, 4.5],
            [4, 1],
            [2, 1],
        ]
    )
    letter = letter.T / 10
    square = np.array([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0.0]])
    turn = np.deg2rad(30)
    panels = {
        "turn": [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]],
        "stretch and shear": [[1.4, 0.5], [0.0, 1.2]],
        "mirror": [[-1.0, 0.0], [0.0, 1.0]],
        "flatten": [[0.8, 0.4], [0.6, 0.3]],
    }
    figure, grid = plt.subplots(1, 4, figsize=(9, 2.2))
    for axes, (name, rows) in zip(grid, panels.items(), strict=True):
        A = np.array(rows)
        axes.plot(*square, color=FAINT, linewidth=1, linestyle=":")
        image = matrices.matmul(A, square)
        axes.fill(*image, color=BLUE, alpha=0.15, linewidth=0)
        axes.plot(*image, color=BLUE)
        axes.fill(*matrices.matmul(A, letter), color=ORANGE, linewidth=1)
        axes.axhline(0, color=EDGE, linewidth=1, zorder=0)
        axes.axvline(0, color=EDGE, linewidth=1, zorder=0)
        determinant = round(matrices.determinant(A), 10)
        axes.set_title(f"{name}\ndeterminant {determinant:g}".replace("-", "−"))
        _bare(axes, (-1.1, 2.0), (-0.15, 1.4))
    return figure


def gram_schmidt(matrices: types.ModuleType) -> Figure:
    """Show a projection with what is left of it, and two rows made orthonormal."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    basis, v = np.array([[2.0, 0.7]]), np.array([1.1, 1.6])
    shadow = matrices.project(v, basis)
    line = np.outer([-0.1, 1.25], basis[0])
    left.plot(line[:, 0], line[:, 1], color=FAINT, linewidth=1, linestyle=":")
    _arrow(left, (0, 0), v, BLUE)
    _arrow(left, (0, 0), shadow, ORANGE)
    _arrow(left, shadow, v, GREEN, "--")
    _right_angle(left, shadow, -shadow, v - shadow)
    left.text(v[0] - 0.1, v[1], "v", ha="right", weight="bold", color=BLUE)
    left.text(
        shadow[0] * 0.55,
        shadow[1] * 0.5 - 0.16,
        "projection",
        color=ORANGE,
        rotation=19,
        ha="center",
        va="center",
    )
    middle = (v + shadow) / 2
    left.text(
        middle[0] + 0.08, middle[1], "what is left,\nat a right angle", color=GREEN, va="center"
    )
    left.set_title("the nearest point of the line")
    _bare(left, (-0.3, 2.9), (-0.3, 1.8))

    V = np.array([[1.5, 0.5], [1.2, 1.4]])
    Q = matrices.gram_schmidt(V)
    turned = np.linspace(0, 2 * np.pi, 100)
    right.plot(np.cos(turned), np.sin(turned), color=FAINT, linewidth=1, linestyle=":")
    for row, name in zip(V, ("row 1", "row 2"), strict=True):
        _arrow(right, (0, 0), row, PALE)
        right.text(row[0] + 0.06, row[1], name, color=FAINT, va="center")
    for row, label, where in zip(
        Q, ("first", "second"), ((0.75, 0.02), (-0.38, 1.06)), strict=True
    ):
        _arrow(right, (0, 0), row, ORANGE)
        right.text(*where, label, color=ORANGE, va="center", weight="bold")
    _right_angle(right, np.zeros(2), Q[0], Q[1])
    right.set_title("two rows made orthonormal")
    _bare(right, (-1.1, 2.2), (-0.4, 1.7))
    return figure


def attention(module: types.ModuleType) -> Figure:
    """Show who looks at whom in a sentence, and what a word takes home."""
    tokens = ["she", "sat", "by", "the", "river", "bank"]
    X = np.array(  # made by hand: person, action, water, money, grammar
        [
            [1.0, 0.3, 0.0, 0.0, 0.0],
            [0.5, 1.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.2, 0.0, 1.0],
            [0.0, 0.0, 0.0, 0.0, 1.0],
            [0.0, 0.0, 1.1, 0.0, 0.0],
            [0.0, 0.0, 0.8, 0.8, 0.0],
        ]
    )
    W_Q = W_K = 2.2 * np.eye(5)
    weights = module.attention_weights(X @ W_Q, X @ W_K)
    after = module.self_attention(X, W_Q, W_K, np.eye(5))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), width_ratios=[1.35, 1])
    colours = mpl.colors.LinearSegmentedColormap.from_list("card to blue", [CARD, BLUE])
    left.imshow(weights, cmap=colours, vmin=0, vmax=0.8)
    for t, s in np.ndindex(weights.shape):
        colour = CARD if weights[t, s] > 0.5 else INK
        left.text(s, t, f"{weights[t, s]:.2f}", ha="center", va="center", color=colour, size=9)
    left.set_xticks(range(6), tokens)
    left.set_yticks(range(6), tokens)
    left.set(xlabel="looks at", ylabel="the word")
    left.spines[:].set_visible(False)
    left.tick_params(length=0, labelcolor=INK)
    left.set_title("attention weights: each row sums to 1")

    positions, water, money = np.arange(2), 2, 3
    for offset, column, colour, name in (
        (-0.2, water, BLUE, "water"),
        (0.2, money, ORANGE, "money"),
    ):
        heights = [X[5, column], after[5, column]]
        right.bar(positions + offset, heights, width=0.36, color=colour)
        for x, height in zip(positions + offset, heights, strict=True):
            right.text(x, height + 0.02, f"{name}\n{height:.2f}", ha="center", color=colour)
    right.set_xticks(positions, ["before", "after attention"], color=INK)
    right.tick_params(length=0)
    right.set(ylim=(0, 1.05), yticks=[])
    right.spines["left"].set_visible(False)
    right.set_title("the vector of “bank”")
    return figure


def attention_scale(module: types.ModuleType) -> Figure:
    """Show what the softmax does with and without the division by √d."""
    figure, grid = plt.subplots(2, 3, figsize=(9, 3.6), sharex=True, sharey=True)
    for column, d in enumerate((4, 64, 1024)):
        rng = np.random.default_rng(3)
        Q, K = rng.normal(size=(1, d)), rng.normal(size=(8, d))
        rows = (
            (module.softmax(Q @ K.T)[0], RED, "without √d"),
            (module.attention_weights(Q, K)[0], BLUE, "with √d"),
        )
        for axes, (weights, colour, name) in zip(grid[:, column], rows, strict=True):
            axes.bar(range(8), weights, color=colour)
            axes.set(ylim=(0, 1.05), xticks=[], yticks=[0, 1])
            if column == 0:
                axes.set_ylabel(name)
        grid[0, column].set_title(f"vectors of length {d}")
    grid[1, 1].set_xlabel("one query's attention weights over eight keys, random vectors")
    return figure


def pca(decompositions: types.ModuleType) -> Figure:
    """Show a cloud with its principal components, and where they go without centring."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(120, 2)) * [1.6, 0.45]
    turn = np.deg2rad(-35)
    X = X @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + [3.4, 3.0]
    mean = X.mean(axis=0)
    components, variances = decompositions.pca(X, 2)
    share = decompositions.explained_variance_ratio(X)
    _, wrong = decompositions.power_iteration(X.T @ X / len(X))
    figure, axes = plt.subplots(figsize=(6.6, 4.4))
    axes.plot(*X.T, "o", color=BLUE, alpha=0.35, markersize=4, markeredgewidth=0)
    wrong = wrong * np.sign(wrong @ mean)
    _arrow(axes, (0, 0), wrong * 6.3, RED, "--")
    axes.text(1.15, 2.0, "without centring:\ntowards the mean", color=RED, ha="center", va="bottom")
    for row, variance, percent in zip(components, variances, share, strict=True):
        row = row * (1 if row[0] > 0 else -1)
        end = mean + 2 * np.sqrt(variance) * row
        _arrow(axes, mean, end, ORANGE)
        place = end + (end - mean) / np.linalg.norm(end - mean) * 0.3
        axes.text(*place, f"{percent:.0%}", color=ORANGE, weight="bold", ha="center", va="center")
    axes.plot(0, 0, "+", color=INK, markersize=9)
    axes.text(0.12, -0.3, "0", color=INK)
    axes.set_aspect("equal")
    axes.set(xlim=(-0.6, 7.4), ylim=(-0.6, 5.6), xticks=[], yticks=[])
    axes.set_title("directions of largest variance, and their shares")
    return figure


def low_rank_image(decompositions: types.ModuleType) -> Figure:
    """Show an image built from a few rank-one layers."""
    size = 80
    y, x = np.mgrid[0:size, 0:size] / size
    sky = 0.95 - 0.45 * y
    sky[(x - 0.76) ** 2 + (y - 0.2) ** 2 < 0.011] = 1.0
    is_sea = y > 0.66
    sky[is_sea] = (0.42 + 0.07 * np.sin(45 * x + 60 * y) * (y - 0.4))[is_sea]
    sky[(y < 0.64) & (y > 0.14) & (x > 0.42) & (x < 0.42 + 0.55 * (y - 0.14))] = 0.98
    sky[(y < 0.64) & (y > 0.22) & (x < 0.39) & (x > 0.39 - 0.4 * (y - 0.22))] = 0.9
    sky[(abs(x - 0.405) < 0.012) & (y > 0.12) & (y < 0.68)] = 0.15
    sky[(y > 0.66) & (y < 0.76) & (abs(x - 0.44) < 0.3 - 1.2 * (y - 0.66))] = 0.12
    image = sky
    figure, panels = plt.subplots(1, 5, figsize=(9, 2.5))
    for axes, rank in zip(panels, (1, 2, 5, 15, size), strict=True):
        axes.imshow(
            decompositions.low_rank(image, rank), cmap="gray", vmin=0, vmax=1, interpolation="none"
        )
        error = decompositions.low_rank_error(image, rank)
        numbers = rank * (2 * size + 1) if rank < size else size * size
        name = f"rank {rank}" if rank < size else f"full rank, {size}"
        axes.set_title(f"{name}\nerror {error:.2f}")
        axes.set_xlabel(f"{numbers:,} numbers", color=FAINT)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure


def spectrum(decompositions: types.ModuleType) -> Figure:
    """Show why a low rank keeps a decaying spectrum and loses random numbers."""
    n = 768
    rng = np.random.default_rng(0)
    random = rng.normal(size=(n, n))
    U, _ = np.linalg.qr(rng.normal(size=(n, n)))
    V, _ = np.linalg.qr(rng.normal(size=(n, n)))
    decaying = (U / np.arange(1, n + 1)) @ V.T  # singular values 1, 1/2, 1/3, …
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    ranks = [0, 4, 16, 48, 128, 256, 384, 512, 640, 768]
    for W, colour, name in ((random, RED, "random numbers"), (decaying, BLUE, "decaying, 1/k")):
        values = np.linalg.svd(W, compute_uv=False)
        shown = np.unique(np.geomspace(1, n, 60).astype(int)) - 1
        left.plot(shown + 1, values[shown] / values[0], color=colour, label=name)
        errors = {rank: decompositions.low_rank_error(W, rank) for rank in ranks}
        right.plot(ranks, list(errors.values()), color=colour)
        right.plot(16, errors[16], "o", color=colour)
        below = errors[16] < 0.5
        right.text(
            40,
            errors[16] + (0.06 if below else 0.045),
            f"rank 16 misses {errors[16]:.2f}",
            color=colour,
        )
    left.set(xscale="log", yscale="log", ylim=(1e-3, 2), xlabel="k")
    left.set_title("k-th singular value / largest")
    left.legend(loc="lower left", labelcolor=[RED, BLUE])
    right.set(xlabel="rank r", ylim=(0, 1.1), xticks=[0, 256, 512, 768])
    right.set_title("error ‖W − W_r‖ / ‖W‖, 768 × 768")
    return figure


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
    _arrow(left, here, here + 0.14 * slopes, ORANGE)
    _arrow(left, here, here - 0.14 * slopes, BLUE)
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
        axes.add_patch(
            FancyBboxPatch(
                (x0 - 0.57, y0 - 0.4),
                1.14,
                0.8,
                boxstyle="round,pad=0.04",
                facecolor="white",
                edgecolor=EDGE,
            )
        )
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
    for edge in (warmup, total):
        axes.axvline(edge, color=FAINT, linewidth=1, linestyle=":")
    for middle, name in ((warmup / 2, "warm-up"), (110, "half a cosine"), (216, "lr_min")):
        axes.text(middle, 1.07e-3, name, ha="center", color=FAINT)
    axes.set(xlabel="step", ylim=(0, 1.15e-3), xticks=[0, warmup, 100, total])
    axes.set_yticks([0, lr_min, lr_max], ["0", "lr_min", "lr_max"])
    axes.set_ylabel("learning rate")
    return figure


# Where each picture goes, the module that it shows, and who draws it.
PICTURES: dict[str, tuple[str, Callable[[types.ModuleType], Figure]]] = {
    "week1/pictures/analogy.svg": ("vectors", analogy),
    "week1/pictures/cosine.svg": ("vectors", cosine),
    "week1/pictures/matrix_map.svg": ("matrices", matrix_map),
    "week1/pictures/gram_schmidt.svg": ("matrices", gram_schmidt),
    "week1/pictures/attention.svg": ("attention", attention),
    "week1/pictures/attention_scale.svg": ("attention", attention_scale),
    "week1/pictures/pca.svg": ("decompositions", pca),
    "week1/pictures/low_rank_image.svg": ("decompositions", low_rank_image),
    "week1/pictures/spectrum.svg": ("decompositions", spectrum),
    "week2/pictures/gradient.svg": ("derivatives", gradient),
    "week2/pictures/central_difference.svg": ("derivatives", central_difference),
    "week2/pictures/activations.svg": ("chain_rule", activations),
    "week2/pictures/graph.svg": ("autograd", graph),
    "week2/pictures/learning_rates.svg": ("optimizers", learning_rates),
    "week2/pictures/valley.svg": ("optimizers", valley),
    "week2/pictures/schedule.svg": ("optimizers", schedule),
}


def main() -> None:
    """Draw all pictures and say how large they are."""
    for name, size in draw(Course()):
        print(f"{size:>7,} bytes  {name}")


def draw(course: Course, root: Path = ROOT) -> Iterator[tuple[str, int]]:
    """Draw every picture below `root`, yielding its name and its size in bytes."""
    for name, (module_name, picture) in PICTURES.items():
        week = course.catalogue.week(name.split("/")[0])
        module = week.module(module_name) if week else None
        assert module is not None, f"{name}: the catalogue has no module {module_name}"
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context(STYLE):
            figure = picture(course.reference(module))
            figure.tight_layout(pad=1.6)
            _put_on_card(figure)
            text = io.StringIO()
            figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
            plt.close(figure)
        path.write_text(_compact(text.getvalue()), encoding="utf-8", newline="\n")
        size = path.stat().st_size
        assert size <= LARGEST_FILE, f"{name} is {size} bytes, more than {LARGEST_FILE}"
        yield name, size


def _compact(svg: str) -> str:
    """Drop digits that no screen shows: smaller, and alike where processors round differently."""

    def rounded(match: re.Match[str]) -> str:
        number = float(match[0])
        short = f"{number:.2f}" if abs(number) >= 1 else f"{number:.4f}"
        return short.rstrip("0").rstrip(".")

    svg = re.sub(r"-?\d+\.\d{3,}", rounded, svg)
    return re.sub(r"\s*\n\s*", "\n", svg)


def _put_on_card(figure: Figure) -> None:
    """Lay a light card with round corners under everything."""
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


def _arrow(axes: Axes, start: object, end: object, colour: str, linestyle: str = "-") -> None:
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


def _right_angle(axes: Axes, corner: np.ndarray, a: np.ndarray, b: np.ndarray) -> None:
    """Mark the right angle at a corner between two directions."""
    a, b = 0.14 * a / np.linalg.norm(a), 0.14 * b / np.linalg.norm(b)
    marks = np.array([corner + a, corner + a + b, corner + b])
    axes.plot(*marks.T, color=FAINT, linewidth=1)


def _bare(axes: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Show a plane without scales, one unit as long upwards as sideways."""
    axes.set(xlim=x, ylim=y, xticks=[], yticks=[])
    axes.set_aspect("equal")
    axes.spines[:].set_visible(False)


if __name__ == "__main__":
    main()
