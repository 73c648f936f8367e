"""`kata quiz`: the questions of a week, one after another, with a reason for each answer.

All that is written is lines, and all that is read is lines, so it works wherever Python does. What
is answered is kept in the learner's own file at once, so one can leave at any time.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from exercises.catalogue import Catalogue
from exercises.quizzes import (
    ANSWER,
    CHOICE,
    GUESS,
    NUMERIC,
    PREDICT,
    QUIZ,
    SET,
    AnswerError,
    Asked,
    Marked,
    Quiz,
    QuizError,
    answers_in,
    handed_out,
    is_blank,
    marked,
    number_of,
    parts_of,
)
from kata.console import screen_on
from kata.errors import UsageError
from kata.project import Project
from kata.reasons import reason_for
from kata.screen import Screen

WIDEST = 80
INDENT = "   "
RIGHT_WORD, WRONG_WORD, PARTLY_WORD = "Right.", "Not so.", "Partly right."
HOW = {
    "choice": "Your answer, a number",
    "several": "Your answer, one number or several",
    "number": "Your answer, a number such as 0.25 or 1/4",
    "predict": "What you computed",
    "set": "Your answer, names of exercises",
}
COULD_NOT_BE_KEPT = "cannot be written; change its lines for {name} by hand"


@dataclass(frozen=True)
class Answered:
    """How far somebody is with a quiz: counts, or why it can't be told."""

    quiz: Quiz
    n_answered: int = 0
    n_right: int = 0
    problem: str = ""

    def __str__(self) -> str:
        """Return it in words."""
        if self.problem:
            return self.problem
        count = len(self.quiz.asked)
        right = f", {self.n_right} right" if self.n_answered else ""
        return f"{self.n_answered} of {count} answered{right}"

    @property
    def is_done(self) -> bool:
        """Whether all is right."""
        return not self.problem and self.n_right == len(self.quiz.asked)


def how_far(project: Project, quiz: Quiz) -> Answered:
    """Return how far the learner is with a quiz."""
    try:
        answers = _answers(project, quiz)
    except UsageError as error:
        return Answered(quiz, problem=str(error))
    found = [_marked(project, each, answers.get(each.name)) for each in quiz.asked]
    return Answered(
        quiz,
        n_answered=sum(each.status != "todo" for each in found),
        n_right=sum(each.status == "passed" for each in found),
    )


def quiz_named(catalogue: Catalogue, name: str | None, here: str) -> Quiz:
    """Return a quiz: of a week, or `week4/reading` or `reading`; without a name that of this week.

    Raises
    ------
    UsageError
        If there is none.
    """
    quizzes = [quiz for week in catalogue.weeks for quiz in week.quizzes]
    wanted = (name or here).replace("\\", "/").strip("/").removesuffix(".toml")
    for quiz in quizzes:
        if wanted in (quiz.command, f"{quiz.week}/{quiz.name}") or wanted == quiz.name != QUIZ:
            return quiz
    known = [quiz.command for quiz in quizzes]
    raise UsageError(f"no quiz of {wanted!r}; there are {', '.join(known) or 'none in this copy'}")


def ask(project: Project, quiz: Quiz, *, again: bool = False) -> int:
    """Ask what is open, or `again` what is wrong; return the exit code."""
    screen = screen_on(sys.stdout)
    screen.width = min(WIDEST, screen.width)
    answers = _answers(project, quiz)
    statuses = {each.name: _marked(project, each, answers.get(each.name)) for each in quiz.asked}
    wanted = ("partial", "failed", "unreadable") if again else ("todo", "unreadable")
    left = [each for each in quiz.asked if statuses[each.name].status in wanted]
    place = project.short(project.layout.answers(quiz))
    screen.line(f"{quiz.title}: {how_far(project, quiz)}. Answers are kept in {place}.", bold=True)
    if left:
        screen.line("Enter alone goes on to the next question; Ctrl-C or q leaves.")
    try:
        for asked in left:
            number = quiz.asked.index(asked) + 1
            _ask_one(screen, project, quiz, asked, f"{number} of {len(quiz.asked)}")
    except (EOFError, KeyboardInterrupt):
        screen.line()
    except _Leaves:
        pass
    _say_goodbye(screen, project, quiz)
    return 0


class _Leaves(Exception):
    """The learner wants to stop here."""


def _say_goodbye(screen: Screen, project: Project, quiz: Quiz) -> None:
    found = how_far(project, quiz)
    screen.line()
    screen.line(f"{found}.", bold=True)
    if found.n_answered < len(quiz.asked):
        screen.line(f"To go on: kata quiz {quiz.command}")
    elif not found.is_done:
        screen.line(f"To try again what is not right: kata quiz {quiz.command} --again")


def _ask_one(screen: Screen, project: Project, quiz: Quiz, asked: Asked, place: str) -> None:
    screen.line()
    screen.line(f"{place}: {asked.title} ({asked.module})", bold=True)
    screen.paragraph(asked.text)
    for index, choice in enumerate(asked.choices, start=1):
        screen.paragraph(choice, first=f"{index:>2} ", rest=INDENT)
    if asked.kind == PREDICT:
        entry = _answers(project, quiz).get(asked.name, {})
        if is_blank(entry.get(GUESS)):
            guess = _read_number(screen, "Guess first, a number")
            if guess is None:
                return
            _keep(screen, project, quiz, asked, GUESS, guess)
        screen.paragraph(f"Now compute it: {asked.compute}")
    while True:
        typed = _read(f"{HOW[asked.kind]}: ")
        if not typed:
            return
        value = _value(asked, typed)
        try:
            parts_of(asked, value, _names(project))
        except AnswerError as error:
            screen.paragraph(f"That does not count: this question {error}.", rest=INDENT)
            continue
        _keep(screen, project, quiz, asked, ANSWER, value)
        found = _marked(project, asked, {ANSWER: value})
        _tell(screen, project, quiz, asked, found)
        if found.status == "passed":
            return
        screen.line("Another answer, or Enter to go on.")


