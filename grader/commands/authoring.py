"""Commands that test the exercises' tests: `check`, `mutants`, `noise`; and `stubs`."""

from __future__ import annotations

import argparse

from rich.console import Console

from grader.commands.shared import OK, SOMETHING_WRONG, Commands, add_jobs
from grader.errors import InputError

THOROUGH_SEEDS = 20


def add(commands: Commands) -> None:
    """Add these commands to the parser."""
    _add_check(commands)
    _add_mutants(commands)
    _add_noise(commands)
    _add_stubs(commands)


def _add_check(commands: Commands) -> None:
    check = commands.add_parser("check", help="test the exercises' own tests")
    check.add_argument("exercises", nargs="*", metavar="EXERCISE", help="only these exercises")
    check.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the hidden inputs")
    check.add_argument("--thorough", action="store_true", help=f"try {THOROUGH_SEEDS} seeds (long)")
    add_jobs(check)
    check.add_argument("--catches", action="store_true", help="show which test catches what")
    check.set_defaults(command=check_exercises)


def _add_mutants(commands: Commands) -> None:
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
    add_jobs(mutants)
    mutants.set_defaults(command=test_by_mutants)


def _add_noise(commands: Commands) -> None:
    noise = commands.add_parser("noise", help="see whether right code passes however it rounds")
    noise.add_argument("exercises", nargs="*", metavar="EXERCISE", help="only these exercises")
    add_jobs(noise)
    noise.set_defaults(command=test_by_noise)


def _add_stubs(commands: Commands) -> None:
    stubs = commands.add_parser("stubs", help="write the learners' stubs from the references")
    stubs.set_defaults(command=write_the_stubs)


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

    if args.pairs < 0:
        raise InputError(f"--pairs {args.pairs}: give a whole number, 0 or more")
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
