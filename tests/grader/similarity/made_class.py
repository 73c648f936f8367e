"""A class in which it is known who copied.

An independent learner draws, for each exercise, the reference or one of the variants, right ones
mostly, and then writes it in a way of one's own: at each place where Python lets one choose (a
temporary variable or none, `np.sum(x)` or `x.sum()`, a loop or a comprehension, the order of what
does not depend on each other …) a choice is drawn. So two of them who solve an exercise by the same
algorithm agree in what the algorithm demands and by chance. Real learners differ more in some
ways, in names and in detours, and less in others: those who sat in one lecture write alike.

A copy is another learner's text, whole or in part, in a disguise.
"""

from __future__ import annotations

import ast
import copy
import io
import random
import re
import tokenize
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from exercises import Week
from grader.authoring.merging import REFERENCE, Materials, merge, origin_of
from grader.authoring.restyle import STYLES
from grader.authoring.simulate import learner_name
from grader.course import Course

WRONG = 0.2  # of all solutions
METHODS = ("sum", "mean", "max", "min", "prod", "copy", "cumsum")
NAMES = ("tmp", "out", "res", "value", "part", "inner", "term", "acc", "step", "h", "aux", "cur")
TURNED = {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE}
OPPOSITE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}


@dataclass(frozen=True)
class Planted:
    """A copy: who has it from whom, and how it was disguised."""

    author: str
    copier: str
    disguise: str


class MadeClass:
    """Makes learners; the same seed gives the same ones."""

    def __init__(self, course: Course, weeks: tuple[Week, ...], seed: int) -> None:
        self.weeks = weeks
        self._seed = seed
        self._materials = {
            week.name: {module.name: Materials(course, module) for module in week.modules}
            for week in weeks
        }

    def independent(self, index: int) -> dict[str, str]:
        """Return the files of a learner who looks at nobody's, by week and module."""
        rng = random.Random(f"{self._seed} {index}")
        style = rng.choice(STYLES)
        habits = Habits(rng)
        files = {}
        for week in self.weeks:
            materials = self._materials[week.name]
            origins = {
                name: {each: self._choose(rng, mine, each) for each in mine.objects}
                for name, mine in materials.items()
            }
            for name, merged in merge(materials, origins, style).items():
                chunks = [*merged.imports, *(chunk.text for chunk in merged.chunks)]
                tree = habits.visit(ast.parse("\n\n\n".join(chunks)))
                files[f"{week.name}/{name}.py"] = written(tree)
        return files

    def _choose(self, rng: random.Random, materials: Materials, name: str) -> str:
        exercise = rng.choice(materials.exercises_of(name))
        is_right = rng.random() >= WRONG
        variants = [v for v in materials.variants_of[exercise.name] if v.is_right == is_right]
        return rng.choice([REFERENCE, *map(origin_of, variants)])

    def write(self, submitted: Path, size: int, disguises: tuple[str, ...]) -> list[Planted]:
        """Write a class of `size` with a copy in each of these disguises."""
        rng = random.Random(f"{self._seed} copies")
        numbers = rng.sample(range(size), 2 * len(disguises))
        planted = []
        copies = {}
        for disguise in disguises:
            author, copier = numbers.pop(), numbers.pop()
            planted.append(Planted(learner_name(author), learner_name(copier), disguise))
            copies[copier] = (author, disguise)
        for index in range(size):
            files = self.independent(index)
            if index in copies:
                author, disguise = copies[index]
                files = DISGUISES[disguise](rng, self.independent(author), files)
            for name, text in files.items():
                path = submitted / learner_name(index) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return planted


