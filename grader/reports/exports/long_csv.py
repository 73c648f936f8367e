"""One long table, for those who compute: a row per exercise, and one per test of it."""

from __future__ import annotations

from collections.abc import Sequence

from grader.reports.exports.exported import Exported
from grader.reports.spreadsheet import as_csv
from grader.results import Result

HEADER = ("learner", "week", "exercise", "test", "status", "points", "max_points", "why")


def export_to_csv(results: Sequence[Result]) -> Exported:
    """Return all verdicts.

    The row of an exercise has no test and has its points; their sum is the grade. A test's row has
    no points: what a test weighs is no part of a result.
    """
    rows: list[Sequence[str | float]] = [HEADER]
    for result in results:
        who = (result.learner, result.week)
        for each in result.exercises:
            what = (*who, each.exercise)
            rows.append((*what, "", each.status, each.score, each.points, each.why))
            rows += [(*what, test.name, test.status, "", "", test.why) for test in each.tests]
    return Exported(as_csv(rows))
