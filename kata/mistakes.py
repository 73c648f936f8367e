"""Mistakes that our authors know, in a learner copy: each sealed by what it does in visible tests.

The file holds, for each, a mark and a sentence under a key. Both are made of all that the visible
tests of one exercise see of the mistake. So a sentence opens to who makes that mistake, and to who
can tell beforehand in which tests it fails and by what: to them it gives nothing away. Where all is
right nothing fails, so no right answer is in it, and no input but those that visible tests show.

A sentence is told only if all tests of the exercise were run, each failure is the mistake's own,
and the other exercises that its code calls are right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exercises.catalogue import Exercise
from exercises.layout import CATALOGUE_FOLDER
from kata.outcomes import Standing
from kata.seal import locked, opened_by

if TYPE_CHECKING:
    from kata.project import Project

MISTAKES = f"{CATALOGUE_FOLDER}/mistakes.sealed"
CERTAIN, UNCERTAIN = "!", "?"


@dataclass(frozen=True)
class Mistake:
    """A mistake that does what was seen; `is_certain` if hardly another one does."""

    says: str
    is_certain: bool


def key_of(failures: Mapping[int, str]) -> bytes:
    """Return the key to a mistake, of a digest of each failure, by the line of its test."""
    return hashlib.sha256(repr(sorted(failures.items())).encode("ascii")).digest()


def sealed(mistakes: Mapping[bytes, Mistake]) -> str:
    """Return the text of the file, whose order tells nothing."""
    return locked({key: _as_text(mistake) for key, mistake in mistakes.items()})


def opened(text: str, keys: Iterable[bytes]) -> Mistake | None:
    """Return the mistake that one of the keys opens."""
    for key in keys:
        found = opened_by(key, text)
        if found is not None:
            return Mistake(says=found[1:], is_certain=found[0] == CERTAIN)
    return None


def find_mistake(
    project: Project,
    exercise: Exercise,
    results: Mapping[Exercise, Standing],
    passed: Collection[Exercise] = (),
) -> Mistake | None:
    """Return the listed mistake that accounts for all failures of an exercise, if there is one.

    Of the exercises that are not among the results, some may be known to be `passed`.
    """
    standing = results[exercise]
    failures = [each for each in standing.outcomes if each.status not in ("passed", "skipped")]
    if not failures or not standing.is_whole or not all(each.evidence for each in failures):
        return None
    right = {(each.week, each.name) for each in passed if each not in results}
    right |= {(e.week, e.name) for e in results if results[e].status == "passed"}
    if not all((exercise.week, name) in right for each in failures for name in each.uses):
        return None
    by_border = zip(*(each.evidence for each in failures), strict=True)
    lines = [each.line for each in failures]
    keys = (key_of(dict(zip(lines, digests, strict=True))) for digests in by_border)
    path = project.root / MISTAKES
    return opened(path.read_text(encoding="ascii"), keys) if path.is_file() else None


def _as_text(mistake: Mistake) -> str:
    return (CERTAIN if mistake.is_certain else UNCERTAIN) + mistake.says
