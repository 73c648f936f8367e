"""A digit on its way into the noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.digits import load_digits
from kata.shows.pictures.picture import Picture, given, label
from kata.shows.style import BLUE, FAINT, ORANGE, PALE, show_image
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = 1000
TIMES = (0, 100, 250, 400, 600, 999)
SHOWN = (1, 2, 3, 4)  # of these, where there is less room
NOISE = given(np.random.default_rng(1).normal(size=(len(TIMES), 8, 8)))
LOW, HIGH = -1.8, 1.8  # of pixels: a digit is from -1 to 1, and noise goes beyond


def _linear(work: Work) -> np.ndarray:
    betas = given(work.call_for_array("linear_beta_schedule", (T,), T))
    return given(work.call_for_array("alpha_bars", (T,), betas))


def _draw_schedule(figure: Figure, left: np.ndarray) -> None:
    axes = figure.subplots()
    steps = np.arange(T)
    axes.fill_between(steps, 0, np.clip(left, 0, 1), color=BLUE, alpha=0.15, linewidth=0)
    axes.plot(steps, np.clip(left, -1, 2), color=BLUE)
    for t in (100, 350, 600):
        axes.plot(t, left[t], "o", color=ORANGE)
        axes.annotate(
            f"t = {t}: {label(left[t], 3)}", (t, left[t]), (8, 4), textcoords="offset points"
        )
    axes.text(60, 0.12, "the digit", color=BLUE)
    axes.text(700, 0.55, "noise", color=FAINT)
    axes.set(xlim=(0, T - 1), ylim=(0, 1.08), yticks=[0, 0.5, 1], xlabel="step t")
    axes.set_title("your ᾱ: share of the digit in the variance")


def _schedule_as_text(left: np.ndarray) -> str:
    rows = [(f"t = {t:>3}", float(left[t])) for t in range(0, T, 100)]
    return plain.bars([*rows, (f"t = {T - 1}", float(left[-1]))])


def _digit() -> np.ndarray:
    return load_digits(1)[0].reshape(8, 8) / 8 - 1


class _Strip(NamedTuple):
    pictures: np.ndarray  # of shape (len(TIMES), 8, 8)
    left: np.ndarray  # of each picture


def _noised(work: Work, name: str, left: np.ndarray) -> np.ndarray:
    """Return the digit at all times of the schedule that an exercise gave."""
    if left.min() < 0 or left.max() > 1:
        low, high = plain.number(left.min()), plain.number(left.max())
        raise work.fault(name, f"goes from {low} to {high}, and shares are from 0 to 1.")
    digits = given(np.stack(len(TIMES) * [_digit()]))
    t = np.array(TIMES)
    return work.call_for_array("add_noise", digits.shape, digits, t, left, NOISE)


def _noisy(work: Work) -> _Strip:
    left = _linear(work)
    return _Strip(_noised(work, "alpha_bars", left), left[list(TIMES)])


def _draw_strip(figure: Figure, strip: _Strip) -> None:
    panels = figure.subplots(1, len(TIMES))
    for axes, t, picture, left in zip(panels, TIMES, strip.pictures, strip.left, strict=True):
        show_image(axes, picture, LOW, HIGH)
        axes.set_title(f"t = {t}")
        axes.set_xlabel(f"ᾱ = {left:.2g}\nspread {label(picture.std())}", size=9, color=FAINT)


def _strip_as_text(strip: _Strip) -> str:
    panels = [
        (f"t = {t}", plain.shaded(picture, LOW, HIGH))
        for t, picture in zip(TIMES, strip.pictures, strict=True)
    ]
    rows = [
        (f"t = {t}", plain.number(left, 4), plain.number(picture.std()))
        for t, picture, left in zip(TIMES, strip.pictures, strip.left, strict=True)
    ]
    table = plain.table(("", "alpha_bar", "spread of the pixels"), rows)
    return f"{plain.side_by_side(panels, 4)}\n\n{table}"


class _Schedules(NamedTuple):
    linear: np.ndarray
    cosine: np.ndarray
    noisy_by_linear: np.ndarray  # pictures, of shape (len(TIMES), 8, 8)
    noisy_by_cosine: np.ndarray


def _both(work: Work) -> _Schedules:
    linear = _linear(work)
    cosine = given(work.call_for_array("cosine_alpha_bars", (T,), T))
    return _Schedules(
        linear,
        cosine,
        _noised(work, "alpha_bars", linear),
        _noised(work, "cosine_alpha_bars", cosine),
    )


def _draw_both(figure: Figure, data: _Schedules) -> None:
    grid = figure.add_gridspec(2, 1 + len(SHOWN), width_ratios=[2, 1, 1, 1, 1])
    axes = figure.add_subplot(grid[:, 0])
    axes.plot(np.clip(data.linear, -1, 2), color=PALE, linestyle="--")
    axes.plot(np.clip(data.cosine, -1, 2), color=BLUE)
    axes.text(50, 0.15, "linear", color=FAINT)
    axes.text(560, 0.5, "your cosine", color=BLUE)
    axes.set(ylim=(0, 1.05), yticks=[0, 0.5, 1], xticks=[0, 500, 999], xlabel="step t")
    axes.set_title("ᾱ")
    rows = (("linear", data.noisy_by_linear), ("cosine", data.noisy_by_cosine))
    for row, (name, pictures) in enumerate(rows):
        for column, number in enumerate(SHOWN):
            panel = figure.add_subplot(grid[row, 1 + column])
            show_image(panel, pictures[number], LOW, HIGH)
            if row == 0:
                panel.set_title(f"t = {TIMES[number]}", size=9)
            if column == 0:
                panel.set_ylabel(name)


def _both_as_text(data: _Schedules) -> str:
    rows = [
        (f"t = {t:>3}, linear {linear:.4f}", float(cosine))
        for t, (cosine, linear) in enumerate(zip(data.cosine, data.linear, strict=True))
        if t % 100 == 0 or t == T - 1
    ]
    return f"  your cosine schedule:\n{plain.bars(rows, n_digits=4)}"


PICTURES = (
    Picture(
        exercises=("alpha_bars", "linear_beta_schedule"),
        about="how much of a digit is left in each of 1,000 steps",
        look="The curve starts at nearly 1, falls all the time, slowly at first, and ends at "
        "nearly 0: by then all is noise.",
        if_wrong="with the betas added up, and not their complements multiplied, the curve "
        "climbs; where each step only knows its own beta, it stays near 1.",
        size=(7.4, 3.3),
        compute=_linear,
        draw=_draw_schedule,
        text=_schedule_as_text,
    ),
    Picture(
        exercises=("add_noise", "alpha_bars", "linear_beta_schedule"),
        about="a digit that turns into noise",
        look="The digit fades while the noise grows, and the spread of the pixels goes smoothly "
        "to that of the noise, about 1.",
        if_wrong="without the roots the middle is too dim, its spread well below its "
        "neighbours'; with the two weights mixed up the strip runs from noise to the digit.",
        size=(9, 2.3),
        compute=_noisy,
        draw=_draw_strip,
        text=_strip_as_text,
    ),
    Picture(
        exercises=("cosine_alpha_bars", "add_noise", "alpha_bars", "linear_beta_schedule"),
        about="the cosine schedule beside the linear one, on a digit",
        look="The cosine leaves the digit readable until about the middle, where the linear "
        "schedule has long lost it, and falls gently at both ends.",
        if_wrong="without the square the curve stays high too long, and it no longer crosses one "
        "half in the middle.",
        size=(9, 3.5),
        compute=_both,
        draw=_draw_both,
        text=_both_as_text,
    ),
)
