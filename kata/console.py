"""Where commands write: `kata.screen.Screen` on a terminal, a pipe or a buffer, without pytest."""

from __future__ import annotations

import os
import shutil
from typing import TextIO

from kata.screen import Screen

# What the words of pytest's own writer mean to a terminal.
CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33}
IS_WINDOWS = os.name == "nt"
WIDEST = 100  # longer lines are hard to read


class Writer:
    """What `Screen` needs of a terminal writer."""

    def __init__(self, file: TextIO, *, has_colour: bool, width: int) -> None:
        self._file = file
        self.hasmarkup = has_colour
        self.fullwidth = width

    def line(self, text: str = "", **markup: bool) -> None:
        """Write one line."""
        codes = [str(CODES[name]) for name, is_on in markup.items() if is_on and name in CODES]
        if self.hasmarkup and codes and text:
            text = f"\x1b[{';'.join(codes)}m{text}\x1b[0m"
        self._file.write(text + "\n")

    def sep(self, sign: str, title: str) -> None:
        """Write a title across the width."""
        self.line(f"{f' {title} ':{sign}^{self.fullwidth}}")


def screen_on(file: TextIO) -> Screen:
    """Return a screen that writes to a file, in colour where that is a terminal that shows it."""
    width = min(WIDEST, shutil.get_terminal_size().columns)
    return Screen(Writer(file, has_colour=has_colour(file), width=width))


def has_colour(file: TextIO) -> bool:
    """Say whether a file is a terminal that shows colours, to somebody who wants them."""
    return file.isatty() and not os.environ.get("NO_COLOR") and is_clever_terminal()


def is_clever_terminal() -> bool:
    """Say whether the terminal understands more than lines of text."""
    if IS_WINDOWS:
        import colorama  # which pytest brings there

        colorama.just_fix_windows_console()
        return True
    return os.environ.get("TERM", "dumb") != "dumb"
