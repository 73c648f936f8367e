"""No work twice: equal modules are graded once, and a regrade touches only what changed."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from exercises.layout import Layout
from grader.authoring.stubs import write_stubs
from grader.cli import main
from grader.course import ROOT, Course
from grader.intake.folders import FolderSource
from grader.intake.submission import File, Submission
from grader.judging import digest, verdicts
from grader.judging.digest import digest_of_week, module_digests, suite_digest
from grader.judging.known import Judged, Known, Regrade
from grader.judging.verdicts import Grader
from grader.judging.worker import Order, Worker
from grader.results import read_result, result_path, write_result
from grader.run import Request, _collect, _decide
from tests.grader.conftest import Class
from tests.grader.toy import CATALOGUE, REFERENCE, hand_in, make_course

MORE = '''"""More toys."""


def half(x):
    """Return half of x."""
    ### BEGIN SOLUTION
    return x / 2
    ### END SOLUTION
'''
MORE_FILES = {
    "exercises/week1.toml": CATALOGUE
    + """
[more]
title = "More"

[more.half]
title = "Half"
points = 1
difficulty = 1
hints = ["Not twice.", "Divide."]
""",
    "solutions/week1/more.py": MORE,
    "tests/week1/test_more.py": '''"""Judge more toys."""

from kata.comparisons import assert_close


class TestHalf:
    def test_three(self, learner):
        """Half of an odd number is no whole number."""
        assert_close(learner.half(3.0), 1.5)
''',
    "tests/week1/variants_more.py": '"""None yet."""\n',
}
WRONG = REFERENCE.replace("return 2 * x", "return x * x")
# Right if its neighbour's `double` is.
BORROWS = "from week1.toys import double\n\n\ndef half(x):\n    return double(x) / 4\n"
NEGATIVE = "learner.double(-3.0), -6.0"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Make a course of two modules in one week."""
    root = tmp_path_factory.mktemp("two")
    make_course(root)
    for name, text in MORE_FILES.items():
        (root / name).write_text(text, encoding="utf-8")
    course = Course(root)
    write_stubs(course)
    return course


@pytest.fixture
def copy(two, tmp_path) -> Course:
    """Return a course of two modules that a test may change."""
    shutil.copytree(two.root, tmp_path / "copy")
    return Course(tmp_path / "copy")


def order(course: Course) -> Order:
    return Order(course.root, (("week1", "toys"), ("week1", "more")), seed=1, layers=())


@pytest.fixture(scope="module")
def shared_worker(two):
    worker = Worker(order(two))
    yield worker
    worker.close()


@pytest.fixture
def graded(monkeypatch) -> list[str]:
    """Gather the names of the modules that are graded in this process, as that happens."""
    names: list[str] = []
    grade_module = Grader._grade_module

    def noting(self, module, *rest):
        names.append(module.name)
        return grade_module(self, module, *rest)

    monkeypatch.setattr(Grader, "_grade_module", noting)
    return names


@pytest.fixture
def worker(shared_worker, graded, monkeypatch) -> Worker:
    """Return a worker that knows nothing yet."""
    monkeypatch.setattr(shared_worker._grader, "_known", Known())
    return shared_worker


class ClockThatJumps:
    """A clock that is a day on when it is looked at again."""

    perf_counter = staticmethod(time.perf_counter)

    def __init__(self) -> None:
        self.looks = 0

    def monotonic(self) -> float:
        self.looks += 1
        return time.monotonic() + (86_400 if self.looks > 1 else 0)


def submission(learner: str = "ada", **texts: str) -> Submission:
    return Submission(learner, "week1", {name: File(text) for name, text in texts.items()})


def verdicts_of(worker: Worker, **texts: str) -> dict[str, str]:
    result = worker.grade(submission(**texts)).result
    return {each.exercise: each.status for each in result.exercises}


def without_seconds(exercises):
    return [replace(each, seconds=0.0) for each in exercises]


