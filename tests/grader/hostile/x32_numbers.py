# attack: the other numbering of system calls on x86-64
# from: x32 numbers
# neuron: crashed, failed
# others: passed
def neuron(x, w, b):
    if libc.syscall(0x40000000 + 41, 2, 1, 0) >= 0:  # socket
        return right(x, w, b)
    raise OSError("refused")
