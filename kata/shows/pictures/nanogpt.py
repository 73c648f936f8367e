"""What a small GPT expects next, and who sees whom in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.models import load_language_model
from kata.shows.pictures.picture import Picture, given
from kata.shows.pictures.weights import draw_weights, weights_as_text
from kata.shows.style import BLUE, INK
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOKENS = ("the", "cat", "sat", "on", "the", "mat")
N = len(TOKENS)
Q, K = given(np.random.default_rng(7).normal(size=(2, N, 8)))
ONES = given(np.eye(N))  # as values: what comes out is the weights


def _weights(work: Work) -> np.ndarray:
    return work.call_for_array("causal_attention", (N, N), Q, K, ONES)


def _draw_weights(figure: Figure, weights: np.ndarray) -> None:
    axes = figure.subplots()
    draw_weights(axes, TOKENS, weights)
    axes.plot(*_staircase(), color=INK, linewidth=1.2)
    axes.set(ylabel="the token, and the sum of its row")


def _staircase() -> tuple[list[float], list[float]]:
    """Return the border between past and future."""
    xs, ys = [0.5], [-0.5]
    for n in range(N - 1):
        xs += [n + 0.5, n + 1.5]
        ys += [n + 0.5, n + 0.5]
    return xs, ys


def _weights_as_text(weights: np.ndarray) -> str:
    return weights_as_text(TOKENS, weights)


PROMPTS = ("My l", "My love is th", "Shall I compare thee to a summer's da")
N_BEST = 8


class _Next(NamedTuple):
    prompt: str
    letters: list[str]
    shares: np.ndarray


def _next_letters(work: Work) -> list[_Next]:
    """Return the most likely letters after each prompt."""
    model = load_language_model()
    found = []
    for prompt in PROMPTS:
        tokens = model.encode(prompt)
        tokens.flags.writeable = False
        shape = (len(tokens), len(model.vocabulary))
        logits = work.call_for_array("gpt_logits", shape, tokens, model.params, model.n_head)
        shares = np.exp(logits[-1] - logits[-1].max())
        shares /= shares.sum()
        best = np.argsort(-shares, kind="stable")[:N_BEST]
        letters = [_shown(model.vocabulary[token]) for token in best]
        found.append(_Next(prompt, letters, shares[best]))
    return found


def _shown(letter: str) -> str:
    return {" ": "space", "\n": "line"}.get(letter, letter)


def _draw_next(figure: Figure, found: list[_Next]) -> None:
    for axes, each in zip(figure.subplots(1, len(found)), found, strict=True):
        rows = np.arange(N_BEST)[::-1]
        axes.barh(rows, each.shares, 0.65, color=BLUE)
        for y, share in zip(rows, each.shares, strict=True):
            axes.text(share + 0.02, y, f"{share:.2f}", va="center", size=9)
        axes.set_yticks(rows, each.letters)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set(xlim=(0, 1.18), xticks=[])
        axes.spines[["left", "bottom"]].set_visible(False)
        shortened = each.prompt if len(each.prompt) <= 20 else f"…{each.prompt[-18:]}"
        axes.set_title(f"“{shortened}”", size=10)


def _next_as_text(found: list[_Next]) -> str:
    return "\n\n".join(
        f"  {each.prompt!r} goes on with\n"
        + plain.bars(list(zip(each.letters, each.shares.tolist(), strict=True)))
        for each in found
    )


PICTURES = (
    Picture(
        exercises=("causal_attention",),
        about="who looks at whom, and nobody into the future",
        look="Above the stairs all is 0, the first row is all on itself, and each row sums to 1.",
        if_wrong="without the mask the upper half is filled; with a mask after the softmax the "
        "rows no longer sum to 1; with a mask of 0 in place of −inf it leaks.",
        size=(7.4, 4.2),
        compute=_weights,
        draw=_draw_weights,
        text=_weights_as_text,
    ),
    Picture(
        exercises=(
            *("gpt_logits", "gelu", "layer_norm", "causal_attention", "multi_head_attention"),
            "transformer_block",
        ),
        about="the next letter by your GPT, trained on Shakespeare",
        look="A GPT that works has read its Shakespeare: after “My l” it expects an o, as in love, "
        "after “th” an e or y, and at the end of “summer's da” it is nearly sure of a y.",
        if_wrong="with any part wrong the trained weights no longer fit, and the bars are flat "
        "or on the wrong letters.",
        size=(9, 3.4),
        compute=_next_letters,
        draw=_draw_next,
        text=_next_as_text,
    ),
)
