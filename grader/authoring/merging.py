"""Put solutions of several exercises, each out of another variant, into one module.

A variant is the text of a whole module in which one exercise is solved another way. Of that text
the exercise's own definition is taken, and the helpers that it needs. Two solutions that stand in
one module must not disturb each other, so that each stays as right or as wrong as it was alone:

- a helper of a variant gets a name of its own where another has its name;
- where a reference calls another exercise, it calls the learner's solution of it only if that is
  the reference too. Otherwise it calls a copy of the reference under another name. Mistakes that
  follow from other mistakes are left out: nobody could say beforehand which tests they fail;
- names are unique in the week, since in a notebook its modules share them.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from exercises import Exercise, Module
from grader.authoring.restyle import Style, parameters_of, restyled, with_body
from grader.course import Course
from grader.errors import SuiteError
from grader.variants import Variant

REFERENCE, STUB, LOOP, CRASH, FORBIDDEN = "reference", "stub", "endless loop", "crash", "forbidden"
ENDLESS = "while True:\n    pass"
ENDING = "import os\nos._exit(1)"  # a real one, in a hurry: `sys.exit` shows a traceback
BUILTINS = frozenset(dir(builtins))


class Key(NamedTuple):
    """A definition: of which solution, and its name there."""

    origin: str  # one of the above, or `origin_of` a variant
    name: str
    is_base: bool = (
        False  # whether it is the reference's class, from which a variant derives its own
    )


@dataclass(frozen=True)
class Part:
    """One top-level definition."""

    name: str
    text: str
    uses: frozenset[str]
    identifiers: frozenset[str]
    bases: frozenset[str]  # of a class


@dataclass(frozen=True)
class Source:
    """The definitions of one solution, and what it imports."""

    parts: Mapping[str, Part]
    imports: Mapping[str, str]
    also_called: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Chunk:
    """Some definitions: of one exercise's object, or, if it is None, of several."""

    object_name: str | None
    text: str


@dataclass(frozen=True)
class MergedModule:
    """The text of a module in pieces, so that a notebook can be made of them too."""

    docstring: str
    imports: tuple[str, ...]
    chunks: tuple[Chunk, ...]


def origin_of(variant: Variant) -> str:
    """Return what a variant's definitions are told apart by."""
    return f"{variant.exercise}/{variant.name}"


