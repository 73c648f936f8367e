"""What is told of an answer: enough for an honest learner, nothing that their code could make."""

from __future__ import annotations

import re
import warnings
from typing import Any

import numpy as np
import pytest

from grader.judging.bench import ModuleBench
from grader.judging.reasons import why_failed
from grader.sandbox.answers import violation_sentence, warn_again
from grader.sandbox.arguments import Arguments
from grader.sandbox.faults import BadAnswer, ForbiddenUse
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source

SECRET = 0.62831853
DIGITS = "62831853"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Limits()) as made:
        yield made


def why(sandbox: Sandbox, body: str, *args: Any) -> str:
    """Return what a learner reads of a function `f(x, y)` with this body."""
    text = f"import numpy as np\ndef f(x=1, y=2):\n    {body}\n"
    with sandbox.spawn(Source("week1", "m", text, objects=("f",))) as child:
        child.load()
        with pytest.raises(Exception) as found:
            child.call("f", Arguments(args, {}))
    return why_failed(found.value)


A, B, v = np.ones((2, 3)), np.ones((4, 5)), np.ones(4)
AT = "(at week1/m.py:3, in `{}`)"


class TestHonestMistakes:
    """Each is told in our words, with the place and the line."""

    @pytest.mark.parametrize(
        ("body", "args", "says"),
        [
            ("return x + y", (A, v), "ValueError: shapes (2,3) and (4,) do not fit each other"),
            ("return x @ y", (A, B), "ValueError: the shapes have no product: the inner sizes di"),
            ("return x @ y", (A, B), "differ, 3 and 4"),
            ("return np.dot(x, y)", (A, B), "shapes (2,3) and (4,5) have no product: the inner s"),
            ("x[:] = y", (A, v), "an array of shape (4,) does not fit into (2,3)"),
            ("return x.reshape(5)", (A,), "the new shape has another number of entries"),
            ("return np.sum(x, axis=7)", (A,), "ValueError: an axis that the array does not have"),
            ("return x[7]", (A,), "IndexError: an index past the end of an axis of 2 (at"),
            ("return x[0, 0, 0]", (A,), "more indices than the array has axes"),
            ("return [1][x]", (3,), "IndexError: an index past the end"),
            ("return x[1.5]", (A,), "an index that is no whole number"),
            ("return np.float64(1)[0]", (), "a single number has no index"),
            ("return {}['alpha']", (), "KeyError: there is no key alpha"),
            ("return undefined_name", (), "NameError: undefined_name is not defined"),
            ("z = z + 1", (), "UnboundLocalError: z has no value yet"),
            ("return x.lenght", (A,), "AttributeError: ndarray has no attribute lenght"),
            ("return np.dott(x)", (A,), "AttributeError: the module has no dott"),
            ("return None.shape", (), "AttributeError: NoneType has no attribute shape"),
            ("return None + x", (1,), "TypeError: NoneType + int is not possible"),
            ("return None < x", (1,), "TypeError: NoneType < int is not possible"),
            ("return x[0]", (None,), "TypeError: NoneType cannot be indexed"),
            ("return x(1)", (A,), "TypeError: ndarray is no function"),
            ("return len(x)", (1,), "TypeError: int has no length"),
            ("a, b = x", (None,), "TypeError: NoneType has no parts to go through"),
            ("a, b = x", ([1],), "ValueError: there are fewer parts than names for them"),
            ("a, b = x", ([1, 2, 3],), "ValueError: there are more parts than names for them"),
            ("return f(1, 2, 3)", (), "it was called with more arguments than it takes"),
            ("return f(q=3)", (), "an argument of a name that it does not have"),
            ("return (lambda a: a)()", (), "it was called with fewer arguments than it asks for"),
            ("return float(x)", (A,), "an array where a single number is needed"),
            ("return 1 if x else 2", (A,), "an array is neither true nor false: use any() or"),
            ("x += 0.5", (np.ones(3, dtype=np.int64),), "a result of another kind of number"),
            ("return np.array([[1], [1, 2]])", (), "or parts of different shape"),
            ("return np.concatenate([x, y])", (A, B), "the arrays to be joined differ in shape"),
            ("return np.max([])", (), "ValueError: there is nothing in it"),
            ("return np.linalg.inv(np.zeros((2, 2)))", (), "LinAlgError: the matrix is singular"),
            ("return np.linalg.inv(x)", (A,), "LinAlgError: the matrix is not square"),
            ("return np.linalg.cholesky(-np.eye(2))", (), "the matrix is not positive definite"),
            ("import torch", (), "ModuleNotFoundError: there is no module torch"),
            ("from math import sinn", (), "ImportError: sinn is not in that module"),
            ("return 1 / 0", (), "ZeroDivisionError: a division by zero"),
            ("return math.sqrt(-1)", (), "NameError: math is not defined"),
            ("return f(x)", (1,), "RecursionError: a function calls itself without end"),
            ("return np.ones(10**12)", (), "MemoryError: more memory is asked for than there is"),
            ("return int('x')", (), "ValueError: a text that is no number"),
            ("open('/etc/passwd')", (), "PermissionError: what it asks of the system is not all"),
        ],
    )
    def test_it_is_told_what_happened(self, sandbox, body, args, says):
        told = why(sandbox, body, *args)
        assert says in told
        assert told.endswith(AT.format(body))

    def test_a_missing_argument(self, sandbox):
        with sandbox.spawn(Source("week1", "m", "def f(x): pass", objects=("f",))) as child:
            child.load()
            with pytest.raises(TypeError) as found:
                child.call("f", Arguments((), {}))
        assert why_failed(found.value) == (
            "raised TypeError: it was called with fewer arguments than it asks for"
        )

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("return module.Value(1.0).gradient", "AttributeError: Value has no attribute gradi"),
            ("return module.Valeu(1.0)", "AttributeError: the module has no Valeu"),
            ("return module.Value(1.0) + 1", "TypeError: Value + int is not possible"),
            ("return module.Value(1.0).name()", "no attribute nothing (at week1/m.py:5, in `re"),
            ("return module.Value()", "it was called with fewer arguments than it asks for"),
        ],
    )
    def test_a_class_of_theirs(self, sandbox, body, says):
        text = "class Value:\n    def __init__(self, data):\n        self.data = data\n"
        text += "    def name(self):\n        return self.nothing\n"
        with sandbox.spawn(Source("week1", "m", text, objects=("Value",))) as child:
            child.load()
            script = f"def drive(module):\n    {body}\n"
            with pytest.raises(Exception) as found:
                child.run(script, "drive", "Value", Arguments((), {}))
        assert says in why_failed(found.value)

    def test_a_name_that_is_gone(self, sandbox):
        with sandbox.spawn(Source("week1", "m", "x = 1", objects=("f",))) as child:
            child.load()
            with pytest.raises(AttributeError) as found:
                child.call("f", Arguments((), {}))
        assert why_failed(found.value) == "raised AttributeError: the module has no f"

    def test_what_they_raise_themselves(self, sandbox):
        told = why(sandbox, "raise ValueError(f'x is {x}')", SECRET)
        line = "raise ValueError(f'x is {x}')"
        assert told == f"raised ValueError at week1/m.py:3, in `{line}`"

    @pytest.mark.parametrize(
        ("body", "says"),
        [
            ("return object()", "returned a value of type object, which is not plain data"),
            ("return f", "returned a value of type function, which is not plain data"),
            ("return {1, 2}", "returned a value of type set, which is not plain data"),
            ("return ValueError('no')", "returned a ValueError instead of raising it"),
            ("return np.array([None, 1])", "returned an array of dtype object, which does not ho"),
            ("return np.array(['a'])", "returned an array that does not hold numbers"),
            ("return 2**5000", "returned a whole number too large to send"),
        ],
    )
    def test_what_is_no_data(self, sandbox, body, says):
        assert says in why(sandbox, body)

    def test_an_object_of_their_own_class(self, sandbox):
        text = "class Point: pass\ndef f():\n    return Point()\n"
        with sandbox.spawn(Source("week1", "m", text, objects=("f",))) as child:
            child.load()
            with pytest.raises(BadAnswer, match="a value of type Point, which is not plain data"):
                child.call("f", Arguments((), {}))

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("import torch", "ModuleNotFoundError: there is no module torch; only numpy and the"),
            ("import torch.nn as nn", "ModuleNotFoundError: there is no module torch; only"),
            ("from numpy import dott", "ImportError: dott is not in that module"),
            ("x = undefined", "NameError: undefined is not defined (at week1/m.py:1, in `x = un"),
            ("raise SystemExit", "does not import: SystemExit"),
        ],
    )
    def test_a_module_that_does_not_import(self, sandbox, line, says):
        bench = ModuleBench(sandbox, Source("week1", "m", line, objects=("f",)))
        bench.close()
        assert bench.problem is not None
        assert bench.problem.status == "unreadable"
        assert says in bench.problem.why


