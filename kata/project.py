"""Where things are: the folder of the katas, and which exercise a visible test belongs to."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from exercises.catalogue import WEEK_FILE, Catalogue, Exercise, Module, load_catalogue


def find_root(start: Path) -> Path | None:
    """Return the nearest folder, from `start` upwards, that holds a catalogue of exercises."""
    for folder in (start, *start.parents):
        if any(WEEK_FILE.fullmatch(path.name) for path in (folder / "exercises").glob("week*")):
            return folder
    return None


class Project:
    """One copy of the katas: `exercises` and the week folders beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def catalogue(self) -> Catalogue:
        """All weeks, read when first needed."""
        return load_catalogue(self.root / "exercises")

    def module_of_test(self, path: Path) -> Module | None:
        """Return the module that a visible test file checks, or None for any other file."""
        week_folder = path.parent
        catalogue_file = self.root / "exercises" / f"{week_folder.name}.toml"
        if week_folder.parent != self.root or not WEEK_FILE.fullmatch(catalogue_file.name):
            return None
        if not path.name.startswith("test_") or not catalogue_file.is_file():
            return None
        week = self.catalogue.week(week_folder.name)
        return week.module(path.stem.removeprefix("test_")) if week else None

    def learners_file(self, exercise: Exercise) -> Path:
        """Return the file that the learner edits for an exercise."""
        return self.root / exercise.week / f"{exercise.module}.py"

    def is_learners_file(self, filename: str) -> bool:
        """Say whether a file lies in a week folder and is no test."""
        path = Path(filename)
        return (
            path.parent.parent == self.root
            and WEEK_FILE.fullmatch(f"{path.parent.name}.toml") is not None
            and not path.name.startswith("test_")
        )

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


def exercise_of_class(module: Module, class_name: str) -> Exercise | None:
    """Return the exercise of a test class: `TestCosineSimilarity` checks `cosine_similarity`."""
    wanted = class_name.removeprefix("Test").lower()
    for exercise in module.exercises:
        if exercise.name.replace("_", "").lower() == wanted.replace("_", ""):
            return exercise
    return None


def _line_of_definition(path: Path, name: str) -> int | None:
    definition = re.compile(rf"(def|class)\s+{re.escape(name)}\b")
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return next((i for i, line in enumerate(lines, start=1) if definition.match(line)), None)
