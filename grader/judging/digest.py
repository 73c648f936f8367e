"""What decides the verdicts of a module, as a digest: a regrade touches only what it must."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from exercises import Module
from exercises.quizzes import QUIZZES
from grader.course import ROOT, Course

# What judges, whoever's course it is. Of the rest of the grader, which reads submissions and shows
# results, no verdict depends.
TOOLS = (
    *("grader/judging", "grader/sandbox", "grader/cells.py", "grader/variants.py"),
    *("kata/comparisons.py", "kata/causes.py", "kata/rules.py", "exercises/verdict.py"),
)
# What judges a quiz, which no code of learners does.
QUIZ_TOOLS = ("grader/quizzes.py", "exercises/quizzes.py")
ROOMS = ("solutions", "tests")
# The rest of a statement of our own code that imports, with what stands in brackets. That prose
# may look like one makes a regrade larger, and never too small.
IMPORT = re.compile(r"import\b[^\n(]*(?:\([^)]*\))?")
WORD = re.compile(r"\w+")
COMPUTED_IMPORTS = ("importlib", "__import__")


def suite_digest(course: Course, week_name: str) -> str:
    """Return what changes whenever a verdict of this week could: tests, references, tools."""
    return digest_of_week(module_digests(course, week_name))


def digest_of_week(digests: dict[str, str]) -> str:
    """Return one digest for those of all modules of a week."""
    return hashlib.sha256(json.dumps(list(digests.items())).encode()).hexdigest()


def module_digests(course: Course, week_name: str) -> dict[str, str]:
    """Return for each module and quiz of a week what changes whenever a verdict on it could.

    That is the grader, the module's part of the catalogue, its stub, reference, hidden tests and
    variants, whatever of the rooms these import, and each file beside them that is no module's. Of
    a quiz it is its source, and the names of exercises, which may be answers.
    """
    week = course.catalogue.week(week_name)
    assert week is not None
    rooms = _Rooms(course)
    tools = hashlib.sha256()
    _add(tools, ROOT, _tools(TOOLS))
    digests = {}
    for module in week.modules:
        digest = hashlib.sha256(tools.digest() + _what_counts(module).encode())
        _add(digest, course.root, rooms.files_of(module))
        digests[module.name] = digest.hexdigest()
    names = [each.name for each in course.catalogue.exercises]
    for module in week.quiz_modules:
        digest = hashlib.sha256(json.dumps([_what_counts(module), names]).encode())
        _add(digest, ROOT, _tools(QUIZ_TOOLS))
        source = course.layout.quiz_source(week.name, module.name)
        _add(digest, course.root, [source] if source.is_file() else [])
        digests[module.name] = digest.hexdigest()
    return digests


def _add(digest: hashlib._Hash, root: Path, files: Iterable[Path]) -> None:
    for path in files:
        name = path.relative_to(root).as_posix().encode()
        data = path.read_bytes()
        digest.update(b"%d %s %d\n" % (len(name), name, len(data)))
        digest.update(data)


def _what_counts(module: Module) -> str:
    """Return those facts of the catalogue that a score depends on."""
    return json.dumps(
        [
            [e.name, e.week, e.module, e.points, e.is_stretch, e.object_name, e.forbidden]
            for e in module.exercises
        ]
    )


def _tools(names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


@dataclass(frozen=True)
class _Rooms:
    """The files of references and hidden tests, and which of them a module's verdicts hang on."""

    course: Course

    def files_of(self, module: Module) -> list[Path]:
        """Return the stub, and the files of both rooms, that verdicts on a module hang on."""
        stub = self.course.layout.learners_file(module)
        beside = self._by_week[module.week]
        files = {path for path in beside if path not in self._owners or path in self._own(module)}
        new = files
        while new := {found for path in new for found in self._imported(path)} - files:
            files |= new
        return sorted({*files, *([stub] if stub.is_file() else [])})

    def _own(self, module: Module) -> tuple[Path, ...]:
        layout = self.course.layout
        return layout.reference(module), layout.hidden_tests(module), layout.variants(module)

    @cached_property
    def _owners(self) -> frozenset[Path]:
        weeks = self.course.catalogue.weeks
        modules = (module for week in weeks for module in week.modules)
        layout = self.course.layout
        quizzes = (layout.quiz_source(week.name, name) for week in weeks for name in QUIZZES)
        return frozenset([*(path for module in modules for path in self._own(module)), *quizzes])

    @cached_property
    def _by_week(self) -> dict[str, list[Path]]:
        """All files of each week's two rooms, and the Python files above, such as conftest."""
        folders = [self.course.root / room for room in ROOMS]
        above = [path for folder in folders for path in folder.glob("*.py")]
        return {
            week.name: [
                *above,
                *(
                    path
                    for folder in folders
                    for path in (folder / week.name).rglob("*")
                    if path.is_file() and not _is_made_by_tools(path.relative_to(folder))
                ),
            ]
            for week in self.course.catalogue.weeks
        }

    @cached_property
    def _by_stem(self) -> dict[str, set[Path]]:
        found: dict[str, set[Path]] = {}
        for path in {path for paths in self._by_week.values() for path in paths}:
            found.setdefault(path.stem, set()).add(path)
        return found

    def _imported(self, path: Path) -> set[Path]:
        """Return the files of the rooms that a file imports, as far as their names tell."""
        if path.suffix != ".py":
            return set()
        text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
        if any(name in text for name in COMPUTED_IMPORTS):
            return set().union(*self._by_stem.values())
        names: set[str] = set()
        for found in IMPORT.finditer(text):
            line = text.rfind("\n", 0, found.start()) + 1
            names.update(WORD.findall(text, line, found.end()))
        return set().union(*(self._by_stem.get(name, set()) for name in names))


def _is_made_by_tools(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)
