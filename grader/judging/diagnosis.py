"""Name the misconception behind a wrong answer: the known mistake that gives the same answers.

The calls that the hidden tests made are made again on each wrong variant, in this process, since
variants are our own code. A variant that gives what the learner gave on all of them, though not
what the reference gives, explains the failure.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises import Exercise, Module
from grader.course import Course, execute
from grader.judging.bench import Answer, Recorded
from grader.sandbox.inside import wire
from grader.variants import Variant


@dataclass(frozen=True)
class Likeness:
    """How alike two answers must be to count as the same."""

    rtol: float
    atol: float
    is_sign_free: bool


REPLAY_CPU_S = 0.5
# The looser one is for algorithms that converge, and for eigenvectors, whose signs are free.
LIKENESSES = (Likeness(1e-9, 1e-12, False), Likeness(1e-6, 1e-6, True))


@dataclass(frozen=True)
class Diagnosis:
    """A known mistake, and what a good teacher would say about it."""

    name: str
    sentence: str


class Diagnostician:
    """Replays calls on wrong variants; what a variant answers is computed once per process."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._wrong: dict[tuple[str, str], tuple[Variant, ...]] = {}
        self._modules: dict[tuple[Exercise, str], Any] = {}
        self._answers: dict[tuple[Any, ...], Answer] = {}

    def diagnose(
        self, module: Module, exercise: Exercise, records: Sequence[Recorded]
    ) -> Diagnosis | None:
        """Return the first wrong variant that answers all of these calls as the learner did."""
        calls = [record for record in records if record.answer.error not in UNKNOWABLE]
        if not calls:
            return None
        variants = self._wrong_variants(module, exercise)
        for likeness in LIKENESSES:
            if self._agrees(exercise, "reference", calls, likeness):
                continue
            for variant in variants:
                if self._agrees(exercise, variant.name, calls, likeness):
                    return Diagnosis(variant.name, variant.says)
        return None

    def _agrees(
        self, exercise: Exercise, variant: str, calls: Sequence[Recorded], likeness: Likeness
    ) -> bool:
        return all(
            _same_answer(record.answer, self._replay(exercise, variant, record), likeness)
            for record in calls
        )

    def _wrong_variants(self, module: Module, exercise: Exercise) -> tuple[Variant, ...]:
        key = (module.week, module.name)
        if key not in self._wrong:
            variants = self.course.variants(module)
            self._wrong[key] = tuple(v for v in variants if not v.is_right)
            reference = self.course.reference(module)
            for each in module.exercises:
                self._modules[each, "reference"] = reference
            by_name = {each.name: each for each in module.exercises}
            for variant in self._wrong[key]:
                name = f"variant_{variant.name}"
                owner = by_name[variant.exercise]
                self._modules[owner, variant.name] = execute(variant.source, name, name)
        return tuple(v for v in self._wrong[key] if v.exercise == exercise.name)

    def _replay(self, exercise: Exercise, variant: str, record: Recorded) -> Answer:
        key = (exercise, variant, record.function, record.script, record.arguments)
        cacheable = not record.callbacks
        if cacheable and key in self._answers:
            return self._answers[key]
        answer = _call(self._modules[exercise, variant], record)
        if cacheable:
            self._answers[key] = answer
        return answer


# How these end depends on the machine or on the process, not on the answer.
UNKNOWABLE = ("CallTimedOut", "ChildCrashed", "BadAnswer", "ForbiddenUse", "TooMuchWork")


def _call(module: Any, record: Recorded) -> Answer:
    args, kwargs = wire.loads(record.arguments, lambda index: record.callbacks[index])
    try:
        with _cpu_limit(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if record.script is not None:
                return Answer(record.script(module, *args, **kwargs))
            return Answer(getattr(module, record.function)(*args, **kwargs))
    except TooSlowError:
        return Answer(error="TooSlowError")
    except Exception as error:
        return Answer(error=_builtin_name(error))


class TooSlowError(Exception):
    """A variant needs too long for one of the recorded calls to be compared."""


@contextlib.contextmanager
def _cpu_limit() -> Iterator[None]:
    """Stop a replay that would keep the grader busy: a wrong variant may be a slow one.

    Counts this process's own processor time, so it disturbs no alarm and no slow machine.
    """

    def stop(number: int, frame: object) -> None:
        raise TooSlowError

    if threading.current_thread() is not threading.main_thread():  # signals are for that one
        yield
        return
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, REPLAY_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _builtin_name(error: Exception) -> str:
    for kind in type(error).__mro__:
        if kind.__module__ == "builtins" or kind is np.linalg.LinAlgError:
            return kind.__name__
    return "Exception"


def _same_answer(a: Answer, b: Answer, likeness: Likeness) -> bool:
    if a.error is not None or b.error is not None:
        return a.error == b.error
    return _same(a.value, b.value, likeness)


def _same(a: Any, b: Any, likeness: Likeness) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(_same(a[key], b[key], likeness) for key in a)
    if isinstance(a, tuple | list) and isinstance(b, tuple | list) and _is_ragged(a, b):
        return len(a) == len(b) and all(_same(x, y, likeness) for x, y in zip(a, b, strict=True))
    if a is None or b is None or isinstance(a, str) or isinstance(b, str):
        return type(a) is type(b) and bool(a == b)
    try:
        x, y = np.asarray(a), np.asarray(b)
    except ValueError:
        return False
    if x.shape != y.shape or x.dtype.kind not in "biufc" or y.dtype.kind not in "biufc":
        return False
    # Booleans count as 0 and 1, and have no sign to take.
    x, y = (array.astype(float) if array.dtype.kind == "b" else array for array in (x, y))
    return _close(x, y, likeness)


def _close(x: np.ndarray, y: np.ndarray, likeness: Likeness) -> bool:
    finite = y[np.isfinite(y)]
    scale = max(1.0, float(np.max(np.abs(finite), initial=0.0)))
    with np.errstate(all="ignore"):
        if likeness.is_sign_free and x.ndim in (1, 2):
            x, y = _without_signs(x), _without_signs(y)
        return bool(
            np.allclose(x, y, rtol=likeness.rtol, atol=likeness.atol * scale, equal_nan=True)
        )


def _without_signs(vectors: np.ndarray) -> np.ndarray:
    """Give unit vectors, in rows or else in columns, one sign: their largest entry positive."""
    for axis in (-1, 0):
        if np.allclose(np.linalg.norm(vectors, axis=axis), 1.0, atol=1e-6):
            largest = np.expand_dims(np.argmax(np.abs(vectors), axis=axis), axis)
            signed: np.ndarray = vectors * np.sign(np.take_along_axis(vectors, largest, axis))
            return signed
    return vectors


def _is_ragged(a: Any, b: Any) -> bool:
    return any(isinstance(item, np.ndarray | list | tuple | dict | str) for item in [*a, *b])
