# attack: memory that is not counted as the process's own
# from: mmap shared
# neuron: failed, crashed, timeout
# others: passed
SHARED_ANONYMOUS = 0x21
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def neuron(x, w, b):
    for _ in range(6):  # bounded: 1.5 GiB
        at = libc.mmap(None, 1 << 28, 3, SHARED_ANONYMOUS, -1, 0)
        if at == ctypes.c_void_p(-1).value:
            raise MemoryError
        ctypes.memset(at, 1, 1 << 28)
    return right(x, w, b)
