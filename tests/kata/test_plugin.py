"""What a learner sees: the messages are the product, so most tests look for their lines."""

import ast
import contextlib
import re
import shutil
import time
import xml.etree.ElementTree
from pathlib import Path
from types import SimpleNamespace

import numpy as np  # noqa: F401 (loaded here, since an inner run forgets what it imports)
import pytest

from kata import deadline, visible_tests
from kata.comparisons import Mismatch
from kata.work_limit import work_limit

# An inner run in this process finds our packages imported, and warns that it can't rewrite them.
QUIET = ("-W", "ignore:Module already imported")
# Hypothesis complains if it is loaded again in a process where another test has used it.
NO_OTHERS = ("-p", "no:hypothesispytest")

INI = """
[pytest]
pythonpath = .
addopts = --strict-markers --import-mode=importlib -p no:hypothesispytest -p no:randomly
"""

CATALOGUE = """
title = "Week of {week}"

[vectors]
title = "Vectors"

[vectors.dot]
title = "Dot product"
points = 2
difficulty = 1
hints = ["a", "b"]
forbidden = ["@"]

[vectors.norm]
title = "Norm"
points = 3
difficulty = 1
hints = ["a", "b"]

[vectors.extra]
title = "Extra"
points = 1
difficulty = 1
hints = ["a", "b"]
stretch = true

[machines]
title = "Machines"

[machines.counter]
title = "Counter"
points = 4
difficulty = 1
hints = ["a", "b"]
object = "Counter"
"""

TEST_VECTORS = '''
import numpy as np
import pytest
from kata.comparisons import assert_close

class TestDot:
    def test_by_hand(self, learner):
        """(1, 2) times (3, 4) is 11."""
        assert_close(learner.dot(np.array([1.0, 2.0]), np.array([3.0, 4.0])), 11.0)

    def test_right_angle(self, learner):
        """Vectors at right angles give 0."""
        assert_close(learner.dot(np.array([1.0, 0.0]), np.array([0.0, 4.0])), 0.0)

class TestNorm:
    @pytest.mark.parametrize("scale", [1.0, 2.0])
    def test_3_4_5(self, learner, scale):
        """The length of (3, 4) is 5."""
        assert_close(learner.norm(scale * np.array([3.0, 4.0])), 5.0 * scale)

class TestExtra:
    def test_is_one(self, learner):
        """It is 1."""
        assert learner.extra(0) == 1
'''

TEST_MACHINES = '''
def counts_to(machine, n):
    counter = machine.Counter()
    for _ in range(n):
        counter.step()
    return counter.value

class TestCounter:
    def test_counts(self, learner):
        """Each step adds 1."""
        assert learner.run(counts_to, 3) == 3
'''

DOT = """
import numpy as np

def dot(u, v):
    return float(np.sum(u * v))
"""
NORM = """
def norm(v):
    return float(np.sqrt(np.sum(v * v)))
"""
EXTRA = """
def extra(x):
    return 1
"""
STUB = """
def {name}(*args):
    raise NotImplementedError("{name} is yours to write")
"""
COUNTER = """
class Counter:
    def __init__(self):
        self.value = 0

    def step(self):
        self.value += 1
"""
VECTORS = DOT + NORM + EXTRA


class Katas:
    """A copy of toy katas, and how a learner runs them."""

    def __init__(self, pytester, monkeypatch):
        self.pytester = pytester
        self.monkeypatch = monkeypatch
        monkeypatch.setenv("COLUMNS", "80")
        monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
        self.write("pytest.ini", INI)
        self.write("exercises/week1.toml", CATALOGUE.format(week="toys"))
        self.write("week1/test_vectors.py", TEST_VECTORS)
        self.write("week1/test_machines.py", TEST_MACHINES)
        self.write("week1/machines.py", COUNTER)

    def write(self, name, text):
        path = self.pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *args, vectors=VECTORS):
        if vectors is not None:
            self.write("week1/vectors.py", vectors)
        # The run inside would else inherit what the run outside does with warnings.
        options = ["-p", "no:cacheprovider", "-W", "default", *QUIET]
        self.result = self.pytester.runpytest_inprocess(*args, *options)
        return self.result

    def shows(self, *lines):
        self.result.stdout.fnmatch_lines(list(lines))

    @property
    def text(self):
        return self.result.stdout.str()


@pytest.fixture
def katas(pytester, monkeypatch):
    return Katas(pytester, monkeypatch)


class TestWhenAllIsWell:
    def test_everything_done_is_exit_0_with_a_full_table(self, katas):
        assert katas.run("week1").ret == 0
        katas.shows(
            "collected 6 items",
            "week1/test_vectors.py ?????*",
            "*= your exercises =*",
            " week1 *state*tests*points*",
            " ✓ vectors.py *done*5/5*6/5",
            " ✓ machines.py *done*1/1*4/4",
            " ████████████████████████  10 of 9 points, 4 of 4 exercises done",
            "*further tests*grader*",
            " A bonus is on top of the points.",
            " Well done: week1 is complete, and it was the last.",
        )
        assert "went wrong" not in katas.text
        assert "plugins:" not in katas.text

    def test_the_next_week_is_named(self, katas):
        katas.write("exercises/week2.toml", CATALOGUE.format(week="more"))
        katas.run("week1")
        katas.shows(" Well done: week1 is complete. Next: pytest week2")

    def test_a_subset_shows_only_itself(self, katas):
        assert katas.run("week1", "-k", "norm").ret == 0
        katas.shows("   ✓ norm*2/2*3/3", " All of these are done. The whole week: pytest week1")
        assert "dot" not in katas.text

    def test_one_test_is_only_a_part_of_its_exercise(self, katas):
        assert katas.run("week1/test_vectors.py::TestDot::test_by_hand").ret == 0
        katas.shows(
            "   ✓ dot     part, 1 not run    1/1     -/2",
            " 0 of 1 exercises done; not all of their tests were run.",
            " Right, as far as it was run. All its tests: pytest week1 -k dot",
        )

    def test_from_inside_the_week(self, katas):
        katas.write("week1/vectors.py", VECTORS)
        katas.monkeypatch.chdir(katas.pytester.path / "week1")
        assert katas.run(vectors=None).ret == 0
        katas.shows(" ✓ vectors.py *done*")

    def test_verbose_keeps_the_header(self, katas):
        assert katas.run("week1", "-v").ret == 0
        katas.shows("plugins:*", "*TestDot::test_by_hand PASSED*")

    def test_verbose_lists_every_exercise(self, katas):
        katas.run("week1", "-v")
        katas.shows(
            " vectors.py",
            "   ✓ dot *done*2/2*2/2",
            "   ✓ extra † *done*1/1*1/1",
            " machines.py",
            "   ✓ counter *done*1/1*4/4",
            " † a bonus is on top of the points.",
        )

    def test_a_skipped_test_is_not_counted(self, katas):
        skipped = TEST_VECTORS.replace(
            "    def test_right_angle", "    @pytest.mark.skip\n    def test_right_angle"
        )
        katas.write("week1/test_vectors.py", skipped)
        assert katas.run("week1").ret == 0
        katas.shows(" ✓ vectors.py *done*4/4*6/5")


