"""Check on the syntax tree that an exercise is written from scratch.

An exercise of the catalogue may forbid library calls: `forbidden = ["@", "np.dot", ".T"]`. The
check starts at the exercise's own function or class, follows the names it uses through the
module, works out what each name can stand for, and looks at every expression it reaches. So an
import under another name, `getattr`, a method or a newer synonym is found, and a learner's own
helper called `dot`, or `@` in another exercise of the same module, is not.

    source text -> `_Module` (scopes: which name is bound where)
                -> `_Meaning` (values: what an expression can stand for)
                -> `_Search` (what the exercise reaches, and what in it breaks a rule)

The sandbox loads this file alone, by its path, and looks again at run time
(`grader/sandbox/inside/guards.py`): what is computed there out of sight of a syntax tree, the
guards see. Standard library only; annotations are not postponed, since `dataclasses` could not
resolve them in a module that is loaded by path.
"""

import ast
import builtins
import fnmatch
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_TEXT = 80
MAX_DEPTH = 40  # of expressions that stand for expressions that stand for …
MAX_TEXTS = 64  # that one expression can stand for
MAX_NESTING = 3  # of containers whose contents are told apart
MAX_ROUNDS = 4  # of working out what parameters stand for from the calls that are reached


@dataclass(frozen=True)
class Violation:
    """The first expression of an exercise that breaks one of its rules.

    Attributes
    ----------
    line : int
        Where, in the learner's file.
    text : str
        The expression, on one line, shortened.
    rule : str
        The catalogue's rule that it breaks, or, if `hides`, what makes checking impossible.
    hides : bool
        Whether it breaks no rule by itself but hides which calls are made.
    """

    line: int
    text: str
    rule: str
    hides: bool = False

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        if self.hides:
            return (
                f"{where}{self.text} is not allowed here ({self.rule}): it hides which calls are "
                "made, so that the rules of this exercise cannot be checked"
            )
        return f"{where}{self.text} is not allowed here ({self.rule}): write it from scratch"


def find_violation(source: str, object_name: str, forbidden: Sequence[str]) -> Violation | None:
    """Return the first thing in an exercise that its rules forbid, or None.

    Parameters
    ----------
    source : str
        The learner's module.
    object_name : str
        The exercise's function or class; if the module lacks it, nothing is violated.
    forbidden : sequence of str
        The catalogue's rules, such as "@", "np.dot", "np.linalg", "np.linalg.eig*", ".T".

    Raises
    ------
    SyntaxError
        If the source is not valid Python.
    """
    if not forbidden:
        return None
    return _Search(_read(source), ban(tuple(forbidden)), object_name).first_violation()


def is_untouched(source: str, stub_source: str, object_name: str) -> bool:
    """Say whether a function or class is still what the stub gave, docstrings and comments aside.

    A function that holds nothing but `pass` or `...` is not begun either.

    Raises
    ------
    SyntaxError
        If one of the sources is not valid Python.
    """
    mine, given = (_last_definition(_parse(text), object_name) for text in (source, stub_source))
    if mine is None or given is None:
        return False
    return _is_empty(mine) or _same_tree(mine, given)


def _is_empty(node: ast.AST) -> bool:
    """Say whether a function holds nothing but a docstring, `pass` and `...`."""
    return isinstance(node, ast.FunctionDef) and all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )


# ---------------------------------------------------------------------------------------------
# What a rule forbids
# ---------------------------------------------------------------------------------------------


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A rule on numpy holds for the libraries that offer the same functions under the same names.
ARRAY_LIBRARIES = _words(
    "numpy scipy torch jax cupy pandas sklearn tensorflow autograd mlx dask sparse xarray "
    "opt_einsum numba bottleneck statsmodels sympy"
)
SUBMODULES = _words("linalg fft random polynomial ma")  # which a rule may forbid as a whole
HARMLESS = frozenset({"LinAlgError", "LinAlgWarning"})  # exceptions, which solutions may raise


@dataclass(frozen=True)
class Family:
    """Calls that do the same job: a rule on one of `rules` forbids all that is listed here."""

    rules: str  # rules that bring the family in, without "np.", "np.linalg." or "."
    functions: str = ""  # of an array library, in whichever submodule
    attributes: str = ""  # methods and properties, of whatever is not the learner's own object
    elsewhere: str = ""  # full names outside array libraries


# The one table of synonyms. A synonym does the forbidden job itself. What could merely help to
# do it stays allowed: `norm`, `lstsq` and `inv` beside a rule on `qr` and `svd`, for example.
FAMILIES = (
    Family(  # products: a sum over a shared axis
        rules="@ dot matmul inner vdot tensordot vecdot matvec vecmat multi_dot",
        functions="dot matmul inner vdot tensordot vecdot matvec vecmat multi_dot innerproduct "
        # sums of products by other names; polymul is convolve
        "einsum einsum_path contract correlate convolve polymul matrix_power blas sparse_dot "
        # `*` of a np.matrix is the matrix product
        "matrix asmatrix mat bmat",
        attributes="dot matmul inner vdot tensordot vecdot matvec vecmat multi_dot einsum "
        "__matmul__ __rmatmul__ __imatmul__",
        elsewhere="operator.matmul operator.imatmul operator.__matmul__ operator.__imatmul__ "
        "_operator.matmul _operator.imatmul math.sumprod",
    ),
    # einsum alone: it is also forbidden where its use would be to transpose, and `@` is not.
    Family(rules="einsum", functions="einsum_path c_einsum contract", attributes="einsum"),
    Family(
        rules="T mT transpose swapaxes moveaxis rollaxis permute_dims matrix_transpose",
        functions="transpose swapaxes moveaxis rollaxis permute_dims matrix_transpose rot90",
        attributes="T mT H transpose swapaxes moveaxis getT getH",
    ),
    Family(
        rules="cov corrcoef",
        functions="cov corrcoef corr empirical_covariance",
        attributes="cov corr corrcoef",
        elsewhere="statistics.covariance statistics.correlation statistics.linear_regression",
    ),
    Family(rules="svd svdvals", functions="svd svdvals svds orth null_space randomized_svd"),
    Family(rules="qr", functions="qr rq qr_multiply orth"),
    Family(rules="linalg", attributes="linalg I getI"),  # np.matrix(A).I is the inverse
    Family(rules="inv", functions="inv pinv pinvh tensorinv", attributes="I getI"),
    Family(rules="solve", functions="solve tensorsolve solve_triangular lu_solve cho_solve"),
    Family(rules="det", functions="det slogdet"),
    Family(rules="norm", functions="norm vector_norm matrix_norm"),
    Family(rules="convolve correlate", functions="convolve correlate polymul fftconvolve"),
)
# A rule with a star is spelled out where only a bare name is seen: methods and attributes.
STARRED = _words("eig eigh eigvals eigvalsh eigs eigsh eig_banded svd svdvals svds qr")


