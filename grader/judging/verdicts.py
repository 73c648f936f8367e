"""Grade one submission: run the hidden tests, and turn what happened into verdicts."""

from __future__ import annotations

import difflib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from exercises import Exercise, Module
from grader.course import Course
from grader.errors import SandboxError
from grader.intake.submissions import Submission
from grader.judging.bench import ModuleBench, source_of_module
from grader.judging.diagnosis import Diagnostician
from grader.judging.reasons import is_todo, why_failed
from grader.judging.suite import Outcome, Suite
from grader.results import GRADED, ExerciseResult, Result, TestResult
from grader.sandbox import (
    CallTimedOut,
    ChildCrashed,
    ForbiddenUse,
    Sandbox,
)

MAX_TIMEOUTS = 2
MAX_CRASHES = 3
SUBMISSION_WALL_S = 240.0
NOT_RUN = "not run, since earlier requirements ended the run"


@dataclass
class Grader:
    """Everything that one process needs to grade one submission after another."""

    course: Course
    suite: Suite
    sandbox: Sandbox
    seed: int
    diagnostician: Diagnostician = field(init=False)
    suite_digests: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.diagnostician = Diagnostician(self.course)

    def suite_digest(self, week: str) -> str:
        """Return the digest of a week's hidden suite."""
        if week not in self.suite_digests:
            self.suite_digests[week] = self.course.suite_digest(week)
        return self.suite_digests[week]

    def grade(self, submission: Submission) -> Result:
        """Grade a submission. A lost zygote is made anew and the submission tried once more."""
        try:
            return self._grade(submission)
        except SandboxError:
            self.sandbox.restart()
            return self._grade(submission)

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
        for module in week.modules:
            results += self._grade_module(module, submission, deadline)
        return Result(
            learner=submission.learner,
            week=submission.week,
            submitted_at=submission.submitted_at,
            digest=submission.digest,
            suite=self.suite_digest(week.name),
            seed=self.seed,
            status=GRADED,
            score=round(sum(result.score for result in results), 4),
            max_score=week.max_score,
            exercises=tuple(results),
            sandbox=self.sandbox.describe(),
        )

    def _grade_module(
        self, module: Module, submission: Submission, deadline: float
    ) -> list[ExerciseResult]:
        file = submission.files.get(module.name)
        if file is None:
            why = f"{module.name}.py was not handed in"
            return [self._without_tests(e, "todo", why) for e in module.exercises]
        if file.text is None:
            why = file.problem or "cannot be read"
            return [self._without_tests(e, "unreadable", why) for e in module.exercises]
        siblings = {n: f.text for n, f in submission.files.items() if f.text is not None}
        bench = ModuleBench(
            self.sandbox,
            source_of_module(self.course, module, file.text, siblings),
            deadline=deadline,
        )
        try:
            return [self._grade_exercise(e, module, bench, deadline) for e in module.exercises]
        finally:
            bench.close()

    def _grade_exercise(
        self, exercise: Exercise, module: Module, bench: ModuleBench, deadline: float
    ) -> ExerciseResult:
        start = time.perf_counter()
        early = _before_running(exercise, bench)
        if early is not None:
            return self._without_tests(exercise, *early)
        bench.records.clear()
        outcomes = self.suite.run(
            exercise, bench, self.seed, lambda so_far: _go_on(so_far, deadline)
        )
        score, status, why = judge(exercise, outcomes, self._weight(exercise))
        misconception = None
        if status in ("failed", "partial"):
            diagnosis = self.diagnostician.diagnose(module, exercise, bench.records)
            if diagnosis is not None:
                misconception = {"name": diagnosis.name, "sentence": diagnosis.sentence}
                why = diagnosis.sentence
        return ExerciseResult(
            exercise=exercise.name,
            module=exercise.module,
            points=exercise.points,
            score=score,
            status=status,
            why=why,
            misconception=misconception,
            seconds=round(time.perf_counter() - start, 4),
            tests=self._test_results(exercise, outcomes),
        )

    def _weight(self, exercise: Exercise) -> float:
        return sum(test.weight for test in self.suite.tests[exercise])

    def _test_results(
        self, exercise: Exercise, outcomes: Sequence[Outcome]
    ) -> tuple[TestResult, ...]:
        results = []
        for index, test in enumerate(self.suite.tests[exercise]):
            if index >= len(outcomes):
                results.append(TestResult(test.name, test.says, "failed", NOT_RUN))
                continue
            error = outcomes[index].error
            status = "passed" if error is None else "failed"
            why = "" if error is None else why_failed(error)
            results.append(TestResult(test.name, test.says, status, why))
        return tuple(results)

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
    sentence = f"{bench.source.label} has no {exercise.object_name}"
    close = difflib.get_close_matches(exercise.object_name, bench.check.names, 1)
    return f"{sentence}: is it the one called {close[0]}?" if close else sentence


def _go_on(outcomes: Sequence[Outcome], deadline: float) -> bool:
    errors = [outcome.error for outcome in outcomes]
    return (
        sum(isinstance(error, CallTimedOut) for error in errors) < MAX_TIMEOUTS
        and sum(isinstance(error, ChildCrashed) for error in errors) < MAX_CRASHES
        and not any(isinstance(error, ForbiddenUse | SandboxError) for error in errors)
        and time.monotonic() < deadline
    )


def judge(
    exercise: Exercise, outcomes: Sequence[Outcome], total_weight: float
) -> tuple[float, str, str]:
    """Return score, status and a sentence.

    Fails closed: no test run, or fewer than there are, is never a pass.

    Raises
    ------
    SandboxError
        If a test failed because our side did.
    """
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    for error in errors:
        if isinstance(error, SandboxError):
            raise error
    forbidden = [error for error in errors if isinstance(error, ForbiddenUse)]
    if forbidden:
        return 0.0, "forbidden", str(forbidden[0])
    passed = sum(outcome.test.weight for outcome in outcomes if outcome.error is None)
    if total_weight > 0 and passed == total_weight:
        return float(exercise.points), "passed", "all requirements met"
    why = _first_failure(outcomes)
    if passed > 0:
        return round(exercise.points * passed / total_weight, 4), "partial", why
    if not outcomes:
        return 0.0, "timeout", "the submission as a whole took too long; this was not reached"
    first = errors[0]
    if isinstance(first, CallTimedOut):
        return 0.0, "timeout", why
    if isinstance(first, ChildCrashed):
        return 0.0, "crashed", why
    if is_todo(first):
        return 0.0, "todo", why_failed(first)
    return 0.0, "failed", why


def _first_failure(outcomes: Sequence[Outcome]) -> str:
    for outcome in outcomes:
        if outcome.error is not None:
            return f"{outcome.test.says.rstrip('.')}: {why_failed(outcome.error)}"
    return "time was up before all requirements were tried"
