"""Who grades, on several machines: the same worker processes, reached through a Dask cluster.

A Dask worker is a process of Dask's own that runs tasks in threads. So the processes that grade are
its children, as they are the run's own on one machine: see `grader.workers`. A Dask worker that
takes part has been *enlisted*: it has the same hidden tests and tools, and a sandbox that works.

Who is there, what has ended and what was lost is Dask's to know. Here each enlisted worker is given
as many submissions as it has threads and one more whenever one is done: so whoever joins late gets
work, nothing waits on a machine that may vanish, and it is known what a worker had when it did.

The workers' answers are unpickled, and they know the seed: they are trusted as this machine is.
"""

from __future__ import annotations

import logging
import multiprocessing
import platform
import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import numpy as np
from distributed import Client, Future

from grader.course import ROOT, Course
from grader.errors import GraderError, InputError
from grader.intake.submission import Submission
from grader.judging.digest import suite_digest
from grader.judging.worker import Order
from grader.results import Graded, VoidTest
from grader.workers import TRIES, Process, Readable, not_read

T = TypeVar("T", bound=Readable)
# How long a run waits for a scheduler that was lost, and for workers when there are none.
WAIT_S = 300.0
POLL_S = 1.0
# A scheduler that says nothing for so long is lost, although its connection may stand.
SILENCE_S = 120.0
# How long a run waits for another worker when all that there are were refused.
SECOND_THOUGHTS_S = 10.0
FETCH_S = 10.0
# After so long without work a grading process ends: a run that was killed has dismissed nobody.
IDLE_S = 60.0
AGAIN = "what is graded is kept; start {}, and run the same command again"


# What a Dask worker runs.


class RefusedError(GraderError):
    """The machine would not give the verdicts that the others give."""


class NotEnlistedError(Exception):
    """A Dask worker was started again at its address, and has not heard of the run."""


@dataclass(frozen=True)
class Terms:
    """What a machine must agree on to take part in a run.

    Attributes
    ----------
    run : str
        A name that no other run has.
    is_own_course : bool
        Whether each machine takes the course that its own copy of the grader lies in, and not
        the folder that the order names.
    versions : dict of str to str
        What verdicts depend on, as the machine that asks has it.
    """

    run: str
    order: Order
    is_own_course: bool
    versions: dict[str, str]

    @classmethod
    def of(cls, order: Order) -> Terms:
        """Return the terms of a new run."""
        return cls(secrets.token_hex(8), order, order.root == ROOT, _versions(order))


@dataclass(frozen=True)
class Enlisted:
    """What an enlisted worker says: what protects it, and which tests count for nobody."""

    sandbox: str
    void: tuple[VoidTest, ...]


@dataclass
class _Desk:
    """The processes that grade for one run on one Dask worker."""

    order: Order
    void: tuple[VoidTest, ...] = ()
    processes: list[Process] = field(default_factory=list)
    idle: queue.SimpleQueue[Process] = field(default_factory=queue.SimpleQueue)
    stop: threading.Event = field(default_factory=threading.Event)
    timer: threading.Timer | None = None

    @contextmanager
    def process(self) -> Iterator[Process]:
        """Lend a process that nobody uses, or a new one."""
        try:
            process = self.idle.get_nowait()
        except queue.Empty:
            process = Process(self.order, self.void)
            self.processes.append(process)
        try:
            if self.stop.is_set():
                raise NotEnlistedError("the run has ended")
            yield process
        except BaseException:
            self.processes.remove(process)
            process.kill()
            raise
        self.idle.put(process)
        if self.timer is not None:
            self.timer.cancel()
        self.timer = threading.Timer(IDLE_S, self._end_idle)
        self.timer.daemon = True
        self.timer.start()

    def _end_idle(self) -> None:
        with suppress(queue.Empty):
            while True:
                process = self.idle.get_nowait()
                self.processes.remove(process)
                process.kill()


_desks: dict[str, _Desk] = {}


