"""Work is counted, not timed: the same on every machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from grader.authoring.stubs import write_stubs
from grader.judging.reasons import why_failed
from grader.sandbox.arguments import Arguments
from grader.sandbox.faults import ForbiddenUse, TooMuchWork
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source
from tests.grader.toy import HIDDEN, REFERENCE, grade, hand_in, make_course

SOURCE = """
import numpy as np

def loops(X, Y):
    return np.array([[x.dot(y) for y in Y] for x in X])

def loops_with_names(X, Y):
    result = np.zeros((len(X), len(Y)))
    for i in range(len(X)):
        for j in range(len(Y)):
            result[i, j] = np.sum(X[i] * Y[j])
    return result

def vectorizes(X, Y):
    return np.vectorize(lambda i, j: X[i] @ Y[j])(*np.indices((len(X), len(Y))))

def sums(X, Y):
    return [sum(a * b for a, b in zip(x, y)) for x in X for y in Y]

def loops_over_rows(X, Y):
    return np.array([Y @ x for x in X])

def multiplies(X, Y):
    return X @ Y.T

def swallows(X, Y):
    try:
        return loops(X, Y)
    except BaseException:
        return X @ Y.T

def ends_the_count(X, Y):
    import sys
    sys.settrace(None)
    return loops(X, Y)

def counts(n):
    for _ in range(n):
        pass
    return n
"""
OLD = HIDDEN[HIDDEN.index("class TestProduct") : HIDDEN.index("class TestTotal")]
LOOP = "float(sum(x * y for x, y in zip(a, b)))"
QUICK = '''class TestProduct:
    def test_random(self, learner, rng):
        """It is the sum of products."""
        a, b = rng.normal(size=(2, 500))
        assert_close(learner.product(a, b), np.dot(a, b))

    @pytest.mark.work_limit(100)
    def test_quick(self, learner, rng):
        """It needs no loop."""
        a, b = rng.normal(size=(2, 500))
        assert_close(learner.product(a, b), np.dot(a, b))

    def test_again(self, learner, rng):
        """It is still the sum of products."""
        a, b = rng.normal(size=(2, 500))
        assert_close(learner.product(a, b), np.dot(a, b))


'''
NAMES = ("loops", "multiplies", "counts")
X, Y = np.ones((30, 4)), np.ones((40, 4))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as made:
        yield made


def answer(sandbox: Sandbox, name: str, *args: Any, steps: int | None, **options: Any) -> Any:
    with sandbox.spawn(Source("week1", "work", SOURCE, objects=NAMES, **options)) as child:
        child.load()
        child.max_steps = steps
        return child.call(name, Arguments(args, {}))


class TestCount:
    @pytest.mark.parametrize(
        "name", ["loops", "loops_with_names", "vectorizes", "sums", "swallows"]
    )
    def test_a_loop_over_pairs_is_stopped(self, sandbox, name):
        answer(sandbox, name, X, Y, steps=None)
        with pytest.raises(TooMuchWork) as found:
            answer(sandbox, name, X, Y, steps=1199)
        assert why_failed(found.value) == (
            "your code ran more than 1,199 lines of Python in one call: let numpy compute with "
            "whole arrays instead of looping over their entries"
        )

    @pytest.mark.parametrize("name", ["loops_over_rows", "multiplies", "ends_the_count"])
    def test_little_work_is_not(self, sandbox, name):
        assert np.shape(answer(sandbox, name, X, Y, steps=150)) == (30, 40)

    def test_the_count_is_the_same_each_time(self, sandbox):
        """A run of the loop is two steps; the others are the call, the loop's end and return."""
        for n in (1, 10, 500):
            assert answer(sandbox, "counts", n, steps=2 * n + 3) == n
            with pytest.raises(TooMuchWork):
                answer(sandbox, "counts", n, steps=2 * n + 2)

    def test_each_call_has_its_own(self, sandbox):
        with sandbox.spawn(Source("week1", "work", SOURCE, objects=NAMES)) as child:
            child.load()
            child.max_steps = 300
            for _ in range(5):
                assert child.call("counts", Arguments((100,), {})) == 100
            with pytest.raises(TooMuchWork):
                child.call("counts", Arguments((1000,), {}))
            assert child.call("counts", Arguments((100,), {})) == 100  # the child lives on
            child.max_steps = None
            assert child.call("counts", Arguments((1000,), {})) == 1000

    def test_a_script_is_counted_without_its_own_lines(self, sandbox):
        script = "def drive(module, n):\n    for _ in range(5000): pass\n"
        script += "    return module.counts(n)\n"
        with sandbox.spawn(Source("week1", "work", SOURCE, objects=NAMES)) as child:
            child.load()
            child.max_steps = 300
            assert child.run(script, "drive", "counts", Arguments((100,), {})) == 100
            with pytest.raises(TooMuchWork):
                child.run(script, "drive", "counts", Arguments((1000,), {}))

    def test_rules_hold_beside_it(self, sandbox):
        rules = {"multiplies": ["@"], "sums": ["np.einsum", "@"]}
        assert answer(sandbox, "sums", X[:2], Y[:1], steps=50, rules=rules) == [4, 4]
        with pytest.raises(TooMuchWork):
            answer(sandbox, "sums", X, Y, steps=50, rules=rules)
        with pytest.raises(ForbiddenUse):
            answer(sandbox, "multiplies", X, Y, steps=50, rules=rules)


class TestMark:
    def test_it_bounds_the_calls_of_its_own_test(self, tmp_path):
        """Who loops loses the test of speed, and no other; the reference, which adds up, none."""
        course = make_course(tmp_path / "course")
        path = tmp_path / "course" / "tests" / "week1" / "test_toys.py"
        path.write_text(HIDDEN.replace(OLD, QUICK), encoding="utf-8")
        write_stubs(course)
        submitted, grades = tmp_path / "submitted", tmp_path / "grades"
        hand_in(submitted, "ada", REFERENCE)
        hand_in(submitted, "bob", REFERENCE.replace("float(np.sum(a * b))", LOOP))
        grade(course, submitted, grades)
        ada, bob = (
            json.loads((grades / "results" / name / "week1.json").read_text())["exercises"][1]
            for name in ("ada", "bob")
        )
        assert ada["status"] == "passed"
        assert [test["status"] for test in bob["tests"]] == ["passed", "failed", "passed"]
        assert "let numpy compute with whole arrays" in bob["tests"][1]["why"]
        assert bob["status"] == "partial"
