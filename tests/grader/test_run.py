"""The grading run: verdicts, resume, bad input, and nothing lost."""

from __future__ import annotations

import fcntl
import io
import json
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import kills
from grader.cli import main
from grader.errors import InputError
from grader.progress import Progress
from grader.run import Request, grade_class
from tests.grader.toy import REFERENCE

ROOT = Path(__file__).resolve().parents[2]
WRONG_DOUBLE = REFERENCE.replace("return 2 * x", "return x * x")


class TestVerdicts:
    def test_right_wrong_and_untouched(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("bob", WRONG_DOUBLE)
        toys.hand_in("eve", (toys.course.root / "week1/toys.py").read_text())
        toys.grade()
        assert toys.verdicts("ada") == dict.fromkeys(("double", "product", "total"), "passed")
        assert toys.verdicts("bob")["double"] == "failed"
        assert toys.verdicts("eve") == dict.fromkeys(("double", "product", "total"), "todo")
        ada = toys.result("ada")
        assert (ada["score"], ada["max_score"]) == (7.5, 6)  # a stretch exercise is a bonus
        assert toys.result("eve")["score"] == 0

    def test_weights_share_the_points(self, toys):
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "return abs(2 * x)"))
        toys.grade()
        double = toys.result("ada")["exercises"][0]
        passed = {test["name"] for test in double["tests"] if test["status"] == "passed"}
        assert passed == {"test_refuses_tables[1]", "test_refuses_tables[2]"}
        assert double["status"] == "partial"
        assert double["score"] == pytest.approx(4 * 2 / 5)
        assert double["misconception"]["name"] == "magnitudes"
        assert double["why"] == "You doubled the magnitude only."

    def test_results_have_the_fixed_fields(self, toys):
        path = toys.hand_in("ada", WRONG_DOUBLE)
        (path.parent / "timestamp.txt").write_text("2026-03-02 21:14:05 UTC\n")
        toys.grade()
        result = toys.result("ada")
        assert set(result) == {
            *("learner", "week", "submitted_at", "digest", "suite", "texts", "suites", "seed"),
            *("status", "score", "max_score", "exercises", "sandbox", "is_confined"),
        }
        assert result["submitted_at"] == "2026-03-02 21:14:05 UTC"
        assert set(result["exercises"][0]) == {
            *("exercise", "module", "points", "score", "status", "why", "misconception"),
            *("seconds", "tests"),
        }
        assert set(result["exercises"][0]["tests"][0]) == {"name", "says", "status", "why"}

    @pytest.mark.parametrize(
        ("text", "status", "why"),
        [
            ("def double(x)\n    return 2\n", "unreadable", "week1/toys.py:1 is not Python"),
            ("import nothing_of_that_name\n", "unreadable", "ModuleNotFoundError"),
            ("(" * 5000, "unreadable", "is not Python"),
            ("x = " + "-" * 200_000 + "1", "unreadable", "Python"),
            ("import os\nos._exit(0)\n", "crashed", "ended the whole program"),
            ("raise SystemExit\n", "unreadable", "SystemExit"),
            ("", "failed", "has no double"),
            ("def dubble(x): return 2 * x", "failed", "is it the one called dubble?"),
        ],
    )
    def test_modules_that_cannot_be_called(self, toys, text, status, why):
        toys.hand_in("ada", text)
        toys.hand_in("zoe", REFERENCE)
        toys.grade()
        first = toys.result("ada")["exercises"][0]
        assert first["status"] == status
        assert why in first["why"]
        assert toys.result("ada")["score"] == 0
        assert toys.result("zoe")["score"] == 7.5

    def test_a_crash_costs_one_exercise(self, toys):
        text = REFERENCE.replace("return 2 * x", "import ctypes; ctypes.string_at(0)")
        toys.hand_in("ada", text)
        toys.grade()
        assert toys.verdicts("ada") == {"double": "crashed", "product": "passed", "total": "passed"}

    def test_forbidden_calls(self, toys):
        toys.hand_in("ada", REFERENCE.replace("float(np.sum(a * b))", "a @ b"))
        toys.hand_in("bob", REFERENCE.replace("float(np.sum(a * b))", "a.dot(b)"))
        toys.grade()
        for learner in ("ada", "bob"):
            product = toys.result(learner)["exercises"][1]
            assert (product["status"], product["score"]) == ("forbidden", 0)
            assert "line 18" in product["why"]

    def test_inputs_changed_in_place_are_seen(self, toys):
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "x *= 2\n    return x"))
        toys.grade()
        tests = toys.result("ada")["exercises"][0]["tests"]
        assert tests[0]["status"] == "failed"
        assert "changed in place" in tests[0]["why"]

    def test_failures_give_no_hidden_input_away(self, toys):
        leak = "raise TypeError(f'{x!r} {x}')"
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", leak))
        toys.hand_in("bob", REFERENCE.replace("return 2 * x", "return int(repr(x))"))
        toys.hand_in("eve", REFERENCE.replace("return 2 * x", "print(x)\n    return x + 1"))
        toys.grade()
        for learner in ("ada", "bob", "eve"):
            for test in toys.result(learner)["exercises"][0]["tests"]:
                assert not any(text in test["why"] for text in ("-3.0", "6.0", "0.", "1."))

    def test_a_function_argument_is_called_back(self, toys):
        text = REFERENCE.replace("sum(f(i) for i in range(n))", "f(0) * n")
        toys.hand_in("ada", text)
        toys.grade()
        assert toys.verdicts("ada")["total"] == "failed"

    def test_an_exception_that_is_returned(self, toys):
        toys.hand_in("ada", REFERENCE.replace("raise ValueError", "return ValueError"))
        toys.grade()
        tests = toys.result("ada")["exercises"][0]["tests"]
        assert "returned a ValueError instead of raising it" in tests[-1]["why"]

    def test_an_exit_is_called_an_exit(self, toys):
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "raise SystemExit(0)"))
        toys.grade()
        why = toys.result("ada")["exercises"][0]["tests"][0]["why"]
        assert why.startswith("raised SystemExit at week1/toys.py")

    def test_booleans_in_place_of_numbers(self, toys):
        code = "return np.eye(np.size(x), dtype=bool)[0]"  # a unit vector without a sign
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", code))
        toys.grade()
        assert toys.verdicts("ada")["double"] in ("failed", "partial")

    def test_a_right_answer_of_another_form(self, toys):
        for name, code in {
            "ada": "return [2 * value for value in x] if np.ndim(x) else 2 * x",
            "bob": "return np.float64(2) * np.asarray(x)",
            "eve": "return tuple((x + x).tolist()) if np.ndim(x) else np.longdouble(2 * x)",
        }.items():
            toys.hand_in(name, REFERENCE.replace("return 2 * x", code))
        toys.grade()
        for name in ("ada", "bob", "eve"):
            assert toys.verdicts(name)["double"] == "passed"

    def test_a_module_of_the_same_week_can_be_imported(self, toys):
        toys.hand_in("ada", REFERENCE + "\nfrom week1.toys import double as again\n")
        toys.grade()
        assert toys.verdicts("ada")["double"] == "passed"


