"""A run on a Dask cluster: the same results, whoever dies, joins late or must not take part."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from rich.console import Console

from grader import cluster
from grader.errors import GraderError, InputError
from grader.progress import Progress
from grader.run import Request, Summary, grade_class
from tests.grader.test_workers import _course_whose_tests_end_the_process
from tests.grader.toy import REFERENCE

ROOT = Path(__file__).resolve().parents[2]
PORT_WAIT_S = 30.0


class Machines:
    """A scheduler and workers, each a process of its own, as if on machines of their own."""

    def __init__(self, folder: Path, scheme: str = "tcp", options: tuple[str, ...] = ()) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"{scheme}://127.0.0.1:{port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self._folder = folder
        self._options = options

    def start_scheduler(self) -> None:
        """Start the scheduler, at the same address each time."""
        self.scheduler = self._start("scheduler", ROOT, "--no-dashboard", *self._at())

    def start_worker(self, *options: str, checkout: Path = ROOT) -> subprocess.Popen[bytes]:
        """Start a worker, and return its process."""
        options = (self.address, "--nthreads", "1", "--no-dashboard", *options)
        worker = self._start("worker", checkout, *options)
        self.workers.append(worker)
        return worker

    def close(self) -> None:
        """End them all."""
        for process in [*self.workers, self.scheduler]:
            if process is not None:
                _kill_group(process)

    def _at(self) -> tuple[str, ...]:
        scheme, _, at = self.address.partition("://")
        host, port = at.split(":")
        return "--host", f"{scheme}://{host}", "--port", port

    def _start(self, kind: str, checkout: Path, *options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", kind, *options, *self._options],
            cwd=self._folder,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdout=subprocess.DEVNULL,
            stderr=(self._folder / f"{kind}.log").open("ab"),
            start_new_session=True,
        )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """Give a scheduler without workers."""
    made = Machines(tmp_path)
    made.start_scheduler()
    yield made
    made.close()


class Run:
    """A run on a cluster, with what it said."""

    def __init__(self, toys, machines: Machines) -> None:
        self._toys = toys
        self._machines = machines
        self.said: list[str] = []
        self.on: dict[str, Callable[[], object]] = {}

    def grade(self, **options: object) -> Summary:
        """Grade the class; `on` says what to do when certain words are said."""
        request = Request(
            submitted=self._toys.submitted,
            grades=self._toys.grades,
            seed=1,
            scheduler=self._machines.address,
            **options,  # type: ignore[arg-type]
        )
        progress = Progress(Console(quiet=True))
        progress.say = self._hear  # type: ignore[method-assign]
        return grade_class(request, progress, self._toys.course)

    def _hear(self, text: str) -> None:
        self.said.append(text)
        for words in [words for words in self.on if words in text]:
            self.on.pop(words)()


@pytest.fixture
def run(toys, machines: Machines) -> Run:
    return Run(toys, machines)


def _hand_in_some(toys, count: int = 6) -> None:
    codes = ("return 2 * x", "return x * x", "return abs(2 * x)", "return x +")
    for number in range(count):
        text = REFERENCE.replace("return 2 * x", codes[number % len(codes)])
        toys.hand_in(f"learner{number}", text)


def _results(toys) -> dict[str, str]:
    """Return all result files as they are, but for times."""
    found = {}
    for path in sorted((toys.grades / "results").glob("*/*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        for exercise in result["exercises"]:
            exercise["seconds"] = 0
        found[path.parent.name] = json.dumps(result)
    return found


class TestCluster:
    def test_gives_what_one_machine_gives(self, toys, machines, run):
        machines.start_worker()
        machines.start_worker("--no-nanny", "--nthreads", "2")
        _hand_in_some(toys)
        summary = run.grade()
        assert (summary.graded, summary.is_whole) == (6, True)
        distributed = _results(toys)
        assert toys.grade(jobs=1, fresh=True).graded == 6
        assert distributed == _results(toys)
