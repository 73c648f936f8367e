"""Who looks at whom in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given
from kata.shows.pictures.weights import draw_weights, weights_as_text
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOKENS = ("she", "sat", "by", "the", "river", "bank")
N = len(TOKENS)
# Made by hand: person, action, water, money, grammar.
WORDS = given(
    [1.0, 0.3, 0.0, 0.0, 0.0],
    [0.5, 1.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.2, 0.0, 1.0],
    [0.0, 0.0, 0.0, 0.0, 1.0],
    [0.0, 0.0, 1.1, 0.0, 0.0],
    [0.0, 0.0, 0.8, 0.8, 0.0],
)
KEYS = given(2.2 * WORDS)
QUERIES = given(KEYS * [[1.5], [1.0], [0.6], [1.0], [1.4], [0.9]])  # some ask louder than others


def _weights(work: Work) -> np.ndarray:
    return work.call_for_array("attention_weights", (N, N), QUERIES, KEYS)


def _draw(figure: Figure, weights: np.ndarray) -> None:
    axes = figure.subplots()
    draw_weights(axes, TOKENS, weights)
    axes.set(ylabel="the word, and the sum of its row")


def _as_text(weights: np.ndarray) -> str:
    bank = [(token, float(share)) for token, share in zip(TOKENS, weights[-1], strict=True)]
    return f"{weights_as_text(TOKENS, weights)}\n\n  bank looks at\n{plain.bars(bank)}"


PICTURES = (
    Picture(
        exercises=("attention_weights", "attention_scores"),
        about="who looks at whom in a sentence",
        look="Each row is one word's attention and sums to 1. The words of the person look at "
        "each other, and bank looks at river.",
        if_wrong="without the division by √d a few cells take nearly everything; softmax over "
        "the wrong axis makes the columns sum to 1, not the rows.",
        size=(7.4, 4.2),
        compute=_weights,
        draw=_draw,
        text=_as_text,
    ),
)
