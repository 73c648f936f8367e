"""The hooks that gather what became of the visible tests, and show it at the end."""

from __future__ import annotations

import difflib
import re
from collections.abc import Generator
from typing import Any

import pytest

from exercises.catalogue import Exercise
from kata.outcomes import Standing, VisibleOutcome
from kata.project import Project
from kata.visible_tests import RUNNING


class Board:
    """Hooks that gather the outcomes and show them at the end."""

    def __init__(self, config: pytest.Config, project: Project) -> None:
        self._config = config
        self._project = project
        self.results: dict[Exercise, Standing] = {}
        self._session: pytest.Session | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Remember the session, whose count of failures is corrected below."""
        self._session = session

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the selected tests, so that a run which stops early is not taken for whole."""
        for item in session.items:
            test = item.stash.get(RUNNING, None)
            if test is not None:
                self._result(test.exercise).n_selected += 1

    def _result(self, exercise: Exercise) -> Standing:
        return self.results.setdefault(exercise, Standing())

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Generator[None, Any, Any]:
        """Keep to-dos and wrong answers out of pytest's section of tracebacks.

        A wrapper, since the first plain hook that answers silences the rest, and VS Code's test
        pane listens here.
        """
        status = yield
        outcome = _outcome_of(report)
        if outcome is None or outcome.status in ("passed", "skipped"):
            return status
        if outcome.status == "todo":
            return "to do", "t", ("TO DO", {"yellow": True})
        if self._config.option.tbstyle != "auto":
            return status
        return "wrong", "F", ("WRONG", {"red": True})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, None, None]:
        """Gather the outcomes; what is still to do is no failure that `-x` should stop at."""
        outcome = _outcome_of(report)
        if outcome is not None:
            exercise = self._find(outcome)
            self._result(exercise).outcomes.append(outcome)
            if outcome.status == "todo" and self._session is not None:
                self._session.testsfailed -= 1  # the session is about to count it
        return (yield)

    def _find(self, outcome: VisibleOutcome) -> Exercise:
        found = self._project.catalogue.exercises_named(outcome.exercise)
        return next(exercise for exercise in found if exercise.week == outcome.week)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fail the run while anything is still to do."""
        is_todo = any(result.status == "todo" for result in self.results.values())
        if is_todo and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the problems and the table."""
        if not any(result.outcomes for result in self.results.values()):
            self._suggest_names(terminalreporter)
            return
        from kata.screen import Screen
        from kata.summary import write_problems, write_table

        screen = Screen(self._config.get_terminal_writer())
        if self._config.option.tbstyle == "auto":
            write_problems(screen, self.results, self._project)
        is_long = self._config.option.verbose > 0
        write_table(screen, self.results, self._project, is_long=is_long)

    def _suggest_names(self, terminalreporter: Any) -> None:
        """Say which exercises may be meant by `-k`, where it left no test."""
        is_empty = self._session is not None and not self._session.testscollected
        if not is_empty or not terminalreporter.stats.get("deselected"):
            return
        names = [exercise.name for exercise in self._project.catalogue.exercises]
        words = re.findall(r"\w+", self._config.getoption("keyword", "").lower())
        for word in words:
            if word in ("and", "not", "or") or any(word in name for name in names):
                continue
            if similar := difflib.get_close_matches(word, names, n=1):
                terminalreporter.line(f"no test is called {word!r}: did you mean -k {similar[0]}?")


def _outcome_of(report: Any) -> VisibleOutcome | None:
    data = getattr(report, "kata", None)
    return VisibleOutcome.from_data(data) if data else None
