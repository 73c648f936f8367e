"""What a regrade changes, before anything is published."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli import main
from grader.reports.diff import compare
from grader.results import result_path, write_result
from tests.grader.reports.made import result, todo, verdict

HOSTILE = "=<script>alert(1)</script>"


@pytest.fixture
def both(tmp_path) -> tuple[Path, Path]:
    """Make two folders: one grade goes up, one down, one stays, one learner is only in each."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        write_result(folder, result("same", {}))
    write_result(old, result("ada", {"a": verdict("a", "0011"), "b": todo("b")}))
    write_result(new, result("ada", {"a": verdict("a", "1011"), "b": verdict("b", "1111")}))
    write_result(old, result(HOSTILE.replace("/", "|"), {}))
    write_result(new, result(HOSTILE.replace("/", "|"), {"c": verdict("c", "0111")}))
    write_result(old, result("gone", {}))
    write_result(new, result("late", {"a": todo("a")}))
    swapped = {"a": verdict("a", "1110")}
    write_result(old, result("swap", {"a": verdict("a", "0111")}))
    write_result(new, result("swap", swapped))
    return old, new


class TestCompare:
    def test_the_largest_change_comes_first(self, both):
        changes = compare(*both).changes
        assert [(each.learner[:4], each.size) for each in changes] == [
            *(("gone", -16.0), ("late", 14.0), ("ada", 2.5), ("=<sc", -0.5), ("swap", 0.0))
        ]

    def test_by_which_exercise_and_tests(self, both):
        changes = {each.learner: each for each in compare(*both).changes}
        assert changes["ada"].whys == (
            "a +0.5 (partly right → partly right): now pass test_first",
            "b +2 (to do → done): now pass test_first, test_second, test_third, test_third[2]",
        )
        assert changes["swap"].whys == (
            "a ±0 (partly right → partly right): now pass test_first; now fail test_third[2]",
        )
        assert changes["gone"].whys == ("only in the old folder",)
        assert changes["late"].whys == ("only in the new folder",)

    def test_a_decision_is_told(self, both):
        old, new = both
        names = [str(new), "same", "week1", "a"]
        assert main(["override", "--points", "0", "--why", "copied", *names]) == 0
        (change,) = (each for each in compare(old, new).changes if each.learner == "same")
        assert change.whys == ("a -2 (done → done): by hand",)

    def test_an_exercise_that_is_new(self, both, tmp_path):
        old, new = both
        more = result("same", {})
        extra = replace(more.exercises[0], exercise="new")
        write_result(new, replace(more, exercises=(*more.exercises, extra), score=18.0))
        (change,) = (each for each in compare(old, new).changes if each.learner == "same")
        assert change.whys == ("new +2 (none → done)",)


class TestCommand:
    def test_a_table_for_people(self, both, capsys):
        assert main(["diff", *map(str, both)]) == 1
        printed = capsys.readouterr().out
        assert max(map(len, printed.splitlines())) <= 80
        assert re.search(r"^ada +week1 +13 +15.5 +\+2.5 +a \+0.5", printed, re.M)
        assert printed.endswith(
            "Of 6 results 2 go up, 2 go down, 1 have other verdicts and the same points, 1 \n"
            "are the same.\n"
        )

    def test_nothing_differs(self, both, capsys):
        assert main(["diff", str(both[0]), str(both[0])]) == 0
        assert "Of 5 results 0 go up, 0 go down" in capsys.readouterr().out

    def test_a_table_and_a_page(self, both, tmp_path, capsys):
        table, page = tmp_path / "diff.csv", tmp_path / "diff.html"
        assert main(["diff", *map(str, both), "--csv", str(table), "--html", str(page)]) == 1
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        assert rows[0][:6] == ["learner", "week", "exercise", "before", "after", "change"]
        ada = [row for row in rows if row[0] == "ada"]
        assert ada[0] == ["ada", "week1", "", "13.0", "15.5", "2.5", "", "", "", "", ""]
        assert ada[1][2:8] == ["a", "1.0", "1.5", "0.5", "partial", "partial"]
        assert ada[1][8:] == ["test_first", "", ""]
        assert any(row[0] == "'" + HOSTILE.replace("/", "|") for row in rows)
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert "default-src &#39;none&#39;" in text

    def test_what_cannot_be_read(self, both, tmp_path, capsys):
        result_path(both[1], "ada", "week1").write_text("{}")
        assert main(["diff", *map(str, both)]) == 2
        assert "grader: not compared:" in capsys.readouterr().err
        assert main(["diff", str(both[0]), str(tmp_path / "none")]) == 2
        assert "holds no results" in capsys.readouterr().err
        assert main(["diff", *map(str, both), "--csv", str(both[0])]) == 2
        assert "cannot be written" in capsys.readouterr().err
