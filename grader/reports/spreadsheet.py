"""Tables for a spreadsheet, which must not run what learners called themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

# What begins a formula in Excel, LibreOffice or Google Sheets, or is dropped before one (OWASP, CSV
# injection); the last four are full-width forms of the first four.
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
QUOTE = "'"
# What ends a row or, where the decimal sign is a comma, a cell; the csv module leaves it bare.
SEPARATES = frozenset("\r;\t")


def as_text(text: str) -> str:
    """Return a cell that a spreadsheet shows and does not compute.

    A text that would begin a formula gets a single quote in front, and so does one that begins with
    a quote: whoever wants the original removes one leading quote, `cell.removeprefix("'")`, and is
    right for every cell.
    """
    return QUOTE + text if text.startswith((*BEGINS_A_FORMULA, QUOTE)) else text


def as_csv(rows: Iterable[Sequence[str | float]]) -> bytes:
    """Return a file of comma-separated values in UTF-8: every text escaped, numbers as they are."""
    text = io.StringIO()
    plain = csv.writer(text, lineterminator="\n")
    quoted = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    for row in rows:
        cells = [as_text(cell) if isinstance(cell, str) else cell for cell in row]
        is_bare = SEPARATES.isdisjoint("".join(map(str, cells)))
        (plain if is_bare else quoted).writerow(cells)
    return text.getvalue().encode("utf-8", "backslashreplace")
