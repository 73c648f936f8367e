"""What became of a test and of an exercise, as plain data that survives pytest-xdist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from exercises.verdict import STATUSES

# A label such as "got", and its text, which may have several lines.
Row = tuple[str, str]


@dataclass(frozen=True)
class VisibleOutcome:
    """What became of one visible test.

    Attributes
    ----------
    week, module, exercise : str
        What the test belongs to.
    line : int
        Where the test stands in its file.
    failed_at : int
        The line of the test that failed; 0 where none did.
    says : str
        The requirement: the test's docstring.
    tests_of_exercise : int
        How many tests the exercise has, selected or not.
    status : str
        A name of `exercises.verdict.STATUSES`.
    rows : tuple of Row
        What to tell, line by line.
    once_for : str
        Tests with the same text here share a cause, such as a syntax error; it is told once.
    needs : str
        Another exercise that has to be written first.
    measured : str
        Which of the rows is a measured cause: a listed mistake takes its place.
    evidence : tuple of str
        What was wrong, as digests (`kata.evidence`); none where a mistake can't be told by it.
    uses : tuple of str
        Other exercises of the week whose code this one's calls, so that it may fail for theirs.
    """

    week: str
    module: str
    exercise: str
    line: int
    says: str
    tests_of_exercise: int
    failed_at: int = 0
    status: str = "passed"
    rows: Sequence[Row] = ()
    once_for: str = ""
    needs: str = ""
    measured: str = ""
    evidence: Sequence[str] = ()
    uses: Sequence[str] = ()

    def as_data(self) -> dict[str, Any]:
        """Return this as builtin types."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> VisibleOutcome:
        """Rebuild an outcome from `as_data`."""
        rows = tuple((label, text) for label, text in data["rows"])
        return cls(**{**data, "rows": rows})

    def as_text(self) -> str:
        """Return the whole message as plain text, for `--junitxml` and editors."""
        lines = [f"{self.exercise}: {self.says} ({STATUSES[self.status].word})"]
        for label, text in self.rows:
            first, *more = text.splitlines() or [""]
            lines.append(f"  {label:<10}{first}" if label else f"  {first}")
            lines += [f"  {'':<10}{line}" for line in more]
        return "\n".join(lines)


@dataclass
class Standing:
    """Where a learner stands with one exercise, after this run."""

    outcomes: list[VisibleOutcome] = field(default_factory=list)
    n_selected: int = 0

    @property
    def status(self) -> str:
        """The worst of its tests; `selected` where only some were asked for and all passed."""
        if not self.outcomes:
            return "not_run"
        worst = min((outcome.status for outcome in self.outcomes), key=list(STATUSES).index)
        if worst == "passed" and len(self.outcomes) < self.n_selected:
            return "not_run"
        return "selected" if worst == "passed" and self.n_passed < self.n_tests else worst

    @property
    def n_passed(self) -> int:
        """How many of its tests passed."""
        return sum(outcome.status == "passed" for outcome in self.outcomes)

    @property
    def n_tests(self) -> int:
        """How many tests it has."""
        n_known = max([self.n_selected, *(each.tests_of_exercise for each in self.outcomes)])
        n_skipped = sum(outcome.status == "skipped" for outcome in self.outcomes)
        return max(1, n_known - n_skipped)

    @property
    def n_run(self) -> int:
        """How many of its tests were run, skipped ones aside."""
        return sum(outcome.status != "skipped" for outcome in self.outcomes)

    @property
    def is_whole(self) -> bool:
        """Whether all of its tests were run, so that points can be told."""
        return self.n_run == self.n_tests

    @property
    def needs(self) -> str:
        """Another exercise that has to be written first, if that is what is in the way."""
        return next((outcome.needs for outcome in self.outcomes if outcome.needs), "")
