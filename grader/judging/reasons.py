"""Say why a hidden test failed, without giving away its inputs or the expected values.

A learner's code sees hidden inputs and could carry them out in whatever it answers. What may be
told of an answer is settled where it leaves the sandbox (`grader/sandbox/answers.py`), and of a
result where it is compared (`Mismatch.told`); here the two become one sentence.
"""

from __future__ import annotations

import pytest

from grader.sandbox.answers import Raised, raised
from grader.sandbox.faults import LearnerFault
from kata.comparisons import Mismatch


def why_failed(error: BaseException) -> str:
    """Return one sentence for the learner."""
    if isinstance(error, Mismatch):
        return error.told
    if isinstance(error, LearnerFault):
        begins_with_place = str(error).startswith(("line ", "code cell "))
        return str(error) if begins_with_place else f"your code {error}"
    learners = raised(error)
    if learners is not None:
        return _raised_sentence(learners)
    if isinstance(error, pytest.fail.Exception):
        return "accepted what it should refuse: no exception was raised"
    if isinstance(error, AssertionError):
        return "the requirement does not hold"
    return f"returned something of an unexpected form ({type(error).__name__} on using it)"


def is_todo(error: BaseException) -> bool:
    """Tell whether a test met code that is not written yet."""
    found = raised(error)
    return found is not None and found.name == "NotImplementedError" and found.is_stub


def _raised_sentence(error: Raised) -> str:
    if error.name == "NotImplementedError" and error.is_stub:
        return "not written yet: it raises NotImplementedError"
    if error.name == "NotImplementedError":
        return (
            f"your code runs, and then meets the stub's `raise NotImplementedError` at "
            f"{error.place}: is a `return` missing before it, or should that line go?"
        )
    words = f": {error.words}" if error.words else ""
    if not error.place:
        return f"raised {error.name}{words}"
    if error.line.startswith(("raise", "assert")) or "raise " in error.line:
        return f"raised {error.name} at {error.place}, in `{error.line}`"
    return f"raised {error.name}{words} (at {error.place}, in `{error.line}`)"
