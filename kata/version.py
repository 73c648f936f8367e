"""Which version of Math for AI katas this is, for `--version`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from exercises.catalogue import HERE

DISTRIBUTION = "math-for-ai-katas"


def version() -> str:
    """Return the installed version, or that of the folder where nothing is installed."""
    from importlib import metadata

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return _version_of_the_folder()


def _version_of_the_folder() -> str:
    import tomllib

    try:
        project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))
        return f"{project['project']['version']} (not installed)"
    except (OSError, ValueError, KeyError):
        return "unknown (not installed, and without its pyproject.toml)"


class ShowVersion(argparse.Action):
    """Print the versions that a bug report needs, found only when somebody asks."""

    def __init__(self, option_strings: Sequence[str], dest: str, **kwargs: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **kwargs)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and end, as `--help` does."""
        python = ".".join(map(str, sys.version_info[:3]))
        print(f"{DISTRIBUTION} {version()}, Python {python} on {sys.platform}")
        parser.exit()
