"""The autograded notebook of a submission: what formgrader and `generate_feedback` show.

It is made anew: of what was handed in it has the texts of the cells, and nothing else. Metadata is
the gradebook's, outputs are ours. nbgrader's pages take Markdown and raw cells for HTML, with
everything a browser obeys in it, and show them to a logged-in instructor; so a learner's Markdown
is shown as a block of code, letter by letter, unless it is the lesson's own text.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from exercises import Exercise, Week
from exercises.cells import (
    answer_cell,
    exercise_of_test_cell,
    notebook_name,
    statement_cell,
    test_cell,
)
from grader.authoring.notebooks import METADATA
from grader.errors import InputError
from grader.intake.submission import Submission
from grader.nbgrader.gradebook_rows import Cells, SourceCell, earned
from grader.nbgrader.outputs import verdict_outputs
from grader.results import ExerciseResult, Result

READER = Path(__file__).with_name("cell_reader.py")
SCHEMA = 3  # of nbgrader's metadata


@dataclass(frozen=True)
class Shown:
    """A cell to show: its kind, its text, and which cell of the gradebook it is, if any."""

    kind: str
    text: str
    name: str = ""
    is_ours: bool = False


def autograded_notebook(
    week: Week,
    cells: Cells,
    result: Result,
    handed_in: Iterable[Shown],
    lesson: Collection[str],
) -> NotebookNode:
    """Return the notebook with verdicts.

    Parameters
    ----------
    handed_in : iterable of Shown
        What the learner wrote, in order. Test cells that it lacks are added at the end, and so are
        answer cells, as nbgrader shows comments there.
    lesson : collection of str
        The Markdown cells of the course's own notebook.
    """
    verdicts = {each.exercise: each for each in result.exercises}
    used: set[str] = set()
    made = []
    for shown in [*handed_in, *_missing(week, cells)]:
        name = shown.name if shown.name in _known(cells) and shown.name not in used else ""
        if shown.name and not name and shown.is_ours:
            continue  # it was there already
        used.add(name)
        exercise = exercise_of_test_cell(week, name)
        if exercise is not None and name in cells.graded:
            made.append(_test(exercise, cells, verdicts.get(exercise.name)))
        else:
            made.append(_cell(shown, name, cells, lesson))
    for number, cell in enumerate(made):
        cell["id"] = f"cell-{number}"
    notebook: NotebookNode = new_notebook(cells=made, metadata=METADATA)  # type: ignore[no-untyped-call]
    return notebook


def _known(cells: Cells) -> Collection[str]:
    return {*cells.graded, *cells.commented, *cells.sources}


def _missing(week: Week, cells: Cells) -> Iterator[Shown]:
    """Yield what has points or comments, in the order of the exercises, then of the notebook."""
    wanted = [name for e in week.exercises for name in (answer_cell(e), test_cell(e))]
    has_room = {**cells.graded, **cells.commented}
    for name in dict.fromkeys([*wanted, *has_room]):
        if name in has_room:
            yield Shown("code", "", name, is_ours=True)


def _test(exercise: Exercise, cells: Cells, verdict: ExerciseResult | None) -> NotebookNode:
    name = test_cell(exercise)
    points = earned(verdict, exercise, cells.max_scores[name])[0] if verdict else 0.0
    source = cells.sources.get(name, SourceCell("code", f'score("{exercise.name}")', True))
    cell = _new_cell(new_code_cell, source.text, _metadata(name, cells))
    cell["outputs"] = verdict_outputs(verdict, points)
    return cell


def _cell(shown: Shown, name: str, cells: Cells, lesson: Collection[str]) -> NotebookNode:
    metadata = _metadata(name, cells) if name else {}
    kind, text, is_ours = shown.kind, shown.text, shown.is_ours
    if name in cells.sources:
        source = cells.sources[name]
        kind = source.cell_type
        if source.is_locked:
            text, is_ours = source.text, True
    elif name in cells.commented and name not in cells.graded:
        kind = "code"  # as nbgrader has it
    if kind == "code":
        return _new_cell(new_code_cell, text, metadata)
    text = text if is_ours or text in lesson else literal(text)
    return _new_cell(new_markdown_cell, text, metadata)


def _new_cell(make: Callable[..., NotebookNode], text: str, metadata: object) -> NotebookNode:
    return make(text, metadata=metadata)


def literal(text: str) -> str:
    """Return Markdown that shows a text as it is: a block of code, by four spaces in front."""
    lines = text.expandtabs().splitlines()
    return "\n".join(f"    {line}" if line.strip() else "" for line in lines)


def _metadata(name: str, cells: Cells) -> dict[str, dict[str, object]]:
    is_task = name in cells.tasks
    is_grade, is_solution = name in cells.graded, name in cells.commented
    metadata: dict[str, object] = {
        "schema_version": SCHEMA,
        "grade_id": name,
        "grade": is_grade and not is_task,
        "solution": is_solution and not is_task,
        "task": is_task,
        "locked": not is_solution,
    }
    if is_grade:
        metadata["points"] = cells.max_scores[name]
    return {"nbgrader": metadata}


def lesson_texts(notebook: Path) -> frozenset[str]:
    """Return the texts of the Markdown in the course's own notebook; none if there is none.

    Raises
    ------
    InputError
        If the file can't be read.
    """
    if not notebook.exists():
        return frozenset()
    try:
        node = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError) as error:
        raise InputError(f"{notebook}: cannot be read as a notebook: {error}") from error
    return frozenset(cell.source for cell in node.cells if cell.cell_type == "markdown")


def cells_of_notebook(folder: Path, week: Week) -> list[Shown] | None:
    """Return the cells of a learner's notebook, or None if there is none that can be shown.

    A process of its own reads it: nothing of a notebook is parsed here.
    """
    descriptor = _open(folder, notebook_name(week))
    if descriptor is None:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(READER)],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
    if done.returncode != 0:  # a limit was met, as for whoever graded it
        return None
    found = json.loads(done.stdout)
    return None if found is None else [Shown(*each) for each in found]


def _open(folder: Path, name: str) -> int | None:
    """Open a file of a learner's folder if it is one, and is where it seems to be."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        base = os.open(folder, flags | os.O_DIRECTORY)
        try:
            descriptor = os.open(name, flags, dir_fd=base)
        finally:
            os.close(base)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def cells_of_modules(week: Week, submission: Submission, cells: Cells) -> list[Shown]:
    """Return modules as cells: the code of an exercise is its answer.

    All lines of a module are there once and in their order. A notebook's text, which stands for
    several modules, is shown once.
    """
    shown = []
    texts: dict[str, list[Exercise]] = {}
    for module in week.modules:
        file = submission.files.get(module.name)
        if file is None:
            shown += [Shown("markdown", f"`{module.name}.py` was not handed in.", is_ours=True)]
        elif file.text is None:
            shown += [Shown("markdown", file.problem or "")]
        else:
            texts.setdefault(file.text, []).extend(module.exercises)
    for text, exercises in texts.items():
        shown += _cut(text, exercises, cells)
    return shown


