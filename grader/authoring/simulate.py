"""Make a class of learners whose true verdicts are known, to measure with.

Whether a learner solves an exercise follows the Rasch model (G. Rasch, Probabilistic Models for
Some Intelligence and Attainment Tests, 1960): the logarithm of the odds is the learner's ability
less the exercise's difficulty. Abilities are normal; the difficulty is the catalogue's, on a scale
of `LOGITS_PER_STEP`. How far a learner comes in a week is a diligence of his own.

What is right is drawn evenly from the reference and the right variants. What is wrong is drawn from
the wrong variants by Zipf's law, as though a variants file named its commonest mistakes first, or
uses what the exercise forbids. The same solution is written in many styles; how it goes wrong and
what it computes is as varied as the variants files are, and no more.

The shares of what else happens in a class stand below. They are guesses, and few enough that the
time-outs of endless loops do not drown all else.
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from exercises import Exercise, Week
from exercises.cells import answer_cell, notebook_name, statement_cell
from exercises.quizzes import ANSWER, CHOICE, NUMERIC, SEVERAL, file_name_of
from grader.authoring.merging import (
    CRASH,
    FORBIDDEN,
    LOOP,
    REFERENCE,
    STUB,
    Materials,
    MergedModule,
    merge,
    origin_of,
)
from grader.authoring.quizzes import keys_of
from grader.authoring.restyle import STYLES, Style
from grader.course import Course
from grader.errors import InputError
from grader.files import writing_to
from grader.quizzes import Key

MEAN_ABILITY, SPREAD_OF_ABILITY = 1.0, 1.2  # in logits, above an exercise of middle difficulty
LOGITS_PER_STEP = 0.8
MIDDLE_DIFFICULTY = 3
DILIGENCE = (8.0, 2.0)  # a beta distribution
EXTRA_REACH, SPREAD_OF_REACH = 0.15, 0.15  # most come to the end of most weeks

# Of all submissions, one learner's one week each:
NOT_HANDED_IN = 0.02
COPIED = 0.05  # from a classmate, and written in another style
LOOPS = 0.0025
CRASHES = 0.005
# Of all modules in which something is written:
SYNTAX_ERRORS = 0.015
MISSING_PACKAGES = 0.005  # `import torch`, which is not there
STUBS_LEFT_ABOVE = 0.03  # the stub still stands above the solution
OLD_FILES = 0.03  # from an earlier hand-in, beside the module
# Of all untouched modules: those that are not even handed in.
MISSING = 0.3
# Of all quizzes, and of the questions in those that are handed in.
QUIZZES_MISSING, UNANSWERED = 0.15, 0.05
QUIZ_DIFFICULTY = 2
# Of all wrong solutions of an exercise that has a forbidden short cut: those that take it.
SHORT_CUTS = 0.15

FULL, NOT_FULL, TODO, UNREADABLE = "full", "not full", "to do", "unreadable"
OPEN = "open"  # of a class with several exercises, the variant of one says nothing of the others
VERDICTS = {  # the statuses of the grader that each stands for; all others are wrong
    FULL: ("passed",),
    NOT_FULL: ("failed", "partial", "timeout", "crashed", "forbidden"),
    TODO: ("todo",),
    UNREADABLE: ("unreadable",),
    "forbidden": ("forbidden",),
    "too slow": ("timeout",),
    "crashed": ("crashed",),
    OPEN: ("passed", "failed", "partial", "timeout", "crashed", "todo"),
}
OF_ORIGIN = {
    REFERENCE: FULL,
    STUB: TODO,
    LOOP: "too slow",
    CRASH: "crashed",
    FORBIDDEN: "forbidden",
}
UNFINISHED = "    result = ("
TRUTH = ("learner", "week", "exercise", "verdict", "variant", "copied_from")


@dataclass(frozen=True)
class Truth:
    """The true verdict of one exercise, and what stands there."""

    verdict: str
    variant: str


@dataclass
class ModulePlan:
    """What a learner hands in as one module."""

    origins: dict[str, str]  # of each object
    truths: dict[str, Truth]  # of each exercise
    exercises_of: dict[str, tuple[str, ...]]  # by object
    is_missing: bool = False
    is_missing_a_package: bool = False
    broken_object: str | None = None
    has_stub_left_above: bool = False
    has_old_file: bool = False

    @property
    def is_touched(self) -> bool:
        """Whether anything is written in it."""
        return any(origin != STUB for origin in self.origins.values())


@dataclass
class Plan:
    """What a learner hands in for one week."""

    modules: dict[str, ModulePlan]
    style: Style
    copied_from: str = ""
    header: dict[str, str] = field(default_factory=dict)
    quizzes: dict[str, dict[str, Any]] = field(default_factory=dict)  # answers, by question
    quiz_truths: dict[str, Truth] = field(default_factory=dict)
    blank_lines: int = 2


class Simulation:
    """A class of learners."""

    def __init__(
        self, course: Course, weeks: Sequence[Week], seed: int, *, as_notebooks: bool = False
    ) -> None:
        self.weeks = weeks
        self.seed = seed
        self.as_notebooks = as_notebooks
        self.materials = {
            week.name: {module.name: Materials(course, module) for module in week.modules}
            for week in weeks
        }
        self.keys = {
            week.name: {q.name: keys_of(course, week.name, q.name) for q in week.quizzes}
            for week in weeks
        }

    def plan(self, index: int, week: Week) -> Plan | None:
        """Return what a learner hands in, or None: nothing."""
        rng = self._rng(index, week.name)
        if rng.random() < NOT_HANDED_IN:
            return None
        style = rng.choice(STYLES)
        author = rng.randrange(index) if index and rng.random() < COPIED else index
        plan = self._own_plan(author, week, style)
        plan.copied_from = "" if author == index else learner_name(author)
        return plan

    def _own_plan(self, index: int, week: Week, style: Style) -> Plan:
        """Return what a learner makes of a week without looking at others."""
        learner = self._rng(index, "learner")
        ability = learner.gauss(MEAN_ABILITY, SPREAD_OF_ABILITY)
        diligence = learner.betavariate(*DILIGENCE)
        rng = self._rng(index, f"{week.name} solutions")
        materials = self.materials[week.name]
        objects = [(module, name) for module in materials for name in materials[module].objects]
        reach = diligence + rng.gauss(EXTRA_REACH, SPREAD_OF_REACH)
        attempted = set(objects[: max(0, round(reach * len(objects)))])
        plan = Plan({}, style, blank_lines=rng.choice([1, 2, 3]))
        for name, each in materials.items():
            choices = {
                object_name: self._choose(rng, each, object_name, ability)
                if (name, object_name) in attempted
                else (STUB, self._truths(each, object_name, STUB))
                for object_name in each.objects
            }
            plan.modules[name] = ModulePlan(
                {object_name: origin for object_name, (origin, _) in choices.items()},
                {e: truth for _, truths in choices.values() for e, truth in truths.items()},
                {object_name: tuple(truths) for object_name, (_, truths) in choices.items()},
            )
        self._spoil_an_exercise(rng, materials, plan)
        for name, module in plan.modules.items():
            _spoil(rng, module, self.as_notebooks)
            plan.header[name] = rng.choice(
                ["", f"# {week.name}, {name}", f"# {learner_name(index)}: {name}"]
            )
        self._answer_quizzes(index, week, ability, plan)
        return plan

    def _answer_quizzes(self, index: int, week: Week, ability: float, plan: Plan) -> None:
        rng = self._rng(index, f"{week.name} quizzes")
        for name, keys in self.keys[week.name].items():
            is_missing = rng.random() < QUIZZES_MISSING
            answers = {} if is_missing else plan.quizzes.setdefault(name, {})
            for key in keys:
                verdict, answer = _answer(rng, key, ability)
                if is_missing or rng.random() < UNANSWERED:
                    verdict = TODO
                else:
                    answers[key.asked.name] = answer
                plan.quiz_truths[key.asked.name] = Truth(verdict, json.dumps(answer))

    def _choose(
        self, rng: random.Random, materials: Materials, name: str, ability: float
    ) -> tuple[str, dict[str, Truth]]:
        """Draw a solution of an object, and return it with its true verdicts."""
        exercise = rng.choice(materials.exercises_of(name))
        variants = materials.variants_of[exercise.name]
        if rng.random() < chance_of_solving(ability, exercise.difficulty):
            origin = rng.choice([REFERENCE, *(origin_of(v) for v in variants if v.is_right)])
            return origin, self._truths(materials, name, origin)
        wrong = [origin_of(v) for v in variants if not v.is_right]
        takes_short_cut = rng.random() < SHORT_CUTS and materials.shortcut(name) is not None
        if takes_short_cut or not wrong:
            origin = FORBIDDEN if takes_short_cut else STUB
        else:
            weights = [1 / rank for rank in range(1, len(wrong) + 1)]
            (origin,) = rng.choices(wrong, weights)
        return origin, self._truths(materials, name, origin)

    def _truths(self, materials: Materials, name: str, origin: str) -> dict[str, Truth]:
        variant = materials.variants.get(origin)
        if variant is None:
            truth = Truth(OF_ORIGIN[origin], origin)
            return {e.name: truth for e in materials.exercises_of(name)}
        verdict = FULL if variant.is_right else NOT_FULL
        return {
            e.name: Truth(verdict if e.name == variant.exercise else OPEN, variant.name)
            for e in materials.exercises_of(name)
        }

    def _spoil_an_exercise(
        self, rng: random.Random, materials: Mapping[str, Materials], plan: Plan
    ) -> None:
        """Let a few submissions have an endless loop, or end the whole program."""
        draw = rng.random()
        origin = LOOP if draw < LOOPS else CRASH if draw < LOOPS + CRASHES else None
        functions = [
            (module, name)
            for module, each in plan.modules.items()
            for name, found in each.origins.items()
            if found != STUB and materials[module].is_function(name)
        ]
        if origin is None or not functions:
            return
        module, name = rng.choice(functions)
        plan.modules[module].origins[name] = origin
        plan.modules[module].truths |= self._truths(materials[module], name, origin)

    def truths(self, plan: Plan) -> Iterator[tuple[str, Truth]]:
        """Yield the exercises of a week with their true verdicts."""
        for module in plan.modules.values():
            broken = module.broken_object if self.as_notebooks else None
            for exercise, truth in module.truths.items():
                if broken is not None and exercise in module.exercises_of[broken]:
                    # One cell of a notebook: what stands in the others can still be read.
                    is_all = len(module.origins) == 1
                    yield exercise, Truth(UNREADABLE if is_all else NOT_FULL, "syntax error")
                else:
                    yield exercise, truth
        yield from plan.quiz_truths.items()

    def _rng(self, index: int, purpose: str) -> random.Random:
        return random.Random(f"{self.seed} {index} {purpose}")

    def files(self, index: int, week: Week, plan: Plan) -> Iterator[tuple[str, str]]:
        """Yield the names and texts of what a learner hands in."""
        materials = self.materials[week.name]
        rng = self._rng(index, f"{week.name} time")
        day, hour, minute = rng.randint(1, 28), rng.randrange(24), rng.randrange(60)
        yield "timestamp.txt", f"2026-03-{day:02} {hour:02}:{minute:02}:00 UTC\n"
        for quiz, answers in plan.quizzes.items():
            lines = [f"[{name}]\n{ANSWER} = {json.dumps(answers[name])}\n" for name in answers]
            yield file_name_of(quiz), "\n".join(lines)
        written = {name: each for name, each in plan.modules.items() if not each.is_missing}
        origins = {name: each.origins for name, each in written.items()}
        merged = merge(materials, origins, plan.style)
        if self.as_notebooks:
            yield notebook_name(week), _notebook(week, plan, merged, materials)
            return
        for name, module in written.items():
            text = materials[name].stub_text
            if module.is_touched:
                text = _module_text(plan, name, merged[name], materials[name])
            yield f"{name}.py", text
            if module.has_old_file:
                yield f"{name} (1).py", materials[name].stub_text


def chance_of_solving(ability: float, difficulty: int) -> float:
    """Return the probability that a learner solves an exercise, by the Rasch model."""
    logit = ability - LOGITS_PER_STEP * (difficulty - MIDDLE_DIFFICULTY)
    return 1 / (1 + math.exp(-logit))


def _answer(rng: random.Random, key: Key, ability: float) -> tuple[str, Any]:
    """Draw an answer to a question of a quiz, and return it with its true verdict."""
    asked = key.asked
    is_right = rng.random() < chance_of_solving(ability, QUIZ_DIFFICULTY)
    verdict = FULL if is_right else NOT_FULL
    if asked.kind in NUMERIC:
        middle = asked.start + (int(key.right[0]) + 0.5) * asked.step
        return verdict, middle if is_right else middle + 3 * float(asked.step)
    if asked.kind in (CHOICE, SEVERAL):
        right = [int(part) for part in key.right]
        wrong = [n for n in range(1, len(asked.choices) + 1) if n not in right]
        if asked.kind == CHOICE:
            return verdict, rng.choice(right if is_right else wrong)
        return verdict, right if is_right else [*right[1:], rng.choice(wrong)]
    return verdict, list(key.right) if is_right else [*key.right[1:], "dot"]


def learner_name(index: int) -> str:
    """Return a learner's name."""
    return f"learner{index + 1:05}"


