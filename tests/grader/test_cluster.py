"""A run on a Dask cluster: the same results, whoever dies, joins late or must not take part."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import dask
import psutil
import pytest
from rich.console import Console

from grader import cluster
from grader.cli import main
from grader.errors import GraderError
from grader.intake.submission import Submission
from grader.judging.worker import Order
from grader.progress import Progress
from grader.run import Request, Summary, grade_class
from tests.grader.test_workers import HandedIn, _course_whose_tests_end_the_process
from tests.grader.toy import REFERENCE, hand_in

ROOT = Path(__file__).resolve().parents[2]


class Machines:
    """A scheduler and workers, each a process of its own, as if on machines of their own."""

    def __init__(self, folder: Path, scheme: str = "tcp", options: tuple[str, ...] = ()) -> None:
        self.address = f"{scheme}://127.0.0.1:{_free_port()}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self._folder = folder
        self._options = options

    def start_scheduler(self) -> None:
        """Start the scheduler, at the same address each time."""
        if self.scheduler is not None:
            _kill_group(self.scheduler)
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
        with (self._folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", kind, *options, *self._options],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(checkout)},
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _kill_group(process: subprocess.Popen[Any]) -> None:
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


def _grading(parent: int) -> list[psutil.Process]:
    """Return the grading processes that a process has started."""
    found = []
    for child in psutil.Process(parent).children():
        with suppress(psutil.NoSuchProcess):  # it has ended since
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def _course_that_meets_42(toys, folder: Path, does: str) -> Path:
    """Give the class a course whose tests do something once, when a learner's answer is 42."""
    flag = folder / "done"
    toys.course = type(toys.course)(
        _course_whose_tests_end_the_process(
            toys.course,
            folder,
            f"""
        flag = pathlib.Path({str(flag)!r})
        if learner.double(1.0) == 42 and not flag.exists():
            {does}
""",
        )
    )
    return flag


# The grading process is a child of Dask's worker.
KILL_WORKER = "os.kill(os.getppid(), 9)"


