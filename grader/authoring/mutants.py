"""Mutation testing: each small change to a reference should be noticed by some hidden test.

Each changed reference (`changes.py`) is graded as a submission, in the sandbox, by the hidden tests
of the exercise that the change is in. A mutant that passes them all survives: either the tests are
too weak, or the change makes no difference that the contract names. Such equivalent mutants stand
in `tests/equivalent_mutants.toml`, each with its reason.

Without `pairs` the mutants are all single changes that cosmic-ray makes. With it they are drawn at
random: half of them two changes at once, of which one may hide what the other does, and half single
changes of kinds that cosmic-ray does not know. Where a pair survives, its halves are graded alone:
if both survive, they are told and not the pair.
"""

from __future__ import annotations

import ast
import random
import tomllib
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from exercises import Exercise, Module
from grader.authoring.changes import Change, cosmic_changes, draw_pairs, is_python, more_changes
from grader.authoring.processes import map_in_processes
from grader.authoring.stubs import BEGIN, END
from grader.course import Course
from grader.errors import SandboxError, SuiteError
from grader.judging.bench import ModuleBench, source_of_module
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.progress import Progress
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Sandbox

EQUIVALENT = "tests/equivalent_mutants.toml"
ANY_CHANGE = "*"
AND = "  +  "  # between the lines of a pair
Key = tuple[str, str, str, str]  # module, exercise, the line as it was, and as it becomes


@dataclass(frozen=True)
class Mutant:
    """A reference with one change or two."""

    exercises: tuple[Exercise, ...]
    module: Module
    line: int
    was: str
    becomes: str
    source: str
    halves: tuple[Mutant, ...] = ()

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
    by_module: dict[str, str] = field(default_factory=dict)

    @property
    def unexplained_share(self) -> float:
        """The part of all mutants that survived without a reason."""
        return len(self.survivors) / self.total if self.total else 0.0


@dataclass(frozen=True)
class _Task:
    root: Path
    module: Module
    names: tuple[str, ...]
    pairs: int
    seed: int


def run_mutants(
    names: Sequence[str],
    progress: Progress,
    course: Course | None = None,
    *,
    pairs: int = 0,
    seed: int = 0,
    jobs: int = 1,
) -> Report:
    """Make and grade the mutants of all exercises, or of those named.

    Parameters
    ----------
    names : sequence of str
        Exercises; none for all.
    progress : Progress
        Where to tell how far it is.
    course : Course, optional
        Another than this repository.
    pairs : int
        Random mutants per module, see above. 0 is all single changes by cosmic-ray.
    seed : int
        Of what is drawn.
    jobs : int
        Processes, which share the modules.

    Raises
    ------
    SuiteError
        If a name is unknown, or the list of equivalent mutants can't be read.
    """
    course = course or Course()
    modules = course.modules_with(names)
    _reasons(course)  # a list that can't be read is told before anything is graded
    tasks = [_Task(course.root, module, tuple(names), pairs, seed) for module in modules]
    found = map_in_processes(_grade_module, tasks, jobs)
    return _gather(progress.over(found, len(tasks), _name_of))


def _name_of(found: _Found) -> str:
    return found.place


@dataclass
class _Found:
    """What became of the mutants of one module."""

    place: str
    noticed: int
    survivors: list[Mutant]
    explained: dict[str, str]
    stale: list[str]

    @property
    def total(self) -> int:
        return self.noticed + len(self.survivors) + len(self.explained)


def _gather(found: Iterable[_Found]) -> Report:
    report = Report()
    for part in found:
        report.total += part.total
        report.survivors += part.survivors
        report.explained.update(part.explained)
        report.stale += part.stale
        report.by_module[part.place] = _counts(part.total, part.explained, part.survivors)
    return report


def _counts(total: int, explained: Sized, survivors: Sized) -> str:
    noticed = total - len(explained) - len(survivors)
    return (
        f"{total} mutants: {noticed} noticed, {len(explained)} equivalent, "
        f"{len(survivors)} survive unexplained"
    )


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
    own = next((reasons[key] for key in _keys(mutant) if key in reasons), None)
    if own is not None or not mutant.halves:
        return own
    of_halves = [_reason_for(half, reasons) for half in mutant.halves]
    return None if None in of_halves else AND.join(map(str, of_halves))


def _grade_module(task: _Task) -> _Found:
    course, module = Course(task.root), task.module
    reasons = _reasons(course)
    made = _Made(course, module)
    place = f"{module.week}/{module.name}"
    wanted = made.draw(task.pairs, f"{task.seed} {place}") if task.pairs else made.by_cosmic_ray
    mutants = [m for m in wanted if not task.names or m.exercises[0].name in task.names]
    found = _Found(place, 0, [], {}, [])
    with Sandbox(Limits(call_cpu_s=2.0, call_idle_s=1.0)) as sandbox:
        sandbox.prove()
        grader = Grader(course, collect(course, [module]), sandbox, seed=0, is_diagnosing=False)
        told = set()
        for mutant in mutants:
            if _is_noticed(grader, mutant):
                found.noticed += 1
                continue
            alone = [half for half in mutant.halves if not _is_noticed(grader, half)]
            # Two that survive alone too are no news as a pair.
            for survivor in alone if len(alone) > 1 else [mutant]:
                reason = _reason_for(survivor, reasons)
                if survivor.key in told:
                    continue
                told.add(survivor.key)
                if reason is None:
                    found.survivors.append(survivor)
                else:
                    found.explained[str(survivor)] = reason
    if not task.names:
        found.stale = [" ".join(key) for key in reasons if key[0] == place and made.lacks(key)]
    return found


