"""`report.html` as a file: what is in it, what is not, and what it costs when it can't be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import grader.reports.page
from grader.cli import main
from grader.reports.details import LEARNERS_IN_CHUNK, Details
from grader.reports.page import ClassReport, Trouble
from grader.reports.standing import Standing
from grader.results import write_result
from tests.grader.conftest import Class
from tests.grader.reports.made import CATALOGUE, NAMES, result, submission, todo, verdict
from tests.grader.toy import REFERENCE

SQUARES = REFERENCE.replace("return 2 * x", "return x * x")
HOSTILE = (
    "</script><script>document.title='stolen'</script><!--<script><img src=x onerror=alert(1)>"
)


def page_of(folder: Path, *results, submissions=(), trouble=None) -> str:
    """Write a report and return it."""
    at_hand = {(each.learner, each.week): each for each in submissions}
    report = ClassReport(CATALOGUE, lambda learner, week: at_hand.get((learner, week)))
    assert list(report.reading(results)) == list(results)
    return report.write(folder, trouble or Trouble()).read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    """Return the data that a page holds."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def chunk_of(page: str, number: int = 0) -> dict[str, Any] | None:
    """Return the details of some learners, unpacked as the page does it."""
    found = re.search(rf'<script type="text/plain" id="chunk-{number}">(.*?)</script>', page)
    return json.loads(zlib.decompress(base64.b64decode(found[1]))) if found else None


def verdict_of(chunk: dict[str, Any], learner: int, exercise: int) -> list[Any]:
    """Return what a chunk says of an exercise of week 1."""
    *numbers, why, failed = chunk["verdicts"]["week1"][str(exercise)][str(learner)]
    strings = chunk["strings"]
    return [*numbers, strings[why], [[test, strings[each]] for test, each in failed]]


def code_of(chunk: dict[str, Any]) -> dict[int, str]:
    """Return the module that each learner of a chunk handed in for week 1."""
    texts = chunk["code"].get("week1/toys", {})
    strings = chunk["strings"]
    return {
        int(learner): "\n".join(strings[line] for line in lines) for learner, lines in texts.items()
    }


def learners_of(chunk: dict[str, Any]) -> list[int]:
    """Return whose details are in a chunk."""
    return list(map(int, chunk["verdicts"]["week1"]["0"]))


