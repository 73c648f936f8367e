"""Commands that hand grades on to other tools: `export` and `gradebook`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader.commands.shared import (
    NOT_ALL_GRADED,
    OK,
    SOMETHING_WRONG,
    Commands,
    add_weeks,
    print_lines,
)
from grader.errors import InputError
from grader.printing import printable
from grader.reports.exports import NAMES as EXPORTS


def add(commands: Commands) -> None:
    """Add these commands to the parser."""
    _add_export(commands)
    _add_gradebook(commands)


def _add_export(commands: Commands) -> None:
    export = commands.add_parser("export", help="hand grades on", description=export_grades.__doc__)
    export.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    export.add_argument("--format", required=True, choices=EXPORTS, help="who reads it")
    export.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a file; or a new folder of files"
    )
    export.add_argument(
        "--roster", type=Path, metavar="FILE", help="who is who, as Canvas or Moodle exports it"
    )
    add_weeks(export)
    export.set_defaults(command=export_grades)


def _add_gradebook(commands: Commands) -> None:
    gradebook = commands.add_parser(
        "gradebook", help="write grades for nbgrader", description=fill_gradebook.__doc__
    )
    gradebook.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    gradebook.add_argument(
        "--db",
        default="",
        metavar="URL",
        help="postgresql+psycopg://… or an SQLite file; else gradebook.db in the course folder",
    )
    gradebook.add_argument(
        "--course", type=Path, metavar="FOLDER", help="nbgrader's; else that of the SQLite file"
    )
    gradebook.add_argument(
        "--submitted",
        type=Path,
        metavar="FOLDER",
        help="what was graded: it becomes the notebooks that formgrader and feedback show",
    )
    add_weeks(gradebook)
    gradebook.add_argument(
        "--overwrite-manual",
        action="store_true",
        help="remove scores, comments and the extra credit of bonus exercises that a person gave "
        "for these exercises, so that ours count; without it, theirs do",
    )
    gradebook.set_defaults(command=fill_gradebook)


def export_grades(args: argparse.Namespace) -> int:
    """Write grades as Canvas, Moodle, Gradescope, GitHub Classroom or others read them."""
    from grader.reports.exports.export import export

    report = export(args.grades, args.format, args.out, args.roster, args.week)
    for note in report.notes:
        print(f"grader: {printable(note)}", file=sys.stderr)
    print(f"{report.exported} results read, written as {args.format}: {args.out}")
    if report.next_step:
        print(f"Next: {report.next_step}")
    if report.left_out:
        print("grader: not in there:", file=sys.stderr)
        print_lines(report.left_out)
    return SOMETHING_WRONG if report.left_out else OK


def fill_gradebook(args: argparse.Namespace) -> int:
    """Write scores and comments into nbgrader's gradebook, for its export, feedback, formgrader.

    What is there already is not written again, and what a person gave is kept.
    """
    try:
        from grader.nbgrader.gradebook import Request, write_gradebook
    except ModuleNotFoundError as error:
        raise InputError(f"{error}; install it: pip install -e '.[nbgrader]'") from error

    report = write_gradebook(
        Request(
            grades=args.grades,
            db=args.db,
            course=args.course,
            submitted=args.submitted,
            weeks=tuple(args.week),
            overwrites_manual=args.overwrite_manual,
        )
    )
    print_lines(report.notes)
    print(f"{report.written} written, {report.unchanged} unchanged: {printable(report.gradebook)}")
    if args.submitted is not None:
        print(f"{report.notebooks} notebooks written; next: nbgrader generate_feedback WEEK")
    if report.left_out:
        print("grader: not in there:", file=sys.stderr)
        print_lines(report.left_out)
    if report.not_graded:
        print("grader: not graded, and not the learners' fault:", file=sys.stderr)
        print_lines(report.not_graded)
        return NOT_ALL_GRADED
    return SOMETHING_WRONG if report.left_out else OK
