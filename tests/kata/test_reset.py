"""`kata reset`, without git, from whatever state a file is in."""

import zipfile

import pytest

from kata import cli
from kata.reset import with_given
from kata.state import load_state
from tests.kata.test_cli import katas, solve, state_text

__all__ = ["katas"]

GIVEN = '''"""Vectors."""

import numpy as np


def dot(a, b):
    """Return the inner product."""
    raise NotImplementedError("dot is yours to write")


@np.vectorize
def norm(a):
    raise NotImplementedError("norm is yours to write")


def extra(a):
    raise NotImplementedError("extra is yours to write")
'''
SOLVED = GIVEN.replace('raise NotImplementedError("dot is yours to write")', "return a @ b")
DOT = GIVEN[GIVEN.index("def dot") : GIVEN.index("@np")]
NORM = GIVEN[GIVEN.index("@np") : GIVEN.index("def extra")]
EXTRA = GIVEN[GIVEN.index("def extra") :]


@pytest.fixture
def copy(katas):
    with zipfile.ZipFile(katas / "exercises/given.zip", "w") as archive:
        archive.writestr("week1/vectors.py", GIVEN)
    (katas / "week1/vectors.py").write_text(SOLVED, encoding="utf-8")
    return katas


def vectors(copy):
    return (copy / "week1/vectors.py").read_text(encoding="utf-8")


class TestReset:
    def test_the_stub_comes_back_and_what_was_there_is_kept_and_named(self, copy, capsys):
        assert cli.main(["reset", "dot"]) == 0
        assert capsys.readouterr().out == (
            "dot in week1/vectors.py is as it was given again. "
            "The file as it was is kept: week1/vectors.before-reset.txt\n"
        )
        assert vectors(copy) == GIVEN
        kept = copy / "week1/vectors.before-reset.txt"
        assert kept.read_text(encoding="utf-8") == SOLVED

    def test_what_is_kept_is_never_overwritten(self, copy, capsys):
        cli.main(["reset", "dot"])
        again = SOLVED.replace("a @ b", "b @ a")
        (copy / "week1/vectors.py").write_text(again, encoding="utf-8")
        capsys.readouterr()
        cli.main(["reset", "dot"])
        assert "week1/vectors.before-reset-2.txt" in capsys.readouterr().out
        assert "a @ b" in (copy / "week1/vectors.before-reset.txt").read_text(encoding="utf-8")
        assert "b @ a" in (copy / "week1/vectors.before-reset-2.txt").read_text(encoding="utf-8")

    def test_what_is_as_given_stays(self, copy, capsys):
        assert cli.main(["reset", "extra"]) == 0
        assert capsys.readouterr().out == "extra in week1/vectors.py is as it was given.\n"
        assert not (copy / "week1/vectors.before-reset.txt").exists()

    def test_a_deleted_file(self, copy, capsys):
        (copy / "week1/vectors.py").unlink()
        assert cli.main(["reset", "dot"]) == 0
        assert capsys.readouterr().out == "all of week1/vectors.py is as it was given again.\n"
        assert vectors(copy) == GIVEN

    @pytest.mark.parametrize("name", ["vectors", "vectors.py", "week1/vectors.py", "week1"])
    def test_a_whole_file(self, copy, capsys, name):
        (copy / "week1/vectors.py").write_text("print('mine')\n", encoding="utf-8")
        assert cli.main(["reset", name]) == 0
        assert vectors(copy) == GIVEN
        assert "before-reset.txt" in capsys.readouterr().out

    def test_it_is_to_do_again(self, copy):
        solve(copy, "dot", "extra")
        cli.main(["reset", "dot"])
        assert 'dot = { status = "todo", tests = 2 }' in state_text(copy)
        assert load_state(copy).note == ""

    def test_a_file_in_another_encoding_names_the_way_out(self, copy, capsys):
        (copy / "week1/vectors.py").write_bytes("x = 'ü'\n".encode("latin-1"))
        assert cli.main(["reset", "dot"]) == 2
        assert "kata reset week1/vectors.py" in capsys.readouterr().err
        assert cli.main(["reset", "week1/vectors.py"]) == 0
        assert vectors(copy) == GIVEN
        kept = (copy / "week1/vectors.before-reset.txt").read_bytes()
        assert kept == "x = 'ü'\n".encode("latin-1")

    def test_a_copy_without_what_was_given_says_so(self, katas, capsys):
        assert cli.main(["reset", "dot"]) == 2
        assert "exercises/given.zip" in capsys.readouterr().err

    def test_a_typo(self, copy, capsys):
        assert cli.main(["reset", "dott"]) == 2
        assert "did you mean 'dot'?" in capsys.readouterr().err


class TestWithGiven:
    def test_the_rest_of_the_file_stays(self):
        mine = SOLVED.replace("import numpy as np", "import numpy as np  # mine")
        assert with_given(mine, GIVEN, "dot") == GIVEN.replace(
            "import numpy as np", "import numpy as np  # mine"
        )

    @pytest.mark.parametrize(("name", "text"), [("dot", DOT), ("norm", NORM), ("extra", EXTRA)])
    def test_a_deleted_function_comes_back_where_it_was(self, name, text):
        mine = GIVEN.replace(text, "").rstrip() + "\n"
        assert with_given(mine, GIVEN, name) == GIVEN

    def test_into_an_empty_file(self):
        compile(with_given("", GIVEN, "dot"), "vectors.py", "exec")
        assert "def dot" in with_given("x = 1\n", GIVEN, "dot")

    def test_decorators_go_and_come_with_their_function(self):
        mine = GIVEN.replace("@np.vectorize\n", "@first\n@second\n")
        assert with_given(mine, GIVEN, "norm") == GIVEN

    def test_of_two_definitions_one_remains(self):
        mine = SOLVED + "\n\ndef dot(a, b):\n    return sum(a * b)\n\n\ndot = max\n"
        assert with_given(mine, GIVEN, "dot").rstrip() == GIVEN.rstrip()

    def test_windows_line_ends_stay(self):
        assert with_given(SOLVED.replace("\n", "\r\n"), GIVEN, "dot") == GIVEN.replace("\n", "\r\n")

    @pytest.mark.parametrize(
        "body",
        ["return (a @ b", "return a @@ b", "x = [\n    1,\n  return 3", 'return """a @ b'],
    )
    def test_a_file_that_is_no_python(self, body):
        """What follows the broken function is not lost."""
        mine = SOLVED.replace("return a @ b", body)
        assert with_given(mine, GIVEN, "dot") == GIVEN

    def test_a_stray_quote_above_it(self):
        mine = SOLVED.replace('"""Vectors."""', '"""Vectors."')
        result = with_given(mine, GIVEN, "dot")
        assert result == GIVEN.replace('"""Vectors."""', '"""Vectors."')
