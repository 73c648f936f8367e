"""The pictures of week 1, linear algebra.

Each is a function of the reference module that it shows.
"""

from __future__ import annotations

import types

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kata.shows.pictures.attention import TOKENS, WORDS
from kata.shows.scene import sailing_boat
from kata.shows.style import (
    BLUE,
    CARD,
    EDGE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PALE,
    RED,
    card_to_blue,
    draw_arrow,
    draw_box,
    mark_right_angle,
    show_plane,
)


def axes_of_a_table(arrays: types.ModuleType) -> Figure:
    """Show what a mean along each of the two axes of a table leaves."""
    X = np.array([[1, 2, 6], [3, 4, 8]])
    figure, (down, along) = plt.subplots(1, 2, figsize=(9, 2.6))
    means = arrays.column_means(X).astype(int), arrays.column_means(X.T).astype(int)
    assert np.array_equal(means[0], X.mean(axis=0))
    assert np.array_equal(means[1], X.mean(axis=1))
    for axes, middle in ((down, 1.5), (along, 2.1)):
        _draw_repeated(axes, 0.0, X, (2, 3))
        show_plane(axes, (middle - 3.4, middle + 3.4), (-2.1, 2.2))
    for j, mean in enumerate(means[0]):
        draw_arrow(down, (j + 0.5, -0.1), (j + 0.5, -0.75), BLUE)
        down.text(j + 0.5, -1.05, f"{mean}", ha="center", va="center", color=BLUE, weight="bold")
    for i, mean in enumerate(means[1]):
        draw_arrow(along, (3.1, 1.5 - i), (3.75, 1.5 - i), ORANGE)
        along.text(4.1, 1.5 - i, f"{mean}", ha="center", va="center", color=ORANGE, weight="bold")
    down.set_title("X.mean(axis=0) goes down")
    along.set_title("X.mean(axis=1) goes along a row")
    down.text(1.5, -1.9, "(2, 3) becomes (3,)", ha="center", color=INK, size=9)
    along.text(2.1, -1.9, "(2, 3) becomes (2,)", ha="center", color=INK, size=9)
    return figure


def broadcasting(arrays: types.ModuleType) -> Figure:
    """Show three sums of arrays whose shapes differ, and what numpy repeats for each."""
    column, row = np.array([[10], [20], [30]]), np.array([1, 2])
    table = np.arange(6).reshape(3, 2)
    # In the last one every row of one array meets every row of the other.
    distances = arrays.pairwise_distances(column, row[:, np.newaxis])
    assert np.array_equal(distances, np.abs(column - row))
    figure, panels = plt.subplots(1, 3, figsize=(9, 2.4))
    for axes, (a, b) in zip(panels, ((table, row), (table, column), (column, row)), strict=True):
        for left, array in ((0.0, a), (3.0, b), (6.0, a + b)):
            _draw_repeated(axes, left, array, (3, 2))
            shape = str(array.shape)
            axes.text(left + 1, -0.75, shape, ha="center", color=INK, weight="bold", size=9)
        axes.text(2.5, 1.5, "+", ha="center", va="center", size=13)
        axes.text(5.5, 1.5, "=", ha="center", va="center", size=13)
        show_plane(axes, (-0.5, 8.5), (-1.1, 3.1))
    return figure


def _draw_repeated(axes: Axes, left: float, array: np.ndarray, shape: tuple[int, int]) -> None:
    """Draw an array as a table, with its own entries in white and repeated ones without a box."""
    aligned = np.atleast_2d(array)  # from the right
    whole = np.broadcast_to(aligned, shape)
    for i, j in np.ndindex(shape):
        is_own = i < aligned.shape[0] and j < aligned.shape[1]
        x, y = left + j, shape[0] - 1 - i
        axes.add_patch(
            Rectangle(
                (x, y),
                1,
                1,
                facecolor="white" if is_own else "none",
                edgecolor=FAINT if is_own else EDGE,
                linestyle="-" if is_own else ":",
                zorder=2 if is_own else 1,
            )
        )
        axes.text(x + 0.5, y + 0.5, f"{whole[i, j]}", ha="center", va="center", size=9,
                  color=INK if is_own else FAINT, zorder=3)  # fmt: skip


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
        draw_arrow(axes, (0, 0), (x, y), BLUE)
        side = 1 if x > 0.5 else -1
        align = "left" if side > 0 else "right"
        axes.text(x + 0.015 * side, y + 0.02, word, ha=align, weight="bold")
    steps = (("man", "woman", "woman − man", 0.25), ("king", "queen", "the same step", 0.5))
    for start, end, label, middle in steps:
        a, b = words[start][1:3], words[end][1:3]
        draw_arrow(axes, a, b, ORANGE, "--")
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
        draw_arrow(axes, (0, 0), a, BLUE)
        draw_arrow(axes, (0, 0), b, ORANGE)
        axes.set_title(
            f"{degrees}°: cosine {vectors.cosine_similarity(a, b):.2f}".replace("-", "−")
        )
        show_plane(axes, (-1.0, 1.1), (-0.1, 0.95))
    return figure


