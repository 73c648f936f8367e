"""`nbgrader autograde` with the katas' configuration: a real nbgrader, and a class of all kinds."""

from __future__ import annotations

import ast
import copy
import csv
import html
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from grader.course import Course
from tests.grader.nbgrader.course import (
    ROOT,
    Folder,
    Notebook,
    cell,
    code,
    environment,
    filled,
    filled_from_modules,
    markdown,
    place,
)

# Two of the sample class, by the names that they have here: known mistakes, and attacks. All of it
# is graded in test_sample_class.py, and test_notebooks.py compares notebooks with modules.
pytestmark = pytest.mark.timeout(900)  # 43 submissions twice, with endless loops among them
SAMPLE = {"fed-liam": "liam", "mallory": "mallory"}
DRIVER = Path(__file__).with_name("formgrader.py")
SHADOWS = ("numpy", "exercises", "grader", "kata", "pytest", "msgspec")
EXERCISES = ("dot", "norm", "matmul")  # what a learner of ours has written; none needs another
ALL = dict.fromkeys(EXERCISES, "passed")
MEBIBYTE = 1 << 20
WRONG = "def dot(a, b):\n    return 5.0"
SCRIPT = "<script>steal()</script><img src=x onerror=steal()>"

Change = Callable[[Notebook], Notebook | bytes]


@dataclass
class Learner:
    """What somebody handed in, and what their code deserves: statuses of exercises."""

    content: Notebook | bytes
    deserves: dict[str, str] = field(default_factory=lambda: dict(ALL))


def changed(notebook: Notebook, change: Callable[[Notebook], Any]) -> Notebook:
    """Return a changed copy."""
    mine = copy.deepcopy(notebook)
    change(mine)
    return mine


def of_format(notebook: Notebook, minor: int) -> Notebook:
    """Return a notebook as older Jupyters write it: cells have no ids before 4.5."""

    def change(mine: Notebook) -> None:
        mine["nbformat_minor"] = minor
        for each in mine["cells"] if minor < 5 else []:
            del each["id"]

    return changed(notebook, change)


def strip(mine: Notebook) -> None:
    for number, each in enumerate(mine["cells"]):
        each["metadata"], each["id"] = {}, f"cell-{number}"


def lose_nbgraders_metadata(mine: Notebook) -> None:
    for each in mine["cells"]:
        each["metadata"] = {}


def forge(mine: Notebook) -> None:
    dot, norm, other = (
        cell(mine, f"test-{name}")["metadata"]["nbgrader"] for name in ("dot", "norm", "project")
    )
    dot.update(points=500, schema_version=1)
    norm.update(points="many", locked=False, schema_version=99, task=True)
    other.clear()
    cell(mine, "test-matmul")["metadata"]["nbgrader"] = ["no", "mapping"]
    cell(mine, "test-solve")["metadata"]["nbgrader"]["grade_id"] = "../../gradebook"
    cell(mine, "test-transpose")["outputs"] = [
        {
            "output_type": "execute_result",
            "data": {"text/plain": "500"},
            "metadata": {},
            "execution_count": 1,
        }
    ]
    cell(mine, "answer-solve")["metadata"]["nbgrader"].update(grade=True, points=50)
    mine["cells"].append(code("1", id="x", metadata={"nbgrader": {"grade": True, "points": 9}}))
    mine["metadata"] = {"kernelspec": {"name": "../bash", "display_name": "x"}, "widgets": 1}


def copy_cells(mine: Notebook) -> None:
    for name in ("answer-dot", "test-dot", "test-norm", "statement-norm"):
        mine["cells"].insert(place(mine, name), copy.deepcopy(cell(mine, name)))


def move_cells(mine: Notebook) -> None:
    for name in ("test-dot", "answer-norm", "setup", "test-project"):
        mine["cells"].append(mine["cells"].pop(place(mine, name)))
    mine["cells"].insert(0, mine["cells"].pop(place(mine, "test-norm")))


