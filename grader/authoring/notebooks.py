"""Make the notebooks of the course: lessons, statements, and cells to answer, check and grade.

Nothing is written twice: text comes from the lessons, what to write from the references, points and
hints from the catalogue. No test is in a notebook: beside it lies `katas.zip`, with the visible
tests, and hidden ones stay with the grader. The same course makes the same notebook byte for byte.

Two forms: `source`, with the solutions between nbgrader's markers, for nbgrader's own commands; and
`released`, in which they are stubs already, as `nbgrader generate_assignment` makes them.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from exercises import Exercise, Module, Question, Week
from exercises.cells import (
    SETUP,
    answer_cell,
    asking_cell,
    check_cell,
    given_cell,
    notebook_name,
    notes_cell,
    question_cell,
    statement_cell,
    test_cell,
)
from grader.authoring.archives import content_of, zip_of
from grader.authoring.lessons import Piece, Text, read_lesson
from grader.authoring.statements import Part, read_module
from grader.authoring.stubs import BEGIN, END
from grader.course import Course
from grader.errors import InputError, SuiteError
from grader.files import write_atomically, writing_to

KATAS = "katas.zip"
KATAS_HOLDS = (
    *("kata/*.py", "kata/shows/__init__.py", "kata/shows/digits.py"),
    *("exercises/*.py", "exercises/week*.toml"),
    "week*/data/*.gz",
)
CONFIG = Path(__file__).parents[1] / "nbgrader" / "course_config.py"
SCHEMA = 3  # of nbgrader's metadata
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What nbgrader puts in place of a solution.
CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
ANSWER_STUB = "YOUR ANSWER HERE"
# It stands in the notebook, since nothing of ours can be imported before it has run.
SETUP_CODE = """\
# Run this cell first, and again whenever you have restarted the kernel.
import atexit
import importlib.util
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

for package in ("numpy", "pytest"):
    if importlib.util.find_spec(package) is None:
        raise ModuleNotFoundError(
            f"{package} is not installed here. Put `%pip install {package}` into a new cell, "
            "run that, and then this cell again."
        )
