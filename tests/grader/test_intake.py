"""What learners hand in: folders and archives, whole and broken, read one at a time."""

from __future__ import annotations

import json
import os
import struct
import tracemalloc
import zipfile
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.errors import InputError
from grader.intake import folders
from grader.intake.archives import MAX_CONTENTS_BYTES, MAX_ENTRIES
from grader.intake.collect import collect
from grader.intake.submission import MAX_MODULE_BYTES, HandIn, Submission
from tests.grader.toy import REFERENCE

WRONG_DOUBLE = REFERENCE.replace("return 2 * x", "return x * x")
MIB = 1024**2


def make_zip(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def find(toys: Any) -> dict[str, HandIn]:
    """Return what is handed in, by learner."""
    collected = collect(toys.submitted, toys.course.catalogue)
    return {hand_in.learner: hand_in for hand_in in collected.hand_ins}


def read(toys: Any, learner: str = "ada") -> Submission:
    return find(toys)[learner].read()


def problem(toys: Any, learner: str = "ada") -> str:
    """Return why a learner's module can't be read."""
    file = read(toys, learner).files["toys"]
    assert file.text is None
    return file.problem or ""


class TestFolders:
    def test_files_that_are_no_modules(self, toys, tmp_path):
        secret = tmp_path / "solution.py"
        secret.write_text(REFERENCE)
        cases = {
            "latin": lambda path: path.write_bytes(b"# caf\xe9\n"),
            "zero": lambda path: path.write_bytes(b"x = 1\0\n"),
            "large": lambda path: path.write_bytes(b"#" * (MAX_MODULE_BYTES + 1)),
            "folder": lambda path: path.mkdir(),
            "link": lambda path: path.symlink_to(secret),
            "pipe": lambda path: os.mkfifo(path),
            "binary": lambda path: path.write_bytes(bytes(range(256))),
        }
        for name, make in cases.items():
            path = toys.submitted / name / "week1" / "toys.py"
            path.parent.mkdir(parents=True)
            make(path)
        toys.hand_in("zoe", "\ufeff" + REFERENCE)
        assert toys.grade().failed == ()
        for name in cases:
            assert toys.verdicts(name) == dict.fromkeys(
                ("double", "product", "total"), "unreadable"
            )
            assert toys.result(name)["exercises"][0]["why"]
        assert toys.result("zoe")["score"] == 7.5

    def test_folders_that_are_no_folders(self, toys, tmp_path):
        toys.hand_in("ada", REFERENCE)
        (toys.submitted / "notes.txt").write_text("not a learner")
        (toys.submitted / "link").symlink_to(tmp_path)
        (toys.submitted / "bob").mkdir()
        (toys.submitted / "bob" / "week1").write_text("a file")
        (toys.submitted / "eve").mkdir()
        (toys.submitted / "eve" / "week1").symlink_to(toys.submitted / "ada" / "week1")
        (toys.submitted / "new").mkdir()
        summary = toys.grade()
        assert len(summary.notes) == 2
        assert set(os.listdir(toys.grades / "results")) == {"ada", "bob", "eve"}
        for name in ("bob", "eve"):
            assert set(toys.verdicts(name).values()) == {"unreadable"}

    def test_a_missing_module_is_to_do(self, toys):
        (toys.submitted / "ada" / "week1").mkdir(parents=True)
        toys.grade()
        assert set(toys.verdicts("ada").values()) == {"todo"}

    def test_a_folder_with_very_many_files(self, toys):
        """Only what the catalogue names is opened, however much lies beside it."""
        folder = toys.hand_in("ada", REFERENCE).parent
        for number in range(10_000):
            (folder / f"{number}.txt").symlink_to("nothing")
        assert read(toys).files["toys"].text == REFERENCE
        assert list(read(toys).files) == ["toys"]

    def test_a_class_is_not_held_in_memory(self, toys):
        for index in range(40):
            toys.hand_in(f"learner{index:02}", "#" * (MAX_MODULE_BYTES - 100))
        tracemalloc.start()
        digests = {hand_in.read().digest for hand_in in find(toys).values()}
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(digests) == 1
        assert peak < 8 * MAX_MODULE_BYTES

    def test_it_is_read_as_it_is_when_it_is_graded(self, toys):
        path = toys.hand_in("ada", REFERENCE)
        hand_in = find(toys)["ada"]
        before = hand_in.read().digest
        path.write_text(WRONG_DOUBLE)
        after = hand_in.read()
        assert after.files["toys"].text == WRONG_DOUBLE
        assert after.digest != before

    def test_what_our_side_cannot_read_is_not_graded_and_listed(self, toys, monkeypatch):
        path = toys.hand_in("ada", REFERENCE)
        toys.hand_in("zoe", REFERENCE)

        def fail(folder: int, name: str) -> Any:
            if os.path.samestat(os.fstat(folder), os.stat(path.parent)):
                raise OSError(5, "Input/output error")
            return read_file(folder, name)

        read_file = folders._read_file

        monkeypatch.setattr(folders, "_read_file", fail)
        summary = toys.grade()
        assert (summary.graded, len(summary.failed)) == (1, 1)
        assert "Input/output error" in summary.failed[0]
        monkeypatch.undo()
        summary = toys.grade()
        assert (summary.graded, summary.kept, summary.failed) == (1, 1, ())

    def test_what_is_gone_is_listed(self, toys):
        path = toys.hand_in("ada", REFERENCE)
        hand_in = find(toys)["ada"]
        path.unlink()
        path.parent.rmdir()
        with pytest.raises(OSError, match="is gone"):
            hand_in.read()


class TestArchives:
    def test_a_zip_of_the_class(self, toys, tmp_path):
        for top in ("", "submitted/"):
            names = {f"{top}ada/week1/toys.py": REFERENCE, f"{top}bob/week1/toys.py": WRONG_DOUBLE}
            names["__MACOSX/ada/week1/toys.py"] = "junk"
            names[f"{top}ada/week1/timestamp.txt"] = "2026-01-01"
            toys.submitted = make_zip(tmp_path / f"class{len(top)}.zip", names)
            toys.grade()
            assert toys.result("ada")["score"] == 7.5
            assert toys.result("ada")["submitted_at"] == "2026-01-01"
            assert toys.verdicts("bob")["double"] == "failed"

    def test_a_thousand_submissions_in_one_zip(self, toys, tmp_path):
        names = {f"learner{i:04}/week1/toys.py": f"{REFERENCE}# {i}\n" for i in range(1000)}
        toys.submitted = make_zip(tmp_path / "class.zip", names)
        found = find(toys)
        assert [f"{name}/week1/toys.py" for name in found] == list(names)
        texts = [hand_in.read().files["toys"].text for hand_in in found.values()]
        assert texts == list(names.values())

    def test_a_zip_for_each_learner(self, toys):
        make_zip(toys.submitted / "ada.zip", {"week1/toys.py": REFERENCE})
        make_zip(toys.submitted / "bob.zip", {"bob/week1/toys.py": REFERENCE})
        (toys.submitted / "eve.zip").write_bytes(b"not a zip")
        assert toys.grade().failed == ()
        assert toys.result("ada")["score"] == toys.result("bob")["score"] == 7.5
        assert set(toys.verdicts("eve").values()) == {"unreadable"}

    def test_a_bomb_does_not_go_off(self, toys):
        make_zip(toys.submitted / "ada.zip", {"week1/toys.py": b"#" * 200_000_000})
        toys.hand_in("zoe", REFERENCE)
        toys.grade()
        assert set(toys.verdicts("ada").values()) == {"unreadable"}
        assert "larger than" in toys.result("ada")["exercises"][0]["why"]
        assert toys.result("zoe")["score"] == 7.5

    @pytest.mark.parametrize("name", ["../week1/toys.py", "/x/week1/toys.py", "c:/week1/toys.py"])
    def test_names_that_point_outside(self, toys, tmp_path, name):
        make_zip(toys.submitted / "ada.zip", {name: REFERENCE})
        toys.grade()
        assert set(toys.verdicts("ada").values()) == {"unreadable"}
        archive = make_zip(
            tmp_path / "class.zip", {f"ada/{name}": REFERENCE, "b/week1/toys.py": ""}
        )
        assert main(["run", str(archive), "--out", str(toys.grades)]) == (
            2 if ".." in name else main(["run", str(archive), "--out", str(toys.grades)])
        )

    def test_links_and_doubles_in_a_zip(self, toys):
        info = zipfile.ZipInfo("week1/toys.py")
        info.external_attr = 0o120777 << 16
        with zipfile.ZipFile(toys.submitted / "ada.zip", "w") as archive:
            archive.writestr(info, "/etc/passwd")
        with zipfile.ZipFile(toys.submitted / "bob.zip", "w") as archive:
            archive.writestr("week1/toys.py", REFERENCE)
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("week1/toys.py", WRONG_DOUBLE)
        toys.grade()
        for learner in ("ada", "bob"):
            assert set(toys.verdicts(learner).values()) == {"unreadable"}

    def test_a_damaged_entry(self, toys):
        path = make_zip(toys.submitted / "ada.zip", {"week1/toys.py": REFERENCE})
        data = bytearray(path.read_bytes())
        data[60:80] = bytes(20)
        path.write_bytes(data)
        toys.grade()
        assert set(toys.verdicts("ada").values()) == {"unreadable"}

    def test_an_entry_without_a_name(self, toys):
        with zipfile.ZipFile(toys.submitted / "ada.zip", "w") as archive:
            archive.writestr("week1/toys.py", REFERENCE)
            archive.writestr(zipfile.ZipInfo(""), b"")
        assert read(toys).files["toys"].text == REFERENCE

    def test_an_archive_that_changes_after_it_was_found(self, toys):
        path = make_zip(toys.submitted / "ada.zip", {"week1/toys.py": REFERENCE})
        hand_in = find(toys)["ada"]
        make_zip(path, {"week1/toys.py": WRONG_DOUBLE})
        assert hand_in.read().files["toys"].text == WRONG_DOUBLE
        path.write_bytes(b"not a zip")
        assert "not a readable zip" in (hand_in.read().files["toys"].problem or "")
        make_zip(path, {"readme.txt": ""})
        with pytest.raises(OSError, match="is gone"):
            hand_in.read()

    def test_an_archive_that_changes_while_it_is_read(self, toys, tmp_path):
        toys.submitted = tmp_path / "class.zip"
        with zipfile.ZipFile(toys.submitted, "w") as archive:
            archive.writestr("ada/week1/toys.py", REFERENCE)
            archive.writestr("bob/week1/toys.py", REFERENCE + "#" * 100_000)
        hand_ins = find(toys)
        assert hand_ins["ada"].read().files["toys"].text == REFERENCE
        toys.submitted.write_bytes(b"PK")
        with pytest.raises(OSError, match="changed while it was read"):
            hand_ins["bob"].read()

    def test_a_disk_that_fails_is_no_fault_of_the_learner(self, toys, monkeypatch):
        class Failing(FileIO):
            def readinto(self, buffer: Any) -> int:
                raise OSError(5, "Input/output error")

            def readall(self) -> bytes:
                raise OSError(5, "Input/output error")

        make_zip(toys.submitted / "ada.zip", {"week1/toys.py": REFERENCE})
        toys.hand_in("zoe", REFERENCE)
        monkeypatch.setattr("grader.intake.archives.FileIO", Failing)
        summary = toys.grade()
        assert (summary.graded, len(summary.failed)) == (1, 1)
        assert "Input/output error" in summary.failed[0]
        monkeypatch.undo()
        assert toys.grade().failed == ()
        assert toys.result("ada")["score"] == 7.5

    @pytest.mark.parametrize(
        ("method", "name"), [(zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "LZMA")]
    )
    def test_compressions_that_cannot_be_undone_in_part(self, toys, method, name):
        with zipfile.ZipFile(toys.submitted / "ada.zip", "w", method) as archive:
            archive.writestr("week1/toys.py", b"#" * 64 * MIB)
            archive.writestr("other.txt", b"")
        tracemalloc.start()
        why = problem(toys)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert why.startswith(f"week1/toys.py is compressed with {name}, which is not read")
        assert "Deflate" in why
        assert peak < 4 * MIB

    def test_stored_and_deflated_entries(self, toys):
        for learner, method in (("ada", zipfile.ZIP_STORED), ("bob", zipfile.ZIP_DEFLATED)):
            with zipfile.ZipFile(toys.submitted / f"{learner}.zip", "w", method) as archive:
                archive.writestr("week1/toys.py", REFERENCE)
            assert read(toys, learner).files["toys"].text == REFERENCE

    @pytest.mark.parametrize("claimed", [0, 10, 1000, 2**32 - 2])
    def test_a_bomb_takes_no_memory_whatever_it_claims(self, toys, claimed):
        path = make_zip(toys.submitted / "ada.zip", {"week1/toys.py": b"#" * 64 * MIB})
        data = bytearray(path.read_bytes())
        for signature, field in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
            struct.pack_into("<I", data, data.rindex(signature) + field, claimed)
        path.write_bytes(data)
        tracemalloc.start()
        why = problem(toys)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert "larger than" in why if claimed > MAX_MODULE_BYTES else "cannot be unpacked" in why
        assert peak < 4 * MIB

    def test_a_compressed_part_that_is_larger_than_any_module(self, toys):
        empty_block = b"\x00\x00\x00\xff\xff"  # deflated: five bytes that unpack to nothing
        path = make_zip(toys.submitted / "ada.zip", {"week1/toys.py": ""})
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("week1/toys.py", empty_block * 200_000)
        data = bytearray(path.read_bytes())
        for signature, field in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
            struct.pack_into("<H", data, data.rindex(signature) + field, zipfile.ZIP_DEFLATED)
        path.write_bytes(data)
        assert "takes more than 512 KiB in the archive" in problem(toys)

    @pytest.mark.parametrize(
        ("entries", "name_length", "why"),
        [
            (MAX_ENTRIES + 1, 0, f"more than {MAX_ENTRIES} entries"),
            (MAX_CONTENTS_BYTES // 60_000 + 1, 60_000, "table of contents is larger than 16 MiB"),
        ],
    )
    def test_a_huge_table_of_contents(self, toys, entries, name_length, why):
        entry = b"PK\1\2" + bytes(24) + struct.pack("<H", name_length) + bytes(16 + name_length)
        size = entries * len(entry)
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 0, 0)
        (toys.submitted / "ada.zip").write_bytes(entry * entries + end)
        tracemalloc.start()
        assert why in problem(toys)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 2.5 * MAX_CONTENTS_BYTES

    def test_any_bytes_cost_their_learner_only(self, toys):
        whole = make_zip(toys.submitted / "ada.zip", {"week1/toys.py": REFERENCE}).read_bytes()
        directory = whole.index(b"PK\1\2")
        for position in range(directory, len(whole)):
            for value in (0, 1, 0x7F, 0xFF):
                data = bytearray(whole)
                data[position] = value
                (toys.submitted / "ada.zip").write_bytes(data)
                for hand_in in collect(toys.submitted, toys.course.catalogue).hand_ins:
                    for file in hand_in.read().files.values():
                        assert file.text == REFERENCE or file.problem

    def test_what_learners_read_names_no_path_of_ours(self, toys):
        broken = {
            "bad": b"not a zip",
            "cut": make_zip(toys.submitted / "x.zip", {"week1/toys.py": REFERENCE}).read_bytes()[
                9:
            ],
        }
        (toys.submitted / "x.zip").unlink()
        for learner, data in broken.items():
            (toys.submitted / f"{learner}.zip").write_bytes(data)
        make_zip(toys.submitted / "out.zip", {"../\x1b[31m\u202e/week1/toys.py": REFERENCE})
        (toys.submitted / "link").mkdir()
        (toys.submitted / "link/week1").symlink_to(toys.submitted)
        for learner in (*broken, "out", "link"):
            why = problem(toys, learner)
            assert str(toys.submitted.parent) not in why
            assert why.isprintable()
        assert problem(toys, "bad").startswith("bad.zip: not a readable zip archive")
        toys.grade()
        assert str(toys.submitted.parent) not in json.dumps(toys.result("bad"))


class TestNames:
    def test_a_name_too_long_for_a_folder(self, toys, tmp_path):
        long = "é" * 300
        names = {f"{name}/week1/toys.py": REFERENCE for name in (long, "ada", "e" * 255)}
        toys.submitted = make_zip(tmp_path / "class.zip", names)
        summary = toys.grade()
        assert (summary.graded, summary.failed) == (2, ())
        assert len(summary.notes) == 1
        assert "not graded: the name ééé" in summary.notes[0]
        assert "… is longer than 255 bytes" in summary.notes[0]
        assert long not in summary.notes[0]

    def test_only_a_name_that_is_too_long(self, toys, tmp_path):
        toys.submitted = make_zip(tmp_path / "class.zip", {f"{'x' * 300}/week1/toys.py": ""})
        with pytest.raises(InputError, match=r"no learner in it.*longer than 255 bytes"):
            find(toys)

    def test_folders_of_tools_are_no_learners(self, toys, tmp_path):
        names = {"ada/week1/toys.py": REFERENCE, ".git/week1/toys.py": REFERENCE}
        toys.submitted = make_zip(tmp_path / "class.zip", names)
        assert set(find(toys)) == {"ada"}

    def test_any_name_of_a_folder_is_graded(self, toys):
        names = ["a\tb", "a\nb", "\x1b[31mred", "\u202eevil", "[red]x", "-rf", "~", "*", "a\\"]
        for name in names:
            toys.hand_in(name, REFERENCE)
        summary = toys.grade()
        assert (summary.graded, summary.failed, summary.notes) == (len(names), (), ())
        for name in names:
            assert toys.result(name)["learner"] == name

    def test_notes_are_printable(self, toys):
        toys.hand_in("ada", REFERENCE)
        (toys.submitted / "\x1b[31m\u202e.txt").write_text("")
        (toys.submitted / "\x1b[31m").symlink_to(toys.submitted)
        notes = collect(toys.submitted, toys.course.catalogue).notes
        assert len(notes) == 2
        assert all(note.isprintable() for note in notes)
