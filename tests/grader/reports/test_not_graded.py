"""What a run could not grade is told until it has a grade."""

from __future__ import annotations

from pathlib import Path

import pytest

import grader.run
from grader.reports.class_pages import rewrite_pages
from grader.reports.not_graded import NotGraded, read_not_graded, write_not_graded
from grader.results import Result, write_result
from tests.grader.conftest import Class
from tests.grader.reports.made import NAMES, result, todo
from tests.grader.reports.test_page import data_of
from tests.grader.toy import REFERENCE

BOB = NotGraded("bob", "week1", "the disk is full")
HOSTILE = NotGraded('=a,"\n', "week2", "+because")


class TestList:
    def test_is_read_as_it_was_written(self, tmp_path):
        write_not_graded(tmp_path, [BOB, HOSTILE, BOB])
        assert read_not_graded(tmp_path) == [BOB, HOSTILE, BOB]
        assert "\n=" not in (tmp_path / "not_graded.csv").read_text(encoding="utf-8")

    def test_is_no_file_when_it_is_empty(self, tmp_path):
        write_not_graded(tmp_path, [BOB])
        write_not_graded(tmp_path, [])
        assert list(tmp_path.iterdir()) == []
        assert read_not_graded(tmp_path) == []

    def test_what_has_got_a_result_since_is_no_part_of_it(self, tmp_path):
        nothing = [todo(name) for name in NAMES]
        write_result(tmp_path, result("ada", nothing))
        ada = NotGraded("ada", "week1", "the worker died")
        write_not_graded(tmp_path, [ada, BOB])
        assert read_not_graded(tmp_path) == [ada, BOB]  # an older result is none of this
        write_result(tmp_path, result("bob", nothing))
        assert read_not_graded(tmp_path) == [ada]
        write_result(tmp_path, result("ada", {}))
        assert read_not_graded(tmp_path) == []


class TestRun:
    @pytest.fixture
    def failing(self, toys: Class, monkeypatch: pytest.MonkeyPatch) -> set[str]:
        """Return learners whose results can't be written."""
        names = {"bob"}

        def write(grades: Path, result: Result) -> None:
            if result.learner in names:
                raise OSError(28, "No space left on device")
            write_result(grades, result)

        monkeypatch.setattr(grader.run, "write_result", write)
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("bob", REFERENCE)
        return names

    def told(self, toys: Class) -> list[str]:
        """Return what the report says when it is written again."""
        page, _ = rewrite_pages(toys.grades, None, toys.course)
        found = data_of(page.read_text(encoding="utf-8"))["not_graded"]
        assert isinstance(found, list)
        return found

    def test_tells_it_until_it_is_graded(self, toys, failing):
        says = "bob week1: the result cannot be written: [Errno 28] No space left on device"
        first = toys.grade()
        assert first.failed == (says,)
        assert data_of(first.report.read_text(encoding="utf-8"))["not_graded"] == [says]
        assert self.told(toys) == [says]
        # A run that is of others finds nothing wrong, and its report still tells of this one.
        other = toys.grade(learners=("ada",))
        assert other.is_whole
        assert data_of(other.report.read_text(encoding="utf-8"))["not_graded"] == [says]
        assert self.told(toys) == [says]
        failing.clear()
        assert toys.grade().is_whole
        assert self.told(toys) == []
        assert not (toys.grades / "not_graded.csv").exists()

    def test_a_report_of_nothing_else_can_be_written(self, toys, failing):
        failing.add("ada")
        toys.grade()
        assert [each.split(":")[0] for each in self.told(toys)] == ["ada week1", "bob week1"]
