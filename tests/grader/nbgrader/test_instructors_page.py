"""docs/instructors.md: each of its commands is run, in its order, for a class that is made here."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.utils import get_username

from tests.grader.nbgrader.course import PYTHONPATH, ROOT, cell, filled

PAGE = ROOT / "docs" / "instructors.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
# What installs something; nothing else of the page's blocks is left out.
NOT_RUN = ("python -m venv .venv && . .venv/bin/activate", "pip install -e '.[nbgrader]'")
# Each of nbgrader's commands takes seconds to start, and here are as many as a course needs.
pytestmark = pytest.mark.timeout(900)
ME = get_username()  # hands in through nbgrader's exchange
WRONG = "def dot(a, b):\n    return 0.0"


class Shell:
    """Runs one block of the page after another, each in the folder where the last one ended."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = ROOT
        self.ran: list[str] = []
        self.environment = {
            **{name: v for name, v in os.environ.items() if not name.startswith("JUPYTER")},
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": PYTHONPATH,
        }

    def run(self, block: str) -> str:
        """Run a block, and return what it printed."""
        lines = [line for line in block.splitlines() if line not in NOT_RUN]
        script = "\n".join(["set -eu", *lines, "pwd > ~/folder"])
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        self.folder = Path((self.home / "folder").read_text(encoding="utf-8").strip())
        self.ran += lines
        return done.stdout + done.stderr


def fill_in(home: Path) -> None:
    """Do what a learner does between fetching a week and handing it in."""
    path = home / "week1" / "week1.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    source = json.loads((home / "course/source/week1/week1.ipynb").read_text(encoding="utf-8"))
    answers = {name: cell(source, f"answer-{name}")["source"] for name in ("norm", "matmul")}
    path.write_text(json.dumps(filled(notebook, {**answers, "dot": WRONG})), encoding="utf-8")


def let_somebody_hand_in_what_is_no_notebook(home: Path) -> None:
    """Hand in for another learner, as the exchange would have it from one."""
    inbound = home / "exchange" / "math_for_ai" / "inbound"
    (mine,) = inbound.iterdir()
    theirs = inbound / mine.name.replace(ME, "emmy", 1)
    shutil.copytree(mine, theirs)
    (theirs / "week1.ipynb").write_text("{", encoding="utf-8")
    (theirs / "submission_secret.txt").write_text("theirs", encoding="utf-8")


def download_from_canvas(home: Path) -> None:
    """Write what Canvas gives: a folder of submissions, and the gradebook."""
    submissions = home / "submissions"
    submissions.mkdir()
    shutil.copy(home / "week1" / "week1.ipynb", submissions / "lovelaceada_101_5001_week1.ipynb")
    shutil.copy(
        ROOT / "solutions" / "week1" / "vectors.py",
        submissions / "hoppergrace_LATE_102_5002_vectors.py",
    )
    (home / "roster.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,week1 (77)\n"
        "    Points Possible,,,,,125\n"
        '"Lovelace, Ada",101,u1,ada,A,\n'
        '"Hopper, Grace",102,u2,grace,A,\n',
        encoding="utf-8",
    )


# What happens when a block has been run, by a command in it.
AFTERWARDS = {
    "nbgrader fetch_assignment": fill_in,
    "nbgrader submit": let_somebody_hand_in_what_is_no_notebook,
    "python -m grader release": download_from_canvas,
}


