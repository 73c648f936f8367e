"""Guards that catch forbidden calls while they happen, inside the sandbox's child.

What counts is what really ran. Before the learner's code is loaded:

- Stand-ins take the place of the forbidden functions in every module of numpy, private ones
  included, and in operator, math and others, so that every way that leads to `np.dot` leads to
  a stand-in.
- What makes no such call is made one when text is compiled: `a @ b` becomes a call of
  `_product`, and `a.T` or `a.dot` one of `_fetch`, for the learner's modules and for text that
  they run. There it shows whether `a` is an array or an object of the learner, whose `T` is
  his own affair. getattr and its like fetch in the same way.
- The sandbox's own modules can no longer be imported.

While rules are in force these refuse, unless numpy or the standard library asks by its own will.

What this does not see: functions that numpy hands to `__array_function__` or `__array_ufunc__` of
a learner's class, fresh copies of numpy's modules, what operators of numpy's own classes do
(`Polynomial * Polynomial`), and a learner who takes the guards apart. `tests/rule_cases` has a
case of each. And it accuses wrongly where compiled parts of numpy call what is forbidden, as
`multivariate_normal` calls np.dot: no frame shows that it was not the learner.

Stand-alone: the standard library, numpy, and kata/rules.py, which the zygote offers as `rules`.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import contextlib
import fnmatch
import gc
import inspect
import marshal
import math
import operator
import os
import pickle
import statistics
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, reduce
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.ma

if TYPE_CHECKING:
    from kata import rules
else:
    try:
        import rules  # put into sys.modules by the zygote
    except ModuleNotFoundError:
        from kata import rules
with contextlib.suppress(ImportError):
    import numpy.linalg.lapack_lite  # a numpy built with another LAPACK has none

# In these a function is known by its full name; elsewhere in numpy by its own.
PUBLIC = ("numpy", "numpy.linalg", "numpy.ma", "numpy.fft", "numpy.random", "numpy.polynomial")
LAPACK = ("numpy.linalg._umath_linalg", "numpy.linalg.lapack_lite")
OTHERS = (operator, sys.modules["_operator"], math, statistics, builtins)

# Who a piece of code belongs to, told by its file.
LIBRARY, SANDBOX, SCRIPT, LEARNER = "library", "sandbox", "script", "learner"
SCRIPT_FILE = "script"  # what child.py calls the grader's scripts that drive a class
LIBRARY_FOLDERS = (
    os.path.join(os.path.dirname(np.__file__), ""),
    *(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib")),
)
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
# With these a learner could fetch what has no stand-in, or walk to the guards.
CLOSED = (
    *((pickle, name) for name in ("load", "loads", "_load", "_loads")),
    *((sys.modules["_pickle"], name) for name in ("load", "loads")),
    *((marshal, name) for name in ("load", "loads")),
    *((gc, name) for name in ("get_objects", "get_referrers", "get_referents")),
    (sys, "_current_frames"),
)
# What leads from a frame or a function to what its module holds.
OF_FRAMES = ("f_back", "f_globals", "f_locals", "f_builtins", "tb_frame", "__globals__")
MATMUL, POWER = "numpy.matmul", "numpy.linalg.matrix_power"
ARRAYS = (np.ndarray, np.generic)
# No names that a learner's code could have.
FETCH, PRODUCT = "fetch an attribute", "multiply matrices"
FUTURES = reduce(
    operator.or_, (vars(__future__)[name].compiler_flag for name in __future__.all_feature_names)
)

# Kept before anything is replaced.
_compile, _exec, _eval, _vars, _getattr = compile, exec, eval, vars, getattr
_matmul, _attrgetter, _methodcaller = operator.matmul, operator.attrgetter, operator.methodcaller
_getframe = sys._getframe

_stand_ins: dict[int, StandIn] = {}  # by the id of the function
_watched: set[str] = set()  # attributes of arrays that some rule forbids
_in_force: rules.Ban | None = None
last: ForbiddenCall | None = None  # the first since someone asked


class ForbiddenCall(BaseException):
    """A learner's code called what its exercise forbids.

    No `Exception`, so that `except Exception` does not swallow it. A bare `except` does; the
    violation is remembered for that.
    """

    def __init__(self, line: int, what: str, rule: str, *, hides: bool = False) -> None:
        super().__init__(str(rules.Violation(line, what, rule, hides)))
        self.line = line
        self.what = what
        self.rule = rule


def install(rules_by_object: Mapping[str, Sequence[str]]) -> None:
    """Put the guards in place for all that some exercise of the module forbids.

    To be called before the learner's code is loaded. Without rules nothing is touched.
    """
    bans = {rules.ban(tuple(forbidden)) for forbidden in rules_by_object.values() if forbidden}
    if not bans:
        return
    for function in [function for ban in bans for function in _forbidden_by(ban)]:
        stand_in = _stand_in_for(function)
        for module, name in members()[1][id(function)]:
            setattr(module, name, stand_in)
    for ban in bans:
        _watched.update(name for name in ban.attributes if hasattr(np.matrix, name))
    _watched.update(("__dict__", "__getattribute__", *OF_FRAMES))
    for place, name, replacement in REPLACED:
        setattr(place, name, replacement)
    for place, name in CLOSED:
        function = _getattr(place, name)
        if type(function) is not _Closed:
            setattr(place, name, _Closed(function, [f"{place.__name__}.{name}"]))
    for name, module in list(sys.modules.items()):  # nothing of the sandbox can be imported
        file = _getattr(module, "__file__", None) or ""
        if name in ("rules", "verdict") or (file.startswith(HERE) and name != "__main__"):
            del sys.modules[name]


class active:  # noqa: N801 - used as a function is: `with active(forbidden):`
    """Put the rules of one exercise in force while a call of it runs."""

    def __init__(self, forbidden: Sequence[str]) -> None:
        self._ban = rules.ban(tuple(forbidden))
        self._before: rules.Ban | None = None

    def __enter__(self) -> None:
        global _in_force
        self._before, _in_force = _in_force, self._ban

    def __exit__(self, *_: object) -> None:
        global _in_force
        _in_force = self._before


def violation() -> tuple[int, str, str] | None:
    """Return line, call and rule of the first violation since this was last asked, and forget it.

    It is there also if the learner's code swallowed the exception.
    """
    global last
    found, last = last, None
    return None if found is None else (found.line, found.what, found.rule)


# ---------------------------------------------------------------------------------------------
# Functions
# ---------------------------------------------------------------------------------------------


class _Sealed(type):
    """The class of a class that nobody may change."""

    def __setattr__(cls, name: str, value: object) -> None:
        raise TypeError(f"cannot set {name!r} attribute of immutable type {cls.__name__!r}")


class StandIn(metaclass=_Sealed):
    """Takes the place of a function: the same in all, but it refuses while a rule forbids it."""

    __slots__ = ("__dict__", "_hidden")

    def __init__(self, function: Any, paths: Sequence[str]) -> None:
        _HIDDEN.__set__(self, (function, tuple(paths)))

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the function, unless a rule in force forbids it."""
        function, paths = _HIDDEN.__get__(self)
        if _in_force is not None:
            _refuse_if_forbidden(_in_force, paths)
        return function(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        # np.matmul.reduce and its like do the same job
        function, paths = _HIDDEN.__get__(self)
        value = _getattr(function, name)
        return StandIn(value, paths) if _is_function(value) else value

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(_HIDDEN.__get__(self)[0])

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """The function's class, so that isinstance(np.matmul, np.ufunc) stays true."""
        return type(_HIDDEN.__get__(self)[0])

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        binds = hasattr(self.__class__, "__get__")
        return types.MethodType(self, instance) if binds and instance is not None else self

    def __repr__(self) -> str:
        return repr(_HIDDEN.__get__(self)[0])

    def __reduce__(self) -> str:  # copies and pickles as a function does: by its name
        return str(self.__qualname__)


# The only way from a stand-in to its function.
_HIDDEN: Any = vars(StandIn)["_hidden"]
del StandIn._hidden  # type: ignore[attr-defined]


class _Closed(StandIn):
    """Takes the place of a function that no exercise with rules may call."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        function, (path,) = _HIDDEN.__get__(self)
        # importlib unmarshals, but np.load must not unpickle.
        if _in_force is not None and ("pickle" in path or _role_of(_caller()) is LEARNER):
            _refuse(_caller(), path, path, hides=True)
        return function(*args, **kwargs)


def _is_function(value: object) -> bool:
    """Say whether this is a function; classes stay, since isinstance and subclasses need them."""
    return callable(value) and not isinstance(value, type)


Place = tuple[types.ModuleType, str]


@cache
def members() -> tuple[dict[str, list[tuple[types.ModuleType, Any]]], dict[int, list[Place]]]:
    """Return the functions of all modules that matter by their names, and their places by id."""
    by_name: dict[str, list[tuple[types.ModuleType, Any]]] = {}
    by_id: dict[int, list[Place]] = {}
    numpys = [module for name, module in sys.modules.items() if name.partition(".")[0] == "numpy"]
    for module in [*filter(None, numpys), *OTHERS]:
        for name, member in list(vars(module).items()):
            if _is_function(member):
                by_name.setdefault(name, []).append((module, member))
                by_id.setdefault(id(member), []).append((module, name))
    return by_name, by_id


def _forbidden_by(ban: rules.Ban) -> Iterator[Any]:
    by_name = members()[0]
    names = {*ban.functions, *ban.attributes, *(path.rpartition(".")[2] for path in ban.elsewhere)}
    for name in (*PUBLIC, *LAPACK):
        if name in sys.modules and (name in LAPACK or ban.path(name)):
            names.update(vars(sys.modules[name]))
    for pattern, _ in ban.patterns:
        names.update(fnmatch.filter(by_name, pattern))
    for name in names & by_name.keys():
        for module, function in by_name[name]:
            if ban.path(_full_name(module, name)):
                yield function


def _full_name(module: types.ModuleType, name: str) -> str:
    if module.__name__ in LAPACK:  # svd_f and svd_s are svd
        return f"numpy.linalg.{name.partition('_')[0]}"
    is_told_apart = module.__name__ in PUBLIC or module in OTHERS
    return f"{module.__name__ if is_told_apart else 'numpy'}.{name}"


def _stand_in_for(function: Any) -> StandIn:
    stand_in = _stand_ins.get(id(function))
    if stand_in is None:
        # By which a violation is told: the public name, np.transpose before np.permute_dims.
        own_name = _getattr(function, "__name__", "")
        places = sorted(
            members()[1][id(function)],
            key=lambda place: (place[0].__name__ not in PUBLIC, place[1] != own_name),
        )
        paths = dict.fromkeys(_full_name(module, name) for module, name in places)
        stand_in = _stand_ins[id(function)] = StandIn(function, [*paths])
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if hasattr(function, name):
                setattr(stand_in, name, _getattr(function, name))
    return stand_in


def _refuse_if_forbidden(ban: rules.Ban, paths: tuple[str, ...]) -> None:
    rule = _rule_on(ban, paths)
    if rule is not None:
        caller = _caller()
        if not _is_meant_by_library(caller, [path.rpartition(".")[2] for path in paths]):
            _refuse(caller, paths[0].replace("numpy.", "np.", 1), rule)


@cache
def _rule_on(ban: rules.Ban, paths: tuple[str, ...]) -> str | None:
    return next(filter(None, map(ban.path, paths)), None)


# ---------------------------------------------------------------------------------------------
# Operators, methods and properties
# ---------------------------------------------------------------------------------------------


def _product(*operands: Any) -> Any:
    """Stand for `a @ b`, or for the right side of `a @= b`."""
    if _in_force is not None and _in_force.operator is not None:
        arrays = ARRAYS if len(operands) == 2 else (*ARRAYS, list, tuple)
        if any(issubclass(type(operand), arrays) for operand in operands):
            _refuse(_caller(), "@", _in_force.operator)
    return _matmul(*operands) if len(operands) == 2 else operands[0]


def _fetch(holder: Any, name: str, /, *default: Any) -> Any:
    """Stand for `holder.name`: refuse what is forbidden, if the holder is an array."""
    value = _getattr(holder, name, *default)
    if name in OF_FRAMES:
        return _without_sandbox(holder, value)
    # Not by isinstance, which would ask the learner's object for its __class__.
    owner: Any = holder.__self__ if type(holder) is super else holder  # type: ignore[attr-defined]
    is_class = issubclass(type(owner), type)
    if _in_force is None and not is_class:
        return value
    kind = owner if is_class else type(owner)
    if name == "__getattribute__":
        return lambda *args: _fetch_by_method(value, owner, args)
    if not issubclass(kind, ARRAYS):
        return value
    if name == "__dict__" and is_class:
        return {key: _fetch(kind, key) if key in _watched else value[key] for key in value}
    # Which class has it: not always numpy's, in a subclass of the learner.
    definer = next((above for above in kind.__mro__ if name in above.__dict__), kind)
    if not definer.__module__.startswith("numpy"):
        return value
    if callable(value):
        is_guarded = is_class or _in_force is not None
        return StandIn(value, [f"numpy.ndarray.{name}"]) if is_guarded else value
    if is_class:  # what makes the property may be kept and used later
        return property(lambda array: _fetch(array.view(kind), name))
    rule = None if _in_force is None else _in_force.attribute(name)
    if rule is not None and not _is_meant_by_library(_caller(), [name]):
        _refuse(_caller(), f".{name}", rule)
    return value


def _fetch_by_method(method: Any, owner: Any, args: tuple[Any, ...]) -> Any:
    """Stand for a.__getattribute__(name) and object.__getattribute__(a, name)."""
    holder, name = args if len(args) == 2 else (owner, *args)
    is_array = issubclass(type(holder), ARRAYS) and name in _watched
    return _fetch(holder, name) if is_array or name in OF_FRAMES else method(*args)


def _without_sandbox(holder: Any, value: Any) -> Any:
    """Return what a frame or function tells, but nothing of the sandbox's own."""
    if isinstance(value, types.FrameType):
        return None if _role_of(value) is SANDBOX else value
    code = (
        holder.f_code if isinstance(holder, types.FrameType) else getattr(holder, "__code__", None)
    )
    is_ours = isinstance(code, types.CodeType) and _role(code.co_filename) is SANDBOX
    return {} if is_ours else value


def _guarded_getframe(depth: int = 0, /) -> types.FrameType:
    frame = _getframe(depth + 1)
    if _role_of(frame) is SANDBOX:
        raise ValueError("call stack is not deep enough")
    return frame


def _guarded_getattr(holder: Any, name: str, /, *default: Any) -> Any:
    is_watched = isinstance(name, str) and str.__str__(name) in _watched
    return (_fetch if is_watched else _getattr)(holder, name, *default)


def _guarded_vars(*args: Any) -> Any:
    if not args:
        return _caller().f_locals
    is_class = issubclass(type(args[0]), type) and issubclass(args[0], ARRAYS)
    return _fetch(args[0], "__dict__") if is_class else _vars(*args)


def _guarded_attrgetter(*names: str) -> Any:
    getter = _attrgetter(*names)
    if _watched.isdisjoint(part for name in names for part in name.split(".")):
        return getter

    def get(holder: Any) -> Any:
        values = tuple(reduce(_guarded_getattr, name.split("."), holder) for name in names)
        return values if len(values) > 1 else values[0]

    return get


def _guarded_methodcaller(name: str, /, *args: Any, **kwargs: Any) -> Any:
    if name not in _watched:
        return _methodcaller(name, *args, **kwargs)
    return lambda holder: _fetch(holder, name)(*args, **kwargs)


def _guarded_operator(name: str, path: str) -> Any:
    """Return an operator of np.matrix that does the job of a function, `*` that of np.matmul."""
    operator = getattr(np.matrix, name)

    def guarded(matrix: Any, other: Any) -> Any:
        rule = None if _in_force is None else _in_force.path(path)
        is_scaled = path == MATMUL and np.isscalar(other)
        if rule is not None and not is_scaled and _role_of(_caller()) is LEARNER:
            _refuse(_caller(), f"np.matrix.{name}", rule)
        return operator(matrix, other)

    return guarded


# ---------------------------------------------------------------------------------------------
# Text that becomes code
# ---------------------------------------------------------------------------------------------


def _guarded_compile(
    source: Any,
    filename: Any,
    mode: str,
    flags: int = 0,
    dont_inherit: bool = False,
    optimize: int = -1,
    **more: Any,
) -> Any:
    caller = _caller()
    if not dont_inherit:
        flags |= caller.f_code.co_flags & FUTURES
    role = _role(os.fsdecode(filename))
    if role is not LEARNER:
        if caller.f_code.co_filename.startswith(("<frozen importlib", HERE)):
            return _compile(source, filename, mode, flags, True, optimize, **more)
        filename = f"<{filename}>"  # a learner's code that would pass for another's
    if not flags & ast.PyCF_ONLY_AST:
        only_tree = flags | ast.PyCF_ONLY_AST
        is_tree = isinstance(source, ast.AST)
        tree = source if is_tree else _compile(source, filename, mode, only_tree, True)
        if _rewrite(tree):
            source = tree
    return _compile(source, filename, mode, flags, True, optimize, **more)


def _guarded_exec(source: Any, /, globals: Any = None, locals: Any = None, **more: Any) -> None:
    _run(_exec, "exec", source, globals, locals, **more)


def _guarded_eval(source: Any, /, globals: Any = None, locals: Any = None) -> Any:
    if isinstance(source, str):
        source = source.lstrip(" \t")
    return _run(_eval, "eval", source, globals, locals)


def _run(run: Any, mode: str, source: Any, space: Any, local: Any, **more: Any) -> Any:
    caller = _caller()
    if not isinstance(source, types.CodeType):
        source = _guarded_compile(source, "<string>", mode)
    if space is None:
        space, local = caller.f_globals, caller.f_locals if local is None else local
    return run(source, space, space if local is None else local, **more)


def _rewrite(tree: ast.AST) -> bool:
    """Make calls of the operators and attributes that are watched; return if there are any."""
    nodes, changed = [tree], False
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.MatMult):
            node.value = _call(PRODUCT, [node.value], node.value)
            changed = True
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "pattern"):
                continue
            parts = value if isinstance(value, list) else [value]
            for index, part in enumerate(parts):
                new = _as_call(part)
                if new is not None:
                    changed = True
                    parts[index] = new
            if not isinstance(value, list) and parts[0] is not value:
                setattr(node, field, parts[0])
            nodes += [part for part in parts if isinstance(part, ast.AST)]
    return changed


