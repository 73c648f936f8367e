# attack: lower the zygote's limits, raise its own
# from: prlimit_parent, setrlimit_raise
# neuron: failed
# others: passed
import resource


def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (3, 3)),
        lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE),
        lambda: resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000)),
        lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)),
        lambda: os.nice(-5),
        lambda: open("/proc/self/oom_score_adj", "w").write("-1000"),
        lambda: syscall("mlockall", 3),
    )