class Habits(ast.NodeTransformer):
    """Writes code in one of its many ways; how often each way is taken is the writer's own."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._shares: dict[str, float] = {}

    def does(self, what: str) -> bool:
        """Draw whether it is done here."""
        share = self._shares.setdefault(what, self._rng.choice((0.1, 0.3, 0.7, 0.9)))
        return self._rng.random() < share

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.BinOp(op=ast.Pow(), right=ast.Constant(value=2)) if self.does("square"):
                if isinstance(node.left, ast.Name):
                    return ast.BinOp(node.left, ast.Mult(), copy.deepcopy(node.left))
                return _call("square", node.left)
            case ast.BinOp(op=ast.Add() | ast.Mult()) if self.does("turn"):
                return ast.BinOp(node.right, node.op, node.left)
            case ast.BinOp(op=ast.MatMult()) if self.does("matmul"):
                return _call("matmul", node.left, node.right)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr=name),
                args=[ast.Name() as x, *more],
            ) if name in METHODS and self.does("method"):
                return ast.Call(ast.Attribute(x, name), more, node.keywords)
            case ast.Call(func=ast.Attribute(value=ast.Name() as x, attr=name)) if (
                name in METHODS and x.id != "np" and self.does("function")
            ):
                return ast.Call(ast.Attribute(ast.Name("np"), name), [x, *node.args], node.keywords)
            case ast.Call(keywords=[ast.keyword(arg="axis", value=axis), *others]) if len(
                node.args
            ) == 1 and self.does("axis"):
                return ast.Call(node.func, [*node.args, axis], others)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if len(node.ops) == 1 and type(node.ops[0]) in TURNED and self.does("compare"):
            turned = TURNED[type(node.ops[0])]()
            return ast.Compare(node.comparators[0], [turned], [node.left])
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if node.orelse and not isinstance(node.orelse[0], ast.If) and self.does("else"):
            return ast.If(_negated(node.test), node.orelse, node.body)
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name) and self.does("augmented"):
            value = ast.BinOp(ast.Name(node.target.id), node.op, node.value)
            return ast.Assign([ast.Name(node.target.id)], value)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        taken = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        names = [name for name in self._rng.sample(NAMES, len(NAMES)) if name not in taken]
        docstring = node.body[:1] if ast.get_docstring(node) is not None else []
        body = list(self._block(node.body[len(docstring) :], names))
        for each in node.args.args:
            if each.arg in taken and each.arg != "self" and self._rng.random() < 0.15:
                value = _call("asarray", ast.Name(each.arg))
                body.insert(0, ast.Assign([ast.Name(each.arg)], value))
        node.body = [*docstring, *self._reordered(body)]
        return node

    def _block(self, body: list[ast.stmt], names: list[str]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for statement in body:
            for part in ("body", "orelse"):
                inside = getattr(statement, part, None)
                if inside and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    setattr(statement, part, self._block(inside, names))
            if names and self.does("temporary"):
                found += hoisted(self._rng, statement, names)
            found += self._as_loop(statement, names)
        return found

    def _as_loop(self, statement: ast.stmt, names: list[str]) -> list[ast.stmt]:
        match statement:
            case ast.Return(
                value=ast.ListComp(elt=elt, generators=[ast.comprehension(ifs=[])])
            ) if names and self.does("loop"):
                name, loop = names.pop(), statement.value.generators[0]
                append = ast.Call(ast.Attribute(ast.Name(name), "append"), [elt], [])
                return [
                    ast.Assign([ast.Name(name)], ast.List([])),
                    ast.For(loop.target, loop.iter, [ast.Expr(append)], []),
                    ast.Return(ast.Name(name)),
                ]
        return [statement]

    def _reordered(self, body: list[ast.stmt]) -> list[ast.stmt]:
        body = list(body)
        for i in range(len(body) - 1):
            one, other = body[i], body[i + 1]
            match one, other:
                case ast.Assign(), ast.Assign() if not (
                    _stored(one) & _used(other) or _stored(other) & _used(one)
                ) and self.does("order"):
                    body[i], body[i + 1] = other, one
        return body


def hoisted(rng: random.Random, statement: ast.stmt, names: list[str]) -> list[ast.stmt]:
    """Take a part out of a statement, and return what gives it a name before; nothing if none."""
    if not isinstance(statement, ast.Return | ast.Assign | ast.AugAssign) or not statement.value:
        return []
    parts = [
        (node, field, value)
        for node in ast.walk(statement.value)
        if isinstance(node, ast.BinOp | ast.Call | ast.UnaryOp)
        for field, value in ast.iter_fields(node)
        if isinstance(value, ast.BinOp | ast.Call) and field != "func"
    ]
    whole = (statement, "value", statement.value)
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.BinOp | ast.Call):
        parts.append(whole)
    if not parts or not names:
        return []
    node, field, value = rng.choice(parts)
    name = names.pop()
    setattr(node, field, ast.Name(name))
    return [ast.Assign([ast.Name(name)], value)]


def written(tree: ast.AST) -> str:
    """Return the text of a tree."""
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name("np"), name), list(arguments), [])


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.Compare) and type(test.ops[0]) in OPPOSITE and len(test.ops) == 1:
        return ast.Compare(test.left, [OPPOSITE[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def _stored(statement: ast.Assign) -> set[str]:
    return {
        node.id
        for target in statement.targets
        for node in ast.walk(target)
        if isinstance(node, ast.Name)
    }


def _used(statement: ast.Assign) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


class Renamed(ast.NodeTransformer):
    """Gives every variable of a function, its parameters too, another name."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        names = {each.arg for each in node.args.args if each.arg != "self"}
        names |= {
            each.id
            for each in ast.walk(node)
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
        }
        new = {name: f"v{number}" for number, name in enumerate(sorted(names))}
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                each.id = new.get(each.id, each.id)
            elif isinstance(each, ast.arg):
                each.arg = new.get(each.arg, each.arg)
        return node