def _as_call(node: Any) -> ast.Call | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return _call(PRODUCT, [node.left, node.right], node)
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and node.attr in _watched:
        text = ast.copy_location(ast.Constant(node.attr), node)
        call = _call(FETCH, [node.value, text], node)
        if node.end_lineno and node.end_col_offset:  # over several lines: where its dot is
            call.lineno, call.col_offset = node.end_lineno, node.end_col_offset
        return call
    return None


def _call(name: str, arguments: list[ast.expr], place: ast.expr) -> ast.Call:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, arguments, []), place)


REPLACED: tuple[tuple[Any, str, Any], ...] = (
    (builtins, FETCH, _fetch),
    (builtins, PRODUCT, _product),
    (builtins, "getattr", _guarded_getattr),
    (builtins, "vars", _guarded_vars),
    (builtins, "compile", _guarded_compile),
    (builtins, "exec", _guarded_exec),
    (builtins, "eval", _guarded_eval),
    (sys, "_getframe", _guarded_getframe),
    *((module, "attrgetter", _guarded_attrgetter) for module in OTHERS[:2]),
    *((module, "methodcaller", _guarded_methodcaller) for module in OTHERS[:2]),
    *(
        (np.matrix, name, _guarded_operator(name, path))
        for path, names in ((MATMUL, "__mul__ __rmul__ __imul__"), (POWER, "__pow__ __ipow__"))
        for name in names.split()
    ),
)


