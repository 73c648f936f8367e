"""Put one submission on the bench: its modules in the sandbox, its functions within a test's reach.

Hidden tests see a `LearnerProxy` that looks like the learner's module. Behind it one child serves
all exercises of a module, or of a notebook; after a time-out or a crash a new one takes over. What
a child was at when something outside killed it is tried once more: a machine short of memory costs
nobody points.

A statement of a notebook at which a child ends is left out by the next one, as if a kernel had been
interrupted in that cell.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import textwrap
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from exercises import Exercise, Module
from grader.course import Course
from grader.errors import SandboxError
from grader.intake.submission import Submission
from grader.judging.known import siblings_of
from grader.sandbox.answers import message_in, raised
from grader.sandbox.arguments import Arguments, Question
from grader.sandbox.faults import BadAnswer, CallTimedOut, ChildCrashed, LearnerFault
from grader.sandbox.inside import wire
from grader.sandbox.sandbox import Child, ModuleCheck, Sandbox
from grader.sandbox.source import Source

MAX_RECORDED_BYTES = 64 << 20
MAX_LEFT_OUT = 10
USED_UP_S = 10.0  # by the calls of one module of a notebook: the next one gets a new child
TOO_LARGE = BadAnswer("is too large to be kept")


@dataclass(frozen=True)
class Wanted:
    """One call that a hidden test makes: of a function, or of a script beside the module.

    `changes_show` is whether a change made to an argument is made to the test's object too.
    """

    name: str
    script: Callable[..., Any] | None
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    changes_show: bool = False


@dataclass(frozen=True)
class Answer:
    """How one call ended: a value, or the class name of the exception."""

    value: Any = None
    error: str | None = None


class Given:
    """What one call was answered, as it came, or why there was no answer.

    It is a record too: diagnosis makes the call again on modules of our own.
    """

    def __init__(
        self,
        question: Question,
        child: Child | None,
        frame: bytearray | None,
        fault: LearnerFault | None = None,
    ) -> None:
        self.question = question
        self.fault = fault
        self._child = child
        self._frame = frame

    @cached_property
    def key(self) -> bytes:
        """The same for the same answer, to the bit; b"" if there is none."""
        return wire.digest_of(wire.body_of(self._frame)) if self._frame is not None else b""

    def key_of_error(self, error: Exception | None) -> bytes:
        """Return what a test can see of an answer that is an error: its type, not its text.

        It is b"" where there is no answer, or none that is one.
        """
        if error is None or isinstance(error, LearnerFault | SandboxError) or self._frame is None:
            return b""
        reply = message_in(self._frame)
        seen = {"error": type(error).__name__}
        seen |= {name: reply[name] for name in ("warnings", "arguments") if name in reply}
        return wire.digest_of(wire.dumps(seen))

    @property
    def size(self) -> int:
        """How many bytes the answer has."""
        return len(self._frame) if self._frame is not None else 0

    def value(self) -> Any:
        """Return what was returned, a new copy each time, or raise what was raised."""
        if self.fault is not None:
            raise self.fault
        assert self._child is not None
        assert self._frame is not None
        return self._child.value_of(self._frame, self.question)

    @cached_property
    def answer(self) -> Answer:
        """How the call ended; nobody changes the value."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Answer(self.value())
        except Exception as error:
            return Answer(error=type(error).__name__)

    def error(self) -> Exception | None:
        """Return what was raised, None if nothing was."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.value()
        except Exception as error:
            return error
        return None


@dataclass(frozen=True)
class LoadProblem:
    """Why a module can't be called at all."""

    status: str
    why: str


