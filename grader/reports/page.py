"""`report.html`: the class in one file that loads nothing, and whose text is data to it.

Names, sentences and code are JSON in elements that no browser runs, and get into the page as text
nodes alone. The content security policy allows the one script and the one style sheet by their
digests, and no request at all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from exercises import Catalogue
from exercises.verdict import STATUSES, VERDICTS
from grader.files import write_atomically
from grader.reports.at_hand import SubmissionOf
from grader.reports.details import DETAILED_LEARNERS, LEARNERS_IN_CHUNK, Details
from grader.reports.figures import SMALL_CLASS, remarks_on_exercise, remarks_on_test
from grader.reports.lateness import Deadlines, parse_time
from grader.reports.policy import content_security_policy
from grader.reports.spreadsheet import QUOTE
from grader.reports.standing import LISTED_LEARNERS, Row, Standing
from grader.results import Result

REPORT = "report.html"
TITLE = "Class report"
DECIMALS = 4
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
{body}
<script type="application/json" id="data">{data}</script>
{chunks}<script>{script}</script>
</body>
</html>
"""


@dataclass(frozen=True)
class Trouble:
    """What an instructor is to know beside the verdicts.

    Attributes
    ----------
    not_graded : tuple of str
        Submissions without a grade, for a reason on our side.
    left_out : tuple of str
        What was left out of what was handed in.
    conflicts : tuple of str
        Decisions of a person whose reason may be gone.
    """

    not_graded: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


class ClassReport:
    """Collects a class from its results, one at a time, and writes the page."""

    def __init__(
        self,
        catalogue: Catalogue,
        submission_of: SubmissionOf,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._deadlines = deadlines or Deadlines()
        self._submission_of = submission_of
        self.standing = Standing(catalogue)
        self._details = Details(self.standing)

    def reading(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results, and take them in on the way."""
        for result in results:
            is_detailed = len(self.standing.learners) <= DETAILED_LEARNERS
            submission = None
            if is_detailed:
                submission = self._submission_of(result.learner, result.week)
            index = self.standing.add(result, submission)
            if index is not None:
                self._details.add(index, result, submission)
            yield result

    def write(self, grades: Path, trouble: Trouble) -> Path:
        """Write the page into a grades folder.

        Raises
        ------
        OSError
            If it can't be written.
        """
        self._details.close()
        data = _data(self.standing, self._catalogue, trouble, _void_tests(grades))
        data["n_without_code"] = self._details.n_without_code
        data |= _lateness(self.standing, self._deadlines)
        path = grades / REPORT
        write_atomically(path, _page(data, self._details.chunks).encode("utf-8"))
        return path


def _page(data: dict[str, Any], chunks: Sequence[str | None]) -> str:
    folder = files("grader.reports")
    script, style, body = (
        (folder / f"report.{kind}").read_text(encoding="utf-8") for kind in ("js", "css", "body")
    )
    packed = (
        f'<script type="text/plain" id="chunk-{number}">{chunk}</script>\n'
        for number, chunk in enumerate(chunks)
        if chunk is not None
    )
    return PAGE.format(
        policy=escape(content_security_policy(style, script)),
        title=TITLE,
        style=style,
        body=body,
        data=_json(data),
        chunks="".join(packed),
        script=script,
    )


def _json(data: Any) -> str:
    """Return JSON in ASCII that ends no element and begins no comment in HTML."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(
    standing: Standing, catalogue: Catalogue, trouble: Trouble, void: list[list[str]]
) -> dict[str, Any]:
    objects = {(each.week, each.name): each.object_name for each in catalogue.graded}
    weeks = []
    for figures in standing.weeks():
        week = asdict(figures)
        for shown, exercise in zip(week["exercises"], figures.exercises, strict=True):
            shown["object"] = objects.get((figures.name, exercise.name), exercise.name)
            shown["begun"] = exercise.begun
            shown["remarks"] = remarks_on_exercise(exercise)
        for shown, test in zip(week["tests"], figures.tests, strict=True):
            shown["remarks"] = remarks_on_test(test)
            del shown["agrees_with"]
        weeks.append(week)
    return {
        "statuses": [
            [STATUSES[name].name, STATUSES[name].word, STATUSES[name].sign] for name in VERDICTS
        ],
        "n_learners": standing.n_learners,
        "n_results": standing.n_results,
        "n_listed": LISTED_LEARNERS,
        "n_detailed": DETAILED_LEARNERS,
        "small": SMALL_CLASS,
        "chunk": LEARNERS_IN_CHUNK,
        "is_confined": standing.is_confined,
        "weeks": _rounded(weeks),
        "learners": [
            [name, {week: _row(row) for week, row in rows.items()}]
            for name, rows in standing.learners
        ],
        "findings": [
            [each.week, each.exercise, each.sentence, each.count, each.examples]
            for each in standing.findings
        ],
        "needs": [[need.learner, need.rank, need.reasons] for need in standing.needs()],
        "not_graded": [*trouble.not_graded, *standing.problems],
        "left_out": trouble.left_out,
        "conflicts": trouble.conflicts,
        "void": void,
    }


def _lateness(standing: Standing, deadlines: Deadlines) -> dict[str, Any]:
    """Return who was late, the latest first, and whose time can't be told."""
    late, untold = [], []
    for number, (_, rows) in enumerate(standing.learners):
        for week in deadlines.times.keys() & rows.keys():
            row = rows[week]
            time = parse_time(row.submitted_at)
            if time is None:
                untold.append([number, week, row.submitted_at])
                continue
            found = deadlines.late(week, time, row.score)
            if found is not None:
                seconds = round(found.by.total_seconds())
                late.append([number, week, row.submitted_at, seconds, row.score, found.points])
    return {
        "deadlines": {week: f"{time:%Y-%m-%d %H:%M} UTC" for week, time in deadlines.times.items()},
        "rule": deadlines.rule,
        "late": sorted(late, key=lambda entry: (-entry[3], entry[0], entry[1])),
        "untold": sorted(untold),
    }


def _row(row: Row) -> list[Any]:
    signs = "".join(
        " " if status is None else str(VERDICTS.index(status)) for status in row.statuses
    )
    return [row.score, row.max_score, row.submitted_at, signs, row.findings]


def _rounded(value: Any) -> Any:
    """Return data with numbers as short as people read them."""
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def _void_tests(grades: Path) -> list[list[str]]:
    """Return the tests that count for nobody, as a run listed them."""
    try:
        with (grades / "void_tests.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except FileNotFoundError:
        return []
    return [[cell.removeprefix(QUOTE) for cell in row] for row in rows[1:]]