def enlist(terms: Terms, void: tuple[VoidTest, ...] | None) -> Enlisted:
    """Make this Dask worker ready to grade; the first of a run finds out which tests are void.

    Raises
    ------
    GraderError
        If it must not take part, or can't: it says why.
    """
    order = replace(terms.order, root=ROOT) if terms.is_own_course else terms.order
    _refuse_others(terms.versions, _versions(order))
    dismiss(terms.run)  # the connection was lost, and so is what this worker had in work
    # A nanny's workers are daemons, which may have no children, as these would outlive a daemon
    # that is killed. Ours don't: see `grader.judging.worker.enter_process`.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    desk = _desks[terms.run] = _Desk(order, void or ())
    with desk.process() as process:
        if void is None:
            desk.void = process.prove()
        return Enlisted(process.opened.sandbox, desk.void)


def grade(run: str, submission: Submission) -> Graded:
    """Grade a submission on this Dask worker."""
    desk = _desks.get(run)
    if desk is None:
        raise NotEnlistedError("it was started again")
    with desk.process() as process:
        return process.grade(submission, desk.stop)


def dismiss(run: str) -> None:
    """End all processes of a run on this Dask worker, whatever they are doing."""
    desk = _desks.pop(run, None)
    if desk is not None:
        desk.stop.set()
        for process in list(desk.processes):
            process.kill()


def _versions(order: Order) -> dict[str, str]:
    course = Course(order.root)
    weeks = dict.fromkeys(week for week, _ in order.modules)
    digests = {
        week: suite_digest(course, week) if course.catalogue.week(week) else "missing"
        for week in weeks
    }
    python = ".".join(platform.python_version_tuple()[:2])
    return {"Python": python, "numpy": np.__version__, **digests}


def _refuse_others(wanted: dict[str, str], found: dict[str, str]) -> None:
    reasons = [
        f"it has {name} {found[name]}, not {wanted[name]}"
        for name in ("Python", "numpy")
        if found[name] != wanted[name]
    ]
    weeks = [n for n in wanted if n not in ("Python", "numpy") and found[n] != wanted[n]]
    if weeks:
        reasons.append(f"its copy of the course judges {', '.join(weeks)} in another way")
    if reasons:
        raise RefusedError("; ".join(reasons))


# What the run does.


class _LostError(Exception):
    """The connection to the scheduler is gone, and with it all that was asked for."""


@dataclass
class _Task(Generic[T]):
    """A submission that is still to be graded, and how often a worker was lost over it."""

    hand_in: T
    losses: int = 0


@dataclass(frozen=True)
class _InWork(Generic[T]):
    """What a future stands for: a task, or, without one, that a worker enlists."""

    address: str
    task: _Task[T] | None
    since: float = field(default_factory=time.monotonic)


class Cluster:
    """The workers of a Dask cluster, as far as they may take part in one run.

    Stands in for `Workers`. `say` is told what an instructor should hear while the run goes on.
    """

    def __init__(self, order: Order, address: str, say: Callable[[str], None]) -> None:
        self.address = address
        self.sandbox = ""
        self.void: tuple[VoidTest, ...] = ()
        self._order = order
        self._say = say
        self._session: _Session[Any] | None = None
        # Of a connection that is lost it writes a traceback, and we a sentence.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)

    def grade(self, hand_ins: Sequence[T]) -> Iterator[tuple[T, Graded]]:
        """Yield each submission with what became of it, as soon as it is graded.

        Raises
        ------
        GraderError
            If there is no scheduler, or no worker that may take part.
        """
        if not hand_ins:
            return
        terms = Terms.of(self._order)
        tasks = deque(_Task(hand_in) for hand_in in hand_ins)
        try:
            client = Client(self.address, set_as_default=False)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise InputError(f"--scheduler {self.address}: {error}") from error
        void: tuple[VoidTest, ...] | None = None
        while True:
            session = self._session = _Session(client, terms, void, tasks, self._say)
            try:
                for answer in session.grade():
                    self.sandbox, self.void = session.sandbox, session.void or ()
                    yield answer
                return
            except _LostError:
                void = session.void
            finally:
                session.close()
            client = self._connect_again()

    def in_work(self) -> list[tuple[Any, float]]:
        """Return the submissions that are being graded, and when each was begun (monotonic)."""
        return self._session.in_work() if self._session else []

    def _connect_again(self) -> Client:
        self._say(f"the scheduler {self.address} is lost; waiting {WAIT_S:g} s for it to come back")
        deadline = time.monotonic() + WAIT_S
        while time.monotonic() < deadline:
            try:
                left_s = max(POLL_S, deadline - time.monotonic())
                client = Client(self.address, set_as_default=False, timeout=left_s)
            except OSError:
                time.sleep(POLL_S)
            else:
                self._say("the scheduler is back")
                return client
        again = AGAIN.format("it and its workers")
        raise GraderError(f"the scheduler {self.address} did not come back; {again}")