class ModuleBench:
    """One module of one submission."""

    def __init__(self, sandbox: Sandbox, source: Source, *, deadline: float | None = None) -> None:
        self.sandbox = sandbox
        self.source = source
        self.deadline = deadline
        self.records: list[Given] = []
        self.cpu_s = 0.0
        self.wall_s = 0.0
        self.output = ""
        self.max_steps: int | None = None
        self.left_out: dict[int, str] = {}  # statements of a notebook, and why
        self.problem: LoadProblem | None = None
        self._child: Child | None = None
        self._recorded_bytes = 0
        self._is_slow = False
        child = self._spawn()
        self.check = child.check if child else ModuleCheck(None, {})
        self.missing = child.missing if child else frozenset[str]()

    def _spawn(self) -> Child | None:
        """Start a child, check the text, run it; what goes wrong is kept in `problem`."""
        while True:
            self._start()
            if self._child is not None and self._child.was_killed:
                self.close()
                self._start()
            if not self._leave_out():
                return self._child
            self.close()

    def _leave_out(self) -> bool:
        """Take note of the statement at which a notebook came to its end, if it did at one."""
        number = self._child.statement if self._child else None
        cells = self.source.cells
        if self.problem is None or number is None or cells is None:
            return False
        place = cells.place(cells.risky[number][0])
        is_late = self.deadline is not None and time.monotonic() > self.deadline
        if is_late or len(self.left_out) == MAX_LEFT_OUT:
            why = f"{self.problem.why} (at {place})"
            self.problem = dataclasses.replace(self.problem, why=why)
            return False
        why = self.problem.why.removeprefix(f"importing {cells.notebook} ")
        self.left_out[number] = f"{place} left out: it {why}"
        return True

    @property
    def notes(self) -> list[str]:
        """What was left out, and why."""
        return list(self.left_out.values())

    def begin_module(self) -> None:
        """Give the next module of a notebook the time that one with its own child has."""
        if self.wall_s > USED_UP_S:
            self.close()
        self.wall_s = 0.0

    def begin_exercise(self) -> None:
        """Forget the calls of the exercise before, and whether one of them took too long."""
        self.records.clear()
        self._is_slow = False

    def _start(self) -> None:
        self.problem = None
        try:
            child = self._child = self.sandbox.spawn(self.source, self.deadline)
        except CallTimedOut as fault:
            self.problem = LoadProblem("timeout", f"importing {self.source.shown_label} {fault}")
            return
        if child.check.problem is not None:
            self.problem = LoadProblem("unreadable", child.check.problem)
            return
        try:
            child.load(self.left_out)
        except LearnerFault as fault:
            kind = {"CallTimedOut": "timeout", "ChildCrashed": "crashed"}
            status = kind.get(type(fault).__name__, "unreadable")
            self.problem = LoadProblem(status, f"importing {self.source.shown_label} {fault}")
        except Exception as error:  # whatever the learner's top-level code raised
            self.problem = LoadProblem("unreadable", _import_sentence(self.source, error))

    def perform(self, wanted: Wanted) -> Any:
        """Call the learner's function, or run a script beside the module, and keep a record."""
        return self.ask(self.question(wanted)).value()

    def question(self, wanted: Wanted) -> Question:
        """Return a call as it is sent."""
        name, script = wanted.name, wanted.script
        arguments = Arguments(wanted.args, wanted.kwargs, are_restored=wanted.changes_show)
        if script is None:
            return Question(name, arguments, max_steps=self.max_steps)
        return Question(
            name, arguments, _source_of(script), script.__name__, script, self.max_steps
        )

    def ask(self, question: Question) -> Given:
        """Make a call, and keep a record of what came back."""
        start = time.monotonic()
        try:
            given = self._ask(question)
        finally:
            self.wall_s += time.monotonic() - start
        if not self.records:
            self._recorded_bytes = 0
        self._recorded_bytes += given.size
        if self._recorded_bytes > MAX_RECORDED_BYTES:  # then diagnosis has to do without
            self.records.append(Given(question, None, None, TOO_LARGE))
        else:
            self.records.append(given)
        return given

    def _ask(self, question: Question) -> Given:
        limit = self.sandbox.limits.module_wall_s
        try:
            if self.wall_s > limit:
                raise CallTimedOut(f"took more than {limit:g} s for all calls together")
            try:
                frame = self._living_child().ask(question)
            except ChildCrashed:
                if self._child is None or not self._child.was_killed:
                    raise
                frame = self._living_child().ask(question)
        except LearnerFault as fault:
            self._is_slow |= isinstance(fault, CallTimedOut)
            return Given(question, self._child, None, fault)
        return Given(question, self._child, frame)

    def _living_child(self) -> Child:
        child = self._child
        if child is None or not child.is_alive:
            self.close()
            child = self._spawn()
        if child is None:
            assert self.problem is not None
            raise CallTimedOut(self.problem.why)
        limits = self.sandbox.limits
        if self._is_slow:  # a class has many loops that never end, and each would cost this twice
            least = min(limits.call_cpu_s, limits.next_calls_cpu_s)
            limits = dataclasses.replace(limits, call_cpu_s=least)
        child.limits = limits
        return child

    def close(self) -> None:
        """End the child and keep what it used and printed."""
        if self._child is not None:
            ended = self._child.close()
            self.cpu_s += ended.cpu_s if ended else 0.0
            self.output = self._child.output()
            self._child = None


def _import_sentence(source: Source, error: Exception) -> str:
    found = raised(error)
    if found is None:  # no exception of theirs
        raise error
    why = f"{source.shown_label} does not import: {found.name}"
    if found.words:
        why += f": {found.words}"
    if found.name == "ModuleNotFoundError":
        why += "; only numpy and the standard library are there"
    return why + (f" (at {found.place}, in `{found.line}`)" if found.place else "")


class Bench(Protocol):
    """Where a module is called: in the sandbox, or, for modules of our own, in this process."""

    records: list[Given]
    max_steps: int | None

    def perform(self, wanted: Wanted) -> Any:
        """Call a function of the module, or run a script beside it."""