class Split(ast.NodeTransformer):
    """Takes one part out of one statement of each function."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        for i in self._rng.sample(range(len(node.body)), len(node.body)):
            found = hoisted(self._rng, node.body[i], ["one_part"])
            if found:
                node.body[i:i] = found
                break
        return node


def renamed(rng: random.Random, text: str) -> str:
    return written(Renamed().visit(ast.parse(text)))


def reordered(rng: random.Random, text: str) -> str:
    tree = ast.parse(text)
    head = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
    others = [each for each in tree.body if each not in head]
    rng.shuffle(others)
    tree.body = [*head, *others]
    return written(tree)


def reformatted(rng: random.Random, text: str) -> str:
    """Break lines in brackets, and put spaces and blank lines elsewhere."""
    lines = []
    depth = 0
    parts: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        lines.append((token, depth))
    indent, is_new = "", True
    for token, depth in lines:
        if token.type == tokenize.INDENT:
            indent = token.string.replace("    ", "  ")
        elif token.type == tokenize.DEDENT:
            indent = indent[:-2]
        elif token.type == tokenize.NEWLINE:
            parts.append("\n")
            is_new = True
        elif token.type == tokenize.NL:
            parts.append("\n")
        elif token.string:
            parts.append(indent if is_new else rng.choice((" ", " ", "  ")))
            parts.append(token.string)
            is_new = False
            if depth and token.string in ("(", ",") and rng.random() < 0.3:
                parts.append("\n      ")
    return "".join(parts) + "\n"


def commented(rng: random.Random, text: str) -> str:
    """Change docstrings, and put a comment wherever a line begins a statement."""
    text = re.sub(r'""".*?"""', '"""My own words for it."""', text, flags=re.S)
    return re.sub(r"(?m)^( +)(?=\w+ = |return )", r"\1# here I do the next step\n\1", text)


def split(rng: random.Random, text: str) -> str:
    return written(Split(rng).visit(ast.parse(text)))


def everything(rng: random.Random, text: str) -> str:
    for change in (split, renamed, reordered, reformatted, commented):
        text = change(rng, text)
    return text


Disguise = Callable[[random.Random, dict[str, str], dict[str, str]], dict[str, str]]


def _whole(change: Callable[[random.Random, str], str]) -> Disguise:
    return lambda rng, theirs, own: {name: change(rng, text) for name, text in theirs.items()}


def _one_week(rng: random.Random, theirs: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    week = rng.choice(sorted({name.split("/")[0] for name in own}))
    return {
        name: renamed(rng, theirs[name]) if name.startswith(f"{week}/") else text
        for name, text in own.items()
    }


def _one_module(rng: random.Random, theirs: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    name = rng.choice(sorted(own))
    return own | {name: renamed(rng, theirs[name])}


DISGUISES: dict[str, Disguise] = {
    "none": _whole(lambda rng, text: text),
    "names": _whole(renamed),
    "order": _whole(reordered),
    "layout": _whole(reformatted),
    "comments": _whole(commented),
    "a statement split": _whole(split),
    "all of these": _whole(everything),
    "one week, names": _one_week,
    "one module, names": _one_module,
}