def delete_cells(mine: Notebook) -> None:
    for name in ("test-dot", "answer-project", "test-project", "statement-norm"):
        del mine["cells"][place(mine, name)]


def retype_cells(mine: Notebook) -> None:
    for name in ("test-dot", "answer-project", "test-project"):
        each = cell(mine, name)
        each["cell_type"] = "markdown"
        del each["outputs"], each["execution_count"]
    cell(mine, "statement-norm").update(cell_type="code", outputs=[], execution_count=None)
    cell(mine, "test-norm")["cell_type"] = "raw"


def merge_cells(mine: Notebook) -> None:
    names = ("answer-dot", "check-dot", "test-dot", "answer-norm", "check-norm", "test-norm")
    text = "\n".join(cell(mine, name)["source"] for name in names)
    cell(mine, "answer-dot")["source"] = text
    for name in names[1:]:
        del mine["cells"][place(mine, name)]


def big_output(mine: Notebook) -> None:
    line = "x" * (MEBIBYTE - 1) + "\n"
    cell(mine, "answer-dot")["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": [line] * 100}
    ]


def with_cell(source: str, *, at: str = "answer-dot") -> Callable[[Notebook], None]:
    """Return a change that puts a cell of code before another."""

    def change(mine: Notebook) -> None:
        mine["cells"].insert(place(mine, at), code(source, id="mine"))

    return change


def at_the_end(source: str) -> Callable[[Notebook], None]:
    return lambda mine: mine["cells"].append(code(source, id="last"))


def show_html(mine: Notebook) -> None:
    cell(mine, "question-" + question_of(mine))["source"] = f"$a < b$ {SCRIPT} [x](javascript:y)"
    mine["cells"].append(markdown(SCRIPT + "![x](attachment:gone.png)", id="html"))
    mine["cells"].append({"cell_type": "raw", "metadata": {}, "source": SCRIPT, "id": "raw"})
    mine["cells"].append(code(f'def norm(x):\n    raise ValueError("{SCRIPT}")', id="raises"))


def question_of(notebook: Notebook) -> str:
    names = [c["id"] for c in notebook["cells"] if c["id"].startswith("question-")]
    return str(names[0].removeprefix("question-"))