def _spoil(rng: random.Random, module: ModulePlan, as_notebook: bool) -> None:
    """Let a module be missing, unreadable, or untidy."""
    draws = {
        what: rng.random() < share
        for what, share in (
            ("missing", MISSING),
            ("syntax", SYNTAX_ERRORS),
            ("package", MISSING_PACKAGES),
            ("stub", STUBS_LEFT_ABOVE),
            ("old", OLD_FILES),
        )
    }
    if not module.is_touched:
        module.is_missing = draws["missing"]
        if module.is_missing:
            module.truths = {e: Truth(TODO, "missing") for e in module.truths}
        return
    module.has_old_file = draws["old"] and not as_notebook
    module.is_missing_a_package = draws["package"]
    # In a notebook, others could not call a broken reference.
    whole = (STUB, REFERENCE) if as_notebook else (STUB,)
    breakable = [name for name, origin in module.origins.items() if origin not in whole]
    if draws["syntax"] and breakable:
        module.broken_object = rng.choice(breakable)
    module.has_stub_left_above = draws["stub"] and module.broken_object is None
    if not as_notebook and (module.broken_object or module.is_missing_a_package):
        what = "syntax error" if module.broken_object else "missing package"
        module.truths = {e: Truth(UNREADABLE, what) for e in module.truths}


