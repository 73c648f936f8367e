"""Known paths: the same verdicts as when every hidden test runs, and the learner's own reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import grader.judging.transcripts
from grader.course import Course
from grader.errors import SandboxError
from grader.intake.submission import File, Submission
from grader.judging.bench import ModuleBench, Wanted
from grader.judging.suite import collect
from grader.judging.transcripts import Transcripts
from grader.judging.verdicts import Grader
from grader.results import ExerciseResult
from grader.sandbox.sandbox import Child, Sandbox
from grader.sandbox.source import Source
from kata.comparisons import assert_close, assert_keeps_inputs

MODULES = [("week1", "vectors"), ("week3", "softmax")]
TWICE = "def f(x):\n    return 2 * x\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


class Bodies:
    """A hidden test, and how often it ran."""

    def __init__(self, sandbox: Sandbox, test: Callable[[Callable[..., Any]], object]) -> None:
        self.sandbox = sandbox
        self.test = test
        self.transcripts = Transcripts()
        self.n_runs = 0

    def on(self, text: str) -> BaseException | None:
        """Return what the test finds wrong with a module that has a function `f`."""
        bench = ModuleBench(self.sandbox, Source("week1", "m", text, objects=("f",)))
        try:
            return self.transcripts.run("a test", bench, self._body)
        finally:
            bench.close()

    def _body(self, bench: Any) -> BaseException | None:
        self.n_runs += 1

        def learner(*args: Any) -> Any:
            return bench.perform(Wanted("f", None, args, {}))

        learner.with_changes = lambda *args: bench.perform(
            Wanted("f", None, args, {}, changes_show=True)
        )
        try:
            self.test(learner)
        except (Exception, pytest.fail.Exception) as error:
            return error
        return None


class TestPaths:
    def test_the_same_answers_run_the_test_once(self, sandbox):
        bodies = Bodies(sandbox, lambda f: [assert_close(f(x), 2 * x) for x in (1.0, 2.0, 3.0)])
        for text in (TWICE, "def f(x):\n    return x + x\n", TWICE):
            assert bodies.on(text) is None
        assert bodies.n_runs == 1

    def test_another_answer_runs_it_once_more(self, sandbox):
        bodies = Bodies(sandbox, lambda f: [assert_close(f(x), 2 * x) for x in (1.0, 2.0)])
        square = "def f(x):\n    return 2 * x * x\n"
        assert bodies.on(TWICE) is None
        first, second = bodies.on(square), bodies.on(square)
        assert "8" in str(first)
        assert second.told == first.told
        assert bodies.n_runs == 2
        assert bodies.on(TWICE) is None
        assert bodies.n_runs == 2

    def test_calls_already_made_are_not_made_again(self, sandbox):
        """A function that counts its calls is asked as often as the test asks."""
        bodies = Bodies(sandbox, lambda f: [assert_close(f(x), x) for x in (1.0, 2.0, 3.0)])
        assert bodies.on("def f(x):\n    return x\n") is None
        counts = "n = 0\ndef f(x):\n    global n\n    n += 1\n    return x if n < 3 else 10 * n\n"
        assert "30" in str(bodies.on(counts))

    def test_an_error_is_the_learners_own(self, sandbox):
        bodies = Bodies(sandbox, lambda f: assert_close(f(1.0), 2.0))
        for word in ("apple", "pear"):
            error = bodies.on(f"def f(x):\n    {word} = {{}}\n    return {word}[x]\n")
            assert f"return {word}[x]" in error.raised.line
        assert bodies.n_runs == 1

    def test_of_an_expected_error_only_the_type_counts(self, sandbox):
        def refuses(f):
            with pytest.raises(ValueError):
                f(-1.0)
            assert_close(f(2.0), 4.0)

        bodies = Bodies(sandbox, refuses)
        text = "def f(x):\n    if x < 0:\n        raise {}('{}')\n    return 2 * x\n"
        assert bodies.on(text.format("ValueError", "too small")) is None
        assert bodies.on(text.format("ValueError", "negative")) is None
        assert bodies.n_runs == 1
        assert type(bodies.on(text.format("KeyError", "negative"))) is KeyError
        assert bodies.on(TWICE) is not None

    def test_changes_reach_the_tests_own_objects(self, sandbox):
        def keeps(f):
            x = np.ones(3)
            f(x)
            assert_keeps_inputs(f, x)

        bodies = Bodies(sandbox, keeps)
        assert bodies.on(TWICE) is None
        in_place = "n = 0\ndef f(x):\n    global n\n    n += 1\n    y = 2 * x\n"
        in_place += "    if n == 2:\n        x[0] = 5\n    return y\n"
        for _ in range(2):
            assert "changed in place" in str(bodies.on(in_place))
        assert bodies.n_runs == 2
        assert bodies.on(TWICE) is None

    def test_a_function_is_handed_over_by_its_own_test(self, sandbox):
        def calls_back(f):
            seen = []
            assert_close(f(lambda x: seen.append(x) or 2 * x), 6.0)
            assert seen == [3.0]

        bodies = Bodies(sandbox, calls_back)
        for runs in (1, 2):
            assert bodies.on("def f(g):\n    return g(3.0)\n") is None
            assert bodies.n_runs == runs
        assert bodies.on("def f(g):\n    return 6.0\n") is not None

    def test_what_does_not_end_ends_for_each_alone(self, sandbox):
        bodies = Bodies(sandbox, lambda f: [assert_close(f(x), 2 * x) for x in (1.0, 2.0)])
        stops = "import os\ndef f(x):\n    if x > 1:\n        os._exit(3)\n    return 2 * x\n"
        for _ in range(2):
            assert type(bodies.on(stops)).__name__ == "ChildCrashed"
        assert bodies.n_runs == 2
        assert bodies.on(TWICE) is None

    def test_a_failure_of_ours_is_no_answer(self, sandbox, monkeypatch):
        """It is raised as it is, and kept by no path."""
        bodies = Bodies(sandbox, lambda f: [assert_close(f(x), 2 * x) for x in (1.0, 2.0)])
        assert bodies.on(TWICE) is None
        with monkeypatch.context() as patch:
            patch.setattr(Child, "value_of", fails_on_our_side)
            found = bodies.on("def f(x):\n    return 3 * x\n")
        assert type(found) is SandboxError
        assert "6.0" in str(bodies.on("def f(x):\n    return 3 * x if x > 1 else 2 * x\n"))
        assert "3.0" in str(bodies.on("def f(x):\n    return 3 * x\n"))

    def test_a_test_that_asks_something_else_each_time_is_always_run(self, sandbox):
        numbers = iter(range(1, 100))

        def asks_anew(f):
            x = float(next(numbers))
            assert_close(f(x), 2 * x)

        bodies = Bodies(sandbox, asks_anew)
        for _ in range(3):
            assert bodies.on(TWICE) is None
        assert bodies.on("def f(x):\n    return 3 * x\n") is not None

    def test_too_large_a_tree_starts_anew(self, sandbox, monkeypatch):
        monkeypatch.setattr(grader.judging.transcripts, "MAX_STEPS", 3)
        bodies = Bodies(sandbox, lambda f: [assert_close(f(x), 2 * x) for x in (1.0, 2.0, 3.0)])
        for factor in range(3, 9):
            assert bodies.on(f"def f(x):\n    return 2 * x + {factor} * (x == 3)\n") is not None
            assert bodies.transcripts._n_steps <= 4
        assert bodies.on(TWICE) is None


class TestVerdicts:
    @pytest.mark.parametrize(("week", "name"), MODULES)
    def test_are_the_same_as_without(self, sandbox, week, name):
        """Every eighth variant of a module, graded twice on shared paths and once on none."""
        course = Course()
        module = course.module(week, name)
        suite = collect(course, [module])
        shared = Grader(course, suite, sandbox, seed=5)
        for variant in course.variants(module)[::8]:
            exercise = next(e for e in module.exercises if e.name == variant.exercise)
            alone = Grader(course, suite, sandbox, seed=5, transcripts=None)
            expected = timeless(alone.grade_one(module, exercise, variant.source))
            for _ in range(2):
                found = timeless(shared.grade_one(module, exercise, variant.source))
                assert found == expected

    def test_a_class_shares_them(self, sandbox):
        """Whoever comes later gets the same result, with places in their own file."""
        course = Course()
        module = course.module("week1", "vectors")
        suite = collect(course, [module])
        shared = Grader(course, suite, sandbox, seed=5)
        text = course.read(course.layout.reference(module))
        broken = text.replace("return ", "return None[0] or ", 3)
        for n_lines in (0, 3):
            moved = File("\n" * n_lines + broken)
            result = shared.grade(Submission("ada", "week1", {"vectors": moved}))
            failed = [each for each in result.exercises if "None[0]" in each.why]
            assert failed
            lines = {int(each.why.split("vectors.py:")[1].split(",")[0]) for each in failed}
            assert min(lines) == 1 + n_lines + min(
                number for number, line in enumerate(broken.splitlines()) if "None[0]" in line
            )


def fails_on_our_side(*_: object) -> None:
    raise SandboxError("the zygote is lost")


def timeless(result: ExerciseResult) -> dict[str, Any]:
    return {name: value for name, value in vars(result).items() if name != "seconds"}