class TestResume:
    def test_only_what_changed_is_graded_again(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("bob", REFERENCE)
        assert (toys.grade().graded, toys.grade().kept) == (2, 2)
        toys.hand_in("bob", WRONG_DOUBLE)
        summary = toys.grade()
        assert (summary.graded, summary.kept) == (1, 1)
        assert toys.verdicts("bob")["double"] == "failed"
        assert toys.grade(fresh=True).graded == 2

    def test_another_seed_or_suite_grades_again(self, toys, course):
        toys.hand_in("ada", REFERENCE)
        toys.grade()
        path = toys.grades / "results/ada/week1.json"
        data = json.loads(path.read_text())
        for field, value in (("seed", 5), ("suite", "another"), ("digest", "another")):
            path.write_text(json.dumps({**data, field: value}))
            assert toys.grade().graded == 1
        path.write_text("{half a fi")
        assert toys.grade().graded == 1
        assert toys.grade().graded == 0

    def test_results_without_a_sandbox_are_not_kept(self, toys):
        toys.hand_in("ada", REFERENCE)
        assert toys.grade(is_confined=False).graded == 1
        assert toys.result("ada")["is_confined"] is False
        assert toys.grade().graded == 1
        assert toys.result("ada")["is_confined"] is True

    def test_the_seed_is_kept_for_a_regrade(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.grade()
        assert (toys.grades / "seed.txt").read_text() == "1\n"

    def test_kills_at_random_moments_lose_and_double_nothing(self, tmp_path):
        """Of the coordinator, a worker, a zygote or a child; `benchmarks/kills.py` tries more."""
        kills.make_class(tmp_path, 12)
        report = kills.Report()
        # With these numbers a zygote, a worker, a child and the coordinator get SIGKILL.
        kills.disturb(kills.Place(tmp_path, "jobs2"), 4, random.Random(2961), 0, report)
        assert report.done.total() == 4
        assert report.differences == []
        assert report.left == []

    def test_two_runs_do_not_write_to_one_folder(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.grades.mkdir()
        with (toys.grades / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(InputError, match="another grading run"):
                toys.grade()


class TestProgress:
    """What a terminal shows while a class is graded, and a file that the output goes to."""

    def over(self, console: Console, *seconds: float) -> str:
        begun = [time.monotonic() - each for each in seconds]
        in_work = [(f"learner{number} week2", since) for number, since in enumerate(begun)]
        items = Progress(console).over(["ada week1"], 3, str, lambda: in_work)
        assert list(items) == ["ada week1"]
        return console.file.getvalue()

    @pytest.mark.parametrize(
        ("seconds", "says"),
        [
            ((25.2, 35.2, 1.0), "learner1 week2 for 35 s and 1 more"),
            ((20.2, 19.0), "learner0 week2 for 20 s"),
        ],
    )
    def test_what_runs_long_is_named(self, seconds, says):
        terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
        text = self.over(terminal, *seconds)
        assert says in text
        assert ("more" in text) == ("more" in says)

    def test_rate_and_time_left(self):
        def items() -> Iterator[str]:
            for number in range(4):
                time.sleep(0.2)
                yield f"learner{number} week2"

        terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
        assert len(list(Progress(terminal).over(items(), 9, str))) == 4
        text = terminal.file.getvalue()
        assert "3/9" in text
        assert re.search(r"\d\.\d/s", text)
        assert re.search(r"0:00:0\d", text)

    def test_what_does_not_is_not(self):
        terminal = Console(file=io.StringIO(), force_terminal=True, width=120)
        assert "learner" not in self.over(terminal, 19.0, 0.0)

    def test_a_file_gets_plain_lines(self):
        assert self.over(Console(file=io.StringIO()), 60.0) == "graded 1/3: ada week1\n"


class TestBadInput:
    def run(self, *args: str) -> int:
        return main(["run", *args])

    def test_a_missing_folder(self, tmp_path, capsys):
        assert self.run(str(tmp_path / "nothing"), "--out", str(tmp_path / "g")) == 2
        assert "no such folder" in capsys.readouterr().err

    def test_an_empty_class(self, tmp_path, capsys):
        (tmp_path / "submitted").mkdir()
        assert self.run(str(tmp_path / "submitted"), "--out", str(tmp_path / "g")) == 2
        assert "<learner>/<week>/<module>.py" in capsys.readouterr().err

    def test_unknown_names(self, toys, capsys):
        toys.hand_in("ada", REFERENCE)
        folder, out = str(toys.submitted), str(toys.grades)
        assert self.run(folder, "--out", out, "--week", "week9") == 2
        assert "week9" in capsys.readouterr().err
        assert self.run(folder, "--out", out, "--learner", "nobody") == 2
        assert "nobody" in capsys.readouterr().err
        assert self.run(folder, "--out", out, "--jobs", "0") == 2
        assert self.run(folder, "--out", out, "--seed", "-1") == 2

    def test_an_output_folder_that_is_a_file(self, toys, capsys):
        toys.hand_in("ada", REFERENCE)
        toys.grades.write_text("in the way")
        assert self.run(str(toys.submitted), "--out", str(toys.grades)) == 2
        assert "cannot be written" in capsys.readouterr().err

    def test_a_seed_file_that_holds_no_number(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.grades.mkdir()
        (toys.grades / "seed.txt").write_text("abc")
        request = Request(toys.submitted, toys.grades)
        with pytest.raises(InputError, match=r"seed\.txt"):
            grade_class(request, Progress(Console(quiet=True)), toys.course)

    def test_nothing_written_is_lost(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.grade()
        before = (toys.grades / "results/ada/week1.json").read_bytes()
        assert self.run(str(toys.submitted / "nothing"), "--out", str(toys.grades)) == 2
        assert (toys.grades / "results/ada/week1.json").read_bytes() == before

    def test_no_sandbox_no_grading(self, toys, monkeypatch, capsys):
        toys.hand_in("ada", REFERENCE)
        monkeypatch.setattr("grader.run.ALL_LAYERS", ("user", "landlock"))
        assert self.run(str(toys.submitted), "--out", str(toys.grades)) == 2
        error = capsys.readouterr().err
        assert "network socket" in error
        assert "--unsafe-no-sandbox" in error
        assert not (toys.grades / "results").exists()
