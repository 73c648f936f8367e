"""The grading run: a class in, results out; a run that was stopped goes on where it was."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course import Course
from grader.errors import InputError, ResultError
from grader.files import indistinct, remove_leftovers, write_atomically, writing_to
from grader.intake.collect import collect
from grader.intake.submission import TIMESTAMP, Collected, HandIn, Submission
from grader.judging.digest import digest_of_week, module_digests
from grader.judging.known import Regrade, digests_of_texts
from grader.judging.worker import Order
from grader.lock import only_run
from grader.overrides import read_overrides
from grader.progress import Progress
from grader.reports.grades_csv import write_void_tests_csv
from grader.reports.lateness import Deadlines
from grader.reports.not_graded import NotGraded, read_not_graded, write_not_graded
from grader.results import (
    GRADED,
    Result,
    VoidTest,
    read_result,
    result_path,
    write_result,
)
from grader.sandbox.limits import ALL_LAYERS
from grader.workers import Workers

if TYPE_CHECKING:
    from grader.cluster import Cluster
    from grader.reports.standing import Standing

SEED_FILE = "seed.txt"
SEED_BITS = 128  # one leaked number must not be enough to try out all seeds


@dataclass(frozen=True)
class Request:
    """What an instructor asked for."""

    submitted: Path
    grades: Path
    weeks: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    seed: int | None = None
    fresh: bool = False
    is_confined: bool = True
    jobs: int = 1
    scheduler: str = ""
    deadlines: Deadlines = field(default_factory=Deadlines)


@dataclass(frozen=True)
class Reason:
    """Why a submission is graded, or is not: the kind, and what in particular."""

    kind: str
    detail: str = ""

    def __str__(self) -> str:
        """Return both."""
        return f"{self.kind}: {self.detail}" if self.detail else self.kind


@dataclass(frozen=True)
class Decision:
    """Whether a submission is graded, and why: the reasons, of which one would do."""

    learner: str
    week: str
    is_graded: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Summary:
    """What a run did: every chosen submission is graded, kept from before, or failed.

    Attributes
    ----------
    failed : tuple of str
        What could not be graded, or read, for a reason on our side.
    troubles : tuple of str
        What went wrong on our side beside a verdict that stands.
    void : tuple of VoidTest
        Hidden tests that count for nobody in this run, since their own references fail them.
    notes : tuple of str
        What was left out of what was handed in.
    standing : Standing
        The class as all results in the folder tell it.
    report : Path or None
        The page that shows it; None if it can't be written, which costs no grade.
    conflicts : tuple of str
        Decisions of a person whose reason may be gone.
    """

    graded: int
    kept: int
    failed: tuple[str, ...]
    troubles: tuple[str, ...]
    void: tuple[VoidTest, ...]
    notes: tuple[str, ...]
    seed: int
    sandbox: str
    standing: Standing
    report: Path | None
    conflicts: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether nothing is ours to mend."""
        return not (self.failed or self.troubles or self.void)