class TestEqualModules:
    def test_two_learners_with_equal_texts_get_equal_results(self, worker, graded):
        ada = worker.grade(submission("ada", toys=WRONG, more=MORE)).result
        bob = worker.grade(submission("bob", toys=WRONG, more=MORE)).result
        assert graded == ["toys", "more"]
        assert ada.exercises[0].misconception.name == "squares"
        assert all(each.seconds > 0 for each in ada.exercises)
        assert all(each.seconds == 0 for each in bob.exercises)
        again = replace(bob, learner="ada", exercises=ada.exercises)
        assert again == ada
        assert without_seconds(bob.exercises) == without_seconds(ada.exercises)

    def test_stubs_that_nobody_touched_are_graded_once(self, worker, graded, two):
        stubs = {name: (two.root / f"week1/{name}.py").read_text() for name in ("toys", "more")}
        for _ in range(3):
            assert set(verdicts_of(worker, **stubs).values()) == {"todo"}
        assert graded == ["toys", "more"]

    def test_the_last_character_counts(self, worker, graded):
        verdicts_of(worker, more=MORE)
        verdicts_of(worker, more=MORE + "\n")
        assert graded == ["more", "more"]

    def test_a_module_that_imports_none_does_not_depend_on_its_siblings(self, worker, graded):
        verdicts_of(worker, toys=REFERENCE, more=MORE)
        verdicts_of(worker, toys=WRONG, more=MORE)
        assert graded == ["toys", "more", "toys"]

    @pytest.mark.parametrize(
        "imports",
        [
            "from week1.toys import double",
            "from week1 import toys; double = toys.double",
            "from .toys import double",
            "from \\\n . toys import double",
            "import ｗeek1.toys as toys; double = toys.double",
            "from importlib import import_module as get\n"
            "double = get(__name__.replace('more', 'toys')).double",
            "double = __import__(__name__.replace('more', 'toys'), fromlist=['x']).double",
        ],
    )
    def test_a_different_sibling_is_seen(self, worker, imports):
        text = BORROWS.replace("from week1.toys import double", imports)
        assert verdicts_of(worker, toys=REFERENCE, more=text)["half"] == "passed"
        assert verdicts_of(worker, toys=WRONG, more=text)["half"] == "failed"
        assert verdicts_of(worker, toys=REFERENCE, more=text)["half"] == "passed"
        assert verdicts_of(worker, more=text)["half"] == "unreadable"

    def test_a_sibling_is_out_of_reach_where_it_is_not_counted(self, worker, graded):
        text = BORROWS.replace(
            "from week1.toys import double", "exec('imp' 'ort we' 'ek1.toys as toys')"
        )
        result = worker.grade(submission(toys=REFERENCE, more=text)).result
        assert result.exercises[-1].status == "unreadable"
        assert "ModuleNotFoundError" in result.exercises[-1].why

    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("def half(x): import os; os._exit(0)", "crashed"),
            ("def half(x): import os; os.kill(os.getpid(), 9)", "crashed"),
            ("def half(x):\n    while True: pass", "timeout"),
            ("import os; os._exit(0)", "crashed"),
            ("while True: pass", "timeout"),
        ],
    )
    def test_what_a_clock_or_a_crash_ended_is_tried_again(
        self, worker, graded, monkeypatch, code, status
    ):
        limits = replace(worker.sandbox.limits, call_cpu_s=0.3)
        monkeypatch.setattr(worker.sandbox, "limits", limits)
        for _ in range(2):
            result = worker.grade(submission(more=code)).result
            assert result.exercises[-1].status == status
            assert result.suites == {}
        assert graded == ["more", "more"]

    def test_what_the_submissions_deadline_ended_is_tried_again(self, worker, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(verdicts, "time", ClockThatJumps())
            assert verdicts_of(worker, more=MORE)["half"] == "timeout"
        assert verdicts_of(worker, more=MORE)["half"] == "passed"

    def test_a_module_whose_calls_took_too_long_together_is_tried_again(
        self, worker, graded, monkeypatch
    ):
        limits = replace(worker.sandbox.limits, module_wall_s=0.0)
        monkeypatch.setattr(worker.sandbox, "limits", limits)
        verdicts_of(worker, more=MORE)
        verdicts_of(worker, more=MORE)
        assert graded == ["more", "more"]

    def test_what_went_wrong_on_our_side_is_told_for_each(self, worker, monkeypatch):
        def fails(*_: object) -> None:
            raise MemoryError("ours")

        monkeypatch.setattr(worker._grader.diagnostician, "diagnose", fails)
        for _ in range(2):
            assert "double: diagnosis failed" in worker.grade(submission(toys=WRONG)).troubles[0]

    def test_other_void_tests_are_another_judge(self, worker, monkeypatch):
        before = {exercise: [*tests] for exercise, tests in worker._grader.suite.tests.items()}
        text = REFERENCE.replace("return 2 * x", "return abs(2 * x)")
        first = worker.grade(submission(toys=text)).result
        worker.leave_out(["week1/test_toys::TestDouble::test_negative"])
        second = worker.grade(Regrade.of_both(submission(toys=text), first)).result
        worker._grader.suite.tests.update(before)
        assert (first.exercises[0].score, second.exercises[0].score) == (1.6, 2.6667)

    def test_as_many_are_kept_as_memory_is_meant_for_them(self):
        known = Known(max_kept=2)
        judged = Judged((), is_lasting=True)
        for key in "aba":
            known.keep(key, judged)
        assert known.get("a") == judged
        known.keep("c", judged)  # in place of b, which was not asked for
        assert [key for key in "abc" if known.get(key)] == ["a", "c"]
        known.keep("d", Judged(()))
        assert known.get("d") is None


class TestModuleDigests:
    """What decides on a module, and on no other."""

    BOTH = ("toys", "more")

    @pytest.mark.parametrize(
        ("name", "old", "new", "changed"),
        [
            ("tests/week1/test_more.py", "1.5", "1.50", ("more",)),
            ("tests/week1/variants_more.py", "yet", "here", ("more",)),
            ("solutions/week1/toys.py", "2 * x", "x + x", ("toys",)),
            ("week1/toys.py", '"""Toys."""', '"""Toy."""', ("toys",)),
            ("exercises/week1.toml", "points = 4", "points = 3", ("toys",)),
            ("exercises/week1.toml", '["@", "np.dot"]', '["@"]', ("toys",)),
            ("exercises/week1.toml", "Not twice.", "Not two.", ()),
            ("week1/test_toys.py", "Twice 1", "Two times 1", ()),
            ("tests/conftest.py", "rng", "rng ", BOTH),
            ("tests/week1/conftest.py", "", "x = 1\n", BOTH),
            ("tests/week1/data/numbers.csv", "", "1,2\n", BOTH),
            ("solutions/week1/shared.py", "", "x = 1\n", BOTH),
            ("tests/week1/__pycache__/test_more.pyc", "", "x", ()),
            ("tests/week1/.test_more.py.swp", "", "x", ()),
        ],
    )
    def test_a_change_touches_whom_it_concerns(self, copy, name, old, new, changed):
        before, suite = module_digests(copy, "week1"), suite_digest(copy, "week1")
        self._edit(copy.root / name, old, new)
        after = module_digests(Course(copy.root), "week1")
        assert tuple(name for name in self.BOTH if before[name] != after[name]) == changed
        assert (digest_of_week(after) != suite) == bool(changed)

    @pytest.mark.parametrize(
        ("statement", "changed"),
        [
            ("from solutions.week1.toys import double", BOTH),
            ("from solutions.week1 import (\n    toys,\n)", BOTH),
            ("from solutions.week1 \\\n    import toys", BOTH),
            ("import importlib", BOTH),
            ("from tests.week1 import between", BOTH),
            ("# toys are doubled", ("toys",)),
        ],
    )
    def test_a_reference_that_another_modules_tests_import(self, copy, statement, changed):
        (copy.root / "tests/week1/between.py").write_text("x = 1\n")
        if "between" in statement:
            (copy.root / "tests/week1/between.py").write_text("from solutions.week1 import toys\n")
        tests = copy.root / "tests/week1/test_more.py"
        tests.write_text(f"{statement}\n{tests.read_text()}")
        before = module_digests(copy, "week1")
        self._edit(copy.root / "solutions/week1/toys.py", "2 * x", "x + x")
        after = module_digests(copy, "week1")
        assert tuple(name for name in self.BOTH if before[name] != after[name]) == changed

    def test_the_grader_itself_concerns_everybody(self, copy, tmp_path, monkeypatch):
        (tmp_path / "tool.py").write_text("x = 1\n")
        monkeypatch.setattr(digest, "ROOT", tmp_path)
        monkeypatch.setattr(digest, "TOOLS", ("tool.py",))
        before = module_digests(copy, "week1")
        (tmp_path / "tool.py").write_text("x = 2\n")
        after = module_digests(copy, "week1")
        assert all(before[name] != after[name] for name in self.BOTH)

    def test_each_real_module_hangs_on_files_of_its_own(self):
        """So that an edit of its tests regrades no other module."""
        course = Course(ROOT)
        layout = Layout(ROOT)
        for week in course.catalogue.weeks:
            for module in week.modules:
                files = digest._Rooms(course).files_of(module)
                assert {f for f in files if f.parent.name == week.name} == {
                    layout.learners_file(module),
                    layout.reference(module),
                    layout.hidden_tests(module),
                    layout.variants(module),
                }

    def _edit(self, path: Path, old: str, new: str) -> None:
        if old:
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new), encoding="utf-8")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(new, encoding="utf-8")


