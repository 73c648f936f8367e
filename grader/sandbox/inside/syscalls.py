"""The kernel's call numbers for the processors that we know, and thin calls through libc.

Stand-alone. Numbers are those of `asm/unistd_64.h` (x86-64) and `asm-generic/unistd.h` (aarch64).
"""

from __future__ import annotations

import ctypes
import os
import platform

# fmt: off
X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
    "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "readv": 19,
    "writev": 20, "access": 21, "select": 23, "sched_yield": 24, "mremap": 25, "madvise": 28,
    "dup": 32, "nanosleep": 35, "getpid": 39, "exit": 60, "uname": 63, "fcntl": 72, "getcwd": 79,
    "readlink": 89, "gettimeofday": 96, "getrusage": 98, "sysinfo": 99, "getuid": 102,
    "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "capset": 126,
    "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204,
    "getdents64": 217, "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234, "openat": 257, "newfstatat": 262,
    "readlinkat": 267, "faccessat": 269, "pselect6": 270, "ppoll": 271, "set_robust_list": 273,
    "prlimit64": 302, "seccomp": 317, "getrandom": 318, "membarrier": 324, "statx": 332,
    "rseq": 334, "clone3": 435, "faccessat2": 439,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
}
AARCH64 = {
    "getcwd": 17, "dup": 23, "fcntl": 25, "ioctl": 29, "faccessat": 48, "openat": 56, "close": 57,
    "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66,
    "pread64": 67, "pselect6": 72, "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80,
    "capset": 91, "exit": 93, "exit_group": 94, "futex": 98, "set_robust_list": 99,
    "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114, "clock_nanosleep": 115,
    "sched_getaffinity": 123, "sched_yield": 124, "restart_syscall": 128, "tgkill": 131,
    "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
    "uname": 160, "getrusage": 165, "gettimeofday": 169, "getpid": 172, "getppid": 173,
    "getuid": 174, "geteuid": 175, "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179,
    "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233,
    "prlimit64": 261, "seccomp": 277, "getrandom": 278, "membarrier": 283, "statx": 291,
    "rseq": 293, "clone3": 435, "faccessat2": 439,
    "landlock_create_ruleset": 444, "landlock_add_rule": 445, "landlock_restrict_self": 446,
}
# fmt: on
TABLES = {"x86_64": X86_64, "aarch64": AARCH64, "arm64": AARCH64}
AUDIT_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "arm64": 0xC00000B7}

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


class UnknownProcessorError(Exception):
    """No table of call numbers for this processor."""


def numbers() -> dict[str, int]:
    """Return the call numbers of this processor, by name."""
    machine = platform.machine()
    if machine not in TABLES:
        known = sorted(TABLES)
        raise UnknownProcessorError(f"no table of system calls for {machine}; known: {known}")
    return TABLES[machine]


def audit_architecture() -> int:
    """Return how seccomp names this processor."""
    numbers()
    return AUDIT_ARCHITECTURES[platform.machine()]


def syscall(name: str, *args: object) -> int:
    """Make a system call by name; raise OSError if the kernel refuses."""
    result = int(libc.syscall(ctypes.c_long(numbers()[name]), *args))
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def prctl(option: int, value: int = 0) -> None:
    """Call prctl(2) with one value."""
    args = [ctypes.c_ulong(number) for number in (value, 0, 0, 0)]
    if libc.prctl(ctypes.c_int(option), *args) == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl {option}: {os.strerror(error)}")
