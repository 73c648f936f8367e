"""The class in a terminal: a row per learner and week, and what the class found hard."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exercises.verdict import STATUSES, VERDICTS
from grader.printing import printable
from grader.results import Result

SHOWN_MISCONCEPTIONS = 12
LEGEND = " ".join(f"{STATUSES[name].sign} {STATUSES[name].word}" for name in VERDICTS)


def print_class(console: Console, results: Sequence[Result]) -> None:
    """Print one row per result, and under it the verdicts that need a person's look."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("learner", overflow="fold")
    table.add_column("week")
    table.add_column("score", justify="right")
    table.add_column("exercises", overflow="fold")
    for result in results:
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
    console.print(LEGEND, style="dim", highlight=False)
    _print_misconceptions(console, results)


def _print_misconceptions(console: Console, results: Sequence[Result]) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for each in result.exercises:
            if each.misconception:
                key = (each.exercise, each.misconception.sentence)
                found.setdefault(key, []).append(printable(result.learner))
    if not found:
        return
    console.print("\nMisconceptions found", style="bold")
    most_common = sorted(found.items(), key=lambda item: -len(item[1]))
    for (exercise, sentence), learners in most_common[:SHOWN_MISCONCEPTIONS]:
        names = ", ".join(learners[:3]) + (" …" if len(learners) > 3 else "")
        console.print(
            Text(f"  {len(learners)} × {printable(exercise)}: {printable(sentence)} ({names})")
        )
    if len(found) > SHOWN_MISCONCEPTIONS:
        more = len(found) - SHOWN_MISCONCEPTIONS
        console.print(f"  … and {more} more, in the results", style="dim", highlight=False)
