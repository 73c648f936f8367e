"""`python -m grader gradebook`: the results of a run, in nbgrader's gradebook.

An instructor who grades with `python -m grader run` keeps nbgrader's commands: `nbgrader export`,
`generate_feedback` and formgrader show what is written here. A submission is written whole or not
at all, in a transaction of its own that locks nobody for long; so the command may be killed, run
twice at once, or run again, and what is there already is not written again.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from exercises import Catalogue, Week
from exercises.cells import notebook_name
from grader.authoring.notebooks import notebook_text
from grader.course import Course
from grader.errors import InputError, ResultError
from grader.files import write_atomically, writing_to
from grader.intake.collect import collect
from grader.intake.folders import FolderSource, read_file
from grader.intake.submission import TIMESTAMP, HandIn
from grader.judging.verdicts import VOID
from grader.nbgrader.autograded import (
    autograded_notebook,
    cells_of_modules,
    cells_of_notebook,
    own_texts,
)
from grader.nbgrader.gradebook_database import Database
from grader.nbgrader.gradebook_rows import (
    MAX_NAME,
    Plan,
    Written,
    prepare_week,
    timestamp_of,
    write_result,
)
from grader.nbgrader.submitted_notebook import Cell
from grader.printing import printable
from grader.results import GRADED, Result, all_results

GRADEBOOK = "gradebook.db"
AUTOGRADED = "autograded"
SECRET = "submission_secret.txt"  # without it, nbgrader releases no feedback to the exchange


@dataclass(frozen=True)
class Request:
    """What to write, and where to.

    Attributes
    ----------
    db : str
        A URL, or the name of an SQLite file; empty for that of the course folder.
    course : Path or None
        nbgrader's course folder; the database's if it is None.
    submitted : Path or None
        What was graded, to show it with its verdicts; without it scores and comments are written.
    """

    grades: Path
    db: str = ""
    course: Path | None = None
    submitted: Path | None = None
    weeks: tuple[str, ...] = ()
    overwrites_manual: bool = False


@dataclass
class Report:
    """What became of the results.

    Attributes
    ----------
    notes : list of str
        What was made, what disagrees, and what a person gave and keeps.
    left_out : list of str
        What has no place in the gradebook.
    not_graded : list of str
        Results that are none, and tests that count for nobody.
    """

    gradebook: str
    written: int = 0
    unchanged: int = 0
    notebooks: int = 0
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    not_graded: list[str] = field(default_factory=list)


def write_gradebook(request: Request, course: Course | None = None) -> Report:
    """Write the results in a grades folder into a gradebook.

    Raises
    ------
    InputError
        If there are no results, or the gradebook or a folder can't be used. What was written before
        is whole, and stays; the same command goes on from there.
    """
    course = course or Course()
    catalogue = course.catalogue
    course.weeks_named(request.weeks)
    folder, database = _places(request)
    try:
        report = Report(database.name)
        results = _read(request, catalogue, report)
        pages = _Pages(request, catalogue, folder) if request.submitted is not None else None
        made = database.prepare()
        report.notes += [made] if made else []
        weeks = [w for w in catalogue.weeks if any(r.week == w.name for r in results)]
        plans: dict[str, Plan] = {}
        for week in weeks:
            with database.transaction() as connection:
                plans[week.name] = prepare_week(connection, week, course)
            report.notes += plans[week.name].notes
            report.left_out += plans[week.name].left_out
        for result in results:
            plan = plans[result.week]
            with database.transaction() as connection:
                written = write_result(
                    connection, plan, result, overwrites_manual=request.overwrites_manual
                )
            _count(report, result, written)
            if pages is not None:
                pages.write(plan, result, report)
    finally:
        database.close()
    return report


def _places(request: Request) -> tuple[Path | None, Database]:
    if not request.db and request.course is None:
        raise InputError("say where the gradebook is: --course FOLDER, or --db URL")
    if request.course is not None and not request.course.is_dir():
        raise InputError(f"--course {request.course}: no such folder")
    database = Database(request.db or str((request.course or Path()) / GRADEBOOK))
    folder = request.course or database.folder
    if folder is None and request.submitted is not None:
        raise InputError("--submitted needs --course: the folder in which nbgrader is run")
    return folder, database


def _read(request: Request, catalogue: Catalogue, report: Report) -> list[Result]:
    """Return what can be written, and list what can't."""
    results: dict[tuple[str, str], Result] = {}
    for each in all_results(request.grades):
        if isinstance(each, ResultError):
            report.not_graded.append(str(each))
            continue
        key, name = (each.learner, each.week), f"{printable(each.learner)} {printable(each.week)}"
        if request.weeks and each.week not in request.weeks:
            continue
        if each.status != GRADED:
            report.not_graded.append(f"{name}: {printable(each.status)}; grade it again")
        elif key in results:
            report.not_graded.append(f"{name}: two files say they are this; grade again")
        elif catalogue.week(each.week) is None:
            report.left_out.append(f"{name}: no such week in the catalogue")
        elif why := _no_name_of_a_student(each.learner):
            report.left_out.append(f"{name}: {why}")
        else:
            results[key] = each
    report.not_graded += _void(results.values())
    if not results:
        of = f" of {', '.join(request.weeks)}" if request.weeks else ""
        reasons = [*report.not_graded, *report.left_out]
        raise InputError("\n".join([f"{request.grades}: holds no results{of}", *reasons]))
    return list(results.values())