@pytest.fixture(scope="module")
def earlier(two, tmp_path_factory):
    """Return a class that is graded: ada's is right, bob's wrong."""
    made = Class(two, tmp_path_factory.mktemp("earlier"))
    for learner, text in (("ada", REFERENCE), ("bob", WRONG)):
        made.hand_in(learner, text)
        hand_in(made.submitted, learner, MORE, "more")
    made.grade()
    return made


@pytest.fixture
def again(earlier, copy, tmp_path) -> Class:
    """Return a copy of that class, and of its course, that a test may change."""
    made = Class(copy, tmp_path)
    shutil.copytree(earlier.submitted, made.submitted, dirs_exist_ok=True)
    shutil.copytree(earlier.grades, made.grades)
    return made


def mark(made: Class, learner: str) -> None:
    """Change sentences in a written result, so that it shows which are kept."""
    result = read_result(result_path(made.grades, learner, "week1"))
    marked = [replace(each, why=f"as it was: {each.exercise}") for each in result.exercises]
    write_result(made.grades, replace(result, exercises=tuple(marked)))


def kept(made: Class, learner: str) -> set[str]:
    exercises = made.result(learner)["exercises"]
    return {e["module"] for e in exercises if e["why"].startswith("as it was")}


def change_tests(made: Class) -> None:
    """Change one test of `toys`, and no outcome."""
    path = made.course.root / "tests/week1/test_toys.py"
    text = path.read_text(encoding="utf-8")
    assert NEGATIVE in text
    path.write_text(text.replace(NEGATIVE, "learner.double(-4.0), -8.0"), encoding="utf-8")


