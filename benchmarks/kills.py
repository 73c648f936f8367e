"""Kill and stop what grades at random moments, and compare the grades with an undisturbed run's.

`python benchmarks/kills.py [--moments 200] [--seed 1] [--mode jobs1 jobs2 dask]`

At each moment one process gets SIGKILL, or SIGSTOP and some seconds later SIGCONT: the coordinator,
a worker, a zygote, the child in which learner's code runs, or, on a cluster, a worker of Dask's.
A run whose coordinator was killed, or that lists submissions as ours to mend, is started again.
Ends with status 1 if a grade differs, or anything is left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from grader.authoring.stubs import write_stubs  # noqa: E402
from tests.grader.toy import REFERENCE, hand_in, make_course  # noqa: E402

if TYPE_CHECKING:
    from tests.grader.test_cluster import Machines

MODES = ("jobs1", "jobs2", "dask")
N_MACHINES = 2
STOPPED_SHARE = 0.25
STOP_S, LONG_STOP_S = (1.0, 8.0), 60.0
PAUSE_S = (0.0, 3.0)
LOOK_S = 60.0
TRIES = 5
# A grading process on a cluster ends by itself after a minute without work.
GONE_WITHIN_S = {"jobs1": 20.0, "jobs2": 20.0, "dask": 120.0}
GRADE = """
import sys
from pathlib import Path
import grader.run
from grader.cli import main
from grader.course import Course
course = Course(Path(sys.argv[1]))
grader.run.Course = lambda: course
sys.exit(main(sys.argv[2:]))
"""
# Half of them take a while, so that a moment finds a child at work.
CODES = (
    "import time; time.sleep(0.05); return 2 * x",
    "return x * x",
    "import time; time.sleep(0.05); return abs(2 * x)",
    "return x +",
    "import time; time.sleep(0.05); return 2 * x + 1e-3",
    "raise KeyError(x)",
)


@dataclass
class Place:
    """A class, who grades it, and where the grades go."""

    folder: Path
    mode: str
    cluster: Machines | None = None

    @property
    def grades(self) -> Path:
        """Where the grades of the run that is disturbed go."""
        return self.folder / "grades"

    @property
    def temporary(self) -> Path:
        """Where runs may leave temporary files."""
        return self.folder / "tmp"

    def start(self) -> psutil.Popen:
        """Start a run, or go on with one."""
        if self.cluster:
            return self._start(self.grades, "--scheduler", self.cluster.address)
        return self._start(self.grades, "--jobs", self.mode.removeprefix("jobs"))

    def undisturbed(self) -> dict[str, str]:
        """Return the results of a run that nobody disturbs, by one worker."""
        grades = self.folder / "undisturbed"
        if self._start(grades, "--jobs", "1").wait() != 0:
            raise SystemExit(f"the undisturbed run failed: {self.said()}")
        return self.results(grades)

    def _start(self, grades: Path, *options: str) -> psutil.Popen:
        command = [sys.executable, "-c", GRADE, str(self.folder / "course"), "run", *options]
        command += [str(self.folder / "submitted"), "--out", str(grades), "--seed", "1"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(self.temporary)}
        with (self.folder / "run.log").open("w") as log:
            return psutil.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def machines(self) -> list[psutil.Process]:
        """Return the workers of Dask's that are there."""
        workers = self.cluster.workers if self.cluster else []
        return [psutil.Process(each.pid) for each in workers if each.poll() is None]

    def said(self) -> list[str]:
        """Return what the last run said on its error stream, but for progress."""
        lines = (self.folder / "run.log").read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line.startswith(("grader:", "  "))]

    def results(self, grades: Path) -> dict[str, str]:
        """Return all results as they are, but for times."""
        found = {}
        for path in sorted((grades / "results").glob("*/*.json")):
            result = json.loads(path.read_text(encoding="utf-8"))
            for exercise in result["exercises"]:
                exercise["seconds"] = 0
            found[path.parent.name] = json.dumps(result)
        return found


