"""Make the stubs that learners fill out of the reference solutions."""

from __future__ import annotations

import re

from grader.course import Course
from grader.errors import SuiteError
from grader.files import write_atomically

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
# The bracket or colon tells code from a docstring that speaks of "a class without documents".
DEFINITION = re.compile(r"\s*(?:def|class)\s+(\w+)\s*[(:]")


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


def stub_texts(course: Course) -> dict[str, str]:
    """Return the stub of each module, by its path relative to the course."""
    texts = {}
    for week in course.catalogue.weeks:
        for module in week.modules:
            path = course.layout.reference(module)
            text = make_stub(course.read(path), str(path.relative_to(course.root)))
            texts[str(course.layout.learners_file(module).relative_to(course.root))] = text
    return texts


def stale_stubs(course: Course) -> list[str]:
    """Return the stubs that differ from what their references would make."""
    return [
        name
        for name, text in stub_texts(course).items()
        if not (course.root / name).is_file() or course.read(course.root / name) != text
    ]


def write_stubs(course: Course) -> list[str]:
    """Write the stubs that are stale; return their names."""
    stale = stale_stubs(course)
    texts = stub_texts(course)
    for name in stale:
        write_atomically(course.root / name, texts[name].encode("utf-8"))
    return stale
