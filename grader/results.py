"""The result of grading one submission, as data, and its JSON file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from exercises import Exercise
from grader.errors import ResultError
from grader.files import write_atomically
from grader.overrides import Key, Override, differences, read_overrides

GRADED = "graded"


@dataclass(frozen=True)
class Misconception:
    """A known mistake that explains a failure, and what a good teacher would say about it."""

    name: str
    sentence: str


@dataclass(frozen=True)
class TestResult:
    """What one hidden test said. `why` names no hidden input and no expected value."""

    __test__ = False  # pytest takes a name such as this for tests

    name: str
    says: str
    status: str
    why: str


@dataclass(frozen=True)
class Decided:
    """What a person decided of an exercise, in place of the grader's points.

    Attributes
    ----------
    score : float
        The grader's.
    conflict : str
        What has changed since, in words; empty if nothing has.
    """

    points: float
    why: str
    when: str
    score: float
    conflict: str


@dataclass(frozen=True)
class ExerciseResult:
    """The verdict on one exercise.

    Attributes
    ----------
    override : Decided or None
        A person's decision: `score` follows it, and all else is the grader's. No file of results
        holds it: it is put in where results are read to be shown.
    """

    exercise: str
    module: str
    points: float
    score: float
    status: str
    why: str
    misconception: Misconception | None
    seconds: float
    tests: tuple[TestResult, ...]
    override: Decided | None = None

    @classmethod
    def without_tests(
        cls, exercise: Exercise, status: str, why: str, tests: Iterable[tuple[str, str]]
    ) -> ExerciseResult:
        """Return a verdict of no points, whose tests, given by name and requirement, fail alike."""
        return cls(
            exercise=exercise.name,
            module=exercise.module,
            points=exercise.points,
            score=0.0,
            status=status,
            why=why,
            misconception=None,
            seconds=0.0,
            tests=tuple(TestResult(name, says, "failed", why) for name, says in tests),
        )

    @property
    def decision(self) -> str:
        """A person's decision in words for the learner, or nothing."""
        if self.override is None:
            return ""
        points = "point" if self.points == 1 else "points"
        return (
            f"Decided by your instructor: {self.score:.10g} of {self.points:.10g} {points}. "
            f"Why: {self.override.why}"
        )


@dataclass(frozen=True)
class Result:
    """The grade of one learner for one week.

    Attributes
    ----------
    digest, suite : str
        What was graded, and by what: see `Submission.digest` and `grader.judging.digest`.
    texts, suites : dict of str to str
        The same module by module: a digest of each that was handed in, and of what judged those
        whose verdicts can't change by being graded once more (see `grader.judging.known`).
    sandbox : str
        In words, what protected the grader.
    is_confined : bool
        Whether anything did.
    """

    learner: str
    week: str
    submitted_at: str | None
    digest: str
    suite: str
    texts: dict[str, str]
    suites: dict[str, str]
    seed: int
    status: str
    score: float
    max_score: float
    exercises: tuple[ExerciseResult, ...]
    sandbox: str
    is_confined: bool

    def as_json(self) -> str:
        """Return this as JSON, a line for each exercise: quick to write and still readable.

        It holds what the grader said, whatever a person decided.
        """
        head = {name: value for name, value in vars(self).items() if name != "exercises"}
        decided = [each for each in self.exercises if each.override is not None]
        if decided:
            gained = sum(e.score - e.override.score for e in decided if e.override is not None)
            head["score"] = round(self.score - gained, 4)
        lines = [f"{_json(name)}: {_json(value)}" for name, value in head.items()]
        inside = ",\n  ".join(_json(_verdict(each)) for each in self.exercises)
        return "{" + ",\n ".join([*lines, f'"exercises": [\n  {inside}\n ]']) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `as_json` wrote.

        Raises
        ------
        ResultError
            If the text is no whole result of this version.
        """
        try:
            return msgspec.convert(json.loads(text), cls)
        except (ValueError, RecursionError) as error:  # msgspec's are ValueErrors too
            raise ResultError(f"is no result of this version ({error})") from error


@dataclass(frozen=True)
class Graded:
    """What became of one submission.

    Attributes
    ----------
    result : Result or None
        The grade; None if our side failed.
    troubles : tuple of str
        What went wrong on our side, and is ours to mend. With a result, it cost nobody points.
    notes : tuple of str
        What was left out of the submission.
    """

    result: Result | None
    troubles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class VoidTest:
    """A hidden test that its own reference fails with the seed of this run: ours to mend."""

    id: str
    says: str
    why: str


def _verdict(exercise: ExerciseResult) -> dict[str, Any]:
    """Return what the grader said of an exercise."""
    verdict: dict[str, Any] = msgspec.to_builtins(exercise)
    decided = verdict.pop("override", None)
    if decided is not None:
        verdict["score"] = decided["score"]
    return verdict


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def result_path(grades: Path, learner: str, week: str) -> Path:
    """Return where a result is kept."""
    return grades / "results" / learner / f"{week}.json"


def write_result(grades: Path, result: Result) -> None:
    """Write a result in one step."""
    path = result_path(grades, result.learner, result.week)
    write_atomically(path, result.as_json().encode("utf-8", "backslashreplace"))


def read_result(path: Path) -> Result:
    """Return a result as it was written.

    Raises
    ------
    ResultError
        If the file can't be read, or holds no whole result of this version.
    """
    try:
        return Result.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ResultError(f"{path}: cannot be read: {error}") from error
    except ResultError as error:
        raise ResultError(f"{path}: {error}; grade it again") from error


def all_results(grades: Path) -> Iterator[Result | ResultError]:
    """Yield every result in a grades folder by learner and week, or why it can't be read.

    What a person decided is in there, as `overrides.toml` says; `read_result` gives the grader's
    own verdict.

    Raises
    ------
    InputError
        If that file is wrong.
    """
    overrides = read_overrides(grades)
    for path in sorted((grades / "results").glob("*/*.json")):
        try:
            yield with_overrides(read_result(path), overrides)
        except ResultError as error:
            yield error


def with_overrides(result: Result, overrides: Mapping[Key, Override]) -> Result:
    """Return a result with what was decided of its exercises."""
    if not overrides:
        return result
    exercises = []
    for each in result.exercises:
        one = overrides.get((result.learner, result.week, each.exercise))
        exercises.append(each if one is None else _decided(each, one, result))
    if exercises == list(result.exercises):
        return result
    changes = (new.score - old.score for new, old in zip(exercises, result.exercises, strict=True))
    score = round(result.score + sum(changes), 4)
    return replace(result, score=score, exercises=tuple(exercises))


def _decided(each: ExerciseResult, one: Override, result: Result) -> ExerciseResult:
    changed = list(differences(one, each.score, each.status, result.texts.get(each.module, "")))
    if one.points > each.points:
        changed.append(f"the exercise has only {each.points:.10g} points, which count")
    decided = Decided(one.points, one.why, one.when, each.score, "; ".join(changed))
    return replace(each, score=min(one.points, each.points), override=decided)


def readable(results: Iterable[Result | ResultError], unreadable: list[str]) -> Iterator[Result]:
    """Yield what could be read, and put what could not into a list: none is held in memory."""
    for each in results:
        if isinstance(each, ResultError):
            unreadable.append(str(each))
        else:
            yield each