class TestFile:
    def test_allows_its_own_script_and_style_and_nothing_else(self, tmp_path):
        page = page_of(tmp_path, result("ada", {}))
        (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
        rules = dict(rule.strip().split(" ", 1) for rule in unescape(policy).split(";"))
        assert rules["default-src"] == "'none'"
        assert rules.keys() == {
            *("default-src", "script-src", "style-src", "img-src", "base-uri", "form-action"),
        }
        for tag in ("script", "style"):
            (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
        assert not re.search(r"https?://|<link(?! rel=\"icon\" href=\"data:,\")|innerHTML", page)

    def test_what_learners_wrote_is_data(self, tmp_path):
        ada = submission(HOSTILE, f"def a(x):\n    return '{HOSTILE}'\n")
        wrong = verdict("a", "0000", why=HOSTILE, says=HOSTILE, misconception=HOSTILE)
        clean = page_of(tmp_path, result("ada", {"a": verdict("a", "0000")}))
        page = page_of(
            tmp_path,
            result(HOSTILE, {"a": wrong}, submission=ada, submitted_at=HOSTILE),
            submissions=[ada],
            trouble=Trouble((HOSTILE,), (HOSTILE,)),
        )
        assert page.count("<") == clean.count("<")
        data = data_of(page)
        assert data["learners"][0][0] == HOSTILE
        assert data["not_graded"] == data["left_out"] == [HOSTILE]
        assert data["findings"][0][2] == HOSTILE
        chunk = chunk_of(page)
        assert verdict_of(chunk, 0, 0)[4] == HOSTILE
        assert code_of(chunk) == {0: ada.files["toys"].text}

    def test_what_no_encoding_can_write(self, tmp_path):
        name = "ada\udce9\x00\u2028"
        page = page_of(tmp_path, result(name, {}))
        assert data_of(page)["learners"][0][0] == name

    def test_equal_results_make_an_equal_file(self, tmp_path):
        results = [result("ada", {}), result("bob", {"a": todo("a")})]
        assert page_of(tmp_path, *results) == page_of(tmp_path, *results)

    def test_a_class_without_results(self, tmp_path):
        assert data_of(page_of(tmp_path))["weeks"] == []


class TestDetails:
    def test_an_exercise(self, tmp_path):
        wrong = verdict("b", "1001", says="It must.", why="it does not")
        chunk = chunk_of(page_of(tmp_path, result("ada", {"a": todo("a"), "b": wrong})))
        assert verdict_of(chunk, 0, 0) == [3, 0.0, 0, 4, "", []]
        # Only a reason that is not that of the exercise is told with its test.
        assert verdict_of(chunk, 0, 1) == [1, 1.0, 2, 4, "it does not", [[5, ""], [6, ""]]]

    def test_code_that_was_handed_in_later_is_not_shown(self, tmp_path):
        graded, later = submission("ada", "a = 1\n"), submission("ada", "a = 2\n")
        page = page_of(tmp_path, result("ada", {}, submission=graded), submissions=[later])
        assert code_of(chunk_of(page)) == {}
        page = page_of(tmp_path, result("ada", {}, submission=graded), submissions=[graded])
        assert code_of(chunk_of(page)) == {0: "a = 1\n"}

    def test_are_in_chunks(self, tmp_path):
        count = LEARNERS_IN_CHUNK + 1
        page = page_of(tmp_path, *(result(f"learner{i:03}", {}) for i in range(count)))
        assert learners_of(chunk_of(page)) == list(range(LEARNERS_IN_CHUNK))
        assert learners_of(chunk_of(page, 1)) == [count - 1]
        assert chunk_of(page, 2) is None

    def test_code_is_left_out_first_and_then_the_rest(self):
        def chunks(with_code: int, in_all: int) -> tuple[list[bool], int]:
            found = Standing(CATALOGUE)
            details = Details(found, with_code, in_all)
            for i in range(LEARNERS_IN_CHUNK + 1):
                mine = submission(f"learner{i}", f"a = {'x' * i}\n")
                graded = result(f"learner{i}", {}, submission=mine)
                details.add(found.add(graded, mine), graded, mine)
            details.close()
            return [chunk is not None for chunk in details.chunks], details.n_without_code

        assert chunks(10**6, 10**6) == ([True, True], 0)
        assert chunks(0, 10**6) == ([True, True], LEARNERS_IN_CHUNK + 1)
        assert chunks(0, 150) == ([False, True], LEARNERS_IN_CHUNK + 1)
        assert chunks(0, 0) == ([False, False], LEARNERS_IN_CHUNK + 1)

    def test_a_large_module_is_cut(self, tmp_path):
        mine = submission("ada", "a = 1\n" * 20_000)
        page = page_of(tmp_path, result("ada", {}, submission=mine), submissions=[mine])
        text = code_of(chunk_of(page))[0]
        assert text.endswith("\n# … the rest is not shown")
        assert len(text) < 70_000


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory) -> Class:
    """Grade a class of two, for all that looks at what a run does at its end."""
    toys = Class(course, tmp_path_factory.mktemp("graded"))
    toys.hand_in("ada", REFERENCE)
    toys.hand_in("bob", SQUARES)
    (toys.submitted / "notes.txt").write_text("")
    toys.grade()
    return toys


class TestRun:
    def test_writes_it_with_the_code_of_the_whole_class(self, graded):
        summary = graded.grade(learners=("ada",))
        assert summary.report == graded.grades / "report.html"
        page = summary.report.read_text(encoding="utf-8")
        data, chunk = data_of(page), chunk_of(page)
        assert [name for name, _ in data["learners"]] == ["ada", "bob"]
        assert code_of(chunk) == {0: REFERENCE, 1: SQUARES}
        week, exercise, sentence, count, examples = data["findings"][0]
        assert (week, exercise, count) == ("week1", "double", 1)
        assert sentence == "You squared: twice x is x + x."
        assert "    return x * x" in examples[0]

    def test_says_what_was_not_graded_and_left_out(self, graded):
        broken = graded.grades / "results" / "cem" / "week1.json"
        broken.parent.mkdir()
        broken.write_text("{}")
        data = data_of(graded.grade().report.read_text(encoding="utf-8"))
        broken.unlink()
        assert "cem" in data["not_graded"][0]
        assert "notes.txt" in data["left_out"][0]

    def test_goes_on_without_it(self, graded, monkeypatch):
        def full(path: Path, data: bytes) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(grader.reports.page, "write_atomically", full)
        summary = graded.grade()
        assert summary.report is None
        assert summary.is_whole
        assert summary.notes[-1] == (
            "the report cannot be written, the grades are: [Errno 28] No space left on device"
        )


class TestCommand:
    @pytest.fixture
    def grades(self, tmp_path) -> Path:
        """Make a grades folder."""
        for learner in ("ada", "bob"):
            write_result(tmp_path, result(learner, [todo(name) for name in NAMES]))
        return tmp_path

    def test_writes_it_again(self, grades, capsys):
        assert main(["report", str(grades)]) == 0
        assert capsys.readouterr().out.startswith(f"Report: {grades / 'report.html'}\n")
        page = (grades / "report.html").read_text(encoding="utf-8")
        assert data_of(page)["n_learners"] == 2
        assert code_of(chunk_of(page)) == {}

    def test_lists_void_tests(self, grades):
        rows = "test,requirement,why\n'=a,says,because\n"
        (grades / "void_tests.csv").write_text(rows, encoding="utf-8")
        assert main(["report", str(grades)]) == 0
        page = (grades / "report.html").read_text(encoding="utf-8")
        assert data_of(page)["void"] == [["=a", "says", "because"]]

    def test_refuses_a_folder_without_results(self, tmp_path, capsys):
        assert main(["report", str(tmp_path)]) == 2
        assert "holds no results to report" in capsys.readouterr().err

    def test_refuses_where_nothing_was_handed_in(self, grades, tmp_path, capsys):
        assert main(["report", str(grades), "--submitted", str(tmp_path / "none")]) == 2
        assert "no such folder" in capsys.readouterr().err

    def test_says_that_it_cannot_be_written(self, grades, capsys):
        (grades / "report.html").mkdir()
        assert main(["report", str(grades)]) == 2
        assert "cannot be written" in capsys.readouterr().err
