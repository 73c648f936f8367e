"""What a failed visible test saw, so that two ways to the same wrong answer are told to be one.

Wrong numbers are compared by how they differ from the right ones, in steps that are far wider
than rounding and far narrower than the difference. A number may lie at the border of a step, so
everything is digested with several borders; who writes digests down takes those borders of which
no number is near.
"""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from kata import comparisons
from kata.comparisons import RTOL, Mismatch
from kata.explain import Failed, FailedTest, TookTooLongError

# Parts of a step. No number with few digits is near them.
BORDERS = (0.3819660113, 0.1458980338, 0.6180339887, 0.8541019662)
ROUNDING = 1e-14  # beside the largest number, between two ways to compute the same
STEPS_OF_ROUNDING = 1e3
FINEST, COARSEST = 1e-5, 0.05
MOST_NUMBERS = 48  # larger arrays are compared by sums of their entries with random signs
N_SUMS = 12
MOST_ENTRIES = 100_000  # of which such sums are formed
MOST_DEPTH = 5
COMPARED = ("aligned", "actual", "result")  # what `kata.comparisons` calls what it was given


@dataclass(frozen=True)
class Seen:
    """What was seen of one failure: words, and numbers counted in steps.

    `values` are the wrong numbers, and `sizes` how far each is off: they say how much it tells.
    """

    words: tuple[object, ...]
    steps: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    sizes: tuple[float, ...] = ()

    def digests(self) -> tuple[str, ...]:
        """Return a digest for each place of the borders."""
        steps = np.asarray(self.steps)
        return tuple(
            digest_of(*self.words, *np.floor(steps + border).astype(np.int64).tolist())
            for border in BORDERS
        )

    def margins(self) -> tuple[float, ...]:
        """Return for each place of the borders how near the nearest number is, in steps."""
        steps = np.asarray([*self.steps, 0.0])
        places = [steps + border for border in BORDERS]
        return tuple(float(np.min(np.abs(place - np.round(place)))) for place in places)


def digest_of(*words: object) -> str:
    """Return a digest of words, none of which runs into the next."""
    return hashlib.sha256(repr(words).encode("utf-8", "backslashreplace")).hexdigest()


def evidence_of(error: BaseException, test: FailedTest) -> Seen | None:
    """Return what a failure shows of a mistake, None if that hangs on more than the answers.

    The text of the tests is part of it: what was seen by other tests is no evidence.
    """
    in_test = test.frame_in_test(error)
    if in_test is None or isinstance(error, TookTooLongError):
        return None
    place = (_digest_of_file(test.test_file), in_test[1], len(test.calls))
    if isinstance(error, Mismatch):
        frame = _comparison(error)
        if frame is None:
            return Seen((*place, error.summary))
        name = next(name for name in COMPARED if name in frame.f_locals)
        found = _difference(frame.f_locals[name], frame.f_locals.get("expected"))
        return replace(found, words=(*place, frame.f_code.co_name, *found.words))
    if isinstance(error, Failed):
        what: object = str(error)
    else:
        what = (type(error).__name__, _is_raised_by_learner(error, test))
    last = test.calls[-1] if test.calls else None
    found = _difference(last.result if last is not None and last.has_returned else None, None)
    return Seen((*place, what, *found.words), found.steps)


@lru_cache(maxsize=64)
def _digest_of_text(text: str) -> str:
    return digest_of(text)


def _digest_of_file(path: Path) -> str:
    return _digest_of_text(path.read_text(encoding="utf-8"))


