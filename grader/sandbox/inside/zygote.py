"""The zygote: a process that has imported numpy, knows no secret, and forks sandboxed children.

Started by the grader as `python -P -s -S -B zygote.py CONFIG`, a fresh interpreter with next to no
environment, so that neither hidden tests nor solutions have ever been in its memory. It never
imports the course's packages. Single-threaded, since fork and Landlock ask for that.

Talks over one SEQPACKET socket: `spawn` (with two descriptors: the child's socket and its output
file) and `reap`.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import sys
import time
from typing import Any

CONFIG: dict[str, Any] = json.loads(sys.argv[1])
sys.path[:] = [path for path in sys.path if path]
sys.path[:0] = [CONFIG["inside"]]
sys.path += CONFIG["libraries"]

# Paid once here, not in each child. Learners' code may import these where no file can be read
# (a kernel without Landlock, a Python that other users can't read); numpy loads some of its own
# parts only when they are first used.
NUMPY_PARTS = """numpy numpy.linalg numpy.random numpy.fft numpy.polynomial numpy.ma numpy.strings
numpy.char numpy.rec numpy.testing numpy.ctypeslib numpy.typing numpy.lib.stride_tricks
numpy.lib.scimath numpy.matlib numpy.lib.recfunctions numpy.exceptions numpy.dtypes
numpy.lib.introspect numpy.lib.format numpy.lib.npyio numpy.lib.array_utils"""
STANDARD_LIBRARY = """__future__ abc argparse array ast base64 bisect builtins calendar cmath codecs
collections collections.abc colorsys contextlib copy copyreg csv dataclasses datetime decimal
difflib dis enum errno fractions functools gc getpass glob gzip hashlib heapq hmac html inspect io
itertools json keyword linecache locale logging math numbers operator os os.path pathlib pickle
platform pprint queue random re reprlib secrets shutil signal statistics string struct sys
tempfile textwrap threading time timeit token tokenize traceback types typing unicodedata unittest
unittest.mock uuid warnings weakref zlib zoneinfo _strptime encodings.idna encodings.latin_1
encodings.ascii encodings.utf_16 concurrent.futures multiprocessing sched graphlib
doctest cProfile mmap bz2 lzma"""
# What children do first is done here a few times, so that they start with warm caches.
WARM_UP = """
import numpy as np
def first(a, b):
    return float(np.sum(a * b))
def second(A):
    return first(A[0], A[1]) + helper(A)
def helper(A):
    return sum(x * x for row in A for x in row)
"""
WARM_UP_RULES = (("@", "np.dot", "np.einsum"), ("np.linalg",), ("np.linalg.eig*", "np.cov"))
PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE = 36, 4
MAX_MESSAGE = 1 << 16
END_WITHIN_S = 1.0  # of a process that has hung up, with all of its memory to give back


def main() -> None:
    """Prepare, report, then serve until the grader hangs up."""
    control = socket.socket(fileno=CONFIG["control"])
    _load_alone(CONFIG["alone"])
    _import_ahead()
    import child
    import landlock
    import syscalls

    _warm_up()
    syscalls.prctl(PR_SET_CHILD_SUBREAPER, 1)
    syscalls.prctl(PR_SET_DUMPABLE, 0)
    abi = landlock.abi()
    layers = [name for name in CONFIG["layers"] if name != "landlock" or abi]
    settings = child.Settings(
        layers=tuple(layers),
        ruleset=landlock.make_ruleset(_readable()) if "landlock" in layers else None,
        zygote_pid=os.getpid(),
        **CONFIG["limits"],
    )
    for path in (CONFIG["inside"], *CONFIG["libraries"]):
        sys.path.remove(path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "msgpack"]:
        del sys.modules[name]  # of this machine's libraries, learners' code has numpy alone
    sys.argv[:] = [""]
    gc.collect()
    gc.freeze()  # children then do not copy these pages only to count references
    control.send(json.dumps({"ready": True, "layers": layers, "landlock_abi": abi}).encode())
    _serve(control, settings)


def _load_alone(files: dict[str, str]) -> None:
    """Make files of the learner's tool importable by these names, without their packages."""
    for name, path in files.items():
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)


def _import_ahead() -> None:
    for name in NUMPY_PARTS.split() + STANDARD_LIBRARY.split():
        # Another Python or numpy may lack one of them; learners' code then meets the same.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _warm_up() -> None:
    import guards
    import numpy as np
    import rules
    import verdict
    import wire

    guards.members()
    for rule in WARM_UP_RULES * 3:
        rules.find_violation(WARM_UP, "second", rule)
        verdict.is_untouched(WARM_UP, WARM_UP, "second")
        with guards.active(rule):
            wire.loads(wire.dumps([[np.eye(3), 1.5, "text"], {"key": (1, 2)}]))
        np.linalg.svd(np.eye(4) @ np.ones((4, 3)))


def _readable() -> list[str]:
    """Return what learners' code may read: the standard library and numpy, and nothing beside.

    The standard library's folder may hold site-packages, where the course itself could be
    installed with its tests and solutions, so its entries are listed one by one.
    """
    import numpy

    library = os.path.dirname(os.__file__)
    private = {"site-packages", "dist-packages"}
    paths = [os.path.join(library, entry) for entry in os.listdir(library) if entry not in private]
    package = os.path.dirname(numpy.__file__)
    paths += [package, f"{package}.libs"]
    return [path for path in paths if os.path.exists(path)]


def _serve(control: socket.socket, settings: Any) -> None:
    import child

    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 2)
        if not message:
            os._exit(0)
        request = json.loads(message)
        if request["op"] == "reap":
            ended = _reap(request["pid"], may_be_ending=request["hung_up"])
            control.send(json.dumps(ended).encode())
            continue
        pid = os.fork()
        if pid == 0:
            try:
                child.main(descriptors[0], descriptors[1], settings)
            finally:
                os._exit(child.SANDBOX_FAILED)
        for descriptor in descriptors:
            os.close(descriptor)
        control.send(json.dumps({"pid": pid}).encode())


def _reap(pid: int, *, may_be_ending: bool) -> dict[str, Any]:
    """End a child and everything that it may have left behind."""
    was_over = _is_over(pid, END_WITHIN_S if may_be_ending else 0.0)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return {
        "status": status,
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "max_rss_kib": usage.ru_maxrss,
        "orphans": _sweep(),
        "was_over": was_over,
    }


def _is_over(pid: int, within_s: float) -> bool:
    """Tell whether a child ends without our doing; the kernel closes its socket a little before."""
    deadline = time.monotonic() + within_s
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.001)
    return True


def _sweep() -> int:
    """Kill processes that a child started and that were handed to us; return how many."""
    found = 0
    deadline = time.monotonic() + 5
    while (orphans := _children()) and time.monotonic() < deadline:
        for orphan in orphans:
            found += 1
            with contextlib.suppress(ProcessLookupError):
                os.kill(orphan, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(orphan, 0)
    return found


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
            return [int(text) for text in file.read().split()]
    except OSError:  # a kernel built without that file; seccomp refuses new processes anyway
        return []


if __name__ == "__main__":
    main()
