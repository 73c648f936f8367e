"""Load and check the catalogue files `weekN.toml`.

A catalogue file is plain TOML: `title` of the week, then one table per module and one per
exercise, in the order in which learners meet them::

    title = "Linear algebra, the skeleton"

    [vectors]
    title = "Vectors"

    [vectors.dot]
    title = "Dot product"
    points = 2
    difficulty = 1
    hints = ["Multiply pairs.", "Then add up."]
    forbidden = ["@", "np.dot"]

Last come the questions that are answered in words, and by a person graded. Only notebooks ask them;
this file is in the learner copy, so no answer stands here::

    [questions.direction]
    module = "vectors"
    points = 2
    text = "Why does the cosine not care how long a text is?"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exercises.quizzes import QUIZZES, Asked, Quiz, QuizError, load_quizzes

HERE = Path(__file__).resolve().parent
WEEK_FILE = re.compile(r"week[1-9]\.toml")
QUESTIONS = "questions"
QUESTION_KEYS = {"module", "points", "text"}
EXERCISE_KEYS = {
    *("title", "points", "difficulty", "picture", "hints", "forbidden", "stretch", "object"),
}
DIFFICULTIES = range(1, 6)


class CatalogueError(Exception):
    """A catalogue file is wrong; the message says which file, what, and what to do."""


@dataclass(frozen=True)
class Exercise:
    """One graded function, class or aspect of a class.

    Attributes
    ----------
    picture : str
        Which picture of the week's lesson explains it, by the name of its file; mostly none.
    """

    name: str
    week: str
    module: str
    title: str
    points: float
    difficulty: int
    hints: tuple[str, ...]
    forbidden: tuple[str, ...]
    is_stretch: bool
    object_name: str
    picture: str = ""


@dataclass(frozen=True)
class Module:
    """One file of exercises, in the order in which learners meet them."""

    name: str
    week: str
    title: str
    exercises: tuple[Exercise, ...]


@dataclass(frozen=True)
class Question:
    """Something to say in one's own words, which a person grades.

    Attributes
    ----------
    name : str
        Unique in its week.
    module : str
        The module whose lesson teaches the answer.
    points : float
        On top of `Week.max_score`: our grader neither gives nor counts them.
    text : str
        Markdown.
    """

    name: str
    week: str
    module: str
    points: float
    text: str


@dataclass(frozen=True)
class Week:
    """One folder of modules."""

    name: str
    title: str
    modules: tuple[Module, ...]
    questions: tuple[Question, ...] = ()
    quizzes: tuple[Quiz, ...] = ()

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises of the week that are code, in order."""
        return tuple(exercise for module in self.modules for exercise in module.exercises)

    @property
    def quiz_modules(self) -> tuple[Module, ...]:
        """The quizzes as results see them: a question is an exercise of a module."""
        return tuple(
            Module(quiz.name, self.name, quiz.title, tuple(map(_exercise_of, quiz.asked)))
            for quiz in self.quizzes
        )

    @property
    def graded(self) -> tuple[Exercise, ...]:
        """All that gets a verdict: the exercises, then the questions of the quizzes."""
        asked = (exercise for quiz in self.quiz_modules for exercise in quiz.exercises)
        return (*self.exercises, *asked)

    @property
    def points_of_code(self) -> float:
        """Points for all exercises that are code: stretch exercises are a bonus on top."""
        return sum(exercise.points for exercise in self.exercises if not exercise.is_stretch)

    @property
    def max_score(self) -> float:
        """Points for 100 % of the week: those of the code and of the quizzes."""
        asked = (each for quiz in self.quizzes for each in quiz.asked)
        return self.points_of_code + sum(each.points for each in asked)

    def quiz(self, name: str) -> Quiz | None:
        """Return the quiz of that name, or None."""
        return next((quiz for quiz in self.quizzes if quiz.name == name), None)

    @property
    def points_by_hand(self) -> float:
        """Points of the questions, which stand beside `max_score` and are not in it."""
        return sum(question.points for question in self.questions)

    def questions_of(self, module: Module) -> tuple[Question, ...]:
        """Return the questions that the lesson of a module prepares for."""
        return tuple(each for each in self.questions if each.module == module.name)

    def module(self, name: str) -> Module | None:
        """Return the module of that name, or None."""
        return next((module for module in self.modules if module.name == name), None)