class LearnerProxy:
    """What the fixture `learner` is: the learner's module, as a test sees it."""

    def __init__(self, bench: Bench, exercise: Exercise) -> None:
        self._bench = bench
        self._exercise = exercise

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        return _callable(
            name,
            lambda changes_show, args, kwargs: self._bench.perform(
                Wanted(name, None, args, kwargs, changes_show)
            ),
        )

    @property
    def run(self) -> Callable[..., Any]:
        """Run `script(module, *data)` in the sandbox and return the data that it returns."""
        name = self._exercise.object_name
        return _callable(
            "run",
            lambda changes_show, args, kwargs: self._bench.perform(
                Wanted(name, args[0], args[1:], kwargs, changes_show)
            ),
        )


def limit_work(proxy: LearnerProxy, steps: int | None) -> None:
    """Bound how much Python each call may run; None: no bound."""
    proxy._bench.max_steps = steps


def _callable(
    name: str, perform: Callable[[bool, tuple[Any, ...], dict[str, Any]], Any]
) -> Callable[..., Any]:
    """Return what a test calls; its `with_changes` brings changed arguments back as well.

    Only the comparison that looks for changes asks for that. Any other test must find its inputs
    as they were: `assert_close(learner.dot(a, b), a @ b)` works out the truth after the call, from
    vectors that the learner's code could have set to 0.
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return perform(False, args, kwargs)

    def with_changes(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return perform(True, args, kwargs)

    call.__name__ = call.__qualname__ = name
    call.with_changes = with_changes  # type: ignore[attr-defined]
    return call


_sources: dict[Callable[..., Any], str] = {}


def _source_of(script: Callable[..., Any]) -> str:
    if script not in _sources:
        _sources[script] = textwrap.dedent(inspect.getsource(script))
    return _sources[script]


def source_of_module(
    course: Course, module: Module, text: str, siblings: Mapping[str, str]
) -> Source:
    """Return what the sandbox needs to know about one module of a submission."""
    stub = course.layout.learners_file(module)
    return Source(
        week=module.week,
        name=module.name,
        text=text,
        stub=course.read(stub) if stub.exists() else "",
        objects=tuple(dict.fromkeys(e.object_name for e in module.exercises)),
        rules={e.object_name: e.forbidden for e in module.exercises if e.forbidden},
        siblings={name: other for name, other in siblings.items() if name != module.name},
    )


def source_of_submission(course: Course, module: Module, submission: Submission) -> Source | None:
    """Return where a module is: in a file of its own, in the week's notebook, or nowhere.

    Modules that stand in the notebook have one and the same source, which serves them all. Siblings
    are the files that may be imported: all, or none.
    """
    week = course.catalogue.week(submission.week)
    assert week is not None
    file = submission.files.get(module.name)
    if file is None or file.text is None:
        return None
    text, siblings = file.text, siblings_of(module, submission)
    offered = {name: each.text or "" for name, each in siblings.items()}
    cells = next((each.cells for each in (file, *siblings.values()) if each.cells), None)
    in_notebook = [
        each
        for each in week.modules
        if (found := {module.name: file, **siblings}.get(each.name)) and found.cells
    ]
    if not file.cells:
        source = source_of_module(course, module, text, offered)
        names = frozenset(each.name for each in in_notebook)
        return dataclasses.replace(source, cells=cells, in_notebook=names)
    parts = [source_of_module(course, each, text, {}) for each in in_notebook]
    return Source(
        week=week.name,
        name=week.name,
        text=text,
        stub="\n".join(part.stub for part in parts),
        objects=tuple(dict.fromkeys(name for part in parts for name in part.objects)),
        rules={name: rules for part in parts for name, rules in part.rules.items()},
        siblings={name: text for name, text in offered.items() if not siblings[name].cells},
        cells=cells,
        in_notebook=frozenset(each.name for each in in_notebook),
    )


class Benches:
    """The benches of one submission: one for each module, or one for all of a notebook's."""

    def __init__(
        self, course: Course, sandbox: Sandbox, submission: Submission, deadline: float
    ) -> None:
        self.submission = submission
        self.deadline = deadline
        self._course = course
        self._sandbox = sandbox
        self._notebook: ModuleBench | None = None

    @contextlib.contextmanager
    def lend(self, module: Module) -> Iterator[ModuleBench]:
        """Yield the bench of a module whose text can be read."""
        source = source_of_submission(self._course, module, self.submission)
        assert source is not None
        if source.is_notebook:
            if self._notebook is None:
                self._notebook = ModuleBench(self._sandbox, source, deadline=self.deadline)
            self._notebook.begin_module()
            yield self._notebook
            return
        bench = ModuleBench(self._sandbox, source, deadline=self.deadline)
        with contextlib.closing(bench):
            yield bench

    @property
    def notes(self) -> list[str]:
        """What was left out of a notebook, and why."""
        return self._notebook.notes if self._notebook else []

    def close(self) -> None:
        """End what still runs."""
        if self._notebook is not None:
            self._notebook.close()
