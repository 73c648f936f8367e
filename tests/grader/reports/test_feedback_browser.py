"""A feedback page in a real browser: light and dark, on a phone, on paper, and with hostile text.

With `AXE_CORE=…/axe.min.js`, from `npm pack axe-core`, its accessibility is checked as well.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("selenium", reason="selenium is not installed; it comes with the extra dev")

from grader.course import Course
from grader.reports.feedback.content import FeedbackMaker
from grader.reports.feedback.lesson import Lessons
from grader.reports.feedback.page import as_html
from grader.reports.lateness import Deadlines
from tests.grader.nbgrader.browser import Chromium, needs_axe, needs_chromium
from tests.grader.reports.made import result, submission, todo, verdict

pytestmark = needs_chromium
THIEF = "thief.invalid"
STEAL = f"document.title='stolen';fetch('http://{THIEF}/')"
HOSTILE = f'<img src="http://{THIEF}/" onerror="{STEAL}"></script><script>{STEAL}</script>\u202ex'
SHOWN = HOSTILE.replace("\u202e", "?")
LONG = "y" * 300


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Open a page on which everything is that may be on one."""
    mine = submission(HOSTILE, f"def dot(a, b):\n    return a  # {HOSTILE} {LONG}\n")
    wrong = verdict("dot", "0110", why=HOSTILE, says=HOSTILE, misconception=HOSTILE)
    verdicts = [
        *(wrong, verdict("neuron", "0000", status="crashed", why=HOSTILE + LONG)),
        *(verdict("linear"), todo("norm")),
        verdict("matmul", "0000", status="unreadable", why=HOSTILE),
    ]
    course = Course()
    lessons = Lessons(course.catalogue, course.root)
    maker = FeedbackMaker(course.catalogue, lessons, Deadlines())
    graded = result(HOSTILE, verdicts, submission=mine, submitted_at=HOSTILE)
    path = tmp_path_factory.mktemp("feedback") / "week1.html"
    path.write_text(as_html(maker.feedback(graded, mine)), encoding="utf-8")
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    browser.open(path.as_uri())
    yield browser
    browser.driver.quit()


def test_hostile_text_is_shown_and_nothing_runs_or_is_asked_for(chromium):
    assert f"feedback for {SHOWN}" in chromium.find("header").text
    assert f"# {SHOWN}" in chromium.find("pre").text
    assert chromium.find(".misconception").text == f"What went wrong: {SHOWN}"
    assert chromium.driver.title == f"week1: feedback for {SHOWN}"
    (picture,) = chromium.find_all("img", 1)
    assert picture.get_attribute("naturalWidth") != "0"
    assert chromium.errors() == []
    assert chromium.hosts() == set()


def test_the_policy_stops_what_would_get_in_after_all(chromium):
    chromium.driver.execute_script(
        "const evil = document.createElement('script'); evil.textContent = 'window.ran = true';"
        "document.body.append(evil)"
    )
    assert chromium.driver.execute_script("return window.ran === undefined")
    assert any("Content Security Policy" in error for error in chromium.errors())


def test_what_comes_next_stands_before_the_details(chromium):
    text = chromium.find("main").text
    assert text.startswith("What to do next\nRepair toys.py first: 1 exercise waits for it.")
    assert text.index("Then go on with “Inner product”") < text.index("What went wrong")
    assert text.index("crashed") < text.index("Done 1") < text.index("To do 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1400])
def test_no_width_is_too_small(chromium, width, scheme):
    with chromium.device(width, scheme):
        assert chromium.widths() == [width, width]
        colour = chromium.find("body").value_of_css_property("background-color")
        assert colour == {"light": "rgba(255, 255, 255, 1)", "dark": "rgba(20, 23, 27, 1)"}[scheme]


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1400])
def test_axe_finds_nothing(chromium, width, scheme):
    with chromium.device(width, scheme):
        assert chromium.violations() == []


def test_prints(chromium):
    assert chromium.printed().startswith(b"%PDF-")
