"""Quizzes: what is asked, what learners write as an answer, and what an answer comes to.

A week may have files `exercises/<week>.quiz.json` and `exercises/<week>.reading.json`. They are
made of `solutions/<week>/quiz.toml` by `python -m grader stubs`, and hold what learners may know:
questions, choices, and reasons that are sealed. Learners answer in `<week>/quiz.toml`.

An answer is taken apart into parts: the number of each choice, the name of each exercise, or the
cell of a grid in which a number lies. What is said of a part is looked up, by the grader in the
source and by the learner's tool in the sealed reasons; all else is the same for both.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

QUIZ, READING = "quiz", "reading"
QUIZZES = (QUIZ, READING)
CHOICE, SEVERAL, NUMBER, PREDICT, SET = KINDS = (
    *("choice", "several", "number"),
    *("predict", "set"),
)
NUMERIC = (NUMBER, PREDICT)
ANSWER, GUESS = "answer", "guess"
OTHERWISE, WHOLE = "otherwise", "whole"  # not a part: any other number; all parts together
WIDTH = 78  # of the comments in a learner's file
# The reader of TOML takes time that grows with the square of a dotted key's length, and as many of
# Python's frames as brackets are nested.
MAX_BYTES, MAX_LINE = 64 * 1024, 1000
MAX_PARTS = 50
MAX_MAGNITUDE = 30  # powers of ten
FRACTION = re.compile(r"\s*([+-]?\d{1,20})\s*/\s*(\d{1,20})\s*")
_LINE_OF_AN_ERROR = re.compile(r"\(at line (\d+), column \d+\)")


class QuizError(Exception):
    """A file of a quiz is wrong; the message says which, where, and what to do."""


class AnswerError(Exception):
    """An answer is none; the message says what it should be."""


@dataclass(frozen=True)
class Asked:
    """One question of a quiz, as learners see it.

    Attributes
    ----------
    name : str
        Unique in its week, also among exercises.
    module : str
        The module that it is about.
    kind : str
        One of `KINDS`. To `predict` is to guess a number before it is computed.
    choices : tuple of str
        Numbered from 1.
    start, step : Fraction
        The grid of a number: cell k is [start + k step, start + (k + 1) step]; which of them is
        the right one, it does not tell.
    compute : str
        How a number is computed that was guessed.
    seals : str
        Reasons, each sealed by the part of an answer that it belongs to.
    """

    name: str
    week: str
    quiz: str
    module: str
    kind: str
    title: str
    points: float
    text: str
    choices: tuple[str, ...] = ()
    start: Fraction = Fraction(0)
    step: Fraction = Fraction(1)
    compute: str = ""
    seals: str = ""


@dataclass(frozen=True)
class Quiz:
    """One file of questions, in the order in which learners meet them."""

    name: str
    week: str
    title: str
    asked: tuple[Asked, ...]

    @property
    def file_name(self) -> str:
        """What the learner's file is called."""
        return file_name_of(self.name)

    @property
    def command(self) -> str:
        """What `kata quiz` calls it."""
        return self.week if self.name == QUIZ else f"{self.week}/{self.name}"


@dataclass(frozen=True)
class Said:
    """What is said of a part of an answer."""

    is_right: bool
    why: str


@dataclass(frozen=True)
class Marked:
    """What an answer comes to.

    Attributes
    ----------
    status : str
        `passed`, `partial`, `failed`, `todo`, or `unreadable`: it is no answer.
    said : tuple of (str, Said)
        Each part of the answer, as learners read it, with what is said of it.
    why : str
        All of it in words.
    """

    status: str
    said: tuple[tuple[str, Said], ...]
    why: str


def file_name_of(module: str) -> str:
    """Return what the file of a module or quiz is called that learners hand in."""
    return f"{module}.toml" if module in QUIZZES else f"{module}.py"


def definition_file(folder: Path, week: str, name: str) -> Path:
    """Return the file in `exercises` that holds what learners may know of a quiz."""
    return folder / f"{week}.{name}.json"


def load_quizzes(folder: Path, week: str) -> Iterator[Quiz]:
    """Yield the quizzes of a week.

    Raises
    ------
    QuizError
        If a file can't be read.
    """
    for name in QUIZZES:
        path = definition_file(folder, week, name)
        if path.is_file():
            yield _load(path, week, name)


