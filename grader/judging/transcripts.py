"""Run a hidden test without running it, where all that it would do is known.

A hidden test is a function of the answers that it gets: its inputs come from a seeded `rng`. So
*call, answer, next call, answer, …, outcome* is a tree that all learners of a run share. Where a
learner's answers follow a known path, the calls are made and nothing else: no inputs are made,
nothing is computed by the reference, nothing is compared. Where an answer is new, the test itself
runs; it is given the answers that there are already, and the tree grows.

Answers are the same if they are so to the bit. Of an exception only its type counts, since a test
can't see more of a learner's error than that; where a test ends with the error itself, what is told
is always this learner's own.

A call that hands over a function is not made ahead of its test: the function lives in there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.errors import SuiteError
from grader.judging.bench import Given, ModuleBench, Wanted
from grader.sandbox.arguments import Question
from kata.comparisons import Mismatch

MAX_STEPS = 200_000
MAX_QUESTION_BYTES = 256 << 20


@dataclass(frozen=True)
class Ending:
    """How a test ends; `is_answer`: with the error that the last call raised."""

    error: BaseException | None
    is_answer: bool = False


@dataclass
class Step:
    """One place in the tree: what the test does next, and where each answer leads."""

    question: Question | None = None
    ending: Ending | None = None
    after: dict[bytes, Step] = field(default_factory=dict)


class Transcripts:
    """The trees of all tests of a process, bounded: when they are too large, they start anew."""

    def __init__(self) -> None:
        self._roots: dict[str, Step] = {}
        self._unsteady: set[str] = set()  # tests that do not ask the same each time
        self._questions: dict[bytes, Question] = {}
        self._n_steps = 0
        self._n_bytes = 0

    def run(
        self,
        name: str,
        bench: ModuleBench,
        body: Callable[[ModuleBench | _Teller], BaseException | None],
    ) -> BaseException | None:
        """Return what a test finds wrong with the module on the bench, None if nothing.

        Parameters
        ----------
        name : str
            Of the test, and of all that its inputs depend on.
        bench : ModuleBench
            Where the learner's module is.
        body : callable
            Runs the test on a bench.
        """
        if name in self._unsteady:
            return body(bench)
        root = self._roots.setdefault(name, Step())
        ending, answers = _follow(root, bench)
        if ending is not None:
            return answers[-1].error() if ending.is_answer else ending.error
        teller = _Teller(self, root, bench, answers)
        error = body(teller)
        if teller.is_unsteady:
            self._unsteady.add(name)
            return body(bench)
        teller.end(error)
        return error

    def keep(self, question: Question) -> Question:
        """Make room for one more step, and return its question, of which one is kept for all."""
        if self._n_steps > MAX_STEPS or self._n_bytes > MAX_QUESTION_BYTES:
            self._roots.clear()
            self._questions.clear()
            self._n_steps = self._n_bytes = 0
        self._n_steps += 1
        key = question.digest
        if key not in self._questions:
            self._n_bytes += 2 * len(question.frame)  # its arguments lie there beside it
            self._questions[key] = replace(question, arguments=question.arguments.kept())
        return self._questions[key]


def _follow(step: Step, bench: ModuleBench) -> tuple[Ending | None, list[Given]]:
    """Make the calls of a known path; return how it ends, if that is known, and the answers."""
    answers: list[Given] = []
    while step.question is not None:
        given = bench.ask(step.question)
        answers.append(given)
        if given.key in step.after:
            step = step.after[given.key]
            continue
        key = given.key_of_error(given.error())
        if key not in step.after:
            return None, answers
        step = step.after[key]
    return step.ending, answers


class _Teller:
    """What a test has for a bench: it tells the answers that there are, then asks for more."""

    def __init__(
        self, transcripts: Transcripts, root: Step, bench: ModuleBench, answers: Sequence[Given]
    ) -> None:
        self.is_unsteady = False
        self.max_steps = bench.max_steps
        self.records = bench.records
        self._transcripts = transcripts
        self._bench = bench
        self._step: Step | None = root  # None: where this leads is not kept
        self._answers = list(reversed(answers))
        self._error: BaseException | None = None

    def perform(self, wanted: Wanted) -> Any:
        """Call the learner's function, or tell what it answered when it was called."""
        question = self._bench.question(wanted)
        step, self._step = self._step, None
        given = self._given(question)
        try:
            value = given.value()
        except Exception as error:
            self._error = error
            self._go_on(step, given, given.key_of_error(error))
            raise
        self._go_on(step, given, given.key)
        return value

    def _given(self, question: Question) -> Given:
        if not self._answers:
            return self._bench.ask(question)
        given = self._answers.pop()
        if given.question.frame != question.frame:
            self.is_unsteady = True
            raise SuiteError("a hidden test does not ask the same each time")
        given.question = question  # what the call changes is to change in the test's own objects
        return given

    def _go_on(self, step: Step | None, given: Given, key: bytes) -> None:
        if step is None or not key or given.question.arguments.callbacks:
            return
        step.question = step.question or self._transcripts.keep(given.question)
        self._step = step.after.setdefault(key, Step())

    def end(self, error: BaseException | None) -> None:
        """Keep how the test ended."""
        if self._step is None:
            return
        if error is not None and error is self._error:
            self._step.ending = Ending(None, is_answer=True)
            return
        if error is not None:  # it would hold on to all that the test had made
            error = error.with_traceback(None)
            error.__context__ = error.__cause__ = None
            if isinstance(error, Mismatch):
                error = error.without_details()
        self._step.ending = Ending(error)
