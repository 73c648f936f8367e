"""Say in a few lines why a visible test failed, for someone who has never seen a traceback."""

from __future__ import annotations

import ast
import linecache
import re
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np
import pytest

from exercises.catalogue import Exercise
from exercises.verdict import is_stub, parse, stub_lines
from kata.comparisons import Mismatch, describe
from kata.learner import Call, EmptyStubError, LearnerError, UnreadableError
from kata.outcomes import Row
from kata.project import Project
from kata.statements import (
    Definition,
    expected_error,
    lines_of_definitions,
    shapes_at,
    steps_to,
)

MOST_FRAMES = 4
MOST_MESSAGE_LINES = 12
MOST_CHARACTERS = 600
LEFT_OVER = (
    "your code runs, and then meets a `raise NotImplementedError`: is a `return` missing before "
    "it, or should that line go?"
)
ABOUT_SHAPES = re.compile(r"broadcast|core dimension|shape|dimension", re.I)
FIRST_WRONG = re.compile(r"first at \[(\d+)")
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
    measured: str = ""


@dataclass(frozen=True)
class FailedTest:
    """What is known of a test that failed."""

    project: Project
    exercise: Exercise
    test_file: Path
    calls: Sequence[Call]
    limit_s: float

    def frame_in_test(self, error: BaseException) -> tuple[FrameType, int] | None:
        """Return where the test itself was when it failed, and the line."""
        for frame, line in traceback.walk_tb(error.__traceback__):
            if Path(frame.f_code.co_filename) == self.test_file:
                return frame, line
        return None

    def source(self) -> str:
        """Return the text of the test's file."""
        return self.test_file.read_text(encoding="utf-8")


def is_todo(error: BaseException, project: Project) -> bool:
    """Say whether an exception is a stub's `raise NotImplementedError`.

    One that is left over behind the learner's own code is none, nor is one in a helper of the
    learner's: that code is to be judged.
    """
    if not isinstance(error, NotImplementedError):
        return False
    if isinstance(error, EmptyStubError):
        return True
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames or not project.is_learners_file(frames[-1][0].f_code.co_filename):
        return False
    code, line = frames[-1][0].f_code, frames[-1][1]
    if _name_at_top(code) not in {each.object_name for each in project.catalogue.exercises}:
        return False
    try:
        tree = parse(project.source_of(code.co_filename))
    except (OSError, SyntaxError, ValueError):
        return True  # changed since it was loaded: then what it was counts
    return any(first <= line <= last for first, last in stub_lines(tree))


def _name_at_top(code: CodeType) -> str:
    return code.co_qualname.split(".")[0]


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
        reached = _name_at_top(list(traceback.walk_tb(error.__traceback__))[-1][0].f_code)
    if reached == exercise.object_name:
        return ""
    week = project.catalogue.week(exercise.week)
    others = week.exercises if week else ()
    return next((other.name for other in others if other.object_name == reached), "")


def explain(error: BaseException, test: FailedTest) -> Problem:
    """Return the status and the message of a test that raised `error`."""
    problem = _explain(error, test)
    if problem.status not in ("failed", "timeout"):
        return problem
    return replace(problem, rows=(*problem.rows, *_rows_of_second_definition(test)))


def _explain(error: BaseException, test: FailedTest) -> Problem:
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
        return Problem("failed", _rows_of_mismatch(error, test), measured=error.measured)
    if isinstance(error, AssertionError | Failed) and not _learners_rows(error, test.project):
        return Problem("failed", _rows_of_assertion(error, test))
    return Problem("failed", _rows_of_exception(error, test))


def explain_hidden_definition(test: FailedTest) -> Problem | None:
    """Return what to say where a stub further down replaces what the learner wrote."""
    definitions = _definitions(test)
    written = [
        line
        for line, node in definitions
        if isinstance(node, ast.FunctionDef) and not is_stub(node)
    ]
    if not written:
        return None
    filename = str(test.project.learners_file(test.exercise))
    last, _ = definitions[-1]
    sentence = (
        f"{test.exercise.object_name} is defined twice: the stub in line {last} replaces what you "
        f"wrote in line {written[-1]}. Delete the stub."
    )
    rows = (("", sentence), *_rows_of_line(filename, last, test.project))
    return Problem("failed", rows, sentence)


