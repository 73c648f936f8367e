"""The processes that grade: whatever happens in one, the class goes on and the run says so."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from grader.course import ROOT
from grader.errors import GraderError, ResultError, SuiteError
from grader.intake.submission import File, Submission
from grader.judging.verdicts import Grader
from grader.judging.worker import Order, Worker
from grader.results import Misconception, Result, read_result, result_path
from grader.sandbox.limits import ALL_LAYERS, Limits
from grader.sandbox.sandbox import Sandbox
from grader.workers import DiedError, Process, Workers, _Child
from tests.grader.toy import REFERENCE

ORDER = {"modules": (("week1", "toys"),), "seed": 1, "layers": ()}


class TestDiagnosisMeetsAnything:
    """What a learner returns may cost that exercise its points, and nobody anything else."""

    @pytest.mark.parametrize(
        "answer",
        [
            '["a"] * 90000 + ["x" * 1500000]',
            '["a"] * 1000 + ["x" * 300000]',
            "np.zeros((0, 0))",
            "np.zeros((3, 0))",
            "[[1, 2], [3]]",
            "[10**30, 0.5]",
            "[[]]",
            "{}",
            "(None, 1.0)",
            "np.array(1 + 2j)",
        ],
    )
    def test_the_class_goes_on(self, toys, answer):
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", f"return {answer}"))
        toys.hand_in("zoe", REFERENCE)
        summary = toys.grade()
        assert (summary.failed, summary.troubles) == ((), ())
        double = toys.result("ada")["exercises"][0]
        assert (double["status"], double["score"]) == ("failed", 0)
        assert toys.result("zoe")["score"] == 7.5

    def test_a_mistake_of_ours_in_diagnosis_costs_only_the_name(self, course, monkeypatch, request):
        def fails(*_: object) -> None:
            raise MemoryError("a table of texts")

        worker = Worker(Order(root=course.root, **ORDER))
        request.addfinalizer(worker.close)
        monkeypatch.setattr(worker._grader.diagnostician, "diagnose", fails)
        graded = worker.grade(_submission("return x * x"))
        assert graded.result.exercises[0].status == "failed"
        assert graded.result.exercises[0].misconception is None
        assert "double: diagnosis failed: MemoryError at test_workers.py" in graded.troubles[0]
        assert worker.grade(_submission("return 2 * x")).troubles == ()

    def test_any_other_mistake_of_ours_is_told_and_not_graded(self, course, monkeypatch, request):
        def fails(*_: object) -> None:
            raise KeyError("ours")

        worker = Worker(Order(root=course.root, **ORDER))
        request.addfinalizer(worker.close)
        monkeypatch.setattr(Grader, "_grade_module", fails)
        graded = worker.grade(_submission("return 2 * x"))
        assert graded.result is None
        assert "KeyError at test_workers.py" in graded.troubles[0]


class TestWorkers:
    def test_several_workers_give_what_one_gives(self, toys):
        for number in range(6):
            code = "return 2 * x" if number % 2 else "return x * x"
            toys.hand_in(f"learner{number}", REFERENCE.replace("return 2 * x", code))
        assert toys.grade(jobs=3).graded == 6
        first = [_without_times(toys, f"learner{number}") for number in range(6)]
        assert toys.grade(jobs=1, fresh=True).graded == 6
        assert [_without_times(toys, f"learner{number}") for number in range(6)] == first

    def test_a_worker_that_dies_is_replaced_and_its_submission_tried_again(self, course, tmp_path):
        flag = tmp_path / "died"
        copy = _course_whose_tests_end_the_process(
            course,
            tmp_path,
            f"""
        if learner.double(1.0) == 42 and not pathlib.Path({str(flag)!r}).exists():
            pathlib.Path({str(flag)!r}).touch()
            os._exit(7)
""",
        )
        workers = Workers(Order(root=copy, **ORDER), jobs=1)
        answers = [
            graded for _, graded in workers.grade([HandedIn("return 42"), HandedIn("return 2 * x")])
        ]
        assert flag.exists()
        assert [graded.troubles for graded in answers] == [(), ()]
        assert [graded.result.score for graded in answers] == [3.5, 7.5]

    def test_one_that_kills_each_worker_is_listed_and_the_class_goes_on(self, course, tmp_path):
        copy = _course_whose_tests_end_the_process(
            course,
            tmp_path,
            """
        if learner.double(1.0) == 42:
            os._exit(7)
