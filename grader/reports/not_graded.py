"""`not_graded.csv`: what runs could not grade, for a reason on our side, until it has a grade."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.files import write_atomically, writing_to
from grader.reports.spreadsheet import QUOTE, as_csv
from grader.results import result_path

NOT_GRADED = "not_graded.csv"
COLUMNS = ("learner", "week", "why", "result at that time")


@dataclass(frozen=True)
class NotGraded:
    """A submission that a run could not grade."""

    learner: str
    week: str
    why: str

    def __str__(self) -> str:
        """Return all of it, as a run says it."""
        return f"{self.learner} {self.week}: {self.why}"


def write_not_graded(grades: Path, entries: Iterable[NotGraded]) -> None:
    """Write the list; remove it if it is empty."""
    path = grades / NOT_GRADED
    rows = [
        (each.learner, each.week, each.why, _result_now(grades, each.learner, each.week))
        for each in entries
    ]
    with writing_to(grades):
        if rows:
            write_atomically(path, as_csv([COLUMNS, *rows]))
        else:
            path.unlink(missing_ok=True)


def read_not_graded(grades: Path) -> list[NotGraded]:
    """Return the list without what has got another result since, as in a run that was killed."""
    try:
        with (grades / NOT_GRADED).open(encoding="utf-8", newline="") as file:
            rows = [[cell.removeprefix(QUOTE) for cell in row] for row in csv.reader(file)]
    except FileNotFoundError:
        return []
    whole = (row for row in rows[1:] if len(row) == len(COLUMNS))  # people may edit it
    return [
        NotGraded(learner, week, why)
        for learner, week, why, result in whole
        if result == _result_now(grades, learner, week)
    ]


def _result_now(grades: Path, learner: str, week: str) -> str:
    """Return a digest of the result that there is; nothing if there is none."""
    try:
        data = result_path(grades, learner, week).read_bytes()
    except OSError:
        return ""
    return hashlib.sha256(data).hexdigest()[:16]
