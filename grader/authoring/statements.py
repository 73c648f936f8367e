"""Take a module's reference apart: what each exercise asks for, and what is given."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exercises import Module
from grader.course import Course
from grader.errors import SuiteError

UNDERLINE = re.compile(r"-{3,}")
ENTRIES = ("Parameters", "Returns", "Raises", "Attributes")  # sections made of terms
CODE = re.compile(r"(`+[^`]+`+)")
SPECIAL = re.compile(r"([*_<\\])")
ALREADY_THERE = "import numpy as np"  # the notebook's setup has it
_Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Part:
    """The function or class that one or more exercises ask for.

    Attributes
    ----------
    statement : str
        Its docstring, as markdown.
    source : str
        Its source, with the solutions between their markers, and with the first line of the
        docstring only: the rest is in the statement.
    """

    statement: str
    source: str


@dataclass(frozen=True)
class ReadModule:
    """A module, taken apart.

    Attributes
    ----------
    notes : str
        What its docstring says behind the first line, as markdown.
    given : str
        Imports, constants and helpers that stand outside the exercises.
    parts : dict
        What the exercises ask for, by the name in the code.
    names : frozenset
        All that the module defines.
    """

    notes: str
    given: str
    parts: dict[str, Part]
    names: frozenset[str]


def read_module(module: Module, course: Course) -> ReadModule:
    """Take the reference of a module apart.

    Raises
    ------
    SuiteError
        If it lacks what an exercise asks for.
    """
    path = course.layout.reference(module)
    text = course.read(path)
    lines = text.splitlines()
    tree = ast.parse(text)
    asked = {exercise.object_name for exercise in module.exercises}
    parts: dict[str, Part] = {}
    given: list[str] = []
    for node, source in _segments(tree.body, lines):
        if isinstance(node, _Definition) and node.name in asked:
            parts[node.name] = Part(as_markdown(ast.get_docstring(node)), _shortened(node, source))
        elif source != ALREADY_THERE and not _is_text(node):
            given.append(source)
    if lacking := sorted(asked - set(parts)):
        raise SuiteError(f"{path}: has no {lacking[0]}, which the catalogue asks for")
    _, _, notes = (ast.get_docstring(tree) or "").partition("\n")
    return ReadModule(
        notes=as_markdown(notes),
        given=_joined(given),
        parts=parts,
        names=frozenset(node.name for node in tree.body if isinstance(node, _Definition)),
    )


def as_markdown(docstring: str | None) -> str:
    """Return a numpydoc docstring as markdown."""
    blocks = []
    for title, lines in _sections(inspect.cleandoc(docstring or "").splitlines()):
        if title == "Examples":
            blocks.append("\n".join(["**Examples**", "", "```python", *lines, "```"]))
        elif title in ENTRIES:
            blocks.append("\n".join([f"**{title}**", "", *_entries(lines)]))
        else:
            blocks += [f"**{title}**"] if title else []
            blocks.append(_prose(lines))
    return "\n\n".join(block for block in blocks if block.strip())


def _segments(body: Sequence[ast.stmt], lines: Sequence[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each statement with its text, decorators and comments in front included."""
    starts = []
    for node in body:
        decorators = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
        while start and lines[start - 1].startswith("#"):
            start -= 1
        starts.append(start)
    ends = [*starts[1:], len(lines)]
    for node, start, end in zip(body, starts, ends, strict=True):
        yield node, "\n".join(lines[start:end]).rstrip()


def _shortened(node: _Definition, source: str) -> str:
    """Return the source of a definition with one line left of its docstring."""
    docstring = ast.get_docstring(node, clean=False)
    if docstring is None or "\n" not in docstring:
        return source
    first = docstring.splitlines()[0]
    return source.replace(f'"""{docstring}"""', f'"""{first}"""', 1)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _joined(segments: Sequence[str]) -> str:
    """Return top-level statements one below the other, with room around definitions."""
    text = ""
    for segment in segments:
        is_line = "\n" not in segment and "\n" not in text
        text += ("" if not text else "\n" if is_line else "\n\n\n") + segment
    return text


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    title, found = "", list[str]()
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if line and UNDERLINE.fullmatch(following):
            yield title, _stripped(found)
            title, found = line, []
        elif not UNDERLINE.fullmatch(line):
            found.append(line)
    yield title, _stripped(found)


def _stripped(lines: Sequence[str]) -> list[str]:
    return "\n".join(lines).strip("\n").splitlines()


def _entries(lines: Sequence[str]) -> Iterator[str]:
    """Turn each term and what is said of it into an item of a list."""
    for line in lines:
        if line.startswith(" "):
            yield f"  {_escaped(line.strip())}"
        elif line:
            name, colon, kind = line.partition(" : ")
            yield f"- `{name}`{colon}{_escaped(kind)}  "  # two spaces break the line


def _prose(lines: Sequence[str]) -> str:
    # What is indented is a formula or a table: code, for markdown as well.
    return "\n".join(line if line.startswith("    ") else _escaped(line) for line in lines)


def _escaped(text: str) -> str:
    """Return a line in which nothing but code between backticks is special to markdown."""
    pieces = CODE.split(text)
    return "".join(
        piece if number % 2 else SPECIAL.sub(r"\\\1", piece) for number, piece in enumerate(pieces)
    )
