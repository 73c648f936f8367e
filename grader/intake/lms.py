"""What learning management systems give for download, as it is.

A download is a folder, or a `.zip`, of files or folders with a learner's name in front:

- Canvas: `<name>_<id>_<attachment>_<file>`, with `LATE_` before the id of a late one. The learner
  is called by the id, the column `ID` of Canvas's gradebook.
- Moodle: `<full name>_<number>_assignsubmission_file_`, a folder, or `_<file>` behind it. The
  learner is called by the full name; where two have the same, or names are hidden, the number
  stands behind it: it is another one in each assignment.
- Blackboard, and so the archives that `nbgrader zip_collect` takes:
  `<assignment>_<username>_attempt_<time>_<file>`. The learner is called by the username.
- Gradescope: folders `submission_<number>` and `submission_metadata.yml`, which says whose they
  are. Learners are called by their student id (`sid`), or by the e-mail address if they have none.

A file is a module, a week's notebook or a `.zip` of such. Which week it is for is told by the name
of the module or of the notebook, by a folder around it, or else by the name of the whole download.
`-1` or ` (1)` behind a name marks a resubmission. The newest counts; an older one, and whatever has
no place, is listed. Two learners who cannot be told apart are listed and not graded.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path, PurePosixPath
from typing import Protocol
from zipfile import ZipInfo

from exercises import Catalogue, Week
from exercises.cells import notebook_name
from grader.errors import InputError
from grader.intake.archives import Archive, BadArchive, archive_of_class, open_file
from grader.intake.folders import read_file, read_notebook_file
from grader.intake.notebooks import unreadable_notebook
from grader.intake.submission import TIMESTAMP, File, Notebook, Source, Submission
from grader.printing import printable

METADATA = "submission_metadata.yml"
MAX_METADATA_BYTES = 64 << 20
MAX_DEPTH = 6
MAX_LISTED = 3
JUNK = ("__MACOSX", ".")
MOODLE = re.compile(r"(?P<name>.+)_(?P<number>\d+)_assignsubmission_file_?(?P<file>.*)", re.S)
ATTEMPT = re.compile(
    r"(?P<assignment>.+)_(?P<name>[^_]+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)",
    re.S,
)
CANVAS = re.compile(
    r"(?P<name>[^_]+(?:_[^_\d][^_]*)*?)_(?:LATE_)?(?P<id>\d+)_(?P<order>\d+)_"
    r"(?P<file>.+\.(?:zip|ipynb|py|toml))",
    re.S | re.I,
)
GRADESCOPE = re.compile(r"(?P<name>submission_\d+): *")
CREATED = re.compile(r"  :created_at: (?P<value>.+)")
CANNOT_BE_FOLDERS = (".", "__MACOSX")  # how names begin that grading would pass over
MAX_NAME_BYTES = 255
RESUBMISSION = re.compile(r"(?P<stem>.+?)(?:-\d{1,3}| ?\(\d{1,3}\))", re.S)
HIDDEN = "Participant"  # what Moodle calls everybody where names are hidden
SUBMITTER = re.compile(r"(?:  - |    ):(?P<key>name|sid|email): ?(?P<value>.*)")


def _files_of(week: Week) -> list[str]:
    """Return the names of all files that a week may have, but for a notebook."""
    return [*(f"{m.name}.py" for m in week.modules), *(quiz.file_name for quiz in week.quizzes)]


class Piece(Protocol):
    """A file of a download."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders around it, and its name."""

    def file(self) -> File:
        """Read it as a module."""

    def notebook(self, week: Week) -> Notebook:
        """Read it as a notebook."""


@dataclass(frozen=True)
class FilePiece:
    """A file in a folder."""

    path: Path
    parts: tuple[str, ...]

    def file(self) -> File:
        """Read it as a module."""
        return read_file(self.path)

    def notebook(self, week: Week) -> Notebook:
        """Read it as a notebook."""
        return read_notebook_file(self.path, week)


