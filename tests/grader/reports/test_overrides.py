"""What an instructor decides: it counts everywhere, hides nothing, and is kept."""

from __future__ import annotations

import csv
import fcntl
import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli import main
from grader.deciding import entries
from grader.errors import InputError
from grader.overrides import OVERRIDES, read_overrides
from grader.reports.exports.gradescope import results_json
from grader.results import Result, all_results, read_result, result_path, write_result
from tests.grader.conftest import Class
from tests.grader.reports.made import result, submission, todo, verdict
from tests.grader.toy import REFERENCE

ODD_NAMES = ("-x", "a b", "'q'", '"', "=1+1", "<b>", "$(id)", "a\u202eb", "`")


class Grades:
    """A grades folder and the commands on it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.write("ada")

    def write(self, learner: str, outcomes: str = "0011", text: str = "a = 1\n") -> None:
        mine = submission(learner, text)
        wrong = {"a": verdict("a", outcomes, why="it differs"), "b": todo("b")}
        write_result(self.folder, result(learner, wrong, submission=mine))

    def run(self, command: str, *arguments: str) -> tuple[int, str, str]:
        status = main([command, *arguments])
        return (status, *self.capsys.readouterr())

    def decide(self, learner: str, exercise: str = "a", points: str = "2", why: str = "ill"):
        options = ["--points", points, f"--why={why}"]
        return self.run("override", *options, "--", str(self.folder), learner, "week1", exercise)

    def shown(self, learner: str = "ada") -> Result:
        found = [r for r in all_results(self.folder) if isinstance(r, Result)]
        return next(each for each in found if each.learner == learner)


@pytest.fixture
def grades(tmp_path, capsys) -> Grades:
    return Grades(tmp_path / "grades", capsys)


class TestDeciding:
    def test_it_counts_and_the_verdict_stays(self, grades):
        path = result_path(grades.folder, "ada", "week1")
        before = path.read_bytes()
        status, out, _ = grades.decide("ada")
        assert status == 0
        assert "ada week1 a: 2 of 2 points by decision, 1 by the grader" in out
        assert path.read_bytes() == before
        shown = grades.shown()
        assert shown.score == read_result(path).score + 1
        exercise = shown.exercises[0]
        assert (exercise.score, exercise.status) == (2.0, "partial")
        assert exercise.decision == "Decided by your instructor: 2 of 2 points. Why: ill"
        assert exercise.override.conflict == ""
        assert json.loads(shown.as_json()) == json.loads(before)  # never written into results

    def test_less_than_the_grader_gave(self, grades):
        grades.decide("ada", exercise="c", points="0.5", why="copied")
        assert grades.shown().exercises[2].score == 0.5
        assert grades.shown().score == 13 - 1.5

    def test_a_second_decision_replaces_the_first_and_remove_takes_it_back(self, grades):
        grades.decide("ada")
        grades.decide("ada", points="1.5", why="half")
        (one,) = read_overrides(grades.folder).values()
        assert (one.points, one.why, one.score, one.status) == (1.5, "half", 1.0, "partial")
        names = [str(grades.folder), "ada", "week1", "a"]
        status, out, _ = grades.run("override", *names, "--remove")
        assert (status, read_overrides(grades.folder)) == (0, {})
        assert "the grader's verdict counts again" in out
        status, _, errors = grades.run("override", *names, "--remove")
        assert status == 2
        assert "nothing was decided of ada week1 a" in errors

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_any_name_and_reason(self, grades, name):
        grades.write(name)
        assert grades.decide(name, why=f'{name} """ \\ # [[override]]\n[[override]]')[0] == 0
        grades.decide("ada")
        assert grades.shown(name).exercises[0].score == 2.0
        assert name in {each.learner for each in read_overrides(grades.folder).values()}

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (["adda", "week1", "a", "--points", "1", "--why", "x"], "did you mean ada?"),
            (["..", "week1", "a", "--points", "1", "--why", "x"], "no results of theirs"),
            (["ada", "week11", "a", "--points", "1", "--why", "x"], "did you mean week1?"),
            (["ada", "week1", "aa", "--points", "1", "--why", "x"], "did you mean a?"),
            (["ada", "week1", "a", "--points", "2.5", "--why", "x"], "a has 0 to 2 points"),
            (["ada", "week1", "a", "--points=-1", "--why", "x"], "a has 0 to 2 points"),
            (["ada", "week1", "a", "--points", "nan", "--why", "x"], "a has 0 to 2 points"),
            (["ada", "week1", "a", "--points", "1"], "--why: give a reason"),
            (["ada", "week1", "a", "--points", "1", "--why", " \n"], "--why: give a reason"),
            (["ada", "week1", "a"], "give --points and --why, or --remove"),
            (["ada", "week1", "a", "--points", "1", "--remove"], "or --remove"),
            (["ada", "week1"], "give three names"),
            (["--remove"], "say of whom and what"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_written(self, grades, arguments, why):
        status, _, errors = grades.run("override", str(grades.folder), *arguments)
        assert status == 2
        assert why in errors
        assert not (grades.folder / OVERRIDES).exists()

    def test_a_folder_without_results(self, grades, tmp_path):
        status, _, errors = grades.run(
            "override", str(tmp_path / "none"), "a", "b", "c", "--remove"
        )
        assert (status, "holds no results" in errors) == (2, True)
        assert not (tmp_path / "none").exists()

    def test_not_while_a_run_writes_there(self, grades):
        with (grades.folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            status, _, errors = grades.decide("ada")
        assert (status, "another grading run" in errors) == (2, True)

    def test_a_name_that_no_text_file_can_hold(self, grades):
        write_result(grades.folder, result("a\udce9", {"a": verdict("a", "0011")}))
        (path,) = (p for p in (grades.folder / "results").iterdir() if p.name != "ada")
        status, _, errors = grades.decide(path.name)
        assert status == 2
        assert "rename the learner's folder" in errors or "no whole result" in errors


class TestFile:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("a = \n", "line 1"),
            ("a = 1\n", "something else than tables"),
            ("override = 1\n", "something else than tables"),
            ('\n\n[[override]]\nlearner = "ada"\n', "line 3: Object missing required field"),
            (b"\xff", "utf-8"),
        ],
    )
    def test_a_broken_one_stops_everything_and_loses_nothing(self, grades, text, why):
        path = grades.folder / OVERRIDES
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        before = {p: p.read_bytes() for p in grades.folder.rglob("*") if p.is_file()}
        for command in (["override"], ["report"], ["export", "--format=csv", "--out=x"]):
            status, _, errors = grades.run(command[0], str(grades.folder), *command[1:])
            assert status == 2
            assert why in errors
            assert "all results stay as they are" in errors
        assert {p: p.read_bytes() for p in grades.folder.rglob("*") if p.is_file()} == before

    @pytest.mark.parametrize(("points", "why"), [("nan", "0 or more"), ("-1", "0 or more")])
    def test_points_that_are_none(self, grades, points, why):
        grades.decide("ada")
        path = grades.folder / OVERRIDES
        path.write_text(path.read_text().replace("points = 2.0", f"points = {points}"))
        with pytest.raises(InputError, match=rf"line 4: .*{why}"):
            read_overrides(grades.folder)

    def test_two_decisions_on_one_exercise(self, grades):
        grades.decide("ada")
        path = grades.folder / OVERRIDES
        text = path.read_text()
        path.write_text(text + text)
        with pytest.raises(InputError, match="a second decision on ada week1 a"):
            read_overrides(grades.folder)

    def test_it_says_what_it_is(self, grades):
        grades.decide("ada")
        text = (grades.folder / OVERRIDES).read_text()
        assert text.startswith("# Points that a person decided on.")
        assert 'why = "ill"' in text


