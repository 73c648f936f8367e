"""One submission on the bench: when a child is tried again, and when time is up."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import grader.judging.verdicts
from grader.intake.submission import File, Submission
from grader.judging.bench import ModuleBench, Wanted
from grader.judging.worker import Order, Worker
from grader.sandbox.faults import CallTimedOut, ChildCrashed
from grader.sandbox.limits import ALL_LAYERS, Limits
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source
from tests.grader.toy import REFERENCE

# Naps so short that none of them is waiting, with too little work between to be computing.
NAPS = """
import time
def nap(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        time.sleep(0.2)
        sum(range(10**6))
"""
SLOW = "import time\ndef f(x):\n    time.sleep(0.6)\n    return 2 * x\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(call_cpu_s=1.0, call_idle_s=1.0, child_cpu_s=3)) as made:
        yield made


def bench_of(sandbox: Sandbox, text: str, **options: Any) -> ModuleBench:
    return ModuleBench(sandbox, Source("week1", "m", text, objects=("f",)), **options)


def call(bench: ModuleBench, *args: Any) -> Any:
    try:
        return bench.perform(Wanted("f", None, args, {}))
    finally:
        bench.close()


def call_again_and_again(bench: ModuleBench, *args: Any) -> None:
    while True:
        bench.perform(Wanted("f", None, args, {}))


class Killer(threading.Thread):
    """Kills the first children that it sees, each a little after it was started."""

    def __init__(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        super().__init__(daemon=True)
        self.pids: list[int] = []
        spawn = sandbox.zygote.spawn

        def watched(*args: Any) -> int:
            pid = spawn(*args)
            if len(self.pids) < times:
                self.pids.append(pid)
                threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
            return pid

        monkeypatch.setattr(sandbox.zygote, "spawn", watched)


class TestKilledFromOutside:
    def test_once_is_tried_again(self, sandbox, monkeypatch):
        killer = Killer(sandbox, monkeypatch, times=1)
        bench = bench_of(sandbox, SLOW)
        assert call(bench, 3) == 6
        assert len(killer.pids) == 1
        assert len(bench.records) == 1

    def test_twice_is_a_crash(self, sandbox, monkeypatch):
        Killer(sandbox, monkeypatch, times=2)
        bench = bench_of(sandbox, SLOW)
        with pytest.raises(ChildCrashed, match="was killed from outside"):
            call(bench, 3)
        assert [record.answer.error for record in bench.records] == ["ChildCrashed"]

    def test_while_it_is_imported(self, sandbox, monkeypatch):
        killer = Killer(sandbox, monkeypatch, times=1)
        bench = bench_of(sandbox, f"{SLOW}time.sleep(0.6)\n")
        assert bench.problem is None
        assert call(bench, 3) == 6
        assert len(killer.pids) == 1

    def test_twice_while_it_is_imported(self, sandbox, monkeypatch):
        Killer(sandbox, monkeypatch, times=2)
        bench = bench_of(sandbox, f"{SLOW}time.sleep(0.6)\n")
        bench.close()
        assert bench.problem is not None
        assert bench.problem.status == "crashed"

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("import os; os.close(3); time.sleep(5)", "closed its connection"),
            ("import os; os._exit(7)", "ended the whole program"),
            ("import ctypes; ctypes.string_at(0)", "crashed the interpreter"),
            (
                "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
                "    import os; os.close(3)\n    while True: pass",
                "closed its connection",
            ),
        ],
    )
    def test_what_it_did_itself_counts_at_once(self, sandbox, monkeypatch, body, says):
        killer = Killer(sandbox, monkeypatch, times=0)
        bench = bench_of(sandbox, f"import time\ndef f():\n    {body}\n")
        spawned: list[Any] = []
        start = bench._start
        monkeypatch.setattr(bench, "_start", lambda: (spawned.append(1), start()))
        with pytest.raises(ChildCrashed, match=says):
            call(bench)
        assert killer.pids == spawned == []

    def test_a_limit_of_its_own_counts_at_once(self, sandbox, monkeypatch):
        """The hard limit on processor time kills as an operator does."""
        ignore = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        bench = bench_of(sandbox, f"{ignore}def f(n):\n    for _ in range(n): pass\n    return 1\n")
        with pytest.raises(ChildCrashed, match="computed for more than 3 s in all"):
            call_again_and_again(bench, 20_000_000)
        assert bench._child is not None
        assert not bench._child.was_killed
        bench.close()


class TestDeadline:
    def test_it_ends_a_call(self, sandbox):
        bench = bench_of(sandbox, f"{NAPS}def f():\n    nap(30)\n", deadline=time.monotonic() + 1)
        with pytest.raises(CallTimedOut, match="the submission as a whole took too long"):
            call(bench)

    def test_it_ends_an_import(self, sandbox):
        bench = bench_of(sandbox, f"{NAPS}nap(30)\n", deadline=time.monotonic() + 1)
        bench.close()
        assert bench.problem is not None
        assert bench.problem.status == "timeout"
        assert bench.problem.why == (
            "importing week1/m.py ran out of time: the submission as a whole took too long"
        )

    def test_nothing_is_started_after_it(self, sandbox, monkeypatch):
        def refuse(*args: Any) -> int:
            raise AssertionError("a child was started")

        monkeypatch.setattr(sandbox.zygote, "spawn", refuse)
        bench = bench_of(sandbox, "def f(): return 1", deadline=time.monotonic() - 1)
        assert bench.problem is not None
        assert bench.problem.status == "timeout"
        with pytest.raises(CallTimedOut, match="as a whole"):
            call(bench)

    def test_no_call_is_made_after_it(self, sandbox):
        bench = bench_of(sandbox, "def f(): return 1", deadline=time.monotonic() + 60)
        assert call(bench) == 1
        bench.deadline = time.monotonic() - 1
        with pytest.raises(CallTimedOut, match="as a whole"):
            call(bench)

    def test_importing_counts(self, toys, monkeypatch):
        """Else a module that crashes, and naps whenever it is imported, holds up a run."""
        monkeypatch.setattr(grader.judging.verdicts, "SUBMISSION_WALL_S", 2.0)
        order = Order(toys.course.root, (("week1", "toys"),), seed=1, layers=ALL_LAYERS)
        with contextlib.closing(Worker(order)) as worker:
            slow, honest = (
                worker.grade(Submission(name, "week1", {"toys": File(text)})).result
                for name, text in {"ada": f"{REFERENCE}{NAPS}nap(8)\n", "zoe": REFERENCE}.items()
            )
        for exercise in slow.exercises:
            assert exercise.status == "timeout"
            assert exercise.why.startswith("importing week1/toys.py ran out of time")
        assert {exercise.status for exercise in honest.exercises} == {"passed"}
