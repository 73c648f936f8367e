"""What may be made, and said, of the data that leave the sandbox.

Once a learner's first line has run, whatever its process sends is a claim, made by code that has
seen hidden inputs: the text of an exception, the name of a type or the number of a line can spell
one. So nothing is repeated here that this code could have made. Learners read our own sentences;
of a text from the sandbox only these parts are put into them (`_told`):

- names of Python's and numpy's own things, from a fixed list;
- words that stand in the line of the learner's source that is shown anyway;
- sides of shapes that are sides of the call's own arguments.

What such a part is chosen from is small, and only a few are shown at once, so that an answer tells
no more of an input than the verdicts do. Texts that were made before the code ran, such as the
compiler's, are shown as they are.
"""

from __future__ import annotations

import builtins
import contextlib
import math
import operator
import re
import statistics
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.sandbox.faults import BadAnswer
from grader.sandbox.inside import wire
from grader.sandbox.source import Source
from kata import rules

# Exceptions that must not pass for what they are on this side: they would end the grading run or
# confuse pytest's own machinery.
REPLACED = {"SystemExit", "KeyboardInterrupt", "GeneratorExit", "StopIteration"}
REPLACED |= {"StopAsyncIteration", "BaseExceptionGroup", "ExceptionGroup"}
MAX_TEXT = 500
MAX_KINDS = 20
MAX_FRAMES = 10
MAX_LINE = 200
MAX_WARNINGS = 5
MAX_AXES = 3
# A file of 100,000 numbered lines could say five digits by where it fails.
MAX_LINE_NUMBER = 3000
HIDES = "it hides which calls are made, so that the rules of this exercise cannot be checked"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORD = re.compile(r"\w+")
TYPES = _words(
    "NoneType bool int float complex str bytes list tuple dict set frozenset range map zip filter "
    "generator function method module type object builtin_function_or_method dict_keys "
    "dict_values dict_items ndarray float64 float32 int64 complex128 Generator RandomState"
)
EXCEPTIONS = {
    name
    for name, found in vars(builtins).items()
    if isinstance(found, type) and issubclass(found, BaseException)
}
OPERATORS = _words("+ - * / // % ** @ & | ^ << >> < <= > >= += -= *= /= @= **= divmod()")
OPERATORS |= {"** or pow()"}
LIBRARIES = (np, np.linalg, np.fft, np.ma, np.ndarray, operator, math, statistics, builtins)
LIBRARY_NAMES = {name for library in LIBRARIES for name in dir(library)}
LIBRARY_PATHS = {"np", "numpy", "linalg", "fft", "ma", "ndarray", "operator", "math", "statistics"}
LIBRARY_PATHS |= {"builtins", "sys", "getattr", "attrgetter", "methodcaller"}
HIDING_NAMES = {name.removeprefix("builtins.") for name in rules.HIDING_NAMES}
UFUNCS = {name for name, found in vars(np).items() if isinstance(found, np.ufunc)}
UFUNCS |= {f"scalar {name}" for name in UFUNCS}
UFUNCS |= {"reduce", "accumulate", "cast", "dot", "det", "inv", "solve"}
FLOATING_POINT = re.compile(
    r"(?P<kind>divide by zero|overflow|invalid value|underflow) encountered in (?P<ufunc>.{1,60})"
)
OTHER_WARNINGS = {
    "Mean of empty slice",
    "Mean of empty slice.",
    "Degrees of freedom <= 0 for slice",
}


def one_line(text: Any, length: int) -> str:
    """Return a text in one short line without control characters."""
    if type(text) is not str:
        return "something malformed"
    return "".join(c if c.isprintable() else " " for c in text[:length])


# ---------------------------------------------------------------------------------------------
# What is told of a text
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Told:
    """What the learner's own code and call show anyway, so that it may be repeated."""

    line: str = ""
    own_names: Collection[str] = ()
    sides: Collection[int] = ()

    def sentence(self, text: str, known: tuple[_Known, ...]) -> str | None:
        """Return our sentence for a text of a known form, None for any other."""
        for one in known:
            found = one.pattern.fullmatch(text)
            if found:
                parts = {name: self._part(name, part) for name, part in found.groupdict().items()}
                complete = all(part is not None for part in parts.values())
                return one.words.format(**parts) if complete else one.otherwise
        return None

    def _part(self, name: str, text: str) -> str | None:
        """Return a part of a text if it may be shown. Its group's name says what it is."""
        if name.startswith("word"):
            return text if text in WORD.findall(self.line) else None
        if name.startswith("type"):
            text = text.removeprefix("numpy.")
            return text if text in TYPES or text in self.own_names else None
        if name.startswith("error"):
            return text if text in EXCEPTIONS else None
        if name.startswith("operator"):
            return text if text in OPERATORS else None
        sides = [int(side) for side in re.findall(r"\d{1,9}", text)]
        is_known = len(sides) <= MAX_AXES and all(side in self.sides for side in sides)
        return text if is_known else None


