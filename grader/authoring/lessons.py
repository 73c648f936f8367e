"""Cut a week's lesson, its `README.md`, into pieces that read well in a notebook.

What only makes sense beside the modules is left out or said otherwise: commands for a terminal, and
links to places that a notebook, which travels alone, does not reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exercises import Week
from exercises.layout import LEARNERS_PAGES
from grader.course import Course
from grader.errors import SuiteError

FENCE = "```"
HEADING = re.compile(r"(#+) +(.*)")
SECTION, RULE = "## ", "---"
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:)([^)#\s]*)[^)\s]*\)")
HOW_TO_WORK = re.compile(r"^How to work:.*?(?=\n\n)", re.M | re.S)
IN_A_NOTEBOOK = """\
How to work: run the first code cell below. Then read a lesson, write your answers where the cells
say so, run them, and run the `check` behind each: it says what is right, what is wrong and why.
The `score` behind that is where your points will stand once your work is graded. `hint("NAME")`
gives a nudge for the exercise of that name, `hint("NAME", 2)` a bigger one."""
WHAT_TO_DO = re.compile(r"(\*\*What to do\*\*) in `week\d/\w+\.py`")
IN_THE_NOTEBOOK = re.compile(r"^(?:pytest|kata hint|kata list)\b")  # check and hint are there
IN_A_TERMINAL = "In a terminal, with the learner copy and your functions in its modules:"


@dataclass(frozen=True)
class Text:
    """A piece of markdown."""

    markdown: str


@dataclass(frozen=True)
class Picture:
    """A picture that stands between two pieces of text."""

    path: Path
    says: str


Piece = Text | Picture


@dataclass(frozen=True)
class Lesson:
    """A week's lesson.

    Attributes
    ----------
    opening : sequence of Piece
        What stands before the first section.
    sections : mapping
        The pieces of each section, by its title; that of a module has the module's title.
    """

    opening: Sequence[Piece]
    sections: Mapping[str, Sequence[Piece]]


def read_lesson(week: Week, course: Course) -> Lesson:
    """Return the lesson of a week.

    Raises
    ------
    SuiteError
        If a module has no section, or a picture is missing.
    """
    path = course.root / week.name / "README.md"
    opening, *sections = _cut_at_headings(course.read(path), SECTION)
    found = {_title_of(text): tuple(_pieces(text, path)) for text in sections}
    lacking = [module for module in week.modules if module.title not in found]
    if lacking:
        raise SuiteError(f"{path}: has no section '## {lacking[0].title}' for a module's lesson")
    return Lesson(tuple(_pieces(opening, path)), found)


def _cut_at_headings(text: str, start: str) -> list[str]:
    parts: list[list[str]] = [[]]
    is_code = False
    for line in text.splitlines():
        is_code ^= line.startswith(FENCE)
        if line.startswith(start) and not is_code:
            parts.append([])
        parts[-1].append(line)
    return ["\n".join(lines) for lines in parts]


def _title_of(text: str) -> str:
    heading = HEADING.match(text)
    assert heading is not None
    return heading[2]


def _pieces(section: str, path: Path) -> Iterator[Piece]:
    for text in _cut_at_headings(section, "### "):
        text = HOW_TO_WORK.sub(lambda _: IN_A_NOTEBOOK, _without_commands(text))
        text = WHAT_TO_DO.sub(r"\1", text)
        end = 0
        for picture in PICTURE.finditer(text):
            yield from _text(text[end : picture.start()])
            file = path.parent / picture[2]
            if not file.is_file():
                raise SuiteError(f"{path}: shows {picture[2]}, which is not there")
            yield Picture(file, picture[1])
            end = picture.end()
        yield from _text(text[end:])


def _text(text: str) -> Iterator[Text]:
    lines = [line for line in text.splitlines() if line != RULE]
    markdown = LINK.sub(_without_link, "\n".join(lines)).strip()
    if markdown:
        yield Text(re.sub(r"\n{3,}", "\n\n", markdown))


def _without_link(link: re.Match[str]) -> str:
    page = next((page for page in LEARNERS_PAGES if link[2].endswith(page)), None)
    return link[1] + (f" (`{page}` in the learner copy)" if page else "")


def _without_commands(text: str) -> str:
    lines: list[str] = []
    block: list[str] | None = None
    for line in text.splitlines():
        if block is None:
            if line == f"{FENCE}sh":
                block = []
            else:
                lines.append(line)
        elif line == FENCE:
            lines += [IN_A_TERMINAL, "", f"{FENCE}sh", *block, FENCE] if block else []
            block = None
        elif not IN_THE_NOTEBOOK.match(line):
            block.append(line)
    return "\n".join(lines)
