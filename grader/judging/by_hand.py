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
from grader.judging.bench import LearnerProxy, ModuleBench, limit_work, source_of_module
from grader.judging.suite import Suite, exercise_of, seeded_rng, test_id, work_limit
from grader.judging.worker import hide_own_memory
from grader.sandbox import Sandbox

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
    texts = _Texts(course, Path(folder) if folder else None)
    benches: dict[tuple[str, str], ModuleBench] = {}
    with Sandbox() as sandbox:
        sandbox.prove()

        def learner(exercise: Exercise) -> LearnerProxy:
            module = course.catalogue.module_of(exercise)
            key = (module.week, module.name)
            if key not in benches:
                source = source_of_module(course, module, *texts.of(module))
                benches[key] = ModuleBench(sandbox, source)
            bench = benches[key]
            bench.records.clear()
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


class _Texts:
    """The text of each module that is served."""

    def __init__(self, course: Course, folder: Path | None) -> None:
        self.course = course
        self.folder = folder
        if folder is not None and not folder.is_dir():
            raise InputError(f"--submission {folder}: no such folder; give a learner's folder")
        if folder is not None and course.catalogue.week(folder.name):
            self.folder = folder.parent

    def of(self, module: Module) -> tuple[str, dict[str, str]]:
        """Return a module's text and those of its siblings."""
        if self.folder is None:
            return self.course.read(self.course.layout.reference(module)), {}
        week = self.course.catalogue.week(module.week)
        assert week is not None
        submission = FolderSource(self.folder.resolve()).read(self.folder.name, week)
        file = submission.files.get(module.name) if submission else None
        if submission is None or file is None or file.text is None:
            why = file.problem if file else "it was not handed in"
            raise InputError(f"{self.folder}/{module.week}/{module.name}.py: {why}")
        return file.text, {n: f.text for n, f in submission.files.items() if f.text is not None}
