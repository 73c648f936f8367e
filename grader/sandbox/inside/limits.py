"""Resource limits and process flags of a sandboxed child, and the loss of root's rights.

Stand-alone. These bound memory, processor time, output and open files. They stop neither reading
nor network nor signals: see landlock.py and seccomp.py.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

from syscalls import prctl, syscall

MIB = 1 << 20
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 1, 4, 38, 24
CAPABILITY_VERSION_3 = 0x20080522
LAST_POSSIBLE_CAPABILITY = 63
# Far above the ranges that distributions, containers and systemd hand out.
FIRST_UNUSED_UID = 0x7A000000
NOBODY = 65534


class ConfinementError(Exception):
    """A layer could not be put in place."""


def set_resource_limits(*, memory_mib: int, cpu_s: int, output_bytes: int, files: int) -> None:
    """Bound this process; a limit can be lowered later but not raised."""
    soft_and_hard = {
        resource.RLIMIT_AS: (memory_mib * MIB, memory_mib * MIB),
        # The soft limit sends SIGXCPU, so that the cause is visible; the hard one always kills.
        resource.RLIMIT_CPU: (cpu_s, cpu_s + 1),
        resource.RLIMIT_FSIZE: (output_bytes, output_bytes),
        resource.RLIMIT_NOFILE: (files, files),
        resource.RLIMIT_STACK: (8 * MIB, 8 * MIB),
        resource.RLIMIT_CORE: (0, 0),
        # For an ordinary user this counts all processes of that user: 1 means no fork. It does
        # not bind root; seccomp does.
        resource.RLIMIT_NPROC: (1, 1),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
    }
    for kind, (soft, hard) in soft_and_hard.items():
        _, ceiling = resource.getrlimit(kind)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (soft, hard))


def set_process_flags(parent_pid: int) -> None:
    """Die with the zygote, hide memory from other processes, gain no rights by a program."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the line above took effect
        raise ConfinementError("the zygote is gone")
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def give_up_root() -> None:
    """Become a user that nobody is; where the kernel maps no such user, drop all capabilities."""
    if os.geteuid() != 0:
        return
    for uid in (FIRST_UNUSED_UID + os.getpid(), NOBODY):
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
        except OSError:  # a user namespace that does not map this number
            continue
        return
    drop_capabilities()


def drop_capabilities() -> None:
    """Drop every capability of this process, for good."""
    for capability in range(LAST_POSSIBLE_CAPABILITY + 1):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # past the last one that this kernel knows
            break
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    syscall("capset", ctypes.byref(header), ctypes.byref(nothing))
