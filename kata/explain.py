"""Say in a few lines why a visible test failed, for someone who has never seen a traceback."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from exercises.catalogue import Exercise
from exercises.verdict import parse, stub_lines
from kata.comparisons import Mismatch, describe
from kata.learner import Call, EmptyStubError, LearnerError, UnreadableError
from kata.outcomes import Row
from kata.project import Project

MOST_FRAMES = 4
MOST_MESSAGE_LINES = 12
MOST_CHARACTERS = 600
LEFT_OVER = (
    "your code runs, and then meets the stub's `raise NotImplementedError`: is a `return` missing "
    "before it, or should that line go?"
)
DID_NOT_RAISE = re.compile(r"DID NOT RAISE (?:<class '(?:builtins\.)?)?(.+?)(?:'>)?$")

Failed: type[BaseException] = pytest.fail.Exception

# File, line and function.
Frame = tuple[str, int, str]


class RuleBrokenError(Exception):
    """The exercise uses what it should build from scratch; the text is the sentence to show."""

    def __init__(self, why: str, filename: str, line: int) -> None:
        super().__init__(why)
        self.filename = filename
        self.line = line


class NotRunError(Exception):
    """A test of the same exercise took too long, so this one was not tried."""


class TookTooLongError(Failed):  # type: ignore[misc, valid-type]
    """The time limit ended the test; `except Exception` in the learner's code does not catch it."""


@dataclass(frozen=True)
class Problem:
    """Why a test failed: a status of `exercises.verdict`, and the lines to show."""

    status: str
    rows: tuple[Row, ...]
    once_for: str = ""


@dataclass(frozen=True)
class FailedTest:
    """What is known of a test that failed."""

    project: Project
    exercise: Exercise
    test_file: Path
    calls: Sequence[Call]
    limit_s: float


def is_todo(error: BaseException, project: Project) -> bool:
    """Say whether an exception is a stub's `raise NotImplementedError`.

    One that is left over behind the learner's own code is none: that code is to be judged.
    """
    if not isinstance(error, NotImplementedError):
        return False
    if isinstance(error, EmptyStubError):
        return True
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames or not project.is_learners_file(frames[-1][0].f_code.co_filename):
        return False
    code, line = frames[-1][0].f_code, frames[-1][1]
    try:
        tree = parse(project.source_of(code.co_filename))
    except (OSError, SyntaxError, ValueError):
        return True  # changed since it was loaded: then what it was counts
    return any(first <= line <= last for first, last in stub_lines(tree))


def is_left_over(error: BaseException, project: Project) -> bool:
    """Say whether a stub's last line still stands behind the learner's own code."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return (
        isinstance(error, NotImplementedError)
        and bool(frames)
        and project.is_learners_file(frames[-1][0].f_code.co_filename)
        and not is_todo(error, project)
    )


def missing_piece(error: BaseException, exercise: Exercise, project: Project) -> str:
    """Return the other exercise whose stub was reached, or an empty text."""
    if isinstance(error, EmptyStubError):
        reached = error.function
    else:
        frame = list(traceback.walk_tb(error.__traceback__))[-1][0]
        reached = frame.f_code.co_qualname.split(".")[0]
    if reached == exercise.object_name:
        return ""
    week = project.catalogue.week(exercise.week)
    others = week.exercises if week else ()
    return next((other.name for other in others if other.object_name == reached), "")


def explain(error: BaseException, test: FailedTest) -> Problem:
    """Return the status and the message of a test that raised `error`."""
    if isinstance(error, UnreadableError):
        return _explain_unreadable(error, test)
    if isinstance(error, LearnerError):
        return Problem("missing", (("", str(error)),), once_for=str(error))
    if isinstance(error, RuleBrokenError):
        return Problem("forbidden", _rows_of_rule(error, test), once_for=str(error))
    if isinstance(error, NotRunError):
        return Problem("not_run", (("", str(error)),), once_for=str(error))
    if isinstance(error, TookTooLongError):
        return Problem("timeout", _rows_of_timeout(error, test))
    if isinstance(error, Mismatch):
        return Problem("failed", _rows_of_mismatch(error, test))
    if isinstance(error, AssertionError | Failed) and not _learners_rows(error, test.project):
        return Problem("failed", _rows_of_assertion(error, test))
    return Problem("failed", _rows_of_exception(error, test))


def _explain_unreadable(error: UnreadableError, test: FailedTest) -> Problem:
    cause = error.__cause__
    rows: tuple[Row, ...] = (("", f"{error}, so none of its exercises could be checked:"),)
    if isinstance(cause, SyntaxError):
        rows += _rows_of_syntax_error(cause, test.project)
    elif isinstance(cause, TookTooLongError):
        rows += (("", _timeout_sentence(test)), *_learners_rows(cause, test.project, "stuck at"))
    elif cause is not None:
        rows += (("raised", _type_and_message(cause)), *_learners_rows(cause, test.project))
    return Problem("unreadable", rows, once_for=str(error))


def _rows_of_syntax_error(error: SyntaxError, project: Project) -> tuple[Row, ...]:
    # Python prints the place, then the source line and the caret, then the message.
    printed = "".join(traceback.format_exception_only(error)).splitlines()
    code = [line for line in printed[:-1] if not line.lstrip().startswith("File ")]
    filename = error.filename or ""
    place = project.place_in(filename, error.lineno) if error.lineno else project.short(filename)
    return (
        ("at", "\n".join([place, *code])),
        ("", f"{type(error).__name__}: {_clipped(error.msg)}"),
    )


def _rows_of_rule(error: RuleBrokenError, test: FailedTest) -> tuple[Row, ...]:
    frame = (error.filename, error.line, "<module>")
    is_known = error.filename and error.line
    return (("", str(error)), *_frame_rows([frame] if is_known else [], test.project))


def _rows_of_timeout(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    return (
        ("", _timeout_sentence(test)),
        *_call_rows(test.calls[-1:]),
        *_learners_rows(error, test.project, "stuck at"),
    )


def _timeout_sentence(test: FailedTest) -> str:
    return f"it took longer than {test.limit_s:g} s: is there a loop that never ends?"


def _rows_of_mismatch(error: Mismatch, test: FailedTest) -> tuple[Row, ...]:
    rows: tuple[Row, ...] = (("", error.summary), *_call_rows(_call_compared(error, test.calls)))
    for line in error.details:
        label, separator, text = line.partition("  ")
        is_labelled = bool(separator) and len(label) <= len("expected")
        rows += ((label, text.strip()),) if is_labelled else (("", line),)
    return rows


def _call_compared(error: Mismatch, calls: Sequence[Call]) -> Sequence[Call]:
    """Return the call whose result was compared: not always the last one of the test."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if "actual" in frame.f_locals:
            actual = frame.f_locals["actual"]
            same = [call for call in calls if call.has_returned and call.result is actual]
            return same[-1:] or calls[-1:]
    return calls[-1:]