@dataclass(frozen=True)
class Catalogue:
    """All weeks."""

    weeks: tuple[Week, ...]

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All exercises of the course that are code, in order."""
        return tuple(exercise for week in self.weeks for exercise in week.exercises)

    @property
    def graded(self) -> tuple[Exercise, ...]:
        """All that gets a verdict: see `Week.graded`."""
        return tuple(exercise for week in self.weeks for exercise in week.graded)

    def week(self, name: str) -> Week | None:
        """Return the week of that name, or None."""
        return next((week for week in self.weeks if week.name == name), None)

    def module_named(self, name: str) -> Module | None:
        """Return the first module of that name, in whichever week it is, or None."""
        modules = (module for week in self.weeks for module in week.modules)
        return next((module for module in modules if module.name == name), None)

    def module_of(self, exercise: Exercise) -> Module:
        """Return the module that an exercise is in."""
        week = self.week(exercise.week)
        module = week.module(exercise.module) if week else None
        if module is None:
            raise CatalogueError(f"no module {exercise.week}/{exercise.module} in this catalogue")
        return module

    def exercises_named(self, name: str) -> tuple[Exercise, ...]:
        """Return the exercises of that name: one, or two where two weeks share a name."""
        return tuple(exercise for exercise in self.exercises if exercise.name == name)


def load_catalogue(folder: Path = HERE) -> Catalogue:
    """Read all `weekN.toml` of a folder.

    Raises
    ------
    CatalogueError
        If a file can't be read or breaks a rule of the format.
    """
    files = sorted(path for path in folder.glob("week*.toml") if WEEK_FILE.fullmatch(path.name))
    if not files:
        raise CatalogueError(f"{folder}: no weekN.toml found; is this the exercises folder?")
    return Catalogue(tuple(_load_week(path) for path in files))


def _load_week(path: Path) -> Week:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read as TOML: {error}") from error
    title = table.pop("title", None)
    if not isinstance(title, str):
        raise CatalogueError(f'{path}: needs a title = "…" at its top')
    questions = table.pop(QUESTIONS, {})
    if not isinstance(questions, dict):
        raise CatalogueError(f"{path}: [{QUESTIONS}] is a table with one table per question")
    modules = tuple(_load_module(path, name, entry) for name, entry in table.items())
    try:
        quizzes = tuple(load_quizzes(path.parent, path.stem))
    except QuizError as error:
        raise CatalogueError(str(error)) from error
    week = Week(
        name=path.stem,
        title=title,
        modules=modules,
        questions=tuple(
            _load_question(path, modules, name, entry) for name, entry in questions.items()
        ),
        quizzes=quizzes,
    )
    names = [exercise.name for exercise in week.graded]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise CatalogueError(f"{path}: {', '.join(sorted(twice))} named twice; names are unique")
    return week


def _load_module(path: Path, name: str, table: Any) -> Module:
    if not isinstance(table, dict) or not isinstance(table.get("title"), str):
        raise CatalogueError(f'{path}: module [{name}] needs a title = "…"')
    if name in QUIZZES:
        raise CatalogueError(f"{path}: no module can be called [{name}]; quizzes are")
    entries = {key: value for key, value in table.items() if key != "title"}
    if not entries:
        raise CatalogueError(f"{path}: module [{name}] has no exercises")
    week = path.stem
    return Module(
        name=name,
        week=week,
        title=table["title"],
        exercises=tuple(
            _load_exercise(path, week, name, key, entry) for key, entry in entries.items()
        ),
    )


def _load_exercise(path: Path, week: str, module: str, name: str, table: Any) -> Exercise:
    where = f"{path}: exercise [{module}.{name}]"
    if not isinstance(table, dict):
        raise CatalogueError(f"{where} is not a table")
    unknown = set(table) - EXERCISE_KEYS
    if unknown:
        raise CatalogueError(
            f"{where} has unknown keys {sorted(unknown)}; known are {sorted(EXERCISE_KEYS)}"
        )
    title, difficulty = table.get("title"), table.get("difficulty")
    hints, forbidden = table.get("hints"), table.get("forbidden", [])
    if not isinstance(title, str) or not title:
        raise CatalogueError(f"{where} needs a title")
    points = _points(where, table)
    if not isinstance(difficulty, int) or difficulty not in DIFFICULTIES:
        raise CatalogueError(f"{where} needs a difficulty from 1 to 5, got {difficulty!r}")
    if not isinstance(hints, list) or not _is_list_of_text(hints) or len(hints) < 2:
        raise CatalogueError(f"{where} needs at least two hints, the gentle one first")
    picture = table.get("picture", "")
    if not isinstance(picture, str):
        raise CatalogueError(f"{where}: picture is the name of a picture of the lesson")
    if not _is_list_of_text(forbidden):
        raise CatalogueError(f'{where}: forbidden is a list of texts such as "np.dot"')
    return Exercise(
        name=name,
        week=week,
        module=module,
        title=title,
        points=points,
        difficulty=difficulty,
        hints=tuple(hints),
        forbidden=tuple(forbidden),
        is_stretch=bool(table.get("stretch", False)),
        object_name=table.get("object", name),
        picture=picture,
    )


def _exercise_of(asked: Asked) -> Exercise:
    """Return a question of a quiz as an exercise without tests and hints."""
    return Exercise(
        name=asked.name,
        week=asked.week,
        module=asked.quiz,
        title=asked.title,
        points=asked.points,
        difficulty=DIFFICULTIES.start,
        hints=(),
        forbidden=(),
        is_stretch=False,
        object_name=asked.name,
    )


def _load_question(path: Path, modules: tuple[Module, ...], name: str, table: Any) -> Question:
    where = f"{path}: question [{QUESTIONS}.{name}]"
    if not isinstance(table, dict) or set(table) != QUESTION_KEYS:
        raise CatalogueError(f"{where} is a table with the keys {sorted(QUESTION_KEYS)}")
    module, text = table["module"], table["text"]
    if module not in [each.name for each in modules]:
        raise CatalogueError(f"{where}: its module {module!r} is not in this file")
    if not isinstance(text, str) or not text.strip():
        raise CatalogueError(f"{where} needs a text")
    return Question(name, path.stem, module, _points(where, table), text.strip())


def _points(where: str, table: dict[str, Any]) -> float:
    points = table.get("points")
    if isinstance(points, bool) or not isinstance(points, int | float) or not points > 0:
        raise CatalogueError(f"{where} needs points above 0, got {points!r}")
    return points


def _is_list_of_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)
