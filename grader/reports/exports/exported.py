"""What one format makes of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Exported:
    """The content of a file, or of a folder's files by path, and what a person must know of it.

    Attributes
    ----------
    left_out : tuple of str
        What has no place in it, each with its reason and what to do.
    notes : tuple of str
        What the reader of the format will do that may surprise.
    next_step : str
        What to do with the file.
    """

    content: bytes | Mapping[str, bytes]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    next_step: str = ""
