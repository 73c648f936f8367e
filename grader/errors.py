"""Everything that can go wrong on our side, by whose problem it is.

::

    GraderError
    ├── InputError      the instructor's: a folder, an option, an archive
    ├── ResultError     the instructor's: a result file that is damaged, or of another version
    ├── SuiteError      the authors': a hidden test, a reference, a variant, a stub
    └── SandboxError    the machine's: no confinement, or the zygote was lost

What a learner's code does wrong is no error of the grader's but a `LearnerFault`
(see `grader.sandbox.faults`) and ends as a verdict.
"""

import traceback
from pathlib import Path

MAX_TEXT = 200


class GraderError(Exception):
    """What the command line reports in one line, with exit status 2."""


class InputError(GraderError):
    """What was given to us can't be used; the message says which file and what to do."""


class ResultError(GraderError):
    """A file of results can't be read; the message says which and what to do."""


class SuiteError(GraderError):
    """Our own tests, references or variants are wrong."""


class SandboxError(GraderError):
    """The sandbox could not be made, or broke in a way that is not the learner's doing."""


def describe_mistake(error: Exception) -> str:
    """Say in one line what failed on our side, and where."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    text = "".join(c if c.isprintable() else " " for c in str(error)[:MAX_TEXT])
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}: {text}"
