"""The quizzes with their right answers, and the verdicts on what learners answered.

`solutions/<week>/quiz.toml` is the source, a table for each question in the order in which learners
meet them; `reading.toml` likewise. What an answer comes to is decided here, in the process that
holds the secrets: a learner's file is data, read with bounds, and none of it is run::

    title = "Quiz of week 1"

    [length]
    module = "vectors"
    title = "What a length says"
    kind = "choice"        # or several, number, predict, set
    text = "…"
    # points = 1

    [[length.choices]]
    text = "…"
    right = true           # left out: wrong
    because = "…"

A number has `answer`, `tolerance`, `because` (why it is right), `otherwise` (said of any other
number) and `[[NAME.mistakes]]` with `answer` and `because`; a guess before it (`predict`) also has
`compute`. A set has `[NAME.because]`, with a sentence for each exercise that belongs to it, and may
have `[NAME.also]`, with exercises that may be named and need not be, and `[NAME.no]`, with those
that are named by mistake.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from exercises import Module, Week
from exercises.quizzes import (
    CHOICE,
    KINDS,
    NUMBER,
    NUMERIC,
    OTHERWISE,
    PREDICT,
    QUIZZES,
    SET,
    SEVERAL,
    AnswerError,
    Asked,
    Marked,
    Quiz,
    QuizError,
    Said,
    answers_in,
    marked,
    parts_of,
    whole_of,
)
from grader.course import Course
from grader.errors import SuiteError
from grader.intake.submission import File
from grader.results import ExerciseResult, Misconception, TestResult

COMMON = {"module", "title", "kind", "text", "points"}
KEYS = {
    CHOICE: {"choices"},
    SEVERAL: {"choices"},
    NUMBER: {"answer", "tolerance", "because", "otherwise", "mistakes"},
    PREDICT: {"answer", "tolerance", "because", "otherwise", "mistakes", "compute"},
    SET: {"because", "also", "no"},
}
MAY_BE_LEFT_OUT = {"points", "mistakes", "also", "no"}
WHOLE_SAYS = "Right."


@dataclass(frozen=True)
class Key:
    """The right answers to one question.

    Attributes
    ----------
    said : mapping
        What is said of each part of an answer, and of the whole right one.
    right : tuple of str
        The parts of the right answer; of those that may be added, none.
    also : tuple of str
        Parts that may be added, and count for nothing.
    """

    asked: Asked
    said: Mapping[str, Said]
    right: tuple[str, ...]
    also: tuple[str, ...] = ()


def load_keys(course: Course, week: str, name: str, exercises: Collection[str]) -> list[Key]:
    """Return the questions of a quiz with their right answers; none if there is no source.

    Raises
    ------
    SuiteError
        If the source breaks a rule of the format.
    """
    path = course.layout.quiz_source(week, name)
    if not path.is_file():
        return []
    return [
        _Reader(f"{path}: [{key}]", key, table, exercises).key(week, name)
        for key, table in _table(course, week, name).items()
    ]


def quiz_title(course: Course, week: str, name: str) -> str:
    """Return the title of a quiz."""
    return str(_table(course, week, name, with_title=True)["title"])


def _table(course: Course, week: str, name: str, *, with_title: bool = False) -> dict[str, Any]:
    path = course.layout.quiz_source(week, name)
    try:
        table = tomllib.loads(course.read(path), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise SuiteError(f"{path}: cannot be read as TOML: {error}") from error
    if not isinstance(table.get("title"), str):
        raise SuiteError(f'{path}: needs a title = "…" at its top')
    return table if with_title else {key: table[key] for key in table if key != "title"}


@dataclass(frozen=True)
class _Reader:
    """Reads one question of a source."""

    where: str
    name: str
    table: Any
    exercises: Collection[str]

    def key(self, week: str, quiz: str) -> Key:
        if not isinstance(self.table, dict):
            raise SuiteError(f"{self.where} is no table")
        kind = self.table.get("kind")
        if kind not in KINDS:
            raise SuiteError(f"{self.where} needs a kind: {', '.join(KINDS)}")
        known = COMMON | KEYS[kind]
        if wrong := (set(self.table) - known) | (known - MAY_BE_LEFT_OUT - set(self.table)):
            raise SuiteError(f"{self.where} has keys too many, or lacks some: {sorted(wrong)}")
        asked = Asked(
            name=self.name,
            week=week,
            quiz=quiz,
            module=self._text(self.table, "module"),
            kind=kind,
            title=self._text(self.table, "title"),
            points=self._points(),
            text=self._text(self.table, "text"),
        )
        if kind in NUMERIC:
            return self._number(asked)
        return self._set(asked) if kind == SET else self._choices(asked)

    def _text(self, table: Any, key: str) -> str:
        text = table.get(key) if isinstance(table, dict) else None
        if not isinstance(text, str) or not text.strip():
            raise SuiteError(f"{self.where} needs a text {key!r}")
        return text.strip()

    def _points(self) -> float:
        points = self.table.get("points", 1)
        if isinstance(points, bool) or not isinstance(points, int | Decimal) or not points > 0:
            raise SuiteError(f"{self.where} needs points above 0, got {points!r}")
        return points if isinstance(points, int) else float(points)

    def _choices(self, asked: Asked) -> Key:
        choices = self.table["choices"]
        texts = tuple(self._text(choice, "text") for choice in choices)
        said = {
            str(number): Said(choice.get("right") is True, self._text(choice, "because"))
            for number, choice in enumerate(choices, start=1)
        }
        right = tuple(part for part, each in said.items() if each.is_right)
        if len(texts) < 3 or len(set(texts)) < len(texts) or len(right) == len(texts):
            raise SuiteError(f"{self.where} needs three different choices or more, not all right")
        if not right or (asked.kind == CHOICE and len(right) > 1):
            raise SuiteError(f"{self.where}: {len(right)} choices are right")
        return self._whole(replace(asked, choices=texts), said, right)

    def _number(self, asked: Asked) -> Key:
        answer, tolerance = self._fraction("answer"), self._fraction("tolerance")
        if not tolerance > 0:
            raise SuiteError(f"{self.where} needs a tolerance above 0")
        step = 2 * tolerance
        compute = self._text(self.table, "compute") if asked.kind == PREDICT else ""
        # The remainder keeps the grid where it is, and does not tell which cell is the right one.
        asked = replace(asked, start=(answer - tolerance) % (2 * step), step=step, compute=compute)
        right = self._parts(asked, answer)
        said = {
            right[0]: Said(True, self._text(self.table, "because")),
            OTHERWISE: Said(False, self._text(self.table, "otherwise")),
        }
        around: dict[str, Said] = {}
        for mistake in self.table.get("mistakes", ()):
            (part,) = self._parts(asked, mistake.get("answer"))
            if part in said:
                raise SuiteError(f"{self.where}: {mistake['answer']} is as good as another answer")
            said[part] = Said(False, self._text(mistake, "because"))
            for neighbour in (-tolerance, tolerance):  # which may lie in the next cell
                (beside,) = self._parts(asked, Fraction(mistake["answer"]) + neighbour)
                around.setdefault(beside, said[part])
        said = {**around, **said}
        return self._whole(asked, said, right)

    def _fraction(self, key: str) -> Fraction:
        value = self.table[key]
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise SuiteError(f"{self.where} needs a number {key!r}")
        return Fraction(value)

    def _parts(self, asked: Asked, value: Any) -> tuple[str, ...]:
        if isinstance(value, Fraction):
            value = f"{value.numerator}/{value.denominator}"
        try:
            return parts_of(asked, value)
        except AnswerError as error:
            raise SuiteError(f"{self.where} {error}") from error

    def _set(self, asked: Asked) -> Key:
        said = {}
        for table, is_right in (("because", True), ("also", True), ("no", False)):
            for name in self.table.get(table, {}):
                if name not in self.exercises or name in said:
                    raise SuiteError(f"{self.where}: {name} is no exercise, or named twice")
                said[name] = Said(is_right, self._text(self.table[table], name))
        right = tuple(sorted(self.table["because"]))
        if not right:
            raise SuiteError(f"{self.where} has no exercise that belongs to it")
        return self._whole(asked, said, right, tuple(sorted(self.table.get("also", {}))))

    def _whole(
        self,
        asked: Asked,
        said: Mapping[str, Said],
        right: tuple[str, ...],
        also: tuple[str, ...] = (),
    ) -> Key:
        """Return the key, in which each right answer as a whole is found too."""
        wholes = {whole_of(sorted({*right, *more})): Said(True, WHOLE_SAYS) for more in _some(also)}
        return Key(asked, {**said, **wholes}, right, also)


def _some(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield every choice of some parts."""
    if not parts:
        yield ()
        return
    for rest in _some(parts[1:]):
        yield rest
        yield (parts[0], *rest)


