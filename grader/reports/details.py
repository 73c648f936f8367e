"""What the class report shows of a learner: packed, a few learners in each chunk."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

from exercises.verdict import VERDICTS
from grader.intake.submission import Submission
from grader.judging.known import digests_of_texts
from grader.reports.figures import NOT_TESTED
from grader.reports.standing import Standing
from grader.results import ExerciseResult, Result

LEARNERS_IN_CHUNK = 20
DETAILED_LEARNERS = 2000
MAX_SHOWN_CHARACTERS = 64 * 1024  # of one module
# As written into the page, whose other parts are at most a few MiB.
MAX_BYTES_WITH_CODE, MAX_BYTES = 12_000_000, 13_000_000


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
        self._chunk = _Chunk()
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
        for each in result.exercises:
            column = exercises[each.exercise]
            self._chunk.add_verdict(index, result.week, column, each, tests)
        if submission is None:
            return
        digests = digests_of_texts(submission)
        for name, file in submission.files.items():
            # What was handed in meanwhile is not what was judged.
            if file.text is not None and digests[name] == result.texts.get(name):
                text = file.text
                if len(text) > MAX_SHOWN_CHARACTERS:
                    text = text[:MAX_SHOWN_CHARACTERS] + "\n# … the rest is not shown"
                self._chunk.add_code(index, f"{result.week}/{name}", text)

    def close(self) -> None:
        """Pack what was added last."""
        if not self._chunk.learners:
            return
        packed = self._chunk.packed(with_code=True)
        if self._size + len(packed) > self._max_with_code and self._chunk.code:
            packed = self._chunk.packed(with_code=False)
            self.n_without_code += len(self._chunk.learners)
        is_room = self._size + len(packed) <= self._max_bytes
        self._size += len(packed) if is_room else 0
        while len(self.chunks) < self._number:
            self.chunks.append(None)
        self.chunks.append(packed if is_room else None)
        self._chunk = _Chunk()


class _Chunk:
    """Details of a few learners, arranged so that what is alike stands together or only once."""

    def __init__(self) -> None:
        self.learners: set[int] = set()
        self.verdicts: dict[str, dict[int, dict[int, list[Any]]]] = {}
        self.code: dict[str, dict[int, list[str]]] = {}

    def add_verdict(
        self,
        index: int,
        week: str,
        column: int,
        each: ExerciseResult,
        tests: dict[tuple[str, str], int],
    ) -> None:
        """Keep status, score, reason, number of tests passed and all, and those failed, with why.

        A reason that is the one of the exercise is not told again with its tests.
        """
        self.learners.add(index)
        failed: list[Any] = []
        if each.status not in NOT_TESTED:
            failed = [
                [tests[each.exercise, test.name], "" if test.why == each.why else test.why]
                for test in each.tests
                if test.status != "passed"
            ]
        n_passed = sum(test.status == "passed" for test in each.tests)
        status = VERDICTS.index(each.status)
        why = f"{each.decision} The grader says: {each.why}" if each.decision else each.why
        entry = [status, each.score, n_passed, len(each.tests), why, failed]
        self.verdicts.setdefault(week, {}).setdefault(column, {})[index] = entry

    def add_code(self, index: int, place: str, text: str) -> None:
        """Keep the text of a module."""
        self.code.setdefault(place, {})[index] = text.split("\n")

    def packed(self, *, with_code: bool) -> str:
        """Return all of it; reasons and lines of code are numbers of a list of strings."""
        strings: dict[str, int] = {}

        def number(text: str) -> int:
            return strings.setdefault(text, len(strings))

        verdicts = {
            week: {
                column: {
                    index: [*numbers, number(why), [[test, number(w)] for test, w in failed]]
                    for index, (*numbers, why, failed) in entries.items()
                }
                for column, entries in columns.items()
            }
            for week, columns in self.verdicts.items()
        }
        code = {
            place: {index: list(map(number, lines)) for index, lines in texts.items()}
            for place, texts in (self.code.items() if with_code else ())
        }
        data = {"strings": list(strings), "verdicts": verdicts, "code": code}
        text = json.dumps(data, separators=(",", ":"))
        return base64.b64encode(zlib.compress(text.encode("ascii"), 6)).decode("ascii")
