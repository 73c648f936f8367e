"""Small changes of a reference, one or two at a time: what `mutants` grades.

A change replaces one stretch of the source by another text, so that two of them that do not
overlap make a third. cosmic-ray makes the single changes of operators, numbers and comparisons.
`more_changes` makes what it has no operator for and learners get wrong: axes, dtypes, bounds,
orders, a call or an argument left out, one function in another's place.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

# They need arguments, or change what no test could see.
LEFT_OUT = ("core/VariableInserter", "core/VariableReplacer", "core/RemoveDecorator")
NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
# Each is put in the place of the others.
LOOK_ALIKES = (
    ("max", "min"),
    ("maximum", "minimum"),
    ("argmax", "argmin"),
    ("sum", "mean", "prod"),
    ("var", "std"),
    ("any", "all"),
    ("exp", "expm1", "exp2"),
    ("log", "log1p", "log2"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("floor", "ceil", "rint"),
    ("eigh", "eig"),
    ("triu", "tril"),
)
TO_BE_FILLED = ("zeros", "zeros_like", "empty", "empty_like")


@dataclass(frozen=True, order=True)
class Change:
    """A stretch of the source, as offsets of characters, and what stands there instead."""

    start: int
    end: int
    text: str

    def of(self, source: str) -> str:
        """Return the source with the change made."""
        return source[: self.start] + self.text + source[self.end :]

    def line(self, source: str) -> int:
        """Return the number of the first line that the change is in."""
        return source.count("\n", 0, self.start) + 1

    def told(self, source: str) -> tuple[str, str]:
        """Return the lines that the change is in, on one line, as they were and as they become."""
        first = source.rfind("\n", 0, self.start) + 1
        last = source.find("\n", self.end)
        last = len(source) if last < 0 else last
        becomes = source[first : self.start] + self.text + source[self.end : last]
        return _on_one_line(source[first:last]), _on_one_line(becomes)


def _on_one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.strip().splitlines())


def is_python(source: str) -> bool:
    """Tell whether a text is valid Python."""
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def draw_pairs(changes: Sequence[Change], n: int, draw: random.Random) -> list[tuple[Change, ...]]:
    """Return up to n different pairs of changes that do not overlap."""
    pairs: set[tuple[Change, ...]] = set()
    if len(changes) < 2:
        return []
    for _ in range(20 * n):
        first, second = sorted(draw.sample(changes, 2))
        if first.end <= second.start and (first.end, first.text) != (second.start, second.text):
            pairs.add((first, second))
        if len(pairs) == n:
            break
    return sorted(pairs)


# ---------------------------------------------------------------------------------------------
# cosmic-ray's
# ---------------------------------------------------------------------------------------------


def cosmic_changes(source: str, lines: frozenset[int]) -> Iterator[Change]:
    """Yield the changes that cosmic-ray makes in some lines."""
    seen = {source}
    for name in operator_names():
        if name in LEFT_OUT:
            continue
        operator = get_operator(name)()
        positions = [
            p for node in ast_nodes(get_ast(source)) for p in operator.mutation_positions(node)
        ]
        for occurrence, ((line, _), _) in enumerate(positions):
            if line not in lines:
                continue
            mutated = mutate_code(source, operator, occurrence)
            if mutated is None or mutated in seen or not is_python(mutated):
                continue
            seen.add(mutated)
            yield _change_between(source, mutated)


def _change_between(before: str, after: str) -> Change:
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    return Change(head, len(before) - tail, after[head : len(after) - tail])


# ---------------------------------------------------------------------------------------------
# Ours
# ---------------------------------------------------------------------------------------------


def more_changes(source: str, lines: frozenset[int]) -> Iterator[Change]:
    """Yield the changes of some lines that cosmic-ray does not make."""
    maker = _Maker(source)
    seen = set()
    tree = ast.parse(source)
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    words = {inner for node in raised for inner in ast.walk(node)} - {*raised}
    for node in ast.walk(tree):
        if node in words:  # the contract names an error's type, not its text
            continue
        place = node.iter if isinstance(node, ast.comprehension) else node
        if not isinstance(place, ast.expr | ast.stmt):
            continue
        if not lines.issuperset(range(place.lineno, (place.end_lineno or place.lineno) + 1)):
            continue
        for change in maker.changes_of(node):
            text = change.of(source)
            if text not in seen and text != source and is_python(text):
                seen.add(text)
                yield change


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


class _Maker:
    """Makes the changes of one source, node by node."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.lines = source.splitlines(keepends=True)
        self.starts = [0, *accumulate(map(len, self.lines))]

    def changes_of(self, node: ast.AST) -> Iterator[Change]:
        """Yield the changes of one node."""
        match node:
            case ast.Constant(value=float() as number):
                yield self._put(node, repr(number * 10.0))
                yield self._put(node, repr(number / 2.0))
            case ast.BinOp():
                yield from self._of_operation(node)
            case ast.BoolOp():
                yield from (self._put(node, f"({self._text(value)})") for value in node.values)
            case ast.Call():
                yield from self._of_call(node)
            case ast.Subscript():
                yield from self._of_subscript(node)
            case ast.Attribute(attr="T"):
                yield self._put(node, self._text(node.value))
            case ast.For() | ast.comprehension():
                yield self._put(node.iter, f"list({self._text(node.iter)})[::-1]")
                yield self._put(node.iter, f"list({self._text(node.iter)})[1:]")
                yield self._put(node.iter, f"list({self._text(node.iter)})[:-1]")
            case ast.Return(value=ast.expr() as value) | ast.Assign(value=value):
                yield from self._of_result(value)
            case ast.AugAssign() | ast.Raise() | ast.Expr(value=ast.Call()):
                yield self._put(node, "pass")

    def _of_operation(self, node: ast.BinOp) -> Iterator[Change]:
        left, right = self._text(node.left), self._text(node.right)
        yield self._put(node, f"({left})")
        yield self._put(node, f"({right})")
        between = self.source[self._end(node.left) : self._start(node.right)]
        if isinstance(node.op, NOT_COMMUTATIVE) and not set("()#\n") & set(between):
            yield self._put(node, f"(({right}){between}({left}))")
        if isinstance(node.op, ast.MatMult):
            for operand, text in ((node.left, left), (node.right, right)):
                if not (text.isidentifier() and text.islower()):  # the name of a vector
                    yield self._put(operand, f"({text}).T")

    def _of_call(self, node: ast.Call) -> Iterator[Change]:
        name = self._text(node.func)
        if isinstance(node.func, ast.Attribute):
            stem, attribute = self._text(node.func.value), node.func.attr
            for group in LOOK_ALIKES:
                for other in group if attribute in group else ():
                    yield self._put(node.func, f"{stem}.{other}")
            if attribute in ("copy", "swapaxes", "transpose", "reshape") and stem != "np":
                yield self._put(node, stem)
            if attribute in ("sort", "argsort", "eigvalsh", "linspace", "arange"):
                yield self._put(node, f"{self._text(node)}[::-1]")
        if node.args and (name.startswith("np.") or name in ("abs", "max", "min", "sorted", "sum")):
            yield self._put(node, f"({self._text(node.args[0])})")
        if name == "range":
            inner = ", ".join(map(self._text, node.args[:-1]))
            last = self._text(node.args[-1])
            for bound in (f"{last} - 1", f"{last} + 1"):
                yield self._put(node, f"range({inner}, {bound})" if inner else f"range({bound})")
            yield self._put(node, f"range(1, {last})")
        for keyword in node.keywords:
            yield self._without(node, keyword)
            if keyword.arg == "axis":
                for axis in ("0", "1", "-1", "None"):
                    if (self._text(keyword.value), axis) != ("1", "-1"):  # the same for a matrix
                        yield self._put(keyword.value, axis)

    def _without(self, call: ast.Call, keyword: ast.keyword) -> Change:
        """Leave an argument out."""
        parts = [self._text(argument) for argument in call.args]
        parts += [self._text(other) for other in call.keywords if other is not keyword]
        return self._put(call, f"{self._text(call.func)}({', '.join(parts)})")

    def _of_subscript(self, node: ast.Subscript) -> Iterator[Change]:
        entries = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for entry in entries:
            if not isinstance(entry, ast.Slice):
                continue
            for bound in (entry.lower, entry.upper):
                if bound is not None:
                    yield self._put(bound, "")
                    yield self._put(bound, f"{self._text(bound)} + 1")
                    yield self._put(bound, f"{self._text(bound)} - 1")
            if entry.step is not None:
                yield self._put(entry.step, "")
        if isinstance(node.ctx, ast.Load):
            yield self._put(node, self._text(node.value))

    def _of_result(self, value: ast.expr) -> Iterator[Change]:
        text = self._text(value)
        if isinstance(value, ast.BinOp | ast.Call):
            yield self._put(value, f"np.float32({text})")
            if not (isinstance(value, ast.Call) and _called(value) in TO_BE_FILLED):
                yield self._put(value, f"-({text})")
                yield self._put(value, f"({text})[::-1]")
        if isinstance(value, ast.Tuple) and len(value.elts) == 2:
            first, second = map(self._text, value.elts)
            yield self._put(value, f"{second}, {first}")

    def _put(self, node: ast.AST, text: str) -> Change:
        return Change(self._start(node), self._end(node), text)

    def _text(self, node: ast.AST) -> str:
        return self.source[self._start(node) : self._end(node)]

    def _start(self, node: ast.AST) -> int:
        return self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def _end(self, node: ast.AST) -> int:
        return self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def _offset(self, line: int, column: int) -> int:
        # The syntax tree counts bytes, and formulas in comments and strings are not all ASCII.
        prefix = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(prefix)
