"""What learners write as an answer, and what it comes to."""

from typing import ClassVar

import pytest

from exercises import CatalogueError, load_catalogue
from exercises.quizzes import (
    ANSWER,
    MAX_BYTES,
    AnswerError,
    Asked,
    QuizError,
    Said,
    answers_in,
    marked,
    number_of,
    parts_of,
)
from tests.kata.quizzes import NUMBER, SEVERAL, asked


def status(question: Asked, answer: object, said: dict[str, Said]) -> str:
    return marked(question, {ANSWER: answer}, said.get).status


class TestAnswersIn:
    def test_tables_are_what_counts(self):
        text = '# a\nx = 1\n[one]\nanswer = 2\n[two]\nanswer = ["dot"]\n'
        assert answers_in(text, "quiz.toml") == {"one": {"answer": 2}, "two": {"answer": ["dot"]}}

    def test_an_editors_byte_order_mark_is_no_damage(self):
        assert answers_in("\ufeff[one]\nanswer = 2\n", "quiz.toml") == {"one": {"answer": 2}}

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("[one]\nanswer = b\n", r"^quiz\.toml:2: "),
            ("[one]\nanswer = 1\nanswer = 2\n", r"^quiz\.toml:3: "),
            ("[one]\n[one]\n", r"^quiz\.toml:2: "),
            ("[one]\nanswer = " + "[\n" * 5000, "nested too deep"),
            ("[one]\nanswer = 1e999999999999999999999\n", "quiz.toml"),
            ("[one]\nanswer = " + "9" * 5000, r"quiz\.toml:2: this line is longer"),
            ("[" + ".".join("a" * 900) + "]", r"quiz\.toml:1: this line is longer"),
            ("# é\n" * (MAX_BYTES // 4), "larger than"),
            ("[one]\nanswer = \x00\n", r"^quiz\.toml"),
            ("[one]\nanswer = \ud800\n", r"^quiz\.toml"),
        ],
    )
    def test_whatever_stands_there_is_told_in_words(self, text, says):
        with pytest.raises(QuizError, match=says):
            answers_in(text, "quiz.toml")


class TestPartsOf:
    @pytest.mark.parametrize("answer", [2, "2", [2], ["2"], " 2 "])
    def test_ways_to_write_a_choice(self, answer):
        assert parts_of(asked("choice"), answer) == ("2",)

    @pytest.mark.parametrize("answer", [[3, 1], "1, 3", "3 1", "1;3", [1, "3", 1]])
    def test_ways_to_write_several(self, answer):
        assert parts_of(asked(SEVERAL), answer) == ("1", "3")

    @pytest.mark.parametrize(
        "answer", [0, 5, -1, 1.5, True, "b", [1, 2], {}, [{}], [[1]], "1" * 5000, [1] * 1000]
    )
    def test_what_is_no_choice(self, answer):
        with pytest.raises(AnswerError, match=r"numbers from 1 to 4|one choice only"):
            parts_of(asked("choice"), answer)

    @pytest.mark.parametrize("answer", ["dot norm", ["week1/dot", " norm"], ["norm", "dot", "dot"]])
    def test_ways_to_name_exercises(self, answer):
        assert parts_of(asked("set"), answer, {"dot", "norm"}) == ("dot", "norm")

    @pytest.mark.parametrize("answer", [1, ["dott"], [1], [["dot"]], {"dot": 1}, ["x" * 9000]])
    def test_what_names_no_exercise(self, answer):
        with pytest.raises(AnswerError, match=r"names of exercises|is no exercise") as told:
            parts_of(asked("set"), answer, {"dot"})
        assert len(str(told.value)) < 120

    @pytest.mark.parametrize("answer", [0.25, "0.25", "1/4", "25e-2", " +1 / 4 "])
    def test_ways_to_write_a_number(self, answer):
        assert number_of(answer) * 4 == 1

    @pytest.mark.parametrize(
        "answer",
        [
            *(True, "x", "1/0", "nan", "inf", float("nan"), float("inf"), 10**4000, "1e999"),
            *([], {}, "1e-999999999", "0." + "1" * 5000, "٣/x"),
        ],
    )
    def test_what_is_no_number(self, answer):
        with pytest.raises(AnswerError, match="takes a number"):
            number_of(answer)


class TestNumbers:
    """A right answer of 0.5, with a tolerance of 0.05."""

    SAID: ClassVar = {
        "4": Said(True, "yes"),
        "whole 4": Said(True, "yes"),
        "otherwise": Said(False, "no"),
    }

    @pytest.mark.parametrize("answer", [0.5, 0.45, 0.55, "0.45", "0.55", "0.549999"])
    def test_both_ends_of_the_tolerance_are_in(self, answer):
        assert status(asked(NUMBER), str(answer), self.SAID) == "passed"

    @pytest.mark.parametrize("answer", ["0.4499", "0.5501", "0", "-0.5", "50"])
    def test_what_is_outside_is_wrong(self, answer):
        assert status(asked(NUMBER), answer, self.SAID) == "failed"


class TestMarked:
    SAID: ClassVar = {
        **{"1": Said(True, "one"), "2": Said(True, "two"), "3": Said(False, "three")},
        "whole 1 2": Said(True, "all"),
    }

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            ([2, 1], "passed"),
            ([1], "partial"),
            ([1, 3], "failed"),
            ([1, 2, 3], "partial"),
            ([3], "failed"),
            ([], "todo"),
            ("", "todo"),
            (7, "unreadable"),
        ],
    )
    def test_several(self, answer, expected):
        assert status(asked(SEVERAL), answer, self.SAID) == expected

    def test_a_reason_for_each_choice_that_was_taken(self):
        found = marked(asked(SEVERAL), {ANSWER: [1, 3]}, self.SAID.get)
        assert found.why == "1: one 3: three"

    def test_what_is_missing_is_not_told(self):
        found = marked(asked(SEVERAL), {ANSWER: [1]}, self.SAID.get)
        assert found.why == "1: one All of this is right, and something is missing."

    def test_no_table_is_still_to_do(self):
        assert marked(asked(SEVERAL), None, self.SAID.get).status == "todo"


class TestLoading:
    def test_a_damaged_file_is_named(self, tmp_path):
        week = "title='T'\n[m]\ntitle='M'\n[m.e]\ntitle='E'\npoints=1\ndifficulty=1\n"
        (tmp_path / "week1.toml").write_text(week + "hints=['a', 'b']\n")
        (tmp_path / "week1.quiz.json").write_text('{"title": "Q", "asked": {"x": {}}}')
        with pytest.raises(CatalogueError, match=r"week1\.quiz\.json: is no quiz"):
            load_catalogue(tmp_path)

    def test_points_are_in_the_weeks_total(self):
        for week in load_catalogue().weeks:
            points = sum(each.points for quiz in week.quizzes for each in quiz.asked)
            needed = sum(each.points for each in week.exercises if not each.is_stretch)
            assert week.points_of_code == needed
            assert week.max_score == needed + points
            assert week.max_score == sum(e.points for e in week.graded if not e.is_stretch)


class TestOurs:
    def test_each_module_is_asked_about_twice_at_least(self):
        for week in load_catalogue().weeks:
            modules = [asked.module for quiz in week.quizzes for asked in quiz.asked]
            assert [m.name for m in week.modules if modules.count(m.name) < 2] == []
