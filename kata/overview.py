"""`kata`, `kata next`, `kata list` and `kata status`: where a learner is, and what is next."""

from __future__ import annotations

import sys

from exercises.catalogue import Exercise, Week
from exercises.verdict import STATUSES
from kata.console import screen_on
from kata.errors import UsageError
from kata.milestones import farewell, milestone
from kata.progress import Progress, Total
from kata.project import Project
from kata.quiz import how_far
from kata.screen import Screen
from kata.summary import points_text


def show_place(project: Project) -> int:
    """Say where the learner is and what is next, in a line each; at the end say goodbye."""
    progress = Progress.load(project)
    screen = screen_on(sys.stdout)
    following = progress.next_exercise()
    week = progress.week
    total = progress.total(week.exercises)
    if progress.total(project.catalogue.exercises).is_complete:
        _say_goodbye(screen, progress)
    else:
        screen.line(f"You are in {week.name}: {_done(total)}, {_points(total)} points.")
    if not total.n_done:
        screen.line(f"Begin with the lesson: {week.name}/README.md")
    if following is not None:
        show_exercise(screen, project, following)
    return 0


def show_next(project: Project) -> int:
    """Show the next exercise: what it is, where it stands, how to check it."""
    progress = Progress.load(project)
    screen = screen_on(sys.stdout)
    following = progress.next_exercise()
    if following is None:
        _say_goodbye(screen, progress)
        return 0
    show_exercise(screen, project, following)
    screen.line(f"      {_about(following)}")
    screen.line(f"      check: pytest {following.week} -k {following.name}")
    screen.line(f"      hint:  {project.hint_command(following)}")
    return 0


def _say_goodbye(screen: Screen, progress: Progress) -> None:
    for line in farewell(progress):
        screen.paragraph(line)


def show_exercise(screen: Screen, project: Project, exercise: Exercise) -> None:
    """Name an exercise and its place, in one line."""
    screen.line(f"Next: {exercise.name} in {project.place(exercise)}", bold=True)


def _about(exercise: Exercise) -> str:
    stars = "*" * exercise.difficulty
    bonus = ", a bonus" if exercise.is_stretch else ""
    return f"{exercise.title}, {stars}, {_plural(exercise.points, 'point')}{bonus}"


def list_exercises(project: Project, week_name: str | None) -> int:
    """List the exercises of a week, or of all weeks, with what became of each."""
    progress = Progress.load(project)
    screen = screen_on(sys.stdout)
    for index, week in enumerate(_weeks(project, week_name)):
        if index:
            screen.line()
        of_quizzes = week.max_score - week.points_of_code
        more = f", and {of_quizzes:g} in quizzes" if of_quizzes else ""
        points = f"{week.points_of_code:g} points{more}"
        screen.line(f"{week.name}: {week.title}, {points}", bold=True)
        for module in week.modules:
            screen.line(f"\n  {week.name}/{module.name}.py: {module.title}")
            for exercise in module.exercises:
                _list_exercise(screen, progress, exercise)
        for quiz in week.quizzes:
            screen.line(f"\n  {week.name}/{quiz.file_name}: {quiz.title}")
            screen.paragraph(f"{how_far(project, quiz)}", first="    ", rest="    ")
    return 0


def _weeks(project: Project, name: str | None) -> tuple[Week, ...]:
    weeks = project.catalogue.weeks
    if name is None:
        return weeks
    chosen = project.catalogue.week(name)
    if chosen is None:
        known = ", ".join(week.name for week in weeks)
        raise UsageError(f"no week named {name!r}; there are {known}")
    return (chosen,)


def _list_exercise(screen: Screen, progress: Progress, exercise: Exercise) -> None:
    record = progress.record(exercise)
    status = STATUSES[record.status]
    stars = "*" * exercise.difficulty
    points = f"{points_text(progress.points(exercise))}/{exercise.points:g}"
    row = f"  {status.sign} {exercise.name:<30} {stars:<5} {points:>6}  "
    notes = [
        progress.word(exercise) + (" (bonus)" if exercise.is_stretch else ""),
        *([f"{record.minutes:.0f} min"] if record.minutes >= 1 else []),
        *([_plural(record.hints, "hint")] if record.hints else []),
    ]
    colour = status.colour
    screen.clipped(row + ", ".join(notes), red=colour == "red", green=colour == "green")


def show_status(project: Project) -> int:
    """Show a line for each week, and what is next."""
    progress = Progress.load(project)
    screen = screen_on(sys.stdout)
    weeks = project.catalogue.weeks
    for week in weeks:
        _status_line(screen, week.name, progress.total(week.exercises))
        for quiz in week.quizzes:
            screen.paragraph(
                f"{quiz.name}: {how_far(project, quiz)}", first="       ", rest=" " * 9
            )
    if len(weeks) > 1:
        _status_line(screen, "total", progress.total(project.catalogue.exercises))
    screen.line()
    for week in weeks:
        for line in milestone(progress, week):
            screen.paragraph(line, green=True)
    following = progress.next_exercise()
    if following is not None:
        show_exercise(screen, project, following)
    return 0


def _status_line(screen: Screen, name: str, total: Total) -> None:
    bonus = f", {_plural(total.n_bonus, 'bonus', 'bonuses')}" if total.n_bonus else ""
    time = f", {total.minutes:.0f} min" if total.minutes >= 1 else ""
    hints = f", {_plural(total.hints, 'hint')}" if total.hints else ""
    screen.clipped(
        f"{name:<6} {total.n_done:>3} of {total.n_exercises:>3} done  "
        f"{_points(total):>8} points{bonus}{time}{hints}",
        bold=name == "total",
    )


def _done(total: Total) -> str:
    return f"{total.n_done} of {_plural(total.n_exercises, 'exercise')} done"


def _points(total: Total) -> str:
    return f"{points_text(total.points)}/{total.max_score:g}"


def _plural(number: float, one: str, more: str = "") -> str:
    return f"{number:g} {one if number == 1 else more or one + 's'}"
