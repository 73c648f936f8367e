"""A limit for our own code, such as a wrong variant that never ends."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def cpu_limit(seconds: float, exception: type[BaseException]) -> Iterator[None]:
    """Raise `exception` inside the block once it has used so much of this process's own time.

    So it disturbs no alarm, and a slow machine fails nobody. Signals reach main threads only: see
    `worker`.
    """

    def stop(number: int, frame: object) -> None:
        raise exception

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
