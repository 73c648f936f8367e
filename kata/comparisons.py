"""Compare a learner's result with the truth, and say in words where they part.

Shared by the visible and the hidden tests. Every comparison checks type, then shape, then kind
of number, then values, since numpy's own `assert_allclose` lets a scalar pass for a vector.

A failed comparison raises `Mismatch`. What a hidden test shows of it is `told`: no expected value,
no input, and of the result only so much that it cannot carry an input out. Its full text, which
visible tests show, adds expected and got.

A result may be anything, so it is looked at before numpy makes an array of it, and its shape is
compared before numpy broadcasts it.
"""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, NoReturn

import numpy as np

from kata.causes import Pair, measured_cause

RTOL = 1e-9
ATOL = 1e-12
NEAR_OVERFLOW = 1e300
SHOWN_NUMBERS = 12
SHOWN_SIDE = 9
SHOWN_ENTRIES = 64
MAX_ENTRIES = 1_000_000  # of which products of all rows are formed
LONG_NUMBER = re.compile(r"(?<![\w.])\d{3,}(?![\w.])")
NUMBERS = "biufc"
WITHOUT_DECIMALS = (
    "Your numbers are the right ones without their decimals: are they put into an array of whole "
    "numbers?"
)
FLOATING_POINT_WARNING = r"(divide by zero|overflow|invalid value) encountered"


class Mismatch(AssertionError):
    """A result is not what it should be.

    Attributes
    ----------
    summary : str
        What is wrong, without any expected value or input.
    details : tuple of str
        Lines that show expected and got, for visible tests only.
    is_relative : bool
        Whether tiny numbers were the point, so that errors count beside each number alone.
    warning : warnings.WarningMessage, optional
        What numpy warned of, if that is what is wrong.
    measured : str
        Which of the details is a measured cause.
    told : str
        The summary for hidden tests. Code that sees a hidden input can return an array whose
        shape spells it, so sizes of the result are left out unless they are small or expected.
        Where it is not given, it is the summary without long numbers.
    """

    def __init__(
        self,
        summary: str,
        details: Sequence[str] | Callable[[], Sequence[str]] = (),
        *,
        told: str | None = None,
        measure: Callable[[], str] | None = None,
    ) -> None:
        super().__init__(summary)
        self.summary = summary
        self.is_relative = False
        self.warning: warnings.WarningMessage | None = None
        self.told = LONG_NUMBER.sub("…", summary) if told is None else told
        self._details = details
        self._measure = measure

    @cached_property
    def measured(self) -> str:
        """Computed when it is asked for, since hidden tests, which fail by the thousand, don't."""
        return self._measure() if self._measure is not None else ""

    @cached_property
    def details(self) -> tuple[str, ...]:
        """Written when they are asked for."""
        shown = self._details() if callable(self._details) else self._details
        return (*shown, *filter(None, [self.measured]))

    def without_details(self) -> Mismatch:
        """Return the same without the values that were compared, to be kept for long."""
        bare = Mismatch(self.summary, told=self.told)
        bare.is_relative, bare.warning = self.is_relative, self.warning
        return bare

    def __str__(self) -> str:
        """Return the summary and the details."""
        return "\n".join([self.summary, *self.details])


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float = RTOL,
    atol: float | None = None,
    what: str = "the result",
) -> None:
    """Fail unless `actual` has the shape, kind and values of `expected`.

    Lists and tuples of numbers count as arrays, and a Python float, a numpy scalar and a 0-d
    array as the same. Whole numbers may stand for floats, but not the other way round.

    Parameters
    ----------
    actual, expected : array_like
        What the learner's code gave, and the truth.
    rtol : float
        Allowed error relative to each expected value.
    atol : float, optional
        Allowed absolute error. Without it 1e-12 times the largest expected magnitude, at least
        1e-12, so that an entry which cancels to 0 may carry rounding. Give 0 where tiny numbers
        are the point.
    what : str
        How the message calls the result.
    """
    __tracebackhide__ = True
    truth = np.asarray(expected)
    got = _as_array(actual, what)
    _check_shape(got, truth, what)
    _check_kind(got, truth, what)
    if _is_plainly_close(got, truth, rtol, atol):
        return
    _check_special_values(got, truth, what)
    if atol is None:
        largest = float(np.max(np.abs(truth[np.isfinite(truth)]), initial=0.0))
        atol = ATOL * max(1.0, largest)
    wrong = _differs(got, truth, rtol, atol)
    if wrong.any():
        summary, told = _values_differ(wrong, what)
        blame = _blame_short_floats(got, truth)
        mismatch = Mismatch(
            summary + blame,
            partial(_show_both, got, truth, wrong),
            told=told + blame,
            measure=partial(_relation, got, truth),
        )
        mismatch.is_relative = atol == 0
        raise mismatch


def assert_same(actual: Any, expected: Any, *, what: str = "the result") -> None:
    """Fail unless `actual` is exactly `expected`: indices, counts, words, booleans.

    Lists of words and dicts are compared with `==`; a tuple may stand for a list.
    """
    __tracebackhide__ = True
    if isinstance(expected, str):
        if not isinstance(actual, str):
            raise Mismatch(f"{what} is {_a_type(actual)}, not a text", _show(actual, expected))
        if actual != expected:
            raise Mismatch(f"{what} is another word", _show(actual, expected))
        return
    if not _is_numeric(expected):
        _check_equal(actual, expected, what)
        return
    assert_close(actual, expected, rtol=0.0, atol=0.0, what=what)


def assert_same_up_to_sign(
    actual: Any,
    expected: Any,
    *,
    rtol: float = RTOL,
    atol: float = 1e-8,
    what: str = "the result",
) -> None:
    """Fail unless each row of `actual` is that of `expected` or its negative.

    The sign of an eigenvector or of a principal component is free.
    """
    __tracebackhide__ = True
    truth = np.asarray(expected)
    got = _as_array(actual, what)
    _check_shape(got, truth, what)
    _check_kind(got, truth, what)
    _check_special_values(got, np.zeros_like(truth), what)
    with np.errstate(all="ignore"):
        sign = np.where(np.sum(got * truth, axis=-1, keepdims=True) < 0, -1.0, 1.0)
    aligned = sign * got
    wrong = ~(np.abs(aligned - truth) <= atol + rtol * np.abs(truth))
    if wrong.any():
        summary, told = (
            f"{text} (a row's sign is free, and was tried)" for text in _values_differ(wrong, what)
        )
        note = "(got is shown with the signs that fit best)"
        raise Mismatch(summary, [*_show_both(aligned + 0.0, truth, wrong), note], told=told)


def assert_orthonormal_rows(actual: Any, *, atol: float = 1e-10, what: str = "the result") -> None:
    """Fail unless the rows of `actual` have length 1 and are at right angles to each other."""
    __tracebackhide__ = True
    rows = _as_array(actual, what)
    if rows.ndim != 2 or rows.size == 0:
        _refuse_shape(rows, "it should have rows and columns", what)
    _check_kind(rows, np.zeros(1), what)
    _check_special_values(rows, np.zeros(rows.shape), what)
    if rows.shape[0] > rows.shape[1]:
        _refuse_shape(rows, "so many rows of that length cannot be orthonormal", what)
    if rows.size > MAX_ENTRIES:
        _refuse_shape(rows, "that is more than any exercise asks for", what)
    with np.errstate(all="ignore"):
        gram = rows.astype(float) @ rows.T.astype(float)
    lengths = np.sqrt(np.diag(gram))
    if not np.all(np.abs(lengths - 1) <= atol):
        worst = int(np.argmax(np.abs(lengths - 1)))
        raise Mismatch(
            f"{what}: row {worst} does not have length 1",
            [f"its length is {lengths[worst]}"],
            told=f"{what}: {_row(worst)} does not have length 1",
        )
    angles = np.abs(gram - np.diag(np.diag(gram)))
    if not np.all(angles <= atol):
        i, j = np.unravel_index(int(np.argmax(angles)), angles.shape)
        raise Mismatch(
            f"{what}: rows {i} and {j} are not at right angles",
            [f"their inner product is {gram[i, j]}"],
            told=f"{what}: {_row(int(i))} is not at right angles to another",
        )


