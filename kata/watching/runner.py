"""Run visible tests in a warm process, one run at a time, and come back from whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises.catalogue import Exercise
from kata.outcomes import Standing, VisibleOutcome
from kata.project import Project

START_S = 120.0  # to load everything, on a machine that is busy with other things
LIMIT_S = 12.0  # above the limit of each test, which has more to say
# What would change a run, or make it slow: pytest's variables, and a thread for each core.
NOT_INHERITED = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DEBUG", "PYTEST_XDIST_WORKER")
SET = {
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONIOENCODING": "utf-8",
    "OPENBLAS_NUM_THREADS": "1",  # a child of a process with threads would have lost them
}


@dataclass(frozen=True)
class Ended:
    """A run that is over.

    Attributes
    ----------
    number : int
        Which run.
    standings : mapping or None
        By exercise; None where the run did not come to its end.
    why : str
        Why it did not, else empty: `timeout`, `crashed`, or `broken` where no test could run.
    detail : str
        How the process ended, in words.
    """

    number: int
    standings: Mapping[Exercise, Standing] | None
    why: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Heard:
    """What a warm process said."""

    process: subprocess.Popen[str]
    message: dict[str, Any]


class Runner:
    """One warm process, or the next one, and at most one run in it."""

    def __init__(
        self, project: Project, tell: Callable[[Heard], None], *, once: bool = False
    ) -> None:
        self._project = project
        self._tell = tell
        self._once = once
        self._folder = tempfile.TemporaryDirectory(prefix="kata-watch-", ignore_cleanup_errors=True)
        self._number = 0
        self._deadline: float | None = None
        self._limit_s = LIMIT_S
        self._start()

    def _start(self) -> None:
        self._child: int | None = None
        self._is_ready = False
        environment = {key: os.environ[key] for key in os.environ if key not in NOT_INHERITED}
        # In a session of its own: neither Ctrl-C nor the learner's code reaches across.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kata.watching.warm", *(["--once"] if self._once else [])],
            cwd=self._project.root,
            env={**environment, **SET},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._listener = threading.Thread(target=self._listen, args=[self._process], daemon=True)
        self._listener.start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Pass on what the warm process says, and that it has ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                try:
                    message = json.loads(line)
                except ValueError:
                    continue  # the learner's code has found the stream
                self._tell(Heard(process, message))
        status = process.wait()
        with suppress(OSError):  # what was asked of it last did not arrive
            process.stdin.close()
        self._tell(Heard(process, {"gone": status}))

    @property
    def is_running(self) -> bool:
        """Say whether a run is on its way."""
        return self._deadline is not None

    def run(self, exercises: Sequence[Exercise], limit_s: float = LIMIT_S) -> int:
        """Start to run the tests of some exercises, and return the number of the run."""
        self.stop()
        self._number += 1
        request = {
            "number": self._number,
            "result": str(self._result),
            "exercises": [f"{each.week}/{each.name}" for each in exercises],
        }
        self._limit_s = limit_s
        self._deadline = time.monotonic() + START_S
        self._send(request)
        return self._number

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):  # it has ended, and its stream may be closed
            self._start()
            self._send(request)

    @property
    def _result(self) -> Path:
        return Path(self._folder.name) / f"{self._number}.json"

    def heard(self, event: Heard) -> Ended | None:
        """Take in what the warm process said; return the run if it is over now."""
        if event.process is not self._process:
            return None  # one that was replaced
        message = event.message
        self._is_ready |= "ready" in message
        if "started" in message:
            self._child = message["started"]
            if self.is_running:
                self._deadline = time.monotonic() + self._limit_s
        elif "ended" in message and message["ended"] == self._number and self.is_running:
            self._child = None
            return self._end(message["status"])
        elif "gone" in message:
            was_ready, was_running = self._is_ready, self.is_running
            if was_ready:
                self._start()
            if not was_running:
                return None
            return self._end(message["gone"]) if was_ready else self._give_up()
        return None

    def _give_up(self) -> Ended:
        """Say that pytest did not come as far as to run a test; the next run tries again."""
        self._deadline = None
        return Ended(self._number, None, "broken")

    def _end(self, status: int) -> Ended:
        self._deadline = None
        try:
            data = json.loads(self._result.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return Ended(self._number, None, "crashed", _in_words(status))
        finally:
            self._clean()
        catalogue = self._project.catalogue
        found = {
            exercise: Standing(
                [VisibleOutcome.from_data(outcome) for outcome in known["outcomes"]],
                known["n_selected"],
            )
            for exercise in catalogue.exercises
            if (known := data.get(f"{exercise.week}/{exercise.name}")) is not None
        }
        return Ended(self._number, found)

    def _clean(self) -> None:
        for path in Path(self._folder.name).glob(f"{self._number}.*"):
            path.unlink(missing_ok=True)

    def overdue(self) -> Ended | None:
        """End the run if it takes too long, and return it."""
        if self._deadline is None or time.monotonic() < self._deadline:
            return None
        self.stop()
        return Ended(self._number, None, "timeout")

    def refresh(self) -> None:
        """Collect the tests anew: a file of them has changed."""
        self.stop()
        self._replace()

    def stop(self) -> None:
        """End the run that is on its way, if there is one."""
        if not self.is_running:
            return
        self._deadline = None
        if self._child is not None and self._child != self._process.pid:
            _kill_group(self._child)
            self._child = None
        else:
            self._replace()
        self._clean()

    def _replace(self) -> None:
        old = self._process
        _kill(old)
        self._start()

    def close(self) -> None:
        """End everything."""
        if self._child is not None:
            _kill_group(self._child)
        _kill(self._process)
        self._listener.join()
        self._folder.cleanup()


def _kill(process: subprocess.Popen[str]) -> None:
    if os.name == "posix":
        _kill_group(process.pid)
    else:
        process.kill()


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended, in two ways to say it
        os.killpg(pid, signal.SIGKILL)


def _in_words(status: int) -> str:
    if status >= 0:
        return f"with exit status {status}"
    try:
        return f"by {signal.Signals(-status).name}"
    except ValueError:
        return f"by signal {-status}"
