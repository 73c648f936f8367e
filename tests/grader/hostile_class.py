"""Grade hostile submissions, an honest one after each, and write down what came of it.

`python hostile_class.py OUT MARKER MODE NAME...`, in a process of its own: it holds secrets that no
submission may find, and its output is searched for them. MODE is `full`, `no files` (no Landlock),
`jobs` (two workers), or the address of a Dask scheduler.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import grader.judging.bench
from grader.course import Course
from grader.intake.submission import File, Submission
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.judging.worker import Order, protect_process
from grader.results import Result
from grader.sandbox.arguments import Arguments
from grader.sandbox.limits import ALL_LAYERS, Limits
from grader.sandbox.sandbox import Sandbox
from grader.workers import Workers

HOSTILE = Path(__file__).resolve().parent / "hostile"
CANARY = "canary-" + os.environ.get("KATA_CANARY", "")  # in this process's memory
LONG_NUMBER = re.compile(r"\d\.\d{6,}")
GAP = re.compile(r"(?<=\d)[\W_]{1,3}(?=\d)")
LETTERS = str.maketrans("0123456789", "ABCDEFGHIJ")
seen_numbers: set[str] = set()


def told(text: str) -> list[str]:
    """Return the hidden inputs in a text: as digits, whatever stands between, or as letters."""
    digits = GAP.sub("", text)
    return sorted(
        number
        for number in seen_numbers
        if (part := number.partition(".")[2]) in digits or part.translate(LETTERS) in text
    )


class WatchedArguments(Arguments):
    """Arguments whose numbers are written down: these are the hidden inputs."""

    def __init__(self, args: Sequence[Any], kwargs: Any, **options: Any) -> None:
        super().__init__(args, kwargs, **options)
        for value in (*args, *kwargs.values()):
            if isinstance(value, list | tuple | dict):
                continue
            numbers = np.asarray(value).ravel()[:50].tolist()
            text = " ".join(map(repr, numbers))
            seen_numbers.update(number[:8] for number in LONG_NUMBER.findall(text))


def limits(marker: int) -> Limits:
    """Return short limits; the odd number of bytes tells this run's processes from others'."""
    return Limits(
        call_cpu_s=0.5, call_idle_s=0.5, call_wall_s=6.0, child_cpu_s=20, output_bytes=marker
    )


def submission(course: Course, learner: str, attack: str) -> Submission:
    """Return the references of one module, with an attack after them."""
    module = course.module("week1", "vectors")
    text = course.read(course.layout.reference(module))  # type: ignore[arg-type]
    return Submission(learner, "week1", {"vectors": File(text + attack)})


@dataclass(frozen=True)
class Attacked:
    """A submission that workers are given, and the attack that it stands for."""

    name: str
    submission: Submission
    is_honest: bool

    def read(self) -> Submission:
        """Return it."""
        return self.submission


def seen_of(result: Result, seconds: float) -> dict[str, Any]:
    """Return what is looked at of a hostile submission's result."""
    sentences = [e.why for e in result.exercises]
    sentences += [test.why for e in result.exercises for test in e.tests]
    return {
        "exercises": {e.exercise: asdict(e) for e in result.exercises},
        "seconds": seconds,
        "text": json.dumps(asdict(result)),
        "told": told("\n".join(sentences)),
    }


def attack_of(name: str) -> str:
    """Return the code of an attack."""
    tools, attack = ((HOSTILE / f"{n}.py").read_text(encoding="utf-8") for n in ("_tools", name))
    return f"\n\n{tools}\n\n{attack}"


def grade_here(names: Sequence[str], layers: tuple[str, ...], marker: int) -> dict[str, Any]:
    """Grade in this process, and know the hidden inputs."""
    course = Course()
    module = course.module("week1", "vectors")
    grader.judging.bench.Arguments = WatchedArguments  # type: ignore[attr-defined]
    reference = course.read(course.layout.reference(module))
    # Not all of them each time: the first and the last of the file, and the one attacked.
    witnesses = [e for e in module.exercises if e.name in ("dot", "neuron", "linear")]
    report: dict[str, Any] = {}
    protect_process()
    suite = collect(course, [module])
    with Sandbox(limits(marker), layers) as sandbox:
        sandbox.prove()
        judge = Grader(course, suite, sandbox, seed=20)
        for name in names:
            start = time.monotonic()
            result = judge.grade(submission(course, name, attack_of(name)))
            report[name] = seen_of(result, time.monotonic() - start)
            honest = [judge.grade_one(module, one, reference) for one in witnesses]
            report[name]["honest"] = [result.status for result in honest]
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            report[name]["memory_mib"] = pages // 256
        score = judge.grade(submission(course, "honest", "")).score
    return {**report, "honest at the end": {"score": score}}


def grade_by_workers(names: Sequence[str], scheduler: str, marker: int) -> dict[str, Any]:
    """Grade as a run does, by two workers, or on a cluster."""
    course = Course()
    order = Order(course.root, (("week1", "vectors"),), 20, ALL_LAYERS, limits(marker))
    class_ = [
        Attacked(name, submission(course, learner, text), is_honest)
        for name in names
        for learner, text, is_honest in (
            (name, attack_of(name), False),
            (f"after-{name}", f"\n# {name}\n", True),
        )
    ]
    workers: Any = Workers(order, 2)
    if scheduler:
        from grader.cluster import Cluster  # takes a second

        workers = Cluster(order, scheduler, print)
    report: dict[str, Any] = {name: {} for name in names}
    for attacked, graded in workers.grade(class_):
        if graded.result is None or graded.troubles:
            report[attacked.name]["troubles"] = graded.troubles
        elif attacked.is_honest:
            mine = [e.status for e in graded.result.exercises if e.module == "vectors"]
            report[attacked.name]["honest"] = mine
        else:
            report[attacked.name] |= seen_of(graded.result, 0.0)
    return report


def main() -> None:
    """Grade."""
    out, marker, mode, names = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]
    layers = {"full": ALL_LAYERS, "no files": ("user", "seccomp")}
    if mode in layers:
        report = grade_here(names, layers[mode], marker)
    else:
        report = grade_by_workers(names, "" if mode == "jobs" else mode, marker)
    out.write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    main()