@dataclass(frozen=True)
class EntryPiece:
    """An entry of an archive, which is opened to read it."""

    opened: Callable[[], AbstractContextManager[Archive]]
    info: ZipInfo
    parts: tuple[str, ...]

    def file(self) -> File:
        """Read it as a module."""
        name = printable(self.parts[-1])
        try:
            with self.opened() as archive:
                return archive.file([self.info], name)
        except BadArchive as fault:
            return File(None, str(fault))

    def notebook(self, week: Week) -> Notebook:
        """Read it as a notebook."""
        name = printable(self.parts[-1])
        try:
            with self.opened() as archive:
                return archive.notebook([self.info], name, week)
        except BadArchive as fault:
            return unreadable_notebook(week, str(fault))


@dataclass(frozen=True)
class BadPiece:
    """Something of which no file can be read."""

    problem: str
    parts: tuple[str, ...]

    def file(self) -> File:
        """Say why it can't be read."""
        return File(None, self.problem)

    def notebook(self, week: Week) -> Notebook:
        """Say why it can't be read."""
        return unreadable_notebook(week, self.problem)


@dataclass(frozen=True)
class Owner:
    """Whose a file or folder is, as its name says.

    Attributes
    ----------
    learner : str
        What the learner is called.
    kind, identity : str
        Whose way of naming this is; and what differs for two learners of one name.
    attempt : str
        Orders the learner's attempts, of which only the last counts.
    order : int
        Orders files of one name within an attempt.
    file : str
        What the learner called it; empty for a folder.
    """

    learner: str
    kind: str
    identity: str
    attempt: str = ""
    order: int = 0
    file: str = ""
    submitted_at: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A piece that could be a file of a week."""

    owner: Owner
    shown: str
    piece: Piece
    rank: int  # how well its name fits


Weeks = dict[str, dict[str, list[Candidate]]]  # by week and file name


@dataclass(frozen=True)
class Found:
    """What a download holds.

    Attributes
    ----------
    learners : dict
        Where their weeks are.
    names : frozenset of str
        What of the folder is settled: other learners' folders may lie beside.
    notes : tuple of str
        What was left out, and why.
    """

    learners: dict[str, Source]
    names: frozenset[str]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DownloadSource:
    """What a learner handed in for some weeks."""

    weeks: Mapping[str, Mapping[str, Piece]]
    submitted_at: Mapping[str, str]

    def holds(self, week: Week) -> bool:
        """Tell whether something was handed in for a week."""
        return week.name in self.weeks

    def holds_both(self, week: Week) -> bool:
        """Tell whether there are modules of a week and a notebook as well."""
        names = self.weeks.get(week.name, {})
        return notebook_name(week) in names and len(names) > 1

    def read(self, learner: str, week: Week) -> Submission | None:
        """Read one week, or return None if there is none."""
        pieces = self.weeks.get(week.name)
        if pieces is None:
            return None

        def read(name: str) -> File | None:
            if name == TIMESTAMP:
                return File(self.submitted_at.get(week.name))
            return pieces[name].file() if name in pieces else None

        def read_notebook() -> Notebook | None:
            name = notebook_name(week)
            return pieces[name].notebook(week) if name in pieces else None

        return Submission.of(learner, week, read, read_notebook)


def find_download(submitted: Path, catalogue: Catalogue) -> Found | None:
    """Find what is in a download of a learning management system; None if this is none.

    Raises
    ------
    InputError
        If the archive can't be read.
    """
    reader = _ArchiveOfClass if submitted.is_file() else _FolderOfClass
    try:
        download = reader(submitted, catalogue)
    except OSError as error:
        raise InputError(f"{submitted}: cannot be read: {error.strerror}") from error
    owners = _owners(download)
    return _Sorting(download, catalogue, owners).found() if owners else None


# ---------------------------------------------------------------------------------------------
# A download: what stands in it at the top, and the pieces of each
# ---------------------------------------------------------------------------------------------


class _Download(Protocol):
    shown: str
    top: str  # the one folder that holds all, if there is one
    names: dict[str, bool]  # of all that is at the top: whether it is a folder
    is_whole: bool  # whether nothing else can be in it

    def metadata(self) -> str:
        """Return Gradescope's list of submissions, or nothing."""

    def pieces(self, name: str, file: str, notes: list[str]) -> Iterator[Piece]:
        """Yield the files that are, or are in, what has this name at the top."""


