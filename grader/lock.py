"""One command at a time writes into a grades folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.errors import InputError
from grader.files import writing_to

LOCK_FILE = ".lock"


@contextmanager
def only_run(grades: Path) -> Iterator[Callable[[], None]]:
    """Keep a second run out of the same folder; the kernel frees the lock of a killed one.

    Yields what raises an error once the folder is no longer the one that was locked: what is
    written there would be neither with the other results nor safe from another run.
    """
    path = grades / LOCK_FILE
    with writing_to(grades):
        grades.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")

    def check() -> None:
        try:
            if os.path.samestat(os.stat(path), os.fstat(lock.fileno())):
                return
        except OSError:
            pass
        raise InputError(
            f"{grades}: was removed, moved or replaced while the run was writing there; nothing "
            "more is written. Put it back, or make room for a new one, and run the same command "
            "again"
        )

    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(
                f"{grades}: another grading run or command is writing there"
            ) from error
        yield check
