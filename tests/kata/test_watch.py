"""`kata watch` as a learner sees it: in a terminal of 24 lines and 80 columns."""

import os
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from exercises.catalogue import load_catalogue
from grader.course import ROOT
from kata.state import load_state
from tests.kata.test_plugin import DOT, NORM, STUB, VECTORS
from tests.kata.test_watch_parts import root

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

__all__ = ["root"]

LINES, COLUMNS = 24, 80
PATIENCE_S = 60
UNSOLVED = "\n".join(STUB.format(name=name) for name in ("dot", "norm", "extra"))
WRONG_DOT = DOT.replace("u * v", "u + v")
REST = STUB.format(name="norm") + STUB.format(name="extra")


class Terminal:
    """A terminal in which `kata watch` runs."""

    def __init__(self, folder, *argv, **environment):
        self.folder = folder
        self.shown = ""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            new = {"TERM": "xterm", "PYTHONPATH": str(ROOT), **environment}
            old = {k: v for k, v in os.environ.items() if k not in ("LINES", "COLUMNS", "NO_COLOR")}
            # The width must be there before the first line is.
            fcntl.ioctl(0, termios.TIOCSWINSZ, _window(LINES, COLUMNS))
            # With all of the environment: readline sets lines and columns behind Python's back.
            command = [sys.executable, "-m", "kata", "watch", *argv]
            os.execve(sys.executable, command, {**old, **new})
        self.attributes = termios.tcgetattr(self.descriptor)

    def read(self, seconds):
        """Take in what is shown; return whether there was anything."""
        if not select.select([self.descriptor], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # Linux says so that the other side is gone
            return False
        self.shown += data.decode("utf-8", errors="replace")
        return bool(data)

    @property
    def frame(self):
        """The lines of the last picture, without codes."""
        last = self.shown.split("\x1b[H")[-1]
        return re.sub(r"\x1b\[[0-9;]*[mKJ]", "", last).replace("\r", "").split("\n")

    def waits_for(self, *texts):
        """Read until the last picture has all of the texts."""
        end = time.monotonic() + PATIENCE_S
        while not all(text in "\n".join(self.frame) for text in texts):
            if time.monotonic() > end:
                raise AssertionError(f"{texts} not in\n" + "\n".join(self.frame))
            self.read(0.1)
        while self.read(0.05):  # the picture may not be whole
            pass
        assert len(self.frame) <= LINES
        assert max(map(len, self.frame)) <= COLUMNS

    def types(self, keys):
        os.write(self.descriptor, keys.encode())

    def saves(self, text, name="week1/vectors.py"):
        (self.folder / name).write_text(text, encoding="utf-8")

    def ends(self):
        """Return how the command has ended."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            self.read(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = None
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it goes on")

    def close(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)
            self.ends()
        os.close(self.descriptor)


def record(root, name):
    """Return what the learner's state says of an exercise."""
    (exercise,) = load_catalogue(root / "exercises").exercises_named(name)
    return load_state(root).of(exercise)


def _window(lines, columns):
    return lines.to_bytes(2, sys.byteorder) + columns.to_bytes(2, sys.byteorder) + bytes(4)


@pytest.fixture
def watch(root):
    """Return what starts `kata watch` on unsolved katas."""
    terminals = []

    def start(*argv, vectors=UNSOLVED, **environment):
        (root / "week1/vectors.py").write_text(vectors, encoding="utf-8")
        terminals.append(Terminal(root, *argv, **environment))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


class TestTheLoop:
    def test_save_see_go_on(self, watch, root):
        terminal = watch()
        terminal.waits_for("· to do", "(1, 2) times (3, 4) is 11.")
        assert terminal.frame == [
            "week1 ██████░░░░░░░░░░░░░░ 1 of 3 done, 4/9 points",
            "",
            "dot: Dot product *",
            "week1/vectors.py:2",
            "",
            "· to do",
            "  first  (1, 2) times (3, 4) is 11.",
            "",
            "n next  p previous  h hint  l list  r rerun  o open  ? all keys  q quit",
        ]
        terminal.saves(WRONG_DOT + REST)
        terminal.waits_for("✗ dot", "expected  11", "got       10", "0 of 2 tests pass")
        terminal.saves(DOT + REST)
        terminal.waits_for("✓ dot is done: 2 points.", "norm: Norm *", "2 of 3 done", "· to do")
        # Back to what is done: it is shown, and nobody is sent on.
        terminal.types("p")
        terminal.waits_for("✓ done: all 2 tests pass", "dot: Dot product")
        terminal.saves(DOT + NORM + STUB.format(name="extra"))
        terminal.waits_for("✓ norm is done: 3 points. week1 is complete", "left: 1.")
        terminal.waits_for("extra: Extra *, a bonus")
        terminal.saves(VECTORS)
        terminal.waits_for("All of it is done", "kata show nanogpt")
        terminal.types("q")
        assert terminal.ends() == 0
        exercises = ("dot", "norm", "extra", "counter")
        assert [record(root, name).status for name in exercises] == ["passed"] * 4

    def test_nothing_that_code_does_ends_it(self, watch):
        terminal = watch()
        terminal.waits_for("· to do")
        body = "return float(np.sum(u * v))"
        terminal.saves((DOT + REST).replace(body, "import os; os._exit(3)"))
        terminal.waits_for("Python itself ended with exit status 3", "or need more memory")
        terminal.saves((DOT + REST).replace(body, "exit()"))
        terminal.waits_for("raised    SystemExit")
        terminal.saves((DOT + REST).replace(body, "while True: pass"))
        terminal.waits_for("running its tests ...")
        terminal.saves((DOT + REST).replace(body, "return (("))
        terminal.waits_for("SyntaxError: '(' was never closed", "✗ week1/vectors.py")
        terminal.saves(DOT + REST)
        terminal.waits_for("✓ dot is done")

    def test_editors_save_in_odd_ways(self, watch, root):
        terminal = watch()
        terminal.waits_for("· to do")
        other = root / "week1/vectors.py~"
        other.write_text(WRONG_DOT + REST, encoding="utf-8")
        other.replace(root / "week1/vectors.py")
        terminal.waits_for("got       10")
        terminal.saves("")
        terminal.saves(WRONG_DOT.replace("u + v", "u - v") + REST)
        terminal.waits_for("got       -4")
        (root / "week1/vectors.py").rename(root / "week1/vectors.bak")
        time.sleep(0.05)
        terminal.saves(DOT + REST)
        terminal.waits_for("✓ dot is done")
        (root / "week1/vectors.py").unlink()
        terminal.waits_for("week1/vectors.py is missing")

    def test_another_exercise_is_followed_to_where_it_was_changed(self, watch):
        terminal = watch(vectors=DOT + REST)
        terminal.waits_for("norm: Norm *")
        terminal.saves(DOT + STUB.format(name="norm") + "def extra(x):\n    return 2\n")
        terminal.waits_for("extra: Extra *, a bonus", "✗ extra")
        terminal.saves(WRONG_DOT + STUB.format(name="norm") + "def extra(x):\n    return 2\n")
        terminal.waits_for("✗ dot — (1, 2) times (3, 4) is 11.")
        terminal.types("n")
        terminal.waits_for("norm: Norm *", "✗ dot was done, and is wrong now")

    def test_tests_that_were_changed_count(self, watch, root):
        terminal = watch(vectors=DOT + REST)
        terminal.waits_for("norm: Norm *")
        terminal.types("p")
        terminal.waits_for("✓ done: all 2 tests pass")
        tests = (root / "week1/test_vectors.py").read_text(encoding="utf-8")
        terminal.saves(tests.replace("11.0", "12.0"), "week1/test_vectors.py")
        terminal.waits_for("expected  12")

    def test_polling(self, watch):
        terminal = watch("--poll")
        terminal.waits_for("· to do")
        terminal.saves(WRONG_DOT + REST)
        terminal.waits_for("got       10")

    def test_polling_sees_a_second_save_within_a_second(self, watch, root):
        terminal = watch("--poll")
        terminal.waits_for("· to do")
        path, new = root / "week1/vectors.py", root / "vectors.new"
        new.write_text(WRONG_DOT + REST, encoding="utf-8")
        seconds, ns = divmod(path.stat().st_mtime_ns, 10**9)
        same_second = seconds * 10**9 + (ns + 5 * 10**8) % 10**9
        os.utime(new, ns=(same_second, same_second))
        new.replace(path)
        terminal.waits_for("got       10")


class TestKeys:
    def test_all_keys(self, watch, root):
        terminal = watch(vectors=DOT + REST, VISUAL="true")
        terminal.waits_for("norm: Norm *", "· to do")
        terminal.types("?")
        terminal.waits_for("  h  a hint; again: a bigger one", "  q  quit")
        for key in "npsrlxo?":
            assert any(line.startswith(f"  {key}  ") for line in terminal.frame)
        terminal.types("h")
        terminal.waits_for("Hint 1 of 2:", "Still stuck? h again.")
        terminal.types("h")
        terminal.waits_for("Hint 2 of 2:")
        assert record(root, "norm").hints == 2
        terminal.types("l")
        terminal.waits_for(" ✓ dot", ">· norm", " ✓ counter")
        terminal.types("n")
        terminal.waits_for("extra: Extra *, a bonus")
        terminal.types("\x1b[A")
        terminal.waits_for("norm: Norm *")
        terminal.types("s")
        terminal.waits_for("There is nothing to show of norm.")
        terminal.types("z")
        terminal.waits_for("? shows all keys.")
        terminal.types("o")
        terminal.waits_for("· to do")
        terminal.types("r")
        terminal.waits_for("norm: Norm *", "· to do")
        terminal.types("nnn")
        terminal.waits_for("This is the last.")

    def test_reset_asks_first(self, watch, root):
        terminal = watch(vectors=WRONG_DOT + REST)
        terminal.waits_for("got       10")
        terminal.types("x")
        terminal.waits_for("Reset dot to what was given?")
        terminal.types("n")
        terminal.waits_for("Nothing was reset.", "got       10")
        terminal.types("xy")
        terminal.waits_for("as it was given is not in exercises/given.zip")
        assert "u + v" in (root / "week1/vectors.py").read_text(encoding="utf-8")


class TestTheTerminal:
    @pytest.mark.parametrize(
        ("end", "status"), [("q", 0), ("\x03", 0), ("SIGTERM", 128 + signal.SIGTERM)]
    )
    def test_it_is_as_it_was_on_every_way_out(self, watch, end, status):
        terminal = watch()
        terminal.waits_for("· to do")
        during = termios.tcgetattr(terminal.descriptor)
        assert not during[3] & termios.ICANON
        if end == "SIGTERM":
            os.kill(terminal.pid, signal.SIGTERM)
        else:
            terminal.types(end)
        assert terminal.ends() == status
        assert "Traceback" not in terminal.shown
        assert termios.tcgetattr(terminal.descriptor) == terminal.attributes

    def test_ctrl_z_gives_the_terminal_back_and_takes_it_again(self, watch):
        terminal = watch()
        terminal.waits_for("· to do")
        terminal.types("\x1a")
        _, status = os.waitpid(terminal.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert termios.tcgetattr(terminal.descriptor) == terminal.attributes
        terminal.shown = ""
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.waits_for("· to do")  # drawn anew
        terminal.types("h")
        terminal.waits_for("Hint 1 of 2:")

    def test_a_picture_is_drawn_over_the_one_before_without_a_flicker(self, watch):
        terminal = watch()
        terminal.waits_for("· to do")
        terminal.types("h")
        terminal.waits_for("Hint 1 of 2:")
        assert terminal.shown.count("\x1b[2J") == 1

    def test_no_color(self, watch):
        terminal = watch(NO_COLOR="1")
        terminal.waits_for("· to do")
        assert not re.search(r"\x1b\[[0-9;]*m", terminal.shown)

    def test_a_terminal_that_knows_few_signs(self, watch):
        terminal = watch(PYTHONIOENCODING="ascii")
        terminal.waits_for("week1 ######.............. 1 of 3 done", "- to do")
        assert terminal.shown.isascii()

    @pytest.mark.parametrize(("argv", "term"), [((), "dumb"), (("--plain",), "xterm")])
    def test_lines_only(self, watch, argv, term):
        terminal = watch(*argv, TERM=term)
        terminal.waits_for("· to do")
        terminal.saves(DOT + REST)
        terminal.waits_for("✓ dot is done", "norm: Norm *", "· to do")
        assert "\x1b" not in terminal.shown
        assert terminal.shown.count("dot: Dot product") == 1

    def test_only_what_fits_is_shown(self, watch):
        long = "print('\\n'.join('abcdefgh'))\n    return 1"
        terminal = watch(vectors=(DOT + REST).replace("return float(np.sum(u * v))", long))
        terminal.waits_for("... more, in a taller window, or: pytest week1 -k dot")
        fcntl.ioctl(terminal.descriptor, termios.TIOCSWINSZ, _window(12, 60))
        end = time.monotonic() + PATIENCE_S
        while not (len(terminal.frame) <= 12 and "q quit" not in terminal.frame[-1]):
            assert time.monotonic() < end, "\n".join(terminal.frame)
            terminal.read(0.1)
        assert max(map(len, terminal.frame)) <= 60

    @pytest.mark.parametrize("argv", [[], ["week1"], ["vectors"], ["dot"]])
    def test_without_one_it_says_what_to_use_instead(self, root, argv):
        done = subprocess.run(
            [sys.executable, "-m", "kata", "watch", *argv],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 2
        assert done.stderr == (
            "kata: watch needs a terminal; here, after each save: pytest week1\n"
        )
