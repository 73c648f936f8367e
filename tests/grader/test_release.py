"""What a learner copy brings for `kata reset` and `kata solution`."""

import zipfile

import pytest

from grader.authoring.release import release
from grader.course import Course
from kata import cli
from kata.given import GIVEN


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    out = tmp_path_factory.mktemp("release") / "copy"
    release(out)
    return out


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
