"""Name the misconception behind a wrong answer: the known mistake that behaves in the same way.

The hidden tests are run on each wrong variant, in this process, since variants are our own code;
and the calls that the tests made of the learner's code are made again on it. A variant that fails
the very tests which the learner fails, and gives what the learner gave on every call, explains the
failure. Where none does, `causes` looks for what can be measured.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exercises import Exercise, Module
from grader.course import execute
from grader.judging.bench import Answer, Given, Wanted
from grader.judging.causes import Call, find_cause, pairs_of
from grader.judging.cpu_limit import cpu_limit
from grader.judging.suite import Suite, TestRun
from grader.results import Misconception
from grader.sandbox.arguments import Arguments
from grader.sandbox.inside import wire
from grader.variants import Variant
from kata.causes import Pair, starts_apart
from kata.comparisons import Mismatch


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
        self._known_reasons: dict[tuple[Exercise, str], dict[str, str]] = {}
        self._explained: dict[tuple[Exercise, str | None, bytes], Misconception | None] = {}

    def diagnose(
        self,
        module: Module,
        exercise: Exercise,
        records: Sequence[Given],
        runs: Sequence[TestRun],
    ) -> Misconception | None:
        """Return what explains every failed test and is contradicted by no call, if anything."""
        seen = _Seen(records, runs)
        if not seen.records:
            return None
        key = exercise, self.leave_out, seen.digest()
        if key not in self._explained:
            if len(self._explained) >= MAX_ANSWERS:
                self._explained.clear()
            self._explained[key] = self._explain(module, exercise, seen)
        return self._explained[key]

    def _explain(self, module: Module, exercise: Exercise, seen: _Seen) -> Misconception | None:
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
            and self._fails_alike(exercise, variant, seen, truths)
        ]
        told = {variant: len(self._failed_by(exercise, variant) & seen.ran) for variant in alike}
        most = max(told.values(), default=0)
        return [variant for variant in alike if told[variant] == most > 0]

    def _fails_alike(
        self, exercise: Exercise, variant: Variant, seen: _Seen, truths: Sequence[Answer]
    ) -> bool:
        """Say whether the learner fails what a variant fails, and where all is right, as it does.

        A test whose answers are all right fails for a warning, say, or for one argument changed:
        then a variant that warns does not explain the change.
        """
        reasons = {
            test: reason
            for test, reason in self._reasons(exercise, variant).items()
            if test in seen.ran
        }
        silent = seen.silent(truths)
        return all(
            test in seen.reasons
            and (test not in silent or reason in (seen.reasons[test], BY_ITS_VALUE))
            for test, reason in reasons.items()
        )

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
            is_relative = test in seen.relative
            if not _same_answer(record.answer, answer, needed, likeness, is_relative):
                return False
        return True

    def _failed_by(self, exercise: Exercise, variant: Variant) -> frozenset[str]:
        """Return the tests that a variant fails."""
        return frozenset(self._reasons(exercise, variant))

    def _reasons(self, exercise: Exercise, variant: Variant) -> dict[str, str]:
        """Return why a variant fails the tests that it fails."""
        key = exercise, variant.name
        if key not in self._known_reasons:
            runs = self.suite.run(exercise, _OwnBench(self._modules[key]), self.seed)
            self._known_reasons[key] = _reasons_of(runs)
        return self._known_reasons[key]

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

    def _replay(self, exercise: Exercise, variant: str, record: Given) -> Answer:
        question = record.question
        arguments = question.arguments
        key = (exercise, variant, question.digest, question.driver)
        cacheable = not arguments.callbacks
        if cacheable and key in self._answers:
            return self._answers[key]
        answer = _replayed(self._modules[exercise, variant], record)
        if cacheable:
            if len(self._answers) >= MAX_ANSWERS:
                self._answers.clear()
            self._answers[key] = answer
        return answer


REFERENCE = "reference"
BY_ITS_VALUE = "by its value"
# What a test may find wrong beside the values, in the words of `kata.comparisons`.
BESIDE = (re.compile("numpy warned"), re.compile(".*was changed in place"))
MAX_ANSWERS = 200_000  # some 0.6 KB each; all variants of a course give 30,000 to its usual calls


class _Seen:
    """The calls of one exercise whose end depends on the answer, by the tests that made them."""

    def __init__(self, records: Sequence[Given], runs: Sequence[TestRun]) -> None:
        self.records: list[Given] = []
        self.tests: list[int] = []  # the number of each record's test
        for number, run in enumerate(runs):
            for record in records[run.calls.start : run.calls.stop]:
                if record.answer.error not in UNKNOWABLE:
                    self.records.append(record)
                    self.tests.append(number)
        self.failed = frozenset(i for i, run in enumerate(runs) if run.error is not None)
        self.ids = [run.test.id for run in runs]
        self.ran = frozenset(self.ids)
        self.reasons = _reasons_of(runs)
        # Tests that failed where tiny numbers were the point.
        self.relative = frozenset(
            i for i, run in enumerate(runs) if getattr(run.error, "is_relative", False)
        )

    def digest(self) -> bytes:
        """Return the same bytes for what would be explained in the same way."""
        calls = [
            (record.question.digest, record.answer.error or record.key, test)
            for record, test in zip(self.records, self.tests, strict=True)
        ]
        runs = (self.ids, sorted(self.failed), sorted(self.reasons.items()), sorted(self.relative))
        return wire.digest_of(repr((calls, runs)).encode())

    def silent(self, truths: Sequence[Answer]) -> frozenset[str]:
        """Return the tests in which all answers are right."""
        wrong = {call.test for call in self.calls(truths) if not call.is_right}
        return frozenset(test for number, test in enumerate(self.ids) if number not in wrong)

    def calls(self, truths: Sequence[Answer]) -> list[Call]:
        """Return what was seen, beside the truth."""
        found = []
        for record, test, truth in zip(self.records, self.tests, truths, strict=True):
            args, kwargs = _arguments(record)
            found.append(Call(tuple(args), tuple(kwargs), record.answer, truth, test))
        return found


def _reasons_of(runs: Sequence[TestRun]) -> dict[str, str]:
    """Return why each failed test failed: for what it saw beside the values, or by a value."""
    reasons = {}
    for run in runs:
        if run.error is not None:
            summary = run.error.summary if isinstance(run.error, Mismatch) else ""
            beside = next((m[0] for pattern in BESIDE if (m := pattern.search(summary))), "")
            reasons[run.test.id] = beside or BY_ITS_VALUE
    return reasons


class _OwnBench:
    """Runs hidden tests on a module of our own, in this process."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self.max_steps: int | None = None
        self.records: list[Given] = []

    def perform(self, wanted: Wanted) -> Any:
        """Call a function of the module as a bench does: on copies, unless changes are to show."""
        args, kwargs = wanted.args, wanted.kwargs
        if not wanted.changes_show:
            copies = Arguments(args, kwargs)
            args, kwargs = wire.loads(copies.frame, lambda index: copies.callbacks[index])
        with cpu_limit(REPLAY_CPU_S, TooSlowError):
            if wanted.script is not None:
                return wanted.script(self._module, *args, **kwargs)
            return getattr(self._module, wanted.name)(*args, **kwargs)


