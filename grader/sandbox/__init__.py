"""Run learners' code where it can do no harm and see no secret.

The grader (this package) holds the hidden tests and judges. A zygote, started afresh, has
imported numpy and knows nothing; it forks one confined child for each module of a submission.
The code of those two processes is in `inside/`, files that stand alone and never import the
course. One socket of plain data joins both sides (`inside/wire.py`).
"""

from grader.sandbox.faults import (
    BadAnswer,
    CallTimedOut,
    ChildCrashed,
    ForbiddenUse,
    LearnerFault,
    TooMuchWork,
)
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Child, Sandbox
from grader.sandbox.source import Source

__all__ = [
    "BadAnswer",
    "CallTimedOut",
    "Child",
    "ChildCrashed",
    "ForbiddenUse",
    "LearnerFault",
    "Limits",
    "Sandbox",
    "Source",
    "TooMuchWork",
]
