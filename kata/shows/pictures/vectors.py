"""Words as arrows: their angles, and the arithmetic of an analogy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kata.shows import plain
from kata.shows.pictures.picture import Picture, given, label
from kata.shows.style import BLUE, FAINT, INK, ORANGE, PALE, draw_arrow, show_plane
from kata.shows.work import Work, a_description

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Made up: how female, and how royal.
WORDS = {
    "king": given(0.2, 0.9),
    "queen": given(0.75, 0.9),
    "man": given(0.1, 0.5),
    "woman": given(0.7, 0.45),
    "banana": given(0.35, -0.5),
}
NAMES = tuple(WORDS)


def _angle(vector: np.ndarray) -> float:
    return float(np.arctan2(vector[1], vector[0]))


def _cosines(work: Work) -> np.ndarray:
    """Return the cosine between the king and each word."""
    king = WORDS["king"]
    return np.array(
        [work.call_for_number("cosine_similarity", king, word) for word in WORDS.values()]
    )


def _degrees(cosine: float) -> str:
    return f"{np.rad2deg(np.arccos(cosine)):.0f}" if abs(cosine) <= 1 else "none"


def _draw_cosines(figure: Figure, cosines: np.ndarray) -> None:
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.1])
    start = _angle(WORDS["king"])
    for (name, word), cosine in zip(WORDS.items(), cosines, strict=True):
        if abs(cosine) <= 1:
            side = np.sign(_angle(word) - start) or 1.0
            turned = start + side * np.arccos(cosine)
            end = 1.3 * np.array([np.cos(turned), np.sin(turned)])
            left.plot([0, end[0]], [0, end[1]], color=ORANGE, linestyle=(0, (4, 3)), linewidth=1.5)
        draw_arrow(left, (0, 0), word, BLUE)
        # Beside the line, which goes on: to the left of the king and the man.
        is_left = word[0] < 0.3
        x, y = word + ((-0.06, 0.02) if is_left else (0.05, -0.08 if word[1] > 0 else 0.03))
        left.text(x, y, name, ha="right" if is_left else "left", va="center", weight="bold")
    show_plane(left, (-0.35, 1.3), (-0.85, 1.4))
    left.set_title("five made-up words")

    rows = np.arange(len(cosines))[::-1]
    right.barh(rows, np.clip(cosines, -1.2, 1.2), 0.55, color=ORANGE)
    for y, cosine in zip(rows, cosines, strict=True):
        degrees = _degrees(cosine)
        angle = f"{degrees}°" if degrees != "none" else "no angle"
        right.text(1.3, y, f"{label(cosine)}: {angle}", va="center")
    right.axvline(0, color=FAINT, linewidth=1)
    for edge in (-1, 1):
        right.axvline(edge, color=FAINT, linewidth=1, linestyle=":")
    right.set_yticks(rows, NAMES)
    right.tick_params(axis="y", length=0, labelcolor=INK)
    right.set(xlim=(-1.25, 2.25), xticks=[-1, 0, 1])
    right.spines[["left", "bottom"]].set_visible(False)
    right.set_title("your cosine with the king")


def _cosines_as_text(cosines: np.ndarray) -> str:
    rows = [
        (
            name,
            *(f"{x:.2f}" for x in word),
            f"{_seen(word):.0f}",
            plain.number(cosine, 3),
            _degrees(cosine),
        )
        for (name, word), cosine in zip(WORDS.items(), cosines, strict=True)
    ]
    head = ("word", "x", "y", "degrees from king", "your cosine", "so degrees")
    return plain.table(head, rows) + "\n\n" + plain.bars(list(zip(NAMES, cosines, strict=True)))


def _seen(word: np.ndarray) -> float:
    """Return the angle between the king and a word in degrees, measured in the plane."""
    return abs(float(np.rad2deg(_angle(word) - _angle(WORDS["king"]))))


# Here given words are nearer to king - man + woman than the queen is, as often in real ones.
ANALOGY_WORDS = {
    "king": given(0.4, 0.9),
    "queen": given(0.95, 0.75),
    "man": given(0.25, 0.45),
    "woman": given(0.5, 0.42),
    "banana": given(0.35, -0.5),
    "palace": given(0.35, 1.3),
    "girl": given(0.75, 0.2),
}
PLACES_OF_LABELS = {  # where they would lie on an arrow: to the right, up, and how they are aligned
    "king": (0.0, 0.09, "center"),
    "man": (0.02, 0.1, "center"),
    "woman": (0.03, -0.08, "left"),
    "palace": (-0.08, 0.0, "right"),
}


class _Completed(NamedTuple):
    target: np.ndarray
    answer: str


def _complete(work: Work) -> _Completed:
    words = ANALOGY_WORDS
    answer = work.call("analogy", dict(words), ["king", "woman"], ["man"])
    if not isinstance(answer, str) or answer not in words:
        raise work.fault("analogy", f"gave {a_description(answer)}, not one of the words.")
    return _Completed(words["king"] - words["man"] + words["woman"], str(answer))


def _draw_analogy(figure: Figure, data: _Completed) -> None:
    axes = figure.subplots()
    for name, word in ANALOGY_WORDS.items():
        draw_arrow(axes, (0, 0), word, PALE)
        is_answer = name == data.answer
        axes.plot(*word, "o", color=ORANGE if is_answer else BLUE, markersize=6)
        right, up, align = PLACES_OF_LABELS.get(name, (0.09 if is_answer else 0.06, 0.0, "left"))
        words = f"{name}: your answer" if is_answer else name
        axes.text(
            word[0] + right, word[1] + up, words, ha=align, va="center", weight="bold",
            color=ORANGE if is_answer else INK,
        )  # fmt: skip
    answer = ANALOGY_WORDS[data.answer]
    axes.plot(*answer, "o", color=ORANGE, markersize=15, fillstyle="none", markeredgewidth=2)
    draw_arrow(axes, ANALOGY_WORDS["man"], ANALOGY_WORDS["woman"], FAINT, "--")
    draw_arrow(axes, ANALOGY_WORDS["king"], data.target, FAINT, "--")
    axes.plot(*data.target, "x", color=INK, markersize=9, markeredgewidth=2)
    axes.text(data.target[0] + 0.05, data.target[1] + 0.04, "king − man + woman", va="center")
    show_plane(axes, (-0.3, 1.9), (-0.6, 1.4))


def _analogy_as_text(data: _Completed) -> str:
    rows = [
        (name, *(f"{x:.2f}" for x in word), "<- your answer" if name == data.answer else "")
        for name, word in ANALOGY_WORDS.items()
    ]
    rows.append(("king - man + woman", *(f"{x:.2f}" for x in data.target), ""))
    return plain.table(("word", "x", "y", ""), rows)


PICTURES = (
    Picture(
        exercises=("cosine_similarity",),
        about="words as arrows, and the angles between them",
        look="Each dashed line stands at the angle that your cosine gives, seen from the king, "
        "and should lie along the word's own arrow. The king itself is at 0 degrees.",
        if_wrong="without dividing by both lengths a long word counts for more, the lines leave "
        "their arrows, and a cosine beyond 1 has no angle at all.",
        size=(9, 3.6),
        compute=_cosines,
        draw=_draw_cosines,
        text=_cosines_as_text,
    ),
    Picture(
        exercises=("analogy", "nearest", "cosine_similarity_matrix"),
        about="king - man + woman, and the word you find there",
        look="The step from man to woman, taken from king, ends at the cross. Your answer should "
        "be the word in that direction which is not one of the three.",
        if_wrong="with the given words left in, or the longest vector taken in place of the "
        "nearest direction, the ring is around one of the three, or around palace.",
        size=(7.4, 4.2),
        compute=_complete,
        draw=_draw_analogy,
        text=_analogy_as_text,
    ),
)
