# attack: turn the one socket it has into something else
# from: unix_abstract, fds
# neuron: failed
# others: passed
import socket


def neuron(x, w, b):
    own = socket.socket(fileno=3)
    try:
        return paid(
            x,
            w,
            b,
            lambda: own.getpeername(),
            lambda: own.connect("\0kata-hostile-marker"),
            lambda: own.listen(),
            lambda: own.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12),
            lambda: own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 28),
            lambda: socket.send_fds(own, [b"x"], [0]),
            lambda: own.shutdown(socket.SHUT_RD),
        )
    finally:
        own.detach()
