# attack: kill or stop the zygote
# from: kill_parent, stop_parent
# neuron: failed
# others: passed
def neuron(x, w, b):
    zygote = os.getppid()
    return paid(
        x,
        w,
        b,
        lambda: os.kill(zygote, signal.SIGSTOP),
        lambda: os.kill(zygote, signal.SIGKILL),
        lambda: os.killpg(os.getpgid(zygote), signal.SIGKILL),
        lambda: syscall("tgkill", zygote, zygote, 9),
        lambda: syscall("tkill", zygote, 9),
        lambda: syscall("rt_sigqueueinfo", zygote, 9, 0),
        lambda: syscall("pidfd_send_signal", syscall("pidfd_open", zygote, 0), 9, 0, 0),
    )
