"""Who is who: the list that a learning management system exports of a class."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import InputError
from grader.reports.spreadsheet import QUOTE
from grader.results import Result

SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """A row of a roster, and its number as a spreadsheet shows it."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """A table with a header."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read a `.csv` in UTF-8 with commas, semicolons or tabs.

        Raises
        ------
        InputError
            If it can't be read, or has no header.
        """
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise InputError(f"--roster {path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"--roster {path}: is not UTF-8 text; save it as CSV UTF-8") from error
        first_line = text.partition("\n")[0]
        separator = max(SEPARATORS, key=first_line.count)
        try:
            table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        except csv.Error as error:
            raise InputError(f"--roster {path}: is no CSV table: {error}") from error
        if not table:
            raise InputError(f"--roster {path}: is empty; export it again")
        header = tuple(cell.strip() for cell in table[0])
        rows = (
            Row(number, tuple(cells + [""] * (len(header) - len(cells))))
            for number, cells in enumerate(table[1:], start=2)
            if any(cell.strip() for cell in cells)
        )
        return cls(path, header, tuple(rows))

    def columns(self, names: Iterable[str]) -> list[int]:
        """Return where the columns of these names are, as far as there are any."""
        return [self.header.index(name) for name in names if name in self.header]


@dataclass
class Matched:
    """Whose row is whose: learners by row number, and who or what has no counterpart."""

    learners: dict[int, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def match(
    results: Sequence[Result], roster: Roster, people: Sequence[Row], columns: Sequence[int]
) -> Matched:
    """Find for each learner the one row that has their name in one of these columns.

    A learner for whom there is none or more than one, two learners with the same row and a row
    without a learner are left out and listed: a grade in a wrong row is worse than none.
    """
    scores = _scores(results)
    where = " or ".join(roster.header[column] for column in columns)
    index = _index(people, columns)
    claims: dict[int, list[str]] = defaultdict(list)
    matched = Matched()
    for learner in scores:
        rows = _rows_of(learner, index)
        if len(rows) == 1:
            claims[rows[0]].append(learner)
            continue
        why = f"rows {' and '.join(map(str, rows))} all have" if rows else "no row has"
        matched.left_out.append(
            f"{learner} ({scores[learner]}): {why} this name as {where} in {roster.path}; "
            "correct the roster, or enter the grade by hand"
        )
    for number, learners in claims.items():
        if len(learners) == 1:
            matched.learners[number] = learners[0]
            continue
        who = " and ".join(f"{learner} ({scores[learner]})" for learner in learners)
        matched.left_out.append(
            f"{who}: are the same person by row {number} of {roster.path}; enter one by hand"
        )
    for row in people:
        if row.number not in claims:
            who = " ".join(filter(None, (row.cells[column] for column in columns)))
            matched.left_out.append(
                f"row {row.number} of {roster.path} ({who}): nothing of theirs is graded; if it "
                f"is, under another name, write that as {where} in the roster"
            )
    return matched


def _scores(results: Sequence[Result]) -> Mapping[str, str]:
    """Return each learner's scores in words, so that a person can enter them by hand."""
    scores: dict[str, list[str]] = defaultdict(list)
    for result in results:
        scores[result.learner].append(f"{result.week} {result.score:.10g}")
    return {learner: ", ".join(words) for learner, words in scores.items()}


def _index(people: Sequence[Row], columns: Sequence[int]) -> list[dict[str, list[int]]]:
    """Return the rows that have a name in one of the columns, the strictest comparison first.

    A name may be spelled the same, escaped as in our own tables, or differ in case and in how an
    accent is written. A looser comparison is only tried where a stricter one finds nobody.
    """
    index: list[dict[str, list[int]]] = []
    for way in (str, _unescaped, _folded):
        rows: dict[str, list[int]] = defaultdict(list)
        for row in people:
            for name in {way(row.cells[column].strip()) for column in columns}:
                rows[name].append(row.number)
        index.append(rows)
    return index


def _rows_of(learner: str, index: Sequence[Mapping[str, list[int]]]) -> list[int]:
    for rows, name in zip(index, (learner, learner, _folded(learner)), strict=True):
        if name in rows:
            return rows[name]
    return []


def _unescaped(cell: str) -> str:
    return cell.removeprefix(QUOTE)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
