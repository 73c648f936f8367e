"""Rows of nbgrader's gradebook: the assignment of a week, and what a learner gets for it.

The tables and their columns are nbgrader's own. The statements are in bulk: nbgrader's way, a
search for each cell, takes minutes for a class of hundreds. What a person gave stays: a score or a
comment given by hand counts in nbgrader before ours, and is touched only where that is asked for.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from nbformat import NotebookNode
from nbgrader import api  # type: ignore[import-untyped]
from nbgrader.utils import compute_checksum, parse_utc  # type: ignore[import-untyped]
from nbgrader.utils import is_grade as is_graded_cell
from nbgrader.utils import is_locked as is_locked_cell
from nbgrader.utils import is_solution as is_solution_cell
from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from exercises import Exercise, Week
from exercises.cells import answer_cell, exercise_of_test_cell, test_cell
from exercises.quizzes import QUIZZES
from grader.authoring.notebooks import METADATA, released, source_notebook
from grader.course import Course
from grader.nbgrader.outputs import verdict_text
from grader.nbgrader.submitted_notebook import Master, MasterCell
from grader.printing import printable
from grader.results import ExerciseResult, Result

GRADE_CELL, SOLUTION_CELL, TASK_CELL = "GradeCell", "SolutionCell", "TaskCell"
DEFAULT_COURSE = "default_course"  # nbgrader's
MAX_SHOWN = 40
TIMESTAMP = re.compile(r"[-+\d:. T]+(?:Z|[A-Za-z_]+(?:/[A-Za-z_]+)*)?")
MAX_NAME = 128  # of a student: PostgreSQL refuses more, SQLite takes it and other tools don't

_Row = dict[str, Any]

# What a person or a grader writes, and what a submission begins with.
_NO_GRADE: _Row = {
    "auto_score": None,
    "manual_score": None,
    "extra_credit": None,
    "needs_manual_grade": True,
}
_NO_COMMENT: _Row = {"auto_comment": None, "manual_comment": None}


def _table(entity: Any) -> Table:
    table: Table = entity.__table__
    return table


COURSE, ASSIGNMENT, NOTEBOOK = map(_table, (api.Course, api.Assignment, api.Notebook))
BASE_CELL, SOURCE_CELL = map(_table, (api.BaseCell, api.SourceCell))
GRADE_CELLS, SOLUTION_CELLS, TASK_CELLS = map(
    _table, (api.GradeCell, api.SolutionCell, api.TaskCell)
)
STUDENT, SUBMITTED = map(_table, (api.Student, api.SubmittedAssignment))
SUBMITTED_NOTEBOOK, GRADE, COMMENT = map(_table, (api.SubmittedNotebook, api.Grade, api.Comment))


@dataclass(frozen=True)
class Cells:
    """The cells of one notebook in the gradebook.

    Attributes
    ----------
    graded, commented : mapping
        Ids of what carries points, and of what carries comments, by name.
    master : Master
        All cells that nbgrader knows of the notebook.
    """

    graded: Mapping[str, str]
    commented: Mapping[str, str]
    master: Master

    def max_score(self, name: str) -> float:
        """Return what a graded cell is worth."""
        return self.master.cells[name].max_score or 0.0


@dataclass(frozen=True)
class Plan:
    """Where the results of a week go.

    Attributes
    ----------
    notebooks : mapping
        The cells of all notebooks of the assignment, by the notebooks' ids.
    notebook : str
        The id of the one that holds the exercises.
    notes : tuple of str
        What was made, and what disagrees.
    left_out : tuple of str
        Exercises without a cell.
    """

    week: Week
    assignment: str
    notebooks: Mapping[str, Cells]
    notebook: str
    notes: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def cells(self) -> Cells:
        """The cells of the notebook that holds the exercises."""
        return self.notebooks[self.notebook]

    def name_of_comment(self, cell: str) -> str:
        """Return the name of a cell that carries comments."""
        return next(name for name, id in self.cells.commented.items() if id == cell)


@dataclass
class Written:
    """What became of one submission."""

    is_changed: bool = False
    kept: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


# ---------------------------------------------------------------------------------------------
# The assignment: made where it is missing, else taken as it is
# ---------------------------------------------------------------------------------------------


def prepare_week(connection: Connection, week: Week, course: Course) -> Plan:
    """Return where a week's results go; make the assignment and its cells where there are none.

    A notebook that has some of our cells is somebody's choice of exercises and stays as it is:
    more cells would change what the assignment is worth, and nbgrader would refuse the notebook
    that it was made from. What has no cell is left out, and listed.
    """
    notes: list[str] = []
    course_id = _course(connection)
    assignment = _find_or_make(
        connection,
        ASSIGNMENT,
        {"name": week.name},
        {"course_id": course_id},
        notes,
        f"made the assignment {week.name}",
    )
    notebook = _find_or_make(
        connection,
        NOTEBOOK,
        {"name": week.name, "assignment_id": assignment},
        {"kernelspec": json.dumps(METADATA["kernelspec"])},
        notes,
        f"made the notebook {week.name}",
    )
    cells = read_cells(connection, notebook)
    if not any(exercise_of_test_cell(week, name) for name in cells.graded):
        _make_cells(connection, released(source_notebook(week, course)), notebook)
        notes.append(f"{week.name}: made the cells of {len(week.exercises)} exercises")
        cells = read_cells(connection, notebook)
    query = select(NOTEBOOK.c.id).where(NOTEBOOK.c.assignment_id == assignment)
    others = set(connection.scalars(query)) - {notebook}
    notebooks = {notebook: cells} | {id: read_cells(connection, id) for id in sorted(others)}
    disagreements, left_out = _compare(week, cells)
    return Plan(week, assignment, notebooks, notebook, (*notes, *disagreements), tuple(left_out))


def _course(connection: Connection) -> str:
    """Return the id of the course, and let one writer at a time prepare its assignments."""
    courses = sorted(connection.scalars(select(COURSE.c.id)))
    if not courses:
        _insert(connection, COURSE, [{"id": DEFAULT_COURSE}])
    course = DEFAULT_COURSE if DEFAULT_COURSE in courses or not courses else courses[0]
    connection.execute(select(COURSE.c.id).where(COURSE.c.id == course).with_for_update())
    return course


def _find_or_make(
    connection: Connection, table: Table, key: _Row, rest: _Row, notes: list[str], note: str
) -> str:
    """Return the id of a row, which is made if it is missing."""
    query = select(table.c.id).where(*(table.c[name] == value for name, value in key.items()))
    found = connection.scalar(query)
    if found is None:
        _insert(connection, table, [{"id": _new_id(), **key, **rest}])
        found = connection.scalar(query)
        notes.append(note)
    return str(found)


def read_cells(connection: Connection, notebook: str) -> Cells:
    """Return the cells of a notebook, by its id."""
    base = connection.execute(
        select(BASE_CELL.c.id, BASE_CELL.c.name, BASE_CELL.c.type).where(
            BASE_CELL.c.notebook_id == notebook
        )
    ).all()
    points: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for table in (GRADE_CELLS, TASK_CELLS):
        ids = [row.id for row in base if row.type != SOLUTION_CELL]
        for row in connection.execute(select(table).where(table.c.id.in_(ids))):
            points[row.id], kinds[row.id] = float(row.max_score), row.cell_type
    graded = {row.name: row.id for row in base if row.id in points}
    commented = {row.name: row.id for row in base if row.type in (SOLUTION_CELL, TASK_CELL)}
    tasks = {row.name for row in base if row.type == TASK_CELL}
    query = select(SOURCE_CELL).where(SOURCE_CELL.c.notebook_id == notebook)
    sources = {row.name: row for row in connection.execute(query)}
    cells = {}
    for name in dict.fromkeys([*sources, *graded, *commented]):
        source = sources.get(name)
        cells[name] = MasterCell(
            name=name,
            kind=source.cell_type if source else kinds.get(graded.get(name, ""), "code"),
            source=(source.source or "") if source else "",
            checksum=(source.checksum or "") if source else "",
            is_locked=bool(source.locked) if source else name not in commented,
            is_solution=name in commented and name not in tasks,
            is_task=name in tasks,
            max_score=points[graded[name]] if name in graded else None,
        )
    return Cells(graded, commented, Master(cells, METADATA))


def _make_cells(connection: Connection, released: NotebookNode, notebook: str) -> None:
    """Make what `nbgrader generate_assignment` notes of a notebook."""
    rows: dict[Table, list[_Row]] = {}
    for cell in released.cells:
        is_grade, is_solution = is_graded_cell(cell), is_solution_cell(cell)
        if not (is_grade or is_solution or is_locked_cell(cell)):
            continue
        name = cell.metadata.nbgrader.grade_id
        for is_so, table, kind in (
            (is_grade, GRADE_CELLS, GRADE_CELL),
            (is_solution, SOLUTION_CELLS, SOLUTION_CELL),
        ):
            if is_so:
                base = {"id": _new_id(), "name": name, "notebook_id": notebook, "type": kind}
                rows.setdefault(BASE_CELL, []).append(base)
                rows.setdefault(table, []).append({"id": base["id"]})
        if is_grade:
            points = float(cell.metadata.nbgrader.points)
            rows[GRADE_CELLS][-1] |= {"max_score": points, "cell_type": cell.cell_type}
        source = {
            "id": _new_id(),
            "name": name,
            "notebook_id": notebook,
            "cell_type": cell.cell_type,
            "source": cell.source,
            "locked": is_locked_cell(cell),
            "checksum": compute_checksum(cell),
        }
        rows.setdefault(SOURCE_CELL, []).append(source)
    for table in (BASE_CELL, GRADE_CELLS, SOLUTION_CELLS, SOURCE_CELL):
        _insert(connection, table, rows[table])


def points_of(exercise: Exercise) -> float:
    """Return what an exercise's cell is worth: a bonus is extra credit on top of the maximum."""
    return 0.0 if exercise.is_stretch else exercise.points


