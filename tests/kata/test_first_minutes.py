"""What the README shows of a learner's first minutes is what a learner sees."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from grader.authoring.stubs import stub_texts
from grader.course import ROOT, Course

BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def shown():
    """Return the blocks of the README from the first command to the first exercise that is done."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start, end = readme.index("## Start learning"), readme.index("Or leave `kata watch`")
    blocks = BLOCK.findall(readme[start:end])
    return dict(zip(("install", "to do", "wrong", "code", "done"), blocks, strict=True))


@pytest.fixture
def copy(tmp_path):
    """Return a file of a week as it is handed out, and a function that runs pytest there."""
    for name in ("exercises", "week1"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for name, text in stub_texts(Course()).items():
        if name.startswith("week1/"):
            (tmp_path / name).write_text(text, encoding="utf-8")

    def run(*args):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "80"}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *args],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        return done.stdout

    return tmp_path / "week1" / "arrays.py", run


def test_the_readme_shows_what_a_learner_sees(shown, copy):
    """From nothing done by way of a mistake to the first exercise that is done."""
    file, run = copy
    stub = file.read_text(encoding="utf-8")
    last = '    raise NotImplementedError("column_means is yours to write")\n'
    assert stub.count(last) == 1

    first, _, rest = shown["to do"].partition(" …\n")
    printed = run("week1")
    assert first in printed
    assert rest in printed

    file.write_text(stub.replace(last, "    return X.mean(axis=1)\n"), encoding="utf-8")
    assert shown["wrong"] in run("week1", "-k", "column_means")

    file.write_text(stub.replace(last, shown["code"]), encoding="utf-8")
    assert shown["done"] in run("week1", "-k", "column_means")