# How these end depends on the machine or on the process, not on the answer.
UNKNOWABLE = ("CallTimedOut", "ChildCrashed", "BadAnswer", "ForbiddenUse", "TooMuchWork")


def _arguments(record: Given) -> tuple[list[Any], dict[str, Any]]:
    arguments = record.question.arguments
    args, kwargs = wire.loads(arguments.frame, lambda index: arguments.callbacks[index])
    return args, kwargs


def _replayed(module: Any, record: Given) -> Answer:
    args, kwargs = _arguments(record)
    try:
        limit = cpu_limit(REPLAY_CPU_S, TooSlowError)
        with limit, warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            question = record.question
            if question.driver is not None:
                return Answer(question.driver(module, *args, **kwargs))
            return Answer(getattr(module, question.name)(*args, **kwargs))
    except TooSlowError:
        return Answer(error="TooSlowError")
    except Exception as error:
        return Answer(error=_builtin_name(error))


class TooSlowError(Exception):
    """A variant needs too long for one of the recorded calls to be compared."""


def _builtin_name(error: Exception) -> str:
    for kind in type(error).__mro__:
        if kind.__module__ == "builtins" or kind is np.linalg.LinAlgError:
            return kind.__name__
    return "Exception"


def _same_answer(
    learner: Answer,
    variant: Answer,
    truth: Answer | None,
    likeness: Likeness,
    is_relative: bool = False,
) -> bool:
    """Say whether a variant answers as the learner did.

    Where the test failed, `truth` is given, and the variant has to account for the difference from
    it, however small that is: two answers that both miss the truth by a billionth are not alike
    for being close. If tiny numbers were the point of that test, each counts by itself.
    """
    if learner.error is not None or variant.error is not None:
        return learner.error == variant.error
    pairs = pairs_of(learner.value, variant.value)
    if pairs is None:
        return False
    true_pairs = pairs_of(learner.value, truth.value) if truth and truth.error is None else None
    if true_pairs is None or len(true_pairs) != len(pairs):
        return all(_close(pair, likeness) for pair in pairs)
    return all(
        _accounts_for(pair, true.truth, likeness, is_relative)
        for pair, true in zip(pairs, true_pairs, strict=True)
    )


