"""Who grades: worker processes, one of which may die without harm to the class."""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from grader.errors import GraderError, describe_mistake
from grader.intake.submission import Submission
from grader.judging import worker
from grader.judging.worker import Opened, Order
from grader.results import Graded, VoidTest

# A submission's own time is bounded in the worker; past this the worker itself hangs.
WORKER_WALL_S = 900.0
TRIES = 2
# A machine short of memory may kill one that starts; one that dies each time will do so again.
TRIES_TO_START = 3
END_WITHIN_S = 10.0


class Readable(Protocol):
    """A submission that is not read yet."""

    def read(self) -> Submission:
        """Read it; an `OSError` says why our side can't."""


T = TypeVar("T", bound=Readable)


class Workers:
    """Worker processes that share the submissions of one run.

    Each is driven by a thread: so it is known which submission a worker died of. Submissions are
    read here, one at a time, and travel as content.
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
        self._in_work: dict[Process, tuple[Any, float]] = {}

    def in_work(self) -> list[tuple[Any, float]]:
        """Return the submissions that are being graded, and when each was begun (monotonic)."""
        return list(self._in_work.values())

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
                    self._in_work[mine] = hand_in, time.monotonic()
                    self._answers.put((hand_in, self._grade(mine, hand_in)))
                    del self._in_work[mine]
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


class DiedError(Exception):
    """A worker process is gone, or was ended since it gave no answer; the text says which."""


class Process:
    """One worker process, and its successor when it has died."""

    def __init__(self, order: Order, void: tuple[VoidTest, ...] = ()) -> None:
        self._order = order
        self._void = void
        self._child, self.opened = self._open()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.close()

    def prove(self) -> tuple[VoidTest, ...]:
        """Leave out the tests that their own references fail, and return them."""
        for _ in range(TRIES):
            try:
                self._void = self._child.ask(worker.void_tests)
                self._leave_out(self._child)
                return self._void
            except DiedError as error:
                why = f"{error}, at work on the references"
                self._replace()
        raise GraderError(why)

    def grade(self, submission: Submission, stop: threading.Event) -> Graded:
        """Grade a submission; if the process dies of it, once more in another, unless stopped."""
        why = ""
        for _ in range(TRIES):
            try:
                graded: Graded = self._child.ask(worker.grade, submission)
                return graded
            except DiedError as error:
                why = str(error)
            if stop.is_set():
                break
            self._replace()
        return Graded(None, (why,))

    def kill(self) -> None:
        """End the process at once; what it had in work is lost."""
        self._child.kill()

    def _replace(self) -> None:
        self._child.kill()
        self._child.close()
        self._child, self.opened = self._open()

    def _open(self) -> tuple[_Child, Opened]:
        for _ in range(TRIES_TO_START):
            child = _Child()
            try:
                opened: Opened = child.ask(worker.open_worker, self._order)
                self._leave_out(child)
                return child, opened
            except DiedError as error:
                why = f"{error}, each time that it was started"
                child.close()
            except BaseException:
                child.kill()
                child.close()
                raise
        raise GraderError(why)

    def _leave_out(self, child: _Child) -> None:
        if self._void:
            child.ask(worker.leave_out, [test.id for test in self._void])


class _Child:
    """A process that does one thing after another, as it is asked.

    Nobody but the two has an end of their pipe: so whoever is killed, in the middle of a message
    too, the other one sees it.
    """

    def __init__(self) -> None:
        # Spawned, so that it inherits neither memory nor descriptors.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        with theirs:
            self._process = context.Process(
                target=worker.serve, args=(theirs, os.getpid()), daemon=True
            )
            self._process.start()

    def ask(self, function: Callable[..., Any], *args: Any) -> Any:
        """Return what a function gives there, or raise what it raises.

        Raises
        ------
        DiedError
            If there is no answer. The process is gone then.
        """
        start = time.monotonic()
        timer = threading.Timer(WORKER_WALL_S, self.kill)
        timer.daemon = True
        timer.start()
        try:
            self._pipe.send((function, args))
            answer, error = self._pipe.recv()
        except (EOFError, OSError) as lost:
            if time.monotonic() - start >= WORKER_WALL_S:
                raise DiedError(f"the grader itself took longer than {WORKER_WALL_S:g} s") from lost
            raise DiedError("the grading process died") from lost
        finally:
            timer.cancel()
        if error is not None:
            raise error
        return answer

    def kill(self) -> None:
        """End the process at once, and leave no zombie; from any thread."""
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """Hang up, whereupon the process ends."""
        self._pipe.close()
        self._process.join(END_WITHIN_S)
        self.kill()


def not_read(error: OSError) -> Graded:
    """Return what becomes of a submission that our side could not read."""
    return Graded(None, (f"cannot be read: {error.strerror or error}",))
