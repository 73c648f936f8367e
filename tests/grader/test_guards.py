"""The run-time guards, each case in a process of its own, as in the sandbox.

`tests/rule_cases` has the cases: evasions, with who must see them, and honest code.
"""

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from grader.sandbox.arguments import Arguments
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source
from tests.rule_cases import EVASIONS, HONEST, Case

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("guarded.py").read_text(encoding="utf-8")
PREPARE = DRIVER[: DRIVER.index("def run(case")]
# The drivers pass for files of the sandbox, which are not the learner's.
FILE = str(ROOT / "grader" / "sandbox" / "inside" / "driver.py")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the sandbox needs fork")


def _as_sandbox(program: str) -> str:
    return f"exec(compile({program!r}, {FILE!r}, 'exec'), {{'__name__': '__main__'}})"


def _run(cases: list[Case], *, is_honest: bool) -> dict[tuple[str, bool], dict[str, Any]]:
    """Run all cases, each in a fork of one fresh interpreter; honest ones also unguarded."""
    lines = (
        {"name": c.name, "rules": c.rules, "source": c.source, "is_honest": is_honest}
        for c in cases
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", _as_sandbox(DRIVER), str(ROOT)],
        input="\n".join(map(json.dumps, lines)),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    answers = map(json.loads, done.stdout.splitlines())
    return {(name, guarded): answer for name, guarded, answer in answers}


@pytest.fixture(scope="module")
def evaded() -> dict[tuple[str, bool], dict[str, Any]]:
    """Run all evasions."""
    return _run(EVASIONS, is_honest=False)


@pytest.fixture(scope="module")
def honest() -> dict[tuple[str, bool], dict[str, Any]]:
    """Run all honest solutions."""
    return _run(HONEST, is_honest=True)


@pytest.mark.parametrize("case", EVASIONS, ids=str)
def test_the_guards_see_what_they_claim(evaded, case):
    """Exactly the evasions that say so are caught, with their line, even if it is swallowed."""
    answer = evaded[case.name, True]
    assert "crash" not in answer, answer
    if "has no attribute" in answer["result"]:
        pytest.skip("this Python or numpy does not have the function")
    assert (answer["violation"] is not None) == ("guards" in case.seen_by), answer
    if answer["violation"] is not None:
        line, call, rule = answer["violation"]
        assert 0 <= line <= case.source.count("\n") + 1, answer
        assert call
        assert rule == call or rule in case.rules


@pytest.mark.parametrize("case", HONEST, ids=str)
def test_honest_code_runs_unharmed(honest, case):
    """Honest code gives what it gives without guards."""
    assert "crash" not in honest[case.name, True]
    assert honest[case.name, True] == honest[case.name, False]


def test_a_swallowed_violation_keeps_the_first(evaded):
    """The first violation is the one that is reported."""
    assert evaded["swallowed twice", True]["violation"][1] == "np.dot"


def _in_fresh_interpreter(check: Any) -> None:
    source = dedent(inspect.getsource(check)) + "\ncheck(np, guards)\n"
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", _as_sandbox(PREPARE + source), str(ROOT)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_stand_ins_are_like_what_they_stand_for():
    """Where no rule is in force, a guarded function is the same in all that honest code does."""

    def check(np, guards):
        import copy
        import functools
        import inspect
        import operator
        import pickle

        dot, matmul = np.dot, np.matmul
        guards.install({"f": ["@", "np.dot", "np.linalg", ".T", "np.cov"]})
        assert np.dot is not dot
        a, A = np.arange(3.0), np.ones((3, 3))
        assert np.dot(a, a) == 5.0
        assert np.dot.__name__ == "dot"
        assert np.dot.__doc__ == dot.__doc__
        assert np.dot.__module__ == "numpy"
        assert repr(np.dot) == repr(dot)
        assert isinstance(np.matmul, np.ufunc)
        assert np.matmul.nin == 2
        assert np.matmul.signature == matmul.signature
        assert (np.matmul(A, A) == 3).all()
        assert inspect.signature(np.cov).parameters.keys() >= {"m", "rowvar"}
        assert functools.partial(np.dot, a)(a) == 5.0
        assert functools.reduce(operator.matmul, [A, A]).shape == (3, 3)
        assert np.vectorize(np.dot)(a, a).tolist() == [0.0, 1.0, 4.0]
        assert np.linalg.norm(a) == 5.0**0.5
        assert copy.deepcopy(np.dot) is np.dot
        assert pickle.loads(pickle.dumps(np.cov)) is np.cov
        assert {np.dot: 1}[np.dot] == 1
        assert issubclass(np.linalg.LinAlgError, ValueError)
        assert getattr(a, "T").shape == (3,)  # noqa: B009
        assert operator.attrgetter("T")(A).shape == (3, 3)
        assert operator.attrgetter("T", "real.T")(A)[1].shape == (3, 3)
        assert operator.methodcaller("dot", a)(a) == 5.0
        told = ""
        try:
            np.dot(a, A[:2])
        except ValueError as error:
            told = str(error)
        assert "not aligned" in told

        class Holder:
            inner = np.inner
            add = operator.matmul

        assert callable(Holder().inner)
        assert (Holder().add(A, A) == 3).all()

    _in_fresh_interpreter(check)


def test_nothing_is_touched_without_rules():
    """A module whose exercises have no rules runs on untouched numpy."""

    def check(np, guards):
        import builtins

        before = dict(vars(np)), dict(vars(builtins)), dict(sys.modules)
        guards.install({})
        guards.install({"f": []})
        assert (dict(vars(np)), dict(vars(builtins)), dict(sys.modules)) == before

    _in_fresh_interpreter(check)


def test_rules_hold_for_their_own_exercise_only():
    """Rules are in force during a call of their exercise, nested calls included, and no longer."""

    def check(np, guards):
        forbidden = {"f": ["np.dot"], "g": ["np.cov"]}
        guards.install(forbidden)
        guards.install(forbidden)
        space = {"np": np}
        text = "def dot(a): return np.dot(a, a)\ndef cov(a): return np.cov(a)\n"
        exec(compile(text, "week1/vectors.py", "exec"), space)
        dot, cov, a = space["dot"], space["cov"], np.arange(3.0)

        def is_caught(name, function):
            caught = None
            try:
                with guards.active(forbidden[name]):
                    function(a)
            except guards.ForbiddenCall as error:
                caught = error
            assert not isinstance(caught, Exception)
            assert guards.last is caught
            return guards.violation() is not None

        assert is_caught("f", dot)
        assert not is_caught("f", cov)
        assert is_caught("g", cov)
        assert not is_caught("g", dot)
        assert is_caught("f", lambda x: is_caught("g", dot) or dot(x))
        dot(a), cov(a)
        assert guards.violation() is None

    _in_fresh_interpreter(check)


def test_nothing_of_the_sandbox_can_be_imported():
    """A learner's module with rules finds no module of the sandbox to take apart."""
    text = """
        import importlib, sys
        found = []
        for name in ("guards", "rules", "child", "wire", "seccomp", "limits", "zygote"):
            try:
                found.append(importlib.import_module(name).__name__)
            except ImportError:
                found += [other for other in sys.modules if other == name]
        def product(): return found
    """
    source = Source(
        "week1", "product", dedent(text), objects=("product",), rules={"product": ["@"]}
    )
    with Sandbox() as sandbox, sandbox.spawn(source) as child:
        child.load()
        assert child.call("product", Arguments((), {})) == []


def test_scripts_of_the_grader_are_not_the_learner():
    """A script that drives a learner's class may use what the class may not."""

    def check(np, guards):
        guards.install({"f": ["@", "np.dot"]})
        space = {"np": np}
        exec(compile("def go(a): return a @ a + np.dot(a, a) + a.dot(a)", "script", "exec"), space)
        with guards.active(["@", "np.dot"]):
            assert space["go"](np.ones(2)) == 6.0
        assert guards.violation() is None

    _in_fresh_interpreter(check)
