"""What a process of its own does with the texts of one submission, in bounded time."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import numpy as np

from grader.similarity.pieces import REST, pieces_of
from grader.similarity.words import LENGTH, MAX_WORDS, Words, words_of

SECONDS = 10.0  # of processor time; an honest submission takes a tenth of one
Spans = tuple[tuple[str, bool], ...]  # a text in parts, each with whether it is shared


class TooLongError(Exception):
    """A text takes more time than a text should."""


@dataclass(frozen=True)
class Given:
    """What a course gives for a week: names that nobody can choose, and what all may write."""

    names: frozenset[str]
    fingerprints: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str], objects: Sequence[str], names: frozenset[str]) -> Given:
        """Return what is given by texts of the course's own."""
        found = [
            words_of(piece, names).fingerprints()[0]
            for text in texts
            for piece in pieces_of(text, objects).values()
        ]
        return cls(names, np.unique(np.concatenate([np.zeros(0, np.uint64), *found])))


@dataclass(frozen=True)
class Text:
    """A text, of one module or of a whole notebook, and the objects of exercises in it."""

    module: str
    text: str
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """The text of one exercise, and where its fingerprints are in it."""

    text: str
    places: np.ndarray  # of words
    fingerprints: np.ndarray
    firsts: np.ndarray  # words of the fingerprints

    def spans(self, shared: np.ndarray) -> Spans:
        """Return the text in parts, those with shared fingerprints marked."""
        is_marked = np.zeros(len(self.text), dtype=bool)
        for first in self.firsts[np.isin(self.fingerprints, shared)]:
            is_marked[self.places[first, 0] : self.places[first + LENGTH - 1, 1]] = True
        edges = [0, *(np.flatnonzero(np.diff(is_marked)) + 1).tolist(), len(self.text)]
        return tuple(
            (self.text[start:end], bool(is_marked[start]))
            for start, end in itertools.pairwise(edges)
        )


def fingerprints(
    texts: Sequence[Text], given: Given
) -> tuple[dict[str, np.ndarray], tuple[str, ...]]:
    """Return the fingerprints of each exercise that are not given, and what was left out."""
    found = {}
    notes: list[str] = []
    for name, _, words in _read(texts, given, notes):
        own = np.unique(words.fingerprints()[0])
        found[name] = own[~_are_in(own, given.fingerprints)]
        if words.is_cut:
            notes.append(f"{name}: only its first {MAX_WORDS} words were compared")
    return found, tuple(notes)


def looks(texts: Sequence[Text], given: Given) -> dict[str, Look]:
    """Return the text of each exercise, and where its fingerprints are in it."""
    return {
        name: Look(text, words.places, *words.fingerprints())
        for name, text, words in _read(texts, given, [])
    }


def _read(
    texts: Sequence[Text], given: Given, notes: list[str]
) -> Iterator[tuple[str, str, Words]]:
    for each in texts:
        found = []
        try:
            with _limited(SECONDS):
                for name, piece in pieces_of(each.text, each.objects).items():
                    place = f"{each.module}.py, beside its exercises" if name == REST else name
                    found.append((place, piece, words_of(piece, given.names)))
        except TooLongError:
            notes.append(f"{each.module}.py takes more than {SECONDS:.0f} s to read, left out")
            continue
        yield from found


def _are_in(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Say which values are among others, which are sorted; `np.isin` would sort them again."""
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    found: np.ndarray = known[places] == values
    return found


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise an error after a time; regular expressions hear of it too."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLongError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
