"""What editors are told of the course: each file parses, and what it names is there."""

import json
import re
import subprocess
import sys
import tomllib

import pytest

from grader.course import ROOT
from kata.cli import build_parser

INTERPRETER = "${command:python.interpreterPath}"  # the Python that is chosen in VS Code


def read(name):
    """Return what a file holds, which is plain JSON: other tools than VS Code read it too."""
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


TASKS = read(".vscode/tasks.json")["tasks"]
CONTAINER = read(".devcontainer/devcontainer.json")


class TestVSCode:
    def test_its_testing_view_asks_pytest(self):
        """Without arguments, that is, for what a bare `pytest` runs."""
        settings = read(".vscode/settings.json")
        assert settings["python.testing.pytestEnabled"] is True
        assert not settings.get("python.testing.pytestArgs")

    @pytest.mark.parametrize("task", TASKS, ids=[task["label"] for task in TASKS])
    def test_the_command_of_a_task_is_there(self, task):
        assert task["type"] == "process"  # with no shell, so that a folder may have a space
        assert task["command"] == INTERPRETER
        help_ = subprocess.run([sys.executable, *task["args"], "--help"], cwd=ROOT, check=False)
        assert help_.returncode == 0
        runs, module, *arguments = task["args"]
        assert (runs, module) == ("-m", "kata")
        build_parser().parse_args(arguments)
        assert task["label"] == " ".join([module, *arguments])

    def test_one_key_starts_kata_watch(self):
        """Ctrl+Shift+B runs the default build task, and asks where there are two of them."""
        default = {"kind": "build", "isDefault": True}
        assert [task["label"] for task in TASKS if task.get("group") == default] == ["kata watch"]


class TestDevContainer:
    def test_its_python_is_new_enough(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        oldest = project["requires-python"].removeprefix(">=")
        (version,) = re.findall(r"/python:(\d+\.\d+)$", CONTAINER["image"])
        assert tuple(map(int, version.split("."))) >= tuple(map(int, oldest.split(".")))

    def test_it_installs_as_the_readme_does(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        assert f"\n{CONTAINER['postCreateCommand']}\n" in readme

    def test_it_has_the_extensions_that_are_recommended(self):
        recommended = read(".vscode/extensions.json")["recommendations"]
        assert recommended
        assert CONTAINER["customizations"]["vscode"]["extensions"] == recommended