def _cut(text: str, exercises: Sequence[Exercise], cells: Cells) -> Iterator[Shown]:
    """Cut a text where the last definition of each exercise begins.

    Nothing is parsed, so a text that is no Python is cut as well; all of it is shown in any case.
    """
    lines = text.splitlines()
    starts: dict[int, list[Exercise]] = {}
    for exercise in exercises:
        definition = re.compile(rf"(?:async\s+def|def|class)\s+{exercise.object_name}\b")
        at = [number for number, line in enumerate(lines) if definition.match(line)]
        if at:
            starts.setdefault(_with_decorators(lines, at[-1]), []).append(exercise)
    ends = [*sorted(starts)[1:], len(lines)]
    before = "\n".join(lines[: min(starts, default=len(lines))]).strip("\n")
    if before:
        yield Shown("code", before)
    for (start, here), end in zip(sorted(starts.items()), ends, strict=True):
        code = "\n".join(lines[start:end]).strip("\n")
        for exercise in here:
            yield from _answer(exercise, code, cells)
            code = f"# {exercise.object_name} is in the cell of {here[0].name}"


def _with_decorators(lines: Sequence[str], line: int) -> int:
    while line > 0 and lines[line - 1].startswith(("@", "#")):
        line -= 1
    return line


def _answer(exercise: Exercise, code: str, cells: Cells) -> Iterator[Shown]:
    statement = statement_cell(exercise)
    if statement in cells.sources:
        yield Shown("markdown", "", statement, is_ours=True)
    else:
        yield Shown("markdown", f"### {exercise.title}", is_ours=True)
    yield Shown("code", code, answer_cell(exercise))
    yield Shown("code", "", test_cell(exercise), is_ours=True)
