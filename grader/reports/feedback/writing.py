"""Write the pages of a class beside its results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course import Course
from grader.files import write_atomically
from grader.reports.at_hand import SubmissionOf
from grader.reports.feedback.content import FeedbackMaker, problem_of
from grader.reports.feedback.lesson import Lessons
from grader.reports.feedback.markdown import as_markdown
from grader.reports.feedback.page import as_html
from grader.reports.lateness import Deadlines
from grader.results import Result

FOLDER = "feedback"


class FeedbackPages:
    """Writes `feedback/<learner>/<week>.html` and `.md` of one result after another.

    A page that would be the same is not written again. None is removed: those of a learner whose
    results are gone stay, as something that was told.

    Attributes
    ----------
    problems : list of str
        Results without a page, and why.
    """

    def __init__(
        self, folder: Path, course: Course, submission_of: SubmissionOf, deadlines: Deadlines
    ) -> None:
        self._folder = folder
        self._submission_of = submission_of
        self._maker = FeedbackMaker(
            course.catalogue, Lessons(course.catalogue, course.root), deadlines
        )
        self._seen: set[tuple[str, str]] = set()
        self._unwritten = 0
        self._first = ""
        self.problems: list[str] = []

    def writing(self, results: Iterable[Result]) -> Iterator[Result]:
        """Yield results, and write their pages on the way."""
        for result in results:
            self.write(result)
            yield result

    def write(self, result: Result) -> None:
        """Write the pages of a result; what can't be written costs no grade and is told."""
        name = f"{result.learner} {result.week}"
        problem = problem_of(result)
        if (result.learner, result.week) in self._seen:
            problem = "two files say they are this; grade again"
        if problem:
            self.problems.append(f"{name}: {problem}")
            return
        self._seen.add((result.learner, result.week))
        submission = self._submission_of(result.learner, result.week)
        feedback = self._maker.feedback(result, submission)
        folder = self._folder / result.learner
        try:
            for kind, text in (("html", as_html(feedback)), ("md", as_markdown(feedback))):
                _write(folder / f"{result.week}.{kind}", text.encode("utf-8"))
        except OSError as error:
            self._unwritten += 1
            self._first = self._first or f"{name}: {error}"

    @property
    def notes(self) -> list[str]:
        """What could not be written, in one note."""
        if not self._unwritten:
            return []
        n = self._unwritten
        pages = "a feedback page" if n == 1 else f"feedback pages of {n} results"
        return [f"{pages} cannot be written, the grades are: {self._first}"]


def _write(path: Path, data: bytes) -> None:
    try:
        if path.read_bytes() == data:
            return
    except OSError:  # not there yet; or what is wrong will show when it is written
        pass
    write_atomically(path, data)
