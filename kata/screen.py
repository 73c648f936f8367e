"""Write lines to pytest's terminal: its width, its colours, and only signs that it can show."""

from __future__ import annotations

import textwrap
from typing import Any

PLAIN_SIGNS = {
    "✗": "x",
    "✓": "+",
    "·": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "†": "*",
    "█": "#",
    "░": ".",
    "×": "x",
    "−": "-",
    "→": "->",
}
NARROWEST = 40


class Screen:
    """Where the problems and the table go."""

    def __init__(self, terminal_writer: Any) -> None:
        self._writer = terminal_writer
        self.width = max(NARROWEST, int(terminal_writer.fullwidth))
        self.has_colour = bool(terminal_writer.hasmarkup)
        file = getattr(terminal_writer, "_file", None)
        self._encoding = getattr(file, "encoding", None) or "utf-8"

    def readable(self, text: str) -> str:
        """Return a text in signs that the terminal can show, such as `#` for a full block."""
        if _can_encode(text, self._encoding):
            return text
        for sign, plain in PLAIN_SIGNS.items():
            if not _can_encode(sign, self._encoding):
                text = text.replace(sign, plain)
        return text.encode(self._encoding, "replace").decode(self._encoding)

    def line(self, text: str = "", **markup: bool) -> None:
        """Write one line as it is."""
        self._writer.line(self.readable(text), **markup)

    def paragraph(self, text: str, *, first: str = "", rest: str = "", **markup: bool) -> None:
        """Write a text wrapped to the width, each of its own lines on a new one."""
        for number, own_line in enumerate(text.expandtabs(4).splitlines() or [""]):
            start = rest if number else first
            indent = rest + " " * (len(own_line) - len(own_line.lstrip()))
            wrapped = textwrap.wrap(
                own_line,
                self.width,
                initial_indent=start,
                subsequent_indent=indent,
                break_on_hyphens=False,
            )
            for line in wrapped or [start]:
                self.line(line, **markup)

    def clipped(self, text: str, **markup: bool) -> None:
        """Write one line, cut off at the width."""
        text = self.readable(" ".join(text.split("\n")))
        if len(text) > self.width:
            text = text[: self.width - 3] + "..."
        self._writer.line(text, **markup)

    def title(self, text: str) -> None:
        """Write a title across the width."""
        self._writer.sep("=", self.readable(text))


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
