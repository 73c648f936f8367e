"""Grade one submission: run the hidden tests, and turn what happened into verdicts."""

from __future__ import annotations

import contextlib
import difflib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from exercises import Exercise, Module
from grader.course import Course
from grader.errors import SandboxError, describe_mistake
from grader.intake.submission import File, Submission
from grader.judging.bench import ModuleBench, source_of_module, source_of_submission
from grader.judging.diagnosis import Diagnostician
from grader.judging.digest import suite_digest
from grader.judging.reasons import is_todo, why_failed
from grader.judging.suite import HiddenTest, Suite, TestRun
from grader.results import GRADED, ExerciseResult, Misconception, Result, TestResult, VoidTest
from grader.sandbox import (
    CallTimedOut,
    ChildCrashed,
    ForbiddenUse,
    Sandbox,
)

MAX_TIMEOUTS = 2
MAX_CRASHES = 3
SUBMISSION_WALL_S = 240.0
VOID = "void"
VOID_SENTENCE = "does not count: our own solution fails it in this run, which is ours to mend"
NOT_RUN = "not run, since earlier requirements ended the run"


@dataclass
class Grader:
    """Everything that one process needs to grade one submission after another.

    `troubles` gathers what went wrong on our side without touching a verdict, and `notes` what was
    left out of a notebook, both of the submission graded last.
    """

    course: Course
    suite: Suite
    sandbox: Sandbox
    seed: int
    is_diagnosing: bool = True
    diagnostician: Diagnostician = field(init=False)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _digests: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.diagnostician = Diagnostician(self.suite, self.seed)

    def grade(self, submission: Submission) -> Result:
        """Grade a submission. A lost zygote is made anew and the submission tried once more."""
        try:
            return self._grade(submission)
        except SandboxError:
            self.sandbox.restart()
            return self._grade(submission)

    def void_tests(self, modules: Sequence[Module]) -> tuple[VoidTest, ...]:
        """Grade the references, and return the tests that they fail with this run's seed."""
        try:
            return self._void_tests(modules)
        except SandboxError:
            self.sandbox.restart()
            return self._void_tests(modules)

    def _void_tests(self, modules: Sequence[Module]) -> tuple[VoidTest, ...]:
        found: list[VoidTest] = []
        for module in modules:
            text = self.course.read(self.course.layout.reference(module))
            bench = ModuleBench(self.sandbox, source_of_module(self.course, module, text, {}))
            try:
                for exercise in module.exercises:
                    for run in self.suite.run(exercise, bench, self.seed):
                        if isinstance(run.error, SandboxError):
                            raise run.error
                        if run.error is not None:
                            why = why_failed(run.error)
                            found.append(VoidTest(run.test.id, run.test.says, why))
            finally:
                bench.close()
        return tuple(found)

    def grade_one(self, module: Module, exercise: Exercise, text: str) -> ExerciseResult:
        """Grade one exercise of a module's text, for those who test the tests."""
        source = source_of_module(self.course, module, text, {})
        deadline = time.monotonic() + SUBMISSION_WALL_S
        bench = ModuleBench(self.sandbox, source, deadline=deadline)
        try:
            return self._grade_exercise(exercise, module, bench, deadline)
        finally:
            bench.close()

    def _grade(self, submission: Submission) -> Result:
        week = self.course.catalogue.week(submission.week)
        assert week is not None
        deadline = time.monotonic() + SUBMISSION_WALL_S
        results: list[ExerciseResult] = []
        self.notes.clear()
        with contextlib.ExitStack() as opened:
            notebook: ModuleBench | None = None
            for module in week.modules:
                source = source_of_submission(self.course, module, submission)
                if source is None:
                    results += self._without_bench(module, submission.files.get(module.name))
                elif not source.is_notebook:
                    bench = ModuleBench(self.sandbox, source, deadline=deadline)
                    with contextlib.closing(bench):
                        results += self._grade_module(module, bench, deadline)
                else:
                    if notebook is None:
                        notebook = ModuleBench(self.sandbox, source, deadline=deadline)
                        opened.enter_context(contextlib.closing(notebook))
                    notebook.begin_module()
                    results += self._grade_module(module, notebook, deadline)
            self.notes += notebook.notes if notebook else []
        return Result(
            learner=submission.learner,
            week=submission.week,
            submitted_at=submission.submitted_at,
            digest=submission.digest,
            suite=self._suite_digest(week.name),
            seed=self.seed,
            status=GRADED,
            score=round(sum(result.score for result in results), 4),
            max_score=week.max_score,
            exercises=tuple(results),
            sandbox=self.sandbox.describe(),
            is_confined=self.sandbox.is_confined,
        )

    def _suite_digest(self, week: str) -> str:
        if week not in self._digests:
            self._digests[week] = suite_digest(self.course, week)
        return self._digests[week]

    def _grade_module(
        self, module: Module, bench: ModuleBench, deadline: float
    ) -> list[ExerciseResult]:
        return [self._grade_exercise(e, module, bench, deadline) for e in module.exercises]

    def _without_bench(self, module: Module, file: File | None) -> list[ExerciseResult]:
        if file is None:
            status, why = "todo", f"{module.name}.py was not handed in"
        else:
            status, why = "unreadable", file.problem or "cannot be read"
        return [self._without_tests(e, status, why) for e in module.exercises]

    def _grade_exercise(
        self, exercise: Exercise, module: Module, bench: ModuleBench, deadline: float
    ) -> ExerciseResult:
        start = time.perf_counter()
        early = _before_running(exercise, bench)
        if early is not None:
            return self._without_tests(exercise, *early)
        bench.records.clear()
        runs = self.suite.run(exercise, bench, self.seed, lambda so_far: _go_on(so_far, deadline))
        score, status, why = judge(exercise, runs, self._weight(exercise))
        misconception = None
        if self.is_diagnosing and status in ("failed", "partial"):
            misconception = self._diagnose(module, exercise, bench, runs)
            why = misconception.sentence if misconception else why
        return ExerciseResult(
            exercise=exercise.name,
            module=exercise.module,
            points=exercise.points,
            score=score,
            status=status,
            why=why,
            misconception=misconception,
            seconds=round(time.perf_counter() - start, 4),
            tests=self._test_results(exercise, runs),
        )

    def _diagnose(
        self, module: Module, exercise: Exercise, bench: ModuleBench, runs: Sequence[TestRun]
    ) -> Misconception | None:
        """Name the misconception; where that fails, the verdict stands without a name."""
        try:
            return self.diagnostician.diagnose(module, exercise, bench.records, runs)
        except Exception as error:
            self.troubles.append(f"{exercise.name}: diagnosis failed: {describe_mistake(error)}")
            return None

    def _weight(self, exercise: Exercise) -> float:
        return sum(test.weight for test in self.suite.tests[exercise] if not test.is_void)

    def _test_results(self, exercise: Exercise, runs: Sequence[TestRun]) -> tuple[TestResult, ...]:
        by_id = {run.test.id: run for run in runs}
        return tuple(_test_result(test, by_id.get(test.id)) for test in self.suite.tests[exercise])

    def _without_tests(self, exercise: Exercise, status: str, why: str) -> ExerciseResult:
        tests = self.suite.tests[exercise]
        return ExerciseResult(
            exercise=exercise.name,
            module=exercise.module,
            points=exercise.points,
            score=0.0,
            status=status,
            why=why,
            misconception=None,
            seconds=0.0,
            tests=tuple(TestResult(test.name, test.says, "failed", why) for test in tests),
        )


