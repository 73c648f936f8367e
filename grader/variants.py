"""Mark right and wrong variants of an exercise, and build a whole module out of each.

A variants file `tests/weekN/variants_<module>.py` is ordinary Python. Each variant is a function
or class under a name of its own, marked with the exercise that it stands for::

    @wrong("covariance", "You divided by n: numpy and scikit-learn divide by n - 1.")
    def divides_by_n(X): ...

Imports and unmarked helpers of the file are at every variant's disposal. A class that derives
from the reference's class (`class Forgets(Value)`) changes just what it overrides.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
MARKS = ("right", "wrong")


class VariantError(Exception):
    """A variants file is wrong; the message says where and what to do."""


@dataclass(frozen=True)
class Variant:
    """One other implementation of one exercise, as the source of a whole module."""

    exercise: str
    name: str
    is_right: bool
    says: str
    source: str


def right(exercise: str, how: str) -> Callable[[T], T]:
    """Mark another right way to solve `exercise`; `how` says what differs."""
    return lambda thing: thing


def wrong(exercise: str, misconception: str) -> Callable[[T], T]:
    """Mark a wrong solution; `misconception` is what a good teacher would say about it."""
    return lambda thing: thing


def load_variants(
    path: Path, reference_source: str, object_names: dict[str, str]
) -> tuple[Variant, ...]:
    """Read a variants file and put each variant in the reference's place.

    Parameters
    ----------
    path : Path
        The file `variants_<module>.py`. It is parsed, not imported.
    reference_source : str
        The reference solution's text.
    object_names : dict of str to str
        For each exercise of the module, the function or class that a learner writes.

    Raises
    ------
    VariantError
        If a mark is malformed, names an unknown exercise, or a name is used twice.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    marked = [(node, mark) for node in tree.body if (mark := _mark(node)) is not None]
    marked_nodes = [node for node, _ in marked]
    helpers = [
        node
        for node in tree.body
        if node not in marked_nodes
        and not (isinstance(node, ast.ImportFrom) and node.module == "grader.variants")
    ]
    # `from __future__` must stay the first statement of a module: the reference has its own.
    helpers = [
        n for n in helpers if not (isinstance(n, ast.ImportFrom) and n.module == "__future__")
    ]
    helper_text = ast.unparse(ast.Module(helpers, type_ignores=[]))
    variants = [
        _build(path, node, mark, helper_text, reference_source, object_names)
        for node, mark in marked
    ]
    names = [(variant.exercise, variant.name) for variant in variants]
    for exercise, name in names:
        if names.count((exercise, name)) > 1:
            raise VariantError(f"{path}: two variants of {exercise} are called {name}")
    return tuple(variants)


def _mark(node: ast.stmt) -> ast.Call | None:
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return None
    for decorator in node.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Name)
            and decorator.func.id in MARKS
        ):
            return decorator
    return None


def _build(
    path: Path,
    node: ast.stmt,
    mark: ast.Call,
    helpers: str,
    reference_source: str,
    object_names: dict[str, str],
) -> Variant:
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)
    assert isinstance(mark.func, ast.Name)
    where = f"{path}:{node.lineno}: {node.name}"
    texts = []
    for argument in mark.args:
        try:
            texts.append(ast.literal_eval(argument))
        except ValueError as error:
            raise VariantError(f"{where}: the mark takes plain texts") from error
    if len(texts) != 2 or not all(isinstance(text, str) and text for text in texts):
        raise VariantError(f"{where}: the mark takes an exercise and a sentence")
    exercise, says = texts
    if exercise not in object_names:
        raise VariantError(
            f"{where}: no exercise {exercise!r} in this module; it has {sorted(object_names)}"
        )
    variant = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(variant, ast.FunctionDef | ast.ClassDef)
    variant.name = object_names[exercise]
    variant.decorator_list = [d for d in variant.decorator_list if _mark_name(d) not in MARKS]
    body = f"{helpers}\n\n{ast.unparse(variant)}"
    if node.name != variant.name:
        body += f"\n\n\n{node.name} = {variant.name}"  # a variant may call itself by its own name
    return Variant(
        exercise=exercise,
        name=node.name,
        is_right=mark.func.id == "right",
        says=says,
        source=f"{reference_source}\n\n{body}\n",
    )


def _mark_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.id if isinstance(called, ast.Name) else ""
