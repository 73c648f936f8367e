"""A process that waits inside pytest, with all visible tests collected: `kata watch` runs it.

It reads requests from stdin, a line of JSON each, and answers on stdout. A run happens in a forked
child where that is safe; elsewhere this process makes the one run itself and ends, and the next is
warm by then. What became of the exercises goes into a file, since the learner's code may write to
any stream, and may end the process at any moment: then there is no such file.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from exercises.layout import Layout
from kata.notebook import PLUGINS_NOT_NEEDED
from kata.state import write_atomically
from kata.visible_tests import RUNNING

# macOS ends a forked child that reaches its own mathematics library.
CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
LARGEST_FILE = 4 * 2**20  # what a loop that prints for ever may fill
# No other plugin than ours: to look for them takes longer than the tests.
OPTIONS = (
    *(word for name in PLUGINS_NOT_NEEDED for word in ("-p", f"no:{name}")),
    *("-p", "kata", "-p", "timeout", "--continue-on-collection-errors", "-q"),
)


class Wait:
    """A plugin that holds pytest up between collection and tests, until a request comes."""

    def __init__(self, *, forks: bool) -> None:
        self._forks = forks
        # pytest captures the streams themselves.
        self._requests = os.fdopen(os.dup(0), encoding="utf-8")
        self._answers = os.dup(1)
        self._result, self._pid = Path(), 0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Take requests; what goes on behind this is one run, in a child if possible."""
        gc.freeze()  # a child that looks through what it inherits would copy it
        self._say({"ready": True})
        for line in self._requests:
            request = json.loads(line)
            if self._forks:
                pid = os.fork()
                if pid:
                    self._follow(pid, request["number"])
                    continue
                os.setpgid(0, 0)
            else:
                self._say({"started": os.getpid()})
            self._pid = os.getpid()
            self._result = Path(request["result"])
            _bound_files()
            _select(session, request["exercises"])
            return
        os._exit(0)  # nobody asks any more

    def _follow(self, pid: int, number: int) -> None:
        with suppress(OSError):  # the child does it as well: whoever comes first
            os.setpgid(pid, pid)
        self._say({"started": pid})
        _, status = os.waitpid(pid, 0)
        with suppress(ProcessLookupError, PermissionError):  # it has left nothing behind
            os.killpg(pid, signal.SIGKILL)
        self._say({"ended": number, "status": os.waitstatus_to_exitcode(status)})

    def _say(self, message: dict[str, Any]) -> None:
        os.write(self._answers, json.dumps(message).encode("utf-8") + b"\n")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the outcomes of each exercise, by week and name; then nothing is left to do."""
        if os.getpid() == self._pid:  # code that forks brings a second process to this end
            board: Any = session.config.pluginmanager.get_plugin("kata-board")
            found = {
                f"{exercise.week}/{exercise.name}": {
                    "n_selected": standing.n_selected,
                    "outcomes": [outcome.as_data() for outcome in standing.outcomes],
                }
                for exercise, standing in board.results.items()
            }
            write_atomically(self._result, json.dumps(found).encode("utf-8"))
        os._exit(0)  # threads of the learner's are not waited for


def _select(session: pytest.Session, names: Sequence[str]) -> None:
    """Leave the tests of some exercises, as if only they had been collected."""
    capture: Any = session.config.pluginmanager.get_plugin("capturemanager")
    capture.read_global_capture()  # what an ended child has left in the file that all share
    items = [item for item in session.items if RUNNING in item.stash]
    exercises = [item.stash[RUNNING].exercise for item in items]
    session.items[:] = [
        item
        for item, exercise in zip(items, exercises, strict=True)
        if f"{exercise.week}/{exercise.name}" in names
    ]
    for item in session.items:
        # pytest's own picture of a failure costs more than the tests, and ours takes its place.
        item.repr_failure = _no_traceback  # type: ignore[method-assign]
    board: Any = session.config.pluginmanager.get_plugin("kata-board")
    board.results.clear()
    board.pytest_collection_finish(session)


def _no_traceback(*_: object, **__: object) -> str:
    return ""


def _bound_files() -> None:
    """Let no file grow without end, where the system can."""
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))


def main(argv: Sequence[str]) -> None:
    """Answer requests until stdin ends; with `--once` one, in this process itself."""
    wait = Wait(forks=CAN_FORK and "--once" not in argv)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what pytest itself shows, nobody sees
    layout = Layout(Path.cwd())
    weeks = layout.load_catalogue().weeks
    tests = [layout.visible_tests(module) for week in weeks for module in week.modules]
    pytest.main([*OPTIONS, *(str(path) for path in tests if path.is_file())], plugins=[wait])


if __name__ == "__main__":
    main(sys.argv[1:])
