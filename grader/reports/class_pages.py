"""All that shows a class, made of its results in one pass: by each run, and again by `report`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.course import Course
from grader.deciding import Conflicts
from grader.errors import InputError
from grader.files import writing_to
from grader.intake.collect import collect
from grader.intake.submission import Collected, HandIn
from grader.reports.at_hand import submissions_in
from grader.reports.feedback.writing import FOLDER, FeedbackPages
from grader.reports.grades_csv import write_grades_csv
from grader.reports.lateness import Deadlines
from grader.reports.not_graded import read_not_graded
from grader.reports.page import ClassReport, Trouble
from grader.reports.standing import Standing
from grader.results import all_results, readable


class ClassPages:
    """`grades.csv`, `feedback/` and `report.html` of a grades folder.

    Attributes
    ----------
    unreadable : list of str
        Results that can't be read, once the grades are written.
    """

    def __init__(
        self, grades: Path, course: Course, hand_ins: Iterable[HandIn], deadlines: Deadlines
    ) -> None:
        self._grades, self._catalogue = grades, course.catalogue
        at_hand = submissions_in(hand_ins)
        self._report = ClassReport(course.catalogue, at_hand, deadlines)
        self._feedback = FeedbackPages(grades / FOLDER, course, at_hand, deadlines)
        self._conflicts = Conflicts(grades)
        self.unreadable: list[str] = []

    def write_grades(self) -> None:
        """Read all results, and write `grades.csv` and the feedback."""
        results = self._conflicts.noting(readable(all_results(self._grades), self.unreadable))
        shown = self._report.reading(self._feedback.writing(results))
        write_grades_csv(self._grades, self._catalogue, shown)

    def write_report(self, not_graded: Sequence[str], left_out: Sequence[str]) -> Path:
        """Write the report, once the grades are written.

        Raises
        ------
        OSError
            If it can't be written.
        """
        trouble = Trouble(tuple(not_graded), tuple(left_out), self.conflicts)
        return self._report.write(self._grades, trouble)

    @property
    def standing(self) -> Standing:
        """The class as the results tell it."""
        return self._report.standing

    @property
    def conflicts(self) -> tuple[str, ...]:
        """Decisions of a person whose reason may be gone."""
        return self._conflicts.told()

    @property
    def notes(self) -> list[str]:
        """What of the feedback could not be written."""
        return self._feedback.notes


def rewrite_pages(
    grades: Path, submitted: Path | None, course: Course, deadlines: Deadlines | None = None
) -> tuple[Path, list[str]]:
    """Write report, `grades.csv` and feedback again, with learners' code if `submitted` is given.

    Returns
    -------
    Path
        The report.
    list of str
        What of the feedback could not be written.

    Raises
    ------
    InputError
        If there are no results, `submitted` can't be read, or the report can't be written.
    """
    found = collect(submitted, course.catalogue) if submitted is not None else Collected((), ())
    not_graded = [str(each) for each in read_not_graded(grades)]
    if not not_graded and not any((grades / "results").glob("*/*.json")):
        raise InputError(f"{grades}: holds no results to report; see python -m grader run")
    pages = ClassPages(grades, course, found.hand_ins, deadlines or Deadlines())
    pages.write_grades()
    with writing_to(grades):
        report = pages.write_report([*not_graded, *pages.unreadable], found.notes)
    return report, pages.notes
