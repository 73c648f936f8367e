"""Read the cells of one notebook, as a program of its own: a notebook comes in, its cells go out.

Like `grader.intake.notebook_reader`, whose scanner it uses: in a process that has limits, and
passing by the outputs, however large. Nothing is executed.
"""

import json
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

if __name__ == "__main__":  # started alone, by its path
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.intake.notebook_reader import (
    CPU_S,
    LINE_BREAK,
    MAX_CELLS,
    MEMORY_BYTES,
    NO_JSON,
    BadNotebook,
    Scanner,
)

MAX_TEXT = 4 << 20  # of all cells: what a person looks at, and every page is made of


def main() -> None:
    """Read a notebook from standard input, and write its cells as JSON; null if it is none."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    try:
        answer = json.dumps(cells_of(sys.stdin.buffer))
    except (BadNotebook, RecursionError, MemoryError):
        answer = "null"
    print(answer)


def cells_of(stream: BinaryIO) -> list[tuple[str, str, str]]:
    """Return kind, text and name of each cell.

    The name is nbgrader's; where that is lost, the cell's own id, which is the same to begin with.

    Raises
    ------
    BadNotebook
        If it is none, or too large to be shown.
    """
    scanner = Scanner(stream)
    if scanner.peek() != b"{":
        raise BadNotebook(NO_JSON)
    found: list[tuple[str, str, str]] = []
    for name in scanner.members():
        if name == "cells" and scanner.peek() == b"[":
            found = _cells(scanner)
        else:
            scanner.skip()
    return found


def _cells(scanner: Scanner) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    size = 0
    for _ in scanner.items():
        if scanner.peek() != b"{":
            scanner.skip()
            continue
        cell: dict[str, Any] = {}
        for name in scanner.members():
            if name in ("cell_type", "source", "id", "metadata"):
                cell[name] = scanner.value()
            else:
                scanner.skip()
        kind, text, name = str(cell.get("cell_type")), _text(cell.get("source")), _name(cell)
        size += len(text)
        if len(found) == MAX_CELLS or size > MAX_TEXT:
            raise BadNotebook("is too large to be shown")
        found.append((kind, text, name))
    return found


def _text(source: Any) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = LINE_BREAK.sub("\n", source) if isinstance(source, str) else ""
    return text.encode("utf-8", "replace").decode("utf-8")  # halves of characters can't be written


def _name(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    mine = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = mine.get("grade_id") if isinstance(mine, dict) else None
    for each in (name, cell.get("id")):
        if isinstance(each, str):
            return each
    return ""


if __name__ == "__main__":
    main()
