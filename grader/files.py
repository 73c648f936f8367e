"""Write files so that a kill at any moment leaves the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.errors import InputError

TEMPORARY_PREFIX = ".writing-"


def write_atomically(path: Path, data: bytes) -> None:
    """Put `data` in `path` in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY_PREFIX)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


@contextlib.contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Tell the instructor in one line when a folder takes nothing: a full disk, a permission."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}") from error


def indistinct(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the names that are another of them to the folder's file system.

    Some file systems ignore case, or the ways to write an accent.
    """
    found = []
    with tempfile.TemporaryDirectory(dir=folder, prefix=TEMPORARY_PREFIX) as trial:
        for name in names:
            try:
                os.mkdir(os.path.join(trial, name))
            except FileExistsError:
                found.append(name)
    return found


def remove_leftovers(folder: Path) -> None:
    """Remove what a killed run was writing."""
    for path in list(folder.rglob(f"{TEMPORARY_PREFIX}*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            continue
        with contextlib.suppress(OSError):
            path.unlink()
