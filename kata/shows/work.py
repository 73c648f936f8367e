"""The learner's functions at work outside of tests: called, counted, and their faults put in words.

A call ends in a result or in a `Trouble`, which says what is missing or wrong and what to do next.
"""

from __future__ import annotations

import ast
import functools
import textwrap
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from exercises.catalogue import Exercise, Module
from exercises.verdict import is_stub, parse
from kata.comparisons import describe
from kata.deadline import start_deadline
from kata.explain import FailedTest, TookTooLongError, explain, is_todo
from kata.learner import LearnerError, LearnersModule, UnreadableError
from kata.outcomes import Row
from kata.project import Project

WIDTH = 80
# For one call, such as ten characters of text: slow code of loops takes some seconds.
LIMIT_S = 30.0
LARGEST = 1e100


class Trouble(Exception):
    """The learner's code did not do what was asked of it; the text is what to print."""


class ToDoError(Trouble):
    """A function is still to be written."""

    def __init__(self, exercise: Exercise, place: str) -> None:
        super().__init__(f"{exercise.name} is yours to write: {place}\n{how_to_test(exercise)}")
        self.exercise = exercise


class FaultError(Trouble):
    """The learner's code raised, or gave something that cannot be used."""


class StoppedError(Trouble):
    """Ctrl-C was pressed while the learner's code was running."""


class _NotFiniteError(Exception):
    """A function gave nan or inf; the text is its name."""


