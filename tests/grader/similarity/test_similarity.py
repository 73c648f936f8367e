"""A made class from its files to the page."""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from exercises.cells import notebook_name
from grader.cli import main
from grader.course import Course
from grader.progress import Progress
from grader.similarity.find import Similarity, find_similar
from grader.similarity.page import MAX_SHOWN_CHARACTERS, as_json, page_of
from tests.grader.similarity.made_class import DISGUISES, MadeClass, Planted

WEEK = "week3"
SIZE = 24
HOSTILE = '<img src=x onerror="alert(1)">\u202e'
SHOWN_HOSTILE = "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;?"
QUIET = Progress(Console(quiet=True))


@pytest.fixture(scope="module")
def planted_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Planted]]:
    """Return a made class, and who copied in it."""
    submitted = tmp_path_factory.mktemp("class") / "submitted"
    course = Course()
    made = MadeClass(course, tuple(course.weeks_named([WEEK])), seed=5)
    # Of one week, a whole week is all.
    disguises = tuple(name for name in DISGUISES if name != "one week, names")
    return submitted, made.write(submitted, SIZE, disguises)


@pytest.fixture(scope="module")
def found(planted_in: tuple[Path, list[Planted]]) -> Similarity:
    """Return what is found in it."""
    return find_similar(planted_in[0], Course(), QUIET, jobs=2)


class TestMadeClass:
    def test_whole_copies_are_found_and_come_first(self, planted_in, found):
        """A copy of one module may be missed, and a pair or two be alike by chance."""
        planted = {frozenset((each.author, each.copier)): each for each in planted_in[1]}
        assert len(planted) == 8
        whole = {pair for pair, each in planted.items() if each.disguise != "one module, names"}
        listed = [frozenset(pair.learners) for pair in found.pairs]
        assert set(listed[: len(whole)]) == whole
        assert len(set(listed) - planted.keys()) <= 2
        assert found.n_pairs == len(listed)
        assert (found.n_learners, found.n_submissions) == (SIZE, SIZE)
        assert found.skipped == ()

    def test_the_most_telling_come_first(self, planted_in, found):
        telling = [pair.telling for pair in found.pairs]
        assert telling == sorted(telling, reverse=True)
        whole = len(planted_in[1]) - 1
        shares = [pair.share for pair in found.pairs]
        assert max(shares[whole:], default=0.0) < 0.5 < min(shares[:whole])

    def test_the_code_of_both_is_there_and_what_they_share_is_marked(self, planted_in, found):
        (names,) = (each for each in planted_in[1] if each.disguise == "names")
        pair = next(p for p in found.pairs if set(p.learners) == {names.author, names.copier})
        texts = {
            learner: "".join(
                path.read_text("utf-8") for path in sorted((planted_in[0] / learner).rglob("*.py"))
            )
            for learner in pair.learners
        }
        first = pair.alike[0]
        assert first.alike.place[0] == WEEK
        assert first.exercises
        for learner, spans in zip(pair.learners, first.sides, strict=True):
            lines = "".join(text for text, _ in spans).splitlines()
            assert len(lines) > 5
            assert all(line in texts[learner] for line in lines)
            marked = sum(len(text) for text, is_shared in spans if is_shared)
            assert marked > sum(len(text) for text, _ in spans) / 2

    def test_a_solution_of_ours_is_no_evidence(self, tmp_path):
        for learner in ("ada", "emmy"):
            shutil.copytree(Course().root / "solutions" / WEEK, tmp_path / learner / WEEK)
        assert find_similar(tmp_path, Course(), QUIET).pairs == ()

    def test_a_notebook_is_compared_with_modules(self, planted_in, found, tmp_path):
        submitted, planted = planted_in
        copied = planted[0]
        shutil.copytree(submitted, tmp_path / "submitted")
        week = Course().catalogue.week(WEEK)
        folder = tmp_path / "submitted" / copied.copier / WEEK
        cells = [
            {"cell_type": "code", "id": path.stem, "metadata": {}, "outputs": [],
             "execution_count": None, "source": path.read_text("utf-8")}
            for path in sorted(folder.glob("*.py"))
        ]  # fmt: skip
        for path in folder.glob("*.py"):
            path.unlink()
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / notebook_name(week)).write_text(json.dumps(notebook), "utf-8")
        again = find_similar(tmp_path / "submitted", Course(), QUIET, jobs=2)
        assert {frozenset(pair.learners) for pair in again.pairs} == {
            frozenset(pair.learners) for pair in found.pairs
        }


