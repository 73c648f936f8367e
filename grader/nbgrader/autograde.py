"""`nbgrader autograde` with the katas' sandbox: what stands in for nbgrader's own steps.

::

    SubmittedExporter   reads what was handed in, and puts right what the gradebook knows
    JudgeInSandbox      in place of Execute: no cell is run, the grader judges the whole notebook
    SaveVerdicts        in place of SaveAutoGrades: all of a notebook in one transaction

nbgrader makes preprocessors anew for each notebook, and a notebook server keeps this module for
weeks: so the grading process is the module's, and nothing else is remembered.
"""

# mypy: allow-untyped-calls, allow-subclassing-any, allow-untyped-defs
# traitlets' and nbgrader's are

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader import utils  # type: ignore[import-untyped]
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.preprocessors import NbGraderPreprocessor  # type: ignore[import-untyped]
from traitlets import Unicode

from exercises import Exercise, Week
from exercises.cells import answer_cell, exercise_of_test_cell, notebook_name
from exercises.cells import test_cell as name_of_test_cell
from grader.course import ROOT, Course
from grader.errors import GraderError, InputError, describe_mistake
from grader.intake.folders import opened, read_week
from grader.intake.notebook_reader import BadNotebook
from grader.intake.submission import File
from grader.nbgrader.gradebook_rows import Cells, earned, is_our_bonus, read_cells, words_of
from grader.nbgrader.outputs import verdict_outputs
from grader.nbgrader.seed import course_seed
from grader.nbgrader.submitted_notebook import (
    Cell,
    Master,
    cells_of,
    notes_cell,
    restored,
)
from grader.printing import printable
from grader.results import ExerciseResult, Graded
from grader.serving.client import Service, ServiceError

SERVICE = Service()
VERDICTS = "katas"  # where the verdicts travel from one preprocessor to the next


class NotGradedError(GraderError):
    """Why a notebook has no grade; nbgrader lists it and goes on with the next."""