def _rows_of_assertion(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    call = test.calls[-1:]
    message = getattr(error, "msg", None) or str(error)
    expected = DID_NOT_RAISE.match(message)
    if expected:
        return (
            ("", f"no error was raised, expected {expected[1]}"),
            *_call_rows(call),
            *_result_rows(call),
        )
    lines = [line for line in message.splitlines() if not re.search(r"= learner\.\w+$", line)]
    return (("", "\n".join(_bounded(lines or ["it does not hold"]))), *_call_rows(call))


def _rows_of_exception(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    calls = test.calls[-1:]
    raised = ("raised", _type_and_message(error))
    learners_rows = _learners_rows(error, test.project)
    if is_left_over(error, test.project):
        return (("", LEFT_OVER), *_call_rows(calls), *learners_rows)
    if learners_rows:
        return (*_call_rows(calls), raised, *learners_rows)
    # Nothing of the learner's was running: the test could not use what came back.
    in_test = _frames_of(error, lambda name: Path(name) == test.test_file)
    return (*_call_rows(calls), *_result_rows(calls), raised, *_frame_rows(in_test, test.project))


def _call_rows(calls: Sequence[Call]) -> tuple[Row, ...]:
    return tuple(("call", str(call)) for call in calls)


def _result_rows(calls: Sequence[Call]) -> tuple[Row, ...]:
    return tuple(("got", describe(call.result)) for call in calls if call.has_returned)


def _learners_rows(error: BaseException, project: Project, label: str = "at") -> tuple[Row, ...]:
    return _frame_rows(_frames_of(error, project.is_learners_file), project, label)


def _frames_of(error: BaseException, is_wanted: Callable[[str], bool]) -> list[Frame]:
    return [
        (code.co_filename, line, code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if is_wanted((code := frame.f_code).co_filename)
    ]


def _frame_rows(frames: Sequence[Frame], project: Project, label: str = "at") -> tuple[Row, ...]:
    if not frames:
        return ()
    lines = []
    for index, (filename, line, function) in enumerate(frames):
        n_left_out = len(frames) - MOST_FRAMES
        if n_left_out > 0 and MOST_FRAMES // 2 <= index < len(frames) - MOST_FRAMES // 2:
            if index == MOST_FRAMES // 2:
                lines.append(f"… {n_left_out} more calls …")
            continue
        linecache.checkcache(filename)
        place = project.place_in(filename, line)
        lines.append(place if function == "<module>" else f"{place} in {function}")
        lines.append(f"    {linecache.getline(filename, line).strip()}")
    return ((label, "\n".join(lines)),)


def _type_and_message(error: BaseException) -> str:
    try:
        message = str(error)
    except Exception:  # the learner's own exception class
        message = "(its message cannot be shown)"
    name = type(error).__name__
    return "\n".join(_bounded(_clipped(f"{name}: {message}" if message else name).splitlines()))


def _clipped(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _bounded(lines: Sequence[str]) -> list[str]:
    n_more = len(lines) - MOST_MESSAGE_LINES
    more = [f"… {n_more} more lines"] if n_more > 0 else []
    return [*map(_clipped, lines[:MOST_MESSAGE_LINES]), *more]