class TestToDo:
    def test_a_stub_is_one_quiet_line_and_fails_the_run(self, katas):
        result = katas.run("week1", vectors=DOT + STUB.format(name="norm") + EXTRA)
        assert result.ret == 1
        katas.shows(
            "week1/test_vectors.py ..tt.*",
            "   · norm *to do*0/2*0/3",
            " Next: norm in week1/vectors.py:7",
            "       hint: kata hint norm",
            "*4 passed, 2 to do in*",
        )
        assert "NotImplementedError" not in katas.text
        assert "went wrong" not in katas.text
        assert "FAILURES" not in katas.text

    def test_only_to_dos_still_fail_the_run(self, katas):
        assert katas.run("week1", "-k", "norm", vectors=DOT + STUB.format(name="norm")).ret == 1

    def test_an_exercise_says_which_other_it_needs(self, katas):
        norm = "def norm(v):\n    return dot(v, v) ** 0.5\n"
        katas.run("week1", vectors=STUB.format(name="dot") + norm + EXTRA)
        katas.shows("   · dot *to do *", "   · norm *to do: needs dot *")

    def test_a_not_implemented_error_of_a_library_is_wrong(self, katas):
        norm = "import codecs\ndef norm(v):\n    return codecs.Codec().encode('') or codecs.x()\n"
        katas.write("week1/helper.py", "")
        katas.run("week1", vectors=DOT + norm + EXTRA)
        katas.shows("✗ norm*", "*raised    NotImplementedError*")

    @pytest.mark.parametrize("body", ["pass", "...", '"""Nothing yet."""'])
    def test_an_empty_function_is_to_do(self, katas, body):
        katas.run("week1", vectors=DOT + f"def norm(v):\n    {body}\n" + EXTRA)
        katas.shows("   · norm *to do *")

    def test_a_leftover_of_the_stub_behind_code_is_wrong(self, katas):
        norm = "def norm(v):\n    length = dot(v, v) ** 0.5\n    raise NotImplementedError\n"
        katas.run("week1", vectors=DOT + norm + EXTRA)
        katas.shows(
            "✗ norm*",
            "    your code runs, and then meets a `raise NotImplementedError`: is a `return`",
            "    missing before it, or should that line go?",
            "    at        week1/vectors.py:8 in norm",
            "                  raise NotImplementedError",
            "   ✗ norm *wrong *",
        )

    def test_a_helper_that_waits_to_be_written_is_no_exercise(self, katas):
        norm = "def norm(v):\n    return root(v)\n\ndef root(v):\n    raise NotImplementedError\n"
        katas.run("week1", vectors=DOT + norm + EXTRA)
        katas.shows(
            "    your code runs, and then meets a `raise NotImplementedError`: is a `return`",
            "    at        week1/vectors.py:7 in norm",
            "                  return root(v)",
            "              week1/vectors.py:10 in root",
            "                  raise NotImplementedError",
        )

    def test_a_stub_further_down_that_replaces_what_was_written(self, katas):
        katas.run("week1", vectors=VECTORS + STUB.format(name="dot"))
        katas.shows(
            "    dot is defined twice: the stub in line 13 replaces what you wrote in line 4.",
            "    Delete the stub.",
            "    at        week1/vectors.py:13",
            "                  def dot(*args):",
            "   ✗ dot *wrong *",
        )

    def test_x_passes_over_what_is_to_do(self, katas):
        wrong = "def extra(x):\n    return 2\n"
        result = katas.run(
            "week1", "-x", vectors=STUB.format(name="dot") + "import numpy as np\n" + NORM + wrong
        )
        assert result.ret == 1
        katas.shows(
            "week1/test_vectors.py tt..F",
            "✗ extra *",
            " Not run this time: 1 more *",
            "*stopping after 1 failures*",
        )

    def test_pdb_does_not_stop_at_a_stub(self, katas):
        result = katas.run("week1", "--pdb", "-k", "norm", vectors=DOT + STUB.format(name="norm"))
        assert result.ret == 1
        assert "(Pdb)" not in katas.text
        assert "entering PDB" not in katas.text

    def test_junit_counts_it_as_a_failure(self, katas):
        katas.run("week1", "--junitxml=out.xml", vectors=DOT + STUB.format(name="norm") + EXTRA)
        suite = xml.etree.ElementTree.parse(katas.pytester.path / "out.xml").getroot()[0]
        assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("2", "0", "0")
        assert suite.find(".//failure").get("message") == (
            "norm: The length of (3, 4) is 5. [1.0] (to do)"
        )