if "kata" not in sys.modules and Path("katas.zip").is_file():
    folder = tempfile.mkdtemp(prefix="katas-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    zipfile.ZipFile("katas.zip").extractall(folder)
    sys.path.insert(0, folder)
if importlib.util.find_spec("kata") is None:
    raise FileNotFoundError(
        f"katas.zip is missing. It came with this notebook and holds the checks: put it "
        f"beside the notebook, into {Path.cwd()}, and run this cell again."
    )

import numpy as np

from kata.notebook import check, hint, score, use_week

use_week("{week}")"""


def write_course(out: Path, weeks: Sequence[str] = (), course: Course | None = None) -> list[str]:
    """Write an nbgrader course folder; return the files of it.

    A file that is there already must be the same: what somebody has changed stays as it is.

    Raises
    ------
    InputError
        If a week is not in the catalogue, a file is there with other content, or none can be
        written.
    SuiteError
        If something that belongs in a notebook is missing.
    """
    course = course or Course()
    files = {"nbgrader_config.py": _config(course)}
    for week in course.weeks_named(weeks):
        folder = f"source/{week.name}"
        files[f"{folder}/{notebook_name(week)}"] = notebook_text(source_notebook(week, course))
        files[f"{folder}/{KATAS}"] = katas_of(week, course)
    with writing_to(out):
        others = [
            str(path)
            for name, content in files.items()
            if (path := out / name).exists() and not (path.is_file() and _is(path, content))
        ]
        if others:
            raise InputError(
                f"{', '.join(others)}: there already, with other content, so nothing was written; "
                "move it away, or give another --out"
            )
        for name, content in files.items():
            if not (out / name).exists():
                write_atomically(out / name, content)
    return list(files)


def released_files(course: Course) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each week's released notebook, as it lies in the learner copy."""
    for week in course.catalogue.weeks:
        name = f"{week.name}/{notebook_name(week)}"
        yield name, notebook_text(released(source_notebook(week, course)))


def notebook_text(notebook: NotebookNode) -> bytes:
    """Return a notebook as its file holds it."""
    text: str = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
    return (text + "\n").encode("utf-8")


def source_notebook(week: Week, course: Course) -> NotebookNode:
    """Return the notebook of a week, with the solutions in it."""
    lesson = read_lesson(week, course)
    builder = _Builder(course)
    builder.add_pieces(lesson.opening)
    builder.add_code(SETUP, SETUP_CODE.replace("{week}", week.name), locked=True)
    modules = {module.title: module for module in week.modules}
    seen: dict[str, str] = {}
    for title, pieces in lesson.sections.items():
        builder.add_pieces(pieces)
        if module := modules.get(title):
            builder.add_module(module, week.questions_of(module), seen)
    notebook: NotebookNode = nbformat.v4.new_notebook(  # type: ignore[no-untyped-call]
        cells=builder.cells, metadata=METADATA
    )
    nbformat.validate(notebook)
    return notebook


def released(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook as learners get it, with stubs for solutions, and changes it in place."""
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution"):
            cell.metadata["deletable"] = False
            if cell.cell_type == "code":
                cell.source = _stubbed(cell.source)
        elif marks.get("locked"):
            cell.metadata.update(deletable=False, editable=False)
    return notebook


def katas_of(week: Week, course: Course) -> bytes:
    """Return the archive that lies beside a week's notebook: all that its checks need."""
    tests = [course.layout.visible_tests(module) for module in week.modules]
    rooms = [path for pattern in KATAS_HOLDS for path in sorted(course.root.glob(pattern))]
    files = {path.relative_to(course.root).as_posix(): path for path in [*rooms, *tests]}
    return zip_of({name: content_of(path) for name, path in files.items()})


class _Builder:
    """The cells of a notebook, one after another."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.cells: list[NotebookNode] = []
        self._n_texts = 0

    def add_pieces(self, pieces: Sequence[Piece]) -> None:
        """Add pieces of a lesson."""
        for piece in pieces:
            if isinstance(piece, Text):
                self._n_texts += 1
                self._add("markdown", f"lesson-{self._n_texts}", piece.markdown)
            else:
                self._add("markdown", f"picture-{piece.path.stem}", _image(piece.path, piece.says))

    def add_module(
        self, module: Module, questions: Sequence[Question], seen: dict[str, str]
    ) -> None:
        """Add what is given in a module, its exercises, and the questions about it.

        `seen` says which module has defined a name so far.
        """
        read = read_module(module, self.course)
        for name in sorted(read.names & set(seen)):
            raise SuiteError(
                f"{self.course.layout.reference(module)}: defines {name}, as {seen[name]} does; "
                "in a notebook the two are one"
            )
        seen.update(dict.fromkeys(read.names, module.name))
        if read.notes:
            self.add_text(notes_cell(module), read.notes)
        if read.given:
            self.add_code(given_cell(module), read.given, locked=True)
        answered: set[str] = set()
        for exercise in module.exercises:
            is_first = exercise.object_name not in answered
            answered.add(exercise.object_name)
            self._add_exercise(exercise, read.parts[exercise.object_name], is_first=is_first)
        for question in questions:
            self._add_question(question)

    def add_text(self, name: str, markdown: str) -> None:
        """Add text that nbgrader protects from changes."""
        self._add("markdown", name, markdown, _marks(name, locked=True))

    def add_code(self, name: str, source: str, *, locked: bool) -> None:
        """Add a cell of code, which nbgrader protects or not."""
        self._add("code", name, source, _marks(name, locked=True) if locked else None)

    def _add_exercise(self, exercise: Exercise, part: Part, *, is_first: bool) -> None:
        self.add_text(statement_cell(exercise), _statement(exercise, part, is_first=is_first))
        if is_first:
            name = answer_cell(exercise)
            self._add("code", name, part.source, _marks(name, solution=True))
        self.add_code(check_cell(exercise), f'check("{exercise.name}")', locked=False)
        name = test_cell(exercise)
        # A bonus: what it earns comes on top of the points that nbgrader knows.
        points = 0 if exercise.is_stretch else exercise.points
        marks = _marks(name, locked=True, grade=True, points=points)
        self._add("code", name, f'score("{exercise.name}")', marks)

    def _add_question(self, question: Question) -> None:
        points = f"{_points(question.points)}, given by a person"
        text = f"### In your own words\n\n{points}\n\n{question.text}"
        self.add_text(asking_cell(question), text)
        name = question_cell(question)
        marks = _marks(name, grade=True, solution=True, points=question.points)
        self._add("markdown", name, ANSWER_STUB, marks)

    def _add(self, kind: str, name: str, source: str, marks: dict[str, Any] | None = None) -> None:
        make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
        metadata = {} if marks is None else {"nbgrader": marks}
        self.cells.append(make(source=source, id=name, metadata=metadata))  # type: ignore[no-untyped-call]


def _marks(name: str, **marks: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    flags = dict.fromkeys(("grade", "locked", "solution", "task"), False)
    return {"grade_id": name, "schema_version": SCHEMA, **flags, **marks}


def _statement(exercise: Exercise, part: Part, *, is_first: bool) -> str:
    facts = [
        _points(exercise.points) + (", a bonus on top" if exercise.is_stretch else ""),
        f"difficulty {exercise.difficulty} of 5",
    ]
    if exercise.forbidden:
        facts.append(
            "from scratch, without " + ", ".join(f"`{rule}`" for rule in exercise.forbidden)
        )
    blocks = [f"### {exercise.title}: `{exercise.name}`", " · ".join(facts)]
    if is_first:
        blocks.append(part.statement)
    else:
        blocks.append(
            f"Write this one into the class `{exercise.object_name}` above, run that cell again, "
            "and go on here."
        )
    return "\n\n".join(blocks)


def _points(points: float) -> str:
    return "1 point" if points == 1 else f"{points:g} points"


def _image(path: Path, says: str) -> str:
    """Return a picture inside the text.

    Not as an attachment of the cell: JupyterLab and Notebook 7 show only bitmaps from there.
    """
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img alt="{html.escape(says)}" src="data:image/svg+xml;base64,{data}">'


def _stubbed(source: str) -> str:
    lines: list[str] = []
    is_solution = False
    for line in source.split("\n"):
        if line.strip() == BEGIN:
            is_solution = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + stub for stub in CODE_STUB]
        elif line.strip() == END:
            is_solution = False
        elif not is_solution:
            lines.append(line)
    return "\n".join(lines)


def _config(course: Course) -> bytes:
    return course.read(CONFIG).encode("utf-8")


def _is(path: Path, content: bytes) -> bool:
    return path.read_bytes() == content