class _Session(Generic[T]):
    """One connection to a scheduler, for as long as it lasts."""

    def __init__(
        self,
        client: Client,
        terms: Terms,
        void: tuple[VoidTest, ...] | None,
        tasks: deque[_Task[T]],
        say: Callable[[str], None],
    ) -> None:
        self.void = void
        self.sandbox = ""
        self._client = client
        self._terms = terms
        self._tasks = tasks
        self._say = say
        self._threads: dict[str, int] = {}  # of all workers that are there
        self._names: dict[str, str] = {}
        self._enlisted: set[str] = set()
        self._refused: dict[str, str] = {}
        self._in_work: dict[Future, _InWork[T]] = {}
        self._alone_since: float | None = None
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()

    def grade(self) -> Iterator[tuple[T, Graded]]:
        """Yield what becomes of the tasks, until none is left.

        Raises
        ------
        _LostError
            If the scheduler is lost; what was not yielded is among the tasks again.
        """
        looked = float("-inf")
        while self._tasks or any(each.task for each in self._in_work.values()):
            if self._client.status != "running":
                raise self._lost()
            if time.monotonic() - looked > POLL_S:
                yield from self._look_around()
                looked = time.monotonic()
            yield from self._hand_out()
            self._check_for_help()
            try:
                future = self._done.get(timeout=POLL_S)
            except queue.Empty:
                continue
            yield from self._settle(future)

    def in_work(self) -> list[tuple[T, float]]:
        """Return what is being graded, and since when."""
        works = list(self._in_work.values())
        return [(work.task.hand_in, work.since) for work in works if work.task]

    def close(self) -> None:
        """Dismiss the workers, and leave the scheduler."""
        taking_part = self._enlisted | {each.address for each in self._in_work.values()}
        if self._client.status == "running" and taking_part:
            with suppress(OSError):  # without a scheduler, Dask's workers end by themselves
                self._client.run(
                    dismiss, self._terms.run, workers=sorted(taking_part), on_error="ignore"
                )
        self._client.close()

    def _look_around(self) -> Iterator[tuple[T, Graded]]:
        """See who has joined, and who is gone."""
        try:
            known = self._client.sync(
                self._client.scheduler.identity, n_workers=-1, callback_timeout=SILENCE_S
            )
        except OSError as error:  # a timeout is one, too
            raise self._lost() from error
        self._threads = {a: each["nthreads"] for a, each in known["workers"].items()}
        self._names |= {a: f"{each['name']}" for a, each in known["workers"].items()}
        for address in self._enlisted - self._threads.keys():
            self._say(f"{self._name(address)} is gone; what it had in work is graded elsewhere")
        self._enlisted &= self._threads.keys()
        for future, each in list(self._in_work.items()):
            if each.address not in self._threads:
                yield from self._lose(future, f"{self._name(each.address)} died over it")
        self._enlist()

    def _enlist(self) -> None:
        """Enlist whoever is new; while void tests are not known, one after another."""
        asked = {each.address for each in self._in_work.values() if each.task is None}
        for address in sorted(self._threads.keys() - self._enlisted - self._refused.keys() - asked):
            if self.void is None and asked:
                return
            asked.add(address)
            self._start(_InWork(address, None), enlist, self._terms, self.void)

    def _hand_out(self) -> Iterator[tuple[T, Graded]]:
        """Give each enlisted worker what it can grade at once."""
        busy = [each.address for each in self._in_work.values()]
        free = {a: self._threads[a] - busy.count(a) for a in sorted(self._enlisted)}
        while self._tasks and (address := max(free, key=free.__getitem__, default="")):
            if free[address] <= 0:
                return
            task = self._tasks.popleft()
            try:
                submission = task.hand_in.read()
            except OSError as error:
                yield task.hand_in, not_read(error)
                continue
            self._start(_InWork(address, task), grade, self._terms.run, submission)
            free[address] -= 1

    def _start(self, work: _InWork[T], function: Callable[..., Any], *args: Any) -> None:
        future = self._client.submit(
            function, *args, workers=[work.address], allow_other_workers=False, pure=False
        )
        self._in_work[future] = work
        future.add_done_callback(self._done.put)

    def _settle(self, future: Future) -> Iterator[tuple[T, Graded]]:
        """Take what a future has become."""
        work = self._in_work.get(future)
        if work is None:  # it was given up
            return
        try:
            answer = future.result(timeout=FETCH_S)
        except CancelledError as error:
            raise self._lost() from error
        except Exception as error:
            if future.status != "error" and isinstance(error, OSError):
                self._done.put(future)  # who has the answer does not give it, or is gone
                return
            if work.task is None or isinstance(error, GraderError):
                self._refuse(work.address, str(error) or type(error).__name__)
            yield from self._lose(future, f"{self._name(work.address)}: {error}")
            return
        del self._in_work[future]
        if work.task is not None:
            yield work.task.hand_in, answer
            return
        self._enlisted.add(work.address)
        self.sandbox = self.sandbox or answer.sandbox
        if self.void is None:
            self.void = answer.void
        self._enlist()

    def _name(self, address: str) -> str:
        """Return how people know a worker."""
        name = self._names[address]
        return f"worker {address}" if name == address else f"worker {name} at {address}"

    def _refuse(self, address: str, why: str) -> None:
        self._enlisted.discard(address)
        self._refused[address] = why
        self._say(f"{self._name(address)} is refused: {why}")

    def _lose(self, future: Future, why: str) -> Iterator[tuple[T, Graded]]:
        """Give a future up; what it was to grade is tried elsewhere, but not for ever."""
        task = self._in_work.pop(future).task
        future.release()
        if task is None:
            return
        task.losses += 1
        if task.losses < TRIES:
            self._tasks.appendleft(task)
        else:
            yield task.hand_in, Graded(None, (why,))

    def _lost(self) -> _LostError:
        tasks = [each.task for each in self._in_work.values() if each.task is not None]
        self._tasks.extendleft(reversed(tasks))
        self._in_work.clear()
        self._enlisted.clear()
        return _LostError()

    def _check_for_help(self) -> None:
        """Raise an error if there has been nobody to work for too long."""
        now = time.monotonic()
        if self._in_work or not self._tasks:
            self._alone_since = None
            return
        refused = [
            f"{self._name(a)}: {why}" for a, why in self._refused.items() if a in self._threads
        ]
        wait_s = SECOND_THOUGHTS_S if refused else WAIT_S
        if self._alone_since is None:
            self._alone_since = now
            self._say(f"there is no worker to grade; waiting {wait_s:g} s for one")
        elif now - self._alone_since > wait_s:
            again = AGAIN.format("workers from a copy of the course like this one")
            raise GraderError("\n  ".join([f"no worker may grade; {again}", *refused]))
