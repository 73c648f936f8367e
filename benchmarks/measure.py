"""Time commands and functions, and print medians."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


def class_arguments(says: str | None) -> argparse.Namespace:
    """Read which week, how many submissions and how many rounds from the command line."""
    parser = argparse.ArgumentParser(description=says)
    parser.add_argument("--week", default="week1")
    parser.add_argument("--submissions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def mark(index: int) -> str:
    """Return code that makes a submission differ from all others: equal ones are graded once.

    A statement, since of a notebook's code nothing else is read.
    """
    return f"\nnumber_of_this_submission = {index}\n"


@dataclass(frozen=True)
class Cost:
    """What a command used."""

    wall_s: float
    cpu_s: float


def run(command: Sequence[str], cwd: str, env: dict[str, str] | None = None) -> Cost:
    """Run a command and return what it and its children used; it must end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu)


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def times(function: Callable[[], object], count: int) -> list[float]:
    """Return the wall seconds of each of `count` calls."""
    found = []
    for _ in range(count):
        start = time.perf_counter()
        function()
        found.append(time.perf_counter() - start)
    return found


def spread(values: Sequence[float], unit: float = 1e3, name: str = "ms") -> str:
    """Return median and range as text."""
    low, middle, high = min(values), median(values), max(values)
    return f"{middle * unit:8.2f} {name}  ({low * unit:.2f} to {high * unit:.2f})"
