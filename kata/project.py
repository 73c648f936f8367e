"""One copy of the katas, as a learner sees it: files, places, and names as they are typed."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from exercises.catalogue import Catalogue, Exercise, Module
from exercises.layout import TEST_PREFIX, Layout, module_of_test
from kata.errors import UsageError

if TYPE_CHECKING:
    from kata.learner import LearnersModule
    from kata.rules import Violation
    from kata.state import State


class Project:
    """One copy of the katas: `exercises` and the week folders beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)

    @cached_property
    def catalogue(self) -> Catalogue:
        """All weeks, read when first needed."""
        return self.layout.load_catalogue()

    def module_of_test(self, path: Path) -> Module | None:
        """Return the module that a visible test file checks, or None for any other file."""
        if not self.layout.is_week_folder(path.parent):
            return None
        return module_of_test(self.catalogue, path)

    def learners_file(self, exercise: Exercise) -> Path:
        """Return the file that the learner edits for an exercise."""
        return self.layout.learners_file(self.catalogue.module_of(exercise))

    def is_learners_file(self, filename: str) -> bool:
        """Say whether a file lies in a week folder and is no test."""
        path = Path(filename)
        is_test = path.name.startswith(TEST_PREFIX)
        return self.layout.is_week_folder(path.parent) and not is_test

    def learners_module(self, module: Module) -> LearnersModule:
        """Return what a learner has written for the exercises of a module."""
        from kata.learner import LearnersModule  # with numpy, which `kata hint` does without

        names = [exercise.object_name for exercise in module.exercises]
        return LearnersModule(self.layout.learners_file(module), names)

    def find_violation(self, exercise: Exercise) -> tuple[Violation, str] | None:
        """Return what breaks a rule of an exercise, and the file that it is in."""
        from kata.rules import find_violation

        path = self.learners_file(exercise)
        try:
            source = path.read_text(encoding="utf-8-sig")
            violation = find_violation(source, exercise.object_name, exercise.forbidden)
        except (OSError, SyntaxError, ValueError):
            return None  # loading the module says it better
        return None if violation is None else (violation, str(path))

    def source_of(self, filename: str) -> str:
        """Return the text of a file of the learner.

        Raises
        ------
        OSError, ValueError
            If it can't be read.
        """
        return Path(filename).read_text(encoding="utf-8-sig")

    def place_in(self, filename: str, line: int) -> str:
        """Return a line of a file, as `week1/vectors.py:12`."""
        return f"{self.short(filename)}:{line}"

    def place_of_test(self, exercise: Exercise, line: int) -> str:
        """Return where a visible test stands, or an empty text where learners don't see it."""
        return f"{exercise.week}/{TEST_PREFIX}{exercise.module}.py:{line}"

    def hint_command(self, exercise: Exercise, number: int = 1) -> str:
        """Return how a learner asks for a hint."""
        return f"kata hint {exercise.name}" + (f" {number}" if number > 1 else "")

    def short(self, path: Path | str) -> str:
        """Return a path as a learner types it: from the root, with forward slashes."""
        try:
            return Path(path).relative_to(self.root).as_posix()
        except ValueError:
            return str(path)

    def place(self, exercise: Exercise) -> str:
        """Return where an exercise is written, as `week1/vectors.py:12`."""
        line = self.line_of(exercise)
        return self.short(self.learners_file(exercise)) + (f":{line}" if line else "")

    def line_of(self, exercise: Exercise) -> int | None:
        """Return the line in which an exercise begins, or None where it is not in its file."""
        return _line_of_definition(self.learners_file(exercise), exercise.object_name)

    @contextmanager
    def updating_state(self) -> Iterator[State]:
        """Give the learner's state to be changed; it is kept only where there is work of theirs.

        Raises
        ------
        UsageError
            If its file can't be read or written.
        """
        from kata.state import FILE, State, updating  # which `kata --help` does without

        if not any((self.root / week.name).is_dir() for week in self.catalogue.weeks):
            yield State()  # the installed catalogue, asked from some other folder
            return
        try:
            with updating(self.root) as state:
                yield _with_note_told(state)
        except OSError as error:
            raise UsageError(f"{FILE} cannot be read or written: {error.strerror}") from error

    def load_state(self) -> State:
        """Return the learner's state.

        Raises
        ------
        UsageError
            If its file can't be read.
        """
        from kata.state import FILE, load_state

        try:
            return _with_note_told(load_state(self.root))
        except OSError as error:
            raise UsageError(f"{FILE} cannot be read: {error.strerror}") from error


def _with_note_told(state: State) -> State:
    if state.note:
        print(f"kata: {state.note}", file=sys.stderr)
    return state


def _line_of_definition(path: Path, name: str) -> int | None:
    definition = re.compile(rf"(def|class)\s+{re.escape(name)}\b")
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    found = [i for i, line in enumerate(lines, start=1) if definition.match(line)]
    return found[-1] if found else None  # of several the last one is what runs
