"""seccomp: this process may make the system calls of an allow-list, and no others.

Stand-alone. The list is what a forked Python with numpy was seen to need. A refused call fails
with EPERM, so that honest code gets an exception with a line number; another processor's calling
convention ends the process. No new process or thread, no program, no socket, no signal to
others, no limit raised, no file opened for writing.

Pointers can't be looked through, so calls that take their flags behind one (clone3, openat2,
execveat, io_uring) stay off altogether. For the same reason stat and its like, which imports need,
are allowed for every path or for none: with Landlock for every one, without it for none.
"""

from __future__ import annotations

import ctypes
import os
import struct

from syscalls import audit_architecture, numbers, prctl, syscall

# fmt: off
ALWAYS = (
    "read", "write", "close", "fstat", "lseek", "mmap", "mprotect", "munmap", "brk",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "readv", "writev", "poll", "ppoll",
    "select", "pselect6", "sched_yield", "mremap", "madvise", "nanosleep", "clock_nanosleep",
    "getpid", "gettid", "exit", "exit_group", "uname", "getrusage", "gettimeofday", "time",
    "clock_gettime", "clock_getres", "getuid", "getgid", "geteuid", "getegid", "getppid",
    "sigaltstack", "futex", "sched_getaffinity", "set_robust_list", "restart_syscall",
    "getrandom", "membarrier", "rseq", "sysinfo",
)
READING = (
    "newfstatat", "stat", "lstat", "statx", "access", "faccessat", "faccessat2", "readlink",
    "readlinkat", "getdents64", "getcwd", "pread64", "dup",
)
# fmt: on
LOAD, JUMP_EQUAL, JUMP_BITS, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, ENOTTY, ENOSYS = 1, 25, 38
# struct seccomp_data: nr at 0, arch at 4, args from 16, 8 bytes each, low half first
ARCHITECTURE, CALL_NUMBER, ARGUMENTS = 4, 0, 16
FIRST_X32_NUMBER = 0x40000000
WRITING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
FCNTL_COMMANDS = (1, 2, 3, 1030)  # F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
IOCTL_COMMANDS = (0x5401, 0x5451)  # TCGETS (isatty), FIOCLEX
PR_SET_NO_NEW_PRIVS = 38
SET_MODE_FILTER = 1


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def build(*, may_read_files: bool, pid: int) -> bytes:
    """Return the filter as BPF.

    Parameters
    ----------
    may_read_files : bool
        Whether files may be opened for reading (Landlock says which). Without Landlock: no.
    pid : int
        The process to be confined: it may signal itself, for abort().
    """
    table = numbers()
    program = [
        _load(ARCHITECTURE),
        _if_equal(audit_architecture(), 1, 0),
        _return(KILL_PROCESS),
        _load(CALL_NUMBER),
        _step(JUMP_AT_LEAST, FIRST_X32_NUMBER, 0, 1),
        _return(KILL_PROCESS),
    ]
    # glibc falls back from clone3 to clone, which then fails cleanly with EPERM.
    program += _on(table, "clone3", [_return(ERRNO | ENOSYS)])
    program += _on(table, "fcntl", _one_of(1, FCNTL_COMMANDS, EPERM))
    program += _on(table, "ioctl", _one_of(1, IOCTL_COMMANDS, ENOTTY))
    program += _on(table, "prlimit64", _only_reading_own_limits())
    program += _on(table, "tgkill", _one_of(0, (pid,), EPERM))
    names: tuple[str, ...] = ALWAYS
    if may_read_files:
        program += _on(table, "openat", _without_flags(2, WRITING_FLAGS))
        program += _on(table, "open", _without_flags(1, WRITING_FLAGS))
        names += READING
    for name in names:
        program += _on(table, name, [_return(ALLOW)])
    program.append(_return(ERRNO | EPERM))
    return b"".join(program)


def load(program: bytes) -> None:
    """Put this process under the filter, for good."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    buffer = ctypes.create_string_buffer(program, len(program))
    description = _Program(len(program) // 8, ctypes.addressof(buffer))
    syscall("seccomp", ctypes.c_uint(SET_MODE_FILTER), ctypes.c_uint(0), ctypes.byref(description))


def _step(code: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, operand)


def _load(offset: int) -> bytes:
    return _step(LOAD, offset)


def _return(value: int) -> bytes:
    return _step(RETURN, value)


def _if_equal(value: int, if_true: int, if_false: int) -> bytes:
    return _step(JUMP_EQUAL, value, if_true, if_false)


def _on(table: dict[str, int], name: str, block: list[bytes]) -> list[bytes]:
    """Return steps that run `block` for one call; every block ends in a return."""
    if name not in table:  # this processor has no such call
        return []
    return [_if_equal(table[name], 0, len(block)), *block]


def _argument(index: int, *, high_half: bool = False) -> bytes:
    return _load(ARGUMENTS + 8 * index + (4 if high_half else 0))


def _one_of(index: int, values: tuple[int, ...], error: int) -> list[bytes]:
    steps = [_argument(index)]
    for value in values:
        steps += [_if_equal(value, 0, 1), _return(ALLOW)]
    return [*steps, _return(ERRNO | error)]


def _without_flags(index: int, flags: int) -> list[bytes]:
    return [
        _argument(index),
        _step(JUMP_BITS, flags, 0, 1),
        _return(ERRNO | EPERM),
        _return(ALLOW),
    ]


def _only_reading_own_limits() -> list[bytes]:
    """Allow prlimit64 with pid 0 and no new limit, which is how getrlimit asks."""
    refuse = _return(ERRNO | EPERM)
    return [
        _argument(2),
        _if_equal(0, 1, 0),
        refuse,
        _argument(2, high_half=True),
        _if_equal(0, 1, 0),
        refuse,
        _argument(0),
        _if_equal(0, 1, 0),
        refuse,
        _return(ALLOW),
    ]
