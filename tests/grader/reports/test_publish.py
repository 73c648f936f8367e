"""What is handed back: of one state, whole or not at all, and with what changed since."""

from __future__ import annotations

import fcntl
import hashlib
import json
from pathlib import Path

import pytest

import grader.reports.publish
from grader.cli import main
from grader.overrides import OVERRIDES
from grader.reports.publish import MANIFEST
from grader.results import result_path, write_result
from tests.grader.reports.made import result, todo, verdict


class Publishing:
    """A grades folder, and where it is published."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.grades, self.out = folder / "grades", folder / "to" / "publish"
        self.capsys = capsys
        for learner in ("ada", "=bob"):
            write_result(self.grades, result(learner, {"a": todo("a")}))

    def publish(self, *more: str) -> tuple[int, str, str]:
        status = main(["publish", str(self.grades), "--out", str(self.out), *more])
        return (status, *self.capsys.readouterr())

    def manifest(self) -> dict:
        return json.loads((self.out / MANIFEST).read_text(encoding="utf-8"))

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.out).as_posix(): path.read_bytes()
            for path in self.out.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def publishing(tmp_path, capsys) -> Publishing:
    return Publishing(tmp_path, capsys)


class TestFirst:
    def test_the_manifest_names_every_file(self, publishing):
        status, out, errors = publishing.publish("--format", "csv", "junit", "gradescope")
        assert (status, errors) == (0, "")
        assert "2 results published" in out
        files = publishing.files()
        manifest = publishing.manifest()
        assert manifest["files"] == {
            name: hashlib.sha256(data).hexdigest()
            for name, data in files.items()
            if name != MANIFEST
        }
        assert manifest["files"].keys() == {
            *("grades.csv", "exports/csv.csv", "exports/junit.xml"),
            *(f"feedback/{n}/week1.{k}" for n in ("ada", "=bob") for k in ("html", "md")),
            *(f"exports/gradescope/{name}/week1/results.json" for name in ("ada", "=bob")),
        }
        assert manifest["state"] in out
        assert [path.name for path in publishing.out.parent.iterdir()] == ["publish"]

    def test_who_has_no_place_in_an_export_is_told(self, publishing, tmp_path):
        roster = tmp_path / "roster.csv"
        roster.write_text("Student,ID,SIS Login ID,Section\nAda,1,ada,A\n")
        status, _, errors = publishing.publish("--format", "canvas", "--roster", str(roster))
        assert status == 1
        assert "canvas: =bob (week1 14)" in errors
        assert "exports/canvas.csv" in publishing.manifest()["files"]


class TestAgain:
    def test_nothing_has_changed(self, publishing):
        publishing.publish()
        before = publishing.files()
        status, out, _ = publishing.publish()
        assert status == 0
        assert "nothing that learners see has changed" in out
        assert publishing.files() == before

    def test_whose_grades_and_which_files_changed(self, publishing):
        publishing.publish("--format", "csv")
        former = publishing.manifest()
        write_result(publishing.grades, result("=bob", {"a": verdict("a", "0011")}))
        write_result(publishing.grades, result("cem", {}))
        result_path(publishing.grades, "ada", "week1").unlink()
        status, out, _ = publishing.publish()
        assert status == 0
        assert "Grades that differ from before: 3\n" in out
        assert "  =bob week1: 14.0 → 15.0\n" in out
        assert "  ada week1: 14.0 → none\n" in out
        assert "  cem week1: none → 16.0\n" in out
        assert "  changed: grades.csv\n" in out
        assert "  gone: exports/csv.csv\n" in out
        assert "  new: feedback/cem/week1.md\n" in out
        assert not (publishing.out / "feedback" / "ada").exists()
        (kept,) = publishing.out.glob("manifest-*.json")
        assert json.loads(kept.read_text()) == former
        write_result(publishing.grades, result("ada", {}))
        publishing.publish()
        assert len(list(publishing.out.glob("manifest-*.json"))) == 2

    def test_a_decision_is_another_state(self, publishing):
        publishing.publish()
        before = publishing.manifest()["state"]
        names = [str(publishing.grades), "ada", "week1", "a"]
        assert main(["override", "--points", "2", "--why", "ill", *names]) == 0
        _, out, _ = publishing.publish()
        assert "  ada week1: 14.0 → 16.0\n" in out
        assert publishing.manifest()["state"] != before
        page = (publishing.out / "feedback/ada/week1.md").read_text()
        assert "Decided by your instructor: 2 of 2 points. Why: ill" in page


class TestRefusal:
    """Nothing is published, and what was published before stays as it is."""

    @pytest.fixture
    def before(self, publishing):
        publishing.publish()
        before = publishing.files()
        write_result(publishing.grades, result("ada", {}))
        yield before
        assert publishing.files() == before
        assert [path.name for path in publishing.out.parent.iterdir()] == ["publish"]

    def test_while_a_run_writes(self, publishing, before):
        with (publishing.grades / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            status, _, errors = publishing.publish()
        assert (status, "another grading run" in errors) == (2, True)

    def test_a_result_that_cannot_be_read(self, publishing, before):
        result_path(publishing.grades, "ada", "week1").write_text("{}")
        status, _, errors = publishing.publish()
        assert status == 2
        assert "nothing is published:" in errors
        assert "grade it again" in errors

    def test_a_result_without_a_grade(self, publishing, before):
        write_result(publishing.grades, result("ada", {}, status="no sandbox"))
        assert "ada week1: no sandbox" in publishing.publish()[2]

    def test_broken_decisions(self, publishing, before):
        (publishing.grades / OVERRIDES).write_text("[[")
        assert publishing.publish()[0] == 2

    def test_an_export_that_lacks_its_roster(self, publishing, before):
        status, _, errors = publishing.publish("--format", "canvas")
        assert (status, "needs --roster" in errors) == (2, True)

    def test_a_full_disk(self, publishing, before, monkeypatch):
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(grader.reports.publish, "_put_in_place", full)
        status, _, errors = publishing.publish()
        assert (status, "cannot be written" in errors) == (2, True)

    def test_no_results(self, publishing, before, tmp_path):
        assert main(["publish", str(tmp_path / "none"), "--out", str(publishing.out)]) == 2
        (tmp_path / "empty" / "results").mkdir(parents=True)
        assert main(["publish", str(tmp_path / "empty"), "--out", str(publishing.out)]) == 2

    @pytest.mark.parametrize("manifest", [None, "{", "[]", '{"files": 1, "made": ""}'])
    def test_a_folder_of_something_else(self, publishing, manifest):
        publishing.out.mkdir(parents=True)
        (publishing.out / "mine.txt").write_text("mine")
        if manifest is not None:
            (publishing.out / MANIFEST).write_text(manifest)
        status, _, errors = publishing.publish()
        assert status == 2
        assert "holds something else than published grades" in errors
        assert (publishing.out / "mine.txt").read_text() == "mine"