class SubmittedExporter(NotebookExporter):
    """Reads a notebook that was handed in, whatever is wrong with it."""

    course_root = Unicode(str(ROOT), help="Where exercises and hidden tests are").tag(config=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = Course(Path(self.course_root))
        self._told: set[str] = set()  # in this command

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> Any:
        """Return the notebook as nbgrader may go on with it.

        nbgrader asks twice: for what was handed in, and for what it made of that.
        """
        if not self._is_submitted(filename, resources):
            return super().from_filename(filename, resources, **kw)
        week = week_of(self.course, resources)
        SERVICE.prepare(self.course, course_seed(self.course_folder), week.name)
        with open_gradebook(resources) as gradebook:
            master = cells_of_gradebook(gradebook, resources).master
        self._compare_points(master, week)
        try:
            cells = cells_of_file(self.course_folder / filename)
        except BadNotebook as problem:
            self.log.warning("%s %s", filename, problem)
            cells = []
        notebook = restored(cells, master, week, self._own_texts(resources))
        return self.from_notebook_node(notebook, resources=resources, **kw)

    @property
    def course_folder(self) -> Path:
        """The course as nbgrader knows it."""
        return Path(self._directory.root)

    def submitted_folder(self, resources: Any) -> Path:
        """Return where a learner's notebook was handed in."""
        return self._folder(self._directory.submitted_directory, resources, "student")

    def tell(self, text: str) -> None:
        """Say something on the terminal, once in a command."""
        if text not in self._told:
            self._told.add(text)
            self.log.warning("%s", printable(text))

    @property
    def _directory(self) -> Any:
        """Where nbgrader keeps what; it makes exporters with a converter as their parent."""
        return self.parent.coursedir  # type: ignore[union-attr]

    def _is_submitted(self, filename: str, resources: Any) -> bool:
        folder = os.path.realpath(os.path.dirname(os.path.join(self.course_folder, filename)))
        return folder == os.path.realpath(self.submitted_folder(resources))

    def _folder(self, step: str, resources: Any, student: str = "") -> Path:
        names = resources["nbgrader"]
        path = self._directory.format_path(step, names.get(student, "."), names["assignment"])
        return Path(self.course_folder, path)

    def _own_texts(self, resources: Any) -> frozenset[str]:
        """Return the texts of the notebook that was handed out."""
        source = self._directory.source_directory
        path = self._folder(source, resources) / f"{resources['nbgrader']['notebook']}.ipynb"
        try:
            written = path.stat()
        except OSError:
            return frozenset()  # nothing but the look of the lesson depends on it
        return texts_of(path, written.st_mtime_ns, written.st_size)

    def _compare_points(self, master: Master, week: Week) -> None:
        """Say where the gradebook and the catalogue disagree."""
        for exercise in week.exercises:
            cell = master.cells.get(name_of_test_cell(exercise))
            wanted = 0 if exercise.is_stretch else exercise.points
            if cell is None or cell.max_score is None:
                self.tell(f"{exercise.name}: has no cell in the gradebook, so it counts for nobody")
            elif cell.max_score != wanted:
                self.tell(
                    f"{exercise.name}: has {cell.max_score:g} points in the gradebook and "
                    f"{wanted:g} in the catalogue; grades are scaled to the gradebook's"
                )


def cells_of_file(path: Path) -> list[Cell]:
    """Return the cells of a notebook's file.

    Raises
    ------
    BadNotebook
        If it is none that can be read, or no file.
    """
    with opened(path) as file:
        if file is None:
            raise BadNotebook("is gone")
        if isinstance(file, File):
            raise BadNotebook(file.problem or "cannot be read")
        return cells_of(file)


@lru_cache(maxsize=1)  # the same for each submission, while the file stays as it is
def texts_of(path: Path, written_ns: int, size: int) -> frozenset[str]:
    """Return the texts of a notebook's cells that hold no code; none if it can't be read."""
    try:
        return frozenset(cell.source for cell in cells_of_file(path) if cell.kind != "code")
    except (BadNotebook, OSError):
        return frozenset()


class JudgeInSandbox(NbGraderPreprocessor):
    """Puts the grader's verdicts into the test cells; no cell is run."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Judge what was handed in, and forget what stood in the cells' outputs."""
        exporter = self.parent
        week = week_of(exporter.course, resources)
        graded = self._grade(week, resources)
        who = f"{resources['nbgrader']['student']} {week.name}"
        for trouble in graded.troubles:
            self.log.error("%s: ours to mend: %s", printable(who), printable(trouble))
        if graded.result is None:
            with open_gradebook(resources) as gradebook:
                _Submitted(gradebook, resources).withdraw(week)
                gradebook.db.commit()
            raise NotGradedError(f"{who}: not graded, which is ours to mend; its old grade is gone")
        for test in SERVICE.void_tests():
            exporter.tell(
                f"{test.id}: our own solution fails this test ({test.why}); it counts "
                "for nobody and is ours to mend"
            )
        notes = [printable(note) for note in graded.notes]
        for note in notes:
            self.log.info("%s: %s", printable(who), note)
        verdicts = {each.exercise: each for each in graded.result.exercises}
        problems = {e.why for e in graded.result.exercises if e.status == "unreadable"}
        told = [*notes, *(map(printable, sorted(problems)))]
        if told:
            nb.cells.insert(0, notes_cell(told))
        resources[VERDICTS] = {}
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if not utils.is_grade(cell) or utils.is_solution(cell):
                continue
            marks = cell.metadata["nbgrader"]
            exercise = exercise_of_test_cell(week, marks["grade_id"])
            verdict = verdicts.get(exercise.name) if exercise is not None else None
            if exercise is None or verdict is None:
                exporter.tell(
                    f"{marks['grade_id']}: no exercise of the catalogue; a person must grade it"
                )
                cell.outputs = verdict_outputs(None, 0)
                continue
            resources[VERDICTS][marks["grade_id"]] = (exercise, verdict)
            points, _ = earned(verdict, exercise, float(marks["points"]))
            cell.outputs = verdict_outputs(verdict, points)
        return nb, resources

    def _grade(self, week: Week, resources: Any) -> Graded:
        exporter = self.parent
        learner = resources["nbgrader"]["student"]
        try:
            seed = course_seed(exporter.course_folder)
            submission = read_week(exporter.submitted_folder(resources), learner, week)
            return SERVICE.grade(exporter.course, seed, submission)
        except (ServiceError, InputError):  # no sandbox here: no reason to take a grade away
            raise
        except OSError as error:
            return Graded(None, (f"cannot be read: {error.strerror or error}",))
        except Exception as error:  # a mistake of ours: told, and the class goes on
            return Graded(None, (describe_mistake(error),))


class SaveVerdicts(NbGraderPreprocessor):
    """Writes a notebook's scores into the gradebook, all or none, and never over a person's."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Write what nbgrader's own step would, what a bonus earns, and the verdicts in words."""
        verdicts = resources[VERDICTS]
        with open_gradebook(resources) as gradebook:
            submitted = _Submitted(gradebook, resources)
            for cell in nb.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                if utils.is_grade(cell):
                    score, _ = utils.determine_grade(cell, self.log)
                    is_for_us = cell.cell_type == "code" and not utils.is_solution(cell)
                    has_none = is_for_us and name not in verdicts
                    submitted.score(name, None if has_none else score)
                if utils.is_solution(cell) or utils.is_task(cell):
                    submitted.comments[name].auto_comment = _comment(cell)
            submitted.tell(list(verdicts.values()))
            gradebook.db.commit()
        return nb, resources


class _Submitted:
    """A learner's notebook in the gradebook; nothing is there before it is committed."""

    def __init__(self, gradebook: Any, resources: Any) -> None:
        names = resources["nbgrader"]
        row = gradebook.find_submission_notebook(
            names["notebook"], names["assignment"], names["student"]
        )
        cells = cells_of_gradebook(gradebook, resources)
        grades = {grade.cell_id: grade for grade in row.grades}
        comments = {comment.cell_id: comment for comment in row.comments}
        self._master = cells.master
        self.grades = {name: grades[id] for name, id in cells.graded.items()}
        self.comments = {name: comments[id] for name, id in cells.commented.items()}
        # Of what we wrote last: only extra credit that it names is ours.
        self._told = {name: comment.auto_comment for name, comment in self.comments.items()}

    def score(self, name: str, score: float | None) -> None:
        """Write a score; where there is none, or a person's, a person must look."""
        grade = self.grades[name]
        grade.auto_score = score
        grade.needs_manual_grade = score is None or grade.manual_score is not None

    def tell(self, verdicts: Sequence[tuple[Exercise, ExerciseResult]]) -> None:
        """Write verdicts at the answers, and what bonus exercises earn."""
        words: dict[str, list[str]] = {}
        for exercise, verdict in verdicts:
            max_score = self._master.cells[name_of_test_cell(exercise)].max_score
            _, extra = earned(verdict, exercise, max_score or 0.0)
            if extra is not None:
                extra = extra if self._write_bonus(exercise, extra) else None
            words.setdefault(answer_cell(exercise), []).append(words_of(exercise, verdict, extra))
        for name, texts in words.items():
            if name in self.comments:
                self.comments[name].auto_comment = "\n\n".join(texts)

    def withdraw(self, week: Week) -> None:
        """Take back what an earlier run gave: it is of other code, or of other tests."""
        for exercise in week.exercises:
            if name_of_test_cell(exercise) in self.grades:
                self.score(name_of_test_cell(exercise), None)
                self._write_bonus(exercise, None)
            if answer_cell(exercise) in self.comments:
                self.comments[answer_cell(exercise)].auto_comment = None

    def _write_bonus(self, exercise: Exercise, extra: float | None) -> bool:
        grade = self.grades[name_of_test_cell(exercise)]
        told = self._told.get(answer_cell(exercise))
        is_ours = is_our_bonus(exercise, grade.extra_credit, told)
        if is_ours:
            grade.extra_credit = extra
        return is_ours


def week_of(course: Course, resources: Any) -> Week:
    """Return the week of a notebook.

    Raises
    ------
    NotGradedError
        If it is none of the catalogue's.
    """
    name = resources["nbgrader"]["notebook"]
    week = course.catalogue.week(name)
    if week is None:
        names = ", ".join(notebook_name(week) for week in course.catalogue.weeks)
        raise NotGradedError(
            f"{name}.ipynb: not graded, since it is no notebook of the catalogue, which has "
            f"{names}; grade it in a course folder of its own"
        )
    return week


def _comment(cell: NotebookNode) -> str | None:
    """Return nbgrader's own comment on an answer.

    Of code it says nothing: whether that was written, elsewhere maybe, the verdict says.
    """
    is_untouched = cell.metadata["nbgrader"].get("checksum") == utils.compute_checksum(cell)
    in_words = utils.is_grade(cell) and not utils.is_task(cell)
    return "No response." if is_untouched and in_words else None


def cells_of_gradebook(gradebook: Any, resources: Any) -> Cells:
    """Return a notebook as the gradebook knows it.

    With nbgrader's own objects that would be a query for each cell.
    """
    names = resources["nbgrader"]
    notebook = gradebook.find_notebook(names["notebook"], names["assignment"])
    return read_cells(gradebook.db.connection(), notebook.id)


@contextmanager
def open_gradebook(resources: Any) -> Iterator[Any]:
    """Open the gradebook of what nbgrader has in work."""
    with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
        yield gradebook
