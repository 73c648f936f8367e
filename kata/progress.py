"""Where a learner stands: what is done, what is next, and what is reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from exercises.catalogue import Exercise, Week
from exercises.verdict import STATUSES
from kata.project import Project
from kata.state import Record, State


@dataclass(frozen=True)
class Total:
    """What several exercises come to.

    Attributes
    ----------
    n_done, n_exercises : int
        Bonuses are no part of these.
    points, max_score : float
        By the visible tests; bonuses are a part of `points` only.
    n_bonus : int
        How many bonuses are done.
    """

    n_done: int
    n_exercises: int
    points: float
    max_score: float
    n_bonus: int
    minutes: float
    hints: int

    @property
    def is_complete(self) -> bool:
        """Say whether all is done but for bonuses."""
        return self.n_done == self.n_exercises


class Progress:
    """The catalogue and the state, seen together."""

    def __init__(self, project: Project, state: State) -> None:
        self.project = project
        self.state = state

    @classmethod
    def load(cls, project: Project) -> Progress:
        """Return where the learner of this copy stands."""
        return cls(project, project.load_state())

    def record(self, exercise: Exercise) -> Record:
        """Return what is known of an exercise."""
        return self.state.of(exercise)

    def is_done(self, exercise: Exercise) -> bool:
        """Say whether all visible tests of an exercise passed when they last ran."""
        return self.record(exercise).status == "passed"

    def word(self, exercise: Exercise) -> str:
        """Return in words what became of an exercise, and whether its solution was seen."""
        record = self.record(exercise)
        seen = ", solution seen" if record.gave_up else ""
        return STATUSES[record.status].word + seen

    def points(self, exercise: Exercise) -> float:
        """Return what an exercise earns by its visible tests."""
        record = self.record(exercise)
        return exercise.points * record.passed / record.tests if record.tests else 0.0

    def total(self, exercises: Iterable[Exercise]) -> Total:
        """Return what several exercises come to."""
        exercises = list(exercises)
        needed = [exercise for exercise in exercises if not exercise.is_stretch]
        bonuses = [exercise for exercise in exercises if exercise.is_stretch]
        return Total(
            n_done=sum(map(self.is_done, needed)),
            n_exercises=len(needed),
            points=sum(map(self.points, exercises)),
            max_score=sum(exercise.points for exercise in needed),
            n_bonus=sum(map(self.is_done, bonuses)),
            minutes=sum(self.record(exercise).minutes for exercise in exercises),
            hints=sum(self.record(exercise).hints for exercise in exercises),
        )

    @cached_property
    def _weeks_from_here(self) -> Sequence[Week]:
        """The week that the learner is in, then those behind it, then those before."""
        weeks = self.project.catalogue.weeks
        names = [week.name for week in weeks]
        here = self.state.at.partition("/")[0]
        index = names.index(here) if here in names else 0
        return [*weeks[index:], *weeks[:index]]

    @property
    def week(self) -> Week:
        """The week that the learner is in: that of the next exercise."""
        following = self.next_exercise()
        weeks = self._weeks_from_here
        if following is None:
            return weeks[0]
        return next(week for week in weeks if week.name == following.week)

    def next_exercise(self, exercises: Sequence[Exercise] | None = None) -> Exercise | None:
        """Return the first exercise that is not done, bonuses last, or None if all are."""
        if exercises is None:
            exercises = [each for week in self._weeks_from_here for each in week.exercises]
        left = [exercise for exercise in exercises if not self.is_done(exercise)]
        return min(left, key=lambda exercise: exercise.is_stretch, default=None)
