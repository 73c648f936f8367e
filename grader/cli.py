"""The instructor's and author's command line: `python -m grader run | export | check | …`."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from grader.errors import GraderError, InputError
from grader.printing import printable
from grader.reports.exports import NAMES as EXPORTS
from kata.version import ShowVersion

if TYPE_CHECKING:
    from grader.deciding import Entry
    from grader.run import Decision, Summary

# What a learner's installation lacks, and which extra brings it.
EXTRAS = {
    **dict.fromkeys(("jinja2", "msgpack", "msgspec", "tomli_w"), "instructor"),
    **dict.fromkeys(("dask", "distributed"), "cluster"),
    **dict.fromkeys(("jinja2", "pygments"), "instructor"),
    "nbformat": "nbgrader",
}
THOROUGH_SEEDS = 20
PRINTED_PAIRS = 10
CORES = os.cpu_count() or 1
OK, SOMETHING_WRONG, BAD_CALL, NOT_ALL_GRADED = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: all is well. 1: `check` found something, `export` could not place something, `me` has
    something left to do, or `override` lists a decision whose reason may be gone. 2: the call or
    its input is wrong, or there is no sandbox. 3: some submissions could not be graded for a reason
    on our side.
    """
    args = build_parser().parse_args(argv)
    try:
        return int(args.command(args))
    except GraderError as error:
        print("grader: " + "\n".join(map(printable, str(error).splitlines())), file=sys.stderr)
        return BAD_CALL
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "")
        if extra is None:
            raise
        print(f"grader: {error}; install it: pip install -e '.[{extra}]'", file=sys.stderr)
        return BAD_CALL
    except KeyboardInterrupt:
        print("grader: stopped; run the same command again to go on from here", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m grader", description="Grade submissions, and check the exercises."
    )
    parser.add_argument("--version", action=ShowVersion, help="show the version, and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add_me(commands)
    _add_check(commands)
    _add_mutants(commands)
    noise = commands.add_parser("noise", help="see whether right code passes however it rounds")
    noise.add_argument("exercises", nargs="*", metavar="EXERCISE", help="only these exercises")
    noise.add_argument("--jobs", type=int, default=CORES, metavar="N", help="processes")
    noise.set_defaults(command=test_by_noise)
    stubs = commands.add_parser("stubs", help="write the learners' stubs from the references")
    stubs.set_defaults(command=write_the_stubs)
    _add_report(commands)
    _add_override(commands)
    _add_diff(commands)
    _add_publish(commands)
    _add_export(commands)
    _add_gradebook(commands)
    _add_similarity(commands)
    _add_release(commands)
    _add_simulate(commands)
    _add_notebooks(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="grade a class", description=grade.__doc__)
    run.add_argument("submitted", type=Path, metavar="SUBMITTED", help="a folder, or a .zip of it")
    run.add_argument("--out", type=Path, required=True, metavar="GRADES", help="where results go")
    run.add_argument("--week", nargs="+", default=[], metavar="WEEK", help="only these weeks")
    run.add_argument("--learner", nargs="+", default=[], metavar="NAME", help="only these learners")
    run.add_argument("--jobs", type=int, default=CORES, metavar="N", help="processes")
    run.add_argument(
        "--scheduler", default="", metavar="URL", help="grade on a Dask cluster: tcp:// or tls://…"
    )
    run.add_argument("--seed", type=int, metavar="S", help="seed of the hidden inputs")
    run.add_argument("--fresh", action="store_true", help="grade everything again")
    _add_deadlines(run)
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


def _add_deadlines(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deadline",
        nargs="+",
        default=[],
        metavar="WEEK=TIME",
        help="list late work in the report: week1=2026-01-31T22:00Z",
    )
    parser.add_argument(
        "--late-penalty",
        type=float,
        default=0,
        metavar="PERCENT",
        help="say there what is left if each day begun takes so much; no grade is changed",
    )


def _add_me(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    me = commands.add_parser(
        "me", help="grade your own work in this repository", description=grade_my_work.__doc__
    )
    me.add_argument("week", nargs="*", metavar="WEEK", help="only these weeks")
    me.add_argument("--jobs", type=int, default=CORES, metavar="N", help="processes")
    me.set_defaults(command=grade_my_work)


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = commands.add_parser("check", help="test the exercises' own tests")
    check.add_argument("exercises", nargs="*", metavar="EXERCISE", help="only these exercises")
    check.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the hidden inputs")
    check.add_argument("--thorough", action="store_true", help=f"try {THOROUGH_SEEDS} seeds (long)")
    check.add_argument("--jobs", type=int, default=CORES, metavar="N", help="processes")
    check.add_argument("--catches", action="store_true", help="show which test catches what")
    check.set_defaults(command=check_exercises)


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    report = commands.add_parser(
        "report", help="write the class report again", description=report_again.__doc__
    )
    report.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    report.add_argument(
        "--submitted", type=Path, metavar="SUBMITTED", help="what was graded, to show the code"
    )
    _add_deadlines(report)
    report.set_defaults(command=report_again)


def _add_override(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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


def _add_diff(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    diff = commands.add_parser(
        "diff", help="see what a regrade changes", description=show_diff.__doc__
    )
    diff.add_argument("old", type=Path, metavar="OLD", help="what a `run --out` wrote")
    diff.add_argument("new", type=Path, metavar="NEW", help="what another one wrote")
    diff.add_argument("--csv", type=Path, metavar="FILE", help="write it as a table")
    diff.add_argument("--html", type=Path, metavar="FILE", help="write it as a page")
    diff.set_defaults(command=show_diff)


def _add_publish(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    _add_deadlines(publish)
    publish.set_defaults(command=publish_grades)


def _add_export(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export", help="hand grades on", description=export_grades.__doc__)
    export.add_argument("grades", type=Path, metavar="GRADES", help="what `run --out` wrote")
    export.add_argument("--format", required=True, choices=EXPORTS, help="who reads it")
    export.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="a file; or a new folder of files"
    )
    export.add_argument(
        "--roster", type=Path, metavar="FILE", help="who is who, as Canvas or Moodle exports it"
    )
    export.add_argument("--week", nargs="+", default=[], metavar="WEEK", help="only these weeks")
    export.set_defaults(command=export_grades)


def _add_gradebook(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
    gradebook.add_argument("--week", nargs="+", default=[], metavar="WEEK", help="only these weeks")
    gradebook.add_argument(
        "--overwrite-manual",
        action="store_true",
        help="remove scores, comments and the extra credit of bonus exercises that a person gave "
        "for these exercises, so that ours count; without it, theirs do",
    )
    gradebook.set_defaults(command=fill_gradebook)


def _add_similarity(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    similarity = commands.add_parser(
        "similarity", help="show whose solutions are alike", description=show_similar.__doc__
    )
    similarity.add_argument(
        "submitted", type=Path, metavar="SUBMITTED", help="a folder, or a .zip of it"
    )
    similarity.add_argument(
        "--out", type=Path, required=True, metavar="FILE.html", help="the page to write"
    )
    similarity.add_argument(
        "--week", nargs="+", default=[], metavar="WEEK", help="only these weeks"
    )
    similarity.add_argument("--jobs", type=int, default=CORES, metavar="N", help="processes")
    similarity.add_argument(
        "--json", action="store_true", help="print what was found as JSON, without code"
    )
    similarity.set_defaults(command=show_similar)


def _add_release(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    release = commands.add_parser("release", help="make the learner copy, to hand out")
    release.add_argument("--out", type=Path, required=True, help="a new folder, or a .zip")
    release.add_argument(
        "--gradescope", action="store_true", help="make Gradescope's autograder.zip instead"
    )
    release.add_argument(
        "--notebooks", action="store_true", help="put the weeks into it as notebooks, too"
    )
    release.add_argument(
        "--with-solutions",
        action="store_true",
        help="put our solutions into it, sealed: `kata solution` shows one that is solved",
    )
    release.add_argument("--week", default="", metavar="WEEK", help="which week Gradescope grades")
    release.set_defaults(command=make_release)


def _add_notebooks(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    notebooks = commands.add_parser(
        "notebooks", help="make a course folder for nbgrader", description=make_notebooks.__doc__
    )
    notebooks.add_argument(
        "--out", type=Path, required=True, metavar="COURSE", help="the course folder"
    )
    notebooks.add_argument("--week", nargs="+", default=[], metavar="WEEK", help="only these weeks")
    notebooks.set_defaults(command=make_notebooks)


def _add_mutants(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    mutants = commands.add_parser("mutants", help="see whether hidden tests notice small changes")
    mutants.add_argument("exercises", nargs="*", metavar="EXERCISE", help="only these exercises")
    mutants.add_argument(
        "--pairs",
        type=int,
        default=0,
        metavar="N",
        help="N random mutants per module: two changes at once, and more kinds of change",
    )
    mutants.add_argument("--seed", type=int, default=0, metavar="S", help="seed of what is drawn")
    mutants.add_argument("--jobs", type=int, default=CORES, metavar="N", help="processes")
    mutants.set_defaults(command=test_by_mutants)


def _add_simulate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    simulate = commands.add_parser("simulate", help="make a class to measure with")
    simulate.add_argument("--learners", type=int, default=1000, metavar="N", help="how many")
    simulate.add_argument("--seed", type=int, default=1, metavar="S", help="of all that is drawn")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    simulate.add_argument("--week", nargs="+", default=[], metavar="WEEK", help="only these weeks")
    simulate.add_argument("--notebooks", action="store_true", help="notebooks in place of modules")
    simulate.set_defaults(command=simulate_class)


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

    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give a whole number, 1 or more")
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


def _tell_what_is_ours(summary: Summary) -> int:
    """Print what went wrong on our side; return the exit status that says whether anything did."""
    _tell_conflicts(summary.conflicts)
    if summary.void:
        print("grader: tests that our own solutions fail in this run:", file=sys.stderr)
        _print_lines([f"{test.id}: {test.why}" for test in summary.void])
        print("grader: they count for nobody and are ours to mend", file=sys.stderr)
    if summary.troubles:
        print("grader: graded, but something of ours went wrong; please report:", file=sys.stderr)
        _print_lines(summary.troubles)
    if summary.failed:
        print("grader: not graded, and not the learners' fault:", file=sys.stderr)
        _print_lines(summary.failed)
        print("grader: run the same command again to retry these", file=sys.stderr)
    return OK if summary.is_whole else NOT_ALL_GRADED


def grade_my_work(args: argparse.Namespace) -> int:
    """Grade the week folders of this repository, as you have filled them, by the hidden tests.

    Your code runs in the sandbox. What is unchanged since the last time is not graded again.
    """
    from grader.me import grade_me, print_graded
    from grader.progress import Progress

    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give a whole number, 1 or more")
    graded = grade_me(args.week, args.jobs, Progress(Console(stderr=True)))
    print_graded(graded)
    status = _tell_what_is_ours(graded.summary)
    return status or (OK if graded.is_done else SOMETHING_WRONG)


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


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"  {printable(line)}", file=sys.stderr)


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
    return SOMETHING_WRONG if _tell_conflicts([e.conflict for e in found if e.conflict]) else OK


def _tell_conflicts(conflicts: Sequence[str]) -> bool:
    """Print decisions whose reason may be gone, and return whether there are any."""
    if conflicts:
        print("grader: decided by hand, and something has changed since:", file=sys.stderr)
        _print_lines(conflicts)
    return bool(conflicts)


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
        _print_lines(found.unreadable)
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
        _print_lines(made.left_out)
    return SOMETHING_WRONG if made.left_out else OK


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
        _print_lines(report.left_out)
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
    _print_lines(report.notes)
    print(f"{report.written} written, {report.unchanged} unchanged: {printable(report.gradebook)}")
    if args.submitted is not None:
        print(f"{report.notebooks} notebooks written; next: nbgrader generate_feedback WEEK")
    if report.left_out:
        print("grader: not in there:", file=sys.stderr)
        _print_lines(report.left_out)
    if report.not_graded:
        print("grader: not graded, and not the learners' fault:", file=sys.stderr)
        _print_lines(report.not_graded)
        return NOT_ALL_GRADED
    return SOMETHING_WRONG if report.left_out else OK


def check_exercises(args: argparse.Namespace) -> int:
    """Tell for each exercise whether its tests are too weak or too strict."""
    from grader.authoring.check import check_course, print_report
    from grader.judging.worker import protect_process
    from grader.progress import Progress

    protect_process()
    seeds = range(args.seed, args.seed + (THOROUGH_SEEDS if args.thorough else 1))
    progress = Progress(Console(stderr=True)) if args.thorough else None
    report = check_course(args.exercises, seeds, args.jobs, progress=progress)
    print_report(Console(), report, with_catches=args.catches)
    return OK if report.is_clean else SOMETHING_WRONG


def test_by_mutants(args: argparse.Namespace) -> int:
    """Change the references in small ways and tell which changes no hidden test notices."""
    try:
        from grader.authoring.mutants import print_report, run_mutants
    except ModuleNotFoundError as error:
        raise InputError(f"{error}; install the development tools: make .venv/dev") from error
    from grader.judging.worker import protect_process
    from grader.progress import Progress

    if args.pairs < 0 or args.jobs < 1:
        raise InputError("--pairs and --jobs take whole numbers, from 0 and from 1 on")
    protect_process()
    progress = Progress(Console(stderr=True))
    report = run_mutants(args.exercises, progress, pairs=args.pairs, seed=args.seed, jobs=args.jobs)
    print_report(Console(soft_wrap=True), report)
    return SOMETHING_WRONG if report.survivors else OK


def test_by_noise(args: argparse.Namespace) -> int:
    """Change the last bits of what right code computes and tell which tests notice."""
    from grader.authoring.noise import print_report, run_noise
    from grader.judging.worker import protect_process
    from grader.progress import Progress

    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give a whole number, 1 or more")
    protect_process()
    report = run_noise(args.exercises, Progress(Console(stderr=True)), jobs=args.jobs)
    print_report(Console(soft_wrap=True), report)
    return SOMETHING_WRONG if report.failures else OK


def write_the_stubs(args: argparse.Namespace) -> int:
    """Write the stubs that are stale, and pack all of them for `kata reset`."""
    from grader.authoring.release import pack_given
    from grader.authoring.stubs import write_stubs
    from grader.course import Course

    course = Course()
    written = write_stubs(course)
    pack_given(course)
    for name in written:
        print(f"wrote {name}")
    if not written:
        print("all stubs are fresh")
    return OK


def show_similar(args: argparse.Namespace) -> int:
    """Show which learners' solutions share more than chance makes likely, side by side.

    Nothing is graded or decided by it, and no code is run.
    """
    from grader.course import Course
    from grader.files import write_atomically, writing_to
    from grader.progress import Progress
    from grader.similarity.find import find_similar
    from grader.similarity.page import as_json, page_of

    if args.jobs < 1:
        raise InputError(f"--jobs {args.jobs}: give a whole number, 1 or more")
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


def make_release(args: argparse.Namespace) -> int:
    """Make the learner copy, or what Gradescope needs to grade a week."""
    from grader.authoring.release import release, release_autograder

    if args.gradescope and args.notebooks:
        raise InputError("--notebooks: is for the learner copy, not for Gradescope; leave one out")
    if args.gradescope and args.with_solutions:
        raise InputError(
            "--with-solutions: is for the learner copy: Gradescope's has them; leave it out"
        )
    if args.gradescope:
        release_autograder(args.out, args.week)
        print(f"autograder: {args.out}; it holds the solutions: for Gradescope alone")
        return OK
    if args.week:
        raise InputError(f"--week {args.week}: the learner copy holds all weeks; leave it out")
    release(
        args.out,
        with_notebooks=args.notebooks,
        with_solutions=args.with_solutions,
        with_mistakes=True,
    )
    print(f"learner copy: {args.out}")
    return OK


def simulate_class(args: argparse.Namespace) -> int:
    """Make a class of learners whose true verdicts are known."""
    from grader.authoring.simulate import simulate

    weeks = tuple(args.week)
    count = simulate(args.out, args.learners, args.seed, weeks=weeks, as_notebooks=args.notebooks)
    print(f"Submissions:   {args.out / 'submitted'} ({count})")
    print(f"True verdicts: {args.out / 'truth.csv'}")
    return OK


def make_notebooks(args: argparse.Namespace) -> int:
    """Write the weeks as notebooks into COURSE/source, and COURSE/nbgrader_config.py."""
    from grader.authoring.notebooks import write_course

    for name in write_course(args.out, args.week):
        print(args.out / name)
    print(f"Next: cd {args.out} && nbgrader generate_assignment WEEK; source/ holds the solutions")
    return OK