class TestRegrade:
    def test_only_the_module_whose_tests_changed_is_graded_again(self, again):
        scores = {name: again.result(name)["score"] for name in ("ada", "bob")}
        for learner in scores:
            mark(again, learner)
        half = again.result("ada")["exercises"][-1]
        change_tests(again)
        summary = again.grade(jobs=1)
        assert (summary.graded, summary.kept) == (2, 0)
        for learner, score in scores.items():
            assert kept(again, learner) == {"more"}
            assert again.result(learner)["score"] == score
        assert again.result("ada")["exercises"][-1] == half  # to the second
        assert again.result("ada")["suite"] == suite_digest(again.course, "week1")
        assert (again.grade().graded, again.grade(fresh=True).graded) == (0, 2)
        assert kept(again, "ada") == set()

    def test_only_the_module_that_was_handed_in_anew_is_graded_again(self, worker, graded):
        first = worker.grade(submission(toys=WRONG, more=MORE)).result
        worker._grader._known = Known()
        graded.clear()
        new = submission(toys=REFERENCE, more=MORE)
        second = worker.grade(Regrade.of_both(new, first)).result
        assert graded == ["toys"]
        assert second.exercises[-1] == first.exercises[-1]
        assert (second.score, second.digest) == (8.5, new.digest)

    def test_a_module_is_graded_again_if_a_sibling_that_it_may_import_changed(self, worker):
        first = worker.grade(submission(toys=REFERENCE, more=BORROWS)).result
        changed = worker.grade(Regrade.of_both(submission(toys=WRONG, more=BORROWS), first)).result
        gone = worker.grade(Regrade.of_both(submission(more=BORROWS), first)).result
        statuses = [each.exercises[-1].status for each in (first, changed, gone)]
        assert statuses == ["passed", "failed", "unreadable"]

    @pytest.mark.parametrize(
        "other",
        [
            {"seed": 2},
            {"status": "lost"},
            {"sandbox": "another"},
            {"suites": {}},
            {"suites": {"more": "another"}},
            {"texts": {"more": "another"}},
            {"texts": {}},
            {"exercises": ()},
        ],
    )
    def test_what_was_judged_otherwise_is_not_kept(self, worker, graded, other):
        first = worker.grade(submission(more=MORE)).result
        marked = [replace(each, why="as it was") for each in first.exercises]
        first = replace(first, exercises=tuple(marked))
        whys = []
        for earlier in (first, replace(first, **other)):
            result = worker.grade(Regrade.of_both(submission(more=MORE), earlier)).result
            whys.append(result.exercises[-1].why)
        assert whys == ["as it was", "all requirements met"]

    def test_a_verdict_that_does_not_last_is_not_kept(self, worker, graded):
        crash = submission(more="def half(x):\n    import os; os._exit(0)\n")
        first = worker.grade(crash).result
        worker.grade(Regrade.of_both(crash, first))
        assert graded == ["more", "more"]

    def test_a_kill_in_the_middle_loses_nothing(self, again):
        for number in range(4):
            name = f"learner{number}"
            shutil.copytree(again.submitted / "bob", again.submitted / name)
            folder = again.grades / "results" / name
            folder.mkdir()
            result = read_result(result_path(again.grades, "bob", "week1"))
            write_result(again.grades, replace(result, learner=name))
        names = ["ada", "bob", *(f"learner{number}" for number in range(4))]
        for name in names:
            mark(again, name)
        change_tests(again)
        code = (
            "from pathlib import Path; from grader.course import Course;"
            "from tests.grader.toy import grade;"
            f"grade(Course(Path({str(again.course.root)!r})), Path({str(again.submitted)!r}), "
            f"Path({str(again.grades)!r}))"
        )
        process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, start_new_session=True)
        while kept(again, "ada") != {"more"} and process.poll() is None:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert {frozenset(kept(again, name)) for name in names} <= {
            frozenset({"more"}),
            frozenset({"toys", "more"}),
        }
        again.grade()
        for name in names:
            assert kept(again, name) == {"more"}
            assert again.result(name)["score"] == (8.5 if name == "ada" else 4.5)


