"""The learner's own module, as the fixture `learner` hands it to a visible test.

The module is loaded when a test first asks for a name in it. So a syntax error or a renamed
function fails the tests that need it, and no other.
"""

from __future__ import annotations

import ast
import difflib
import functools
import importlib.util
import sys
import warnings
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from exercises.verdict import is_stub, parse
from kata.changes import Inputs
from kata.comparisons import SHOWN_NUMBERS, Mismatch, describe_argument

REMEMBERED_CALLS = 20


class LearnerError(Exception):
    """The learner's code could not be reached; the text is the sentence to show."""


class MissingFileError(LearnerError):
    """The learner's file is not there."""


class MissingNameError(LearnerError):
    """The learner's file has no function or class of that name."""


class UnreadableError(LearnerError):
    """The learner's file cannot be imported; `__cause__` is why."""


class EmptyStubError(NotImplementedError):
    """A function holds nothing yet, not even the stub's `raise NotImplementedError`."""

    def __init__(self, function: str) -> None:
        super().__init__(f"{function} is yours to write")
        self.function = function


@dataclass
class Call:
    """One call of the learner's code, with copies of the small inputs."""

    name: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    has_returned: bool = False
    result: Any = None
    warned: Sequence[str] = ()

    def __str__(self) -> str:
        words = [describe_argument(value) for value in self.args]
        words += [f"{name}={describe_argument(value)}" for name, value in self.kwargs.items()]
        return f"{self.name}({', '.join(words)})"


class LearnersModule:
    """A file of the learner, imported when first needed and then kept."""

    def __init__(self, path: Path, names: Collection[str] = ()) -> None:
        self.path = path
        self._names = frozenset(names)  # what the file should define
        self.place = f"{path.parent.name}/{path.name}"
        self._module: ModuleType | None = None
        self._empty: frozenset[str] = frozenset()
        self._error: BaseException | None = None

    def load(self) -> ModuleType:
        """Return the imported module.

        Raises
        ------
        MissingFileError
            If there is no such file.
        UnreadableError
            If importing it raises anything. It is tried once only: a loop that never ends at the
            top of the file costs the time limit once, not once per test.
        """
        if self._error is not None:
            raise UnreadableError(f"{self.place} cannot be imported") from self._error
        if self._module is None:
            if not self.path.is_file():
                raise MissingFileError(f"{self.place} is missing{self._similar_file()}")
            try:
                self._module = _import(self.path)
                self._empty = frozenset(_empty_functions(self.path))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # exit() and the time limit too
                self._error = error
                raise UnreadableError(f"{self.place} cannot be imported") from error
        return self._module

    def find(self, name: str) -> Any:
        """Return what the learner's file calls `name`, unless that is an empty function."""
        module = self.load()
        try:
            found = getattr(module, name)
        except AttributeError:
            raise self.missing(name) from None
        if name in self._empty:
            raise EmptyStubError(name)
        return found

    def names_reached(self, name: str) -> set[str]:
        """Return the functions and classes that the code of one mentions, at any distance."""
        namespace = vars(self.load())
        reached: set[str] = set()
        waiting = [namespace.get(name)]
        while waiting:
            for word in _words(waiting.pop()):
                found = namespace.get(word)
                own_name = found.__name__ if isinstance(found, FunctionType | type) else word
                if not {word, own_name} <= reached:
                    reached |= {word, own_name}
                    waiting.append(found)
        return reached

    def missing(self, name: str) -> MissingNameError:
        """Return the error that says what the file lacks, and what may be meant."""
        written = {word for word in vars(self.load()) if not word.startswith("_")}
        similar = difflib.get_close_matches(name, sorted(written - self._names), n=1)
        meant = f": did you mean {similar[0]}?" if similar else ""
        return MissingNameError(f"{self.place} has no {name}{meant}")

    def _similar_file(self) -> str:
        folder = self.path.parent
        others = [
            path.stem
            for path in sorted(folder.glob("*.py"))
            if not path.stem.startswith("test_") and not (folder / f"test_{path.name}").exists()
        ]
        similar = difflib.get_close_matches(self.path.stem, others, n=1)
        return f": did you rename it to {similar[0]}.py?" if similar else ""


