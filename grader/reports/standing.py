"""How a class stands: put together from one result after another, of which none is kept."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from exercises import Catalogue
from exercises.verdict import VERDICTS
from grader.intake.submission import Submission
from grader.reports.excerpt import definition_in
from grader.reports.measures import (
    Alpha,
    agreeing_pairs,
    cronbach_alpha,
    discriminations,
)
from grader.results import GRADED, ExerciseResult, Result

LISTED_LEARNERS = 10_000  # of a larger class only the statistics are kept
EXAMPLES, EXAMPLE_LINES = 2, 14
EXAMPLE_TRIES = 6  # some hold a name, are long, or are a copy: then fewer are shown
LINE_OF_A_REASON = re.compile(r"in `(.+)`\)$")
# What says nothing about a single test: no code of the learner's ran, or a rule failed them all.
NOT_TESTED = ("todo", "unreadable", "forbidden")
NOT_BEGUN = ("todo", "unreadable")
WITHOUT_POINTS = ("failed", "timeout", "crashed", "forbidden")
MISSING, FAILED, PASSED = 2, 0, 1
# Below this, an interval of a correlation of 0.3 reaches across 0.
SMALL_CLASS = 30
MIN_JUDGED = 10  # with fewer, remarks on a test would be chance
LOW_DISCRIMINATION = 0.1
HISTOGRAM = 11  # bins of a tenth, and one for full points and more


@dataclass
class Finding:
    """A misconception, who has it, and what those wrote."""

    week: str
    exercise: str
    sentence: str
    count: int = 0
    learners: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One learner's week.

    Attributes
    ----------
    statuses : tuple of str or None
        In the order of the week's exercises; None where the result has no verdict on one.
    findings : dict of int to int
        The misconception of each exercise that has one, by their numbers.
    """

    score: float
    max_score: float
    submitted_at: str
    statuses: tuple[str | None, ...]
    findings: dict[int, int]


@dataclass(frozen=True)
class ExerciseFigures:
    """What a class made of an exercise. Shares are of those who began it, but for `to_do`."""

    name: str
    module: str
    title: str
    points: float
    difficulty: int | None
    is_stretch: bool
    judged: int
    to_do: int
    unreadable: int
    too_slow: int
    full: float | None
    mean: float | None
    discrimination: float | None

    @property
    def begun(self) -> int:
        """How many wrote something that could be judged."""
        return self.judged - self.to_do - self.unreadable


@dataclass(frozen=True)
class TestFigures:
    """What a class made of a hidden test, counted over those whose code it ran on."""

    __test__ = False  # pytest takes a name such as this for tests

    exercise: int
    name: str
    says: str
    judged: int
    failed: int
    discrimination: float | None
    agrees_with: tuple[str, ...]


@dataclass(frozen=True)
class WeekFigures:
    """What a class made of a week."""

    name: str
    title: str
    handed_in: int
    mean: float | None
    median: float | None
    histogram: tuple[int, ...]
    statuses: dict[str, int]
    alpha: Alpha | None
    exercises: tuple[ExerciseFigures, ...]
    tests: tuple[TestFigures, ...]


@dataclass(frozen=True)
class Need:
    """Why a learner needs help: the most urgent reason first."""

    learner: int
    rank: int
    lost: float
    reasons: tuple[str, ...]


