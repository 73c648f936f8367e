"""A toy course for the grader's own tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.authoring.stubs import write_stubs
from grader.course import Course
from grader.intake.collect import collect
from grader.results import write_result
from grader.serving.client import Service
from tests.grader.toy import grade, hand_in, make_course

SERVICE = Service()  # one process for all toys that are judged in this one
# Where files are shared among cores, one of these started last would leave the others idle.
LONGEST = (
    "test_sample_class.py",
    "test_hostile.py",
    "test_simulate.py",
    "test_release.py",
    "test_canaries.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; the others keep their order."""
    items.sort(key=lambda item: (*LONGEST, item.path.name).index(item.path.name))


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Make the toy course, with its stubs written."""
    toy = make_course(tmp_path_factory.mktemp("course"))
    write_stubs(toy)
    return toy


class Class:
    """A class folder and its grades."""

    def __init__(self, course: Course, folder: Path) -> None:
        self.course = course
        self.submitted = folder / "submitted"
        self.grades = folder / "grades"
        self.submitted.mkdir()

    def hand_in(self, learner: str, text: str) -> Path:
        """Hand in a module of toys."""
        return hand_in(self.submitted, learner, text)

    def grade(self, **options: Any) -> Any:
        """Grade the class."""
        return grade(self.course, self.submitted, self.grades, **options)

    def judge(self) -> None:
        """Write results as a run does, by a process that is there already: that is faster."""
        for each in collect(self.submitted, self.course.catalogue).hand_ins:
            graded = SERVICE.grade(self.course, 1, each.read())
            assert graded.result is not None, graded.troubles
            write_result(self.grades, graded.result)

    def result(self, learner: str) -> dict[str, Any]:
        """Return a learner's result."""
        path = self.grades / "results" / learner / "week1.json"
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return data

    def verdicts(self, learner: str) -> dict[str, str]:
        """Return the status of each exercise."""
        return {e["exercise"]: e["status"] for e in self.result(learner)["exercises"]}


@pytest.fixture
def toys(course: Course, tmp_path: Path) -> Class:
    """Make an empty class of the toy course."""
    return Class(course, tmp_path)
