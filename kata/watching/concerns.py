"""Which exercises a change of a file concerns."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from exercises.catalogue import Exercise
from exercises.verdict import parse
from kata.definitions import spans


def changed_names(before: str, after: str) -> set[str] | None:
    """Return which definitions differ, or None where something else does: an import, say."""
    old, new = _texts(before), _texts(after)
    if old.pop("") != new.pop(""):
        return None
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def _texts(source: str) -> dict[str, str]:
    """Return the text of each definition, and under an empty name what is left of the file."""
    lines = source.replace("\r\n", "\n").split("\n")
    found: dict[str, str] = {}
    rest = list(lines)
    for name, places in spans(source).items():
        found[name] = "\n".join("\n".join(lines[first:end]) for first, end in places)
        for first, end in places:
            rest[first:end] = [""] * (end - first)
    told = (line.partition("#")[0].rstrip() for line in rest)
    return {**found, "": "\n".join(filter(None, told))}


def concerned(exercises: Sequence[Exercise], source: str, changed: set[str]) -> list[Exercise]:
    """Return the exercises of a file whose code reaches one of the names, at any distance."""
    try:
        tree = parse(source)
    except SyntaxError:
        return [exercise for exercise in exercises if exercise.object_name in changed]
    uses: dict[str, set[str]] = {}
    for node in tree.body:
        words = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        for name in _defined(node):
            uses.setdefault(name, set()).update(words)
    reached = set(changed)
    while more := {name for name in uses if uses[name] & reached} - reached:
        reached |= more
    return [exercise for exercise in exercises if exercise.object_name in reached]


def _defined(node: ast.stmt) -> set[str]:
    name = getattr(node, "name", None)
    if name is not None:
        return {name}
    return {
        each.id
        for each in ast.walk(node)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }
