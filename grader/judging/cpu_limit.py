"""A limit for our own code, such as a wrong variant that never ends."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from kata.deadline import would_be_ignored

REPEAT_CPU_S = 0.5


@contextlib.contextmanager
def cpu_limit(seconds: float, exception: type[BaseException]) -> Iterator[None]:
    """Raise `exception` inside the block once it has used so much of this process's own time.

    So it disturbs no alarm, and a slow machine fails nobody. It is raised again and again, since a
    bare `except:` may swallow the first. Signals reach main threads only: see `worker`.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        if not would_be_ignored(frame):
            raise exception

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, REPEAT_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
