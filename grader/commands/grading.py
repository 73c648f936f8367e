"""Commands that grade: `run` and `me`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from grader.commands.shared import (
    NOT_ALL_GRADED,
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

if TYPE_CHECKING:
    from grader.run import Decision, Summary


def add(commands: Commands) -> None:
    """Add these commands to the parser."""
    _add_run(commands)
    _add_me(commands)


def _add_run(commands: Commands) -> None:
    run = commands.add_parser("run", help="grade a class", description=grade.__doc__)
    run.add_argument("submitted", type=Path, metavar="SUBMITTED", help="a folder, or a .zip of it")
    run.add_argument("--out", type=Path, required=True, metavar="GRADES", help="where results go")
    add_weeks(run)
    run.add_argument("--learner", nargs="+", default=[], metavar="NAME", help="only these learners")
    add_jobs(run)
    run.add_argument(
        "--scheduler", default="", metavar="URL", help="grade on a Dask cluster: tcp:// or tls://…"
    )
    run.add_argument("--seed", type=int, metavar="S", help="seed of the hidden inputs")
    run.add_argument("--fresh", action="store_true", help="grade everything again")
    add_deadlines(run)
    run.add_argument(
        "--format", default="text", choices=("text", "json"), help="what is printed at the end"
    )
    run.add_argument(
        "--explain",
        action="store_true",
        help="say first why each submission is graded or is not, then grade",
    )
    run.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="run the code UNPROTECTED: only for debugging code of your own",
    )
    run.set_defaults(command=grade)


def _add_me(commands: Commands) -> None:
    me = commands.add_parser(
        "me", help="grade your own work in this repository", description=grade_my_work.__doc__
    )
    me.add_argument("week", nargs="*", metavar="WEEK", help="only these weeks")
    add_jobs(me)
    me.set_defaults(command=grade_my_work)


def grade(args: argparse.Namespace) -> int:
    """Grade what is new or changed in SUBMITTED into GRADES.

    SUBMITTED holds <learner>/<week>/<module>.py, or <learner>/<week>/<week>.ipynb.
    """
    from grader.course import Course
    from grader.progress import Progress
    from grader.reports.lateness import Deadlines
    from grader.reports.summary import summary_as_json
    from grader.reports.table import print_class, print_link
    from grader.run import Request, grade_class

    if args.seed is not None and args.seed < 0:
        raise InputError(f"--seed {args.seed}: give a whole number, 0 or more")
    if args.explain and args.format == "json":
        raise InputError("--explain: prints text before the JSON; leave one of the two out")
    request = Request(
        submitted=args.submitted,
        grades=args.out,
        weeks=tuple(args.week),
        learners=tuple(args.learner),
        seed=args.seed,
        fresh=args.fresh,
        is_confined=not args.unsafe_no_sandbox,
        jobs=args.jobs,
        scheduler=args.scheduler,
        deadlines=Deadlines.parse(args.deadline, args.late_penalty, Course().catalogue),
    )
    if args.unsafe_no_sandbox:
        print("grader: NO SANDBOX: the code runs with all of your rights", file=sys.stderr)
    explain = _explain if args.explain else None
    summary = grade_class(request, Progress(Console(stderr=True)), explain=explain)
    for note in summary.notes:
        print(f"grader: {printable(note)}", file=sys.stderr)
    if args.format == "json":
        print(summary_as_json(summary, args.out))
        return _tell_what_is_ours(summary)
    console = Console()
    print_class(console, summary.standing)
    print(f"\n{summary.graded} graded, {summary.kept} unchanged. Sandbox: {summary.sandbox}.")
    print(f"Grades:  {args.out / 'grades.csv'}")
    print(f"Results: {args.out / 'results'}/<learner>/<week>.json")
    print(f"Feedback: {args.out / 'feedback'}/<learner>/<week>.html and .md")
    if summary.report is not None:
        print_link(console, "Report: ", summary.report)
    return _tell_what_is_ours(summary)


def grade_my_work(args: argparse.Namespace) -> int:
    """Grade the week folders of this repository, as you have filled them, by the hidden tests.

    Your code runs in the sandbox. What is unchanged since the last time is not graded again.
    """
    from grader.me import grade_me, print_graded
    from grader.progress import Progress

    graded = grade_me(args.week, args.jobs, Progress(Console(stderr=True)))
    print_graded(graded)
    status = _tell_what_is_ours(graded.summary)
    return status or (OK if graded.is_done else SOMETHING_WRONG)


def _tell_what_is_ours(summary: Summary) -> int:
    """Print what went wrong on our side; return the exit status that says whether anything did."""
    tell_conflicts(summary.conflicts)
    if summary.void:
        print("grader: tests that our own solutions fail in this run:", file=sys.stderr)
        print_lines([f"{test.id}: {test.why}" for test in summary.void])
        print("grader: they count for nobody and are ours to mend", file=sys.stderr)
    if summary.troubles:
        print("grader: graded, but something of ours went wrong; please report:", file=sys.stderr)
        print_lines(summary.troubles)
    if summary.failed:
        print("grader: not graded, and not the learners' fault:", file=sys.stderr)
        print_lines(summary.failed)
        print("grader: run the same command again to retry these", file=sys.stderr)
    return OK if summary.is_whole else NOT_ALL_GRADED


def _explain(decisions: Sequence[Decision]) -> None:
    """Print a line for each submission, and how many there are of each kind."""
    for each in decisions:
        what = "to grade" if each.is_graded else "kept"
        reasons = "; ".join(map(str, each.reasons))
        print(f"{printable(each.learner)} {each.week}: {what}, {printable(reasons)}")
    kinds = Counter(each.reasons[0].kind for each in decisions)
    print(
        ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()), end="\n\n", flush=True
    )
