"""The parts of `kata watch`: what a change concerns, and runs that come back from anything."""

import os
import queue
import time

import pytest

from exercises.catalogue import load_catalogue
from kata.project import Project
from kata.watching import warm
from kata.watching.concerns import changed_names, concerned
from kata.watching.keyboard import _keys
from kata.watching.runner import Heard, Runner
from tests.kata.test_plugin import CATALOGUE, COUNTER, INI, TEST_MACHINES, TEST_VECTORS, VECTORS

SOURCE = '''"""Vectors."""

import numpy as np

SCALE = 1.0


def dot(a, b):
    return a @ b


def _helper(a):
    return SCALE * dot(a, a)


def norm(a):
    return _helper(a) ** 0.5


def extra(a):
    return 1
'''


@pytest.fixture
def root(tmp_path):
    """Make a folder of toy katas, all solved."""
    files = {
        "pytest.ini": INI,
        "exercises/week1.toml": CATALOGUE.format(week="toys"),
        "week1/test_vectors.py": TEST_VECTORS,
        "week1/test_machines.py": TEST_MACHINES,
        "week1/machines.py": COUNTER,
        "week1/vectors.py": VECTORS,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


class TestConcerns:
    @pytest.fixture
    def exercises(self, root):
        return load_catalogue(root / "exercises").weeks[0].modules[0].exercises

    @pytest.mark.parametrize(
        ("old", "new", "names"),
        [
            ("return a @ b", "return b @ a", {"dot"}),
            ("SCALE = 1.0", "SCALE = 2.0", {"SCALE"}),
            ("def extra(a):\n    return 1\n", "", {"extra"}),
            ("import numpy as np", "import numpy as np  # fine", set()),
            ("import numpy as np", "import numpy", None),
            ("return a @ b", "return (a @ b", None),
        ],
    )
    def test_which_definitions_differ(self, old, new, names):
        changed = changed_names(SOURCE, SOURCE.replace(old, new))
        if names is None and changed is not None:  # a broken file is taken by its lines
            assert "dot" in changed
        else:
            assert changed == names

    @pytest.mark.parametrize(
        ("changed", "names"),
        [
            ({"extra"}, ["extra"]),
            ({"norm"}, ["norm"]),
            ({"SCALE"}, ["norm"]),
            ({"dot"}, ["dot", "norm"]),
            (set(), []),
        ],
    )
    def test_who_reaches_what_changed(self, exercises, changed, names):
        found = concerned(exercises, SOURCE, changed)
        assert [exercise.name for exercise in found] == names

    def test_of_a_broken_file_it_is_what_was_changed(self, exercises):
        found = concerned(exercises, SOURCE.replace("a @ b", "(a @ b"), {"dot"})
        assert [exercise.name for exercise in found] == ["dot"]


class TestKeys:
    @pytest.mark.parametrize(
        ("typed", "keys"),
        [
            (b"n", ["n"]),
            (b"\x1b[A", ["p"]),
            (b"\x1b[C", ["n"]),
            (b"\x1b[5~", []),
            (b"hq", ["h", "q"]),
        ],
    )
    def test_arrows_are_keys_and_other_sequences_are_none(self, typed, keys):
        assert list(_keys(typed)) == keys


MODES = [
    pytest.param(
        False,
        id="forked",
        marks=pytest.mark.skipif(not warm.CAN_FORK, reason="no safe fork on this system"),
    ),
    pytest.param(True, id="fresh"),
]


class Runs:
    """A runner, and what it comes to."""

    def __init__(self, root, *, once):
        self.root = root
        self.project = Project(root)
        self.events = queue.SimpleQueue()
        self.runner = Runner(self.project, self.events.put, once=once)
        self.exercises = self.project.catalogue.exercises

    def write(self, text, name="week1/vectors.py"):
        (self.root / name).write_text(text, encoding="utf-8")

    def run(self, *names, limit_s=60.0):
        chosen = [each for each in self.exercises if each.name in names]
        self.runner.run(chosen, limit_s)
        return self.end()

    def end(self):
        while True:
            try:
                event = self.events.get(timeout=0.05)
            except queue.Empty:
                ended = self.runner.overdue()
            else:
                ended = self.runner.heard(event)
            if ended is not None:
                return ended

    def statuses(self, *names):
        ended = self.run(*names)
        assert ended.standings is not None, ended
        return {each.name: standing.status for each, standing in ended.standings.items()}


@pytest.fixture(params=MODES)
def runs(root, request):
    runs = Runs(root, once=request.param)
    yield runs
    runs.runner.close()


class TestRunner:
    def test_only_what_is_asked_for_runs_and_from_the_file_as_it_is(self, runs):
        assert runs.statuses("dot") == {"dot": "passed"}
        runs.write(VECTORS.replace("u * v", "u + v"))
        assert runs.statuses("dot", "counter") == {"dot": "failed", "counter": "passed"}
        runs.write(VECTORS)
        assert runs.statuses("dot", "norm", "extra") == dict.fromkeys(
            ("dot", "norm", "extra"), "passed"
        )

    def test_one_exercise_of_a_file_is_whole(self, runs):
        (standing,) = runs.run("norm").standings.values()
        assert (standing.n_passed, standing.n_tests) == (2, 2)

    @pytest.mark.parametrize(
        ("code", "detail"),
        [
            ("import os; os._exit(3)", "with exit status 3"),
            ("import os; os.kill(os.getpid(), 9)", "by SIGKILL"),
        ],
    )
    def test_code_that_ends_the_process(self, runs, code, detail):
        runs.write(VECTORS.replace("return float(np.sum(u * v))", code))
        ended = runs.run("dot")
        assert (ended.standings, ended.why, ended.detail) == (None, "crashed", detail)
        runs.write(VECTORS)
        assert runs.statuses("dot") == {"dot": "passed"}

    def test_exit_is_a_wrong_answer(self, runs):
        runs.write(VECTORS.replace("return float(np.sum(u * v))", "exit()"))
        assert runs.statuses("dot") == {"dot": "failed"}

    def test_what_never_ends_is_ended(self, runs):
        runs.write(VECTORS.replace("return float(np.sum(u * v))", "while True: pass"))
        ended = runs.run("dot", limit_s=1.0)
        assert (ended.standings, ended.why) == (None, "timeout")
        runs.write(VECTORS)
        assert runs.statuses("dot") == {"dot": "passed"}

    def test_a_new_run_ends_the_one_before(self, runs):
        runs.write(VECTORS.replace("return float(np.sum(u * v))", "while True: pass"))
        runs.runner.run(runs.exercises[:1], 60.0)
        time.sleep(0.5)
        runs.write(VECTORS)
        assert runs.statuses("dot") == {"dot": "passed"}

    def test_a_flood_of_output_is_bounded(self, runs):
        loop = "while True: print('x' * 100_000)"
        runs.write(VECTORS.replace("return float(np.sum(u * v))", loop))
        assert runs.statuses("dot") == {"dot": "failed"}
        runs.write(VECTORS)
        assert runs.statuses("dot") == {"dot": "passed"}

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
    def test_code_that_forks_has_one_verdict(self, runs):
        code = "import os; os.fork(); return float(np.sum(u * v))"
        runs.write(VECTORS.replace("return float(np.sum(u * v))", code))
        assert runs.statuses("dot") == {"dot": "passed"}

    def test_tests_that_have_changed_are_collected_anew(self, runs):
        assert runs.statuses("dot") == {"dot": "passed"}
        runs.write(TEST_VECTORS.replace("11.0", "12.0"), "week1/test_vectors.py")
        runs.runner.refresh()
        assert runs.statuses("dot") == {"dot": "failed"}

    def test_a_file_of_tests_that_is_broken_costs_no_other(self, runs):
        runs.write("def (", "week1/test_vectors.py")
        runs.runner.refresh()
        assert runs.statuses("dot", "counter") == {"counter": "passed"}

    def test_where_pytest_itself_fails_nothing_is_tried_for_ever(self, runs):
        runs.write("[pytest]\naddopts = --no-such-option\n", "pytest.ini")
        runs.runner.refresh()
        ended = runs.run("dot")
        assert (ended.standings, ended.why) == (None, "broken")
        runs.write(INI, "pytest.ini")
        assert runs.statuses("dot") == {"dot": "passed"}

    def test_a_warm_process_that_was_ended_is_replaced(self, runs):
        assert runs.statuses("dot") == {"dot": "passed"}
        runs.runner._process.kill()
        runs.runner._process.wait()
        assert runs.statuses("dot") == {"dot": "passed"}

    def test_closed_it_leaves_no_process(self, runs):
        runs.write(VECTORS.replace("return float(np.sum(u * v))", "while True: pass"))
        runs.runner.run(runs.exercises[:1], 60.0)
        while True:
            event = runs.events.get()
            runs.runner.heard(event)
            if "started" in event.message:
                break
        runs.runner.close()
        gone = Heard(runs.runner._process, {})
        assert gone.process.poll() is not None
        if os.name == "posix":
            end = time.monotonic() + 10
            while _is_alive(event.message["started"]):
                assert time.monotonic() < end
                time.sleep(0.05)


def _is_alive(pid):
    """Say whether a process runs: one that waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
