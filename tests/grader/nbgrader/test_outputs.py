"""A verdict in a notebook's cell and in a comment: nbgrader reads the points, people the words."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from nbconvert.filters import markdown2html
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

from exercises.verdict import VERDICTS
from grader.nbgrader.outputs import verdict_outputs, verdict_text
from grader.results import Decided, ExerciseResult, Misconception, TestResult

NASTY = "<script>alert(1)</script> `a` *b* \x1b[31m\n# c &amp; [x](javascript:1)"


def result(status: str = "partial", score: float = 1.5, why: str = "is wrong") -> ExerciseResult:
    return ExerciseResult(
        exercise="double",
        module="toys",
        points=2.0,
        score=score,
        status=status,
        why=why,
        misconception=Misconception("halves", why),
        seconds=0.1,
        tests=(
            TestResult("test_one", "It doubles.", "passed", ""),
            TestResult("test_two", "It keeps signs.", "failed", f"gave {NASTY}"),
            TestResult("test_three", "It is void.", "void", "does not count"),
        ),
    )


def points_read(outputs: list[Any]) -> float | None:
    cell = new_code_cell('score("double")', outputs=outputs)
    cell.metadata["nbgrader"] = {"grade": True, "solution": False, "points": 2.0}
    score, _ = determine_grade(cell)
    return score


class TestOutputs:
    def test_nbgrader_reads_the_points(self):
        for points in (0.0, 0.3333, 1.5, 2.0):
            assert points_read(verdict_outputs(result(), points)) == points

    def test_no_verdict_is_an_error_and_no_points(self):
        outputs = verdict_outputs(None, 2.0)
        assert [output.output_type for output in outputs] == ["error"]
        assert points_read(outputs) == 0

    def test_the_requirements_that_failed_are_told_in_words(self):
        _, words = verdict_outputs(result(), 1.5)
        for text in words.data.values():
            assert "partly right, 1.5 of 2 points" in text
            assert "It keeps signs: gave" in text
            assert "✓ It doubles" in text
        assert "It is void: does not count" in words.data["text/plain"]

    def test_cases_of_one_test_that_read_alike_share_a_line(self):
        one = result()
        cases = [replace(test, name=f"test_two[{n}]") for test in one.tests for n in (1, 2)]
        _, words = verdict_outputs(replace(one, tests=tuple(cases)), 1.5)
        for text in words.data.values():
            assert text.count("It keeps signs") == 1

    def test_a_decision_is_told_first_and_is_not_obeyed(self):
        by_hand = Decided(2.0, f"You explained it. {NASTY}", when="", score=1.5, conflict="")
        decided = replace(result(score=2.0), override=by_hand)
        texts = [*verdict_outputs(decided, 2.0)[1].data.values(), verdict_text(decided)]
        for text in texts:
            assert "Decided by your instructor: 2 of 2 points. Why: You explained it." in text
            assert text.index("Decided by") < text.index("partly right")
            assert "\x1b" not in text
        assert "<script" not in texts[0] + markdown2html(texts[2])

    def test_what_is_all_right_is_told_in_one_line(self):
        _, words = verdict_outputs(result("passed", 2.0, "all requirements met"), 2.0)
        text = words.data["text/plain"]
        assert text.startswith("done, 2 of 2 points: all requirements met\n")

    @pytest.mark.parametrize("status", VERDICTS)
    def test_each_verdict_has_a_colour_that_can_be_read_on_white(self, status):
        _, words = verdict_outputs(result(status), 1.5)
        (colour,) = re.findall("solid (#[0-9a-f]{6});", words.data["text/html"])
        red, green, blue = bytes.fromhex(colour[1:])
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.6 * 255

    def test_what_was_not_tried_is_told_once(self):
        tests = tuple(TestResult(n, f"{n} holds.", "failed", "still the stub") for n in "ab")
        stub = ExerciseResult(
            "double", "toys", 2.0, 0.0, "todo", "still the stub", None, 0.0, tests
        )
        assert verdict_outputs(stub, 0)[1].data["text/plain"] == (
            "to do, 0 of 2 points: still the stub"
        )

    def test_what_a_learner_wrote_is_shown_and_not_obeyed(self):
        nasty = result(why=NASTY)
        _, words = verdict_outputs(nasty, 1.5)
        assert "<script" not in words.data["text/html"]
        assert "\x1b" not in "".join(words.data.values())
        shown = markdown2html(verdict_text(nasty))
        assert "<script" not in shown
        assert "<em>" not in shown
        assert "<h1" not in shown
        assert "href" not in shown


class TestComment:
    def test_a_comment_says_what_the_output_says(self):
        _, words = verdict_outputs(result(), 1.5)
        told = " ".join(verdict_text(result()).split())
        assert told == " ".join(words.data["text/plain"].split())
