"""The result of grading one submission, as data, and its JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.files import write_atomically

GRADED = "graded"
STATUSES = (
    "passed",
    "partial",
    "failed",
    "todo",
    "timeout",
    "crashed",
    "forbidden",
    "unreadable",
)


@dataclass(frozen=True)
class TestResult:
    """What one hidden test said. `why` names no hidden input and no expected value."""

    name: str
    says: str
    status: str
    why: str


@dataclass(frozen=True)
class ExerciseResult:
    """The verdict on one exercise."""

    exercise: str
    module: str
    points: float
    score: float
    status: str
    why: str
    misconception: dict[str, str] | None
    seconds: float
    tests: tuple[TestResult, ...]


@dataclass(frozen=True)
class Result:
    """The grade of one learner for one week."""

    learner: str
    week: str
    submitted_at: str | None
    digest: str
    suite: str
    seed: int
    status: str
    score: float
    max_score: float
    exercises: tuple[ExerciseResult, ...]
    sandbox: str


def result_path(grades: Path, learner: str, week: str) -> Path:
    """Return where a result is kept."""
    return grades / "results" / learner / f"{week}.json"


def write_result(grades: Path, result: Result) -> None:
    """Write a result in one step."""
    text = as_json(result)
    path = result_path(grades, result.learner, result.week)
    write_atomically(path, text.encode("utf-8", "backslashreplace"))


def as_json(result: Result) -> str:
    """Return a result as JSON with a line for each exercise, quick to write and still readable."""
    exercises = [
        {**vars(exercise), "tests": [vars(test) for test in exercise.tests]}
        for exercise in result.exercises
    ]
    head = {name: value for name, value in vars(result).items() if name != "exercises"}
    lines = [f"{_json(name)}: {_json(value)}" for name, value in head.items()]
    inside = ",\n  ".join(map(_json, exercises))
    return "{" + ",\n ".join([*lines, f'"exercises": [\n  {inside}\n ]']) + "\n}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def read_result(path: Path) -> dict[str, Any] | None:
    """Return a result as it was written, or None if there is none or it is no whole result."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    whole = isinstance(data, dict) and set(Result.__dataclass_fields__) <= set(data)
    return data if whole else None


def is_current(data: dict[str, Any], digest: str, suite: str, seed: int) -> bool:
    """Tell whether a written result still holds for this submission, suite and seed."""
    return (data["status"], data["digest"], data["suite"], data["seed"]) == (
        GRADED,
        digest,
        suite,
        seed,
    )