def matrix_map(matrices: types.ModuleType) -> Figure:
    """Show what four matrices do to the two axes, the unit square and a letter in it."""
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
    figure, grid = plt.subplots(1, 4, figsize=(9, 3.0))
    for axes, (name, rows) in zip(grid, panels.items(), strict=True):
        A = np.array(rows)
        axes.plot(*square, color=FAINT, linewidth=1, linestyle=":")
        image = matrices.matmul(A, square)
        axes.fill(*image, color=PALE, alpha=0.5, linewidth=0)
        axes.plot(*image, color=FAINT, linewidth=1)
        axes.fill(*matrices.matmul(A, letter), color=GREEN, alpha=0.6, linewidth=1)
        axes.plot([-1.1, 2.0], [0, 0], color=EDGE, linewidth=1, zorder=0)
        axes.plot([0, 0], [-0.15, 1.4], color=EDGE, linewidth=1, zorder=0)
        for j, colour in enumerate((BLUE, ORANGE)):
            draw_arrow(axes, (0, 0), A[:, j], colour)
            for i in range(2):
                number = f"{round(A[i, j], 2):g}".replace("-", "−")
                axes.text(0.1 + 0.7 * j, -0.62 - 0.38 * i, number, color=colour, ha="center",
                          va="center", weight="bold")  # fmt: skip
        for side, inwards in ((-0.3, 0.08), (1.2, -0.08)):  # brackets
            x = [side + inwards, side, side, side + inwards]
            axes.plot(x, [-0.4, -0.4, -1.22, -1.22], color=FAINT, linewidth=1.2)
        determinant = round(matrices.determinant(A), 10)
        axes.set_title(f"{name}\ndeterminant {determinant:g}".replace("-", "−"))
        show_plane(axes, (-1.1, 2.0), (-1.3, 1.4))
    return figure


