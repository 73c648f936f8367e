"""What learners get back: pages that say what to do next, and in which all text is text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import grader.reports.feedback.writing
from exercises import Catalogue
from grader.cli import main
from grader.course import Course
from grader.reports.feedback.content import Feedback, FeedbackMaker
from grader.reports.feedback.lesson import Lessons
from grader.reports.feedback.markdown import as_markdown, code_block, code_span, escaped
from grader.reports.feedback.page import as_html
from grader.reports.feedback.writing import FeedbackPages
from grader.reports.lateness import Deadlines
from tests.grader.conftest import Class
from tests.grader.reports.made import CATALOGUE, NAMES, result, submission, todo, verdict
from tests.grader.toy import REFERENCE

HOSTILE = (
    "</style></script><script>document.title='stolen'</script><!--<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1)) ![b](http://thief.invalid/) <http://thief.invalid/>",
    "www.thief.invalid http://thief.invalid me@thief.invalid",
    "*a* _b_ ~~c~~ | d | # e",
    "- item",
    "12. item",
    "&lt;b&gt; &amp;",
    "{{ 7 * 7 }} {% raw %}",
    "`````",
    "a\u202eb\u2028c\nd\re\x00\x1b[31m\ud800",
)
CODE = '''import numpy as np


def a(x):
    """Return twice x."""
\treturn x * x  # {}


def b(x):
    return 2 * x
'''


def told(*results, catalogue: Catalogue = CATALOGUE, late: str = "", percent=0.0, code=None):
    """Return the feedback on a result."""
    deadlines = Deadlines.parse([late] if late else [], percent, catalogue)
    maker = FeedbackMaker(catalogue, Lessons(catalogue, Path("nowhere")), deadlines)
    return maker.feedback(results[0], code)


def texts_of(feedback: Feedback) -> list[str]:
    """Return what there is to do."""
    return [step.text for step in feedback.steps]


class TestSteps:
    def test_what_is_begun_comes_first_and_then_what_is_to_do(self):
        wrong = verdict("c", "0011", misconception="You squared.")
        feedback = told(result("ada", {"c": wrong, "f": verdict("f", "0000"), "g": todo("g")}))
        go_on, after, begin = feedback.steps
        assert go_on.text == "Go on with “Title of c” (c), which is partly right. You squared."
        assert go_on.commands == ("pytest week1 -k c", "kata hint week1/c")
        assert after.text == "After that, put right f."
        assert begin.text == "Then begin “Title of g” (g)."

    def test_a_file_that_cannot_be_read_comes_before_all(self):
        broken = [
            verdict(name, "0000", status="unreadable", why="line 3: no Python") for name in "ab"
        ]
        feedback = told(result("ada", {each.exercise: each for each in broken}))
        (step,) = texts_of(feedback)
        assert step == "Repair toys.py first: 2 exercises wait for it. Line 3: no Python."
        assert feedback.broken[0].names == ("a", "b")
        assert feedback.begun == ()

    def test_nothing_is_left(self):
        assert texts_of(told(result("ada", {}))) == [
            "Everything of this week is done: there is nothing left to put right."
        ]

    def test_a_bonus_comes_last(self):
        week = CATALOGUE.weeks[0]
        bonus = tuple(replace(e, is_stretch=e.name == "a") for e in week.exercises)
        modules = (replace(week.modules[0], exercises=bonus),)
        catalogue = Catalogue((replace(week, modules=modules),))
        both = {name: verdict(name, "0011") for name in "ab"}
        feedback = told(result("ada", both), catalogue=catalogue)
        assert texts_of(feedback)[0].startswith("Go on with “Title of b”")
        assert feedback.begun[0].is_bonus
        assert feedback.facts == ("1 of these points are a bonus, on top of the week's 100 %.",)
        feedback = told(result("ada", [todo("a"), todo("b")]), catalogue=catalogue)
        assert texts_of(feedback) == ["Begin “Title of b” (b); 2 are still to do."]


class TestVerdicts:
    def test_words_and_points_are_those_of_pytest_and_grades(self):
        feedback = told(result("ada", {"a": verdict("a", "0111"), "b": verdict("b", "0000")}))
        assert [(each.status.word, each.points) for each in feedback.begun] == [
            ("partly right", "1.5 of 2 points"),
            ("wrong", "0 of 2 points"),
        ]
        assert feedback.score == "13.5 of 16 points"
        assert len(feedback.done) == 6

    def test_requirements_are_told_once_with_their_cases_and_reasons(self):
        wrong = verdict("a", "0001", says="It must.", why="it does not")
        (begun,) = told(result("ada", {"a": wrong})).begun
        (requirement,) = begun.requirements
        assert (requirement.says, requirement.n_cases) == ("It must.", 3)
        assert requirement.whys == ("it does not",)
        assert begun.tests == "Passes 1 of 4 hidden tests."
        known = verdict(
            "a", "0001", says="It must.", why="You squared.", misconception="You squared."
        )
        (begun,) = told(result("ada", {"a": known})).begun
        assert begun.requirements[0].whys == ()  # it stands above them

    def test_void_tests_are_nobodys_fault(self):
        wrong = verdict("a", "0011")
        void = (replace(wrong.tests[0], status="void"), *wrong.tests[1:])
        (begun,) = told(result("ada", {"a": replace(wrong, tests=void)})).begun
        assert begun.tests == "Passes 2 of 3 hidden tests."
        assert begun.requirements[0].n_cases == 1

    def test_what_was_not_tested_lists_no_tests(self):
        wrong = verdict("a", "0000", status="forbidden", why="`@` in line 3")
        (begun,) = told(result("ada", {"a": wrong})).begun
        assert (begun.tests, begun.requirements) == ("", ())
        assert "`@` in line 3" in as_html(told(result("ada", {"a": wrong})))

    def test_an_exercise_that_the_catalogue_no_longer_has(self):
        feedback = told(result("ada", [verdict("old", "0011", why="it differs")]))
        (begun,) = feedback.begun
        assert (begun.title, begun.hint, begun.code) == ("old", "", "")
        assert "it differs" in as_markdown(feedback)

    def test_a_score_without_points(self):
        assert told(result("ada", [], max_score=0.0)).share == 0


class TestCode:
    def test_is_what_was_graded(self):
        graded, later = submission("ada", CODE), submission("ada", CODE + "\n")
        wrong = result("ada", {"a": verdict("a", "0011")}, submission=graded)
        (begun,) = told(wrong, code=graded).begun
        assert begun.code == "def a(x):\n    return x * x  # {}"
        assert told(wrong, code=later).begun[0].code == ""
        assert told(wrong).begun[0].code == ""

    def test_is_cut_where_it_is_long(self):
        long = submission("ada", "def a(x):\n" + "    x += 1\n" * 500)
        wrong = result("ada", {"a": verdict("a", "0011")}, submission=long)
        lines = told(wrong, code=long).begun[0].code.split("\n")
        assert len(lines) == 81
        assert lines[-1] == "# … the rest is not shown here"


class TestLateness:
    @pytest.mark.parametrize(
        ("due", "percent", "fact"),
        [
            ("", 0, "Handed in: 2026-02-01 23:00 UTC."),
            ("2026-02-02", 0, "due: 2026-02-02 00:00 UTC, so in time."),
            ("2026-02-01", 0, "so late. Nothing is taken for it here."),
            ("2026-01-31", 10, "By the rule for late work 12.8 points are left; the score"),
        ],
    )
    def test_is_told(self, due, percent, fact):
        mine = result("ada", {}, submitted_at="2026-02-01 23:00 UTC")
        feedback = told(mine, late=f"week1={due}" if due else "", percent=percent)
        assert fact in feedback.facts[0]
        assert feedback.score == "16 of 16 points"

    def test_a_time_that_is_none_is_shown_as_it_is(self):
        mine = result("ada", {}, submitted_at="at night\x1b")
        assert told(mine, late="week1=2026-02-01").facts == ("Handed in: at night?.",)


class TestLesson:
    def test_the_section_and_the_picture_of_what_comes_first(self):
        course = Course()
        lessons = Lessons(course.catalogue, course.root)
        maker = FeedbackMaker(course.catalogue, lessons, Deadlines())
        wrong = [verdict("norm", "0011"), verdict("analogy", "0011")]
        feedback = maker.feedback(result("ada", [wrong[1], wrong[0]]), None)
        assert feedback.begun[0].section == "Vectors: data as arrows"
        assert feedback.begun[0].lesson_command == "kata lesson analogy"
        assert feedback.picture is not None
        assert feedback.picture.says.startswith("Arrows for king, queen, man and woman")
        svg = base64.b64decode(feedback.picture.address.partition(",")[2])
        assert svg == (course.root / "week1/pictures/analogy.svg").read_bytes()
        assert maker.feedback(result("ada", wrong), None).picture is None

    def test_every_picture_of_the_catalogue_is_there(self):
        course = Course()
        lessons = Lessons(course.catalogue, course.root)
        explained = [each for each in course.catalogue.exercises if each.picture]
        assert len(explained) > 40
        for exercise in explained:
            assert lessons.picture(exercise) is not None, exercise.name

    def test_a_name_that_two_weeks_share_is_told_with_its_week(self):
        wrong = {"a": verdict("a", "0011")}
        assert told(result("ada", wrong)).begun[0].hint_command == "kata hint week1/a"
        one = Catalogue(CATALOGUE.weeks[:1])
        feedback = told(result("ada", wrong), catalogue=one)
        assert feedback.begun[0].hint_command == "kata hint a"


def hostile_feedback(text: str) -> Feedback:
    """Return feedback with a text wherever a learner's may be."""
    mine = submission(text, CODE.format(re.sub(r"[\n\r]", " ", text)))
    wrong = verdict("a", "0110", why=text, says=text, misconception=text)
    other = verdict("b", "0000", status="crashed", why=text)
    broken = verdict("c", "0000", status="unreadable", why=text)
    graded = result(text, {"a": wrong, "b": other, "c": broken}, submission=mine, submitted_at=text)
    return told(graded, code=mine)


