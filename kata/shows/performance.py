"""`kata show`: a picture or a small trained model, made by the functions that the learner wrote.

Nothing stands in for a function that is missing: the show says which one it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from exercises.catalogue import Exercise
from kata.errors import UsageError
from kata.project import Project
from kata.shows.doubts import first_doubt
from kata.shows.work import StoppedError, ToDoError, Trouble, Work, how_to_test

SHOWN, NOT_SHOWN = 0, 1
MOST_WARNINGS = 3


def perform(
    project: Project,
    module_name: str,
    needed: Sequence[str],
    show: Callable[[Work], list[str]],
    name: str | None = None,
) -> int:
    """Run a show and return the exit code: 0 if all of it went well.

    `show` prints what there is to see and returns notes, each on something that is missing or odd.
    It may also end in a `Trouble`, when there is no going on. `name` is what stands after `kata
    show`, if it is not the module.
    """
    module = project.catalogue.module_named(module_name)
    if module is None:
        raise UsageError(f"{project.root} has no module {module_name} in its exercises")
    work = Work(project, module)
    has_ended = True
    try:
        notes = show(work)
    except ToDoError as missing:
        print(_list_of_missing(work, missing.exercise, name or module_name, needed))
        return NOT_SHOWN
    except StoppedError as stopped:
        print(stopped)
        return NOT_SHOWN
    except Trouble as trouble:
        has_ended, notes = False, [str(trouble)]
    if notes and (doubt := first_doubt(project, module, needed)):
        notes = _with_doubt(notes, *doubt, has_ended=has_ended)
    for warning in work.warned[:MOST_WARNINGS]:
        print(f"Python warned at {warning}\n")
    if notes:
        print("\n\n".join(notes))
    return NOT_SHOWN if notes else SHOWN


def _with_doubt(notes: Sequence[str], name: str, doubt: str, *, has_ended: bool) -> list[str]:
    """Return what to say where a function fails its own tests.

    What ended the show may have gone wrong in a function that is right: the doubt says it better.
    """
    if any(note.startswith(f"Your {name} ") for note in notes):
        return list(notes)
    return [*notes, doubt] if has_ended else [doubt]


def _list_of_missing(work: Work, reached: Exercise, name: str, needed: Sequence[str]) -> str:
    """Return what this show still needs, and where to go on."""
    to_do = {exercise.name for exercise in work.stubs()} & set(needed) | {reached.name}
    missing = [exercise for exercise in work.module.exercises if exercise.name in to_do]
    width = max(len(exercise.name) for exercise in missing)
    return "\n".join(
        [
            f"kata show {name} runs your own functions. Still to do for it:",
            "",
            *(f"  {each.name:<{width}}   {work.project.place(each)}" for each in missing),
            "",
            f"Next: {missing[0].name}",
            how_to_test(missing[0]),
        ]
    )