class TestWrong:
    def test_a_wrong_value_in_full_then_one_line(self, katas):
        result = katas.run("week1", vectors=DOT.replace("u * v", "u + v") + NORM + EXTRA)
        assert result.ret == 1
        katas.shows(
            "*= what went wrong =*",
            "✗ dot — (1, 2) times (3, 4) is 11.",
            "    the result is another number",
            r"    call      dot(np.array([[]1.0, 2.0[]]), np.array([[]3.0, 4.0[]]))",
            "    expected  11.0",
            "    got       10.0",
            "    code      week1/vectors.py:4",
            "    test      week1/test_vectors.py:9",
            "    hint      kata hint dot",
            "   ✗ dot *wrong*0/2*0/2",
            "*4 passed, 2 wrong in*",
        )
        assert "FAILURES" not in katas.text
        assert "short test summary" not in katas.text
        assert "also" not in katas.text

    def test_of_one_exercise_the_later_requirements_follow_with_their_lines(self, katas):
        long = "Vectors at right angles, however long and in whatever plane they are, give 0."
        katas.write(
            "week1/test_vectors.py", TEST_VECTORS.replace("Vectors at right angles give 0.", long)
        )
        katas.run("week1", "-k", "dot", vectors=DOT.replace("u * v", "u + v") + NORM + EXTRA)
        katas.shows(
            "    hint      kata hint dot",
            "    also      Vectors at right angles, however *... (line 13)",
        )
        assert max(map(len, katas.result.outlines)) <= 80

    def test_a_case_is_named(self, katas):
        katas.run("week1", vectors=DOT + "def norm(v):\n    return 5.0\n" + EXTRA)
        katas.shows("✗ norm — The length of (3, 4) is 5. [[]2.0[]]", "   ✗ norm*wrong*1/2*1.5/3")

    def test_a_missing_return(self, katas):
        katas.run("week1", vectors=DOT.replace("return ", "") + NORM + EXTRA)
        katas.shows("    the result is None: is a `return` missing?")

    def test_an_exception_shows_the_learners_lines_only(self, katas):
        norm = "def norm(v):\n    return root(v)\n\ndef root(v):\n    return v + 'a'\n"
        katas.run("week1", vectors=DOT + norm + EXTRA)
        katas.shows(
            "    call      norm(np.array([[]3.0, 4.0[]]))",
            "    raised    *Error: *",
            "    at        week1/vectors.py:7 in norm",
            "                  return root(v)",
            "              week1/vectors.py:10 in root",
            "                  return v + 'a'",
        )
        assert "assert_close(" not in katas.text
        assert "Traceback" not in katas.text

    def test_endless_recursion_is_short(self, katas):
        katas.run("week1", vectors=DOT + "def norm(v):\n    return norm(v)\n" + EXTRA)
        katas.shows("    raised    RecursionError*", "              … * more calls …")
        assert len(katas.result.outlines) < 50

    def test_a_plain_assert(self, katas):
        katas.run("week1", vectors=DOT + NORM + "def extra(x):\n    return 2\n")
        katas.shows("    assert 2 == 1", "     +  where 2 = extra(0)", "    call      extra(0)")
        assert "learner.extra" not in katas.text

    def test_an_error_that_was_not_raised(self, katas):
        test = (
            "import pytest\nclass TestExtra:\n    def test_refuses(self, learner):\n"
            '        """It refuses -1."""\n'
            "        with pytest.raises(ValueError):\n            learner.extra(-1)\n"
        )
        katas.write("week1/test_vectors.py", test)
        katas.run("week1")
        katas.shows(
            "✗ extra — It refuses -1.",
            "    no error was raised, expected ValueError",
            "    call      extra(-1)",
            "    got       1",
        )

    def test_another_error_than_the_expected_one(self, katas):
        test = (
            "import pytest\nclass TestExtra:\n    def test_refuses(self, learner):\n"
            '        """It refuses -1."""\n'
            "        with pytest.raises((ValueError, KeyError)):\n            learner.extra(-1)\n"
        )
        katas.write("week1/test_vectors.py", test)
        katas.run("week1", vectors="def extra(x):\n    raise TypeError('no')\n")
        katas.shows(
            "✗ extra — It refuses -1.",
            "    call      extra(-1)",
            "    expected  (ValueError, KeyError)",
            "    raised    TypeError: no",
            "    at        week1/vectors.py:2 in extra",
            "                  raise TypeError('no')",
            "    test      week1/test_vectors.py:6",
        )

    def test_shapes_that_do_not_fit(self, katas):
        norm = "def norm(v):\n    w = np.ones((2, 3))\n    return (v * w\n            @ v)\n"
        katas.run("week1", vectors=DOT + norm + EXTRA)
        katas.shows(
            "    raised    ValueError: *",
            "    shapes    v is (2,), w is (2, 3)",
            "    at        week1/vectors.py:* in norm",
        )

    def test_an_error_that_says_nothing_of_shapes_shows_none(self, katas):
        katas.run("week1", vectors=DOT + "def norm(v):\n    return int('v', len(v))\n" + EXTRA)
        katas.shows("    raised    ValueError: invalid literal*")
        assert "shapes  " not in katas.text

    def test_the_definition_that_runs(self, katas):
        katas.run("week1", vectors=VECTORS + "def dot(u, v):\n    return 0\n")
        katas.shows(
            "✗ dot — (1, 2) times (3, 4) is 11.",
            "    code      week1/vectors.py:12",
            "              (dot is also defined in line 4; this one runs)",
            "    test      week1/test_vectors.py:9",
            " Next: dot in week1/vectors.py:12",
        )
        assert katas.text.count("    code  ") == 1

    def test_a_result_that_the_test_cannot_use(self, katas):
        test = (
            "class TestExtra:\n    def test_pair(self, learner):\n"
            '        """It gives a pair."""\n        a, b = learner.extra(-1)\n'
        )
        katas.write("week1/test_vectors.py", test)
        katas.run("week1")
        katas.shows(
            "    call      extra(-1)",
            "    got       1",
            "    raised    TypeError: cannot unpack*",
            "    at        week1/test_vectors.py:4 in test_pair",
            "                  a, b = learner.extra(-1)",
        )

    def test_the_call_that_was_compared_is_shown(self, katas):
        test = TEST_VECTORS + (
            "    def test_two(self, learner):\n        a = learner.extra(5)\n"
            "        a, b = learner.extra([7]), learner.extra(8)\n"
            "        assert_close(a, [1, 2])\n"
        )
        katas.write("week1/test_vectors.py", test)
        katas.run(
            "week1", vectors=DOT + NORM + "def extra(x):\n    return 1 if x == 0 else [x, 1]\n"
        )
        katas.shows("✗ extra — two", r"    call      extra([[]7[]])")

    @pytest.mark.parametrize(
        ("checks", "call"),
        [
            ("assert_close([learner.extra(t) for t in range(4)], [0, 1, 5, 3])", "extra(2)"),
            (
                "assert_close([learner.extra(t) for t in range(4)], [[0], [1], [2], [3]])",
                "extra(0)",
            ),
            (
                "a, b = learner.extra([1, 2]), learner.extra([3, 4])\nassert_close(a[1], 9)",
                r"extra([[]1, 2[]])",
            ),
            (
                "a, b = learner.extra([1]), learner.extra([3])\nassert_close([a[0], b[0]], [9, 3])",
                r"extra([[]1[]])",
            ),
            (
                "a, b = learner.extra({'a': X}), learner.extra(X + 1)\nassert_close(a['a'][1:], 9)",
                "extra({'a': *})",
            ),
        ],
    )
    def test_of_several_results_the_call_that_was_wrong_is_shown(self, katas, checks, call):
        test = (
            "import numpy as np\nfrom kata.comparisons import assert_close\nX = np.ones(3)\n"
            "class TestExtra:\n    def test_all(self, learner):\n        "
            + checks.replace("\n", "\n" + 8 * " ")
        )
        katas.write("week1/test_vectors.py", test + "\n")
        katas.run("week1", vectors="def extra(x):\n    return x\n")
        katas.shows("✗ extra — all", f"    call      {call}")

    def test_a_class_shows_what_was_done_with_it(self, katas):
        test = (
            "from kata.comparisons import assert_close\n"
            "class TestCounter:\n    def test_counts(self, learner):\n"
            '        """Each step adds 1."""\n'
            "        counter = learner.Counter()\n"
            "        assert_close(counter.value, 0)\n"
            "        for _ in range(2):\n"
            "            counter.step()\n"
            "        assert_close(counter.value, 2)\n"
            "        assert_close(counter.value, 3)\n"
        )
        katas.write("week1/test_machines.py", test)
        katas.write("week1/machines.py", COUNTER.replace("+= 1", "+= 2"))
        katas.run("week1")
        katas.shows(
            "✗ counter — Each step adds 1.",
            "    the result is another number",
            "    tried     counter = Counter()",
            "              for _ in range(2): counter.step()",
            "              counter.value",
            "    expected  2",
            "    got       4",
            "    test      week1/test_machines.py:9",
        )

    def test_a_class_that_raises_in_a_loop_of_checks(self, katas):
        test = (
            "import pytest\n"
            "class TestCounter:\n    def test_counts(self, learner):\n"
            "        for n in (1, 2):\n"
            "            with pytest.raises(ValueError):\n"
            "                learner.Counter(n).step()\n"
        )
        katas.write("week1/test_machines.py", test)
        katas.run("week1")
        katas.shows(
            "    tried     for n in (1, 2):",
            "                  Counter(n).step()",
            "    expected  ValueError",
            "    raised    TypeError: *",
        )

    def test_inputs_are_shown_as_they_were_given(self, katas):
        dot = "def dot(u, v):\n    u[:] = 99\n    return 0.0\n"
        katas.run("week1", vectors=dot + "import numpy as np\n" + NORM + EXTRA)
        katas.shows(r"    call      dot(np.array([[]1.0, 2.0[]]), np.array([[]3.0, 4.0[]]))")

    def test_an_input_that_was_changed_fails_a_test_whose_result_is_right(self, katas):
        dot = "def dot(u, v):\n    u *= v\n    return float(u.sum())\n"
        katas.run("week1", vectors=dot + "import numpy as np\n" + NORM + EXTRA)
        katas.shows(
            "✗ dot — (1, 2) times (3, 4) is 11.",
            "    u was changed in place: work on a copy",
            r"    call      dot(np.array([[]1.0, 2.0]), np.array([[]3.0, 4.0]))",
        )

    def test_prints_are_shown_with_the_failure_and_bounded(self, katas):
        noisy = "def extra(x):\n    for i in range(100):\n        print('step', i)\n    return 2\n"
        quiet = DOT.replace("    return", "    print('never shown')\n    return")
        katas.run("week1", vectors=quiet + NORM + noisy)
        katas.shows("    printed   … 90 lines above", "              step 90", "*step 99")
        assert "step 89" not in katas.text
        assert "never shown" not in katas.text

    def test_warnings_of_numpy_are_one_line_of_a_failure(self, katas):
        norm = "def norm(v):\n    return np.log(v - v)\n"
        dot = DOT.replace("    return", "    np.log(np.zeros(3))\n    return")
        result = katas.run("week1", vectors=dot + norm + EXTRA)
        katas.shows(
            "    warned    divide by zero encountered in log",
            "              week1/vectors.py:8",
            "                  return np.log(v - v)",
        )
        assert "warnings summary" not in katas.text
        assert "warning" not in result.outlines[-1]

    def test_a_warning_that_is_the_failure_shows_its_call_and_line(self, katas):
        test = (
            "import numpy as np\nfrom kata.comparisons import no_floating_point_warnings\n"
            "class TestExtra:\n    def test_two(self, learner):\n"
            "        with no_floating_point_warnings():\n"
            "            learner.extra(np.array([0.0])), learner.extra(np.array([1.0]))\n"
        )
        katas.write("week1/test_vectors.py", test)
        katas.run("week1", vectors="def extra(x):\n    y = x + 1\n    return y / x\n")
        katas.shows(
            "    numpy warned: divide by zero encountered in divide",
            "    call      extra(np.array([[]0.0[]]))",
            "    at        week1/vectors.py:3",
            "                  return y / x",
        )

    def test_a_class_is_driven_by_run(self, katas):
        katas.write("week1/machines.py", COUNTER.replace("+= 1", "+= 2"))
        katas.run("week1")
        katas.shows(
            "✗ counter — Each step adds 1.", "    assert 6 == 3", "    call      counts_to(3)"
        )

    def test_exit_in_the_learners_code_ends_one_test(self, katas):
        katas.run("week1", vectors="import sys\n" + DOT + "def norm(v):\n    sys.exit(3)\n" + EXTRA)
        katas.shows("    raised    SystemExit: 3", "   ✓ extra*")

    def test_an_exception_that_cannot_be_shown(self, katas):
        odd = "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\n"
        katas.run("week1", vectors=DOT + NORM + odd + "def extra(x):\n    raise Odd\n")
        katas.shows("    raised    Odd: (its message cannot be shown)")

    def test_a_fixture_of_the_test_file_that_meets_a_stub(self, katas):
        test = (
            "import pytest\n@pytest.fixture\ndef one(learner):\n    return learner.extra(0)\n"
            "class TestExtra:\n    def test_one(self, one):\n        assert one == 1\n"
        )
        katas.write("week1/test_vectors.py", test)
        assert katas.run("week1", vectors=STUB.format(name="extra")).ret == 1
        katas.shows("   · extra † *to do *")
        assert "ERROR" not in katas.text


