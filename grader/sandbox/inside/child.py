"""One sandboxed child: it takes one learner's module as text and answers calls until the end.

Stand-alone; runs in a process forked from the zygote. Everything up to the learner's first line
of code runs before `exec`, so what is reported there (`checked`) can be trusted. Afterwards the
learner's code owns this process: each later frame is only a claim about what a function returned.
"""

from __future__ import annotations
import __future__

import ast
import bisect
import builtins
import contextlib
import importlib.abc
import importlib.machinery
import itertools
import linecache
import os
import signal
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import guards
import landlock
import limits
import memory
import numpy as np
import output
import rules
import seccomp
import verdict
import wire
import work

SOCKET = 3
RULESET = 4
MAX_TEXT = 2000
MAX_FRAMES = 6
MAX_NAMES = 200
MAX_WARNINGS = 5
SMALL_READ, LARGE_READ = 1 << 16, 1 << 20
SANDBOX_FAILED = 99
POSTPONED = __future__.annotations.compiler_flag
# What a call can't change, and arrays, of which a look at the bytes tells.
UNCHANGING = {np.ndarray, float, int, str, bool, type(None), np.float64, np.int64}


@dataclass(frozen=True)
class Settings:
    """What the zygote found out once for all of its children."""

    layers: tuple[str, ...]
    ruleset: int | None
    memory_mib: int
    cpu_s: int
    output_bytes: int
    files: int
    zygote_pid: int