def _load(path: Path, week: str, name: str) -> Quiz:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        asked = (_asked(entry, key, week, name) for key, entry in data["asked"].items())
        return Quiz(name, week, data["title"], tuple(asked))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise QuizError(
            f"{path}: is no quiz ({error!r}); it is made by `python -m grader stubs`"
        ) from error


def _asked(entry: Mapping[str, Any], name: str, week: str, quiz: str) -> Asked:
    values = dict(entry)
    values["choices"] = tuple(values.get("choices", ()))
    for key in ("start", "step"):
        if key in values:
            values[key] = Fraction(values[key])
    return Asked(name=name, week=week, quiz=quiz, **values)


def answers_in(text: str, file_name: str) -> dict[str, dict[str, Any]]:
    """Return the tables of a learner's file.

    Raises
    ------
    QuizError
        If it can't be read; the message says where.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QuizError(f"{file_name} is larger than {MAX_BYTES // 1024} KiB")
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_LINE:
            raise QuizError(f"{file_name}:{number}: this line is longer than {MAX_LINE} characters")
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except (RecursionError, MemoryError) as error:
        raise QuizError(f"{file_name}: its brackets are nested too deep") from error
    except (ValueError, ArithmeticError) as error:  # a TOMLDecodeError is a ValueError
        is_told = isinstance(error, tomllib.TOMLDecodeError)
        what = str(error) if is_told else "a number in it is out of all reason"
        found = _LINE_OF_AN_ERROR.search(what)
        place = f":{found[1]}" if found else ""
        raise QuizError(
            f"{file_name}{place}: {_LINE_OF_AN_ERROR.sub('', what).strip()}; "
            'an answer is a number, a text in "quotes" or a list in [brackets]'
        ) from error
    return {key: value for key, value in table.items() if isinstance(value, dict)}


def is_blank(value: Any) -> bool:
    """Say whether a value stands for an answer that is still to be given."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def parts_of(asked: Asked, value: Any, names: Collection[str] = ()) -> tuple[str, ...]:
    """Return the parts of an answer as they are looked up, each once.

    Parameters
    ----------
    asked : Asked
        The question.
    value : object
        What stands in the file.
    names : collection of str
        All exercises, for a question that asks for them.

    Raises
    ------
    AnswerError
        If it is no answer to this question.
    """
    if asked.kind in NUMERIC:
        return (str(_cell(asked, number_of(value))),)
    if asked.kind == SET:
        return tuple(sorted(_names(value, names)))
    numbers = sorted(set(_choices(value, len(asked.choices))))
    if asked.kind == CHOICE and len(numbers) != 1:
        raise AnswerError("takes one choice only, such as answer = 2")
    return tuple(map(str, numbers))


def whole_of(parts: Iterable[str]) -> str:
    """Return what a whole answer is looked up by."""
    return f"{WHOLE} {' '.join(parts)}"


def number_of(value: Any) -> Fraction:
    """Return the number that somebody wrote: 0.25, 1e-3, "0.25" or "1/4".

    Raises
    ------
    AnswerError
        If it is none, or out of all reason.
    """
    refusal = AnswerError('takes a number, such as answer = 0.25, or "1/4" in quotes')
    if isinstance(value, str):
        found = FRACTION.fullmatch(value)
        if found is not None and int(found[2]):
            return Fraction(int(found[1]), int(found[2]))
        try:
            value = Decimal(value.strip().replace("−", "-"))
        except InvalidOperation as error:
            raise refusal from error
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise refusal
    if isinstance(value, int):
        if abs(value) >= 10**MAX_MAGNITUDE:
            raise refusal
        return Fraction(value)
    number = Decimal(value)
    if not number.is_finite() or (number and abs(number.adjusted()) > MAX_MAGNITUDE):
        raise refusal
    if len(number.as_tuple().digits) > MAX_LINE:
        raise refusal
    return Fraction(number)


def _cell(asked: Asked, number: Fraction) -> int:
    """Return the cell of the grid; a number on a border belongs to the even one of both.

    The right answer's cell has an even number, so it holds both of its ends.
    """
    place = (number - asked.start) / asked.step
    cell = math.floor(place)
    return cell - 1 if place == cell and cell % 2 else cell


