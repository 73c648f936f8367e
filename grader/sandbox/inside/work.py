"""How much a call does, counted in steps of Python instead of seconds.

Stand-alone. A step is a line of the learner's files, once for each time that it runs, or a call
that one of these lines makes of a Python function. So a loop over a million pairs takes a million
steps on every machine, and a matrix product a handful.

What C code does inside of one call is not counted. Nor is what follows a `sys.settrace` of the
learner's own: whoever ends the count so has won no more than the points for speed.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

_settrace = sys.settrace  # before the guards put their own in its place
SCRIPT_FILE = "script"  # what child.py calls the grader's scripts that drive a class
# Of the library, and what it makes of text; the learner's own files have a relative path.
OTHERS = ("/", "<frozen ", "<__array_function__")


class TooMuchWork(BaseException):
    """The call has used up its steps. No `Exception`, so that learners' handlers let it pass."""


class Bounded:
    """Stop the block after a number of steps; without a number, let it be.

    Attributes
    ----------
    is_used_up : bool
        Whether the block took more. It says so too where the learner's code caught the exception.
    """

    def __init__(self, steps: int | None) -> None:
        self.is_used_up = False
        self._left = steps

    def __enter__(self) -> Bounded:
        if self._left is not None:
            _settrace(self._enter_frame)
        return self

    def __exit__(self, *_: object) -> None:
        if self._left is not None:
            _settrace(None)

    def _enter_frame(self, frame: FrameType, event: str, arg: Any) -> Any:
        if _is_own(frame):
            self._step()
            return self._trace_line
        if frame.f_back is not None and _is_own(frame.f_back):
            self._step()
        return None

    def _trace_line(self, frame: FrameType, event: str, arg: Any) -> Any:
        if event == "line":
            self._step()
        return self._trace_line

    def _step(self) -> None:
        assert self._left is not None
        self._left -= 1
        if self._left < 0:
            self.is_used_up = True
            raise TooMuchWork


def _is_own(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    return not file.startswith(OTHERS) and file != SCRIPT_FILE