def _definitions(test: FailedTest) -> list[tuple[int, Definition]]:
    """Return the lines where the learner's file defines the exercise, if it is a file."""
    filename = str(test.project.learners_file(test.exercise))
    if not test.project.is_learners_file(filename):
        return []  # a notebook
    try:
        source = test.project.source_of(filename)
        return lines_of_definitions(source, test.exercise.object_name)
    except (OSError, SyntaxError, ValueError):
        return []  # changed since it was loaded


def _rows_of_second_definition(test: FailedTest) -> tuple[Row, ...]:
    """Point to the definition that runs where there are several."""
    lines = [line for line, _ in _definitions(test)]
    if len(lines) < 2:
        return ()
    filename = str(test.project.learners_file(test.exercise))
    *others, last = lines
    also = " and ".join(map(str, others))
    sentence = f"{test.exercise.object_name} is also defined in line {also}; this one runs"
    return (("code", f"{test.project.place_in(filename, last)}\n({sentence})"),)


def explain_warning(warning: warnings.WarningMessage, project: Project) -> str:
    """Return what was warned of, and the line of the learner's that it came from."""
    text = str(warning.message)
    if not project.is_learners_file(warning.filename):
        return text
    ((_, place),) = _rows_of_line(warning.filename, warning.lineno, project)
    return f"{text}\n{place}"


def _explain_unreadable(error: UnreadableError, test: FailedTest) -> Problem:
    cause = error.__cause__
    rows: tuple[Row, ...] = (("", f"{error}, so none of its exercises could be checked:"),)
    if isinstance(cause, SyntaxError):
        rows += _rows_of_syntax_error(cause, test)
    elif isinstance(cause, TookTooLongError):
        rows += (("", _timeout_sentence(test)), *_learners_rows(cause, test.project, "stuck at"))
    elif cause is not None:
        rows += (("raised", _type_and_message(cause)), *_learners_rows(cause, test.project))
    return Problem("unreadable", rows, once_for=str(error))


def _rows_of_syntax_error(error: SyntaxError, test: FailedTest) -> tuple[Row, ...]:
    project = test.project
    # Python prints the place, then the source line and the caret, then the message.
    printed = "".join(traceback.format_exception_only(error)).splitlines()
    code = [line for line in printed[:-1] if not line.lstrip().startswith("File ")]
    filename = error.filename or str(project.learners_file(test.exercise))
    place = project.place_in(filename, error.lineno) if error.lineno else project.short(filename)
    return (
        ("at", "\n".join([place, *code])),
        ("", f"{type(error).__name__}: {_clipped(error.msg)}"),
    )


def _rows_of_rule(error: RuleBrokenError, test: FailedTest) -> tuple[Row, ...]:
    if not (error.filename and error.line):
        return (("", str(error)),)
    return (("", str(error)), *_rows_of_line(error.filename, error.line, test.project))


