"""`grades.csv`, one row per learner, and beside it `void_tests.csv`, if there is any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from exercises import Catalogue
from grader.files import write_atomically, writing_to
from grader.reports.spreadsheet import as_csv
from grader.results import Result, VoidTest


def write_grades_csv(grades: Path, catalogue: Catalogue, results: Iterable[Result]) -> None:
    """Write the scores of all results. Names are escaped as `grader.reports.spreadsheet` says."""
    scores: dict[str, dict[str, float]] = {}
    for result in results:
        scores.setdefault(result.learner, {})[result.week] = result.score
    weeks = [week.name for week in catalogue.weeks]
    rows: list[list[str | float]] = [["learner", *weeks, "total"]]
    for learner in sorted(scores):
        row = scores[learner]
        total = round(sum(row.values()), 4)
        rows.append([learner, *(row.get(week, "") for week in weeks), total])
    with writing_to(grades):
        write_atomically(grades / "grades.csv", as_csv(rows))


def write_void_tests_csv(grades: Path, void: Sequence[VoidTest]) -> None:
    """Write which hidden tests count for nobody, and why; remove the list if there is none."""
    path = grades / "void_tests.csv"
    rows = [["test", "requirement", "why our own solution fails it"]]
    rows += [[test.id, test.says, test.why] for test in void]
    with writing_to(grades):
        if void:
            write_atomically(path, as_csv(rows))
        else:
            path.unlink(missing_ok=True)
