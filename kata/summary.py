"""Show what became of the exercises: the problems first, then the table, then what is next."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
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
LABEL_MARKUP = {"expected": {"green": True}, "got": {"red": True}, "raised": {"red": True}}


def write_problems(screen: Screen, results: Results, project: Project) -> None:
    """Write the first problem of each exercise in full, and a line for each later one."""
    told: set[str] = set()
    is_first = True
    for exercise in _in_order(results, project):
        problems = [
            outcome
            for outcome in sorted(results[exercise].outcomes, key=lambda outcome: outcome.line)
            if outcome.status not in QUIET and outcome.once_for not in told
        ]
        if not problems:
            continue
        if is_first:
            screen.title("what went wrong")
        is_first = False
        told |= {problem.once_for for problem in problems if problem.status != "not_run"} - {""}
        _write_problems_of(screen, exercise, problems, project)


def _write_problems_of(
    screen: Screen, exercise: Exercise, problems: Sequence[VisibleOutcome], project: Project
) -> None:
    first, *later = problems
    screen.line()
    screen.paragraph(f"✗ {_heading(first, exercise, project)}", rest="  ", red=True, bold=True)
    for row in _rows_to_show(first, exercise, project):
        _write_row(screen, row)
    told = {first.once_for} - {""}
    for problem in later:
        if problem.once_for not in told:
            screen.clipped(f"{INDENT}{'also':<{LABEL_WIDTH}}{_in_short(problem)}")
        told |= {problem.once_for} - {""}


def _heading(problem: VisibleOutcome, exercise: Exercise, project: Project) -> str:
    if problem.status == "unreadable":
        return project.short(project.learners_file(exercise))
    if problem.status in ("missing", "forbidden"):
        return exercise.name
    return f"{exercise.name} — {problem.says}"


def _in_short(problem: VisibleOutcome) -> str:
    if problem.status == "not_run":
        return problem.rows[0][1]
    return f"{problem.says} (line {problem.line})"


def _rows_to_show(problem: VisibleOutcome, exercise: Exercise, project: Project) -> Iterator[Row]:
    yield from problem.rows
    if problem.status == "unreadable":
        return
    if not any(label in ("at", "stuck at") for label, _ in problem.rows):
        yield "code", project.place(exercise)
    if problem.status not in ("missing", "forbidden"):
        yield "test", f"{exercise.week}/test_{exercise.module}.py:{problem.line}"
        yield "hint", f"kata hint {exercise.name}"


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
    is_waiting = status.name == "todo" and result.needs
    word = f"{status.word}: needs {result.needs}" if is_waiting else status.word
    table.add_row(
        f"  [{status.colour}]{status.sign}[/] {exercise.name}{dagger}",
        f"[{status.colour}]{word}[/]",
        f"{result.n_passed}/{result.n_tests}",
        f"{_number(_points(exercise, result))}/{exercise.points:g}",
    )


def _points(exercise: Exercise, result: Standing) -> float:
    return exercise.points * result.n_passed / result.n_tests


def _number(points: float) -> str:
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
    score = sum(_points(exercise, results[exercise]) for exercise in shown)
    most = sum(exercise.points for exercise in shown if not exercise.is_stretch)
    n_done = sum(results[exercise].status == "passed" for exercise in shown)
    share = min(1.0, score / most + 1e-9) if most else 1.0
    # Rounded down, so that a full bar means that nothing is missing.
    bar = "█" * int(share * BAR_CELLS)
    screen.line(
        f" {bar:░<{BAR_CELLS}}  {_number(score)} of {most:g} points, "
        f"{n_done} of {len(shown)} exercises done",
        bold=True,
    )
    notes = [" So far: the final score comes from further tests, which only the grader runs."]
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
        screen.line(f"       hint: kata hint {exercise.name}")
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
