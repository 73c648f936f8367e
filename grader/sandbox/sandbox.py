"""Children for learners' modules: check the text, load it, call its functions, clean up."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np

from grader.errors import SandboxError
from grader.sandbox import answers, probe
from grader.sandbox.arguments import Arguments, Question
from grader.sandbox.connection import Clock, Connection, check_deadline
from grader.sandbox.faults import (
    BadAnswer,
    CallTimedOut,
    ChildCrashed,
    ForbiddenUse,
    LearnerFault,
    TooMuchWork,
)
from grader.sandbox.inside import wire
from grader.sandbox.launcher import Ended, Zygote
from grader.sandbox.limits import ALL_LAYERS, Limits
from grader.sandbox.source import Source

SHOWN_OUTPUT = 4000
SANDBOX_FAILED = 99  # as in inside/child.py
HOW_TO_CONFINE = (
    "Grade on Linux 5.13 or newer (x86-64 or aarch64) where seccomp is allowed: a plain machine, "
    "WSL 2 or a container with its default profile. To try your own code without protection, "
    "add --unsafe-no-sandbox."
)


@dataclass(frozen=True)
class ObjectCheck:
    """What the text of one exercise shows before any of it runs."""

    is_untouched: bool
    violation: str | None


@dataclass(frozen=True)
class ModuleCheck:
    """What the text of a module shows before any of it runs."""

    problem: str | None
    objects: Mapping[str, ObjectCheck]
    names: tuple[str, ...] = ()
    stubs: tuple[tuple[int, int], ...] = ()  # first and last line of each


class Sandbox:
    """Holds one zygote, and starts another when that is lost.

    Parameters
    ----------
    limits : Limits
        Bounds on each child.
    layers : tuple of str
        Which walls to put up; an empty tuple is no confinement at all, for debugging only.
    """

    def __init__(self, limits: Limits | None = None, layers: tuple[str, ...] = ALL_LAYERS) -> None:
        if not sys.platform.startswith("linux"):
            raise SandboxError(f"grading needs Linux, this is {sys.platform}. {HOW_TO_CONFINE}")
        self.limits = limits or Limits()
        self.layers = layers
        self.is_confined = bool(layers)
        self._zygote: Zygote | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def zygote(self) -> Zygote:
        """The zygote, started if there is none."""
        if self._zygote is None:
            self._zygote = Zygote(self.layers, self.limits)
        return self._zygote

    def start(self) -> None:
        """Let the zygote prepare itself; what needs it then waits until it is ready."""
        _ = self.zygote

    def describe(self) -> str:
        """Return in words what protects the grader from what it runs."""
        if not self.is_confined:
            return "NONE (--unsafe-no-sandbox): learners' code could do anything on this machine"
        zygote = self.zygote
        files = (
            f"files by Landlock (ABI {zygote.landlock_abi})"
            if "landlock" in zygote.layers
            else "no files at all (this kernel has no Landlock)"
        )
        return f"system calls by seccomp, {files}, resource limits"

    def prove(self) -> None:
        """Try to break out in a throw-away child; raise `SandboxError` if anything works."""
        if not self.is_confined:
            return
        source = Source("probe", "probe", probe.SOURCE, objects=("probe",))
        try:
            with self.spawn(source) as child:
                child.load()
                found = child.call("probe", Arguments((__file__, os.getpid()), {}))
        except LearnerFault as error:
            raise SandboxError(f"the sandbox's probe failed: {error}. {HOW_TO_CONFINE}") from error
        except SandboxError as error:
            raise SandboxError(f"no sandbox on this machine: {error}. {HOW_TO_CONFINE}") from error
        holes = probe.holes(found)
        if holes:
            raise SandboxError(
                f"the sandbox on this machine would let code {', '.join(holes)}. {HOW_TO_CONFINE}"
            )

    def spawn(self, source: Source, deadline: float | None = None) -> Child:
        """Start a child for one module and check its text.

        Parameters
        ----------
        source : Source
            The module.
        deadline : float, optional
            When the time of the whole submission is over, as `time.monotonic` tells it. From then
            on each step raises `CallTimedOut`, starting a child too.
        """
        check_deadline(deadline, time.monotonic())
        try:
            return Child(self.zygote, source, self.limits, deadline)
        except SandboxError:
            self.restart()
            raise

    def restart(self) -> None:
        """Give up the zygote; the next child gets a new one."""
        if self._zygote is not None:
            self._zygote.close()
            self._zygote = None

    def close(self) -> None:
        """End the zygote and all of its children."""
        self.restart()


class Child:
    """One learner's module in a confined process.

    `check` is made before any of the learner's code runs. After a `CallTimedOut`, `ChildCrashed`
    or `BadAnswer` the process is gone, and a new child has to be spawned.

    `max_steps` bounds how much Python each call may run (see inside/work.py); None: no bound.
    """

    def __init__(
        self, zygote: Zygote, source: Source, limits: Limits, deadline: float | None = None
    ) -> None:
        self.source = source
        self.limits = limits
        self.deadline = deadline
        self.is_alive = False
        self._zygote = zygote
        ours, theirs = socket.socketpair()
        self._output = os.memfd_create("output")
        try:
            self.pid = zygote.spawn(theirs, self._output)
        except SandboxError:
            ours.close()
            os.close(self._output)
            raise
        finally:
            theirs.close()
        self._connection = Connection(ours)
        self.is_alive = True
        self.ended: Ended | None = None
        self.missing: frozenset[str] = frozenset()
        self.statement: int | None = None
        self.max_steps: int | None = None
        try:
            self.check = self._check()
        except LearnerFault as fault:
            if self._ended_with(SANDBOX_FAILED):
                self.output()
                raise SandboxError("a child could not be confined") from fault
            if deadline is not None and time.monotonic() > deadline:
                self.output()
                raise
            self.check = ModuleCheck(f"Python could not read this file: {fault}", {})
        except SandboxError:
            self.close()
            self.output()
            raise

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def was_killed(self) -> bool:
        """Whether something outside killed it: not we, and not a limit of its own."""
        return (
            self.ended is not None
            and self.ended.was_over
            and os.WIFSIGNALED(self.ended.status)
            and os.WTERMSIG(self.ended.status) == signal.SIGKILL
            and self.ended.cpu_s < self.limits.child_cpu_s
        )

    def load(self, left_out: Collection[int] = ()) -> None:
        """Run the module's text. Its own exception is raised as in `call`.

        Of a notebook each risky statement has a call's time of its own, but for those in
        `left_out`, which are not run; `statement` is the one at which it ended.
        """
        risky = self.source.cells.risky if self.source.cells and self.source.is_notebook else ()
        message = {
            "op": "load",
            "source": self.source.text,
            "package": self.source.week,
            "name": self.source.name,
            "siblings": dict(self.source.siblings),
            "objects": list(self.source.objects),
            "is_notebook": self.source.is_notebook,
            "in_notebook": sorted(self.source.in_notebook),
            "risky": [list(lines) for lines in risky],
        }
        reply = self._tell(message)
        for number in range(len(risky)):
            self.statement = number
            reply = self._tell({"op": "go_on", "leave_out": number in left_out})
        self.statement = None
        if reply.get("loaded") is not True:
            raise self._error(reply)
        missing = reply.get("missing")
        if type(missing) is list:
            self.missing = frozenset(name for name in missing if type(name) is str)

    def call(self, name: str, arguments: Arguments) -> Any:
        """Call a function of the module and return what it returns.

        Arguments travel as copies. If the call changes one in place, the change is made to the
        caller's object as well if `arguments` asks for it.

        Raises
        ------
        LearnerFault
            If the call does not end, or ends with something that is no data.
        Exception
            What the learner's code raises, as the same builtin type, with its own lines as notes.
        """
        question = Question(name, arguments, max_steps=self.max_steps)
        return self.value_of(self.ask(question), question)

    def run(self, script: str, function: str, name: str, arguments: Arguments) -> Any:
        """Run `function(module, *args)` of a script's text beside the module, as `call` does.

        `name` is the object whose from-scratch rules are in force.
        """
        question = Question(name, arguments, script, function, max_steps=self.max_steps)
        return self.value_of(self.ask(question), question)

    def ask(self, question: Question) -> bytearray:
        """Make a call and return the answer as it came: nothing of it is looked at.

        Raises
        ------
        LearnerFault
            If none came.
        """
        return self._exchange(question.frame, question.arguments.callbacks)

    def value_of(self, frame: bytearray, question: Question) -> Any:
        """Return what a call returned, or raise what it raised, as `call` does."""
        reply = self._read(frame)
        arguments = question.arguments
        answers.warn_again(reply.get("warnings"))
        violation = reply.get("violation")
        if violation is not None:
            raise ForbiddenUse(answers.violation_sentence(violation, self.source))
        if question.max_steps is not None and "too_much_work" in reply:
            raise TooMuchWork(
                f"ran more than {question.max_steps:,} lines of Python in one call: let numpy "
                "compute with whole arrays instead of looping over their entries"
            )
        if arguments.are_restored and reply.get("arguments") is not None:
            arguments.restore(reply["arguments"])
        if "unsendable" in reply:
            what = answers.unsendable_sentence(reply["unsendable"], self.check.names)
            raise BadAnswer(f"returned {what}")
        if "ok" in reply:
            return reply["ok"]
        raise self._error(reply, question.script or question.name, arguments)

    def close(self, *, hung_up: bool = False) -> Ended | None:
        """End the process and everything that it started."""
        if self.ended is None:
            self._connection.close()
            self.is_alive = False
            with contextlib.suppress(SandboxError):  # a lost zygote took its children along
                self.ended = self._zygote.reap(self.pid, hung_up=hung_up)
        return self.ended

    def output(self) -> str:
        """Return the last part of what the module printed, without control characters."""
        if self._output < 0:
            return ""
        size = os.fstat(self._output).st_size
        data = os.pread(self._output, SHOWN_OUTPUT, max(0, size - SHOWN_OUTPUT))
        os.close(self._output)
        self._output = -1
        text = data.decode("utf-8", "replace")
        return "".join(c for c in text if c == "\n" or c.isprintable())

    def _check(self) -> ModuleCheck:
        message = {
            "op": "check",
            "source": self.source.text,
            "label": self.source.label,
            "stub": self.source.stub,
            "objects": list(self.source.objects),
            "rules": {name: list(rules) for name, rules in self.source.rules.items()},
        }
        reply = self._tell(message)
        if "sandbox" in reply:  # believed only here, where nothing of the learner's has run
            raise SandboxError(f"a child could not be made: {reply['sandbox']}")
        if "syntax" in reply:
            return ModuleCheck(answers.syntax_sentence(reply["syntax"], self.source), {})
        objects = {
            name: ObjectCheck(found["untouched"], self._violation(found["violation"]))
            for name, found in reply["objects"].items()
        }
        stubs = tuple((first, last) for first, last in reply["stubs"])
        return ModuleCheck(None, objects, tuple(reply["names"]), stubs)

    def _violation(self, found: list[Any] | None) -> str | None:
        if found is None:
            return None
        line, text = found
        rest = text.removeprefix(f"line {line}: ")
        return text if rest == text else f"{self.source.line_number(line)}: {rest}"

    def _tell(self, message: dict[str, Any]) -> dict[str, Any]:
        return self._read(self._exchange(wire.dumps(message), []))

    def _read(self, frame: bytearray) -> dict[str, Any]:
        """Return the message in a frame; one that holds none is the last of its child."""
        try:
            return answers.message_in(frame)
        except BadAnswer:
            self._end()
            raise

    def _exchange(self, frame: bytes, callbacks: list[Callable[..., Any]]) -> bytearray:
        if not self.is_alive:
            raise ChildCrashed("its process had ended")
        token = secrets.token_bytes(len(wire.NO_TOKEN))
        clock = Clock(self.pid, self.limits, self.deadline)
        check_deadline(self.deadline, clock.start)
        try:
            self._connection.send(wire.with_token(frame, token), clock)
            return self._await_reply(token, clock, callbacks)
        except ChildCrashed as error:
            self._end(hung_up=True)
            raise ChildCrashed(self._how_it_ended()) from error
        except LearnerFault:
            self._end()
            raise
        except BaseException:  # on our side, in a callback: the next answer would be to this call
            self.close()
            raise

    def _await_reply(
        self, token: bytes, clock: Clock, callbacks: list[Callable[..., Any]]
    ) -> bytearray:
        for _ in range(self.limits.callbacks):
            frame = self._connection.receive(clock)
            if wire.token_of(frame) != token:
                raise BadAnswer("sent an answer to another question")
            if not callbacks:
                return frame
            reply = answers.message_in(frame)
            if "callback" not in reply:
                return frame
            if len(frame) > self.limits.callback_bytes:
                raise BadAnswer("called the function it was given with more data than is sensible")
            clock.check_now_and_then()
            self._connection.send(_call_back(reply, callbacks), clock)
        raise CallTimedOut(f"called the function it was given {self.limits.callbacks} times")

    def _end(self, *, hung_up: bool = False) -> None:
        if self.close(hung_up=hung_up) is None:
            raise SandboxError("the zygote was lost in the middle of a call")

    def _ended_with(self, exit_code: int) -> bool:
        return self.ended is not None and self.ended.status == exit_code << 8

    def _how_it_ended(self) -> str:
        assert self.ended is not None
        status = self.ended.status
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if self.was_killed:
                return "was killed from outside: does it use very much memory?"
            if number == signal.SIGKILL and not self.ended.was_over:  # by us, after it hung up
                return "closed its connection"
            if number in (signal.SIGXCPU, signal.SIGKILL):
                return f"computed for more than {self.limits.child_cpu_s} s in all"
            names = {known.value: known.name for known in signal.Signals}
            name = names.get(number, f"signal {number}")  # real-time signals have none
            return (
                f"crashed the interpreter ({name}): by a recursion without end, or by a call "
                "into C code?"
            )
        return f"ended the whole program (exit status {os.waitstatus_to_exitcode(status)})"

    def _error(
        self, reply: dict[str, Any], asked: str = "", arguments: Arguments | None = None
    ) -> Exception:
        error = reply.get("error")
        if type(error) is not dict:
            return BadAnswer("sent something else than an answer")
        return answers.rebuild_exception(
            error,
            self.source,
            own_names=self.check.names,
            stubs=self.check.stubs,
            asked=asked,
            arguments=arguments.values if arguments else None,
        )


def _shown(text: Any, length: int) -> str:
    """Return a text that came out of the sandbox in one short line without control characters."""
    if type(text) is not str:
        return "something malformed"
    return "".join(c if c.isprintable() else " " for c in text[:length])


def _call_back(reply: dict[str, Any], callbacks: list[Callable[..., Any]]) -> bytes:
    """Call one of our functions for the learner's code, with arguments that it chose."""
    index, arguments = reply["callback"], reply.get("arguments")
    if type(index) is not int or not 0 <= index < len(callbacks):
        raise BadAnswer("called a function that it was not given")
    if (
        type(arguments) is not list
        or [type(part) for part in arguments] != [list, dict]
        or not all(type(key) is str for key in arguments[1])
    ):
        raise BadAnswer("called a function in an impossible way")
    try:
        # Whatever is wrong with the arguments is the caller's to see, as without a sandbox.
        with np.errstate(all="ignore"):
            value = callbacks[index](*arguments[0], **arguments[1])
        return wire.dumps({"ok": value})
    except Exception as error:
        return wire.dumps({"error": [type(error).__name__, str(error)[:500]]})
