"""One process that grades: the entry for grading workers, whoever starts them.

A worker holds one collected suite and one zygote, and turns submissions into results one after
another. It is a process of its own, since it hides and bounds its own memory, and stops replays by
a timer that only a main thread can have: its caller may be a notebook server or a test.

Nothing that a submission makes happen here ends a run: what goes wrong on our side is told as data.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from grader.course import Course
from grader.errors import SandboxError, SuiteError, describe_mistake
from grader.intake.submission import Submission
from grader.results import Graded, Result, VoidTest
from grader.sandbox.limits import Limits

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
# What hidden tests do with a result of unforeseen shape (a Gram matrix of 60,000 rows) must end as
# a failed test, not as a grader killed for its use of memory, again in each run.
OWN_MEMORY_BYTES = 3 << 30
LOOK_EVERY_S = 0.25
STOOD_STILL_S = 1.0
TRIES = 2
TRIES_TO_PROVE = 3


@dataclass(frozen=True)
class Order:
    """What a worker needs to know before its first submission.

    Attributes
    ----------
    root : Path
        The course.
    modules : tuple of (str, str)
        Week and name of each module whose hidden tests are needed.
    seed : int
        Of the hidden inputs.
    layers : tuple of str
        Walls of the sandbox; none is no protection at all.
    limits : Limits
        Bounds on what runs in it.
    """

    root: Path
    modules: tuple[tuple[str, str], ...]
    seed: int
    layers: tuple[str, ...]
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Opened:
    """A worker that is ready: its process, and in words what protects it."""

    pid: int
    sandbox: str


def protect_process() -> None:
    """Make this process fit to hold hidden tests and to look at what learners' code returns."""
    hide_own_memory()
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if soft == resource.RLIM_INFINITY or soft > OWN_MEMORY_BYTES:
        with contextlib.suppress(ValueError, OSError):  # a hard limit that is lower is as good
            resource.setrlimit(resource.RLIMIT_DATA, (OWN_MEMORY_BYTES, hard))


def hide_own_memory() -> None:
    """Let no other process of this user read the hidden tests out of this one's memory."""
    _prctl(PR_SET_DUMPABLE, 0)


def enter_process(parent: int) -> None:
    """Set a process up that does nothing but grade for `parent`, and that dies with it."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above took effect
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    protect_process()


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise SandboxError(f"prctl: {os.strerror(ctypes.get_errno())}")


class Worker:
    """The suite and the sandbox of one process."""

    def __init__(self, order: Order) -> None:
        # Here, since numpy and pytest take a while, and who gives orders needs neither.
        from grader.sandbox.sandbox import Sandbox

        self.sandbox = Sandbox(order.limits, order.layers)
        self._standstill = Standstill()
        with contextlib.ExitStack() as if_that_fails:
            if_that_fails.callback(self.close)
            self.sandbox.start()  # which goes on beside the next steps
            from grader.judging.suite import collect
            from grader.judging.verdicts import Grader

            course = Course(order.root)
            self._modules = [course.module(week, name) for week, name in order.modules]
            suite = collect(course, self._modules)
            self._prove()
            self._grader = Grader(course, suite, self.sandbox, order.seed)
            if_that_fails.pop_all()

    def _prove(self) -> None:
        """Try the sandbox; a zygote that is lost meanwhile says nothing about this machine."""
        for tries_left in reversed(range(TRIES_TO_PROVE)):
            try:
                self.sandbox.prove()
            except SandboxError:
                self.sandbox.restart()
                if not tries_left:
                    raise
            else:
                return

    def close(self) -> None:
        """End the sandbox."""
        self._standstill.close()
        self.sandbox.close()

    def void_tests(self) -> tuple[VoidTest, ...]:
        """Return the tests that their own references fail with this run's seed."""
        for _ in range(TRIES):
            self._standstill.begin()
            void = self._grader.void_tests(self._modules)
            if not (void and self._standstill.was_seen):
                break
        return void

    def leave_out(self, ids: Collection[str]) -> None:
        """Let some tests count for nobody."""
        self._grader.suite.leave_out(ids)

    def grade(self, submission: Submission) -> Graded:
        """Grade a submission; whatever happens, there is an answer."""
        try:
            result = self._grade(submission)
        except SandboxError as error:
            return Graded(None, (str(error),))
        except Exception as error:  # a mistake of ours: told, and the class goes on
            return Graded(None, (describe_mistake(error),))
        notes = (*submission.notes, *self._grader.notes)
        return Graded(result, tuple(self._grader.troubles), notes)

    def _grade(self, submission: Submission) -> Result:
        """Grade a submission; once more if a clock decided that may have run for nothing."""
        for _ in range(TRIES):
            self._grader.troubles.clear()
            self._standstill.begin()
            result = self._grader.grade(submission)
            if result.suites.keys() == result.texts.keys() or not self._standstill.was_seen:
                break
        return result


