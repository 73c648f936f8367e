"""Test the exercises' own tests: too weak if wrong code passes, too strict if right code fails."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from exercises import Exercise, Module
from exercises.layout import exercise_of_class
from grader.authoring.processes import map_in_processes
from grader.authoring.quizzes import problems_of_quizzes
from grader.authoring.stubs import stale_stubs
from grader.course import Course
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.progress import Progress
from grader.results import ExerciseResult
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Sandbox
from grader.variants import Variant

MIN_RIGHT, MIN_WRONG = 2, 3
# Most of the time under many seeds goes into loops that never end; the rest takes milliseconds.
MANY_SEEDS = Limits(call_cpu_s=2.0, call_idle_s=1.0)
# What nobody may earn a point with: refusing everything, forgetting the return, a constant.
TRIVIAL = {
    "always raises ValueError": 'raise ValueError("no")',
    "returns None": "return None",
    "returns 0": "return 0.0",
    "returns its first argument": "return args[0] if args else None",
}


@dataclass
class ExerciseReport:
    """What `check` found about one exercise."""

    exercise: Exercise
    tests: int
    right_passed: int = 0
    right: int = 0
    wrong_caught: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)
    caught_by: dict[str, list[str]] = field(default_factory=dict)
    test_names: list[str] = field(default_factory=list)

    @property
    def idle_tests(self) -> list[str]:
        """Tests that no wrong variant fails."""
        busy = {test for tests in self.caught_by.values() for test in tests}
        return [name for name in self.test_names if name not in busy]


@dataclass
class Report:
    """What `check` found about the course."""

    exercises: list[ExerciseReport]
    problems: list[str]

    @property
    def is_clean(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.problems and not any(e.problems for e in self.exercises)


def check_course(
    names: Sequence[str] = (),
    seeds: Sequence[int] = (0,),
    jobs: int = 1,
    course: Course | None = None,
    progress: Progress | None = None,
) -> Report:
    """Check all exercises, or those named.

    Parameters
    ----------
    names : sequence of str
        Exercises; none for all.
    seeds : sequence of int
        Of hidden inputs. With more than one, verdicts also have to be the same under all.
    jobs : int
        Processes, which share the modules.
    progress : Progress, optional
        Where to tell how far it is.

    Raises
    ------
    SuiteError
        If a file is missing or can't be read, or a name is unknown.
    """
    course = course or Course()
    modules = course.modules_with(names)
    problems = [f"{name} is stale: run `python -m grader stubs`" for name in stale_stubs(course)]
    if not names:
        problems += problems_of_quizzes(course)
    problems += [problem for module in modules for problem in _raw_checks(course, module)]
    tasks = [(course.root, module, tuple(names), tuple(seeds)) for module in modules]
    found: Iterable[list[ExerciseReport]] = map_in_processes(_check_module, tasks, jobs)
    if progress is not None:
        found = progress.over(found, len(tasks), _module_of)
    return Report([report for reports in found for report in reports], problems)


def _module_of(reports: Sequence[ExerciseReport]) -> str:
    exercise = reports[0].exercise
    return f"{exercise.week}/{exercise.module}"


def _check_module(
    task: tuple[Path, Module, tuple[str, ...], tuple[int, ...]],
) -> list[ExerciseReport]:
    root, module, names, seeds = task
    course = Course(root)
    suite = collect(course, [module])
    variants = course.variants(module)
    with Sandbox(MANY_SEEDS if len(seeds) > 1 else None) as sandbox:
        sandbox.prove()
        grader = Grader(course, suite, sandbox, seeds[0], is_diagnosing=False)
        reports = []
        for exercise in module.exercises:
            if not names or exercise.name in names:
                mine = [v for v in variants if v.exercise == exercise.name]
                report = _check_exercise(grader, module, exercise, mine)
                _compare_seeds(grader, module, mine, seeds, report)
                reports.append(report)
    return reports


def _compare_seeds(
    grader: Grader,
    module: Module,
    variants: Sequence[Variant],
    seeds: Sequence[int],
    report: ExerciseReport,
) -> None:
    """Grade everything with each seed: an outcome depends on the mistake, not on the draw."""
    reference = grader.course.read(grader.course.layout.reference(module))
    cases = [("the reference", True, reference)]
    cases += [(variant.name, variant.is_right, variant.source) for variant in variants]
    first = grader.seed
    for name, is_right, text in cases if len(seeds) > 1 else ():
        outcomes: dict[tuple[str, float], list[int]] = {}
        for grader.seed in seeds:
            result = grader.grade_one(module, report.exercise, text)
            outcomes.setdefault((result.status, result.score), []).append(grader.seed)
        is_as_it_should_be = all((status == "passed") == is_right for status, _ in outcomes)
        if len(outcomes) > 1 or not is_as_it_should_be:
            told = "; ".join(
                f"{status} with {score:g} points under {len(under)} seeds, such as {under[0]}"
                for (status, score), under in outcomes.items()
            )
            report.problems.append(f"{name} is {told}")
    grader.seed = first


def _check_exercise(
    grader: Grader, module: Module, exercise: Exercise, variants: Sequence[Variant]
) -> ExerciseReport:
    course = grader.course
    tests = grader.suite.tests[exercise]
    report = ExerciseReport(exercise, len(tests), test_names=[test.name for test in tests])
    if not report.tests:
        report.problems.append("no hidden tests")
    if exercise not in _visible_exercises(course, module):
        report.problems.append("no visible tests")
    reference = course.read(course.layout.reference(module))
    result = grader.grade_one(module, exercise, reference)
    if result.status != "passed":
        report.problems.append(f"the reference does not pass: {_failures(result)}")
    result = grader.grade_one(module, exercise, course.read(course.layout.learners_file(module)))
    if result.status != "todo" or result.score:
        report.problems.append(f"the stub is '{result.status}', it should be 'todo'")
    _check_trivial(grader, module, exercise, reference, report)
    for variant in variants:
        _check_variant(grader, module, exercise, variant, report)
    if report.right < MIN_RIGHT or report.wrong < MIN_WRONG:
        report.problems.append(
            f"{report.right} right and {report.wrong} wrong variants; "
            f"write at least {MIN_RIGHT} and {MIN_WRONG}"
        )
    return report


def _check_trivial(
    grader: Grader, module: Module, exercise: Exercise, reference: str, report: ExerciseReport
) -> None:
    for what, body in TRIVIAL.items():
        name = exercise.object_name
        text = f"{reference}\n\ndef {name}(*args, **kwargs):\n    {body}\n"
        result = grader.grade_one(module, exercise, text)
        if result.score:
            passed = ", ".join(test.name for test in result.tests if test.status == "passed")
            report.problems.append(f"too weak: code that {what} passes {passed}")


def _check_variant(
    grader: Grader, module: Module, exercise: Exercise, variant: Variant, report: ExerciseReport
) -> None:
    result = grader.grade_one(module, exercise, variant.source)
    if variant.is_right:
        report.right += 1
        report.right_passed += result.status == "passed"
        if result.status != "passed":
            report.problems.append(
                f"too strict: right variant {variant.name} is {result.status}: {_failures(result)}"
            )
        return
    report.wrong += 1
    report.wrong_caught += result.score < exercise.points
    if result.score >= exercise.points:
        report.problems.append(f"too weak: wrong variant {variant.name} gets full points")
    failed = [test.name for test in result.tests if test.status == "failed"]
    report.caught_by[variant.name] = failed


def _raw_checks(course: Course, module: Module) -> Iterator[str]:
    """Yield the places where a visible test checks by other means than our comparisons.

    What pytest and numpy say of a failure is no sentence for a learner.
    """
    path = course.layout.visible_tests(module)
    if not path.exists():
        return
    for node in ast.walk(ast.parse(course.read(path))):
        if not isinstance(node, ast.Assert | ast.Attribute):
            continue
        if isinstance(node, ast.Assert) or node.attr in ("approx", "testing"):
            yield (
                f"{path.relative_to(course.root).as_posix()}:{node.lineno}: visible tests compare "
                "by kata.comparisons only, whose messages are for learners"
            )


def _visible_exercises(course: Course, module: Module) -> set[Exercise]:
    path = course.layout.visible_tests(module)
    if not path.exists():
        return set()
    return {
        exercise
        for node in ast.parse(course.read(path)).body
        if isinstance(node, ast.ClassDef)
        and (exercise := exercise_of_class(module, node.name)) is not None
    }


def _failures(result: ExerciseResult) -> str:
    failed = [f"{t.name} ({t.why})" for t in result.tests if t.status == "failed"]
    return "; ".join(failed[:3]) or result.why


def print_report(console: Console, report: Report, *, with_catches: bool = False) -> None:
    """Print a table per exercise, then all that has to be mended."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("exercise", "tests", "right passed", "wrong caught", "verdict"):
        table.add_column(name, justify="left" if name in ("exercise", "verdict") else "right")
    for item in report.exercises:
        table.add_row(
            f"{item.exercise.week} {item.exercise.name}",
            str(item.tests),
            f"{item.right_passed}/{item.right}",
            f"{item.wrong_caught}/{item.wrong}",
            f"[red]{len(item.problems)} to mend[/]" if item.problems else "[green]ok[/]",
        )
    console.print(table)
    if with_catches:
        _print_catches(console, report)
    for problem in report.problems:
        console.print(f"✗ {problem}", style="red", markup=False, highlight=False)
    for item in report.exercises:
        for problem in item.problems:
            text = f"✗ {item.exercise.week}/{item.exercise.module} {item.exercise.name}: {problem}"
            console.print(text, style="red", markup=False, highlight=False)
    if report.is_clean:
        console.print("all exercises are in order", style="green")


def _print_catches(console: Console, report: Report) -> None:
    """Print which test catches each wrong variant, and the tests that catch none."""
    for item in report.exercises:
        console.print(f"\n{item.exercise.name}", style="bold")
        for name, tests in item.caught_by.items():
            console.print(f"  {name}: {', '.join(tests)}", markup=False, highlight=False)
        for name in item.idle_tests:
            console.print(f"  no wrong variant fails {name}", style="yellow", highlight=False)