def _is_noticed(grader: Grader, mutant: Mutant) -> bool:
    """Tell whether a mutant fails a hidden test, of which no more are run after the first."""
    try:
        return _is_caught(grader, mutant)
    except SandboxError:  # such as a zygote that was killed: once more, as for a learner
        grader.sandbox.restart()
        return _is_caught(grader, mutant)


def _is_caught(grader: Grader, mutant: Mutant) -> bool:
    source = source_of_module(grader.course, mutant.module, mutant.source, {})
    bench = ModuleBench(grader.sandbox, source)
    try:
        return bench.problem is not None or any(
            _fails(grader, bench, exercise) for exercise in mutant.exercises
        )
    finally:
        bench.close()


def _fails(grader: Grader, bench: ModuleBench, exercise: Exercise) -> bool:
    check = bench.check.objects[exercise.object_name]
    if check.violation or check.is_untouched:
        return True
    runs = grader.suite.run(
        exercise, bench, grader.seed, lambda so_far: not so_far or so_far[-1].error is None
    )
    error = runs[-1].error
    if isinstance(error, SandboxError):
        raise error
    return error is not None


class _Made:
    """The changes of one reference, as mutants."""

    def __init__(self, course: Course, module: Module) -> None:
        self.module = module
        self.source = course.read(course.layout.reference(module))
        self.owners = _owners(self.source, module)
        lines = frozenset(self.owners)
        self.singles = {c: self._single(c) for c in cosmic_changes(self.source, lines)}
        self.by_cosmic_ray = list(self.singles.values())
        more = {c: self._single(c) for c in more_changes(self.source, lines)}
        self.more = [c for c in more if c not in self.singles]
        self.singles |= more

    def draw(self, n: int, seed: str) -> list[Mutant]:
        """Return about n mutants, which the exercises share: single changes of ours, and pairs."""
        draw = random.Random(seed)
        of_owner: dict[tuple[Exercise, ...], list[Change]] = {}
        for change, mutant in self.singles.items():
            of_owner.setdefault(mutant.exercises, []).append(change)
        share = -(-n // max(1, len(of_owner)))
        drawn: list[Mutant] = []
        for owners, changes in of_owner.items():
            more = [change for change in self.more if self.singles[change].exercises == owners]
            alone = draw.sample(more, min(len(more), share // 2))
            drawn += [self.singles[change] for change in alone]
            pairs = draw_pairs(changes, share - len(alone), draw)
            drawn += [pair for halves in pairs if (pair := self._pair(*halves)) is not None]
        return drawn

    def lacks(self, key: Key) -> bool:
        """Tell whether an entry of the list names a change that can't be made any more."""
        if AND in key[2]:  # pairs are drawn, so that only their lines can be looked for
            lines = {mutant.was for mutant in self.singles.values()}
            return not lines.issuperset(key[2].split(AND))
        return not any(key in _keys(mutant) for mutant in self.singles.values())

    def _single(self, change: Change) -> Mutant:
        line = change.line(self.source)
        mutated = change.of(self.source)
        return Mutant(self.owners[line], self.module, line, *change.told(self.source), mutated)

    def _pair(self, first: Change, second: Change) -> Mutant | None:
        halves = (self.singles[first], self.singles[second])
        mutated = first.of(second.of(self.source))  # from the end, so that offsets stay right
        if not is_python(mutated):
            return None
        was, becomes = (
            AND.join([getattr(half, side) for half in halves]) for side in ("was", "becomes")
        )
        one, other = halves
        return Mutant(one.exercises, self.module, one.line, was, becomes, mutated, (one, other))


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


def print_report(console: Console, report: Report) -> None:
    """Print counts, then each survivor."""
    for place, counts in report.by_module.items():
        console.print(f"{place}: {counts}", markup=False, highlight=False)
    counts = _counts(report.total, report.explained, report.survivors)
    console.print(f"{counts} ({report.unexplained_share:.1%})", markup=False, highlight=False)
    for text, reason in report.explained.items():
        console.print(f"= {text}\n    {reason}", markup=False, highlight=False, style="dim")
    for mutant in report.survivors:
        console.print(f"✗ {mutant}", markup=False, highlight=False, style="red")
    for entry in report.stale:
        console.print(f"? no such mutant any more: {entry}", markup=False, highlight=False)
