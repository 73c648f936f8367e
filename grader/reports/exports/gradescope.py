"""Gradescope's `results.json`, one for each learner and week.

Its format is in `docs/specs.md` of gradescope/autograder_samples. Every text is declared plain, so
that Gradescope shows it and does not take it for HTML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from exercises.verdict import STATUSES
from grader.printing import printable
from grader.reports.exports.exported import Exported
from grader.reports.exports.folder import paths_of
from grader.results import ExerciseResult, Result


def export_to_gradescope(results: Sequence[Result]) -> Exported:
    """Return `<learner>/<week>/results.json` for each result."""
    paths, left_out = paths_of(results)
    return Exported(
        {
            f"{path}/results.json": json.dumps(results_json(result), indent=1).encode("ascii")
            for path, result in paths.items()
        },
        left_out,
    )


def results_json(result: Result) -> dict[str, Any]:
    """Return one result as Gradescope reads it.

    It holds no seed: Gradescope gives it to the next submission's run, and shows it to learners.
    """
    return {
        "score": result.score,
        "execution_time": round(sum(each.seconds for each in result.exercises), 3),
        "output": f"{result.score:.10g} of {result.max_score:.10g} points",
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [_test(each) for each in result.exercises],
    }


def _test(exercise: ExerciseResult) -> dict[str, Any]:
    lines = [printable(exercise.decision)] if exercise.decision else []
    lines.append(f"{STATUSES[exercise.status].word}: {printable(exercise.why)}")
    lines += [
        f"{test.status}: {printable(test.says)}"
        for test in exercise.tests
        if test.status != "passed"
    ]
    return {
        "name": exercise.exercise,
        "score": exercise.score,
        "max_score": exercise.points,
        "status": "passed" if exercise.status == "passed" else "failed",
        "output": "\n".join(lines),
        "visibility": "visible",
        "tags": [exercise.module],
    }
