"""Landlock: this process may read a few folders, and nothing else of the file system.

Stand-alone. Stops, by kernel version (Landlock ABI): reading, writing, making, linking and
truncating files (1-3), TCP (4), device ioctls (5), abstract unix sockets and signals to processes
outside (6). It does not stop chmod, UDP or unix sockets that have a path; seccomp does. Nothing
stops stat, access and readlink where files may be read (see seccomp.py): of any path that a
learner's code guesses it can tell whether it exists, its size, owner and times, and where a link
points; not what is in a file or in a folder. Files that are already open stay usable, so close
them first.
"""

from __future__ import annotations

import ctypes
import os

from syscalls import prctl, syscall

CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
PR_SET_NO_NEW_PRIVS = 38


class _RulesetAttributes(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def abi() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    try:
        return syscall(
            "landlock_create_ruleset",
            None,
            ctypes.c_size_t(0),
            ctypes.c_uint32(CREATE_RULESET_VERSION),
        )
    except OSError:
        return 0


def make_ruleset(readable: list[str]) -> int:
    """Return the descriptor of a ruleset that denies all but reading these files and folders."""
    version = abi()
    file_rights = (1 << 13) - 1
    for bit, since in ((13, 2), (14, 3), (15, 5)):  # refer, truncate, device ioctl
        if version >= since:
            file_rights |= 1 << bit
    attributes = _RulesetAttributes(
        file_rights, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0
    )
    # An older kernel refuses a structure longer than it knows.
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = syscall(
        "landlock_create_ruleset",
        ctypes.byref(attributes),
        ctypes.c_size_t(size),
        ctypes.c_uint32(0),
    )
    for path in readable:
        _allow_reading(ruleset, path)
    return ruleset


def _allow_reading(ruleset: int, path: str) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        # A right to list is refused beneath a file.
        allowed = READ_FILE | READ_DIR if os.path.isdir(path) else READ_FILE
        rule = _PathBeneath(allowed, descriptor)
        syscall(
            "landlock_add_rule",
            ctypes.c_int(ruleset),
            ctypes.c_int(RULE_PATH_BENEATH),
            ctypes.byref(rule),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(descriptor)


def restrict_self(ruleset: int) -> None:
    """Put this process under the ruleset, for good."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    syscall("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint32(0))
