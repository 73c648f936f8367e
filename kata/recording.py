"""Write into the learner's state file what a run of pytest has shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from exercises.catalogue import Exercise
from kata.outcomes import Standing
from kata.project import Project
from kata.state import FILE, State, updating

UNTOLD = ("not_run", "selected", "skipped")  # only some of the tests ran, or none


class Recorder:
    """A hook that keeps the outcomes, where the results of a run are shown."""

    def __init__(self, project: Project, results: Mapping[Exercise, Standing]) -> None:
        self._project = project
        self._results = results
        self._note = ""

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the state, unless this is a worker of pytest-xdist."""
        told = {each: standing for each, standing in self._results.items() if standing.outcomes}
        if not told or hasattr(session.config, "workerinput"):
            return
        try:
            with updating(self._project.root) as state:
                record_run(state, self._project, told, datetime.now())
                self._note = state.note
        except OSError as error:
            self._note = f"{FILE} cannot be written, so this run is not in it: {error.strerror}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was wrong with the file."""
        if self._note:
            terminalreporter.write_line(f" {self._note}")


def record_run(
    state: State, project: Project, results: Mapping[Exercise, Standing], now: datetime
) -> None:
    """Put what a run has shown into the state."""
    ran = [exercise for exercise in project.catalogue.exercises if exercise in results]
    left = [exercise for exercise in ran if state.of(exercise).status != "passed"]
    # Whoever checks all weeks at once works in none of them.
    if len({exercise.week for exercise in ran}) == 1:
        state.touch((left or ran)[0], now)
    for exercise in ran:
        record_standing(state, exercise, results[exercise], now)


def record_standing(state: State, exercise: Exercise, standing: Standing, now: datetime) -> None:
    """Put what became of one exercise into the state; a part of its tests never says *done*."""
    if standing.status in UNTOLD:
        return
    record = state.of(exercise)
    n_failed = sum(each.status not in ("passed", "skipped") for each in standing.outcomes)
    is_whole = standing.n_passed + n_failed >= standing.n_tests
    most = standing.n_tests - n_failed
    record.passed = standing.n_passed if is_whole else min(record.passed, most)
    record.tests = standing.n_tests
    record.status = standing.status
    if standing.status == "passed" and not record.solved:
        record.solved = now.date().isoformat()
