"""Start and talk to the zygote process."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import types
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgpack
import numpy

from exercises import verdict
from grader.errors import SandboxError
from grader.sandbox.limits import Limits
from kata import rules

INSIDE = Path(__file__).resolve().parent / "inside"
# What the children need of the learner's tool; these files stand alone.
ALONE = (("rules", rules), ("verdict", verdict))
ANSWER_WITHIN_S = 30.0
# What -I does, but for ignoring PYTHON* variables: ours set the hash seed, so that code which walks
# through a set does the same in each run. Those of the grader's own environment are not passed on.
OPTIONS = ("-P", "-s", "-S", "-B")
MAX_MESSAGE = 1 << 16
# One thread: OpenBLAS would make its pool anew after the fork, hang where threads are refused,
# and be slower on small arrays.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PATH": "/usr/bin:/bin",
    "LC_ALL": "C.UTF-8",
}
# Set where an old OpenBLAS would choose code that the processor does not run rightly.
PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True)
class Ended:
    """How a child ended, as the kernel told the zygote; `was_over`: before the zygote ended it."""

    status: int
    cpu_s: float
    max_rss_kib: int
    orphans: int
    was_over: bool


def _home_of(package: types.ModuleType) -> Path:
    """Return the folder that a package is imported from."""
    return Path(package.__file__ or "").resolve().parents[1]


class Zygote:
    """One zygote process. Any failure to answer raises `SandboxError`; it is then useless."""

    def __init__(self, layers: tuple[str, ...], limits: Limits) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(ANSWER_WITHIN_S)
        config = {
            "control": theirs.fileno(),
            "inside": str(INSIDE),
            "libraries": sorted({str(_home_of(module)) for module in (numpy, msgpack)}),
            "alone": {name: str(Path(module.__file__ or "").resolve()) for name, module in ALONE},
            "layers": layers,
            "limits": {
                "memory_mib": limits.memory_mib,
                "cpu_s": limits.child_cpu_s,
                "output_bytes": limits.output_bytes,
                "files": limits.files,
            },
        }
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._errors = os.memfd_create("zygote-errors")
        try:
            self.process = subprocess.Popen(
                [sys.executable, *OPTIONS, str(INSIDE / "zygote.py"), json.dumps(config)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                env=ENVIRONMENT | passed_on,
                cwd="/",
            )
        finally:
            theirs.close()
        self.control = ours

    @cached_property
    def _ready(self) -> dict[str, Any]:
        """What it says once it is prepared."""
        try:
            ready: dict[str, Any] = self._receive()
        except SandboxError:
            self.close()
            raise
        return ready

    @property
    def layers(self) -> tuple[str, ...]:
        """Which walls it puts up on this machine."""
        return tuple(self._ready["layers"])

    @property
    def landlock_abi(self) -> int:
        """The kernel's version of Landlock, 0 without."""
        return int(self._ready["landlock_abi"])

    def spawn(self, child_end: socket.socket, output: int) -> int:
        """Fork a child that holds these two descriptors, and return its process number."""
        return int(self._ask({"op": "spawn"}, [child_end.fileno(), output])["pid"])

    def reap(self, pid: int, *, hung_up: bool) -> Ended:
        """End a child and whatever it left behind; one that hung up may be ending by itself."""
        return Ended(**self._ask({"op": "reap", "pid": pid, "hung_up": hung_up}))

    def close(self) -> None:
        """End the zygote; its children die with it."""
        self.control.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._errors >= 0:
            os.close(self._errors)
            self._errors = -1

    def _ask(self, request: dict[str, Any], descriptors: list[int] | None = None) -> Any:
        _ = self._ready
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors or [])
        except OSError as error:
            raise SandboxError(f"the zygote is gone ({error}){self._last_words()}") from error
        return self._receive()

    def _receive(self) -> Any:
        try:
            answer = self.control.recv(MAX_MESSAGE)
        except OSError as error:
            raise SandboxError(f"the zygote does not answer{self._last_words()}") from error
        if not answer:
            raise SandboxError(f"the zygote ended{self._last_words()}")
        return json.loads(answer)

    def _last_words(self) -> str:
        """Return the last line that the zygote wrote to its error stream."""
        with contextlib.suppress(OSError):
            text = os.pread(self._errors, 65536, 0).decode("utf-8", "replace").strip()
            if text:
                return f": {text.splitlines()[-1][:300]}"
        return ""
