"""How a learner goes on with what got a verdict: an exercise, or a question of a quiz."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from exercises import Catalogue, Exercise
from exercises.quizzes import Asked, Quiz


@dataclass(frozen=True)
class Task:
    """What the catalogue says of an exercise or question.

    Attributes
    ----------
    check : str
        The command that checks it.
    hint, hint_command : str
        The first hint, and what gives the next ones; a question has none.
    module : str
        The module that it is about.
    lesson_command : str
        What opens its lesson.
    """

    exercise: Exercise
    check: str
    hint: str
    hint_command: str
    module: str
    lesson_command: str


def tasks_of(catalogue: Catalogue) -> dict[tuple[str, str], Task]:
    """Return everything of a catalogue that gets a verdict, by week and name."""
    count = Counter(each.name for each in catalogue.exercises)
    tasks = {}
    for week in catalogue.weeks:
        for each in week.exercises:
            tasks[week.name, each.name] = _of_exercise(each, is_only=count[each.name] == 1)
        questions = [(quiz, asked) for quiz in week.quizzes for asked in quiz.asked]
        graded = week.graded[len(week.exercises) :]
        for (quiz, asked), each in zip(questions, graded, strict=True):
            tasks[week.name, each.name] = _of_question(each, quiz, asked)
    return tasks


def _of_exercise(exercise: Exercise, *, is_only: bool) -> Task:
    name = exercise.name if is_only else f"{exercise.week}/{exercise.name}"
    return Task(
        exercise,
        check=f"pytest {exercise.week} -k {exercise.name}",
        hint=exercise.hints[0],
        hint_command=f"kata hint {name}",
        module=exercise.module,
        lesson_command=f"kata lesson {name}",
    )


def _of_question(exercise: Exercise, quiz: Quiz, asked: Asked) -> Task:
    return Task(
        exercise,
        check=f"kata quiz {quiz.command}",
        hint="",
        hint_command="",
        module=asked.module,
        lesson_command=f"kata lesson {asked.module}",
    )
