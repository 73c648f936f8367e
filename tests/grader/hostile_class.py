"""Grade hostile submissions, an honest one after each, and write down what came of it.

`python hostile_class.py OUT MARKER NAME...`, in a process of its own: it holds secrets that no
submission may find, and its output is searched for them.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

import grader.judging.bench
from grader.course import Course
from grader.intake.submission import File, Submission
from grader.judging.suite import collect
from grader.judging.verdicts import Grader
from grader.judging.worker import protect_process
from grader.sandbox.arguments import Arguments
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Sandbox

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
        call_cpu_s=0.5, call_idle_s=0.5, call_wall_s=2.0, child_cpu_s=20, output_bytes=marker
    )


def submission(course: Course, learner: str, attack: str) -> Submission:
    """Return the references of one module, with an attack after them."""
    module = course.module("week1", "vectors")
    text = course.read(course.layout.reference(module))  # type: ignore[arg-type]
    return Submission(learner, "week1", {"vectors": File(text + attack)})


def main() -> None:
    """Grade."""
    out, marker, names = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    course = Course()
    module = course.module("week1", "vectors")
    tools = (HOSTILE / "_tools.py").read_text(encoding="utf-8")
    grader.judging.bench.Arguments = WatchedArguments  # type: ignore[attr-defined]
    reference = course.read(course.layout.reference(module))  # type: ignore[arg-type]
    # Not all of them each time: the first and the last of the file, and the one attacked.
    witnesses = [e for e in module.exercises if e.name in ("dot", "neuron", "linear")]  # type: ignore[union-attr]
    report: dict[str, Any] = {}

    protect_process()
    suite = collect(course, [module])
    with Sandbox(limits(marker)) as sandbox:
        sandbox.prove()
        judge = Grader(course, suite, sandbox, seed=20)
        for name in names:
            attack = (HOSTILE / f"{name}.py").read_text(encoding="utf-8")
            start = time.monotonic()
            result = judge.grade(submission(course, name, f"\n\n{tools}\n\n{attack}"))
            seconds = time.monotonic() - start
            honest = [judge.grade_one(module, one, reference) for one in witnesses]
            text = json.dumps(asdict(result))
            sentences = [e.why for e in result.exercises]
            sentences += [test.why for e in result.exercises for test in e.tests]
            report[name] = {
                "exercises": {e.exercise: asdict(e) for e in result.exercises},
                "seconds": seconds,
                "honest": [result.status for result in honest],
                "text": text,
                "told": told("\n".join(sentences)),
                "memory_mib": int(Path("/proc/self/statm").read_text().split()[1]) // 256,
            }

        honest = judge.grade(submission(course, "honest", ""))
        report["honest at the end"] = {"score": honest.score}
    out.write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    main()
