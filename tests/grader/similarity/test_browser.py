"""The page of similar solutions in a real browser."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed; it comes with the extra dev")

from selenium.webdriver.common.keys import Keys

from grader.similarity.evidence import Alike
from grader.similarity.find import Pair, SideBySide, Similarity
from grader.similarity.page import page_of
from tests.grader.nbgrader.browser import CHROMEDRIVER, CHROMIUM, Chromium

pytestmark = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None,
    reason="there is no chromium, or no chromedriver for it: apt install chromium-driver",
)
AXE = os.environ.get("AXE_CORE", "")
HOSTILE = '<img src="http://thief.invalid/" onerror="document.title=1"></pre><script>1</script>'
LONG = "    return " + " + ".join(["a_rather_long_name"] * 12) + "\n"
INSIDE = "return [innerWidth, document.documentElement.scrollWidth]"


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
        chromium.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True},
        )
        assert chromium.driver.execute_script(INSIDE) == [width, width]
        chromium.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

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
        assert base64.b64decode(chromium.driver.print_page()).startswith(b"%PDF-")

    @pytest.mark.skipif(not AXE, reason="AXE_CORE names no axe.min.js, which `npm pack` brings")
    def test_axe_finds_nothing(self, chromium):
        run = "const done = arguments[0]; axe.run(document).then((found) => done(found.violations))"
        chromium.driver.execute_script(Path(AXE).read_text(encoding="utf-8"))
        assert chromium.driver.execute_async_script(run) == []

    def test_nothing_went_wrong(self, chromium):
        assert chromium.errors() == []
