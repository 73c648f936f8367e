"""The class in a terminal: a row per learner and week, and what the class found hard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.printing import printable

SHOWN_MISCONCEPTIONS = 12
MARKS = {
    "passed": "✓",
    "partial": "~",
    "failed": "✗",
    "todo": "·",
    "timeout": "T",
    "crashed": "C",
    "forbidden": "F",
    "unreadable": "!",
}
STYLES = {"passed": "green", "partial": "yellow", "todo": "dim"}
LEGEND = "✓ passed ~ partial ✗ failed · to do T timeout C crashed F forbidden ! unreadable"


def print_class(console: Console, results: Sequence[dict[str, Any]]) -> None:
    """Print one row per result, and under it the verdicts that need a person's look."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("learner", overflow="fold")
    table.add_column("week")
    table.add_column("score", justify="right")
    table.add_column("exercises", overflow="fold")
    for result in results:
        marks = Text()
        for exercise in result["exercises"]:
            status = exercise["status"]
            marks.append(MARKS.get(status, "?"), STYLES.get(status, "red"))
        table.add_row(
            Text(printable(result["learner"])),
            Text(printable(result["week"])),
            f"{result['score']:g}/{result['max_score']:g}",
            marks,
        )
    console.print(table)
    console.print(LEGEND, style="dim", highlight=False)
    _print_misconceptions(console, results)


def _print_misconceptions(console: Console, results: Sequence[dict[str, Any]]) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    for result in results:
        for exercise in result["exercises"]:
            if exercise["misconception"]:
                key = (exercise["exercise"], exercise["misconception"]["sentence"])
                found.setdefault(key, []).append(printable(result["learner"]))
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
