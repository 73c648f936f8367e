"""Checks in a notebook: what a learner reads there, and that nothing around them disturbs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from exercises import load_catalogue
from kata.outcomes import Standing, VisibleOutcome
from kata.page import Report
from kata.project import Project

ROOT = Path(__file__).parents[2]
START = (
    'import numpy as np\nfrom kata.notebook import check, hint, score, use_week\nuse_week("week1")'
)
# Runs each cell as a notebook does, and writes what it shows and which error ends it.
DRIVER = """
import contextlib, io, json, sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="nocolor")
found = []
for cell in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        ended = shell.run_cell(cell, store_history=True)
    found.append([shown.getvalue(), type(ended.error_in_exec).__name__])
print(json.dumps(found))
"""
WRONG_DOT = """\
def dot(a, b):
    print("hello")
    total = np.sum(a * b) + 1
    return float(total)
"""
RIGHT_DOT = """\
def dot(a, b):
    if a.shape != b.shape:
        raise ValueError("lengths")
    return float(np.sum(a * b))
"""
STUB = """\
def dot(a, b):
    # YOUR CODE HERE
    raise NotImplementedError()
"""


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "COLUMNS": "80",
        **more,
    }


def show(folder: Path, *cells: str, **more: str) -> list[str]:
    """Run cells of a notebook, none of which may end in an error; return what each shows."""
    found = run(folder, *cells, **more)
    assert [error for _, error in found] == ["NoneType"] * len(cells), found
    return [text for text, _ in found]


def run(folder: Path, *cells: str, **more: str) -> list[tuple[str, str]]:
    ended = subprocess.run(
        [sys.executable, "-c", DRIVER],
        input=json.dumps([START, *cells]),
        capture_output=True,
        text=True,
        env=environment(folder, **more),
        cwd=folder,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [(text, error) for text, error in json.loads(ended.stdout)[1:]]


class TestWords:
    def test_they_are_those_of_pytest(self, tmp_path):
        shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
        week = tmp_path / "week1"
        week.mkdir()
        shutil.copy(ROOT / "week1" / "test_vectors.py", week)
        (week / "vectors.py").write_text("import numpy as np\n" + WRONG_DOT)
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
        pytest_says = subprocess.run(
            [sys.executable, "-m", "pytest", "week1", "-k", "TestDot", "--color=no"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            check=False,
        ).stdout
        *_, notebook_says = show(tmp_path, WRONG_DOT, "check('dot')")
        for label in ("expected  32.0", "got       33.0", "printed   hello", "call      dot("):
            assert label in notebook_says
        heading = "✗ dot — Entries are multiplied in pairs"
        theirs, ours = (self.rows(text, heading) for text in (pytest_says, notebook_says))
        assert ours == theirs

    @staticmethod
    def rows(text: str, heading: str) -> list[str]:
        """Return the lines of a problem that name no place and no command."""
        block = text[text.index(heading) :].split("\n\n")[0]
        lines = [re.sub(r"( \(line.*|\.\.\.)$", "", line) for line in block.splitlines()]
        return [
            line[:60].rstrip()
            for line in lines
            if not line.startswith(("    code", "    test", "    hint"))
        ]

    def test_places_are_cells(self, tmp_path):
        cells = [
            "def dot(a, b):\n\n    return undefined(a)",
            "check('dot')",
            "helper = np.dot\n\ndef dot(a, b):\n    c = 1\n    return np.dot(a, b)",
            "check('dot')",
            WRONG_DOT,
            "check('dot')",
        ]
        _, raised, _, forbidden, _, wrong = show(tmp_path, *cells)
        assert "at        cell [2], line 3 in dot\n" in raised
        assert "return undefined(a)" in raised
        assert "line 5: np.dot(a, b) is not allowed here (np.dot)" in forbidden
        assert "at        cell [4], line 5\n" in forbidden
        assert "return np.dot(a, b)" in forbidden
        assert "code      cell [6], line 1\n" in wrong

    def test_a_stub_is_to_do(self, tmp_path):
        _, to_do, points = show(tmp_path, STUB, "check('dot')", "score('dot')")
        assert '· dot: to do, 0/3 tests, 0/2 points, stuck? hint("dot")\n' in to_do
        assert "wrong" not in to_do
        assert points.strip() == "Out[4]: 0.0"

    def test_a_stub_left_behind_code_is_said(self, tmp_path):
        left = STUB.replace("# YOUR CODE HERE", "total = 1")
        _, shown = show(tmp_path, left, "check('dot')")
        assert "then meets a `raise NotImplementedError`" in shown

    def test_a_cell_that_was_not_run(self, tmp_path):
        missing, _, renamed = show(
            tmp_path, "check('dot')", "def dott(a, b):\n    return 0", "check('dot')"
        )
        assert "this notebook has no dot yet: run the cell that defines it\n" in missing
        assert "did you mean dott?" in " ".join(renamed.split())

    def test_an_unknown_name(self, tmp_path):
        nearly, not_at_all, points = show(
            tmp_path, "check('cosine_similarty')", "check('zzz')", "score('zzz')"
        )
        expected = "no exercise named 'cosine_similarty': did you mean 'cosine_similarity'?\n"
        assert nearly == expected
        assert not_at_all == "no exercise named 'zzz': check() shows them all\n"
        assert "Out" in points

    def test_a_name_of_two_weeks(self, tmp_path):
        week3, _, week4 = show(
            tmp_path,
            "check('cross_entropy_from_logits')",
            "use_week('week4')",
            "hint('cross_entropy')",
        )
        assert "cross_entropy_from_logits" in week3
        assert week4.startswith("Cross-entropy: the price of a wrong belief (cross_entropy)\n")

    def test_all_at_once(self, tmp_path):
        _, shown = show(tmp_path, RIGHT_DOT, "check()")
        week = load_catalogue(ROOT / "exercises").week("week1")
        assert week is not None
        assert shown.count("tests") == len(week.exercises) + 1  # and the last line
        assert "✓ dot: done, 3/3 tests, 2/2 points\n" in shown

    def test_a_bonus_has_no_number(self, tmp_path):
        cells = ["use_week('week2')", "score('attention_backward')"]
        assert show(tmp_path, *cells)[-1] == "bonus: 0 of 5 points\n"

    def test_hints(self, tmp_path):
        first, last = show(tmp_path, "hint('dot')", "hint('dot', 9)")
        assert "Hint 1 of 2:" in first
        assert 'Still stuck? hint("dot", 2)' in first
        assert last == "dot has hints 1 to 2, not 9\n"

    def test_a_class_that_comes_to_a_stub(self, tmp_path):
        stub = "class Value:\n    def __init__(self, data):\n        raise NotImplementedError()\n"
        *_, shown = show(tmp_path, "use_week('week2')", stub, "check('value_arithmetic')")
        assert "value_arithmetic: to do" in shown

    def test_without_ipython(self, tmp_path):
        script = tmp_path / "answers.py"
        script.write_text(f"{START}\n{WRONG_DOT}\ncheck('dot')\n")
        ended = subprocess.run(
            [sys.executable, str(script)],
            capture_output=True,
            text=True,
            env=environment(tmp_path),
            check=True,
        )
        assert "code      answers.py, line 4\n" in ended.stdout
        assert "✗ dot: wrong, 0/3 tests, 0/2 points" in ended.stdout
        assert ended.stderr == ""

    def test_html_escapes_what_a_learner_wrote(self):
        outcome = VisibleOutcome(
            *("week1", "vectors", "dot"),
            line=1,
            says="Pairs < sums",
            tests_of_exercise=1,
            status="failed",
            rows=(("got", "<script>alert(1)</script>"), ("", "a & b")),
        )
        project = Project(ROOT)
        (dot,) = project.catalogue.exercises_named("dot")
        html = Report({dot: Standing([outcome], 1)}, project, is_short=False)._repr_html_()
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "a &amp; b" in html
        assert "Pairs &lt; sums" in html


class TestNothingDisturbs:
    def test_each_call_starts_afresh(self, tmp_path):
        *_, wrong, _, right, _, todo = show(
            tmp_path,
            *(WRONG_DOT, "check('dot')"),
            *(RIGHT_DOT, "check('dot'); check('dot')"),
            *(STUB, "check('dot')"),
        )
        assert "dot: wrong" in wrong
        assert right.count("✓ dot: done, 3/3 tests, 2/2 points") == 2
        assert "dot: to do" in todo

    def test_a_mistake_of_an_earlier_try_is_forgotten(self, tmp_path):
        cells = [
            "def dot(a, b):\n    return np.dot(a, b)",
            "check('dot')",
            RIGHT_DOT,
            "check('dot')",
        ]
        _, forbidden, _, right = show(tmp_path, *cells)
        assert "dot: forbidden" in forbidden
        assert "dot: done" in right

    def test_cells_that_are_not_python(self, tmp_path):
        cells = ["%who", "def broken(:\n", RIGHT_DOT, "check('dot')"]
        found = run(tmp_path, *cells)
        assert "dot: done" in found[-1][0]

    def test_settings_for_pytest(self, tmp_path):
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
        (tmp_path / "conftest.py").write_text("raise SystemExit('read')\n")
        plugin = {"PYTEST_ADDOPTS": "--boom", "PYTEST_PLUGINS": "no_such_plugin"}
        *_, shown, kept = show(
            tmp_path,
            RIGHT_DOT,
            "check('dot')",
            "import os; print({k: v for k, v in os.environ.items() if k.startswith('PYTEST_')})",
            **plugin,
        )
        assert "dot: done" in shown
        assert eval(kept) == plugin

    def test_what_a_notebook_has_set_up(self, tmp_path):
        before = "state = lambda: (sys.stdout, sys.stdin, sys.path[:], sys.meta_path[:], "
        before += "warnings.filters[:], signal.getsignal(signal.SIGALRM), pdb.set_trace)\n"
        _, _, _, same, handled = show(
            tmp_path,
            "import pdb, signal, sys, warnings\n" + before + "handled = []\n"
            "get_ipython().set_custom_exc((Exception,), lambda *e: handled.append(e))",
            WRONG_DOT,
            "was = state(); check('dot')",
            "print(was[1:] == state()[1:])",
            "print(handled)",
        )
        assert same == "True\n"
        assert handled == "[]\n"

    def test_a_loop_that_never_ends(self, tmp_path):
        loop = "def dot(a, b):\n    while True:\n        try:\n            pass\n"
        loop += "        except Exception:\n            pass"
        *_, shown = show(
            tmp_path, "import kata.notebook\nkata.notebook.LIMIT_S = 0.3", loop, "check('dot')"
        )
        assert "it took longer than 0.3 s: is there a loop that never ends?" in shown
        assert "stuck at  cell [3], line" in shown
        assert "also      its other tests were not run" in shown

    @pytest.mark.parametrize("leaves", ["exit()", "raise SystemExit(3)", "input()"])
    def test_code_that_leaves(self, tmp_path, leaves):
        _, shown = show(tmp_path, f"def dot(a, b):\n    {leaves}", "check('dot')")
        assert "✗ dot: wrong, 0/3 tests, 0/2 points\n" in shown
        assert "raised" in shown

    def test_an_interrupt_reaches_the_notebook(self, tmp_path):
        _, (_, error) = run(tmp_path, "def dot(a, b):\n    raise KeyboardInterrupt", "check('dot')")
        assert error == "KeyboardInterrupt"
