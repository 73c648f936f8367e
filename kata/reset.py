"""`kata reset`: an exercise, or a whole file, as it was given; what was there is kept beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exercises.catalogue import Exercise, Module
from exercises.quizzes import Quiz, handed_out
from kata.definitions import spans
from kata.errors import UsageError
from kata.given import given_text
from kata.names import exercise_named, find_meant
from kata.project import Project
from kata.state import unused_name, write_atomically


def reset(project: Project, name: str) -> int:
    """Bring back what was given of an exercise, of a module or of a week, and say what is kept."""
    quizzes = _quizzes(project, name)
    for quiz in quizzes:
        print(reset_quiz(project, quiz))
    if quizzes and project.catalogue.week(name) is None:
        return 0
    meant = find_meant(project.catalogue, name)
    if meant.modules:
        for module in meant.modules:
            print(reset_module(project, module))
    else:
        print(reset_exercise(project, exercise_named(project.catalogue, name)))
    return 0


def reset_module(project: Project, module: Module) -> str:
    """Bring a whole file back; return what was done, in a sentence."""
    path = project.layout.learners_file(module)
    given = given_text(project.layout, module)
    return _replace(project, path, given, module.exercises, project.short(path))


def _quizzes(project: Project, name: str) -> list[Quiz]:
    """Return the quizzes that a name stands for: `week1/quiz.toml`, or those of a whole week."""
    typed = name.replace("\\", "/").strip("/").removesuffix(".toml")
    return [
        quiz
        for week in project.catalogue.weeks
        for quiz in week.quizzes
        if typed in (week.name, f"{week.name}/{quiz.name}")
    ]


def reset_quiz(project: Project, quiz: Quiz) -> str:
    """Bring back the questions of a quiz without answers; return what was done, in a sentence."""
    path = project.layout.answers(quiz)
    return _replace(project, path, handed_out(quiz), (), project.short(path))


def reset_exercise(project: Project, exercise: Exercise) -> str:
    """Bring the stub of one exercise back; return what was done, in a sentence.

    Raises
    ------
    UsageError
        If its file can't be read as text.
    """
    module = project.catalogue.module_of(exercise)
    path = project.learners_file(exercise)
    given = given_text(project.layout, module)
    name = exercise.object_name
    same = [each for each in module.exercises if each.object_name == name]
    what = f"{exercise.name} in {project.short(path)}"
    if len(same) > 1:
        what = f"{name} in {project.short(path)}, with {', '.join(each.name for each in same)},"
    try:
        mine = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return _replace(project, path, given, module.exercises, f"all of {project.short(path)}")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{project.short(path)} is not saved as UTF-8; for the whole file as it was given: "
            f"kata reset {project.short(path)}"
        ) from error
    return _replace(project, path, with_given(mine, given, name), same, what)


def with_given(mine: str, given: str, name: str) -> str:
    """Return the learner's text with one definition as it was given.

    It takes the place of the learner's own; of several it takes the first, and the others go. One
    that was deleted comes back behind the definition that it was given behind.
    """
    newline = "\r\n" if "\r\n" in mine else "\n"
    lines = mine.replace("\r\n", "\n").split("\n")
    places, given_places = spans(mine), spans(given)
    first, end = given_places[name][0]
    stub = given.split("\n")[first:end]
    if name in places:
        for start, stop in reversed(places[name][1:]):
            del lines[start:stop]
        start, stop = places[name][0]
        lines[start:stop] = stub
    else:
        order = sorted(given_places, key=lambda each: given_places[each][0])
        index = order.index(name)
        ends = [places[each][-1][1] for each in order[:index] if each in places]
        starts = [places[each][0][0] for each in order[index + 1 :] if each in places]
        if ends:
            lines[ends[-1] : ends[-1]] = ["", "", *stub]
        elif starts:
            lines[starts[0] : starts[0]] = [*stub, "", ""]
        else:
            lines = [*lines, "", *stub, ""]
    return newline.join(lines)


def _replace(
    project: Project, path: Path, text: str, exercises: Sequence[Exercise], what: str
) -> str:
    """Write a file anew if that changes it, and keep what was there."""
    content = text.encode("utf-8")
    before = path.read_bytes() if path.exists() else None
    if before is not None and before.removeprefix(b"\xef\xbb\xbf") == content:
        return f"{what} is as it was given."
    kept = ""
    if before is not None:
        aside = unused_name(path.with_name(f"{path.stem}.before-reset.txt"))
        write_atomically(aside, before)
        kept = f" The file as it was is kept: {project.short(aside)}"
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, content)
    with project.updating_state() as state:
        for exercise in exercises:
            record = state.of(exercise)
            record.status, record.passed = "todo", 0
    return f"{what} is as it was given again.{kept}"
