"""Grades in the formats that others read: each by the rules of who reads it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

import pytest

from grader.cli import main
from grader.course import Course
from grader.reports.exports import NAMES
from grader.reports.exports.export import WITH_A_ROSTER, WITHOUT
from grader.results import GRADED, ExerciseResult, Result, TestResult, result_path, write_result
from tests.grader.toy import REFERENCE

# What a terminal, a spreadsheet, a browser, an XML reader or a workflow's log would obey.
HOSTILE = (
    "=1+1",
    "'quoted",
    "<script>alert(1)</script>",
    "]]><x/>",
    "&amp;",
    '"; x',
    "\x1b[31mred",
    "::error::x",
    "a\u202eb",
    "a\ud800b",
    "\ufffe\x00\x0b",
    "a,b;c\td",
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (77),Quiz (78),Final Score",
    "    Points Possible,,,,,7,10,(read only)",
)


def result(learner: str, week: str = "week1", score: float = 4.5, why: str = "wrong") -> Result:
    """Return a result with an exercise that is solved, one that is partly, and one void test."""
    tests = (
        TestResult("test_one", "It is one.", "passed", ""),
        TestResult("test_two", f"It is two: {why}", "failed", why),
        TestResult("test_void", "It is void.", "void", "ours to mend"),
    )
    partial = ExerciseResult("total", "toys", 3.0, score - 4, "partial", why, None, 0.25, tests)
    passed = replace(partial, exercise="double", points=4.0, score=4.0, status="passed", why="")
    passed = replace(passed, tests=tests[:1])
    return Result(
        learner=learner,
        week=week,
        submitted_at=None,
        digest="",
        suite="",
        texts={},
        suites={},
        seed=123456789,
        status=GRADED,
        score=score,
        max_score=7,
        exercises=(passed, partial),
        sandbox="",
        is_confined=True,
    )


class Exports:
    """A grades folder, and what is exported from it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.grades = folder / "grades"
        self.roster = folder / "roster.csv"
        self.out = folder / "out"
        self.capsys = capsys

    def write(self, *results: Result) -> None:
        for each in results:
            write_result(self.grades, each)

    def export(self, name: str, roster: list[str] | None = None, *more: str) -> tuple[int, str]:
        """Export; return the exit status and the error stream."""
        arguments = ["export", str(self.grades), "--format", name, "--out", str(self.out), *more]
        if roster is not None:
            self.roster.write_text("\n".join(roster) + "\n", encoding="utf-8", newline="")
            arguments += ["--roster", str(self.roster)]
        status = main(arguments)
        self.printed, errors = self.capsys.readouterr()
        return status, errors

    def table(self) -> list[list[str]]:
        text = self.out.read_text(encoding="utf-8")
        return list(csv.reader(io.StringIO(text, newline="")))

    def json(self, name: str) -> dict:
        return json.loads((self.out / name).read_text(encoding="utf-8"))


@pytest.fixture
def exports(tmp_path, capsys):
    return Exports(tmp_path, capsys)


def test_the_command_offers_every_format_there_is():
    assert sorted(NAMES) == sorted([*WITH_A_ROSTER, *WITHOUT])


