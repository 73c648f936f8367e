"""The hidden tests, collected once by pytest and run for submission after submission.

pytest only collects. A hidden test needs nothing of it but our fixtures and its parameters, so it
is then a plain call, which costs a fraction of pytest's set-up and is paid for each test of each
submission.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import os
import sys
import time
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exercises import Exercise, Module
from exercises.layout import class_of_exercise, exercise_of_class, module_of_test
from grader.course import Course
from grader.errors import SuiteError
from grader.judging.bench import Bench, LearnerProxy, ModuleBench
from grader.judging.transcripts import Transcripts

# Only what collects plain tests is wanted: the rest costs time at each start.
OPTIONS = (
    "--collect-only",
    "--strict-markers",
    "--import-mode=importlib",
    "--assert=plain",
    "--disable-plugin-autoload",
    *(f"-p no:{name}".replace("-p ", "-p") for name in (
        "terminal", "cacheprovider", "capture", "logging", "warnings", "doctest", "unittest",
        "junitxml", "pastebin", "stepwise", "debugging", "faulthandler", "threadexception",
        "unraisableexception", "setuponly", "setupplan", "recwarn", "monkeypatch",
        "legacypath", "tmpdir",
    )),
)  # fmt: skip
SEED_BYTES = 16
MARKS = (
    "weight(points): how much a hidden test counts, 1 without",
    "work_limit(steps): how many lines and calls of Python each call in a hidden test may run",
)
FIXTURES = frozenset({"learner", "reference", "rng"})
# What these need themselves in a plain pytest session, see `by_hand`.
OF_OUR_FIXTURES = frozenset({"request", "exercise", "serve", "suite"})
PLAIN_MARKS = frozenset({"parametrize", *(mark.partition("(")[0] for mark in MARKS)})


@dataclass(frozen=True)
class HiddenTest:
    """One collected test."""

    exercise: Exercise
    name: str
    says: str
    weight: float
    max_steps: int | None
    id: str
    owner: type
    function: str
    arguments: tuple[str, ...]
    parameters: Mapping[str, Any]
    is_void: bool = False  # its own reference fails it in this run: it counts for nobody

    def rng(self, seed: int) -> np.random.Generator:
        """Return the same numbers for the same seed and test, whoever is graded."""
        return seeded_rng(seed, self.id)

    def call(self, fixtures: Mapping[str, Any]) -> None:
        """Run the test, which raises what it finds wrong."""
        values = {**fixtures, **self.parameters}
        method = getattr(self.owner(), self.function)
        method(**{name: values[name] for name in self.arguments})


@dataclass(frozen=True)
class TestRun:
    """How one test ended: `error` is None if it passed."""

    __test__ = False  # pytest takes a name such as this for tests

    test: HiddenTest
    error: BaseException | None
    seconds: float
    calls: range  # which of the bench's records it made


@dataclass
class Suite:
    """The collected hidden tests of one process."""

    course: Course
    tests: dict[Exercise, list[HiddenTest]]
    _references: dict[Module, Any] = field(default_factory=dict)

    def reference(self, exercise: Exercise) -> Any:
        """Return the reference module of an exercise, executed once."""
        module = self.course.catalogue.module_of(exercise)
        if module not in self._references:
            self._references[module] = self.course.reference(module)
        return self._references[module]

    def leave_out(self, ids: Collection[str]) -> None:
        """Let some tests count for nobody.

        Raises
        ------
        SuiteError
            If an exercise has no other test: then nobody's work on it could be judged.
        """
        for exercise, tests in self.tests.items():
            marked = [replace(test, is_void=test.id in ids) for test in tests]
            if marked and all(test.is_void for test in marked):
                raise SuiteError(
                    f"{exercise.week}/{exercise.module} {exercise.name}: its reference fails all "
                    "of its hidden tests with this seed; mend them, or give another --seed"
                )
            self.tests[exercise] = marked

    def run(
        self,
        exercise: Exercise,
        bench: Bench,
        seed: int,
        go_on: Callable[[Sequence[TestRun]], bool] = lambda runs: True,
        transcripts: Transcripts | None = None,
    ) -> list[TestRun]:
        """Run an exercise's tests on one submission's module, while `go_on` says so."""
        runs: list[TestRun] = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a test that cares about warnings says so itself
            for test in self.tests[exercise]:
                if test.is_void:
                    continue
                if not go_on(runs):
                    break
                bench.max_steps = test.max_steps
                body = partial(self._error_of, test, seed)
                start, first = time.perf_counter(), len(bench.records)
                if transcripts is not None and isinstance(bench, ModuleBench):
                    error = transcripts.run(f"{seed} {test.id}", bench, body)
                else:
                    error = body(bench)
                calls = range(first, len(bench.records))
                runs.append(TestRun(test, error, time.perf_counter() - start, calls))
        return runs

    def _error_of(self, test: HiddenTest, seed: int, bench: Bench) -> BaseException | None:
        fixtures = {
            "learner": LearnerProxy(bench, test.exercise),
            "reference": self.reference(test.exercise),
            "rng": test.rng(seed),
        }
        try:
            test.call(fixtures)
        except (Exception, pytest.fail.Exception) as error:
            return error
        return None


def collect(course: Course, modules: Sequence[Module]) -> Suite:
    """Collect the hidden tests of some modules.

    Raises
    ------
    SuiteError
        If a hidden test can't be collected, or needs more of pytest than a plain call gives.
    """
    files = [str(course.layout.hidden_tests(module)) for module in modules]
    missing = [name for name in files if not Path(name).is_file()]
    if missing:
        raise SuiteError(f"no hidden tests: {', '.join(missing)}")
    _forget_modules(files)
    configuration = ["-c", str(course.root / "pyproject.toml"), "--rootdir", str(course.root)]
    # What that file says for learners is not for here.
    configuration += ["-o", "addopts="]
    collector = _Collector()
    with _no_wishes_of_the_environment():
        pytest.main([*OPTIONS, *configuration, *files], plugins=[collector])
    if collector.problems:
        raise SuiteError("the hidden tests do not load:\n" + "\n".join(collector.problems))
    if collector.items is None:
        raise SuiteError("pytest ended before it had collected the hidden tests")
    tests: dict[Exercise, list[HiddenTest]] = {e: [] for e in course.catalogue.exercises}
    for item in collector.items:
        exercise = exercise_of(course, item)
        tests[exercise].append(_hidden_test(exercise, item, tests[exercise]))
    return Suite(course, tests)


@contextlib.contextmanager
def _no_wishes_of_the_environment() -> Iterator[None]:
    """Hide the variables by which a user gives pytest options and plugins."""
    names = [name for name in os.environ if name.startswith("PYTEST_")]
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(hidden)


class _Collector:
    """The pytest plugin that keeps what was collected, and says nothing."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] | None = None
        self.problems: list[str] = []

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.problems.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


