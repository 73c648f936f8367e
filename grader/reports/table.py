"""The class in a terminal: a row per learner and week, what is hard, and who needs help."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.printing import printable
from grader.reports.standing import WITHOUT_POINTS, Row, Standing

SHOWN_RESULTS = 200
SHOWN_FINDINGS = SHOWN_NEEDS = 5
SHOWN_LEARNERS = 3
BAR = 12
# What each column counts; together they are all that can become of an exercise.
COLUMNS = {
    "done": ("passed",),
    "partly": ("partial",),
    "wrong": (*WITHOUT_POINTS, "unreadable"),
    "to do": ("todo",),
}
COLOURS = {"done": "green", "partly": "yellow", "wrong": "red", "to do": "dim"}


def print_class(console: Console, standing: Standing) -> None:
    """Print a row per result, for a large class the first ones, and under it what stands out."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("learner", overflow="fold")
    table.add_column("week")
    table.add_column("points", justify="right")
    table.add_column("")
    for column in COLUMNS:
        table.add_column(column, justify="right", style=COLOURS[column])
    shown = 0
    for learner, rows in standing.learners:
        for week, row in rows.items():
            if shown < SHOWN_RESULTS:
                shown += 1
                table.add_row(Text(printable(learner)), Text(printable(week)), *_cells(row))
    console.print(table)
    if standing.n_results > shown:
        console.print(f"… and {standing.n_results - shown} more, in the report and in grades.csv")
    _print_findings(console, standing)
    _print_needs(console, standing)


def print_link(console: Console, label: str, path: Path) -> None:
    """Print where something is, as a link where the terminal knows links."""
    place = Text(str(path), style=f"link {path.resolve().as_uri()}")
    console.print(Text(f"{label} ").append_text(place), soft_wrap=True)


def _cells(row: Row) -> list[Text]:
    share = min(1.0, row.score / row.max_score) if row.max_score else 0.0
    filled = round(share * BAR)
    count = Counter(row.statuses)
    numbers = (sum(count[status] for status in statuses) for statuses in COLUMNS.values())
    return [
        Text(f"{round(row.score, 1):g}/{row.max_score:g}"),
        Text("█" * filled).append("░" * (BAR - filled), style="dim"),
        *(Text(str(number) if number else "-") for number in numbers),
    ]


def _print_findings(console: Console, standing: Standing) -> None:
    found = standing.commonest_findings()
    if not found:
        return
    console.print("\nMisconceptions found", style="bold")
    for each in found[:SHOWN_FINDINGS]:
        exercise, sentence = printable(each.exercise), printable(each.sentence)
        names = ", ".join(map(printable, each.learners[:SHOWN_LEARNERS]))
        more = " …" if each.count > SHOWN_LEARNERS else ""
        console.print(Text(f"  {each.count} × {exercise}: {sentence} ({names}{more})"))
    _print_rest(console, len(found) - SHOWN_FINDINGS)


def _print_needs(console: Console, standing: Standing) -> None:
    needs = standing.needs()
    if not needs:
        return
    console.print("\nWho needs help first", style="bold")
    for need in needs[:SHOWN_NEEDS]:
        name = printable(standing.learners[need.learner][0])
        reason, *others = need.reasons
        more = f" (and {len(others)} more)" if others else ""
        console.print(Text(f"  {name}: {printable(reason)}{more}"))
    _print_rest(console, len(needs) - SHOWN_NEEDS)


def _print_rest(console: Console, count: int) -> None:
    if count > 0:
        console.print(f"  … and {count} more, in the report", style="dim", highlight=False)
