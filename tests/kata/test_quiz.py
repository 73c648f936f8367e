"""`kata quiz`, as a learner types it, and where else a quiz is told of."""

import io
import json

import pytest

from exercises.layout import Layout
from exercises.quizzes import QuizError, answers_in
from grader.authoring.quizzes import quiz_texts
from grader.course import Course
from kata import cli
from kata.quiz import with_answer
from tests.kata.quizzes import write_source
from tests.kata.test_cli import katas

__all__ = ["katas"]


@pytest.fixture
def copy(katas):
    write_source(katas, "vectors", "dot")
    for name, text in quiz_texts(Course(katas)).items():
        (katas / name).write_text(text, encoding="utf-8")
    (katas / "solutions" / "week1" / "quiz.toml").unlink()
    return katas


@pytest.fixture
def types(monkeypatch):
    def answer(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return answer


def answers(copy):
    return answers_in((copy / "week1/quiz.toml").read_text(encoding="utf-8"), "quiz.toml")


class TestAsk:
    def test_all_of_it(self, copy, types, capsys):
        types("1", "2", "3, 1", "0.4", "0.5", "dot")
        assert cli.main(["quiz", "week1"]) == 0
        shown = capsys.readouterr().out
        assert max(map(len, shown.split("\n"))) <= 80
        assert "\x1b" not in shown
        before, _, after = shown.partition("It is larger than that.")
        assert before.endswith("Not so.\n")
        assert "So it is." in after
        assert "So it is." not in before
        assert "There is no blue." not in shown
        assert "Your guess was 0.4." in shown
        assert shown.endswith("\n4 of 4 answered, 4 right.\n")
        assert answers(copy) == {
            "size": {"answer": 2},
            "colours": {"answer": [3, 1]},
            "half": {"guess": answers_in("[h]\ng = 0.4", "")["h"]["g"], "answer": 1 / 2},
            "uses": {"answer": ["dot"]},
        }

    def test_it_goes_on_where_it_was(self, copy, types, capsys):
        types("2")
        assert cli.main(["quiz", "week1"]) == 0
        assert "1 of 4 answered, 1 right.\nTo go on: kata quiz week1\n" in capsys.readouterr().out
        types("", "q")
        assert cli.main(["quiz"]) == 0
        shown = capsys.readouterr().out
        assert "Which size" not in shown
        assert "2 of 4: Which colours (vectors)" in shown
        assert "3 of 4: A half (vectors)" in shown

    def test_what_is_wrong_can_be_tried_again(self, copy, types, capsys):
        types("1", "", "1 3", "0.4", "0.5", "dot")
        assert cli.main(["quiz", "week1"]) == 0
        assert "kata quiz week1 --again" in capsys.readouterr().out
        types("2")
        assert cli.main(["quiz", "week1", "--again"]) == 0
        assert "4 of 4 answered, 4 right." in capsys.readouterr().out

    def test_what_is_no_answer_is_asked_for_again(self, copy, types, capsys):
        types("9", "b", "2")
        assert cli.main(["quiz", "week1"]) == 0
        shown = capsys.readouterr().out
        assert shown.count("That does not count: this question takes numbers from 1 to 3") == 2
        assert answers(copy)["size"] == {"answer": 2}

    def test_ctrl_c_leaves_and_keeps(self, copy, monkeypatch, capsys):
        typed = iter(["2"])

        def read(prompt):
            for line in typed:
                return line
            raise KeyboardInterrupt

        monkeypatch.setattr("builtins.input", read)
        assert cli.main(["quiz", "week1"]) == 0
        assert "1 of 4 answered" in capsys.readouterr().out
        assert answers(copy)["size"] == {"answer": 2}

    def test_a_file_that_is_gone_is_made_again(self, copy, types):
        (copy / "week1/quiz.toml").unlink()
        types("2")
        assert cli.main(["quiz", "week1"]) == 0
        assert answers(copy)["size"] == {"answer": 2}
        assert "How large?" in (copy / "week1/quiz.toml").read_text(encoding="utf-8")

    def test_a_damaged_file_has_its_line_and_a_way_out(self, copy, capsys):
        path = copy / "week1/quiz.toml"
        path.write_text(path.read_text().replace('answer = ""', "answer = b", 1))
        assert cli.main(["quiz", "week1"]) == 2
        told = capsys.readouterr().err
        assert "week1/quiz.toml:16: " in told
        assert "kata reset week1/quiz.toml" in told
        assert cli.main(["reset", "week1/quiz.toml"]) == 0
        assert "is kept: week1/quiz.before-reset.txt" in capsys.readouterr().out
        assert path.read_text() == quiz_text(copy)

    def test_no_such_quiz(self, copy, capsys):
        assert cli.main(["quiz", "week9"]) == 2
        assert capsys.readouterr().err == "kata: no quiz of 'week9'; there are week1\n"

    def test_without_a_terminal_it_ends(self, copy, types, capsys):
        types()
        assert cli.main(["quiz", "week1"]) == 0
        assert "0 of 4 answered." in capsys.readouterr().out


def quiz_text(copy):
    write_source(copy, "vectors", "dot")
    return quiz_texts(Course(copy))["week1/quiz.toml"]


class TestElsewhere:
    def test_status_and_list_name_it(self, copy, capsys):
        assert cli.main(["status"]) == 0
        assert "       quiz: 0 of 4 answered\n" in capsys.readouterr().out
        assert cli.main(["list"]) == 0
        assert "  week1/quiz.toml: Quiz of toys\n    0 of 4 answered\n" in capsys.readouterr().out

    def test_a_damaged_file_costs_them_nothing(self, copy, capsys):
        (copy / "week1/quiz.toml").write_text("[size\n")
        assert cli.main(["status"]) == 0
        assert "quiz: week1/quiz.toml:1: " in capsys.readouterr().out

    def test_reset_of_a_week_takes_it_along(self, copy, types, capsys):
        types("2")
        cli.main(["quiz", "week1"])
        capsys.readouterr()
        cli.main(["reset", "week1"])
        assert "week1/quiz.toml is as it was given again." in capsys.readouterr().out
        assert answers(copy)["size"] == {"answer": ""}

    def test_reasons_are_sealed(self, copy):
        quiz = Layout(copy).load_catalogue().weeks[0].quizzes[0]
        text = (copy / "exercises/week1.quiz.json").read_text(encoding="utf-8")
        assert json.loads(text)["asked"]["size"]["choices"] == list(quiz.asked[0].choices)
        assert "because" not in text
        assert "So it is" not in text


class TestWithAnswer:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ('[a]\nanswer = ""\n', "[a]\nanswer = 2\n"),
            ('[a]\nanswer = ""  # mine\n', "[a]\nanswer = 2  # mine\n"),
            ('[a]\nanswer = "#1" # mine\n', "[a]\nanswer = 2 # mine\n"),
            ("[a]\nanswer = [\n  1, # one\n  2,\n]\n# end\n", "[a]\nanswer = 2\n# end\n"),
            ("[a]\n# nothing\n", "[a]\nanswer = 2\n# nothing\n"),
            ("[b]\nanswer = 1\n", "[b]\nanswer = 1\n\n[a]\nanswer = 2\n"),
            ("[a]\r\nanswer = 1\r\n[b]\r\n", "[a]\r\nanswer = 2\r\n[b]\r\n"),
            ("[a]\nguess = 1\nanswer=3", "[a]\nguess = 1\nanswer = 2"),
            ("[ a ]\nanswer = '''\nanswer = 1\n'''\n", "[ a ]\nanswer = 2\n"),
            ("", "\n[a]\nanswer = 2\n"),
        ],
    )
    def test_nothing_else_changes(self, before, after):
        assert with_answer(before, "a", "answer", 2) == after

    @pytest.mark.parametrize("text", ["a.answer = 1\n", "a = { answer = 1 }\n"])
    def test_what_is_written_in_another_way_is_left_alone(self, text):
        with pytest.raises(QuizError, match="not known here"):
            with_answer(text, "a", "answer", 2)