class Ban:
    """All that the rules of one exercise forbid, found by the name of a call."""

    def __init__(self, forbidden: Sequence[str]) -> None:
        # Each is the rule that forbids the name before it.
        self.operator: str | None = None  # of `@`
        self.functions: dict[str, str] = {}  # anywhere in an array library
        self.patterns: list[tuple[str, str]] = []  # of the same, with stars
        self.attributes: dict[str, str] = {}
        self.elsewhere: dict[str, str] = {}  # by full name
        # A rule is named for what it spells out before it is named for a synonym.
        for add in (self._add_itself, self._add_synonyms):
            for rule in forbidden:
                root, _, leaf = rule.rpartition(".")
                add(rule, root.partition(".")[0], leaf)

    def path(self, path: str) -> str | None:
        """Return the rule that forbids this full name, such as numpy.linalg.eigh, or None."""
        root, *parts = path.split(".")
        if root in ARRAY_LIBRARIES:
            return None if parts and parts[-1] in HARMLESS else self._library_rule(parts)
        for name, rule in self.elsewhere.items():
            if path == name or path.startswith(f"{name}."):
                return rule
        return None

    def attribute(self, name: str) -> str | None:
        """Return the rule that forbids this attribute of an array, or None."""
        return self.attributes.get(name)

    def _library_rule(self, parts: list[str]) -> str | None:
        for part in parts:
            rule = self.functions.get(part) or self.attributes.get(part)
            if rule:
                return rule
            for pattern, rule in self.patterns:
                if fnmatch.fnmatchcase(part, pattern):
                    return rule
        return None

    def _add_itself(self, rule: str, root: str, leaf: str) -> None:
        if leaf == "@":
            self.operator = rule
        elif root in {"", "np", *ARRAY_LIBRARIES} and "." in rule:
            self.functions.setdefault(leaf, rule)
            if "*" in leaf:
                self.patterns.append((leaf, rule))
            for name in fnmatch.filter(STARRED, leaf) or [leaf]:
                self.attributes.setdefault(name, rule)
        else:
            self.elsewhere.setdefault(rule if root else f"builtins.{rule}", rule)

    def _add_synonyms(self, rule: str, root: str, leaf: str) -> None:
        if root not in {"", "np", *ARRAY_LIBRARIES}:
            return
        for family in FAMILIES:
            if leaf not in family.rules.split():
                continue
            if "@" in family.rules.split():
                self.operator = self.operator or rule
            for names, table in (
                (family.functions, self.functions),
                (family.attributes, self.attributes),
                (family.elsewhere, self.elsewhere),
            ):
                for name in names.split():
                    table.setdefault(name, rule)


@lru_cache(maxsize=64)
def ban(forbidden: tuple[str, ...]) -> Ban:
    """Return what these rules forbid."""
    return Ban(forbidden)


# In an exercise with rules, what hides which calls are made is forbidden too. A name stands for
# all beneath it.
HIDING_NAMES = _words(
    "builtins.eval builtins.exec builtins.compile builtins.__import__ builtins.globals "
    "builtins.locals builtins.vars builtins.__builtins__ builtins.__loader__ builtins.__spec__ "
    "importlib imp runpy pkgutil pydoc code codeop ctypes cffi gc inspect dis pickle marshal "
    "shelve dill cloudpickle subprocess multiprocessing types.CodeType "
    "sys.modules sys._getframe sys._current_frames sys.setprofile sys.settrace "
    "sys.monitoring threading.setprofile threading.settrace "
    "numpy.ctypeslib numpy.f2py numpy.testing.rundocs numpy.testing.runstring "
    "guards rules child zygote"  # the sandbox's own
)
HIDING_ATTRIBUTES = _words(
    "__globals__ __builtins__ __code__ __closure__ __subclasses__ __loader__ __spec__ __self__ "
    "__import__ __reduce__ __reduce_ex__ _implementation tb_frame gi_frame cr_frame ag_frame "
    "gi_code cr_code f_back f_globals f_locals f_builtins"
)
# Fine on the learner's own objects, a way to reach any function on others.
HIDING_UNLESS_OWN = frozenset({"__dict__", "__wrapped__"})
# Functions that take the name of an attribute as text: which of their arguments are such names.
NAME_TAKERS = {
    "builtins.getattr": slice(1, 2),
    "operator.attrgetter": slice(0, None),
    "operator.methodcaller": slice(0, 1),
}


def hiding_rule(path: str) -> str | None:
    """Return what to call a full name that hides which calls are made, or None."""
    parts = path.split(".")
    for length in range(1, len(parts) + 1):
        name = ".".join(parts[:length])
        if name in HIDING_NAMES:
            return name.removeprefix("builtins.")
    return None


# ---------------------------------------------------------------------------------------------
# Which name is bound where
# ---------------------------------------------------------------------------------------------

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Position = tuple[int, int]
_NOT_CERTAIN = _Comprehension | ast.NamedExpr | ast.For | ast.AsyncFor  # may run zero times
_MUTATORS = _words("append add insert extend update setdefault __setitem__ push")
_ONE_BY_ONE = _words("append add insert push setdefault __setitem__")


@dataclass(frozen=True, eq=False)
class _Binding:
    """One way in which a name gets a value."""

    kind: str  # value, content, import, def, class, param, own or unknown
    end: _Position  # from here on the name has this value
    certain: bool  # whether control always comes by, so that earlier bindings are gone
    node: ast.AST | None = None  # of a value: the expression; of a definition: itself
    path: str = ""  # of an import
    unpacked: int = 0  # how many times an element is taken out of the value
    elsewhere: bool = False  # bound by `global` in a function, so at no known time


class _Scope:
    """The names of one module, function, class or comprehension."""

    def __init__(self, node: ast.AST, parent: "_Scope | None") -> None:
        self.node = node
        self.parent = parent
        self.bindings: dict[str, list[_Binding]] = {}
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.is_function = isinstance(node, _Function)
        self.is_class = isinstance(node, ast.ClassDef)
        self.is_comprehension = isinstance(node, _Comprehension)

    def bind(self, name: str, binding: _Binding) -> None:
        """Add a way in which a name of this scope gets a value."""
        self.bindings.setdefault(name, []).append(binding)