class TestCluster:
    def test_gives_what_one_machine_gives(self, toys, tmp_path, machines, run):
        """Tests that are void, since their reference fails them, are so for all."""
        copy = tmp_path / "course"
        shutil.copytree(toys.course.root, copy)
        path = copy / "tests" / "week1" / "test_toys.py"
        text = path.read_text(encoding="utf-8")
        assert "learner.double(-3.0), -6.0" in text
        path.write_text(text.replace("double(-3.0), -6.0", "double(-3.0), -7.0"), encoding="utf-8")
        toys.course = type(toys.course)(copy)
        machines.start_worker()
        machines.start_worker("--no-nanny", "--nthreads", "2")
        _hand_in_some(toys, 8)
        summary = run.grade()
        assert (summary.graded, summary.failed, summary.troubles) == (8, (), ())
        assert [test.id for test in summary.void] == ["week1/test_toys::TestDouble::test_negative"]
        distributed = _results(toys)
        assert toys.grade(jobs=1, fresh=True).void == summary.void
        assert distributed == _results(toys)

    def test_a_worker_dies_and_another_joins_late(self, toys, tmp_path, machines, run):
        flag = _course_that_meets_42(toys, tmp_path, f"flag.touch(); {KILL_WORKER}")
        machines.start_worker("--no-nanny")
        run.on["is gone"] = lambda: machines.start_worker("--no-nanny")
        _hand_in_some(toys)
        toys.hand_in("learner0", REFERENCE.replace("return 2 * x", "return 42"))
        summary = run.grade()
        assert flag.exists()
        assert not run.on
        assert (summary.graded, summary.is_whole) == (6, True)
        distributed = _results(toys)
        assert toys.grade(jobs=1, fresh=True).graded == 6
        assert distributed == _results(toys)

    def test_one_that_kills_each_worker_is_listed(self, toys, tmp_path, machines, run):
        """Its nanny starts the worker again, each time."""
        _course_that_meets_42(toys, tmp_path, KILL_WORKER)
        machines.start_worker()
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "return 42"))
        toys.hand_in("zoe", REFERENCE)
        summary = run.grade()
        assert summary.graded == 1
        (failed,) = summary.failed
        assert failed.startswith("ada week1: worker tcp://")
        assert failed.endswith("died over it")
        assert sum("is gone" in words for words in run.said) == 2
        assert toys.result("zoe")["score"] == 7.5

    def test_a_worker_with_other_tests_is_refused(self, toys, tmp_path, machines, run, monkeypatch):
        monkeypatch.setattr(cluster, "SECOND_THOUGHTS_S", 0.0)
        for name in ("grader", "kata", "exercises"):
            shutil.copytree(ROOT / name, tmp_path / "checkout" / name)
        with (tmp_path / "checkout/grader/judging/reasons.py").open("a") as file:
            file.write("# changed\n")
        machines.start_worker("--no-nanny", "--name", "odd", checkout=tmp_path / "checkout")
        toys.hand_in("ada", REFERENCE)
        reason = "its copy of the course judges week1 in another way"
        with pytest.raises(
            GraderError, match=rf"no worker may grade.*\n  worker odd at tcp://.*: {reason}"
        ):
            run.grade()
        assert not (toys.grades / "results").exists()

        monkeypatch.setattr(cluster, "SECOND_THOUGHTS_S", cluster.WAIT_S)  # a busy machine is slow
        machines.start_worker("--no-nanny")
        run.said.clear()
        assert run.grade().is_whole
        assert toys.result("ada")["score"] == 7.5
        assert sum("is refused" in words for words in run.said) == 1

    def test_a_stopped_run_leaves_no_process_behind(self, toys, machines):
        """It also knows what is in work: the first when the second is read."""
        worker = machines.start_worker("--no-nanny", "--nthreads", "2")
        order = Order(toys.course.root, (("week1", "toys"),), 1, ())
        workers = cluster.Cluster(order, machines.address, print)
        in_work = []

        class Looking(HandedIn):
            def read(self) -> Submission:
                in_work.extend(workers.in_work())
                return super().read()

        hand_ins = [HandedIn("return 2 * x"), Looking("return x * x")]
        answers = workers.grade(hand_ins)
        next(answers)
        assert [hand_in for hand_in, _ in in_work] == hand_ins[:1]
        grading = _grading(worker.pid)
        assert grading
        answers.close()
        assert psutil.wait_procs(grading, timeout=30)[1] == []


class TestScheduler:
    """It may vanish, and come back or not."""

    def test_it_comes_back(self, toys, tmp_path, machines, run, capfd):
        assert machines.scheduler is not None
        kill = f"flag.touch(); os.kill({machines.scheduler.pid}, 9)"
        flag = _course_that_meets_42(toys, tmp_path, kill)
        machines.start_worker()

        def start_again() -> None:
            machines.start_scheduler()
            machines.start_worker()

        run.on["is lost"] = start_again
        _hand_in_some(toys)
        toys.hand_in("learner3", REFERENCE.replace("return 2 * x", "return 42"))
        summary = run.grade()
        assert flag.exists()
        assert "the scheduler is back" in run.said
        assert "Traceback" not in capfd.readouterr().err
        assert (summary.graded, summary.is_whole) == (6, True)
        distributed = _results(toys)
        assert toys.grade(jobs=1, fresh=True).graded == 6
        assert distributed == _results(toys)

    def test_it_does_not_come_back(self, toys, tmp_path, machines, run, monkeypatch):
        monkeypatch.setattr(cluster, "WAIT_S", 30.0)
        assert machines.scheduler is not None
        kill = f"flag.touch(); os.kill({machines.scheduler.pid}, 9)"
        _course_that_meets_42(toys, tmp_path, kill)
        machines.start_worker("--no-nanny")
        _hand_in_some(toys)
        toys.hand_in("learner3", REFERENCE.replace("return 2 * x", "return 42"))
        run.on["is lost"] = lambda: monkeypatch.setattr(cluster, "WAIT_S", 0.0)
        with pytest.raises(GraderError, match="did not come back; what is graded is kept; start"):
            run.grade()
        kept = _results(toys)
        assert sorted(kept) == ["learner0", "learner1", "learner2"]
        summary = toys.grade(jobs=1)
        assert (summary.graded, summary.kept) == (3, 3)
        assert _results(toys).items() >= kept.items()

    @pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "carrier-pigeon://coop"])
    def test_there_is_none(self, tmp_path, address, capsys):
        hand_in(tmp_path / "submitted", "ada", "", "vectors")
        command = ["run", str(tmp_path / "submitted"), "--out", str(tmp_path / "grades")]
        with dask.config.set({"distributed.comm.timeouts.connect": "500ms"}):
            assert main([*command, "--scheduler", address]) == 2
        assert f"grader: --scheduler {address}: " in capsys.readouterr().err

    def test_tls(self, toys, tmp_path):
        """Certificates are given as Dask takes them: in its own configuration."""
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=toys", "-keyout", key, "-out", certificate),
            ],
            check=True,
            capture_output=True,
        )
        files = ("--tls-key", str(key), "--tls-cert", str(certificate))
        machines = Machines(tmp_path, "tls", (*files, "--tls-ca-file", str(certificate)))
        toys.hand_in("ada", REFERENCE)
        tls = {"ca-file": certificate, "client.key": key, "client.cert": certificate}
        ours = {f"distributed.comm.tls.{name}": str(path) for name, path in tls.items()}
        try:
            machines.start_scheduler()
            machines.start_worker("--no-nanny")
            with dask.config.set(ours):
                assert toys.grade(scheduler=machines.address).is_whole
        finally:
            machines.close()
        assert toys.result("ada")["score"] == 7.5