def assert_same_subspace(
    actual: Any, expected: Any, *, atol: float = 1e-8, what: str = "the result"
) -> None:
    """Fail unless the rows of `actual` span the same space as the rows of `expected`.

    Neither needs orthonormal rows. The projections onto the two spaces are compared.
    """
    __tracebackhide__ = True
    truth = np.asarray(expected, dtype=float)
    got = _as_array(actual, what)
    if got.ndim != 2 or got.shape[1] != truth.shape[1]:
        _refuse_shape(got, f"its rows should have {truth.shape[1]} entries", what)
    if got.size > MAX_ENTRIES:
        _refuse_shape(got, "that is more than any exercise asks for", what)
    _check_kind(got, truth, what)
    _check_special_values(got, np.zeros(got.shape), what)
    difference = np.abs(_projector(got) - _projector(truth))
    if not np.all(difference <= atol):
        raise Mismatch(f"{what}: its rows span another space", _show(got, truth))


def assert_distribution(
    actual: Any, *, axis: int | tuple[int, ...] | None = -1, what: str = "the result"
) -> None:
    """Fail unless `actual` has no negative entry and sums to 1 along `axis` (None: altogether)."""
    __tracebackhide__ = True
    got = _as_array(actual, what)
    _check_kind(got, np.zeros(1), what)
    _check_special_values(got, np.zeros(got.shape), what)
    if got.size == 0:
        raise Mismatch(f"{what} is empty, its shape is {got.shape}", told=f"{what} is empty")
    if np.any(got < 0):
        raise Mismatch(f"{what} holds a negative probability", [f"the least is {got.min()}"])
    totals = np.asarray(got.sum(axis=axis))
    if not np.all(np.abs(totals - 1) <= 1e-9):
        worst = totals.flat[int(np.argmax(np.abs(totals - 1)))]
        raise Mismatch(f"{what} does not sum to 1", [f"a sum is {worst}"])


def assert_within(
    actual: Any,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    excludes_low: bool = False,
    what: str = "the result",
) -> None:
    """Fail unless all of `actual` lies from `low` to `high`, to the last digit."""
    __tracebackhide__ = True
    got = _as_array(actual, what)
    _check_kind(got, np.zeros(1), what)
    too_low = got <= low if excludes_low else got < low
    for wrong, text in (
        (np.isnan(got), "nan"),
        (too_low, f"{'not above' if excludes_low else 'below'} {low:g}"),
        (got > high, f"above {high:g}"),
    ):
        if not wrong.any():
            continue
        verb = "is" if not got.ndim else "holds" if text == "nan" else "holds a number"
        number = np.asarray(got[wrong]).flat[0].item()
        shown = [f"got       {number!r}"] * (text != "nan")
        says = f"{what} {verb} {text}"
        told = f"{says}{_where(wrong, SHOWN_ENTRIES)}"
        raise Mismatch(f"{says}{_where(wrong)}", shown, told=told)


def unpack(result: Any, names: str, *, kind: type = tuple) -> tuple[Any, ...]:
    """Return the parts of a result, as in `unpack(r, "value, vector")`.

    A list may stand for a tuple and the other way round; `kind` is what the contract says.
    """
    __tracebackhide__ = True
    parts = [name.strip() for name in names.split(",")]
    _check_returned(result, "the result")
    if not isinstance(result, tuple | list) or len(result) != len(parts):
        size, told = _length(result)
        named = f"[{names}]" if kind is list else f"({names})"
        should = f"it should be a {kind.__name__} of {len(parts)}: {named}"
        raise Mismatch(
            f"the result is {_a_type(result)}{size}; {should}",
            told=f"the result is {_a_type(result)}{told}; {should}",
        )
    return tuple(result)


