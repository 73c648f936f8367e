"""Every message of the comparisons is reached, nothing right is refused, nothing wrong passes."""

import contextlib
import re
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest

from kata import comparisons
from kata.comparisons import (
    Mismatch,
    assert_close,
    assert_distribution,
    assert_keeps_inputs,
    assert_orthonormal_rows,
    assert_same,
    assert_same_subspace,
    assert_same_up_to_sign,
    assert_within,
    describe,
    describe_argument,
    no_floating_point_warnings,
    unpack,
)

inf, nan = np.inf, np.nan


def complaint(function, *args, **kwargs):
    """Return the Mismatch that a comparison raises."""
    with pytest.raises(Mismatch) as caught:
        function(*args, **kwargs)
    return caught.value


class TestAssertCloseAccepts:
    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            (1.0, 1.0),
            (np.float64(1.0), 1.0),
            (np.array(1.0), 1.0),
            (1, 1.0),
            (3.0 + 1e-9, 3.0),
            ([1, 2], np.array([1.0, 2.0])),
            ((1.0, 2.0), [1.0, 2.0]),
            ([[1.0], [2.0]], np.array([[1.0], [2.0]])),
            (np.zeros((0, 3)), np.zeros((0, 3))),
            ([nan, inf, -inf], [nan, inf, -inf]),
            (np.array([1, 2], dtype=np.uint8), np.array([1, 2])),
            (True, True),
            (np.array([True, False]), [True, False]),
            (1.0, 1.0 + 0j),
            (1 + 2j, 1 + 2j),
            (np.float32(0.5), 0.5),
            (1e-13, 0.0),
            ([1e6, 1e-7], [1e6, 0.0]),
            (2**70, float(2**70)),
            (-(2**63), -(2**63)),
        ],
    )
    def test_what_is_right(self, actual, expected):
        assert_close(actual, expected)

    def test_a_larger_tolerance(self):
        assert_close(1.01, 1.0, rtol=0.02)
        assert_close(0.01, 0.0, atol=0.02)


