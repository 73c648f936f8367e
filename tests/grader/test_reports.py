"""What is made of results: the table, the progress of a run, spreadsheets."""

from __future__ import annotations

import csv

from tests.grader.toy import REFERENCE

WRONG_DOUBLE = REFERENCE.replace("return 2 * x", "return x * x")


class TestGradesCsv:
    def test_one_row_a_learner(self, toys):
        toys.hand_in("ada, the first", REFERENCE)
        toys.hand_in("bob", WRONG_DOUBLE)
        toys.grade()
        with (toys.grades / "grades.csv").open() as file:
            rows = list(csv.reader(file))
        assert rows == [
            ["learner", "week1", "total"],
            ["ada, the first", "7.5", "7.5"],
            ["bob", "3.5", "3.5"],
        ]
