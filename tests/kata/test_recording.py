"""What `pytest week1` leaves in the learner's state file."""

import pytest

from exercises.catalogue import load_catalogue
from kata.state import load_state
from tests.kata.test_plugin import COUNTER, DOT, EXTRA, NORM, STUB, VECTORS, katas

__all__ = ["katas"]
WRONG_DOT = DOT.replace("u * v", "u + v")


def records(katas):
    catalogue = load_catalogue(katas.pytester.path / "exercises")
    state = load_state(katas.pytester.path)
    return {exercise.name: state.of(exercise) for exercise in catalogue.exercises}


class TestRecording:
    def test_what_became_of_each_exercise(self, katas):
        katas.run("week1", vectors=DOT + STUB.format(name="norm") + EXTRA.replace("1", "2"))
        found = {name: (r.status, r.passed, r.tests) for name, r in records(katas).items()}
        assert found == {
            "dot": ("passed", 2, 2),
            "norm": ("todo", 0, 2),
            "extra": ("failed", 0, 1),
            "counter": ("passed", 1, 1),
        }
        assert records(katas)["dot"].solved
        assert not records(katas)["norm"].solved

    def test_the_learner_is_at_the_first_that_was_left_before(self, katas):
        katas.run("week1", vectors=DOT + STUB.format(name="norm"))
        assert load_state(katas.pytester.path).at == "week1/dot"
        katas.run("week1", vectors=VECTORS)
        assert load_state(katas.pytester.path).at == "week1/norm"

    def test_what_did_not_run_stays(self, katas):
        katas.run("week1")
        katas.run("week1", "-k", "norm", vectors=WRONG_DOT + NORM)
        assert records(katas)["dot"].status == "passed"
        katas.run("week1", "-k", "dot", vectors=None)
        assert records(katas)["dot"].status == "failed"

    def test_one_test_that_passes_is_not_done(self, katas):
        katas.run("week1/test_vectors.py::TestDot::test_by_hand")
        assert records(katas)["dot"].status == "todo"

    def test_one_test_that_fails_takes_one_point_away(self, katas):
        katas.run("week1")
        katas.run("week1/test_vectors.py::TestDot::test_by_hand", vectors=WRONG_DOT)
        dot = records(katas)["dot"]
        assert (dot.status, dot.passed, dot.tests) == ("failed", 1, 2)

    def test_solved_once_stays_the_day_of_it(self, katas):
        katas.run("week1")
        day = records(katas)["dot"].solved
        katas.run("week1", vectors=WRONG_DOT)
        dot = records(katas)["dot"]
        assert (dot.status, dot.solved) == ("failed", day)

    def test_a_run_of_all_weeks_is_at_none_of_them(self, katas):
        text = (katas.pytester.path / "exercises/week1.toml").read_text(encoding="utf-8")
        katas.write("exercises/week2.toml", text)
        katas.write("week2/machines.py", COUNTER)
        test = (katas.pytester.path / "week1/test_machines.py").read_text(encoding="utf-8")
        katas.write("week2/test_machines.py", test)
        katas.run("week2")
        katas.run("week1", "week2")
        assert load_state(katas.pytester.path).at == "week2/counter"

    def test_collecting_alone_leaves_nothing(self, katas):
        katas.run("week1", "--collect-only")
        assert not (katas.pytester.path / "progress.toml").exists()

    def test_a_damaged_file_is_named_at_the_end(self, katas):
        katas.write("progress.toml", "week1 = ")
        assert katas.run("week1").ret == 0
        katas.shows(" progress.toml was damaged*progress.damaged.toml")

    def test_a_file_that_cannot_be_written_is_no_failure(self, katas):
        (katas.pytester.path / "progress.toml").mkdir()
        assert katas.run("week1").ret == 0
        katas.shows(" progress.toml cannot be written, so this run is not in it: *")

    def test_with_xdist_the_state_is_the_same(self, katas):
        pytest.importorskip("xdist")
        katas.write("week1/vectors.py", VECTORS)
        result = katas.pytester.runpytest_subprocess("week1", "-n", "2", "-p", "no:cacheprovider")
        assert result.ret == 0
        assert {record.status for record in records(katas).values()} == {"passed"}
