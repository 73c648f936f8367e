"""Say what to do where pytest was started by a Python that lacks what the course needs.

Most often the environment was not activated in a new terminal. This file is read by any pytest, so
it imports nothing of the course and nothing that a newer Python or pytest brought.
"""

import os
import sys
from importlib import metadata
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COURSE = "math-for-ai-katas"
OLDEST_PYTHON = (3, 11)
NO_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """End the run with one line, before anything of the course is imported."""
    if sys.version_info < OLDEST_PYTHON or not _is_installed():
        raise pytest.UsageError(_what_to_do(Path(config.invocation_params.dir)))
    if os.environ.get(NO_AUTOLOAD) and not config.pluginmanager.hasplugin("kata"):
        raise pytest.UsageError(f"{NO_AUTOLOAD} is set, so that the exercises cannot be checked")


def _is_installed():
    """Say whether this Python has the course and what it requires.

    The course alone is found from its folder, where an installation leaves its description.
    """
    from packaging.requirements import Requirement  # pytest brings it

    try:
        required = [Requirement(text) for text in metadata.requires(COURSE) or ()]
        return all(
            requirement.specifier.contains(metadata.version(requirement.name), prereleases=True)
            for requirement in required
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        )
    except metadata.PackageNotFoundError:
        return False


def _what_to_do(folder):
    found = [path.parent for path in sorted(HERE.glob("*/pyvenv.cfg"))]
    if Path(sys.prefix).resolve() in [path.resolve() for path in found]:
        return "the course is not installed here yet: pip install -e ."
    if not found:
        return "activate the course's environment first, or make one as README.md says"
    script = found[0] / ("Scripts" if os.name == "nt" else "bin") / "activate"
    if HERE in (folder, *folder.parents):
        script = os.path.relpath(script, folder)
    command = script if os.name == "nt" else f". {script}"
    return f"activate the environment first, in each new terminal: {command}"
