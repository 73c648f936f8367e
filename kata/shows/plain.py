"""Pictures made of letters, for terminals and for who reads with the ears: at most 80 columns."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import numpy as np

BLOCKS, PLAIN = " ░▒▓█", " .:-=+*#%@"
GAP = " | "
LONGEST_BAR = 40
MOST = 1e4  # from here on only the size of a number is told


def shades() -> str:
    """Return the letters from empty to full that the terminal can write."""
    return written(BLOCKS, PLAIN)


def written(letters: str, plain: str) -> str:
    """Return letters if the terminal can write them, else plain ones."""
    try:
        letters.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return plain
    return letters


def shaded(picture: np.ndarray, low: float = -1.0, high: float = 1.0) -> list[str]:
    """Return a picture as lines of text, two letters to a pixel: they are half as wide."""
    return [_widened(row) for row in _levels(picture, low, high)]


def small_shaded(picture: np.ndarray, n_rows: int, low: float, high: float) -> list[str]:
    """Return a large picture as so many lines of text, each letter for a block of pixels."""
    height = len(picture) // n_rows
    width = height // 2
    blocks = picture.reshape(n_rows, height, -1, width).mean(axis=(1, 3))
    return ["".join(row) for row in _levels(blocks, low, high)]


def _levels(picture: np.ndarray, low: float, high: float) -> list[list[str]]:
    letters = shades()
    ink = np.clip((picture - low) / (high - low), 0, 1)
    levels = np.rint(ink * (len(letters) - 1)).astype(int)
    return [[letters[level] for level in row] for row in levels.tolist()]


def _widened(letters: Iterable[str]) -> str:
    return "".join(2 * letter for letter in letters)


def side_by_side(panels: Sequence[tuple[str, Sequence[str]]], in_a_row: int) -> str:
    """Return panels of text beside each other, each under its caption."""
    lines = []
    for start in range(0, len(panels), in_a_row):
        row = panels[start : start + in_a_row]
        widths = [max(map(len, (caption, *panel))) for caption, panel in row]
        for parts in zip(*((caption, *panel) for caption, panel in row), strict=True):
            cells = (f"{part:<{width}}" for part, width in zip(parts, widths, strict=True))
            lines.append("  " + GAP.join(cells).rstrip())
        lines.append("")
    return "\n".join(lines[:-1])


def number(value: float, n_digits: int = 2) -> str:
    """Return a number in few letters, however large it is."""
    if abs(value) >= MOST:
        return f"{value:.0e}"
    return f"{round(float(value), n_digits) + 0.0:.{n_digits}f}"  # no -0.00


def bars(rows: Sequence[tuple[str, float]], most: float = 1.0, n_digits: int = 3) -> str:
    """Return a bar for each number: `#` to the right of the line above 0, to the left below."""
    numbers = [number(value, n_digits) for _, value in rows]
    width = max(len(label) for label, _ in rows)
    number_width = max(map(len, numbers))
    lengths = [round(LONGEST_BAR * min(1.0, abs(value) / most)) for _, value in rows]
    left = 0
    if any(value < 0 and n for n, (_, value) in zip(lengths, rows, strict=True)):
        left, lengths = LONGEST_BAR // 2, [n // 2 for n in lengths]
    lines = []
    for n, (label, value), written in zip(lengths, rows, numbers, strict=True):
        drawn = f"{n * '#':>{left}}|" if value < 0 else f"{'':{left}}|{n * '#'}"
        lines.append(f"  {label:<{width}}  {written:>{number_width}}  {drawn}")
    return "\n".join(lines)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is one of words, the others are numbers."""
    cells = [list(head), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(
        "  "
        + "  ".join(
            f"{cell:{'<' if column == 0 else '>'}{width}}"
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


def plane(
    marks: Iterable[tuple[str, np.ndarray, np.ndarray]],
    x: tuple[float, float],
    y: tuple[float, float],
    size: tuple[int, int] = (64, 16),
) -> list[str]:
    """Return points as letters on a plane; what comes later lies on top, what is outside is lost.

    Each mark is a letter and where it stands, x and y.
    """
    width, height = size
    grid = [[" "] * width for _ in range(height)]
    for letter, xs, ys in marks:
        columns = (np.asarray(xs, float) - x[0]) / (x[1] - x[0]) * (width - 1)
        rows = (y[1] - np.asarray(ys, float)) / (y[1] - y[0]) * (height - 1)
        for column, row in zip(np.rint(columns), np.rint(rows), strict=True):
            if 0 <= column < width and 0 <= row < height:
                grid[int(row)][int(column)] = letter
    return ["|" + "".join(row).rstrip() for row in grid] + ["+" + width * "-"]


def indented(lines: Iterable[str]) -> str:
    """Return lines as one text, two columns to the right."""
    return "\n".join(f"  {line}".rstrip() for line in lines)
