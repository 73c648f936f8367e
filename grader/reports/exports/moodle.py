"""Grades for Moodle's *Grades, Import, CSV file*, made from a list that Moodle exports.

The rules are those of Moodle's own reader, `grade/import/csv/classes/load_data.php`: a person is
found by the one column that is mapped, letter by letter; one who is not found stops the whole
import; and an empty cell takes away a grade that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.errors import InputError
from grader.reports.exports.exported import Exported
from grader.reports.exports.roster import Roster, Row, match
from grader.reports.spreadsheet import as_csv, as_text
from grader.results import Result

# What Moodle can find a person by, and what its page calls that under *Map to*.
MAPS_TO = {
    "Email address": "Email address (useremail)",
    "ID number": "ID number (useridnumber)",
    "Username": "Username (username)",
}
NAMES = ("First name", "Last name", "Surname")
FULL_NAME = "Full name"  # by which learners are called whose submissions Moodle gave for download
HIGHEST = 100.0


def export_to_moodle(results: Sequence[Result], roster: Roster) -> Exported:
    """Return a table with a row per matched learner and a column per week."""
    roster = _with_full_names(roster)
    columns = roster.columns(MAPS_TO)
    if not columns:
        raise InputError(
            f"--roster {roster.path}: its first row has none of {', '.join(MAPS_TO)}; export it in "
            "Moodle in English: Grades, Export, Plain text file"
        )
    matched = match(results, roster, roster.rows, [*columns, *roster.columns([FULL_NAME])])
    rows = [row for row in roster.rows if row.number in matched.learners]
    key = max(columns, key=lambda column: sum(_finds(row.cells[column]) for row in rows))
    left_out = list(matched.left_out)
    weeks = sorted({result.week for result in results})
    scores = {(result.learner, result.week): result.score for result in results}
    shown = [*roster.columns(NAMES), *columns]
    table: list[list[str | float]] = [[*(roster.header[column] for column in shown), *weeks]]
    empty = []
    for row in rows:
        learner = matched.learners[row.number]
        if not _finds(row.cells[key]):
            left_out.append(_not_found(learner, row, roster.header[key], roster))
            continue
        grades = [scores.get((learner, week), "") for week in weeks]
        empty += [f"{learner} {w}" for w, grade in zip(weeks, grades, strict=True) if grade == ""]
        table.append([*(row.cells[column].strip() for column in shown), *grades])
    return Exported(
        as_csv(table),
        left_out=tuple(left_out),
        notes=(*_cleared(empty), *_too_high(results)),
        next_step=(
            "in Moodle: Grades, Import, CSV file; separator comma, encoding UTF-8; "
            f"map from {roster.header[key]} to {MAPS_TO[roster.header[key]]}"
        ),
    )


def _with_full_names(roster: Roster) -> Roster:
    """Add a column of full names, if it can be made of the others."""
    first, last = roster.columns(NAMES[:1]), roster.columns(NAMES[1:])
    if FULL_NAME in roster.header or not (first and last):
        return roster
    rows = []
    for row in roster.rows:
        cells = row.cells[: len(roster.header)]
        name = f"{cells[first[0]].strip()} {cells[last[0]].strip()}".strip()
        rows.append(replace(row, cells=(*cells, name)))
    return replace(roster, header=(*roster.header, FULL_NAME), rows=tuple(rows))


def _finds(cell: str) -> bool:
    """Tell whether Moodle would find somebody by this: a text that is escaped finds nobody."""
    return bool(cell.strip()) and as_text(cell.strip()) == cell.strip()


def _not_found(learner: str, row: Row, key: str, roster: Roster) -> str:
    return (
        f"{learner}: row {row.number} of {roster.path} has no {key} that can be mapped, and "
        "Moodle maps one column; give them one in Moodle, or enter the grade by hand"
    )


def _cleared(empty: Sequence[str]) -> list[str]:
    if not empty:
        return []
    return [
        "Moodle takes away the grade where a cell is empty; to keep what is there, export one week "
        f"at a time with --week. Empty: {', '.join(empty)}"
    ]


def _too_high(results: Sequence[Result]) -> list[str]:
    return [
        f"Moodle refuses {result.learner}'s {result.score:.10g} points for {result.week}, and with "
        f"them all, unless grades above {HIGHEST:g} are allowed: Site administration, Grades"
        for result in results
        if result.score > HIGHEST
    ]