LEAKS = [
    "return {}[str(x)]",
    "return {}['x' + str(x)[2:]]",
    "return getattr(np, 'x' + str(x)[2:])",
    "return getattr(type('T' + str(x)[2:], (), {})(), 'x' + str(x)[2:])",
    "return type('T' + str(x)[2:], (), {})() + 1",
    "return type('T' + str(x)[2:], (), {})()",
    "return type('T' + str(x)[2:], (ValueError,), {})('no')",
    "__import__('x' + str(x)[2:])",
    "exec('from numpy import x' + str(x)[2:])",
    "exec('x' + str(x)[2:])",
    "int('x' + str(x))",
    "np.dtype('x' + str(x)[2:])",
    "return np.zeros(1, dtype=[('x' + str(x)[2:], float)])",
    "return np.array(['x' * 62831853])[0:0] if 0 else np.array([str(x)], dtype='datetime64[s]')",
    "format(1, 'x' + str(x))",
    "return np.zeros(62831853)[62831854]",
    "return np.zeros(int(str(x)[2:]), dtype=np.int8) + np.zeros(3, dtype=np.int8)",
    "return np.zeros((int(str(x)[2:]), 0)) @ np.zeros((3, 2))",
    "return [][62831853]",
    "throw(ValueError('operands could not be broadcast together with shapes (62831853,) (4,) '))",
    "throw(ValueError('operands could not be broadcast together with shapes (6,2,8) (3,1,8) '))",
    "throw(KeyError('x' + str(x)[2:]))",
    "throw(TypeError(f\"'x{str(x)[2:]}' object is not callable\"))",
    "throw(IndexError('index 3 is out of bounds for axis 62831853 with size 62831853'))",
    "throw(UnicodeDecodeError('utf8', b'', 6, 2831853, 'x' + str(x)))",
    "throw(type('E' + str(x)[2:], (Exception,), {})(str(x)))",
    "throw(ExceptionGroup(str(x), [ValueError(str(x))]))",
    "exec(compile('1/0', 'week1/x' + str(x)[2:] + '.py', 'exec'))",
]