def _module_text(plan: Plan, name: str, merged: MergedModule, materials: Materials) -> str:
    module = plan.modules[name]
    top = [merged.docstring] if merged.docstring else []
    imports = [*merged.imports, *(["import torch"] if module.is_missing_a_package else [])]
    head = "\n".join([*([plan.header[name]] if plan.header[name] else []), *top, "", *imports])
    chunks = [head]
    for object_name, text in _pieces(module, merged, materials):
        chunks.append(text)
        if object_name is not None and object_name == module.broken_object:
            chunks[-1] += f"\n{UNFINISHED}"
    return ("\n" * (plan.blank_lines + 1)).join(chunks) + "\n"


def _pieces(
    module: ModulePlan, merged: MergedModule, materials: Materials
) -> Iterator[tuple[str | None, str]]:
    for chunk in merged.chunks:
        name = chunk.object_name
        if name is not None and module.has_stub_left_above and module.origins[name] != STUB:
            yield None, materials.stub.parts[name].text
        yield name, chunk.text


def _notebook(
    week: Week, plan: Plan, merged: Mapping[str, MergedModule], materials: Mapping[str, Materials]
) -> str:
    """Return a week's notebook: the modules' definitions, a cell for each exercise."""
    import nbformat

    cells: list[dict[str, Any]] = [_markdown(f"title-{week.name}", f"# {week.title}")]
    for name, each in merged.items():
        module = plan.modules[name]
        imports = [*each.imports, *(["import torch"] if module.is_missing_a_package else [])]
        cells.append(_code(f"imports-{name}", "\n".join([plan.header[name], *imports]).strip()))
        for number, (object_name, text) in enumerate(_pieces(module, each, materials[name])):
            if object_name is None:
                cells.append(_code(f"own-{name}-{number}", text))
                continue
            first, *others = materials[name].exercises_of(object_name)
            if object_name == module.broken_object:
                text += f"\n{UNFINISHED}"
            cells += [_statement(first), _code(answer_cell(first), text, is_answer=True)]
            for other in others:
                cells += [_statement(other), _code(answer_cell(other), "# above", is_answer=True)]
    notebook = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "cells": cells,
            "metadata": {
                "kernelspec": {
                    "display_name": "Python 3",
                    "language": "python",
                    "name": "python3",
                },
                "language_info": {"name": "python"},
            },
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )
    return f"{nbformat.writes(notebook)}\n"  # type: ignore[no-untyped-call]


