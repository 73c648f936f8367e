"""Guards that catch forbidden calls while they happen, inside the sandbox's child.

The rules are first checked on the syntax tree (`rules.find_violation`). What a syntax tree does
not show (names put together at run time, code made from text, another module of the learner)
meets these guards:

- Stand-ins take the place of the forbidden functions of numpy, operator and others before the
  learner's code is loaded, so that every way that leads to `np.dot` leads to a stand-in.
- While a call of an exercise with rules runs, a profile hook sees calls of C methods
  (`a.dot`), of numpy's Python functions that were reached past their stand-ins, and each code
  object as it starts: `@` in it, or forbidden names where it was made from text.

Both look at who calls: numpy and the standard library may use what they need.

What this does not stop: a method or operator slot that C code calls without Python between
(`map(bound_method, rows)`, `a.__matmul__(b)`), a ufunc taken out of numpy's private modules, a
property such as `.T` whose name stands in the exercise's own file, and a learner who takes this
module apart. None of them can be written down without words that the syntax tree is checked for.

Stand-alone: the standard library, numpy, and kata/rules.py, which the zygote offers as `rules`.
"""

from __future__ import annotations

import builtins
import dis
import fnmatch
import math
import opcode
import operator
import os
import statistics
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.ma  # before the stand-ins are there, so that it keeps the real functions

if TYPE_CHECKING:
    from kata import rules
else:
    try:
        import rules  # put into sys.modules by the zygote
    except ModuleNotFoundError:
        from kata import rules

Hook = Callable[[types.FrameType, str, Any], object]

PUBLIC = ("numpy", "numpy.linalg", "numpy.ma", "numpy.fft", "numpy.random", "numpy.polynomial")
NAMESPACES: tuple[types.ModuleType, ...] = (
    *(sys.modules[name] for name in (*PUBLIC, "numpy.matlib") if name in sys.modules),
    operator,
    sys.modules["_operator"],
    math,
    statistics,
    builtins,
)
# Their functions, found once in the zygote. Classes stay: isinstance and subclasses need them.
MEMBERS = [
    (
        module,
        {
            name: member
            for name, member in vars(module).items()
            if callable(member) and not isinstance(member, type)
        },
    )
    for module in NAMESPACES
]

# Who a piece of code belongs to, told by its file.
LIBRARY, SANDBOX, SCRIPT, MADE, LEARNER = "library", "sandbox", "script", "made", "learner"
SCRIPT_FILE = "script"  # what child.py calls the grader's scripts that drive a class
NUMPY_FOLDER = os.path.join(os.path.dirname(np.__file__), "")
STDLIB_FOLDERS = tuple(
    os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib")
)
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")

# C functions that hide which calls are made, where a learner's code calls them directly.
HIDING_CALLS = frozenset(
    {"eval", "exec", "compile", "__import__", "setprofile", "settrace", "_getframe"}
    | {"_current_frames", "get_objects", "get_referents", "get_referrers"}
)
PROPERTIES = frozenset(["T", "mT", "H", "I"])  # fetching them makes no call
BINARY_OP = opcode.opmap["BINARY_OP"]
MATMULS = frozenset(
    index for index, (_, sign) in enumerate(vars(opcode)["_nb_ops"]) if sign in ("@", "@=")
)

_setprofile = sys.setprofile
_getattr = getattr
_roles: dict[str, str] = {}
_hooks: dict[tuple[str, ...], Hook | None] = {}
_stand_ins: dict[int, StandIn] = {}  # by the id of the real function
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
    """Put stand-ins in the place of all functions that some exercise of the module forbids.

    To be called before the learner's code is loaded. Without rules nothing is touched.
    """
    bans = [rules.ban(tuple(forbidden)) for forbidden in rules_by_object.values() if forbidden]
    if not bans:
        return
    forbidden = {id(function) for ban in bans for function in _forbidden_by(ban)}
    for module, members in MEMBERS:
        for name, function in members.items():
            if id(function) in forbidden:
                setattr(module, name, _stand_in_for(function))
    _guard_names()


