"""Notice when the learner saves a file."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from kata.errors import UsageError

# Editors save in several steps: what comes within this is one event.
STEP_MS = 20
DEBOUNCE_MS = 200
POLL_MS = 150
LOOK_MS = 500


class Files:
    """A thread that passes on each set of changed paths."""

    def __init__(
        self, folders: Sequence[Path], put: Callable[[object], None], *, polls: bool
    ) -> None:
        try:
            import watchfiles
        except ImportError as error:
            raise UsageError(
                f"kata watch needs one more package: pip install watchfiles ({error})"
            ) from error
        self._watchfiles = watchfiles
        self._folders = folders
        self._put = put
        # None leaves it to watchfiles, which knows WSL and WATCHFILES_FORCE_POLLING.
        self._polls = True if polls else None
        self._stats = self._look()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="kata files", daemon=True)

    def __enter__(self) -> Files:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join(timeout=1)

    def _watch(self) -> None:
        try:
            for changes in self._watchfiles.watch(
                *self._folders,
                watch_filter=self._watchfiles.PythonFilter(),
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                stop_event=self._stop,
                rust_timeout=POLL_MS if self._polls else LOOK_MS,
                yield_on_timeout=True,
                force_polling=self._polls,
                poll_delay_ms=POLL_MS,
            ):
                found = {Path(path) for _, path in changes} | self._changed()
                if found:
                    self._put(found)
        except (OSError, RuntimeError) as error:  # too many watches, a folder that is gone
            self._put(f"files are no longer watched ({error}): press r after each save")

    def _changed(self) -> set[Path]:
        """Return what looks different from the last time.

        This is for what watchfiles does not see: a save before it was ready and, when it polls, a
        second save within the same second.
        """
        before, self._stats = self._stats, self._look()
        paths = before.keys() | self._stats.keys()
        return {path for path in paths if before.get(path) != self._stats.get(path)}

    def _look(self) -> dict[Path, tuple[int, int]]:
        """Return when each file was written last, and its size."""
        stats = {}
        for path in (each for folder in self._folders for each in folder.rglob("*.py")):
            with contextlib.suppress(FileNotFoundError):  # an editor may be replacing it
                status = path.stat()
                stats[path] = (status.st_mtime_ns, status.st_size)
        return stats