def _compare(week: Week, cells: Cells) -> tuple[list[str], list[str]]:
    """Return what disagrees between a notebook in the gradebook and the catalogue."""
    notes, left_out = [], []
    for exercise in week.exercises:
        name = test_cell(exercise)
        if name not in cells.graded:
            left_out.append(
                f"{week.name}: {exercise.name} has no cell {name} in the gradebook's notebook; "
                "add it to the source and run nbgrader generate_assignment, or leave it out"
            )
        elif cells.max_score(name) != points_of(exercise):
            notes.append(
                f"{week.name}: {name} is worth {cells.max_score(name):g} in the gradebook and "
                f"{points_of(exercise):g} in the catalogue: its scores are scaled"
            )
        if name in cells.graded and answer_cell(exercise) not in cells.commented:
            notes.append(f"{week.name}: no cell {answer_cell(exercise)}, so no comment goes there")
    for name in cells.graded:
        is_manual = name in cells.commented
        if not is_manual and exercise_of_test_cell(week, name) is None:
            notes.append(f"{week.name}: {printable(name)} has points and no exercise: left alone")
    return notes, left_out


# ---------------------------------------------------------------------------------------------
# A submission
# ---------------------------------------------------------------------------------------------


def write_result(
    connection: Connection, plan: Plan, result: Result, *, overwrites_manual: bool = False
) -> Written:
    """Write one result: the student, the submission, its grades and comments.

    Late penalties are nbgrader's own; it has the time of the submission for them.
    """
    written = Written()
    submission = _submission(connection, plan, result, written)
    grades = _existing(connection, plan, submission, GRADE)
    comments = _existing(connection, plan, submission, COMMENT)
    told = written.overwritten if overwrites_manual else written.kept
    new_grades: dict[str, _Row] = {}
    words: dict[str, list[str]] = {}
    for exercise, verdict in _verdicts(plan, result, written):
        name = test_cell(exercise)
        cell = plan.cells.graded[name]
        answer = plan.cells.commented.get(answer_cell(exercise), "")
        grade = grades.get(cell, _NO_GRADE)
        score, extra = earned(verdict, exercise, plan.cells.max_score(name))
        given = grade["extra_credit"]
        comment = comments.get(answer, _NO_COMMENT)["auto_comment"]
        if extra is not None and not is_our_bonus(exercise, given, comment):
            if not _is_same(given, extra):
                told += [f"{name}: {given:g} extra credit of other origin, {extra:g} by us"]
            extra = extra if overwrites_manual else None
        if grade["manual_score"] is not None:
            told += [f"{name}: {grade['manual_score']:g} by hand, {score:g} by us"]
        new_grades[cell] = _new_grade(grade, score, extra, overwrites_manual)
        words.setdefault(answer, []).append(words_of(exercise, verdict, extra))
    new_comments: dict[str, _Row] = {}
    for answer, texts in words.items():
        new_comments[answer] = {"auto_comment": "\n\n".join(texts)}  # aspects of a class share it
        if overwrites_manual:
            new_comments[answer]["manual_comment"] = None
        if comments.get(answer, _NO_COMMENT)["manual_comment"] is not None:
            told += [f"{plan.name_of_comment(answer)}: a comment by hand"]
    _write(connection, plan, submission, GRADE, grades, new_grades, written)
    _write(connection, plan, submission, COMMENT, comments, new_comments, written)
    return written


