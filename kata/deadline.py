"""End code that runs too long by raising an exception inside it, on every platform.

The exception is raised again each second until the deadline is cancelled: a bare `except:` inside
an endless loop swallows the first.
"""

from __future__ import annotations

import ctypes
import gc
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Protocol

HAS_ALARM = hasattr(signal, "SIGALRM")
REPEAT_S = 1.0
MOST_REPEATS = 10


class Deadline(Protocol):
    """A limit that runs from when it is made until it is cancelled."""

    def cancel(self) -> None:
        """Raise nothing from now on."""


def start_deadline(
    seconds: float, exception: type[BaseException], is_paused: Callable[[], bool]
) -> Deadline:
    """Raise `exception` in this thread after so many seconds, but not while `is_paused()`."""
    if HAS_ALARM and threading.current_thread() is threading.main_thread():
        return AlarmDeadline(seconds, exception, is_paused)
    return ThreadDeadline(seconds, exception, is_paused)


def would_be_ignored(frame: FrameType | None) -> bool:
    """Say whether Python only prints what is raised here: in `__del__` and in callbacks of gc."""
    callbacks = {getattr(each, "__code__", None) for each in gc.callbacks}
    while frame is not None:
        if frame.f_code in callbacks or frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False


class AlarmDeadline:
    """A deadline by signal, which also interrupts calls such as `time.sleep`."""

    def __init__(
        self, seconds: float, exception: type[BaseException], is_paused: Callable[[], bool]
    ) -> None:
        self._exception = exception
        self._is_paused = is_paused
        self._n_left = MOST_REPEATS
        self._before = signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_S)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._n_left > 0 and not self._is_paused() and not would_be_ignored(frame):
            self._n_left -= 1
            raise self._exception

    def cancel(self) -> None:
        """Raise nothing from now on."""
        self._n_left = 0
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)


class ThreadDeadline:
    """A deadline by a thread, for Windows.

    It reaches Python code only: one long call into C is not interrupted but ends first.
    """

    def __init__(
        self, seconds: float, exception: type[BaseException], is_paused: Callable[[], bool]
    ) -> None:
        self._seconds = seconds
        self._exception = exception
        self._is_paused = is_paused
        self._thread_id = threading.get_ident()
        self._is_over = threading.Event()
        self._has_raised = False
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, name="kata deadline", daemon=True).start()

    def _watch(self) -> None:
        wait_s = self._seconds
        for _ in range(MOST_REPEATS):
            if self._is_over.wait(wait_s):
                return
            with self._lock:
                if not self._is_over.is_set() and not self._is_paused():
                    self._has_raised = True
                    _raise_in_thread(self._thread_id, self._exception)
            wait_s = REPEAT_S

    def cancel(self) -> None:
        """Raise nothing from now on, not even what is already on its way."""
        with self._lock:
            self._is_over.set()
        if self._has_raised:
            self._take_the_last()

    def _take_the_last(self) -> None:
        """Raise it once more, here: then nothing is on its way any longer.

        To ask Python to forget it would leave its flag set, and in Python 3.11 a trace function
        then sees nothing.
        """
        try:
            _raise_in_thread(self._thread_id, self._exception)
            while True:
                time.sleep(0)
        except self._exception:
            pass


def _raise_in_thread(thread_id: int, exception: type[BaseException]) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread_id), ctypes.py_object(exception)
    )
