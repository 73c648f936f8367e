"""The references: their examples are true, their visible tests pass, and no file is an orphan."""

from __future__ import annotations

import doctest
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.authoring.release import release
from grader.course import Course, execute

COURSE = Course()
MODULES = [module for week in COURSE.catalogue.weeks for module in week.modules]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: f"{module.week}-{module.name}")
def test_examples_in_docstrings_are_true(module):
    path = COURSE.layout.reference(module)
    reference = execute(COURSE.read(path), str(path), module.name)
    found = 0
    finder, globs = doctest.DocTestFinder(), vars(reference)
    for case in finder.find(reference, module.name, module=False, globs=globs):
        found += len(case.examples)
        result = doctest.DocTestRunner(verbose=False).run(case)
        assert result.failed == 0, case.name
    assert found >= len({exercise.object_name for exercise in module.exercises})


def test_references_pass_the_visible_tests(tmp_path):
    """As a learner who solved everything would see it."""
    release(tmp_path / "copy")
    for module in MODULES:
        shutil.copy(COURSE.layout.reference(module), tmp_path / "copy" / module.week)
    weeks = [week.name for week in COURSE.catalogue.weeks]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *weeks],
        cwd=tmp_path / "copy",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "to do" not in done.stdout


def test_every_file_belongs_to_an_entry_of_the_catalogue():
    names = {(module.week, module.name) for module in MODULES}
    rooms = {
        "solutions/week*/*.py": "",
        "week*/test_*.py": "test_",
        "tests/week*/test_*.py": "test_",
        "tests/week*/variants_*.py": "variants_",
    }
    for pattern, prefix in rooms.items():
        found = {
            (path.parent.name, path.stem.removeprefix(prefix))
            for path in Path(COURSE.root).glob(pattern)
        }
        assert found == names, pattern


def test_points_are_what_learners_can_count_with():
    for week in COURSE.catalogue.weeks:
        assert week.max_score == round(week.max_score), week.name