class TestPage:
    def test_runs_and_loads_nothing(self, found):
        text = page_of(found)
        assert "<script" not in text
        assert not re.search(r"(?:src|href)=\"(?!#|data:)", text)
        assert "default-src &#39;none&#39;; style-src &#39;sha256-" in text
        assert text.count('<section class="pair"') == len(found.pairs)
        assert "Similar is not copied." in text

    def test_names_and_code_are_data(self, found):
        pair = found.pairs[0]
        sides = tuple(((HOSTILE, True), ("x" * MAX_SHOWN_CHARACTERS, False)) for _ in range(2))
        hostile = replace(
            pair, learners=(HOSTILE, "b"), alike=(replace(pair.alike[0], sides=sides),)
        )
        text = page_of(replace(found, pairs=(hostile,), skipped=(HOSTILE,)))
        assert "<img" not in text
        assert f"<mark>{SHOWN_HOSTILE}</mark>" in text
        assert f"{SHOWN_HOSTILE} and" in text
        assert text.count("… the rest is not shown") == 2
        assert "\u202e" not in text

    def test_says_what_is_not_there(self, found):
        gone = replace(found.pairs[0], alike=(replace(found.pairs[0].alike[0], sides=None),))
        assert "The code is gone or changed" in page_of(replace(found, pairs=(gone,)))
        assert "The first 100 of 9999 pairs" in page_of(replace(found, n_pairs=9999))
        none = page_of(replace(found, pairs=(), n_pairs=0, n_learners=2))
        assert "no pair has more in common" in none
        assert "In a class as small as this" in none

    def test_json_holds_nobodys_code(self, found):
        data = json.loads(as_json(found))
        assert data["pairs_found"] == len(found.pairs)
        assert [tuple(each["learners"]) for each in data["pairs"]] == [
            each.learners for each in found.pairs
        ]
        assert "def " not in as_json(found)


class TestCommand:
    def write(self, folder: Path, *learners: str) -> Path:
        """Let learners hand in the same unusual text."""
        lines = "".join(f"    x = [x[{i}], *x] if {i} in x else sorted(x)\n" for i in range(9))
        for learner in learners:
            week = folder / "submitted" / learner / WEEK
            week.mkdir(parents=True)
            (week / "softmax.py").write_text(f"def softmax(x):\n{lines}    return x\n", "utf-8")
        return folder / "submitted"

    def test_writes_the_page_and_says_who(self, tmp_path, capsys):
        submitted = self.write(tmp_path, "ada", HOSTILE.replace("/", ""))
        out = tmp_path / "new" / "page.html"
        assert main(["similarity", str(submitted), "--out", str(out), "--week", WEEK]) == 0
        told = capsys.readouterr()
        assert '<img src=x onerror="alert(1)">? and ada: 100 %, most telling softmax' in told.out
        assert f"Page: {out}" in told.out
        assert "compared 2/2" in told.err
        assert SHOWN_HOSTILE in out.read_text("utf-8")

    def test_prints_json(self, tmp_path, capsys):
        submitted = self.write(tmp_path, "ada", "emmy")
        out = str(tmp_path / "page.html")
        assert main(["similarity", str(submitted), "--out", out, "--json"]) == 0
        (pair,) = json.loads(capsys.readouterr().out)["pairs"]
        assert pair["learners"] == ["ada", "emmy"]
        assert pair["alike"][0]["exercises"] == ["softmax"]

    def test_says_that_a_process_was_lost(self, tmp_path, capsys, monkeypatch):
        def submit(*_: object) -> None:
            raise BrokenProcessPool

        monkeypatch.setattr("grader.similarity.find.ProcessPoolExecutor.submit", submit)
        submitted = self.write(tmp_path, "ada", "emmy")
        assert main(["similarity", str(submitted), "--out", str(tmp_path / "page.html")]) == 2
        assert "a process that reads submissions was lost" in capsys.readouterr().err
        assert not (tmp_path / "page.html").exists()

    @pytest.mark.parametrize(
        ("more", "says"),
        [
            ([], "needs two learners to compare, and holds 1"),
            (["--week", "week9"], "--week week9: no such week"),
            (["--jobs", "0"], "--jobs 0: give a whole number, 1 or more"),
        ],
    )
    def test_refuses(self, more, says, tmp_path, capsys):
        submitted = self.write(tmp_path, "ada")
        out = str(tmp_path / "page.html")
        assert main(["similarity", str(submitted), "--out", out, *more]) == 2
        assert says in capsys.readouterr().err
