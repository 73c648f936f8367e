"""What the class report shows of a learner: packed, a few learners in each chunk."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from exercises.verdict import VERDICTS
from grader.intake.submission import Submission
from grader.judging.known import digests_of_texts
from grader.reports.standing import NOT_TESTED, Standing
from grader.results import ExerciseResult, Result

LEARNERS_IN_CHUNK = 20
DETAILED_LEARNERS = 2000
MAX_SHOWN_CHARACTERS = 64 * 1024  # of one module
# As written into the page, whose other parts are at most a few MiB.
MAX_BYTES_WITH_CODE, MAX_BYTES = 10 << 20, 12 << 20


class Details:
    """Details of the first learners of a class, as far as there is room for them.

    Parameters
    ----------
    standing : Standing
        It numbers learners, exercises and tests.
    max_with_code, max_bytes : int
        From how many bytes on learners' code is left out, and then everything.

    Attributes
    ----------
    chunks : list of str or None
        Base64 of deflated JSON; None where there was no room.
    """

    def __init__(
        self,
        standing: Standing,
        max_with_code: int = MAX_BYTES_WITH_CODE,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._standing = standing
        self._max_with_code, self._max_bytes = max_with_code, max_bytes
        self._size = 0
        self._number = 0
        self._learners: dict[int, dict[str, list[Any]]] = {}
        self._code: dict[str, dict[int, str]] = {}
        self.chunks: list[str | None] = []
        self.n_without_code = 0

    def add(self, index: int, result: Result, submission: Submission | None) -> None:
        """Keep the details of a result; those of one learner follow each other."""
        if index >= DETAILED_LEARNERS:
            return
        if index // LEARNERS_IN_CHUNK != self._number:
            self.close()
            self._number = index // LEARNERS_IN_CHUNK
        exercises, tests = self._standing.columns(result.week)
        entries: list[Any] = [0] * len(exercises)
        for each in result.exercises:
            entries[exercises[each.exercise]] = _entry(each, tests)
        self._learners.setdefault(index, {})[result.week] = entries
        if submission is None:
            return
        digests = digests_of_texts(submission)
        for name, file in submission.files.items():
            # What was handed in meanwhile is not what was judged.
            if file.text is not None and digests[name] == result.texts.get(name):
                text = file.text
                if len(text) > MAX_SHOWN_CHARACTERS:
                    text = text[:MAX_SHOWN_CHARACTERS] + "\n# … the rest is not shown"
                self._code.setdefault(f"{result.week}/{name}", {})[index] = text

    def close(self) -> None:
        """Pack what was added last."""
        if not self._learners:
            return
        # Texts of one module are alike, and packed well where one follows the other.
        packed = _pack({"learners": self._learners, "code": self._code})
        if self._size + len(packed) > self._max_with_code and self._code:
            packed = _pack({"learners": self._learners, "code": {}})
            self.n_without_code += len(self._learners)
        is_room = self._size + len(packed) <= self._max_bytes
        self._size += len(packed) if is_room else 0
        while len(self.chunks) < self._number:
            self.chunks.append(None)
        self.chunks.append(packed if is_room else None)
        self._learners, self._code = {}, {}


def _entry(each: ExerciseResult, tests: dict[tuple[str, str], int]) -> list[Any]:
    """Return score, reason, number of tests passed, and of failed ones the number and reason."""
    n_passed = sum(test.status == "passed" for test in each.tests)
    failed: list[Any] = []
    if each.status not in NOT_TESTED:
        failed = [
            [tests[each.exercise, test.name], "" if test.why == each.why else test.why]
            for test in each.tests
            if test.status != "passed"
        ]
    status = VERDICTS.index(each.status)
    return [status, each.score, each.why, n_passed, len(each.tests), failed]


def _pack(data: Any) -> str:
    text = json.dumps(data, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("ascii"), 6)).decode("ascii")
