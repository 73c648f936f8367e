"""Write a definition in another style: other names, with or without hints, texts and comments.

What it computes stays the same. Names are renamed by scope, as Python resolves them: a parameter
may be given by keyword and keeps its name, an attribute and a method too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
NAMINGS = ("{}", "my_{}", "{}_", "{}_val", "the_{}")  # of local variables
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Style:
    """How a learner writes.

    Attributes
    ----------
    is_formatted_anew : bool
        Whether the layout and the comments are gone, as after an editor's formatter or a paste.
    has_docstrings, has_hints, has_comments : bool
        Whether docstrings and hints of types are kept, and comments added.
    naming : str
        Of local variables, one of `NAMINGS`.
    """

    is_formatted_anew: bool = True
    has_docstrings: bool = True
    has_hints: bool = True
    has_comments: bool = False
    naming: str = NAMINGS[0]


STYLES = (
    Style(is_formatted_anew=False),
    Style(has_comments=True),
    Style(has_docstrings=False, naming=NAMINGS[1]),
    Style(has_docstrings=False, has_hints=False, has_comments=True),
    Style(has_hints=False, naming=NAMINGS[2]),
    Style(has_docstrings=False, has_hints=False, naming=NAMINGS[3]),
    Style(has_comments=True, naming=NAMINGS[4]),
)


@lru_cache(maxsize=1 << 15)  # a class of learners writes the same variants again and again
def restyled(
    text: str,
    names: tuple[tuple[str, str], ...],
    name: str,
    base: tuple[str, str] | None,
    style: Style,
) -> str:
    """Return a top-level statement in a style, with other global names.

    Parameters
    ----------
    text : str
        A function, a class or an assignment.
    names : tuple of (str, str)
        Old and new global names.
    name : str
        What the function or class is called from now on.
    base : tuple of (str, str), optional
        Old and new name of a class that this one derives from, where the old name means another
        class in its methods.
    style : Style
        The style.
    """
    statement = ast.parse(text).body[0]
    changed = {old: new for old, new in names if old != new}
    own = getattr(statement, "name", name)
    if not style.is_formatted_anew and not changed and own == name and base is None:
        return _without_markers(text)
    bases = [getattr(found, "id", "") for found in getattr(statement, "bases", ())]
    if changed or style.naming != NAMINGS[0]:
        taken = {
            node.id if isinstance(node, ast.Name) else node.arg
            for node in ast.walk(statement)
            if isinstance(node, ast.Name | ast.arg)
        }
        statement = _Renamer(changed, style.naming, taken | set(changed.values())).visit(statement)
    if isinstance(statement, _Function | ast.ClassDef):
        statement.name = name
    if isinstance(statement, ast.ClassDef) and base is not None:
        statement.bases[bases.index(base[0])] = ast.Name(base[1], ast.Load())
    if not (style.has_docstrings and style.has_hints):
        for node in ast.walk(statement):
            _strip(node, style)
    written = ast.unparse(statement)
    return _commented(written) if style.has_comments else written


def with_body(text: str, body: str) -> str:
    """Return a function with another body behind its docstring."""
    function = ast.parse(text).body[0]
    assert isinstance(function, _Function)
    docstring = function.body[:1] if ast.get_docstring(function) is not None else []
    function.body = [*docstring, *ast.parse(body).body]
    return ast.unparse(function)


def parameters_of(text: str) -> list[str]:
    """Return the names of a function's parameters."""
    function = ast.parse(text).body[0]
    assert isinstance(function, _Function)
    return [each.arg for each in _arguments(function.args)]


def _without_markers(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if line.strip() not in MARKERS)


def _strip(node: ast.AST, style: Style) -> None:
    if isinstance(node, _Function) and not style.has_hints:
        node.returns = None
        for each in _arguments(node.args):
            each.annotation = None
    if (
        isinstance(node, _Function | ast.ClassDef)
        and not style.has_docstrings
        and ast.get_docstring(node) is not None
        and len(node.body) > 1
    ):
        del node.body[0]


def _commented(text: str) -> str:
    """Put a comment above, and one in front of the last line where that is a statement."""
    lines = ["# as in the lesson", *text.split("\n")]
    if len(lines) > 3 and lines[-1].startswith("    return ") and '"""' not in lines[-2]:
        lines.insert(-1, "    # put together")
    return "\n".join(lines)


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each is not None)


