"""What GitHub Classroom's autograding reporter reads, one file for each learner and week.

The format is that of classroom-resources/autograding-grading-reporter, `src/main.js`. A message is
one line that begins with our own words, since GitHub obeys a line of a log that begins with `::`.
`test_code` stays empty: the tests are hidden.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from exercises.quizzes import file_name_of
from grader.printing import printable
from grader.reports.exports.exported import Exported
from grader.reports.exports.folder import paths_of
from grader.results import ExerciseResult, Result

BROKEN = ("timeout", "crashed", "unreadable")


def export_to_github_classroom(results: Sequence[Result]) -> Exported:
    """Return `<learner>/<week>.json` for each result."""
    paths, left_out = paths_of(results)
    return Exported(
        {
            f"{path}.json": json.dumps(result_json(result)).encode("ascii")
            for path, result in paths.items()
        },
        left_out,
        next_step='in the workflow: echo "result=$(base64 -w0 FILE)" >> "$GITHUB_OUTPUT"',
    )


def result_json(result: Result) -> dict[str, Any]:
    """Return one result as the reporter reads it: a pass is all points of the week."""
    return {
        "version": 3,
        "status": "pass" if result.score >= result.max_score > 0 else "fail",
        "message": f"Points {result.score:.10g}/{result.max_score:.10g}",
        "max_score": result.max_score,
        "tests": [_test(result.week, exercise) for exercise in result.exercises],
    }


def _test(week: str, exercise: ExerciseResult) -> dict[str, Any]:
    status = "error" if exercise.status in BROKEN else "fail"
    points = f"{exercise.score:.10g} of {exercise.points:.10g} points"
    return {
        "name": exercise.exercise,
        "status": "pass" if exercise.status == "passed" else status,
        "message": f"{points}: {printable(exercise.why)}",
        "test_code": "",
        "filename": f"{week}/{file_name_of(exercise.module)}",
        "line_no": 0,
        "duration": exercise.seconds,
        "score": exercise.score,
    }