class _Known:
    """A text that Python or numpy writes, and ours in its place.

    Parameters
    ----------
    pattern : str
        The text, where `WORD`, `TYPE` and the like with a number stand for its parts.
    words : str
        Our sentence, with the parts by name; `otherwise` is the one without them.
    """

    PARTS = (
        ("WORD", r"(?P<word{0}>[^\W\d]\w{{0,60}})"),
        ("TYPE", r"(?P<type{0}>[\w.-]{{1,40}})"),
        ("ERROR", r"(?P<error{0}>\w{{1,40}})"),
        ("OPERATOR", r"(?P<operator{0}>[^\w\s]{{1,3}}(?: or pow\(\))?|divmod\(\))"),
        ("SHAPE", r"(?P<shape{0}>\((?:\d{{1,9}},?){{0,8}}\))"),
        ("SIDE", r"(?P<side{0}>\d{{1,9}})"),
    )

    def __init__(self, pattern: str, words: str, otherwise: str | None = None) -> None:
        for name, part in self.PARTS:
            for number in "12":
                pattern = pattern.replace(f"{name}{number}", part.format(number))
        self.pattern = re.compile(pattern)
        self.words = words
        self.otherwise = words if otherwise is None else otherwise


# By the name of the exception. Texts differ between versions: an unknown one has PLAIN's words.
KNOWN: dict[str, tuple[_Known, ...]] = {
    "AttributeError": (
        _Known(
            r"'TYPE1' object has no attribute 'WORD1'.*",
            "{type1} has no attribute {word1}",
            "the object has no attribute of that name",
        ),
        _Known(
            r"(?:partially initialized )?module '[\w.]+' has no attribute 'WORD1'.*",
            "the module has no {word1}",
            "the module has nothing of that name",
        ),
    ),
    "ImportError": (
        _Known(
            r"cannot import name 'WORD1' from .*",
            "{word1} is not in that module",
            "the module has nothing of that name",
        ),
    ),
    "IndexError": (
        _Known(r"(?:list|tuple|string|range object) index out of range", "an index past the end"),
        _Known(r"(?:list|array) assignment index out of range", "an index past the end"),
        _Known(r"pop from (?:an )?empty \w+", "nothing is left to take out"),
        _Known(
            r"index -?\d+ is out of bounds for (?:axis \d+ with )?size SIDE1",
            "an index past the end of an axis of {side1}",
            "an index past the end of an axis",
        ),
        _Known(r"too many indices for array: .*", "more indices than the array has axes"),
        _Known(r"invalid index to scalar variable\.", "a single number has no index"),
        _Known(
            r"(?:only integers, slices .*|arrays used as indices must be of integer .*)",
            "an index that is no whole number",
        ),
        _Known(
            r"boolean index did not match indexed array along .*",
            "a mask of another length than the array",
        ),
        _Known(
            r"shape mismatch: indexing arrays could not be broadcast together with shapes .*",
            "index arrays whose shapes do not fit each other",
        ),
    ),
    "KeyError": (_Known(r"'WORD1'", "there is no key {word1}", "there is no such key"),),
    "LinAlgError": (
        _Known(r"Singular matrix", "the matrix is singular"),
        _Known(r"Matrix is not positive definite", "the matrix is not positive definite"),
        _Known(r"Last 2 dimensions of the array must be square", "the matrix is not square"),
        _Known(r"\d-dimensional array given\. .*", "a matrix is needed, this is none"),
        _Known(r"(?:SVD|Eigenvalues) did not converge.*", "the algorithm did not converge"),
        _Known(r"Array must not contain infs or NaNs", "the matrix holds inf or nan"),
    ),
    "ModuleNotFoundError": (
        _Known(
            r"No module named 'WORD1(?:\.[\w.]+)?'(?:; .*)?",
            "there is no module {word1}",
            "there is no such module",
        ),
    ),
    "NameError": (
        _Known(
            r"(?:free variable|name) 'WORD1' (?:is not defined|referenced before .*)",
            "{word1} is not defined",
            "a name is not defined",
        ),
        _Known(
            r"cannot access free variable 'WORD1' .*",
            "{word1} has no value yet",
            "a variable has no value yet",
        ),
    ),
    "TypeError": (
        _Known(
            r"unsupported operand type\(s\) for OPERATOR1: 'TYPE1' and 'TYPE2'",
            "{type1} {operator1} {type2} is not possible",
            "an operator between types that do not go together",
        ),
        _Known(
            r"'OPERATOR1' not supported between instances of 'TYPE1' and 'TYPE2'",
            "{type1} {operator1} {type2} is not possible",
            "a comparison of types that do not go together",
        ),
        _Known(
            r"bad operand type for .*: 'TYPE1'",
            "an operator that {type1} does not have",
            "an operator that the type does not have",
        ),
        _Known(
            r"'TYPE1' object is not subscriptable",
            "{type1} cannot be indexed",
            "something that cannot be indexed",
        ),
        _Known(
            r"'TYPE1' object does not support item assignment",
            "the entries of {type1} cannot be set",
            "something whose entries cannot be set",
        ),
        *(
            _Known(
                text,
                "{type1} has no parts to go through",
                "something that has no parts to go through",
            )
            for text in (
                r"'TYPE1' object is not iterable",
                r"cannot unpack non-iterable TYPE1 object",
            )
        ),
        _Known(r"iteration over a 0-d array", "a single number has no parts to go through"),
        _Known(
            r"'TYPE1' object is not callable",
            "{type1} is no function",
            "something that is no function was called",
        ),
        _Known(
            r"object of type 'TYPE1' has no len\(\)",
            "{type1} has no length",
            "something that has no length",
        ),
        _Known(r"len\(\) of unsized object", "a single number has no length"),
        _Known(
            r"'TYPE1' object cannot be interpreted as an integer",
            "{type1} where a whole number is needed",
            "a whole number is needed",
        ),
        _Known(
            r"[\w.<>]+\(\) missing \d+ required (?:positional|keyword-only) arguments?: .*",
            "it was called with fewer arguments than it asks for",
        ),
        _Known(
            r"[\w.<>]+\(\) takes .* but \d+ (?:was|were) given",
            "it was called with more arguments than it takes",
        ),
        _Known(
            r"[\w.<>]+\(\) got an unexpected keyword argument '.*",
            "it was called with an argument of a name that it does not have",
        ),
        _Known(
            r"[\w.<>]+\(\) got multiple values for argument '.*",
            "it was called with two values for one argument",
        ),
        _Known(
            r"only (?:length-1|0-dimensional) arrays can be converted to Python scalars",
            "an array where a single number is needed",
        ),
        _Known(
            r"(?:ufunc|Cannot cast ufunc) '\w+' output .*",
            "a result of another kind of number than the array that it is written into",
        ),
        _Known(
            r"(?:loop of ufunc does not support|ufunc '\w+' (?:not supported|did not contain)) .*",
            "a numpy function that these types do not have",
        ),
    ),
    "UnboundLocalError": (
        _Known(
            r"(?:cannot access local variable|local variable) 'WORD1' .*",
            "{word1} has no value yet",
            "a variable has no value yet",
        ),
    ),
    "ValueError": (
        _Known(
            r"operands could not be broadcast together with (?:remapped )?shapes "
            r"(?:\[original->remapped\]: )?SHAPE1 SHAPE2 ?",
            "shapes {shape1} and {shape2} do not fit each other",
            "the shapes of the operands do not fit each other",
        ),
        _Known(
            r"(?:operands could not be broadcast together|non-broadcastable output operand) .*",
            "the shapes of the operands do not fit each other",
        ),
        _Known(
            r"could not broadcast input array from shape SHAPE1 into shape SHAPE2",
            "an array of shape {shape1} does not fit into {shape2}",
            "an array does not fit into the place that it is assigned to",
        ),
        _Known(
            r"shape mismatch: (?:objects|value array) .*",
            "the shapes of the operands do not fit each other",
        ),
        _Known(
            r"shapes SHAPE1 and SHAPE2 not aligned: .*",
            "shapes {shape1} and {shape2} have no product: the inner sizes differ",
            "the shapes have no product: the inner sizes differ",
        ),
        _Known(
            r"(?:matmul|vecdot|vecmat|matvec): Input operand 1 has a mismatch in its core "
            r"dimension 0, with gufunc signature \S+ \(size SIDE1 is different from SIDE2\)",
            "the shapes have no product: the inner sizes differ, {side2} and {side1}",
            "the shapes have no product: the inner sizes differ",
        ),
        _Known(
            r"matmul: Input operand [01] does not have enough dimensions .*",
            "a single number has no matrix product",
        ),
        _Known(
            r"einstein sum subscripts string .*|operand has (?:more|less) dimensions than .*"
            r"|operands? could not be broadcast together with .*",
            "the subscripts of einsum do not fit the shapes",
        ),
        _Known(
            r"cannot reshape array of size \d+ into shape .*",
            "the new shape has another number of entries",
        ),
        _Known(
            r"axis -?\d+ is out of bounds for array of dimension \d+",
            "an axis that the array does not have",
        ),
        _Known(r"axes don't match array", "another number of axes than the array has"),
        _Known(
            r"cannot select an axis to squeeze out which has size not equal to one",
            "only an axis of length 1 can be squeezed out",
        ),
        _Known(
            r"setting an array element with a sequence\..*",
            "a list, or an array, where a single number is needed, or parts of different shape",
        ),
        _Known(
            r"(?:all the input arrays? (?:dimensions|must have same number of dimensions)"
            r"|all input arrays must have the same shape).*",
            "the arrays to be joined differ in shape",
        ),
        _Known(
            r"(?:need at least one array to .*|zero-size array to reduction operation .*"
            r"|attempt to get arg(?:max|min) of an empty sequence"
            r"|(?:max|min)\(\) (?:arg|iterable argument) is .*empty.*)",
            "there is nothing in it",
        ),
        _Known(
            r"The truth value of an array with .*",
            "an array is neither true nor false: use any() or all()",
        ),
        _Known(r"(?:assignment|output array|output) .*read-only", "the array is read-only"),
        _Known(r"not enough values to unpack .*", "there are fewer parts than names for them"),
        _Known(r"too many values to unpack .*", "there are more parts than names for them"),
        _Known(
            r"could not convert string to float.*|invalid literal for .*",
            "a text that is no number",
        ),
        _Known(r"math domain error|expected a .* input.*", "a number that the function is not for"),
        _Known(r"cannot convert float NaN to integer", "nan is no whole number"),
        _Known(r".* is not in list|list\.remove\(x\): x not in list", "it is not in the list"),
        _Known(
            r"diag requires an array of at least two dimensions|Input must be .*d\.?",
            "an array with another number of axes is needed",
        ),
    ),
    "OverflowError": (
        _Known(r"cannot convert float infinity to integer", "inf is no whole number"),
    ),
}
PLAIN = {
    "ArithmeticError": "a calculation that is not possible",
    "AssertionError": "an assert does not hold",
    "AttributeError": "the object has no attribute of that name",
    "EOFError": "there is nothing to read",
    "FileNotFoundError": "there are no files here",
    "FloatingPointError": "numpy was asked to raise where it would warn",
    "ImportError": "something cannot be imported",
    "IndexError": "an index that is not there",
    "KeyError": "there is no such key",
    "LinAlgError": "numpy's linear algebra refuses the matrix",
    "MemoryError": "more memory is asked for than there is",
    "ModuleNotFoundError": "there is no such module",
    "NameError": "a name is not defined",
    "OSError": "what it asks of the system is not possible here",
    "OverflowError": "the number is too large",
    "PermissionError": "what it asks of the system is not allowed here",
    "RecursionError": "a function calls itself without end",
    "SyntaxError": "the text is not Python",
    "TypeError": "a value of a wrong type, or a wrong number of arguments",
    "UnboundLocalError": "a variable has no value yet",
    "ValueError": "a value that the function does not take",
    "ZeroDivisionError": "a division by zero",
}
UNSENDABLE = (
    _Known(
        r"a value of type TYPE1, which is not plain data",
        "a value of type {type1}, which is not plain data",
        "an object that is not plain data",
    ),
    _Known(
        r"a ERROR1 instead of raising it",
        "a {error1} instead of raising it",
        "an exception instead of raising it",
    ),
    _Known(
        r"an array of dtype object, which does not hold numbers",
        "an array of dtype object, which does not hold numbers",
    ),
    _Known(r"an array of dtype .*", "an array that does not hold numbers"),
    _Known(r"a numpy scalar of dtype .*", "a numpy scalar that is not a number"),
    *(
        _Known(text, text)
        for text in (
            "data nested too deeply",
            "a list too long to send",
            "a dict too long to send",
            "a dict with too many keys that are not text",
            "a whole number too large to send",
            "an array too large to send",
            "more data than can be sent",
        )
    ),
)


