"""Commands that make what is handed out, and classes to try: `release`, `notebooks`, `simulate`."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.commands.shared import OK, Commands, add_weeks
from grader.errors import InputError


def add(commands: Commands) -> None:
    """Add these commands to the parser."""
    _add_release(commands)
    _add_notebooks(commands)
    _add_simulate(commands)


def _add_release(commands: Commands) -> None:
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


def _add_notebooks(commands: Commands) -> None:
    notebooks = commands.add_parser(
        "notebooks", help="make a course folder for nbgrader", description=make_notebooks.__doc__
    )
    notebooks.add_argument(
        "--out", type=Path, required=True, metavar="COURSE", help="the course folder"
    )
    add_weeks(notebooks)
    notebooks.set_defaults(command=make_notebooks)


def _add_simulate(commands: Commands) -> None:
    simulate = commands.add_parser("simulate", help="make a class to measure with")
    simulate.add_argument("--learners", type=int, default=1000, metavar="N", help="how many")
    simulate.add_argument("--seed", type=int, default=1, metavar="S", help="of all that is drawn")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    add_weeks(simulate)
    simulate.add_argument("--notebooks", action="store_true", help="notebooks in place of modules")
    simulate.set_defaults(command=simulate_class)


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


def make_notebooks(args: argparse.Namespace) -> int:
    """Write the weeks as notebooks into COURSE/source, and COURSE/nbgrader_config.py."""
    from grader.authoring.notebooks import write_course

    for name in write_course(args.out, args.week):
        print(args.out / name)
    print(f"Next: cd {args.out} && nbgrader generate_assignment WEEK; source/ holds the solutions")
    return OK


def simulate_class(args: argparse.Namespace) -> int:
    """Make a class of learners whose true verdicts are known."""
    from grader.authoring.simulate import simulate

    weeks = tuple(args.week)
    count = simulate(args.out, args.learners, args.seed, weeks=weeks, as_notebooks=args.notebooks)
    print(f"Submissions:   {args.out / 'submitted'} ({count})")
    print(f"True verdicts: {args.out / 'truth.csv'}")
    return OK
