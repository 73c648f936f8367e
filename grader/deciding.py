"""A person's decisions: made, taken back, listed, and where their reasons may be gone."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.clock import time_of_day
from grader.errors import InputError
from grader.lock import only_run
from grader.overrides import Key, Override, read_overrides, write_overrides
from grader.printing import printable
from grader.results import ExerciseResult, Result, all_results, read_result, readable, result_path


@dataclass(frozen=True)
class Entry:
    """A decision as it is listed; `conflict` says what to do, or nothing."""

    override: Override
    conflict: str


def decide(grades: Path, learner: str, week: str, exercise: str, points: float, why: str) -> str:
    """Write down a decision, and return it in words.

    Raises
    ------
    InputError
        If there is no such result or exercise, the points are not among those that it has, there is
        no reason, or the folder is in use.
    """
    reason = printable(" ".join(why.split()))
    if not reason:
        raise InputError("--why: give a reason; the learner reads it")
    with _locked(grades):
        overrides = read_overrides(grades)
        result, verdict = _find(grades, learner, week, exercise)
        if not 0 <= points <= verdict.points:
            raise InputError(f"--points {points:g}: {exercise} has 0 to {verdict.points:g} points")
        one = Override(
            learner=learner,
            week=week,
            exercise=exercise,
            points=points,
            why=reason,
            when=time_of_day().strftime("%Y-%m-%d %H:%M UTC"),
            score=verdict.score,
            status=verdict.status,
            text=result.texts.get(verdict.module, ""),
        )
        write_overrides(grades, {**overrides, one.key: one})
    return (
        f"{learner} {week} {exercise}: {points:.10g} of {verdict.points:.10g} points by decision, "
        f"{verdict.score:.10g} by the grader"
    )


def take_back(grades: Path, learner: str, week: str, exercise: str) -> str:
    """Remove a decision, so that the grader's verdict counts again; return that in words.

    Raises
    ------
    InputError
        If there is no such decision, or the folder is in use.
    """
    with _locked(grades):
        overrides = read_overrides(grades)
        key = (learner, week, exercise)
        if key not in overrides:
            near = _nearest(" ".join(key), [" ".join(each) for each in overrides])
            raise InputError(f"--remove: nothing was decided of {' '.join(key)}{near}")
        del overrides[key]
        write_overrides(grades, overrides)
    return f"{' '.join(key)}: the grader's verdict counts again"


def entries(grades: Path) -> list[Entry]:
    """Return all decisions with their conflicts.

    Raises
    ------
    InputError
        If there is no such folder, or its file of decisions is wrong.
    """
    _require_results(grades)
    conflicts = Conflicts(grades)
    for _ in conflicts.noting(readable(all_results(grades), [])):
        pass
    told = conflicts.by_key()
    return [Entry(one, told.get(key, "")) for key, one in sorted(read_overrides(grades).items())]


class Conflicts:
    """Decisions whose reason may be gone, as results that are read tell it."""

    def __init__(self, grades: Path) -> None:
        self._grades = grades
        self._unseen = read_overrides(grades)
        self._changed: dict[Key, tuple[Override, float, str]] = {}

    def noting(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results, and see on the way what has changed."""
        for result in results:
            for each in result.exercises:
                if each.override is None:
                    continue
                key = (result.learner, result.week, each.exercise)
                one = self._unseen.pop(key, None)
                if one is not None and each.override.conflict:
                    self._changed[key] = (one, each.score, each.override.conflict)
            yield result

    def by_key(self) -> dict[Key, str]:
        """Return each conflict in words, with the commands that end it."""
        told = {}
        for key, (one, counts, conflict) in self._changed.items():
            keep = self._command(key, "--points", f"{counts:.10g}", f"--why={one.why}")
            told[key] = (
                f"{self._decision(one)}: {conflict}. To confirm it: {keep} To take it back: "
                f"{self._command(key, '--remove')}"
            )
        for key, one in self._unseen.items():
            told[key] = (
                f"{self._decision(one)}: there is no result for it any longer. To take it back: "
                f"{self._command(key, '--remove')}"
            )
        return told

    def told(self) -> tuple[str, ...]:
        """Return all conflicts."""
        return tuple(text for _, text in sorted(self.by_key().items()))

    def _decision(self, one: Override) -> str:
        return f"{' '.join(one.key)}, decided {one.when}, {one.points:.10g} points ({one.why})"

    def _command(self, key: Key, *options: str) -> str:
        names = [str(self._grades), *key]
        dash = ["--"] if any(name.startswith("-") for name in names) else []
        return shlex.join(["python", "-m", "grader", "override", *options, *dash, *names])


@contextmanager
def _locked(grades: Path) -> Iterator[None]:
    _require_results(grades)  # the lock would make the folder
    with only_run(grades):
        yield


def _require_results(grades: Path) -> None:
    if not (grades / "results").is_dir():
        raise InputError(f"{grades}: holds no results; see python -m grader run")


def _find(grades: Path, learner: str, week: str, exercise: str) -> tuple[Result, ExerciseResult]:
    learners = [path.name for path in (grades / "results").iterdir()]
    if learner not in learners:
        raise InputError(
            f"{learner}: no results of theirs in {grades}{_nearest(learner, learners)}"
        )
    weeks = [path.stem for path in (grades / "results" / learner).glob("*.json")]
    if week not in weeks:
        raise InputError(f"{week}: {learner} has no result for it{_nearest(week, weeks)}")
    result = read_result(result_path(grades, learner, week))
    verdicts = {each.exercise: each for each in result.exercises}
    if exercise not in verdicts:
        near = _nearest(exercise, list(verdicts))
        raise InputError(f"{exercise}: {week} has no such exercise{near}")
    return result, verdicts[exercise]


def _nearest(name: str, names: Sequence[str]) -> str:
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f": did you mean {found[0]}?" if found else ""