class TestUnreachable:
    def test_a_syntax_error_costs_one_module_and_is_told_once(self, katas):
        result = katas.run("week1", vectors="def dot(u, v):\n    return u +\n")
        assert result.ret == 1
        katas.shows(
            "✗ week1/vectors.py",
            "    week1/vectors.py cannot be imported*",
            "    at        week1/vectors.py:2",
            "                  return u +",
            "                            ^",
            "    SyntaxError: invalid syntax",
            "   ! norm *unreadable*",
            " ✓ machines.py *done*",
            " Next: repair week1/vectors.py:2",
        )
        assert katas.text.count("SyntaxError") == 1
        assert "hint" not in katas.text

    def test_an_import_that_fails_is_told_once(self, katas):
        katas.run("week1", vectors="import nunpy as np\n")
        katas.shows(
            "    raised    ModuleNotFoundError: No module named 'nunpy'",
            "    at        week1/vectors.py:1",
            "                  import nunpy as np",
        )
        assert katas.text.count("nunpy") == 2

    def test_a_renamed_function(self, katas):
        katas.run("week1", vectors=DOT.replace("def dot", "def dott") + NORM + EXTRA)
        katas.shows(
            "✗ dot", "    week1/vectors.py has no dot: did you mean dott?", "   [?] dot *missing*"
        )
        assert katas.text.count("did you mean") == 1

    def test_another_exercise_is_no_suggestion(self, katas):
        test = TEST_VECTORS.replace("learner.extra", "learner.norms")
        katas.write("week1/test_vectors.py", test)
        katas.run("week1")
        katas.shows("    week1/vectors.py has no norms")

    def test_a_class_that_is_missing(self, katas):
        katas.write("week1/machines.py", COUNTER.replace("Counter", "Countr"))
        katas.run("week1")
        katas.shows("    week1/machines.py has no Counter: did you mean Countr?")

    def test_a_missing_file(self, katas):
        katas.write("week1/vector.py", VECTORS)
        katas.run("week1", vectors=None)
        katas.shows("    week1/vectors.py is missing: did you rename it to vector.py?")
        assert katas.text.count("is missing") == 1

    def test_a_file_in_another_encoding(self, katas):
        katas.write("week1/vectors.py", "")
        (katas.pytester.path / "week1/vectors.py").write_bytes(b"# caf\xe9\n")
        assert katas.run("week1", vectors=None).ret == 1
        katas.shows(
            "    week1/vectors.py cannot be imported*",
            "    at        week1/vectors.py",
            " ✓ machines.py *",
            " Next: repair week1/vectors.py",
        )

    def test_a_rule_that_is_broken(self, katas):
        result = katas.run(
            "week1",
            vectors="def dot(u, v):\n    return u @ v\n" + "import numpy as np\n" + NORM + EXTRA,
        )
        assert result.ret == 1
        katas.shows(
            "✗ dot",
            "    line 2: *@*",
            "    at        week1/vectors.py:2",
            "                  return u @ v",
            "   F dot *forbidden*0/2*0/2",
        )


