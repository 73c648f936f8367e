"""Notebooks in place of modules: the same code gets the same verdicts, whatever cells it is in."""

from __future__ import annotations

import ast
import json
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.cells import Cells
from grader.course import Course
from grader.intake import notebooks
from grader.intake.collect import collect
from grader.intake.submission import MAX_MODULE_BYTES, File, Submission
from grader.judging.bench import MAX_LEFT_OUT
from grader.judging.by_hand import single_learner
from grader.sandbox.arguments import Arguments
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source
from tests.grader.toy import REFERENCE, grade, hand_in

ROOT = Path(__file__).resolve().parents[2]
# Of each kind of learner one week: right, wrong, half done, untouched, attacking. In the first week
# a module imports from another, and the second has a class.
SAMPLE = [("priya", "week1"), ("liam", "week2"), ("mateo", "week2"), ("noor", "week2")]
SAMPLE += [("mallory", "week1")]

IMPORTS = "import numpy as np"
DOUBLE = "def double(x):\n    if np.ndim(x) > 1:\n        raise ValueError\n    return 2 * x"
PRODUCT = "def product(a, b):\n    return float(np.sum(a * b))"
TOTAL = "def total(f, n):\n    return sum(f(i) for i in range(n))"
STUB = '{0}\n    """Return it."""\n    raise NotImplementedError("{1} is yours to write")'
STUBS = [
    STUB.format(head, name)
    for head, name in (
        ("def double(x):", "double"),
        ("def product(a, b):", "product"),
        ("def total(f, n):", "total"),
    )
]
ALL_RIGHT = {"double": "passed", "product": "passed", "total": "passed"}


def code(source: str | list[str], **more: Any) -> dict[str, Any]:
    """Return a code cell."""
    return {"cell_type": "code", "metadata": {}, "outputs": [], "source": source, **more}


