"""Canvas's gradebook as CSV, made from the one that Canvas itself exports.

The rules are those of Canvas's own reader, `lib/gradebook_importer.rb` in instructure/canvas-lms:
the first columns are the ones of its export, `Section` the last of them; a person is found by `ID`;
the row `Points Possible` sets what an assignment is worth; a column whose title is no assignment's
makes a new one; and an empty cell takes away a grade that is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.errors import InputError
from grader.reports.exports.exported import Exported
from grader.reports.exports.roster import Roster, Row, match
from grader.reports.spreadsheet import as_csv
from grader.results import Result

SECTION = "Section"
NAMES = ("SIS Login ID", "SIS User ID", "ID", "Integration ID", "Student")
POINTS_POSSIBLE = "Points Possible"
READ_ONLY = "(read only)"
TEST_STUDENT = "Student, Test"  # Canvas's own, in every course where its student view was used


@dataclass(frozen=True)
class _Assignment:
    """A week as a column: what it is called, and where the roster has it, if it does."""

    title: str
    points: float
    column: int | None


def export_to_canvas(results: Sequence[Result], roster: Roster) -> Exported:
    """Return a gradebook with a row per matched learner and a column per week."""
    if SECTION not in roster.header or not {"Student", "ID"} <= set(roster.header):
        raise InputError(
            f"--roster {roster.path}: its first row lacks Student, ID or {SECTION}; "
            "export it in Canvas: Grades, Export, Export Entire Gradebook"
        )
    known = roster.header.index(SECTION) + 1
    people = [row for row in roster.rows if _is_person(row, known)]
    matched = match(results, roster, people, roster.columns(NAMES))
    assignments, problems = _assignments(results, roster)
    scores = {(result.learner, result.week): result.score for result in results}

    rows: list[list[str | float]] = [
        [*roster.header[:known], *(each.title for each in assignments.values())],
        [f"    {POINTS_POSSIBLE}", *[""] * (known - 1), *(a.points for a in assignments.values())],
    ]
    for row in people:
        if row.number not in matched.learners:
            continue
        learner = matched.learners[row.number]
        cells: list[str | float] = [*row.cells[:known]]
        for week, each in assignments.items():
            before = _grade(row.cells[each.column]) if each.column is not None else ""
            cells.append(scores.get((learner, week), before))
        rows.append(cells)
    new = [each for each in assignments.values() if each.column is None]
    return Exported(
        as_csv(rows),
        left_out=(*problems, *matched.left_out),
        notes=tuple(
            f"Canvas will offer to make a new assignment {each.title}, of {each.points:.10g} "
            f"points: no column of {roster.path} is called that"
            for each in new
        ),
        next_step="in Canvas: Grades, Import",
    )


def _is_person(row: Row, known: int) -> bool:
    """Tell people's rows from those that describe the columns."""
    first, *others = row.cells[:known]
    if first.strip() == TEST_STUDENT or POINTS_POSSIBLE in first:
        return False
    return any(cell.strip() for cell in (first, *others))


def _assignments(
    results: Sequence[Result], roster: Roster
) -> tuple[dict[str, _Assignment], list[str]]:
    """Return each week's column, and why a week has none."""
    found = {}
    problems = []
    for week in sorted({result.week for result in results}):
        points = sorted({result.max_score for result in results if result.week == week})
        if len(points) > 1:
            of = " and ".join(f"{each:.10g}" for each in points)
            problems.append(
                f"{week}: left out, since results are out of {of} points; grade again those that "
                "are older than the exercises"
            )
            continue
        columns = _columns_called(week, roster)
        if len(columns) > 1:
            titles = " and ".join(roster.header[column] for column in columns)
            problems.append(f"{week}: left out, since it may be {titles}; rename one in Canvas")
            continue
        column = columns[0] if columns else None
        there = _points_possible(roster, column)
        if there == READ_ONLY:
            title = roster.header[columns[0]]
            problems.append(f"{week}: left out, since {title} is read only; change that in Canvas")
            continue
        if column is not None and isinstance(there, float) and there != points[0]:
            problems.append(
                f"{week}: left out, since {roster.header[column]} is worth {there:.10g} points in "
                f"Canvas and {points[0]:.10g} here; make it so there, and export the roster again"
            )
            continue
        title = week if column is None else roster.header[column]
        found[week] = _Assignment(title, points[0], column)
    return found, problems


def _columns_called(week: str, roster: Roster) -> list[int]:
    """Return the assignments called `week1`, `Week 1` or `week_1`; Canvas adds ` (1234)`."""
    return [
        column
        for column, title in enumerate(roster.header)
        if column > roster.header.index(SECTION) and _plain(_without_id(title)) == _plain(week)
    ]


def _without_id(title: str) -> str:
    name, _, number = title.rpartition(" (")
    return name if name and number.removesuffix(")").isdecimal() else title


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _grade(cell: str) -> str | float:
    """Return a grade of the roster's: a number, or a word such as `EX` for excused."""
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return cell


def _points_row(roster: Roster) -> Row | None:
    return next((row for row in roster.rows if POINTS_POSSIBLE in row.cells[0]), None)


def _points_possible(roster: Roster, column: int | None) -> str | float:
    """Return what an assignment is worth in Canvas: points, `(read only)`, or nothing."""
    row = _points_row(roster)
    return "" if column is None or row is None else _grade(row.cells[column].strip())
