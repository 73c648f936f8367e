"""What counts as a stub, for the learner's tool and the grader alike."""

import ast

import pytest

from exercises.verdict import STATUSES, VERDICTS, is_stub, is_untouched, stub_lines

STUB = '''
def f(a):
    """Return nothing yet."""
    raise NotImplementedError("f is yours to write")

class Adam:
    """An optimiser."""

    def __init__(self, rate):
        self.rate = rate
        raise NotImplementedError

    def step(self, x):
        """Step."""
        raise NotImplementedError
'''


class TestIsStub:
    @pytest.mark.parametrize(
        "body",
        [
            *("pass", "...", '"""Text."""', '"""Text."""\n    ...', "raise NotImplementedError"),
            "raise NotImplementedError('later')",
            "self.x = x\n    self.n = 0.0\n    raise NotImplementedError",
            "self.x = np.array(x, dtype=float)\n    self.d = np.zeros_like(self.x)\n    pass",
        ],
    )
    def test_nothing_is_written_yet(self, body):
        assert is_stub(ast.parse(f"def f(self, x):\n    {body}\n").body[0])

    @pytest.mark.parametrize(
        "body",
        [
            "return x",
            "y = x\n    raise NotImplementedError",
            "pass\n    return x",
            "if x:\n        raise NotImplementedError",
            "raise ValueError",
            "self.x = x + 1",
            "self.x = np.array(x + 1)",
            "self.x = x.copy()",
        ],
    )
    def test_something_is(self, body):
        assert not is_stub(ast.parse(f"def f(self, x):\n    {body}\n").body[0])

    def test_lines_of_stubs(self):
        assert list(stub_lines(ast.parse(STUB))) == [(2, 4), (9, 11), (13, 15)]


class TestIsUntouched:
    @pytest.mark.parametrize(
        "source",
        [
            STUB,
            STUB.replace("Return nothing yet.", "My own words"),
            STUB.replace('    """Return nothing yet."""\n', ""),
            STUB.replace("raise", "# to do\n    raise", 1),
            STUB.replace("f is yours to write", "later"),
            "import numpy as np\n" + STUB,
            "def f(a):\n    pass\n",
        ],
    )
    def test_docstrings_and_comments_do_not_count(self, source):
        assert is_untouched(source, STUB, "f")

    @pytest.mark.parametrize(
        "source",
        [STUB + "def f(a):\n    return a\n", STUB + "f = abs\n", "def g(a): pass", ""],
    )
    def test_other_code_counts(self, source):
        assert not is_untouched(source, STUB, "f")

    def test_a_class_is_touched_where_one_of_its_methods_is(self):
        assert is_untouched(STUB.replace("Step.", "step"), STUB, "Adam")
        assert not is_untouched(STUB.replace("self, x", "self, y"), STUB, "Adam")

    @pytest.mark.parametrize("source", ["def f(:", "\0", "(" * 5000])
    def test_broken_source_is_a_syntax_error(self, source):
        with pytest.raises(SyntaxError):
            is_untouched(source, STUB, "f")


def test_the_words_and_signs_of_verdicts_differ():
    verdicts = [STATUSES[name] for name in VERDICTS]
    assert len({status.word for status in verdicts}) == len(VERDICTS)
    assert len({status.sign for status in verdicts}) == len(VERDICTS)
