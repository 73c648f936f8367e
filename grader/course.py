"""Where the four rooms of a module are."""

from __future__ import annotations

import types
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from exercises import Catalogue, CatalogueError, Module, Week
from exercises.layout import Layout
from grader.errors import InputError, SuiteError
from grader.variants import Variant, VariantError, load_variants

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Course:
    """A repository of exercises, with its references and hidden tests."""

    root: Path = ROOT

    @cached_property
    def layout(self) -> Layout:
        """Where each file of an exercise lies."""
        return Layout(self.root)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Order, points, hints and rules of all exercises."""
        try:
            return self.layout.load_catalogue()
        except CatalogueError as error:
            raise SuiteError(str(error)) from error

    def module(self, week_name: str, name: str) -> Module:
        """Return a module of the catalogue."""
        week = self.catalogue.week(week_name)
        module = week.module(name) if week else None
        if module is None:
            raise SuiteError(f"{self.layout.catalogue_folder}: has no module {week_name}/{name}")
        return module

    def modules_with(self, names: Sequence[str]) -> list[Module]:
        """Return the modules that have these exercises; all if there is no name.

        Raises
        ------
        SuiteError
            If an exercise is not in the catalogue.
        """
        known = {exercise.name for exercise in self.catalogue.exercises}
        for name in names:
            if name not in known:
                raise SuiteError(f"no exercise named '{name}'; see exercises/week*.toml")
        return [
            module
            for week in self.catalogue.weeks
            for module in week.modules
            if not names or any(exercise.name in names for exercise in module.exercises)
        ]

    def weeks_named(self, names: Sequence[str]) -> list[Week]:
        """Return the weeks of these names, in the course's order; all if there is no name.

        Raises
        ------
        InputError
            If a week is not in the catalogue.
        """
        weeks = {week.name: week for week in self.catalogue.weeks}
        for name in names:
            if name not in weeks:
                raise InputError(f"--week {name}: no such week; there are {', '.join(weeks)}")
        return [week for name, week in weeks.items() if not names or name in names]

    def read(self, path: Path) -> str:
        """Return the text of one of our own files."""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SuiteError(f"{path}: cannot be read: {error}") from error

    def reference(self, module: Module) -> types.ModuleType:
        """Return the reference solutions, freshly executed in this process."""
        path = self.layout.reference(module)
        return execute(self.read(path), str(path), f"reference_{module.name}")

    def variants(self, module: Module) -> tuple[Variant, ...]:
        """Return the right and wrong variants of a module's exercises."""
        names = {exercise.name: exercise.object_name for exercise in module.exercises}
        path = self.layout.variants(module)
        if not path.exists():
            return ()
        try:
            return load_variants(path, self.read(self.layout.reference(module)), names)
        except (VariantError, SyntaxError) as error:
            raise SuiteError(str(error)) from error


def execute(source: str, filename: str, name: str) -> types.ModuleType:
    """Return a module made of trusted source text."""
    module = types.ModuleType(name)
    module.__file__ = filename
    exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)
    return module
