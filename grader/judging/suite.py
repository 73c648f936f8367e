"""The hidden tests, collected once by pytest and run for submission after submission.

pytest starts once per process. Its run loop is ours: it hands the collected tests to a function
that runs those of one exercise as often as it likes.
"""

from __future__ import annotations

import hashlib
import inspect
import re
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exercises import Exercise, Module
from grader.course import Course
from grader.errors import SuiteError
from grader.judging.bench import LearnerProxy, ModuleBench

# Only what runs a plain test is wanted: the rest costs time for each test of each submission.
OPTIONS = (
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
SEED_BYTES = 8
MARKS = (
    "weight(points): how much a hidden test counts, 1 without",
    "work_limit(steps): how many lines of Python each call in a hidden test may run",
    "native_only: cannot run in a browser",
)
OUR_FIXTURES = frozenset({"learner", "reference", "rng", "stage", "exercise"})
PLAIN_MARKS = frozenset({"parametrize", "weight", "native_only", "work_limit"})


@dataclass
class Stage:
    """What the fixtures serve at the moment."""

    course: Course
    seed: int
    learner: Callable[[Exercise], LearnerProxy]
    references: dict[tuple[str, str], Any] = field(default_factory=dict)

    def reference(self, module: Module) -> Any:
        """Return the reference module, executed once."""
        key = (module.week, module.name)
        if key not in self.references:
            self.references[key] = self.course.reference(module)
        return self.references[key]

    def fixture(self, name: str, test: HiddenTest) -> Any:
        """Return what one of our fixtures gives a test."""
        if name == "learner":
            return self.learner(test.exercise)
        if name == "reference":
            return self.reference(self.course.module(test.exercise.week, test.exercise.module))
        if name == "rng":
            return self.rng(test.id)
        return {"stage": self, "exercise": test.exercise}[name]

    def rng(self, test_id: str) -> np.random.Generator:
        """Return the same numbers for the same seed and test, whoever is graded."""
        digest = hashlib.sha256(f"{self.seed} {test_id}".encode()).digest()
        return np.random.default_rng(int.from_bytes(digest[:SEED_BYTES], "big"))


STAGE = pytest.StashKey[Stage]()


@dataclass(frozen=True)
class HiddenTest:
    """One collected test."""

    exercise: Exercise
    name: str
    says: str
    weight: float
    max_steps: int | None
    item: pytest.Item
    id: str
    arguments: tuple[str, ...]
    is_plain: bool


@dataclass(frozen=True)
class Outcome:
    """How one test ended: `error` is None if it passed."""

    test: HiddenTest
    error: BaseException | None
    seconds: float


def exercise_of(course: Course, item: pytest.Item) -> Exercise:
    """Return the exercise that a hidden test belongs to, by its file and class.

    Raises
    ------
    SuiteError
        If the file or class names none.
    """
    path = Path(item.path)
    week = course.catalogue.week(path.parent.name)
    module = week.module(path.stem.removeprefix("test_")) if week else None
    owner = getattr(item, "cls", None)
    name = snake_case(owner.__name__.removeprefix("Test")) if owner else ""
    for exercise in module.exercises if module else ():
        if exercise.name == name:
            return exercise
    known = ", ".join(e.name for e in module.exercises) if module else "none"
    raise SuiteError(f"{item.nodeid}: no exercise '{name}' in this module; it has: {known}")


def snake_case(name: str) -> str:
    """Turn TestCosineSimilarity's name into cosine_similarity."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def test_id(item: pytest.Item) -> str:
    """Return a test's name that does not depend on where the repository lies."""
    path = Path(item.path)
    return f"{path.parent.name}/{path.stem}::{item.nodeid.partition('::')[2]}"


class Suite:
    """The collected hidden tests of one process."""

    def __init__(self, course: Course, session: pytest.Session, runner: _Runner) -> None:
        self.course = course
        self._session = session
        self._runner = runner
        self.tests: dict[Exercise, list[HiddenTest]] = {e: [] for e in course.catalogue.exercises}
        for item in session.items:
            test = _hidden_test(course, item, self.tests)
            self.tests[test.exercise].append(test)

    def run(
        self,
        exercise: Exercise,
        bench: ModuleBench,
        seed: int,
        go_on: Callable[[Sequence[Outcome]], bool] = lambda outcomes: True,
    ) -> list[Outcome]:
        """Run an exercise's tests on one submission's module, while `go_on` says so."""
        stage = Stage(self.course, seed, lambda wanted: LearnerProxy(bench, wanted))
        stage.references = self._runner.references
        self._session.config.stash[STAGE] = stage
        outcomes: list[Outcome] = []
        tests = self.tests[exercise]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a test that cares about warnings says so itself
            for test, following in zip(tests, [*tests[1:], None], strict=True):
                if not go_on(outcomes):
                    break
                bench.max_steps = test.max_steps
                outcomes.append(self._runner.run(test, stage, following))
        return outcomes


def _hidden_test(
    course: Course, item: pytest.Item, tests: dict[Exercise, list[HiddenTest]]
) -> HiddenTest:
    exercise = exercise_of(course, item)
    if not isinstance(item, pytest.Function):
        raise SuiteError(f"{item.nodeid}: a hidden test is a method of a test class")
    says = " ".join((item.function.__doc__ or "").split())
    if not says:
        raise SuiteError(f"{item.nodeid}: has no docstring; it is the requirement learners read")
    function_name = getattr(item, "originalname", item.name)
    # Parameters may be hidden inputs, so a number stands for them.
    earlier = sum(t.name.partition("[")[0] == function_name for t in tests[exercise])
    name = f"{function_name}[{earlier + 1}]" if hasattr(item, "callspec") else function_name
    return HiddenTest(
        exercise=exercise,
        name=name,
        says=says,
        weight=mark_value(item, "weight") or 1.0,
        max_steps=work_limit(item),
        item=item,
        id=test_id(item),
        arguments=tuple(inspect.signature(item.function).parameters)[1:],  # without self
        is_plain=_is_plain(item),
    )


def mark_value(item: pytest.Item, mark_name: str) -> float | None:
    """Return the number that a mark of a test carries, None without the mark."""
    mark = item.get_closest_marker(mark_name)
    return float(mark.args[0]) if mark else None


def work_limit(item: pytest.Item) -> int | None:
    """Return how many steps each call of a test may take, None without a bound."""
    steps = mark_value(item, "work_limit")
    return None if steps is None else int(steps)


def _is_plain(item: pytest.Item) -> bool:
    """Tell whether a test needs nothing of pytest but our fixtures and its parameters."""
    if not isinstance(item, pytest.Function) or item.cls is None:
        return False
    parameters = set(item.callspec.params) if hasattr(item, "callspec") else set()
    marks = {mark.name for mark in item.iter_markers()}
    # The closure holds what our own fixtures need (`request`) and any that are set to run always.
    return set(item.fixturenames) <= OUR_FIXTURES | parameters | {"request"} and (
        marks <= PLAIN_MARKS
    )


def _call_plainly(test: HiddenTest, stage: Stage) -> BaseException | None:
    """Call a plain test as pytest would, without the cost of its set-up; return what it raises.

    The set-up costs several times what a small test does, and would be paid for each test of
    each submission.
    """
    item = test.item
    assert isinstance(item, pytest.Function)
    values = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    for name in set(test.arguments) - set(values):
        values[name] = stage.fixture(name, test)
    wanted = {name: values[name] for name in test.arguments}
    try:
        getattr(item.cls(), item.originalname)(**wanted)
    except (Exception, pytest.fail.Exception) as error:
        return error
    return None


class _Runner:
    """The pytest plugin that keeps what tests raise, instead of printing it."""

    def __init__(self, course: Course, work: Callable[[Suite], None]) -> None:
        self.course = course
        self.work = work
        self.references: dict[tuple[str, str], Any] = {}
        self.collection_errors: list[str] = []
        self.failure: BaseException | None = None
        self.has_worked = False
        self._raised: BaseException | None = None

    def run(self, test: HiddenTest, stage: Stage, following: HiddenTest | None) -> Outcome:
        start = time.perf_counter()
        if test.is_plain:
            self._raised = _call_plainly(test, stage)
        else:
            self._raised = None
            test.item.ihook.pytest_runtest_protocol(
                item=test.item, nextitem=following.item if following else None
            )
        return Outcome(test, self._raised, time.perf_counter() - start)

    def pytest_configure(self, config: pytest.Config) -> None:
        for mark in MARKS:
            config.addinivalue_line("markers", mark)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.collection_errors.append(f"{report.nodeid}: {report.longreprtext}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not self.collection_errors:
            try:
                self.work(Suite(self.course, session, self))
                self.has_worked = True
            except BaseException as error:  # carried over pytest's own handling, raised again
                self.failure = error
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> pytest.TestReport:
        """Keep the first exception of a test, and build no text of it."""
        if call.excinfo is not None and self._raised is None:
            self._raised = call.excinfo.value
        passed = call.excinfo is None
        return pytest.TestReport(
            item.nodeid,
            item.location,
            {},
            "passed" if passed else "failed",
            None,
            "call",
            duration=call.duration,
            start=call.start,
            stop=call.stop,
        )


def with_suite(course: Course, modules: Sequence[Module], work: Callable[[Suite], None]) -> None:
    """Collect the hidden tests of some modules and call `work` with them.

    Raises
    ------
    SuiteError
        If a hidden test can't be collected.
    """
    runner = _Runner(course, work)
    files = [str(course.hidden_tests_path(module)) for module in modules]
    missing = [name for name in files if not Path(name).is_file()]
    if missing:
        raise SuiteError(f"no hidden tests: {', '.join(missing)}")
    _forget_modules(files)
    configuration = ["-c", str(course.root / "pyproject.toml"), "--rootdir", str(course.root)]
    # What that file says for learners is not for here.
    configuration += ["-o", "addopts=", "-o", "required_plugins="]
    pytest.main([*OPTIONS, *configuration, *files], plugins=[runner])
    if runner.collection_errors:
        raise SuiteError("the hidden tests do not load:\n" + "\n".join(runner.collection_errors))
    if runner.failure is not None:
        raise runner.failure
    if not runner.has_worked:
        raise SuiteError("pytest ended before the hidden tests could run")


def _forget_modules(files: Sequence[str]) -> None:
    """Let pytest read hidden tests anew, and not take another course's of the same name."""
    names = {Path(file).stem for file in files} | {"conftest"}
    for name in list(sys.modules):
        if name.rpartition(".")[2] in names:
            del sys.modules[name]
