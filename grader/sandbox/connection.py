"""The grader's end of the socket to one child: frames with a deadline.

Nothing here trusts the other end. A reply that is late, too long or malformed raises a
`LearnerFault`.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from pathlib import Path

from grader.sandbox.faults import BadAnswer, CallTimedOut, ChildCrashed
from grader.sandbox.inside import wire
from grader.sandbox.limits import Limits

SLICE_S = 0.2
SMALL_READ, LARGE_READ = 1 << 16, 1 << 20
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
WAITING_STATES = "SDTt"


class Clock:
    """How long one call has run: processor time, wall time, and time spent waiting.

    Parameters
    ----------
    pid : int
        The child.
    limits : Limits
        What a call may use.
    deadline : float, optional
        When the time of the whole submission is over, as `time.monotonic` tells it.
    """

    def __init__(
        self,
        pid: int,
        limits: Limits,
        deadline: float | None = None,
    ) -> None:
        self.pid = pid
        self.limits = limits
        self.deadline = deadline
        self.start = self.checked = time.monotonic()
        self.idle_since: float | None = None
        # The first look comes one slice late, which saves a file read a call.
        self.cpu_start: float | None = None
        self.cpu_last = 0.0

    def check_now_and_then(self) -> None:
        """Check if a slice of time has gone by: a trickle of bytes is no sign of progress."""
        if time.monotonic() - self.checked > SLICE_S:
            self.check()

    def check(self) -> None:
        """Raise if a limit is passed. Called every `SLICE_S` while a call runs."""
        now = self.checked = time.monotonic()
        check_deadline(self.deadline, now)
        if now - self.start > self.limits.call_wall_s:
            raise CallTimedOut(f"took longer than {self.limits.call_wall_s:g} s")
        state, cpu = _state_and_cpu(self.pid)
        if self.cpu_start is None:
            self.cpu_start = cpu
        if cpu - self.cpu_start > self.limits.call_cpu_s:
            raise CallTimedOut(
                f"computed for more than {self.limits.call_cpu_s:g} s: is there a loop that never "
                "ends?"
            )
        if state not in WAITING_STATES or cpu > self.cpu_last:
            self.idle_since, self.cpu_last = None, cpu
        elif self.idle_since is None:
            self.idle_since = now
        elif now - self.idle_since > self.limits.call_idle_s:
            raise CallTimedOut("waited without computing: nothing here should sleep or ask")


def check_deadline(deadline: float | None, now: float) -> None:
    """Raise if the time of the whole submission is over."""
    if deadline is not None and now > deadline:
        raise CallTimedOut("ran out of time: the submission as a whole took too long")


def _state_and_cpu(pid: int) -> tuple[str, float]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:  # hidden by how /proc is mounted, or gone: then only wall time counts
        return "R", 0.0
    fields = text.rpartition(")")[2].split()
    return fields[0], (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


class Connection:
    """Whole frames over a socket that hostile code holds the other end of."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        # The kernel's own time-out takes one system call where Python's takes two.
        slice_s = struct.pack("@ll", 0, int(SLICE_S * 1e6))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.socket.setsockopt(socket.SOL_SOCKET, option, slice_s)
        self._left_over = bytearray()

    def send(self, frame: bytes, clock: Clock) -> None:
        """Send one frame."""
        view = memoryview(frame)
        while view:
            try:
                view = view[self.socket.send(view) :]
                clock.check_now_and_then()
            except BlockingIOError:
                clock.check()
            except OSError as error:
                raise ChildCrashed("ended its own process") from error

    def receive(self, clock: Clock) -> bytearray:
        """Receive one frame, of which nothing is known but its length."""
        try:
            data = self._left_over
            self._read(data, wire.PREFIX.size, clock)
            length = wire.frame_length(data[: wire.PREFIX.size])
        except wire.WireError as error:
            raise BadAnswer(f"sent {error}") from error
        if length > clock.limits.reply_bytes:
            raise BadAnswer("returned more data than any exercise asks for")
        self._read(data, length, clock)
        self._left_over = data[length:]
        del data[length:]
        return data

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def _read(self, data: bytearray, count: int, clock: Clock) -> None:
        """Read on until there are so many bytes."""
        while len(data) < count:
            try:
                part = self.socket.recv(max(SMALL_READ, min(count - len(data), LARGE_READ)))
            except BlockingIOError:
                clock.check()
                continue
            except OSError as error:
                raise ChildCrashed("ended its own process") from error
            if not part:
                raise ChildCrashed("ended its own process")
            data += part
            clock.check_now_and_then()