def make_class(right: Notebook, answers: dict[str, str], marker: Path) -> dict[str, Learner]:
    """Return learners of all kinds; those whose names begin with `fed` get feedback."""
    dot, norm = answers["dot"], answers["norm"]
    outside = f"open({str(marker)!r}, 'w').write('learners code ran outside')"
    steal = (
        "import json, sqlite3, glob\n"
        f"{outside}\n"
        "for path in glob.glob('../../../source/*/*.ipynb') + glob.glob('/**/week1.ipynb'):\n"
        "    for each in json.load(open(path))['cells']:\n"
        "        exec(''.join(each['source']))\n"
        "db = sqlite3.connect('../../../gradebook.db')\n"
        "db.execute('update grade set manual_score=5')\n"
        "db.commit()"
    )
    patch = (
        "import numpy.testing, builtins\n"
        "numpy.testing.assert_allclose = lambda *a, **k: None\n"
        "builtins.abs = lambda x: 0\n"
        "class Same(float):\n    __eq__ = lambda a, b: True\n    __hash__ = None\n"
    )
    rewrite = (
        "shell = get_ipython()\n"
        "shell.input_transformers_post.append(lambda lines: ['pass\\n'])\n"
        "shell.ast_transformers.append(None)\n"
    )
    no_dot = ALL | {"dot": "failed"}
    changes: dict[str, tuple[Callable[[Notebook], Any], dict[str, str]]] = {
        "copied": (copy_cells, ALL),
        "moved": (move_cells, ALL),
        "deleted": (delete_cells, ALL),
        "retyped": (retype_cells, ALL),
        "merged": (merge_cells, ALL),
        "stripped": (strip, ALL),
        "lost": (lose_nbgraders_metadata, ALL),
        "forged": (forge, ALL),
        "huge": (big_output, ALL),
        "twice": (at_the_end(WRONG), no_dot),
        "helper": (with_cell(f"def two(): return 2\n{WRONG}\nassert two() == 3"), ALL),
        "fed-magics": (with_cell(f"%matplotlib inline\n!ls\n?help\nx = 1\n{WRONG}"), ALL),
        "warns": (
            at_the_end(
                "import sys, warnings\n"
                + dot.replace("):", "):\n    warnings.warn('x'); print('y', file=sys.stderr)", 1)
            ),
            ALL,
        ),
        "loops": (at_the_end("def dot(a, b):\n    while True: pass"), ALL | {"dot": "timeout"}),
        "exits": (
            at_the_end("import os, sys\ndef dot(a, b): os._exit(0)\nsys.exit(0)"),
            ALL | {"dot": "crashed"},
        ),
        "forks": (at_the_end("import os\ndef dot(a, b):\n    while True: os.fork()"), no_dot),
        "signals": (
            at_the_end("import os\ndef dot(a, b):\n    os.kill(os.getppid(), 9); return 5.0"),
            no_dot,
        ),
        "patches": (at_the_end(f"{patch}{WRONG.replace('5.0', 'Same(5.0)')}"), no_dot),
        "rewrites": (at_the_end(f"{rewrite}{WRONG}"), no_dot),
        "steals": (at_the_end(f"{steal}\n{WRONG}"), no_dot),
        "fed-html": (show_html, ALL | {"norm": "failed"}),
    }
    learners = {
        name: Learner(changed(right, change), dict(deserves))
        for name, (change, deserves) in changes.items()
    }
    elsewhere = filled(right, {"dot": "# below\nraise NotImplementedError()"})
    learners["elsewhere"] = Learner(changed(elsewhere, at_the_end(f"{dot}\n\n\n{norm}")))
    nothing = dict.fromkeys(EXERCISES, "unreadable")
    learners["fed-no-json"] = Learner(b'{"cells": [', nothing)
    learners["format3"] = Learner({**right, "nbformat": 3}, nothing)
    learners["deep"] = Learner(b"[" * 200_000, nothing)
    for minor in range(6):
        learners[f"format4{minor}"] = Learner(of_format(right, minor))
    return learners


class Graded:
    """A class of week 1, graded by nbgrader and by `python -m grader run`."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.marker = folder.path.parent / "marker"
        self.course = Course()
        week = self.course.catalogue.week("week1")
        assert week is not None
        made = folder.grader("notebooks", "--out", str(folder.path), "--week", "week1")
        assert made.returncode == 0, made.stderr
        for name in SHADOWS:  # nbgrader puts the course folder on the path
            (folder.path / f"{name}.py").write_text(f"open({str(self.marker)!r}, 'w')")
        released = folder.nbgrader("generate_assignment", "week1")
        assert released.returncode == 0, released.stderr
        release, source = folder.notebook("release"), folder.notebook("source")
        answers = {name: cell(source, f"answer-{name}")["source"] for name in EXERCISES}
        self.learners = make_class(filled(release, answers), answers, self.marker)
        for learner, mine in self.learners.items():
            folder.hand_in(learner, mine.content)
        for learner, name in SAMPLE.items():
            modules = ROOT / "examples" / "submitted" / name / "week1"
            folder.hand_in(learner, filled_from_modules(release, modules, week))
        self.autograded = folder.nbgrader(
            "autograde", "week1", PYTEST_ADDOPTS="-v", PYTEST_PLUGINS="nothing_here"
        )
        self.not_executed = folder.nbgrader(
            *("autograde", "week1", "--student", "twice", "--force", "--no-execute")
        )
        self.grades = folder.grades()
        seed = (folder.path / "grading_seed.txt").read_text().strip()
        self.run = folder.grader(
            *("run", str(folder.submitted), "--out", str(folder.path / "grades")),
            *("--week", "week1", "--seed", seed, "--jobs", "1"),
        )

    def result(self, learner: str) -> dict[str, Any]:
        path = self.folder.path / "grades" / "results" / learner / "week1.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grade the class once."""
    return Graded(Folder(tmp_path_factory.mktemp("class") / "course"))


