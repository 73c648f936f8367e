"""Calls into the sandbox look like calls without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.sandbox.arguments import Arguments
from grader.sandbox.faults import BadAnswer, ForbiddenUse
from grader.sandbox.limits import ALL_LAYERS, Limits
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source

SOURCE = """
import numpy as np

def moves_in_place(f, x):
    x += 1
    return f(x)

def appends(items, table):
    items.append(4)
    table["new"] = items[0]
    return len(items)

def refuses(x):
    raise ValueError(f"x is {x}")

def divides(x):
    return np.ones(2) / x

def calls_wrongly(f):
    try:
        return f(1, 2, 3)
    except TypeError as error:
        return str(error)

def makes_objects():
    return object()

def keeps_nothing(x):
    x.dtype = np.int64
"""


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Limits()) as made:
        made.prove()
        yield made


@pytest.fixture
def call(sandbox):
    with sandbox.spawn(Source("week1", "calls", SOURCE)) as child:
        child.load()
        yield lambda name, *args, **kwargs: child.call(name, Arguments(args, kwargs))


class TestCalls:
    def test_a_function_is_called_back_and_a_changed_array_beside_it_comes_back(self, call):
        x = np.zeros(2)
        assert call("moves_in_place", lambda x: float(np.sum(x)), x) == 2.0
        assert x.tolist() == [1.0, 1.0]

    def test_lists_and_dicts_are_changed_as_without_a_sandbox(self, call):
        items, table = [1, 2, 3], {"old": 0}
        assert call("appends", items, table=table) == 4
        assert items == [1, 2, 3, 4]
        assert table == {"old": 0, "new": 1}

    def test_an_exception_is_the_same_builtin_with_the_line_it_came_from(self, call):
        with pytest.raises(ValueError, match="x is 3") as found:
            call("refuses", 3)
        [note] = found.value.__notes__
        assert note.startswith("week1/calls.py:14: ")

    def test_warnings_are_given_again(self, call):
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            assert np.isinf(call("divides", 0.0)).all()

    def test_an_error_of_our_function_reaches_its_caller(self, call):
        assert "positional argument" in call("calls_wrongly", lambda x: x)

    def test_what_is_no_data_is_a_bad_answer(self, call):
        with pytest.raises(BadAnswer, match="object"):
            call("makes_objects")
        assert call("moves_in_place", abs, np.ones(1)).tolist() == [2.0]  # the child lives on

    def test_an_argument_made_into_something_else(self, call):
        with pytest.raises(BadAnswer, match="changed an argument"):
            call("keeps_nothing", np.zeros(3))


UNINITIALISED = """
import numpy as np

def computes(p):
    q = [p * 2 for _ in range(9)]
    return [np.sum(x) for x in q]

def logs(p):
    return np.log(p, where=p > 0)

def normalises_and_logs(p):
    q = p / np.sum(p)
    return np.log(q, where=q > 0)

def empties(n):
    return np.empty(n)
"""


class TestUninitialisedMemory:
    """It never holds what a call before this one left there: such code must not pass by luck."""

    @pytest.fixture
    def call(self, sandbox):
        with sandbox.spawn(Source("week1", "empty", UNINITIALISED)) as child:
            child.load()
            yield lambda name, *args: child.call(name, Arguments(args, {}))

    @pytest.mark.parametrize("name", ["logs", "normalises_and_logs"])
    def test_a_logarithm_with_where_and_without_out(self, call, name):
        for n in range(2, 65):
            p = np.arange(float(n))
            call("computes", p)
            result = call(name, p)
            assert np.isnan(result[0]), n
            assert np.isfinite(result[1:]).all(), n

    def test_an_empty_array(self, call):
        for n in range(2, 65):
            call("computes", np.ones(n))
            assert np.isnan(call("empties", n)).all(), n

    def test_an_empty_table(self, call):
        for n in (2, 5, 8):
            call("computes", np.ones((n, n)))
            assert np.isnan(call("empties", [n, n])).all(), n

    def test_a_larger_array_of_an_arguments_size(self, call):
        for n in (65, 100, 127):
            p = np.arange(float(n))
            call("computes", p)
            assert np.isnan(call("logs", p)[0]), n


LOOKS = """
import os

def attempt(what, path):
    try:
        return what(path)
    except PermissionError:
        return "refused"

def looks_at(path):
    size = attempt(lambda path: os.stat(path).st_size, path)
    return [size, attempt(lambda path: open(path).read(), path), attempt(os.listdir, "/")]
"""


@pytest.mark.parametrize(("layers", "may_stat"), [(ALL_LAYERS, True), (("user", "seccomp"), False)])
def test_what_can_be_seen_of_a_file_outside(layers, may_stat):
    """As landlock.py says: its size where files may be read at all, its content never."""
    with Sandbox(layers=layers) as made:
        if may_stat and "landlock" not in made.zygote.layers:
            pytest.skip("this kernel has no Landlock")
        with made.spawn(Source("week1", "looks", LOOKS)) as child:
            child.load()
            seen = child.call("looks_at", Arguments((__file__,), {}))
    size = Path(__file__).stat().st_size if may_stat else "refused"
    assert seen == [size, "refused", "refused"]


def test_rules_hold_for_scripts_too(sandbox):
    source = Source("week1", "product", "def product(a, b):\n    return sum(a * b)\n",
                    objects=("product",), rules={"product": ["@"]})  # fmt: skip
    evil = "def drive(module, a):\n    return module.product(a, a)\n"
    with sandbox.spawn(source) as child:
        child.load()
        assert child.run(evil, "drive", "product", Arguments((np.ones(3),), {})) == 3.0
    hidden = source.text.replace("sum(a * b)", "getattr(a, 'tod'[::-1])(b)")
    with sandbox.spawn(Source("week1", "product", hidden, objects=("product",),
                              rules={"product": ["@"]})) as child:  # fmt: skip
        child.load()
        with pytest.raises(ForbiddenUse):
            child.call("product", Arguments((np.ones(3), np.ones(3)), {}))
