# attack: read what every user may read
# from: read_etc_passwd
# neuron: failed
# others: passed
def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        lambda: open("/etc/passwd").read(),
        lambda: open("/etc/../etc/./hostname").read(),
        lambda: open("/proc/self/root/etc/passwd").read(),
        lambda: os.listdir("/"),
        lambda: os.listdir("/tmp"),
        lambda: os.listdir(os.path.expanduser("~root")),
        lambda: open("/proc/cpuinfo").read(),
        lambda: open("/sys/kernel/vmcoreinfo").read(),
    )
