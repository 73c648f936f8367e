"""Do what formgrader's server does: grade by nbgrader's API, in one process and many threads.

`python formgrader.py FOLDER`; the last line of what it prints is JSON. It ends by killing itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from grader.authoring.stubs import write_stubs
from grader.nbgrader import autograde
from grader.nbgrader.configure import configure
from grader.results import Graded
from grader.serving.client import ServiceError
from tests.grader.nbgrader.course import Folder
from tests.grader.toy import REFERENCE, make_course

POINTS = {"double": 4, "product": 10, "total": 0}


def main(path: Path) -> None:
    """Grade one learner again and again, while things change."""
    folder = Folder(path / "course")
    course = make_course(path / "toys")
    write_stubs(course)
    api = make_api(folder, course.root)
    write_source(folder)
    told: dict[str, Any] = {"log": str(api.generate_assignment("week1"))}
    hand_in(folder)

    def press(name: str) -> dict[str, Any]:
        answers: list[dict[str, Any]] = []
        thread = threading.Thread(target=lambda: answers.append(api.autograde("week1", "ada")))
        thread.start()
        thread.join()
        told[name] = {
            cell: [grade.auto, grade.extra, grade.needs_person]
            for cell, grade in sorted(folder.grades()["ada"].items())
        }
        return answers[0]

    told["log"] += str(press("first"))
    module = course.module("week1", "toys")
    edit(course.layout.hidden_tests(module), "size=(2, 5)", "size=(2, 6)")
    edit(course.layout.reference(module), "np.sum(a * b)", "2 * np.sum(a * b)")
    told["log"] += str(press("edited"))
    process = autograde.SERVICE._process
    assert process is not None
    process._popen.kill()
    told["log"] += str(press("after a death"))

    real = autograde.SERVICE.grade

    def unopened(*_: object) -> Graded:
        raise ServiceError("no sandbox on this machine")

    autograde.SERVICE.grade = unopened  # type: ignore[method-assign, assignment]
    told["unopened succeeded"] = press("unopened")["success"]
    autograde.SERVICE.grade = lambda *_: Graded(None, ("the grading process died",))  # type: ignore[method-assign, assignment]
    answer = press("dying")
    told["dying succeeded"], told["dying log"] = answer["success"], str(answer)
    autograde.SERVICE.grade = real  # type: ignore[method-assign]

    with Gradebook(f"sqlite:///{folder.path}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("test-total", "week1", "week1", "ada")
        grade.manual_score, grade.extra_credit = 0.0, 0.25
        gradebook.db.commit()
    press("by hand")
    process = autograde.SERVICE._process
    assert process is not None
    told["pid"] = process._popen.pid
    print()
    print(json.dumps(told), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def edit(path: Path, old: str, new: str) -> None:
    """Change a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def make_api(folder: Folder, root: Path) -> NbGraderAPI:
    """Return nbgrader's API with the course's configuration."""
    config = Config()
    config.CourseDirectory.root = str(folder.path)
    config.CourseDirectory.course_id = "toys"
    configure(config)
    config.SubmittedExporter.course_root = str(root)
    return NbGraderAPI(config=config)


def write_source(folder: Folder) -> None:
    """Write the notebook of the toy course."""
    cells = []
    for name, points in POINTS.items():
        marks = {"schema_version": 3, "task": False}
        answer = {**marks, "grade_id": f"answer-{name}", "solution": True}
        cells.append(
            new_code_cell(
                f"### BEGIN SOLUTION\n{name} = None\n### END SOLUTION",
                id=f"answer-{name}",
                metadata={"nbgrader": {**answer, "grade": False, "locked": False}},
            )
        )
        test = {**marks, "grade_id": f"test-{name}", "grade": True, "points": points}
        cells.append(
            new_code_cell(
                f'score("{name}")',
                id=f"test-{name}",
                metadata={"nbgrader": {**test, "solution": False, "locked": True}},
            )
        )
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = folder.path / "source" / "week1" / "week1.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)


def hand_in(folder: Folder) -> None:
    """Hand in the reference, as one cell."""
    notebook = folder.notebook("release")
    notebook["cells"][0]["source"] = REFERENCE
    folder.hand_in("ada", notebook)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
