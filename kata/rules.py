"""The from-scratch rules: what they forbid, and a look at the syntax tree for it.

An exercise of the catalogue may forbid library calls: `forbidden = ["@", "np.dot", ".T"]`. `Ban`
says what these rules forbid, synonyms included. What a learner's code really does shows when it
runs: in the sandbox that is the check (`grader/sandbox/inside/guards.py`).

`find_violation` only reads the file. It starts at the exercise's own function, follows the names
of the learner's functions from there, and finds forbidden calls, `@` and `.T` that are written
out. `pytest week1` knows no more than that, and in the sandbox it names what stands in branches
that no test runs. Where it can't tell whether an object is an array or the learner's own, it
says nothing: a name that is computed, a function in a container, a class of the learner and what
is done in it, an attribute that the file itself defines somewhere.

The sandbox loads this file alone, by its path. Standard library only; annotations are not
postponed, since `dataclasses` could not resolve them in a module that is loaded by path.
"""

import ast
import fnmatch
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

MAX_TEXT = 80


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
    return _Search(_read(source), ban(tuple(forbidden))).first_violation(object_name)


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
        # and polynomials, whose `*` is a convolution; the guards see to that of np.matrix
        "poly1d Polynomial",
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
        attributes="T mT H transpose swapaxes getT getH",
    ),
    Family(
        rules="cov corrcoef",
        functions="cov corrcoef corr empirical_covariance",
        attributes="cov corr corrcoef",
        elsewhere="statistics.covariance statistics.correlation statistics.linear_regression",
    ),
    Family(rules="svd svdvals", functions="svd svdvals svds orth null_space randomized_svd"),
    Family(rules="qr", functions="qr rq qr_multiply orth dgeqrf zgeqrf"),
    # np.matrix(A).I is the inverse, and np.poly(A) ends with the determinant.
    Family(rules="linalg", functions="poly matrix_power", attributes="linalg I getI"),
    Family(
        rules="eig eigh eigvals eigvalsh eig*",
        functions="poly roots polyroots chebroots legroots lagroots hermroots hermeroots",
    ),
    Family(rules="inv", functions="inv pinv pinvh tensorinv", attributes="I getI"),
    Family(rules="solve", functions="solve tensorsolve solve_triangular lu_solve cho_solve"),
    Family(rules="det", functions="det slogdet poly"),
    Family(
        rules="norm",
        functions="norm vector_norm matrix_norm hypot",
        elsewhere="math.hypot math.dist",
    ),
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


# What hands out functions that the guards have not seen; a name stands for all beneath it.
HIDING_NAMES = _words(
    "importlib imp runpy ctypes cffi inspect shelve dill cloudpickle types.CodeType "
    "types.FunctionType numpy.ctypeslib numpy.f2py"
)


# ---------------------------------------------------------------------------------------------
# Looking at the syntax tree
# ---------------------------------------------------------------------------------------------

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_Import = ast.Import | ast.ImportFrom
# With these nothing is computed.
_SKIPPED = _words("annotation returns type_params")
# They make a class or an attribute from a name given as text.
_MAKERS = _words("namedtuple NamedTuple make_dataclass Enum setattr")
_MATMUL_METHODS = _words("__matmul__ __rmatmul__ __imatmul__")


class _Module:
    """A learner's file: what its top-level names are bound to, and what its objects have."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = _parse(source)
        self.bindings: dict[str, list[ast.AST]] = {}
        for statement in self.tree.body:
            for name, node in _bound_by(statement):
                if node is statement:  # not in a branch: what was bound before is gone
                    self.bindings[name] = []
                self.bindings.setdefault(name, []).append(node)
        nodes = list(_walk(self.tree))
        self.stars = [
            node.module
            for node in nodes
            if isinstance(node, ast.ImportFrom) and node.module and node.names[0].name == "*"
        ]
        # `x.T += y` reads the attribute before it is written.
        self.augmented = {node.target for node in nodes if isinstance(node, ast.AugAssign)}
        # Attributes that objects of the learner may have: what else has them is not told apart.
        given = (node for node in nodes if node not in self.augmented)
        self.own = {name for node in given for name in _attributes_from(node)}

    def has_own(self, attribute: str) -> bool:
        """Say whether an object with this attribute may be one of the learner's classes."""
        return not self.own.isdisjoint({attribute, "__getattr__", "a class from elsewhere"})

    def text(self, node: ast.AST) -> str:
        """Return the source of an expression on one line, shortened."""
        text = " ".join((ast.get_source_segment(self.source, node) or "").split())
        return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


