"""One module of a learner, as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.cells import Cells

LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Source:
    """One module of a submission, and what the sandbox needs to know about it.

    Attributes
    ----------
    siblings : mapping
        The texts of the week's other modules, which this one may import.
    cells : Cells, optional
        Of the week's notebook, if one was handed in.
    in_notebook : frozenset of str
        Names of the modules whose text is the notebook's. The module is the notebook itself if it
        is called like the week.
    """

    week: str
    name: str
    text: str
    stub: str = ""
    objects: tuple[str, ...] = ()
    rules: Mapping[str, Sequence[str]] = field(default_factory=dict)
    siblings: Mapping[str, str] = field(default_factory=dict)
    cells: Cells | None = None
    in_notebook: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """How tracebacks in the sandbox call the file."""
        return f"{self.week}/{self.name}.py"

    @property
    def is_notebook(self) -> bool:
        """Whether this is a whole notebook, which serves several modules."""
        return self.cells is not None and self.name == self.week

    @property
    def shown_label(self) -> str:
        """How learners know the file."""
        return self.cells.notebook if self.cells and self.is_notebook else self.label

    def place(self, label: str, number: int) -> str:
        """Say where a line is, as learners know the file."""
        name = label.rpartition("/")[2].removesuffix(".py")
        if self.cells and (name in self.in_notebook or (self.is_notebook and label == self.label)):
            return f"{self.cells.notebook}, {self.cells.place(number)}"
        return f"{label}:{number}"

    def line_number(self, number: int) -> str:
        """Say where a line of this module is, without the name of its file."""
        if self.cells and self.is_notebook:
            return self.cells.place(number)
        return f"line {number}"

    def line(self, label: str, number: int) -> str | None:
        """Return a line of the module or of a sibling, None if there is no such line."""
        lines = self._lines.get(label, [])
        return lines[number - 1].strip() if 1 <= number <= len(lines) else None

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        texts = {f"{self.week}/{name}.py": text for name, text in self.siblings.items()}
        texts[self.label] = self.text
        return {label: LINE_BREAK.split(text) for label, text in texts.items()}
