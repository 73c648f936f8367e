"""Bound how much a call does, counted in lines of Python instead of seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from kata.comparisons import Mismatch


@contextmanager
def work_limit(n_lines: int) -> Iterator[None]:
    """Fail as soon as the block has run more lines of Python, each as often as it is run.

    A loop over a million pairs takes a million lines on every machine, a matrix product a handful.
    Nothing is counted while a debugger is at work: there is only one place for the two.
    """
    __tracebackhide__ = True
    if sys.gettrace() is not None:
        yield
        return
    count = _Count(n_lines)
    sys.settrace(count.enter_frame)
    try:
        yield
    finally:
        sys.settrace(None)
    if count.n_left < 0:  # the code has caught what should have stopped it
        raise count.mismatch()


class _Count:
    def __init__(self, n_lines: int) -> None:
        self.n_lines = self.n_left = n_lines

    def mismatch(self) -> Mismatch:
        return Mismatch(
            f"it ran more than {self.n_lines:,} lines of Python: let numpy compute with whole "
            "arrays instead of looping over their entries"
        )

    def enter_frame(self, frame: FrameType, event: str, arg: Any) -> Any:
        return self._trace_line

    def _trace_line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self.n_left -= 1
            if self.n_left < 0:
                raise self.mismatch()
        return self._trace_line