@lru_cache(maxsize=4)  # a module is looked at once for each of its exercises
def _read(source: str) -> _Module:
    return _Module(source)


class _Search:
    """Looks for the first violation in what one exercise reaches."""

    def __init__(self, module: _Module, forbidden: Ban) -> None:
        self.module = module
        self.ban = forbidden
        self.local: dict[str, list[ast.AST]] = {}  # bindings in the unit that is looked at
        self.reached: list[ast.AST] = []

    def first_violation(self, object_name: str) -> Violation | None:
        """Return the first violation, in the exercise itself before what it calls."""
        self._reach(object_name)
        for unit in self.reached:  # it grows meanwhile
            violations = sorted(self._violations(unit), key=lambda violation: violation.line)
            if violations:
                return violations[0]
        return None

    def _reach(self, name: str) -> None:
        for node in self.module.bindings.get(name, ()):
            # What methods an object of the learner runs, the tree does not tell.
            is_helper_class = isinstance(node, ast.ClassDef) and self.reached
            if not is_helper_class and node not in self.reached:
                self.reached.append(node)

    def _violations(self, unit: ast.AST) -> Iterator[Violation]:
        self.local = _local_bindings(unit) if isinstance(unit, _Definition) else {}
        nodes = list(_walk(unit))
        inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        calls = {id(node.func): node for node in nodes if isinstance(node, ast.Call)}
        if isinstance(unit, _Import):  # the exercise is what is imported
            names = (ast.Name(name, ast.Load()) for name, _ in _bound_by(unit))
            nodes = [ast.copy_location(name, unit) for name in names]
        for node in nodes:
            rule = None
            if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.MatMult):
                rule = self.ban.operator if self.module.own.isdisjoint(_MATMUL_METHODS) else None
            elif isinstance(node, ast.MatchClass):  # `case np.ndarray(T=t)` reads the attribute T
                read = (name for name in node.kwd_attrs if not self.module.has_own(name))
                rule = next(filter(None, map(self.ban.attribute, read)), None)
            elif isinstance(node, ast.Name | ast.Attribute) and (
                isinstance(node.ctx, ast.Load) or node in self.module.augmented
            ):
                path = self._path(node)
                hidden = [name for name in HIDING_NAMES if f"{path}.".startswith(f"{name}.")]
                if hidden:
                    yield self._violation(node, calls.get(id(node), node), hidden[0], hides=True)
                elif path is not None:
                    is_used = id(node) in calls or not path.endswith(_NOT_CALLED)
                    rule = self.ban.path(path) if is_used and id(node) not in inner else None
                elif isinstance(node, ast.Attribute) and not self.module.has_own(node.attr):
                    rule = self.ban.attribute(node.attr)
            if rule and isinstance(node, ast.expr | ast.stmt | ast.pattern):
                yield self._violation(node, calls.get(id(node), node), rule)

    def _path(self, node: ast.expr) -> str | None:
        """Return the full name of something from a library, such as numpy.dot, else None."""
        if isinstance(node, ast.Attribute):
            base = self._path(node.value)
            return base and f"{base}.{node.attr}"
        if not isinstance(node, ast.Name):
            return None
        bindings = self.local.get(node.id) or self.module.bindings.get(node.id)
        if bindings is None:
            return f"{self.module.stars[0]}.{node.id}" if self.module.stars else None
        path = _path_bound_by(bindings, node.id)
        match bindings:
            case [ast.Assign(value=ast.Attribute(ast.Name(base), name))] if name in SUBMODULES:
                above = self.local.get(base) or self.module.bindings.get(base, [])
                path = _path_bound_by(above, base)  # la = np.linalg
                path = path and f"{path}.{name}"
        if path is None and node.id not in self.local:
            self._reach(node.id)
        return path

    def _violation(
        self,
        node: ast.expr | ast.stmt | ast.pattern,
        shown: ast.AST,
        rule: str,
        *,
        hides: bool = False,
    ) -> Violation:
        # `values\n.dot(x)` breaks the rule where the dot is.
        line = node.end_lineno if isinstance(node, ast.Attribute) else None
        return Violation(line or node.lineno, self.module.text(shown), rule, hides)