def _tell(screen: Screen, project: Project, quiz: Quiz, asked: Asked, found: Marked) -> None:
    word = {"passed": RIGHT_WORD, "partial": PARTLY_WORD}.get(found.status, WRONG_WORD)
    screen.line(word, green=found.status == "passed", red=found.status == "failed")
    for shown, said in found.said:
        first = f"{'+' if said.is_right else '-'} {shown}: " if shown else ""
        screen.paragraph(said.why, first=first, rest=INDENT if shown else "")
    if found.status == "partial" and all(said.is_right for _, said in found.said):
        screen.line("All of this is right, and something is missing.")
    if asked.kind == PREDICT and found.status == "passed":
        guess = _answers(project, quiz).get(asked.name, {}).get(GUESS)
        if not is_blank(guess):
            screen.line(f"Your guess was {guess}.")


def _read(prompt: str) -> str:
    typed = input(prompt).strip()
    if not sys.stdin.isatty():
        print(typed)  # what came from a pipe is not on the screen
    if typed.lower() in ("q", "quit", "exit"):
        raise _Leaves
    return typed


def _read_number(screen: Screen, prompt: str) -> str | None:
    while typed := _read(f"{prompt}: "):
        try:
            number_of(typed)
        except AnswerError as error:
            screen.paragraph(f"That does not count: a guess {error}.", rest=INDENT)
        else:
            return typed
    return None


def _value(asked: Asked, typed: str) -> Any:
    """Return what was typed as it stands in the file."""
    if asked.kind in NUMERIC:
        return typed
    words = [word for word in re.split(r"[\s,;]+", typed) if word]
    if asked.kind == SET:
        return words
    numbers = [int(word) if word.isascii() and word.isdecimal() else word for word in words]
    return numbers[0] if asked.kind == CHOICE and len(numbers) == 1 else numbers


def _names(project: Project) -> Collection[str]:
    return {exercise.name for exercise in project.catalogue.exercises}


def _marked(project: Project, asked: Asked, entry: Mapping[str, Any] | None) -> Marked:
    return marked(asked, entry, lambda part: reason_for(asked, part), _names(project))


def _answers(project: Project, quiz: Quiz) -> dict[str, dict[str, Any]]:
    """Return what the learner's file says; nothing if there is none.

    Raises
    ------
    UsageError
        If it can't be read.
    """
    path = project.layout.answers(quiz)
    place = project.short(path)
    try:
        return answers_in(path.read_bytes().decode("utf-8-sig"), place)
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise UsageError(f"{place} is not saved as UTF-8") from error
    except OSError as error:
        raise UsageError(f"{place} cannot be read: {error.strerror}") from error
    except QuizError as error:
        raise UsageError(
            f"{error}. As it was given, without answers: kata reset {place}"
        ) from error


def _keep(screen: Screen, project: Project, quiz: Quiz, asked: Asked, key: str, value: Any) -> None:
    """Write an answer into the learner's file, or say that it could not be."""
    from kata.state import write_atomically

    path = project.layout.answers(quiz)
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else handed_out(quiz)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, with_answer(before, asked.name, key, value).encode("utf-8"))
    except (OSError, UnicodeDecodeError, QuizError):
        where = project.short(path)
        screen.paragraph(f"{where} {COULD_NOT_BE_KEPT.format(name=asked.name)}.", rest=INDENT)


def with_answer(text: str, name: str, key: str, value: Any) -> str:
    """Return a learner's file with one value in it changed, and nothing else.

    Comments stay, also one behind the value, and so do the ends of lines.

    Raises
    ------
    QuizError
        If there is no safe way.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split("\n")
    line = f"{key} = {_toml(value)}"
    end = "\r" if newline == "\r\n" else ""
    wanted = tomllib.loads(text.removeprefix("\ufeff"))
    entry = wanted.setdefault(name, {})
    before, entry[key] = entry.get(key), tomllib.loads(line)[key]
    heads = [n for n, each in enumerate(lines) if _head_of(each) == name]
    for head in heads:
        for start in range(head + 1, len(lines)):
            if not re.match(rf"\s*{key}\s*=", lines[start]):
                continue
            tail = _comment_behind(lines[start].removesuffix("\r"), key, before)
            for stop in range(start + 1, len(lines) + 1):  # the old value may have several lines
                changed = "\n".join([*lines[:start], line + tail + end, *lines[stop:]])
                if _says(changed, wanted):
                    return changed
        changed = "\n".join([*lines[: head + 1], line + end, *lines[head + 1 :]])
        if _says(changed, wanted):
            return changed
    whole = text if text.endswith("\n") or not text else text + newline
    changed = f"{whole}{newline}[{name}]{newline}{line}{newline}"
    if not _says(changed, wanted):
        raise QuizError(f"[{name}] is written in a way that is not known here")
    return changed


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    is_plain = isinstance(value, str) and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", value)
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)


def _head_of(line: str) -> str:
    found = re.match(r"\s*\[\s*([\w-]+)\s*\]", line)
    return found[1] if found else ""


def _comment_behind(line: str, key: str, value: Any) -> str:
    """Return the comment that stands behind a value, with the blanks before it."""
    for found in re.finditer(r"\s*#", line):
        if _says(line[: found.start()], {key: value}):
            return line[found.start() :]
    return ""


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text.removeprefix("\ufeff")) == wanted
    except ValueError:
        return False
