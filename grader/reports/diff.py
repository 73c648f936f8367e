"""Whose grade differs between two grades folders, by which exercise and which tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exercises.verdict import STATUSES
from grader.errors import InputError
from grader.files import write_atomically, writing_to
from grader.printing import printable
from grader.reports.spreadsheet import as_csv
from grader.results import ExerciseResult, all_results, readable

HEADER = (
    *("learner", "week", "exercise", "before", "after", "change"),
    *("status_before", "status_after", "tests_gained", "tests_lost", "decided_by_hand"),
)
NONE = "none"


@dataclass(frozen=True)
class Judged:
    """An exercise in one of the folders; `failed` are the names of its tests that do not pass."""

    score: float
    status: str
    failed: frozenset[str]
    is_decided: bool

    @classmethod
    def of(cls, each: ExerciseResult) -> Judged:
        """Return what counts of a verdict."""
        failed = frozenset(test.name for test in each.tests if test.status != "passed")
        return cls(each.score, each.status, failed, each.override is not None)


@dataclass(frozen=True)
class Grade:
    """A learner's week in one of the folders."""

    score: float
    exercises: Mapping[str, Judged]


@dataclass(frozen=True)
class Moved:
    """An exercise whose points or verdict differ; None where a folder has no verdict on it."""

    exercise: str
    old: Judged | None
    new: Judged | None

    @property
    def change(self) -> float:
        """By how many points."""
        return _score(self.new) - _score(self.old)

    @property
    def gained(self) -> tuple[str, ...]:
        """The tests that pass now and did not."""
        return _sorted(self.old, self.new)

    @property
    def lost(self) -> tuple[str, ...]:
        """The tests that passed and do not now."""
        return _sorted(self.new, self.old)

    @property
    def is_decided(self) -> bool:
        """Whether a person's decision is in it."""
        return any(each is not None and each.is_decided for each in (self.old, self.new))

    def __str__(self) -> str:
        """Return it in words."""
        words = [f"{self.exercise} {_signed(self.change)} ({_word(self.old)} → {_word(self.new)})"]
        words += ["by hand"] if self.is_decided else []
        words += [f"now pass {', '.join(self.gained)}"] if self.gained else []
        words += [f"now fail {', '.join(self.lost)}"] if self.lost else []
        return printable(": ".join([words[0], "; ".join(words[1:])] if words[1:] else words))


@dataclass(frozen=True)
class Change:
    """A learner's week that differs; a score is None where it is only in the other folder."""

    learner: str
    week: str
    old: float | None
    new: float | None
    moved: tuple[Moved, ...]

    @property
    def size(self) -> float:
        """By how many points the grade changes."""
        return (self.new or 0.0) - (self.old or 0.0)

    @property
    def whys(self) -> tuple[str, ...]:
        """What did it, in words."""
        if self.old is None or self.new is None:
            return (f"only in the {'old' if self.new is None else 'new'} folder",)
        return tuple(map(str, self.moved))


@dataclass(frozen=True)
class Diff:
    """What differs, the largest change first, of how many results, and what can't be read."""

    changes: tuple[Change, ...]
    n_results: int
    unreadable: tuple[str, ...]

    @property
    def summary(self) -> str:
        """All of it in a sentence."""
        up = sum(each.size > 0 for each in self.changes)
        down = sum(each.size < 0 for each in self.changes)
        same = len(self.changes) - up - down
        return (
            f"Of {self.n_results} results {up} go up, {down} go down, {same} have other verdicts "
            f"and the same points, {self.n_results - len(self.changes)} are the same."
        )


def compare(old: Path, new: Path) -> Diff:
    """Compare what two grades folders say, decisions included. Nothing is written.

    Raises
    ------
    InputError
        If one holds no results, or its decisions can't be read.
    """
    unreadable: list[str] = []
    before, after = (_grades(folder, unreadable) for folder in (old, new))
    keys = sorted({*before, *after})
    found = (_change(key, before.get(key), after.get(key)) for key in keys)
    changes = [each for each in found if each is not None]
    changes.sort(key=lambda each: -abs(each.size))
    return Diff(tuple(changes), len(keys), tuple(unreadable))