class TestCanvas:
    def test_an_assignment_that_is_there_is_filled_and_everyone_keeps_their_columns(self, exports):
        exports.write(result("ada"), result("bob", score=5))
        people = ['"Lovelace, Ada",1,u1,ada,"A; B",2,9,', '"Babbage, Bob",2,u2,bob,A,,,']
        posting = ",,,,,Manual Posting,,"
        status, errors = exports.export("canvas", [CANVAS[0], posting, CANVAS[1], *people])
        assert (status, errors) == (0, "")
        assert exports.table() == [
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Week 1 (77)"],
            ["    Points Possible", "", "", "", "", "7.0"],
            ["Lovelace, Ada", "1", "u1", "ada", "A; B", "4.5"],
            ["Babbage, Bob", "2", "u2", "bob", "A", "5.0"],
        ]
        assert "in Canvas: Grades, Import" in exports.printed

    @pytest.mark.parametrize("name", ["1", "u1", "ada", "Lovelace, Ada", "ADA"])
    def test_a_learner_is_found_by_any_name_canvas_has(self, exports, name):
        exports.write(result(name))
        status, _ = exports.export("canvas", [*CANVAS, '"Lovelace, Ada",1,u1,ada,A,,,'])
        assert status == 0
        assert exports.table()[2][-1] == "4.5"

    def test_a_grade_that_we_do_not_have_stays_as_it_is_in_canvas(self, exports):
        """An empty cell would take it away."""
        exports.write(result("ada"), result("bob", "week2"), result("cy", "week2"))
        people = ["Ada,1,,ada,A,2,,", 'Bob,2,,bob,A,"3,5",,', "Cy,3,,cy,A,EX,,"]
        status, errors = exports.export("canvas", [*CANVAS, *people])
        assert status == 0
        rows = {row[3]: row[5:] for row in exports.table()[2:]}
        assert rows == {"ada": ["4.5", ""], "bob": ["3.5", "4.5"], "cy": ["EX", "4.5"]}
        assert "a new assignment week2, of 7 points" in errors

    def test_who_has_no_counterpart_is_listed_with_the_score(self, exports):
        exports.write(result("ada"), result("eve"), result("two"), result("dup"), result("DUP"))
        people = [
            "Ada,1,,ada,A,,,",
            "Grace,2,,grace,A,,,",
            "Two,3,,two,A,,,",
            "Two,4,two,x,A,,,",
            "Dup,5,,dup,A,,,",
            '"Student, Test",6,,z,A,,,',
        ]
        status, errors = exports.export("canvas", [*CANVAS, *people])
        assert status == 1
        assert [row[3] for row in exports.table()[2:]] == ["ada"]
        listed = errors.splitlines()
        assert listed[0] == "grader: not in there:"
        assert listed[1].startswith("  eve (week1 4.5): no row has this name as SIS Login ID or")
        assert listed[1].endswith("correct the roster, or enter the grade by hand")
        assert "  two (week1 4.5): rows 5 and 6 all have this name" in listed[2]
        assert "DUP (week1 4.5) and dup (week1 4.5): are the same person by row 7" in listed[3]
        assert "row 4 of" in listed[4]
        assert "(grace 2 Grace): nothing of theirs is graded" in listed[4]
        assert [line.split()[1] for line in listed[5:]] == ["5", "6"]

    @pytest.mark.parametrize(
        ("header", "points", "why"),
        [
            ("week1 (1),Week_1 (2)", "7,7", "it may be week1 (1) and Week_1 (2)"),
            ("week1 (1),Quiz (2)", "100,7", "worth 100 points in Canvas and 7 here"),
            ("week1 (1),Quiz (2)", "(read only),7", "read only; change that in Canvas"),
        ],
    )
    def test_a_week_without_one_clear_column_is_left_out_and_listed(
        self, exports, header, points, why
    ):
        exports.write(result("ada"), result("ada", "week2"))
        roster = [
            f"Student,ID,SIS Login ID,Section,{header}",
            f" Points Possible,,,,{points}",
            "A,1,ada,S,,",
        ]
        status, errors = exports.export("canvas", roster)
        assert status == 1
        assert f"week1: left out, since {'' if 'may' in why else 'week1 (1) is '}{why}" in errors
        assert exports.table()[0][4:] == ["week2"]

    def test_a_week_graded_by_two_suites_is_left_out_and_listed(self, exports):
        exports.write(result("ada"), replace(result("bob"), max_score=8))
        status, errors = exports.export("canvas", [*CANVAS, "A,1,,ada,S,,,", "B,2,,bob,S,,,"])
        assert status == 1
        assert "week1: left out, since results are out of 7 and 8 points" in errors

    def test_semicolons_and_a_byte_order_mark(self, exports):
        exports.write(result("ada"))
        roster = ["\ufeffStudent;ID;SIS Login ID;Section;week1", "A;1;ada;S;"]
        assert exports.export("canvas", roster)[0] == 0
        assert exports.table()[2] == ["A", "1", "ada", "S", "4.5"]

    def test_names_are_no_formulas_and_are_found_escaped_or_not(self, exports):
        exports.write(result("=1+1"), result("-x"), result("'y"))
        people = ["=cmd,1,,=1+1,A,,,", "'=cmd,2,,'-x,A,,,", "Y,3,,'y,A,,,"]
        assert exports.export("canvas", [*CANVAS, *people])[0] == 0
        rows = exports.table()[2:]
        assert [row[0] for row in rows] == ["'=cmd", "''=cmd", "Y"]
        assert [row[3] for row in rows] == ["'=1+1", "''-x", "''y"]

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"", "is empty"),
            (b"Name,Mail\n", "lacks Student, ID or Section"),
            (b"\xff\xfe\x00", "is not UTF-8 text"),
            (b'a,b\n"' + b"x" * 200_000, "is no CSV table"),
            (None, "cannot be read: No such file"),
        ],
    )
    def test_a_bad_roster(self, exports, content, why):
        exports.write(result("ada"))
        if content is not None:
            exports.roster.write_bytes(content)
        status, errors = exports.export("canvas", None, "--roster", str(exports.roster))
        assert status == 2
        assert f"{exports.roster}: " in errors
        assert why in errors
        assert not exports.out.exists()


