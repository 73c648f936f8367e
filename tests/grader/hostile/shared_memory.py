# attack: shared memory, message queues and semaphores, which outlive a process
# from: SysV, POSIX
# neuron: failed
# others: passed
def neuron(x, w, b):
    key = 0x6B617461
    return paid(
        x,
        w,
        b,
        lambda: syscall("shmget", key, 4096, 0o1666),
        lambda: syscall("semget", key, 1, 0o1666),
        lambda: syscall("msgget", key, 0o1666),
        lambda: __import__("multiprocessing.shared_memory").shared_memory.SharedMemory(
            "kata-hostile-marker", create=True, size=64
        ),
        lambda: os.open("/dev/shm/kata-hostile-marker", os.O_CREAT | os.O_RDWR),
        lambda: os.memfd_create("x"),
    )