def grade_class(
    request: Request,
    progress: Progress,
    course: Course | None = None,
    explain: Callable[[Sequence[Decision]], None] | None = None,
) -> Summary:
    """Grade all submissions that are new or changed, and write `grades.csv` and `report.html`.

    `explain` is told what is decided on each of them, before the first is graded.

    Raises
    ------
    GraderError
        If the input can't be used or there is no sandbox. Nothing already written is lost.
    """
    course = course or Course()
    collected = _collect(request, course)
    wanted = [hand_in for hand_in in collected.hand_ins if _is_wanted(request, hand_in)]
    with only_run(request.grades) as check_folder:
        read_overrides(request.grades)  # what is wrong there is told before anything is graded
        seed = _seed(request)
        remove_leftovers(request.grades)
        decided = _decide(request, course, wanted, seed)
        if explain is not None:
            explain([decision for _, decision in decided])
        todo = [hand_in for hand_in, decision in decided if decision.is_graded]
        workers = _workers(request, _order(request, course, todo, seed), progress)
        done = _grade_all(request, workers, todo, progress, check_folder)
        if todo:
            write_void_tests_csv(request.grades, workers.void)
        looked_at = {(hand_in.learner, hand_in.week) for hand_in in wanted}
        earlier = [
            each
            for each in read_not_graded(request.grades)
            if (each.learner, each.week) not in looked_at
        ]
        write_not_graded(request.grades, [*done.failed, *earlier])
        # Here, since numpy takes a while, and nothing before this needs it.
        from grader.reports.class_pages import ClassPages

        pages = ClassPages(request.grades, course, collected.hand_ins, request.deadlines)
        pages.write_grades()
        failed = (*map(str, done.failed), *pages.unreadable)
        notes = [*collected.notes, *done.notes, *pages.notes]
        report = None
        try:
            report = pages.write_report([*failed, *map(str, earlier)], notes)
        except OSError as error:
            notes.append(f"the report cannot be written, the grades are: {error}")
        return Summary(
            graded=done.graded,
            kept=len(decided) - len(todo),
            failed=failed,
            troubles=tuple(done.troubles),
            void=workers.void,
            notes=tuple(notes),
            seed=seed,
            sandbox=workers.sandbox or "not needed, since nothing was graded",
            standing=pages.standing,
            report=report,
            conflicts=pages.conflicts,
        )


@dataclass
class _Done:
    graded: int = 0
    failed: list[NotGraded] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _order(request: Request, course: Course, todo: Sequence[HandIn], seed: int) -> Order:
    weeks = {hand_in.week for hand_in in todo}
    modules = [m for w in course.catalogue.weeks if w.name in weeks for m in w.modules]
    return Order(
        root=course.root,
        modules=tuple((module.week, module.name) for module in modules),
        seed=seed,
        layers=ALL_LAYERS if request.is_confined else (),
    )


def _workers(request: Request, order: Order, progress: Progress) -> Workers | Cluster:
    if not request.scheduler:
        return Workers(order, request.jobs)
    from grader.cluster import Cluster  # takes a second, and an extra to be installed

    return Cluster(order, request.scheduler, progress.say)


def _grade_all(
    request: Request,
    workers: Workers | Cluster,
    todo: Sequence[HandIn],
    progress: Progress,
    check_folder: Callable[[], None],
) -> _Done:
    done = _Done()
    graded = progress.over(
        workers.grade(todo),
        len(todo),
        lambda pair: f"{pair[0].learner} {pair[0].week}",
        lambda: [(f"{each.learner} {each.week}", since) for each, since in workers.in_work()],
    )
    with closing(graded):
        for hand_in, answer in graded:
            check_folder()
            name = f"{hand_in.learner} {hand_in.week}"
            done.notes += [f"{name}: {note}" for note in answer.notes]
            if answer.result is None:
                done.failed += (
                    NotGraded(hand_in.learner, hand_in.week, trouble) for trouble in answer.troubles
                )
                continue
            done.troubles += (f"{name}: {trouble}" for trouble in answer.troubles)
            try:
                write_result(request.grades, answer.result)
                done.graded += 1
            except (OSError, ValueError) as error:  # a full disk; what JSON can't hold
                why = f"the result cannot be written: {error}"
                done.failed.append(NotGraded(hand_in.learner, hand_in.week, why))
    return done


def _collect(request: Request, course: Course) -> Collected:
    """Find what the class handed in, and see whether what was asked for is there."""
    course.weeks_named(request.weeks)
    collected = collect(request.submitted, course.catalogue)
    learners = {hand_in.learner for hand_in in collected.hand_ins}
    for name in request.learners:
        if name not in learners:
            raise InputError(f"--learner {name}: nothing of theirs in {request.submitted}")

    twins = _twins(request.grades, sorted(learners))
    hand_ins = (each for each in collected.hand_ins if each.learner not in twins)
    return Collected(tuple(hand_ins), (*collected.notes, *twins.values()))


def _is_wanted(request: Request, hand_in: HandIn) -> bool:
    return (not request.weeks or hand_in.week in request.weeks) and (
        not request.learners or hand_in.learner in request.learners
    )


