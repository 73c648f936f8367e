"""What is made of results: the table, the progress of a run, spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from rich.console import Console

from grader.cli import main
from grader.printing import printable
from grader.progress import Progress
from grader.reports.spreadsheet import as_csv, as_text
from grader.reports.table import SHOWN_RESULTS, print_class
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


class TestShownAndNotObeyed:
    @pytest.mark.parametrize("is_terminal", [True, False])
    def test_the_table(self, is_terminal):
        out = io.StringIO()
        console = Console(file=out, force_terminal=is_terminal, color_system=None, width=150)
        print_class(console, [result(name) for name in HOSTILE])
        rows, misconceptions = out.getvalue().split("Misconceptions found")
        for name in map(shown, HOSTILE):
            assert sum(line.split()[:2] == [name, name] for line in rows.splitlines()) == 1
            assert f"1 × {name}: {name} ({name})\n" in misconceptions
        assert "\x1b" not in out.getvalue()

    def test_a_large_class_is_cut(self):
        out = io.StringIO()
        print_class(Console(file=out, width=150), (result("ada") for _ in range(SHOWN_RESULTS + 5)))
        rows, misconceptions = out.getvalue().split("Misconceptions found")
        assert sum(line.startswith("ada ") for line in rows.splitlines()) == SHOWN_RESULTS
        assert "… and 5 more" in rows
        assert f"{SHOWN_RESULTS + 5} × ada: ada (ada, ada, ada …)" in misconceptions

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
