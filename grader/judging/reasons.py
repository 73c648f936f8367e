"""Say why a hidden test failed, without giving away its inputs or the expected values.

A learner's code sees hidden inputs and could carry them out in the text of an exception. So the
text of an exception is shown only where Python or numpy wrote it (the last line is no `raise`),
without its digits, and the exception's class only where it is a builtin one.
"""

from __future__ import annotations

import re

import pytest

from grader.sandbox import LearnerFault
from kata.comparisons import Mismatch

MAX_TEXT = 160
NUMBER = re.compile(r"\d[\d.,e+-]*")
NOTE = re.compile(r"^(?P<place>[^:]+:\d+): (?P<line>.*)$")


def why_failed(error: BaseException) -> str:
    """Return one sentence for the learner."""
    if isinstance(error, Mismatch):
        return error.told
    if isinstance(error, LearnerFault):
        return f"your code {error}" if str(error)[:4] != "line" else str(error)
    if is_from_learner(error):
        return _learner_exception(error)
    if isinstance(error, pytest.fail.Exception):
        return "accepted what it should refuse: no exception was raised"
    if isinstance(error, AssertionError):
        return "the requirement does not hold"
    return f"returned something of an unexpected form ({type(error).__name__} on using it)"


def is_from_learner(error: BaseException) -> bool:
    """Tell whether an exception is the learner's own, brought out of the sandbox."""
    return getattr(error, "from_learner", False) is True


def is_todo(error: BaseException) -> bool:
    """Tell whether a test met code that is not written yet."""
    return is_from_learner(error) and isinstance(error, NotImplementedError)


def _learner_exception(error: BaseException) -> str:
    if is_todo(error):
        return "not written yet: it raises NotImplementedError"
    notes = [found for note in getattr(error, "__notes__", []) if (found := NOTE.match(note))]
    name = getattr(error, "stands_for", type(error).__name__)
    if not notes:
        return f"raised {name}"
    place, line = notes[-1]["place"], notes[-1]["line"]
    if line.startswith(("raise", "assert")) or "raise " in line:
        return f"raised {name} at {place}, in `{line}`"
    text = NUMBER.sub("…", str(error)).replace("\n", " ")[:MAX_TEXT]
    return f"raised {name}: {text} (at {place}, in `{line}`)"
