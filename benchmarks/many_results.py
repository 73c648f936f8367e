"""What the coordinator of a run costs per submission, where others do the grading.

`python benchmarks/many_results.py [--results 2000 20000]`

Each learner hands in one week. Grading is left out: in a worker's place stands one that answers
with the true result of one submission, under each learner's name. So what is measured is reading
what was handed in, deciding, writing results, `grades.csv` and the report, and the same where
nothing changed.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from measure import mark
from rich.console import Console

import grader.run
from grader.course import Course
from grader.intake.submission import HandIn
from grader.judging.worker import Order
from grader.progress import Progress
from grader.results import Graded, Result, VoidTest, all_results

ROOT = Path(__file__).resolve().parents[1]
WEEK = "week1"


class Answering:
    """Stands where a run's workers do, and knows one answer."""

    template: Result

    def __init__(self, order: Order, jobs: int) -> None:
        self.void: tuple[VoidTest, ...] = ()
        self.sandbox = self.template.sandbox

    def in_work(self) -> list[tuple[HandIn, float]]:
        """Nothing takes long here."""
        return []

    def grade(self, hand_ins: Sequence[HandIn]) -> Iterator[tuple[HandIn, Graded]]:
        """Answer at once."""
        for hand_in in hand_ins:
            digest = hand_in.read().digest
            mine = dataclasses.replace(self.template, learner=hand_in.learner, digest=digest)
            yield hand_in, Graded(mine)


def make_class(folder: Path, count: int) -> None:
    """Make submissions that differ, since equal ones are graded once."""
    for index in range(count):
        target = folder / f"learner{index:06}" / WEEK
        shutil.copytree(ROOT / "solutions" / WEEK, target, ignore=shutil.ignore_patterns("_*"))
        with (target / "vectors.py").open("a") as file:
            file.write(mark(index))


def true_result(base: Path) -> Result:
    """Grade one submission as always."""
    make_class(base / "one", 1)
    command = [sys.executable, "-m", "grader", "run", str(base / "one")]
    subprocess.run(
        [*command, "--out", str(base / "true"), "--seed", "1"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (result,) = all_results(base / "true")
    assert isinstance(result, Result)
    return result


def run(submitted: Path, grades: Path, course: Course) -> tuple[int, float, float]:
    """Grade a class; return how many were graded, wall and processor seconds."""
    request = grader.run.Request(submitted, grades, seed=1)
    wall, cpu = time.perf_counter(), time.process_time()
    with Path("/dev/null").open("w") as nowhere:
        summary = grader.run.grade_class(request, Progress(Console(file=nowhere)), course)
    return summary.graded, time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=int, nargs="+", default=[2000, 20000])
    args = parser.parse_args()
    course = Course()
    grader.run.Workers = Answering  # type: ignore[assignment,misc]
    for count in args.results:
        with tempfile.TemporaryDirectory() as name:
            base = Path(name)
            Answering.template = true_result(base)
            make_class(base / "class", count)
            for what in ("first run", "again, nothing changed"):
                graded, wall_s, cpu_s = run(base / "class", base / "grades", course)
                peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
                print(
                    f"{count} results, {what}: {graded} graded, {wall_s:.1f} s wall, "
                    f"{cpu_s / count * 1e3:.2f} CPU ms each, peak so far {peak_mib} MiB"
                )


if __name__ == "__main__":
    main()
