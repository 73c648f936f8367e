"""What a sandboxed child prints: kept up to a cap, silently dropped after it.

Stand-alone. The descriptor is a memory file that the grader reads after the child's end, so there
is no reader that could be blocked, and what was printed before a crash is still there.
"""

from __future__ import annotations

import io
import os
from typing import Any


class CappedBytes(io.RawIOBase):
    """The stream of bytes under a text stream, for those who write to it."""

    def __init__(self, descriptor: int, max_bytes: int) -> None:
        self._descriptor = descriptor
        self.left = max_bytes

    def write(self, data: Any) -> int:
        """Write what still fits."""
        fitting = bytes(data[: self.left])
        self.left -= len(fitting)
        try:
            os.write(self._descriptor, fitting)
        except OSError:  # the learner's code closed it or filled it: no more output then
            self.left = 0
        return len(data)

    def writable(self) -> bool:
        """Tell that this stream can be written."""
        return True


class CappedOutput(io.TextIOBase):
    """A text stream that never raises because of too much output."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, descriptor: int, max_bytes: int) -> None:
        self._descriptor = descriptor
        self.buffer = CappedBytes(descriptor, max_bytes)

    def write(self, text: str) -> int:
        """Write what still fits."""
        self.buffer.write(str(text)[: self.buffer.left].encode("utf-8", "replace"))
        return len(text)

    def reconfigure(self, **options: object) -> None:
        """Change nothing: learners ask for UTF-8 here, which it is."""

    def writable(self) -> bool:
        """Tell that this stream can be written."""
        return True

    def fileno(self) -> int:
        """Return the descriptor of the memory file."""
        return self._descriptor
