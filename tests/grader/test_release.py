"""What a learner copy brings for `kata reset` and `kata solution`."""

import json
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from grader import cli as grader_cli
from grader.authoring.release import release
from grader.course import Course
from grader.errors import SuiteError
from kata import cli
from kata.given import GIVEN
from kata.lesson import sources
from kata.lesson_pages import lesson_pages
from kata.mistakes import MISTAKES
from kata.seal import SEALED, unseal
from tests.grader.test_authoring import telling_lines


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    out = tmp_path_factory.mktemp("release") / "copy"
    release(out)
    return out


@pytest.fixture(scope="module")
def with_solutions(tmp_path_factory):
    out = tmp_path_factory.mktemp("release") / "copy"
    assert grader_cli.main(["release", "--out", str(out), "--with-solutions"]) == 0
    return out


class TestEditors:
    def test_what_they_are_told_is_in_it(self, copy):
        """All of it: a file that is added here is added to the list too."""
        rooms = (".vscode", ".devcontainer")
        ours, theirs = (
            {
                path.relative_to(root).as_posix(): path.read_bytes()
                for room in rooms
                for path in (root / room).iterdir()
            }
            for root in (Course().root, copy)
        )
        assert theirs == ours


class TestGiven:
    def test_it_is_what_lies_in_the_weeks(self, copy):
        with zipfile.ZipFile(copy / GIVEN) as archive:
            packed = {name: archive.read(name) for name in archive.namelist()}
        course = Course()
        files = [
            course.layout.learners_file(module).relative_to(course.root).as_posix()
            for week in course.catalogue.weeks
            for module in week.modules
        ]
        assert packed == {name: (copy / name).read_bytes() for name in files}

    def test_every_exercise_can_be_reset_in_it(self, copy, monkeypatch, capsys):
        monkeypatch.chdir(copy)
        for exercise in Course().catalogue.exercises:
            assert cli.main(["reset", f"{exercise.week}/{exercise.name}"]) == 0
            assert capsys.readouterr().out.endswith(" is as it was given.\n")


class TestLessons:
    def test_every_week_opens_without_what_makes_its_page(self, copy, monkeypatch, capsys):
        monkeypatch.chdir(copy)
        monkeypatch.setitem(sys.modules, "kata.lesson_pages", None)
        for week in Course().catalogue.weeks:
            assert cli.main(["lesson", week.name, "--print"]) == 0
            page = Path(capsys.readouterr().out.strip())
            assert page == copy / "lessons" / f"{week.name}.html"
            assert f"<title>Week {week.name[-1]}: " in page.read_text(encoding="utf-8")

    def test_they_can_be_made_again_in_it(self, copy):
        catalogue = Course().catalogue
        pages = lesson_pages(copy, sources(catalogue, copy))
        kept = {path.name: path.read_text("utf-8") for path in (copy / "lessons").iterdir()}
        assert pages == kept

    def test_the_font_goes_with_its_licence(self, copy):
        assert "GUST Font License" in (copy / "kata" / "math_font.txt").read_text(encoding="utf-8")

    def test_a_picture_that_is_missing(self, tmp_path):
        root = tmp_path / "course"
        release(root)
        shutil.copytree(Course().root / "solutions", root / "solutions")
        (root / "week2" / "pictures" / "valley.svg").unlink()
        with pytest.raises(SuiteError, match=r"valley\.svg: belongs in a lesson, but No such file"):
            release(tmp_path / "copy", Course(root))


class TestMistakes:
    def test_they_are_in_what_the_command_makes(self, copy, with_solutions):
        assert not (copy / MISTAKES).exists()
        sealed = (with_solutions / MISTAKES).read_text(encoding="ascii")
        assert len(sealed) < 500_000
        files = Course().root.glob("tests/week*/variants_*.py")
        n_listed = sum(path.read_text("utf-8").count("\n@wrong(") for path in files)
        assert n_listed > sealed.count("\n") > n_listed / 2


class TestSolutions:
    def test_they_are_in_it_only_where_asked_for(self, copy, with_solutions):
        assert not (copy / SEALED).exists()
        assert (with_solutions / SEALED).exists()

    def test_no_file_shows_a_line_of_them(self, with_solutions):
        course = Course()
        modules = [module for week in course.catalogue.weeks for module in week.modules]
        references = [course.layout.reference(module).read_text("utf-8") for module in modules]
        telling = set().union(*map(telling_lines, references))
        assert len(telling) > len(modules)
        contents = {path: path.read_bytes() for path in with_solutions.rglob("*") if path.is_file()}
        with zipfile.ZipFile(with_solutions / GIVEN) as archive:
            contents |= {name: archive.read(name) for name in archive.namelist()}
        for path, content in contents.items():
            assert not [line for line in telling if line.encode() in content], path

    def test_each_is_that_of_its_exercise(self, with_solutions):
        sealed = json.loads((with_solutions / SEALED).read_text(encoding="ascii"))
        exercises = Course().catalogue.exercises
        assert list(sealed) == [f"{each.week}/{each.name}" for each in exercises]
        for exercise in exercises:
            name = f"{exercise.week}/{exercise.name}"
            text = unseal(name, sealed[name])
            assert re.search(rf"^(def|class) {exercise.object_name}\b", text, re.M)
            assert "NotImplementedError" not in text
            assert "SOLUTION" not in text
            compile(text, name, "exec")

    def test_a_learner_sees_one_after_solving_it(self, with_solutions, monkeypatch, capsys):
        monkeypatch.chdir(with_solutions)
        assert cli.main(["solution", "dot"]) == 2
        assert cli.main(["solution", "dot", "--give-up"]) == 0
        assert "return float(np.sum(a * b))" in capsys.readouterr().out

    def test_for_gradescope_it_makes_no_sense(self, tmp_path, capsys):
        argv = ["release", "--out", str(tmp_path / "a.zip"), "--gradescope", "--with-solutions"]
        assert grader_cli.main(argv) == 2
        assert "--with-solutions" in capsys.readouterr().err
