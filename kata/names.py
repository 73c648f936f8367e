"""What a learner types to name an exercise, a module or a week."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from exercises.catalogue import Catalogue, Exercise, Module
from exercises.layout import TEST_PREFIX
from kata.errors import UsageError


@dataclass(frozen=True)
class Meant:
    """What a name stands for.

    Attributes
    ----------
    exercises : sequence of Exercise
        All that belong to it: one, or one from each of two weeks, where it names an exercise.
    modules : sequence of Module
        Whole files, where it names a module or a week.
    """

    exercises: Sequence[Exercise]
    modules: Sequence[Module] = ()


def find_meant(catalogue: Catalogue, typed: str) -> Meant:
    """Return what the name of a week, a module, a file of it, or an exercise stands for.

    `softmax` is the exercise where a module has the same name; `softmax.py` is the module.

    Raises
    ------
    UsageError
        If nothing has that name.
    """
    place, _, last = typed.replace("\\", "/").strip("/").rpartition("/")
    weeks = [week for week in catalogue.weeks if place in ("", week.name)]
    is_file = last.endswith(".py")
    name = last.removesuffix(".py").removeprefix(TEST_PREFIX if is_file else "")
    if not is_file:
        whole = catalogue.week(name)
        if whole is not None:
            return Meant(whole.exercises, whole.modules)
        named = [each for week in weeks for each in week.exercises if each.name == name]
        if named:
            return Meant(named)
    for week in weeks:
        module = week.module(name)
        if module is not None:
            return Meant(module.exercises, (module,))
    raise unknown(catalogue, typed)


def exercise_named(catalogue: Catalogue, typed: str) -> Exercise:
    """Return the one exercise of a name, which may be given as `week1/dot`.

    Raises
    ------
    UsageError
        If there is none, or one in each of two weeks.
    """
    meant = find_meant(catalogue, typed)
    names = [f"{each.week}/{each.name}" for each in meant.exercises]
    if meant.modules:
        raise UsageError(f"{typed!r} is not one exercise but {len(names)}: say which, {names[0]}?")
    if len(names) > 1:
        raise UsageError(f"{typed!r} is the name of {' and '.join(names)}: say which")
    return meant.exercises[0]


def unknown(catalogue: Catalogue, typed: str) -> UsageError:
    """Return the error that says what may be meant."""
    weeks = catalogue.weeks
    names = [exercise.name for exercise in catalogue.exercises]
    names += [week.name for week in weeks]
    names += [module.name for week in weeks for module in week.modules]
    similar = difflib.get_close_matches(typed, names, n=1)
    meant = f"did you mean {similar[0]!r}?" if similar else "see them all: kata list"
    return UsageError(f"no exercise named {typed!r}: {meant}")