def assert_keeps_inputs(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `function`, fail if it changed an argument, and return its result."""
    __tracebackhide__ = True
    before = copy.deepcopy((args, kwargs))
    # In the sandbox arguments are copies, and a change to them comes back only when asked for.
    call = getattr(function, "with_changes", function)
    result = call(*args, **kwargs)
    for index, (old, new) in enumerate(zip(before[0], args, strict=True)):
        _check_kept(old, new, f"argument {index + 1}")
    for name, old in before[1].items():
        _check_kept(old, kwargs[name], f"argument {name}")
    return result


@contextmanager
def no_floating_point_warnings() -> Iterator[None]:
    """Fail if numpy warns of an overflow, a division by zero or an invalid value inside.

    Underflow to 0 is no warning. What the learner's code silences itself (`np.errstate`) is fine.
    """
    __tracebackhide__ = True
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.filterwarnings("always", FLOATING_POINT_WARNING, RuntimeWarning)
        yield
    if caught:
        mismatch = Mismatch(f"numpy warned: {caught[0].message}")
        mismatch.warning = caught[0]
        raise mismatch


def _as_array(actual: Any, what: str) -> np.ndarray:
    __tracebackhide__ = True
    _check_returned(actual, what)
    if actual is NotImplemented or isinstance(actual, str | bytes | dict | set | frozenset):
        raise Mismatch(f"{what} is {_a_type(actual)}, not a number or an array")
    if _holds_text(actual):
        raise Mismatch(f"{what} is {_a_type(actual)}, not a number or an array of numbers")
    try:
        array = np.asarray(actual)
    except (ValueError, TypeError) as error:
        size, told = _length(actual)
        raise Mismatch(
            f"{what} is {_a_type(actual)}{size}, and no array: its parts differ in shape",
            told=f"{what} is {_a_type(actual)}{told}, and no array: its parts differ in shape",
        ) from error
    if array.dtype.kind == "O" and all(isinstance(item, int) for item in array.flat):
        array = array.astype(float)  # whole numbers beyond 64 bits
    if array.dtype.kind not in NUMBERS:
        if array.size > 1 and any(item is None for item in array.flat):
            raise Mismatch(f"{what} holds None where a number should be")
        raise Mismatch(f"{what} is {_a_type(actual)}, not a number or an array of numbers")
    return array


def _holds_text(value: Any, depth: int = 0) -> bool:
    """Say whether lists hold a text: numpy would make all entries as long as the longest."""
    if isinstance(value, list | tuple) and depth < 64:  # numpy's own bound
        return any(_holds_text(item, depth + 1) for item in value)
    return isinstance(value, str | bytes)


def _check_returned(actual: Any, what: str) -> None:
    __tracebackhide__ = True
    if actual is None:
        raise Mismatch(f"{what} is None: is a `return` missing?")


def _is_numeric(value: Any) -> bool:
    try:
        return np.asarray(value).dtype.kind in NUMBERS
    except ValueError:  # lists in lists that differ in length
        return False


def _check_equal(actual: Any, expected: Any, what: str) -> None:
    """Compare what is not made of numbers: lists of words, dicts, None."""
    __tracebackhide__ = True
    if expected is not None:
        _check_returned(actual, what)
    is_sequence = _is_sequence(expected)
    if is_sequence and _is_sequence(actual):
        if len(actual) != len(expected):
            raise Mismatch(
                f"{what} has length {len(actual)}, expected {len(expected)}",
                _show(actual, expected),
                told=f"{what} has another length than {len(expected)}",
            )
        for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
            if not _equal(one, other):
                details = [
                    *_show(actual, expected),
                    f"at [{index}]  expected {describe(other)}, got {describe(one)}",
                ]
                told = f"{what} differs" + (f", first at [{index}]" if index <= SHOWN_SIDE else "")
                raise Mismatch(f"{what} differs, first at [{index}]", details, told=told)
    elif is_sequence or (isinstance(expected, dict) and not isinstance(actual, dict)):
        raise Mismatch(
            f"{what} is {_a_type(actual)}, expected {_a_type(expected)}", _show(actual, expected)
        )
    elif not _equal(actual, expected):
        raise Mismatch(f"{what} is another value", _show(actual, expected))


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other))  # compares the shapes first, unlike ==
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if _is_sequence(one) and _is_sequence(other):
        return len(one) == len(other) and all(map(_equal, one, other))
    if _is_sequence(one) or _is_sequence(other):
        return False
    try:
        return bool(one == other)
    except (ValueError, TypeError):
        return False


def _is_sequence(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _check_shape(got: np.ndarray, truth: np.ndarray, what: str) -> None:
    __tracebackhide__ = True
    if got.shape == truth.shape:
        return
    guess = ""
    if truth.ndim == 2 and got.shape == truth.T.shape:
        guess = ": is it transposed?"
    elif got.size == truth.size:
        guess = ": the same number of entries, arranged otherwise"
    expected = f"expected {_shape(truth)}{guess}"
    raise Mismatch(
        f"{what} has shape {_shape(got)}, {expected}",
        _show(got, truth),
        told=f"{what} has {_told_shape(got, truth.shape)}, {expected}",
    )


def _refuse_shape(got: np.ndarray, why: str, what: str) -> NoReturn:
    __tracebackhide__ = True
    raise Mismatch(
        f"{what} has shape {got.shape}; {why}", told=f"{what} has {_told_shape(got)}; {why}"
    )


def _check_kind(got: np.ndarray, truth: np.ndarray, what: str) -> None:
    __tracebackhide__ = True
    allowed = {"b": "b", "i": "iu", "u": "iu", "f": "fiu", "c": "cfiu"}[truth.dtype.kind]
    if got.dtype.kind not in allowed:
        names = {"b": "booleans", "i": "whole numbers", "u": "whole numbers"}
        names |= {"f": "floats", "c": "complex numbers"}
        raise Mismatch(
            f"{what} holds {names[got.dtype.kind]} (dtype {got.dtype}), "
            f"expected {names[truth.dtype.kind]}"
        )


def _check_special_values(got: np.ndarray, truth: np.ndarray, what: str) -> None:
    """Compare where nan and the infinities are."""
    __tracebackhide__ = True
    kinds: list[tuple[str, Callable[[np.ndarray], Any]]] = [
        ("nan", np.isnan),
        ("inf", lambda a: np.isinf(a) & (a.real > 0)),
        ("-inf", lambda a: np.isinf(a) & ~(a.real > 0)),
    ]
    for name, is_it in kinds:
        wrong = is_it(got) & ~is_it(truth)
        if wrong.any():
            raise Mismatch(
                f"{what} holds {name}{_where(wrong)}",
                partial(_show_both, got, truth, wrong),
                told=f"{what} holds {name}{_where(wrong, SHOWN_ENTRIES)}",
            )
    for name, is_it in kinds:
        missing = is_it(truth) & ~is_it(got)
        if missing.any():
            raise Mismatch(
                f"{what} is finite where {name} is right{_where(missing)}",
                partial(_show_both, got, truth, missing),
                told=f"{what} is finite where {name} is right{_where(missing, SHOWN_ENTRIES)}",
            )


def _check_kept(old: Any, new: Any, name: str) -> None:
    __tracebackhide__ = True
    if not _identical(old, new):
        raise Mismatch(f"{name} was changed in place: work on a copy")


def _identical(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray):
        return (
            isinstance(new, np.ndarray)
            and old.dtype == new.dtype
            and old.shape == new.shape
            and old.tobytes() == new.tobytes()
        )
    if isinstance(old, list | tuple):
        return (
            type(old) is type(new)
            and len(old) == len(new)
            and all(_identical(a, b) for a, b in zip(old, new, strict=True))
        )
    if isinstance(old, dict):
        return (
            isinstance(new, dict)
            and list(old) == list(new)
            and all(_identical(old[key], new[key]) for key in old)
        )
    if callable(old) or not _has_value(old):
        return True  # a function or, say, a random generator: no value to compare
    return type(old) is type(new) and (old == new or old != old)


def _has_value(thing: Any) -> bool:
    """Say whether a type defines what equal means, which a random generator does not."""
    return "__eq__" in {name for kind in type(thing).__mro__[:-1] for name in vars(kind)}


def _projector(rows: np.ndarray) -> np.ndarray:
    _, singular_values, directions = np.linalg.svd(rows, full_matrices=False)
    largest = float(np.max(singular_values, initial=0.0))
    basis = directions[singular_values > 1e-10 * largest]
    projector: np.ndarray = basis.T @ basis
    return projector


def _is_plainly_close(got: np.ndarray, truth: np.ndarray, rtol: float, atol: float | None) -> bool:
    """Settle the usual case, finite float64 numbers that agree, at a fraction of the cost."""
    if not got.dtype == truth.dtype == np.float64:
        return False
    if truth.ndim == 0:
        number, true_number = float(got), float(truth)
        size: Any = abs(true_number)
        largest = size
        error: Any = abs(number - true_number)
    else:
        size = np.abs(truth)
        largest = float(size.max(initial=0.0))
        with np.errstate(all="ignore"):
            error = np.abs(got - truth)
    if not largest < NEAR_OVERFLOW:  # infinite, nan, or too large to subtract
        return False
    if atol is None:
        atol = ATOL * max(1.0, largest)
    return bool(np.all(error <= atol + rtol * size))


def _differs(got: np.ndarray, truth: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """Return where two arrays of one shape differ by more than the tolerance."""
    if rtol == atol == 0:
        wrong: np.ndarray = np.asarray(got != truth) & ~(np.isnan(got) & np.isnan(truth))
        return wrong
    finite = np.isfinite(truth)
    wrong = np.zeros(truth.shape, dtype=bool)
    with np.errstate(all="ignore"):
        error = np.abs(got[finite].astype(_wide(got)) - truth[finite].astype(_wide(truth)))
        wrong[finite] = ~(error <= atol + rtol * np.abs(truth[finite].astype(_wide(truth))))
    return wrong


def _wide(array: np.ndarray) -> np.dtype[Any]:
    """Return the type to subtract in, so that unsigned and boolean arrays do not wrap round."""
    return np.dtype(np.clongdouble if array.dtype.kind == "c" else np.longdouble)


def _blame_short_floats(got: np.ndarray, truth: np.ndarray) -> str:
    """Say so if float32 or float16 alone explains the difference."""
    if got.dtype not in (np.float32, np.float16) or truth.dtype.kind != "f":
        return ""
    tolerance = 16 * float(np.finfo(got.dtype).eps)
    largest = float(np.max(np.abs(truth[np.isfinite(truth)]), initial=0.0))
    if _differs(got, truth, tolerance, tolerance * largest).any():
        return ""
    return f": {got.dtype} is too coarse, compute in float64"


def _relation(got: np.ndarray, truth: np.ndarray) -> str:
    """Say how a wrong result is related to the right one, where that can be measured.

    It gives expected values away to who knows the result, so it is no part of a summary.
    """
    if not np.all(np.isfinite(truth)):
        return ""
    if got.dtype.kind in "iu" and truth.dtype.kind == "f" and np.all(got == np.trunc(truth)):
        return WITHOUT_DECIMALS
    cause = measured_cause([Pair(got, truth)])
    return cause.sentence if cause else ""


def _values_differ(wrong: np.ndarray, what: str) -> tuple[str, str]:
    """Return summary and what is told of it."""
    if wrong.ndim == 0:
        return (f"{what} is another number",) * 2
    count = int(wrong.sum())
    summary = f"{what} differs in {count} of {wrong.size} entries{_where(wrong)}"
    if wrong.size <= SHOWN_ENTRIES:
        return summary, summary
    share = "all" if count == wrong.size else "most" if 2 * count > wrong.size else "some"
    return summary, f"{what} differs in {share} of {wrong.size} entries"


def _where(wrong: np.ndarray, up_to: int | None = None) -> str:
    """Say where the first one is, if there are not more than `up_to` places."""
    if wrong.ndim == 0 or (up_to is not None and wrong.size > up_to):
        return ""
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f", first at [{', '.join(map(str, first))}]"


def _row(index: int) -> str:
    return f"row {index}" if index <= SHOWN_SIDE else "a row"


def _length(value: Any) -> tuple[str, str]:
    """Return ` of 3` for a list of three, and what is told of it."""
    if not isinstance(value, list | tuple):
        return "", ""
    size = f" of {len(value)}"
    return size, size if len(value) <= SHOWN_SIDE else ""


def _told_shape(got: np.ndarray, expected: tuple[int, ...] = (0, 0)) -> str:
    """Return a shape without what could spell an input: large sides, or many of them."""
    if got.ndim > len(expected) + 1:
        return f"{got.ndim} axes"
    if all(side <= SHOWN_SIDE or side in expected for side in got.shape):
        return f"shape {_shape(got)}"
    return f"another shape with {got.ndim} axes" if got.ndim != 1 else "another length"


def _shape(array: np.ndarray) -> str:
    return f"{array.shape}" if array.ndim else "() (one number)"


def _a_type(value: Any) -> str:
    name = type(value).__name__
    known = {"NoneType": "None", "ndarray": "an array", "str": "a text"}
    return known.get(name, f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}")


def _show_both(got: np.ndarray, truth: np.ndarray, wrong: np.ndarray) -> list[str]:
    lines = _show(got, truth)
    # Six digits may hide the difference, and a large array is not shown at all.
    if wrong.ndim and (wrong.size > 1 or describe(got) == describe(truth)):
        first = tuple(np.argwhere(wrong)[0])
        place = ", ".join(str(int(i)) for i in first)
        lines.append(f"at [{place}]  expected {truth[first]}, got {got[first]}")
    return lines


def _show(actual: Any, expected: Any) -> list[str]:
    lines = [f"expected  {describe(expected)}", f"got       {describe(actual)}"]
    if _is_whole(actual) and not _is_whole(expected) and "dtype" not in lines[1]:
        lines[1] += f", dtype {actual.dtype}"
    return lines


def _is_whole(value: Any) -> bool:
    """Say whether an array can hold no decimals."""
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.ndim > 0


def describe(value: Any) -> str:
    """Return a value in one short line: small arrays whole, large ones by shape."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return repr(value.item())
        if value.size <= SHOWN_NUMBERS:
            return f"{_numbers(value)}  shape {value.shape}"
        return f"array of shape {value.shape}, dtype {value.dtype}"
    if isinstance(value, list | tuple) and len(value) > SHOWN_NUMBERS:
        return f"{type(value).__name__} of {len(value)}"
    if isinstance(value, list | tuple):
        inside = ", ".join(describe(item) for item in value)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, dict):
        shown = [f"{describe(key)}: {describe(item)}" for key, item in list(value.items())[:4]]
        more = ", …" if len(value) > 4 else ""
        return "{" + ", ".join(shown) + more + "}"
    if callable(value):
        return getattr(value, "__name__", "a function")
    text = _repr(value)
    return text if len(text) <= 100 else f"{text[:97]}…"


