"""What a run did and how the class stands, as JSON for scripts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from grader.run import Summary


def summary_as_json(summary: Summary, grades: Path) -> str:
    """Return a run's summary; all texts in it are data."""
    standing = summary.standing
    data: dict[str, Any] = {
        "graded": summary.graded,
        "unchanged": summary.kept,
        "not_graded": summary.failed,
        "troubles": summary.troubles,
        "void_tests": [[test.id, test.says, test.why] for test in summary.void],
        "notes": summary.notes,
        "conflicts": summary.conflicts,
        "sandbox": summary.sandbox,
        "grades": str(grades / "grades.csv"),
        "report": str(summary.report) if summary.report else None,
        "learners": standing.n_learners,
        "results": [
            {
                "learner": learner,
                "week": week,
                "score": row.score,
                "max_score": row.max_score,
                "submitted_at": row.submitted_at or None,
                "statuses": {
                    name: row.statuses[column]
                    for name, column in standing.columns(week)[0].items()
                    if column < len(row.statuses) and row.statuses[column] is not None
                },
            }
            for learner, rows in standing.learners
            for week, row in rows.items()
        ],
        "misconceptions": [
            {
                "week": each.week,
                "exercise": each.exercise,
                "sentence": each.sentence,
                "count": each.count,
            }
            for each in standing.commonest_findings()
        ],
        "needs_help": [
            {"learner": standing.learners[need.learner][0], "reasons": need.reasons}
            for need in standing.needs()
        ],
    }
    return json.dumps(data, indent=1)