@dataclass
class Report:
    """What was done, and what came of it."""

    done: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    rounds: int = 0
    listed: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether every grade came out, and nothing was left behind."""
        return not (self.differences or self.left)


def make_class(folder: Path, count: int) -> None:
    """Write a course of toys, and submissions of which no two are equal."""
    write_stubs(make_course(folder / "course"))
    (folder / "tmp").mkdir()
    for number in range(count):
        text = REFERENCE.replace("return 2 * x", CODES[number % len(CODES)])
        hand_in(folder / "submitted", f"learner{number:03}", f"{text}\n# {number}\n")


def kind_of(process: psutil.Process) -> str:
    """Return which part of a run a process is, judged by its command."""
    command = " ".join(process.cmdline())
    if "zygote.py" in command:
        parent = process.parent()
        return "child" if parent and "zygote.py" in " ".join(parent.cmdline()) else "zygote"
    if "spawn_main" in command:
        return "worker"
    return "other"


def parts(run: psutil.Process, place: Place) -> dict[str, list[psutil.Process]]:
    """Return the processes that grade at this moment, by what they are."""
    found: dict[str, list[psutil.Process]] = {"coordinator": [run]}
    if machines := place.machines():
        found["Dask's worker"] = machines
    for root in (run, *machines):
        with suppress(psutil.NoSuchProcess):
            for process in root.children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    found.setdefault(kind_of(process), []).append(process)
    return found


def choose(
    run: psutil.Process, place: Place, rng: random.Random
) -> tuple[str, psutil.Process] | None:
    """Return a process of a kind that is drawn, as soon as there is one."""
    kinds = ["coordinator", "worker", "zygote", "child"] + ["Dask's worker"] * bool(place.cluster)
    kind = rng.choice(kinds)
    deadline = time.monotonic() + LOOK_S
    while run.poll() is None and time.monotonic() < deadline:
        found = parts(run, place).get(kind)
        if found:
            return kind, rng.choice(found)
        time.sleep(0.1)
    return None


def disturb(place: Place, moments: int, rng: random.Random, n_long: int, report: Report) -> None:
    """Grade the class again and again, until so many moments are over."""
    mode, expected = place.mode, place.undisturbed()
    seen: set[psutil.Process] = set()
    run = place.start()
    until = sum(report.done.values()) + moments
    long_stops = set(rng.sample(range(until - moments, until), min(n_long, moments)))
    while (number := sum(report.done.values())) < until:
        pause(run, rng.uniform(*PAUSE_S))
        chosen = choose(run, place, rng)
        seen.update(each for group in parts(run, place).values() for each in group)
        if run.poll() is not None:
            finish(run, place, expected, report)
            run = place.start()
        elif chosen is not None:
            kind, process = chosen
            is_stopped = number in long_stops or rng.random() < STOPPED_SHARE
            seconds = LONG_STOP_S if number in long_stops else rng.uniform(*STOP_S)
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP if is_stopped else signal.SIGKILL)
                name = f"stopped {'a minute' if seconds == LONG_STOP_S else 'some seconds'}"
                report.done[mode, kind, name if is_stopped else "killed"] += 1
            if is_stopped:
                pause(run, seconds)
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGCONT)
            elif kind == "coordinator":
                run.wait()
                place.results(place.grades)  # each file that is there is whole
                run = place.start()
            elif kind == "Dask's worker":
                assert place.cluster is not None
                place.cluster.start_worker("--no-nanny")
    finish(run, place, expected, report)
    machines = place.machines()
    seen -= {
        *machines,
        *(each for one in machines for each in one.children() if kind_of(each) == "other"),
    }
    _, alive = psutil.wait_procs(seen, timeout=GONE_WITHIN_S[mode])
    report.left += [f"{mode}: process {each.pid} {each.status()}" for each in alive]
    report.left += [f"{mode}: {path.name}" for path in place.temporary.iterdir()]


def pause(run: psutil.Popen, seconds: float) -> None:
    """Wait, but no longer than the run takes."""
    with suppress(psutil.TimeoutExpired, subprocess.TimeoutExpired):
        run.wait(seconds)


def finish(run: psutil.Popen, place: Place, expected: dict[str, str], report: Report) -> None:
    """Let a run come to its end, start it again while it asks for that, and compare."""
    report.rounds += 1
    for _ in range(TRIES):
        status = run.wait()
        if status == 0:
            break
        said = f"{place.mode}: status {status}: {' '.join(place.said())}"
        (report.listed if status == 3 else report.ended).append(said)
        run = place.start()
    else:
        raise SystemExit(f"it does not come to an end:\n{report.ended} {report.listed}")
    found = place.results(place.grades)
    report.differences += [
        f"{place.mode} {name}:\n    {found.get(name)}\nis not\n    {result}"
        for name, result in expected.items()
        if found.get(name) != result
    ]
    left = [*place.grades.rglob(".writing-*"), *(found.keys() - expected.keys())]
    report.left += [f"{place.mode}: {each}" for each in left]
    shutil.rmtree(place.grades)


def run_mode(
    mode: str, moments: int, rng: random.Random, report: Report, *, submissions: int, n_long: int
) -> None:
    """Disturb runs of one mode."""
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name), mode)
        make_class(place.folder, submissions)
        if mode == "dask":
            from tests.grader.test_cluster import Machines  # takes a second

            place.cluster = Machines(place.folder)
            place.cluster.start_scheduler()
            for _ in range(N_MACHINES):
                place.cluster.start_worker("--no-nanny")
        try:
            disturb(place, moments, rng, n_long, report)
        finally:
            if place.cluster:
                place.cluster.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--submissions", type=int, default=50)
    parser.add_argument("--long-stops", type=int, default=2, help="how many of a minute, each mode")
    args = parser.parse_args()
    report, rng = Report(), random.Random(args.seed)
    for number, mode in enumerate(args.mode):
        left = args.moments - sum(report.done.values())
        moments = left // (len(args.mode) - number)
        options = {"submissions": args.submissions, "n_long": args.long_stops}
        run_mode(mode, moments, rng, report, **options)
    for (mode, kind, what), count in sorted(report.done.items()):
        print(f"{mode:6} {kind:14} {what:22} {count:4}")
    print(f"{sum(report.done.values())} moments in {report.rounds} classes graded")
    for title in ("listed", "ended", "differences", "left"):
        lines = getattr(report, title)
        print(f"{title}: {len(lines)}")
        print("".join(f"    {line}\n" for line in lines), end="")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
