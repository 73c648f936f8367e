"""A course folder for nbgrader, its commands, and notebooks filled in by learners of all kinds."""

from __future__ import annotations

import ast
import copy
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exercises import Week
from exercises.cells import answer_cell

ROOT = Path(__file__).resolve().parents[3]
LEFT_OUT = Path(__file__).with_name("left_out")
PYTHONPATH = f"{ROOT}{os.pathsep}{LEFT_OUT}"  # of all that imports nbgrader
SCORES = """
    SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.manual_score,
           grade.extra_credit, grade.needs_manual_grade
    FROM grade
    JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
    JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
"""
Notebook = dict[str, Any]


class Grade:
    """A row of the gradebook."""

    def __init__(self, row: tuple[Any, ...]) -> None:
        self.auto, self.manual, self.extra, self.needs_person = row

    @property
    def score(self) -> float:
        """What nbgrader counts."""
        return float(self.auto or 0) + float(self.extra or 0)


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return what nbgrader needs to find, and where Jupyter may write."""
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    return {
        **os.environ,
        "HOME": str(home / "home"),
        **{name: str(home / "home" / name) for name in places},
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # it runs alembic
        "PYTHONPATH": PYTHONPATH,
        **more,
    }


class Folder:
    """A course folder, with a home of its own beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.submitted = path / "submitted"

    def nbgrader(self, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command of nbgrader's in the course folder, as its script does."""
        return self._run("nbgrader", *command, cwd=self.path, PYTHONSAFEPATH="1", **more)

    def grader(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the grader's."""
        return self._run("grader", *command, cwd=ROOT)

    def _run(self, *command: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=cwd,
            env=environment(self.path.parent, **more),
            capture_output=True,
            text=True,
            timeout=1200,
        )

    def notebook(self, step: str, week: str = "week1") -> Notebook:
        """Return the notebook of `source` or `release`, or of `autograded/<learner>`."""
        path = self.path / step / week / f"{week}.ipynb"
        found: Notebook = json.loads(path.read_text(encoding="utf-8"))
        for each in found["cells"]:
            each["source"] = "".join(each["source"])
        return found

    def hand_in(self, learner: str, content: Notebook | bytes, week: str = "week1") -> Path:
        """Hand in a notebook."""
        path = self.submitted / learner / week / f"{week}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def grades(self) -> dict[str, dict[str, Grade]]:
        """Read the gradebook: by learner, then by cell."""
        found: dict[str, dict[str, Grade]] = {}
        with sqlite3.connect(self.path / "gradebook.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            for learner, cell, *row in database.execute(SCORES):
                found.setdefault(learner, {})[cell] = Grade(tuple(row))
        return found


def code(source: str, **more: Any) -> dict[str, Any]:
    """Return a code cell."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
        **more,
    }


def markdown(source: str, **more: Any) -> dict[str, Any]:
    """Return a Markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def cell(notebook: Notebook, name: str) -> dict[str, Any]:
    """Return a cell by its id."""
    found: dict[str, Any] = next(c for c in notebook["cells"] if c.get("id") == name)
    return found


def place(notebook: Notebook, name: str) -> int:
    """Return where a cell is."""
    return next(i for i, c in enumerate(notebook["cells"]) if c.get("id") == name)


def filled(released: Notebook, answers: Mapping[str, str]) -> Notebook:
    """Return a released notebook with answers in it, by the names of exercises."""
    notebook = copy.deepcopy(released)
    for name, source in answers.items():
        cell(notebook, f"answer-{name}")["source"] = source
    return notebook


def filled_from_modules(released: Notebook, folder: Path, week: Week) -> Notebook:
    """Return a released notebook, filled in with a learner's modules.

    What stands around the definitions goes into a cell of its own before them.
    """
    notebook = copy.deepcopy(released)
    for module in week.modules:
        text = (folder / f"{module.name}.py").read_text(encoding="utf-8")
        names = {e.object_name: answer_cell(e) for e in module.exercises}
        lines = text.splitlines()
        around = []
        for statement in ast.parse(text).body:
            decorators = getattr(statement, "decorator_list", [])
            begin = min([statement.lineno, *(each.lineno for each in decorators)])
            source = "\n".join(lines[begin - 1 : statement.end_lineno])
            name = getattr(statement, "name", None)
            if name in names:
                cell(notebook, names[name])["source"] = source
            else:
                around.append(source)
        first = place(notebook, next(iter(names.values())))
        notebook["cells"].insert(first, code("\n".join(around), id=f"around-{module.name}"))
    return notebook
