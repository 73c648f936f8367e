"""Mutation testing: each small change to a reference should be noticed by some hidden test.

cosmic-ray makes the mutants: one operator, number or comparison changed at a time, in the solution
blocks. Each is graded as a submission, in this process and in the sandbox, by the hidden tests of
the exercise that it is in. A mutant that gets full points survives: either the tests are too weak,
or the change makes no difference that the contract names. Such equivalent mutants stand in
`tests/equivalent_mutants.toml`, each with its reason.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from rich.console import Console

from exercises import Exercise, Module
from grader.authoring.stubs import BEGIN, END
from grader.course import Course
from grader.errors import SuiteError
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.progress import Progress
from grader.sandbox import Limits, Sandbox

EQUIVALENT = "tests/equivalent_mutants.toml"
# They need arguments, or change what no test could see.
LEFT_OUT = ("core/VariableInserter", "core/VariableReplacer", "core/RemoveDecorator")

ANY_CHANGE = "*"
Key = tuple[str, str, str, str]  # module, exercise, the line as it was, and as it becomes


@dataclass(frozen=True)
class Mutant:
    """One change to one line of a reference."""

    exercises: tuple[Exercise, ...]
    module: Module
    line: int
    was: str
    becomes: str
    source: str

    @property
    def key(self) -> Key:
        """What an entry of the list of equivalent mutants names it by."""
        return (
            f"{self.module.week}/{self.module.name}",
            self.exercises[0].name,
            self.was,
            self.becomes,
        )

    def __str__(self) -> str:
        place, exercise, was, becomes = self.key
        return f"{place} {exercise} line {self.line}:  {was}  →  {becomes}"


@dataclass
class Report:
    """What became of all mutants."""

    total: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    explained: dict[str, str] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)

    @property
    def unexplained_share(self) -> float:
        """The part of all mutants that survived without a reason."""
        return len(self.survivors) / self.total if self.total else 0.0


def run_mutants(names: Sequence[str], progress: Progress, course: Course | None = None) -> Report:
    """Make and grade the mutants of all exercises, or of those named.

    Raises
    ------
    SuiteError
        If a name is unknown, or the list of equivalent mutants can't be read.
    """
    course = course or Course()
    known = {exercise.name for exercise in course.catalogue.exercises}
    for name in names:
        if name not in known:
            raise SuiteError(f"no exercise named '{name}'; see exercises/week*.toml")
    reasons = _reasons(course)
    modules = [
        module
        for week in course.catalogue.weeks
        for module in week.modules
        if not names or any(exercise.name in names for exercise in module.exercises)
    ]
    mutants = [
        mutant
        for module in modules
        for mutant in _mutants(course, module)
        if not names or mutant.exercises[0].name in names
    ]
    report = Report(total=len(mutants))

    suite = collect(course, modules)
    with Sandbox(Limits(call_cpu_s=2.0, call_idle_s=1.0)) as sandbox:
        sandbox.prove()
        grader = Grader(course, suite, sandbox, seed=0)
        for mutant in progress.over(mutants, len(mutants), lambda m: m.exercises[0].name):
            if any(
                grader.grade_one(mutant.module, exercise, mutant.source).status != "passed"
                for exercise in mutant.exercises
            ):
                continue
            reason = _reason_for(mutant, reasons)
            if reason is not None:
                report.explained[str(mutant)] = reason
            else:
                report.survivors.append(mutant)
    if not names:
        alive = {key for mutant in mutants for key in _keys(mutant)}
        report.stale = [" ".join(key) for key in reasons if key not in alive]
    return report


def _reasons(course: Course) -> dict[Key, str]:
    path = course.root / EQUIVALENT
    if not path.exists():
        return {}
    try:
        entries = tomllib.loads(course.read(path)).get("mutant", [])
        return {(e["module"], e["exercise"], e["was"], e["becomes"]): e["reason"] for e in entries}
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SuiteError(
            f"{path}: each [[mutant]] needs module, exercise, was, becomes, reason ({error})"
        ) from error


def _keys(mutant: Mutant) -> Iterator[Key]:
    """Yield what may name a mutant: itself, or every change of its line."""
    yield mutant.key
    yield (*mutant.key[:3], ANY_CHANGE)


def _reason_for(mutant: Mutant, reasons: dict[Key, str]) -> str | None:
    return next((reasons[key] for key in _keys(mutant) if key in reasons), None)


def _mutants(course: Course, module: Module) -> Iterator[Mutant]:
    """Yield the different mutants of one reference."""
    source = course.read(course.layout.reference(module))
    owners = _owners(source, module)
    lines = source.splitlines()
    seen = {source}
    for name in operator_names():
        if name in LEFT_OUT:
            continue
        operator = get_operator(name)()
        positions = [
            p for node in ast_nodes(get_ast(source)) for p in operator.mutation_positions(node)
        ]
        for occurrence, ((line, _), _) in enumerate(positions):
            if line not in owners:
                continue
            mutated = mutate_code(source, operator, occurrence)
            if mutated is None or mutated in seen or not _is_python(mutated):
                continue
            seen.add(mutated)
            was, becomes = _difference(lines, mutated.splitlines())
            yield Mutant(owners[line], module, line, was, becomes, mutated)


def _owners(source: str, module: Module) -> dict[int, tuple[Exercise, ...]]:
    """Return the exercises whose tests must notice a change in each line of a solution."""
    lines, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            lines.add(number)
    owners = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            mine = tuple(e for e in module.exercises if e.object_name == node.name)
            span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            # A helper of our own is noticed by whichever exercise needs it.
            owners.update({line: mine or module.exercises for line in lines.intersection(span)})
    return owners


def _is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _difference(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    changed = [(a.strip(), b.strip()) for a, b in zip(before, after, strict=False) if a != b]
    return changed[0] if changed else ("", "")


def print_report(console: Console, report: Report) -> None:
    """Print counts, then each survivor."""
    killed = report.total - len(report.survivors) - len(report.explained)
    console.print(
        f"{report.total} mutants: {killed} noticed, {len(report.explained)} equivalent, "
        f"{len(report.survivors)} survive unexplained ({report.unexplained_share:.1%})",
        highlight=False,
    )
    for text, reason in report.explained.items():
        console.print(f"= {text}\n    {reason}", markup=False, highlight=False, style="dim")
    for mutant in report.survivors:
        console.print(f"✗ {mutant}", markup=False, highlight=False, style="red")
    for entry in report.stale:
        console.print(f"? no such mutant any more: {entry}", markup=False, highlight=False)