class TestQuiz:
    """A question is no exercise: no test checks it, no hint is there, and its file is no module."""

    def told(self, *verdicts):
        course = Course()
        lessons = Lessons(course.catalogue, course.root)
        maker = FeedbackMaker(course.catalogue, lessons, Deadlines())
        return maker.feedback(
            result("ada", [replace(each, module="quiz") for each in verdicts]), None
        )

    def test_a_wrong_answer(self):
        feedback = self.told(verdict("pasted_twice", "0", why="It is the same text."))
        (begun,) = feedback.begun
        assert begun.title == "The same text, twice"
        assert (begun.check, begun.hint, begun.hint_command) == ("kata quiz week1", "", "")
        assert (begun.tests, begun.requirements) == ("", ())
        assert (begun.section, begun.lesson_command) == (
            "Vectors: data as arrows",
            "kata lesson vectors",
        )
        assert feedback.steps[0].commands == ("kata quiz week1",)
        page = as_html(feedback)
        assert "It is the same text." in page
        assert "pytest" not in page

    def test_one_without_an_answer(self):
        feedback = self.told(todo("pasted_twice"))
        assert [each.title for each in feedback.todo] == ["The same text, twice"]
        assert feedback.steps[0].commands == ("kata quiz week1",)

    def test_a_file_that_is_none(self):
        feedback = self.told(verdict("pasted_twice", "0", status="unreadable", why="quiz.toml:3"))
        assert feedback.steps[0].text.startswith("Repair quiz.toml first: 1 exercise waits")