""",
        )
        workers = Workers(Order(root=copy, **ORDER), jobs=1)
        answers = [
            graded for _, graded in workers.grade([HandedIn("return 42"), HandedIn("return 2 * x")])
        ]
        bad, good = answers
        assert bad.result is None
        assert bad.troubles == ("the grading process died",)
        assert good.result.score == 7.5

    def test_one_that_dies_while_it_starts_or_on_the_references_is_started_again(
        self, course, tmp_path
    ):
        copy = _course_whose_tests_end_the_process(course, tmp_path, _once(tmp_path / "in a test"))
        path = copy / "tests" / "week1" / "test_toys.py"
        at_the_start = textwrap.dedent(_once(tmp_path / "at the start"))
        path.write_text(f"import os, pathlib\n{at_the_start}{path.read_text()}")
        workers = Workers(Order(root=copy, **ORDER), jobs=1)
        ((_, graded),) = workers.grade([HandedIn("return 2 * x")])
        assert graded.result.score == 7.5
        assert (tmp_path / "at the start").exists()
        assert (tmp_path / "in a test").exists()

    def test_a_zygote_that_is_lost_while_the_sandbox_is_tried(self, course, monkeypatch, request):
        """Another one is tried: it says nothing about the machine."""
        prove, lost = Sandbox.prove, []

        def lose_the_first(sandbox: Sandbox) -> None:
            if not lost:
                lost.append(sandbox.zygote.process.pid)
                sandbox.zygote.process.kill()
            prove(sandbox)

        monkeypatch.setattr(Sandbox, "prove", lose_the_first)
        order = Order(root=course.root, **{**ORDER, "layers": ALL_LAYERS})
        worker = Worker(order)
        request.addfinalizer(worker.close)
        assert worker.sandbox.zygote.process.pid not in lost
        assert worker.grade(_submission("return 2 * x")).result.score == 7.5

    def test_one_that_never_starts_ends_the_run(self, monkeypatch):
        monkeypatch.setattr("grader.judging.worker.open_worker", os._exit)
        with pytest.raises(GraderError, match="process died, each time that it was started"):
            Process(7)

    def test_one_that_hangs_is_ended(self, monkeypatch):
        monkeypatch.setattr("grader.workers.WORKER_WALL_S", 0.5)
        child = _Child()
        with pytest.raises(DiedError, match=r"took longer than 0\.5 s"):
            child.ask(time.sleep, 600)
        child.close()

    @pytest.mark.parametrize("at_work_on", ["references", "submission"])
    def test_a_child_that_is_stopped_from_outside_costs_nobody_points(self, course, at_work_on):
        """So does a worker, or a machine, that stands still while a call waits."""
        limits = Limits(call_idle_s=0.5)
        workers = Workers(Order(root=course.root, **ORDER, limits=limits), jobs=1)
        answers = workers.grade([HandedIn("import time; time.sleep(0.3); return 2 * x")])
        may_begin = workers.in_work if at_work_on == "submission" else lambda: True
        stopping = threading.Thread(target=_stop_a_child, args=(may_begin,), daemon=True)
        stopping.start()
        ((_, graded),) = answers
        stopping.join()
        assert workers.void == ()
        assert graded.troubles == ()
        assert graded.result.score == 7.5

    def test_the_callers_process_stays_as_it_is(self, course):
        """It may be a notebook server: its memory is neither bounded nor hidden."""
        code = (
            "import ctypes, pathlib, resource\n"
            "from grader.sandbox.sandbox import Sandbox\n"
            "before = resource.getrlimit(resource.RLIMIT_DATA)\n"
            "with Sandbox() as sandbox:\n    sandbox.prove()\n"
            "assert resource.getrlimit(resource.RLIMIT_DATA) == before\n"
            "assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 1\n"
        )
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


class TestVoidTests:
    """A test that its own reference fails counts for nobody, and the run says so."""

    @pytest.fixture
    def broken(self, course, tmp_path):
        copy = tmp_path / "course"
        shutil.copytree(course.root, copy)
        path = copy / "tests" / "week1" / "test_toys.py"
        text = path.read_text(encoding="utf-8")
        assert "learner.double(-3.0), -6.0" in text
        wrong = text.replace("learner.double(-3.0), -6.0", "learner.double(-3.0), -7.0")
        path.write_text(wrong, encoding="utf-8")
        return type(course)(copy)

    def test_it_counts_for_nobody(self, broken, toys):
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("bob", REFERENCE.replace("return 2 * x", "return abs(2 * x)"))
        toys.course = broken
        for jobs in (1, 2):
            summary = toys.grade(jobs=jobs, fresh=True)
            assert [test.id for test in summary.void] == [
                "week1/test_toys::TestDouble::test_negative"
            ]
            assert not summary.is_whole
            assert toys.result("ada")["score"] == 7.5
            assert toys.verdicts("ada")["double"] == "passed"
            double = toys.result("bob")["exercises"][0]
            assert double["score"] == pytest.approx(4 * 2 / 3, abs=1e-3)  # without its weight
            void = {test["name"] for test in double["tests"] if test["status"] == "void"}
            assert void == {"test_negative"}
        listed = (toys.grades / "void_tests.csv").read_text(encoding="utf-8")
        assert "TestDouble::test_negative" in listed

    def test_the_list_goes_when_all_is_mended(self, broken, course, toys):
        toys.hand_in("ada", REFERENCE)
        toys.course = broken
        toys.grade()
        toys.course = course
        assert toys.grade().is_whole
        assert not (toys.grades / "void_tests.csv").exists()

    def test_an_exercise_without_any_good_test_is_not_graded(self, broken, toys):
        path = broken.root / "tests" / "week1" / "test_toys.py"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("14 + 4 * shift", "15 + 4 * shift"), encoding="utf-8")
        toys.hand_in("ada", REFERENCE)
        toys.course = broken
        with pytest.raises(SuiteError, match="total: its reference fails all"):
            toys.grade()


class TestEnvironment:
    def test_the_working_directory_and_pytests_options_do_not_reach_a_run(self, toys, tmp_path):
        toys.hand_in("ada", REFERENCE)
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        for name in ("numpy", "exercises", "pytest", "grader_plugin"):
            (folder / f"{name}.py").write_text("raise SystemExit('imported from here')\n")
        run = f"""
