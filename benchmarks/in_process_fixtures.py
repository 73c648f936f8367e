"""A pytest plugin that serves the hidden tests without a sandbox: the peer of `grading.py`.

`KATA_SUBMISSION` names the folder of the week. Each module is executed once per process.
"""

from __future__ import annotations

import os
import types
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
_modules: dict[Path, types.ModuleType] = {}


class Learner:
    """The learner's module, called in this very process."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> object:
        return getattr(self._module, name)

    def run(self, script, *data):
        """Run a script beside the module."""
        return script(self._module, *data)


def load(path: Path) -> types.ModuleType:
    """Execute a module once."""
    if path not in _modules:
        module = types.ModuleType(path.stem)
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
        _modules[path] = module
    return _modules[path]


def pytest_configure(config):
    """Register the marks of hidden tests."""
    for name in ("weight", "work_limit", "native_only"):
        config.addinivalue_line("markers", f"{name}: see grader.judging.suite")


@pytest.fixture
def learner(request):
    """Serve the submission."""
    name = Path(request.node.path).stem.removeprefix("test_")
    return Learner(load(Path(os.environ["KATA_SUBMISSION"]) / f"{name}.py"))


@pytest.fixture
def reference(request):
    """Serve the references."""
    path = Path(request.node.path)
    return load(ROOT / "solutions" / path.parent.name / f"{path.stem.removeprefix('test_')}.py")


@pytest.fixture
def rng(request):
    """Serve random numbers."""
    return np.random.default_rng(len(request.node.nodeid))
