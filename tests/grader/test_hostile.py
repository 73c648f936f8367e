"""Attacks on the sandbox, the grader and the verdicts.

Each file in `hostile/` is a learner's module: the references come first, then the attack, which
redefines `neuron` or acts while it is imported. `neuron` is used by no other exercise and has no
from-scratch rules, so the other seven show whether an attack reaches further than itself. An
attack that works returns the right result, so that a hole shows as points.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.course import ROOT, Course
from grader.errors import SandboxError
from grader.sandbox import launcher
from grader.sandbox.arguments import Arguments
from grader.sandbox.faults import BadAnswer, CallTimedOut, ChildCrashed
from grader.sandbox.limits import Limits
from grader.sandbox.sandbox import Sandbox
from grader.sandbox.source import Source
from tests.grader.test_cluster import Machines

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="grading needs Linux")

HERE = Path(__file__).resolve().parent
HOSTILE = HERE / "hostile"
ATTACKS = sorted(path.stem for path in HOSTILE.glob("[a-z]*.py"))
FIELD = re.compile(r"# (attack|from|neuron|others): (.+)")
MARKER = "kata-hostile-marker"
CANARY = f"zz{random.SystemRandom().randrange(10**12)}zz"
PLACES = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))
SYSV_KEY = 0x6B617461
PARTS = 3
LONG_S = 90.0  # far more than any attack takes, on a very busy machine
MODES = {"none": (), "full": ("user", "landlock", "seccomp"), "no files": ("user", "seccomp")}
# Few, and each ends in another place: for runs in a second setting.
CORE = ["fork_bomb", "kill_all", "kill_parent", "ptrace_parent", "process_memory", "network"]
CORE += ["limits_of_others", "read_solutions", "read_proc", "read_system_files", "write_files"]
CORE += ["odd_system_calls", "exit_in_call", "forged_pass", "frame_walk", "shared_memory"]
# For each way to run; with KATA_ALL_ATTACKS in the environment, all of them (minutes).
FEW = ["exit_in_call", "forged_pass"]
IN_EACH_MODE = ATTACKS if "KATA_ALL_ATTACKS" in os.environ else FEW


@dataclass(frozen=True)
class Attack:
    """What a hostile file says of itself."""

    name: str
    neuron: tuple[str, ...]
    others: tuple[str, ...]


def read_attack(name: str) -> Attack:
    head = (HOSTILE / f"{name}.py").read_text(encoding="utf-8").split("\n", 4)[:4]
    fields = dict(FIELD.fullmatch(line).groups() for line in head)
    assert list(fields) == ["attack", "from", "neuron", "others"]
    return Attack(name, tuple(fields["neuron"].split(", ")), tuple(fields["others"].split(", ")))


@dataclass(frozen=True)
class Run:
    """What was seen of a class of hostile learners."""

    report: dict[str, Any]
    output: str
    exit_status: int
    folder: Path
    marker: int


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "KATA_CANARY": CANARY}


def start_class(
    folder: Path,
    names: list[str],
    python: str = sys.executable,
    mode: str = "full",
    **options: Any,
) -> tuple[subprocess.Popen[str], int]:
    folder.mkdir(parents=True, exist_ok=True)
    secret = folder / "secret.txt"
    secret.write_text(CANARY, encoding="utf-8")
    marker = random.SystemRandom().randrange(250_000, 262_144)
    command = [python, "-B", str(HERE / "hostile_class.py"), str(folder / "out.json")]
    process = subprocess.Popen(
        [*command, str(marker), mode, *names],
        cwd=folder,
        env={**environment(), "KATA_CANARY_FILE": str(secret)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    return process, marker


def finish(process: subprocess.Popen[str], marker: int, folder: Path) -> Run:
    try:
        output, _ = process.communicate(timeout=600)
    finally:
        process.kill()
    out = folder / "out.json"
    report = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    return Run(report, output, process.returncode, folder, marker)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Grade all attacks, a third of them in each of three processes: some only wait."""
    started = []
    for part in range(PARTS):
        folder = tmp_path_factory.mktemp("hostile") / f"part{part}"
        started.append((*start_class(folder, ATTACKS[part::PARTS]), folder))
    return [finish(*one) for one in started]


