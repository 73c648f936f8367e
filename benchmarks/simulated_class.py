"""What it costs to grade a simulated class whole, and whether every true verdict comes out.

Then the class report and everyone's feedback are written once more, since a run writes them too.

`python benchmarks/simulated_class.py [--learners 1000] [--jobs 1 2] [--week …] [--notebooks]`
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from measure import Cost

from grader.authoring.simulate import VERDICTS, simulate
from grader.course import Course
from grader.results import read_result, result_path

ROOT = Path(__file__).resolve().parents[1]
PAUSE_S = 0.2


class Memory(threading.Thread):
    """Looks again and again at how much memory a process and all that it started use."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.peak_kib: Counter[str] = Counter()
        self.is_over = threading.Event()

    def run(self) -> None:
        """Keep the peak of each kind of process, and of all together."""
        while not self.is_over.wait(PAUSE_S):
            used = Counter[str]()
            for process in descendants(self.process):
                used[kind_of(process)] += proportional_kib(process)
            used["all"] = sum(used.values())
            self.peak_kib |= used


def descendants(process: int) -> list[int]:
    """Return a process and all that it and its children started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):  # it ended meanwhile
            continue
    found = [process]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def kind_of(process: int) -> str:
    """Return what a process is called in the table."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return "ended"
    if "zygote" in command:
        return "zygotes and children"
    return "coordinator" if " run " in command else "workers"


def proportional_kib(process: int) -> int:
    """Return the memory of a process; what it shares with others is divided by their number."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def run(command: str, grades: Path, *more: str) -> tuple[Cost, Counter[str]]:
    """Run a command of the grader on a class, and return its cost and its peaks of memory."""
    argv = [sys.executable, "-m", "grader", command, *more]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    with (grades.parent / f"{grades.name}.log").open("w") as log:
        process = subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log)
        memory = Memory(process.pid)
        memory.start()
        status = process.wait()
    wall_s = time.perf_counter() - start
    memory.is_over.set()
    memory.join()
    if status != 0:
        raise SystemExit(f"{' '.join(argv)} ended with {status}:\n{Path(log.name).read_text()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall_s, cpu_s), memory.peak_kib


def grade(folder: Path, grades: Path, jobs: int, count: int) -> None:
    """Grade a class, and print what it took."""
    options = ("--out", str(grades), "--seed", "1", "--jobs", str(jobs))
    cost, peak = run("run", grades, str(folder), *options)
    print(
        f"--jobs {jobs}: {cost.wall_s:.1f} s wall, {cost.cpu_s:.1f} s CPU, "
        f"{count / cost.wall_s:.2f} submissions per second, "
        f"{cost.cpu_s / count:.3f} CPU s per submission"
    )
    shown = ", ".join(f"{kind} {kib >> 10} MiB" for kind, kib in sorted(peak.items()))
    print(f"    peak memory: {shown}", flush=True)


def report(folder: Path, grades: Path) -> None:
    """Write the pages of a class again, and print what they took and how large they are."""
    cost, peak = run("report", grades, str(grades), "--submitted", str(folder))
    size = (grades / "report.html").stat().st_size
    pages = [path.stat().st_size for path in (grades / "feedback").rglob("*.html")]
    print(
        f"    report and feedback again: {cost.wall_s:.1f} s wall, {cost.cpu_s:.1f} s CPU, "
        f"{peak['all'] >> 10} MiB; report.html {size / 1e6:.1f} MB, "
        f"{len(pages)} pages of feedback, {sum(pages) / len(pages) / 1e3:.0f} kB each"
    )


def false_verdicts(truth: Path, grades: Path) -> list[str]:
    found = []
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            result = read_result(result_path(grades, row["learner"], row["week"]))
            got = next(e for e in result.exercises if e.exercise == row["exercise"])
            if got.status not in VERDICTS[row["verdict"]]:
                found.append(f"{row} got {got.status}: {got.why}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=1000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, os.cpu_count() or 1])
    parser.add_argument("--week", nargs="+", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--notebooks", action="store_true")
    args = parser.parse_args()
    weeks = args.week or [week.name for week in Course().catalogue.weeks]
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        made = base / "class"
        count = simulate(
            made, args.learners, args.seed, weeks=tuple(weeks), as_notebooks=args.notebooks
        )
        print(f"{args.learners} learners x {len(weeks)} weeks: {count} submissions")
        for jobs in dict.fromkeys(args.jobs):
            grades = base / f"grades{jobs}"
            grade(made / "submitted", grades, jobs, count)
            report(made / "submitted", grades)
            wrong = false_verdicts(made / "truth.csv", grades)
            print(f"    verdicts that are not the true ones: {len(wrong)}")
            print("".join(f"    {line}\n" for line in wrong), end="")


if __name__ == "__main__":
    main()