def _statement(exercise: Exercise) -> dict[str, Any]:
    return _markdown(statement_cell(exercise), f"### {exercise.title}")


def _markdown(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def _code(name: str, text: str, *, is_answer: bool = False) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if is_answer:
        metadata["nbgrader"] = {
            "cell_type": "code",
            "grade": False,
            "grade_id": name,
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        }
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": text,
    }


def simulate(
    out: Path,
    learners: int,
    seed: int,
    *,
    weeks: tuple[str, ...] = (),
    as_notebooks: bool = False,
    course: Course | None = None,
) -> int:
    """Write `out/submitted` and `out/truth.csv`, and return the number of submissions.

    The same arguments make the same bytes.

    Raises
    ------
    InputError
        If `out` exists, or can't be written, there is no such week, or nobody to simulate.
    """
    course = course or Course()
    if learners < 1:
        raise InputError(f"--learners {learners}: give a whole number, 1 or more")
    wanted = course.weeks_named(weeks)
    if out.exists():
        raise InputError(f"--out {out}: exists; give a new folder")
    simulation = Simulation(course, wanted, seed, as_notebooks=as_notebooks)
    with writing_to(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
        try:
            count = _write(simulation, learners, temporary)
            temporary.chmod(0o755)
            temporary.replace(out)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    return count


def _write(simulation: Simulation, learners: int, out: Path) -> int:
    count = 0
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(TRUTH)
    for index in range(learners):
        learner = learner_name(index)
        folder = out / "submitted" / learner
        folder.mkdir(parents=True)
        for week in simulation.weeks:
            plan = simulation.plan(index, week)
            if plan is None:
                continue
            count += 1
            (folder / week.name).mkdir()
            for name, text in simulation.files(index, week, plan):
                (folder / week.name / name).write_text(text, encoding="utf-8")
            for exercise, truth in simulation.truths(plan):
                rows.writerow(
                    (learner, week.name, exercise, truth.verdict, truth.variant, plan.copied_from)
                )
    (out / "truth.csv").write_text(table.getvalue(), encoding="utf-8")
    return count
