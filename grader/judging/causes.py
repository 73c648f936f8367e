"""Causes of a failure that are found by measuring, where no known misconception fits.

All calls that an exercise's hidden tests made are looked at together, beside what the reference
gives on each. A cause is named only if it explains every call that went wrong and each failing
test has one, and if no call that went right contradicts it: so its sentence says what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.judging.bench import Answer
from grader.results import Misconception
from kata.causes import Pair, measured_cause, same

FEWEST_WRONG, FEWEST_RIGHT = 2, 3  # calls on either side, without which a split may be by chance
LARGE = 100.0
ORDINALS = ("first", "second", "third", "fourth", "fifth")


@dataclass(frozen=True)
class Call:
    """One call of a hidden test: with what, what came back, and what should have.

    `test` is the number of the test that made it.
    """

    args: tuple[Any, ...]
    kwargs: tuple[str, ...]
    got: Answer
    truth: Answer
    test: int

    @property
    def is_right(self) -> bool:
        """Whether the answer is the reference's, but for rounding."""
        if self.got.error is not None or self.truth.error is not None:
            return self.got.error == self.truth.error
        pairs = pairs_of(self.got.value, self.truth.value)
        return pairs is not None and all(same(pair.got, pair.truth) for pair in pairs)


def find_cause(calls: Sequence[Call], failed: frozenset[int]) -> Misconception | None:
    """Return what explains all wrong calls, and with them every failed test; None if nothing."""
    wrong = [call for call in calls if not call.is_right]
    right = [call for call in calls if call.is_right]
    if not wrong or not failed <= {call.test for call in wrong}:
        return None
    for look in (_gives_nothing, _refuses_nothing, _raises_another, _numbers, _overflows, _splits):
        cause = look(wrong, right)
        if cause is not None:
            return cause
    return None


def pairs_of(got: Any, truth: Any) -> list[Pair] | None:
    """Return the numbers of two results beside each other; None if their forms differ.

    Texts, None and the like have to be equal, and give no pair.
    """
    if isinstance(got, dict) and isinstance(truth, dict):
        if set(got) != set(truth):
            return None
        return _joined(pairs_of(got[key], truth[key]) for key in truth)
    one, other = _as_numbers(got), _as_numbers(truth)
    if one is not None and other is not None:
        return [Pair(one, other)]
    if isinstance(got, list | tuple) and isinstance(truth, list | tuple):
        if len(got) != len(truth):
            return None
        return _joined(map(pairs_of, got, truth))
    if one is not None or other is not None or type(got) is not type(truth):
        return None
    return [] if _is_same_thing(got, truth) else None


def _is_same_thing(got: Any, truth: Any) -> bool:
    """Compare what is no number; an array of texts, say, is the same as nothing."""
    return isinstance(got, str | bytes | type(None)) and bool(got == truth)


def _joined(parts: Iterator[list[Pair] | None]) -> list[Pair] | None:
    found: list[Pair] = []
    for part in parts:
        if part is None:
            return None
        found += part
    return found


def _as_numbers(value: Any) -> np.ndarray | None:
    """Return numbers as an array, None if they are none.

    Looks before it converts: of `["a", …, "x" * 10**6]` numpy would make a table of texts that are
    all as long as the longest.
    """
    if not _holds_numbers(value):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # rows of different lengths, numbers past 64 bits
        return None
    if array.dtype.kind == "b":  # counts as 0 and 1, and has no sign to take
        return array.astype(float)
    return array if array.dtype.kind in "iufc" else None


def _holds_numbers(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_holds_numbers, value))
    return isinstance(value, bool | int | float | complex | np.number | np.bool_ | np.ndarray)


def _gives_nothing(wrong: Sequence[Call], right: Sequence[Call]) -> Misconception | None:
    if not all(_is_none(call.got) and call.truth.value is not None for call in wrong):
        return None
    if any(call.truth.error is None for call in right):
        return Misconception(
            "returns_none_sometimes",
            "For some inputs your function gives None: on which way through it is there no "
            "`return`, or nothing found to return?",
        )
    return Misconception("returns_none", "Your function gives None: is a `return` missing?")


def _is_none(answer: Answer) -> bool:
    return answer.value is None and answer.error is None


def _refuses_nothing(wrong: Sequence[Call], right: Sequence[Call]) -> Misconception | None:
    is_good_elsewhere = any(call.truth.error is None for call in right)
    kinds = {call.truth.error for call in wrong}
    if not is_good_elsewhere or None in kinds or any(call.got.error for call in wrong):
        return None
    return Misconception(
        "refuses_too_little",
        "Right wherever the input is good. But where the contract asks for "
        f"{_listed(kinds)}, your code goes on without raising it.",
    )


def _raises_another(wrong: Sequence[Call], right: Sequence[Call]) -> Misconception | None:
    kinds = {call.truth.error for call in wrong}
    is_good_elsewhere = any(call.truth.error is None for call in right)
    if not is_good_elsewhere or None in kinds or any(call.got.error is None for call in wrong):
        return None
    return Misconception(
        "raises_another",
        f"Right wherever the input is good. But where the contract asks for {_listed(kinds)}, "
        "your code ends in another exception.",
    )


def _numbers(wrong: Sequence[Call], right: Sequence[Call]) -> Misconception | None:
    answers = []
    for call in (*wrong, *right):
        if call.got.error is not None or call.truth.error is not None:
            if call.got.error != call.truth.error:
                return None
            continue
        answers.append((_parts(call.got.value), _parts(call.truth.value)))
    n = len(answers[0][1]) if answers else 0
    if not n or any(len(got) != n or len(truth) != n for got, truth in answers):
        return None
    columns = [[Pair(got[i], truth[i]) for got, truth in answers] for i in range(n)]
    at_fault = [i for i in range(n) if not all(same(p.got, p.truth) for p in columns[i])]
    if len(at_fault) != 1:
        return None
    cause = measured_cause(columns[at_fault[0]])
    if cause is None:
        return None
    which = f"In the {ORDINALS[at_fault[0]]} of the results: " if n > 1 else ""
    return Misconception(cause.name, which + cause.sentence)


