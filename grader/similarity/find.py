"""Find who hands in what is alike: from the folder of submissions to pairs of learners.

Threads read what was handed in, processes take it apart. Texts are not kept: those of the pairs
that are shown are read once more.
"""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from exercises import Module, Week
from grader.course import Course
from grader.errors import GraderError, InputError
from grader.intake.collect import collect
from grader.intake.submission import HandIn, Submission
from grader.printing import printable
from grader.progress import Progress
from grader.similarity import reading
from grader.similarity.evidence import Alike, Evidence, Ranked
from grader.similarity.reading import Given, Look, Spans, Text

SHOWN_PAIRS = 100
NAMED = re.compile(r"(?:def|class)\s+(\w+)|\.(\w+)|^(\w+)\s*=", re.M)
Read = tuple[HandIn, dict[str, np.ndarray], tuple[str, ...]]


@dataclass(frozen=True)
class SideBySide:
    """Two solutions of what is one object, and so one exercise or several."""

    alike: Alike
    exercises: tuple[str, ...]  # none of what stands beside them
    sides: tuple[Spans, Spans] | None  # None: gone, or changed, since it was compared


@dataclass(frozen=True)
class Pair:
    """Two learners whose solutions are alike, and where, the most telling first."""

    learners: tuple[str, ...]  # two
    telling: float
    share: float  # of all that is unusual in the work of the one who has less of it
    alike: tuple[SideBySide, ...]


@dataclass(frozen=True)
class Similarity:
    """What was found in a class.

    Attributes
    ----------
    pairs : tuple of Pair
        The most telling first, of many only the first.
    n_pairs : int
        How many are telling.
    skipped : tuple of str
        What was not compared, and why.
    """

    weeks: tuple[str, ...]
    n_learners: int
    n_submissions: int
    pairs: tuple[Pair, ...]
    n_pairs: int
    skipped: tuple[str, ...]


def find_similar(
    submitted: Path,
    course: Course,
    progress: Progress,
    weeks: Sequence[str] = (),
    jobs: int = 1,
) -> Similarity:
    """Compare the learners of a class with each other.

    Raises
    ------
    InputError
        If there is nobody to compare, or a week is not in the catalogue.
    GraderError
        If a process that reads the texts is lost.
    """
    try:
        return _find_similar(submitted, course, progress, weeks, jobs)
    except BrokenProcessPool as error:
        raise GraderError(
            "a process that reads submissions was lost, perhaps for want of memory; run the same "
            "command again with --jobs 1"
        ) from error


def _find_similar(
    submitted: Path, course: Course, progress: Progress, weeks: Sequence[str], jobs: int
) -> Similarity:
    chosen = course.weeks_named(weeks)
    collected = collect(submitted, course.catalogue)
    hand_ins = [each for each in collected.hand_ins if each.catalogued in chosen]
    learners = list(dict.fromkeys(each.learner for each in hand_ins))
    numbers = {name: number for number, name in enumerate(learners)}
    if len(learners) < 2:
        raise InputError(f"{submitted}: needs two learners to compare, and holds {len(learners)}")
    skipped = list(collected.notes)
    evidence = Evidence()
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as processes:
        readers = {week.name: _Reader(processes, _given(course, week)) for week in chosen}
        for week in chosen:
            mine = [each for each in hand_ins if each.catalogued == week]
            found: dict[str, dict[int, np.ndarray]] = {}
            for hand_in, own, notes in progress.over(
                _in_threads(readers[week.name], mine, 2 * jobs),
                len(mine),
                lambda done: f"{done[0].learner} {done[0].week}",
            ):
                skipped += (f"{printable(hand_in.learner)} {week.name}: {note}" for note in notes)
                for name, fingerprints in own.items():
                    found.setdefault(name, {})[numbers[hand_in.learner]] = fingerprints
            for name in sorted(found):
                evidence.add((week.name, name), found.pop(name))
        ranked = evidence.ranked()
        sides = _Sides(readers, course, hand_ins, evidence.rare)
        pairs = [
            sides.pair(tuple(learners[i] for i in each.pair), each, evidence.pairs[each.pair])
            for each in ranked[:SHOWN_PAIRS]
        ]
    return Similarity(
        weeks=tuple(week.name for week in chosen),
        n_learners=len(learners),
        n_submissions=len(hand_ins),
        pairs=tuple(pairs),
        n_pairs=len(ranked),
        skipped=tuple(skipped),
    )


