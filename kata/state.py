"""What a learner has done so far: one small file beside their work, to be read, kept and merged.

One line for each exercise, so that version control merges it like any text::

    version = 1
    at = "week1/norm"

    [week1]
    dot = { status = "passed", passed = 3, tests = 3, hints = 1, minutes = 4.5 }

What another version of this tool wrote, and this one does not know, is kept. A file that cannot be
read as a whole, after a merge for example, is set aside under another name; each line of it that
makes sense counts on, and of two lines for one exercise the better half of each.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from exercises.catalogue import WEEK_FILE, Exercise
from exercises.verdict import STATUSES

FILE = "progress.toml"
VERSION = 1
HEAD = "# Your progress, written by pytest and kata. Keep it with your work."
LONGEST_PAUSE_S = 15 * 60  # whoever does nothing for longer was doing something else


@dataclass
class Record:
    """What is known of one exercise.

    Attributes
    ----------
    status : str
        A name of `exercises.verdict.STATUSES`, from the last run of all its tests.
    passed, tests : int
        How many visible tests passed, and how many there are.
    hints : int
        The highest hint that was shown.
    minutes : float
        Time between one run or hint and the next, while this exercise was the one to work on;
        pauses aside.
    gave_up : bool
        The solution was shown before the exercise was solved.
    solved : str
        The day on which it was first solved.
    others : dict
        What another version wrote.
    """

    status: str = "todo"
    passed: int = 0
    tests: int = 0
    hints: int = 0
    minutes: float = 0.0
    gave_up: bool = False
    solved: str = ""
    others: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_data(cls, data: Any) -> Record:
        """Return the record that a line of the file holds.

        Raises
        ------
        ValueError
            If it holds something else.
        """
        if not isinstance(data, dict):
            raise ValueError("no table")
        others = dict(data)
        known = {}
        for name, default in _DEFAULTS.items():
            value = others.pop(name, default)
            if type(value) is int and type(default) is float:
                value = float(value)
            if type(value) is not type(default):
                raise ValueError(f"{name} is no {type(default).__name__}")
            known[name] = value
        if known["status"] not in STATUSES:
            raise ValueError(f"no status {known['status']}")
        return cls(**known, others=others)

    def as_data(self) -> dict[str, Any]:
        """Return what the file says of it: nothing of what is as at the beginning."""
        known = {name: getattr(self, name) for name in _DEFAULTS}
        told = {name: known[name] for name in known if known[name] != _DEFAULTS[name]}
        return {"status": self.status, **told, **self.others}

    def merged_with(self, other: Record) -> Record:
        """Return the better half of two lines for one exercise."""
        best = max(self, other, key=lambda record: (record.status == "passed", record.passed))
        return Record(
            status=best.status,
            passed=best.passed,
            tests=best.tests,
            hints=max(self.hints, other.hints),
            minutes=max(self.minutes, other.minutes),
            gave_up=self.gave_up or other.gave_up,
            solved=min(filter(None, (self.solved, other.solved)), default=""),
            others={**other.others, **self.others},
        )


_DEFAULTS: dict[str, Any] = {
    each.name: each.default for each in fields(Record) if each.name != "others"
}


class State:
    """The records of all exercises, and where the learner was last.

    Attributes
    ----------
    at : str
        The exercise last worked on, as `week1/norm`; empty at the beginning.
    note : str
        A sentence for the learner where the file was damaged, else empty.
    """

    def __init__(self, data: dict[str, Any] | None = None, note: str = "") -> None:
        self._data: dict[str, Any] = {}
        self._records: dict[tuple[str, str], Record] = {}
        self.note = note
        for key, value in (data or {}).items():
            if not _is_week(key):
                self._data[key] = value
                continue
            if not isinstance(value, dict):
                raise ValueError(f"{key} is no table")
            for name, line in value.items():
                self._records[key, name] = Record.from_data(line)
        if not isinstance(self._data.setdefault("at", ""), str):
            raise ValueError("at is no text")

    @property
    def at(self) -> str:
        """The exercise last worked on."""
        return str(self._data["at"])

    def of(self, exercise: Exercise) -> Record:
        """Return what is known of an exercise, to be read or changed."""
        return self._records.setdefault((exercise.week, exercise.name), Record())

    def touch(self, exercise: Exercise, now: datetime) -> None:
        """Note that the learner works on an exercise, and for how long since they last did."""
        try:
            since = datetime.fromisoformat(str(self._data.get("seen", "")))
            seconds = (now - since).total_seconds()
        except (ValueError, TypeError):  # the first time, or a time with a zone
            seconds = 0.0
        if 0 < seconds <= LONGEST_PAUSE_S:
            record = self.of(exercise)
            record.minutes = round(record.minutes + seconds / 60, 2)
        self._data["seen"] = now.isoformat(timespec="seconds")
        self._data["at"] = f"{exercise.week}/{exercise.name}"

    def merge_line(self, week: str, name: str, record: Record) -> None:
        """Take one more line for an exercise into account."""
        mine = self._records.get((week, name))
        self._records[week, name] = record.merged_with(mine) if mine else record

    def as_text(self) -> str:
        """Return the content of the file."""
        lines = [HEAD, f"version = {_toml(self._data.get('version', VERSION))}"]
        others = {key: value for key, value in self._data.items() if key != "version"}
        plain = {key: value for key, value in others.items() if not isinstance(value, dict)}
        lines += [f"{_key(key)} = {_toml(value)}" for key, value in plain.items()]
        tables = {key: value for key, value in others.items() if isinstance(value, dict)}
        for week, name in sorted(self._records, key=lambda key: key[0]):
            line = self._records[week, name].as_data()
            tables.setdefault(week, {})[name] = line
        for title, table in tables.items():
            lines += ["", f"[{_key(title)}]"]
            lines += [f"{_key(name)} = {_toml(value)}" for name, value in table.items()]
        return "\n".join(lines) + "\n"


def load_state(root: Path) -> State:
    """Return the state of a copy of the katas; a damaged file is set aside, and named in a note.

    Raises
    ------
    OSError
        If there is a file and it can't be read.
    """
    path = root / FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return State()
    try:
        return State(tomllib.loads(content.decode("utf-8-sig")))
    except ValueError:  # no TOML, no UTF-8, or TOML that says something else
        state = _salvaged(content.decode("utf-8-sig", errors="replace"))
    aside = unused_name(path.with_name("progress.damaged.toml"))
    state.note = (
        f"{FILE} was damaged: what could be read of it counts on; the old file is {aside.name}"
    )
    write_atomically(aside, content)
    write_atomically(path, state.as_text().encode("utf-8"))
    return state


@contextmanager
def updating(root: Path) -> Iterator[State]:
    """Give the state to be changed, and write it in one step.

    Raises
    ------
    OSError
        If the file can't be read or written.
    """
    state = load_state(root)
    yield state
    write_atomically(root / FILE, state.as_text().encode("utf-8"))


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` in `path` in one step: a kill leaves the old file or the new one."""
    import tempfile  # which takes longer to load than all else that `kata hint` needs

    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(temporary, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def unused_name(path: Path) -> Path:
    """Return the path, or with a number in it the first that does not exist."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _salvaged(text: str) -> State:
    """Return what the lines say that make sense on their own."""
    state = State()
    section = ""
    for line in text.splitlines():
        try:
            data = tomllib.loads(line)
            if line.lstrip().startswith("["):
                (section,) = data
            elif not section:
                State(data)  # raises where it makes no sense
                state._data |= data
            else:
                for name, value in data.items():
                    if _is_week(section):
                        state.merge_line(section, name, Record.from_data(value))
                    else:
                        state._data.setdefault(section, {})[name] = value
        except ValueError:
            continue  # the whole file was set aside
    return state


def _is_week(name: str) -> bool:
    return bool(WEEK_FILE.fullmatch(f"{name}.toml"))


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _toml(name)


def _toml(value: Any) -> str:
    """Return a value as TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(value[key])}" for key in value) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return str(value.isoformat())  # the dates and times of TOML
