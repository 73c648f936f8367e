"""Show text that others wrote: as it is, and without obeying it."""

from __future__ import annotations

UNPRINTABLE = "?"
CUT = "…"


def printable(text: str, length: int | None = None) -> str:
    """Return a text in one line that moves no cursor and turns no writing direction.

    Control and format characters (escapes, line ends, bidirectional controls) and what no encoding
    can write (halves of a surrogate pair) become `?`. Rich's markup and emoji codes are plain text
    here: print them as `rich.text.Text`, which reads neither.

    Parameters
    ----------
    text : str
        What to show: a name, a sentence.
    length : int, optional
        Where to cut it, with a sign that it was cut.
    """
    if length is not None and len(text) > length:
        text = text[: length - len(CUT)] + CUT
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else UNPRINTABLE for c in text)