class TestMoodle:
    HEADER = "First name,Last name,ID number,Email address"

    def test_it_says_which_column_finds_people(self, exports):
        exports.write(result("ada@uni.example"), result("77"))
        people = ["Ada,Lovelace,76,ada@uni.example", "Bob,B,77,bob@uni.example"]
        assert exports.export("moodle", [self.HEADER, *people]) == (0, "")
        assert exports.table()[0] == [
            *("First name", "Last name", "Email address", "ID number", "week1")
        ]
        assert exports.table()[2] == ["Bob", "B", "bob@uni.example", "77", "4.5"]
        assert "map from Email address to Email address (useremail)" in exports.printed

    def test_one_whom_the_mapped_column_would_not_find_is_listed_and_left_out(self, exports):
        """One such row would stop the whole import."""
        exports.write(result("1"), result("2"), result("3"))
        people = ["A,A,1,a@x", "B,B,2,", "C,C,3,+c@x"]
        status, errors = exports.export("moodle", [self.HEADER, *people])
        assert status == 0  # ID number finds them all
        assert "map from ID number" in exports.printed
        people[1] = "B,B,=2,b@x"
        exports.write(result("=2"))
        status, errors = exports.export("moodle", [self.HEADER, *people])
        assert status == 1
        assert "  3: row 4 of" in errors
        assert "has no Email address that can be mapped" in errors
        assert [row[2] for row in exports.table()[1:]] == ["a@x", "b@x"]
        assert "2 (week1 4.5): no row has" in errors

    def test_empty_cells_and_grades_that_are_too_high_are_told(self, exports):
        exports.write(result("1"), result("1", "week2", score=101), result("2", "week2"))
        status, errors = exports.export("moodle", [self.HEADER, "A,A,1,a@x", "B,B,2,b@x"])
        assert status == 0
        assert "export one week at a time with --week. Empty: 2 week1" in errors
        assert "Moodle refuses 1's 101 points for week2" in errors
        assert exports.table()[2][4:] == ["", "4.5"]

    def test_one_week_leaves_nothing_empty(self, exports):
        exports.write(result("1"), result("2"), result("2", "week2"))
        roster = [self.HEADER, "A,A,1,a@x", "B,B,2,b@x"]
        assert exports.export("moodle", roster, "--week", "week1") == (0, "")
        assert exports.table()[0][4:] == ["week1"]

    def test_learners_of_a_download_are_found_by_their_full_names(self, exports):
        for name in ("Ada Lovelace", "Bob B", "Cy C"):
            exports.write(result(name))
        people = ["Ada,Lovelace,1,a@x", "Bob,B,2,b@x,too,many", "Cy,C,3,c@x", "Cy,C,4,d@x"]
        status, errors = exports.export("moodle", [self.HEADER, *people])
        assert status == 1
        assert [row[2] for row in exports.table()[1:]] == ["a@x", "b@x"]
        assert "Cy C (week1 4.5): rows 4 and 5 all have this name as" in errors
        worksheet = ["Full name,Email address", "Ada Lovelace,a@x", "Bob B,b@x", "Cy C,c@x"]
        assert exports.export("moodle", worksheet)[0] == 0
        assert exports.table()[3] == ["c@x", "4.5"]

    def test_a_list_without_a_column_to_map(self, exports):
        exports.write(result("1"))
        status, errors = exports.export("moodle", ["Vorname,Nachname", "A,B"])
        assert status == 2
        assert "none of Email address, ID number, Username" in errors


