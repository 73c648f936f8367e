"""What can become of an exercise: one set of statuses, words, signs and colours for everybody.

The grader writes a status's name into its results; learners and instructors read its word. And what
counts as a stub, so that the learner's tool and the grader agree on what is still to do.

Stand-alone, standard library only: the sandbox loads this file by its path.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Status:
    """One thing that can become of an exercise, or of one of its tests.

    Attributes
    ----------
    name : str
        In code and in results.
    word : str
        What people read.
    sign : str
        One character, for where there is no room for the word.
    colour : str
        In a terminal.
    """

    name: str
    word: str
    sign: str
    colour: str


# The worst first: an exercise has the status of its worst visible test.
STATUSES = {
    status.name: status
    for status in (
        Status("unreadable", "unreadable", "!", "red"),
        Status("missing", "missing", "?", "red"),
        Status("forbidden", "forbidden", "F", "red"),
        Status("crashed", "crashed", "C", "red"),
        Status("timeout", "too slow", "T", "red"),
        Status("failed", "wrong", "✗", "red"),
        Status("partial", "partly right", "~", "yellow"),
        Status("not_run", "not run", "·", "yellow"),
        Status("todo", "to do", "·", "yellow"),
        Status("selected", "part", "✓", "green"),  # right, of those tests that were asked for
        Status("passed", "done", "✓", "green"),
        Status("skipped", "skipped", "·", "dim"),
    )
}
# What the grader says of an exercise. The others are for the learner's own, partial runs; a
# missing function is `failed` there, and a missing file `todo`.
VERDICTS = (
    *("passed", "partial", "failed", "todo"),
    *("timeout", "crashed", "forbidden", "unreadable"),
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_stub(function: _Function) -> bool:
    """Say whether a function still waits to be written.

    It holds nothing but a docstring, `pass`, `...`, `raise NotImplementedError` and attributes
    that are set to a name, a constant or an array made of one, as a given part of `__init__` does.
    Code of the learner's with a `raise NotImplementedError` left over behind it is no stub.
    """
    return all(_is_filler(statement) for statement in function.body)


def stub_lines(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each function of a module that is a stub."""
    for node in ast.walk(tree):
        if isinstance(node, _Function) and is_stub(node):
            yield node.lineno, node.end_lineno or node.lineno


def is_untouched(source: str, stub_source: str, object_name: str) -> bool:
    """Say whether a function or class is still what the stub gave, docstrings and comments aside.

    Raises
    ------
    SyntaxError
        If one of the sources is not valid Python.
    """
    mine, given = (last_definition(parse(text), object_name) for text in (source, stub_source))
    if mine is None or given is None:
        return False
    if isinstance(mine, _Function) and is_stub(mine):
        return True
    return _same_code(mine, given)


@lru_cache(maxsize=4)  # asked for each exercise of a module
def parse(source: str) -> ast.Module:
    """Return the tree of a module; whatever is wrong with its text is a `SyntaxError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a text is not our business
            return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, far too deep
        raise SyntaxError(f"cannot be read as Python: {error}") from error


def last_definition(tree: ast.Module, name: str) -> ast.stmt | None:
    """Return the last top-level statement that gives a name its value."""
    last = None
    for statement in tree.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if getattr(statement, "name", None) == name or any(
            isinstance(target, ast.Name) and target.id == name for target in targets
        ):
            last = statement
    return last


def _is_filler(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise):
        raised = statement.exc
        raised = raised.func if isinstance(raised, ast.Call) else raised
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return (
        isinstance(statement, ast.Assign)
        and all(isinstance(target, ast.Attribute) for target in statement.targets)
        and (_is_plain(statement.value) or _makes_an_array(statement.value))
    )


def _is_plain(value: ast.expr) -> bool:
    if isinstance(value, ast.Attribute):  # self.data
        value = value.value
    return isinstance(value, ast.Name | ast.Constant)


def _makes_an_array(value: ast.expr) -> bool:
    """Say whether a value is one of numpy's arrays made of something plain: np.array(data)."""
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and isinstance(value.func.value, ast.Name)
        and value.func.value.id == "np"
        and all(_is_plain(each) for each in (*value.args, *(k.value for k in value.keywords)))
    )


def _same_code(mine: ast.AST, given: ast.AST) -> bool:
    """Compare two trees without positions and docstrings, and without recursion."""
    pairs: list[tuple[object, object]] = [(mine, given)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST) and isinstance(b, ast.AST):
            pairs += [(_field(a, name), _field(b, name)) for name in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b, strict=True)
        elif a != b:
            return False
    return True


def _field(node: ast.AST, name: str) -> object:
    """Return a field of a node; of a body without the texts that stand alone in it."""
    value = getattr(node, name, None)
    if name == "body" and isinstance(value, list):
        return [statement for statement in value if not _is_text(statement)]
    return value


def _is_text(statement: ast.AST) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
