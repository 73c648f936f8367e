"""Quizzes in the grading run: what is answered is data, and each question has a verdict."""

import json

import pytest

from grader.authoring.check import check_course
from grader.authoring.quizzes import problems_of_quizzes
from grader.authoring.release import release
from grader.authoring.stubs import stale_stubs, write_stubs
from grader.course import Course
from grader.errors import SuiteError
from grader.intake.lms import find_download
from grader.intake.submission import File
from grader.quizzes import QuizJudge
from grader.results import read_result, result_path
from tests.grader.toy import REFERENCE, grade, hand_in, make_course
from tests.kata.quizzes import write_source

RIGHT = """
[size]
answer = 2
[colours]
answer = [1, 3]
[half]
guess = 3
answer = 0.5
[uses]
answer = ["double"]
"""


@pytest.fixture
def course(tmp_path):
    made = make_course(tmp_path / "course")
    write_source(made.root, "toys", "double")
    write_stubs(made)
    return Course(made.root)


def verdicts(course, text, file_name="quiz.toml"):
    """Return the verdict on each question of one hand-in."""
    week = course.catalogue.weeks[0]
    file = None if text is None else File.of(file_name, text.encode("utf-8", "surrogatepass"))
    found = QuizJudge(course).judge(week, week.quizzes[0], file)
    assert all(each.why for each in found)
    assert all(each.module == "quiz" for each in found)
    return {each.exercise: each for each in found}


def scores(course, text):
    return {name: each.score for name, each in verdicts(course, text).items()}


class TestVerdicts:
    def test_right_answers_get_all_points(self, course):
        assert scores(course, RIGHT) == {"size": 1, "colours": 2, "half": 1, "uses": 1}

    @pytest.mark.parametrize(
        ("answer", "score", "status", "why"),
        [
            ("[size]\nanswer = 1", 0, "failed", "It is larger than that."),
            ("[colours]\nanswer = [1]", 1, "partial", "something is missing"),
            ("[colours]\nanswer = [1, 2]", 0, "failed", "1: It is red. 2: There is no blue."),
            ("[colours]\nanswer = [1, 2, 3]", 1, "partial", "2: There is no blue."),
            ("[half]\nanswer = 2.03", 0, "failed", "That is twice."),
            ("[half]\nanswer = 7", 0, "failed", "Twice that is not 1."),
            ("[half]\nguess = 0.5", 0, "todo", "not answered yet"),
            ("[half]\nanswer = nan", 0, "failed", "takes a number"),
            ("[uses]\nanswer = ['total']", 0, "failed", "That is not what this line itself does."),
            ("[uses]\nanswer = ['nonsense']", 0, "failed", "is no exercise"),
            ("[uses]\nanswer = []", 0, "todo", "not answered yet"),
        ],
    )
    def test_other_answers(self, course, answer, score, status, why):
        found = verdicts(course, answer)[answer[1 : answer.index("]")]]
        assert (found.score, found.status) == (score, status)
        assert why in found.why

    def test_a_listed_mistake_has_a_name(self, course):
        assert verdicts(course, "[size]\nanswer = 3")["size"].misconception.name == "answers_3"
        assert verdicts(course, "[half]\nanswer = 7")["half"].misconception is None

    @pytest.mark.parametrize(
        ("text", "status"),
        [
            *((None, "todo"), ("", "todo"), ("[size\n", "unreadable"), ("\0", "unreadable")),
            *(("[size]\nanswer=b", "unreadable"), ("a=" + "[\n" * 9000, "unreadable")),
            *(("#" * 300_000, "unreadable"), ("size = 2", "todo"), ("[size]\nAnswer=2", "todo")),
            *(("size = [[[]]]\n[half]", "todo"), ("[[size]]\nanswer = 2", "todo")),
        ],
    )
    def test_no_file_ends_without_a_verdict(self, course, text, status):
        found = verdicts(course, text).values()
        assert {each.status for each in found} == {status}
        assert {each.score for each in found} == {0.0}

    def test_a_file_that_cannot_be_read_says_where(self, course):
        assert verdicts(course, "\n[size]\nanswer = b\n")["size"].why.startswith("quiz.toml:3: ")


