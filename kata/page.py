"""Show what became of exercises in a notebook: as HTML, or as text where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from io import StringIO

from exercises.catalogue import Exercise
from exercises.verdict import STATUSES
from kata.console import Writer
from kata.outcomes import Standing
from kata.project import Project
from kata.screen import Screen
from kata.summary import (
    SO_FAR,
    Problems,
    Results,
    find_problems,
    points_of,
    points_text,
    state_of,
    write_problems,
)

TEXT_WIDTH = 79
# Colours that can be read on white and on black.
COLOURS = {"red": "#d9534f", "yellow": "#b8860b", "green": "#2e9e5b", "dim": "#888888"}
ROW_COLOURS = {"expected": "green", "got": "red", "raised": "red"}
ROW = "background: none"  # JupyterLab's has stripes
CELL = f"padding: 0 1em 0 0; text-align: left; vertical-align: top; border: 0; {ROW}"
WORDS = f"{CELL}; white-space: pre-wrap"
CODE = f"{WORDS}; font-family: monospace"


class Report:
    """What the visible tests say of some exercises.

    Parameters
    ----------
    results : Results
        What became of them.
    project : Project
        Where they are written.
    is_short : bool
        Whether to show their states alone.
    """

    def __init__(self, results: Results, project: Project, *, is_short: bool) -> None:
        self._results = results
        self._project = project
        self._problems = () if is_short else tuple(find_problems(results, project))
        self._is_short = is_short

    def __repr__(self) -> str:
        """Return all of it as text, as `pytest` words it."""
        text = StringIO()
        screen = Screen(Writer(text, has_colour=False, width=TEXT_WIDTH))
        if not self._is_short:
            write_problems(screen, self._results, self._project)
            if self._problems:
                screen.line()
        for exercise, result in self._results.items():
            status = STATUSES[result.status]
            screen.line(
                f"{status.sign} {exercise.name}: {', '.join(self._facts(exercise, result))}"
            )
        screen.line(SO_FAR)
        return text.getvalue().rstrip("\n")

    def _repr_html_(self) -> str:
        """Return all of it as HTML; whatever a learner wrote is escaped."""
        return "".join(self._html())

    def _html(self) -> Iterator[str]:
        yield '<div style="line-height: 1.5">'
        for problems in self._problems:
            yield from _problems_html(problems)
        yield "<div>"
        for exercise, result in self._results.items():
            status = STATUSES[result.status]
            facts = " · ".join(self._facts(exercise, result))
            line = f"{status.sign} <b>{exercise.name}</b>: {escape(facts)}"
            yield f'<div style="color: {COLOURS[status.colour]}">{line}</div>'
        yield f'</div><div style="opacity: 0.7">{SO_FAR}</div></div>'

    def _facts(self, exercise: Exercise, result: Standing) -> Iterator[str]:
        yield state_of(result)
        yield f"{result.n_passed}/{result.n_tests} tests"
        points = points_text(points_of(exercise, result))
        yield f"{points}/{exercise.points:g} points" + (" (bonus)" * exercise.is_stretch)
        if result.status == "todo" and not self._is_short:
            yield f"stuck? {self._project.hint_command(exercise)}"


def _problems_html(problems: Problems) -> Iterator[str]:
    yield f'<div style="color: {COLOURS["red"]}"><b>✗ {escape(problems.heading)}</b></div>'
    yield '<table style="margin: 0 0 0.5em 1em; border-collapse: collapse">'
    for label, text in [*problems.rows, *(("also", says + place) for says, place in problems.also)]:
        colour = COLOURS.get(ROW_COLOURS.get(label, ""), "inherit")
        if label:
            yield f'<tr style="{ROW}"><td style="{CELL}; opacity: 0.7">{escape(label)}</td>'
            yield f'<td style="{CODE}; color: {colour}">{escape(text)}</td></tr>'
        else:
            yield f'<tr style="{ROW}"><td colspan="2" style="{WORDS}">{escape(text)}</td></tr>'
    yield "</table>"
