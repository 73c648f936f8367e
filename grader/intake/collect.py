"""The one way in: find what a class handed in, and read none of it yet.

The layout is nbgrader's: `SUBMITTED/<learner>/<week>/<module>.py`, or `<week>.ipynb` in place of
modules, with an optional `timestamp.txt`. `SUBMITTED` may be a `.zip` of that, and a learner's
folder may be a `<learner>.zip`. What learning management systems give for download is taken as well
(see `lms`). Each kind of hand-in is a `Source` in a module of its own; nothing is executed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from exercises import Catalogue
from grader.errors import InputError
from grader.intake.archives import LearnerArchive, learners_of_archive
from grader.intake.folders import FolderSource
from grader.intake.lms import find_download
from grader.intake.submission import Collected, HandIn, Source
from grader.printing import printable

NO_LEARNERS = (".", "__MACOSX")  # how names begin that systems and editors leave behind
MAX_NAME_BYTES = 255  # of a file on Linux: results lie in a folder of the learner's name
SHOWN_NAME = 40
SHOWN_FILES = 20


def collect(submitted: Path, catalogue: Catalogue) -> Collected:
    """Find what a class handed in.

    Raises
    ------
    InputError
        If the folder or archive is missing, can't be read, or holds no learner.
    """
    if not submitted.exists():
        raise InputError(f"{submitted}: no such folder; give the folder with one folder a learner")
    notes: list[str] = []
    download = find_download(submitted, catalogue)
    if download is not None:
        notes += download.notes
    if submitted.is_dir():
        settled = download.names if download else frozenset[str]()
        sources = _learners_of_folder(submitted, catalogue, notes, settled)
    elif download is None:
        sources = _with_usable_names(learners_of_archive(submitted, catalogue), submitted, notes)
    else:
        sources = {}
    if download is not None:
        for name in sources.keys() & download.learners.keys():
            notes.append(f"not graded: {printable(name)}: two learners would be called so")
            del sources[name], download.learners[name]
        sources |= download.learners
    if not sources:
        names = ", ".join(week.name for week in catalogue.weeks)
        raise InputError(
            f"{submitted}: no learner in it; it should hold <learner>/<week>/<module>.py "
            f"or <learner>/<week>/<week>.ipynb, with weeks {names}"
            + "".join(f"; {note}" for note in notes[:1])
        )
    hand_ins = [
        HandIn(learner, week, source)
        for learner, source in sorted(sources.items())
        for week in catalogue.weeks
        if source.holds(week)
    ]
    notes += [
        f"{printable(hand_in.learner)} {hand_in.week}: modules and a notebook were handed in; "
        "a module that is more than its stub counts, the notebook for the others"
        for hand_in in hand_ins
        if hand_in.source.holds_both(hand_in.catalogued)
    ]
    return Collected(tuple(hand_ins), tuple(notes))


def _with_usable_names(
    sources: Mapping[str, Source], submitted: Path, notes: list[str]
) -> dict[str, Source]:
    """Leave out what can't be the name of a folder of results.

    `zipfile` and the split at slashes leave no name that is empty, `..` or holds a NUL.
    """
    usable = {}
    for name, source in sources.items():
        if name.startswith(NO_LEARNERS):
            continue
        if len(os.fsencode(name)) > MAX_NAME_BYTES:
            notes.append(
                f"{printable(str(submitted))}: not graded: the name {printable(name, SHOWN_NAME)} "
                f"is longer than {MAX_NAME_BYTES} bytes"
            )
            continue
        usable[name] = source
    return usable


def _learners_of_folder(
    submitted: Path, catalogue: Catalogue, notes: list[str], settled: Collection[str]
) -> dict[str, Source]:
    learners: dict[str, Source] = {}
    n_files = 0
    try:
        entries = sorted(os.scandir(submitted), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{submitted}: cannot be read: {error.strerror}") from error
    for entry in entries:
        if entry.name.startswith(NO_LEARNERS) or entry.name in settled:
            continue
        name = entry.name.removesuffix(".zip")
        shown = printable(entry.path)
        if entry.is_symlink():
            notes.append(f"{shown}: a symbolic link, left out")
        elif entry.is_dir():
            learners[entry.name] = FolderSource(Path(entry.path))
        elif name == entry.name or not entry.is_file():
            n_files += 1
            if n_files <= SHOWN_FILES:
                notes.append(f"{shown}: a file where a learner's folder should be, left out")
        elif (submitted / name).is_dir():
            notes.append(f"{shown}: left out, since there is a folder {printable(name)} as well")
        else:
            learners[name] = LearnerArchive(Path(entry.path), catalogue)
    if n_files > SHOWN_FILES:
        notes.append(
            f"{printable(str(submitted))}: {n_files - SHOWN_FILES} more files where learners' "
            "folders should be, left out"
        )
    return learners
