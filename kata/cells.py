"""A learner's answers in a notebook: the names that its cells have defined, and their texts."""

from __future__ import annotations

import ast
import difflib
import linecache
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from exercises.catalogue import Catalogue, Exercise, Module
from exercises.verdict import is_stub, parse
from kata.learner import LearnersModule, MissingNameError
from kata.project import Project
from kata.rules import Violation, find_violation

THE_NOTEBOOK = "this notebook"
OLD_NAME = re.compile(r"<ipython-input-(\d+)-")  # of a cell, in old versions and in a terminal
KERNELS_NAME = re.compile(r"[/\\]ipykernel_\d+[/\\]")
OWN_CALL = re.compile(r"\s*(?:check|score|hint|use_week)\(")


class Cells:
    """The code of a running notebook, as IPython knows it."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def texts(self) -> dict[int, str]:
        """Return the text of each cell that has run, by the number that stands beside it."""
        last = {text: number for number, text in enumerate(self._shell.user_ns.get("In", ()))}
        return {number: text for text, number in last.items() if not OWN_CALL.match(text)}

    @property
    def _numbers(self) -> Mapping[str, int]:
        """The number of each cell by its file name; IPython makes its tracebacks of this."""
        return getattr(self._shell.compile, "_filename_map", {})

    def name_of(self, number: int) -> str:
        """Return the file name that a cell was compiled under, or an empty text."""
        return next((name for name, each in self._numbers.items() if each == number), "")

    def label(self, filename: str) -> str:
        """Return what a learner sees beside a cell, or an empty text for what is no cell."""
        number = self._numbers.get(filename)
        old = OLD_NAME.match(filename)
        if number is None and old is None:
            return "a cell" if KERNELS_NAME.search(filename) else ""
        return f"cell [{number or (old and old[1])}]"


class OneFile:
    """A file, or Python's prompt, from which the checks are called without IPython."""

    def __init__(self, filename: str) -> None:
        self._filename = filename

    def texts(self) -> dict[int, str]:
        """Return the text of the file."""
        return {0: "".join(linecache.getlines(self._filename))}

    def name_of(self, number: int) -> str:
        """Return the name of the file."""
        return self._filename

    def label(self, filename: str) -> str:
        """Return the name of the file, and an empty text for any other."""
        return Path(filename).name if filename == self._filename else ""


class Notebook(Project):
    """The katas as they are seen from a notebook: answers stand in cells, not in modules."""

    def __init__(self, root: Path, namespace: Mapping[str, Any], code: Cells | OneFile) -> None:
        super().__init__(root)
        self._namespace = namespace
        self._code = code

    @cached_property
    def catalogue(self) -> Catalogue:
        """All weeks, which do not change while a notebook runs."""
        return _catalogue(self.root)

    def learners_module(self, module: Module) -> LearnersModule:
        """Return all that the notebook has defined."""
        names = [exercise.object_name for exercise in module.exercises]
        return _Namespace(self._namespace, names, self)

    def find_violation(self, exercise: Exercise) -> tuple[Violation, str] | None:
        """Return what breaks a rule of an exercise, and the cell that it is in."""
        if not exercise.forbidden:
            return None
        texts = {n: f"{text}\n" for n, text in sorted(self._code.texts().items())}
        texts = {number: text for number, text in texts.items() if _is_python(text)}
        violation = find_violation(
            "".join(texts.values()), exercise.object_name, exercise.forbidden
        )
        line = violation.line if violation else 0
        for number, text in texts.items():
            n_lines = text.count("\n")
            if violation and line <= n_lines:
                return replace(violation, line=line), self._code.name_of(number)
            line -= n_lines
        return None

    def is_learners_file(self, filename: str) -> bool:
        """Say whether code was compiled from a cell."""
        return bool(self._code.label(filename))

    def source_of(self, filename: str) -> str:
        """Return the text of a cell."""
        return "".join(linecache.getlines(filename))

    def place_in(self, filename: str, line: int) -> str:
        """Return a line of a cell, as `cell [12], line 3`."""
        label = self._code.label(filename)
        return f"{label}, line {line}" if label else super().place_in(filename, line)

    def place(self, exercise: Exercise) -> str:
        """Return where an exercise was defined, or an empty text."""
        found = self._namespace.get(exercise.object_name)
        method = getattr(found, "__init__", None) if isinstance(found, type) else found
        code = getattr(method, "__code__", None)
        if code is None or not self.is_learners_file(code.co_filename):
            return ""
        node = _definition(self.source_of(code.co_filename), exercise.object_name)
        return self.place_in(code.co_filename, node.lineno if node else code.co_firstlineno)

    def place_of_test(self, exercise: Exercise, line: int) -> str:
        """Return an empty text: the tests lie where no learner looks."""
        return ""

    def hint_command(self, exercise: Exercise, number: int = 1) -> str:
        """Return how a learner asks for a hint."""
        return f'hint("{exercise.name}"' + (f", {number})" if number > 1 else ")")


class _Namespace(LearnersModule):
    """The names of a notebook, in place of a module."""

    def __init__(
        self, namespace: Mapping[str, Any], names: Sequence[str], notebook: Notebook
    ) -> None:
        super().__init__(Path(THE_NOTEBOOK), names)
        self._module = ModuleType("__main__")
        self._module.__dict__.update(namespace)
        self._empty = frozenset(name for name in names if _is_empty(namespace, name, notebook))

    def missing(self, name: str) -> MissingNameError:
        """Return the error that says what to run, and what may be meant."""
        written = {word for word in vars(self.load()) if not word.startswith("_")}
        similar = difflib.get_close_matches(name, sorted(written - self._names), n=1)
        meant = f", or did you mean {similar[0]}?" if similar else ""
        return MissingNameError(
            f"{THE_NOTEBOOK} has no {name} yet: run the cell that defines it{meant}"
        )


def _is_empty(namespace: Mapping[str, Any], name: str, notebook: Notebook) -> bool:
    """Say whether a name stands for a function that waits to be written."""
    function = namespace.get(name)
    if not isinstance(function, FunctionType):
        return False
    filename = function.__code__.co_filename
    if not notebook.is_learners_file(filename):
        return False
    node = _definition(notebook.source_of(filename), function.__name__)
    return isinstance(node, ast.FunctionDef) and is_stub(node)


def _definition(source: str, name: str) -> ast.FunctionDef | ast.ClassDef | None:
    """Return the last definition of a name at the top of a cell."""
    try:
        body = parse(source).body
    except SyntaxError:  # changed since it was loaded
        return None
    found = [
        node
        for node in body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    ]
    return found[-1] if found else None


@cache
def _catalogue(root: Path) -> Catalogue:
    return Project(root).catalogue


@lru_cache(maxsize=1024)
def _is_python(text: str) -> bool:
    try:
        parse(text)
    except SyntaxError:
        return False
    return True