class TestGradescope:
    def test_by_the_rules_of_its_documentation(self, exports):
        exports.write(result("ada", why="<b>no</b>"))
        assert exports.export("gradescope") == (0, "")
        data = exports.json("ada/week1/results.json")
        assert data["score"] == 4.5
        assert sum(test["score"] for test in data["tests"]) == data["score"]
        shown = {"visible", "hidden", "after_due_date", "after_published"}
        assert {data["visibility"], data["stdout_visibility"]} <= shown
        assert {data[f] for f in ("output_format", "test_output_format")} == {"text"}
        double, total = data["tests"]
        assert double["status"] == "passed"
        assert (total["status"], total["score"], total["max_score"]) == ("failed", 0.5, 3.0)
        assert total["output"].splitlines() == [
            "partly right: <b>no</b>",
            "failed: It is two: <b>no</b>",
            "void: It is void.",
        ]

    def test_it_gives_no_seed_away(self, exports):
        exports.write(result("ada"))
        exports.export("gradescope")
        assert "123456789" not in (exports.out / "ada/week1/results.json").read_text()

    def test_a_folder_must_be_new(self, exports):
        """What is left of an older export would read as a grade."""
        exports.write(result("ada"))
        assert exports.export("gradescope")[0] == 0
        status, errors = exports.export("gradescope")
        assert status == 2
        assert "exists and is not empty; give a new folder" in errors

    def test_a_name_does_not_lead_out_of_the_folder(self, exports):
        write_result(exports.grades, result("ada"))
        evil = result("x/../../../evil").as_json()
        path = result_path(exports.grades, "eve", "week1")
        path.parent.mkdir()
        path.write_text(evil)
        status, errors = exports.export("gradescope")
        assert status == 1
        assert "x/../../../evil week1: can be no folder's name" in errors
        assert [path.name for path in exports.out.iterdir()] == ["ada"]


class Gradescope:
    """A folder that stands for `/autograder`, filled as Gradescope fills it."""

    def __init__(self, home: Path, archive: Path) -> None:
        self.home = home
        with zipfile.ZipFile(archive) as unpacked:
            unpacked.extractall(home / "source")
            self.modes = {i.filename: i.external_attr >> 16 & 0o777 for i in unpacked.infolist()}
        for name in ("setup.sh", "run_autograder"):
            shutil.copy(home / "source" / name, home)
            (home / name).chmod(self.modes[name])

    def run(self, *command: str) -> int:
        """Run a program with none of our own environment, but where pip finds packages."""
        kept = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "SSL_"))}
        kept["PIP_NO_COMPILE"] = "1"  # Python compiles what is imported, a small part of it
        environment = {"PATH": os.environ["PATH"], "AUTOGRADER_HOME": str(self.home), **kept}
        done = subprocess.run(
            command, cwd=self.home, env=environment, capture_output=True, text=True, check=False
        )
        self.log = done.stdout + done.stderr
        return done.returncode

    def hand_in(self, **files: str) -> Path:
        """Put modules where Gradescope puts a submission."""
        submission = self.home / "submission"
        shutil.rmtree(submission, ignore_errors=True)
        submission.mkdir()
        for name, text in files.items():
            (submission / f"{name}.py").write_text(text)
        return submission

    def grade(self) -> dict | None:
        """Grade what is handed in; without network, where the kernel lets us."""
        results = self.home / "results" / "results.json"
        results.unlink(missing_ok=True)
        offline = ["unshare", "--net", "--map-root-user"]
        if self.run(*offline, "true"):
            offline = []
        self.status = self.run(*offline, str(self.home / "run_autograder"))
        return json.loads(results.read_text()) if results.exists() else None