class _FolderOfClass:
    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.shown = str(path)
        self.path = path
        self.top = ""
        self.names = self._list(path)
        if [*self.names.values()] == [True]:  # a download that was unpacked into a folder
            inner = path / next(iter(self.names))
            names = self._list(inner)
            if any(_is_marked(name) for name in names):
                self.path, self.names, self.top = inner, names, inner.name
        self.is_whole = bool(self.top)

    @staticmethod
    def _list(path: Path) -> dict[str, bool]:
        with os.scandir(path) as entries:
            return {
                entry.name: entry.is_dir()
                for entry in sorted(entries, key=lambda entry: entry.name)
                if not entry.name.startswith(JUNK) and not entry.is_symlink()
            }

    def metadata(self) -> str:
        try:
            with open_file(self.path / METADATA) as file:
                return (file.read(MAX_METADATA_BYTES) or b"").decode("utf-8", "replace")
        except OSError:
            return ""

    def pieces(self, name: str, file: str, notes: list[str]) -> Iterator[Piece]:
        if not self.names[name]:
            yield from self._expand(self.path / name, (file,))
            return
        for folder, folders, files in os.walk(self.path / name):
            parts = Path(folder).relative_to(self.path / name).parts
            folders[:] = [] if len(parts) >= MAX_DEPTH else sorted(folders)
            for each in sorted(files):
                if (Path(folder) / each).is_symlink():
                    notes.append(f"{printable(f'{folder}/{each}')}: a symbolic link, left out")
                elif not any(part.startswith(JUNK) for part in (*parts, each)):
                    yield from self._expand(Path(folder) / each, (*parts, each))

    def _expand(self, path: Path, parts: tuple[str, ...]) -> Iterator[Piece]:
        if not parts[-1].lower().endswith(".zip"):
            yield FilePiece(path, parts)
            return

        def opened() -> AbstractContextManager[Archive]:
            return contextlib.closing(Archive(open_file(path), self.catalogue))

        yield from _entries(opened, parts)


class _ArchiveOfClass:
    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.shown = str(path)
        self.archive = archive_of_class(path, catalogue)
        self.entries: dict[str, list[tuple[tuple[str, ...], ZipInfo]]] = {}
        self.names: dict[str, bool] = {}
        self.top = ""
        self.is_whole = True
        found = [(_parts(info), info) for info in self.archive.zip.infolist()]
        found = [(parts, info) for parts, info in found if parts]
        tops = {parts[0] for parts, _ in found}
        if len(tops) == 1 and not any(map(_is_marked, tops)):
            (self.top,) = tops
            found = [(parts[1:], info) for parts, info in found if len(parts) > 1]
        for parts, info in sorted(found, key=lambda pair: pair[0]):
            self.entries.setdefault(parts[0], []).append((parts[1:], info))
            self.names[parts[0]] = self.names.get(parts[0], False) or len(parts) > 1

    def metadata(self) -> str:
        for _, info in self.entries.get(METADATA, ()):
            text = io.BytesIO()
            with contextlib.suppress(BadArchive):  # then no submission of it has an owner
                self.archive.copy(info, text)
                return text.getvalue().decode("utf-8", "replace")
        return ""

    def pieces(self, name: str, file: str, notes: list[str]) -> Iterator[Piece]:
        for parts, info in self.entries[name]:
            parts = parts or (file,)
            if parts[-1].lower().endswith(".zip"):
                yield from _entries(partial(self._inner, info), parts)
            else:
                yield EntryPiece(lambda: contextlib.nullcontext(self.archive), info, parts)

    @contextlib.contextmanager
    def _inner(self, info: ZipInfo) -> Iterator[Archive]:
        with tempfile.TemporaryFile() as copy:
            self.archive.copy(info, copy)
            copy.flush()
            copy.seek(0)
            file = FileIO(copy.fileno(), closefd=False)
            with contextlib.closing(Archive(file, self.catalogue)) as archive:
                yield archive