def notebook(*cells: Any, **more: Any) -> str:
    """Return a notebook of code cells."""
    whole = [cell if isinstance(cell, dict) else code(cell) for cell in cells]
    return json.dumps({"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more)


def put(toys: Any, learner: str, text: str | bytes) -> Path:
    """Hand in a notebook of toys."""
    path: Path = toys.submitted / learner / "week1" / "week1.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(toys: Any, learner: str = "ada") -> Submission:
    found = collect(toys.submitted, toys.course.catalogue).hand_ins
    return next(hand_in for hand_in in found if hand_in.learner == learner).read()


def problem(toys: Any, text: str | bytes) -> str:
    """Return why a notebook can't be read."""
    put(toys, "ada", text)
    file = read(toys).files["toys"]
    assert file.text is None
    return file.problem or ""


def cells_of(text: str) -> list[str]:
    """Cut a module into cells: one for each definition, and one for what stands between them."""
    cells: list[str] = []
    lines = text.splitlines(keepends=True)
    begin, is_definition = 0, True
    for statement in ast.parse(text).body:
        chunk = "".join(lines[begin : statement.end_lineno])
        was_definition = is_definition
        is_definition = isinstance(statement, ast.FunctionDef | ast.ClassDef)
        if cells and not (is_definition or was_definition):
            cells[-1] += chunk
        else:
            cells.append(chunk)
        begin = statement.end_lineno or 0
    return cells


class TestTheSampleClass:
    def test_the_same_code_gets_the_same_verdicts(self, tmp_path):
        course = Course()
        for learner, name in SAMPLE:
            folder = ROOT / "examples" / "submitted" / learner / name
            week = course.catalogue.week(name)
            assert week is not None
            cells = []
            for module in week.modules:
                path = folder / f"{module.name}.py"
                if path.exists():
                    text = path.read_text(encoding="utf-8")
                    cells += cells_of(text)
                    hand_in(tmp_path / "submitted", f"{learner} modules", text, module.name, name)
            path = tmp_path / "submitted" / f"{learner} notebook" / name / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(notebook(*cells), encoding="utf-8")
        assert grade(course, tmp_path / "submitted", tmp_path / "grades").failed == ()
        for learner, week in SAMPLE:
            one, other = (
                json.loads((tmp_path / "grades/results" / who / f"{week}.json").read_text())
                for who in (f"{learner} modules", f"{learner} notebook")
            )
            assert one["score"] == other["score"], learner
            for mine, theirs in zip(one["exercises"], other["exercises"], strict=True):
                for part in ("exercise", "status", "score", "misconception"):
                    assert mine[part] == theirs[part], (learner, mine["exercise"], theirs["why"])


class TestWhereAnswersStand:
    def test_wherever_the_answers_stand_they_count(self, toys):
        locked = {"nbgrader": {"locked": True, "grade": True, "points": 500}}
        classes = {
            "ours": [IMPORTS, DOUBLE, 'check("double")', PRODUCT, 'check("product")', TOTAL],
            "moved": [IMPORTS, TOTAL, PRODUCT, DOUBLE],
            "merged": ["\n\n".join([IMPORTS, DOUBLE, PRODUCT, TOTAL])],
            "elsewhere": [IMPORTS, *STUBS, "x = 1", DOUBLE, PRODUCT, TOTAL],
            "locked": [code("\n".join([IMPORTS, DOUBLE, PRODUCT, TOTAL]), metadata=locked)],
            "lines": [code(f"{IMPORTS}\n{DOUBLE}\n{PRODUCT}\n{TOTAL}".splitlines(keepends=True))],
            "indented": [f"    {IMPORTS}", textwrap.indent(DOUBLE, "  "), PRODUCT, TOTAL],
            "twice": [IMPORTS, "def double(x): return 5", PRODUCT, TOTAL, DOUBLE],
            "helper": [
                "def two(): return 2",
                IMPORTS,
                DOUBLE.replace("2 *", "two() *"),
                PRODUCT,
                TOTAL,
            ],
            "imported": [IMPORTS, DOUBLE, "from week1.toys import double as d", PRODUCT, TOTAL],
            "decorated": [IMPORTS, "def same(f): return f", f"@same\n{DOUBLE}", PRODUCT, TOTAL],
            "aliased": [
                IMPORTS,
                DOUBLE.replace("double", "d"),
                *STUBS,
                "double = d",
                PRODUCT,
                TOTAL,
            ],
            "windows": [f"{IMPORTS}\n{DOUBLE}\n".replace("\n", "\r\n"), PRODUCT, TOTAL],
            "future": [IMPORTS, DOUBLE, "from __future__ import annotations\n" + PRODUCT, TOTAL],
        }
        for learner, cells in classes.items():
            put(toys, learner, notebook(*cells))
        assert toys.grade().failed == ()
        for learner in classes:
            assert toys.verdicts(learner) == ALL_RIGHT, (learner, toys.result(learner))

    def test_the_last_definition_counts_also_where_it_is_wrong(self, toys):
        put(toys, "ada", notebook(IMPORTS, DOUBLE, PRODUCT, TOTAL, "def double(x): return x * x"))
        toys.judge()
        assert toys.verdicts("ada") == ALL_RIGHT | {"double": "failed"}

    def test_a_rule_that_is_broken_in_a_cell_that_does_not_count_breaks_nothing(self, toys):
        put(toys, "ada", notebook(IMPORTS, "def product(a, b): return a @ b", PRODUCT))
        put(toys, "bob", notebook(IMPORTS, PRODUCT, "def product(a, b): return a @ b"))
        toys.judge()
        assert toys.verdicts("ada")["product"] == "passed"
        assert toys.verdicts("bob")["product"] == "forbidden"

    def test_what_is_not_written_is_to_do(self, toys):
        demos = ["print(double(2))", "if True: print('double')", "def demo():\n    double = 3"]
        put(toys, "released", notebook(IMPORTS, *STUBS, 'check("double")'))
        put(toys, "demos", notebook(IMPORTS, *STUBS, *demos))
        put(toys, "deleted", notebook(IMPORTS, 'check("double")'))
        put(toys, "empty", notebook())
        toys.judge()
        for learner, why in {
            "released": "still the stub",
            "demos": "still the stub",
            "deleted": "toys.py was not handed in",
            "empty": "toys.py was not handed in",
        }.items():
            for exercise in toys.result(learner)["exercises"]:
                assert (exercise["status"], exercise["why"]) == ("todo", why), learner


class TestWhatAKernelForgives:
    def test_what_goes_wrong_in_a_cell_costs_no_other(self, toys):
        disturbances = {
            "raises": "1 / 0",
            "exits": "import sys; sys.exit()",
            "imports": "import torch\nimport matplotlib.pyplot as plt",
            "annotates": "def shown(x: torch.Tensor) -> plt.Figure: ...",
            "defaults": "def shown(x=nowhere): ...",
            "inherits": "class Shown(Nowhere): ...",
            "unfinished": "print((1, 2",
            "returns": "return 3",
            "magics": "%matplotlib inline\n%timeit double(1)",
            "shell": "!pip install torch \\\n    numpy\nfiles = !ls\nif files:\n    !ls",
            "help": "double?\n?double\nnp.dot??",
            "bash": "%%bash\nrm -rf /",
            "kernel": "get_ipython().input_transformers_post.append(None)\ndisplay(Out[1])",
            "awaits": "await something()",
            "zero": "x = '\0'",
            "half": "x = '\ud800'",
            "deep": "x = " + "[" * 2000 + "]" * 2000,
            "nested": "x = " + "-" * 30_000 + "1",
            "warns": "import warnings; warnings.warn('odd'); x = '\\d'",
        }
        for name, disturbance in disturbances.items():
            put(toys, name, notebook(disturbance, IMPORTS, DOUBLE, disturbance, PRODUCT, TOTAL))
        assert toys.grade().failed == ()
        for name in disturbances:
            assert toys.verdicts(name) == ALL_RIGHT, (name, toys.result(name))

    def test_what_ran_before_an_error_counts(self, toys):
        cell = f"{IMPORTS}\n{DOUBLE}\nprint(nowhere)\n"
        text = 'text = """one\n two\n""" + nowhere(\n1)'
        put(toys, "ada", notebook(cell, text, "%%time\n" + PRODUCT, f"x = 1; import y\n{TOTAL}"))
        toys.judge()
        assert toys.verdicts("ada") == ALL_RIGHT

    def test_a_text_over_several_lines_is_what_it_was(self, toys):
        shown = "shown = [f'''one\n two {\n1}\n''', 'a' \\\n  'b']"
        function = 'def double(x):\n    return 2 * x if shown == ["one\\n two 1\\n", "ab"] else 0'
        put(toys, "ada", notebook(shown, function))
        toys.judge()
        assert toys.result("ada")["exercises"][0]["status"] == "partial"  # it refuses no table

    def test_a_statement_that_ends_the_process_costs_only_itself(self, toys):
        ends = {
            "loops": ("x = 1\nwhile True: pass", "line 2 left out: it computed for more than 5 s"),
            "sleeps": ("import time\ntime.sleep(99)", "line 2 left out: it waited without"),
            "exits": ("import os; os._exit(0)", "line 1 left out: it ended the whole program"),
            "hangs up": ("import os\nos.close(3)", "line 2 left out: it "),
            "babbles": ("import os\nos.write(3, bytes(99))", "line 2 left out: it "),
        }
        for learner, (cell, _) in ends.items():
            put(toys, learner, notebook(IMPORTS, DOUBLE, cell, PRODUCT, "y = int('?')", TOTAL))
        needs = [IMPORTS, DOUBLE, "import os; t = os._exit(2) or 2", f"{TOTAL} + 0 * t", PRODUCT]
        put(toys, "needs it", notebook(*needs))
        summary = toys.grade()
        assert summary.failed == ()
        for learner, (_, note) in ends.items():
            assert toys.verdicts(learner) == ALL_RIGHT, (learner, toys.result(learner))
            found = [n for n in summary.notes if n.startswith(f"{learner} week1: code cell 3, ")]
            assert len(found) == 1, (learner, summary.notes)
            assert note in found[0]
        assert toys.verdicts("needs it") == ALL_RIGHT | {"total": "failed"}
        why = toys.result("needs it")["exercises"][2]["why"]
        assert "t is not defined (at week1.ipynb, code cell 4, line 2, in" in why

    def test_too_many_statements_that_end_the_process(self, toys):
        put(toys, "ada", notebook(DOUBLE, *["import os; os._exit(1)"] * (MAX_LEFT_OUT + 1)))
        toys.judge()
        assert set(toys.verdicts("ada").values()) == {"crashed"}
        why = toys.result("ada")["exercises"][0]["why"]
        assert why == (
            "importing week1.ipynb ended the whole program (exit status 1) "
            f"(at code cell {MAX_LEFT_OUT + 2}, line 1)"
        )

    def test_a_failure_names_cell_and_line(self, toys):
        cells = {
            "index": "def double(x):\n    # a comment\n    return x[9]",
            "stub": "def double(x):\n    2 * x\n    raise NotImplementedError",
            "raises": "def double(x):\n    raise ValueError('no')",
            "tree": "def product(a, b):\n    if a is b:\n        return a @ b\n    return 1",
            "runs": "def product(a, b):\n    f = vars(np)['d' + 'ot']\n    return f(a, b)",
            "missing": "def doubles(x): return 2 * x\ndef product(a, b): return 1",
        }
        for learner, cell in cells.items():
            put(toys, learner, notebook(f"# begin\n{IMPORTS}", cell))
        toys.judge()
        for learner, (number, why) in {
            "index": (0, "of 3 (at week1.ipynb, code cell 2, line 3, in `return x[9]`)"),
            "stub": (0, "`raise NotImplementedError` at week1.ipynb, code cell 2, line 3: is a"),
            "raises": (0, "at week1.ipynb, code cell 2, line 2, in `raise ValueError('no')`"),
            "tree": (1, "code cell 2, line 3: a @ b is not allowed here (@)"),
            "runs": (1, "code cell 2, line 3: np.dot"),
            "missing": (0, "week1.ipynb has no double: is it the one called doubles?"),
        }.items():
            assert why in toys.result(learner)["exercises"][number]["why"], learner

    def test_a_failure_in_a_module_that_imports_from_a_notebook(self, toys):
        text = "from week1.toys import double\n"
        source = Source(
            "week1",
            "more",
            f"{text}def f(x): return double(x)",
            objects=("f",),
            siblings={"toys": "1 / 0\ndef double(x):\n    return x[9]\n"},
            cells=Cells("week1.ipynb", ((1, 1), (3, 1), (3, 2)), ((1, 1),)),
            in_notebook=frozenset({"toys"}),
        )
        with Sandbox() as sandbox, sandbox.spawn(source) as child:
            child.load()
            with pytest.raises(IndexError) as caught:
                child.call("f", Arguments(([1],), {}))
        assert caught.value.__notes__ == [
            "week1/more.py:2: def f(x): return double(x)",
            "week1.ipynb, code cell 3, line 2: return x[9]",
        ]

    def test_a_file_goes_through_json(self, toys):
        put(toys, "ada", notebook(IMPORTS, "1 / 0", DOUBLE))
        toys.hand_in("bob", REFERENCE)
        for learner in ("ada", "bob"):
            file = read(toys, learner).files["toys"]
            assert File.from_data(json.loads(json.dumps(file.as_data()))) == file

    def test_a_teacher_can_call_it_by_hand(self, toys):
        put(toys, "ada", notebook(IMPORTS, "1 / 0", DOUBLE, "import os; os._exit(1)"))
        (exercise,) = toys.course.catalogue.exercises_named("double")
        with single_learner(toys.course, str(toys.submitted / "ada")) as serve:
            assert serve(exercise).double(2) == 4

    def test_modules_of_a_notebook_find_each_other(self, toys):
        cells = [IMPORTS, DOUBLE, "import week1.toys as t\nfrom . import toys", PRODUCT]
        cells += [f"{TOTAL} * (t.double is double) * (toys is t)"]
        put(toys, "ada", notebook(*cells))
        toys.judge()
        assert toys.verdicts("ada") == ALL_RIGHT

    def test_a_function_in_a_cell_that_is_not_python(self, toys):
        put(toys, "ada", notebook(IMPORTS, DOUBLE, "def product(a, b):\n    return (a\n", TOTAL))
        others = ["from .toys import double", "def demo():\n    total = product = 3"]
        put(toys, "bob", notebook("\n\n".join([DOUBLE, PRODUCT, "(", TOTAL]), *others))
        toys.judge()
        assert toys.verdicts("ada") == ALL_RIGHT | {"product": "failed"}
        why = toys.result("ada")["exercises"][1]["why"]
        assert "code cell 3, line 2 is not Python: '(' was never closed" in why
        assert set(toys.verdicts("bob").values()) == {"unreadable"}
        assert "week1.ipynb: code cell 1, line" in toys.result("bob")["exercises"][0]["why"]

    def test_what_is_left_out_is_noted(self, toys):
        put(toys, "ada", notebook("x = 1\n%matplotlib inline", "%%bash\nls", "double?", DOUBLE))
        assert read(toys).notes == (
            "code cell 1, line 2 left out: %matplotlib inline",
            "code cell 2 left out: %%bash",
            "code cell 3, line 1 left out: double?",
        )


class TestFiles:
    @pytest.mark.parametrize("minor", range(6))
    def test_formats_4_0_to_4_5(self, toys, minor):
        put(toys, "ada", notebook(DOUBLE, nbformat_minor=minor))
        assert DOUBLE.splitlines()[0] in (read(toys).files["toys"].text or "")

    def test_files_that_are_no_notebooks(self, toys):
        whole = notebook(DOUBLE)
        for text, why in {
            "": "ends in the middle",
            "[]": "is not JSON, as notebooks are",
            "double(1)": "is not JSON",
            b"\x80\x81": "is not JSON",
            whole[:-40]: "ends in the middle",
            whole.replace('"cells"', "cells"): "is not JSON",
            whole.replace('"code"', '"co\\de"'): "is not JSON",
            "{}": "is JSON, but no notebook",
            notebook(DOUBLE, nbformat=3): "is in the old notebook format 3",
            notebook(DOUBLE, nbformat=5): "is in the new notebook format 5",
            notebook(DOUBLE, nbformat="4"): "is JSON, but no notebook",
            notebook(cells={}): "is a notebook without cells",
            '{"a": ' * 100_000: "ends in the middle",
            notebook("#" * MAX_MODULE_BYTES, "x"): "holds more than 256 KiB of code",
            notebook(*[""] * 20_001): "has more than 20000 cells",
        }.items():
            assert problem(toys, text).startswith(f"week1.ipynb {why}"), text[:50]

    def test_cells_of_odd_forms_are_passed_over(self, toys):
        odd = [{"cell_type": "code"}, {"cell_type": "markdown", "source": "def double("}]
        odd += [{"cell_type": "code", "source": 3}, code([1, DOUBLE, None])]  # type: ignore[list-item]
        cells = json.loads(notebook(*odd))["cells"]
        put(toys, "ada", notebook(cells=[1, None, [], "cell", *cells]))
        assert DOUBLE.splitlines()[0] in (read(toys).files["toys"].text or "")

    def test_outputs_are_passed_by(self, toys, monkeypatch):
        picture = {"image/png": "A" * 3_000_000, 'odd"\\': ["]}", {"x": [1.5e3, None]}]}
        cell = code(DOUBLE, outputs=[{"data": picture}], attachments={"source": "x"})
        monkeypatch.setattr(notebooks, "CHUNK_BYTES", 1000)
        put(toys, "ada", notebook(cell, metadata={"source": "x = 3"}))
        put(toys, "bob", notebook(DOUBLE))
        assert read(toys, "ada").files == read(toys, "bob").files

    def test_outputs_of_100_mb(self, toys):
        whole = notebook(code(DOUBLE, outputs=[{"text": "OUTPUT"}]))
        put(toys, "ada", whole.replace("OUTPUT", "x" * 100_000_000))
        assert "def double" in (read(toys).files["toys"].text or "")

    def test_a_file_that_is_too_large(self, toys, monkeypatch):
        monkeypatch.setattr(notebooks, "MAX_NOTEBOOK_BYTES", 1 << 20)
        text = notebook(code(DOUBLE, outputs=["x" * (3 << 20)]))
        assert problem(toys, text).startswith("week1.ipynb is larger than 1 MiB; clear the outputs")

    def test_a_link_is_not_followed(self, toys, tmp_path):
        (tmp_path / "secret.ipynb").write_text(notebook(DOUBLE))
        path = put(toys, "ada", "")
        path.unlink()
        path.symlink_to(tmp_path / "secret.ipynb")
        assert "is a symbolic link" in (read(toys).files["toys"].problem or "")

    def test_a_text_that_is_too_much_for_python(self, toys, monkeypatch, tmp_path):
        dies = tmp_path / "dies.py"
        dies.write_text("import os; os.abort()")
        monkeypatch.setattr(notebooks, "READER", dies)
        assert "cannot parse in reasonable time and memory" in problem(toys, notebook(DOUBLE))

    def test_a_reader_that_fails_is_ours_to_mend(self, toys, monkeypatch, tmp_path):
        fails = tmp_path / "fails.py"
        fails.write_text("raise SystemExit(1)")
        monkeypatch.setattr(notebooks, "READER", fails)
        put(toys, "ada", notebook(DOUBLE))
        summary = toys.grade()
        assert "the reader of notebooks ended with status 1" in summary.failed[0]


class TestBesideModules:
    def test_a_module_that_is_more_than_its_stub_wins(self, toys):
        stub = toys.course.layout.learners_file(toys.course.module("week1", "toys")).read_text()
        for learner, module in {"ada": REFERENCE, "bob": stub}.items():
            toys.hand_in(learner, module)
            put(toys, learner, notebook("def double(x): return 5"))
        notes = toys.grade().notes
        assert toys.verdicts("ada") == ALL_RIGHT
        assert toys.verdicts("bob")["double"] == "failed"
        assert [note.partition(":")[0] for note in notes] == ["ada week1", "bob week1"]
        assert "modules and a notebook were handed in" in notes[0]

    def test_archives_hold_notebooks_too(self, toys):
        for learner, data in {
            "ada": notebook(IMPORTS, DOUBLE, PRODUCT, TOTAL),
            "bob": "[]",
        }.items():
            with zipfile.ZipFile(toys.submitted / f"{learner}.zip", "w") as archive:
                archive.writestr("week1/week1.ipynb", data, zipfile.ZIP_DEFLATED)
        toys.grade()
        assert toys.verdicts("ada") == ALL_RIGHT
        assert "week1.ipynb is not JSON" in toys.result("bob")["exercises"][0]["why"]

    def test_entries_that_cannot_be_read(self, toys):
        path = toys.submitted / "ada.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("week1/week1.ipynb", notebook(DOUBLE), zipfile.ZIP_LZMA)
            archive.writestr("week1/toys.py", REFERENCE.replace("2 * x", "3 * x"))
        with zipfile.ZipFile(toys.submitted / "bob.zip", "w") as archive:
            archive.writestr("week1/week1.ipynb", notebook(DOUBLE), zipfile.ZIP_LZMA)
        assert "3 * x" in (read(toys, "ada").files["toys"].text or "")
        assert "compressed with LZMA" in (read(toys, "bob").files["toys"].problem or "")
        assert [n for n in collect(toys.submitted, toys.course.catalogue).notes if "ada" in n]
