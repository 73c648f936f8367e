# attack: reopen inherited files by /proc/self/fd, for writing
# from: X9, proc_fd_reopen
# neuron: failed
# others: passed
def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        *[lambda n=n: os.open(f"/proc/self/fd/{n}", os.O_RDWR) for n in range(8)],
        *[lambda n=n: os.fstat(n) for n in range(4, 200)],  # nothing but 0 to 3 is open
        lambda: os.open("/dev/fd/0", os.O_RDONLY),  # 1 and 2 may be read: its own output
        lambda: os.open("/dev/fd/3", os.O_RDONLY),
        lambda: os.ftruncate(1, 1 << 40),
        lambda: os.pwrite(1, b"x", 1 << 40),
        lambda: os.fchmod(1, 0o777),
    )