class TestHtml:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_what_learners_wrote_is_text(self, text):
        page = as_html(hostile_feedback(text))
        clean = as_html(hostile_feedback("clean"))
        tags = re.compile(r"<[^>]*>")
        assert tags.sub("", page) != tags.sub("", clean)
        titles = re.compile(r' aria-label="[^"]*"|<title>.*?</title>')
        assert tags.findall(titles.sub("", page)) == tags.findall(titles.sub("", clean))
        assert "49" not in page
        assert page.encode("utf-8")

    def test_text_is_shown_as_it_is(self):
        assert HOSTILE[0] in unescape(as_html(hostile_feedback(HOSTILE[0])))

    def test_allows_its_own_style_and_no_script(self):
        page = as_html(told(result("ada", {})))
        (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert unescape(policy) == (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
            "base-uri 'none'; form-action 'none'"
        )
        assert not re.search(r"https?://|<script|style=", page)

    def test_equal_results_make_equal_pages(self):
        assert as_html(hostile_feedback("a")) == as_html(hostile_feedback("a"))


class TestMarkdown:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_what_learners_wrote_is_text(self, text):
        reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])

        def kinds(feedback: Feedback) -> list[str]:
            tokens = reader.parse(as_markdown(feedback))
            inside = [child.type for token in tokens for child in token.children or ()]
            assert not {"html_block", "html_inline", "link_open", "image"} & {
                *(token.type for token in tokens),
                *inside,
            }
            return [token.type for token in tokens if token.type != "text"]

        assert kinds(hostile_feedback(text)) == kinds(hostile_feedback("clean"))

    @pytest.mark.parametrize("text", HOSTILE[:-1])
    def test_text_is_shown_as_it_is(self, text):
        (_, inline, _) = MarkdownIt("commonmark").parse(escaped(text))
        shown = "".join(child.content for child in inline.children or ())
        assert shown == text
        assert not re.search(r"://|www\.|(?<!\\)@", escaped(text))

    @pytest.mark.parametrize("code", ["", "`", "``` `` `", "````\nx\n````"])
    def test_fences_are_longer_than_any_row_of_backticks(self, code):
        (token,) = MarkdownIt("commonmark").parse("\n".join(code_block(code)))
        assert (token.type, token.content) == ("fence", code + "\n")

    @pytest.mark.parametrize("name", ["a", "`", "a``b", "``a"])
    def test_names_are_code(self, name):
        (_, inline, _) = MarkdownIt("commonmark").parse(f"x {code_span(name)}")
        assert [(c.type, c.content) for c in inline.children or ()][1:] == [("code_inline", name)]


