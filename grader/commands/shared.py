"""What the commands share: exit statuses, options, and how lines about a class are told."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TypeAlias

from grader.errors import InputError
from grader.printing import printable

OK, SOMETHING_WRONG, BAD_CALL, NOT_ALL_GRADED = 0, 1, 2, 3
CORES = os.cpu_count() or 1
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add `--jobs`."""
    parser.add_argument("--jobs", type=_n_jobs, default=CORES, metavar="N", help="processes")


def _n_jobs(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise InputError(f"--jobs {text}: give a whole number, 1 or more")
    return number


def add_weeks(parser: argparse.ArgumentParser) -> None:
    """Add `--week`."""
    parser.add_argument("--week", nargs="+", default=[], metavar="WEEK", help="only these weeks")


def add_deadlines(parser: argparse.ArgumentParser) -> None:
    """Add `--deadline` and `--late-penalty`."""
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


def print_lines(lines: Sequence[str]) -> None:
    """Print lines that may hold what learners wrote, below a heading, as errors."""
    for line in lines:
        print(f"  {printable(line)}", file=sys.stderr)


def tell_conflicts(conflicts: Sequence[str]) -> bool:
    """Print decisions whose reason may be gone, and return whether there are any."""
    if conflicts:
        print("grader: decided by hand, and something has changed since:", file=sys.stderr)
        print_lines(conflicts)
    return bool(conflicts)
