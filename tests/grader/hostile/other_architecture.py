# attack: 32-bit system calls from 64-bit code
# from: arch check
# neuron: crashed, failed
# others: passed
PRIVATE_ANONYMOUS = 0x22
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]


def neuron(x, w, b):
    if platform.machine() != "x86_64":
        raise OSError("not here")
    at = libc.mmap(None, 4096, 7, PRIVATE_ANONYMOUS, -1, 0)
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, getpid; int 0x80; ret
    ctypes.memmove(at, code, len(code))
    ctypes.CFUNCTYPE(ctypes.c_int)(at)()
    return right(x, w, b)