class TestPage:
    """The commands of docs/instructors.md, which stand there in blocks of `bash`."""

    def test_they_work_as_printed(self, tmp_path):
        page = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
        scheduler, worker, run = re.findall(r"^```bash\n(.*?)\n```$", page, re.M | re.S)
        hand_in(tmp_path / "submitted", "ada", "", "vectors")
        values = {
            "8786": str(_free_port()),
            "HOST": "127.0.0.1",
            "SUBMITTED": str(tmp_path / "submitted"),
            "GRADES": str(tmp_path / "grades"),
        }
        servers = [_bash(command, values) for command in (scheduler, worker)]
        try:
            done = _bash(run, values)
            out, _ = done.communicate(timeout=250)
        finally:
            for server in servers:
                _kill_group(server)
                server.communicate()
        assert done.returncode == 0, out
        assert "1 graded, 0 unchanged" in out
        assert (tmp_path / "grades" / "results" / "ada" / "week1.json").is_file()


def _bash(command: str, values: dict[str, str]) -> subprocess.Popen[str]:
    """Start a command of the page, with words that stand for something replaced."""
    for name, value in values.items():
        command = command.replace(name, value)
    return subprocess.Popen(
        ["bash", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


class TestWorkerSide:
    """What runs in a Dask worker."""

    def test_it_takes_the_course_of_its_own_copy(self, monkeypatch):
        """The process that grades ends by itself when no work comes: the run may be dead."""
        monkeypatch.setattr(cluster, "IDLE_S", 0.1)
        order = Order(ROOT, (("week1", "vectors"),), 1, ())
        terms = cluster.Terms.of(order)
        assert terms.is_own_course
        elsewhere = replace(terms, order=replace(order, root=Path("/elsewhere")))
        enlisted = cluster.enlist(elsewhere, ())
        assert enlisted.void == ()
        assert psutil.wait_procs(_grading(os.getpid()), timeout=30)[1] == []
        cluster.dismiss(terms.run)

    @pytest.mark.parametrize("name", ["Python", "numpy"])
    def test_other_versions_are_refused(self, course, name):
        terms = cluster.Terms.of(Order(course.root, (("week1", "toys"),), 1, ()))
        assert not terms.is_own_course
        other = replace(terms, versions={**terms.versions, name: "0.1"})
        with pytest.raises(cluster.RefusedError, match=rf"it has {name} .*, not 0\.1"):
            cluster.enlist(other, ())

    def test_it_grades_for_no_run_that_it_does_not_know(self):
        with pytest.raises(cluster.NotEnlistedError):
            cluster.grade("unknown", HandedIn("return 2 * x").read())