class Materials:
    """One module's reference, stub and variants, taken apart."""

    def __init__(self, course: Course, module: Module) -> None:
        self.module = module
        self.objects = tuple(dict.fromkeys(e.object_name for e in module.exercises))
        self._reference_text = course.read(course.layout.reference(module))
        self.stub_text = course.read(course.layout.learners_file(module))
        self.variants = {origin_of(each): each for each in course.variants(module)}
        self.variants_of: dict[str, list[Variant]] = {e.name: [] for e in module.exercises}
        for variant in self.variants.values():
            self.variants_of[variant.exercise].append(variant)
        self.docstring = _docstring(self._reference_text)
        self._sources: dict[tuple[str, str], Source] = {}
        self._closures: dict[Key, list[Key]] = {}

    @cached_property
    def reference(self) -> Source:
        """The reference."""
        return _take_apart(self._reference_text)

    @cached_property
    def stub(self) -> Source:
        """What was handed out."""
        return _take_apart(self.stub_text)

    @cached_property
    def given(self) -> list[str]:
        """What was handed out to be used, and is no exercise."""
        return [name for name in self.stub.parts if name not in self.objects]

    def source(self, key: Key) -> Source:
        """Return the definitions of a solution, those of the reference left out."""
        if key.origin == REFERENCE:
            return self.reference
        if key.origin == STUB:
            return self.stub
        variant = self.variants.get(key.origin)
        place = (key.origin, "" if variant else key.name)
        if place not in self._sources:
            self._sources[place] = (
                self._variant(variant) if variant else Source({key.name: self._rewritten(key)}, {})
            )
        return self._sources[place]

    def _variant(self, variant: Variant) -> Source:
        name = self._object_of(variant)
        found = _take_apart(variant.source.removeprefix(self._reference_text))
        if variant.name == name:
            return found
        parts = {each: part for each, part in found.parts.items() if each != variant.name}
        return Source(parts, found.imports, {variant.name: name})

    def _rewritten(self, key: Key) -> Part:
        text = self.reference.parts[key.name].text
        body = {LOOP: ENDLESS, CRASH: ENDING}.get(key.origin)
        if body is None:
            path = self.shortcut(key.name)
            body = f"return {path}({', '.join(parameters_of(text))})"
        rewritten = with_body(text, body)
        return _take_apart(rewritten).parts[key.name]

    def is_function(self, name: str) -> bool:
        """Say whether an exercise's object is a function."""
        return self.reference.parts[name].text.startswith(("def ", "@"))

    def shortcut(self, name: str) -> str | None:
        """Return a call of numpy that the rules of an exercise forbid, or None."""
        exercise = next(e for e in self.module.exercises if e.object_name == name)
        rules = exercise.forbidden if self.is_function(name) else ()
        return next((rule for rule in rules if _is_call(rule)), None)

    def exercises_of(self, name: str) -> tuple[Exercise, ...]:
        """Return the exercises whose object is of this name."""
        return tuple(e for e in self.module.exercises if e.object_name == name)

    def closure(self, origin: str, name: str) -> list[Key]:
        """Return what a solution needs, in an order of definition, and itself at the end."""
        top = Key(origin, name)
        if top not in self._closures:
            found: dict[Key, None] = {}
            self._collect(top, found)
            order = [*self.reference.parts, *self.source(top).parts]
            rank = {each: index for index, each in enumerate(order)}
            self._closures[top] = sorted(
                found, key=lambda key: (key == top, not key.is_base, rank[key.name])
            )
        return self._closures[top]

    def _collect(self, key: Key, found: dict[Key, None]) -> None:
        if key in found:
            return
        found[key] = None
        for used in self.part(key).uses:
            needed = self.resolve(key, used)
            if needed is not None:
                self._collect(needed, found)
        base = self._base(key)
        if base is not None:
            self._collect(base, found)

    def _base(self, key: Key) -> Key | None:
        """Return the class of the reference that a variant's class derives from, or None.

        When a variant's classes are defined, the object's name is still that of the reference's.
        """
        if key.is_base or key.origin not in self.variants:
            return None
        name = self._object_of(self.variants[key.origin])
        return Key(key.origin, name, is_base=True) if name in self.part(key).bases else None

    def _object_of(self, variant: Variant) -> str:
        return next(e.object_name for e in self.module.exercises if e.name == variant.exercise)

    def part(self, key: Key) -> Part:
        """Return a definition."""
        own = self.source(key).parts
        if key.is_base or key.name not in own:
            return self.reference.parts[key.name]
        return own[key.name]

    def resolve(self, key: Key, used: str) -> Key | None:
        """Return what a name in a definition stands for, or None: an import, a builtin, a local."""
        if key.origin == STUB:
            return Key(REFERENCE, used) if used in self.given else None
        if key.origin == REFERENCE:
            return Key(REFERENCE, used) if used in self.reference.parts else None
        source = self.source(key)
        used = source.also_called.get(used, used)
        if used in source.parts:
            return Key(key.origin, used)
        if used not in self.reference.parts:
            return None
        # In the variant's module, what the variant redefines changes what the reference gives.
        is_changed = not source.parts.keys().isdisjoint(self._reached[used])
        return Key(key.origin if is_changed else REFERENCE, used)

    @cached_property
    def _reached(self) -> dict[str, set[str]]:
        """For each name of the reference, all that its definition uses, directly or not."""
        parts = self.reference.parts
        reached = {}
        for name in parts:
            found, new = {name}, [name]
            while new:
                used = {each for each in parts[new.pop()].uses if each in parts} - found
                found |= used
                new += used
            reached[name] = found
        return reached

    def imports(self, key: Key) -> Iterator[tuple[str, str]]:
        """Yield the names that a definition imports, each with the statement."""
        own = self.source(key).imports
        for used in sorted(self.part(key).uses):
            statement = own.get(used) or self.reference.imports.get(used)
            if statement is not None:
                yield used, statement

    def write(self, key: Key, names: Mapping[Key, str], style: Style) -> str:
        """Return the text of a definition, in which others have these names."""
        part = self.part(key)
        also_called = self.source(key).also_called
        renamed = {
            used: names[needed]
            for used in sorted(part.uses | set(also_called))
            if (needed := self.resolve(key, used)) is not None
        }
        base = self._base(key)
        renamed_base = (base.name, names[base]) if base is not None else None
        return restyled(part.text, tuple(renamed.items()), names[key], renamed_base, style)


def merge(
    materials: Mapping[str, Materials],
    chosen: Mapping[str, Mapping[str, str]],
    style: Style,
) -> dict[str, MergedModule]:
    """Merge the chosen solutions of a week.

    Parameters
    ----------
    materials : mapping
        Of each module of the week.
    chosen : mapping
        For each module that is to be made, where each of its objects comes from.
    style : Style
        How it is written. A stub stays as it was handed out.
    """
    names = _Names(materials)
    return {
        module: _merge_module(materials[module], origins, names, style)
        for module, origins in chosen.items()
    }


