"""A Jupyter server in a folder, and a headless Chromium that looks at it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.grader.nbgrader.course import environment

CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
AXE = os.environ.get("AXE_CORE", "")  # …/axe.min.js, from `npm pack axe-core`
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None,
    reason="there is no chromium, or no chromedriver for it: apt install chromium-driver",
)
needs_axe = pytest.mark.skipif(
    not AXE, reason="AXE_CORE names no axe.min.js, which `npm pack` brings"
)
LIMIT_S = 120  # of any wait: machines may be slow, and nothing but a fault takes that long
NOT_YET = (  # what a page that is still being built, or scrolled, answers
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
TOKEN = "token"
FLAGS = (
    "--headless",
    "--no-sandbox",  # as root, Chromium does not start with its own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1300,900",
    # Pages ask for what they like, and nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# JupyterLab would ask whether it may fetch news, in front of what we look at.
NO_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@contextmanager
def jupyter(folder: Path, home: Path, **more: str) -> Iterator[str]:
    """Run JupyterLab, which brings formgrader along, in a folder; yield its address."""
    variables = environment(home, PYTHONSAFEPATH="1", **more)
    settings = Path(variables["JUPYTER_CONFIG_DIR"], "labconfig", "page_config.json")
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps(NO_NEWS), encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
    }
    command = [sys.executable, "-m", "jupyterlab"]
    command += [f"--{name}={value}" for name, value in options.items()]
    address = f"http://127.0.0.1:{port}"
    log = home / "jupyter.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=variables, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_for(address, server, log)
        yield address
    finally:
        server.terminate()  # it ends its kernels, which are in sessions of their own
        try:
            server.wait(LIMIT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers.

    Raises
    ------
    RuntimeError
        If it has ended, or takes too long.
    """
    end = time.monotonic() + LIMIT_S
    while server.poll() is None and time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(f"{address}/api", timeout=LIMIT_S):
            return
        time.sleep(0.1)
    raise RuntimeError(f"no JupyterLab at {address}:\n{log.read_text(errors='replace')}")


class Chromium:
    """A browser with one page; whatever is asked of the page is waited for."""

    def __init__(self, home: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM or ""
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = Service(CHROMEDRIVER, env={**os.environ, "HOME": str(home)})
        self.driver = webdriver.Chrome(options, service)
        self.driver.set_page_load_timeout(LIMIT_S)

    def open(self, address: str) -> None:
        """Open a page, and forget what was asked for and told before."""
        self.errors()
        self.hosts()
        self.driver.get(address)

    def errors(self) -> list[str]:
        """Return the errors on the console since the last call."""
        log = self.driver.get_log("browser")
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def hosts(self) -> set[str]:
        """Return the hosts that were asked for something since the last call."""
        events = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        asked = (
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        )
        return {host for url in asked if (host := urlsplit(url).hostname)}

    def emulate(self, command: str, **values: object) -> None:
        """Be another device."""
        self.driver.execute_cdp_cmd(f"Emulation.{command}", values)

    @contextmanager
    def device(self, width: int, scheme: str = "light") -> Iterator[None]:
        """Be a device of this width and colour scheme for a while."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": True}
        self.emulate("setEmulatedMedia", features=features)
        self.emulate("setDeviceMetricsOverride", **size)
        yield
        self.emulate("clearDeviceMetricsOverride")
        self.emulate("setEmulatedMedia", features=[])

    def widths(self) -> list[int]:
        """Return how wide the window is, and what is in it."""
        inside = "return [innerWidth, document.documentElement.scrollWidth]"
        found: list[int] = self.driver.execute_script(inside)
        return found

    def violations(self) -> list[Any]:
        """Return what axe finds against accessibility."""
        self.driver.execute_script(Path(AXE).read_text(encoding="utf-8"))
        run = "const done = arguments[0]; axe.run(document).then((found) => done(found.violations))"
        found: list[Any] = self.driver.execute_async_script(run)
        return found

    def printed(self) -> bytes:
        """Return the page on paper, as PDF."""
        return base64.b64decode(self.driver.print_page())

    def find(self, css: str, says: str = "") -> WebElement:
        """Return an element that can be seen, and says this."""

        def found() -> WebElement | None:
            elements = self.driver.find_elements(By.CSS_SELECTOR, css)
            return next((e for e in elements if e.is_displayed() and says in e.text), None)

        element: WebElement = self.wait(found, f"{css} with {says!r}")
        return element

    def find_all(self, css: str, count: int) -> list[WebElement]:
        """Return the elements, as soon as there are so many."""

        def found() -> list[WebElement]:
            elements = self.driver.find_elements(By.CSS_SELECTOR, css)
            return elements if len(elements) == count else []

        elements: list[WebElement] = self.wait(found, f"{count} × {css}")
        return elements

    def wait(self, found: Callable[[], Any], what: str) -> Any:
        """Return what is found, as soon as that is something."""
        wait = WebDriverWait(self.driver, LIMIT_S, ignored_exceptions=NOT_YET)
        return wait.until(lambda _: found(), f"in {LIMIT_S} s there was no {what}")

    def show(self, element: WebElement) -> None:
        """Scroll an element into the middle of the window."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)

    def press(self, key: str, *, held: str) -> None:
        """Press a key while another one is held down."""
        ActionChains(self.driver).key_down(held).send_keys(key).key_up(held).perform()

    def picture(self, path: Path) -> None:
        """Keep what the window shows, for people to look at."""
        assert self.driver.save_screenshot(str(path))


class NotebookPage:
    """A notebook in JupyterLab, read from top to bottom: it holds what is near the window."""

    def __init__(self, chromium: Chromium, cells: list[dict[str, Any]]) -> None:
        self._chromium = chromium
        self._names = [cell["id"] for cell in cells]

    def run(self, name: str, source: str | None = None) -> str:
        """Run a cell, with other text in it or as it is; return what it shows then."""
        before = self._chromium.wait(lambda: self._focused(name), f"cell {name}")
        if source is not None:
            self._chromium.press("a", held=Keys.CONTROL)
            # As from the clipboard: keys would be indented by the editor, too.
            self._chromium.driver.execute_cdp_cmd("Input.insertText", {"text": source})
        self._chromium.press(Keys.ENTER, held=Keys.SHIFT)

        def ran() -> bool:
            prompt = self._prompt(name)
            return prompt != before and prompt.strip("[]: ").isdigit()

        self._chromium.wait(ran, f"end of cell {name}")
        cell = self._cell(name)
        self._chromium.show(cell)
        return "\n".join(
            output.text for output in cell.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output")
        )

    def _focused(self, name: str) -> str:
        """Click into a cell; return its prompt when it has the focus, else nothing."""
        cell = self._cell(name)
        self._chromium.show(cell)
        cell.find_element(By.CSS_SELECTOR, ".cm-content").click()
        return self._prompt(name) if cell.find_elements(By.CSS_SELECTOR, ".cm-focused") else ""

    def _prompt(self, name: str) -> str:
        return self._cell(name).find_element(By.CSS_SELECTOR, ".jp-InputPrompt").text

    def _cell(self, name: str) -> WebElement:
        index = self._names.index(name)
        driver = self._chromium.driver
        try:
            return driver.find_element(
                By.CSS_SELECTOR, f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]'
            )
        except NoSuchElementException:
            driver.execute_script(
                "document.querySelector('.jp-WindowedPanel-outer')?.scrollBy(0, 400)"
            )
            raise
