"""The autograded notebook of a submission: what formgrader and `generate_feedback` show.

It has the texts of what was handed in, as `submitted_notebook` makes them harmless, and verdicts
for outputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from exercises import Exercise, Week
from exercises.cells import (
    answer_cell,
    exercise_of_test_cell,
    notebook_name,
    statement_cell,
    test_cell,
)
from grader.errors import InputError
from grader.intake.folders import opened
from grader.intake.notebook_reader import BadNotebook
from grader.intake.submission import File, Submission
from grader.nbgrader.gradebook_rows import Cells, earned
from grader.nbgrader.outputs import verdict_outputs
from grader.nbgrader.submitted_notebook import Cell, cells_of, restored
from grader.results import Result


def autograded_notebook(
    week: Week, cells: Cells, result: Result, handed_in: Sequence[Cell], ours: set[str]
) -> Any:
    """Return what was handed in as a notebook with verdicts.

    Parameters
    ----------
    ours : set of str
        Texts that stand in the course's own notebook.
    """
    notebook = restored(handed_in, cells.master, week, ours)
    verdicts = {each.exercise: each for each in result.exercises}
    for node in notebook.cells:
        name = node.metadata.get("nbgrader", {}).get("grade_id", "")
        exercise = exercise_of_test_cell(week, name)
        if exercise is not None and node.cell_type == "code":
            verdict = verdicts.get(exercise.name)
            points = earned(verdict, exercise, cells.max_score(name))[0] if verdict else 0.0
            node.outputs = verdict_outputs(verdict, points)
    return notebook


def own_texts(notebook: Path) -> set[str]:
    """Return the texts of the course's own notebook; none where there is none.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        with notebook.open("rb") as file:
            return {cell.source for cell in cells_of(file) if cell.kind != "code"}
    except FileNotFoundError:
        return set()
    except (BadNotebook, OSError) as error:
        raise InputError(f"{notebook}: cannot be read: {error}") from error


def cells_of_notebook(folder: Path, week: Week) -> list[Cell] | None:
    """Return the cells of a learner's notebook, or None if there is none that can be shown."""
    with opened(folder / notebook_name(week)) as file:
        if file is None or isinstance(file, File):
            return None
        try:
            return cells_of(file)
        except BadNotebook:
            return None


def cells_of_modules(week: Week, submission: Submission) -> list[Cell]:
    """Return modules as cells: the code of an exercise is its answer.

    All lines of a module are there once and in their order. A notebook's text, which stands for
    several modules, is shown once.
    """
    found = []
    texts: dict[str, list[Exercise]] = {}
    for module in week.modules:
        file = submission.files.get(module.name)
        if file is None:
            found.append(Cell("markdown", f"{module.name}.py was not handed in."))
        elif file.text is None:
            found.append(Cell("markdown", file.problem or ""))
        else:
            texts.setdefault(file.text, []).extend(module.exercises)
    for text, exercises in texts.items():
        found += _cut(text, exercises)
    return found


def _cut(text: str, exercises: Sequence[Exercise]) -> Iterator[Cell]:
    """Cut a text where the last definition of each exercise begins.

    Nothing is parsed, so a text that is no Python is cut as well; all of it is shown in any case.
    """
    lines = text.split("\n")
    starts: dict[int, list[Exercise]] = {}
    for exercise in exercises:
        definition = re.compile(rf"(?:async\s+def|def|class)\s+{exercise.object_name}\b")
        at = [number for number, line in enumerate(lines) if definition.match(line)]
        if at:
            starts.setdefault(_with_decorators(lines, at[-1]), []).append(exercise)
    cuts = [*sorted(starts), len(lines)]
    if before := "\n".join(lines[: cuts[0]]).strip("\n"):
        yield Cell("code", before)
    for start, end in pairwise(cuts):
        here = starts[start]
        for exercise in here:
            yield Cell("markdown", f"### {exercise.title}", grade_id=statement_cell(exercise))
        code = "\n".join(lines[start:end]).strip("\n")
        yield Cell("code", code, grade_id=answer_cell(here[0]))
        for exercise in here:
            yield Cell("code", "", grade_id=test_cell(exercise))


def _with_decorators(lines: Sequence[str], line: int) -> int:
    while line > 0 and lines[line - 1].startswith(("@", "#")):
        line -= 1
    return line
