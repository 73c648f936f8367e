"""The class in a terminal: a row per learner and week, and what the class found hard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exercises.verdict import STATUSES, VERDICTS
from grader.printing import printable
from grader.results import Result

SHOWN_RESULTS = 200
SHOWN_MISCONCEPTIONS = 12
SHOWN_LEARNERS = 3
LEGEND = " ".join(f"{STATUSES[name].sign} {STATUSES[name].word}" for name in VERDICTS)


class Misconceptions:
    """Counts who has which, and keeps the first few names of each."""

    def __init__(self) -> None:
        self._count = Counter[tuple[str, str]]()
        self._learners: dict[tuple[str, str], list[str]] = {}

    def add(self, result: Result) -> None:
        """Count those of one result."""
        for each in result.exercises:
            if each.misconception:
                key = (each.exercise, each.misconception.sentence)
                self._count[key] += 1
                learners = self._learners.setdefault(key, [])
                if len(learners) < SHOWN_LEARNERS:
                    learners.append(printable(result.learner))

    def print(self, console: Console) -> None:
        """Print the most common ones."""
        if not self._count:
            return
        console.print("\nMisconceptions found", style="bold")
        for key, count in self._count.most_common(SHOWN_MISCONCEPTIONS):
            exercise, sentence = map(printable, key)
            names = ", ".join(self._learners[key]) + (" …" if count > SHOWN_LEARNERS else "")
            console.print(Text(f"  {count} × {exercise}: {sentence} ({names})"))
        if len(self._count) > SHOWN_MISCONCEPTIONS:
            more = len(self._count) - SHOWN_MISCONCEPTIONS
            console.print(f"  … and {more} more, in the results", style="dim", highlight=False)


def print_class(console: Console, results: Iterable[Result]) -> None:
    """Print a row per result, for a large class the first ones, and under it the misconceptions."""
    found, number = Misconceptions(), 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("learner", overflow="fold")
    table.add_column("week")
    table.add_column("score", justify="right")
    table.add_column("exercises", overflow="fold")
    for number, result in enumerate(results, start=1):
        found.add(result)
        if number > SHOWN_RESULTS:
            continue
        marks = Text()
        for each in result.exercises:
            status = STATUSES[each.status]
            marks.append(status.sign, status.colour)
        table.add_row(
            Text(printable(result.learner)),
            Text(printable(result.week)),
            f"{result.score:g}/{result.max_score:g}",
            marks,
        )
    console.print(table)
    if number > SHOWN_RESULTS:
        console.print(f"… and {number - SHOWN_RESULTS} more, in grades.csv and in the results")
    console.print(LEGEND, style="dim", highlight=False)
    found.print(console)