def _choices(value: Any, count: int) -> Iterator[int]:
    refusal = AnswerError(f"takes numbers from 1 to {count}, as the choices are numbered")
    if isinstance(value, str):
        value = re.split(r"[\s,;]+", value.strip())
    entries = value if isinstance(value, list) else [value]
    if not 0 < len(entries) <= MAX_PARTS:
        raise refusal
    for entry in entries:
        if isinstance(entry, str) and entry.isascii() and entry.isdecimal() and len(entry) < 4:
            entry = int(entry)
        if isinstance(entry, bool) or not isinstance(entry, int) or not 1 <= entry <= count:
            raise refusal
        yield entry


def _names(value: Any, names: Collection[str]) -> set[str]:
    refusal = AnswerError('takes names of exercises, such as answer = ["softmax", "linear"]')
    if isinstance(value, str):
        value = re.split(r"[\s,;]+", value.strip())
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PARTS:
        raise refusal
    found = set()
    for entry in value:
        if not isinstance(entry, str):
            raise refusal
        name = entry.strip().rpartition("/")[2]
        if name not in names:
            raise AnswerError(f"{name[:40]!r} is no exercise; `kata list` names them all")
        found.add(name)
    return found


def marked(
    asked: Asked,
    entry: Mapping[str, Any] | None,
    find: Callable[[str], Said | None],
    names: Collection[str] = (),
) -> Marked:
    """Return what an answer comes to; `find` looks up what is said of a part."""
    value = (entry or {}).get(ANSWER)
    if is_blank(value):
        return Marked("todo", (), "not answered yet")
    try:
        parts = parts_of(asked, value, names)
    except AnswerError as error:
        return Marked("unreadable", (), f"{asked.name} {error}")
    said = tuple((_shown(asked, part), _said(asked, part, find)) for part in parts)
    n_right = sum(each.is_right for _, each in said)
    whole = find(whole_of(parts))
    if whole is not None and whole.is_right:
        status = "passed"
    else:
        status = "partial" if 2 * n_right > len(said) and asked.kind in (SEVERAL, SET) else "failed"
    words = [f"{shown}: {each.why}" if shown else each.why for shown, each in said]
    if status == "partial" and n_right == len(said):
        words.append("All of this is right, and something is missing.")
    return Marked(status, said, " ".join(words))


def _shown(asked: Asked, part: str) -> str:
    return "" if asked.kind in (*NUMERIC, CHOICE) else part


def _said(asked: Asked, part: str, find: Callable[[str], Said | None]) -> Said:
    found = find(part)
    if found is not None:
        return found
    if asked.kind in NUMERIC:
        return find(OTHERWISE) or Said(False, "That is not the number.")
    return Said(False, "That is not what this line itself does.")


def handed_out(quiz: Quiz) -> str:
    """Return the file that learners are given: questions as comments, and answers to fill in."""
    lines = [f"# {quiz.title}", "#"]
    lines += _comment(
        f"Answer here, or one question after another: kata quiz {quiz.command}. An answer is the "
        "number of a choice (answer = 2), several of them (answer = [1, 3]), a number "
        '(answer = 0.25, or "1/4"), or names of exercises (answer = ["dot", "softmax"]). '
        "This file is handed in; what you change in its comments does not matter."
    )
    for number, asked in enumerate(quiz.asked, start=1):
        lines += ["", f"# {number}. {asked.title} ({asked.module})", "#"]
        lines += _comment(asked.text)
        for index, choice in enumerate(asked.choices, start=1):
            lines += _comment(choice, first=f"  {index}  ", rest="     ")
        if asked.kind == PREDICT:
            lines += ["#", *_comment(f"Guess first. Then compute it: {asked.compute}")]
        lines.append(f"[{asked.name}]")
        if asked.kind == PREDICT:
            lines.append(f'{GUESS} = ""')
        lines.append(f"{ANSWER} = {'[]' if asked.kind in (SEVERAL, SET) else _EMPTY}")
    return "\n".join(lines) + "\n"


_EMPTY = '""'


def _comment(text: str, first: str = "", rest: str = "") -> list[str]:
    """Return a text as comments; lines that are indented, such as code, stay as they are."""
    import textwrap  # which few need

    lines = []
    for index, paragraph in enumerate(text.split("\n")):
        if paragraph.startswith("    ") or not paragraph:
            lines.append(f"# {rest}{paragraph}".rstrip())
            continue
        lines += textwrap.wrap(
            paragraph,
            WIDTH,
            initial_indent=f"# {rest if index else first}",
            subsequent_indent=f"# {rest}",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