class TestRun:
    @pytest.fixture
    def graded(self, course, tmp_path):
        submitted, grades = tmp_path / "submitted", tmp_path / "grades"
        hand_in(submitted, "ada", REFERENCE).with_name("quiz.toml").write_text(RIGHT)
        hand_in(submitted, "bob", REFERENCE)
        grade(course, submitted, grades)
        return submitted, grades

    def test_points_are_in_the_weeks_total(self, course, graded):
        ada, bob = (read_result(result_path(graded[1], name, "week1")) for name in ("ada", "bob"))
        assert (ada.score, bob.score) == (7.5 + 5, 7.5)
        assert ada.max_score == bob.max_score == 6 + 5
        assert "ada,12.5" in (graded[1] / "grades.csv").read_text()
        assert {each.status for each in bob.exercises if each.module == "quiz"} == {"todo"}

    def test_another_answer_is_graded_again(self, course, graded):
        submitted, grades = graded
        assert grade(course, submitted, grades).graded == 0
        path = submitted / "ada" / "week1" / "quiz.toml"
        path.write_text(RIGHT.replace("answer = 2", "answer = 1"))
        assert grade(course, submitted, grades).graded == 1
        assert read_result(result_path(grades, "ada", "week1")).score == 11.5

    def test_another_key_is_graded_again(self, course, graded):
        submitted, grades = graded
        source = course.layout.quiz_source("week1", "quiz")
        source.write_text(source.read_text().replace("So it is.", "It is."))
        again = Course(course.root)
        write_stubs(again)
        assert grade(again, submitted, grades).graded == 2
        result = read_result(result_path(grades, "ada", "week1"))
        size = next(each for each in result.exercises if each.exercise == "size")
        assert size.why == "It is."

    def test_no_module_can_import_it(self, course, tmp_path):
        text = REFERENCE.replace("import numpy as np", "import numpy as np\nfrom week1 import quiz")
        submitted, grades = tmp_path / "submitted", tmp_path / "grades"
        path = hand_in(submitted, "eve", text).with_name("quiz.toml")
        path.write_text("size = 1\n")
        grade(course, submitted, grades)
        result = read_result(result_path(grades, "eve", "week1"))
        assert {e.status for e in result.exercises if e.module == "toys"} == {"unreadable"}

    def test_a_flat_download_needs_its_week(self, course, tmp_path):
        folder = tmp_path / "download" / "Ada Ng_123_assignsubmission_file"
        (folder / "week1").mkdir(parents=True)
        (folder / "week1" / "quiz.toml").write_text(RIGHT)
        found = find_download(tmp_path / "download", course.catalogue)
        (source,) = found.learners.values()
        submission = source.read("Ada", course.catalogue.weeks[0])
        assert submission.files["quiz"].text == RIGHT


class TestAuthoring:
    def test_the_toys_are_consistent_and_fresh(self, course):
        assert problems_of_quizzes(course) == []
        assert stale_stubs(course) == []

    def test_ours_are_too(self):
        assert problems_of_quizzes(Course()) == []

    def test_a_changed_source_makes_both_files_stale(self, course):
        source = course.layout.quiz_source("week1", "quiz")
        source.write_text(source.read_text().replace("How large?", "How wide?"))
        assert stale_stubs(course) == ["exercises/week1.quiz.json", "week1/quiz.toml"]

    def test_no_key_and_no_reason_can_be_read_in_a_learner_copy(self, tmp_path):
        course = Course()
        release(tmp_path / "copy", course)
        source = course.layout.quiz_source("week1", "quiz").read_text(encoding="utf-8")
        reasons = [line.partition('"')[2] for line in source.split("\n") if "because = " in line]
        assert len(reasons) > 20
        for path in (tmp_path / "copy").rglob("*"):
            if path.suffix in (".json", ".toml", ".md", ".py"):
                text = path.read_text(encoding="utf-8")
                assert not [each for each in reasons if each[:40] in text], path
        assert (tmp_path / "copy" / "week1" / "quiz.toml").is_file()
        data = json.loads((tmp_path / "copy" / "exercises" / "week1.quiz.json").read_text())
        keys = {key for asked in data["asked"].values() for key in asked}
        assert keys == {
            *("module", "kind", "title", "points", "text", "choices"),
            *("start", "step", "compute", "seals"),
        }

    def test_check_tells_what_does_not_fit(self, course):
        source = course.layout.quiz_source("week1", "quiz")
        source.write_text(source.read_text().replace('module = "toys"', 'module = "tools"', 1))
        write_stubs(course)
        problems = check_course(course=Course(course.root)).problems
        assert "week1/quiz size: there is no module 'tools'" in problems

    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ('kind = "choice"', 'kind = "riddle"', "needs a kind"),
            ('right = true, because = "So', 'because = "So', "0 choices are right"),
            ('because = "It is larger than that."', 'because = ""', "needs a text 'because'"),
            ("points = 2", "points = 0", "needs points above 0"),
            ("points = 2", "point = 2", "keys too many"),
            ("tolerance = 0.05", "tolerance = 0", "a tolerance above 0"),
            ("{ answer = 2, ", "{ answer = 0.46, ", "as good as another"),
            ('double = "It', 'triple = "It', "triple is no exercise"),
            ('title = "Quiz of toys"', "", 'needs a title = "…" at its top'),
            ("[size]", "[size", "cannot be read as TOML"),
        ],
    )
    def test_a_source_that_is_wrong(self, course, old, new, says):
        source = course.layout.quiz_source("week1", "quiz")
        text = source.read_text()
        assert old in text
        source.write_text(text.replace(old, new))
        with pytest.raises(SuiteError, match=says):
            problems_of_quizzes(course)
