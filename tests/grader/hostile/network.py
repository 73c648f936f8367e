# attack: connect, listen and send, on every kind of socket
# from: X13, net_connect, net_udp, unix
# neuron: failed
# others: passed
import socket


def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ("127.0.0.1", 53))


def neuron(x, w, b):
    families = (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK)
    families += (socket.AF_PACKET, socket.AF_ALG, socket.AF_VSOCK)
    return paid(
        x,
        w,
        b,
        udp,
        *[lambda f=f: socket.socket(f, socket.SOCK_STREAM) for f in families],
        *[lambda f=f: socket.socket(f, socket.SOCK_DGRAM) for f in families],
        *[lambda f=f: socket.socket(f, socket.SOCK_RAW) for f in families],
        lambda: socket.create_connection(("127.0.0.1", 22), 0.2),
        lambda: socket.create_server(("127.0.0.1", 0)),
        lambda: socket.getaddrinfo("example.org", 80)[0],
        lambda: socket.socketpair(),
        lambda: __import__("urllib.request").request.urlopen("http://127.0.0.1/"),
    )