class _Week:
    """One week's results, with a column for each exercise and for each test."""

    def __init__(self, name: str, exercises: Iterable[str] = ()) -> None:
        self.name = name
        self.exercises = {name: index for index, name in enumerate(exercises)}
        self.modules: dict[str, str] = {}
        self.points: dict[str, float] = {}
        self.tests: dict[tuple[str, str], int] = {}
        self.says: list[str] = []
        self.scores: list[bytes] = []  # float64: nan where not begun
        self.outcomes: list[bytes] = []
        self.statuses: list[bytes] = []
        self.shares: list[float] = []

    def add(self, result: Result) -> tuple[str | None, ...]:
        """Keep the figures of a result; return its statuses by column."""
        for each in result.exercises:
            self.exercises.setdefault(each.exercise, len(self.exercises))
            self.modules[each.exercise], self.points[each.exercise] = each.module, each.points
        statuses: list[str | None] = [None] * len(self.exercises)
        codes = bytearray([len(VERDICTS)] * len(self.exercises))
        scores = np.full(len(self.exercises), np.nan)
        outcomes = bytearray([MISSING] * len(self.tests))
        for each in result.exercises:
            column = self.exercises[each.exercise]
            statuses[column] = each.status
            codes[column] = VERDICTS.index(each.status)
            if each.status not in NOT_BEGUN:
                scores[column] = each.score
            self._add_outcomes(each, outcomes)
        self.scores.append(scores.tobytes())
        self.outcomes.append(bytes(outcomes))
        self.statuses.append(bytes(codes))
        self.shares.append(result.score / result.max_score if result.max_score else 0.0)
        return tuple(statuses)

    def _add_outcomes(self, each: ExerciseResult, outcomes: bytearray) -> None:
        for test in each.tests:
            key = (each.exercise, test.name)
            column = self.tests.setdefault(key, len(self.tests))
            if column == len(self.says):
                self.says.append("")
                outcomes.append(MISSING)
            self.says[column] = test.says
            if each.status not in NOT_TESTED:
                outcomes[column] = PASSED if test.status == "passed" else FAILED

    def figures(self, catalogue: Catalogue) -> WeekFigures:
        """Return what the class made of the week."""
        catalogued = catalogue.week(self.name)
        scores = _matrix(self.scores, len(self.exercises), np.nan, np.dtype(float))
        codes = _matrix(self.statuses, len(self.exercises), len(VERDICTS), np.dtype(np.uint8))
        complete = scores[(codes != len(VERDICTS)).all(axis=1)] if self.exercises else scores
        shares = np.array(self.shares)
        bins = np.clip((shares * (HISTOGRAM - 1) + 1e-9).astype(int), 0, HISTOGRAM - 1)
        return WeekFigures(
            name=self.name,
            title=catalogued.title if catalogued else "",
            handed_in=len(shares),
            mean=float(shares.mean()) if len(shares) else None,
            median=float(np.median(shares)) if len(shares) else None,
            histogram=tuple(np.bincount(bins, minlength=HISTOGRAM).tolist()),
            statuses={name: int((codes == i).sum()) for i, name in enumerate(VERDICTS)},
            alpha=cronbach_alpha(np.nan_to_num(complete)),
            exercises=tuple(self._exercise_figures(catalogue, scores, codes)),
            tests=tuple(self._test_figures()),
        )

    def _exercise_figures(
        self, catalogue: Catalogue, scores: np.ndarray, codes: np.ndarray
    ) -> Iterator[ExerciseFigures]:
        known = {each.name: each for each in catalogue.exercises if each.week == self.name}
        found = discriminations(scores)
        for name, column in self.exercises.items():
            catalogued = known.get(name)
            points = self.points.get(name, catalogued.points if catalogued else 0.0)
            count = dict(zip(VERDICTS, np.bincount(codes[:, column], minlength=9), strict=False))
            got = scores[:, column][~np.isnan(scores[:, column])]
            yield ExerciseFigures(
                name=name,
                module=self.modules.get(name, catalogued.module if catalogued else ""),
                title=catalogued.title if catalogued else "",
                points=points,
                difficulty=catalogued.difficulty if catalogued else None,
                is_stretch=bool(catalogued and catalogued.is_stretch),
                judged=int(sum(count.values())),
                to_do=int(count["todo"]),
                unreadable=int(count["unreadable"]),
                too_slow=int(count["timeout"]),
                full=float(count["passed"] / len(got)) if len(got) else None,
                mean=float(got.mean() / points) if len(got) and points else None,
                discrimination=found[column],
            )

    def _test_figures(self) -> Iterator[TestFigures]:
        codes = _matrix(self.outcomes, len(self.tests), MISSING, np.dtype(np.uint8))
        outcomes = np.where(codes == MISSING, np.nan, codes)
        found = discriminations(outcomes)
        agreeing = self._agreeing(outcomes)
        for (exercise, name), column in self.tests.items():
            yield TestFigures(
                exercise=self.exercises[exercise],
                name=name,
                says=self.says[column],
                judged=int((codes[:, column] != MISSING).sum()),
                failed=int((codes[:, column] == FAILED).sum()),
                discrimination=found[column],
                agrees_with=tuple(agreeing.get(column, ())),
            )

    def _agreeing(self, outcomes: np.ndarray) -> dict[int, list[str]]:
        """Return for each test the others of its exercise that always agree with it.

        Cases of one parametrised test are one test, and are not told apart here.
        """
        columns: dict[str, list[int]] = {}
        for (exercise, _), column in self.tests.items():
            columns.setdefault(exercise, []).append(column)
        names = [name for _, name in self.tests]
        agreeing: dict[int, list[str]] = {}
        for mine in columns.values():
            for i, j in agreeing_pairs(outcomes[:, mine], MIN_JUDGED):
                a, b = mine[i], mine[j]
                if names[a].partition("[")[0] != names[b].partition("[")[0]:
                    agreeing.setdefault(a, []).append(names[b])
                    agreeing.setdefault(b, []).append(names[a])
        return agreeing