@pytest.fixture(scope="module")
def gradescope(tmp_path_factory):
    """Build the image of an assignment."""
    home = tmp_path_factory.mktemp("autograder")
    archive = home / "autograder.zip"
    assert main(["release", "--gradescope", "--week", "week1", "--out", str(archive)]) == 0
    gradescope = Gradescope(home, archive)
    assert gradescope.run(str(home / "setup.sh")) == 0, gradescope.log
    return gradescope


class TestGradescopeAutograder:
    def test_its_scripts_can_be_started(self, gradescope):
        for name in ("setup.sh", "run_autograder"):
            assert gradescope.modes[name] == 0o755
            script = (gradescope.home / "source" / name).read_bytes()
            assert script.startswith(b"#!")
            assert b"\r" not in script

    def test_modules_and_the_folder_they_are_in_get_the_same_points(self, gradescope):
        solution = (Course().root / "solutions" / "week1" / "vectors.py").read_text()
        submission = gradescope.hand_in(vectors=solution)
        flat = gradescope.grade()
        assert flat is not None, gradescope.log
        (submission / "week1").mkdir()
        (submission / "vectors.py").rename(submission / "week1" / "vectors.py")
        folder = gradescope.grade()
        assert folder is not None, gradescope.log
        points = {test["name"]: test["score"] for test in flat["tests"]}
        week = Course().catalogue.week("week1")
        assert points == {e.name: e.points * (e.module == "vectors") for e in week.graded}
        assert flat["score"] == sum(points.values())
        assert {t["name"]: t["score"] for t in folder["tests"]} == points

    def test_a_link_to_the_solutions_earns_nothing(self, gradescope):
        submission = gradescope.hand_in()
        (submission / "vectors.py").symlink_to(
            gradescope.home / "source/solutions/week1/vectors.py"
        )
        assert gradescope.grade()["score"] == 0
        (submission / "week1").symlink_to(gradescope.home / "source/solutions/week1")
        assert gradescope.grade()["score"] == 0

    def test_where_we_cannot_grade_there_is_no_score(self, gradescope):
        gradescope.hand_in(vectors="")
        catalogue = gradescope.home / "source" / "exercises" / "week1.toml"
        text = catalogue.read_text()
        catalogue.write_text("[")
        try:
            assert gradescope.grade() is None
        finally:
            catalogue.write_text(text)
        assert gradescope.status != 0
        assert "week1.toml" in gradescope.log

    def test_bad_calls(self, tmp_path, capsys):
        for arguments, why in (
            (["--gradescope", "--out", "a.zip"], "an assignment of Gradescope is one week: week1,"),
            (["--gradescope", "--week", "week1", "--out", "a"], "Gradescope takes a .zip"),
            (["--week", "week1", "--out", "a"], "the learner copy holds all weeks"),
        ):
            arguments[-1] = str(tmp_path / arguments[-1])
            assert main(["release", *arguments]) == 2
            assert why in capsys.readouterr().err
        assert not list(tmp_path.iterdir())


class TestGithubClassroom:
    def test_what_the_reporter_computes(self, exports):
        exports.write(result("ada"), result("bob", score=7))
        assert exports.export("github-classroom") == (0, "")
        data = exports.json("ada/week1.json")
        # The reporter's own sums: of max_score per step, and of score per test.
        assert (data["max_score"], sum(test["score"] for test in data["tests"])) == (7, 4.5)
        assert (data["version"], data["status"], data["message"]) == (3, "fail", "Points 4.5/7")
        assert [test["status"] for test in data["tests"]] == ["pass", "fail"]
        assert {test["test_code"] for test in data["tests"]} == {""}
        assert data["tests"][1]["filename"] == "week1/toys.py"
        assert exports.json("bob/week1.json")["status"] == "pass"

    def test_no_message_is_a_workflow_command(self, exports):
        exports.write(result("ada", why="x\n::error::y\r::set-output name=a::b"))
        exports.export("github-classroom")
        message = exports.json("ada/week1.json")["tests"][1]["message"]
        assert message == "0.5 of 3 points: x?::error::y?::set-output name=a::b"

    @pytest.mark.parametrize("status", ["timeout", "crashed", "unreadable"])
    def test_code_that_could_not_be_run_is_an_error(self, exports, status):
        broken = replace(result("ada").exercises[1], status=status)
        exports.write(replace(result("ada"), exercises=(broken,)))
        exports.export("github-classroom")
        assert exports.json("ada/week1.json")["tests"][0]["status"] == "error"