# ---------------------------------------------------------------------------------------------
# Who calls, and where
# ---------------------------------------------------------------------------------------------


def _caller() -> types.FrameType:
    """Return the frame that called these guards."""
    frame: types.FrameType = _getframe(1)
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return frame


@cache
def _role(file: str) -> str:
    if file.startswith((*LIBRARY_FOLDERS, "<frozen ", "<__array_function__")):
        return LIBRARY
    if file.startswith(HERE):
        return SANDBOX
    return SCRIPT if file == SCRIPT_FILE else LEARNER


def _role_of(frame: types.FrameType) -> str:
    return _role(frame.f_code.co_filename)


def _is_meant_by_library(frame: types.FrameType, names: Sequence[str]) -> bool:
    """Say whether a library calls a function by its own will.

    Its code then has the function's name in it. np.vectorize and its like, which call what the
    learner gave them, do not.
    """
    at: types.FrameType | None = frame
    while at is not None:
        role = _role_of(at)
        if role is LIBRARY and any(name in at.f_code.co_names for name in names):
            return True
        if role is not LIBRARY and at.f_code.co_filename != __file__:
            return role is SCRIPT
        at = at.f_back
    return True


def _refuse(frame: types.FrameType, what: str, rule: str, *, hides: bool = False) -> NoReturn:
    """Remember a violation, with its line in the exercise's own file, and raise it."""
    global last
    places: list[tuple[str, int]] = []
    at: types.FrameType | None = frame
    while at is not None:
        if _role_of(at) is LEARNER:
            places.append((at.f_code.co_filename, at.f_lineno))
        at = at.f_back
    # Not in code from text, and not in another file that the exercise calls.
    files = [file for file, _ in places if file.endswith(".py")]
    line = next((line for file, line in places if file in files[-1:]), 0)
    error = ForbiddenCall(line, what, rule, hides=hides)
    last = last or error
    raise error
