"""The fixtures of the hidden tests for a plain `pytest tests` session, for `tests/conftest.py`.

A grading run does not use them: it calls the tests itself. Here a teacher debugs a verdict, on the
references or with `--submission DIR` on one learner, in the same sandbox.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exercises import Exercise, Module
from grader.course import Course
from grader.errors import InputError
from grader.intake.folders import FolderSource
from grader.intake.submission import Submission
from grader.judging.bench import (
    LearnerProxy,
    ModuleBench,
    limit_work,
    source_of_module,
    source_of_submission,
)
from grader.judging.suite import Suite, exercise_of, seeded_rng, test_id, work_limit
from grader.judging.worker import hide_own_memory
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source

Serve = Callable[[Exercise], LearnerProxy]


@pytest.fixture(scope="session")
def suite() -> Suite:
    """Return the course, without tests: pytest has collected them."""
    return Suite(Course(), {})


@pytest.fixture(scope="session")
def serve(request: pytest.FixtureRequest, suite: Suite) -> Iterator[Serve]:
    """Return what gives the proxy of an exercise, for a whole pytest session."""
    hide_own_memory()
    with single_learner(suite.course, request.config.getoption("submission", None)) as served:
        yield served


@pytest.fixture
def exercise(request: pytest.FixtureRequest, suite: Suite) -> Exercise:
    """Return the exercise that this test belongs to."""
    return exercise_of(suite.course, request.node)


@pytest.fixture
def learner(request: pytest.FixtureRequest, serve: Serve, exercise: Exercise) -> LearnerProxy:
    """Return the learner's module; its calls run in the sandbox."""
    proxy = serve(exercise)
    limit_work(proxy, work_limit(request.node))
    return proxy


@pytest.fixture
def reference(suite: Suite, exercise: Exercise) -> Any:
    """Return the reference solutions of the module, in this process."""
    return suite.reference(exercise)


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Return random numbers that are the same for every learner of a run."""
    return seeded_rng(request.config.getoption("seed", 0), test_id(request.node))


@contextlib.contextmanager
def single_learner(course: Course, folder: str | None) -> Iterator[Serve]:
    """Yield a function that gives the proxy for an exercise.

    Parameters
    ----------
    course : Course
        Where references are.
    folder : str, optional
        A learner's folder, or the folder of one week. Without it the references are served.
    """
    sources = _Sources(course, Path(folder) if folder else None)
    benches: dict[tuple[str, str], ModuleBench] = {}
    with Sandbox() as sandbox:
        sandbox.prove()

        def learner(exercise: Exercise) -> LearnerProxy:
            module = course.catalogue.module_of(exercise)
            key = (module.week, module.name)
            if key not in benches:
                benches[key] = ModuleBench(sandbox, sources.of(module))
            bench = benches[key]
            bench.begin_exercise()
            if bench.problem is not None:
                raise InputError(bench.problem.why)
            check = bench.check.objects[exercise.object_name]
            if check.violation:
                raise InputError(check.violation)
            return LearnerProxy(bench, exercise)

        try:
            yield learner
        finally:
            for bench in benches.values():
                bench.close()


class _Sources:
    """Where each module that is served is from."""

    def __init__(self, course: Course, folder: Path | None) -> None:
        self.course = course
        self.folder = folder
        if folder is not None and not folder.is_dir():
            raise InputError(f"--submission {folder}: no such folder; give a learner's folder")
        if folder is not None and course.catalogue.week(folder.name):
            self.folder = folder.parent

    def of(self, module: Module) -> Source:
        """Return the source of a module."""
        if self.folder is None:
            text = self.course.read(self.course.layout.reference(module))
            return source_of_module(self.course, module, text, {})
        week = self.course.catalogue.week(module.week)
        assert week is not None
        submission = FolderSource(self.folder.resolve()).read(self.folder.name, week)
        submission = submission or Submission(self.folder.name, week.name, {})
        source = source_of_submission(self.course, module, submission)
        if source is None:
            file = submission.files.get(module.name)
            why = file.problem if file else "it was not handed in"
            raise InputError(f"{self.folder}/{module.week}/{module.name}.py: {why}")
        return source
