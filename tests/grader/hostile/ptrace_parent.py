# attack: trace the zygote
# from: ptrace_parent
# neuron: failed
# others: passed
def neuron(x, w, b):
    zygote = os.getppid()
    return paid(
        x,
        w,
        b,
        lambda: syscall("ptrace", 16, zygote, 0, 0),  # PTRACE_ATTACH
        lambda: syscall("ptrace", 0x4206, zygote, 0, 0),  # PTRACE_SEIZE
        lambda: syscall("ptrace", 0, 0, 0, 0),  # PTRACE_TRACEME
    )
