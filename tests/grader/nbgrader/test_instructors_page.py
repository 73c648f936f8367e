"""docs/instructors.md: each of its commands is run, in its order, for a class that is made here."""

from __future__ import annotations

import csv
import getpass
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grader.nbgrader.course import ROOT, cell, filled

PAGE = ROOT / "docs" / "instructors.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
# What installs something; nothing else of the page's blocks is left out.
NOT_RUN = ("python -m venv .venv && . .venv/bin/activate", "pip install -e '.[nbgrader]'")
ME = getpass.getuser()  # hands in through nbgrader's exchange
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
            "KATAS": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
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


def download_from_canvas(home: Path) -> None:
    """Write what Canvas gives: a folder of submissions, and the gradebook."""
    submissions = home / "submissions"
    submissions.mkdir()
    shutil.copy(
        home / "week1" / "week1.ipynb", submissions / "lovelaceada_101_5001_week1.ipynb"
    )
    shutil.copy(
        ROOT / "solutions" / "week1" / "vectors.py",
        submissions / "hoppergrace_LATE_102_5002_vectors.py",
    )
    (home / "roster.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,week1 (77)\n"
        "    Points Possible,,,,,86\n"
        '"Lovelace, Ada",101,u1,ada,A,\n'
        '"Hopper, Grace",102,u2,grace,A,\n',
        encoding="utf-8",
    )


# What happens when a block has been run, by a command in it.
AFTERWARDS = {
    "nbgrader fetch_assignment": fill_in,
    "nbgrader submit": let_somebody_hand_in_what_is_no_notebook,
    "grader release": download_from_canvas,
}


class Class:
    """What the page's commands left behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / ".jupyter").mkdir()
        (home / "exchange").mkdir()
        (home / "exchange").chmod(0o777)
        blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
        (config,) = (code for language, code in blocks if language == "python")
        (home / ".jupyter" / "nbgrader_config.py").write_text(
            f"{config}\nc.Exchange.root = {str(home / 'exchange')!r}\n", encoding="utf-8"
        )
        shell = Shell(home)
        self.printed: dict[str, str] = {}
        self.exports: list[list[dict[str, str]]] = []
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
