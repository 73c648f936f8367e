"""The seed of a course's hidden inputs: drawn once, and kept beside the gradebook."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from grader.errors import InputError

SEED_FILE = "grading_seed.txt"
SEED_BITS = 128  # one leaked number must not be enough to try out all seeds


def course_seed(course_folder: Path) -> int:
    """Return the seed: the same for all learners, and for a regrade.

    It lies where learners get nothing from, as the gradebook does, and may be read by whom the
    folder's group is.

    Raises
    ------
    InputError
        If the file can't be written, or holds no whole number.
    """
    path = course_folder / SEED_FILE
    try:
        if not path.exists():
            _draw(path)
        return int(path.read_text(encoding="ascii"))
    except ValueError as error:
        raise InputError(
            f"{path}: holds no whole number; remove it, and grade all again"
        ) from error
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}: the seed of a course is kept there") from error


def _draw(path: Path) -> None:
    """Write a new seed, unless another process is faster."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".seed-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secrets.randbits(SEED_BITS)}\n")
        os.chmod(temporary, 0o640)
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)
