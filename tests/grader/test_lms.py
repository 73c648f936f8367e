"""Downloads of learning management systems: whose a file is, which week, and what has no place."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.intake.collect import collect
from grader.intake.lms import submitters
from tests.grader.toy import REFERENCE

WRONG = REFERENCE.replace("return 2 * x", "return x * x")
NOTEBOOK = json.dumps(
    {
        "cells": [{"cell_type": "code", "source": REFERENCE, "metadata": {}, "outputs": []}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)
METADATA = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0815'
    :email: ada@example.edu
  :created_at: 2026-01-02 10:00:00.000000000 Z
  :results:
    output: |-
  :submitters:
      - :name: Eve
    - :email: eve@example.edu
submission_2:
  :submitters:
  - :name: "Bob \\"B\\""
    :sid:
    :email: bob@example.edu
  - :name: Cy
    :sid: '4711'
    :email: cy@example.edu
  :created_at: 2026-01-03 10:00:00.000000000 Z
submission_3:
  :submitters:
  - :name: Ada Lovelace
    :sid: '0815'
    :email: ada@example.edu
  :created_at: 2026-01-04 10:00:00.000000000 Z
"""


def zipped(entries: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return data.getvalue()


@pytest.fixture(params=["folder", "folder in a folder", "zip", "zip of a folder"])
def submit(request, toys, tmp_path):
    """Return what hands a download in, in each form that it may have."""

    def put(entries: dict[str, str | bytes], name: str = "submissions") -> Any:
        base = "inner/" if "of" in request.param or "in" in request.param else ""
        if request.param.startswith("zip"):
            toys.submitted = tmp_path / f"{name}.zip"
            with zipfile.ZipFile(toys.submitted, "w") as archive:
                for entry, data in entries.items():
                    archive.writestr(f"{base}{entry}", data)
        else:
            toys.submitted = tmp_path / name
            for entry, data in entries.items():
                path = toys.submitted / base / entry
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return toys

    return put


def texts(toys: Any) -> dict[str, str]:
    """Return by learner what their module holds: right, wrong, or why it can't be read."""
    found = {}
    for hand_in in collect(toys.submitted, toys.course.catalogue).hand_ins:
        file = hand_in.read().files["toys"]
        text = file.text or ""
        is_right = "return 2 * x" in text
        found[hand_in.learner] = file.problem or ("right" if is_right else "wrong")
    return found


def notes(toys: Any) -> list[str]:
    """Return the notes, without the folder's path."""
    found = collect(toys.submitted, toys.course.catalogue).notes
    return [re.sub(r"\S*/submissions(\.zip)?/", "", note) for note in found]


class TestForms:
    def test_canvas(self, submit):
        toys = submit(
            {
                "lovelaceada_101_900_week1.ipynb": NOTEBOOK,
                "lovelace_ada_102_901_week1.zip": zipped({"week1/toys.py": REFERENCE}),
                "boole_LATE_103_903_toys.py": REFERENCE,
                "turing_104_904_toys.py": WRONG,
                "turing_104_1905_toys-1.py": REFERENCE,
                "hopper_105_906_Week 1-2.ipynb": NOTEBOOK,
            }
        )
        assert texts(toys) == dict.fromkeys(["101", "102", "103", "104", "105"], "right")
        assert notes(toys) == [
            "104 week1: left out, since another one is newer or fits better: "
            "turing_104_904_toys.py (toys.py)",
        ]

    def test_moodle(self, submit):
        toys = submit(
            {
                "Ada Lovelace_11_assignsubmission_file_/week1.ipynb": NOTEBOOK,
                "Bob O'Neil_12_assignsubmission_file/hand-in.zip": zipped({"toys.py": REFERENCE}),
                "Cy_13_assignsubmission_file_toys.py": REFERENCE,
                "Di Doe_14_assignsubmission_file_/toys.py": REFERENCE,
                "Di Doe_15_assignsubmission_file_/toys.py": WRONG,
                "Participant_16_assignsubmission_file_/toys.py": WRONG,
            }
        )
        right = ["Ada Lovelace", "Bob O'Neil", "Cy", "Di Doe 14"]
        wrong = ["Di Doe 15", "Participant 16"]
        assert texts(toys) == dict.fromkeys(right, "right") | dict.fromkeys(wrong, "wrong")
        assert notes(toys) == []

    def test_blackboard(self, submit):
        toys = submit(
            {
                "week1_ada_attempt_2026-01-01-10-00-00_toys.py": WRONG,
                "week1_ada_attempt_2026-01-02-10-00-00_week1.ipynb": NOTEBOOK,
                "week1_ada_attempt_2026-01-02-10-00-00.txt": "receipt",
                "week1_bob_attempt_2026-01-01-10-00-00.txt": "receipt",
                "week1_a_cy_attempt_2026-01-01-10-00-00_toys.py": REFERENCE,
                "week1_b_cy_attempt_2026-01-01-11-00-00_toys.py": REFERENCE,
            }
        )
        hand_ins = collect(toys.submitted, toys.course.catalogue).hand_ins
        assert [h.read().submitted_at for h in hand_ins] == ["2026-01-02 10:00:00"]
        assert texts(toys) == {"ada": "right"}
        found = notes(toys)
        assert len(found) == 3
        assert "bob_attempt_2026-01-01-10-00-00.txt: says that something was handed" in found[0]
        assert found[1].startswith("not graded: cy: these could be of two learners: week1_a_cy")
        assert "2026-01-01-10-00-00_toys.py (toys.py)" in found[2]

    def test_gradescope(self, submit):
        toys = submit(
            {
                "submission_metadata.yml": METADATA,
                "submission_1/toys.py": WRONG,
                "submission_2/sub/week1.ipynb": NOTEBOOK,
                "submission_3/toys.py": REFERENCE,
                "submission_4/toys.py": REFERENCE,
            }
        )
        assert texts(toys) == dict.fromkeys(["0815", "4711", "bob@example.edu"], "right")
        found = notes(toys)
        assert any("0815 week1: left out" in note and "submission_1" in note for note in found)
        if toys.submitted.is_file():
            assert "submission_4: left out: nothing says whose it is" in found

    def test_they_are_graded(self, submit):
        toys = submit({"doe_1_2_week1.zip": zipped({"week1/toys.py": REFERENCE})})
        assert toys.grade().failed == ()
        assert toys.result("1")["score"] == 7.5


class TestPlaces:
    def test_the_week_may_be_in_the_name_of_the_download(self, submit):
        toys = submit({"doe_1_2_notebook.ipynb": NOTEBOOK}, "Homework Week 1")
        assert texts(toys) == {"1": "right"}

    def test_what_has_no_place_is_listed(self, submit):
        toys = submit(
            {
                "a_1_1_week1.ipynb": NOTEBOOK,
                "b_2_2_notebook.ipynb": NOTEBOOK,
                "c_3_3_hand-in.zip": zipped({"readme.txt": ""}),
                "d_4_4_hand-in.zip": b"no zip",
                "e_5_5_other.py": "",
                "F_6_assignsubmission_file_/picture.png": "",
                **{f"G_7_assignsubmission_file_/{number}": "" for number in range(5)},
            }
        )
        assert texts(toys) == {"1": "right"}
        found = "\n".join(notes(toys))
        for words in (
            "b_2_2_notebook.ipynb (notebook.ipynb): left out: its name does not say",
            "c_3_3_hand-in.zip: left out: no file of the course (hand-in.zip/readme.txt)",
            "d_4_4_hand-in.zip (hand-in.zip): left out: hand-in.zip: not a readable zip",
            "e_5_5_other.py: left out: no file of the course (other.py)",
            "F_6_assignsubmission_file_: left out: no file of the course (picture.png)",
            "G_7_assignsubmission_file_: left out: no file of the course (0, 1, 2 and 2 more)",
        ):
            assert words in found

    def test_a_broken_archive_of_a_week(self, submit):
        toys = submit({"a_1_1_week1.zip": b"no zip"})
        assert "week1.zip: not a readable zip" in texts(toys)["1"]

    def test_one_file_twice(self, submit):
        both = zipped({"a/toys.py": REFERENCE, "b/toys.py": WRONG})
        best = zipped({"old/toys.py": WRONG, "week1/toys.py": REFERENCE, ".x/toys.py": ""})
        toys = submit({"a_1_1_x.zip": both, "b_2_2_x.zip": best})
        assert texts(toys) == {"1": "toys.py was handed in more than once", "2": "right"}
        assert any("x.zip/a/toys.py) and a_1_1" in note for note in notes(toys))

    def test_two_systems_with_one_name(self, submit):
        toys = submit(
            {
                "x_7_1_toys.py": REFERENCE,
                "week1_7_attempt_2026-01-01-10-00-00_toys.py": WRONG,
                "y_8_1_toys.py": REFERENCE,
            }
        )
        assert texts(toys) == {"8": "right"}
        assert any("not graded: 7: these could be of two learners" in n for n in notes(toys))

    def test_learners_folders_may_lie_beside(self, toys):
        toys.hand_in("ada", REFERENCE)
        toys.hand_in("7", REFERENCE)
        for number in (7, 8):
            (toys.submitted / f"x_{number}_1_toys.py").write_text(WRONG)
        assert texts(toys) == {"ada": "right", "8": "wrong"}
        assert notes(toys) == ["not graded: 7: two learners would be called so"]


class TestHostile:
    def test_names(self, submit):
        text = METADATA.replace("0815", "../../x").replace("4711", "x" * 300)
        toys = submit(
            {
                "submission_metadata.yml": text.replace("bob@", ".bob@"),
                "submission_1/toys.py": REFERENCE,
                "submission_2/toys.py": REFERENCE,
                "\x1b[31m_9_assignsubmission_file_/toys.py": REFERENCE,
            }
        )
        assert texts(toys) == {"\x1b[31m": "right"}
        found = notes(toys)
        assert sum(note.startswith("not graded: ") for note in found) == 3
        assert all(note.isprintable() for note in found)

    def test_links_are_not_followed(self, toys, tmp_path):
        (tmp_path / "secret.py").write_text(REFERENCE)
        folder = toys.submitted / "Ada_1_assignsubmission_file_"
        folder.mkdir()
        (folder / "toys.py").symlink_to(tmp_path / "secret.py")
        (toys.submitted / "x_7_1_toys.py").symlink_to(tmp_path / "secret.py")
        (toys.submitted / "x_8_1_toys.py").write_text(WRONG)
        assert texts(toys) == {"8": "wrong"}
        assert sum("a symbolic link, left out" in note for note in notes(toys)) == 2

    def test_an_archive_in_an_archive_is_bounded(self, toys, tmp_path, monkeypatch):
        monkeypatch.setattr("grader.intake.archives.MAX_INNER_BYTES", 1 << 20)
        toys.submitted = tmp_path / "class.zip"
        with zipfile.ZipFile(toys.submitted, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("x_7_1_week1.zip", bytes(3 << 20))
        assert "week1.zip is larger than 1 MiB" in texts(toys)["7"]

    def test_a_text_in_gradescopes_list_makes_no_owner(self):
        found = submitters(METADATA)
        assert [owner.learner for owner in found["submission_1"]] == ["0815"]
        assert [owner.learner for owner in found["submission_2"]] == ["bob@example.edu", "4711"]


def test_folders_of_the_usual_layout_stay_what_they_are(toys):
    for learner in ("submission_1", "doe_1_2_x", "a_attempt_b"):
        toys.hand_in(learner, REFERENCE)
    assert set(texts(toys)) == {"submission_1", "doe_1_2_x", "a_attempt_b"}
    assert Path(toys.submitted).is_dir()
