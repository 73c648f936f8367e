"""Zip archives: one for each learner, or one of the class. They are read in place, not unpacked.

An archive can claim anything of itself, so nothing that it says bounds what is read: its table of
contents and each entry have limits of their own, and only compressions are undone that can be
undone in part. Whatever `zipfile` stumbles over costs the learner whose archive it is, and nobody
else.
"""

from __future__ import annotations

import contextlib
import os
import stat
import weakref
import zipfile
from collections.abc import Container, Iterable, Iterator
from io import BufferedReader, FileIO
from pathlib import Path, PurePosixPath
from typing import IO

from exercises import Catalogue, Week
from exercises.cells import notebook_name
from grader.errors import InputError
from grader.intake.notebooks import read_notebook, unreadable_notebook
from grader.intake.submission import MAX_MODULE_BYTES, File, Notebook, Submission
from grader.printing import printable

MAX_ENTRIES = 100_000
MAX_CONTENTS_BYTES = 16 * 1024 * 1024  # of the table of contents: 160 bytes for each entry
ENTRY_SIGNATURE = b"PK\x01\x02"
LAST_BYTES = 128 * 1024
MAX_QUOTED = 200
CHUNK_BYTES = 1 << 20
MAX_INNER_BYTES = 64 << 20  # of an archive in an archive, which is copied to be read
# `read(n)` of a bzip2 or LZMA entry unpacks a block of any size first: a few kB become gigabytes.
BOUNDED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
COMPRESSIONS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}

Entries = dict[tuple[str, str], list[zipfile.ZipInfo]]  # by week and file name


class BadArchive(Exception):
    """What is wrong with an archive, for the learner who made it: no path of ours is in it."""


class LearnerArchive:
    """A learner's archive: `week1/toys.py` in it, in whatever folder."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.path = path
        self.catalogue = catalogue
        try:
            with contextlib.closing(Archive(open_file(path), catalogue)) as archive:
                self.names = set(archive.all_entries())
        except (BadArchive, OSError):  # `read` tells it, for every week
            self.names = {(week.name, "") for week in catalogue.weeks}

    def holds(self, week: Week) -> bool:
        """Tell whether there is something of a week, or whether that can't be told."""
        return any(name == week.name for name, _ in self.names)

    def holds_both(self, week: Week) -> bool:
        """Tell whether there are modules of a week and a notebook as well."""
        return _holds_both(self.names, week)

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none."""
        try:
            with contextlib.closing(Archive(open_file(self.path), self.catalogue)) as archive:
                return archive.read(archive.all_entries(), learner, week)
        except BadArchive as fault:
            return Submission.unreadable(learner, week, f"{printable(self.path.name)}: {fault}")


class ArchivePart:
    """A learner's part of the archive of a class."""

    def __init__(self, archive: Archive, entries: Entries) -> None:
        self.archive = archive
        self.entries = entries

    def holds(self, week: Week) -> bool:
        """Tell whether there is something of a week."""
        return any(name == week.name for name, _ in self.entries)

    def holds_both(self, week: Week) -> bool:
        """Tell whether there are modules of a week and a notebook as well."""
        return _holds_both(self.entries, week)

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none."""
        return self.archive.read(self.entries, learner, week)


def learners_of_archive(path: Path, catalogue: Catalogue) -> dict[str, ArchivePart]:
    """Return the learners in the archive of a class.

    Raises
    ------
    InputError
        If the archive can't be read.
    """
    archive = archive_of_class(path, catalogue)
    parts = archive.entries.items()
    return {learner: ArchivePart(archive, entries) for learner, entries in parts if learner}


def archive_of_class(path: Path, catalogue: Catalogue) -> Archive:
    """Open the archive of a class.

    Raises
    ------
    InputError
        If it can't be read.
    """
    try:
        return Archive(open_file(path.resolve()), catalogue)
    except BadArchive as fault:
        raise InputError(f"{path}: {fault}") from fault
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def open_file(path: Path) -> FileIO:
    """Open a file that is no symbolic link, and wait for nobody."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return FileIO(os.open(path, flags))


