# attack: execute a program out of memory
# from: memfd+exec
# neuron: failed
# others: passed
def run_from_memory():
    descriptor = os.memfd_create("x")
    os.write(descriptor, b"#!/bin/sh\nsleep 60\n")
    os.execve(descriptor, ["x"], {})


def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        run_from_memory,
        lambda: os.execve(1, ["x"], {}),
        lambda: os.execv("/proc/self/exe", ["python"]),
    )
