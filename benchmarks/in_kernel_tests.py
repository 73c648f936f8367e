"""The hidden tests as nbgrader's test cells would run them: in the learner's kernel.

`score_here("dot")` in a test cell calls each hidden test of an exercise as a plain function on the
notebook's own functions, without a sandbox. Its value is the points, as nbgrader reads them.
"""

from __future__ import annotations

import itertools
import types
from pathlib import Path
from typing import Any

import numpy as np
from in_process_fixtures import ROOT, Learner, load

from exercises.layout import class_of_exercise
from grader.course import Course

COURSE = Course(ROOT)
_tests: dict[Path, types.ModuleType] = {}


def score_here(name: str, week: str, namespace: dict[str, Any]) -> float:
    """Return the points of an exercise, by the share of hidden tests that pass."""
    found = COURSE.catalogue.week(week)
    exercise = next(e for e in found.exercises if e.name == name)
    module = COURSE.catalogue.module_of(exercise)
    reference = load(COURSE.layout.reference(module))
    learner = Learner(types.SimpleNamespace(**namespace))
    owner = getattr(_load_tests(COURSE.layout.hidden_tests(module)), class_of(exercise, module))
    outcomes = [
        _passes(getattr(owner(), test), learner, reference, parameters)
        for test in dir(owner)
        if test.startswith("test_")
        for parameters in _parameters(getattr(owner, test))
    ]
    return exercise.points * sum(outcomes) / len(outcomes)


def class_of(exercise, module):
    names = dir(_load_tests(COURSE.layout.hidden_tests(module)))
    wanted = class_of_exercise(exercise).lower()
    return next(name for name in names if name.lower() == wanted)


def _load_tests(path: Path) -> types.ModuleType:
    if path not in _tests:
        _tests[path] = module = types.ModuleType(path.stem)
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return _tests[path]


def _parameters(test) -> list[dict[str, Any]]:
    """Return the arguments of each call, as `pytest.mark.parametrize` gives them."""
    axes = []
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            names = [name.strip() for name in mark.args[0].split(",")]
            values = [getattr(value, "values", value) for value in mark.args[1]]
            pairs = [value if len(names) > 1 else _single(value) for value in values]
            axes.append([dict(zip(names, pair, strict=True)) for pair in pairs])
    return [{k: v for part in parts for k, v in part.items()} for parts in itertools.product(*axes)]


def _single(value):
    return value if isinstance(value, tuple) and len(value) == 1 else (value,)


def _passes(test, learner, reference, parameters) -> bool:
    fixtures = {"learner": learner, "reference": reference, "rng": np.random.default_rng(1)}
    names = test.__code__.co_varnames[1 : test.__code__.co_argcount]
    try:
        test(**{name: {**fixtures, **parameters}[name] for name in names})
    except Exception:  # of whatever kind: the requirement is not met
        return False
    return True
