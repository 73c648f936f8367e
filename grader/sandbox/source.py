"""One module of a learner, as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Source:
    """One module of a submission, and what the sandbox needs to know about it."""

    week: str
    name: str
    text: str
    stub: str = ""
    objects: tuple[str, ...] = ()
    rules: Mapping[str, Sequence[str]] = field(default_factory=dict)
    siblings: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How tracebacks call the file."""
        return f"{self.week}/{self.name}.py"

    def line(self, label: str, number: int) -> str | None:
        """Return a line of the module or of a sibling, None if there is no such line."""
        texts = {f"{self.week}/{name}.py": text for name, text in self.siblings.items()}
        texts[self.label] = self.text
        lines = LINE_BREAK.split(texts[label]) if label in texts else []
        return lines[number - 1].strip() if 1 <= number <= len(lines) else None
