"""The files as they were given to learners, kept packed in each copy for `kata reset`."""

from __future__ import annotations

import zipfile

from exercises.catalogue import Module
from exercises.layout import CATALOGUE_FOLDER, Layout
from kata.errors import UsageError

GIVEN = f"{CATALOGUE_FOLDER}/given.zip"


def name_in_archive(module: Module) -> str:
    """Return what a module's file is called in the archive."""
    return f"{module.week}/{module.name}.py"


def given_text(layout: Layout, module: Module) -> str:
    """Return a module's file as it was given.

    Raises
    ------
    UsageError
        If this copy does not have it.
    """
    try:
        with zipfile.ZipFile(layout.root / GIVEN) as archive:
            return archive.read(name_in_archive(module)).decode("utf-8")
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UsageError(
            f"{name_in_archive(module)} as it was given is not in {GIVEN} of this copy; "
            "in the whole repository, `python -m grader stubs` packs it"
        ) from error
