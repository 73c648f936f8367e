"""Read the statements of a test, or of the learner, that were running when something failed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import FrameType

from exercises.catalogue import Exercise
from exercises.verdict import is_stub, last_definition, parse
from kata.project import Project

MOST_STEPS = 8
Definition = ast.FunctionDef | ast.ClassDef


def steps_to(source: str, frame: FrameType, line: int) -> list[str]:
    """Return what a test did up to a line, without its other checks, as a learner would type it.

    A class is not called but driven, so that no single call says what was tried.
    """
    function = _function_around(source, frame.f_code.co_name, line)
    if function is None:
        return []
    steps = list(_steps(source, function.body, line))
    more = ["…"] if len(steps) > MOST_STEPS else []
    return [*more, *steps[-MOST_STEPS:]]


def _function_around(source: str, name: str, line: int) -> ast.FunctionDef | None:
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name == name and _holds(node, line):
            return node
    return None


def _steps(source: str, body: list[ast.stmt], line: int, indent: str = "") -> Iterator[str]:
    for statement in body:
        if not _holds(statement, line):
            if not _is_check(statement):
                yield indent + _text(source, statement)
            continue
        if isinstance(statement, ast.With):
            yield from _steps(source, statement.body, line, indent)
        elif isinstance(statement, ast.For) and not _holds(statement.iter, line):
            target, items = _text(source, statement.target), _text(source, statement.iter)
            yield f"{indent}for {target} in {items}:"
            yield from _steps(source, statement.body, line, indent + "    ")
        else:
            yield indent + _text(source, _checked(statement))
        return


def _holds(node: ast.expr | ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _is_check(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.With):
        return bool(_errors_of(statement)) or all(map(_is_check, statement.body))
    if isinstance(statement, ast.For):
        return all(map(_is_check, statement.body))
    is_docstring = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_docstring or _checked(statement) is not statement


def _checked(statement: ast.stmt) -> ast.stmt | ast.expr:
    """Return what is compared, of `assert_close(what, expected)`, or the statement itself."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return statement
    return call.args[0] if call.func.id.startswith("assert_") and call.args else statement


def _text(source: str, node: ast.AST) -> str:
    text = ast.get_source_segment(source, node) or ""
    return " ".join(text.split()).replace("( ", "(").replace("learner.", "")


def expected_error(source: str, line: int) -> str:
    """Return what `pytest.raises` around a line of a test expects, or an empty text."""
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.With) and _holds(node, line):
            for error in _errors_of(node):
                return error
    return ""


def _errors_of(node: ast.With) -> list[str]:
    calls = [item.context_expr for item in node.items]
    return [
        ast.unparse(call.args[0])
        for call in calls
        if isinstance(call, ast.Call) and call.args and ast.unparse(call.func) == "pytest.raises"
    ]


def shapes_at(source: str, frame: FrameType, line: int) -> str:
    """Return the shapes of the arrays that a line names, as `x is (3,), W is (2, 3)`."""
    import numpy as np  # not needed, and slow to load, where the learner's tool only reads

    statements = [
        node
        for node in ast.walk(parse(source))
        if isinstance(node, ast.stmt) and _holds(node, line)
    ]
    if not statements:
        return ""
    names = [node for node in ast.walk(statements[-1]) if isinstance(node, ast.Name)]
    names.sort(key=lambda node: (node.lineno, node.col_offset))
    arrays = {node.id: frame.f_locals.get(node.id) for node in names}
    return ", ".join(
        f"{name} is {array.shape}"
        for name, array in arrays.items()
        if isinstance(array, np.ndarray)
    )


def holds_a_stub(project: Project, exercise: Exercise) -> bool:
    """Say whether an exercise is still to do, as far as reading shows it."""
    try:
        source = project.source_of(str(project.learners_file(exercise)))
        definition = last_definition(parse(source), exercise.object_name)
    except (OSError, SyntaxError, ValueError):
        return True
    if isinstance(definition, ast.ClassDef):
        methods = [node for node in definition.body if isinstance(node, ast.FunctionDef)]
        # An `__init__` that only keeps its arguments looks like a stub that waits for more.
        return any(is_stub(each) and isinstance(each.body[-1], ast.Raise) for each in methods)
    return definition is None or (isinstance(definition, ast.FunctionDef) and is_stub(definition))


def lines_of_definitions(source: str, name: str) -> list[tuple[int, Definition]]:
    """Return where a file defines a name at its top, with each definition."""
    return [
        (node.lineno, node)
        for node in parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
    ]
