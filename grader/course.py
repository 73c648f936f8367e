"""Where the four rooms of a module are."""

from __future__ import annotations

import hashlib
import types
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from exercises import Catalogue, CatalogueError, Module, load_catalogue
from grader.errors import SuiteError
from grader.variants import Variant, VariantError, load_variants

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Course:
    """A repository of exercises, with its references and hidden tests."""

    root: Path = ROOT

    @cached_property
    def catalogue(self) -> Catalogue:
        """Order, points, hints and rules of all exercises."""
        try:
            return load_catalogue(self.root / "exercises")
        except CatalogueError as error:
            raise SuiteError(str(error)) from error

    def module(self, week_name: str, name: str) -> Module:
        """Return a module of the catalogue."""
        week = self.catalogue.week(week_name)
        module = week.module(name) if week else None
        if module is None:
            raise SuiteError(f"{self.root / 'exercises'}: has no module {week_name}/{name}")
        return module

    def reference_path(self, module: Module) -> Path:
        """Return the file of the reference solutions."""
        return self.root / "solutions" / module.week / f"{module.name}.py"

    def stub_path(self, module: Module) -> Path:
        """Return the file that learners fill."""
        return self.root / module.week / f"{module.name}.py"

    def visible_tests_path(self, module: Module) -> Path:
        """Return the file of the tests that learners run."""
        return self.root / module.week / f"test_{module.name}.py"

    def hidden_tests_path(self, module: Module) -> Path:
        """Return the file of the tests that only the grader runs."""
        return self.root / "tests" / module.week / f"test_{module.name}.py"

    def variants_path(self, module: Module) -> Path:
        """Return the file of right and wrong variants."""
        return self.root / "tests" / module.week / f"variants_{module.name}.py"

    def read(self, path: Path) -> str:
        """Return the text of one of our own files."""
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SuiteError(f"{path}: cannot be read: {error}") from error

    def reference(self, module: Module) -> types.ModuleType:
        """Return the reference solutions, freshly executed in this process."""
        path = self.reference_path(module)
        return execute(self.read(path), str(path), f"reference_{module.name}")

    def variants(self, module: Module) -> tuple[Variant, ...]:
        """Return the right and wrong variants of a module's exercises."""
        names = {exercise.name: exercise.object_name for exercise in module.exercises}
        path = self.variants_path(module)
        if not path.exists():
            return ()
        try:
            return load_variants(path, self.read(self.reference_path(module)), names)
        except (VariantError, SyntaxError) as error:
            raise SuiteError(str(error)) from error

    def suite_digest(self, week: str) -> str:
        """Return what changes whenever a verdict of this week could: tests, references, tools."""
        files = [self.root / "exercises" / f"{week}.toml", self.root / "tests" / "conftest.py"]
        for folder in (self.root / "solutions" / week, self.root / "tests" / week, *TOOLS):
            files += sorted(folder.rglob("*.py"))
        digest = hashlib.sha256()
        for path in files:
            name = path.name.encode()
            data = path.read_bytes() if path.exists() else b""
            digest.update(b"%d %s %d\n" % (len(name), name, len(data)))
            digest.update(data)
        return digest.hexdigest()


TOOLS = (ROOT / "grader", ROOT / "kata")


def execute(source: str, filename: str, name: str) -> types.ModuleType:
    """Return a module made of trusted source text."""
    module = types.ModuleType(name)
    module.__file__ = filename
    exec(compile(source, filename, "exec", dont_inherit=True), module.__dict__)
    return module
