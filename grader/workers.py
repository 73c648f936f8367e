"""Who grades: worker processes, one of which may die without harm to the class."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol, TypeVar

from grader.errors import GraderError, describe_mistake
from grader.intake.submission import Submission
from grader.judging import worker
from grader.judging.worker import Opened, Order
from grader.results import Graded, VoidTest

# A submission's own time is bounded in the worker; past this the worker itself hangs.
WORKER_WALL_S = 900.0
TRIES = 2


class Readable(Protocol):
    """A submission that is not read yet."""

    def read(self) -> Submission:
        """Read it; an `OSError` says why our side can't."""


T = TypeVar("T", bound=Readable)


class Workers:
    """Worker processes that share the submissions of one run.

    Each is a pool of one, driven by a thread: so it is known which submission a worker died of.
    Submissions are read here, one at a time, and travel as content.
    """

    def __init__(self, order: Order, jobs: int) -> None:
        self.order = order
        self.jobs = jobs
        self.sandbox = ""
        self.void: tuple[VoidTest, ...] = ()
        self._todo: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._reading = threading.Lock()  # an archive of the whole class is one open file
        self._processes: list[Process] = []

    def grade(self, hand_ins: Sequence[T]) -> Iterator[tuple[T, Graded]]:
        """Yield each submission with what became of it, as soon as it is graded.

        The first worker grades the references before anybody else, and what they fail is void.

        Raises
        ------
        GraderError
            If no worker can be opened: the hidden tests do not load, or there is no sandbox.
        """
        for hand_in in hand_ins:
            self._todo.put(hand_in)
        jobs = min(self.jobs, len(hand_ins))
        if not jobs:
            return
        first = Process(self.order)
        self._note(first)
        self.void = first.prove()
        threads = [
            threading.Thread(target=self._work, args=(process,), daemon=True)
            for process in [first, *[None] * (jobs - 1)]
        ]
        for thread in threads:
            thread.start()
        try:
            n_busy = jobs
            while n_busy:
                answer = self._answers.get()
                if isinstance(answer, GraderError):
                    raise answer
                if answer is None:
                    n_busy -= 1
                else:
                    yield answer
        finally:
            self._end(threads)

    def _work(self, process: Process | None) -> None:
        """Drive one worker until nothing is left to grade."""
        try:
            with process or Process(self.order, self.void) as mine:
                self._note(mine)
                while not self._stop.is_set():
                    try:
                        hand_in = self._todo.get_nowait()
                    except queue.Empty:
                        break
                    self._answers.put((hand_in, self._grade(mine, hand_in)))
            self._answers.put(None)
        except GraderError as error:
            self._answers.put(error)
        except Exception as error:  # a mistake of ours: the run must hear of it, not wait for ever
            self._answers.put(GraderError(f"a worker failed: {describe_mistake(error)}"))

    def _note(self, process: Process) -> None:
        self.sandbox = process.opened.sandbox
        self._processes.append(process)

    def _grade(self, process: Process, hand_in: Readable) -> Graded:
        try:
            with self._reading:
                submission = hand_in.read()
        except OSError as error:
            return not_read(error)
        return process.grade(submission, self._stop)

    def _end(self, threads: Sequence[threading.Thread]) -> None:
        self._stop.set()
        if any(thread.is_alive() for thread in threads):  # the run was stopped in the middle
            for process in self._processes:
                process.kill()
        for thread in threads:
            thread.join()


class Process:
    """One worker process, and its successor when it has died."""

    def __init__(self, order: Order, void: tuple[VoidTest, ...] = ()) -> None:
        self._order = order
        self._void = void
        self._pool, self.opened = self._open()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def prove(self) -> tuple[VoidTest, ...]:
        """Leave out the tests that their own references fail, and return them."""
        try:
            self._void = self._pool.submit(worker.void_tests).result(WORKER_WALL_S)
            self._leave_out(self._pool)
        except (BrokenProcessPool, TimeoutError) as error:
            raise GraderError("the grading process died on the references") from error
        return self._void

    def grade(self, submission: Submission, stop: threading.Event) -> Graded:
        """Grade a submission; if the process dies of it, once more in another, unless stopped."""
        why = ""
        for _ in range(TRIES):
            if stop.is_set():
                break
            try:
                future: Future[Graded] = self._pool.submit(worker.grade, submission)
                return future.result(WORKER_WALL_S)
            except TimeoutError:
                why = f"the grader itself took longer than {WORKER_WALL_S:g} s"
            except BrokenProcessPool:
                why = "the grading process died"
            self._replace()
        return Graded(None, (why,))

    def kill(self) -> None:
        """End the process at once; what it had in work is lost."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.opened.pid, signal.SIGKILL)

    def _replace(self) -> None:
        self.kill()
        self._pool.shutdown()
        self._pool, self.opened = self._open()

    def _open(self) -> tuple[ProcessPoolExecutor, Opened]:
        # Spawned, so that it inherits neither memory nor descriptors.
        pool = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), worker.enter_process, (os.getpid(),)
        )
        try:
            opened = pool.submit(worker.open_worker, self._order).result()
            self._leave_out(pool)
            return pool, opened
        except BrokenProcessPool as error:
            raise GraderError("a grading process died while it started") from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _leave_out(self, pool: ProcessPoolExecutor) -> None:
        if self._void:
            pool.submit(worker.leave_out, [test.id for test in self._void]).result()


def not_read(error: OSError) -> Graded:
    """Return what becomes of a submission that our side could not read."""
    return Graded(None, (f"cannot be read: {error.strerror or error}",))
