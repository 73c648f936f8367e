"""The hooks that collect and run the visible tests, and word their failures."""

from __future__ import annotations

import os
import re
import warnings
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from exercises.catalogue import CatalogueError, Exercise, Module
from exercises.layout import class_of_exercise, exercise_of_class
from kata.deadline import Deadline, start_deadline
from kata.evidence import evidence_of
from kata.explain import (
    FailedTest,
    NotRunError,
    RuleBrokenError,
    TookTooLongError,
    explain,
    explain_hidden_definition,
    explain_warning,
    is_todo,
    missing_piece,
)
from kata.learner import Call, Learner, LearnersModule, new_calls
from kata.outcomes import Row, VisibleOutcome
from kata.project import Project
from kata.rules import Violation

LIMIT_S = 10.0
SHOWN_PRINTS = 10


@dataclass
class RunningTest:
    """One visible test while it runs."""

    exercise: Exercise
    calls: deque[Call] = field(default_factory=new_calls)
    warned: Sequence[warnings.WarningMessage] = ()
    limit_s: float = LIMIT_S
    todo: NotImplementedError | None = None
    deadline: Deadline | None = None


RUNNING = pytest.StashKey[RunningTest]()


class VisibleTests:
    """Hooks that collect and run the visible tests and word their failures."""

    def __init__(self, config: pytest.Config, project: Project) -> None:
        self._config = config
        self._project = project
        self._n_tests: dict[Exercise, int] = {}
        self._modules: dict[Module, LearnersModule] = {}
        self._violations: dict[Exercise, tuple[Violation, str] | None] = {}
        self._too_slow: set[Exercise] = set()

    # Collection

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Refuse a test class that is no exercise, and count the tests of one that is."""
        report = yield
        if not isinstance(collector, pytest.Class) or not report.passed:
            return report
        try:
            module = self._project.module_of_test(collector.path)
        except CatalogueError as error:
            return _refused(report, str(error))
        if module is None:
            return report
        exercise = exercise_of_class(module, collector.name)
        if exercise is None:
            return _refused(
                report,
                f"{self._project.short(collector.path)}: class {collector.name} is no exercise; "
                f"exercises/{module.week}.toml knows "
                + ", ".join(map(class_of_exercise, module.exercises)),
            )
        self._n_tests[exercise] = len(report.result)
        # `-k cosine_similarity` finds the exercise, not only the class's name in CamelCase.
        collector.extra_keyword_matches.add(exercise.name)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Mark which items are visible tests, limit their time, and follow the catalogue."""
        has_limit = self._has_own_limit()
        for item in items:
            exercise = self._exercise(item)
            if exercise is None:
                continue
            item.stash[RUNNING] = RunningTest(exercise)
            if not has_limit and item.get_closest_marker("timeout") is None:
                # Only the test itself: an exception that arrives between tests would end the run.
                item.add_marker(pytest.mark.timeout(LIMIT_S, func_only=True))
        self._leave_strangers_out(items)
        if all(RUNNING in item.stash for item in items):
            # As learners meet them, so that `-x` stops where they should look first.
            exercises = self._project.catalogue.exercises if items else ()
            position = {exercise: index for index, exercise in enumerate(exercises)}
            items.sort(key=lambda item: position[item.stash[RUNNING].exercise])

    def _leave_strangers_out(self, items: list[pytest.Item]) -> None:
        """Keep `-k sample` to the exercises of that name, where there are any.

        Else a test of another exercise that says so in its own name would run, and that exercise
        would be shown as done in part.
        """
        words = self._config.getoption("keyword", "").lower().split(" or ")
        names = {item.stash[RUNNING].exercise.name for item in items if RUNNING in item.stash}
        # Only where each word means an exercise: `-k "dot or by_hand"` asks for tests as well.
        if not all(re.fullmatch(r"\w+", word) for word in words):
            return
        if not all(any(word in name for name in names) for word in words):
            return
        meant: list[pytest.Item] = []
        strangers: list[pytest.Item] = []
        for item in items:
            test = item.stash.get(RUNNING, None)
            called = f"{test.exercise.name if test else ''} {item.path.name}"
            (meant if any(word in called for word in words) else strangers).append(item)
        if strangers:
            self._config.hook.pytest_deselected(items=strangers)
            items[:] = meant

    def _has_own_limit(self) -> bool:
        if not self._config.pluginmanager.hasplugin("timeout"):
            return True
        in_call = self._config.getoption("timeout", None) is not None
        return in_call or bool(os.environ.get("PYTEST_TIMEOUT") or self._config.getini("timeout"))

    def _exercise(self, item: pytest.Item) -> Exercise | None:
        test_class = item.getparent(pytest.Class)
        module = self._project.module_of_test(item.path) if test_class else None
        if module is None or test_class is None:
            return None
        return exercise_of_class(module, test_class.name)

    # Running

    @pytest.fixture
    def learner(self, request: pytest.FixtureRequest) -> Learner:
        """Give the functions and classes that the learner wrote, by name."""
        test = request.node.stash.get(RUNNING, None)
        if test is None:
            pytest.fail("the fixture `learner` is for the tests in a week folder", pytrace=False)
        return Learner(self._module(test.exercise), test.calls)

    def _module(self, exercise: Exercise) -> LearnersModule:
        module = self._project.catalogue.module_of(exercise)
        if module not in self._modules:
            self._modules[module] = self._project.learners_module(module)
        return self._modules[module]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Refuse what breaks a rule; note a stub without an exception, so `--pdb` stays out."""
        test = item.stash.get(RUNNING, None)
        if test is None:
            return (yield)
        with warnings.catch_warnings(record=True) as caught:
            try:
                self._refuse(test.exercise)
                return (yield)
            except NotImplementedError as error:
                if not is_todo(error, self._project):
                    raise
                test.todo = error
                return None
            finally:
                test.warned = caught

    def _refuse(self, exercise: Exercise) -> None:
        if exercise in self._too_slow:
            raise NotRunError("its other tests were not run, since each may take as long")
        if exercise not in self._violations:
            self._violations[exercise] = self._project.find_violation(exercise)
        found = self._violations[exercise]
        if found is not None:
            violation, filename = found
            raise RuleBrokenError(str(violation), filename, violation.line)

    # Reporting

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put what became of a visible test into its report."""
        test = item.stash.get(RUNNING, None)
        if test is not None and (call.when != "setup" or call.excinfo):
            _end_limit(test)  # it is raised again and again, and would end the report as well
        report = yield
        if test is None or call.when == "teardown" or (call.when == "setup" and report.passed):
            return report
        outcome = self._judge(item, test, call, report)
        if outcome.status not in ("passed", "skipped"):
            report.outcome = "failed"
            if outcome.status == "todo" or self._config.option.tbstyle == "auto":
                report.longrepr = outcome.as_text()
                report.sections = [(title, _last_lines(text)) for title, text in report.sections]
        report.kata = outcome.as_data()  # type: ignore[attr-defined]
        return report

    def _judge(
        self,
        item: pytest.Item,
        test: RunningTest,
        call: pytest.CallInfo[None],
        report: pytest.TestReport,
    ) -> VisibleOutcome:
        outcome = VisibleOutcome(
            week=test.exercise.week,
            module=test.exercise.module,
            exercise=test.exercise.name,
            line=(item.location[1] or 0) + 1,
            says=_requirement(item),
            tests_of_exercise=self._n_tests.get(test.exercise, 1),
        )
        if report.skipped:
            return replace(outcome, status="skipped")
        error = test.todo or (call.excinfo.value if call.excinfo else None)
        if error is None:
            return outcome
        failed = FailedTest(self._project, test.exercise, item.path, list(test.calls), test.limit_s)
        if is_todo(error, self._project):
            needs = missing_piece(error, test.exercise, self._project)
            hidden = None if needs else explain_hidden_definition(failed)
            if hidden is None:
                return replace(outcome, status="todo", needs=needs)
            problem = hidden
        else:
            problem = explain(error, failed)
        if problem.status == "timeout":
            self._too_slow.add(test.exercise)
        in_test = failed.frame_in_test(error)
        seen = evidence_of(error, failed) if problem.status == "failed" else None
        return replace(
            outcome,
            status=problem.status,
            rows=(*problem.rows, *self._rows_of_output(test, report)),
            once_for=problem.once_for,
            failed_at=in_test[1] if in_test else 0,
            measured=problem.measured,
            evidence=seen.digests() if seen is not None else (),
            uses=self._uses(test.exercise) if seen is not None else (),
        )

    def _uses(self, exercise: Exercise) -> Sequence[str]:
        """Return the other exercises of the week that an exercise is built on."""
        week = self._project.catalogue.week(exercise.week)
        assert week is not None
        earlier = week.exercises[: week.exercises.index(exercise)]
        reached = self._module(exercise).names_reached(exercise.object_name)
        return [
            other.name
            for other in week.exercises
            if (other.object_name in reached and other.object_name != exercise.object_name)
            or (other.object_name == exercise.object_name and other in earlier)
        ]

    def _rows_of_output(self, test: RunningTest, report: pytest.TestReport) -> Iterator[Row]:
        theirs = [each for each in test.warned if self._project.is_learners_file(each.filename)]
        for warning in [*theirs, *test.warned][:1]:
            yield "warned", explain_warning(warning, self._project)
        for title, text in report.sections:
            if title.startswith(("Captured stdout", "Captured stderr")) and text.strip():
                yield "printed", _last_lines(text)

    # The time limit, see `kata.deadline`

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> bool | None:
        """Set our own timer: pytest-timeout's ends the whole run where there are no signals."""
        test = item.stash.get(RUNNING, None)
        if test is None:
            return None
        from pytest_timeout import is_debugging  # type: ignore[import-untyped]

        test.limit_s = settings.timeout
        if not is_debugging():
            test.deadline = start_deadline(settings.timeout, TookTooLongError, is_debugging)
        return True

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_cancel_timer(self, item: pytest.Item) -> None:
        """Stop our own timer."""
        test = item.stash.get(RUNNING, None)
        if test is not None:
            _end_limit(test)


def _end_limit(test: RunningTest) -> None:
    if test.deadline is not None:
        test.deadline.cancel()
        test.deadline = None


def _refused(report: pytest.CollectReport, why: str) -> pytest.CollectReport:
    report.outcome, report.longrepr, report.result = "failed", why, []
    return report


def _requirement(item: pytest.Item) -> str:
    """Return the first paragraph of the test's docstring, or its name in words."""
    function = getattr(item, "function", None)
    paragraph = (getattr(function, "__doc__", None) or "").strip().split("\n\n")[0]
    name = item.name.split("[")[0].removeprefix("test_").replace("_", " ")
    case = item.name.partition("[")[2]
    return (" ".join(paragraph.split()) or name) + (f" [{case}" if case else "")


def _last_lines(text: str) -> str:
    lines = text.rstrip().splitlines()
    more = [f"… {len(lines) - SHOWN_PRINTS} lines above"] if len(lines) > SHOWN_PRINTS else []
    return "\n".join([*more, *(line[:500] for line in lines[-SHOWN_PRINTS:])])
