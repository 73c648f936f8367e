"""A learner's notebook as nbgrader can take it: its cells, and the metadata that we know is right.

Everything but the texts of cells, and pictures that were pasted into answers, is left behind when
the file is read: outputs of any size, and whatever metadata says. nbgrader's own is put back from
the gradebook, so that nothing in a file decides what a cell is worth. A notebook that can't be read
gets the cells that carry points, and a note.
"""

# mypy: allow-untyped-calls
# nbformat's are

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, BinaryIO

from nbformat import NotebookNode, from_dict

from exercises import Week
from exercises.cells import answer_cell, exercise_of_test_cell
from grader.intake.notebook_reader import BadNotebook, Scanner, read_cells, source_of

MAX_KEPT_BYTES = 64 << 20
SCHEMA_VERSION = 3  # of nbgrader's metadata
NOTES_CELL = "grader-notes"
MISSING = "*This cell was missing in the notebook: the answer may stand in another one.*"
NEW_OF_CODE: dict[str, Any] = {"outputs": [], "execution_count": None}
KINDS: dict[str, dict[str, Any]] = {"code": NEW_OF_CODE, "markdown": {}, "raw": {}}
FORMAT = {"nbformat": 4, "nbformat_minor": 5}
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
PICTURE_NAME = re.compile(r"[\w.-]{1,200}")
PICTURE_KIND = re.compile(r"image/(?:png|jpeg|gif)")
BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")


@dataclass(frozen=True)
class MasterCell:
    """A cell as the gradebook knows it.

    Attributes
    ----------
    max_score : float or None
        None for cells without points.
    """

    name: str
    kind: str
    source: str
    checksum: str
    is_locked: bool
    is_solution: bool
    is_task: bool
    max_score: float | None

    @property
    def is_grade(self) -> bool:
        """Whether nbgrader calls it a grade cell; a task has points too, and is none."""
        return self.max_score is not None and not self.is_task

    @property
    def marks(self) -> dict[str, Any]:
        """What nbgrader's metadata of the cell should be."""
        points = {} if self.max_score is None else {"points": self.max_score}
        return {
            "schema_version": SCHEMA_VERSION,
            "grade_id": self.name,
            "grade": self.is_grade,
            "solution": self.is_solution,
            "locked": self.is_locked,
            "task": self.is_task,
            "cell_type": self.kind,
            "checksum": self.checksum,
            **points,
        }


@dataclass(frozen=True)
class Master:
    """A notebook as the gradebook knows it."""

    cells: Mapping[str, MasterCell]
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """What is kept of a cell that was handed in.

    Attributes
    ----------
    grade_id, id : str
        What it claims to be; empty if it claims nothing.
    pictures : mapping
        Pasted ones, as notebooks keep them: by name, then by kind.
    """

    kind: str
    source: str
    grade_id: str = ""
    id: str = ""
    pictures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def cells_of(stream: BinaryIO) -> list[Cell]:
    """Return the cells of a notebook.

    Raises
    ------
    BadNotebook
        If it is none that can be read.
    """
    members = ("cell_type", "source", "id", "metadata", "attachments")
    try:
        return read_cells(Scanner(stream, MAX_KEPT_BYTES), members, _cell)
    except RecursionError as error:
        raise BadNotebook("is nested too deeply to be shown") from error


def _cell(data: dict[str, Any]) -> Cell | None:
    kind, source = data.get("cell_type"), source_of(data)
    if kind not in KINDS or source is None:
        return None
    source = source.encode("utf-8", "replace").decode()  # half a character can't be written
    marks = _mapping(_mapping(data.get("metadata")).get("nbgrader"))
    grade_id, id_ = marks.get("grade_id"), data.get("id")
    return Cell(
        kind,
        source,
        grade_id if isinstance(grade_id, str) else "",
        id_ if isinstance(id_, str) else "",
        dict(_pictures(_mapping(data.get("attachments")))) if kind != "code" else {},
    )