def _verdicts(
    plan: Plan, result: Result, written: Written
) -> Iterator[tuple[Exercise, ExerciseResult]]:
    """Yield what has a cell; the plan lists the exercises that have none."""
    exercises = {exercise.name: exercise for exercise in plan.week.exercises}
    for verdict in result.exercises:
        if verdict.module in QUIZZES:  # a file beside the notebook, which has no cells for it
            continue
        exercise = exercises.get(verdict.exercise)
        if exercise is None:
            written.left_out.append(f"{printable(verdict.exercise)} is not in the catalogue")
        elif test_cell(exercise) in plan.cells.graded:
            yield exercise, verdict


def earned(
    result: ExerciseResult, exercise: Exercise, max_score: float
) -> tuple[float, float | None]:
    """Return an exercise's score in the gradebook, and its extra credit if that is how it counts.

    A bonus exercise has a cell worth 0 points and gives extra credit, so that the maximum is that
    of the week. Where a cell is worth something else than here, the score is scaled.
    """
    if exercise.is_stretch and max_score == 0:
        return 0.0, float(result.score)
    if max_score == result.points:
        return result.score, None
    return result.score / result.points * max_score, None


def words_of(exercise: Exercise, verdict: ExerciseResult, extra: float | None) -> str:
    """Return a verdict as part of the comment on its answer."""
    text = verdict_text(verdict)
    return text if extra is None else f"{text}\n{_bonus(exercise, extra)}"


