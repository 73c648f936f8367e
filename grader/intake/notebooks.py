"""Notebooks: `<learner>/<week>/<week>.ipynb` in place of the week's modules.

A notebook of a week holds the exercises of all its modules, in whatever cells the learner has put
them. So the modules of the week have one text, that of the whole notebook, in which the last
definition of a name counts, as in a notebook that is run from top to bottom. No metadata is looked
at: what a cell is called, and whether it is locked, can be lost or forged. Outputs are passed by
while the file is read, so that the code is bounded and not the file.

A process of its own reads it (see `notebook_reader`): nothing of a notebook is parsed here.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

from exercises import Week
from exercises.cells import notebook_name
from grader.cells import Cells
from grader.intake.submission import MAX_MODULE_BYTES, File, Notebook

READER = Path(__file__).with_name("notebook_reader.py")
# Imported and not run as a script, which Python would compile anew each time: half of its time.
RUN = "import sys; sys.path.append(sys.argv.pop(1)); __import__(sys.argv.pop(1)).main()"
MAX_NOTEBOOK_BYTES = 512 << 20  # nearly all of it outputs, if it is as large as that
CHUNK_BYTES = 1 << 20
# How a process ends whose input is too much for it, and how one that our side lost does not.
OVERCOME = {-signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS}


def unreadable_notebook(week: Week, why: str) -> Notebook:
    """Return a notebook of which nothing can be read."""
    return Notebook({module.name: File(None, why) for module in week.modules})


def read_notebook(stream: IO[bytes], week: Week) -> Notebook:
    """Return the code of a notebook as the texts of the week's modules.

    A module of which there is no trace is missing; one that stands in cells that are not Python
    can't be read.

    Raises
    ------
    OSError
        If our side fails to read it.
    """
    name = notebook_name(week)
    answer = _ask_reader(stream, week)
    if "problem" in answer:
        return unreadable_notebook(week, f"{name} {answer['problem']}")
    cells = Cells(name, *(tuple(map(tuple, answer[part])) for part in ("places", "risky")))
    files = {
        module: File(None, f"{name}: {problem}") if problem else File(answer["text"], cells=cells)
        for module, problem in answer["modules"].items()
    }
    return Notebook(files, tuple(answer["notes"]))


def _ask_reader(stream: IO[bytes], week: Week) -> dict[str, Any]:
    objects = {module.name: [e.object_name for e in module.exercises] for module in week.modules}
    order = json.dumps([MAX_MODULE_BYTES, objects])
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", RUN, str(READER.parent), READER.stem, order],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    ) as reader:
        try:
            is_whole = _pass_on(stream, reader)
            answer, _ = reader.communicate()
        except BaseException:
            reader.kill()
            raise
    if not is_whole:
        most = MAX_NOTEBOOK_BYTES >> 20
        return {"problem": f"is larger than {most} MiB; clear the outputs and hand it in again"}
    if reader.returncode in OVERCOME:
        return {"problem": "holds code that Python cannot parse in reasonable time and memory"}
    if reader.returncode != 0:
        raise OSError(f"the reader of notebooks ended with status {reader.returncode}")
    found: dict[str, Any] = json.loads(answer)
    return found


def _pass_on(stream: IO[bytes], reader: subprocess.Popen[bytes]) -> bool:
    """Give the reader all that it wants of a file; say whether the file was not too large."""
    assert reader.stdin is not None
    size = 0
    with contextlib.suppress(BrokenPipeError):  # it has read enough to refuse the rest
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            if size > MAX_NOTEBOOK_BYTES:
                reader.kill()
                return False
            reader.stdin.write(chunk)
    return True