@pytest.fixture(scope="module")
def graded(runs: list[Run]) -> dict[str, Any]:
    return {name: run.report[name] for run in runs for name in run.report if name in ATTACKS}


def processes_of(marker: int) -> list[str]:
    """Return the zygotes of a run and whatever was forked from them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            text = path.read_bytes().decode("utf-8", "replace")
            if f'"output_bytes": {marker}' in text:
                found.append(f"{path.parent.name}: {text}")
    return found


class TestAttacks:
    def test_the_run_ends_well(self, runs):
        for run in runs:
            assert run.exit_status == 0, run.output
            assert run.output == ""
            assert run.report["honest at the end"]["score"] == 20

    @pytest.mark.parametrize("name", ATTACKS)
    def test_earns_nothing(self, graded, name):
        attack, result = read_attack(name), graded[name]["exercises"]["neuron"]
        assert result["status"] in attack.neuron, result["why"]
        assert result["score"] == 0

    @pytest.mark.parametrize("name", ATTACKS)
    def test_reaches_no_other_exercise(self, graded, name):
        attack = read_attack(name)
        for result in graded[name]["exercises"].values():
            if result["module"] != "vectors" or result["exercise"] == "neuron":
                continue
            assert result["status"] in attack.others, result["why"]
            if attack.others == ("passed",):
                assert result["score"] == result["points"]

    @pytest.mark.parametrize("name", ATTACKS)
    def test_reaches_no_other_learner(self, graded, name):
        assert graded[name]["honest"] == ["passed"] * 3

    @pytest.mark.parametrize("name", ATTACKS)
    def test_tells_no_secret(self, graded, name):
        text = graded[name]["text"]
        assert CANARY not in text
        assert graded[name]["told"] == []  # numbers of the hidden inputs
        whys = [result["why"] for result in graded[name]["exercises"].values()]
        assert all(why.isprintable() and len(why) < 1000 for why in whys)

    @pytest.mark.parametrize("name", ATTACKS)
    def test_is_over_in_time(self, graded, name):
        assert graded[name]["seconds"] < LONG_S

    def test_the_grader_stays_small(self, graded):
        assert max(result["memory_mib"] for result in graded.values()) < 600

    def test_leaves_no_process(self, runs):
        deadline = time.monotonic() + 20
        while (left := [p for run in runs for p in processes_of(run.marker)]) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.2)
        assert left == []

    def test_leaves_no_file(self, runs):
        for run in runs:
            assert {path.name for path in run.folder.iterdir()} == {"secret.txt", "out.json"}
        left = [path for place in PLACES if place.is_dir() for path in place.glob(f"*{MARKER}*")]
        left += HOSTILE.rglob(f"*{MARKER}")
        assert left == []

    def test_leaves_no_shared_memory(self, runs):
        for kind in ("shm", "sem", "msg"):
            path = Path("/proc/sysvipc") / kind
            if path.exists():
                assert str(SYSV_KEY) not in path.read_text(encoding="ascii")


class TestModes:
    """Attacks where no file can be read, for want of Landlock, and in runs by workers.

    After each of them comes an honest submission; two workers share all of them.
    """

    def test_without_landlock(self, tmp_path):
        self.check(tmp_path, "no files")

    def test_two_workers(self, tmp_path):
        self.check(tmp_path, "jobs")

    def test_a_cluster(self, tmp_path):
        machines = Machines(tmp_path)
        machines.start_scheduler()
        machines.start_worker("--no-nanny", "--nthreads", "2")
        try:
            self.check(tmp_path / "class", machines.address)
        finally:
            machines.close()

    def check(self, folder: Path, mode: str) -> None:
        run = finish(*start_class(folder, IN_EACH_MODE, mode=mode), folder)
        # Of a machine that is busy the run may be ready before its worker.
        output = re.sub(r"\Athere is no worker to grade; waiting 300 s for one\n", "", run.output)
        assert (run.exit_status, output) == (0, "")
        for name in IN_EACH_MODE:
            found, attack = run.report[name], read_attack(name)
            assert "troubles" not in found, (name, found)
            exercises = found["exercises"]
            assert exercises["neuron"]["status"] in attack.neuron, name
            assert exercises["neuron"]["score"] == 0, name
            assert exercises["dot"]["status"] in attack.others, name
            assert set(found["honest"]) == {"passed"}, name
            assert found["told"] == []
            assert CANARY not in found["text"]
        wait_for(lambda: None if processes_of(run.marker) else True)


class TestOrdinaryUser:
    def test_the_core_of_the_attacks_fails_too(self, tmp_path):
        """Where the grader is no root, only seccomp and Landlock stand between."""
        if os.geteuid() != 0:
            pytest.skip("this is an ordinary user already")
        python = _python_for_everyone()
        if python is None:
            pytest.skip("no Python with numpy and pytest that every user can read")
        nobody = pwd.getpwnam("nobody")
        folder = Path("/tmp") / f"kata-nobody-{os.getpid()}"
        folder.mkdir()
        try:
            (folder / "secret.txt").touch()
            for path in (folder, folder / "secret.txt"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
            options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            run = finish(*start_class(folder, CORE, python, **options), folder)
            assert run.exit_status == 0, run.output
            for name in CORE:
                result = run.report[name]["exercises"]["neuron"]
                assert result["status"] in read_attack(name).neuron, (name, result["why"])
                assert result["score"] == 0, name
                assert run.report[name]["honest"] == ["passed"] * 3
                assert run.report[name]["told"] == []
                assert CANARY not in run.report[name]["text"]
            assert processes_of(run.marker) == []
        finally:
            shutil.rmtree(folder)


def _python_for_everyone() -> str | None:
    """Return a Python that nobody can run the grader with; KATA_NOBODY_PYTHON may name one."""
    modules = "pytest, numpy, grader.judging.verdicts"
    check = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {modules}"
    nobody = pwd.getpwnam("nobody")
    for python in (os.environ.get("KATA_NOBODY_PYTHON"), sys.executable):
        if python is None:
            continue
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            command = [python, "-B", "-c", check]
            options: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid}
            subprocess.run(command, check=True, capture_output=True, cwd="/", **options)
            return python
    return None


class TestRun:
    """The command line, with the limits that learners meet."""

    def test_a_hostile_class(self, tmp_path):
        submitted, grades = tmp_path / "submitted", tmp_path / "grades"
        names = ["exit_as_sandbox", "forged_sandbox_failure_at_import", "change_arguments"]
        names += ["odd_exceptions", "leak_by_exception", "printed_verdict"]
        for name in ("aaa", *names, "zzz"):
            write_submission(submitted / name, "" if name in ("aaa", "zzz") else attack_text(name))
        done = run_grader(submitted, grades)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        totals = dict(line.split(",")[:2] for line in (grades / "grades.csv").read_text().split())
        assert totals["aaa"] == totals["zzz"] == all_points()
        assert totals["exit_as_sandbox"] == all_points(without=("neuron",))
        assert totals["change_arguments"] == all_points(without=("neuron",))
        others = all_points(without=("vectors",))
        assert totals["forged_sandbox_failure_at_import"] == others
        for path in grades.rglob("*.json"):
            assert CANARY not in path.read_text(encoding="utf-8")

    def test_without_a_sandbox_nothing_is_graded(self, tmp_path):
        """Where confinement is not what it should be, the run ends with status 2 and says why."""
        write_submission(tmp_path / "submitted" / "ada", "")
        script = (
            "import sys, grader.run, grader.cli\n"
            "grader.run.ALL_LAYERS = ('user', 'landlock')\n"
            "sys.exit(grader.cli.main(sys.argv[1:]))"
        )
        command = [sys.executable, "-B", "-c", script, "run", str(tmp_path / "submitted")]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / "grades")],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert "the sandbox on this machine would let code" in done.stderr
        assert "open a network socket" in done.stderr
        assert "--unsafe-no-sandbox" in done.stderr
        assert not list((tmp_path / "grades").rglob("*.json"))

    def test_a_zygote_killed_in_mid_call_costs_nobody_points(self, tmp_path):
        def kill(zygote: int) -> None:
            wait_for(lambda: child_of(zygote, ""))
            time.sleep(0.3)
            os.kill(zygote, signal.SIGKILL)

        self.grade_and(kill, tmp_path)

    def test_a_child_killed_from_outside_costs_nobody_points(self, tmp_path):
        def kill(zygote: int) -> None:
            wait_for(lambda: child_of(zygote, ""))
            time.sleep(0.3)
            os.kill(wait_for(lambda: child_of(zygote, "")), signal.SIGKILL)

        self.grade_and(kill, tmp_path)

    def grade_and(self, disturb: Callable[[int], None], folder: Path) -> None:
        """Grade a quick learner, disturb the zygote while a slow one is graded, and go on."""
        write_submission(folder / "submitted" / "ada", "")
        write_submission(folder / "submitted" / "bob", SLOW)
        command = [sys.executable, "-B", "-m", "grader", "run", str(folder / "submitted")]
        process = subprocess.Popen(
            [*command, "--jobs", "1", "--out", str(folder / "grades")],
            env=environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            ada = folder / "grades" / "results" / "ada" / "week1.json"
            wait_for(lambda: True if ada.exists() else None)
            worker = wait_for(lambda: child_of(process.pid, "spawn_main"))
            disturb(wait_for(lambda: child_of(worker, "zygote.py")))
            _, errors = process.communicate(timeout=LONG_S)
        finally:
            process.kill()
        assert process.returncode == 0, errors
        grades = (folder / "grades" / "grades.csv").read_text(encoding="utf-8")
        assert [line.split(",")[1] for line in grades.split()[1:]] == [all_points()] * 2


SLOW = """