def gram_schmidt(matrices: types.ModuleType) -> Figure:
    """Show a projection with what is left of it, and two rows made orthonormal."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
    basis, v = np.array([[2.0, 0.7]]), np.array([1.1, 1.6])
    shadow = matrices.project(v, basis)
    line = np.outer([-0.1, 1.25], basis[0])
    left.plot(line[:, 0], line[:, 1], color=FAINT, linewidth=1, linestyle=":")
    draw_arrow(left, (0, 0), v, BLUE)
    draw_arrow(left, (0, 0), shadow, ORANGE)
    draw_arrow(left, shadow, v, GREEN, "--")
    mark_right_angle(left, shadow, -shadow, v - shadow)
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
    show_plane(left, (-0.3, 2.9), (-0.3, 1.8))

    V = np.array([[1.5, 0.5], [1.2, 1.4]])
    Q = matrices.gram_schmidt(V)
    turned = np.linspace(0, 2 * np.pi, 100)
    right.plot(np.cos(turned), np.sin(turned), color=FAINT, linewidth=1, linestyle=":")
    for row, name in zip(V, ("row 1", "row 2"), strict=True):
        draw_arrow(right, (0, 0), row, PALE)
        right.text(row[0] + 0.06, row[1], name, color=FAINT, va="center")
    for row, label, where in zip(Q, ("first", "second"), ((0.52, 0.0), (-0.32, 1.18)), strict=True):
        draw_arrow(right, (0, 0), row, ORANGE)
        right.text(*where, label, color=ORANGE, ha="center", va="center", weight="bold")
    mark_right_angle(right, np.zeros(2), Q[0], Q[1])
    right.set_title("two rows made orthonormal")
    show_plane(right, (-1.1, 2.2), (-0.4, 1.7))
    return figure


def least_squares(matrices: types.ModuleType) -> Figure:
    """Show a line with the rests that it leaves, and what a penalty makes of many weights."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2))
    rng = np.random.default_rng(4)
    x = np.linspace(0.2, 2.8, 7)
    y = 0.5 + 0.6 * x + 0.35 * rng.normal(size=7)
    X = np.column_stack([np.ones(7), x])
    fit = X @ matrices.least_squares(X, y)
    assert np.allclose(X.T @ (y - fit), 0.0)
    left.plot(x, fit, color=BLUE)
    left.vlines(x, fit, y, color=ORANGE, linestyle="--", linewidth=1.2)
    left.plot(x, y, "o", color=INK, markersize=4)
    left.set_title("least squares: the shortest rest")

    t = np.linspace(-1.0, 1.0, 10)
    y = np.sin(3.0 * t) + 0.25 * rng.normal(size=10)
    many = np.linspace(-1.0, 1.0, 300)
    powers, finely = (np.vander(places, 10, increasing=True) for places in (t, many))
    bent = finely @ matrices.least_squares(powers, y)
    calm = finely @ matrices.ridge(powers, y, 0.02)
    right.plot(many, bent, color=FAINT, linewidth=1.2)
    right.plot(many, calm, color=BLUE)
    right.plot(t, y, "o", color=INK, markersize=4)
    right.set_title("ten weights, without and with a penalty")
    right.set_ylim(-2.4, 2.4)
    for axes in (left, right):
        axes.set(xticks=[], yticks=[])
    right.text(-0.45, 1.45, "without", color=FAINT, ha="center")
    right.text(0.2, -0.9, "with", color=BLUE, ha="center")
    return figure


def attention(module: types.ModuleType) -> Figure:
    """Show who looks at whom in a sentence, and what a word takes home."""
    W_Q = W_K = 2.2 * np.eye(5)
    weights = module.attention_weights(WORDS @ W_Q, WORDS @ W_K)
    after = module.self_attention(WORDS, W_Q, W_K, np.eye(5))
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), width_ratios=[1.35, 1])
    left.imshow(weights, cmap=card_to_blue(), vmin=0, vmax=0.8)
    for t, s in np.ndindex(weights.shape):
        colour = CARD if weights[t, s] > 0.5 else INK
        left.text(s, t, f"{weights[t, s]:.2f}", ha="center", va="center", color=colour, size=9)
    left.set_xticks(range(6), TOKENS)
    left.set_yticks(range(6), TOKENS)
    left.set(xlabel="looks at", ylabel="the word")
    left.spines[:].set_visible(False)
    left.tick_params(length=0, labelcolor=INK)
    left.set_title("attention weights: each row sums to 1")

    positions, water, money = np.arange(2), 2, 3
    for offset, column, colour, name in (
        (-0.2, water, BLUE, "water"),
        (0.2, money, ORANGE, "money"),
    ):
        heights = [WORDS[5, column], after[5, column]]
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
    """Show what the softmax does with and without the division by √d, on average."""
    figure, grid = plt.subplots(2, 3, figsize=(9, 3.8), sharex=True, sharey=True)
    for column, d in enumerate((4, 64, 1024)):
        rng = np.random.default_rng(3)
        Q, K = rng.normal(size=(1000, 1, d)), rng.normal(size=(1000, 8, d))
        rows = (
            (module.softmax(Q @ K.swapaxes(1, 2)), RED, "without √d"),
            (module.attention_weights(Q, K), BLUE, "with √d"),
        )
        for axes, (weights, colour, name) in zip(grid[:, column], rows, strict=True):
            mean = np.sort(weights[:, 0], axis=1)[:, ::-1].mean(axis=0)  # largest first
            axes.bar(range(8), mean, color=colour)
            axes.text(0.55, mean[0], f"{mean[0]:.2f}", color=colour, va="top")
            axes.set(ylim=(0, 1.05), xticks=[], yticks=[0, 1])
            if column == 0:
                axes.set_ylabel(name)
        grid[0, column].set_title(f"vectors of {d} entries")
    grid[1, 1].set_xlabel(
        "weights of eight keys, largest first: the mean over 1,000 random queries", labelpad=9
    )
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
    draw_arrow(axes, (0, 0), wrong * 6.3, RED, "--")
    axes.text(1.15, 2.0, "without centring:\ntowards the mean", color=RED, ha="center", va="bottom")
    for row, variance, percent in zip(components, variances, share, strict=True):
        row = row * (1 if row[0] > 0 else -1)
        end = mean + 2 * np.sqrt(variance) * row
        draw_arrow(axes, mean, end, ORANGE)
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
    image = sailing_boat()
    size = len(image)
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


