"""`GRADES/overrides.toml`: points that a person decided on, kept beside the grader's verdicts."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from grader.errors import InputError
from grader.files import write_atomically, writing_to

OVERRIDES = "overrides.toml"
HEAD = """\
# Points that a person decided on. They count in place of the grader's, whatever is graded again;
# results/ keeps the grader's verdicts. Written by `python -m grader override`.

"""
TABLE = re.compile(r"^\s*\[\[\s*override\s*\]\]")
Key = tuple[str, str, str]  # learner, week and exercise


@dataclass(frozen=True)
class Override:
    """A decision, and what the grader said when it was made.

    Attributes
    ----------
    when : str
        In UTC.
    score, status : float, str
        The grader's.
    text : str
        A digest of the module that it judged; empty if none was handed in.
    """

    learner: str
    week: str
    exercise: str
    points: float
    why: str
    when: str
    score: float
    status: str
    text: str

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.learner, self.week, self.exercise


def read_overrides(grades: Path) -> dict[Key, Override]:
    """Return the decisions of a grades folder; none if there is no file.

    Raises
    ------
    InputError
        If the file can't be read, or is wrong: the message says in which line.
    """
    path = grades / OVERRIDES
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(f"{path}: {error}") from error
    if set(data) - {"override"} or not isinstance(data.get("override", []), list):
        raise _wrong(f"{path}: holds something else than tables [[override]]")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if TABLE.match(line)]
    found: dict[Key, Override] = {}
    for number, table in enumerate(data.get("override", [])):
        where = f"{path}, line {lines[number]}" if number < len(lines) else str(path)
        try:
            one = msgspec.convert(table, Override)
        except msgspec.ValidationError as error:
            raise _wrong(f"{where}: {error}") from error
        if not (math.isfinite(one.points) and one.points >= 0):
            raise _wrong(f"{where}: points are 0 or more, not {one.points}")
        if one.key in found:
            raise _wrong(f"{where}: a second decision on {' '.join(one.key)}")
        found[one.key] = one
    return found


def write_overrides(grades: Path, overrides: Mapping[Key, Override]) -> None:
    """Write all decisions in one step, in the order of their names.

    Raises
    ------
    InputError
        If the file can't be written.
    """
    import tomli_w  # here, since reading needs it not

    tables = [asdict(overrides[key]) for key in sorted(overrides)]
    text = HEAD + tomli_w.dumps({"override": tables} if tables else {})
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(
            f"{grades / OVERRIDES}: a name holds what no text file can; rename the learner's folder"
        ) from error
    with writing_to(grades):
        write_atomically(grades / OVERRIDES, data)


def _wrong(message: str) -> InputError:
    return InputError(
        f"{message}; mend the file, or move it away: until then no grade is written or published, "
        "and all results stay as they are"
    )


def differences(then: Override, score: float, status: str, text: str) -> Iterable[str]:
    """Yield in words what is no longer as it was when a decision was made."""
    if then.text != text:
        yield "the code has changed since"
    if (then.status, round(then.score, 4)) != (status, round(score, 4)):
        yield (
            f"the grader now says {status}, {score:.10g} points, and said {then.status}, "
            f"{then.score:.10g} points, when it was made"
        )
