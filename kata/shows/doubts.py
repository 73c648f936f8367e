"""Which function to look at first when a show goes wrong: the first whose own tests fail.

A function that is wrong is often noticed only by one that uses it. The visible tests take each by
itself, and the catalogue has those that others build on first.
"""

from __future__ import annotations

from collections.abc import Sequence

from exercises.catalogue import Module
from kata.outcomes import VisibleOutcome
from kata.project import Project
from kata.shows.work import as_text, how_to_test
from kata.summary import QUIET


def first_doubt(project: Project, module: Module, needed: Sequence[str]) -> tuple[str, str] | None:
    """Return the first of the needed exercises that fails a visible test, and what to say of it."""
    if not project.layout.visible_tests(module).is_file():
        return None
    from kata.notebook import run_visible_tests  # it loads more than a show that goes well needs

    exercises = [exercise for exercise in module.exercises if exercise.name in needed]
    results = run_visible_tests(exercises, project)
    for exercise in exercises:
        for outcome in sorted(results[exercise].outcomes, key=lambda outcome: outcome.line):
            if outcome.status not in QUIET:
                code = project.place(exercise)
                return exercise.name, f"{_told(outcome, code)}\n\n{how_to_test(exercise)}"
    return None


def _told(outcome: VisibleOutcome, code: str) -> str:
    rows = [("", outcome.says), *outcome.rows, ("code", code)]
    return f"Your {outcome.exercise} is not right yet, so look there first:\n{as_text(rows)}"
