"""Single keys from the terminal, without Enter; the terminal is as it was on every way out."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

QUIT = "q"
POLL_S = 0.05
ARROWS = {b"\x1b[A": "p", b"\x1b[D": "p", b"\x1b[B": "n", b"\x1b[C": "n"}


class Keyboard(Protocol):
    """A source of keys, on while it is entered."""

    def __enter__(self) -> Keyboard:
        """Begin to read keys."""

    def __exit__(self, *_: object) -> None:
        """Stop, and put the terminal back."""


def open_keyboard(put: Callable[[str], None]) -> Keyboard:
    """Return the keyboard of this system, which passes each key to `put`."""
    return WindowsKeyboard(put) if os.name == "nt" else PosixKeyboard(put)


@contextmanager
def suspended(keyboard: Keyboard) -> Iterator[None]:
    """Give the terminal back to another program for a while."""
    keyboard.__exit__(None, None, None)
    try:
        yield
    finally:
        keyboard.__enter__()


class PosixKeyboard:
    """Keys by termios. Ctrl-C and Ctrl-Z stay what they are."""

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put
        self._descriptor = sys.stdin.fileno()
        self._before: Any = None

    def __enter__(self) -> PosixKeyboard:
        """Begin to read keys."""
        import termios
        import tty

        self._before = termios.tcgetattr(self._descriptor)
        tty.setcbreak(self._descriptor)
        self._stopped, self._stop = os.pipe()
        self._thread = threading.Thread(target=self._read, name="kata keys", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and put the terminal back."""
        import termios

        with suppress(termios.error):  # the terminal is gone, and that is why we leave
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
        os.write(self._stop, b"x")
        self._thread.join()
        os.close(self._stopped)
        os.close(self._stop)

    def _read(self) -> None:
        import select

        while True:
            ready, _, _ = select.select([self._descriptor, self._stopped], [], [])
            if self._stopped in ready:
                return
            try:
                typed = os.read(self._descriptor, 64)
            except OSError:  # the terminal is gone
                typed = b""
            if not typed:
                self._put(QUIT)
                return
            for key in _keys(typed):
                self._put(key)


def _keys(typed: bytes) -> Iterator[str]:
    if typed in ARROWS:
        yield ARROWS[typed]
    elif not typed.startswith(b"\x1b"):
        yield from typed.decode("utf-8", errors="ignore")


class WindowsKeyboard:
    """Keys by msvcrt, whose console needs no restoring."""

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put

    def __enter__(self) -> WindowsKeyboard:
        """Begin to read keys."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="kata keys", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        msvcrt: Any = __import__("msvcrt")  # known to type checkers on Windows only
        special = {"H": "p", "K": "p", "P": "n", "M": "n"}
        while not self._stop.wait(POLL_S):
            while msvcrt.kbhit():
                key = msvcrt.getwch()
                if key in "\x00\xe0":  # an arrow or a function key: its name follows
                    key = special.get(msvcrt.getwch(), "")
                if key:
                    self._put(key)
