"""What tosses of a coin and words of a message make one believe."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given, label
from kata.shows.style import BLUE, FAINT, GREEN, INK, ORANGE
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_FLIPS = 60
HEADS = given(0.3, 0.5, 0.8)
IS_HEAD = np.random.default_rng(4).random(N_FLIPS) < 0.8
PRIOR = given(1 / 3, 1 / 3, 1 / 3)
LIKELIHOODS = given(np.where(IS_HEAD[:, None], HEADS, 1 - HEADS))
SHOWN_FLIPS = (0, 1, 2, 3, 5, 8, 12, 20, 40, 60)


def _beliefs(work: Work) -> np.ndarray:
    shape = (N_FLIPS + 1, len(HEADS))
    return work.call_for_array("bayes_updates", shape, PRIOR, LIKELIHOODS)


def _draw_beliefs(figure: Figure, beliefs: np.ndarray) -> None:
    axes = figure.subplots()
    styles = ((BLUE, "--"), (GREEN, ":"), (ORANGE, "-"))
    for belief, p, (colour, style) in zip(beliefs.T, HEADS, styles, strict=True):
        axes.plot(np.clip(belief, -1, 2), color=colour, linestyle=style, label=f"heads {p:.1f}")
    flips = np.arange(1, N_FLIPS + 1)
    for chosen, marker, y in ((IS_HEAD, "o", -0.08), (~IS_HEAD, "x", -0.16)):
        axes.plot(flips[chosen], np.full(chosen.sum(), y), marker, color=FAINT, markersize=3.5)
    axes.set_yticks([-0.16, -0.08, 0, 0.5, 1], ["tail  ", "head  ", "0", "½", "1"])
    axes.set(ylim=(-0.22, 1.1), xlim=(-0.5, N_FLIPS + 0.5), xlabel="flips seen", ylabel="belief")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.6), title="the coin's")


def _beliefs_as_text(beliefs: np.ndarray) -> str:
    flips = "".join("H" if is_head else "t" for is_head in IS_HEAD)
    rows = [
        (f"{n}", *(plain.number(share, 3) for share in beliefs[n]), "#" * _length(beliefs[n, -1]))
        for n in SHOWN_FLIPS
    ]
    head = ("flips", *(f"heads {p:.1f}" for p in HEADS), f"{'heads 0.8':<30}")
    table = plain.table(head, ((*row[:-1], f"{row[-1]:<30}") for row in rows))
    return f"  {flips}\n\n{table}"


def _length(share: float) -> int:
    return round(30 * float(np.clip(share, 0, 1)))


# Made up: how often each word is in each of eight messages.
WORDS = ("free", "prize", "click", "now", "you", "meeting", "report", "lunch")
MESSAGES = given(
    [3, 1, 2, 1, 2, 0, 0, 0],
    [2, 2, 1, 2, 1, 0, 0, 0],
    [1, 3, 2, 1, 3, 0, 0, 0],
    [0, 0, 0, 1, 2, 3, 1, 0],
    [0, 0, 1, 0, 2, 1, 3, 1],
    [1, 0, 0, 1, 1, 1, 0, 2],
    [0, 0, 0, 0, 3, 2, 2, 0],
    [0, 0, 0, 1, 2, 0, 1, 3],
)
IS_SPAM = np.array([1, 1, 1, 0, 0, 0, 0, 0])
IS_SPAM.flags.writeable = False


class _Words(NamedTuple):
    log_odds: np.ndarray  # how much each word speaks for spam, in nats
    totals: np.ndarray  # of the shares in other mail and in spam, which should be 1


def _count_words(work: Work) -> _Words:
    result = work.call("naive_bayes_fit", MESSAGES, IS_SPAM, 2)
    log_prior, log_likelihood = work.pair("naive_bayes_fit", result)
    work.array("naive_bayes_fit", (2,), log_prior)
    log_likelihood = work.array("naive_bayes_fit", (2, len(WORDS)), log_likelihood)
    with np.errstate(over="ignore"):  # of logarithms that are none
        totals = np.exp(log_likelihood).sum(axis=1)
    return _Words(log_likelihood[1] - log_likelihood[0], totals)


def _totals(data: _Words) -> str:
    other, spam = map(plain.number, data.totals)
    return f"your shares sum to {spam} in spam, {other} in other mail"


def _draw_words(figure: Figure, data: _Words) -> None:
    log_odds = data.log_odds
    axes = figure.subplots()
    rows = np.arange(len(WORDS))[::-1]
    limit = max(3.0, 1.25 * float(np.abs(log_odds).max()))
    axes.barh(rows, log_odds, 0.6, color=[ORANGE if odds > 0 else BLUE for odds in log_odds])
    for y, odds in zip(rows, log_odds, strict=True):
        side = 1 if odds > 0 else -1
        axes.annotate(
            label(odds), (odds, y), (5 * side, 0), textcoords="offset points",
            ha="left" if side > 0 else "right", va="center",
        )  # fmt: skip
    axes.axvline(0, color=FAINT, linewidth=1)
    axes.set_yticks(rows, WORDS)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.set(xlim=(-limit, limit), xlabel="← speaks for other mail      log of the ratio      "
             "speaks for spam →")  # fmt: skip
    axes.spines["left"].set_visible(False)
    axes.set_title(_totals(data))


def _words_as_text(data: _Words) -> str:
    log_odds = data.log_odds
    rows = list(zip(WORDS, log_odds.tolist(), strict=True))
    most = max(3.0, float(np.abs(log_odds).max()))
    sides = "right: speaks for spam; left: for other mail"
    return f"{plain.bars(rows, most, 2)}\n\n  {sides}\n  {_totals(data)}"


PICTURES = (
    Picture(
        exercises=("bayes_updates",),
        about="what to believe of a coin after each flip",
        look="All three beliefs start at 1/3 and sum to 1 at every flip. Heads lift the solid "
        "line and tails lower it, until one belief is left.",
        if_wrong="without normalising, all three sink to 0; without carrying the posterior on as "
        "the next prior, the lines only jump between two heights.",
        size=(7.8, 3.5),
        compute=_beliefs,
        draw=_draw_beliefs,
        text=_beliefs_as_text,
    ),
    Picture(
        exercises=("naive_bayes_fit",),
        about="which words speak for spam, learned from eight messages",
        look="Words that are common in spam point to the right, those of other mail to the left. "
        "prize was never in other mail, and its bar is still finite: that is the smoothing.",
        if_wrong="without smoothing some bars would be infinite, and there is no picture; with "
        "counts in place of shares the sums are not 1, and all bars lean to the wordier side.",
        size=(7.4, 3.8),
        compute=_count_words,
        draw=_draw_words,
        text=_words_as_text,
    ),
)