def _test_result(test: HiddenTest, run: TestRun | None) -> TestResult:
    if test.is_void:
        return TestResult(test.name, test.says, VOID, VOID_SENTENCE)
    if run is None:
        return TestResult(test.name, test.says, "failed", NOT_RUN)
    if run.error is None:
        return TestResult(test.name, test.says, "passed", "")
    return TestResult(test.name, test.says, "failed", why_failed(run.error))


def _before_running(exercise: Exercise, bench: ModuleBench) -> tuple[str, str] | None:
    """Return status and sentence where no test needs to run."""
    if bench.problem is not None:
        return bench.problem.status, bench.problem.why
    check = bench.check.objects[exercise.object_name]
    if check.is_untouched:
        return "todo", "still the stub"
    if check.violation:
        return "forbidden", check.violation
    if exercise.object_name in bench.missing:
        return "failed", _missing_sentence(exercise, bench)
    return None


def _missing_sentence(exercise: Exercise, bench: ModuleBench) -> str:
    sentence = f"{bench.source.shown_label} has no {exercise.object_name}"
    close = difflib.get_close_matches(exercise.object_name, bench.check.names, 1)
    return f"{sentence}: is it the one called {close[0]}?" if close else sentence


def _go_on(runs: Sequence[TestRun], deadline: float) -> bool:
    errors = [run.error for run in runs]
    return (
        sum(isinstance(error, CallTimedOut) for error in errors) < MAX_TIMEOUTS
        and sum(isinstance(error, ChildCrashed) for error in errors) < MAX_CRASHES
        and not any(isinstance(error, ForbiddenUse | SandboxError) for error in errors)
        and time.monotonic() < deadline
    )


def judge(
    exercise: Exercise, runs: Sequence[TestRun], total_weight: float
) -> tuple[float, str, str]:
    """Return score, status and a sentence.

    Fails closed: no test run, or fewer than there are, is never a pass.

    Raises
    ------
    SandboxError
        If a test failed because our side did.
    """
    errors = [run.error for run in runs if run.error is not None]
    for error in errors:
        if isinstance(error, SandboxError):
            raise error
    forbidden = [error for error in errors if isinstance(error, ForbiddenUse)]
    if forbidden:
        return 0.0, "forbidden", str(forbidden[0])
    passed = sum(run.test.weight for run in runs if run.error is None)
    if total_weight > 0 and passed == total_weight:
        return float(exercise.points), "passed", "all requirements met"
    why = _first_failure(runs)
    if passed > 0:
        return round(exercise.points * passed / total_weight, 4), "partial", why
    if not runs:
        return 0.0, "timeout", "the submission as a whole took too long; this was not reached"
    first = errors[0]
    if isinstance(first, CallTimedOut):
        return 0.0, "timeout", why
    if isinstance(first, ChildCrashed):
        return 0.0, "crashed", why
    if is_todo(first):
        return 0.0, "todo", why_failed(first)
    return 0.0, "failed", why


def _first_failure(runs: Sequence[TestRun]) -> str:
    for run in runs:
        if run.error is not None:
            return f"{run.test.says.rstrip('.')}: {why_failed(run.error)}"
    return "time was up before all requirements were tried"