class TestTheClass:
    def test_one_bad_notebook_never_stops_the_batch(self, graded):
        assert graded.autograded.returncode == 0, graded.autograded.stderr
        assert set(graded.grades) == {*graded.learners, *SAMPLE}

    def test_each_gets_what_the_code_deserves(self, graded):
        assert graded.run.returncode == 0, graded.run.stderr
        for learner, mine in graded.learners.items():
            statuses = {e["exercise"]: e["status"] for e in graded.result(learner)["exercises"]}
            for name, status in mine.deserves.items():
                assert statuses[name] == status, (learner, name)
                right = graded.grades[learner][f"test-{name}"].score > 0
                assert right == (status == "passed"), (learner, name)

    def test_the_gradebook_says_what_the_grader_says(self, graded):
        for learner, cells in graded.grades.items():
            for each in graded.result(learner)["exercises"]:
                if each["module"] == "quiz":  # no part of the notebook
                    continue
                row = cells[f"test-{each['exercise']}"]
                assert row.auto == pytest.approx(each["score"]), (learner, each["exercise"])
                assert (row.manual, row.extra, row.needs_person) == (None, None, 0), learner

    def test_what_is_answered_in_words_waits_for_a_person(self, graded):
        release = graded.folder.notebook("release")
        question = f"question-{question_of(release)}"
        assert graded.grades["fed-html"][question].auto is None
        assert graded.grades["fed-html"][question].needs_person
        assert graded.grades["copied"][question].auto == 0  # untouched
        assert graded.grades["stripped"][question].needs_person  # it may stand elsewhere

    def test_export_equals_our_own_table(self, graded):
        exported = graded.folder.nbgrader("export", "--to", "out.csv")
        assert exported.returncode == 0, exported.stderr
        with (graded.folder.path / "out.csv").open() as file:
            theirs = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
        with (graded.folder.path / "grades" / "grades.csv").open() as file:
            ours = {row["learner"].lstrip("'"): float(row["week1"]) for row in csv.DictReader(file)}
        assert theirs == pytest.approx(ours)

    def test_no_code_runs_outside_the_sandbox(self, graded):
        assert not graded.marker.exists()

    def test_no_execute_does_not_switch_the_sandbox_off(self, graded):
        """Cells without outputs would have full marks; a wrong answer has none then, too."""
        assert graded.not_executed.returncode == 0
        assert graded.grades["twice"]["test-dot"].auto == 0

    def test_the_notebooks_that_nbgrader_keeps_are_small_and_whole(self, graded):
        release = graded.folder.notebook("release")
        wanted = {c["id"]: c for c in release["cells"] if c["id"].startswith("test-")}
        for learner in graded.learners:
            mine = graded.folder.notebook(f"autograded/{learner}")
            marks = [c["metadata"].get("nbgrader", {}) for c in mine["cells"]]
            names = [each["grade_id"] for each in marks if each.get("grade_id")]
            assert len(names) == len(set(names)), learner
            for name, one in wanted.items():
                other = cell(mine, name)
                assert other["source"] == one["source"], (learner, name)
                assert other["metadata"]["nbgrader"]["points"] == pytest.approx(
                    one["metadata"]["nbgrader"]["points"]
                )
        path = graded.folder.path / "autograded" / "huge" / "week1" / "week1.ipynb"
        assert path.stat().st_size < 2 * MEBIBYTE


