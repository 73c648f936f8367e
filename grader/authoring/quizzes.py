"""Make of the quizzes' sources what learners get: questions without keys, and sealed reasons."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

from exercises.quizzes import ANSWER, NUMERIC, SET, WHOLE, Asked, Quiz, handed_out, marked
from grader.course import Course
from grader.quizzes import Key, load_keys, quiz_title, score_of, sources
from kata.reasons import lock_reasons, reason_for


def quiz_texts(course: Course) -> dict[str, str]:
    """Return what is made of each quiz, by its path relative to the course.

    Raises
    ------
    SuiteError
        If a source is not as it should be.
    """
    texts: dict[str, str] = {}
    for quiz in _quizzes(course):
        paths = {
            course.layout.quiz_definition(quiz.week, quiz.name): _definition(quiz),
            course.layout.answers(quiz): handed_out(quiz),
        }
        texts |= {path.relative_to(course.root).as_posix(): paths[path] for path in paths}
    return texts


def answer_files(course: Course) -> dict[str, str]:
    """Return the files in which learners answer, as they are given, by their path."""
    return {f"{quiz.week}/{quiz.file_name}": handed_out(quiz) for quiz in _quizzes(course)}


def _quizzes(course: Course) -> Iterator[Quiz]:
    for week, name in sources(course):
        asked = (replace(key.asked, seals=_seals(key)) for key in keys_of(course, week, name))
        yield Quiz(name, week, quiz_title(course, week, name), tuple(asked))


def keys_of(course: Course, week: str, name: str) -> list[Key]:
    """Return the right answers of a quiz."""
    return load_keys(course, week, name, {each.name for each in course.catalogue.exercises})


def _seals(key: Key) -> str:
    return lock_reasons(key.asked, key.said)


def _definition(quiz: Quiz) -> str:
    data = {"title": quiz.title, "asked": {asked.name: _as_data(asked) for asked in quiz.asked}}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _as_data(asked: Asked) -> dict[str, object]:
    data: dict[str, object] = {
        "module": asked.module,
        "kind": asked.kind,
        "title": asked.title,
        "points": asked.points,
        "text": asked.text,
    }
    if asked.choices:
        data["choices"] = list(asked.choices)
    elif asked.kind != SET:
        data |= {"start": str(asked.start), "step": str(asked.step)}
    if asked.compute:
        data["compute"] = asked.compute
    data["seals"] = asked.seals
    return data


def problems_of_quizzes(course: Course) -> list[str]:
    """Return what is wrong: keys that do not fit their questions, modules that there are not."""
    modules = {module.name for week in course.catalogue.weeks for module in week.modules}
    return [
        f"{week}/{name} {key.asked.name}: {problem}"
        for week, name in sources(course)
        for key in keys_of(course, week, name)
        for problem in _problems(course, key, modules)
    ]


def _problems(course: Course, key: Key, modules: Collection[str]) -> Iterator[str]:
    names = {each.name for each in course.catalogue.exercises}
    asked = replace(key.asked, seals=_seals(key))
    if asked.module not in modules:
        yield f"there is no module {asked.module!r}"
    for answer, is_right in _answers(key):
        entry = {ANSWER: answer}
        found = marked(asked, entry, key.said.get, names)
        if (found.status == "passed") != is_right or not found.why:
            yield f"{answer} is graded {found.status}: {found.why}"
        if is_right and score_of(key, found) != asked.points:
            yield f"{answer} does not get all points"
        if found != marked(asked, entry, partial(reason_for, asked), names):
            yield f"{answer} is something else in a learner copy"


def _answers(key: Key) -> Iterator[tuple[Any, bool]]:
    """Yield answers, and whether each is right: the right one, and each that has a reason."""
    asked = key.asked
    if asked.kind in NUMERIC:
        cells = {part: part == key.right[0] for part in key.said if part.lstrip("-").isdecimal()}
        for cell, is_right in cells.items():
            middle = asked.start + (int(cell) + Fraction(1, 2)) * asked.step
            yield f"{middle.numerator}/{middle.denominator}", is_right
        return
    yield list(key.right), True
    for part in key.said:
        if not part.startswith(WHOLE):
            yield [part], key.right == (part,)