def _bonus(exercise: Exercise, extra: float) -> str:
    unit = "point" if extra == 1 else "points"
    return f"    bonus for {exercise.name}: {extra!r} {unit}, as extra credit"


def is_our_bonus(exercise: Exercise, given: float | None, comment: str | None) -> bool:
    """Tell whether extra credit was given by us: nbgrader has one field for us and for people.

    The comment says how much we gave.
    """
    lines = (comment or "").split("\n")
    return given is None or _bonus(exercise, given) in lines


def _new_grade(grade: _Row, score: float, extra: float | None, overwrites_manual: bool) -> _Row:
    new: _Row = {"auto_score": score}
    if extra is not None:
        new["extra_credit"] = extra
    if overwrites_manual:
        new["manual_score"] = None
    if overwrites_manual or grade["manual_score"] is None:
        new["needs_manual_grade"] = False
    elif not _is_same(grade["auto_score"], score):
        new["needs_manual_grade"] = True  # as nbgrader does: the person scored what was before
    return new


def _is_same(old: Any, new: Any) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=1e-12)
    return bool(old == new)


@dataclass(frozen=True)
class _Submission:
    """A learner's submission, and the ids of its notebooks by those of the assignment's."""

    id: str
    notebooks: Mapping[str, str]
    is_new: bool


def _submission(
    connection: Connection, plan: Plan, result: Result, written: Written
) -> _Submission:
    """Return a submission, which is made if it is missing, and lock it."""
    timestamp = timestamp_of(result)
    if result.submitted_at and timestamp is None:
        shown = printable(result.submitted_at, MAX_SHOWN)
        written.left_out.append(f"{shown} in its timestamp.txt is no time")
    key = {"assignment_id": plan.assignment, "student_id": result.learner}
    query = (
        select(SUBMITTED.c.id, SUBMITTED.c.timestamp)
        .where(*(SUBMITTED.c[name] == value for name, value in key.items()))
        .with_for_update()
    )
    row = connection.execute(query).first()
    if row is None:
        _insert(connection, STUDENT, [{"id": result.learner}])
        new = _new_id()
        _insert(connection, SUBMITTED, [{"id": new, **key, "timestamp": timestamp}])
        row = connection.execute(query).one()  # another writer's, if that was quicker
        written.is_changed = True
        if row.id == new:
            return _Submission(new, _make_notebooks(connection, new, plan.notebooks), is_new=True)
    if timestamp is not None and row.timestamp != timestamp:
        _update(connection, SUBMITTED, [{"id": row.id, "timestamp": timestamp}])
        written.is_changed = True
    notebooks = select(SUBMITTED_NOTEBOOK.c.notebook_id, SUBMITTED_NOTEBOOK.c.id).where(
        SUBMITTED_NOTEBOOK.c.notebook_id.in_(plan.notebooks),
        SUBMITTED_NOTEBOOK.c.assignment_id == row.id,
    )
    found = {row.notebook_id: row.id for row in connection.execute(notebooks)}
    missing = [notebook for notebook in plan.notebooks if notebook not in found]
    made = _make_notebooks(connection, row.id, missing) if missing else {}
    return _Submission(row.id, found | made, is_new=False)