class TestAssertCloseRefuses:
    @pytest.mark.parametrize(
        ("actual", "expected", "summary"),
        [
            (None, 1.0, "the result is None: is a `return` missing?"),
            ("1.0", 1.0, "the result is a text, not a number or an array"),
            ({1.0}, 1.0, "the result is a set, not a number or an array"),
            (frozenset(), 1.0, "the result is a frozenset, not a number or an array"),
            ({"a": 1}, 1.0, "the result is a dict, not a number or an array"),
            (NotImplemented, 1.0, "the result is a NotImplementedType, not a number or an array"),
            (
                [[1.0], [1.0, 2.0]],
                [1.0],
                "the result is a list of 2, and no array: its parts differ in shape",
            ),
            (["a"], [1.0], "the result is a list, not a number or an array of numbers"),
            (len, 1.0, "the result is a builtin_function_or_method, not a number or an array of n"),
            ([1.0, None], [1.0, 2.0], "the result holds None where a number should be"),
            (1.0, [1.0], "the result has shape () (one number), expected (1,)"),
            ([1.0], 1.0, "the result has shape (1,), expected () (one number)"),
            ([1.0, 2.0], [1.0, 2.0, 3.0], "the result has shape (2,), expected (3,)"),
            (1.0, np.ones(2), "the result has shape () (one number), expected (2,)"),
            (np.ones((3, 2)), np.ones((2, 3)), "(3, 2), expected (2, 3): is it transposed?"),
            (np.ones((3, 1)), np.ones(3), "(3,): the same number of entries, arranged otherwise"),
            (1.0, 1, "the result holds floats (dtype float64), expected whole numbers"),
            (True, 1.0, "the result holds booleans (dtype bool), expected floats"),
            (1, True, "the result holds whole numbers (dtype int64), expected booleans"),
            (1j, 1.0, "the result holds complex numbers (dtype complex128), expected floats"),
            ([1.0, nan], [1.0, 2.0], "the result holds nan, first at [1]"),
            (inf, 1.0, "the result holds inf"),
            (-inf, inf, "the result holds -inf"),
            (inf, -inf, "the result holds inf"),
            (nan, inf, "the result holds nan"),
            ([1.0, 0.0], [1.0, nan], "the result is finite where nan is right, first at [1]"),
            (1e300, inf, "the result is finite where inf is right"),
            (-1e300, -inf, "the result is finite where -inf is right"),
            (1.0 + 1e-8, 1.0, "the result is another number"),
            (1e-11, 0.0, "the result is another number"),
            ([1.0, 3.0, 4.0], [1.0, 2.0, 3.0], "differs in 2 of 3 entries, first at [1]"),
            ([[1.0, 2.0]], [[1.0, 5.0]], "differs in 1 of 2 entries, first at [0, 1]"),
            (np.array([0], dtype=np.uint8), np.array([255]), "differs in 1 of 1 entries"),
            (1.0 + 1e-7j, 1.0 + 0j, "the result is another number"),
            ([1.0, 2.0, nan], [9.0, 2.0, nan], "differs in 1 of 3 entries, first at [0]"),
        ],
    )
    def test_what_is_wrong(self, actual, expected, summary):
        assert summary in complaint(assert_close, actual, expected).summary

    def test_tiny_numbers_where_they_are_the_point(self):
        assert_close(1e-20, 1e-20, atol=0)
        complaint(assert_close, 2e-20, 1e-20, atol=0)

    def test_a_name_for_what_is_compared(self):
        assert complaint(assert_close, None, 1.0, what="alpha").summary.startswith("alpha is None")

    def test_the_summary_gives_no_value_away(self):
        error = complaint(assert_close, [1.25, 2.5], [1.25, 3.75])
        assert "3.75" not in error.summary
        assert "2.5" not in error.summary
        assert error.details == (
            "expected  [1.25, 3.75]  shape (2,)",
            "got       [1.25, 2.5]  shape (2,)",
            "at [1]  expected 3.75, got 2.5",
        )
        assert str(error) == "\n".join([error.summary, *error.details])

    def test_a_difference_that_six_digits_hide(self):
        error = complaint(assert_close, [1.0 / 3], [1.0 / 3 + 1e-8])
        assert "at [0]  expected 0.3333333433333333, got 0.3333333333333333" in error.details

    def test_large_arrays_are_shown_by_shape(self):
        error = complaint(assert_close, np.zeros(100), np.ones(100))
        assert error.details[:2] == (
            "expected  array of shape (100,), dtype float64",
            "got       array of shape (100,), dtype float64",
        )
        assert error.details[2] == "at [0]  expected 1.0, got 0.0"

    def test_coarse_floats_are_blamed(self):
        error = complaint(assert_close, np.float32([0.1, 0.2]), [0.1, 0.2])
        assert error.summary.endswith(": float32 is too coarse, compute in float64")
        error = complaint(assert_close, np.float32([0.1, 0.3]), [0.1, 0.2])
        assert "coarse" not in error.summary
        error = complaint(assert_close, np.float16(0.1), 0.1)
        assert "float16" in error.summary

    @pytest.mark.parametrize(
        ("factor", "note"),
        [
            (-1, "Your result is the right one with the other sign."),
            (2, "Your result is twice the right one."),
            (0.5, "Your result is half of the right one."),
            (1 / np.log(2), "Your result is the right one divided by ln 2: is a logarithm "),
            (np.log(2), "Your result is the right one times ln 2: is a logarithm "),
        ],
    )
    def test_a_factor_that_is_seen_at_once(self, factor, note):
        truth = np.array([1.0, 3.0, -2.0])
        error = complaint(assert_close, factor * truth, truth)
        assert error.details[-1].startswith(note)
        assert note not in error.summary

    def test_a_square_matrix_transposed(self):
        truth = np.arange(9.0).reshape(3, 3)
        note = complaint(assert_close, truth.T, truth).details[-1]
        assert note == "Your result is the right one transposed: rows are columns."

    def test_whole_numbers_in_the_place_of_decimals(self):
        *_, got, _, note = complaint(assert_close, np.array([1, 0, -2]), [1.5, 0.7, -2.2]).details
        assert got == "got       [1, 0, -2]  shape (3,), dtype int64"
        assert note == comparisons.WITHOUT_DECIMALS
        *_, got, _ = complaint(assert_close, np.array([1, 9]), [1.5, 0.7]).details
        assert got == "got       [1, 9]  shape (2,), dtype int64"

    def test_no_factor_relates_to_zeros_or_to_infinities(self):
        for truth in ([0.0, 0.0], [1.0, inf]):
            error = complaint(assert_close, [1.0, truth[1]], np.array(truth) - [2.0, 0.0])
            assert not error.details[-1].startswith("Your ")

    def test_comparing_warns_of_nothing(self):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            complaint(assert_close, [1e308, 1.0], [-1e308, inf])
            complaint(assert_close, [1e308], [-1e308])


