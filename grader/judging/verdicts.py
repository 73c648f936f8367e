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
from grader.intake.submission import Submission
from grader.judging.bench import Benches, ModuleBench, source_of_module
from grader.judging.diagnosis import Diagnostician
from grader.judging.digest import digest_of_week, module_digests
from grader.judging.known import (
    Judged,
    Known,
    Regrade,
    digests_of_texts,
    what_decides,
)
from grader.judging.reasons import is_todo, why_failed
from grader.judging.suite import HiddenTest, Suite, TestRun
from grader.judging.transcripts import Transcripts
from grader.quizzes import QuizJudge
from grader.results import GRADED, ExerciseResult, Misconception, Result, TestResult, VoidTest
from grader.sandbox.faults import CallTimedOut, ChildCrashed, ForbiddenUse
from grader.sandbox.sandbox import Sandbox

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
    left out of a notebook, both of the submission graded last. Equal modules are graded once by
    each process: so a class's untouched stubs cost a run no more than one of them for each of its
    workers.
    """

    course: Course
    suite: Suite
    sandbox: Sandbox
    seed: int
    is_diagnosing: bool = True
    transcripts: Transcripts | None = field(default_factory=Transcripts)
    diagnostician: Diagnostician = field(init=False)
    quiz_judge: QuizJudge = field(init=False)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _known: Known = field(default_factory=Known)
    _digests: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.diagnostician = Diagnostician(self.suite, self.seed)
        self.quiz_judge = QuizJudge(self.course)

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
                    for run in self.suite.run(
                        exercise, bench, self.seed, transcripts=self.transcripts
                    ):
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
        self.notes.clear()
        texts, suites = digests_of_texts(submission), self._suites(week.name)
        benches = Benches(self.course, self.sandbox, submission, deadline)
        with contextlib.closing(benches):
            judged = {m.name: self._judged(m, benches, texts) for m in week.modules}
            self.notes += benches.notes
        for quiz in week.quizzes:
            file = submission.files.get(quiz.name)
            verdicts = self.quiz_judge.judge(week, quiz, file)
            judged[quiz.name] = Judged(verdicts, is_lasting=file is not None)
        results = [result for each in judged.values() for result in each.exercises]
        return Result(
            learner=submission.learner,
            week=submission.week,
            submitted_at=submission.submitted_at,
            digest=submission.digest,
            suite=digest_of_week(suites),
            texts=texts,
            suites={name: suites[name] for name, each in judged.items() if each.is_lasting},
            seed=self.seed,
            status=GRADED,
            score=round(sum(result.score for result in results), 4),
            max_score=week.max_score,
            exercises=tuple(results),
            sandbox=self.sandbox.describe(),
            is_confined=self.sandbox.is_confined,
        )

    def _suites(self, week: str) -> dict[str, str]:
        if week not in self._digests:
            self._digests[week] = module_digests(self.course, week)
        return self._digests[week]

    def _judged(self, module: Module, benches: Benches, texts: dict[str, str]) -> Judged:
        """Return the verdicts on a module: known from before, or given now."""
        submission = benches.submission
        file = submission.files.get(module.name)
        if file is None:
            why = f"{module.name}.py was not handed in"
            return Judged(tuple(self._without_tests(e, "todo", why) for e in module.exercises))
        if file.text is None:
            why = file.problem or "cannot be read"
            return Judged(
                tuple(self._without_tests(e, "unreadable", why) for e in module.exercises)
            )
        if isinstance(submission, Regrade):
            earlier = self._earlier(module, submission, texts)
            if earlier is not None:
                return earlier
        void = (test.is_void for e in module.exercises for test in self.suite.tests[e])
        deciding = what_decides(module, submission, texts)
        key = (module.week, module.name, *deciding.items(), *void)
        known = self._known.get(key)
        if known is None:
            with benches.lend(module) as bench:
                known = self._grade_module(module, bench, benches.deadline)
            self._known.keep(key, known)
        return known

    def _earlier(self, module: Module, submission: Regrade, texts: dict[str, str]) -> Judged | None:
        """Return an earlier run's verdicts if all that decided them is as it was."""
        earlier = submission.earlier
        suite = self._suites(module.week)[module.name]
        judge = earlier.status, earlier.suites.get(module.name), earlier.seed, earlier.sandbox
        if judge != (GRADED, suite, self.seed, self.sandbox.describe()):
            return None
        deciding = what_decides(module, submission, texts)
        if what_decides(module, submission, earlier.texts) != deciding:
            return None
        exercises = tuple(each for each in earlier.exercises if each.module == module.name)
        were = {
            each.exercise: [(t.name, t.status == VOID) for t in each.tests] for each in exercises
        }
        tests = {
            e.name: [(t.name, t.is_void) for t in self.suite.tests[e]] for e in module.exercises
        }
        return Judged(exercises, is_lasting=True) if were == tests else None

    def _grade_module(self, module: Module, bench: ModuleBench, deadline: float) -> Judged:
        n_troubles = len(self.troubles)
        exercises = []
        is_lasting = True
        for exercise in module.exercises:
            exercises.append(self._grade_exercise(exercise, module, bench, deadline))
            # A call without an answer may have one on another machine or under another load.
            is_lasting &= all(record.fault is None for record in bench.records)
        is_lasting = (
            is_lasting
            and bench.problem is None
            and not bench.left_out
            and bench.wall_s <= self.sandbox.limits.module_wall_s
            and time.monotonic() < deadline
            and len(self.troubles) == n_troubles
        )
        return Judged(tuple(exercises), is_lasting)

    def _grade_exercise(
        self, exercise: Exercise, module: Module, bench: ModuleBench, deadline: float
    ) -> ExerciseResult:
        start = time.perf_counter()
        early = _before_running(exercise, bench)
        if early is not None:
            return self._without_tests(exercise, *early)
        bench.begin_exercise()
        runs = self.suite.run(
            exercise,
            bench,
            self.seed,
            lambda so_far: _go_on(so_far, deadline),
            self.transcripts,
        )
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
        tests = ((test.name, test.says) for test in self.suite.tests[exercise])
        return ExerciseResult.without_tests(exercise, status, why, tests)


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
