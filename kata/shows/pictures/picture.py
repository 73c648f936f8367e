"""What a picture is: what the learner's functions gave, and two ways to show that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kata.shows import plain
from kata.shows.work import Work

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """One picture of an exercise at work.

    Attributes
    ----------
    exercises : tuple of str
        The exercises that it shows, all of one module. The first gives it its name.
    about : str
        What is to be seen, in a few words.
    look : str
        What to look at, as a sentence.
    if_wrong : str
        What changes when the function is wrong.
    size : tuple of two floats
        Width and height in inches, without the sentences below.
    compute : callable
        Calls the learner's functions and returns what they gave, checked. Nothing else is shown,
        neither as a picture nor as text.
    draw : callable
        Draws that on a matplotlib figure.
    text : callable
        Returns that as letters, at most 80 columns wide.
    """

    exercises: tuple[str, ...]
    about: str
    look: str
    if_wrong: str
    size: tuple[float, float]
    compute: Callable[[Work], Any]
    draw: Callable[[Figure, Any], None]
    text: Callable[[Any], str]

    @property
    def name(self) -> str:
        """The exercise that the picture is named after."""
        return self.exercises[0]


def given(*numbers: object) -> np.ndarray:
    """Return numbers as an array that the learner's functions cannot change by mistake."""
    array = np.array(numbers[0] if len(numbers) == 1 else numbers, dtype=np.float64)
    array.flags.writeable = False
    return array


def label(value: float, n_digits: int = 2) -> str:
    """Return a number as a label that has room, however wrong the number is."""
    return minus(plain.number(value, n_digits))


def minus(text: str) -> str:
    """Return a label with the sign for minus that is as long as the one for plus."""
    return text.replace("-", "−")
