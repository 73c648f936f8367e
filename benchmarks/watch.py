"""`kata watch`: from the save of a file to the verdict on the terminal."""

from __future__ import annotations

import os
import pty
import select
import sys
import tempfile
import time
from pathlib import Path

from measure import spread

from grader.authoring.release import release

STUB = 'raise NotImplementedError("dot is yours to write")'
N_SAVES = 30
PATIENCE_S = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / "copy"
        release(copy)
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(copy)
            os.environ.update(TERM="xterm", LINES="24", COLUMNS="80", PYTHONPATH=str(copy))
            os.execv(sys.executable, [sys.executable, "-m", "kata", "watch"])
        wait_for(terminal, "to do")
        file = copy / "week1" / "vectors.py"
        given = file.read_text(encoding="utf-8")
        seconds = []
        for number in range(N_SAVES + 1):
            wrong = 1000.5 + number  # a result that is on the screen only after this save
            text = given.replace(STUB, f"return {wrong}")
            start = time.perf_counter()
            file.write_text(text, encoding="utf-8")
            wait_for(terminal, f"{wrong}")
            seconds.append(time.perf_counter() - start)
            time.sleep(0.3)  # as no one saves faster
        os.write(terminal, b"q")
        os.waitpid(pid, 0)
    print(f"save to verdict, first    {seconds[0] * 1e3:8.2f} ms")
    print(f"save to verdict, then    {spread(seconds[1:])}")


def wait_for(terminal: int, text: str) -> None:
    """Read what the terminal shows until a text is there."""
    shown = b""
    end = time.perf_counter() + PATIENCE_S
    while text.encode() not in shown:
        try:
            is_late = not select.select([terminal], [], [], end - time.perf_counter())[0]
            shown += b"" if is_late else os.read(terminal, 65536)
        except OSError:  # the command has ended
            is_late = True
        if is_late:
            raise SystemExit(f"{text!r} was not shown, but:\n{shown.decode()}")


if __name__ == "__main__":
    main()