# ---------------------------------------------------------------------------------------------
# Exceptions
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Raised:
    """What a learner may read of an exception that their code raised.

    Attributes
    ----------
    name : str
        Its type, the nearest that is Python's or numpy's.
    words : str
        Our sentence of what happened; empty if there is none for it.
    place, line : str
        Where, and the line of the learner's source; empty if no frame is theirs.
    is_stub : bool
        Whether that line is in a function that still waits to be written, as far as is known.
    """

    name: str
    words: str
    place: str = ""
    line: str = ""
    is_stub: bool = True


def raised(error: BaseException) -> Raised | None:
    """Return what may be told of an exception out of the sandbox, None for one of our own."""
    found = getattr(error, "raised", None)
    return found if isinstance(found, Raised) else None


def message_in(frame: bytes | bytearray) -> dict[str, Any]:
    """Return the message in a frame.

    Raises
    ------
    BadAnswer
        If it holds none.
    """
    try:
        message = wire.loads(frame)
    except wire.WireError as error:
        raise BadAnswer(f"sent {error}") from error
    if type(message) is not dict:
        raise BadAnswer("sent something else than an answer")
    return message


def rebuild_exception(
    error: dict[str, Any],
    source: Source,
    *,
    own_names: Collection[str] = (),
    stubs: Collection[tuple[int, int]] | None = None,
    asked: str = "",
    arguments: Any = None,
) -> Exception:
    """Return the learner's exception as the nearest builtin type.

    Its text and notes are what the sandbox sent, for a teacher who calls by hand; what a learner
    may read of it is its attribute `raised`.

    Parameters
    ----------
    error : dict
        What the child says of it.
    source : Source
        Whose lines are shown.
    own_names : collection of str
        Names of classes and functions in the learner's source.
    stubs : collection of (int, int), optional
        First and last line of the functions in it that are stubs.
    asked : str
        What was called, a name or a script, where no line of the learner's was reached.
    arguments : object
        What the call was made with: shapes of these may be repeated.
    """
    kinds, text = error.get("kinds"), error.get("text")
    if type(kinds) is not list or type(text) is not str:
        return BadAnswer("sent a malformed exception")
    text = one_line(text, MAX_TEXT)
    name, rebuilt = _nearest(kinds, text, one_line(error.get("name"), 100))
    lines = _traceback_lines(error.get("frames"), source)
    for place, line in lines:
        rebuilt.add_note(f"{source.place(*place)}: {line}")
    at, line = lines[-1] if lines else (None, "")
    told = _Told(line or asked, own_names, _sides(arguments))
    words = told.sentence(text, KNOWN.get(name, ())) or PLAIN.get(name, "")
    rebuilt.raised = Raised(  # type: ignore[attr-defined]
        name,
        words,
        source.place(*at) if at else "",
        line,
        _is_in_a_stub(at, source, stubs),
    )
    return rebuilt