class _Renamer(ast.NodeTransformer):
    """Gives global names and local variables others."""

    def __init__(self, global_names: Mapping[str, str], naming: str, taken: Set[str]) -> None:
        self.global_names = global_names
        self.naming = naming
        self.taken = taken
        # Of each scope, from the outer to the inner: its names, and whether it is a class, whose
        # names its methods do not see.
        self.scopes: list[tuple[dict[str, str], bool]] = []

    def renamed(self, name: str) -> str:
        """Return what a name that stands here is called."""
        for depth, (names, is_class) in enumerate(reversed(self.scopes)):
            if name in names and (depth == 0 or not is_class):
                return names[name]
        return self.global_names.get(name, name)

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.renamed(node.id)
        return node

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.Nonlocal:
        node.names = [self.renamed(name) for name in node.names]
        return node

    def visit_Global(self, node: ast.Global) -> ast.Global:
        node.names = [self.global_names.get(name, name) for name in node.names]
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self._visit_all(node.decorator_list)
        self._visit_outside(node.args)
        if node.returns is not None:
            node.returns = self.visit(node.returns)
        self._visit_inside(self._names_of(node), node.body)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.Lambda:
        self._visit_outside(node.args)
        kept = {each.arg: each.arg for each in _arguments(node.args)}
        body = [node.body]
        self._visit_inside(kept, body)
        node.body = body[0]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        self._visit_all(node.decorator_list)
        self._visit_all(node.bases)
        self._visit_all(node.keywords)
        variables, kept = _bound_in(node.body)
        names = {name: name for name in variables | kept}
        self._visit_inside(names, node.body, is_class=True)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        return self._visit_comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> ast.AST:
        return self._visit_comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        return self._visit_comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        return self._visit_comprehension(node)

    def _visit_comprehension(self, node: _Comprehension) -> ast.AST:
        first = node.generators[0]
        first.iter = self.visit(first.iter)  # evaluated outside
        bound = {
            name.id
            for generator in node.generators
            for name in ast.walk(generator.target)
            if isinstance(name, ast.Name)
        }
        self.scopes.append(({name: name for name in bound}, False))
        for generator in node.generators:
            if generator is not first:
                generator.iter = self.visit(generator.iter)
            self._visit_all(generator.ifs)
        if isinstance(node, ast.DictComp):
            node.key, node.value = self.visit(node.key), self.visit(node.value)
        else:
            node.elt = self.visit(node.elt)
        self.scopes.pop()
        return node

    def _visit_outside(self, arguments: ast.arguments) -> None:
        """Visit what of the arguments is evaluated where the function is defined."""
        self._visit_all(arguments.defaults)
        arguments.kw_defaults = [each and self.visit(each) for each in arguments.kw_defaults]
        for each in _arguments(arguments):
            each.annotation = each.annotation and self.visit(each.annotation)

    def _visit_inside(
        self,
        names: dict[str, str],
        body: list[ast.stmt] | list[ast.expr],
        *,
        is_class: bool = False,
    ) -> None:
        self.scopes.append((names, is_class))
        self._visit_all(body)
        self.scopes.pop()

    def _visit_all(self, nodes: list[Any]) -> None:
        nodes[:] = [self.visit(node) for node in nodes]

    def _names_of(self, function: _Function) -> dict[str, str]:
        variables, kept = _bound_in(function.body)
        kept |= {each.arg for each in _arguments(function.args)}
        names = {name: name for name in kept}
        for name in sorted(variables - kept):
            new = self.naming.format(name)
            names[name] = name if new in self.taken or name.startswith("_") else new
        for name in _declared(function.body):
            names.pop(name, None)
        return names


def _bound_in(body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Return a scope's variables, and its other names: of functions, modules and exceptions."""
    variables: set[str] = set()
    others: set[str] = set()
    nodes = list(body)
    while nodes:
        node = nodes.pop()
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                others.add(name)
                continue
            case ast.ClassDef(name=name):
                others.add(name)
                continue
            case ast.Lambda():
                continue
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                variables |= {
                    each.target.id for each in ast.walk(node) if isinstance(each, ast.NamedExpr)
                }
                continue
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                variables.add(name)
            case ast.alias(name=name, asname=asname):
                others.add(asname or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                others.add(name)
            case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                others.add(name)
        nodes += ast.iter_child_nodes(node)
    return variables, others


def _declared(body: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that a function takes from outside, although it gives them a value."""
    nodes = list(body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        elif not isinstance(node, _Function | ast.ClassDef | ast.Lambda):
            nodes += ast.iter_child_nodes(node)
