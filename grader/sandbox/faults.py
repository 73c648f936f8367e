"""What a learner's code can do instead of answering.

None of these is a builtin type that a test could expect, so `pytest.raises(ValueError)` never
takes one of them for an honest refusal.
"""


class LearnerFault(Exception):
    """The call did not end with a result or an exception; the message says why, to the learner."""


class CallTimedOut(LearnerFault):
    """The call was still computing, or waiting, when its time was up."""


class ChildCrashed(LearnerFault):
    """The process that ran the learner's code is gone."""


class BadAnswer(LearnerFault):
    """What came back is no plain data, too large, or not of the protocol."""


class TooMuchWork(LearnerFault):
    """The call ran more Python than a test of speed allows."""


class ForbiddenUse(LearnerFault):
    """The code uses what a from-scratch exercise forbids."""