class TestJunit:
    # Elements, their attributes and children in the schema that pytest's own reports follow,
    # junit-10.xsd of Jenkins's xUnit plugin: required attributes first, then the optional ones.
    RULES: ClassVar = {
        "testsuites": ((), ("name", "time", "tests", "failures", "errors"), ("testsuite",)),
        "testsuite": (
            ("name", "tests", "failures", "errors"),
            ("group", "time", "skipped", "timestamp", "hostname", "id", "package"),
            ("testsuite", "properties", "testcase", "system-out", "system-err"),
        ),
        "properties": ((), (), ("property",)),
        "property": (("name", "value"), (), ()),
        "testcase": (
            ("name",),
            ("time", "classname", "group"),
            ("skipped", "error", "failure", "system-out", "system-err"),
        ),
        "skipped": ((), ("type", "message"), ()),
        "failure": ((), ("type", "message"), ()),
    }
    TIME = r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?"

    def check(self, element: ElementTree.Element) -> None:
        required, optional, children = self.RULES[element.tag]
        assert set(required) <= set(element.keys()) <= {*required, *optional}
        assert {child.tag for child in element} <= set(children)
        if element.tag == "testsuite":
            assert re.fullmatch(self.TIME, element.get("time"))
            for name, path in {
                "tests": "testcase",
                "failures": "testcase/failure",
                "skipped": "testcase/skipped",
            }.items():
                assert int(element.get(name)) == len(element.findall(path))
        for child in element:
            self.check(child)

    def test_by_its_schema(self, exports):
        exports.write(*(result(name) for name in ("ada", "bob")))
        assert exports.export("junit") == (0, "")
        root = ElementTree.parse(exports.out).getroot()
        self.check(root)
        assert root.attrib == {"name": "grades", "tests": "8", "failures": "2", "errors": "0"}
        assert [suite.get("name") for suite in root] == ["ada week1", "bob week1"]
        values = {p.get("name"): p.get("value") for p in root[0].iter("property")}
        assert values["score"] == "4.5"
        assert values["total.score"] == "0.5"
        cases = [(case.get("classname"), case.get("name"), [c.tag for c in case])
                 for case in root[0].iter("testcase")]  # fmt: skip
        assert cases == [
            ("ada.week1.double", "test_one", []),
            ("ada.week1.total", "test_one", []),
            ("ada.week1.total", "test_two", ["failure"]),
            ("ada.week1.total", "test_void", ["skipped"]),
        ]

    def test_an_exercise_without_tests_is_no_pass(self, exports):
        lost = replace(result("ada").exercises[1], tests=(), status="timeout", why="too long")
        exports.write(replace(result("ada"), exercises=(lost,)))
        exports.export("junit")
        failure = ElementTree.parse(exports.out).find("testsuite/testcase/failure")
        assert failure.attrib == {"type": "timeout", "message": "too long"}


class TestCsv:
    def test_a_row_per_exercise_and_per_test(self, exports):
        exports.write(result("ada", why="a\nb"))
        assert exports.export("csv") == (0, "")
        header, *rows = exports.table()
        assert header[:4] == ["learner", "week", "exercise", "test"]
        assert rows == [
            ["ada", "week1", "double", "", "passed", "4.0", "4.0", ""],
            ["ada", "week1", "double", "test_one", "passed", "", "", ""],
            ["ada", "week1", "total", "", "partial", "0.5", "3.0", "a\nb"],
            ["ada", "week1", "total", "test_one", "passed", "", "", ""],
            ["ada", "week1", "total", "test_two", "failed", "", "", "a\nb"],
            ["ada", "week1", "total", "test_void", "void", "", "", "ours to mend"],
        ]
        assert sum(float(row[5] or 0) for row in rows) == 4.5