import runpy, sys
import tests.grader.toy
from pathlib import Path
from grader.course import Course
sys.argv = ["grader", "run", {str(toys.submitted)!r}, "--out", {str(toys.grades)!r}]
import grader.run
grader.run.Course = lambda: Course(Path({str(toys.course.root)!r}))
runpy.run_module("grader", run_name="__main__")
"""
        done = subprocess.run(
            [sys.executable, "-c", run],
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONSAFEPATH": "1",
                "PYTEST_ADDOPTS": "-v --no-such-option",
                "PYTEST_PLUGINS": "grader_plugin",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert toys.result("ada")["score"] == 7.5

    @pytest.mark.parametrize("name", ["numpy", "exercises", "rich", "secrets"])
    def test_python_m_grader_imports_nothing_from_where_it_is_started(self, tmp_path, name):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from here')\n")
        done = subprocess.run(
            [sys.executable, "-m", "grader", "run", "nothing", "--out", "grades"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "nothing: no such folder" in done.stderr


class TestResultFiles:
    def test_what_is_written_is_read_back(self, toys):
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "return abs(2 * x)"))
        toys.grade()
        result = read_result(result_path(toys.grades, "ada", "week1"))
        assert result.exercises[0].misconception == Misconception(
            "magnitudes", "You doubled the magnitude only."
        )
        assert Result.from_json(result.as_json()) == result

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ('"is_confined": true', '"is_confined": "yes"', "Expected `bool`, got `str`"),
            (',\n "is_confined": true', "", "missing required field `is_confined`"),
            ('"points": 4', '"points": "4"', r"Expected `float`, got `str` - at `\$.exercises"),
            ("{", "", "is no result of this version"),
        ],
    )
    def test_another_versions_file_is_a_clear_error(self, toys, old, new, says):
        toys.hand_in("ada", REFERENCE)
        toys.grade()
        path = result_path(toys.grades, "ada", "week1")
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ResultError, match=says) as error:
            read_result(path)
        assert str(path) in str(error.value)

    def test_one_that_cannot_be_read_is_listed(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.grade()
        other = result_path(toys.grades, "bob", "week1")
        other.parent.mkdir()
        other.write_text("{}", encoding="utf-8")
        summary = toys.grade()
        assert (summary.graded, summary.kept) == (0, 1)
        assert "bob" in summary.failed[0]


def _submission(code: str) -> Submission:
    text = REFERENCE.replace("return 2 * x", code)
    return Submission("ada", "week1", {"toys": File(text)})


@dataclass(frozen=True)
class HandedIn:
    code: str

    def read(self) -> Submission:
        return _submission(self.code)


def _once(flag: Path) -> str:
    """Return code that ends its process the first time that it runs."""
    return f"""
        if not pathlib.Path({str(flag)!r}).exists():
            pathlib.Path({str(flag)!r}).touch()
            os._exit(7)
"""


def _stop_a_child(may_begin: Callable[[], object]) -> None:
    """Stop the first child of a zygote of this process's worker that there is."""
    while not may_begin():
        time.sleep(0.02)
    while True:
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                parents = [" ".join(each.cmdline()) for each in process.parents()[:2]]
                if "zygote.py" in parents[0] and "spawn_main" in parents[1]:
                    process.suspend()
                    return
        time.sleep(0.02)


def _without_times(toys, learner: str) -> dict:
    result = toys.result(learner)
    for exercise in result["exercises"]:
        del exercise["seconds"]
    return result


def _course_whose_tests_end_the_process(course, folder: Path, does: str) -> Path:
    """Return a copy of the toy course whose first hidden test does something more."""
    copy = folder / "course"
    shutil.copytree(course.root, copy)
    path = copy / "tests" / "week1" / "test_toys.py"
    says = '"""Every entry is doubled."""'
    text = path.read_text(encoding="utf-8").replace(
        "import numpy", "import os, pathlib\nimport numpy"
    )
    assert says in text
    path.write_text(text.replace(says, says + does), encoding="utf-8")
    return copy