def _is_in_a_stub(
    at: tuple[str, int] | None, source: Source, stubs: Collection[tuple[int, int]] | None
) -> bool:
    """Say whether a line is in one of the module's stubs; in a sibling it may be."""
    if stubs is None or at is None or at[0] != source.label:
        return True
    return any(first <= at[1] <= last for first, last in stubs)


def _nearest(kinds: list[Any], text: str, own_name: str) -> tuple[str, Exception]:
    """Return the first of these types that may be raised here, and its name."""
    for kind in kinds[:MAX_KINDS]:
        if type(kind) is not str:
            continue
        if kind in REPLACED:
            return kind, RuntimeError(f"{own_name}: {text}")
        if kind == "LinAlgError":
            return kind, np.linalg.LinAlgError(text)
        found = getattr(builtins, kind, None)
        if isinstance(found, type) and issubclass(found, Exception):
            with contextlib.suppress(TypeError):  # UnicodeDecodeError takes more than a text
                return kind, found(text)
    return "an exception", RuntimeError(f"{own_name}: {text}")


def _traceback_lines(frames: Any, source: Source) -> list[tuple[tuple[str, int], str]]:
    """Return the files and lines that these frames name, and our own text of each line."""
    if type(frames) is not list:
        return []
    lines = []
    for frame in frames[:MAX_FRAMES]:
        if type(frame) is list and [type(part) for part in frame[:2]] == [str, int]:
            file, number = frame[:2]
            text = source.line(file, number) if number <= MAX_LINE_NUMBER else None
            if text is not None:
                lines.append(((file, number), one_line(text, MAX_LINE)))
    return lines


