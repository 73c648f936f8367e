"""Prove the confinement by trying to break it, in a throw-away child, before grading starts.

The probe is a small hostile module that goes the way of every submission. What counts is what the
kernel did, not which versions it claims.
"""

from __future__ import annotations

# The file to be read is the grader's own, so it exists and is outside of what is allowed.
SOURCE = """
import ctypes, os, socket, threading

def attempt(action):
    try:
        action()
    except OSError as error:
        return "refused"
    except RuntimeError as error:  # threads: "can't start new thread"
        return "refused"
    return "allowed"

def fork():
    if os.fork() == 0:
        os._exit(0)

def probe(secret, parent):
    return {
        "read a file of the grader": attempt(lambda: open(secret).close()),
        "list the root folder": attempt(lambda: os.listdir("/")),
        "write a file": attempt(lambda: open("/tmp/kata-probe", "w").close()),
        "open a network socket": attempt(lambda: socket.socket()),
        "open a unix socket": attempt(lambda: socket.socket(socket.AF_UNIX)),
        "start a process": attempt(fork),
        "start a program": attempt(lambda: os.execv("/bin/true", ["true"])),
        "start a thread": attempt(lambda: threading.Thread(target=int).start()),
        "signal another process": attempt(lambda: os.kill(parent, 0)),
        "change a file's mode": attempt(lambda: os.chmod("/tmp", 0o1777)),
    }
"""


def holes(answers: object) -> list[str]:
    """Return what the probe could do and must not; an unexpected answer is a hole as well."""
    if type(answers) is not dict or len(answers) < 10:
        return ["the probe did not answer"]
    return [str(what) for what, answer in answers.items() if answer != "refused"]
