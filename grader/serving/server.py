"""The process at the far end of the pipe: an order comes in, then one submission after another.

Each message is a line of JSON. The process ends when the pipe is closed, whatever it is doing: so
it outlives nobody who started it, and needs no signal for that.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from grader.course import Course
from grader.errors import GraderError
from grader.intake.submission import File, Submission
from grader.judging import worker
from grader.judging.digest import suite_digest
from grader.results import Graded
from grader.sandbox.limits import ALL_LAYERS


def main() -> None:
    """Serve who started this process, until the pipe is closed."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what hidden tests print is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us
    worker.protect_process()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin, requests), daemon=True).start()
    try:
        _tell(answers, _open(json.loads(requests.get())))
    except GraderError as error:
        _tell(answers, {"problem": str(error)})
        return
    while True:
        submission = _submission(json.loads(requests.get()))
        _tell(answers, _as_data(worker.grade(submission)))


def _listen(stream: IO[str], requests: queue.SimpleQueue[str]) -> None:
    for line in stream:
        requests.put(line)
    os._exit(0)  # the main thread may be at work for minutes; the sandbox ends with this process


def _tell(answers: IO[str], data: dict[str, Any]) -> None:
    answers.write(json.dumps(data) + "\n")
    answers.flush()


def _open(order: dict[str, Any]) -> dict[str, Any]:
    course = Course(Path(order["root"]))
    week = course.catalogue.week(order["week"])
    if week is None:
        raise GraderError(f"{course.layout.catalogue_folder}: has no {order['week']}")
    # Before the tests are collected: one that is edited in between makes this digest outdated.
    digest = suite_digest(course, week.name)
    modules = tuple((module.week, module.name) for module in week.modules)
    opened = worker.open_worker(worker.Order(course.root, modules, order["seed"], ALL_LAYERS))
    void = worker.void_tests()
    worker.leave_out([test.id for test in void])
    return {"digest": digest, "sandbox": opened.sandbox, "void": [vars(test) for test in void]}


def _submission(data: dict[str, Any]) -> Submission:
    files = {name: File.from_data(file) for name, file in data["files"].items()}
    return Submission(
        data["learner"], data["week"], files, data["submitted_at"], tuple(data["notes"])
    )


def _as_data(graded: Graded) -> dict[str, Any]:
    return {
        "result": graded.result.as_json() if graded.result is not None else None,
        "troubles": graded.troubles,
        "notes": graded.notes,
    }
