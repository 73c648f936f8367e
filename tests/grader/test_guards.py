"""The run-time guards, each case in a process of its own, as in the sandbox.

The cases do what a syntax tree does not show. The exercise is called `f`; it gets two vectors, or
a matrix where it takes one argument.
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

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ["@", "np.dot", "np.vdot", "np.inner", "np.matmul", "np.einsum", "np.tensordot"]
TRANSPOSE = [".T", "np.transpose", "np.swapaxes", "np.moveaxis", "np.einsum"]
LINALG = ["np.linalg"]
EIGEN = ["np.linalg.eig*", "np.linalg.svd"]
COV = ["np.cov"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the sandbox needs fork")

# name: (rules, what the violation names, source)
EVASIONS: dict[str, tuple[list[str], str, str]] = {
    # the plain ways, should the syntax tree ever miss them
    "plain": (PRODUCT, "np.dot", "def f(a, b): return np.dot(a, b)"),
    "operator": (PRODUCT, "@", "def f(a, b): return a @ b"),
    "augmented": (PRODUCT, "@", "def f(a, b):\n A = np.eye(3)\n A @= A\n return A"),
    "method": (PRODUCT, "ndarray.dot", "def f(a, b): return a.dot(b)"),
    "unbound method": (PRODUCT, "ndarray.dot", "def f(a, b): return np.ndarray.dot(a, b)"),
    "ufunc": (PRODUCT, "np.matmul", "def f(a, b): return np.matmul(a, b)"),
    "ufunc method": (PRODUCT, "np.matmul", "def f(A): return np.matmul.reduce(A[None])"),
    "vecdot": (PRODUCT, "np.vecdot", "def f(a, b): return np.vecdot(a, b)"),
    "linalg.vecdot": (PRODUCT, "np.linalg.vecdot", "def f(a, b): return np.linalg.vecdot(a, b)"),
    "ma.dot": (PRODUCT, "np.ma.dot", "def f(a, b): return np.ma.dot(a, b)"),
    "masked array": (PRODUCT, "np.ma.core.MaskedArray.dot", "def f(a, b): np.ma.array(a).dot(b)"),
    "matrix": (PRODUCT, "matrix.__new__", "def f(a, b): return np.matrix(a) * np.matrix(b).T"),
    "view of a matrix": (PRODUCT, "matrix", "def f(a, b): return a.view(getattr(np, 'mat' 'rix'))"),
    "transpose method": (TRANSPOSE, "ndarray.transpose", "def f(A): return A.transpose()"),
    "transpose": (TRANSPOSE, "np.transpose", "def f(A): return np.transpose(A)"),
    "linalg": (LINALG, "np.linalg.solve", "def f(A): return np.linalg.solve(A, A)"),
    "eigh": (EIGEN, "np.linalg.eigh", "def f(A): return np.linalg.eigh(A)"),
    "corrcoef": (COV, "np.corrcoef", "def f(A): return np.corrcoef(A)"),
    "statistics": (
        COV,
        "covariance",
        "import statistics\ndef f(a, b): statistics.covariance(a, b)",
    ),
    # names put together at run time
    "computed getattr": (PRODUCT, "np.dot", "def f(a, b): return getattr(np, 'tod'[::-1])(a, b)"),
    "computed at the top": (
        PRODUCT,
        "np.dot",
        "g = [getattr(np, n) for n in dir(np) if n == 'd' + 'ot'][0]\ndef f(a, b): return g(a, b)",
    ),
    "getattr of an array": (
        PRODUCT,
        "getattr(…, 'dot')",
        "def f(a, b): getattr(a, 'tod'[::-1])(b)",
    ),
    "getattr of a property": (
        TRANSPOSE,
        "getattr(…, 'T')",
        "def f(A): return getattr(A, 't'.upper())",
    ),
    "getattr renamed": (
        TRANSPOSE,
        "getattr(…, 'T')",
        "g = getattr\ndef f(A): return g(A, 't'.upper())",
    ),
    "getattr mapped": (
        TRANSPOSE,
        "getattr(…, 'T')",
        "def f(A): return [*map(getattr, [A], ['T'])][0]",
    ),
    "attrgetter": (
        TRANSPOSE,
        "attrgetter(…, 'T')",
        "import operator\ndef f(A): return operator.attrgetter('t'.upper())(A)",
    ),
    "methodcaller": (
        PRODUCT,
        "methodcaller(…, 'dot')",
        "import operator\ndef f(a, b): return operator.methodcaller('tod'[::-1], b)(a)",
    ),
    "__dict__": (PRODUCT, "np.dot", "def f(a, b): return np.__dict__['d' + 'ot'](a, b)"),
    "vars": (PRODUCT, "np.inner", "def f(a, b): return vars(np)['in' + 'ner'](a, b)"),
    "globals": (PRODUCT, "np.dot", "def f(a, b): return globals()['np'].dot(a, b)"),
    "sys.modules": (
        PRODUCT,
        "np.dot",
        "import sys\ndef f(a, b): sys.modules['num' 'py'].dot(a, b)",
    ),
    "importlib": (
        PRODUCT,
        "np.dot",
        "import importlib\ndef f(a, b): return importlib.import_module('num' + 'py').dot(a, b)",
    ),
    "import in the call": (
        PRODUCT,
        "np.dot",
        "def f(a, b):\n from numpy import dot\n return dot(a, b)",
    ),
    "__wrapped__": (
        PRODUCT,
        "np.dot",
        "def f(a, b): return getattr(np, 'd' 'ot').__wrapped__(a, b)",
    ),
    "_implementation": (PRODUCT, "np.dot", "def f(a, b): return np.dot._implementation(a, b)"),
    # handed to others who call
    "reduce": (
        PRODUCT,
        "operator.matmul",
        "import functools, operator\ndef f(A): return functools.reduce(operator.matmul, [A, A])",
    ),
    "map": (PRODUCT, "np.dot", "def f(a, b): return list(map(np.dot, [a], [b]))"),
    "partial": (
        PRODUCT,
        "np.dot",
        "import functools\ndef f(a, b): return functools.partial(np.dot, a)(b)",
    ),
    "vectorize": (PRODUCT, "np.dot", "def f(a, b): return np.vectorize(np.dot)(a, b)"),
    "apply_along_axis": (
        PRODUCT,
        "np.dot",
        "def f(A): return np.apply_along_axis(np.dot, 0, A, A[0])",
    ),
    "sorted by it": (PRODUCT, "np.dot", "def f(A): return sorted(A, key=lambda r: np.dot(r, r))"),
    "picked from all": (
        PRODUCT,
        "np.dot",
        "ops = [o for n, o in sorted(vars(np).items()) if n in ('dot',)]\n"
        "def f(a, b): return ops[0](a, b)",
    ),
    "patched class": (
        PRODUCT,
        "np.dot",
        "class V:\n go = staticmethod(np.dot)\ndef f(a, b): V.go(a, b)",
    ),
    "exercise is the function": (PRODUCT, "np.dot", "f = np.dot"),
    "exercise is a partial": (PRODUCT, "np.dot", "import functools\nf = functools.partial(np.dot)"),
    # past the stand-ins
    "private module": (PRODUCT, "dot", "def f(a, b): return np._core.multiarray.dot(a, b)"),
    "private transpose": (
        TRANSPOSE,
        "transpose",
        "def f(A): return np._core.fromnumeric.transpose(A)",
    ),
    "raw C function": (
        PRODUCT,
        "dot",
        "g = np._core.multiarray.dot._implementation\ndef f(a, b): return g(a, b)",
    ),
    # code made from text
    "eval": (PRODUCT, "eval", "def f(a, b): return eval('a @ b')"),
    "eval mapped": (
        PRODUCT,
        "@",
        "def f(a, b):\n global x\n x = a\n return list(map(eval, ['x @ x']))",
    ),
    "exec": (PRODUCT, "exec", "def f(a, b): exec('a @ b')"),
    "exec at the top": (PRODUCT, "@", "exec('def f(a, b): return a @ b')"),
    "exec of a method": (PRODUCT, "dot", "exec('def f(a, b): return a.dot(b)')"),
    "exec of a property": (TRANSPOSE, "T", "exec('def f(A): return A.T')"),
    "lambda from eval": (TRANSPOSE, "T", "g = eval('lambda A: A.T')\ndef f(A): return g(A)"),
    "compile": (
        PRODUCT,
        "compile",
        "def f(a, b): return compile('a @ b', 'week1/vectors.py', 'eval')",
    ),
    "__import__": (PRODUCT, "__import__", "def f(a, b): return __import__('numpy').sum(a)"),
    # against the guards
    "swallowed": (
        PRODUCT,
        "np.dot",
        "def f(a, b):\n try: return np.dot(a, b)\n except: return 32.0",
    ),
    "swallowed twice": (
        PRODUCT,
        "np.dot",
        "def f(a, b):\n try: np.dot(a, b)\n except BaseException:\n"
        "  try: np.inner(a, b)\n  except: return 0",
    ),
    "swallowed method": (PRODUCT, "ndarray.dot", "def f(a, b):\n try: a.dot(b)\n except: return 1"),
    "finally": (PRODUCT, "np.dot", "def f(a, b):\n try: np.dot(a, b)\n finally: return 1"),
    "profile off": (PRODUCT, "sys.setprofile", "import sys\ndef f(a, b): sys.setprofile(None)"),
    "profile off by map": (
        PRODUCT,
        "sys.setprofile",
        "import sys\ndef f(a, b): return list(map(sys.setprofile, [None]))",
    ),
    "trace": (PRODUCT, "sys.settrace", "import sys\ndef f(a, b): sys.settrace(None)"),
    "frames": (PRODUCT, "sys._getframe", "import sys\ndef f(a, b): return sys._getframe(1)"),
    "gc": (PRODUCT, "gc.get_objects", "import gc\ndef f(a, b): return gc.get_objects()"),
    # another module of the learner
    "operator in a sibling": (
        PRODUCT,
        "@",
        "from sibling import product\ndef f(a, b): return product(a, b)",
    ),
    "property in a sibling": (
        TRANSPOSE,
        "T",
        "from sibling import turned\ndef f(A): return turned(A)",
    ),
}

# name: (rules, what it must return, source)
HONEST: dict[str, tuple[list[str], Any, str]] = {
    "loop": (PRODUCT, 32.0, "def f(a, b): return sum(x * y for x, y in zip(a, b))"),
    "array": (PRODUCT, 32.0, "def f(a, b): return np.multiply(a, b).sum()"),
    "map": (PRODUCT, 32.0, "def f(a, b): return sum(map(np.multiply, a, b))"),
    "norm inside": (PRODUCT, 3.742, "def f(a, b): return np.linalg.norm(a)"),
    "average inside": (PRODUCT, 2.133, "def f(a, b): return np.average(a, weights=b)"),
    "cov inside": (PRODUCT, 1.0, "def f(a, b): return np.cov(a, b)[0, 1]"),
    "std inside": (PRODUCT, 0.816, "def f(a, b): return np.std(a)"),
    "polyfit inside": (LINALG, 1.0, "def f(a, b): return np.polyfit(a, b, 1)[0]"),
    "apply along an axis": (
        TRANSPOSE,
        [2.0, 5.0],
        "def f(A): return np.apply_along_axis(np.max, 1, np.array([[1.0, 2], [4, 5]]))",
    ),
    "matrix printed": (TRANSPOSE, "[[1. 2.]\n [3. 4.]]", "def f(A): return str(A)"),
    "own dot": (
        PRODUCT,
        32.0,
        "def dot(a, b): return (a * b).sum()\ndef f(a, b): return dot(a, b)",
    ),
    "own dot on a class": (
        PRODUCT,
        32.0,
        """
        class V:
            def __init__(self, x): self.x = x
            def dot(self, other): return sum(p * q for p, q in zip(self.x, other.x))
        def f(a, b): return V(a).dot(V(b))
        """,
    ),
    "own T": (
        TRANSPOSE,
        [[1.0, 3.0], [2.0, 4.0]],
        """
        class M:
            def __init__(self, x): self.x = x
            @property
            def T(self): return [list(c) for c in zip(*self.x)]
        def f(A): return np.array(M(A).T)
        """,
    ),
    "own attribute by getattr": (
        PRODUCT,
        1,
        "class V:\n def dot(self): return 1\ndef f(a, b): return getattr(V(), 'dot')()",
    ),
    "own dataclass": (
        TRANSPOSE,
        "S(T=2, d=3)",
        "from dataclasses import dataclass\n@dataclass\nclass S:\n T: int\n d: int\n"
        "def f(A): return str(S(2, 3)) if S(2, 3) == S(2, 3) else ''",
    ),
    "own namedtuple": (
        TRANSPOSE,
        2,
        "from collections import namedtuple\ndef f(A):\n"
        " S = namedtuple('S', 'T d')\n return S(2, 3).T",
    ),
    "own matmul elsewhere": (
        PRODUCT,
        32.0,
        "def g(a, b): return a @ b\ndef f(a, b): return float(sum(a * b))",
    ),
    "getattr": (PRODUCT, 1, "def f(a, b): return getattr(a, 'ndim') + getattr(a, 'nothing', 0)"),
    "eigen beside products": (EIGEN, 32.0, "def f(a, b): return a @ b"),
    "inverse beside eigen": (EIGEN, 1.0, "def f(A): return np.linalg.inv(np.eye(2))[0, 0]"),
    "LinAlgError": (
        LINALG,
        "singular",
        "def f(A):\n try: raise np.linalg.LinAlgError('singular')\n"
        " except np.linalg.LinAlgError as e: return str(e)",
    ),
    "import in the call": (
        PRODUCT,
        6.0,
        "def f(a, b):\n import math, fractions\n return math.fsum(a)",
    ),
    "set, sort and stringify": (
        PRODUCT,
        "1",
        "def f(a, b): return sorted({str(int(x)) for x in a})[0]",
    ),
    "regular expression": (
        PRODUCT,
        1,
        "import re\ndef f(a, b): return len(re.compile('d.t').findall('dot'))",
    ),
    "error": (PRODUCT, "ValueError: lengths", "def f(a, b): raise ValueError('lengths')"),
    "deep recursion": (
        PRODUCT,
        "deep",
        "def f(a, b):\n try: return f(a, b)\n except RecursionError: return 'deep'",
    ),
    "generator": (
        PRODUCT,
        32.0,
        "def g(a, b):\n for x, y in zip(a, b): yield x * y\ndef f(a, b): return sum(g(a, b))",
    ),
    "sibling": (PRODUCT, 32.0, "from sibling import honest\ndef f(a, b): return honest(a, b)"),
}

SIBLING = """
def product(a, b): return a @ b
def turned(A): return A.T
def honest(a, b): return float((a * b).sum())
"""

DRIVER = r"""
import json, os, sys, types
root = sys.argv[1]
sys.path.insert(0, os.path.join(root, "grader", "sandbox", "inside"))
import importlib.util
spec = importlib.util.spec_from_file_location("rules", os.path.join(root, "kata", "rules.py"))
module = sys.modules["rules"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
import numpy as np
import guards

def run(case):
    guards.install({"f": case["rules"]})
    sibling = sys.modules["sibling"] = types.ModuleType("sibling")
    exec(compile(case["sibling"], "week1/sibling.py", "exec"), vars(sibling))
    space = {"__name__": "week1.vectors"}
    code = compile("import numpy as np\n" + case["source"], "week1/vectors.py", "exec")
    exec(code, space)
    A = np.array([[1.0, 2.0], [3.0, 4.0]])
    two = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])
    try:
        with guards.active("f", case["rules"]):
            result = space["f"](*(two if case["takes"] == 2 else (A,)))
    except guards.ForbiddenCall as error:
        result = "forbidden: " + str(error)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    if isinstance(result, (np.ndarray, np.generic)):
        result = result.tolist()
    if not isinstance(result, (int, float, str, list)):
        result = repr(result)
    return {"result": result, "violation": guards.violation(), "left": sys.getprofile() is None}

