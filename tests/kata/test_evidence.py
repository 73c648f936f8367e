"""What is seen of a failure: alike for two ways to the same wrong answer, and for no other."""

from pathlib import Path

import numpy as np
import pytest

from kata.comparisons import Mismatch, assert_close, assert_same, assert_same_up_to_sign
from kata.evidence import evidence_of
from kata.explain import Failed, FailedTest, TookTooLongError
from kata.learner import Call, LearnersModule
from kata.project import Project

FILE = Path(__file__)
HERE = Project(FILE.parents[2])
EXERCISE = HERE.catalogue.exercises[0]
RNG = np.random.default_rng(4)
TRUTH = RNG.normal(size=(3, 4))
WRONG = RNG.normal(size=(3, 4))


def seen(compare, *args, calls=(), **kwargs):
    """Return what a test that makes one comparison sees of it."""
    try:
        compare(*args, **kwargs)
    except (Exception, Failed, TookTooLongError) as error:
        return evidence_of(error, FailedTest(HERE, EXERCISE, FILE, list(calls), 1.0))
    raise AssertionError("it did not fail")


def meet(one, other):
    """Say whether what was seen has a digest in common, as the file would find it."""
    return any(a == b for a, b in zip(one.digests(), other.digests(), strict=True))


class TestNumbers:
    def test_rounding_makes_no_difference(self):
        for size in (1.0, 1e-7, 1e200, 1e-200):
            one = seen(assert_close, size * WRONG, size * TRUTH, atol=0.0)
            noise = 1 + 1e-15 * RNG.choice([-1, 1], size=WRONG.shape)
            assert meet(one, seen(assert_close, size * WRONG * noise, size * TRUTH, atol=0.0))

    def test_another_number_does(self):
        one = seen(assert_close, WRONG, TRUTH)
        for index in np.ndindex(WRONG.shape):
            other = WRONG.copy()
            other[index] += 1e-3
            assert not meet(one, seen(assert_close, other, TRUTH))

    @pytest.mark.parametrize("error", [1e-3, 1e-6, 1e-8])
    def test_a_small_error_is_compared_as_an_error(self, error):
        """Else all that is nearly right would be one mistake."""
        one = seen(assert_close, TRUTH + error * WRONG, TRUTH)
        assert meet(one, seen(assert_close, TRUTH + error * WRONG * (1 + 1e-9), TRUTH))
        assert not meet(one, seen(assert_close, TRUTH + 0.7 * error * WRONG, TRUTH))
        assert not meet(one, seen(assert_close, TRUTH + error * WRONG[::-1], TRUTH))

    def test_a_large_array_is_compared_whole(self):
        truth, wrong = RNG.normal(size=(2, 1000))
        one = seen(assert_close, wrong, truth)
        assert meet(one, seen(assert_close, wrong * (1 + 1e-15), truth))
        other = wrong.copy()
        other[500] += 1.0
        assert not meet(one, seen(assert_close, other, truth))

    def test_gaps_have_places_and_kinds(self):
        found = [
            seen(assert_close, gaps, [1.0, 2.0])
            for gaps in ([np.nan, 2.0], [1.0, np.nan], [np.inf, 2.0], [-np.inf, 2.0])
        ]
        assert not any(meet(a, b) for a in found for b in found if a is not b)
        assert meet(found[0], seen(assert_close, np.array([np.nan, 2.0]), [1.0, 2.0]))

    def test_a_free_sign_makes_no_difference(self):
        rows = np.array([[0.6, 0.8], [0.8, 0.6]])
        one, other = (
            seen(assert_same_up_to_sign, wrong, np.eye(2))
            for wrong in (rows, [[1.0], [-1.0]] * rows)
        )
        assert meet(one, other)

    def test_a_list_is_what_the_array_is(self):
        one = seen(assert_close, WRONG, TRUTH)
        assert meet(one, seen(assert_close, WRONG.tolist(), TRUTH))

    def test_they_lie_apart_from_the_borders(self):
        assert max(seen(assert_close, WRONG, TRUTH).margins()) > 0.01


