"""Inputs that a call of the learner's function changed in place.

The grader refuses such a change, so the visible run looks at every call, whatever its test asks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from kata.comparisons import check_kept


class Inputs:
    """The arguments of one call, with copies of them as they were before it."""

    def __init__(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        self._function = function
        self._args, self._kwargs = args, kwargs
        self._args_before = [_copy(value) for value in args]
        self._kwargs_before = {name: _copy(value) for name, value in kwargs.items()}

    def check_unchanged(self) -> None:
        """Fail if the call has changed an argument."""
        __tracebackhide__ = True
        for index, (before, after) in enumerate(zip(self._args_before, self._args, strict=True)):
            check_kept(before, after, self._name(index))
        for name, before in self._kwargs_before.items():
            check_kept(before, self._kwargs[name], name)

    def _name(self, index: int) -> str:
        try:
            names = list(inspect.signature(self._function).parameters)
        except (TypeError, ValueError):  # a function that is not written in Python
            names = []
        return names[index] if index < len(names) else f"argument {index + 1}"


def _copy(value: Any) -> Any:
    """Copy what holds numbers; all else can't be compared or can't be changed."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if type(value) in (list, tuple):
        return type(value)(_copy(item) for item in value)
    if type(value) is dict:
        return {key: _copy(item) for key, item in value.items()}
    return value