class _Module:
    """A learner's module: its tree, and for every node its scope and its parent."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = _parse(source)
        self.top = _Scope(self.tree, None)
        self.scope_of: dict[ast.AST, _Scope] = {}
        self.parent_of: dict[ast.AST, ast.AST] = {}
        self.inside: dict[ast.AST, _Scope] = {}  # the scope that a function or class opens
        self.members: dict[ast.AST, dict[str, list[_Binding]]] = {}  # self.x = … of each class
        self.stars: list[tuple[str, _Binding]] = []  # from numpy import *
        self.effects: dict[str, list[ast.AST]] = {}  # top-level statements that change a name
        self.stored: set[str] = set()  # attributes that are set somewhere: x.name = …
        self.main_guards: set[ast.AST] = set()
        self._doors: list[ast.AST] | None = None
        self._build()

    def text(self, node: ast.AST) -> str:
        """Return the source of an expression on one line, shortened."""
        text = " ".join((ast.get_source_segment(self.source, node) or "").split())
        return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"

    def lookup(self, name: str, scope: _Scope, at: ast.AST) -> list[_Binding]:
        """Return what a name used at a node can be bound to; empty if no one binds it."""
        here: _Scope | None = scope
        position: _Position | None = _start(at)
        while here is not None:
            if name in here.globals:
                here, position = self.top, position if here is self.top else None
            elif name in here.bindings and not (here.is_class and here is not scope):
                found = _visible(here, name, position)
                return found + self._starred(name, found) if here is self.top else found
            if here is self.top:
                break
            if not here.is_comprehension:
                position = None  # seen from an inner function: at any later time
            here = here.parent
        return self._starred(name, [])

    def _starred(self, name: str, found: list[_Binding]) -> list[_Binding]:
        return [
            _Binding("import", star.end, False, path=f"{module}.{name}")
            for module, star in self.stars
            if not any(binding.certain and binding.end > star.end for binding in found)
        ]

    def doors(self) -> list[ast.AST]:
        """Return the names at top level by which code could rebind any name of the module."""
        if self._doors is None:
            top = (node for node, scope in self.scope_of.items() if scope is self.top)
            self._doors = [node for node in top if self._is_door(node)]
        return self._doors

    def _is_door(self, node: ast.AST) -> bool:
        parent = self.parent_of.get(node)
        if isinstance(node, ast.Attribute):
            base = node.value
            return node.attr == "modules" and isinstance(base, ast.Name) and base.id == "sys"
        if not isinstance(node, ast.Name) or not isinstance(parent, ast.Call):
            return False
        if node.id == "exec":
            return True
        use = self.parent_of.get(parent)
        if node.id not in ("globals", "locals", "vars"):
            return False
        if isinstance(use, ast.Subscript):
            return not isinstance(use.ctx, ast.Load)
        return isinstance(use, ast.Attribute | ast.Assign | ast.AugAssign)

    # Building, in one pass without recursion: learners' trees can be deep.

    def _build(self) -> None:
        stack: list[tuple[ast.AST, _Scope]] = [(node, self.top) for node in self.tree.body[::-1]]
        for statement in self.tree.body:
            self.parent_of[statement] = self.tree
        while stack:
            node, scope = stack.pop()
            self.scope_of[node] = scope
            handler = _HANDLERS.get(type(node))
            inner = handler(self, node, scope) if handler else None
            children = _children(node)
            for child in children:
                self.parent_of[child] = node
            if inner is None:
                stack += [(child, scope) for child in reversed(children)]
            else:
                outside = _evaluated_outside(node)
                stack += [(c, scope if c in outside else inner) for c in reversed(children)]

    def _assign(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.Assign)
        for target in node.targets:
            self._bind(target, node.value, 0, scope, node)

    def _assign_one(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr)
        while isinstance(node, ast.NamedExpr) and scope.is_comprehension and scope.parent:
            scope = scope.parent
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            return  # x += y keeps what x is
        if node.value is not None:
            self._bind(node.target, node.value, 0, scope, node)
        elif scope.is_class and isinstance(node.target, ast.Name):  # a field of a dataclass
            scope.bind(node.target.id, _Binding("unknown", _end(node), True))

    def _loop(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.For | ast.AsyncFor)
        self._bind(node.target, node.iter, 1, scope, node)

    def _comprehend(self, node: ast.AST, scope: _Scope) -> _Scope:
        inner = _Scope(node, scope)
        assert isinstance(node, _Comprehension)
        for generator in node.generators:
            self._bind(generator.target, generator.iter, 1, inner, node)
        return inner

    def _with(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.withitem)
        if node.optional_vars is not None:
            for name in _names(node.optional_vars):
                scope.bind(name, _Binding("unknown", _end(node.context_expr), False))

    def _capture(self, node: ast.AST, scope: _Scope) -> None:
        name = getattr(node, "rest", None) or getattr(node, "name", None)
        if isinstance(name, str):
            kind = "own" if isinstance(node, ast.ExceptHandler) else "unknown"
            scope.bind(name, _Binding(kind, _start(node), False))

    def _declare(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.Global | ast.Nonlocal)
        (scope.globals if isinstance(node, ast.Global) else scope.nonlocals).update(node.names)

    def _import(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.Import | ast.ImportFrom)
        module = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            if alias.name == "*":
                self.stars.append((module, self._binding("import", node, scope)))
                continue
            name = alias.asname or alias.name
            path = f"{module}.{alias.name}" if module else alias.name
            if not module and not alias.asname:
                name = path = alias.name.partition(".")[0]
            self._add(name, self._binding("import", node, scope, path=path), scope)

    def _define(self, node: ast.AST, scope: _Scope) -> _Scope:
        inner = self.inside[node] = _Scope(node, scope)
        if isinstance(node, ast.ClassDef):
            self.members[node] = {}
            self._add(node.name, self._binding("class", node, scope), scope)
            return inner
        if not isinstance(node, ast.Lambda):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            self._add(node.name, self._binding("def", node, scope), scope)
        for argument in _arguments(node):
            inner.bind(argument.arg, _Binding("param", _start(node), True, argument))
        return inner

    def _call(self, node: ast.AST, scope: _Scope) -> None:
        """Note calls that change what a name holds: values.append(x), table.update(…)."""
        assert isinstance(node, ast.Call)
        if not isinstance(node.func, ast.Attribute) or node.func.attr not in _MUTATORS:
            base = node.args[0] if node.args else None
            if isinstance(node.func, ast.Name) and node.func.id == "setattr":
                self._note_effect(base, node, scope)
            return
        self._note_effect(node.func.value, node, scope)
        if isinstance(node.func.value, ast.Name):
            kind = "content" if node.func.attr in _ONE_BY_ONE else "value"
            for argument in node.args:
                binding = _Binding(kind, _end(node), False, argument)
                if node.func.value.id in scope.bindings:
                    scope.bind(node.func.value.id, binding)

    def _branch(self, node: ast.AST, scope: _Scope) -> None:
        assert isinstance(node, ast.If)
        names = {sub.id for sub in ast.walk(node.test) if isinstance(sub, ast.Name)}
        if scope is self.top and names == {"__name__"}:
            self.main_guards.add(node)

    def _bind(
        self, target: ast.AST, value: ast.expr, unpacked: int, scope: _Scope, statement: ast.AST
    ) -> None:
        """Bind what stands left of an assignment to the expression on its right."""
        if isinstance(target, ast.Name):
            binding = self._binding("value", statement, scope, value, unpacked=unpacked)
            self._add(target.id, binding, scope)
        elif isinstance(target, ast.Starred):
            for name in _names(target):  # a list of elements: one nesting less is taken out
                binding = self._binding("value", statement, scope, value, unpacked=unpacked - 1)
                self._add(name, binding, scope)
        elif isinstance(target, ast.Tuple | ast.List):
            pairs = _pairs(target, value) if unpacked == 0 else None
            for part, part_value in pairs or [(part, value) for part in target.elts]:
                self._bind(part, part_value, 0 if pairs else unpacked + 1, scope, statement)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            self._note_effect(target.value, statement, scope)
            binding = _Binding("value", _end(statement), False, value, unpacked=unpacked)
            if isinstance(target, ast.Attribute):
                self.stored.add(target.attr)
            owner = self._owner_of_self(target.value, scope)
            if isinstance(target, ast.Attribute) and owner is not None:
                self.members[owner].setdefault(target.attr, []).append(binding)
            elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                content = _Binding("content", _end(statement), False, value, unpacked=unpacked)
                if target.value.id in scope.bindings:
                    scope.bind(target.value.id, content)

    def _binding(
        self,
        kind: str,
        statement: ast.AST,
        scope: _Scope,
        node: ast.AST | None = None,
        *,
        path: str = "",
        unpacked: int = 0,
    ) -> _Binding:
        """Return a binding by a statement, certain if no branch or loop goes around it."""
        around = self.parent_of.get(statement)
        while isinstance(around, ast.With | ast.AsyncWith):
            around = self.parent_of.get(around)
        certain = around is scope.node and not isinstance(statement, _NOT_CERTAIN)
        if kind in ("def", "class"):
            node = statement
        end = (
            _start(statement)
            if isinstance(statement, _Comprehension | ast.For)
            else _end(statement)
        )
        return _Binding(kind, end, certain, node, path, unpacked)

    def _add(self, name: str, binding: _Binding, scope: _Scope) -> None:
        if name in scope.globals and scope is not self.top:
            scope = self.top
        elif name in scope.nonlocals and scope.parent is not None:
            scope = scope.parent
            while name not in scope.bindings and scope.parent not in (None, self.top):
                assert scope.parent is not None
                scope = scope.parent
        else:
            scope.bind(name, binding)
            return
        anytime = _Binding(
            binding.kind, binding.end, False, binding.node, binding.path, binding.unpacked, True
        )
        scope.bind(name, anytime)

    def _note_effect(self, base: ast.AST | None, statement: ast.AST, scope: _Scope) -> None:
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        if scope is self.top and isinstance(base, ast.Name):
            self.effects.setdefault(base.id, []).append(statement)

    def _owner_of_self(self, base: ast.AST, scope: _Scope) -> ast.AST | None:
        """Return the class whose method this is, if `base` is the method's first parameter."""
        if not isinstance(base, ast.Name) or not isinstance(scope.node, _Function):
            return None
        first = next(iter(_arguments(scope.node)), None)
        is_method = scope.parent is not None and scope.parent.is_class
        return (
            scope.parent.node
            if is_method and first and scope.parent and first.arg == base.id
            else None
        )