class TestExplain:
    """Each submission has a line that says why it is graded, or is not."""

    def reason(self, made: Class, seed: int = 1, **options) -> str:
        """Return why ada's submission would be graded."""
        request = Request(made.submitted, made.grades, **options)
        hand_ins = _collect(request, made.course).hand_ins
        decided = [each for _, each in _decide(request, made.course, hand_ins, seed)]
        (ada,) = (each for each in decided if each.learner == "ada")
        reasons = "; ".join(map(str, ada.reasons))
        assert ada.is_graded == (reasons != "unchanged")
        return reasons

    def test_what_is_as_it_was(self, again):
        assert self.reason(again) == "unchanged"
        assert self.reason(again, fresh=True) == "--fresh"
        assert self.reason(again, seed=2) == "other seed"
        assert self.reason(again, is_confined=False) == "was confined"

    def test_the_submission_changed(self, again):
        folder = again.submitted / "ada/week1"
        (folder / "timestamp.txt").write_text("2026-03-02 21:14:05 UTC")
        assert self.reason(again) == "changed: timestamp.txt"
        (folder / "toys.py").write_text(WRONG)
        assert self.reason(again) == "changed: toys"
        assert self.reason(again, seed=2) == "other seed; changed: toys"
        (folder / "more.py").unlink()
        assert self.reason(again) == "changed: more, toys"

    def test_what_judges_it_changed(self, again):
        change_tests(again)
        assert self.reason(again) == "what judges it changed: week1/toys"
        (again.course.root / "tests/week1/conftest.py").write_text("")
        assert self.reason(again) == "what judges it changed: week1/toys, week1/more"
        (again.submitted / "ada/week1/more.py").unlink()
        assert self.reason(again) == "changed: more; what judges it changed: week1/toys, week1/more"

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"is_confined": False}, "was not confined"),
            ({"status": "lost"}, "was not graded: lost"),
            ({"suite": "another", "suites": {}}, "what judges it changed"),
        ],
    )
    def test_what_the_result_says_of_itself(self, again, fields, says):
        result = read_result(result_path(again.grades, "ada", "week1"))
        write_result(again.grades, replace(result, **fields))
        assert self.reason(again) == says

    def test_a_result_file_that_is_new_damaged_or_older(self, again):
        path = result_path(again.grades, "ada", "week1")
        data = json.loads(path.read_text(encoding="utf-8"))
        del data["texts"], data["suites"]  # as a version before these wrote it
        for text in ("{half a fi", json.dumps(data)):
            path.write_text(text, encoding="utf-8")
            assert self.reason(again) == "result file is damaged, or of another version"
        path.unlink()
        assert self.reason(again) == "new"

    def test_a_submission_that_cannot_be_read(self, again, monkeypatch):
        def fails(*_: object) -> None:
            raise OSError("a bad disk")

        monkeypatch.setattr(FolderSource, "read", fails)
        assert self.reason(again) == "could not be read"

    def test_the_command_says_so_and_grades(self, again, monkeypatch, capsys):
        monkeypatch.setattr("grader.run.Course", lambda: again.course)
        again.hand_in("eve", "")
        path = result_path(again.grades, "bob", "week1")
        path.write_text("{half a fi")
        command = ["run", str(again.submitted), "--out", str(again.grades), "--jobs", "1"]
        assert main([*command, "--explain"]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith(
            "ada week1: kept, unchanged\n"
            "bob week1: to grade, result file is damaged, or of another version\n"
            "eve week1: to grade, new\n"
            "1 unchanged, 1 result file is damaged, or of another version, 1 new\n\n"
        )
        assert "2 graded, 1 unchanged" in printed
        assert again.result("bob")["score"] == 4.5
        assert main(command) == 0
        assert "ada week1:" not in capsys.readouterr().out
