"""The grading process over a pipe: as good as a run, replaced when it must be, gone when closed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.authoring.stubs import write_stubs
from grader.course import ROOT, Course
from grader.intake.submission import File, Submission
from grader.serving import client
from grader.serving.client import Service, ServiceError
from tests.grader.toy import REFERENCE, make_course

SEED = 7
RIGHT = Submission("ada", "week1", {"toys": File(REFERENCE)}, "10 décembre 1815\n", ("a note",))


@pytest.fixture
def own_course(tmp_path: Path) -> Course:
    """Make a toy course that a test may change."""
    toys = make_course(tmp_path / "course")
    write_stubs(toys)
    return toys


@pytest.fixture
def service() -> Iterator[Service]:
    """Start no process yet, and end it later."""
    mine = Service()
    yield mine
    mine.close()


def is_gone(pid: int) -> bool:
    """Wait for the end of a process."""
    for _ in range(400):
        path = Path(f"/proc/{pid}/stat")
        if not path.exists() or path.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def pid_of(service: Service) -> int:
    assert service._process is not None
    return service._process._popen.pid


class TestGrading:
    def test_verdicts_and_notes_arrive_whole(self, course, service):
        graded = service.grade(course, SEED, RIGHT)
        assert (graded.troubles, graded.notes) == ((), RIGHT.notes)
        assert graded.result is not None
        assert (graded.result.score, graded.result.seed) == (7.5, SEED)
        assert graded.result.submitted_at == RIGHT.submitted_at
        assert graded.result.is_confined
        broken = Submission("bob", "week1", {"toys": File(None, "toys.py is not a file")})
        result = service.grade(course, SEED, broken).result
        assert result is not None
        assert {e.status for e in result.exercises} == {"unreadable"}

    def test_what_lies_about_is_not_imported_and_the_environment_is_not_obeyed(
        self, course, service, tmp_path, monkeypatch
    ):
        marker = tmp_path / "marker"
        for name in ("numpy", "exercises", "grader", "pytest", "json", "sitecustomize"):
            (tmp_path / f"{name}.py").write_text(f"open({str(marker)!r}, 'w')")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv("PYTEST_ADDOPTS", "-v")
        monkeypatch.setenv("PYTEST_PLUGINS", "nothing_of_this_name")
        result = service.grade(course, SEED, RIGHT).result
        assert result is not None
        assert result.score == 7.5
        assert not marker.exists()

    def test_the_seed_is_on_no_command_line(self, course, service):
        seed = 123456789123456789
        service.grade(course, seed, RIGHT)
        words = Path(f"/proc/{pid_of(service)}/cmdline").read_bytes()
        assert str(seed).encode() not in words

    def test_a_course_that_cannot_be_graded_is_no_learners_fault(self, own_course, service):
        shutil.rmtree(own_course.root / "tests")
        with pytest.raises(ServiceError, match="toys"):
            service.grade(own_course, SEED, RIGHT)


class TestReplacing:
    def test_an_edited_test_or_reference_is_used_at_once(self, own_course, service):
        assert service.grade(own_course, SEED, RIGHT).result.score == 7.5
        first = pid_of(service)
        assert service.grade(own_course, SEED, RIGHT).result.score == 7.5
        assert pid_of(service) == first
        path = own_course.root / "solutions" / "week1" / "toys.py"
        path.write_text(REFERENCE.replace("np.sum(a * b)", "2 * np.sum(a * b)"))
        assert service.grade(own_course, SEED, RIGHT).result.score == 5.5
        assert is_gone(first)

    def test_one_that_died_is_replaced_and_the_submission_tried_again(self, course, service):
        service.grade(course, SEED, RIGHT)
        service._process._popen.kill()
        graded = service.grade(course, SEED, RIGHT)
        assert graded.result is not None
        assert graded.troubles == ()

    def test_one_that_hangs_is_replaced_and_then_given_up(self, course, service, monkeypatch):
        service.grade(course, SEED, RIGHT)
        monkeypatch.setattr(client, "TRIES", 1)
        monkeypatch.setattr(client, "ANSWER_WITHIN_S", 0.5)
        service._process._popen.send_signal(signal.SIGSTOP)
        pid = pid_of(service)
        graded = service.grade(course, SEED, RIGHT)
        assert graded.result is None
        assert "longer than 0.5 s" in graded.troubles[0]
        assert is_gone(pid)

    def test_after_an_interrupt_no_old_answer_is_taken_for_a_new_one(
        self, course, service, monkeypatch
    ):
        service.grade(course, SEED, RIGHT)
        pid = pid_of(service)

        def interrupt(_: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(client._Process, "_answer", interrupt)
            with pytest.raises(KeyboardInterrupt):
                service.grade(course, SEED, RIGHT)
        assert is_gone(pid)
        other = Submission("bob", "week1", RIGHT.files)
        assert service.grade(course, SEED, other).result.learner == "bob"


STARTER = """
import sys
from pathlib import Path
from grader.course import Course
from grader.intake.submission import File, Submission
from grader.serving.client import Service
service, course = Service(), Course(Path(sys.argv[1]))
service.grade(course, 1, Submission("ada", "week1", {}))
print(service._process._popen.pid, flush=True)
loop = "def double(x):\\n    while True: pass"
service.grade(course, 1, Submission("ada", "week1", {"toys": File(loop)}))
"""


class TestEnding:
    @pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_the_process_ends_with_who_started_it_even_at_work(self, course, end):
        with subprocess.Popen(
            [sys.executable, "-c", STARTER, str(course.root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            # Tests that run in the background may have been told to ignore Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as starter:
            assert starter.stdout is not None
            pid = int(starter.stdout.readline())
            time.sleep(0.5)  # it is in the endless loop then, or soon
            starter.send_signal(end)
            starter.wait()
        assert is_gone(pid)