class TestAssertSame:
    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            (3, 3),
            (np.int64(3), 3),
            ([1, 2], np.array([1, 2])),
            (True, True),
            ("king", "king"),
            (np.str_("king"), "king"),
            (["a", "b"], ["a", "b"]),
            (("a", "b"), ["a", "b"]),
            (np.array(["a", "b"]), ["a", "b"]),
            ({"a": 1}, {"a": 1}),
            ([("a", 1)], [("a", 1)]),
            (None, None),
            ({1, 2}, {2, 1}),
            (2**70, 2**70),
            ([nan], [nan]),
            ([], []),
        ],
    )
    def test_accepts(self, actual, expected):
        assert_same(actual, expected)

    @pytest.mark.parametrize(
        ("actual", "expected", "summary"),
        [
            (4, 3, "the result is another number"),
            (3.0, 3, "holds floats"),
            (1.0 + 1e-15, 1.0, "the result is another number"),
            (2**60 + 1, 2**60, "the result is another number"),
            ([0, 2], [0, 1], "differs in 1 of 2 entries, first at [1]"),
            (False, True, "the result is another number"),
            (1, "one", "the result is an int, not a text"),
            (None, "one", "the result is None, not a text"),
            ("two", "one", "the result is another word"),
            (["a", "c"], ["a", "b"], "the result differs, first at [1]"),
            (["a"], ["a", "b"], "the result has length 1, expected 2"),
            ("ab", ["a", "b"], "the result is a text, expected a list"),
            (None, ["a"], "the result is None: is a `return` missing?"),
            ([1], {"a": 1}, "the result is a list, expected a dict"),
            ({"a": 2}, {"a": 1}, "the result is another value"),
            (3, None, "the result is another value"),
            (2**70 + 1, 2**70, "the result is another value"),
        ],
    )
    def test_refuses(self, actual, expected, summary):
        assert summary in complaint(assert_same, actual, expected).summary

    def test_a_list_of_arrays(self):
        ragged = [("a", np.arange(2)), ("b", np.arange(3))]
        assert_same([["a", np.arange(2)], ("b", [0, 1, 2])], ragged)
        error = complaint(assert_same, [("a", np.arange(2)), ("b", np.arange(4))], ragged)
        assert error.summary == "the result differs, first at [1]"
        complaint(assert_same, {"a": np.arange(3)}, {"a": np.arange(2)})
        assert_same([[1], [1, 2]], [[1], [1, 2]])


