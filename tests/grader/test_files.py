"""Files that are written: whole or not at all, and a disk that takes none."""

from __future__ import annotations

import ast
import errno
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.errors import InputError
from grader.files import indistinct, remove_leftovers, write_atomically
from grader.results import write_result
from tests.grader.toy import REFERENCE

ROOT = Path(__file__).resolve().parents[2]
NO_SPACE = "cannot be written: No space left on device"


def fill_the_disk(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a file of some name find no room."""
    replace = os.replace

    def replace_or_fail(source: Any, target: Path) -> None:
        if target.name == name:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        replace(source, target)

    monkeypatch.setattr("os.replace", replace_or_fail)


class TestFullDisk:
    def test_at_the_start(self, toys, capsys, monkeypatch):
        toys.hand_in("ada", REFERENCE)
        fill_the_disk(monkeypatch, "seed.txt")
        assert main(["run", str(toys.submitted), "--out", str(toys.grades)]) == 2
        assert capsys.readouterr().err == f"grader: {toys.grades}: {NO_SPACE}\n"
        assert os.listdir(toys.grades) == [".lock"]

    def test_at_the_end(self, toys, capsys, monkeypatch):
        toys.hand_in("ada", REFERENCE)
        fill_the_disk(monkeypatch, "grades.csv")
        monkeypatch.setattr("grader.run.Course", lambda: toys.course)
        assert main(["run", str(toys.submitted), "--out", str(toys.grades)]) == 2
        assert capsys.readouterr().err.splitlines()[-1] == f"grader: {toys.grades}: {NO_SPACE}"
        assert toys.result("ada")["score"] == 7.5

    def test_for_one_result(self, toys, monkeypatch):
        toys.hand_in("ada", REFERENCE)
        fill_the_disk(monkeypatch, "week1.json")
        assert "No space left" in toys.grade().failed[0]
        monkeypatch.undo()
        assert toys.grade().graded == 1

    def test_a_kernel_that_takes_no_byte(self, toys):
        toys.hand_in("ada", REFERENCE)
        done = subprocess.run(
            [sys.executable, "-m", "grader", "run", toys.submitted, "--out", toys.grades],
            cwd=ROOT,
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        )
        assert done.returncode == 2
        assert done.stderr == f"grader: {toys.grades}: cannot be written: File too large\n"

    def test_a_folder_that_takes_nothing(self, toys, capsys):
        toys.hand_in("ada", REFERENCE)
        assert main(["run", str(toys.submitted), "--out", "/sys/grades"]) == 2
        assert capsys.readouterr().err.startswith("grader: /sys/grades: cannot be written: ")

    def test_a_folder_that_is_moved_away_in_mid_run(self, toys, tmp_path, monkeypatch):
        """What is written from then on would not be with the rest."""
        for name in ("ada", "bob", "eve"):
            toys.hand_in(name, REFERENCE)

        def write_and_move(grades: Path, result: Any) -> None:
            write_result(grades, result)
            grades.rename(tmp_path / "moved")

        monkeypatch.setattr("grader.run.write_result", write_and_move)
        with pytest.raises(InputError, match="was removed, moved or replaced while the run"):
            toys.grade()
        assert not toys.grades.exists()
        assert os.listdir(tmp_path / "moved" / "results") == ["ada"]

    def test_a_part_is_never_seen(self, tmp_path, monkeypatch):
        write_atomically(tmp_path / "seed.txt", b"old")
        fill_the_disk(monkeypatch, "seed.txt")
        with pytest.raises(OSError, match="No space left"):
            write_atomically(tmp_path / "seed.txt", b"new")
        assert (tmp_path / "seed.txt").read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["seed.txt"]


class TestLeftovers:
    def test_what_a_killed_run_was_writing_goes(self, tmp_path):
        """A file, and the folder in which names were tried; nothing else."""
        (tmp_path / "results" / "ada").mkdir(parents=True)
        (tmp_path / "results" / "ada" / ".writing-abc").touch()
        (tmp_path / ".writing-def" / "Ada").mkdir(parents=True)
        (tmp_path / "results" / "ada" / "week1.json").touch()
        remove_leftovers(tmp_path)
        assert sorted(path.name for path in tmp_path.rglob("*")) == ["ada", "results", "week1.json"]


class TestClocks:
    def test_only_clocks_that_never_jump_are_asked(self):
        """A clock that somebody sets must end no learner's time."""
        jump = {"time", "time_ns", "localtime", "gmtime", "now", "utcnow", "today", "st_mtime"}
        for path in (ROOT / "grader").rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            if path != ROOT / "grader/clock.py":  # it gives times to write down
                assert not asked & jump, path


class TestNamesOfFolders:
    def test_names_that_a_file_system_takes_for_one(self, tmp_path, monkeypatch):
        assert indistinct(tmp_path, ["ada", "bob", "ada"]) == ["ada"]
        assert os.listdir(tmp_path) == []
        make = os.mkdir

        def make_without_case(path: Any, *args: Any, **options: Any) -> None:
            head, tail = os.path.split(path)
            make(os.path.join(head, tail.lower()), *args, **options)

        monkeypatch.setattr("os.mkdir", make_without_case)
        assert indistinct(tmp_path, ["Ada", "ada", "bob"]) == ["ada"]

    def test_nobody_overwrites_the_grade_of_another(self, toys, monkeypatch):
        for name in ("Zoé", "Zoe\u0301", "bob"):
            toys.hand_in(name, REFERENCE)
        monkeypatch.setattr("grader.run.indistinct", lambda folder, names: names[1:])
        summary = toys.grade()
        assert (summary.graded, summary.failed) == (2, ())
        assert len(summary.notes) == 1
        assert "not graded: the name Zoé is the same folder" in summary.notes[0]
        monkeypatch.undo()
        summary = toys.grade()
        assert (summary.graded, summary.kept, summary.notes) == (1, 2, ())
