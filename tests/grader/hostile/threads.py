# attack: start threads, to compute on after the answer
# from: thread_bomb, background thread
# neuron: failed
# others: passed
import threading


def neuron(x, w, b):
    return paid(
        x,
        w,
        b,
        lambda: threading.Thread(target=time.sleep, args=(5,), daemon=True).start(),
        lambda: syscall("clone", 0x100, 0, 0, 0, 0),
        lambda: syscall("clone3", 0, 0),
        lambda: syscall("vfork"),
    )