# Not forbidden where they are only named: an exception of them may be used.
_NOT_CALLED = tuple(f".{name}" for name in SUBMODULES)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the code of a node, without what runs only if the file is run by hand."""
    stack = [node]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.If) and _is_main_guard(node):
            stack += node.orelse
            continue
        yield node
        for field, value in ast.iter_fields(node):
            if field not in _SKIPPED:
                parts = value if isinstance(value, list) else [value]
                stack += [part for part in parts if isinstance(part, ast.AST)]


def _is_main_guard(node: ast.If) -> bool:
    return {n.id for n in ast.walk(node.test) if isinstance(n, ast.Name)} == {"__name__"}


def _bound_by(statement: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Give the names that a statement binds, each with the definition or assignment that does."""
    if isinstance(statement, _Definition):
        yield statement.name, statement
    elif isinstance(statement, _Import):
        for alias in statement.names:
            yield alias.asname or alias.name.partition(".")[0], statement
    elif isinstance(statement, ast.If) and _is_main_guard(statement):
        return
    else:
        for child in ast.iter_child_nodes(statement):
            if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
                yield from _bound_by(child)
            else:
                for node in ast.walk(child):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        yield node.id, statement


def _local_bindings(definition: ast.AST) -> dict[str, list[ast.AST]]:
    """Return what the names of a function are bound to, those of its inner functions included."""
    found: dict[str, list[ast.AST]] = {}
    elsewhere: set[str] = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            found.setdefault(node.arg, []).append(node)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            found.setdefault(node.name or "_", []).append(node)
        elif isinstance(node, ast.Global):
            elsewhere.update(node.names)
        elif isinstance(node, ast.stmt | ast.comprehension | ast.NamedExpr):
            for name, binding in _bound_by(node):
                if node is not definition:
                    found.setdefault(name, []).append(binding)
    return {
        name: list(dict.fromkeys(nodes)) for name, nodes in found.items() if name not in elsewhere
    }


def _path_bound_by(bindings: list[ast.AST], name: str) -> str | None:
    """Return the full name of what is imported under a name, None if it has another binding."""
    statement = bindings[0] if len(bindings) == 1 else None
    if not isinstance(statement, _Import):
        return None
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom) and (alias.asname or alias.name) == name:
            return f"{'.' * statement.level}{statement.module or ''}.{alias.name}"
        if alias.asname == name:
            return alias.name
    return name


def _attributes_from(node: ast.AST) -> Iterator[str]:
    """Give the attributes that some object of the learner may get from a node."""
    if isinstance(node, ast.ClassDef):
        for statement in node.body:
            yield from (name for name, _ in _bound_by(statement))
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.Call):
        yield from (keyword.arg for keyword in node.keywords if keyword.arg)
        if (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in _MAKERS:
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield from part.value.replace(",", " ").split()
    elif isinstance(node, ast.ImportFrom) and node.module:
        is_own = node.module.partition(".")[0] not in {*sys.stdlib_module_names, *ARRAY_LIBRARIES}
        if is_own and any(alias.name[0].isupper() for alias in node.names):
            yield "a class from elsewhere"


@lru_cache(maxsize=8)
def _parse(source: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a text is not our business
            return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:  # null bytes, far too deep
        raise SyntaxError(f"cannot be read as Python: {error}") from error
