"""What a sandboxed child prints: kept up to a cap, silently dropped after it.

Stand-alone. The descriptor is a memory file that the grader reads after the child's end, so there
is no reader that could be blocked, and what was printed before a crash is still there.
"""

from __future__ import annotations

import io
import os


class CappedOutput(io.TextIOBase):
    """A text stream that never raises because of too much output."""

    def __init__(self, descriptor: int, max_bytes: int) -> None:
        self._descriptor = descriptor
        self._left = max_bytes

    def write(self, text: str) -> int:
        """Write what still fits."""
        if self._left > 0:
            data = str(text)[: self._left].encode("utf-8", "replace")[: self._left]
            self._left -= len(data)
            try:
                os.write(self._descriptor, data)
            except OSError:  # the learner's code closed it or filled it: no more output then
                self._left = 0
        return len(text)

    def writable(self) -> bool:
        """Tell that this stream can be written."""
        return True

    def fileno(self) -> int:
        """Return the descriptor of the memory file."""
        return self._descriptor