class TestOtherAnswers:
    def test_words_and_forms(self):
        answers = ["rome", "paris", None, ["rome"], {"a": 1.0}, {"a": 2.0}, {"b": 1.0}, object()]
        found = [seen(assert_same, answer, "oslo") for answer in answers]
        assert not any(meet(a, b) for a in found for b in found if a is not b)
        assert meet(found[4], seen(assert_same, {"a": 1.0}, "oslo"))

    def test_whatever_comes_back_can_be_looked_at(self):
        endless = []
        endless.append(endless)
        strange = [10**400, [10**400], endless, np.zeros((1000, 1000)), np.array([None, "a"])]
        strange += [[1.0, [2.0]], {1: endless}, np.float16(2), True, 1j, b"", set(), [[]], {}]
        strange += [np.array([1e308, -1e308]), np.array([5e-324, 0.0]), np.array([])]
        for answer in strange:
            for truth in (1.0, np.array([1e-300, -1e-300])):
                found = seen(assert_close, answer, truth, rtol=0.0, atol=0.0)
                assert meet(found, seen(assert_close, answer, truth, rtol=0.0, atol=0.0))

    def test_the_place_in_the_test_counts(self):
        one = seen(assert_close, 1.0, 2.0)
        again = seen(assert_close, 1.0, 2.0, calls=[Call("f", (), {})])
        assert meet(one, seen(assert_close, 1.0, 2.0))
        assert not meet(one, again)

    def test_exceptions_by_type(self):
        def fail(kind):
            raise kind("some words")

        one = seen(fail, ValueError)
        assert meet(one, seen(fail, ValueError))
        assert not meet(one, seen(fail, TypeError))

    def test_what_was_answered_in_place_of_an_error(self):
        def refuses_not():
            with pytest.raises(ValueError):
                pass

        one, same, other = (
            seen(refuses_not, calls=[Call("f", (), {}, has_returned=True, result=result)])
            for result in (1.5, 1.5, 2.5)
        )
        assert meet(one, same)
        assert not meet(one, other)

    def test_what_hangs_on_the_machine_is_no_evidence(self):
        def hang():
            raise TookTooLongError

        assert seen(hang) is None

    def test_an_argument_that_was_changed(self):
        def change(which):
            raise Mismatch(f"argument {which} was changed in place: work on a copy")

        assert meet(seen(change, 1), seen(change, 1))
        assert not meet(seen(change, 1), seen(change, 2))


class TestNamesReached:
    def reached(self, tmp_path, source, name="start"):
        path = tmp_path / "weekx" / "mine.py"
        path.parent.mkdir()
        path.write_text(source, encoding="utf-8")
        return LearnersModule(path).names_reached(name)

    def test_at_any_distance_and_under_another_name(self, tmp_path):
        source = (
            "import functools\nimport numpy as np\n"
            "def far(): return np.sum\n"
            "also = far\n"
            "@functools.cache\ndef near(): return [also() for _ in range(2)]\n"
            "def start(): return (lambda: near())()\n"
            "def stranger(): return start()\n"
        )
        found = self.reached(tmp_path, source)
        assert {"near", "also", "far"} <= found
        assert not {"start", "stranger"} & found

    def test_of_a_class_what_its_methods_use(self, tmp_path):
        source = (
            "def one(): pass\ndef two(): pass\ndef three(): pass\ndef four(): pass\n"
            "class Start:\n"
            "    def a(self): one()\n"
            "    @staticmethod\n    def b(): two()\n"
            "    @property\n    def c(self): three()\n"
        )
        found = self.reached(tmp_path, source, "Start")
        assert {"one", "two", "three"} <= found
        assert "four" not in found

    def test_functions_that_call_each_other(self, tmp_path):
        source = "def start(): return other()\ndef other(): return start()\n"
        assert self.reached(tmp_path, source) == {"start", "other"}