import time

right = neuron


def neuron(x, w, b):
    time.sleep(0.2)
    return right(x, w, b)
"""


def attack_text(name: str) -> str:
    parts = ["", *((HOSTILE / f"{n}.py").read_text(encoding="utf-8") for n in ("_tools", name))]
    return "\n\n".join(parts)


def write_submission(learner: Path, attack: str) -> None:
    course = Course()
    week = course.catalogue.week("week1")
    (learner / "week1").mkdir(parents=True)
    for module in week.modules:
        text = course.read(course.layout.reference(module))
        text += attack if module.name == "vectors" else ""
        (learner / "week1" / f"{module.name}.py").write_text(text, encoding="utf-8")


def run_grader(submitted: Path, grades: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", "-m", "grader", "run", str(submitted), "--out", str(grades)]
    return subprocess.run(
        [*command, "--week", "week1"],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def child_of(parent: int, command: str) -> int | None:
    """Return a child process whose command line holds a text."""
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError):
            stat = (path / "stat").read_text(encoding="utf-8", errors="replace")
            if int(stat.rpartition(")")[2].split()[1]) != parent:
                continue
            if command in (path / "cmdline").read_bytes().decode("utf-8", "replace"):
                return int(path.name)
    return None


def wait_for(look: Any) -> Any:
    deadline = time.monotonic() + 60
    while (found := look()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(call_cpu_s=2.0, call_idle_s=2.0, call_wall_s=4.0)) as sandbox:
        yield sandbox


def source(text: str, *objects: str) -> Source:
    return Source("week1", "attack", text, objects=objects or ("f",))


SLEEPER = "import time\ndef f():\n    time.sleep(20)\ndef g():\n    return 1\n"


class TestLostProcesses:
    def test_a_child_killed_in_mid_call(self, sandbox):
        start = time.monotonic()
        with sandbox.spawn(source(SLEEPER)) as child:
            child.load()
            threading.Timer(0.3, os.kill, (child.pid, signal.SIGKILL)).start()
            with pytest.raises(ChildCrashed, match="killed from outside"):
                child.call("f", Arguments((), {}))
            assert child.was_killed
            with pytest.raises(ChildCrashed):
                child.call("g", Arguments((), {}))
        assert time.monotonic() - start < 30
        assert answer(sandbox, SLEEPER, "g") == 1

    def test_a_zygote_killed_in_mid_call(self, sandbox):
        start = time.monotonic()
        with sandbox.spawn(source(SLEEPER)) as child:
            child.load()
            zygote = sandbox.zygote.process
            threading.Timer(0.3, zygote.kill).start()
            with pytest.raises(SandboxError):
                child.call("f", Arguments((), {}))
            wait_for(lambda: None if is_running(child.pid) else True)
        assert time.monotonic() - start < 90
        sandbox.restart()
        assert sandbox.zygote.process.pid != zygote.pid
        assert answer(sandbox, SLEEPER, "g") == 1

    def test_a_zygote_lost_between_two_children(self, sandbox):
        sandbox.zygote.process.kill()
        with pytest.raises(SandboxError):
            sandbox.spawn(source(SLEEPER))
        assert answer(sandbox, SLEEPER, "g") == 1  # the next one has a new zygote

    def test_children_die_with_the_sandbox(self):
        with Sandbox() as sandbox:
            child = sandbox.spawn(source(SLEEPER))
        wait_for(lambda: None if is_running(child.pid) else True)
        child.close()


def all_points(*, without: tuple[str, ...] = ()) -> str:
    """Return what week 1 is worth without some exercises or modules, as grades.csv writes it."""
    week = Course().catalogue.week("week1")
    assert week is not None
    kept = [e for e in week.exercises if e.name not in without and e.module not in without]
    return str(float(sum(exercise.points for exercise in kept)))


def answer(sandbox: Sandbox, text: str, name: str, *args: Any) -> Any:
    with sandbox.spawn(source(text, name)) as child:
        child.load()
        return child.call(name, Arguments(args, {}))


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


class TestProbe:
    @pytest.mark.parametrize(
        ("layers", "hole"),
        [
            (("user", "landlock"), "open a network socket"),
            (("landlock",), "start a process"),
        ],
    )
    def test_names_what_is_open(self, layers, hole):
        with Sandbox(layers=layers) as sandbox:
            if "landlock" in layers and not sandbox.zygote.landlock_abi:
                pytest.skip("this kernel has no Landlock")
            with pytest.raises(SandboxError, match="would let code") as error:
                sandbox.prove()
            assert hole in str(error.value)

    def test_one_layer_alone_is_not_enough(self):
        with Sandbox(layers=("user",)) as sandbox, pytest.raises(SandboxError):
            sandbox.prove()
        (Path("/tmp") / "kata-probe").unlink(missing_ok=True)  # the probe's own, where it may

    @pytest.mark.parametrize("mode", ["full", "no files"])
    def test_is_content_with_a_whole_sandbox(self, mode):
        with Sandbox(layers=MODES[mode]) as sandbox:
            sandbox.prove()

    def test_a_child_that_cannot_be_confined_is_nobodys_fault(self):
        with Sandbox(Limits(files=-5)) as sandbox:
            with pytest.raises(SandboxError):
                sandbox.spawn(source("f = 1"))
            with pytest.raises(SandboxError, match="no sandbox on this machine"):
                sandbox.prove()

    @pytest.mark.parametrize(
        ("module", "fault", "says"),
        [
            (
                "seccomp",
                "def load(program):\n    raise OSError(38, 'no seccomp here')",
                "no seccomp",
            ),
            ("seccomp", "def load(program):\n    pass", "would let code"),
            ("landlock", "def restrict_self(ruleset):\n    raise OSError(1, 'refused')", "refused"),
            # Who clones into a folder that is closed to others has closed the grader's files, too.
            (
                "landlock",
                "def restrict_self(ruleset):\n    pass",
                "would let code (read a file of the grader|list the root folder)",
            ),
            ("landlock", "def make_ruleset(readable):\n    raise OSError(95, 'odd')", "odd"),
            ("limits", "def give_up_root():\n    raise OSError(1, 'user')", "user"),
        ],
    )
    def test_a_layer_that_fails_is_never_left_out(self, monkeypatch, tmp_path, module, fault, says):
        """It is an error that says what is missing, before any learner's code runs."""
        inside = tmp_path / "inside"
        shutil.copytree(launcher.INSIDE, inside, ignore=shutil.ignore_patterns("__pycache__"))
        for path in (tmp_path, inside):
            path.chmod(0o755)
        with (inside / f"{module}.py").open("a", encoding="utf-8") as file:
            file.write(f"\n\n{fault}\n")
        monkeypatch.setattr(launcher, "INSIDE", inside)
        with Sandbox() as sandbox, pytest.raises(SandboxError, match=says):
            sandbox.prove()