def main(socket: int, out: int, settings: Settings) -> None:
    """Confine this process, then serve; never returns."""
    try:
        _arrange_descriptors(socket, out, settings)
        _confine(settings)
    except BaseException as error:  # nothing of the learner has run: this is the sandbox's fault
        with contextlib.suppress(BaseException):
            question = wire.token_of(_receive())
            _send({"sandbox": f"{type(error).__name__}: {error}"}, question)
        os._exit(SANDBOX_FAILED)
    streams: dict[str, Any] = {
        "stdout": output.CappedOutput(1, settings.output_bytes // 2),
        "stderr": output.CappedOutput(2, settings.output_bytes // 4),
        "stdin": None,
    }
    for name, stream in streams.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    Server().serve()


def _arrange_descriptors(socket: int, out: int, settings: Settings) -> None:
    """Leave just: 0 nothing to read, 1 and 2 the output, 3 the socket (and 4 the ruleset)."""
    for number in range(1, signal.NSIG):
        with contextlib.suppress(OSError, ValueError):  # SIGKILL, SIGSTOP and libc's own
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a full output file raises instead
    os.setsid()
    os.chdir("/")
    # Copies far above the range that is filled below, so that no copy overwrites a source.
    high = 100
    null = os.open("/dev/null", os.O_RDONLY)
    sources = [null, out, out, socket]
    if settings.ruleset is not None:
        sources.append(settings.ruleset)
    for index, descriptor in enumerate(sources):
        os.dup2(descriptor, high + index)
    for index in range(len(sources)):
        os.dup2(high + index, index)
    os.closerange(len(sources), os.sysconf("SC_OPEN_MAX"))


def _confine(settings: Settings) -> None:
    layers = settings.layers
    if "user" in layers:
        limits.give_up_root()
    limits.set_resource_limits(
        memory_mib=settings.memory_mib,
        cpu_s=settings.cpu_s,
        output_bytes=settings.output_bytes,
        files=settings.files,
    )
    limits.set_process_flags(settings.zygote_pid)
    if "landlock" in layers:
        landlock.restrict_self(RULESET)
    if settings.ruleset is not None:
        os.close(RULESET)
    if "seccomp" in layers:
        may_read = "landlock" in layers
        seccomp.load(seccomp.build(may_read_files=may_read, pid=os.getpid()))


class Server:
    """Answers the grader's messages, one at a time."""

    def __init__(self) -> None:
        self.label = ""
        self.module = types.ModuleType("submission")
        self.rules: dict[str, list[str]] = {}
        self.objects: list[str] = []
        self.parts: Iterator[list[ast.stmt]] = iter(())  # of a notebook, still to be run

    def serve(self) -> None:
        """Answer until the grader hangs up."""
        while True:
            frame = _receive()
            message, question = wire.loads(frame), wire.token_of(frame)
            if message["op"] == "check":
                _send(self._check(message), question)
            elif message["op"] == "load":
                _send(self._load(message), question)
            elif message["op"] == "go_on":
                _send(self._go_on(leave_out=message["leave_out"]), question)
            else:
                self._answer(message, _receive(), question)

    def _check(self, message: dict[str, Any]) -> dict[str, Any]:
        """Look at the text, before any of it runs."""
        source, self.label = message["source"], message["label"]
        self.rules = {name: list(texts) for name, texts in message["rules"].items() if texts}
        try:
            tree = ast.parse(source)
            stub = message["stub"]
            objects = {name: self._look_at(name, source, stub) for name in message["objects"]}
            stubs = list(verdict.stub_lines(tree))
            if self.rules:
                guards.install(self.rules)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return {"syntax": _describe_syntax(error)}
        except Exception as error:  # a mistake of ours: nothing of the learner's has run yet
            return {"sandbox": f"checking the text failed: {type(error).__name__}: {error}"}
        return {"objects": objects, "names": _top_level_names(tree), "stubs": stubs}

    def _look_at(self, name: str, source: str, stub: str) -> dict[str, Any]:
        violation = None
        if name in self.rules:
            violation = rules.find_violation(source, name, self.rules[name])
        return {
            "untouched": verdict.is_untouched(source, stub, name),
            "violation": None if violation is None else [violation.line, str(violation)],
        }

    def _load(self, message: dict[str, Any]) -> dict[str, Any]:
        source, package = message["source"], message["package"]
        self.objects = message["objects"]
        parent = _offer_siblings(message)
        self.module = types.ModuleType(f"{package}.{message['name']}")
        self.module.__file__ = self.label
        sys.modules[self.module.__name__] = self.module
        _remember_source(self.label, source)
        if message["is_notebook"]:
            for name in message["in_notebook"]:
                sys.modules[f"{package}.{name}"] = self.module
                setattr(parent, name, self.module)
            self.parts = iter(_parts(ast.parse(source), message["risky"]))
            return self._go_on(leave_out=False)
        try:
            with warnings.catch_warnings(record=True):
                exec(compile(source, self.label, "exec", dont_inherit=True), self.module.__dict__)
        except BaseException as error:
            return {"error": _describe(error, self.label)}
        return self._loaded()

    def _go_on(self, *, leave_out: bool) -> dict[str, Any]:
        """Run a notebook's next risky statement, if it is not left out, and what follows safely."""
        risky, safe = next(self.parts), next(self.parts)
        with warnings.catch_warnings(record=True):
            _run_statements([*([] if leave_out else risky), *safe], self.label, self.module)
        return self._loaded()

    def _loaded(self) -> dict[str, Any]:
        missing = [name for name in self.objects if not hasattr(self.module, name)]
        return {"loaded": True, "missing": missing}

    def _answer(self, message: dict[str, Any], arguments: bytes, question: bytes) -> None:
        callback = _callback_maker(question)
        args, kwargs = wire.loads(arguments, callback)
        snapshot = _snapshot(args, kwargs)
        reply: dict[str, Any] = {}
        bound = work.Bounded(message.get("steps"))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            memory.fill_with_nan([*args, *kwargs.values()])
            try:
                with self._rules_in_force(message["object"]):
                    reply["ok"] = self._run(message, args, kwargs, bound)
            except BaseException as error:
                reply["error"] = _describe(error, self.label)
        extras = {
            "warnings": _floating_point_warnings(caught) if caught else None,
            "violation": guards.violation() if self.rules else None,
            "too_much_work": bound.is_used_up or None,
            "arguments": _changed(snapshot, arguments, args, kwargs),
        }
        reply.update({name: extra for name, extra in extras.items() if extra is not None})
        _send_reply(reply, question)

    def _run(
        self,
        message: dict[str, Any],
        args: list[Any],
        kwargs: dict[str, Any],
        bound: work.Bounded,
    ) -> Any:
        if message["op"] == "call":
            function = getattr(self.module, message["object"])
            with bound:
                return function(*args, **kwargs)
        script: dict[str, Any] = {"np": np, "__name__": "script"}
        exec(compile(message["source"], "script", "exec", dont_inherit=True), script)
        with bound:
            return script[message["name"]](self.module, *args, **kwargs)

    @contextlib.contextmanager
    def _rules_in_force(self, name: str) -> Iterator[None]:
        if name not in self.rules:
            yield
            return
        with guards.active(self.rules[name]):
            yield


class _Siblings(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import the learner's other modules of the same week (`from week1.vectors import dot`)."""

    def __init__(self, message: dict[str, Any]) -> None:
        self.package = message["package"]
        self.sources = message["siblings"]
        self.in_notebook = message["in_notebook"]

    def find_spec(
        self, fullname: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        package, _, name = fullname.rpartition(".")
        if package != self.package or name not in self.sources:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=f"{package}/{name}.py")

    def exec_module(self, module: types.ModuleType) -> None:
        name = module.__name__.rpartition(".")[2]
        label = f"{self.package}/{name}.py"
        _remember_source(label, self.sources[name])
        if name in self.in_notebook:
            _run_statements(ast.parse(self.sources[name]).body, label, module)
            return
        exec(compile(self.sources[name], label, "exec", dont_inherit=True), module.__dict__)


def _offer_siblings(message: dict[str, Any]) -> types.ModuleType:
    parent = types.ModuleType(message["package"])
    parent.__path__ = []
    sys.modules[parent.__name__] = parent
    sys.meta_path.insert(0, _Siblings(message))
    return parent


def _parts(tree: ast.Module, risky: list[list[int]]) -> Iterator[list[ast.stmt]]:
    """Yield statements in turns: those of a risky range of lines, and those up to the next one."""
    lines = [statement.lineno for statement in tree.body]  # of `def`, if there are decorators
    ends = [0]
    for first, last in risky:
        ends += [bisect.bisect_left(lines, first), bisect.bisect_right(lines, last)]
    yield []
    for begin, end in itertools.pairwise([*ends, len(lines)]):
        yield tree.body[begin:end]


def _run_statements(statements: list[ast.stmt], label: str, module: types.ModuleType) -> None:
    """Run statements as a kernel runs cells: an error in one is no end to the others."""
    for statement in statements:
        with contextlib.suppress(BaseException):
            tree = ast.Module([statement], [])
            code = compile(tree, label, "exec", flags=POSTPONED, dont_inherit=True)
            exec(code, module.__dict__)


def _callback_maker(question: bytes) -> Any:
    """Return what turns a function's index into a callable that asks the grader."""

    def make(index: int) -> Any:
        def callback(*args: Any, **kwargs: Any) -> Any:
            _send({"callback": index, "arguments": [list(args), kwargs]}, question)
            reply = wire.loads(_receive())
            if "ok" in reply:
                return reply["ok"]
            raise getattr(builtins, reply["error"][0], RuntimeError)(reply["error"][1])

        callback.__name__ = callback.__qualname__ = "function"
        return callback

    return make


def _snapshot(args: list[Any], kwargs: dict[str, Any]) -> list[Any] | None:
    """Return the arrays' content if no argument can be changed but an array, else None."""
    values = [*args, *kwargs.values()]
    if not all(type(value) in UNCHANGING for value in values):
        return None
    return [
        (value.dtype, value.shape, value.tobytes()) if type(value) is np.ndarray else None
        for value in values
    ]


def _changed(
    snapshot: list[Any] | None, arguments: bytes, args: list[Any], kwargs: dict[str, Any]
) -> Any:
    """Return the arguments as they are now if the call changed them, else None."""
    if snapshot is not None and _snapshot(args, kwargs) == snapshot:
        return None
    try:
        now = wire.dumps([args, kwargs], [])
    except wire.WireError:
        return "unsendable"
    # A function among the arguments is the grader's own and stays what it is.
    return None if now == arguments else wire.loads(now, lambda index: None)


def _send_reply(reply: dict[str, Any], question: bytes) -> None:
    """Send a reply; if the result is no data, say what it is instead."""
    try:
        _send(reply, question)
        return
    except wire.WireError as error:
        what = str(error)
    result = reply.get("ok")
    if isinstance(result, BaseException):
        what = f"a {type(result).__name__} instead of raising it"
    try:
        wire.dumps(result)
        _send({**reply, "arguments": "unsendable"}, question)  # only the arguments are at fault
    except wire.WireError:
        reply.pop("ok", None)
        reply.pop("arguments", None)
        _send({**reply, "unsendable": what}, question)


def _describe(error: BaseException, label: str) -> dict[str, Any]:
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
    if isinstance(error, np.linalg.LinAlgError):
        kinds.insert(0, "LinAlgError")
    try:
        text = str(error)[:MAX_TEXT]
    except BaseException:  # the learner's own exception class may do anything here
        text = "(its text cannot be shown)"
    return {
        "kinds": kinds,
        "name": type(error).__name__[:100],
        "text": text,
        "frames": _learner_frames(error, label),
    }


def _learner_frames(error: BaseException, label: str) -> list[list[Any]]:
    folder = label.rpartition("/")[0]
    frames = [
        (frame.f_code.co_filename, line, frame.f_code.co_name)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename.startswith(f"{folder}/")
    ]
    return [
        [file[:200], line, name[:100], linecache.getline(file, line).strip()[:200]]
        for file, line, name in frames[-MAX_FRAMES:]
    ]


def _describe_syntax(error: BaseException) -> dict[str, Any]:
    line = getattr(error, "lineno", None)
    return {
        "name": type(error).__name__,
        "text": str(getattr(error, "msg", error))[:MAX_TEXT],
        "line": line if isinstance(line, int) else None,
        "source": str(getattr(error, "text", "") or "").strip()[:200],
    }


def _top_level_names(tree: ast.Module) -> list[str]:
    names = [
        node.name[:100]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    return names[:MAX_NAMES]


def _floating_point_warnings(caught: list[warnings.WarningMessage]) -> list[str]:
    texts = [str(w.message)[:200] for w in caught if w.category is RuntimeWarning]
    return texts[:MAX_WARNINGS]


def _remember_source(label: str, source: str) -> None:
    linecache.cache[label] = (len(source), None, source.splitlines(keepends=True), label)


_left_over = b""


def _receive() -> bytes:
    """Return the next frame; the one after it may have come along."""
    global _left_over
    data = _left_over or _read(SMALL_READ)
    while len(data) < wire.PREFIX.size:
        data += _read(SMALL_READ)
    length = wire.frame_length(data[: wire.PREFIX.size])
    if len(data) < length:
        parts, missing = [data], length - len(data)
        while missing > 0:
            parts.append(_read(max(SMALL_READ, min(missing, LARGE_READ))))
            missing -= len(parts[-1])
        data = b"".join(parts)
    _left_over = data[length:]
    return data[:length]


def _read(most: int) -> bytes:
    part = os.read(SOCKET, most)
    if not part:  # the grader hung up: there is nobody left to answer
        os._exit(0)
    return part


def _send(message: dict[str, Any], question: bytes) -> None:
    view = memoryview(wire.dumps(message, token=question))
    while view:
        view = view[os.write(SOCKET, view) :]