def _comparison(error: Mismatch) -> FrameType | None:
    """Return where a result was compared, the outermost place."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        is_ours = frame.f_code.co_filename == comparisons.__file__
        if is_ours and any(name in frame.f_locals for name in COMPARED):
            return frame
    return None


def _is_raised_by_learner(error: BaseException, test: FailedTest) -> bool:
    """Say whether an exception comes from the learner's own lines, and from no library's."""
    frame, _ = list(traceback.walk_tb(error.__traceback__))[-1]
    return test.project.is_learners_file(frame.f_code.co_filename)


def _difference(got: Any, truth: Any) -> Seen:
    """Return how a value differs from the right one, or if their forms differ, the value."""
    numbers = _as_numbers(got)
    if numbers is not None:
        right = _as_numbers(truth)
        has_same_form = right is not None and right.shape == numbers.shape
        return _of_numbers(numbers, right if has_same_form else None)
    return Seen(tuple(_form(got, 0)))


def _form(value: Any, depth: int) -> Iterator[object]:
    """Yield words for a value that is no number, nor made of numbers alone."""
    if value is None or isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple) and depth < MOST_DEPTH:
        yield type(value).__name__ if isinstance(value, dict) else "sequence"
        yield len(value)
        parts = value.items() if isinstance(value, dict) else value
        for part in parts:
            yield from _form(part, depth + 1)
    elif isinstance(value, int | float | np.number | np.ndarray):
        numbers = _as_numbers(value)
        yield "array" if numbers is None else (numbers.shape, tuple(_short(numbers)))
    else:
        yield type(value).__name__


def _short(numbers: np.ndarray) -> Iterator[str]:
    yield from (f"{number:.6g}" for number in numbers.ravel())


def _as_numbers(value: Any) -> np.ndarray | None:
    """Return numbers as an array of floats, complex ones in two columns; None if they are none."""
    if not _holds_numbers(value, 0):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # rows of different lengths, numbers past 64 bits
        return None
    if array.dtype.kind == "c":
        return np.stack([array.real, array.imag], axis=-1).astype(float)
    return array.astype(float) if array.dtype.kind in "biuf" else None


def _holds_numbers(value: Any, depth: int) -> bool:
    if isinstance(value, list | tuple):
        return depth < MOST_DEPTH and all(_holds_numbers(each, depth + 1) for each in value)
    return isinstance(value, bool | int | float | complex | np.number | np.bool_ | np.ndarray)


def _of_numbers(got: np.ndarray, truth: np.ndarray | None) -> Seen:
    form = (got.shape, truth is not None)
    if got.size > MOST_ENTRIES:
        return Seen(form)
    x = got.ravel()
    right = np.zeros_like(x) if truth is None else truth.ravel()
    is_finite = np.isfinite(x) & np.isfinite(right)
    gaps = [f"{i}{x[i]}" for i in np.flatnonzero(~is_finite)[:MOST_NUMBERS]]
    with np.errstate(all="ignore"):
        apart = np.where(is_finite, x / 2 - right / 2, 0.0)  # halves do not overflow
        largest = float(np.max(np.abs(apart), initial=0.0))
        scale = float(np.max(np.abs(right[is_finite]), initial=0.0)) or largest
    if largest == 0:
        return Seen((*form, *gaps))
    shares = apart / largest
    with np.errstate(all="ignore"):
        # How much of the difference is above rounding.
        decade = float(np.log10(largest) - np.log10(scale))
        finest = STEPS_OF_ROUNDING * ROUNDING / 10 ** np.floor(decade + BORDERS[0])
        step = float(np.clip(finest, FINEST, COARSEST))
    numbers = shares if shares.size <= MOST_NUMBERS else _signs(shares.size) @ shares
    steps = [decade, np.log(largest) / step, *(numbers / step)]
    is_wrong = np.abs(shares) > RTOL
    # What has all but vanished beside the right number says no more than 0 does.
    is_there = np.abs(x) > RTOL * max(largest, scale)
    values = map(float, np.where(is_there, x, 0.0)[is_wrong])
    sizes = (2 * float(half) for half in np.abs(apart[is_wrong]))
    return Seen((*form, *gaps), tuple(map(float, steps)), tuple(values), tuple(sizes))


@lru_cache(maxsize=8)
def _signs(n: int) -> np.ndarray:
    signs: np.ndarray = np.random.default_rng(n).choice([-1.0, 1.0], size=(N_SUMS, n))
    return signs / float(np.sqrt(n))
