"""What was handed in, as plain data."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from exercises import Module, Week
from grader.cells import Cells

MAX_MODULE_BYTES = 256 * 1024
MAX_TIMESTAMP_LENGTH = 200
TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class File:
    """One module or quiz as it was handed in: its text, or why it can't be read.

    Learners read `problem`: it holds no path of the machine that grades. With `cells` the text is
    that of a whole notebook, the same for each module that stands in it.
    """

    text: str | None
    problem: str | None = None
    cells: Cells | None = None

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
            what = "Python" if name.endswith(".py") else "a text"
            return cls(None, f"{name} holds a zero byte; it is not {what}")
        return cls(text)

    def as_data(self) -> list[Any]:
        """Return all of it as JSON can hold it."""
        cells = self.cells
        lines = [cells.notebook, cells.places, cells.risky] if cells else None
        return [self.text, self.problem, lines]

    @classmethod
    def from_data(cls, data: Sequence[Any]) -> File:
        """Return the file of which `as_data` gave this."""
        text, problem, lines = data
        if lines is None:
            return cls(text, problem)
        notebook, *pairs = lines
        return cls(text, problem, Cells(notebook, *(tuple(map(tuple, each)) for each in pairs)))


@dataclass(frozen=True)
class Notebook:
    """A week's notebook: its code as the week's modules, and what was left out and why."""

    files: Mapping[str, File]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """What one learner handed in for one week.

    Attributes
    ----------
    files : mapping
        By the names of the modules and quizzes.
    notes : tuple of str
        What was left out of a notebook.
    """

    learner: str
    week: str
    files: Mapping[str, File]
    submitted_at: str | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        learner: str,
        week: Week,
        read: Callable[[str], File | None],
        read_notebook: Callable[[], Notebook | None],
    ) -> Submission:
        """Return what `read` gives for the names of files that a week has.

        The notebook stands in for modules that are missing, or still as they were handed out.
        """
        files: dict[str, File] = {}
        wanted = []
        for module in week.modules:
            file = read(f"{module.name}.py")
            if file is not None:
                files[module.name] = file
            if file is None or _is_handed_out(file, module):
                wanted.append(module.name)
        for quiz in week.quizzes:
            file = read(quiz.file_name)
            if file is not None:
                files[quiz.name] = file
        notebook = read_notebook() if wanted else None
        if notebook is not None:
            files |= {name: notebook.files[name] for name in wanted if name in notebook.files}
        stamp = read(TIMESTAMP)
        text = stamp.text if stamp is not None and stamp.text is not None else ""
        submitted_at = text[:MAX_TIMESTAMP_LENGTH].strip() or None
        notes = notebook.notes if notebook is not None else ()
        return cls(learner, week.name, files, submitted_at, notes)

    @classmethod
    def unreadable(cls, learner: str, week: Week, why: str) -> Submission:
        """Return a submission of which no file can be read."""
        modules = (*week.modules, *week.quiz_modules)
        return cls(learner, week.name, {module.name: File(None, why) for module in modules})

    @cached_property
    def digest(self) -> str:
        """What changes whenever the submission does."""
        digest = hashlib.sha256()
        for name in sorted(self.files):
            file = self.files[name]
            parts = [name, file.text if file.text is not None else "", file.problem or ""]
            for part in [*parts, repr(file.cells)] if file.cells else parts:
                data = part.encode("utf-8", "surrogatepass")
                digest.update(b"%d " % len(data) + data)
        digest.update((self.submitted_at or "").encode())
        return digest.hexdigest()


def _is_handed_out(file: File, module: Module) -> bool:
    """Say whether a module waits to be written: each function of it ends as its stub does.

    Of classes, parts of which are given, no text tells; they are left to the functions beside.
    """
    text = file.text or ""
    names = {exercise.object_name for exercise in module.exercises}
    waiting = {n for n in names if f'raise NotImplementedError("{n} is yours to write")' in text}

    def is_class(name: str) -> bool:
        return re.search(rf"^class {name}\b", text, re.M) is not None

    return not all(map(is_class, waiting)) and all(map(is_class, names - waiting))


class Source(Protocol):
    """Where the weeks of a learner are: a folder, or an archive."""

    def holds(self, week: Week) -> bool:
        """Tell whether something was handed in for a week, as far as can be told."""

    def holds_both(self, week: Week) -> bool:
        """Tell whether there are modules of a week and a notebook as well."""

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
