"""Name the misconception behind a wrong answer: the known mistake that behaves in the same way.

The hidden tests are run on each wrong variant, in this process, since variants are our own code;
and the calls that the tests made of the learner's code are made again on it. A variant that fails
the very tests which the learner fails, and gives what the learner gave on every call, explains the
failure. Where none does, `causes` looks for what can be measured.
"""

from __future__ import annotations

import contextlib
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises import Exercise, Module
from grader.course import execute
from grader.judging.bench import Answer, Recorded
from grader.judging.causes import Call, find_cause, pairs_of
from grader.judging.suite import Suite, TestRun
from grader.results import Misconception
from grader.sandbox.inside import wire
from grader.variants import Variant
from kata.causes import Pair


@dataclass(frozen=True)
class Likeness:
    """How alike two answers must be to count as the same."""

    rtol: float
    atol: float
    is_sign_free: bool


REPLAY_CPU_S = 0.5
# The looser one is for algorithms that converge, and for eigenvectors, whose signs are free.
LIKENESSES = (Likeness(1e-9, 1e-12, False), Likeness(1e-6, 1e-6, True))
# A variant accounts for a difference from the truth if it has all of it but this part.
UNEXPLAINED = 0.02
ROUNDING = 1e-14


class Diagnostician:
    """Replays calls on wrong variants; what a variant answers is computed once per process.

    Parameters
    ----------
    suite : Suite
        The hidden tests, with the course that they belong to.
    seed : int
        Of the hidden inputs.
    leave_out : str, optional
        A wrong variant that is to stay unknown: so it is measured how well the others do.
    """

    def __init__(self, suite: Suite, seed: int, leave_out: str | None = None) -> None:
        self.suite = suite
        self.seed = seed
        self.leave_out = leave_out
        self._wrong: dict[Module, tuple[Variant, ...]] = {}
        self._modules: dict[tuple[Exercise, str], Any] = {}
        self._answers: dict[tuple[Any, ...], Answer] = {}
        self._fails: dict[tuple[Exercise, str], frozenset[str]] = {}

    def diagnose(
        self,
        module: Module,
        exercise: Exercise,
        records: Sequence[Recorded],
        runs: Sequence[TestRun],
    ) -> Misconception | None:
        """Return what explains every failed test and is contradicted by no call, if anything."""
        seen = _Seen(records, runs)
        if not seen.records:
            return None
        variants = self._wrong_variants(module, exercise)
        truths = [self._replay(exercise, REFERENCE, record) for record in seen.records]
        for likeness in LIKENESSES:
            fitting = self._fitting(exercise, variants, seen, truths, likeness)
            if len({variant.says for variant in fitting}) == 1:
                return Misconception(fitting[0].name, fitting[0].says)
            if fitting:  # the tests can't tell them apart, so to name one would be a guess
                break
        return find_cause(seen.calls(truths), seen.failed)

    def _fitting(
        self,
        exercise: Exercise,
        variants: Sequence[Variant],
        seen: _Seen,
        truths: Sequence[Answer],
        likeness: Likeness,
    ) -> list[Variant]:
        """Return the variants that answer as the learner did, of these the most telling.

        Such a variant fails tests that the learner fails, and no other. Where the learner fails one
        more, for a warning or an argument that was changed, it does not speak of that; one that
        fails it too says more.
        """
        alike = [
            variant
            for variant in variants
            if self._answers_alike(exercise, variant, seen, truths, likeness)
            and self._failed_by(exercise, variant) & seen.ran <= seen.failed_ids
        ]
        told = {variant: len(self._failed_by(exercise, variant) & seen.ran) for variant in alike}
        most = max(told.values(), default=0)
        return [variant for variant in alike if told[variant] == most > 0]

    def _answers_alike(
        self,
        exercise: Exercise,
        variant: Variant,
        seen: _Seen,
        truths: Sequence[Answer],
        likeness: Likeness,
    ) -> bool:
        for record, test, truth in zip(seen.records, seen.tests, truths, strict=True):
            answer = self._replay(exercise, variant.name, record)
            needed = truth if test in seen.failed else None
            if not _same_answer(record.answer, answer, needed, likeness):
                return False
        return True

    def _failed_by(self, exercise: Exercise, variant: Variant) -> frozenset[str]:
        """Return the tests that a variant fails."""
        key = exercise, variant.name
        if key not in self._fails:
            bench = _OwnBench(self._modules[key])
            runs = self.suite.run(exercise, bench, self.seed)
            self._fails[key] = frozenset(run.test.id for run in runs if run.error is not None)
        return self._fails[key]

    def _wrong_variants(self, module: Module, exercise: Exercise) -> list[Variant]:
        if module not in self._wrong:
            variants = self.suite.course.variants(module)
            self._wrong[module] = tuple(v for v in variants if not v.is_right)
            reference = self.suite.reference(exercise)
            for each in module.exercises:
                self._modules[each, REFERENCE] = reference
            by_name = {each.name: each for each in module.exercises}
            for variant in self._wrong[module]:
                name = f"variant_{variant.name}"
                owner = by_name[variant.exercise]
                self._modules[owner, variant.name] = execute(variant.source, name, name)
        return [
            variant
            for variant in self._wrong[module]
            if variant.exercise == exercise.name and variant.name != self.leave_out
        ]

    def _replay(self, exercise: Exercise, variant: str, record: Recorded) -> Answer:
        key = (exercise, variant, record.function, record.script, record.arguments)
        cacheable = not record.callbacks
        if cacheable and key in self._answers:
            return self._answers[key]
        answer = _replayed(self._modules[exercise, variant], record)
        if cacheable:
            if len(self._answers) >= MAX_ANSWERS:
                self._answers.clear()
            self._answers[key] = answer
        return answer


