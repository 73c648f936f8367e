"""Listed mistakes on the learner's side: made in the repository, opened by who makes one."""

import shutil
from contextlib import contextmanager

import pytest

from grader.authoring.mistakes import VisibleSuite, mistakes_file, trials
from grader.course import Course
from kata.mistakes import MISTAKES, Mistake, find_mistake, opened
from kata.notebook import run_visible_tests
from kata.page import Report
from kata.project import Project

COURSE = Course()
MODULE = COURSE.module("week1", "attention")
SCORES, WEIGHTS, ATTENTION = MODULE.exercises
REFERENCE = COURSE.read(COURSE.layout.reference(MODULE))
BY_D = """
def attention_scores(Q, K):
    return np.einsum("...td,...sd->...ts", Q / Q.shape[-1], K)
"""
UNLISTED = """
def attention_scores(Q, K):
    return Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1]) + 0.125
"""


@pytest.fixture(scope="module")
def sealed():
    return mistakes_file(COURSE, [MODULE])


class Copy:
    """A learner copy of the week, and what its tests say of a file."""

    def __init__(self, root, sealed):
        shutil.copytree(COURSE.root / "exercises", root / "exercises")
        (root / MISTAKES).write_text(sealed, encoding="ascii")
        self.project = Project(root)
        self.tests = self.project.layout.visible_tests(MODULE)
        self.tests.parent.mkdir()
        shutil.copy(COURSE.layout.visible_tests(MODULE), self.tests)

    @contextmanager
    def without_the_file(self):
        path, away = self.project.root / MISTAKES, self.project.root / "away"
        path.rename(away)
        yield
        away.rename(path)

    def results(self, source, exercises=MODULE.exercises):
        file = self.project.layout.learners_file(MODULE)
        file.write_text(source, encoding="utf-8")
        return run_visible_tests(exercises, self.project)

    def mistake(self, source, exercise=SCORES, exercises=MODULE.exercises):
        return find_mistake(self.project, exercise, self.results(source, exercises))

    def shown(self, source):
        return repr(Report(self.results(source), self.project, is_short=False))


@pytest.fixture(scope="module")
def copy(tmp_path_factory, sealed):
    """One for all tests: pytest imports a test file of one name once in a process."""
    return Copy(tmp_path_factory.mktemp("mistakes") / "copy", sealed)


class TestTheLearnersSide:
    def test_a_listed_mistake_is_named_whichever_way_it_was_computed(self, copy):
        assert copy.mistake(REFERENCE + BY_D) == Mistake("You divided by d, not by its root.", True)

    def test_it_takes_the_place_of_what_was_measured(self, copy):
        unscaled = REFERENCE + BY_D.replace("Q / Q.shape[-1]", "Q")
        lines = [line.strip() for line in copy.shown(unscaled).splitlines()]
        assert "You forgot to divide by the root of d." in lines
        assert "Your result is twice the right one." not in lines
        with copy.without_the_file():
            lines = [line.strip() for line in copy.shown(unscaled).splitlines()]
        assert "You forgot to divide by the root of d." not in lines
        assert "Your result is twice the right one." in lines

    def test_where_other_mistakes_may_do_the_same_it_says_perhaps(self, copy, sealed):
        variants = {
            trial.variant.name: (trial.variant, opened(sealed, trial.keys))
            for trial in trials(COURSE, MODULE)
            if trial.variant.exercise == SCORES.name and trial.is_known
        }
        variant, mistake = variants["squeezes"]
        assert not mistake.is_certain
        assert f"    perhaps   {variant.says}" in copy.shown(variant.source)

    def test_one_that_is_not_listed_is_not_named(self, copy):
        assert copy.results(REFERENCE + UNLISTED)[SCORES].status == "failed"
        assert copy.mistake(REFERENCE + UNLISTED) is None

    def test_a_second_mistake_beside_it_silences(self, copy):
        source = REFERENCE + BY_D.replace("K)\n", "K) + (Q.ndim > 2)\n")
        assert copy.mistake(source) is None

    def test_what_another_exercise_does_is_not_laid_to_this_one(self, copy):
        """Scores that are divided by d look, further on, as if they were scaled twice."""
        calling = REFERENCE + BY_D
        assert copy.results(calling)[WEIGHTS].status == "failed"
        assert copy.mistake(calling, WEIGHTS) is None
        assert copy.mistake(calling, WEIGHTS, [WEIGHTS]) is None
        own = REFERENCE.replace("attention_scores(Q, K)", "own_scores(Q, K)")
        own += BY_D.replace("attention_scores", "own_scores")
        assert "scaled twice" in copy.mistake(own, WEIGHTS).says

    def test_only_all_tests_together_are_evidence(self, copy):
        results = copy.results(REFERENCE + BY_D)
        assert find_mistake(copy.project, SCORES, results) is not None
        results[SCORES].outcomes.pop()
        assert find_mistake(copy.project, SCORES, results) is None

    def test_tests_of_another_version_are_no_evidence(self, copy):
        text = copy.tests.read_text("utf-8")
        copy.tests.write_text(text + "\n# mine\n", encoding="utf-8")
        assert copy.results(REFERENCE + BY_D)[SCORES].status == "failed"
        assert copy.mistake(REFERENCE + BY_D) is None
        copy.tests.write_text(text, encoding="utf-8")
        assert copy.mistake(REFERENCE + BY_D) is not None


class TestTheFile:
    def test_no_right_answer_meets_a_mistake(self, sealed):
        suite = VisibleSuite(COURSE, MODULE)
        by_name = {exercise.name: exercise for exercise in MODULE.exercises}
        right = [variant for variant in COURSE.variants(MODULE) if variant.is_right]
        assert len(right) >= 2 * len(MODULE.exercises)
        for variant in right:
            assert suite.failures(by_name[variant.exercise], variant.source) == {}

    def test_nothing_can_be_read_in_it(self, sealed):
        found = list(trials(COURSE, MODULE))
        assert len(found) > sealed.count("\n") > len(found) / 2
        for trial in found:
            assert trial.variant.says not in sealed
            assert trial.variant.name not in sealed
        words = {word for line in sealed.splitlines() for word in line.split()}
        assert len(words) == 2 * sealed.count("\n")

    def test_each_opens_to_its_own_mistake_alone(self, sealed):
        for trial in trials(COURSE, MODULE):
            if trial.is_known:
                mistake = opened(sealed, trial.keys)
                assert mistake is None or mistake.says == trial.variant.says
                assert opened(sealed, [key[::-1] for key in trial.keys]) is None

    def test_hidden_tests_have_no_part_in_it(self, tmp_path, sealed):
        for room in ("exercises", "week1", "solutions/week1", "tests/week1"):
            shutil.copytree(COURSE.root / room, tmp_path / room)
        for path in (tmp_path / "tests" / "week1").glob("test_*.py"):
            path.unlink()
        without = Course(tmp_path)
        assert mistakes_file(without, [without.module("week1", "attention")]) == sealed

    def test_mistakes_that_look_alike_are_not_in_it(self, sealed):
        """Where the tests can't tell two apart, to name one would be a guess."""
        names = ("clips_before_the_softmax", "clips_the_scores")
        alike = [trial for trial in trials(COURSE, MODULE) if trial.variant.name in names]
        assert len({trial.variant.says for trial in alike}) == 2
        assert alike[0].keys == alike[1].keys
        assert opened(sealed, alike[0].keys) is None