for line in sys.stdin:
    case = json.loads(line)
    if os.fork() == 0:
        try:
            answer = run(case)
        except BaseException as error:
            answer = {"crash": repr(error)}
        os.write(1, (json.dumps([case["name"], answer]) + "\n").encode())
        os._exit(0)
    os.wait()
"""


def _run(cases: dict[str, tuple[list[str], Any, str]]) -> dict[str, dict[str, Any]]:
    """Run all cases, each in a fork of one fresh interpreter."""
    lines = []
    for name, (forbidden, _, source) in cases.items():
        takes = 1 if "f(A)" in source else 2
        case = {"name": name, "rules": forbidden, "source": dedent(source)}
        lines.append(json.dumps({**case, "takes": takes, "sibling": SIBLING}))
    done = subprocess.run(
        [sys.executable, "-I", "-c", DRIVER, str(ROOT)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def evaded() -> dict[str, dict[str, Any]]:
    """Run all evasions."""
    return _run(EVASIONS)


@pytest.fixture(scope="module")
def honest() -> dict[str, dict[str, Any]]:
    """Run all honest solutions."""
    return _run(HONEST)


@pytest.mark.parametrize("name", EVASIONS)
def test_an_evasion_is_caught(evaded, name):
    """An evasion is caught while it runs, with its line, also where it is swallowed."""
    _, what, source = EVASIONS[name]
    answer = evaded[name]
    assert "crash" not in answer, answer
    assert answer["violation"] is not None, answer
    line, call, rule = answer["violation"]
    assert what in call
    assert rule
    if not name.startswith(("exercise is", "exec", "lambda from")):
        assert 1 <= line <= dedent(source).count("\n") + 2, answer
    assert answer["left"], "the profile hook stays behind"


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_solution_runs_unharmed(honest, name):
    """An honest solution gives what it gives without guards."""
    expected = HONEST[name][1]
    answer = honest[name]
    assert "crash" not in answer, answer
    assert answer["violation"] is None
    assert answer["left"]
    if isinstance(expected, float):
        assert answer["result"] == pytest.approx(expected, abs=1e-3)
    else:
        assert answer["result"] == expected


def test_a_swallowed_violation_keeps_the_first(evaded):
    """The first violation is the one that is reported."""
    assert evaded["swallowed twice"]["violation"][1] == "np.dot"


def _in_fresh_interpreter(check: Any) -> None:
    source = dedent(inspect.getsource(check)) + "\ncheck(np, guards)\n"
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", PREPARE + source, str(ROOT)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


PREPARE = DRIVER[: DRIVER.index("def run(case)")]


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
        assert np.dot.__wrapped__ is dot
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
        assert isinstance(operator.attrgetter("T"), operator.attrgetter)
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
        before = dict(vars(np)), getattr, sys.setprofile
        guards.install({})
        guards.install({"f": []})
        assert (dict(vars(np)), getattr, sys.setprofile) == before

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
                with guards.active(name, forbidden[name]):
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
        assert sys.getprofile() is None

    _in_fresh_interpreter(check)


def test_scripts_of_the_grader_are_not_the_learner():
    """A script that drives a learner's class may use what the class may not."""

    def check(np, guards):
        guards.install({"f": ["@", "np.dot"]})
        space = {"np": np}
        exec(compile("def go(a): return a @ a + np.dot(a, a) + a.dot(a)", "script", "exec"), space)
        with guards.active("f", ["@", "np.dot"]):
            assert space["go"](np.ones(2)) == 6.0
        assert guards.violation() is None

    _in_fresh_interpreter(check)