_HANDLERS: dict[type[ast.AST], Callable[[_Module, ast.AST, _Scope], _Scope | None]] = {
    ast.Assign: _Module._assign,
    ast.AnnAssign: _Module._assign_one,
    ast.AugAssign: _Module._assign_one,
    ast.NamedExpr: _Module._assign_one,
    ast.For: _Module._loop,
    ast.AsyncFor: _Module._loop,
    ast.ListComp: _Module._comprehend,
    ast.SetComp: _Module._comprehend,
    ast.DictComp: _Module._comprehend,
    ast.GeneratorExp: _Module._comprehend,
    ast.withitem: _Module._with,
    ast.ExceptHandler: _Module._capture,
    ast.MatchAs: _Module._capture,
    ast.MatchStar: _Module._capture,
    ast.MatchMapping: _Module._capture,
    ast.Global: _Module._declare,
    ast.Nonlocal: _Module._declare,
    ast.Import: _Module._import,
    ast.ImportFrom: _Module._import,
    ast.FunctionDef: _Module._define,
    ast.AsyncFunctionDef: _Module._define,
    ast.Lambda: _Module._define,
    ast.ClassDef: _Module._define,
    ast.Call: _Module._call,
    ast.If: _Module._branch,
}


@lru_cache(maxsize=4)  # a module is looked at once for each of its exercises
def _read(source: str) -> _Module:
    return _Module(source)


@lru_cache(maxsize=8)
def _parse(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a text is not our business
            return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, far too deep
        raise SyntaxError(f"cannot be read as Python: {error}") from error


def _visible(scope: _Scope, name: str, position: _Position | None) -> list[_Binding]:
    """Return the bindings that count at a position of the same scope, or (None) at any later time.

    The last certain one hides those before it. From an inner function this is only safe to say
    of a module's names, since the module has run to its end before an exercise is called.
    """
    found = scope.bindings[name]
    if position is None and scope.parent is not None:
        return found
    cut = 0
    for index, binding in enumerate(found):
        if binding.certain and (position is None or binding.end <= position):
            cut = index
    return [binding for i, binding in enumerate(found) if i >= cut or binding.elsewhere]


def _evaluated_outside(node: ast.AST) -> set[ast.AST]:
    """Return the children of a definition that are evaluated in the scope around it."""
    if isinstance(node, ast.ClassDef):
        return {*node.bases, *node.keywords, *node.decorator_list}
    # Default values sit in `arguments`, beside the parameters: both are taken as outside, and
    # only the body as inside.
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return {*node.decorator_list, node.args}
    return {node.args} if isinstance(node, ast.Lambda) else set()


def _arguments(function: ast.AST) -> list[ast.arg]:
    assert isinstance(function, _Function)
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    rest = [arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return named + [argument for argument in rest if argument is not None]


def _pairs(target: ast.Tuple | ast.List, value: ast.AST) -> list[tuple[ast.expr, ast.expr]] | None:
    """Pair the parts of `a, b = x, y`, if it is written out and nothing is starred."""
    if not isinstance(value, ast.Tuple | ast.List) or len(value.elts) != len(target.elts):
        return None
    if any(isinstance(part, ast.Starred) for part in [*target.elts, *value.elts]):
        return None
    return list(zip(target.elts, value.elts, strict=True))


# Of no interest: how a name is used and which operator stands there (seen from the node itself),
# and annotations, with which nothing is computed.
_SKIPPED = _words("ctx op ops annotation returns type_params type_comment type_ignores")
_FIELDS = {
    kind: tuple(field for field in kind._fields if field not in _SKIPPED)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for field in _FIELDS[type(node)]:
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found += [child for child in value if isinstance(child, ast.AST)]
    return found


def _names(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))


def _start(node: ast.AST) -> _Position:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _end(node: ast.AST) -> _Position:
    return getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)


# ---------------------------------------------------------------------------------------------
# What an expression can stand for
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Library:
    """A module, or something in it, by its full name."""

    path: str


@dataclass(frozen=True)
class _Text:
    """A string that is known."""

    value: str


@dataclass(frozen=True)
class _OwnFunction:
    """A function or lambda of the learner; `bound` if its first parameter is given."""

    node: ast.AST
    bound: bool = False


@dataclass(frozen=True)
class _OwnClass:
    """A class of the learner."""

    node: ast.ClassDef


@dataclass(frozen=True)
class _Instance:
    """An object of a class of the learner, or (`above`) what `super()` gives."""

    node: ast.ClassDef
    above: bool = False


@dataclass(frozen=True)
class _Items:
    """A list, tuple, dict or other container of Python, with all that it can hold."""

    values: frozenset[object]


@dataclass(frozen=True)
class _Thing:
    """Something else: surely not an array (`own`), a maker of such (`factory`), or who knows."""

    name: str


_OWN, _FACTORY, _UNKNOWN = _Thing("own"), _Thing("factory"), _Thing("unknown")
_Value = object
_Values = frozenset[object]
OWN, UNKNOWN, NOTHING = frozenset({_OWN}), frozenset({_UNKNOWN}), frozenset[object]()

_CONTAINERS = _words(
    "list tuple set frozenset sorted reversed iter dict zip enumerate filter deque Counter "
    "OrderedDict defaultdict chain cycle islice product permutations combinations repeat"
)
_ELEMENT_OF = _words("next min max")
_SAME_AS_ARGUMENT = frozenset({"copy.copy", "copy.deepcopy", "dataclasses.replace"})
_FACTORIES = _words(
    "collections.namedtuple typing.NamedTuple dataclasses.make_dataclass enum.Enum "
    "types.SimpleNamespace argparse.Namespace"
)
_PLAIN = _words(  # builtins that give numbers, texts and the like
    "len int float str bool range repr isinstance issubclass hash id ord chr format hasattr "
    "callable print complex bytes input any all bin hex oct ascii slice object"
)
_PLAIN_MODULES = _words("math cmath random time string re textwrap")
_BINARY = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "truediv",
    ast.MatMult: "matmul",
    ast.Pow: "pow",
    ast.Mod: "mod",
    ast.FloorDiv: "floordiv",
}