class TestSecrets:
    def test_the_zygote_never_saw_them(self, sandbox):
        """What the grader knew before it started a zygote is not in the zygote's memory."""
        secret = "-".join(["canary", CANARY, "memory"])
        held = [secret.encode() * 3, secret]
        sandbox.restart()
        with sandbox.spawn(source("def f(text):\n    return len(text)\n")) as child:
            child.load()
            try:
                pages = list(memory_of(sandbox.zygote.process.pid))
            except PermissionError:
                pytest.skip("only root may look")
            assert not any(secret.encode() in page for page in pages)
            assert any(b"numpy" in page for page in pages)  # it was looked at the right place
            child.call("f", Arguments((secret,), {}))  # only a child sees what it is called with
            pages = list(memory_of(sandbox.zygote.process.pid))
            assert not any(secret.encode() in page for page in pages)
        assert held  # it was in this process's memory all the time

    def test_its_environment_is_bare(self, sandbox, monkeypatch):
        monkeypatch.setenv("KATA_CANARY", CANARY)
        sandbox.restart()
        text = "import os\ndef f():\n    return sorted(os.environ)\n"
        names = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "PYTHONHASHSEED"}
        names |= {"PATH", "LC_ALL", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"}
        assert set(answer(sandbox, text, "f")) <= names


def memory_of(pid: int) -> Iterator[bytes]:
    """Yield the readable memory of a process."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            span, rights = line.split()[:2]
            start, end = (int(text, 16) for text in span.split("-"))
            if "r" not in rights or "[v" in line:
                continue
            with contextlib.suppress(OSError, ValueError, OverflowError):
                mem.seek(start)
                yield mem.read(end - start)


class TestAnswers:
    """What a call may do to the grader's side of it."""

    def test_a_change_of_an_argument_that_is_read_only_here(self, sandbox):
        """It is no ValueError, which a test could take for an honest refusal."""
        import numpy as np

        frozen = np.arange(3.0)
        frozen.flags.writeable = False
        with pytest.raises(BadAnswer):
            answer(sandbox, "def f(a):\n    a[:] = 0\n", "f", frozen)

    def test_a_trickle_of_bytes_is_no_progress(self, sandbox):
        text = "import os, struct, time\ndef f():\n    os.write(3, struct.pack('<II', 999, 99))\n"
        text += "    while True:\n        os.write(3, b'x')\n        time.sleep(0.1)\n"
        with pytest.raises((CallTimedOut, BadAnswer)):
            answer(sandbox, text, "f")

    def test_a_callback_is_bounded(self, sandbox):
        import numpy as np

        text = "import numpy as np\ndef f(g):\n    return g(np.zeros(10**6))\n"
        with pytest.raises(BadAnswer, match="more data than is sensible"):
            answer(sandbox, text, "f", lambda x: np.sum(x))

    def test_a_callback_that_fails_on_our_side_spoils_no_later_call(self, sandbox):
        """The next answer would be to this call, so the child is not used again."""

        def fails(x):
            raise KeyboardInterrupt

        text = "def f(g):\n    return g(1)\ndef h():\n    return 5\n"
        with sandbox.spawn(source(text, "f", "h")) as child:
            child.load()
            with pytest.raises(KeyboardInterrupt):
                child.call("f", Arguments((fails,), {}))
            assert not child.is_alive

    def test_sets_have_the_same_order_in_every_run(self, sandbox):
        """So that a regrade gives the same verdicts, also for code that walks through a set."""
        text = "def f():\n    return list({'oak', 'fir', 'elm', 'ash', 'yew', 'box', 'bay'})\n"
        first = answer(sandbox, text, "f")
        sandbox.restart()
        assert answer(sandbox, text, "f") == first

    def test_a_line_that_is_not_the_learners_is_not_shown(self, sandbox):
        text = "def f():\n    exec(compile('int(\"x\")', 'week1/secret.py', 'exec'), {})\n"
        with pytest.raises(ValueError) as error:
            answer(sandbox, text, "f")
        assert error.value.__notes__ == [
            "week1/attack.py:2: exec(compile('int(\"x\")', 'week1/secret.py', 'exec'), {})"
        ]


HONEST = (HERE / "honest_functions.txt").read_text(encoding="utf-8").splitlines()
HONEST_SOURCE = """
import bisect, cmath, collections, contextlib, copy, csv, dataclasses, datetime, decimal, enum
import fractions, functools, hashlib, heapq, io, itertools, json, logging, math, operator, os
import pprint, random, re, statistics, string, struct, textwrap, time, typing, unicodedata, uuid
import warnings, zlib
import numpy as np
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

A = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
v = np.array([1.0, -2.0, 3.0])
M = np.arange(12.0).reshape(3, 4)

def f(text):
    try:
        return repr(eval(text, globals()))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
"""


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, str]]:
    """Return what honest code gives, by mode."""
    found: dict[str, dict[str, str]] = {}
    for mode, layers in MODES.items():
        with Sandbox(layers=layers) as sandbox, sandbox.spawn(source(HONEST_SOURCE)) as child:
            child.load()
            found[mode] = {text: child.call("f", Arguments((text,), {})) for text in HONEST}
    return found


class TestHonestCode:
    """The walls are invisible to code that computes."""

    @pytest.mark.parametrize("mode", ["full", "no files"])
    def test_computes_the_same(self, results, mode):
        assert len(HONEST) >= 80
        differing = {
            text: (results["none"][text], results[mode][text])
            for text in HONEST
            if results["none"][text] != results[mode][text]
        }
        assert differing == {}

    def test_nothing_fails(self, results):
        failed = [one for one in results["none"].values() if re.match(r"\w*Error: ", one)]
        assert failed == []

    def test_the_modes_are_what_they_say(self):
        with Sandbox(layers=MODES["no files"]) as sandbox:
            text = "import numpy\ndef f():\n    open(numpy.__file__).close()\n"
            with pytest.raises(PermissionError):
                answer(sandbox, text, "f")
            assert "no files" in sandbox.describe()


def test_a_zygote_that_does_not_start_says_why(monkeypatch, tmp_path):
    monkeypatch.setattr(launcher, "INSIDE", tmp_path)
    with pytest.raises(SandboxError, match=r"zygote\.py"):
        _ = launcher.Zygote((), Limits()).layers
