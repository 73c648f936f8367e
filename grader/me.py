"""Grade one's own working copy: the week folders of this repository, by the hidden suite.

For who learns alone and has the whole repository. The words are those of `pytest week1`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exercises import Exercise, Week
from exercises.quizzes import QUIZZES
from exercises.verdict import STATUSES
from grader.authoring.stubs import stub_texts
from grader.course import Course
from grader.progress import Progress
from grader.results import ExerciseResult, Result, read_result, result_path
from grader.run import Request, Summary, grade_class
from kata.console import Writer
from kata.outcomes import Standing, VisibleOutcome
from kata.project import Project
from kata.screen import Screen
from kata.summary import Results, write_problems

NAME = "me"
KEPT = Path("build") / "me"  # what is unchanged since the last time is not graded again
WIDTH = 79


@dataclass(frozen=True)
class Graded:
    """What came of it: a result for each week, and what the run says of itself."""

    results: tuple[Result, ...]
    summary: Summary

    @property
    def is_done(self) -> bool:
        """Whether everything is right, bonus exercises aside."""
        return all(result.score >= result.max_score for result in self.results)


class _Copy(Project):
    """The working copy, in which hidden tests have no place to show."""

    def place_of_test(self, exercise: Exercise, line: int) -> str:
        return ""


def grade_me(
    weeks: Sequence[str], jobs: int, progress: Progress, course: Course | None = None
) -> Graded:
    """Grade the week folders; all of them if no week is named.

    Raises
    ------
    GraderError
        If there is no such week, or no sandbox.
    """
    course = course or Course()
    chosen = course.weeks_named(weeks)
    grades = course.root / KEPT
    names = tuple(week.name for week in chosen)
    with tempfile.TemporaryDirectory(prefix="katas-") as name:
        submitted, judge = Path(name) / "submitted", Path(name) / "course"
        for week in chosen:
            _hand_in(course, week, submitted / NAME / week.name)
        _copy_of_what_judges(course, judge)
        request = Request(submitted=submitted, grades=grades, weeks=names, jobs=jobs)
        summary = grade_class(request, progress, Course(judge))
    paths = (result_path(grades, NAME, name) for name in names)
    return Graded(tuple(read_result(path) for path in paths if path.exists()), summary)


def _hand_in(course: Course, week: Week, folder: Path) -> None:
    folder.mkdir(parents=True)
    files = [course.layout.learners_file(module) for module in week.modules]
    for file in [*files, *map(course.layout.answers, week.quizzes)]:
        if file.is_file():
            shutil.copy(file, folder)


def _copy_of_what_judges(course: Course, root: Path) -> None:
    """Copy the rooms that grading needs, with stubs made anew: the week folders hold answers."""
    no_cache = shutil.ignore_patterns("__pycache__")
    weeks = [week.name for week in course.catalogue.weeks]
    for room in ("exercises", "solutions", *(f"tests/{week}" for week in weeks)):
        shutil.copytree(course.root / room, root / room, ignore=no_cache)
    for path in [course.root / "pyproject.toml", *(course.root / "tests").glob("*.py")]:
        shutil.copy(path, root / path.relative_to(course.root))
    for name, text in stub_texts(course).items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def print_graded(graded: Graded, course: Course | None = None) -> None:
    """Print what is wrong, then a line for each exercise that is begun, and the points."""
    course = course or Course()
    screen = Screen(Writer(sys.stdout, has_colour=False, width=WIDTH))
    project = _Copy(course.root)
    known = {(each.week, each.name): each for each in course.catalogue.exercises}
    results: Results = {
        known[result.week, each.exercise]: _standing(result.week, each)
        for result in graded.results
        for each in result.exercises
        if each.module not in QUIZZES
    }
    write_problems(screen, results, project)
    for result in graded.results:
        for each in result.exercises:
            if each.module in QUIZZES and each.status not in ("passed", "todo"):
                screen.paragraph(f"✗ {result.week} {each.exercise}: {each.why}", rest="  ")
    screen.line()
    screen.title("your exercises")
    for result in graded.results:
        _write_week(screen, result)


def _standing(week: str, result: ExerciseResult) -> Standing:
    tests = [
        VisibleOutcome(
            week=week,
            module=result.module,
            exercise=result.exercise,
            line=number,
            says=test.says,
            tests_of_exercise=len(result.tests),
            status="passed" if test.status == "passed" else _status_of_a_failure(result),
            rows=(("", test.why),),
            once_for=result.why if result.status in ("forbidden", "unreadable") else "",
        )
        for number, test in enumerate(result.tests)
    ]
    return Standing(_with_misconception(tests, result), n_selected=len(tests))


def _status_of_a_failure(result: ExerciseResult) -> str:
    return "failed" if result.status == "partial" else result.status


def _with_misconception(
    tests: list[VisibleOutcome], result: ExerciseResult
) -> list[VisibleOutcome]:
    """Put the sentence that explains an exercise's failures behind the first of them."""
    for index, test in enumerate(tests):
        if result.misconception is not None and test.status != "passed":
            rows = (*test.rows, ("", result.misconception.sentence))
            return [*tests[:index], replace(test, rows=rows), *tests[index + 1 :]]
    return tests


def _write_week(screen: Screen, result: Result) -> None:
    screen.line(f" {result.week}: {result.score:g} of {result.max_score:g} points", bold=True)
    for each in result.exercises:
        if each.status != "todo":
            status = STATUSES[each.status]
            points = f"{each.score:g}/{each.points:g}"
            screen.line(f"   {status.sign} {each.exercise:<34} {status.word:<12} {points:>8}")
    n_to_do = sum(each.status == "todo" for each in result.exercises)
    if n_to_do:
        screen.line(f"   {STATUSES['todo'].sign} {n_to_do} to do")
