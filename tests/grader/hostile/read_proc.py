# attack: read environment, memory and command line of the processes around
# from: read_environ, proc_ppid_mem
# neuron: failed
# others: passed
def neuron(x, w, b):
    zygote = os.getppid()
    pids = [zygote, *range(zygote - 20, zygote), 1]
    names = ["environ", "mem", "maps", "cmdline", "stat", "fd/0", "fd/1", "fd/2", "fd/3"]
    names += ["root/etc/passwd", "auxv", "stack", "syscall", "io", "task/1/mem"]
    return paid(
        x,
        w,
        b,
        *[lambda p=p, n=n: open(f"/proc/{p}/{n}", "rb").read(1) for p in pids for n in names],
        *[lambda n=n: open(f"/proc/self/{n}", "rb").read(1) for n in ("mem", "environ", "maps")],
        *[lambda p=p: os.listdir(f"/proc/{p}/fd") for p in pids],
        lambda: os.listdir("/proc"),
        lambda: open("/proc/self/mem", "r+b"),
    )
