"""What is handed back, of exactly one state of the grades, with a manifest of its files."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.clock import time_of_day
from grader.course import Course
from grader.errors import InputError
from grader.files import writing_to
from grader.intake.collect import collect
from grader.intake.submission import Collected
from grader.lock import only_run
from grader.overrides import OVERRIDES
from grader.reports.at_hand import submissions_in
from grader.reports.exports.export import WITHOUT, export
from grader.reports.feedback.writing import FOLDER, FeedbackPages
from grader.reports.grades_csv import write_grades_csv
from grader.reports.lateness import Deadlines
from grader.reports.spreadsheet import QUOTE
from grader.results import all_results, readable

MANIFEST = "manifest.json"
FORMER = "manifest-*.json"
EXPORTS = "exports"
IN_FOLDERS = ("gradescope", "github-classroom")
SUFFIXES = {"junit": ".xml"}


@dataclass(frozen=True)
class Published:
    """What was published.

    Attributes
    ----------
    is_first : bool
        Whether nothing was there before.
    grades : tuple of str
        Whose grades are not as they were.
    files : tuple of str
        What is new, changed or gone.
    left_out : tuple of str
        What has no place in an export.
    """

    n_results: int
    state: str
    is_first: bool
    grades: tuple[str, ...]
    files: tuple[str, ...]
    left_out: tuple[str, ...]


def publish(
    grades: Path,
    out: Path,
    formats: Sequence[str] = (),
    roster: Path | None = None,
    submitted: Path | None = None,
    deadlines: Deadlines | None = None,
) -> Published:
    """Put feedback, `grades.csv` and exports of a grades folder into `out`, in one step.

    Raises
    ------
    InputError
        If a run is writing there, a result can't be read, a page can't be made, or `out` is
        something else. Then nothing has changed.
    """
    if not (grades / "results").is_dir():
        raise InputError(f"{grades}: holds no results to publish; see python -m grader run")
    former = _former(out)
    course = Course()
    with only_run(grades), writing_to(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
        try:
            n_results, left_out = _make(
                made, grades, course, formats, roster, submitted, deadlines or Deadlines()
            )
            state = _state(grades)
            files = {name: _sha256(made / name) for name in _files(made)}
            now = time_of_day().strftime("%Y-%m-%dT%H%M%S.%fZ")
            manifest = {"made": now, "state": state, "results": n_results, "files": files}
            changed = tuple(_changed_files(former.get("files", {}), files))
            grades_changed = tuple(_changed_grades(out / "grades.csv", made / "grades.csv"))
            if changed or state != former.get("state"):
                _keep_former(out, made, former)
                (made / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
                made.chmod(0o755)
                _put_in_place(made, out)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    is_first = not former
    return Published(n_results, state, is_first, grades_changed, changed, left_out)


def _make(
    made: Path,
    grades: Path,
    course: Course,
    formats: Sequence[str],
    roster: Path | None,
    submitted: Path | None,
    deadlines: Deadlines,
) -> tuple[int, tuple[str, ...]]:
    """Write all files but the manifest; return how many results there are, and what is left out."""
    found = collect(submitted, course.catalogue) if submitted is not None else Collected((), ())
    pages = FeedbackPages(made / FOLDER, course, submissions_in(found.hand_ins), deadlines)
    unreadable: list[str] = []
    results = list(pages.writing(readable(all_results(grades), unreadable)))
    problems = [*unreadable, *pages.problems, *pages.notes]
    if problems:
        raise InputError("\n".join(["nothing is published:", *problems]))
    if not results:
        raise InputError(f"{grades}: holds no results to publish; see python -m grader run")
    write_grades_csv(made, course.catalogue, results)
    left_out: list[str] = []
    for name in dict.fromkeys(formats):
        target = (
            made / EXPORTS / (name if name in IN_FOLDERS else name + SUFFIXES.get(name, ".csv"))
        )
        report = export(grades, name, target, None if name in WITHOUT else roster)
        left_out += [f"{name}: {each}" for each in report.left_out]
    return len(results), tuple(left_out)


def _former(out: Path) -> dict[str, Any]:
    """Return the manifest of what was published there before, empty if nothing was."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return {}
    try:
        former = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(former["files"], dict) and isinstance(former["made"], str):
            return dict(former)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise InputError(f"--out {out}: holds something else than published grades; give a new folder")


def _keep_former(out: Path, made: Path, former: Mapping[str, Any]) -> None:
    if not former:
        return
    for path in out.glob(FORMER):
        shutil.copy2(path, made / path.name)
    shutil.copy2(out / MANIFEST, made / f"manifest-{Path(former['made']).name}.json")


def _put_in_place(made: Path, out: Path) -> None:
    """Move the new folder to where the old one is; if that fails, the old one stays."""
    if not out.exists():
        made.replace(out)
        return
    aside = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-former-"))
    out.replace(aside)
    try:
        made.replace(out)
    except OSError:
        aside.replace(out)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _state(grades: Path) -> str:
    """Return what changes whenever a result or a decision does."""
    digest = hashlib.sha256()
    for path in [*sorted((grades / "results").glob("*/*.json")), grades / OVERRIDES]:
        if path.is_file():
            name = path.relative_to(grades).as_posix()
            digest.update(f"{_sha256(path)} {name}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _changed_files(before: Mapping[str, Any], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"new: {name}"
        elif name not in after:
            yield f"gone: {name}"
        elif before[name] != after[name]:
            yield f"changed: {name}"


def _changed_grades(before: Path, after: Path) -> Iterator[str]:
    old, new = _table(before), _table(after)
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield f"{' '.join(key)}: {old.get(key) or 'none'} → {new.get(key) or 'none'}"


def _table(path: Path) -> dict[tuple[str, str], str]:
    """Return the grades of a `grades.csv` by learner and week; none if there is no such file."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {
        (row[0].removeprefix(QUOTE), week): score
        for row in rows
        for week, score in zip(header[1:-1], row[1:-1], strict=True)
        if score
    }
