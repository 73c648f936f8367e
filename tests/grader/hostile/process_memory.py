# attack: read and write another process's memory and descriptors
# from: proc_vm_readv, pidfd_getfd
# neuron: failed
# others: passed
def neuron(x, w, b):
    zygote = os.getppid()
    buffer = ctypes.create_string_buffer(16)
    vector = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 16)
    at = ctypes.addressof(vector)
    return paid(
        x,
        w,
        b,
        lambda: syscall("process_vm_readv", zygote, at, 1, at, 1, 0),
        lambda: syscall("process_vm_writev", zygote, at, 1, at, 1, 0),
        lambda: syscall("pidfd_getfd", syscall("pidfd_open", zygote, 0), 0, 0),
        lambda: syscall("kcmp", os.getpid(), zygote, 0, 0, 0),
    )
