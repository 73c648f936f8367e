"""Learners' folders: `<learner>/<week>/<module>.py`, or `<week>.ipynb` in it.

Files are opened without following symbolic links, must be regular and small, and only names of the
catalogue are looked at.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

from exercises import Week
from exercises.cells import notebook_name
from grader.intake.notebooks import read_notebook, unreadable_notebook
from grader.intake.submission import MAX_MODULE_BYTES, File, Notebook, Submission

Found = TypeVar("Found")


class FolderSource:
    """A learner's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def holds(self, week: Week) -> bool:
        """Tell whether there is something of a week's name."""
        try:
            os.lstat(self.path / week.name)
        except FileNotFoundError:
            return False
        except OSError:
            return True  # so that it is read, and listed as not graded, with this error
        return True

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none."""
        with _directory(self.path, None) as base:
            try:
                kind = os.stat(week.name, dir_fd=base, follow_symlinks=False).st_mode
            except FileNotFoundError:
                return None
            if not stat.S_ISDIR(kind):
                what = "a symbolic link" if stat.S_ISLNK(kind) else "a file"
                why = f"{week.name} is {what}, it should be a folder"
                return Submission.unreadable(learner, week, why)
            with _directory(week.name, base) as folder:
                return _read_week(folder, learner, week)

    def holds_both(self, week: Week) -> bool:
        """Tell whether there are modules of a week and a notebook as well."""
        try:
            names = set(os.listdir(self.path / week.name))
        except OSError:
            return False  # `read` tells it
        return notebook_name(week) in names and not names.isdisjoint(
            f"{module.name}.py" for module in week.modules
        )


def read_week(path: Path, learner: str, week: Week) -> Submission:
    """Read a week from its own folder, whatever that is called.

    Raises
    ------
    OSError
        If our side fails to read it.
    """
    with _directory(path, None) as folder:
        return _read_week(folder, learner, week)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[BinaryIO | File | None]:
    """Open a file as those of a submission are; see `_open`."""
    with _directory(path.parent, None) as folder:
        file = _open(folder, path.name)
        if file is None or isinstance(file, File):
            yield file
        else:
            with file:
                yield file


def _read_week(folder: int, learner: str, week: Week) -> Submission:
    return Submission.of(
        learner,
        week,
        partial(_read_file, folder),
        partial(_read_notebook, folder, notebook_name(week), week),
    )


def _read_file(folder: int, name: str) -> File | None:
    file = _open(folder, name)
    if file is None or isinstance(file, File):
        return file
    with file:
        return File.of(name, file.read(MAX_MODULE_BYTES + 1))


def _read_notebook(folder: int, name: str, week: Week) -> Notebook | None:
    file = _open(folder, name)
    if file is None:
        return None
    if isinstance(file, File):
        return unreadable_notebook(week, file.problem or "")
    with file:
        return read_notebook(file, week)


def _open(folder: int, name: str) -> BinaryIO | File | None:
    """Open a file, or say what is wrong with it, or return None if it is not there."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if stat.S_ISLNK(kind):
            return File(None, f"{name} is a symbolic link; hand in the file itself")
        if not stat.S_ISREG(kind):
            return File(None, f"{name} is not a file")
        descriptor = os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # exchanged between the two looks
        os.close(descriptor)
        return File(None, f"{name} is not a file")
    return os.fdopen(descriptor, "rb")


@contextlib.contextmanager
def _directory(path: str | Path, base: int | None) -> Iterator[int]:
    """Open a folder that is no symbolic link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, dir_fd=base)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def read_file(path: Path) -> File:
    """Read one file as a module.

    Raises
    ------
    OSError
        If our side fails to read it, or it is gone.
    """
    with _directory(path.parent, None) as folder:
        return _still_there(_read_file(folder, path.name), path)


def read_notebook_file(path: Path, week: Week) -> Notebook:
    """Read one file as the notebook of a week, whatever it is called.

    Raises
    ------
    OSError
        If our side fails to read it, or it is gone.
    """
    with _directory(path.parent, None) as folder:
        return _still_there(_read_notebook(folder, path.name, week), path)


def _still_there(found: Found | None, path: Path) -> Found:
    if found is None:
        raise OSError(f"{path.name} was there when the run began, and is gone")
    return found
