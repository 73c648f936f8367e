from __future__ import annotations

import numpy as np
import pytest

from grader.similarity import reading
from grader.similarity.pieces import REST, pieces_of
from grader.similarity.reading import Given, Text, fingerprints, looks
from grader.similarity.words import MAX_WORDS, words_of

CODE = '''def spread(x: np.ndarray, y=None) -> float:
    """Say how far apart they are."""
    total = 0.0  # the sum so far
    for i, entry in enumerate(x):
        total += np.sum(entry, axis=1) ** 2 * y.shape[0] - i
    if total < 1000:
        raise ValueError(f"bad {x}")
    return total / len(x)
'''
NOTHING = Given(frozenset(), np.zeros(1, np.uint64))


def prints(text: str, names: frozenset[str] = frozenset()) -> list[int]:
    return words_of(text, names).fingerprints()[0].tolist()


class TestWhatIsSeenThrough:
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("total", "acc"),
            ("entry", "row"),
            ("spread", "width"),
            (": np.ndarray", ""),
            (" -> float", ""),
            ('    """Say how far apart they are."""\n', ""),
            ("# the sum so far", "# here I add up"),
            ("axis=1)", "\n        axis = 1,\n    )"),
            ("1000", "1_000.0"),
            ("bad {x}", "no, {x}!"),
            ("    ", "  "),
        ],
    )
    def test_is_the_same(self, old, new):
        changed = CODE.replace(old, new)
        assert changed != CODE
        assert prints(changed) == prints(CODE)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("np.sum", "np.prod"),
            ("axis", "keepdims"),
            ("- i", "- total"),
            ("**", "*"),
            ("len(x)", "len(y)"),
            ("<", ">"),
            ("ValueError", "TypeError"),
        ],
    )
    def test_is_not_the_same(self, old, new):
        assert set(prints(CODE.replace(old, new))) != set(prints(CODE))

    def test_names_of_the_course_are_no_names_of_ones_own(self):
        given = frozenset({"entry"})
        assert prints(CODE, given) != prints(CODE.replace("entry", "row"), given)

    def test_no_fingerprint_reaches_across_two_definitions(self):
        one, other = CODE, CODE.replace("total", "t").replace("/ len", "* len")
        both, turned = prints(f"{one}\n\n{other}"), prints(f"{other}\n\n{one}")
        assert sorted(both) == sorted(turned)
        assert sorted(set(both)) == sorted({*prints(one), *prints(other)})

    def test_less_than_a_fingerprint_has_none(self):
        assert prints("x = 1\n") == []
        assert prints("") == []


class TestPieces:
    TEXT = (
        "import numpy as np\nLIMIT = 3\n\ndef help_me(x):\n    return x + LIMIT\n\n"
        '@cached\ndef a(x):\n    """Doc."""\n    return help_me(x)\n\n'
        "class B:\n    def a(self): pass\n"
        '\nprint("""\ndef a(no): this is text\n""")\ndef unused(): pass\n'
    )

    def test_an_exercise_has_its_helpers(self):
        pieces = pieces_of(self.TEXT, ["a", "B", "absent"])
        assert list(pieces) == ["a", "B", REST]
        assert [line for line in pieces["a"].split("\n") if line] == [
            "def help_me(x):",
            "    return x + LIMIT",
            "LIMIT = 3",
            "@cached",
            "def a(x):",
            "    return help_me(x)",
        ]
        assert pieces["B"] == "class B:\n    def a(self): pass"
        assert pieces[REST].startswith("def unused(): pass\n\n\nprint(")


class TestBounds:
    def test_a_long_text_is_cut_and_that_is_said(self):
        text = Text("vectors", "def a(x):\n    return x" + " + x" * MAX_WORDS, ("a",))
        found, notes = fingerprints([text], NOTHING)
        assert len(found["a"]) < 30
        assert notes == (f"a: only its first {MAX_WORDS} words were compared",)

    def test_what_takes_too_long_is_left_out_and_that_is_said(self, monkeypatch):
        monkeypatch.setattr(reading, "SECONDS", 1e-6)
        texts = [Text("vectors", CODE * 200, ("spread",))]
        found, notes = fingerprints(texts, NOTHING)
        assert found == {}
        assert notes == ("vectors.py takes more than 0 s to read, left out",)

    @pytest.mark.parametrize(
        "text",
        [
            "(" * 5000,
            "'" * 5000,
            'f"{' * 2000,
            '"""' + "a" * 5000,
            "\\" * 5000,
            "0_" * 3000,
            "def " * 3000,
            "def a(" * 2000,
            "@" * 5000,
            "\ud800\u202e\x1b",
            "x = 1" + "0" * 5000,
            "a" + " " * 5000 + "= 1",
        ],
    )
    def test_any_text_has_words(self, text):
        found, notes = fingerprints([Text("vectors", text, ("a",))], NOTHING)
        assert notes == ()
        assert all(each.dtype == np.uint64 for each in found.values())

    def test_marks_what_is_shared(self):
        own = looks([Text("vectors", CODE, ("spread",))], NOTHING)["spread"]
        other = looks([Text("vectors", CODE.replace("- i", "- 1"), ("spread",))], NOTHING)["spread"]
        spans = own.spans(np.intersect1d(own.fingerprints, other.fingerprints))
        assert "".join(text for text, _ in spans) == own.text
        assert [text for text, is_shared in spans if not is_shared] == [" i\n    "]
        assert own.spans(own.fingerprints[:0]) == ((own.text, False),)