def _sides(arguments: Any, depth: int = 0) -> set[int]:
    """Return the lengths of all axes and lists among our own arguments, and 1."""
    sides = {1}
    if isinstance(arguments, np.ndarray):
        sides.update(arguments.shape)
    elif isinstance(arguments, dict):
        sides = _sides(list(arguments.values()), depth)
    elif isinstance(arguments, list | tuple) and depth < 4:
        sides = sides.union(*(_sides(part, depth + 1) for part in arguments))
        if depth > 1:  # the first two are the lists of the arguments themselves
            sides.add(len(arguments))
    return sides


# ---------------------------------------------------------------------------------------------
# The other ways for a call to end
# ---------------------------------------------------------------------------------------------


def unsendable_sentence(text: Any, own_names: Collection[str]) -> str:
    """Say what was returned instead of data; `own_names` are those in the learner's source."""
    told = _Told(own_names=own_names).sentence(one_line(text, MAX_TEXT), UNSENDABLE)
    return told or "something that is not plain data"


def violation_sentence(violation: Any, source: Source) -> str:
    """Say what was called that a from-scratch rule forbids."""
    if type(violation) is not tuple or [type(part) for part in violation[:3]] != [int, str, str]:
        return "uses what this exercise forbids"
    number, what, rule = violation[:3]
    line = source.line(source.label, number) if number <= MAX_LINE_NUMBER else None
    if not _is_library_call(what, line or ""):
        what = "a call"
    catalogue = {rule for rules in source.rules.values() for rule in rules}
    by = f" ({rule})" if rule in catalogue | HIDING_NAMES else ""
    ending = "write it from scratch" if rule in catalogue else HIDES
    if line is None:
        return f"uses {what}, which is not allowed here{by}: {ending}"
    return f"{source.line_number(number)}: {what} is not allowed here{by}: {ending}"


