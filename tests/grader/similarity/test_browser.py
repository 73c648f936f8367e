"""The page of similar solutions in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("selenium", reason="selenium is not installed; it comes with the extra dev")

from selenium.webdriver.common.keys import Keys

from grader.similarity.evidence import Alike
from grader.similarity.find import Pair, SideBySide, Similarity
from grader.similarity.page import page_of
from tests.grader.nbgrader.browser import Chromium, needs_axe, needs_chromium

pytestmark = needs_chromium
HOSTILE = '<img src="http://thief.invalid/" onerror="document.title=1"></pre><script>1</script>'
LONG = "    return " + " + ".join(["a_rather_long_name"] * 12) + "\n"


def page() -> str:
    """Return a page of two pairs, in which all that learners choose is hostile."""
    spans = (("def softmax(x):\n", False), (LONG, True), (HOSTILE, True))
    alike = tuple(
        SideBySide(Alike(("week3", name), 60.0, 0.9), (name,), (spans, spans))
        for name in ("softmax", "log_softmax")
    )
    pairs = tuple(Pair((HOSTILE, name), 97.2, 0.8, alike) for name in ("ada", "emmy"))
    return page_of(Similarity(("week3",), 3, 3, pairs, 2, (HOSTILE,)))


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    path = tmp_path_factory.mktemp("page") / "similar.html"
    path.write_text(page(), encoding="utf-8")
    started = Chromium(tmp_path_factory.mktemp("chromium"))
    started.open(path.as_uri())
    yield started
    started.driver.quit()


class TestPage:
    def test_hostile_text_is_shown_as_it_is(self, chromium):
        assert HOSTILE in chromium.find("table").text
        assert HOSTILE in chromium.find("mark", "<img").text
        assert chromium.driver.find_elements("css selector", "img, script") == []
        assert chromium.driver.title == "Similar solutions"
        assert chromium.hosts() == set()

    @pytest.mark.parametrize("width", [360, 820, 1400])
    def test_no_width_is_too_small(self, chromium, width):
        with chromium.device(width):
            assert chromium.widths() == [width, width]

    def test_by_keyboard_alone(self, chromium):
        hidden = chromium.find_all("details.exercise", 4)[1]
        assert hidden.get_attribute("open") is None
        for _ in range(20):
            chromium.driver.switch_to.active_element.send_keys(Keys.TAB)
            here = chromium.driver.switch_to.active_element
            if here.text.startswith("week3 log_softmax"):
                break
        here.send_keys(Keys.ENTER)
        assert hidden.get_attribute("open") is not None

    def test_prints(self, chromium):
        assert chromium.printed().startswith(b"%PDF-")

    @needs_axe
    def test_axe_finds_nothing(self, chromium):
        assert chromium.violations() == []

    def test_nothing_went_wrong(self, chromium):
        assert chromium.errors() == []