def _entries(
    opened: Callable[[], AbstractContextManager[Archive]], around: tuple[str, ...]
) -> Iterator[Piece]:
    """Yield the entries of a learner's archive, or one piece that says what is wrong with it."""
    try:
        with opened() as archive:
            infos = archive.zip.infolist()
    except BadArchive as fault:
        yield BadPiece(f"{printable(around[-1])}: {fault}", around)
        return
    for info in infos:
        parts = _parts(info)
        if parts:
            yield EntryPiece(opened, info, (*around, *parts))


def _parts(info: ZipInfo) -> tuple[str, ...]:
    """Return the parts of an entry's name; none for a folder, and for what systems leave behind."""
    name = info.filename.replace("\\", "/")
    parts = tuple(part for part in PurePosixPath(name).parts if part not in ("/", ".."))
    is_junk = name.endswith("/") or any(part.startswith(JUNK) for part in parts)
    return () if is_junk else parts


# ---------------------------------------------------------------------------------------------
# Whose it is
# ---------------------------------------------------------------------------------------------


def _is_marked(name: str) -> bool:
    """Say whether a name is one that a learning management system gives."""
    return name == METADATA or _owner(name) is not None


def _owner(name: str) -> Owner | None:
    """Return whose a file or folder of this name is."""
    found = MOODLE.fullmatch(name)
    if found:
        return Owner(found["name"].strip(), "Moodle", found["number"], file=found["file"])
    found = ATTEMPT.fullmatch(name)
    if found:
        time = found["time"]
        stamp = f"{time[:10]} {time[11:].replace('-', ':')}"
        file = found["file"] or ""
        return Owner(
            found["name"], "Blackboard", found["assignment"], time, 0, file, submitted_at=stamp
        )
    found = CANVAS.fullmatch(name)
    if found:
        number, file = found["id"], found["file"]
        return Owner(number, "Canvas", number, order=int(found["order"][:30]), file=file)
    return None


def _owners(download: _Download) -> dict[str, list[Owner]]:
    """Return whose each thing at the top is; what belongs to a group has several owners."""
    owners = {name: [owner] for name in download.names if (owner := _owner(name))}
    if METADATA in download.names:
        owners |= {
            name: found
            for name, found in submitters(download.metadata()).items()
            if name in download.names
        }
    return owners


def submitters(text: str) -> dict[str, list[Owner]]:
    """Return the owners of Gradescope's submissions.

    The file is YAML as one program writes it; what is needed stands at fixed margins, where
    nothing of a learner's text can stand.
    """
    found: dict[str, list[Owner]] = {}
    people: list[dict[str, str]] = []
    name, created, inside = "", "", False
    for line in [*text.splitlines(), "submission_0:"]:
        if begun := GRADESCOPE.fullmatch(line):
            found[name] = [
                Owner(known, "Gradescope", person.get("email", known), created, 0, "", created)
                for person in people
                if (known := person.get("sid") or person.get("email"))
            ]
            name, created, people = begun["name"], "", []
        elif line.rstrip() == "  :submitters:":
            inside = not people
        elif inside and (part := SUBMITTER.fullmatch(line)):
            people += [{}] if line.startswith("  - ") or not people else []
            people[-1][part["key"]] = _scalar(part["value"])
        elif not line.startswith(("  - ", "    ")):
            inside = False
            if stamp := CREATED.fullmatch(line):
                created = _scalar(stamp["value"])
    return {name: owners for name, owners in found.items() if owners}


def _scalar(text: str) -> str:
    """Return a value of one line of YAML."""
    text = text.strip()
    if text.startswith('"'):
        with contextlib.suppress(ValueError):
            return str(json.loads(text))
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return "" if text in ("~", "null") else text


# ---------------------------------------------------------------------------------------------
# Which week and which file it is
# ---------------------------------------------------------------------------------------------