def _make_notebooks(
    connection: Connection, submission: str, notebooks: Iterable[str]
) -> dict[str, str]:
    made = {notebook: _new_id() for notebook in notebooks}
    rows = [
        {"id": id, "assignment_id": submission, "notebook_id": notebook, "flagged": False}
        for notebook, id in made.items()
    ]
    connection.execute(SUBMITTED_NOTEBOOK.insert(), rows)
    return made


def timestamp_of(result: Result) -> datetime | None:
    """Return when something was handed in, in UTC, as nbgrader reads it; None if that is no time.

    A learner may have written anything there, and what looks like the name of a zone is looked for
    among files.
    """
    if result.submitted_at is None or not TIMESTAMP.fullmatch(result.submitted_at):
        return None
    try:
        timestamp: datetime = parse_utc(result.submitted_at)
    except (ValueError, OverflowError):
        return None
    return timestamp


def _existing(
    connection: Connection, plan: Plan, submission: _Submission, table: Table
) -> dict[str, _Row]:
    """Return a submission's grades or comments by cell, and lock them.

    They are asked for by cell and notebook, since that is the index that nbgrader's tables have.
    """
    if submission.is_new:
        return {}
    cells = [cell for each in plan.notebooks.values() for cell in _ids(each, table)]
    query = (
        select(table)
        .where(table.c.cell_id.in_(cells), table.c.notebook_id.in_(submission.notebooks.values()))
        .with_for_update()
    )
    return {row["cell_id"]: dict(row) for row in connection.execute(query).mappings()}


def _ids(cells: Cells, table: Table) -> Iterable[str]:
    return (cells.graded if table is GRADE else cells.commented).values()


def _write(
    connection: Connection,
    plan: Plan,
    submission: _Submission,
    table: Table,
    existing: Mapping[str, _Row],
    new: Mapping[str, _Row],
    written: Written,
) -> None:
    """Insert what a submission lacks, for every cell as nbgrader does, and update what differs."""
    default = _NO_GRADE if table is GRADE else _NO_COMMENT
    missing = [
        (cell, notebook)
        for notebook, cells in plan.notebooks.items()
        for cell in _ids(cells, table)
        if cell not in existing
    ]
    if missing:
        rows = [
            {
                "id": _new_id(),
                "cell_id": cell,
                "notebook_id": submission.notebooks[notebook],
                **default,
                **new.get(cell, {}),
            }
            for cell, notebook in missing
        ]
        connection.execute(table.insert(), rows)
    changed = [
        {"id": row["id"]} | {name: new[cell].get(name, row[name]) for name in default}
        for cell, row in existing.items()
        if cell in new and any(not _is_same(row[name], x) for name, x in new[cell].items())
    ]
    _update(connection, table, changed)
    written.is_changed |= bool(missing or changed)


# ---------------------------------------------------------------------------------------------
# Statements
# ---------------------------------------------------------------------------------------------


def _new_id() -> str:
    return uuid4().hex


def _insert(connection: Connection, table: Table, rows: Sequence[_Row]) -> None:
    """Insert rows; those that another writer has inserted meanwhile are left as they are."""
    if rows:
        module: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(module.insert(table).on_conflict_do_nothing(), list(rows))


def _update(connection: Connection, table: Table, rows: Sequence[_Row]) -> None:
    """Give rows, found by their ids, new values; all have the same columns."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != "id"]
    statement = (
        table.update()
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
    values = [
        {"row_id": row["id"]} | {f"new_{name}": row[name] for name in columns} for row in rows
    ]
    connection.execute(statement, values)