def _matrix(rows: list[bytes], width: int, missing: float, dtype: np.dtype) -> np.ndarray:
    """Return rows as a matrix; a row that was made before the last column came lacks some."""
    filler = np.array([missing], dtype).tobytes()
    size = width * dtype.itemsize
    data = b"".join(row + filler * ((size - len(row)) // dtype.itemsize) for row in rows)
    return np.frombuffer(data, dtype).reshape(len(rows), width)


class Standing:
    """A class as its results tell it.

    Attributes
    ----------
    learners : list of (str, dict of str to Row)
        The first `LISTED_LEARNERS`, in the order in which their results came.
    findings : list of Finding
        All misconceptions that were found.
    problems : list of str
        Results that could not be counted.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._weeks = {
            week.name: _Week(week.name, (each.name for each in week.exercises))
            for week in catalogue.weeks
        }
        self._objects = {(e.week, e.name): e.object_name for e in catalogue.exercises}
        self._index: dict[str, int] = {}
        self._finding: dict[tuple[str, str, str], int] = {}
        self._last = ""
        self.n_learners = self.n_results = 0
        self.is_confined = True
        self.learners: list[tuple[str, dict[str, Row]]] = []
        self.findings: list[Finding] = []
        self.problems: list[str] = []

    def add(self, result: Result, submission: Submission | None = None) -> int | None:
        """Count a result; return its learner's number, or None if that is not listed.

        Results of one learner follow each other. `submission` is what was graded, if it is at hand.
        """
        problem = _problem(result)
        if problem:
            self.problems.append(f"{result.learner} {result.week}: {problem}")
            return None
        if result.learner != self._last:
            self._last = result.learner
            self.n_learners += 1
            if len(self.learners) < LISTED_LEARNERS:
                self._index[result.learner] = len(self.learners)
                self.learners.append((result.learner, {}))
        index = self._index.get(result.learner)
        if index is not None and result.week in self.learners[index][1]:
            self.problems.append(
                f"{result.learner} {result.week}: two files say they are this; grade again"
            )
            return None
        self.n_results += 1
        self.is_confined &= result.is_confined
        week = self._weeks.setdefault(result.week, _Week(result.week))
        statuses = week.add(result)
        findings = {
            week.exercises[each.exercise]: self._find(result, each, submission)
            for each in result.exercises
            if each.misconception is not None
        }
        if index is not None:
            row = Row(result.score, result.max_score, result.submitted_at or "", statuses, findings)
            self.learners[index][1][result.week] = row
        return index

    def _find(self, result: Result, each: ExerciseResult, submission: Submission | None) -> int:
        assert each.misconception is not None
        key = (result.week, each.exercise, each.misconception.sentence)
        number = self._finding.setdefault(key, len(self.findings))
        if number == len(self.findings):
            self.findings.append(Finding(*key))
        finding = self.findings[number]
        finding.count += 1
        if len(finding.learners) < EXAMPLES + 1:
            finding.learners.append(result.learner)
        if finding.count <= EXAMPLE_TRIES and len(finding.examples) < EXAMPLES:
            object_name = self._objects.get((result.week, each.exercise), each.exercise)
            example = _example(each, object_name, submission)
            if example and example not in finding.examples and not _names(example, result.learner):
                finding.examples.append(example)
        return number

    def weeks(self) -> tuple[WeekFigures, ...]:
        """Return the figures of each week that somebody handed in, in the course's order."""
        return tuple(week.figures(self._catalogue) for week in self._weeks.values() if week.shares)

    def columns(self, week: str) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
        """Return the number of each exercise of a week, and of each of its tests."""
        return self._weeks[week].exercises, self._weeks[week].tests

    def needs(self) -> list[Need]:
        """Return who needs help, and why, the most urgent first."""
        expected = [
            name for name, week in self._weeks.items() if 2 * len(week.shares) >= self.n_learners
        ]
        needs = []
        for number, (_, rows) in enumerate(self.learners):
            found = sorted(self._reasons(rows, expected), key=lambda reason: reason[0])
            if found:
                lost = sum(max(0.0, row.max_score - row.score) for row in rows.values())
                reasons = tuple(text for _, text in found)
                needs.append(Need(number, found[0][0], lost, reasons))
        return sorted(needs, key=lambda need: (need.rank, -need.lost, need.learner))

    def _reasons(self, rows: dict[str, Row], expected: list[str]) -> Iterator[tuple[int, str]]:
        if rows and all(set(row.statuses) <= {"todo", None} for row in rows.values()):
            yield 0, f"never started: nothing is written in {', '.join(rows)}"
            return
        absent = [week for week in expected if week not in rows]
        if absent:
            yield 2, f"handed in nothing for {', '.join(absent)}, as at least half of the class did"
        for week, row in rows.items():
            yield from self._reasons_of_week(week, row)

    def _reasons_of_week(self, week: str, row: Row) -> Iterator[tuple[int, str]]:
        names = list(self._weeks[week].exercises)
        judged = [i for i, status in enumerate(row.statuses) if status is not None]
        begun = [i for i in judged if row.statuses[i] not in NOT_BEGUN]
        wrong = [i for i in begun if row.statuses[i] in WITHOUT_POINTS]
        short = [i for i in judged if row.statuses[i] != "passed"]
        unreadable = [i for i in judged if row.statuses[i] == "unreadable"]
        if unreadable:
            modules = sorted({self._weeks[week].modules[names[i]] for i in unreadable})
            files = ", ".join(f"{name}.py" for name in modules)
            yield 1, f"broken file: {files} of {week}, {len(unreadable)} exercises"
        if len(begun) >= 4 and 2 * len(wrong) >= len(begun):
            yield 3, f"mostly wrong: {len(wrong)} of the {len(begun)} begun in {week}"
        elif not begun and not unreadable:
            yield 3, f"nothing is written in {week}"
        elif begun and not unreadable and 3 * len(begun) < len(judged):
            yield (
                4,
                (
                    f"stuck early: {len(begun)} of {len(judged)} begun in {week}, "
                    f"the last is {names[begun[-1]]}"
                ),
            )
        if len(short) == 1 and short[0] in row.findings:
            sentence = self.findings[row.findings[short[0]]].sentence
            yield (
                5,
                f"one misconception, and nothing else, in {week}: {names[short[0]]}: {sentence}",
            )


def remarks_on_test(test: TestFigures) -> tuple[str, ...]:
    """Return what an author would want to look at; nothing where too few were judged."""
    if test.judged < MIN_JUDGED:
        return ()
    found = []
    if test.failed == 0:
        found.append("nobody fails it")
    elif test.failed == test.judged:
        found.append("everybody fails it")
    elif test.discrimination is not None and test.discrimination < LOW_DISCRIMINATION:
        found.append("does not tell strong from weak")
    if test.agrees_with:
        found.append(f"always agrees with {', '.join(test.agrees_with)}")
    return tuple(found)


def remarks_on_exercise(exercise: ExerciseFigures) -> tuple[str, ...]:
    """Return what an author would want to look at; nothing where too few were judged."""
    found = []
    if exercise.judged >= MIN_JUDGED and 2 * exercise.to_do >= exercise.judged:
        found.append("half of the class or more has it to do")
    if exercise.begun >= MIN_JUDGED:
        if exercise.full == 1:
            found.append("everybody has full points")
        elif exercise.mean == 0:
            found.append("nobody has a point")
        elif exercise.discrimination is not None and exercise.discrimination < LOW_DISCRIMINATION:
            found.append("does not tell strong from weak")
    return tuple(found)


def watched(standing: Standing, results: Iterable[Result]) -> Iterator[Result]:
    """Yield results, and count them on the way."""
    for result in results:
        standing.add(result)
        yield result


def _problem(result: Result) -> str:
    """Return why a result can't be counted, as one that somebody edited; or nothing."""
    if result.status != GRADED:
        return result.status
    unknown = {each.status for each in result.exercises}.difference(VERDICTS)
    if unknown:
        return f"no such status: {', '.join(sorted(unknown))}; grade again"
    numbers = (number for each in result.exercises for number in (each.score, each.points))
    if not all(map(math.isfinite, (result.score, result.max_score, *numbers))):
        return "a score that is no number; grade again"
    return ""


def _names(text: str, learner: str) -> bool:
    """Say whether a text could give away whose it is."""
    return any(part.casefold() in text.casefold() for part in re.findall(r"\w{3,}", learner))


def _example(each: ExerciseResult, object_name: str, submission: Submission | None) -> str:
    """Return the lines of a learner's function, or the one that a reason shows, or nothing."""
    file = submission.files.get(each.module) if submission else None
    if file is not None and file.text:
        text = definition_in(file.text, object_name)
        lines = [line.rstrip() for line in text.split("\n") if line.strip()]
        if 0 < len(lines) <= EXAMPLE_LINES:
            return "\n".join(lines)
    for test in each.tests:
        line = LINE_OF_A_REASON.search(test.why)
        if line:
            return line[1]
    return ""
