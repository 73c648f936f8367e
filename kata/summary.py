"""Show what became of the exercises: the problems first, then the table, then what is next."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from exercises.catalogue import Exercise, Week
from exercises.verdict import STATUSES
from kata.outcomes import Row, Standing, VisibleOutcome
from kata.project import Project
from kata.screen import Screen

if TYPE_CHECKING:
    from rich.table import Table

Results = Mapping[Exercise, Standing]

BAR_CELLS = 24
LABEL_WIDTH = 10
INDENT = " " * 4
FINE = ("passed", "selected", "skipped")
QUIET = (*FINE, "todo")
SO_FAR = "So far: the final score comes from further tests, which only the grader runs."
LABEL_MARKUP = {"expected": {"green": True}, "got": {"red": True}, "raised": {"red": True}}


@dataclass(frozen=True)
class Problems:
    """What to tell of an exercise: its first problem in full, and a line for each later one."""

    heading: str
    rows: Sequence[Row]
    also: Sequence[str]
    first: VisibleOutcome


def find_problems(results: Results, project: Project) -> Iterator[Problems]:
    """Yield what to tell of each exercise that has a problem."""
    told: set[str] = set()
    for exercise in _in_order(results, project):
        problems = [
            outcome
            for outcome in sorted(results[exercise].outcomes, key=lambda outcome: outcome.line)
            if outcome.status not in QUIET and outcome.once_for not in told
        ]
        if not problems:
            continue
        told |= {problem.once_for for problem in problems if problem.status != "not_run"} - {""}
        first, *later = problems
        yield Problems(
            heading=_heading(first, exercise, project),
            rows=tuple(_rows_to_show(first, exercise, project)),
            also=tuple(_in_short_each(first, later, exercise, project)),
            first=first,
        )


def write_problems(screen: Screen, results: Results, project: Project) -> None:
    """Write the problems of all exercises."""
    for number, problems in enumerate(find_problems(results, project)):
        if not number:
            screen.title("what went wrong")
        screen.line()
        screen.paragraph(f"✗ {problems.heading}", rest="  ", red=True, bold=True)
        for row in problems.rows:
            _write_row(screen, row)
        for line in problems.also:
            screen.clipped(f"{INDENT}{'also':<{LABEL_WIDTH}}{line}")


def _heading(problem: VisibleOutcome, exercise: Exercise, project: Project) -> str:
    if problem.status == "unreadable":
        return project.short(project.learners_file(exercise))
    if problem.status in ("missing", "forbidden"):
        return exercise.name
    return f"{exercise.name} — {problem.says}"


def _in_short_each(
    first: VisibleOutcome, later: Sequence[VisibleOutcome], exercise: Exercise, project: Project
) -> Iterator[str]:
    told = {first.once_for} - {""}
    for problem in later:
        if problem.once_for in told:
            continue
        told |= {problem.once_for} - {""}
        if problem.status == "not_run":
            yield problem.rows[0][1]
        elif project.place_of_test(exercise, problem.line):
            yield f"{problem.says} (line {problem.line})"
        else:
            yield problem.says


def _rows_to_show(problem: VisibleOutcome, exercise: Exercise, project: Project) -> Iterator[Row]:
    yield from problem.rows
    if problem.status == "unreadable":
        return
    is_placed = any(label in ("at", "stuck at") for label, _ in problem.rows)
    if not is_placed and (place := project.place(exercise)):
        yield "code", place
    if problem.status not in ("missing", "forbidden"):
        if place := project.place_of_test(exercise, problem.line):
            yield "test", place
        yield "hint", project.hint_command(exercise)


def _write_row(screen: Screen, row: Row) -> None:
    label, text = row
    if label:
        start = f"{INDENT}{label:<{LABEL_WIDTH}}"
        indent = INDENT + " " * LABEL_WIDTH
    else:
        start = indent = INDENT
    screen.paragraph(text, first=start, rest=indent, **LABEL_MARKUP.get(label, {}))


def write_table(screen: Screen, results: Results, project: Project) -> None:
    """Write a line per exercise, the score with a bar, and the next exercise."""
    screen.line()
    screen.title("your exercises")
    n_not_run = sum(not result.outcomes for result in results.values())
    results = {exercise: result for exercise, result in results.items() if result.outcomes}
    for week in project.catalogue.weeks:
        shown = [exercise for exercise in week.exercises if exercise in results]
        if shown:
            screen.line(_rendered(_table(week, results), screen))
            screen.line()
            _write_score(screen, shown, results)
    if n_not_run:
        screen.line(f" Not run this time: {n_not_run} more of the exercises asked for.")
    _write_next(screen, results, project)


def _table(week: Week, results: Results) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1), pad_edge=True, expand=False)
    table.add_column(week.name, no_wrap=True, overflow="ellipsis", header_style="bold")
    table.add_column("state", no_wrap=True, overflow="ellipsis", header_style="dim")
    table.add_column("tests", justify="right", no_wrap=True, header_style="dim")
    table.add_column("points", justify="right", no_wrap=True, header_style="dim")
    for module in week.modules:
        shown = [exercise for exercise in module.exercises if exercise in results]
        if shown:
            table.add_row(f"{module.name}.py", style="bold")
        for exercise in shown:
            _add_row(table, exercise, results[exercise])
    return table


def _add_row(table: Table, exercise: Exercise, result: Standing) -> None:
    status = STATUSES[result.status]
    dagger = " †" if exercise.is_stretch else ""
    table.add_row(
        f"  [{status.colour}]{status.sign}[/] {exercise.name}{dagger}",
        f"[{status.colour}]{state_of(result)}[/]",
        f"{result.n_passed}/{result.n_tests}",
        f"{points_text(points_of(exercise, result))}/{exercise.points:g}",
    )


def state_of(result: Standing) -> str:
    """Return in words what became of an exercise."""
    status = STATUSES[result.status]
    is_waiting = status.name == "todo" and result.needs
    return f"{status.word}: needs {result.needs}" if is_waiting else status.word


def points_of(exercise: Exercise, result: Standing) -> float:
    """Return what an exercise earns by its visible tests."""
    return exercise.points * result.n_passed / result.n_tests


def points_text(points: float) -> str:
    """Return points with one decimal at most, rounded down: 39.97 of 40 is not 40."""
    return f"{math.floor(points * 10 + 1e-6) / 10:g}"


def _rendered(table: Table, screen: Screen) -> str:
    from rich.console import Console

    text = StringIO()
    console = Console(
        file=text,
        width=screen.width,
        force_terminal=screen.has_colour,
        color_system="standard" if screen.has_colour else None,
        legacy_windows=False,
        highlight=False,
    )
    console.print(table)
    lines = text.getvalue().rstrip("\n").split("\n")
    return "\n".join(line if screen.has_colour else line.rstrip() for line in lines)


def _write_score(screen: Screen, shown: Sequence[Exercise], results: Results) -> None:
    score = sum(points_of(exercise, results[exercise]) for exercise in shown)
    most = sum(exercise.points for exercise in shown if not exercise.is_stretch)
    n_done = sum(results[exercise].status == "passed" for exercise in shown)
    share = min(1.0, score / most + 1e-9) if most else 1.0
    # Rounded down, so that a full bar means that nothing is missing.
    bar = "█" * int(share * BAR_CELLS)
    screen.line(
        f" {bar:░<{BAR_CELLS}}  {points_text(score)} of {most:g} points, "
        f"{n_done} of {len(shown)} exercises done",
        bold=True,
    )
    notes = [f" {SO_FAR}"]
    if any(exercise.is_stretch for exercise in shown):
        notes.append(" † a bonus on top of the points.")
    for note in notes:
        screen.line(note)


def _write_next(screen: Screen, results: Results, project: Project) -> None:
    ordered = _in_order(results, project)
    open_exercises = [exercise for exercise in ordered if results[exercise].status not in FINE]
    open_exercises.sort(key=lambda exercise: exercise.is_stretch)
    screen.line()
    if open_exercises:
        exercise = open_exercises[0]
        screen.line(f" Next: {exercise.name} in {project.place(exercise)}", bold=True)
        screen.line(f"       hint: {project.hint_command(exercise)}")
    else:
        screen.line(f" {_praise(ordered, project)}", green=True)


def _praise(done: Sequence[Exercise], project: Project) -> str:
    weeks = project.catalogue.weeks
    last = max(index for index, week in enumerate(weeks) if week.name == done[-1].week)
    if not set(weeks[last].exercises) <= set(done):
        return f"All of these are done. The whole week: pytest {weeks[last].name}"
    if last + 1 < len(weeks):
        return f"Well done: {weeks[last].name} is complete. Next: pytest {weeks[last + 1].name}"
    return f"Well done: {weeks[last].name} is complete, and it was the last."


def _in_order(results: Results, project: Project) -> list[Exercise]:
    return [exercise for exercise in project.catalogue.exercises if exercise in results]