class Class:
    """What the page's commands left behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / ".jupyter").mkdir()
        (home / "exchange").mkdir()
        (home / "exchange").chmod(0o777)
        (home / "math-for-ai-katas").symlink_to(ROOT)
        blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
        (config,) = (code for language, code in blocks if language == "python")
        (home / ".jupyter" / "nbgrader_config.py").write_text(
            f"{config}\nc.Exchange.root = {str(home / 'exchange')!r}\n", encoding="utf-8"
        )
        shell = Shell(home)
        self.printed: dict[str, str] = {}
        for language, block in blocks:
            if language != "sh":
                continue
            printed = shell.run(block)
            self.printed.update(dict.fromkeys(block.splitlines(), printed))
            for command, happens in AFTERWARDS.items():
                if command in block:
                    happens(home)
        self.ran = shell.ran

    def said_after(self, command: str) -> str:
        """Return what a block said, by the begin of a command in it."""
        return next(text for line, text in self.printed.items() if line.startswith(command))

    def table(self, name: str) -> list[list[str]]:
        with (self.home / name).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def verdicts(self, grades: str, learner: str) -> dict[str, str]:
        path = self.home / grades / "results" / learner / "week1.json"
        result = json.loads(path.read_text(encoding="utf-8"))
        return {each["exercise"]: each["status"] for each in result["exercises"]}


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    return Class(tmp_path_factory.mktemp("instructor"))


def test_every_command_is_run_but_what_installs(taught):
    """Those of a cluster, in blocks of `bash`, by tests/grader/test_cluster.py."""
    text = PAGE.read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    assert {language for language, _ in blocks} == {"sh", "bash", "python"}
    assert "\n    " not in BLOCK.sub("", text)  # nothing is indented to look like a command
    commands = [
        line for language, block in blocks if language == "sh" for line in block.splitlines()
    ]
    assert [line for line in commands if line not in NOT_RUN] == taught.ran
    assert [line for line in commands if line in NOT_RUN] == list(NOT_RUN)


def test_every_command_in_a_sentence_is_one_that_is_run_or_warned_of(taught):
    text = BLOCK.sub("", PAGE.read_text(encoding="utf-8"))
    named = set(re.findall(r"`(nbgrader [a-z_]+|python -m grader [a-z]+)", text))
    assert named
    assert {name for name in named if name not in "\n".join(taught.ran)} == {"nbgrader validate"}


def test_there_are_ten_commands_from_the_katas_to_published_grades(taught):
    first = next(i for i, line in enumerate(taught.ran) if "grader notebooks" in line)
    last = taught.ran.index("nbgrader export")
    learners = ("cd", "nbgrader fetch_assignment", "nbgrader submit")
    steps = [line for line in taught.ran[first : last + 1] if not line.startswith(learners)]
    assert len(steps) <= 10


def test_nbgrader_exports_what_learners_deserve(taught):
    header, *rows = taught.table("course/grades.csv")
    found = {row[header.index("student_id")]: row[header.index("raw_score")] for row in rows}
    verdicts = taught.verdicts("course-grades", ME)
    assert [name for name in verdicts if verdicts[name] == "passed"] == ["norm", "matmul"]
    assert verdicts["dot"] in ("failed", "partial")
    _, *grades = taught.table("course-grades/grades.csv")
    assert found == {learner: total for learner, *_, total in grades}


def test_learners_get_their_feedback_and_no_other(taught):
    (page,) = (taught.home / "week1" / "feedback").rglob("week1.html")
    own = taught.home / "course" / "feedback" / ME / "week1" / "week1.html"
    assert page.read_bytes() == own.read_bytes()
    broken = taught.home / "course" / "feedback" / "emmy" / "week1" / "week1.html"
    assert "ends in the middle" in broken.read_text(encoding="utf-8")


def test_both_ways_agree_so_that_nothing_is_written(taught):
    assert "0 written, 2 unchanged" in taught.said_after("python -m grader gradebook")


def test_late_work_loses_its_points_by_nbgraders_penalty(taught):
    with sqlite3.connect(taught.home / "course" / "gradebook.db") as gradebook:
        ((penalty,),) = gradebook.execute(
            "SELECT late_submission_penalty FROM submitted_notebook"
            " JOIN submitted_assignment"
            " ON submitted_assignment.id = submitted_notebook.assignment_id"
            " WHERE student_id = ?",
            [ME],
        )
    assert penalty == float(dict(row[:2] for row in taught.table("course-grades/grades.csv"))[ME])


def test_what_canvas_gave_comes_back_to_canvas(taught):
    header, _, *rows = taught.table("for-canvas.csv")
    _, *grades = taught.table("grades/grades.csv")
    scores = {learner: score for learner, score, *_ in grades}
    assert {row[header.index("ID")]: row[-1] for row in rows} == scores
    assert set(scores) == {"101", "102"}
    assert float(scores["102"]) > float(scores["101"]) > 0


def test_a_second_run_keeps_everything_and_says_why(taught):
    said = taught.said_after(
        "python -m grader run ~/submissions --week week1 --out ~/grades --explain"
    )
    assert "101 week1: kept, unchanged" in said
    assert "0 graded, 2 unchanged" in said


def test_nobody_else_may_look_into_the_course(taught):
    assert (taught.home / "course").stat().st_mode & 0o077 == 0
