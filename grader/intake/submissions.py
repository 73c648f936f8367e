"""Read what learners handed in: folders, and zip archives of them; nothing is executed or unpacked.

The layout is nbgrader's: `SUBMITTED/<learner>/<week>/<module>.py`, with an optional
`timestamp.txt`. `SUBMITTED` may be a `.zip` of that, and a learner's folder may be a
`<learner>.zip`. Files are opened without following symbolic links, must be regular and small, and
only names of the catalogue are looked at.
"""

from __future__ import annotations

import codecs
import contextlib
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from exercises import Catalogue, Week
from grader.errors import InputError

MAX_MODULE_BYTES = 256 * 1024
MAX_TIMESTAMP_BYTES = 200
MAX_ARCHIVE_ENTRIES = 100_000
TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class File:
    """One module as it was handed in: its text, or why it can't be read."""

    text: str | None
    problem: str | None = None


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one week."""

    learner: str
    week: str
    files: Mapping[str, File]
    submitted_at: str | None = None

    @cached_property
    def digest(self) -> str:
        """What changes whenever the submission does."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            file = self.files[name]
            for part in (name, file.text if file.text is not None else "", file.problem or ""):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(b"%d " % len(data) + data)
        digest.update((self.submitted_at or "").encode())
        return digest.hexdigest()


@dataclass(frozen=True)
class Unreadable:
    """A submission that our side failed to read: not the learner's fault, and not graded."""

    learner: str
    week: str
    why: str


@dataclass(frozen=True)
class Collected:
    """All that was found, in the order of names."""

    submissions: tuple[Submission, ...]
    unreadable: tuple[Unreadable, ...]
    notes: tuple[str, ...]


def collect(submitted: Path, catalogue: Catalogue) -> Collected:
    """Read a class.

    Raises
    ------
    InputError
        If the folder or archive is missing, can't be read, or holds no learner.
    """
    if not submitted.exists():
        raise InputError(f"{submitted}: no such folder; give the folder with one folder a learner")
    if submitted.is_file():
        learners = _learners_of_archive(submitted, catalogue)
        notes: list[str] = []
    else:
        learners, notes = _learners_of_folder(submitted, catalogue)
    submissions: list[Submission] = []
    unreadable: list[Unreadable] = []
    for learner, source in sorted(learners.items()):
        for week in catalogue.weeks:
            try:
                submission = source.read(learner, week)
            except OSError as error:
                why = f"{submitted / learner / week.name}: {error.strerror or error}"
                unreadable.append(Unreadable(learner, week.name, why))
                continue
            if submission is not None:
                submissions.append(submission)
    if not learners:
        names = ", ".join(week.name for week in catalogue.weeks)
        raise InputError(
            f"{submitted}: no learner in it; it should hold <learner>/<week>/<module>.py "
            f"with weeks {names}"
        )
    return Collected(tuple(submissions), tuple(unreadable), tuple(notes))


class FolderSource:
    """A learner's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none."""
        with _directory(self.path, None) as base:
            try:
                kind = os.stat(week.name, dir_fd=base, follow_symlinks=False).st_mode
            except FileNotFoundError:
                return None
            if not stat.S_ISDIR(kind):
                what = "a symbolic link" if stat.S_ISLNK(kind) else "a file"
                problem = File(None, f"{week.name} is {what}, it should be a folder")
                return Submission(learner, week.name, {m.name: problem for m in week.modules})
            with _directory(week.name, base) as folder:
                return self._read_week(learner, week, folder)

    def _read_week(self, learner: str, week: Week, folder: int) -> Submission:
        files = {}
        for module in week.modules:
            file = _read_file(f"{module.name}.py", folder)
            if file is not None:
                files[module.name] = file
        return Submission(learner, week.name, files, _read_timestamp(folder))