class Learner:
    """What a visible test gets as `learner`: the names in the learner's module."""

    def __init__(self, module: LearnersModule, calls: deque[Call]) -> None:
        self._module = module
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        __tracebackhide__ = True
        if name.startswith("__"):
            raise AttributeError(name)
        found = self._module.find(name)
        if callable(found) and not isinstance(found, type):
            return LearnersFunction(name, found, self._calls)
        return found

    def run(self, script: Callable[..., Any], *data: Any) -> Any:
        """Call `script(module, *data)`, which drives what the learner wrote."""
        __tracebackhide__ = True
        module = self._module.load()
        call = Call(script.__name__, tuple(_snapshot(value) for value in data), {})
        self._calls.append(call)
        try:
            call.result = script(module, *data)
        except AttributeError as error:
            if error.obj is module:
                raise self._module.missing(str(error.name)) from None
            raise
        call.has_returned = True
        return call.result

    def __repr__(self) -> str:
        return "learner"


class LearnersFunction:
    """A function of the learner that remembers how it was called."""

    def __init__(self, name: str, function: Callable[..., Any], calls: deque[Call]) -> None:
        functools.update_wrapper(self, function)
        self._name = name
        self._function = function
        self._calls = calls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the learner's function."""
        __tracebackhide__ = True
        call = Call(
            self._name,
            tuple(_snapshot(value) for value in args),
            {name: _snapshot(value) for name, value in kwargs.items()},
        )
        self._calls.append(call)
        inputs = Inputs(self._function, args, kwargs)
        try:
            with _noting_warnings(call):
                call.result = self._function(*args, **kwargs)
        finally:
            changed = inputs.put_back()
        call.has_returned = True
        if changed is not None:
            raise Mismatch(f"{changed} was changed in place: work on a copy")
        return call.result

    def __repr__(self) -> str:
        return self._name


@contextmanager
def _noting_warnings(call: Call) -> Iterator[None]:
    """Note what a call warned of, and pass it on to whoever listens."""
    caught: Sequence[warnings.WarningMessage] = ()
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield
    finally:
        call.warned = [str(each.message) for each in caught]
        for each in caught:
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)


def new_calls() -> deque[Call]:
    """Return an empty list of calls that keeps the last few."""
    return deque(maxlen=REMEMBERED_CALLS)


def _import(path: Path) -> ModuleType:
    """Import a file under the name `week1.vectors`, so that other weeks may import from it.

    Compiled from source each time: a saved `.pyc` is checked by whole seconds and size, which
    misses a quick edit from `+` to `-`.
    """
    name = f"{path.parent.name}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    source = importlib.util.decode_source(path.read_bytes())
    code = compile(source, str(path), "exec", dont_inherit=True)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _words(found: Any) -> Iterator[str]:
    """Yield the names that the code of a function or a class mentions."""
    functions = vars(found).values() if isinstance(found, type) else [found]
    waiting: list[Any] = []
    for function in functions:
        if isinstance(function, property):
            waiting += [_code(function.fget), _code(function.fset)]
        waiting.append(_code(function))
    while waiting:
        code = waiting.pop()
        if isinstance(code, CodeType):
            yield from code.co_names
            waiting += code.co_consts


def _code(function: Any) -> Any:
    """Return the code of a function, also of one in a cache, a method, or the like."""
    while isinstance(wrapped := getattr(function, "__wrapped__", None), FunctionType):
        function = wrapped
    return getattr(function, "__code__", None)


def _empty_functions(path: Path) -> Iterator[str]:
    """Yield the functions that hold nothing; one that is defined again counts as it is last."""
    tree = parse(importlib.util.decode_source(path.read_bytes()))
    last = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    yield from (name for name, function in last.items() if is_stub(function))


def _snapshot(value: Any) -> Any:
    """Copy what a message would show in full: the learner's code may change it in place."""
    if isinstance(value, np.ndarray):
        return value.copy() if value.size <= SHOWN_NUMBERS else value
    if type(value) in (list, tuple) and len(value) <= SHOWN_NUMBERS:
        return type(value)(_snapshot(item) for item in value)
    return value