class TestAssertSameUpToSign:
    ROWS = np.array([[0.6, 0.8], [-0.8, 0.6]])

    def test_accepts_each_row_with_its_own_sign(self):
        assert_same_up_to_sign(self.ROWS, self.ROWS)
        assert_same_up_to_sign(-self.ROWS, self.ROWS)
        assert_same_up_to_sign([[-0.6, -0.8], [-0.8, 0.6]], self.ROWS)
        assert_same_up_to_sign([-3.0, 4.0], [3.0, -4.0])
        assert_same_up_to_sign(np.uint8([3, 4]), [-3.0, -4.0])

    @pytest.mark.parametrize(
        ("actual", "summary"),
        [
            (None, "is None"),
            ([0.6, 0.8], "has shape (2,), expected (2, 2)"),
            ([[0.6, 0.8], [0.8, 0.6]], "(a row's sign is free, and was tried)"),
            ([[0.6, -0.8], [-0.8, 0.6]], "differs in 1 of 4 entries, first at [0, 0]"),
            ([[0.6, nan], [-0.8, 0.6]], "holds nan, first at [0, 1]"),
            ([[0.6, inf], [-0.8, 0.6]], "holds inf, first at [0, 1]"),
            ([[True, False], [True, True]], "holds booleans"),
            (np.zeros((2, 2)), "differs in 4 of 4 entries"),
        ],
    )
    def test_refuses(self, actual, summary):
        assert summary in complaint(assert_same_up_to_sign, actual, self.ROWS).summary

    def test_shows_the_sign_that_was_tried(self):
        error = complaint(assert_same_up_to_sign, [[-0.6, 0.0]], [[0.6, 0.8]])
        assert error.details == (
            "expected  [[0.6, 0.8]]  shape (1, 2)",
            "got       [[0.6, 0.]]  shape (1, 2)",
            "at [0, 1]  expected 0.8, got 0.0",
            "(got is shown with the signs that fit best)",
        )


class TestAssertOrthonormalRows:
    def test_accepts(self):
        assert_orthonormal_rows(np.eye(3)[:2])
        assert_orthonormal_rows([[0.6, 0.8], [-0.8, 0.6]])
        assert_orthonormal_rows(np.eye(2, dtype=np.int64))

    @pytest.mark.parametrize(
        ("actual", "summary"),
        [
            (None, "is None"),
            ([1.0, 0.0], "has shape (2,); it should have rows and columns"),
            (np.zeros((0, 3)), "has shape (0, 3); it should have rows and columns"),
            ([[1.0, 0.0], [0.0, 2.0]], "row 1 does not have length 1"),
            ([[1.0, 0.0], [1.0, 0.0]], "rows 0 and 1 are not at right angles"),
            ([[1.0, 0.0], [0.0, nan]], "holds nan, first at [1, 1]"),
            ([[1j, 0.0]], "holds complex numbers"),
            ([[1e200, 0.0]], "row 0 does not have length 1"),
            (np.array([[2**32 + 1, 0]]), "row 0 does not have length 1"),
        ],
    )
    def test_refuses(self, actual, summary):
        assert summary in complaint(assert_orthonormal_rows, actual).summary


class TestAssertSameSubspace:
    PLANE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])

    def test_accepts_any_rows_that_span_it(self):
        assert_same_subspace(self.PLANE, self.PLANE)
        assert_same_subspace([[2.0, 1.0, 0.0], [1.0, -5.0, 0.0]], self.PLANE)
        assert_same_subspace([[1, 0, 0], [0, 1, 0], [1, 1, 0]], self.PLANE)

    @pytest.mark.parametrize(
        ("actual", "summary"),
        [
            (None, "is None"),
            ([1.0, 0.0, 0.0], "has shape (3,); its rows should have 3 entries"),
            ([[1.0, 0.0]], "has shape (1, 2); its rows should have 3 entries"),
            ([[1.0, 0.0, 0.0]], "its rows span another space"),
            ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.1]], "its rows span another space"),
            (np.eye(3), "its rows span another space"),
            (np.zeros((2, 3)), "its rows span another space"),
            (np.zeros((0, 3)), "its rows span another space"),
            ([[1.0, 0.0, 0.0], [0.0, inf, 0.0]], "holds inf"),
        ],
    )
    def test_refuses(self, actual, summary):
        assert summary in complaint(assert_same_subspace, actual, self.PLANE).summary


