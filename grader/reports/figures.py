"""What a class made of exercises, hidden tests and weeks, as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from exercises import Catalogue
from exercises.verdict import VERDICTS
from grader.reports.measures import Alpha, agreeing_pairs, cronbach_alpha, discriminations
from grader.results import ExerciseResult, Result

# What says nothing about a single test: no code of the learner's ran, or a rule failed them all.
NOT_TESTED = ("todo", "unreadable", "forbidden")
NOT_BEGUN = ("todo", "unreadable")
MISSING, FAILED, PASSED = 2, 0, 1
# Below this, an interval of a correlation of 0.3 reaches across 0.
SMALL_CLASS = 30
MIN_JUDGED = 10  # with fewer, remarks on a test would be chance
LOW_DISCRIMINATION = 0.1
HISTOGRAM = 11  # bins of a tenth, and one for full points and more


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


class WeekResults:
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
        known = {each.name: each for each in catalogue.graded if each.week == self.name}
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