class Pages:
    """Feedback pages in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, *results) -> FeedbackPages:
        course = Course()
        pages = FeedbackPages(self.folder, course, lambda *_: None, Deadlines())
        assert list(pages.writing(results)) == list(results)
        return pages

    def names(self) -> list[str]:
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file()
        )


class TestWriting:
    @pytest.fixture
    def pages(self, tmp_path) -> Pages:
        return Pages(tmp_path / "feedback")

    def test_a_page_of_each_kind_for_each_result(self, pages):
        pages.write(result("ada", {}), result("bob", {}))
        assert pages.names() == [
            *("ada/week1.html", "ada/week1.md", "bob/week1.html", "bob/week1.md")
        ]

    def test_what_is_unchanged_is_not_written_again_and_nothing_is_removed(self, pages):
        pages.write(result("ada", {}), result("bob", {}), result("cem", {}))
        before = {n: (pages.folder / n).stat().st_ino for n in pages.names()}
        pages.write(result("ada", {}), result("bob", {"a": todo("a")}))
        changed = {n for n, i in before.items() if (pages.folder / n).stat().st_ino != i}
        assert changed == {"bob/week1.html", "bob/week1.md"}
        assert pages.names() == list(before)

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            (result("../../evil", {}), "can be no folder's name"),
            (result("a\0b", {}), "can be no folder's name"),
            (result("..", {}), "can be no folder's name"),
            (result("ada", {}, status="no sandbox"), "no sandbox"),
            (result("ada", [verdict("a", status="won")]), "no such status: won"),
        ],
    )
    def test_a_result_that_somebody_edited_gets_no_page(self, pages, wrong, why):
        (problem,) = pages.write(wrong).problems
        assert why in problem
        assert not pages.folder.exists()

    def test_two_results_of_one_name(self, pages):
        written = pages.write(result("ada", {}), result("ada", [todo("a")]))
        assert written.problems == ["ada week1: two files say they are this; grade again"]

    def test_a_full_disk_is_one_note(self, pages, monkeypatch):
        def full(path: Path, data: bytes) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(grader.reports.feedback.writing, "write_atomically", full)
        assert pages.write(result("ada", {}), result("bob", {})).notes == [
            "feedback pages of 2 results cannot be written, the grades are: "
            "ada week1: [Errno 28] No space left on device"
        ]

    def test_a_name_that_is_too_long_is_a_note(self, pages):
        (note,) = pages.write(result("a" * 300, {})).notes
        assert "a feedback page cannot be written, the grades are" in note


class TestRun:
    def test_every_run_writes_it_and_report_writes_it_again(self, course, tmp_path, capsys):
        toys = Class(course, tmp_path)
        toys.hand_in("ada", REFERENCE.replace("return 2 * x", "return x * x"))
        summary = toys.grade()
        assert summary.is_whole
        page = (toys.grades / "feedback/ada/week1.md").read_text(encoding="utf-8")
        assert "**What went wrong:** You squared\\: twice x" not in page
        assert "**What went wrong:** You squared: twice x is x + x." in page
        assert "    return x * x" in page
        assert "**A hint:** Twice what? More: `kata hint double`" in page
        assert "Read again" not in page  # this course has no lesson
        assert main(["report", str(toys.grades)]) == 0
        assert f"Feedback: {toys.grades}/feedback/<learner>/<week>" in capsys.readouterr().out
        again = (toys.grades / "feedback/ada/week1.md").read_text(encoding="utf-8")
        assert "    return x * x" not in again  # what was handed in is not at hand

    def test_a_folder_in_the_way_costs_no_grade(self, course, tmp_path):
        toys = Class(course, tmp_path)
        toys.hand_in("ada", REFERENCE)
        toys.grades.mkdir()
        (toys.grades / "feedback").write_text("")
        summary = toys.grade()
        assert summary.is_whole
        assert "a feedback page cannot be written, the grades are" in summary.notes[-1]
        assert toys.result("ada")["score"] > 0


def test_all_words_of_a_week_that_is_to_do(tmp_path):
    feedback = told(result("ada", [todo(name) for name in NAMES]))
    assert texts_of(feedback) == ["Begin “Title of a” (a); 8 are still to do."]
    assert as_markdown(feedback).count("\n- Title of") == 8