class active:  # noqa: N801 - used as a function is: `with active(name, forbidden):`
    """Put the rules of one exercise in force while a call of it runs."""

    def __init__(self, object_name: str, forbidden: Sequence[str]) -> None:
        self.object_name = object_name
        self._forbidden = tuple(forbidden)
        self._before: tuple[rules.Ban | None, Any] = (None, None)

    def __enter__(self) -> active:
        global _in_force
        self._before = _in_force, sys.getprofile()
        _in_force = rules.ban(self._forbidden)
        if self._forbidden not in _hooks:
            needed = _is_hook_needed(_in_force)
            _hooks[self._forbidden] = _make_hook(_in_force) if needed else None
        _setprofile(_hooks[self._forbidden])
        return self

    def __exit__(self, *_: object) -> None:
        global _in_force
        _in_force, hook = self._before
        _setprofile(hook)


def violation() -> tuple[int, str, str] | None:
    """Return line, call and rule of the first violation since this was last asked, and forget it.

    It is there also if the learner's code swallowed the exception.
    """
    global last
    found, last = last, None
    return None if found is None else (found.line, found.what, found.rule)


# ---------------------------------------------------------------------------------------------
# Stand-ins
# ---------------------------------------------------------------------------------------------


class StandIn:
    """Takes the place of a function: the same in all, but it refuses while a rule forbids it."""

    def __init__(self, function: Any, paths: Sequence[str]) -> None:
        self._function = function
        self._paths = tuple(paths)
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            if hasattr(function, name):
                setattr(self, name, getattr(function, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, unless a rule in force forbids it."""
        if _in_force is not None:
            self._refuse_if_forbidden(sys._getframe(1))
        return self._function(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        # np.matmul.reduce and its like do the same job
        if _in_force is not None and not name.startswith("__"):
            self._refuse_if_forbidden(sys._getframe(1))
        return getattr(self._function, name)

    @property
    def __wrapped__(self) -> Any:
        """The function itself, as functools.wraps would leave it: for `inspect` and for help."""
        if _in_force is not None:
            self._refuse_if_forbidden(sys._getframe(1))
        return self._function

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """The function's class, so that isinstance(np.matmul, np.ufunc) stays true."""
        return type(self._function)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        binds = hasattr(type(self._function), "__get__")
        return types.MethodType(self, instance) if binds and instance is not None else self

    def __repr__(self) -> str:
        return repr(self._function)

    def __reduce__(self) -> str:  # copies and pickles as a function does: by its name
        return str(self.__qualname__)

    def _refuse_if_forbidden(self, caller: types.FrameType) -> None:
        assert _in_force is not None
        rule = next(filter(None, map(_in_force.path, self._paths)), None)
        if rule is None:
            return
        if not _is_meant_by_library(caller, [path.rpartition(".")[2] for path in self._paths]):
            _refuse(caller, self._paths[0].replace("numpy.", "np.", 1), rule)


class _NameTaker(StandIn):
    """Takes the place of getattr, attrgetter and methodcaller: looks at the names they get."""

    def __init__(self, function: Any, texts: slice) -> None:
        super().__init__(function, [])
        self._texts = texts

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if _in_force is not None:
            caller = sys._getframe(1)
            if _role(caller.f_code.co_filename) in (LEARNER, MADE):
                self._look_at(args, _in_force, caller)
        return self._function(*args, **kwargs)

    def __instancecheck__(self, instance: object) -> bool:  # attrgetter is a class
        return isinstance(instance, self._function)

    def _look_at(self, args: tuple[Any, ...], ban: rules.Ban, caller: types.FrameType) -> None:
        if self._function is _getattr and args and not isinstance(args[0], _ARRAYS):
            return  # the learner's own object, or a module, whose functions have stand-ins
        for text in args[self._texts]:
            for name in text.split(".") if type(text) is str else ():
                rule = ban.attribute(name)
                if rule:
                    _refuse(caller, f"{self.__name__}(…, {name!r})", rule)


_ARRAYS = (np.ndarray, np.generic, type)


def _forbidden_by(ban: rules.Ban) -> Iterator[Any]:
    for module, members in MEMBERS:
        root, names = module.__name__, set[str]()
        if ban.path(root):
            names.update(members)
        elif root.startswith("numpy"):
            names = members.keys() & (ban.functions.keys() | ban.attributes.keys())
            names.update(*(fnmatch.filter(members, pattern) for pattern, _ in ban.patterns))
        else:
            named = (path.rpartition(".") for path in ban.elsewhere)
            names.update(name for place, _, name in named if place == root and name in members)
        yield from (members[name] for name in names)


def _stand_in_for(function: Any) -> StandIn:
    stand_in = _stand_ins.get(id(function))
    if stand_in is None:
        paths = [
            f"{module.__name__}.{name}"
            for module, members in MEMBERS
            for name, member in members.items()
            if member is function
        ]
        # Its own name first, by which a violation is told: np.permute_dims is np.transpose.
        own_name = getattr(function, "__name__", "")
        paths.sort(key=lambda path: path.rpartition(".")[2] != own_name)
        stand_in = _stand_ins[id(function)] = StandIn(function, paths)
    return stand_in


def _guard_names() -> None:
    """Guard the functions that fetch attributes by name, and those that could end the guard."""
    for module, name in (
        (builtins, "getattr"),
        (operator, "attrgetter"),
        (operator, "methodcaller"),
    ):
        function = getattr(module, name)
        if type(function) is not _NameTaker:
            texts = rules.NAME_TAKERS[f"{module.__name__}.{name}"]
            setattr(module, name, _NameTaker(function, texts))
    for name in ("setprofile", "settrace"):
        function = getattr(sys, name)
        if type(function) is not _Closed:
            setattr(sys, name, _Closed(function, [f"sys.{name}"]))


class _Closed(StandIn):
    """Takes the place of a function that no exercise with rules may call."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if _in_force is not None:
            name = f"sys.{self.__name__}"
            _refuse(sys._getframe(1), name, name, hides=True)
        return self._function(*args, **kwargs)


# ---------------------------------------------------------------------------------------------
# The profile hook
# ---------------------------------------------------------------------------------------------


def _is_hook_needed(ban: rules.Ban) -> bool:
    """Say whether a rule forbids what arrays themselves offer: an operator, a method, a property.

    Where only functions are forbidden (np.linalg.svd), the stand-ins see every way to them that
    the syntax tree lets through, and a loop of many steps is spared the hook.
    """
    return ban.operator is not None or any(hasattr(np.ndarray, name) for name in ban.attributes)


def _make_hook(ban: rules.Ban) -> Hook:
    """Return the profile function for these rules: it runs at each call, so it gives up early."""
    watched = HIDING_CALLS.union(ban.attributes, ban.functions)
    # Code objects by id, kept alive with it. None: harmless. A rule: harmless if a library asks.
    seen: dict[int, tuple[types.CodeType, str | None]] = {}
    own_file: list[str] = []

    def hook(frame: types.FrameType, event: str, arg: Any) -> None:
        if event == "c_call":
            if arg.__name__ in watched:
                _look_at_c_call(ban, frame, arg)
        elif event == "call":
            code = frame.f_code
            known = seen.get(id(code))
            if known is None:
                known = seen[id(code)] = code, _look_at_code(ban, frame, own_file)
            if known[1] is not None:
                _look_at_caller(frame, known[1])

    return hook


def _look_at_c_call(ban: rules.Ban, frame: types.FrameType, function: Any) -> None:
    """Refuse `a.dot(b)`, a C function of numpy past its stand-in, and eval."""
    name, owner = function.__name__, function.__self__
    if isinstance(owner, np.ndarray | np.generic):
        what, rule = f"{type(owner).__name__}.{name}", ban.attribute(name)
    else:
        module = getattr(function, "__module__", None) or getattr(owner, "__name__", "")
        what = f"{module}.{name}".removeprefix("builtins.")
        if name in HIDING_CALLS:
            hidden = rules.hiding_rule(f"{module}.{name}")
            if hidden and _role(frame.f_code.co_filename) in (LEARNER, MADE):
                _refuse(frame, what, hidden, hides=True)
            return
        rule = ban.path(f"{module}.{name}") if isinstance(module, str) else None
    if rule and not _is_meant_by_library(frame, [name]):
        _refuse(frame, what, rule)


def _look_at_code(ban: rules.Ban, frame: types.FrameType, own_file: list[str]) -> str | None:
    """Refuse code that breaks a rule by what is written in it.

    Returns the rule that a library's function falls under, which only others may not call.
    """
    code = frame.f_code
    role = _role(code.co_filename)
    if role is LIBRARY:
        return ban.path(_path_of(code))
    if role in (SANDBOX, SCRIPT):
        return None
    if ban.operator:
        line = _line_of_matmul(code)
        if line is not None:
            _refuse(frame, "@", ban.operator, line=line if role is LEARNER else None)
    if role is MADE:
        _look_at_names(ban, frame, code.co_names)
    else:
        if not own_file:
            own_file.append(code.co_filename)
        # The syntax tree of the exercise's own file has been checked; that of another has not.
        if code.co_filename != own_file[0]:
            _look_at_names(ban, frame, _properties_in(code))
    return None


def _look_at_caller(frame: types.FrameType, rule: str) -> None:
    """Refuse a library's Python function that falls under a rule, if not a library calls it."""
    caller = frame.f_back
    if caller is not None and _role(caller.f_code.co_filename) in (LEARNER, MADE):
        _refuse(caller, _path_of(frame.f_code).replace("numpy.", "np.", 1), rule)


def _look_at_names(ban: rules.Ban, frame: types.FrameType, names: Iterable[str]) -> None:
    # A dataclass's own methods are made from text, with its fields' names in them.
    if frame.f_code.co_qualname.startswith("__create_fn__."):
        return
    for name in names:
        rule = ban.attribute(name) or ban.path(f"numpy.{name}")
        if rule:
            _refuse(frame, name, rule)


def _line_of_matmul(code: types.CodeType) -> int | None:
    """Return the line of the first `@` in a code object, None without one."""
    data = code.co_code
    for index in range(0, len(data), 2):
        if data[index] == BINARY_OP and data[index + 1] in MATMULS:
            return list(code.co_positions())[index // 2][0] or code.co_firstlineno
    return None


def _properties_in(code: types.CodeType) -> list[str]:
    if PROPERTIES.isdisjoint(code.co_names):
        return []
    return [
        instruction.argval
        for instruction in dis.get_instructions(code)
        if instruction.opname == "LOAD_ATTR" and instruction.argval in PROPERTIES
    ]


# ---------------------------------------------------------------------------------------------
# Who calls, and where
# ---------------------------------------------------------------------------------------------


def _role(file: str) -> str:
    role = _roles.get(file)
    if role is None:
        role = _roles[file] = _find_role(file)
    return role


def _find_role(file: str) -> str:
    if file.startswith((NUMPY_FOLDER, *STDLIB_FOLDERS, "<frozen ", "<__array_function__")):
        return LIBRARY
    if file.startswith(HERE):
        return SANDBOX
    if file == SCRIPT_FILE:
        return SCRIPT
    return MADE if file.startswith("<") else LEARNER


def _is_meant_by_library(frame: types.FrameType, names: Sequence[str]) -> bool:
    """Say whether a library calls a function by its own will.

    Its code then has the function's name in it. np.vectorize and its like, which call what the
    learner gave them, do not.
    """
    at: types.FrameType | None = frame
    while at is not None:
        role = _role(at.f_code.co_filename)
        if role is not LIBRARY:
            return role is SCRIPT
        if any(name in at.f_code.co_names for name in names):
            return True
        at = at.f_back
    return True


def _path_of(code: types.CodeType) -> str:
    """Return the full name of a library's function, numpy.linalg._linalg.norm for example."""
    file = code.co_filename
    for folder, root in ((NUMPY_FOLDER, "numpy/"), *((folder, "") for folder in STDLIB_FOLDERS)):
        if file.startswith(folder):
            module = root + file[len(folder) :].replace(os.sep, "/").removesuffix(".py")
            return f"{module.removesuffix('/__init__').replace('/', '.')}.{code.co_qualname}"
    return code.co_qualname


def _refuse(
    frame: types.FrameType, what: str, rule: str, *, hides: bool = False, line: int | None = None
) -> None:
    """Remember a violation and raise it."""
    global last
    at: types.FrameType | None = frame
    while line is None and at is not None:
        if _role(at.f_code.co_filename) is LEARNER:
            line = at.f_lineno
            break
        at = at.f_back
    error = ForbiddenCall(line or 0, what, rule, hides=hides)
    last = last or error
    raise error