class _Meaning:
    """Works out what expressions of a module can stand for.

    Without order of execution, except that a later certain assignment hides earlier ones.
    What is not understood is unknown, and an unknown object is taken for an array.
    """

    def __init__(self, module: _Module) -> None:
        self.module = module
        self.arguments: dict[ast.arg, set[object]] = {}  # from the calls that are reached
        self.called_by_others: set[ast.AST] = set()  # functions whose arguments are unknown
        self._known: dict[object, _Values] = {}
        self._depth = 0

    def forget(self) -> None:
        """Start a new round: more is known about arguments now."""
        self._known.clear()

    def of(self, node: ast.AST | None) -> _Values:
        """Return all that an expression can stand for; empty while it is being worked out."""
        if node is None:
            return OWN
        return self._once(node, lambda: self._evaluate(node))

    def _once(self, key: object, work: Callable[[], _Values]) -> _Values:
        if key in self._known:
            return self._known[key]
        if self._depth >= MAX_DEPTH:
            return UNKNOWN
        self._known[key] = NOTHING  # what a cycle sees
        self._depth += 1
        try:
            self._known[key] = work()
        finally:
            self._depth -= 1
        return self._known[key]

    def _evaluate(self, node: ast.AST) -> _Values:
        handler = _EVALUATORS.get(type(node))
        return handler(self, node) if handler else UNKNOWN

    # Names

    def _name(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Name)
        scope = self.module.scope_of[node]
        bindings = self.module.lookup(node.id, scope, node)
        values = _union(self.of_binding(binding) for binding in bindings)
        if all(binding.kind == "import" and not binding.certain for binding in bindings):
            if hasattr(builtins, node.id) or node.id == "__builtins__":
                values |= {_Library(f"builtins.{node.id}")}
            elif node.id in ("np", "numpy") and not bindings:
                values |= {_Library("numpy")}
        return values if values or bindings else UNKNOWN

    def of_binding(self, binding: _Binding) -> _Values:
        """Return what a name is by one of its bindings."""
        node = binding.node
        if binding.kind == "import":
            return frozenset({_Library(binding.path)})
        if binding.kind == "def":
            return frozenset({_OwnFunction(node)}) if node else UNKNOWN
        if binding.kind == "class" and isinstance(node, ast.ClassDef):
            return frozenset({_OwnClass(node)})
        if binding.kind == "param" and isinstance(node, ast.arg):
            return self._once(node, lambda: self._parameter(node))
        if binding.kind == "own":
            return OWN
        if binding.kind == "unknown" or node is None:
            return UNKNOWN
        values = self.of(node)
        if binding.unpacked < 0:
            return _items(values)
        for _ in range(binding.unpacked):
            values = _elements(values)
        return _items(values) if binding.kind == "content" else values

    def _parameter(self, argument: ast.arg) -> _Values:
        arguments = self.module.parent_of[argument]
        function = self.module.parent_of[arguments]
        assert isinstance(arguments, ast.arguments)
        itself = self._itself(function, argument)
        if itself:
            return itself
        values = frozenset(self.arguments.get(argument, ()))
        if function in self.called_by_others or not values:
            values |= UNKNOWN
        else:
            values |= self._default(arguments, argument)
        return _items(values) if argument in (arguments.vararg, arguments.kwarg) else values

    def _itself(self, function: ast.AST, argument: ast.arg) -> _Values:
        """Return what `self` or `cls` is, empty for another parameter."""
        owner = self.module.parent_of.get(function)
        if not isinstance(owner, ast.ClassDef) or _arguments(function)[0] is not argument:
            return NOTHING
        decorators = _decorators(function)
        if "staticmethod" in decorators:
            return NOTHING
        is_class = "classmethod" in decorators or getattr(function, "name", "") == "__new__"
        return frozenset({_OwnClass(owner) if is_class else _Instance(owner)})

    def _default(self, arguments: ast.arguments, argument: ast.arg) -> _Values:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = dict(zip(positional[::-1], arguments.defaults[::-1], strict=False))
        for keyword, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            if value is not None:
                defaults[keyword] = value
        return self.of(defaults[argument]) if argument in defaults else NOTHING

    # Attributes

    def _attribute(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Attribute)
        return self.attribute_of(self.of(node.value), node.attr)

    def attribute_of(self, values: _Values, name: str) -> _Values:
        """Return what an attribute of these values can be."""
        return _union(self._attribute_of_one(value, name) for value in values)

    def _attribute_of_one(self, value: object, name: str) -> _Values:
        if isinstance(value, _Library):
            return frozenset({_Library(f"{value.path}.{name}")})
        if isinstance(value, _Items):
            return frozenset({value}) | value.values  # a method that gives elements, or its like
        if not isinstance(value, _Instance | _OwnClass):
            return UNKNOWN
        found = self.definitions(value, name)
        return _union(self._member(value, binding) for binding in found) if found else UNKNOWN

    def _member(self, value: object, binding: _Binding) -> _Values:
        function = binding.node
        if binding.kind != "def" or function is None:
            return self.of_binding(binding)
        decorators = _decorators(function)
        if decorators & {"property", "cached_property"}:
            return self.returns(function)
        bound = "classmethod" in decorators or isinstance(value, _Instance)
        return frozenset({_OwnFunction(function, bound and "staticmethod" not in decorators)})

    def definitions(self, value: object, name: str, depth: int = 8) -> list[_Binding]:
        """Return where the learner's own classes define an attribute; empty if they don't."""
        if not isinstance(value, _Instance | _OwnClass) or depth == 0:
            return []
        if not (isinstance(value, _Instance) and value.above):
            found = self.module.inside[value.node].bindings.get(name, [])
            found = found + self.module.members[value.node].get(name, [])
            if found:
                return found
        for base in value.node.bases:
            for above in self.of(base):
                found = self.definitions(above, name, depth - 1)
                if found:
                    return found
        return []

    def is_own(self, values: _Values, name: str | None = None) -> bool:
        """Say whether all these are the learner's own objects (that define this attribute)."""
        return bool(values) and all(self._is_own(value, name) for value in values)

    def _is_own(self, value: object, name: str | None) -> bool:
        if isinstance(value, _Instance | _OwnClass):
            return name is None or bool(self.definitions(value, name))
        if isinstance(value, _Library):
            return False
        return value != _UNKNOWN

    # Calls

    def _call(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Call)
        return _union(self._result(value, node) for value in self.of(node.func))

    def _result(self, function: object, call: ast.Call) -> _Values:
        if isinstance(function, _OwnFunction):
            return self.returns(function.node)
        if isinstance(function, _OwnClass):
            return frozenset({_Instance(function.node)})
        if isinstance(function, _Library):
            return self._library_result(function.path, call)
        if isinstance(function, _Items):
            return frozenset({function})
        if function == _FACTORY or isinstance(function, _Text):
            return OWN
        if isinstance(function, _Instance):
            return self.returns_of(function, "__call__")
        return UNKNOWN

    def _library_result(self, path: str, call: ast.Call) -> _Values:
        module, _, name = path.rpartition(".")
        first = self.of(call.args[0]) if call.args else NOTHING
        if path == "builtins.getattr" and len(call.args) > 1:
            names = [text.value for text in self.of(call.args[1]) if isinstance(text, _Text)]
            return _union(self.attribute_of(first, name) for name in names) or UNKNOWN
        if path == "functools.partial" or path in _SAME_AS_ARGUMENT:
            return first
        if path in _FACTORIES:
            return OWN if name in ("SimpleNamespace", "Namespace") else frozenset({_FACTORY})
        if module == "builtins":
            return self._builtin_result(name, first, call)
        if module in ("collections", "itertools") and name in _CONTAINERS:
            return self._container(name, call)
        return OWN if module in _PLAIN_MODULES else UNKNOWN

    def _builtin_result(self, name: str, first: _Values, call: ast.Call) -> _Values:
        if name in _CONTAINERS:
            return self._container(name, call)
        if name in _ELEMENT_OF:
            rest = _union(self.of(argument) for argument in call.args[1:])
            return rest | (_elements(first) if len(call.args) == 1 or name == "next" else first)
        if name == "map":
            return _items(_union(self._result(value, call) for value in first))
        if name == "super":
            owner = self.module.scope_of[call].parent
            is_method = owner is not None and isinstance(owner.node, ast.ClassDef)
            return (
                frozenset({_Instance(owner.node, above=True)})
                if is_method and owner and isinstance(owner.node, ast.ClassDef)
                else UNKNOWN
            )
        kind = getattr(builtins, name, None)
        is_exception = isinstance(kind, type) and issubclass(kind, BaseException)
        return OWN if name in _PLAIN or is_exception else UNKNOWN

    def _container(self, name: str, call: ast.Call) -> _Values:
        held = _union(_elements(self.of(argument)) for argument in call.args)
        held |= _union(self.of(keyword.value) for keyword in call.keywords)
        if name in ("zip", "enumerate", "product"):
            held = _items(held)
        elif name == "repeat":
            held = _union(self.of(argument) for argument in call.args)
        elif name in ("dict", "chain"):  # made of pairs
            held |= _elements(held - UNKNOWN) | (held & UNKNOWN)
        return _items(held)

    def returns(self, function: ast.AST) -> _Values:
        """Return all that a function of the learner can give back."""
        return self._once(("returns", function), lambda: self._returns(function))

    def returns_of(self, instance: object, method: str) -> _Values:
        """Return all that a method of the learner's object can give back."""
        nodes = [b.node for b in self.definitions(instance, method) if b.kind == "def"]
        return _union(self.returns(node) for node in nodes if node) if nodes else UNKNOWN

    def _returns(self, function: ast.AST) -> _Values:
        if isinstance(function, ast.Lambda):
            return self.of(function.body)
        if not isinstance(function, ast.FunctionDef):
            return UNKNOWN  # a coroutine
        given, yielded = NOTHING, NOTHING
        own_code = [node for node in _walk_own(function)]
        for node in own_code:
            if isinstance(node, ast.Return):
                given |= self.of(node.value)
            elif isinstance(node, ast.Yield):
                yielded |= self.of(node.value)
            elif isinstance(node, ast.YieldFrom):
                yielded |= _elements(self.of(node.value))
        if yielded:
            return _items(yielded)
        return given or (NOTHING if any(isinstance(n, ast.Return) for n in own_code) else OWN)

    # Other expressions

    def _constant(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Constant)
        return frozenset({_Text(node.value)}) if isinstance(node.value, str) else OWN

    def _binary(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.BinOp)
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(node.op, ast.Add) and _are_texts(left) and _are_texts(right):
            return _joined_texts(left, right)
        name = _BINARY.get(type(node.op), "")
        for side, method in ((left, f"__{name}__"), (right, f"__r{name}__")):
            if self.is_own(side, method):
                return _union(self.returns_of(value, method) for value in side)
        both = left | right
        return (
            both
            if all(value == _OWN or isinstance(value, _Text | _Items) for value in both)
            else UNKNOWN
        )

    def _joined(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.JoinedStr)
        text = ""
        for part in node.values:
            value = part.value if isinstance(part, ast.FormattedValue) else part
            plain = not isinstance(part, ast.FormattedValue) or (
                part.format_spec is None and part.conversion == -1
            )
            texts = self.of(value)
            (only,) = texts if len(texts) == 1 else (None,)
            if not plain or not isinstance(only, _Text):
                return OWN
            text += only.value
        return frozenset({_Text(text)})

    def _function(self, node: ast.AST) -> _Values:
        return frozenset({_OwnFunction(node)})

    def _choice(self, node: ast.AST) -> _Values:
        if isinstance(node, ast.IfExp):
            return self.of(node.body) | self.of(node.orelse)
        assert isinstance(node, ast.BoolOp)
        return _union(self.of(value) for value in node.values)

    def _inner_value(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.NamedExpr | ast.Starred)
        return self.of(node.value)

    def _display(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Tuple | ast.List | ast.Set)
        parts = (
            _elements(self.of(part)) if isinstance(part, ast.Starred) else self.of(part)
            for part in node.elts
        )
        return _items(_union(parts))

    def _dict(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Dict)
        return _items(_union(self.of(value) for value in [*node.values, *filter(None, node.keys)]))

    def _comprehension(self, node: ast.AST) -> _Values:
        if isinstance(node, ast.DictComp):
            # `key` and `value` were one field's two names until Python 3.15 made them optional.
            return _items(self.of(node.key) | self.of(node.value))
        assert isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp)
        return _items(self.of(node.elt))

    def _subscript(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.Subscript)
        values = self.of(node.value)
        if isinstance(node.slice, ast.Slice):
            return frozenset(v if isinstance(v, _Items) else _UNKNOWN for v in values)
        return _union(
            self.returns_of(value, "__getitem__")
            if isinstance(value, _Instance)
            else _elements({value})
            for value in values
        )

    def _unary(self, node: ast.AST) -> _Values:
        assert isinstance(node, ast.UnaryOp)
        values = self.of(node.operand)
        if isinstance(node.op, ast.USub) and self.is_own(values, "__neg__"):
            return _union(self.returns_of(value, "__neg__") for value in values)
        return OWN if values == OWN or isinstance(node.op, ast.Not) else UNKNOWN


