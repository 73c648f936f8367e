"""What a learner types to name an exercise, a module or a week."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from exercises.catalogue import Catalogue, Exercise
from exercises.layout import TEST_PREFIX
from kata.errors import UsageError


def exercises_meant(catalogue: Catalogue, typed: str) -> Sequence[Exercise]:
    """Return the exercises of a week, a module, a file of it, or a name.

    `softmax` is the exercise where a module has the same name; `softmax.py` is the module.

    Raises
    ------
    UsageError
        If nothing has that name.
    """
    name = typed.replace("\\", "/").strip("/")
    place, _, last = name.rpartition("/")
    weeks = [week for week in catalogue.weeks if place in ("", week.name)]
    is_file = last.endswith(".py")
    last = last.removesuffix(".py").removeprefix(TEST_PREFIX if is_file else "")
    if not is_file:
        whole = catalogue.week(last)
        if whole is not None:
            return whole.exercises
        named = [each for week in weeks for each in week.exercises if each.name == last]
        if named:
            return named
    modules = [module for week in weeks if (module := week.module(last)) is not None]
    if modules:
        return modules[0].exercises
    raise unknown(catalogue, typed)


def exercise_named(catalogue: Catalogue, typed: str) -> Exercise:
    """Return the one exercise of a name, which may be given as `week1/dot`.

    Raises
    ------
    UsageError
        If there is none, or one in each of two weeks.
    """
    week, _, name = typed.rpartition("/")
    found = [each for each in catalogue.exercises_named(name) if week in ("", each.week)]
    if not found:
        raise unknown(catalogue, typed)
    if len(found) > 1:
        names = " and ".join(f"{each.week}/{each.name}" for each in found)
        raise UsageError(f"{typed!r} is the name of {names}: say which")
    return found[0]


def unknown(catalogue: Catalogue, typed: str) -> UsageError:
    """Return the error that says what may be meant."""
    weeks = catalogue.weeks
    names = [exercise.name for exercise in catalogue.exercises]
    names += [week.name for week in weeks]
    names += [module.name for week in weeks for module in week.modules]
    similar = difflib.get_close_matches(typed, names, n=1)
    meant = f"did you mean {similar[0]!r}?" if similar else "see them all: kata list"
    return UsageError(f"no exercise named {typed!r}: {meant}")
