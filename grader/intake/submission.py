"""What was handed in, as plain data."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from exercises import Week

MAX_MODULE_BYTES = 256 * 1024
MAX_TIMESTAMP_LENGTH = 200
TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class File:
    """One module as it was handed in: its text, or why it can't be read.

    Learners read `problem`: it holds no path of the machine that grades.
    """

    text: str | None
    problem: str | None = None

    @classmethod
    def of(cls, name: str, data: bytes) -> File:
        """Return what the first `MAX_MODULE_BYTES + 1` bytes of a file are."""
        if len(data) > MAX_MODULE_BYTES:
            return cls(None, f"{name} is larger than {MAX_MODULE_BYTES // 1024} KiB")
        try:
            text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        except UnicodeDecodeError as error:
            where = f"byte {error.start}"
            return cls(None, f"{name} is not UTF-8 text ({where}); save it with that encoding")
        if "\0" in text:
            return cls(None, f"{name} holds a zero byte; it is not Python")
        return cls(text)


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one week."""

    learner: str
    week: str
    files: Mapping[str, File]
    submitted_at: str | None = None

    @classmethod
    def of(cls, learner: str, week: Week, read: Callable[[str], File | None]) -> Submission:
        """Return what `read` gives for the names of files that a week has."""
        files = {
            module.name: file
            for module in week.modules
            if (file := read(f"{module.name}.py")) is not None
        }
        stamp = read(TIMESTAMP)
        text = stamp.text if stamp is not None and stamp.text is not None else ""
        return cls(learner, week.name, files, text[:MAX_TIMESTAMP_LENGTH].strip() or None)

    @classmethod
    def unreadable(cls, learner: str, week: Week, why: str) -> Submission:
        """Return a submission of which no file can be read."""
        return cls(learner, week.name, {module.name: File(None, why) for module in week.modules})

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


class Source(Protocol):
    """Where the weeks of a learner are: a folder, or an archive."""

    def holds(self, week: Week) -> bool:
        """Tell whether something was handed in for a week, as far as can be told."""

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none.

        Raises
        ------
        OSError
            If our side fails to read it: a disk, a permission, a file that changes meanwhile.
            What is wrong with the learner's files is in the submission.
        """


@dataclass(frozen=True)
class HandIn:
    """A submission that is not read yet, so that a class of any size fits into memory."""

    learner: str
    catalogued: Week
    source: Source

    @property
    def week(self) -> str:
        """The week's name."""
        return self.catalogued.name

    def read(self) -> Submission:
        """Read it as it is now.

        Raises
        ------
        OSError
            If our side fails to read it, or it is gone.
        """
        submission = self.source.read(self.learner, self.catalogued)
        if submission is None:
            raise OSError(f"{self.week} was there when the run began, and is gone")
        return submission


@dataclass(frozen=True)
class Collected:
    """All that was found, in the order of names, and what was left out and why."""

    hand_ins: tuple[HandIn, ...]
    notes: tuple[str, ...]
