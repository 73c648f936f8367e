"""`grades.csv`: one row per learner, a column per week and a total."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exercises import Catalogue
from grader.files import write_atomically, writing_to
from grader.reports.spreadsheet import as_csv


def write_grades_csv(grades: Path, catalogue: Catalogue, results: Iterable[dict[str, Any]]) -> None:
    """Write the scores of all results. Names are escaped as `grader.reports.spreadsheet` says."""
    scores: dict[str, dict[str, float]] = {}
    for data in results:
        scores.setdefault(data["learner"], {})[data["week"]] = data["score"]
    weeks = [week.name for week in catalogue.weeks]
    rows: list[list[str | float]] = [["learner", *weeks, "total"]]
    for learner in sorted(scores):
        row = scores[learner]
        total = round(sum(row.values()), 4)
        rows.append([learner, *(row.get(week, "") for week in weeks), total])
    with writing_to(grades):
        write_atomically(grades / "grades.csv", as_csv(rows))
