"""How well `grader similarity` finds copies, on made classes in which it is known who copied.

In each class learners solve the exercises independently and a few copy, each copy in another
disguise: see `tests/grader/similarity/made_class.py` for what independent means there. Printed
are, for each size of class, precision (the share of listed pairs that were planted) and recall (the
share of planted pairs that were listed), recall for each disguise over all classes, and time and
memory.

Read the figures as what they are. Recall tells of these disguises, and not of a copier who thinks.
Precision tells how far apart learners are who draw from our variants and from some twenty habits
of writing; how far apart yours are, nobody measured.

`python benchmarks/similarity.py [--sizes 20 40 150] [--classes 3] [--week week1 …]`
`python benchmarks/similarity.py --time 1000` measures time and memory alone, on `simulate`'s class.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.authoring.simulate import simulate
from grader.course import Course
from grader.progress import Progress
from grader.similarity.find import Similarity, find_similar
from tests.grader.similarity.made_class import DISGUISES, MadeClass

JOBS = os.cpu_count() or 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20, 40, 150])
    parser.add_argument("--classes", type=int, default=3, help="of each size")
    parser.add_argument("--week", nargs="+", default=[])
    parser.add_argument("--time", type=int, metavar="LEARNERS")
    args = parser.parse_args()
    if args.time:
        with tempfile.TemporaryDirectory() as folder:
            simulate(Path(folder, "class"), args.time, 1, weeks=tuple(args.week))
            timed(Path(folder, "class", "submitted"), args.week)
        return
    course = Course()
    planted_in: Counter[str] = Counter()
    found_in: Counter[str] = Counter()
    for size in args.sizes:
        listed = right = planted = 0
        for seed in range(args.classes):
            made = MadeClass(course, tuple(course.weeks_named(args.week)), seed)
            with tempfile.TemporaryDirectory() as folder:
                copies = made.write(Path(folder), size, tuple(DISGUISES)[: size // 2])
                found = timed(Path(folder), args.week)
            pairs = {frozenset(pair.learners) for pair in found.pairs}
            listed += found.n_pairs
            planted += len(copies)
            for copy in copies:
                is_found = {copy.author, copy.copier} in pairs
                right += is_found
                planted_in[copy.disguise] += 1
                found_in[copy.disguise] += is_found
        print(
            f"{size} learners, {args.classes} classes: {listed} listed, {right} of {planted} "
            f"planted among them: precision {right / max(1, listed):.2f}, "
            f"recall {right / planted:.2f}",
            flush=True,
        )
    for disguise, number in planted_in.items():
        print(f"  {disguise:20} {found_in[disguise]} of {number}")


def timed(submitted: Path, weeks: list[str]) -> Similarity:
    """Compare a class, and say what it took."""
    began, cpu = time.perf_counter(), _processor_time()
    found = find_similar(submitted, Course(), Progress(Console(quiet=True)), weeks, JOBS)
    print(
        f"  {found.n_submissions} submissions: {time.perf_counter() - began:.0f} s, "
        f"{_processor_time() - cpu:.0f} s of processors, "
        f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB so far, "
        f"{found.n_pairs} pairs",
        flush=True,
    )
    return found


def _processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    main()