def print_diff(console: Console, diff: Diff) -> None:
    """Print a row per change."""
    if diff.changes:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("learner", overflow="fold", max_width=16)
        table.add_column("week")
        for column in ("before", "after", "change"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("by", overflow="fold")
        for each in diff.changes:
            kind = _kind(each.size)
            table.add_row(
                Text(printable(each.learner)),
                Text(printable(each.week)),
                _points(each.old),
                _points(each.new),
                Text(_signed(each.size), style={"up": "green", "down": "red"}.get(kind, "")),
                Text("\n".join(each.whys)),
            )
        console.print(table)
    console.print(diff.summary, highlight=False)


def write_csv(path: Path, diff: Diff) -> None:
    """Write a row per exercise that differs, and one without an exercise per grade."""
    rows: list[Sequence[str | float]] = [HEADER]
    for each in diff.changes:
        who = (each.learner, each.week)
        scores = ("" if score is None else score for score in (each.old, each.new))
        rows.append((*who, "", *scores, round(each.size, 4), "", "", "", "", ""))
        for moved in each.moved:
            both = (moved.old, moved.new)
            rows.append(
                (
                    *(*who, moved.exercise),
                    *("" if one is None else one.score for one in both),
                    round(moved.change, 4),
                    *("" if one is None else one.status for one in both),
                    *(" ".join(moved.gained), " ".join(moved.lost)),
                    "yes" if moved.is_decided else "",
                )
            )
    with writing_to(path):
        write_atomically(path, as_csv(rows))


def write_html(path: Path, diff: Diff, old: Path, new: Path) -> None:
    """Write a page that runs nothing and loads nothing."""
    from grader.reports.templates import rendered

    changes = [
        {
            "learner": printable(each.learner),
            "week": printable(each.week),
            "before": _points(each.old),
            "after": _points(each.new),
            "change": _signed(each.size),
            "kind": _kind(each.size),
            "whys": each.whys,
        }
        for each in diff.changes
    ]
    names = {"old": printable(str(old)), "new": printable(str(new))}
    page = rendered("diff.html", changes=changes, summary=diff.summary, **names)
    with writing_to(path):
        write_atomically(path, page.encode("utf-8"))


def _grades(folder: Path, unreadable: list[str]) -> dict[tuple[str, str], Grade]:
    if not (folder / "results").is_dir():
        raise InputError(f"{folder}: holds no results; see python -m grader run")
    return {
        (result.learner, result.week): Grade(
            result.score, {each.exercise: Judged.of(each) for each in result.exercises}
        )
        for result in readable(all_results(folder), unreadable)
    }


def _change(key: tuple[str, str], old: Grade | None, new: Grade | None) -> Change | None:
    if old == new:
        return None
    if old is None or new is None:
        return Change(*key, old.score if old else None, new.score if new else None, ())
    names = dict.fromkeys([*old.exercises, *new.exercises])
    moved = tuple(
        Moved(name, old.exercises.get(name), new.exercises.get(name))
        for name in names
        if old.exercises.get(name) != new.exercises.get(name)
    )
    return Change(*key, old.score, new.score, moved)


def _sorted(worse: Judged | None, better: Judged | None) -> tuple[str, ...]:
    if worse is None or better is None:
        return ()
    return tuple(sorted(worse.failed - better.failed))


def _score(judged: Judged | None) -> float:
    return judged.score if judged else 0.0


def _word(judged: Judged | None) -> str:
    if judged is None:
        return NONE
    known = STATUSES.get(judged.status)
    return known.word if known else judged.status


def _points(score: float | None) -> str:
    return "-" if score is None else f"{round(score, 2):.10g}"


def _signed(change: float) -> str:
    return f"{round(change, 2):+.10g}" if round(change, 2) else "±0"


def _kind(change: float) -> str:
    return "up" if change > 0 else "down" if change < 0 else "same"