def lora(decompositions: types.ModuleType) -> Figure:
    """Show a frozen weight with its low-rank change, and the way of an input through both."""
    width, rank = 768, 16
    trained = decompositions.lora_parameter_count(width, width, rank)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.0), width_ratios=[1.15, 1])
    thin = 0.14  # drawn wider than 16 / 768, or nobody would see it
    for x, y, w, h, colour in (
        (0.0, 0.0, 2.0, 2.0, FAINT),
        (2.9, 0.0, thin, 2.0, ORANGE),
        (3.3, 2.0 - thin, 2.0, thin, BLUE),
    ):
        is_frozen = colour == FAINT
        left.add_patch(
            Rectangle((x, y), w, h, facecolor=PALE if is_frozen else colour, edgecolor=colour)
        )
    left.text(1.0, 1.0, f"W, frozen\n{width} × {width}", ha="center", va="center")
    left.text(2.42, 1.0, "+", ha="center", va="center", size=15)
    left.text(2.97, -0.12, f"B\n{width} × {rank}", color=ORANGE, ha="center", va="top")
    left.text(4.3, 1.74, f"A, {rank} × {width}", color=BLUE, ha="center", va="top")
    left.text(
        4.3, 0.75, f"trained: {trained:,}\nin place of {width**2:,}", ha="center", va="center"
    )
    show_plane(left, (-0.1, 5.4), (-0.65, 2.1))

    for middle, name, colour in (
        ((1.9, 1.6), "W", INK),
        ((1.3, 0.3), "A", BLUE),
        ((2.7, 0.3), "B", ORANGE),
    ):
        draw_box(right, middle, 0.7, 0.5)
        right.text(*middle, name, color=colour, weight="bold", ha="center", va="center")
    right.text(0.0, 1.6, "x", ha="center", va="center", size=13)
    right.text(3.9, 1.6, "+", ha="center", va="center", size=15)
    right.text(4.7, 1.6, "y", ha="center", va="center", size=13)
    for start, end in (
        ((0.2, 1.6), (1.5, 1.6)),
        ((2.3, 1.6), (3.72, 1.6)),
        ((4.05, 1.6), (4.55, 1.6)),
        ((0.5, 0.3), (0.91, 0.3)),
        ((1.69, 0.3), (2.31, 0.3)),
        ((3.9, 0.3), (3.9, 1.42)),
    ):
        draw_arrow(right, start, end, FAINT)
    right.plot([0.5, 0.5], [1.6, 0.3], color=FAINT)
    right.plot([3.09, 3.9], [0.3, 0.3], color=FAINT)
    right.text(2.0, 0.42, f"{rank}", color=FAINT, ha="center", size=9)
    right.text(3.45, 0.08, "× α / r", color=INK, ha="center", va="top", size=9)
    show_plane(right, (-0.3, 5.0), (-0.4, 2.1))
    return figure


PICTURES = {
    "week1/pictures/axes.svg": ("arrays", axes_of_a_table),
    "week1/pictures/broadcasting.svg": ("arrays", broadcasting),
    "week1/pictures/analogy.svg": ("vectors", analogy),
    "week1/pictures/cosine.svg": ("vectors", cosine),
    "week1/pictures/matrix_map.svg": ("matrices", matrix_map),
    "week1/pictures/gram_schmidt.svg": ("matrices", gram_schmidt),
    "week1/pictures/least_squares.svg": ("matrices", least_squares),
    "week1/pictures/attention.svg": ("attention", attention),
    "week1/pictures/attention_scale.svg": ("attention", attention_scale),
    "week1/pictures/pca.svg": ("decompositions", pca),
    "week1/pictures/low_rank_image.svg": ("decompositions", low_rank_image),
    "week1/pictures/spectrum.svg": ("decompositions", spectrum),
    "week1/pictures/lora.svg": ("decompositions", lora),
}