def _parts(value: Any) -> list[np.ndarray]:
    """Return a result as arrays: one, or those of a tuple; none if it holds anything else."""
    numbers = _as_numbers(value) if not isinstance(value, tuple) else None
    if numbers is not None:
        return [numbers]
    parts = [_as_numbers(part) for part in value] if isinstance(value, tuple) else []
    found = [part for part in parts if part is not None]
    return found if 0 < len(found) == len(parts) <= len(ORDINALS) else []


def _overflows(wrong: Sequence[Call], right: Sequence[Call]) -> Misconception | None:
    for call in wrong:
        if call.got.error is not None or call.truth.error is not None:
            return None
        pairs = pairs_of(call.got.value, call.truth.value)
        if not pairs or not all(_is_right_but_for_gaps(pair) for pair in pairs):
            return None
    text = "You give nan or inf where the right result is finite, and all else is right: "
    if right and min(map(_size, wrong)) > max(LARGE, *map(_size, right)):
        return Misconception(
            "overflows", f"{text}large inputs overflow on the way. Can it be computed without?"
        )
    return Misconception(
        "gaps",
        f"{text}look for a division by 0, a logarithm of 0, an overflow, or a limit of your own.",
    )


def _is_right_but_for_gaps(pair: Pair) -> bool:
    if pair.got.shape != pair.truth.shape:
        return False
    gaps = ~np.isfinite(pair.got) & np.isfinite(pair.truth)
    return same(np.where(gaps, 0.0, pair.got), np.where(gaps, 0.0, pair.truth))


def _size(call: Call) -> float:
    """Return the largest magnitude among a call's finite inputs."""
    found = [np.abs(array[np.isfinite(array)]) for array in _arrays(call)]
    return max((float(np.max(numbers, initial=0.0)) for numbers in found), default=0.0)


def _arrays(call: Call) -> list[np.ndarray]:
    found = (_as_numbers(value) for value in call.args)
    return [array for array in found if array is not None]


def _first(call: Call) -> np.ndarray:
    return next(iter(_arrays(call)), np.zeros(0))


# What an input may have, and how a sentence says it. The most telling first.
_PROPERTIES: tuple[tuple[str, Callable[[Call], bool]], ...] = (
    ("that are empty", lambda call: any(a.size == 0 for a in _arrays(call))),
    ("with nan or inf", lambda call: any(not np.all(np.isfinite(a)) for a in _arrays(call))),
    ("with more than two axes", lambda call: _first(call).ndim > 2),
    ("with more than one axis", lambda call: _first(call).ndim > 1),
    ("with no axis, a single number", lambda call: _first(call).ndim == 0),
    ("of a single number", lambda call: _first(call).size == 1),
    ("of a single row", lambda call: _first(call).ndim == 2 and _first(call).shape[0] == 1),
    ("of a single column", lambda call: _first(call).ndim == 2 and _first(call).shape[1] == 1),
    (
        "with fewer rows than columns",
        lambda call: _first(call).ndim == 2 and _first(call).shape[0] < _first(call).shape[1],
    ),
    (
        "with more rows than columns",
        lambda call: _first(call).ndim == 2 and _first(call).shape[0] > _first(call).shape[1],
    ),
    (
        "that are not square",
        lambda call: _first(call).ndim == 2 and _first(call).shape[0] != _first(call).shape[1],
    ),
    (
        "that are square and not symmetric",
        lambda call: (
            _first(call).ndim == 2
            and _first(call).shape[0] == _first(call).shape[1]
            and not np.array_equal(_first(call), _first(call).T)
        ),
    ),
    ("of whole numbers", lambda call: any(a.dtype.kind in "iu" and a.ndim for a in _arrays(call))),
    ("with negative numbers", lambda call: any(bool(np.any(a < 0)) for a in _real(call))),
    ("with a 0", lambda call: any(bool(np.any(a == 0)) for a in _arrays(call) if a.ndim)),
    ("with equal numbers", lambda call: len(np.unique(_first(call))) < _first(call).size),
)


def _real(call: Call) -> list[np.ndarray]:
    return [array for array in _arrays(call) if array.dtype.kind != "c"]


def _splits(wrong: Sequence[Call], right: Sequence[Call]) -> Misconception | None:
    """Find what all inputs of wrong calls have in common, and no input of a right one has."""
    if len(wrong) < FEWEST_WRONG or len(right) < FEWEST_RIGHT:
        return None
    for name in sorted({name for call in wrong for name in call.kwargs}):
        if _divides(wrong, right, lambda call, name=name: name in call.kwargs):  # type: ignore[misc]
            return Misconception(
                f"wrong_with_{name}", f"Right without `{name}`, and wrong as soon as it is given."
            )
    for text, has in _PROPERTIES:
        if _divides(wrong, right, has):
            return Misconception(
                "wrong_for_some",
                f"Right for all other inputs that were tried, and wrong for all {text}.",
            )
    return None


def _divides(wrong: Sequence[Call], right: Sequence[Call], has: Callable[[Call], bool]) -> bool:
    return all(map(has, wrong)) and not any(map(has, right))


def _listed(kinds: set[str | None]) -> str:
    return " or ".join(sorted(str(kind) for kind in kinds))