class Work:
    """One module of the learner, whose exercises can be called by name."""

    def __init__(self, project: Project, module: Module) -> None:
        self.project = project
        self.module = module
        self.n_calls: Counter[str] = Counter()
        self.warned: list[str] = []  # in the learner's code, each once
        self._exercises = {exercise.object_name: exercise for exercise in module.exercises}
        self._path = project.layout.learners_file(module)
        self._learners_module = LearnersModule(self._path, self._exercises)
        self._is_watched = False

    @property
    def file(self) -> str:
        """The learner's file, as `week4/nanogpt.py`."""
        return self.project.short(self._path)

    @property
    def test_command(self) -> str:
        """How to test the whole module."""
        return f"pytest {self.project.short(self.project.layout.visible_tests(self.module))}"

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Return what the learner's function gives.

        Raises
        ------
        Trouble
            If it is not written yet, raises anything, gives nan, takes too long, or is interrupted.
        """
        return self._guarded(name, lambda: self._find(name)(*args, **kwargs))

    def run(self, exercise_name: str, script: Callable[[Any], Any]) -> Any:
        """Return what a script gives that drives the class behind an exercise.

        Raises
        ------
        Trouble
            As `call` does.
        """
        name = self._exercise_named(exercise_name).object_name
        return self._guarded(exercise_name, lambda: script(self._find(name)))

    def _guarded(self, name: str, act: Callable[[], Any]) -> Any:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            deadline = start_deadline(LIMIT_S, TookTooLongError, lambda: False)
            try:
                try:
                    return act()
                finally:
                    deadline.cancel()  # first, since it is raised again and again
            except KeyboardInterrupt as error:
                raise StoppedError(self._where_stopped(error.__traceback__)) from None
            except BaseException as error:  # exit() too
                raise self._trouble(name, error) from error
            finally:
                self._keep(caught)

    @contextmanager
    def replaced(self, name: str, make: Callable[[Any], Any]) -> Iterator[bool]:
        """Put `make(what is given there)` into the learner's module for a while.

        Yields whether there is such a name.
        """
        module = self._guarded(self.module.exercises[0].name, self._learners_module.load)
        given = getattr(module, name, None)
        if given is None:
            yield False
            return
        setattr(module, name, make(given))
        try:
            yield True
        finally:
            setattr(module, name, given)

    def call_for_array(
        self, name: str, shape: tuple[int, ...], *args: Any, **kwargs: Any
    ) -> np.ndarray:
        """Return the array that the learner's function gives, or raise a `Trouble` as `call`."""
        return self.array(name, shape, self.call(name, *args, **kwargs))

    def array(self, name: str, shape: tuple[int, ...], result: Any) -> np.ndarray:
        """Return a result of an exercise as an array of floats.

        Raises
        ------
        Trouble
            If it is anything else, of another shape, or holds nan, inf or a huge number.
        """
        is_number = isinstance(result, np.ndarray | np.generic | int | float)
        if not is_number or np.asarray(result).dtype.kind not in "fiu":
            raise self.fault(name, f"gave {a_description(result)}, not numbers of shape {shape}.")
        if np.shape(result) != shape:
            given = f"an array of shape {np.shape(result)}" if np.ndim(result) else "one number"
            raise self.fault(name, f"gave {given}, and the shape should be {shape}.")
        numbers = np.array(result, dtype=np.float64)
        if not np.all(np.isfinite(numbers)):
            raise self.fault(name, "gave nan or inf, which no picture can show.")
        largest = float(np.abs(numbers).max(initial=0.0))
        if largest > LARGEST:  # squares of these would overflow
            raise self.fault(name, f"gave a number of {largest:.0e}, which no picture can show.")
        return numbers

    def pair(self, name: str, result: Any) -> tuple[Any, Any]:
        """Return the two results of an exercise, or raise a `Trouble` if they are not two."""
        if not isinstance(result, tuple | list) or len(result) != 2:
            raise self.fault(name, f"gave {a_description(result)}, not two results.")
        return result[0], result[1]

    def call_for_number(self, name: str, *args: Any) -> float:
        """Return the number that the learner's function gives, or raise a `Trouble` as `call`."""
        result = self.call(name, *args)
        if np.ndim(result) != 0 or np.asarray(result).dtype.kind not in "fiu":
            raise self.fault(name, f"gave {a_description(result)}, not one number.")
        return float(result)

    def fault(self, name: str, what: str) -> FaultError:
        """Return the error for a result that cannot be used, such as one of a wrong shape."""
        exercise = self._exercise_named(name)
        code = as_text([("code", self.project.place(exercise))])
        lines = [textwrap.fill(line, WIDTH) for line in f"Your {name} {what}".splitlines()]
        said = "\n".join(lines)
        return FaultError(f"{said}\n{code}\n\n{how_to_test(exercise)}")

    def stubs(self) -> list[Exercise]:
        """Return those exercises whose function is still a stub."""
        try:
            tree = parse(self._path.read_text(encoding="utf-8-sig"))
        except (OSError, SyntaxError, ValueError):
            return []
        stubs = {
            node.name for node in tree.body if isinstance(node, ast.FunctionDef) and is_stub(node)
        }
        return [exercise for name, exercise in self._exercises.items() if name in stubs]

    def _exercise_named(self, name: str) -> Exercise:
        return next(each for each in self.module.exercises if each.name == name)

    def _find(self, name: str) -> Callable[..., Any]:
        module = self._learners_module.load()
        if not self._is_watched:
            # In the module itself: what the functions call of each other is watched too.
            for own_name in self._exercises:
                function = getattr(module, own_name, None)
                if callable(function) and not isinstance(function, type):
                    setattr(module, own_name, self._watched(own_name, function))
            self._is_watched = True
        found = self._learners_module.find(name)
        if not callable(found):
            raise LearnerError(f"{self._learners_module.place}: {name} is not a function")
        return found  # type: ignore[no-any-return]

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self.n_calls[name] += 1
            result = function(*args, **kwargs)
            # The innermost function returns first, so it is the one that is named.
            if isinstance(result, np.ndarray | float) and not _is_finite(result):
                raise _NotFiniteError(name)
            return result

        return watched

    def _trouble(self, name: str, error: BaseException) -> Trouble:
        if isinstance(error, _NotFiniteError):
            return self.fault(str(error), "gave nan or inf, and no later step can work with those.")
        functions = [
            frame.f_code.co_qualname.split(".")[0]
            for frame, _ in traceback.walk_tb(error.__traceback__)
            if self.project.is_learners_file(frame.f_code.co_filename)
        ]
        exercise = self._exercise_named(name)
        running = [function for function in functions if function in self._exercises]
        # Of several exercises in one class, it is the one that was asked for.
        if running and running[-1] != exercise.object_name:
            exercise = self._exercises[running[-1]]
        if is_todo(error, self.project):
            return ToDoError(exercise, self.project.place(exercise))
        seen = FailedTest(self.project, exercise, test_file=Path(), calls=(), limit_s=LIMIT_S)
        rows = explain(error, seen).rows
        if isinstance(error, UnreadableError):
            place = self._learners_module.place
            return FaultError(f"{place} cannot be imported:\n{as_text(rows[1:])}")
        text = as_text(rows)
        if isinstance(error, LearnerError):
            return FaultError(f"{error}\n\n{how_to_test(exercise)}")
        if isinstance(error, ValueError) and "read-only" in str(error):
            text += "\n  Inputs must not be changed: work on a copy."
        return FaultError(f"Your {exercise.name} failed:\n{text}\n\n{how_to_test(exercise)}")

    def _where_stopped(self, trace: TracebackType | None) -> str:
        places = [
            f" in {self.project.short(code.co_filename)}:{line} ({code.co_name})"
            for frame, line in traceback.walk_tb(trace)
            if self.project.is_learners_file((code := frame.f_code).co_filename)
        ]
        return f"Stopped{places[-1] if places else ''}."

    def _keep(self, caught: Sequence[warnings.WarningMessage]) -> None:
        for warning in caught:
            if self.project.is_learners_file(warning.filename):
                place = f"{self.project.short(warning.filename)}:{warning.lineno}"
                text = f"{place}: {warning.message}"
                if text not in self.warned:
                    self.warned.append(text)


def a_description(value: Any) -> str:
    """Return what a value is, as words in a sentence."""
    text = describe(value)
    article = {"array": "an ", "list": "a ", "tuple": "a "}.get(text.split()[0], "")
    return article + text


def how_to_test(exercise: Exercise) -> str:
    """Return the two commands that help with an exercise."""
    return (
        f"Test: pytest {exercise.week}/test_{exercise.module}.py -k {exercise.name}\n"
        f"Hint: kata hint {exercise.name}"
    )


def _is_finite(result: Any) -> bool:
    numbers = np.asarray(result)
    return numbers.dtype.kind not in "fc" or bool(np.all(np.isfinite(numbers)))


def as_text(rows: Sequence[Row]) -> str:
    """Return rows as lines that fit, each behind its label."""
    lines: list[str] = []
    for label, text in rows:
        start, rest = (f"  {label:<10}", " " * 12) if label else ("  ", "  ")
        for line in text.splitlines():
            is_code = line.startswith(" ")  # shown as it is
            lines += (
                [start + line]
                if is_code
                else textwrap.wrap(line, WIDTH, initial_indent=start, subsequent_indent=rest)
            )
            start = rest
    return "\n".join(lines)