class TestConflicts:
    def conflict(self, grades: Grades) -> str:
        (entry,) = entries(grades.folder)
        return entry.conflict

    def test_none_while_all_is_as_it_was(self, grades):
        grades.decide("ada")
        assert self.conflict(grades) == ""
        status, out, _ = grades.run("override", str(grades.folder))
        assert status == 0
        assert "ada week1 a: 2 points, 1 by the grader" in out

    def test_another_verdict_or_other_code_is_listed_and_the_decision_stays(self, grades):
        grades.decide("ada")
        grades.write("ada", outcomes="0111")
        assert "the grader now says partial, 1.5 points, and said" in self.conflict(grades)
        grades.write("ada", text="a = 2\n")
        assert "the code has changed since" in self.conflict(grades)
        assert grades.shown().exercises[0].score == 2.0
        status, _, errors = grades.run("override", str(grades.folder))
        assert status == 1
        assert "decided by hand, and something has changed since" in errors

    @pytest.mark.parametrize("name", ["ada", *ODD_NAMES[:-2]])
    def test_its_two_commands_end_it(self, grades, name):
        grades.write(name)
        for end in ("confirm it: ", "take it back: "):
            grades.decide(name, why="it's -- so")
            grades.write(name, text="a = 2\n")
            (conflict,) = (e.conflict for e in entries(grades.folder) if e.override.learner == name)
            command = conflict.split(end)[1].partition(" To take it back")[0]
            assert shlex.split(command)[:3] == ["python", "-m", "grader"]
            assert main(shlex.split(command)[3:]) == 0
            assert not any(entry.conflict for entry in entries(grades.folder))
            grades.write(name)
        assert read_overrides(grades.folder) == {}

    def test_an_exercise_that_is_worth_less_now(self, grades):
        grades.decide("ada")
        path = result_path(grades.folder, "ada", "week1")
        now = read_result(path)
        cheaper = (replace(now.exercises[0], points=1.0, score=0.5), *now.exercises[1:])
        write_result(grades.folder, replace(now, exercises=cheaper, score=now.score - 0.5))
        assert grades.shown().exercises[0].score == 1.0
        assert "the exercise has only 1 points, which count" in self.conflict(grades)
        assert "--points 1 " in self.conflict(grades)

    def test_a_result_that_is_gone(self, grades):
        grades.decide("ada")
        grades.write("bob")
        result_path(grades.folder, "ada", "week1").unlink()
        assert "there is no result for it any longer" in self.conflict(grades)


