"""Archives that are the same, byte for byte, whenever they are made of the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

from grader.errors import SuiteError

ZIP_TIME = (2020, 1, 1, 0, 0, 0)  # the same content makes the same archive


def content_of(path: Path) -> bytes:
    """Return what is in one of our files.

    Raises
    ------
    SuiteError
        If it can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SuiteError(f"{path}: belongs in the learner copy, but {error.strerror}") from error


def zip_of(files: Mapping[str, bytes], executable: Collection[str] = ()) -> bytes:
    """Return a `.zip` of files, by their names in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()
