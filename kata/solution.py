"""`kata solution`: our way beside the learner's own, once an exercise is solved or given up."""

from __future__ import annotations

import ast
import itertools
import json
import shutil
import sys
import textwrap
from collections.abc import Sequence

from exercises.catalogue import Exercise
from exercises.verdict import parse
from kata.definitions import spans
from kata.errors import UsageError
from kata.names import exercise_named
from kata.progress import Progress
from kata.project import Project
from kata.seal import SEALED, unseal

MARKER = "###"  # begins the comments around what a learner writes
BETWEEN = "   |   "


def show_solution(project: Project, name: str, *, gives_up: bool) -> int:
    """Show an exercise as the learner and as we solved it.

    Raises
    ------
    UsageError
        If it is not solved, unless the learner gives up; or this copy has no solutions.
    """
    exercise = exercise_named(project.catalogue, name)
    ours = _reference(project, exercise)
    if not gives_up:
        _refuse_unsolved(Progress.load(project), exercise)
    with project.updating_state() as state:
        record = state.of(exercise)
        record.gave_up |= not record.solved
    path = project.learners_file(exercise)
    try:
        mine = as_shown(path.read_text(encoding="utf-8-sig"), exercise.object_name)
    except (OSError, ValueError):
        mine = []
    place = project.place(exercise)
    print("\n".join(_beside([f"Yours, {place}", "", *mine], ["Ours", "", *ours])))
    return 0


def _refuse_unsolved(progress: Progress, exercise: Exercise) -> None:
    """Insist that all exercises of one class are solved: its solution shows them all."""
    module = progress.project.catalogue.module_of(exercise)
    same = [each for each in module.exercises if each.object_name == exercise.object_name]
    left = [each.name for each in same if not progress.record(each).solved]
    if left:
        raise UsageError(
            f"{' and '.join(left)} {'is' if len(left) == 1 else 'are'} not solved yet; "
            f"for a hint: {progress.project.hint_command(exercise)}; to see the solution all the "
            f"same, which your progress will say: kata solution {exercise.name} --give-up"
        )


def _reference(project: Project, exercise: Exercise) -> list[str]:
    """Return our solution: from the seal of a learner copy, or from the whole repository."""
    name = f"{exercise.week}/{exercise.name}"
    source = project.layout.reference(project.catalogue.module_of(exercise))
    if source.is_file():
        return as_shown(source.read_text(encoding="utf-8"), exercise.object_name)
    try:
        sealed = json.loads((project.root / SEALED).read_text(encoding="utf-8"))
        return unseal(name, sealed[name]).split("\n")
    except FileNotFoundError as error:
        raise UsageError(
            "this copy has no solutions: whoever gave it to you chose to keep them"
        ) from error
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"the solution of {exercise.name} in {SEALED} is damaged") from error


def as_shown(source: str, name: str) -> list[str]:
    """Return the lines of a definition, without the docstring, which both sides share.

    Of several definitions it is the last, which is the one that counts; of none, nothing.
    """
    places = spans(source).get(name)
    if not places:
        return []
    first, end = places[-1]
    lines: list[str | None] = list(source.replace("\r\n", "\n").split("\n")[first:end])
    for start, stop in _docstrings("\n".join(map(str, lines))):
        lines[start:stop] = [None] * (stop - start)
    return [line for line in lines if line is not None and not line.strip().startswith(MARKER)]


def _docstrings(source: str) -> Sequence[tuple[int, int]]:
    """Return the lines of the docstrings that something follows, counted from 0."""
    try:
        tree = parse(textwrap.dedent(source))
    except SyntaxError:
        return []
    return [
        (node.body[0].lineno - 1, node.body[0].end_lineno or node.body[0].lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and ast.get_docstring(node) is not None
        and len(node.body) > 1
    ]


def _beside(left: Sequence[str], right: Sequence[str]) -> list[str]:
    """Return two texts side by side where the terminal is wide enough, else one below the other."""
    widest = max(map(len, left))
    needed = widest + len(BETWEEN) + max(map(len, right))
    if not sys.stdout.isatty() or needed > shutil.get_terminal_size().columns:
        return [*left, "", *right]
    rows = itertools.zip_longest(left, right, fillvalue="")
    return [f"{mine:<{widest}}{BETWEEN}{ours}".rstrip() for mine, ours in rows]
