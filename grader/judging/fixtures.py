"""The fixtures of the hidden tests, for `tests/conftest.py`.

In a grading run the stage is set for each submission. `pytest tests` alone sets it once, for the
references, or with `--submission DIR` for one learner; the sandbox is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from exercises import Exercise
from grader.course import Course
from grader.judging.bench import LearnerProxy, limit_work
from grader.judging.by_hand import single_learner
from grader.judging.suite import STAGE, Stage, exercise_of, test_id, work_limit


@pytest.fixture(scope="session")
def standalone_stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """Serve one submission for a whole pytest session."""
    course = Course()
    with single_learner(course, request.config.getoption("submission", None)) as learner:
        yield Stage(course, request.config.getoption("seed", 0), learner)


@pytest.fixture
def stage(request: pytest.FixtureRequest) -> Stage:
    """Return what the other fixtures serve in this test."""
    if STAGE in request.config.stash:
        return request.config.stash[STAGE]
    stage: Stage = request.getfixturevalue("standalone_stage")
    return stage


@pytest.fixture
def exercise(request: pytest.FixtureRequest, stage: Stage) -> Exercise:
    """Return the exercise that this test belongs to."""
    return exercise_of(stage.course, request.node)


@pytest.fixture
def learner(request: pytest.FixtureRequest, stage: Stage, exercise: Exercise) -> LearnerProxy:
    """Return the learner's module; its calls run in the sandbox."""
    proxy = stage.learner(exercise)
    limit_work(proxy, work_limit(request.node))
    return proxy


@pytest.fixture
def reference(stage: Stage, exercise: Exercise) -> Any:
    """Return the reference solutions of the module, in this process."""
    return stage.reference(stage.course.module(exercise.week, exercise.module))


@pytest.fixture
def rng(request: pytest.FixtureRequest, stage: Stage) -> np.random.Generator:
    """Return random numbers that are the same for every learner of a run."""
    return stage.rng(test_id(request.node))