class TestTimeLimit:
    ENDLESS = "def norm(v):\n    while True:\n        {body}\n"

    def check(self, katas):
        assert katas.result.ret == 1
        katas.shows(
            "✗ norm — The length of (3, 4) is 5. [[]1.0[]]",
            "    it took longer than 0.5 s: is there a loop that never ends?",
            r"    call      norm(np.array([[]3.0, 4.0[]]))",
            "    stuck at  week1/vectors.py:* in norm",
            "   T norm *too slow*0/2*",
            "   ✓ extra *done*",
        )
        assert "Timeout" not in katas.text

    @pytest.mark.parametrize("has_alarm", [True, False])
    @pytest.mark.parametrize(
        "body",
        [
            "pass",
            "try:\n            pass\n        except Exception:\n            pass",
            "try:\n            pass\n        except:\n            pass",
        ],
    )
    def test_an_endless_loop_ends_and_the_rest_runs(self, katas, body, has_alarm):
        if has_alarm and not deadline.HAS_ALARM:
            pytest.skip("no signals here")
        katas.monkeypatch.setattr(deadline, "HAS_ALARM", has_alarm)
        katas.monkeypatch.setattr(visible_tests, "LIMIT_S", 0.5)
        katas.run("week1", vectors=DOT + self.ENDLESS.format(body=body) + EXTRA)
        self.check(katas)

    def test_the_option_of_pytest_timeout_rules(self, katas):
        katas.run("week1", "--timeout=0.5", vectors=DOT + self.ENDLESS.format(body="pass") + EXTRA)
        self.check(katas)

    def test_of_one_exercise_it_is_said_that_its_other_tests_were_not_run(self, katas):
        katas.run("week1", "--timeout=0.5", "-k", "norm", vectors=self.ENDLESS.format(body="pass"))
        katas.shows("    also      its other tests were not run, since each may take as long")

    def test_no_time_runs_while_the_report_is_made(self, katas):
        """However slow the machine is: else the exception would come again, in pytest itself."""
        katas.write(
            "conftest.py",
            "import signal, pytest\n"
            "@pytest.hookimpl(wrapper=True)\n"
            "def pytest_runtest_makereport(item, call):\n"
            "    report = yield\n"
            "    left = signal.getitimer(signal.ITIMER_REAL)[0]\n"
            "    print(call.when, 'runs' if left else 'stands')\n"
            "    return report\n",
        )
        endless = self.ENDLESS.format(body="pass")
        katas.run("week1", "-s", "--timeout=0.5", "-k", "norm", vectors=endless)
        assert "setup runs" in katas.text
        assert "call stands" in katas.text
        assert "call runs" not in katas.text

    def test_a_loop_at_the_top_of_the_file_costs_the_limit_once(self, katas):
        katas.monkeypatch.setattr(visible_tests, "LIMIT_S", 0.5)
        katas.run("week1", vectors="while True:\n    pass\n")
        katas.shows(
            "✗ week1/vectors.py",
            "    it took longer than 0.5 s*",
            "    stuck at  week1/vectors.py:*",
            " ✓ machines.py *",
        )
        assert katas.text.count("longer than") == 1

    def test_without_pytest_timeout(self, katas):
        assert katas.run("week1", "-p", "no:timeout").ret == 0

    def test_no_limit_if_the_learner_says_so(self, katas):
        assert katas.run("week1", "--timeout=0").ret == 0

    def test_a_cancelled_deadline_raises_nothing(self):
        limit = deadline.start_deadline(0.02, TimeoutError, lambda: False)
        limit.cancel()
        limit = deadline.ThreadDeadline(0.02, TimeoutError, lambda: False)
        limit.cancel()
        time.sleep(0.05)

    def test_a_deadline_reaches_this_thread(self):
        limit = deadline.ThreadDeadline(0.02, TimeoutError, lambda: False)
        with pytest.raises(TimeoutError):
            _wait()
        limit.cancel()

    @pytest.mark.parametrize("seconds", [0.02, 60.0])
    def test_work_is_counted_after_a_deadline(self, seconds):
        limit = deadline.ThreadDeadline(seconds, TimeoutError, lambda: False)
        with contextlib.suppress(TimeoutError):
            time.sleep(0.05)
            _count(10)
        limit.cancel()
        with pytest.raises(Mismatch), work_limit(50):
            _count(1000)

    def test_a_debugger_pauses_the_deadline(self):
        limit = deadline.ThreadDeadline(0.01, TimeoutError, lambda: True)
        time.sleep(0.05)
        limit.cancel()