def describe_argument(value: Any) -> str:
    """Return a value as it looks in a call that can be copied, or its shape if it is large."""
    if isinstance(value, np.ndarray) and value.ndim:
        if value.size > SHOWN_NUMBERS:
            return f"<array of shape {value.shape}>"
        if not value.size:
            return f"np.zeros({value.shape})"
        is_usual = value.dtype in (np.float64, np.int64, np.bool_)
        dtype = "" if is_usual else f", dtype=np.{value.dtype}"
        return f"np.array({_as_python(repr(value.tolist()))}{dtype})"
    if type(value) in (list, tuple) and 0 < len(value) <= SHOWN_NUMBERS:
        inside = ", ".join(describe_argument(item) for item in value)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return _as_python(describe(value)) if isinstance(value, float) else describe(value)


def _as_python(numbers: str) -> str:
    return re.sub(r"\b(inf|nan)\b", r"np.\1", numbers)


def _numbers(array: np.ndarray) -> str:
    # A learner's own np.set_printoptions must not change what the messages look like.
    with np.printoptions(formatter=None, sign="-", floatmode="maxprec", threshold=1000):
        text = np.array2string(array, precision=6, separator=", ", suppress_small=False)
    return re.sub(r" (?=[,\]])|(?<=\[) ", "", " ".join(text.split()))


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # the learner's own class
        return f"{_a_type(value)} that cannot be shown"