def _pictures(attachments: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, kinds in attachments.items():
        kept = {
            kind: data
            for kind, data in _mapping(kinds).items()
            if PICTURE_KIND.fullmatch(kind) and isinstance(data, str) and BASE64.fullmatch(data)
        }
        if kept and PICTURE_NAME.fullmatch(name):
            yield name, kept


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def restored(
    cells: Sequence[Cell], master: Master, week: Week | None, ours: Collection[str]
) -> Any:
    """Return a notebook of these cells, with all that the gradebook knows put right.

    Each cell of the gradebook is there once, locked ones as they were handed out, and no other cell
    claims to be one.

    Parameters
    ----------
    cells : sequence of Cell
        As they were handed in.
    master : Master
        As they were handed out.
    week : Week or None
        Whose notebook it is.
    ours : collection of str
        Texts that stand in the notebook as it was handed out; others are made harmless.

    Returns
    -------
    NotebookNode
        Of the newest format.
    """
    chosen = _choose(cells, master)
    taken = {NOTES_CELL, *master.cells}
    nodes: list[NotebookNode] = []
    for index, cell in enumerate(cells):
        known = master.cells.get(chosen.get(index, ""))
        if known is not None:
            nodes.append(_known(known, cell, ours))
        else:
            nodes.append(_other(cell, _free_id(cell.id, index, taken), ours))
    for known in _missing(master, week, chosen.values()):
        node = _known(known, None, ours)
        nodes.insert(_place(nodes, known, week), node)
    notebook: NotebookNode = from_dict({"cells": nodes, "metadata": master.metadata, **FORMAT})
    return notebook


def notes_cell(notes: Sequence[str]) -> NotebookNode:
    """Return a cell that says what the grader left out; a block of code, since it quotes."""
    text = "\n".join(f"    {note}" for note in notes)
    return _node("markdown", f"What the grader says of this notebook:\n\n{text}", id=NOTES_CELL)


def _node(kind: str, source: str, **more: Any) -> NotebookNode:
    """Return a cell, without nbformat's check of each: who writes the notebook checks all."""
    metadata = more.pop("metadata", {})
    cell = {"cell_type": kind, "metadata": metadata, "source": source, **KINDS[kind], **more}
    node: NotebookNode = from_dict(cell)
    return node


def _choose(cells: Sequence[Cell], master: Master) -> dict[int, str]:
    """Say which cell stands for which of the gradebook's: by nbgrader's name, else by its id.

    Of copies of an answer the last counts that somebody has written in.
    """
    chosen: dict[str, int] = {}
    for claim in ("grade_id", "id"):
        claimed: dict[str, list[int]] = {}
        for index, cell in enumerate(cells):
            name = getattr(cell, claim)
            if name in master.cells and name not in chosen:
                claimed.setdefault(name, []).append(index)
        for name, indices in claimed.items():
            free = [index for index in indices if index not in chosen.values()]
            written = [i for i in free if cells[i].source != master.cells[name].source]
            if free:
                chosen[name] = (written or free)[-1]
    return {index: name for name, index in chosen.items()}


def _known(known: MasterCell, cell: Cell | None, ours: Collection[str]) -> NotebookNode:
    if cell is None:
        source = known.source if known.is_locked else f"{MISSING}\n\n{known.source}"
        pictures: Mapping[str, Any] = {}
    else:
        source = known.source if known.is_locked else cell.source
        pictures = cell.pictures
        if known.kind != "code" and source != known.source:
            source = _harmless(source, pictures, ours)
    node = _node(known.kind, source, metadata={"nbgrader": known.marks})
    if known.kind != "code" and pictures:
        node["attachments"] = dict(pictures)
    node["id"] = (
        known.name if CELL_ID.fullmatch(known.name) else sha256(known.name.encode()).hexdigest()
    )
    return node


def _other(cell: Cell, id_: str, ours: Collection[str]) -> NotebookNode:
    source = cell.source
    if cell.kind != "code":
        source = _harmless(source, cell.pictures, ours)
    node = _node(cell.kind, source, id=id_)
    if cell.kind == "markdown" and cell.pictures:
        node["attachments"] = dict(cell.pictures)
    return node


def _free_id(wanted: str, index: int, taken: set[str]) -> str:
    """Return an id that no other cell has, and remember it."""
    names = (wanted, f"cell-{index}", *(f"cell-{index}-{n}" for n in range(len(taken) + 1)))
    found = next(name for name in names if CELL_ID.fullmatch(name) and name not in taken)
    taken.add(found)
    return found


def _missing(master: Master, week: Week | None, found: Iterable[str]) -> Iterator[MasterCell]:
    """Yield the cells with points that are not there, in the order in which learners met them."""
    names = set(master.cells) - set(found)
    exercises = week.exercises if week is not None else ()
    order = {exercise.name: index for index, exercise in enumerate(exercises)}

    def rank(name: str) -> tuple[int, str]:
        exercise = exercise_of_test_cell(week, name) if week is not None else None
        return order[exercise.name] if exercise is not None else len(order), name

    for name in sorted(names, key=rank):
        if master.cells[name].max_score is not None:
            yield master.cells[name]


def _place(nodes: Sequence[NotebookNode], known: MasterCell, week: Week | None) -> int:
    """Say where a missing cell goes: behind the answer that it grades, else at the end."""
    exercise = exercise_of_test_cell(week, known.name) if week is not None else None
    if exercise is None:
        return len(nodes)
    wanted = answer_cell(exercise)
    places = [i + 1 for i, node in enumerate(nodes) if node.get("id") == wanted]
    return places[0] if places else len(nodes)


def _harmless(text: str, pictures: Mapping[str, Any], ours: Collection[str]) -> str:
    """Return Markdown in which no HTML, link or foreign picture is left.

    Formgrader and the feedback pages run what HTML a text holds in the browser of whoever opens
    them: the instructor's may set grades. A reference to a picture that is not there ends them.
    """
    if text in ours:
        return text
    names = "|".join(map(re.escape, pictures))
    pasted = rf"(?!\(attachment:(?:{names})\))" if names else ""
    return re.sub(rf"<(?=[A-Za-z/!?])|\]{pasted}(?=[(:])|\\(?=href)", r"\g<0> ", text)
