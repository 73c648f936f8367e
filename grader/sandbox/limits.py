"""What one child may use, and what walls it off."""

from dataclasses import dataclass

ALL_LAYERS = ("user", "landlock", "seccomp")


@dataclass(frozen=True)
class Limits:
    """Bounds on one sandboxed child and on each call to it.

    Processor time is the steady measure; wall time is far longer, so that a busy machine fails
    nobody, and only ends what waits without computing.
    """

    call_cpu_s: float = 5.0
    next_calls_cpu_s: float = 1.0  # once a call of the same exercise has taken too long
    call_wall_s: float = 60.0
    call_idle_s: float = 3.0
    module_wall_s: float = 120.0
    child_cpu_s: int = 60
    memory_mib: int = 1024
    output_bytes: int = 256 * 1024
    files: int = 64
    callbacks: int = 1_000_000
    reply_bytes: int = 16 << 20
    callback_bytes: int = 256 * 1024