class _Sorting:
    """Puts the pieces of a download where they belong."""

    def __init__(
        self, download: _Download, catalogue: Catalogue, owners: Mapping[str, list[Owner]]
    ) -> None:
        self.download = download
        self.catalogue = catalogue
        self.owners = owners
        self.around = [download.top, Path(download.shown).name]
        self.notes: list[str] = []
        self.candidates: dict[str, Weeks] = {}

    def found(self) -> Found:
        """Return all that was found."""
        receipts: dict[str, str] = {}
        arrived: set[str] = set()
        for name, owners in self.owners.items():
            shown = printable(f"{self.download.shown}/{name}")
            if not owners[0].file and not self.download.names[name]:
                receipts[owners[0].learner] = shown  # Blackboard's list of what was handed in
                continue
            arrived.update(owner.learner for owner in owners)
            self._take(shown, owners, [*self.download.pieces(name, owners[0].file, self.notes)])
        self.notes += [
            f"{shown}: says that something was handed in, which is not there"
            for learner, shown in receipts.items()
            if learner not in arrived
        ]
        if self.download.is_whole:
            self.notes += [
                f"{printable(f'{self.download.shown}/{name}')}: left out: nothing says whose it is"
                for name in self.download.names
                if name not in self.owners and name != METADATA
            ]
        names = {self.download.top} if self.download.top else {*self.owners, METADATA}
        return Found(self._learners(), frozenset(names), tuple(self.notes))

    def _take(self, shown: str, owners: Sequence[Owner], pieces: Sequence[Piece]) -> None:
        """Put what was found under one name at the top where it belongs."""
        places = [self._places(piece) for piece in pieces]
        for piece, found in zip(pieces, places, strict=True):
            inner = printable("/".join(piece.parts))
            for week, target, rank in found:
                for owner in owners:
                    weeks = self.candidates.setdefault(owner.learner, {})
                    candidate = Candidate(owner, f"{shown} ({inner})", piece, rank)
                    weeks.setdefault(week, {}).setdefault(target, []).append(candidate)
            if not found and (isinstance(piece, BadPiece) or inner.lower().endswith(".ipynb")):
                why = getattr(piece, "problem", "its name does not say for which week it is")
                self.notes.append(f"{shown} ({inner}): left out: {why}")
        if not any(places):
            inner = ", ".join(printable("/".join(piece.parts)) for piece in pieces[:MAX_LISTED])
            more = f" and {len(pieces) - MAX_LISTED} more" if len(pieces) > MAX_LISTED else ""
            held = f"{inner}{more}" or "it is empty"
            self.notes.append(f"{shown}: left out: no file of the course ({held})")

    def _places(self, piece: Piece) -> list[tuple[str, str, int]]:
        """Return week and file name that a piece has, and how well its own name fits."""
        *folders, name = piece.parts
        stem, _, suffix = name.rpartition(".")
        shortened = RESUBMISSION.fullmatch(stem)
        stems = {stem, shortened["stem"] if shortened else stem}
        around = [*reversed(folders), *self.around]
        if isinstance(piece, BadPiece):
            week = self._week([name, *around])
            return [(week.name, name, 0) for name in _files_of(week)] if week else []
        if suffix.lower() == "ipynb":
            week = self._week([name, *around])
            target = notebook_name(week) if week else ""
        elif suffix.lower() == "py":
            known = [(w, m) for w in self.catalogue.weeks for m in w.modules if m.name in stems]
            week = known[0][0] if len(known) == 1 else self._week(around)
            target = next((f"{m.name}.py" for w, m in known if w is week), "")
        elif suffix.lower() == "toml":
            week = self._week([name, *around])
            quizzes = week.quizzes if week else ()
            target = next((quiz.file_name for quiz in quizzes if quiz.name in stems), "")
        else:
            return []
        if week is None or not target:
            return []
        rank = 2 * (folders[-1:] == [week.name]) + (name == target)
        return [(week.name, target, rank)]

    def _week(self, names: Sequence[str]) -> Week | None:
        """Return the week that the first of these names has which has any."""
        for name in names:
            found = [week for week in self.catalogue.weeks if _mention(week).search(name)]
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def _learners(self) -> dict[str, Source]:
        """Return the learners, each with the newest of all that they handed in."""
        learners: dict[str, Source] = {}
        for name, weeks in sorted(self._people()):
            if name.startswith(CANNOT_BE_FOLDERS) or not {"/", "\0"}.isdisjoint(name):
                self.notes.append(f"not graded: {printable(name)!r}: no folder can be called that")
            elif len(os.fsencode(name)) > MAX_NAME_BYTES:
                self.notes.append(f"not graded: {printable(name, 40)}: the name is too long")
            elif name in learners:
                self.notes.append(f"not graded: {printable(name)}: two learners would be called so")
            else:
                learners[name] = self._source(name, weeks)
        return learners

    def _people(self) -> Iterator[tuple[str, Weeks]]:
        """Yield learners with what is theirs; those of one name are told apart, or listed."""
        for name, weeks in self.candidates.items():
            owners = {
                week: {c.owner for found in targets.values() for c in found}
                for week, targets in weeks.items()
            }
            kinds = {owner.kind for each in owners.values() for owner in each}
            numbers = [{owner.identity for owner in each} for each in owners.values()]
            if kinds == {"Moodle"}:
                if name != HIDDEN and max(map(len, numbers)) == 1:
                    yield name, weeks
                    continue
                for number in sorted(set().union(*numbers)):
                    yield f"{name} {number}", _of(weeks, number)
            elif len(kinds) == 1 and len({self._identity(i) for i in set().union(*numbers)}) == 1:
                yield name, weeks
            else:
                shown = sorted(
                    {c.shown for targets in weeks.values() for f in targets.values() for c in f}
                )
                self.notes.append(
                    f"not graded: {printable(name)}: these could be of two learners: "
                    + ", ".join(shown)
                )

    def _identity(self, text: str) -> str:
        """Return what tells apart, of an assignment's name what follows on the week.

        It is the begin of a username with an underscore in it, which is taken for the end of the
        assignment's name.
        """
        for week in self.catalogue.weeks:
            *_, rest = _mention(week).split(text)
            if rest != text:
                return rest if rest.startswith("_") else ""
        return text

    def _source(self, name: str, weeks: Weeks) -> Source:
        chosen: dict[str, dict[str, Piece]] = {}
        stamps: dict[str, str] = {}
        for week, targets in weeks.items():
            last = max(c.owner.attempt for found in targets.values() for c in found)
            chosen[week] = {}
            for target, found in sorted(targets.items()):
                ordered = sorted(found, key=_newness)
                best = ordered[-1]
                if best.owner.attempt == last:
                    stamps[week] = best.owner.submitted_at or ""
                    chosen[week][target] = best.piece
                    others = ordered[:-1]
                else:
                    others = ordered
                rivals = [c for c in others if _newness(c) == _newness(best)]
                if rivals and best not in others:
                    both = f"{rivals[0].shown} and {best.shown}"
                    problem = f"{target} was handed in more than once"
                    chosen[week][target] = BadPiece(problem, (target,))
                    self.notes.append(f"{printable(name)} {week}: {problem}: {both}")
                self.notes += [
                    f"{printable(name)} {week}: left out, since another one is newer or fits "
                    f"better: {each.shown}"
                    for each in others
                    if each not in rivals or best in others
                ]
        return DownloadSource(chosen, stamps)


def _newness(candidate: Candidate) -> tuple[str, int, int]:
    return candidate.owner.attempt, candidate.owner.order, candidate.rank


def _of(weeks: Weeks, identity: str) -> Weeks:
    """Return what belongs to one of several learners of a name."""
    mine: Weeks = {}
    for week, targets in weeks.items():
        for target, found in targets.items():
            own = [c for c in found if c.owner.identity == identity]
            if own:
                mine.setdefault(week, {})[target] = own
    return mine


def _mention(week: Week) -> re.Pattern[str]:
    """Return what finds a week's name in a longer one, also as `Week 1` or `week_1`."""
    name = re.sub(r"(?<=\D)(?=\d)", "[ _-]?", week.name)
    return re.compile(rf"(?<![A-Za-z0-9]){name}(?!\d)", re.I)