def _is_library_call(what: str, line: str) -> bool:
    """Tell whether a text is `@`, or names one function by words that are known."""
    *path, name = WORD.findall(what) or [""]
    known = LIBRARY_PATHS.union(WORD.findall(line))
    return what == "@" or (
        len(path) <= 3
        and known.issuperset(path)
        and (name in known or name in LIBRARY_NAMES)
        and re.fullmatch(r"[\w.]+(\(…, '\w+'\))?", what) is not None
    )


def warn_again(texts: Any) -> None:
    """Repeat numpy's warnings on this side, so that a test sees them as without a sandbox."""
    if type(texts) is not list:
        return
    for text in texts[:MAX_WARNINGS]:
        warning = _known_warning(text) if type(text) is str else None
        if warning:
            warnings.warn(warning, RuntimeWarning, stacklevel=4)


def _known_warning(text: str) -> str | None:
    found = FLOATING_POINT.fullmatch(text)
    if found:
        return text if found["ufunc"] in UFUNCS else f"{found['kind']} encountered"
    return text if text in OTHER_WARNINGS else None


def syntax_sentence(syntax: dict[str, Any], source: Source) -> str:
    """Say what the compiler said of a text, before any of it ran."""
    line = syntax["line"]
    where = source.place(source.label, line) if line else source.shown_label
    shown = f" in `{one_line(syntax['source'], MAX_LINE)}`" if syntax["source"] else ""
    text = one_line(syntax["text"], MAX_TEXT) or "nested too deeply"
    return f"{where} is not Python: {text}{shown}"