_EVALUATORS: dict[type[ast.AST], Callable[[_Meaning, ast.AST], _Values]] = {
    ast.Name: _Meaning._name,
    ast.Attribute: _Meaning._attribute,
    ast.Call: _Meaning._call,
    ast.Constant: _Meaning._constant,
    ast.BinOp: _Meaning._binary,
    ast.UnaryOp: _Meaning._unary,
    ast.JoinedStr: _Meaning._joined,
    ast.Lambda: _Meaning._function,
    ast.IfExp: _Meaning._choice,
    ast.BoolOp: _Meaning._choice,
    ast.NamedExpr: _Meaning._inner_value,
    ast.Starred: _Meaning._inner_value,
    ast.Tuple: _Meaning._display,
    ast.List: _Meaning._display,
    ast.Set: _Meaning._display,
    ast.Dict: _Meaning._dict,
    ast.ListComp: _Meaning._comprehension,
    ast.SetComp: _Meaning._comprehension,
    ast.GeneratorExp: _Meaning._comprehension,
    ast.DictComp: _Meaning._comprehension,
    ast.Subscript: _Meaning._subscript,
}


def _union(parts: Iterable[_Values]) -> _Values:
    return NOTHING.union(*parts)


def _items(values: _Values) -> _Values:
    return frozenset({_Items(_flattened(values))})


def _flattened(values: _Values) -> _Values:
    """Return the values, those nested too deeply as unknown, so that no loop nests for ever."""
    return values if _nesting(values) < MAX_NESTING else UNKNOWN


def _nesting(values: _Values) -> int:
    inner = [_nesting(value.values) for value in values if isinstance(value, _Items)]
    return 1 + max(inner) if inner else 0


def _elements(values: Iterable[object]) -> _Values:
    parts: list[_Values] = []
    for value in values:
        if isinstance(value, _Items):
            parts.append(value.values)
        elif isinstance(value, _Text) or value == _OWN:
            parts.append(OWN)
        else:
            parts.append(UNKNOWN)
    return _union(parts)


def _joined_texts(left: _Values, right: _Values) -> _Values:
    """Fold "d" + "ot"; what grows too large is some text, not a known one."""
    texts = {
        a.value + b.value
        for a in left
        for b in right
        if isinstance(a, _Text) and isinstance(b, _Text) and len(a.value + b.value) <= MAX_TEXT
    }
    complete = len(texts) <= MAX_TEXTS and all(
        isinstance(value, _Text) and len(value.value) <= MAX_TEXT // 2 for value in left | right
    )
    return frozenset(map(_Text, texts)) if complete else OWN


def _are_texts(values: _Values) -> bool:
    return bool(values) and all(isinstance(value, _Text) for value in values)


def _decorators(function: ast.AST) -> set[str]:
    """Return the last words of a function's decorators, such as property."""
    words = set()
    for decorator in getattr(function, "decorator_list", ()):
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        words.add(getattr(target, "attr", None) or getattr(target, "id", None) or "?")
    return words


def _walk_own(function: ast.AST) -> Iterator[ast.AST]:
    """Walk a function's own body, not the functions and classes defined in it."""
    stack = list(getattr(function, "body", ()))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack += _children(node)


# ---------------------------------------------------------------------------------------------
# What an exercise reaches, and what in it breaks a rule
# ---------------------------------------------------------------------------------------------