class TestAssertDistribution:
    def test_accepts(self):
        assert_distribution([0.25, 0.75])
        assert_distribution([[0.25, 0.75], [1, 0]])
        assert_distribution([[0.25, 0.5], [0.75, 0.5]], axis=0)
        assert_distribution([[0.25, 0.25], [0.25, 0.25]], axis=None)
        assert_distribution(np.full((2, 2, 2), 0.25), axis=(1, 2))

    @pytest.mark.parametrize(
        ("actual", "summary", "detail"),
        [
            (None, "is None", None),
            ([0.5, 0.6], "does not sum to 1", "a sum is 1.1"),
            ([[0.5, 0.5], [0.5, 0.25]], "does not sum to 1", "a sum is 0.75"),
            ([-0.5, 1.5], "holds a negative probability", "the least is -0.5"),
            ([nan, 1.0], "holds nan, first at [0]", None),
            ([True, False], "holds booleans", None),
            (np.zeros((0, 3)), "is empty, its shape is (0, 3)", None),
            ([], "is empty, its shape is (0,)", None),
        ],
    )
    def test_refuses(self, actual, summary, detail):
        error = complaint(assert_distribution, actual)
        assert summary in error.summary
        assert detail is None or detail in error.details


class TestUnpack:
    def test_gives_the_parts(self):
        assert unpack((1, "b"), "value, vector") == (1, "b")
        assert unpack([1], "value") == (1,)

    @pytest.mark.parametrize(
        ("result", "summary"),
        [
            (None, "the result is None: is a `return` missing?"),
            (1.0, "the result is a float; it should be a tuple of 2: (value, vector)"),
            ((1, 2, 3), "the result is a tuple of 3; it should be a tuple of 2: (value, vector)"),
            (np.ones(2), "the result is an array; it should be a tuple of 2: (value, vector)"),
            ("ab", "the result is a text; it should be a tuple of 2: (value, vector)"),
        ],
    )
    def test_refuses(self, result, summary):
        assert complaint(unpack, result, "value, vector").summary == summary

    def test_the_container_is_the_one_of_the_contract(self):
        halves = np.array_split(np.arange(5), 2)
        summary = complaint(unpack, halves, "first, second, third", kind=list).summary
        assert summary == "the result is a list of 2; it should be a list of 3: " + (
            "[first, second, third]"
        )


class TestAssertWithin:
    def test_takes_the_ends(self):
        assert_within(np.array([-1.0, 0.5, 1.0]), -1.0, 1.0)
        assert_within(3, 0)
        assert_within(5e-324, 0.0, excludes_low=True)

    @pytest.mark.parametrize(
        ("actual", "options", "lines"),
        [
            (1.0000000000000002, {"high": 1}, ["is above 1", "got       1.0000000000000002"]),
            (-1e-17, {"low": 0}, ["is below 0", "got       -1e-17"]),
            ([2.0, -3.0], {"low": 0}, ["holds a number below 0, first at [1]", "got       -3.0"]),
            (0.0, {"low": 0, "excludes_low": True}, ["is not above 0", "got       0.0"]),
            (np.nan, {"low": 0}, ["is nan"]),
            ([1.0, np.nan], {"low": 0}, ["holds nan, first at [1]"]),
            (None, {"low": 0}, ["is None: is a `return` missing?"]),
        ],
    )
    def test_refuses(self, actual, options, lines):
        first, *more = str(complaint(assert_within, actual, **options)).splitlines()
        assert [first, *more] == [f"the result {lines[0]}", *lines[1:]]