class Standstill:
    """Sees when this process or one that it grades in was stopped, as a suspended machine is.

    Meanwhile clocks run on, and what was to answer is late through no fault of its own. A child can
    stop itself, too: it is tried once more for nothing.
    """

    def __init__(self) -> None:
        self._was_seen = False
        self._looked = time.monotonic()
        self._is_over = threading.Event()
        threading.Thread(target=self._look_again_and_again, daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._is_over.set()

    def begin(self) -> None:
        """Forget what was seen."""
        self._was_seen = False

    @property
    def was_seen(self) -> bool:
        """Whether anything stood still since `begin`."""
        return self._was_seen or self._is_late

    @property
    def _is_late(self) -> bool:
        return time.monotonic() - self._looked > LOOK_EVERY_S + STOOD_STILL_S

    def _look_again_and_again(self) -> None:
        while not self._is_over.wait(LOOK_EVERY_S):
            if self._is_late or _is_any_stopped(os.getpid()):
                self._was_seen = True
            self._looked = time.monotonic()


def _is_any_stopped(parent: int) -> bool:
    """Tell whether any process that came from this one is stopped."""
    children = []
    with contextlib.suppress(OSError):  # it has ended, or this kernel does not tell
        for task in os.listdir(f"/proc/{parent}/task"):
            text = Path(f"/proc/{parent}/task/{task}/children").read_text(encoding="ascii")
            children += [int(pid) for pid in text.split()]
    return any(_state_of(child) == "T" or _is_any_stopped(child) for child in children)


def _state_of(process: int) -> str:
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    return text.rpartition(")")[2].split()[0]


def serve(pipe: Connection, parent: int) -> None:
    """Do for `parent` what it asks, one function call after another, until it hangs up."""
    enter_process(parent)
    with contextlib.suppress(EOFError, ConnectionError):
        while True:
            function, args = pipe.recv()
            pipe.send(_outcome(function, args))
    if _worker is not None:
        _worker.close()


def _outcome(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    try:
        return function(*args), None
    except Exception as error:
        return None, error


_worker: Worker | None = None


def open_worker(order: Order) -> Opened:
    """Make this process's worker; called once, before `grade`.

    Raises
    ------
    GraderError
        If the hidden tests can't be collected, or there is no sandbox.
    """
    global _worker
    _worker = Worker(order)
    return Opened(os.getpid(), _worker.sandbox.describe())


def void_tests() -> tuple[VoidTest, ...]:
    """Return the tests that their own references fail, as this process's worker finds."""
    return _opened().void_tests()


def leave_out(ids: Collection[str]) -> None:
    """Let some tests count for nobody in this process."""
    _opened().leave_out(ids)


def grade(submission: Submission) -> Graded:
    """Grade a submission with this process's worker."""
    return _opened().grade(submission)


def _opened() -> Worker:
    if _worker is None:
        raise SuiteError("a worker was asked to work before it was opened")
    return _worker
