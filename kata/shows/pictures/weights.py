"""A table of attention weights, each row with its sum: drawn, and as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import label
from kata.shows.style import show_shares

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_weights(axes: Axes, tokens: Sequence[str], weights: np.ndarray) -> None:
    """Draw who looks at whom."""
    rows = [
        f"{token}   Σ {label(total)}"
        for token, total in zip(tokens, weights.sum(axis=1), strict=True)
    ]
    show_shares(axes, weights, rows, tokens, label)
    axes.set(xlabel="looks at")


def weights_as_text(tokens: Sequence[str], weights: np.ndarray) -> str:
    """Return the same as a table."""
    rows = [
        (token, *map(plain.number, row), plain.number(row.sum()))
        for token, row in zip(tokens, weights, strict=True)
    ]
    return plain.table(("", *tokens, "sum"), rows)