def _merge_module(
    materials: Materials, origins: Mapping[str, str], names: _Names, style: Style
) -> MergedModule:
    given = [key for name in materials.given for key in materials.closure(REFERENCE, name)]
    needed = {name: materials.closure(origins[name], name) for name in materials.objects}
    public = {Key(origin, name) for name, origin in origins.items()}
    users = Counter(key for keys in needed.values() for key in keys)
    keys = list(dict.fromkeys([*given, *(key for keys in needed.values() for key in keys)]))
    called = names.call(materials, keys, public)
    imports = dict(materials.stub.imports)
    for key in keys:
        imports |= dict(materials.imports(key))

    def write(key: Key) -> str:
        kept = Style(is_formatted_anew=False) if key.origin == STUB else style
        return materials.write(key, called, kept)

    chunks = [Chunk(None, write(key)) for key in dict.fromkeys(given) if key not in public]
    done = set(given) | public
    for name, closure in needed.items():
        helpers = [key for key in closure if key not in done]
        done |= set(helpers)
        shared = [key for key in helpers if users[key] > 1]
        own = [key for key in helpers if users[key] == 1]
        chunks += [Chunk(None, write(key)) for key in shared]
        chunks.append(Chunk(name, "\n\n\n".join(map(write, [*own, closure[-1]]))))
    return MergedModule(materials.docstring, tuple(dict.fromkeys(imports.values())), tuple(chunks))


class _Names:
    """Gives each definition of a week a name."""

    def __init__(self, materials: Mapping[str, Materials]) -> None:
        self.taken = set(BUILTINS)
        for each in materials.values():
            self.taken |= {*each.objects, *each.reference.parts, *each.reference.imports}

    def call(self, materials: Materials, keys: list[Key], public: set[Key]) -> dict[Key, str]:
        """Return the names of a module's definitions."""
        # A global name that is a local one somewhere would be out of reach there.
        locals_ = {name for key in keys for name in materials.part(key).identifiers}
        names = {}
        for key in keys:
            is_helper = key.origin == REFERENCE and key.name not in materials.objects
            if key in public or is_helper:
                names[key] = key.name
                continue
            if key.name not in self.taken:
                names[key] = key.name
            else:
                stem = f"plain_{key.name}" if key.name in materials.objects else key.name
                if key.is_base:
                    stem = f"Plain{key.name}"
                names[key] = next(
                    name
                    for name in _numbered(stem)
                    if name not in self.taken and name not in locals_
                )
            self.taken.add(names[key])
        return names


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}_{number}"
        number += 1


def _docstring(text: str) -> str:
    """Return a module's docstring as it is written there, or "" if there is none."""
    first = ast.parse(text).body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return "\n".join(text.split("\n")[first.lineno - 1 : first.end_lineno]) if is_text else ""


def _take_apart(text: str) -> Source:
    """Return the last definition of each name of a module, and its imports."""
    parts: dict[str, Part] = {}
    imports: dict[str, str] = {}
    lines = text.split("\n")
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            written = ast.unparse(statement)
            imports |= {alias.asname or alias.name: written for alias in statement.names}
        elif (name := _defined_by(statement)) is not None:
            parts.pop(name, None)
            parts[name] = _part(statement, lines, name)
    return Source(parts, imports)


def _defined_by(statement: ast.stmt) -> str | None:
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Expr() | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return None
    raise SuiteError(
        f"line {statement.lineno}: simulate cannot merge this: {ast.unparse(statement)}"
    )


def _part(statement: ast.stmt, lines: list[str], name: str) -> Part:
    nodes = list(ast.walk(statement))
    bases = statement.bases if isinstance(statement, ast.ClassDef) else []
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    return Part(
        name=name,
        text="\n".join(lines[first - 1 : statement.end_lineno]),
        uses=frozenset(node.id for node in nodes if isinstance(node, ast.Name)),
        identifiers=frozenset(
            node.id if isinstance(node, ast.Name) else node.arg
            for node in nodes
            if isinstance(node, ast.Name | ast.arg)
        ),
        bases=frozenset(base.id for base in bases if isinstance(base, ast.Name)),
    )


def _is_call(rule: str) -> bool:
    root, _, path = rule.partition(".")
    if root != "np" or not path:
        return False
    found: object = np
    for name in path.split("."):
        found = getattr(found, name, None)
    return callable(found)