def _no_name_of_a_student(learner: str) -> str:
    """Say why a learner can't be in a gradebook and its folders, or return "" if nothing is wrong.

    A result file may have been edited: its learner becomes the name of a folder.
    """
    if len(learner) > MAX_NAME:
        return f"nbgrader's names have at most {MAX_NAME} characters; rename the learner"
    if learner in ("", ".", "..") or "/" in learner or not learner.isprintable():
        return "is no name that nbgrader can use; rename the learner"
    return ""


def _void(results: Iterable[Result]) -> list[str]:
    """Return which tests count for nobody, each once."""
    found = Counter(
        f"{result.week} {printable(each.exercise)}: {printable(test.name)}"
        for result in results
        for each in result.exercises
        for test in each.tests
        if test.status == VOID
    )
    return [
        f"{test} counts for nobody in {count} of the results: our own solution failed it"
        for test, count in found.items()
    ]


def _count(report: Report, result: Result, written: Written) -> None:
    report.written += written.is_changed
    report.unchanged += not written.is_changed
    name = f"{printable(result.learner)} {result.week}"
    report.left_out += [f"{name}: {text}" for text in written.left_out]
    report.notes += [f"{name}: kept {text}" for text in written.kept]
    report.notes += [f"{name}: overwrote {text}" for text in written.overwritten]


class _Pages:
    """Writes the autograded notebooks of a class."""

    def __init__(self, request: Request, catalogue: Catalogue, folder: Path | None) -> None:
        assert request.submitted is not None
        assert folder is not None
        if not request.submitted.is_dir():
            raise InputError(f"--submitted {request.submitted}: no such folder")
        self.folder = folder
        found = collect(request.submitted, catalogue)
        self.hand_ins = {(each.learner, each.week): each for each in found.hand_ins}
        self.lessons: dict[str, set[str]] = {}

    def write(self, plan: Plan, result: Result, report: Report) -> None:
        """Write the notebook of one result, if what was graded is still there."""
        name = f"{printable(result.learner)} {result.week}"
        hand_in = self.hand_ins.get((result.learner, result.week))
        if hand_in is None:
            report.left_out.append(f"{name}: nothing was handed in there, so no notebook is shown")
            return
        try:
            submission = hand_in.read()
            secret = _secret_of(hand_in, plan.week)
        except OSError as error:
            report.left_out.append(f"{name}: cannot be read, so no notebook is shown: {error}")
            return
        if submission.digest != result.digest:
            report.left_out.append(
                f"{name}: was handed in anew since it was graded, so no notebook is shown; "
                "grade it, then do this again"
            )
            return
        shown = _own_notebook(hand_in, plan.week) or cells_of_modules(plan.week, submission)
        notebook = autograded_notebook(
            plan.week, plan.cells, result, shown, self._lesson(plan.week)
        )
        target = self.folder / AUTOGRADED / result.learner / result.week
        with writing_to(target):
            path = target / notebook_name(plan.week)
            report.notebooks += _write_if_new(path, notebook_text(notebook))
            if timestamp_of(result) is not None:
                _write_if_new(target / TIMESTAMP, (result.submitted_at or "").encode())
            if secret is not None:
                _write_if_new(target / SECRET, secret.encode())

    def _lesson(self, week: Week) -> set[str]:
        if week.name not in self.lessons:
            path = self.folder / "source" / week.name / notebook_name(week)
            self.lessons[week.name] = own_texts(path)
        return self.lessons[week.name]


def _secret_of(hand_in: HandIn, week: Week) -> str | None:
    """Return what a submission that came through the exchange has, None for any other."""
    if not isinstance(hand_in.source, FolderSource):
        return None
    path = hand_in.source.path / week.name / SECRET
    return read_file(path).text if path.is_file() else None


def _own_notebook(hand_in: HandIn, week: Week) -> list[Cell] | None:
    """Return the cells of the learner's own notebook, if that alone was handed in."""
    if not isinstance(hand_in.source, FolderSource):
        return None
    folder = hand_in.source.path / week.name
    if any((folder / f"{module.name}.py").exists() for module in week.modules):
        return None
    return cells_of_notebook(folder, week)


def _write_if_new(path: Path, data: bytes) -> bool:
    """Write a file unless it is there already; nbgrader makes its own read-only, as these are."""
    if path.is_file() and path.read_bytes() == data:
        return False
    write_atomically(path, data)
    os.chmod(path, 0o444)
    return True