class TestOptionsOfPytest:
    def test_tb_long_gives_pytests_own_traceback(self, katas):
        stub_and_wrong = STUB.format(name="dot") + "def norm(v):\n    return v.nothing\n" + EXTRA
        katas.run("week1", "--tb=long", vectors=stub_and_wrong)
        katas.shows("*= FAILURES =*", ">       assert_close(*", "E       AttributeError*")
        assert "went wrong" not in katas.text
        katas.shows("   · dot *to do*", "   ✗ norm *wrong*")
        assert "NotImplementedError" not in katas.text

    def test_junit_holds_the_message(self, katas):
        katas.run("week1", "--junitxml=out.xml", vectors=DOT.replace("*", "+") + NORM + EXTRA)
        suite = xml.etree.ElementTree.parse(katas.pytester.path / "out.xml").getroot()[0]
        message = suite.find(".//failure").text
        assert "the result is another number" in message
        assert "expected  11.0" in message

    def test_xdist_gives_the_same_table(self, katas):
        pytest.importorskip("xdist")
        vectors = DOT.replace("u * v", "u + v") + STUB.format(name="norm") + EXTRA
        katas.write("week1/vectors.py", vectors)
        katas.run("week1", vectors=None)
        alone = katas.text
        katas.result = katas.pytester.runpytest_subprocess("week1", "-n", "2")
        assert katas.result.ret == 1
        start = "= what went wrong ="
        assert start in alone
        end = "\n Next:"
        assert _between(alone, start, end) == _between(katas.text, start, end)

    def test_only_to_dos_fail_under_xdist_too(self, katas):
        pytest.importorskip("xdist")
        katas.write("week1/vectors.py", STUB.format(name="norm"))
        result = katas.pytester.runpytest_subprocess("week1", "-n", "2", "-k", "norm")
        assert result.ret == 1
        result.stdout.fnmatch_lines(["   · norm *to do*0/2*"])

    def test_an_editor_that_listens_to_the_status_hears_every_test(self, katas):
        listener = (
            "def pytest_report_teststatus(report):\n"
            "    if report.when == 'call':\n"
            "        with open('heard.txt', 'a', encoding='utf-8') as file:\n"
            "            print(report.outcome, report.longreprtext[:20], file=file)\n"
        )
        katas.write("conftest.py", listener)
        katas.run("week1", vectors=DOT.replace("*", "-") + STUB.format(name="norm") + EXTRA)
        heard = (katas.pytester.path / "heard.txt").read_text(encoding="utf-8").splitlines()
        assert [line.split()[0] for line in heard] == ["failed"] * 4 + ["passed"] * 2

    def test_an_editor_finds_the_tests(self, katas):
        """VS Code and PyCharm collect first, by a root of their own, and run by name."""
        katas.write("week1/vectors.py", STUB.format(name="dot"))
        root = str(katas.pytester.path)
        katas.monkeypatch.chdir(katas.pytester.mkdir("elsewhere"))
        options = ["--rootdir", root, "-c", f"{root}/pytest.ini", "--color=no"]
        found = katas.pytester.runpytest_inprocess(
            *options, "--collect-only", "-q", f"{root}/week1", *QUIET
        )
        assert found.ret == 0
        assert found.outlines[:2] == [
            "week1/test_vectors.py::TestDot::test_by_hand",
            "week1/test_vectors.py::TestDot::test_right_angle",
        ]
        assert "your exercises" not in found.stdout.str()
        name = f"{root}/week1/test_vectors.py::TestDot::test_by_hand"
        run = katas.pytester.runpytest_inprocess(*options, name, *QUIET)
        run.stdout.fnmatch_lines(["   · dot *to do, 1 not run *", "*1 to do in*"])

    def test_last_failed_runs_what_is_not_done(self, katas):
        katas.write("week1/vectors.py", DOT + STUB.format(name="norm") + EXTRA)
        katas.pytester.runpytest_inprocess("week1")
        result = katas.pytester.runpytest_inprocess("week1", "--lf")
        result.stdout.fnmatch_lines(["*2 to do in*"])

    def test_no_line_is_wider_than_the_terminal(self, katas):
        katas.run(
            "week1", vectors=DOT.replace("u * v", "u + v, u.nothing_that_is_called_so") + NORM
        )
        assert max(map(len, katas.result.outlines)) <= 80

    def test_colour_only_where_asked_for(self, katas):
        vectors = DOT.replace("u * v", "u + v") + NORM + EXTRA
        assert "\x1b[" not in katas.run("week1", vectors=vectors).stdout.str()
        coloured = katas.run("week1", "--color=yes", vectors=vectors).stdout.str()
        assert "\x1b[31m  ✗ dot" in coloured

    def test_an_old_console_gets_plain_signs(self, katas):
        katas.write("week1/vectors.py", DOT.replace("u * v", "u + v") + NORM + EXTRA)
        katas.monkeypatch.setenv("PYTHONIOENCODING", "ascii")
        katas.monkeypatch.setenv("PYTHONUTF8", "0")
        katas.result = katas.pytester.runpytest_subprocess("week1")
        katas.shows("x dot - (1, 2) times (3, 4) is 11.", "   + norm *done*", " ####*...*points*")
        assert "\\u" not in katas.text


