"""A call, ready to be sent to any child: what it is made with, and what it may change of that."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from grader.sandbox.faults import BadAnswer
from grader.sandbox.inside import wire

CONTAINERS = (np.ndarray, list, tuple, dict)


class Arguments:
    """The arguments of one call: our own objects, and the frame that carries copies of them.

    Parameters
    ----------
    args, kwargs : sequence and mapping
        What to call with.
    are_restored : bool
        Whether a change that the call makes in place is made to these objects too. A test that
        works out the truth from its inputs after the call wants them as they were.
    """

    def __init__(
        self, args: Sequence[Any], kwargs: Mapping[str, Any], *, are_restored: bool = True
    ) -> None:
        self.are_restored = are_restored
        self.values = [list(args), dict(kwargs)]
        self.callbacks: list[Callable[..., Any]] = []
        self.frame = wire.dumps(self.values, self.callbacks)

    def kept(self) -> Arguments:
        """Return these for the record: nothing that happens changes them again."""
        found = copy.copy(self)
        found.are_restored = False
        return found

    def restore(self, now: Any) -> None:
        """Make the change that the call made to its copies to our own objects.

        Raises
        ------
        BadAnswer
            If they can't be what the objects have become.
        """
        try:
            _restore(self.values, now)
        except (ValueError, TypeError, AttributeError) as error:  # read-only, or of fixed shape
            raise BadAnswer("changed an argument into something else") from error


@dataclass(frozen=True)
class Question:
    """One call of a function of the module, or of a script beside it.

    Attributes
    ----------
    name : str
        The object whose from-scratch rules are in force; without a script, what is called.
    script, function : str
        The text of the script, and what in it is called, with the module as first argument.
    driver : callable or None
        That function itself, for whoever makes the call on a module of our own.
    max_steps : int or None
        How much Python the call may run (see inside/work.py); None: no bound.
    """

    name: str
    arguments: Arguments
    script: str = ""
    function: str = ""
    driver: Callable[..., Any] | None = None
    max_steps: int | None = None

    @cached_property
    def frame(self) -> bytes:
        """What is sent, but for the token: a frame that says what to call, and the arguments'."""
        message: dict[str, Any] = {"op": "call", "object": self.name}
        if self.script:
            message |= {"op": "run", "source": self.script, "name": self.function}
        if self.max_steps is not None:
            message["steps"] = self.max_steps
        return wire.dumps(message) + self.arguments.frame

    @cached_property
    def digest(self) -> bytes:
        """The same for the same call; a function among the arguments is only counted."""
        return wire.digest_of(self.frame)


def _restore(original: Any, now: Any) -> None:
    """Make the change that a call made to its arguments to the caller's own objects."""
    changed = BadAnswer("changed an argument into something else")
    if type(original) is not type(now):
        raise changed
    if isinstance(original, np.ndarray):
        if original.dtype != now.dtype or original.shape != now.shape:
            raise changed
        if original.tobytes() != now.tobytes():
            original[...] = now
    elif isinstance(original, dict):
        _restore_dict(original, now)
    elif len(original) == len(now):
        for index, (old, new) in enumerate(zip(original, now, strict=True)):
            if isinstance(old, CONTAINERS):
                _restore(old, new)
            elif isinstance(original, list):
                original[index] = new
    elif isinstance(original, list):
        original[:] = now
    else:
        raise changed


def _restore_dict(original: dict[Any, Any], now: dict[Any, Any]) -> None:
    for key, new in now.items():
        if isinstance(original.get(key), CONTAINERS):
            _restore(original[key], new)
        else:
            original[key] = new
    for key in [key for key in original if key not in now]:
        del original[key]