class ArchiveSource:
    """A learner's part of a zip archive. Its entries are read in place, never unpacked."""

    def __init__(
        self, path: Path, entries: Mapping[tuple[str, str], list[zipfile.ZipInfo]]
    ) -> None:
        self.path = path
        self.entries = entries

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none."""
        wanted = [*(f"{module.name}.py" for module in week.modules), TIMESTAMP]
        if not any(name == week.name for name, _ in self.entries):
            return None
        files: dict[str, File] = {}
        submitted_at = None
        with zipfile.ZipFile(self.path) as archive:
            for name in wanted:
                found = self.entries.get((week.name, name), [])
                if not found:
                    continue
                limit = MAX_TIMESTAMP_BYTES if name == TIMESTAMP else MAX_MODULE_BYTES
                file = _read_entry(archive, found, limit)
                if name == TIMESTAMP:
                    submitted_at = (file.text or "").strip() or None
                else:
                    files[name.removesuffix(".py")] = file
        return Submission(learner, week.name, files, submitted_at)


Source = FolderSource | ArchiveSource


def _learners_of_folder(
    submitted: Path, catalogue: Catalogue
) -> tuple[dict[str, Source], list[str]]:
    learners: dict[str, Source] = {}
    notes = []
    try:
        entries = sorted(os.scandir(submitted), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{submitted}: cannot be read: {error.strerror}") from error
    for entry in entries:
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_symlink():
            notes.append(f"{entry.path}: a symbolic link, left out")
        elif entry.is_dir():
            learners[entry.name] = FolderSource(Path(entry.path))
        elif entry.name.endswith(".zip") and entry.is_file():
            name = entry.name.removesuffix(".zip")
            if (submitted / name).is_dir():
                notes.append(f"{entry.path}: left out, since there is a folder {name} as well")
                continue
            learners[name] = _learner_archive(Path(entry.path), catalogue)
        else:
            notes.append(f"{entry.path}: a file where a learner's folder should be, left out")
    return learners, notes


class BrokenSource:
    """A learner's archive that can't be read: every week is unreadable, and says why."""

    def __init__(self, why: str, weeks: set[str]) -> None:
        self.why = why
        self.weeks = weeks

    def read(self, learner: str, week: Week) -> Submission | None:
        """Return a submission whose files all have the problem."""
        files = {module.name: File(None, self.why) for module in week.modules}
        return Submission(learner, week.name, files)


def _learner_archive(path: Path, catalogue: Catalogue) -> Source:
    try:
        entries = _entries(path, catalogue)
    except InputError as error:
        weeks = {week.name for week in catalogue.weeks}
        return BrokenSource(str(error), weeks)  # type: ignore[return-value]
    merged: dict[tuple[str, str], list[zipfile.ZipInfo]] = {}
    for (_, week, name), infos in entries.items():
        merged.setdefault((week, name), []).extend(infos)
    return ArchiveSource(path, merged)


def _learners_of_archive(path: Path, catalogue: Catalogue) -> dict[str, Source]:
    grouped: dict[str, dict[tuple[str, str], list[zipfile.ZipInfo]]] = {}
    for (learner, week, name), infos in _entries(path, catalogue).items():
        if learner:
            grouped.setdefault(learner, {})[week, name] = infos
    return {learner: ArchiveSource(path, entries) for learner, entries in grouped.items()}


def _entries(path: Path, catalogue: Catalogue) -> dict[tuple[str, str, str], list[zipfile.ZipInfo]]:
    """Return the entries that matter, by learner (or ""), week and file name."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise InputError(f"{path}: not a readable zip archive ({error})") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(infos) > MAX_ARCHIVE_ENTRIES:
        raise InputError(f"{path}: {len(infos)} entries, more than {MAX_ARCHIVE_ENTRIES}")
    weeks = {week.name for week in catalogue.weeks}
    found: dict[tuple[str, str, str], list[zipfile.ZipInfo]] = {}
    for info in infos:
        parts = PurePosixPath(info.filename.replace("\\", "/")).parts
        if info.is_dir() or len(parts) < 2 or parts[-2] not in weeks or "__MACOSX" in parts:
            continue
        # Nothing is unpacked, so `../` can do no harm; but such a name is no learner's either.
        if ".." in parts or parts[0] == "/" or ":" in parts[0]:
            raise InputError(f"{path}: holds the name {info.filename!r}, which points outside it")
        learner = parts[-3] if len(parts) > 2 else ""
        found.setdefault((learner, parts[-2], parts[-1]), []).append(info)
    return found


def _read_entry(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limit: int) -> File:
    info = infos[0]
    if len(infos) > 1:
        return File(None, f"{info.filename} is in the archive more than once")
    if stat.S_ISLNK(info.external_attr >> 16):
        return File(None, f"{info.filename} is a symbolic link")
    if info.flag_bits & 0x1:
        return File(None, f"{info.filename} is encrypted")
    try:
        with archive.open(info) as stream:
            data = stream.read(limit + 1)  # what it claims of its size does not matter
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError) as error:
        return File(None, f"{info.filename} cannot be unpacked ({error})")
    except Exception as error:  # zlib.error and lzma.LZMAError share no base but this
        return File(None, f"{info.filename} cannot be unpacked ({type(error).__name__})")
    return _decode(info.filename, data, limit)


def _read_file(name: str, folder: int) -> File | None:
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
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):  # exchanged between the two looks
            return File(None, f"{name} is not a file")
        return _decode(name, file.read(MAX_MODULE_BYTES + 1), MAX_MODULE_BYTES)


def _decode(name: str, data: bytes, limit: int) -> File:
    if len(data) > limit:
        return File(None, f"{name} is larger than {limit // 1024} KiB")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        return File(
            None, f"{name} is not UTF-8 text (byte {error.start}); save it with that encoding"
        )
    if "\0" in text:
        return File(None, f"{name} holds a zero byte; it is not Python")
    return File(text)


def _read_timestamp(folder: int) -> str | None:
    file = _read_file(TIMESTAMP, folder)
    if file is None or file.text is None:
        return None
    return file.text[:MAX_TIMESTAMP_BYTES].strip() or None


@contextlib.contextmanager
def _directory(path: str | Path, base: int | None) -> Iterator[int]:
    """Open a folder that is no symbolic link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, dir_fd=base)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
