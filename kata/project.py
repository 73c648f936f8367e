"""One copy of the katas, as a learner sees it: files, places, and names as they are typed."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from exercises.catalogue import Catalogue, Exercise, Module
from exercises.layout import TEST_PREFIX, Layout, module_of_test


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

    def short(self, path: Path | str) -> str:
        """Return a path as a learner types it: from the root, with forward slashes."""
        try:
            return Path(path).relative_to(self.root).as_posix()
        except ValueError:
            return str(path)

    def place(self, exercise: Exercise) -> str:
        """Return where an exercise is written, as `week1/vectors.py:12`."""
        path = self.learners_file(exercise)
        line = _line_of_definition(path, exercise.object_name)
        return self.short(path) + (f":{line}" if line else "")


def _line_of_definition(path: Path, name: str) -> int | None:
    definition = re.compile(rf"(def|class)\s+{re.escape(name)}\b")
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return next((i for i, line in enumerate(lines, start=1) if definition.match(line)), None)