class TestWhatWasNotRun:
    """It is not failed, and nothing is praised for it."""

    def test_after_x_the_tests_behind_are_neither_failed_nor_done(self, katas):
        wrong = DOT.replace("u * v", "u + v")
        assert katas.run("week1", "-x", vectors=wrong + NORM + EXTRA).ret == 1
        katas.shows(
            "   ✗ dot     wrong, 1 not run    0/1     -/2",
            " 0 of 1 exercises done; not all of their tests were run.",
            " Not run this time: 3 more of the exercises asked for.",
            " Next: dot in week1/vectors.py:4",
        )

    def test_lf_shows_the_tests_that_it_ran(self, katas):
        first_only = DOT.replace("u * v", "u * v * (u[1] > 0) + (u[1] == 0)")
        katas.write("week1/vectors.py", first_only + NORM + EXTRA)
        katas.pytester.runpytest_inprocess("week1", *QUIET)
        katas.result = katas.pytester.runpytest_inprocess("week1", "--lf", *QUIET)
        katas.shows(
            "   ✗ dot     wrong, 1 not run    0/1     -/2",
            " 0 of 1 exercises done; not all of their tests were run.",
            " Next: dot in week1/vectors.py:4",
        )

    def test_ctrl_c_praises_nothing(self, katas):
        norm = "def norm(v):\n    raise KeyboardInterrupt\n"
        katas.write("week1/vectors.py", DOT + norm + EXTRA)
        # In a process of its own: this one would be interrupted, too.
        katas.result = katas.pytester.runpytest_subprocess("week1")
        assert katas.result.ret == 2
        katas.shows(
            "   ✓ dot *done*2/2*2/2",
            " Not run this time: 3 more of the exercises asked for.",
            " Stopped before the end. To go on: pytest week1",
        )
        assert "All of these" not in katas.text
        assert "Well done" not in katas.text


class TestWayOn:
    def test_one_exercise_done_leads_to_the_next_that_waits(self, katas):
        katas.run("week1", "-k", "dot", vectors=DOT + NORM + STUB.format(name="extra"))
        katas.shows(" Done. Next: extra in week1/vectors.py:10", "       hint: kata hint extra")

    def test_a_bonus_comes_last(self, katas):
        katas.write(
            "week1/machines.py",
            "class Counter:\n    def step(self):\n        raise NotImplementedError\n",
        )
        katas.run("week1", "-k", "dot", vectors=DOT + NORM + STUB.format(name="extra"))
        katas.shows(" Done. Next: counter in week1/machines.py:1")

    def test_a_week_without_its_bonus_is_complete(self, katas):
        katas.write("exercises/week2.toml", CATALOGUE.format(week="more"))
        assert katas.run("week1", vectors=DOT + NORM + STUB.format(name="extra")).ret == 1
        katas.shows(
            " Well done: week1 is complete. Next: pytest week2",
            " A bonus is left: extra in week1/vectors.py:10",
            "       hint: kata hint extra",
        )

    def test_a_wrong_bonus_alone_is_what_is_next(self, katas):
        wrong = "def extra(x):\n    return 2\n"
        katas.run("week1", "-k", "extra", vectors=DOT + NORM + wrong)
        katas.shows(
            " 0 of 1 exercises done",
            " † a bonus is on top of the points.",
            " Next: extra in week1/vectors.py:9",
        )
        assert "Done" not in katas.text

    def test_a_name_that_is_mistyped(self, katas):
        assert katas.run("week1", "-k", "nrom or dott").ret == 5
        katas.shows(
            "no test is called 'nrom': did you mean -k norm?",
            "no test is called 'dott': did you mean -k dot?",
        )
        katas.run("week1", "-k", "dot or zzz")
        assert "did you mean" not in katas.text

    def test_strangers_are_left_out(self, katas):
        """A test of another exercise that has the word in its own name."""
        katas.write("week1/test_vectors.py", TEST_VECTORS.replace("test_right_angle", "test_norm"))
        katas.run("week1", "-k", "norm")
        assert "dot" not in katas.text
        katas.run("week1", "-k", "norm or extra").assert_outcomes(passed=3, deselected=3)
        katas.run("week1", "-k", "norm or test_by").assert_outcomes(passed=4, deselected=2)
        katas.run("week1", "-k", "vectors").assert_outcomes(passed=5, deselected=1)
        katas.run("week1", "-k", "by_hand").assert_outcomes(passed=1, deselected=5)

    @pytest.mark.parametrize(
        ("arg", "n_passed"),
        [
            ("week1/vectors.py", 5),
            ("week1/vectors.py::norm", 2),
            ("week1/test_vectors.py::TestNorm", 2),
            ("week1/machines.py", 1),
        ],
    )
    def test_a_learners_file_stands_for_its_tests(self, katas, arg, n_passed):
        katas.run(arg).assert_outcomes(passed=n_passed)

    def test_a_learners_file_from_inside_its_week(self, katas):
        katas.write("week1/vectors.py", VECTORS)
        katas.monkeypatch.chdir(katas.pytester.path / "week1")
        katas.run("vectors.py::dot", vectors=None).assert_outcomes(passed=2)


class TestQuiz:
    ASKED = (
        '{"title": "Quiz", "asked": {"size": {"module": "vectors", "kind": "choice", '
        '"title": "S", "points": 1, "text": "?", "choices": ["a", "b"], "seals": ""}}}'
    )

    @pytest.mark.parametrize(
        ("answers", "line"),
        [
            (None, " week1/quiz.toml: 0 of 1 answered: kata quiz week1"),
            ("[size]\nanswer = 1\n", " week1/quiz.toml: 1 of 1 answered, 0 right: kata quiz week1"),
            ("[size]\nanswer = b\n", " week1/quiz.toml:2: Invalid value; *"),
        ],
    )
    def test_a_whole_week_has_a_line_for_it(self, katas, answers, line):
        katas.write("exercises/week1.quiz.json", self.ASKED)
        if answers is not None:
            katas.write("week1/quiz.toml", answers)
        assert katas.run("week1").ret == 0
        katas.shows("*4 of 4 exercises done", line, " Well done: *")
        assert "Traceback" not in katas.text

    def test_a_part_of_a_week_has_none(self, katas):
        katas.write("exercises/week1.quiz.json", self.ASKED)
        katas.run("week1", "-k", "norm")
        assert "quiz" not in katas.text