def _given(course: Course, week: Week) -> Given:
    """Return what is nobody's own: stubs, references and variants, and the names in the stubs."""
    names: set[str] = set()
    texts: list[str] = []
    for module in week.modules:
        stub = course.read(course.layout.learners_file(module))
        texts += [stub, course.read(course.layout.reference(module))]
        names.update(e.object_name for e in module.exercises)
        names.update(*(filter(None, found) for found in NAMED.findall(stub)))
        variants = course.layout.variants(module)
        if variants.exists():
            texts.append(course.read(variants))
    return Given.of(texts, sorted(names), frozenset(names))


@dataclass(frozen=True)
class _Reader:
    """Reads the submissions of a week."""

    processes: Executor
    given: Given

    def fingerprints(self, hand_in: HandIn) -> Read:
        """Return what a submission holds, and what was left out."""
        try:
            texts = _texts(hand_in.read(), hand_in.catalogued)
        except OSError as error:
            return hand_in, {}, (f"cannot be read: {error}",)
        found, notes = self.processes.submit(reading.fingerprints, texts, self.given).result()
        return hand_in, found, notes

    def looks(self, hand_in: HandIn) -> dict[str, Look]:
        """Return the text of each exercise; none if it can't be read any longer."""
        try:
            texts = _texts(hand_in.read(), hand_in.catalogued)
        except OSError:  # told when it could be read; now its code is left out
            return {}
        return self.processes.submit(reading.looks, texts, self.given).result()


def _in_threads(reader: _Reader, hand_ins: Sequence[HandIn], n: int) -> Iterator[Read]:
    with ThreadPoolExecutor(n) as threads:
        yield from threads.map(reader.fingerprints, hand_ins)


def _texts(submission: Submission, week: Week) -> list[Text]:
    """Return the texts of a submission; a notebook's is one, for all modules that it holds."""
    held: dict[str, list[Module]] = {}
    for module in week.modules:
        file = submission.files.get(module.name)
        if file is not None and file.text:
            held.setdefault(file.text, []).append(module)
    return [
        Text(modules[0].name, text, tuple(e.object_name for m in modules for e in m.exercises))
        for text, modules in held.items()
    ]


class _Sides:
    """Puts what two learners have in common side by side."""

    def __init__(
        self,
        readers: Mapping[str, _Reader],
        course: Course,
        hand_ins: Sequence[HandIn],
        rare: Mapping[tuple[str, str], np.ndarray],
    ) -> None:
        self._readers = readers
        self._hand_ins = {(each.learner, each.week): each for each in hand_ins}
        self._rare = rare
        self._exercises: dict[tuple[str, str], list[str]] = {}
        for each in course.catalogue.exercises:
            self._exercises.setdefault((each.week, each.object_name), []).append(each.name)

    def pair(self, learners: tuple[str, ...], ranked: Ranked, alike: Sequence[Alike]) -> Pair:
        """Return a pair with the code of both."""
        looks = {
            (learner, week): self._readers[week].looks(self._hand_ins[learner, week])
            for learner in learners
            for week in dict.fromkeys(each.place[0] for each in alike)
        }
        found = []
        for each in sorted(alike, key=lambda each: (-each.telling, each.place)):
            week, name = each.place
            sides = [looks[learner, week].get(name) for learner in learners]
            exercises = tuple(self._exercises.get(each.place, ()))
            found.append(SideBySide(each, exercises, self._spans(each.place, sides)))
        return Pair(learners, ranked.telling, ranked.share, tuple(found))

    def _spans(
        self, place: tuple[str, str], sides: Sequence[Look | None]
    ) -> tuple[Spans, Spans] | None:
        one, other = sides
        if one is None or other is None:
            return None
        shared = np.intersect1d(one.fingerprints, other.fingerprints)
        shared = shared[np.isin(shared, self._rare[place])]
        return one.spans(shared), other.spans(shared)