class TestShown:
    @pytest.fixture
    def toys(self, course, tmp_path) -> Class:
        toys = Class(course, tmp_path)
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "return x * x"))
        toys.grade()
        assert main(self.command(toys, "--points", "3", "--why", "<b>ill</b>")) == 0
        return toys

    def command(self, toys: Class, *options: str) -> list[str]:
        return ["override", *options, str(toys.grades), "ada", "week1", "double"]

    def test_in_grades_report_feedback_and_exports(self, toys, capsys):
        summary = toys.grade()
        assert summary.conflicts == ()
        with (toys.grades / "grades.csv").open(newline="") as file:
            rows = list(csv.reader(file))
        assert rows[1][:2] == ["ada", "6.5"]
        assert toys.result("ada")["exercises"][0]["score"] < 3
        feedback = (toys.grades / "feedback/ada/week1.html").read_text()
        decided = "Decided by your instructor: 3 of 4 points. Why: "
        assert decided + "&lt;b&gt;ill&lt;/b&gt;" in feedback
        assert "You squared" in feedback  # the verdict is not hidden
        (shown,) = all_results(toys.grades)
        (double, *_) = results_json(shown)["tests"]
        assert double["score"] == 3
        assert double["output"].startswith(decided)

    def test_report_writes_grades_again(self, toys):
        assert main(["report", str(toys.grades)]) == 0
        assert ",6.5\n" in (toys.grades / "grades.csv").read_text()

    def test_a_run_lists_conflicts_and_the_report_does(self, toys, capsys):
        toys.hand_in("ada", REFERENCE)
        summary = toys.grade()
        (conflict,) = summary.conflicts
        assert "the code has changed since; the grader now says passed, 4 points" in conflict
        assert summary.is_whole
        assert "the code has changed since" in summary.report.read_text(encoding="utf-8")

    def test_a_broken_file_stops_a_run_before_it_grades(self, toys):
        (toys.grades / OVERRIDES).write_text("[[override]\n")
        toys.hand_in("bob", REFERENCE)
        with pytest.raises(InputError, match="line 1"):
            toys.grade()
        assert not (toys.grades / "results" / "bob").exists()