class QuizJudge:
    """Gives verdicts on quizzes, whose sources it reads once."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._exercises = frozenset(each.name for each in course.catalogue.exercises)
        self._keys: dict[tuple[str, str], dict[str, Key]] = {}

    def judge(self, week: Week, quiz: Quiz, file: File | None) -> tuple[ExerciseResult, ...]:
        """Return the verdict on each question of a quiz.

        Raises
        ------
        SuiteError
            If our own source is not as it should be.
        """
        module = next(each for each in week.quiz_modules if each.name == quiz.name)
        if file is None:
            return _all(module, "todo", f"{quiz.file_name} was not handed in")
        if file.text is None:
            return _all(module, "unreadable", file.problem or "cannot be read")
        try:
            answers = answers_in(file.text, quiz.file_name)
        except QuizError as error:
            return _all(module, "unreadable", str(error))
        keys = self._keys_of(quiz)
        return tuple(
            self._verdict(module, keys[asked.name], answers.get(asked.name)) for asked in quiz.asked
        )

    def _keys_of(self, quiz: Quiz) -> dict[str, Key]:
        place = quiz.week, quiz.name
        if place not in self._keys:
            keys = load_keys(self._course, *place, self._exercises)
            self._keys[place] = {key.asked.name: key for key in keys}
            if [asked.name for asked in quiz.asked] != [key.asked.name for key in keys]:
                raise SuiteError(
                    f"{self._course.layout.quiz_definition(*place)}: does not have the questions "
                    "of its source; run `python -m grader stubs`"
                )
        return self._keys[place]

    def _verdict(self, module: Module, key: Key, entry: Mapping[str, Any] | None) -> ExerciseResult:
        found = marked(key.asked, entry, key.said.get, self._exercises)
        misconception = None
        if found.status == "failed" and len(found.said) == 1 and key.asked.kind != SET:
            ((_, said),) = found.said
            part = "_".join(parts_of(key.asked, (entry or {})["answer"]))
            if part in key.said:
                misconception = Misconception(f"answers_{part}".replace("-", "minus_"), said.why)
        return _result(module, key.asked, found, score_of(key, found), misconception)


def score_of(key: Key, found: Marked) -> float:
    """Return the points of an answer: of several parts each wrong one takes a right one's away."""
    if found.status == "passed":
        return float(key.asked.points)
    if found.status != "partial":
        return 0.0
    n_right = sum(said.is_right and shown in key.right for shown, said in found.said)
    n_wrong = sum(not said.is_right for _, said in found.said)
    return round(key.asked.points * max(0, n_right - n_wrong) / len(key.right), 4)


def _all(module: Module, status: str, why: str) -> tuple[ExerciseResult, ...]:
    return tuple(
        ExerciseResult.without_tests(exercise, status, why, [("answer", exercise.title)])
        for exercise in module.exercises
    )


def _result(
    module: Module, asked: Asked, found: Marked, score: float, misconception: Misconception | None
) -> ExerciseResult:
    is_right = found.status == "passed"
    status = found.status
    if status == "unreadable" or (status == "partial" and not score):
        status = "failed"  # an answer that is none; and what is wrong outweighs what is right
    return ExerciseResult(
        exercise=asked.name,
        module=module.name,
        points=asked.points,
        score=score,
        status=status,
        why=found.why,
        misconception=misconception,
        seconds=0.0,
        tests=(
            TestResult(
                "answer",
                asked.title,
                "passed" if is_right else "failed",
                "" if is_right else found.why,
            ),
        ),
    )


def sources(course: Course) -> Iterator[tuple[str, str]]:
    """Yield week and name of each quiz that has a source."""
    for week in course.catalogue.weeks:
        for name in QUIZZES:
            if course.layout.quiz_source(week.name, name).is_file():
                yield week.name, name