class Archive:
    """An open archive, and what it holds of the catalogue's weeks.

    Raises
    ------
    BadArchive
        If it is no archive, damaged, or too large.
    OSError
        If the disk fails, or the file changes while it is read.
    """

    def __init__(self, file: FileIO, catalogue: Catalogue) -> None:
        self.stream = BoundedReader(file)
        # That of a class stays open for as long as something in it may have to be read.
        self.close = weakref.finalize(self, self.stream.close)
        if not stat.S_ISREG(os.fstat(self.stream.fileno()).st_mode):
            raise BadArchive("not a file")
        self.version = self._version()
        with self._blaming("not a readable zip archive"):
            self.zip = zipfile.ZipFile(self.stream)
        weeks = {week.name for week in catalogue.weeks}
        self.entries = _by_learner(self.zip.infolist(), weeks)

    def all_entries(self) -> Entries:
        """Return the entries of all learners, as those of one."""
        merged: Entries = {}
        for entries in self.entries.values():
            for key, infos in entries.items():
                merged.setdefault(key, []).extend(infos)
        return merged

    def read(self, entries: Entries, learner: str, week: Week) -> Submission | None:
        """Return what some entries hold for a week, or None if they hold nothing."""
        if not any(name == week.name for name, _ in entries):
            return None

        def read(name: str) -> File | None:
            infos = entries.get((week.name, name))
            return self.file(infos, f"{week.name}/{name}") if infos else None

        def read_the_notebook() -> Notebook | None:
            name = notebook_name(week)
            infos = entries.get((week.name, name))
            return self.notebook(infos, f"{week.name}/{name}", week) if infos else None

        return Submission.of(learner, week, read, read_the_notebook)

    def notebook(self, infos: list[zipfile.ZipInfo], name: str, week: Week) -> Notebook:
        """Return what an entry of this name holds; there must be one."""
        problem = _problem(infos, name)
        if problem is not None:
            return unreadable_notebook(week, problem)
        try:
            with self._blaming(f"{name} cannot be unpacked"), self.zip.open(infos[0]) as stream:
                return read_notebook(stream, week)
        except BadArchive as fault:
            return unreadable_notebook(week, str(fault))

    def file(self, infos: list[zipfile.ZipInfo], name: str) -> File:
        """Return what an entry of this name holds; there must be one."""
        problem = _problem(infos, name)
        if problem is not None:
            return File(None, problem)
        info = infos[0]
        # Deflate adds some bytes to what it can't shrink; it never doubles a file.
        if info.compress_size > 2 * MAX_MODULE_BYTES:
            most = 2 * MAX_MODULE_BYTES // 1024
            return File(None, f"{name} takes more than {most} KiB in the archive; no module does")
        try:
            with self._blaming(f"{name} cannot be unpacked"), self.zip.open(info) as stream:
                data = stream.read(MAX_MODULE_BYTES + 1)
        except BadArchive as fault:
            return File(None, str(fault))
        return File.of(name, data)

    def copy(self, info: zipfile.ZipInfo, target: IO[bytes]) -> None:
        """Copy an entry that is an archive itself.

        Raises
        ------
        BadArchive
            If it can't be unpacked, or is too large.
        """
        name = printable(PurePosixPath(info.filename).name)
        problem = _problem([info], name)
        if problem is not None:
            raise BadArchive(problem)
        with self._blaming(f"{name} cannot be unpacked"), self.zip.open(info) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                target.write(chunk)
                if target.tell() > MAX_INNER_BYTES:
                    raise BadArchive(f"{name} is larger than {MAX_INNER_BYTES >> 20} MiB")

    @contextlib.contextmanager
    def _blaming(self, what: str) -> Iterator[None]:
        """Tell a bad archive from a disk that fails and a file that is written meanwhile."""
        self.stream.failure = None
        try:
            yield
        except BadArchive:
            raise
        except Exception as error:  # struct, zlib and codecs raise through zipfile, as they like
            if self.stream.failure is not None:  # which `zipfile` may have called a bad archive
                raise self.stream.failure from None
            if self._version() != self.version:
                raise OSError("the archive was changed while it was read") from error
            why = printable(str(error) or type(error).__name__, MAX_QUOTED)
            raise BadArchive(f"{what} ({why})") from error

    def _version(self) -> tuple[int, int]:
        state = os.fstat(self.stream.fileno())
        return state.st_mtime_ns, state.st_size


def _problem(infos: list[zipfile.ZipInfo], name: str) -> str | None:
    """Say why an entry can't be read, as far as the table of contents tells."""
    info = infos[0]
    if len(infos) > 1:
        return f"{name} is in the archive more than once"
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"{name} is a symbolic link"
    if info.flag_bits & 0x1:
        return f"{name} is encrypted"
    if info.compress_type not in BOUNDED:
        kind = COMPRESSIONS.get(info.compress_type, f"method {info.compress_type}")
        advice = "make an ordinary zip, with the compression called Deflate"
        return f"{name} is compressed with {kind}, which is not read; {advice}"
    return None


def _holds_both(names: Container[tuple[str, str]], week: Week) -> bool:
    return (week.name, notebook_name(week)) in names and any(
        (week.name, f"{module.name}.py") in names for module in week.modules
    )


class BoundedReader(BufferedReader):
    """A file that gives `zipfile` no larger table of contents than we can afford.

    `zipfile` asks for the table as a whole, as long as the archive says, and makes an object for
    each entry of it before anyone can count them.
    """

    failure: OSError | None = None  # of the disk

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, or refuse what is too large."""
        if size is None or size < 0:  # asked for the archive's last 64 KiB only
            size = LAST_BYTES
        try:
            data = super().read(min(size, MAX_CONTENTS_BYTES + 1))
        except OSError as error:
            self.failure = error
            raise
        if len(data) > MAX_CONTENTS_BYTES:
            limit = MAX_CONTENTS_BYTES // 1024**2
            raise zipfile.BadZipFile(f"its table of contents is larger than {limit} MiB")
        if data.count(ENTRY_SIGNATURE) > MAX_ENTRIES:
            raise zipfile.BadZipFile(f"it has more than {MAX_ENTRIES} entries")
        return data


def _by_learner(infos: Iterable[zipfile.ZipInfo], weeks: set[str]) -> dict[str, Entries]:
    """Return the entries that matter, by learner (or "")."""
    found: dict[str, Entries] = {}
    for info in infos:
        name = info.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if name.endswith("/") or len(parts) < 2 or parts[-2] not in weeks or "__MACOSX" in parts:
            continue
        # Nothing is unpacked, so `../` can do no harm; but such a name is no learner's either.
        if ".." in parts or parts[0] == "/" or ":" in parts[0]:
            raise BadArchive(
                f"it holds the name {printable(name, MAX_QUOTED)!r}, which points outside it"
            )
        learner = parts[-3] if len(parts) > 2 else ""
        found.setdefault(learner, {}).setdefault((parts[-2], parts[-1]), []).append(info)
    return found
