"""What need not be graded again: verdicts on the same text by the same tests, kept and found.

A module's verdicts depend on its text, on those of its siblings that it can import, on what judges
it (see `digest`), the seed and the sandbox. Verdicts that hung on anything more, such as a clock or
the memory that the machine had left, do not last: they are given once and never handed on.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, fields, replace

from exercises import Module
from exercises.quizzes import QUIZZES
from grader.intake.submission import File, Submission
from grader.results import ExerciseResult, Result

MAX_KEPT = 2000  # modules, at some 9 KB each in week 1
# What may import a sibling without naming its folder: `from .vectors import dot`, and functions.
IMPORTS_BY_OTHER_MEANS = re.compile(r"from[\s\\]*\.|import_module|__import__")


@dataclass(frozen=True)
class Judged:
    """The verdicts on one module, and whether grading the same again could end in no other way."""

    exercises: tuple[ExerciseResult, ...]
    is_lasting: bool = False


@dataclass(frozen=True, kw_only=True)
class Regrade(Submission):
    """A submission, and the result that its learner has for this week from an earlier run."""

    earlier: Result

    @classmethod
    def of_both(cls, submission: Submission, earlier: Result) -> Regrade:
        """Put the two together."""
        values = {field.name: getattr(submission, field.name) for field in fields(Submission)}
        return cls(**values, earlier=earlier)


class Known:
    """Lasting verdicts of one process, of which those that were not asked for longest go first."""

    def __init__(self, max_kept: int = MAX_KEPT) -> None:
        self._max_kept = max_kept
        self._judged: OrderedDict[Hashable, Judged] = OrderedDict()

    def get(self, key: Hashable) -> Judged | None:
        """Return what was kept, as verdicts that took no time."""
        judged = self._judged.get(key)
        if judged is not None:
            self._judged.move_to_end(key)
        return judged

    def keep(self, key: Hashable, judged: Judged) -> None:
        """Keep verdicts if they last."""
        if not judged.is_lasting:
            return
        exercises = tuple(replace(each, seconds=0.0) for each in judged.exercises)
        self._judged[key] = replace(judged, exercises=exercises)
        if len(self._judged) > self._max_kept:
            self._judged.popitem(last=False)


def digests_of_texts(submission: Submission) -> dict[str, str]:
    """Return for each module that was handed in what changes whenever it does."""
    return {name: _digest(file) for name, file in sorted(submission.files.items())}


def _digest(file: File) -> str:
    digest = hashlib.sha256(b"text" if file.text is not None else b"problem")
    digest.update((file.text or file.problem or "").encode("utf-8", "surrogatepass"))
    digest.update(repr(file.cells).encode() if file.cells else b"")
    return digest.hexdigest()


def siblings_of(module: Module, submission: Submission) -> dict[str, File]:
    """Return the modules that one may import: all that were handed in, or none.

    What is not offered can't be imported, whatever the code does: so the choice made here is the
    whole truth of what a verdict depends on.
    """
    if not _imports_siblings(module, submission):
        return {}
    return {
        name: file
        for name, file in submission.files.items()
        if file.text is not None and name not in (module.name, *QUIZZES)
    }


def what_decides(
    module: Module, submission: Submission, digests: Mapping[str, str]
) -> dict[str, str | None]:
    """Return those digests of texts on which the verdicts on a module depend."""
    if _imports_siblings(module, submission):
        return {name: digest for name, digest in digests.items() if name not in QUIZZES}
    return {module.name: digests.get(module.name)}


def _imports_siblings(module: Module, submission: Submission) -> bool:
    """Say whether a text names its week's folder, or imports by a dot or a function.

    A notebook is made of several modules, so it always does.
    """
    file = submission.files[module.name]
    text = unicodedata.normalize("NFKC", file.text or "")  # as Python does
    return bool(file.cells) or module.week in text or bool(IMPORTS_BY_OTHER_MEANS.search(text))
