"""How a class stands: put together from one result after another, of which none is kept."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from exercises import Catalogue
from exercises.quizzes import file_name_of
from exercises.verdict import VERDICTS
from grader.intake.submission import Submission
from grader.reports.excerpt import definition_in
from grader.reports.figures import NOT_BEGUN, WeekFigures, WeekResults
from grader.results import GRADED, ExerciseResult, Result

LISTED_LEARNERS = 10_000  # of a larger class only the statistics are kept
EXAMPLES, EXAMPLE_LINES = 2, 14
EXAMPLE_TRIES = 6  # some hold a name, are long, or are a copy: then fewer are shown
LINE_OF_A_REASON = re.compile(r"in `(.+)`\)$")
WITHOUT_POINTS = ("failed", "timeout", "crashed", "forbidden")


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
class Need:
    """Why a learner needs help: the most urgent reason first."""

    learner: int
    rank: int
    lost: float
    reasons: tuple[str, ...]


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
            week.name: WeekResults(week.name, (each.name for each in week.graded))
            for week in catalogue.weeks
        }
        self._objects = {(e.week, e.name): e.object_name for e in catalogue.graded}
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
        week = self._weeks.setdefault(result.week, WeekResults(result.week))
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

    def commonest_findings(self) -> list[Finding]:
        """Return the misconceptions, that of most learners first."""
        return sorted(self.findings, key=lambda finding: -finding.count)

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
            files = ", ".join(map(file_name_of, modules))
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
