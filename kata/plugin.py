"""Make pytest friendly to learners, in the week folders and nowhere else.

Hooks only: the reporter stays pytest's own, so editors, `--junitxml` and pytest-xdist keep
working. Where no catalogue of exercises is in reach, nothing is registered and little imported:
pytest loads this file in every project of an environment.

`VisibleTests` runs where tests run, which may be a worker of pytest-xdist, and puts what became
of each test into its report. `Board` reads the reports where the results are shown, and `Recorder`
keeps them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from kata.project import Project


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks if the run is in reach of a catalogue of exercises."""
    from exercises.layout import find_root

    paths = _paths_asked_for(config)
    root = next(filter(None, map(find_root, [*paths, config.rootpath])), None)
    if root is None:
        return
    from kata.board import Board
    from kata.project import Project
    from kata.recording import Recorder
    from kata.visible_tests import VisibleTests

    project = Project(root)
    config.args = [_tests_of(arg, project, config.invocation_params.dir) for arg in config.args]
    config.pluginmanager.register(VisibleTests(config, project), "kata-visible-tests")
    config.pluginmanager.register(board := Board(config, project), "kata-board")
    config.pluginmanager.register(Recorder(project, board.results), "kata-recorder")
    if config.option.verbose <= 0 and all(_is_in_a_week(path, root) for path in paths):
        config.option.no_header = True


def _tests_of(arg: str, project: Project, folder: Path) -> str:
    """Return the tests of a learner's file or function: `week1/vectors.py::dot` has none itself."""
    file, *names = arg.split("::")
    path = Path(os.path.abspath(folder / file))
    tests = path.with_name(f"test_{path.name}")
    if not project.is_learners_file(str(path)) or not tests.is_file():
        return arg
    classes = ["Test" + name.title().replace("_", "") for name in names[:1]]
    return "::".join([str(tests), *classes])


def _paths_asked_for(config: pytest.Config) -> list[Path]:
    folder = config.invocation_params.dir
    return [Path(os.path.abspath(folder / arg.split("::")[0])) for arg in config.args]


def _is_in_a_week(path: Path, root: Path) -> bool:
    if not path.is_relative_to(root) or path == root:
        return False
    return (root / "exercises" / f"{path.relative_to(root).parts[0]}.toml").is_file()
