"""The next token at several temperatures, and what a cut-off leaves of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given, label
from kata.shows.style import BLUE, INK, ORANGE, PALE
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOKENS = ("the", "cat", "sat", "on", "mat")
LOGITS = given(2.0, 1.0, 0.1, -1.0, 3.0)
TEMPERATURES = (0.5, 1.0, 2.0, 10.0)


def _shares(work: Work) -> np.ndarray:
    """Return the distribution at each temperature."""
    return np.array(
        [
            work.call_for_array("softmax", LOGITS.shape, LOGITS, temperature=temperature)
            for temperature in TEMPERATURES
        ]
    )


def _bits(shares: np.ndarray) -> float:
    """Return the entropy of the positive entries."""
    positive = shares[shares > 0]
    return float(-np.sum(positive * np.log2(positive))) + 0.0


def _draw_temperatures(figure: Figure, data: np.ndarray) -> None:
    panels = figure.subplots(1, len(data), sharey=True)
    places = np.arange(len(TOKENS))
    top = max(1.1, 1.15 * float(data.max()))
    for axes, temperature, shares in zip(panels, TEMPERATURES, data, strict=True):
        axes.bar(places, shares, color=ORANGE if temperature == 1 else BLUE)
        for x, share in enumerate(shares):
            axes.text(x, max(share, 0) + 0.02 * top, label(share), ha="center", size=9)
        axes.set_xticks(places, TOKENS)
        axes.tick_params(axis="x", labelcolor=INK, length=0)
        axes.set(ylim=(min(0, 1.1 * float(data.min())), top), yticks=[])
        axes.set_xlabel(f"sum {label(shares.sum())}\nentropy {label(_bits(shares))} bits")
        axes.spines["left"].set_visible(False)
        axes.set_title(f"temperature {temperature:g}")


def _temperatures_as_text(data: np.ndarray) -> str:
    blocks = []
    for temperature, shares in zip(TEMPERATURES, data, strict=True):
        title = (
            f"  temperature {temperature:g}: sum {plain.number(shares.sum())}, "
            f"entropy {plain.number(_bits(shares))} bits"
        )
        rows = list(zip(TOKENS, shares.tolist(), strict=True))
        blocks.append(f"{title}\n{plain.bars(rows, max(1.0, float(data.max())), 2)}")
    return "\n\n".join(blocks)


CASES = {
    "sure": given(6.0, 2.5, 2.0, 1.5, 1.0, 0.5, 0.0, -0.5),
    "unsure": given(1.6, 1.4, 1.3, 1.2, 1.0, 0.9, 0.0, -1.5),
}
P = 0.9


class _Nucleus(NamedTuple):
    name: str
    before: np.ndarray
    after: np.ndarray


def _nuclei(work: Work) -> list[_Nucleus]:
    """Return in both cases what the cut leaves."""
    return [
        _Nucleus(
            name,
            work.call_for_array("softmax", logits.shape, logits),
            work.call_for_array("top_p", logits.shape, logits, P),
        )
        for name, logits in CASES.items()
    ]


def _draw_nuclei(figure: Figure, nuclei: list[_Nucleus]) -> None:
    for axes, (name, p, kept) in zip(figure.subplots(1, 2), nuclei, strict=True):
        places = np.arange(len(p))
        axes.bar(places, p, 0.85, color=PALE, label="before the cut")
        axes.bar(places, kept, 0.45, color=BLUE, label="after it")
        axes.set(xticks=places, yticks=[], xlabel="token")
        axes.tick_params(axis="x", length=0)
        axes.spines["left"].set_visible(False)
        n_kept = np.count_nonzero(kept)
        axes.set_title(
            f"{name}: {n_kept} of {len(p)} kept, with {label(p[kept != 0].sum())} of all"
        )
        axes.legend(loc="upper right")


def _nuclei_as_text(nuclei: list[_Nucleus]) -> str:
    blocks = []
    for name, p, kept in nuclei:
        title = f"  {name}: {np.count_nonzero(kept)} of {len(p)} kept"
        rows = [
            (f"token {token}, was {plain.number(before, 3)}", after)
            for token, (before, after) in enumerate(zip(p, kept, strict=True))
        ]
        blocks.append(f"{title}\n{plain.bars(rows)}")
    return "\n\n".join(blocks)


PICTURES = (
    Picture(
        exercises=("softmax",),
        about="one set of logits at four temperatures, with entropy",
        look="The order of the bars never changes and each panel sums to 1. Heat levels them, and "
        "the entropy grows towards log2 of 5, 2.32 bits.",
        if_wrong="where probabilities in place of logits are divided by the temperature, the "
        "sums are not 1; where it multiplies, heat makes the bars more unequal.",
        size=(9, 3.0),
        compute=_shares,
        draw=_draw_temperatures,
        text=_temperatures_as_text,
    ),
    Picture(
        exercises=("top_p", "top_k", "softmax"),
        about="the fewest tokens that reach 0.9, sure and unsure",
        look="Where the model is sure one token is enough, where it is not six are kept, and what "
        "is kept grows to fill the whole.",
        if_wrong="where the token that crosses 0.9 is dropped too, one less is kept and the sure"
        " case may have none; without dividing again, blue bars end where pale ones do.",
        size=(8.4, 3.2),
        compute=_nuclei,
        draw=_draw_nuclei,
        text=_nuclei_as_text,
    ),
)