class TestAssertKeepsInputs:
    def test_returns_the_result(self):
        assert assert_keeps_inputs(lambda a, b: a + b, 1, b=2) == 3

    @pytest.mark.parametrize(
        "value",
        [
            np.array([nan, -0.0]),
            np.arange(6.0).reshape(2, 3).T,
            [np.arange(2), [1, 2]],
            {"a": np.arange(2)},
            nan,
            "text",
            None,
            len,
            np.random.default_rng(0),
            {1, 2},
        ],
    )
    def test_accepts_what_stays(self, value):
        assert_keeps_inputs(lambda a: None, value)

    def test_a_random_generator_may_be_used(self):
        assert_keeps_inputs(lambda rng: rng.normal(), np.random.default_rng(0))

    def test_refuses_what_changes(self):
        def doubles(a, b=None):
            (a if b is None else b)[:] = 2 * np.asarray(a if b is None else b)

        changed = "was changed in place: work on a copy"
        assert (
            complaint(assert_keeps_inputs, doubles, np.ones(2)).summary == f"argument 1 {changed}"
        )
        assert complaint(assert_keeps_inputs, doubles, [1, 2]).summary == f"argument 1 {changed}"
        error = complaint(assert_keeps_inputs, doubles, 1, b=np.ones(2))
        assert error.summary == f"argument b {changed}"

    @pytest.mark.parametrize(
        ("change", "value"),
        [
            (lambda a: a.append(1), [1]),
            (lambda a: a.pop("x"), {"x": 1}),
            (lambda a: a.update(y=1), {"x": 1}),
            (lambda a: a[0].sort(), [np.array([2, 1])]),
            (lambda a: a.add(3), {1, 2}),
            (lambda a: setattr(a, "shape", (4,)), np.ones((2, 2))),
        ],
    )
    @pytest.mark.filterwarnings("ignore:Setting the shape")
    def test_refuses_other_changes(self, change, value):
        assert "changed in place" in complaint(assert_keeps_inputs, change, value).summary


class TestNoFloatingPointWarnings:
    @pytest.mark.parametrize(
        ("compute", "message"),
        [
            (lambda: np.log(np.zeros(1)), "numpy warned: divide by zero encountered in log"),
            (lambda: np.exp(np.array(1e4)), "numpy warned: overflow encountered in exp"),
            (lambda: np.sqrt(np.array(-1.0)), "numpy warned: invalid value encountered in sqrt"),
        ],
    )
    def test_refuses(self, compute, message):
        for _ in range(2):  # a warning that was shown before counts again
            with pytest.raises(Mismatch) as caught, no_floating_point_warnings():
                compute()
            assert caught.value.summary == message

    def test_accepts_underflow_other_warnings_and_what_is_silenced(self):
        with no_floating_point_warnings():
            np.exp(np.array(-1e4))
            warnings.warn("something else", RuntimeWarning, stacklevel=1)
            with np.errstate(all="ignore"):
                np.log(np.zeros(1))

    def test_an_exception_inside_is_not_hidden(self):
        with pytest.raises(KeyError), no_floating_point_warnings():
            raise KeyError


class TestDescribe:
    @pytest.mark.parametrize(
        ("value", "text", "argument"),
        [
            (1.5, "1.5", "1.5"),
            (np.float64(1.5), "1.5", "1.5"),
            (np.array(2.0), "2.0", "2.0"),
            (np.array([1.0, 2.0]), "[1., 2.]  shape (2,)", "np.array([1.0, 2.0])"),
            (np.array([[1, 2]]), "[[1, 2]]  shape (1, 2)", "np.array([[1, 2]])"),
            (np.array([1.0, -2.0]), "[1., -2.]  shape (2,)", "np.array([1.0, -2.0])"),
            (np.zeros((0, 3)), "[]  shape (0, 3)", "np.zeros((0, 3))"),
            (np.float32([1.5]), "[1.5]  shape (1,)", "np.array([1.5], dtype=np.float32)"),
            (np.inf, "inf", "np.inf"),
            (
                np.zeros((5, 4)),
                "array of shape (5, 4), dtype float64",
                "<array of shape (5, 4)>",
            ),
            ([1, 2.5], "[1, 2.5]", "[1, 2.5]"),
            ((1,), "(1,)", "(1,)"),
            ((1, "a"), "(1, 'a')", "(1, 'a')"),
            ([], "[]", "[]"),
            ((), "()", "()"),
            ([np.ones(1)], "[[1.]  shape (1,)]", "[np.array([1.0])]"),
            (list(range(20)), "list of 20", "list of 20"),
            ({"a": 1}, "{'a': 1}", "{'a': 1}"),
            (dict.fromkeys(range(5), 0), "{0: 0, 1: 0, 2: 0, 3: 0, …}", None),
            (len, "len", "len"),
            ("x" * 200, "'" + "x" * 96 + "…", None),
            (None, "None", "None"),
        ],
    )
    def test_one_short_line(self, value, text, argument):
        assert describe(value) == text
        assert argument is None or describe_argument(value) == argument

    @pytest.mark.parametrize(
        "array",
        [
            np.array([1e9 + 4, 1e9 + 7, 1e9 + 13]),
            np.array([1 / 3, 2 / 3, 0.1 + 0.2]),
            np.array([[np.inf, -np.inf], [np.nan, 1e-300]]),
            np.array([True, False]),
            np.array([1, 2], dtype=np.int32),
            np.array([0.1], dtype=np.float32),
        ],
    )
    def test_an_argument_can_be_copied_into_python(self, array):
        """Rounded, a call would look false: thirds that do not sum to 1."""
        copied = eval(describe_argument(array), {"np": np})
        assert copied.dtype == array.dtype
        np.testing.assert_array_equal(copied, array)

    def test_a_learners_print_options_change_nothing(self):
        with np.printoptions(precision=1, suppress=True, sign="+", floatmode="fixed"):
            assert describe(np.array([1.234567])) == "[1.234567]  shape (1,)"

    def test_a_class_that_cannot_be_shown(self):
        class Odd:
            def __repr__(self):
                raise ValueError

        assert describe(Odd()) == "an Odd that cannot be shown"


