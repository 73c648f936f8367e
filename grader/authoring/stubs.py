"""Make the stubs that learners fill out of the reference solutions and the catalogue."""

from __future__ import annotations

import ast
import fnmatch
import re
import textwrap
from collections.abc import Sequence

import numpy as np

from exercises import Exercise
from grader.authoring.quizzes import quiz_texts
from grader.course import Course
from grader.errors import SuiteError
from grader.files import write_atomically
from kata.rules import ban

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
# The bracket or colon tells code from a docstring that speaks of "a class without documents".
DEFINITION = re.compile(r"\s*(?:def|class)\s+(\w+)\s*[(:]")
SECTION = re.compile(r"\s*-{3,}")  # the line below a heading of numpydoc
WIDTH = 100


def make_stub(reference: str, path: str) -> str:
    """Return a reference's text with each solution block replaced by `raise NotImplementedError`.

    Raises
    ------
    SuiteError
        If the markers do not pair up.
    """
    lines: list[str] = []
    name, begun = "this", 0
    for number, line in enumerate(reference.splitlines(), start=1):
        if found := DEFINITION.match(line):
            name = found.group(1)
        if line.strip() == BEGIN:
            if begun:
                raise SuiteError(
                    f"{path}:{number}: a solution begins inside another (line {begun})"
                )
            begun = number
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(f'{indent}raise NotImplementedError("{name} is yours to write")')
        elif line.strip() == END:
            if not begun:
                raise SuiteError(f"{path}:{number}: a solution ends that did not begin")
            begun = 0
        elif not begun:
            lines.append(line)
    if begun:
        raise SuiteError(f"{path}:{begun}: a solution begins and does not end")
    return "\n".join(lines) + "\n"


def with_rules(stub: str, exercises: Sequence[Exercise]) -> str:
    """Return a module in whose docstrings stands what the exercises forbid, before the sections."""
    lines = stub.splitlines()
    definitions = [
        node for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    for node in reversed(definitions):  # so that the lines of those before keep their numbers
        own = [each for each in exercises if each.object_name == node.name]
        rules = [rule for exercise in own for rule in exercise.forbidden]
        if rules:
            docstring = node.body[0]
            end = docstring.end_lineno or docstring.lineno
            lines[docstring.lineno - 1 : end] = _with_sentence(
                lines[docstring.lineno - 1 : end], do_without(rules)
            )
    return "\n".join(lines) + "\n"


def _with_sentence(docstring: Sequence[str], sentence: str) -> list[str]:
    """Return the lines of a docstring with one more paragraph: before its sections, or at its end.

    The paragraph is indented as the docstring is.
    """
    indent = docstring[0][: len(docstring[0]) - len(docstring[0].lstrip())]
    paragraph = textwrap.wrap(sentence, WIDTH, initial_indent=indent, subsequent_indent=indent)
    dashes = [n for n, line in enumerate(docstring) if SECTION.fullmatch(line)]
    if dashes:
        before = dashes[0] - 1
        return [*docstring[:before], *paragraph, "", *docstring[before:]]
    *text, last = "\n".join(docstring).removesuffix('"""').rstrip().split("\n")
    return [*text, last, "", *paragraph, f'{indent}"""']


def do_without(forbidden: Sequence[str]) -> str:
    """Return the rules of an exercise as a sentence."""
    names = [
        name
        for rule in forbidden
        for name in _spelled_out(rule)
        if not any(name.startswith(f"{other}.") for other in forbidden)
    ]
    others = [
        name
        for name in ban(tuple(forbidden)).elsewhere
        if name.partition(".")[0] not in ("operator", "_operator")
    ]
    such_as = f", such as {_listed(others)}" if others else ""
    return (
        f"From scratch: do without {_listed(names)}, and without what does the same job under "
        f"another name{such_as}."
    )


def _spelled_out(rule: str) -> list[str]:
    """Return the names that a rule with a star stands for."""
    room, _, pattern = rule.rpartition(".")
    if "*" not in pattern:
        return [rule]
    return [f"{room}.{name}" for name in fnmatch.filter(dir(np.linalg), pattern)]


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join([*([", ".join(quoted[:-1])] if quoted[1:] else []), quoted[-1]])


def stub_texts(course: Course) -> dict[str, str]:
    """Return the stub of each module, by its path relative to the course."""
    texts = {}
    for week in course.catalogue.weeks:
        for module in week.modules:
            path = course.layout.reference(module)
            text = make_stub(course.read(path), str(path.relative_to(course.root)))
            name = str(course.layout.learners_file(module).relative_to(course.root))
            texts[name] = with_rules(text, module.exercises)
    return texts


def generated_texts(course: Course) -> dict[str, str]:
    """Return all that is made of references and of the sources of quizzes, by its path."""
    return {**stub_texts(course), **quiz_texts(course)}


def stale_stubs(course: Course) -> list[str]:
    """Return what differs from what its source would make."""
    return list(_stale(course))


def write_stubs(course: Course) -> list[str]:
    """Write what is stale; return the names."""
    stale = _stale(course)
    for name, text in stale.items():
        write_atomically(course.root / name, text.encode("utf-8"))
    return list(stale)


def _stale(course: Course) -> dict[str, str]:
    return {
        name: text
        for name, text in generated_texts(course).items()
        if not (course.root / name).is_file() or course.read(course.root / name) != text
    }
