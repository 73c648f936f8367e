"""The grading run: a class in, results out; a run that was stopped goes on where it was."""

from __future__ import annotations

import csv
import fcntl
import io
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exercises import Catalogue
from grader.course import Course
from grader.errors import InputError, ResultError
from grader.files import remove_leftovers, write_atomically
from grader.intake.submissions import Collected, Submission, collect
from grader.judging.digest import suite_digest
from grader.judging.verdicts import VoidTest
from grader.judging.worker import Order
from grader.progress import Progress
from grader.results import GRADED, all_results, read_result, result_path, write_result
from grader.sandbox.sandbox import ALL_LAYERS
from grader.workers import Workers

SEED_FILE = "seed.txt"
LOCK_FILE = ".lock"
VOID_FILE = "void_tests.csv"
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
    """

    graded: int
    kept: int
    failed: tuple[str, ...]
    troubles: tuple[str, ...]
    void: tuple[VoidTest, ...]
    notes: tuple[str, ...]
    seed: int
    sandbox: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing is ours to mend."""
        return not (self.failed or self.troubles or self.void)


def grade_class(request: Request, progress: Progress, course: Course | None = None) -> Summary:
    """Grade all submissions that are new or changed, and write `grades.csv`.

    Raises
    ------
    GraderError
        If the input can't be used or there is no sandbox. Nothing already written is lost.
    """
    course = course or Course()
    collected = _choose(request, course.catalogue)
    with _only_run(request.grades):
        seed = _seed(request)
        remove_leftovers(request.grades)
        todo, kept = _split(request, course, collected, seed)
        workers = Workers(_order(request, course, todo, seed), request.jobs)
        done = _grade_all(request, workers, todo, progress)
        failed = [f"{item.learner} {item.week}: {item.why}" for item in collected.unreadable]
        failed += done.failed
        if todo:
            write_void_tests_csv(request.grades, workers.void)
        failed += write_grades_csv(request.grades, course.catalogue)
        return Summary(
            graded=done.graded,
            kept=kept,
            failed=tuple(failed),
            troubles=tuple(done.troubles),
            void=workers.void,
            notes=collected.notes,
            seed=seed,
            sandbox=workers.sandbox or "not needed, since nothing was graded",
        )


@dataclass
class _Done:
    graded: int = 0
    failed: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def _order(request: Request, course: Course, todo: Sequence[Submission], seed: int) -> Order:
    weeks = {submission.week for submission in todo}
    modules = [m for w in course.catalogue.weeks if w.name in weeks for m in w.modules]
    return Order(
        root=course.root,
        modules=tuple((module.week, module.name) for module in modules),
        seed=seed,
        layers=ALL_LAYERS if request.is_confined else (),
    )


def _grade_all(
    request: Request, workers: Workers, todo: Sequence[Submission], progress: Progress
) -> _Done:
    done = _Done()
    graded = progress.over(
        workers.grade(todo), len(todo), lambda pair: f"{pair[0].learner} {pair[0].week}"
    )
    for submission, answer in graded:
        name = f"{submission.learner} {submission.week}"
        troubles = [f"{name}: {trouble}" for trouble in answer.troubles]
        if answer.result is None:
            done.failed += troubles
            continue
        done.troubles += troubles
        try:
            write_result(request.grades, answer.result)
            done.graded += 1
        except (OSError, ValueError) as error:  # a full disk; what JSON can't hold
            done.failed.append(f"{name}: the result cannot be written: {error}")
    return done


def _choose(request: Request, catalogue: Catalogue) -> Collected:
    """Read the class and leave what was asked for."""
    known = {week.name for week in catalogue.weeks}
    for name in request.weeks:
        if name not in known:
            raise InputError(f"--week {name}: no such week; there are {', '.join(sorted(known))}")
    collected = collect(request.submitted, catalogue)
    learners = {s.learner for s in collected.submissions}
    learners |= {s.learner for s in collected.unreadable}
    for name in request.learners:
        if name not in learners:
            raise InputError(f"--learner {name}: nothing of theirs in {request.submitted}")

    def is_wanted(item: Any) -> bool:
        return (not request.weeks or item.week in request.weeks) and (
            not request.learners or item.learner in request.learners
        )

    return Collected(
        tuple(filter(is_wanted, collected.submissions)),
        tuple(filter(is_wanted, collected.unreadable)),
        collected.notes,
    )


def _split(
    request: Request, course: Course, collected: Collected, seed: int
) -> tuple[list[Submission], int]:
    """Return the submissions to grade, and how many need no grading."""
    digests = {week.name: suite_digest(course, week.name) for week in course.catalogue.weeks}
    todo = [
        submission
        for submission in collected.submissions
        if request.fresh or not _is_current(request, submission, digests[submission.week], seed)
    ]
    return todo, len(collected.submissions) - len(todo)


def _is_current(request: Request, submission: Submission, suite: str, seed: int) -> bool:
    """Say whether a written result still holds for this submission, suite and seed."""
    try:
        result = read_result(result_path(request.grades, submission.learner, submission.week))
    except ResultError:  # none yet, or a damaged one
        return False
    return (
        result.status == GRADED
        and (result.digest, result.suite, result.seed) == (submission.digest, suite, seed)
        and result.is_confined == request.is_confined
    )


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
    write_atomically(path, f"{seed}\n".encode("ascii"))
    return seed


@contextmanager
def _only_run(grades: Path) -> Iterator[None]:
    """Keep a second run out of the same folder; the kernel frees the lock of a killed one."""
    try:
        grades.mkdir(parents=True, exist_ok=True)
        lock = (grades / LOCK_FILE).open("a")
    except OSError as error:
        raise InputError(f"--out {grades}: cannot be written: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(f"{grades}: another grading run is writing there") from error
        yield


def write_void_tests_csv(grades: Path, void: Sequence[VoidTest]) -> None:
    """Write which hidden tests count for nobody, beside the grades; remove the list if none."""
    path = grades / VOID_FILE
    if not void:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["test", "requirement", "why our own solution fails it"])
    writer.writerows((test.id, test.says, test.why) for test in void)
    write_atomically(path, text.getvalue().encode("utf-8"))


def write_grades_csv(grades: Path, catalogue: Catalogue) -> list[str]:
    """Write one row per learner, a column per week and a total; return what can't be read."""
    scores: dict[str, dict[str, float]] = {}
    unreadable = []
    for result in all_results(grades):
        if isinstance(result, ResultError):
            unreadable.append(str(result))
        else:
            scores.setdefault(result.learner, {})[result.week] = result.score
    weeks = [week.name for week in catalogue.weeks]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["learner", *weeks, "total"])
    for learner in sorted(scores):
        row = scores[learner]
        total = round(sum(row.values()), 4)
        writer.writerow([learner, *(row.get(week, "") for week in weeks), total])
    write_atomically(grades / "grades.csv", text.getvalue().encode("utf-8", "backslashreplace"))
    return unreadable
