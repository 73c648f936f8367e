"""Where the lines of a text stand in the notebook that it was made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cells:
    """What is known of a text that joins the code cells of a notebook.

    Attributes
    ----------
    notebook : str
        The file's name.
    places : tuple of (int, int)
        For each line of the text the number of its code cell, and its line in it.
    risky : tuple of (int, int)
        First and last lines, in the text, of the statements that may raise, or never end. As in a
        kernel, such a statement costs no other.
    """

    notebook: str
    places: tuple[tuple[int, int], ...]
    risky: tuple[tuple[int, int], ...]

    def place(self, number: int) -> str:
        """Say where a line of the text is, without the notebook's name."""
        if not 1 <= number <= len(self.places):
            return ""
        cell, line = self.places[number - 1]
        return f"code cell {cell}, line {line}"