@contextlib.contextmanager
def little_memory():
    """Fail as soon as a fraction of what a careless comparison takes is asked for."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 300 << 20
    finally:
        tracemalloc.stop()


COLUMN, ROW = np.zeros((50_000, 1)), np.zeros((1, 50_000))
WORDS = ["a"] * 90_000 + ["x" * 1_500_000]


class TestAnythingMayBeReturned:
    """What is made of a result is bounded before it is made."""

    @pytest.mark.parametrize(
        ("compare", "actual", "expected"),
        [
            (assert_close, COLUMN, ROW),
            (assert_same, [COLUMN, "a"], [ROW, "a"]),
            (assert_same, {"a": COLUMN}, {"a": ROW}),
            (assert_same, [{"a": [COLUMN]}, "b"], [{"a": [ROW]}, "b"]),
            (assert_same, {"a": {"b": (COLUMN,)}}, {"a": {"b": (ROW,)}}),
            (assert_same_up_to_sign, COLUMN, ROW),
            (assert_same_subspace, COLUMN, ROW),
            (assert_close, WORDS, np.zeros(90_001)),
            (assert_close, [1.0, *WORDS], np.zeros(90_002)),
            (assert_close, [[1.0], [WORDS]], np.zeros(2)),
            (assert_same, WORDS, np.zeros(90_001)),
            (assert_same, [WORDS, "b"], [np.zeros(90_001), "b"]),
            (assert_same, [WORDS, "b"], [np.float64(1.0), "b"]),
            (assert_same, {"a": WORDS}, {"a": np.array(["a"] * 90_001)}),
        ],
    )
    def test_it_is_refused_at_little_cost(self, compare, actual, expected):
        with little_memory():
            complaint(compare, actual, expected)

    @pytest.mark.parametrize("compare", [assert_orthonormal_rows, assert_distribution])
    def test_texts_among_numbers(self, compare):
        with little_memory():
            complaint(compare, WORDS)

    def test_no_product_of_more_rows_than_are_sensible(self):
        wide = np.zeros((1100, 1100), dtype=np.int8)
        assert "more than any exercise" in complaint(assert_orthonormal_rows, wide).summary
        tall = np.zeros((600_000, 2), dtype=np.int8)
        assert "more than any" in complaint(assert_same_subspace, tall, np.eye(2)).summary

    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            ({"a": np.ones(2)}, {"a": [1.0, 1.0]}),
            ({"a": (1, "b")}, {"a": [1, "b"]}),
            ({"a": np.array(1.0)}, {"a": 1.0}),
            (["a", np.ones(2)], ["a", np.ones(2)]),
            (["a", [1.0, 1.0]], ["a", np.ones(2)]),
            (["a", "b"], np.array(["a", "b"])),
        ],
    )
    def test_what_is_the_same_still_is(self, actual, expected):
        assert_same(actual, expected)


SPELLED = 123_456


class TestWhatIsTold:
    """Code that sees a hidden input could return something whose size spells it."""

    @pytest.mark.parametrize(
        ("compare", "actual", "expected", "told"),
        [
            (assert_close, np.zeros(SPELLED), np.zeros(3), "has another length, expected (3,)"),
            (assert_close, np.zeros((0, SPELLED)), np.zeros(3), "has another shape with 2 axes, e"),
            (assert_close, np.zeros((1, 2, 3, 4)), np.zeros(3), "has 4 axes, expected (3,)"),
            (assert_close, np.zeros((3, 1)), np.zeros(3), "has shape (3, 1), expected (3,): the"),
            (assert_close, np.zeros((70, 2)), np.zeros((2, 70)), "has shape (70, 2), expected (2"),
            (assert_close, np.eye(300)[7], np.zeros(300), "differs in some of 300 entries"),
            (assert_close, 1 - np.eye(300)[7], np.zeros(300), "differs in most of 300 entries"),
            (assert_close, np.ones(300), np.zeros(300), "differs in all of 300 entries"),
            (assert_close, np.eye(300)[7] * nan, np.zeros(300), "the result holds nan"),
            (assert_close, np.zeros(300), nan * np.ones(300), "is finite where nan is right"),
            (
                assert_same_up_to_sign,
                np.ones(300),
                np.zeros(300),
                "differs in all of 300 entries (a",
            ),
            (
                assert_same_subspace,
                np.zeros((SPELLED, 1)),
                np.eye(2),
                "has another shape with 2 ax",
            ),
            (assert_same, ["a"] * SPELLED, ["a", "b"], "the result has another length than 2"),
            (assert_same, ["a"] * 20 + ["b"], ["a"] * 21, "the result differs"),
            (assert_close, [[1.0], *[2.0] * SPELLED], 1.0, "is a list, and no array: its parts d"),
        ],
    )
    def test_of_a_comparison(self, compare, actual, expected, told):
        assert told in complaint(compare, actual, expected).told
        assert "123" not in complaint(compare, actual, expected).told

    def test_of_rows(self):
        told = complaint(assert_orthonormal_rows, np.zeros((SPELLED, 2))).told
        assert told.startswith("the result has another shape with 2 axes; so many rows")
        rows = np.eye(40)
        rows[23] *= 2
        assert complaint(assert_orthonormal_rows, rows).told.endswith(
            ": a row does not have length 1"
        )
        rows[23] = (rows[21] + rows[22]) / np.sqrt(2)
        assert "a row is not at right angles" in complaint(assert_orthonormal_rows, rows).told

    def test_of_a_distribution_and_of_parts(self):
        empty = np.zeros((SPELLED, 0))
        assert complaint(assert_distribution, empty).told == "the result is empty"
        told = complaint(unpack, [0.0] * 777, "value, vector").told
        assert told == "the result is a list; it should be a tuple of 2: (value, vector)"

    def test_of_a_tests_own_sentence(self):
        assert Mismatch("the result has 123456 rows").told == "the result has … rows"
        assert Mismatch("it has 12 rows of dtype int64").told == "it has 12 rows of dtype int64"

    def test_small_ones_are_told_as_they_are(self):
        error = complaint(assert_close, [1.0, 3.0], [1.0, 2.0])
        assert error.told == error.summary


def test_what_is_compared_goes_with_a_verb_in_the_singular():
    """The messages say `differs` and `is`, so that no test calls its result `the operands`."""
    root = Path(__file__).parents[2]
    files = [*root.glob("week*/test_*.py"), *root.glob("tests/week*/test_*.py")]
    names = [
        name
        for file in files
        for name in re.findall(r'what="(the [^"]*)"', file.read_text(encoding="utf-8"))
    ]
    assert len(names) > 100
    heads = [re.split(" of | in | for | after", name)[0] for name in names]
    assert [head for head in heads if head.endswith("s") and not head.endswith(("ss", "us"))] == []
