"""What the course folder's `nbgrader_config.py` calls: it needs no new file for a new version."""

from __future__ import annotations

from typing import Any

# Imported here and not when nbgrader first needs it: by then the course folder is on the path, and
# with it whatever lies in there.
from grader.nbgrader import autograde

_HERE = autograde.__name__


def configure(config: Any) -> None:
    """Let nbgrader's commands grade by our sandbox; what else is configured stays as it is."""
    config.Autograde.exporter_class = f"{_HERE}.SubmittedExporter"
    # What nbgrader's own steps put right in a notebook, the exporter has made itself.
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        f"{_HERE}.JudgeInSandbox",
        f"{_HERE}.SaveVerdicts",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
