"""Inputs that a call of the learner's function changed in place.

The grader refuses such a change, so the visible run looks at every call, whatever its test asks.
It also undoes the change: tests share inputs, and the next one is not to be judged by what this
call has left of them.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes)

# Called after a function has run: puts back what it changed, and says whether it did.
PutBack = Callable[[], bool]


class Inputs:
    """The arguments of one call as they are before it."""

    def __init__(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        self._function = function
        self._args = [_keep(value) for value in args]
        self._kwargs = {name: _keep(value) for name, value in kwargs.items()}

    def put_back(self) -> str | None:
        """Undo what the call has changed; return the name of the first argument, or None."""
        args = [index for index, put_back in enumerate(self._args) if put_back()]
        kwargs = [name for name, put_back in self._kwargs.items() if put_back()]
        return next(iter([*map(self._name, args), *kwargs]), None)

    def _name(self, index: int) -> str:
        try:
            names = list(inspect.signature(self._function).parameters.values())
        except (TypeError, ValueError):  # a function that is not written in Python
            names = []
        if index < len(names) and names[index].kind is not inspect.Parameter.VAR_POSITIONAL:
            return names[index].name
        return f"argument {index + 1}"


def _keep(value: Any) -> PutBack:
    if isinstance(value, np.ndarray):
        return _keep_array(value)
    if type(value) is list:
        return _keep_list(value)
    if type(value) is tuple:
        parts = [_keep(item) for item in value]
        return lambda: _all_of(parts)
    if type(value) is dict:
        return _keep_dict(value)
    return lambda: False  # it cannot be changed, or not be compared


def _keep_array(array: np.ndarray) -> PutBack:
    before = array.copy()

    def put_back() -> bool:
        if array.shape == before.shape and array.tobytes() == before.tobytes():  # nan is nan
            return False
        if array.shape == before.shape:
            array[...] = before
        return True

    return put_back


def _keep_list(items: list[Any]) -> PutBack:
    before, parts = list(items), [_keep(item) for item in items]

    def put_back() -> bool:
        is_other = not _are_same(before, items)
        items[:] = before
        return _all_of(parts) or is_other

    return put_back


def _keep_dict(table: dict[Any, Any]) -> PutBack:
    before, parts = dict(table), [_keep(item) for item in table.values()]

    def put_back() -> bool:
        is_other = list(before) != list(table) or not _are_same(
            list(before.values()), list(table.values())
        )
        if is_other:
            table.clear()
            table.update(before)
        return _all_of(parts) or is_other

    return put_back


def _all_of(parts: Sequence[PutBack]) -> bool:
    """Put all of them back and say whether any was changed."""
    return any([part() for part in parts])


def _are_same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    return len(before) == len(after) and all(
        old is new or (type(old) is type(new) and isinstance(old, PLAIN) and old == new)
        for old, new in zip(before, after, strict=True)
    )