def _accounts_for(pair: Pair, truth: np.ndarray, likeness: Likeness, is_relative: bool) -> bool:
    x, y = pair.got, pair.truth
    if not x.shape == y.shape == truth.shape:
        return _close(pair, likeness)
    if likeness.is_sign_free and x.ndim in (1, 2):
        x, y, truth = _without_signs(x), _without_signs(y), _without_signs(truth)
    with np.errstate(all="ignore"):
        are_alike = (x == y) | (np.isnan(x) & np.isnan(y))
        missed, apart = np.abs(x - truth), np.where(are_alike, 0.0, np.abs(x - y))
        if is_relative:
            allowed = likeness.rtol * np.abs(y)
            counts = (missed > ROUNDING * np.abs(truth)) & (missed < allowed / UNEXPLAINED)
            allowed = np.where(counts, UNEXPLAINED * missed, allowed)
            # What is left where numbers of size 1 cancel.
            is_noise = (np.maximum(np.abs(x), np.abs(y)) < ROUNDING) & (missed > np.abs(truth))
            return bool(np.all((apart <= allowed) | is_noise))
        scale = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
        most = float(np.max(missed[np.isfinite(missed)], initial=0.0))
        tolerance = likeness.atol * max(1.0, scale) + likeness.rtol * scale
        if ROUNDING * max(1.0, scale) < most < tolerance / UNEXPLAINED:
            return bool(np.max(apart, initial=0.0) <= UNEXPLAINED * most)
    return _close(pair, likeness)


def _close(pair: Pair, likeness: Likeness) -> bool:
    x, y = pair.got, pair.truth
    if x.shape != y.shape:
        return False
    scale = float(np.max(np.abs(y[np.isfinite(y)]), initial=0.0))
    atol = likeness.atol * max(1.0, scale)
    if not likeness.is_sign_free and starts_apart(x, y, likeness.rtol, atol):
        return False
    with np.errstate(all="ignore"):
        if likeness.is_sign_free and x.ndim in (1, 2):
            x, y = _without_signs(x), _without_signs(y)
        return bool(np.allclose(x, y, rtol=likeness.rtol, atol=atol, equal_nan=True))


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