class TestLeaks:
    """The function is called with a number, and tries to have it told."""

    @pytest.mark.parametrize("body", LEAKS)
    def test_it_is_not_told(self, sandbox, body):
        # The helper is a library's code for what that can tell: the last line is no `raise`.
        body = body.replace("throw(", "(_ for _ in ()).throw(")
        told = why(sandbox, body, SECRET)
        assert told
        without_source = re.sub(r"in `.*`\)$", "", told)
        assert not re.search(r"6.?2.?8.?3", without_source), told

    def test_a_table_of_lines(self, sandbox):
        """A long file could hold a numbered line for each number that there is."""
        text = "def f(n):\n    eval(compile('\\n' * n + 'g()', 'week1/m.py', 'exec'), globals())\n"
        text += "def g():\n    return 1 / 0\n" + "g()  # 62831853\n" * 5000
        text = text.replace("g()  #", "#")
        with sandbox.spawn(Source("week1", "m", text, objects=("f",))) as child:
            child.load()
            with pytest.raises(ZeroDivisionError) as found:
                child.call("f", Arguments((4000,), {}))
        assert [note.partition(": ")[0] for note in found.value.__notes__] == [
            *("week1/m.py:2", "week1/m.py:4"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            f"divide by zero encountered in {SECRET}",
            f"divide by zero encountered in x{DIGITS}",
            f"overflow encountered in exp {SECRET}",
            f"Mean of empty slice {SECRET}",
            f"x{DIGITS}",
        ],
    )
    def test_a_warning(self, text):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            warn_again([text, 7, None, *[text] * 1000])
        assert not any("6" in str(warning.message) for warning in caught)
        assert len(caught) <= 5

    @pytest.mark.parametrize(
        "text",
        [
            "divide by zero encountered in log",
            "invalid value encountered in scalar divide",
            "overflow encountered in exp",
            "overflow encountered in reduce",
            "Mean of empty slice",
        ],
    )
    def test_warnings_of_numpy_are_repeated(self, text):
        with pytest.warns(RuntimeWarning, match=f"^{re.escape(text)}$"):
            warn_again([text])


