"""Where what a file defines stands in it: by its syntax, or by its lines where that is broken."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

from exercises.verdict import parse

# The first line of a definition and the line behind its last, counted from 0.
Span = tuple[int, int]

BEGINS = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")


def spans(source: str) -> Mapping[str, Sequence[Span]]:
    """Return the lines of all that a file defines at its top, decorators included."""
    try:
        tree = parse(source)
    except SyntaxError:
        return _spans_of_lines(source.replace("\r\n", "\n").split("\n"))
    found: dict[str, list[Span]] = {}
    for node in tree.body:
        for name in _names(node):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(each.lineno for each in decorators)])
            found.setdefault(name, []).append((first - 1, node.end_lineno or node.lineno))
    return found


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _spans_of_lines(lines: Sequence[str]) -> Mapping[str, Sequence[Span]]:
    """Take a definition to end before the next line that is neither indented nor a bracket."""
    found: dict[str, list[Span]] = {}
    for index, line in enumerate(lines):
        begins = BEGINS.match(line)
        if begins is None:
            continue
        first = index
        while first > 0 and lines[first - 1].startswith("@"):
            first -= 1
        end = index + 1
        while end < len(lines) and (not lines[end] or lines[end][0] in " \t)]}"):
            end += 1
        while end > index + 1 and not lines[end - 1].strip():
            end -= 1
        found.setdefault(begins[1], []).append((first, end))
    return found