@pytest.fixture(scope="module")
def feedback(graded: Graded) -> Callable[[str], str]:
    """Make feedback for some of the class."""
    made = graded.folder.nbgrader("generate_feedback", "week1", "--student", "fed-*")
    assert made.returncode == 0, made.stderr

    def read(learner: str) -> str:
        path = graded.folder.path / "feedback" / learner / "week1" / "week1.html"
        return path.read_text(encoding="utf-8")

    return read


class TestFeedback:
    def test_it_says_what_is_wrong_in_words(self, graded, feedback):
        text = html.unescape(" ".join(feedback("fed-liam").split()))
        wrong = [e for e in graded.result("fed-liam")["exercises"] if e["misconception"]]
        assert wrong
        for each in wrong:
            assert each["misconception"]["sentence"] in text

    def test_it_shows_nothing_hidden(self, graded, feedback):
        text = feedback("fed-liam")
        lines = list(hidden_lines())
        assert len(lines) > 100
        assert [line for line in lines if line in text] == []

    def test_what_was_left_out_is_said(self, feedback):
        assert "left out: %matplotlib inline" in feedback("fed-magics")
        assert "fed-no-json" not in feedback("fed-no-json")
        assert "week1.ipynb ends in the middle" in feedback("fed-no-json")

    def test_a_learners_html_is_not_obeyed(self, feedback):
        text = feedback("fed-html")
        assert "steal()" in text
        assert "<script>steal" not in text
        assert "<img src=x" not in text
        assert "javascript:y" in text
        assert 'href="javascript:y' not in text


def hidden_lines() -> Iterator[str]:
    """Yield the lines of hidden tests that make inputs and expected values, the longer ones."""
    for path in sorted((ROOT / "tests" / "week1").glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Assign) and len(line := lines[node.lineno - 1].strip()) > 25:
                yield line


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a process like formgrader's server found; it has killed itself."""
    path = tmp_path_factory.mktemp("formgrader")
    done = subprocess.run(
        [sys.executable, str(DRIVER), str(path)],
        env=environment(path),
        capture_output=True,
        text=True,
        timeout=600,
    )
    lines = done.stdout.splitlines()
    assert lines, done.stderr
    found: dict[str, Any] = json.loads(lines[-1])
    found["status"] = done.returncode
    return found


class TestFormgrader:
    """The Autograde button: one process for weeks, a thread for each submission."""

    def test_scores_are_scaled_and_a_bonus_comes_on_top(self, told):
        assert told["first"] == {
            "test-double": [4.0, None, 0],
            "test-product": [10.0, None, 0],  # 2 points in the catalogue, 10 in the notebook
            "test-total": [0.0, 1.5, 0],
        }
        assert "product: has 10 points in the gradebook and 2 in the catalogue" in told["log"]

    def test_an_edited_test_counts_at_once(self, told):
        assert told["edited"]["test-product"] == [0.0, None, 0]
        assert told["edited"]["test-double"] == [4.0, None, 0]

    def test_a_process_that_died_is_replaced(self, told):
        assert told["after a death"] == told["edited"]

    def test_what_could_not_be_graded_is_listed_and_keeps_no_score(self, told):
        assert told["dying"] == {
            "test-double": [None, None, 1],
            "test-product": [None, None, 1],
            "test-total": [None, None, 1],
        }
        assert told["dying succeeded"] is False
        assert "ours to mend: the grading process died" in told["dying log"]

    def test_without_a_grading_process_old_scores_stand(self, told):
        assert told["unopened"] == told["edited"]
        assert told["unopened succeeded"] is False

    def test_a_person_has_the_last_word(self, told):
        assert told["by hand"]["test-total"] == [0.0, 0.25, 1]

    def test_nothing_is_left_when_the_server_is_killed(self, told):
        assert told["status"] == -9
        process = Path(f"/proc/{told['pid']}")
        for _ in range(200):
            if not process.exists():
                break
            time.sleep(0.05)
        assert not process.exists()
