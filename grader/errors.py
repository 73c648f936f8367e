"""Everything that can go wrong on our side, by whose problem it is.

::

    GraderError
    ├── InputError      the instructor's: a folder, an option, an archive
    ├── SuiteError      the authors': a hidden test, a reference, a variant, a stub
    └── SandboxError    the machine's: no confinement, or the zygote was lost

What a learner's code does wrong is no error of the grader's but a `LearnerFault`
(see `grader.sandbox.faults`) and ends as a verdict.
"""


class GraderError(Exception):
    """What the command line reports in one line, with exit status 2."""


class InputError(GraderError):
    """What was given to us can't be used; the message says which file and what to do."""


class SuiteError(GraderError):
    """Our own tests, references or variants are wrong."""


class SandboxError(GraderError):
    """The sandbox could not be made, or broke in a way that is not the learner's doing."""
