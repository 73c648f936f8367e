"""`python -m grader me`: one's own working copy, graded by the hidden suite."""

import pytest
from rich.console import Console

from grader import cli
from grader.authoring.stubs import write_stubs
from grader.course import Course
from grader.errors import InputError
from grader.me import grade_me, print_graded
from grader.progress import Progress
from tests.grader.toy import REFERENCE, make_course
from tests.kata.quizzes import write_source


@pytest.fixture
def course(tmp_path):
    course = make_course(tmp_path)
    write_stubs(course)
    return course


def graded(course, *weeks):
    return grade_me(weeks, 1, Progress(Console(quiet=True)), course)


def test_untouched_weeks_are_to_do(course, capsys):
    found = graded(course)
    print_graded(found, course)
    assert not found.is_done
    assert capsys.readouterr().out.splitlines() == [
        "",
        "=============================== your exercises ================================",
        " week1: 0 of 6 points",
        "   · 3 to do",
    ]


def test_solved_weeks_are_done(course, capsys):
    (course.root / "week1/toys.py").write_text(REFERENCE, encoding="utf-8")
    found = graded(course)
    print_graded(found, course)
    assert found.is_done
    assert found.summary.is_whole
    out = capsys.readouterr().out
    assert "what went wrong" not in out
    assert " week1: 7.5 of 6 points" in out  # with the bonus
    assert "   ✓ double                             done              4/4\n" in out


def test_what_is_wrong_in_the_words_of_pytest(course, capsys):
    text = REFERENCE.replace("np.sum(a * b)", "np.dot(a, b)").replace("2 * x", "x + 2")
    (course.root / "week1/toys.py").write_text(text, encoding="utf-8")
    found = graded(course)
    print_graded(found, course)
    assert not found.is_done
    out = capsys.readouterr().out
    assert "✗ double — Every entry is doubled.\n    the result " in out
    assert "    code      week1/toys.py:6\n    hint      kata hint double\n" in out
    assert "✗ product\n    line 18: np.dot(a, b) is not allowed here (np.dot): write it from" in out
    assert "test_toys.py" not in out
    assert "   F product                            forbidden         0/2\n" in out


def test_a_file_that_is_no_python_is_told_once(course, capsys):
    """It costs the grader nothing: what judges does not stand on the working copy."""
    (course.root / "week1/toys.py").write_text("def double(x:\n", encoding="utf-8")
    found = graded(course)
    print_graded(found, course)
    assert found.summary.is_whole
    assert capsys.readouterr().out.count("is not Python") == 1


def test_a_known_mistake_is_explained(course, capsys):
    text = REFERENCE.replace("2 * x", "np.abs(2 * x)")
    (course.root / "week1/toys.py").write_text(text, encoding="utf-8")
    print_graded(graded(course), course)
    assert "    You doubled the magnitude only." in capsys.readouterr().out


def test_a_second_run_keeps_what_is_unchanged(course):
    assert graded(course).summary.graded == 1
    assert graded(course).summary.kept == 1
    (course.root / "week1/toys.py").write_text(REFERENCE, encoding="utf-8")
    assert graded(course).summary.graded == 1


def test_a_file_that_is_missing_is_to_do(course):
    (course.root / "week1/toys.py").unlink()
    (result,) = graded(course).results
    assert {each.status for each in result.exercises} == {"todo"}


def test_a_week_that_is_none(course):
    with pytest.raises(InputError, match="week7: no such week"):
        graded(course, "week7")


@pytest.mark.parametrize("argv", [["me", "week7"], ["me", "--jobs", "0"]])
def test_a_bad_call_is_exit_2(argv, capsys):
    assert cli.main(argv) == 2
    assert "grader: --" in capsys.readouterr().err


@pytest.mark.parametrize(("text", "status"), [(REFERENCE, 0), ("", 1)])
def test_the_exit_status_says_whether_all_is_right(course, monkeypatch, capsys, text, status):
    (course.root / "week1/toys.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr("grader.me.Course", lambda root=course.root: type(course)(root))
    assert cli.main(["me", "week1", "--jobs", "1"]) == status
    assert "your exercises" in capsys.readouterr().out


def test_a_quiz_is_graded_along(course, capsys):
    write_source(course.root, "toys", "double")
    write_stubs(course)
    path = course.root / "week1/quiz.toml"
    path.write_text("[size]\nanswer = 1\n[half]\nanswer = 0.5\n", encoding="utf-8")
    course = Course(course.root)
    print_graded(graded(course), course)
    out = capsys.readouterr().out
    assert "✗ week1 size: It is larger than that.\n" in out
    assert "   ✓ half                               done              1/1\n" in out
    assert " week1: 1 of 11 points" in out