SOURCE = Source(
    "week1", "m", "import numpy as np\nd = np.dot\nmine = d\n", rules={"f": ["@", "np.dot"]}
)


class TestViolations:
    @pytest.mark.parametrize(
        ("violation", "says"),
        [
            ((2, "np.dot", "np.dot"), "line 2: np.dot is not allowed here (np.dot): write it"),
            ((2, "@", "@"), "line 2: @ is not allowed here (@): write it from scratch"),
            ((3, "ndarray.dot", "np.dot"), "line 3: ndarray.dot is not allowed here (np.dot)"),
            ((3, "getattr(…, 'dot')", "np.dot"), "line 3: getattr(…, 'dot') is not allowed here"),
            ((3, "mine", "np.dot"), "line 3: mine is not allowed here (np.dot)"),
            ((2, "eval", "eval"), "line 2: eval is not allowed here: it hides which calls"),
            ((2, f"np.x{DIGITS}", "np.dot"), "line 2: a call is not allowed here (np.dot): wri"),
            ((2, "sin.cos.tan.exp", "np.dot"), "line 2: a call is not allowed here (np.dot)"),
            ((2, "np.dot", f"x{DIGITS}"), "line 2: np.dot is not allowed here: it hides"),
            ((int(DIGITS), "np.dot", "@"), "uses np.dot, which is not allowed here (@): write it"),
            ((-3, "np.dot", "@"), "uses np.dot, which is not allowed here (@)"),
            ((2, "np.dot"), "uses what this exercise forbids"),
            (["2", 3, None], "uses what this exercise forbids"),
            (DIGITS, "uses what this exercise forbids"),
        ],
    )
    def test_only_what_is_known_is_told(self, violation, says):
        sentence = violation_sentence(violation, SOURCE)
        assert sentence.startswith(says)
        assert DIGITS not in sentence

    def test_they_come_with_the_call(self, sandbox):
        text = "def f(a, b):\n    return getattr(a, 'tod'[::-1])(b)\n"
        source = Source("week1", "m", text, objects=("f",), rules={"f": ["np.dot"]})
        with sandbox.spawn(source) as child:
            child.load()
            with pytest.raises(ForbiddenUse, match=r"^line 2: .*dot.* is not allowed here \(np"):
                child.call("f", Arguments((v, v), {}))
