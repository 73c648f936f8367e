"""What decides the verdicts of a week, as one digest: a regrade touches only what it must."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from exercises import Week
from grader.course import ROOT, Course

# What judges, whoever's course it is. Of the rest of the grader, which reads submissions and shows
# results, no verdict depends.
TOOLS = (
    *("grader/judging", "grader/sandbox", "grader/cells.py", "grader/variants.py"),
    *("kata/comparisons.py", "kata/causes.py", "kata/rules.py", "exercises/verdict.py"),
)


def suite_digest(course: Course, week_name: str) -> str:
    """Return what changes whenever a verdict of this week could: tests, references, tools."""
    week = course.catalogue.week(week_name)
    assert week is not None
    digest = hashlib.sha256(_what_counts(week).encode())
    for root, path in _files(course, week):
        name = path.relative_to(root).as_posix().encode()
        data = path.read_bytes()
        digest.update(b"%d %s %d\n" % (len(name), name, len(data)))
        digest.update(data)
    return digest.hexdigest()


def _what_counts(week: Week) -> str:
    """Return those facts of the catalogue that a score depends on."""
    return json.dumps(
        [
            [e.name, e.module, e.points, e.is_stretch, e.object_name, e.forbidden]
            for e in week.exercises
        ]
    )


def _files(course: Course, week: Week) -> Iterator[tuple[Path, Path]]:
    for name in TOOLS:
        path = ROOT / name
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield ROOT, file
    for room in ("solutions", "tests"):
        for file in sorted((course.root / room / week.name).rglob("*.py")):
            yield course.root, file
