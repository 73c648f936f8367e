"""The from-scratch rules, as seen on the syntax tree.

`tests/rule_cases` has the cases: evasions, with who must see them, and honest code.
"""

import importlib.util
from pathlib import Path
from textwrap import dedent

import pytest

from kata import rules
from kata.rules import Violation, find_violation
from tests.rule_cases import EVASIONS, HONEST, RULES


@pytest.mark.parametrize("case", EVASIONS, ids=str)
def test_the_tree_sees_what_it_claims(case):
    """Exactly the evasions that say so are found, with their line and the rule they break."""
    found = find_violation(case.source, "f", case.rules)
    assert (found is not None) == ("tree" in case.seen_by), str(found)
    if found is not None:
        assert found.hides or found.rule in case.rules
        assert 1 < found.line <= case.source.count("\n") + 1
        assert found.text


@pytest.mark.parametrize("case", HONEST, ids=str)
def test_honest_code_breaks_no_rule(case):
    """Honest code is not accused."""
    assert find_violation(case.source, "f", case.rules) is None


class TestMessages:
    def test_names_line_call_and_rule(self):
        """The message names the line, the call as written and the rule."""
        source = "import numpy as np\n\ndef f(a, b):\n    return np.inner(a,\n        b)\n"
        found = find_violation(source, "f", ["np.dot", "np.inner"])
        assert found == Violation(4, "np.inner(a, b)", "np.inner")
        assert str(found) == (
            "line 4: np.inner(a, b) is not allowed here (np.inner): write it from scratch"
        )

    def test_says_what_hides_calls(self):
        """What makes checking impossible is refused with that reason."""
        source = "import ctypes\ndef f(a):\n    return ctypes.pythonapi\n"
        assert str(find_violation(source, "f", ["@"])).startswith(
            "line 3: ctypes.pythonapi is not allowed here (ctypes): it hides"
        )

    def test_shortens_long_text(self):
        """A long expression is shortened to one short line."""
        source = f"def f(a):\n    return a @ ({' + '.join(['a'] * 100)})\n"
        found = find_violation(source, "f", ["@"])
        assert found is not None
        assert len(found.text) <= 80
        assert found.text.endswith("…")

    def test_prefers_the_exercise_itself_to_its_helpers(self):
        """The first violation is looked for in the exercise before its helpers."""
        source = "def g(a):\n    return a @ a\ndef f(a):\n    g(a)\n    return a.dot(a)\n"
        found = find_violation(source, "f", ["@", "np.dot"])
        assert found is not None
        assert found.line == 5

    def test_is_the_same_at_any_time(self):
        """Equal input gives an equal answer."""
        source = (
            "import numpy as np\nd = np.dot if np else np.inner\ndef f(a):\n    return d(a, a)\n"
        )
        answers = {str(find_violation(source + "#" * n, "f", RULES["PRODUCT"])) for n in range(9)}
        assert len(answers) == 1


class TestRobustness:
    @pytest.mark.parametrize("source", ["def f(:", "x = 'a", "\0", "(" * 500 + ")" * 500])
    def test_broken_source_is_a_syntax_error(self, source):
        """What is not Python is a SyntaxError for the caller."""
        with pytest.raises(SyntaxError):
            find_violation(source, "f", ["@"])

    def test_survives_long_chains(self):
        """Thousands of terms in one expression are no trouble."""
        terms = " + ".join(["a"] * 900)
        assert find_violation(f"def f(a):\n    return {terms}\n", "f", ["@"]) is None
        calls = ".copy()" * 150
        found = find_violation(f"def f(a):\n    return a{calls}.dot(a)\n", "f", ["np.dot"])
        assert found is not None

    def test_survives_any_module(self):
        """Modules of the standard library are looked at without a crash."""
        folder = Path(dedent.__code__.co_filename).parent
        for name in ("ast", "typing", "enum", "dataclasses", "functools", "statistics", "argparse"):
            source = (folder / f"{name}.py").read_text(encoding="utf-8")
            for top in list(rules._Module(source).bindings)[-4:]:
                find_violation(source, top, RULES["PRODUCT"])

    def test_loads_alone_by_its_path(self):
        """The sandbox loads the file without its package, before it is in sys.modules."""
        spec = importlib.util.spec_from_file_location("rules_alone", rules.__file__)
        assert spec is not None
        assert spec.loader is not None
        alone = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(alone)
        assert alone.find_violation("def f(a): return a @ a", "f", ["@"]).line == 1
