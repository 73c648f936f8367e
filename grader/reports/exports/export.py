"""Export the results of a run: read them, give them to a format, write what it makes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InputError, ResultError
from grader.files import write_atomically, writing_to
from grader.reports.exports.canvas import export_to_canvas
from grader.reports.exports.exported import Exported
from grader.reports.exports.github_classroom import export_to_github_classroom
from grader.reports.exports.gradescope import export_to_gradescope
from grader.reports.exports.junit import export_to_junit
from grader.reports.exports.long_csv import export_to_csv
from grader.reports.exports.moodle import export_to_moodle
from grader.reports.exports.roster import Roster
from grader.results import GRADED, Result, all_results

# What a system that gives every learner a row of its own needs its own list for.
WITH_A_ROSTER: dict[str, Callable[[Sequence[Result], Roster], Exported]] = {
    "canvas": export_to_canvas,
    "moodle": export_to_moodle,
}
WITHOUT: dict[str, Callable[[Sequence[Result]], Exported]] = {
    "gradescope": export_to_gradescope,
    "github-classroom": export_to_github_classroom,
    "junit": export_to_junit,
    "csv": export_to_csv,
}


@dataclass(frozen=True)
class Report:
    """What became of an export."""

    exported: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    next_step: str


def export(
    grades: Path,
    format_name: str,
    out: Path,
    roster: Path | None = None,
    weeks: Collection[str] = (),
) -> Report:
    """Write the results in a grades folder as a file, or folder, of another format.

    Raises
    ------
    InputError
        If there are no results, a roster lacks or is none, or `out` can't be written.
    """
    results, left_out = _read(all_results(grades), weeks)
    if not results:
        of = f" of {', '.join(sorted(weeks))}" if weeks else ""
        reasons = [f"{grades}: holds no results{of} to export; see python -m grader run"]
        raise InputError("\n".join([*reasons, *left_out]))
    made = _make(format_name, results, roster)
    _write(out, made)
    return Report(len(results), (*left_out, *made.left_out), made.notes, made.next_step)


def _read(
    found: Iterable[Result | ResultError], weeks: Collection[str]
) -> tuple[list[Result], list[str]]:
    """Return the results to export, and what is none."""
    results: dict[tuple[str, str], Result] = {}
    problems = []
    for each in found:
        if isinstance(each, ResultError):
            problems.append(str(each))
        elif weeks and each.week not in weeks:
            continue
        elif each.status != GRADED:
            problems.append(f"{each.learner} {each.week}: {each.status}; grade it again")
        elif (each.learner, each.week) in results:
            problems.append(f"{each.learner} {each.week}: two files say they are this; grade again")
        else:
            results[each.learner, each.week] = each
    return list(results.values()), problems


def _make(format_name: str, results: Sequence[Result], roster: Path | None) -> Exported:
    if format_name in WITHOUT:
        if roster is not None:
            raise InputError(f"--roster {roster}: {format_name} needs none; leave it out")
        return WITHOUT[format_name](results)
    if roster is None:
        raise InputError(
            f"--format {format_name} needs --roster: the .csv that {format_name} itself exports, "
            "which says who is who"
        )
    return WITH_A_ROSTER[format_name](results, Roster.read(roster))


def _write(out: Path, made: Exported) -> None:
    """Write a file in one step; a folder must be new, so that nothing of an older one stays."""
    with writing_to(out):
        if isinstance(made.content, bytes):
            if out.is_dir():
                raise InputError(f"--out {out}: is a folder; give the name of a file")
            write_atomically(out, made.content)
            return
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise InputError(f"--out {out}: exists and is not empty; give a new folder")
        out.mkdir(parents=True, exist_ok=True)
        for name, data in made.content.items():
            write_atomically(out / name, data)
