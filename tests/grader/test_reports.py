"""What is made of results: the table, the progress of a run, spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from exercises import Catalogue
from grader.cli import main
from grader.printing import printable
from grader.progress import Progress
from grader.reports.spreadsheet import as_csv, as_text
from grader.reports.standing import Standing
from grader.reports.table import SHOWN_RESULTS, print_class, print_link
from grader.results import GRADED, ExerciseResult, Misconception, Result
from tests.grader.toy import REFERENCE

WRONG_DOUBLE = REFERENCE.replace("return 2 * x", "return x * x")
# Markup, an emoji code, a terminal's escape and a change of the writing direction.
HOSTILE = ("[red]x", "[link=x]y", ":smile:", "\x1b[31mx", "a\u202eb", "c\\", "[/]")


def shown(name: str) -> str:
    """Return how a hostile name is shown: as it is, but for what a terminal would obey."""
    return name.replace("\x1b", "?").replace("\u202e", "?")


def result(name: str) -> Result:
    """Return a result in which all that a learner chooses, and more, is one name."""
    exercise = ExerciseResult(
        exercise=name,
        module="toys",
        points=2,
        score=1,
        status="failed",
        why=name,
        misconception=Misconception(name, name),
        seconds=0,
        tests=(),
    )
    return Result(
        learner=name,
        week=name,
        submitted_at=None,
        digest="",
        suite="",
        texts={},
        suites={},
        seed=0,
        status=GRADED,
        score=1,
        max_score=2,
        exercises=(exercise,),
        sandbox="",
        is_confined=True,
    )


def standing(*results: Result) -> Standing:
    """Return the class of some results."""
    found = Standing(Catalogue(()))
    for each in results:
        found.add(each)
    return found


class TestShownAndNotObeyed:
    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_the_table(self, is_terminal, monkeypatch):
        for what in ("SHOWN_FINDINGS", "SHOWN_NEEDS"):
            monkeypatch.setattr(f"grader.reports.table.{what}", len(HOSTILE))
        out = io.StringIO()
        console = Console(file=out, force_terminal=is_terminal, color_system=None, width=150)
        print_class(console, standing(*map(result, HOSTILE)))
        rows, misconceptions = out.getvalue().split("Misconceptions found")
        for name in map(shown, HOSTILE):
            assert sum(line.split()[:2] == [name, name] for line in rows.splitlines()) == 1
            assert f"1 × {name}: {name} ({name})\n" in misconceptions
            assert f"  {name}: one misconception, and nothing else, in {name}: " in misconceptions
        assert "\x1b" not in out.getvalue()

    def test_a_large_class_is_cut(self):
        out = io.StringIO()
        several = [replace(result("ada"), learner=f"ada{i}") for i in range(SHOWN_RESULTS + 5)]
        print_class(Console(file=out, width=150), standing(*several))
        rows, misconceptions = out.getvalue().split("Misconceptions found")
        assert sum(line.startswith("ada") for line in rows.splitlines()) == SHOWN_RESULTS
        assert "… and 5 more" in rows
        assert f"{SHOWN_RESULTS + 5} × ada: ada (ada0, ada1, ada2 …)" in misconceptions

    def test_the_table_says_what_it_counts(self):
        out = io.StringIO()
        statuses = ("passed", "partial", "failed", "timeout", "unreadable", "todo")
        exercises = tuple(replace(result("x").exercises[0], exercise=s, status=s) for s in statuses)
        mixed = replace(result("ada"), exercises=exercises, score=6.0, max_score=12.0)
        print_class(Console(file=out, width=80), standing(mixed))
        head, row, *_ = out.getvalue().splitlines()
        assert head.split() == ["learner", "week", "points", "done", "partly", "wrong", "to", "do"]
        assert row.split() == ["ada", "ada", "6/12", "██████░░░░░░", "1", "1", "3", "1"]

    def test_who_needs_help_is_named_with_the_reason(self):
        out = io.StringIO()
        todo = replace(result("x").exercises[0], status="todo", misconception=None)
        idle = [replace(result(f"a{i}"), week="week1", exercises=(todo,)) for i in range(7)]
        print_class(Console(file=out, width=80), standing(*idle))
        _, needs = out.getvalue().split("Who needs help first\n")
        first, *others, more = needs.splitlines()
        assert first == "  a0: never started: nothing is written in week1"
        assert (len(others), more) == (4, "  … and 2 more, in the report")

    def test_the_report_is_a_link_in_a_terminal(self, tmp_path):
        for is_terminal in (True, False):
            out = io.StringIO()
            console = Console(file=out, force_terminal=is_terminal, width=20)
            print_link(console, "Report:", tmp_path / "report.html")
            text = out.getvalue()
            assert ((tmp_path / "report.html").as_uri() in text) is is_terminal
            if not is_terminal:
                assert text == f"Report: {tmp_path / 'report.html'}\n"

    def test_as_json(self, toys, capsys, monkeypatch):
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("\x1b[31mx", WRONG_DOUBLE)
        monkeypatch.setattr("grader.run.Course", lambda: toys.course)
        command = ["run", str(toys.submitted), "--out", str(toys.grades), "--format", "json"]
        assert main(command) == 0
        out, _ = capsys.readouterr()
        assert "\x1b" not in out
        found = json.loads(out)
        assert (found["graded"], found["unchanged"], found["learners"]) == (2, 0, 2)
        assert found["report"] == str(toys.grades / "report.html")
        hostile, ada = found["results"]
        assert ada["statuses"] == dict.fromkeys(("double", "product", "total"), "passed")
        assert (ada["score"], hostile["learner"]) == (7.5, "\x1b[31mx")
        (misconception,) = found["misconceptions"]
        assert (misconception["exercise"], misconception["count"]) == ("double", 1)
        assert main([*command, "--explain"]) == 2
        assert "leave one of the two out" in capsys.readouterr().err

    def test_the_lines_of_a_run(self):
        out = io.StringIO()
        progress = Progress(Console(file=out, width=150))
        assert list(progress.over(HOSTILE, len(HOSTILE), str)) == list(HOSTILE)
        lines = out.getvalue().splitlines()
        assert [line.split(": ", 1)[1] for line in lines] == list(map(shown, HOSTILE))

    def test_the_bar_of_a_run(self):
        for name in HOSTILE:
            out = io.StringIO()
            console = Console(file=out, force_terminal=True, color_system=None, width=150)
            for _ in Progress(console).over([name], 1, str):
                pass
            assert shown(name) in out.getvalue()
            assert "\x1b[31mx" not in out.getvalue()
            assert "\u202e" not in out.getvalue()

    def test_the_command(self, toys, capsys, monkeypatch):
        for name in HOSTILE[:-1]:
            toys.hand_in(name, REFERENCE)
            (toys.submitted / f"{name}.txt").write_text("")
        (toys.submitted / "\x1b]0;title\x07").symlink_to("/")
        monkeypatch.setattr("grader.run.Course", lambda: toys.course)
        monkeypatch.setattr(
            "grader.run.write_result", lambda grades, result: (_ for _ in ()).throw(OSError("\x1b"))
        )
        assert main(["run", str(toys.submitted), "--out", str(toys.grades)]) == 3
        out, err = capsys.readouterr()
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
        for name in map(shown, HOSTILE[:-1]):
            assert f"  {name} week1: the result cannot be written: ?" in err
            assert f"{name}.txt: a file where" in err

    def test_what_no_terminal_can_write(self):
        assert printable("a\udce9\u2066b\nc\x9b") == "a??b?c?"
        assert printable("Zoë 李 \U0001f600") == "Zoë 李 \U0001f600"
        assert printable("abcdef", 4) == "abc…"


class TestSpreadsheet:
    @pytest.mark.parametrize(
        "name",
        [
            '=HYPERLINK("http://example.org")',
            *("+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "'", "''"),
        ],
    )
    def test_what_a_spreadsheet_would_run_is_text(self, name):
        cell = as_text(name)
        assert cell == "'" + name
        assert cell.removeprefix("'") == name

    @pytest.mark.parametrize("name", ["ada", "O'Neill", "a=b", "3", "", " =1"])
    def test_other_names_stay(self, name):
        assert as_text(name) == name
        assert as_text(name).removeprefix("'") == name

    @pytest.mark.parametrize("name", ["a\r=1", "a\n=1", "a,b", 'a"b', "a;=1", "a\t=1"])
    def test_no_name_makes_a_cell_or_a_row(self, name):
        text = as_csv([["learner", "total"], [name, 1.5]]).decode()
        assert list(csv.reader(io.StringIO(text, newline=""))) == [
            ["learner", "total"],
            [name, "1.5"],
        ]
        assert text.endswith(f'"{name.replace(chr(34), chr(34) * 2)}",1.5\n')

    def test_numbers_stay_numbers(self):
        assert as_csv([["-1", -1.0, 2]]) == b"'-1,-1.0,2\n"


class TestGradesCsv:
    def test_one_row_a_learner(self, toys):
        toys.hand_in("ada, the first", REFERENCE)
        toys.hand_in("bob", WRONG_DOUBLE)
        toys.hand_in("=1+1", "")
        toys.grade()
        with (toys.grades / "grades.csv").open() as file:
            rows = list(csv.reader(file))
        assert rows == [
            ["learner", "week1", "total"],
            ["'=1+1", "0.0", "0.0"],
            ["ada, the first", "7.5", "7.5"],
            ["bob", "3.5", "3.5"],
        ]
