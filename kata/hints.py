"""`kata hint`: a nudge, then more of the way."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import datetime

from exercises.catalogue import Exercise
from kata.errors import UsageError
from kata.names import find_meant
from kata.progress import Progress
from kata.project import Project


def hint(project: Project, name: str | None, number: int | None) -> int:
    """Show a hint for an exercise: for the next one where none is named."""
    if number is None:
        number = 1
        if name is not None and name.isdecimal():  # `kata hint 2`
            number, name = int(name), None
    exercises = _exercises_meant(project, name)
    for index, exercise in enumerate(exercises):
        if index:
            print()
        print_hint(project, exercise, number)
        with project.updating_state() as state:
            state.touch(exercise, datetime.now())
            record = state.of(exercise)
            record.hints = max(record.hints, number)
    return 0


def _exercises_meant(project: Project, name: str | None) -> Sequence[Exercise]:
    """Return the exercises of a name, or the next one of a module, a week, or all."""
    meant = None if name is None else find_meant(project.catalogue, name)
    if meant is not None and not meant.modules:
        return meant.exercises
    within = None if meant is None else meant.exercises
    following = Progress.load(project).next_exercise(within)
    if following is None:
        where = "all" if name is None else f"all of {name}"
        raise UsageError(f"{where} is done; for a hint all the same, name an exercise: kata list")
    return [following]


def print_hint(project: Project, exercise: Exercise, number: int) -> None:
    """Print one hint, and how to get the next.

    Raises
    ------
    UsageError
        If there is no hint of that number.
    """
    print("\n".join(hint_lines(project, exercise, number)))


def hint_lines(project: Project, exercise: Exercise, number: int, width: int = 78) -> list[str]:
    """Return one hint, and how to get the next, as lines.

    Raises
    ------
    UsageError
        If there is no hint of that number.
    """
    n_hints = len(exercise.hints)
    if not 1 <= number <= n_hints:
        raise UsageError(f"{exercise.name} has hints 1 to {n_hints}, not {number}")
    place = project.place(exercise)
    lines = [", ".join(filter(None, [f"{exercise.title} ({exercise.name})", place]))]
    lines += ["", f"Hint {number} of {n_hints}:"]
    for line in exercise.hints[number - 1].strip().splitlines():
        lines += textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="  ")
    if number < n_hints:
        lines += ["", f"Still stuck? {project.hint_command(exercise, number + 1)}"]
    return lines