REFERENCE = "reference"
MAX_ANSWERS = 20_000


class _Seen:
    """The calls of one exercise whose end depends on the answer, by the tests that made them."""

    def __init__(self, records: Sequence[Recorded], runs: Sequence[TestRun]) -> None:
        self.records: list[Recorded] = []
        self.tests: list[int] = []  # the number of each record's test
        for number, run in enumerate(runs):
            for record in records[run.calls.start : run.calls.stop]:
                if record.answer.error not in UNKNOWABLE:
                    self.records.append(record)
                    self.tests.append(number)
        self.failed = frozenset(i for i, run in enumerate(runs) if run.error is not None)
        self.failed_ids = frozenset(run.test.id for run in runs if run.error is not None)
        self.ran = frozenset(run.test.id for run in runs)

    def calls(self, truths: Sequence[Answer]) -> list[Call]:
        """Return what was seen, beside the truth."""
        found = []
        for record, test, truth in zip(self.records, self.tests, truths, strict=True):
            args, kwargs = _arguments(record)
            found.append(Call(tuple(args), tuple(kwargs), record.answer, truth, test))
        return found


class _OwnBench:
    """Runs hidden tests on a module of our own, in this process."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self.max_steps: int | None = None
        self.records: list[Recorded] = []

    def perform(
        self,
        name: str,
        script: Callable[..., Any] | None,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        changes_show: bool = False,
    ) -> Any:
        """Call a function of the module as a bench does: on copies, unless changes are to show."""
        if not changes_show:
            callbacks: list[Callable[..., Any]] = []
            frame = wire.dumps([list(args), dict(kwargs)], callbacks)
            copied, kwargs = wire.loads(frame, lambda index: callbacks[index])
            args = tuple(copied)
        with _cpu_limit():
            if script is not None:
                return script(self._module, *args, **kwargs)
            return getattr(self._module, name)(*args, **kwargs)


# How these end depends on the machine or on the process, not on the answer.
UNKNOWABLE = ("CallTimedOut", "ChildCrashed", "BadAnswer", "ForbiddenUse", "TooMuchWork")


def _arguments(record: Recorded) -> tuple[list[Any], dict[str, Any]]:
    args, kwargs = wire.loads(record.arguments, lambda index: record.callbacks[index])
    return args, kwargs


def _replayed(module: Any, record: Recorded) -> Answer:
    args, kwargs = _arguments(record)
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

    Counts this process's own processor time, so it disturbs no alarm and no slow machine. Signals
    reach main threads only: see `worker`.
    """

    def stop(number: int, frame: object) -> None:
        raise TooSlowError

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


def _same_answer(
    learner: Answer, variant: Answer, truth: Answer | None, likeness: Likeness
) -> bool:
    """Say whether a variant answers as the learner did.

    Where the test failed, `truth` is given, and the variant has to account for the difference from
    it, however small that is: two answers that both miss the truth by a billionth are not alike
    for being close.
    """
    if learner.error is not None or variant.error is not None:
        return learner.error == variant.error
    pairs = pairs_of(learner.value, variant.value)
    if pairs is None:
        return False
    true_pairs = pairs_of(learner.value, truth.value) if truth and truth.error is None else None
    if true_pairs is None or len(true_pairs) != len(pairs):
        return all(_close(pair, None, likeness) for pair in pairs)
    return all(
        _close(pair, true.truth, likeness) for pair, true in zip(pairs, true_pairs, strict=True)
    )


def _close(pair: Pair, truth: np.ndarray | None, likeness: Likeness) -> bool:
    x, y = pair.got, pair.truth
    if x.shape != y.shape:
        return False
    finite = np.abs(y[np.isfinite(y)])
    scale = float(np.max(finite, initial=0.0))
    with np.errstate(all="ignore"):
        if likeness.is_sign_free and x.ndim in (1, 2):
            x, y = _without_signs(x), _without_signs(y)
        elif truth is not None and truth.shape == x.shape:
            missed = float(np.max(np.abs(x - truth)[np.isfinite(x - truth)], initial=0.0))
            tolerance = likeness.atol * max(1.0, scale) + likeness.rtol * scale
            if ROUNDING * max(1.0, scale) < missed < tolerance / UNEXPLAINED:
                return bool(np.max(np.abs(x - y), initial=0.0) <= UNEXPLAINED * missed)
        return bool(
            np.allclose(
                x, y, rtol=likeness.rtol, atol=likeness.atol * max(1.0, scale), equal_nan=True
            )
        )


def _without_signs(vectors: np.ndarray) -> np.ndarray:
    """Give unit vectors, in rows or else in columns, one sign: their largest entry positive."""
    if vectors.size == 0:
        return vectors
    for axis in (-1, 0):
        if np.allclose(np.linalg.norm(vectors, axis=axis), 1.0, atol=1e-6):
            largest = np.expand_dims(np.argmax(np.abs(vectors), axis=axis), axis)
            signed: np.ndarray = vectors * np.sign(np.take_along_axis(vectors, largest, axis))
            return signed
    return vectors
