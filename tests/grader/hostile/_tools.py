# What the attacks share; stands before each of them, after the reference solutions.
import contextlib
import ctypes
import errno
import os
import platform
import signal
import struct
import sys
import time

right = neuron
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
# Nothing here is tried where no filter stops it: the tests' own machine would suffer.
PR_GET_SECCOMP = 21
IS_CONFINED = libc.prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0
if not IS_CONFINED:
    raise SystemExit("not confined")


def paid(x, w, b, *attacks):
    """Return the right result if any attack works, so that a hole shows as points."""
    refused = None
    for attack in attacks:
        try:
            attack()
        except Exception as error:
            refused = error
        else:
            return right(x, w, b)
    raise RuntimeError("refused") from refused


def spelled(number):
    """Return the digits of a number as letters, which no one takes for a number."""
    return "".join(filter(str.isdigit, number)).translate(str.maketrans("0123456789", "ABCDEFGHIJ"))


def syscall(name, *args):
    """Make a system call by name."""
    result = libc.syscall(NUMBERS[name], *[ctypes.c_long(arg) for arg in args])
    if result == -1:
        raise OSError(ctypes.get_errno(), name)
    return result


# `frame.f_back` ends at the sandbox where a module has from-scratch rules; these do not.
back, names_in = (vars(type(sys._getframe()))[name].__get__ for name in ("f_back", "f_locals"))


def token():
    """Return the token that the reply to the present question has to carry."""
    frame = sys._getframe()
    while frame:
        question = names_in(frame).get("question")
        if isinstance(question, bytes):
            return question
        frame = back(frame)


def wire():
    """Return the module that makes frames; `import wire` finds nothing where there are rules."""
    find_globals = vars(type(lambda: None))["__globals__"].__get__
    return find_globals(type(sys.meta_path[0]).find_spec)["wire"]


def send(message, question=None):
    """Send a forged message."""
    send_bytes(wire().dumps(message, None, question or token()))


def framed(header, rest=b""):
    """Return a frame around a header that no honest one would write."""
    total = 16 + len(header) + len(rest)
    return struct.pack("<II8s", total, len(header), token()) + header + rest


def send_bytes(data):
    """Send bytes as they are."""
    while data:
        data = data[os.write(3, data) :]


# Numbers of asm/unistd_64.h; on another processor these attacks try nothing.
X86_64 = {
    "shmget": 29, "alarm": 37, "setitimer": 38, "socket": 41, "connect": 42, "accept": 43,
    "sendto": 44, "sendmsg": 46, "recvmsg": 47, "bind": 49, "listen": 50, "socketpair": 53,
    "clone": 56, "vfork": 58, "execve": 59, "semget": 64, "msgget": 68, "ftruncate": 77,
    "rename": 82, "mkdir": 83, "creat": 85, "link": 86, "unlink": 87, "symlink": 88, "chmod": 90,
    "chown": 92, "ptrace": 101, "syslog": 103, "setuid": 105, "setgid": 106, "setpgid": 109,
    "setsid": 112, "capset": 126, "rt_sigqueueinfo": 129, "mknod": 133, "personality": 135,
    "setpriority": 141, "mlockall": 151, "modify_ldt": 154, "pivot_root": 155, "prctl": 157,
    "adjtimex": 159, "chroot": 161, "sync": 162, "acct": 163, "settimeofday": 164, "mount": 165,
    "umount2": 166, "swapon": 167, "reboot": 169, "sethostname": 170, "iopl": 172, "ioperm": 173,
    "init_module": 175, "delete_module": 176, "quotactl": 179, "tkill": 200,
    "sched_setaffinity": 203, "io_setup": 206, "lookup_dcookie": 212, "remap_file_pages": 216,
    "timer_create": 222, "clock_settime": 227, "tgkill": 234, "mbind": 237, "set_mempolicy": 238,
    "mq_open": 240, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250,
    "ioprio_set": 251, "migrate_pages": 256, "unshare": 272, "splice": 275, "tee": 276,
    "vmsplice": 278, "move_pages": 279, "utimensat": 280, "timerfd_create": 283, "fallocate": 285,
    "signalfd4": 289, "eventfd2": 290, "epoll_create1": 291, "pipe2": 293, "inotify_init1": 294,
    "perf_event_open": 298, "fanotify_init": 300, "name_to_handle_at": 303,
    "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310, "process_vm_writev": 311,
    "kcmp": 312, "seccomp": 317, "memfd_create": 319, "bpf": 321, "execveat": 322,
    "userfaultfd": 323, "pkey_alloc": 330, "pidfd_send_signal": 424, "io_uring_setup": 425,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fsmount": 432, "pidfd_open": 434,
    "clone3": 435, "openat2": 437, "pidfd_getfd": 438, "process_madvise": 440,
    "landlock_create_ruleset": 444, "landlock_restrict_self": 446, "memfd_secret": 447,
    "process_mrelease": 448, "futex_waitv": 449, "cachestat": 451, "statmount": 457,
    "listmount": 458, "mseal": 462,
}
NUMBERS = X86_64 if platform.machine() == "x86_64" else {}
