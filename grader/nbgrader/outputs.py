"""A verdict as a notebook shows it: outputs of a cell, and the text of a comment.

Formgrader and the feedback pages put an output's HTML into the page as it is, and read a comment
as Markdown. A verdict quotes what a learner wrote: so the one is escaped, and the other is a block
of code.
"""

# mypy: allow-untyped-calls
# nbformat's are

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from nbformat import NotebookNode, from_dict

from exercises.verdict import STATUSES
from grader.printing import printable
from grader.results import ExerciseResult, TestResult
from kata.page import COLOURS

COMMENT_WIDTH = 88
INDENT = "    "  # of a block of code
PASSED = "passed"


def verdict_outputs(result: ExerciseResult | None, points: float) -> list[NotebookNode]:
    """Return the outputs of an exercise's test cell.

    Parameters
    ----------
    result : ExerciseResult or None
        The verdict; None gives an error, which nbgrader reads as no points: a cell without outputs
        would have them all.
    points : float
        What nbgrader is to read: at most what the cell has in the gradebook.
    """
    if result is None:
        why = "this exercise has no verdict; that is no fault of the learner's"
        return [_output("error", ename="NotGraded", evalue=why, traceback=[f"NotGraded: {why}"])]
    return [
        _output(
            "execute_result",
            data={"text/plain": repr(float(points))},
            metadata={},
            execution_count=1,
        ),
        _output(
            "display_data",
            metadata={},
            data={"text/html": _as_html(result), "text/plain": "\n".join(_lines(result))},
        ),
    ]


def _output(kind: str, **members: Any) -> NotebookNode:
    node: NotebookNode = from_dict({"output_type": kind, **members})
    return node


def verdict_text(result: ExerciseResult) -> str:
    """Return a verdict as a comment of nbgrader's, which it shows as Markdown."""
    return "\n".join(map(_wrapped, _lines(result)))


def _wrapped(line: str) -> str:
    if len(INDENT + line) <= COMMENT_WIDTH:  # most are, and there are hundreds in a submission
        return INDENT + line
    return textwrap.fill(
        line,
        COMMENT_WIDTH,
        initial_indent=INDENT,
        subsequent_indent=f"{INDENT}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _lines(result: ExerciseResult) -> Iterator[str]:
    if result.decision:
        yield printable(result.decision)
    yield f"{_headline(result)}: {printable(result.why)}"
    yield from _requirements(result)


def _as_html(result: ExerciseResult) -> str:
    colour = COLOURS[STATUSES[result.status].colour]
    items = "".join(f"<li>{html.escape(line)}</li>" for line in _requirements(result))
    decision = html.escape(printable(result.decision))
    return (
        f'<div style="border-left: 4px solid {colour}; padding-left: 0.8em">'
        + (f"<p>{decision}</p>" if decision else "")
        + f"<p><b>{html.escape(_headline(result))}</b>: {html.escape(printable(result.why))}</p>"
        + (f'<ul style="list-style: none; padding-left: 0">{items}</ul>' if items else "")
        + "</div>"
    )


def _headline(result: ExerciseResult) -> str:
    word = STATUSES[result.status].word
    unit = "point" if result.points == 1 else "points"
    return f"{word}, {result.score:g} of {result.points:g} {unit}"


def _requirements(result: ExerciseResult) -> list[str]:
    """Return a line for each requirement; the cases of one test that read alike share one."""
    lines = (f"{_sign(test)} {_sentence(test)}" for test in _worth_showing(result))
    return list(dict.fromkeys(lines))


def _worth_showing(result: ExerciseResult) -> Sequence[TestResult]:
    """Return the requirements that say more than the verdict does."""
    if result.status == PASSED:
        return [test for test in result.tests if test.status not in (PASSED, "failed")]
    if all(test.why == result.why for test in result.tests):  # none was tried
        return ()
    return result.tests


def _sign(test: TestResult) -> str:
    return STATUSES[test.status].sign if test.status in STATUSES else "·"


def _sentence(test: TestResult) -> str:
    says = printable(test.says.rstrip("."))
    return says if test.status == PASSED else f"{says}: {printable(test.why)}"