class TestLength:
    def test_three_problems_in_full_and_the_names_of_the_rest(self, katas):
        katas.write("week1/machines.py", COUNTER.replace("+= 1", "+= 2"))
        wrong = "".join(
            f"def {name}(*args):\n    return 7.5\n" for name in ("dot", "norm", "extra")
        )
        katas.run("week1", vectors=wrong)
        katas.shows("✗ dot *", "✗ norm *", "✗ extra *", "", "✗ and 1 more: counter", "")
        assert katas.text.count("    hint  ") == 3
        assert "also" not in katas.text

    @pytest.mark.parametrize("source", ["", "solutions"])
    def test_all_weeks_take_few_lines_beside_one_a_file(self, katas, source):
        root = Path(__file__).parents[2]
        for name in ("exercises", "pyproject.toml", *(f"week{n}" for n in range(1, 5))):
            here = katas.pytester.path / name
            if (root / name).is_file():
                shutil.copy(root / name, here)
            else:
                shutil.copytree(root / name, here, dirs_exist_ok=True)
            if source and name.startswith("week"):
                shutil.copytree(root / source / name, here, dirs_exist_ok=True)
        for toy in ("pytest.ini", "week1/test_machines.py", "week1/machines.py"):
            (katas.pytester.path / toy).unlink()
        katas.result = katas.pytester.runpytest_subprocess("--color=no")
        assert katas.result.ret == (0 if source else 1)
        lines = katas.result.outlines
        assert len([line for line in lines if not re.match(r"week\d/test_", line)]) <= 26
        assert max(map(len, lines)) <= 80
        state = "done" if source else "to do"
        katas.shows(*(f" ? week{n}  {state}  *" for n in range(1, 5)))


class TestElsewhere:
    def test_other_projects_see_nothing(self, pytester):
        pytester.makepyfile("def test_a():\n    raise NotImplementedError\ndef test_b(): pass\n")
        result = pytester.runpytest_inprocess(*NO_OTHERS, *QUIET)
        result.assert_outcomes(passed=1, failed=1)
        result.stdout.fnmatch_lines(["platform *", "*FAILURES*"])
        assert "exercises" not in result.stdout.str()
        fixtures = pytester.runpytest_inprocess(*NO_OTHERS, "--fixtures")
        assert "Give the functions" not in fixtures.stdout.str()

    def test_k_takes_the_name_of_an_exercise(self, katas):
        test = "class TestUnitNorm:\n    def test_a(self, learner):\n        learner.unit_norm()\n"
        entry = "[vectors.unit_norm]\ntitle = 'U'\npoints = 1\ndifficulty = 1\nhints = ['a', 'b']\n"
        catalogue = CATALOGUE.format(week="toys").replace(
            "[vectors.norm]", entry + "[vectors.norm]"
        )
        katas.write("exercises/week1.toml", catalogue)
        katas.write("week1/test_vectors.py", TEST_VECTORS + "\n\n" + test)
        result = katas.run("week1", "-k", "unit_norm", vectors="def unit_norm():\n    return 1\n")
        result.assert_outcomes(passed=1, deselected=6)

    def test_the_projects_own_tests_are_left_alone(self, katas):
        hidden = (
            "import pytest\n@pytest.fixture\ndef learner():\n    return 'hidden'\n"
            "class TestDot:\n    def test_a(self, learner):\n"
            "        assert learner == 'hidden'\n        raise NotImplementedError\n"
        )
        katas.write("tests/test_x.py", hidden)
        (katas.pytester.path / "tests/week1").mkdir()
        katas.write("tests/week1/test_vectors.py", hidden)
        # In a process of its own: this one may hold our own module of that name.
        result = katas.result = katas.pytester.runpytest_subprocess("tests")
        result.assert_outcomes(failed=2)
        katas.shows("platform *", "*FAILURES*")
        assert "your exercises" not in katas.text

    def test_a_test_that_is_no_exercise_stays_an_ordinary_one(self, katas):
        katas.write(
            "week1/test_mine.py", "class TestMine:\n    def test_a(self):\n        assert 0\n"
        )
        result = katas.run("week1/test_mine.py")
        result.assert_outcomes(failed=1)
        assert "your exercises" not in katas.text

    def test_the_fixture_outside_of_a_class_says_where_it_belongs(self, katas):
        katas.write("week1/test_mine.py", "def test_a(learner):\n    pass\n")
        katas.run("week1/test_mine.py")
        katas.shows("*the fixture `learner` is for the tests in a week folder*")


class TestMistakesOfAuthors:
    def test_an_unknown_exercise(self, katas):
        katas.write("week1/test_vectors.py", TEST_VECTORS.replace("TestDot", "TestDott"))
        result = katas.run("week1")
        assert result.ret == 2
        katas.shows(
            "week1/test_vectors.py: class TestDott is no exercise; *knows TestDot, TestNorm, *"
        )

    def test_a_broken_catalogue(self, katas):
        katas.write("exercises/week1.toml", "title = ")
        result = katas.run("week1")
        assert result.ret == 2
        katas.shows("*week1.toml: cannot be read as TOML*")
        assert "INTERNALERROR" not in katas.text


def _count(n):
    for _ in range(n):
        pass


def _wait():
    for _ in range(1000):
        time.sleep(0.01)


def _between(text, start, end):
    return text.split(start)[1].split(end)[0]


def screen_of(encoding):
    from kata.screen import Screen

    file = SimpleNamespace(encoding=encoding)
    return Screen(SimpleNamespace(fullwidth=80, hasmarkup=False, _file=file))


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("utf-8", "✓ σ █ 1·4 √2²", "✓ σ █ 1·4 √2²"),
        ("ascii", "✓ σ █ … †", "+ sigma # ... *"),
        ("cp1252", "✗ – … σ²", "x – … sigma²"),
        ("ascii", "  · dot: 1·4 + 2·5", "  - dot: 1*4 + 2*5"),
        ("ascii", "(w - 3)² is k1²/2, try 2⁻²³", "(w - 3)^2 is k1^2/2, try 2^-23"),
        ("cp1252", "2⁻¹ and 3²", "2^-1 and 3²"),
        ("ascii", "1/√3, √(a + b), tanh(±1)", "1/sqrt(3), sqrt (a + b), tanh(+/-1)"),
        ("ascii", "31 °F, Rényi", "31 deg F, Renyi"),
    ],
)
def test_signs_are_replaced_only_where_they_cannot_be_shown(encoding, text, shown):
    assert screen_of(encoding).readable(text) == shown


def test_every_requirement_can_be_read_in_ascii():
    root = Path(__file__).parents[2]
    screen = screen_of("ascii")
    texts = [
        ast.get_docstring(node)
        for file in root.glob("week*/test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    unusual = [text for text in texts if text and not text.isascii()]
    assert len(unusual) > 10
    for text in unusual:
        assert screen.readable(text).count("?") == text.count("?"), text
