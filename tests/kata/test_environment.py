"""A pytest that lacks what the course needs says in one line what to do."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ACTIVATE = "activate the environment first, in each new terminal: "
SCRIPTS = Path("Scripts" if os.name == "nt" else "bin")
DOT = "" if os.name == "nt" else ". "


class Elsewhere:
    """A copy of the course, and a pytest that finds another description of it than ours."""

    def __init__(self, folder):
        self.copy = folder / "copy"
        self.site = folder / "site"
        (self.copy / "week1").mkdir(parents=True)
        for name in ("conftest.py", "pyproject.toml", "week1/test_vectors.py"):
            shutil.copy(ROOT / name, self.copy / name)

    def requires(self, *requirements):
        info = self.site / "math_for_ai_katas-0.1.0.dist-info"
        info.mkdir(parents=True)
        lines = ["Metadata-Version: 2.1", "Name: math-for-ai-katas", "Version: 0.1.0"]
        lines += [f"Requires-Dist: {requirement}" for requirement in requirements]
        (info / "METADATA").write_text("\n".join(lines) + "\n")

    def make_environment(self):
        (self.copy / ".venv").mkdir()
        (self.copy / ".venv" / "pyvenv.cfg").touch()

    def says(self, *args, folder="", **environment):
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", *args],
            cwd=self.copy / folder,
            env={**os.environ, "PYTHONPATH": str(self.site), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 4
        assert ended.stdout.strip() == ""
        (line,) = ended.stderr.strip().splitlines()
        return line.removeprefix("ERROR: ")


@pytest.fixture
def elsewhere(tmp_path):
    return Elsewhere(tmp_path)


@pytest.mark.parametrize("missing", ["no-such-package>=1", "numpy>=99"])
def test_a_package_that_is_missing_or_too_old(elsewhere, missing):
    elsewhere.requires("pytest", missing, 'another; extra == "dev"')
    elsewhere.make_environment()
    assert elsewhere.says("week1") == f"{ACTIVATE}{DOT}{Path('.venv') / SCRIPTS / 'activate'}"


def test_from_inside_a_week(elsewhere):
    elsewhere.requires("no-such-package")
    elsewhere.make_environment()
    script = Path("..") / ".venv" / SCRIPTS / "activate"
    assert elsewhere.says(folder="week1") == f"{ACTIVATE}{DOT}{script}"


def test_where_there_is_no_environment_yet(elsewhere):
    elsewhere.requires("no-such-package")
    expected = "activate the course's environment first, or make one as README.md says"
    assert elsewhere.says() == expected


def test_where_plugins_are_switched_off(elsewhere):
    elsewhere.requires("pytest")
    expected = "PYTEST_DISABLE_PLUGIN_AUTOLOAD is set, so that the exercises cannot be checked"
    assert elsewhere.says("week1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1") == expected


def test_where_the_environment_is_active_but_empty(elsewhere, monkeypatch):
    elsewhere.make_environment()
    monkeypatch.setattr(sys, "prefix", str(elsewhere.copy / ".venv"))
    spec = importlib.util.spec_from_file_location(
        "conftest_of_copy", elsewhere.copy / "conftest.py"
    )
    conftest = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(conftest)
    expected = "the course is not installed here yet: pip install -e ."
    assert conftest._what_to_do(elsewhere.copy) == expected