def _twins(grades: Path, learners: Sequence[str]) -> dict[str, str]:
    """Return who would overwrite the results of another, with a note for each."""
    alike: dict[str, list[str]] = {}
    for name in learners:
        key = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
        alike.setdefault(key, []).append(name)
    notes = {}
    for names in alike.values():
        if len(names) == 1:
            continue
        with writing_to(grades):
            grades.mkdir(parents=True, exist_ok=True)
            twins = indistinct(grades, names)
        for twin in twins:
            notes[twin] = (
                f"not graded: the name {twin} is the same folder in {grades} as "
                f"{' or '.join(name for name in names if name not in twins)}; rename one"
            )
    return notes


NEW = Reason("new")
FRESH = Reason("--fresh")
UNCHANGED = Reason("unchanged")


@dataclass(frozen=True)
class _Again(HandIn):
    """A submission that is read together with the result that is there already."""

    grades: Path

    def read(self) -> Submission:
        submission = super().read()
        try:
            earlier = read_result(result_path(self.grades, self.learner, self.week))
        except ResultError:
            return submission
        return Regrade.of_both(submission, earlier)


def _decide(
    request: Request, course: Course, hand_ins: Sequence[HandIn], seed: int
) -> list[tuple[HandIn, Decision]]:
    """Decide on each submission; of one that is graded, modules may still need no grading."""
    weeks = sorted({hand_in.week for hand_in in hand_ins})
    suites = {week: module_digests(course, week) for week in weeks}
    decided = []
    for hand_in in hand_ins:
        reasons = _reasons(request, hand_in, suites[hand_in.week], seed)
        decision = Decision(hand_in.learner, hand_in.week, bool(reasons), reasons or (UNCHANGED,))
        again = _Again(hand_in.learner, hand_in.catalogued, hand_in.source, request.grades)
        decided.append((hand_in if request.fresh else again, decision))
    return decided


def _reasons(
    request: Request, hand_in: HandIn, suites: dict[str, str], seed: int
) -> tuple[Reason, ...]:
    """Return why a submission must be graded; none if its written result still holds."""
    if request.fresh:
        return (FRESH,)
    try:
        earlier = read_result(result_path(request.grades, hand_in.learner, hand_in.week))
    except ResultError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return (NEW,)
        return (Reason("result file is damaged, or of another version"),)
    reasons = []
    if earlier.status != GRADED:
        reasons.append(Reason("was not graded", earlier.status))
    if earlier.is_confined != request.is_confined:
        reasons.append(Reason("was confined" if earlier.is_confined else "was not confined"))
    if earlier.seed != seed:
        reasons.append(Reason("other seed"))
    reasons += _changes(hand_in, earlier)
    if earlier.suite != digest_of_week(suites):
        names = [n for n, found in earlier.suites.items() if suites.get(n) != found]
        places = ", ".join(f"{hand_in.week}/{name}" for name in names)
        reasons.append(Reason("what judges it changed", places))
    return tuple(reasons)


def _changes(hand_in: HandIn, earlier: Result) -> list[Reason]:
    try:
        submission = hand_in.read()
    except OSError:  # reading it once more will say why, or succeed
        return [Reason("could not be read")]
    if submission.digest == earlier.digest:
        return []
    now, before = digests_of_texts(submission), earlier.texts
    names = [name for name in sorted({*now, *before}) if now.get(name) != before.get(name)]
    return [Reason("changed", ", ".join(names) or TIMESTAMP)]


def _seed(request: Request) -> int:
    """Return the run's seed: given, or that of the run before, or a new one, then remembered.

    A seed that nobody can guess keeps hidden inputs hidden; one that is kept makes a regrade give
    the same verdicts.
    """
    path = request.grades / SEED_FILE
    seed = request.seed
    if seed is None and path.exists():
        try:
            seed = int(path.read_text(encoding="ascii"))
        except (ValueError, OSError) as error:
            raise InputError(f"{path}: holds no whole number; give --seed or remove it") from error
    if seed is None:
        seed = secrets.randbits(SEED_BITS)
    with writing_to(request.grades):
        write_atomically(path, f"{seed}\n".encode("ascii"))
    return seed