def _rows_of_timeout(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    return (
        ("", _timeout_sentence(test)),
        *_tried_rows(error, test, test.calls[-1:]),
        *_learners_rows(error, test.project, "stuck at"),
    )


def _timeout_sentence(test: FailedTest) -> str:
    return f"it took longer than {test.limit_s:g} s: is there a loop that never ends?"


def _rows_of_mismatch(error: Mismatch, test: FailedTest) -> tuple[Row, ...]:
    calls = _calls_compared(error, test.calls)
    rows: tuple[Row, ...] = (("", error.summary), *_tried_rows(error, test, calls))
    for line in error.details:
        label, separator, text = line.partition("  ")
        is_labelled = bool(separator) and len(label) <= len("expected")
        rows += ((label, text.strip()),) if is_labelled else (("", line),)
    if error.warning is not None and test.project.is_learners_file(error.warning.filename):
        rows += _rows_of_line(error.warning.filename, error.warning.lineno, test.project)
    return rows


def _calls_compared(error: Mismatch, calls: Sequence[Call]) -> Sequence[Call]:
    """Return the call whose result was compared: not always the last one of the test."""
    if error.warning is not None:
        return [call for call in calls if str(error.warning.message) in call.warned][-1:]
    returned = [call for call in calls if call.has_returned]
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if "actual" in frame.f_locals:
            return _calls_behind(frame.f_locals["actual"], error, returned) or calls[-1:]
    return calls[-1:]


def _calls_behind(actual: Any, error: Mismatch, calls: Sequence[Call]) -> Sequence[Call]:
    """Return the last call that gave a value, or the part of it that is wrong."""
    found = [call for call in calls if call.result is actual]
    if not found and isinstance(actual, list | tuple):
        # A list of results, as of a loop: the wrong one is where the first difference is.
        n_parts = len(actual)
        place = FIRST_WRONG.search(error.summary)
        index = int(place[1]) if place else 0
        for start in range(len(calls) - n_parts, -1, -1):
            collected = calls[start : start + n_parts]
            if all(call.result is part for call, part in zip(collected, actual, strict=True)):
                return collected[index : index + 1]
        if index < n_parts:
            return _calls_behind(actual[index], error, calls)
    return (found or [call for call in calls if _is_part(actual, call.result)])[-1:]


def _is_part(value: Any, whole: Any) -> bool:
    """Say whether a value was taken out of a result: `w` of `(w, b)`, a row of an array."""
    if isinstance(whole, dict):
        whole = list(whole.values())
    if isinstance(whole, list | tuple):
        return any(value is part or _is_part(value, part) for part in whole)
    both_arrays = isinstance(value, np.ndarray) and isinstance(whole, np.ndarray)
    return both_arrays and np.may_share_memory(value, whole)


def _rows_of_assertion(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    call = test.calls[-1:]
    tried = _tried_rows(error, test, call)
    message = getattr(error, "msg", None) or str(error)
    expected = DID_NOT_RAISE.match(message)
    if expected:
        return (("", f"no error was raised, expected {expected[1]}"), *tried, *_result_rows(call))
    lines = [line for line in message.splitlines() if not re.search(r"= learner\.\w+$", line)]
    return (("", "\n".join(_bounded(lines or ["it does not hold"]))), *tried)


def _rows_of_exception(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    calls = test.calls[-1:]
    tried = _tried_rows(error, test, calls)
    raised = (*_rows_of_expected_error(error, test), ("raised", _type_and_message(error)))
    learners_rows = _learners_rows(error, test.project)
    if is_left_over(error, test.project):
        return (("", LEFT_OVER), *tried, *learners_rows)
    if learners_rows:
        return (*tried, *raised, *_rows_of_shapes(error, test.project), *learners_rows)
    # Nothing of the learner's was running: the test could not use what came back.
    in_test = _frames_of(error, lambda name: Path(name) == test.test_file)
    return (*tried, *_result_rows(calls), *raised, *_frame_rows(in_test, test.project))


def _rows_of_expected_error(error: BaseException, test: FailedTest) -> tuple[Row, ...]:
    found = test.frame_in_test(error)
    expected = expected_error(test.source(), found[1]) if found else ""
    return (("expected", expected),) if expected else ()


def _rows_of_shapes(error: BaseException, project: Project) -> tuple[Row, ...]:
    """Show the shapes that did not fit; numpy names those of some operations only."""
    frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
    if not isinstance(error, ValueError) or not ABOUT_SHAPES.search(str(error)):
        return ()
    if not project.is_learners_file(frame.f_code.co_filename):
        return ()
    try:
        shapes = shapes_at(project.source_of(frame.f_code.co_filename), frame, line)
    except (OSError, SyntaxError, ValueError):
        return ()  # changed since it was loaded
    return (("shapes", shapes),) if shapes else ()


def _tried_rows(error: BaseException, test: FailedTest, calls: Sequence[Call]) -> tuple[Row, ...]:
    """Show the call, or what a test did with a class of the learner's up to where it failed."""
    if calls:
        return tuple(("call", str(call)) for call in calls)
    found = test.frame_in_test(error)
    steps = steps_to(test.source(), *found) if found else []
    return (("tried", "\n".join(steps)),) if steps else ()


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


def _rows_of_line(filename: str, line: int, project: Project) -> tuple[Row, ...]:
    """Show a line by itself, of which no call is on the way."""
    return _frame_rows([(filename, line, "<module>")], project)


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
