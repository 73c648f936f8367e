"""Who asks: starts the grading process, and replaces it when it has died or is out of date."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import subprocess
import sys
import threading
import time
from typing import Any, NamedTuple

from grader.course import ROOT, Course
from grader.errors import GraderError
from grader.intake.submission import Submission
from grader.judging.digest import suite_digest
from grader.results import Graded, Result, VoidTest

# The process bounds what a submission may take; past this it hangs itself.
ANSWER_WITHIN_S = 900.0
LAST_WORDS_WITHIN_S = 5.0
TRIES = 2
CHUNK_BYTES = 1 << 16
SHOWN_WORDS = 300
# The only folder of which modules may come, beside Python's own: with -I neither the working folder
# nor PYTHONPATH is one, so no `numpy.py` that lies about is ever imported.
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from grader.serving.server import main; main()"
)
# PYTEST_ADDOPTS, PYTHONPATH and what else may change what a test does are not passed on.
PASSED_ON = (
    *("PATH", "LD_LIBRARY_PATH", "TMPDIR", "LANG", "LC_ALL", "TZ"),
    *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
)


class ServiceError(GraderError):
    """The grading process can't be started at all: no submission is to blame."""


class _Died(Exception):
    """The grading process ended, or hangs."""


class _Key(NamedTuple):
    root: str
    week: str
    seed: int


class Service:
    """One grading process at a time, for one week, shared by all threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: _Process | None = None
        atexit.register(self.close)

    def grade(self, course: Course, seed: int, submission: Submission) -> Graded:
        """Grade a submission by the tests as they are now.

        A process that dies of it is replaced, and it is tried once more. Then the answer says so.

        Raises
        ------
        ServiceError
            If no grading process can be started.
        """
        with self._lock:
            why = ""
            for _ in range(TRIES):
                try:
                    return self._current(course, seed, submission.week).grade(submission)
                except _Died as error:
                    why = str(error)
                    self._end()
                except BaseException:  # an answer may be on its way that nobody will wait for
                    self._end()
                    raise
            return Graded(None, (why,))

    def prepare(self, course: Course, seed: int, week: str) -> None:
        """Start the process that `grade` will need, and don't wait for it."""
        with self._lock:
            self._for(course, seed, week)

    def void_tests(self) -> tuple[VoidTest, ...]:
        """Return the hidden tests that count for nobody, since their own references fail them."""
        with self._lock:
            return self._process.void if self._process is not None else ()

    def close(self) -> None:
        """End the grading process, if there is one."""
        with self._lock:
            self._end()

    def _current(self, course: Course, seed: int, week: str) -> _Process:
        try:
            process = self._for(course, seed, week)
            process.wait_until_open()
        except (_Died, OSError) as error:
            raise ServiceError(f"the grading process did not start: {error}") from error
        if process.digest != suite_digest(course, week):  # a hidden test was edited
            self._end()
            return self._current(course, seed, week)
        return process

    def _for(self, course: Course, seed: int, week: str) -> _Process:
        key = _Key(str(course.root), week, seed)
        if self._process is not None and self._process.key != key:
            self._end()
        if self._process is None:
            self._process = _Process(key)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.end()
            self._process = None


class _Process:
    """One grading process."""

    def __init__(self, key: _Key) -> None:
        self.key = key
        self.digest = ""
        self.void: tuple[VoidTest, ...] = ()
        self._errors = os.memfd_create("grading-errors")
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-c", START, str(ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            cwd="/",
        )
        # On the pipe, not on the command line: others may read that, and hidden inputs follow
        # from the seed.
        with contextlib.suppress(_Died):  # which the missing answer tells
            self._tell(key._asdict())

    def wait_until_open(self) -> None:
        """Wait for the hidden tests to be collected and the references graded."""
        if self.digest:
            return
        answer = self._answer()
        if "problem" in answer:
            raise ServiceError(answer["problem"])
        self.void = tuple(VoidTest(**test) for test in answer["void"])
        self.digest = answer["digest"]

    def grade(self, submission: Submission) -> Graded:
        self._tell(
            {
                "learner": submission.learner,
                "week": submission.week,
                "submitted_at": submission.submitted_at,
                "files": {n: f.as_data() for n, f in submission.files.items()},
                "notes": submission.notes,
            }
        )
        answer = self._answer()
        result = Result.from_json(answer["result"]) if answer["result"] is not None else None
        return Graded(result, tuple(answer["troubles"]), tuple(answer["notes"]))

    def end(self) -> None:
        """End the process at once; what it had in work is lost."""
        self._popen.kill()
        self._popen.communicate()
        os.close(self._errors)

    def _tell(self, data: dict[str, Any]) -> None:
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(json.dumps(data).encode() + b"\n")
            self._popen.stdin.flush()
        except BrokenPipeError as error:
            raise _Died(self._last_words()) from error

    def _answer(self) -> dict[str, Any]:
        assert self._popen.stdout is not None
        pipe = self._popen.stdout.fileno()
        poll = select.poll()  # `select.select` knows no descriptor above 1023, a server has them
        poll.register(pipe, select.POLLIN)
        deadline = time.monotonic() + ANSWER_WITHIN_S
        data = b""
        while not data.endswith(b"\n"):
            wait_s = deadline - time.monotonic()
            if wait_s <= 0 or not poll.poll(wait_s * 1000):
                raise _Died(f"the grading process took longer than {ANSWER_WITHIN_S:g} s")
            chunk = os.read(pipe, CHUNK_BYTES)
            if not chunk:
                raise _Died(self._last_words())
            data += chunk
        answer: dict[str, Any] = json.loads(data)
        return answer

    def _last_words(self) -> str:
        try:
            status: int | str = self._popen.wait(LAST_WORDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            status = "unknown"
        written = os.fstat(self._errors).st_size
        last = os.pread(self._errors, CHUNK_BYTES, max(0, written - CHUNK_BYTES))
        lines = last.decode("utf-8", "replace").strip().splitlines()
        words = f": {lines[-1][:SHOWN_WORDS]}" if lines else ""
        return f"the grading process died (status {status}){words}"
