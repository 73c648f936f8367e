"""What each wrong variant does in the visible tests, sealed for the learner copy.

So `pytest` names a listed mistake where a learner makes it: see `kata.mistakes`. Nothing goes in
but what visible tests, whose inputs are in each learner's hands, see of wrong variants.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import ModuleType

import numpy as np

from exercises import Exercise, Module
from exercises.layout import class_of_exercise
from grader.course import Course, execute
from grader.judging.cpu_limit import cpu_limit
from grader.variants import Variant
from kata.evidence import Seen, evidence_of
from kata.explain import FailedTest, TookTooLongError
from kata.learner import Learner, LearnersModule, new_calls
from kata.mistakes import Mistake, key_of, sealed
from kata.project import Project

EXACT = "assert_same"  # compares indices and counts: they are few, and alike by chance
CHANGED = "was changed in place"
FEWEST_IN_A_TEST, FEWEST_IN_TESTS = 4, 2  # different errors that hardly come about by chance
LIMIT_S = 0.5  # of a variant's own time for a test; one that needs more is left out


@dataclass(frozen=True)
class Trial:
    """What the visible tests see of a variant, by the line of each that fails.

    None stands for a failure of which nothing is known.
    """

    variant: Variant
    failures: Mapping[int, Seen | None]

    @property
    def is_known(self) -> bool:
        """Whether it fails, and there is evidence of each failure."""
        return bool(self.failures) and None not in self.failures.values()

    @property
    def keys(self) -> list[bytes]:
        """The keys to it, one for each place of the borders."""
        by_border = zip(*(seen.digests() for seen in self._seen), strict=True)
        return [key_of(dict(zip(self.failures, each, strict=True))) for each in by_border]

    @property
    def best_key(self) -> bytes:
        """The key of which no number is near a border."""
        margins = np.min([seen.margins() for seen in self._seen], axis=0)
        return self.keys[int(np.argmax(margins))]

    @property
    def is_worth_telling(self) -> bool:
        """Whether something is known of it beside that it fails."""
        return any(seen.sizes for seen in self._seen) or self._changes_inputs

    @property
    def is_certain(self) -> bool:
        """Whether hardly another mistake does the same.

        Listed mistakes that agree in so much agree in their sentence, too, as
        `benchmarks/unlisted.py` shows. Fewer wrong numbers, or the same one all over, come about in
        more than one way.
        """
        if self._changes_inputs:
            return True
        by_value = [seen for seen in self._seen if seen.sizes and EXACT not in seen.words]
        sizes = {f"{size:.6e}" for seen in by_value for size in seen.sizes}
        values = {f"{abs(value):.6e}" for seen in by_value for value in seen.values}
        if len(values) < 2:  # whatever the input, the same comes out
            return False
        return len(sizes) >= (FEWEST_IN_TESTS if len(by_value) > 1 else FEWEST_IN_A_TEST)

    @property
    def _changes_inputs(self) -> bool:
        return all(any(CHANGED in str(word) for word in seen.words) for seen in self._seen)

    @property
    def _seen(self) -> list[Seen]:
        return [seen for seen in self.failures.values() if seen is not None]


class _OwnModule(LearnersModule):
    """A module of ours in the place of a learner's."""

    def __init__(self, path: Path, module: ModuleType) -> None:
        super().__init__(path)
        self._module = module


class VisibleSuite:
    """The visible tests of one module, to be run on our own code without pytest around them."""

    def __init__(self, course: Course, module: Module) -> None:
        self._project = Project(course.root)
        self._file = course.layout.visible_tests(module)
        self._learners_file = course.layout.learners_file(module)
        name = f"visible_{module.week}_{module.name}"
        spec = importlib.util.spec_from_file_location(name, self._file)
        assert spec is not None
        assert spec.loader is not None
        self._tests = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self._tests)

    def failures(self, exercise: Exercise, source: str) -> Mapping[int, Seen | None]:
        """Return what the tests of an exercise see of a module that they fail."""
        path = str(self._learners_file)
        own = _OwnModule(self._learners_file, execute(source, path, f"tried_{exercise.module}"))
        tests = getattr(self._tests, class_of_exercise(exercise))
        found = {}
        for name, function in vars(tests).items():
            if not name.startswith("test_"):
                continue
            calls = new_calls()
            try:
                limit = cpu_limit(LIMIT_S, TookTooLongError)
                with limit, warnings.catch_warnings(record=True), _unheard():
                    warnings.simplefilter("always")
                    function(tests(), Learner(own, calls))
            except (NotImplementedError, TookTooLongError):
                return {function.__code__.co_firstlineno: None}
            except BaseException as error:
                test = FailedTest(self._project, exercise, self._file, list(calls), LIMIT_S)
                found[function.__code__.co_firstlineno] = evidence_of(error, test)
        return found


@contextmanager
def _unheard() -> Iterator[None]:
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        yield


def trials(course: Course, module: Module) -> Iterator[Trial]:
    """Yield what the visible tests see of each wrong variant of a module's exercises."""
    suite = VisibleSuite(course, module)
    by_name = {exercise.name: exercise for exercise in module.exercises}
    for variant in course.variants(module):
        if not variant.is_right:
            yield Trial(variant, suite.failures(by_name[variant.exercise], variant.source))


def mistakes_file(course: Course, modules: Sequence[Module]) -> str:
    """Return the sealed mistakes of some modules, as `kata.mistakes` opens them.

    Left out are those whose failures tell too little, and those that another listed mistake,
    about which something else is to be said, can't be told from.
    """
    known = [trial for module in modules for trial in trials(course, module) if trial.is_known]
    said: dict[bytes, set[str]] = {}
    for trial in known:
        for key in trial.keys:
            said.setdefault(key, set()).add(trial.variant.says)
    return sealed(
        {
            trial.best_key: Mistake(trial.variant.says, trial.is_certain)
            for trial in known
            if trial.is_worth_telling and all(len(said[key]) == 1 for key in trial.keys)
        }
    )
