"""Results that no grader made: each status, misconception and sentence as a test wants it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exercises.catalogue import Catalogue, Exercise, Module, Week
from grader.intake.submission import File, Submission
from grader.judging.known import digests_of_texts
from grader.results import GRADED, ExerciseResult, Misconception, Result, TestResult

NAMES = tuple("abcdefgh")
POINTS = 2.0


def _exercise(week: str, name: str) -> Exercise:
    return Exercise(name, week, "toys", f"Title of {name}", POINTS, 3, ("", ""), (), False, name)


CATALOGUE = Catalogue(
    tuple(
        Week(
            week,
            f"Title of {week}",
            (Module("toys", week, "Toys", tuple(_exercise(week, name) for name in NAMES)),),
        )
        for week in ("week1", "week2")
    )
)
TESTS = ("test_first", "test_second", "test_third", "test_third[2]")


def verdict(
    name: str,
    outcomes: str = "1111",
    *,
    status: str = "",
    says: str = "It does what it must.",
    why: str = "",
    misconception: str | None = None,
) -> ExerciseResult:
    """Return a verdict; `outcomes` has a 1 for each test that passes, and a 0 for another."""
    share = outcomes.count("1") / len(outcomes)
    if not status:
        status = "passed" if share == 1 else "partial" if share else "failed"
    return ExerciseResult(
        exercise=name,
        module="toys",
        points=POINTS,
        score=round(share * POINTS, 4),
        status=status,
        why=why,
        misconception=Misconception("known", misconception) if misconception else None,
        seconds=0.1,
        tests=tuple(
            TestResult(
                test, says, "passed" if mark == "1" else "failed", "" if mark == "1" else why
            )
            for test, mark in zip(TESTS, outcomes, strict=False)
        ),
    )


def todo(name: str) -> ExerciseResult:
    """Return the verdict on a stub."""
    return verdict(name, "0000", status="todo")


def result(
    learner: str,
    verdicts: Iterable[ExerciseResult] | Mapping[str, ExerciseResult],
    week: str = "week1",
    submission: Submission | None = None,
    **more: Any,
) -> Result:
    """Return a result; exercises that a mapping does not name are done."""
    if isinstance(verdicts, Mapping):
        verdicts = [verdicts.get(name) or verdict(name) for name in NAMES]
    exercises = tuple(verdicts)
    values = {
        "learner": learner,
        "week": week,
        "submitted_at": None,
        "digest": "",
        "suite": "",
        "texts": digests_of_texts(submission) if submission else {},
        "suites": {},
        "seed": 0,
        "status": GRADED,
        "score": sum(each.score for each in exercises),
        "max_score": POINTS * len(NAMES),
        "exercises": exercises,
        "sandbox": "",
        "is_confined": True,
    }
    return Result(**(values | more))


def submission(learner: str, text: str, week: str = "week1") -> Submission:
    """Return what a learner handed in as the one module of a week."""
    return Submission(learner, week, {"toys": File(text)})
