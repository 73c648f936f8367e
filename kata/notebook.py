"""Check answers in a notebook: what `pytest week1 -k dot` says of a module, said of its cells.

    check("dot")

Functions, not `%magics`: a name that is mistyped is answered with the right one, Tab completes
them, they take what a variable or a loop gives them, they can be called from a file as well, and
there is no extension to load that a restarted kernel has forgotten.

The tests run inside pytest, in the notebook's own process, by the same hooks as in a week folder
(`kata.visible_tests`), with no other plugin and no configuration of the learner's. Each call starts
afresh from what the notebook has defined by then.
"""

from __future__ import annotations

import difflib
import inspect
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from typing import Any

import pytest

from exercises.catalogue import HERE, Exercise
from kata.board import Board
from kata.cells import Cells, Notebook, OneFile
from kata.deadline import start_deadline
from kata.errors import UsageError
from kata.explain import TookTooLongError
from kata.hints import print_hint
from kata.page import Report
from kata.project import Project
from kata.summary import Results, points_of
from kata.visible_tests import LIMIT_S, RUNNING, VisibleTests

PLUGINS_NOT_NEEDED = (
    *("cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "legacypath"),
    *("logging", "pastebin", "setuponly", "setupplan", "stepwise", "subtests", "terminalprogress"),
    *("threadexception", "unittest", "unraisableexception"),
)
# What pytest would read from the learner's environment.
ENVIRONMENT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DEBUG")
NO_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)

_week = ""


def use_week(name: str) -> None:
    """Say which week this notebook is of: two weeks may have exercises of the same name."""
    global _week
    _week = name


def check(*names: str) -> None:
    """Show what the visible tests say of some exercises, or of all that this notebook has.

    Parameters
    ----------
    *names : str
        The exercises, such as "dot"; all if there is none.
    """
    notebook = _notebook(inspect.currentframe())
    exercises = _exercises(notebook, names)
    if exercises:
        _display(Report(run_visible_tests(exercises, notebook), notebook, is_short=not names))


def score(name: str) -> float | None:
    """Return the points of an exercise by its visible tests; of a bonus, print them.

    nbgrader reads the number as the grade of the cell, and a bonus has no points to it. The grader
    puts its own verdict, by further tests, in the place of this.
    """
    notebook = _notebook(inspect.currentframe())
    exercises = _exercises(notebook, [name])
    if not exercises:
        return 0.0
    (exercise,) = exercises
    points = points_of(exercise, run_visible_tests(exercises, notebook)[exercise])
    if exercise.is_stretch:
        print(f"bonus: {points:.3g} of {exercise.points:g} points")
        return None
    return round(points, 2)


def hint(name: str, number: int = 1) -> None:
    """Show a hint for an exercise: 1 is a nudge, the last one nearly gives it away."""
    notebook = _notebook(inspect.currentframe())
    for exercise in _exercises(notebook, [name]):
        try:
            print_hint(notebook, exercise, number)
        except UsageError as error:
            print(error)


def _notebook(here: Any) -> Notebook:
    """Return the notebook from which one of our functions was called."""
    caller = here.f_back
    shell = _shell()
    if shell is None:
        return Notebook(HERE.parent, caller.f_globals, OneFile(caller.f_code.co_filename))
    return Notebook(HERE.parent, shell.user_ns, Cells(shell))


def _shell() -> Any:
    """Return IPython's shell, or None where there is no IPython at work."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _exercises(notebook: Notebook, names: Sequence[str]) -> list[Exercise]:
    """Return the exercises of these names; say of a name that there is none what may be meant."""
    known = [
        exercise for exercise in notebook.catalogue.exercises if _has_tests(notebook, exercise)
    ]
    here = [exercise for exercise in known if exercise.week == _week] or known
    if not names:
        return here
    found = []
    for name in names:
        same = [exercise for exercise in here if exercise.name == name]
        same = same or [exercise for exercise in known if exercise.name == name]
        if not same:
            similar = difflib.get_close_matches(str(name), [e.name for e in here], n=1)
            meant = f"did you mean {similar[0]!r}?" if similar else "check() shows them all"
            print(f"no exercise named {name!r}: {meant}")
        found += same[:1]
    return found


def _has_tests(notebook: Notebook, exercise: Exercise) -> bool:
    return notebook.layout.visible_tests(notebook.catalogue.module_of(exercise)).is_file()


class _NotebookTests(VisibleTests):
    """The hooks for a run of some exercises, in which the time limit is our own."""

    def __init__(
        self,
        config: pytest.Config,
        project: Project,
        exercises: Sequence[Exercise],
        limit_s: float,
    ) -> None:
        super().__init__(config, project)
        self._exercises = exercises
        self._limit_s = limit_s

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests of the exercises that were asked for."""
        super().pytest_collection_modifyitems(items)
        items[:] = [
            item
            for item in items
            if RUNNING in item.stash and item.stash[RUNNING].exercise in self._exercises
        ]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Limit the time of a test."""
        item.stash[RUNNING].limit_s = self._limit_s
        deadline = start_deadline(self._limit_s, TookTooLongError, lambda: False)
        try:
            return (yield from super().pytest_runtest_call(item))
        finally:
            deadline.cancel()


class _QuietBoard(Board):
    """What gathers the outcomes, and leaves it to us to show them."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show nothing."""


class _Plugin:
    """Registers the hooks, as `kata.plugin` does in a week folder."""

    def __init__(self, project: Project, exercises: Sequence[Exercise], limit_s: float) -> None:
        self._project = project
        self._exercises = exercises
        self._limit_s = limit_s
        self.results: Results = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        tests = _NotebookTests(config, self._project, self._exercises, self._limit_s)
        board = _QuietBoard(config, self._project)
        config.pluginmanager.register(tests, "kata-visible-tests")
        config.pluginmanager.register(board, "kata-board")
        self.results = board.results


def run_visible_tests(
    exercises: Sequence[Exercise], project: Project, limit_s: float | None = None
) -> Results:
    """Run the visible tests of some exercises in this process, and return what became of them.

    Raises
    ------
    RuntimeError
        If they could not run, which is no fault of the learner's.
    """
    modules = dict.fromkeys(project.catalogue.module_of(exercise) for exercise in exercises)
    files = [project.layout.visible_tests(module) for module in modules]
    root = os.path.commonpath([file.parent for file in files])
    options = ["--rootdir", root, "-c", os.devnull, "--noconftest"]
    options += ["--import-mode=importlib", "--capture=sys"]
    # Quicker: no look at folders further up, and no long words of pytest's own.
    options += ["--confcutdir", root, "--tb=native"]
    options += [word for name in PLUGINS_NOT_NEEDED for word in ("-p", f"no:{name}")]
    plugin = _Plugin(project, exercises, LIMIT_S if limit_s is None else limit_s)
    with _plain_environment(), redirect_stdout(StringIO()) as printed:
        status = pytest.main([*options, *map(str, files)], [plugin])
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in RAN or not all(exercise in plugin.results for exercise in exercises):
        raise RuntimeError(
            f"the checks could not run, which is no fault of yours:\n{printed.getvalue()}"
        )
    return plugin.results


@contextmanager
def _plain_environment() -> Iterator[None]:
    """Keep settings for other runs of pytest out of ours."""
    before = {name: os.environ.pop(name, None) for name in (*ENVIRONMENT, NO_AUTOLOAD)}
    os.environ[NO_AUTOLOAD] = "1"
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _display(report: Report) -> None:
    if _shell() is None:
        print(report)
        return
    from IPython.display import display  # only where IPython is at work

    display(report)  # type: ignore[no-untyped-call]
