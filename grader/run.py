"""The grading run: a class in, results out; a run that was stopped goes on where it was."""

from __future__ import annotations

import fcntl
import random
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises import Catalogue, Module
from grader.course import Course
from grader.errors import InputError, SandboxError
from grader.files import indistinct, remove_leftovers, write_atomically, writing_to
from grader.intake.collect import collect
from grader.intake.submission import Collected, HandIn
from grader.judging.suite import Suite, with_suite
from grader.judging.verdicts import Grader
from grader.progress import Progress
from grader.reports.grades_csv import write_grades_csv
from grader.results import is_current, read_result, result_path, write_result
from grader.sandbox import Sandbox
from grader.sandbox.sandbox import ALL_LAYERS

SEED_FILE = "seed.txt"
LOCK_FILE = ".lock"


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


@dataclass(frozen=True)
class Summary:
    """What a run did: every chosen submission is graded, kept from before, or failed."""

    graded: int
    kept: int
    failed: tuple[str, ...]
    notes: tuple[str, ...]
    seed: int
    sandbox: str


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
        with Sandbox(layers=ALL_LAYERS if request.is_confined else ()) as sandbox:
            sandbox.prove()
            todo, kept = _split(request, course, collected, seed)
            failed: list[str] = []
            if todo:
                weeks = {hand_in.week for hand_in in todo}
                modules = [m for w in course.catalogue.weeks if w.name in weeks for m in w.modules]
                failed = _grade_all(request, course, modules, todo, sandbox, seed, progress)
            write_grades_csv(request.grades, course.catalogue, all_results(request.grades))
            return Summary(
                graded=len(todo) - len(failed),
                kept=kept,
                failed=tuple(failed),
                notes=collected.notes,
                seed=seed,
                sandbox=sandbox.describe(),
            )


def _grade_all(
    request: Request,
    course: Course,
    modules: Sequence[Module],
    todo: Sequence[HandIn],
    sandbox: Sandbox,
    seed: int,
    progress: Progress,
) -> list[str]:
    failed: list[str] = []

    def work(suite: Suite) -> None:
        grader = Grader(course, suite, sandbox, seed)
        for hand_in in progress.over(todo, lambda h: f"{h.learner} {h.week}"):
            try:
                write_result(request.grades, grader.grade(hand_in.read()))
            except (SandboxError, OSError) as error:
                failed.append(f"{hand_in.learner} {hand_in.week}: {error}")

    with_suite(course, modules, work)
    return failed


def _choose(request: Request, catalogue: Catalogue) -> Collected:
    """Read the class and leave what was asked for."""
    known = {week.name for week in catalogue.weeks}
    for name in request.weeks:
        if name not in known:
            raise InputError(f"--week {name}: no such week; there are {', '.join(sorted(known))}")
    collected = collect(request.submitted, catalogue)
    learners = {hand_in.learner for hand_in in collected.hand_ins}
    for name in request.learners:
        if name not in learners:
            raise InputError(f"--learner {name}: nothing of theirs in {request.submitted}")

    twins = _twins(request.grades, sorted(learners))
    wanted = (
        hand_in
        for hand_in in collected.hand_ins
        if hand_in.learner not in twins
        and (not request.weeks or hand_in.week in request.weeks)
        and (not request.learners or hand_in.learner in request.learners)
    )
    return Collected(tuple(wanted), (*collected.notes, *twins.values()))


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


def _split(
    request: Request, course: Course, collected: Collected, seed: int
) -> tuple[list[HandIn], int]:
    """Return what is to be graded, and how many need no grading."""
    digests = {week.name: course.suite_digest(week.name) for week in course.catalogue.weeks}

    def is_kept(hand_in: HandIn) -> bool:
        data = read_result(result_path(request.grades, hand_in.learner, hand_in.week))
        if data is None or str(data["sandbox"]).startswith("NONE") == request.is_confined:
            return False
        try:
            digest = hand_in.read().digest
        except OSError:
            return False  # reading it once more will say why, or succeed
        return is_current(data, digest, digests[hand_in.week], seed)

    todo = [h for h in collected.hand_ins if request.fresh or not is_kept(h)]
    return todo, len(collected.hand_ins) - len(todo)


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
        seed = random.SystemRandom().randrange(2**32)
    with writing_to(request.grades):
        write_atomically(path, f"{seed}\n".encode("ascii"))
    return seed


@contextmanager
def _only_run(grades: Path) -> Iterator[None]:
    """Keep a second run out of the same folder; the kernel frees the lock of a killed one."""
    with writing_to(grades):
        grades.mkdir(parents=True, exist_ok=True)
        lock = (grades / LOCK_FILE).open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(f"{grades}: another grading run is writing there") from error
        yield


def all_results(grades: Path) -> list[dict[str, Any]]:
    """Return every result in a grades folder, by learner and week."""
    paths = sorted((grades / "results").glob("*/*.json"))
    return [data for path in paths if (data := read_result(path)) is not None]
