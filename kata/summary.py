"""Show what became of the exercises: the problems first, then the table, then what is next."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from exercises.catalogue import Exercise, Week
from exercises.verdict import STATUSES, Status
from kata.mistakes import Mistake, find_mistake
from kata.outcomes import Row, Standing, VisibleOutcome
from kata.project import Project
from kata.quiz import how_far
from kata.screen import Screen
from kata.statements import holds_a_stub

Results = Mapping[Exercise, Standing]

BAR_CELLS = 24
LABEL_WIDTH = 10
INDENT = " " * 4
MOST_IN_FULL = 3
FINE = ("passed", "selected", "skipped")
QUIET = (*FINE, "todo")
PERHAPS = "perhaps"  # before a mistake that gives the same, as others may
PLACES = ("at", "stuck at", "code")  # labels of rows that say where in the learner's code
SO_FAR = "So far: the final score comes from further tests, which only the grader runs."
LABEL_MARKUP = {"expected": {"green": True}, "got": {"red": True}, "raised": {"red": True}}
COLUMNS = ("state", "tests", "points")


@dataclass(frozen=True)
class Problems:
    """What to tell of an exercise: its first problem in full, and a line for each later one.

    A later one is its requirement and its place, such as ` (line 11)`.
    """

    heading: str
    rows: Sequence[Row]
    also: Sequence[tuple[str, str]]
    first: VisibleOutcome


def find_problems(
    results: Results, project: Project, passed: Collection[Exercise] = ()
) -> Iterator[Problems]:
    """Yield what to tell of each exercise that has a problem.

    Of the exercises that are not among the results, some may be known to be `passed`.
    """
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
        rows = _rows_with_mistake(first, find_mistake(project, exercise, results, passed))
        yield Problems(
            heading=_heading(first, exercise, project),
            rows=tuple(_rows_to_show(replace(first, rows=rows), exercise, project)),
            also=tuple(_in_short_each(first, later, exercise, project)),
            first=first,
        )


def write_problems(
    screen: Screen, results: Results, project: Project, passed: Collection[Exercise] = ()
) -> None:
    """Write the first problems in full, and name the other exercises that have one.

    Where one exercise was asked for, the requirements that it misses beside the first follow.
    """
    found = list(find_problems(results, project, passed))
    is_alone = sum(bool(result.outcomes) for result in results.values()) == 1
    if found:
        screen.title("what went wrong")
    for problems in found[:MOST_IN_FULL]:
        screen.line()
        screen.paragraph(f"✗ {problems.heading}", rest="  ", red=True, bold=True)
        for row in problems.rows:
            _write_row(screen, row)
        for says, place in problems.also if is_alone else ():
            screen.clipped(f"{INDENT}{'also':<{LABEL_WIDTH}}{says}", tail=place)
    if more := found[MOST_IN_FULL:]:
        screen.line()
        names = ", ".join(_name_of(problems, project) for problems in more)
        screen.paragraph(f"✗ and {len(more)} more: {names}", rest="  ", red=True, bold=True)


def _name_of(problems: Problems, project: Project) -> str:
    return problems.heading if problems.first.status == "unreadable" else problems.first.exercise


def _heading(problem: VisibleOutcome, exercise: Exercise, project: Project) -> str:
    if problem.status == "unreadable":
        return project.short(project.learners_file(exercise))
    if problem.status in ("missing", "forbidden"):
        return exercise.name
    return f"{exercise.name} — {problem.says}"


def _in_short_each(
    first: VisibleOutcome, later: Sequence[VisibleOutcome], exercise: Exercise, project: Project
) -> Iterator[tuple[str, str]]:
    told = {first.once_for} - {""}
    for problem in later:
        if problem.once_for in told:
            continue
        told |= {problem.once_for} - {""}
        if problem.status == "not_run":
            yield problem.rows[0][1], ""
        elif project.place_of_test(exercise, problem.line):
            yield problem.says, f" (line {problem.failed_at or problem.line})"
        else:
            yield problem.says, ""


def _rows_with_mistake(problem: VisibleOutcome, mistake: Mistake | None) -> Sequence[Row]:
    """Put a listed mistake behind what was got; if it is certain, in the place of a measurement."""
    if mistake is None:
        return problem.rows
    rows = list(problem.rows)
    if mistake.is_certain and ("", problem.measured) in rows:
        rows.remove(("", problem.measured))
    places = [index for index, (label, _) in enumerate(rows) if label in PLACES]
    behind = places[0] if places else len(rows)
    rows.insert(behind, ("" if mistake.is_certain else PERHAPS, mistake.says))
    return rows


def _rows_to_show(problem: VisibleOutcome, exercise: Exercise, project: Project) -> Iterator[Row]:
    yield from problem.rows
    if problem.status == "unreadable":
        return
    is_placed = any(label in PLACES for label, _ in problem.rows)
    if not is_placed and (place := project.place(exercise)):
        yield "code", place
    if problem.status not in ("missing", "forbidden"):
        if place := project.place_of_test(exercise, problem.failed_at or problem.line):
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


def write_table(
    screen: Screen, results: Results, project: Project, *, is_long: bool = False
) -> None:
    """Write what became of the exercises, the score with a bar, and what is next.

    Modules and weeks in which all is done, or all is to do, take one line, unless `is_long`.
    """
    screen.line()
    screen.title("your exercises")
    shown = {exercise: result for exercise, result in results.items() if result.outcomes}
    weeks = [week for week in project.catalogue.weeks if any(e in shown for e in week.exercises)]
    lines = [
        line
        for week in weeks
        for line in _lines_of_week(week, shown, project, is_alone=len(weeks) == 1, is_long=is_long)
    ]
    _write_lines(screen, lines)
    screen.line()
    has_dagger = any("†" in line.name for line in lines)
    _write_score(screen, shown, "† a bonus is" if has_dagger else "A bonus is")
    if n_not_run := len(results) - len(shown):
        screen.line(f" Not run this time: {n_not_run} more of the exercises asked for.")
    for week in weeks:
        if all(exercise in results for exercise in week.exercises):
            _write_quizzes(screen, week, project)
    screen.line()
    _write_next(screen, results, project)


def _write_quizzes(screen: Screen, week: Week, project: Project) -> None:
    for quiz in week.quizzes:
        found = how_far(project, quiz)
        command = f": kata quiz {quiz.command}" if not (found.problem or found.is_done) else ""
        start = " " if found.problem else f" {week.name}/{quiz.file_name}: "
        screen.paragraph(f"{found}{command}", first=start, rest="   ")


@dataclass(frozen=True)
class _Line:
    """A line of the table: of a module or a week without a state, it is a heading."""

    name: str
    state: str = ""
    tests: str = ""
    points: str = ""
    status: Status | None = None


def _lines_of_week(
    week: Week, results: Results, project: Project, *, is_alone: bool, is_long: bool
) -> Iterator[_Line]:
    if not is_alone and not is_long and _all_alike(week.exercises, results, project):
        yield _summed(week.name, week.exercises, results)
        return
    yield _Line(week.name, *COLUMNS)
    parts = {
        module: [exercise for exercise in module.exercises if exercise in results]
        for module in week.modules
    }
    parts = {module: exercises for module, exercises in parts.items() if exercises}
    first_open = next(
        (e for e in week.exercises if e in results and not _is_done(results[e])), None
    )
    for module, exercises in parts.items():
        # Where a learner works now stays open, and what was asked for alone.
        is_now = is_alone and (len(parts) == 1 or first_open in exercises)
        if not is_now and not is_long and _all_alike(module.exercises, results, project):
            yield _summed(f"{module.name}.py", exercises, results)
            continue
        yield _Line(f"{module.name}.py")
        for exercise in exercises:
            yield _line_of(exercise, results[exercise])


def _all_alike(exercises: Sequence[Exercise], results: Results, project: Project) -> bool:
    """Say whether all of these are done, or all are to do with nothing more to tell."""
    if not all(exercise in results for exercise in exercises):
        return False
    found = {exercise: results[exercise] for exercise in exercises}
    if all(map(_is_done, found.values())):
        return True
    return all(
        result.status == "todo"
        and not result.n_passed
        # What is written and needs another exercise is worth a line.
        and (not result.needs or holds_a_stub(project, exercise))
        for exercise, result in found.items()
    )


def _is_done(result: Standing) -> bool:
    return result.status == "passed"


def _summed(name: str, exercises: Sequence[Exercise], results: Results) -> _Line:
    found = [results[exercise] for exercise in exercises]
    status = STATUSES[found[0].status]
    n_passed, n_tests = sum(each.n_passed for each in found), sum(each.n_tests for each in found)
    score, most = _score(exercises, results)
    return _Line(
        f"{status.sign} {name}",
        status.word,
        f"{n_passed}/{n_tests}",
        f"{points_text(score)}/{most:g}",
        status,
    )


def _line_of(exercise: Exercise, result: Standing) -> _Line:
    status = STATUSES[result.status]
    points = points_text(points_of(exercise, result)) if result.is_whole else "-"
    return _Line(
        f"  {status.sign} {exercise.name}{' †' * exercise.is_stretch}",
        state_of(result),
        f"{result.n_passed}/{result.n_run}",
        f"{points}/{exercise.points:g}",
        status,
    )


def state_of(result: Standing) -> str:
    """Return in words what became of an exercise."""
    word = STATUSES[result.status].word
    if result.status == "todo" and result.needs:
        return f"{word}: needs {result.needs}"
    return word if result.is_whole else f"{word}, {result.n_tests - result.n_run} not run"


def points_of(exercise: Exercise, result: Standing) -> float:
    """Return what an exercise earns by its visible tests."""
    return exercise.points * result.n_passed / result.n_tests


def points_text(points: float) -> str:
    """Return points with one decimal at most, rounded down: 39.97 of 40 is not 40."""
    return f"{math.floor(points * 10 + 1e-6) / 10:g}"


def _write_lines(screen: Screen, lines: Sequence[_Line]) -> None:
    widths = [max(len(line.name) for line in lines)]
    widths += [max(len(getattr(line, column)) for line in lines) for column in COLUMNS]
    # A long state is cut, so that a line fits into the width.
    widths[1] = min(widths[1], max(10, screen.width - sum(widths) + widths[1] - 8))
    for line in lines:
        state = line.state if len(line.state) <= widths[1] else f"{line.state[: widths[1] - 1]}…"
        tests, points = line.tests.rjust(widths[2]), line.points.rjust(widths[3])
        name, state = line.name.ljust(widths[0]), state.ljust(widths[1])
        if line.status is None:
            screen.line(f" {name}  {state}  {tests}  {points}".rstrip(), bold=True)
        else:
            name, state = (screen.coloured(text, line.status.colour) for text in (name, state))
            screen.line(f" {name}  {state}  {tests}  {points}".rstrip())


def _write_score(screen: Screen, results: Results, bonus: str) -> None:
    n_done = sum(map(_is_done, results.values()))
    done = f"{n_done} of {len(results)} exercises done"
    if not all(result.is_whole for result in results.values()):
        screen.line(f" {done}; not all of their tests were run.", bold=True)
        return
    score, most = _score(tuple(results), results)
    if most:
        # Rounded down, so that a full bar means that nothing is missing.
        bar = "█" * int(min(1.0, score / most + 1e-9) * BAR_CELLS)
        done = f"{bar:░<{BAR_CELLS}}  {points_text(score)} of {most:g} points, {done}"
    screen.line(f" {done}", bold=True)
    screen.line(f" {SO_FAR}")
    if any(exercise.is_stretch for exercise in results):
        screen.line(f" {bonus} on top of the points.")


def _score(exercises: Sequence[Exercise], results: Results) -> tuple[float, float]:
    """Return the points of some exercises, and the most there are without a bonus."""
    score = sum(points_of(exercise, results[exercise]) for exercise in exercises)
    return score, sum(exercise.points for exercise in exercises if not exercise.is_stretch)


def _write_next(screen: Screen, results: Results, project: Project) -> None:
    ordered = _in_order(results, project)
    broken = [exercise for exercise in ordered if results[exercise].status == "unreadable"]
    if broken:
        place = _place(broken[0], results, project) or project.place(broken[0])
        screen.line(f" Next: repair {place}", bold=True)
        return
    unfinished = [exercise for exercise in ordered if results[exercise].status not in FINE]
    begun = [exercise for exercise in unfinished if results[exercise].status != "not_run"]
    begun.sort(key=lambda exercise: exercise.is_stretch)
    week = _last_week(ordered, project)
    required = {exercise for exercise in week.exercises if not exercise.is_stretch}
    is_complete = required <= set(ordered) - set(unfinished)
    if begun and not (is_complete and begun[0].is_stretch):
        _write_next_exercise(screen, begun[0], results, project)
    elif len(begun) < len(unfinished):
        screen.line(f" Stopped before the end. To go on: pytest {unfinished[0].week}", bold=True)
    elif is_complete:
        _write_complete(screen, week, project)
        if begun:
            _write_next_exercise(screen, begun[0], results, project, "A bonus is left")
    else:
        _write_done(screen, ordered, week, results, project)


def _write_next_exercise(
    screen: Screen, exercise: Exercise, results: Results, project: Project, start: str = "Next"
) -> None:
    place = _place(exercise, results, project) or project.place(exercise)
    screen.line(f" {start}: {exercise.name} in {place}", bold=True)
    screen.line(f"       hint: {project.hint_command(exercise)}")


def _place(exercise: Exercise, results: Results, project: Project) -> str:
    """Return where a problem is, if it says: of two definitions, the one that runs."""
    labels = ("at", "stuck at") if results[exercise].status == "unreadable" else ("code",)
    rows = [row for outcome in results[exercise].outcomes for row in outcome.rows]
    places = (text.partition("\n")[0] for label, text in rows if label in labels)
    return next((place.partition(" in ")[0] for place in places), "")


def _last_week(exercises: Sequence[Exercise], project: Project) -> Week:
    weeks = {exercise.week for exercise in exercises}
    return [week for week in project.catalogue.weeks if week.name in weeks][-1]


def _write_complete(screen: Screen, week: Week, project: Project) -> None:
    weeks = project.catalogue.weeks
    later = weeks[weeks.index(week) + 1 :]
    goes_on = f". Next: pytest {later[0].name}" if later else ", and it was the last."
    screen.line(f" Well done: {week.name} is complete{goes_on}", green=True)


def _write_done(
    screen: Screen, ordered: Sequence[Exercise], week: Week, results: Results, project: Project
) -> None:
    """Lead on from a part of a week in which all that was asked for is right."""
    partly = [exercise for exercise in ordered if results[exercise].status == "selected"]
    others = [exercise for exercise in week.exercises if exercise not in results]
    others.sort(key=lambda exercise: exercise.is_stretch)
    waiting = next((other for other in others if holds_a_stub(project, other)), None)
    if partly:
        whole = f"pytest {partly[0].week} -k {partly[0].name}"
        screen.line(f" Right, as far as it was run. All its tests: {whole}", green=True)
    elif waiting is not None:
        screen.line(f" Done. Next: {waiting.name} in {project.place(waiting)}", green=True)
        screen.line(f"       hint: {project.hint_command(waiting)}")
    else:
        screen.line(f" All of these are done. The whole week: pytest {week.name}", green=True)


def _in_order(results: Results, project: Project) -> list[Exercise]:
    return [exercise for exercise in project.catalogue.exercises if exercise in results]
