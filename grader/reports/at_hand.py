"""What was handed in, read once more to be shown beside its verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from grader.intake.submission import HandIn, Submission

# Gives what a learner handed in for a week, if that is at hand.
SubmissionOf = Callable[[str, str], Submission | None]


def submissions_in(hand_ins: Iterable[HandIn]) -> SubmissionOf:
    """Return what reads a submission once more; None where it is gone, or can't be read."""
    by_name = {(each.learner, each.week): each for each in hand_ins}

    @lru_cache(maxsize=1)  # the report and the feedback ask for the same
    def read(learner: str, week: str) -> Submission | None:
        hand_in = by_name.get((learner, week))
        try:
            return hand_in.read() if hand_in else None
        except OSError:  # the run tells it; here the learner's code is left out
            return None

    return read
