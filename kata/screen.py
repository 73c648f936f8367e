"""Write lines to pytest's terminal: its width, its colours, and only signs that it can show."""

from __future__ import annotations

import re
import textwrap
import unicodedata
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
    "←": "<-",
    "±": "+/-",
    "∓": "-/+",
    "ᵀ": "^T",
    "½": "1/2",
    "¼": "1/4",
    "√": "sqrt ",
    "‖": "||",
    "≤": "<=",
    "≥": ">=",
    "∞": "inf",
    "∂": "d",
    "ᾱ": "alpha_bar",
    "α": "alpha",
    "β": "beta",
    "ε": "eps",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "σ": "sigma",
    "Σ": "sum",
    "Φ": "Phi",
    "°": "deg ",
}
# A dot between two factors, unlike the one that stands for what is to do, and a root of a number.
TIMES = re.compile(r"(?<=\S)·(?=\S)")
POWER = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
PLAIN_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
ROOT = re.compile(r"√(\w+)")
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
        if not _can_encode("·", self._encoding):
            text = TIMES.sub("*", text)
        if not _can_encode("√", self._encoding):
            text = ROOT.sub(r"sqrt(\1)", text)
        text = POWER.sub(self._plain_power, text)
        for sign, plain in PLAIN_SIGNS.items():
            if not _can_encode(sign, self._encoding):
                text = text.replace(sign, plain)
        if not _can_encode("é", self._encoding):
            letters = unicodedata.normalize("NFKD", text)
            text = "".join(letter for letter in letters if not unicodedata.combining(letter))
        return text.encode(self._encoding, "replace").decode(self._encoding)

    def _plain_power(self, found: re.Match[str]) -> str:
        power = found[0]
        is_shown = _can_encode(power, self._encoding)
        return power if is_shown else f"^{power.translate(PLAIN_DIGITS)}"

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

    def clipped(self, text: str, *, tail: str = "", **markup: bool) -> None:
        """Write one line, of which all but the tail is cut off at the width."""
        text = self.readable(" ".join(text.split("\n")))
        room = self.width - len(tail)
        if len(text) > room:
            text = text[: room - 3] + "..."
        self._writer.line(text + tail, **markup)

    def coloured(self, text: str, colour: str) -> str:
        """Return a text in one of the colours of `exercises.verdict`, if the terminal has any."""
        markup = {"light" if colour == "dim" else colour: True}
        return str(self._writer.markup(text, **markup)) if self.has_colour else text

    def title(self, text: str) -> None:
        """Write a title across the width."""
        self._writer.sep("=", self.readable(text))


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
