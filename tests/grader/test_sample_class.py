"""`make grade` on the sample class: the verdicts are pinned, whatever the hidden inputs are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from grader.cli import main

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = json.loads((ROOT / "examples" / "expected_verdicts.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def grades(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade the class once, with a seed that nobody chose."""
    out = tmp_path_factory.mktemp("sample") / "grades"
    assert main(["run", str(ROOT / "examples" / "submitted"), "--out", str(out)]) == 0
    return out


def result(grades: Path, learner: str, week: str) -> dict:
    """Return one result."""
    path = grades / "results" / learner / f"{week}.json"
    found: dict = json.loads(path.read_text(encoding="utf-8"))
    return found


def submissions() -> list[tuple[str, str]]:
    """Return every learner and week of the class."""
    folders = sorted((ROOT / "examples" / "submitted").glob("*/week*"))
    return [(path.parent.name, path.name) for path in folders]


@pytest.mark.parametrize(("learner", "week"), submissions())
def test_every_verdict_is_the_expected_one(grades, learner, week):
    found = {e["exercise"]: e for e in result(grades, learner, week)["exercises"]}
    expected = EXPECTED[learner][week]
    assert set(found) == set(expected)
    for exercise, verdict in expected.items():
        want = {"status": verdict} if isinstance(verdict, str) else verdict
        got = found[exercise]
        assert got["status"] == want["status"], (exercise, got["why"])
        if "misconception" in want:
            assert got["misconception"], exercise
            assert got["misconception"]["name"] == want["misconception"], exercise
        assert got["why"], exercise


def test_the_class_is_complete(grades):
    assert len({learner for learner, _ in submissions()}) == 12
    assert set(EXPECTED) == {learner for learner, _ in submissions()}


def test_the_attacker_gets_nothing_out(grades):
    results = sorted((grades / "results" / "mallory").glob("week*.json"))
    assert [path.stem for path in results] == sorted(EXPECTED["mallory"])
    for path in results:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"root:x:|/etc/|site-packages", text), path.stem
