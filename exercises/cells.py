"""What the cells of a week's notebook are called: builders, graders and gradebooks say the same.

The names are nbgrader's `grade_id`s and the cells' own ids, and stay as they are when a notebook is
built again: nbgrader refuses new names once there are submissions.
"""

from __future__ import annotations

from exercises.catalogue import Exercise, Module, Question, Week

SETUP = "setup"
_TEST = "test-"


def notebook_name(week: Week) -> str:
    """Return the file name of a week's notebook; its assignment is called like the week."""
    return f"{week.name}.ipynb"


def statement_cell(exercise: Exercise) -> str:
    """Return the name of the cell that says what to write."""
    return f"statement-{exercise.name}"


def answer_cell(exercise: Exercise) -> str:
    """Return the name of the cell that the learner fills.

    Exercises that are aspects of one class share it: a class can't be spread over cells.
    """
    return f"answer-{exercise.object_name}"


def check_cell(exercise: Exercise) -> str:
    """Return the name of the cell in which the learner tries the answer."""
    return f"check-{exercise.name}"


def test_cell(exercise: Exercise) -> str:
    """Return the name of the cell that carries the points."""
    return f"{_TEST}{exercise.name}"


def question_cell(question: Question) -> str:
    """Return the name of the cell that a learner answers in words, and a person grades."""
    return f"question-{question.name}"


def asking_cell(question: Question) -> str:
    """Return the name of the cell that says what to answer in words."""
    return f"asking-{question.name}"


def notes_cell(module: Module) -> str:
    """Return the name of the cell that says what all exercises of a module take for granted."""
    return f"notes-{module.name}"


def given_cell(module: Module) -> str:
    """Return the name of the cell with the code of a module that is given."""
    return f"given-{module.name}"


def exercise_of_test_cell(week: Week, name: str) -> Exercise | None:
    """Return the exercise whose points a cell carries, or None."""
    if not name.startswith(_TEST):
        return None
    return next((e for e in week.exercises if test_cell(e) == name), None)