def exercise_of(course: Course, item: pytest.Item) -> Exercise:
    """Return the exercise that a hidden test belongs to, by its file and class.

    Raises
    ------
    SuiteError
        If the file or class names none.
    """
    module = module_of_test(course.catalogue, Path(item.path))
    owner = getattr(item, "cls", None)
    name = owner.__name__ if owner else "no class"
    exercise = exercise_of_class(module, name) if module else None
    if exercise is None:
        known = ", ".join(map(class_of_exercise, module.exercises)) if module else "none"
        raise SuiteError(f"{item.nodeid}: {name} is no exercise of this module; it has: {known}")
    return exercise


def test_id(item: pytest.Item) -> str:
    """Return a test's name that does not depend on where the repository lies."""
    path = Path(item.path)
    return f"{path.parent.name}/{path.stem}::{item.nodeid.partition('::')[2]}"


test_id.__test__ = False  # type: ignore[attr-defined]


def seeded_rng(seed: int, name: str) -> np.random.Generator:
    """Return random numbers that depend on nothing but the run's seed and a test's name."""
    digest = hashlib.sha256(f"{seed} {name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:SEED_BYTES], "big"))


def mark_value(item: pytest.Item, mark_name: str) -> float | None:
    """Return the number that a mark of a test carries, None without the mark."""
    mark = item.get_closest_marker(mark_name)
    return float(mark.args[0]) if mark else None


def work_limit(item: pytest.Item) -> int | None:
    """Return how many steps each call of a test may take, None without a bound."""
    steps = mark_value(item, "work_limit")
    return None if steps is None else int(steps)


def _hidden_test(
    exercise: Exercise, item: pytest.Item, earlier: Sequence[HiddenTest]
) -> HiddenTest:
    if not isinstance(item, pytest.Function) or item.cls is None:
        raise SuiteError(f"{item.nodeid}: a hidden test is a method of a test class")
    says = " ".join((item.function.__doc__ or "").split())
    if not says:
        raise SuiteError(f"{item.nodeid}: has no docstring; it is the requirement learners read")
    parameters = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    _refuse_what_only_pytest_gives(item, set(parameters))
    number = 1 + sum(test.function == item.originalname for test in earlier)
    return HiddenTest(
        exercise=exercise,
        # Parameters may be hidden inputs, so a number stands for them.
        name=f"{item.originalname}[{number}]" if parameters else item.originalname,
        says=says,
        weight=mark_value(item, "weight") or 1.0,
        max_steps=work_limit(item),
        id=test_id(item),
        owner=item.cls,
        function=item.originalname,
        arguments=tuple(inspect.signature(item.function).parameters)[1:],  # without self
        parameters=parameters,
    )


def _refuse_what_only_pytest_gives(item: pytest.Function, parameters: set[str]) -> None:
    # Beside what the test names, this holds what our own fixtures need and any set to run always.
    ours = FIXTURES | parameters | OF_OUR_FIXTURES
    unknown = sorted(set(item.fixturenames) - ours)
    unknown += sorted({mark.name for mark in item.iter_markers()} - PLAIN_MARKS)
    if unknown:
        raise SuiteError(
            f"{item.nodeid}: needs {', '.join(unknown)} of pytest; a hidden test has the fixtures "
            f"{', '.join(sorted(FIXTURES))} and the marks {', '.join(sorted(PLAIN_MARKS))}"
        )


def _forget_modules(files: Sequence[str]) -> None:
    """Let pytest read hidden tests anew, and not take another course's of the same name."""
    names = {Path(file).stem for file in files} | {"conftest"}
    for name in list(sys.modules):
        if name.rpartition(".")[2] in names:
            del sys.modules[name]