class _Search:
    """Looks for the first violation in what one exercise reaches."""

    def __init__(self, module: _Module, forbidden: Ban, object_name: str) -> None:
        self.module = module
        self.ban = forbidden
        self.object_name = object_name
        self.meaning = _Meaning(module)
        self._start_over()

    def first_violation(self) -> Violation | None:
        """Return the first violation, in the exercise itself before what it calls."""
        for _ in range(MAX_ROUNDS):
            before = self._evidence()
            self._start_over()
            self._reach_all()
            if not self.meaning.arguments or self._evidence() == before:
                break
        for unit in [*self.reached, *self._doors()]:
            found = [violation for node in unit if (violation := self._check(node))]
            if found:
                return min(found, key=lambda violation: violation.line)
        return None

    def _evidence(self) -> tuple[int, int]:
        """Return a measure that grows while more is learnt about the functions' arguments."""
        known = self.meaning.arguments.values()
        return sum(map(len, known)), len(self.meaning.called_by_others)

    def _start_over(self) -> None:
        self.meaning.forget()
        self.reached: list[list[ast.AST]] = []
        self._queue: deque[ast.AST] = deque()
        self._queued: set[ast.AST] = set()
        self._names: set[str] = set()  # of attributes that are used anywhere
        self._methods: dict[str, list[ast.AST]] = {}  # of classes that are reached

    # Reaching

    def _reach_all(self) -> None:
        for binding in self._entry():
            self._reach_binding(binding, is_entry=True)
        while self._queue:
            unit = list(self._nodes_of(self._queue.popleft()))
            self.reached.append(unit)
            for node in unit:
                self._follow(node)

    def _entry(self) -> list[_Binding]:
        """Return what the exercise's name is bound to once the module has run."""
        end = ast.Name(self.object_name, ast.Load(), lineno=1 << 30, col_offset=0)
        found = self.module.lookup(self.object_name, self.module.top, end)
        return [b for b in found if b.path == "" or self.ban.path(b.path)] or found

    def _reach_binding(self, binding: _Binding, *, is_entry: bool = False) -> None:
        node = binding.node
        if binding.kind == "param" or (node is not None and self._is_main_only(node)):
            return
        if binding.kind == "import" and is_entry:
            self._reach_import(binding)
        if node is None:
            return
        if is_entry:
            self.meaning.called_by_others.add(node)
        self._reach(node)
        if is_entry and isinstance(node, ast.ClassDef):  # tests may call any of its methods
            for method in _methods(node):
                self.meaning.called_by_others.add(method)
                self._reach(method)

    def _reach_import(self, binding: _Binding) -> None:
        """Look at an import that defines the exercise as if it were its use."""
        for statement in ast.walk(self.module.tree):
            if (
                isinstance(statement, ast.Import | ast.ImportFrom)
                and _end(statement) == binding.end
            ):
                name = ast.Name(self.object_name, ast.Load(), **_place(statement))
                self.module.scope_of[name] = self.module.top
                self.module.parent_of[name] = statement
                name.lineno, name.col_offset = _end(statement)
                self.reached.append([name])

    def _reach(self, node: ast.AST) -> None:
        if node not in self._queued:
            self._queued.add(node)
            self._queue.append(node)

    def _nodes_of(self, unit: ast.AST) -> Iterator[ast.AST]:
        """Walk the code of a unit; methods of a class are units of their own."""
        stack: list[ast.AST] = [unit]
        while stack:
            node = stack.pop()
            yield node
            for child in _children(node):
                if node is unit and isinstance(unit, ast.ClassDef) and _is_method(child):
                    self._offer_method(child)
                    stack += [*_decorator_nodes(child), *_default_nodes(child)]
                else:
                    stack.append(child)

    def _offer_method(self, method: ast.AST) -> None:
        """Reach a method now if its name is used, or once it is."""
        name = getattr(method, "name", "")
        if name in self._names or (name.startswith("__") and name.endswith("__")):
            self._reach(method)
        self._methods.setdefault(name, []).append(method)

    def _use_name(self, name: str) -> None:
        if name not in self._names:
            self._names.add(name)
            for method in self._methods.get(name, ()):
                self._reach(method)

    def _follow(self, node: ast.AST) -> None:
        """Reach what a node leads to, and learn from calls what parameters stand for."""
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self._follow_name(node)
        elif isinstance(node, ast.Attribute):
            self._use_name(node.attr)
        elif isinstance(node, ast.Call):
            self._follow_call(node)
        elif isinstance(node, ast.BinOp):
            self._follow_operator(node)
        if isinstance(node, ast.Name | ast.Attribute | ast.Lambda):
            self._note_escape(node)

    def _follow_name(self, node: ast.Name) -> None:
        bindings = self.module.lookup(node.id, self.module.scope_of[node], node)
        top = self.module.top.bindings.get(node.id, ())
        for binding in bindings:
            if binding in top:
                self._reach_binding(binding)
        if top or not bindings:
            for effect in self.module.effects.get(node.id, ()):
                if not self._is_main_only(effect):
                    self._reach(effect)

    def _follow_call(self, call: ast.Call) -> None:
        for value in self.meaning.of(call.func):
            if isinstance(value, _OwnFunction):
                self._record(value, call)
            elif isinstance(value, _OwnClass):
                self._record_method(_Instance(value.node), "__init__", call)
            elif isinstance(value, _Instance):
                self._record_method(value, "__call__", call)
        for names in self._attribute_names(call):
            for name in names or ():
                self._use_name(name)

    def _record_method(self, instance: object, name: str, call: ast.Call) -> None:
        for binding in self.meaning.definitions(instance, name):
            if binding.kind == "def" and binding.node is not None:
                self._record(_OwnFunction(binding.node, bound=True), call)

    def _record(self, function: _OwnFunction, call: ast.Call) -> None:
        """Remember the arguments of a call of the learner's own function."""
        assert isinstance(function.node, _Function)
        arguments = function.node.args
        positional = [*arguments.posonlyargs, *arguments.args][1 if function.bound else 0 :]
        starred = any(isinstance(value, ast.Starred) for value in call.args)
        if starred or any(keyword.arg is None for keyword in call.keywords):
            self.meaning.called_by_others.add(function.node)
            return
        for index, value in enumerate(call.args):
            argument = positional[index] if index < len(positional) else arguments.vararg
            self._learn(argument, self.meaning.of(value))
        by_name = {argument.arg: argument for argument in [*positional, *arguments.kwonlyargs]}
        for keyword in call.keywords:
            argument = by_name.get(keyword.arg or "", arguments.kwarg)
            self._learn(argument, self.meaning.of(keyword.value))

    def _learn(self, argument: ast.arg | None, values: _Values) -> None:
        if argument is not None:
            self.meaning.arguments.setdefault(argument, set()).update(values)

    def _follow_operator(self, node: ast.BinOp) -> None:
        """Learn the argument of an own object's operator: u + v is u.__add__(v)."""
        name = _BINARY.get(type(node.op))
        sides = ((node.left, f"__{name}__", node.right), (node.right, f"__r{name}__", node.left))
        for side, method, other in sides:
            for value in self.meaning.of(side):
                for binding in self.meaning.definitions(value, method):
                    if isinstance(binding.node, _Function):
                        parameters = _arguments(binding.node)[1:]
                        self._learn(next(iter(parameters), None), self.meaning.of(other))

    def _note_escape(self, node: ast.AST) -> None:
        """Note a function that is passed on instead of called: with anything, then."""
        parent = self.module.parent_of.get(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            return
        if isinstance(node, ast.Lambda) and isinstance(parent, ast.Assign | ast.NamedExpr):
            return
        for value in self.meaning.of(node):
            if isinstance(value, _OwnFunction):
                self.meaning.called_by_others.add(value.node)

    def _is_main_only(self, node: ast.AST) -> bool:
        """Say whether a node runs only when the file is run by hand."""
        around: ast.AST | None = node
        while around is not None and self.module.main_guards:
            if around in self.module.main_guards:
                return True
            around = self.module.parent_of.get(around)
        return False

    def _doors(self) -> Iterator[list[ast.AST]]:
        """Find top-level code that could rebind any name of the module."""
        for node in self.module.doors():
            if not self._is_main_only(node):
                yield [node]

    # Checking

    def _check(self, node: ast.AST) -> Violation | None:
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
            if self.ban.operator:
                return self._violation(node, self.ban.operator)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            return self._check_name(node)
        elif isinstance(node, ast.Attribute):
            return self._check_attribute(node)
        elif isinstance(node, ast.Call):
            return self._check_names_as_text(node)
        elif isinstance(node, ast.MatchClass):
            return self._check_pattern(node)
        return None

    def _check_name(self, node: ast.Name) -> Violation | None:
        return self._check_library(node, self.meaning.of(node))

    def _check_attribute(self, node: ast.Attribute) -> Violation | None:
        name = node.attr
        if name in HIDING_ATTRIBUTES:
            return self._violation(node, name, hides=True)
        holder = self.meaning.of(node.value)
        if name in HIDING_UNLESS_OWN and not self.meaning.is_own(holder):
            return self._violation(node, name, hides=True)
        found = self._check_library(node, self.meaning.of(node))
        if found or not isinstance(node.ctx, ast.Load):
            return found or self._check_target(node)
        rule = self._attribute_rule(holder, name)
        return self._violation(node, rule) if rule else None

    def _check_target(self, node: ast.Attribute) -> Violation | None:
        """`x.T @= y` and `x.T += y` read the attribute before they write it."""
        if not isinstance(self.module.parent_of.get(node), ast.AugAssign):
            return None
        rule = self._attribute_rule(self.meaning.of(node.value), node.attr)
        return self._violation(node, rule) if rule else None

    def _attribute_rule(self, holder: _Values, name: str) -> str | None:
        """Return the rule against an attribute of what may be an array."""
        rule = self.ban.attribute(name)
        # The attribute of a library is judged by its full name, and an own object's not at all.
        # What was stored in a library by the learner, as in `math.a = a`, is not the library's.
        rest = frozenset(
            value
            for value in holder
            if not isinstance(value, _Library)
            or value.path.rpartition(".")[2] in self.module.stored
        )
        if rule is None or (holder and not rest) or self.meaning.is_own(rest, name):
            return None
        return rule

    def _check_library(self, node: ast.expr, values: _Values) -> Violation | None:
        """Check the full names that a name or a dotted name can stand for."""
        parent = self.module.parent_of.get(node)
        is_inner = isinstance(parent, ast.Attribute) and parent.value is node
        for path in sorted(value.path for value in values if isinstance(value, _Library)):
            hidden = hiding_rule(path)
            if hidden and not self._is_harmless_use(node, path):
                return self._violation(node, hidden, hides=True)
            # `np.linalg` in `np.linalg.LinAlgError` is judged as a whole, and `la = np.linalg`
            # where `la` is used.
            rule = None if is_inner else self.ban.path(path)
            if rule and not self._is_module_alias(node, path):
                return self._violation(node, rule)
            if path == "builtins.getattr" and not _is_called(node, parent):
                return self._violation(node, "getattr", hides=True)
        return None

    def _is_module_alias(self, node: ast.expr, path: str) -> bool:
        parent = self.module.parent_of.get(node)
        is_plain = isinstance(parent, ast.Assign) and all(
            isinstance(target, ast.Name) for target in parent.targets
        )
        return is_plain and path.rpartition(".")[2] in SUBMODULES

    def _is_harmless_use(self, node: ast.expr, path: str) -> bool:
        """Say whether this fetches nothing, as `"np" in globals()`, or only own things."""
        call = self.module.parent_of.get(node)
        if not isinstance(call, ast.Call) or call.func is not node:
            return False
        if path == "builtins.vars" and call.args:
            return self.meaning.is_own(self.meaning.of(call.args[0]))
        if path not in ("builtins.globals", "builtins.locals", "builtins.vars"):
            return False
        use = self.module.parent_of.get(call)
        if isinstance(use, ast.Call) and use.func is not call:
            return _Library("builtins.print") in self.meaning.of(use.func)
        return isinstance(use, ast.Compare | ast.FormattedValue)

    def _attribute_names(self, call: ast.Call) -> Iterator[list[str] | None]:
        """Give for each text argument that names an attribute all it can be; None if unknown."""
        texts: list[ast.expr] = []
        for value in self.meaning.of(call.func):
            if isinstance(value, _Library) and value.path in NAME_TAKERS:
                texts += call.args[NAME_TAKERS[value.path]]
        if _is_getattribute(call.func):
            texts += call.args[-1:]
        for argument in texts:
            values = self.meaning.of(argument)
            known = [value.value for value in values if isinstance(value, _Text)]
            if known and len(known) == len(values):
                yield [part for name in known for part in name.split(".")]
            else:
                yield None

    def _check_names_as_text(self, call: ast.Call) -> Violation | None:
        holder = self._holder(call)
        for names in self._attribute_names(call):
            if names is None:
                if self.meaning.is_own(holder):
                    continue
                what = getattr(call.func, "attr", None) or getattr(call.func, "id", "getattr")
                return self._violation(call.func, f"{what} with a computed name", hides=True)
            for name in names:
                found = self._check_text(call, holder, name)
                if found:
                    return found
        return None

    def _holder(self, call: ast.Call) -> _Values:
        """Return the object whose attribute is fetched by name; unknown for attrgetter."""
        if any(
            isinstance(value, _Library) and value.path == "builtins.getattr"
            for value in self.meaning.of(call.func)
        ):
            return self.meaning.of(call.args[0]) if call.args else UNKNOWN
        if isinstance(call.func, ast.Attribute) and _is_getattribute(call.func):
            if len(call.args) > 1:  # object.__getattribute__(x, "T")
                return self.meaning.of(call.args[0])
            return self.meaning.of(call.func.value)
        return UNKNOWN

    def _check_text(self, call: ast.Call, holder: _Values, name: str) -> Violation | None:
        if name in HIDING_ATTRIBUTES or (
            name in HIDING_UNLESS_OWN and not self.meaning.is_own(holder)
        ):
            return self._violation(call.func, name, hides=True)
        for value in holder:
            path = f"{value.path}.{name}" if isinstance(value, _Library) else ""
            if path and hiding_rule(path):
                return self._violation(call.func, name, hides=True)
            rule = self.ban.path(path) if path else None
            if rule:
                return self._violation(call.func, rule)
        rule = self._attribute_rule(holder, name)
        return self._violation(call.func, rule) if rule else None

    def _check_pattern(self, node: ast.MatchClass) -> Violation | None:
        """`case np.ndarray(T=t)` reads the attribute T."""
        kinds = self.meaning.of(node.cls)
        for name in node.kwd_attrs:
            rule = self.ban.attribute(name)
            if rule and not self.meaning.is_own(kinds, name):
                return Violation(node.lineno, self.module.text(node), rule)
        return None

    def _violation(self, node: ast.AST, rule: str, *, hides: bool = False) -> Violation:
        """Describe a violation; of a function that is called, show the call."""
        parent = self.module.parent_of.get(node)
        shown = parent if parent is not None and _is_called(node, parent) else node
        if isinstance(parent, ast.Import | ast.ImportFrom):
            shown = parent
        # `values\n.dot(x)` breaks the rule where the dot is.
        line = _end(node)[0] if isinstance(node, ast.Attribute) else _start(node)[0]
        return Violation(line, self.module.text(shown), rule, hides)


def _is_called(node: ast.AST, parent: ast.AST | None) -> bool:
    return isinstance(parent, ast.Call) and parent.func is node


def _is_getattribute(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("__getattribute__", "__getattr__")


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _methods(node: ast.ClassDef) -> list[ast.AST]:
    return [sub for sub in ast.walk(node) if _is_method(sub)]


def _decorator_nodes(node: ast.AST) -> list[ast.AST]:
    return list(getattr(node, "decorator_list", ()))


def _default_nodes(node: ast.AST) -> list[ast.AST]:
    arguments = node.args if isinstance(node, _Function) else None
    if arguments is None:
        return []
    return [*arguments.defaults, *(value for value in arguments.kw_defaults if value is not None)]


def _place(node: ast.stmt) -> dict[str, int]:
    return {"lineno": node.lineno, "col_offset": node.col_offset}


# ---------------------------------------------------------------------------------------------
# Comparing with the stub
# ---------------------------------------------------------------------------------------------


def _last_definition(tree: ast.Module, name: str) -> ast.stmt | None:
    """Return the last top-level statement that defines a name."""
    last = None
    for statement in tree.body:
        if getattr(statement, "name", None) == name:
            last = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                last = statement
    return last


def _same_tree(left: ast.AST, right: ast.AST) -> bool:
    """Compare two trees without positions and docstrings, and without recursion."""
    pairs: list[tuple[object, object]] = [(left, right)]
    while pairs:
        a, b = pairs.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, ast.AST) and isinstance(b, ast.AST):
            pairs += [(_field(a, field), _field(b, field)) for field in a._fields]
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b, strict=True)
        elif a != b:
            return False
    return True


def _field(node: ast.AST, field: str) -> object:
    value = getattr(node, field, None)
    if (
        field == "body"
        and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and ast.get_docstring(node, clean=False) is not None
    ):
        return node.body[1:]
    return value
