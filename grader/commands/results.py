"""Commands on what was graded: `report`, `override`, `diff`, `publish` and `similarity`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from grader.commands.shared import (
    BAD_CALL,
    OK,
    SOMETHING_WRONG,
    Commands,
    add_deadlines,
    add_jobs,
    add_weeks,
    print_lines,
    tell_conflicts,
)
from grader.errors import InputError
from grader.printing import printable
from grader.reports.exports import NAMES as EXPORTS

if TYPE_CHECKING:
    from grader.deciding import Entry

PRINTED_PAIRS = 10


def add(commands: Commands) -> None:
    """Add these commands to the parser."""
    _add_report(commands)
    _add_override(commands)
    _add_diff(commands)
    _add_publish(commands)
    _add_similarity(commands)


def _add_report(commands: Commands) -> None:
    report = commands.add_parser(
        "report", help="write the class report again", description=report_again.__doc__
    )
    report.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    report.add_argument(
        "--submitted", type=Path, metavar="SUBMITTED", help="what was graded, to show the code"
    )
    add_deadlines(report)
    report.set_defaults(command=report_again)


def _add_override(commands: Commands) -> None:
    override = commands.add_parser(
        "override", help="decide on points yourself", description=override_points.__doc__
    )
    override.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    override.add_argument(
        "what", nargs="*", metavar="LEARNER WEEK EXERCISE", help="of whom and what"
    )
    override.add_argument("--points", type=float, metavar="P", help="the points that count")
    override.add_argument("--why", default="", metavar="TEXT", help="what the learner is told")
    override.add_argument("--remove", action="store_true", help="take a decision back")
    override.set_defaults(command=override_points)


def _add_diff(commands: Commands) -> None:
    diff = commands.add_parser(
        "diff", help="see what a regrade changes", description=show_diff.__doc__
    )
    diff.add_argument("old", type=Path, metavar="OLD", help="what a `run --out` wrote")
    diff.add_argument("new", type=Path, metavar="NEW", help="what another one wrote")
    diff.add_argument("--csv", type=Path, metavar="FILE", help="write it as a table")
    diff.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    diff.set_defaults(command=show_diff)


def _add_publish(commands: Commands) -> None:
    publish = commands.add_parser(
        "publish", help="put together what is handed back", description=publish_grades.__doc__
    )
    publish.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    publish.add_argument("--out", type=Path, required=True, metavar="DIR", help="where to")
    publish.add_argument(
        "--format", nargs="+", default=[], choices=EXPORTS, help="exports that belong to it"
    )
    publish.add_argument("--roster", type=Path, metavar="FILE", help="who is who, as for export")
    publish.add_argument(
        "--submitted", type=Path, metavar="SUBMITTED", help="what was graded, to show the code"
    )
    add_deadlines(publish)
    publish.set_defaults(command=publish_grades)


def _add_similarity(commands: Commands) -> None:
    similarity = commands.add_parser(
        "similarity", help="show whose solutions are alike", description=show_similar.__doc__
    )
    similarity.add_argument(
        "submitted", type=Path, metavar="SUBMITTED", help="a folder, or a .zip of it"
    )
    similarity.add_argument(
        "--out", type=Path, required=True, metavar="FILE.html", help="the page to write"
    )
    add_weeks(similarity)
    add_jobs(similarity)
    similarity.add_argument(
        "--json", action="store_true", help="print what was found as JSON, without code"
    )
    similarity.set_defaults(command=show_similar)


def report_again(args: argparse.Namespace) -> int:
    """Write report.html, grades.csv and feedback of GRADES again, as each run does at its end."""
    from grader.course import Course
    from grader.reports.class_pages import rewrite_pages
    from grader.reports.lateness import Deadlines

    course = Course()
    deadlines = Deadlines.parse(args.deadline, args.late_penalty, course.catalogue)
    page, notes = rewrite_pages(args.grades, args.submitted, course, deadlines)
    for note in notes:
        print(f"grader: {printable(note)}", file=sys.stderr)
    print(f"Report: {page}")
    print(f"Feedback: {args.grades / 'feedback'}/<learner>/<week>.html and .md")
    if args.submitted is None:
        print("Without --submitted neither shows the learners' code.")
    return OK


def override_points(args: argparse.Namespace) -> int:
    """Decide on the points of an exercise, take that back with --remove, or list all decisions.

    A decision counts in place of the grader's points, whatever is graded again. If the code or the
    verdict changes after it, that is listed, and the exit status of the list is 1.
    """
    from grader.deciding import decide, entries, take_back

    if not args.what:
        if args.points is not None or args.why or args.remove:
            raise InputError("override: say of whom and what: LEARNER WEEK EXERCISE")
        return _list_decisions(entries(args.grades), args.grades)
    if len(args.what) != 3:
        raise InputError("override: give three names: LEARNER WEEK EXERCISE; or none for a list")
    if args.remove == (args.points is not None):
        raise InputError("override: give --points and --why, or --remove")
    learner, week, exercise = args.what
    if args.remove:
        said = take_back(args.grades, learner, week, exercise)
    else:
        said = decide(args.grades, learner, week, exercise, args.points, args.why)
    print(printable(said))
    print(f"Next: python -m grader report {args.grades}, or run: they write all grades again")
    return OK


def _list_decisions(found: Sequence[Entry], grades: Path) -> int:
    for entry in found:
        one = entry.override
        print(
            f"{printable(' '.join(one.key))}: {one.points:.10g} points, "
            f"{one.score:.10g} by the grader ({printable(one.when)}): {printable(one.why)}"
        )
    if not found:
        print(f"Nothing is decided in {grades}")
    return SOMETHING_WRONG if tell_conflicts([e.conflict for e in found if e.conflict]) else OK


def show_diff(args: argparse.Namespace) -> int:
    """Show whose grade changes from OLD to NEW, and by which exercise and tests.

    Nothing is published or changed. The exit status is that of `diff`: 0 if nothing differs, 1 if
    something does, 2 if something can't be read.
    """
    from grader.reports.diff import compare, print_diff, write_csv, write_html

    found = compare(args.old, args.new)
    print_diff(Console(), found)
    if args.csv is not None:
        write_csv(args.csv, found)
    if args.html is not None:
        write_html(args.html, found, args.old, args.new)
    if found.unreadable:
        print("grader: not compared:", file=sys.stderr)
        print_lines(found.unreadable)
        return BAD_CALL
    return SOMETHING_WRONG if found.changes else OK


def publish_grades(args: argparse.Namespace) -> int:
    """Put feedback, grades.csv and exports of GRADES into DIR, with a manifest of its files.

    All of it is of one state, and replaces what was published there before in one step; what
    changes is said, and the manifests of before are kept.
    """
    from grader.course import Course
    from grader.reports.lateness import Deadlines
    from grader.reports.publish import publish

    deadlines = Deadlines.parse(args.deadline, args.late_penalty, Course().catalogue)
    made = publish(
        args.grades, args.out, args.format, args.roster, args.submitted, deadlines=deadlines
    )
    if made.is_first:
        print(f"{made.n_results} results published: {args.out}")
    elif not (made.grades or made.files):
        print(f"{made.n_results} results: nothing that learners see has changed: {args.out}")
    else:
        print(f"{made.n_results} results published again: {args.out}")
        for what, changes in (("Grades", made.grades), ("Files", made.files)):
            print(f"{what} that differ from before: {len(changes)}")
            for change in changes:
                print(f"  {printable(change)}")
    print(f"State: {made.state}")
    if made.left_out:
        print("grader: not in the exports:", file=sys.stderr)
        print_lines(made.left_out)
    return SOMETHING_WRONG if made.left_out else OK


def show_similar(args: argparse.Namespace) -> int:
    """Show which learners' solutions share more than chance makes likely, side by side.

    Nothing is graded or decided by it, and no code is run.
    """
    from grader.course import Course
    from grader.files import write_atomically, writing_to
    from grader.progress import Progress
    from grader.similarity.find import find_similar
    from grader.similarity.page import as_json, page_of

    progress = Progress(Console(stderr=True), "compared")
    found = find_similar(args.submitted, Course(), progress, args.week, args.jobs)
    with writing_to(args.out.parent):
        write_atomically(args.out, page_of(found).encode("utf-8"))
    if args.json:
        print(as_json(found))
        return OK
    for note in found.skipped:
        print(f"grader: {printable(note)}", file=sys.stderr)
    for pair in found.pairs[:PRINTED_PAIRS]:
        one, other = map(printable, pair.learners)
        names = ", ".join(each.alike.place[1] for each in pair.alike[:3])
        print(f"{one} and {other}: {100 * pair.share:.0f} %, most telling {names}")
    if found.n_pairs > PRINTED_PAIRS:
        print(f"… and {found.n_pairs - PRINTED_PAIRS} more")
    print(f"{found.n_learners} learners, {found.n_pairs} pairs listed. Similar is not copied.")
    print(f"Page: {args.out}")
    return OK