class TestAllFormats:
    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_what_learners_write_is_data(self, exports, name, hostile):
        """As a name, where a file system can hold it, and as a reason."""
        learner = hostile if "\x00" not in hostile and "/" not in hostile else "ada"
        learner = learner.encode("utf-8", "replace").decode("utf-8")
        exports.write(result(learner, why=hostile))
        rosters = {
            "canvas": [*CANVAS, f"A,1,,{_cell(learner)},S,,,"],
            "moodle": ["Username,ID number", f"{_cell(learner)},1"],
        }
        status, errors = exports.export(name, rosters.get(name))
        assert (status, errors) == (0, "")
        if exports.out.is_dir():
            (path,) = [path for path in exports.out.rglob("*") if path.is_file()]
            assert path.relative_to(exports.out).parts[0].removesuffix(".json") == learner
            json.loads(path.read_text(encoding="ascii"))
        elif name == "junit":
            root = ElementTree.parse(exports.out).getroot()
            TestJunit().check(root)
            legal = "".join(c for c in learner if c.isprintable() or c in "\u202e\t")
            assert root[0].get("name").replace("?", "") == f"{legal} week1".replace("?", "")
        else:
            cells = [cell for row in exports.table() for cell in row]
            assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
            assert any(cell.removeprefix("'") == learner for cell in cells)
        assert "\x1b" not in exports.printed + errors

    @pytest.mark.parametrize("name", NAMES)
    def test_a_result_that_cannot_be_read_is_listed(self, exports, name):
        exports.write(result("ada"), replace(result("bob"), status="grader error"))
        broken = result_path(exports.grades, "eve", "week1")
        broken.parent.mkdir()
        broken.write_text("{")
        roster = ["Student,Username,ID,Section,week1", "A,ada,ada,S,"]
        status, errors = exports.export(name, roster if name in WITH_A_ROSTER else None)
        assert status == 1
        assert f"{broken}: is no result of this version" in errors
        assert "bob week1: grader error; grade it again" in errors
        assert "1 results read" in exports.printed

    def test_two_files_of_one_submission_are_listed(self, exports):
        exports.write(result("ada"))
        copy = result_path(exports.grades, "zed", "week1")
        copy.parent.mkdir()
        copy.write_bytes(result_path(exports.grades, "ada", "week1").read_bytes())
        status, errors = exports.export("csv")
        assert status == 1
        assert "ada week1: two files say they are this" in errors

    def test_bad_calls(self, exports):
        status, errors = exports.export("csv")
        assert (status, "holds no results to export" in errors) == (2, True)
        exports.write(result("ada"))
        status, errors = exports.export("csv", None, "--week", "week9")
        assert (status, "no results of week9" in errors) == (2, True)
        status, errors = exports.export("canvas")
        assert (status, "--format canvas needs --roster" in errors) == (2, True)
        status, errors = exports.export("junit", ["Student"])
        assert (status, "junit needs none; leave it out" in errors) == (2, True)
        exports.out.mkdir()
        status, errors = exports.export("csv")
        assert (status, "is a folder; give the name of a file" in errors) == (2, True)

    def test_nothing_readable_is_told_and_nothing_written(self, exports):
        broken = result_path(exports.grades, "eve", "week1")
        broken.parent.mkdir(parents=True)
        broken.write_text("{")
        status, errors = exports.export("csv")
        assert status == 2
        assert f"{broken}: is no result of this version" in errors
        assert not exports.out.exists()

    def test_a_real_run(self, exports, toys):
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("bob", "")
        toys.grade()
        exports.grades = toys.grades
        assert exports.export("csv") == (0, "")
        rows = exports.table()[1:]
        points = {name: 0.0 for name in ("ada", "bob")}
        for row in rows:
            points[row[0]] += float(row[5] or 0)
        assert points == {name: toys.result(name)["score"] for name in points}
        assert points["ada"] == 7.5


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
